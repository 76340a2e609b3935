using Recoup.Core.Policies;

namespace Recoup.Simulation.Weather;

/// <summary>Which policy is in force: somebody edits it while customers are treated under it.</summary>
internal sealed class PolicyEdits(Tally tally)
{
    private static readonly Lazy<IReadOnlyList<Policy>> Variants = new(() =>
    [
        ShippedPolicies.Default,
        Edited("hastier", ("days_between_steps: 5", "days_between_steps: 2"), ("at: 12,", "at: 7,"), ("review_every_days: 14", "review_every_days: 5")),
        Edited("sterner", ("base: 50", "base: 30"), ("promise_grace_days: 3", "promise_grace_days: 0")),
        Edited("charges-first", ("allocation: oldest_first", "allocation: charges_first"), ("business_days_only: true", "business_days_only: false")),
        Edited("fewer-steps",
            ("      - { id: second-reminder, at: 12, action: message, channels: [email, call], template: second-reminder, tone: neutral }\n", "")),
    ]);

    private readonly Stack<Policy> before = new();

    public Policy InForce { get; private set; } = ShippedPolicies.Default;

    /// <summary>Between two days somebody may adopt another policy, or the one before.</summary>
    /// <returns>True where the policy is another now.</returns>
    public bool Night(DateOnly day)
    {
        var on = day.DayNumber.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (before.Count > 0 && tally.Strikes(Fault.PolicyReverted, on, out _))
        {
            InForce = before.Pop();
            tally.Count(Fault.PolicyReverted);
            return true;
        }
        if (!tally.Strikes(Fault.PolicyChanged, on, out var random)) return false;
        Change(random);
        tally.Count(Fault.PolicyChanged);
        return true;
    }

    /// <summary>Another policy than the one in force.</summary>
    public void Change(SplitMix random)
    {
        before.Push(InForce);
        var others = Variants.Value.Where(p => p != InForce).ToList();
        InForce = others[random.Below(others.Count)];
    }

    private static Policy Edited(string name, params ReadOnlySpan<(string From, string To)> edits)
    {
        var text = ShippedPolicies.DefaultText;
        foreach (var (from, to) in edits)
        {
            Core.Foundation.Invariant.Holds(text.Contains(from, StringComparison.Ordinal), $"the shipped policy says '{from}'");
            text = text.Replace(from, to, StringComparison.Ordinal);
        }
        return Policy.Parse(text, name + ".yaml");
    }
}
