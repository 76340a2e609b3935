using System.Security.Cryptography;
using System.Text;

namespace Recoup.Connectors.Files;

/// <summary>
/// Facts of a file that was read so far, by hash, so that a second row under one number is known as a second invoice
/// and not taken for a change of the first: some thirty bytes a row.
/// </summary>
internal sealed class SeenFacts
{
    private ulong[] slots = new ulong[1024];
    private int count;

    /// <summary>1 for the first row of the fact, or for one that says the very same again; 2 for the second that says something else.</summary>
    public int Ordinal(string fact, byte[] content)
    {
        const int ordinalMax = 1000;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(fact), hash);
        var place = BitConverter.ToUInt64(hash);
        var said = place ^ BitConverter.ToUInt64(content);
        for (ulong ordinal = 1; ; ordinal++)
        {
            if (Add(Mix(place, ordinal)))
            {
                Add(Mix(said, ordinal));
                return (int)ordinal;
            }
            if (Contains(Mix(said, ordinal)) || ordinal == ordinalMax) return (int)ordinal;
        }
    }

    /// <summary>False where it was said before.</summary>
    public bool Note(string fact) => Add(PlaceOf(fact));

    public bool Has(string fact) => Contains(PlaceOf(fact));

    /// <summary>A fact's hash.</summary>
    public static ulong PlaceOf(string fact)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(fact), hash);
        return Mix(BitConverter.ToUInt64(hash), 0);
    }

    /// <summary>SplitMix64's last step; never 0, which is an empty slot.</summary>
    private static ulong Mix(ulong hash, ulong ordinal)
    {
        unchecked
        {
            var z = hash + ordinal * 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (z ^ (z >> 31)) | 1;
        }
    }

    private bool Contains(ulong value) => slots[Slot(slots, value)] == value;

    private bool Add(ulong value)
    {
        if (count * 2 >= slots.Length) Grow();
        var at = Slot(slots, value);
        if (slots[at] == value) return false;
        slots[at] = value;
        count++;
        return true;
    }

    private static int Slot(ulong[] slots, ulong value)
    {
        var at = (int)((value >> 1) & (ulong)(slots.Length - 1));
        while (slots[at] != 0 && slots[at] != value) at = (at + 1) & (slots.Length - 1);
        return at;
    }

    private void Grow()
    {
        var larger = new ulong[slots.Length * 2];
        foreach (var value in slots)
            if (value != 0) larger[Slot(larger, value)] = value;
        slots = larger;
    }
}
