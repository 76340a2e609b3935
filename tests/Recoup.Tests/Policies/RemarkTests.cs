using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Policies;

/// <summary>What is taken and was likely mistyped is told of, with how to mend it; and it harms nothing else.</summary>
public sealed class RemarkTests
{
    private static readonly DateOnly Due = new(2026, 6, 1);

    private static PartyBench Overdue()
    {
        var bench = new PartyBench();
        bench.Clock(PartyBench.At(Due));
        bench.Invoice("INV-1", Due);
        return bench;
    }

    private static IReadOnlyList<string> Promise(PartyBench bench, DateOnly due, string currency = "EUR", string key = "pr") => bench.Do(new PromiseInput.Made
    {
        Key = key, Account = "A1", On = Due, DueOn = due, Amount = new Money(5000, Currency.Of(currency)),
    }).Remarks;

    private static IReadOnlyList<string> Contact(PartyBench bench, int daysAhead, string? promise) => bench.Do(new ContactInput.Made
    {
        Key = bench.NextKey(), Account = "A1", At = PartyBench.At(Due.AddDays(daysAhead)), Channel = "call", Direction = "inbound", Outcome = "right_party",
        Promise = promise,
    }).Remarks;

    [Fact]
    public void A_promise_over_decades_is_told_of()
    {
        var bench = Overdue();
        Promise(bench, Due.AddDays(92)).ShouldBeEmpty();
        Promise(bench, new DateOnly(2062, 6, 1), key: "far").ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            r => r.ShouldContain("promise far runs until 2062-06-01, 13149 days from 2026-06-01"), r => r.ShouldContain("promise_withdrawn"));
    }

    [Fact]
    public void A_promise_in_a_currency_in_which_nothing_is_owed_is_told_of_and_stops_no_reminder()
    {
        var bench = Overdue();
        Promise(bench, Due.AddDays(30), "USD").ShouldHaveSingleItem().ShouldContain("nothing is owed in USD, the currency of promise pr");
        bench.Review(Due.AddDays(3)).ShouldSatisfyAllConditions(d => d.Action.Word.ShouldBe("message"), d => d.Step.ShouldBe("first-reminder"));
        // Nor are its days left out once it is over: the ladder went on.
        bench.Dispatch();
        bench.RunEnded(Due.AddDays(3));
        foreach (var day in new[] { 17, 40 }) bench.ReviewAll(Due.AddDays(day));
        bench.State.Behaviour.PromisesBroken.ShouldBe(1);
        bench.State.Pauses.ShouldBeEmpty();
    }

    [Fact]
    public void A_promise_rests_the_dunning_of_every_currency_while_its_own_is_owed()
    {
        var bench = Overdue();
        bench.Invoice("INV-2", Due, 80m, "USD");
        Promise(bench, Due.AddDays(10), "USD").ShouldBeEmpty();
        bench.Review(Due.AddDays(3)).Rule.ShouldBe("promise-open");
        bench.Pay(Due.AddDays(4), 80m, "INV-2", "USD");
        bench.Review(Due.AddDays(10)).Action.Word.ShouldBe("message");
        bench.State.Pauses.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_contact_of_a_day_to_come_or_with_a_promise_that_is_not_there_is_told_of()
    {
        var bench = Overdue();
        Promise(bench, Due.AddDays(5));
        Contact(bench, 0, "pr").ShouldBeEmpty();
        Contact(bench, 0, null).ShouldBeEmpty();
        Contact(bench, 0, "pq").ShouldHaveSingleItem().ShouldContain("names promise pq, and no promise of that key is known");
        Contact(bench, 30, null).ShouldHaveSingleItem().ShouldContain("is of 2026-07-01, and it is 2026-06-01");
        bench.Pay(Due, 100m);
        Contact(bench, 0, "pr").ShouldBeEmpty("it was kept");
    }

    [Fact]
    public void What_is_told_of_a_day_far_ahead_is_told_of()
    {
        var bench = Overdue();
        IReadOnlyList<string> Pay(DateOnly on) => bench.Do(new PaymentInput.Received
        {
            Key = $"p-{on:yyyy}-{on.DayOfYear}", Account = "A1", On = on, Amount = new Money(1000, Currency.Of("EUR")),
        }).Remarks;
        Pay(Due.AddDays(31)).ShouldBeEmpty();
        Pay(new DateOnly(2027, 6, 1)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            r => r.ShouldContain("payment p-2027-152 takes effect on 2027-06-01, 365 days from 2026-06-01"),
            r => r.ShouldContain("\"type\":\"payment_reversed\",\"payment\":\"p-2027-152\",\"on\":\"2027-06-01\""));
        // As the remark says.
        bench.Do(new PaymentInput.Reversed { Key = "back", Account = "A1", Payment = "p-2027-152", On = new DateOnly(2027, 6, 1), Reason = "error" });
        bench.Do(new DisputeInput.Opened { Key = "d", Account = "A1", On = new DateOnly(2027, 6, 1), Reason = "quality" }).Remarks
            .ShouldHaveSingleItem().ShouldContain("dispute_opened d takes effect on 2027-06-01");
        // Meant more often than not.
        bench.Do(new HoldInput.Placed { Key = "h", Account = "A1", From = new DateOnly(2027, 6, 1), To = new DateOnly(2027, 6, 9), Reason = "requested" })
            .Remarks.ShouldBeEmpty();
    }

    [Fact]
    public void Whoever_sends_it_is_told()
    {
        using var folder = new DataFolder();
        folder.Send("""
            {"type":"account","key":"a","account":"A1","name":"Acme","portfolio":"EU","email":"ap@acme.example","country":"DE"}
            {"type":"promise","key":"pr","account":"A1","on":"2026-04-01","due_on":"2062-04-01","amount":"10.00","currency":"EUR"}
            """, "--now", "2026-04-01T09:00:00Z").Expect(0).Err.ShouldSatisfyAllConditions(
                e => e.ShouldContain("promise pr runs until 2062-04-01"), e => e.ShouldContain("nothing is owed in EUR"));
    }
}
