using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core;

/// <summary>
/// How a party's state and the cells follow from its events: the one switch behind live work, rebuild and
/// what-if. Needs nothing but the event and the state; reads no policy and no clock.
/// </summary>
public static partial class Fold
{
    public static void Apply(PartyState state, Envelope e, Event @event, CellDeltas cells)
    {
        state.Advance(e.RecordedOn);
        switch (@event)
        {
            case Event.AccountOpened opened:
                state.Accounts.Add(opened.Details);
                break;
            case Event.AccountChanged changed:
                ChangeAccount(state, changed.Details);
                Deliveries.TryAgain(state);
                state.Touch(e);
                break;
            case Event.AccountMoved moved:
                MoveAccount(state, e, cells, moved.Portfolio);
                break;
            case Event.PartyLeft left:
                Leave(state, left);
                break;
            case Event.PartyJoined joined:
                Join(state, e, cells, joined);
                break;
            case Event.ConsentChanged consent:
                if (consent.OutOfAll) state.Contact.TakeOutOfAll(consent.Channel, e.EffectiveOn, e.RecordedOn);
                state.Contact.Change(consent.Channel, consent.AddressToken, consent.Granted, e.EffectiveOn, e.RecordedOn);
                if (consent.Granted) Deliveries.TryAgain(state);
                state.Touch(e);
                break;
            case Event.ContactPointSet point:
                SetPoint(state, point);
                Deliveries.TryAgain(state);
                state.Touch(e);
                break;
            case Event.PartyErased:
                state.Erased = true;
                Deliveries.Drop(state);
                state.NextReviewOn = null;
                break;

            case Event.InvoiceIssued invoice:
                if (state.Item(e.Account, invoice.Number) is { Cancelled: true } former) IssueAgain(state, e, cells, former, invoice);
                else
                    Issue(state, e, cells, new ItemState
                    {
                        Account = e.Account, Number = invoice.Number, Kind = ItemKind.Invoice, Currency = invoice.Currency,
                        IssuedOn = invoice.IssuedOn, DueOn = invoice.DueOn, Amount = invoice.Minor,
                    });
                if (invoice.Deliver) Deliveries.Await(state, e.Account, invoice.Number);
                Flow(state, e.Account, cells, Measure.Sales, e.EffectiveOn, null, invoice.Currency, invoice.Minor, 1);
                break;
            case Event.ChargeMade charge:
                Issue(state, e, cells, new ItemState
                {
                    Account = e.Account, Number = charge.Number, Kind = ItemKind.Charge, Currency = charge.Currency,
                    IssuedOn = e.EffectiveOn, DueOn = charge.DueOn, Amount = charge.Minor,
                });
                break;
            case Event.InvoiceCorrected corrected:
                Correct(state, e, cells, corrected.Number, corrected.MinorDelta, corrected.DueOn, corrected.Released, cancelled: false);
                break;
            case Event.InvoiceCancelled cancelled:
                Correct(state, e, cells, cancelled.Number, cancelled.MinorDelta, null, cancelled.Released, cancelled: true);
                Deliveries.Cancel(state, e.Account, cancelled.Number, e.EffectiveOn);
                break;
            case Event.ChargeCancelled cancelled:
                Correct(state, e, cells, cancelled.Number, cancelled.MinorDelta, null, cancelled.Released, cancelled: true);
                break;
            case Event.CancellationReversed reversed:
                Reinstate(state, e, cells, reversed);
                break;
            case Event.ChargeWaived waived:
                Waive(state, e, cells, waived.Number, waived.Minor);
                break;
            case Event.WaiverReversed reversed:
                Waive(state, e, cells, reversed.Number, -reversed.Minor);
                Reinstate(state, e, cells, reversed.Number, reversed.Minor);
                break;
            case Event.ItemAdjusted adjusted:
                Change(state, e, cells, adjusted.Number, (e.EffectiveOn, adjusted.Minor), static (item, by) => item.Move(by.EffectiveOn, by.Minor));
                Reinstate(state, e, cells, adjusted.Number, adjusted.Minor);
                state.Touch(e);
                break;
            case Event.WrittenOff off:
                WriteOff(state, e, cells, off.Number, off.Minor, 1);
                break;
            case Event.WriteOffReversed reversed:
                WriteOff(state, e, cells, reversed.Number, -reversed.Minor, 0);
                Reinstate(state, e, cells, reversed.Number, reversed.Minor);
                break;

            case Event.PaymentReceived payment:
                Receive(state, e, cells, payment.Payment, CashKind.Payment, payment.Currency, payment.Minor, payment.Allocations, payment.Waiting);
                Flow(state, e.Account, cells, Measure.CashReceived, e.EffectiveOn, null, payment.Currency, payment.Minor, 1);
                break;
            case Event.CreditNoted credit:
                Receive(state, e, cells, CashState.CreditKey(e.Account, credit.Number), CashKind.CreditNote, credit.Currency, credit.Minor, credit.Allocations, credit.Waiting);
                Flow(state, e.Account, cells, Measure.Sales, e.EffectiveOn, null, credit.Currency, -credit.Minor, 0);
                break;
            case Event.CreditAdjusted adjusted:
                AdjustCredit(state, e, cells, adjusted);
                break;
            case Event.CashApplied applied:
                ApplyUnapplied(state, e, cells, applied);
                break;
            case Event.PaymentReversed reversed:
                Reverse(state, e, cells, reversed.Payment, reversed.Undone);
                state.Cash[reversed.Payment].IsUnlisted = reversed.Unlisted == true;
                break;
            case Event.CreditNoteCancelled cancelled:
                Reverse(state, e, cells, CashState.CreditKey(e.Account, cancelled.Number), cancelled.Undone);
                break;
            case Event.AllocationReversed reversed:
                TakeOff(state, e, cells, reversed);
                break;
            case Event.RefundMade refund:
                Refund(state, e, cells, refund);
                break;
            case Event.RefundReversed reversed:
                ReverseRefund(state, e, cells, reversed);
                break;

            case DisputeEvent dispute: DisputeChapter.Fold(state, e, cells, dispute); break;
            case PromiseEvent promise: PromiseChapter.Fold(state, e, promise); break;
            case HoldEvent hold: HoldChapter.Fold(state, e, hold); break;
            case WorkItemEvent work: WorkItemChapter.Fold(state, e, work); break;
            case Event.ContactMade contact:
                state.Contact.Remember(new ContactRecord(contact.At, contact.Channel, contact.Direction == "outbound", contact.Outcome == "right_party"));
                if (contact.Direction == "outbound") CountAction(state, e.Account, cells, e.EffectiveOn, contact.Proactive);
                state.Touch(e);
                break;

            case Event.Decided decided:
                Decide(state, e, cells, decided.Decision);
                break;
            case Event.MessageReleased released:
                state.Messages[released.Message].AddressToken = released.AddressToken;
                Deliveries.Release(state, state.Messages[released.Message], e.EffectiveOn);
                Settle(state, released.Message, MessageStatus.Sending, null);
                break;
            case Event.MessageDeferred deferred:
                Defer(state, e, deferred);
                break;
            case Event.MessageWithdrawn withdrawn:
                if (state.Messages[withdrawn.Message].Document is null) TakeBackStep(state, state.Messages[withdrawn.Message]);
                if (withdrawn.Rule is not ("cancelled" or "erased")) Deliveries.Block(state, state.Messages[withdrawn.Message]);
                Deliveries.Note(state, state.Messages[withdrawn.Message], e.EffectiveOn, "withdrawn", withdrawn.Rule);
                Settle(state, withdrawn.Message, MessageStatus.Withdrawn, withdrawn.Rule);
                state.Touch(e);
                break;
            case Event.MessageSettled settled:
                SettleMessage(state, e, cells, settled);
                break;
            case Event.MessageBounced bounced:
                Bounce(state, e, bounced);
                break;

            default:
                Invariant.Never($"{@event.GetType().Name} is no event of a party");
                break;
        }
        if (Moves(@event)) Deliveries.Moved(state, e.Account, e.EffectiveOn);
        state.LastSeq = e.Seq;
    }

