using System.Text.Json.Nodes;
using Recoup.Core.Decisions;
using Recoup.Core.Outbox;
using Recoup.Core.Recovery;
using Recoup.Storage.Work;

namespace Recoup.Tests.Properties;

/// <summary>A decision used nothing that was not recorded and effective by its date.</summary>
public sealed class FutureProperties
{
    [Fact]
    public void What_is_recorded_later_changes_no_decision_before() =>
        Many.Histories(10, seed => RandomHistory.Of(11_000 + seed, new Weather { Plans = true, Conversations = true }), history =>
    {
        // Whatever comes after some day may be left out: what stands before it stays, byte for byte.
        var days = history.Steps.Select(s => DateOnly.FromDateTime(s.At.UtcDateTime)).Distinct().ToList();
        using var whole = new Play(Policies.Of(history.Policy)).Do(history);
        foreach (var share in new[] { 3, 2 })
        {
            if (days.Count < share) continue;
            var last = days[days.Count / share];
            var past = history with { Steps = [.. history.Steps.Where(s => DateOnly.FromDateTime(s.At.UtcDateTime) <= last)] };
            using var short_ = new Play(Policies.Of(history.Policy)).Do(past);
            var until = whole.Journal().GroupBy(r => r.Partition).ToDictionary(g => g.Key, g => g.ToList());
            foreach (var row in short_.Journal())
                Play.Describe(until[row.Partition][(int)row.Seq - 1]).ShouldBe(Play.Describe(row), $"recorded by {last:yyyy-MM-dd}");
        }
    });

    [Fact]
    public void What_is_known_ahead_changes_no_decision_and_no_message_before_its_day() => Many.Histories(30, WithFactsAhead, history =>
    {
        var cut = CutOf(history);
        var without = history with { Steps = [.. history.Steps.Where(s => !IsAhead(s))] };
        using var knows = new Play(Policies.Of(history.Policy)).Do(history);
        using var knowsNot = new Play(Policies.Of(history.Policy)).Do(without);
        Decisions(knows, cut).ShouldBe(Decisions(knowsNot, cut), "decisions with and without facts known ahead");
    });

    private const int Quiet = 14;

    /// <summary>A history, facts that take effect after a day far ahead, and two quiet weeks in which every day is decided.</summary>
    private static History WithFactsAhead(int seed)
    {
        var past = RandomHistory.Of(12_000 + seed, new Weather { Days = 40, AheadPercent = 0, RunsAll = true });
        var begin = RandomHistory.Begin.AddDays(40);
        var steps = past.Steps.ToList();
        steps.AddRange(RandomHistory.Ahead(past, 13_000 + seed, At(begin, 5), begin.AddDays(Quiet), 12));
        for (var day = begin; day <= begin.AddDays(Quiet); day = day.AddDays(1))
        {
            steps.Add(new Step.Run(At(day, 10), day, All: true));
            steps.Add(new Step.Dispatch(At(day, 15)));
        }
        return past with { Steps = steps };
    }

    private static DateTimeOffset At(DateOnly day, int hour) => new(day.ToDateTime(new TimeOnly(hour, 0)), TimeSpan.Zero);

    private static DateOnly CutOf(History _) => RandomHistory.Begin.AddDays(40 + Quiet);

    private static bool IsAhead(Step step) =>
        step is Step.Send send && send.Lines.Any(l => l.Contains("\"key\":\"k20", StringComparison.Ordinal) && Play.Parse(l).Key.Length == 7);

    /// <summary>
    /// What was decided and sent by a day. Left out is what a fact known ahead may touch: the days on which to look
    /// again, who moves next, which follows from them, and the ids, which count events.
    /// </summary>
    private static List<string> Decisions(Play play, DateOnly until)
    {
        var decided = new List<string>();
        var dispatcher = new Dispatcher(play.Door, new Dictionary<string, ChannelPort>(StringComparer.Ordinal));
        foreach (var row in play.Journal())
        {
            if (row.RecordedOn > until) continue;
            switch (Play.EventOf(row))
            {
                case DecisionEvent.Made d:
                    var json = JsonNode.Parse(row.Payload)!;
                    foreach (var name in new[] { "next_review_on", "next_move", "intent" }) json["decision"]!.AsObject().Remove(name);
                    decided.Add($"{row.RecordedOn:yyyy-MM-dd} {row.Party} {row.Account} {json.ToJsonString()}");
                    break;
                case MessageEvent.Released released:
                    var text = dispatcher.TextOf(row.Party, play.Store.Party(row.Party)!.Value.State.LastSeq, released.Message);
                    decided.Add($"{row.RecordedOn:yyyy-MM-dd} {row.Party} {row.Account} {text?.To} {text?.Subject} {text?.Body}");
                    break;
                case PromiseEvent.Closed closed: decided.Add($"{row.RecordedOn:yyyy-MM-dd} {row.Party} {closed}"); break;
                default: break;
            }
        }
        return decided;
    }
}
