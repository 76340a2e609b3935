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

/// <summary>What people and lists tell of invoices, and of what is open of an item.</summary>
public abstract record InvoiceInput : Input.OfAccount
{
    private InvoiceInput() { }

    /// <summary>An invoice as issued: its amount with tax; lines add up to it with the tax or without.</summary>
    public sealed record Issued : InvoiceInput
    {
        public required string Number { get; init; }
        public required DateOnly IssuedOn { get; init; }
        public required DateOnly DueOn { get; init; }
        public required Money Amount { get; init; }
        public string? Order { get; init; }
        public string? Terms { get; init; }
        public Money? Tax { get; init; }
        public DateOnly? ServicedOn { get; init; }
        public DateOnly? DeliveredOn { get; init; }
        public IReadOnlyList<(string Description, Money Amount)>? Lines { get; init; }

        /// <summary>The row of a list that is followed; null: it is a document of its own.</summary>
        public ListedInvoice? Listed { get; init; }
        public override DateOnly? EffectiveOn => IssuedOn;
        public override bool Follows => Listed is not null;
    }

    /// <summary>The right amount or due date of an invoice, in place of the ones before; null leaves it.</summary>
    public sealed record Corrected : InvoiceInput
    {
        public required string Invoice { get; init; }
        public required DateOnly On { get; init; }
        public Money? Amount { get; init; }
        public DateOnly? DueOn { get; init; }
        public string? Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>An invoice that should never have been.</summary>
    public sealed record Cancelled : InvoiceInput
    {
        public required string Invoice { get; init; }
        public required DateOnly On { get; init; }
        public string? Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>An invoice or charge that was cancelled by mistake stands again.</summary>
    public sealed record CancellationReversed : InvoiceInput
    {
        public required string Invoice { get; init; }
        public required DateOnly On { get; init; }
        public required string Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>What an outside ledger says is open of an item on a day.</summary>
    public sealed record OpenBalance : InvoiceInput
    {
        /// <summary>The item; null: it is about a credit.</summary>
        public string? Invoice { get; init; }
        public string? CreditNote { get; init; }
        public required DateOnly On { get; init; }
        public required Money Balance { get; init; }
        public required string Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }
}

/// <summary>What happened to invoices, and to what is open of an item.</summary>
public abstract record InvoiceEvent : Event
{
    private InvoiceEvent() { }

    /// <summary>Open from its issue date on. The lines and the tax are kept as given; nothing folds them.</summary>
    public sealed record Issued(string Number, DateOnly IssuedOn, DateOnly DueOn, long Minor, string Currency) : InvoiceEvent
    {
        public string? Order { get; init; }
        public string? Terms { get; init; }
        public long? TaxMinor { get; init; }
        public DateOnly? ServicedOn { get; init; }
        public DateOnly? DeliveredOn { get; init; }
        public IReadOnlyList<InvoiceLine>? Lines { get; init; }

        /// <summary>To be sent to the customer: its portfolio delivered invoices when it came, and it was new.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Deliver { get; init; }

        /// <summary>It is the one that was cancelled just before, of which the day of issue alone was wrong.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool DayCorrected { get; init; }

        internal override bool HasWords => Order is not null || Terms is not null || Lines is not null;

        internal override Event WithWords(Func<string, string> change) => this with
        {
            Order = Order is null ? null : change(Order),
            Terms = Terms is null ? null : change(Terms),
            Lines = Lines?.Select(l => l with { Description = change(l.Description) }).ToList(),
        };
    }

    /// <summary>
    /// The invoice's amount or due date was set right. <see cref="MinorDelta"/> is new less old amount, a null due date leaves it;
    /// <see cref="Released"/> is what had been applied beyond the new amount and went back to unapplied cash.
    /// </summary>
    public sealed record Corrected(string Number, long MinorDelta, DateOnly? DueOn, IReadOnlyList<Released>? Released, string? Reason) : InvoiceEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }

    /// <summary>The invoice should never have been: its open rest goes, what was applied to it is released.</summary>
    public sealed record Cancelled(string Number, long MinorDelta, IReadOnlyList<Released>? Released, string? Reason) : InvoiceEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }

