using System.Text.Json.Serialization;
using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using static Recoup.Core.Inputs.Fields;
using static Recoup.Core.Inputs.FieldType;

namespace Recoup.Core.Outbox;

/// <summary>What people, and mail that came back, tell of messages.</summary>
public abstract record MessageInput : Input.OfAccount
{
    private MessageInput() { }

    /// <summary>A person settles what a channel left unknown.</summary>
    public sealed record Settled : MessageInput
    {
        public required string Message { get; init; }
        public required string Outcome { get; init; }

        /// <summary>How the person knows; null: not said.</summary>
        public string? Reason { get; init; }
    }

    /// <summary>Its channel's provider says that a message that was sent arrived. Of one whose fate was unknown it says that it was sent, too.</summary>
    public sealed record Delivered : MessageInput
    {
        public required string Message { get; init; }

        /// <summary>When it arrived; null: when that was told.</summary>
        public DateTimeOffset? At { get; init; }
    }

    /// <summary>A message came back: hard where the address takes no mail, soft where it was this message or this day.</summary>
    public sealed record Bounced : MessageInput
    {
        public required string Message { get; init; }
        public DateOnly? On { get; init; }
        public required string Kind { get; init; }
        public string? Status { get; init; }
        public string? Detail { get; init; }
        public override DateOnly? EffectiveOn => On;
    }
}

/// <summary>What happened to messages once they were decided.</summary>
public abstract record MessageEvent : Event
{
    private MessageEvent() { }

    /// <summary>A contact intent was cleared a second time and handed to its channel. The text as sent is sealed.</summary>
    public sealed record Released(string Message, string Clearance, byte[] Sealed) : MessageEvent
    {
        /// <summary>The token of the address it goes to; null in journals from before it was kept.</summary>
        public string? AddressToken { get; init; }

        /// <summary>The template that its text was made from: path and digest; null in journals from before it was kept.</summary>
        public string? TemplateEdition { get; init; }

        /// <summary>The words of the documents that go with it: path and digest; null where none go.</summary>
        public string? WordsEdition { get; init; }

        /// <summary>The number under which the workspace adopted the rules that let it go; null: none were adopted yet.</summary>
        public int? Rules { get; init; }

        /// <summary>Of a text, into how many parts it is cut; null: it is no text.</summary>
        public int? Segments { get; init; }

        /// <summary>Of a text, the set of numbers that its number belongs to; null: it is no text.</summary>
        public int? NumberSet { get; init; }
    }

    /// <summary>Not now, by a rule of the gate or by the channel's word (channel-not-now): try again from then on.</summary>
    public sealed record Deferred(string Message, string Rule, DateTimeOffset Until) : MessageEvent
    {
        /// <summary>What the channel said; null where the gate did.</summary>
        public string? Detail { get; init; }

        internal override bool HasWords => Detail is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Detail = change(Detail!) };
    }

    /// <summary>The reason for the message is gone, or a rule forbids it now; it will never be sent.</summary>
    public sealed record Withdrawn(string Message, string Rule) : MessageEvent;

    /// <summary>The channel answered. Outcome: sent, failed or unknown. Proactive: no listed item was overdue.</summary>
    public sealed record Settled(string Message, string Outcome, string? Detail, bool Proactive) : MessageEvent
    {
        /// <summary>The channel's own name for it; null: it gave none.</summary>
        public string? Reference { get; init; }

        internal override bool HasWords => Detail is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Detail = change(Detail!) };
    }

    /// <summary>Its channel's provider says that it arrived.</summary>
    public sealed record Delivered(string Message, DateTimeOffset At) : MessageEvent;

    /// <summary>
    /// It did not reach its reader. Kind: hard where the address itself takes nothing, which is known of it from here on; blocked where its reader
    /// has the provider let nothing through, which withdraws consent for it; soft where it is this message or this day. The status is RFC 3463's, or
    /// a provider's code.
    /// </summary>
    public sealed record Bounced(string Message, string Kind, string Channel, string? AddressToken, string? Status, string? Detail) : MessageEvent
    {
        internal override bool HasWords => Detail is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Detail = change(Detail!) };
    }
}

