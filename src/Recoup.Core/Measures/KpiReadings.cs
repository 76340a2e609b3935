using System.Runtime.InteropServices;
using Recoup.Core.Cells;
using Recoup.Core.Foundation;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Measures;

/// <summary>What one row is about. Portfolio and segment are empty where the question does not split by them; currency is empty for what has none.</summary>
/// <param name="Own">The values of the other dimensions that the question splits by, in its order; see <see cref="OwnValues"/>.</param>
internal readonly record struct KpiGroup(string Currency, string Portfolio, string Segment, string Own = "")
{
    public KpiGroup WithoutCurrency => this with { Currency = "" };
}

/// <summary>
/// What one question reads of a source, each thing once: stocks by day, flows by measure over the longest span
/// that any of its KPIs and days needs. Cells are summed to the question's groups as they come in.
/// </summary>
internal sealed class KpiReadings(IMeasureSource source, KpiQuestion question, IKpiEstimates estimates)
{
    public IKpiEstimates Estimates => estimates;

    /// <summary>As <see cref="IMeasureSource.MinorParts"/>.</summary>
    public int MinorParts => source.MinorParts;

    public bool IsSplitByPortfolio => byPortfolio;

    private bool onlyIsKnown;
    private string? only;

    /// <summary>The portfolio that a group is of: its own, the one that the question keeps to, or the only one there is. Null: it is of several.</summary>
    public string? PortfolioOf(KpiGroup group)
    {
        if (byPortfolio) return group.Portfolio;
        if (portfolioWanted is not null) return portfolioWanted;
        if (!onlyIsKnown)
        {
            var portfolios = Begun.Select(b => b.Portfolio).Distinct(StringComparer.Ordinal).Take(2).ToList();
            (only, onlyIsKnown) = (portfolios.Count == 1 ? portfolios[0] : null, true);
        }
        return only;
    }

    private readonly bool byPortfolio = question.By.Contains(Dimension.Portfolio), bySegment = question.By.Contains(Dimension.Segment);
    private readonly Dimension[] byOwn = [.. question.OwnBy];
    private readonly string? portfolioWanted = question.Only.GetValueOrDefault(Dimension.Portfolio),
        segmentWanted = question.Only.GetValueOrDefault(Dimension.Segment);
    private readonly (Dimension Dimension, string Value)[] ownWanted =
        [.. question.Only.Where(o => !o.Key.IsOfAll).Select(o => (o.Key, o.Value))];

    private readonly Dictionary<DateOnly, Dictionary<KpiGroup, DueLadder>> stocks = [];
    private readonly Dictionary<DateOnly, Dictionary<KpiGroup, long>> unapplied = [];
    private readonly Dictionary<DateOnly, Dictionary<KpiGroup, Dictionary<NextMove, CellValue>>> moves = [];
    private readonly Dictionary<Measure, FlowLedger> flows = [];
    private readonly Dictionary<Measure, (DateOnly From, DateOnly To)> planned = [];
    private readonly Dictionary<Measure, DateOnly?> firstDays = [];
    private readonly Dictionary<(KpiGroup, KpiPeriod, Curve), List<KpiCurveAge>> ages = [];
    private Dictionary<KpiGroup, DateOnly>? beginnings;

    /// <summary>Read once.</summary>
    private IReadOnlyList<(string Portfolio, string Segment, string Currency, DateOnly First)> Begun => field ??= [.. source.Beginnings];

    /// <summary>The things of a curve by age; empty: the group has none.</summary>
    public List<KpiCurveAge> AgesOf(KpiGroup group, KpiPeriod period, Curve curve)
    {
        if (!ages.TryGetValue((group, period, curve), out var found)) ages[(group, period, curve)] = found = curve.Of(this, group, period);
        return found;
    }

    public DateOnly? FirstDay(Measure measure)
    {
        if (!firstDays.TryGetValue(measure, out var day)) firstDays[measure] = day = source.FirstDay(measure);
        return day;
    }

    /// <summary>The first day of which any of them has a cell; null without any.</summary>
    public DateOnly? FirstDay(IEnumerable<Measure> measures) => measures.Select(FirstDay).Min();

    /// <summary>The groups that have had business by a day, each with the first one of it.</summary>
    public IEnumerable<KpiGroup> BegunBy(DateOnly day)
    {
        if (beginnings is null)
        {
            beginnings = [];
            foreach (var (portfolio, segment, currency, first) in Begun)
            {
                if (!IsWanted(portfolio, segment)) continue;
                var group = Group(portfolio, segment, currency);
                if (!beginnings.TryGetValue(group, out var known) || first < known) beginnings[group] = first;
            }
        }
        return beginnings.Where(b => b.Value <= day).Select(b => b.Key);
    }

    private KpiGroup Group(string portfolio, string segment, string currency, string own = "") =>
        new(currency, byPortfolio ? portfolio : "", bySegment ? segment : "", own);

