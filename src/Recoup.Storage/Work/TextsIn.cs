using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Recovery;

namespace Recoup.Storage.Work;

/// <summary>A text that a customer wrote.</summary>
/// <param name="Id">The provider's, by which it is taken once.</param>
/// <param name="Number">From which it came, with its country code.</param>
/// <param name="Meaning">stop, said stop (in free words), start, yes, help or other.</param>
public sealed record TextCame(string Id, string Number, string Words, DateTimeOffset At, string Meaning);

/// <summary>What a provider tells of a text that it took.</summary>
/// <param name="Message">The message's id; null: it is found by <paramref name="Reference"/>.</param>
/// <param name="Reference">The provider's own id; null: not told.</param>
/// <param name="Outcome">delivered, or of one that did not arrive hard, blocked or soft.</param>
/// <param name="Code">The provider's, of what went wrong; null: it gave none.</param>
public sealed record TextReport(string? Message, string? Reference, string Outcome, string? Code);

/// <summary>What became of something that came in. Of several the first of these is said of all.</summary>
public enum TextFate
{
    Taken,

    SetAside,

    /// <summary>It was taken before, or changes nothing.</summary>
    Known,

    Refused,

    /// <summary>The message has not left, as far as is recorded by now.</summary>
    NotYet,

    /// <summary>No text of ours went to that number, or there is no such message.</summary>
    Nobody,
}

/// <param name="Why">Of what was not taken, and of whom where others took it; null: all of it was taken, or known.</param>
/// <param name="Stopped">It is the first to say that no more texts are wanted at the number.</param>
public sealed record TextTaken(TextFate Fate, string? Why = null, bool Stopped = false);

/// <summary>
/// What comes in by phone: what customers write, and what providers tell of what was sent. Each becomes inputs and goes through the door. Whose number
/// it is is asked of what went there (<see cref="TextNumbers"/>): nobody else's is known to anybody without the party's key.
/// </summary>
public static class TextsIn
{
    private const string By = "sms";

    /// <summary>
    /// A text is a contact with its words, sealed. A stop withdraws consent for the number, of each customer whom it is of; a start gives it back; a yes
    /// does so only where the number was stopped and no promise waits for an answer. What is none of these, and a stop in free words, goes on the
    /// worklist.
    /// </summary>
    public static TextTaken Take(Door door, TextCame text, DateTimeOffset now)
    {
        var found = Whose(door.Store, text.Number);
        if (found.Count == 0) return new TextTaken(TextFate.Nobody, "no text of ours went to the number it came from");
        var (taken, stopped) = (new List<(string Of, TextTaken Taken)>(), false);
        foreach (var (state, account) in found)
        {
            var token = PartyAddresses.Token(door.Store.Vault, state.Id, Channel.Sms, text.Number, state.Account(account)!.Country);
            var wasStopped = state.Contact.HasOptedOut(Channel.Sms, token, state.AsOf,
                PartyAddresses.AllTokens(door.Store.Vault, state, Channel.Sms, text.Number, state.Account(account)!.Country));
            var stops = text.Meaning is "stop" or "said stop";
            var starts = wasStopped && (text.Meaning == "start" || (text.Meaning == "yes" && state.Promises.Count == 0));
            var wantsReply = text.Meaning is "other" or "said stop" || (text.Meaning == "yes" && !starts);
            var result = Take(door, text, account, stops ? false : starts ? true : null, wantsReply, now);
            stopped |= result.Status == UnitStatus.Accepted && stops && !wasStopped;
            taken.Add(($"account {account}", FateOf(result)));
        }
        return Together(taken) with { Stopped = stopped };
    }

    private static TextTaken FateOf(UnitResult result) => result.Status switch
    {
        UnitStatus.Accepted => new TextTaken(TextFate.Taken),
        UnitStatus.SetAside => new TextTaken(TextFate.SetAside, $"set aside: {result.Cause}"),
        _ when result.Refused is { } refused && refused.Refusal != Refusal.KeyUsedWithOtherContent => new TextTaken(TextFate.Refused, refused.Message),
        _ => new TextTaken(TextFate.Known),
    };

    /// <summary>
    /// One word on what became of something for several: that it was taken, where any took it, so that nobody sends it again; and of whom it
    /// was not.
    /// </summary>
    private static TextTaken Together(List<(string Of, TextTaken Taken)> taken)
    {
        if (taken.Count == 1) return taken[0].Taken;
        var left = taken.Where(t => t.Taken.Why is not null).Select(t => $"{t.Of}: {t.Taken.Why}").ToList();
        return new TextTaken(taken.Min(t => t.Taken.Fate), left.Count == 0 ? null : string.Join("; ", left));
    }

