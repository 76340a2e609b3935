using Recoup.Core.Policies;

namespace Recoup.Core.Decisions;

/// <summary>How likely the party is to pay, 0 to 100, by the policy's rules, with the reasons that moved it.</summary>
public static class Score
{
    public static (int Score, IReadOnlyList<string> Reasons) Of(Facts facts, Policy policy)
    {
        var reasons = new List<string>();
        return (InRange(Sum(facts, policy, reasons, watchingTime: null)), reasons);
    }

    /// <summary>What the rules that hold come to, the base with those that time does not change; not yet brought into range.</summary>
    /// <param name="watchingTime">Only the rules that the passing of time may change, or only the others; null: all.</param>
    internal static int Sum(Facts facts, Policy policy, List<string>? reasons, bool? watchingTime)
    {
        var sum = watchingTime == true ? 0 : policy.ScoreBase;
        foreach (var rule in policy.ScoreRules)
        {
            if (watchingTime is { } watching && rule.WatchesTime != watching || !rule.When.IsTrue(facts)) continue;
            sum += rule.Add;
            reasons?.Add(rule.Reason);
        }
        return sum;
    }

    internal static int InRange(int score) => Math.Clamp(score, 0, 100);
}
