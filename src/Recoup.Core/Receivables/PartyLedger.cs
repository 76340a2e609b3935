using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Cells;
using Recoup.Core.Parties;

namespace Recoup.Core.Receivables;

/// <summary>How items, cash and the measures of both follow from the events of any chapter: the entries that their folds have in common.</summary>
internal static class PartyLedger
{
    internal static void Change<T>(PartyState state, Envelope e, CellDeltas cells, string number, T by, Action<ItemState, T> change) =>
        Exposures.Change(state, state.Loaded(e.Account, number), cells, by, change);

    internal static void Issue(PartyState state, Envelope e, CellDeltas cells, ItemState item)
    {
        // Already overdue when first heard of: such an item enters at the strategy's entry step.
        if (e.RecordedOn > item.DueOn) item.EnteredOn = e.RecordedOn;
        Exposures.Change(state, item, cells, e.EffectiveOn, static (i, on) => i.Move(on, i.Amount));
        // A charge may be due on a day gone by: no due date passes that would make it overdue.
        Reinstate(state, e, cells, item.Number, item.Amount);
        state.Touch(e);
    }

    /// <summary>What the item's document is counted in.</summary>
    internal static Measure Billed(ItemState item) => item.Kind == ItemKind.Invoice ? InvoiceChapter.Sales : ChargeChapter.Charged;

    /// <summary>A balance that rises on an item already overdue, or is made due on a day gone by, becomes overdue at once.</summary>
    internal static void Reinstate(PartyState state, Envelope e, CellDeltas cells, string number, long minor)
    {
        var item = state.Items[(e.Account, number)];
        if (minor > 0 && e.EffectiveOn > item.DueAt(e.EffectiveOn))
            Flow(state, e.Account, cells, ReceivableChapter.OverdueReinstated, e.EffectiveOn, null, item.Currency, minor, 0);
    }

    internal static void Correct(
        PartyState state, Envelope e, CellDeltas cells, string number, long delta, DateOnly? due, IReadOnlyList<Released>? released, bool cancelled)
    {
        var on = e.EffectiveOn;
        var item = state.Loaded(e.Account, number);
        var wasOverdue = on > item.DueAt(on);
        var freed = new List<Movement>();
        foreach (var part in released ?? [])
        {
            var cash = state.Cash[part.Payment];
            var unapplied = new List<Movement>();
            foreach (var taken in TakeBack(cash, number, part.Minor))
            {
                // What had not met the item by then goes back on the day it did.
                var back = on > taken.On ? on : taken.On;
                unapplied.Add(new Movement(back, taken.Minor));
                (cash.Back ??= []).Add(new TakenBack(number, taken.Minor, taken.On, back) { MetOn = taken.MetOn });
                if (cash.Kind != CashKind.Payment) continue;
                CountCash(state, e, cells, item, back, taken.FirstOn, -taken.Minor);
            }
            freed.AddRange(unapplied);
            ChangeUnapplied(state, cash, cells, Waiting(state, cash), unapplied);
        }
        Change(state, e, cells, number, freed, (i, freed) =>
        {
            i.ChangeAmount(on, delta);
            if (cancelled) (i.CancelledOn, i.CancelledMinor) = (on, -delta);
            i.Move(on, delta);
            foreach (var back in freed) i.Move(back.On, back.Minor);
            if (due is { } d) Redate(state, e, cells, i, d);
        });
        Flow(state, e.Account, cells, Billed(item), on, null, item.Currency, delta, cancelled ? -1 : 0);
        // A due date set to a day gone by makes the whole balance overdue at once, not only what was added.
        Reinstate(state, e, cells, number, wasOverdue ? delta : item.BalanceOn(on));
        state.Touch(e);
    }

    /// <summary>A new due date from a day on. Cash that met the item since then is late, or no longer late, by the new one.</summary>
    internal static void Redate(PartyState state, Envelope e, CellDeltas cells, ItemState item, DateOnly due)
    {
        var since = (item.AppliedBy ?? []).Select(key => state.Cash[key]).Where(c => c.Kind == CashKind.Payment)
            .SelectMany(c => c.Allocations).Where(a => a.Number == item.Number && !a.Recovery && a.FirstOn >= e.EffectiveOn)
            .ToList();
        foreach (var met in since) CountLate(state, e, cells, item, met.On, met.FirstOn, -met.Minor);
        item.Redate(e.EffectiveOn, due);
        foreach (var met in since) CountLate(state, e, cells, item, met.On, met.FirstOn, met.Minor);
    }

    /// <summary>Cash that met the item, or was taken off it again (below zero).</summary>
    /// <param name="on">The day of that.</param>
    /// <param name="since">When the cash first met the item: by that it was so many days old, and in time or late.</param>
    private static void CountCash(PartyState state, Envelope e, CellDeltas cells, ItemState item, DateOnly on, DateOnly since, long minor)
    {
        Flow(state, e.Account, cells, ReceivableChapter.CashApplied, on, item.IssuedOn, item.Currency, minor, 0,
            OwnValues.OfDays(since.DayNumber - item.IssuedOn.DayNumber, on, item.IssuedOn));
        CountLate(state, e, cells, item, on, since, minor);
    }

