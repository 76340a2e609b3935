using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;

namespace Recoup.Core;

// What becomes of a message once it was handed to its channel.
public static partial class Machine
{
    /// <summary>In the place of a rule of the gate where it was the channel that could not take a message.</summary>
    public const string ChannelNotNow = "channel-not-now";

    private static Refused? TakeResult(Work work, Input.ChannelResult i)
    {
        if (!work.State.Messages.TryGetValue(i.Message, out var message)) return new Refused(Refusal.UnknownMessage, $"there is no message {i.Message}");
        if (message.Status != IntentStatus.Sending) return null;
        if (i.Outcome != "deferred")
        {
            work.Emit(new MessageEvent.Settled(i.Message, i.Outcome, i.Detail, message.Letter?.PreDueThrough is not null)
            {
                Reference = i.Reference,
            }, account: message.Account);
            // Said at the door it says as much as said in a letter afterwards.
            if (i.BadAddress is { } status)
            {
                ComeBack(work, message, i.Blocked ? "blocked" : "hard", message.AddressToken, status, null);
                GoOn(work, message);
            }
        }
        // Meanwhile erased: there is nobody left to try it for.
        else if (work.State.Erased) work.Emit(new MessageEvent.Withdrawn(i.Message, "erased"), account: message.Account);
        else work.Emit(new MessageEvent.Deferred(i.Message, ChannelNotNow, i.Until!.Value.ToUniversalTime()) { Detail = i.Detail }, account: message.Account);
        return null;
    }

    private static Refused? SettleMessage(Work work, MessageInput.Settled i)
    {
        if (!work.State.Messages.TryGetValue(i.Message, out var message) || message.Account != i.Account)
            return new Refused(Refusal.UnknownMessage, $"account {i.Account} has no message {i.Message}");
        if (message.Status != IntentStatus.Unknown)
            return new Refused(Refusal.MessageNotUnknown,
                $"message {i.Message} is {message.Status.ToString().ToLowerInvariant()}; only an unknown one is settled by a person");
        work.Emit(new MessageEvent.Settled(i.Message, i.Outcome, $"by {i.Actor}{(i.Reason is { } reason ? $": {WithoutAddresses(reason)}" : "")}",
            message.Letter?.PreDueThrough is not null));
        return null;
    }

    private static Refused? TakeDelivery(Work work, MessageInput.Delivered i)
    {
        if (!work.State.Messages.TryGetValue(i.Message, out var message) || message.Account != i.Account)
            return new Refused(Refusal.UnknownMessage, $"account {i.Account} has no message {i.Message}");
        if (message.Status is IntentStatus.Pending or IntentStatus.Withdrawn or IntentStatus.Sending or IntentStatus.Failed)
            return new Refused(Refusal.MessageNotSent,
                $"message {i.Message} is {message.Status.ToString().ToLowerInvariant()}; what has not left can't have arrived");
        // What arrived was sent: nobody need ask any more.
        if (message.Status == IntentStatus.Unknown)
            work.Emit(new MessageEvent.Settled(i.Message, "sent", "it arrived", message.Letter?.PreDueThrough is not null));
        if (message.DeliveredAt is null) work.Emit(new MessageEvent.Delivered(i.Message, (i.At ?? work.Context.Now).ToUniversalTime()));
        return null;
    }

    private static Refused? TakeBounce(Work work, MessageInput.Bounced i)
    {
        if (!work.State.Messages.TryGetValue(i.Message, out var message) || message.Account != i.Account)
            return new Refused(Refusal.UnknownMessage, $"account {i.Account} has no message {i.Message}");
        if (message.Status is IntentStatus.Pending or IntentStatus.Withdrawn)
            return new Refused(Refusal.MessageNotSent,
                $"message {i.Message} is {message.Status.ToString().ToLowerInvariant()}; what never left can't come back");
        var addressee = PartyAddresses.AddresseeOf(work.State, work.State.Account(i.Account)!, message.Channel);
        var token = message.AddressToken ?? PartyAddresses.Of(work.Context.Vault, work.State, addressee, message.Channel)?.Token;
        var knownBad = i.Kind switch
        {
            "hard" => token is null || work.State.Contact.IsUndeliverable(message.Channel, token),
            "blocked" => token is null || work.State.Contact.HasOptedOut(message.Channel, token, work.Today),
            _ => true,
        };
        // Servers report one failure more than once; what it says is known already.
        if (knownBad && message.Status is IntentStatus.Bounced or IntentStatus.Failed) return null;
        ComeBack(work, message, i.Kind, token, i.Status, i.Detail is { } detail ? WithoutAddresses(detail) : null);
        return null;
    }

    /// <summary>What follows for the address that it went to.</summary>
    private static void ComeBack(Work work, Intent message, string kind, string? token, string? status, string? detail)
    {
        work.Emit(new MessageEvent.Bounced(message.Id, kind, message.Channel, token, status, detail), account: message.Account);
        if (kind == "blocked") ConsentChapter.Withdraw(work, message.Channel, token, message.Account);
        AccountChapter.UseNextAddress(work, work.Context.Vault, message.Channel, token);
    }

    /// <summary>Words for the journal, which is read by people who may not know who the customer is.</summary>
    private static string WithoutAddresses(string words) =>
        string.Join(' ', words.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(w => w.Contains('@', StringComparison.Ordinal)
            ? "…" : w));
}
