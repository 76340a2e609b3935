using System.Text;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Policies;
using static Recoup.Tests.Policies.PartyBench;

namespace Recoup.Tests.Policies;

/// <summary>What policies name as an act is decided, and what they can't name is refused in the file.</summary>
public sealed class ActTests
{
    private static readonly DateOnly Due = Day(2026, 3, 2);

    public static TheoryData<string> OfPolicies => [.. Act.OfPolicies];

    [Theory]
    [MemberData(nameof(OfPolicies))]
    public void Each_act_that_a_policy_names_is_decided(string word)
    {
        var policy = SamplePolicy.With(("at: 5, action: message, channels: [email, call], template: first-reminder, tone: neutral",
            $"at: 5, action: {word}{(Act.Of(word) is Act.Writing ? ", channels: [email], template: first-reminder, tone: neutral" : "")}"));
        var bench = new PartyBench(policy, SamplePolicy.Rules());
        bench.Invoice("R1", Due);
        var decision = bench.Review(Due.AddDays(5));
        (decision.Action.Word, decision.Step).ShouldBe((word, "level-1"));
        bench.State.Pending.Single().Id.ShouldBe(decision.Intent);
    }

    [Fact]
    public void What_a_policy_cannot_name_is_refused_with_what_it_can() =>
        Should.Throw<YamlException>(() => SamplePolicy.With(("at: 5, action: message", "at: 5, action: find_place"))).Message
            .ShouldSatisfyAllConditions(m => m.ShouldContain("sample.yaml"), m => m.ShouldContain("message, task, propose_placement, not"));

    [Fact]
    public void A_word_that_is_no_act_refuses_the_event()
    {
        var payload = """
            {"decision":{"portfolio":"main","policy":1,"segment":"all","strategy":"s","action":"sue","rule":"r","score":50,
            """ + """
            "facts":{"currency":"EUR","open_minor":0,"overdue_minor":0,"disputed_minor":0,"unapplied_minor":0,"overdue_items":0,"days_past_due":0}}}
            """;
        Should.Throw<Core.Events.JournalDamagedException>(() => EventCodec.Decode("decided", 1, Encoding.UTF8.GetBytes(payload.Trim())))
            .Message.ShouldContain("'sue' is no act");
    }
}
