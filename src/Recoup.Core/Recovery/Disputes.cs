using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using static Recoup.Core.Inputs.Fields;

// A field named after a kind of input that it refers to hides that kind inside the record; nothing there needs it.
#pragma warning disable CS0108

namespace Recoup.Core.Recovery;

/// <summary>What people tell of disputes.</summary>
public abstract record DisputeInput : Input.OfAccount
{
    private DisputeInput() { }

    /// <summary>The customer contests an invoice or, without one, the whole account.</summary>
    public sealed record Opened : DisputeInput, INeedsRows
    {
        public string? Invoice { get; init; }
        public required DateOnly On { get; init; }
        public required string Reason { get; init; }

        /// <summary>One of <see cref="DisputeReason.All"/>; null: the reason's words are, or none is known.</summary>
        public string? Code { get; init; }

        /// <summary>The row of a list that is followed, whose invoice it is about; null: it is told by itself.</summary>
        public ListedInvoice? Listed { get; init; }
        public override DateOnly? EffectiveOn => On;
        public override bool Follows => Listed is not null;

        void INeedsRows.Need(PartyState state, RowsNeeded needed)
        {
            if (Listed is { } row) DisputeChapter.NeedItem(state, needed, Account, row);
            else if (Invoice is not null) needed.Row(ReceivableChapter.ItemRows, (Account, Invoice));
        }
    }

    /// <summary>A dispute came to its end; <see cref="Dispute"/> is the key of the input that opened it.</summary>
    public sealed record Closed : DisputeInput, INeedsRows
    {
        public required string Dispute { get; init; }
        public required DateOnly On { get; init; }
        public required string Outcome { get; init; }

        /// <summary>The row of a list that is followed, whose invoice is disputed no more; null: it is told by itself.</summary>
        public ListedInvoice? Listed { get; init; }
        public override DateOnly? EffectiveOn => On;
        public override bool Follows => Listed is not null;

        void INeedsRows.Need(PartyState state, RowsNeeded needed)
        {
            if (Listed is { } row) DisputeChapter.NeedItem(state, needed, Account, row);
            else if (state.Disputes.FirstOrDefault(d => d.Dispute == Dispute) is { Number: { } number } dispute)
                needed.Row(ReceivableChapter.ItemRows, (dispute.Account, number));
        }
    }

    /// <summary>A list that is followed no longer says that an invoice is disputed. Made by the reader of lists alone.</summary>
    public sealed record Unlisted : DisputeInput, INeedsRows
    {
        /// <summary>Stands for its content, which is none.</summary>
        public static readonly byte[] Mark = [.. "no dispute of it"u8];

        public required ListedInvoice Listed { get; init; }
        public override bool TakesBack => true;

        void INeedsRows.Need(PartyState state, RowsNeeded needed) => DisputeChapter.NeedItem(state, needed, Account, Listed);
    }
}

/// <summary>What happened to disputes.</summary>
public abstract record DisputeEvent : Event
{
    private DisputeEvent() { }

    /// <summary>A null number disputes the whole account.</summary>
    public sealed record Opened(string Dispute, string? Number, string Reason) : DisputeEvent
    {
        /// <summary>Why, by <see cref="DisputeReason"/>, which names nobody and so is not sealed as the words are; null: not said.</summary>
        public string? Code { get; init; }

        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason) };
    }

    /// <summary>The last day of the dispute is the day before. Outcome: accepted, partly_accepted, rejected, withdrawn or settled.</summary>
    public sealed record Closed(string Dispute, string? Number, string Outcome) : DisputeEvent
    {
        /// <summary>The list that it was taken from has it no more: should it say so again, another is opened.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Unlisted { get; init; }
    }
}

/// <summary>Why something is contested, from a closed list, so that it can be counted; what the customer said stands beside it in their words.</summary>
/// <param name="Code">As files, events and figures have it; never changed.</param>
/// <param name="Words">For people.</param>
public sealed record DisputeReason(string Code, string Words)
{
    /// <summary>A reason more is a line more. The trade's codes of deductions, in lower case.</summary>
    public static readonly IReadOnlyList<DisputeReason> All =
    [
        new("price", "wrong price"),
        new("discount", "discount missing"),
        new("qty_short", "wrong quantity"),
        new("not_delivered", "not delivered"),
        new("late_delivery", "delivered late"),
        new("damaged", "damaged"),
        new("quality", "poor quality"),
        new("return", "goods returned"),
        new("promo", "promotion"),
        new("rebate", "rebate"),
        new("advertising", "advertising allowance"),
        new("freight", "freight"),
        new("compliance_fine", "fine for a breach of terms"),
        new("tax", "tax"),
        new("withholding", "tax withheld"),
        new("duplicate_billing", "billed twice"),
        new("wrong_customer", "wrong customer"),
        new("no_po", "no order number"),
        new("already_paid", "paid already"),
        new("cash_discount_late", "cash discount taken late"),
        new("bank_fee", "bank fee"),
        new("rounding", "rounding"),
        new("unknown", "not known yet"),
    ];

