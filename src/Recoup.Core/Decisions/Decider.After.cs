using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Policies;

namespace Recoup.Core.Decisions;

/// <content>Steps whose days count from another: a threat keeps its own deadline, however late it was made.</content>
public sealed partial class Decider
{
    /// <summary>
    /// The day of the ladder on which a step is due; null: it counts from a step that was taken and that the customer has not heard yet. Where
    /// that step was passed over, or is yet to be taken, it is due when it would be had all come on its day.
    /// </summary>
    /// <param name="late">By so many days the last step was late.</param>
    /// <param name="last">The place of the last step taken; -1: the ladder begins.</param>
    private int? DayOf(Step step, int late, int last, Ladder ladder)
    {
        if (step.After is not { } after || last < 0) return step.At + late;
        if (HeardOf(after.Step) is not { } kept)
            return treatment!.LastStep == after.Step ? ladder.DaysAtLastStep + after.Days : step.At + late;
        if (DayHeard(kept) is not { } on) return null;
        var taken = kept.Taken;
        var told = new TreatmentState { LastStep = taken.Step, LastStepOn = taken.On, LastAnchorOn = taken.AnchorOn, LastEntryAt = taken.EntryAt };
        // Of a debt that was paid since it says nothing of this one.
        return Ladder.Of(facts, told, strategy, Began, on) is { Continues: true } then ? then.DaysAtLastStep + after.Days : step.At + late;
    }

    /// <summary>That step as it was last taken, where a later one counts from it; null: it was not, or nobody saw it.</summary>
    private StepHeard? HeardOf(string step)
    {
        foreach (var kept in treatment?.Kept ?? [])
            if (kept.Taken.Step == step && (shadow || !kept.Taken.InShadow)) return kept;
        return null;
    }

    /// <summary>Null: its message or work is still under way.</summary>
    private DateOnly? DayHeard(StepHeard kept)
    {
        if (kept.On is { } on) return on;
        if (!state.Pending.Exists(p => p.Portfolio == facts.Portfolio && p.Kind is "message" or "work")) return kept.Taken.On;
        LookAgainOn(asOf.Plus(1));
        return null;
    }

    /// <summary>What the decision's step, or the next that is awaited, counts from; and whether another will count from it.</summary>
    private DecisionRecord Counted(DecisionRecord decision, Step? next)
    {
        if (!strategy.CountsFromSteps) return decision;
        var step = decision.Step is { } id ? strategy.DunningSteps.FirstOrDefault(s => s.Id == id) : next;
        if (step is null) return decision;
        var keeps = decision.Step is not null && decision.Action.TakesStep && strategy.DunningSteps.Any(s => s.After?.Step == step.Id);
        var after = step.After is { } a && HeardOf(a.Step) is { } kept && DayHeard(kept) is { } on ? new CountedFrom(a.Step, on, a.Days) : null;
        return !keeps && after is null ? decision : decision with { KeepsDay = keeps, After = after };
    }
}
