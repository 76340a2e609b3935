using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Tests.Measures;

/// <summary>The worked examples of the trade, and the boundaries that each formula has.</summary>
public sealed class KpiExampleTests
{
    [Fact]
    public void Dso_is_receivables_over_sales_in_days_of_the_window()
    {
        var books = new Books().PaidSale("2026-01-01", 60_000).PaidSale("2026-02-10", 70_000).Invoice("2026-03-05", "2026-04-04", 50_000);
        var row = books.Row("dso", "2026-03-31");
        row.Value.ShouldBe(50_000m * 90 / 180_000);
        (row.From, row.AsOf).ShouldBe((Books.Day("2026-01-01"), Books.Day("2026-03-31")));
        (row.Numerator, row.Denominator, row.Currency, row.Partial).ShouldBe((50_000m, 180_000m, "EUR", false));
    }

    [Fact]
    public void Dso_average_of_800k_with_95k_and_105k_is_8_turns_and_45_6_days()
    {
        var books = new Books().Open("2024-12-31", "2025-01-30", 95_000).PaidSale("2025-01-01", 700_000).Invoice("2025-12-20", "2026-01-19", 100_000)
            .Cell(ReceivableChapter.ExposureStock, "2025-06-01", "2025-01-30", -90_000, 0);
        var row = books.Row("dso_average", "2025-12-31");
        row.Value.ShouldBe(45.625m);
        row.Detail("turns").ShouldBe(8);
        books.Value("ar_turnover", "2025-12-31").ShouldBe(8);
    }

    [Fact]
    public void Twelve_months_count_365_days_even_in_a_leap_year_and_another_window_its_own()
    {
        var books = new Books().Open("2023-06-30", "2023-07-30", 100).PaidSale("2024-01-01", 1000);
        books.Value("dso_average", "2024-12-31").ShouldBe(36.5m);
        books.Value("dso", "2024-12-31", "12mo").ShouldBe(36.6m);
        books.Value("dso_average", "2024-06-30", "6mo").ShouldBe(18.2m);
    }

    [Fact]
    public void Count_back_of_212k_through_100k_80k_and_70k_of_30_day_months_is_73_71_days()
    {
        SalesMonth[] months = [new(Books.Day("2026-06-01"), 30, 100_000), new(Books.Day("2026-05-02"), 30, 80_000), new(Books.Day("2026-04-02"), 30, 70_000)];
        var result = CountBack.Of(212_000, months);
        result.Days.ShouldBeAbout(73.71m);
        (result.AtLeast, result.From).ShouldBe((false, Books.Day("2026-04-02")));
    }

    [Fact]
    public void Count_back_goes_by_calendar_month_and_the_running_month_counts_its_days_so_far()
    {
        var books = new Books().PaidSale("2026-04-10", 70).PaidSale("2026-05-10", 80)
            .Invoice("2026-06-10", "2026-07-10", 100).Open("2026-06-10", "2026-07-10", 112);
        books.Value("dso_countback", "2026-06-30").ShouldBeAbout(30 + 31 + (32m / 70 * 30), 0.000001m);
        books.Value("dso_countback", "2026-06-15").ShouldBeAbout(15 + 31 + (32m / 70 * 30), 0.000001m);
        books.Row("dso_countback", "2026-06-15").From.ShouldBe(Books.Day("2026-04-01"));
    }

    [Fact]
    public void Count_back_beyond_history_is_a_lower_bound()
    {
        var books = new Books().Open("2026-01-10", "2026-02-10", 500).PaidSale("2026-02-15", 100).PaidSale("2026-03-15", 100);
        var row = books.Row("dso_countback", "2026-03-31");
        (row.Value, row.AtLeast, row.Partial).ShouldBe((59, true, true));
    }

    [Fact]
    public void Count_back_exhausted_to_the_cent_in_the_first_month_is_no_lower_bound()
    {
        var books = new Books().PaidSale("2026-02-15", 100).PaidSale("2026-03-15", 100).Open("2026-03-20", "2026-04-20", 200);
        var row = books.Row("dso_countback", "2026-03-31");
        (row.Value, row.AtLeast, row.Partial).ShouldBe((59, false, false));
    }

    [Fact]
    public void Count_back_takes_months_of_credits_and_of_silence_as_they_are()
    {
        CountBack.Of(100, [new(default, 31, 50), new(default, 30, -20), new(default, 31, 0), new(default, 28, 140)])
            .Days.ShouldBe(31 + 30 + 31 + (70m * 28 / 140));
        CountBack.Of(0, []).ShouldBe(new CountBackResult(0, false, null));
        CountBack.Of(-5, []).Days.ShouldBe(0);
        CountBack.Of(100, []).ShouldBe(new CountBackResult(null, false, null));
    }

