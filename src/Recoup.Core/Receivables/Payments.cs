using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using static Recoup.Core.Receivables.ItemGuards;
using static Recoup.Core.Receivables.PartyLedger;

namespace Recoup.Core.Receivables;

/// <summary>Cash: payments, what they meet, what is taken off an item, sent back to the customer or goes back by itself.</summary>
internal static class PaymentChapter
{
    // --- rules ---

    /// <param name="key">By which the payment is known from then on.</param>
    /// <param name="order">In which it meets open items where it names none.</param>
    internal static Refused? Receive(Handling work, Input.Payment i, string key, AllocationOrder order)
    {
        var currency = i.Amount.Currency.Code;
        if (TooMuchInAll(work, i.Amount) is { } much) return much;
        foreach (var (number, _) in i.For ?? [])
            if (work.State.Item(i.Account, number) is { } item && item.Currency != currency) return WrongCurrency(item, i.Amount);
        var plan = AllocationPlan.Make(
            i.Amount.Minor, i.On, i.For?.Select(f => new Named(f.Invoice, f.Amount.Minor)).ToList(), number => work.State.Item(i.Account, number),
            work.State.Items.Values.Where(item => item.Account == i.Account && item.Currency == currency && item.Balance > 0), order);
        work.Emit(new Event.PaymentReceived(key, i.Amount.Minor, currency, plan.Allocations, plan.Waiting.Count == 0
            ? null : plan.Waiting)
        { Method = i.Method });
        return null;
    }

    internal static Refused? Reverse(Handling work, Input.PaymentReversed i)
    {
        if (!work.State.Cash.TryGetValue(i.Payment, out var cash) || cash.Account != i.Account || cash.Kind != CashKind.Payment)
            return new Refused(Refusal.UnknownPayment, $"account {i.Account} has no payment with the key {i.Payment}");
        if (cash.Reversed) return new Refused(Refusal.AlreadyReversed, $"payment {i.Payment} was reversed before");
        if (Movements.MostFrom(cash.Refunds, i.On) is > 0 and var sentBack)
            return new Refused(Refusal.AlreadyRefunded,
                $"of payment {i.Payment} {Format(sentBack, cash.Currency)} were sent back to the customer. Where that came back, send refund_reversed first; "
                    + "where it did not, send refund_reversed, then this, then a charge over what the customer has kept");
        if (i.On < cash.On)
            return new Refused(Refusal.BeforeDocument, $"payment {i.Payment} came on {cash.On:yyyy-MM-dd}; it can't go back on {i.On:yyyy-MM-dd}");
        work.Emit(new Event.PaymentReversed(i.Payment, i.Reason, [.. cash.Allocations]));
        return null;
    }

    internal static Refused? Allocate(Handling work, Input.Allocation i)
    {
        if (FindCash(work, i.Account, i.Payment, i.CreditNote, out var cash) is { } unknown) return unknown;
        if (ItemGuards.Find(work.State, i.Account, i.Invoice, out var item) is { } refused) return refused;
        if (i.Amount.Currency.Code != item.Currency || cash.Currency != item.Currency) return WrongCurrency(item, i.Amount);
        if (i.Amount.Minor > cash.Unapplied) return new Refused(Refusal.NothingUnapplied, $"only {Format(cash.Unapplied, item)} of it is unapplied");
        if (i.Amount.Minor > item.Balance) return new Refused(Refusal.MoreThanOpen, $"only {Format(item.Balance, item)} of {i.Invoice} is open");
        Apply(work, cash, item, i.Amount.Minor, i.On);
        return null;
    }

