using Recoup.Core.Policies;
using static Recoup.Tests.Policies.PartyBench;

namespace Recoup.Tests.Policies;

public sealed class PauseTests
{
    private static readonly DateOnly Due = Day(2026, 6, 1);

    private static PartyBench Bench(Policy? policy = null)
    {
        var bench = new PartyBench(policy ?? SamplePolicy.With(), SamplePolicy.Rules(), live: true);
        bench.Clock(At(Due.AddDays(-30)));
        bench.Invoice("I1", Due);
        return bench;
    }

    [Fact]
    public void Days_of_a_hold_are_not_counted_where_they_overlap_the_overdue_time()
    {
        var bench = Bench();
        bench.Hold(Due.AddDays(-5), Due.AddDays(29));
        bench.Review(Due.AddDays(1)).Rule.ShouldBe("hold");
        // 29 of its days were after the due date; on day 30 the item is one day old for the ladder, whose first level is day 5.
        bench.Review(Due.AddDays(30)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("step-not-due"), d => d.NextReviewOn.ShouldBe(Due.AddDays(34)));
        bench.Review(Due.AddDays(34)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-1"), d => d.PausedDays.ShouldBe(29));
    }

    [Fact]
    public void After_a_long_dispute_no_level_is_skipped()
    {
        var bench = Bench();
        bench.Review(Due.AddDays(5)).Rule.ShouldBe("level-1");
        bench.Dispatch();
        var dispute = bench.Dispute(Due.AddDays(6), "I1");
        bench.Review(Due.AddDays(6)).Rule.ShouldBe("disputed");
        bench.Review(Due.AddDays(49)).Rule.ShouldBe("disputed");
        bench.CloseDispute(dispute, Due.AddDays(50));
        bench.Review(Due.AddDays(50)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("step-not-due"), d => d.PausedDays.ShouldBe(44));
        bench.Review(Due.AddDays(64)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-2"), d => d.Skipped.ShouldBeNull());
    }

    [Fact]
    public void Missed_days_skip_what_was_due_in_them_and_say_so_where_the_policy_wants_the_latest()
    {
        var bench = Bench(SamplePolicy.With(("missed_steps: in_turn", "missed_steps: latest")));
        bench.Review(Due.AddDays(1)).Rule.ShouldBe("step-not-due");
        bench.Review(Due.AddDays(21)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-2"), d => d.Skipped.ShouldBe(["level-1"]));
    }
}
