using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Evidence;
using Recoup.Core.Foundation;
using Recoup.Core.Cells;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
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
            case AccountEvent account:
                AccountChapter.Fold(state, e, cells, account);
                if (account is AccountEvent.Changed) Deliveries.TryAgain(state);
                else if (account is AccountEvent.Moved) Deliveries.Moved(state, e.Account, e.EffectiveOn);
                break;
            case PartyEvent.Left left:
                Leave(state, left);
                break;
            case PartyEvent.Joined joined:
                Join(state, e, cells, joined);
                break;
            case ConsentEvent consent:
                ConsentChapter.Fold(state, e, consent);
                if (consent is ConsentEvent.Changed { Granted: true }) Deliveries.TryAgain(state);
                break;
            case ContactEvent contact:
                ContactChapter.Fold(state, e, cells, contact);
                if (contact is ContactEvent.Made made)
                {
                    FirstCallChapter.FollowContact(state, e, made);
                    EffortChapter.Spend(state, e, cells, made);
                }
                if (contact is ContactEvent.PointSet or ContactEvent.PointDropped) Deliveries.TryAgain(state);
                break;
            case PartyEvent.Erased:
                state.Erased = true;
                Deliveries.Drop(state);
                state.NextReviewOn = null;
                break;

            case InvoiceEvent invoice:
                InvoiceChapter.Fold(state, e, cells, invoice);
                if (invoice is InvoiceEvent.Adjusted adjusted) FollowBalance(state, e, adjusted);
                Deliveries.Follow(state, e, invoice);
                break;
            case PaymentEvent payment:
                PaymentChapter.Fold(state, e, cells, payment);
                PromiseChapter.FollowCash(state, e, payment);
                FirstCallChapter.FollowCash(state, e, payment);
                break;
            case CreditEvent credit: CreditChapter.Fold(state, e, cells, credit); break;
            case ChargeEvent charge: ChargeChapter.Fold(state, e, cells, charge); break;
            case WriteOffEvent writeOff: WriteOffChapter.Fold(state, e, cells, writeOff); break;
            case DisputeEvent dispute: DisputeChapter.Fold(state, e, cells, dispute); break;
            case PromiseEvent promise:
                PromiseFigures.Count(state, e, cells, promise);
                PromiseChapter.Fold(state, e, promise);
                FirstCallChapter.FollowPromise(state, e, promise);
                break;
            case PlanEvent plan: PlanChapter.Fold(state, e, cells, plan); break;
            case HoldEvent hold: HoldChapter.Fold(state, e, hold); break;
            case NoteEvent note: NoteChapter.Fold(state, e, note); break;
            case FileEvent file: FileChapter.Fold(state, e, file); break;
            case CallbackEvent callback: CallbackChapter.Fold(state, e, cells, callback); break;
            case TagEvent tag: TagChapter.Fold(state, e, tag); break;
            case SubscriptionEvent subscription: SubscriptionChapter.Fold(state, e, cells, subscription); break;
            case ActivityEvent activity: ActivityChapter.Fold(state, e, cells, activity); break;
            case FeedbackEvent feedback: FeedbackChapter.Fold(state, e, cells, feedback); break;
            case FirstCallEvent call: FirstCallChapter.Fold(state, e, cells, call); break;
            case WorkItemEvent work: WorkItemChapter.Fold(state, e, work); break;
            case DecisionEvent.Made decided:
                Decide(state, e, cells, decided.Decision);
                break;
            case MessageEvent.Released released:
                Deliveries.Release(state, state.Messages[released.Message], e.EffectiveOn);
                state.Messages[released.Message].Release(released.AddressToken, released.Segments ?? 0, released.NumberSet ?? 0);
                NoteChange(state, released.Message);
                break;
            case MessageEvent.Deferred deferred:
                Defer(state, e, deferred);
                break;
            case MessageEvent.Withdrawn withdrawn:
                Withdraw(state, e, state.Messages[withdrawn.Message], withdrawn.Rule);
                break;
            case MessageEvent.Settled settled:
                SettleMessage(state, e, cells, settled);
                break;
            case MessageEvent.Bounced bounced:
                Bounce(state, e, cells, bounced);
                break;
            case MessageEvent.Delivered delivered:
                state.Messages[delivered.Message].DeliveredAt = delivered.At;
                NoteChange(state, delivered.Message);
                break;

            default:
                Invariant.Never($"{@event.GetType().Name} is no event of a party");
                break;
        }
        if (@event is InvoiceEvent or PaymentEvent or CreditEvent or ChargeEvent) Deliveries.Moved(state, e.Account, e.EffectiveOn);
        if (@event is DecisionEvent or InvoiceEvent or PaymentEvent or CreditEvent or ChargeEvent or WriteOffEvent or DisputeEvent or PromiseEvent
            or PlanEvent or HoldEvent or AccountEvent or PartyEvent) NextMoveChapter.Follow(state, e, cells);
        if (@event is AccountEvent or PartyEvent) EffortChapter.FollowPlaces(state, e, cells);
        state.LastSeq = e.Seq;
    }

    /// <summary>What a ledger took off an item counts as cash to promises and to first calls.</summary>
    private static void FollowBalance(PartyState state, Envelope e, InvoiceEvent.Adjusted adjusted)
    {
        PromiseChapter.FollowBalance(state, e, adjusted);
        FirstCallChapter.FollowBalance(state, e, adjusted);
    }

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
        if (decision.NextMove is { } move) NextMoveChapter.Say(state, decision.Portfolio, move);
        EffortChapter.Weigh(state, e, cells, decision.Portfolio, decision.Segment, decision.Facts.Currency, isOverdue: decision.Facts.OverdueMinor > 0,
            decision.Facts.DunnableMinor ?? decision.Facts.OverdueMinor, decision.Score, decision.EffortMinutes);
        var before = treatment.StepTaken;
        var wordBefore = before is { IsWord: true } ? null : treatment.LastWord;
        var remindedBefore = treatment.RemindedInShadow ? null : treatment.RemindedThrough;
        if (decision.RemindedThrough is { } through)
        {
            treatment.RemindedThrough = through;
            treatment.RemindedInShadow = decision.Shadow;
        }
        else if (decision.Step is { } step && decision.Action.TakesStep)
        {
            treatment.LastStep = step;
            treatment.LastStepOn = e.EffectiveOn;
            treatment.LastAnchorOn = decision.AnchorOn?.Plus(decision.PausedDays ?? 0);
            treatment.LastEntryAt = decision.EntryAt ?? 0;
            treatment.LastInShadow = decision.Shadow;
            treatment.LastStrategy = decision.Strategy;
            if (decision.Action.IsWord) treatment.NoteWord();
            if (decision.KeepsDay) treatment.KeepDay(decision.Shadow ? e.EffectiveOn : null);
        }
        if (decision.Action == Act.FindContact) treatment.SoughtOn = e.EffectiveOn;
        state.ReviewedOn = e.EffectiveOn;
        state.NextReviewOn = decision.NextReviewOn;
        if (decision.Intent is not { } intent || decision.Shadow) return;
        switch (decision.Action)
        {
            case Act.Work asked:
                state.WorkItems[intent] = new WorkItemState
                {
                    Id = intent, Kind = asked.Kind, Portfolio = decision.Portfolio, Account = e.Account, Rule = decision.Rule,
                    Owner = asked.Owner, CreatedOn = e.EffectiveOn, DueOn = e.EffectiveOn,
                    Minor = decision.Facts.DunnableMinor ?? decision.Facts.OverdueMinor, Currency = decision.Facts.Currency,
                    Score = decision.Score, StepBefore = before, WordBefore = wordBefore,
                };
                state.WorkItems.Changed.Add(intent);
                state.Pending.Add(new Pending(intent, decision.Portfolio, "work"));
                break;
            case Act.Writing:
                state.Messages[intent] = new Intent
                {
                    Id = intent, Portfolio = decision.Portfolio, Account = e.Account, Channel = decision.Channel!, DecidedOn = e.EffectiveOn,
                    NotBefore = decision.NotBefore!.Value,
                    Body = new IntentBody.Letter(decision.Template!, decision.Tone!, decision.Rule)
                    {
                        PreDueThrough = decision.RemindedThrough, StepBefore = before, WordBefore = wordBefore, RemindedBefore = remindedBefore,
                    },
                };
                state.Messages.Changed.Add(intent);
                state.Pending.Add(new Pending(intent, decision.Portfolio, "message"));
                break;
            default:
                Invariant.Never($"{decision.Action} opens nothing, and has {intent}");
                break;
        }
    }

    /// <summary>A step whose message never left was not taken: what it says must still be said before what comes after it.</summary>
    private static void TakeBackStep(PartyState state, Intent message, IntentBody.Letter letter)
    {
        if (state.Treatment(message.Portfolio) is not { } treatment) return;
        if (letter.PreDueThrough is { } through)
        {
            if (treatment.RemindedThrough == through) treatment.RemindedThrough = letter.RemindedBefore;
        }
        else treatment.TakeBack(letter.Rule, message.DecidedOn, letter.StepBefore, letter.WordBefore);
    }

}
