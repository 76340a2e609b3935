using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Parties;

namespace Recoup.Core.Receivables;

/// <summary>How long from a service or order to its invoice, of invoices that name the day of the service.</summary>
public static class InvoiceCycle
{
    /// <summary>
    /// Invoices that were sent, by how many days after the service or order that they are of; below zero before it. Where Recoup does not send them,
    /// that is the day on which the customer got it, where told, else the day of issue.
    /// </summary>
    public static readonly Measure InvoicedAfter = Measure.Days(81, "invoiced_after", "invoices");

    /// <summary>An invoice was issued that names the day of its service.</summary>
    internal static void Issue(PartyState state, Envelope e, CellDeltas cells, InvoiceEvent.Issued issued, DateOnly serviced)
    {
        var item = state.Items[(e.Account, issued.Number)];
        if (issued.Deliver) item.ServicedOn = serviced;
        // One whose day of issue alone was wrong was sent before.
        else if (!issued.DayCorrected) CountSent(state, cells, item, serviced, issued.DeliveredOn ?? issued.IssuedOn);
    }

    /// <summary>An invoice left, so many days after its service.</summary>
    internal static void CountSent(PartyState state, CellDeltas cells, ItemState item, DateOnly serviced, DateOnly on)
    {
        PartyLedger.Flow(state, item.Account, cells, InvoicedAfter, on, serviced, item.Currency, item.Amount, 1);
        item.ServicedOn = null;
    }
}
