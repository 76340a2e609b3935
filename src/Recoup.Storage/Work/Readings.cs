using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Controlling;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

/// <summary>A decision as it was recorded, with its place.</summary>
public sealed record Explained(JournalRow Row, DecisionRecord Decision);

/// <summary>An event behind a number, and what it added to a measure.</summary>
public sealed record Drilled(JournalRow Row, CellKey Cell, CellValue Value);

/// <summary>What is looked up and never decided: each in one snapshot.</summary>
public sealed class Readings
{
    private readonly Store store;
    private readonly Viewer viewer;

    /// <param name="viewer">Who sees it; null: somebody who sees everything.</param>
    public Readings(Store store, Viewer? viewer = null)
    {
        store.RefuseStale();
        this.store = store;
        this.viewer = viewer ?? Viewer.Everything("");
    }

    /// <summary>Runs a reading on one snapshot of the store.</summary>
    public T Read<T>(Func<IMeasureSource, T> read)
    {
        store.BeginRead();
        try
        {
            var cells = new CellStore(store);
            cells.Refresh();
            return read(Narrow(cells));
        }
        finally { store.Rollback(); }
    }

    /// <summary>Cells as they were known at an instant; folds the journal.</summary>
    public IMeasureSource KnownAt(DateTimeOffset instant) => Narrow(Folding.CellsKnownAt(store, instant));

    /// <summary>
    /// Cells as they were known at an instant and at a later one, and what the events recorded between add, by kind of event; folds the journal.
    /// </summary>
    public (IMeasureSource Then, IReadOnlyDictionary<string, IMeasureSource> Between, IMeasureSource Now) KnownBetween(
        DateTimeOffset first, DateTimeOffset last)
    {
        var (then, between) = Folding.CellsKnownBetween(store, first, last);
        var now = new CellDeltas();
        now.AddAll(then);
        foreach (var added in between.Values) now.AddAll(added);
        return (Narrow(new CellsInMemory(then)), between.ToDictionary(b => b.Key, b => Narrow(new CellsInMemory(b.Value)), StringComparer.Ordinal),
            Narrow(new CellsInMemory(now)));
    }

    private IMeasureSource Narrow(IMeasureSource cells) => viewer.IsNarrow ? new NarrowedMeasures(cells, viewer) : cells;

    /// <summary>What controlling tells, of what the viewer sees; to be asked within a reading.</summary>
    /// <param name="knownAt">As it was known at an instant; null: as it stands.</param>
    public ControllingFacts Controlling(DateTimeOffset? knownAt = null)
    {
        var limit = knownAt?.ToUnixTimeMilliseconds();
        var workspace = knownAt is null ? store.ReadWorkspace() : Folding.Workspace(store, row => row.RecordedAt <= limit);
        return viewer.Portfolios is { } some ? workspace.Controlling.Of(some) : workspace.Controlling;
    }

    /// <summary>The workspace as it stands: portfolios and the switch of sending.</summary>
    public WorkspaceState Workspace() => Read(_ => store.ReadWorkspace());

    public DateOnly LastRecordedOn() => Read(_ => store.Heads().Max(h => h.RecordedOn));

    /// <summary>Open balances by account, as of a day.</summary>
    public IEnumerable<(string Account, string Currency, DateOnly Due, long Minor)> OpenByAccount(DateOnly asOf) =>
        OpenItemsOn(asOf).Select(o => (o.Account, o.Currency, o.Due, o.Minor));

    /// <summary>What was open at the end of a day, item by item: every item is looked at, so this is slower than the cells.</summary>
    public IEnumerable<(string Account, string Number, string Portfolio, string Segment, string Currency, DateOnly Due, long Minor)> OpenItemsOn(DateOnly asOf)
    {
        // Partition by partition, so that neither the items nor their parties are ever all in memory.
        for (var p = 0; p < Partition.PartyCount; p++)
        {
            var open = new List<(long Pid, ItemState Item, long Balance)>();
            var rows = new List<(long Pid, byte[] State)>();
            var s = store.Statement("SELECT pid, state FROM item WHERE pid >= ? AND pid < ?").Bind(Store.RowId(p, 0)).Bind(Store.RowId(p + 1, 0));
            while (s.Step())
            {
                try
                {
                    if (ReceivableChapter.ItemRows.Decode(s.Blob(1)) is var item && item.BalanceOn(asOf) is var balance and not 0)
                        open.Add((s.Long(0), item, balance));
                }
                // Told of once the rows are read.
                catch (Exception e) when (SetAsides.MayBeOf(e)) { rows.Add((s.Long(0), s.Blob(1).ToArray())); }
            }
            foreach (var (pid, bytes) in rows) store.OrTrouble(pid, () => ReceivableChapter.ItemRows.Decode(bytes));
            var parties = new Dictionary<long, PartyState>();
            foreach (var party in store.Database.Parties(open.Select(o => o.Pid).ToHashSet()))
                if (store.OrTrouble(party.Pid, () => StateCodec.DecodeParty(party.State)) is { } state) parties[party.Pid] = state;
            foreach (var (pid, item, balance) in open)
            {
                if (!parties.ContainsKey(pid)) continue;
                var (portfolio, segment) = parties[pid].PlaceOn(item.Account, asOf);
                if (viewer.Sees(portfolio)) yield return (item.Account, item.Number, portfolio, segment, item.Currency, item.DueAt(asOf), balance);
            }
        }
    }

