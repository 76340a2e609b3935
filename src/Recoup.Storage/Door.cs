using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Workspace;
using Recoup.Storage.Journal;
using Recoup.Storage.Postgres;

namespace Recoup.Storage;

/// <summary>Inputs that are taken together or not at all, such as a row of a file.</summary>
/// <param name="Line">The line they came from; 0 where there is none.</param>
/// <param name="Inputs">In order.</param>
/// <param name="RecordedAt">When they were learned; null: now.</param>
public sealed record InputUnit(long Line, IReadOnlyList<Input> Inputs, DateTimeOffset? RecordedAt = null);

public enum UnitStatus { Accepted, Unchanged, Refused }

/// <param name="Line">The unit's line.</param>
/// <param name="Status">Unchanged: every input was known by its key already.</param>
/// <param name="Refused">Why, for a refused unit.</param>
/// <param name="Accepted">The kinds of the inputs that were new.</param>
public sealed record UnitResult(long Line, UnitStatus Status, Refused? Refused, IReadOnlyList<string> Accepted);

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
}

/// <summary>
/// The one way in: takes a batch of units, has the machine handle each input, and writes journal, keys, states,
/// outbox and cells in one transaction. Nothing is kept between batches but the compiled policy, so any number of
/// processes may use the same folder.
/// </summary>
public sealed class Door
{
    private readonly Store store;
    private readonly CellStore cells;
    private readonly IMessageWriter writer;
    private readonly ContactRules rules;
    private readonly TimeProvider clock;
    private WorkspaceState workspace = new();

    // Kept from batch to batch: a batch fills tens of thousands of entries, and growing anew each time is most of what a
    // large import would allocate.
    private readonly CellDeltas batchCells = new();
    private CellDeltas unitCells = new();
    private Policy? compiled;

    /// <param name="operation">import, run or dispatch: names the failpoints passed.</param>
    /// <param name="clock">Gives the time of what is learned now.</param>
    public Door(Store store, string operation, TimeProvider clock, IMessageWriter writer, ContactRules? rules = null)
    {
        store.RefuseStale();
        this.store = store;
        this.clock = clock;
        this.writer = writer;
        this.rules = rules ?? ShippedPolicies.ContactRules;
        Operation = operation;
        cells = new CellStore(store);
        FinishErasures();
    }

    public string Operation { get; }

    public Store Store => store;

    public CellStore Cells => cells;

    /// <summary>A policy to use instead of the one in force; it is adopted by the next run.</summary>
    public Policy? Policy { get; init; }

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
    public Policy PolicyInForce
    {
        get
        {
            if (Policy is not null) return Policy;
            if (workspace.PolicyVersion == 0) return ShippedPolicies.Default;
            if (compiled?.Digest == workspace.PolicyDigest) return compiled!;
            return compiled = Core.Policies.Policy.Parse(workspace.PolicyTexts[^1], $"policy version {workspace.PolicyVersion}");
        }
    }

    /// <summary>Takes the units in order, in one transaction.</summary>
    /// <param name="units">Each is taken whole or refused whole.</param>
    /// <param name="mayCommit">Looks at the result before the commit; false rolls everything back.</param>
    public BatchResult Take(IReadOnlyList<InputUnit> units, Func<BatchResult, bool>? mayCommit = null) =>
        Take(units, [], mayCommit);

    /// <param name="workspaceEvents">Events of Recoup's own doing, such as the beginning of a run, recorded before the units.</param>
    internal BatchResult Take(IReadOnlyList<InputUnit> units, IReadOnlyList<(Event Event, string Cause, DateOnly On, DateTimeOffset At)> workspaceEvents, Func<BatchResult, bool>? mayCommit = null)
    {
        for (var attempt = 1; ; attempt++)
            try { return TakeOnce(units, workspaceEvents, mayCommit); }
            catch (Exception e) when (attempt < AttemptsMax && !store.IsDryRun && store.Database.IsPassing(e))
            {
                // What met another transaction, or lost its server, is made anew on what is there by then.
                Thread.Sleep(Math.Min(10 << attempt, 1000));
            }
    }

