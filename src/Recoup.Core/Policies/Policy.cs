using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Receivables;

namespace Recoup.Core.Policies;

/// <summary>An adjustment of the score where its condition holds.</summary>
public sealed record ScoreRule(Expression<Facts> When, int Add, string Reason)
{
    /// <summary>May hold or not by the passing of time alone.</summary>
    public bool WatchesTime { get; } = When.Names.Overlaps(Facts.OfTime);
}

/// <summary>The first segment whose condition holds takes the party.</summary>
public sealed record Segment(string Id, Expression<Facts> When, string Strategy);

/// <summary>One step of a strategy.</summary>
public sealed record Step(string Id, int At, Act Action)
{
    /// <summary>Taken only where this holds; null: always.</summary>
    public Expression<Facts>? When { get; init; }

    /// <summary>For messages: channels to try, in order; the first that the gate lets through.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>
    /// It is due so many days after the customer heard an earlier step; <see cref="At"/> is then the day on which it would be, had that step
    /// come on its own. Null: it counts from the due date.
    /// </summary>
    public StepAfter? After { get; init; }

    public string Template { get; init; } = "";

    public string Tone { get; init; } = "";

    /// <summary>Before the due date, on it, or after.</summary>
    public bool IsPreDue => At <= 0;

    /// <summary>Its condition asks how much or how many: asked again when it is acted on, since a payment may have come.</summary>
    public bool AsksHowMuch => When is { } when && when.Names.Overlaps(Facts.OfMoney);
}

/// <summary>A step's days count from another: so many after the customer heard it.</summary>
public sealed record StepAfter(string Step, int Days);

/// <summary>What is done after days on which no step could be taken: each step in its turn, or the latest at once.</summary>
public enum MissedSteps { InTurn, Latest }

/// <summary>What is done for a segment, step by step, counted in days past due of the oldest item that may be dunned.</summary>
public sealed record Strategy(string Id, IReadOnlyList<Step> Steps, string Entry, int DaysBetweenSteps)
{
    public IReadOnlyList<Step> DunningSteps { get; } = [.. Steps.Where(s => !s.IsPreDue)];

    /// <summary>At most one: the reminder before the due date.</summary>
    public Step? PreDueStep { get; } = Steps.FirstOrDefault(s => s.IsPreDue);

    public Step EntryStep { get; } = Steps.First(s => s.Id == Entry);

    /// <summary>Some step counts its days from another.</summary>
    public bool CountsFromSteps { get; } = Steps.Any(s => s.After is not null);

    /// <summary>Some step's condition may hold or not by the passing of time alone, score and segment being the same.</summary>
    public bool WatchesTime { get; } = Steps.Any(s => s.When is { } when && when.Names.Overlaps(Facts.OfTime));
}

/// <summary>
/// When a day's run stops itself. What came by the calendar counts for nothing: a due date known before it came, and a
/// step whose day has come since the last run (<c>DecisionRecord.ByCalendar</c>). All other actions of a run
/// may be so many times their mean in the last runs, or as many as four weeks ago, or a minimum.
/// </summary>
public sealed record VolumeStop(decimal Multiple, int Runs, int Minimum)
{
    /// <summary>What comes every month came 28 to 31 days ago, give or take a weekend.</summary>
    public const int MonthDaysMin = 26;

    /// <summary>As above.</summary>
    public const int MonthDaysMax = 35;

    /// <summary>The most actions beyond those of the calendar that a run may take; null without runs to compare with.</summary>
    /// <param name="runs">The runs of days before, oldest first, with their actions beyond those of the calendar.</param>
    public int? Limit(DateOnly asOf, IReadOnlyList<(DateOnly AsOf, int Others)> runs)
    {
        var last = runs.TakeLast(Runs).ToList();
        if (last.Count == 0) return null;
        var usual = (int)Math.Min(int.MaxValue, Math.Ceiling(Multiple * last.Sum(r => (long)r.Others) / last.Count));
        var aMonthAgo = runs.Where(r => asOf.DayNumber - r.AsOf.DayNumber is >= MonthDaysMin and <= MonthDaysMax).Select(r => r.Others).DefaultIfEmpty(0).Max();
        return Math.Max(Minimum, Math.Max(usual, aMonthAgo));
    }
}

