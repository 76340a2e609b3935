using System.Runtime.InteropServices;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Evidence;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core;

/// <summary>Open items of an account in one currency (null: any), by due day up to and including one, oldest first, at most so many.</summary>
public readonly record struct OpenItemsWanted(string Account, string? Currency, DateOnly DueThrough, int Limit);

/// <summary>
/// What an input needs beside the party's header. A store loads it and asks again, until nothing is wanted: a
/// reversal wants its payment first, and only then the items that the payment met.
/// </summary>
public sealed class Needs : RowsNeeded
{
    private readonly PartyState state;

    private Needs(PartyState state) => this.state = state;

    // Made when first added to: most inputs need little or nothing, and each is asked several times.
    private List<NeededRow>? rows;
    private List<OpenItemsWanted>? openItems;

    /// <summary>A row may be among them twice.</summary>
    public ReadOnlySpan<NeededRow> Rows => CollectionsMarshal.AsSpan(rows);
    public ReadOnlySpan<OpenItemsWanted> OpenItems => CollectionsMarshal.AsSpan(openItems);

    /// <summary>Every event of the party.</summary>
    public bool History { get; private set; }

    public bool IsEmpty => rows is null && openItems is null && !History;

    /// <summary>At most so many items are listed in one message; the others are summed up.</summary>
    public const int ListedItemsMax = 50;

    /// <param name="today">The day to which the state will be advanced before the input is handled.</param>
    /// <param name="order">In which a payment without a reference meets the open items.</param>
    public static Needs Of(PartyState state, Input input, DateOnly today, AllocationOrder order)
    {
        var needs = new Needs(state);
        foreach (var awaited in state.Awaited)
            if (awaited.On <= today || input is Input.Review or Input.Release or AccountInput.Moved) needs.Item(state, awaited.Account, awaited.Number);
        if (input is Input.OfAccount && state.Pending.Count > 0) needs.PendingWork(state);
        foreach (var slice in state.Slices) slice?.Need(needs);
        (input as INeedsRows)?.Need(state, needs);
        switch (input)
        {
            case InvoiceInput.Issued i:
                if (i.Listed is { } row) needs.ListedInvoice(state, i, row);
                else needs.Item(state, i.Account, i.Number);
                if (i is { Listed: { } used, Amount.Minor: 0 }) needs.CashOf(state, CashState.CreditKey(i.Account, used.Number));
                var named = i.Listed is null ? i.Number : ListedItems.NameOf(state, i.Account, i.Listed);
                foreach (var unapplied in state.Unapplied)
                    if (unapplied.Account == i.Account && unapplied.Waiting?.Exists(w => w.Number == i.Number || w.Number == named) == true)
                        needs.CashOf(state, unapplied.Key);
                break;
            case InvoiceInput.Corrected i: needs.ItemAndCash(state, i.Account, i.Invoice); break;
            case InvoiceInput.Cancelled i: needs.ItemAndCash(state, i.Account, i.Invoice); break;
            case ChargeInput.Made i: needs.Item(state, i.Account, i.Number ?? i.Key); if (i.Invoice is { } of) needs.Item(state, i.Account, of); break;
            case ChargeInput.Waived i: needs.Item(state, i.Account, i.Charge); break;
            case WriteOffInput.Made i: needs.Item(state, i.Account, i.Invoice); break;
            case InvoiceInput.OpenBalance { CreditNote: { } credit } i: needs.CashOf(state, CashState.CreditKey(i.Account, credit)); break;
            case InvoiceInput.OpenBalance i: needs.Item(state, i.Account, i.Invoice!); break;
            case PlanInput.Agreed i: needs.ToAgree(state, i, order); break;
            case CreditInput.Granted i:
                if (i.Listed is { } listedCredit) needs.ListedCredit(state, i.Account, listedCredit);
                else needs.Credit(state, i.Account, i.Number, i.IsListed);
                if (i.Invoice is { } credited) needs.Item(state, i.Account, credited);
                break;
            case PaymentInput.Unpaid i:
                needs.ListedItem(state, i.Account, i.Listed);
                needs.ListedPayment(state, i.Account, i.Key, i.Listed);
                break;
            case PaymentInput.Received { For: { Count: > 0 } parts } i:
                if (i.Listed is { } listed)
                {
                    needs.ListedItem(state, i.Account, listed);
                    needs.ListedPayment(state, i.Account, i.Key, listed);
                }
                foreach (var (number, _) in parts) needs.Item(state, i.Account, number);
                break;
            case PaymentInput.Received i: needs.Open(state, i.Account, i.Amount.Currency.Code, i.Amount.Minor, order); break;
            case PaymentInput.Reversed i: needs.CashAndItems(state, i.Account, i.Payment); break;
            case CreditInput.Cancelled i: needs.CashAndItems(state, i.Account, CashState.CreditKey(i.Account, i.CreditNote)); break;
            case PaymentInput.Refunded i:
                if (i.Payment is null && i.CreditNote is null)
                {
                    foreach (var unapplied in state.Unapplied)
                        if (unapplied.Account == i.Account) needs.CashOf(state, unapplied.Key);
                }
                else needs.CashOf(state, i.Payment ?? CashState.CreditKey(i.Account, i.CreditNote!));
                break;
            case PaymentInput.RefundReversed i:
                needs.CashOf(state, i.Refund);
                foreach (var part in state.Cash.GetValueOrDefault(i.Refund)?.From ?? []) needs.CashOf(state, part.Payment);
                break;
            case PaymentInput.AllocationReversed i:
                needs.Item(state, i.Account, i.Invoice);
                needs.CashOf(state, i.Payment ?? CashState.CreditKey(i.Account, i.CreditNote!));
                break;
            case InvoiceInput.CancellationReversed i: needs.ItemAndCash(state, i.Account, i.Invoice); break;
            case ChargeInput.Cancelled i: needs.ItemAndCash(state, i.Account, i.Charge); break;
            case ChargeInput.WaiverReversed i: needs.Item(state, i.Account, i.Charge); break;
            case WriteOffInput.Reversed i: needs.Item(state, i.Account, i.Invoice); break;
            case PaymentInput.Allocated i:
                needs.Item(state, i.Account, i.Invoice);
                needs.CashOf(state, i.Payment ?? CashState.CreditKey(i.Account, i.CreditNote!));
                break;
            case ContactInput.Made: needs.PendingWork(state); break;
            case FileInput.Added i: needs.History = state.History is null && i.NeedsHistory(state); break;
            case MessageInput.Settled i: needs.Message(state, i.Message); break;
            case MessageInput.Bounced i: needs.Message(state, i.Message); break;
            case MessageInput.Delivered i: needs.Message(state, i.Message); break;
            case Input.ChannelResult i:
                needs.Message(state, i.Message);
                if (i.BadAddress is not null) needs.ToDecide(state);
                break;
            case Input.Review: needs.ToDecide(state); break;
            case AccountInput.Moved:
                needs.PendingMessages(state);
                needs.PendingWork(state);
                break;
            case AccountInput.Erasure: needs.PendingMessages(state); break;
            case Input.Release i:
                needs.Message(state, i.Message);
                needs.PendingMessages(state);
                if (state.Messages.TryGetValue(i.Message, out var message) && message.Document is not null) needs.History = state.History is null;
                else if (message is not null)
                    foreach (var account in state.Accounts)
                        if (account.Portfolio == message.Portfolio) needs.Listed(state, account.Account, message.Letter?.PreDueThrough ?? today.Plus(-1));
                // Its address may stop it, and then its step goes by another channel.
                if (state.Contact.OptOuts.Count > 0 || state.Contact.BadAddresses is not null
                    || (message is not null && !PartyAddresses.IsKnownBy(state, message.Channel)))
                    needs.ToDecide(state);
                break;
        }
        return needs;
    }

