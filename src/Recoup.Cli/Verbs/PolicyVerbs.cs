using System.CommandLine;
using Recoup.Connectors.Mail;
using Recoup.Core.Foundation;
using Recoup.Core.Policies;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>policy validate, diff, show: what a policy file says, and what it would decide otherwise.</summary>
internal static class PolicyVerbs
{
    /// <summary>Reads a policy file; checks too that its templates exist.</summary>
    public static Policy Load(string file)
    {
        if (!File.Exists(file)) throw new UsageException($"there is no policy file '{file}'");
        var policy = Core.Policies.Policy.Parse(File.ReadAllText(file), file);
        foreach (var step in policy.Strategies.SelectMany(s => s.Steps))
            if (step.Action == "message" && !TemplateWriter.Shipped.Has(step.Template))
                throw new UsageException($"{file}: step '{step.Id}' uses the template '{step.Template}', which does not exist; there are {string.Join(", ", TemplateWriter.Shipped.Templates)}");
        return policy;
    }

    public static Command Policy()
    {
        var verb = new Command("policy", "Validates a policy file, or says what it would change.");
        verb.Subcommands.Add(Validate());
        verb.Subcommands.Add(Diff());
        verb.Subcommands.Add(PolicySimulation.Simulate());
        verb.Subcommands.Add(Show());
        return verb;
    }

    private static Command Validate()
    {
        var file = new Argument<string>("FILE");
        var verb = new Command("validate", "Reads a policy file and says what is wrong with it, or what it holds.") { file };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            Policy policy;
            try { policy = Load(parsed.GetValue(file)!); }
            catch (Exception e) when (e is YamlException || e is UsageException && File.Exists(parsed.GetValue(file)))
            {
                session.Output.Print(json =>
                {
                    json.WriteStartObject();
                    json.WriteBoolean("ok", false);
                    json.WriteString("problem", e.Message);
                    json.WriteEndObject();
                }, new Sheet("problem") { Rows = { new object?[] { e.Message } } });
                return 1;
            }
            var sheet = new Sheet("strategy", "step", "day", "action", "channels", "template", "tone", "when") { Title = policy.ToString() };
            foreach (var strategy in policy.Strategies)
                foreach (var step in strategy.Steps) sheet.Add(strategy.Id, step.Id, step.At, step.Action, string.Join(", ", step.Channels), step.Template, step.Tone, step.When?.Text);
            Output.Say($"{parsed.GetValue(file)} is a valid policy. `recoup policy diff` tells what it would decide otherwise.");
            if (policy.Worth is { } worth) Output.Say($"Its {worth}.");
            foreach (var warning in policy.Warnings) Output.Say($"Mind: {warning}.");
            var segments = new Sheet("segment", "when", "strategy");
            foreach (var segment in policy.Segments) segments.Add(segment.Id, segment.When.Text, segment.Strategy);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok", true);
                json.WriteString("policy", policy.Name);
                json.WriteString("digest", policy.Digest);
                json.WriteNumber("segments", policy.Segments.Count);
                json.WriteNumber("strategies", policy.Strategies.Count);
                json.WriteStartArray("warnings");
                foreach (var warning in policy.Warnings) json.WriteStringValue(warning);
                json.WriteEndArray();
                json.WriteEndObject();
            }, sheet, segments);
            return 0;
        });
        return verb;
    }

    private static Command Diff()
    {
        var file = new Argument<string>("FILE");
        var asOf = new Option<string?>("--as-of") { Description = "the day to decide for; else the last on which anything was recorded", HelpName = "DATE" };
        var limit = new Option<int>("--limit") { Description = "at most so many parties are listed", DefaultValueFactory = _ => 20 };
        var verb = new Command("diff", "Decides for every party under the policy in force and under FILE, keeps neither, and shows where they differ.") { file, asOf, limit };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var other = Load(parsed.GetValue(file)!);
            var current = session.Door("run");
            var day = parsed.GetValue(asOf) is { } text ? Session.Day(text, "--as-of") : current.LastRecordedOn;
            var now = session.GivenNow ?? DailyRun.InstantOf(day, session.Clock.GetUtcNow(), current.Workspace);
            var before = new DailyRun(current).Run(day, now, all: true, dryRun: true);
            var after = new DailyRun(session.Door("run", policy: other)).Run(day, now, all: true, dryRun: true);
            var now2 = after.Decided.ToDictionary(d => (d.Party, d.Decision.Portfolio), d => (d.Account, d.Decision));
            var differing = before.Decided.Select(d => (Before: d, After: now2.GetValueOrDefault((d.Party, d.Decision.Portfolio))))
                .Where(p => p.After.Decision is not null && (p.Before.Decision.Action, p.Before.Decision.Rule, p.Before.Decision.Template, p.Before.Decision.Tone, p.Before.Decision.Segment) != (p.After.Decision.Action, p.After.Decision.Rule, p.After.Decision.Template, p.After.Decision.Tone, p.After.Decision.Segment)).ToList();
            var actions = new Sheet("action", current.PolicyInForce.ToString(), other.ToString()) { Title = $"Actions as of {day:yyyy-MM-dd} over all parties" };
            foreach (var kind in before.Actions.Keys.Union(after.Actions.Keys).Order(StringComparer.Ordinal)) actions.Add(kind, before.Actions.GetValueOrDefault(kind), after.Actions.GetValueOrDefault(kind));
            actions.Add("parties decided otherwise", "", differing.Count);
            var list = new Sheet("account", "segment", "decision", "segment then", "decision then") { Title = "Where they differ", Empty = "nowhere" };
            foreach (var (b, a) in differing.Take(parsed.GetValue(limit))) list.Add(b.Account, b.Decision.Segment, $"{b.Decision.Action} {b.Decision.Rule}", a.Decision.Segment, $"{a.Decision.Action} {a.Decision.Rule}");
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteString("as_of", Sheet.Text(day));
                json.WriteNumber("parties", before.Reviewed);
                json.WriteNumber("differing", differing.Count);
                foreach (var (name, report) in new[] { ("before", before), ("after", after) })
                {
                    json.WriteStartObject(name);
                    foreach (var (kind, count) in report.Actions) json.WriteNumber(kind, count);
                    json.WriteEndObject();
                }
                json.WriteStartArray("differences");
                foreach (var (b, a) in differing.Take(parsed.GetValue(limit)))
                {
                    json.WriteStartObject();
                    json.WriteString("account", b.Account);
                    json.WriteString("before", $"{b.Decision.Action} {b.Decision.Rule}");
                    json.WriteString("after", $"{a.Decision.Action} {a.Decision.Rule}");
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }, actions, list);
            return 0;
        });
        return verb;
    }

    private static Command Show()
    {
        var verb = new Command("show", "Prints the policy in force, to begin one of your own from.");
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var text = Store.Exists(session.Place) ? session.Door("run").PolicyInForce.Text : ShippedPolicies.DefaultText;
            Terminal.Out.Write(text);
            return 0;
        });
        return verb;
    }
}
