using Recoup.Core.Cells;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Statistics;

namespace Recoup.Tests.Measures;

/// <summary>Random histories through the fold: what the engine reads from cells is what the documents say.</summary>
public sealed class KpiAuditorTests
{
    private static readonly DateOnly[] Days =
        [.. "2023-12-05 2024-01-31 2024-02-29 2024-03-01 2024-04-17 2024-06-30 2024-09-30 2024-11-30".Split(' ').Select(Books.Day)];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Kpis_are_what_the_documents_say(int seed)
    {
        var books = new RandomBooks(seed).Live(Books.Day("2024-11-30"));
        var source = new CellsInMemory(books.Cells);
        var engine = new KpiEngine(KpiCatalog.Shipped, source, Estimates.At95);
        foreach (var byPortfolio in new[] { false, true })
        {
            var rows = engine.Answer(new KpiQuestion(Days) { By = byPortfolio ? [Dimension.Portfolio] : [] })
                .ToLookup(r => (r.Kpi, r.AsOf, r.Currency, r.Portfolio, r.FromBucket));
            foreach (var portfolio in byPortfolio ? new string?[] { "EU", "US" } : [null])
                foreach (var day in Days)
                {
                    foreach (var currency in new[] { "EUR", "USD", "JPY" })
                        Compare(new Auditor(books, currency, portfolio), (kpi, bucket) => rows[(kpi, day, currency, portfolio, bucket)].SingleOrDefault(), day,
                            $"seed {seed}, {day:yyyy-MM-dd}, {currency}, {portfolio}");

                    var first = new DateOnly(day.Year, day.Month, 1);
                    var actions =
                        books.Actions.Where(a => a.On >= first && a.On <= day && (portfolio is null || books.Portfolios[a.Account] == portfolio)).ToList();
                    var row = rows[("proactive_collection_actions", day, null, portfolio, null)].SingleOrDefault();
                    (row?.Value ?? 0).ShouldBe(actions.Count(a => a.Proactive));
                    (row?.Detail("actions") ?? 0).ShouldBe(actions.Count);
                }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_figure_by_channel_and_owner_is_that_of_the_contacts_by_each(int seed)
    {
        var books = new RandomBooks(seed).Live(Books.Day("2024-11-30"));
        var engine = new KpiEngine(KpiCatalog.Shipped, new CellsInMemory(books.Cells), Estimates.At95);
        var (channel, owner) = (Dimension.Channel, Dimension.Owner);
        foreach (var by in new Dimension[][] { [channel], [owner], [owner, channel], [Dimension.Portfolio, owner] })
            foreach (var day in Days)
            {
                var first = new DateOnly(day.Year, day.Month, 1);
                var expected = books.Actions.Where(a => a.On >= first && a.On <= day).GroupBy(a => string.Join('/', by.Select(d =>
                        d == Dimension.Portfolio ? books.Portfolios[a.Account] : d == Dimension.Channel ? a.Channel : a.Agent ?? "-")))
                    .Select(g => $"{g.Key} {g.Count(a => a.Proactive)} of {g.Count()}").Order(StringComparer.Ordinal);
                var rows = engine.Answer(new KpiQuestion(day) { Kpis = ["proactive_collection_actions"], By = by });
                rows.Where(r => r.Value is not null)
                    .Select(r => $"{string.Join('/', by.Select(d => r.Of(d) ?? "-"))} {r.Value:0} of {r.Detail("actions"):0}")
                    .Order(StringComparer.Ordinal).ShouldBe(expected, $"seed {seed}, {day:yyyy-MM-dd}");
                engine.Answer(new KpiQuestion(day) { Kpis = ["right_party_contact_rate"], By = by }).Where(r => r.Value is not null)
                    .Select(r => $"{string.Join('/', by.Select(d => r.Of(d) ?? "-"))} {r.Numerator} and {r.Detail("connects"):0} of {r.Denominator}")
                    .Order(StringComparer.Ordinal).ShouldBe(
                        books.Actions.Where(a => a.On >= first && a.On <= day).GroupBy(a => string.Join('/', by.Select(d =>
                            d == Dimension.Portfolio ? books.Portfolios[a.Account] : d == Dimension.Channel ? a.Channel : a.Agent ?? "-")))
                        .Select(g => $"{g.Key} {g.Count(a => a.Outcome == "right_party")} and {g.Count(a => a.Outcome is not ("no_answer" or "voicemail"))} "
                            + $"of {g.Count()}").Order(StringComparer.Ordinal), $"seed {seed}, {day:yyyy-MM-dd}");
                var calls = engine.Answer(new KpiQuestion(day)
                {
                    Kpis = ["proactive_collection_actions"],
                    Only = new Dictionary<Dimension, string> { [Dimension.Channel] = "call", [Dimension.Portfolio] = "EU" },
                });
                (calls.Single().Detail("actions") ?? 0).ShouldBe(
                    books.Actions.Count(a => a.On >= first && a.On <= day && a.Channel == "call" && books.Portfolios[a.Account] == "EU"));
            }
    }

    private static void Compare(Auditor auditor, Func<string, string?, KpiRow?> row, DateOnly day, string what)
    {
        var (month, quarter, year) = (First(1), First(3), First(12));
        Same("dso", auditor.Dso(quarter, day));
        Same("bpdso", auditor.Bpdso(quarter, day));
        Same("add", auditor.Add(quarter, day));
        Same("dso_average", auditor.DsoAverage(year, day));
        Same("ar_turnover", auditor.Turnover(year, day));
        Same("cei", auditor.Cei(month, day));
        Same("cei_simple", auditor.CeiSimple(month, day));
        Same("percent_current", auditor.PercentCurrent(day));

        var (cash, eligible) = auditor.Recovery(month, day);
        Same("recovery_rate", Auditor.Over(cash, eligible, 100, most: 100));
        (row("recovery_rate", null)?.Numerator ?? 0).ShouldBe(cash, what);
        (row("recovery_rate", null)?.Denominator ?? 0).ShouldBe(eligible, what);

        var (days, atLeast) = auditor.CountBack(day);
        if (row("dso_countback", null) is { } countBack)
        {
            Near(countBack.Value, days, $"{what}: dso_countback");
            (countBack.NoValue is null).ShouldBe(days is not null, what);
            countBack.AtLeast.ShouldBe(atLeast, what);
        }
        else
        {
            days.ShouldBe(0, what);
        }

        for (var from = 0; from < Auditor.Buckets.Length; from++)
        {
            var roll = auditor.Roll(month, day, Auditor.Buckets[from]);
            var found = row("roll_rate", Auditor.Buckets[from]);
            if (found is null)
            {
                roll["start"].ShouldBe(0, what);
                continue;
            }
            found.Denominator.ShouldBe(roll["start"], what);
            Near(found.Value, from == 4 ? null : Auditor.Over(roll[Auditor.Buckets[from + 1]], roll["start"], 100, most: 100), $"{what}: roll_rate {from}");
            // Shares of less than nothing are none, and where the rate can't be the rest of its row says nothing either.
            var meaningless = roll["start"] <= 0 || (from != 4 && (roll[Auditor.Buckets[from + 1]] < 0 || roll[Auditor.Buckets[from + 1]] > roll["start"]));
            foreach (var (to, amount) in roll.Where(r => r.Key != "start"))
                Near(found.Detail(to is "cure" or "charge_off" ? to : $"to_{to}"),
                    meaningless ? null : amount * 100 / roll["start"], $"{what}: {from} to {to}");
            if (!meaningless) found.Details.Sum(d => d.Value).ShouldBeAbout(100, 0.000001m);
        }

        DateOnly First(int months) => new DateOnly(day.Year, day.Month, 1).AddMonths(1 - months);

        void Same(string kpi, decimal? expected) => Near(row(kpi, null)?.Value, expected, $"{what}: {kpi}");
    }

    private static void Near(decimal? value, decimal? expected, string what)
    {
        if (expected is not { } e) value.ShouldBeNull(what);
        else value.ShouldNotBeNull(what).ShouldBe(e, Math.Max(1, Math.Abs(e)) * 0.000000001m, what);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_ageing_table_is_what_the_documents_say(int seed)
    {
        var books = new RandomBooks(seed).Live(Books.Day("2024-11-30"));
        var source = new CellsInMemory(books.Cells);
        foreach (var day in Days)
        {
            foreach (var portfolio in new[] { "EU", "US" })
                foreach (var currency in new[] { "EUR", "USD", "JPY" })
                {
                    var auditor = new Auditor(books, currency, portfolio);
                    var row = AgeingReport.Of(source, day, byPortfolio: true)
                        .SingleOrDefault(r => r.Group == new AgeingGroup(currency, portfolio)) ?? new AgeingRow(day, default, AgeingCut.Usual);
                    var unit = Recoup.Core.Foundation.Currency.Of(currency).MinorPerMajor;
                    row.Buckets.Select(m => (decimal)m / unit)
                        .ShouldBe(Auditor.Buckets.Select(b => auditor.Bucket(day, b)));
                    ((decimal)row.Total / unit, row.OpenItems, (decimal)row.Unapplied / unit)
                        .ShouldBe((auditor.Open(day), auditor.Items(day), auditor.Unapplied(day)), $"seed {seed}, {day:yyyy-MM-dd}, {currency}, {portfolio}");
                }

            var bySegment = books.Documents
                .GroupBy(d => (d.Currency, books.Segments[d.Account].Last(s => s.From <= day).Segment))
                .ToDictionary(g => g.Key, g => (Total: g.Sum(d => d.BalanceOn(day)), Items: (long)g.Count(d => d.BalanceOn(day) != 0)));
            var rows = AgeingReport.Of(source, day, bySegment: true).Where(r => r.OpenItems != 0)
                .ToDictionary(r => (r.Group.Currency, r.Group.Segment!), r => (r.Total, r.OpenItems));
            rows.OrderBy(r => r.Key).ShouldBe(bySegment.Where(g => g.Value.Items != 0).OrderBy(g => g.Key));
        }
    }

    /// <summary>Followed item by item, which cells cannot: where nothing comes back and no two items share a due day, it is the same.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Roll_rates_by_due_day_are_those_by_item(int seed)
    {
        var books = new RandomBooks(seed, plain: true).Live(Books.Day("2024-11-30"));
        books.Documents.Select(d => d.DueOn(d.Issued)).ShouldBeUnique();
        var rows = new KpiEngine(KpiCatalog.Shipped, new CellsInMemory(books.Cells), Estimates.At95).Answer(new KpiQuestion(Days) { Kpis = ["roll_rate"] });
        foreach (var row in rows.Where(r => r.Denominator > 0))
        {
            var eve = row.From.AddDays(-1);
            var items = books.Documents.FindAll(d => d.Issued <= eve && Auditor.BucketOf(d.DueOn(eve), eve) == row.FromBucket);
            decimal total = items.Sum(d => d.BalanceOn(eve));
            foreach (var to in Auditor.Buckets)
                row.Detail($"to_{to}")
                    .ShouldBeAbout(items.Where(d => Auditor.BucketOf(d.DueOn(eve), row.AsOf) == to).Sum(d => d.BalanceOn(row.AsOf)) * 100 / total, 0.000001m);
            row.Detail("charge_off")
                .ShouldBeAbout(items.Sum(d => d.WriteOffs.Where(w => w.On > eve && w.On <= row.AsOf).Sum(w => w.Minor)) * 100 / total, 0.000001m);
        }
    }

    [Fact]
    public void The_histories_have_everything_in_them()
    {
        var all = Enumerable.Range(1, 60).Select(seed => new RandomBooks(seed).Live(Books.Day("2024-11-30"))).ToList();
        all.ShouldContain(b => b.Payments.Exists(p => p.Reversed != null && p.Parts.Exists(x => x.Recovery)));
        all.ShouldContain(b => b.Payments.Exists(p => p.Parts.Exists(x => x.Back.Exists(back => back.On == x.Day))));
        all.ShouldContain(b => b.Documents.Exists(d => d.Dues.Count > 2));
        all.ShouldContain(b => b.Documents.Exists(d => d.Cancelled));
        all.SelectMany(b => b.Documents).Count(d => d.Reinstated.Count > 0).ShouldBeGreaterThan(100);
        all.SelectMany(b => b.Segments.Values).Max(s => s.Count).ShouldBeGreaterThan(3);
        all[0].Segments["A1"][0].Segment.ShouldBe(TreatmentState.Unsegmented);
    }
}
