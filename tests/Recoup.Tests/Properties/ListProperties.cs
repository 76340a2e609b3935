namespace Recoup.Tests.Properties;

/// <summary>
/// Whatever a ledger does from day to day: what is open after its list was imported is what the list says, and the list again
/// changes nothing.
/// </summary>
public class ListProperties
{
    private const int Days = 14;

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6)]
    public void A_list_of_open_items_is_followed(int seed)
    {
        using var ledger = new ListedLedger(seed);
        for (var day = 0; day < Days; day++)
        {
            ledger.NextDay();
            ledger.Change(whole: false);
            var report = ledger.ImportOpenItems();
            ledger.Open().ShouldBe(ledger.OpenByTheLedger(), $"seed {seed}, day {day}");
            ledger.Credits().ShouldBe(ledger.CreditsByTheLedger(), $"seed {seed}, day {day}");
            report.Totals.ShouldAllBe(t => t.Agrees);
            report.Notes.ShouldBeEmpty();
            var events = ledger.Events();
            ledger.ImportOpenItems().Same.ShouldBe(ledger.Rows.Count, $"seed {seed}, day {day}");
            ledger.Events().ShouldBe(events);
        }
        ledger.ShouldBeSound();
    }

    [Theory]
    [InlineData(11), InlineData(12), InlineData(13)]
    public void Of_a_list_with_a_bad_row_all_but_that_rows_item_is_followed(int seed)
    {
        using var ledger = new ListedLedger(seed);
        for (var day = 0; day < Days; day++)
        {
            ledger.NextDay();
            ledger.Change(whole: false);
            if (ledger.Rows.Count == 0) continue;
            ledger.ImportOpenItems();
            // Next morning one row can't be read; the item it is about stays as it was, whatever else is gone.
            var bad = ledger.Rows[seed % ledger.Rows.Count];
            ledger.Change(whole: false);
            ledger.Rows.RemoveAll(r => r.Account == bad.Account && r.Number == bad.Number);
            var before = ledger.Open();
            var open = ledger.OpenByTheLedger();
            var report = ledger.ImportOpenItems($"{bad.Account},{bad.Number},no day,no day,1.00,EUR,,");
            report.Rejected.ShouldBe(1);
            var after = ledger.Open();
            open.ShouldBeSubsetOf(after);
            after.Except(open).ShouldBeSubsetOf(before, $"seed {seed}, day {day}");
        }
        ledger.ShouldBeSound();
    }

    [Theory]
    [InlineData(21), InlineData(22), InlineData(23), InlineData(24), InlineData(25), InlineData(26)]
    public void A_list_of_receivables_is_followed(int seed)
    {
        using var ledger = new ListedLedger(seed);
        for (var day = 0; day < Days; day++)
        {
            ledger.NextDay();
            ledger.Change(whole: true);
            ledger.ImportReceivables();
            ledger.Open().ShouldBe(ledger.OpenByTheLedger(), $"seed {seed}, day {day}");
            ledger.Credits().ShouldBe(ledger.CreditsByTheLedger(), $"seed {seed}, day {day}");
            var events = ledger.Events();
            ledger.ImportReceivables().Unchanged.ShouldBe(ledger.Rows.Count, $"seed {seed}, day {day}");
            ledger.Events().ShouldBe(events);
        }
        ledger.ShouldBeSound();
    }

    /// <summary>Two years of a ledger whose numbers begin anew; what is paid meets its own invoice, so that no cash is left on none.</summary>
    [Theory]
    [InlineData(31, false), InlineData(32, false), InlineData(33, false), InlineData(34, true), InlineData(35, true), InlineData(36, true)]
    public void A_list_of_receivables_whose_numbers_begin_anew_each_year_is_followed(int seed, bool onTheirDays)
    {
        using var ledger = new ListedLedger(seed, pace: 60);
        for (var day = 0; day < Days * 2; day++)
        {
            ledger.NextDay();
            ledger.Change(whole: true);
            ledger.ImportReceivables(onTheirDays);
            ledger.Open().ShouldBe(ledger.OpenByTheLedger(), $"seed {seed}, day {day}");
            ledger.Credits().ShouldBe(ledger.CreditsByTheLedger(), $"seed {seed}, day {day}");
            ledger.PaymentsLeft().ShouldBeEmpty($"seed {seed}, day {day}");
            var events = ledger.Events();
            ledger.ImportReceivables(day % 2 == 0).Unchanged.ShouldBe(ledger.Rows.Count, $"seed {seed}, day {day}");
            ledger.Events().ShouldBe(events);
        }
        ledger.Rows.GroupBy(r => (r.Account, r.Number)).ShouldContain(g => g.Select(r => r.Issued.Year).Distinct().Count() > 1);
        ledger.ShouldBeSound();
    }

    [Theory]
    [InlineData(41), InlineData(42), InlineData(43)]
    public void A_list_of_open_items_whose_numbers_begin_anew_each_year_is_followed(int seed)
    {
        using var ledger = new ListedLedger(seed, pace: 60);
        for (var day = 0; day < Days * 2; day++)
        {
            ledger.NextDay();
            ledger.Change(whole: false);
            var report = ledger.ImportOpenItems();
            ledger.Open().ShouldBe(ledger.OpenByTheLedger(), $"seed {seed}, day {day}");
            ledger.Credits().ShouldBe(ledger.CreditsByTheLedger(), $"seed {seed}, day {day}");
            report.Totals.ShouldAllBe(t => t.Agrees);
            ledger.ImportOpenItems().Same.ShouldBe(ledger.Rows.Count, $"seed {seed}, day {day}");
        }
        ledger.ShouldBeSound();
    }
}
