using Recoup.Core.Contact;
using Recoup.Core.Policies;

namespace Recoup.Tests.Policies;

/// <summary>A policy so small that a test shows all that matters: levels at 5, 20 and 40 days, every day of the week.</summary>
internal static class SamplePolicy
{
    public const string Text = """
        policy: sample
        score: { base: 50, adjust: [ { when: "promises_broken > 0", add: -20, reason: broke a promise } ] }
        segments:
          - { id: all, when: "true", strategy: levels }
        strategies:
          - id: levels
            entry: level-1
            days_between_steps: 3
            steps:
              - { id: ahead, at: -3, action: message, channels: [email], template: due-soon, tone: friendly }
              - { id: level-1, at: 5, action: message, channels: [email, call], template: first-reminder, tone: neutral }
              - { id: level-2, at: 20, action: message, channels: [email, call], template: second-reminder, tone: neutral }
              - { id: level-3, at: 40, action: message, channels: [email, call], template: final-notice, tone: firm }
        review_every_days: 30
        missed_steps: in_turn
        promise_grace_days: 2
        allocation: oldest_first
        business_days_only: false
        volume_stop: { multiple: 3, runs: 5, minimum: 10 }
        """;

    public static Policy With(params (string Old, string New)[] edits)
    {
        var text = Text;
        foreach (var (old, @new) in edits)
        {
            text.ShouldContain(old);
            text = text.Replace(old, @new, StringComparison.Ordinal);
        }
        return Policy.Parse(text, "sample.yaml");
    }

    /// <summary>The rules that every pack must have, and those given.</summary>
    public static ContactRules Rules(params string[] rules) => ContactRules.Parse(
        "pack: sample\nrules:\n"
        + string.Join("", new[] { "erased", "opt_out", "hold", "no_address", "undeliverable" }
            .Select(kind => $"  - {{ id: {kind}, kind: {kind}, text: t, source: s }}\n"))
        + string.Join("", rules.Select(rule => $"  - {{ text: t, source: s, {rule} }}\n")), "sample-rules.yaml");
}
