using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Policies;
using Recoup.Core.Workspace;
using Recoup.Storage.Journal;
using Recoup.Storage.Postgres;

namespace Recoup.Storage;

/// <summary>Inputs that are taken together or not at all, such as a row of a file.</summary>
/// <param name="Line">The line they came from; 0 where there is none.</param>
/// <param name="Inputs">In order.</param>
/// <param name="RecordedAt">When they were learned; null: now.</param>
public sealed record InputUnit(long Line, IReadOnlyList<Input> Inputs, DateTimeOffset? RecordedAt = null)
{
    /// <summary>The date they are recorded on wherever the portfolio is; null: the date at its place.</summary>
    public DateOnly? Day { get; init; }
}

/// <summary>SetAside: it failed, by no fault of whoever sent it, and nothing of it was taken; see <see cref="SetAsides"/>.</summary>
public enum UnitStatus { Accepted, Unchanged, Refused, SetAside }

/// <param name="Line">The unit's line.</param>
/// <param name="Status">Unchanged: every input was known by its key already.</param>
/// <param name="Refused">Why, for a refused unit.</param>
/// <param name="Accepted">The kinds of the inputs that were new.</param>
public sealed record UnitResult(long Line, UnitStatus Status, Refused? Refused, IReadOnlyList<string> Accepted)
{
    /// <summary>What failed, of a unit set aside.</summary>
    public string? Cause { get; init; }

    /// <summary>What whoever sent an accepted unit should look at all the same.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>What a batch did.</summary>
public sealed class BatchResult
{
    public List<UnitResult> Units { get; } = [];
    public List<Outgoing> Outgoing { get; } = [];
    public List<DecisionRecord> Decisions { get; } = [];

    /// <summary>Decisions with the party and account they are about; filled for dry runs only.</summary>
    public List<(string Party, string Account, DecisionRecord Decision)> Decided { get; } = [];

    /// <summary>Parties that were looked at and decided.</summary>
    public int Reviewed { get; set; }
    public int Events { get; set; }

    /// <summary>Adds what a later transaction did.</summary>
    internal void Add(BatchResult later)
    {
        Units.AddRange(later.Units);
        Outgoing.AddRange(later.Outgoing);
        Decisions.AddRange(later.Decisions);
        Decided.AddRange(later.Decided);
        Reviewed += later.Reviewed;
        Events += later.Events;
    }
}

/// <summary>
/// The one way in: takes a batch of units, has the machine handle each input, and writes journal, keys, states,
/// outbox and cells in one transaction. Nothing is kept between batches but the compiled policy, so any number of
/// processes may use the same folder.
/// </summary>
public sealed partial class Door
{
    private readonly Store store;
    private readonly CellStore cells;
    private readonly IMessageWriter writer;
    private readonly ContactRules? rules;
    private readonly TimeProvider clock;
    private WorkspaceState workspace = new();

    // Kept from batch to batch: a batch fills tens of thousands of entries, and growing anew each time is most of what a
    // large import would allocate.
    private readonly CellDeltas batchCells = new();
    private CellDeltas unitCells = new();
    private readonly Dictionary<string, Policy> compiled = new(StringComparer.Ordinal);
    private LaidOver? laidOver;

    private sealed record LaidOver(long Seq, IMessageWriter Writer);

    /// <param name="operation">import, run or dispatch: names the failpoints passed.</param>
    /// <param name="clock">Gives the time of what is learned now.</param>
    /// <param name="writer">With the shipped templates; what the workspace adopted of a user's own is laid over them.</param>
    /// <param name="rules">Instead of those that the workspace adopted.</param>
    public Door(Store store, string operation, TimeProvider clock, IMessageWriter writer, ContactRules? rules = null)
    {
        store.RefuseStale();
        this.store = store;
        this.clock = clock;
        this.writer = writer;
        this.rules = rules;
        Operation = operation;
        cells = new CellStore(store);
        FinishErasures();
        RecordKeys();
    }

    public string Operation { get; }

    public Store Store => store;

    public CellStore Cells => cells;

    /// <summary>A policy to use instead of the one in force; it is adopted by the next run.</summary>
    public Policy? Policy { get; init; }

    /// <summary>A user's rules, templates and words as they lie in the folder now; the next run adopts them. Null: nobody looked, and those adopted
    /// go on.</summary>
    public IReadOnlyList<CatalogFile>? Own { get; set; }

    /// <summary>The ids of the KPIs there are, in order, a user's own among them; null: those that are shipped.</summary>
    public Func<IReadOnlyList<string>>? Kpis { get; set; }