    /// <summary>A cancellation was a mistake: the invoice or charge stands again, over so much.</summary>
    public sealed record CancellationReversed(string Number, long MinorDelta, string Reason) : InvoiceEvent
    {
        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason) };
    }

    /// <summary>An outside ledger says that the open balance is another; the difference has no document. Minor is the change.</summary>
    public sealed record Adjusted(string Number, long Minor, string Reason) : InvoiceEvent
    {
        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason) };
    }
}

/// <summary>A line as the document has it, in minor units of the invoice's currency; may be negative.</summary>
public sealed record InvoiceLine(string Description, long Minor);

/// <summary>Invoices: issued, corrected, cancelled, and standing again; and what an outside ledger says is open of an item.</summary>
public static class InvoiceChapter
{
    internal const string ByList = "the list says otherwise";

    /// <summary>Invoices less credit notes and cancellations, without charges.</summary>
    public static readonly Measure Sales = Measure.Money(2, "sales", "invoices");

    internal static readonly Measure[] Measures = [Sales, InvoiceCycle.InvoicedAfter];

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("invoice", "an invoice was issued", true,
        [
            Need("number", Text, "unique within the account") with { LengthMax = 100 },
            Need("issued_on", Date, "the invoice's date"),
            Need("due_on", Date, "not before the issue date"),
            .. AmountAndCurrency,
            May("order", Text, "the customer's order number") with { LengthMax = 100 },
            May("terms", Text, "payment terms, such as net 30") with { LengthMax = 100 },
            May("tax", Amount, "tax contained in the amount"),
            May("serviced_on", Date, "the day of the service or order"),
            May("delivered_on", Date, "the day the invoice reached the customer"),
            May("lines", Lines, "description and amount each; with the tax, or without, they add up to the amount"),
        ], BuildInvoice),
        InputKind.Of("invoice_corrected", "sets an invoice's amount or due date right", true,
        [
            Need("invoice", Text, "its number") with { LengthMax = 100 }, OnDay,
            May("amount", Amount, "the right amount"), May("currency", FieldType.Currency, "with an amount"),
            May("due_on", Date, "the right due date"), May("reason", Text, "why"),
        ], d =>
        {
            if (!d.Has("amount") && !d.Has("due_on")) d.Problem(null, "corrects nothing: give amount or due_on");
            return new InvoiceInput.Corrected { Key = "", Account = d.Need("account"), Invoice = d.Need("invoice"), On = d.NeedDate("on"),
                Amount = d.MoneyOrNull("amount", zeroAllowed: true), DueOn = d.Date("due_on"), Reason = d.Text("reason") };
        }),
        InputKind.Of("invoice_cancelled", "an invoice that should never have been", true,
        [Need("invoice", Text, "its number") with { LengthMax = 100 }, OnDay, May("reason", Text, "why")],
        d => new InvoiceInput.Cancelled { Key = "", Account = d.Need("account"), Invoice = d.Need("invoice"), On = d.NeedDate("on"),
            Reason = d.Text("reason") }),
        InputKind.Of("cancellation_reversed", "an invoice or charge that was cancelled by mistake stands again", true,
        [Need("invoice", Text, "number of the item") with { LengthMax = 100 }, OnDay, Need("reason", Text, "why")],
        d => new InvoiceInput.CancellationReversed { Key = "", Account = d.Need("account"), Invoice = d.Need("invoice"), On = d.NeedDate("on"),
            Reason = d.Need("reason") }),
        InputKind.Of("open_balance", "what an outside ledger says is open of an item, or left of a credit; the difference has no document", true,
        [May("invoice", Text, "number of the item") with { LengthMax = 100 }, May("credit_note", Text, "or the credit note's number") with { LengthMax = 100 },
            OnDay, Need("balance", Amount, "zero closes it"), Need("currency", FieldType.Currency, "ISO 4217 code"),
                Need("reason", Text, "where it comes from")],
        d =>
        {
            if (d.Has("invoice") == d.Has("credit_note")) d.Problem("invoice", "give either invoice or credit_note");
            return new InvoiceInput.OpenBalance { Key = "", Account = d.Need("account"), Invoice = d.Text("invoice"), CreditNote = d.Text("credit_note"),
                On = d.NeedDate("on"), Balance = d.Money("balance", zeroAllowed: true), Reason = d.Need("reason") };
        }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("invoice_issued", InvoiceJson.Default.Issued), new("invoice_corrected", InvoiceJson.Default.Corrected),
        new("invoice_cancelled", InvoiceJson.Default.Cancelled), new("cancellation_reversed", InvoiceJson.Default.CancellationReversed),
        new("item_adjusted", InvoiceJson.Default.Adjusted),
    ];