    [Fact]
    public void Best_possible_dso_and_average_days_delinquent_add_up_to_dso()
    {
        var books = new Books().PaidSale("2026-01-01", 100).Invoice("2026-01-20", "2026-02-19", 40).Invoice("2026-03-05", "2026-03-31", 60);
        var (dso, bpdso, add) = (books.Value("dso", "2026-03-31"), books.Value("bpdso", "2026-03-31"), books.Value("add", "2026-03-31"));
        (dso, bpdso, add).ShouldBe((45, 27, 18));
        // Due on the as-of day is current; a day later it is not.
        books.Value("bpdso", "2026-04-01").ShouldBe(0);
    }

    [Fact]
    public void Cei_of_the_credit_research_foundations_inputs_is_55_9()
    {
        var books = new Books().Open("2025-12-31", "2026-01-30", 6200).PaidSale("2026-01-01", 5000).PaidSale("2026-02-01", 5890)
            .Cell(ReceivableChapter.ExposureStock, "2026-02-01", "2026-01-30", -3450, 0).Open("2026-03-31", "2026-04-30", 3590);
        var row = books.Row("cei", "2026-03-31", "3mo");
        row.Value.ShouldBeAbout(55.93m);
        (row.Numerator, row.Denominator, row.Band, row.Target).ShouldBe((3490m, 6240m, "fair", 80m));
        row.Detail("monthly_sales").ShouldBe(3630);
    }

    [Fact]
    public void Cei_opens_on_the_eve_of_its_month_and_has_none_in_a_window_of_days()
    {
        var books = new Books().Invoice("2026-02-28", "2026-03-30", 100).Invoice("2026-03-01", "2026-03-31", 50)
            .Pay("2026-03-15", "2026-02-28", "2026-03-30", 100);
        books.Row("cei", "2026-03-31").Detail("opening_receivables").ShouldBe(100);
        books.Value("cei", "2026-03-31").ShouldBe(100);
        books.Value("cei", "2026-04-01").ShouldBe(0);
        books.Value("cei", "2026-03-31", "31d").ShouldBeNull();
    }

    [Fact]
    public void Cei_simple_takes_cash_on_what_was_open_at_the_start()
    {
        var books = new Books().Invoice("2026-02-10", "2026-03-12", 400).Invoice("2026-03-02", "2026-04-01", 100)
            .Pay("2026-03-10", "2026-02-10", "2026-03-12", 150, settles: false).Pay("2026-03-11", "2026-03-02", "2026-04-01", 100);
        var row = books.Row("cei_simple", "2026-03-31");
        row.Value.ShouldBe(37.5m);
        row.Detail("cash_on_new_items").ShouldBe(100);
    }

    [Fact]
    public void Percent_current_goes_by_the_due_date_itself()
    {
        var books = new Books().Invoice("2026-03-01", "2026-03-31", 75).Invoice("2026-02-01", "2026-03-30", 25);
        var row = books.Row("percent_current", "2026-03-31");
        (row.Value, row.Detail("d1_30"), row.Detail("open_items"), row.From).ShouldBe((75, 25, 2, Books.Day("2026-03-31")));
        books.Value("percent_current", "2026-04-01").ShouldBe(0);
    }

    [Theory]
    // Due on the eve: overdue as the window opens. Due on the first day: falls overdue on the second. Due on the
    // last but one: overdue on the last. Due on the last: not yet.
    [InlineData("2026-02-28", 100, 0)]
    [InlineData("2026-03-01", 0, 100)]
    [InlineData("2026-03-30", 0, 100)]
    [InlineData("2026-03-31", 0, 0)]
    public void What_is_eligible_for_recovery_by_its_due_day(string due, int atStart, int fell)
    {
        var row = new Books().Invoice("2026-02-01", due, 100).Invoice("2026-02-01", "2026-02-10", 1).Row("recovery_rate", "2026-03-31");
        (row.Detail("overdue_at_start"), row.Detail("fell_overdue")).ShouldBe((atStart + 1m, fell));
    }

