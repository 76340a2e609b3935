using Recoup.Core.Cells;
using Recoup.Core.Controlling;
using Recoup.Core.Foundation;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Measures;

/// <summary>Which KPIs, as of which days, split by what.</summary>
/// <param name="Days">As-of days, in the order in which rows are wanted; a series takes <see cref="KpiSeries.Days"/>.</param>
public sealed record KpiQuestion(IReadOnlyList<DateOnly> Days)
{
    public KpiQuestion(DateOnly asOf) : this([asOf]) { }

    /// <summary>Ids, which must be in the catalogue; empty: all of it but what waits (<see cref="KpiCatalog.Computed"/>).</summary>
    public IReadOnlyList<string> Kpis { get; init; } = [];

    /// <summary>In place of each KPI's own window. A KPI of the as-of day alone keeps to that day.</summary>
    public KpiWindow? Window { get; init; }

    /// <summary>Each KPI is computed on that basis. Those that have none on it are left out, and must not be asked for by id (<see cref="WhyNot"/>).</summary>
    public KpiBasis Basis { get; init; }

    /// <summary>What to split by, beside currency, in this order; each KPI that is asked for by its id must have all of it (<see cref="WhyNot"/>).</summary>
    public IReadOnlyList<Dimension> By { get; init; } = [];

    /// <summary>Of what alone, by dimension: cells of other values are left out.</summary>
    public IReadOnlyDictionary<Dimension, string> Only { get; init; } = new Dictionary<Dimension, string>();

    /// <summary>The reporting currency that all amounts are told in; null: each currency in rows of its own.</summary>
    public Currency? In { get; init; }

    /// <summary>What it splits by that not all measures have.</summary>
    internal IEnumerable<Dimension> OwnBy => By.Where(d => !d.IsOfAll);

    /// <summary>The KPI on the basis that is asked for; null: there is none.</summary>
    internal KpiDefinition? On(KpiDefinition kpi) => Basis == KpiBasis.Crf ? kpi.Crf : kpi;

    /// <summary>Why a KPI has no answer to it, for people: which of its measures lack which dimension. Null: it has one.</summary>
    public string? WhyNot(KpiDefinition kpi)
    {
        if (On(kpi) is not { } definition)
            return $"{kpi.Id} is not computed on the basis crf: the Credit Research Foundation's inputs are known of the KPIs whose file has a field crf";
        kpi = definition;
        if (In is not null && kpi.Measures.Contains(EffortChapter.EffortRoom))
            return $"{kpi.Id} can't be told in one currency: its priorities are told apart within a currency";
        foreach (var dimension in By.Concat(Only.Keys).Distinct())
        {
            if (kpi.Needs.Figures && dimension != Dimension.Portfolio)
                return $"{kpi.Id} can't be told by {dimension}: figures from other books are of a portfolio or of all";
            if (kpi.Measures.Where(m => !m.Has(dimension)).Select(m => m.Name).ToList() is { Count: > 0 } lacking)
                return $"{kpi.Id} can't be told by {dimension}: {string.Join(", ", lacking)} {(lacking.Count == 1 ? "has" : "have")} no {dimension}";
        }
        return null;
    }
}

/// <summary>
/// Evaluates KPIs over cells and stocks. Rows stand in the order of the KPIs asked for, then of the days, then of
/// portfolio, segment, the other dimensions in the order asked for, and currency. Each currency has its own row; none are ever added up. A KPI for which there
/// is no data on a day has one row without a value, so that it is seen to be missing.
/// </summary>
/// <param name="estimates">Computes curves and intervals.</param>
public sealed class KpiEngine(KpiCatalog catalog, IMeasureSource source, IKpiEstimates estimates)
{
    /// <summary>What controlling tells of what the source has: targets, rates and figures from other books. Null: nothing.</summary>
    public ControllingFacts? Controlling { get; init; }

