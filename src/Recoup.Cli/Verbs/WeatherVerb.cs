using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Recoup.Connectors.Mail;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Simulation.Auditing;
using Recoup.Simulation.Weather;
using Recoup.Simulation.Worlds;
using Recoup.Statistics;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>simulate --faults: a world in bad weather, one seed or many; a failing one is made small.</summary>
internal sealed class WeatherVerb(Option<ulong> seed, Option<int> accounts, Option<int> days, Option<string> world)
{
    /// <summary>Days of a plan where none are given: faults come often, so a year of them tells no more.</summary>
    private const int DaysByDefault = 60, AccountsByDefault = 200;

    public Option<string?> Faults { get; } = new("--faults")
    {
        Description = "everything around Recoup goes wrong; all of it, or some by name with commas: "
            + $"{string.Join(", ", FaultTable.Groups)} (docs/weather.md has every kind)",
        HelpName = "KINDS", Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<int?> Seeds { get; } = SeedsOption();

    private static Option<int?> SeedsOption()
    {
        var option = new Option<int?>("--seeds") { Description = "with --faults: so many seeds from --seed on", HelpName = "N" };
        option.Validators.Add(result => SimulateVerbs.Bound(result, "--seeds", from: 1, to: 1_000_000));
        return option;
    }

    public Option<DateOnly?> From { get; } = new("--from")
    {
        Description = "with --faults: the first day; else the seed chooses one that meets leap days and changes of clocks", HelpName = "D",
    };

    public bool IsWanted(ParseResult parsed) => parsed.GetResult(Faults) is not null;

    public int Run(ParseResult parsed, Output output)
    {
        IReadOnlySet<Fault> faults;
        try { faults = parsed.GetValue(Faults) is { } names ? FaultTable.Parse(names) : FaultTable.Every; }
        catch (ArgumentException e) { throw new UsageException(e.Message); }
        var plan = new WeatherPlan(
            WorldTable.Named(parsed.GetValue(world)!), parsed.GetValue(seed), Given(accounts, AccountsByDefault), Given(days, DaysByDefault))
        {
            Faults = faults, From = parsed.GetValue(From), Writer = TemplateWriter.Shipped,
        };
        return parsed.GetValue(Seeds) is { } many ? Many(plan, many, output) : One(plan, output);

        int Given(Option<int> option, int byDefault) => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : byDefault;
    }

    private static int One(WeatherPlan plan, Output output)
    {
        var watch = Stopwatch.StartNew();
        var (report, kpis) = WeatherSeeds.Play(plan,
            store => new Readings(store)
                .Read(cells => new KpiEngine(KpiCatalog.Shipped, cells, Estimates.At95).Answer(new KpiQuestion(plan.End) { Kpis = SimulateVerbs.Kpis })),
            (day, share) => Output.Progress($"{day:yyyy-MM-dd}", share));
        Output.ProgressDone();
        var shrunk = report.Findings.Ok ? null : Small(report);
        Print(output, report, shrunk, kpis ?? [], watch.Elapsed.TotalSeconds);
        Say(report, shrunk);
        return report.Findings.Ok ? 0 : 1;
    }

    private static int Many(WeatherPlan plan, int seeds, Output output)
    {
        var watch = Stopwatch.StartNew();
        var summary = WeatherSeeds.PlayMany(s => plan with { Seed = s }, plan.Seed, seeds, (report, done) =>
        {
            Output.Progress($"{done:N0} of {Plural.Of(seeds, "seed")}", (double)done / seeds);
            if (report.Findings.Ok) return;
            Output.ProgressDone();
            Output.Say($"{report.Findings.Breaches[0]}");
            Output.Say($"  again: {report.Plan.Command}");
        });
        Output.ProgressDone();
        Print(output, plan, summary, watch.Elapsed.TotalSeconds);
        return summary.Failed.Count == 0 ? 0 : 1;
    }

    private static WeatherReport Small(WeatherReport report)
    {
        Output.Say("An invariant did not hold. Looking for the smallest plan that shows it…");
        return WeatherSeeds.Shrink(report, progress: plan => Output.Progress(plan.Command, 0));
    }

    private static void Say(WeatherReport report, WeatherReport? shrunk)
    {
        if (shrunk is null) return;
        Output.ProgressDone();
        foreach (var breach in report.Findings.Breaches) Output.Say(breach.ToString());
        Output.Say($"Again: {report.Plan.Command}");
        Output.Say($"Smallest found: {shrunk.Plan.Command}");
        Output.Say($"  {shrunk.Findings.Breaches[0]}");
    }

    private static void Print(Output output, WeatherReport report, WeatherReport? shrunk, IReadOnlyList<KpiRow> kpis, double seconds)
    {
        var plan = report.Plan;
        var what = new Sheet("what", "number")
        {
            Title = $"Bad weather in world {plan.World.Name}, seed {plan.Seed}: {Plural.Of(plan.Customers, "customer")} "
                + $"from {plan.Start:yyyy-MM-dd} to {plan.End:yyyy-MM-dd}",
        };
        what.Add("journal hash", report.JournalHash);
        what.Add("events", report.Events);
        what.Add("decisions", report.Decisions);
        what.Add("messages that arrived", report.MessagesArrived);
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("seed", plan.Seed);
            json.WriteBoolean("ok", report.Findings.Ok);
            Plan(json, plan);
            json.WriteString("from", Sheet.Text(plan.Start));
            json.WriteString("to", Sheet.Text(plan.End));
            json.WriteString("journal_hash", report.JournalHash);
            json.WriteNumber("events", report.Events);
            json.WriteNumber("decisions", report.Decisions);
            json.WriteNumber("messages_arrived", report.MessagesArrived);
            Counts(json, report.Faults, report.Moments);
            json.WriteStartArray("invariants");
            foreach (var count in report.Findings.Counts)
            {
                json.WriteStartObject();
                json.WriteString("name", count.Name);
                json.WriteNumber("checked", count.Checked);
                json.WriteNumber("failed", count.Failed);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            Breaches(json, report);
            json.WriteString("command", plan.Command);
            if (shrunk is not null)
            {
                json.WriteStartObject("shrunk");
                json.WriteString("command", shrunk.Plan.Command);
                Plan(json, shrunk.Plan);
                Breaches(json, shrunk);
                json.WriteEndObject();
            }
            json.WriteStartArray("kpis");
            foreach (var row in kpis) row.WriteTo(json);
            json.WriteEndArray();
            json.WriteNumber("seconds", Math.Round(seconds, 1));
            json.WriteEndObject();
        }, what, FaultSheet(report.Faults), MomentSheet(report.Moments), InvariantSheet(report.Findings),
            FigureVerbs.KpiSheet(KpiCatalog.Shipped, kpis, []));
    }

