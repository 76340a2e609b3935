using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;
using Recoup.Server.Heart;
using Recoup.Storage;
using Recoup.Storage.Postgres;

namespace Recoup.Server.Nodes;

/// <summary>
/// One of the processes that share a workspace's runs and dispatch on PostgreSQL. It holds its clock against the
/// database's before it begins and again and again, and takes part in the schedule only while they agree; it ends the
/// sessions of nodes that hang; and when it finds that it hung itself, it stops what it was at, since others have it by now.
/// </summary>
internal sealed class Node(ServeOptions options, Heartbeat heart, NodeState state) : BackgroundService
{
    private readonly SharedClock clock = new(options.MachineClock);

    // Renewed when the node finds that it was away too long: what was begun before then is another one's.
    private CancellationTokenSource working = new();
    private IScheduler? scheduler;
    private NodeWork? work;
    private string? said;

    /// <summary>Short, and different for every start of every node.</summary>
    private static string NewName()
    {
        var machine = new string([.. Environment.MachineName.Where(char.IsAsciiLetterOrDigit).Take(20)]);
        return string.Create(CultureInfo.InvariantCulture,
            $"{machine}-{Environment.ProcessId}-{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4))}");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        heart.Change(p => p with { StartedAt = options.Clock.GetUtcNow() });
        await Task.Yield();
        var sessions = await Reach(stoppingToken);
        if (sessions is null) return;
        var name = NewName();
        var place = options.Place.Named(sessions.NameOf(name));
        work = new NodeWork(options, heart, place);
        // Three looks in the time after which a node counts as lost.
        var pause = options.TakeOver / 3;
        for (var away = TimeSpan.Zero; !stoppingToken.IsCancellationRequested; away = await Pause(pause, stoppingToken))
        {
            if (away > options.TakeOver && scheduler is not null)
            {
                options.Log.Write(LogLevel.Warning, "node_was_away",
                    string.Create(CultureInfo.InvariantCulture,
                        $"node: this process stood still for {away.TotalSeconds:F0} s; what it was at, others have taken over"),
                    ("seconds", away.TotalSeconds));
                Renew();
            }
            try
            {
                await Task.Run(() => Look(sessions), stoppingToken);
                if (state.Clock == ClockState.Off) await Stop();
                else if (scheduler is null) await Start(name, place, stoppingToken);
                work.WentWell("node");
                said = null;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { break; }
            catch (Exception e) when (e is StoreException or SchedulerException)
            {
                Say(e);
                work.Trouble("node", e.Message);
            }
        }
        await Stop();
    }

    /// <summary>The database may come up after the node.</summary>
    private async Task<NodeSessions?> Reach(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try { return await Task.Run(() => NodeSessions.Of(options.Place, Jobs.Schedule.Name), stop); }
            catch (OperationCanceledException) { break; }
            catch (StoreException e) { Say(e); }
            await Pause(TimeSpan.FromSeconds(2), stop);
        }
        return null;
    }

    /// <summary>Returns how long it was: much longer than asked for where the process stood still.</summary>
    private static async Task<TimeSpan> Pause(TimeSpan time, CancellationToken stop)
    {
        var begun = Stopwatch.GetTimestamp();
        try { await Task.Delay(time, stop); }
        catch (OperationCanceledException) { /* the loop sees it */ }
        return Stopwatch.GetElapsedTime(begun);
    }

    private void Look(NodeSessions sessions)
    {
        using (var store = options.OpenStore()) clock.Ahead = store.ClockAhead(options.MachineClock);
        var off = clock.Ahead.Duration() > options.ClockTolerance;
        if (off && state.Clock != ClockState.Off) Refuse();
        if (off) work!.Trouble("clock", "this machine's clock is not the database's: no work is done here");
        else
        {
            if (state.Clock == ClockState.Off)
                options.Log.Write(LogLevel.Information, "clock_right", "node: this machine's clock agrees with the database's again; work goes on");
            work!.WentWell("clock");
        }
        state.Clock = off ? ClockState.Off : ClockState.Right;
        if (off || scheduler is null) return;
        if (sessions.EndLost(options.TakeOver) is var ended and > 0)
            options.Log.Write(LogLevel.Warning, "sessions_ended",
                string.Create(CultureInfo.InvariantCulture, $"node: {ended} sessions of nodes that gave no sign of life were ended"), ("sessions", ended));
    }

    private void Refuse()
    {
        var here = options.MachineClock.GetUtcNow();
        options.Log.Write(LogLevel.Error, "clock_off", string.Create(CultureInfo.InvariantCulture,
            $"node: this machine's clock says {here:yyyy-MM-dd HH:mm:ss} UTC, the database's {here + clock.Ahead:yyyy-MM-dd HH:mm:ss} UTC: "
                + $"{clock.Ahead.Duration().TotalSeconds:F0} s apart, and more than {options.ClockTolerance.TotalSeconds:F0} s is too much to work by. "
                + $"Nothing is run or sent here until they agree. Set the machine's clock (by NTP), or that of the database's machine; "
                + $"--clock-tolerance sets what is bearable."),
            ("seconds", clock.Ahead.TotalSeconds));
    }

    private async Task Start(string name, StorePlace place, CancellationToken stop)
    {
        var jobs = new Jobs(work!, () => working.Token,
            (kind, e) => options.Log.Failure("heartbeat_trouble", e, $"heartbeat: {kind}: {e.Message}", ("work", kind)));
        var made = await Jobs.Schedule.Make(name, place, options, clock, jobs, stop);
        try
        {
            await Jobs.Schedule.SetBeats(made, await Task.Run(work!.SlotCount, stop), options.Beat);
            await made.Start(stop);
        }
        catch
        {
            await made.Shutdown(waitForJobsToComplete: false, CancellationToken.None);
            throw;
        }
        scheduler = made;
        options.Log.Write(LogLevel.Information, "node_working", $"node: {name} takes part in the work", ("node", name));
    }

    /// <summary>What is under way ends between two transactions; what is left of it others do, or this one later.</summary>
    private async Task Stop()
    {
        if (scheduler is not { } ending) return;
        scheduler = null;
        Renew();
        try { await ending.Shutdown(waitForJobsToComplete: true, CancellationToken.None); }
        catch (SchedulerException e) { Say(e); }
    }

    private void Renew()
    {
        var before = working;
        working = new CancellationTokenSource();
        before.Cancel();
    }

    private void Say(Exception e)
    {
        if (said == e.Message) return;
        said = e.Message;
        options.Log.Failure("node_trouble", e, $"node: {e.Message}");
    }

    public override void Dispose()
    {
        working.Dispose();
        base.Dispose();
    }
}
