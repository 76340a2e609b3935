using Recoup.Server.Heart;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Server.Nodes;

/// <summary>A piece of a run that some node should take.</summary>
internal sealed record SlotDue(DateOnly AsOf, string Zone, int Slot);

/// <summary>
/// What a node does when the schedule says so. Each piece may be done twice, or by two nodes at once: turns, chains' heads and
/// states make that harmless, so nothing here rests on the schedule being right.
/// </summary>
/// <param name="place">The workspace, under the node's own name of its sessions.</param>
internal sealed class NodeWork(ServeOptions options, Heartbeat heart, StorePlace place)
{
    private readonly RunSchedule schedule = new(options.RunAt);

    private readonly Lock gate = new();

    // What is wrong by kind of work; a kind that went well is not in trouble any more.
    private readonly SortedDictionary<string, (string Words, DateTimeOffset At)> troubles = new(StringComparer.Ordinal);

    // Of the run that this node had a slot of last: all its slots of it.
    private RunReport? mine;

    /// <summary>Looks which zone's hour has come, begins and ends runs. Returns what is to be done of the one under way.</summary>
    public IReadOnlyList<SlotDue> Day()
    {
        using var store = options.OpenStore(place);
        var now = options.Clock.GetUtcNow();
        var workspace = new Door(store, "run", options.Clock, options.Writer).Look();
        // Before anything is recorded there is no day to run.
        if (workspace.Seq == 0) return [];
        var zones = workspace.Zones;
        heart.Change(p => p with { Next = [.. zones.Select(z => schedule.Next(z, now)).OrderBy(d => d.From)] });
        // The workspace has one run at a time: the next zone's waits for this one's end.
        foreach (var due in zones.Select(z => schedule.Last(z, now)).OrderBy(d => d.From))
            if (!HoursRun.IsMade(store, due.Zone, due.From) && Open(store, due, now) is { Count: > 0 } left) return left;
        return [];
    }

    private IReadOnlyList<SlotDue> Open(Store store, RunDue due, DateTimeOffset now)
    {
        var door = new Door(store, "run", options.Clock, options.Writer);
        door.Look();
        var run = new DailyRun(door);
        // Another zone's day may be ahead of this one's: the run has the latest, and looks at each party as of its own.
        // A run that is under way since yesterday is ended before today's begins. Once something was recorded on a later day,
        // none goes on as of the day before: what is left of it, the later day's run takes.
        foreach (var day in new[] { due.On, DailyRun.LatestOf(door, due.On) }.Distinct())
        {
            if (day >= door.LastRecordedOn && run.SlotsLeft(day) is { Count: > 0 } left) return Due(day, left);
            run.TryEnd(day, now);
        }
        if (DailyRun.DateOf(door, due.On) is not { } asOf) throw new RunRefusedException(Heartbeat.TooFarAhead(door, due));
        if (!HoursRun.IsMade(store, due.Zone, due.From) && run.Begin(asOf, now)) return Due(asOf, run.SlotsLeft(asOf));
        HoursRun.Note(store, due.Zone, due.From);
        return [];

        IReadOnlyList<SlotDue> Due(DateOnly day, IReadOnlyList<Slot> slots) => [.. slots.Select(slot => new SlotDue(day, due.Zone, slot.Index))];
    }

    /// <summary>Decides the parties of a slot; whoever finishes the last of a run ends it.</summary>
    public void Run(SlotDue due, CancellationToken stop)
    {
        using var store = options.OpenStore(place);
        var door = new Door(store, "run", options.Clock, options.Writer);
        heart.Change(p => p with { Doing = $"running {due.AsOf:yyyy-MM-dd}" });
        var run = new DailyRun(door);
        var report = run.RunSlot(due.AsOf, options.Clock.GetUtcNow(), Slots.Of(store)[due.Slot], stop);
        heart.Ran(report, due.Zone);
        var sum = Add(report);
        if (report.Stopped is { } stopped) Trouble("run", stopped);
        if (run.SlotsLeft(due.AsOf).Count == 0) run.TryEnd(due.AsOf, options.Clock.GetUtcNow());
        heart.Change(p => p with { LastRun = sum, LastRunAt = options.Clock.GetUtcNow() });
    }

    private RunReport Add(RunReport slot)
    {
        lock (gate)
        {
            var sum = new RunReport
            {
                AsOf = slot.AsOf, Shadow = slot.Shadow, Reviewed = slot.Reviewed, Decisions = slot.Decisions,
                Deferred = slot.Deferred, Blocked = slot.Blocked, Seconds = slot.Seconds, Stopped = slot.Stopped,
            };
            if (mine is { } before && before.AsOf == slot.AsOf)
            {
                sum.Reviewed += before.Reviewed;
                sum.Decisions += before.Decisions;
                sum.Deferred += before.Deferred;
                sum.Blocked += before.Blocked;
                sum.Seconds += before.Seconds;
                sum.Stopped ??= before.Stopped;
            }
            return mine = sum;
        }
    }

    public void Dispatch(int slot, CancellationToken stop)
    {
        using var store = options.OpenStore(place);
        var door = new Door(store, "dispatch", options.Clock, options.Writer);
        if (door.Look().Seq == 0) return;
        heart.Change(p => p with { Doing = "dispatching" });
        var report = new Dispatcher(door, options.Channels(store)).DispatchSlot(options.Clock.GetUtcNow(), Slots.Of(store)[slot], stop);
        heart.Dispatched(report);
        heart.Change(p => p with { LastDispatch = report, LastDispatchAt = options.Clock.GetUtcNow() });
    }

    /// <summary>Slots of a dispatch; the same as those of a run.</summary>
    public int SlotCount()
    {
        using var store = options.OpenStore(place);
        return Slots.Of(store).Count;
    }

    // --- what is shown of it ---

    public void Trouble(string kind, string words)
    {
        lock (gate) troubles[kind] = (words, options.Clock.GetUtcNow());
        Show();
    }

    public void WentWell(string kind)
    {
        lock (gate) troubles.Remove(kind);
        Show();
    }

    private void Show()
    {
        (string Words, DateTimeOffset At)? first;
        lock (gate) first = troubles.Count > 0 ? troubles.First().Value : null;
        heart.Change(p => p with { BeatAt = options.Clock.GetUtcNow(), Doing = null, Trouble = first?.Words, TroubleAt = first?.At });
    }

}
