using Recoup.Core.Foundation;

namespace Recoup.Core.Receivables;

/// <summary>Why a time is not counted. When it was settled or not due an item that is overdue now was not overdue; the others rest the dunning.</summary>
public enum PauseKind { Hold, Promise, Dispute, Settled, NotDue, Plan }

/// <summary>A time gone by, by the calendar: what stood on a day counts, whether a run saw it or not, and entered late or not.</summary>
/// <param name="From">Its first day.</param>
/// <param name="To">The first day after it.</param>
/// <param name="LearnedOn">The day on which it was recorded; null: by its first day.</param>
public sealed record Pause(
    PauseKind Kind,
    DateOnly From,
    DateOnly To,
    DateOnly? LearnedOn = null) : IFormed<Pause>
{
    /// <summary>The dunning rested: the steps of a ladder do not count these days.</summary>
    public bool Rests => Kind is PauseKind.Hold or PauseKind.Promise or PauseKind.Dispute or PauseKind.Plan;

    /// <summary>As the journal had it at the end of a day.</summary>
    public bool WasKnownOn(DateOnly day) => LearnedOn is not { } learned || learned <= day;

    public static DateOnly? LateFrom(DateOnly from, DateOnly recordedOn) => recordedOn > from ? recordedOn : null;

    public static bool Same(List<Pause>? a, List<Pause>? b) => a is null || b is null ? a is null && b is null : a.SequenceEqual(b);

    /// <summary>An order of lists of pauses, in which none comes first.</summary>
    public static int Compare(List<Pause>? a, List<Pause>? b)
    {
        for (var i = 0; i < Math.Max(a?.Count ?? 0, b?.Count ?? 0); i++)
        {
            if (i >= (a?.Count ?? 0)) return -1;
            if (i >= (b?.Count ?? 0)) return 1;
            var (one, other) = (a![i], b![i]);
            var order = one.From.CompareTo(other.From);
            if (order == 0) order = one.To.CompareTo(other.To);
            if (order == 0) order = one.Kind.CompareTo(other.Kind);
            if (order == 0) order = Nullable.Compare(one.LearnedOn, other.LearnedOn);
            if (order != 0) return order;
        }
        return 0;
    }

    /// <summary>The days from one to another, both included, on which at least one of the pauses stood: each day counts once.</summary>
    public static int Days(List<(DateOnly From, DateOnly To)> pauses, DateOnly from, DateOnly through)
    {
        if (pauses.Count == 0 || through < from) return 0;
        pauses.Sort();
        var (days, next, end) = (0, from.DayNumber, through.DayNumber + 1);
        foreach (var pause in pauses)
        {
            var first = Math.Max(next, pause.From.DayNumber);
            var last = Math.Min(end, pause.To.DayNumber);
            if (last <= first) continue;
            days += last - first;
            next = last;
        }
        return days;
    }

    public static Pause Blank => new(PauseKind.Hold, default, default);

    public static Pause Form<TForm>(ref TForm f, Pause v) where TForm : IForm, allows ref struct =>
        new(f.Choice("kind", v.Kind), f.Day("from", v.From), f.Day("to", v.To), f.DayOrNull("learned_on", v.LearnedOn));
}
