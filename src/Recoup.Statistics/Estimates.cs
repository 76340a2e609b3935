using Recoup.Core.Measures;

namespace Recoup.Statistics;

/// <summary>What KPIs have estimated: curves and intervals at 95%, rounded to whole days and to six places.</summary>
public sealed class Estimates : IKpiEstimates
{
    private const int Places = 6;

    private Estimates() { }

    public static readonly Estimates At95 = new();

    /// <inheritdoc/>
    public KpiCurve Curve(IEnumerable<KpiCurveAge> ages)
    {
        var curve = new KaplanMeier(ages);
        var (low, high) = curve.PercentileInterval(0.5);
        return new KpiCurve(curve.Count, curve.Events)
        {
            Quartile = curve.Percentile(0.25), Median = curve.Percentile(0.5), MedianLow = low, MedianHigh = high, AtRiskAtMedian = curve.AtRiskAt(0.5),
        };
    }

    /// <inheritdoc/>
    public (decimal Low, decimal High) Share(long events, long of)
    {
        var (low, high) = Proportion.Wilson(events, of);
        return (Rounded(low), Rounded(high));
    }

    private static decimal Rounded(double share) => Math.Round((decimal)share, Places);
}
