using Recoup.Core.Contact;
using Recoup.Core.Inputs;
using Recoup.Simulation.Auditing;
using Recoup.Simulation.Worlds;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Simulation.Business;

/// <summary>
/// A business that uses Recoup, day by day, on the real door, the real run and the real dispatch: in the morning the
/// ledger, the bank and the customers tell what happened, then comes the run, then letters leave, in the afternoon people
/// work the worklist, and in the evening the auditor looks at everything. The clock is the simulation's.
/// </summary>
public sealed class SimulatedBusiness : IDisposable
{
    // Letters leave twice, since no hour of the morning is in the contact window both in Berlin and in New York.
    private static readonly TimeOnly Morning = new(6, 0), Run = new(7, 0), FirstPost = new(10, 5), Calls = new(15, 0), SecondPost = new(17, 5);

    private readonly SimulationPlan plan;
    private readonly Seams seams;
    private readonly SteppingClock clock = new();
    private readonly World world;
    private readonly Auditor auditor;
    private readonly Letters letters;
    private readonly Agents agents;
    private readonly Door door;
    private readonly SortedDictionary<string, int> actions = new(StringComparer.Ordinal);
    private int decisions, sent, failed;

    /// <param name="folder">A new data folder, or one that does not exist yet.</param>
    public SimulatedBusiness(SimulationPlan plan, string folder)
    {
        this.plan = plan;
        seams = plan.Seams ?? new Seams();
        clock.Now = At(plan.Start, Morning);
        Store = Store.Open(folder, create: true, SplitMix.Of(plan.Seed, -1, "keys").Fill);
        world = new World(plan.World, plan.Seed, plan.Customers, plan.Start);
        auditor = new Auditor(folder, new Findings(plan.Seed));
        letters = new Letters(plan.Writer, world, () => auditor);
        agents = new Agents(Store, world, auditor, plan.Customers, (party, _) => world.HasArrived(party));
        door = new Door(Store, "simulation", clock, letters, seams.Rules) { Policy = plan.Policy };
    }

    public Store Store { get; }

    /// <summary>All days, then the thorough check. Stops at the end of a day on which an invariant did not hold.</summary>
    /// <param name="progress">After each day: the day, and the share of days done.</param>
    public SimulationReport Play(Action<DateOnly, double>? progress = null)
    {
        var brought = new List<(DateOnly, IReadOnlyDictionary<string, long>)>();
        var day = plan.Start;
        for (var i = 0; i < plan.Days; i++, day = day.AddDays(1))
        {
            PlayDay(day, live: i >= plan.QuietDays, first: i == plan.QuietDays);
            if (day.AddDays(1).Day == 1 || day == plan.End) brought.Add((day, world.BroughtByContact(day)));
            progress?.Invoke(day, (i + 1d) / plan.Days);
            // What is broken once breaks on: the first day tells the most.
            if (!auditor.Findings.Ok) break;
            if (plan.ThoroughEveryDays > 0 && (i + 1) % plan.ThoroughEveryDays == 0 && i + 1 < plan.Days) auditor.Thoroughly(day, Store);
        }
        if (plan.Audited) auditor.Thoroughly(plan.End, Store);
        var (hash, events) = auditor.JournalHash();
        return new SimulationReport(plan, hash, events, auditor.Findings, world.Tally)
        {
            Decisions = decisions, Actions = actions, MessagesSent = sent, MessagesFailed = failed, BroughtByContact = brought,
        };
    }

    private void PlayDay(DateOnly day, bool live, bool first)
    {
        letters.Today = day;
        clock.Now = At(day, Morning);
        Tell(day, world.Day(day));
        if (live)
        {
            if (first) Tell(day, [Worlds.Tell.Of("sending", "go-live", "max", ("mode", "live"), ("reason", "the simulation begins to send"))]);
            clock.Now = At(day, Run);
            var report = new DailyRun(door).Run(day, clock.Now, acceptVolume: true);
            decisions += report.Decisions;
            foreach (var (kind, count) in report.Actions) actions[kind] = actions.GetValueOrDefault(kind) + count;
            seams.AfterRun(day, Store.Folder);
            Dispatch(day, FirstPost);
            clock.Now = At(day, Calls);
            Tell(day, agents.Work(day, clock.Now));
            Dispatch(day, SecondPost);
            letters.EndOfDay();
        }
        if (plan.Audited) auditor.EndOfDay(day, Store);
    }

    private void Tell(DateOnly day, IReadOnlyList<Input> told)
    {
        foreach (var input in told) auditor.Books.Note(input);
        var through = seams.Post(day, told);
        foreach (var part in through.Chunk(Intake.PartSize))
            auditor.Taken(day, part, door.Take([.. part.Select(input => new InputUnit(0, [input], clock.Now))]));
        door.MergeCells(always: false);
    }

    private void Dispatch(DateOnly day, TimeOnly hour)
    {
        clock.Now = At(day, hour);
        var port = seams.Channel(new ChannelPort(IsIdempotent: false, (messages, at) =>
        {
            plan.Copies(day, messages, at);
            return letters.Deliver(messages, at);
        }));
        var report = new Dispatcher(door, new Dictionary<string, ChannelPort>(StringComparer.Ordinal) { [Channel.Email] = port }).Dispatch(clock.Now);
        sent += report.Sent;
        failed += report.Failed;
    }

    private static DateTimeOffset At(DateOnly day, TimeOnly hour) => new(day, hour, TimeSpan.Zero);

    public void Dispose()
    {
        auditor.Dispose();
        Store.Dispose();
    }

    private sealed class SteppingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
