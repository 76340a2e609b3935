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

/// <summary>What is told of charges.</summary>
public abstract record ChargeInput : Input.OfAccount
{
    private ChargeInput() { }

    /// <summary>A fee, interest or cost: an item of its own, due on its day unless a later one is given.</summary>
    public sealed record Made : ChargeInput
    {
        public string? Number { get; init; }
        public string? Invoice { get; init; }
        public required DateOnly On { get; init; }
        public DateOnly? DueOn { get; init; }
        public required string Kind { get; init; }
        public required Money Amount { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>Lets a charge go; without an amount, all that is open of it.</summary>
    public sealed record Waived : ChargeInput
    {
        public required string Charge { get; init; }
        public required DateOnly On { get; init; }
        public Money? Amount { get; init; }
        public string? Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>What was let go of a charge is owed again; without an amount, all of it.</summary>
    public sealed record WaiverReversed : ChargeInput
    {
        public required string Charge { get; init; }
        public required DateOnly On { get; init; }
        public Money? Amount { get; init; }
        public required string Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>A charge that should never have been.</summary>
    public sealed record Cancelled : ChargeInput
    {
        public required string Charge { get; init; }
        public required DateOnly On { get; init; }
        public string? Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }
}

/// <summary>What happened to charges.</summary>
public abstract record ChargeEvent : Event
{
    private ChargeEvent() { }

    /// <summary>A fee, interest or cost on an item: an item of its own, never part of sales.</summary>
    public sealed record Made(string Number, string Kind, string? Invoice, DateOnly DueOn, long Minor, string Currency) : ChargeEvent;

    /// <summary>A charge was let go, by so much of what was open of it.</summary>
    public sealed record Waived(string Number, long Minor, string? Reason) : ChargeEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }

    /// <summary>What was let go of a charge is owed again, by so much.</summary>
    public sealed record WaiverReversed(string Number, long Minor, string Reason) : ChargeEvent
    {
        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason) };
    }

    /// <summary>The charge should never have been: its open rest goes, what was applied to it is released.</summary>
    public sealed record Cancelled(string Number, long MinorDelta, IReadOnlyList<Released>? Released, string? Reason) : ChargeEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }
}

/// <summary>Charges: costs and interest put on an account, let go or cancelled. They are never part of sales.</summary>
internal static class ChargeChapter
{
    /// <summary>Charges less what was waived or cancelled of them, on the day of each: what was billed beside sales.</summary>
    public static readonly Measure Charged = Measure.Money(110, "charged", "charges");

    internal static readonly Measure[] Measures = [Charged];

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("charge", "a fee, interest or cost: an item of its own", true,
        [
            May("number", Text, "by default the key") with { LengthMax = 100 }, May("invoice", Text, "the invoice it came "
                + "from") with { LengthMax = 100 }, OnDay,
            May("due_on", Date, "by default the day itself"), Choice("kind", "what it is", "fee", "interest", "cost") with { Required = true },
                .. AmountAndCurrency,
        ], d =>
        {
            if (d.Date("due_on") is { } due && due < d.NeedDate("on")) d.Problem("due_on", "is before the day of the charge");
            return new ChargeInput.Made { Key = "", Account = d.Need("account"), Number = d.Text("number"), Invoice = d.Text("invoice"), On = d.NeedDate("on"),
                DueOn = d.Date("due_on"), Kind = d.Need("kind"), Amount = d.Money("amount") };
        }),
        InputKind.Of("waiver", "lets a charge go, in part or whole", true,
        [Need("charge", Text, "number of the charge") with { LengthMax = 100 }, OnDay, May("amount", Amount, "by default its whole "
            + "balance"), May("currency", FieldType.Currency, "with an amount"), May("reason", Text, "why")],
        d => new ChargeInput.Waived { Key = "", Account = d.Need("account"), Charge = d.Need("charge"), On = d.NeedDate("on"), Amount = d.MoneyOrNull("amount"),
            Reason = d.Text("reason") }),
        InputKind.Of("waiver_reversed", "what was let go of a charge is owed again, in part or whole", true,
        [
            Need("charge", Text, "number of the charge") with { LengthMax = 100 }, OnDay, May("amount", Amount, "by default all that was let go"),
            May("currency", FieldType.Currency, "with an amount"), Need("reason", Text, "why"),
        ],
        d => new ChargeInput.WaiverReversed { Key = "", Account = d.Need("account"), Charge = d.Need("charge"), On = d.NeedDate("on"),
            Amount = d.MoneyOrNull("amount"), Reason = d.Need("reason") }),
        InputKind.Of("charge_cancelled", "a charge that should never have been", true,
        [Need("charge", Text, "number of the charge") with { LengthMax = 100 }, OnDay, May("reason", Text, "why")],
        d => new ChargeInput.Cancelled { Key = "", Account = d.Need("account"), Charge = d.Need("charge"), On = d.NeedDate("on"), Reason = d.Text("reason") }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("charge_made", ChargeJson.Default.Made), new("charge_waived", ChargeJson.Default.Waived),
        new("waiver_reversed", ChargeJson.Default.WaiverReversed), new("charge_cancelled", ChargeJson.Default.Cancelled),
    ];

