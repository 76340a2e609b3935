using Recoup.Core.Measures;
using Recoup.Core.Receivables;

namespace Recoup.Tests.Measures;

/// <summary>Recovery curves at equal age: a published triangle, and every document of random histories counted by hand.</summary>
public sealed class CohortTests
{
    private static decimal?[] Cash(params decimal?[] byAge) => byAge;

    /// <summary>Amounts 1,000, 1,200, 900 and 1,100: "latest cash / amount" of all says 45.7%, which is wrong.</summary>
    [Fact]
    public void Young_cohorts_go_on_as_older_ones_did()
    {
        decimal?[][] known = [Cash(300, 450, 520, 550), Cash(330, 510, 600, null), Cash(280, 420, null, null), Cash(350, null, null, null)];
        var completed = ChainLadder.Complete(known, atLeast: 1);
        completed.Select(c => Math.Round(c[3]!.Value, 2)).ShouldBe([550m, 634.62m, 518.27m, 654.96m]);
        completed.Zip([1000m, 1200m, 900m, 1100m], (c, amount) => Math.Round(100 * c[3]!.Value / amount, 1)).ShouldBe([55.0m, 52.9m, 57.6m, 59.5m]);
        Math.Round(completed[3][1]!.Value / 350, 5).ShouldBe(1.51648m);
        // Of three cohorts one factor can be told, of two and one none.
        ChainLadder.Complete(known)[3].Select(v => v is null).ShouldBe([false, false, true, true]);
        ChainLadder.Complete([Cash(0, 0), Cash(0, 0), Cash(0, 0), Cash(0, null)])[3][1].ShouldBeNull();
        ChainLadder.Complete([]).ShouldBeEmpty();
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void An_item_is_recovered_by_age_as_its_documents_say(int seed)
    {
        var books = new RandomBooks(seed).Live(Books.Day("2024-11-30"));
        var asOf = Books.Day("2024-11-30");
        var items = ItemsOf(books, asOf);
        foreach (var document in books.Documents)
        {
            var what = $"seed {seed}, {document.Number}";
            var first = FirstOverdue(document, asOf);
            items.TryGetValue(document.Number, out var item).ShouldBe(first is not null, what);
            if (first is not { } day) continue;
            var opening = document.BalanceOn(day.AddDays(-1)) > 0 ? day.AddDays(-1) : day;
            (item!.First, item.Minor).ShouldBe((day, document.BalanceOn(opening)), what);
            foreach (var age in new[] { 0, 7, 30, 90 })
                item.RecoveredBy(age).ShouldBe(Math.Clamp(Paid(books, document, day.AddDays(age)) - Paid(books, document, opening), 0, item.Minor),
                    $"{what} by {age}");
        }
    }

    [Fact]
    public void A_month_has_reached_an_age_with_its_last_day_and_others_are_completed()
    {
        var asOf = Books.Day("2024-11-30");
        var completed = 0;
        for (var seed = 1; seed <= 10; seed++)
        {
            var books = new RandomBooks(seed).Live(asOf);
            var items = ItemsOf(books, asOf).Values.ToList();
            foreach (var row in CohortReport.Of(items.Select(i => ("EU", i)), asOf, new HashSet<string> { "month" }))
            {
                var month = Books.Day(row.Cohort + "-01");
                var mine = items.FindAll(i => i.Currency == row.Currency && i.First >= month && i.First < month.AddMonths(1));
                row.Minor.ShouldBe(mine.Sum(i => i.Minor));
                var reached = month.AddMonths(1).AddDays(-1 + row.Age) <= asOf;
                if (reached) (row.Recovered, row.Completed).ShouldBe((mine.Sum(i => i.RecoveredBy(row.Age)), false));
                else (row.Completed, row.NoValue is null).ShouldBe((row.Recovered is not null, row.Recovered is not null));
                if (row.Completed) completed++;
            }
            // By portfolio each age is of the items that have reached it.
            foreach (var row in CohortReport.Of(items.Select(i => ("EU", i)), asOf, new HashSet<string> { "portfolio" }, 45))
                (row.Cohort, row.Age, row.Minor).ShouldBe(("EU", 45,
                    items.Where(i => i.Currency == row.Currency && i.First.AddDays(45) <= asOf).Sum(i => i.Minor)));
        }
        completed.ShouldBeGreaterThan(20);
    }

    private static Dictionary<string, OverdueItem> ItemsOf(RandomBooks books, DateOnly asOf)
    {
        var paid = books.CashStates.Where(c => c.Kind == CashKind.Payment).SelectMany(c => c.Allocations.Select(a => (a.Number, new Movement(a.On, a.Minor)))
            .Concat((c.Back ?? []).SelectMany(b => new[] { (b.Number, new Movement(b.Since, b.Minor)), (b.Number, new Movement(b.On, -b.Minor)) })))
            .ToLookup(c => c.Number, c => c.Item2, StringComparer.Ordinal);
        return books.Items.Select(i => (i.Number, Item: OverdueItem.Of(i, [.. paid[i.Number]], asOf))).Where(i => i.Item is not null)
            .ToDictionary(i => i.Number, i => i.Item!, StringComparer.Ordinal);
    }

    /// <summary>Day by day.</summary>
    private static DateOnly? FirstOverdue(RandomBooks.Document document, DateOnly asOf)
    {
        for (var day = document.Issued; day <= asOf; day = day.AddDays(1))
            if (document.OverdueOn(day) && (document.BalanceOn(day.AddDays(-1)) > 0 || document.BalanceOn(day) > 0)) return day;
        return null;
    }

    /// <summary>Payments that did not go back, less what was taken off again.</summary>
    private static long Paid(RandomBooks books, RandomBooks.Document document, DateOnly day) =>
        books.Payments.Where(c => c.Payment && c.Reversed is null).SelectMany(c => c.Parts)
        .Where(p => p.On == document && p.Day <= day).Sum(p => p.Minor - p.Back.Where(b => b.On <= day).Sum(b => b.Minor));
}
