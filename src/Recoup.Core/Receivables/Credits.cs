using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Parties;
using static Recoup.Core.Inputs.Fields;
using static Recoup.Core.Inputs.FieldType;
using static Recoup.Core.Receivables.ItemGuards;
using static Recoup.Core.Receivables.PartyLedger;

namespace Recoup.Core.Receivables;

/// <summary>What is told of credit notes.</summary>
public abstract record CreditInput : Input.OfAccount
{
    private CreditInput() { }

    /// <summary>A credit, for one invoice or, without one, unapplied.</summary>
    public sealed record Granted : CreditInput
    {
        public required string Number { get; init; }
        public required DateOnly On { get; init; }
        public required Money Amount { get; init; }
        public string? Invoice { get; init; }

        /// <summary>A row of a list that is followed.</summary>
        public bool IsListed { get; init; }

        /// <summary>How the ledger names it; null: <see cref="Number"/> is the one by which it is known here.</summary>
        public ListedCredit? Listed { get; init; }
        public override DateOnly? EffectiveOn => On;
        public override bool Follows => IsListed;
    }

    /// <summary>A credit note that should never have been; <see cref="CreditNote"/> is its number.</summary>
    public sealed record Cancelled : CreditInput
    {
        public required string CreditNote { get; init; }
        public required DateOnly On { get; init; }
        public string? Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }
}

/// <summary>What happened to credit notes.</summary>
public abstract record CreditEvent : Event
{
    private CreditEvent() { }

    /// <summary>A credit was granted: less sales, and less open where it met items at once.</summary>
    public sealed record Granted(string Number, long Minor, string Currency, IReadOnlyList<Applied> Allocations, IReadOnlyList<Named>? Waiting) : CreditEvent;

    /// <summary>A credit note should never have been: it is a sale again, and what it met is open again.</summary>
    public sealed record Cancelled(string Number, long Minor, string Currency, IReadOnlyList<Applied> Undone, string? Reason) : CreditEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }

    /// <summary>An outside ledger says that another sum is left of a credit; the difference has no document. Minor is the change.</summary>
    public sealed record Adjusted(string Number, long Minor, string Reason) : CreditEvent
    {
        /// <summary>A list says that it is of another day; null: of the one before.</summary>
        public DateOnly? IssuedOn { get; init; }

        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason) };
    }
}

/// <summary>Credit notes: they meet an item as cash does, and are no cash.</summary>
internal static class CreditChapter
{
    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("credit_note", "a credit was granted; a minus before its amount, as ledgers print it, changes nothing", true,
        [
            Need("number", Text, "unique within the account") with { LengthMax = 100 }, OnDay, .. AmountAndCurrency,
            May("invoice", Text, "the invoice it credits; else it stands as unapplied credit") with { LengthMax = 100 },
        ], d => new CreditInput.Granted { Key = "", Account = d.Need("account"), Number = d.Need("number"), On = d.NeedDate("on"),
            Amount = d.CreditAmount("amount"), Invoice = d.Text("invoice") }),
        InputKind.Of("credit_note_cancelled", "a credit note that should never have been: what it met is open again", true,
        [Need("credit_note", Text, "its number") with { LengthMax = 100 }, OnDay, May("reason", Text, "why")],
        d => new CreditInput.Cancelled { Key = "", Account = d.Need("account"), CreditNote = d.Need("credit_note"), On = d.NeedDate("on"),
            Reason = d.Text("reason") }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("credit_noted", CreditJson.Default.Granted), new("credit_note_cancelled", CreditJson.Default.Cancelled),
        new("credit_adjusted", CreditJson.Default.Adjusted),
    ];

    // --- rules ---

