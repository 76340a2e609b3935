using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using static Recoup.Core.Receivables.ItemGuards;
using static Recoup.Core.Receivables.PartyLedger;

namespace Recoup.Core.Receivables;

/// <summary>Invoices: issued, corrected, cancelled, and standing again; and what an outside ledger says is open of an item.</summary>
internal static class InvoiceChapter
{
    // --- rules ---

    internal static Refused Taken(Input.Invoice i, ItemState known) =>
        new(Refusal.DuplicateNumber, Describe(known) is var words && known.Kind == ItemKind.Invoice && known.IssuedOn == i.IssuedOn
            && known.Amount == i.Amount.Minor
            ? $"invoice {i.Number} of account {i.Account} is there already under another key, with the same dates and amount"
            : $"number {i.Number} of account {i.Account} is taken by another: {words}; correct it with invoice_corrected, or give this one its own number");

    /// <param name="deliver">It is to be sent to the customer.</param>
    /// <param name="number">Nobody's, or that of an invoice that was cancelled: it is issued again under its number.</param>
    internal static Refused? Issue(Handling work, Input.Invoice i, string number, bool deliver)
    {
        if (work.State.Item(i.Account, number) is { } cancelled && cancelled.Currency != i.Amount.Currency.Code)
            return new Refused(Refusal.WrongCurrency,
                $"invoice {number} was in {cancelled.Currency} before it was cancelled; one in {i.Amount.Currency} needs a number of its own");
        if (TooMuchInAll(work, i.Amount) is { } much) return much;
        work.Emit(new Event.InvoiceIssued(number, i.IssuedOn, i.DueOn, i.Amount.Minor, i.Amount.Currency.Code)
        {
            Order = i.Order, Terms = i.Terms, TaxMinor = i.Tax?.Minor, ServicedOn = i.ServicedOn, DeliveredOn = i.DeliveredOn,
            Lines = i.Lines?.Select(l => new InvoiceLine(l.Description, l.Amount.Minor)).ToList(),
            Deliver = deliver,
        }, i.IssuedOn);
        // Cash that came for this invoice before it did applies itself, in the order in which it came.
        var item = work.State.Items[(i.Account, number)];
        foreach (var unapplied in work.State.Unapplied.Where(u => u.Account == i.Account && u.Currency == item.Currency).ToList())
        {
            // A payer may have named the number more than once.
            var waiting = unapplied.Waiting?.Where(w => w.Number == i.Number || w.Number == number).Sum(w => w.Minor) ?? 0;
            var part = Math.Min(Math.Min(waiting, item.Balance), unapplied.InAll);
            if (part <= 0) continue;
            PaymentChapter.Apply(work, work.State.Cash[unapplied.Key], item, part, unapplied.On);
        }
        return null;
    }

    internal static Refused? Correct(Handling work, Input.InvoiceCorrected i)
    {
        if (FindInvoice(work, i.Account, i.Invoice, out var item) is { } refused) return refused;
        if (i.Amount is { } a && a.Currency.Code != item.Currency) return WrongCurrency(item, a);
        if (i.On < item.IssuedOn) return ItemGuards.BeforeDocument(item, i.On);
        return CorrectItem(work, item, i.On, i.Amount, i.DueOn, i.Reason);
    }