    public override void Row<TKey, T>(RowKind<TKey, T> kind, TKey key) => Row((Rows<TKey, T>)state.Of(kind), key);

    private void Row<TKey, T>(Rows<TKey, T> known, TKey key) where TKey : notnull where T : class, IFormed<T>
    {
        if (!known.ContainsKey(key) && !known.WasLookedFor(key)) (rows ??= []).Add(known.Needed(key));
    }

    private void Item(PartyState state, string account, string number) => Row(state.Items, (account, number));

    private void ItemAndCash(PartyState state, string account, string number)
    {
        Item(state, account, number);
        foreach (var key in state.Item(account, number)?.AppliedBy ?? []) CashOf(state, key);
    }

    /// <summary>A payment or credit, and the items that it met.</summary>
    private void CashAndItems(PartyState state, string account, string key)
    {
        CashOf(state, key);
        if (!state.Cash.TryGetValue(key, out var cash)) return;
        foreach (var allocation in cash.Allocations) Item(state, account, allocation.Number);
        foreach (var back in cash.Back ?? []) Item(state, account, back.Number);
    }

    private void ListedItem(PartyState state, string account, ListedInvoice row)
    {
        foreach (var name in ListedItems.Names(state, account, row)) Item(state, account, name);
    }

    // What met the item is asked for only where the row changes it.
    private void ListedInvoice(PartyState state, InvoiceInput.Issued i, ListedInvoice row)
    {
        ListedItem(state, i.Account, row);
        if (ListedItems.InstalmentOf(row) is { } instalment) Item(state, i.Account, instalment);
        foreach (var key in ListedItems.StandingInOtherCurrency(state, i.Account, row)?.AppliedBy ?? []) CashOf(state, key);
        if (state.Item(i.Account, ListedItems.NameOf(state, i.Account, row)) is not { AppliedBy: { } keys } item) return;
        if (item.IssuedOn == i.IssuedOn && item.DueOn == i.DueOn && item.Amount == i.Amount.Minor && item.Currency == i.Amount.Currency.Code) return;
        foreach (var key in keys) CashOf(state, key);
    }

