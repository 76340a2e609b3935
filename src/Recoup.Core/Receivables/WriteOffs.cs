using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using static Recoup.Core.Receivables.ItemGuards;
using static Recoup.Core.Receivables.PartyLedger;

namespace Recoup.Core.Receivables;

/// <summary>Write-offs: what is given up of an item, and taken back. Cash that still comes for it is a recovery.</summary>
internal static class WriteOffChapter
{
    // --- rules ---

    internal static Refused? WriteOff(Handling work, Input.WriteOff i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Invoice, out var item) is { } refused) return refused;
        if (Reduce(item, i.Amount, i.On, out var minor) is { } too) return too;
        work.Emit(new Event.WrittenOff(i.Invoice, minor, i.Reason));
        return null;
    }

    internal static Refused? ReverseWriteOff(Handling work, Input.WriteOffReversed i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Invoice, out var item) is { } refused) return refused;
        if (TakenBack(item, item.WriteOffs, i.Amount, i.On, Refusal.NotWrittenOff, "written off", out var minor) is { } too) return too;
        work.Emit(new Event.WriteOffReversed(i.Invoice, minor, i.Reason));
        return null;
    }

    // --- what follows from events ---

    internal static void WriteOff(PartyState state, Envelope e, CellDeltas cells, string number, long minor, int count)
    {
        Change(state, e, cells, number, (e.EffectiveOn, minor), static (item, by) =>
        {
            Movements.Add(item.WriteOffs ??= [], by.EffectiveOn, by.minor);
            item.Move(by.EffectiveOn, -by.minor);
        });
        var written = state.Items[(e.Account, number)];
        Flow(state, e.Account, cells, Measure.WrittenOff, e.EffectiveOn, written.DueAt(e.EffectiveOn), written.Currency, minor, count);
        state.Touch(e);
    }
}
