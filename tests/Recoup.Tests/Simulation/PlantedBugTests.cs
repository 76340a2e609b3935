using Recoup.Core.Contact;
using Recoup.Core.Outbox;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Simulation.Auditing;
using Recoup.Simulation.Business;

namespace Recoup.Tests.Simulation;

/// <summary>Bugs planted one at a time, each caught by the auditor under its right name, with the day it showed.</summary>
public sealed class PlantedBugTests
{
    private static readonly DateOnly Day = new(2025, 2, 14);

    private static void ShouldBeCaught(string invariant, Seams seams, string world = "everyday", int customers = 60, int days = 80, Policy? policy = null)
    {
        var plan = Played.Plan(17, customers, days, world) with { Seams = seams, Policy = policy };
        var report = plan.Play();
        report.Findings.Ok.ShouldBeFalse();
        var breach = report.Findings.Breaches.Find(b => b.Invariant == invariant);
        breach.ShouldNotBeNull($"caught as something else:\n{string.Join('\n', report.Findings.Breaches)}");
        breach.Seed.ShouldBe(17UL);
        breach.Day.ShouldBeInRange(plan.Start, plan.End);
        breach.ToString().ShouldStartWith("seed 17, 2025-");
    }

    [Fact]
    public void Without_a_bug_nothing_is_caught() => Played.Plan(17, 60, 80).Play().ShouldHold();

    // --- what was told ---

    [Fact]
    public void A_payment_that_gets_lost() =>
        ShouldBeCaught(Findings.Money, new Seams { Post = (day, told) => day < Day ? told : [.. told.Where(i => i is not PaymentInput.Received)] });

    [Fact]
    public void A_payment_taken_twice() => ShouldBeCaught(Findings.Money, new Seams
    {
        Post = (day, told) => day < Day ? told : [.. told, .. told.OfType<PaymentInput.Received>().Select(p => p with { Key = p.Key + "/again" })],
    });

    [Fact]
    public void A_fact_changed_under_its_key() => ShouldBeCaught(Findings.Inputs, new Seams
    {
        Post = (day, told) => [.. told, .. told.Where(i => day >= Day && i is InvoiceInput.Issued).Select(i => i with { Digest = new byte[16] })],
    });

    // --- what leaves ---

    [Fact]
    public void A_message_delivered_twice() => ShouldBeCaught(Findings.Once, new Seams
    {
        Channel = port => port with { Send = (messages, at) => { port.Send(messages, at); return port.Send(messages, at); } },
    });

    [Fact]
    public void A_message_said_to_be_sent_that_never_left() => ShouldBeCaught(Findings.Once, new Seams
    {
        Channel = port => port with { Send = (messages, _) => [.. messages.Select(_ => ChannelAnswer.Sent)] },
    });

    [Fact]
    public void A_message_that_forgets_it_was_sent() => ShouldBeCaught(Findings.Once, AfterRun(
        "UPDATE message SET status = 0, state = pending(state, id) WHERE status = 2"));

    [Fact]
    public void A_message_that_nobody_decided() => ShouldBeCaught(Findings.Cleared, AfterRun(
        "INSERT INTO message(id, pid, status, not_before, state) SELECT 'x' || id, pid, 0, 0, pending(state, 'x' || id) FROM message"));

    [Fact]
    public void A_contact_in_a_hold() =>
        ShouldBeCaught(Findings.Holds, new Seams { Post = (_, told) => [.. told.Where(i => i is not HoldInput.Placed and not HoldInput.Released)] },
            "contact-harms", customers: 150, days: Long.Or(200, 120));

    [Fact]
    public void A_gate_that_overlooks_consent() =>
        ShouldBeCaught(Findings.OptOuts, new Seams { Rules = Pack(("kind: opt_out", "kind: opt_out\n    effective_from: 2999-01-01")) },
            "contact-harms", customers: 150, days: Long.Or(200, 120));

    [Fact]
    public void A_gate_without_hours() =>
        ShouldBeCaught(Findings.Hours, new Seams { Rules = Pack(("kind: window", "kind: window\n    effective_from: 2999-01-01")) });