    // What the arms above capture stands in methods of its own: a closure in Apply itself would be made for every event.

    private static void RemovePending(PartyState state, string id) => state.Pending.RemoveAll(p => p.Id == id);

    private static void Waive(PartyState state, Envelope e, CellDeltas cells, string number, long minor)
    {
        Change(state, e, cells, number, (e.EffectiveOn, minor), static (item, by) =>
        {
            item.Amount -= by.minor;
            Movements.Add(item.Waivers ??= [], by.EffectiveOn, by.minor);
            item.Move(by.EffectiveOn, -by.minor);
        });
        state.Touch(e);
    }

    private static void WriteOff(PartyState state, Envelope e, CellDeltas cells, string number, long minor, int count)
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

    private static bool Moves(Event e) => e is Event.InvoiceIssued or Event.InvoiceCorrected or Event.InvoiceCancelled or Event.ChargeMade or Event.ChargeWaived
        or Event.PaymentReceived or Event.PaymentReversed or Event.CreditNoted or Event.CreditAdjusted or Event.CashApplied or Event.ItemAdjusted
        or Event.CreditNoteCancelled or Event.ChargeCancelled or Event.CancellationReversed or Event.WaiverReversed or Event.AllocationReversed or Event.RefundMade or Event.RefundReversed;

