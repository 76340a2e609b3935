using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Storage.Journal;

namespace Recoup.Storage.Work;

/// <summary>Something found wrong, with its place.</summary>
/// <param name="Check">chain, head, anchor, money, state, cells, key, file.</param>
/// <param name="Where">A table, party or file.</param>
/// <param name="Partition">Of the journal, where it is there.</param>
/// <param name="Seq">The event at or after which it is wrong.</param>
public sealed record AuditProblem(string Check, string Where, int? Partition, long? Seq, string Message);

/// <summary>Something that an audit could not look at, or not wholly.</summary>
/// <param name="What">anchors, tail, access (its chain), or a table.</param>
public sealed record AuditUnchecked(string What, string Why)
{
    public override string ToString() => $"{What}: {Why}";
}

public sealed class AuditReport
{
    public long Events { get; set; }
    public int Partitions { get; set; }
    public int Parties { get; set; }
    public List<AuditProblem> Problems { get; } = [];
    public long ProblemsInAll { get; private set; }

    /// <summary>Nothing is wrong in what was looked at, and all that was asked for could be: see <see cref="Unchecked"/>.</summary>
    public bool Ok => ProblemsInAll == 0;

    /// <summary>Entries of the chain of access.</summary>
    public long Accesses { get; internal set; }

    /// <summary>The anchors that the chains were held against.</summary>
    public AnchorsRead Anchors { get; internal set; } = AnchorsRead.None;

    /// <summary>What this report says nothing about. What was asked for and is here is a problem too.</summary>
    public List<AuditUnchecked> Unchecked { get; } = [];

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
        Unchecked.AddRange(part.Unchecked);
    }
}