    private Func<IReadOnlyList<string>> KpiIds => Kpis ?? (static () => [.. KpiCatalog.Shipped.All.Select(kpi => kpi.Id)]);

    /// <summary>The workspace as of the last batch or <see cref="Look"/>.</summary>
    public WorkspaceState Workspace => workspace;

    /// <summary>The last business date on which anything was recorded.</summary>
    public DateOnly LastRecordedOn { get; private set; }

    public DateTimeOffset LastRecordedAt { get; private set; }

    /// <summary>Reads what others may have written to the workspace.</summary>
    public WorkspaceState Look()
    {
        ReadWorkspace(store.Heads());
        return workspace;
    }

    /// <summary>The policy by which inputs are handled now: the given one, else the adopted one, else the shipped one.</summary>
    public Policy PolicyInForce => PolicyOn(PolicyDay(workspace.Today(clock.GetUtcNow())));

    /// <summary>The policy of a day: the given one, else the one adopted for it, else the shipped one.</summary>
    public Policy PolicyOn(DateOnly day)
    {
        if (Policy is not null) return Policy;
        if (workspace.Adopted.PolicyOn(day) is not { } adopted) return ShippedPolicies.Default;
        if (compiled.TryGetValue(adopted.Digest, out var known)) return known;
        try { return compiled[adopted.Digest] = Core.Policies.Policy.Parse(adopted.Text, $"policy version {adopted.Version}"); }
        catch (YamlException e)
        {
            throw new StoreException($"this version of Recoup can't read the policy in force ({adopted.Edition}): {e.Message}. `recoup policy show` "
                + "prints it; mend it and take it in with `recoup policy adopt FILE`.", e);
        }
    }

    /// <summary>The rules by which contacts are cleared: the given ones, else those adopted, else the shipped ones.</summary>
    public ContactRules RulesInForce => rules ?? RulePacks.Of(workspace.Adopted.Files(CatalogPart.Rules));

    /// <summary>Those that were given instead of what is adopted, as a file to record; null: none were.</summary>
    internal IReadOnlyList<CatalogFile>? GivenRules => rules is null ? null : [new CatalogFile("rules/given.yaml", rules.Text)];

    /// <summary>The writer with what the workspace adopted of a user's templates and words.</summary>
    public IMessageWriter Writer
    {
        get
        {
            if (laidOver is { } known && known.Seq == workspace.Seq) return known.Writer;
            IReadOnlyList<CatalogFile> own = [.. workspace.Adopted.Files(CatalogPart.Templates)?.Files ?? [],
                .. workspace.Adopted.Files(CatalogPart.Documents)?.Files ?? []];
            laidOver = new LaidOver(workspace.Seq, own.Count == 0 ? writer : writer.Over(own));
            return laidOver.Writer;
        }
    }

    /// <summary>
    /// The policy goes by the date of the last run, or a later one: what a run decides where it is still the day before it decides by the same.
    /// </summary>
    private DateOnly PolicyDay(DateOnly day) => workspace.LastRunOn is { } run && run > day ? run : day;

    /// <summary>Takes the units in order, in one transaction.</summary>
    /// <param name="units">Each is taken whole or refused whole.</param>
    /// <param name="mayCommit">Looks at the result before the commit; false rolls everything back.</param>
    public BatchResult Take(IReadOnlyList<InputUnit> units, Func<BatchResult, bool>? mayCommit = null) =>
        Take(units, [], mayCommit);

    /// <param name="workspaceEvents">Events that are no input's, such as the beginning of a run, recorded before the units.</param>
    /// <param name="actor">Who makes these events.</param>
    internal BatchResult Take(IReadOnlyList<InputUnit> units, IReadOnlyList<(Event Event, string Cause, DateOnly On, DateTimeOffset At)> workspaceEvents,
        Func<BatchResult, bool>? mayCommit = null, bool recordsKeys = false, string actor = "system")
    {
        for (var attempt = 1; ; attempt++)
            try { return TakeOnce(units, workspaceEvents, mayCommit, recordsKeys, actor); }
            catch (Exception e) when (attempt < AttemptsMax && !store.IsDryRun && store.Database.IsPassing(e))
            {
                // What met another transaction, or lost its server, is made anew on what is there by then.
                Thread.Sleep(Math.Min(10 << attempt, 1000));
            }
    }