    internal static Refused? Handle(Handling work, CreditInput input) => input switch
    {
        CreditInput.Granted { IsListed: true } i => Follow(work, i),
        CreditInput.Granted i => Credit(work, i),
        CreditInput.Cancelled i => Cancel(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a credit note"),
    };

    internal static Refused? Credit(Handling work, CreditInput.Granted i)
    {
        if (work.State.Cash.ContainsKey(CashState.CreditKey(i.Account, i.Number)))
            return new Refused(Refusal.DuplicateNumber, $"credit note {i.Number} of account {i.Account} is there already under another key");
        if (i.Invoice is { } number && work.State.Item(i.Account, number) is { } item && item.Currency != i.Amount.Currency.Code)
            return ItemGuards.WrongCurrency(item, i.Amount);
        if (TooMuchInAll(work, i.Amount) is { } much) return much;
        // Without an invoice it stands as unapplied credit until somebody puts it on an item.
        var plan = i.Invoice is null
            ? new AllocationPlan([], [], i.Amount.Minor)
            : AllocationPlan.Make(i.Amount.Minor, i.On, [new Named(i.Invoice, i.Amount.Minor)], n => work.State.Item(i.Account, n), [],
                AllocationOrder.OldestFirst);
        // A credit is no cash: it can't recover what was written off.
        var allocations = plan.Allocations.Where(a => !a.Recovery).ToList();
        work.Emit(new CreditEvent.Granted(i.Number, i.Amount.Minor, i.Amount.Currency.Code, allocations, plan.Waiting.Count == 0 ? null : plan.Waiting));
        return null;
    }

    internal static Refused? Cancel(Handling work, CreditInput.Cancelled i)
    {
        if (PaymentChapter.FindCash(work, i.Account, null, i.CreditNote, out var credit) is { } unknown) return unknown;
        if (credit.Reversed) return new Refused(Refusal.AlreadyReversed, $"credit note {i.CreditNote} was cancelled before");
        if (Movements.MostFrom(credit.Refunds, i.On) is > 0 and var sentBack)
            return new Refused(Refusal.AlreadyRefunded,
                $"of credit note {i.CreditNote} {Format(sentBack, credit.Currency)} were sent to the customer; where that came back, send refund_reversed "
                    + "first");
        if (i.On < credit.On)
            return new Refused(Refusal.BeforeDocument, $"credit note {i.CreditNote} is of {credit.On:yyyy-MM-dd}; it can't be cancelled on {i.On:yyyy-MM-dd}");
        work.Emit(new CreditEvent.Cancelled(i.CreditNote, credit.Minor, credit.Currency, [.. credit.Allocations], i.Reason));
        return null;
    }

    /// <summary>An outside ledger says that of a credit so much is left.</summary>
    internal static Refused? SetBalance(Handling work, InvoiceInput.OpenBalance i)
    {
        if (!work.State.Cash.TryGetValue(CashState.CreditKey(i.Account, i.CreditNote!), out var credit) || credit.Account != i.Account)
            return new Refused(Refusal.UnknownPayment, $"account {i.Account} has no credit note {i.CreditNote}");
        if (i.Balance.Currency.Code != credit.Currency) return WrongCurrency(i.CreditNote!, credit, i.Balance);
        if (i.On < credit.On)
            return new Refused(Refusal.BeforeDocument,
                $"credit note {i.CreditNote} is of {credit.On:yyyy-MM-dd}; nothing can happen to it on {i.On:yyyy-MM-dd}");
        return Adjust(work, i.CreditNote!, credit, i.Balance.Minor - credit.UnappliedOn(i.On), i.On, i.Reason);
    }

    /// <param name="issuedOn">Another day of issue, by which the list knows it from others of its number; null leaves it.</param>
    private static Refused? Adjust(Handling work, string number, CashState credit, long delta, DateOnly on, string reason, DateOnly? issuedOn = null)
    {
        if (delta == 0 && issuedOn is null) return null;
        if (credit.Unapplied + delta < 0)
            return new Refused(Refusal.MoreThanOpen,
                $"of credit note {number} only {Money.Format(credit.Unapplied, Foundation.Currency.Of(credit.Currency))} {credit.Currency} is on "
                    + "no item; what stands on items comes off them first");
        work.Emit(new CreditEvent.Adjusted(number, delta, reason) { IssuedOn = issuedOn }, on > credit.On ? on : credit.On);
        return null;
    }

    private static Refused WrongCurrency(string number, CashState credit, Money amount) =>
        new(Refusal.WrongCurrency, $"{number} is in {credit.Currency}, the amount in {amount.Currency}; money is never applied across currencies");

    // --- lists that are followed ---

    /// <summary>A row over nothing is about the credit note of its number and day: nothing is left of it. False: there is none.</summary>
    internal static bool UseUp(Handling work, InvoiceInput.Issued i)
    {
        var number = i.Listed!.Number;
        if (work.State.Cash.GetValueOrDefault(CashState.CreditKey(i.Account, number)) is not { } credit
            || credit.On != i.IssuedOn || credit.Currency != i.Amount.Currency.Code) return false;
        if (!credit.Reversed) Adjust(work, number, credit, -credit.Unapplied, work.Today, InvoiceChapter.ByList);
        return true;
    }

    /// <summary>
    /// A number that was an invoice and is a credit note now, or the other way round: some ledgers give both one number, in others a
    /// sign was wrong. Both stand, and whoever sent the list is told.
    /// </summary>
    private static Refused? Follow(Handling work, CreditInput.Granted i)
    {
        if (i.Listed is { } row)
        {
            i = i with { Number = ListedItems.CreditNameOf(work.State, i.Account, row) };
            if (ListedItems.StandingInOtherCurrency(work.State, i.Account, row) is { } other)
                return InOtherCurrency(i, other, work.State.Cash[CashState.CreditKey(i.Account, other)], i.Number);
        }
        var known = work.State.Cash.GetValueOrDefault(CashState.CreditKey(i.Account, i.Number));
        if ((known is null ? Credit(work, i) : Follow(work, i, known)) is { } refused) return refused;
        if (work.State.Item(i.Account, i.Number) is { Cancelled: false, Kind: ItemKind.Invoice } item
            && (known is null || ListedItems.MirrorOf(work.State, known, i.Number) is not null))
            work.Remarks.Add($"account {i.Account}: {i.Number} is an invoice over {Format(item.Amount, item)} here, and in the list a credit note over "
                + $"{Format(i.Amount.Minor, i.Amount.Currency.Code)}: both stand. "
                + $"Where the list's amount had a wrong sign before, send invoice_cancelled for {i.Number}; where it has one now, credit_note_cancelled");
        return null;
    }

    private static Refused? Follow(Handling work, CreditInput.Granted i, CashState credit)
    {
        if (i.Amount.Currency.Code != credit.Currency)
            return InOtherCurrency(i, i.Number, credit, ListedItems.OfCurrency(i.Number, i.Amount.Currency.Code));
        // One that was cancelled here stands again from nothing.
        var before = credit.Reversed ? 0 : credit.Minor;
        return Adjust(work, i.Number, credit, i.Amount.Minor - before, work.Today, InvoiceChapter.ByList, i.On == credit.On ? null : i.On);
    }

    /// <param name="name">Of what the row makes once what stands in the other currency is cancelled.</param>
    private static Refused InOtherCurrency(CreditInput.Granted i, string number, CashState credit, string name) =>
        new(Refusal.WrongCurrency, $"credit note {number} is in {credit.Currency} here, in {i.Amount.Currency} in the list, "
            + $"and a number keeps its currency: cancel it with credit_note_cancelled and import the list again, which makes it {name}");

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, CreditEvent happened)
    {
        switch (happened)
        {
            case CreditEvent.Granted credit:
                PaymentChapter.Receive(state, e, cells, CashState.CreditKey(e.Account, credit.Number), CashKind.CreditNote, credit.Currency, credit.Minor,
                    credit.Allocations, credit.Waiting);
                ListedItems.Note(state, e.Account, credit.Number, credit.Currency, isCredit: true);
                Flow(state, e.Account, cells, InvoiceChapter.Sales, e.EffectiveOn, null, credit.Currency, -credit.Minor, 0);
                break;
            case CreditEvent.Adjusted adjusted: Adjust(state, e, cells, adjusted); break;
            case CreditEvent.Cancelled cancelled:
                PaymentChapter.Reverse(state, e, cells, CashState.CreditKey(e.Account, cancelled.Number), cancelled.Undone);
                break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a credit note");
        }
    }

    private static void Adjust(PartyState state, Envelope e, CellDeltas cells, CreditEvent.Adjusted adjusted)
    {
        var credit = state.Cash[CashState.CreditKey(e.Account, adjusted.Number)];
        if (credit.Reversed)
        {
            // Cancelled, it was taken out of sales; from now on it is part of them again.
            (credit.Reversed, credit.Minor) = (false, 0);
            ListedItems.Note(state, e.Account, adjusted.Number, credit.Currency, isCredit: true);
            Flow(state, e.Account, cells, InvoiceChapter.Sales, e.EffectiveOn, null, credit.Currency, -adjusted.Minor, 0);
        }
        credit.Minor += adjusted.Minor;
        if (adjusted.IssuedOn is { } issued) credit.On = issued;
        ChangeUnapplied(state, credit, cells, Waiting(state, credit), [new Movement(e.EffectiveOn, adjusted.Minor)]);
        state.Touch(e);
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CreditEvent.Granted))]
[JsonSerializable(typeof(CreditEvent.Cancelled))]
[JsonSerializable(typeof(CreditEvent.Adjusted))]
internal sealed partial class CreditJson : JsonSerializerContext;