/// <summary>
/// Reads the whole journal once: every hash computed anew, everything folded from zero, money counted, and what
/// came of it held against what is live. `rebuild` puts the folded in place of the live. Partitions are independent of
/// each other, so a journal of some size is read by as many readers as there are processors.
/// </summary>
public static class Audit
{
    /// <param name="anchors">Files to hold the chains against, or folders of them; none: no anchor is asked for, which the report says.</param>
    /// <param name="readers">How many partitions are folded at once; null: by the size of the journal and the processors.</param>
    /// <param name="alone">False: others are at work in this process, and are not to be stopped for the sake of memory.</param>
    /// <param name="keys">One of these must have signed an anchor; null: those that this machine knows.</param>
    public static AuditReport Verify(
        Store store, IReadOnlyList<string> anchors, Action<int, int>? progress = null, int? readers = null, bool alone = true, AnchorKeys? keys = null)
    {
        var report = new AuditReport();
        using var snapshot = Snapshot.OfAll(store, readers);
        var check = new AnchorCheck(store, report, keys);
        check.Take(anchors);
        Walk(store, snapshot.Readers, report, checkChains: true, replace: false, progress, givesBack: alone);
        report.Accesses = store.Access.Verify(report);
        check.SayWhatIsLeft();
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

    /// <summary>
    /// Puts the journal folded from zero in place of states, read models and cells, in one transaction. What stands right
    /// already is left as it is: writing costs more than reading, and mostly little or nothing is wrong.
    /// </summary>
    public static AuditReport Rebuild(Store store, Action<int, int>? progress = null, int? readers = null)
    {
        AuditReport report;
        store.Begin();
        try
        {
            store.Database.LockAll();
            // Nobody else can write now, so that whoever reads beside this transaction sees the same journal.
            using var snapshot = Snapshot.Beside(store, readers);
            report = new AuditReport();
            var wrong = store.IsStale ? null : Walk(store, snapshot.Readers, report, checkChains: false, replace: false, progress);
            if (wrong is not { Count: 0 })
            {
                var (events, partitions, parties) = (report.Events, report.Partitions, report.Parties);
                report = new AuditReport();
                foreach (var table in StateTables)
                    if (wrong is null) store.Exec($"DELETE FROM {table}");
                    else foreach (var p in wrong) store.Statement($"DELETE FROM {table} WHERE pid >= ? AND pid < "
                        + "?").Bind(Store.RowId(p, 0)).Bind(Store.RowId(p + 1, 0)).Run();
                Walk(store, snapshot.Readers, report, checkChains: false, replace: true, progress, wrong);
                if (wrong is not null) (report.Events, report.Partitions, report.Parties) = (events, partitions, parties);
            }
            store.Exec("DELETE FROM meta WHERE name = 'state_stale'");
            if (report.Ok) store.Commit(); else store.Rollback();
        }
        catch { store.Rollback(); throw; }
        return report;
    }

    /// <summary>Headers, and what lies beside them.</summary>
    private static readonly string[] StateTables = ["party", .. Chapters.Rows.Select(kind => kind.Table)];

    /// <param name="only">With <paramref name="replace"/>: the partitions whose states are written, and nothing else is; null: everything.</param>
    /// <returns>The partitions in which something is wrong; null where something else is.</returns>
    private static List<int>? Walk(
        Store store, IReadOnlyList<Store> readers, AuditReport report, bool checkChains, bool replace, Action<int, int>? progress,
            IReadOnlyList<int>? only = null, bool givesBack = true)
    {
        only ??= [.. Enumerable.Range(0, Partition.Count)];
        var everything = only.Count == Partition.Count;
        var heads = Heads(store, report);
        var stale = !replace && store.IsStale;
        if (stale) report.Add(new AuditProblem("state", "meta", null, null, StateVersion.StaleMessage));
        var whole = new Whole(store.Database.IsTyped)
        {
            Claims = checkChains ? new Claims() : null, Persons = checkChains ? new Claims() : null,
            Compare = !replace && !stale, Keep = replace
        };
        // What takes longest comes first, so that all readers are busy to the end.
        List<Action<Store>> parts = [];
        if (whole.Claims is not null) parts.Add(reader => Keys(reader, whole));
        if (whole.Persons is not null) parts.Add(reader => TableCheck.KeysOfPeople(reader, whole.Persons));
        if (whole.Compare) parts.AddRange(whole.Live.Parts());
        var hands = readers.Select(_ => new Hand(whole)).ToArray();
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        var joins = new Dictionary<string, string>(StringComparer.Ordinal);
        var found = new AuditReport();
        var done = 0;
        List<int> wrong = [];
        foreach (var one in InOrder(readers.Count, parts.Count + only.Count, (reader, i) => i < parts.Count
            ? Aside(parts[i], readers[reader]) : Look(readers[reader], only[i - parts.Count], heads[only[i - parts.Count]], hands[reader], whole), givesBack))
        {
            if (one is null) continue;
            found.Take(one.Report);
            if (!one.Report.Ok) wrong.Add(one.Partition);
            foreach (var (account, party) in one.Aliases) aliases[account] = party;
            foreach (var (party, into) in one.Joins) joins[party] = into;
            foreach (var part in one.States.Chunk(SavedAtOnce)) store.Database.Fill(part);
            progress?.Invoke(++done, only.Count);
        }
        foreach (var hand in hands) hand.Flush();
        // Said first, since what another type of value stands in may have led to the rest.
        var shapely = new AuditReport();
        if (!replace) whole.Shapes.Check(store, shapely);
        report.Take(shapely);
        report.Take(found);
        if (whole.Claims is { } claims && (whole.Broken || claims.AnyMissing)) foreach (var problem in Unclaimed(store)) report.Add(problem);
        foreach (var stray in Strays(store)) report.Add(stray);
        if (!replace && whole.Workspace is { } workspace) TableCheck.Take(store, workspace, whole.Claims, whole.Persons, whole.Erased, report);
        if (replace)
        {
            if (!report.Ok || !everything) return wrong;
            new CellStore(store).Replace(whole.Cells.InOrder(), heads.Max(h => h!.RecordedOn));
            store.Exec("DELETE FROM account");
            store.Exec("DELETE FROM joined_party");
            if (whole.Workspace is { } told) ApiKeys.Restore(store, told);
            store.Database.Write(new Changes([], [], aliases, [], null) { Joins = joins });
        }
        else if (!stale && shapely.Ok && (report.Ok || !checkChains))
        {
            foreach (var problem in Live.CompareAliases(store, aliases)) report.Add(problem);
            foreach (var problem in Live.CompareJoins(store, joins)) report.Add(problem);
            try
            {
                if (whole.Live.Trouble is { } trouble) throw new JournalDamagedException(trouble);
                foreach (var problem in Differences(whole.Cells)) report.Add(problem);
                if (!whole.Live.StocksAgree)
                    foreach (var problem in new CellStore(store).CheckStocks()) report.Add(new AuditProblem("cells", "stock", null, null, problem));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                report.Add(new AuditProblem("cells", "cell, cell_pending, stock", null, null, $"the cells can't be read: {e.Message}"));
            }
        }
        return report.ProblemsInAll == found.ProblemsInAll ? wrong : null;
    }

    /// <summary>What the parts of an audit come to together; each is told to it by all readers.</summary>
    private sealed class Whole
    {
        public Whole(bool typed)
        {
            Shapes = new TableShapes(typed);
            Live = new LiveCells(Cells, Stocks, Shapes);
        }

        /// <summary>Whether keys and causes are seen; null: the chains are not looked at.</summary>
        public required Claims? Claims { get; init; }

        /// <summary>Parties that the journal knows, and those that have a key of their own; null: not looked at.</summary>
        public required Claims? Persons { get; init; }

        /// <summary>Parties that were erased.</summary>
        public System.Collections.Concurrent.ConcurrentBag<string> Erased { get; } = [];

        /// <summary>Null where its partition could not be folded.</summary>
        public Core.Workspace.WorkspaceState? Workspace { get; set; }

        /// <summary>States and cells are held against what is live.</summary>
        public required bool Compare { get; init; }

        /// <summary>States are to be written.</summary>
        public required bool Keep { get; init; }

        public CellBalance Cells { get; } = new();

        private CellBalance Stocks { get; } = new();

        public TableShapes Shapes { get; }

        public LiveCells Live { get; }

        /// <summary>Some partition was not read to its end.</summary>
        public volatile bool Broken;
    }

    /// <summary>What one reader has of its own.</summary>
    private sealed class Hand(Whole whole)
    {
        private readonly CellBalance.Hand balance = new(whole.Cells);

        public CellDeltas Cells { get; } = new();

        public Claims.Hand? Claims { get; } = whole.Claims is { } claims ? new(claims) : null;

        public Claims.Hand? Persons { get; } = whole.Persons is { } persons ? new(persons) : null;

        /// <summary>A partition is done: its cells are few enough to be at hand, those of all are not.</summary>
        public void TakeCells() => balance.Add(Cells);

        public void Flush()
        {
            balance.Flush();
            Claims?.Flush();
            Persons?.Flush();
        }
    }

    private static Found? Aside(Action<Store> part, Store reader)
    {
        part(reader);
        return null;
    }

    /// <summary>The keys that were taken.</summary>
    private static void Keys(Store store, Whole whole)
    {
        var hand = new Claims.Hand(whole.Claims!);
        var seen = whole.Shapes.Seeing("key");
        using (var s = store.Database.Scan(seen is null ? "SELECT key FROM key" : "SELECT key, content FROM key"))
            while (s.Step())
            {
                seen?.See(s);
                hand.SeeKey(s.Blob(0));
            }
        hand.Flush();
        seen?.End();
    }

    /// <summary>What one partition came to.</summary>
    /// <param name="States">In the order of their place; empty unless they are to be written.</param>
    private sealed record Found(int Partition, AuditReport Report, Dictionary<string, string> Aliases, Dictionary<string, string> Joins,
        IReadOnlyList<StateForm> States);

    /// <summary>Looks at every part, some at once, and gives what was found in their order; no more than a few wait to be taken.</summary>
    private static IEnumerable<Found?> InOrder(int readers, int count, Func<int, int, Found?> look, bool givesBack)
    {
        if (readers == 1)
        {
            for (var i = 0; i < count; i++)
            {
                var one = look(0, i);
                if (givesBack) GiveBack(one);
                yield return one;
            }
            yield break;
        }
        var found = Enumerable.Range(0, count).Select(_ => new TaskCompletionSource<Found?>(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
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
                if (p >= count) return;
                Found? one = null;
                try { found[p].SetResult(one = look(reader, p)); }
                catch (Exception e) { found[p].SetException(e); }
                if (givesBack) GiveBack(one);
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

    /// <summary>Events from which on what a partition was folded into is worth a collection of its own.</summary>
    private const long GivenBackFrom = 32_768;

    /// <summary>
    /// A partition's parties live just long enough to be taken for lasting, so that the collector would leave several
    /// partitions of them lying before it looks there.
    /// </summary>
    private static void GiveBack(Found? one)
    {
        if (one?.Report.Events >= GivenBackFrom) GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
    }

    private static Found Look(Store store, int p, Head? head, Hand hand, Whole whole)
    {
        var report = new AuditReport();
        var checkChains = whole.Claims is not null;
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        var joins = new Dictionary<string, string>(StringComparer.Ordinal);
        IReadOnlyList<StateForm> states = [];
        var chain = new ChainCheck(report, p, checkChains);
        try
        {
            if (p == Partition.Workspace)
            {
                var workspace = new Core.Workspace.WorkspaceState();
                foreach (var row in store.Columns(p))
                {
                    chain.See(row);
                    Claim(row);
                    workspace.Apply(row.ToRow(), EventCodec.Decode(row.Kind, row.Version, row.Payload), hand.Cells);
                }
                whole.Workspace = workspace;
                if (workspace.Id != store.WorkspaceId)
                    report.Add(new AuditProblem("state", "meta", p, null, $"the workspace is called '{store.WorkspaceId}' in the table meta, '{workspace.Id}' "
                        + "in the journal"));
            }
            else
            {
                var fold = new PartitionFold(hand.Cells);
                JournalRow? joining;
                var from = 0L;
                do
                {
                    joining = null;
                    foreach (var row in store.Columns(p, from))
                    {
                        chain.See(row);
                        Claim(row);
                        if (fold.Take(row)) continue;
                        (joining, from) = (row.ToRow(), row.Id + 1 - Store.RowId(p, 0));
                        break;
                    }
                    // Between two readings of the partition, since on one connection nothing else is read beside one.
                    if (joining is not null) fold.Take(store.Event(joining), joining.Party);
                }
                while (joining is not null);
                report.Parties = fold.Parties.Count;
                Conservation.Check(fold.Parties, p, report);
                foreach (var folded in fold.Parties)
                {
                    hand.Persons?.SeeCause(folded.State.Id);
                    if (folded.State.Erased) whole.Erased.Add(folded.State.Id);
                    foreach (var joined in folded.State.Joined ?? []) joins[joined] = folded.State.Id;
                    foreach (var account in folded.State.Accounts)
                        if (account.Account != folded.State.Id) aliases[account.Account] = folded.State.Id;
                }
                if (whole.Compare) Live.Compare(store, p, fold.Parties, whole.Shapes, report);
                if (checkChains) foreach (var problem in Erasures.Check(store, p, fold.Parties)) report.Add(problem);
                if (checkChains) FileContents.Check(store, p, fold.Parties.Select(f => f.State), report);
                if (whole.Keep) states = [.. fold.Parties.OrderBy(f => f.Pid).Select(Form)];
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A journal that was tampered with can say anything; where it can't be folded is the finding.
            chain.Broken(e);
            whole.Broken = true;
        }
        hand.TakeCells();
        report.Events = chain.Count;
        if (chain.Count > 0) report.Partitions = 1;
        if (head is not null) chain.End(store, head);
        return new Found(p, report, aliases, joins, states);

        // What Recoup tells itself has no key.
        void Claim(JournalColumns row)
        {
            if (hand.Claims is not null && !row.Actor.SequenceEqual("system"u8)) hand.Claims.SeeCause(row.Cause);
        }
    }

    /// <summary>The ends of the chains as they were noted; null where the note itself can't be read.</summary>
    private static Head?[] Heads(Store store, AuditReport report)
    {
        var heads = Enumerable.Range(0, Partition.Count).Select(Head? (p) => Head.Empty(p)).ToArray();
        var s = store.Statement("SELECT partition, seq, hash, recorded_at, recorded_on FROM head");
        while (s.Step())
        {
            var p = s.Long(0);
            if (p is < 0 or >= Partition.Count)
            { report.Add(new AuditProblem("head", "head", null, null, $"the table head names a partition {p}, which there is not")); continue; }
            try
            {
                if (s.Class(1) != ValueClass.Integer || s.Class(2) != ValueClass.Blob || s.Class(3) != ValueClass.Integer || s.Class(4) != ValueClass.Text)
                    throw new FormatException("a column holds another type of value than it should");
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
        foreach (var (table, id, partitions) in StateTables.Select(table => (table, "pid", Partition.PartyCount)).Prepend(("journal", "id", Partition.Count)))
        {
            var s = store.Statement($"SELECT {id} FROM {table} WHERE {id} < ? OR {id} >= ? LIMIT 10").Bind(0L).Bind(Store.RowId(partitions, 0));
            while (s.Step()) strays.Add(new AuditProblem(table == "journal" ? "chain" : "state", table, null, null, $"row {s.Long(0)} of {table} lies outside "
                + "every partition"));
        }
        return strays;
    }

    /// <summary>Events of inputs whose key nobody holds any more: the same input could be taken twice. What Recoup tells itself has no key.</summary>
    private static List<AuditProblem> Unclaimed(Store store)
    {
        var unclaimed = new List<AuditProblem>();
        var s = store.Statement("SELECT id, cause FROM journal WHERE actor <> 'system' AND NOT EXISTS(SELECT 1 FROM key WHERE key.key = journal.cause) LIMIT "
            + "10");
        while (s.Step())
        {
            var (partition, seq) = ((int)(s.Long(0) >> 40), s.Long(0) & ((1L << 40) - 1));
            unclaimed.Add(new AuditProblem("key", "key", partition, seq, $"the key '{s.Text(1)}' of event {seq} of partition {partition} is not among the "
                + "keys taken: its input could be taken again"));
        }
        return unclaimed;
    }

    /// <summary>Parties whose states are written in one go.</summary>
    private const int SavedAtOnce = 2048;

    private static StateForm Form(Folded folded)
    {
        foreach (var (_, rows) in folded.State.AllRows()) rows.ChangeAll();
        return StateForm.Of(folded.State, folded.Pid);
    }

    private static IEnumerable<AuditProblem> Differences(CellBalance cells)
    {
        foreach (var (key, value) in cells.InOrder())
            yield return new AuditProblem("cells", key.Measure.Name, null, null, $"{key.Measure.Name} of "
                + $"{CellStore.DayText(key.Day)}, portfolio {key.Portfolio}, segment {key.Segment}, {key.Currency}: the journal makes {value.Minor} minor "
                + $"units and {value.Count} more than stand there");
    }
}
