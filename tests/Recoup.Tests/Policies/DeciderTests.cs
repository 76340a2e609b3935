using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Outbox;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using static Recoup.Tests.Policies.PartyBench;

namespace Recoup.Tests.Policies;

public sealed class DeciderTests
{
    /// <summary>A Monday.</summary>
    internal static readonly DateOnly Due = Day(2026, 6, 1);

    internal static PartyBench Bench(Policy? policy = null, ContactRules? rules = null, bool live = true)
    {
        var bench = new PartyBench(policy ?? SamplePolicy.With(), rules ?? SamplePolicy.Rules(), live);
        bench.Clock(At(Due.AddDays(-30)));
        return bench;
    }

    // --- the levels, as the peers' own tests have them: 100.00 due on day 0, levels at 5, 20 and 40 days ---

    [Fact]
    public void Nothing_on_day_4_and_level_1_on_day_5()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(4)).ShouldSatisfyAllConditions(
            d => d.Action.Word.ShouldBe("wait"), d => d.Rule.ShouldBe("step-not-due"), d => d.NextReviewOn.ShouldBe(Due.AddDays(5)));
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(
            d => d.Action.Word.ShouldBe("message"), d => d.Rule.ShouldBe("level-1"), d => d.Channel.ShouldBe("email"),
            d => d.Template.ShouldBe("first-reminder"), d => d.AnchorOn.ShouldBe(Due),
            d => d.Facts.DaysPastDue.ShouldBe(5), d => d.Facts.OverdueMinor.ShouldBe(10000));
    }

    [Fact]
    public void A_level_that_has_not_left_yet_stays_and_no_second_letter_is_made()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(5)).Rule.ShouldBe("level-1");
        bench.Review(Due.AddDays(30)).ShouldSatisfyAllConditions(
            d => d.Action.Word.ShouldBe("wait"), d => d.Rule.ShouldBe("message-under-way"), d => d.NextReviewOn.ShouldBe(Due.AddDays(31)));
        bench.Dispatch();
        bench.Review(Due.AddDays(31)).Rule.ShouldBe("level-2");
        bench.Dispatch();
        bench.Sent.Select(m => m.Text.Subject).ShouldBe(["first-reminder", "second-reminder"]);
    }

    [Fact]
    public void A_blocked_invoice_stays_at_its_level_and_goes_on_when_unblocked()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(5)).Rule.ShouldBe("level-1");
        bench.Dispatch();
        var dispute = bench.Dispute(Due.AddDays(6), "I1");
        bench.Review(Due.AddDays(30)).ShouldSatisfyAllConditions(d => d.Action.Word.ShouldBe("wait"), d => d.Rule.ShouldBe("disputed"));
        bench.CloseDispute(dispute, Due.AddDays(31));
        // Twenty-five days of dispute are not counted: it is where it was on day 6.
        bench.Review(Due.AddDays(31)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("step-not-due"), d => d.PausedDays.ShouldBe(25), d => d.NextReviewOn.ShouldBe(Due.AddDays(45)));
        bench.Review(Due.AddDays(45)).Rule.ShouldBe("level-2");
    }

    [Fact]
    public void Paid_is_gone()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(5));
        bench.Dispatch();
        bench.Clock(At(Due.AddDays(10)));
        bench.Pay(Due.AddDays(10), 100m);
        bench.Review(Due.AddDays(50)).ShouldSatisfyAllConditions(
            d => d.Action.Word.ShouldBe("wait"), d => d.Rule.ShouldBe("nothing-open"), d => d.NextReviewOn.ShouldBeNull());
    }

    [Fact]
    public void A_run_takes_the_levels_on_their_days_and_then_is_at_the_end()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        var done = bench.Run(Due.AddDays(-10), Due.AddDays(60));
        done.Where(d => d.Decision.Action.Word != "wait").Select(d => (d.Day.DayNumber - Due.DayNumber, d.Decision.Rule))
            .ShouldBe([(-3, "ahead"), (5, "level-1"), (20, "level-2"), (40, "level-3")]);
        bench.Review(Due.AddDays(61)).Rule.ShouldBe("last-step-taken");
        bench.Sent.Count.ShouldBe(4);
        bench.Sent.Select(m => m.Message).Distinct().Count().ShouldBe(4);
    }

    // --- what moves the day from which steps count ---

    [Fact]
    public void A_part_payment_of_the_oldest_leaves_the_ladder_where_it_is()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Run(Due, Due.AddDays(21));
        bench.Pay(Due.AddDays(21), 60m, "I1");
        var decision = bench.Review(Due.AddDays(40));
        decision.ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-3"), d => d.AnchorOn.ShouldBe(Due), d => d.Facts.OverdueMinor.ShouldBe(4000));
    }

    [Fact]
    public void When_the_oldest_is_paid_the_ladder_begins_anew_from_the_next()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Invoice("I2", Due.AddDays(18));
        bench.Run(Due, Due.AddDays(22)).Last(d => d.Decision.Action == Act.Message).Decision.Rule.ShouldBe("level-2");
        bench.Pay(Due.AddDays(22), 100m);
        bench.Review(Due.AddDays(22)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("step-not-due"), d => d.AnchorOn.ShouldBe(Due.AddDays(18)), d => d.NextReviewOn.ShouldBe(Due.AddDays(23)));
        bench.Review(Due.AddDays(23)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-1"), d => d.Facts.DaysPastDue.ShouldBe(5));
    }

    [Fact]
    public void One_disputed_invoice_is_held_while_the_rest_goes_on()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Invoice("I2", Due.AddDays(2));
        bench.Dispute(Due.AddDays(1), "I1");
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("step-not-due"), d => d.Facts.DisputedMinor.ShouldBe(10000));
        var decision = bench.Review(Due.AddDays(7));
        decision.ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-1"), d => d.AnchorOn.ShouldBe(Due.AddDays(2)));
        bench.Dispatch();
        bench.Writer.Written.Single().Items.Select(i => i.Number).ShouldBe(["I2"]);
        bench.Writer.Written.Single().Totals.ShouldBe([Euro(100m)]);
    }

    [Fact]
    public void Arrears_first_heard_of_late_enter_at_the_entry_step()
    {
        var bench = Bench();
        bench.Clock(At(Due.AddDays(200)));
        bench.Invoice("OLD", Due);
        var first = bench.Review(Due.AddDays(200));
        first.ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-1"), d => d.Skipped.ShouldBeNull(),
            d => d.AnchorOn.ShouldBe(Due.AddDays(195)), d => d.Facts.DaysPastDue.ShouldBe(200));
        bench.Dispatch();
        bench.Run(Due.AddDays(201), Due.AddDays(260)).Where(d => d.Decision.Action == Act.Message).Select(d => (d.Day, d.Decision.Rule))
            .ShouldBe([(Due.AddDays(215), "level-2"), (Due.AddDays(235), "level-3")]);
    }

    [Fact]
    public void An_entry_step_further_on_takes_the_ones_before_it_as_skipped()
    {
        var bench = Bench(SamplePolicy.With(("entry: level-1", "entry: level-2")));
        bench.Clock(At(Due.AddDays(200)));
        bench.Invoice("OLD", Due);
        bench.Review(Due.AddDays(200)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-2"), d => d.Skipped.ShouldBe(["level-1"]));
    }

    [Fact]
    public void Arrears_of_before_the_first_day_live_enter_at_the_entry_step_too()
    {
        var bench = new PartyBench(SamplePolicy.With(), SamplePolicy.Rules(), live: false);
        bench.Clock(At(Due.AddDays(-30)));
        bench.Invoice("I1", Due);
        bench.Live(Due.AddDays(100));
        bench.Review(Due.AddDays(100)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-1"), d => d.AnchorOn.ShouldBe(Due.AddDays(95)));
    }

    // --- what stops it for a while ---

    [Fact]
    public void A_hold_stops_until_the_day_after_its_end()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Hold(Due.AddDays(2), Due.AddDays(12));
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("hold"), d => d.NextReviewOn.ShouldBe(Due.AddDays(13)));
        bench.Review(Due.AddDays(12)).Rule.ShouldBe("hold");
        bench.Review(Due.AddDays(13)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("step-not-due"), d => d.NextReviewOn.ShouldBe(Due.AddDays(16)));
        bench.Review(Due.AddDays(16)).Rule.ShouldBe("level-1");
    }

    [Fact]
    public void A_hold_placed_after_the_decision_withdraws_the_letter()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(5)).Rule.ShouldBe("level-1");
        bench.Hold(Due.AddDays(5), Due.AddDays(12));
        bench.Dispatch().OfType<MessageEvent.Withdrawn>().Single().Rule.ShouldBe("hold");
        bench.Sent.ShouldBeEmpty();
        // It never left, so it is still to be said, and it is said before level 2.
        bench.Review(Due.AddDays(13)).Rule.ShouldBe("level-1");
        bench.Dispatch();
        bench.Review(Due.AddDays(20)).Rule.ShouldBe("step-not-due");
        bench.Review(Due.AddDays(28)).Rule.ShouldBe("level-2");
    }

    [Fact]
    public void A_reminder_withdrawn_for_a_hold_is_made_after_it()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(-3)).Rule.ShouldBe("ahead");
        bench.Hold(Due.AddDays(-3), Due.AddDays(-2));
        bench.Dispatch().OfType<MessageEvent.Withdrawn>().ShouldNotBeEmpty();
        bench.Review(Due.AddDays(-1)).Rule.ShouldBe("ahead");
    }

    [Fact]
    public void A_dispute_of_the_whole_account_stops_everything()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        var dispute = bench.Dispute(Due.AddDays(1));
        bench.Review(Due.AddDays(5)).Rule.ShouldBe("disputed");
        bench.CloseDispute(dispute, Due.AddDays(9));
        bench.Review(Due.AddDays(9)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("step-not-due"), d => d.NextReviewOn.ShouldBe(Due.AddDays(13)));
        bench.Review(Due.AddDays(13)).Rule.ShouldBe("level-1");
    }

    [Fact]
    public void A_dispute_that_ends_on_a_day_to_come_is_looked_at_on_that_day()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        var dispute = bench.Dispute(Due.AddDays(1));
        bench.CloseDispute(dispute, Due.AddDays(9));
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("disputed"), d => d.NextReviewOn.ShouldBe(Due.AddDays(9)));
    }

    [Fact]
    public void A_promise_within_its_term_and_grace_is_waited_for_then_counts_as_broken()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Clock(At(Due.AddDays(3)));
        bench.Promise(Due.AddDays(3), Due.AddDays(10));
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("promise-open"), d => d.NextReviewOn.ShouldBe(Due.AddDays(13)), d => d.Score.ShouldBe(50));
        bench.Review(Due.AddDays(12)).Rule.ShouldBe("promise-open");
        bench.Review(Due.AddDays(13)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("step-not-due"), d => d.Score.ShouldBe(30), d => d.Reasons.ShouldBe(["broke a promise"]));
        bench.Review(Due.AddDays(15)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-1"), d => d.PausedDays.ShouldBe(10));
    }

    [Fact]
    public void A_promise_kept_closes_it()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Clock(At(Due.AddDays(3)));
        bench.Promise(Due.AddDays(3), Due.AddDays(10), 60m);
        bench.Clock(At(Due.AddDays(8)));
        bench.Pay(Due.AddDays(8), 60m);
        bench.State.Behaviour.PromisesKept.ShouldBe(1);
        bench.Review(Due.AddDays(8)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("step-not-due"), d => d.PausedDays.ShouldBe(5), d => d.NextReviewOn.ShouldBe(Due.AddDays(10)));
        bench.Review(Due.AddDays(10)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-1"), d => d.Facts.OverdueMinor.ShouldBe(4000));
    }

    [Fact]
    public void A_credit_that_covers_what_is_overdue_is_considered_before_anybody_is_chased()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Do(new CreditInput.Granted { Key = "c", Account = "A1", Number = "CN", On = Due.AddDays(-1), Amount = Euro(100m) });
        bench.Review(Due.AddDays(5)).Rule.ShouldBe("covered-by-unapplied-cash");
    }

    // --- days that were missed, days that are not worked, days between ---

    [Fact]
    public void After_missed_days_each_step_has_its_turn_and_as_long_to_answer_as_ever()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(45)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("level-1"), d => d.Skipped.ShouldBeNull(), d => d.AnchorOn.ShouldBe(Due), d => d.EnteredBy.ShouldBeNull());
        bench.Dispatch();
        // Fifteen days lie between the first two levels and twenty between the next.
        bench.Run(Due.AddDays(46), Due.AddDays(120)).Where(d => d.Decision.Action == Act.Message).Select(d => (d.Day, d.Decision.Rule))
            .ShouldBe([(Due.AddDays(60), "level-2"), (Due.AddDays(80), "level-3")]);
    }

    [Fact]
    public void Where_the_policy_says_so_the_latest_step_is_taken_and_the_others_are_recorded_as_skipped()
    {
        var bench = Bench(SamplePolicy.With(("missed_steps: in_turn", "missed_steps: latest")));
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(45)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-3"), d => d.Skipped.ShouldBe(["level-1", "level-2"]));
    }

    [Fact]
    public void Two_steps_are_never_closer_than_the_policy_says()
    {
        var bench = Bench(SamplePolicy.With(("at: 20", "at: 6")));
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(5)).Rule.ShouldBe("level-1");
        bench.Dispatch();
        bench.Review(Due.AddDays(6)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("days-between-steps"), d => d.NextReviewOn.ShouldBe(Due.AddDays(8)),
            d => d.Considered.ShouldBe([new Considered("level-2", "days-between-steps")]));
        bench.Review(Due.AddDays(7)).Action.Word.ShouldBe("wait");
        bench.Review(Due.AddDays(8)).Rule.ShouldBe("level-2");
    }

    [Fact]
    public void No_step_before_the_next_business_day()
    {
        var bench = Bench(SamplePolicy.With(("business_days_only: false", "business_days_only: true")));
        bench.Invoice("I1", Due);
        Due.AddDays(5).DayOfWeek.ShouldBe(DayOfWeek.Saturday);
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("business-days-only"), d => d.NextReviewOn.ShouldBe(Due.AddDays(7)));
        bench.Review(Due.AddDays(6)).Action.Word.ShouldBe("wait");
        bench.Review(Due.AddDays(7)).Rule.ShouldBe("level-1");
    }

    [Fact]
    public void A_holiday_of_the_portfolio_is_no_business_day()
    {
        var bench = new PartyBench(SamplePolicy.With(("business_days_only: false", "business_days_only: true"), ("at: 5", "at: 4")), SamplePolicy.Rules(),
            portfolio: new Core.Events.PortfolioDetails("main") { Holidays = [Due.AddDays(4)] });
        bench.Clock(At(Due.AddDays(-30)));
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(4)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("business-days-only"), d => d.NextReviewOn.ShouldBe(Due.AddDays(7)));
    }

    [Fact]
    public void A_reminder_before_the_due_date_is_not_sent_on_a_day_off_either()
    {
        var bench = Bench(SamplePolicy.With(("business_days_only: false", "business_days_only: true"), ("at: -3", "at: -1")));
        // Due on a Sunday: the reminder's day is a Saturday and the next business day is past the due date.
        bench.Invoice("I1", Due.AddDays(6));
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(d => d.Action.Word.ShouldBe("wait"), d => d.Rule.ShouldBe("business-days-only"));
    }

    [Fact]
    public void A_step_whose_condition_does_not_hold_is_passed_over_and_the_next_one_waits_for_its_day()
    {
        var bench = Bench(SamplePolicy.With(("{ id: level-2, at: 20, action: message,", "{ id: level-2, at: 20, when: \"to_chase >= 500\", action: message,")));
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(5)).Rule.ShouldBe("level-1");
        bench.Dispatch();
        bench.Review(Due.AddDays(20)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("step-not-due"), d => d.NextReviewOn.ShouldBe(Due.AddDays(40)),
            d => d.Considered.ShouldBe([new Considered("level-2", "not where to_chase >= 500")]));
        bench.Review(Due.AddDays(40)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-3"), d => d.Skipped.ShouldBeNull());
    }

    // --- before the due date ---

    [Fact]
    public void Reminded_once_for_a_due_date()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(-4)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("not-due"), d => d.NextReviewOn.ShouldBe(Due.AddDays(-3)));
        bench.Review(Due.AddDays(-3)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("ahead"), d => d.RemindedThrough.ShouldBe(Due), d => d.Template.ShouldBe("due-soon"));
        bench.Dispatch();
        bench.Review(Due.AddDays(-2)).Rule.ShouldBe("not-due");
        bench.Review(Due).Rule.ShouldBe("not-due");
        bench.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public void One_reminder_speaks_for_all_that_falls_due_and_the_next_due_date_gets_its_own()
    {
        var bench = Bench();
        bench.Invoice("I1", Due);
        bench.Invoice("I2", Due);
        bench.Invoice("I3", Due.AddDays(2));
        bench.Review(Due.AddDays(-3)).RemindedThrough.ShouldBe(Due);
        bench.Dispatch();
        bench.Writer.Written.Single().Items.Select(i => i.Number).ShouldBe(["I1", "I2"]);
        bench.Review(Due.AddDays(-1)).RemindedThrough.ShouldBe(Due.AddDays(2));
    }

    [Fact]
    public void A_reminder_that_had_to_wait_for_a_cap_is_made_when_there_is_room()
    {
        var bench = Bench(rules: SamplePolicy.Rules("id: two, kind: cap, contacts: 1, days: 2"));
        bench.Invoice("I1", Due);
        bench.Clock(At(Due.AddDays(-3), 9));
        bench.Contacted(At(Due.AddDays(-3), 9));
        bench.Review(Due.AddDays(-3)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("gate-deferred"), d => d.GateRule.ShouldBe("two"), d => d.RemindedThrough.ShouldBeNull(),
            d => d.NextReviewOn.ShouldBe(Due.AddDays(-1)));
        bench.Review(Due.AddDays(-1)).Rule.ShouldBe("ahead");
    }

    [Fact]
    public void A_reminder_that_lacked_an_address_is_made_when_there_is_one()
    {
        var bench = new PartyBench(SamplePolicy.With(), SamplePolicy.Rules(), account: false);
        bench.Account("A1", email: null);
        bench.Clock(At(Due.AddDays(-30)));
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(-3)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("gate-blocked"), d => d.GateRule.ShouldBe("no_address"));
        bench.Do(new ContactInput.PointSet { Key = "p", Account = "A1", Channel = "email", Address = "new@customer.example" });
        bench.Review(Due.AddDays(-2)).Rule.ShouldBe("ahead");
    }

    // --- shadow, then live ---

    [Fact]
    public void In_shadow_everything_is_decided_and_nothing_goes_out()
    {
        var bench = Bench(live: false);
        bench.Invoice("I1", Due);
        var done = bench.Run(Due.AddDays(-5), Due.AddDays(25));
        done.Where(d => d.Decision.Action == Act.Message).Select(d => d.Decision.Rule).ShouldBe(["ahead", "level-1", "level-2"]);
        done.ShouldAllBe(d => d.Decision.Shadow);
        bench.State.Pending.ShouldBeEmpty();
        bench.Sent.ShouldBeEmpty();
    }

    [Fact]
    public void Once_live_the_ladder_begins_at_the_entry_step_since_nobody_saw_what_was_decided_in_shadow()
    {
        var bench = Bench(live: false);
        bench.Invoice("I1", Due);
        bench.Invoice("I2", Due.AddDays(30));
        bench.Run(Due.AddDays(-5), Due.AddDays(21)).Last(d => d.Decision.Action == Act.Message).Decision.Rule.ShouldBe("level-2");
        bench.Live(Due.AddDays(22));
        bench.Review(Due.AddDays(22)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("level-1"), d => d.Shadow.ShouldBeFalse(), d => d.AnchorOn.ShouldBe(Due.AddDays(17)));
        bench.Dispatch().ShouldNotBeEmpty();
        bench.Sent.Count.ShouldBe(1);
        bench.Review(Due.AddDays(37)).Rule.ShouldBe("level-2");
    }

    [Fact]
    public void A_reminder_decided_in_shadow_is_made_again_once_live()
    {
        var bench = Bench(live: false);
        bench.Invoice("I1", Due);
        bench.Review(Due.AddDays(-3)).Rule.ShouldBe("ahead");
        bench.Live(Due.AddDays(-2));
        bench.Review(Due.AddDays(-2)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("ahead"), d => d.Intent.ShouldNotBeNull());
    }

    // --- one party, one letter ---

    [Fact]
    public void One_message_a_party_lists_the_items_of_all_its_accounts()
    {
        var bench = Bench();
        bench.Account("A2");
        bench.Invoice("I1", Due);
        bench.Invoice("I2", Due.AddDays(1), 50m, account: "A2");
        bench.Review(Due.AddDays(5)).Rule.ShouldBe("level-1");
        bench.Dispatch();
        bench.Sent.Count.ShouldBe(1);
        bench.Writer.Written.Single()
            .ShouldSatisfyAllConditions(f => f.Items.Select(i => i.Number).ShouldBe(["I1", "I2"]), f => f.Totals.ShouldBe([Euro(150m)]));
    }

    [Fact]
    public void Two_portfolios_share_the_party_s_caps()
    {
        var bench = Bench(rules: SamplePolicy.Rules("id: one, kind: cap, contacts: 1, days: 7"));
        bench.Account("A2", portfolio: "other");
        bench.Invoice("I1", Due);
        bench.Invoice("I2", Due, account: "A2");
        var decisions = bench.ReviewAll(Due.AddDays(5));
        decisions.Select(d => (d.Portfolio, d.Action.Word, d.GateRule)).ShouldBe([("main", "message", null), ("other", "wait", "one")]);
        decisions.ShouldAllBe(d => d.NextReviewOn == Due.AddDays(12));
    }

    [Fact]
    public void A_currency_that_can_be_dunned_is_not_hidden_by_disputes_in_another()
    {
        var bench = Bench();
        bench.Invoice("E1", Due);
        bench.Invoice("E2", Due);
        bench.Invoice("U1", Due, 70m, "USD");
        bench.Dispute(Due.AddDays(1), "E1");
        bench.Dispute(Due.AddDays(1), "E2");
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(
            d => d.Rule.ShouldBe("level-1"), d => d.Facts.Currency.ShouldBe("USD"), d => d.Facts.OverdueMinor.ShouldBe(7000));
    }

    [Fact]
    public void Cash_that_covers_one_currency_does_not_hide_another()
    {
        var bench = Bench();
        bench.Invoice("E1", Due);
        bench.Invoice("E2", Due);
        bench.Invoice("U1", Due, 70m, "USD");
        bench.Do(new CreditInput.Granted { Key = "c", Account = "A1", Number = "CN", On = Due.AddDays(-1), Amount = Euro(200m) });
        bench.Review(Due.AddDays(5)).ShouldSatisfyAllConditions(d => d.Rule.ShouldBe("level-1"), d => d.Facts.Currency.ShouldBe("USD"));
    }
}