    private static InvoiceInput.Issued BuildInvoice(InputDraft d)
    {
        var issued = d.NeedDate("issued_on");
        var due = d.NeedDate("due_on");
        if (due < issued) d.Problem("due_on", $"{due:yyyy-MM-dd} is before the invoice was issued ({issued:yyyy-MM-dd})");
        // Of nothing is an invoice too: a free month, a sample, one that a discount brought to zero.
        var amount = d.Money("amount", zeroAllowed: true);
        Money? tax = d.Has("tax") ? d.Money("tax", zeroAllowed: true) : null;
        if (tax is { } t && t.Minor > 0 && t.Minor >= amount.Minor) d.Problem("tax", "is not less than the amount");
        List<(string, Money)>? lines = null;
        if (d.Values[d.Kind.Ordinal("lines")] is IReadOnlyList<LineDraft> drafts)
        {
            lines = [.. drafts.Select(l => (l.Description, d.ToMoney("lines", l.Amount, zeroAllowed: true, negativeAllowed: true)))];
            var sum = lines.Sum(l => l.Item2.Minor);
            if (sum != amount.Minor && sum + (tax?.Minor ?? 0) != amount.Minor)
                d.Problem("lines", $"add up to {Money.Format(sum, amount.Currency)}, the amount is "
                    + $"{amount.ToMajorString()}" + (tax is { } x ? $" with tax {x.ToMajorString()}" : ""));
        }
        return new InvoiceInput.Issued
        {
            Key = "", Account = d.Need("account"), Number = d.Need("number"), IssuedOn = issued, DueOn = due, Amount = amount, Order = d.Text("order"),
            Terms = d.Text("terms"),
            Tax = tax, ServicedOn = d.Date("serviced_on"), DeliveredOn = d.Date("delivered_on"), Lines = lines,
        };
    }

    // --- rules ---

    /// <param name="deliver">A new invoice is to be sent to the customer.</param>
    internal static Refused? Handle(Handling work, InvoiceInput input, bool deliver) => input switch
    {
        InvoiceInput.Issued { Listed: not null } i => Follow(work, i, deliver),
        InvoiceInput.Issued i => work.State.Item(i.Account, i.Number) is { } known && (!known.Cancelled || known.Kind != ItemKind.Invoice)
            ? Taken(i, known)
            : Issue(work, i, i.Number, deliver),
        InvoiceInput.Corrected i => Correct(work, i),
        InvoiceInput.Cancelled i => Cancel(work, i),
        InvoiceInput.CancellationReversed i => Reinstate(work, i),
        InvoiceInput.OpenBalance { CreditNote: not null } i => CreditChapter.SetBalance(work, i),
        InvoiceInput.OpenBalance i => SetBalance(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of an invoice"),
    };

    internal static Refused Taken(InvoiceInput.Issued i, ItemState known) =>
        new(Refusal.DuplicateNumber, Describe(known) is var words && known.Kind == ItemKind.Invoice && known.IssuedOn == i.IssuedOn
            && known.Amount == i.Amount.Minor
            ? $"invoice {i.Number} of account {i.Account} is there already under another key, with the same dates and amount"
            : $"number {i.Number} of account {i.Account} is taken by another: {words}; correct it with invoice_corrected, or give this one its own number");

    /// <param name="deliver">It is to be sent to the customer.</param>
    /// <param name="number">Nobody's, or that of an invoice that was cancelled: it is issued again under its number.</param>
    /// <param name="dayCorrected">It is the one that was cancelled just before, with its right day of issue.</param>
    internal static Refused? Issue(Handling work, InvoiceInput.Issued i, string number, bool deliver, bool dayCorrected = false)
    {
        if (work.State.Item(i.Account, number) is { } cancelled && cancelled.Currency != i.Amount.Currency.Code)
            return new Refused(Refusal.WrongCurrency,
                $"invoice {number} was in {cancelled.Currency} before it was cancelled; one in {i.Amount.Currency} needs a number of its own");
        if (TooMuchInAll(work, i.Amount) is { } much) return much;
        // Until it was cancelled the one before was open: both at once never were.
        var again = work.State.Item(i.Account, number) is { CancelledOn: { } until } && !dayCorrected ? Later(i.IssuedOn, until) : i.IssuedOn;
        work.Emit(new InvoiceEvent.Issued(number, i.IssuedOn, i.DueOn, i.Amount.Minor, i.Amount.Currency.Code)
        {
            Order = i.Order, Terms = i.Terms, TaxMinor = i.Tax?.Minor, ServicedOn = i.ServicedOn, DeliveredOn = i.DeliveredOn,
            Lines = i.Lines?.Select(l => new InvoiceLine(l.Description, l.Amount.Minor)).ToList(),
            Deliver = deliver, DayCorrected = dayCorrected,
        }, again);
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

    internal static Refused? Correct(Handling work, InvoiceInput.Corrected i)
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
            if (redated) work.Emit(new InvoiceEvent.Corrected(item.Number, 0, dueOn, null, reason), on);
            (on, redated) = (open, false);
        }
        work.Emit(new InvoiceEvent.Corrected(item.Number, delta, redated ? dueOn : null, released, reason), on);
        return null;
    }

