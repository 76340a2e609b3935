using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Tests.Properties;

namespace Recoup.Tests.Recovery;

/// <summary>Payment plans: the trade's examples of amounts and days, and when an instalment is paid, missed or made good.</summary>
public sealed class PlanTests
{
    private static string Majors(IEnumerable<long> parts, string currency = "EUR") =>
        string.Join(" ", parts.Select(p => Money.Format(p, Currency.Of(currency))));

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    // --- amounts ---

    [Theory]
    [InlineData("EUR", 100_000, 3, "Last", 1, "333.33 333.33 333.34")]
    [InlineData("EUR", 100_000, 3, "First", 1, "333.34 333.33 333.33")]
    [InlineData("EUR", 10_000, 7, "Last", 1, "14.28 14.28 14.28 14.28 14.28 14.28 14.32")]
    [InlineData("EUR", 10_000, 7, "Spread", 1, "14.29 14.29 14.29 14.29 14.28 14.28 14.28")]
    [InlineData("EUR", 25_055, 12, "Spread", 1, "20.88 20.88 20.88 20.88 20.88 20.88 20.88 20.88 20.88 20.88 20.88 20.87")]
    [InlineData("EUR", 25_055, 12, "Last", 1, "20.87 20.87 20.87 20.87 20.87 20.87 20.87 20.87 20.87 20.87 20.87 20.98")]
    [InlineData("JPY", 10_000, 3, "Last", 1, "3333 3333 3334")]
    [InlineData("CHF", 100_000, 3, "Last", 5, "333.30 333.30 333.40")]
    [InlineData("CHF", 100_002, 3, "Spread", 5, "333.35 333.35 333.32")]
    public void An_amount_is_split_to_its_last_cent(string currency, long total, int count, string remainder, long step, string parts) =>
        Majors(Instalments.Split(total, count, Enum.Parse<InstalmentRemainder>(remainder), step), currency).ShouldBe(parts);

    [Theory]
    [InlineData(150_00, 0, "150.00 150.00 150.00 150.00 150.00 150.00 100.00")]
    [InlineData(198_00, 25_00, "198.00 198.00 198.00 198.00 208.00")]
    [InlineData(198_00, 10_00, "198.00 198.00 198.00 198.00 198.00 10.00")]
    [InlineData(2_000_00, 25_00, "1000.00")]
    public void So_much_each_leaves_a_rest(long amount, long least, string parts) => Majors(Instalments.ByAmount(1_000_00, amount, least)).ShouldBe(parts);

    [Fact]
    public void Interest_is_a_twelfth_a_month_on_what_is_left()
    {
        var parts = Instalments.WithInterest(1_200_00, 12, 8m);
        parts.Take(11).ShouldAllBe(p => p == 104_39);
        (parts[11], parts.Sum()).ShouldBe((104_34, 1_252_63));
    }

    [Fact]
    public void Instalments_add_up() => Prop.ForAll<PositiveInt, byte, byte>((total, count, step) =>
    {
        var (number, multiple) = (count % 40 + 1, step % 7 + 1);
        var parts = Instalments.Split(total.Get, number, (InstalmentRemainder)(step % 3), multiple);
        (parts.Length, parts.Sum()).ShouldBe((number, total.Get));
        parts.SkipLast(1).ShouldAllBe(p => p % multiple == 0);
        Instalments.ByAmount(total.Get, total.Get / number + 1, step).Sum().ShouldBe(total.Get);
    }).QuickCheckThrowOnFailure();

    // --- days ---

    [Theory]
    [InlineData("2026-01-31", "Month", 0, "2026-01-31 2026-02-28 2026-03-31 2026-04-30")]
    [InlineData("2026-02-27", "Week", 0, "2026-02-27 2026-03-06 2026-03-13 2026-03-20")]
    [InlineData("2026-02-27", "TwoWeeks", 0, "2026-02-27 2026-03-13 2026-03-27 2026-04-10")]
    // 25 April and 25 July 2026 are Saturdays.
    [InlineData("2026-04-01", "Payday", 25, "2026-04-24 2026-05-25 2026-06-25 2026-07-24")]
    [InlineData("2026-04-25", "Payday", 25, "2026-05-25 2026-06-25 2026-07-24 2026-08-25")]
    [InlineData("2026-01-31", "Payday", 31, "2026-02-27 2026-03-31 2026-04-30 2026-05-29")]
    public void Days_are_counted_from_the_first(string first, string every, int payday, string days) =>
        string.Join(" ", Instalments.Days(Day(first), Enum.Parse<InstalmentEvery>(every), 4, payday, BusinessCalendar.Named("weekdays"))
            .Select(d => $"{d:yyyy-MM-dd}")).ShouldBe(days);

