using Recoup.Core.Foundation;
using Recoup.Core.Cells;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Documents;

/// <summary>What changes the balance of an account.</summary>
public enum MovementKind
{
    Invoice, Charge, Correction, Cancellation, CancellationReversed, ChargeCancellation, Waiver, WaiverReversed, Payment, PaymentReversed, Refund,
    RefundReversed, CreditNote, CreditNoteCancellation, Adjustment,
}

/// <summary>
/// A line of a statement: what changed the balance on a day. <paramref name="Reference"/> is the document's number or the
/// payment's key, <paramref name="For"/> the numbers it was put on or is about. Minor is positive where more is owed,
/// <paramref name="Balance"/> what is owed after the line.
/// </summary>
public sealed record StatementMovement(DateOnly On, MovementKind Kind, string Reference, IReadOnlyList<string> For, long Minor, long Balance);

/// <summary>
/// An item on which something is owed at the end of the statement's last day. Days past due are zero on the due date itself,
/// negative before it.
/// </summary>
/// <param name="Open">What is owed: what is open, and what was written off.</param>
public sealed record StatementItem(string Number, ItemKind Kind, DateOnly IssuedOn, DateOnly DueOn, long Amount, long Open, int DaysPastDue, bool Disputed)
{
    /// <summary>Of that, what the creditor's own books have given up: the customer is told of no such thing.</summary>
    public long WrittenOff { get; init; }
}

/// <summary>
/// A statement in one currency; minor units. <see cref="Opening"/> and the movements come to <see cref="Closing"/>, and so do
/// the items less unapplied cash.
/// </summary>
public sealed record StatementSection(
    Currency Currency, long Opening, IReadOnlyList<StatementMovement> Movements, long Closing, IReadOnlyList<StatementItem> Items, long Unapplied)
{
    public long Open => Items.Sum(i => i.Open);

    /// <summary>Of that, what was written off: the rest is what the ageing table has open.</summary>
    public long WrittenOff => Items.Sum(i => i.WrittenOff);

    /// <summary>What is open by days past due: current, 1 to 30, 31 to 60, 61 to 90, 91 and more.</summary>
    public IReadOnlyList<long> Buckets(DateOnly asOf)
    {
        var buckets = new long[Ageing.BucketNames.Count];
        foreach (var item in Items) buckets[Ageing.Bucket(item.DueOn, asOf)] += item.Open;
        return buckets;
    }
}

/// <summary>
/// A statement of account: what was owed on the eve of a period, what changed it day by day, what is owed at its end
/// and which items that is. By effective date, from the journal of the party as it is known. A write-off is the creditor's
/// own affair and lets the customer out of nothing: neither it nor what recovers it is told, and what was written off is owed.
/// </summary>
/// <param name="From">The first day of the period.</param>
/// <param name="AsOf">Its last.</param>
/// <param name="Sections">One a currency, by its code; a currency with nothing to say has none.</param>
public sealed record AccountStatement(string Account, DateOnly From, DateOnly AsOf, IReadOnlyList<StatementSection> Sections)
{
    /// <summary>The first of the three calendar months that end with the last day's: the period where none was asked for.</summary>
    public static DateOnly UsualFrom(DateOnly asOf) => new DateOnly(asOf.Year, asOf.Month, 1).PlusMonths(-2);

    /// <param name="history">Every event of the account's party, oldest first.</param>
    /// <param name="state">The party as those events make it, with every item and payment.</param>
    public static AccountStatement Of(IReadOnlyList<HistoryEvent> history, PartyState state, string account, DateOnly from, DateOnly asOf)
    {
        var changes = Changes(history, account).Where(c => c.On <= asOf).OrderBy(c => c.On).ToList();
        var sections = new List<StatementSection>();
        var disputed = state.IsDisputedOn(account, asOf);
        foreach (var code in changes.Select(c => c.Currency).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var opening = changes.Where(c => c.Currency == code && c.On < from).Sum(c => c.Minor);
            var balance = opening;
            var movements = changes.Where(c => c.Currency == code && c.On >= from)
                .Select(c => new StatementMovement(c.On, c.Kind, c.Reference, c.For, c.Minor, balance += c.Minor)).ToList();
            var items = state.Items.Values.Where(i => i.Account == account && i.Currency == code && i.OwedOn(asOf) != 0)
                .OrderBy(i => i.DueAt(asOf)).ThenBy(i => i.IssuedOn).ThenBy(i => i.Number, StringComparer.Ordinal)
                .Select(i => new StatementItem(i.Number, i.Kind, i.IssuedOn, i.DueAt(asOf), i.Amount, i.OwedOn(asOf),
                    Ageing.DaysPastDue(i.DueAt(asOf), asOf), disputed || i.IsDisputedOn(asOf))
                {
                    WrittenOff = Movements.SumOn(i.WriteOffs, asOf),
                }).ToList();
            var unapplied = state.Cash.Values.Where(c => c.Account == account && c.Currency == code).Sum(c => c.UnappliedOn(asOf));
            // Counted twice: from the documents above, and from the items as they were folded.
            Invariant.Holds(balance == items.Sum(i => i.Open) - unapplied, $"the statement of {account} comes to {balance} minor units of {code}; its items "
                + $"less unapplied cash to {items.Sum(i => i.Open) - unapplied}");
            if (movements.Count > 0 || items.Count > 0 || unapplied != 0)
                sections.Add(new StatementSection(Currency.Of(code), opening, movements, balance, items, unapplied));
        }
        return new AccountStatement(account, from, asOf, sections);
    }

