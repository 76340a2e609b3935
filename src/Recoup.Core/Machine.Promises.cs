using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Recovery;

namespace Recoup.Core;

/// <summary>Promises to pay: when one is closed, and when it is open again.</summary>
public static partial class Machine
{
    /// <summary>Those paid in full, and those whose term and grace are over.</summary>
    private static void ClosePromises(Work work, DateOnly asOf, int grace)
    {
        foreach (var promise in work.State.Promises
            .Where(p => p.Outcome is null && p.From <= asOf && (p.PaidInTerm(grace) >= p.Minor || p.DueOn.Plus(grace) < asOf)).ToList())
            CloseAsOf(work, promise, asOf, grace);
    }

    /// <summary>On the day on which it ended, whenever a run comes to see it.</summary>
    private static void CloseAsOf(Work work, PromiseState promise, DateOnly asOf, int grace) =>
        Close(work, promise, promise.OutcomeBy(grace), promise.PaidInTerm(grace), promise.EndsOn(grace) is var ended && ended < asOf ? ended : asOf);

    private static void Close(Work work, PromiseState promise, string outcome, long paid, DateOnly on) =>
        work.Emit(new Event.PromiseClosed(promise.Promise, outcome, paid, promise.Currency)
        {
            LastDay = outcome == "kept" ? promise.DueOn.Plus(work.Context.Policy.PromiseGraceDays) : null,
        }, on, promise.Account);

    /// <summary>Kept promises whose money went back are open again from that day; where their term and grace are over, the word on them is another.</summary>
    private static void ReopenPromises(Work work, DateOnly asOf)
    {
        var grace = work.Context.Policy.PromiseGraceDays;
        foreach (var kept in work.State.Kept!.Where(p => p.LostOn <= asOf).ToList())
        {
            work.Emit(new Event.PromiseReopened(kept.Promise, kept.PaidMinor, kept.Currency), kept.LostOn!.Value, kept.Account);
            var open = work.State.Promises.Find(p => p.Promise == kept.Promise)!;
            if (open.DueOn.Plus(grace) < asOf) CloseAsOf(work, open, asOf, grace);
        }
    }

    private static Refused? WithdrawPromise(Work work, Input.PromiseWithdrawn i)
    {
        var promise = work.State.Promises.Find(p => p.Promise == i.Promise && p.Account == i.Account && p.Outcome is null);
        if (promise is null) return new Refused(Refusal.UnknownPromise, $"account {i.Account} has no open promise {i.Promise}");
        if (i.On < promise.From)
            return new Refused(Refusal.BeforeDocument, $"promise {i.Promise} {(promise.AgainOn is null ? "was made on" : "is open again since")} "
                + $"{promise.From:yyyy-MM-dd}; it can't be withdrawn on {i.On:yyyy-MM-dd}");
        work.Emit(new Event.PromiseClosed(i.Promise, "withdrawn", promise.PaidMinor, promise.Currency));
        return null;
    }
}
