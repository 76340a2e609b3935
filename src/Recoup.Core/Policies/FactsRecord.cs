namespace Recoup.Core.Policies;

/// <summary>
/// The facts that the decision stands on, as they were frozen. Amounts and <paramref name="OverdueItems"/> are of the currency alone;
/// a journal from before that has items of all currencies there. The oldest is that of what may be dunned, in any currency.
/// </summary>
public sealed record FactsRecord(string Currency, long OpenMinor, long OverdueMinor, long DisputedMinor, long UnappliedMinor, int OverdueItems, int DaysPastDue)
{
    public DateOnly? OldestDueOn { get; init; }

    /// <summary>Due day of the oldest that is overdue and may not be dunned (disputed, held or in a plan), where it is older; null: it is not.</summary>
    public DateOnly? QuietDueOn { get; init; }

    /// <summary>Of what is open, what payment plans pay; null: nothing.</summary>
    public long? PlannedMinor { get; init; }

    /// <summary>Of what is overdue, what may be dunned; null: all of it.</summary>
    public long? DunnableMinor { get; init; }
}
