using System.Globalization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Storage.Journal;
using Recoup.Storage.Sqlite;

namespace Recoup.Storage.Work;

/// <summary>Something found wrong, with its place.</summary>
/// <param name="Check">chain, head, anchor, money, state, cells.</param>
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
}

/// <summary>
/// Reads the whole journal once: every hash computed anew, everything folded from zero, money counted, and what
/// came of it held against what is live. `rebuild` puts the folded in place of the live.
/// </summary>
public static class Audit
{
    /// <param name="anchors">Files to hold the chains against.</param>
    public static AuditReport Verify(Store store, IReadOnlyList<string> anchors, Action<int, int>? progress = null)
    {
        var report = new AuditReport();
        store.BeginRead();
        try
        {
            foreach (var anchor in anchors)
                foreach (var problem in Anchors.Check(store, anchor)) report.Add(problem);
            Walk(store, report, checkChains: true, replace: false, progress);
        }
        finally { store.Rollback(); }
        return report;
    }

    /// <summary>Compares what is live with the journal folded from zero.</summary>
    public static AuditReport Check(Store store, Action<int, int>? progress = null)
    {
        var report = new AuditReport();
        store.BeginRead();
        try { Walk(store, report, checkChains: false, replace: false, progress); }
        finally { store.Rollback(); }
        return report;
    }

    /// <summary>Puts the journal folded from zero in place of states, read models and cells, in one transaction.</summary>
    public static AuditReport Rebuild(Store store, Action<int, int>? progress = null)
    {
        var report = new AuditReport();
        store.Begin();
        try
        {
            store.Exec("DELETE FROM party; DELETE FROM item; DELETE FROM cash; DELETE FROM message; DELETE FROM work;");
            Walk(store, report, checkChains: false, replace: true, progress);
            store.Exec("DELETE FROM meta WHERE name = 'state_stale'");
            if (report.Ok) store.Commit(); else store.Rollback();
        }
        catch { store.Rollback(); throw; }
        return report;
    }