    private void Credit(PartyState state, string account, string number, bool isListed)
    {
        CashOf(state, CashState.CreditKey(account, number));
        // Whoever sends a list is told of an invoice by the same number.
        if (isListed) Item(state, account, number);
    }

    private void ListedCredit(PartyState state, string account, ListedCredit row)
    {
        foreach (var name in ListedItems.CreditNames(state, account, row)) CashOf(state, CashState.CreditKey(account, name));
        Item(state, account, ListedItems.CreditNameOf(state, account, row));
    }

    private void ListedPayment(PartyState state, string account, string key, ListedInvoice row)
    {
        foreach (var known in ListedItems.PaymentKeysOf(state, account, key, row))
            foreach (var name in ListedItems.PaymentKeys(known))
            {
                CashAndItems(state, account, name);
                if (!state.Cash.TryGetValue(name, out var cash) || !cash.Reversed) break;
            }
    }

    private void CashOf(PartyState state, string key) => Row(state.Cash, key);

    private void Message(PartyState state, string id)
    {
        if (state.Messages.TryGetValue(id, out var known))
            foreach (var number in known.Document?.Numbers ?? []) Item(state, known.Account, number);
        else Row(state.Messages, id);
    }

    private void PendingMessages(PartyState state)
    {
        foreach (var pending in state.Pending)
            if (pending.Kind is "message" or "document") Message(state, pending.Id);
    }

    private void ToAgree(PartyState state, PlanInput.Agreed i, AllocationOrder order)
    {
        foreach (var number in i.Items ?? []) Item(state, i.Account, number);
        if (i.Interest is not null) Item(state, i.Account, PlanChapter.InterestOf(i.Key));
        if (i.Items is not null) return;
        foreach (var awaited in state.Awaited)
            if (awaited.Account == i.Account) Item(state, awaited.Account, awaited.Number);
        foreach (var currency in state.Exposures.Where(e => e.Account == i.Account).Select(e => e.Currency).Distinct(StringComparer.Ordinal))
            Open(state, i.Account, currency, long.MaxValue, order);
    }

    private void Work(PartyState state, string id) => Row(state.WorkItems, id);

    /// <summary>What deciding looks at beside the header.</summary>
    private void ToDecide(PartyState state)
    {
        foreach (var awaited in state.Awaited) Item(state, awaited.Account, awaited.Number);
        PendingWork(state);
        foreach (var documents in state.Documents ?? [])
            foreach (var number in documents.ToDeliver ?? []) Item(state, documents.Account, number);
    }

    private void PendingWork(PartyState state)
    {
        foreach (var pending in state.Pending)
            if (pending.Kind is "work" or "reply") Work(state, pending.Id);
    }

    /// <summary>
    /// Open items oldest first until they cover the amount. Header sums tell up to which due day; items with
    /// movements still to come are loaded too, since they may be open already or no longer.
    /// </summary>
    private void Open(PartyState state, string account, string currency, long minor, AllocationOrder order)
    {
        foreach (var awaited in state.Awaited)
            if (awaited.Account == account) Item(state, account, awaited.Number);
        long covered = 0;
        var through = DateOnly.MinValue;
        foreach (var exposure in state.Exposures)
        {
            if (exposure.Account != account || exposure.Currency != currency) continue;
            if (covered >= minor && exposure.DueOn > through) break;
            through = exposure.DueOn;
            covered += exposure.Minor;
        }
        // A balance already reduced by a payment dated ahead counts in the header still, so cover it generously.
        // Which of them are charges the header does not know: where those come first, all are looked at.
        if (state.Awaited.Count > 0 || order == AllocationOrder.ChargesFirst) through = DateOnly.MaxValue;
        if (through == DateOnly.MinValue) return;
        if (state.OpenLoadedThrough.GetValueOrDefault((account, currency)) < through)
            (openItems ??= []).Add(new OpenItemsWanted(account, currency, through, int.MaxValue));
    }

    private void Listed(PartyState state, string account, DateOnly through)
    {
        if (!state.OpenLoadedThrough.ContainsKey((account, ""))) (openItems ??= []).Add(new OpenItemsWanted(account, null, through, ListedItemsMax));
    }
}
