using NodaTime;

namespace Recoup.Server.Heart;

/// <summary>A day that is to be run in a zone: its business date and the instant from which it is due.</summary>
public sealed record RunDue(string Zone, DateOnly On, DateTimeOffset From);

/// <summary>When the day of each time zone is run: at one local time, each zone its own.</summary>
public sealed class RunSchedule(TimeOnly at)
{
    /// <summary>The last day that became due in a zone. Days missed before it are not run: the run takes their latest step.</summary>
    public RunDue Last(string zone, DateTimeOffset now)
    {
        var local = Instant.FromDateTimeOffset(now).InZone(Zone(zone));
        var today = local.Date.ToDateOnly();
        var due = At(zone, today);
        return due.From <= now ? due : At(zone, today.AddDays(-1));
    }

    public RunDue Next(string zone, DateTimeOffset now) => At(zone, Last(zone, now).On.AddDays(1));

    /// <summary>Where clocks go forward over the time it is an hour later; where they go back, the first of the two.</summary>
    private RunDue At(string zone, DateOnly on)
    {
        var local = new LocalDateTime(on.Year, on.Month, on.Day, at.Hour, at.Minute);
        return new RunDue(zone, on, local.InZoneLeniently(Zone(zone)).ToDateTimeOffset().ToUniversalTime());
    }

    private static DateTimeZone Zone(string zone) => DateTimeZoneProviders.Tzdb[zone];
}
