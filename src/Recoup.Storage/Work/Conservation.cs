using System.Runtime.InteropServices;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;

namespace Recoup.Storage.Work;

/// <summary>
/// The first law, for one party: by currency, invoices + charges + adjustments + refunds - payments - credits - write-offs
/// - waivers = open items - unapplied cash. Counted from the documents of the journal alone, by other code than
/// the fold's, and held against what the fold has open.
/// </summary>
internal sealed class Conservation
{
    /// <summary>Documents in, less documents out, by currency; minor units.</summary>
    private readonly Dictionary<string, long> sums = new(StringComparer.Ordinal);

    // Most documents are never spoken of again: they are looked up by name from the first time on that one is.
    private readonly List<(string Account, string Number, string Currency)> items = [];
    private readonly List<(string Payment, string Currency, long Minor)> payments = [];
    private Dictionary<(string Account, string Number), string>? currencyOf;
    private Dictionary<string, (string Currency, long Minor)>? paymentOf;
    private Dictionary<(string Account, string Number), string>? creditOf;

    public static void Count(Folded folded, string account, Event e)
    {
        if (e is DecisionEvent.Made or AccountEvent.Opened or AccountEvent.Changed or ContactEvent.Made) return;
        if (e is PartyEvent.Left) (folded.Money, folded.LeftMoney) = (null, folded.Money);
        else (folded.Money ??= new Conservation()).Count(account, e);
    }

    /// <summary>The documents of a party that joined are this one's too.</summary>
    public void Add(Conservation other)
    {
        foreach (var (currency, minor) in other.sums) Add(currency, minor);
        items.AddRange(other.items);
        payments.AddRange(other.payments);
        (currencyOf, paymentOf) = (null, null);
        foreach (var (key, currency) in other.creditOf ?? []) (creditOf ??= [])[key] = currency;
    }

    private void Count(string account, Event @event)
    {
        switch (@event)
        {
            case InvoiceEvent.Issued e: Issue(account, e.Number, e.Currency); Add(e.Currency, e.Minor); break;
            case ChargeEvent.Made e: Issue(account, e.Number, e.Currency); Add(e.Currency, e.Minor); break;
            case InvoiceEvent.Corrected e: AddTo(e.Number, e.MinorDelta); break;
            case InvoiceEvent.Cancelled e: AddTo(e.Number, e.MinorDelta); break;
            case InvoiceEvent.Adjusted e: AddTo(e.Number, e.Minor); break;
            case ChargeEvent.Cancelled e: AddTo(e.Number, e.MinorDelta); break;
            case InvoiceEvent.CancellationReversed e: AddTo(e.Number, e.MinorDelta); break;
            case ChargeEvent.Waived e: AddTo(e.Number, -e.Minor); break;
            case ChargeEvent.WaiverReversed e: AddTo(e.Number, e.Minor); break;
            case WriteOffEvent.Made e: AddTo(e.Number, -e.Minor); break;
            case WriteOffEvent.Reversed e: AddTo(e.Number, e.Minor); break;
            case PaymentEvent.Refunded e: Add(e.Currency, e.Minor); break;
            case PaymentEvent.RefundReversed e: Add(e.Currency, -e.Minor); break;
            case PaymentEvent.AllocationReversed e: AddTo(e.Number, -Recovered(e.Parts)); break;
            case CreditEvent.Cancelled e: Add(e.Currency, e.Minor); break;
            case CreditEvent.Granted e:
                (creditOf ??= [])[(account, e.Number)] = e.Currency;
                Add(e.Currency, -e.Minor);
                break;
            case CreditEvent.Adjusted e: Add(creditOf![(account, e.Number)], -e.Minor); break;
            case PaymentEvent.Received e:
                payments.Add((e.Payment, e.Currency, e.Minor));
                paymentOf?[e.Payment] = (e.Currency, e.Minor);
                // A recovery takes a write-off back: less was written off than was said.
                Add(e.Currency, Recovered(e.Allocations) - e.Minor);
                break;
            case PaymentEvent.CashApplied { Allocation.Recovery: true } e: AddTo(e.Allocation.Number, e.Allocation.Minor); break;
            case PaymentEvent.Reversed e:
                var (currency, minor) = Payment(e.Payment);
                Add(currency, minor - Recovered(e.Undone));
                break;
            default: break;
        }

        void AddTo(string number, long minor) => Add(CurrencyOf(account, number), minor);
    }

    private void Add(string currency, long minor) => CollectionsMarshal.GetValueRefOrAddDefault(sums, currency, out _) += minor;

    private void Issue(string account, string number, string currency)
    {
        items.Add((account, number, currency));
        currencyOf?[(account, number)] = currency;
    }

    private string CurrencyOf(string account, string number)
    {
        if (currencyOf is null)
        {
            currencyOf = [];
            foreach (var item in items) currencyOf[(item.Account, item.Number)] = item.Currency;
        }
        return currencyOf[(account, number)];
    }

    private (string Currency, long Minor) Payment(string key)
    {
        if (paymentOf is null)
        {
            paymentOf = new(StringComparer.Ordinal);
            foreach (var payment in payments) paymentOf[payment.Payment] = (payment.Currency, payment.Minor);
        }
        return paymentOf[key];
    }

    private static long Recovered(IReadOnlyList<Applied> allocations)
    {
        var minor = 0L;
        for (var i = 0; i < allocations.Count; i++)
            if (allocations[i].Recovery) minor += allocations[i].Minor;
        return minor;
    }

    public static void Check(IEnumerable<Folded> parties, int partition, AuditReport report)
    {
        foreach (var folded in parties)
        {
            if (folded.Money is not { } counted) continue;
            var state = folded.State;
            foreach (var (currency, sum) in counted.sums)
            {
                long open = 0, unapplied = 0;
                foreach (var item in state.Items.Values)
                    if (item.Currency == currency) open += item.Balance;
                foreach (var cash in state.Cash.Values)
                    if (cash.Currency == currency) unapplied += cash.Unapplied;
                if (sum != open - unapplied)
                    report.Add(new AuditProblem("money", state.Id, partition, null, $"party {state.Id}: its documents come to {sum} minor units of "
                        + $"{currency}; {open} are open and {unapplied} unapplied"));
            }
        }
    }
}
