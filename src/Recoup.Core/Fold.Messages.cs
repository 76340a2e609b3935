using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Cells;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;

namespace Recoup.Core;

/// <summary>What becomes of messages.</summary>
public static partial class Fold
{
    private static void NoteChange(PartyState state, string id)
    {
        state.Messages.Changed.Add(id);
        if (!state.Messages[id].IsOpen) state.Pending.RemoveAll(p => p.Id == id);
    }

    private static void Withdraw(PartyState state, Envelope e, Intent message, string rule)
    {
        if (message.Letter is { } letter) TakeBackStep(state, message, letter);
        if (rule is not ("cancelled" or "erased")) Deliveries.Block(state, message);
        Deliveries.Note(state, message, e.EffectiveOn, "withdrawn", rule);
        message.Withdraw(rule);
        NoteChange(state, message.Id);
        state.Touch(e);
    }

    private static void Defer(PartyState state, Envelope e, MessageEvent.Deferred deferred)
    {
        state.Messages[deferred.Message].Defer(deferred.Until, deferred.Detail ?? deferred.Rule, DateTimeOffset.FromUnixTimeMilliseconds(e.RecordedAt));
        NoteChange(state, deferred.Message);
    }

    /// <summary>It left, which is told once of each message.</summary>
    /// <param name="isProactive">Of a letter: no listed item was overdue.</param>
    private static void CountSent(PartyState state, Envelope e, CellDeltas cells, Intent message, bool isProactive)
    {
        message.SentOn = e.EffectiveOn;
        (message.SentPortfolio, message.SentSegment) = state.PlaceOn(message.Account, e.EffectiveOn);
        CountWhereSent(cells, MessageChapter.MessagesSent, message);
        // A document is no action of collection: the invoices that it brings left with it.
        if (message.Document is not null) Deliveries.CountSent(state, cells, message, e.EffectiveOn);
        else ContactChapter.CountAction(state, message.Account, cells, e.EffectiveOn, message.Channel, null, isProactive);
    }

    /// <summary>Whatever came of it: a step that counts from it must not wait for ever.</summary>
    private static void Hear(PartyState state, Intent message, DateOnly on)
    {
        if (message.Letter is { PreDueThrough: null } letter) state.Treatment(message.Portfolio)?.NoteHeard(letter.Rule, message.DecidedOn, on);
    }

    private static void CountWhereSent(CellDeltas cells, Measure measure, Intent message) => cells.Add(
        measure, message.SentOn!.Value, null, message.SentPortfolio!, message.SentSegment!, "", 0, 1, OwnValues.Of(message.Channel));

    private static void Bounce(PartyState state, Envelope e, CellDeltas cells, MessageEvent.Bounced bounced)
    {
        var message = state.Messages[bounced.Message];
        if (message.Status is not (IntentStatus.Failed or IntentStatus.Bounced))
        {
            if (message.SentOn is null) CountSent(state, e, cells, message, message.Letter?.PreDueThrough is not null);
            CountWhereSent(cells, MessageChapter.MessagesBounced, message);
        }
        var detail = string.Join(' ', new[] { bounced.Kind, bounced.Status, bounced.Detail }.OfType<string>());
        // It left, whatever was known of that before; as a contact it counted when it was sent or became unknown.
        if (message.Status == IntentStatus.Sending && message.Document is null)
            state.Contact.Remember(new ContactRecord(DateTimeOffset.FromUnixTimeMilliseconds(e.RecordedAt), message.Channel, true));
        message.Bounce(detail);
        Hear(state, message, e.EffectiveOn);
        NoteChange(state, message.Id);
        if (bounced.Kind is "hard" or "blocked")
        {
            if (bounced.Kind == "hard" && bounced.AddressToken is { } token) state.Contact.Mark(new BadAddress(bounced.Channel, token));
            // Nobody read it, so its step is taken anew, by a way that is left.
            if (message.Letter is { } letter) TakeBackStep(state, message, letter); else Deliveries.Block(state, message);
        }
        Deliveries.Note(state, message, e.EffectiveOn, "bounced", detail);
        state.Touch(e);
    }

    private static void SettleMessage(PartyState state, Envelope e, CellDeltas cells, MessageEvent.Settled settled)
    {
        var message = state.Messages[settled.Message];
        var counted = message.Status == IntentStatus.Unknown;
        message.Answer(settled.Outcome, settled.Detail, settled.Reference);
        if (message.Status == IntentStatus.Sent) CountSent(state, e, cells, message, settled.Proactive);
        else if (message.Status == IntentStatus.Failed)
            PartyLedger.Flow(state, message.Account, cells, MessageChapter.MessagesFailed, e.EffectiveOn, null, "", 0, 1, OwnValues.Of(message.Channel));
        Hear(state, message, e.EffectiveOn);
        NoteChange(state, message.Id);
        // A document is no action of collection and counts toward no cap.
        if (message.Document is not null)
        {
            Deliveries.Note(state, message, e.EffectiveOn, settled.Outcome, settled.Outcome == "sent" ? null : settled.Detail);
            return;
        }
        // Unknown may have reached the customer, so it counts toward the caps; settled later, it is not counted twice.
        if (settled.Outcome != "failed" && !counted)
            state.Contact.Remember(new ContactRecord(DateTimeOffset.FromUnixTimeMilliseconds(e.RecordedAt), message.Channel, true));
        if (settled.Outcome == "failed") state.Touch(e);
    }
}