    /// <exception cref="MissingRateException">Amounts are to be told in one currency, and a rate for that is not known.</exception>
    public IReadOnlyList<KpiRow> Answer(KpiQuestion question)
    {
        var definitions = question.Kpis.Count == 0 ? [.. catalog.Computed.Where(kpi => question.WhyNot(kpi) is null)]
            : question.Kpis.Select(id => catalog.Find(id) ?? throw new ArgumentException($"'{id}' is no KPI of the catalogue.", nameof(question))).ToList();
        if (definitions.Select(question.WhyNot).FirstOrDefault(why => why is not null) is { } why) throw new ArgumentException(why, nameof(question));
        definitions = definitions.ConvertAll(d => question.On(d)!);
        var rows = new List<KpiRow>();
        if (question.In is { } currency)
        {
            // What stands is converted at the rate of the as-of day, so that each day reads for itself.
            var byDay = question.Days.Distinct().ToDictionary(day => day, day => new KpiReadings(
                new ConvertedMeasures(source, (Controlling ?? new ControllingFacts()).Rates, currency, day), question, estimates));
            foreach (var definition in definitions)
                foreach (var day in question.Days) Answer(definition, PeriodOf(definition, question, day), question, byDay[day], rows);
            return rows;
        }
        var readings = new KpiReadings(source, question, estimates);
        foreach (var definition in definitions)
            foreach (var day in question.Days)
            {
                var period = PeriodOf(definition, question, day);
                foreach (var measure in definition.Needs.Flows) readings.Plan(measure, definition.Needs.ReadFrom(measure, period), period.Last);
            }
        foreach (var definition in definitions)
            foreach (var day in question.Days)
                Answer(definition, PeriodOf(definition, question, day), question, readings, rows);
        return rows;
    }

    private static KpiPeriod PeriodOf(KpiDefinition definition, KpiQuestion question, DateOnly asOf) =>
        (definition.Window.Kind == KpiWindowKind.Point ? KpiWindow.Point : question.Window ?? definition.Window).EndingOn(asOf);

    private void Answer(KpiDefinition definition, KpiPeriod period, KpiQuestion question, KpiReadings readings, List<KpiRow> rows)
    {
        if (definition.IsWaiting)
        {
            rows.Add(NoGroup(definition, period, readings, definition.WhyWaiting, partial: false));
            return;
        }
        // Of a KPI over sales history begins with them: balances may have been taken over before. What never happened at all could have since
        // there is business.
        var begin = readings.FirstDay(definition.Measures.Contains(InvoiceChapter.Sales) ? [InvoiceChapter.Sales] : definition.Measures)
            ?? readings.FirstDay(History);
        // Cost of a month beside cash of a year is not yet what collecting costs.
        foreach (var told in definition.Measures.Where(m => m.IsTold))
            if (readings.FirstDay(told) is { } first && first > begin) begin = first;
        var partial = begin is null || begin > (definition.CohortAge is { } age ? KpiCohort.ReadFrom(period, age) : period.First);
        var groups = Groups(definition.Needs, definition.Window.Kind == KpiWindowKind.Point, question, period, readings);
        if (groups.Count == 0)
        {
            // Nothing happened is a count of 0, once there is a history in which it could have; without one it is no value.
            var counts = !definition.Needs.HasMoney && question.By.Count == 0 && readings.FirstDay(History) <= period.Last;
            if (!counts)
            {
                rows.Add(NoGroup(definition, period, readings, KpiRow.NothingRecorded, partial));
                return;
            }
            groups.Add(new KpiGroup("", "", ""));
        }
        foreach (var group in groups)
        {
            var scope = new KpiScope(readings, group, period, null, definition.CohortAge, Controlling);
            var target = TargetOf(definition, Controlling, readings.PortfolioOf(group), period.Last);
            if (definition.HeadlineBucket is null)
            {
                rows.Add(Row(definition, scope, group, question, partial, null, target));
                continue;
            }
            var headline = KpiVocabulary.BucketOf(definition.HeadlineBucket);
            foreach (var bucket in Enumerable.Range(0, RollMatrix.Buckets).OrderByDescending(b => b == headline).ThenBy(b => b))
                rows.Add(Row(definition, scope.From(bucket), group, question, partial, Ageing.BucketNames[bucket], target));
        }
    }