    /// <summary>
    /// What accounts have overdue by who has the next move, as their parties stand; null of a day before the last one recorded, as nobody
    /// kept what was told by then. What fell overdue since a party was last looked at is nobody's.
    /// </summary>
    public IReadOnlyList<AccountWaiting>? Waiting(DateOnly asOf)
    {
        if (asOf < store.Heads().Max(h => h.RecordedOn)) return null;
        var found = new List<AccountWaiting>();
        for (var p = 0; p < Partition.PartyCount; p++)
        {
            var pids = new HashSet<long>();
            var s = store.Statement("SELECT pid FROM item WHERE open = 1 AND pid >= ? AND pid < ? AND due < ?")
                .Bind(Store.RowId(p, 0)).Bind(Store.RowId(p + 1, 0)).Bind(asOf.DayNumber);
            while (s.Step()) pids.Add(s.Long(0));
            foreach (var party in store.Database.Parties(pids))
            {
                if (store.OrTrouble(party.Pid, () => StateCodec.DecodeParty(party.State)) is not { } state) continue;
                foreach (var account in state.Accounts)
                    if (viewer.Sees(account.Portfolio)) found.AddRange(WaitingOf(state, account.Account, asOf));
            }
        }
        return found;
    }

    private static IEnumerable<AccountWaiting> WaitingOf(PartyState state, string account, DateOnly asOf)
    {
        foreach (var overdue in state.Exposures.Where(e => e.Account == account && e.DueOn < asOf).GroupBy(e => e.Currency))
        {
            var (portfolio, segment) = state.PlaceOn(account, asOf);
            var rest = new CellValue(overdue.Sum(e => e.Minor), overdue.Sum(e => e.Items));
            var oldest = overdue.Min(e => e.DueOn);
            foreach (var share in state.NextMoves.Where(s => s.Account == account && s.Currency == overdue.Key && s.Move != NextMove.Nobody.Number))
            {
                var value = new CellValue(share.Minor, share.Items);
                rest += new CellValue(-share.Minor, -share.Items);
                yield return new AccountWaiting(account, portfolio, segment, share.Currency, NextMove.Numbered(share.Move), value, oldest);
            }
            if (!rest.IsZero) yield return new AccountWaiting(account, portfolio, segment, overdue.Key, NextMove.Nobody, rest, oldest);
        }
    }

