using Recoup.Core.Foundation;
using Recoup.Core.Policies;
using static Recoup.Tests.Policies.PartyBench;

namespace Recoup.Tests.Policies;

/// <summary>Steps that count their days from another step: what a file may say, and where the named step was passed over.</summary>
public sealed class AfterTests
{
    private static readonly DateOnly Due = Day(2026, 3, 2);

    private const string Last = "at: 40, action: message, channels: [email, call], template: final-notice, tone: firm";

    private static (string, string) LastStep(string day, string more = "action: propose_placement") => (Last, $"{day}, {more}");

    [Theory]
    [InlineData("at: 40, after: { step: level-2, days: 10 }", "a step has at or after, not both")]
    [InlineData("when: \"true\"", "at is missing")]
    [InlineData("after: { step: level-9, days: 10 }", "there is no step 'level-9'; before this one there are level-1, level-2")]
    [InlineData("after: { step: level-3, days: 10 }", "step 'level-3' does not come before this one in the list")]
    [InlineData("after: { step: ahead, days: 10 }", "'ahead' comes before the due date")]
    [InlineData("after: { step: level-1, days: 10 }", "10 days after level-1 are day 15, which does not come after 20")]
    [InlineData("after: { step: level-2, days: 0 }", "days")]
    [InlineData("after: { step: level-2 }", "days")]
    [InlineData("after: { days: 10 }", "step")]
    public void What_cannot_be_counted_is_refused_on_its_line(string day, string problem)
    {
        var error = Should.Throw<YamlException>(() => SamplePolicy.With(LastStep(day)));
        (error.Message, error.Line).ShouldSatisfyAllConditions(
            e => e.Message.ShouldContain(problem), e => SamplePolicy.Text.Split('\n')[e.Line - 1].ShouldContain("level-3"));
        Policy.ProblemsOf(SamplePolicy.Text.Replace(Last, $"{day}, action: propose_placement", StringComparison.Ordinal), "sample.yaml", null)
            .Count.ShouldBe(1);
    }

    /// <summary>The condition of the named step does not hold: there is no threat, and the days are those that they would be.</summary>
    [Fact]
    public void A_step_that_was_passed_over_is_not_waited_for()
    {
        var bench = new PartyBench(SamplePolicy.With(("at: 20, action", "at: 20, when: \"open > 500\", action"),
            LastStep("after: { step: level-2, days: 10 }")), SamplePolicy.Rules());
        bench.Invoice("R1", Due);
        Days(bench).ShouldBe([(-1, "ahead"), (5, "level-1"), (30, "level-3")]);
    }

    [Fact]
    public void The_latest_step_does_not_skip_the_one_that_it_counts_from()
    {
        var bench = new PartyBench(SamplePolicy.With(("missed_steps: in_turn", "missed_steps: latest"),
            LastStep("after: { step: level-2, days: 10 }")), SamplePolicy.Rules());
        bench.Invoice("R1", Due);
        bench.Run(Due.AddDays(-30), Due.AddDays(5));
        // For weeks nobody ran it.
        bench.Review(Due.AddDays(45)).Step.ShouldBe("level-2");
        bench.Dispatch();
        bench.Run(Due.AddDays(46), Due.AddDays(80)).Select(d => (d.Day.DayNumber - Due.DayNumber, d.Decision.Step)).Where(d => d.Item2 is not null)
            .ShouldBe([(55, "level-3")]);
    }

    /// <summary>Its message came back, so it was never said: it is taken again, and the days count from then.</summary>
    [Fact]
    public void A_step_taken_back_is_not_counted_from()
    {
        var bench = new PartyBench(SamplePolicy.With(LastStep("after: { step: level-2, days: 10 }")), SamplePolicy.Rules());
        bench.Invoice("R1", Due);
        bench.Run(Due.AddDays(-30), Due.AddDays(19));
        bench.Review(Due.AddDays(20)).KeepsDay.ShouldBeTrue();
        var message = bench.State.Pending.Single().Id;
        bench.Dispatch();
        bench.State.Treatment("main")!.Kept!.Single().On.ShouldBe(Due.AddDays(20));
        bench.Clock(At(Due.AddDays(22)));
        bench.Do(new Core.Outbox.MessageInput.Bounced
        {
            Key = bench.NextKey(), Account = "A1", Message = message, On = Due.AddDays(22), Kind = "hard",
        });
        bench.State.Treatment("main")!.Kept.ShouldBeNull();
    }

    private static IEnumerable<(int Day, string? Step)> Days(PartyBench bench) => bench.Run(Due.AddDays(-1), Due.AddDays(120))
        .Where(d => d.Decision.Action != Act.Wait).Select(d => (d.Day.DayNumber - Due.DayNumber, d.Decision.Step));
}
