using System.CommandLine;
using System.Text;
using Recoup.Connectors.Files;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Simulation;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>
/// A small business in one command: receivables that the project makes itself go the same way as a user's own,
/// some weeks are run day by day, and then the figures, the messages and the next steps are shown.
/// </summary>
internal static class DemoVerb
{
    private const ulong Seed = 7;
    private const int Accounts = 240;
    private const int Weeks = 6;
    private const string Marker = "made-by-recoup-demo";
    private static readonly DateOnly From = new(2025, 6, 1);
    private static readonly DateOnly FirstRun = new(2026, 1, 12);
    private static readonly DateOnly LastRun = FirstRun.AddDays(Weeks * 7 - 1);

    public static Command Demo()
    {
        var serve = new Option<bool>("--serve") { Description = "then serve its pages, on the demo's own clock" };
        var verb = new Command("demo", "A small business in one command: some weeks of work, then its KPIs, ageing, messages and worklist.") { serve };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            if (parsed.GetValue(Session.Data) is null && Environment.GetEnvironmentVariable("RECOUP_DATA") is not { Length: > 0 }) session.Folder = "recoup-demo";
            Prepare(session.Folder);
            var clock = new DemoClock();
            session.Clock = clock;
            var file = Path.Combine(session.Folder, "sample.csv");
            var rows = Write(file);
            var random = new SplitMix(Seed);
            session.Open(create: true, random.Fill);

            Output.Say($"{Accounts} customers and {rows:N0} invoices were made from seed {Seed}: {file}");
            var totals = Play(session, clock, file);
            Show(session, totals);
            if (!parsed.GetValue(serve)) return 0;
            session.Clock = new ServeVerb.ClockFrom(clock.Now);
            ServeVerb.Serve(session, ServeVerb.DefaultUrl, ServeVerb.DefaultRunAt, beats: true);
            return 0;
        });
        return verb;
    }

    private sealed class DemoClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed record Totals(int Decisions, SortedDictionary<string, int> Actions, int Sent);

    /// <summary>The demo makes its folder anew each time; one that it did not make it leaves alone.</summary>
    private static void Prepare(string folder)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            if (!File.Exists(Path.Combine(folder, Marker))) throw new UsageException($"the folder '{folder}' holds something that the demo did not make. Name another with --data.");
            Directory.Delete(folder, recursive: true);
        }
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, Marker), "This folder was made by `recoup demo`, which makes it anew each time.\n");
    }

    private static int Write(string file)
    {
        var text = new StringBuilder();
        CsvText.AppendLine(text, [.. SampleReceivables.Columns]);
        var rows = 0;
        foreach (var row in SampleReceivables.Rows(Seed, Accounts, From, LastRun))
        {
            CsvText.AppendLine(text, [.. row]);
            rows++;
        }
        File.WriteAllText(file, text.ToString());
        return rows;
    }

    private static Totals Play(Session session, DemoClock clock, string file)
    {
        var mapping = Mapping.Load("receivables");
        var actions = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var (decisions, sent) = (0, 0);
        for (var day = FirstRun.AddDays(-1); day <= LastRun; day = day.AddDays(1))
        {
            clock.Now = DailyRun.InstantOf(day, DateTimeOffset.MaxValue, "UTC");
            new Intake(session.Door("import")).TakeUntil(MappedFile.Read(mapping, file), day, (row, reason) => throw new InvalidOperationException($"line {row.Line}: {reason}"));
            if (day < FirstRun)
            {
                Portfolios(session.Door("import"));
                WorkVerbs.Switch(session.Door("import"), "live", "the demo", "demo/live");
                continue;
            }
            var report = new DailyRun(session.Door("run")).Run(day, clock.Now, acceptVolume: true);
            decisions += report.Decisions;
            foreach (var (kind, count) in report.Actions) actions[kind] = actions.GetValueOrDefault(kind) + count;
            clock.Now = clock.Now.AddMinutes(5);
            sent += new Dispatcher(session.Door("dispatch"), session.Channels()).Dispatch(clock.Now).Sent;
            Output.Progress($"{day:yyyy-MM-dd}", (double)(day.DayNumber - FirstRun.DayNumber + 1) / (Weeks * 7));
        }
        Output.ProgressDone();
        return new Totals(decisions, actions, sent);
    }

    private static void Portfolios(Door door)
    {
        var problems = new List<InputProblem>();
        foreach (var json in new[]
        {
            """{"type":"portfolio","key":"demo/dach","portfolio":"DACH","name":"Germany, Austria, Switzerland","creditor":"Muster Werkzeuge GmbH","sender":"buchhaltung@muster.example","bank_details":"IBAN DE02 1203 0000 0000 2020 51","time_zone":"Europe/Berlin","calendar":"target"}""",
            """{"type":"portfolio","key":"demo/uk","portfolio":"UK","name":"United Kingdom","creditor":"Muster Tools Ltd","sender":"accounts@muster.example","bank_details":"Sort code 00-00-00, account 00000000","time_zone":"Europe/London","calendar":"weekdays"}""",
        })
        {
            var input = InputJson.Parse(Encoding.UTF8.GetBytes(json), "demo", problems);
            Invariant.Holds(input is not null, string.Join("; ", problems));
            door.Take([new InputUnit(0, [input])]);
        }
    }

    private static void Show(Session session, Totals totals)
    {
        var output = session.Output;
        var readings = new Readings(session.Open());
        var nothing = new HashSet<string>(StringComparer.Ordinal);
        var catalog = KpiCatalog.Shipped;
        var kpis = readings.Read(cells => new KpiEngine(catalog, cells).Answer(new KpiQuestion(LastRun) { Kpis = ["dso", "bpdso", "cei", "percent_current", "recovery_rate", "proactive_collection_actions"] }));
        var did = new Sheet("what", "number") { Title = $"What Recoup did from {FirstRun:yyyy-MM-dd} to {LastRun:yyyy-MM-dd}" };
        did.Add("decisions, each with its reasons", totals.Decisions);
        foreach (var (kind, count) in totals.Actions) did.Add($"decided: {kind.Replace('_', ' ')}", count);
        did.Add("messages sent", totals.Sent);
        var work = readings.Worklist(null, 5);
        var ageing = readings.Read(cells => AgeingReport.Of(cells, LastRun));
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteString("data", session.Folder);
            json.WriteNumber("decisions", totals.Decisions);
            json.WriteStartObject("actions");
            foreach (var (kind, count) in totals.Actions) json.WriteNumber(kind, count);
            json.WriteEndObject();
            json.WriteNumber("sent", totals.Sent);
            json.WriteStartArray("kpis");
            foreach (var row in kpis) row.WriteTo(json);
            json.WriteEndArray();
            json.WriteStartArray("ageing");
            foreach (var row in ageing) row.WriteTo(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }, did, FigureVerbs.KpiSheet(catalog, kpis, nothing), FigureVerbs.AgeingSheet(ageing, LastRun, nothing), PeopleVerbs.WorklistSheet(work));
        if (!output.IsTable) return;

        var mail = Directory.EnumerateFiles(session.Open().MailFolder, "*.eml").Order(StringComparer.Ordinal).LastOrDefault();
        var account = work.Count > 0 ? work[0].Work.Account : "D10000";
        Output.Say($"""
            Next, with `recoup` for `dotnet run --project src/Recoup.Cli --`:

              recoup --data {session.Folder} explain {account}              why this was done about the first of the worklist
              recoup --data {session.Folder} drill d61_90                   which items make up the 61-90 bucket
              recoup --data {session.Folder} kpi dso --from 2025-10-01 --to {LastRun:yyyy-MM-dd}    a KPI over time
              recoup --data {session.Folder} audit verify --anchor {Path.Combine(session.Folder, "anchors")}   whether anything was altered
            """);
        if (mail is not null) Output.Say($"  a message as it was sent: {mail}");
    }
}
