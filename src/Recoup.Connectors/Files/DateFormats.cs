using System.Globalization;
using NodaTime;

namespace Recoup.Connectors.Files;

/// <summary>The ways in which a file writes dates.</summary>
internal sealed class DateFormats
{
    public static readonly DateFormats Iso = new(["yyyy-MM-dd"], DateTimeZone.Utc);

    private readonly string[] formats;
    private readonly CountedDates?[] counted;
    private readonly bool[] hasTime;
    private readonly bool[] isNumeric;

    private DateFormats(string[] formats, DateTimeZone zone)
    {
        this.formats = formats;
        counted = [.. formats.Select(f => CountedDates.Of(f, zone))];
        hasTime = [.. formats.Select(f => f.AsSpan().ContainsAny('H', 'h'))];
        isNumeric = [.. formats.Select(IsNumeric)];
    }

    /// <summary>Null, with what is wrong, where a format can't tell every date from every other.</summary>
    /// <param name="zone">Where seconds since 1970 are a day; null: UTC.</param>
    public static DateFormats? Of(IReadOnlyList<string> formats, out string? problem, DateTimeZone? zone = null)
    {
        problem = formats.Where(f => CountedDates.Of(f, DateTimeZone.Utc) is null).Select(Problem).FirstOrDefault(p => p is not null);
        return problem is null ? new DateFormats([.. formats], zone ?? DateTimeZone.Utc) : null;
    }

    public override string ToString() => string.Join(" or ", formats);

    /// <summary>A time in the cell is read and left away: the day is the one the cell says, wherever it was.</summary>
    public DateReading TryRead(ReadOnlySpan<char> text, out DateOnly date)
    {
        date = default;
        var found = DateReading.NoDate;
        for (var i = 0; i < formats.Length; i++)
        {
            if (!TryRead(text, i, out var candidate)) continue;
            if (found == DateReading.Date && candidate != date) return DateReading.Ambiguous;
            (found, date) = (DateReading.Date, candidate);
        }
        return found;
    }

    private bool TryRead(ReadOnlySpan<char> text, int format, out DateOnly date)
    {
        if (counted[format] is { } count) return count.TryRead(text, out date);
        if (isNumeric[format]) return TryReadNumeric(text, formats[format], out date);
        if (!hasTime[format]) return DateOnly.TryParseExact(text, formats[format], CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
        var good = DateTime.TryParseExact(text, formats[format], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time);
        date = DateOnly.FromDateTime(time);
        return good;
    }

    // Days, months and years in digits with something between them: read here, for it is most of all dates, and ten times as fast.
    private static bool IsNumeric(string format)
    {
        for (var i = 0; i < format.Length;)
        {
            var run = Run(format, i);
            var known = format[i] switch { 'd' or 'M' => run <= 2, 'y' => run == 4, '.' or '-' or '/' or ' ' => true, _ => false };
            if (!known) return false;
            // Without a separator only fields of fixed width can be told apart.
            if (run == 1 && format[i] is 'd' or 'M' && i + 1 < format.Length && char.IsAsciiLetter(format[i + 1])) return false;
            i += run;
        }
        return true;
    }

    private static bool TryReadNumeric(ReadOnlySpan<char> text, string format, out DateOnly date)
    {
        date = default;
        var (year, month, day, at) = (0, 0, 0, 0);
        for (var i = 0; i < format.Length;)
        {
            var what = format[i];
            if (what is not ('d' or 'M' or 'y'))
            {
                if (at == text.Length || text[at++] != what) return false;
                i++;
                continue;
            }
            var run = Run(format, i);
            i += run;
            var number = 0;
            var digits = 0;
            while (at < text.Length && digits < Math.Max(run, 2) && char.IsAsciiDigit(text[at])) { number = number * 10 + (text[at++] - '0'); digits++; }
            if (digits < run) return false;
            if (what == 'd') day = number;
            else if (what == 'M') month = number;
            else year = number;
        }
        if (at != text.Length || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        date = new DateOnly(year, month, day);
        return true;
    }

    private static int Run(string format, int from)
    {
        var to = from + 1;
        while (to < format.Length && format[to] == format[from]) to++;
        return to - from;
    }

    private static string? Problem(string format)
    {
        const string how = "write d or dd for the day, M or MM (MMM for its English name) for the month, yyyy for the year, such as dd.MM.yyyy; "
            + "or seconds, milliseconds, spreadsheet, spreadsheet_1904";
        if (format.AsSpan().ContainsAny("zKfg")) return $"'{format}' has a letter that no date takes; {how}";
        // A day beyond 12 and one in the other century show a format that mixes day, month or minutes, or drops one.
        foreach (var day in new[]
        {
            new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Unspecified), new DateTime(2004, 2, 29, 0, 0, 0, DateTimeKind.Unspecified),
        })
        {
            try
            {
                var written = day.ToString(format, CultureInfo.InvariantCulture);
                if (format.Length > 1 && DateTime.TryParseExact(written, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var read)
                    && read == day)
                    continue;
            }
            catch (FormatException) { }
            return $"'{format}' is no format of dates; {how}";
        }
        return null;
    }
}

internal enum DateReading { Date, NoDate, Ambiguous }

/// <summary>Dates written as a count: of seconds since 1970, or of days as spreadsheets count them.</summary>
internal sealed class CountedDates
{
    private const string Seconds = "seconds", Milliseconds = "milliseconds", Spreadsheet = "spreadsheet", Spreadsheet1904 = "spreadsheet_1904";

    private readonly string unit;
    private readonly DateTimeZone zone;

    private CountedDates(string unit, DateTimeZone zone) => (this.unit, this.zone) = (unit, zone);

    /// <summary>Null where the format is none of these.</summary>
    public static CountedDates? Of(string format, DateTimeZone zone) =>
        format is Seconds or Milliseconds or Spreadsheet or Spreadsheet1904 ? new CountedDates(format, zone) : null;

    /// <summary>What lies outside 1970 to 2199, or a spreadsheet's 1900 to 2199, is no date: seconds taken for milliseconds are not read as 1970.</summary>
    public bool TryRead(ReadOnlySpan<char> text, out DateOnly date)
    {
        date = default;
        // Some write every number with decimals: 1772323200.0, or 46082.5 for noon.
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        if (unit is Spreadsheet or Spreadsheet1904)
        {
            // Day 60 of a spreadsheet is 29 February 1900, which never was; what lies before it is no day of business.
            const int daysMin = 61, daysMax = 109_939;
            if (number < daysMin || number >= daysMax) return false;
            date = (unit == Spreadsheet ? new DateOnly(1899, 12, 30) : new DateOnly(1904, 1, 1)).AddDays((int)decimal.Floor(number));
            return true;
        }
        // A year of seconds and more: a smaller number of either kind was meant as something else.
        const decimal secondsMin = 31_536_000m, secondsMax = 7_258_118_400m;
        if (unit == Milliseconds) number /= 1000;
        if (number < secondsMin || number >= secondsMax) return false;
        var local = Instant.FromUnixTimeSeconds((long)decimal.Floor(number)).InZone(zone).Date;
        date = new DateOnly(local.Year, local.Month, local.Day);
        return true;
    }
}
