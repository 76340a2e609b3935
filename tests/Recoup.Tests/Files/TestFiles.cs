using System.IO.Compression;
using System.Text;
using Recoup.Connectors.Files;
using Recoup.Core.Inputs;

namespace Recoup.Tests.Files;

/// <summary>Files for tests, made in memory, and the public sample where it is at hand.</summary>
internal static class TestFiles
{
    public const string SimpleMapping = """
        inputs:
          - type: invoice
            key: t/{number}
            account: account
            number: number
            issued_on: issued
            due_on: due
            amount: amount
            currency: { constant: EUR }
        """;

    public const string SimpleHeader = "account,number,issued,due,amount\n";

    public static Mapping Simple { get; } = Mapping.Parse(SimpleMapping, "simple.yaml");

    public static string SimpleRow(int number) => $"A1,I{number},2026-01-01,2026-01-31,10.50\n";

    public static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));

    public static MemoryStream Stream(params byte[][] parts) => new([.. parts.SelectMany(p => p)]);

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest)) stream.Write(bytes);
        return packed.ToArray();
    }

    public static List<InputRow> Read(Mapping mapping, string text, string name = "file.csv") => Read(mapping, Stream(text), name);

    public static List<InputRow> Read(Mapping mapping, Stream stream, string name = "file.csv", ReadingLimits? limits = null) =>
        [.. MappedFile.Read(mapping, stream, limits: limits, name: name)];

    public static List<InputRow> ReadSimple(string rows) => Read(Simple, SimpleHeader + rows);

    /// <summary>Accepted rows as their inputs' keys, rejected ones as line and reasons.</summary>
    public static IEnumerable<string> Summary(this IEnumerable<InputRow> rows) =>
        rows.Select(r => r.Problems.Count == 0 ? $"{r.Line}: {string.Join(' ', r.Inputs.Select(i => i.Key))}" : $"{r.Line}! {string.Join("; ", r.Problems)}");

    public static InputRow Only(this IEnumerable<InputRow> rows) => rows.ToList().ShouldHaveSingleItem();

    public static string Reason(this InputRow row) => string.Join("; ", row.Problems);

    /// <summary>A file of the public sample; the test is skipped where the sample is not at hand.</summary>
    public static string Sample(string name)
    {
        var folder = Environment.GetEnvironmentVariable("RECOUP_SAMPLE_DATA") ?? FindSampleFolder();
        var path = folder is null ? null : Path.Combine(folder, "ar", name);
        Assert.SkipUnless(File.Exists(path), $"The sample {name} is not at hand; RECOUP_SAMPLE_DATA names the folder that has ar/{name}.");
        return path!;
    }

    private static string? FindSampleFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Recoup.slnx"))) folder = folder.Parent;
        return folder?.Parent is { } above ? Path.Combine(above.FullName, "shared", "data") : null;
    }
}

/// <summary>Bytes that are never all there: a long file without its length in memory.</summary>
internal sealed class MadeStream(IEnumerable<byte[]> parts) : Stream
{
    private readonly IEnumerator<byte[]> parts = parts.GetEnumerator();
    private ReadOnlyMemory<byte> ahead;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (ahead.IsEmpty)
        {
            if (!parts.MoveNext()) return 0;
            ahead = parts.Current;
        }
        var length = Math.Min(buffer.Length, ahead.Length);
        ahead.Span[..length].CopyTo(buffer);
        ahead = ahead[length..];
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        parts.Dispose();
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
