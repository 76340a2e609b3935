using Recoup.Core.Measures;

namespace Recoup.Statistics;

/// <summary>The curve at an age at which something happened.</summary>
/// <param name="Age">In days.</param>
/// <param name="AtRisk">How many were watched just before: those censored at that age among them.</param>
/// <param name="Events">To how many it happened.</param>
/// <param name="Survival">The share to whom it has not happened by the end of that age, 0 to 1.</param>
/// <param name="StandardError">Of the survival, by Greenwood's formula; null where nobody is left.</param>
/// <param name="Low">The interval's lower end on the log(-log) scale; null where the survival is 0.</param>
/// <param name="High">Its upper end, likewise.</param>
public readonly record struct SurvivalPoint(int Age, long AtRisk, long Events, double Survival, double? StandardError, double? Low, double? High);

/// <summary>
/// How long something takes where it has not happened to all of them yet: those still open count up to the age that they have reached, and are
/// neither left out nor taken for done.
/// <para>
/// S(t) = product over ages u up to t of (1 - d/n), with d events and n at risk at u (Kaplan and Meier 1958). Var S = S² · sum of d/(n(n-d))
/// (Greenwood 1926). The interval at 95% is S^exp(±z·se/(S·ln S)), which stays within 0 and 1 (Kalbfleisch and Prentice 1980).
/// It takes for granted that being censored says nothing about what would have happened after.
/// </para>
/// </summary>
public sealed class KaplanMeier
{
    /// <summary>A survival so near to a share has fallen to it: products of fractions are rounded.</summary>
    private const double Rounding = 1e-12;

    private readonly List<SurvivalPoint> points = [];

    /// <param name="counts">In any order; ages that stand more than once are added up. Counts of zero or less are taken for none.</param>
    public KaplanMeier(IEnumerable<KpiCurveAge> counts)
    {
        var ages = new SortedDictionary<int, (long Events, long Censored)>();
        foreach (var (age, events, censored) in counts)
        {
            var (before, left) = ages.GetValueOrDefault(age);
            ages[age] = (before + events, left + censored);
        }
        foreach (var (_, (events, censored)) in ages) Count += Math.Max(0, events) + Math.Max(0, censored);
        var (atRisk, survival, greenwood) = (Count, 1.0, 0.0);
        foreach (var (age, (events, censored)) in ages)
        {
            if (events > 0)
            {
                Events += events;
                survival *= 1 - ((double)events / atRisk);
                greenwood += events < atRisk ? events / ((double)atRisk * (atRisk - events)) : 0;
                points.Add(Point(age, atRisk, events, events < atRisk ? survival : 0, greenwood));
            }
            atRisk -= Math.Max(0, events) + Math.Max(0, censored);
        }
    }

    /// <summary>How many are watched in all.</summary>
    public long Count { get; }

    /// <summary>To how many it happened.</summary>
    public long Events { get; }

    /// <summary>In order of age, one for each age at which it happened.</summary>
    public IReadOnlyList<SurvivalPoint> Points => points;

    /// <summary>The first age, in days, by which it has happened to that share; null where the curve does not fall so far.</summary>
    /// <param name="share">0 to 1: a half for the median.</param>
    public int? Percentile(double share) => First(share)?.Age;

    /// <summary>How many were at risk just before that age; null where the curve does not fall so far.</summary>
    /// <inheritdoc cref="Percentile" path="/param"/>
    public long? AtRiskAt(double share) => First(share)?.AtRisk;

    /// <summary>
    /// The interval of that age, in days: the ages whose own intervals hold the survival in question (Brookmeyer and Crowley 1982). An end is null
    /// where its curve does not fall so far: no bound can be told.
    /// </summary>
    /// <inheritdoc cref="Percentile" path="/param"/>
    public (int? Low, int? High) PercentileInterval(double share)
    {
        int? low = null, high = null;
        foreach (var point in points)
        {
            if (low is null && point.Low <= 1 - share + Rounding) low = point.Age;
            if (high is null && point.High <= 1 - share + Rounding) high = point.Age;
        }
        return (low, high);
    }

    private SurvivalPoint? First(double share)
    {
        foreach (var point in points)
            if (point.Survival <= 1 - share + Rounding) return point;
        return null;
    }

    private static SurvivalPoint Point(int age, long atRisk, long events, double survival, double greenwood)
    {
        if (survival <= 0) return new SurvivalPoint(age, atRisk, events, 0, null, null, null);
        var deviation = Math.Sqrt(greenwood);
        var width = Normal.TwoSided95 * deviation / Math.Log(survival);
        // Of a survival below 1 the logarithm is below zero, so adding the width lowers the exponent.
        return new SurvivalPoint(
            age, atRisk, events, survival, survival * deviation, Math.Pow(survival, Math.Exp(-width)), Math.Pow(survival, Math.Exp(width)));
    }
}
