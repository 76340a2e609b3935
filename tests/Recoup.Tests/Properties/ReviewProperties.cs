using Recoup.Core.Decisions;

namespace Recoup.Tests.Properties;

/// <summary>Every decision says when the party must be looked at again. Looking at everybody every day finds nothing that this misses.</summary>
public sealed class ReviewProperties
{
    private static readonly Weather EveryDay = new() { Days = 70, InputsMax = 3, RunPercent = 100, Messy = false };

    [Fact]
    public void Looking_only_at_who_is_due_misses_no_step_that_looking_at_everybody_takes() =>
        Many.Histories(36, seed => RandomHistory.Of(14_000 + seed, EveryDay with { Plans = true, Conversations = true }), history =>
    {
        // What the channel says hangs on the message's id, and ids count events, so here it always says "sent".
        using var due = new Play(Policies.Of(history.Policy)).Do(history, moody: false);
        using var all = new Play(Policies.Of(history.Policy))
            .Do(history with { Steps = [.. history.Steps.Select(s => s is Step.Run run ? run with { All = true } : s)] }, moody: false);
        Actions(due).ShouldBe(Actions(all), "steps taken by looking at who is due, and by looking at everybody");
    });

    /// <summary>Every step, and the segment in which a party with something open stood at the end of each day.</summary>
    private static List<string> Actions(Play play)
    {
        var done = new List<string>();
        var decisions = play.Journal().Where(r => r.Kind == "decided").Select(r => (Row: r, ((DecisionEvent.Made)Play.EventOf(r)).Decision)).ToList();
        foreach (var group in decisions.GroupBy(d => (d.Row.Party, d.Decision.Portfolio)))
        {
            var segment = "";
            foreach (var (row, decision) in group)
            {
                if (decision.Action.Word != "wait")
                    done.Add($"{row.RecordedOn:yyyy-MM-dd} {row.Party} {decision.Portfolio} {decision.Segment}: "
                        + $"{decision.Action} {decision.Step} {decision.Channel}");
                if (decision.Rule is "nothing-open" or "erased" || segment == decision.Segment) continue;
                segment = decision.Segment;
                done.Add($"{row.RecordedOn:yyyy-MM-dd} {row.Party} {decision.Portfolio} now {segment}");
            }
        }
        return [.. done.Order(StringComparer.Ordinal)];
    }
}