    private static void Print(Output output, WeatherPlan plan, WeatherSummary summary, double seconds)
    {
        var what = new Sheet("what", "number")
        {
            Title = $"Bad weather in world {plan.World.Name}: {Plural.Of(summary.Seeds, "seed")} from {plan.Seed} on, "
                + $"of {Plural.Of(plan.Customers, "customer")} and {Plural.Of(plan.Days, "day")}",
        };
        what.Add("seeds that passed", summary.Seeds - summary.Failed.Count);
        what.Add("seeds that failed", summary.Failed.Count);
        what.Add("events", summary.Events);
        what.Add("checks", summary.Checks);
        var failed = new Sheet("seed", "day", "invariant", "what", "again") { Title = "Seeds that failed", Empty = "none" };
        foreach (var report in summary.Failed)
            if (report.Findings.Breaches[0] is var breach)
                failed.Add(report.Plan.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture), breach.Day, breach.Invariant,
                    breach.What, report.Plan.Command);
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("first_seed", plan.Seed);
            json.WriteNumber("seeds", summary.Seeds);
            json.WriteBoolean("ok", summary.Failed.Count == 0);
            Plan(json, plan);
            json.WriteNumber("passed", summary.Seeds - summary.Failed.Count);
            json.WriteNumber("events", summary.Events);
            json.WriteNumber("checks", summary.Checks);
            Counts(json, summary.Faults, summary.Moments);
            json.WriteStartArray("failed");
            foreach (var report in summary.Failed)
            {
                json.WriteStartObject();
                json.WriteNumber("seed", report.Plan.Seed);
                json.WriteString("command", report.Plan.Command);
                Breaches(json, report);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("seconds", Math.Round(seconds, 1));
            json.WriteEndObject();
        }, what, FaultSheet(summary.Faults), MomentSheet(summary.Moments), failed);
    }

    private static void Plan(Utf8JsonWriter json, WeatherPlan plan)
    {
        json.WriteString("world", plan.World.Name);
        json.WriteNumber("accounts", plan.Customers);
        json.WriteNumber("days", plan.Days);
        json.WriteString("kinds", FaultTable.Write(plan.Faults));
    }

    private static void Counts(Utf8JsonWriter json, IReadOnlyDictionary<Fault, int> faults, IReadOnlyDictionary<string, int> moments)
    {
        json.WriteStartObject("faults");
        foreach (var (fault, count) in faults) json.WriteNumber(FaultTable.Of(fault).Name, count);
        json.WriteEndObject();
        json.WriteStartObject("crashes");
        foreach (var (moment, count) in moments) json.WriteNumber(moment, count);
        json.WriteEndObject();
    }

    private static void Breaches(Utf8JsonWriter json, WeatherReport report)
    {
        json.WriteStartArray("breaches");
        foreach (var breach in report.Findings.Breaches) json.WriteStringValue(breach.ToString());
        json.WriteEndArray();
    }

    private static Sheet FaultSheet(IReadOnlyDictionary<Fault, int> faults)
    {
        var sheet = new Sheet("fault", "group", "happened", "meaning") { Title = "What went wrong around Recoup" };
        foreach (var kind in FaultTable.All) sheet.Add(kind.Name, kind.Group, faults[kind.Fault], kind.About);
        return sheet;
    }

    private static Sheet MomentSheet(IReadOnlyDictionary<string, int> moments)
    {
        var sheet = new Sheet("moment", "happened") { Title = "When the power went" };
        foreach (var (moment, count) in moments) sheet.Add(moment, count);
        return sheet;
    }

    private static Sheet InvariantSheet(Findings findings)
    {
        var sheet = new Sheet("invariant", "checked", "failed", "meaning")
        {
            Title = findings.Ok ? "Every invariant held, every simulated day" : "An invariant did not hold",
        };
        foreach (var count in findings.Counts) sheet.Add(count.Name, count.Checked, count.Failed, count.Meaning);
        return sheet;
    }
}