    /// <summary>A row about no group, which has no value.</summary>
    private KpiRow NoGroup(KpiDefinition definition, KpiPeriod period, KpiReadings readings, string why, bool partial)
    {
        var target = TargetOf(definition, Controlling, readings.PortfolioOf(default), period.Last);
        return new KpiRow
        {
            Kpi = definition.Id, Basis = definition.Basis, HasInterval = definition.HasInterval, AsOf = period.Last, From = period.First,
            Currency = null, Value = null, Unit = definition.Unit,
            FromBucket = definition.HeadlineBucket, ToBucket = Next(definition.HeadlineBucket), PartsAreAmounts = definition.PartsAreAmounts,
            Partial = partial, Target = target.Value, TargetOwner = target.Owner, HeldTo = target.Portfolio, NoValue = why,
            Details = [.. definition.Details.Select(d => new KpiDetail(d.Name, d.Unit, null))],
        };
    }

    private static KpiRow Row(KpiDefinition definition, KpiScope scope, KpiGroup group, KpiQuestion question, bool partial, string? fromBucket,
        KpiTarget target)
    {
        var numerator = definition.NumeratorCode?.Number(scope);
        var denominator = definition.DenominatorCode?.Number(scope);
        var times = definition.ValueCode is not null ? null : definition.TimesCode is { } by ? by.Number(scope) : 1;
        var figure = definition.ValueCode is { } code ? code.Number(scope) : Quotient(numerator, denominator, times);
        // Shares and days of a sum below zero, and what can't be, say nothing: a figure that nobody can read is none.
        var meaningless = denominator < 0 || !definition.CanBe(figure);
        var value = meaningless ? null : figure;
        var details = definition.Details
            .Select(d => new KpiDetail(d.Name, d.Unit, meaningless && d.Unit is KpiUnit.Percent or KpiUnit.Days or KpiUnit.Ratio
                ? null : d.Code.Number(scope))).ToList();
        var countedBack = scope.CountedBack;
        var interval = definition.HasInterval && value is not null ? scope.Share(numerator, denominator) : null;
        return new KpiRow
        {
            Kpi = definition.Id,
            Basis = definition.Basis,
            AsOf = scope.Period.Last,
            From = countedBack?.From ?? scope.Period.First,
            Currency = group.Currency.Length == 0 ? null : group.Currency,
            Portfolio = question.By.Contains(Dimension.Portfolio) ? group.Portfolio : null,
            Segment = question.By.Contains(Dimension.Segment) ? group.Segment : null,
            Own = [.. question.OwnBy.Select((d, place) => new KpiSplit(d, OwnValues.At(group.Own, place) is { Length: > 0 } value ? value : null))],
            FromBucket = fromBucket,
            ToBucket = Next(fromBucket),
            Value = value,
            NoValue = value is null ? scope.NoMedian ?? NoFigure(scope) ?? WhyNot(definition, figure, numerator, denominator) : null,
            Unit = definition.Unit,
            Numerator = numerator,
            Denominator = denominator,
            Times = times,
            Figure = figure,
            PartsAreAmounts = definition.PartsAreAmounts,
            HasInterval = definition.HasInterval,
            Low = interval?.Low * 100,
            High = interval?.High * 100,
            Band = value is { } v ? definition.BandOf(v) : null,
            Target = target.Value,
            TargetOwner = target.Owner,
            HeldTo = target.Portfolio,
            TargetMet = value is { } reached && target.Value is { } wanted ? definition.LowerIsBetter ? reached <= wanted : reached >= wanted : null,
            Partial = partial || countedBack is { AtLeast: true },
            AtLeast = countedBack?.AtLeast,
            Details = details,
        };
    }

    /// <summary>Where a KPI should be on a day: at the target that was told, else at the one of its file.</summary>
    /// <param name="told">Null: nothing was told.</param>
    /// <param name="portfolio">Whose; null: that of all.</param>
    public static KpiTarget TargetOf(KpiDefinition definition, ControllingFacts? told, string? portfolio, DateOnly day) =>
        definition.Basis == KpiBasis.Own && told is not null && told.Targets.IsOf(definition.Id)
            && told.Targets.InForce(definition.Id, portfolio, day) is { } own
            ? new KpiTarget(own.Value, own.Target.Owner, portfolio) : new KpiTarget(definition.Target, null, portfolio);

