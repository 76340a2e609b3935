using System.CommandLine;
using System.Text.Json;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>worklist, explain: for the people who work with it and those who ask why.</summary>
internal static class PeopleVerbs
{
    public static Command Worklist()
    {
        var owner = new Option<string?>("--owner") { Description = "whose: agent or manager" };
        var limit = new Option<int>("--limit") { Description = "at most so many", DefaultValueFactory = _ => 20 };
        var verb = new Command("worklist", "What people should do next, best first.") { owner, limit };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            Print(session.Output, new Readings(session.Open()).Worklist(parsed.GetValue(owner), parsed.GetValue(limit)));
            return 0;
        });
        return verb;
    }

    public static void Print(Output output, IReadOnlyList<WorklistEntry> entries) => output.Print(json =>
    {
        json.WriteStartArray();
        foreach (var e in entries)
        {
            json.WriteStartObject();
            json.WriteString("work_item", e.Work.Id);
            json.WriteString("kind", e.Work.Kind);
            json.WriteString("owner", e.Work.Owner);
            json.WriteString("account", e.Work.Account);
            json.WriteString("party", e.Party);
            json.WriteString("name", e.Name);
            json.WriteString("phone", e.Phone);
            json.WriteString("do_not_call", e.DoNotCall);
            json.WriteString("portfolio", e.Work.Portfolio);
            json.WriteString("rule", e.Work.Rule);
            json.WriteString("created_on", Sheet.Text(e.Work.CreatedOn));
            json.WriteString("due_on", Sheet.Text(e.Work.DueOn));
            json.WriteString("amount", Money.Format(e.Work.Minor, Currency.Of(e.Work.Currency)));
            json.WriteString("currency", e.Work.Currency);
            json.WriteNumber("score", e.Work.Score);
            json.WriteNumber("priority", e.Priority);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }, WorklistSheet(entries));

    public static Sheet WorklistSheet(IReadOnlyList<WorklistEntry> entries)
    {
        var sheet = new Sheet("work item", "what", "owner", "account", "name", "phone", "overdue", "currency", "score", "priority", "why", "since") { Title = "What people should do next", Empty = "nothing waits for a person" };
        foreach (var e in entries)
            sheet.Add(e.Work.Id, e.Work.Kind.Replace('_', ' '), e.Work.Owner, e.Work.Account, e.Name ?? "(erased or not given)", e.DoNotCall is { } why ? $"do not call: {why}" : e.Phone, Money.Format(e.Work.Minor, Currency.Of(e.Work.Currency)), e.Work.Currency, e.Work.Score, e.Priority, e.Work.Rule, e.Work.CreatedOn);
        return sheet;
    }

    public static Command Explain()
    {
        var account = new Argument<string>("ACCOUNT");
        var asOf = new Option<string?>("--as-of") { Description = "decisions up to this day", HelpName = "DATE" };
        var limit = new Option<int>("--limit") { Description = "at most so many decisions, newest first", DefaultValueFactory = _ => 10 };
        var verb = new Command("explain", "Why this was done about an account, or nothing.") { account, asOf, limit };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var readings = new Readings(session.Open());
            var id = parsed.GetValue(account)!;
            var day = parsed.GetValue(asOf) is { } text ? Session.Day(text, "--as-of") : (DateOnly?)null;
            var state = readings.PartyOf(id);
            if (state is null)
            {
                Output.Say($"account {id} is not known here; `recoup ageing --by account` lists the ones with something open.");
                return 1;
            }
            var decisions = readings.Explain(state, id, day, parsed.GetValue(limit));
            var after = decisions.Count == 0 ? [] : readings.HistoryOf(state);
            session.Output.Print(json =>
            {
                json.WriteStartArray();
                foreach (var e in decisions)
                {
                    json.WriteStartObject();
                    json.WriteString("as_of", Sheet.Text(e.Row.EffectiveOn));
                    json.WriteString("recorded_at", Instant(e.Row.RecordedAt));
                    json.WriteString("party", state.Id);
                    WriteDecision(json, e.Row.Account, e.Decision);
                    json.WriteStartArray("followed_by");
                    foreach (var (row, what) in Followed(e, after))
                    {
                        json.WriteStartObject();
                        json.WriteString("recorded_at", Instant(row.RecordedAt));
                        json.WriteString("event", row.Kind);
                        json.WriteString("what", what);
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                    json.WriteStartObject("journal");
                    json.WriteNumber("partition", e.Row.Partition);
                    json.WriteNumber("seq", e.Row.Seq);
                    json.WriteEndObject();
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }, Sheets(id, state, readings, decisions, after));
            return 0;
        });
        return verb;
    }

    /// <summary>The rule that made the contact wait or forbade it, with its words and its source.</summary>
    private static ContactRule? GateRule(DecisionRecord d) => ShippedPolicies.ContactRules.Rules.FirstOrDefault(r => r.Id == d.GateRule);

    private static string Instant(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A decision's fields, for explain and dry runs alike.</summary>
    public static void WriteDecision(Utf8JsonWriter json, string account, DecisionRecord d)
    {
        json.WriteString("account", account);
        json.WriteString("portfolio", d.Portfolio);
        json.WriteString("action", d.Action);
        json.WriteString("rule", d.Rule);
        json.WriteString("step", d.Step);
        json.WriteNumber("policy_version", d.Policy);
        json.WriteString("segment", d.Segment);
        json.WriteString("strategy", d.Strategy);
        json.WriteNumber("score", d.Score);
        json.WriteStartArray("reasons");
        foreach (var reason in d.Reasons ?? []) json.WriteStringValue(reason);
        json.WriteEndArray();
        json.WriteStartArray("considered");
        foreach (var considered in d.Considered ?? [])
        {
            json.WriteStartObject();
            json.WriteString("what", considered.What);
            json.WriteString("why_not", considered.Why);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("skipped");
        foreach (var step in d.Skipped ?? []) json.WriteStringValue(step);
        json.WriteEndArray();
        var currency = Currency.Of(d.Facts.Currency);
        json.WriteStartObject("facts");
        json.WriteString("currency", currency.Code);
        json.WriteString("open", Money.Format(d.Facts.OpenMinor, currency));
        json.WriteString("overdue", Money.Format(d.Facts.OverdueMinor, currency));
        json.WriteString("disputed", Money.Format(d.Facts.DisputedMinor, currency));
        json.WriteString("unapplied", Money.Format(d.Facts.UnappliedMinor, currency));
        json.WriteNumber("overdue_items", d.Facts.OverdueItems);
        json.WriteNumber("days_past_due", d.Facts.DaysPastDue);
        json.WriteString("oldest_due_on", d.Facts.OldestDueOn is { } due ? Sheet.Text(due) : null);
        json.WriteEndObject();
        json.WriteStartObject("gate");
        json.WriteString("verdict", d.Verdict);
        json.WriteString("rule", d.GateRule);
        var gateRule = GateRule(d);
        json.WriteString("rule_text", gateRule?.Text);
        json.WriteString("rule_source", gateRule?.Source);
        json.WriteString("clearance", d.Clearance);
        json.WriteString("not_before", d.NotBefore?.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        json.WriteEndObject();
        if (d.Document is { } document)
        {
            json.WriteStartObject("document");
            json.WriteString("kind", document.Kind);
            json.WriteStartArray("numbers");
            foreach (var number in document.Numbers ?? []) json.WriteStringValue(number);
            json.WriteEndArray();
            json.WriteString("from", document.From is { } from ? Sheet.Text(from) : null);
            json.WriteString("as_of", document.AsOf is { } last ? Sheet.Text(last) : null);
            json.WriteBoolean("scheduled", document.Scheduled);
            json.WriteEndObject();
        }
        json.WriteString("channel", d.Channel);
        json.WriteString("template", d.Template);
        json.WriteString("tone", d.Tone);
        json.WriteString("intent", d.Intent);
        json.WriteBoolean("shadow", d.Shadow);
        json.WriteString("counted_from", d.AnchorOn is { } anchor ? Sheet.Text(anchor) : null);
        if (d.PausedDays is { } paused) json.WriteNumber("paused_days", paused);
        json.WriteString("next_review_on", d.NextReviewOn is { } next ? Sheet.Text(next) : null);
    }

    /// <summary>What became of the decision's message or work item.</summary>
    private static IEnumerable<(JournalRow Row, string What)> Followed(Explained e, IReadOnlyList<JournalRow> history)
    {
        if (e.Decision.Intent is not { } intent) yield break;
        foreach (var row in history)
        {
            if (row.Seq <= e.Row.Seq) continue;
            var happened = EventCodec.Decode(row.Kind, row.Version, row.Payload);
            var what = PageReadings.IntentOf(happened) == intent ? DecisionWords.Became(happened) : null;
            if (what is not null) yield return (row, what);
        }
    }

    private static Sheet[] Sheets(string account, PartyState state, Readings readings, IReadOnlyList<Explained> decisions, IReadOnlyList<JournalRow> history)
    {
        var name = readings.PersonalOf(state, account)?.Name;
        var sheets = new List<Sheet>();
        foreach (var e in decisions)
        {
            var d = e.Decision;
            var currency = Currency.Of(d.Facts.Currency);
            string M(long minor) => $"{Money.Format(minor, currency)} {currency}";
            var sheet = new Sheet("", $"{account}{(name is null ? "" : $", {name}")}: {e.Row.EffectiveOn:yyyy-MM-dd}");
            sheet.Add("did", DecisionWords.Did(d));
            sheet.Add("because", DecisionWords.Because(d));
            sheet.Add("facts", $"{M(d.Facts.OverdueMinor)} overdue in {d.Facts.OverdueItems} items, oldest {d.Facts.DaysPastDue} days; {M(d.Facts.OpenMinor)} open" + (d.Facts.DisputedMinor > 0 ? $", {M(d.Facts.DisputedMinor)} disputed" : "") + (d.Facts.UnappliedMinor > 0 ? $", {M(d.Facts.UnappliedMinor)} unapplied" : ""));
            sheet.Add("score", $"{d.Score} of 100" + (d.Reasons is { Count: > 0 } reasons ? $": {string.Join(", ", reasons)}" : ""));
            sheet.Add("segment", $"{d.Segment}, strategy {d.Strategy}, policy version {d.Policy}" + (d.SegmentBefore is null ? "" : $" (before: {d.SegmentBefore})"));
            if (d.Verdict is not null) sheet.Add("gate", d.Verdict + (d.GateRule is null ? "" : $" by rule {d.GateRule}") + (d.NotBefore is { } at ? $", not before {at:yyyy-MM-ddTHH:mm:ssZ}" : "") + (d.Clearance is null ? "" : $", clearance {d.Clearance}"));
            if (GateRule(d) is { } rule) sheet.Add("rule of the gate", $"{rule.Text} ({rule.Source})");
            foreach (var c in d.Considered ?? []) sheet.Add("not taken", $"{c.What}: {c.Why}");
            if (d.Skipped is { Count: > 0 } skipped) sheet.Add("skipped", string.Join(", ", skipped) + " (their day passed without a run)");
            foreach (var (row, what) in Followed(e, history)) sheet.Add("then", $"{Instant(row.RecordedAt)} {what}");
            // When the party is looked at again is said by the decision about dunning.
            if (d.Document is null) sheet.Add("next look", d.NextReviewOn is { } next ? Sheet.Text(next) : "when something happens");
            sheet.Add("recorded", $"{Instant(e.Row.RecordedAt)} as event {e.Row.Seq} of partition {e.Row.Partition}");
            sheets.Add(sheet);
        }
        if (sheets.Count == 0) sheets.Add(new Sheet("") { Empty = $"Nothing was decided about {account} yet. `recoup run` decides about the parties that are due." });
        return [.. sheets];
    }
}