    /// <summary>
    /// Every item that was overdue by a day, with where it was when it first became so: every item and payment is looked at. A payment that went back
    /// counts as never made.
    /// </summary>
    public IEnumerable<(string Portfolio, OverdueItem Item)> OverdueItems(DateOnly asOf)
    {
        for (var p = 0; p < Partition.PartyCount; p++)
        {
            var paid = new Dictionary<(string, string), List<Movement>>();
            var broken = new List<(long Pid, Action Decode)>();
            Read(ReceivableChapter.CashRows, (_, cash) =>
            {
                if (cash.Kind != CashKind.Payment) return;
                foreach (var part in cash.Allocations) Add(cash.Account, part.Number, part.On, part.Minor);
                foreach (var back in cash.Back ?? [])
                {
                    Add(cash.Account, back.Number, back.Since, back.Minor);
                    Add(cash.Account, back.Number, back.On, -back.Minor);
                }
            });
            var items = new List<(long Pid, ItemState State, OverdueItem Item)>();
            Read(ReceivableChapter.ItemRows, (pid, item) =>
            {
                if (OverdueItem.Of(item, paid.GetValueOrDefault((item.Account, item.Number)) ?? [], asOf) is { } overdue) items.Add((pid, item, overdue));
            });
            foreach (var (pid, decode) in broken)
                store.OrTrouble(pid, () =>
                {
                    decode();
                    return "";
                });
            var parties = new Dictionary<long, PartyState>();
            foreach (var party in store.Database.Parties(items.Select(i => i.Pid).ToHashSet()))
                if (store.OrTrouble(party.Pid, () => StateCodec.DecodeParty(party.State)) is { } state) parties[party.Pid] = state;
            foreach (var (pid, item, overdue) in items)
                if (parties.TryGetValue(pid, out var state) && state.PlaceOn(item.Account, overdue.First).Portfolio is var portfolio && viewer.Sees(portfolio))
                    yield return (portfolio, overdue);

            // What can't be read is told of once the rows are read.
            void Read<TKey, T>(RowKind<TKey, T> kind, Action<long, T> take) where TKey : notnull where T : class, IFormed<T>
            {
                var s = store.Statement($"SELECT pid, state FROM {kind.Table} WHERE pid >= ? AND pid < ?")
                    .Bind(Store.RowId(p, 0)).Bind(Store.RowId(p + 1, 0));
                while (s.Step())
                {
                    try { take(s.Long(0), kind.Decode(s.Blob(1))); }
                    catch (Exception e) when (SetAsides.MayBeOf(e))
                    {
                        var bytes = s.Blob(1).ToArray();
                        broken.Add((s.Long(0), () => kind.Decode(bytes)));
                    }
                }
            }

            void Add(string account, string number, DateOnly on, long minor)
            {
                if (!paid.TryGetValue((account, number), out var movements)) paid[(account, number)] = movements = [];
                movements.Add(new Movement(on, minor));
            }
        }
    }

    /// <summary>Unapplied cash by account at the end of a day, payment by payment: slower than the cells.</summary>
    public IEnumerable<(string Account, string Currency, long Minor)> UnappliedByAccount(DateOnly asOf)
    {
        using var s = store.Own("SELECT state FROM cash");
        while (s.Step())
            if (ReceivableChapter.CashRows.Decode(s.Blob(0)) is var cash && cash.UnappliedOn(asOf) is var minor and not 0
                && (!viewer.IsNarrow || PartyOf(cash.Account) is not null))
                yield return (cash.Account, cash.Currency, minor);
    }

    /// <summary>The party of an account, if it is known, and seen.</summary>
    public PartyState? PartyOf(string account)
    {
        var found = store.Party(store.PartyOf(account) ?? account)?.State;
        return found?.Account(account) is { } details && viewer.Sees(details.Portfolio) ? found : null;
    }

    /// <summary>Where paper of an account goes to, as its documents say it; null: no address is known.</summary>
    public string? PostalOf(PartyState state, string account) => PartyAddresses.PostalOf(store.Vault, state, state.Account(account)!);

    public PersonalDetails? PersonalOf(PartyState state, string account) => PartyAddresses.OpenPersonal(store.Vault, state.Id, state.Account(account));

    /// <summary>The decisions on an account up to a day, newest first.</summary>
    public IReadOnlyList<Explained> Explain(PartyState state, string account, DateOnly? asOf, int limit) => Read(_ =>
        store.HistoryOf(account, state.Id, state.LastSeq)
            .Where(row => row.Kind == "decided" && (asOf is null || row.EffectiveOn <= asOf))
            .Select(row => new Explained(row, ((DecisionEvent.Made)EventCodec.Decode(row.Kind, row.Version, row.Payload)).Decision))
            .Where(e => e.Row.Account == account || e.Decision.Portfolio == state.PlaceOn(account, e.Row.EffectiveOn).Portfolio)
            .Take(limit).OrderByDescending(e => e.Row.EffectiveOn).ThenByDescending(e => e.Row.RecordedAt).ThenByDescending(e => e.Row.Seq).ToList());

    /// <summary>What happened to a party after an event, oldest first: what became of a decision.</summary>
    public IReadOnlyList<JournalRow> HistoryOf(PartyState state) =>
        Read(_ => store.History(state.Id, state.LastSeq).Reverse().Select(row => SealedWords.Open(store.Vault, row)).ToList());

