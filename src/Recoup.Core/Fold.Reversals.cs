using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core;

/// <summary>What is taken back: cash off an item, cash sent back to the customer, a cancellation, a recovery.</summary>
public static partial class Fold
{
    /// <summary>A payment came back, or a credit note never was: all that it did is undone, from a day on.</summary>
    private static void Reverse(PartyState state, Envelope e, CellDeltas cells, string key, IReadOnlyList<Applied> parts)
    {
        var cash = state.Cash[key];
        foreach (var undone in parts)
        {
            var on = Later(e.EffectiveOn, undone.On);
            var item = state.Loaded(e.Account, undone.Number);
            if (undone.Recovery) Unrecover(state, e, cells, item, undone.Minor, on, -1);
            else PutBack(state, e, cells, cash, item, undone.Minor, undone.On, on);
        }
        // Dated before a release, it takes back first what the release then would have: nothing is left to release.
        foreach (var back in cash.Back ?? [])
        {
            if (back.On <= e.EffectiveOn) continue;
            var item = state.Loaded(e.Account, back.Number);
            var earlier = Later(e.EffectiveOn, back.Since);
            if (back.Recovery)
            {
                Unrecover(state, e, cells, item, back.Minor, earlier, -1);
                Unrecover(state, e, cells, item, -back.Minor, back.On, 1);
            }
            else if (cash.Kind == CashKind.Payment)
            {
                PutBack(state, e, cells, cash, item, back.Minor, back.Since, earlier);
                PutBack(state, e, cells, cash, item, -back.Minor, back.Since, back.On);
            }
            // What rose when the credit was taken off was counted then; now it rises earlier, and is counted once.
            else Change(state, e, cells, item.Number, (earlier, back), static (i, by) => { i.Move(by.earlier, by.back.Minor); i.Move(by.back.On, -by.back.Minor); });
        }
        if (cash.Kind == CashKind.Payment)
        {
            Flow(state, e.Account, cells, Measure.CashReceived, e.EffectiveOn, null, cash.Currency, -cash.Minor, -1);
            PromiseChapter.Count(state, e.EffectiveOn, new CashToCome(cash.Key, e.EffectiveOn, cash.On, e.Account, cash.Currency, -cash.Minor));
        }
        else Flow(state, e.Account, cells, Measure.Sales, e.EffectiveOn, null, cash.Currency, cash.Minor, 0);
        cash.Reversed = true;
        cash.Allocations.Clear();
        cash.Back = null;
        ChangeUnapplied(state, cash, cells, null, cash.Moves.ConvertAll(m => new Movement(Later(e.EffectiveOn, m.On), -m.Minor)));
        state.Touch(e);
    }

    /// <summary>Parts of a payment or credit go back from an item to unapplied cash; none before it had met the item.</summary>
    private static void TakeOff(PartyState state, Envelope e, CellDeltas cells, Event.AllocationReversed reversed)
    {
        var cash = state.Cash[reversed.Payment];
        var item = state.Loaded(e.Account, reversed.Number);
        var unapplied = new List<Movement>();
        foreach (var part in reversed.Parts)
        {
            var on = Later(e.EffectiveOn, part.On);
            RemovePart(cash, part);
            (cash.Back ??= []).Add(new TakenBack(part.Number, part.Minor, part.On, on, part.Recovery));
            unapplied.Add(new Movement(on, part.Minor));
            if (part.Recovery) Unrecover(state, e, cells, item, part.Minor, on, -1);
            else PutBack(state, e, cells, cash, item, part.Minor, part.On, on);
        }
        ChangeUnapplied(state, cash, cells, Waiting(state, cash), unapplied);
        state.Touch(e);
    }

