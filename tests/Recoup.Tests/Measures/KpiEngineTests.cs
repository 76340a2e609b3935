using Recoup.Core.Cells;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Statistics;

namespace Recoup.Tests.Measures;

public sealed class KpiEngineTests
{
    [Theory]
    [InlineData("3mo", "2026-03-31", "2026-01-01", 90)]
    [InlineData("1mo", "2024-02-29", "2024-02-01", 29)]
    [InlineData("12mo", "2024-02-29", "2023-03-01", 366)]
    [InlineData("3mo", "2026-01-01", "2025-11-01", 62)]
    [InlineData("1mo", "2026-03-01", "2026-03-01", 1)]
    [InlineData("30d", "2026-03-01", "2026-01-31", 30)]
    [InlineData("point", "2026-03-01", "2026-03-01", 1)]
    [InlineData("12mo", "0001-03-05", "0001-01-01", 64)]
    public void A_window_starts_on_the_first_of_a_month_and_ends_on_the_as_of_day(string window, string asOf, string first, int days)
    {
        KpiWindow.TryParse(window, out var parsed).ShouldBeTrue();
        parsed.ToString().ShouldBe(window);
        var period = parsed.EndingOn(Books.Day(asOf));
        (period.First, period.Last, period.Days).ShouldBe((Books.Day(first), Books.Day(asOf), days));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0mo")]
    [InlineData("121mo")]
    [InlineData("3661d")]
    [InlineData("-1mo")]
    [InlineData("+1mo")]
    [InlineData("3")]
    [InlineData("mo")]
    [InlineData("d")]
    [InlineData("3MO")]
    public void What_is_no_window_is_refused(string text) => KpiWindow.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("2026-01-15", "2026-03-20", KpiEvery.Month, "2026-01-31 2026-02-28 2026-03-20")]
    [InlineData("2024-01-31", "2024-03-31", KpiEvery.Month, "2024-01-31 2024-02-29 2024-03-31")]
    [InlineData("2026-01-01", "2026-12-31", KpiEvery.Quarter, "2026-03-31 2026-06-30 2026-09-30 2026-12-31")]
    // 2026-03-01 is a Sunday.
    [InlineData("2026-03-01", "2026-03-16", KpiEvery.Week, "2026-03-01 2026-03-08 2026-03-15 2026-03-16")]
    [InlineData("2026-03-05", "2026-03-05", KpiEvery.Week, "2026-03-05")]
    [InlineData("2026-03-06", "2026-03-05", KpiEvery.Week, "")]
    [InlineData("9999-12-30", "9999-12-31", KpiEvery.Week, "9999-12-31")]
    public void A_series_has_the_ends_of_its_periods_and_its_last_day(string from, string to, KpiEvery every, string days) =>
        string.Join(' ', KpiSeries.Days(Books.Day(from), Books.Day(to), every).Select(d => d.ToString("yyyy-MM-dd"))).ShouldBe(days);

    [Fact]
    public void A_history_that_begins_after_the_windows_first_day_is_partial()
    {
        var books = new Books().Invoice("2026-01-01", "2026-01-31", 10);
        books.Row("dso", "2026-03-31").Partial.ShouldBeFalse();
        books.Row("dso", "2026-02-28").Partial.ShouldBeTrue();
        books.Row("cei", "2026-01-31").Partial.ShouldBeFalse();
        new Books().Invoice("2026-01-02", "2026-01-31", 10).Row("cei", "2026-01-31").Partial.ShouldBeTrue();
    }

    /// <summary>What a KPI reads tells since when it is known, whatever else began when.</summary>
    [Fact]
    public void History_begins_with_the_measures_that_a_kpi_reads()
    {
        var books = new Books().Open("2026-01-10", "2026-01-31", 10).Action("2026-02-10", proactive: true);
        books.Row("percent_current", "2026-01-09").Partial.ShouldBeTrue();
        books.Row("percent_current", "2026-01-10").Partial.ShouldBeFalse();
        books.Row("proactive_collection_actions", "2026-02-28").Partial.ShouldBeTrue();
        books.Row("proactive_collection_actions", "2026-03-31").Partial.ShouldBeFalse();
        // A balance that was taken over is no sale, and DSO needs sales.
        books.Row("dso", "2026-04-30").Partial.ShouldBeFalse();
        books.Invoice("2026-02-15", "2026-03-31", 10).Row("dso", "2026-04-30").Partial.ShouldBeTrue();
        // No callback ever: none was missed since there is business.
        books.Row("callback_kept_rate", "2026-02-28").Partial.ShouldBeFalse();
        books.Row("callback_kept_rate", "2026-01-31").Partial.ShouldBeTrue();
    }