    private static void Walk(Store store, AuditReport report, bool checkChains, bool replace, Action<int, int>? progress)
    {
        var heads = store.Heads();
        var cells = new CellDeltas();
        var lastRecordedOn = heads.Max(h => h.RecordedOn);
        for (var p = 0; p < Partition.Count; p++)
        {
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
                }
                else
                {
                    var money = new Dictionary<string, Conservation>(StringComparer.Ordinal);
                    var parties = Folding.Partition(store, p, cells, seen: (id, row) => { chain.See(id, row); Conservation.Count(money, row); });
                    report.Parties += parties.Count;
                    foreach (var problem in Conservation.Check(money, parties, p)) report.Add(problem);
                    if (replace) foreach (var folded in parties.Values.OrderBy(f => f.Pid)) Save(store, folded);
                    else Compare(store, p, parties, report);
                }
            }
            catch (Exception e) when (e is JournalDamagedException or StoreException or InvariantBrokenException or KeyNotFoundException or NullReferenceException or ArgumentException or InvalidOperationException or OverflowException or FormatException)
            {
                // A journal that was tampered with can say anything; where it can't be folded is the finding.
                report.Add(new AuditProblem("chain", "journal", p, chain.Seq, $"event {chain.Seq} of partition {p} (row {Store.RowId(p, chain.Seq).ToString(CultureInfo.InvariantCulture)}) can't be folded: {e.Message}"));
            }
            report.Events += chain.Count;
            if (chain.Count > 0) report.Partitions++;
            chain.End(heads[p]);
            progress?.Invoke(p + 1, Partition.Count);
        }
        var cellStore = new CellStore(store);
        if (replace) cellStore.Replace(cells, lastRecordedOn);
        else if (report.Ok || !checkChains)
        {
            foreach (var problem in CompareCells(cellStore.All(), cells)) report.Add(problem);
            foreach (var problem in cellStore.CheckStocks()) report.Add(new AuditProblem("cells", "stock", null, null, problem));
        }
        foreach (var stray in Stray(store)) report.Add(stray);
    }

    /// <summary>Rows outside every partition's place, where no chain would see them.</summary>
    private static IEnumerable<AuditProblem> Stray(Store store)
    {
        using var s = new Statement(store.Connection, "SELECT id FROM journal WHERE id < ? OR id >= ? LIMIT 10");
        s.Bind(0L).Bind(Store.RowId(Partition.Count, 0));
        while (s.Step()) yield return new AuditProblem("chain", "journal", null, null, $"row {s.Long(0)} lies outside every partition");
    }

    private sealed class ChainCheck(AuditReport report, int partition, bool check)
    {
        private byte[] before = Chain.Root;
        private long recordedAt;

        public long Count { get; private set; }
        public long Seq { get; private set; }

        public void See(long id, JournalRow row)
        {
            Count++;
            var expected = Seq + 1;
            Seq = id - Store.RowId(partition, 0);
            if (!check) { before = row.Hash; return; }
            if (Seq != expected) report.Add(new AuditProblem("chain", "journal", partition, expected, $"event {expected} of partition {partition} is missing{(Seq > expected + 1 ? $", and so are the ones up to {Seq - 1}" : "")}"));
            if (row.Partition != partition || row.Seq != Seq) report.Add(new AuditProblem("chain", "journal", partition, Seq, $"row {id} says partition {row.Partition}, event {row.Seq}; it stands in the place of partition {partition}, event {Seq}"));
            var hash = Chain.Hash(before, row);
            if (!hash.AsSpan().SequenceEqual(row.Hash))
                report.Add(new AuditProblem("chain", "journal", partition, Seq, $"event {Seq} of partition {partition} (row {id}) does not have the hash that its columns and the event before it make: it, or the one before, was changed, moved or deleted"));
            if (row.RecordedAt < recordedAt) report.Add(new AuditProblem("chain", "journal", partition, Seq, $"event {Seq} of partition {partition} was recorded before the one before it"));
            recordedAt = Math.Max(recordedAt, row.RecordedAt);
            before = row.Hash;
        }

        public void End(Head head)
        {
            if (head.Seq == Seq && (!check || head.Hash.AsSpan().SequenceEqual(before))) return;
            report.Add(head.Seq != Seq
                ? new AuditProblem("head", "head", partition, Seq + 1, $"partition {partition} should end with event {head.Seq}; it ends with {Seq}")
                : new AuditProblem("head", "head", partition, Seq, $"the last event of partition {partition} has another hash than the one noted when it was written"));
        }
    }

    private static void Save(Store store, Folded folded)
    {
        foreach (var key in folded.State.Items.Keys) folded.State.ChangedItems.Add(key);
        foreach (var key in folded.State.Cash.Keys) folded.State.ChangedCash.Add(key);
        foreach (var key in folded.State.Messages.Keys) folded.State.ChangedMessages.Add(key);
        foreach (var key in folded.State.WorkItems.Keys) folded.State.ChangedWorkItems.Add(key);
        store.Save(folded.State, folded.Pid);
    }

    /// <summary>Every live row of the partition against the folded one, byte by byte; and none too many.</summary>
    private static void Compare(Store store, int partition, Dictionary<string, Folded> parties, AuditReport report)
    {
        var byPid = parties.Values.ToDictionary(f => f.Pid);
        var (from, to) = (Store.RowId(partition, 0), Store.RowId(partition + 1, 0));

        var live = 0;
        using (var s = new Statement(store.Connection, "SELECT pid, id, next_review_on, state FROM party WHERE pid >= ? AND pid < ?"))
        {
            s.Bind(from).Bind(to);
            while (s.Step())
            {
                live++;
                if (!byPid.TryGetValue(s.Long(0), out var folded)) { report.Add(Wrong(s.Text(1), "stands in the states; the journal knows nothing of it")); continue; }
                if (s.Text(1) != folded.State.Id || s.LongOrNull(2) != folded.State.NextReviewOn?.DayNumber || !s.Blob(3).SequenceEqual(StateCodec.Encode(folded.State)))
                    report.Add(Wrong(folded.State.Id, "is not what the journal makes of it"));
            }
        }
        if (live < parties.Count) report.Add(new AuditProblem("state", "party", partition, null, $"{parties.Count - live} parties of partition {partition} have no state"));

        Rows("item", "SELECT pid, account || '/' || number, state, open, due FROM item WHERE pid >= ? AND pid < ?",
            parties.Values.Sum(f => f.State.Items.Count),
            (folded, s) => folded.State.Items.Values.FirstOrDefault(i => i.Account + "/" + i.Number == s.Text(1)) is { } item && (item.IsOpen ? 1 : 0) == s.Int(3) && item.DueOn.DayNumber == s.Int(4) ? StateCodec.Encode(item) : null);
        Rows("cash", "SELECT pid, key, state FROM cash WHERE pid >= ? AND pid < ?", parties.Values.Sum(f => f.State.Cash.Count), (folded, s) => folded.State.Cash.TryGetValue(s.Text(1), out var cash) ? StateCodec.Encode(cash) : null);
        Rows("message", "SELECT pid, id, state, status FROM message WHERE pid >= ? AND pid < ?", parties.Values.Sum(f => f.State.Messages.Count), (folded, s) => folded.State.Messages.TryGetValue(s.Text(1), out var m) && (int)m.Status == s.Int(3) ? StateCodec.Encode(m) : null);
        Rows("work", "SELECT pid, id, state, open FROM work WHERE pid >= ? AND pid < ?", parties.Values.Sum(f => f.State.WorkItems.Count), (folded, s) => folded.State.WorkItems.TryGetValue(s.Text(1), out var w) && (w.Open ? 1 : 0) == s.Int(3) ? StateCodec.Encode(w) : null);

        void Rows(string table, string sql, int expected, Func<Folded, Statement, byte[]?> encode)
        {
            var found = 0;
            using var s = new Statement(store.Connection, sql);
            s.Bind(from).Bind(to);
            while (s.Step())
            {
                found++;
                if (!byPid.TryGetValue(s.Long(0), out var folded) || encode(folded, s) is not { } bytes || !s.Blob(2).SequenceEqual(bytes))
                    report.Add(new AuditProblem("state", table, partition, null, $"{table} {s.Text(1)} is not what the journal makes of it"));
            }
            if (found < expected) report.Add(new AuditProblem("state", table, partition, null, $"{expected - found} rows of {table} in partition {partition} are missing"));
        }

        AuditProblem Wrong(string party, string message) => new("state", "party", partition, null, $"party {party} {message}");
    }

    private static IEnumerable<AuditProblem> CompareCells(CellDeltas live, CellDeltas folded)
    {
        var difference = new CellDeltas();
        difference.AddAll(folded);
        foreach (var (key, value) in live.NonZero) difference.Add(key, new CellValue(-value.Minor, -value.Count));
        foreach (var (key, value) in difference.NonZero)
            yield return new AuditProblem("cells", MeasureNames.Of(key.Measure), null, null, $"{MeasureNames.Of(key.Measure)} of {DateOnly.FromDayNumber(key.Day):yyyy-MM-dd}, portfolio {key.Portfolio}, segment {key.Segment}, {key.Currency}: the journal makes {value.Minor} minor units and {value.Count} more than stand there");
    }
}
