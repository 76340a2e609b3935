namespace Recoup.Core.Measures;

/// <summary>Completes young cohorts by how older ones went on from the same age. Source: the chain ladder, with errors in Mack 1993.</summary>
public static class ChainLadder
{
    /// <summary>A factor of fewer cohorts than that says nothing.</summary>
    public const int CohortsMin = 3;

    /// <summary>
    /// What each cohort has by each age: as it is known, and from the last known age on times the factor to each next one, which is the sum of all
    /// cohorts that are known at both ages over their sum at the first. Null where a factor is of too few cohorts, or of nothing.
    /// </summary>
    /// <param name="known">A row a cohort, cumulated by rising age, null from the first age on that it has not reached; all of one length.</param>
    /// <param name="atLeast">Of so many cohorts a factor is at least.</param>
    public static IReadOnlyList<decimal?[]> Complete(IReadOnlyList<decimal?[]> known, int atLeast = CohortsMin)
    {
        var completed = known.Select(c => (decimal?[])c.Clone()).ToList();
        var ages = known.Count == 0 ? 0 : known[0].Length;
        for (var age = 0; age + 1 < ages; age++)
        {
            var both = known.Where(c => c[age] is not null && c[age + 1] is not null).ToList();
            var before = both.Sum(c => c[age]!.Value);
            decimal? factor = both.Count >= atLeast && before > 0 ? both.Sum(c => c[age + 1]!.Value) / before : null;
            foreach (var cohort in completed) cohort[age + 1] ??= cohort[age] * factor;
        }
        return completed;
    }
}
