using Recoup.Core.Cells;
using Recoup.Core.Recovery;

namespace Recoup.Core.Measures;

/// <summary>
/// How long the disputes that were opened in a window took: those closed at the age at which they were, those that stand at the age that they have
/// reached on the as-of day. A dispute that was closed on its first day took 0 days.
/// </summary>
internal sealed class DisputeCurve : Curve
{
    public override string Name => "disputed_for";

    public override IReadOnlyList<Measure> Flows { get; } = [DisputeFigures.DisputesOpened, DisputeFigures.DisputesClosed];

    public override bool ReadsOpenItems => false;

    /// <summary>None is closed before it was opened.</summary>
    public override DateOnly ReadFrom(KpiPeriod period) => period.First;

    public override bool Reads(Measure measure) => Flows.Contains(measure);

    public override bool Takes(CellKey key, KpiPeriod period) => IsIn(key.Measure == DisputeFigures.DisputesOpened ? key.Day : key.RefDay, period);

    private static bool IsIn(int opened, KpiPeriod period) => opened >= period.First.DayNumber && opened <= period.Last.DayNumber;

    public override List<KpiCurveAge> Of(KpiReadings readings, KpiGroup group, KpiPeriod period)
    {
        var standing = new Dictionary<int, long>();
        var ages = new SortedDictionary<int, (long Closed, long Standing)>();
        foreach (var opened in readings.Flows(DisputeFigures.DisputesOpened, period.First, period.Last).Of(group).Between(period.First, period.Last))
            standing[opened.Day] = standing.GetValueOrDefault(opened.Day) + opened.Value.Count;
        foreach (var closed in readings.Flows(DisputeFigures.DisputesClosed, period.First, period.Last).Of(group).Between(period.First, period.Last))
        {
            if (!IsIn(closed.Reference, period)) continue;
            standing[closed.Reference] = standing.GetValueOrDefault(closed.Reference) - closed.Value.Count;
            var (count, rest) = ages.GetValueOrDefault(closed.Day - closed.Reference);
            ages[closed.Day - closed.Reference] = (count + closed.Value.Count, rest);
        }
        foreach (var (opened, count) in standing)
        {
            var (closed, rest) = ages.GetValueOrDefault(period.Last.DayNumber - opened);
            ages[period.Last.DayNumber - opened] = (closed, rest + count);
        }
        return [.. ages.Where(a => a.Value != default).Select(a => new KpiCurveAge(a.Key, a.Value.Closed, a.Value.Standing))];
    }

    public override string? WhyNoMedian(KpiCurve curve) => WhyNoMedian(curve, "nothing was contested in its window", "disputes", "closed");
}