    public static DisputeReason? Find(string? code) => All.FirstOrDefault(r => r.Code == code);

    /// <summary>What is said of a dispute: the code in words, and the customer's own where they say more.</summary>
    public static string Said(string? code, string words) =>
        Find(code) is not { } reason ? words : words == code || words == reason.Words ? reason.Words : $"{reason.Words}: {words}";
}

/// <summary>A dispute that stands, on one item or, where the number is null, on the whole account.</summary>
public sealed class OpenDispute : IFormed<OpenDispute>
{
    public string Dispute { get; set; } = "";
    public string Account { get; set; } = "";
    public string? Number { get; set; }
    public DateOnly From { get; set; }
    public DateOnly? ClosedOn { get; set; }

    /// <summary>The day on which it was recorded, where that is later than its first.</summary>
    public DateOnly? LearnedOn { get; set; }

    /// <summary>See <see cref="DisputeReason"/>; null: not said.</summary>
    public string? Code { get; set; }

    /// <summary>What was open of the item on its first day, as it was known when the dispute was told of; 0 of a whole account.</summary>
    public long Minor { get; set; }

    /// <summary>Of <see cref="Minor"/>; null of a whole account.</summary>
    public string? Currency { get; set; }

    /// <summary>
    /// Under which it is counted, as it was when the dispute was told of: an account may move, or be put into another segment, later that day or
    /// before a dispute told of ahead begins. Null of a whole account.
    /// </summary>
    public string? Portfolio { get; set; }

    /// <summary>See <see cref="Portfolio"/>.</summary>
    public string? Segment { get; set; }

    /// <summary>From its first day until the day before it was closed.</summary>
    public bool StandsOn(DateOnly day) => From <= day && (ClosedOn is not { } closed || day < closed);

    public static OpenDispute Blank => new();

    public static OpenDispute Form<TForm>(ref TForm f, OpenDispute v) where TForm : IForm, allows ref struct
    {
        v.Dispute = f.Text("dispute", v.Dispute);
        v.Account = f.Word("account", v.Account);
        v.From = f.Day("from", v.From);
        f.BeginRare(8);
        v.Number = f.TextOrNull("number", v.Number);
        v.ClosedOn = f.DayOrNull("closed_on", v.ClosedOn);
        v.LearnedOn = f.DayOrNull("learned_on", v.LearnedOn);
        v.Code = f.WordOrNull("code", v.Code);
        v.Minor = f.Long("minor", v.Minor);
        v.Currency = f.WordOrNull("currency", v.Currency);
        v.Portfolio = f.WordOrNull("portfolio", v.Portfolio);
        v.Segment = f.WordOrNull("segment", v.Segment);
        f.EndRare();
        return v;
    }
}

/// <summary>The disputes of a party that stand, or were closed for a day to come.</summary>
public sealed class DisputeSlice : Slice, IFormed<DisputeSlice>
{
    public List<OpenDispute> Disputes { get; set; } = [];

    public override bool IsEmpty => Disputes.Count == 0;

    public override void Advance(PartyState party, DateOnly from, DateOnly to)
    {
        foreach (var dispute in Disputes)
            if (dispute.ClosedOn <= to) DisputeChapter.Rest(party, dispute);
        Disputes.RemoveAll(d => d.ClosedOn <= to);
    }

    public override void Join(Slice other) => Disputes.AddRange(((DisputeSlice)other).Disputes);

    public static DisputeSlice Blank => new();

    public static DisputeSlice Form<TForm>(ref TForm f, DisputeSlice v) where TForm : IForm, allows ref struct
    {
        v.Disputes = f.List("disputes", v.Disputes);
        return v;
    }
}

