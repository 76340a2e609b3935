using System.Globalization;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
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

namespace Recoup.Core;

/// <summary>What webhooks tell of each event that they tell of.</summary>
public static class WebhookFacts
{
    /// <summary>Null: the outside is not told of it.</summary>
    public static WebhookFact? Of(Event e) => e switch
    {
        AccountEvent.Opened a => Account("account.opened", a.Details),
        AccountEvent.Changed a => Account("account.changed", a.Details),
        AccountEvent.Moved a => Fact("account.moved").Text("portfolio", a.Portfolio),
        PartyEvent.Joined p => Fact("party.joined").Text("joined", p.Party).Words("reason", p.Reason),
        PartyEvent.Erased => Fact("party.erased"),
        ConsentEvent.Changed c => Fact("consent.changed").Text("channel", c.Channel).Flag("granted", c.Granted).Text("reason", c.Reason),
        InvoiceEvent.Issued i => Fact("invoice.issued").Text("number", i.Number).Day("issued_on", i.IssuedOn).Day("due_on", i.DueOn)
            .Amount(i.Minor, i.Currency).Words("order", i.Order).Words("terms", i.Terms),
        InvoiceEvent.Corrected i => Fact("invoice.corrected").Text("number", i.Number).Day("due_on", i.DueOn).Words("reason", i.Reason),
        InvoiceEvent.Cancelled i => Fact("invoice.cancelled").Text("number", i.Number).Words("reason", i.Reason),
        ChargeEvent.Made c => Fact("charge.made").Text("number", c.Number).Text("kind", c.Kind).Text("invoice", c.Invoice).Day("due_on", c.DueOn)
            .Amount(c.Minor, c.Currency),
        ChargeEvent.Waived c => Fact("charge.waived").Text("number", c.Number).Words("reason", c.Reason),
        PaymentEvent.Received p => Fact("payment.received").Text("payment", p.Payment).Amount(p.Minor, p.Currency).Text("method", p.Method),
        PaymentEvent.Reversed p => Fact("payment.reversed").Text("payment", p.Payment).Words("reason", p.Reason),
        CreditEvent.Granted c => Fact("credit_note.issued").Text("number", c.Number).Amount(c.Minor, c.Currency),
        PaymentEvent.Refunded r => Fact("refund.made").Text("refund", r.Refund).Amount(r.Minor, r.Currency).Words("reason", r.Reason),
        WriteOffEvent.Made w => Fact("item.written_off").Text("number", w.Number).Words("reason", w.Reason),
        ContactEvent.Made c => Fact("contact.made").Text("at", Instant(c.At)).Text("channel", c.Channel).Text("direction", c.Direction)
            .Text("outcome", c.Outcome).Text("result", c.Result).Text("promise", c.Promise).Words("text", c.Text),
        PromiseEvent.Made p => Fact("promise.made").Text("promise", p.Promise).Day("due_on", p.DueOn).Amount(p.Minor, p.Currency),
        PromiseEvent.Closed p => Fact($"promise.{p.Outcome}").Text("promise", p.Promise).Amount(p.PaidMinor, p.Currency, "paid"),
        PromiseEvent.Reopened p => Fact("promise.reopened").Text("promise", p.Promise).Amount(p.PaidMinor, p.Currency, "paid"),
        PlanEvent.Agreed p => Fact("plan.agreed").Text("plan", p.Plan).Number("instalment_count", p.Instalments.Count)
            .Amount(p.Instalments.Sum(i => i.Minor), p.Currency),
        PlanEvent.InstalmentTurned p => Fact("plan.instalment").Text("plan", p.Plan).Number("instalment", p.Instalment).Text("standing", p.Standing),
        PlanEvent.Reopened p => Fact("plan.reopened").Text("plan", p.Plan).Amount(p.PaidMinor, p.Currency, "paid"),
        PlanEvent.Closed p => Fact($"plan.{p.Outcome}").Text("plan", p.Plan).Amount(p.PaidMinor, p.Currency, "paid").Words("reason", p.Reason),
        DisputeEvent.Opened d => Fact("dispute.opened").Text("dispute", d.Dispute).Text("number", d.Number).Text("code", d.Code)
            .Words("reason", d.Reason),
        DisputeEvent.Closed d => Fact("dispute.closed").Text("dispute", d.Dispute).Text("number", d.Number).Text("outcome", d.Outcome),
        HoldEvent.Placed h => Fact("hold.placed").Text("hold", h.Hold).Day("from", h.From).Day("to", h.To).Words("reason", h.Reason),
        HoldEvent.Released h => Fact("hold.released").Text("hold", h.Hold).Day("last_day", h.LastDay),
        CallbackEvent.Agreed c => Fact("callback.agreed").Text("callback", c.Callback).Text("at", Instant(c.At)).Text("agent", c.Agent).Words("about", c.About),
        CallbackEvent.Missed c => Fact("callback.missed").Text("callback", c.Callback),
        CallbackEvent.Closed c => Fact("callback.closed").Text("callback", c.Callback).Text("outcome", c.Outcome).Words("reason", c.Reason),
        TagEvent.Changed t => Fact("tag.changed").Text("tag", t.Tag).Flag("set", t.Set),
        FeedbackEvent.Reported i => Fact("feedback.reported").Text("issue", i.Issue),
        FeedbackEvent.Resolved i => Fact("feedback.resolved").Text("issue", i.Issue),
        FeedbackEvent.Answered i => Fact("feedback.answered").Text("issue", i.Issue).Number("satisfaction", i.Satisfaction),
        SubscriptionEvent.Started s => Fact("subscription.started").Text("subscription", s.Subscription).Amount(s.Minor, s.Currency).Text("every", s.Every)
            .Text("product", s.Product),
        SubscriptionEvent.Changed { Minor: { } minor, Currency: { } currency } s => Fact("subscription.changed").Text("subscription", s.Subscription)
            .Amount(minor, currency).Text("every", s.Every).Text("product", s.Product),
        SubscriptionEvent.Changed s => Fact("subscription.changed").Text("subscription", s.Subscription).Text("every", s.Every).Text("product", s.Product),
        SubscriptionEvent.Paused s => Fact("subscription.paused").Text("subscription", s.Subscription).Words("reason", s.Reason),
        SubscriptionEvent.Resumed s => Fact("subscription.resumed").Text("subscription", s.Subscription),
        SubscriptionEvent.Cancelled s => Fact("subscription.cancelled").Text("subscription", s.Subscription).Text("by", s.By).Words("reason", s.Reason),
        ActivityEvent.Noted { Minor: { } minor, Currency: { } currency } a => Fact("activity.noted").Text("kind", a.Kind).Amount(minor, currency)
            .Text("product", a.Product),
        ActivityEvent.Noted a => Fact("activity.noted").Text("kind", a.Kind).Text("product", a.Product),
        NoteEvent.Added n => Fact("note.added").Text("note", n.Note).Text("at", Instant(n.At)).Text("number", n.Number).Words("text", n.Text),
        FileEvent.Added f => Fact("file.added").Text("file", f.File).Text("kind", f.Kind).Text("format", f.Type).Number("bytes", f.Bytes)
            .Text("about", f.About).Text("about_id", f.AboutId).Words("name", f.Name),
        FileEvent.Withdrawn f => Fact("file.withdrawn").Text("file", f.File).Words("reason", f.Reason),
        DecisionEvent.Made { Decision: { Action: not Act.Waiting, Shadow: false } d } => Fact("decision.made").Text("action", d.Action.Word)
            .Text("channel", d.Channel).Text("portfolio", d.Portfolio).Text("strategy", d.Strategy).Text("step", d.Step).Text("verdict", d.Verdict)
            .Text("intent", d.Intent),
        WorkItemEvent.ReplyWanted w => Fact("reply.wanted").Text("work_item", w.WorkItem).Text("portfolio", w.Portfolio),
        WorkItemEvent.Closed w => Fact("work_item.closed").Text("work_item", w.WorkItem).Words("disposition", w.Disposition),
        MessageEvent.Released m => Fact("message.released").Text("message", m.Message),
        MessageEvent.Settled m => Fact($"message.{m.Outcome}").Text("message", m.Message).Words("detail", m.Detail),
        MessageEvent.Withdrawn m => Fact("message.withdrawn").Text("message", m.Message).Text("rule", m.Rule),
        MessageEvent.Delivered m => Fact("message.delivered").Text("message", m.Message).Text("at", Instant(m.At)),
        MessageEvent.Bounced m => Fact("message.bounced").Text("message", m.Message).Text("kind", m.Kind).Text("status", m.Status).Words("detail", m.Detail),
        WorkspaceEvent.RunEnded r => Fact("run.ended").Day("as_of", r.AsOf).Number("reviewed", r.Reviewed).Number("actions", r.Actions)
            .Flag("stopped", r.Stopped),
        WorkspaceEvent.SendingSet s => Fact("sending.set").Text("mode", s.Mode),
        _ => null,
    };

    private static WebhookFact Fact(string type)
    {
        Invariant.Holds(WebhookTypes.Names.Contains(type), $"{type} is in the list of types");
        return new WebhookFact(type);
    }

    private static WebhookFact Account(string type, AccountDetails details) =>
        Fact(type).Text("portfolio", details.Portfolio).Text("kind", details.Kind).Text("country", details.Country);

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