    /// <summary>Unapplied cash meets an item: on a day from which both are there, and not before the one that was asked for.</summary>
    /// <param name="metOn">The day on which it had met the item before, where it is put back as it was; null: it was not there.</param>
    internal static void Apply(Handling work, CashState cash, ItemState item, long minor, DateOnly on, DateOnly? metOn = null)
    {
        var asked = on;
        on = new[] { on, cash.On, item.IssuedOn, Movements.EnoughFrom(cash.Moves, minor), Movements.EnoughFrom(item.Movements, minor) }.Max();
        // Where it can't be put back on that day, the item was open meanwhile, and it meets it anew.
        work.Emit(new Event.CashApplied(cash.Key, new Applied(item.Number, minor, on) { MetOn = on == asked ? metOn : null }), on);
    }

    internal static Refused? TakeOff(Handling work, Input.AllocationReversed i)
    {
        if (FindCash(work, i.Account, i.Payment, i.CreditNote, out var cash) is { } unknown) return unknown;
        if (work.State.Item(i.Account, i.Invoice) is not { } item) return new Refused(Refusal.UnknownItem, $"account {i.Account} has no item {i.Invoice}");
        if (i.Amount is { } amount && amount.Currency.Code != item.Currency) return WrongCurrency(item, amount);
        if (i.On < cash.On)
            return new Refused(Refusal.BeforeDocument,
                $"{Name(i.Payment, i.CreditNote)} is of {cash.On:yyyy-MM-dd}; it can't be taken off anything on {i.On:yyyy-MM-dd}");
        var there = cash.Allocations.Where(a => a.Number == i.Invoice).Sum(a => a.Minor);
        var rest = i.Amount?.Minor ?? there;
        if (there == 0) return new Refused(Refusal.NotApplied, $"{Name(i.Payment, i.CreditNote)} has nothing on {i.Invoice}");
        if (rest > there) return new Refused(Refusal.NotApplied, $"{Name(i.Payment, i.CreditNote)} has only {Format(there, item)} on {i.Invoice}");
        var parts = new List<Applied>();
        // What met it last goes first, as where an invoice is corrected.
        foreach (var allocation in Enumerable.Reverse(cash.Allocations).Where(a => a.Number == i.Invoice))
        {
            var part = Math.Min(allocation.Minor, rest);
            if (part == 0) break;
            parts.Add(allocation with { Minor = part });
            rest -= part;
        }
        work.Emit(new Event.AllocationReversed(cash.Key, i.Invoice, parts, i.Reason));
        return null;
    }

    internal static Refused? Refund(Handling work, Input.Refund i)
    {
        var currency = i.Amount.Currency.Code;
        var from = new List<Released>();
        if (i.Payment is null && i.CreditNote is null)
        {
            var rest = i.Amount.Minor;
            foreach (var unapplied in work.State.Unapplied.Where(u => u.Account == i.Account && u.Currency == currency && u.On <= i.On)
                .OrderBy(u => u.On).ThenBy(u => u.Key, StringComparer.Ordinal))
            {
                var part = Math.Min(rest, work.State.Cash[unapplied.Key].UnappliedFrom(i.On));
                if (part <= 0) continue;
                from.Add(new Released(unapplied.Key, part));
                rest -= part;
                if (rest == 0) break;
            }
            if (rest > 0)
                return new Refused(Refusal.NothingUnapplied,
                    $"only {Format(i.Amount.Minor - rest, currency)} of account {i.Account} are unapplied on {i.On:yyyy-MM-dd} and after");
        }
        else
        {
            if (FindCash(work, i.Account, i.Payment, i.CreditNote, out var cash) is { } unknown) return unknown;
            if (currency != cash.Currency)
                return new Refused(Refusal.WrongCurrency,
                    $"{Name(i.Payment, i.CreditNote)} is in {cash.Currency}, the refund in {currency}; send back what came");
            if (i.On < cash.On)
                return new Refused(Refusal.BeforeDocument,
                    $"{Name(i.Payment, i.CreditNote)} is of {cash.On:yyyy-MM-dd}; it can't be sent back on {i.On:yyyy-MM-dd}");
            var free = cash.UnappliedFrom(i.On);
            if (i.Amount.Minor > free)
                return new Refused(Refusal.NothingUnapplied,
                    $"only {Format(free, currency)} of {Name(i.Payment, i.CreditNote)} are unapplied on {i.On:yyyy-MM-dd} and after; what stands on an item "
                        + "is taken off it first, with allocation_reversed");
            from.Add(new Released(cash.Key, i.Amount.Minor));
        }
        work.Emit(new Event.RefundMade(i.Key, i.Amount.Minor, currency, from, i.Reason));
        return null;
    }