    /// <summary>Every event of a party, oldest first, as documents are made from them.</summary>
    public IReadOnlyList<HistoryEvent> EventsOf(PartyState state) => Read(_ =>
        store.Events(state.Id, state.LastSeq).ConvertAll(h => h.With(state.Id, (party, e) => SealedWords.Open(store.Vault, party, e))));

    public PartyState? StateOf(string party) => store.Party(party)?.State;

    /// <summary>
    /// The events that made the cells of some measures, found by folding the journal again: each with what it added.
    /// </summary>
    public IEnumerable<Drilled> Drill(IReadOnlySet<Measure> measures, Func<CellKey, bool> wanted)
    {
        var nothing = new CellDeltas();
        for (var p = 0; p < Partition.PartyCount; p++)
        {
            var parties = new Dictionary<string, PartyState>(StringComparer.Ordinal);
            foreach (var (_, row) in store.Journal(p))
            {
                if (!parties.TryGetValue(row.Party, out var state)) parties[row.Party] = state = new PartyState { Id = row.Party };
                nothing.Clear();
                Fold.Apply(state, store.Event(row), nothing);
                foreach (var (key, value) in nothing.NonZero)
                    if (measures.Contains(key.Measure) && viewer.Sees(key.Portfolio) && wanted(key)) yield return new Drilled(row, key, value);
            }
        }
        // Told out of books, and so by no customer's event.
        if (measures.Any(m => m.IsTold))
            foreach (var told in DrillWorkspace(measures, wanted)) yield return told;
    }

    /// <summary>The same of the workspace's own events.</summary>
    private IEnumerable<Drilled> DrillWorkspace(IReadOnlySet<Measure> measures, Func<CellKey, bool> wanted)
    {
        var (workspace, cells) = (new WorkspaceState(), new CellDeltas());
        foreach (var (_, row) in store.Journal(Partition.Workspace))
        {
            cells.Clear();
            workspace.Apply(row, EventCodec.Decode(row.Kind, row.Version, row.Payload), cells);
            foreach (var (key, value) in cells.NonZero)
                if (measures.Contains(key.Measure) && viewer.Sees(key.Portfolio) && wanted(key)) yield return new Drilled(row, key, value);
        }
    }

    /// <summary>Messages by status, and those of unknown fate that wait for a person.</summary>
    public (IReadOnlyDictionary<IntentStatus, int> Counts, IReadOnlyList<(string Id, string Account)> Unknown) Messages() => Read(_ =>
    {
        var counts = new Dictionary<IntentStatus, int>();
        var s = store.Statement("SELECT status, count(*) FROM message GROUP BY status");
        while (s.Step()) counts[(IntentStatus)s.Int(0)] = s.Int(1);
        var unknown = new List<(string, string)>();
        s = store.Statement("SELECT id, state, pid FROM message WHERE status = 4 ORDER BY id");
        var found = new List<(string Id, long Pid, byte[] State)>();
        while (s.Step()) found.Add((s.Text(0), s.Long(2), s.Blob(1).ToArray()));
        // Its account is told where it can be read; that it is of unknown fate in any case.
        foreach (var (id, pid, bytes) in found) unknown.Add((id, store.OrTrouble(pid, () => MessageChapter.Rows.Decode(bytes).Account) ?? ""));
        return ((IReadOnlyDictionary<IntentStatus, int>)counts, (IReadOnlyList<(string, string)>)unknown);
    });

    /// <summary>Open balance of an item, in minor units; null where the account has no such item.</summary>
    public ItemState? Item(string account, string number)
    {
        if (store.Party(store.PartyOf(account) ?? account) is not var (pid, state) || (viewer.IsNarrow && PartyOf(account) is null)) return null;
        store.Load(state.Items, pid, (account, number));
        return state.Item(account, number);
    }

    /// <summary>Every open item, for holding an outside ledger's list against.</summary>
    public IEnumerable<ItemState> OpenItems()
    {
        using var s = store.Own("SELECT state FROM item WHERE open = 1 ORDER BY pid, account, number");
        while (s.Step()) yield return ReceivableChapter.ItemRows.Decode(s.Blob(0));
    }

    /// <summary>Every credit of which something is left, for the same.</summary>
    public IEnumerable<CashState> OpenCredits()
    {
        using var s = store.Own("SELECT state FROM cash WHERE key LIKE 'credit:%' ORDER BY pid, key");
        while (s.Step())
            if (ReceivableChapter.CashRows.Decode(s.Blob(0)) is { Kind: CashKind.CreditNote } cash && cash.Unapplied != 0) yield return cash;
    }
}
