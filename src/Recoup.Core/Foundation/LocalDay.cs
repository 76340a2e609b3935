using NodaTime;

namespace Recoup.Core.Foundation;

/// <summary>Which date it is at a place.</summary>
public static class LocalDay
{
    /// <summary>The date of an instant in a time zone.</summary>
    /// <param name="zone">IANA name; one that there is not throws <see cref="NodaTime.TimeZones.DateTimeZoneNotFoundException"/>.</param>
    public static DateOnly Of(DateTimeOffset instant, string zone) => zone == "UTC"
        ? DateOnly.FromDateTime(instant.UtcDateTime)
        : DateBounds.DayIn(DateTimeZoneProviders.Tzdb[zone], instant);

    /// <summary>The first instant of a date in a time zone: where clocks go forward over midnight it is later than midnight.</summary>
    public static DateTimeOffset Start(DateOnly day, string zone) =>
        DateTimeZoneProviders.Tzdb[zone].AtStartOfDay(LocalDate.FromDateOnly(day)).ToDateTimeOffset().ToUniversalTime();
}
