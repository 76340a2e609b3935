using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Recovery;
using Recoup.Statistics;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Measures;

/// <summary>What customers do with what they buy, who was away, and who came back.</summary>
public sealed class ActivityTests
{
    private static string Line(string key, string account, string on, string more = "", string kind = "log_in") =>
        $$"""{"type":"activity","key":"{{key}}","account":"{{account}}","on":"{{on}}","kind":"{{kind}}"{{more}}}""";

    private static string Account(string account) => $$"""{"type":"account","key":"{{account}}","account":"{{account}}"}""";

    /// <summary>2026-01-01 and 90 days without: away on April 2nd, and back by June 30th, which is 180 days after.</summary>
    [Fact]
    public void Who_is_away_for_90_days_comes_back_within_90_more_or_does_not()
    {
        using var folder = new DataFolder();
        folder.Send(string.Join('\n', Account("A1"), Account("A2"), Account("A3"), Account("A4"),
            Line("1", "A1", "2026-01-01"), Line("2", "A1", "2026-06-30"), Line("3", "A2", "2026-01-01"), Line("4", "A2", "2026-07-01"),
            // On the 90th day still in time; of those who did that nobody was away before the end of September.
            Line("5", "A3", "2026-01-01"), Line("6", "A3", "2026-04-01"), Line("7", "A4", "2026-06-30", kind: "purchase",
                more: ",\"amount\":\"80.00\",\"currency\":\"EUR\",\"product\":\"basic\"")), "--now", "2026-12-01T10:00:00Z").Expect(0);
        Of("2026-06-30").ShouldBe((3, 2, 1, 50m));
        Of("2026-06-29").ShouldBe((1, 0, 0, null));
        Of("2026-04-01").ShouldBe((3, 0, 0, null));
        Of("2026-04-02").ShouldBe((1, 0, 0, null));
        Of("2026-09-29").ShouldBe((1, 1, 0, 0m));
        Of("2026-09-30").ShouldBe((0, 1, 0, 0m));
        folder.ShouldBeSound();

        (decimal? Active, decimal? Away, decimal? Back, decimal? Rate) Of(string asOf)
        {
            var details = folder.Run("kpi", "customer_recovery_rate", "--as-of", asOf, "--window", "1mo", "--format", "json").Expect(0).Json[0]
                .GetProperty("details");
            return (Get("active_customers"), Get("away"), Get("away_and_back"), Get("away_and_back_rate"));

            decimal? Get(string name) => details.GetProperty(name) is { ValueKind: System.Text.Json.JsonValueKind.Number } n ? n.GetDecimal() : null;
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    /// <summary>Random days told of in a random order while days go by; each day is looked at anew.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Customers_are_away_and_back_as_each_day_says_by_itself(int seed)
    {
        var (random, cells, seq) = (new Random(seed), new CellDeltas(), 0L);
        var begin = new DateOnly(2020, 1, 1);
        var states = Enumerable.Range(0, 8).Select(n => new PartyState { Id = $"P{n}" }).ToList();
        var days = states.Select(_ => new HashSet<DateOnly>()).ToList();
        for (var n = 0; n < states.Count; n++)
            Fold.Apply(states[n], At(n, begin, begin), new AccountEvent.Opened(new AccountDetails($"A{n}", "EU", "business")), cells);
        var today = begin;
        for (var i = 0; i < 120; i++)
        {
            today = today.AddDays(random.Next(40));
            var (n, on) = (random.Next(states.Count), today.AddDays(-random.Next(random.Next(4) == 0 ? 1000 : 30)));
            Fold.Apply(states[n], At(n, on, today), new ActivityEvent.Noted("log_in", null, null, null), cells);
            if (today.DayNumber - on.DayNumber <= ActivityChapter.RememberedDays) days[n].Add(on);
            states[n].LastActiveOn.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(on);
        }
        foreach (var state in states) ActivityChapter.Slice.Of(state)?.Customers.Sum(c => c.Times.Count).ShouldBeLessThan(16);
        var last = today.AddDays(200);
        for (var first = begin.AddYears(-3); first < last; first = first.AddMonths(1))
        {
            var end = first.AddMonths(1).AddDays(-1);
            var (away, back) = (0, 0);
            foreach (var own in days)
                for (var day = first; day <= end; day = day.AddDays(1))
                {
                    // The last day to come back in time: 90 days of being away end on it, which began after 90 days without.
                    var left = day.AddDays(-180);
                    if (!own.Contains(left) || Any(own, left.AddDays(1), left.AddDays(90))) continue;
                    away++;
                    if (Any(own, left.AddDays(91), day)) back++;
                }
            var row = new KpiEngine(KpiCatalog.Shipped, new CellsInMemory(cells), Estimates.At95)
                .Answer(new KpiQuestion(end) { Kpis = ["customer_recovery_rate"], Window = KpiWindow.Months(1) }).Single();
            (Of("away"), Of("away_and_back")).ShouldBe((away, back), $"{end}");
            Of("active_customers").ShouldBe(days.Count(own => Any(own, end.AddDays(-90), end)));

            // Before the first of all there is no history.
            decimal Of(string name) => row.Details.Single(d => d.Name == name).Value ?? 0;
        }

        static bool Any(HashSet<DateOnly> own, DateOnly from, DateOnly to)
        {
            for (var day = from; day <= to; day = day.AddDays(1))
                if (own.Contains(day)) return true;
            return false;
        }

        Envelope At(int n, DateOnly on, DateOnly now) => new(++seq, $"A{n}", on, now, 0, $"k{seq}");
    }

    [Theory]
    [InlineData("2026-05-01", "log_in", "", "it is 2026-04-30")]
    [InlineData("2026-04-01", "Log in", "", "kind: 'Log in' is no word of small letters")]
    [InlineData("2026-04-01", "log.in", "", "kind: 'log.in' is no word of small letters")]
    [InlineData("2026-04-01", "purchase", ",\"amount\":\"5.00\"", "currency: is missing beside an amount")]
    [InlineData("2026-04-01", "purchase", ",\"currency\":\"EUR\"", "amount: is missing beside a currency")]
    [InlineData("2026-04-01", "purchase", ",\"amount\":\"-5.00\",\"currency\":\"EUR\"", "amount: -5.00 is negative")]
    [InlineData("2026-04-01", "trial_begun", ",\"amount\":\"0.00\",\"currency\":\"EUR\"", null)]
    public void What_cannot_be_is_refused_in_words(string on, string kind, string more, string? why)
    {
        using var folder = new DataFolder();
        folder.Send(Account("A1"), "--now", "2026-04-30T10:00:00Z").Expect(0);
        var ended = folder.Send(Line("k", "A1", on, more, kind), "--now", "2026-04-30T10:00:00Z").Expect(why is null ? 0 : 3);
        if (why is not null) (ended.Err + ended.Out).ShouldContain(why);
    }

    [Fact]
    public void Two_customers_who_turn_out_to_be_one_stay_counted_as_they_were()
    {
        using var folder = new DataFolder();
        folder.Send(string.Join('\n', Account("A1"), Account("A2"), Line("1", "A1", "2026-01-01"), Line("2", "A2", "2026-02-01"),
            """{"type":"account_joined","key":"j","account":"A2","with":"A1","reason":"the same"}""", Line("3", "A2", "2026-04-20"),
            Line("4", "A1", "2026-04-25")), "--now", "2026-04-30T10:00:00Z").Expect(0);
        folder.Run("kpi", "customer_recovery_rate", "--as-of", "2026-04-30", "--format", "json").Expect(0).Json[0].GetProperty("details")
            .GetProperty("active_customers").GetDecimal().ShouldBe(2);
        folder.ShouldBeSound();
    }

    /// <summary>A header's size does not follow how often somebody logs in, nor for how many years.</summary>
    [Fact]
    public void Years_of_daily_activity_keep_one_time()
    {
        var (state, cells, seq) = (new PartyState { Id = "P" }, new CellDeltas(), 0L);
        var day = new DateOnly(2020, 1, 1);
        Fold.Apply(state, At(), new AccountEvent.Opened(new AccountDetails("A", "EU", "business")), cells);
        for (var i = 0; i < 1500; i++, day = day.AddDays(1)) Fold.Apply(state, At(), new ActivityEvent.Noted("log_in", null, null, null), cells);
        ActivityChapter.Slice.Of(state)!.Customers.Single().Times.ShouldHaveSingleItem().From.ShouldBe(new DateOnly(2020, 1, 1));
        state.Advance(day.AddDays(ActivityChapter.KeptDays + 1));
        ActivityChapter.Slice.Of(state)!.Customers.ShouldBeEmpty();
        state.LastActiveOn.ShouldBe(day.AddDays(-1));

        Envelope At() => new(++seq, "A", day, day, 0, $"k{seq}");
    }
}
