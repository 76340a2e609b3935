using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Controlling;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Evidence;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;
using Recoup.Storage.Journal;

namespace Recoup.Storage;

/// <content>One batch, in memory until it is written.</content>
public sealed partial class Door
{
    /// <summary>From so many units or events on, several processors are worth their starting.</summary>
    private const int TogetherMin = 64;

    /// <summary>One transaction's work, in memory until it is written.</summary>
    private sealed partial class Batch(Door door, Stored stored, Head[] heads, DateTimeOffset clockNow, Routes routes)
    {
        private readonly Store store = door.store;
        private readonly Dictionary<string, Entry> parties = new(StringComparer.Ordinal);
        private readonly Dictionary<string, byte[]> claimed = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> aliases = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> joins = new(StringComparer.Ordinal);
        private Dictionary<string, byte[]> known = new(StringComparer.Ordinal);
        private readonly List<(int Partition, string Party, Recorded Recorded, long WorkspaceSeq)> rows = [];

        // By the file's key; of what was taken back since too.
        private readonly Dictionary<string, byte[]> contents = new(StringComparer.Ordinal);
        private readonly CellDeltas cells = door.batchCells;
        private readonly long[] seqs = [.. heads.Select(h => h.Seq)];

        // Of the unit at hand.
        private DateOnly? day;

        public BatchResult Result { get; } = new();

        public DateTimeOffset Now { get; private set; } = door.LastRecordedAt;

        public DateOnly LastRecordedOn { get; private set; } = door.LastRecordedOn;

        /// <summary>
        /// Parties erased by this batch, and those erased before for whom a channel answers only now: what it wrote in
        /// between must go too.
        /// </summary>
        private IReadOnlyList<string> Erased =>
            [.. rows.Where(r => r.Recorded.Event is PartyEvent.Erased
                || (r.Recorded.Event is MessageEvent.Settled && parties[r.Party].State.Erased)).Select(r => r.Party).Distinct(StringComparer.Ordinal)];

        private sealed class Entry(long pid, PartyState state)
        {
            public long Pid { get; set; } = pid;

            /// <summary>Nothing of it is stored yet.</summary>
            public bool IsNew { get; } = pid == 0;

            public PartyState State { get; set; } = state;
            public bool Changed { get; set; }
            public List<Recorded> Accepted { get; } = [];
        }

        // Of the unit at hand.
        private IReadOnlyList<string> remarks = [];

        public void Take(InputUnit unit)
        {
            var wanted = unit.RecordedAt ?? clockNow;
            // Where the workspace's clock is ahead of it, it is learned only then.
            day = wanted >= Now ? unit.Day : null;
            if (wanted > Now) Now = wanted;
            var startRows = rows.Count;
            var startRecordedOn = LastRecordedOn;
            var startSeqs = unit.Inputs.Count > 1 ? (long[])seqs.Clone() : null;
            var unitCells = unit.Inputs.Count > 1 ? door.EmptyUnitCells() : cells;
            var startWorkspace = TellsOfControlling(unit.Inputs) ? door.workspace.Copy() : null;
            var accepted = new List<string>();
            var keys = new List<(string Key, byte[] Content)>();
            var newAliases = new List<string>();
            remarks = [];
            unjoined = null;
            foreach (var input in unit.Inputs)
            {
                var refused = TakeOne(input, unitCells, accepted, keys, newAliases);
                if (refused is null) continue;
                if (rows.Count > startRows) TakeBack(startRows, startSeqs!, startRecordedOn, startWorkspace);
                foreach (var (key, _) in keys) claimed.Remove(key);
                TakeJoinsBack();
                foreach (var alias in newAliases) aliases.Remove(alias);
                Result.Units.Add(new UnitResult(unit.Line, UnitStatus.Refused, refused, []));
                return;
            }
            if (unitCells != cells) cells.AddAll(unitCells);
            Result.Units.Add(new UnitResult(unit.Line, accepted.Count > 0 ? UnitStatus.Accepted : UnitStatus.Unchanged, null, accepted) { Remarks = remarks });
        }

        /// <summary>Several inputs, of which one would count twice if it stood though the others were refused, and came again with them.</summary>
        private static bool TellsOfControlling(IReadOnlyList<Input> inputs)
        {
            for (var i = 0; i < inputs.Count; i++)
                if (inputs[i] is ControllingInput) return inputs.Count > 1;
            return false;
        }