    private static string? NoFigure(KpiScope scope) => scope.MissingFigure is { } names
        ? $"nobody told the figure {names} for {scope.Period.First:yyyy-MM-dd} to {scope.Period.Last:yyyy-MM-dd}" : null;

    private static decimal? Quotient(decimal? numerator, decimal? denominator, decimal? times) =>
        numerator is { } n && denominator is { } d && times is { } t && d != 0 ? n * t / d : null;

    private static string WhyNot(KpiDefinition definition, decimal? figure, decimal? numerator, decimal? denominator) =>
        denominator < 0 ? $"its denominator, {definition.Denominator}, is below zero ({Text(denominator)}): no share and no days can be told of that"
        : denominator == 0 ? $"its denominator, {definition.Denominator}, is zero"
        : figure is { } outside ? $"it would be {Text(outside)}, and can't be "
            + $"{(outside < definition.Least ? $"below {Text(definition.Least)}" : $"above {Text(definition.Most)}")}"
        : definition.Denominator is not null && numerator is null ? $"its numerator, {definition.Numerator}, has no value"
        : $"{definition.Value ?? definition.Denominator} has no value";

    private static string Text(decimal? figure) => Math.Round(figure ?? 0, 2).ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);

    private static string? Next(string? bucket) =>
        bucket is not null && KpiVocabulary.BucketOf(bucket) + 1 is var next && next < RollMatrix.Buckets ? Ageing.BucketNames[next] : null;

    /// <summary>The groups that have anything of what the KPI reads; of a day's KPI, all that ever had business.</summary>
    private static SortedSet<KpiGroup> Groups(KpiNeeds needs, bool point, KpiQuestion question, KpiPeriod period, KpiReadings readings)
    {
        var groups = new SortedSet<KpiGroup>(InOrder);
        foreach (var measure in needs.Flows)
        {
            var ledger = readings.Flows(measure, needs.ReadFrom(measure, period), period.Last);
            var isOfCurve = needs.CurveOf?.Flows.Contains(measure) == true;
            var from = measure.IsStanding ? DateOnly.MinValue : needs.CohortAge is null ? period.First : needs.ReadFrom(measure, period);
            if (!isOfCurve || needs.Sums) groups.UnionWith(ledger.GroupsBetween(from, period.Last));
        }
        if (needs.CurveOf is { } curve) groups.UnionWith(curve.GroupsOf(readings, period, isSplit: question.By.Count > 0));
        if (needs.Opening) groups.UnionWith(readings.StockAt(period.Eve).Keys);
        if (needs.ReadsClosing) groups.UnionWith(readings.StockAt(period.Last).Keys);
        if (needs.Unapplied && needs.Opening) groups.UnionWith(readings.UnappliedAt(period.Eve).Keys);
        if (needs.Unapplied && needs.ReadsClosing) groups.UnionWith(readings.UnappliedAt(period.Last).Keys);
        // Counts without money stand beside each currency; a KPI of nothing else has the row without one.
        if (needs.HasMoney) groups.RemoveWhere(g => g.Currency.Length == 0);
        // Where all is paid, a figure of the day is zero or has no value; it isn't missing. Segments come and go.
        if (needs.HasMoney && !question.OwnBy.Any() && (groups.Count == 0 || point))
        {
            var there = groups.Select(g => (g.Portfolio, g.Currency)).ToHashSet();
            groups.UnionWith(readings.BegunBy(period.Last).Where(g => !there.Contains((g.Portfolio, g.Currency))));
        }
        return groups;
    }

    private static readonly Comparer<KpiGroup> InOrder = Comparer<KpiGroup>.Create((a, b) =>
    {
        var order = string.CompareOrdinal(a.Portfolio, b.Portfolio);
        if (order == 0) order = string.CompareOrdinal(a.Segment, b.Segment);
        if (order == 0) order = string.CompareOrdinal(a.Own, b.Own);
        return order != 0 ? order : string.CompareOrdinal(a.Currency, b.Currency);
    });

    /// <summary>Whose first day is that of the business: from then on nothing happened is a count of 0.</summary>
    private static readonly Measure[] History = [InvoiceChapter.Sales, ReceivableChapter.ExposureStock];
}
