using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Recoup.Core.Measures;

/// <summary>What a window is counted in.</summary>
public enum KpiWindowKind
{
    /// <summary>Calendar months: from the first of a month, N-1 months before the as-of month, to the as-of day.</summary>
    Months,

    /// <summary>The N days that end with the as-of day.</summary>
    Days,

    /// <summary>No span: the as-of day alone. What is open at its end, and nothing that happened over time.</summary>
    Point,
}

/// <summary>How far back a KPI looks: <c>3mo</c>, <c>30d</c> or <c>point</c>.</summary>
public readonly record struct KpiWindow(KpiWindowKind Kind, int Length)
{
    public const int MonthsMax = 120;

    public const int DaysMax = 3660;

    public static readonly KpiWindow Point = new(KpiWindowKind.Point, 0);

    public static KpiWindow Months(int months) => new(KpiWindowKind.Months, months);

    /// <summary>So many days, the as-of day the last of them.</summary>
    public static KpiWindow Days(int days) => new(KpiWindowKind.Days, days);

    /// <summary>1mo to 120mo, 1d to 3660d, or point.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out KpiWindow window)
    {
        window = Point;
        if (text == "point") return true;
        if (text is null) return false;
        var (kind, suffix, max) = text.EndsWith("mo", StringComparison.Ordinal) ? (KpiWindowKind.Months, 2, MonthsMax) : (KpiWindowKind.Days, 1, DaysMax);
        if (kind == KpiWindowKind.Days && !text.EndsWith('d')) return false;
        if (!int.TryParse(text.AsSpan(0, text.Length - suffix), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length < 1 || length > max)
            return false;
        window = new KpiWindow(kind, length);
        return true;
    }

    /// <summary>The days it covers for an as-of day.</summary>
    public KpiPeriod EndingOn(DateOnly asOf) => new(FirstDay(asOf), asOf, Kind == KpiWindowKind.Months ? Length : null);

    private DateOnly FirstDay(DateOnly asOf)
    {
        switch (Kind)
        {
            case KpiWindowKind.Months:
                var month = (asOf.Year * 12) + asOf.Month - 1 - (Length - 1);
                return month < 12 ? DateOnly.MinValue : new DateOnly(month / 12, (month % 12) + 1, 1);
            case KpiWindowKind.Days:
                return DateOnly.FromDayNumber(Math.Max(0, asOf.DayNumber - (Length - 1)));
            default:
                return asOf;
        }
    }

    public override string ToString() => Kind switch
    {
        KpiWindowKind.Months => string.Create(CultureInfo.InvariantCulture, $"{Length}mo"),
        KpiWindowKind.Days => string.Create(CultureInfo.InvariantCulture, $"{Length}d"),
        _ => "point",
    };
}

/// <summary>A window laid on the calendar; both days are in it.</summary>
/// <param name="First">The window's first day.</param>
/// <param name="Last">The as-of day.</param>
/// <param name="Months">Calendar months it touches; null where it is counted in days.</param>
public readonly record struct KpiPeriod(DateOnly First, DateOnly Last, int? Months)
{
    /// <summary>The day before the first: opening stocks stand at its end.</summary>
    public DateOnly Eve => First == DateOnly.MinValue ? First : First.AddDays(-1);

    public int Days => Last.DayNumber - First.DayNumber + 1;
}

/// <summary>How often a series has a row.</summary>
public enum KpiEvery { Week, Month, Quarter }

/// <summary>The as-of days of a series.</summary>
public static class KpiSeries
{
    /// <summary>
    /// The last day of every week (Sunday), month or quarter that lies from <paramref name="from"/> to <paramref name="to"/>,
    /// and <paramref name="to"/> itself, so that the period under way is the last row. Empty where from is after to.
    /// </summary>
    public static IReadOnlyList<DateOnly> Days(DateOnly from, DateOnly to, KpiEvery every)
    {
        var days = new List<DateOnly>();
        for (var day = from; day < to;)
        {
            var end = EndOf(day, every);
            if (end >= to) break;
            days.Add(end);
            day = end.AddDays(1);
        }
        if (from <= to) days.Add(to);
        return days;
    }

    /// <summary>The day of the year before that a day is compared with: a month's last day with that month's.</summary>
    public static DateOnly YearBefore(DateOnly day) => day.Day == DateTime.DaysInMonth(day.Year, day.Month)
        ? new DateOnly(day.Year - 1, day.Month, DateTime.DaysInMonth(day.Year - 1, day.Month)) : day.AddYears(-1);

    private static DateOnly EndOf(DateOnly day, KpiEvery every)
    {
        if (every == KpiEvery.Week)
        {
            var left = (7 - (int)day.DayOfWeek) % 7;
            return DateOnly.FromDayNumber(Math.Min(DateOnly.MaxValue.DayNumber, day.DayNumber + left));
        }
        var month = every == KpiEvery.Month ? day.Month : (day.Month + 2) / 3 * 3;
        return new DateOnly(day.Year, month, DateTime.DaysInMonth(day.Year, month));
    }
}