        private Refused? TakeOne(Input input, CellDeltas unitCells, List<string> accepted, List<(string, byte[])> keys, List<string> newAliases)
        {
            var context = door.ContextAt(Now, day);
            if (input is not Input.OfAccount && input.Digest.Length > 0) return TakeWorkspace(input, context, unitCells, accepted, keys);
            if (input is AccountInput.Joined join) return TakeJoin(join, context, unitCells, accepted, keys);

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
            if (Claim(input, partyId, entry.State, keys, out var before) is { } used) return used;
            if (before == Before.Unchanged) return null;
            if (before == Before.Same) input = input with { IsKnown = true };
            if (input is Input.Review asked && !Machine.IsDue(entry.State, asked, context)) return null;

            var today = Machine.Today(entry.State, input, context);
            var allocation = context.Policy.Allocation;
            for (var needs = Needs.Of(entry.State, input, today, allocation); !needs.IsEmpty; needs = Needs.Of(entry.State, input, today,
                allocation)) Load(entry, needs);
            // Nearly every row of a list says what it said before: that moves nothing, not even the day.
            if (before != Before.Never
                && (input is AccountInput.Set set ? AccountChapter.IsSaid(entry.State, set)
                    : input is DisputeInput dispute ? DisputeChapter.IsSaid(entry.State, dispute)
                    : ListedItems.IsSaid(entry.State, input))) return null;
            // What a list closes need not stand: it was never opened, or somebody else closed it.
            if (input is DisputeInput.Closed closed && DisputeChapter.IsSaid(entry.State, closed)) return null;
            if (before != Before.Never && ListedItems.IsOfOther(entry.State, input)) return OfOther((InvoiceInput.Issued)input);
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
                Add(entry, recorded, context);
                if (recorded.Event is DecisionEvent.Made decided)
                {
                    Result.Decisions.Add(decided.Decision);
                    if (store.IsDryRun) Result.Decided.Add((partyId, recorded.Envelope.Account, decided.Decision));
                }
            }
            if (input is Input.Review && outcome.Events.Count > 0) Result.Reviewed++;
            Result.Outgoing.AddRange(outcome.Outgoing);
            foreach (var (file, content) in outcome.Contents) contents[file] = content;
            if (outcome.Remarks.Count > 0) remarks = [.. remarks, .. outcome.Remarks];
            if (input.Digest.Length > 0 && (before == Before.Never || outcome.Events.Count > 0)) accepted.Add(KindOf(input));
            return null;
        }

        private void Add(Entry entry, Recorded recorded, Context context)
        {
            var partition = Partition.Of(entry.State.Id);
            seqs[partition] = recorded.Envelope.Seq;
            rows.Add((partition, entry.State.Id, recorded, context.Workspace.Seq));
            entry.Accepted.Add(recorded);
            entry.State.History = null;
            entry.Changed = true;
            if (recorded.Envelope.RecordedOn > LastRecordedOn) LastRecordedOn = recorded.Envelope.RecordedOn;
        }

        private Refused? Route(Input.OfAccount input, List<string> newAliases, out string party)
        {
            party = PartyOf(input.Account);
            if (input is not AccountInput.Set { Party: { } asked } || PartyNow(asked) is var named && named == party) return null;
            if (Load(party).State.Account(input.Account) is not null) return AccountChapter.OfOtherParty(input.Account, party, asked);
            party = named;
            aliases[input.Account] = named;
            newAliases.Add(input.Account);
            return null;
        }

        private string PartyOf(string account) => PartyNow(Alias(account) ?? account);

        /// <summary>The party itself, or the one that it became part of.</summary>
        private string PartyNow(string party)
        {
            party = routes.Now(party);
            while (joins.TryGetValue(party, out var into)) party = into;
            return party;
        }

        private string? Alias(string account) => aliases.TryGetValue(account, out var party) ? party : routes.StoredAlias(account);

        /// <summary>What became of an input's key before.</summary>
        private enum Before
        {
            /// <summary>Nobody used it; it is taken now.</summary>
            Never,

            /// <summary>The input was taken with this content, and need not be handled.</summary>
            Unchanged,

            /// <summary>It was taken with this content, and follows a list: it is held against what is recorded by now.</summary>
            Same,

            /// <summary>It was taken with other content, and follows a list.</summary>
            Other,
        }

