using Recoup.Core.Events;

namespace Recoup.Core.Receivables;

/// <summary>In which order a payment without a reference meets the open items.</summary>
public enum AllocationOrder
{
    /// <summary>Due date, then issue date, then number: its limitation period ends soonest.</summary>
    OldestFirst,

    /// <summary>Charges first (costs, then interest), then invoices oldest first: BGB 367.</summary>
    ChargesFirst,
}

/// <summary>What a payment or credit does to the open items. A plan is made once and recorded; it is never made again.</summary>
public sealed record AllocationPlan(IReadOnlyList<Applied> Allocations, IReadOnlyList<Named> Waiting, long Unapplied)
{
    /// <summary>
    /// First what was named, as far as the items are open (what had been written off takes it as a recovery);
    /// then, where nothing was named, the open items in order. The rest is unapplied, and of that
    /// <see cref="Waiting"/> is kept for invoices that have not arrived. Each allocation takes effect on the
    /// later of its two documents' dates.
    /// </summary>
    /// <param name="minor">What there is to allocate, minor units.</param>
    /// <param name="on">The date of the payment or credit.</param>
    /// <param name="named">By number and amount; null or empty where the payer named none.</param>
    /// <param name="find">The item of a number, or null where it has not arrived.</param>
    /// <param name="open">The open items of the account in the payment's currency, in any order; looked at only where nothing was named.</param>
    public static AllocationPlan Make(
        long minor, DateOnly on, IReadOnlyList<Named>? named, Func<string, ItemState?> find, IEnumerable<ItemState> open, AllocationOrder order)
    {
        var allocations = new List<Applied>();
        var waiting = new List<Named>();
        var rest = minor;
        if (named is { Count: > 0 })
        {
            // A number may be named twice: what the first mention took is no longer there for the second.
            var taken = new Dictionary<string, (long Open, long Recovery)>(StringComparer.Ordinal);
            foreach (var name in named)
            {
                var item = find(name.Number);
                if (item is null)
                {
                    var kept = Math.Min(rest, name.Minor);
                    if (kept > 0) waiting.Add(name with { Minor = kept });
                    continue;
                }
                var before = taken.GetValueOrDefault(name.Number);
                var onOpen = Math.Clamp(Math.Min(item.Balance - before.Open, name.Minor), 0, rest);
                rest -= onOpen;
                var onWrittenOff = Math.Clamp(Math.Min(item.WrittenOff - before.Recovery, name.Minor - onOpen), 0, rest);
                rest -= onWrittenOff;
                var effective = Later(on, item.IssuedOn);
                if (onOpen > 0) allocations.Add(new Applied(name.Number, onOpen, effective));
                if (onWrittenOff > 0) allocations.Add(new Applied(name.Number, onWrittenOff, effective, Recovery: true));
                taken[name.Number] = (before.Open + onOpen, before.Recovery + onWrittenOff);
            }
            return new AllocationPlan(allocations, waiting, rest);
        }
        foreach (var item in InOrder(open, order))
        {
            if (rest == 0) break;
            var part = Math.Min(rest, item.Balance);
            if (part <= 0) continue;
            allocations.Add(new Applied(item.Number, part, Later(on, item.IssuedOn)));
            rest -= part;
        }
        return new AllocationPlan(allocations, waiting, rest);
    }

    public static IEnumerable<ItemState> InOrder(IEnumerable<ItemState> items, AllocationOrder order) =>
        items
            .OrderBy(i => order == AllocationOrder.ChargesFirst && i.Kind != ItemKind.Charge)
            .ThenBy(i => i.DueOn)
            .ThenBy(i => i.IssuedOn)
            .ThenBy(i => i.Number, StringComparer.Ordinal);

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;
}
