namespace Recoup.Core.Measures;

/// <summary>What became of the items of one age.</summary>
/// <param name="Age">Days since the day from which they are counted; below zero before it.</param>
/// <param name="Events">How many were settled at that age.</param>
/// <param name="Censored">How many are known up to that age, unsettled, and no further.</param>
public readonly record struct KpiCurveAge(int Age, long Events, long Censored);

/// <summary>What a survival curve over items says of how long they take.</summary>
/// <param name="Items">Of how many items it is.</param>
/// <param name="Events">How many of them were settled.</param>
public sealed record KpiCurve(long Items, long Events)
{
    /// <summary>Fewer events say nothing of the others.</summary>
    public const int EventsMin = 20;

    /// <summary>The age in days by which a quarter is settled; null: the curve does not fall so far.</summary>
    public int? Quartile { get; init; }

    /// <summary>The age in days by which half is settled; null: the curve does not fall so far.</summary>
    public int? Median { get; init; }

    /// <summary>The lower end of the median's interval at 95%, in days; null: none can be told.</summary>
    public int? MedianLow { get; init; }

    /// <summary>Its upper end, likewise.</summary>
    public int? MedianHigh { get; init; }

    /// <summary>How many were not settled just before the median, and known still; null without a median.</summary>
    public long? AtRiskAtMedian { get; init; }

    /// <summary>Enough of them were settled to say anything.</summary>
    public bool IsTold => Events >= EventsMin;
}

/// <summary>What formulas ask for that takes floating point, which Core has none of. What comes back is rounded, and no event holds it.</summary>
public interface IKpiEstimates
{
    /// <summary>The survival curve of items, those censored among them. Source: Kaplan and Meier 1958.</summary>
    /// <param name="ages">In any order.</param>
    KpiCurve Curve(IEnumerable<KpiCurveAge> ages);

    /// <summary>The interval at 95% of a share, both ends 0 to 1. Source: Wilson 1927.</summary>
    /// <param name="events">0 to <paramref name="of"/>.</param>
    /// <param name="of">1 or more.</param>
    (decimal Low, decimal High) Share(long events, long of);
}