        /// <summary>Says whether the input was taken before; refuses where its key stands for another.</summary>
        private Refused? Claim(Input input, string party, PartyState? state, List<(string, byte[])> keys, out Before before)
        {
            before = Before.Never;
            if (input.Digest.Length == 0) return null;
            if (input.IsPersonal && state?.Erased == true)
            {
                // A list names the person in every row; what it says of the money is taken all the same.
                if (input is AccountInput.Set { Said: not null }) { before = Before.Unchanged; return null; }
                return new Refused(Refusal.PartyErased,
                    $"party {party} was erased: nothing that identifies the person is taken any more; what is owed can still be settled");
            }
            var content = input.IsPersonal ? store.Vault.Salt(party, input.Digest) : input.Digest;
            if (claimed.TryGetValue(input.Key, out var taken) || known.TryGetValue(input.Key, out taken))
            {
                var same = taken.AsSpan().SequenceEqual(content)
                    // It was taken when the account was of a party that joined this one since.
                    || (input.IsPersonal && state?.Joined is { } joined
                        && joined.Exists(id => store.Vault.HasKey(id) && taken.AsSpan().SequenceEqual(store.Vault.Salt(id, input.Digest))));
                before = !input.Follows ? Before.Unchanged : same ? Before.Same : Before.Other;
                return same || input.Follows ? null : new Refused(Refusal.KeyUsedWithOtherContent,
                    $"the key '{InputDraft.Short(input.Key)}' was used before with other content; a changed fact needs a key of its own");
            }
            // Nothing was ever told under that key.
            if (input.TakesBack) { before = Before.Unchanged; return null; }
            claimed[input.Key] = content;
            keys.Add((input.Key, content));
            return null;
        }

        private static Refused OfOther(InvoiceInput.Issued i) => new(Refusal.KeyUsedWithOtherContent,
            $"the key '{InputDraft.Short(i.Key)}' was taken for another invoice, or for another account's: the list has {i.Number} of account {i.Account} "
            + "under it now, and both would be owed. Where it was moved or has another number, cancel the one before (invoice_cancelled) and send this "
            + "one as an invoice under a key of its own; where both are owed, let the mapping's key tell them apart, such as by the account");

        private Refused? TakeWorkspace(Input input, Context context, CellDeltas unitCells, List<string> accepted, List<(string, byte[])> keys)
        {
            if (Claim(input, "", null, keys, out var before) is { } used) return used;
            if (before == Before.Unchanged) return null;
            var events = new List<Event>();
            if (WorkspaceMachine.Handle(input, context, portfolio => HasBusiness(portfolio, unitCells), events) is { } refused)
            {
                claimed.Remove(input.Key);
                return refused;
            }
            foreach (var e in events) Record(e, input.Key, input.Actor, into: unitCells);
            accepted.Add(KindOf(input));
            return null;
        }

        private readonly Dictionary<string, bool> business = new(StringComparer.Ordinal);

        /// <summary>Something was invoiced or paid in a portfolio, whichever batch it came in.</summary>
        private bool HasBusiness(string portfolio, CellDeltas unitCells)
        {
            // What had business has it; what of the unit is only tried may be taken back.
            if (business.TryGetValue(portfolio, out var known) && known) return true;
            if (Has(unitCells)) return true;
            if (Has(cells)) return business[portfolio] = true;
            if (business.ContainsKey(portfolio)) return false;
            var (stored, one) = (new CellStore(store), new HashSet<string>(StringComparer.Ordinal) { portfolio });
            return business[portfolio] = stored.FirstDay(ReceivableChapter.ExposureStock, one) is not null
                || stored.FirstDay(ReceivableChapter.CashReceived, one) is not null;

            bool Has(CellDeltas added) => added.NonZero.Any(c => c.Key.Portfolio == portfolio
                && (c.Key.Measure == ReceivableChapter.ExposureStock || c.Key.Measure == ReceivableChapter.CashReceived));
        }

        /// <param name="zones">Of the portfolios that are told of at once: their date is the workspace's.</param>
        public void OpenWorkspace(DateTimeOffset? at, IEnumerable<string> zones)
        {
            if ((at ?? clockNow) is var wanted && wanted > Now) Now = wanted;
            var id = store.Vault.NewId();
            store.SetMeta("workspace", id);
            Record(new WorkspaceEvent.Opened(id), "open", "system", zones.Select(zone => LocalDay.Of(Now, zone)).DefaultIfEmpty(LocalDay.Of(Now, "UTC")).Max());
        }