    private static void Issue(PartyState state, Envelope e, CellDeltas cells, ItemState item)
    {
        // Already overdue when first heard of: such an item enters at the strategy's entry step.
        if (e.RecordedOn > item.DueOn) item.EnteredOn = e.RecordedOn;
        Exposures.Change(state, item, cells, e.EffectiveOn, static (i, on) => i.Move(on, i.Amount));
        // A charge may be due on a day gone by: no due date passes that would make it overdue.
        Reinstate(state, e, cells, item.Number, item.Amount);
        state.Touch(e);
    }

    private static void Change<T>(PartyState state, Envelope e, CellDeltas cells, string number, T by, Action<ItemState, T> change) =>
        Exposures.Change(state, state.Loaded(e.Account, number), cells, by, change);

    private static void Correct(PartyState state, Envelope e, CellDeltas cells, string number, long delta, DateOnly? due, IReadOnlyList<Released>? released, bool cancelled)
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
                (cash.Back ??= []).Add(new TakenBack(number, taken.Minor, taken.On, back));
                if (cash.Kind != CashKind.Payment) continue;
                Flow(state, e.Account, cells, Measure.CashApplied, back, item.IssuedOn, item.Currency, -taken.Minor, 0);
                // Only what was counted when it came: cash in time was never cash on overdue.
                if (taken.On > item.DueAt(taken.On)) Flow(state, e.Account, cells, Measure.CashOnOverdue, back, null, item.Currency, -taken.Minor, 0);
            }
            freed.AddRange(unapplied);
            ChangeUnapplied(state, cash, cells, Waiting(state, cash), unapplied);
        }
        Change(state, e, cells, number, freed, (i, freed) =>
        {
            i.Amount += delta;
            if (cancelled) (i.CancelledOn, i.CancelledMinor) = (on, -delta);
            i.Move(on, delta);
            foreach (var back in freed) i.Move(back.On, back.Minor);
            if (due is { } d) Redate(state, e, cells, i, d);
        });
        if (item.Kind == ItemKind.Invoice) Flow(state, e.Account, cells, Measure.Sales, on, null, item.Currency, delta, cancelled ? -1 : 0);
        // A due date set to a day gone by makes the whole balance overdue at once, not only what was added.
        Reinstate(state, e, cells, number, wasOverdue ? delta : item.BalanceOn(on));
        state.Touch(e);
    }

    /// <summary>A new due date from a day on. Cash that met the item since then is late, or no longer late, by the new one.</summary>
    private static void Redate(PartyState state, Envelope e, CellDeltas cells, ItemState item, DateOnly due)
    {
        var since = (item.AppliedBy ?? []).Select(key => state.Cash[key]).Where(c => c.Kind == CashKind.Payment)
            .SelectMany(c => c.Allocations).Where(a => a.Number == item.Number && !a.Recovery && a.On >= e.EffectiveOn)
            .Select(a => (Allocation: a, WasLate: a.On > item.DueAt(a.On))).ToList();
        item.Redate(e.EffectiveOn, due);
        foreach (var (allocation, wasLate) in since)
        {
            var isLate = allocation.On > item.DueAt(allocation.On);
            if (isLate != wasLate) Flow(state, e.Account, cells, Measure.CashOnOverdue, allocation.On, null, item.Currency, isLate ? allocation.Minor : -allocation.Minor, 0);
        }
    }

    /// <summary>A balance that rises on an item already overdue, or is made due on a day gone by, becomes overdue at once.</summary>
    private static void Reinstate(PartyState state, Envelope e, CellDeltas cells, string number, long minor)
    {
        var item = state.Items[(e.Account, number)];
        if (minor > 0 && e.EffectiveOn > item.DueAt(e.EffectiveOn))
            Flow(state, e.Account, cells, Measure.OverdueReinstated, e.EffectiveOn, null, item.Currency, minor, 0);
    }

    private static void Receive(
        PartyState state, Envelope e, CellDeltas cells, string key, CashKind kind, string currency, long minor, IReadOnlyList<Applied> allocations, IReadOnlyList<Named>? waiting)
    {
        var cash = new CashState { Key = key, Account = e.Account, Kind = kind, Currency = currency, On = e.EffectiveOn, Minor = minor };
        state.Cash[key] = cash;
        foreach (var allocation in allocations) Meet(state, e, cells, cash, allocation);
        var moves = new List<Movement>(allocations.Count + 1) { new(e.EffectiveOn, minor) };
        foreach (var allocation in allocations) moves.Add(new Movement(allocation.On, -allocation.Minor));
        ChangeUnapplied(state, cash, cells, waiting, moves);
        if (kind == CashKind.Payment) PromiseChapter.Count(state, e.EffectiveOn, new CashToCome(key, e.EffectiveOn, e.EffectiveOn, e.Account, currency, minor));
        state.Touch(e);
    }

    private static void ApplyUnapplied(PartyState state, Envelope e, CellDeltas cells, Event.CashApplied applied)
    {
        var cash = state.Cash[applied.Payment];
        Meet(state, e, cells, cash, applied.Allocation);
        ChangeUnapplied(state, cash, cells, Waiting(state, cash)?.FindAll(w => w.Number != applied.Allocation.Number), [new Movement(applied.Allocation.On, -applied.Allocation.Minor)]);
        state.Touch(e);
    }

    /// <summary>Cash or credit meets an item: the allocation's effect on item, flows and document.</summary>
    private static void Meet(PartyState state, Envelope e, CellDeltas cells, CashState cash, Applied allocation)
    {
        cash.Allocations.Add(allocation);
        if (state.NotesChanges) state.Cash.Changed.Add(cash.Key);
        var item = state.Loaded(e.Account, allocation.Number);
        if (item.AppliedBy?.Contains(cash.Key) != true) (item.AppliedBy ??= []).Add(cash.Key);
        if (allocation.Recovery)
        {
            Change(state, e, cells, allocation.Number, allocation, static (i, a) => Movements.Add(i.WriteOffs ??= [], a.On, -a.Minor));
            Flow(state, e.Account, cells, Measure.WrittenOff, allocation.On, item.DueAt(allocation.On), item.Currency, -allocation.Minor, 0);
            Flow(state, e.Account, cells, Measure.WriteOffRecovered, allocation.On, null, item.Currency, allocation.Minor, 1);
            return;
        }
        Change(state, e, cells, allocation.Number, allocation, static (i, a) => i.Move(a.On, -a.Minor));
        if (cash.Kind != CashKind.Payment) return;
        Flow(state, e.Account, cells, Measure.CashApplied, allocation.On, item.IssuedOn, item.Currency, allocation.Minor, 0);
        if (allocation.On > item.DueAt(allocation.On)) Flow(state, e.Account, cells, Measure.CashOnOverdue, allocation.On, null, item.Currency, allocation.Minor, 0);
    }

    /// <summary>What a payment or credit had on an item since a day is open again from another day on.</summary>
    private static void PutBack(PartyState state, Envelope e, CellDeltas cells, CashState cash, ItemState item, long minor, DateOnly since, DateOnly on)
    {
        Change(state, e, cells, item.Number, (on, minor), static (i, by) => i.Move(by.on, by.minor));
        if (cash.Kind != CashKind.Payment)
        {
            // A credit was no cash, so what it had lowered has risen.
            if (on > item.DueAt(on)) Flow(state, e.Account, cells, Measure.OverdueReinstated, on, null, item.Currency, minor, 0);
            return;
        }
        Flow(state, e.Account, cells, Measure.CashApplied, on, item.IssuedOn, item.Currency, -minor, 0);
        if (since > item.DueAt(since)) Flow(state, e.Account, cells, Measure.CashOnOverdue, on, null, item.Currency, -minor, 0);
        else if (on > item.DueAt(on)) Flow(state, e.Account, cells, Measure.OverdueReinstated, on, null, item.Currency, minor, 0);
    }

    /// <summary>Takes that much of the payment off the item, last allocation first, and says what was taken of each and when that had met the item.</summary>
    private static List<Movement> TakeBack(CashState cash, string number, long minor)
    {
        var taken = new List<Movement>();
        for (var i = cash.Allocations.Count - 1; i >= 0 && minor > 0; i--)
        {
            var allocation = cash.Allocations[i];
            if (allocation.Number != number || allocation.Recovery) continue;
            var part = Math.Min(allocation.Minor, minor);
            minor -= part;
            taken.Add(new Movement(allocation.On, part));
            if (part == allocation.Minor) cash.Allocations.RemoveAt(i); else cash.Allocations[i] = allocation with { Minor = allocation.Minor - part };
        }
        Invariant.Holds(minor == 0, $"payment {cash.Key} released more from {number} than it had there");
        return taken;
    }

    private static void ChangeUnapplied(PartyState state, CashState cash, CellDeltas cells, IReadOnlyList<Named>? waiting, List<Movement> by) =>
        Exposures.ChangeCash(state, cash, cells, waiting, by);

    private static List<Named>? Waiting(PartyState state, CashState cash) => state.Unapplied.Find(u => u.Key == cash.Key)?.Waiting;

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

    private static void Decide(PartyState state, Envelope e, CellDeltas cells, DecisionRecord decision)
    {
        if (decision.Document is { } document)
        {
            Deliveries.Decide(state, e, decision, document);
            return;
        }
        var treatment = state.Treatment(decision.Portfolio);
        if (treatment is null) state.Treatments.Add(treatment = new TreatmentState { Portfolio = decision.Portfolio });
        if (decision.SegmentBefore is not null) Exposures.Resegment(state, treatment, e.EffectiveOn, decision.Segment, cells);
        treatment.Strategy = decision.Strategy;
        var before = treatment.LastStep is { } last
            ? new StepTaken(last, treatment.LastStepOn!.Value, treatment.LastAnchorOn, treatment.LastInShadow, treatment.LastEntryAt)
            : null;
        var remindedBefore = treatment.RemindedInShadow ? null : treatment.RemindedThrough;
        if (decision.RemindedThrough is { } through)
        {
            treatment.RemindedThrough = through;
            treatment.RemindedInShadow = decision.Shadow;
        }
        else if (decision.Step is { } step && decision.Action != "wait")
        {
            treatment.LastStep = step;
            treatment.LastStepOn = e.EffectiveOn;
            treatment.LastAnchorOn = decision.AnchorOn?.Plus(decision.PausedDays ?? 0);
            treatment.LastEntryAt = decision.EntryAt ?? 0;
            treatment.LastInShadow = decision.Shadow;
        }
        state.ReviewedOn = e.EffectiveOn;
        state.NextReviewOn = decision.NextReviewOn;
        if (decision.Intent is not { } intent || decision.Shadow) return;
        if (decision.Action == "message")
        {
            state.Messages[intent] = new MessageState
            {
                Id = intent, Portfolio = decision.Portfolio, Account = e.Account, Channel = decision.Channel!, Template = decision.Template!, Tone = decision.Tone!,
                Rule = decision.Rule, DecidedOn = e.EffectiveOn, PreDueThrough = decision.RemindedThrough, NotBefore = decision.NotBefore!.Value,
                StepBefore = before, RemindedBefore = remindedBefore,
            };
            state.Messages.Changed.Add(intent);
            state.Pending.Add(new Pending(intent, decision.Portfolio, "message"));
        }
        else
        {
            state.WorkItems[intent] = new WorkItemState
            {
                Id = intent, Kind = decision.Action == "task" ? "call" : decision.Action, Portfolio = decision.Portfolio, Account = e.Account, Rule = decision.Rule,
                Owner = decision.Action == "propose_placement" ? "manager" : "agent", CreatedOn = e.EffectiveOn, DueOn = e.EffectiveOn,
                Minor = decision.Facts.OverdueMinor, Currency = decision.Facts.Currency, Score = decision.Score,
            };
            state.WorkItems.Changed.Add(intent);
            state.Pending.Add(new Pending(intent, decision.Portfolio, "work"));
        }
    }

    /// <summary>A step whose message never left was not taken: what it says must still be said before what comes after it.</summary>
    private static void TakeBackStep(PartyState state, MessageState message)
    {
        if (state.Treatment(message.Portfolio) is not { } treatment) return;
        if (message.PreDueThrough is { } through)
        {
            if (treatment.RemindedThrough == through) treatment.RemindedThrough = message.RemindedBefore;
        }
        else if (treatment.LastStep == message.Rule && treatment.LastStepOn == message.DecidedOn)
        {
            treatment.LastStep = message.StepBefore?.Step;
            treatment.LastStepOn = message.StepBefore?.On;
            treatment.LastAnchorOn = message.StepBefore?.AnchorOn;
            treatment.LastEntryAt = message.StepBefore?.EntryAt ?? 0;
            treatment.LastInShadow = message.StepBefore?.InShadow ?? false;
        }
    }

    private static void CountAction(PartyState state, string account, CellDeltas cells, DateOnly on, bool proactive)
    {
        Flow(state, account, cells, Measure.Actions, on, null, "", 0, 1);
        if (proactive) Flow(state, account, cells, Measure.ProactiveActions, on, null, "", 0, 1);
    }

    private static void Flow(PartyState state, string account, CellDeltas cells, Measure measure, DateOnly on, DateOnly? reference, string currency, long minor, long count)
    {
        var (portfolio, segment) = state.PlaceOn(account, on);
        cells.Add(measure, on, reference, portfolio, segment, currency, minor, count);
    }
}
