using System.CommandLine;
using System.Text.Json;
using Recoup.Core.Decisions;
using Recoup.Core.Foundation;
using Recoup.Core.Policies;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>policy diff: what a policy file would decide otherwise on one day, account by account, and nothing else.</summary>
internal static class PolicyDiff
{
    /// <summary>What was decided about an account under the one and the other; null: nothing, since it was not looked at.</summary>
    private sealed record Difference(string Account, string Portfolio, DecisionRecord? Before, DecisionRecord? After)
    {
        public bool IsOne => What(Before) != What(After);

        /// <summary>Another segment or score alone is none: nobody would notice.</summary>
        private static (string?, string?, string?, string?, string?, string?) What(DecisionRecord? d) =>
            (d?.Action.Word, d?.Rule, d?.Step, d?.Channel, d?.Template, d?.Tone);

        public static string Said(DecisionRecord? d) => d switch
        {
            null => "nothing",
            { Action: Act.Writing } => $"{d.Channel} {d.Template}, {d.Tone}, by {d.Rule}",
            { Action: Act.Waiting } => $"wait: {d.Rule}",
            _ => $"{d.Action.Word.Replace('_', ' ')}, by {d.Rule}",
        };
    }

    public static Command Diff()
    {
        var file = new Argument<string>("FILE");
        var asOf = new Option<string?>("--as-of") { Description = "the day to decide for; else the last on which anything was recorded", HelpName = "DATE" };
        var limit = SimulateVerbs.Limit("at most so many accounts are listed", byDefault: 20);
        var verb = new Command("diff",
            "Decides for every account under the policy in force and under FILE, keeps neither, and shows where they differ.") { file, asOf, limit };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var other = PolicyVerbs.Load(session, parsed.GetValue(file)!);
            var current = session.Door("run");
            var day = parsed.GetValue(asOf) is { } text ? Session.Day(text, "--as-of") : current.LastRecordedOn;
            var now = session.GivenNow ?? DailyRun.InstantOf(day, session.Clock.GetUtcNow(), current.Workspace);
            var inForce = current.PolicyOn(day);
            var before = new DailyRun(current).Run(day, now, all: true, dryRun: true);
            var after = new DailyRun(session.Door("run", policy: other)).Run(day, now, all: true, dryRun: true);
            var differing = Differences(before, after);
            var shown = differing.Take(parsed.GetValue(limit)).ToList();
            var kinds = before.Actions.Keys.Union(after.Actions.Keys).Order(StringComparer.Ordinal)
                .Select(kind => (Kind: kind, Before: before.Actions.GetValueOrDefault(kind), After: after.Actions.GetValueOrDefault(kind)))
                    .Where(k => k.Before != k.After).ToList();
            var title = $"As of {day:yyyy-MM-dd}, of {Plural.Of(before.Reviewed, "customer")} {differing.Count:N0} would be treated otherwise";
            var list = new Sheet("account", "now", "under the file", "segment") { Title = title, Empty = "Nothing would be decided otherwise." };
            foreach (var d in shown) list.Add(d.Account, Difference.Said(d.Before), Difference.Said(d.After), Segments(d));
            var actions = new Sheet("action", inForce.ToString(), other.ToString())
            {
                Title = "How many, where that differs",
                Empty = "as many of each kind as now"
            };
            foreach (var (kind, b, a) in kinds) actions.Add(kind, b, a);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteString("as_of", Sheet.Text(day));
                json.WriteNumber("parties", before.Reviewed);
                json.WriteNumber("differing", differing.Count);
                Counts(json, "before", kinds.Select(k => (k.Kind, k.Before)));
                Counts(json, "after", kinds.Select(k => (k.Kind, k.After)));
                json.WriteStartArray("differences");
                foreach (var d in shown) Write(json, d);
                json.WriteEndArray();
                json.WriteEndObject();
            }, differing.Count == 0 ? [list] : [list, actions]);
            if (shown.Count < differing.Count) Output.Say($"{shown.Count:N0} of {differing.Count:N0} are shown; --limit {differing.Count} shows all.");
            return 0;
        });
        return verb;
    }

    /// <summary>By customer and portfolio. Documents are asked for or scheduled, whatever the policy.</summary>
    private static List<Difference> Differences(RunReport before, RunReport after)
    {
        var now = ByWhom(before);
        var then = ByWhom(after);
        return [.. now.Keys.Union(then.Keys)
            .Select(key => new Difference((now.GetValueOrDefault(key) ?? then[key]).Account, key.Portfolio, now.GetValueOrDefault(key)?.Decision,
                then.GetValueOrDefault(key)?.Decision))
            .Where(d => d.IsOne).OrderBy(d => d.Account, StringComparer.Ordinal)];
    }

    private sealed record Decided(string Account, DecisionRecord Decision);

    private static Dictionary<(string Party, string Portfolio), Decided> ByWhom(RunReport report) => report.Decided.Where(d => d.Decision.Document is null)
        .GroupBy(d => (d.Party, d.Decision.Portfolio)).ToDictionary(g => g.Key, g => new Decided(g.Last().Account, g.Last().Decision));

    private static string Segments(Difference d) => d.Before?.Segment == d.After?.Segment ? d.After?.Segment ?? ""
        : $"{d.Before?.Segment} → {d.After?.Segment}";

    private static void Counts(Utf8JsonWriter json, string name, IEnumerable<(string Kind, int Count)> counts)
    {
        json.WriteStartObject(name);
        foreach (var (kind, count) in counts) json.WriteNumber(kind, count);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Difference d)
    {
        json.WriteStartObject();
        json.WriteString("account", d.Account);
        json.WriteString("portfolio", d.Portfolio);
        json.WriteString("before", Difference.Said(d.Before));
        json.WriteString("after", Difference.Said(d.After));
        json.WriteString("segment_before", d.Before?.Segment);
        json.WriteString("segment_after", d.After?.Segment);
        json.WriteEndObject();
    }
}
