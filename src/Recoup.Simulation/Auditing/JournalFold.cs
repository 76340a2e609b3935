using Recoup.Core.Accounts;
using Recoup.Core.Events;
using Recoup.Core.Receivables;

namespace Recoup.Simulation.Auditing;

/// <summary>An item as the auditor adds it up.</summary>
internal sealed class CountedItem(string currency, DateOnly dueOn)
{
    public string Currency { get; } = currency;

    public DateOnly DueOn { get; set; } = dueOn;

    public long Balance { get; set; }
}

/// <summary>What one party's events come to, added up by the auditor in the order of the journal.</summary>
internal sealed class CountedParty
{
    public Dictionary<string, string> PortfolioOf { get; } = new(StringComparer.Ordinal);

    /// <summary>Items that have a balance.</summary>
    public Dictionary<(string Account, string Number), CountedItem> Items { get; } = [];

    /// <summary>Of every payment and credit, by its key, what is on no item.</summary>
    public Dictionary<string, (string Currency, long Minor)> Cash { get; } = new(StringComparer.Ordinal);

    /// <summary>The same in all, by account and currency.</summary>
    public Dictionary<(string Account, string Currency), long> Unapplied { get; } = [];

    /// <summary>What changed since the last check.</summary>
    public HashSet<(string Account, string Number)> ChangedItems { get; } = [];

    public HashSet<string> ChangedCash { get; } = new(StringComparer.Ordinal);

    public long Open(string currency) => Items.Values.Where(i => i.Currency == currency).Sum(i => i.Balance);

    public long UnappliedIn(string currency) => Unapplied.Where(u => u.Key.Currency == currency).Sum(u => u.Value);
}

