using Recoup.Core.Cells;

namespace Recoup.Core.Measures;

/// <summary>How long things of one sort take, from cells alone: formulas ask for it by name, as in <c>km_median(settled_after)</c>.</summary>
internal abstract class Curve
{
    /// <summary>By which formulas ask for it.</summary>
    public abstract string Name { get; }

    /// <summary>What is read of flows.</summary>
    public abstract IReadOnlyList<Measure> Flows { get; }

    /// <summary>The items that are open on the as-of day are read too.</summary>
    public abstract bool ReadsOpenItems { get; }

    /// <summary>From where flows are read.</summary>
    public abstract DateOnly ReadFrom(KpiPeriod period);

    /// <summary>It is of the measures that the curve follows from.</summary>
    public abstract bool Reads(Measure measure);

    /// <summary>The cell is of a thing of the period's cohort.</summary>
    public abstract bool Takes(CellKey key, KpiPeriod period);

    /// <summary>What became of the cohort's things, by age in order.</summary>
    public abstract List<KpiCurveAge> Of(KpiReadings readings, KpiGroup group, KpiPeriod period);

    /// <summary>Why there is no median, for people; null: there is one.</summary>
    public abstract string? WhyNoMedian(KpiCurve curve);

    /// <param name="none">What is said where there is nothing in the cohort.</param>
    /// <param name="things">What they are, in the plural.</param>
    /// <param name="ended">What those are that ended.</param>
    protected static string? WhyNoMedian(KpiCurve curve, string none, string things, string ended) =>
        curve.Items == 0 ? none
        : !curve.IsTold ? $"of its {things} ({curve.Items}) only {curve.Events} {ended}, and fewer than {KpiCurve.EventsMin} say nothing of the others"
        : curve.Median is null ? $"of its {curve.Items} {things} fewer than half are {ended} so far, so that there is no median"
        : null;

    /// <summary>
    /// The groups that have something in the cohort: what ended and was opened again is one that is open, and no more. Where a question does not split
    /// and none has, all that things are known of, so that each says that there was none.
    /// </summary>
    public IReadOnlyCollection<KpiGroup> GroupsOf(KpiReadings readings, KpiPeriod period, bool isSplit)
    {
        var known = Flows.SelectMany(measure => readings.Flows(measure, ReadFrom(period), period.Last).Tracks.Select(t => t.Key)).ToHashSet();
        if (ReadsOpenItems) known.UnionWith(readings.StockAt(period.Last).Keys);
        var groups = known.Where(group => readings.AgesOf(group, period, this).Count > 0).ToList();
        return groups.Count > 0 || isSplit ? groups : known;
    }

    /// <summary>All there are.</summary>
    public static IReadOnlyList<Curve> All => Known.Curves;

    public static Curve Named(string name) => All.First(c => c.Name == name);

    // Apart, as a base class must not be made while one of its kinds is.
    private static class Known
    {
        public static readonly IReadOnlyList<Curve> Curves = [ItemCurve.Settled, ItemCurve.Recovered, new DisputeCurve()];
    }
}
