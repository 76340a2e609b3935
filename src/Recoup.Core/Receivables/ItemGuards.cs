using Recoup.Core.Inputs;
using Recoup.Core.Parties;

namespace Recoup.Core.Receivables;

/// <summary>What an input about an item is refused for, whichever chapter it is of.</summary>
internal static class ItemGuards
{
    /// <summary>The item, where the account has it and it was not cancelled.</summary>
    public static Refused? Find(PartyState state, string account, string number, out ItemState item)
    {
        item = state.Item(account, number)!;
        if (item is null) return new Refused(Refusal.UnknownItem, $"account {account} has no item {number}");
        return item.Cancelled ? new Refused(Refusal.ItemCancelled, $"invoice {number} was cancelled") : null;
    }

    public static Refused BeforeDocument(ItemState item, DateOnly on) =>
        new(Refusal.BeforeDocument, $"{item.Number} is of {item.IssuedOn:yyyy-MM-dd}; nothing can happen to it on {on:yyyy-MM-dd}");
}