    // --- paid, late, missed, cured, broken, completed ---

    /// <summary>Of instalments of so much, due on the 1st of March, April and May, with what was paid on which days.</summary>
    private static PlanState Plan(long each, params (string On, long Minor)[] paid)
    {
        var plan = new PlanState
        {
            Plan = "p", Account = "A", Currency = "EUR", AgreedOn = new DateOnly(2026, 2, 1),
            Instalments = [.. Enumerable.Range(3, 3).Select(month => new Instalment { DueOn = new DateOnly(2026, month, 1), Minor = each })],
        };
        Movements.Add(plan.Moves, plan.AgreedOn, 3 * each);
        foreach (var (on, minor) in paid) Movements.Add(plan.Moves, Day(on), -minor);
        return plan;
    }

    private static string Standing(PlanState plan, int instalment, string asOf)
    {
        var (_, standing, since) = plan.TurnedBy(Day(asOf)).FirstOrDefault(t => t.At == instalment - 1);
        return standing == InstalmentStanding.Open ? "open" : $"{PlanChapter.Word(standing)} {since:yyyy-MM-dd}";
    }

    [Theory]
    [InlineData(100_00, 97_00, true)]
    [InlineData(100_00, 95_00, true)]
    [InlineData(100_00, 94_99, false)]
    [InlineData(10_00, 9_50, true)]
    [InlineData(10_00, 8_99, false)]
    // Of less than two, not more than half.
    [InlineData(1_00, 49, false)]
    [InlineData(1_00, 50, true)]
    public void Five_percent_or_one_may_lack(long each, long paid, bool isPaid) =>
        Standing(Plan(each, ("2026-03-01", paid)), 1, "2026-03-06").ShouldBe(isPaid ? "paid 2026-03-01" : "missed 2026-03-06");

    [Fact]
    public void What_lacked_joins_the_next()
    {
        var plan = Plan(100_00, ("2026-03-01", 96_00), ("2026-04-01", 98_00));
        Standing(plan, 1, "2026-04-06").ShouldBe("paid 2026-03-01");
        Standing(plan, 2, "2026-04-06").ShouldBe("missed 2026-04-06");
        Standing(Plan(100_00, ("2026-03-01", 96_00), ("2026-04-01", 99_00)), 2, "2026-04-06").ShouldBe("paid 2026-04-01");
    }

    [Theory]
    [InlineData("2026-03-01", "open")]
    [InlineData("2026-03-02", "late 2026-03-02")]
    [InlineData("2026-03-05", "late 2026-03-02")]
    [InlineData("2026-03-06", "missed 2026-03-06")]
    [InlineData("2026-03-30", "missed 2026-03-06")]
    public void Nothing_came(string asOf, string standing)
    {
        Standing(Plan(100_00), 1, asOf).ShouldBe(standing);
        Plan(100_00).EndBy(Day(asOf)).ShouldBeNull();
    }

    [Theory]
    [InlineData("2026-03-06", "paid 2026-03-06")]
    [InlineData("2026-03-07", "cured 2026-03-07")]
    [InlineData("2026-02-10", "paid 2026-02-10")]
    public void It_came_within_five_days_or_after(string paid, string standing)
    {
        Standing(Plan(100_00, (paid, 100_00)), 1, "2026-03-30").ShouldBe(standing);
        // In two parts, the first too little.
        Standing(Plan(100_00, ("2026-02-05", 10_00), (paid, 90_00)), 1, "2026-03-30").ShouldBe(standing);
    }

    [Fact]
    public void Unpaid_for_thirty_days_it_is_broken_on_that_day_whenever_it_is_looked_at()
    {
        Plan(100_00).EndBy(Day("2026-03-30")).ShouldBeNull();
        foreach (var asOf in new[] { "2026-03-31", "2026-04-20", "2027-01-01" }) Plan(100_00).EndBy(Day(asOf)).ShouldBe(("broken", Day("2026-03-31")));
        // All was paid after that.
        Plan(100_00, ("2026-04-15", 300_00)).EndBy(Day("2026-05-01")).ShouldBe(("broken", Day("2026-03-31")));
    }

