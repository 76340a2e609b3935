using Recoup.Core.Events;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core;

/// <summary>What people undo: each takes back what another input did, from a day on, and leaves what stood before that day.</summary>
public static partial class Machine
{
    private static Refused? Refund(Work work, Input.Refund i)
    {
        var currency = i.Amount.Currency.Code;
        var from = new List<Released>();
        if (i.Payment is null && i.CreditNote is null)
        {
            var rest = i.Amount.Minor;
            foreach (var unapplied in work.State.Unapplied.Where(u => u.Account == i.Account && u.Currency == currency && u.On <= i.On)
                .OrderBy(u => u.On).ThenBy(u => u.Key, StringComparer.Ordinal))
            {
                var part = Math.Min(rest, work.State.Cash[unapplied.Key].UnappliedFrom(i.On));
                if (part <= 0) continue;
                from.Add(new Released(unapplied.Key, part));
                rest -= part;
                if (rest == 0) break;
            }
            if (rest > 0) return new Refused(Refusal.NothingUnapplied, $"only {Format(i.Amount.Minor - rest, currency)} of account {i.Account} are unapplied on {i.On:yyyy-MM-dd} and after");
        }
        else
        {
            if (FindCash(work, i.Account, i.Payment, i.CreditNote, out var cash) is { } unknown) return unknown;
            if (currency != cash.Currency) return new Refused(Refusal.WrongCurrency, $"{Name(i.Payment, i.CreditNote)} is in {cash.Currency}, the refund in {currency}; send back what came");
            if (i.On < cash.On) return new Refused(Refusal.BeforeDocument, $"{Name(i.Payment, i.CreditNote)} is of {cash.On:yyyy-MM-dd}; it can't be sent back on {i.On:yyyy-MM-dd}");
            var free = cash.UnappliedFrom(i.On);
            if (i.Amount.Minor > free)
                return new Refused(Refusal.NothingUnapplied, $"only {Format(free, currency)} of {Name(i.Payment, i.CreditNote)} are unapplied on {i.On:yyyy-MM-dd} and after; what stands on an item is taken off it first, with allocation_reversed");
            from.Add(new Released(cash.Key, i.Amount.Minor));
        }
        work.Emit(new Event.RefundMade(i.Key, i.Amount.Minor, currency, from, i.Reason));
        return null;
    }

    private static Refused? Cancel(Work work, Input.CreditNoteCancelled i)
    {
        if (FindCash(work, i.Account, null, i.CreditNote, out var credit) is { } unknown) return unknown;
        if (credit.Reversed) return new Refused(Refusal.AlreadyReversed, $"credit note {i.CreditNote} was cancelled before");
        if (Movements.MostFrom(credit.Refunds, i.On) is > 0 and var sentBack)
            return new Refused(Refusal.AlreadyRefunded, $"of credit note {i.CreditNote} {Format(sentBack, credit.Currency)} were sent to the customer; where that came back, send refund_reversed first");
        if (i.On < credit.On) return new Refused(Refusal.BeforeDocument, $"credit note {i.CreditNote} is of {credit.On:yyyy-MM-dd}; it can't be cancelled on {i.On:yyyy-MM-dd}");
        work.Emit(new Event.CreditNoteCancelled(i.CreditNote, credit.Minor, credit.Currency, [.. credit.Allocations], i.Reason));
        return null;
    }

    private static Refused? ReverseRefund(Work work, Input.RefundReversed i)
    {
        if (!work.State.Cash.TryGetValue(i.Refund, out var refund) || refund.Account != i.Account || refund.Kind != CashKind.Refund)
            return new Refused(Refusal.UnknownRefund, $"account {i.Account} has no refund with the key {i.Refund}");
        if (refund.Reversed) return new Refused(Refusal.AlreadyReversed, $"refund {i.Refund} was reversed before");
        if (i.On < refund.On) return new Refused(Refusal.BeforeDocument, $"refund {i.Refund} was made on {refund.On:yyyy-MM-dd}; it can't come back on {i.On:yyyy-MM-dd}");
        work.Emit(new Event.RefundReversed(i.Refund, refund.Minor, refund.Currency, [.. refund.From!], i.Reason));
        return null;
    }

