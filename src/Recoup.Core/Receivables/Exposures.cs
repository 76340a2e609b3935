using Recoup.Core.Foundation;
using Recoup.Core.Cells;
using Recoup.Core.Parties;

namespace Recoup.Core.Receivables;

/// <summary>A slice that sums up items that are in payment plans.</summary>
internal interface ISumOfItems
{
    /// <summary>Takes an item's part out (-1) before the item changes, and in (+1) after.</summary>
    void Count(PartyState party, ItemState item, int sign);
}

/// <summary>
/// Keeps the sums of a party's header and the stocks' cells in step with its items and its cash. Both are defined
/// as sums over them: the header's as of the state's day, the cells' over all days. Whatever changes an item goes
/// through <see cref="Change"/>, whatever changes what is unapplied through <see cref="ChangeCash"/>; they add
/// the difference between after and before.
/// </summary>
internal static class Exposures
{
    /// <summary>Changes one item, or adds it, and brings header and cells along.</summary>
    /// <param name="by">Given to the change, which then captures nothing: it is made for nearly every event.</param>
    public static void Change<T>(PartyState state, ItemState item, CellDeltas cells, T by, Action<ItemState, T> change)
    {
        var key = (item.Account, item.Number);
        AddToHeader(state, item, state.AsOf, -1);
        AddToCells(state, item, cells, -1);
        CountPlanned(state, item, -1);
        change(item, by);
        item.Ahead = item.Movements.Count > 0 && item.Movements[^1].On > state.AsOf;
        AddToCells(state, item, cells, +1);
        AddToHeader(state, item, state.AsOf, +1);
        CountPlanned(state, item, +1);
        Await(state, item);
        state.Items[key] = item;
        if (state.NotesChanges) state.Items.Changed.Add(key);
    }

    private static void CountPlanned(PartyState state, ItemState item, int sign)
    {
        if (item.Plans is null) return;
        foreach (var slice in state.Slices) (slice as ISumOfItems)?.Count(state, item, sign);
    }

    /// <summary>Changes what of a payment or credit is on no item, and brings header and cells along.</summary>
    /// <param name="waiting">Of it, what is kept for invoices that have not arrived.</param>
    /// <param name="by">In any order.</param>
    public static void ChangeCash(PartyState state, CashState cash, CellDeltas cells, IReadOnlyList<Named>? waiting, List<Movement> by)
    {
        AddToCells(state, cash, cells, -1);
        foreach (var move in by) Movements.Add(cash.Moves, move.On, move.Minor);
        AddToCells(state, cash, cells, +1);
        if (state.NotesChanges) state.Cash.Changed.Add(cash.Key);
        Invariant.Holds(cash.Unapplied >= 0, $"payment {cash.Key} is applied beyond its amount");
        var minor = cash.UnappliedOn(state.AsOf);
        var later = new List<Movement>(0);
        foreach (var move in cash.Moves)
            if (move.On > state.AsOf) later.Add(move);
        UnappliedCash? entry = null;
        foreach (var unapplied in state.Unapplied)
            if (unapplied.Key == cash.Key) { entry = unapplied; break; }
        if (minor == 0 && later.Count == 0)
        {
            if (entry is not null) state.Unapplied.Remove(entry);
            return;
        }
        if (entry is null) state.Unapplied.Add(entry = new UnappliedCash { Key = cash.Key, Account = cash.Account, Currency = cash.Currency, On = cash.On });
        entry.Minor = minor;
        entry.Later = later.Count == 0 ? null : later;
        entry.Waiting = waiting is { Count: > 0 } ? [.. waiting] : null;
    }

    internal static void AdvanceItems(PartyState state, DateOnly from, DateOnly to)
    {
        foreach (var awaited in state.Awaited.FindAll(a => a.On <= to))
        {
            var item = state.Item(awaited.Account, awaited.Number);
            Invariant.Holds(item is not null, $"item {awaited.Number} of account {awaited.Account}, awaited on {awaited.On:yyyy-MM-dd}, was not loaded");
            AddToHeader(state, item, from, -1);
            AddToHeader(state, item, to, +1);
            Await(state, item);
        }
    }

    internal static void AdvanceUnapplied(PartyState state, DateOnly to)
    {
        foreach (var unapplied in state.Unapplied)
        {
            if (unapplied.Later is not { } later) continue;
            unapplied.Minor += Movements.SumOn(later, to);
            later.RemoveAll(m => m.On <= to);
            if (later.Count == 0) unapplied.Later = null;
        }
        state.Unapplied.RemoveAll(u => u.Minor == 0 && u.Later is null);
    }

