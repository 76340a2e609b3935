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

/// <summary>What subscriptions bring in a month, and what a customer with them is worth until they leave.</summary>
public sealed class LifetimeTests
{
    private static string Told(string key, string account, string state, string on, string more = "") =>
        $$"""{"type":"subscription","key":"{{key}}","account":"{{account}}","subscription":"S1","state":"{{state}}","on":"{{on}}"{{more}}}""";

    private static string Price(string amount, string every = "month") => $",\"amount\":\"{amount}\",\"currency\":\"EUR\",\"every\":\"{every}\"";

    [Fact]
    public void At_50_a_month_2_of_a_hundred_leaving_and_a_margin_of_60_it_is_1500()
    {
        using var folder = new DataFolder();
        var lines = new List<string>();
        for (var n = 0; n < 124; n++)
        {
            lines.Add($$"""{"type":"account","key":"a{{n}}","account":"A{{n}}"}""");
            lines.Add(Told($"s{n}", $"A{n}", "started", n < 100 ? "2025-06-01" : $"2026-{n % 12 + 1:00}-10", Price(n % 2 == 0 ? "50.00" : "600.00",
                n % 2 == 0 ? "month" : "year")));
            if (n < 24) lines.Add(Told($"c{n}", $"A{n}", "cancelled", $"2026-{n % 12 + 1:00}-20", ",\"by\":\"customer\""));
        }
        folder.Send(string.Join('\n', lines), "--now", "2026-12-31T10:00:00Z").Expect(0);
        // Nobody told a margin: it is one of revenue.
        Number(Row("2026-12-31").GetProperty("value")).ShouldBe(2500);
        folder.Send("""{"type":"imported_figure","key":"f","name":"gross_margin","from":"2026-01-01","to":"2026-12-31","value":"60"}""",
            "--now", "2026-12-31T11:00:00Z").Expect(0);
        var row = Row("2026-12-31");
        Number(row.GetProperty("value")).ShouldBe(1500);
        row.GetProperty("currency").GetString().ShouldBe("EUR");
        var details = row.GetProperty("details");
        (Of("revenue_per_customer"), Of("customers"), Of("margin"), Of("churn_a_month"), Of("lifetime_months")).ShouldBe((50, 100, 60, 2, 50));
        // In 2025 nobody had left yet.
        var before = Row("2025-12-31");
        before.GetProperty("value").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        before.GetProperty("no_value").GetString().ShouldNotBeNull().ShouldContain("its denominator, count(subscribers_lost)");
        folder.ShouldBeSound();

        System.Text.Json.JsonElement Row(string asOf) =>
            folder.Run("kpi", "customer_lifetime_value", "--as-of", asOf, "--format", "json").Expect(0).Json[0];

        decimal Of(string name) => Number(details.GetProperty(name));

        static decimal Number(System.Text.Json.JsonElement of) => of.ValueKind == System.Text.Json.JsonValueKind.String
            ? decimal.Parse(of.GetString()!, System.Globalization.CultureInfo.InvariantCulture) : of.GetDecimal();
    }

    [Theory]
    [InlineData("month", 4900, 4900)]
    [InlineData("quarter", 10000, 3333)]
    [InlineData("year", 59900, 4992)]
    [InlineData("week", 999, 4329)]
    public void Each_price_counts_by_the_month(string every, long minor, long monthly) =>
        new SubscriptionState { Every = every, Minor = minor }.MonthlyMinor.ShouldBe(monthly);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    /// <summary>Random lives of subscriptions in two currencies; what they bring and whose they are is counted anew of every month's last day.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_stands_is_what_each_day_says_by_itself(int seed)
    {
        var (random, cells, seq) = (new Random(seed), new CellDeltas(), 0L);
        var begin = new DateOnly(2026, 1, 1);
        var states = Enumerable.Range(0, 6).Select(n => new PartyState { Id = $"P{n}" }).ToList();
        // By subscription, its days in order: what it brings from each on, and in which currency; null: it has ended.
        var lives = new List<(int Customer, List<(DateOnly On, (string Currency, long Monthly)? Brings)> Days)>();
        for (var n = 0; n < states.Count; n++)
        {
            Fold.Apply(states[n], At(n, begin), new AccountEvent.Opened(new AccountDetails($"A{n}", "EU", "business")), cells);
            for (var i = 0; i < 4; i++) Live(n, $"S{i}");
        }
        for (var end = new DateOnly(2026, 1, 31); end < new DateOnly(2027, 6, 1); end = end.AddDays(1).AddMonths(1).AddDays(-1))
            foreach (var currency in (string[])["EUR", "USD"])
            {
                var now = lives.Select(l => (l.Customer, Brings: l.Days.LastOrDefault(d => d.On <= end).Brings)).Where(l => l.Brings?.Currency == currency)
                    .ToList();
                var row = new KpiEngine(KpiCatalog.Shipped, new CellsInMemory(cells), Estimates.At95)
                    .Answer(new KpiQuestion(end) { Kpis = ["customer_lifetime_value"] }).SingleOrDefault(r => r.Currency == currency);
                var customers = now.Select(l => l.Customer).Distinct().Count();
                (row?.Detail("customers") ?? 0).ShouldBe(customers, $"{currency} {end}");
                if (customers > 0) row!.Detail("revenue_per_customer").ShouldBe(now.Sum(l => l.Brings!.Value.Monthly) / 100m / customers, $"{currency} {end}");
            }

        void Live(int n, string name)
        {
            var (on, currency, minor) = (begin.AddDays(random.Next(200)), random.Next(2) == 0 ? "EUR" : "USD", 100L * random.Next(10, 90));
            var (days, paused, ended) = (new List<(DateOnly, (string, long)?)>(), false, (DateOnly?)null);
            Happened(new SubscriptionEvent.Started(name, minor, currency, "month", null));
            days.Add((on, (currency, minor)));
            for (var i = random.Next(8); i > 0; i--)
            {
                on = on.AddDays(random.Next(50));
                if (ended <= on) break;
                switch (random.Next(4))
                {
                    case 0:
                        minor = 100L * random.Next(10, 90);
                        Happened(new SubscriptionEvent.Changed(name, minor, currency, null, null));
                        break;
                    case 1:
                        paused = true;
                        Happened(new SubscriptionEvent.Paused(name, null));
                        break;
                    case 2:
                        // Not cancelled after all it rests on, where it did.
                        paused = ended is not null && paused;
                        ended = null;
                        Happened(new SubscriptionEvent.Resumed(name));
                        break;
                    default:
                        ended = on.AddDays(random.Next(60));
                        Fold.Apply(states[n], At(n, ended.Value), new SubscriptionEvent.Cancelled(name, "customer", null), cells);
                        if (ended <= on) i = 0;
                        break;
                }
                days.RemoveAll(d => d.Item2 is null);
                days.Add((on, (currency, paused ? 0 : minor)));
                if (ended is { } end) days.Add((end, null));
            }
            lives.Add((n, days));

            void Happened(SubscriptionEvent e) => Fold.Apply(states[n], At(n, on), e, cells);
        }

        Envelope At(int n, DateOnly on) => new(++seq, $"A{n}", on, new DateOnly(2027, 1, 1), 0, $"k{seq}");
    }
}
