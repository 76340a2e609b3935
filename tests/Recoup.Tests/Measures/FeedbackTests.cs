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

/// <summary>Issues that customers report, and how many are content with what was done.</summary>
public sealed class FeedbackTests
{
    private static string Line(string key, string account, string issue, string state, string on, int? satisfaction = null) =>
        $$"""{"type":"feedback","key":"{{key}}","account":"{{account}}","issue":"{{issue}}","state":"{{state}}","on":"{{on}}"{{(
            satisfaction is { } s ? $",\"satisfaction\":{s}" : "")}}}""";

    [Fact]
    public void Of_100_issues_60_answered_and_45_of_them_well_it_is_45_and_75_among_answers()
    {
        using var folder = new DataFolder();
        var lines = new List<string>();
        for (var n = 0; n < 100; n++)
        {
            lines.Add($$"""{"type":"account","key":"a{{n}}","account":"A{{n}}"}""");
            lines.Add(Line($"r{n}", $"A{n}", "is-1", "reported", "2026-04-01"));
            lines.Add(Line($"s{n}", $"A{n}", "is-1", "resolved", "2026-04-05"));
            if (n < 60) lines.Add(Line($"t{n}", $"A{n}", "is-1", "answered", "2026-04-07", n < 30 ? 5 : n < 45 ? 4 : n < 55 ? 3 : 1));
        }
        folder.Send(string.Join('\n', lines), "--now", "2026-06-29T10:00:00Z").Expect(0);
        var row = folder.Run("kpi", "customer_recovery_rate", "--as-of", "2026-06-30", "--format", "json").Expect(0).Json[0];
        row.GetProperty("value").GetDecimal().ShouldBe(45);
        row.GetProperty("band").GetString().ShouldBe("critical");
        row.GetProperty("details").GetProperty("share_of_answers").GetDecimal().ShouldBe(75);
        folder.ShouldBeSound();
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 15)];

    /// <summary>Random issues of random customers, told of in a random order, some reported again; counted anew from what stands at the end.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_customer_is_counted_once_a_quarter_and_satisfied_where_every_issue_of_it_is(int seed)
    {
        var (random, cells, seq) = (new Random(seed), new CellDeltas(), 0L);
        var today = new DateOnly(2026, 12, 31);
        var stand = new Dictionary<(int Customer, string Issue), (DateOnly On, bool Resolved, int Answer)>();
        var states = Enumerable.Range(0, 30).Select(n => new PartyState { Id = $"P{n}" }).ToList();
        foreach (var (state, n) in states.Select((s, n) => (s, n)))
            Fold.Apply(state, At(n, today), new AccountEvent.Opened(new AccountDetails($"A{n}", "EU", "business")), cells);
        for (var i = 0; i < 400; i++)
        {
            var customer = random.Next(30);
            var key = (customer, $"is-{random.Next(4)}");
            var on = new DateOnly(2026, 1, 1).AddDays(random.Next(364));
            if (!stand.TryGetValue(key, out var issue)) (issue, _) = ((on, false, 0), Happened(new FeedbackEvent.Reported(key.Item2)));
            else if (issue.Resolved && random.Next(4) == 0) (issue, _) = ((issue.On, false, 0), Happened(new FeedbackEvent.Reported(key.Item2)));
            else if (!issue.Resolved && random.Next(3) > 0) (issue, _) = (issue with { Resolved = true }, Happened(new FeedbackEvent.Resolved(key.Item2)));
            else
            {
                var answer = random.Next(1, 8) is var a && a > 5 ? 5 : a;
                (issue, _) = (issue with { Answer = answer }, Happened(new FeedbackEvent.Answered(key.Item2, answer)));
            }
            stand[key] = issue;

            bool Happened(FeedbackEvent e)
            {
                Fold.Apply(states[customer], At(customer, on), e, cells);
                return true;
            }
        }
        foreach (var (last, first) in new[] { (new DateOnly(2026, 3, 31), 1), (new DateOnly(2026, 6, 30), 4), (new DateOnly(2026, 12, 31), 10) })
        {
            var row = new KpiEngine(KpiCatalog.Shipped, new CellsInMemory(cells), Estimates.At95).Answer(new KpiQuestion(last)
            {
                Kpis = ["customer_recovery_rate"],
            }).Single();
            var customers = stand.Where(s => s.Value.On.Month >= first && s.Value.On.Month < first + 3).GroupBy(s => s.Key.Customer).ToList();
            row.Denominator.ShouldBe(customers.Count);
            row.Numerator.ShouldBe(customers.Count(c => c.All(s => s.Value.Resolved && s.Value.Answer >= 4)));
            row.Details.Single(d => d.Name == "answered").Value.ShouldBe(customers.Count(c => c.All(s => s.Value.Answer > 0)));
            row.Details.Single(d => d.Name == "issues").Value.ShouldBe(customers.Sum(c => c.Count()));
        }

        Envelope At(int customer, DateOnly on) => new(++seq, $"A{customer}", on, today, 0, $"k{seq}");
    }

    [Fact]
    public void What_cannot_have_been_said_is_refused()
    {
        using var folder = new DataFolder();
        Send("""{"type":"account","key":"a","account":"A1"}""", null);
        Send(Line("f1", "A1", "is-1", "resolved", "2026-04-02"), nameof(Core.Inputs.Refusal.UnknownIssue));
        Send(Line("f2", "A1", "is-1", "reported", "2026-05-02"), nameof(Core.Inputs.Refusal.NotToday));
        Send(Line("f3", "A1", "is-1", "reported", "2026-04-02"), null);
        Send(Line("f4", "A1", "is-1", "reported", "2026-04-03"), nameof(Core.Inputs.Refusal.IssueOpen));
        Send(Line("f5", "A1", "is-1", "resolved", "2026-04-01"), nameof(Core.Inputs.Refusal.BeforeDocument));
        Send(Line("f6", "A1", "is-1", "resolved", "2026-04-04"), null);
        Send(Line("f7", "A1", "is-1", "resolved", "2026-04-05"), nameof(Core.Inputs.Refusal.IssueResolved));
        Send(Line("f8", "A1", "is-1", "answered", "2026-04-06", 5), null);
        Send(Line("f9", "A1", "is-1", "answered", "2026-04-05", 1), nameof(Core.Inputs.Refusal.BeforeDocument));
        Send(Line("g1", "A1", "is-1", "answered", "2026-04-07"), "satisfaction: is missing");
        Send(Line("g2", "A1", "is-1", "answered", "2026-04-07", 6), "none of 1 to 5");
        Send(Line("g3", "A1", "is-1", "resolved", "2026-04-07", 4), "belongs to state answered");
        Send(Line("g4", "A1", "is-1", "reported", "2026-04-08"), null);
        folder.Run("kpi", "customer_recovery_rate", "--as-of", "2026-04-30", "--format", "json").Expect(0).Json[0].GetProperty("value").GetDecimal()
            .ShouldBe(0);
        folder.ShouldBeSound();

        void Send(string line, string? refused)
        {
            var ended = folder.Send(line, "--now", "2026-04-30T10:00:00Z");
            ended.Exit.ShouldBe(refused is null ? 0 : 3, ended.Err + ended.Out);
            if (refused is not null) (ended.Err + ended.Out).ShouldContain(refused.Length > 30 ? refused : Said(refused));
        }

        // The reason stands in words; each refusal has some of its own.
        static string Said(string refusal) => refusal switch
        {
            nameof(Core.Inputs.Refusal.UnknownIssue) => "has reported no issue",
            nameof(Core.Inputs.Refusal.NotToday) => "it is 2026-04-30",
            nameof(Core.Inputs.Refusal.IssueOpen) => "not resolved",
            nameof(Core.Inputs.Refusal.IssueResolved) => "was resolved on 2026-04-04",
            nameof(Core.Inputs.Refusal.BeforeDocument) => "2026-04-0",
            _ => refusal,
        };
    }

    [Fact]
    public void Two_customers_who_turn_out_to_be_one_stay_counted_as_they_were()
    {
        using var folder = new DataFolder();
        folder.Send(string.Join('\n', """{"type":"account","key":"a","account":"A1"}""", """{"type":"account","key":"b","account":"A2"}""",
            Line("f1", "A1", "is-1", "reported", "2026-04-02"), Line("f2", "A2", "is-1", "reported", "2026-04-03"),
            """{"type":"account_joined","key":"j","account":"A2","with":"A1","reason":"the same"}""",
            Line("f3", "A2", "is-1", "resolved", "2026-04-04"), Line("f4", "A2", "is-1", "answered", "2026-04-05", 4),
            Line("f5", "A1", "is-2", "reported", "2026-04-06")), "--now", "2026-04-30T10:00:00Z").Expect(0);
        var row = folder.Run("kpi", "customer_recovery_rate", "--as-of", "2026-06-30", "--format", "json").Expect(0).Json[0];
        row.GetProperty("numerator").GetDecimal().ShouldBe(1);
        row.GetProperty("denominator").GetDecimal().ShouldBe(2);
        folder.ShouldBeSound();
    }
}
