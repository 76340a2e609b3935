using Recoup.Core.Workspace;
using Recoup.Simulation.Auditing;
using Recoup.Simulation.Worlds;
using Recoup.Storage.Work;

namespace Recoup.Simulation.Weather;

/// <summary>A world played in bad weather: the same plan gives the same faults and the same journal, byte for byte.</summary>
/// <param name="Days">Simulated days.</param>
public sealed record WeatherPlan(WorldSpec World, ulong Seed, int Customers, int Days)
{
    public IReadOnlySet<Fault> Faults { get; init; } = FaultTable.Every;

    public required IMessageWriter Writer { get; init; }

    /// <summary>Days at the beginning in which nobody is contacted.</summary>
    public int QuietDays { get; init; } = 5;

    /// <summary>Null in every simulation but those that show that the auditor sees.</summary>
    public WeatherSeams? Seams { get; init; }

    /// <summary>The first day; null: as <see cref="Start"/> says.</summary>
    public DateOnly? From { get; init; }

    /// <summary>
    /// The first day. Drawn by the seed, so that the days hold what calendars are feared for; without those kinds of fault, as in every
    /// other simulation.
    /// </summary>
    public DateOnly Start
    {
        get
        {
            if (From is { } given) return given;
            if (!Faults.Overlaps([Fault.DaylightSaving, Fault.LeapDay, Fault.MonthEnd, Fault.YearEnd])) return new DateOnly(2025, 1, 1);
            var random = SplitMix.Of(Seed, -1, "weather/start");
            var (season, year, day) = (random.Below(5), random.Between(2022, 2029), random.Below(31));
            return season switch
            {
                0 => new DateOnly(random.Of(2024, 2028), 1, 15).AddDays(day),
                1 => new DateOnly(year, 2, 10).AddDays(day),
                2 => new DateOnly(year, 9, 10).AddDays(day),
                3 => new DateOnly(year, 11, 10).AddDays(day),
                _ => new DateOnly(year, 1, 1).AddDays(random.Below(365)),
            };
        }
    }

    public DateOnly End => Start.AddDays(Days - 1);

    /// <summary>What plays this plan again.</summary>
    public string Command => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"recoup simulate --faults {FaultTable.Write(Faults)} --seed {Seed} --accounts {Customers} --days {Days}"
            + $"{(From is { } from ? $" --from {from:yyyy-MM-dd}" : "")}{(World.Name == WorldTable.All[0].Name ? "" : " --world " + World.Name)}");
}

/// <summary>Where a test plants the bug that the auditor must find.</summary>
public sealed record WeatherSeams
{
    /// <summary>Stands between the dispatcher and its channel.</summary>
    public Func<ChannelPort, ChannelPort> Channel { get; init; } = static port => port;

    /// <summary>What of a batch gets through to the door.</summary>
    public Func<IReadOnlyList<Told>, IReadOnlyList<Told>> Post { get; init; } = static told => told;

    /// <summary>The disk says that it has synced what it has not: a crash takes a commit that was acknowledged.</summary>
    public bool DiskLies { get; init; }

    /// <summary>After each crash, given the folder that is opened next.</summary>
    public Action<string> AfterCrash { get; init; } = static _ => { };

    /// <summary>Somebody leaves the batch alone that a crash interrupted.</summary>
    public bool ForgetsInterrupted { get; init; }
}

/// <summary>What came of a simulation in bad weather.</summary>
public sealed record WeatherReport(WeatherPlan Plan, string JournalHash, long Events, Findings Findings)
{
    /// <summary>How often each kind of fault happened.</summary>
    public required IReadOnlyDictionary<Fault, int> Faults { get; init; }

    /// <summary>How often the power went at each named moment.</summary>
    public required IReadOnlyDictionary<string, int> Moments { get; init; }

    public int Decisions { get; init; }

    public int MessagesArrived { get; init; }

    /// <summary>The day on which it ended: the last, or the first on which something did not hold.</summary>
    public DateOnly EndedOn { get; init; }
}

/// <summary>Invariants beside those of every simulation.</summary>
public static class WeatherInvariants
{
    public const string Kept = "acknowledged-kept", Refused = "refused-by-name",
        Nothing = "refusals-leave-nothing", Unknown = "unknown-is-listed", Answers = "answers-settle-once",
        FullDisk = "full-disk-stops", PastRuns = "no-run-of-the-past", Reopens = "reopens-after-a-crash", NoError = "nothing-else-fails";

    public static IReadOnlyList<string> Names => [.. All.Select(i => i.Name)];

    internal static IReadOnlyList<InvariantCount> All =>
    [
        new(Kept, "what was acknowledged before a crash is there after it, hash for hash, and every fact told has its key"),
        new(Refused, "what can't be taken is refused, under the name that fits"),
        new(Nothing, "a refused input leaves no row and uses no key up"),
        new(Unknown, "no message stays under way, and each of unknown fate is listed for a person"),
        new(Answers, "a second, late or wrong answer of a channel changes nothing"),
        new(FullDisk, "a full disk stops the work with its own error and leaves the journal as it was"),
        new(PastRuns, "a run of a day before something recorded is refused and leaves nothing"),
        new(Reopens, "after a crash the data folder opens as it is"),
        new(NoError, "no work ends in an error that nobody named"),
    ];
}