/// <summary>
/// How the business wants its customers treated: a file that people edit, compiled. Two policies with the same
/// text are the same; the workspace numbers the versions it adopts.
/// </summary>
public sealed class Policy
{
    private Policy() { }

    public required string Name { get; init; }

    public required string Text { get; init; }

    /// <summary>SHA-256 of the text, hexadecimal, 16 characters.</summary>
    public required string Digest { get; init; }

    public required int ScoreBase { get; init; }

    public required IReadOnlyList<ScoreRule> ScoreRules { get; init; }

    public required IReadOnlyList<Segment> Segments { get; init; }

    public required IReadOnlyList<Strategy> Strategies { get; init; }

    /// <summary>A party with something open is looked at again after so many days at the latest.</summary>
    public required int ReviewEveryDays { get; init; }

    /// <summary>Days after a promise's due day before it counts as broken.</summary>
    public required int PromiseGraceDays { get; init; }

    /// <summary>A coming step that is further away is no next move: what is overdue until then is nobody's.</summary>
    public required int NextMoveWithinDays { get; init; }

    /// <summary>A person's work that was due longer ago is no next move.</summary>
    public required int WorkLateDays { get; init; }

    public required AllocationOrder Allocation { get; init; }

    /// <summary>Steps are taken on business days of the portfolio's calendar only.</summary>
    public required bool BusinessDaysOnly { get; init; }

    public required VolumeStop VolumeStop { get; init; }

    public required MissedSteps MissedSteps { get; init; }

    /// <summary>
    /// What is overdue and worth less is left alone until others join it; major units of <see cref="Worth"/>, or of the
    /// customer's currency where the policy has no such table. 0: everything is chased.
    /// </summary>
    public required decimal MinimumToChase { get; init; }

    /// <summary>What amounts in conditions are worth; null: they are in major units of the customer's own currency, whatever that is.</summary>
    public required Worth? Worth { get; init; }

    /// <summary>What the file says and its writer may not mean, each with what to do.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>Some condition may change its answer by the passing of time alone.</summary>
    public bool WatchesTime { get; private init; }

    /// <summary>Some condition asks how often the customer was contacted lately.</summary>
    public bool WatchesContacts { get; private init; }

    /// <summary>Some segment's condition may hold or not by the passing of time alone, the score being the same.</summary>
    public bool SegmentsWatchTime { get; private init; }

    public Strategy Strategy(string id)
    {
        foreach (var strategy in Strategies)
            if (strategy.Id == id) return strategy;
        throw new InvariantBrokenException($"the policy has no strategy {id}");
    }

    /// <summary>The first whose condition holds; the last one's always does.</summary>
    public Segment SegmentOf(Facts facts)
    {
        foreach (var segment in Segments)
            if (segment.When.IsTrue(facts)) return segment;
        throw new InvariantBrokenException("no segment takes the party");
    }

    /// <summary>All that is wrong with a policy's file; none: it can be adopted.</summary>
    /// <param name="templates">Those there are.</param>
    public static IReadOnlyList<YamlException> ProblemsOf(string text, string source, IReadOnlyList<string>? templates) =>
        YamlMap.ProblemsOf(problems => Parse(text, source, templates, problems));