    [Fact]
    public void A_question_by_what_a_measure_lacks_says_which_does()
    {
        var books = new Books().Invoice("2026-01-01", "2026-01-31", 10).Action("2026-03-02", proactive: true, channel: "call", owner: "ann");
        var byChannel = new KpiQuestion(Books.Day("2026-03-31")) { By = [Dimension.Channel] };
        Should.Throw<ArgumentException>(() => books.Ask(byChannel with { Kpis = ["proactive_collection_actions", "dso"] })).Message
            .ShouldContain("dso can't be told by channel: exposure, sales have no channel");
        Should.Throw<ArgumentException>(() => books.Ask(new KpiQuestion(Books.Day("2026-03-31"))
        {
            Kpis = ["plan_kept_rate"], Only = new Dictionary<Dimension, string> { [Dimension.Channel] = "call" },
        })).Message.ShouldContain("plans_completed, plans_broken have no channel");
        // Without ids those are answered that have an answer.
        var rows = books.Ask(byChannel);
        rows.Select(r => r.Kpi).ShouldBe(KpiCatalog.Shipped.Computed.Where(k => k.Measures.All(m => m.Own.Contains(Dimension.Channel))).Select(k => k.Id));
        var row = rows.Single(r => r.Kpi == "proactive_collection_actions");
        Books.Json(row.WriteTo).ShouldContain("\"currency\":null,\"channel\":\"call\",\"value\":1");
        KpiCatalog.Shipped.Find("callback_kept_rate")!.Dimensions.ShouldBe([Dimension.Portfolio, Dimension.Segment, Dimension.Owner]);
    }

    [Theory]
    [InlineData(new string?[] { null, null }, "")]
    [InlineData(new[] { "call", null }, "call")]
    [InlineData(new[] { null, "ann" }, "\u001fann")]
    [InlineData(new[] { "call", "ann" }, "call\u001fann")]
    [InlineData(new[] { "ca\u001fll", "a\u001f" }, "ca ll\u001fa ")]
    public void Values_of_dimensions_are_one_text(string?[] values, string own)
    {
        OwnValues.Of(values[0], values[1]).ShouldBe(own);
        OwnValues.Of([.. values.Select(v => v ?? "")]).ShouldBe(own);
        for (var place = 0; place < 3; place++)
            OwnValues.At(own, place).ShouldBe((values.ElementAtOrDefault(place) ?? "").Replace('\u001f', ' '));
    }

    [Fact]
    public void Currencies_have_rows_of_their_own_with_their_own_digits()
    {
        var books = new Books().Invoice("2026-03-01", "2026-03-31", 10);
        books.Currency = "JPY";
        books.Invoice("2026-03-01", "2026-02-28", 1000);
        var rows = books.Rows("percent_current", "2026-03-31");
        rows.Select(r => (r.Currency, r.Value, r.Denominator)).ShouldBe([("EUR", 100, 10), ("JPY", 0, 1000)]);
        Books.Json(rows[1].WriteTo).ShouldContain("\"denominator\":\"1000\"");
        Books.Json(rows[0].WriteTo).ShouldContain("\"denominator\":\"10.00\"");
    }

    [Fact]
    public void By_portfolio_and_segment_there_is_a_row_for_each_that_has_something()
    {
        var books = new Books { Portfolio = "US", Segment = "new" }.Invoice("2026-03-01", "2026-03-31", 10);
        (books.Portfolio, books.Segment) = ("EU", "old");
        books.Invoice("2026-03-01", "2026-03-20", 30);
        books.Segment = "new";
        books.Invoice("2026-03-01", "2026-03-31", 60).Action("2026-03-02", proactive: true);

        books.Row("percent_current", "2026-03-31").Value.ShouldBe(70);
        books.Ask(Question("percent_current") with { By = [Dimension.Portfolio] }).Select(r => (r.Portfolio, r.Segment, r.Value))
            .ShouldBe([("EU", null, 6000m / 90), ("US", null, 100)]);
        books.Ask(Question("percent_current") with { By = [Dimension.Segment] }).Select(r => (r.Portfolio, r.Segment, r.Value))
            .ShouldBe([(null, "new", 100), (null, "old", 0)]);
        books.Ask(Question("percent_current") with { By = [Dimension.Portfolio, Dimension.Segment] }).Select(r => (r.Portfolio, r.Segment, r.Value))
            .ShouldBe([("EU", "new", 100), ("EU", "old", 0), ("US", "new", 100)]);
        books.Ask(Question("proactive_collection_actions") with { By = [Dimension.Portfolio] })
            .Select(r => (r.Portfolio, r.Value, r.Currency)).ShouldBe([("EU", 1, null)]);

        static KpiQuestion Question(string kpi) => new(Books.Day("2026-03-31")) { Kpis = [kpi] };
    }

