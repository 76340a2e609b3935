using System.Globalization;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Cells;
using Recoup.Core.Outbox;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Decisions;

/// <summary>A decision in sentences, the same on every screen.</summary>
public static class DecisionWords
{
    /// <summary>What was decided.</summary>
    public static string Did(DecisionRecord d) =>
        (d.Document is { } document && d.Action == Act.Message ? $"{d.Channel} with {Documents(document)}" : d.Action.Said(d.Channel, d.Template, d.Tone))
        + (d.Shadow && d.Action != Act.Wait ? " (in shadow: nothing was sent)" : "");

    /// <summary>The oldest of what is overdue, whether it may be dunned or not, and for how many days; null: nothing is, or it is not known.</summary>
    /// <param name="asOf">The day of the decision.</param>
    public static (DateOnly DueOn, int Days)? Oldest(FactsRecord facts, DateOnly asOf) =>
        // A journal from before that has the days only.
        (facts.QuietDueOn ?? facts.OldestDueOn ?? asOf.Plus(-facts.DaysPastDue)) is var due && Ageing.IsOverdue(due, asOf)
            ? (due, Ageing.DaysPastDue(due, asOf)) : null;

    /// <summary>The rule that fired, as a reason.</summary>
    public static string Because(DecisionRecord d) => d.Rule switch
    {
        "nothing-open" => "nothing is open",
        "not-due" => "nothing is overdue and no reminder is due",
        "step-not-due" => $"the next step is not due yet{Counted(d)}",
        "last-step-taken" => "the last step of the strategy was taken",
        "promise-open" => "a promise to pay is within its term",
        "hold" => "the account is on hold",
        "disputed" => "what is overdue is disputed",
        DecisionRecord.CallbackAgreed => "a call is agreed with the customer, and no other is made before it",
        "payment-plan" => "what is overdue is paid by a payment plan",
        "message-under-way" => "a message is on its way already",
        "covered-by-unapplied-cash" => "unapplied cash covers it",
        "below-minimum" => "it is less than the policy chases anybody for (minimum_to_chase)",
        "currency-not-listed" => $"the policy does not say what {d.Facts.Currency} is worth, so nobody calls and no agency is proposed: list it under worth",
        "days-between-steps" => "the step before is too recent",
        "business-days-only" => "it is no business day",
        ContactGate.NoCommonHour => "at no hour may the customer be contacted at every place where they may be",
        DecisionRecord.OutOfReach => "no channel may reach the customer: an address, a number or consent is wanted",
        "gate-deferred" => $"the contact gate put it off: {d.GateRule}",
        "gate-blocked" => $"the contact gate forbids it: {d.GateRule}",
        "work-under-way" => "a work item for the same is open already",
        "erased" => "the person was erased",
        "invoice-delivery" => "the portfolio sends new invoices to its customers",
        "delivery-off" => $"the portfolio no longer sends invoices: {Documents(d.Document!)} stays unsent",
        "issued-long-ago" => $"{Documents(d.Document!)} could not be sent while it was new",
        "statement-schedule" => "the portfolio sends statements by schedule, and this period is over",
        "statement-request" => "somebody asked for it",
        _ => $"step {d.Rule} is due{Counted(d)}",
    };

    private static string Counted(DecisionRecord d)
    {
        if (d.After is { } after) return $" ({Plural.Of(after.Days, "day")} after step {after.Step}, which the customer heard on {Day(after.HeardOn)})";
        if (d.AnchorOn is not { } from) return "";
        var paused = d.PausedDays is { } days ? $", without {Plural.Of(days, "day")} on hold, promised, disputed or in a plan" : "";
        return $" (days count from {Day(from)}{paused}{(Entered(d) is { } entered ? $": {entered}" : "")})";
    }

    /// <summary>Why its steps do not count from the due date; null: they do.</summary>
    public static string? Entered(DecisionRecord d) => d.EnteredOn is not { } on ? null : d.EnteredBy switch
    {
        Ladder.FirstHeard => $"it was overdue already when it was first heard of, on {Day(on)}",
        Ladder.OpenAgain => $"it was settled, and is open again since {Day(on)}",
        Ladder.DueMoved => $"its due date was moved to a day gone by, on {Day(on)}",
        _ => $"it was overdue already when the work began, on {Day(on)}",
    };

    /// <summary>What became of a decision's message or work item; null for events of another kind.</summary>
    public static string? Became(Event e) => e switch
    {
        MessageEvent.Released m => $"released, cleared a second time ({ClearedBy(m.Clearance)})",
        MessageEvent.Deferred { Detail: { } said } m => $"not taken by its channel, tried again from {Instant(m.Until)} ({said})",
        MessageEvent.Deferred m => $"put off until {Instant(m.Until)} by rule {m.Rule}",
        MessageEvent.Withdrawn m => $"withdrawn: {m.Rule}",
        MessageEvent.Settled m => m.Outcome + (m.Detail is null ? "" : $" ({m.Detail})"),
        MessageEvent.Delivered m => $"arrived {Instant(m.At)}",
        MessageEvent.Bounced m => $"came back ({m.Kind}{(m.Status is null ? "" : $", {m.Status}")})" + (m.Detail is null ? "" : $": {m.Detail}"),
        WorkItemEvent.Closed w => $"closed: {w.Disposition}" + (w.By is null ? "" : $" by {w.By}"),
        _ => null,
    };

    /// <summary>The pack of rules that a clearance names; the instant behind it is the event's own.</summary>
    private static string ClearedBy(string clearance) => clearance.Split('@')[0];

    private static string Documents(DocumentRecord d) =>
        d.Numbers is { } numbers ? $"invoice {string.Join(", ", numbers)}" : $"a statement of account from "
            + $"{(d.From is { } from ? Day(from) : "the beginning")} to {(d.AsOf is { } last ? Day(last) : "today")}";

    private static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
