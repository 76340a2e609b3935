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
    /// <see cref="Waiting"/> is kept for invoices that have not arrived. Each allocation takes effect on the later of its two
    /// documents' dates; or where the item was paid then and is open again since, on the day from which that much of it is open.
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
            var taken = new Dictionary<string, (List<Movement> Open, List<Movement> WrittenOff)>(StringComparer.Ordinal);
            foreach (var name in named)
            {
                var item = find(name.Number);
                if (item is null)
                {
                    var kept = Math.Min(rest, name.Minor);
                    if (kept > 0) waiting.Add(name with { Minor = kept });
                    continue;
                }
                if (!taken.TryGetValue(name.Number, out var left)) left = taken[name.Number] = ([.. item.Movements], [.. item.WriteOffs ?? []]);
                var onOpen = Take(item, left.Open, Math.Min(rest, name.Minor), recovery: false);
                rest -= onOpen;
                rest -= Take(item, left.WrittenOff, Math.Min(rest, name.Minor - onOpen), recovery: true);
            }
            return new AllocationPlan(allocations, waiting, rest);
        }
        foreach (var item in InOrder(open, order))
        {
            if (rest == 0) break;
            var part = Math.Min(rest, item.Balance);
            if (part <= 0) continue;
            allocations.Add(new Applied(item.Number, part, Later(Later(on, item.IssuedOn), Movements.EnoughFrom(item.Movements, part))));
            rest -= part;
        }
        return new AllocationPlan(allocations, waiting, rest);

        long Take(ItemState item, List<Movement> there, long wanted, bool recovery)
        {
            var part = Math.Clamp(Movements.Sum(there), 0, wanted);
            if (part == 0) return 0;
            var effective = Later(Later(on, item.IssuedOn), Movements.EnoughFrom(there, part));
            allocations.Add(new Applied(item.Number, part, effective, recovery));
            Movements.Add(there, effective, -part);
            return part;
        }
    }

    public static IEnumerable<ItemState> InOrder(IEnumerable<ItemState> items, AllocationOrder order) =>
        items
            .OrderBy(i => order == AllocationOrder.ChargesFirst && i.Kind != ItemKind.Charge)
            .ThenBy(i => i.DueOn)
            .ThenBy(i => i.IssuedOn)
            .ThenBy(i => i.Number, StringComparer.Ordinal);

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;
}