/// <summary>
/// Adds the journal up by itself: balances of items and cash that met none, in currency totals too. Plain sums in the
/// order of the rows; no code of the fold.
/// </summary>
internal sealed class JournalFold
{
    private readonly Dictionary<string, CountedParty> parties = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Open { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Unapplied { get; } = new(StringComparer.Ordinal);

    public CountedParty Party(string party)
    {
        if (!parties.TryGetValue(party, out var counted)) parties[party] = counted = new CountedParty();
        return counted;
    }

    public IEnumerable<string> Parties => parties.Keys;

    /// <summary>False where the event is none that moves money or opens an account.</summary>
    public bool Add(string party, string account, Event @event)
    {
        var counted = Party(party);
        switch (@event)
        {
            case AccountEvent.Opened e: counted.PortfolioOf[account] = e.Details.Portfolio; return false;
            case AccountEvent.Moved e: counted.PortfolioOf[account] = e.Portfolio; return false;
            case InvoiceEvent.Issued e: NewItem(counted, account, e.Number, e.Currency, e.DueOn, e.Minor); break;
            case ChargeEvent.Made e: NewItem(counted, account, e.Number, e.Currency, e.DueOn, e.Minor); break;
            case InvoiceEvent.Corrected e:
                Release(e.Number, e.MinorDelta, e.Released);
                if (e.DueOn is { } due && counted.Items.TryGetValue((account, e.Number), out var redated)) redated.DueOn = due;
                break;
            case InvoiceEvent.Cancelled e: Release(e.Number, e.MinorDelta, e.Released); break;
            case ChargeEvent.Cancelled e: Release(e.Number, e.MinorDelta, e.Released); break;
            case InvoiceEvent.CancellationReversed e: Move(counted, account, e.Number, e.MinorDelta); break;
            case ChargeEvent.WaiverReversed e: Move(counted, account, e.Number, e.Minor); break;
            case WriteOffEvent.Reversed e: Move(counted, account, e.Number, e.Minor); break;
            case PaymentEvent.Refunded e:
                foreach (var part in e.From) Free(counted, account, part.Payment, e.Currency, -part.Minor);
                break;
            case PaymentEvent.RefundReversed e:
                foreach (var part in e.From) Free(counted, account, part.Payment, e.Currency, part.Minor);
                break;
            case PaymentEvent.AllocationReversed e:
                foreach (var part in e.Parts)
                {
                    Free(counted, account, e.Payment, counted.Cash[e.Payment].Currency, part.Minor);
                    if (!part.Recovery) Move(counted, account, part.Number, part.Minor);
                }
                break;
            case InvoiceEvent.Adjusted e: Move(counted, account, e.Number, e.Minor); break;
            case ChargeEvent.Waived e: Move(counted, account, e.Number, -e.Minor); break;
            case WriteOffEvent.Made e: Move(counted, account, e.Number, -e.Minor); break;
            case PaymentEvent.Received e: Receive(e.Payment, e.Currency, e.Minor, e.Allocations); break;
            case CreditEvent.Granted e: Receive(CreditKey(account, e.Number), e.Currency, e.Minor, e.Allocations); break;
            case CreditEvent.Adjusted e:
                Free(counted, account, CreditKey(account, e.Number), counted.Cash[CreditKey(account, e.Number)].Currency, e.Minor); break;
            case PaymentEvent.CashApplied e: Apply(e.Payment, e.Allocation); break;
            case PaymentEvent.Reversed e: Undo(e.Payment, e.Undone); break;
            case CreditEvent.Cancelled e: Undo(CreditKey(account, e.Number), e.Undone); break;
            default: return false;
        }
        return true;

        void Undo(string key, IReadOnlyList<Applied> parts)
        {
            foreach (var undone in parts)
                if (!undone.Recovery) Move(counted, account, undone.Number, undone.Minor);
            var rest = counted.Cash[key];
            Free(counted, account, key, rest.Currency, -rest.Minor);
        }

        void Receive(string key, string currency, long minor, IReadOnlyList<Applied> allocations)
        {
            Free(counted, account, key, currency, minor);
            foreach (var allocation in allocations) Apply(key, allocation);
        }

        void Apply(string key, Applied allocation)
        {
            Free(counted, account, key, counted.Cash[key].Currency, -allocation.Minor);
            if (!allocation.Recovery) Move(counted, account, allocation.Number, -allocation.Minor);
        }

        void Release(string number, long delta, IReadOnlyList<Released>? released)
        {
            var currency = counted.Items.TryGetValue((account, number), out var item) ? item.Currency : settled[(party, account, number)].Currency;
            Move(counted, account, number, delta + (released ?? []).Sum(r => r.Minor));
            foreach (var part in released ?? []) Free(counted, account, part.Payment, currency, part.Minor);
        }

        void Move(CountedParty of, string on, string number, long minor)
        {
            if (!of.Items.TryGetValue((on, number), out var item))
            {
                var (currency, due) = settled[(party, on, number)];
                of.Items[(on, number)] = item = new CountedItem(currency, due);
            }
            item.Balance += minor;
            Open[item.Currency] = Open.GetValueOrDefault(item.Currency) + minor;
            of.ChangedItems.Add((on, number));
            if (item.Balance != 0) return;
            of.Items.Remove((on, number));
            settled[(party, on, number)] = (item.Currency, item.DueOn);
        }
    }

    /// <summary>Items without a balance: their currency and due day, should something bring them back.</summary>
    private readonly Dictionary<(string Party, string Account, string Number), (string Currency, DateOnly DueOn)> settled = [];

    private void NewItem(CountedParty counted, string account, string number, string currency, DateOnly due, long minor)
    {
        counted.Items[(account, number)] = new CountedItem(currency, due) { Balance = minor };
        counted.ChangedItems.Add((account, number));
        Open[currency] = Open.GetValueOrDefault(currency) + minor;
    }

    private void Free(CountedParty counted, string account, string key, string currency, long minor)
    {
        counted.Cash[key] = (currency, counted.Cash.GetValueOrDefault(key).Minor + minor);
        counted.Unapplied[(account, currency)] = counted.Unapplied.GetValueOrDefault((account, currency)) + minor;
        counted.ChangedCash.Add(key);
        Unapplied[currency] = Unapplied.GetValueOrDefault(currency) + minor;
    }

    /// <summary>As the contract names a credit note among payments: by account and number.</summary>
    private static string CreditKey(string account, string number) => $"credit:{account}:{number}";
}
