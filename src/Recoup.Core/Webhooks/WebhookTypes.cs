using System.Globalization;
using System.Text.Json;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;

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
        ("note.added", "somebody wrote something down"),
        ("decision.made", "a step was decided: a message, a call, a proposal"), ("work_item.closed", "a work item was done, or lost its reason"),
        ("message.released", "a message was handed to its channel"), ("message.sent", "a message left"), ("message.failed", "a message did not leave"),
        ("message.unknown", "nobody knows whether a message left"), ("message.withdrawn", "a message lost its reason"),
        ("message.bounced", "a message did not reach its reader"), ("run.ended", "a daily run ended"), ("sending.set", "sending was switched"),
    ];

    private static readonly HashSet<string> Names = [.. All.Select(t => t.Type)];

    /// <summary>A type, or the beginning of some with <c>.*</c>.</summary>
    public static bool IsKnown(string type) => Names.Contains(type)
        || (type.EndsWith(".*", StringComparison.Ordinal) && Names.Any(name => name.StartsWith(type[..^1], StringComparison.Ordinal)));

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
            .Text("outcome", c.Outcome).Text("promise", c.Promise),
        PromiseEvent.Made p => Fact("promise.made").Text("promise", p.Promise).Day("due_on", p.DueOn).Amount(p.Minor, p.Currency),
        PromiseEvent.Closed p => Fact($"promise.{p.Outcome}").Text("promise", p.Promise).Amount(p.PaidMinor, p.Currency, "paid"),
        PromiseEvent.Reopened p => Fact("promise.reopened").Text("promise", p.Promise).Amount(p.PaidMinor, p.Currency, "paid"),
        PlanEvent.Agreed p => Fact("plan.agreed").Text("plan", p.Plan).Number("instalment_count", p.Instalments.Count)
            .Amount(p.Instalments.Sum(i => i.Minor), p.Currency),
        PlanEvent.InstalmentTurned p => Fact("plan.instalment").Text("plan", p.Plan).Number("instalment", p.Instalment).Text("standing", p.Standing),
        PlanEvent.Reopened p => Fact("plan.reopened").Text("plan", p.Plan).Amount(p.PaidMinor, p.Currency, "paid"),
        PlanEvent.Closed p => Fact($"plan.{p.Outcome}").Text("plan", p.Plan).Amount(p.PaidMinor, p.Currency, "paid").Words("reason", p.Reason),
        DisputeEvent.Opened d => Fact("dispute.opened").Text("dispute", d.Dispute).Text("number", d.Number).Words("reason", d.Reason),
        DisputeEvent.Closed d => Fact("dispute.closed").Text("dispute", d.Dispute).Text("number", d.Number).Text("outcome", d.Outcome),
        HoldEvent.Placed h => Fact("hold.placed").Text("hold", h.Hold).Day("from", h.From).Day("to", h.To).Words("reason", h.Reason),
        HoldEvent.Released h => Fact("hold.released").Text("hold", h.Hold).Day("last_day", h.LastDay),
        CallbackEvent.Agreed c => Fact("callback.agreed").Text("callback", c.Callback).Text("at", Instant(c.At)).Text("agent", c.Agent).Words("about", c.About),
        CallbackEvent.Missed c => Fact("callback.missed").Text("callback", c.Callback),
        CallbackEvent.Closed c => Fact("callback.closed").Text("callback", c.Callback).Text("outcome", c.Outcome).Words("reason", c.Reason),
        TagEvent.Changed t => Fact("tag.changed").Text("tag", t.Tag).Flag("set", t.Set),
        NoteEvent.Added n => Fact("note.added").Text("note", n.Note).Text("at", Instant(n.At)).Text("number", n.Number).Words("text", n.Text),
        DecisionEvent.Made { Decision: { Action: not "wait", Shadow: false } d } => Fact("decision.made").Text("action", d.Action).Text("channel", d.Channel)
            .Text("portfolio", d.Portfolio).Text("strategy", d.Strategy).Text("step", d.Step).Text("verdict", d.Verdict).Text("intent", d.Intent),
        WorkItemEvent.Closed w => Fact("work_item.closed").Text("work_item", w.WorkItem).Words("disposition", w.Disposition),
        MessageEvent.Released m => Fact("message.released").Text("message", m.Message),
        MessageEvent.Settled m => Fact($"message.{m.Outcome}").Text("message", m.Message).Words("detail", m.Detail),
        MessageEvent.Withdrawn m => Fact("message.withdrawn").Text("message", m.Message).Text("rule", m.Rule),
        MessageEvent.Bounced m => Fact("message.bounced").Text("message", m.Message).Text("kind", m.Kind).Text("status", m.Status).Words("detail", m.Detail),
        WorkspaceEvent.RunEnded r => Fact("run.ended").Day("as_of", r.AsOf).Number("reviewed", r.Reviewed).Number("actions", r.Actions).Flag("stopped", r.Stopped),
        WorkspaceEvent.SendingSet s => Fact("sending.set").Text("mode", s.Mode),
        _ => null,
    };

    private static WebhookFact Fact(string type)
    {
        Invariant.Holds(Names.Contains(type), $"{type} is in the list of types");
        return new WebhookFact(type);
    }

    private static WebhookFact Account(string type, AccountDetails details) =>
        Fact(type).Text("portfolio", details.Portfolio).Text("kind", details.Kind).Text("country", details.Country);

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

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