    /// <summary>Only where it was late: cash in time never was cash on overdue.</summary>
    private static void CountLate(PartyState state, Envelope e, CellDeltas cells, ItemState item, DateOnly on, DateOnly since, long minor)
    {
        if (item.DueAt(since) is var due && since > due)
            Flow(state, e.Account, cells, ReceivableChapter.CashOnOverdue, on, due, item.Currency, minor, 0,
                OwnValues.OfDays(since.DayNumber - due.DayNumber, on, due));
    }

    /// <summary>Cash or credit meets an item: the allocation's effect on item, flows and document.</summary>
    internal static void Meet(PartyState state, Envelope e, CellDeltas cells, CashState cash, Applied allocation)
    {
        cash.Allocations.Add(allocation);
        if (state.NotesChanges) state.Cash.Changed.Add(cash.Key);
        var item = state.Loaded(e.Account, allocation.Number);
        if (item.AppliedBy?.Contains(cash.Key) != true) (item.AppliedBy ??= []).Add(cash.Key);
        if (allocation.Recovery)
        {
            Change(state, e, cells, allocation.Number, allocation, static (i, a) => Movements.Add(i.WriteOffs ??= [], a.On, -a.Minor));
            Flow(state, e.Account, cells, WriteOffChapter.WrittenOff, allocation.On, item.DueAt(allocation.On), item.Currency, -allocation.Minor, 0);
            Flow(state, e.Account, cells, WriteOffChapter.WriteOffRecovered, allocation.On, null, item.Currency, allocation.Minor, 1);
            return;
        }
        Change(state, e, cells, allocation.Number, allocation, static (i, a) => i.Move(a.On, -a.Minor));
        var late = cash.Kind == CashKind.Payment && allocation.FirstOn > item.DueAt(allocation.FirstOn);
        // Put back as the item stands again, what was no cash on overdue is none now, and what it covers is not open again.
        if (allocation.MetOn is not null && !late && allocation.On > item.DueAt(allocation.On))
            Flow(state, e.Account, cells, ReceivableChapter.OverdueReinstated, allocation.On, null, item.Currency, -allocation.Minor, 0);
        if (cash.Kind == CashKind.Payment) CountCash(state, e, cells, item, allocation.On, allocation.FirstOn, allocation.Minor);
    }

    /// <summary>What a payment or credit had on an item since a day is open again from another day on.</summary>
    /// <param name="since">When it first met the item: by that it was in time or late.</param>
    internal static void PutBack(PartyState state, Envelope e, CellDeltas cells, CashState cash, ItemState item, long minor, DateOnly since, DateOnly on)
    {
        Change(state, e, cells, item.Number, (on, minor), static (i, by) => i.Move(by.on, by.minor));
        if (cash.Kind != CashKind.Payment)
        {
            // A credit was no cash, so what it had lowered has risen.
            if (on > item.DueAt(on)) Flow(state, e.Account, cells, ReceivableChapter.OverdueReinstated, on, null, item.Currency, minor, 0);
            return;
        }
        CountCash(state, e, cells, item, on, since, -minor);
        if (since <= item.DueAt(since) && on > item.DueAt(on))
            Flow(state, e.Account, cells, ReceivableChapter.OverdueReinstated, on, null, item.Currency, minor, 0);
    }

    /// <summary>Takes that much of the payment off the item, last allocation first, and says what was taken of each.</summary>
    internal static List<Applied> TakeBack(CashState cash, string number, long minor)
    {
        var taken = new List<Applied>();
        for (var i = cash.Allocations.Count - 1; i >= 0 && minor > 0; i--)
        {
            var allocation = cash.Allocations[i];
            if (allocation.Number != number || allocation.Recovery) continue;
            var part = Math.Min(allocation.Minor, minor);
            minor -= part;
            taken.Add(allocation with { Minor = part });
            if (part == allocation.Minor) cash.Allocations.RemoveAt(i); else cash.Allocations[i] = allocation with { Minor = allocation.Minor - part };
        }
        Invariant.Holds(minor == 0, $"payment {cash.Key} released more from {number} than it had there");
        return taken;
    }

    /// <summary>What a payment had recovered of a write-off is written off again from a day on.</summary>
    internal static void Unrecover(PartyState state, Envelope e, CellDeltas cells, ItemState item, long minor, DateOnly on, int count)
    {
        Change(state, e, cells, item.Number, (on, minor), static (i, by) => Movements.Add(i.WriteOffs ??= [], by.on, by.minor));
        Flow(state, e.Account, cells, WriteOffChapter.WrittenOff, on, item.DueAt(on), item.Currency, minor, 0);
        Flow(state, e.Account, cells, WriteOffChapter.WriteOffRecovered, on, null, item.Currency, -minor, count);
    }

    internal static void ChangeUnapplied(PartyState state, CashState cash, CellDeltas cells, IReadOnlyList<Named>? waiting, List<Movement> by) =>
        Exposures.ChangeCash(state, cash, cells, waiting, by);

    internal static List<Named>? Waiting(PartyState state, CashState cash) => state.Unapplied.Find(u => u.Key == cash.Key)?.Waiting;

    internal static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

    internal static void Flow(
        PartyState state, string account, CellDeltas cells, Measure measure, DateOnly on, DateOnly? reference, string currency, long minor, long count,
        string own = "")
    {
        var (portfolio, segment) = state.PlaceOn(account, on);
        cells.Add(measure, on, reference, portfolio, segment, currency, minor, count, own);
    }
}
