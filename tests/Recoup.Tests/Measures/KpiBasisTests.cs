using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Statistics;

namespace Recoup.Tests.Measures;

/// <summary>KPIs on the Credit Research Foundation's inputs, and intervals beside rates.</summary>
public sealed class KpiBasisTests
{
    private static KpiRow Crf(Books books, string kpi, string asOf) =>
        books.Ask(new KpiQuestion(Books.Day(asOf)) { Kpis = [kpi], Basis = KpiBasis.Crf }).ShouldHaveSingleItem();

    /// <summary>Receivables 1,000 of which 300 are past due; sales 2,000 and charges 250 in 90 days; cash of 100 that met no item yet.</summary>
    private static Books Example(long unapplied) => new Books().Invoice("2026-02-01", "2026-03-31", 700).Invoice("2026-01-05", "2026-02-04", 300)
        .PaidSale("2026-01-01", 1000).Cell(ChargeChapter.Charged, "2026-02-01", null, 250, 2)
        .Cell(ReceivableChapter.UnappliedStock, "2026-03-01", null, unapplied, 0);

    [Theory]
    // (1,000 - 100) / 2,250 x 90; unapplied cash pays what is past due first.
    [InlineData(100, "dso", "36")]
    [InlineData(100, "bpdso", "28")]
    [InlineData(100, "add", "8")]
    [InlineData(100, "percent_current", "77.777778")]
    // More of it than is past due: the rest lessens what is not.
    [InlineData(400, "dso", "24")]
    [InlineData(400, "bpdso", "24")]
    [InlineData(400, "add", "0")]
    // Over its closing receivables; 2,250 / 900.
    [InlineData(100, "ar_turnover", "2.5")]
    // A quarter: (0 + 750 - 900) / (0 + 750 - 700) can't be, and with all of it paid it is 100.
    [InlineData(1000, "cei", "100")]
    public void Unapplied_cash_is_taken_off_and_charges_are_sales(long unapplied, string kpi, string value) =>
        Math.Round(Crf(Example(unapplied), kpi, "2026-03-31").Value!.Value, 6).ShouldBe(decimal.Parse(value));

    [Fact]
    public void Only_what_is_computed_on_their_inputs_stands_beside_their_figures()
    {
        var books = Example(100);
        (books.Value("dso", "2026-03-31"), books.Row("dso", "2026-03-31").Basis).ShouldBe((45, KpiBasis.Own));
        Books.Json(Crf(books, "dso", "2026-03-31").WriteTo).ShouldContain("\"kpi\":\"dso\",\"basis\":\"crf\",\"as_of\"");
        Books.Json(books.Row("dso", "2026-03-31").WriteTo).ShouldNotContain("basis");
        Crf(books, "cei", "2026-03-31").From.ShouldBe(Books.Day("2026-01-01"));
        (Crf(books, "cei", "2026-03-31").Band, Crf(books, "cei", "2026-03-31").Target).ShouldBe((null, null));
        foreach (var kpi in KpiCatalog.Shipped.All) kpi.Benchmarks.ShouldNotContain(b => b.Source.Contains("Credit Research Foundation"), kpi.Id);
        foreach (var id in new[] { "dso", "bpdso", "add", "cei", "percent_current", "over_90_rate" })
            KpiCatalog.Shipped.Find(id)!.Crf!.Benchmarks.ShouldAllBe(b => b.Source.Contains("Credit Research Foundation"), id);
        books.Ask(new KpiQuestion(Books.Day("2026-03-31")) { Basis = KpiBasis.Crf }).Select(r => r.Kpi).Distinct()
            .ShouldBe(["add", "ar_turnover", "bpdso", "cei", "dso", "over_90_rate", "percent_current"]);
        Should.Throw<ArgumentException>(() => Crf(books, "recovery_rate", "2026-03-31")).Message.ShouldContain(
            "recovery_rate is not computed on the basis crf");
    }

    /// <summary>What was charged is that of the documents one by one, waived, cancelled and taken back as they are.</summary>
    [Fact]
    public void What_was_charged_is_the_sum_of_its_documents()
    {
        var charged = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            var books = new RandomBooks(seed).Live(Books.Day("2024-11-30"));
            var documents = books.Documents.Where(d => !d.Invoice).GroupBy(d => d.Currency)
                .Select(g => (g.Key, g.Sum(d => d.Amount))).Where(g => g.Item2 != 0).Order().ToList();
            books.Cells.NonZero.Where(c => c.Key.Measure == ChargeChapter.Charged).GroupBy(c => c.Key.Currency)
                .Select(g => (g.Key, g.Sum(c => c.Value.Minor))).Where(g => g.Item2 != 0).Order().ToList().ShouldBe(documents, $"seed {seed}");
            charged += documents.Count;
        }
        charged.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void A_rate_of_counts_has_its_interval_beside_it()
    {
        var books = new Books().Cell(Recoup.Core.Recovery.PromiseFigures.PromisesKept, "2026-03-10", null, 700, 7)
            .Cell(Recoup.Core.Recovery.PromiseFigures.PromisesBroken, "2026-03-10", null, 300, 3);
        var row = books.Row("promise_kept_rate", "2026-03-31");
        // Wilson 1927 of 7 in 10.
        (row.Value, Math.Round(row.Low!.Value, 2), Math.Round(row.High!.Value, 2)).ShouldBe((70, 39.68m, 89.22m));
        Books.Json(row.WriteTo).ShouldContain("\"low\":39.67");
        Books.Json(books.Row("promise_kept_rate", "2026-01-31").WriteTo).ShouldContain("\"low\":null,\"high\":null");
        Books.Json(books.Row("percent_current", "2026-03-31").WriteTo).ShouldNotContain("\"low\"");
        KpiCatalog.Shipped.All.Where(k => k.HasInterval).Select(k => k.Id).ShouldBe(
            ["call_to_promise_ratio", "callback_kept_rate", "customer_recovery_rate", "first_call_resolution_rate", "message_bounce_rate",
            "plan_kept_rate", "promise_kept_rate", "recovery_success_rate", "right_party_contact_rate"]);
    }
}