    internal static Refused? ReverseRefund(Handling work, Input.RefundReversed i)
    {
        if (!work.State.Cash.TryGetValue(i.Refund, out var refund) || refund.Account != i.Account || refund.Kind != CashKind.Refund)
            return new Refused(Refusal.UnknownRefund, $"account {i.Account} has no refund with the key {i.Refund}");
        if (refund.Reversed) return new Refused(Refusal.AlreadyReversed, $"refund {i.Refund} was reversed before");
        if (i.On < refund.On)
            return new Refused(Refusal.BeforeDocument, $"refund {i.Refund} was made on {refund.On:yyyy-MM-dd}; it can't come back on {i.On:yyyy-MM-dd}");
        work.Emit(new Event.RefundReversed(i.Refund, refund.Minor, refund.Currency, [.. refund.From!], i.Reason));
        return null;
    }

    /// <summary>The payment of a key or, where none is given, the credit note of a number.</summary>
    internal static Refused? FindCash(Handling work, string account, string? payment, string? creditNote, out CashState cash)
    {
        cash = work.State.Cash.GetValueOrDefault(payment ?? CashState.CreditKey(account, creditNote!))!;
        return cash is null || cash.Account != account || cash.Kind == CashKind.Refund
            ? new Refused(Refusal.UnknownPayment,
                $"account {account} has no {(payment is null ? $"credit note {creditNote}" : $"payment with the key {payment}")}") : null;
    }

    internal static string Name(string? payment, string? creditNote) => payment is null ? $"credit note {creditNote}" : $"payment {payment}";

    // --- what follows from events ---

    internal static void Receive(
        PartyState state, Envelope e, CellDeltas cells, string key, CashKind kind, string currency, long minor, IReadOnlyList<Applied> allocations,
            IReadOnlyList<Named>? waiting)
    {
        var cash = new CashState { Key = key, Account = e.Account, Kind = kind, Currency = currency, On = e.EffectiveOn, Minor = minor };
        state.Cash[key] = cash;
        foreach (var allocation in allocations) Meet(state, e, cells, cash, allocation);
        var moves = new List<Movement>(allocations.Count + 1) { new(e.EffectiveOn, minor) };
        foreach (var allocation in allocations) moves.Add(new Movement(allocation.On, -allocation.Minor));
        ChangeUnapplied(state, cash, cells, waiting, moves);
        state.Touch(e);
    }

    internal static void ApplyUnapplied(PartyState state, Envelope e, CellDeltas cells, Event.CashApplied applied)
    {
        var cash = state.Cash[applied.Payment];
        Meet(state, e, cells, cash, applied.Allocation);
        ChangeUnapplied(state, cash, cells, Waiting(state, cash)?.FindAll(w => w.Number != applied.Allocation.Number),
            [new Movement(applied.Allocation.On, -applied.Allocation.Minor)]);
        state.Touch(e);
    }

