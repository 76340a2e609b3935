using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core;

/// <summary>What promises count, when they end, and what becomes of one whose money went back.</summary>
public static partial class Fold
{
    /// <summary>How long a kept promise is remembered, days: longer than any bank takes a payment back.</summary>
    private const int KeptDays = 800;

    /// <summary>A promise counts what comes in for its account from the day it was made, on the day it comes.</summary>
    private static void CountTowardPromises(PartyState state, DateOnly on, CashToCome cash)
    {
        if (on <= state.AsOf) { CountTowardPromises(state, cash); return; }
        var at = state.CashToCome.FindLastIndex(c => c.On <= on);
        state.CashToCome.Insert(at + 1, cash);
    }

    /// <summary>Cash that came counts as far as a promise needs it; of cash that went back nothing counts any more.</summary>
    internal static void CountTowardPromises(PartyState state, CashToCome cash)
    {
        if (cash.Minor < 0)
        {
            foreach (var promise in state.Promises) promise.Paid.RemoveAll(p => p.Key == cash.Key);
            foreach (var promise in state.Kept ?? []) promise.Paid.RemoveAll(p => p.Key == cash.Key);
            state.Spare?.RemoveAll(s => s.Cash.Key == cash.Key);
        }
        else
        {
            var rest = cash.Minor;
            foreach (var promise in state.Promises)
                if (rest > 0 && promise.Account == cash.Account && promise.Currency == cash.Currency && promise.Counts(cash.ForCashOf))
                    rest -= promise.Count(new CashCounted(cash.Key, cash.ForCashOf, rest));
            if (rest > 0 && (state.Kept is not null || state.Promises.Count > 0))
                (state.Spare ??= []).Add(new SpareCash(cash.Account, cash.Currency, new CashCounted(cash.Key, cash.ForCashOf, rest)));
        }
        KeepBySpare(state, cash.On);
    }

    /// <summary>A kept promise that lost money is kept by what came beside; where that is too little, it is to be open again.</summary>
    private static void KeepBySpare(PartyState state, DateOnly on)
    {
        foreach (var promise in state.Kept ?? [])
        {
            foreach (var spare in (state.Spare ?? []).Where(s => IsFor(promise, s)).OrderBy(s => s.Cash.On).ToList())
            {
                if (promise.Count(spare.Cash) is not (> 0 and var part)) break;
                var at = state.Spare!.IndexOf(spare);
                if (part == spare.Cash.Minor) state.Spare.RemoveAt(at);
                else state.Spare[at] = spare with { Cash = spare.Cash with { Minor = spare.Cash.Minor - part } };
            }
            promise.LostOn = promise.PaidMinor >= promise.Minor ? null : promise.LostOn ?? Later(on, promise.ClosedOn!.Value);
        }
        ForgetSpare(state);
    }

    /// <summary>It came after the promise was made and within its term, as far as that is known.</summary>
    private static bool IsFor(PromiseState promise, SpareCash spare) => promise.Account == spare.Account && promise.Currency == spare.Currency
        && promise.MadeOn <= spare.Cash.On && !(promise.LastDay < spare.Cash.On);

    internal static void ForgetKept(PartyState state)
    {
        state.Kept!.RemoveAll(p => p.ClosedOn!.Value.DayNumber < state.AsOf.DayNumber - KeptDays);
        ForgetSpare(state);
    }

    private static void ForgetSpare(PartyState state)
    {
        if (state.Kept is { Count: 0 }) state.Kept = null;
        state.Spare?.RemoveAll(s => state.Kept?.Exists(p => IsFor(p, s)) != true && !state.Promises.Exists(p => IsFor(p, s)));
        if (state.Spare is { Count: 0 }) state.Spare = null;
    }

    private static void ClosePromise(PartyState state, Envelope e, Event.PromiseClosed closed)
    {
        var promise = state.Promises.Find(p => p.Promise == closed.Promise)!;
        promise.Outcome = closed.Outcome;
        promise.ClosedOn = e.EffectiveOn;
        promise.LastDay = closed.LastDay;
        if (e.EffectiveOn <= state.AsOf) EndPromise(state, promise);
    }

    /// <summary>Its last day has come. One that was kept is remembered, since its money may go back.</summary>
    internal static void EndPromise(PartyState state, PromiseState promise)
    {
        state.Behaviour.Count(promise);
        Pauses.Keep(state, promise);
        state.Promises.Remove(promise);
        if (promise.LastDay is not null) (state.Kept ??= []).Insert(state.Kept.FindLastIndex(p => p.MadeOn <= promise.MadeOn) + 1, promise);
        // What went back between the word on it and this day is missing already.
        KeepBySpare(state, promise.ClosedOn!.Value);
    }

    private static void ReopenPromise(PartyState state, Envelope e, Event.PromiseReopened reopened)
    {
        var promise = state.Kept!.Find(p => p.Promise == reopened.Promise)!;
        state.Kept.Remove(promise);
        ForgetSpare(state);
        state.Behaviour.PromisesKept--;
        (promise.Outcome, promise.ClosedOn, promise.LastDay, promise.LostOn) = (null, null, null, null);
        (promise.AgainOn, promise.LearnedOn) = (e.EffectiveOn, Pause.LateFrom(e.EffectiveOn, e.RecordedOn));
        state.Promises.Insert(state.Promises.FindLastIndex(p => p.MadeOn <= promise.MadeOn) + 1, promise);
    }
}
