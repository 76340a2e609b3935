namespace Recoup.Statistics;

/// <summary>Quantiles of the normal distribution.</summary>
public static class Normal
{
    /// <summary>Within so many standard errors to each side lie 95%.</summary>
    public const double TwoSided95 = 1.959963984540054;
}

/// <summary>How far the share of a few may be from that of all.</summary>
public static class Proportion
{
    /// <summary>
    /// The interval at 95% that Wilson (1927) gives for a share of <paramref name="events"/> in <paramref name="of"/>, both ends 0 to 1:
    /// (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n). Unlike p ± z·sqrt(p(1-p)/n) it holds for few and for shares near 0 and 1.
    /// It takes for granted that each is so or not independently of the others.
    /// Throws <see cref="ArgumentOutOfRangeException"/> where there are none, or events are less than none or more than all.
    /// </summary>
    public static (double Low, double High) Wilson(long events, long of)
    {
        const double z = Normal.TwoSided95;
        ArgumentOutOfRangeException.ThrowIfLessThan(of, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(events, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(events, of);
        double n = of;
        var (share, square) = (events / n, z * z);
        var half = z * Math.Sqrt((share * (1 - share) / n) + (square / (4 * n * n)));
        var (middle, scale) = (share + (square / (2 * n)), 1 + (square / n));
        // At the ends the two terms are equal but for rounding.
        return (events == 0 ? 0 : (middle - half) / scale, events == of ? 1 : (middle + half) / scale);
    }
}