    [Fact]
    public void Two_missed_in_a_row_break_it()
    {
        // The first was not made good when the second was due, though it was when that was missed.
        var weekly = Plan(100_00, ("2026-03-08", 100_00));
        for (var i = 0; i < 3; i++) weekly.Instalments[i].DueOn = Day("2026-03-01").AddDays(7 * i);
        weekly.EndBy(Day("2026-03-12")).ShouldBeNull();
        weekly.EndBy(Day("2026-03-13")).ShouldBe(("broken", Day("2026-03-13")));
        // Made good on the eve of the second.
        var cured = Plan(100_00, ("2026-03-07", 100_00));
        for (var i = 0; i < 3; i++) cured.Instalments[i].DueOn = Day("2026-03-01").AddDays(7 * i);
        cured.EndBy(Day("2026-03-13")).ShouldBeNull();
    }

    [Fact]
    public void It_is_completed_on_the_day_of_the_last_cent_or_when_the_last_grace_is_over()
    {
        Plan(100_00, ("2026-02-20", 300_00)).EndBy(Day("2026-02-20")).ShouldBe(("completed", Day("2026-02-20")));
        var lacking = Plan(100_00, ("2026-03-01", 100_00), ("2026-04-01", 100_00), ("2026-05-01", 97_00));
        lacking.EndBy(Day("2026-05-05")).ShouldBeNull();
        lacking.EndBy(Day("2026-05-06")).ShouldBe(("completed", Day("2026-05-06")));
        // On its way: what is to come has not come.
        Plan(100_00, ("2026-02-20", 300_00)).EndBy(Day("2026-02-19")).ShouldBeNull();
    }

    [Fact]
    public void Money_that_goes_back_is_owed_again_from_that_day()
    {
        var plan = Plan(100_00, ("2026-03-01", 100_00), ("2026-03-20", -100_00));
        Standing(plan, 1, "2026-03-19").ShouldBe("paid 2026-03-01");
        Standing(plan, 1, "2026-03-20").ShouldBe("open");
        Standing(plan, 1, "2026-03-21").ShouldBe("late 2026-03-21");
        Standing(plan, 1, "2026-03-25").ShouldBe("missed 2026-03-25");
        // With the one of April, two in a row.
        plan.EndBy(Day("2026-05-01")).ShouldBe(("broken", Day("2026-04-06")));
    }

    // --- what is told ---

    private const string Head = """{"type":"payment_plan","key":"k","account":"A","on":"2026-04-12",""";

    [Theory]
    [InlineData(""" "count":3,"first_on":"2026-05-31","every":"month"}""", "")]
    [InlineData(""" "items":["B-1","B-2"],"amount":"20.00","least":"5.00","currency":"EUR","first_on":"2026-05-31","every":"payday","payday":25}""", "")]
    [InlineData(""" "instalments":[{"due_on":"2026-05-01","amount":"50.00"},{"due_on":"2026-06-01","amount":"45.00"}],"currency":"EUR"}""", "")]
    [InlineData(""" "count":3,"currency":"EUR","first_on":"2026-05-31","every":"month","interest":"7.5"}""", "")]
    [InlineData(""" "count":3,"amount":"20.00","currency":"EUR","first_on":"2026-05-31","every":"month"}""", "give one of them")]
    [InlineData(""" "first_on":"2026-05-31","every":"month"}""", "give one of them")]
    [InlineData(""" "count":3,"first_on":"2026-04-11","every":"month"}""", "first_on: is before the day of the plan")]
    [InlineData(""" "count":3}""", "")]
    [InlineData(""" "instalments":[{"due_on":"2026-05-01","amount":"5.00"}],"currency":"EUR","every":"month"}""", "instalments: have their days")]
    [InlineData(""" "count":0,"first_on":"2026-05-31","every":"month"}""", "count: is not a number from 1 to 130")]
    [InlineData(""" "amount":"5.00","first_on":"2026-05-31","every":"month"}""", "currency: is missing beside an amount")]
    [InlineData(""" "count":3,"first_on":"2026-05-31","every":"payday"}""", "payday: goes with every payday")]
    [InlineData(""" "count":3,"first_on":"2026-05-31","every":"payday","payday":32}""", "payday: is not a day of a month")]
    [InlineData(""" "count":3,"first_on":"2026-05-31","every":"month","interest":"0"}""", "interest: is not a percentage")]
    [InlineData(""" "count":3,"first_on":"2026-05-31","every":"week","interest":"8"}""", "interest: goes with count and every month")]
    [InlineData(""" "count":3,"first_on":"2026-05-31","every":"month","least":"5.00","currency":"EUR"}""", "least: goes with amount")]
    [InlineData(""" "instalments":[],"currency":"EUR"}""", "instalments: are not 1 to 130")]
    [InlineData(""" "instalments":[{"due_on":"2026-05-01","amount":"5.00"}]}""", "currency: is missing beside an amount")]
    [InlineData(""" "instalments":[{"due_on":"1 May","amount":"5.00"}],"currency":"EUR"}""", "'1 May' is not a date")]
    [InlineData(""" "instalments":[{"due_on":"9999-12-31","amount":"5.00"}],"currency":"EUR"}""", "what ledgers write for 'no end'")]
    [InlineData(""" "instalments":[{"due_on":"2026-04-11","amount":"5.00"}],"currency":"EUR"}""", "instalments: begin before the day of the plan")]
    [InlineData(""" "instalments":[{"due_on":"2026-05-01","amount":"5"},{"due_on":"2026-05-01","amount":"5"}],"currency":"EUR"}""", "in order of their days")]
    [InlineData(""" "items":[5],"count":3,"first_on":"2026-05-31","every":"month"}""", "items: takes a list of texts")]
    public void An_input_says_one_way_of_paying(string rest, string problem)
    {
        var problems = new List<InputProblem>();
        var json = System.Text.Encoding.UTF8.GetBytes(Head + rest);
        var input = InputJson.Parse(json, "test", problems);
        if (problem.Length > 0) string.Join("; ", problems).ShouldContain(problem);
        else
        {
            problems.ShouldBeEmpty();
            InputJson.Parse(InputJson.Write(input!), "test", problems)!.Digest.ShouldBe(input!.Digest);
        }
    }