    private sealed record Change(DateOnly On, string Currency, MovementKind Kind, string Reference, IReadOnlyList<string> For, long Minor);

    /// <summary>
    /// What each document did to the balance, in the order in which it was learned. Write-offs, and what recovers them, do
    /// nothing to it: cash on what was written off lowers what is owed as any cash does.
    /// </summary>
    private static List<Change> Changes(IReadOnlyList<HistoryEvent> history, string account)
    {
        var changes = new List<Change>();
        var currencies = new Dictionary<string, string>(StringComparer.Ordinal);
        var credits = new Dictionary<string, string>(StringComparer.Ordinal);
        var payments = new Dictionary<string, (DateOnly On, string Currency, long Minor)>(StringComparer.Ordinal);
        var metBy = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var onItem = new Dictionary<(string Payment, string Number), long>();
        foreach (var (envelope, @event) in HistoryEvent.InOrder(history))
        {
            if (envelope.Account != account) continue;
            var on = envelope.EffectiveOn;
            switch (@event)
            {
                case InvoiceEvent.Issued e:
                    currencies[e.Number] = e.Currency;
                    Add(on, e.Currency, MovementKind.Invoice, e.Number, [], e.Minor);
                    break;
                case ChargeEvent.Made e:
                    currencies[e.Number] = e.Currency;
                    Add(on, e.Currency, MovementKind.Charge, e.Number, e.Invoice is null ? [] : [e.Invoice], e.Minor);
                    break;
                case InvoiceEvent.Corrected e:
                    Release(e.Number, e.Released);
                    Add(on, currencies[e.Number], MovementKind.Correction, e.Number, [], e.MinorDelta);
                    break;
                case InvoiceEvent.Cancelled e:
                    Release(e.Number, e.Released);
                    Add(on, currencies[e.Number], MovementKind.Cancellation, e.Number, [], e.MinorDelta);
                    break;
                case ChargeEvent.Cancelled e:
                    Release(e.Number, e.Released);
                    Add(on, currencies[e.Number], MovementKind.ChargeCancellation, e.Number, [], e.MinorDelta);
                    break;
                case InvoiceEvent.CancellationReversed e: Add(on, currencies[e.Number], MovementKind.CancellationReversed, e.Number, [], e.MinorDelta); break;
                case InvoiceEvent.Adjusted e: Add(on, currencies[e.Number], MovementKind.Adjustment, e.Number, [], e.Minor); break;
                case ChargeEvent.Waived e: Add(on, currencies[e.Number], MovementKind.Waiver, e.Number, [], -e.Minor); break;
                case ChargeEvent.WaiverReversed e: Add(on, currencies[e.Number], MovementKind.WaiverReversed, e.Number, [], e.Minor); break;
                case CreditEvent.Adjusted e: Add(on, credits[e.Number], MovementKind.Adjustment, e.Number, [], -e.Minor); break;
                case CreditEvent.Granted e:
                    credits[e.Number] = e.Currency;
                    Add(on, e.Currency, MovementKind.CreditNote, e.Number, Met(CashState.CreditKey(account, e.Number), e.Allocations), -e.Minor);
                    break;
                case CreditEvent.Cancelled e:
                    Add(on, e.Currency, MovementKind.CreditNoteCancellation, e.Number, Numbers(e.Undone), e.Minor);
                    break;
                case PaymentEvent.Received e:
                    payments[e.Payment] = (on, e.Currency, e.Minor);
                    Add(on, e.Currency, MovementKind.Payment, e.Payment, Met(e.Payment, e.Allocations), -e.Minor);
                    break;
                // What met nothing when it came says later what it was for.
                case PaymentEvent.CashApplied e: Put(e.Payment, e.Allocation.Number, e.Allocation.Minor); break;
                case PaymentEvent.AllocationReversed e:
                    foreach (var part in e.Parts) Put(e.Payment, part.Number, -part.Minor);
                    break;
                case PaymentEvent.Reversed e:
                    var payment = payments[e.Payment];
                    Add(Later(on, payment.On), payment.Currency, MovementKind.PaymentReversed, e.Payment, Numbers(e.Undone), payment.Minor);
                    break;
                case PaymentEvent.Refunded e: Add(on, e.Currency, MovementKind.Refund, e.Refund, [], e.Minor); break;
                case PaymentEvent.RefundReversed e: Add(on, e.Currency, MovementKind.RefundReversed, e.Refund, [], -e.Minor); break;
                default: break;
            }
        }
        return changes;

        void Add(DateOnly on, string currency, MovementKind kind, string reference, IReadOnlyList<string> about, long minor)
        {
            if (minor != 0) changes.Add(new Change(on, currency, kind, reference, about, minor));
        }

        List<string> Met(string key, IReadOnlyList<Applied> allocations)
        {
            metBy[key] = [];
            foreach (var part in allocations) Put(key, part.Number, part.Minor);
            return metBy[key];
        }

        void Release(string number, IReadOnlyList<Released>? released)
        {
            foreach (var part in released ?? []) Put(part.Payment, number, -part.Minor);
        }

        // What stands on an item is for it; what was taken off it again is not.
        void Put(string key, string number, long minor)
        {
            var there = onItem[(key, number)] = onItem.GetValueOrDefault((key, number)) + minor;
            if (there == 0) metBy[key].Remove(number);
            else if (!metBy[key].Contains(number)) metBy[key].Add(number);
        }
    }

    private static List<string> Numbers(IReadOnlyList<Applied> allocations) => [.. allocations.Select(a => a.Number).Distinct(StringComparer.Ordinal)];

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;
}
