using Recoup.Core.Cells;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;

namespace Recoup.Core.Receivables;

/// <summary>
/// How items end, by their age: invoices and charges, each with its document's amount. An item ends on the day from which nothing of it is open
/// any more, and what ended is taken back on the day on which something of it is open again, at the age at which it had ended; so as of any day
/// the sum is over items that are closed then. Portfolio and segment are those of the day before its end, under which it was last open.
/// </summary>
public static class ItemEnds
{
    /// <summary>Items settled in full by cash or credit, after so many days from the due date that stood then; below zero before it.</summary>
    public static readonly Measure SettledAfter = Measure.Days(26, "settled_after", "items");

    /// <summary>Items whose last open part, or some of it before, was written off, likewise.</summary>
    public static readonly Measure WrittenOffAfter = Measure.Days(27, "written_off_after", "items");

    /// <summary>Items that were cancelled, or of which something was waived, likewise, with what their documents said on the day before.</summary>
    public static readonly Measure CancelledAfter = Measure.Days(28, "cancelled_after", "items");

    internal static readonly Measure[] Measures = [SettledAfter, WrittenOffAfter, CancelledAfter];

    /// <summary>Adds (+1) or takes away (-1) the item's part of these cells, which are the sum of it over all items.</summary>
    internal static void AddTo(CellDeltas cells, PartyState state, ItemState item, int sign)
    {
        long balance = 0;
        DateOnly? ended = null;
        foreach (var movement in item.Movements)
        {
            balance += movement.Minor;
            if ((balance == 0) == (ended is not null)) continue;
            if (balance == 0) ended = movement.On;
            Add(cells, state, item, ended!.Value, movement.On, balance == 0 ? sign : -sign);
            if (balance != 0) ended = null;
        }
    }

    private static void Add(CellDeltas cells, PartyState state, ItemState item, DateOnly ended, DateOnly on, int sign)
    {
        var due = item.DueAt(ended);
        var (portfolio, segment) = state.PlaceOn(item.Account, ended.Plus(-1));
        var end = End(item, ended);
        // Cancelled or waived, the document says nothing any more, or less.
        var amount = item.AmountOn(end == CancelledAfter ? ended.Plus(-1) : ended);
        cells.Add(end, on, due, portfolio, segment, item.Currency, sign * amount, sign, OwnValues.OfDays(ended.DayNumber - due.DayNumber, on, due));
    }

    private static Measure End(ItemState item, DateOnly ended) =>
        item.IsCancelledOn(ended) ? CancelledAfter
        : Movements.SumOn(item.WriteOffs, ended) != 0 ? WrittenOffAfter
        : Movements.SumOn(item.Waivers, ended) != 0 ? CancelledAfter
        : SettledAfter;
}