    [Theory]
    // Paid on the due day it never is eligible; a day later it is, and recovered.
    [InlineData("2026-03-10", 0, 0)]
    [InlineData("2026-03-11", 100, 100)]
    public void Recovery_counts_cash_after_the_due_day(string paid, int eligible, int recovered)
    {
        var books = new Books().Invoice("2026-02-08", "2026-03-10", 100).Pay(paid, "2026-02-08", "2026-03-10", 100);
        var row = books.Row("recovery_rate", "2026-03-31");
        (row.Numerator, row.Denominator).ShouldBe((recovered, eligible));
        row.Value.ShouldBe(eligible == 0 ? null : 100m);
    }

    [Fact]
    public void Recovery_counts_the_open_rest_of_a_part_payment_made_in_time_and_keeps_write_offs_in_the_denominator()
    {
        var books = new Books().Invoice("2026-02-08", "2026-03-10", 100).Pay("2026-03-05", "2026-02-08", "2026-03-10", 40, settles: false)
            .Pay("2026-03-20", "2026-02-08", "2026-03-10", 15, settles: false).WriteOff("2026-03-25", "2026-03-10", 45)
            .Cell(WriteOffChapter.WriteOffRecovered, "2026-03-30", null, 10, 1);
        var row = books.Row("recovery_rate", "2026-03-31");
        (row.Numerator, row.Denominator, row.Value).ShouldBe((15, 60, 25));
        (row.Detail("written_off"), row.Detail("cash_after_write_off")).ShouldBe((45, 10));
    }

    [Fact]
    public void Roll_rate_of_200k_out_of_1M_is_20()
    {
        var books = new Books().Open("2026-01-01", "2026-03-15", 500_000).Open("2026-01-01", "2026-03-20", 500_000)
            .Pay("2026-04-10", "2026-01-01", "2026-03-15", 450_000, settles: false).Pay("2026-04-10", "2026-01-01", "2026-03-20", 300_000, settles: false)
            .WriteOff("2026-04-12", "2026-03-15", 50_000);
        var rows = books.Rows("roll_rate", "2026-04-30");
        rows.Select(r => r.FromBucket).ShouldBe(["d1_30", "current", "d31_60", "d61_90", "d90_plus"]);
        rows.Select(r => r.ToBucket).ShouldBe(["d31_60", "d1_30", "d61_90", "d90_plus", null]);
        var young = rows[0];
        (young.Value, young.Numerator, young.Denominator).ShouldBe((20, 200_000, 1_000_000));
        (young.Detail("cure"), young.Detail("charge_off"), young.Detail("to_d31_60"), young.Detail("to_d1_30")).ShouldBe((75, 5, 20, 0));
        young.Details.Sum(d => d.Value).ShouldBe(100);
        rows[1].Value.ShouldBeNull();
        rows[4].Value.ShouldBeNull();
    }

    [Fact]
    public void Roll_rows_keep_what_stays_and_what_skips_a_bucket()
    {
        // Of a window of 31 days: due on the eve's eve is 1 day past due and ends at 32; 30 days past due ends at 61. In the
        // first ten days nothing rolls but the oldest of its bucket.
        var books = new Books().Open("2026-01-01", "2026-02-27", 100).Open("2026-01-01", "2026-01-29", 300).Open("2025-01-01", "2025-11-30", 50);
        var march = books.Rows("roll_rate", "2026-03-31");
        (march[0].Value, march[0].Detail("to_d61_90")).ShouldBe((25, 75));
        (march[4].FromBucket, march[4].Value, march[3].Value).ShouldBe(("d90_plus", null, 100));
        books.Row0("roll_rate", "2026-03-10").Detail("to_d1_30").ShouldBe(25);
    }

    [Fact]
    public void Over_90_begins_at_91_days_past_due()
    {
        var books = new Books().Invoice("2025-11-01", "2025-12-01", 30).Invoice("2025-12-01", "2025-12-31", 50).Invoice("2026-03-01", "2026-04-01", 20);
        books.Row("over_90_rate", "2026-03-31").ShouldSatisfyAllConditions(
            r => (r.Value, r.Numerator, r.Denominator).ShouldBe((30, 30, 100)), r => r.Detail("of_what_is_overdue").ShouldBe(37.5m));
        books.Value("over_90_rate", "2026-04-01").ShouldBe(80);
    }

    [Fact]
    public void Unapplied_cash_is_a_share_of_what_is_open()
    {
        var books = new Books().Invoice("2026-02-01", "2026-03-03", 400).Cell(ReceivableChapter.UnappliedStock, "2026-03-10", null, 100, 0)
            .Cell(ReceivableChapter.UnappliedStock, "2026-03-20", null, -60, 0);
        (books.Value("unapplied_cash_rate", "2026-03-09"), books.Value("unapplied_cash_rate", "2026-03-19"), books.Value("unapplied_cash_rate", "2026-03-31"))
            .ShouldBe((0, 25, 10));
    }

