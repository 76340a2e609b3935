using Recoup.Core.Cells;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Statistics;
using Document = Recoup.Tests.Measures.RandomBooks.Document;

namespace Recoup.Tests.Measures;

/// <summary>How long items take, from cells, against every document of random histories, one by one.</summary>
public sealed class ItemCurveTests
{
    private static readonly DateOnly[] Days = [.. "2024-01-31 2024-03-31 2024-06-30 2024-09-15 2024-11-30".Split(' ').Select(Books.Day)];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    /// <param name="Age">At which it was settled, or up to which it is known.</param>
    private readonly record struct Life(int Age, bool Settled);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_curve_is_that_of_the_documents_one_by_one(int seed)
    {
        var books = new RandomBooks(seed).Live(Books.Day("2024-11-30"));
        var engine = new KpiEngine(KpiCatalog.Shipped, new CellsInMemory(books.Cells), Estimates.At95);
        foreach (var by in new Dimension[][] { [], [Dimension.Portfolio], [Dimension.Segment] })
            foreach (var window in new[] { KpiWindow.Months(3), KpiWindow.Months(14), KpiWindow.Days(45) })
                foreach (var (kpi, overdue) in new[] { ("median_days_to_pay", 0), ("time_to_recover", 1) })
                {
                    var rows = engine.Answer(new KpiQuestion(Days) { Kpis = [kpi], Window = window, By = by });
                    // Where anything fell due there is no row of what nothing fell due of.
                    foreach (var day in rows.GroupBy(r => r.AsOf).Where(d => d.Any(r => r.Detail("items") > 0)))
                        day.ShouldAllBe(r => r.Detail("items") > 0, $"seed {seed}, {kpi}, {window}, {day.Key:yyyy-MM-dd}");
                    foreach (var row in rows)
                    {
                        if (row.Currency is null) continue;
                        var lives = Lives(books, row, overdue);
                        var what = $"seed {seed}, {kpi}, {window}, {row.AsOf:yyyy-MM-dd}, {row.Currency} {row.Portfolio}{row.Segment}";
                        (row.Detail("items"), row.Detail(overdue == 0 ? "items_paid" : "items_recovered"))
                            .ShouldBe((lives.Count, lives.Count(l => l.Settled)), what);
                        var told = lives.Count(l => l.Settled) >= 20;
                        row.Value.ShouldBe(told ? SurvivalOracle.AgeBy(Pairs(lives), 1, 2) : null, what);
                        row.Detail(overdue == 0 ? "first_quarter_paid" : "first_quarter_recovered")
                            .ShouldBe(told ? SurvivalOracle.AgeBy(Pairs(lives), 1, 4) : null, what);
                        row.Detail("at_risk_at_median").ShouldBe(row.Value is { } median ? lives.Count(l => l.Age >= median) : null, what);
                        (row.NoValue is null).ShouldBe(row.Value is not null, what);
                        // The events behind it are those of its items alone: what ended and what is open are all of them.
                        if (seed > 12) continue;
                        var part = KpiPart.Of(KpiCatalog.Shipped.Find(kpi)!, window.EndingOn(row.AsOf)) with
                        {
                            Currency = row.Currency,
                            Only = by.ToDictionary(d => d, d => row.Of(d)!),
                        };
                        books.Cells.NonZero.Where(c => KpiCatalog.Shipped.Find(kpi)!.Drill.Contains(c.Key.Measure) && part.Takes(c.Key))
                            .Sum(c => c.Value.Count).ShouldBe(lives.Count, what);
                    }
                }
    }

    /// <summary>The histogram of every day of the history is that of the documents that ended by then, whatever was opened again.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_ended_is_counted_by_its_days_and_taken_back_where_it_opens_again(int seed)
    {
        var books = new RandomBooks(seed).Live(Books.Day("2024-11-30"));
        foreach (var day in Days)
        {
            var cells = books.Cells.NonZero.Where(c => ItemEnds.Measures.Contains(c.Key.Measure) && c.Key.Day <= day.DayNumber)
                .GroupBy(c => $"{c.Key.Measure} {c.Key.Portfolio} {c.Key.Segment} {c.Key.Currency} due {c.Key.RefDay} after {c.Key.CountDays()}")
                .Select(g => (g.Key, g.Sum(c => c.Value.Count))).Where(g => g.Item2 != 0).Order();
            cells.ShouldBe(books.Documents.Where(d => d.Moves.Exists(m => m.On <= day) && d.BalanceOn(day) == 0).Select(d =>
            {
                var (ended, due) = (Ended(d, day), d.DueOn(Ended(d, day)));
                return $"{End(books, d, ended)} {books.Portfolios[d.Account]} {SegmentOf(books, d, ended.AddDays(-1))} {d.Currency} "
                    + $"due {due.DayNumber} after {ended.DayNumber - due.DayNumber}";
            }).GroupBy(text => text).Select(g => (g.Key, (long)g.Count())).Order(), $"seed {seed}, {day:yyyy-MM-dd}");
        }
    }

    [Fact]
    public void The_histories_have_every_end_and_items_that_open_again()
    {
        var cells = Enumerable.Range(1, 60).SelectMany(seed => new RandomBooks(seed).Live(Books.Day("2024-11-30")).Cells.NonZero)
            .Where(c => ItemEnds.Measures.Contains(c.Key.Measure)).ToList();
        foreach (var measure in ItemEnds.Measures)
        {
            cells.Count(c => c.Key.Measure == measure && c.Value.Count > 0).ShouldBeGreaterThan(50, measure.Name);
            cells.Count(c => c.Key.Measure == measure && c.Value.Count < 0 && c.Key.Own.Length > 0).ShouldBeGreaterThan(5, measure.Name);
        }
        cells.ShouldContain(c => c.Key.CountDays() < 0);
    }

