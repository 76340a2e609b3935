using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Simulation.Business;
using Recoup.Simulation.Worlds;
using Recoup.Statistics;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>simulate: a world of customers who react, played on the real door, with an auditor beside it.</summary>
internal static class SimulateVerbs
{
    public static readonly string[] Kpis = ["dso", "bpdso", "cei", "percent_current", "recovery_rate", "proactive_collection_actions"];

    public static Option<string> WorldOption()
    {
        var world = new Option<string>("--world")
        {
            Description = $"{string.Join(", ", WorldTable.All.Select(w => w.Name))}: docs/worlds.md tells them",
            DefaultValueFactory = _ => WorldTable.All[0].Name, HelpName = "NAME",
        };
        world.AcceptOnlyFromAmong([.. WorldTable.All.Select(w => w.Name)]);
        return world;
    }

    public static Command Simulate()
    {
        var seed = new Option<ulong>("--seed")
        {
            Description = "the same seed gives the same journal, byte for byte", DefaultValueFactory = _ => 1, HelpName = "N",
        };
        var accounts = Counting("--accounts", "customers, most of them with one account", 500, 1, 100_000);
        var days = Counting("--days", "simulated days", 365, 1, 3650);
        var world = WorldOption();
        var policyFile = new Option<string?>("--policy") { Description = "a policy file instead of the shipped one", HelpName = "FILE" };
        var weather = new WeatherVerb(seed, accounts, days, world);
        var verb = new Command("simulate", "A seeded world in a scratch store, with every invariant checked each simulated day; ends with KPIs and the "
            + "journal's hash. --data keeps the store.") { seed, accounts, days, world, policyFile, weather.Faults, weather.Seeds, weather.From };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            if (weather.IsWanted(parsed))
            {
                if (parsed.GetValue(policyFile) is not null || parsed.GetValue(Session.Data) is not null)
                    throw new UsageException("--faults goes with neither --policy nor --data: policies change under way, and the scratch store is thrown away");
                return weather.Run(parsed, session.Output);
            }
            if (parsed.GetValue(weather.Seeds) is not null || parsed.GetValue(weather.From) is not null)
                throw new UsageException("--seeds and --from go with --faults");
            var policy = parsed.GetValue(policyFile) is { } file ? PolicyVerbs.Load(session, file) : null;
            var kept = parsed.GetValue(Session.Data);
            if (kept is not null && Directory.Exists(kept) && Directory.EnumerateFileSystemEntries(kept).Any())
                throw new UsageException($"the folder '{kept}' is not empty; a simulation begins in a new one");
            var folder = kept ?? Directory.CreateTempSubdirectory("recoup-simulation-").FullName;
            var watch = Stopwatch.StartNew();
            try
            {
                var plan = new SimulationPlan(WorldTable.Named(parsed.GetValue(world)!), parsed.GetValue(seed),
                    parsed.GetValue(accounts), parsed.GetValue(days))
                {
                    Policy = policy, Writer = session.Writer(), ThoroughEveryDays = 91,
                };
                using var business = new SimulatedBusiness(plan, folder);
                var report = business.Play((day, share) => Output.Progress($"{day:yyyy-MM-dd}", share));
                Output.ProgressDone();
                var kpis = new Readings(business.Store)
                    .Read(cells => new KpiEngine(KpiCatalog.Shipped, cells, Estimates.At95).Answer(new KpiQuestion(plan.End) { Kpis = Kpis }));
                Print(session.Output, report, kpis, watch.Elapsed.TotalSeconds);
                foreach (var breach in report.Findings.Breaches) Output.Say(breach.ToString());
                if (kept is not null) Output.Say($"The simulated workspace is kept in {kept}.");
                return report.Findings.Ok ? 0 : 1;
            }
            finally
            {
                if (kept is null) Directory.Delete(folder, recursive: true);
            }
        });
        return verb;
    }

    /// <summary>How much of a list is wanted: none of it, or less, is a typing error.</summary>
    public static Option<int> Limit(string description, int byDefault) => Counting("--limit", description, byDefault, from: 1, to: 1_000_000);

    public static Option<int> Counting(string name, string description, int byDefault, int from, int to)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => byDefault, HelpName = "N" };
        option.Validators.Add(result => Bound(result, name, from, to));
        return option;
    }

    /// <summary>An error where what was given is no number, or beyond the bounds. The value itself throws where it is none.</summary>
    public static void Bound(System.CommandLine.Parsing.OptionResult result, string name, int from, int to)
    {
        if (result.Tokens is not [var given]) return;
        const System.Globalization.NumberStyles whole = System.Globalization.NumberStyles.AllowLeadingSign;
        if (!int.TryParse(given.Value, whole, System.Globalization.CultureInfo.InvariantCulture, out var value) || value < from || value > to)
            result.AddError($"{name} takes a number from {from} to {to}");
    }

    private static void Print(Output output, SimulationReport report, IReadOnlyList<KpiRow> kpis, double seconds)
    {
        var plan = report.Plan;
        var what = Summary(report);
        var invariants = new Sheet("invariant", "checked", "failed", "meaning")
        {
            Title = report.Findings.Ok ? "Every invariant held, every simulated day" : "An invariant did not hold",
        };
        foreach (var count in report.Findings.Counts) invariants.Add(count.Name, count.Checked, count.Failed, count.Meaning);
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("seed", plan.Seed);
            json.WriteBoolean("ok", report.Findings.Ok);
            json.WriteString("world", plan.World.Name);
            json.WriteNumber("accounts", plan.Customers);
            json.WriteNumber("days", plan.Days);
            json.WriteString("from", Sheet.Text(plan.Start));
            json.WriteString("to", Sheet.Text(plan.End));
            json.WriteString("journal_hash", report.JournalHash);
            json.WriteNumber("events", report.Events);
            json.WriteNumber("decisions", report.Decisions);
            json.WriteStartObject("actions");
            foreach (var (kind, count) in report.Actions) json.WriteNumber(kind, count);
            json.WriteEndObject();
            json.WriteNumber("messages_sent", report.MessagesSent);
            json.WriteNumber("messages_failed", report.MessagesFailed);
            json.WriteNumber("calls", report.World.CallsMade);
            json.WriteNumber("promises", report.World.Promises);
            json.WriteNumber("complaints", report.World.Complaints);
            json.WriteNumber("customers_left", report.World.CustomersLeft);
            Amounts(json, "billed", report.World.Billed);
            Amounts(json, "collected", report.World.Collected);
            if (report.BroughtByContact is [.., var last]) Amounts(json, "brought_by_contact", last.Minor);
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
            json.WriteStartArray("breaches");
            foreach (var breach in report.Findings.Breaches) json.WriteStringValue(breach.ToString());
            json.WriteEndArray();
            json.WriteStartArray("kpis");
            foreach (var row in kpis) row.WriteTo(json);
            json.WriteEndArray();
            json.WriteNumber("seconds", Math.Round(seconds, 1));
            json.WriteEndObject();
        }, what, invariants, FigureVerbs.KpiSheet(KpiCatalog.Shipped, kpis, []));
    }

    private static Sheet Summary(SimulationReport report)
    {
        var plan = report.Plan;
        var sheet = new Sheet("what", "number")
        {
            Title = $"World {plan.World.Name}, seed {plan.Seed}: {Plural.Of(plan.Customers, "customer")} "
                + $"from {plan.Start:yyyy-MM-dd} to {plan.End:yyyy-MM-dd}. {plan.World.About}",
        };
        sheet.Add("journal hash", report.JournalHash);
        sheet.Add("events", report.Events);
        sheet.Add("decisions", report.Decisions);
        foreach (var (kind, count) in report.Actions) sheet.Add($"decided: {kind.Replace('_', ' ')}", count);
        sheet.Add("messages sent", report.MessagesSent);
        sheet.Add("messages that came back", report.MessagesFailed);
        sheet.Add("calls made", report.World.CallsMade);
        sheet.Add("promises", report.World.Promises);
        sheet.Add("complaints", report.World.Complaints);
        sheet.Add("customers who left", report.World.CustomersLeft);
        foreach (var (currency, minor) in report.World.Collected) sheet.Add($"collected, {currency}", Money.Format(minor, Currency.Of(currency)));
        if (report.BroughtByContact is [.., var last])
            foreach (var (currency, minor) in last.Minor)
                sheet.Add($"of that by contact, in this world, {currency}", Money.Format(minor, Currency.Of(currency)));
        return sheet;
    }

    public static void Amounts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, long> sums)
    {
        json.WriteStartObject(name);
        foreach (var (currency, minor) in sums) json.WriteString(currency, Money.Format(minor, Currency.Of(currency)));
        json.WriteEndObject();
    }
}
