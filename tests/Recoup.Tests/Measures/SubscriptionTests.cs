using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Recovery;
using Recoup.Statistics;
using Recoup.Tests.Cli;
using Recoup.Tests.Properties;

namespace Recoup.Tests.Measures;

/// <summary>Subscriptions, and the customers won and lost by them.</summary>
public sealed class SubscriptionTests
{
    private static string Started(string key, string account, string name, string on) =>
        $$"""{"type":"subscription","key":"{{key}}","account":"{{account}}","subscription":"{{name}}","state":"started","on":"{{on}}",""" +
        "\"amount\":\"49.00\",\"currency\":\"EUR\",\"every\":\"month\",\"product\":\"basic\"}";

    private static string Told(string key, string account, string name, string state, string on, string more = "") =>
        $$"""{"type":"subscription","key":"{{key}}","account":"{{account}}","subscription":"{{name}}","state":"{{state}}","on":"{{on}}"{{more}}}""";

    [Fact]
    public void Of_200_customers_at_the_opening_3_lost_to_non_payment_are_1_and_a_half()
    {
        using var folder = new DataFolder();
        var lines = new List<string>();
        for (var n = 0; n < 210; n++)
        {
            lines.Add($$"""{"type":"account","key":"a{{n}}","account":"A{{n}}"}""");
            lines.Add(Started($"s{n}", $"A{n}", "S1", n < 200 ? "2026-01-15" : "2026-04-10"));
            if (n < 3) lines.Add(Told($"c{n}", $"A{n}", "S1", "cancelled", $"2026-04-{n + 1:00}", ",\"by\":\"non_payment\""));
            else if (n < 8) lines.Add(Told($"c{n}", $"A{n}", "S1", "cancelled", "2026-04-20", ",\"by\":\"customer\",\"reason\":\"price\""));
            // Ended by nobody's payment in another month, and one of two that goes on.
            else if (n == 8) lines.Add(Told($"c{n}", $"A{n}", "S1", "cancelled", "2026-05-01", ",\"by\":\"non_payment\""));
            else if (n == 9)
            {
                lines.Add(Started($"t{n}", $"A{n}", "S2", "2026-02-01"));
                lines.Add(Told($"c{n}", $"A{n}", "S1", "cancelled", "2026-04-20", ",\"by\":\"non_payment\""));
            }
        }
        folder.Send(string.Join('\n', lines), "--now", "2026-05-20T10:00:00Z").Expect(0);
        var row = folder.Run("kpi", "involuntary_churn_rate", "--as-of", "2026-04-30", "--format", "json").Expect(0).Json[0];
        row.GetProperty("value").GetDecimal().ShouldBe(1.5m);
        row.GetProperty("currency").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        var details = row.GetProperty("details");
        Of("opening").ShouldBe(200);
        Of("lost").ShouldBe(8);
        Of("won").ShouldBe(10);
        Of("closing").ShouldBe(202);
        Of("lost_otherwise_rate").ShouldBe(2.5m);
        // Nothing happened in March, and there were customers all the same.
        var march = folder.Run("kpi", "involuntary_churn_rate", "--as-of", "2026-03-31", "--format", "json").Expect(0).Json[0];
        march.GetProperty("value").GetDecimal().ShouldBe(0);
        march.GetProperty("denominator").GetDecimal().ShouldBe(200);
        folder.Run("drill", "involuntary_churn_rate", "--as-of", "2026-04-30", "--format", "json").Expect(0).Json.EnumerateArray()
            .Where(r => r.GetProperty("measure").GetString() == "subscribers").Sum(r => r.GetProperty("count").GetInt64()).ShouldBe(202);
        folder.ShouldBeSound();

        decimal Of(string name) => details.GetProperty(name).GetDecimal();
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    /// <summary>Random subscriptions of random customers, told of in any order; each day is looked at anew for who has one that runs.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Customers_are_those_who_have_any_that_runs_day_by_day(int seed)
    {
        var (random, cells, seq) = (new Random(seed), new CellDeltas(), 0L);
        var begin = new DateOnly(2026, 1, 1);
        var today = begin.AddDays(150);
        var states = Enumerable.Range(0, 12).Select(n => new PartyState { Id = $"P{n}" }).ToList();
        var known = states.Select(_ => new List<(string Name, DateOnly From, DateOnly? Until, string? By)>()).ToList();
        for (var n = 0; n < states.Count; n++)
            Fold.Apply(states[n], At(n, today), new AccountEvent.Opened(new AccountDetails($"A{n}", "EU", "business")), cells);
        for (var i = 0; i < 150; i++)
        {
            var (n, name) = (random.Next(states.Count), $"S{random.Next(3)}");
            var at = known[n].FindLastIndex(s => s.Name == name);
            var last = at < 0 ? default : known[n][at];
            if (at < 0 || last.Until is not null)
            {
                var on = (last.Until ?? begin).AddDays(random.Next(20));
                Fold.Apply(states[n], At(n, on), new SubscriptionEvent.Started(name, 4900, "EUR", "month", null), cells);
                known[n].Add((name, on, null, null));
            }
            else if (random.Next(4) > 0)
            {
                var (on, by) = (last.From.AddDays(random.Next(60)), SubscriptionChapter.Enders[random.Next(3)]);
                Fold.Apply(states[n], At(n, on), new SubscriptionEvent.Cancelled(name, by, null), cells);
                known[n][at] = last with { Until = on, By = by };
                if (random.Next(4) > 0) continue;
                Fold.Apply(states[n], At(n, on), new SubscriptionEvent.Resumed(name), cells);
                known[n][at] = last;
            }
            else Fold.Apply(states[n], At(n, last.From), new SubscriptionEvent.Paused(name, null), cells);
        }
        foreach (var month in new[] { 1, 2, 3, 4, 6 })
        {
            var (first, end) = (new DateOnly(2026, month, 1), new DateOnly(2026, month, 1).AddMonths(1).AddDays(-1));
            var (won, lost, unpaid) = (0, 0, 0);
            foreach (var own in known)
                for (var day = first; day <= end; day = day.AddDays(1))
                {
                    var (before, then) = (Runs(own, day.AddDays(-1)), Runs(own, day));
                    if (!before && then) won++;
                    if (!before || then) continue;
                    lost++;
                    // The one that was told of last ended it, where several end on one day.
                    if (own.Where(s => s.Until == day && s.From < day).OrderBy(s => s.From).Last().By == "non_payment") unpaid++;
                }
            var row = new KpiEngine(KpiCatalog.Shipped, new CellsInMemory(cells), Estimates.At95).Answer(new KpiQuestion(end)
            {
                Kpis = ["involuntary_churn_rate"],
            }).Single();
            (row.Numerator, Of("won"), Of("lost")).ShouldBe((unpaid, won, lost));
            (row.Denominator, Of("closing")).ShouldBe((known.Count(own => Runs(own, first.AddDays(-1))), known.Count(own => Runs(own, end))));

            decimal? Of(string name) => row.Details.Single(d => d.Name == name).Value;
        }

        static bool Runs(List<(string Name, DateOnly From, DateOnly? Until, string? By)> own, DateOnly day) =>
            own.Exists(s => s.From <= day && !(s.Until <= day));

        Envelope At(int n, DateOnly on) => new(++seq, $"A{n}", on, today, 0, $"k{seq}");
    }

    [Theory]
    [InlineData("changed", "2026-02-01", ",\"every\":\"year\"", Refusal.UnknownSubscription, "S9")]
    [InlineData("started", "2026-02-01", ",\"amount\":\"5.00\",\"currency\":\"EUR\",\"every\":\"week\"", Refusal.SubscriptionRuns, "S1")]
    [InlineData("resumed", "2026-02-01", "", Refusal.SubscriptionRuns, "S1")]
    [InlineData("paused", "2025-12-01", "", Refusal.BeforeDocument, "S1")]
    [InlineData("paused", "2026-03-02", "", Refusal.SubscriptionPaused, "S2")]
    [InlineData("paused", "2026-03-02", "", Refusal.UnknownSubscription, "S3")]
    [InlineData("started", "2026-02-15", ",\"amount\":\"5.00\",\"currency\":\"EUR\",\"every\":\"week\"", Refusal.BeforeDocument, "S3")]
    [InlineData("resumed", "2026-02-15", "", null, "S3")]
    [InlineData("changed", "2026-03-01", ",\"amount\":\"0.00\",\"currency\":\"EUR\"", null, "S1")]
    [InlineData("resumed", "2026-03-01", "", null, "S2")]
    [InlineData("started", "2026-03-01", ",\"amount\":\"5.00\",\"currency\":\"EUR\",\"every\":\"week\"", null, "S3")]
    [InlineData("changed", "2026-03-04", ",\"every\":\"year\"", null, "S4")]
    [InlineData("paused", "2026-03-04", "", null, "S4")]
    [InlineData("cancelled", "2026-03-20", ",\"by\":\"business\"", null, "S4")]
    [InlineData("changed", "2026-04-01", ",\"every\":\"year\"", Refusal.UnknownSubscription, "S4")]
    public void What_cannot_follow_is_refused_by_name(string state, string on, string more, Refusal? refused, string name)
    {
        using var play = new Play();
        var at = new DateTimeOffset(2026, 3, 5, 10, 0, 0, TimeSpan.Zero);
        foreach (var line in (string[])["""{"type":"account","key":"a","account":"A1"}""", Started("s1", "A1", "S1", "2026-01-01"),
            Started("s2", "A1", "S2", "2026-01-01"), Told("p2", "A1", "S2", "paused", "2026-02-01"), Started("s3", "A1", "S3", "2026-01-01"),
            Told("c3", "A1", "S3", "cancelled", "2026-03-01", ",\"by\":\"customer\""), Started("s4", "A1", "S4", "2026-01-01"),
            Told("c4", "A1", "S4", "cancelled", "2026-04-01", ",\"by\":\"customer\"")])
            play.Take([new Step.Send(at, [line])]).Single().Result.Refused.ShouldBeNull();
        (play.Take([new Step.Send(at, [Told("k", "A1", name, state, on, more)])]).Single().Result.Refused?.Refusal).ShouldBe(refused);
    }

    /// <summary>The state of a customer of many years does not grow without end.</summary>
    [Fact]
    public void What_ended_long_ago_is_forgotten_and_its_name_free()
    {
        using var play = new Play();
        void Take(string at, Refusal? refused, params string[] lines)
        {
            foreach (var line in lines)
                (play.Take([new Step.Send(DateTimeOffset.Parse(at + "T10:00:00Z", System.Globalization.CultureInfo.InvariantCulture), [line])]).Single()
                    .Result.Refused?.Refusal).ShouldBe(refused, line);
        }
        Take("2024-02-05", null, """{"type":"account","key":"a","account":"A1"}""", Started("s1", "A1", "S1", "2024-01-01"),
            Started("s2", "A1", "S2", "2024-01-01"), Told("c1", "A1", "S1", "cancelled", "2024-02-01", ",\"by\":\"customer\""));
        // Remembered, what came before its end may still be told.
        Take("2026-04-01", null, Told("k1", "A1", "S1", "changed", "2024-01-20", ",\"every\":\"year\""));
        Take("2026-04-20", Refusal.UnknownSubscription, Told("k2", "A1", "S1", "changed", "2024-01-25", ",\"every\":\"year\""));
        Take("2026-04-21", null, Told("k3", "A1", "S2", "changed", "2026-04-21", ",\"every\":\"year\""), Started("s3", "A1", "S1", "2024-01-10"));
        play.Store.Party("A1")!.Value.State.Subscriptions.Select(s => (s.Subscription, s.From.Year)).ShouldBe([("S2", 2024), ("S1", 2024)]);
    }

    [Theory]
    [InlineData("started", ",\"every\":\"month\"", "amount: is missing beside state started")]
    [InlineData("started", ",\"amount\":\"5.00\",\"every\":\"month\"", "currency: is missing beside an amount")]
    [InlineData("changed", "", "nothing is told that changed")]
    [InlineData("paused", ",\"amount\":\"5.00\",\"currency\":\"EUR\"", "amount: belongs to state started or changed")]
    [InlineData("cancelled", "", "by: is missing beside state cancelled")]
    [InlineData("resumed", ",\"by\":\"customer\"", "by: belongs to state cancelled")]
    [InlineData("resumed", ",\"reason\":\"back\"", "reason: belongs to state paused or cancelled")]
    public void What_does_not_belong_to_a_state_is_said_by_field(string state, string more, string why)
    {
        using var folder = new DataFolder();
        folder.Send("""{"type":"account","key":"a","account":"A1"}""", "--now", "2026-03-05T10:00:00Z").Expect(0);
        var ended = folder.Send(Told("k", "A1", "S1", state, "2026-03-01", more), "--now", "2026-03-05T10:00:00Z").Expect(3);
        (ended.Err + ended.Out).ShouldContain(why);
    }
}