    /// <summary>Throws <see cref="YamlException"/> with file, line and what to mend.</summary>
    /// <param name="templates">Those there are; a step that names another is wrong. Null: what a step names is not looked up.</param>
    /// <param name="problems">Takes all that is wrong instead; what is returned then is of use only where it stays empty.</param>
    public static Policy Parse(string text, string source, IReadOnlyList<string>? templates = null, List<YamlException>? problems = null)
    {
        var root = YamlMap.Parse(text, source, problems);
        var name = root.Text("policy");
        root.TextOrNull("about");

        var score = root.Map("score");
        var scoreBase = score.Whole("base", 0, 100);
        var scoreRules = new List<ScoreRule>();
        foreach (var map in score.Maps("adjust"))
        {
            scoreRules.Add(new ScoreRule(map.Expression("when", Facts.BeforeScore, ValueKind.Boolean), map.Whole("add", -100, 100), map.Text("reason")));
            map.Done();
        }
        score.Done();

        var strategies = new List<Strategy>();
        foreach (var map in root.Maps("strategies"))
        {
            strategies.Add(ParseStrategy(map, templates));
            if (map.IsSound && strategies.SkipLast(1).Any(s => s.Id == strategies[^1].Id)) map.Report("id", $"strategy '{strategies[^1].Id}' stands twice");
        }
        if (strategies.Count == 0) root.Report("strategies are missing");

        var segments = new List<Segment>();
        foreach (var map in root.Maps("segments"))
        {
            var segment = new Segment(map.Text("id"), map.Expression("when", Facts.BeforeSegment, ValueKind.Boolean), map.Text("strategy"));
            if (map.IsSound && !strategies.Exists(s => s.Id == segment.Strategy))
                map.Report("strategy", $"there is no strategy '{segment.Strategy}'; there are {string.Join(", ", strategies.Select(s => s.Id))}");
            if (map.IsSound && segments.Exists(s => s.Id == segment.Id)) map.Report("id", $"segment '{segment.Id}' stands twice");
            map.Done();
            segments.Add(segment);
        }
        if (segments.Count == 0) root.Report("segments are missing");
        else if (segments[^1].When.Text != "true") root.Report("segments", "the last segment must take everybody: when: true");

        var volume = root.Map("volume_stop");
        var stop = new VolumeStop(volume.NumberOrNull("multiple") is { } m && m >= 1 ? m : throw volume.Wrong("multiple", "multiple takes a number of 1 or "
            + "more"), volume.Whole("runs", 1, 365), volume.Whole("minimum", 0, 1_000_000_000));
        volume.Done();

        var worth = Worth.Parse(root);
        var minimumToChase = root.NumberOrNull("minimum_to_chase") ?? 0;
        if (minimumToChase < 0) root.Report("minimum_to_chase", "minimum_to_chase takes an amount of 0 or more");
        var policy = new Policy
        {
            Name = name,
            Text = text,
            Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8)),
            ScoreBase = scoreBase,
            ScoreRules = scoreRules,
            Segments = segments,
            Strategies = strategies,
            ReviewEveryDays = root.Whole("review_every_days", 1, 365),
            PromiseGraceDays = root.Whole("promise_grace_days", 0, 60),
            NextMoveWithinDays = root.WholeOrNull("next_move_within_days", 1, 365) ?? 30,
            WorkLateDays = root.WholeOrNull("work_late_days", 0, 365) ?? 7,
            Allocation = root.Choice("allocation", null, "oldest_first", "charges_first") == "charges_first"
                ? AllocationOrder.ChargesFirst : AllocationOrder.OldestFirst,
            BusinessDaysOnly = root.Flag("business_days_only", otherwise: false),
            VolumeStop = stop,
            MissedSteps = root.Choice("missed_steps", "in_turn", "in_turn", "latest") == "latest" ? MissedSteps.Latest : MissedSteps.InTurn,
            MinimumToChase = minimumToChase,
            Worth = worth,
            Warnings = worth is null && (minimumToChase > 0 || Watches(Facts.Amounts))
                ? ["amounts are compared with what is owed in whatever currency, so 200 means 200 EUR and 200 JPY alike; "
                    + "say under worth: what currencies are worth (docs/policies.md)"] : [],
            WatchesTime = Watches(Facts.OfTime),
            WatchesContacts = Watches(["contacts_7_days"]),
            SegmentsWatchTime = segments.Any(s => s.When.Names.Overlaps(Facts.OfTime)),
        };
        root.Done();
        return policy;

        // A segment's condition may name the score, a step's both: what they follow from is asked of every condition.
        bool Watches(IEnumerable<string> names) => scoreRules.Select(r => r.When).Concat(segments.Select(s => s.When))
            .Concat(strategies.SelectMany(s => s.Steps).Select(s => s.When).OfType<Expression<Facts>>())
            .Any(when => when.Names.Overlaps(names));
    }

    private static Strategy ParseStrategy(YamlMap map, IReadOnlyList<string>? templates)
    {
        var steps = new List<Step>();
        var all = map.Maps("steps");
        foreach (var s in all)
        {
            var action = Act.Find(s.Choice("action", null, [.. Act.OfPolicies]))!;
            var step = new Step(s.Text("id"), Day(s, steps, all, out var after), action)
            {
                After = after, When = s.ExpressionOrNull("when", Facts.All, ValueKind.Boolean),
            };
            if (action == Act.Message)
            {
                step = step with
                {
                    Channels = s.Texts("channels"),
                    Template = s.Text("template"),
                    Tone = s.Choice("tone", null, "friendly", "neutral", "firm")
                };
                if (step.Channels.Count == 0) s.Report("channels are missing");
                foreach (var channel in step.Channels)
                    if (channel is not (Channel.Email or Channel.Sms or Channel.Call)) s.Report("channels",
                        $"'{channel}' can't be sent yet; email or sms, or call for a person's task");
                if (s.IsSound && templates is not null && !templates.Contains(step.Template)) s.Report("template", NoTemplate(step.Template, templates));
                if (s.IsSound && templates is not null && step.Channels.Contains(Channel.Sms) && !templates.Contains($"{step.Template}.{Channel.Sms}"))
                    s.Report("channels", $"there is no text for phones of template '{step.Template}': write templates/en/{step.Template}.sms.hbs, "
                        + "or leave sms out");
            }
            if (!s.IsSound)
            {
                s.Done();
                continue;
            }
            if (steps.Exists(x => x.Id == step.Id)) s.Report("id", $"step '{step.Id}' stands twice");
            if (steps.Count > 0 && step.At <= steps[^1].At) s.Report(after is null ? "at" : "after", "steps go by day: "
                + (after is null ? $"{step.At} does not come after {steps[^1].At}"
                    : $"{after.Days} days after {after.Step} are day {step.At}, which does not come after {steps[^1].At}"));
            if (step.IsPreDue && action != Act.Message) s.Report("action", "before the due date only messages go out");
            if (step.IsPreDue && steps.Count > 0) s.Report("at", "there is one reminder before the due date, as the first step");
            s.Done();
            steps.Add(step);
        }
        if (map.IsSound && !steps.Exists(s => !s.IsPreDue)) map.Report("a strategy needs a step after the due date");
        var id = map.Text("id");
        var entry = map.Text("entry");
        if (map.IsSound && !steps.Exists(s => s.Id == entry && !s.IsPreDue)) map.Report("entry",
            $"'{entry}' is no step after the due date; there are {string.Join(", ", steps.Where(s => !s.IsPreDue).Select(s => s.Id))}");
        var between = map.Whole("days_between_steps", 0, 365);
        map.Done();
        // Where all problems are wanted the others go on with its name.
        return map.IsSound ? new Strategy(id, steps, entry, between) : new Strategy(id, [new Step(entry, 1, Act.Task)], entry, between);
    }

    /// <summary>The day of a step by <c>at</c>, or by <c>after</c> had the step named there come on its own day.</summary>
    /// <param name="before">Those read so far.</param>
    /// <param name="all">Those of the strategy.</param>
    private static int Day(YamlMap s, List<Step> before, IReadOnlyList<YamlMap> all, out StepAfter? after)
    {
        after = null;
        if (!s.Has("after"))
        {
            if (s.Has("at")) return s.Whole("at", -60, 3650);
            s.Report("at is missing: the day past due; or after: { step: ID, days: N }, so many days after the customer heard another step");
            return 1;
        }
        if (s.Has("at")) s.Report("at", "a step has at or after, not both");
        var map = s.Map("after");
        after = new StepAfter(map.Text("step"), map.Whole("days", 1, 3650));
        map.Done();
        s.WholeOrNull("at", -60, 3650);
        var name = after.Step;
        if (before.Find(x => x.Id == name) is { } named)
        {
            if (!named.IsPreDue) return named.At + after.Days;
            s.Report("after", $"'{name}' comes before the due date, and no step counts from a reminder");
        }
        else if (map.IsSound)
            s.Report("after", all.Any(x => x.TextOrNull("id") == name) ? $"step '{name}' does not come before this one in the list"
                : $"there is no step '{name}'; before this one there are {string.Join(", ", before.Where(x => !x.IsPreDue).Select(x => x.Id))}");
        return 1;
    }

    private static string NoTemplate(string name, IReadOnlyList<string> templates)
    {
        templates = [.. templates.Where(t => !t.Contains('.', StringComparison.Ordinal))];
        var meant = Spelling.Nearest(name, templates) is { } near ? $"did you mean '{near}'? " : "";
        return $"there is no template '{name}'; {meant}there are {string.Join(", ", templates)}";
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} ({Digest})");
}
