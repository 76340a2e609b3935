using System.Text.Json.Serialization;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;

namespace Recoup.Core.Outbox;

/// <summary>
/// What was decided to leave, and how far it has come. Whatever it brings it has one life: pending until its turn, released by its gate,
/// then what its port answered. Of letters and documents it is folded from
/// events; an endpoint's calls follow from the journal, and stand beside it.
/// </summary>
public sealed class Intent : IFormed<Intent>
{
    public string Id { get; set; } = "";
    public string Portfolio { get; set; } = "";
    public string Account { get; set; } = "";

    /// <summary>Of the port by which it leaves: <see cref="Contact.Channel"/>.</summary>
    public string Channel { get; set; } = "";

    public DateOnly DecidedOn { get; set; }

    /// <summary>What it brings.</summary>
    public required IntentBody Body { get; set; }

    public DateTimeOffset NotBefore { get; set; }
    public IntentStatus Status { get; set; }
    public string? Detail { get; set; }

    /// <summary>How often its port was given it and could not take it.</summary>
    public int Tries { get; set; }

    /// <summary>When its port was first given it and could not take it.</summary>
    public DateTimeOffset? FirstTriedAt { get; set; }

    /// <summary>The token of the address it went to; null: it has not left.</summary>
    public string? AddressToken { get; set; }

    /// <summary>Its port's own name for it; null: its port gives none, or has not taken it.</summary>
    public string? Reference { get; set; }

    /// <summary>Of a text, into how many parts it was cut (<see cref="TextSegments"/>) when it was last written; 0: it was not, or it is no text.</summary>
    public int Segments { get; set; }

    /// <summary>
    /// Of a text, one of a few thousand sets of numbers that its number belongs to, by a key of the workspace: who writes from a number is looked for
    /// among those of its set, and the set alone tells nobody's number. 0: it has not left, or it is no text.
    /// </summary>
    public int NumberSet { get; set; }

    /// <summary>The day on which it was known to have left; null: it was not.</summary>
    public DateOnly? SentOn { get; set; }

    /// <summary>Where it was counted as sent, as known then: that it came back is counted there too. Null: it was not counted.</summary>
    public string? SentPortfolio { get; set; }

    /// <summary>See <see cref="SentPortfolio"/>.</summary>
    public string? SentSegment { get; set; }

    /// <summary>Its port was told that it arrived, then; null: it was not told.</summary>
    public DateTimeOffset? DeliveredAt { get; set; }

    /// <summary>The letter that it brings; null: it brings something else.</summary>
    public IntentBody.Letter? Letter => Body as IntentBody.Letter;

    /// <summary>The document that it brings; null: it brings something else.</summary>
    public DocumentRecord? Document => (Body as IntentBody.Document)?.Record;

    /// <summary>Still on its way: its port has not said for good what became of it.</summary>
    public bool IsOpen => Status is IntentStatus.Pending or IntentStatus.Sending;

    /// <summary>Its gate let it go; it is recorded before its port is given it.</summary>
    public void Release(string? addressToken, int segments = 0, int numberSet = 0) =>
        (Status, Detail, AddressToken, Segments, NumberSet) = (IntentStatus.Sending, null, addressToken, segments, numberSet);

    /// <summary>Its gate, or its port, could not take it before an instant.</summary>
    /// <param name="at">When that was said.</param>
    public void Defer(DateTimeOffset until, string? why, DateTimeOffset at)
    {
        if (Status == IntentStatus.Sending)
        {
            Tries++;
            FirstTriedAt ??= at;
        }
        (Status, Detail, NotBefore) = (IntentStatus.Pending, why, until);
    }

    /// <summary>It has lost its reason, or its gate forbids it.</summary>
    public void Withdraw(string why) => (Status, Detail) = (IntentStatus.Withdrawn, why);

    /// <summary>Its port, or a person, says what became of it.</summary>
    /// <param name="outcome">sent, failed or unknown.</param>
    /// <param name="reference">The port's own name for it; null: none is said.</param>
    public void Answer(string outcome, string? detail, string? reference = null) => (Status, Detail, Reference) = (outcome switch
    {
        "sent" => IntentStatus.Sent,
        "failed" => IntentStatus.Failed,
        _ => IntentStatus.Unknown,
    }, detail, reference ?? Reference);

    /// <summary>It came back after it had left. That it never left is known better.</summary>
    public void Bounce(string detail)
    {
        if (Status != IntentStatus.Failed) (Status, Detail) = (IntentStatus.Bounced, detail);
    }

    public static Intent Blank => new() { Body = IntentBody.Letter.Blank };

    public static Intent Form<TForm>(ref TForm f, Intent v) where TForm : IForm, allows ref struct
    {
        v.Id = f.Text("id", v.Id);
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        v.Account = f.Word("account", v.Account);
        v.Channel = f.Word("channel", v.Channel);
        var written = (IntentBody.Written)v.Body;
        var (template, tone, rule) = (f.Word("template", written.Template), f.Word("tone", written.Tone), f.Word("rule", written.Rule));
        v.DecidedOn = f.Day("decided_on", v.DecidedOn);
        v.NotBefore = f.Instant("not_before", v.NotBefore);
        v.Status = f.Choice("status", v.Status);
        f.BeginRare(16);
        var through = f.DayOrNull("pre_due_through", v.Letter?.PreDueThrough);
        var before = f.OneOrNull("step_before", v.Letter?.StepBefore);
        var word = f.OneOrNull("word_before", v.Letter?.WordBefore);
        var reminded = f.DayOrNull("reminded_before", v.Letter?.RemindedBefore);
        var document = f.OneOrNull("document", v.Document);
        v.Detail = f.TextOrNull("detail", v.Detail);
        v.Tries = f.Int("tries", v.Tries);
        v.FirstTriedAt = f.InstantOrNull("first_tried_at", v.FirstTriedAt);
        v.AddressToken = f.TextOrNull("address_token", v.AddressToken);
        v.Reference = f.TextOrNull("reference", v.Reference);
        v.Segments = f.Int("segments", v.Segments);
        v.NumberSet = f.Int("number_set", v.NumberSet);
        v.DeliveredAt = f.InstantOrNull("delivered_at", v.DeliveredAt);
        v.SentOn = f.DayOrNull("sent_on", v.SentOn);
        v.SentPortfolio = f.WordOrNull("sent_portfolio", v.SentPortfolio);
        v.SentSegment = f.WordOrNull("sent_segment", v.SentSegment);
        f.EndRare();
        v.Body = document is null
            ? new IntentBody.Letter(template, tone, rule) { PreDueThrough = through, StepBefore = before, WordBefore = word, RemindedBefore = reminded }
            : new IntentBody.Document(template, tone, rule, document);
        return v;
    }
}