    /// <summary>
    /// Takes a part in one transaction. Where that fails it is taken in halves, and so on down to the one unit that fails alone:
    /// it is set aside, and all others are taken, in their order. False: what a piece said ends it all.
    /// </summary>
    internal bool TakeOrSetAside(TakenTogether part, BatchResult into)
    {
        Exception failure;
        try
        {
            var wanted = true;
            var result = Take(part.Units(new Stored(store)), part.MayCommit is null ? null : r => wanted = part.MayCommit(r));
            if (wanted) into.Add(result);
            return wanted;
        }
        catch (Exception e) when (part.SetAside is not null && SetAsides.MayBeOf(e))
        {
            failure = e;
        }
        if (part.Count > 1)
        {
            var (first, second) = part.Halves!();
            return TakeOrSetAside(first, into) && TakeOrSetAside(second, into);
        }
        if (part.SetAside(failure) is not { } unit) return false;
        into.Units.Add(unit);
        return true;
    }

    /// <summary>As <see cref="Take(IReadOnlyList{InputUnit}, Func{BatchResult, bool}?)"/>, and what fails alone is set aside instead of thrown.</summary>
    public BatchResult TakeOrSetAside(IReadOnlyList<InputUnit> units) => new Aside(this, SetAsides.Import, input => input.Key).Take(units);

    /// <summary>The instant by this door's clock.</summary>
    internal DateTimeOffset Clock => clock.GetUtcNow();

    private const int AttemptsMax = 8;

    private BatchResult TakeOnce(IReadOnlyList<InputUnit> units, IReadOnlyList<(Event Event, string Cause, DateOnly On, DateTimeOffset At)> workspaceEvents,
        Func<BatchResult, bool>? mayCommit, bool recordsKeys, string actor)
    {
        store.Begin();
        try
        {
            Failpoint.Hit(Operation + ".transaction-open");
            var stored = new Stored(store);
            var routes = Routes.Of(stored, units);
            var there = Lock(routes, workspaceEvents.Count > 0 || routes.Workspace || recordsKeys);
            var heads = store.Heads();
            ReadWorkspace(heads);
            var prepared = Prepare(stored, routes, heads, there, units, workspaceEvents, actor: actor);
            if (mayCommit is not null && !mayCommit(prepared.Result)) TakeBack();
            else
            {
                if (!store.IsDryRun) store.Vault.Flush();
                Write(prepared);
                Keep(prepared);
            }
            return prepared.Result;
        }
        catch
        {
            TakeBack();
            throw;
        }
    }

    /// <summary>Handles the units on what is stored: all that has to be decided and computed, and nothing that is written.</summary>
    private Prepared Prepare(Stored stored, Routes routes, Head[] heads, DateTimeOffset? there, IReadOnlyList<InputUnit> units,
        IReadOnlyList<(Event Event, string Cause, DateOnly On, DateTimeOffset At)> workspaceEvents, NewKeys? keys = null, string actor = "system")
    {
        batchCells.Clear();
        // The database's own time, where it has one and nobody said what time it is.
        var now = there is { } time && clock == TimeProvider.System ? time : clock.GetUtcNow();
        var batch = new Batch(this, stored, heads, now, routes);
        if (heads[Partition.Workspace].Seq == 0 && units.Count + workspaceEvents.Count > 0)
            batch.OpenWorkspace(
                units.Count > 0 ? units[0].RecordedAt : workspaceEvents[0].At,
                units.SelectMany(u => u.Inputs).OfType<WorkspaceInput.PortfolioSet>().Select(p => p.TimeZone ?? "UTC"));
        if (keysWait)
            foreach (var e in Work.ApiKeys.Unrecorded(store, workspace)) batch.RecordAside(e);
        foreach (var (e, cause, on, at) in workspaceEvents) batch.RecordAt(at, e, cause, actor, on);
        // What somebody said has a key, whichever way it came in.
        if (actor != "system") batch.ClaimCauses([.. workspaceEvents.Select(e => e.Cause)]);
        batch.LoadAhead(units, keys);
        foreach (var unit in units) batch.Take(unit);
        return batch.Prepare();
    }

