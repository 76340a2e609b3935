using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Statistics;

namespace Recoup.Tests.Measures;

/// <summary>Figures of disputes, held against all events of random histories.</summary>
public sealed class DisputeFigureTests
{
    private static readonly DateOnly Begin = new(2026, 3, 1);

    private sealed record Contested(string Account, string Currency, string? Code, DateOnly From, long Minor, string Portfolio)
    {
        public (DateOnly On, string Outcome)? Closed { get; init; }

        /// <summary>Withdrawn on its first day: it was entered by mistake.</summary>
        public bool IsNone => Closed is { Outcome: "withdrawn" } closed && closed.On == From;
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    /// <summary>
    /// Random invoices that are paid in part, before or after they are contested, told of late and ahead; disputes of items and accounts that are
    /// closed or withdrawn, one of two accounts moving on the way: what the events say one by one is what the figures say of all.
    /// </summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Disputes_are_counted_with_what_was_open_then(int seed)
    {
        var random = new Random(seed);
        var (state, cells) = (new PartyState { Id = "P" }, new CellDeltas());
        var invoices = new Dictionary<string, (string Account, string Currency, long Minor, DateOnly IssuedOn, List<(DateOnly On, long Minor)> Paid)>();
        var disputes = new Dictionary<string, Contested>();
        var sales = new List<(DateOnly On, string Currency, string Portfolio, long Minor)>();
        var (seq, today) = (0L, Begin);
        Tell("A1", today, new AccountEvent.Opened(new AccountDetails("A1", "EU", "business")));
        Tell("A2", today, new AccountEvent.Opened(new AccountDetails("A2", "EU", "business")));
        string PortfolioOf(string account, DateOnly on) => account == "A2" && on >= Begin.AddDays(40) ? "US" : "EU";
        for (; today < Begin.AddDays(90); today = today.AddDays(1))
        {
            if (today == Begin.AddDays(40)) Tell("A2", today, new AccountEvent.Moved("US"));
            if (random.Next(2) == 0)
            {
                var (number, account, currency) = ($"I{seq}", random.Next(2) == 0 ? "A1" : "A2", random.Next(3) == 0 ? "USD" : "EUR");
                var minor = random.NextInt64(100, 100_000);
                Tell(account, today, new InvoiceEvent.Issued(number, today, today.AddDays(14), minor, currency));
                invoices[number] = (account, currency, minor, today, []);
                sales.Add((today, currency, PortfolioOf(account, today), minor));
            }
            foreach (var (number, i) in invoices.Where(_ => random.Next(15) == 0).ToList())
            {
                var (on, part) = (Later(i.IssuedOn, today.AddDays(random.Next(-6, 1))), random.NextInt64(1, i.Minor - i.Paid.Sum(p => p.Minor) + 1));
                if (part >= i.Minor - i.Paid.Sum(p => p.Minor)) continue;
                Tell(i.Account, on, new PaymentEvent.Received($"p{seq}", part, i.Currency, [new Applied(number, part, on)], null));
                i.Paid.Add((on, part));
            }
            foreach (var (number, i) in invoices.Where(_ => random.Next(12) == 0).ToList())
            {
                var (key, on) = ($"d{seq}", Later(i.IssuedOn, today.AddDays(random.Next(-6, 4))));
                var code = random.Next(4) == 0 ? null : DisputeReason.All[random.Next(3)].Code;
                Tell(i.Account, on, new DisputeEvent.Opened(key, number, "words") { Code = code });
                disputes[key] = new Contested(i.Account, i.Currency, code, on, i.Minor - i.Paid.Where(p => p.On <= on).Sum(p => p.Minor),
                    PortfolioOf(i.Account, on < today ? on : today));
            }
            if (random.Next(9) == 0) Tell("A1", today, new DisputeEvent.Opened($"whole{seq}", null, "words") { Code = "quality" });
            foreach (var (key, d) in disputes.Where(d => d.Value.Closed is null && random.Next(8) == 0).ToList())
            {
                var number = DisputeChapter.Slice.In(state).Disputes.Find(o => o.Dispute == key)!.Number;
                var (on, outcome) = (random.Next(4) == 0 ? d.From : Later(d.From, today), new[] { "accepted", "rejected", "withdrawn" }[random.Next(3)]);
                Tell(d.Account, on, new DisputeEvent.Closed(key, number, outcome));
                disputes[key] = d with { Closed = (on, outcome) };
            }
        }

        var counted = disputes.Values.Where(d => !d.IsNone).ToList();
        disputes.Count.ShouldBeGreaterThan(counted.Count);
        var medians = 0;
        foreach (var asOf in new[] { 20, 50, 89, 120 }.Select(Begin.AddDays))
        {
            bool In(DateOnly on) => on > asOf.AddDays(-30) && on <= asOf;
            var question = new KpiQuestion(asOf) { Window = KpiWindow.Days(30) };
            var engine = new KpiEngine(KpiCatalog.Shipped, new CellsInMemory(cells), Estimates.At95);
            foreach (var row in Rows(question with { Kpis = ["dispute_resolution"], By = [Dimension.Portfolio, Dimension.Code] }))
            {
                bool Of(Contested d) => (d.Currency, d.Portfolio, d.Code) == (row.Currency, row.Portfolio, row.Of(Dimension.Code));
                var opened = counted.Where(d => Of(d) && In(d.From)).ToList();
                var resolved = opened.Where(d => d.Closed is not null).ToList();
                (row.Denominator, row.Numerator).ShouldBe((opened.Sum(d => d.Minor) / 100m, resolved.Sum(d => d.Minor) / 100m));
                (Detail(row, "opened"), Detail(row, "closed_of_these")).ShouldBe((opened.Count, resolved.Count));
                Detail(row, "still_contested").ShouldBe(opened.Where(d => d.Closed is null).Sum(d => d.Minor) / 100m);
                Detail(row, "closed_in_the_window").ShouldBe(counted.Where(d => Of(d) && d.Closed is { } closed && In(closed.On)).Sum(d => d.Minor) / 100m);
            }
            Rows(question with { Kpis = ["dispute_resolution"], By = [Dimension.Code] }).Sum(r => Detail(r, "opened")).ShouldBe(counted.Count(d => In(d.From)));
            foreach (var row in Rows(question with { Kpis = ["dispute_rate"], By = [Dimension.Portfolio] }))
                (row.Numerator, row.Denominator).ShouldBe((
                    counted.Where(d => In(d.From) && d.Currency == row.Currency && d.Portfolio == row.Portfolio).Sum(d => d.Minor) / 100m,
                    sales.Where(s => In(s.On) && s.Currency == row.Currency && s.Portfolio == row.Portfolio).Sum(s => s.Minor) / 100m));

            foreach (var by in new Dimension[][] { [], [Dimension.Portfolio], [Dimension.Code] })
                foreach (var row in Rows(question with { Kpis = ["dispute_cycle_time"], Window = KpiWindow.Days(80), By = by }))
                {
                    bool Of(Contested d) => d.Currency == row.Currency
                        && (by is not [{ } only] || (only == Dimension.Code ? d.Code : d.Portfolio) == row.Of(only));
                    var lives = counted.Where(d => Of(d) && d.From > asOf.AddDays(-80) && d.From <= asOf)
                        .Select(d => d.Closed is { } closed && closed.On <= asOf ? (closed.On.DayNumber - d.From.DayNumber, true)
                            : (asOf.DayNumber - d.From.DayNumber, false)).ToList();
                    (Detail(row, "disputes"), Detail(row, "disputes_closed")).ShouldBe((lives.Count, lives.Count(l => l.Item2)));
                    var told = lives.Count(l => l.Item2) >= 20;
                    (row.Value, Detail(row, "first_quarter_closed"))
                        .ShouldBe(told ? (SurvivalOracle.AgeBy(lives, 1, 2), SurvivalOracle.AgeBy(lives, 1, 4)) : (null, null), $"{asOf:yyyy-MM-dd}");
                    medians += row.Value is null ? 0 : 1;
                    // The events behind it are those of its disputes alone.
                    var part = KpiPart.Of(KpiCatalog.Shipped.Find("dispute_cycle_time")!, KpiWindow.Days(80).EndingOn(asOf)) with
                    {
                        Currency = row.Currency,
                        Only = by.ToDictionary(d => d, d => row.Of(d) ?? ""),
                    };
                    Behind(DisputeFigures.DisputesOpened).ShouldBe(lives.Count);
                    Behind(DisputeFigures.DisputesClosed).ShouldBe(lives.Count(l => l.Item2));

                    long Behind(Measure measure) => cells.NonZero.Where(c => c.Key.Measure == measure && part.Takes(c.Key)).Sum(c => c.Value.Count);
                }

            List<KpiRow> Rows(KpiQuestion asked) => [.. engine.Answer(asked).Where(r => r.NoValue != KpiRow.NothingRecorded)];
        }

        medians.ShouldBeGreaterThan(0);

        static decimal? Detail(KpiRow row, string name) => row.Details.Single(d => d.Name == name).Value;

        static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

        void Tell(string account, DateOnly on, Event happened) => Fold.Apply(state,
            new Envelope(++seq, account, on, today, today.DayNumber * 86_400_000L, $"k{seq}"), happened, cells);
    }
}
