using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;
using Recoup.Storage.Work;

namespace Recoup.Server.Api;

/// <summary>
/// The JSON of worklist, decisions and accounts, as the API answers and the command line prints: written here alone, so that the
/// two can't differ. Figures write their own rows (KpiRow, AgeingRow).
/// </summary>
public static class ContractJson
{
    /// <summary>Letters of any script stand as they are.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Worklist(Utf8JsonWriter json, IReadOnlyList<WorklistEntry> entries)
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
            json.WriteString("created_on", Day(e.Work.CreatedOn));
            json.WriteString("due_on", Day(e.Work.DueOn));
            json.WriteString("amount", Money.Format(e.Work.Minor, Currency.Of(e.Work.Currency)));
            json.WriteString("currency", e.Work.Currency);
            // A callback was promised and not decided: nothing was weighed.
            if (e.Callback is null) json.WriteNumber("score", e.Work.Score); else json.WriteNull("score");
            if (e.Callback is null) json.WriteNumber("priority", e.Priority); else json.WriteNull("priority");
            json.WriteString("at", e.Callback is { } callback ? Instant(callback.At.ToUnixTimeMilliseconds()) : null);
            json.WriteString("about", e.Callback?.About);
            Tags(json, e.Tags);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Tags(Utf8JsonWriter json, IEnumerable<string> tags)
    {
        json.WriteStartArray("tags");
        foreach (var tag in tags) json.WriteStringValue(tag);
        json.WriteEndArray();
    }