        public void RecordAt(DateTimeOffset at, Event e, string cause, string actor, DateOnly on)
        {
            if (at > Now) Now = at;
            Record(e, cause, actor, on);
        }

        /// <summary>Records what is no business fact: the workspace's clock does not move by it.</summary>
        public void RecordAside(Event e) => Record(e, EventCodec.Encode(e).Kind, "system", LastRecordedOn);

        public void ClaimCauses(IReadOnlyList<string> causes)
        {
            foreach (var cause in causes) claimed[cause] = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(cause));
        }

        /// <summary>Records an event of the workspace and applies it at once.</summary>
        /// <param name="into">Takes what it adds to the cells; null: the batch's.</param>
        public void Record(Event e, string cause, string actor, DateOnly? effectiveOn = null, CellDeltas? into = null)
        {
            // A portfolio's date is its own; what concerns all has the workspace's, and that does not go back.
            var today = effectiveOn ?? day ?? (e is WorkspaceEvent.PortfolioSet set
                ? LocalDay.Of(Now, set.Portfolio.TimeZone ?? "UTC")
                : Later(LastRecordedOn, door.workspace.Today(Now)));
            var seq = ++seqs[Partition.Workspace];
            var recorded = new Recorded(e, new Envelope(seq, "", today, today, Now.ToUnixTimeMilliseconds(), cause), seq - 1, actor);
            rows.Add((Partition.Workspace, "", recorded, seq));
            if (today > LastRecordedOn) LastRecordedOn = today;
            door.workspace.Apply(ToRow(Partition.Workspace, "", recorded, seq), e, into ?? cells);
        }

        private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

        private Entry Load(string party)
        {
            if (parties.TryGetValue(party, out var entry)) return entry;
            // Who was looked for before the first input and not found is new.
            var found = routes.Parties.Contains(party) ? null : stored.Party(party);
            return parties[party] = found is var (pid, state) ? new Entry(pid, state) : new Entry(0, new PartyState { Id = party });
        }

        /// <summary>
        /// Loads all that the units are about in a few readings: keys, headers, then what the inputs need beside them. What an
        /// input needs only because of one before it in the batch is loaded when its turn comes.
        /// </summary>
        public void LoadAhead(IReadOnlyList<InputUnit> units, NewKeys? keys)
        {
            known = stored.KeyContents(routes.Keys, keys);
            var found = stored.Parties(routes.Parties);
            var states = new PartyState[found.Count];
            if (states.Length < TogetherMin) for (var i = 0; i < states.Length; i++) states[i] = StateCodec.DecodeParty(found[i].State);
            else Parallel.For(0, states.Length, i => states[i] = StateCodec.DecodeParty(found[i].State));
            for (var i = 0; i < states.Length; i++) parties[found[i].Id] = new Entry(found[i].Pid, states[i]);
            store.Vault.LoadAhead(routes.Persons);
            var now = Now;
            var asking = new List<(Entry Entry, Input Input, DateOnly Today)>();
            foreach (var unit in units)
            {
                var at = unit.RecordedAt ?? clockNow;
                var context = door.ContextAt(at > now ? at : now, at >= now ? unit.Day : null);
                if (at > now) now = at;
                foreach (var input in unit.Inputs)
                    if (routes.PartyOf(input) is { } party && parties.TryGetValue(party, out var entry)
                        && (input.Follows || !(input.Digest.Length > 0 && known.ContainsKey(input.Key)))
                            && !(input.TakesBack && !known.ContainsKey(input.Key)))
                        asking.Add((entry, input, Machine.Today(entry.State, input, context)));
            }
            var allocation = door.ContextAt(now).Policy.Allocation;
            // A reversal needs its payment first and then the items it met; more than so many steps no input takes.
            for (var step = 0; step < 4 && asking.Count > 0; step++)
            {
                var wanted = new Beforehand();
                var again = new List<(Entry Entry, Input Input, DateOnly Today)>();
                foreach (var asked in asking)
                    if (wanted.Add(asked.Entry.State, asked.Entry.Pid, Needs.Of(asked.Entry.State, asked.Input, asked.Today, allocation))) again.Add(asked);
                wanted.Load(stored);
                asking = again;
            }
        }

        private void Load(Entry entry, Needs needs)
        {
            var wanted = new Beforehand();
            wanted.Add(entry.State, entry.Pid, needs);
            wanted.Load(stored);
            if (needs.History) entry.State.History = EventsOf(entry, long.MaxValue);
        }

        /// <summary>A unit was refused half way: what its first inputs did is undone by folding the party anew without them.</summary>
        /// <param name="startWorkspace">The workspace before the unit, where that is taken back too; null: what concerns it stands.</param>
        private void TakeBack(int startRows, long[] startSeqs, DateOnly startRecordedOn, WorkspaceState? startWorkspace)
        {
            var undone = rows.Skip(startRows).Where(r => r.Partition != Partition.Workspace).GroupBy(r => r.Party).ToList();
            // What else concerns the whole workspace stands by itself, whichever row brought it.
            rows.RemoveAll(r => (r.Partition != Partition.Workspace || startWorkspace is not null) && r.Recorded.Envelope.Seq > startSeqs[r.Partition]);
            if (startWorkspace is not null) (door.workspace, seqs[Partition.Workspace]) = (startWorkspace, startSeqs[Partition.Workspace]);
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
            var before = stored.Party(party);
            var fresh = before?.State ?? new PartyState { Id = party };
            var wanted = new Beforehand();
            wanted.AddAll(fresh, before?.Pid ?? 0, old);
            wanted.Load(stored);
            // It had given away all that it had, and has it again.
            if (before is var (pid, _) && old.JoinedTo is not null) stored.LoadAll(fresh, pid);
            foreach (var recorded in entry.Accepted) Fold.Apply(fresh, EventOf(recorded), nothing);
            entry.State = fresh;
        }

        /// <summary>Everything computed that writing needs.</summary>
        public Prepared Prepare()
        {
            var chains = rows.GroupBy(r => r.Partition).OrderBy(g => g.Key).Select(g => new Chained(heads[g.Key], [.. g])).ToArray();
            // A party's place is that of its first event: a fold from zero comes to the same.
            var changed = parties.Where(p => p.Value.Changed).Select(p => p.Value).ToArray();
            foreach (var entry in changed)
                if (entry.IsNew) entry.Pid = Store.RowId(Partition.Of(entry.State.Id), entry.Accepted[0].Envelope.Seq);
            // By place, so that writing walks the tables once.
            Array.Sort(changed, static (a, b) => a.Pid.CompareTo(b.Pid));
            // What must be computed needs nothing but memory and is no chain's but its own; what is written goes in order.
            var forms = new StateForm[changed.Length];
            if (rows.Count < TogetherMin)
            {
                foreach (var chain in chains) chain.Compute();
                for (var i = 0; i < changed.Length; i++) forms[i] = StateForm.Of(changed[i].State, changed[i].Pid, changed[i].IsNew, stored);
            }
            else
            {
                Parallel.ForEach(chains, chain => chain.Compute());
                Parallel.For(0, changed.Length, i => forms[i] = StateForm.Of(changed[i].State, changed[i].Pid, changed[i].IsNew, stored));
            }
            Result.Events = rows.Count;
            var changes = new Changes([.. chains.Select(chain => chain.Head)], claimed, aliases, forms, CellStore.Encode(cells))
            {
                Joins = joins, Emptied = [.. changed.Where(e => e.State.JoinedTo is not null && !e.IsNew).Select(e => e.Pid)],
            };
            return new Prepared(routes, chains.Length > 0 && chains[^1].Head.Partition == Partition.Workspace, heads,
                [.. chains.SelectMany(chain => chain.Rows)], changes, Erased, Result, Now, LastRecordedOn)
            {
                Contents = contents.Count == 0 ? [] : [.. rows.Select(r => r.Recorded.Event).OfType<FileEvent.Added>()
                    .Select(f => KeyValuePair.Create(f.File, contents[f.File]))],
                Withdrawn = [.. rows.Select(r => r.Recorded.Event).OfType<FileEvent.Withdrawn>().Select(f => f.File)],
            };
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
                Partition = partition, Seq = e.Seq, Prior = recorded.Prior, Party = party, Account = e.Account, Kind = kind, Version = version,
                EffectiveOn = e.EffectiveOn,
                RecordedOn = e.RecordedOn, RecordedAt = e.RecordedAt, Actor = recorded.Actor, Cause = e.Cause, WorkspaceSeq = workspaceSeq, Payload = payload,
            };
        }

        private static string KindOf(Input input) => input switch
        {
            PaymentInput.Unpaid => "payment_reversed",
            DisputeInput.Unlisted => "dispute_closed",
            _ => InputKinds.NameOf(input),
        };
    }
}