    /// <summary>10,000 overdue; promises of 4,000, and of 3,000 on an item of 2,500.</summary>
    [Fact]
    public void Promises_cover_a_share_of_what_is_overdue()
    {
        var books = new Books().Invoice("2026-01-01", "2026-01-31", 10_000);
        books.Cell(NextMoveChapter.Moves, "2026-02-10", $"{DateOnly.FromDayNumber(NextMove.Promise.Number):yyyy-MM-dd}", 6_500, 2);
        books.Cell(NextMoveChapter.Moves, "2026-02-10", $"{DateOnly.FromDayNumber(NextMove.Plan.Number):yyyy-MM-dd}", 1_000, 1);
        var row = books.Row("promise_coverage", "2026-02-28");
        (row.Value, row.Detail("waits_for_plan"), row.Detail("waits_for_nobody")).ShouldBe((65, 10, 25));
    }

    [Fact]
    public void Bad_debt_is_net_of_recoveries_and_of_sales_less_credits()
    {
        var books = new Books().PaidSale("2025-06-01", 900).PaidSale("2026-01-10", 120).PaidSale("2026-02-01", -20).WriteOff("2026-02-10", "2025-07-01", 40)
            .Cell(WriteOffChapter.WriteOffRecovered, "2026-03-01", null, 10, 1).Cell(WriteOffChapter.WrittenOff, "2026-03-01", "2025-07-01", -10, 0);
        var row = books.Row("bad_debt_ratio", "2026-03-31");
        (row.Value, row.Numerator, row.Denominator).ShouldBe((3, 30, 1000));
        (row.Detail("write_offs_before_recoveries"), row.Detail("recovered_after_write_off"), row.Detail("write_offs")).ShouldBe((40, 10, 1));
        // In a window in which more came back than was given up.
        (books.Value("bad_debt_ratio", "2026-03-31", "1mo"), books.Value("bad_debt_ratio", "2026-02-28", "1mo")).ShouldBe((null, null));
        books.PaidSale("2026-03-02", 100).Value("bad_debt_ratio", "2026-03-31", "1mo").ShouldBe(-10);
    }

    /// <summary>1,000 paid after 10 days and 9,000 after 50: by amount 46, not 30.</summary>
    [Fact]
    public void Days_to_pay_go_by_amount_and_what_is_taken_back_takes_its_days_along()
    {
        var books = new Books().Invoice("2026-02-19", "2026-03-21", 1_000).Pay("2026-03-01", "2026-02-19", "2026-03-21", 1_000)
            .Invoice("2026-01-10", "2026-02-09", 9_000).Pay("2026-03-01", "2026-01-10", "2026-02-09", 9_000);
        (books.Value("average_days_to_pay", "2026-03-31"), books.Value("days_late", "2026-03-31")).ShouldBe((46, 18));
        var late = books.Row("days_late", "2026-03-31");
        (late.Detail("share_of_cash_that_was_late"), late.Detail("days_late_of_late_cash")).ShouldBe((90, 20));
        // Half of the old one goes back on 25 March: it had taken 50 days, not 74.
        books.Back("2026-03-25", "2026-03-01", "2026-01-10", "2026-02-09", 4_500);
        (books.Value("average_days_to_pay", "2026-03-31"), books.Value("days_late", "2026-03-31"))
            .ShouldBe((((10 * 1_000m) + (50 * 4_500)) / 5_500, 20 * 4_500m / 5_500));
    }

    [Theory]
    // Due 2026-01-10, so overdue from the 11th on; 90 days after that is 11 April.
    [InlineData("2026-01-11", 100)]
    [InlineData("2026-04-11", 100)]
    [InlineData("2026-04-12", 0)]
    public void Recovered_within_90_days_of_the_first_overdue_day(string paid, int recovered)
    {
        var books = new Books().Invoice("2025-12-11", "2026-01-10", 100).Pay(paid, "2025-12-11", "2026-01-10", 100)
            .Invoice("2025-12-12", "2026-01-11", 100).Invoice("2025-12-12", "2026-01-11", 50).Pay("2026-01-11", "2025-12-12", "2026-01-11", 50);
        // The days of 1 to 11 April are 90 days after those of 1 to 11 January; what is due on the 11th is overdue from the 12th on.
        (books.Row("recovery_at_90", "2026-04-11").Numerator, books.Row("recovery_at_90", "2026-04-11").Denominator).ShouldBe((recovered, 100));
        (books.Row("recovery_at_90", "2026-04-30").Denominator, books.Row("recovery_at_90", "2026-04-30").Detail("items")).ShouldBe((200, 2));
    }

