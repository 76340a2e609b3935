namespace Recoup.Core.Foundation;

/// <summary>
/// The days that a fact may bear, and arithmetic of days that stops at the calendar's ends. What comes in is held to the
/// bounds; what a journal holds from before there were any may be any day of the years 1 to 9999, so whatever counts from a
/// recorded day counts with <see cref="Plus"/>.
/// </summary>
public static class DateBounds
{
    /// <summary>Later than 1 January 1900, the day that spreadsheets and ledgers write where there is no date.</summary>
    public static readonly DateOnly First = new(1901, 1, 1);

    public static readonly DateOnly Last = new(2999, 12, 31);

    /// <summary>31 December 9999, which ledgers write where there is no end: an open end where a field has one.</summary>
    public static readonly DateOnly NoEnd = DateOnly.MaxValue;

    /// <summary>Null: within the bounds. Else what is wrong with it and how to mend it, to be put after the date.</summary>
    public static string? Problem(DateOnly day) =>
        day < First ? $"is before {First:yyyy-MM-dd}, the first day that a fact may have; give the real day, or none where the field may be left out"
        : day == NoEnd ? $"is what ledgers write for 'no end', and this needs a day: give the real one, {Last:yyyy-MM-dd} at the latest"
        : day > Last ? $"is after {Last:yyyy-MM-dd}, the last day that a fact may have; give the real day"
        : null;

    /// <summary>As <see cref="Problem(DateOnly)"/>, of a day that may be <see cref="NoEnd"/>.</summary>
    public static string? ProblemOfEnd(DateOnly day) =>
        day == NoEnd ? null
        : day > Last ? $"is after {Last:yyyy-MM-dd}, the last day that a fact may have; where there is no end, leave it out or write {NoEnd:yyyy-MM-dd}"
        : Problem(day);

    /// <summary>As of a day, in UTC.</summary>
    public static string? Problem(DateTimeOffset instant) => Problem(DateOnly.FromDateTime(instant.UtcDateTime));

    /// <summary>The date of an instant in a time zone; the first or last day of the calendar where it would lie outside.</summary>
    public static DateOnly DayIn(NodaTime.DateTimeZone zone, DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks + zone.GetUtcOffset(NodaTime.Instant.FromDateTimeOffset(instant)).Ticks;
        return DateOnly.FromDayNumber((int)(Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks) / TimeSpan.TicksPerDay));
    }

    /// <summary>So many days later, or earlier for a negative number; the first or last day of the calendar where it would leave it.</summary>
    public static DateOnly Plus(this DateOnly day, int days) =>
        DateOnly.FromDayNumber((int)Math.Clamp((long)day.DayNumber + days, DateOnly.MinValue.DayNumber, DateOnly.MaxValue.DayNumber));

    /// <summary>As <see cref="DateOnly.AddMonths"/>; the first or last day of the calendar where it would leave it.</summary>
    public static DateOnly PlusMonths(this DateOnly day, int months)
    {
        var month = ((long)day.Year * 12) + day.Month - 1 + months;
        return month < 12 ? DateOnly.MinValue : month >= 10_000L * 12 ? DateOnly.MaxValue : day.AddMonths(months);
    }
}