    private const int AttemptsMax = 8;

    private BatchResult TakeOnce(IReadOnlyList<InputUnit> units, IReadOnlyList<(Event Event, string Cause, DateOnly On, DateTimeOffset At)> workspaceEvents, Func<BatchResult, bool>? mayCommit)
    {
        store.Begin();
        try
        {
            Failpoint.Hit(Operation + ".transaction-open");
            var routes = Routes.Of(store, units);
            var there = Lock(routes, workspaceEvents.Count > 0 || routes.Workspace);
            var heads = store.Heads();
            ReadWorkspace(heads);
            batchCells.Clear();
            // The database's own time, where it has one and nobody said what time it is.
            var now = there is { } time && clock == TimeProvider.System ? time : clock.GetUtcNow();
            var batch = new Batch(this, heads, now, routes);
            if (heads[Partition.Workspace].Seq == 0 && units.Count + workspaceEvents.Count > 0) batch.OpenWorkspace(units.Count > 0 ? units[0].RecordedAt : workspaceEvents[0].At);
            foreach (var (e, cause, on, at) in workspaceEvents) batch.RecordAt(at, e, cause, "system", on);
            batch.LoadAhead(units);
            foreach (var unit in units) batch.Take(unit);
            if (mayCommit is not null && !mayCommit(batch.Result))
            {
                TakeBack();
                return batch.Result;
            }
            var ends = batch.Write();
            if (!store.IsDryRun) store.Vault.Flush();
            foreach (var party in batch.Erased) store.Statement("INSERT INTO erasure(party, done) VALUES(?, 0) ON CONFLICT(party) DO UPDATE SET done = excluded.done").Bind(party).Run();
            Failpoint.Hit(Operation + ".before-commit");
            try { store.Commit(); }
            catch (LostException) when (WasKept(ends)) { /* the server kept it; only its answer was lost */ }
            Failpoint.Hit(Operation + ".after-commit");
            LastRecordedAt = batch.Now;
            LastRecordedOn = batch.LastRecordedOn;
            if (batch.Erased.Count > 0 && !store.IsDryRun) FinishErasures();
            return batch.Result;
        }
        catch
        {
            TakeBack();
            throw;
        }
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
        return ends.Count > 0 && store.JournalAt(ends[0].Partition, ends[0].Seq) is { } row && row.Hash.AsSpan().SequenceEqual(ends[0].Hash);
    }

    /// <summary>Nothing of the transaction remains, in the store or in memory.</summary>
    private void TakeBack()
    {
        store.Rollback();
        store.Vault.Discard();
        workspace = new WorkspaceState();
    }

    /// <summary>A door of the same kind into the same workspace through another store, for another thread.</summary>
    internal Door Beside(Store other) => new(other, Operation, clock, writer, rules) { Policy = Policy };

    /// <summary>From here to <see cref="EndDryRun"/> everything happens as ever and is rolled back then.</summary>
    public void BeginDryRun() => store.BeginDryRun();

    public void EndDryRun()
    {
        store.EndDryRun();
        // What was folded from events that are gone again.
        workspace = new WorkspaceState();
        compiled = null;
        cells.Refresh();
    }

    /// <summary>Folds pending cells into merged ones, where there are enough of them or it is asked for.</summary>
    public void MergeCells(bool always)
    {
        if (!always && cells.PendingCount < CellStore.PendingMax) return;
        store.Atomically(() => cells.Merge(store.Heads().Max(h => h.RecordedOn)));
        Failpoint.Hit(Operation + ".cells-merged");
    }

