using System.Numerics;

namespace Recoup.Tests.Measures;

/// <summary>Survival curves by their definition, in whole fractions.</summary>
internal static class SurvivalOracle
{
    /// <summary>The first age by which so much of them has ended; null: never.</summary>
    /// <param name="lives">At which age each ended, or up to which it is known.</param>
    public static decimal? AgeBy(IReadOnlyList<(int Age, bool Ended)> lives, int part, int of)
    {
        var (over, under) = (BigInteger.One, BigInteger.One);
        foreach (var age in lives.Where(l => l.Ended).Select(l => l.Age).Distinct().Order())
        {
            var atRisk = lives.Count(l => l.Age >= age);
            over *= atRisk - lives.Count(l => l.Age == age && l.Ended);
            under *= atRisk;
            if (over * of <= under * (of - part)) return age;
        }
        return null;
    }
}
