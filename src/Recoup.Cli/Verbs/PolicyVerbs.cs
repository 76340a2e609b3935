using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Recoup.Core.Foundation;
using Recoup.Core.Policies;
using Recoup.Core.Workspace;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>policy validate, adopt, list, show: what a policy file says, and how it comes in force.</summary>
internal static class PolicyVerbs
{
    /// <summary>Reads a policy file; checks too that its templates exist.</summary>
    public static Policy Load(Session session, string file)
    {
        if (!File.Exists(file)) throw new UsageException($"there is no policy file '{file}'");
        return Core.Policies.Policy.Parse(File.ReadAllText(file), file, session.Templates());
    }

    public static Command Policy()
    {
        var verb = new Command("policy", "Policies: validates a file, says what it would change, adopts it; which are and were in force.");
        verb.Subcommands.Add(Validate());
        verb.Subcommands.Add(PolicyDiff.Diff());
        verb.Subcommands.Add(PolicySimulation.Simulate());
        verb.Subcommands.Add(Adopt());
        verb.Subcommands.Add(List());
        verb.Subcommands.Add(Show());
        return verb;
    }

    private static Command Validate()
    {
        var files = new Argument<string[]>("FILE") { Arity = ArgumentArity.OneOrMore };
        var verb = new Command("validate", "Reads policy files and says all that is wrong with them, or what they hold.") { files };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var named = parsed.GetValue(files)!;
            var templates = session.Templates();
            var texts = named.Select(file => (File: file, Text: CatalogVerbs.Text(file))).ToList();
            var problems = texts.SelectMany(t => CatalogVerbs.Of(t.File, Core.Policies.Policy.ProblemsOf(t.Text, t.File, templates))).ToList();
            if (problems.Count > 0) return CatalogVerbs.Answer(session, named.Length, problems);
            var policies = texts.ConvertAll(t => Core.Policies.Policy.Parse(t.Text, t.File));
            Output.Say($"{string.Join(", ", named)}: valid. `recoup policy diff` tells what it would decide otherwise, `recoup policy adopt` brings it "
                + $"in force.");
            foreach (var worth in policies.Select(p => p.Worth).OfType<object>()) Output.Say($"Its {worth}.");
            foreach (var warning in policies.SelectMany(p => p.Warnings)) Output.Say($"Mind: {warning}.");
            var policy = policies[0];
            return CatalogVerbs.Answer(session, named.Length, problems, json =>
            {
                json.WriteString("policy", policy.Name);
                json.WriteString("digest", policy.Digest);
                json.WriteNumber("segments", policy.Segments.Count);
                json.WriteNumber("strategies", policy.Strategies.Count);
                json.WriteStartArray("warnings");
                foreach (var warning in policies.SelectMany(p => p.Warnings)) json.WriteStringValue(warning);
                json.WriteEndArray();
            }, [.. policies.SelectMany(Sheets)]);
        });
        return verb;
    }

    private static IEnumerable<Sheet> Sheets(Policy policy)
    {
        var sheet = new Sheet("strategy", "step", "day", "after", "action", "channels", "template", "tone", "when") { Title = policy.ToString() };
        foreach (var strategy in policy.Strategies)
            foreach (var step in strategy.Steps)
                sheet.Add(strategy.Id, step.Id, step.At, step.After is { } after ? $"{Plural.Of(after.Days, "day")} after {after.Step}" : null,
                    step.Action.Word, string.Join(", ", step.Channels), step.Template, step.Tone, step.When?.Text);
        yield return sheet;
        var segments = new Sheet("segment", "when", "strategy");
        foreach (var segment in policy.Segments) segments.Add(segment.Id, segment.When.Text, segment.Strategy);
        yield return segments;
    }

    private static Command Adopt()
    {
        var file = new Argument<string>("FILE");
        var from = new Option<string?>("--from") { Description = "the first day on which it is in force; else at once", HelpName = "DATE" };
        var by = Session.By();
        var verb = new Command("adopt", "Brings a policy in force: at once, or from a day on. The one way in; the file may then change or go.") { file, from,
            by };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var name = parsed.GetValue(file)!;
            var text = CatalogVerbs.Text(name);
            var day = parsed.GetValue(from) is { } given ? Session.Day(given, "--from") : (DateOnly?)null;
            var problems = Core.Policies.Policy.ProblemsOf(text, name, session.Templates());
            if (problems.Count > 0)
            {
                Output.Say("It was not adopted; the policy in force goes on.");
                return CatalogVerbs.Answer(session, 1, CatalogVerbs.Of(name, problems));
            }
            var policy = Core.Policies.Policy.Parse(text, name);
            var door = session.Door("import", create: true);
            var clock = session.Clock.GetUtcNow();
            // As a run of a day gone by is recorded on that day, so that the one can follow the other.
            var now = session.GivenNow is null && day is { } on && on <= door.Workspace.Today(clock) ? DailyRun.InstantOf(on, clock, door.Workspace)
                : clock;
            var actor = parsed.GetValue(by) ?? Environment.UserName;
            // Its templates come in with it.
            session.TakeIn(door);
            if (door.Own is { } own) Adoption.Adopt(door, own, actor, now);
            var missing = policy.Strategies.SelectMany(s => s.Steps).Where(s => s.Action == Act.Message && !door.Writer.Has(s.Template))
                .Select(s => s.Template).Distinct(StringComparer.Ordinal).ToList();
            if (missing.Count > 0)
                throw new RunRefusedException($"the workspace has no template {string.Join(", ", missing)} yet: `recoup catalog adopt` takes your own "
                    + $"templates in, then adopt the policy.");
            var result = Adoption.Adopt(door, policy, day, actor, now);
            var adopted = result.Adopted;
            foreach (var later in result.Later)
                Output.Say($"From {later.From:yyyy-MM-dd} on the policy {later.Edition} is in force, as was adopted before. To keep this one, adopt it "
                    + $"from that day too.");
            var sheet = new Sheet("version", "policy", "digest", "from", "adopted by");
            sheet.Add(adopted.Version, adopted.Name, adopted.Digest, adopted.From, adopted.Actor);
            if (result.Unchanged) Output.Say($"Nothing changed: {adopted.Edition} is in force from {adopted.From:yyyy-MM-dd} on already, as version "
                + $"{adopted.Version}.");
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok", true);
                json.WriteBoolean("unchanged", result.Unchanged);
                Fields(json, adopted);
                json.WriteEndObject();
            }, sheet);
            return 0;
        });
        return verb;
    }

    private static Command List()
    {
        var verb = new Command("list", "Every policy that was adopted: which, from which day, when and by whom.");
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var sheet = new Sheet("version", "policy", "digest", "from", "adopted at", "adopted by",
                "state")
            { Empty = $"none was adopted yet: the first run adopts the shipped one, {ShippedPolicies.Default}" };
            var adopted = new Adopted();
            var day = DateOnly.MinValue;
            if (Store.Exists(session.Place))
            {
                var door = session.Door("run");
                adopted = door.Workspace.Adopted;
                day = Today(session, door);
            }
            foreach (var p in adopted.Policies.Reverse()) sheet.Add(p.Version, p.Name, p.Digest, p.From, Instant(p.At), p.Actor,
                StateOf(adopted, p, day).Replace('_', ' '));
            foreach (var (path, policy) in session.ReadOwn(session.Own).Policies.Where(p => !adopted.Policies.Any(a => a.Digest == p.Policy.Digest)))
                Output.Say($"{path} ({policy}) lies among your own files and was never adopted: `recoup policy adopt "
                    + $"{Path.Combine(session.OwnFolder, path)}` brings it in force.");
            session.Output.Print(json =>
            {
                json.WriteStartArray();
                foreach (var p in adopted.Policies.Reverse())
                {
                    json.WriteStartObject();
                    Fields(json, p);
                    json.WriteString("state", StateOf(adopted, p, day));
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }, sheet);
            return 0;
        });
        return verb;
    }

    /// <summary>in_force, coming, past, or replaced: another was adopted for the same day.</summary>
    private static string StateOf(Adopted adopted, AdoptedPolicy policy, DateOnly day)
    {
        if (adopted.PolicyOn(day) == policy) return "in_force";
        if (adopted.PolicyOn(policy.From) != policy) return "replaced";
        return policy.From > day ? "coming" : "past";
    }

    private static void Fields(Utf8JsonWriter json, AdoptedPolicy p)
    {
        json.WriteNumber("version", p.Version);
        json.WriteString("policy", p.Name);
        json.WriteString("digest", p.Digest);
        json.WriteString("edition", p.Edition);
        json.WriteString("from", Sheet.Text(p.From));
        json.WriteString("adopted_at", Instant(p.At));
        json.WriteString("adopted_by", p.Actor);
    }

    private static Command Show()
    {
        var asOf = new Option<string?>("--as-of") { Description = "the policy of this day; else of today", HelpName = "DATE" };
        var verb = new Command("show", "Prints the policy in force, to begin one of your own from.") { asOf };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var day = parsed.GetValue(asOf) is { } text ? Session.Day(text, "--as-of") : (DateOnly?)null;
            Terminal.Out.Write(TextOn(session, day));
            return 0;
        });
        return verb;
    }

    private static string TextOn(Session session, DateOnly? day)
    {
        if (!Store.Exists(session.Place)) return ShippedPolicies.DefaultText;
        var door = session.Door("run");
        var adopted = door.Workspace.Adopted.PolicyOn(day ?? Today(session, door));
        if (adopted is null && day is { } early
            && door.Workspace.Adopted.Policies.Count > 0) Output.Say($"On {early:yyyy-MM-dd} none was adopted yet: this is the shipped one.");
        // Not parsed: one that this version can't read is to be mended.
        return adopted?.Text ?? ShippedPolicies.DefaultText;
    }

    /// <summary>Today, or the last day on which anything was recorded, if that is later.</summary>
    private static DateOnly Today(Session session, Door door)
    {
        var today = door.Workspace.Today(session.Clock.GetUtcNow());
        return door.LastRecordedOn > today ? door.LastRecordedOn : today;
    }

    private static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