    private void ReadWorkspace(Head[] heads)
    {
        LastRecordedAt = DateTimeOffset.FromUnixTimeMilliseconds(heads.Max(h => h.RecordedAt));
        LastRecordedOn = heads.Max(h => h.RecordedOn);
        if (heads[Partition.Workspace].Seq == workspace.Seq) return;
        foreach (var (_, row) in store.Journal(Partition.Workspace, workspace.Seq + 1))
            workspace.Apply(row, EventCodec.Decode(row.Kind, row.Version, row.Payload));
    }

    /// <summary>Destroys the keys of parties whose erasure is recorded, also after a crash in between.</summary>
    private void FinishErasures()
    {
        var parties = new List<string>();
        var s = store.Statement("SELECT party FROM erasure WHERE done = 0");
        while (s.Step()) parties.Add(s.Text(0));
        if (parties.Count == 0) return;
        Failpoint.Hit("erase.before-key");
        store.Vault.Destroy(parties);
        Shredder.Shred(store, parties);
        Failpoint.Hit("erase.after-key");
        foreach (var party in parties) store.Statement("UPDATE erasure SET done = 1 WHERE party = ?").Bind(party).Run();
        store.Database.Compact();
    }

    private CellDeltas EmptyUnitCells()
    {
        // Emptying costs by the room there is: after a unit of unusual size a new one is cheaper for all that follow.
        if (unitCells.Count > 1024) unitCells = new CellDeltas();
        else unitCells.Clear();
        return unitCells;
    }

    /// <summary>From so many units or events on, several processors are worth their starting.</summary>
    private const int TogetherMin = 64;

    /// <summary>One transaction's work, in memory until it is written.</summary>
    private sealed class Batch(Door door, Head[] heads, DateTimeOffset clockNow, Routes routes)
    {
        private readonly Store store = door.store;
        private readonly Dictionary<string, Entry> parties = new(StringComparer.Ordinal);
        private readonly Dictionary<string, byte[]> claimed = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> aliases = new(StringComparer.Ordinal);
        private Dictionary<string, byte[]> known = new(StringComparer.Ordinal);
        private readonly List<(int Partition, string Party, Recorded Recorded, long WorkspaceSeq)> rows = [];
        private readonly CellDeltas cells = door.batchCells;
        private readonly long[] seqs = [.. heads.Select(h => h.Seq)];

        public BatchResult Result { get; } = new();

        public DateTimeOffset Now { get; private set; } = door.LastRecordedAt;

        public DateOnly LastRecordedOn { get; private set; } = door.LastRecordedOn;

        /// <summary>
        /// Parties erased by this batch, and those erased before for whom a channel answers only now: what it wrote in
        /// between must go too.
        /// </summary>
        public IReadOnlyList<string> Erased =>
            [.. rows.Where(r => r.Recorded.Event is Event.PartyErased || (r.Recorded.Event is Event.MessageSettled && parties[r.Party].State.Erased)).Select(r => r.Party).Distinct(StringComparer.Ordinal)];

        private sealed class Entry(long pid, PartyState state)
        {
            public long Pid { get; set; } = pid;
            public PartyState State { get; set; } = state;
            public bool Changed { get; set; }
            public List<Recorded> Accepted { get; } = [];
        }

        public void Take(InputUnit unit)
        {
            var wanted = unit.RecordedAt ?? clockNow;
            if (wanted > Now) Now = wanted;
            var startRows = rows.Count;
            var startRecordedOn = LastRecordedOn;
            var startSeqs = unit.Inputs.Count > 1 ? (long[])seqs.Clone() : null;
            var unitCells = unit.Inputs.Count > 1 ? door.EmptyUnitCells() : cells;
            var accepted = new List<string>();
            var keys = new List<(string Key, byte[] Content)>();
            var newAliases = new List<string>();
            foreach (var input in unit.Inputs)
            {
                var refused = TakeOne(input, unitCells, accepted, keys, newAliases);
                if (refused is null) continue;
                if (rows.Count > startRows) TakeBack(startRows, startSeqs!, startRecordedOn);
                foreach (var (key, _) in keys) claimed.Remove(key);
                foreach (var alias in newAliases) aliases.Remove(alias);
                Result.Units.Add(new UnitResult(unit.Line, UnitStatus.Refused, refused, []));
                return;
            }
            if (unitCells != cells) cells.AddAll(unitCells);
            Result.Units.Add(new UnitResult(unit.Line, accepted.Count > 0 ? UnitStatus.Accepted : UnitStatus.Unchanged, null, accepted));
        }

