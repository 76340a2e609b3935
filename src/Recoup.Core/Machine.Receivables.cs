using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core;

public static partial class Machine
{
    private static Refused? Issue(Work work, Input.Invoice i) =>
        i.Listed is not null ? FollowInvoice(work, i)
        : work.State.Item(i.Account, i.Number) is { } known && (!known.Cancelled || known.Kind != ItemKind.Invoice) ? Taken(i, known)
        : Issue(work, i, i.Number);

    private static Refused Taken(Input.Invoice i, ItemState known) =>
        new(Refusal.DuplicateNumber, Describe(known) is var words && known.Kind == ItemKind.Invoice && known.IssuedOn == i.IssuedOn && known.Amount == i.Amount.Minor
            ? $"invoice {i.Number} of account {i.Account} is there already under another key, with the same dates and amount"
            : $"number {i.Number} of account {i.Account} is taken by another: {words}; correct it with invoice_corrected, or give this one its own number");

    /// <param name="number">Nobody's, or that of an invoice that was cancelled: it is issued again under its number.</param>
    private static Refused? Issue(Work work, Input.Invoice i, string number)
    {
        if (work.State.Item(i.Account, number) is { } cancelled && cancelled.Currency != i.Amount.Currency.Code)
            return new Refused(Refusal.WrongCurrency, $"invoice {number} was in {cancelled.Currency} before it was cancelled; one in {i.Amount.Currency} needs a number of its own");
        if (TooMuchInAll(work, i.Amount) is { } much) return much;
        work.Emit(new Event.InvoiceIssued(number, i.IssuedOn, i.DueOn, i.Amount.Minor, i.Amount.Currency.Code)
        {
            Order = i.Order, Terms = i.Terms, TaxMinor = i.Tax?.Minor, ServicedOn = i.ServicedOn, DeliveredOn = i.DeliveredOn,
            Lines = i.Lines?.Select(l => new InvoiceLine(l.Description, l.Amount.Minor)).ToList(),
            Deliver = IsToBeDelivered(work, i),
        }, i.IssuedOn);
        // Cash that came for this invoice before it did applies itself, in the order in which it came.
        var item = work.State.Items[(i.Account, number)];
        foreach (var unapplied in work.State.Unapplied.Where(u => u.Account == i.Account && u.Currency == item.Currency).ToList())
        {
            // A payer may have named the number more than once.
            var waiting = unapplied.Waiting?.Where(w => w.Number == i.Number || w.Number == number).Sum(w => w.Minor) ?? 0;
            var part = Math.Min(Math.Min(waiting, item.Balance), unapplied.InAll);
            if (part <= 0) continue;
            Apply(work, work.State.Cash[unapplied.Key], item, part, unapplied.On);
        }
        return null;
    }

    /// <summary>Unapplied cash meets an item: on a day from which both are there, and not before the one that was asked for.</summary>
    private static void Apply(Work work, CashState cash, ItemState item, long minor, DateOnly on)
    {
        on = new[] { on, cash.On, item.IssuedOn, Movements.EnoughFrom(cash.Moves, minor), Movements.EnoughFrom(item.Movements, minor) }.Max();
        work.Emit(new Event.CashApplied(cash.Key, new Applied(item.Number, minor, on)), on);
    }

    private static Refused? Correct(Work work, Input.InvoiceCorrected i)
    {
        if (FindInvoice(work, i.Account, i.Invoice, out var item) is { } refused) return refused;
        if (i.Amount is { } a && a.Currency.Code != item.Currency) return WrongCurrency(item, a);
        if (i.On < item.IssuedOn) return ItemGuards.BeforeDocument(item, i.On);
        return CorrectItem(work, item, i.On, i.Amount, i.DueOn, i.Reason);
    }

    private static Refused? CorrectItem(Work work, ItemState item, DateOnly on, Money? right, DateOnly? dueOn, string? reason)
    {
        if (dueOn is { } due && due < item.IssuedOn) return new Refused(Refusal.DueBeforeIssued, $"invoice {item.Number} was issued on {item.IssuedOn:yyyy-MM-dd}; it can't be due on {due:yyyy-MM-dd}");
        if (right is { } corrected && TooMuchInAll(work, corrected) is { } much) return much;
        var delta = right is { } amount ? amount.Minor - item.Amount : 0;
        var redated = dueOn is { } to && item.IsRedatedBy(on, to);
        if (delta == 0 && !redated) return null;
        if (delta < 0 && item.Balance + Held(work, item) + delta < 0)
            return new Refused(Refusal.BelowWrittenOff, $"of invoice {item.Number} {Format(item.WrittenOff, item)} was written off; it can't be corrected below that");
        var released = Release(work, item, -(item.Balance + delta));
        if (OpenFrom(work, item, -delta, released) is var open && open > on)
        {
            // It was paid by then and is open again since: the due date is another from that day on, the amount from the day it was open.
            if (redated) work.Emit(new Event.InvoiceCorrected(item.Number, 0, dueOn, null, reason), on);
            (on, redated) = (open, false);
        }
        work.Emit(new Event.InvoiceCorrected(item.Number, delta, redated ? dueOn : null, released, reason), on);
        return null;
    }

