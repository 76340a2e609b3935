using System.Globalization;
using Microsoft.AspNetCore.Http;
using NodaTime;
using NodaTime.Text;
using Recoup.Core.Foundation;

namespace Recoup.Server.Words;

/// <summary>
/// How the person at the browser writes amounts and times: the decimal mark is that of the browser's first language, times are those
/// of a place. What has two readings is refused, never guessed.
/// </summary>
/// <param name="HasComma">A comma stands before the decimals, as in 797,66.</param>
/// <param name="TimeZone">The tz database's name of the place.</param>
public sealed record Reader(bool HasComma, string TimeZone)
{
    /// <summary>Languages that write a point before the decimals; all others write a comma. Source: Unicode CLDR 46, symbols of numbers, decimal.</summary>
    private static readonly HashSet<string> Point = new(StringComparer.OrdinalIgnoreCase)
    {
        "am", "bn", "cy", "en", "fil", "ga", "gu", "ha", "he", "hi", "ig", "ja", "kn", "ko", "ml",
        "mr", "ms", "mt", "my", "ne", "pa", "si", "sw", "ta", "te", "th", "ti", "ur", "yo", "zh", "zu",
    };

    /// <summary>Regions that write otherwise than their language does elsewhere; true: a comma. Source as of <see cref="Point"/>.</summary>
    private static readonly Dictionary<string, bool> Regions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["de-CH"] = false, ["de-LI"] = false, ["it-CH"] = false, ["en-ZA"] = true, ["ms-BN"] = true, ["es-MX"] = false,
        ["es-US"] = false, ["es-419"] = false, ["es-GT"] = false, ["es-HN"] = false, ["es-NI"] = false,
        ["es-PA"] = false, ["es-PE"] = false, ["es-PR"] = false, ["es-SV"] = false, ["es-DO"] = false, ["es-CU"] = false,
        ["en-AT"] = true, ["en-DE"] = true, ["en-NL"] = true, ["en-SE"] = true, ["en-DK"] = true, ["en-FI"] = true, ["en-BE"] = true,
    };

    public static Reader Of(HttpContext? http, string timeZone) => new(WritesComma(http?.Request.Headers.AcceptLanguage.ToString() ?? ""), timeZone);

    private static bool WritesComma(string acceptLanguage)
    {
        var first = acceptLanguage.Split(',')[0].Split(';')[0].Trim();
        if (first.Length == 0 || first == "*") return false;
        return Regions.TryGetValue(first, out var comma) ? comma : !Point.Contains(first.Split('-')[0]);
    }

    /// <summary>An amount as this reader would write it in a form: 797,66 or 797.66, without marks between thousands.</summary>
    public string Amount(long minor, string currency)
    {
        var text = Money.Format(minor, Currency.Of(currency));
        return HasComma ? text.Replace('.', ',') : text;
    }

    /// <summary>An instant as a form's field of date and time has it, at the reader's place.</summary>
    public string Local(DateTimeOffset at) =>
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm").Format(Instant.FromDateTimeOffset(at).InZone(Zone).LocalDateTime);

    private DateTimeZone Zone => DateTimeZoneProviders.Tzdb.GetZoneOrNull(TimeZone) ?? DateTimeZone.Utc;

    /// <summary>What was entered for an instant as ISO text with its offset; a text that has one is left as it is, and so is what is no time.</summary>
    public string ReadInstant(string text)
    {
        foreach (var pattern in new[] { "uuuu-MM-dd'T'HH:mm", "uuuu-MM-dd'T'HH:mm:ss", "uuuu-MM-dd HH:mm" })
        {
            // A clock that goes forward skips an hour: what falls into it is as long after the leap as it would have been. An hour that comes
            // twice is the first.
            if (LocalDateTimePattern.CreateWithInvariantCulture(pattern).Parse(text.Trim()) is { Success: true, Value: var local })
                return local.InZoneLeniently(Zone).ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        }
        return text;
    }

    /// <summary>
    /// What was entered for an amount, with a point before the decimals and nothing between thousands. Null, with the problem, where it is no
    /// number or has marks between thousands that are none.
    /// </summary>
    public string? ReadAmount(string text, out string problem)
    {
        problem = "";
        var bare = new string(
            [.. text.Trim().Where(c => c is not (' ' or '\u00a0' or '\u202f' or '\u2009' or '\'' or '\u2019' or '€' or '$' or '£' or '¥'))])
            .Replace('\u2212', '-');
        var digits = bare.TrimStart('-', '+');
        if (digits.Length == 0 || digits.Any(c => !char.IsAsciiDigit(c) && c is not (',' or '.')))
            return Problem($"'{text}' is not an amount; write {Example}", out problem);
        var (comma, point) = (digits.LastIndexOf(','), digits.LastIndexOf('.'));
        var last = Math.Max(comma, point);
        if (last < 0) return bare;
        var mark = digits[last];
        var other = mark == ',' ? '.' : ',';
        var decimals = digits.Length - last - 1;
        var isOnlyMark = digits.IndexOf(mark) == last;
        // 1.234 is a thousand and more to who writes a comma before decimals, and too exact a number to who writes a point.
        var separatesThousands = !isOnlyMark || (decimals == 3 && mark == (HasComma ? '.' : ',') && !digits.Contains(other));
        if (separatesThousands)
        {
            if (digits.Contains(other) || !IsGrouped(digits.Split(mark)))
                return Problem($"'{text}' is not an amount: marks between thousands stand before each three digits; write {Example}", out problem);
            return bare.Replace(mark.ToString(), "", StringComparison.Ordinal);
        }
        var whole = digits[..last];
        if (whole.Contains(other) && !IsGrouped(whole.Split(other)))
            return Problem($"'{text}' is not an amount: marks between thousands stand before each three digits; write {Example}", out problem);
        return (bare.StartsWith('-') ? "-" : "") + whole.Replace(other.ToString(), "", StringComparison.Ordinal) + "." + digits[(last + 1)..];
    }

    private string Example => HasComma ? "1234,50" : "1234.50";

    private static bool IsGrouped(string[] groups) => groups[0].Length is >= 1 and <= 3 && groups.Skip(1).All(g => g.Length == 3);

    private static string? Problem(string words, out string problem)
    {
        problem = words;
        return null;
    }
}
