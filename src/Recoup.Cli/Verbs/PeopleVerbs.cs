using System.CommandLine;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Workspace;
using Recoup.Server.Api;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>worklist, explain: for the people who work with it and those who ask why.</summary>
internal static class PeopleVerbs
{
    public static Command Worklist()
    {
        var owner = new Option<string?>("--owner") { Description = "whose: agent, manager, or the name of who promised to call back" };
        var tag = new Option<string?>("--tag") { Description = "of accounts that have this tag alone" };
        var limit = SimulateVerbs.Limit("at most so many", byDefault: 20);
        var verb = new Command("worklist", "What people should do next, best first.") { owner, tag, limit };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var store = session.Open();
            var worklist = new WorklistReadings(store, session.Clock.GetUtcNow());
            var slice = worklist.List(parsed.GetValue(owner), parsed.GetValue(tag), null, parsed.GetValue(limit));
            var entries = slice.Rows;
            Print(session.Output, entries);
            var counts = worklist.CountByOwner();
            var total = parsed.GetValue(owner) is { } one ? counts.GetValueOrDefault(one) : counts.Values.Sum();
            if (parsed.GetValue(tag) is null)
            {
                if (entries.Count < total) Output.Say($"{entries.Count} of {total} are shown, best first; --limit {total} shows all.");
            }
            else if (slice.Next is not null) Output.Say($"{entries.Count} are shown; --limit shows more.");
            session.TellStoppedRun();
            session.TellRowTroubles();
            return 0;
        });
        return verb;
    }

    public static void Print(Output output, IReadOnlyList<WorklistEntry> entries) =>
        output.Print(json => ContractJson.Worklist(json, entries), WorklistSheet(entries));

    public static Sheet WorklistSheet(IReadOnlyList<WorklistEntry> entries)
    {
        var sheet = new Sheet("work item", "what", "at", "owner", "account", "name", "phone", "overdue", "currency", "score", "priority", "why", "since",
            "tags")
        {
            Title = "What people should do next", Empty = "nothing waits for a person", Spared = new HashSet<string> { "at", "tags" },
        };
        foreach (var e in entries)
            sheet.Add(e.Work.Id, e.Work.Kind.Replace('_', ' '),
                e.Callback is { } callback ? ContractJson.Instant(callback.At.ToUnixTimeMilliseconds()) : null, e.Work.Owner,
                e.Work.Account, e.Name ?? "(erased or not given)",
                e.DoNotCall is { } why ? $"do not call: {why}" : e.Phone, Money.Format(e.Work.Minor, Currency.Of(e.Work.Currency)),
                e.Work.Currency, e.Callback is null ? e.Work.Score : null, e.Callback is null ? e.Priority : null,
                e.Callback?.About ?? e.Work.Rule, e.Work.CreatedOn, string.Join(' ', e.Tags));
        return sheet;
    }

    public static Command Explain()
    {
        var account = new Argument<string>("ACCOUNT");
        var asOf = new Option<string?>("--as-of") { Description = "decisions up to this day", HelpName = "DATE" };
        var limit = SimulateVerbs.Limit("at most so many decisions, newest first", byDefault: 10);
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
            var after = decisions.Count == 0 && !state.Erased ? [] : readings.HistoryOf(state);
            var adopted = readings.Workspace().Adopted;
            var erased = state.Erased ? after.LastOrDefault(row => row.Kind == "party_erased") : null;
            session.Output.Print(json => ContractJson.Decisions(json, state, decisions, after, adopted),
                Sheets(id, state, readings, decisions, after, adopted));
            if (erased is not null)
                Output.Say($"{id} was erased on {erased.EffectiveOn:yyyy-MM-dd}: what identified the person can't be read any more, and nobody is contacted. "
                    + "What is owed can still be settled.");
            return 0;
        });
        return verb;
    }

    private static Sheet[] Sheets(string account, PartyState state, Readings readings, IReadOnlyList<Explained> decisions, IReadOnlyList<JournalRow> history,
        Adopted adopted)
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
            sheet.Add("facts", $"{M(d.Facts.OverdueMinor)} overdue in {Plural.Of(d.Facts.OverdueItems, "item")}"
                + (DecisionWords.Oldest(d.Facts, e.Row.EffectiveOn) is var (_, days) ? $", oldest {Plural.Of(days, "day")}; " : "; ")
                + $"{M(d.Facts.OpenMinor)} open" + (d.Facts.DisputedMinor > 0 ? $", {M(d.Facts.DisputedMinor)} disputed" : "")
                + (d.Facts.PlannedMinor is { } planned ? $", {M(planned)} in a payment plan" : "")
                + (d.Facts.UnappliedMinor > 0 ? $", {M(d.Facts.UnappliedMinor)} unapplied" : ""));
            sheet.Add("score", $"{d.Score} of 100" + (d.Reasons is { Count: > 0 } reasons ? $": {string.Join(", ", reasons)}" : ""));
            sheet.Add("segment", $"{d.Segment}, strategy {d.Strategy}, policy version {d.Policy}"
                + (d.SegmentBefore is null ? "" : $" (before: {d.SegmentBefore})"));
            if (adopted.EditionsOf(d).ToString() is { Length: > 0 } editions) sheet.Add("editions", editions);
            if (d.Verdict is not null)
                sheet.Add("gate", d.Verdict + (d.GateRule is null ? "" : $" by rule {d.GateRule}")
                    + (d.NotBefore is { } at ? $", not before {at:yyyy-MM-ddTHH:mm:ssZ}" : "") + (d.Clearance is null ? "" : $", clearance {d.Clearance}"));
            if (adopted.GateRuleOf(d) is { } rule) sheet.Add("rule of the gate", $"{rule.Text} ({rule.Source})");
            foreach (var c in d.Considered ?? []) sheet.Add("not taken", $"{c.What}: {c.Why}");
            if (d.Skipped is { Count: > 0 } skipped) sheet.Add("skipped", string.Join(", ", skipped) + " (their day passed without a run)");
            foreach (var (row, what) in ContractJson.Followed(e, history)) sheet.Add("then", $"{ContractJson.Instant(row.RecordedAt)} {what}");
            // When the party is looked at again is said by the decision about dunning.
            if (d.Document is null) sheet.Add("next look", d.NextReviewOn is { } next ? Sheet.Text(next) : "when something happens");
            sheet.Add("recorded", $"{ContractJson.Instant(e.Row.RecordedAt)} as event {e.Row.Seq} of partition {e.Row.Partition}");
            sheets.Add(sheet);
        }
        if (sheets.Count == 0)
            sheets.Add(new Sheet("")
            {
                Empty = state.Erased ? $"Nothing was decided about {account} before it was erased."
                    : $"Nothing was decided about {account} yet. `recoup run` decides about the parties that are due.",
            });
        return [.. sheets];
    }
}
