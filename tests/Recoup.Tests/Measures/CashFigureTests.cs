using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Statistics;
using Document = Recoup.Tests.Measures.RandomBooks.Document;

namespace Recoup.Tests.Measures;

/// <summary>How old cash is and what became of overdue items by an age, from cells, against every part and document of random histories.</summary>
public sealed class CashFigureTests
{
    private static readonly DateOnly[] Days = [.. "2024-02-29 2024-05-17 2024-08-31 2024-11-30".Split(' ').Select(Books.Day)];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Cash_has_the_days_since_its_invoice_and_since_it_was_due(int seed)
    {
        var books = new RandomBooks(seed).Live(Books.Day("2024-11-30"));
        foreach (var row in Answer(books, ["average_days_to_pay", "days_late"], KpiWindow.Months(2)))
        {
            var parts = books.Payments.Where(c => c.Payment).SelectMany(c => c.Parts).Where(p => !p.Recovery && p.On.Currency == row.Currency).ToList();
            bool In(DateOnly on) => on >= row.From && on <= row.AsOf;
            decimal Sum(Func<RandomBooks.Part, long> days) => parts.Sum(p =>
                (decimal)days(p) * ((In(p.Day) ? p.Minor : 0) - p.Back.Where(b => In(b.On)).Sum(b => b.Minor)));
            var (all, unit) = (Sum(_ => 1), Currency.Of(row.Currency!).MinorPerMajor);
            var days = row.Kpi == "average_days_to_pay" ? Sum(p => (p.Met ?? p.Day).DayNumber - p.On.Issued.DayNumber)
                : Sum(p => p.Late ? (p.Met ?? p.Day).DayNumber - p.Due.DayNumber : 0);
            (row.Numerator, row.Denominator).ShouldBe((days / unit, all / unit), $"seed {seed}, {row.Kpi}, {row.AsOf:yyyy-MM-dd}, {row.Currency}");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_became_overdue_is_looked_at_when_it_has_the_age(int seed)
    {
        var books = new RandomBooks(seed).Live(Books.Day("2024-11-30"));
        var seen = 0;
        foreach (var row in Answer(books, ["recovery_at_90", "recovery_success_rate"], KpiWindow.Months(3)))
        {
            var age = row.Kpi == "recovery_at_90" ? 90 : 180;
            var what = $"seed {seed}, {row.Kpi}, {row.AsOf:yyyy-MM-dd}, {row.Currency}";
            bool In(DateOnly due) => due.AddDays(1) >= row.From.AddDays(-age) && due.AddDays(1) <= row.AsOf.AddDays(-age);
            bool Young(DateOnly on, DateOnly due) => on <= due.AddDays(1 + age);
            var documents = books.Documents.Where(d => d.Currency == row.Currency).ToList();
            var fell = documents.SelectMany(d => DuesOf(d).Where(due => In(due) && d.DueOn(due) == due).Select(due => d.BalanceOn(due))).ToList();
            if (age == 90)
            {
                var cash = books.Payments.Where(c => c.Payment).SelectMany(c => c.Parts)
                    .Where(p => !p.Recovery && p.Late && p.On.Currency == row.Currency && In(p.Due))
                    .Sum(p => (Young(p.Day, p.Due) ? p.Minor : 0) - p.Back.Where(b => Young(b.On, p.Due)).Sum(b => b.Minor));
                decimal unit = Currency.Of(row.Currency!).MinorPerMajor;
                (row.Numerator, row.Denominator).ShouldBe((cash / unit, fell.Sum() / unit), what);
                seen += cash > 0 ? 1 : 0;
                continue;
            }
            var ends = documents.SelectMany(d => DuesOf(d).Where(In).Select(due => EndOf(books, d, due, due.AddDays(1 + age)))).OfType<string>().ToList();
            (row.Numerator, row.Denominator).ShouldBe((ends.Count(e => e == "settled_after"), ends.Count), what);
            (row.Detail("became_overdue"), row.Detail("written_off")).ShouldBe((fell.Count(b => b != 0), ends.Count(e => e == "written_off_after")), what);
            seen += ends.Count;
        }
        seen.ShouldBeGreaterThan(0);
    }

    /// <summary>Each cell of a cohort's figure, and no other, is behind it.</summary>
    [Fact]
    public void The_events_behind_a_cohort_are_its_own()
    {
        var books = new RandomBooks(3).Live(Books.Day("2024-11-30"));
        foreach (var row in Answer(books, ["recovery_at_90", "recovery_success_rate"], KpiWindow.Months(3)))
        {
            var kpi = KpiCatalog.Shipped.Find(row.Kpi)!;
            var part = KpiPart.Of(kpi, KpiWindow.Months(3).EndingOn(row.AsOf)) with { Currency = row.Currency };
            (long Minor, long Count) Of(string name) => books.Cells.NonZero.Where(c => c.Key.Measure.Name == name && part.Takes(c.Key))
                .Aggregate((0L, 0L), (sum, c) => (sum.Item1 + c.Value.Minor, sum.Item2 + c.Value.Count));
            decimal unit = Currency.Of(row.Currency!).MinorPerMajor;
            if (row.Kpi == "recovery_at_90")
                (Of("cash_on_overdue").Minor / unit, Of("exposure").Minor / unit).ShouldBe((row.Numerator!.Value, row.Denominator!.Value));
            else (Of("settled_after").Count, Of("exposure").Count).ShouldBe(((long)row.Numerator!.Value, (long)row.Detail("became_overdue")!.Value));
        }
    }

    private static IEnumerable<KpiRow> Answer(RandomBooks books, IReadOnlyList<string> kpis, KpiWindow window)
    {
        var engine = new KpiEngine(KpiCatalog.Shipped, new CellsInMemory(books.Cells), Estimates.At95);
        var rows = engine.Answer(new KpiQuestion(Days) { Kpis = kpis, Window = window }).Where(r => r.Currency is not null).ToList();
        rows.ShouldNotBeEmpty();
        return rows;
    }

    private static IEnumerable<DateOnly> DuesOf(Document d) => d.Dues.Select(due => due.Due).Distinct();

    /// <summary>How it ended while due on that day, and late, as of a day; null: it did not.</summary>
    private static string? EndOf(RandomBooks books, Document d, DateOnly due, DateOnly asOf)
    {
        if (!d.Moves.Exists(m => m.On <= asOf) || d.BalanceOn(asOf) != 0) return null;
        var ended = ItemCurveTests.Ended(d, asOf);
        return d.DueOn(ended) == due && ended > due ? ItemCurveTests.End(books, d, ended) : null;
    }
}