    private static Refused? Cancel(Work work, Input.InvoiceCancelled i)
    {
        if (FindInvoice(work, i.Account, i.Invoice, out var item) is { } refused) return refused;
        // An invoice of a day that no fact may have any more is cancelled on that day.
        var on = item.IssuedOn > DateBounds.Last && i.On < item.IssuedOn ? item.IssuedOn : i.On;
        if (CanBeCancelled(work, item, on) is { } standing) return standing;
        // What was adjusted or credited without a document that could be released stays in its place.
        var held = Held(work, item);
        var released = Release(work, item, held);
        var amount = item.Balance + held;
        work.Emit(new Event.InvoiceCancelled(i.Invoice, -amount, released, i.Reason), Later(on, OpenFrom(work, item, amount, released)));
        return null;
    }

    private static Refused? Cancel(Work work, Input.ChargeCancelled i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Charge, out var item) is { } refused) return refused;
        if (item.Kind != ItemKind.Charge) return new Refused(Refusal.NotACharge, $"{i.Charge} is an invoice; cancel it with invoice_cancelled");
        if (CanBeCancelled(work, item, i.On) is { } standing) return standing;
        var held = Held(work, item);
        var released = Release(work, item, held);
        var amount = item.Balance + held;
        work.Emit(new Event.ChargeCancelled(i.Charge, -amount, released, i.Reason), Later(i.On, OpenFrom(work, item, amount, released)));
        return null;
    }

    private static Refused? CanBeCancelled(Work work, ItemState item, DateOnly on)
    {
        if (on < item.IssuedOn) return ItemGuards.BeforeDocument(item, on);
        if (item.FormerCancellations is [.., { } last] && on < last.Until)
            return new Refused(Refusal.BeforeDocument, $"{item.Number} was cancelled before, and stands again since {last.Until:yyyy-MM-dd}; it can't be cancelled on {on:yyyy-MM-dd}");
        if (item.AppliedBy?.Exists(key => work.State.Cash[key].Allocations.Exists(a => a.Number == item.Number && a.Recovery)) == true)
            return new Refused(Refusal.BelowWrittenOff, $"{item.Number} was written off and recovered since; take that payment off it first, with allocation_reversed");
        return item.WrittenOff > 0
            ? new Refused(Refusal.BelowWrittenOff, $"of {item.Number} {Format(item.WrittenOff, item)} was written off; take that back first, with write_off_reversed")
            : null;
    }

    /// <summary>What payments and credits have on the item.</summary>
    private static long Held(Work work, ItemState item) =>
        (item.AppliedBy ?? []).Sum(key => work.State.Cash[key].Allocations.Where(a => a.Number == item.Number && !a.Recovery).Sum(a => a.Minor));

    /// <summary>Takes that much off the item again, from the payments and credits that met it last.</summary>
    private static List<Released>? Release(Work work, ItemState item, long minor)
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
    private static DateOnly OpenFrom(Work work, ItemState item, long minor, List<Released>? released)
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

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

    private static Refused? Receive(Work work, Input.Payment i) => i.Listed is not null ? FollowPayment(work, i) : Receive(work, i, i.Key);

    /// <param name="key">By which the payment is known from then on.</param>
    private static Refused? Receive(Work work, Input.Payment i, string key)
    {
        var currency = i.Amount.Currency.Code;
        if (TooMuchInAll(work, i.Amount) is { } much) return much;
        foreach (var (number, _) in i.For ?? [])
            if (work.State.Item(i.Account, number) is { } item && item.Currency != currency) return WrongCurrency(item, i.Amount);
        var plan = AllocationPlan.Make(
            i.Amount.Minor, i.On, i.For?.Select(f => new Named(f.Invoice, f.Amount.Minor)).ToList(), number => work.State.Item(i.Account, number),
            work.State.Items.Values.Where(item => item.Account == i.Account && item.Currency == currency && item.Balance > 0), work.Context.Policy.Allocation);
        work.Emit(new Event.PaymentReceived(key, i.Amount.Minor, currency, plan.Allocations, plan.Waiting.Count == 0 ? null : plan.Waiting) { Method = i.Method });
        PromiseChapter.JudgeCash(work, i.On, work.Context.Policy.PromiseGraceDays);
        return null;
    }

    private static Refused? Reverse(Work work, Input.PaymentReversed i)
    {
        if (!work.State.Cash.TryGetValue(i.Payment, out var cash) || cash.Account != i.Account || cash.Kind != CashKind.Payment)
            return new Refused(Refusal.UnknownPayment, $"account {i.Account} has no payment with the key {i.Payment}");
        if (cash.Reversed) return new Refused(Refusal.AlreadyReversed, $"payment {i.Payment} was reversed before");
        if (Movements.MostFrom(cash.Refunds, i.On) is > 0 and var sentBack)
            return new Refused(Refusal.AlreadyRefunded, $"of payment {i.Payment} {Format(sentBack, cash.Currency)} were sent back to the customer. Where that came back, send refund_reversed first; where it did not, send refund_reversed, then this, then a charge over what the customer has kept");
        if (i.On < cash.On) return new Refused(Refusal.BeforeDocument, $"payment {i.Payment} came on {cash.On:yyyy-MM-dd}; it can't go back on {i.On:yyyy-MM-dd}");
        work.Emit(new Event.PaymentReversed(i.Payment, i.Reason, [.. cash.Allocations]));
        PromiseChapter.Reopen(work, work.State.AsOf, work.Context.Policy.PromiseGraceDays);
        return null;
    }

    private static Refused? Allocate(Work work, Input.Allocation i)
    {
        if (FindCash(work, i.Account, i.Payment, i.CreditNote, out var cash) is { } unknown) return unknown;
        if (ItemGuards.Find(work.State, i.Account, i.Invoice, out var item) is { } refused) return refused;
        if (i.Amount.Currency.Code != item.Currency || cash.Currency != item.Currency) return WrongCurrency(item, i.Amount);
        if (i.Amount.Minor > cash.Unapplied) return new Refused(Refusal.NothingUnapplied, $"only {Format(cash.Unapplied, item)} of it is unapplied");
        if (i.Amount.Minor > item.Balance) return new Refused(Refusal.MoreThanOpen, $"only {Format(item.Balance, item)} of {i.Invoice} is open");
        Apply(work, cash, item, i.Amount.Minor, i.On);
        return null;
    }

    private static Refused? Credit(Work work, Input.CreditNote i)
    {
        if (work.State.Cash.TryGetValue(CashState.CreditKey(i.Account, i.Number), out var known) && i.IsListed) return FollowCredit(work, i, known);
        if (known is not null)
            return new Refused(Refusal.DuplicateNumber, $"credit note {i.Number} of account {i.Account} is there already under another key");
        if (i.Invoice is { } number && work.State.Item(i.Account, number) is { } item && item.Currency != i.Amount.Currency.Code) return WrongCurrency(item, i.Amount);
        if (TooMuchInAll(work, i.Amount) is { } much) return much;
        // Without an invoice it stands as unapplied credit until somebody puts it on an item.
        var plan = i.Invoice is null
            ? new AllocationPlan([], [], i.Amount.Minor)
            : AllocationPlan.Make(i.Amount.Minor, i.On, [new Named(i.Invoice, i.Amount.Minor)], n => work.State.Item(i.Account, n), [], AllocationOrder.OldestFirst);
        // A credit is no cash: it can't recover what was written off.
        var allocations = plan.Allocations.Where(a => !a.Recovery).ToList();
        work.Emit(new Event.CreditNoted(i.Number, i.Amount.Minor, i.Amount.Currency.Code, allocations, plan.Waiting.Count == 0 ? null : plan.Waiting));
        return null;
    }

    private static Refused? MakeCharge(Work work, Input.Charge i)
    {
        var number = i.Number ?? i.Key;
        if (work.State.Item(i.Account, number) is { } known) return new Refused(Refusal.DuplicateNumber, $"number {number} of account {i.Account} is taken: {Describe(known)}");
        if (i.Invoice is { } of)
        {
            if (ItemGuards.Find(work.State, i.Account, of, out var item) is { } refused) return refused;
            if (item.Currency != i.Amount.Currency.Code) return WrongCurrency(item, i.Amount);
        }
        if (TooMuchInAll(work, i.Amount) is { } much) return much;
        work.Emit(new Event.ChargeMade(number, i.Kind, i.Invoice, i.DueOn ?? i.On, i.Amount.Minor, i.Amount.Currency.Code));
        return null;
    }

    private static Refused? Waive(Work work, Input.Waiver i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Charge, out var item) is { } refused) return refused;
        if (item.Kind != ItemKind.Charge) return new Refused(Refusal.NotACharge, $"{i.Charge} is an invoice; a waiver lets charges go, an invoice is credited or written off");
        if (Reduce(item, i.Amount, i.On, out var minor) is { } too) return too;
        work.Emit(new Event.ChargeWaived(i.Charge, minor, i.Reason));
        return null;
    }

    private static Refused? WriteOff(Work work, Input.WriteOff i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Invoice, out var item) is { } refused) return refused;
        if (Reduce(item, i.Amount, i.On, out var minor) is { } too) return too;
        work.Emit(new Event.WrittenOff(i.Invoice, minor, i.Reason));
        return null;
    }

    private static Refused? SetBalance(Work work, Input.OpenBalance i)
    {
        if (i.CreditNote is not null) return SetCredit(work, i);
        if (ItemGuards.Find(work.State, i.Account, i.Invoice!, out var item) is { } refused) return refused;
        if (i.Balance.Currency.Code != item.Currency) return WrongCurrency(item, i.Balance);
        if (i.On < item.IssuedOn) return ItemGuards.BeforeDocument(item, i.On);
        if (TooMuchInAll(work, i.Balance) is { } much) return much;
        // What took effect since that day stays as it is.
        var delta = i.Balance.Minor - item.BalanceOn(i.On);
        if (delta < 0 && Movements.LeastFrom(item.Movements, i.On) + delta < 0)
            return new Refused(Refusal.MoreThanOpen, $"of {i.Invoice} {Format(item.BalanceOn(i.On), item)} were open on {i.On:yyyy-MM-dd} and {Format(item.Balance, item)} are after what was recorded since; {Format(i.Balance.Minor, item)} on that day would leave less than nothing");
        if (delta != 0) work.Emit(new Event.ItemAdjusted(i.Invoice!, delta, i.Reason));
        return null;
    }

    /// <summary>By how much an item goes down: the given amount or its whole balance.</summary>
    private static Refused? Reduce(ItemState item, Money? amount, DateOnly on, out long minor)
    {
        minor = amount?.Minor ?? item.Balance;
        if (amount is { } a && a.Currency.Code != item.Currency) return WrongCurrency(item, a);
        if (on < item.IssuedOn) return ItemGuards.BeforeDocument(item, on);
        if (item.Balance <= 0) return new Refused(Refusal.NothingOpen, $"{item.Number} has nothing open");
        if (minor > item.Balance) return new Refused(Refusal.MoreThanOpen, $"only {Format(item.Balance, item)} of {item.Number} is open");
        return Movements.EnoughFrom(item.Movements, minor) is var open && open > on
            ? new Refused(Refusal.MoreThanOpen, $"only {Format(item.BalanceOn(on), item)} of {item.Number} were open on {on:yyyy-MM-dd}; "
                + $"{Format(minor, item)} are open since {open:yyyy-MM-dd}: give that day or a later one")
            : null;
    }

    private static Refused? FindInvoice(Work work, string account, string number, out ItemState item)
    {
        if (ItemGuards.Find(work.State, account, number, out item) is { } refused) return refused;
        return item.Kind == ItemKind.Invoice
            ? null
            : new Refused(Refusal.NotAnInvoice, $"{number} is a charge; charges are waived (waiver) or cancelled (charge_cancelled), not corrected");
    }

    /// <summary>A party's sums stay far within what can be counted. Asked of amounts alone of which it takes a thousand to get there.</summary>
    private static Refused? TooMuchInAll(Work work, Money amount)
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
        return new Refused(Refusal.TooMuchInAll, $"with {amount} party {work.State.Id} would come to more than {limit} {amount.Currency}; amounts beyond that are not counted: mend the amount, or settle what is open first");
    }

    private static Refused WrongCurrency(ItemState item, Money amount) =>
        new(Refusal.WrongCurrency, $"{item.Number} is in {item.Currency}, the amount in {amount.Currency}; money is never applied across currencies");

    private static string Describe(ItemState item) =>
        $"{(item.Kind == ItemKind.Invoice ? "invoice" : "charge")} of {item.IssuedOn:yyyy-MM-dd} over {Format(item.Amount, item)}";

    private static string Format(long minor, ItemState item) => Format(minor, item.Currency);

    private static string Format(long minor, string currency) => $"{Money.Format(minor, Currency.Of(currency))} {currency}";
}
