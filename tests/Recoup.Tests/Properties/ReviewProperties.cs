using Recoup.Core.Events;

namespace Recoup.Tests.Properties;

/// <summary>Every decision says when the party must be looked at again. Looking at everybody every day finds nothing that this misses.</summary>
public sealed class ReviewProperties
{
    [Fact]
    public void Looking_only_at_who_is_due_misses_no_step_that_looking_at_everybody_takes() => Many.Histories(36, seed => RandomHistory.Of(14_000 + seed, new Weather { Days = 70, InputsMax = 3, RunPercent = 100, Messy = false }), history =>
    {
        // What the channel says hangs on the message's id, and ids count events, so here it always says "sent".
        using var due = new Play(Policies.Of(history.Policy)).Do(history, moody: false);
        using var all = new Play(Policies.Of(history.Policy)).Do(history with { Steps = [.. history.Steps.Select(s => s is Step.Run run ? run with { All = true } : s)] }, moody: false);
        Actions(due).ShouldBe(Actions(all), "steps taken by looking at who is due, and by looking at everybody");
    });

    private static List<string> Actions(Play play) =>
    [
        .. play.Journal().Where(r => r.Kind == "decided").OrderBy(r => r.RecordedOn).ThenBy(r => r.Party, StringComparer.Ordinal).ThenBy(r => r.Seq)
            .Select(r => (Row: r, ((Event.Decided)Play.EventOf(r)).Decision)).Where(d => d.Decision.Action != "wait" || d.Decision.SegmentBefore is not null)
            .Select(d => $"{d.Row.RecordedOn:yyyy-MM-dd} {d.Row.Party} {d.Decision.Portfolio} {(d.Decision.SegmentBefore is { } before ? $"from {before} " : "")}{d.Decision.Segment}: {d.Decision.Action} {d.Decision.Step} {d.Decision.Channel}"),
    ];
}
