using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using static Recoup.Core.Receivables.PartyLedger;

namespace Recoup.Core;

/// <content>What lists of another system tell of: numbers issued again, credits that are another sum.</content>
public static partial class Fold
{
    /// <summary>A number issued again after its cancellation: what was before stays in the item's past.</summary>
    private static void IssueAgain(PartyState state, Envelope e, CellDeltas cells, ItemState item, Event.InvoiceIssued invoice)
    {
        item.EnteredOn = e.RecordedOn > invoice.DueOn ? e.RecordedOn : null;
        item.Delivery = null;
        Change(state, e, cells, invoice.Number, (e.EffectiveOn, invoice), static (i, again) =>
        {
            i.TakeCancellationBack(again.EffectiveOn);
            i.IssuedOn = again.invoice.IssuedOn;
            i.IssuedAgain = true;
            i.Amount = again.invoice.Minor;
            i.Move(again.EffectiveOn, again.invoice.Minor);
            i.Redate(again.EffectiveOn, again.invoice.DueOn);
        });
        Reinstate(state, e, cells, item.Number, item.Amount);
        state.Touch(e);
    }

    private static void AdjustCredit(PartyState state, Envelope e, CellDeltas cells, Event.CreditAdjusted adjusted)
    {
        var credit = state.Cash[CashState.CreditKey(e.Account, adjusted.Number)];
        credit.Minor += adjusted.Minor;
        if (adjusted.IssuedOn is { } issued) credit.On = issued;
        ChangeUnapplied(state, credit, cells, Waiting(state, credit), [new Movement(e.EffectiveOn, adjusted.Minor)]);
        state.Touch(e);
    }
}