    [Fact]
    public void A_series_of_all_kpis_gives_what_each_gives_alone()
    {
        var books = new Books();
        for (var month = 1; month <= 12; month++)
        {
            var issued = new DateOnly(2025, month, 7);
            var (from, due) = (issued.ToString("yyyy-MM-dd"), issued.AddDays(30).ToString("yyyy-MM-dd"));
            books.Invoice(from, due, 1000 + (month * 10)).Action(from, month % 2 == 0);
            if (month % 3 != 0) books.Pay(issued.AddDays(25 + (month * 3)).ToString("yyyy-MM-dd"), from, due, 1000 + (month * 5), settles: false);
        }
        var days = KpiSeries.Days(Books.Day("2025-01-01"), Books.Day("2026-02-10"), KpiEvery.Month);
        var together = books.Ask(new KpiQuestion(days));
        var alone = KpiCatalog.Shipped.Computed.SelectMany(d => days.SelectMany(day => books.Ask(new KpiQuestion(day) { Kpis = [d.Id] })));
        together.Select(r => Books.Json(r.WriteTo)).ShouldBe(alone.Select(r => Books.Json(r.WriteTo)));
        together.Count.ShouldBe((days.Count * KpiCatalog.Shipped.Computed.Count()) + (days.Count * 4));
    }

    [Fact]
    public void Cost_follows_cells_and_not_invoices()
    {
        Cost(invoices: 2).ShouldBe(Cost(invoices: 2000));

        static long Cost(int invoices)
        {
            var books = new Books();
            for (var i = 0; i < invoices; i++) books.Invoice("2026-03-01", "2026-03-31", 10);
            var source = books.Source;
            new KpiEngine(KpiCatalog.Shipped, source, Estimates.At95).Answer(new KpiQuestion(Books.Day("2026-04-30")));
            return source.CellsRead;
        }
    }

