using System.Numerics;
using System.Text;

namespace Recoup.Core.Foundation;

/// <summary>
/// Texts read lately on this thread, by their bytes: where the same few words stand in every row (a portfolio, a
/// currency, a rule), no room is asked for them again. What it gives equals what decoding would.
/// </summary>
internal static class RecentTexts
{
    private const int PlacesMax = 512;

    [ThreadStatic]
    private static string?[]? places;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Throws <see cref="ArgumentException"/> where the bytes are not UTF-8.</summary>
    public static string Of(ReadOnlySpan<byte> utf8)
    {
        places ??= new string?[PlacesMax];
        var hash = (uint)utf8.Length;
        foreach (var b in utf8) hash = BitOperations.RotateLeft(hash, 5) ^ b;
        ref var known = ref places[(hash ^ (hash >> 9) ^ (hash >> 18)) % PlacesMax];
        if (known is not null && Ascii.Equals(utf8, known)) return known;
        return known = Utf8.GetString(utf8);
    }
}
