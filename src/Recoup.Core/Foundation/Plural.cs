using System.Globalization;

namespace Recoup.Core.Foundation;

/// <summary>How many of something, in words that agree: 1 row, 1,200 rows.</summary>
public static class Plural
{
    /// <param name="one">The noun for one.</param>
    /// <param name="many">The noun for none or several; null: <paramref name="one"/> with an s.</param>
    public static string Of(long count, string one, string? many = null) => $"{count.ToString("N0", CultureInfo.InvariantCulture)} {Noun(count, one, many)}";

    /// <summary>As above, the noun alone; also for a verb: is, are.</summary>
    public static string Noun(long count, string one, string? many = null) => count == 1 ? one : many ?? one + "s";
}
