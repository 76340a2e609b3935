using System.Collections.Frozen;
using Recoup.Core.Cells;
using Recoup.Core.Controlling;
using Recoup.Core.Foundation;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Measures;

/// <summary>What a formula is read against: one group over one period, and one bucket where a KPI has a row for each.</summary>
internal sealed class KpiScope(KpiReadings readings, KpiGroup group, KpiPeriod period, int? fromBucket, int? cohortAge = null,
    ControllingFacts? controlling = null)
{
    private CountBackResult? countBack;
    private RollMatrix? roll;
    private Dictionary<string, KpiCurve>? curves;
    private KpiCohort? cohort;
    private EffortCurve? effort;

    public KpiPeriod Period => period;

    public int FromBucket => fromBucket ?? throw new InvariantBrokenException("a formula read from_bucket without one");

    /// <summary>Set once the formula counted back.</summary>
    public CountBackResult? CountedBack => countBack;

    public CountBackResult CountBack => countBack ??= Measures.CountBack.Of(readings, group, period.Last);

    /// <summary>Of what began in the window; see <see cref="Measures.Curve"/>.</summary>
    public KpiCurve Curve(string name)
    {
        curves ??= new(StringComparer.Ordinal);
        if (!curves.TryGetValue(name, out var curve))
            curves[name] = curve = readings.Estimates.Curve(readings.AgesOf(group, period, Measures.Curve.Named(name)));
        return curve;
    }

    /// <summary>Why a curve that the formulas asked for has no median; null: each has one, or none was asked for.</summary>
    public string? NoMedian => curves?.Select(c => Measures.Curve.Named(c.Key).WhyNoMedian(c.Value)).FirstOrDefault(why => why is not null);

    /// <summary>The interval at 95% of a share; null where it is a share of nothing, of more than all, or of no whole numbers.</summary>
    public (decimal Low, decimal High)? Share(decimal? events, decimal? of) =>
        events is { } e && of is { } n && n >= 1 && n <= long.MaxValue && e >= 0 && e <= n && decimal.IsInteger(e) && decimal.IsInteger(n)
            ? readings.Estimates.Share((long)e, (long)n) : null;

    /// <summary>The same, from one bucket; the matrix is worked out once for all of them.</summary>
    public KpiScope From(int bucket) => new(readings, group, period, bucket, cohortAge, controlling) { roll = Roll };

    public RollMatrix Roll => roll ??= RollMatrix.Of(readings, group, period);

    public FlowTrack Flows(Measure measure) =>
        readings.Flows(measure, period.First, period.Last).Of(measure.IsWithoutMoney ? group.WithoutCurrency : group);

    /// <summary>All that made a number that stands what it is, from the first day on.</summary>
    public FlowTrack Standing(Measure measure) =>
        readings.Flows(measure, DateOnly.MinValue, period.Last).Of(measure.IsWithoutMoney ? group.WithoutCurrency : group);

    /// <summary>What people's effort of the window was, and could have been.</summary>
    public EffortCurve Effort => effort ??= new EffortCurve(Flows(EffortChapter.Effort), Standing(EffortChapter.EffortRoom), period);

    public decimal Major(long minor) =>
        group.Currency.Length == 0 ? minor : Money.ToMajor(minor, Currency.Of(group.Currency)) / readings.MinorParts;

    /// <summary>What a measure came to in the window; null where it is told out of books, and nothing of it was.</summary>
    public CellValue? Over(Measure measure)
    {
        var flows = Flows(measure);
        return measure.IsTold && flows.Between(period.First, period.Last).Length == 0 ? null : flows.Sum(period.First, period.Last);
    }

    /// <summary>Of items that had become overdue the KPI's age before.</summary>
    public KpiCohort Cohort => cohort ??= new KpiCohort(readings, group, period, cohortAge
        ?? throw new InvariantBrokenException("a formula read a cohort without an age"));

    /// <summary>Each amount of the window times the days that it had taken.</summary>
    public decimal SumDays(Measure measure)
    {
        decimal sum = 0;
        foreach (var entry in Flows(measure).Between(period.First, period.Last)) sum += (decimal)entry.Value.Minor * entry.Days;
        return group.Currency.Length == 0 ? sum : sum / Currency.Of(group.Currency).MinorPerMajor / readings.MinorParts;
    }

    /// <summary>Of what is counted in the window the days by which half had happened; null: nothing is.</summary>
    public int? MedianDays(Measure measure)
    {
        var byDays = new SortedDictionary<int, long>();
        foreach (var entry in Flows(measure).Between(period.First, period.Last))
            byDays[entry.Days] = byDays.GetValueOrDefault(entry.Days) + entry.Value.Count;
        var (all, sum) = (byDays.Values.Sum(), 0L);
        foreach (var (days, count) in byDays)
            if ((sum += count) * 2 >= all && sum > 0) return days;
        return null;
    }

    /// <summary>Names of figures that a formula asked for and nobody told; null: none.</summary>
    public string? MissingFigure { get; private set; }

    /// <summary>A figure from other books, for the row's portfolio; null where there is none.</summary>
    public decimal? Figure(string name)
    {
        var figure = FigureIfTold(name);
        if (figure is null) MissingFigure = MissingFigure is { } others && others != name ? $"{others}, {name}" : name;
        return figure;
    }

    /// <summary>The same; a formula that asks so has another number where there is none.</summary>
    public decimal? FigureIfTold(string name) => (controlling?.Figures.For(name, readings.PortfolioOf(group), period.First, period.Last)
        // Of the only portfolio there is what is told of all together is told of it.
        ?? (readings.IsSplitByPortfolio ? null : controlling?.Figures.For(name, null, period.First, period.Last)))?.Value;

    public decimal Stock(string name, DateOnly day)
    {
        if (name == KpiVocabulary.Unapplied) return Major(readings.UnappliedAt(day).GetValueOrDefault(group));
        if (KpiVocabulary.MoveOf(name) is { } move) return Major(readings.WaitingAt(day, group, move).Minor);
        if (MeasureList.ByName.GetValueOrDefault(name) is { IsStanding: true } standing)
        {
            var stands = Standing(standing).Sum(DateOnly.MinValue, day);
            return standing.Counts is null ? Major(stands.Minor) : stands.Count;
        }
        var ladder = readings.StockAt(day, group);
        return name switch
        {
            "open_items" => ladder.Total.Count,
            "receivables" => Major(ladder.Total.Minor),
            "overdue" => Major(ladder.DueBefore(day.DayNumber).Minor),
            "from_bucket" => Major(Bucket(ladder, FromBucket, day)),
            _ => Major(Bucket(ladder, KpiVocabulary.BucketOf(name), day)),
        };
    }

    /// <summary>Overdue on the first day of the window as it opens: what the eve left open that was due on the eve or before.</summary>
    public long OverdueAtStart => readings.StockAt(period.Eve, group).DueBefore(period.First.DayNumber).Minor;

    /// <summary>
    /// What was still open at the end of its due day, for the due days whose next day is in the window: an item due
    /// on the eve is overdue from the start and not among it, one due on the as-of day is not overdue yet.
    /// </summary>
    public long FellOverdue
    {
        get
        {
            var (first, last) = (period.First.DayNumber, period.Last.DayNumber - 1);
            if (last < first) return 0;
            var sum = readings.StockAt(period.Eve, group).DueBetween(first, last);
            var moves = readings.Flows(ReceivableChapter.ExposureStock, period.First, period.Last).Of(group);
            foreach (var entry in moves.Between(period.First, period.Last.AddDays(-1)))
                if (entry.Reference >= first && entry.Reference <= last && entry.Day <= entry.Reference) sum += entry.Value.Minor;
            return sum;
        }
    }

    /// <summary>Of the window's flows, those on items issued before its first day.</summary>
    public long IssuedBefore(Measure measure)
    {
        long sum = 0;
        foreach (var entry in Flows(measure).Between(period.First, period.Last))
            if (entry.Reference < period.First.DayNumber) sum += entry.Value.Minor;
        return sum;
    }

    private static long Bucket(DueLadder ladder, int bucket, DateOnly day)
    {
        // Bucket b holds the due days that are Starts[b-1] to Starts[b]-1 days past; the first is open-ended ahead, the last behind.
        var youngest = bucket == 0 ? ladder.Total.Minor : ladder.DueBefore(day.DayNumber - Ageing.BucketStarts[bucket - 1] + 1).Minor;
        var older = bucket == KpiVocabulary.LastBucket ? 0 : ladder.DueBefore(day.DayNumber - Ageing.BucketStarts[bucket] + 1).Minor;
        return youngest - older;
    }
}