    private bool IsWanted(string portfolio, string segment) =>
        (portfolioWanted ?? portfolio) == portfolio && (segmentWanted ?? segment) == segment;

    /// <summary>Open receivables by due day at the end of the day, for every group that has some.</summary>
    public Dictionary<KpiGroup, DueLadder> StockAt(DateOnly day)
    {
        if (stocks.TryGetValue(day, out var found)) return found;
        var sums = new Dictionary<KpiGroup, SortedDictionary<int, CellValue>>();
        foreach (var stock in source.ExposureByDue(day))
        {
            if (!IsWanted(stock.Portfolio, stock.Segment)) continue;
            ref var ladder = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, Group(stock.Portfolio, stock.Segment, stock.Currency), out _);
            ladder ??= [];
            ladder[stock.DueDay] = ladder.GetValueOrDefault(stock.DueDay) + stock.Value;
        }
        return stocks[day] = sums.ToDictionary(s => s.Key, s => new DueLadder(s.Value));
    }

    public DueLadder StockAt(DateOnly day, KpiGroup group) => StockAt(day).GetValueOrDefault(group) ?? DueLadder.Empty;

    public Dictionary<KpiGroup, long> UnappliedAt(DateOnly day)
    {
        if (unapplied.TryGetValue(day, out var found)) return found;
        found = [];
        foreach (var (portfolio, segment, currency, minor) in source.Unapplied(day).Where(u => IsWanted(u.Portfolio, u.Segment)))
            CollectionsMarshal.GetValueRefOrAddDefault(found, Group(portfolio, segment, currency), out _) += minor;
        return unapplied[day] = found;
    }

    /// <summary>What is overdue at the end of the day and waits for a move; nobody's is what waits for none.</summary>
    public CellValue WaitingAt(DateOnly day, KpiGroup group, NextMove move)
    {
        if (!moves.TryGetValue(day, out var found))
        {
            var told = source.NextMoves(day).Where(s => IsWanted(s.Portfolio, s.Segment)).GroupBy(s => Group(s.Portfolio, s.Segment, s.Currency))
                .ToDictionary(g => g.Key,
                    g => g.GroupBy(s => s.Move).ToDictionary(m => m.Key, m => m.Aggregate(default(CellValue), (sum, s) => sum + s.Value)));
            moves[day] = found = StockAt(day).Keys.Union(told.Keys)
                .ToDictionary(g => g, g => NextMoveReport.Whole(StockAt(day, g).DueBefore(day.DayNumber), told.GetValueOrDefault(g)));
        }
        return found.GetValueOrDefault(group)?.GetValueOrDefault(move) ?? default;
    }

    /// <summary>Says that a span will be wanted, so that the first reading takes it whole.</summary>
    public void Plan(Measure measure, DateOnly from, DateOnly to) =>
        planned[measure] = planned.TryGetValue(measure, out var p) ? (from < p.From ? from : p.From, to > p.To ? to : p.To) : (from, to);

    /// <summary>The first day of sales read so far, or planned to be.</summary>
    public DateOnly SalesReadFrom =>
        flows.TryGetValue(InvoiceChapter.Sales, out var ledger) ? ledger.From
        : planned.TryGetValue(InvoiceChapter.Sales, out var p) ? p.From : DateOnly.MaxValue;

    /// <summary>The measure's flows with at least that span read.</summary>
    public FlowLedger Flows(Measure measure, DateOnly from, DateOnly to)
    {
        if (!flows.TryGetValue(measure, out var ledger))
        {
            Plan(measure, from, to);
            (from, to) = planned[measure];
            flows[measure] = ledger = new FlowLedger(from, to);
            Read(ledger, measure, from, to);
            return ledger;
        }
        if (from < ledger.From)
        {
            var through = ledger.From.Plus(-1);
            ledger.From = from;
            Read(ledger, measure, from, through);
        }
        if (to > ledger.To)
        {
            var after = ledger.To.Plus(1);
            ledger.To = to;
            Read(ledger, measure, after, to);
        }
        return ledger;
    }

    private void Read(FlowLedger ledger, Measure measure, DateOnly from, DateOnly to)
    {
        var split = Array.ConvertAll(byOwn, measure.PlaceOf);
        var wanted = Array.ConvertAll(ownWanted, w => (Place: measure.PlaceOf(w.Dimension), w.Value));
        foreach (var (key, value) in source.Flows(measure, from, to))
        {
            if (!IsWanted(key.Portfolio, key.Segment) || Array.Exists(wanted, w => OwnValues.At(key.Own, w.Place) != w.Value)) continue;
            var own = split.Length == 0 ? "" : OwnValues.Of(Array.ConvertAll(split, place => OwnValues.At(key.Own, place)));
            ledger.Add(Group(key.Portfolio, key.Segment, key.Currency, own), key, value);
        }
    }
}

