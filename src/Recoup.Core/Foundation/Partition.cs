using System.Text;

namespace Recoup.Core.Foundation;

/// <summary>The partitions of the journal: 64 for parties, one for the workspace.</summary>
public static class Partition
{
    public const int PartyCount = 64;

    /// <summary>Portfolios, policies, calendars and the switch of sending live here.</summary>
    public const int Workspace = PartyCount;

    public const int Count = PartyCount + 1;

    /// <summary>
    /// FNV-1a over the UTF-8 bytes, folded to six bits. It must never change: a party's partition is written
    /// into its events, and a new hash would look for them elsewhere.
    /// </summary>
    public static int Of(string party)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(Math.Min(party.Length, 256))];
        var count = Encoding.UTF8.GetBytes(party.AsSpan(0, Math.Min(party.Length, 256)), bytes);
        var hash = 2166136261u;
        foreach (var b in bytes[..count]) hash = unchecked((hash ^ b) * 16777619u);
        hash ^= hash >> 15;
        return (int)((hash ^ (hash >> 6)) & (PartyCount - 1));
    }
}
