using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Controlling;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Evidence;
using Recoup.Core.Foundation;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Webhooks;
using Recoup.Core.Workspace;

namespace Recoup.Server.Words;

/// <summary>An event in a line: what it was, and its particulars.</summary>
public static class EventWords
{
    /// <param name="zone">In which hours are told: the portfolio's.</param>
    public static (string What, string Detail) Of(Event e, string zone = "UTC") => e switch
    {
        AccountEvent.Opened => ("Account opened", ""),
        AccountEvent.Changed => ("Account changed", ""),
        ConsentEvent.Changed c =>
            (c.Granted ? "Consent given" : "Consent withdrawn", $"{c.Channel}{(c.AddressToken is null ? "" : ", one address")}"
                + $"{(c.OutOfAll ? "; it stays withdrawn for the others" : "")}{How(c.Reason)}"),
        AccountEvent.Moved m => ("Account moved", $"to portfolio {m.Portfolio}"),
        PartyEvent.Joined j => ("Another account is the same customer", Join(string.Join(", ", j.Accounts), j.Reason)),
        PartyEvent.Left l => ("The same customer as another", $"part of {l.Into} from now on"),
        ContactEvent.PointSet c => ("Contact point set", c.Channel),
        ContactEvent.PointDropped c => ("Contact point replaced", $"{c.Channel}: the account has a newer address"),
        PartyEvent.Erased p => ("Person erased", p.Reason),
        InvoiceEvent.Issued i => ($"Invoice {i.Number}", $"{Show.AmountWith(i.Minor, i.Currency)}, due {Show.Day(i.DueOn)}"),
        InvoiceEvent.Corrected i => ($"Invoice {i.Number} corrected", Join(i.DueOn is { } due ? $"now due {Show.Day(due)}" : null, i.Reason)),
        InvoiceEvent.Cancelled i => ($"Invoice {i.Number} cancelled", i.Reason ?? ""),
        ChargeEvent.Made c => ($"Charge {c.Number}", $"{c.Kind}, {Show.AmountWith(c.Minor, c.Currency)}, due {Show.Day(c.DueOn)}"),
        ChargeEvent.Cancelled c => ($"Charge {c.Number} cancelled", c.Reason ?? ""),
        InvoiceEvent.CancellationReversed i => ($"{i.Number} stands again", Join("cancellation taken back", i.Reason)),
        ChargeEvent.WaiverReversed c => ($"Waiver of {c.Number} taken back", c.Reason),
        ChargeEvent.Waived c => ($"Charge {c.Number} waived", c.Reason ?? ""),
        PaymentEvent.Received p => ("Payment", Join(Show.AmountWith(p.Minor, p.Currency), p.Method, Met(p.Allocations))),
        PaymentEvent.Reversed p => ("Payment came back", Join(p.Reason, p.Payment)),
        PaymentEvent.Refunded r => ("Refund", Join(Show.AmountWith(r.Minor, r.Currency), r.Reason)),
        PaymentEvent.RefundReversed r => ("Refund came back", Join(Show.AmountWith(r.Minor, r.Currency), r.Reason)),
        PaymentEvent.AllocationReversed a =>
            ($"{(a.Payment.StartsWith("credit:", StringComparison.Ordinal) ? "Credit" : "Payment")} taken off {a.Number}", a.Reason ?? ""),
        CreditEvent.Granted c => ($"Credit note {c.Number}", Join(Show.AmountWith(c.Minor, c.Currency), Met(c.Allocations))),
        CreditEvent.Cancelled c => ($"Credit note {c.Number} cancelled", Join(Show.AmountWith(c.Minor, c.Currency), c.Reason)),
        CreditEvent.Adjusted { Minor: 0, IssuedOn: { } day } c => ($"Credit note {c.Number} is of {Show.Day(day)}", c.Reason),
        CreditEvent.Adjusted c => ($"Credit note {c.Number} adjusted", c.Reason),
        PaymentEvent.CashApplied c => ("Unapplied cash applied", $"to {c.Allocation.Number}"),
        WriteOffEvent.Made w => ($"{w.Number} written off", w.Reason),
        WriteOffEvent.Reversed w => ($"Write-off of {w.Number} taken back", w.Reason),
        InvoiceEvent.Adjusted i => ($"{i.Number} adjusted", i.Reason),
        DisputeEvent.Opened d => ("Dispute opened", Join(d.Number ?? "whole account", DisputeReason.Said(d.Code, d.Reason))),
        DisputeEvent.Closed d => ("Dispute closed", Join(d.Number, Show.Plain(d.Outcome))),
        PromiseEvent.Made p => ("Promise to pay", $"{Show.AmountWith(p.Minor, p.Currency)} by {Show.Day(p.DueOn)}"),
        PromiseEvent.Closed p => ($"Promise {p.Outcome}", $"{Show.AmountWith(p.PaidMinor, p.Currency)} came in"),
        PromiseEvent.Reopened p => ("Promise open again", $"{Show.AmountWith(p.PaidMinor, p.Currency)} stand for it by what is known now"),
        PlanEvent.Agreed p => ("Payment plan agreed",
            $"{Show.AmountWith(p.Instalments.Sum(i => i.Minor), p.Currency)} in {Plural.Of(p.Instalments.Count, "instalment")}, "
                + $"{Show.Span(p.Instalments[0].DueOn, p.Instalments[^1].DueOn)}"),
        PlanEvent.InstalmentTurned p => ($"Instalment {p.Instalment} {(p.Standing == "open" ? "open again" : p.Standing)}", ""),
        PlanEvent.Reopened p => ("Payment plan open again", $"{Show.AmountWith(p.PaidMinor, p.Currency)} are paid by what is known now"),
        PlanEvent.Closed p => ($"Payment plan {p.Outcome}", Join($"{Show.AmountWith(p.PaidMinor, p.Currency)} were paid", p.Reason)),
        HoldEvent.Placed h => ("Hold", $"{Show.Span(h.From, h.To)}: {h.Reason}"),
        HoldEvent.Released h => ("Hold released", $"last day {Show.Day(h.LastDay)}"),
        NoteEvent.Added n => (n.Number is { } of ? $"Note of {of}" : "Note", n.Text),
        NoteEvent.Withdrawn n => ("Note withdrawn", Join(n.Note, n.Reason)),
        FileEvent.Added f => (f.AboutId is { } about ? $"File of {f.About} {about}" : "File", Join(f.Name, Show.Plain(f.Kind))),
        FileEvent.Withdrawn f => ("File withdrawn", Join(f.File, f.Reason)),
        CallbackEvent.Agreed c =>
            ("Callback agreed", Join($"{Show.TimeIn(c.At, zone)} by {c.Agent}", c.About)),
        CallbackEvent.Missed => ("Callback missed", "nobody had called on its day"),
        CallbackEvent.Closed c => ($"Callback {c.Outcome}", c.Reason ?? ""),
        TagEvent.Changed t => (t.Set ? "Tag set" : "Tag unset", t.Tag),
        SubscriptionEvent.Started s => ($"Subscription {s.Subscription} started",
            Join(s.Product, $"{Show.AmountWith(s.Minor, s.Currency)} every {s.Every}")),
        SubscriptionEvent.Changed s => ($"Subscription {s.Subscription} changed", Join(s.Product,
            s is { Minor: { } minor, Currency: { } currency } ? Show.AmountWith(minor, currency) : null, s.Every is { } every ? $"every {every}" : null)),
        SubscriptionEvent.Paused s => ($"Subscription {s.Subscription} paused", s.Reason ?? ""),
        SubscriptionEvent.Resumed s => ($"Subscription {s.Subscription} goes on", ""),
        SubscriptionEvent.Cancelled s => ($"Subscription {s.Subscription} cancelled", Join($"by {Show.Plain(s.By)}", s.Reason)),
        ActivityEvent.Noted a => ($"Activity: {Show.Plain(a.Kind)}",
            Join(a.Product, a is { Minor: { } spent, Currency: { } of } ? Show.AmountWith(spent, of) : null)),
        FeedbackEvent.Reported i => ($"Issue {i.Issue} reported", ""),
        FeedbackEvent.Resolved i => ($"Issue {i.Issue} resolved", ""),
        FeedbackEvent.Answered i => ($"Issue {i.Issue}: the customer answered", $"{i.Satisfaction} of {FeedbackChapter.SatisfactionMax}"),
        FirstCallEvent.Judged c => (c.Resolved ? "The first call led to payment" : "The first call did not lead to payment", ""),
        FirstCallEvent.CaseEnded => ("Nothing is overdue any more", "the next call is the first of another case"),
        ContactEvent.Made c => ($"Contact: {c.Channel}, {c.Direction}", Join(Show.Plain(c.Outcome), c.Result is { } result ? Show.Plain(result) : null,
            c.Agent, c.Minutes is { } m ? $"{m} min" : null,
            c.Promise is { } promise ? $"led to promise {promise}" : null, c.Text)),
        WorkItemEvent.ReplyWanted => ("Reply wanted", "the customer wrote, and somebody has to answer"),
        WorkItemEvent.Closed w => ("Work item closed", Join(Show.Plain(w.Disposition), w.By)),
        WorkItemEvent.Revalued w => ("Work item: another amount", $"{Show.AmountWith(w.Minor, w.Currency)} at stake, score {w.Score}"),
        DecisionEvent.Made d => (d.Decision.Action == Act.Wait ? "Decided: nothing" : $"Decided: {DecisionWords.Did(d.Decision)}",
            DecisionWords.Because(d.Decision)),
        MessageEvent.Released => ("Message released", DecisionWords.Became(e)!),
        MessageEvent.Deferred => ("Message put off", DecisionWords.Became(e)!),
        MessageEvent.Withdrawn => ("Message withdrawn", DecisionWords.Became(e)!),
        MessageEvent.Settled m => ($"Message {m.Outcome}", m.Detail ?? ""),
        MessageEvent.Delivered m => ("Message arrived", Show.Time(m.At.ToUnixTimeMilliseconds())),
        MessageEvent.Bounced => ("Message came back", DecisionWords.Became(e)!),
        WorkspaceEvent.Opened => ("Workspace opened", ""),
        WorkspaceEvent.PortfolioSet p => ($"Portfolio {p.Portfolio.Portfolio}", p.Portfolio.TimeZone ?? ""),
        WorkspaceEvent.PolicyAdopted p => ($"Policy version {p.Version} adopted",
            Join(p.Digest, p.From is { } from ? $"in force from {Show.Day(from)}" : null)),
        WorkspaceEvent.CatalogAdopted c =>
            ($"{Show.Plain(c.Part)}: version {c.Version}", c.Files.Count == 0 ? "as shipped" : string.Join(", ", c.Files.Select(f => f.Path))),
        WorkspaceEvent.SendingSet s => ($"Sending: {s.Mode}", s.Reason ?? ""),
        UserEvent.Set u => ($"User {u.Details.User}", Join(u.Details.Disabled ? "disabled" : u.Details.Role, u.Details.Name, u.Details.Team)),
        UserEvent.LinkMade u => ($"Link for {u.User}", $"lets one browser in, until {Show.Time(u.ExpiresAt)}"),
        UserEvent.LinkUsed u => ($"{u.User} came in", "by the link"),
        WorkspaceEvent.ApiKeyAdded k => ($"API key for {k.Name} added", Join($"may {k.May}", k.By is { } by ? $"by {by}" : "made before keys were recorded")),
        WorkspaceEvent.ApiKeyRevoked k => ("API key revoked", Join($"key {k.Id}", k.By is { } by ? $"by {by}" : null)),
        WebhookEvent.EndpointSet w => ($"Webhook endpoint {w.Endpoint}", Join(w.Url, w.Types is { } types ? string.Join(", ", types) : "all events")),
        WebhookEvent.SecretAdded w => ($"Secret for webhook endpoint {w.Endpoint} added", ""),
        WebhookEvent.SecretsRetired w => ($"Old secrets of webhook endpoint {w.Endpoint} retired", ""),
        WebhookEvent.EndpointSwitched w => ($"Webhook endpoint {w.Endpoint}: {w.State}", w.Reason ?? ""),
        CostEvent.Incurred c => ($"Cost: {Show.Plain(c.Kind)}",
            Join($"{Show.AmountWith(c.Minor, c.Currency)} in portfolio {c.Portfolio}, {Show.Span(c.From, c.To)}", c.Agent)),
        CostEvent.Withdrawn c => ("Cost taken back", Join(c.Cost, c.Reason)),
        TargetEvent.Agreed t => ($"Target of {t.Kpi}", Join(t.Portfolio is { } of ? $"portfolio {of}" : null, Show.Span(t.From, t.To), t.Owner)),
        TargetEvent.Withdrawn t => ("Target taken back", Join(t.Target, t.Reason)),
        RateEvent.Told r => ($"Rate {r.From}/{r.To}", $"from {Show.Day(r.On)} on"),
        RateEvent.Withdrawn r => ("Rate taken back", Join(r.FxRate, r.Reason)),
        FigureEvent.Imported f => ($"Figure {f.Name}", Join(f.Portfolio is { } of ? $"portfolio {of}" : null, Show.Span(f.From, f.To))),
        FigureEvent.Withdrawn f => ("Figure taken back", Join(f.ImportedFigure, f.Reason)),
        WorkspaceEvent.OpenItemsListed l => ($"List of what is open on {Show.Day(l.On)}", $"by mapping {l.List}"),
        WorkspaceEvent.RunBegan r => ($"Run as of {Show.Day(r.AsOf)} began", $"policy version {r.PolicyVersion}"),
        WorkspaceEvent.RunEnded r =>
            ($"Run as of {Show.Day(r.AsOf)} {(r.Stopped ? "stopped itself" : "ended")}",
                $"{Show.Number(r.Reviewed)} reviewed, {Show.Number(r.Actions)} actions"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>What an event is about, for the mark beside it.</summary>
    public static string Sort(Event e) => e switch
    {
        DecisionEvent.Made or WorkItemEvent => "decision",
        MessageEvent.Released or MessageEvent.Deferred or MessageEvent.Withdrawn or MessageEvent.Settled or MessageEvent.Bounced or MessageEvent.Delivered
            or ContactEvent.Made
            or CallbackEvent or FirstCallEvent or FeedbackEvent or ActivityEvent =>
            "contact",
        PaymentEvent.Received or PaymentEvent.CashApplied or CreditEvent.Granted or CreditEvent.Adjusted
            or PaymentEvent.Refunded or PaymentEvent.RefundReversed or PaymentEvent.AllocationReversed => "cash",
        _ => "document",
    };

    private static string How(string? reason) => reason switch
    {
        null => "",
        "unsubscribe" => ", by an unsubscribe mail or page",
        "stop" => ", asked for in an answer",
        "complaint" => ", after a complaint about spam",
        _ => $", {reason}",
    };

    private static string? Met(IReadOnlyList<Applied> allocations) => allocations.Count switch
    {
        0 => null,
        <= 3 => "on " + string.Join(", ", allocations.Select(a => a.Number)),
        _ => $"on {allocations[0].Number} and {allocations.Count - 1} more",
    };

    private static string Join(params ReadOnlySpan<string?> parts)
    {
        var said = new List<string>();
        foreach (var part in parts)
            if (!string.IsNullOrEmpty(part)) said.Add(part);
        return string.Join(", ", said);
    }
}