    /// <summary>A payment came back, or a credit note never was: all that it did is undone, from a day on.</summary>
    internal static void Reverse(PartyState state, Envelope e, CellDeltas cells, string key, IReadOnlyList<Applied> parts)
    {
        var cash = state.Cash[key];
        foreach (var undone in parts)
        {
            var on = Later(e.EffectiveOn, undone.On);
            var item = state.Loaded(e.Account, undone.Number);
            if (undone.Recovery) Unrecover(state, e, cells, item, undone.Minor, on, -1);
            else PutBack(state, e, cells, cash, item, undone.Minor, undone.FirstOn, on);
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
                PutBack(state, e, cells, cash, item, back.Minor, back.FirstOn, earlier);
                PutBack(state, e, cells, cash, item, -back.Minor, back.FirstOn, back.On);
            }
            // What rose when the credit was taken off was counted then; now it rises earlier, and is counted once.
            else Change(state, e, cells, item.Number, (earlier, back),
                static (i, by) => { i.Move(by.earlier, by.back.Minor); i.Move(by.back.On, -by.back.Minor); });
        }
        if (cash.Kind == CashKind.Payment)
        {
            Flow(state, e.Account, cells, Measure.CashReceived, e.EffectiveOn, null, cash.Currency, -cash.Minor, -1);
        }
        else Flow(state, e.Account, cells, Measure.Sales, e.EffectiveOn, null, cash.Currency, cash.Minor, 0);
        cash.Reversed = true;
        cash.Allocations.Clear();
        cash.Back = null;
        ChangeUnapplied(state, cash, cells, null, cash.Moves.ConvertAll(m => new Movement(Later(e.EffectiveOn, m.On), -m.Minor)));
        state.Touch(e);
    }

    /// <summary>Parts of a payment or credit go back from an item to unapplied cash; none before it had met the item.</summary>
    internal static void TakeOff(PartyState state, Envelope e, CellDeltas cells, Event.AllocationReversed reversed)
    {
        var cash = state.Cash[reversed.Payment];
        var item = state.Loaded(e.Account, reversed.Number);
        var unapplied = new List<Movement>();
        foreach (var part in reversed.Parts)
        {
            var on = Later(e.EffectiveOn, part.On);
            RemovePart(cash, part);
            (cash.Back ??= []).Add(new TakenBack(part.Number, part.Minor, part.On, on, part.Recovery) { MetOn = part.MetOn });
            unapplied.Add(new Movement(on, part.Minor));
            if (part.Recovery) Unrecover(state, e, cells, item, part.Minor, on, -1);
            else PutBack(state, e, cells, cash, item, part.Minor, part.FirstOn, on);
        }
        ChangeUnapplied(state, cash, cells, Waiting(state, cash), unapplied);
        state.Touch(e);
    }

    /// <summary>The last allocation that stands there so, as far as the part goes.</summary>
    internal static void RemovePart(CashState cash, Applied part)
    {
        var at = cash.Allocations.FindLastIndex(a => a.Number == part.Number && a.On == part.On && a.MetOn == part.MetOn && a.Recovery == part.Recovery
            && a.Minor >= part.Minor);
        Foundation.Invariant.Holds(at >= 0, $"payment {cash.Key} has no such part on {part.Number}");
        if (cash.Allocations[at].Minor == part.Minor) cash.Allocations.RemoveAt(at);
        else cash.Allocations[at] = cash.Allocations[at] with { Minor = cash.Allocations[at].Minor - part.Minor };
    }

    internal static void Refund(PartyState state, Envelope e, CellDeltas cells, Event.RefundMade refund)
    {
        state.Cash[refund.Refund] = new CashState
        {
            Key = refund.Refund, Account = e.Account, Kind = CashKind.Refund, Currency = refund.Currency, On = e.EffectiveOn, Minor = refund.Minor,
            From = [.. refund.From],
        };
        if (state.NotesChanges) state.Cash.Changed.Add(refund.Refund);
        SendBack(state, e, cells, refund.From, refund.Currency, +1);
    }

    internal static void ReverseRefund(PartyState state, Envelope e, CellDeltas cells, Event.RefundReversed reversed)
    {
        state.Cash[reversed.Refund].Reversed = true;
        if (state.NotesChanges) state.Cash.Changed.Add(reversed.Refund);
        SendBack(state, e, cells, reversed.From, reversed.Currency, -1);
    }

    /// <summary>Cash leaves (+1) or comes back (-1). A promise that it kept stays kept: what was promised had come.</summary>
    internal static void SendBack(PartyState state, Envelope e, CellDeltas cells, IReadOnlyList<Released> parts, string currency, int sign)
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
}
