using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Recoup.Connectors.Files;
using Recoup.Connectors.Mail;
using Recoup.Core;
using Recoup.Core.Decisions;
using Recoup.Core.Foundation;
using Recoup.Core.Cells;
using Recoup.Core.Measures;
using Recoup.Simulation.Business;
using Recoup.Simulation.Weather;
using Recoup.Simulation.Worlds;
using Recoup.Statistics;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Stores;

namespace Recoup.Bench;

/// <summary>
/// What the program makes of worlds and histories, as text in files that two programs can be compared by: states, cells, KPI
/// answers, letters, decisions. tests/guard.sh holds them against those of an earlier program. What is random is left out.
/// </summary>
internal static partial class Guard
{
    /// <summary>A dozen worlds: each kind of world, three seeds, long enough for a ladder to end.</summary>
    private const int Seeds = 4, Customers = 60, Days = 240;

    private const int WeatherSeeds = 6, WeatherCustomers = 40, WeatherDays = 60;

    private const int LedgerAccounts = 1_000, LedgerDays = 30;

    /// <param name="folder">Where the dumps are written, a folder a world.</param>
    /// <param name="sample">A file of the mapping `late-payment-histories`; null: left out.</param>
    public static void Run(string folder, string? sample)
    {
        for (var seed = 1UL; seed <= Seeds; seed++)
            foreach (var spec in WorldTable.All)
                InScratch(scratch => Play(Path.Combine(folder, $"{spec.Name}-{seed}"), spec, seed, scratch));
        for (var seed = 1UL; seed <= WeatherSeeds; seed++)
            InScratch(scratch => PlayInWeather(Path.Combine(folder, $"weather-{seed}"), seed, scratch));
        foreach (var postgres in new[] { false, true })
        {
            if (postgres && PostgresServer.Bin is null)
            {
                Console.Error.WriteLine($"{PostgresServer.Missing}: what PostgreSQL makes of it is not compared");
                continue;
            }
            PlayLedger(Path.Combine(folder, "ledger"), postgres);
            if (sample is not null) PlaySample(Path.Combine(folder, "sample"), sample, postgres);
        }
    }

    private static void InScratch(Action<string> work)
    {
        var scratch = Directory.CreateTempSubdirectory("guard-").FullName;
        try { work(scratch); }
        finally { Directory.Delete(scratch, recursive: true); }
    }

    private static void Play(string folder, WorldSpec spec, ulong seed, string scratch)
    {
        Progress.Say(Path.GetFileName(folder));
        var letters = new StringBuilder();
        var plan = new SimulationPlan(spec, seed, Customers, Days)
        {
            Writer = TemplateWriter.Shipped, Audited = false,
            Copies = (day, sent, _) =>
            {
                foreach (var letter in sent)
                    letters.Append(CultureInfo.InvariantCulture,
                        $"{Store.Day(day)} {letter.Party} {letter.Channel} {letter.Text.To}\n{letter.Text.Subject}\n{letter.Text.Body}\n\n");
            },
        };
        using var business = new SimulatedBusiness(plan, scratch);
        business.Play();
        Dump(folder, business.Store, plan.Start, plan.End);
        File.WriteAllText(Path.Combine(folder, "letters.txt"), letters.ToString());
    }

    private static void PlayInWeather(string folder, ulong seed, string scratch)
    {
        Progress.Say(Path.GetFileName(folder));
        var plan = new WeatherPlan(WorldTable.All[0], seed, WeatherCustomers, WeatherDays) { Writer = TemplateWriter.Shipped };
        using var business = new WeatherBusiness(plan, scratch);
        business.Play();
        Dump(folder, business.Store, plan.Start, plan.End);
    }

    /// <summary>Three years of a thousand accounts, then each day's run for a month; both stores come to the same.</summary>
    private static void PlayLedger(string folder, bool postgres)
    {
        Progress.Say($"ledger, {Ground.NameOf(postgres)}");
        using var ground = new Ground(postgres);
        var file = Path.Combine(ground.Folder, "ledger.csv");
        Ledger.Write(file, Ledger.Opening(LedgerAccounts));
        ground.Import(file, Ledger.Eve, "opening");
        Ledger.Write(file, Ledger.Years(LedgerAccounts));
        ground.Import(file, Ledger.Last, "years");
        for (var i = 0; i < LedgerDays; i++) ground.Run(Ledger.RunOn.AddDays(i), all: false, "run");
        DumpOrCompare(folder, ground, postgres, Ledger.First, Ledger.RunOn.AddDays(LedgerDays - 1));
    }

