namespace Recoup.Connectors.Files;

/// <summary>The bytes ahead in a file: as many as a reader asks for, and no more than it holds on to.</summary>
internal sealed class ByteWindow(FileSource source, CancellationToken cancellation)
{
    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;
    private bool ended;

    public FileSource Source => source;

    public ReadOnlySpan<byte> Ahead => buffer.AsSpan(start, end - start);

    public void Skip(int count) => start += count;

    /// <summary>More bytes ahead; those already there stay. False at the end of the file.</summary>
    public bool Fill()
    {
        cancellation.ThrowIfCancellationRequested();
        if (ended) return false;
        if (end == buffer.Length)
        {
            if (start == 0) Array.Resize(ref buffer, buffer.Length * 2);
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }
        var count = source.Read(buffer.AsSpan(end));
        end += count;
        ended = count == 0;
        return !ended;
    }

    /// <summary>True when there is a byte at the place, counted from 0.</summary>
    public bool Has(int place)
    {
        while (end - start <= place)
            if (!Fill()) return false;
        return true;
    }

    /// <summary>
    /// Steps over UTF-8's mark. Throws <see cref="FileRefusedException"/> where the first bytes are those of something else than text in UTF-8.
    /// </summary>
    public void Begin()
    {
        const int bytesOfMark = 4;
        Has(bytesOfMark - 1);
        var head = Ahead[..Math.Min(Ahead.Length, bytesOfMark)];
        if (head is [0xEF, 0xBB, 0xBF, ..]) { Skip(3); return; }
        var what = head switch
        {
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "is UTF-16 text",
            [0x50, 0x4B, 0x03, 0x04, ..] => "is a zip archive or an Excel workbook",
            [0xD0, 0xCF, 0x11, 0xE0, ..] => "is an old Excel workbook",
            [0x28, 0xB5, 0x2F, 0xFD, ..] => "is compressed with zstd",
            [0x42, 0x5A, 0x68, ..] => "is compressed with bzip2",
            [0x1F, 0x8B, ..] => "was compressed twice",
            _ when head.Contains((byte)0) => "has NUL bytes: it is UTF-16 text without its mark, or no text at all",
            _ => null,
        };
        if (what is null) return;
        throw new FileRefusedException(what.Contains("UTF-16", StringComparison.Ordinal)
            ? $"{source.Name} {what}, and UTF-8 is read. Export it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8"
            : $"{source.Name} {what}. Save or unpack it as CSV or NDJSON in UTF-8; gzip is the one compression read.");
    }

    /// <summary>Steps over the rest of the line and its end, however long, without holding it. False where the file ends first.</summary>
    public bool SkipLine()
    {
        while (true)
        {
            var stop = Ahead.IndexOf((byte)'\n');
            if (stop >= 0) { Skip(stop + 1); return true; }
            Skip(Ahead.Length);
            if (!Fill()) return false;
        }
    }
}
