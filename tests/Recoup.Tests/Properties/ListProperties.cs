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
}
