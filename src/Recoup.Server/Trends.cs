using Recoup.Core.Cells;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Server.Parts;

namespace Recoup.Server;

/// <summary>Figures by month over the last year, the month under way last.</summary>
internal static class Trends
{
    private const int MonthsShown = 12;

    public static IReadOnlyList<DateOnly> Months(DateOnly asOf, int months = MonthsShown) =>
        KpiSeries.Days(new DateOnly(asOf.Year, asOf.Month, 1).AddMonths(1 - months), asOf, KpiEvery.Month);

    /// <summary>The month ends before the as-of day.</summary>
    public static IReadOnlyList<DateOnly> PastMonths(DateOnly asOf) => [.. Months(asOf).Where(end => end < asOf)];

    /// <summary>Some KPIs at the past month ends and as of the last day, that one always as it is now.</summary>
    public static IReadOnlyList<KpiRow> Kpis(Desk desk, IReadOnlyList<string> ids, bool byPortfolio)
    {
        var now = desk.Kpis(new KpiQuestion(desk.AsOf) { Kpis = ids, By = byPortfolio ? [Dimension.Portfolio] : [] });
        return [.. desk.PastKpis(byPortfolio).Where(r => ids.Contains(r.Kpi)), .. now];
    }

    /// <summary>Where a KPI's figure should be: its row's target, else, where there is no row, the one of its file. Null: nowhere.</summary>
    public static decimal? Target(KpiDefinition? kpi, KpiRow? row) => row is null ? kpi?.Target : row.Target;

    /// <summary>The KPI that says how low another could be, if only what is not yet due were open; null: none does.</summary>
    public static KpiDefinition? BestPossible(KpiCatalog catalog, KpiDefinition kpi) => kpi.Id == "dso" ? catalog.Find("bpdso") : null;

    /// <summary>Rows of one KPI as a chart has them, oldest first. Targets are of now, also where the rows of past months are a little older.</summary>
    public static IReadOnlyList<ChartPoint> Points(Desk desk, KpiDefinition? kpi, IReadOnlyList<KpiRow> rows) => kpi is null ? [] :
        [.. rows.Select(r => new ChartPoint(r.AsOf, r.Value, KpiEngine.TargetOf(kpi, desk.Controlling, rows[^1].HeldTo, r.AsOf).Value, r.Partial))];

    /// <summary>One KPI by a dimension, and by portfolio where one of these is wanted, over the same days.</summary>
    public static IReadOnlyList<KpiRow> Parts(Desk desk, string id, Dimension dimension, bool byPortfolio) =>
        desk.Kpis(new KpiQuestion(Months(desk.AsOf)) { Kpis = [id], By = By(dimension, byPortfolio) });

    /// <summary>What a page splits by: its dimension, if any, and portfolios before it where one of these is wanted.</summary>
    public static IReadOnlyList<Dimension> By(Dimension? dimension, bool byPortfolio) =>
        [.. (byPortfolio ? [Dimension.Portfolio] : Array.Empty<Dimension>()).Concat(dimension is null ? [] : [dimension]).Distinct()];

    /// <summary>The rows of one KPI for one portfolio and currency, in order of day; of a KPI with a row a bucket the headline's.</summary>
    public static IReadOnlyList<KpiRow> Of(IReadOnlyList<KpiRow> rows, string id, string? portfolio, string? currency) =>
        [.. rows.Where(r =>
            r.Kpi == id && (portfolio is null || r.Portfolio == portfolio || r.Portfolio is null) && (r.Currency is null || r.Currency == currency))
            .GroupBy(r => r.AsOf).OrderBy(g => g.Key).Select(g => g.OrderByDescending(r => r.Currency is not null).First())];

    /// <summary>The currency shown unless another is chosen: in which most items are open. Null: there is none.</summary>
    public static string? Main(Desk desk, string? portfolio, IReadOnlyList<string> currencies)
    {
        var open = desk.Ageing(desk.AsOf, byPortfolio: portfolio is not null).Where(r => portfolio is null || r.Group.Portfolio == portfolio).ToList();
        return currencies.OrderByDescending(c => open.Where(r => r.Group.Currency == c).Sum(r => r.OpenItems)).FirstOrDefault();
    }

    /// <summary>Payments less reversals by month, in major units of the currency.</summary>
    public static IReadOnlyList<ChartPoint> Cash(Desk desk, string? portfolio, string? currency)
    {
        if (currency is null) return [];
        return desk.Remember($"cash/{portfolio}/{currency}", () =>
        {
            var ends = Months(desk.AsOf);
            var first = new DateOnly(ends[0].Year, ends[0].Month, 1);
            var sums = desk.Readings.Read(cells => cells.Flows(ReceivableChapter.CashReceived, first, desk.AsOf)
                .Where(c => c.Key.Currency == currency && (portfolio is null || c.Key.Portfolio == portfolio))
                .GroupBy(c => DateOnly.FromDayNumber(c.Key.Day) is var day ? (day.Year, day.Month) : default)
                .ToDictionary(g => g.Key, g => g.Sum(c => c.Value.Minor)));
            return ends.Select(end => new ChartPoint(end,
                Core.Foundation.Money.ToMajor(sums.GetValueOrDefault((end.Year, end.Month)), Core.Foundation.Currency.Of(currency)))).ToList();
        });
    }
}