/// <summary>Disputes: what the customer contests is not dunned until it is closed.</summary>
public static class DisputeChapter
{
    public static readonly SliceKind<DisputeSlice> Slice = new("disputes", 3);

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("dispute_opened", "the customer contests an item or, without one, the account", true,
        [May("invoice", FieldType.Text, "number of the item") with { LengthMax = 100 }, OnDay,
            May("reason", FieldType.Text, "in their words, or a code; may be left out beside a code"),
            Choice("code", "why, to be counted by; else the reason, where it is one", [.. DisputeReason.All.Select(r => r.Code)])],
        d =>
        {
            if (d.Text("reason") is null && d.Text("code") is null) d.Problem("reason", "is missing: say why in words, or give a code");
            return new DisputeInput.Opened
            {
                Key = "", Account = d.Need("account"), Invoice = d.Text("invoice"), On = d.NeedDate("on"), Code = d.Text("code"),
                Reason = d.Text("reason") ?? d.Text("code") ?? "",
            };
        }),
        InputKind.Of("dispute_closed", "a dispute was settled", true,
        [
            Need("dispute", FieldType.Text, "key of the input that opened it"), OnDay,
            Choice("outcome", "how", "accepted", "partly_accepted", "rejected", "withdrawn", "settled") with { Required = true },
        ],
        d => new DisputeInput.Closed
        {
            Key = "", Account = d.Need("account"), Dispute = d.Need("dispute"), On = d.NeedDate("on"), Outcome = d.Need("outcome"),
        }),
    ];

    internal static readonly EventKind[] Events =
        [new("dispute_opened", DisputeJson.Default.Opened), new("dispute_closed", DisputeJson.Default.Closed)];

    extension(PartyState party)
    {
        /// <summary>Disputes that stand, or were closed for a day to come.</summary>
        public IReadOnlyList<OpenDispute> Disputes => Slice.Of(party)?.Disputes ?? (IReadOnlyList<OpenDispute>)[];

        /// <summary>The account is contested as a whole at the end of the day, and with it each of its items.</summary>
        public bool IsDisputedOn(string account, DateOnly day) =>
            party.Disputes.Any(d => d.Number is null && d.Account == account && d.StandsOn(day))
            || party.Pauses.Any(p => p is { Pause: { Kind: PauseKind.Dispute } pause } && p.Account == account && pause.From <= day && day < pause.To);
    }

    internal static Refused? Handle(Handling work, DisputeInput input) => input switch
    {
        DisputeInput.Opened { Listed: { } row } i => Follow(work, i, row),
        DisputeInput.Opened i => Open(work, i),
        DisputeInput.Closed { Listed: { } row } i => EndListed(work, i.Account, i.Dispute, row, i.Outcome, i.On),
        DisputeInput.Closed i => Close(work, i),
        DisputeInput.Unlisted i => EndListed(work, i.Account, i.Key, i.Listed, "settled", work.Today),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a dispute"),
    };

    private static Refused? Open(Handling work, DisputeInput.Opened i)
    {
        if (i.Invoice is { } number)
        {
            if (ItemGuards.Find(work.State, i.Account, number, out var item) is { } refused) return refused;
            if (i.On < item.IssuedOn) return ItemGuards.BeforeDocument(item, i.On);
        }
        work.Emit(new DisputeEvent.Opened(i.Key, i.Invoice, i.Reason) { Code = CodeOf(i) });
        return null;
    }

    private static string? CodeOf(DisputeInput.Opened i) => i.Code ?? DisputeReason.Find(i.Reason)?.Code;

    private static Refused? Close(Handling work, DisputeInput.Closed i)
    {
        var open = work.State.Disputes.FirstOrDefault(d => d.Dispute == i.Dispute && d.Account == i.Account && d.ClosedOn is null);
        if (open is null) return new Refused(Refusal.UnknownDispute, $"account {i.Account} has no open dispute {i.Dispute}");
        if (i.On < open.From)
            return new Refused(Refusal.BeforeDocument,
                $"dispute {i.Dispute} was opened on {open.From:yyyy-MM-dd}; it can't be closed on {i.On:yyyy-MM-dd}");
        work.Emit(new DisputeEvent.Closed(i.Dispute, open.Number, i.Outcome));
        return null;
    }

    // --- lists that are followed ---

    internal static void NeedItem(PartyState state, RowsNeeded needed, string account, ListedInvoice row)
    {
        foreach (var name in ListedItems.Names(state, account, row)) needed.Row(ReceivableChapter.ItemRows, (account, name));
    }

    /// <summary>
    /// The last dispute that a list told of under the key, and the key that the next would get. Each instalment and each year has its own, as
    /// the invoices' names have.
    /// </summary>
    private static (DisputeSpan? Last, string Next, ItemState? Item) Listed(PartyState state, string account, string key, ListedInvoice row)
    {
        var name = ListedItems.NameOf(state, account, row);
        var item = state.Item(account, name);
        DisputeSpan? last = null;
        foreach (var next in ListedItems.PaymentKeys(key + name[row.Number.Length..]))
        {
            if (item?.Disputes?.Find(d => d.Dispute == next) is not { } span) return (last, next, item);
            last = span;
        }
        throw new System.Diagnostics.UnreachableException();
    }

    /// <summary>Nothing of what a list says of a dispute is new. All that it needs is loaded.</summary>
    public static bool IsSaid(PartyState state, DisputeInput input) => input switch
    {
        DisputeInput.Opened { Listed: { } row } i => Listed(state, i.Account, i.Key, row).Last is { } last && !(last.ClosedOn is not null && last.Unlisted),
        DisputeInput.Closed { Listed: { } row } i => Listed(state, i.Account, i.Dispute, row).Last is not { ClosedOn: null },
        DisputeInput.Unlisted i => Listed(state, i.Account, i.Key, i.Listed).Last is not { ClosedOn: null },
        _ => false,
    };

    /// <summary>Who closed a dispute here knows more than a list that says what it said before; what the list itself took back it may say again.</summary>
    private static Refused? Follow(Handling work, DisputeInput.Opened i, ListedInvoice row)
    {
        if (IsSaid(work.State, i)) return null;
        var (last, next, item) = Listed(work.State, i.Account, i.Key, row);
        if (item is null) return new Refused(Refusal.UnknownItem, $"account {i.Account} has no item {row.Number}");
        var on = last?.ClosedOn is { } closed ? Later(work.Today, closed) : Later(i.On, item.IssuedOn);
        work.Emit(new DisputeEvent.Opened(next, item.Number, i.Reason) { Code = CodeOf(i) }, on);
        return null;
    }

    private static Refused? EndListed(Handling work, string account, string key, ListedInvoice row, string outcome, DateOnly on)
    {
        if (Listed(work.State, account, key, row) is ({ ClosedOn: null } last, _, { } item))
            work.Emit(new DisputeEvent.Closed(last.Dispute, item.Number, outcome) { Unlisted = true }, Later(on, last.From));
        return null;
    }

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, DisputeEvent happened)
    {
        switch (happened)
        {
            case DisputeEvent.Opened opened: Open(state, e, cells, opened); break;
            case DisputeEvent.Closed closed: Close(state, e, cells, closed); break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a dispute");
        }
        state.Touch(e);
    }

    private static void Open(PartyState state, Envelope e, CellDeltas cells, DisputeEvent.Opened dispute)
    {
        var learned = Pause.LateFrom(e.EffectiveOn, e.RecordedOn);
        var open = new OpenDispute
        {
            Dispute = dispute.Dispute, Account = e.Account, Number = dispute.Number, From = e.EffectiveOn, LearnedOn = learned, Code = dispute.Code,
        };
        if (dispute.Number is { } contested && state.Loaded(e.Account, contested) is var item)
        {
            (open.Minor, open.Currency) = (item.BalanceOn(e.EffectiveOn), item.Currency);
            (open.Portfolio, open.Segment) = state.PlaceOn(e.Account, e.EffectiveOn);
        }
        Slice.In(state).Disputes.Add(open);
        DisputeFigures.Open(cells, open);
        if (dispute.Number is { } number)
            Exposures.Change(state, state.Loaded(e.Account, number), cells, new DisputeSpan(dispute.Dispute, e.EffectiveOn) { LearnedOn = learned },
                static (item, span) => (item.Disputes ??= []).Add(span));
    }

    private static void Close(PartyState state, Envelope e, CellDeltas cells, DisputeEvent.Closed closed)
    {
        var disputes = Slice.In(state).Disputes;
        var open = disputes.Find(d => d.Dispute == closed.Dispute)!;
        open.ClosedOn = e.EffectiveOn;
        DisputeFigures.Close(cells, open, closed.Outcome);
        if (e.EffectiveOn <= state.AsOf)
        {
            Rest(state, open);
            disputes.Remove(open);
        }
        if (closed.Number is { } number)
            Exposures.Change(state, state.Loaded(e.Account, number), cells, (closed, e.EffectiveOn),
                static (item, end) =>
                {
                    var span = item.Disputes!.Find(d => d.Dispute == end.closed.Dispute)!;
                    (span.ClosedOn, span.Unlisted) = (end.EffectiveOn, end.closed.Unlisted);
                });
    }

    /// <param name="dispute">Closed. One of a single item rests that item alone, which knows of it.</param>
    internal static void Rest(PartyState state, OpenDispute dispute)
    {
        if (dispute.Number is null)
            PauseChapter.Keep(state, dispute.Account, new Pause(PauseKind.Dispute, dispute.From, dispute.ClosedOn!.Value, dispute.LearnedOn));
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(DisputeEvent.Opened))]
[JsonSerializable(typeof(DisputeEvent.Closed))]
internal sealed partial class DisputeJson : JsonSerializerContext;
