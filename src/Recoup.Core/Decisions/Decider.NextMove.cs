using Recoup.Core.Foundation;
using Recoup.Core.Policies;
using Recoup.Core.Recovery;

namespace Recoup.Core.Decisions;

/// <content>Who has the next move once the decision is made.</content>
public sealed partial class Decider
{
    /// <summary>
    /// Whose the rest is of what is overdue in the portfolio: what neither a hold, a dispute, a plan, a promise nor cash covers. A step in
    /// shadow counts as if it were taken, so that one sees before going live what would be left. Null: nothing is overdue.
    /// </summary>
    private NextMove? NextMoveAfter(DecisionRecord decision)
    {
        if (facts.OverdueItems == 0) return null;
        var (manager, agent, message) = (decision.Action.Mover == NextMove.Manager, decision.Action.Mover == NextMove.Agent,
            decision.Action.Mover == NextMove.Recoup);
        foreach (var pending in state.Pending)
        {
            if (pending.Portfolio != facts.Portfolio) continue;
            message |= pending.Kind == "message";
            if (pending.Kind is not ("work" or WorkItemChapter.Reply)) continue;
            var item = state.WorkItems[pending.Id];
            if (!IsInTime(item.DueOn)) continue;
            var isManagers = item.Owner == NextMove.Manager.Word;
            manager |= isManagers;
            agent |= !isManagers;
        }
        foreach (var callback in state.Callbacks)
            agent |= state.Account(callback.Account)?.Portfolio == facts.Portfolio && callback.Day <= LastMoveDay && IsInTime(callback.Day);
        return manager ? NextMove.Manager : agent ? NextMove.Agent : message || stepOn <= LastMoveDay ? NextMove.Recoup : NextMove.Nobody;
    }

    private DateOnly LastMoveDay => asOf.Plus(context.Policy.NextMoveWithinDays);

    /// <summary>Due, or late by no more than the policy allows: on the first day after that it is looked at again.</summary>
    private bool IsInTime(DateOnly dueOn)
    {
        var tooLate = dueOn.Plus(context.Policy.WorkLateDays + 1);
        LookAgainOn(tooLate);
        return asOf < tooLate;
    }

    /// <summary>The first of the steps to come whose condition would hold on its day, as far as that can be told today.</summary>
    /// <param name="dayOf">The day on which a step is due; those gone by are not coming. Null: nobody can tell yet, nor of those after it.</param>
    private void ExpectStep(IReadOnlyList<Step> steps, int from, Func<Step, DateOnly?> dayOf)
    {
        for (var i = from; i < steps.Count; i++)
        {
            if (dayOf(steps[i]) is not { } day) return;
            if (day <= asOf) continue;
            if (day > LastMoveDay)
            {
                LookAgainOn(day.Plus(-context.Policy.NextMoveWithinDays));
                return;
            }
            if (steps[i].When is { } when)
            {
                var then = facts with { };
                then.MoveTo(day, treatment?.LastStepOn, facts.ContactsInSevenDays);
                if (!when.IsTrue(then)) continue;
            }
            stepOn = day;
            return;
        }
    }
}
