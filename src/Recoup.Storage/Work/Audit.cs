using System.Globalization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Storage.Journal;

namespace Recoup.Storage.Work;

/// <summary>Something found wrong, with its place.</summary>
/// <param name="Check">chain, head, anchor, money, state, cells, key.</param>
/// <param name="Where">A table, party or file.</param>
/// <param name="Partition">Of the journal, where it is there.</param>
/// <param name="Seq">The event at or after which it is wrong.</param>
public sealed record AuditProblem(string Check, string Where, int? Partition, long? Seq, string Message);

public sealed class AuditReport
{
    public long Events { get; set; }
    public int Partitions { get; set; }
    public int Parties { get; set; }
    public List<AuditProblem> Problems { get; } = [];
    public long ProblemsInAll { get; private set; }
    public bool Ok => ProblemsInAll == 0;

    /// <summary>At most so many are listed; the others are counted.</summary>
    public const int ListedMax = 100;

    internal void Add(AuditProblem problem)
    {
        ProblemsInAll++;
        if (Problems.Count < ListedMax) Problems.Add(problem);
    }

    /// <summary>Adds what was found in a part.</summary>
    internal void Take(AuditReport part)
    {
        Events += part.Events;
        Partitions += part.Partitions;
        Parties += part.Parties;
        foreach (var problem in part.Problems) Add(problem);
        ProblemsInAll += part.ProblemsInAll - part.Problems.Count;
    }
}

/// <summary>
/// Reads the whole journal once: every hash computed anew, everything folded from zero, money counted, and what
/// came of it held against what is live. `rebuild` puts the folded in place of the live. Partitions are independent of
/// each other, so a journal of some size is read by as many readers as there are processors.
/// </summary>
public static class Audit
{
    /// <param name="anchors">Files to hold the chains against.</param>
    /// <param name="readers">How many partitions are folded at once; null: by the size of the journal and the processors.</param>
    public static AuditReport Verify(Store store, IReadOnlyList<string> anchors, Action<int, int>? progress = null, int? readers = null)
    {
        var report = new AuditReport();
        using var snapshot = Snapshot.OfAll(store, readers);
        foreach (var anchor in anchors)
            foreach (var problem in Anchors.Check(store, anchor)) report.Add(problem);
        Walk(store, snapshot.Readers, report, checkChains: true, replace: false, progress);
        return report;
    }

    /// <summary>Compares what is live with the journal folded from zero.</summary>
    public static AuditReport Check(Store store, Action<int, int>? progress = null, int? readers = null)
    {
        var report = new AuditReport();
        using var snapshot = Snapshot.OfAll(store, readers);
        Walk(store, snapshot.Readers, report, checkChains: false, replace: false, progress);
        return report;
    }

    /// <summary>Puts the journal folded from zero in place of states, read models and cells, in one transaction.</summary>
    public static AuditReport Rebuild(Store store, Action<int, int>? progress = null, int? readers = null)
    {
        var report = new AuditReport();
        store.Begin();
        try
        {
            store.Database.LockAll();
            // Nobody else can write now, so that whoever reads beside this transaction sees the same journal.
            using var snapshot = Snapshot.Beside(store, readers);
            store.Exec("DELETE FROM party; DELETE FROM item; DELETE FROM cash; DELETE FROM message; DELETE FROM work;");
            Walk(store, snapshot.Readers, report, checkChains: false, replace: true, progress);
            store.Exec("DELETE FROM meta WHERE name = 'state_stale'");
            if (report.Ok) store.Commit(); else store.Rollback();
        }
        catch { store.Rollback(); throw; }
        return report;
    }

