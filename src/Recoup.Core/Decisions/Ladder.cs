using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;

namespace Recoup.Core.Decisions;

/// <summary>
/// Where a party stands on a strategy's ladder of steps. Its days are those past the due date of what has been waiting
/// longest, less the days on which a hold, a promise or a dispute stood; by the calendar, whatever runs saw of it.
/// </summary>
/// <param name="CountedFrom">The due date; or later, for what entered the ladder on a day of its own.</param>
/// <param name="PausedDays">Days since then that do not count.</param>
/// <param name="EnteredOn">The day on which it entered, where it was overdue by then; null: it fell due.</param>
/// <param name="EnteredBy">Why; one of the words below. Null: it fell due.</param>
/// <param name="EntryAt">The day of the entry step by which it entered: that of the strategy under which its ladder began.</param>
/// <param name="Continues">The last step taken was about it too; else its ladder begins.</param>
/// <param name="DaysAtLastStep">Where it stood on the day of the last step, or on a later one that was asked for.</param>
internal readonly record struct Ladder(
    DateOnly CountedFrom, int PausedDays, DateOnly? EnteredOn, string? EnteredBy, int EntryAt, bool Continues, int DaysAtLastStep)
{
    /// <summary>Recoup first heard of it when it was overdue.</summary>
    public const string FirstHeard = "first_heard";

    /// <summary>It was overdue when the workspace was first run, or went live.</summary>
    public const string BeforeStart = "before_start";

    /// <summary>It had been settled until a payment came back or its amount was set higher.</summary>
    public const string OpenAgain = "open_again";

    /// <summary>Its due date was moved to a day gone by.</summary>
    public const string DueMoved = "due_moved";

    public int DayOn(DateOnly asOf) => asOf.DayNumber - CountedFrom.DayNumber - PausedDays;

    /// <summary>The day on which so many days are reached, should nothing stop it until then.</summary>
    public DateOnly DateOf(int day) => CountedFrom.Plus(day + PausedDays);

    /// <summary>It entered at that step, and not at its due date a few days before.</summary>
    public bool BeginsAt(Step entry) => EnteredOn is { } on && CountedFrom == on.Plus(-entry.At);

    /// <param name="facts">With something that may be dunned.</param>
    /// <param name="last">What was done last; null: nothing, or nothing that anybody saw.</param>
    /// <param name="began">The first day on which Recoup could act.</param>
    /// <param name="heardOn">The day to tell where it stood of, in place of that of the last step.</param>
    public static Ladder Of(Facts facts, TreatmentState? last, Strategy strategy, DateOnly began, DateOnly? heardOn = null)
    {
        if (facts.Dunnable.Count == 1) return Of(facts, facts.Dunnable[0], last, strategy, began, heardOn);
        // A rest of a cent that nobody is chased for must not say how long another debt has been waiting: it counts from
        // where what waits longest comes to be worth it.
        var ladders = facts.Dunnable.ConvertAll(e => (Exposure: e, Ladder: Of(facts, e, last, strategy, began, heardOn)));
        ladders.Sort((a, b) => b.Ladder.DayOn(facts.AsOf) is var other && a.Ladder.DayOn(facts.AsOf) is var one && one != other ? other.CompareTo(one)
            : a.Exposure.DueOn != b.Exposure.DueOn ? a.Exposure.DueOn.CompareTo(b.Exposure.DueOn)
            : string.CompareOrdinal(a.Exposure.Account, b.Exposure.Account));
        var sums = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (exposure, ladder) in ladders)
        {
            var sum = sums.GetValueOrDefault(exposure.Currency) + exposure.Minor;
            if (!facts.IsTooLittle(Currency.Of(exposure.Currency), sum)) return ladder;
            sums[exposure.Currency] = sum;
        }
        return ladders[0].Ladder;
    }

    private static Ladder Of(Facts facts, Exposure exposure, TreatmentState? last, Strategy strategy, DateOnly began, DateOnly? heardOn)
    {
        var due = exposure.DueOn;
        (DateOnly? On, string? By) entered = exposure.EnteredOn is { } first && first > due && first >= began ? (first, FirstHeard)
            : began > due ? (began, BeforeStart) : (null, null);
        var continues = false;
        var atLast = 0;
        // A ladder goes on as it began, whatever strategy has taken over since.
        var entryAt = last is { LastEntryAt: > 0 and var taken } ? taken : strategy.EntryStep.At;
        if (last?.LastStepOn is { } lastOn && last.LastAnchorOn is { } lastAnchor && !(entered.On > lastOn))
        {
            // Where it stood at the last step, as it was known then: what was entered since does not change what was said.
            var (from, since) = Begin(due, entered.On, entryAt);
            var rested = Rested(facts, exposure, since, lastOn, static (p, on) => p.Rests && p.WasKnownOn(on));
            var all = Rested(facts, exposure, since, lastOn, static (p, on) => p.WasKnownOn(on));
            // It was open all the time, or it came back since; or it came back before and went on where it was.
            continues = from.Plus(all) <= lastAnchor || (all > rested && from.Plus(rested) == lastAnchor);
            // It came back before the last step and began anew then.
            foreach (var pause in exposure.Pauses ?? [])
            {
                if (continues || pause.Rests || pause.To > lastOn || entered.On >= pause.To) continue;
                (from, since) = Begin(due, pause.To, entryAt);
                if (from.Plus(Rested(facts, exposure, since, lastOn, static (p, on) => p.Rests && p.WasKnownOn(on))) > lastAnchor) continue;
                continues = true;
                entered = (pause.To, WordOf(pause));
            }
            if (continues && (heardOn ?? lastOn) is var on)
                atLast = on.DayNumber - from.DayNumber - Rested(facts, exposure, since, on, static (p, _) => p.Rests);
        }
        // What was not overdue for a while, and nobody was told of before, begins where it came back.
        if (!continues)
        {
            entryAt = strategy.EntryStep.At;
            foreach (var pause in exposure.Pauses ?? [])
                if (!pause.Rests && !(entered.On >= pause.To)) entered = (pause.To, WordOf(pause));
        }
        var (start, counted) = Begin(due, entered.On, entryAt);
        var paused = Rested(facts, exposure, counted, facts.AsOf, static (p, _) => p.Rests);
        return new Ladder(start, paused, entered.On, entered.By, entryAt, continues, atLast);
    }

    private static string WordOf(Pause pause) => pause.Kind == PauseKind.Settled ? OpenAgain : DueMoved;

    /// <summary>The day from which steps count, and the first day whose rest bears on them: not on time before the item entered.</summary>
    private static (DateOnly From, DateOnly Since) Begin(DateOnly due, DateOnly? enteredOn, int entryAt)
    {
        if (enteredOn is not { } on) return (due, due.Plus(1));
        var entry = on.Plus(-entryAt);
        return (entry > due ? entry : due, on > due ? on : due.Plus(1));
    }

    private static int Rested(Facts facts, Exposure exposure, DateOnly since, DateOnly through, Func<Pause, DateOnly, bool> counts)
    {
        if (exposure.Pauses is null && facts.Pauses.Count == 0) return 0;
        var pauses = new List<(DateOnly, DateOnly)>();
        foreach (var pause in exposure.Pauses ?? [])
            if (counts(pause, through)) pauses.Add((pause.From, pause.To));
        foreach (var pause in facts.Pauses)
            if (pause.IsOf(exposure.Account) && counts(pause.Pause, through)) pauses.Add((pause.Pause.From, pause.Pause.To));
        return Pause.Days(pauses, since, through);
    }
}