/// <summary>What an intent brings: closed, so that a kind more is an arm more wherever one is told from another.</summary>
public abstract record IntentBody
{
    private IntentBody() { }

    /// <summary>What is written for a customer from a template when it is released.</summary>
    /// <param name="Rule">The step or the rule that decided it.</param>
    public abstract record Written(string Template, string Tone, string Rule) : IntentBody;

    /// <summary>It duns: it is a step of the treatment, or reminds of what is not due yet.</summary>
    public sealed record Letter(string Template, string Tone, string Rule) : Written(Template, Tone, Rule)
    {
        /// <summary>It is about items due up to this day and not overdue; null: about overdue items.</summary>
        public DateOnly? PreDueThrough { get; init; }

        /// <summary>Where the treatment stood before this step: there it stands again should the letter not leave.</summary>
        public StepTaken? StepBefore { get; init; }

        /// <summary>The last word that the customer had before this step, where <see cref="StepBefore"/> was none; null: it was, or they had none.</summary>
        public StepTaken? WordBefore { get; init; }

        public DateOnly? RemindedBefore { get; init; }

        public static Letter Blank => new("", "", "");
    }

    /// <summary>It brings invoices or a statement: no action of collection.</summary>
    public sealed record Document(string Template, string Tone, string Rule, DocumentRecord Record) : Written(Template, Tone, Rule);

    /// <summary>An event that an endpoint is told of.</summary>
    /// <param name="Type">The type under which it is told.</param>
    /// <param name="Place">Its place in the journal: the row's id.</param>
    public sealed record Webhook(string Type, long Place) : IntentBody;
}

/// <summary>
/// pending, then sending once released; then sent, failed or unknown by the port's word, or withdrawn by the gate's;
/// bounced where it came back after it was sent.
/// </summary>
public enum IntentStatus { Pending, Sending, Sent, Failed, Unknown, Withdrawn, Bounced }

/// <summary>
/// What a port says of an intent. failed: it did not go and will not; unknown: it may have gone; deferred: it did not
/// go for certain, and is to be tried again from an instant on.
/// </summary>
/// <param name="Outcome">sent, failed, unknown or deferred, as <c>Input.ChannelResult</c> has it.</param>
/// <param name="Detail">For people; says nothing of the customer.</param>
public sealed record ChannelAnswer(string Outcome, string? Detail = null)
{
    /// <summary>Of a deferred intent, when to try again.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Of a failed intent: the status (of mail RFC 3463's) that says the address itself takes nothing; null: it does not say so.</summary>
    public string? BadAddress { get; init; }

    /// <summary>
    /// Of a failed intent with <see cref="BadAddress"/>: the address is sound, and who has it told the port's provider to let nothing of ours through.
    /// </summary>
    public bool Blocked { get; init; }

    /// <summary>Of a sent intent: the port's own name for it, by which it tells of it later; null: it gives none.</summary>
    public string? Reference { get; init; }

    /// <summary>Of a deferred intent: it was the address and not this intent, so what comes after it to the same address waits behind it.</summary>
    public bool HoldsOthers { get; init; }

    public static ChannelAnswer Deferred(string detail, DateTimeOffset until) => new("deferred", detail) { Until = until };

    public static readonly ChannelAnswer Sent = new("sent");

    public static ChannelAnswer Failed(string detail) => new("failed", detail);

    public static ChannelAnswer Unknown(string detail) => new("unknown", detail);
}

/// <summary>What a port is given of an intent that was released.</summary>
public interface IOutgoing
{
    /// <summary>Whom it is about.</summary>
    string Party { get; }

    /// <summary>The intent's id.</summary>
    string Message { get; }

    /// <summary>The port's name.</summary>
    string Channel { get; }
}

/// <summary>Which document a decision is about: invoices of an account by number, or a statement from one day to another.</summary>
/// <param name="Kind">invoice or statement.</param>
public sealed record DocumentRecord(string Kind) : IFormed<DocumentRecord>
{
    public IReadOnlyList<string>? Numbers { get; init; }
    public DateOnly? From { get; init; }

    /// <summary>The statement's last day.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>By the portfolio's schedule, and so once a period; else because somebody asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Scheduled { get; init; }

    public static DocumentRecord Blank => new("");

    public static DocumentRecord Form<TForm>(ref TForm f, DocumentRecord v) where TForm : IForm, allows ref struct => new(f.Word("kind", v.Kind))
    {
        Numbers = f.TextsOrNull("numbers", v.Numbers is null ? null : v.Numbers as List<string> ?? [.. v.Numbers]),
        From = f.DayOrNull("from", v.From),
        AsOf = f.DayOrNull("as_of", v.AsOf),
        Scheduled = f.Flag("scheduled", v.Scheduled),
    };
}
