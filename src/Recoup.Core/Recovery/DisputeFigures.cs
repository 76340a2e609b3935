using Recoup.Core.Cells;

namespace Recoup.Core.Recovery;

/// <summary>
/// Disputes of items as figures, by reason code: each with what was open of its item on its first day, as that was known when it was told of.
/// Those of a whole account are left out, as no amount of theirs is contested. Portfolio and segment are those of the first day, as known then.
/// One that was withdrawn on its first day was entered by mistake, and is none.
/// </summary>
public static class DisputeFigures
{
    /// <summary>What was contested, on the first day of the dispute.</summary>
    public static readonly Measure DisputesOpened = Measure.Money(29, "disputes_opened", "disputes", Dimension.Code);

    /// <summary>The same amounts, on the first day without the dispute, whatever came of it, with its first day beside.</summary>
    public static readonly Measure DisputesClosed = Measure.Money(80, "disputes_closed", "disputes", Dimension.Code);

    /// <summary>Of what was contested, what is closed by now, on the first day of the dispute: to be held against what was opened then.</summary>
    public static readonly Measure DisputesResolved = Measure.Money(31, "disputes_resolved", "disputes", Dimension.Code);

    internal static readonly Measure[] Measures = [DisputesOpened, DisputesClosed, DisputesResolved];

    internal static void Open(CellDeltas cells, OpenDispute dispute) => Add(cells, DisputesOpened, dispute.From, dispute, 1);

    /// <param name="dispute">With the day on which it was closed.</param>
    internal static void Close(CellDeltas cells, OpenDispute dispute, string outcome)
    {
        if (outcome == "withdrawn" && dispute.ClosedOn == dispute.From)
        {
            Add(cells, DisputesOpened, dispute.From, dispute, -1);
            return;
        }
        Add(cells, DisputesClosed, dispute.ClosedOn!.Value, dispute, 1, dispute.From);
        Add(cells, DisputesResolved, dispute.From, dispute, 1);
    }

    private static void Add(CellDeltas cells, Measure measure, DateOnly on, OpenDispute dispute, int sign, DateOnly? from = null)
    {
        if (dispute.Currency is not { } currency) return;
        cells.Add(measure, on, from, dispute.Portfolio!, dispute.Segment!, currency, sign * dispute.Minor, sign, OwnValues.Of(dispute.Code));
    }
}
