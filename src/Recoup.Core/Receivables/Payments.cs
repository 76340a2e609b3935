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

/// <summary>What is told of cash: it came, came back, was sent back, or is put on an item and taken off.</summary>
public abstract record PaymentInput : Input.OfAccount
{
    private PaymentInput() { }

    /// <summary>Cash came in. Without <see cref="For"/> it meets open items in the policy's order; what is left is unapplied.</summary>
    public sealed record Received : PaymentInput
    {
        public required DateOnly On { get; init; }
        public required Money Amount { get; init; }
        public string? Method { get; init; }
        public IReadOnlyList<(string Invoice, Money Amount)>? For { get; init; }

        /// <summary>The row of a list that is followed; null: it is a payment of its own.</summary>
        public ListedInvoice? Listed { get; init; }
        public override DateOnly? EffectiveOn => On;
        public override bool Follows => Listed is not null;
    }

    /// <summary>A payment came back: what it met is open again.</summary>
    public sealed record Reversed : PaymentInput
    {
        public required string Payment { get; init; }
        public required DateOnly On { get; init; }
        public required string Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>
    /// Unapplied cash or credit was sent back to the customer: of one payment or credit note or, where none is named, of
    /// those of the account that are unapplied, oldest first.
    /// </summary>
    public sealed record Refunded : PaymentInput
    {
        public string? Payment { get; init; }
        public string? CreditNote { get; init; }
        public required DateOnly On { get; init; }
        public required Money Amount { get; init; }
        public string? Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>A refund came back or was a mistake; <see cref="Refund"/> is the key of the input that made it.</summary>
    public sealed record RefundReversed : PaymentInput
    {
        public required string Refund { get; init; }
        public required DateOnly On { get; init; }
        public required string Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>Unapplied cash or credit is put on an item by a person.</summary>
    public sealed record Allocated : PaymentInput
    {
        public string? Payment { get; init; }
        public string? CreditNote { get; init; }
        public required string Invoice { get; init; }
        public required DateOnly On { get; init; }
        public required Money Amount { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>What a payment or credit has on an item is taken off it; without an amount, all of it.</summary>
    public sealed record AllocationReversed : PaymentInput
    {
        public string? Payment { get; init; }
        public string? CreditNote { get; init; }
        public required string Invoice { get; init; }
        public required DateOnly On { get; init; }
        public Money? Amount { get; init; }
        public string? Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>A list that is followed no longer says that an invoice was paid. Made by the reader of lists alone.</summary>
    public sealed record Unpaid : PaymentInput
    {
        /// <summary>Stands for its content, which is none.</summary>
        public static readonly byte[] Mark = [.. "no payment of it"u8];

        public required ListedInvoice Listed { get; init; }

        /// <summary>Only one that came on that day or before is meant: of later ones nothing is said. Null: whichever stands.</summary>
        public DateOnly? Through { get; init; }
        public override bool TakesBack => true;
    }
}

/// <summary>What happened to cash.</summary>
public abstract record PaymentEvent : Event
{
    private PaymentEvent() { }

    /// <summary>Cash came in. Allocations are recorded facts and are never computed again.</summary>
    public sealed record Received(string Payment, long Minor, string Currency, IReadOnlyList<Applied> Allocations, IReadOnlyList<Named>? Waiting) : PaymentEvent
    {
        public string? Method { get; init; }
    }

    /// <summary>A payment came back. <see cref="Undone"/> are exactly that payment's allocations.</summary>
    public sealed record Reversed(string Payment, string Reason, IReadOnlyList<Applied> Undone) : PaymentEvent
    {
        /// <summary>The list that told of the payment says otherwise: it may tell of it again. Null: it came back.</summary>
        public bool? Unlisted { get; init; }

        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason) };
    }

    /// <summary>
    /// Unapplied cash or credit was sent back to the customer, taken from these payments and credits; their parts come to the whole.
    /// <see cref="Refund"/> is the key by which it can come back.
    /// </summary>
    public sealed record Refunded(string Refund, long Minor, string Currency, IReadOnlyList<Released> From, string? Reason) : PaymentEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }

    /// <summary>A refund did not reach the customer, or was a mistake: it is unapplied cash again.</summary>
    public sealed record RefundReversed(string Refund, long Minor, string Currency, IReadOnlyList<Released> From, string Reason) : PaymentEvent
    {
        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason) };
    }

    /// <summary>Of a payment or credit these parts were taken off an item. Each names since when it stood there.</summary>
    public sealed record AllocationReversed(string Payment, string Number, IReadOnlyList<Applied> Parts, string? Reason) : PaymentEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }

    /// <summary>Unapplied cash or credit met an item.</summary>
    public sealed record CashApplied(string Payment, Applied Allocation) : PaymentEvent;
}

/// <summary>Cash: payments, what they meet, what is taken off an item, sent back to the customer or goes back by itself.</summary>
internal static class PaymentChapter
{
    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("payment", "cash came in", true,
        [
            OnDay, .. AmountAndCurrency,
            May("for", Allocations, "what it is for: invoice and amount each; without it, the oldest open items first"),
            May("method", Text, "transfer, card, debit…") with { LengthMax = 40 },
        ], d => new PaymentInput.Received { Key = "", Account = d.Need("account"), On = d.NeedDate("on"), Amount = d.Money("amount"), Method = d.Text("method"),
            For = ReadFor(d) }),
        InputKind.Of("payment_reversed", "a payment came back: its allocations are undone, no others", true,
        [Need("payment", Text, "the payment's key"), OnDay, Need("reason", Text, "returned, chargeback, error…")],
        d => new PaymentInput.Reversed { Key = "", Account = d.Need("account"), Payment = d.Need("payment"), On = d.NeedDate("on"),
            Reason = d.Need("reason") }),
        InputKind.Of("refund", "unapplied cash or credit was sent back to the customer", true,
        [
            May("payment", Text, "the payment's key"), May("credit_note", Text, "or the credit note's number; without either, what is unapplied of the "
                + "account, oldest first") with { LengthMax = 100 },
            OnDay, .. AmountAndCurrency, May("reason", Text, "overpaid, moved away…"),
        ], d =>
        {
            if (d.Has("payment") && d.Has("credit_note")) d.Problem("payment", "give either payment or credit_note, or none of them");
            return new PaymentInput.Refunded
            {
                Key = "", Account = d.Need("account"), Payment = d.Text("payment"), CreditNote = d.Text("credit_note"), On = d.NeedDate("on"),
                    Amount = d.Money("amount"), Reason = d.Text("reason"),
            };
        }),
        InputKind.Of("refund_reversed", "a refund did not reach the customer: it is unapplied again", true,
        [Need("refund", Text, "the refund's key"), OnDay, Need("reason", Text, "returned, error…")],
        d => new PaymentInput.RefundReversed { Key = "", Account = d.Need("account"), Refund = d.Need("refund"), On = d.NeedDate("on"),
            Reason = d.Need("reason") }),
        InputKind.Of("allocation", "puts unapplied cash or credit on an item", true,
        [
            May("payment", Text, "the payment's key"), May("credit_note", Text, "or the credit note's number") with { LengthMax = 100 },
            Need("invoice", Text, "number of the item") with { LengthMax = 100 }, OnDay, .. AmountAndCurrency,
        ], d =>
        {
            if (d.Has("payment") == d.Has("credit_note")) d.Problem("payment", "give either payment or credit_note");
            return new PaymentInput.Allocated { Key = "", Account = d.Need("account"), Payment = d.Text("payment"), CreditNote = d.Text("credit_note"),
                Invoice = d.Need("invoice"), On = d.NeedDate("on"), Amount = d.Money("amount") };
        }),
        InputKind.Of("allocation_reversed", "takes a payment or credit off an item: it is unapplied again", true,
        [
            May("payment", Text, "the payment's key"), May("credit_note", Text, "or the credit note's number") with { LengthMax = 100 },
            Need("invoice", Text, "number of the item") with { LengthMax = 100 }, OnDay,
            May("amount", Amount, "by default all that it has there"), May("currency", FieldType.Currency, "with an amount"), May("reason", Text, "why"),
        ], d =>
        {
            if (d.Has("payment") == d.Has("credit_note")) d.Problem("payment", "give either payment or credit_note");
            return new PaymentInput.AllocationReversed
            {
                Key = "", Account = d.Need("account"), Payment = d.Text("payment"), CreditNote = d.Text("credit_note"), Invoice = d.Need("invoice"),
                    On = d.NeedDate("on"),
                Amount = d.MoneyOrNull("amount"), Reason = d.Text("reason"),
            };
        }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("payment_received", PaymentJson.Default.Received), new("payment_reversed", PaymentJson.Default.Reversed),
        new("refund_made", PaymentJson.Default.Refunded), new("refund_reversed", PaymentJson.Default.RefundReversed),
        new("allocation_reversed", PaymentJson.Default.AllocationReversed), new("cash_applied", PaymentJson.Default.CashApplied),
    ];