/// <summary>Messages: letters and documents for customers, on their way and after it.</summary>
public static class MessageChapter
{
    public static readonly RowKind<string, Intent> Rows = new("message", RowKeys.Text("id"), static m => m.Id,
        RowColumn<Intent>.Integer("status", static m => (long)m.Status),
        RowColumn<Intent>.Integer("not_before", static m => m.NotBefore.ToUnixTimeMilliseconds()),
        RowColumn<Intent>.Text("reference", static m => m.Reference ?? ""),
        RowColumn<Intent>.Integer("number_set", static m => m.NumberSet))
    {
        Mark = (byte)'M', IsFoundAlone = true,
        Indexes =
        [
            new("status", "status, not_before"), new("time", "not_before"), new("reference", "reference", "reference <> ''"),
            new("number_set", "number_set, not_before", "number_set > 0"),
        ],
    };

    extension(PartyState party)
    {
        /// <summary>Those that are loaded.</summary>
        public Rows<string, Intent> Messages => (Rows<string, Intent>)party.Of(Rows);
    }

    /// <summary>
    /// Messages that left, letters and documents alike, on the day on which that was known. One of unknown fate is none until it is settled.
    /// </summary>
    public static readonly Measure MessagesSent = Measure.Count(23, "messages_sent", "messages", Dimension.Channel);

    /// <summary>Of those, the ones that came back, on the day on which each was sent: a message counts once, however often that is reported.</summary>
    public static readonly Measure MessagesBounced = Measure.Count(24, "messages_bounced", "messages", Dimension.Channel);

    /// <summary>Messages that their channel refused for good: they never left, and so are neither sent nor bounced.</summary>
    public static readonly Measure MessagesFailed = Measure.Count(25, "messages_failed", "messages", Dimension.Channel);

    internal static readonly Measure[] Measures = [MessagesSent, MessagesBounced, MessagesFailed];

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("message_settled", "a person says what became of a message whose fate is unknown", true,
        [Need("message", Text, "its id"), Choice("outcome", "what became of it", "sent", "failed") with { Required = true },
            May("reason", Text, "how they know; names no customer")],
        d => new MessageInput.Settled { Key = "", Account = d.Need("account"), Message = d.Need("message"), Outcome = d.Need("outcome"),
            Reason = d.Text("reason") }),
        InputKind.Of("message_delivered", "a message arrived, as its channel's provider says", true,
        [Need("message", Text, "its id"), May("at", Instant, "when; else now")],
        d => new MessageInput.Delivered { Key = "", Account = d.Need("account"), Message = d.Need("message"), At = d.GetOrNull<DateTimeOffset>("at") }),
        InputKind.Of("message_bounced", "a message came back undelivered", true,
        [
            Need("message", Text, "its id"), May("on", Date, "the day it came back; else today"),
            Choice("kind", "hard: its address takes nothing; blocked: its reader has the provider let nothing through; soft: it was this message, or this day",
                "hard", "blocked", "soft") with { Required = true },
            May("status", Text, "of mail RFC 3463's, such as 5.1.1") with { LengthMax = 11 },
            May("code", Text, "of a text the provider's, such as 30003") with { LengthMax = 40 },
            May("detail", Text, "what the server said; addresses are taken "
                + "out") with { LengthMax = 400 },
        ], d =>
        {
            if (d.Text("status") is { } status && !(status.Split('.') is [['2' or '4' or '5'], { Length: >= 1 and <= 3 } a, { Length: >= 1 and <= 3 } b]
                && (a + b).All(char.IsAsciiDigit))) d.Problem("status", $"'{status}' is no status such as 5.1.1");
            if (d.Text("status") is not null && d.Text("code") is not null) d.Problem("code", "is of a text, and status of mail: give one of them");
            return new MessageInput.Bounced { Key = "", Account = d.Need("account"), Message = d.Need("message"), On = d.Date("on"), Kind = d.Need("kind"),
                Status = d.Text("status") ?? d.Text("code"), Detail = d.Text("detail") };
        }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("message_released", MessageEventJson.Default.Released), new("message_deferred", MessageEventJson.Default.Deferred),
        new("message_withdrawn", MessageEventJson.Default.Withdrawn), new("message_settled", MessageEventJson.Default.Settled),
        new("message_bounced", MessageEventJson.Default.Bounced), new("message_delivered", MessageEventJson.Default.Delivered),
    ];
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(MessageEvent.Released))]
[JsonSerializable(typeof(MessageEvent.Deferred))]
[JsonSerializable(typeof(MessageEvent.Withdrawn))]
[JsonSerializable(typeof(MessageEvent.Settled))]
[JsonSerializable(typeof(MessageEvent.Bounced))]
[JsonSerializable(typeof(MessageEvent.Delivered))]
internal sealed partial class MessageEventJson : JsonSerializerContext;
