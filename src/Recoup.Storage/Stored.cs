using Recoup.Core;
using Recoup.Core.Events;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Storage.Journal;

namespace Recoup.Storage;

/// <summary>A batch as it is to be written: nothing of it needs the store any more, so any thread may write it.</summary>
/// <param name="Routes">Whom it is about.</param>
/// <param name="Workspace">It appends to the workspace's chain too.</param>
/// <param name="Before">The ends of all chains on which it rests.</param>
/// <param name="Rows">What it appends to the journal, chain by chain.</param>
/// <param name="Changes">What follows from these rows.</param>
/// <param name="Erased">Parties whose keys must go once it is kept.</param>
/// <param name="Now">When its last row was recorded.</param>
/// <param name="LastRecordedOn">The latest business date on which anything was recorded.</param>
internal sealed record Prepared(
    Routes Routes, bool Workspace, Head[] Before, IReadOnlyList<JournalRow> Rows, Changes Changes, IReadOnlyList<string> Erased, BatchResult Result,
        DateTimeOffset Now, DateOnly LastRecordedOn)
{
    /// <summary>Sealed contents of files that it added, by the file's key.</summary>
    public IReadOnlyCollection<KeyValuePair<string, byte[]>> Contents { get; init; } = [];

    /// <summary>Files whose contents go.</summary>
    public IReadOnlyList<string> Withdrawn { get; init; } = [];

    /// <summary>Something is destroyed for good once it is kept, so that nothing is handled over it meanwhile.</summary>
    public bool Destroys => Erased.Count + Withdrawn.Count > 0;

    /// <summary>All chains' ends once it is written.</summary>
    public Head[] After()
    {
        var heads = (Head[])Before.Clone();
        foreach (var head in Changes.Heads) heads[head.Partition] = head;
        return heads;
    }
}