    /// <summary>
    /// A segment holds from a day on: open balances and unapplied cash move between the segments' cells by paired
    /// deltas. The header knows what is open by due day and what is unapplied; items that change by themselves
    /// after that day are gone through one by one (they must be loaded).
    /// </summary>
    public static void Resegment(PartyState state, TreatmentState treatment, DateOnly from, string segment, CellDeltas cells)
    {
        Shift(state, state, [.. state.Accounts.Where(a => a.Portfolio == treatment.Portfolio).Select(a => a.Account)], from, cells, () =>
        {
            if (treatment.Segments.Count > 0 && treatment.Segments[^1].On == from) treatment.Segments.RemoveAt(treatment.Segments.Count - 1);
            if (treatment.Segment != segment) treatment.Segments.Add(new SegmentFrom(from, segment));
        });
    }

    /// <summary>An account is of another portfolio from a day on, in the same way; until then it stays where it was.</summary>
    public static void Move(PartyState state, string account, string portfolio, DateOnly from, CellDeltas cells)
    {
        var at = state.Accounts.FindIndex(a => a.Account == account);
        var before = state.Accounts[at].Portfolio;
        Shift(state, state, [account], from, cells, () =>
        {
            state.FormerPlaces ??= [];
            // Moved twice on a day: it never was where it went first.
            if (!state.FormerPlaces.Exists(f => f.Account == account && f.Until == from))
                state.FormerPlaces.Add(new FormerPlace(account, from, before, [.. state.Treatment(before)?.Segments ?? []]));
            state.Accounts[at] = state.Accounts[at] with { Portfolio = portfolio };
        });
    }

    /// <summary>All accounts of another party are of this one from a day on, in the same way, with everything that is open of them.</summary>
    /// <param name="merge">Puts all else that the other has into the state.</param>
    public static void Join(PartyState state, PartyState other, DateOnly from, CellDeltas cells, Action merge)
    {
        Invariant.Holds(other.AsOf == from, "two parties become one on the day both stand on");
        // What is open of the other is added below, with its cells: so the state has a slice of its own to add it to.
        ReceivableChapter.Slice.In(state);
        Shift(other, state, [.. other.Accounts.Select(a => a.Account)], from, cells, () =>
        {
            merge();
            state.Exposures.AddRange(other.Exposures);
            state.Exposures.Sort(Compare);
            foreach (var awaited in other.Awaited) Await(state, awaited);
        });
    }

