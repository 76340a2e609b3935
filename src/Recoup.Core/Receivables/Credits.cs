using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using static Recoup.Core.Receivables.ItemGuards;
using static Recoup.Core.Receivables.PartyLedger;

namespace Recoup.Core.Receivables;

/// <summary>Credit notes: they meet an item as cash does, and are no cash.</summary>
internal static class CreditChapter
{
    // --- rules ---

    internal static Refused? Credit(Handling work, Input.CreditNote i)
    {
        if (work.State.Cash.ContainsKey(CashState.CreditKey(i.Account, i.Number)))
            return new Refused(Refusal.DuplicateNumber, $"credit note {i.Number} of account {i.Account} is there already under another key");
        if (i.Invoice is { } number && work.State.Item(i.Account, number) is { } item && item.Currency != i.Amount.Currency.Code)
            return WrongCurrency(item, i.Amount);
        if (TooMuchInAll(work, i.Amount) is { } much) return much;
        // Without an invoice it stands as unapplied credit until somebody puts it on an item.
        var plan = i.Invoice is null
            ? new AllocationPlan([], [], i.Amount.Minor)
            : AllocationPlan.Make(i.Amount.Minor, i.On, [new Named(i.Invoice, i.Amount.Minor)], n => work.State.Item(i.Account, n), [],
                AllocationOrder.OldestFirst);
        // A credit is no cash: it can't recover what was written off.
        var allocations = plan.Allocations.Where(a => !a.Recovery).ToList();
        work.Emit(new Event.CreditNoted(i.Number, i.Amount.Minor, i.Amount.Currency.Code, allocations, plan.Waiting.Count == 0 ? null : plan.Waiting));
        return null;
    }

    internal static Refused? Cancel(Handling work, Input.CreditNoteCancelled i)
    {
        if (PaymentChapter.FindCash(work, i.Account, null, i.CreditNote, out var credit) is { } unknown) return unknown;
        if (credit.Reversed) return new Refused(Refusal.AlreadyReversed, $"credit note {i.CreditNote} was cancelled before");
        if (Movements.MostFrom(credit.Refunds, i.On) is > 0 and var sentBack)
            return new Refused(Refusal.AlreadyRefunded,
                $"of credit note {i.CreditNote} {Format(sentBack, credit.Currency)} were sent to the customer; where that came back, send refund_reversed "
                    + "first");
        if (i.On < credit.On)
            return new Refused(Refusal.BeforeDocument, $"credit note {i.CreditNote} is of {credit.On:yyyy-MM-dd}; it can't be cancelled on {i.On:yyyy-MM-dd}");
        work.Emit(new Event.CreditNoteCancelled(i.CreditNote, credit.Minor, credit.Currency, [.. credit.Allocations], i.Reason));
        return null;
    }
}