    private static void PlaySample(string folder, string sample, bool postgres)
    {
        Progress.Say($"sample, {Ground.NameOf(postgres)}");
        using var ground = new Ground(postgres);
        var day = new DateOnly(2014, 1, 1);
        new Intake(ground.Door("import", day)).Take(MappedFile.Read(Mapping.Load("late-payment-histories"), sample), (_, _) => { }, _ => { });
        for (var i = 0; i < 10; i++) ground.Run(day.AddDays(i), all: false, "run");
        DumpOrCompare(folder, ground, postgres, new DateOnly(2012, 1, 1), day.AddDays(9));
    }

    /// <summary>PostgreSQL's dump is not kept beside SQLite's: it must be the same.</summary>
    private static void DumpOrCompare(string folder, Ground ground, bool postgres, DateOnly from, DateOnly to)
    {
        if (!postgres)
        {
            Dump(folder, ground.Store, from, to);
            return;
        }
        var other = folder + "-postgresql";
        Dump(other, ground.Store, from, to);
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            var beside = Path.Combine(other, Path.GetFileName(file));
            if (!File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(beside)))
                throw new InvalidOperationException($"the two stores differ: compare {file} with {beside}");
        }
        Directory.Delete(other, recursive: true);
    }

    // --- the dump ---

    private static void Dump(string folder, Store store, DateOnly from, DateOnly to)
    {
        Directory.CreateDirectory(folder);
        Write("events.txt", Events(store));
        Write("decisions.txt", Decisions(store));
        foreach (var (name, sql) in new[]
        {
            ("parties.txt", "SELECT id, next_review_on, state FROM party"), ("accounts.txt", "SELECT account, party FROM account"),
            ("items.txt", "SELECT p.id, i.account, i.number, i.open, i.due, i.currency, i.state FROM item i JOIN party p ON p.pid = i.pid"),
            ("cash.txt", "SELECT p.id, c.key, c.state FROM cash c JOIN party p ON p.pid = c.pid"),
            ("messages.txt", "SELECT m.id, m.status, m.not_before, m.state FROM message m"),
            ("work.txt", "SELECT w.id, w.open, w.owner, w.state FROM work w"),
        }) Write(name, Rows(store, sql));
        var readings = new Readings(store);
        Write("cells.txt", readings.Read(cells => Cells(cells, from, to)));
        Write("kpis.txt", readings.Read(cells => Kpis(cells, from, to)));

        void Write(string name, IEnumerable<string> lines) => File.WriteAllLines(Path.Combine(folder, name), lines);
    }

    /// <summary>Rows in an order that no store decides, each value as text; each field of a state that is something on a line of its own.</summary>
    private static List<string> Rows(Store store, string sql)
    {
        var lines = new List<string>();
        using var s = store.Own(sql);
        var columns = sql[7..sql.IndexOf(" FROM", StringComparison.Ordinal)].Split(", ")
            .Select(c => c[(c.IndexOf('.', StringComparison.Ordinal) + 1)..]).ToArray();
        while (s.Step())
        {
            var line = new StringBuilder();
            string? state = null;
            for (var i = 0; i < columns.Length; i++)
                if (columns[i] == "state") state = StateText.Of(s.Blob(i));
                else line.Append(i == 0 ? "" : " ").Append(columns[i] switch
                {
                    "open" or "due" or "status" or "not_before" => s.Long(i).ToString(CultureInfo.InvariantCulture),
                    "next_review_on" => s.IsNull(i) ? "-" : s.Long(i).ToString(CultureInfo.InvariantCulture),
                    _ => s.Text(i),
                });
            lines.Add(line.ToString());
            if (state is null) continue;
            using var json = JsonDocument.Parse(state);
            AddFields(lines, line.ToString(), json.RootElement);
        }
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>What a state says, field by field under its place, so that neither the order of fields nor what is nothing makes a difference.</summary>
    private static void AddFields(List<string> lines, string place, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var field in value.EnumerateObject()) AddFields(lines, $"{place} .{field.Name}", field.Value);
                break;
            case JsonValueKind.Array:
                var i = 0;
                foreach (var one in value.EnumerateArray()) AddFields(lines, string.Create(CultureInfo.InvariantCulture, $"{place} [{i++}]"), one);
                break;
            case JsonValueKind.Null or JsonValueKind.False:
                break;
            case JsonValueKind.Number when value.GetRawText() == "0":
                break;
            case JsonValueKind.String:
                lines.Add($"{place} = {Stable($"\"{value.GetString()!.ReplaceLineEndings(" ")}\"")}");
                break;
            default:
                lines.Add($"{place} = {value.GetRawText()}");
                break;
        }
    }

    /// <summary>Seals have random parts, tokens a random key.</summary>
    private static string Stable(string text) => Random().Replace(text, "\"…\"");

    [GeneratedRegex("\"(?:[A-Za-z0-9+/_\\-]{22,}={0,2}|[0-9a-f]{16})\"")]
    private static partial Regex Random();

    private static SortedDictionary<string, int>.KeyCollection Events(Store store)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var p = 0; p < Partition.Count; p++)
            foreach (var (_, row) in store.Journal(p)) counts[row.Kind] = counts.GetValueOrDefault(row.Kind) + 1;
        return new SortedDictionary<string, int>(counts.ToDictionary(c => $"{c.Key} {c.Value.ToString(CultureInfo.InvariantCulture)}",
            c => c.Value), StringComparer.Ordinal).Keys;
    }

    /// <summary>Party, day, step, verdict, reason, and what else a decision says, in the order of each party's history.</summary>
    private static List<string> Decisions(Store store)
    {
        var lines = new List<(string Party, long Seq, string Line)>();
        for (var p = 0; p < Partition.Count; p++)
            foreach (var (_, row) in store.Journal(p))
            {
                if (EventCodec.Decode(row.Kind, row.Version, row.Payload) is not DecisionEvent.Made { Decision: var d }) continue;
                lines.Add((row.Party, row.Seq,
                    string.Join(' ', row.Party, Store.Day(row.EffectiveOn), row.Account, d.Portfolio, d.Segment, d.Strategy, d.Action, d.Rule, d.Step ?? "-",
                    d.Verdict ?? "-", d.GateRule ?? "-", d.Channel ?? "-", d.Template ?? "-", d.Tone ?? "-", d.Score.ToString(CultureInfo.InvariantCulture),
                    d.NotBefore?.ToString("O", CultureInfo.InvariantCulture) ?? "-", string.Join(',', d.Reasons ?? []))));
            }
        return [.. lines.OrderBy(l => l.Party, StringComparer.Ordinal).ThenBy(l => l.Seq).Select(l => l.Line)];
    }

    private static List<string> Cells(IMeasureSource cells, DateOnly from, DateOnly to)
    {
        var lines = new List<string>();
        foreach (var measure in MeasureList.All)
            foreach (var (key, value) in cells.Flows(measure, from.AddYears(-3), to))
                lines.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{measure} {key.Day} {key.RefDay} {key.Portfolio} {key.Segment} {key.Currency} {value.Minor} {value.Count}"
                    + $"{(key.Own.Length == 0 ? "" : " " + key.Own.Replace(OwnValues.Separator, ','))}"));
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static List<string> Kpis(IMeasureSource cells, DateOnly from, DateOnly to)
    {
        var days = new List<DateOnly> { to };
        for (var day = to; day.AddMonths(-1) >= from; day = day.AddMonths(-1)) days.Add(new DateOnly(day.Year, day.Month, 1).AddDays(-1));
        var engine = new KpiEngine(KpiCatalog.Shipped, cells, Estimates.At95);
        var lines = new List<string>();
        foreach (Dimension[] split in new Dimension[][] { [], [Dimension.Portfolio, Dimension.Segment] })
            foreach (var row in engine.Answer(new KpiQuestion([.. days.Order()]) { By = split }))
                lines.Add(Json(row.WriteTo));
        foreach (var row in AgeingReport.Of(cells, to, byPortfolio: true, bySegment: true)) lines.Add(Json(row.WriteTo));
        return lines;
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes)) write(json);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
