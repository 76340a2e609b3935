using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Recoup.Core.Cells;
using Recoup.Core.Measures;
using Recoup.Statistics;
using Recoup.Storage.Work;

namespace Recoup.Bench;

/// <summary>KPIs for 24 month ends by five segments beside SQL over plain tables, and one by HTTP right after a write.</summary>
internal static partial class Sections
{
    private const int KpiRounds = 5;

    private static void Kpi(Ground ground, int accounts, List<Figure> figures)
    {
        var what = $"{ground.StoreName}, {accounts:N0} accounts";
        var ends = KpiSeries.Days(Ledger.First, Ledger.Last, KpiEvery.Month);
        long cells = 0;
        IReadOnlyList<KpiRow> rows = [];
        IReadOnlyList<AgeingRow> ageing = [];
        IReadOnlyList<KpiRow> Answer(params string[] kpis) => new Readings(ground.Store).Read(source =>
        {
            var answer = new KpiEngine(KpiCatalog.Shipped, source, Estimates.At95).Answer(new KpiQuestion(ends) { By = [Dimension.Segment], Kpis = kpis });
            cells = source.CellsRead;
            return answer;
        });

        void Ageing() => ageing = new Readings(ground.Store).Read(source => ends.SelectMany(end => AgeingReport.Of(source, end, bySegment: true)).ToList());

        Progress.Say($"{what}: KPIs for {ends.Count} month ends by segment");
        Host.ForgetPeak();
        var all = Median(() => rows = Answer());
        var peak = Host.PeakMebibytes();
        var three = Median(() =>
        {
            Answer("dso", "cei");
            Ageing();
        });
        var one = Median(() => new Readings(ground.Store)
            .Read(source => new KpiEngine(KpiCatalog.Shipped, source, Estimates.At95).Answer(new KpiQuestion(Ledger.Last) { Kpis = ["dso"] })));

        Progress.Say($"{what}: filling plain tables, then the same series by SQL over them");
        var (plain, sql) = (new Dictionary<(int End, string Segment, string Currency), PlainSums>(), 0.0);
        ground.ByHand(() =>
        {
            PlainLedger.Fill(ground, accounts, ends);
            PlainLedger.Read(ground);
            sql = Time(() => plain = PlainLedger.Read(ground));
        });
        var invoices = ground.Count("plain_invoice");
        PlainLedger.Drop(ground);
        PlainLedger.Compare(plain, ageing, rows);

        Answer();
        figures.Add(new Figure($"all {KpiCatalog.Shipped.All.Count} KPIs, 24 months x segments", all * 1000, Unit.Milliseconds)
        {
            Limit = new Limit("ageing, DSO, CEI by SQL", sql * 1000),
            Note = $"{invoices:N0} invoices, {rows.Count:N0} rows, {cells:N0} cells read of {ground.Count("cell"):N0}, {ground.Count("stock"):N0} stocks",
        });
        figures.Add(new Figure("ageing, DSO, CEI, 24 months", three * 1000, Unit.Milliseconds) { Limit = new Limit("the same by SQL", sql * 1000) });
        figures.Add(new Figure("one DSO of one day", one * 1000, Unit.Milliseconds));
        figures.Add(new Figure("KPIs, peak memory", peak, Unit.Megabytes) { Goal = Goal.Memory });
    }

    private static double Median(Action action)
    {
        var seconds = new double[KpiRounds];
        for (var i = 0; i < seconds.Length; i++) seconds[i] = Time(action);
        Array.Sort(seconds);
        return seconds[KpiRounds / 2];
    }

    // --- by HTTP ---

    private const int Asked = 200, AskedFirst = 20;

    public const string KpiByHttpName = "KPIs by HTTP after a write, p95";

    /// <summary>`recoup serve` on the workspace; each time a payment is sent, and three KPIs asked for as soon as it is durable.</summary>
    private static void KpiByHttp(Ground ground, int accounts, List<Figure> figures)
    {
        Progress.Say($"{ground.StoreName}, {accounts:N0} accounts: KPIs by HTTP right after a write");
        var now = Ledger.Last.AddDays(12);
        var key = new ApiKeys(ground.Store).Add("bench", ApiMay.Read | ApiMay.Write, Ground.At(now))!;
        using var server = new Served(ground.Place, Ground.At(now));
        var (asked, empty) = AskAfterWrites(server, key, accounts).GetAwaiter().GetResult();
        figures.Add(new Figure(KpiByHttpName, Percentile(asked, 95), Unit.Milliseconds)
        {
            Limit = new Limit("an answer of nothing", Percentile(empty, 95)), Goal = Goal.KpiByHttp,
            Note = string.Create(CultureInfo.InvariantCulture, $"p50 {Percentile(asked, 50):F1} ms, of {Asked}"),
        });
        figures.Add(new Figure("the server, peak memory", Host.PeakMebibytes(server.Process), Unit.Megabytes) { Goal = Goal.Memory });
    }

    private static async Task<(double[] Asked, double[] Empty)> AskAfterWrites(Served server, string key, int accounts)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var (asked, empty) = (new double[Asked], new double[Asked]);
        // The first ones are compiling.
        for (var i = -AskedFirst; i < Asked; i++)
        {
            using var content = new StringContent($$"""
                {"type":"payment","key":"kpi-{{i}}","account":"A{{(i + AskedFirst) % accounts:D7}}",
                """ + $$"""
                "on":"{{Ledger.Last:yyyy-MM-dd}}","amount":"1.00","currency":"EUR"}
                """, Encoding.UTF8, "application/json");
            using var sent = await http.PostAsync("/api/v1/inputs", content);
            sent.EnsureSuccessStatusCode();
            var (first, second) = (await Milliseconds("/api/v1/kpis?ids=dso,cei,percent_current"), await Milliseconds("/health/live"));
            if (i >= 0) (asked[i], empty[i]) = (first, second);
        }
        Array.Sort(asked);
        Array.Sort(empty);
        return (asked, empty);

        async Task<double> Milliseconds(string path)
        {
            var watch = Stopwatch.StartNew();
            await http.GetStringAsync(path);
            return watch.Elapsed.TotalMilliseconds;
        }
    }

    private static double Percentile(double[] sorted, int percent) => sorted[sorted.Length * percent / 100];

    /// <summary>The last size's answer beside the first one's: cells, not invoices, are what a KPI reads.</summary>
    public static Figure Growth(Figure few, Figure many, int accounts) =>
        new("the same, beside fewest accounts", many.Value, many.Unit)
        {
            Limit = new Limit($"at {accounts.ToString("N0", CultureInfo.InvariantCulture)} accounts", few.Value), Goal = Goal.NoSlower,
        };
}