    /// <summary>The last allocation that stands there so, as far as the part goes.</summary>
    private static void RemovePart(CashState cash, Applied part)
    {
        var at = cash.Allocations.FindLastIndex(a => a.Number == part.Number && a.On == part.On && a.Recovery == part.Recovery && a.Minor >= part.Minor);
        Foundation.Invariant.Holds(at >= 0, $"payment {cash.Key} has no such part on {part.Number}");
        if (cash.Allocations[at].Minor == part.Minor) cash.Allocations.RemoveAt(at);
        else cash.Allocations[at] = cash.Allocations[at] with { Minor = cash.Allocations[at].Minor - part.Minor };
    }

    /// <summary>What a payment had recovered of a write-off is written off again from a day on.</summary>
    private static void Unrecover(PartyState state, Envelope e, CellDeltas cells, ItemState item, long minor, DateOnly on, int count)
    {
        Change(state, e, cells, item.Number, (on, minor), static (i, by) => Movements.Add(i.WriteOffs ??= [], by.on, by.minor));
        Flow(state, e.Account, cells, Measure.WrittenOff, on, item.DueAt(on), item.Currency, minor, 0);
        Flow(state, e.Account, cells, Measure.WriteOffRecovered, on, null, item.Currency, -minor, count);
    }

    private static void Refund(PartyState state, Envelope e, CellDeltas cells, Event.RefundMade refund)
    {
        state.Cash[refund.Refund] = new CashState
        {
            Key = refund.Refund, Account = e.Account, Kind = CashKind.Refund, Currency = refund.Currency, On = e.EffectiveOn, Minor = refund.Minor, From = [.. refund.From],
        };
        if (state.NotesChanges) state.Cash.Changed.Add(refund.Refund);
        SendBack(state, e, cells, refund.From, refund.Currency, +1);
    }

    private static void ReverseRefund(PartyState state, Envelope e, CellDeltas cells, Event.RefundReversed reversed)
    {
        state.Cash[reversed.Refund].Reversed = true;
        if (state.NotesChanges) state.Cash.Changed.Add(reversed.Refund);
        SendBack(state, e, cells, reversed.From, reversed.Currency, -1);
    }

    /// <summary>Cash leaves (+1) or comes back (-1). A promise that it kept stays kept: what was promised had come.</summary>
    private static void SendBack(PartyState state, Envelope e, CellDeltas cells, IReadOnlyList<Released> parts, string currency, int sign)
    {
        foreach (var part in parts)
        {
            var cash = state.Cash[part.Payment];
            Movements.Add(cash.Refunds ??= [], e.EffectiveOn, sign * part.Minor);
            if (cash.Refunds.Count == 0) cash.Refunds = null;
            ChangeUnapplied(state, cash, cells, Waiting(state, cash), [new Movement(e.EffectiveOn, -sign * part.Minor)]);
            Flow(state, e.Account, cells, Measure.CashReceived, e.EffectiveOn, null, currency, -sign * part.Minor, 0);
        }
        state.Touch(e);
    }

    /// <summary>A cancelled item stands again: its amount is open, and what was to be sent to the customer is to be sent still.</summary>
    private static void Reinstate(PartyState state, Envelope e, CellDeltas cells, Event.CancellationReversed reversed)
    {
        Change(state, e, cells, reversed.Number, (e.EffectiveOn, reversed.MinorDelta), static (item, by) =>
        {
            item.TakeCancellationBack(by.EffectiveOn);
            item.Amount += by.MinorDelta;
            item.Move(by.EffectiveOn, by.MinorDelta);
        });
        var item = state.Items[(e.Account, reversed.Number)];
        if (item.Kind == ItemKind.Invoice) Flow(state, e.Account, cells, Measure.Sales, e.EffectiveOn, null, item.Currency, reversed.MinorDelta, 1);
        Reinstate(state, e, cells, reversed.Number, item.BalanceOn(e.EffectiveOn));
        if (item.Delivery is { Outcome: "withdrawn", Why: "cancelled" } && !state.Erased) Deliveries.Await(state, e.Account, reversed.Number);
        state.Touch(e);
    }
}