        private Refused? TakeOne(Input input, CellDeltas unitCells, List<string> accepted, List<(string, byte[])> keys, List<string> newAliases)
        {
            var context = door.ContextAt(Now);
            if (input is not Input.OfAccount && input.Digest.Length > 0) return TakeWorkspace(input, context, accepted, keys);

            string partyId;
            switch (input)
            {
                case Input.Review review: partyId = review.Party; break;
                case Input.Release release: partyId = release.Party; break;
                case Input.ChannelResult result: partyId = result.Party; break;
                default:
                    if (Route((Input.OfAccount)input, newAliases, out partyId) is { } misrouted) return misrouted;
                    break;
            }
            var entry = Load(partyId);
            if (Claim(input, partyId, entry.State, keys, out var unchanged) is { } used) return used;
            if (unchanged) return null;

            var today = Machine.Today(entry.State, input, context);
            var allocation = context.Policy.Allocation;
            for (var needs = Needs.Of(entry.State, input, today, allocation); !needs.IsEmpty; needs = Needs.Of(entry.State, input, today, allocation)) Load(entry, needs);
            var partition = Partition.Of(partyId);
            var asOf = entry.State.AsOf;
            var outcome = Machine.Handle(entry.State, seqs[partition], input, context, unitCells);
            // What left no event moved the party on to its day all the same; a fold from zero knows nothing of that.
            if (outcome.Events.Count == 0 && entry.State.AsOf != asOf) FoldAnew(entry, partyId);
            if (outcome.Refused is { } refused)
            {
                foreach (var (key, _) in keys.Where(k => k.Item1 == input.Key).ToList()) claimed.Remove(key);
                return refused;
            }
            foreach (var recorded in outcome.Events)
            {
                seqs[partition] = recorded.Envelope.Seq;
                rows.Add((partition, partyId, recorded, context.Workspace.Seq));
                entry.Accepted.Add(recorded);
                entry.State.History = null;
                entry.Changed = true;
                if (recorded.Envelope.RecordedOn > LastRecordedOn) LastRecordedOn = recorded.Envelope.RecordedOn;
                if (recorded.Event is Event.Decided decided)
                {
                    Result.Decisions.Add(decided.Decision);
                    if (store.IsDryRun) Result.Decided.Add((partyId, recorded.Envelope.Account, decided.Decision));
                }
            }
            if (input is Input.Review && outcome.Events.Count > 0) Result.Reviewed++;
            Result.Outgoing.AddRange(outcome.Outgoing);
            if (input.Digest.Length > 0) accepted.Add(KindOf(input));
            return null;
        }

        private Refused? Route(Input.OfAccount input, List<string> newAliases, out string party)
        {
            party = Alias(input.Account) ?? input.Account;
            if (input is not Input.AccountSet { Party: { } named } || named == party) return null;
            if (Load(party).State.Account(input.Account) is not null)
                return new Refused(Refusal.AccountOfOtherParty, $"account {input.Account} is of party {party}; an account can't move to another ({named})");
            party = named;
            aliases[input.Account] = named;
            newAliases.Add(input.Account);
            return null;
        }

        private string? Alias(string account) => aliases.TryGetValue(account, out var party) ? party : routes.StoredAlias(account);