/// <summary>
/// What a batch reads: what is stored and, over it, what the batch before it is writing at that moment on another
/// connection. Whether that is stored already makes no difference, since the one over it is the same or newer.
/// </summary>
internal sealed class Stored(Store store, Prepared? over = null)
{
    private readonly Dictionary<string, StateForm> parties = over?.Changes.States.ToDictionary(s => s.Id, StringComparer.Ordinal) ?? [];
    private readonly Dictionary<long, StateForm> byPid = over?.Changes.States.ToDictionary(s => s.Pid) ?? [];
    private readonly Dictionary<RowKind, Dictionary<RowPlace, byte[]>> newer = [];
    private readonly Dictionary<string, string> aliases = over is null ? [] : new(over.Changes.Aliases, StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> keys = over is null ? [] : over.Changes.Keys as Dictionary<string, byte[]>
        ?? new(over.Changes.Keys, StringComparer.Ordinal);

    private readonly Dictionary<string, StoredParty> atHand = new(StringComparer.Ordinal);

    /// <summary>What is being written of a kind.</summary>
    private Dictionary<RowPlace, byte[]> Newer(RowKind kind)
    {
        if (newer.TryGetValue(kind, out var known)) return known;
        var rows = new Dictionary<RowPlace, byte[]>();
        foreach (var form in byPid.Values)
            foreach (var row in form.Rows(kind)) rows.Add(new RowPlace(form.Pid, kind.KeyOf(row.State)), row.Bytes);
        return newer[kind] = rows;
    }

    public Dictionary<string, string> PartiesOf(IReadOnlyCollection<string> accounts)
    {
        var found = store.Database.PartiesOf(accounts);
        if (aliases.Count > 0)
            foreach (var account in accounts)
                if (aliases.TryGetValue(account, out var party)) found[account] = party;
        return found;
    }

    /// <param name="wanted">With the kinds of input that name them.</param>
    /// <param name="believed">Which need not be looked for; null: all are.</param>
    public Dictionary<string, byte[]> KeyContents(IReadOnlyDictionary<string, Type> wanted, NewKeys? believed)
    {
        var taken = new List<KeyValuePair<string, byte[]>>();
        var left = new Dictionary<string, Type>(wanted.Count, StringComparer.Ordinal);
        foreach (var (key, kind) in wanted)
            if (keys.TryGetValue(key, out var content)) taken.Add(new(key, content));
            // Whether a payment or a dispute was told of is asked just because most were not.
            else if (kind == typeof(PaymentInput.Unpaid) || kind == typeof(DisputeInput.Unlisted) || believed?.AreNew(kind) != true) left.Add(key, kind);
        var found = store.Database.KeyContents([.. left.Keys]);
        believed?.Saw(left, found);
        foreach (var (key, content) in taken) found[key] = content;
        return found;
    }

    /// <summary>The ids of parties that exist, by their place; their headers are at hand from then on.</summary>
    public List<string> PartyIds(List<long> pids)
    {
        var ids = new Dictionary<long, string>(pids.Count);
        foreach (var party in store.Database.Parties(pids))
        {
            atHand[party.Id] = party;
            ids[party.Pid] = party.Id;
        }
        return pids.ConvertAll(pid => ids[pid]);
    }

    public List<StoredParty> Parties(IReadOnlyCollection<string> ids)
    {
        if (parties.Count + atHand.Count == 0) return store.Database.Parties(ids);
        var left = new List<string>(ids.Count);
        var newer = new List<StoredParty>();
        foreach (var id in ids)
            if (parties.TryGetValue(id, out var form)) newer.Add(new StoredParty(id, form.Pid, form.Header));
            else if (atHand.TryGetValue(id, out var party)) newer.Add(party);
            else left.Add(id);
        var found = store.Database.Parties(left);
        found.AddRange(newer);
        return found;
    }

    public (long Pid, PartyState State)? Party(string id) =>
        parties.TryGetValue(id, out var form) ? (form.Pid, StateCodec.DecodeParty(form.Header)) : store.Party(id);

    /// <summary>A party's events, oldest first, with those of the parties that joined it.</summary>
    public List<HistoryEvent> Events(string party)
    {
        var seq = Party(party)?.State.LastSeq ?? 0;
        var rows = new List<JournalRow>();
        if (parties.ContainsKey(party))
            for (var i = over!.Rows.Count - 1; i >= 0; i--)
                if (over.Rows[i].Party == party)
                {
                    rows.Add(over.Rows[i]);
                    seq = over.Rows[i].Prior;
                }
        return store.Events(rows.Concat(store.Chain(party, seq)));
    }

    /// <summary>Those of some parties that became part of another, with the other. Whoever joins two writes alone, so nothing of that is on its way.</summary>
    public Dictionary<string, string> JoinedTo(IReadOnlyCollection<string> parties) => store.Database.JoinedTo(parties);

    /// <summary>All that is stored beside a party's header and was not loaded yet. Not for a batch that is handled over another.</summary>
    public void LoadAll(PartyState state, long pid)
    {
        foreach (var kind in Chapters.Rows)
        {
            var rows = state.Of(kind);
            var s = store.Statement(RowSql.Of(kind).OfParty).Bind(pid);
            while (s.Step()) rows.PutUnlessKnown(s.Blob(0));
        }
    }

    // --- what lies beside the headers; each with its place among the wanted ---

    public IReadOnlyList<(int Index, byte[] State)> Rows(RowKind kind, IReadOnlyList<RowPlace> wanted)
    {
        var known = Newer(kind);
        var rows = known.Count == 0 ? store.Database.Rows(kind, wanted) : Over(wanted, known, left => store.Database.Rows(kind, left));
        if (TellsNewRows)
            foreach (var (i, _) in rows) Found(kind).Add(wanted[i]);
        return rows;
    }

    // --- what was not there ---

    private readonly Dictionary<RowKind, HashSet<RowPlace>> found = [];

    private HashSet<RowPlace> Found(RowKind kind)
    {
        if (!found.TryGetValue(kind, out var places)) found[kind] = places = [];
        return places;
    }

    /// <summary>Whether <see cref="Lacks"/> is worth asking.</summary>
    public bool TellsNewRows => store.Database.TellsNewRows;

    /// <summary>The row is new: whatever a batch changes was looked for first.</summary>
    public bool Lacks(RowKind kind, RowPlace place) => !found.TryGetValue(kind, out var places) || !places.Contains(place);

    private static List<(int Index, byte[] State)> Over(
        IReadOnlyList<RowPlace> wanted, Dictionary<RowPlace, byte[]> newer, Func<IReadOnlyList<RowPlace>, List<(int Index, byte[] State)>> read)
    {
        var found = new List<(int Index, byte[] State)>();
        var places = new List<int>();
        var left = new List<RowPlace>();
        for (var i = 0; i < wanted.Count; i++)
            if (newer.TryGetValue(wanted[i], out var state)) found.Add((i, state));
            else
            {
                places.Add(i);
                left.Add(wanted[i]);
            }
        foreach (var (i, state) in read(left)) found.Add((places[i], state));
        return found;
    }

    public IReadOnlyList<(int Index, string Number, string Currency, byte[] State)> OpenItems(IReadOnlyList<OpenItemsKey> wanted)
    {
        var open = OpenItemsOver(wanted);
        if (TellsNewRows)
            foreach (var (i, number, _, _) in open) Found(ReceivableChapter.ItemRows).Add(PlaceOf(wanted[i], number));
        return open;
    }

    private static RowPlace PlaceOf(OpenItemsKey wanted, string number) => new(wanted.Pid, new RowKey(wanted.Account, number));

    private List<(int Index, string Number, string Currency, byte[] State)> OpenItemsOver(IReadOnlyList<OpenItemsKey> wanted)
    {
        if (byPid.Count == 0) return store.Database.OpenItems(wanted);
        // What is being written may have closed some of what is stored as open: as many more are asked for.
        var asked = wanted.Select(w => byPid.TryGetValue(w.Pid, out var form)
            ? w with { Limit = (int)Math.Min(int.MaxValue, (long)w.Limit + form.Rows(ReceivableChapter.ItemRows).Length) } : w).ToList();
        var known = Newer(ReceivableChapter.ItemRows);
        var stored = store.Database.OpenItems(asked).FindAll(o => !known.ContainsKey(PlaceOf(wanted[o.Index], o.Number)));
        var changed = new List<(int Index, DateOnly Due, string Number, string Currency, byte[] State)>();
        for (var i = 0; i < wanted.Count; i++)
            if (byPid.TryGetValue(wanted[i].Pid, out var form))
                foreach (var row in form.Rows(ReceivableChapter.ItemRows))
                    if (row.State is ItemState { IsOpen: true } item && item.Account == wanted[i].Account && item.DueOn.DayNumber <= wanted[i].DueThrough)
                        changed.Add((i, item.DueOn, item.Number, item.Currency, row.Bytes));
        if (changed.Count == 0) return stored;
        return [.. stored.Select(o => (o.Index, Due: ReceivableChapter.ItemRows.Decode(o.State).DueOn, o.Number, o.Currency, o.State)).Concat(changed)
            .GroupBy(o => o.Index).OrderBy(g => g.Key)
            .SelectMany(g => g.OrderBy(o => o.Due).ThenBy(o => o.Number, StringComparer.Ordinal).Take(wanted[g.Key].Limit))
            .Select(o => (o.Index, o.Number, o.Currency, o.State))];
    }
}