    internal static Refused? CorrectItem(Handling work, ItemState item, DateOnly on, Money? right, DateOnly? dueOn, string? reason)
    {
        if (dueOn is { } due && due < item.IssuedOn)
            return new Refused(Refusal.DueBeforeIssued, $"invoice {item.Number} was issued on {item.IssuedOn:yyyy-MM-dd}; it can't be due on {due:yyyy-MM-dd}");
        if (right is { } corrected && TooMuchInAll(work, corrected) is { } much) return much;
        var delta = right is { } amount ? amount.Minor - item.Amount : 0;
        var redated = dueOn is { } to && item.IsRedatedBy(on, to);
        if (delta == 0 && !redated) return null;
        if (delta < 0 && item.Balance + Held(work, item) + delta < 0)
            return new Refused(Refusal.BelowWrittenOff,
                $"of invoice {item.Number} {Format(item.WrittenOff, item)} was written off; it can't be corrected below that");
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

    internal static Refused? Cancel(Handling work, Input.InvoiceCancelled i)
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

    internal static Refused? Reinstate(Handling work, Input.CancellationReversed i)
    {
        if (work.State.Item(i.Account, i.Invoice) is not { } item) return new Refused(Refusal.UnknownItem, $"account {i.Account} has no item {i.Invoice}");
        if (item.CancelledOn is not { } cancelled)
            return new Refused(Refusal.NotCancelled, item.IssuedAgain
                ? $"the number {i.Invoice} was issued again on {item.IssuedOn:yyyy-MM-dd}, and that invoice is not cancelled; the one that was cancelled "
                    + "before can't stand again beside it: correct the one that stands (invoice_corrected), or send the other as an invoice "
                    + "with a number of its own"
                : $"{i.Invoice} is not cancelled");
        if (i.On < cancelled)
            return new Refused(Refusal.BeforeDocument, $"{i.Invoice} was cancelled on {cancelled:yyyy-MM-dd}; that can't be taken back on {i.On:yyyy-MM-dd}");
        work.Emit(new Event.CancellationReversed(i.Invoice, item.CancelledMinor, i.Reason));
        // What it had gone from is put back, as far as nobody has used it since: an invoice that was paid is paid.
        foreach (var key in item.AppliedBy ?? [])
        {
            var cash = work.State.Cash[key];
            var on = i.On > cash.On ? i.On : cash.On;
            // What met it last goes back first, as it was: in time stays in time.
            foreach (var was in (cash.Back ?? []).Where(b => b.Number == i.Invoice && !b.Recovery).Reverse().ToList())
            {
                var part = Math.Min(Math.Min(was.Minor, cash.UnappliedFrom(on)), item.Balance);
                if (part > 0) PaymentChapter.Apply(work, cash, item, part, on, on == i.On ? was.FirstOn : null);
            }
        }
        return null;
    }

    internal static Refused? SetBalance(Handling work, Input.OpenBalance i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Invoice!, out var item) is { } refused) return refused;
        if (i.Balance.Currency.Code != item.Currency) return WrongCurrency(item, i.Balance);
        if (i.On < item.IssuedOn) return ItemGuards.BeforeDocument(item, i.On);
        if (TooMuchInAll(work, i.Balance) is { } much) return much;
        // What took effect since that day stays as it is.
        var delta = i.Balance.Minor - item.BalanceOn(i.On);
        if (delta < 0 && Movements.LeastFrom(item.Movements, i.On) + delta < 0)
            return new Refused(Refusal.MoreThanOpen,
                $"of {i.Invoice} {Format(item.BalanceOn(i.On), item)} were open on {i.On:yyyy-MM-dd} and {Format(item.Balance, item)} are after what was "
                    + $"recorded since; {Format(i.Balance.Minor, item)} on that day would leave less than nothing");
        if (delta != 0) work.Emit(new Event.ItemAdjusted(i.Invoice!, delta, i.Reason));
        return null;
    }

    // --- what follows from events ---

    /// <summary>A cancelled item stands again: its amount is open, and what was to be sent to the customer is to be sent still.</summary>
    internal static void Reinstate(PartyState state, Envelope e, CellDeltas cells, Event.CancellationReversed reversed)
    {
        Change(state, e, cells, reversed.Number, (e.EffectiveOn, reversed.MinorDelta), static (item, by) =>
        {
            item.TakeCancellationBack(by.EffectiveOn);
            item.Amount += by.MinorDelta;
            item.Move(by.EffectiveOn, by.MinorDelta);
        });
        var item = state.Items[(e.Account, reversed.Number)];
        if (item.Kind == ItemKind.Invoice) Flow(state, e.Account, cells, Measure.Sales, e.EffectiveOn, null, item.Currency, reversed.MinorDelta, 1);
        PartyLedger.Reinstate(state, e, cells, reversed.Number, item.BalanceOn(e.EffectiveOn));
        state.Touch(e);
    }
}
