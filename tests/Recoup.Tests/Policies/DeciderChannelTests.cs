using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Outbox;
using Recoup.Core.Policies;
using Recoup.Core.Recovery;
using static Recoup.Tests.Policies.DeciderTests;
using static Recoup.Tests.Policies.PartyBench;

namespace Recoup.Tests.Policies;

/// <summary>By which channel a step goes, when, and what becomes of it where none is left.</summary>
public sealed class DeciderChannelTests
{
    [Fact]
    public void Where_mail_is_blocked_a_person_calls_and_one_open_call_is_enough()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.OptOut("email");
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(
            d => d.Action.Word.ShouldBe("task"), d => d.Rule.ShouldBe("level-1"), d => d.Considered.ShouldBe([new Considered("level-1 by email", "opt_out")]));
        bench.State.WorkItems.Values.Single().ShouldSatisfyAllConditions(w => w.Kind.ShouldBe("call"), w => w.Minor.ShouldBe(10000));
        bench.Review(Due.AddDays(20)).Rule.ShouldBe("work-under-way");
        bench.Pay(Due.AddDays(20), 100m);
        bench.Review(Due.AddDays(21));
        SealedWords.Open(bench.TheVault, "A1", bench.State.WorkItems.Values.Single().Disposition!).ShouldBe("no_longer_needed");
    }

    [Fact]
    public void An_opt_out_of_an_address_ends_with_the_address()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.OptOut("email", "pay@customer.example");
        bench.Review(Due.AddDays(-3)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("gate-blocked"), d => d.GateRule.ShouldBe("opt_out"));
        bench.Do(new ContactInput.PointSet { Key = "p", Account = "A1", Channel = "email", Address = "other@customer.example" });
        bench.Review(Due.AddDays(-2)).Rule.ShouldBe("ahead");
        bench.OptOut("email", "other@customer.example");
        bench.Dispatch().OfType<MessageEvent.Withdrawn>().Single().Rule.ShouldBe("opt_out");
        bench.OptOut("email", "other@customer.example", granted: true);
        bench.Review(Due.AddDays(-1)).Rule.ShouldBe("ahead");
        bench.Dispatch();
        bench.Sent.Single().Text.To.ShouldBe("other@customer.example");
    }

    [Fact]
    public void A_message_waits_for_the_customer_s_morning()
    {
        var bench = new PartyBench(SamplePolicy.With(), ShippedPolicies.ContactRules, account: false);
        bench.Account("A1", zone: "America/New_York");
        bench.Clock(At(Due.AddDays(-30)));
        bench.Invoice("I1", Due);
        // 10:00 UTC is 06:00 in New York in June.
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("level-1"), d => d.GateRule.ShouldBe("waking-hours"), d => d.NotBefore.ShouldBe(At(Due.AddDays(5), 12)));
        bench.Dispatch().ShouldBeEmpty();
        bench.Clock(At(Due.AddDays(5), 11, 59));
        bench.Dispatch().ShouldBeEmpty();
        bench.Clock(At(Due.AddDays(5), 12));
        bench.Dispatch();
        bench.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public void A_message_that_missed_the_evening_is_put_off_to_the_next_morning()
    {
        var bench = Bench(rules: ShippedPolicies.ContactRules);
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(5)).NotBefore.ShouldBe(At(Due.AddDays(5), 10));
        bench.Clock(At(Due.AddDays(5), 22));
        bench.Dispatch().OfType<MessageEvent.Deferred>().Single()
            .ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("waking-hours"), d => d.Until.ShouldBe(At(Due.AddDays(6), 8)));
        bench.Clock(At(Due.AddDays(6), 8));
        bench.Dispatch();
        bench.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public void Where_every_channel_is_blocked_the_decision_says_so()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.OptOut("all");
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("out-of-reach"), d => d.Action.ShouldBe(Act.FindContact), d => d.Verdict.ShouldBe("blocked"), d => d.Step.ShouldBeNull(),
            d => d.NextReviewOn.ShouldBe(Due.AddDays(20)));
    }

    [Fact]
    public void Where_one_channel_is_blocked_and_the_other_must_wait_the_decision_waits()
    {
        var bench = Bench(rules: SamplePolicy.Rules("id: calls, kind: cap, contacts: 1, days: 2, channels: [call]"));
        bench.Invoice("I1", Due);
        bench.OptOut("email");
        bench.Clock(At(Due.AddDays(5), 9));
        bench.Contacted(At(Due.AddDays(5), 9));
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("gate-deferred"), d => d.GateRule.ShouldBe("calls"), d => d.NextReviewOn.ShouldBe(Due.AddDays(7)));
    }

    [Fact]
    public void An_erased_party_is_left_alone()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(5));
        bench.Do(new AccountInput.Erasure { Key = "e", Account = "A1", Reason = "asked" });
        bench.State.Messages.Values.Single().Status.ShouldBe(IntentStatus.Withdrawn);
        bench.Review(Due.AddDays(20)).Rule.ShouldBe("erased");
    }

    [Fact]
    public void The_same_party_twice_gives_the_same_decisions()
    {
        static string Story()
        {
            var bench = Bench();
            bench.Invoice("I1", Due);
            return string.Join('\n', bench.Run(Due.AddDays(-5), Due.AddDays(50))
                .Select(d => System.Text.Encoding.UTF8
                .GetString(Core.EventCodec.Encode(new Core.Decisions.DecisionEvent.Made(d.Decision)).Payload)));
        }

        Story().ShouldBe(Story());
    }
}
