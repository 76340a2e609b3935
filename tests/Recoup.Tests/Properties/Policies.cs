using Recoup.Core.Policies;

namespace Recoup.Tests.Properties;

/// <summary>Policies that the histories are decided by.</summary>
internal static class Policies
{
    private const string Nervous = """
        policy: nervous
        score:
          base: 60
          adjust:
            - { when: "days_past_due > 6", add: -15, reason: a week }
            - { when: "days_past_due > 17", add: -30, reason: some weeks }
            - { when: "overdue_items >= 2", add: -10, reason: several }
            - { when: "contacts_7_days >= 2", add: 12, reason: talked to }
            - { when: "promises_broken > promises_kept", add: -10, reason: broke promises }
            - { when: "settled_items >= 2 and late_share < 0.5", add: 20, reason: pays }
        segments:
          - { id: rested, when: "days_since_last_step > 9", strategy: slow }
          - { id: poor, when: "score < 45", strategy: quick }
          - { id: rest, when: "true", strategy: slow }
        strategies:
          - id: slow
            entry: one
            days_between_steps: 3
            steps:
              - { id: ahead, at: -2, when: "coalesce(days_since_last_step, 99) > 4", action: message, channels: [email], template: due-soon, tone: friendly }
              - { id: one, at: 3, action: message, channels: [email, call], template: first-reminder, tone: neutral }
              - { id: two, at: 11, when: "to_chase >= 150", action: message, channels: [email], template: second-reminder, tone: neutral }
              - { id: phone, at: 18, action: task, when: "contacts_7_days < 2" }
              - { id: last, at: 30, action: message, channels: [email, call], template: final-notice, tone: firm }
          - id: quick
            entry: one
            days_between_steps: 2
            steps:
              - { id: one, at: 1, action: message, channels: [email, call], template: first-reminder, tone: firm }
              - { id: two, at: 5, action: message, channels: [email], template: second-reminder, tone: firm }
              - { id: phone, after: { step: two, days: 3 }, action: task, when: "to_chase >= 100" }
              - { id: last, at: 12, action: message, channels: [email, call], template: final-notice, tone: firm }
              - { id: agency, after: { step: last, days: 8 }, action: propose_placement }
        review_every_days: 14
        promise_grace_days: 2
        allocation: ALLOCATION
        business_days_only: DAYS
        volume_stop: { multiple: 3, runs: 5, minimum: 1000 }
        """;

    private static readonly Dictionary<string, Policy> Known = new(StringComparer.Ordinal)
    {
        ["default"] = ShippedPolicies.Default,
        ["nervous"] = Parse("oldest_first", "false"),
        ["charges-first"] = Parse("charges_first", "true"),
    };

    public static string NameOf(int seed) => (seed % 3) switch { 0 => "default", 1 => "nervous", _ => "charges-first" };

    public static Policy Of(string name) => Known[name];

    private static Policy Parse(string allocation, string days) =>
        Policy.Parse(Nervous.Replace("ALLOCATION", allocation, StringComparison.Ordinal).Replace("DAYS", days, StringComparison.Ordinal), "nervous.yaml");
}