/// <summary>
/// The words of KPI formulas, beside those that every expression has. docs/kpis.md explains them to people who
/// write formulas; a test holds the two together.
/// </summary>
internal static class KpiVocabulary
{
    public const string Unapplied = "unapplied";

    /// <summary>Takes the name of a figure from other books, as a text.</summary>
    public const string Figure = "figure";

    /// <summary>The same, and a number to go by where nobody told it.</summary>
    public const string FigureOr = "figure_or";

    /// <summary>Before the word of a next move: what is overdue and waits for it.</summary>
    private const string WaitsFor = "waits_for_";

    /// <summary>The move that a stock waits for; null: it is another stock.</summary>
    public static NextMove? MoveOf(string stock) =>
        stock.StartsWith(WaitsFor, StringComparison.Ordinal) ? NextMove.Of(stock[WaitsFor.Length..]) : null;

    public const int LastBucket = RollMatrix.Buckets - 1;

    /// <summary>What <c>count(…)</c> takes: measures whose cells count something.</summary>
    public static readonly FrozenSet<string> Counted =
        MeasureList.All.Where(m => m.IsCounted).Select(m => m.Name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What <c>sum(…)</c> takes: measures whose cells have an amount.</summary>
    public static readonly FrozenSet<string> Summed =
        MeasureList.All.Where(m => m.IsSummed).Select(m => m.Name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What <c>start(…)</c> and <c>end(…)</c> take of what is open.</summary>
    public static readonly FrozenSet<string> OpenStocks = new[] { "receivables", "overdue", "open_items", Unapplied, "from_bucket" }
        .Concat(Ageing.BucketNames).Concat(NextMove.All.Select(m => WaitsFor + m)).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What <c>start(…)</c> and <c>end(…)</c> take.</summary>
    public static readonly FrozenSet<string> Stocks = OpenStocks.Except(["from_bucket"])
        .Concat(MeasureList.All.Where(m => m.IsStanding).Select(m => m.Name)).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Functions of a curve over items.</summary>
    public static readonly FrozenSet<string> OfCurves = new[]
    {
        "km_median", "km_median_low", "km_median_high", "km_quartile", "km_items", "km_events", "km_at_risk",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Of what there are curves.</summary>
    private static readonly FrozenSet<string> Curves = Curve.All.Select(c => c.Name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What <c>sum_days(…)</c> takes: amounts of which each says how long it had taken.</summary>
    private static readonly FrozenSet<string> OfDays =
        MeasureList.All.Where(m => m.Sort == MeasureSort.Days).Select(m => m.Name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What <c>median_days(…)</c> takes: of these, those that count something.</summary>
    private static readonly FrozenSet<string> CountedDays = OfDays.Where(Counted.Contains).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Words of a KPI that has a cohort_age, each with what is read for it.</summary>
    public static readonly FrozenDictionary<string, IReadOnlyList<Measure>> OfCohorts = new Dictionary<string, IReadOnlyList<Measure>>
    {
        ["cohort_overdue"] = [ReceivableChapter.ExposureStock], ["cohort_items"] = [ReceivableChapter.ExposureStock],
        ["cohort_recovered"] = [ReceivableChapter.CashOnOverdue], ["cohort_settled"] = [ItemEnds.SettledAfter],
        ["cohort_written_off"] = [ItemEnds.WrittenOffAfter], ["cohort_cancelled"] = [ItemEnds.CancelledAfter],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>For KPIs of the as-of day alone.</summary>
    public static readonly Symbols<KpiScope> OfPoint = Point(new Symbols<KpiScope>(), Stocks);

    /// <summary>For KPIs over a window.</summary>
    public static readonly Symbols<KpiScope> OfWindow = Window(Point(new Symbols<KpiScope>(), Stocks), Stocks);

    /// <summary>For KPIs over a window with a row for each ageing bucket that a balance came from.</summary>
    public static readonly Symbols<KpiScope> OfBucket = Bucket();

    /// <summary>For bands.</summary>
    public static readonly Symbols<decimal> OfValue = new Symbols<decimal>().Number("value", v => v);

    public static int BucketOf(string name)
    {
        for (var i = 0; i < Ageing.BucketNames.Count; i++)
            if (Ageing.BucketNames[i] == name) return i;
        throw new InvariantBrokenException($"'{name}' is no ageing bucket");
    }

    private static Symbols<KpiScope> Point(Symbols<KpiScope> symbols, FrozenSet<string> stocks) => symbols
        .NameFunction("end", stocks, ValueKind.Number, (s, name) => Value.Of(s.Stock(name, s.Period.Last)))
        .NameFunction("count_back", Only("sales"), ValueKind.Number, (s, _) => Value.Of(s.CountBack.Days));

    private static Symbols<KpiScope> Window(Symbols<KpiScope> symbols, FrozenSet<string> stocks) => Curved(symbols)
        .NameFunction("start", stocks, ValueKind.Number, (s, name) => Value.Of(s.Stock(name, s.Period.Eve)))
        .NameFunction("sum", Summed, ValueKind.Number, (s, name) => s.Over(MeasureList.ByName[name]) is { } sum ? Value.Of(s.Major(sum.Minor))
            : Value.None(ValueKind.Number))
        .NameFunction("count", Counted, ValueKind.Number, (s, name) => s.Over(MeasureList.ByName[name]) is { } sum ? Value.Of((decimal)sum.Count)
            : Value.None(ValueKind.Number))
        .NameFunction("sum_issued_before", Only("cash_applied"), ValueKind.Number, (s, name) => Value.Of(s.Major(s.IssuedBefore(MeasureList.ByName[name]))))
        .Function(Figure, [ValueKind.Text], ValueKind.Number, (s, v) => v[0].HasValue && s.Figure(v[0].AsText) is { } figure ? Value.Of(figure)
            : Value.None(ValueKind.Number))
        .Function(FigureOr, [ValueKind.Text, ValueKind.Number], ValueKind.Number, (s, v) =>
            v[0].HasValue && s.FigureIfTold(v[0].AsText) is { } told ? Value.Of(told) : v[1])
        .NameFunction("sum_days", OfDays, ValueKind.Number, (s, name) => Value.Of(s.SumDays(MeasureList.ByName[name])))
        .NameFunction("median_days", CountedDays, ValueKind.Number, (s, name) => s.MedianDays(MeasureList.ByName[name]) is { } days ? Value.Of((decimal)days)
            : Value.None(ValueKind.Number))
        .NameFunction("effort_best", Only(EffortChapter.EffortRoom.Name), ValueKind.Number, (s, _) => Value.Of(s.Major(s.Effort.Best)))
        .Function("effort_on_top", [ValueKind.Number], ValueKind.Number, (s, v) => v[0].HasValue && s.Effort.ShareOnTop(v[0].AsNumber) is { } share
            ? Value.Of(share) : Value.None(ValueKind.Number))
        .Number("cohort_overdue", s => s.Major(s.Cohort.Overdue.Minor))
        .Number("cohort_items", s => s.Cohort.Overdue.Count)
        .Number("cohort_recovered", s => s.Major(s.Cohort.Recovered))
        .Number("cohort_settled", s => s.Cohort.Ended(ItemEnds.SettledAfter))
        .Number("cohort_written_off", s => s.Cohort.Ended(ItemEnds.WrittenOffAfter))
        .Number("cohort_cancelled", s => s.Cohort.Ended(ItemEnds.CancelledAfter))
        .Number("overdue_at_start", s => s.Major(s.OverdueAtStart))
        .Number("fell_overdue", s => s.Major(s.FellOverdue))
        .Number("days", s => s.Period.Days)
        .Number("months", s => s.Period.Months);

    private static Symbols<KpiScope> Curved(Symbols<KpiScope> symbols)
    {
        return symbols
            .NameFunction("km_median", Curves, ValueKind.Number, (s, name) => Told(s, name, c => c.Median))
            .NameFunction("km_median_low", Curves, ValueKind.Number, (s, name) => Told(s, name, c => c.MedianLow))
            .NameFunction("km_median_high", Curves, ValueKind.Number, (s, name) => Told(s, name, c => c.MedianHigh))
            .NameFunction("km_quartile", Curves, ValueKind.Number, (s, name) => Told(s, name, c => c.Quartile))
            .NameFunction("km_at_risk", Curves, ValueKind.Number, (s, name) => Told(s, name, c => c.AtRiskAtMedian))
            .NameFunction("km_items", Curves, ValueKind.Number, (s, name) => Value.Of((decimal)s.Curve(name).Items))
            .NameFunction("km_events", Curves, ValueKind.Number, (s, name) => Value.Of((decimal)s.Curve(name).Events))
            .Function("wilson_low", [ValueKind.Number, ValueKind.Number], ValueKind.Number, (s, v) => Value.Of(Share(s, v)?.Low))
            .Function("wilson_high", [ValueKind.Number, ValueKind.Number], ValueKind.Number, (s, v) => Value.Of(Share(s, v)?.High));

        static Value Told(KpiScope scope, string name, Func<KpiCurve, decimal?> read) =>
            scope.Curve(name) is { IsTold: true } curve ? Value.Of(read(curve)) : Value.None(ValueKind.Number);

        static (decimal Low, decimal High)? Share(KpiScope scope, Value[] values) => scope.Share(Number(values[0]), Number(values[1]));

        static decimal? Number(Value value) => value.HasValue ? value.AsNumber : null;
    }

    private static Symbols<KpiScope> Bucket()
    {
        var stocks = Stocks.Append("from_bucket").ToFrozenSet(StringComparer.Ordinal);
        return Window(Point(new Symbols<KpiScope>(), stocks), stocks)
            .NameFunction("to", Ageing.BucketNames.Append("next_bucket").ToFrozenSet(StringComparer.Ordinal), ValueKind.Number, To)
            .Number("cured", s => s.Major(s.Roll.Cured(s.FromBucket)))
            .Number("charged_off", s => s.Major(s.Roll.ChargedOff(s.FromBucket)));
    }

    private static Value To(KpiScope scope, string name)
    {
        var to = name == "next_bucket" ? scope.FromBucket + 1 : BucketOf(name);
        return to > LastBucket ? Value.None(ValueKind.Number) : Value.Of(scope.Major(scope.Roll.Moved(scope.FromBucket, to)));
    }

    private static FrozenSet<string> Only(string name) => new[] { name }.ToFrozenSet(StringComparer.Ordinal);
}
