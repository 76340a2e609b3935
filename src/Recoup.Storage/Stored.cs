using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
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
    Routes Routes, bool Workspace, Head[] Before, IReadOnlyList<JournalRow> Rows, Changes Changes, IReadOnlyList<string> Erased, BatchResult Result, DateTimeOffset Now, DateOnly LastRecordedOn)
{
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
    private readonly Dictionary<ItemKey, byte[]> items = ItemsOf(over);
    private readonly Dictionary<string, string> aliases = over is null ? [] : new(over.Changes.Aliases, StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> keys = over is null ? [] : over.Changes.Keys as Dictionary<string, byte[]> ?? new(over.Changes.Keys, StringComparer.Ordinal);

    private readonly Dictionary<string, StoredParty> atHand = new(StringComparer.Ordinal);

    private static Dictionary<ItemKey, byte[]> ItemsOf(Prepared? over)
    {
        var items = new Dictionary<ItemKey, byte[]>();
        if (over is null) return items;
        foreach (var form in over.Changes.States)
            foreach (var (item, state, _) in form.Items) items.Add(new ItemKey(form.Pid, item.Account, item.Number), state);
        return items;
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
            // Whether a payment was told of is asked just because most were not.
            else if (kind == typeof(Input.Unpaid) || believed?.AreNew(kind) != true) left.Add(key, kind);
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
        foreach (var bytes in All("item", pid))
            if (StateCodec.DecodeItem(bytes) is var item) state.Items.TryAdd((item.Account, item.Number), item);
        foreach (var bytes in All("cash", pid))
            if (StateCodec.DecodeCash(bytes) is var cash) state.Cash.TryAdd(cash.Key, cash);
        foreach (var bytes in All("message", pid))
            if (StateCodec.DecodeMessage(bytes) is var message) state.Messages.TryAdd(message.Id, message);
        foreach (var bytes in All("work", pid))
            if (StateCodec.DecodeWorkItem(bytes) is var work) state.WorkItems.TryAdd(work.Id, work);
    }

    private List<byte[]> All(string table, long pid)
    {
        var rows = new List<byte[]>();
        var s = store.Statement($"SELECT state FROM {table} WHERE pid = ?").Bind(pid);
        while (s.Step()) rows.Add(s.Blob(0).ToArray());
        return rows;
    }

    // --- what lies beside the headers; each with its place among the wanted ---

    public IReadOnlyList<(int Index, byte[] State)> Items(IReadOnlyList<ItemKey> wanted)
    {
        var found = Over(wanted, items.Count > 0 ? key => items.GetValueOrDefault(key) : null, store.Database.Items);
        if (store.Database.TellsNewRows)
            foreach (var (i, _) in found) foundItems.Add(wanted[i]);
        return found;
    }

    public IReadOnlyList<(int Index, byte[] State)> Rows(Beside kind, IReadOnlyList<(long Pid, string Key)> wanted)
    {
        var found = Over(wanted, byPid.Count > 0 ? key => byPid.TryGetValue(key.Pid, out var form) ? Row(form, kind, key.Key) : null : null, left => store.Database.Rows(kind, left));
        if (store.Database.TellsNewRows)
            foreach (var (i, _) in found) foundRows.Add((kind, wanted[i].Pid, wanted[i].Key));
        return found;
    }

    // --- what was not there ---

    private readonly HashSet<ItemKey> foundItems = [];
    private readonly HashSet<(Beside Kind, long Pid, string Key)> foundRows = [];

    /// <summary>The item is new: whatever a batch changes was looked for first.</summary>
    public bool Lacks(ItemKey key) => store.Database.TellsNewRows && !foundItems.Contains(key);

    /// <inheritdoc cref="Lacks(ItemKey)"/>
    public bool Lacks(Beside kind, long pid, string key) => store.Database.TellsNewRows && !foundRows.Contains((kind, pid, key));

    private static byte[]? Row(StateForm form, Beside kind, string key)
    {
        switch (kind)
        {
            case Beside.Cash:
                foreach (var (k, state, _) in form.Cash)
                    if (k == key) return state;
                return null;
            case Beside.Message:
                foreach (var (message, state, _) in form.Messages)
                    if (message.Id == key) return state;
                return null;
            default:
                foreach (var (work, state, _) in form.WorkItems)
                    if (work.Id == key) return state;
                return null;
        }
    }

    private static List<(int Index, byte[] State)> Over<T>(IReadOnlyList<T> wanted, Func<T, byte[]?>? newer, Func<IReadOnlyList<T>, List<(int Index, byte[] State)>> read)
    {
        if (newer is null) return read(wanted);
        var found = new List<(int Index, byte[] State)>();
        var places = new List<int>();
        var left = new List<T>();
        for (var i = 0; i < wanted.Count; i++)
            if (newer(wanted[i]) is { } state) found.Add((i, state));
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
        var found = OpenItemsOver(wanted);
        if (store.Database.TellsNewRows)
            foreach (var (i, number, _, _) in found) foundItems.Add(new ItemKey(wanted[i].Pid, wanted[i].Account, number));
        return found;
    }

    private List<(int Index, string Number, string Currency, byte[] State)> OpenItemsOver(IReadOnlyList<OpenItemsKey> wanted)
    {
        if (byPid.Count == 0) return store.Database.OpenItems(wanted);
        // What is being written may have closed some of what is stored as open: as many more are asked for.
        var asked = wanted.Select(w => byPid.TryGetValue(w.Pid, out var form) ? w with { Limit = (int)Math.Min(int.MaxValue, (long)w.Limit + form.Items.Count) } : w).ToList();
        var found = store.Database.OpenItems(asked).FindAll(o => !items.ContainsKey(new ItemKey(wanted[o.Index].Pid, wanted[o.Index].Account, o.Number)));
        var newer = new List<(int Index, DateOnly Due, string Number, string Currency, byte[] State)>();
        for (var i = 0; i < wanted.Count; i++)
            if (byPid.TryGetValue(wanted[i].Pid, out var form))
                foreach (var (item, state, _) in form.Items)
                    if (item.IsOpen && item.Account == wanted[i].Account && item.DueOn.DayNumber <= wanted[i].DueThrough) newer.Add((i, item.DueOn, item.Number, item.Currency, state));
        if (newer.Count == 0) return found;
        return [.. found.Select(o => (o.Index, Due: StateCodec.DecodeItem(o.State).DueOn, o.Number, o.Currency, o.State)).Concat(newer)
            .GroupBy(o => o.Index).OrderBy(g => g.Key)
            .SelectMany(g => g.OrderBy(o => o.Due).ThenBy(o => o.Number, StringComparer.Ordinal).Take(wanted[g.Key].Limit)).Select(o => (o.Index, o.Number, o.Currency, o.State))];
    }
}