    /// <param name="after">Whose the accounts are after the change; mostly the same party.</param>
    /// <param name="change">Makes the accounts' places after the day the new ones.</param>
    private static void Shift(PartyState state, PartyState after, IReadOnlyList<string> accounts, DateOnly from, CellDeltas cells, Action change)
    {
        Invariant.Holds(after.AsOf == from, "a segment or a portfolio changes on the day the state stands on");
        var before = new Dictionary<string, (string Portfolio, string Segment)>(accounts.Count, StringComparer.Ordinal);
        foreach (var account in accounts) before.Add(account, state.PlaceOn(account, from));
        List<ItemState> awaited = state.Awaited.Count == 0 ? [] : state.Awaited.Where(a => before.ContainsKey(a.Account))
            .Select(a => (a.Account, a.Number)).Distinct()
            .Select(key => state.Items[key]).ToList();
        foreach (var item in awaited) AddToCells(state, item, cells, -1);

        var sums = new Dictionary<(string Account, DateOnly Due, string Currency), CellValue>();
        foreach (var e in state.Exposures)
            if (before.ContainsKey(e.Account)) Add((e.Account, e.DueOn, e.Currency), new CellValue(e.Minor, e.Items));
        foreach (var item in awaited)
            if (item.BalanceOn(from) is var balance and not 0) Add((item.Account, item.DueAt(from), item.Currency), new CellValue(-balance, -1));
        var unapplied = state.Unapplied.Where(u => before.ContainsKey(u.Account)).ToList();
        change();

        foreach (var ((account, due, currency), value) in sums)
        {
            var (was, now) = (before[account], after.PlaceOn(account, from));
            cells.Add(ReceivableChapter.ExposureStock, from, due, was.Portfolio, was.Segment, currency, -value.Minor, -value.Count);
            cells.Add(ReceivableChapter.ExposureStock, from, due, now.Portfolio, now.Segment, currency, value.Minor, value.Count);
        }
        foreach (var cash in unapplied)
        {
            Pair(cash.Account, from, cash.Minor, cash.Currency);
            foreach (var later in cash.Later ?? []) Pair(cash.Account, later.On, later.Minor, cash.Currency);
        }
        foreach (var item in awaited) AddToCells(after, item, cells, +1);

        void Pair(string account, DateOnly on, long minor, string currency)
        {
            var (was, now) = (before[account], after.PlaceOn(account, from));
            cells.Add(ReceivableChapter.UnappliedStock, on, null, was.Portfolio, was.Segment, currency, -minor, 0);
            cells.Add(ReceivableChapter.UnappliedStock, on, null, now.Portfolio, now.Segment, currency, minor, 0);
        }

        void Add((string, DateOnly, string) key, CellValue value)
        {
            ref var sum = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _);
            sum += value;
        }
    }

    /// <summary>Adds (+1) or takes away (-1) what the item brings to the header's sums as of a day.</summary>
    private static void AddToHeader(PartyState state, ItemState item, DateOnly asOf, int sign)
    {
        if (item.Movements.Count == 0) return;
        var balance = item.BalanceOn(asOf);
        if (balance != 0)
        {
            var due = item.DueAt(asOf);
            var disputed = item.IsDisputedOn(asOf);
            var planned = item.IsPlannedOn(asOf);
            var pauses = item.PausesOn(asOf);
            Exposure? found = null;
            foreach (var e in state.Exposures)
                if (e.DueOn == due && e.Disputed == disputed && e.Planned == planned && e.EnteredOn == item.EnteredOn
                    && e.Currency == item.Currency && e.Account == item.Account && Pause.Same(e.Pauses, pauses))
                {
                    found = e;
                    break;
                }
            if (found is null)
            {
                found = new Exposure
                {
                    Account = item.Account, Currency = item.Currency, DueOn = due, EnteredOn = item.EnteredOn, Disputed = disputed, Planned = planned,
                    Pauses = pauses,
                };
                // Kept in order, so that the same items give the same bytes in whatever order they came.
                var at = 0;
                while (at < state.Exposures.Count && Compare(state.Exposures[at], found) < 0) at++;
                state.Exposures.Insert(at, found);
            }
            found.Minor += sign * balance;
            found.Items += sign;
            if (found.Minor == 0 && found.Items == 0) state.Exposures.Remove(found);
        }
        else if (item.Kind == ItemKind.Invoice && !item.IsCancelledOn(asOf) && Movements.SumOn(item.WriteOffs, asOf) == 0
            && item.SettledOn(asOf) is { } settled)
        {
            var late = Math.Max(0, Ageing.DaysPastDue(item.DueAt(settled), settled));
            state.Behaviour.Settled += sign;
            if (late > 0) state.Behaviour.SettledLate += sign;
            state.Behaviour.LateDays += sign * late;
        }
    }

    private static int Compare(Exposure a, Exposure b)
    {
        var order = a.DueOn.CompareTo(b.DueOn);
        if (order == 0) order = string.CompareOrdinal(a.Account, b.Account);
        if (order == 0) order = string.CompareOrdinal(a.Currency, b.Currency);
        if (order == 0) order = Nullable.Compare(a.EnteredOn, b.EnteredOn);
        if (order == 0) order = a.Disputed.CompareTo(b.Disputed);
        if (order == 0) order = a.Planned.CompareTo(b.Planned);
        return order != 0 ? order : Pause.Compare(a.Pauses, b.Pauses);
    }

    /// <summary>
    /// The item's part of the cells: of exposure a step wherever its balance, due day or segment changes, and how it ended. The cells
    /// are the sum of this over all items.
    /// </summary>
    private static void AddToCells(PartyState state, ItemState item, CellDeltas cells, int sign)
    {
        if (item.Movements.Count == 0) return;
        var first = item.Movements[0].On;
        if (Steps(state, item.Account, item.Movements, item.FormerDues) is not { } days)
        {
            if (AddPlainToCells(item, state.PlaceOn(item.Account, first), cells, sign)) ItemEnds.AddTo(cells, state, item, sign);
            return;
        }
        ItemEnds.AddTo(cells, state, item, sign);
        long balanceBefore = 0;
        DateOnly dueBefore = default;
        var placeBefore = (Portfolio: "", Segment: "");
        foreach (var day in days)
        {
            var balance = item.BalanceOn(day);
            var due = item.DueAt(day);
            var place = state.PlaceOn(item.Account, day);
            if (balanceBefore != 0 && due == dueBefore && place == placeBefore)
            {
                cells.Add(ReceivableChapter.ExposureStock, day, due, place.Portfolio, place.Segment, item.Currency, sign * (balance - balanceBefore),
                    balance == 0 ? -sign : 0);
            }
            else
            {
                if (balanceBefore != 0)
                    cells.Add(ReceivableChapter.ExposureStock, day, dueBefore, placeBefore.Portfolio, placeBefore.Segment, item.Currency,
                        -sign * balanceBefore, -sign);
                if (balance != 0) cells.Add(ReceivableChapter.ExposureStock, day, due, place.Portfolio, place.Segment, item.Currency, sign * balance, sign);
            }
            (balanceBefore, dueBefore, placeBefore) = (balance, due, place);
        }
    }

    /// <summary>
    /// As above, where due day, portfolio and segment are the same on all days: movements are in order of day. True where nothing of it was open
    /// at the end of any of them.
    /// </summary>
    private static bool AddPlainToCells(ItemState item, (string Portfolio, string Segment) place, CellDeltas cells, int sign)
    {
        long before = 0;
        var ends = false;
        foreach (var movement in item.Movements)
        {
            var balance = before + movement.Minor;
            var items = (balance != 0 ? sign : 0) - (before != 0 ? sign : 0);
            cells.Add(ReceivableChapter.ExposureStock, movement.On, item.DueOn, place.Portfolio, place.Segment, item.Currency, sign * movement.Minor, items);
            before = balance;
            ends |= balance == 0;
        }
        return ends;
    }

    /// <summary>The unapplied rest's part of the cells: a stock too, so it follows portfolio and segment as open balances do.</summary>
    private static void AddToCells(PartyState state, CashState cash, CellDeltas cells, int sign)
    {
        if (cash.Moves.Count == 0) return;
        if (Steps(state, cash.Account, cash.Moves, null) is not { } days)
        {
            var always = state.PlaceOn(cash.Account, cash.Moves[0].On);
            foreach (var move in cash.Moves)
                cells.Add(ReceivableChapter.UnappliedStock, move.On, null, always.Portfolio, always.Segment, cash.Currency, sign * move.Minor, 0);
            return;
        }
        long before = 0;
        var placeBefore = (Portfolio: "", Segment: "");
        foreach (var day in days)
        {
            var minor = cash.UnappliedOn(day);
            var place = state.PlaceOn(cash.Account, day);
            if (place == placeBefore)
                cells.Add(ReceivableChapter.UnappliedStock, day, null, place.Portfolio, place.Segment, cash.Currency, sign * (minor - before), 0);
            else
            {
                cells.Add(ReceivableChapter.UnappliedStock, day, null, placeBefore.Portfolio, placeBefore.Segment, cash.Currency, -sign * before, 0);
                cells.Add(ReceivableChapter.UnappliedStock, day, null, place.Portfolio, place.Segment, cash.Currency, sign * minor, 0);
            }
            (before, placeBefore) = (minor, place);
        }
    }

    /// <summary>The days on which balance, due day, portfolio or segment change; null where only the balance does, on the days of its movements.</summary>
    private static List<DateOnly>? Steps(PartyState state, string account, List<Movement> movements, List<FormerDue>? formerDues)
    {
        List<DateOnly>? days = null;
        var first = movements[0].On;
        if (formerDues is not null)
            foreach (var former in formerDues)
                if (former.Until > first) (days ??= []).Add(former.Until);
        if (state.FormerPlaces is not null)
            foreach (var former in state.FormerPlaces)
            {
                if (former.Account != account || former.Until <= first) continue;
                (days ??= []).Add(former.Until);
                foreach (var segment in former.Segments)
                    if (segment.On > first && segment.On < former.Until) days.Add(segment.On);
            }
        if (state.Account(account) is { } details && state.Treatment(details.Portfolio) is { } treatment)
            foreach (var segment in treatment.Segments)
                if (segment.On > first) (days ??= []).Add(segment.On);
        if (days is null) return null;
        foreach (var movement in movements) days.Add(movement.On);
        days.Sort();
        for (var i = days.Count - 1; i > 0; i--)
            if (days[i] == days[i - 1]) days.RemoveAt(i);
        return days;
    }

    private static void Await(PartyState state, ItemState item)
    {
        for (var i = state.Awaited.Count - 1; i >= 0; i--)
            if (state.Awaited[i].Account == item.Account && state.Awaited[i].Number == item.Number) state.Awaited.RemoveAt(i);
        if (item.NextChangeAfter(state.AsOf) is { } on) Await(state, new Awaited(on, item.Account, item.Number));
    }

    private static void Await(PartyState state, Awaited awaited)
    {
        var at = state.Awaited.FindLastIndex(a => a.On < awaited.On || (a.On == awaited.On && string.CompareOrdinal(a.Number, awaited.Number) <= 0));
        state.Awaited.Insert(at + 1, awaited);
    }
}