    /// <summary>Writes within the transaction that is open.</summary>
    private void Write(Prepared prepared)
    {
        store.Database.Append(prepared.Rows);
        Failpoint.Hit(Operation + ".journal-written");
        store.Database.Write(prepared.Changes);
        foreach (var (party, into) in prepared.Changes.Joins) SetAsides.Join(store, party, into);
        foreach (var (file, content) in prepared.Contents) FileContents.Put(store, file, content);
        if (prepared.Withdrawn.Count > 0) FileContents.Destroy(store, prepared.Withdrawn);
        foreach (var party in prepared.Erased) store.Statement("INSERT INTO erasure(party, done) VALUES(?, 0) ON CONFLICT(party) DO UPDATE SET done = "
            + "excluded.done").Bind(party).Run();
        Failpoint.Hit(Operation + ".before-commit");
        try { store.Commit(); }
        catch (LostException)
        {
            // Not in a filter: what goes wrong there counts as a no.
            if (!WasKept(prepared.Changes.Heads)) throw;
        }
        Failpoint.Hit(Operation + ".after-commit");
    }

    /// <summary>What follows once the batch is kept.</summary>
    private void Keep(Prepared prepared)
    {
        LastRecordedAt = prepared.Now;
        LastRecordedOn = prepared.LastRecordedOn;
        if (!store.IsDryRun) keysWait = false;
        if (store.IsDryRun || !prepared.Destroys) return;
        if (prepared.Erased.Count > 0) FinishErasures();
        else store.Database.Compact();
    }

    /// <summary>Holds the chains that the units may append to. Returns the database's time; null where there is none but the machine's.</summary>
    private DateTimeOffset? Lock(Routes routes, bool workspace)
    {
        // Whoever is first opens the workspace.
        var there = store.Database.Lock(routes.Partitions, workspace || this.workspace.Seq == 0);
        if (there is not null && !routes.Hold(store)) throw new MetException("an account was given to another party in the same moment", null);
        return there;
    }

    /// <summary>After a commit whose answer was lost: whether the chains end with, or went on from, what it would have written.</summary>
    private bool WasKept(IReadOnlyList<Head> ends)
    {
        store.Rollback();
        if (ends.Count == 0) return false;
        for (var attempt = 1; ; attempt++)
            try { return store.JournalAt(ends[0].Partition, ends[0].Seq) is { } row && row.Hash.AsSpan().SequenceEqual(ends[0].Hash); }
            catch (LostException e)
            {
                // A server that starts may go once more. Without its word nobody may take it as lost.
                if (attempt == AttemptsMax)
                    throw new StoreException($"the database did not answer a commit and can't be asked whether it kept it: {e.Message}. What was kept is not "
                        + "done again by the next command.", e);
                Thread.Sleep(Math.Min(10 << attempt, 1000));
            }
    }

    /// <summary>Nothing of the transaction remains, in the store or in memory.</summary>
    private void TakeBack()
    {
        store.Rollback();
        store.Vault.Discard();
        workspace = new WorkspaceState();
        laidOver = null;
    }

    /// <summary>A door of the same kind into the same workspace through another store, for another thread.</summary>
    internal Door Beside(Store other) => new(other, Operation, clock, writer, rules) { Policy = Policy, Own = Own, Kpis = Kpis };

    /// <summary>From here to <see cref="EndDryRun"/> everything happens as ever and is rolled back then.</summary>
    public void BeginDryRun() => store.BeginDryRun();

    public void EndDryRun()
    {
        store.EndDryRun();
        // What was folded from events that are gone again.
        workspace = new WorkspaceState();
        laidOver = null;
        cells.Refresh();
    }

    /// <summary>Folds pending cells into merged ones, where there are enough of them or it is asked for.</summary>
    public void MergeCells(bool always) => MergeCells(always ? 0 : CellStore.PendingMax);

    /// <summary>
    /// As <see cref="MergeCells(bool)"/>; where what the cells hold can't be merged that is set aside, and readers add it up.
    /// False: it was.
    /// </summary>
    public bool TryMergeCells(bool always)
    {
        // Once it failed it reads all that is not merged for nothing: the end of the work tries again.
        if (figuresAside && !always) return false;
        try
        {
            MergeCells(always);
            if (figuresAside || (always && SetAsides.Of(store, SetAsides.Figures).Count > 0))
                store.Atomically(() => SetAsides.Clear(store, "", SetAsides.Figures, ""));
            figuresAside = false;
            return true;
        }
        catch (Exception e) when (SetAsides.MayBeOf(e) && !store.Database.IsPassing(e))
        {
            SetAsideFigures(e);
            return false;
        }
    }

    private bool figuresAside;

    private void SetAsideFigures(Exception e)
    {
        figuresAside = true;
        store.Atomically(() => SetAsides.Note(store, "", SetAsides.Figures, "", e, clock.GetUtcNow()));
    }