        /// <summary>Sets unchanged where the same input was taken before; refuses where the key stands for another.</summary>
        private Refused? Claim(Input input, string party, PartyState? state, List<(string, byte[])> keys, out bool unchanged)
        {
            unchanged = false;
            if (input.Digest.Length == 0) return null;
            var identifies = input is Input.AccountSet { Name: not null } or Input.AccountSet { Email: not null } or Input.AccountSet { Phone: not null } or Input.AccountSet { Address: not null } or Input.ContactPoint or Input.Consent { Address: not null };
            if (identifies && state?.Erased == true) return new Refused(Refusal.PartyErased, $"party {party} was erased: nothing that identifies the person is taken any more; what is owed can still be settled");
            var content = identifies ? store.Vault.Salt(party, input.Digest) : input.Digest;
            if (claimed.TryGetValue(input.Key, out var before) || known.TryGetValue(input.Key, out before))
            {
                unchanged = before.AsSpan().SequenceEqual(content);
                return unchanged ? null : new Refused(Refusal.KeyUsedWithOtherContent, $"the key '{InputDraft.Short(input.Key)}' was used before with other content; a changed fact needs a key of its own");
            }
            claimed[input.Key] = content;
            keys.Add((input.Key, content));
            return null;
        }

        private Refused? TakeWorkspace(Input input, Context context, List<string> accepted, List<(string, byte[])> keys)
        {
            if (Claim(input, "", null, keys, out var unchanged) is { } used) return used;
            if (unchanged) return null;
            foreach (var e in WorkspaceMachine.Handle(input, context)) Record(e, input.Key, input.Actor);
            accepted.Add(KindOf(input));
            return null;
        }

        public void OpenWorkspace(DateTimeOffset? at)
        {
            if ((at ?? clockNow) is var wanted && wanted > Now) Now = wanted;
            var id = store.Vault.NewId();
            store.SetMeta("workspace", id);
            Record(new Event.WorkspaceOpened(id), "open", "system");
        }

        public void RecordAt(DateTimeOffset at, Event e, string cause, string actor, DateOnly on)
        {
            if (at > Now) Now = at;
            Record(e, cause, actor, on);
        }

        /// <summary>Records an event of the workspace and applies it at once.</summary>
        public void Record(Event e, string cause, string actor, DateOnly? effectiveOn = null)
        {
            var today = effectiveOn ?? Later(LastRecordedOn, Context.LocalDate(Now, "UTC"));
            var seq = ++seqs[Partition.Workspace];
            var recorded = new Recorded(e, new Envelope(seq, "", today, today, Now.ToUnixTimeMilliseconds(), cause), seq - 1, actor);
            rows.Add((Partition.Workspace, "", recorded, seq));
            if (today > LastRecordedOn) LastRecordedOn = today;
            door.workspace.Apply(ToRow(Partition.Workspace, "", recorded, seq), e);
        }

        private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

        private Entry Load(string party)
        {
            if (parties.TryGetValue(party, out var entry)) return entry;
            var found = store.Party(party);
            return parties[party] = found is var (pid, state) ? new Entry(pid, state) : new Entry(0, new PartyState { Id = party });
        }

        /// <summary>
        /// Loads all that the units are about in a few readings: keys, headers, then what the inputs need beside them. What an
        /// input needs only because of one before it in the batch is loaded when its turn comes.
        /// </summary>
        public void LoadAhead(IReadOnlyList<InputUnit> units)
        {
            known = store.Database.KeyContents(routes.Keys);
            var stored = store.Database.Parties(routes.Parties);
            var states = new PartyState[stored.Count];
            if (states.Length < TogetherMin) for (var i = 0; i < states.Length; i++) states[i] = StateCodec.DecodeParty(stored[i].State);
            else Parallel.For(0, states.Length, i => states[i] = StateCodec.DecodeParty(stored[i].State));
            for (var i = 0; i < states.Length; i++) parties[stored[i].Id] = new Entry(stored[i].Pid, states[i]);
            store.Vault.LoadAhead(routes.Persons);
            var now = Now;
            var asking = new List<(Entry Entry, Input Input, DateOnly Today)>();
            foreach (var unit in units)
            {
                if ((unit.RecordedAt ?? clockNow) is var at && at > now) now = at;
                var context = door.ContextAt(now);
                foreach (var input in unit.Inputs)
                    if (routes.PartyOf(input) is { } party && parties.TryGetValue(party, out var entry) && !(input.Digest.Length > 0 && known.ContainsKey(input.Key)))
                        asking.Add((entry, input, Machine.Today(entry.State, input, context)));
            }
            // A reversal needs its payment first and then the items it met; more than so many steps no input takes.
            for (var step = 0; step < 4 && asking.Count > 0; step++)
            {
                var wanted = new Beforehand();
                var again = new List<(Entry Entry, Input Input, DateOnly Today)>();
                foreach (var asked in asking)
                    if (wanted.Add(asked.Entry.State, asked.Entry.Pid, Needs.Of(asked.Entry.State, asked.Input, asked.Today, door.PolicyInForce.Allocation))) again.Add(asked);
                wanted.Load(store);
                asking = again;
            }
        }

