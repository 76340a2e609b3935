using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Cells;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;

namespace Recoup.Core;

/// <summary>Two parties that are one customer: one leaves, the other is joined.</summary>
public static partial class Fold
{
    /// <summary>A party from its first event on, with all that lies beside its header.</summary>
    /// <param name="history">Every event of it, oldest first.</param>
    public static PartyState Of(IReadOnlyList<HistoryEvent> history, string party)
    {
        var state = new PartyState { Id = party };
        var nothing = new CellDeltas();
        foreach (var h in history) Apply(state, h, nothing);
        return state;
    }

    /// <summary>As <see cref="Apply(PartyState, Envelope, Event, CellDeltas)"/>; who joins by it is folded from its own events.</summary>
    public static void Apply(PartyState state, HistoryEvent h, CellDeltas cells)
    {
        if (h is { Event: PartyEvent.Joined joined, Joined: { } before }) state.Joining = Of(before, joined.Party).Left;
        Apply(state, h.Envelope, h.Event, cells);
    }

    /// <summary>Nothing stays but the name of the party where all of it is now.</summary>
    private static void Leave(PartyState state, PartyEvent.Left left)
    {
        state.Left = Joins.TakeOut(state);
        state.JoinedTo = left.Into;
    }

    private static void Join(PartyState state, Envelope e, CellDeltas cells, PartyEvent.Joined joined)
    {
        var other = state.Joining;
        Invariant.Holds(other?.Id == joined.Party, $"party {joined.Party}, which joins party {state.Id}, was not loaded");
        state.Joining = null;
        other!.Advance(e.RecordedOn);
        Exposures.Join(state, other!, e.EffectiveOn, cells, () => Joins.Merge(state, other!, e.EffectiveOn));
        Deliveries.TryAgain(state);
        state.Touch(e);
    }
}