    private static Refused? TakeOff(Work work, Input.AllocationReversed i)
    {
        if (FindCash(work, i.Account, i.Payment, i.CreditNote, out var cash) is { } unknown) return unknown;
        if (work.State.Item(i.Account, i.Invoice) is not { } item) return new Refused(Refusal.UnknownItem, $"account {i.Account} has no item {i.Invoice}");
        if (i.Amount is { } amount && amount.Currency.Code != item.Currency) return WrongCurrency(item, amount);
        if (i.On < cash.On) return new Refused(Refusal.BeforeDocument, $"{Name(i.Payment, i.CreditNote)} is of {cash.On:yyyy-MM-dd}; it can't be taken off anything on {i.On:yyyy-MM-dd}");
        var there = cash.Allocations.Where(a => a.Number == i.Invoice).Sum(a => a.Minor);
        var rest = i.Amount?.Minor ?? there;
        if (there == 0) return new Refused(Refusal.NotApplied, $"{Name(i.Payment, i.CreditNote)} has nothing on {i.Invoice}");
        if (rest > there) return new Refused(Refusal.NotApplied, $"{Name(i.Payment, i.CreditNote)} has only {Format(there, item)} on {i.Invoice}");
        var parts = new List<Applied>();
        // What met it last goes first, as where an invoice is corrected.
        foreach (var allocation in Enumerable.Reverse(cash.Allocations).Where(a => a.Number == i.Invoice))
        {
            var part = Math.Min(allocation.Minor, rest);
            if (part == 0) break;
            parts.Add(allocation with { Minor = part });
            rest -= part;
        }
        work.Emit(new Event.AllocationReversed(cash.Key, i.Invoice, parts, i.Reason));
        return null;
    }

    private static Refused? Reinstate(Work work, Input.CancellationReversed i)
    {
        if (work.State.Item(i.Account, i.Invoice) is not { } item) return new Refused(Refusal.UnknownItem, $"account {i.Account} has no item {i.Invoice}");
        if (item.CancelledOn is not { } cancelled)
            return new Refused(Refusal.NotCancelled, item.IssuedAgain
                ? $"the number {i.Invoice} was issued again on {item.IssuedOn:yyyy-MM-dd}, and that invoice is not cancelled; the one that was cancelled "
                    + "before can't stand again beside it: correct the one that stands (invoice_corrected), or send the other as an invoice "
                    + "with a number of its own"
                : $"{i.Invoice} is not cancelled");
        if (i.On < cancelled) return new Refused(Refusal.BeforeDocument, $"{i.Invoice} was cancelled on {cancelled:yyyy-MM-dd}; that can't be taken back on {i.On:yyyy-MM-dd}");
        work.Emit(new Event.CancellationReversed(i.Invoice, item.CancelledMinor, i.Reason));
        // What it had gone from is put back, as far as nobody has used it since: an invoice that was paid is paid.
        foreach (var key in item.AppliedBy ?? [])
        {
            var cash = work.State.Cash[key];
            var on = i.On > cash.On ? i.On : cash.On;
            var was = (cash.Back ?? []).Where(b => b.Number == i.Invoice && !b.Recovery).Sum(b => b.Minor);
            var part = Math.Min(Math.Min(was, cash.UnappliedFrom(on)), item.Balance);
            if (part > 0) Apply(work, cash, item, part, on);
        }
        return null;
    }

    private static Refused? ReverseWaiver(Work work, Input.WaiverReversed i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Charge, out var item) is { } refused) return refused;
        if (TakenBack(item, item.Waivers, i.Amount, i.On, Refusal.NotWaived, "waived", out var minor) is { } too) return too;
        work.Emit(new Event.WaiverReversed(i.Charge, minor, i.Reason));
        return null;
    }

    private static Refused? ReverseWriteOff(Work work, Input.WriteOffReversed i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Invoice, out var item) is { } refused) return refused;
        if (TakenBack(item, item.WriteOffs, i.Amount, i.On, Refusal.NotWrittenOff, "written off", out var minor) is { } too) return too;
        work.Emit(new Event.WriteOffReversed(i.Invoice, minor, i.Reason));
        return null;
    }

    /// <summary>How much is taken back: what was asked for, or all that stands from that day on.</summary>
    private static Refused? TakenBack(ItemState item, List<Movement>? stands, Foundation.Money? amount, DateOnly on, Refusal refusal, string what, out long minor)
    {
        var there = Movements.LeastFrom(stands, on);
        minor = amount?.Minor ?? there;
        if (amount is { } a && a.Currency.Code != item.Currency) return WrongCurrency(item, a);
        if (there <= 0) return new Refused(refusal, $"nothing of {item.Number} is {what} on {on:yyyy-MM-dd} and after");
        return minor > there ? new Refused(refusal, $"only {Format(there, item)} of {item.Number} are {what} on {on:yyyy-MM-dd} and after") : null;
    }

    /// <summary>The payment of a key or, where none is given, the credit note of a number.</summary>
    private static Refused? FindCash(Work work, string account, string? payment, string? creditNote, out CashState cash)
    {
        cash = work.State.Cash.GetValueOrDefault(payment ?? CashState.CreditKey(account, creditNote!))!;
        return cash is null || cash.Account != account || cash.Kind == CashKind.Refund
            ? new Refused(Refusal.UnknownPayment, $"account {account} has no {(payment is null ? $"credit note {creditNote}" : $"payment with the key {payment}")}") : null;
    }

    private static string Name(string? payment, string? creditNote) => payment is null ? $"credit note {creditNote}" : $"payment {payment}";
}