    private static void Walk(Store store, IReadOnlyList<Store> readers, AuditReport report, bool checkChains, bool replace, Action<int, int>? progress)
    {
        var heads = Heads(store, report);
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        var stale = !replace && store.IsStale;
        if (stale) report.Add(new AuditProblem("state", "meta", null, null, StateVersion.StaleMessage));
        var shapely = replace || Shapes.Check(store, report);
        var cells = readers.Select(_ => new CellDeltas()).ToArray();
        var done = 0;
        foreach (var found in InOrder(readers.Count, (reader, p) => Look(readers[reader], p, heads[p], cells[reader], checkChains, compare: !replace && !stale, keep: replace)))
        {
            report.Take(found.Report);
            foreach (var (account, party) in found.Aliases) aliases[account] = party;
            foreach (var part in found.Parties.Chunk(SavedAtOnce)) store.Database.Write(new Changes([], [], [], [.. part.Select(Form)], null));
            progress?.Invoke(++done, Partition.Count);
        }
        for (var reader = 1; reader < cells.Length; reader++) cells[0].AddAll(cells[reader]);
        if (checkChains) foreach (var problem in Unclaimed(store)) report.Add(problem);
        foreach (var stray in Strays(store)) report.Add(stray);
        var cellStore = new CellStore(store);
        if (replace)
        {
            if (!report.Ok) return;
            cellStore.Replace(cells[0], heads.Max(h => h!.RecordedOn));
            store.Exec("DELETE FROM account");
            store.Database.Write(new Changes([], [], aliases, [], null));
        }
        else if (!stale && shapely && (report.Ok || !checkChains))
        {
            foreach (var problem in Live.CompareAliases(store, aliases)) report.Add(problem);
            try
            {
                foreach (var problem in CompareCells(cellStore.All(), cells[0])) report.Add(problem);
                foreach (var problem in cellStore.CheckStocks()) report.Add(new AuditProblem("cells", "stock", null, null, problem));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                report.Add(new AuditProblem("cells", "cell, cell_pending, stock", null, null, $"the cells can't be read: {e.Message}"));
            }
        }
    }

    /// <summary>What one partition came to.</summary>
    /// <param name="Parties">In the order of their place; empty unless they are to be written.</param>
    private sealed record Found(AuditReport Report, Dictionary<string, string> Aliases, IReadOnlyList<Folded> Parties);

