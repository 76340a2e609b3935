using System.Globalization;

namespace Recoup.Connectors.Files;

/// <summary>The ways in which a file writes dates.</summary>
internal sealed class DateFormats
{
    public static readonly DateFormats Iso = new(["yyyy-MM-dd"]);

    private readonly string[] formats;
    private readonly bool[] hasTime;
    private readonly bool[] isNumeric;

    private DateFormats(string[] formats)
    {
        this.formats = formats;
        hasTime = [.. formats.Select(f => f.AsSpan().ContainsAny('H', 'h'))];
        isNumeric = [.. formats.Select(IsNumeric)];
    }

    /// <summary>Null, with what is wrong, where a format can't tell every date from every other.</summary>
    public static DateFormats? Of(IReadOnlyList<string> formats, out string? problem)
    {
        problem = formats.Select(Problem).FirstOrDefault(p => p is not null);
        return problem is null ? new DateFormats([.. formats]) : null;
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
        const string how = "write d or dd for the day, M or MM (MMM for its English name) for the month, yyyy for the year, such as dd.MM.yyyy";
        if (format.AsSpan().ContainsAny("zKfg")) return $"'{format}' has a letter that no date takes; {how}";
        // A day beyond 12 and one in the other century show a format that mixes day, month or minutes, or drops one.
        foreach (var day in new[] { new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Unspecified), new DateTime(2004, 2, 29, 0, 0, 0, DateTimeKind.Unspecified) })
        {
            try
            {
                var written = day.ToString(format, CultureInfo.InvariantCulture);
                if (format.Length > 1 && DateTime.TryParseExact(written, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) && read == day) continue;
            }
            catch (FormatException) { }
            return $"'{format}' is no format of dates; {how}";
        }
        return null;
    }
}

internal enum DateReading { Date, NoDate, Ambiguous }

/// <summary>How a file writes amounts. Strict about groups, so that 1234,50 read with the wrong separators is refused and not a hundred times too much.</summary>
internal sealed record NumberFormat(char Decimal, char? Thousands)
{
    public static readonly NumberFormat Plain = new('.', null);

    public override string ToString() => Thousands is { } t ? $"1{t}234{Decimal}50" : $"1234{Decimal}50";

    /// <summary>A sign may stand before or, as SAP has it, behind.</summary>
    public bool TryRead(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        var negative = false;
        if (text.Length > 1 && text[0] is '-' or '+') { negative = text[0] == '-'; text = text[1..]; }
        else if (text.Length > 1 && text[^1] == '-') { negative = true; text = text[..^1]; }

        // Eighteen digits fit a long; no amount of money has more.
        const int digitsMax = 18;
        long digits = 0;
        var count = 0;
        var group = 0;
        var groups = 0;
        var scale = -1;
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                if (++count > digitsMax) return false;
                digits = digits * 10 + (c - '0');
                if (scale >= 0) scale++;
                else group++;
            }
            else if (c == Decimal && scale < 0)
            {
                if (groups > 0 && group != 3) return false;
                scale = 0;
            }
            else if (IsThousands(c) && scale < 0)
            {
                // The first group has one to three digits; the next three, or two where lakhs are counted.
                if (group is 0 or > 3 || (groups > 0 && group == 1)) return false;
                groups++;
                group = 0;
            }
            else
            {
                return false;
            }
        }
        if (count == 0 || scale == 0 || (scale < 0 && groups > 0 && group != 3)) return false;
        number = new decimal(unchecked((int)digits), (int)(digits >> 32), 0, negative && digits != 0, (byte)Math.Max(scale, 0));
        return true;
    }

    // Exports that group by spaces use the one that does not break.
    private bool IsThousands(char c) => Thousands is { } t && (c == t || (t == ' ' && c is '\u00A0' or '\u202F'));
}
