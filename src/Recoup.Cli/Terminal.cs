using System.Text;

namespace Recoup.Cli;

/// <summary>The three streams of a command that does not have a process of its own.</summary>
internal sealed record TerminalStreams(Stream In, Stream Out, Stream Error);

/// <summary>
/// Where the command reads and writes: the process's own streams, or those given to the flow of work that this one belongs to.
/// All text is UTF-8.
/// </summary>
internal static class Terminal
{
    private static readonly AsyncLocal<Given?> Current = new();

    private sealed record Given(TerminalStreams Streams, TextWriter Out, TextWriter Error);

    public static void Use(TerminalStreams streams) => Current.Value = new Given(streams, Writer(streams.Out), Writer(streams.Error));

    /// <summary>Somebody gave streams; else they are the process's.</summary>
    public static bool IsGiven => Current.Value is not null;

    public static TextWriter Out => Current.Value?.Out ?? Console.Out;

    public static TextWriter Error => Current.Value?.Error ?? Console.Error;

    /// <summary>Nobody reads along, so nothing is coloured, cut to a width or shown as progress.</summary>
    public static bool IsOutRedirected => Current.Value is not null || Console.IsOutputRedirected;

    /// <summary>As <see cref="IsOutRedirected"/>, of what is said to people.</summary>
    public static bool IsErrorRedirected => Current.Value is not null || Console.IsErrorRedirected;

    public static Stream OpenIn() => Current.Value?.Streams.In ?? Console.OpenStandardInput();

    /// <summary>For bytes; what was written to <see cref="Out"/> comes before them. To be disposed of, which leaves given streams open.</summary>
    public static Stream OpenOut() => Current.Value is { } given ? new BufferedStream(new Kept(given.Streams.Out)) : Console.OpenStandardOutput();

    private static TextWriter Writer(Stream stream) =>
        TextWriter.Synchronized(new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { AutoFlush = true });

    /// <summary>A stream that outlives whoever writes to it.</summary>
    private sealed class Kept(Stream inner) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
