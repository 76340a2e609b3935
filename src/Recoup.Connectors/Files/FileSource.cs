using System.IO.Compression;

namespace Recoup.Connectors.Files;

/// <summary>A whole file can't be read as what it should be. The message says what is wrong and how to mend it.</summary>
public sealed class FileRefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>How far a file has been read, in bytes as it lies there (compressed, if it is). May be looked at from any thread.</summary>
public sealed class FileProgress
{
    private long bytesRead;
    private long bytesTotal = -1;

    public long BytesRead => Interlocked.Read(ref bytesRead);

    /// <summary>Null where nobody knows, as on standard input.</summary>
    public long? BytesTotal => Interlocked.Read(ref bytesTotal) is >= 0 and var total ? total : null;

    internal void Begin(long? total) => Interlocked.Exchange(ref bytesTotal, total ?? -1);

    internal void Add(int count) => Interlocked.Add(ref bytesRead, count);
}

/// <summary>The bytes of a file, unpacked where they are gzip. Damage ends them, and is said afterwards.</summary>
internal sealed class FileSource : IDisposable
{
    private readonly RawStream raw;
    private readonly GZipStream? unpacked;
    private bool ended;

    private FileSource(RawStream raw, string name)
    {
        this.raw = raw;
        Name = name;
        if (raw.BeginsWith([0x1F, 0x8B])) unpacked = new GZipStream(raw, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <summary>As messages call it.</summary>
    public string Name { get; }

    /// <summary>What ended the bytes too early, or null. Known once <see cref="Read"/> has given 0.</summary>
    public string? Damage { get; private set; }

    public static FileSource Open(string path, FileProgress? progress)
    {
        try
        {
            return Of(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan),
                Path.GetFileName(path), progress, leaveOpen: false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new FileRefusedException(
                Directory.Exists(path)
                    ? $"{path} is a folder: name one file in it."
                    : e is UnauthorizedAccessException ? $"{path} may not be read: check its permissions." : $"There is no file {path}.",
                e);
        }
    }

    public static FileSource Of(Stream stream, string name, FileProgress? progress, bool leaveOpen = true)
    {
        progress?.Begin(stream.CanSeek ? stream.Length - stream.Position : null);
        return new FileSource(new RawStream(stream, progress, leaveOpen), name);
    }

    /// <summary>0 at the end, whole or not.</summary>
    public int Read(Span<byte> into)
    {
        if (ended) return 0;
        if (unpacked is null)
        {
            var count = raw.Read(into);
            ended = count == 0;
            return count;
        }
        try
        {
            // What was unpacked by the call that meets the damage is lost with it, so it is little.
            const int bytesMax = 1024;
            var count = unpacked.Read(into[..Math.Min(into.Length, bytesMax)]);
            if (count > 0) return count;
            if (!IsWhole(unpacked)) Damage = "is cut off, or is followed by something that is not gzip";
        }
        catch (InvalidDataException)
        {
            Damage = "is damaged, or cut off";
        }
        ended = true;
        return 0;
    }

    // GZipStream ends quietly where its input is cut off. So when it has given all it can, it is fed one small member
    // more: only where the members before are whole does exactly that member come out.
    private bool IsWhole(GZipStream stream)
    {
        raw.Append(Marker);
        Span<byte> after = stackalloc byte[MarkerText.Length + 1];
        var count = 0;
        int read;
        while (count < after.Length && (read = stream.Read(after[count..])) > 0) count += read;
        return after[..count].SequenceEqual(MarkerText);
    }

    private static ReadOnlySpan<byte> MarkerText => "whole"u8;

    private static readonly byte[] Marker = PackMarker();

    private static byte[] PackMarker()
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest)) stream.Write(MarkerText);
        return packed.ToArray();
    }

    public void Dispose()
    {
        unpacked?.Dispose();
        raw.Dispose();
    }

    /// <summary>The stream with its first bytes looked at, counted, and with something after it on demand.</summary>
    private sealed class RawStream : Stream
    {
        private readonly Stream stream;
        private readonly FileProgress? progress;
        private readonly bool leaveOpen;
        private ReadOnlyMemory<byte> ahead;
        private bool ended;

        public RawStream(Stream stream, FileProgress? progress, bool leaveOpen)
        {
            (this.stream, this.progress, this.leaveOpen) = (stream, progress, leaveOpen);
            var head = new byte[2];
            ahead = head.AsMemory(0, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
            progress?.Add(ahead.Length);
        }

        public bool BeginsWith(ReadOnlySpan<byte> bytes) => ahead.Span.StartsWith(bytes);

        public void Append(ReadOnlyMemory<byte> bytes) => (ahead, ended) = (bytes, true);

        public override int Read(Span<byte> buffer)
        {
            if (ahead.Length > 0)
            {
                var known = Math.Min(ahead.Length, buffer.Length);
                ahead.Span[..known].CopyTo(buffer);
                ahead = ahead[known..];
                return known;
            }
            if (ended) return 0;
            var count = stream.Read(buffer);
            progress?.Add(count);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        protected override void Dispose(bool disposing)
        {
            if (disposing && !leaveOpen) stream.Dispose();
            base.Dispose(disposing);
        }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
