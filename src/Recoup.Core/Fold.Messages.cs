using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using static Recoup.Core.Receivables.PartyLedger;

namespace Recoup.Core;

/// <summary>What becomes of messages.</summary>
public static partial class Fold
{
    private static void Settle(PartyState state, string id, MessageStatus status, string? detail)
    {
        var message = state.Messages[id];
        message.Status = status;
        message.Detail = detail;
        state.Messages.Changed.Add(id);
        if (status is not (MessageStatus.Pending or MessageStatus.Sending)) state.Pending.RemoveAll(p => p.Id == id);
    }

    private static void Defer(PartyState state, Envelope e, Event.MessageDeferred deferred)
    {
        var message = state.Messages[deferred.Message];
        if (message.Status == MessageStatus.Sending)
        {
            message.Tries++;
            message.FirstTriedAt ??= DateTimeOffset.FromUnixTimeMilliseconds(e.RecordedAt);
        }
        message.NotBefore = deferred.Until;
        Settle(state, deferred.Message, MessageStatus.Pending, deferred.Detail ?? deferred.Rule);
    }

    private static void Bounce(PartyState state, Envelope e, Event.MessageBounced bounced)
    {
        var message = state.Messages[bounced.Message];
        var detail = string.Join(' ', new[] { bounced.Kind, bounced.Status, bounced.Detail }.OfType<string>());
        // It left, whatever was known of that before; as a contact it counted when it was sent or became unknown.
        if (message.Status == MessageStatus.Sending && message.Document is null)
            state.Contact.Remember(new ContactRecord(DateTimeOffset.FromUnixTimeMilliseconds(e.RecordedAt), message.Channel, true, false));
        if (message.Status != MessageStatus.Failed) Settle(state, bounced.Message, MessageStatus.Bounced, detail);
        if (bounced.Kind == "hard")
        {
            if (bounced.AddressToken is { } token) state.Contact.Mark(new BadAddress(bounced.Channel, token));
            // Nobody read it, so its step is taken anew, by a way that is left.
            if (message.Document is null) TakeBackStep(state, message); else Deliveries.Block(state, message);
        }
        Deliveries.Note(state, message, e.EffectiveOn, "bounced", detail);
        state.Touch(e);
    }

    private static void SettleMessage(PartyState state, Envelope e, CellDeltas cells, Event.MessageSettled settled)
    {
        var message = state.Messages[settled.Message];
        var counted = message.Status == MessageStatus.Unknown;
        Settle(state, settled.Message, settled.Outcome switch
        {
            "sent" => MessageStatus.Sent,
            "failed" => MessageStatus.Failed,
            _ => MessageStatus.Unknown,
        }, settled.Detail);
        // A document is no action of collection and counts toward no cap.
        if (message.Document is not null)
        {
            Deliveries.Note(state, message, e.EffectiveOn, settled.Outcome, settled.Outcome == "sent" ? null : settled.Detail);
            return;
        }
        // Unknown may have reached the customer, so it counts toward the caps; settled later, it is not counted twice.
        if (settled.Outcome != "failed" && !counted)
            state.Contact.Remember(new ContactRecord(DateTimeOffset.FromUnixTimeMilliseconds(e.RecordedAt), message.Channel, true, false));
        if (settled.Outcome == "sent") CountAction(state, e.Account, cells, e.EffectiveOn, settled.Proactive);
        if (settled.Outcome == "failed") state.Touch(e);
    }
}
