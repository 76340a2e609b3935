using System.Globalization;
using System.Text.Json.Nodes;
using Recoup.Core;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

/// <summary>What came back about a message after it was sent.</summary>
/// <param name="Key">Makes it idempotent.</param>
/// <param name="Message">The message's id.</param>
/// <param name="What">bounced hard, bounced soft, complaint, unsubscribe, or stop: asked for in an answer.</param>
/// <param name="Status">RFC 3463's; null: none was given.</param>
/// <param name="Words">What was said, without addresses; null: nothing.</param>
public sealed record Returned(string Key, string Message, string What, string? Status, string? Words);

/// <summary>
/// What becomes of messages once they have left, told by people and by other people's servers: an unknown one settled,
/// one that bounced, a complaint, an unsubscription. Each becomes an input and goes through the door.
/// </summary>
public static class Settling
{
    /// <summary>A person says what became of a message of unknown fate. Refused where it is not unknown.</summary>
    /// <param name="outcome">sent or failed.</param>
    /// <param name="reason">How they know; stands in the journal readable, so it names no customer.</param>
    /// <param name="by">Who says so.</param>
    /// <returns>Null where there is no such message.</returns>
    public static UnitResult? Settle(Door door, string message, string outcome, string? reason, string by, DateTimeOffset now)
    {
        if (AccountOf(door.Store, message) is not var (state, found)) return null;
        var input = new JsonObject
        {
            // Of the moment: the same words at another time are another person's, and meet a message that is settled.
            ["type"] = "message_settled", ["key"] = $"settled/{message}/{now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}",
            ["account"] = found.Account, ["message"] = message, ["outcome"] = outcome,
        };
        if (reason is not null) input["reason"] = reason;
        var result = Take(door, input, by, now);
        // Whatever kept its channel's answer from being taken, the message's fate is known now.
        if (result is { Status: UnitStatus.Accepted }) door.Store.Atomically(() => SetAsides.Clear(door.Store, state.Id, SetAsides.Dispatch, message));
        return result;
    }

    /// <summary>Takes what came back: bounces as they are, complaints and unsubscriptions as consent withdrawn for the address the message went to.</summary>
    /// <returns>Null where there is no such message, or its reader was erased. One whose party can't be read is set aside.</returns>
    public static UnitResult? Take(Door door, Returned returned, DateTimeOffset now)
    {
        try { return TakeReturned(door, returned, now); }
        catch (Exception e) when (SetAsides.MayBeOf(e))
        {
            new Aside(door, SetAsides.Import, i => i.Key).Note(door.Store.PartyOfMessage(returned.Message) ?? "", returned.Key, e);
            return new UnitResult(0, UnitStatus.SetAside, null, []) { Cause = SetAsides.CauseOf(e) };
        }
    }

    private static UnitResult? TakeReturned(Door door, Returned returned, DateTimeOffset now)
    {
        if (AccountOf(door.Store, returned.Message) is not var (state, found)) return null;
        var input = new JsonObject { ["key"] = returned.Key, ["account"] = found.Account };
        if (returned.What is "bounced hard" or "bounced soft")
        {
            input["type"] = "message_bounced";
            input["message"] = found.Id;
            input["kind"] = returned.What["bounced ".Length..];
            if (returned.Status is not null) input["status"] = returned.Status;
            if (!string.IsNullOrWhiteSpace(returned.Words)) input["detail"] = returned.Words;
        }
        else
        {
            // The address that was written to, whatever the account has by now: that is where it is not wanted.
            if (ReleasedText(door.Store, state.Id, state.LastSeq, found.Id) is not { } text) return null;
            input["type"] = "consent";
            input["channel"] = found.Channel;
            input["address"] = text.To;
            input["granted"] = false;
            input["reason"] = returned.What;
        }
        return Take(door, input, "mail", now);
    }

    /// <summary>What a one-click address (RFC 8058) carries beside the message's id, so that nobody can guess another's.</summary>
    public static string UnsubscribeToken(Store store, string party, string message) => store.Vault.Token(party, $"unsubscribe {message}");

    /// <summary>A reader unsubscribed by one click. Null where there is no such message, or the token is not its own.</summary>
    public static UnitResult? Unsubscribe(Door door, string message, string token, DateTimeOffset now)
    {
        if (AccountOf(door.Store, message) is not var (state, _) || state.Erased) return null;
        // Sent before its party became part of another, it has a token of that one.
        if (!state.KeyIds.Any(id => (id == state.Id || door.Store.Vault.HasKey(id)) && IsOf(id))) return null;
        return Take(door, new Returned($"unsubscribe/{message}", message, "unsubscribe", null, null), now);

        bool IsOf(string id) => System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.UTF8.GetBytes(UnsubscribeToken(door.Store, id, message)), System.Text.Encoding.UTF8.GetBytes(token));
    }

    /// <summary>The text as it was last released; null where it was not, or the party's key is gone.</summary>
    public static MessageText? ReleasedText(Store store, string party, long lastSeq, string message)
    {
        foreach (var row in store.History(party, lastSeq))
            if (row.Kind == "message_released" && EventCodec.Decode(row.Kind, row.Version, row.Payload) is MessageEvent.Released released
                && released.Message == message)
                return store.Vault.Open(party, released.Sealed) is { } plain
                    ? System.Text.Json.JsonSerializer.Deserialize(plain, MessageJson.Default.MessageText) : null;
        return null;
    }

    private static UnitResult Take(Door door, JsonObject fields, string by, DateTimeOffset now) => Take(door, [fields], by, now);

    /// <summary>Takes what was told as inputs, all of them or none; what can't be handled is set aside.</summary>
    /// <param name="inputs">Of one account.</param>
    /// <param name="by">Who tells it.</param>
    internal static UnitResult Take(Door door, IEnumerable<JsonObject> inputs, string by, DateTimeOffset now) => new Aside(door, SetAsides.Import, i => i.Key)
        .Take([new InputUnit(0, [.. inputs.Select(fields => Parse(fields, by))], now > door.LastRecordedAt ? now : door.LastRecordedAt)]).Units.Single();

    private static Input Parse(JsonObject fields, string by)
    {
        var problems = new List<InputProblem>();
        return InputJson.Parse(System.Text.Encoding.UTF8.GetBytes(fields.ToJsonString()), by, problems)
            ?? throw new StoreException($"{fields["key"]}: {string.Join("; ", problems)}");
    }

    internal static (PartyState State, Intent Message)? AccountOf(Store store, string message)
    {
        var s = store.Statement("SELECT p.id FROM message m JOIN party p ON p.pid = m.pid WHERE m.id = ?").Bind(message);
        if (!s.Step()) return null;
        var party = s.Text(0);
        s.Reset();
        var (pid, state) = store.Party(party)!.Value;
        store.Load(state.Messages, pid, message);
        return (state, state.Messages[message]);
    }
}
