using System.Text.Json.Serialization;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Outbox;
using Recoup.Core.Policies;
using Recoup.Core.Workspace;

namespace Recoup.Core.Decisions;

/// <summary>What was decided.</summary>
public abstract record DecisionEvent : Event
{
    private DecisionEvent() { }

    /// <summary>What was decided for the party in one portfolio on one day, and why. See <see cref="DecisionRecord"/>.</summary>
    public sealed record Made(DecisionRecord Decision) : DecisionEvent;
}

/// <summary>
/// A decision, compact: what can be derived is derived when asked. Money is in minor units of the currency of its facts.
/// </summary>
public sealed record DecisionRecord
{
    public required string Portfolio { get; init; }

    /// <summary>The number under which the workspace adopted the policy.</summary>
    public required int Policy { get; init; }

    /// <summary>Where the gate was asked, the number under which the workspace adopted its rules; null: it was not, or none were adopted yet.</summary>
    public int? Rules { get; init; }

    public required string Segment { get; init; }

    /// <summary>Set where this decision moved the party to another segment.</summary>
    public string? SegmentBefore { get; init; }

    public required string Strategy { get; init; }

    /// <summary>What is done.</summary>
    public required Act Action { get; init; }

    /// <summary>The rule of a decision to look for a way: no channel may reach the customer.</summary>
    public const string OutOfReach = "out-of-reach";

    /// <summary>The rule of a decision to make no call, since one is agreed with the customer.</summary>
    public const string CallbackAgreed = "callback-agreed";

    /// <summary>The id of the rule that fired: the step taken, or why nothing was.</summary>
    public required string Rule { get; init; }

    public string? Step { get; init; }

    /// <summary>Steps whose day passed without a run, where the policy takes the latest one due in their place.</summary>
    public IReadOnlyList<string>? Skipped { get; init; }

    public IReadOnlyList<Considered>? Considered { get; init; }

    public required int Score { get; init; }

    public IReadOnlyList<string>? Reasons { get; init; }

    public required FactsRecord Facts { get; init; }

    /// <summary>The gate's word where a contact was proposed: allowed, deferred or blocked.</summary>
    public string? Verdict { get; init; }

    public string? GateRule { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    public string? Clearance { get; init; }

    public string? Channel { get; init; }

    public string? Template { get; init; }

    public string? Tone { get; init; }

    /// <summary>The template as it stood then: path and digest.</summary>
    public string? TemplateEdition { get; init; }

    /// <summary>The words of the document as they stood then: path and digest.</summary>
    public string? WordsEdition { get; init; }

    /// <summary>The message or work item that follows; also its key in the outbox.</summary>
    public string? Intent { get; init; }

    /// <summary>Decided while the workspace was in shadow: nothing follows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Shadow { get; init; }

    /// <summary>The decision is about sending a document and no step of a strategy; null: it is about dunning.</summary>
    public DocumentRecord? Document { get; init; }

    /// <summary>The day from which step days count: the due date of the oldest item that may be dunned, or later.</summary>
    public DateOnly? AnchorOn { get; init; }

    /// <summary>Days since then on which a hold, a promise or a dispute stood; step days do not count them.</summary>
    public int? PausedDays { get; init; }

    /// <summary>Where it was overdue before its ladder could begin: the day on which it began. Null: it fell due.</summary>
    public DateOnly? EnteredOn { get; init; }

    /// <summary>Why: first_heard, before_start, open_again or due_moved.</summary>
    public string? EnteredBy { get; init; }

    /// <summary>Where it entered so: the day of the entry step by which its days are counted. Null: it fell due, or nobody wrote it down yet.</summary>
    public int? EntryAt { get; init; }

    /// <summary>
    /// The step's day came by the calendar since the run before: no sign that something is wrong with the data. Counted
    /// by the run and not recorded, since it follows from the decision and the runs.
    /// </summary>
    [JsonIgnore]
    public bool ByCalendar { get; init; }

    /// <summary>Reminders before the due date were made for items due up to this day.</summary>
    public DateOnly? RemindedThrough { get; init; }

    public DateOnly? NextReviewOn { get; init; }

    /// <summary>
    /// Who has the next move about what is overdue and covered by nothing else (<see cref="Recovery.NextMove"/>), where it is another than the
    /// decision before said; null: the same, or nothing is overdue.
    /// </summary>
    public string? NextMove { get; init; }

    /// <summary>
    /// The minutes of a month for which people may contact the customer, by the caps of the rules; 0 where a hold, a dispute or a withdrawn consent leaves
    /// none. Given where it is another than the decision before said; null: the same, or nothing is overdue.
    /// </summary>
    public int? EffortMinutes { get; init; }

    /// <summary>A later step counts its days from this one, so the day is kept on which the customer hears it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool KeepsDay { get; init; }

    /// <summary>The step, or the next where it is not due yet, counts from the day on which the customer heard another; null: from the anchor.</summary>
    public CountedFrom? After { get; init; }
}

/// <summary>A step that another counts its days from, the day on which the customer heard it, and how many days.</summary>
public sealed record CountedFrom(string Step, DateOnly HeardOn, int Days);

/// <summary>A step or channel that was looked at and not taken, and why.</summary>
public sealed record Considered(string What, string Why);

/// <summary>What decisions went by.</summary>
public static class DecisionGrounds
{
    extension(Adopted adopted)
    {
        /// <summary>What a decision went by, as it stood then.</summary>
        public DecisionEditions EditionsOf(DecisionRecord decision) => new(
            adopted.Policy(decision.Policy)?.Edition, decision.Rules is { } version ? RulePacks.Of(adopted.Files(CatalogPart.Rules, version)).Editions
                : [], decision.TemplateEdition, decision.WordsEdition);

        /// <summary>The rule that made a contact wait or forbade it, with its words and its source as they stood then; null: none did.</summary>
        public ContactRule? GateRuleOf(DecisionRecord decision) => decision.GateRule is null ? null
            : RulePacks.Of(decision.Rules is { } version ? adopted.Files(CatalogPart.Rules, version) : null).Rules
                .FirstOrDefault(r => r.Id == decision.GateRule);
    }
}

/// <summary>Their names in the journal.</summary>
internal static class DecisionEvents
{
    internal static readonly EventKind[] All =
    [
        new("decided", DecisionJson.Default.Made),
    ];
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(DecisionEvent.Made))]
internal sealed partial class DecisionJson : JsonSerializerContext;
