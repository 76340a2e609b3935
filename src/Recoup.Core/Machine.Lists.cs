using Recoup.Core.Events;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using static Recoup.Core.Receivables.ItemGuards;

namespace Recoup.Core;

/// <content>Inputs that say how things stand in a list of another system: what differs from before is corrected.</content>
public static partial class Machine
{
    private const string ByList = "the list says otherwise";

    private static Refused? FollowInvoice(Work work, Input.Invoice i)
    {
        var name = ListedItems.NameOf(work.State, i.Account, i.Listed!);
        if (work.State.Item(i.Account, name) is not { } item)
        {
            if (Issue(work, i, name) is { } never) return never;
            if (work.State.Unapplied.Exists(u => u.Key == CashState.CreditKey(i.Account, i.Listed!.Number)))
                work.Remarks.Add($"account {i.Account}: {i.Listed!.Number} is a credit note here, and an invoice in the list now: both stand. "
                    + $"Where the list's amount had a wrong sign before, send credit_note_cancelled for credit note {i.Listed.Number}");
            return null;
        }
        if (item.Kind != ItemKind.Invoice) return InvoiceChapter.Taken(i, item);
        // Who cancelled it here knows more than a list that says what it said before.
        if (item.Cancelled) return ListedItems.IsCancelled(item, i) ? null : Issue(work, i, name);
        if (i.Amount.Currency.Code != item.Currency)
            return new Refused(Refusal.WrongCurrency, $"invoice {item.Number} is in {item.Currency} here, in {i.Amount.Currency} in the list, "
                + $"and a number keeps its currency: cancel it with invoice_cancelled, and give the one in {i.Amount.Currency} a number of its own");
        if (item.IssuedOn != i.IssuedOn && item.WrittenOff == 0 && !IsRecovered(work, item)) return IssueAnew(work, i, item);
        var on = work.Today > item.IssuedOn ? work.Today : item.IssuedOn;
        var due = i.DueOn < item.IssuedOn ? item.IssuedOn : i.DueOn;
        return InvoiceChapter.CorrectItem(work, item, on, i.Amount, due, ByList);
    }

    /// <summary>Another day of issue: the document with the wrong one never was. What had met it meets the right one.</summary>
    private static Refused? IssueAnew(Work work, Input.Invoice i, ItemState item)
    {
        var held = Held(work, item);
        var released = ItemGuards.Release(work, item, held);
        work.Emit(new Event.InvoiceCancelled(item.Number, -(item.Balance + held), released, $"issued on {i.IssuedOn:yyyy-MM-dd}: {ByList}"), item.IssuedOn);
        if (Issue(work, i, item.Number) is { } refused) return refused;
        foreach (var part in released ?? [])
        {
            var cash = work.State.Cash[part.Payment];
            var minor = Math.Min(Math.Min(part.Minor, work.State.Items[(i.Account, item.Number)].Balance), cash.Unapplied);
            if (minor <= 0) continue;
            var on = cash.On > i.IssuedOn ? cash.On : i.IssuedOn;
            work.Emit(new Event.CashApplied(part.Payment, new Applied(item.Number, minor, on)), on);
        }
        return null;
    }

    private static Refused? FollowPayment(Work work, Input.Payment i)
    {
        if (ListedItems.IsSaid(work.State, i)) return null;
        var name = ListedItems.NameOf(work.State, i.Account, i.Listed!);
        if (work.State.Item(i.Account, name) is { } item && item.Currency != i.Amount.Currency.Code) return ItemGuards.WrongCurrency(item, i.Amount);
        var known = ListedItems.PaymentKey(work.State, i.Account, i.Key, i.Listed!);
        if (ListedItems.PaymentOf(work.State, known, out _, out var key) is { } paid)
        {
            // It came on another day, or was another sum: the one recorded never was.
            work.Emit(new Event.PaymentReversed(paid.Key, ByList, [.. paid.Allocations]) { Unlisted = true }, paid.On);
            ListedItems.PaymentOf(work.State, known, out _, out key);
        }
        if (Receive(work, i with { For = i.For?.Select(part => part.Invoice == i.Listed!.Number ? (name, part.Amount) : part).ToList() }, key) is { } refused)
            return refused;
        RemarkOfMet(work, i, name, key);
        return null;
    }