    [Fact]
    public void A_median_that_cannot_be_told_says_why()
    {
        var books = new Books();
        books.Row("median_days_to_pay", "2026-03-31").NoValue.ShouldBe("nothing of what it reads was recorded");
        books.Cell(ReceivableChapter.ExposureStock, "2026-01-02", "2026-02-01", 1, 30);
        books.Cell(ItemEnds.SettledAfter, "2026-02-05", "2026-02-01", 1, 19);
        var few = books.Row("median_days_to_pay", "2026-03-31");
        (few.Value, few.NoValue).ShouldBe((null, "of its items (49) only 19 settled, and fewer than 20 say nothing of the others"));
        books.Cell(ItemEnds.SettledAfter, "2026-02-20", "2026-02-01", 1, 1);
        var young = books.Row("median_days_to_pay", "2026-03-31");
        (young.Value, young.NoValue, young.Detail("first_quarter_paid"))
            .ShouldBe((null, "of its 50 items fewer than half are settled so far, so that there is no median", 4));
        books.Cell(ItemEnds.SettledAfter, "2026-02-20", "2026-02-01", 1, 15);
        (books.Row("median_days_to_pay", "2026-03-31").Value, books.Row("time_to_recover", "2026-03-31").Value).ShouldBe((19, 18));
    }

    /// <summary>Paid long before it was due, and long before the window, an item is of the window in which it fell due.</summary>
    [Fact]
    public void What_was_paid_before_the_window_is_counted_where_it_was_due()
    {
        var books = new Books().Cell(ItemEnds.SettledAfter, "2025-06-01", "2026-03-15", 1, 25);
        var row = books.Row("median_days_to_pay", "2026-03-31");
        (row.Value, row.NoValue).ShouldBe((-287, null));
        // Neither then nor after does it make a row of a segment in which nothing fell due.
        books.Segment = "other";
        books.Cell(ReceivableChapter.ExposureStock, "2026-05-02", "2026-05-10", 1, 1);
        foreach (var day in new[] { "2026-02-28", "2026-06-30" })
            books.Ask(new KpiQuestion(Books.Day(day)) { Kpis = ["median_days_to_pay"], By = [Dimension.Segment] }).ShouldNotContain(r => r.Segment == "all");
        books.Row("median_days_to_pay", "2026-06-30", "1mo").NoValue.ShouldBe("no item fell due in its window");
    }

    /// <summary>Written off, an item is unpaid to this day; cancelled, it is known up to then.</summary>
    [Fact]
    public void A_write_off_is_no_payment_and_what_is_cancelled_is_known_no_longer()
    {
        Median(ItemEnds.WrittenOffAfter).ShouldBeNull();
        Median(ItemEnds.CancelledAfter).ShouldBe(40);

        // 20 paid after 40 days; before that 21 others ended after 10.
        static decimal? Median(Measure end) => new Books().Cell(end, "2026-01-20", "2026-01-10", 1, 21)
            .Cell(ItemEnds.SettledAfter, "2026-02-19", "2026-01-10", 1, 20).Row("median_days_to_pay", "2026-03-31").Value;
    }

    private static List<Life> Lives(RandomBooks books, KpiRow row, int overdue)
    {
        var lives = new List<Life>();
        foreach (var d in books.Documents.Where(d => d.Currency == row.Currency && d.Moves.Exists(m => m.On <= row.AsOf)))
        {
            var open = d.BalanceOn(row.AsOf) != 0;
            var ended = open ? row.AsOf : Ended(d, row.AsOf);
            var due = d.DueOn(ended);
            if (row.Portfolio is { } portfolio && books.Portfolios[d.Account] != portfolio) continue;
            if (row.Segment is { } segment && SegmentOf(books, d, open ? ended : ended.AddDays(-1)) != segment) continue;
            if (due.AddDays(overdue) < row.From || due.AddDays(overdue) > row.AsOf) continue;
            var age = ended.DayNumber - due.DayNumber;
            if (overdue == 1 && age <= 0) continue;
            var end = open ? null : End(books, d, ended);
            lives.Add(new Life((end == "written_off_after" ? row.AsOf.DayNumber - due.DayNumber : age) - overdue, end == "settled_after"));
        }
        return lives;
    }

    /// <summary>The day from which nothing of it has been open.</summary>
    internal static DateOnly Ended(Document d, DateOnly asOf)
    {
        var ended = asOf;
        while (ended > d.Issued && d.BalanceOn(ended.AddDays(-1)) == 0) ended = ended.AddDays(-1);
        return ended;
    }

    internal static string End(RandomBooks books, Document d, DateOnly ended)
    {
        if (d.Cancellations.Exists(c => c.From <= ended && !(c.Until <= ended))) return "cancelled_after";
        var writtenOff = d.WriteOffs.Where(w => w.On <= ended).Sum(w => w.Minor)
            - books.Payments.SelectMany(c => c.Parts).Where(p => p.On == d && p.Recovery)
                .Sum(p => (p.Day <= ended ? p.Minor : 0) - p.Back.Where(b => b.On <= ended).Sum(b => b.Minor));
        return writtenOff != 0 ? "written_off_after" : "settled_after";
    }

    private static string SegmentOf(RandomBooks books, Document d, DateOnly day) => books.Segments[d.Account].Last(s => s.From <= day).Segment;

    private static List<(int, bool)> Pairs(List<Life> lives) => [.. lives.Select(l => (l.Age, l.Settled))];
}