    /// <summary>A page of accounts; sums as of the last business date.</summary>
    public static void Accounts(Utf8JsonWriter json, Slice<AccountLine> slice)
    {
        json.WriteStartObject();
        json.WriteStartArray("accounts");
        foreach (var line in slice.Rows)
        {
            json.WriteStartObject();
            json.WriteString("account", line.Account);
            json.WriteString("party", line.Party);
            json.WriteString("portfolio", line.Portfolio);
            json.WriteString("name", line.Name);
            Tags(json, line.Tags);
            json.WriteStartArray("sums");
            foreach (var (code, open, overdue) in line.Sums)
            {
                json.WriteStartObject();
                json.WriteString("currency", code);
                json.WriteString("open", Money.Format(open, Currency.Of(code)));
                json.WriteString("overdue", Money.Format(overdue, Currency.Of(code)));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("next", slice.Next);
        json.WriteEndObject();
    }

    /// <summary>An account with its sums and a page of its items, as of a day.</summary>
    /// <param name="personal">Null where the party was erased, or nothing was given.</param>
    public static void Account(Utf8JsonWriter json, PartyState state, string account, PersonalDetails? personal, DateOnly asOf, Slice<ItemLine> items)
    {
        var details = state.Account(account)!;
        json.WriteStartObject();
        json.WriteString("account", account);
        json.WriteString("party", state.Id);
        json.WriteString("parent", details.Parent);
        json.WriteString("portfolio", details.Portfolio);
        json.WriteString("segment", state.SegmentOn(details.Portfolio, asOf));
        json.WriteString("kind", details.Kind);
        json.WriteString("country", details.Country);
        json.WriteString("time_zone", details.TimeZone);
        json.WriteString("language", details.Language);
        json.WriteBoolean("erased", state.Erased);
        json.WriteString("name", personal?.Name);
        json.WriteString("email", personal?.Email);
        json.WriteString("phone", personal?.Phone);
        json.WriteString("address", personal?.Address);
        Tags(json, state.TagsOf(account));
        json.WriteString("as_of", Day(asOf));
        json.WriteStartArray("sums");
        var open = state.Exposures.Where(e => e.Account == account).Select(e => (new AgeingGroup(e.Currency), e.DueOn, new CellValue(e.Minor, e.Items)));
        var unapplied = state.Unapplied.Where(u => u.Account == account).Select(u => (new AgeingGroup(u.Currency), u.Minor));
        foreach (var row in AgeingReport.Of(asOf, AgeingCut.Usual, open, unapplied)) row.WriteTo(json);
        json.WriteEndArray();
        json.WriteStartArray("items");
        foreach (var item in items.Rows)
        {
            var currency = Currency.Of(item.Currency);
            json.WriteStartObject();
            json.WriteString("number", item.Number);
            json.WriteString("kind", item.Kind.ToString().ToLowerInvariant());
            json.WriteString("issued_on", Day(item.IssuedOn));
            json.WriteString("due_on", Day(item.DueOn));
            json.WriteString("currency", item.Currency);
            json.WriteString("amount", Money.Format(item.Amount, currency));
            json.WriteString("open", Money.Format(item.Open, currency));
            json.WriteBoolean("disputed", item.Disputed);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("next", items.Next);
        json.WriteEndObject();
    }

    /// <summary>Decisions on an account with what became of each, newest first.</summary>
    /// <param name="history">The party's events, oldest first.</param>
    /// <param name="adopted">Policies and rules as the workspace adopted them.</param>
    public static void Decisions(Utf8JsonWriter json, PartyState state, IReadOnlyList<Explained> decisions, IReadOnlyList<JournalRow> history, Adopted adopted)
    {
        json.WriteStartArray();
        foreach (var e in decisions)
        {
            json.WriteStartObject();
            json.WriteString("as_of", Day(e.Row.EffectiveOn));
            json.WriteString("recorded_at", Instant(e.Row.RecordedAt));
            json.WriteString("party", state.Id);
            Decision(json, e.Row.Account, e.Decision, adopted);
            json.WriteStartArray("followed_by");
            foreach (var (row, what) in Followed(e, history))
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
    }

    public static string Instant(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A decision's fields, for explain and dry runs alike.</summary>
    public static void Decision(Utf8JsonWriter json, string account, DecisionRecord d, Adopted adopted)
    {
        json.WriteString("account", account);
        json.WriteString("portfolio", d.Portfolio);
        json.WriteString("action", d.Action.Word);
        json.WriteString("rule", d.Rule);
        json.WriteString("step", d.Step);
        json.WriteNumber("policy_version", d.Policy);
        var editions = adopted.EditionsOf(d);
        json.WriteStartObject("editions");
        json.WriteString("policy", editions.Policy);
        json.WriteStartArray("rules");
        foreach (var pack in editions.Rules) json.WriteStringValue(pack);
        json.WriteEndArray();
        json.WriteString("template", editions.Template);
        json.WriteString("words", editions.Words);
        json.WriteEndObject();
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
        json.WriteString("in_plans", Money.Format(d.Facts.PlannedMinor ?? 0, currency));
        json.WriteString("unapplied", Money.Format(d.Facts.UnappliedMinor, currency));
        json.WriteNumber("overdue_items", d.Facts.OverdueItems);
        json.WriteNumber("days_past_due", d.Facts.DaysPastDue);
        json.WriteString("oldest_due_on", d.Facts.OldestDueOn is { } due ? Day(due) : null);
        json.WriteEndObject();
        json.WriteStartObject("gate");
        json.WriteString("verdict", d.Verdict);
        json.WriteString("rule", d.GateRule);
        var gateRule = adopted.GateRuleOf(d);
        json.WriteString("rule_text", gateRule?.Text);
        json.WriteString("rule_source", gateRule?.Source);
        json.WriteString("clearance", d.Clearance);
        json.WriteString("not_before", d.NotBefore?.ToString("O", CultureInfo.InvariantCulture));
        json.WriteEndObject();
        if (d.Document is { } document)
        {
            json.WriteStartObject("document");
            json.WriteString("kind", document.Kind);
            json.WriteStartArray("numbers");
            foreach (var number in document.Numbers ?? []) json.WriteStringValue(number);
            json.WriteEndArray();
            json.WriteString("from", document.From is { } from ? Day(from) : null);
            json.WriteString("as_of", document.AsOf is { } last ? Day(last) : null);
            json.WriteBoolean("scheduled", document.Scheduled);
            json.WriteEndObject();
        }
        json.WriteString("channel", d.Channel);
        json.WriteString("template", d.Template);
        json.WriteString("tone", d.Tone);
        json.WriteString("intent", d.Intent);
        json.WriteBoolean("shadow", d.Shadow);
        json.WriteString("counted_from", d.AnchorOn is { } anchor ? Day(anchor) : null);
        if (d.PausedDays is { } paused) json.WriteNumber("paused_days", paused);
        if (d.EnteredOn is { } entered)
        {
            json.WriteString("entered_on", Day(entered));
            json.WriteString("entered_by", d.EnteredBy);
        }
        if (d.After is { } after)
        {
            json.WriteStartObject("after");
            json.WriteString("step", after.Step);
            json.WriteString("heard_on", Day(after.HeardOn));
            json.WriteNumber("days", after.Days);
            json.WriteEndObject();
        }
        json.WriteString("next_review_on", d.NextReviewOn is { } next ? Day(next) : null);
    }

    /// <summary>What became of the decision's message or work item.</summary>
    public static IEnumerable<(JournalRow Row, string What)> Followed(Explained e, IReadOnlyList<JournalRow> history)
    {
        if (e.Decision.Intent is not { } intent) yield break;
        foreach (var row in history)
        {
            var happened = EventCodec.Decode(row.Kind, row.Version, row.Payload);
            var what = PageReadings.IntentOf(happened) == intent ? DecisionWords.Became(happened) : null;
            if (what is not null) yield return (row, what);
        }
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
