using System.Buffers.Binary;

namespace Recoup.Simulation.Weather;

/// <summary>
/// A write-ahead log of SQLite as it lies on the disk (sqlite.org/fileformat2.html, section 4): a header of 32 bytes, then
/// frames of 24 bytes and a page. With synchronous=FULL every commit is synced to its end, and nothing behind the last
/// commit is promised to anybody.
/// </summary>
internal static class WalFile
{
    private const int HeaderSize = 32, FrameHeaderSize = 24, PageSizeAt = 8, SaltAt = 16, SaltSize = 8;

    /// <summary>Where each commit ends, in bytes, the earliest first; before them the end of the header, where nothing is committed yet.</summary>
    public static List<int> CommitEnds(ReadOnlySpan<byte> wal)
    {
        if (wal.Length < HeaderSize) return [0];
        var ends = new List<int> { HeaderSize };
        var frame = FrameHeaderSize + (int)BinaryPrimitives.ReadUInt32BigEndian(wal[PageSizeAt..]);
        var salt = wal.Slice(SaltAt, SaltSize);
        // Frames of another salt are left from before the log was begun anew.
        for (var at = HeaderSize; at + frame <= wal.Length && wal.Slice(at + 8, SaltSize).SequenceEqual(salt); at += frame)
            if (BinaryPrimitives.ReadUInt32BigEndian(wal[(at + 4)..]) != 0) ends.Add(at + frame);
        return ends;
    }

    /// <summary>The file ends at some byte of a range.</summary>
    public static byte[] Cut(byte[] wal, int from, int to, SplitMix random) => wal[..(from + random.Below(Math.Max(1, to - from)))];

    /// <summary>Bytes of a range are others; where the range is empty, part of a page of rubbish stands behind it.</summary>
    public static byte[] Tear(byte[] wal, int from, int to, SplitMix random)
    {
        if (to <= from)
        {
            var rubbish = new byte[random.Between(1, 3000)];
            random.Fill(rubbish);
            return [.. wal[..from], .. rubbish];
        }
        for (var left = random.Between(1, 64); left > 0; left--) wal[from + random.Below(to - from)] ^= (byte)random.Between(1, 255);
        return wal;
    }
}
