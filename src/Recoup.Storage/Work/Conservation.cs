using Recoup.Core.Events;

namespace Recoup.Storage.Work;

/// <summary>
/// The first law, for one party: by currency, invoices + charges + adjustments - payments - credits - write-offs
/// - waivers = open items - unapplied cash. Counted from the documents of the journal alone, by other code than
/// the fold's, and held against what the fold has open.
/// </summary>
internal sealed class Conservation
{
    /// <summary>Documents in, less documents out, by currency; minor units.</summary>
    private readonly Dictionary<string, long> sums = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Account, string Number), string> currencyOf = [];
    private readonly Dictionary<string, (string Currency, long Minor)> payments = new(StringComparer.Ordinal);

    public static void Count(Dictionary<string, Conservation> money, JournalRow row, Event e)
    {
        if (row.Kind is "decided" or "account_opened" or "account_changed" or "contact_made") return;
        if (!money.TryGetValue(row.Party, out var party)) money[row.Party] = party = new Conservation();
        party.Count(row.Account, e);
    }

    private void Count(string account, Event @event)
    {
        switch (@event)
        {
            case Event.InvoiceIssued e: currencyOf[(account, e.Number)] = e.Currency; Add(e.Currency, e.Minor); break;
            case Event.ChargeMade e: currencyOf[(account, e.Number)] = e.Currency; Add(e.Currency, e.Minor); break;
            case Event.InvoiceCorrected e: AddTo(e.Number, e.MinorDelta); break;
            case Event.InvoiceCancelled e: AddTo(e.Number, e.MinorDelta); break;
            case Event.ItemAdjusted e: AddTo(e.Number, e.Minor); break;
            case Event.ChargeWaived e: AddTo(e.Number, -e.Minor); break;
            case Event.WrittenOff e: AddTo(e.Number, -e.Minor); break;
            case Event.CreditNoted e: Add(e.Currency, -e.Minor); break;
            case Event.PaymentReceived e:
                payments[e.Payment] = (e.Currency, e.Minor);
                // A recovery takes a write-off back: less was written off than was said.
                Add(e.Currency, Recovered(e.Allocations) - e.Minor);
                break;
            case Event.CashApplied { Allocation.Recovery: true } e: AddTo(e.Allocation.Number, e.Allocation.Minor); break;
            case Event.PaymentReversed e:
                var (currency, minor) = payments[e.Payment];
                Add(currency, minor - Recovered(e.Undone));
                break;
            default: break;
        }

        void Add(string currency, long minor) => sums[currency] = sums.GetValueOrDefault(currency) + minor;

        void AddTo(string number, long minor) => Add(currencyOf[(account, number)], minor);
    }

    private static long Recovered(IReadOnlyList<Applied> allocations) => allocations.Where(a => a.Recovery).Sum(a => a.Minor);

    public static IEnumerable<AuditProblem> Check(Dictionary<string, Conservation> money, Dictionary<string, Folded> parties, int partition)
    {
        foreach (var (party, counted) in money)
        {
            var state = parties[party].State;
            foreach (var (currency, sum) in counted.sums)
            {
                var open = state.Items.Values.Where(i => i.Currency == currency).Sum(i => i.Balance);
                var unapplied = state.Cash.Values.Where(c => c.Currency == currency).Sum(c => c.Unapplied);
                if (sum != open - unapplied)
                    yield return new AuditProblem("money", party, partition, null, $"party {party}: its documents come to {sum} minor units of {currency}; {open} are open and {unapplied} unapplied");
            }
        }
    }
}
