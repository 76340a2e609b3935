using Recoup.Core;
using Recoup.Core.Parties;

namespace Recoup.Storage;

/// <summary>What the inputs of a batch need beside the headers of their parties, loaded by one reading a kind.</summary>
internal sealed class Beforehand
{
    private readonly List<(PartyState State, ItemKey Key)> items = [];
    private readonly Dictionary<(PartyState State, string Account, string Currency), OpenItemsKey> open = [];
    private readonly List<(PartyState State, long Pid, string Key)> cash = [], messages = [], work = [];

    /// <param name="pid">The party's place; a party without one has nothing stored.</param>
    /// <returns>Whether anything is wanted that a reading can bring.</returns>
    public bool Add(PartyState state, long pid, Needs needs)
    {
        if (needs.IsEmpty) return false;
        foreach (var (account, number) in needs.Items)
            if (state.LookedFor.Add((account, number)) && pid != 0) items.Add((state, new ItemKey(pid, account, number)));
        foreach (var wanted in needs.OpenItems)
        {
            if (pid == 0)
            {
                state.OpenLoadedThrough[(wanted.Account, wanted.Currency ?? "")] = wanted.DueThrough;
                continue;
            }
            // Of several payments on one account the farthest.
            var place = (state, wanted.Account, wanted.Currency ?? "");
            if (!open.TryGetValue(place, out var before) || before.DueThrough < wanted.DueThrough.DayNumber) open[place] = new OpenItemsKey(pid, wanted.Account, wanted.DueThrough.DayNumber, wanted.Limit);
        }
        Add(cash, state.CashLookedFor, state, pid, needs.Cash);
        Add(messages, state.MessagesLookedFor, state, pid, needs.Messages);
        Add(work, state.WorkItemsLookedFor, state, pid, needs.WorkItems);
        return true;
    }

    /// <summary>All that another state of the same party has beside its header.</summary>
    public void AddAll(PartyState state, long pid, PartyState other)
    {
        foreach (var (account, number) in other.Items.Keys)
            if (state.LookedFor.Add((account, number))) items.Add((state, new ItemKey(pid, account, number)));
        Add(cash, state.CashLookedFor, state, pid, [.. other.Cash.Keys]);
        Add(messages, state.MessagesLookedFor, state, pid, [.. other.Messages.Keys]);
        Add(work, state.WorkItemsLookedFor, state, pid, [.. other.WorkItems.Keys]);
    }

    private static void Add(List<(PartyState, long, string)> list, HashSet<string> lookedFor, PartyState state, long pid, ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            if (lookedFor.Add(key) && pid != 0) list.Add((state, pid, key));
    }

    public void Load(Stored database)
    {
        foreach (var (i, bytes) in database.Items([.. items.Select(w => w.Key)]))
            items[i].State.Items[(items[i].Key.Account, items[i].Key.Number)] = StateCodec.DecodeItem(bytes);
        var asked = open.ToList();
        foreach (var (i, number, currency, bytes) in database.OpenItems([.. asked.Select(w => w.Value)]))
        {
            var (state, account, only) = asked[i].Key;
            if (only.Length == 0 || currency == only) state.Items.TryAdd((account, number), StateCodec.DecodeItem(bytes));
        }
        foreach (var ((state, account, currency), key) in asked) state.OpenLoadedThrough[(account, currency)] = DateOnly.FromDayNumber(key.DueThrough);
        foreach (var (i, bytes) in database.Rows(Beside.Cash, [.. cash.Select(w => (w.Pid, w.Key))])) cash[i].State.Cash[cash[i].Key] = StateCodec.DecodeCash(bytes);
        foreach (var (i, bytes) in database.Rows(Beside.Message, [.. messages.Select(w => (w.Pid, w.Key))])) messages[i].State.Messages[messages[i].Key] = StateCodec.DecodeMessage(bytes);
        foreach (var (i, bytes) in database.Rows(Beside.WorkItem, [.. work.Select(w => (w.Pid, w.Key))])) work[i].State.WorkItems[work[i].Key] = StateCodec.DecodeWorkItem(bytes);
    }
}