    internal static Refused? Cancel(Handling work, InvoiceInput.Cancelled i)
    {
        if (FindInvoice(work, i.Account, i.Invoice, out var item) is { } refused) return refused;
        // An invoice of a day that no fact may have any more is cancelled on that day.
        var on = item.IssuedOn > DateBounds.Last && i.On < item.IssuedOn ? item.IssuedOn : i.On;
        if (CanBeCancelled(work, item, on) is { } standing) return standing;
        // What was adjusted or credited without a document that could be released stays in its place.
        var held = Held(work, item);
        var released = Release(work, item, held);
        var amount = item.Balance + held;
        work.Emit(new InvoiceEvent.Cancelled(i.Invoice, -amount, released, i.Reason), Later(on, OpenFrom(work, item, amount, released)));
        // Money that never came, as where a list was wrong, would cover what others owe.
        foreach (var (key, minor) in released ?? [])
            if (work.State.Cash[key].Kind == CashKind.Payment)
                work.Remarks.Add($"account {i.Account}: {Format(minor, item)} of payment {key} are on no invoice now, and count as credit; where that money "
                    + "never came, send payment_reversed");
        return null;
    }

    internal static Refused? Reinstate(Handling work, InvoiceInput.CancellationReversed i)
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
        Reinstate(work, item, i.On, i.Reason);
        return null;
    }

    private static void Reinstate(Handling work, ItemState item, DateOnly from, string reason)
    {
        work.Emit(new InvoiceEvent.CancellationReversed(item.Number, item.CancelledMinor, reason), from);
        // What it had gone from is put back, as far as nobody has used it since: an invoice that was paid is paid.
        foreach (var key in item.AppliedBy ?? [])
        {
            var cash = work.State.Cash[key];
            var on = from > cash.On ? from : cash.On;
            // What met it last goes back first, as it was: in time stays in time.
            foreach (var was in (cash.Back ?? []).Where(b => b.Number == item.Number && !b.Recovery).Reverse().ToList())
            {
                var part = Math.Min(Math.Min(was.Minor, cash.UnappliedFrom(on)), item.Balance);
                if (part > 0) PaymentChapter.Apply(work, cash, item, part, on, on == from ? was.FirstOn : null);
            }
        }
    }

    internal static Refused? SetBalance(Handling work, InvoiceInput.OpenBalance i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Invoice!, out var item) is { } refused) return refused;
        if (i.Balance.Currency.Code != item.Currency) return WrongCurrency(item, i.Balance);
        if (i.On < item.IssuedOn) return ItemGuards.BeforeDocument(item, i.On);
        if (TooMuchInAll(work, i.Balance) is { } much) return much;
        var (balance, writtenOff) = (item.BalanceOn(i.On), Movements.SumOn(item.WriteOffs, i.On));
        var said = ListedItems.OpenBy(i.Balance.Minor, balance, writtenOff);
        if (said != i.Balance.Minor)
            work.Remarks.Add($"account {i.Account}: {ListedItems.WrittenOffHere(item, i.Balance.Minor, said, i.On)}");
        // What took effect since that day stays as it is.
        var delta = said - balance;
        if (delta < 0 && Movements.LeastFrom(item.Movements, i.On) + delta < 0)
            return new Refused(Refusal.MoreThanOpen,
                $"of {i.Invoice} {Format(item.BalanceOn(i.On), item)} were open on {i.On:yyyy-MM-dd} and {Format(item.Balance, item)} are after what was "
                    + $"recorded since; {Format(i.Balance.Minor, item)} on that day would leave less than nothing");
        if (delta != 0) work.Emit(new InvoiceEvent.Adjusted(i.Invoice!, delta, i.Reason));
        return null;
    }

    // --- lists that are followed ---

    private static Refused? Follow(Handling work, InvoiceInput.Issued i, bool deliver)
    {
        var name = ListedItems.NameOf(work.State, i.Account, i.Listed!);
        if (ListedItems.StandingInOtherCurrency(work.State, i.Account, i.Listed!) is { } other) return InOtherCurrency(work, i, other, name);
        if (work.State.Item(i.Account, name) is not { } item)
        {
            // What is left of a credit note falls to nothing: without its minus it is no invoice.
            if (i.Amount.Minor == 0 && CreditChapter.UseUp(work, i)) return null;
            if (Issue(work, i, name, deliver) is { } never) return never;
            if (work.State.Unapplied.Exists(u => u.Key == CashState.CreditKey(i.Account, i.Listed!.Number))) RemarkOfCredit(work, i.Account, i.Listed!.Number);
            return null;
        }
        if (item.Kind != ItemKind.Invoice) return Taken(i, item);
        if (item.Cancelled)
        {
            // Who cancelled it here knows more than a list that says what it said before.
            if (ListedItems.IsCancelled(work.State, item, i, i.Listed!)) return null;
            if (ListedItems.MirrorOf(work.State, item, item.CancelledMinor) is null || item.IssuedOn != i.IssuedOn) return Issue(work, i, name, deliver);
            Reinstate(work, item, Later(work.Today, item.CancelledOn!.Value), ByList);
        }
        if (ListedItems.MirrorOf(work.State, item, item.Amount) is not null) RemarkOfCredit(work, i.Account, item.Number);
        if (i.Amount.Currency.Code != item.Currency)
            return InOtherCurrency(work, i, item, ListedItems.OfCurrency(item.Number, i.Amount.Currency.Code));
        if (item.IssuedOn != i.IssuedOn)
        {
            if (CanNotBeOf(work, item, i.IssuedOn) is { } why)
                work.Remarks.Add($"account {i.Account}: invoice {item.Number} is of {item.IssuedOn:yyyy-MM-dd} here, of {i.IssuedOn:yyyy-MM-dd} in the list: "
                    + $"{why}, so it stays of {item.IssuedOn:yyyy-MM-dd}");
            else if (IssueAnew(work, i, item, deliver) is { } refused) return refused;
            item = work.State.Items[(i.Account, name)];
        }
        var on = work.Today > item.IssuedOn ? work.Today : item.IssuedOn;
        var due = i.DueOn < item.IssuedOn ? item.IssuedOn : i.DueOn;
        return CorrectItem(work, item, on, i.Amount, due, ByList);
    }

    /// <param name="name">Of what the row makes once what stands in the other currency is cancelled.</param>
    private static Refused InOtherCurrency(Handling work, InvoiceInput.Issued i, ItemState item, string name)
    {
        var credit = CashState.CreditKey(i.Account, "");
        var paid = (item.AppliedBy ?? []).Where(key => !key.StartsWith(credit, StringComparison.Ordinal)
            && work.State.Cash[key].Allocations.Exists(a => a.Number == item.Number)).ToList();
        return new Refused(Refusal.WrongCurrency, $"invoice {item.Number} is in {item.Currency} here, in {i.Amount.Currency} in the list, "
            + $"and a number keeps its currency: cancel it with invoice_cancelled and import the list again, which makes it "
            + name
            + (paid.Count == 0 ? "" : ". What this list told of as paid is taken back by that; where another does, or the number is another then, send "
                + $"payment_reversed for payment {string.Join(", ", paid)}"));
    }

    private static void RemarkOfCredit(Handling work, string account, string number) =>
        work.Remarks.Add($"account {account}: {number} is a credit note here, and an invoice in the list now: both stand. "
            + $"Where the list's amount had a wrong sign before, send credit_note_cancelled for credit note {number}");

    /// <summary>
    /// Another day of issue: the document with the wrong one never was. All else of it is as it was, and stays so: what had met it
    /// meets the right one on its day, and dunning goes on where it stands. What the row says besides is a correction of today.
    /// </summary>
    private static Refused? IssueAnew(Handling work, InvoiceInput.Issued i, ItemState item, bool deliver)
    {
        var released = Release(work, item, Held(work, item));
        var metBefore = (released ?? []).ToDictionary(r => r.Payment, r => work.State.Cash[r.Payment].Back?.Count ?? 0, StringComparer.Ordinal);
        var issued = Movements.SumOn(WithoutCash(work, item), item.IssuedOn);
        work.Emit(new InvoiceEvent.Cancelled(item.Number, -issued, released, $"issued on {i.IssuedOn:yyyy-MM-dd}: {ByList}"), item.IssuedOn);
        var was = i with { Amount = new Money(issued, i.Amount.Currency), DueOn = item.DueOn < i.IssuedOn ? i.DueOn : item.DueOn };
        if (Issue(work, was, item.Number, deliver, dayCorrected: true) is { } refused) return refused;
        // What met it first goes back first, as it was: in time stays in time.
        foreach (var part in Enumerable.Reverse(released ?? []))
        {
            var cash = work.State.Cash[part.Payment];
            foreach (var back in cash.Back!.Skip(metBefore[part.Payment]).Where(b => b.Number == item.Number).Reverse().ToList())
            {
                var anew = work.State.Items[(i.Account, item.Number)];
                var minor = Math.Min(Math.Min(back.Minor, anew.Balance), cash.Unapplied);
                if (minor > 0) PaymentChapter.Apply(work, cash, anew, minor, back.Since, back.MetOn);
            }
        }
        return null;
    }

    /// <summary>Why the item can't be of that day: what can't be put on another had lowered it by then.</summary>
    private static string? CanNotBeOf(Handling work, ItemState item, DateOnly day)
    {
        if (day <= item.IssuedOn) return null;
        foreach (var (on, minor) in item.WriteOffs ?? [])
            if (on < day) return $"{Format(minor, item)} of it were written off on {on:yyyy-MM-dd}, before that day";
        var movements = WithoutCash(work, item);
        Movements.Add(movements, item.IssuedOn, -Movements.SumOn(movements, item.IssuedOn));
        foreach (var (on, minor) in movements)
            if (on < day && Movements.SumOn(movements, on) < 0) return $"{Format(-minor, item)} of it were settled on {on:yyyy-MM-dd}, before that day";
        return null;
    }

    /// <summary>How its balance moved but for what payments and credits have on it.</summary>
    private static List<Movement> WithoutCash(Handling work, ItemState item)
    {
        var movements = new List<Movement>(item.Movements);
        foreach (var key in item.AppliedBy ?? [])
            foreach (var met in work.State.Cash[key].Allocations.Where(a => a.Number == item.Number && !a.Recovery))
                Movements.Add(movements, met.On, met.Minor);
        return movements;
    }

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, InvoiceEvent happened)
    {
        switch (happened)
        {
            case InvoiceEvent.Issued issued:
                if (state.Item(e.Account, issued.Number) is { Cancelled: true } former) IssueAgain(state, e, cells, former, issued);
                else
                    PartyLedger.Issue(state, e, cells, new ItemState
                    {
                        Account = e.Account, Number = issued.Number, Kind = ItemKind.Invoice, Currency = issued.Currency,
                        IssuedOn = issued.IssuedOn, DueOn = issued.DueOn, Amount = issued.Minor,
                    });
                ListedItems.Note(state, e.Account, issued.Number, issued.Currency, isCredit: false);
                Flow(state, e.Account, cells, Sales, e.EffectiveOn, null, issued.Currency, issued.Minor, 1);
                if (issued.ServicedOn is { } serviced) InvoiceCycle.Issue(state, e, cells, issued, serviced);
                break;
            case InvoiceEvent.Corrected corrected:
                PartyLedger.Correct(state, e, cells, corrected.Number, corrected.MinorDelta, corrected.DueOn, corrected.Released, cancelled: false);
                break;
            case InvoiceEvent.Cancelled cancelled:
                PartyLedger.Correct(state, e, cells, cancelled.Number, cancelled.MinorDelta, null, cancelled.Released, cancelled: true);
                break;
            case InvoiceEvent.CancellationReversed reversed: Reinstate(state, e, cells, reversed); break;
            case InvoiceEvent.Adjusted adjusted: Adjust(state, e, cells, adjusted); break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of an invoice");
        }
    }

    // What captures stands in methods of its own: a closure in Fold itself would be made for every event.

    private static void Adjust(PartyState state, Envelope e, CellDeltas cells, InvoiceEvent.Adjusted adjusted)
    {
        Change(state, e, cells, adjusted.Number, (e.EffectiveOn, adjusted.Minor), static (item, by) => item.Move(by.EffectiveOn, by.Minor));
        PartyLedger.Reinstate(state, e, cells, adjusted.Number, adjusted.Minor);
        state.Touch(e);
    }

    /// <summary>A number issued again after its cancellation: what was before stays in the item's past.</summary>
    private static void IssueAgain(PartyState state, Envelope e, CellDeltas cells, ItemState item, InvoiceEvent.Issued invoice)
    {
        // One whose day of issue alone is another was heard of when it was, and its due dates stood when they did.
        if (!invoice.DayCorrected) item.EnteredOn = e.RecordedOn > invoice.DueOn ? e.RecordedOn : null;
        (item.Delivery, item.ServicedOn) = (null, null);
        Change(state, e, cells, invoice.Number, (e.EffectiveOn, invoice), static (i, again) =>
        {
            i.TakeCancellationBack(again.EffectiveOn);
            i.IssuedOn = again.invoice.IssuedOn;
            i.IssuedAgain = true;
            // Of one whose day alone is another, what was corrected since is a part.
            i.ChangeAmount(again.EffectiveOn, again.invoice.Minor - (again.invoice.DayCorrected ? 0 : i.Amount));
            i.Move(again.EffectiveOn, again.invoice.Minor);
            if (!again.invoice.DayCorrected || i.DueOn != again.invoice.DueOn) i.Redate(again.EffectiveOn, again.invoice.DueOn);
        });
        PartyLedger.Reinstate(state, e, cells, item.Number, item.Amount);
        state.Touch(e);
    }

    /// <summary>A cancelled item stands again: its amount is open, and what was to be sent to the customer is to be sent still.</summary>
    internal static void Reinstate(PartyState state, Envelope e, CellDeltas cells, InvoiceEvent.CancellationReversed reversed)
    {
        Change(state, e, cells, reversed.Number, (e.EffectiveOn, reversed.MinorDelta), static (item, by) =>
        {
            item.TakeCancellationBack(by.EffectiveOn);
            item.ChangeAmount(by.EffectiveOn, by.MinorDelta);
            item.Move(by.EffectiveOn, by.MinorDelta);
        });
        var item = state.Items[(e.Account, reversed.Number)];
        if (item.Kind == ItemKind.Invoice) ListedItems.Note(state, e.Account, item.Number, item.Currency, isCredit: false);
        Flow(state, e.Account, cells, Billed(item), e.EffectiveOn, null, item.Currency, reversed.MinorDelta, 1);
        PartyLedger.Reinstate(state, e, cells, reversed.Number, item.BalanceOn(e.EffectiveOn));
        state.Touch(e);
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(InvoiceEvent.Issued))]
[JsonSerializable(typeof(InvoiceEvent.Corrected))]
[JsonSerializable(typeof(InvoiceEvent.Cancelled))]
[JsonSerializable(typeof(InvoiceEvent.CancellationReversed))]
[JsonSerializable(typeof(InvoiceEvent.Adjusted))]
internal sealed partial class InvoiceJson : JsonSerializerContext;
