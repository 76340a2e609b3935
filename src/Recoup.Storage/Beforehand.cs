using Recoup.Core;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;

namespace Recoup.Storage;

/// <summary>What the inputs of a batch need beside the headers of their parties, loaded by one reading a kind.</summary>
internal sealed class Beforehand
{
    private readonly List<(RowKind Kind, List<(IRows Rows, RowPlace Place)> Wanted)> kinds = [];
    private readonly Dictionary<(PartyState State, string Account, string Currency), OpenItemsKey> open = [];

    /// <param name="pid">The party's place; a party without one has nothing stored.</param>
    /// <returns>Whether anything is wanted that a reading can bring.</returns>
    public bool Add(PartyState state, long pid, Needs needs)
    {
        if (needs.IsEmpty) return false;
        foreach (var (kind, key) in needs.Rows) Add(state.Of(kind), pid, key);
        foreach (var wanted in needs.OpenItems)
        {
            if (pid == 0)
            {
                state.OpenLoadedThrough[(wanted.Account, wanted.Currency ?? "")] = wanted.DueThrough;
                continue;
            }
            // Of several payments on one account the farthest.
            var place = (state, wanted.Account, wanted.Currency ?? "");
            if (!open.TryGetValue(place, out var before) || before.DueThrough < wanted.DueThrough.DayNumber)
                open[place] = new OpenItemsKey(pid, wanted.Account, wanted.DueThrough.DayNumber, wanted.Limit);
        }
        return true;
    }

    /// <summary>All that another state of the same party has beside its header.</summary>
    public void AddAll(PartyState state, long pid, PartyState other)
    {
        var known = new List<KeyValuePair<RowKey, object>>();
        foreach (var (kind, rows) in other.AllRows())
        {
            known.Clear();
            rows.List(known);
            foreach (var (key, _) in known) Add(state.Of(kind), pid, key);
        }
    }

    private void Add(IRows rows, long pid, RowKey key)
    {
        if (rows.LookFor(key) && pid != 0) Wanted(rows.Kind).Add((rows, new RowPlace(pid, key)));
    }

    private List<(IRows Rows, RowPlace Place)> Wanted(RowKind kind)
    {
        foreach (var (one, wanted) in kinds)
            if (ReferenceEquals(one, kind)) return wanted;
        var made = new List<(IRows, RowPlace)>();
        kinds.Add((kind, made));
        return made;
    }

    public void Load(Stored stored)
    {
        foreach (var (kind, wanted) in kinds)
            foreach (var (i, bytes) in stored.Rows(kind, wanted.ConvertAll(static w => w.Place))) wanted[i].Rows.Put(wanted[i].Place.Key, bytes);
        var asked = open.ToList();
        foreach (var (i, number, currency, bytes) in stored.OpenItems([.. asked.Select(w => w.Value)]))
        {
            var (state, account, only) = asked[i].Key;
            if (only.Length == 0 || currency == only) state.Items.TryAdd((account, number), ReceivableChapter.ItemRows.Decode(bytes));
        }
        foreach (var ((state, account, currency), key) in asked) state.OpenLoadedThrough[(account, currency)] = DateOnly.FromDayNumber(key.DueThrough);
    }
}