    /// <summary>
    /// A payment that a list tells of finds less open than it pays where it was told of before by other means, such as a bank's
    /// statement. Nobody can tell from here whether it came twice; whoever sent the list is told.
    /// </summary>
    private static void RemarkOfMet(Work work, Input.Payment i, string name, string key)
    {
        if (work.State.Item(i.Account, name) is not { } item || item.Cancelled) return;
        var (cash, meant) = (work.State.Cash[key], i.For?.Where(part => part.Invoice == i.Listed!.Number).Sum(part => part.Amount.Minor) ?? i.Amount.Minor);
        var met = cash.Allocations.Where(a => a.Number == name).Sum(a => a.Minor);
        var others = (item.AppliedBy ?? []).Where(k => k != key).ToList();
        if (met >= meant || others.Count == 0) return;
        var credit = CashState.CreditKey(i.Account, "");
        var told = others.Select(k => k.StartsWith(credit, StringComparison.Ordinal) ? $"credit note {k[credit.Length..]}" : $"payment {k}").ToList();
        work.Remarks.Add($"account {i.Account}: of the {Format(meant, item)} that the list says were paid for {name}, {Format(met, item)} met it: "
            + $"the rest had been met by {string.Join(", ", told.Take(3))}{(told.Count > 3 ? $" and {told.Count - 3} more" : "")}. "
            + "Where that is the same money, take one of them back: "
            + $"{{\"type\":\"payment_reversed\",\"payment\":\"{key}\",…}} is this one's");
    }

    private static Refused? TakePaymentBack(Work work, Input.Unpaid i)
    {
        if (ListedItems.PaidAgainst(work.State, i) is not { } paid) return null;
        var on = work.Today > paid.On ? work.Today : paid.On;
        work.Emit(new Event.PaymentReversed(paid.Key, "no longer in the list", [.. paid.Allocations]) { Unlisted = true }, on);
        PromiseChapter.Reopen(work, work.State.AsOf, work.Context.Policy.PromiseGraceDays);
        return null;
    }

    /// <summary>
    /// A number that was an invoice and is a credit note now, or the other way round: some ledgers give both one number, in others a
    /// sign was wrong. Both stand, and whoever sent the list is told.
    /// </summary>
    private static Refused? CreditOfList(Work work, Input.CreditNote i)
    {
        if (i.Listed is { } row) i = i with { Number = ListedItems.CreditNameOf(work.State, i.Account, row) };
        var isNew = !work.State.Cash.ContainsKey(CashState.CreditKey(i.Account, i.Number));
        if (Credit(work, i) is { } refused) return refused;
        if (isNew && work.State.Item(i.Account, i.Number) is { Cancelled: false, Kind: ItemKind.Invoice } item)
            work.Remarks.Add($"account {i.Account}: {i.Number} is an invoice over {Format(item.Amount, item)} here, and in the list a credit note over "
                + $"{Format(i.Amount.Minor, i.Amount.Currency.Code)}: both stand. "
                + $"Where the list's amount had a wrong sign before, send invoice_cancelled for {i.Number}; where it has one now, credit_note_cancelled");
        return null;
    }

    private static Refused? FollowCredit(Work work, Input.CreditNote i, CashState credit)
    {
        if (i.Amount.Currency.Code != credit.Currency) return WrongCurrency(i.Number, credit, i.Amount);
        return AdjustCredit(work, i.Number, credit, i.Amount.Minor - credit.Minor, work.Today, ByList, i.On == credit.On ? null : i.On);
    }

    /// <summary>An outside ledger says that of a credit so much is left.</summary>
    private static Refused? SetCredit(Work work, Input.OpenBalance i)
    {
        if (!work.State.Cash.TryGetValue(CashState.CreditKey(i.Account, i.CreditNote!), out var credit) || credit.Account != i.Account)
            return new Refused(Refusal.UnknownPayment, $"account {i.Account} has no credit note {i.CreditNote}");
        if (i.Balance.Currency.Code != credit.Currency) return WrongCurrency(i.CreditNote!, credit, i.Balance);
        if (i.On < credit.On)
            return new Refused(Refusal.BeforeDocument,
                $"credit note {i.CreditNote} is of {credit.On:yyyy-MM-dd}; nothing can happen to it on {i.On:yyyy-MM-dd}");
        return AdjustCredit(work, i.CreditNote!, credit, i.Balance.Minor - credit.UnappliedOn(i.On), i.On, i.Reason);
    }

    /// <param name="issuedOn">Another day of issue, by which the list knows it from others of its number; null leaves it.</param>
    private static Refused? AdjustCredit(Work work, string number, CashState credit, long delta, DateOnly on, string reason, DateOnly? issuedOn = null)
    {
        if (delta == 0 && issuedOn is null) return null;
        if (credit.Unapplied + delta < 0)
            return new Refused(Refusal.MoreThanOpen,
                $"of credit note {number} only {Foundation.Money.Format(credit.Unapplied, Foundation.Currency.Of(credit.Currency))} {credit.Currency} is on "
                    + "no item; what stands on items comes off them first");
        work.Emit(new Event.CreditAdjusted(number, delta, reason) { IssuedOn = issuedOn }, on > credit.On ? on : credit.On);
        return null;
    }

    private static Refused WrongCurrency(string number, CashState credit, Foundation.Money amount) =>
        new(Refusal.WrongCurrency, $"{number} is in {credit.Currency}, the amount in {amount.Currency}; money is never applied across currencies");

    private static bool IsRecovered(Work work, ItemState item) =>
        item.AppliedBy?.Exists(key => work.State.Cash[key].Allocations.Exists(a => a.Number == item.Number && a.Recovery)) == true;
}