/// <summary>What is open by due day, summed from the earliest on, so that a bucket costs two searches.</summary>
internal sealed class DueLadder
{
    public static readonly DueLadder Empty = new([]);

    private readonly int[] dues;
    private readonly CellValue[] through;

    public DueLadder(SortedDictionary<int, CellValue> byDue)
    {
        dues = [.. byDue.Keys];
        through = new CellValue[dues.Length];
        var sum = default(CellValue);
        var i = 0;
        foreach (var value in byDue.Values) through[i++] = sum += value;
    }

    public IEnumerable<(int Due, long Minor)> Steps
    {
        get
        {
            for (var i = 0; i < dues.Length; i++) yield return (dues[i], through[i].Minor - (i == 0 ? 0 : through[i - 1].Minor));
        }
    }

    /// <summary>How many items are open by due day.</summary>
    public IEnumerable<(int Due, long Items)> Counts
    {
        get
        {
            for (var i = 0; i < dues.Length; i++) yield return (dues[i], through[i].Count - (i == 0 ? 0 : through[i - 1].Count));
        }
    }

    public CellValue Total => through.Length == 0 ? default : through[^1];

    /// <summary>What is due before that day.</summary>
    public CellValue DueBefore(int day)
    {
        var at = Array.BinarySearch(dues, day);
        var count = at < 0 ? ~at : at;
        return count == 0 ? default : through[count - 1];
    }

    /// <summary>What is due on the days from and to and between.</summary>
    public long DueBetween(int from, int to) => to < from ? 0 : DueBefore(to + 1).Minor - DueBefore(from).Minor;
}

/// <summary>The flows of one measure over the span read so far, by group.</summary>
internal sealed class FlowLedger(DateOnly from, DateOnly to)
{
    private readonly Dictionary<KpiGroup, FlowTrack> tracks = [];

    public DateOnly From { get; set; } = from;

    public DateOnly To { get; set; } = to;

    public IEnumerable<KpiGroup> GroupsBetween(DateOnly first, DateOnly last) => tracks.Where(t => t.Value.Between(first, last).Length > 0).Select(t => t.Key);

    public IEnumerable<KeyValuePair<KpiGroup, FlowTrack>> Tracks => tracks;

    public FlowTrack Of(KpiGroup group) => tracks.GetValueOrDefault(group) ?? FlowTrack.Empty;

    public void Add(KpiGroup group, CellKey key, CellValue value)
    {
        ref var track = ref CollectionsMarshal.GetValueRefOrAddDefault(tracks, group, out _);
        (track ??= new FlowTrack()).Add(key.Day, key.RefDay, key.Measure.Sort == MeasureSort.Days ? key.CountDays() : 0, value);
    }
}

/// <param name="Days">Of a measure over days; 0 of any other.</param>
internal readonly record struct FlowEntry(int Day, int Reference, int Days, CellValue Value);

/// <summary>One group's flows in order of day, summed from the first on.</summary>
internal sealed class FlowTrack
{
    public static readonly FlowTrack Empty = new();

    private readonly Dictionary<(int Day, int Reference, int Days), CellValue> cells = [];
    private FlowEntry[]? entries;
    private CellValue[] through = [];

    public void Add(int day, int reference, int days, CellValue value)
    {
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(cells, (day, reference, days), out _);
        cell += value;
        entries = null;
    }

    public ReadOnlySpan<FlowEntry> Between(DateOnly first, DateOnly last)
    {
        var (from, count) = Range(first, last);
        return entries.AsSpan(from, count);
    }

    public CellValue Sum(DateOnly first, DateOnly last)
    {
        var (from, count) = Range(first, last);
        if (count == 0) return default;
        var until = through[from + count - 1];
        return from == 0 ? until : new CellValue(until.Minor - through[from - 1].Minor, until.Count - through[from - 1].Count);
    }

    private (int From, int Count) Range(DateOnly first, DateOnly last)
    {
        if (entries is null)
        {
            entries = [.. cells.Where(c => !c.Value.IsZero).Select(c => new FlowEntry(c.Key.Day, c.Key.Reference, c.Key.Days,
                c.Value)).OrderBy(e => e.Day).ThenBy(e => e.Reference)];
            through = new CellValue[entries.Length];
            var sum = default(CellValue);
            for (var i = 0; i < entries.Length; i++) through[i] = sum += entries[i].Value;
        }
        var from = FirstAtOrAfter(first.DayNumber);
        var until = FirstAtOrAfter(last.DayNumber + 1);
        return (from, Math.Max(0, until - from));
    }

    private int FirstAtOrAfter(int day)
    {
        var (low, high) = (0, entries!.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (entries[middle].Day < day) low = middle + 1; else high = middle;
        }
        return low;
    }
}