    private static UnitResult Take(Door door, TextCame text, string account, bool? consent, bool wantsReply, DateTimeOffset now)
    {
        // An id of digits alone may look like a card's number, which no key may be.
        var key = $"text/{CardNumber.KeyOf(SHA256.HashData(Encoding.UTF8.GetBytes($"{text.Id}\n{account}")).AsSpan(0, 16))}";
        var contact = new JsonObject
        {
            ["type"] = "contact", ["key"] = key, ["account"] = account, ["at"] = Instant(text.At), ["channel"] = Channel.Sms, ["direction"] = "inbound",
            ["outcome"] = "left_message", ["needs_reply"] = wantsReply,
        };
        if (Sayable(text.Words) is { Length: > 0 } words) contact["text"] = words;
        var inputs = new List<JsonObject> { contact };
        if (consent is { } granted)
            inputs.Add(new JsonObject
            {
                ["type"] = "consent", ["key"] = $"{key}/consent", ["account"] = account, ["channel"] = Channel.Sms, ["address"] = text.Number,
                ["granted"] = granted, ["reason"] = granted ? "told" : "stop",
            });
        return Settling.Take(door, inputs, By, now);
    }

    /// <summary>What a provider tells of a text becomes what is told of any message: that it arrived, or came back.</summary>
    public static TextTaken Take(Door door, TextReport report, DateTimeOffset now)
    {
        var ids = report.Message is { } named ? [named] : report.Reference is { Length: > 0 } reference ? ByReference(door.Store, reference) : [];
        var taken = new List<(string Of, TextTaken Taken)>();
        foreach (var id in ids)
        {
            if (Settling.AccountOf(door.Store, id) is not var (state, message) || message.Channel != Channel.Sms) continue;
            if (state.Messages[id].Status is IntentStatus.Pending or IntentStatus.Sending) return new TextTaken(TextFate.NotYet, $"message {id} has not left");
            var input = new JsonObject { ["key"] = $"text-report/{id}/{report.Outcome}", ["account"] = message.Account, ["message"] = id };
            if (report.Outcome == "delivered") input["type"] = "message_delivered";
            else
            {
                (input["type"], input["kind"]) = ("message_bounced", report.Outcome);
                if (report.Code is { Length: > 0 and <= 40 } code) input["code"] = code;
            }
            taken.Add(($"message {id}", FateOf(Settling.Take(door, [input], By, now))));
        }
        return taken.Count > 0 ? Together(taken) : new TextTaken(TextFate.Nobody, "there is no such message, or it came to be known by another id");
    }

    private static List<string> ByReference(Store store, string reference)
    {
        var ids = new List<string>();
        var s = store.Statement("SELECT id FROM message WHERE reference = ? AND reference <> '' ORDER BY id").Bind(reference);
        while (s.Step()) ids.Add(s.Text(0));
        return ids;
    }

    /// <summary>The parties that texts went to at a number, each with the account of the newest.</summary>
    /// <param name="number">In the form of E.164.</param>
    private static List<(PartyState State, string Account)> Whose(Store store, string number)
    {
        var rows = new List<(long Pid, byte[] State)>();
        var s = store.Statement("SELECT pid, state FROM message WHERE number_set = ? AND number_set > 0 ORDER BY not_before DESC")
            .Bind(TextNumbers.SetOf(store.Vault, number));
        while (s.Step()) rows.Add((s.Long(0), s.Blob(1).ToArray()));
        var found = new List<(PartyState, string)>();
        foreach (var group in rows.GroupBy(r => r.Pid))
        {
            if (store.Party(group.Key) is not { Erased: false } state) continue;
            foreach (var (_, bytes) in group)
            {
                var message = MessageChapter.Rows.Decode(bytes);
                if (state.Account(message.Account) is not { } account || message.AddressToken is not { } token
                    || !PartyAddresses.AllTokens(store.Vault, state, Channel.Sms, number, account.Country).Contains(token)) continue;
                found.Add((state, message.Account));
                break;
            }
        }
        return found;
    }

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A customer's words as an input takes them: no control characters, no card number, no longer than a contact's text.</summary>
    private static string Sayable(string words)
    {
        var plain = new string([.. words.Select(c => char.IsControl(c) && c is not '\n' || c == '\uFFFD' ? ' ' : c)]).Trim();
        return CardNumber.Mask(plain.Length <= ContactChapter.TextLengthMax ? plain : plain[..ContactChapter.TextLengthMax]);
    }
}
