using Recoup.Core.Measures;
using Recoup.Core.Receivables;

namespace Recoup.Tests.Measures;

public sealed class AgeingReportTests
{
    private static readonly DateOnly AsOf = Books.Day("2026-06-30");

    [Theory]
    [InlineData("2026-07-30", "current")]
    [InlineData("2026-06-30", "current")]
    [InlineData("2026-06-29", "d1_30")]
    [InlineData("2026-05-31", "d1_30")]
    [InlineData("2026-05-30", "d31_60")]
    [InlineData("2026-05-01", "d31_60")]
    [InlineData("2026-04-30", "d61_90")]
    [InlineData("2026-04-01", "d61_90")]
    [InlineData("2026-03-31", "d90_plus")]
    [InlineData("2020-01-01", "d90_plus")]
    public void Buckets_begin_at_1_31_61_and_91_days_past_due(string due, string bucket)
    {
        var row = AgeingReport.Of(new Books().Invoice("2019-01-01", due, 7).Source, AsOf).ShouldHaveSingleItem();
        Books.Json(row.WriteTo).ShouldContain($"\"{bucket}\":\"7.00\"");
        (row.Total, row.OpenItems).ShouldBe((700, 1));
        // A KPI's buckets are the table's.
        var percent = new Books().Invoice("2019-01-01", due, 7).Row("percent_current", "2026-06-30");
        (bucket == "current" ? percent.Value : percent.Detail(bucket)).ShouldBe(100);
    }

    [Theory]
    [InlineData("15,30,60,90,180", "current 1-15 16-30 31-60 61-90 91-180 180+", "current d1_15 d16_30 d31_60 d61_90 d91_180 d180_plus")]
    [InlineData(" 7 ", "current 1-7 7+", "current d1_7 d7_plus")]
    [InlineData("30,60,90", "current 1-30 31-60 61-90 90+", "current d1_30 d31_60 d61_90 d90_plus")]
    public void It_is_cut_where_somebody_wants_it(string text, string labels, string names)
    {
        var cut = AgeingCut.Parse(text, out var problem).ShouldNotBeNull(problem);
        (string.Join(' ', cut.Labels), string.Join(' ', cut.Names)).ShouldBe((labels, names));
        AgeingCut.Parse(cut.Text, out _)!.Ends.ShouldBe(cut.Ends);
        var books = new Books();
        for (var late = -3; late <= 200; late++) books.Invoice("2019-01-01", AsOf.AddDays(-late).ToString("yyyy-MM-dd", null), late + 4);
        var row = AgeingReport.Of(books.Source, AsOf, cut: cut).ShouldHaveSingleItem();
        long[] wanted = [.. cut.Labels.Select((_, bucket) => Enumerable.Range(-3, 204).Where(late =>
            late > (bucket == 0 ? -4 : bucket == 1 ? 0 : cut.Ends[bucket - 2])
            && (bucket == cut.Ends.Count + 1 || late <= (bucket == 0 ? 0 : cut.Ends[bucket - 1])))
            .Sum(late => (late + 4) * 100L))];
        row.Buckets.ShouldBe(wanted);
        row.Total.ShouldBe(AgeingReport.Of(books.Source, AsOf).Single().Total);
        Books.Json(row.WriteTo).ShouldContain($"\"{cut.Names[^1]}\":\"");
    }

    [Theory]
    [InlineData("")]
    [InlineData("30,30")]
    [InlineData("60,30")]
    [InlineData("0,30")]
    [InlineData("30;60")]
    [InlineData("3651")]
    [InlineData("1,2,3,4,5,6,7,8,9,10,11,12,13")]
    public void What_are_no_buckets_is_refused_with_how_it_is_right(string text)
    {
        AgeingCut.Parse(text, out var problem).ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain("such as 15,30,60,90,180");
    }

    [Fact]
    public void A_row_is_written_as_the_contract_has_it()
    {
        var books = new Books().Invoice("2026-06-01", "2026-07-01", 100).Invoice("2026-04-01", "2026-05-01", 50)
            .Cell(ReceivableChapter.UnappliedStock, "2026-06-02", null, 9, 0)
            .Invoice("2026-07-01", "2026-07-31", 1000);
        Books.Json(AgeingReport.Of(books.Source, AsOf, byPortfolio: true, bySegment: true).Single().WriteTo).ShouldBe(
            """
                {"as_of":"2026-06-30","currency":"EUR","portfolio":"EU","segment":"all","current":"100.00","d1_30":"0.00","d31_60":"50.00",
                """ + """
                "d61_90":"0.00","d90_plus":"0.00","total":"150.00","open_items":2,"unapplied":"9.00"}
                """);
    }

    [Fact]
    public void What_is_all_paid_is_zero_in_each_currency_there_ever_was_and_nothing_before_it_began()
    {
        var books = new Books().Invoice("2026-06-01", "2026-07-01", 100).Pay("2026-06-20", "2026-06-01", "2026-07-01", 100);
        books.Currency = "JPY";
        books.Invoice("2026-06-05", "2026-07-01", 300).Pay("2026-06-20", "2026-06-05", "2026-07-01", 300);
        AgeingReport.Of(books.Source, AsOf).Select(r => (r.Group.Currency, r.Total, r.OpenItems, r.Unapplied)).ShouldBe([("EUR", 0, 0, 0), ("JPY", 0, 0, 0)]);
        AgeingReport.Of(books.Source, Books.Day("2026-06-04")).Select(r => r.Group.Currency).ShouldBe(["EUR"]);
        AgeingReport.Of(books.Source, Books.Day("2026-05-31")).ShouldBeEmpty();
        AgeingReport.Of(books.Source, AsOf, byPortfolio: true).Select(r => (r.Group.Portfolio, r.Group.Currency, r.Total))
            .ShouldBe([("EU", "EUR", 0), ("EU", "JPY", 0)]);
        AgeingReport.Of(books.Source, AsOf, bySegment: true).Count.ShouldBe(2);
    }

    [Fact]
    public void Groups_stand_apart_and_a_settled_one_is_zero()
    {
        var books = new Books().Invoice("2026-06-01", "2026-07-01", 100).Pay("2026-06-20", "2026-06-01", "2026-07-01", 100);
        books.Portfolio = "US";
        books.Invoice("2026-06-01", "2026-07-01", 5);
        books.Currency = "USD";
        books.Cell(ReceivableChapter.UnappliedStock, "2026-06-02", null, 9, 0);
        AgeingReport.Of(books.Source, AsOf, byPortfolio: true).Select(r => (r.Group.Portfolio, r.Group.Currency, r.Total, r.Unapplied))
            .ShouldBe([("EU", "EUR", 0, 0), ("US", "EUR", 500, 0), ("US", "USD", 0, 900)]);
        AgeingReport.Of(books.Source, Books.Day("2026-06-19")).Single(r => r.Group.Currency == "EUR").Total.ShouldBe(10_500);
    }

    [Fact]
    public void By_account_it_is_built_from_items()
    {
        var rows = AgeingReport.ByAccount(
            AsOf, [("B", "EUR", Books.Day("2026-06-29"), 300), ("A", "EUR", Books.Day("2026-06-30"), 100),
                ("B", "EUR", Books.Day("2026-06-30"), 200)], [("A", "EUR", 50)]);
        rows.Select(r => (r.Group.Account, r.Buckets[0], r.Buckets[1], r.Total, r.OpenItems, r.Unapplied))
            .ShouldBe([("A", 100, 0, 100, 1, 50), ("B", 200, 300, 500, 2, 0)]);
    }
}