    [Fact]
    public void Cases_that_are_open_at_the_age_are_in_no_part_of_the_success_rate()
    {
        var books = new Books();
        for (var i = 0; i < 4; i++) books.Open("2026-01-01", "2026-01-10", 10);
        books.Cell(ItemEnds.SettledAfter, "2026-02-01", "2026-01-10", 20, 2).Cell(ItemEnds.WrittenOffAfter, "2026-07-10", "2026-01-10", 10, 1);
        // 180 days after 11 January is 10 July.
        var row = books.Row("recovery_success_rate", "2026-07-31");
        (row.Numerator, row.Denominator, row.Detail("became_overdue"), row.Detail("ended")).ShouldBe((2, 3, 4, 75));
        books.Row("recovery_success_rate", "2026-07-09", "9d").NoValue.ShouldNotBeNull();
        books.Row("recovery_success_rate", "2026-07-10", "1d").Denominator.ShouldBe(3);
        books.Row("recovery_success_rate", "2026-07-11", "1d").Denominator.ShouldBe(0);
    }

    [Fact]
    public void Invoices_are_sent_so_many_days_after_the_service_by_the_median()
    {
        var books = new Books().PaidSale("2026-03-01", 1);
        foreach (var (sent, serviced, amount) in new[] { ("2026-03-02", "2026-03-01", 10), ("2026-03-10", "2026-03-05", 30), ("2026-03-31", "2026-02-01", 60) })
            books.Cell(InvoiceCycle.InvoicedAfter, sent, serviced, amount, 1);
        var row = books.Row("invoice_cycle_time", "2026-03-31");
        (row.Value, row.Detail("invoices"), row.Detail("mean")).ShouldBe((5, 3, ((1 * 10m) + (5 * 30) + (58 * 60)) / 100));
        books.Value("invoice_cycle_time", "2026-03-30").ShouldBe(1);
        books.Row("invoice_cycle_time", "2026-04-30").NoValue.ShouldNotBeNull();
    }

    [Fact]
    public void Proactive_actions_have_no_currency_and_a_share_beside_them()
    {
        var books = new Books().PaidSale("2026-01-01", 1).Action("2026-03-01", proactive: true, 3)
            .Action("2026-03-31", proactive: false, 9).Action("2026-04-01", proactive: true);
        var row = books.Row("proactive_collection_actions", "2026-03-31");
        (row.Value, row.Currency, row.Detail("share_of_actions"), row.Unit).ShouldBe((3, null, 25, KpiUnit.Count));
        // Once there is a history, no action is a count of 0.
        row = books.Row("proactive_collection_actions", "2026-02-28");
        (row.Value, row.Detail("share_of_actions")).ShouldBe((0, null));
    }

    [Fact]
    public void A_zero_denominator_gives_no_value_and_never_0()
    {
        var books = new Books().Open("2026-01-01", "2026-02-01", 10);
        foreach (var kpi in new[] { "dso", "dso_average", "bpdso", "add", "dso_countback" })
            books.Value(kpi, "2026-03-31").ShouldBeNull(kpi);
        var settled = new Books().Invoice("2026-01-01", "2026-02-01", 10).Pay("2026-01-31", "2026-01-01", "2026-02-01", 10);
        foreach (var kpi in new[] { "cei_simple", "percent_current", "recovery_rate", "roll_rate" })
            settled.Rows(kpi, "2026-03-31")[0].Value.ShouldBeNull(kpi);
        settled.Row("recovery_rate", "2026-01-31").Denominator.ShouldBe(0);
    }

    [Fact]
    public void Without_any_data_each_kpi_has_a_row_without_a_value()
    {
        var rows = new Books().Ask(new KpiQuestion(Books.Day("2026-03-31")));
        rows.Select(r => r.Kpi).ShouldBe(KpiCatalog.Shipped.Computed.Select(d => d.Id));
        rows.ShouldAllBe(r => r.Value == null && r.Currency == null && r.Partial);
    }
}

internal static class RollRows
{
    public static KpiRow Row0(this Books books, string kpi, string asOf) => books.Rows(kpi, asOf)[0];
}
