using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Recoup.Core.Inputs;
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
/// Takes what requests send through the door on one thread: whatever waits becomes one transaction, and all who waited
/// are answered when it is durable. So the cost of making something durable is shared, the more the busier it is.
/// </summary>
internal sealed class Committer(ServeOptions options, Instruments instruments) : IHostedService, IDisposable
{
    /// <summary>Units of one transaction: a submission that has more is one by itself.</summary>
    private const int GroupMax = 1024;

    /// <summary>After so long without a submission the cells are merged, so that readers find little to add up.</summary>
    private static readonly TimeSpan IdleAfter = TimeSpan.FromMilliseconds(200);

    /// <summary>The store is opened anew now and then: what its cache holds of persons erased by another process goes.</summary>
    private static readonly TimeSpan StoreLife = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(10);

    private readonly object gate = new();
    private readonly Queue<Submission> queue = new();
    private int waiting;
    private bool ending;
    private Thread? thread;

    // The committing thread's own.
    private Store? store;
    private Door? door;
    private long openedAt;
    private bool unmerged;
    private readonly Dictionary<(string Kind, string Outcome), long> taken = [];
    private long takenLoggedAt = Stopwatch.GetTimestamp();
    private string? trouble;

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
        var group = new List<Submission>();
        while (Next(group))
        {
            if (group.Count > 0) Commit(group);
            else Rest();
            group.Clear();
        }
        Rest();
        Close();
        LogTaken(always: true);
    }

    /// <summary>Waits for submissions; an empty group where none came for a while. False at the end.</summary>
    private bool Next(List<Submission> group)
    {
        lock (gate)
        {
            if (queue.Count == 0 && !ending) Monitor.Wait(gate, unmerged ? IdleAfter : StoreLife);
            var size = 0;
            while (queue.TryPeek(out var next) && (group.Count == 0 || size + next.Units.Count <= GroupMax))
            {
                group.Add(queue.Dequeue());
                size += next.Units.Count;
            }
            waiting -= size;
            return group.Count > 0 || !ending;
        }
    }

    private void Commit(List<Submission> group)
    {
        using var activity = instruments.Start("commit", ActivityKind.Internal);
        IReadOnlyList<InputUnit> units = group.Count == 1 ? group[0].Units : [.. group.SelectMany(s => s.Units)];
        activity?.SetTag("recoup.batch.inputs", units.Count);
        try
        {
            var begun = Stopwatch.GetTimestamp();
            var result = (door ?? Open()).Take(units);
            instruments.Committed(units.Count, Stopwatch.GetElapsedTime(begun), result.Events);
            unmerged = true;
            Volatile.Write(ref trouble, null);
            var at = 0;
            foreach (var submission in group)
            {
                submission.Settle(new Settled(submission.Units.Count == 1 ? [result.Units[at]] : result.Units.GetRange(at, submission.Units.Count), null));
                at += submission.Units.Count;
            }
            Count(units, result.Units);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error);
            Close();
            Refuse(group, e);
            return;
        }
        Merge(always: false);
        LogTaken(always: false);
    }

    /// <summary>Nothing of the group was kept. What lies with the store is everybody's; anything else may be one submission's alone.</summary>
    private void Refuse(List<Submission> group, Exception e)
    {
        if (Storing.ProblemOf(e) is { } problem)
        {
            if (Volatile.Read(ref trouble) is null) options.Log.Failure("commit_failed", e, $"api: {e.Message}", ("code", problem.Code), ("requests", group.Count));
            Volatile.Write(ref trouble, problem.Detail);
            foreach (var submission in group) submission.Settle(new Settled(null, problem));
            return;
        }
        if (group.Count == 1)
        {
            options.Log.Failure("input_failed", e, $"api: {e}", ("inputs", group[0].Units.Count));
            group[0].Settle(new Settled(null, Problem.Ours));
            return;
        }
        foreach (var submission in group) Commit([submission]);
    }

    private Door Open()
    {
        store = options.OpenStore(create: true);
        store.PaceCheckpoints();
        openedAt = Stopwatch.GetTimestamp();
        // Named as an import: the same moments at which a test lets the process die.
        return door = new Door(store, "import", options.Clock, options.Writer);
    }

    private void Close()
    {
        door = null;
        store?.Dispose();
        store = null;
    }

    private void Rest()
    {
        if (unmerged) Merge(always: true);
        LogTaken(always: false);
        if (store is not null && Stopwatch.GetElapsedTime(openedAt) > StoreLife) Close();
    }

    private void Merge(bool always)
    {
        try
        {
            door?.MergeCells(always);
            store?.Checkpoint();
            if (always) unmerged = false;
        }
        catch (Exception e) when (Storing.ProblemOf(e) is not null)
        {
            // What was taken is durable; readers add up what is not merged, and the next merge takes it along.
            options.Log.Failure("merge_failed", e, null);
            unmerged = false;
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

    private static string OutcomeOf(UnitStatus status) => status switch { UnitStatus.Accepted => "accepted", UnitStatus.Unchanged => "unchanged", _ => "refused" };

    /// <summary>What was taken since the last time, in sums: a line a request would be more than anybody reads.</summary>
    private void LogTaken(bool always)
    {
        if (taken.Count == 0 || (!always && Stopwatch.GetElapsedTime(takenLoggedAt) < LogEvery)) return;
        foreach (var ((kind, outcome), count) in taken.OrderBy(t => t.Key)) options.Log.Write(LogLevel.Information, "inputs_taken", null, ("kind", kind), ("outcome", outcome), ("count", count));
        taken.Clear();
        takenLoggedAt = Stopwatch.GetTimestamp();
    }

    public void Dispose() => Close();
}

/// <summary>Exceptions that lie with the store, not with what was sent.</summary>
internal static class Storing
{
    /// <summary>Null: an error of ours.</summary>
    public static Problem? ProblemOf(Exception e) => e switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 } => Problem.Unavailable("Another Recoup has held the data folder for half a minute."),
        SqliteException { SqliteErrorCode: 13 } => Problem.Unavailable("The disk is full."),
        SqliteException => Problem.Unavailable("The data folder can't be read or written."),
        StoreBusyException => Problem.Unavailable("Another Recoup has held the same partition for half a minute."),
        StoreFullException => Problem.Unavailable("The database server's disk is full."),
        StoreException => Problem.Unavailable("The data folder can't be used; `recoup audit verify` or the log of the server tells more."),
        IOException or UnauthorizedAccessException => Problem.Unavailable("The data folder can't be read or written."),
        _ => null,
    };
}
