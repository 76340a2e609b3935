using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Recoup.Core.Events;
using Recoup.Server.Telemetry;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Server.Heart;

/// <summary>What the heartbeat did last and does next, as pages and `/health` show it.</summary>
public sealed record Pulse
{
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? BeatAt { get; init; }

    /// <summary>What it is at: running, dispatching; null: waiting.</summary>
    public string? Doing { get; init; }
    public RunReport? LastRun { get; init; }
    public DateTimeOffset? LastRunAt { get; init; }
    public DispatchReport? LastDispatch { get; init; }
    public DateTimeOffset? LastDispatchAt { get; init; }

    /// <summary>By zone, the next first.</summary>
    public IReadOnlyList<RunDue> Next { get; init; } = [];

    /// <summary>Why the last beat did not do all it should; null: it did.</summary>
    public string? Trouble { get; init; }
    public DateTimeOffset? TroubleAt { get; init; }
}

/// <summary>
/// Runs each portfolio's day at its hour in its time zone and dispatches every minute. A run is of the whole
/// workspace: it is made at the hour of each zone that a portfolio has, and the second of a date looks only at what
/// is due then. After a stop the last hour that passed is caught up, once. One folder may have several heartbeats and
/// command lines: the store's turns let one at a time. On PostgreSQL a <see cref="Nodes.Node"/> does all this, and only
/// tells here what it did.
/// </summary>
public sealed class Heartbeat(ServeOptions options, Instruments instruments) : BackgroundService
{
    private readonly RunSchedule schedule = new(options.RunAt);

    private readonly Lock gate = new();
    private Pulse pulse = new();

    public Pulse Pulse => Volatile.Read(ref pulse);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Beats || options.IsNode) return;
        Change(p => p with { StartedAt = options.Clock.GetUtcNow() });
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try { await Task.Run(() => Beat(stoppingToken), stoppingToken); }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception e)
            {
                // The next beat tries again: a busy folder or a full disk passes. Until then it is seen, not hidden.
                if (Pulse.Trouble != e.Message) options.Log.Failure("heartbeat_trouble", e, $"heartbeat: {e.Message}");
                Change(p => p with { Trouble = e.Message, TroubleAt = options.Clock.GetUtcNow(), Doing = null });
            }
            try { await Task.Delay(options.Beat, options.Clock, stoppingToken); }
            catch (OperationCanceledException) { return; }
        }
    }

    /// <summary>What is due now: runs, then what may be sent.</summary>
    /// <param name="stop">Ends between two transactions, as a kill would, only tidier: what is left is done at the next beat.</param>
    public void Beat(CancellationToken stop)
    {
        using var store = options.OpenStore(create: true);
        var now = options.Clock.GetUtcNow();
        var workspace = new Door(store, "run", options.Clock, options.Writer).Look();
        var zones = workspace.Zones;
        string? trouble = null;
        // Before anything is recorded there is no day to run.
        if (workspace.Seq > 0)
            foreach (var due in zones.Select(z => schedule.Last(z, now)).OrderBy(d => d.From))
                if (!HoursRun.IsMade(store, due.Zone, due.From)) trouble = Run(store, due, now, stop) ?? trouble;
        var next = zones.Select(z => schedule.Next(z, now)).OrderBy(d => d.From).ToList();
        if (workspace.Seq > 0) Dispatch(store, now, stop);
        Change(p => p with { BeatAt = now, Doing = null, Next = next, Trouble = trouble, TroubleAt = trouble is null ? null : now });
    }

    /// <summary>Null: made. Else why not.</summary>
    private string? Run(Store store, RunDue due, DateTimeOffset now, CancellationToken stop)
    {
        var door = new Door(store, "run", options.Clock, options.Writer);
        door.Look();
        // Another zone's day may be ahead of this one's: the run has the latest, and looks at each party as of its own.
        if (DailyRun.DateOf(door, due.On) is not { } asOf) return TooFarAhead(door, due);
        Change(p => p with { Doing = $"running {asOf:yyyy-MM-dd}" });
        door.Own = OwnFiles(door);
        var report = new DailyRun(door).Run(asOf, now, progress: (_, _) => stop.ThrowIfCancellationRequested(), ownDays: true);
        HoursRun.Note(store, due.Zone, due.From);
        Ran(report, due.Zone);
        Change(p => p with { LastRun = report, LastRunAt = options.Clock.GetUtcNow(), Doing = null });
        return report.Stopped;
    }

    /// <summary>The user's files as they lie in the folder now; null: there is none. Those that are wrong are on the pages.</summary>
    private IReadOnlyList<CatalogFile>? OwnFiles(Door door) =>
        options.Own is { } own && own.Catalog(door.Workspace.Adopted, door.LastRecordedOn).Exists
            ? own.Read(door.Workspace.Adopted, door.LastRecordedOn).Adoptable : null;

    /// <summary>Tells of a run, or of a slot of one.</summary>
    internal void Ran(RunReport report, string zone)
    {
        instruments.Ran(report);
        options.Log.Write(report.Stopped is null && report.SetAside == 0 ? LogLevel.Information : LogLevel.Warning, "run_made", null,
            ("as_of", report.AsOf.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)), ("zone", zone),
            ("reviewed", report.Reviewed), ("decisions", report.Decisions), ("actions", report.Actions.Values.Sum()),
            ("deferred", report.Deferred), ("blocked", report.Blocked), ("set_aside", report.SetAside),
            ("stopped", report.Stopped is not null), ("seconds", report.Seconds));
    }

    private void Dispatch(Store store, DateTimeOffset now, CancellationToken stop)
    {
        Change(p => p with { Doing = "dispatching" });
        var door = new Door(store, "dispatch", options.Clock, options.Writer);
        door.Look();
        // What was changed since the run is what is written now.
        if (OwnFiles(door) is { } own) Adoption.Adopt(door, own, options.Actor, now);
        var report = new Dispatcher(door, options.Channels(store)).Dispatch(now, _ => stop.ThrowIfCancellationRequested());
        Dispatched(report);
    }

    internal void Dispatched(DispatchReport report)
    {
        instruments.Dispatched(report);
        if (report.Sent + report.Failed + report.Unknown + report.Withdrawn + report.SetAside > 0)
            options.Log.Write(report.SetAside == 0 ? LogLevel.Information : LogLevel.Warning, "dispatched", null, ("sent", report.Sent),
                ("failed", report.Failed), ("unknown", report.Unknown), ("deferred", report.Deferred),
                ("withdrawn", report.Withdrawn), ("to_retry", report.ToRetry),
                ("throttled", report.Throttled), ("set_aside", report.SetAside));
        Change(p => p with { LastDispatch = report, LastDispatchAt = options.Clock.GetUtcNow(), Doing = null });
    }

    internal static string TooFarAhead(Door door, RunDue due) =>
        $"something was recorded as of {DailyRun.LatestOf(door, due.On):yyyy-MM-dd} already, "
        + $"and it is {due.On:yyyy-MM-dd} in {due.Zone}; the day is run again when it gets there";

    internal void Change(Func<Pulse, Pulse> change)
    {
        lock (gate) Volatile.Write(ref pulse, change(Pulse));
    }
}
