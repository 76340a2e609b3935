using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Simulation.Business;
using Recoup.Statistics;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>What the demo tells: what was owed, what Recoup did, what came back, what to do next.</summary>
internal static class DemoStory
{
    private static readonly string[] Trend = ["dso", "cei"];
    private static readonly HashSet<string> Unsplit = new(StringComparer.Ordinal);

    public static void Tell(Output output, string folder, Store store, SimulationReport report)
    {
        var (plan, readings) = (report.Plan, new Readings(store));
        var eve = plan.Start.AddDays(plan.QuietDays - 1);
        var before = readings.Read(cells => AgeingReport.Of(cells, eve));
        var after = readings.Read(cells => AgeingReport.Of(cells, plan.End));
        var months = Enumerable.Range(1, 12).Select(m => plan.Start.AddMonths(m).AddDays(-1)).ToList();
        var kpis = readings.Read(cells => new KpiEngine(KpiCatalog.Shipped, cells, Estimates.At95).Answer(new KpiQuestion(months) { Kpis = Trend }));
        var work = new WorklistReadings(store, new DateTimeOffset(plan.End, TimeOnly.MaxValue, TimeSpan.Zero)).List(null, null, null, 5).Rows;
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteString("data", folder);
            json.WriteString("switched_on", Sheet.Text(eve.AddDays(1)));
            json.WriteNumber("decisions", report.Decisions);
            json.WriteStartObject("actions");
            foreach (var (kind, count) in report.Actions) json.WriteNumber(kind, count);
            json.WriteEndObject();
            json.WriteNumber("sent", report.MessagesSent);
            json.WriteNumber("calls", report.World.CallsMade);
            json.WriteNumber("promises", report.World.Promises);
            json.WriteNumber("complaints", report.World.Complaints);
            SimulateVerbs.Amounts(json, "billed", report.World.Billed);
            SimulateVerbs.Amounts(json, "collected", report.World.Collected);
            SimulateVerbs.Amounts(json, "brought_by_contact", report.BroughtByContact[^1].Minor);
            json.WriteStartArray("kpis");
            foreach (var row in kpis) row.WriteTo(json);
            json.WriteEndArray();
            foreach (var (name, rows) in new[] { ("ageing_before", before), ("ageing", after) })
            {
                json.WriteStartArray(name);
                foreach (var row in rows) row.WriteTo(json);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }, Owed(before, eve), Did(report, eve), CameBack(report), Months(report, kpis, months, eve), Owed(after, plan.End), PeopleVerbs.WorklistSheet(work));
        if (output.IsTable) Next(folder, store, work.Count > 0 ? work[0].Work.Account : "C00001", plan);
    }

    private static Sheet Owed(IReadOnlyList<AgeingRow> rows, DateOnly day) => FigureVerbs.AgeingSheet(rows, day, Unsplit);

    private static Sheet Did(SimulationReport report, DateOnly eve)
    {
        var sheet = new Sheet("what", "number")
        {
            Title = $"What Recoup did from {eve.AddDays(1):yyyy-MM-dd}, when it was switched on, to {report.Plan.End:yyyy-MM-dd}",
        };
        sheet.Add("decisions, each with its reasons", report.Decisions);
        foreach (var (kind, count) in report.Actions) sheet.Add($"decided: {kind.Replace('_', ' ')}", count);
        sheet.Add("messages sent", report.MessagesSent);
        sheet.Add("messages that came back", report.MessagesFailed);
        sheet.Add("calls that agents made from the worklist", report.World.CallsMade);
        sheet.Add("promises", report.World.Promises);
        sheet.Add("complaints", report.World.Complaints);
        return sheet;
    }

    private static Sheet CameBack(SimulationReport report)
    {
        var sheet = new Sheet("currency", "billed in the year", "collected in the year", "more than without any contact")
        {
            Title = "What came back. The last column only a simulated world can know: what the same customers would have paid by themselves",
        };
        foreach (var (currency, billed) in report.World.Billed)
            sheet.Add(currency, Amount(billed, currency), Amount(report.World.Collected.GetValueOrDefault(currency), currency),
                Amount(report.BroughtByContact[^1].Minor.GetValueOrDefault(currency), currency));
        return sheet;
    }

    /// <summary>
    /// A row a month. Sales being what they are, days sales outstanding without contact are those with it times what would be
    /// open over what is.
    /// </summary>
    private static Sheet Months(SimulationReport report, IReadOnlyList<KpiRow> kpis, IReadOnlyList<DateOnly> months, DateOnly eve)
    {
        var currencies = report.World.Billed.Keys.ToList();
        var sheet = new Sheet(["month end", "Recoup", .. currencies.SelectMany(c => new[] { $"DSO {c}", "without contact", $"CEI {c}" })])
        {
            Title = "Month by month: days sales outstanding, what they would have been without contact, and collection effectiveness in percent",
        };
        foreach (var month in months)
        {
            var cells = new List<object?> { month, month > eve ? "on" : "off" };
            foreach (var currency in currencies)
            {
                KpiRow? Of(string kpi) => kpis.FirstOrDefault(k => k.Kpi == kpi && k.AsOf == month && k.Currency == currency);
                var brought = Money.ToMajor(report.BroughtByContact.First(b => b.Day == month).Minor.GetValueOrDefault(currency), Currency.Of(currency));
                cells.Add(Rounded(Of("dso")?.Value));
                cells.Add(Of("dso") is { Numerator: > 0 and var open, Value: { } days } ? Rounded(days * (open + brought) / open) : null);
                cells.Add(Rounded(Of("cei")?.Value));
            }
            sheet.Add([.. cells]);
        }
        return sheet;
    }

    private static object? Rounded(decimal? figure) => figure is { } value ? Math.Round(value, 1) : null;

    private static void Next(string folder, Store store, string account, SimulationPlan plan)
    {
        Output.Say($"""
            Next, with `recoup` for `dotnet run --project src/Recoup.Cli -c Release --`:

              recoup --data {folder} serve                       the same in a browser, at {ServeVerb.DefaultUrl}: open the link that it prints
              recoup --data {folder} worklist                    what people should do next, best first
              recoup --data {folder} explain {account}              why this was done about the first of it
              recoup --data {folder} drill d61_90                which items make up the 61-90 bucket
              recoup --data {folder} kpi dso --from {plan.Start:yyyy-MM-dd} --to {plan.End:yyyy-MM-dd}    a KPI over time
              recoup --data {folder} policy show > mine.yaml     the policy, to change and compare: recoup policy simulate mine.yaml
              recoup --data {folder} audit verify --anchor {Path.Combine(folder, "anchors")}    whether anything was altered
            """);
        if (Directory.Exists(store.MailFolder) && Directory.EnumerateFiles(store.MailFolder, "*.eml").Order(StringComparer.Ordinal).LastOrDefault() is { } mail)
            Output.Say($"  a message as it was sent, of the last week's: {mail}");
    }

    private static string Amount(long minor, string currency) => Money.Format(minor, Currency.Of(currency));
}
