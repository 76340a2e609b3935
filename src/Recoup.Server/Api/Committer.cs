using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Recoup.Core;
using Recoup.Server.Telemetry;
using Recoup.Storage;

namespace Recoup.Server.Api;

/// <summary>Units of one request that wait for their commit together: they become durable in one transaction.</summary>
internal sealed class Submission(IReadOnlyList<InputUnit> units)
{
    // Answers are written on other threads: the committing one goes on with the next group.
    private readonly TaskCompletionSource<Settled> settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<InputUnit> Units { get; } = units;

    /// <summary>Complete when the units are durable, or nothing of them was kept.</summary>
    public Task<Settled> Settled => settled.Task;

    public void Settle(Settled result) => settled.TrySetResult(result);
}

/// <summary>What became of a submission.</summary>
/// <param name="Results">One a unit, in order; null where nothing was taken.</param>
/// <param name="Problem">Why nothing was taken; null where it was.</param>
internal readonly record struct Settled(IReadOnlyList<UnitResult>? Results, Problem? Problem);

/// <summary>
/// Takes what requests send through the door, in order: whatever waits becomes one transaction, and all who waited are
/// answered when it is durable. So the cost of making something durable is shared, the more the busier it is; and while
/// one group is written, the next is handled.
/// </summary>
internal sealed class Committer(ServeOptions options, Instruments instruments) : IHostedService, IDisposable
{
    /// <summary>Units of one transaction: a submission that has more is one by itself.</summary>
    private const int GroupMax = 1024;

    /// <summary>Fewer than so many units are not handled ahead: they wait for others while a group is being written.</summary>
    private const int AheadMin = 16;

    /// <summary>After so long without a submission the cells are merged, so that readers find little to add up.</summary>
    private static readonly TimeSpan IdleAfter = TimeSpan.FromMilliseconds(200);

    /// <summary>So long the committing thread sleeps at most.</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan SayMergeTroubleEvery = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(10);

    private readonly object gate = new();
    private readonly Queue<Submission> queue = new();
    private int waiting;
    private bool ending;
    private Thread? thread;

    // The committing thread's own.
    private Store? store;
    private Door? door;
    private Door.Parts? parts;
    private readonly List<Group> underWay = [];
    private long openedAt;
    private bool unmerged;
    private readonly Dictionary<(string Kind, string Outcome), long> taken = [];
    private long takenLoggedAt = Stopwatch.GetTimestamp();
    private string? trouble;
    private long mergeTroubleSaidAt;

    /// <summary>Units that wait for their commit.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Null: commits go through. Else why the last did not.</summary>
    public string? Trouble => thread is not { IsAlive: true } ? "nothing is committing" : Volatile.Read(ref trouble);

    /// <summary>False: too much waits already, or the server ends; nothing of the submission is taken.</summary>
    public bool TryAdd(Submission submission)
    {
        lock (gate)
        {
            if (ending || (waiting > 0 && waiting + submission.Units.Count > options.Limits.WaitingMax)) return false;
            waiting += submission.Units.Count;
            queue.Enqueue(submission);
            if (queue.Count == 1) Monitor.Pulse(gate);
        }
        return true;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        instruments.WatchQueue(() => Waiting);
        thread = new Thread(Work) { Name = "commits", IsBackground = true };
        thread.Start();
        return Task.CompletedTask;
    }