    /// <summary>Looks at every partition, some at once, and gives what was found in their order; no more than a few wait to be taken.</summary>
    private static IEnumerable<Found> InOrder(int readers, Func<int, int, Found> look)
    {
        if (readers == 1)
        {
            for (var p = 0; p < Partition.Count; p++) yield return look(0, p);
            yield break;
        }
        var found = Enumerable.Range(0, Partition.Count).Select(_ => new TaskCompletionSource<Found>(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        using var room = new SemaphoreSlim(readers + 2);
        using var stop = new CancellationTokenSource();
        var next = -1;
        var threads = Enumerable.Range(0, readers).Select(reader => Task.Factory.StartNew(() =>
        {
            while (true)
            {
                try { room.Wait(stop.Token); }
                catch (OperationCanceledException) { return; }
                var p = Interlocked.Increment(ref next);
                if (p >= Partition.Count) return;
                try { found[p].SetResult(look(reader, p)); }
                catch (Exception e) { found[p].SetException(e); }
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        try
        {
            foreach (var one in found)
            {
                yield return one.Task.GetAwaiter().GetResult();
                room.Release();
            }
        }
        finally
        {
            stop.Cancel();
            Task.WaitAll(threads);
        }
    }

    private static Found Look(Store store, int p, Head? head, CellDeltas cells, bool checkChains, bool compare, bool keep)
    {
        var report = new AuditReport();
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        IReadOnlyList<Folded> kept = [];
        var chain = new ChainCheck(report, p, checkChains);
        try
        {
            if (p == Partition.Workspace)
            {
                var workspace = new Core.Workspace.WorkspaceState();
                foreach (var (id, row) in store.Journal(p))
                {
                    chain.See(id, row);
                    workspace.Apply(row, EventCodec.Decode(row.Kind, row.Version, row.Payload));
                }
                if (workspace.Id != store.WorkspaceId) report.Add(new AuditProblem("state", "meta", p, null, $"the workspace is called '{store.WorkspaceId}' in the table meta, '{workspace.Id}' in the journal"));
            }
            else
            {
                var money = new Dictionary<string, Conservation>(StringComparer.Ordinal);
                var parties = Folding.Partition(store, p, cells, seen: chain.See, decoded: (row, e) => Conservation.Count(money, row, e));
                report.Parties = parties.Count;
                foreach (var problem in Conservation.Check(money, parties, p)) report.Add(problem);
                foreach (var folded in parties.Values)
                    foreach (var account in folded.State.Accounts)
                        if (account.Account != folded.State.Id) aliases[account.Account] = folded.State.Id;
                if (compare) Live.Compare(store, p, parties, report);
                if (checkChains) foreach (var problem in Erasures.Check(store, p, parties.Values)) report.Add(problem);
                if (keep) kept = [.. parties.Values.OrderBy(f => f.Pid)];
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A journal that was tampered with can say anything; where it can't be folded is the finding.
            chain.Broken(e);
        }
        report.Events = chain.Count;
        if (chain.Count > 0) report.Partitions = 1;
        if (head is not null) chain.End(store, head);
        return new Found(report, aliases, kept);
    }

    /// <summary>The ends of the chains as they were noted; null where the note itself can't be read.</summary>
    private static Head?[] Heads(Store store, AuditReport report)
    {
        var heads = Enumerable.Range(0, Partition.Count).Select(Head? (p) => Head.Empty(p)).ToArray();
        var s = store.Statement("SELECT partition, seq, hash, recorded_at, recorded_on FROM head");
        while (s.Step())
        {
            var p = s.Long(0);
            if (p is < 0 or >= Partition.Count) { report.Add(new AuditProblem("head", "head", null, null, $"the table head names a partition {p}, which there is not")); continue; }
            try
            {
                if (s.Class(1) != ValueClass.Integer || s.Class(2) != ValueClass.Blob || s.Class(3) != ValueClass.Integer || s.Class(4) != ValueClass.Text) throw new FormatException("a column holds another type of value than it should");
                heads[p] = new Head((int)p, s.Long(1), s.Blob(2).ToArray(), s.Long(3), Store.Day(s.Text(4)));
            }
            catch (Exception e) when (e is StoreException or FormatException)
            {
                heads[p] = null;
                report.Add(new AuditProblem("head", "head", (int)p, s.Long(1), $"the head of partition {p} can't be read: {e.Message}"));
            }
        }
        return heads;
    }

    /// <summary>Rows outside every partition's place, where nothing would see them.</summary>
    private static List<AuditProblem> Strays(Store store)
    {
        var strays = new List<AuditProblem>();
        foreach (var (table, id, partitions) in new[] { ("journal", "id", Partition.Count), ("party", "pid", Partition.PartyCount), ("item", "pid", Partition.PartyCount), ("cash", "pid", Partition.PartyCount), ("message", "pid", Partition.PartyCount), ("work", "pid", Partition.PartyCount) })
        {
            var s = store.Statement($"SELECT {id} FROM {table} WHERE {id} < ? OR {id} >= ? LIMIT 10").Bind(0L).Bind(Store.RowId(partitions, 0));
            while (s.Step()) strays.Add(new AuditProblem(table == "journal" ? "chain" : "state", table, null, null, $"row {s.Long(0)} of {table} lies outside every partition"));
        }
        return strays;
    }

    /// <summary>Events of inputs whose key nobody holds any more: the same input could be taken twice. What Recoup tells itself has no key.</summary>
    private static List<AuditProblem> Unclaimed(Store store)
    {
        var unclaimed = new List<AuditProblem>();
        var s = store.Statement("SELECT id, cause FROM journal WHERE actor <> 'system' AND NOT EXISTS(SELECT 1 FROM key WHERE key.key = journal.cause) LIMIT 10");
        while (s.Step())
        {
            var (partition, seq) = ((int)(s.Long(0) >> 40), s.Long(0) & ((1L << 40) - 1));
            unclaimed.Add(new AuditProblem("key", "key", partition, seq, $"the key '{s.Text(1)}' of event {seq} of partition {partition} is not among the keys taken: its input could be taken again"));
        }
        return unclaimed;
    }

    private sealed class ChainCheck(AuditReport report, int partition, bool check)
    {
        private byte[] before = Chain.Root;
        private long recordedAt;
        private DateOnly recordedOn = DateOnly.MinValue;
        private bool unreadable;

        public long Count { get; private set; }
        public long Seq { get; private set; }

        public void See(long id, JournalRow row)
        {
            Count++;
            var expected = Seq + 1;
            Seq = id - Store.RowId(partition, 0);
            recordedOn = row.RecordedOn > recordedOn ? row.RecordedOn : recordedOn;
            if (check)
            {
                if (Seq != expected) report.Add(Problem(expected, $"event {expected} of partition {partition} is missing{(Seq > expected + 1 ? $", and so are the ones up to {Seq - 1}" : "")}"));
                if (row.Partition != partition || row.Seq != Seq) report.Add(Problem(Seq, $"row {id} says partition {row.Partition}, event {row.Seq}; it stands in the place of partition {partition}, event {Seq}"));
                if (!Chain.Hash(before, row).AsSpan().SequenceEqual(row.Hash))
                    report.Add(Problem(Seq, $"event {Seq} of partition {partition} (row {id}) does not have the hash that its columns and the event before it make: it, or the one before, was changed, moved or deleted"));
                if (row.RecordedAt < recordedAt) report.Add(Problem(Seq, $"event {Seq} of partition {partition} was recorded before the one before it"));
            }
            recordedAt = Math.Max(recordedAt, row.RecordedAt);
            // Chained to what stands there, so that one changed row is one finding.
            before = row.Hash.Length == Chain.Root.Length ? row.Hash : Chain.Root;
        }

        /// <summary>The partition could not be folded to its end, or not even be read.</summary>
        public void Broken(Exception e)
        {
            unreadable = e is UnreadableRowException;
            var seq = e is UnreadableRowException { Id: var id } ? id - Store.RowId(partition, 0) : Seq;
            report.Add(Problem(seq, $"event {seq} of partition {partition} (row {Store.RowId(partition, seq).ToString(CultureInfo.InvariantCulture)}) can't be {(unreadable ? "read" : "folded")}: {(e is UnreadableRowException row ? row.What : e.Message)}; what comes after it in the partition was not folded"));
        }

        /// <summary>What was not folded is still chained, up to a row that can't be read.</summary>
        public void End(Store store, Head head)
        {
            try
            {
                if (!unreadable) foreach (var (id, row) in store.Journal(partition, Seq + 1)) See(id, row);
            }
            catch (UnreadableRowException e) { Broken(e); }
            if (unreadable) return;
            if (head.Seq != Seq) report.Add(new AuditProblem("head", "head", partition, Seq + 1, $"partition {partition} should end with event {head.Seq}; it ends with {Seq}"));
            else if (check && !head.Hash.AsSpan().SequenceEqual(before)) report.Add(new AuditProblem("head", "head", partition, Seq, $"the last event of partition {partition} has another hash than the one noted when it was written"));
            else if (head.RecordedAt != recordedAt || head.RecordedOn != recordedOn) report.Add(new AuditProblem("head", "head", partition, Seq, $"partition {partition} was last recorded at another time than the one noted for it"));
        }

        private AuditProblem Problem(long seq, string message) => new("chain", "journal", partition, seq, message);
    }

    /// <summary>Parties whose states are written in one go.</summary>
    private const int SavedAtOnce = 2048;

    private static StateForm Form(Folded folded)
    {
        foreach (var key in folded.State.Items.Keys) folded.State.ChangedItems.Add(key);
        foreach (var key in folded.State.Cash.Keys) folded.State.ChangedCash.Add(key);
        foreach (var key in folded.State.Messages.Keys) folded.State.ChangedMessages.Add(key);
        foreach (var key in folded.State.WorkItems.Keys) folded.State.ChangedWorkItems.Add(key);
        return StateForm.Of(folded.State, folded.Pid);
    }

    private static IEnumerable<AuditProblem> CompareCells(CellDeltas live, CellDeltas folded)
    {
        var difference = new CellDeltas();
        difference.AddAll(folded);
        foreach (var (key, value) in live.NonZero) difference.Add(key, new CellValue(-value.Minor, -value.Count));
        foreach (var (key, value) in CellStore.InOrder(difference))
            yield return new AuditProblem("cells", MeasureNames.Of(key.Measure), null, null, $"{MeasureNames.Of(key.Measure)} of {CellStore.DayText(key.Day)}, portfolio {key.Portfolio}, segment {key.Segment}, {key.Currency}: the journal makes {value.Minor} minor units and {value.Count} more than stand there");
    }
}