    private void MergeCells(int from)
    {
        if (from > 0 && cells.PendingCount < from) return;
        store.Atomically(() => cells.Merge(store.Heads().Max(h => h.RecordedOn)));
        Failpoint.Hit(Operation + ".cells-merged");
    }

    private void ReadWorkspace(Head[] heads)
    {
        LastRecordedAt = DateTimeOffset.FromUnixTimeMilliseconds(heads.Max(h => h.RecordedAt));
        LastRecordedOn = heads.Max(h => h.RecordedOn);
        if (heads[Partition.Workspace].Seq == workspace.Seq) return;
        if (workspace.Seq == 0) workspace = store.ReadWorkspace();
        foreach (var (_, row) in store.Journal(Partition.Workspace, workspace.Seq + 1))
            workspace.Apply(row, EventCodec.Decode(row.Kind, row.Version, row.Payload));
    }

    private bool IsErased(string party)
    {
        try { return store.Party(party) is var (_, state) && state.Erased; }
        // A state that can't be read stops its own party only.
        catch (Exception e) when (e is JournalDamagedException or ArgumentException or InvalidOperationException or OverflowException) { return false; }
    }

    /// <summary>Destroys the keys of parties whose erasure is recorded, also after a crash in between.</summary>
    private void FinishErasures()
    {
        var parties = new List<string>();
        var s = store.Statement("SELECT party FROM erasure WHERE done = 0");
        while (s.Step()) parties.Add(s.Text(0));
        // A row that another hand put there destroys nothing: the audit tells of it.
        parties.RemoveAll(party => !IsErased(party));
        if (parties.Count == 0) return;
        Failpoint.Hit("erase.before-key");
        // What was sealed before they became part of the party is under keys of their own.
        store.Vault.Destroy(parties.SelectMany(party => store.Party(party)!.Value.State.KeyIds));
        Shredder.Shred(store, parties);
        Failpoint.Hit("erase.after-key");
        foreach (var party in parties)
        {
            SetAsides.ClearAll(store, party);
            store.Statement("UPDATE erasure SET done = 1 WHERE party = ?").Bind(party).Run();
        }
        store.Database.Compact();
    }

    /// <summary>Set where keys of the API are to be recorded by the next transaction.</summary>
    private bool keysWait;

    /// <summary>Records keys of the API that were made when nobody could; a workspace without an event does it with its first.</summary>
    private void RecordKeys()
    {
        keysWait = store.Meta(Work.ApiKeys.ToRecord) is not null;
        if (!keysWait || store.IsDryRun || store.Heads()[Partition.Workspace].Seq == 0) return;
        Take([], [], recordsKeys: true);
    }

    private CellDeltas EmptyUnitCells()
    {
        // Emptying costs by the room there is: after a unit of unusual size a new one is cheaper for all that follow.
        if (unitCells.Count > 1024) unitCells = new CellDeltas();
        else unitCells.Clear();
        return unitCells;
    }

    /// <summary>For what would have been on a day: another day's workspace, the policy and the rules of this door.</summary>
    internal Context PastContext(WorkspaceState past, DateOnly asOf, DateTimeOffset now) => new()
    {
        Now = now, Workspace = past, Policy = PolicyOn(asOf), PolicyVersion = Policy is null ? workspace.Adopted.PolicyOn(asOf)?.Version ?? 0 : 0,
        Rules = RulesInForce, RulesVersion = RulesVersion, Vault = store.Vault, Writer = Writer, Kpis = KpiIds,
    };

    private int? RulesVersion => workspace.Adopted.Files(CatalogPart.Rules)?.Version;

    private Held? held;

    private sealed record Held(long Seq, Context Context);

    /// <summary>The same for all inputs of an instant.</summary>
    /// <param name="day">As <see cref="Context.Day"/>.</param>
    private Context ContextAt(DateTimeOffset now, DateOnly? day = null)
    {
        if (held is { } last && last.Seq == workspace.Seq && last.Context.Now == now && last.Context.Day == day
            && ReferenceEquals(last.Context.Workspace, workspace))
            return last.Context;
        var policyDay = PolicyDay(day ?? workspace.Today(now));
        held = new Held(workspace.Seq, new Context
        {
            Now = now, Day = day, Workspace = workspace, Policy = PolicyOn(policyDay), PolicyVersion = workspace.Adopted.PolicyOn(policyDay)?.Version ?? 0,
            Rules = RulesInForce, RulesVersion = RulesVersion, Vault = store.Vault, Writer = Writer, Kpis = KpiIds,
        });
        return held.Context;
    }
}
