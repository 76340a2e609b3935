using Recoup.Core.Recovery;
using static Recoup.Tests.Policies.PartyBench;

namespace Recoup.Tests.Policies;

/// <summary>
/// Days on which a hold, a promise or a dispute stood are not counted, each once: held against a count day by day that knows
/// nothing of runs, of what was entered late, and of how the program keeps it.
/// </summary>
public sealed class PauseProperties
{
    private static readonly DateOnly Due = Day(2026, 6, 1);

    private const int GraceDays = 2;

    [Fact]
    public void A_pause_counts_by_the_calendar()
    {
        var (counted, late) = (0, 0);
        for (var seed = 0; seed < 300; seed++)
        {
            var story = new Told(seed);
            var decision = story.Tell();
            var paused = decision.PausedDays ?? 0;
            paused.ShouldBe(story.PausedByHand(), $"seed {seed}: {string.Join("; ", story.Words)}");
            if (paused > 0) counted++;
            if (story.EnteredLate > 0) late++;
        }
        // Else it could hold because nothing ever paused.
        counted.ShouldBeGreaterThan(200);
        late.ShouldBeGreaterThan(100);
    }

    private sealed class Told(int seed)
    {
        private readonly Random random = new(seed);
        private readonly PartyBench bench = new(SamplePolicy.With(), SamplePolicy.Rules());
        private readonly List<(DateOnly From, DateOnly To)> spans = [];
        private readonly List<(string Key, DateOnly From)> disputes = [];
        private DateOnly asOf;

        public List<string> Words { get; } = [];

        public int EnteredLate { get; private set; }

        public Core.Decisions.DecisionRecord Tell()
        {
            bench.Clock(At(Due.AddDays(-30)));
            bench.Invoice("I1", Due);
            for (var day = Due.AddDays(-20); day < Due.AddDays(110); day = day.AddDays(1))
            {
                bench.Clock(At(day));
                if (random.Next(14) == 0) Pause(day);
                if (disputes.Count > 0 && random.Next(12) == 0) Close(day);
                // Most days pass without a run.
                if (random.Next(5) == 0) Review(day);
            }
            asOf = Due.AddDays(110);
            bench.Clock(At(asOf));
            while (disputes.Count > 0) Close(asOf);
            foreach (var (_, to) in spans)
                if (to > asOf) asOf = to;
            return Review(asOf);
        }

        public int PausedByHand()
        {
            var days = 0;
            for (var day = Due.AddDays(1); day <= asOf; day = day.AddDays(1))
                if (spans.Exists(s => s.From <= day && day < s.To)) days++;
            return days;
        }

        private Core.Decisions.DecisionRecord Review(DateOnly day)
        {
            var decision = bench.Review(day);
            bench.Dispatch();
            return decision;
        }

        private void Pause(DateOnly today)
        {
            var from = today.AddDays(random.Next(3) == 0 ? -random.Next(1, 20) : random.Next(3));
            if (from < Due.AddDays(-30)) from = Due.AddDays(-30);
            var to = from.AddDays(random.Next(1, 15));
            switch (random.Next(3))
            {
                case 0:
                    if (bench.State.Holds.Any(h => h.Overlaps(from, to))) return;
                    bench.Hold(from, to);
                    Keep("hold", today, from, to.AddDays(1));
                    break;
                case 1:
                    bench.Promise(from, to);
                    Keep("promise", today, from, to.AddDays(GraceDays + 1));
                    break;
                default:
                    if (from > today) from = today;
                    disputes.Add((bench.Dispute(from, random.Next(2) == 0 ? "I1" : null), from));
                    if (from < today) EnteredLate++;
                    break;
            }
        }

        private void Close(DateOnly today)
        {
            var (key, from) = disputes[0];
            disputes.RemoveAt(0);
            var on = today.AddDays(-random.Next(6));
            if (on < from) on = from;
            bench.CloseDispute(key, on);
            Keep("dispute", today, from, on);
        }

        private void Keep(string what, DateOnly today, DateOnly from, DateOnly to)
        {
            spans.Add((from, to));
            if (what != "dispute" && from < today) EnteredLate++;
            Words.Add($"{today:MM-dd} {what} {from:MM-dd} to before {to:MM-dd}");
        }
    }
}
