using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;

namespace Recoup.Core.Documents;

/// <summary>
/// An invoice as it was issued, and what became of it: its amount and due date after corrections, and what is open at
/// the end of a day.
/// </summary>
/// <param name="Amount">After corrections, tax contained.</param>
/// <param name="Open">What the customer owes of it at the end of <paramref name="AsOf"/>, what was written off included.</param>
public sealed record InvoiceDocument(string Account, string Number, DateOnly IssuedOn, DateOnly DueOn, Money Amount, Money Open, DateOnly AsOf)
{
    /// <summary>Corrected amount less the one that was issued.</summary>
    public required Money Correction { get; init; }

    /// <summary>The customer's order number.</summary>
    public string? Order { get; init; }

    public string? Terms { get; init; }
    public Money? Tax { get; init; }
    public DateOnly? ServicedOn { get; init; }
    public DateOnly? DeliveredOn { get; init; }

    /// <summary>As given; with the tax, or without, they add up to the amount that was issued.</summary>
    public IReadOnlyList<(string Description, Money Amount)> Lines { get; init; } = [];

    public bool Cancelled { get; init; }

    /// <summary>Of <see cref="Open"/>, what the creditor's own books have given up.</summary>
    public Money WrittenOff { get; init; }

    /// <summary>What became of sending it to the customer; null: nobody meant to.</summary>
    public ItemDelivery? Delivery { get; init; }

    /// <summary>The invoices of those numbers that are there, in the order of the numbers.</summary>
    /// <param name="history">Every event of the account's party, oldest first.</param>
    /// <param name="state">The party as those events make it, with every item and payment.</param>
    public static IReadOnlyList<InvoiceDocument> Of(
        IReadOnlyList<HistoryEvent> history, PartyState state, string account, IReadOnlyList<string> numbers, DateOnly asOf)
    {
        var issued = new Dictionary<string, InvoiceEvent.Issued>(StringComparer.Ordinal);
        foreach (var (envelope, e) in HistoryEvent.InOrder(history))
            if (envelope.Account == account && e is InvoiceEvent.Issued invoice) issued[invoice.Number] = invoice;
        var documents = new List<InvoiceDocument>();
        foreach (var number in numbers)
        {
            if (!issued.TryGetValue(number, out var e)) continue;
            var item = state.Items[(account, number)];
            var currency = Currency.Of(e.Currency);
            documents.Add(new InvoiceDocument(account, number, e.IssuedOn, item.DueAt(asOf), new Money(item.Amount, currency),
                new Money(item.OwedOn(asOf), currency), asOf)
            {
                Correction = new Money(item.Amount - e.Minor, currency),
                Order = e.Order, Terms = e.Terms, Tax = e.TaxMinor is { } tax ? new Money(tax, currency) : null, ServicedOn = e.ServicedOn,
                DeliveredOn = e.DeliveredOn,
                Lines = e.Lines?.Select(l => (l.Description, new Money(l.Minor, currency))).ToList() ?? [],
                WrittenOff = new Money(Movements.SumOn(item.WriteOffs, asOf), currency),
                Cancelled = item.IsCancelledOn(asOf),
                Delivery = item.Delivery,
            });
        }
        return documents;
    }
}

/// <summary>What a document says beside its figures: for whom, from whom, in which language.</summary>
public sealed record DocumentFrame
{
    public required PortfolioDetails Portfolio { get; init; }

    /// <summary>ISO 639 code of two letters.</summary>
    public required string Language { get; init; }

    public required string Account { get; init; }

    /// <summary>Null where none was given, or the person was erased.</summary>
    public string? Name { get; init; }

    /// <summary>Postal, on as many lines as it has.</summary>
    public string? Address { get; init; }
}
