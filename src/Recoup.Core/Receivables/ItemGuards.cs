using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;

namespace Recoup.Core.Receivables;

/// <summary>What an input about an item is refused for, whichever chapter it is of; and what an item gives back.</summary>
internal static class ItemGuards
{
    /// <summary>The item, where the account has it and it was not cancelled.</summary>
    internal static Refused? Find(PartyState state, string account, string number, out ItemState item)
    {
        item = state.Item(account, number)!;
        if (item is null) return new Refused(Refusal.UnknownItem, $"account {account} has no item {number}");
        return item.Cancelled ? new Refused(Refusal.ItemCancelled, $"invoice {number} was cancelled") : null;
    }

    internal static Refused BeforeDocument(ItemState item, DateOnly on) =>
        new(Refusal.BeforeDocument, $"{item.Number} is of {item.IssuedOn:yyyy-MM-dd}; nothing can happen to it on {on:yyyy-MM-dd}");

    internal static Refused? FindInvoice(Handling work, string account, string number, out ItemState item)
    {
        if (Find(work.State, account, number, out item) is { } refused) return refused;
        return item.Kind == ItemKind.Invoice
            ? null
            : new Refused(Refusal.NotAnInvoice, $"{number} is a charge; charges are waived (waiver) or cancelled (charge_cancelled), not corrected");
    }

    internal static Refused? CanBeCancelled(Handling work, ItemState item, DateOnly on)
    {
        if (on < item.IssuedOn) return BeforeDocument(item, on);
        if (item.FormerCancellations is [.., { } last] && on < last.Until)
            return new Refused(Refusal.BeforeDocument,
                $"{item.Number} was cancelled before, and stands again since {last.Until:yyyy-MM-dd}; it can't be cancelled on {on:yyyy-MM-dd}");
        if (item.AppliedBy?.Exists(key => work.State.Cash[key].Allocations.Exists(a => a.Number == item.Number && a.Recovery)) == true)
            return new Refused(Refusal.BelowWrittenOff,
                $"{item.Number} was written off and recovered since; take that payment off it first, with allocation_reversed");
        return item.WrittenOff > 0
            ? new Refused(Refusal.BelowWrittenOff,
                $"of {item.Number} {Format(item.WrittenOff, item)} was written off; take that back first, with write_off_reversed")
            : null;
    }

    /// <summary>What payments and credits have on the item.</summary>
    internal static long Held(Handling work, ItemState item) =>
        (item.AppliedBy ?? []).Sum(key => work.State.Cash[key].Allocations.Where(a => a.Number == item.Number && !a.Recovery).Sum(a => a.Minor));

    /// <summary>Takes that much off the item again, from the payments and credits that met it last.</summary>
    internal static List<Released>? Release(Handling work, ItemState item, long minor)
    {
        if (minor <= 0) return null;
        var released = new List<Released>();
        foreach (var key in Enumerable.Reverse(item.AppliedBy ?? []))
        {
            var there = work.State.Cash[key].Allocations.Where(a => a.Number == item.Number && !a.Recovery).Sum(a => a.Minor);
            var part = Math.Min(there, minor);
            if (part <= 0) continue;
            released.Add(new Released(key, part));
            minor -= part;
        }
        Invariant.Holds(minor == 0, $"item {item.Number} releases more than was applied to it");
        return released;
    }

    /// <summary>The first day from which that much of the item is open, once what is released from it has gone back.</summary>
    internal static DateOnly OpenFrom(Handling work, ItemState item, long minor, List<Released>? released)
    {
        if (minor <= 0) return DateOnly.MinValue;
        var movements = new List<Movement>(item.Movements);
        foreach (var (key, part) in released ?? [])
        {
            var rest = part;
            foreach (var allocation in Enumerable.Reverse(work.State.Cash[key].Allocations).Where(a => a.Number == item.Number && !a.Recovery))
            {
                var taken = Math.Min(allocation.Minor, rest);
                Movements.Add(movements, allocation.On, taken);
                rest -= taken;
            }
        }
        return Movements.EnoughFrom(movements, minor);
    }

    /// <summary>By how much an item goes down: the given amount or its whole balance.</summary>
    internal static Refused? Reduce(ItemState item, Money? amount, DateOnly on, out long minor)
    {
        minor = amount?.Minor ?? item.Balance;
        if (amount is { } a && a.Currency.Code != item.Currency) return WrongCurrency(item, a);
        if (on < item.IssuedOn) return BeforeDocument(item, on);
        if (item.Balance <= 0) return new Refused(Refusal.NothingOpen, $"{item.Number} has nothing open");
        if (minor > item.Balance) return new Refused(Refusal.MoreThanOpen, $"only {Format(item.Balance, item)} of {item.Number} is open");
        return Movements.EnoughFrom(item.Movements, minor) is var open && open > on
            ? new Refused(Refusal.MoreThanOpen, $"only {Format(item.BalanceOn(on), item)} of {item.Number} were open on {on:yyyy-MM-dd}; "
                + $"{Format(minor, item)} are open since {open:yyyy-MM-dd}: give that day or a later one")
            : null;
    }

    /// <summary>How much is taken back: what was asked for, or all that stands from that day on.</summary>
    internal static Refused? TakenBack(
        ItemState item, List<Movement>? stands, Foundation.Money? amount, DateOnly on, Refusal refusal, string what, out long minor)
    {
        var there = Movements.LeastFrom(stands, on);
        minor = amount?.Minor ?? there;
        if (amount is { } a && a.Currency.Code != item.Currency) return WrongCurrency(item, a);
        if (there <= 0) return new Refused(refusal, $"nothing of {item.Number} is {what} on {on:yyyy-MM-dd} and after");
        return minor > there ? new Refused(refusal, $"only {Format(there, item)} of {item.Number} are {what} on {on:yyyy-MM-dd} and after") : null;
    }

    /// <summary>A party's sums stay far within what can be counted. Asked of amounts alone of which it takes a thousand to get there.</summary>
    internal static Refused? TooMuchInAll(Handling work, Money amount)
    {
        const long asked = Money.MinorMax / 1000, most = Money.MinorMax * 1000;
        if (amount.Minor < asked) return null;
        var sum = (decimal)amount.Minor;
        foreach (var e in work.State.Exposures)
            if (e.Currency == amount.Currency.Code) sum += Math.Abs(e.Minor);
        foreach (var u in work.State.Unapplied)
            if (u.Currency == amount.Currency.Code) sum += Math.Abs(u.Minor);
        if (sum <= most) return null;
        var limit = Money.Format(most, amount.Currency);
        return new Refused(Refusal.TooMuchInAll,
            $"with {amount} party {work.State.Id} would come to more than {limit} {amount.Currency}; amounts beyond that are not counted: mend the amount, or "
                + "settle what is open first");
    }

    internal static Refused WrongCurrency(ItemState item, Money amount) =>
        new(Refusal.WrongCurrency, $"{item.Number} is in {item.Currency}, the amount in {amount.Currency}; money is never applied across currencies");

    internal static string Describe(ItemState item) =>
        $"{(item.Kind == ItemKind.Invoice ? "invoice" : "charge")} of {item.IssuedOn:yyyy-MM-dd} over {Format(item.Amount, item)}";

    internal static string Format(long minor, ItemState item) => Format(minor, item.Currency);

    internal static string Format(long minor, string currency) => $"{Money.Format(minor, Currency.Of(currency))} {currency}";
}