    // --- rules ---

    internal static Refused? Handle(Handling work, ChargeInput input) => input switch
    {
        ChargeInput.Made i => MakeCharge(work, i),
        ChargeInput.Waived i => Waive(work, i),
        ChargeInput.WaiverReversed i => ReverseWaiver(work, i),
        ChargeInput.Cancelled i => Cancel(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a charge"),
    };

    internal static Refused? MakeCharge(Handling work, ChargeInput.Made i)
    {
        var number = i.Number ?? i.Key;
        if (work.State.Item(i.Account, number) is { } known)
            return new Refused(Refusal.DuplicateNumber, $"number {number} of account {i.Account} is taken: {Describe(known)}");
        if (i.Invoice is { } of)
        {
            if (ItemGuards.Find(work.State, i.Account, of, out var item) is { } refused) return refused;
            if (item.Currency != i.Amount.Currency.Code) return WrongCurrency(item, i.Amount);
        }
        if (TooMuchInAll(work, i.Amount) is { } much) return much;
        work.Emit(new ChargeEvent.Made(number, i.Kind, i.Invoice, i.DueOn ?? i.On, i.Amount.Minor, i.Amount.Currency.Code));
        return null;
    }

    internal static Refused? Waive(Handling work, ChargeInput.Waived i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Charge, out var item) is { } refused) return refused;
        if (item.Kind != ItemKind.Charge)
            return new Refused(Refusal.NotACharge, $"{i.Charge} is an invoice; a waiver lets charges go, an invoice is credited or written off");
        if (Reduce(item, i.Amount, i.On, out var minor) is { } too) return too;
        work.Emit(new ChargeEvent.Waived(i.Charge, minor, i.Reason));
        return null;
    }

    internal static Refused? ReverseWaiver(Handling work, ChargeInput.WaiverReversed i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Charge, out var item) is { } refused) return refused;
        if (TakenBack(item, item.Waivers, i.Amount, i.On, Refusal.NotWaived, "waived", out var minor) is { } too) return too;
        work.Emit(new ChargeEvent.WaiverReversed(i.Charge, minor, i.Reason));
        return null;
    }

    internal static Refused? Cancel(Handling work, ChargeInput.Cancelled i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Charge, out var item) is { } refused) return refused;
        if (item.Kind != ItemKind.Charge) return new Refused(Refusal.NotACharge, $"{i.Charge} is an invoice; cancel it with invoice_cancelled");
        if (CanBeCancelled(work, item, i.On) is { } standing) return standing;
        var held = Held(work, item);
        var released = Release(work, item, held);
        var amount = item.Balance + held;
        work.Emit(new ChargeEvent.Cancelled(i.Charge, -amount, released, i.Reason), Later(i.On, OpenFrom(work, item, amount, released)));
        return null;
    }

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, ChargeEvent happened)
    {
        switch (happened)
        {
            case ChargeEvent.Made charge:
                Issue(state, e, cells, new ItemState
                {
                    Account = e.Account, Number = charge.Number, Kind = ItemKind.Charge, Currency = charge.Currency,
                    IssuedOn = e.EffectiveOn, DueOn = charge.DueOn, Amount = charge.Minor,
                });
                Flow(state, e.Account, cells, Charged, e.EffectiveOn, null, charge.Currency, charge.Minor, 1);
                break;
            case ChargeEvent.Waived waived: Waive(state, e, cells, waived.Number, waived.Minor); break;
            case ChargeEvent.WaiverReversed reversed:
                Waive(state, e, cells, reversed.Number, -reversed.Minor);
                Reinstate(state, e, cells, reversed.Number, reversed.Minor);
                break;
            case ChargeEvent.Cancelled cancelled:
                Correct(state, e, cells, cancelled.Number, cancelled.MinorDelta, null, cancelled.Released, cancelled: true);
                break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a charge");
        }
    }

    internal static void Waive(PartyState state, Envelope e, CellDeltas cells, string number, long minor)
    {
        Change(state, e, cells, number, (e.EffectiveOn, minor), static (item, by) =>
        {
            item.ChangeAmount(by.EffectiveOn, -by.minor);
            Movements.Add(item.Waivers ??= [], by.EffectiveOn, by.minor);
            item.Move(by.EffectiveOn, -by.minor);
        });
        Flow(state, e.Account, cells, Charged, e.EffectiveOn, null, state.Loaded(e.Account, number).Currency, -minor, 0);
        state.Touch(e);
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ChargeEvent.Made))]
[JsonSerializable(typeof(ChargeEvent.Waived))]
[JsonSerializable(typeof(ChargeEvent.WaiverReversed))]
[JsonSerializable(typeof(ChargeEvent.Cancelled))]
internal sealed partial class ChargeJson : JsonSerializerContext;
