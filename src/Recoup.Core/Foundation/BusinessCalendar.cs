using System.Collections.Frozen;

namespace Recoup.Core.Foundation;

/// <summary>
/// Which days are worked: all but the weekend days and the holidays. Immutable. A search that would leave the years 1 to
/// 9999 throws <see cref="ArgumentOutOfRangeException"/>.
/// </summary>
public sealed class BusinessCalendar
{
    private static readonly FrozenDictionary<string, BusinessCalendar> _shipped =
        new Dictionary<string, BusinessCalendar>(StringComparer.Ordinal)
        {
            ["every-day"] = new([], []),
            ["target"] = new([DayOfWeek.Saturday, DayOfWeek.Sunday], [], IsTargetHoliday),
            ["weekdays"] = new([DayOfWeek.Saturday, DayOfWeek.Sunday], []),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenSet<DayOfWeek> _weekend;
    private readonly FrozenSet<DateOnly> _holidays;
    private readonly Func<DateOnly, bool> _isRuledHoliday;

    /// <summary>Throws <see cref="ArgumentException"/> when the weekend is the whole week.</summary>
    public BusinessCalendar(IEnumerable<DayOfWeek> weekend, IEnumerable<DateOnly> holidays)
        : this(weekend, holidays, static _ => false)
    {
    }

    private BusinessCalendar(
        IEnumerable<DayOfWeek> weekend, IEnumerable<DateOnly> holidays, Func<DateOnly, bool> isRuledHoliday)
    {
        _weekend = weekend.ToFrozenSet();
        _holidays = holidays.ToFrozenSet();
        _isRuledHoliday = isRuledHoliday;
        if (_weekend.Count == 7) throw new ArgumentException("A week needs a business day.", nameof(weekend));
    }

    /// <summary>The shipped calendars, in ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. _shipped.Keys.Concat(PublicHolidays.Names).Order(StringComparer.Ordinal)];

    /// <summary>
    /// A shipped calendar; an unknown name throws <see cref="ArgumentException"/> that names those near it.
    /// <list type="bullet">
    /// <item><c>every-day</c>: no day is off.</item>
    /// <item><c>weekdays</c>: Monday to Friday, no holidays.</item>
    /// <item><c>target</c>: the closing days of the euro's T2 (formerly TARGET) system: Saturdays, Sundays, 1 January,
    /// Good Friday, Easter Monday, 1 May, 25 and 26 December. Source: European Central Bank, "Long-term calendar for
    /// TARGET closing days", 14 December 2000, in force from 2002. Earlier years get the same rule, which differs from
    /// the yearly calendars of 1999 to 2001 (31 December 1999 and 2001 were closed, some days of 1999 were open). A
    /// closing day on a weekend is not made up for on another day. National holidays are not in it.</item>
    /// <item><c>de</c>, <c>de-by</c>, <c>us</c>…: Monday to Friday but for the public holidays of a country or one of its
    /// regions, by its ISO 3166 code in lower case (<see cref="PublicHolidays"/>).</item>
    /// </list>
    /// </summary>
    public static BusinessCalendar Named(string name)
    {
        if (_shipped.TryGetValue(name, out var calendar)) return calendar;
        if (PublicHolidays.Named(name) is { } holidays) return new([DayOfWeek.Saturday, DayOfWeek.Sunday], [], holidays.Has);
        throw new ArgumentException($"There is no calendar '{name}'{Near(name)}.", nameof(name));
    }

    /// <summary>Whether a day is a public holiday in a country as a whole. False where the country's are not known.</summary>
    /// <param name="country">ISO 3166 code in capitals, such as DE.</param>
    public static bool IsPublicHoliday(string country, DateOnly day) => PublicHolidays.Named(country.ToLowerInvariant())?.Has(day) == true;

    /// <summary>Whether the public holidays of a country (ISO 3166 code in capitals) are known.</summary>
    public static bool KnowsCountry(string country) => PublicHolidays.Named(country.ToLowerInvariant()) is not null;

    /// <summary>For people, behind a name that no calendar has: which are near it, and what there is.</summary>
    public static string Near(string name)
    {
        var typed = name.ToLowerInvariant().Replace('_', '-');
        if (typed == "uk" || typed.StartsWith("uk-", StringComparison.Ordinal)) typed = "gb" + typed[2..];
        if (Names.Contains(typed)) return $"; did you mean {typed}?";
        var country = typed.Split('-')[0];
        var near = Names.Where(known => known == country || known.StartsWith(country + "-", StringComparison.Ordinal)).ToList();
        if (near.Count > 0) return $"; of '{country}' there are {string.Join(", ", near)}";
        if (Spelling.Nearest(typed, _shipped.Keys) is { } word) return $"; did you mean {word}?";
        var countries = string.Join(", ", Names.Where(known => known.Length == 2));
        return $"; there are {string.Join(", ", _shipped.Keys.Order(StringComparer.Ordinal))}, and those of {countries} and of regions such as de-by, "
            + "ca-on or gb-sct. For other holidays take weekdays and name them in holidays";
    }

    /// <summary>This calendar with more holidays; this one stays as it is.</summary>
    public BusinessCalendar With(IEnumerable<DateOnly> holidays) => new(_weekend, _holidays.Union(holidays), _isRuledHoliday);

    public bool IsBusinessDay(DateOnly day) =>
        !_weekend.Contains(day.DayOfWeek) && !_holidays.Contains(day) && !_isRuledHoliday(day);

    /// <summary>The day itself if it is one, else the first after it.</summary>
    public DateOnly NextBusinessDay(DateOnly day) => Seek(day, 1);

    /// <summary>The day itself if it is one, else the last before it.</summary>
    public DateOnly PreviousBusinessDay(DateOnly day) => Seek(day, -1);

    /// <summary>
    /// The count-th business day after the day, or before it for a negative count; the day itself is never counted. Zero
    /// gives the day itself, even when it is not a business day. Costs a step a calendar day.
    /// </summary>
    public DateOnly AddBusinessDays(DateOnly day, int count)
    {
        var direction = Math.Sign(count);
        // Counting up to the sign, and not down from the magnitude: that of int.MinValue is no int.
        for (var left = count; left != 0; left -= direction) day = Seek(day.AddDays(direction), direction);
        return day;
    }

    /// <summary>
    /// The business days met on the way, from excluded and to included, counted negative when to is the earlier. So it
    /// undoes <see cref="AddBusinessDays"/>: BusinessDaysBetween(d, AddBusinessDays(d, n)) is n for every d and n. Costs a
    /// step a calendar day.
    /// </summary>
    public int BusinessDaysBetween(DateOnly from, DateOnly to)
    {
        var direction = Math.Sign(to.DayNumber - from.DayNumber);
        var count = 0;
        for (var day = from; day != to;)
        {
            day = day.AddDays(direction);
            if (IsBusinessDay(day)) count += direction;
        }

        return count;
    }

    private DateOnly Seek(DateOnly day, int direction)
    {
        while (!IsBusinessDay(day)) day = day.AddDays(direction);
        return day;
    }

    private static bool IsTargetHoliday(DateOnly day) => (day.Month, day.Day) switch
    {
        (1, 1) or (5, 1) or (12, 25) or (12, 26) => true,
        // Easter Sunday is 22 March to 25 April, so its Friday and Monday are in March or April.
        (3 or 4, _) => (day.DayNumber - EasterSunday(day.Year).DayNumber) is -2 or 1,
        _ => false,
    };

    /// <summary>
    /// Easter of the Western churches by the Gregorian computus, in the form published anonymously in Nature 13 (1876)
    /// p. 487 and in Meeus, Astronomical Algorithms, ch. 8. Before 1583 it is the calendar's reckoning backwards, and not
    /// what was celebrated.
    /// </summary>
    internal static DateOnly EasterSunday(int year)
    {
        var golden = year % 19;
        var (century, yearOfCentury) = Math.DivRem(year, 100);
        var (leapCenturies, centuryRest) = Math.DivRem(century, 4);
        var moonCorrection = (century - ((century + 8) / 25) + 1) / 3;
        var epact = ((19 * golden) + century - leapCenturies - moonCorrection + 15) % 30;
        var (leapYears, yearRest) = Math.DivRem(yearOfCentury, 4);
        var toSunday = (32 + (2 * centuryRest) + (2 * leapYears) - epact - yearRest) % 7;
        var lateMoon = (golden + (11 * epact) + (22 * toSunday)) / 451;
        var (month, dayBefore) = Math.DivRem(epact + toSunday - (7 * lateMoon) + 114, 31);
        return new DateOnly(year, month, dayBefore + 1);
    }
}
