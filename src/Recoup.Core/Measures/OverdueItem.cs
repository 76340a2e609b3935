using Recoup.Core.Receivables;

namespace Recoup.Core.Measures;

/// <summary>An item from the day on which it first became overdue on: how much of it was, and what came in on it since.</summary>
public sealed class OverdueItem
{
    private readonly IReadOnlyList<Movement> paid;
    private readonly DateOnly opening;

    private OverdueItem(ItemState item, IReadOnlyList<Movement> paid, DateOnly first, DateOnly opening)
    {
        (Currency, this.paid, First, this.opening) = (item.Currency, paid, first, opening);
        Minor = item.BalanceOn(opening);
    }

    /// <summary>The first day on which something of it was overdue: the one after its due date, unless a new due date, a charge of a day gone by or money
    /// that went back made it so on another.</summary>
    public DateOnly First { get; }

    /// <summary>What was open as that day began; where nothing was, as it ended.</summary>
    public long Minor { get; }

    public string Currency { get; }

    /// <summary>Null: it was not overdue by that day.</summary>
    /// <param name="paid">What payments have on it, below zero what was taken off it again, by day and in any order.</param>
    public static OverdueItem? Of(ItemState item, IReadOnlyList<Movement> paid, DateOnly asOf)
    {
        var dues = (item.FormerDues ?? []).Select(f => f.DueOn).Append(item.DueOn).Where(d => d < DateOnly.MaxValue).Select(d => d.AddDays(1));
        foreach (var day in dues.Concat((item.FormerDues ?? []).Select(f => f.Until)).Concat(item.Movements.Select(m => m.On)).Where(d => d <= asOf)
            .Distinct().Order())
        {
            if (day <= item.DueAt(day)) continue;
            var eve = day == DateOnly.MinValue ? day : day.AddDays(-1);
            if (item.BalanceOn(eve) > 0) return new OverdueItem(item, paid, day, eve);
            if (item.BalanceOn(day) > 0) return new OverdueItem(item, paid, day, day);
        }
        return null;
    }

    /// <summary>
    /// Cash on it by so many days after <see cref="First"/>, that day and the last included, less what was taken off it, minor units; never less than
    /// nothing, nor more than what was overdue. Cash that recovers a write-off counts; credits, write-offs and waivers are none.
    /// </summary>
    public long RecoveredBy(int age) => Math.Clamp(PaidBy(First.AddDays(age)) - PaidBy(opening), 0, Minor);

    private long PaidBy(DateOnly day) => paid.Where(p => p.On <= day).Sum(p => p.Minor);
}
