using System.CommandLine;
using Recoup.Connectors.Files;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Statistics;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>replay: a recorded history played day by day into a new workspace, each day's facts and then its run.</summary>
internal static class ReplayVerb
{
    private static readonly string[] Kpis = ["dso", "bpdso", "cei", "percent_current", "recovery_rate"];

    /// <summary>What a day brought and what was decided on it.</summary>
    private sealed record DayRow(DateOnly AsOf, long Inputs, RunReport Run);

    public static Command Replay()
    {
        var file = new Argument<string>("FILE") { Description = "CSV or NDJSON, gzipped or not" };
        var map = new Option<string>("--map")
        {
            Description = $"a mapping file, or a shipped one: {string.Join(", ", Mapping.Shipped)}", Required = true, HelpName = "MAPPING",
        };
        var from = new Option<string>("--from")
        {
            Description = "the first day that is run; what happened before it is taken first", Required = true, HelpName = "DATE",
        };
        var to = new Option<string>("--to") { Description = "the last day; what happened after it is left out", Required = true, HelpName = "DATE" };
        var policyFile = new Option<string?>("--policy") { Description = "a policy file instead of the shipped one", HelpName = "FILE" };
        var verb = new Command("replay", "Plays a recorded history day by day into a new workspace (--data): that day's facts, then the run. Nothing is sent: "
            + "the customers of a history do not react.") { file, map, from, to, policyFile };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path)) throw new UsageException($"there is no file '{path}'");
            var (first, last) = (Session.Day(parsed.GetValue(from)!, "--from"), Session.Day(parsed.GetValue(to)!, "--to"));
            if (last < first) throw new UsageException($"--to: {last:yyyy-MM-dd} is before --from");
            if (Store.Exists(session.Place))
                throw new UsageException($"'{session.Place}' holds data already; a history is played into a new workspace: name another folder with --data");
            var policy = parsed.GetValue(policyFile) is { } name ? PolicyVerbs.Load(session, name) : null;
            var mapping = session.Own.Mapping(parsed.GetValue(map)!);
            return Play(session, MappedFile.Read(mapping, path), first, last, policy);
        });
        return verb;
    }

    private static int Play(Session session, IEnumerable<InputRow> rows, DateOnly first, DateOnly last, Core.Policies.Policy? policy)
    {
        var days = new List<DayRow>();
        var intake = session.Door("import", create: true);
        var run = new DailyRun(session.Door("run", policy: policy));
        var (taken, span) = (0L, last.DayNumber - first.DayNumber + 1);
        var told = 0;
        var report = new Intake(intake).TakeDays(rows, first, last, Reject, (day, soFar) =>
        {
            var inputs = soFar.Inputs.Values.Sum();
            days.Add(new DayRow(day, inputs - taken, run.Run(day, DailyRun.InstantOf(day))));
            taken = inputs;
            Output.Progress($"{day:yyyy-MM-dd}", (double)days.Count / span);
        });
        Output.ProgressDone();
        if (told > 10) Output.Say($"… and {told - 10:N0} more");
        var kpis = new Readings(session.Open())
            .Read(cells => new KpiEngine(KpiCatalog.Shipped, cells, Estimates.At95).Answer(new KpiQuestion(last) { Kpis = Kpis }));
        Print(session.Output, days, report, kpis);
        Output.Say($"The workspace is in {session.Folder}, in shadow: everything was decided and nothing sent. `explain`, `kpi` and `worklist` answer on it.");
        return report.Rejected > 0 ? 3 : 0;

        void Reject(InputRow row, string reason)
        {
            if (told++ >= 10) return;
            Output.ProgressDone();
            Output.Say($"line {row.Line}: {reason}");
        }
    }

    private static void Print(Output output, IReadOnlyList<DayRow> days, IntakeReport report, IReadOnlyList<KpiRow> kpis)
    {
        var actions = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (kind, count) in days.SelectMany(d => d.Run.Actions)) actions[kind] = actions.GetValueOrDefault(kind) + count;
        var kinds = actions.Keys.ToList();
        var sheet = new Sheet(["as of", "inputs", "reviewed", "decisions", .. kinds, "deferred", "blocked"]);
        foreach (var day in days)
            sheet.Add([day.AsOf, day.Inputs, day.Run.Reviewed, day.Run.Decisions, .. kinds.Select(k => (object?)day.Run.Actions.GetValueOrDefault(k)),
                day.Run.Deferred, day.Run.Blocked]);
        var summary = new Sheet("what", "number") { Title = "In all" };
        summary.Add("days", days.Count);
        summary.Add("rows read", report.Read);
        summary.Add("rows rejected", report.Rejected);
        summary.Add("rows later than --to", report.Later);
        summary.Add("inputs", report.Inputs.Values.Sum());
        summary.Add("decisions", days.Sum(d => d.Run.Decisions));
        foreach (var (kind, count) in actions) summary.Add($"decided: {kind.Replace('_', ' ')}", count);
        output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("days");
            foreach (var day in days)
            {
                json.WriteStartObject();
                json.WriteString("as_of", Sheet.Text(day.AsOf));
                json.WriteNumber("inputs", day.Inputs);
                json.WriteNumber("accounts_reviewed", day.Run.Reviewed);
                json.WriteNumber("decisions", day.Run.Decisions);
                json.WriteStartObject("actions");
                foreach (var (kind, count) in day.Run.Actions) json.WriteNumber(kind, count);
                json.WriteEndObject();
                json.WriteNumber("deferred", day.Run.Deferred);
                json.WriteNumber("blocked", day.Run.Blocked);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartObject("summary");
            json.WriteNumber("days", days.Count);
            json.WriteNumber("read", report.Read);
            json.WriteNumber("rejected", report.Rejected);
            json.WriteNumber("later", report.Later);
            json.WriteNumber("inputs", report.Inputs.Values.Sum());
            json.WriteNumber("decisions", days.Sum(d => d.Run.Decisions));
            json.WriteStartObject("actions");
            foreach (var (kind, count) in actions) json.WriteNumber(kind, count);
            json.WriteEndObject();
            json.WriteStartArray("kpis");
            foreach (var row in kpis) row.WriteTo(json);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }, sheet, summary, FigureVerbs.KpiSheet(KpiCatalog.Shipped, kpis, []));
    }
}
