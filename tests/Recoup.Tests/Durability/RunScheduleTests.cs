using Recoup.Server.Heart;

namespace Recoup.Tests.Durability;

/// <summary>Each zone's day becomes due at its own hour, clocks going forward and back included.</summary>
public sealed class RunScheduleTests
{
    [Theory]
    // Winter: Berlin is an hour ahead of UTC; before the hour the day before is the last.
    [InlineData("Europe/Berlin", "06:00", "2026-03-02T04:59:59Z", "2026-03-01", "2026-03-01T05:00:00Z", "2026-03-02T05:00:00Z")]
    [InlineData("Europe/Berlin", "06:00", "2026-03-02T05:00:00Z", "2026-03-02", "2026-03-02T05:00:00Z", "2026-03-03T05:00:00Z")]
    // Summer.
    [InlineData("Europe/Berlin", "06:00", "2026-07-01T04:00:00Z", "2026-07-01", "2026-07-01T04:00:00Z", "2026-07-02T04:00:00Z")]
    // Auckland's morning is the day before's evening in UTC; New York's is its noon.
    [InlineData("Pacific/Auckland", "06:00", "2026-03-01T17:30:00Z", "2026-03-02", "2026-03-01T17:00:00Z", "2026-03-02T17:00:00Z")]
    [InlineData("America/New_York", "06:00", "2026-03-02T10:30:00Z", "2026-03-01", "2026-03-01T11:00:00Z", "2026-03-02T11:00:00Z")]
    // Clocks go forward over 02:30, so it comes as 03:30; they go back over it, so the first of the two counts.
    [InlineData("Europe/Berlin", "02:30", "2026-03-29T12:00:00Z", "2026-03-29", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("Europe/Berlin", "02:30", "2026-10-25T12:00:00Z", "2026-10-25", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    public void A_day_is_due_at_its_hour_in_its_zone(string zone, string at, string now, string on, string from, string next)
    {
        var schedule = new RunSchedule(TimeOnly.Parse(at, System.Globalization.CultureInfo.InvariantCulture));
        var instant = Instant(now);
        schedule.Last(zone, instant).ShouldBe(new RunDue(zone, DateOnly.Parse(on, System.Globalization.CultureInfo.InvariantCulture), Instant(from)));
        schedule.Next(zone, instant).From.ShouldBe(Instant(next));
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
