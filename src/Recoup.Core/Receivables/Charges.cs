using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using static Recoup.Core.Receivables.ItemGuards;
using static Recoup.Core.Receivables.PartyLedger;

namespace Recoup.Core.Receivables;

/// <summary>Charges: costs and interest put on an account, let go or cancelled. They are never part of sales.</summary>
internal static class ChargeChapter
{
    // --- rules ---

    internal static Refused? MakeCharge(Handling work, Input.Charge i)
    {
        var number = i.Number ?? i.Key;
        if (work.State.Item(i.Account, number) is { } known)
            return new Refused(Refusal.DuplicateNumber, $"number {number} of account {i.Account} is taken: {Describe(known)}");
        if (i.Invoice is { } of)
        {
            if (ItemGuards.Find(work.State, i.Account, of, out var item) is { } refused) return refused;
            if (item.Currency != i.Amount.Currency.Code) return WrongCurrency(item, i.Amount);
        }
        if (TooMuchInAll(work, i.Amount) is { } much) return much;
        work.Emit(new Event.ChargeMade(number, i.Kind, i.Invoice, i.DueOn ?? i.On, i.Amount.Minor, i.Amount.Currency.Code));
        return null;
    }

    internal static Refused? Waive(Handling work, Input.Waiver i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Charge, out var item) is { } refused) return refused;
        if (item.Kind != ItemKind.Charge)
            return new Refused(Refusal.NotACharge, $"{i.Charge} is an invoice; a waiver lets charges go, an invoice is credited or written off");
        if (Reduce(item, i.Amount, i.On, out var minor) is { } too) return too;
        work.Emit(new Event.ChargeWaived(i.Charge, minor, i.Reason));
        return null;
    }

    internal static Refused? ReverseWaiver(Handling work, Input.WaiverReversed i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Charge, out var item) is { } refused) return refused;
        if (TakenBack(item, item.Waivers, i.Amount, i.On, Refusal.NotWaived, "waived", out var minor) is { } too) return too;
        work.Emit(new Event.WaiverReversed(i.Charge, minor, i.Reason));
        return null;
    }

    internal static Refused? Cancel(Handling work, Input.ChargeCancelled i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Charge, out var item) is { } refused) return refused;
        if (item.Kind != ItemKind.Charge) return new Refused(Refusal.NotACharge, $"{i.Charge} is an invoice; cancel it with invoice_cancelled");
        if (CanBeCancelled(work, item, i.On) is { } standing) return standing;
        var held = Held(work, item);
        var released = Release(work, item, held);
        var amount = item.Balance + held;
        work.Emit(new Event.ChargeCancelled(i.Charge, -amount, released, i.Reason), Later(i.On, OpenFrom(work, item, amount, released)));
        return null;
    }

    // --- what follows from events ---

    internal static void Waive(PartyState state, Envelope e, CellDeltas cells, string number, long minor)
    {
        Change(state, e, cells, number, (e.EffectiveOn, minor), static (item, by) =>
        {
            item.Amount -= by.minor;
            Movements.Add(item.Waivers ??= [], by.EffectiveOn, by.minor);
            item.Move(by.EffectiveOn, -by.minor);
        });
        state.Touch(e);
    }
}
