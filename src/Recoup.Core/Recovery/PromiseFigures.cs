using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Parties;

namespace Recoup.Core.Recovery;

/// <summary>
/// Promises as figures: those made, and those that matured, by what became of them. Portfolio and segment are those where the
/// promise was made, as known then, so that a word on it that is taken back leaves nothing.
/// </summary>
public static class PromiseFigures
{
    /// <summary>What was promised, on the day of the promise. One that was withdrawn was none.</summary>
    public static readonly Measure PromisesMade = Measure.Money(17, "promises_made", "promises");

    /// <summary>Promised amounts that came in full in time, on the last day of term and grace, however early they came.</summary>
    public static readonly Measure PromisesKept = Measure.Money(18, "promises_kept", "promises");

    /// <summary>Promised amounts that came in part or not at all by the last day of term and grace, on that day.</summary>
    public static readonly Measure PromisesBroken = Measure.Money(19, "promises_broken", "promises");

    internal static readonly Measure[] Measures = [PromisesMade, PromisesKept, PromisesBroken];

    /// <summary>To be asked before the event is folded: what it says of a promise is told by how that stands.</summary>
    internal static void Count(PartyState state, Envelope e, CellDeltas cells, PromiseEvent happened)
    {
        switch (happened)
        {
            case PromiseEvent.Made made:
                var (portfolio, segment) = state.PlaceOn(e.Account, e.EffectiveOn);
                cells.Add(PromisesMade, e.EffectiveOn, null, portfolio, segment, made.Currency, made.Minor, 1);
                break;
            case PromiseEvent.Closed { Outcome: "withdrawn" } closed:
                Add(cells, PromisesMade, Open(state, closed.Promise), Open(state, closed.Promise).MadeOn, -1);
                break;
            case PromiseEvent.Closed closed:
                Add(cells, Of(closed.Outcome), Open(state, closed.Promise), closed.LastDay ?? e.EffectiveOn, 1);
                break;
            case PromiseEvent.Reopened reopened:
                var wrong = PromiseChapter.Slice.In(state).Closed.Find(p => p.Promise == reopened.Promise)!;
                Add(cells, Of(wrong.Outcome!), wrong, wrong.LastDay ?? wrong.ClosedOn!.Value, -1);
                break;
        }
    }

    private static Measure Of(string outcome) => outcome == "kept" ? PromisesKept : PromisesBroken;

    private static PromiseState Open(PartyState state, string promise) => PromiseChapter.Slice.In(state).Open.Find(p => p.Promise == promise)!;

    private static void Add(CellDeltas cells, Measure measure, PromiseState promise, DateOnly on, int sign) =>
        cells.Add(measure, on, null, promise.Portfolio, promise.Segment, promise.Currency, sign * promise.Minor, sign);
}