    // --- what is refused, that no story tells ---

    private static Refusal? Told(int invoices, string plan)
    {
        using var play = new Play(Core.Policies.ShippedPolicies.Default);
        var now = new DateTimeOffset(2026, 4, 12, 10, 0, 0, TimeSpan.Zero);
        var lines = Enumerable.Range(1, invoices).Select(i => $$"""
            {"type":"invoice","key":"i-{{i}}","account":"A","number":"N-{{i}}","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"1.00","currency":"EUR"}
            """);
        Properties.Step.Send Send(string line) => new(now, [line]);
        play.Take([Send("""{"type":"account","key":"a","account":"A"}"""), .. lines.Select(Send)]);
        return play.Take([Send(Head + plan)])[0].Result.Refused?.Refusal;
    }

    [Fact]
    public void It_names_its_items_and_has_an_end()
    {
        Told(501, """ "count":3}""").ShouldBe(Refusal.TooManyItems);
        Told(500, """ "count":3}""").ShouldBeNull();
        Told(2, """ "count":130}""").ShouldBeNull();
        Told(1, """ "count":101}""").ShouldBe(Refusal.NotTheBalance);
        Told(2, """ "amount":"0.01","currency":"EUR"}""").ShouldBe(Refusal.NotTheBalance);
        Told(0, """ "count":3}""").ShouldBe(Refusal.NothingOpen);
        Told(1, """ "count":3,"currency":"USD"}""").ShouldBe(Refusal.NothingOpen);
        Told(1, """ "items":["N-1"],"count":3,"currency":"USD"}""").ShouldBe(Refusal.WrongCurrency);
        Told(1, """ "count":3,"first_on":"2999-12-01"}""").ShouldBe(Refusal.NotTheBalance);
    }

    /// <summary>It was open on the day that the plan is dated to: what was settled since is no part of it, whatever came in the same batch.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_settled_since_is_in_no_plan_of_a_day_before(bool together)
    {
        using var play = new Play(Core.Policies.ShippedPolicies.Default);
        var now = new DateTimeOffset(2026, 4, 12, 10, 0, 0, TimeSpan.Zero);
        Properties.Step.Send Send(string line) => new(now, [line]);
        play.Take([Send("""{"type":"account","key":"a","account":"A"}"""), Send("""
            {"type":"invoice","key":"i","account":"A","number":"N-1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"1.00","currency":"EUR"}
            """)]);
        var paid = Send("""{"type":"payment","key":"p","account":"A","on":"2026-04-12","amount":"1.00","currency":"EUR"}""");
        var plan = Send("""{"type":"payment_plan","key":"pp","account":"A","on":"2026-04-10","count":2,"first_on":"2026-04-12","every":"week"}""");
        if (!together) play.Take([paid]);
        (together ? play.Take([paid, plan])[1] : play.Take([plan])[0]).Result.Refused.ShouldNotBeNull().Refusal.ShouldBe(Refusal.NothingOpen);
    }
}