    private static List<(string, Money)>? ReadFor(InputDraft d)
    {
        if (d.Values[d.Kind.Ordinal("for")] is not IReadOnlyList<AllocationDraft> drafts) return null;
        var parts = drafts.Select(a => (a.Invoice, d.ToMoney("for", a.Amount))).ToList();
        var sum = parts.Sum(p => p.Item2.Minor);
        if (sum > d.Money("amount").Minor) d.Problem("for", $"names {Money.Format(sum, Foundation.Currency.Of(d.Need("currency")))}, more than the amount");
        return parts;
    }

    // --- rules ---

    /// <param name="order">In which cash meets open items where it names none.</param>
    internal static Refused? Handle(Handling work, PaymentInput input, AllocationOrder order) => input switch
    {
        PaymentInput.Received { Listed: not null } i => Follow(work, i, order),
        PaymentInput.Received i => Receive(work, i, i.Key, order),
        PaymentInput.Unpaid i => TakePaymentBack(work, i),
        PaymentInput.Reversed i => Reverse(work, i),
        PaymentInput.Allocated i => Allocate(work, i),
        PaymentInput.AllocationReversed i => TakeOff(work, i),
        PaymentInput.Refunded i => Refund(work, i),
        PaymentInput.RefundReversed i => ReverseRefund(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of cash"),
    };

    /// <param name="key">By which the payment is known from then on.</param>
    /// <param name="order">In which it meets open items where it names none.</param>
    internal static Refused? Receive(Handling work, PaymentInput.Received i, string key, AllocationOrder order)
    {
        var currency = i.Amount.Currency.Code;
        if (TooMuchInAll(work, i.Amount) is { } much) return much;
        foreach (var (number, _) in i.For ?? [])
            if (work.State.Item(i.Account, number) is { } item && item.Currency != currency) return WrongCurrency(item, i.Amount);
        var plan = AllocationPlan.Make(
            i.Amount.Minor, i.On, i.For?.Select(f => new Named(f.Invoice, f.Amount.Minor)).ToList(), number => work.State.Item(i.Account, number),
            work.State.Items.Values.Where(item => item.Account == i.Account && item.Currency == currency && item.Balance > 0), order);
        work.Emit(new PaymentEvent.Received(key, i.Amount.Minor, currency, plan.Allocations, plan.Waiting.Count == 0
            ? null : plan.Waiting)
        { Method = i.Method });
        return null;
    }

    internal static Refused? Reverse(Handling work, PaymentInput.Reversed i)
    {
        if (!work.State.Cash.TryGetValue(i.Payment, out var cash) || cash.Account != i.Account || cash.Kind != CashKind.Payment)
            return new Refused(Refusal.UnknownPayment, $"account {i.Account} has no payment with the key {i.Payment}");
        if (cash.Reversed) return new Refused(Refusal.AlreadyReversed, $"payment {i.Payment} was reversed before");
        if (Movements.MostFrom(cash.Refunds, i.On) is > 0 and var sentBack)
            return new Refused(Refusal.AlreadyRefunded,
                $"of payment {i.Payment} {Format(sentBack, cash.Currency)} were sent back to the customer. Where that came back, send refund_reversed first; "
                    + "where it did not, send refund_reversed, then this, then a charge over what the customer has kept");
        if (i.On < cash.On)
            return new Refused(Refusal.BeforeDocument, $"payment {i.Payment} came on {cash.On:yyyy-MM-dd}; it can't go back on {i.On:yyyy-MM-dd}");
        work.Emit(new PaymentEvent.Reversed(i.Payment, i.Reason, [.. cash.Allocations]));
        return null;
    }

    internal static Refused? Allocate(Handling work, PaymentInput.Allocated i)
    {
        if (FindCash(work, i.Account, i.Payment, i.CreditNote, out var cash) is { } unknown) return unknown;
        if (ItemGuards.Find(work.State, i.Account, i.Invoice, out var item) is { } refused) return refused;
        if (i.Amount.Currency.Code != item.Currency || cash.Currency != item.Currency) return WrongCurrency(item, i.Amount);
        if (i.Amount.Minor > cash.Unapplied) return new Refused(Refusal.NothingUnapplied, $"only {Format(cash.Unapplied, item)} of it is unapplied");
        if (i.Amount.Minor > item.Balance) return new Refused(Refusal.MoreThanOpen, $"only {Format(item.Balance, item)} of {i.Invoice} is open");
        Apply(work, cash, item, i.Amount.Minor, i.On);
        return null;
    }

    /// <summary>Unapplied cash meets an item: on a day from which both are there, and not before the one that was asked for.</summary>
    /// <param name="metOn">The day on which it had met the item before, where it is put back as it was; null: it was not there.</param>
    internal static void Apply(Handling work, CashState cash, ItemState item, long minor, DateOnly on, DateOnly? metOn = null)
    {
        var asked = on;
        on = new[] { on, cash.On, item.IssuedOn, Movements.EnoughFrom(cash.Moves, minor), Movements.EnoughFrom(item.Movements, minor) }.Max();
        // Where it can't be put back on that day, the item was open meanwhile, and it meets it anew.
        work.Emit(new PaymentEvent.CashApplied(cash.Key, new Applied(item.Number, minor, on) { MetOn = on == asked ? metOn : null }), on);
    }

    internal static Refused? TakeOff(Handling work, PaymentInput.AllocationReversed i)
    {
        if (FindCash(work, i.Account, i.Payment, i.CreditNote, out var cash) is { } unknown) return unknown;
        if (work.State.Item(i.Account, i.Invoice) is not { } item) return new Refused(Refusal.UnknownItem, $"account {i.Account} has no item {i.Invoice}");
        if (i.Amount is { } amount && amount.Currency.Code != item.Currency) return WrongCurrency(item, amount);
        if (i.On < cash.On)
            return new Refused(Refusal.BeforeDocument,
                $"{Name(i.Payment, i.CreditNote)} is of {cash.On:yyyy-MM-dd}; it can't be taken off anything on {i.On:yyyy-MM-dd}");
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
        work.Emit(new PaymentEvent.AllocationReversed(cash.Key, i.Invoice, parts, i.Reason));
        return null;
    }

    internal static Refused? Refund(Handling work, PaymentInput.Refunded i)
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
            if (rest > 0)
                return new Refused(Refusal.NothingUnapplied,
                    $"only {Format(i.Amount.Minor - rest, currency)} of account {i.Account} are unapplied on {i.On:yyyy-MM-dd} and after");
        }
        else
        {
            if (FindCash(work, i.Account, i.Payment, i.CreditNote, out var cash) is { } unknown) return unknown;
            if (currency != cash.Currency)
                return new Refused(Refusal.WrongCurrency,
                    $"{Name(i.Payment, i.CreditNote)} is in {cash.Currency}, the refund in {currency}; send back what came");
            if (i.On < cash.On)
                return new Refused(Refusal.BeforeDocument,
                    $"{Name(i.Payment, i.CreditNote)} is of {cash.On:yyyy-MM-dd}; it can't be sent back on {i.On:yyyy-MM-dd}");
            var free = cash.UnappliedFrom(i.On);
            if (i.Amount.Minor > free)
                return new Refused(Refusal.NothingUnapplied,
                    $"only {Format(free, currency)} of {Name(i.Payment, i.CreditNote)} are unapplied on {i.On:yyyy-MM-dd} and after; what stands on an item "
                        + "is taken off it first, with allocation_reversed");
            from.Add(new Released(cash.Key, i.Amount.Minor));
        }
        work.Emit(new PaymentEvent.Refunded(i.Key, i.Amount.Minor, currency, from, i.Reason));
        return null;
    }

    internal static Refused? ReverseRefund(Handling work, PaymentInput.RefundReversed i)
    {
        if (!work.State.Cash.TryGetValue(i.Refund, out var refund) || refund.Account != i.Account || refund.Kind != CashKind.Refund)
            return new Refused(Refusal.UnknownRefund, $"account {i.Account} has no refund with the key {i.Refund}");
        if (refund.Reversed) return new Refused(Refusal.AlreadyReversed, $"refund {i.Refund} was reversed before");
        if (i.On < refund.On)
            return new Refused(Refusal.BeforeDocument, $"refund {i.Refund} was made on {refund.On:yyyy-MM-dd}; it can't come back on {i.On:yyyy-MM-dd}");
        work.Emit(new PaymentEvent.RefundReversed(i.Refund, refund.Minor, refund.Currency, [.. refund.From!], i.Reason));
        return null;
    }

    /// <summary>The payment of a key or, where none is given, the credit note of a number.</summary>
    internal static Refused? FindCash(Handling work, string account, string? payment, string? creditNote, out CashState cash)
    {
        cash = work.State.Cash.GetValueOrDefault(payment ?? CashState.CreditKey(account, creditNote!))!;
        return cash is null || cash.Account != account || cash.Kind == CashKind.Refund
            ? new Refused(Refusal.UnknownPayment,
                $"account {account} has no {(payment is null ? $"credit note {creditNote}" : $"payment with the key {payment}")}") : null;
    }

    internal static string Name(string? payment, string? creditNote) => payment is null ? $"credit note {creditNote}" : $"payment {payment}";

    // --- lists that are followed ---

    private static Refused? Follow(Handling work, PaymentInput.Received i, AllocationOrder order)
    {
        if (ListedItems.IsSaid(work.State, i)) return null;
        // What the row was in another currency is cancelled; what the list told of as paid for that goes with it.
        TakeBack(work, ListedItems.PaidInOtherCurrency(work.State, i.Account, i.Key, i.Listed!));
        var name = ListedItems.NameOf(work.State, i.Account, i.Listed!);
        if (work.State.Item(i.Account, name) is { } item && item.Currency != i.Amount.Currency.Code) return WrongCurrency(item, i.Amount);
        var known = ListedItems.PaymentKey(work.State, i.Account, i.Key, i.Listed!);
        if (ListedItems.PaymentOf(work.State, known, out _, out var key) is { } paid)
        {
            // It came on another day, or was another sum: the one recorded never was.
            work.Emit(new PaymentEvent.Reversed(paid.Key, InvoiceChapter.ByList, [.. paid.Allocations]) { Unlisted = true }, paid.On);
            ListedItems.PaymentOf(work.State, known, out _, out key);
        }
        if (Receive(work, i with { For = i.For?.Select(part => part.Invoice == i.Listed!.Number ? (name, part.Amount) : part).ToList() }, key, order)
            is { } refused) return refused;
        RemarkOfMet(work, i, name, key);
        return null;
    }

    /// <summary>
    /// A payment that a list tells of finds less open than it pays where it was told of before by other means, such as a bank's
    /// statement. Nobody can tell from here whether it came twice; whoever sent the list is told.
    /// </summary>
    private static void RemarkOfMet(Handling work, PaymentInput.Received i, string name, string key)
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

    private static Refused? TakePaymentBack(Handling work, PaymentInput.Unpaid i)
    {
        TakeBack(work, ListedItems.PaidInOtherCurrency(work.State, i.Account, i.Key, i.Listed));
        TakeBack(work, ListedItems.PaidAgainst(work.State, i));
        return null;
    }

    private static void TakeBack(Handling work, CashState? paid)
    {
        if (paid is not null)
            work.Emit(new PaymentEvent.Reversed(paid.Key, "no longer in the list", [.. paid.Allocations]) { Unlisted = true }, Later(work.Today, paid.On));
    }

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, PaymentEvent happened)
    {
        switch (happened)
        {
            case PaymentEvent.Received received:
                Receive(state, e, cells, received.Payment, CashKind.Payment, received.Currency, received.Minor, received.Allocations, received.Waiting);
                Flow(state, e.Account, cells, ReceivableChapter.CashReceived, e.EffectiveOn, null, received.Currency, received.Minor, 1);
                break;
            case PaymentEvent.CashApplied applied: ApplyUnapplied(state, e, cells, applied); break;
            case PaymentEvent.Reversed reversed:
                Reverse(state, e, cells, reversed.Payment, reversed.Undone);
                state.Cash[reversed.Payment].IsUnlisted = reversed.Unlisted == true;
                break;
            case PaymentEvent.AllocationReversed reversed: TakeOff(state, e, cells, reversed); break;
            case PaymentEvent.Refunded refund: Refund(state, e, cells, refund); break;
            case PaymentEvent.RefundReversed reversed: ReverseRefund(state, e, cells, reversed); break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of cash");
        }
    }

    internal static void Receive(
        PartyState state, Envelope e, CellDeltas cells, string key, CashKind kind, string currency, long minor, IReadOnlyList<Applied> allocations,
            IReadOnlyList<Named>? waiting)
    {
        var cash = new CashState { Key = key, Account = e.Account, Kind = kind, Currency = currency, On = e.EffectiveOn, Minor = minor };
        state.Cash[key] = cash;
        foreach (var allocation in allocations) Meet(state, e, cells, cash, allocation);
        var moves = new List<Movement>(allocations.Count + 1) { new(e.EffectiveOn, minor) };
        foreach (var allocation in allocations) moves.Add(new Movement(allocation.On, -allocation.Minor));
        ChangeUnapplied(state, cash, cells, waiting, moves);
        state.Touch(e);
    }

    internal static void ApplyUnapplied(PartyState state, Envelope e, CellDeltas cells, PaymentEvent.CashApplied applied)
    {
        var cash = state.Cash[applied.Payment];
        Meet(state, e, cells, cash, applied.Allocation);
        ChangeUnapplied(state, cash, cells, Waiting(state, cash)?.FindAll(w => w.Number != applied.Allocation.Number),
            [new Movement(applied.Allocation.On, -applied.Allocation.Minor)]);
        state.Touch(e);
    }

    /// <summary>A payment came back, or a credit note never was: all that it did is undone, from a day on.</summary>
    internal static void Reverse(PartyState state, Envelope e, CellDeltas cells, string key, IReadOnlyList<Applied> parts)
    {
        var cash = state.Cash[key];
        foreach (var undone in parts)
        {
            var on = Later(e.EffectiveOn, undone.On);
            var item = state.Loaded(e.Account, undone.Number);
            if (undone.Recovery) Unrecover(state, e, cells, item, undone.Minor, on, -1);
            else PutBack(state, e, cells, cash, item, undone.Minor, undone.FirstOn, on);
        }
        // Dated before a release, it takes back first what the release then would have: nothing is left to release.
        foreach (var back in cash.Back ?? [])
        {
            if (back.On <= e.EffectiveOn) continue;
            var item = state.Loaded(e.Account, back.Number);
            var earlier = Later(e.EffectiveOn, back.Since);
            if (back.Recovery)
            {
                Unrecover(state, e, cells, item, back.Minor, earlier, -1);
                Unrecover(state, e, cells, item, -back.Minor, back.On, 1);
            }
            else if (cash.Kind == CashKind.Payment)
            {
                PutBack(state, e, cells, cash, item, back.Minor, back.FirstOn, earlier);
                PutBack(state, e, cells, cash, item, -back.Minor, back.FirstOn, back.On);
            }
            // What rose when the credit was taken off was counted then; now it rises earlier, and is counted once.
            else Change(state, e, cells, item.Number, (earlier, back),
                static (i, by) => { i.Move(by.earlier, by.back.Minor); i.Move(by.back.On, -by.back.Minor); });
        }
        if (cash.Kind == CashKind.Payment)
        {
            Flow(state, e.Account, cells, ReceivableChapter.CashReceived, e.EffectiveOn, null, cash.Currency, -cash.Minor, -1);
        }
        else Flow(state, e.Account, cells, InvoiceChapter.Sales, e.EffectiveOn, null, cash.Currency, cash.Minor, 0);
        cash.Reversed = true;
        cash.Allocations.Clear();
        cash.Back = null;
        ChangeUnapplied(state, cash, cells, null, cash.Moves.ConvertAll(m => new Movement(Later(e.EffectiveOn, m.On), -m.Minor)));
        state.Touch(e);
    }

    /// <summary>Parts of a payment or credit go back from an item to unapplied cash; none before it had met the item.</summary>
    internal static void TakeOff(PartyState state, Envelope e, CellDeltas cells, PaymentEvent.AllocationReversed reversed)
    {
        var cash = state.Cash[reversed.Payment];
        var item = state.Loaded(e.Account, reversed.Number);
        var unapplied = new List<Movement>();
        foreach (var part in reversed.Parts)
        {
            var on = Later(e.EffectiveOn, part.On);
            RemovePart(cash, part);
            (cash.Back ??= []).Add(new TakenBack(part.Number, part.Minor, part.On, on, part.Recovery) { MetOn = part.MetOn });
            unapplied.Add(new Movement(on, part.Minor));
            if (part.Recovery) Unrecover(state, e, cells, item, part.Minor, on, -1);
            else PutBack(state, e, cells, cash, item, part.Minor, part.FirstOn, on);
        }
        ChangeUnapplied(state, cash, cells, Waiting(state, cash), unapplied);
        state.Touch(e);
    }

    /// <summary>The last allocation that stands there so, as far as the part goes.</summary>
    internal static void RemovePart(CashState cash, Applied part)
    {
        var at = cash.Allocations.FindLastIndex(a => a.Number == part.Number && a.On == part.On && a.MetOn == part.MetOn && a.Recovery == part.Recovery
            && a.Minor >= part.Minor);
        Foundation.Invariant.Holds(at >= 0, $"payment {cash.Key} has no such part on {part.Number}");
        if (cash.Allocations[at].Minor == part.Minor) cash.Allocations.RemoveAt(at);
        else cash.Allocations[at] = cash.Allocations[at] with { Minor = cash.Allocations[at].Minor - part.Minor };
    }

    internal static void Refund(PartyState state, Envelope e, CellDeltas cells, PaymentEvent.Refunded refund)
    {
        state.Cash[refund.Refund] = new CashState
        {
            Key = refund.Refund, Account = e.Account, Kind = CashKind.Refund, Currency = refund.Currency, On = e.EffectiveOn, Minor = refund.Minor,
            From = [.. refund.From],
        };
        if (state.NotesChanges) state.Cash.Changed.Add(refund.Refund);
        SendBack(state, e, cells, refund.From, refund.Currency, +1);
    }

    internal static void ReverseRefund(PartyState state, Envelope e, CellDeltas cells, PaymentEvent.RefundReversed reversed)
    {
        state.Cash[reversed.Refund].Reversed = true;
        if (state.NotesChanges) state.Cash.Changed.Add(reversed.Refund);
        SendBack(state, e, cells, reversed.From, reversed.Currency, -1);
    }

    /// <summary>Cash leaves (+1) or comes back (-1). A promise that it kept stays kept: what was promised had come.</summary>
    internal static void SendBack(PartyState state, Envelope e, CellDeltas cells, IReadOnlyList<Released> parts, string currency, int sign)
    {
        foreach (var part in parts)
        {
            var cash = state.Cash[part.Payment];
            Movements.Add(cash.Refunds ??= [], e.EffectiveOn, sign * part.Minor);
            if (cash.Refunds.Count == 0) cash.Refunds = null;
            ChangeUnapplied(state, cash, cells, Waiting(state, cash), [new Movement(e.EffectiveOn, -sign * part.Minor)]);
            Flow(state, e.Account, cells, ReceivableChapter.CashReceived, e.EffectiveOn, null, currency, -sign * part.Minor, 0);
        }
        state.Touch(e);
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PaymentEvent.Received))]
[JsonSerializable(typeof(PaymentEvent.Reversed))]
[JsonSerializable(typeof(PaymentEvent.Refunded))]
[JsonSerializable(typeof(PaymentEvent.RefundReversed))]
[JsonSerializable(typeof(PaymentEvent.AllocationReversed))]
[JsonSerializable(typeof(PaymentEvent.CashApplied))]
internal sealed partial class PaymentJson : JsonSerializerContext;