        private void Load(Entry entry, Needs needs)
        {
            foreach (var (account, number) in needs.Items) store.LoadItem(entry.State, entry.Pid, account, number);
            foreach (var wanted in needs.OpenItems) store.LoadOpenItems(entry.State, entry.Pid, wanted.Account, wanted.Currency, wanted.DueThrough, wanted.Limit);
            foreach (var key in needs.Cash) store.LoadCash(entry.State, entry.Pid, key);
            foreach (var id in needs.Messages) store.LoadMessage(entry.State, entry.Pid, id);
            foreach (var id in needs.WorkItems) store.LoadWorkItem(entry.State, entry.Pid, id);
            if (needs.History) entry.State.History = [.. store.Events(entry.State.Id, store.Party(entry.State.Id)?.State.LastSeq ?? 0), .. entry.Accepted.Select(r => new HistoryEvent(r.Envelope, r.Event))];
        }

        /// <summary>A unit was refused half way: what its first inputs did is undone by folding the party anew without them.</summary>
        private void TakeBack(int startRows, long[] startSeqs, DateOnly startRecordedOn)
        {
            var undone = rows.Skip(startRows).Where(r => r.Partition != Partition.Workspace).GroupBy(r => r.Party).ToList();
            // What concerns the whole workspace stands by itself, whichever row brought it.
            rows.RemoveAll(r => r.Partition != Partition.Workspace && r.Recorded.Envelope.Seq > startSeqs[r.Partition]);
            for (var p = 0; p < Partition.PartyCount; p++) seqs[p] = startSeqs[p];
            LastRecordedOn = rows.Skip(startRows).Aggregate(startRecordedOn, (last, row) => Later(last, row.Recorded.Envelope.RecordedOn));
            foreach (var group in undone)
            {
                var entry = parties[group.Key];
                entry.Accepted.RemoveRange(entry.Accepted.Count - group.Count(), group.Count());
                FoldAnew(entry, group.Key);
                entry.Changed = entry.Accepted.Count > 0;
            }
        }

        /// <summary>The party as it was stored, and what was taken of it since.</summary>
        private void FoldAnew(Entry entry, string party)
        {
            var nothing = new CellDeltas();
            var old = entry.State;
            var fresh = entry.Pid == 0 ? new PartyState { Id = party } : store.Party(party)!.Value.State;
            foreach (var (account, number) in old.Items.Keys) store.LoadItem(fresh, entry.Pid, account, number);
            foreach (var key in old.Cash.Keys) store.LoadCash(fresh, entry.Pid, key);
            foreach (var id in old.Messages.Keys) store.LoadMessage(fresh, entry.Pid, id);
            foreach (var id in old.WorkItems.Keys) store.LoadWorkItem(fresh, entry.Pid, id);
            foreach (var recorded in entry.Accepted) Fold.Apply(fresh, recorded.Envelope, recorded.Event, nothing);
            entry.State = fresh;
        }

