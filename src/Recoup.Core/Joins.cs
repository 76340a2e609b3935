using Recoup.Core.Parties;

namespace Recoup.Core;

/// <summary>
/// One party out of two. What is of an account goes along as it is; what is of the person becomes one: the contacts of both
/// count, the stricter of two consents holds, and of two ladders in a portfolio one stands (<see cref="TheirsStands"/>).
/// </summary>
internal static class Joins
{
    /// <summary>All that a party has, as a state of its own. The party is left with its name, its day and the place of its last event.</summary>
    public static PartyState TakeOut(PartyState state)
    {
        var all = new PartyState
        {
            Id = state.Id, Accounts = state.Accounts, AsOf = state.AsOf,
            Treatments = state.Treatments, Behaviour = state.Behaviour, Pending = state.Pending, Documents = state.Documents,
            FormerPlaces = state.FormerPlaces, Erased = state.Erased, Joined = state.Joined, NextReviewOn = state.NextReviewOn, ReviewedOn = state.ReviewedOn,
            LastSeq = state.LastSeq, NotesChanges = state.NotesChanges,
        };
        all.TakeSlices(state);
        foreach (var (kind, rows) in state.AllRows())
        {
            rows.AddTo(all.Of(kind), asChanged: false);
            rows.Forget();
        }
        (state.Accounts, state.Treatments, state.Pending) = ([], [], []);
        state.Behaviour = new PaymentBehaviour();
        (state.Documents, state.FormerPlaces, state.Joined, state.NextReviewOn, state.ReviewedOn) = (null, null, null, null, null);
        return all;
    }

    /// <summary>Puts all that the other had into the state. Exposures and cells follow in <see cref="Receivables.Exposures.Join"/>.</summary>
    /// <param name="on">Both stand on that day.</param>
    public static void Merge(PartyState state, PartyState other, DateOnly on)
    {
        MergePlaces(state, other, on);
        state.Accounts.AddRange(other.Accounts);
        state.JoinSlices(other);
        state.Pending.AddRange(other.Pending);
        if (other.Documents is not null) (state.Documents ??= []).AddRange(other.Documents);
        state.Behaviour.Add(other.Behaviour);
        if (other.ReviewedOn > state.ReviewedOn || state.ReviewedOn is null) state.ReviewedOn = other.ReviewedOn;
        if (other.NextReviewOn is { } next) state.ReviewBy(next);
        (state.Joined ??= []).AddRange(other.KeyIds);
        foreach (var (kind, rows) in other.AllRows()) rows.AddTo(state.Of(kind), asChanged: state.NotesChanges);
    }

    /// <summary>
    /// From the day on the accounts stand under the segment that the state's party has in their portfolio. Where it has
    /// none of its own in a portfolio it takes the other's segments, and nothing of theirs changes.
    /// </summary>
    private static void MergePlaces(PartyState state, PartyState other, DateOnly on)
    {
        if (other.FormerPlaces is not null) (state.FormerPlaces ??= []).AddRange(other.FormerPlaces);
        foreach (var account in other.Accounts)
        {
            if (IsNewIn(account.Portfolio)) continue;
            state.FormerPlaces ??= [];
            // Moved on the same day: it never was in the portfolio before.
            if (!state.FormerPlaces.Exists(f => f.Account == account.Account && f.Until == on))
                state.FormerPlaces.Add(new FormerPlace(account.Account, on, account.Portfolio, [.. other.Treatment(account.Portfolio)?.Segments ?? []]));
        }
        foreach (var theirs in other.Treatments.ToList())
        {
            var isNew = IsNewIn(theirs.Portfolio);
            if (state.Treatment(theirs.Portfolio) is not { } own) state.Treatments.Add(isNew ? theirs : theirs.CarriedTo(theirs.Portfolio));
            else
            {
                if (isNew) own.Segments = theirs.Segments;
                Stand(own, theirs);
            }
        }

        bool IsNewIn(string portfolio) => state.Treatment(portfolio) is not { Segments.Count: > 0 } && !state.Accounts.Exists(a => a.Portfolio == portfolio);
    }

    /// <summary>
    /// One ladder out of two. What got less far stands, so that nobody hears a last word of what the first was never said of; the
    /// next step keeps its distance from the last step of either. What the customer was reminded of stays so.
    /// </summary>
    private static void Stand(TreatmentState own, TreatmentState theirs)
    {
        var (stands, falls) = TheirsStands(own, theirs) ? (theirs, own) : (own, theirs);
        var heard = Later(Later(own.HeardOn, theirs.HeardOn), IsHeard(falls) ? falls.LastStepOn : null);
        (own.Strategy, own.LastStep, own.LastStepOn, own.LastAnchorOn, own.LastEntryAt, own.LastInShadow, own.LastStrategy, own.LastWord) =
            (stands.Strategy, stands.LastStep, stands.LastStepOn, stands.LastAnchorOn, stands.LastEntryAt, stands.LastInShadow, stands.LastStrategy,
                stands.LastWord);
        own.KeepAs(stands);
        own.HeardOn = heard > own.LastStepOn ? heard : null;
        own.SoughtOn = Later(own.SoughtOn, theirs.SoughtOn);
        if (IsFurther(theirs, own)) (own.RemindedThrough, own.RemindedInShadow) = (theirs.RemindedThrough, theirs.RemindedInShadow);
    }

    /// <summary>
    /// Whether of two treatments of a portfolio the second stands: it has a step that was seen, and the first has none or one that
    /// came after more days past due; days of rest left out.
    /// </summary>
    private static bool TheirsStands(TreatmentState own, TreatmentState theirs) =>
        IsHeard(theirs) && (!IsHeard(own) || DaysAtLastStep(theirs) < DaysAtLastStep(own));

    private static bool IsHeard(TreatmentState t) => t is { LastStepOn: not null, LastInShadow: false };

    private static int DaysAtLastStep(TreatmentState t) => t.LastAnchorOn is { } anchor ? t.LastStepOn!.Value.DayNumber - anchor.DayNumber : 0;

    /// <summary>Whether the customer was reminded of items due on later days; what nobody saw counts only where nothing was seen.</summary>
    private static bool IsFurther(TreatmentState theirs, TreatmentState own) =>
        theirs.RemindedThrough is { } through && (own.RemindedThrough is not { } before
            || (theirs.RemindedInShadow == own.RemindedInShadow ? through > before : own.RemindedInShadow));

    private static DateOnly? Later(DateOnly? a, DateOnly? b) => a is null || b > a ? b : a;

}
