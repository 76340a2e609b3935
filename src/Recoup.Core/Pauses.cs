using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core;

/// <summary>
/// Holds, promises and disputes of whole accounts once they are over: the days on which they stood are kept, so that a
/// ladder counts by the calendar and not by what runs saw. Those of one item are the item's own (<see cref="ItemState.PausesOn"/>).
/// </summary>
internal static class Pauses
{
    /// <summary>How long one is remembered after its end, days: longer than any ladder goes on.</summary>
    private const int DaysKept = 800;

    public static void EndHolds(PartyState state)
    {
        foreach (var hold in state.Holds)
            if (hold.To < state.AsOf) Keep(state, hold);
        state.Holds.RemoveAll(h => h.To < state.AsOf);
    }

    public static void EndDisputes(PartyState state)
    {
        foreach (var dispute in state.Disputes)
            if (dispute.ClosedOn <= state.AsOf) Keep(state, dispute);
        state.Disputes.RemoveAll(d => d.ClosedOn <= state.AsOf);
    }

    /// <param name="hold">Over: its last day is before the state's.</param>
    public static void Keep(PartyState state, HoldState hold)
    {
        if (hold.To >= hold.From) Add(state, new AccountPause(hold.Account, new Pause(PauseKind.Hold, hold.From, hold.To.Plus(1), hold.LearnedOn)));
    }

    /// <param name="promise">Closed. One that was withdrawn was never given, and rested nothing.</param>
    public static void Keep(PartyState state, PromiseState promise)
    {
        if (promise.Outcome == "withdrawn") return;
        Add(state, new AccountPause(promise.Account, new Pause(PauseKind.Promise, promise.From, promise.ClosedOn!.Value, promise.LearnedOn)));
    }

    /// <param name="dispute">Closed. One of a single item rests that item alone, which knows of it.</param>
    public static void Keep(PartyState state, OpenDispute dispute)
    {
        if (dispute.Number is null)
            Add(state, new AccountPause(dispute.Account, new Pause(PauseKind.Dispute, dispute.From, dispute.ClosedOn!.Value, dispute.LearnedOn)));
    }

    public static void Forget(PartyState state) => state.Pauses.RemoveAll(p => p.Pause.To.DayNumber < state.AsOf.DayNumber - DaysKept);

    private static void Add(PartyState state, AccountPause pause)
    {
        if (pause.Pause.To <= pause.Pause.From || pause.Pause.To.DayNumber < state.AsOf.DayNumber - DaysKept) return;
        state.Pauses.Insert(state.Pauses.FindLastIndex(p => p.Pause.From <= pause.Pause.From) + 1, pause);
    }
}
