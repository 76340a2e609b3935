using System.Globalization;
using System.Text.Json;
using Recoup.Core.Events;
using Recoup.Core.Foundation;

namespace Recoup.Core.Webhooks;

/// <summary>What is told of an event: its type, and what its data says beside the account and the days.</summary>
public sealed class WebhookFact
{
    private readonly List<(string Name, string? Text, long? Number, bool? Flag)> fields = [];

    private readonly Dictionary<string, string> words = new(StringComparer.Ordinal);

    internal WebhookFact(string type) => Type = type;

    public string Type { get; }

    internal WebhookFact Text(string name, string? text) => Put(name, text);

    /// <summary>What people said in their own words: told only to an endpoint that asks for them.</summary>
    internal WebhookFact Words(string name, string? text)
    {
        if (text is not null) words[name] = text;
        return this;
    }

    internal WebhookFact Day(string name, DateOnly? day) => Put(name, day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    internal WebhookFact Amount(long minor, string currency, string name = "amount")
    {
        Put(name, Money.Format(minor, Currency.Of(currency)));
        return fields.Exists(f => f.Name == "currency") ? this : Put("currency", currency);
    }

    internal WebhookFact Number(string name, long? number)
    {
        if (number is not null) fields.Add((name, null, number, null));
        return this;
    }

    internal WebhookFact Flag(string name, bool flag)
    {
        fields.Add((name, null, null, flag));
        return this;
    }

    private WebhookFact Put(string name, string? text)
    {
        if (text is not null) fields.Add((name, text, null, null));
        return this;
    }

    /// <summary>The fields of its data.</summary>
    /// <param name="withWords">With what people said in their own words.</param>
    public void WriteTo(Utf8JsonWriter json, bool withWords)
    {
        foreach (var (name, text, number, flag) in fields)
            if (number is { } n) json.WriteNumber(name, n);
            else if (flag is { } f) json.WriteBoolean(name, f);
            else json.WriteString(name, text);
        if (!withWords) return;
        foreach (var (name, text) in words) json.WriteString(name, text);
    }
}

/// <summary>
/// Which events the outside is told of, under which type, and what of each. A contract of its own: what the journal keeps may change, this
/// may only grow. No name, address or word of anybody is in it, unless an endpoint asks for words.
/// </summary>
public static class WebhookTypes
{
    /// <summary>Every type there is, in the order in which a reader meets them.</summary>
    public static readonly IReadOnlyList<(string Type, string Meaning)> All =
    [
        ("account.opened", "an account was opened"), ("account.changed", "what is known of an account changed"),
        ("account.moved", "an account went to another portfolio"), ("party.joined", "another customer turned out to be this one"),
        ("party.erased", "what identifies the customer was destroyed"), ("consent.changed", "consent was given or withdrawn"),
        ("invoice.issued", "an invoice was issued"), ("invoice.corrected", "an invoice's amount or due date was set right"),
        ("invoice.cancelled", "an invoice should never have been"), ("charge.made", "a fee, interest or cost"),
        ("charge.waived", "a charge was let go"), ("payment.received", "cash came in"), ("payment.reversed", "a payment came back"),
        ("credit_note.issued", "a credit was granted"), ("refund.made", "cash or credit was sent back"), ("item.written_off", "an item was given up"),
        ("contact.made", "somebody spoke, wrote or tried to"), ("promise.made", "the customer promised to pay"),
        ("promise.kept", "and did"), ("promise.partial", "and did in part"), ("promise.broken", "and did not"),
        ("promise.withdrawn", "the promise was taken back"), ("promise.reopened", "a promise that was judged is open again"),
        ("plan.agreed", "a payment plan was agreed"), ("plan.instalment", "an instalment became paid, late, missed, cured or open"),
        ("plan.completed", "a payment plan was paid"), ("plan.broken", "a payment plan was not kept"), ("plan.cancelled", "a payment plan was given up"),
        ("plan.reopened", "money that had completed a payment plan went back: it is open again"),
        ("dispute.opened", "the customer contests an item or the account"), ("dispute.closed", "a dispute ended"),
        ("hold.placed", "no contact from one day to another"), ("hold.released", "a hold ended early"),
        ("callback.agreed", "somebody is to call back"), ("callback.missed", "nobody called back in time"),
        ("callback.closed", "a callback was made or is not wanted any more"), ("tag.changed", "a tag was put on an account or taken off"),
        ("feedback.reported", "a customer said that something is wrong"), ("feedback.resolved", "it was set right"),
        ("feedback.answered", "the customer said how content they are with that"),
        ("subscription.started", "a subscription runs, for the first time or again"), ("subscription.changed", "its amount, interval or product changed"),
        ("subscription.paused", "it rests"), ("subscription.resumed", "it goes on, or is not cancelled after all"),
        ("subscription.cancelled", "it ended, or will on a day to come"),
        ("activity.noted", "a customer bought something, or used what they had bought"),
        ("note.added", "somebody wrote something down"), ("file.added", "a file was added to an account"),
        ("file.withdrawn", "a file's content was destroyed"),
        ("decision.made", "a step was decided: a message, a call, a proposal"), ("reply.wanted", "a customer wrote, and somebody has to answer"),
        ("work_item.closed", "a work item was done, or lost its reason"),
        ("message.released", "a message was handed to its channel"), ("message.sent", "a message left"), ("message.failed", "a message did not leave"),
        ("message.unknown", "nobody knows whether a message left"), ("message.withdrawn", "a message lost its reason"),
        ("message.bounced", "a message did not reach its reader"), ("message.delivered", "a message arrived, as its provider says"),
        ("run.ended", "a daily run ended"), ("sending.set", "sending was switched"),
    ];

    internal static readonly HashSet<string> Names = [.. All.Select(t => t.Type)];

    /// <summary>A type, or the beginning of some with <c>.*</c>.</summary>
    public static bool IsKnown(string type) => Names.Contains(type)
        || (type.EndsWith(".*", StringComparison.Ordinal) && Names.Any(name => name.StartsWith(type[..^1], StringComparison.Ordinal)));

    /// <summary>The body of a call (Standard Webhooks): the same for the same event, however often it is sent.</summary>
    public static byte[] Body(WebhookFact fact, JournalRow row, bool withWords)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("type", fact.Type);
            json.WriteString("timestamp", DateTimeOffset.FromUnixTimeMilliseconds(row.RecordedAt).UtcDateTime
                .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteStartObject("data");
            if (row.Account.Length > 0) json.WriteString("account", row.Account);
            if (row.Party.Length > 0 && row.Party != row.Account) json.WriteString("party", row.Party);
            json.WriteString("effective_on", row.EffectiveOn.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteString("recorded_on", row.RecordedOn.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            fact.WriteTo(json, withWords);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