    /// <summary>What waits is taken first; requests have ended by then.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            ending = true;
            Monitor.Pulse(gate);
        }
        if (thread is not null) await Task.Run(thread.Join, cancellationToken);
    }

    private void Work()
    {
        while (Next() is { } submissions)
        {
            if (submissions.Count > 0) Commit(submissions);
            else Rest();
        }
        Rest();
        Close();
        LogTaken(always: true);
    }

    /// <summary>Waits for submissions; none where none came for a while, and nothing is under way then. Null at the end.</summary>
    private List<Submission>? Next()
    {
        var old = Stopwatch.GetElapsedTime(openedAt) > options.StoreLife;
        // Few are better off with those that come until the group before them is durable.
        if (underWay.Count > 0 && (old || Waiting < AheadMin)) Settle();
        if (old) Close();
        lock (gate)
        {
            if (queue.Count == 0 && !ending) Monitor.Wait(gate, unmerged ? IdleAfter : WaitMax);
            var next = new List<Submission>();
            var size = 0;
            while (queue.TryPeek(out var first) && (next.Count == 0 || size + first.Units.Count <= GroupMax))
            {
                next.Add(queue.Dequeue());
                size += first.Units.Count;
            }
            waiting -= size;
            return next.Count > 0 || !ending ? next : null;
        }
    }

    /// <summary>Handles a group; it may be under way still afterwards, and the next is handled meanwhile.</summary>
    private void Commit(List<Submission> submissions)
    {
        var group = new Group(submissions, instruments);
        underWay.Add(group);
        Do(() => (parts ?? Open()).Take(group.Units, group.Keep), last: group);
    }

    private void Settle() => Do(() => parts!.Settle(), last: null);

    /// <param name="last">May be under way afterwards, even where it is kept by then: what follows a commit is not over.</param>
    private void Do(Action step, Group? last)
    {
        Exception? failure = null;
        try { step(); }
        catch (Exception e)
        {
            failure = e;
            // What is being written comes to its end, and is told of where it is kept.
            Close();
        }
        var lost = new List<Group>();
        var kept = false;
        for (var i = underWay.Count - 1; i >= 0; i--)
        {
            var group = underWay[i];
            if (failure is null && group == last) continue;
            if (group.Results is { } results)
            {
                Count(group.Units, results);
                kept = true;
            }
            else lost.Insert(0, group);
            underWay.RemoveAt(i);
        }
        if (kept)
        {
            unmerged = true;
            if (failure is null) Volatile.Write(ref trouble, null);
        }
        if (failure is not null) Refuse(lost, failure);
        else if (underWay.Count == 0) Tidy();
        LogTaken(always: false);
    }

    /// <summary>Nothing of the groups was kept. What lies with the store is everybody's; anything else may be one submission's alone.</summary>
    private void Refuse(List<Group> groups, Exception e)
    {
        foreach (var group in groups) group.Fail();
        var submissions = groups.SelectMany(g => g.Submissions).ToList();
        if (submissions.Count == 0)
        {
            options.Log.Failure("after_commit_failed", e, null);
            return;
        }
        if (Storing.ProblemOf(e) is { } problem)
        {
            var isNew = Volatile.Read(ref trouble) is null;
            Volatile.Write(ref trouble, problem.Detail);
            foreach (var submission in submissions) submission.Settle(new Settled(null, problem));
            if (isNew) options.Log.Failure("commit_failed", e, $"api: {e.Message}", ("code", problem.Code), ("requests", submissions.Count));
            return;
        }
        if (submissions is [var alone])
        {
            if (alone.Units.Count > 1 && SetAsides.MayBeOf(e) && TryInPieces(alone)) return;
            SetAside(alone, e);
            alone.Settle(new Settled(null, Problem.Ours));
            options.Log.Failure("input_failed", e, $"api: {e}", ("inputs", alone.Units.Count));
            return;
        }
        foreach (var submission in submissions)
        {
            Commit([submission]);
            if (underWay.Count > 0) Settle();
        }
    }

    /// <summary>A list of which something fails is taken in pieces, so that only what fails alone is left out of it. False: it could not be.</summary>
    private bool TryInPieces(Submission list)
    {
        try
        {
            if (door is null) Open();
            var units = door!.TakeOrSetAside(list.Units).Units;
            unmerged = true;
            list.Settle(new Settled(units, null));
            Count(list.Units, units);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            options.Log.Failure("input_failed", e, null, ("inputs", list.Units.Count));
            Close();
            return false;
        }
    }

    /// <summary>So that it is told of beside the log too. Where that fails the log has it all the same.</summary>
    private void SetAside(Submission alone, Exception e)
    {
        try
        {
            using var own = options.OpenStore();
            foreach (var unit in alone.Units) SetAsides.Note(own, unit, e, options.Clock.GetUtcNow());
        }
        catch (Exception other) when (other is not OutOfMemoryException)
        {
            options.Log.Failure("set_aside_failed", other, null);
        }
    }

    private Door.Parts Open()
    {
        store = options.OpenStore(create: true);
        store.PaceCheckpoints();
        openedAt = Stopwatch.GetTimestamp();
        // Named as an import: the same moments at which a test lets the process die.
        door = new Door(store, "import", options.Clock, options.Writer) { Kpis = options.KpiIds };
        return parts = door.BeginParts(AheadMin, MergeFailed);
    }

    /// <summary>
    /// What was taken is durable; readers add up what is not merged, and the next merge takes it along. Told each time to a
    /// log that is kept, now and then to the person at the terminal.
    /// </summary>
    private void MergeFailed(Exception e)
    {
        var said = Volatile.Read(ref mergeTroubleSaidAt);
        var isDue = said == 0 || Stopwatch.GetElapsedTime(said) > SayMergeTroubleEvery;
        if (isDue) Volatile.Write(ref mergeTroubleSaidAt, Stopwatch.GetTimestamp());
        options.Log.Failure("merge_failed", e,
            !isDue ? null : $"api: what inputs add to the figures can't be merged, and is added up by whoever reads until it can: {e.Message}");
    }

    private void Close()
    {
        parts?.Dispose();
        store?.Dispose();
        (parts, door, store) = (null, null, null);
    }

    private void Rest()
    {
        if (unmerged)
        {
            unmerged = false;
            try
            {
                if (door is null) Open();
                door!.MergeCells(always: true);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whatever it is, inputs are taken on: the next store is a new one.
                MergeFailed(e);
                Close();
            }
            Tidy();
        }
        LogTaken(always: false);
    }

    /// <summary>While nothing is under way.</summary>
    private void Tidy()
    {
        try { store?.Checkpoint(); }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            options.Log.Failure("checkpoint_failed", e, null);
            Close();
        }
    }

    private void Count(IReadOnlyList<InputUnit> units, List<UnitResult> results)
    {
        var counts = new Dictionary<(string Kind, string Outcome), long>();
        for (var i = 0; i < results.Count; i++)
        {
            var outcome = OutcomeOf(results[i].Status);
            var key = (InputKinds.NameOf(units[i].Inputs[0]), outcome);
            CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _)++;
        }
        foreach (var ((kind, outcome), count) in counts)
        {
            instruments.Inputs(kind, outcome, count);
            taken[(kind, outcome)] = taken.GetValueOrDefault((kind, outcome)) + count;
        }
    }

    private static string OutcomeOf(UnitStatus status) =>
        status switch { UnitStatus.Accepted => "accepted", UnitStatus.Unchanged => "unchanged", UnitStatus.SetAside => "set_aside", _ => "refused" };

    /// <summary>What was taken since the last time, in sums: a line a request would be more than anybody reads.</summary>
    private void LogTaken(bool always)
    {
        if (taken.Count == 0 || (!always && Stopwatch.GetElapsedTime(takenLoggedAt) < LogEvery)) return;
        foreach (var ((kind, outcome), count) in taken.OrderBy(t => t.Key))
            options.Log.Write(LogLevel.Information, "inputs_taken", null, ("kind", kind), ("outcome", outcome), ("count", count));
        taken.Clear();
        takenLoggedAt = Stopwatch.GetTimestamp();
    }

    public void Dispose() => Close();

    /// <summary>Submissions of one transaction. What keeps them may be another thread than the one that asks for the results.</summary>
    private sealed class Group
    {
        private readonly Instruments instruments;
        private readonly Activity? activity;
        private readonly long begun = Stopwatch.GetTimestamp();
        private List<UnitResult>? results;

        public Group(List<Submission> submissions, Instruments instruments)
        {
            Submissions = submissions;
            this.instruments = instruments;
            Units = submissions.Count == 1 ? submissions[0].Units : [.. submissions.SelectMany(s => s.Units)];
            activity = instruments.Start("commit", ActivityKind.Internal);
            activity?.SetTag("recoup.batch.inputs", Units.Count);
            // It ends on another thread; what is begun here meanwhile is no part of it.
            Activity.Current = null;
        }

        public IReadOnlyList<Submission> Submissions { get; }

        public IReadOnlyList<InputUnit> Units { get; }

        /// <summary>One a unit; null while it is not durable.</summary>
        public List<UnitResult>? Results => Volatile.Read(ref results);

        /// <summary>Tells all who wait.</summary>
        public void Keep(BatchResult result)
        {
            Volatile.Write(ref results, result.Units);
            var at = 0;
            foreach (var submission in Submissions)
            {
                submission.Settle(new Settled(submission.Units.Count == 1 ? [result.Units[at]] : result.Units.GetRange(at, submission.Units.Count), null));
                at += submission.Units.Count;
            }
            instruments.Committed(Units.Count, Stopwatch.GetElapsedTime(begun), result.Events);
            activity?.Dispose();
        }

        public void Fail()
        {
            activity?.SetStatus(ActivityStatusCode.Error);
            activity?.Dispose();
        }
    }
}

/// <summary>Exceptions that lie with the store, not with what was sent.</summary>
internal static class Storing
{
    /// <summary>Null: an error of ours, or what the database refused for the sake of one submission.</summary>
    public static Problem? ProblemOf(Exception e) => e switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 } => Problem.Unavailable("Another Recoup has held the data folder for half a minute."),
        SqliteException { SqliteErrorCode: 13 } => Problem.Unavailable("The disk is full."),
        // One row's rule, of which others that wait know nothing.
        SqliteException { SqliteErrorCode: 19 } or StoreRefusedException => null,
        SqliteException => Problem.Unavailable("The data folder can't be read or written."),
        StoreBusyException => Problem.Unavailable("Another Recoup has held the same partition for half a minute."),
        StoreFullException => Problem.Unavailable("The database server's disk is full."),
        StoreException => Problem.Unavailable("The data folder can't be used; `recoup audit verify` or the log of the server tells more."),
        IOException or UnauthorizedAccessException => Problem.Unavailable("The data folder can't be read or written."),
        _ => null,
    };
}