        /// <summary>Returns the ends of the chains that grew.</summary>
        public IReadOnlyList<Head> Write()
        {
            var chains = rows.GroupBy(r => r.Partition).OrderBy(g => g.Key).Select(g => new Chained(heads[g.Key], [.. g])).ToArray();
            // A party's place is that of its first event: a fold from zero comes to the same.
            var changed = parties.Where(p => p.Value.Changed).Select(p => p.Value).ToArray();
            foreach (var entry in changed)
                if (entry.Pid == 0) entry.Pid = Store.RowId(Partition.Of(entry.State.Id), entry.Accepted[0].Envelope.Seq);
            // What must be computed needs nothing but memory and is no chain's but its own; what is written goes in order.
            var forms = new StateForm[changed.Length];
            if (rows.Count < TogetherMin)
            {
                foreach (var chain in chains) chain.Compute();
                for (var i = 0; i < changed.Length; i++) forms[i] = StateForm.Of(changed[i].State, changed[i].Pid);
            }
            else
            {
                Parallel.ForEach(chains, chain => chain.Compute());
                Parallel.For(0, changed.Length, i => forms[i] = StateForm.Of(changed[i].State, changed[i].Pid));
            }
            store.Database.Append([.. chains.SelectMany(chain => chain.Rows)]);
            Failpoint.Hit(door.Operation + ".journal-written");
            Head[] ends = [.. chains.Select(chain => chain.Head)];
            store.Database.Write(new Changes(ends, claimed, aliases, forms, CellStore.Encode(cells)));
            Result.Events = rows.Count;
            return ends;
        }

        /// <summary>What a batch adds to one chain.</summary>
        private sealed class Chained(Head head, IReadOnlyList<(int Partition, string Party, Recorded Recorded, long WorkspaceSeq)> added)
        {
            public JournalRow[] Rows { get; } = new JournalRow[added.Count];

            /// <summary>The chain's end after them.</summary>
            public Head Head { get; private set; } = head;

            public void Compute()
            {
                for (var i = 0; i < added.Count; i++)
                {
                    var (partition, party, recorded, workspaceSeq) = added[i];
                    var row = ToRow(partition, party, recorded, workspaceSeq);
                    Rows[i] = row = row with { Hash = Chain.Hash(Head.Hash, row) };
                    var e = recorded.Envelope;
                    // Days are those of the portfolios' places, so the last row need not have the latest.
                    Head = new Head(partition, e.Seq, row.Hash, e.RecordedAt, Later(Head.RecordedOn, e.RecordedOn));
                }
            }
        }

        private static JournalRow ToRow(int partition, string party, Recorded recorded, long workspaceSeq)
        {
            var (kind, version, payload) = EventCodec.Encode(recorded.Event);
            var e = recorded.Envelope;
            return new JournalRow
            {
                Partition = partition, Seq = e.Seq, Prior = recorded.Prior, Party = party, Account = e.Account, Kind = kind, Version = version, EffectiveOn = e.EffectiveOn,
                RecordedOn = e.RecordedOn, RecordedAt = e.RecordedAt, Actor = recorded.Actor, Cause = e.Cause, WorkspaceSeq = workspaceSeq, Payload = payload,
            };
        }

        private static string KindOf(Input input) => input switch
        {
            Input.AccountSet => "account",
            Input.PortfolioSet => "portfolio",
            Input.SendingSet => "sending",
            _ => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(input.GetType().Name),
        };
    }

    /// <summary>For what would have been: another day's workspace, this door's policy and rules.</summary>
    internal Context PastContext(WorkspaceState past, DateTimeOffset now) => new()
    {
        Now = now, Workspace = past, Policy = PolicyInForce, PolicyVersion = workspace.PolicyVersion, Rules = rules, Vault = store.Vault, Writer = writer,
    };

    private Context ContextAt(DateTimeOffset now) => new()
    {
        Now = now, Workspace = workspace, Policy = PolicyInForce, PolicyVersion = workspace.PolicyVersion, Rules = rules, Vault = store.Vault, Writer = writer,
    };
}