    [Fact]
    public void A_gate_without_a_cap() => ShouldBeCaught(Findings.Week, new Seams { Rules = Pack(("contacts: 3", "contacts: 99")) }, policy: Hasty);

    // --- what was written ---

    [Fact]
    public void A_lost_allocation() => ShouldBeCaught(Findings.States, AfterRun(
        "UPDATE item SET state = without_second_movement(state), open = 1 "
        + "WHERE json_extract(state_text(state), '$.movements[1].on') = (SELECT max(recorded_on) FROM head)"));

    [Fact]
    public void A_header_with_a_wrong_sum() => ShouldBeCaught(Findings.Headers, AfterRun(
        "UPDATE party SET state = with_one_more(state) WHERE json_extract(state_text(state), '$.receivables.exposures[0].minor') IS NOT NULL"));

    [Fact]
    public void A_figure_that_is_not_the_sum_of_its_items() => ShouldBeCaught(Findings.Cells, AfterRun("UPDATE cell SET minor = minor + 1 WHERE measure = 1"));

    [Fact]
    public void A_decision_that_knows_more() => ShouldBeCaught(Findings.Facts, AfterRun(
        "UPDATE journal SET payload = CAST(json_set(CAST(payload AS TEXT), '$.decision.facts.open_minor', json_extract(CAST(payload AS TEXT), "
        + "'$.decision.facts.open_minor') + 100) AS BLOB) WHERE kind = 'decided' AND effective_on = '2025-02-14'"));

    [Fact]
    public void A_row_of_the_journal_that_is_gone() =>
        ShouldBeCaught(Findings.Journal, AfterRun("DELETE FROM journal WHERE kind = 'decided' AND effective_on = '2025-02-14'"));

    [Fact]
    public void A_clock_that_was_set_back() => ShouldBeCaught(Findings.Journal,
        AfterRun("UPDATE journal SET recorded_at = recorded_at - 864000000 WHERE kind = 'decided' AND effective_on = '2025-02-14'"));

    [Fact]
    public void A_row_of_the_past_that_was_altered() =>
        ShouldBeCaught(Findings.Chains, AfterRun("UPDATE journal SET actor = 'somebody' WHERE kind = 'invoice_issued' AND effective_on = '2025-01-20'"));

    /// <summary>One change behind Recoup's back, between the run and the post of a day.</summary>
    private static Seams AfterRun(string sql) => new()
    {
        AfterRun = (day, folder) =>
        {
            if (day == Day) Played.Tamper(folder, sql).ShouldBeGreaterThan(0, "the bug was planted");
        },
    };

    private static ContactRules Pack(params (string From, string To)[] changes)
    {
        var text = ShippedPolicies.ContactRulesText;
        foreach (var (from, to) in changes)
        {
            text.ShouldContain(from);
            text = text.Replace(from, to, StringComparison.Ordinal);
        }
        return ContactRules.Parse(text, "planted.yaml");
    }

    /// <summary>A letter a day for a week.</summary>
    private static Policy Hasty { get; } = Policy.Parse("""
        policy: hasty
        about: A letter a day.
        score:
          base: 50
        segments:
          - { id: all, when: "true", strategy: daily }
        strategies:
          - id: daily
            entry: s1
            days_between_steps: 1
            steps:
              - { id: s1, at: 1, action: message, channels: [email], template: first-reminder, tone: firm }
              - { id: s2, at: 2, action: message, channels: [email], template: second-reminder, tone: firm }
              - { id: s3, at: 3, action: message, channels: [email], template: second-reminder, tone: firm }
              - { id: s4, at: 4, action: message, channels: [email], template: second-reminder, tone: firm }
              - { id: s5, at: 5, action: message, channels: [email], template: final-notice, tone: firm }
              - { id: s6, at: 6, action: message, channels: [email], template: final-notice, tone: firm }
        review_every_days: 14
        promise_grace_days: 3
        allocation: oldest_first
        business_days_only: false
        volume_stop: { multiple: 3, runs: 10, minimum: 50 }
        """, "hasty.yaml");
}