    [Fact]
    public void Each_flow_is_read_once_and_each_stock_once()
    {
        var source = new CountingSource(new Books().Invoice("2024-03-01", "2024-03-31", 10).Source);
        var days = KpiSeries.Days(Books.Day("2025-01-01"), Books.Day("2025-12-31"), KpiEvery.Month);
        new KpiEngine(KpiCatalog.Shipped, source, Estimates.At95).Answer(new KpiQuestion(days));
        // Count-back goes further back for sales, a year at a time.
        source.Reads.Where(r => r.Value > 1 && !r.Key.StartsWith("Sales", StringComparison.Ordinal)).ShouldBeEmpty();
        source.Reads.Keys.Count(k => k.StartsWith("Sales", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public void A_row_is_written_as_the_contract_has_it()
    {
        var books = new Books().PaidSale("2026-01-01", 180).Invoice("2026-03-05", "2026-03-20", 60);
        Books.Json(books.Row("dso", "2026-03-31").WriteTo).ShouldBe(
            """
                {"kpi":"dso","as_of":"2026-03-31","from":"2026-01-01","currency":"EUR","value":22.5,"unit":"days","numerator":"60.00",
                """ + """
                "denominator":"240.00","band":null,"target":null,"partial":false,"details":{"window_days":90,"overdue":"60.00"}}
                """);
        Books.Json(books.Row("dso_countback", "2026-03-31").WriteTo).ShouldContain("\"at_least\":false");
        Books.Json(books.Rows("roll_rate", "2026-04-30")[0].WriteTo).ShouldContain("\"from_bucket\":\"d1_30\",\"to_bucket\":\"d31_60\"");
        Books.Json(new Books().Row("dso", "2026-03-31").WriteTo).ShouldContain("\"currency\":null,\"value\":null");
    }

    [Fact]
    public void Where_all_is_paid_the_count_back_is_zero_and_shares_have_no_value()
    {
        var books = new Books().Invoice("2026-01-05", "2026-02-04", 100).Pay("2026-02-01", "2026-01-05", "2026-02-04", 100);
        foreach (var day in new[] { "2026-02-28", "2027-12-31" })
        {
            var row = books.Row("dso_countback", day);
            (row.Currency, row.Value, row.AtLeast, row.NoValue).ShouldBe(("EUR", 0, false, null));
            var share = books.Row("percent_current", day);
            (share.Currency, share.Value).ShouldBe(("EUR", null));
            share.NoValue.ShouldNotBeNull().ShouldContain("is zero");
        }
        // Long after the last sale too there is a row in its currency, which says why there is no figure.
        var dso = books.Row("dso", "2027-12-31");
        (dso.Currency, dso.Value).ShouldBe(("EUR", null));
        books.Row("dso_countback", "2025-12-31").Currency.ShouldBeNull();
    }

    /// <summary>More credit notes than sales are no days, and what can't be is no share.</summary>
    [Theory]
    [InlineData("dso", "below zero (-200)")]
    [InlineData("bpdso", "below zero (-200)")]
    [InlineData("add", "below zero (-200)")]
    [InlineData("dso_average", "below zero (-200)")]
    [InlineData("ar_turnover", "can't be below 0")]
    [InlineData("cei", "below zero")]
    [InlineData("dso_countback", "count_back(sales) has no value")]
    public void A_figure_without_meaning_has_no_value_and_says_why(string kpi, string why)
    {
        var books = new Books().Open("2026-01-01", "2026-01-31", 100).Invoice("2026-03-02", "2026-04-01", 50)
            .Cell(InvoiceChapter.Sales, "2026-03-10", null, -250, 0);
        var row = books.Row(kpi, "2026-03-31");
        row.Value.ShouldBeNull();
        row.NoValue.ShouldNotBeNull().ShouldContain(why);
        row.Details.Where(d => d.Unit is KpiUnit.Days or KpiUnit.Percent or KpiUnit.Ratio).ShouldAllBe(d => d.Value == null);
        Books.Json(row.WriteTo).ShouldContain("\"value\":null,\"no_value\":\"");
    }

    [Theory]
    [InlineData("cei_simple", 300, "above 100")]
    [InlineData("cei_simple", -20, "below 0")]
    [InlineData("recovery_rate", -20, "below 0")]
    [InlineData("recovery_rate", 300, "above 100")]
    public void A_share_of_more_than_all_or_less_than_nothing_has_no_value(string kpi, int cash, string why)
    {
        var books = new Books().Open("2026-01-01", "2026-01-31", 100).Cell(ReceivableChapter.CashApplied, "2026-03-10", "2026-01-01", cash, 0)
            .Cell(ReceivableChapter.CashOnOverdue, "2026-03-10", "2026-01-31", cash, 0);
        var row = books.Row(kpi, "2026-03-31");
        row.Value.ShouldBeNull();
        row.NoValue.ShouldNotBeNull().ShouldContain(why);
        row.Denominator.ShouldBe(100);
    }

    [Fact]
    public void An_unknown_id_is_the_callers_mistake() => Should.Throw<ArgumentException>(() => new Books().Row("dsso", "2026-03-31"));

    private sealed class CountingSource(IMeasureSource inner) : IMeasureSource
    {
        public Dictionary<string, int> Reads { get; } = [];

        public DateOnly? FirstDay(Measure measure, IReadOnlySet<string>? portfolios = null) => Count($"first {measure}", inner.FirstDay(measure, portfolios));

        public long CellsRead => inner.CellsRead;

        public IEnumerable<(string Portfolio, string Segment, string Currency, DateOnly First)> Beginnings => Count("beginnings", inner.Beginnings);

        public IEnumerable<StockByDue> ExposureByDue(DateOnly asOf) => Count($"stock {asOf}", inner.ExposureByDue(asOf));

        public IEnumerable<KeyValuePair<CellKey, CellValue>> Flows(Measure measure, DateOnly from, DateOnly to) =>
            Count(measure == InvoiceChapter.Sales ? $"Sales {from}" : $"{measure}", inner.Flows(measure, from, to));

        public IEnumerable<StockByMove> NextMoves(DateOnly asOf) => Count($"moves {asOf}", inner.NextMoves(asOf));

        public IEnumerable<(string Portfolio, string Segment, string Currency, long Minor)> Unapplied(DateOnly asOf) =>
            Count($"unapplied {asOf}", inner.Unapplied(asOf));

        private T Count<T>(string what, T answer)
        {
            Reads[what] = Reads.GetValueOrDefault(what) + 1;
            return answer;
        }
    }
}
