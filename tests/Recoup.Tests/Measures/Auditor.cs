using Recoup.Core.Foundation;
using Document = Recoup.Tests.Measures.RandomBooks.Document;

namespace Recoup.Tests.Measures;

/// <summary>
/// Every KPI written out over documents and payments, for one currency and, where given, one portfolio. Slow and
/// plain: it shares no code with the engine but the calendar.
/// </summary>
internal sealed class Auditor(RandomBooks books, string currency, string? portfolio)
{
    public static readonly string[] Buckets = ["current", "d1_30", "d31_60", "d61_90", "d90_plus"];

    private decimal Unit => Currency.Of(currency).MinorPerMajor;

    private bool Mine(string account) => portfolio is null || books.Portfolios[account] == portfolio;

    private List<Document> Documents => books.Documents.FindAll(d => d.Currency == currency && Mine(d.Account));

    private IEnumerable<RandomBooks.Part> CashParts =>
        books.Payments.Where(c => c.Payment && c.Currency == currency && Mine(c.Account)).SelectMany(c => c.Parts).Where(p => !p.Recovery);

    public decimal Open(DateOnly day) => Documents.Sum(d => d.BalanceOn(day)) / Unit;

    public decimal Bucket(DateOnly day, string bucket) => Documents.Where(d => BucketOf(d.DueOn(day), day) == bucket).Sum(d => d.BalanceOn(day)) / Unit;

    public long Items(DateOnly day) => Documents.Count(d => d.BalanceOn(day) != 0);

    public static string BucketOf(DateOnly due, DateOnly day) => (day.DayNumber - due.DayNumber) switch
    {
        <= 0 => "current",
        <= 30 => "d1_30",
        <= 60 => "d31_60",
        <= 90 => "d61_90",
        _ => "d90_plus",
    };

    public decimal Unapplied(DateOnly day) => books.Payments.Where(c => c.Currency == currency && Mine(c.Account) && c.On <= day && !(c.Reversed <= day))
        .Sum(c => c.Minor - c.Parts.Where(p => p.Day <= day)
            .Sum(p => p.Minor - p.Back.Where(b => b.On <= day).Sum(b => b.Minor)) - c.Refunds.Where(r => r.On <= day).Sum(r => r.Minor)) / Unit;

    public decimal Sales(DateOnly from, DateOnly to) =>
        books.Sales.Where(s => s.Currency == currency && Mine(s.Account) && s.On >= from && s.On <= to).Sum(s => s.Minor) / Unit;

    /// <summary>Of nothing and of less there are no shares and no days; below zero and above the most that can be there is no figure.</summary>
    public static decimal? Over(decimal numerator, decimal denominator, decimal times, decimal most = decimal.MaxValue) =>
        denominator <= 0 || numerator < 0 || numerator * times / denominator > most ? null : numerator * times / denominator;

    public decimal? Dso(DateOnly from, DateOnly to) => Over(Open(to), Sales(from, to), Days(from, to));

    public decimal? Bpdso(DateOnly from, DateOnly to) => Over(Bucket(to, "current"), Sales(from, to), Days(from, to));

    public decimal? Add(DateOnly from, DateOnly to) => Over(Open(to) - Bucket(to, "current"), Sales(from, to), Days(from, to));

    public decimal? Turnover(DateOnly from, DateOnly to) => Over(Sales(from, to), (Open(from.AddDays(-1)) + Open(to)) / 2, 1);

    public decimal? DsoAverage(DateOnly from, DateOnly to) => Over((Open(from.AddDays(-1)) + Open(to)) / 2, Sales(from, to), 365);

    public decimal? Cei(DateOnly from, DateOnly to)
    {
        var opening = Open(from.AddDays(-1)) + Sales(from, to);
        return Over(opening - Open(to), opening - Bucket(to, "current"), 100, most: 100);
    }

    public decimal? CeiSimple(DateOnly from, DateOnly to)
    {
        var cash = CashParts.Where(p => p.On.Issued < from)
            .Sum(p => Within(p.Day, from, to) * p.Minor - p.Back.Sum(b => Within(b.On, from, to) * b.Minor)) / Unit;
        return Over(cash, Open(from.AddDays(-1)), 100, most: 100);
    }

    public decimal? PercentCurrent(DateOnly day) => Over(Bucket(day, "current"), Open(day), 100, most: 100);

    public (decimal Cash, decimal Eligible) Recovery(DateOnly from, DateOnly to)
    {
        var cash = CashParts.Where(p => p.Late).Sum(p => Within(p.Day, from, to) * p.Minor - p.Back.Sum(b => Within(b.On, from, to) * b.Minor)) / Unit;
        long eligible = 0;
        foreach (var document in Documents)
        {
            var eve = from.AddDays(-1);
            if (document.DueOn(eve) < from) eligible += document.BalanceOn(eve);
            // Day by day: was this the day's due date when the day ended?
            for (var day = from; day < to; day = day.AddDays(1))
                if (document.DueOn(day) == day) eligible += document.BalanceOn(day);
            eligible += document.Reinstated.Sum(r => Within(r.On, from, to) * r.Minor);
        }
        return (cash, eligible / Unit);
    }

    /// <summary>By due day, from documents.</summary>
    public Dictionary<string, decimal> Roll(DateOnly from, DateOnly to, string fromBucket)
    {
        var eve = from.AddDays(-1);
        var result = Buckets.Append("start").Append("charge_off").Append("cure").ToDictionary(b => b, _ => 0m, StringComparer.Ordinal);
        foreach (var due in Documents.Select(d => d.DueOn(eve)).Distinct().Where(d => BucketOf(d, eve) == fromBucket))
        {
            var before = Documents.Where(d => d.DueOn(eve) == due).Sum(d => d.BalanceOn(eve));
            var after = Documents.Where(d => d.DueOn(to) == due).Sum(d => d.BalanceOn(to));
            var off = Documents.Sum(d => d.WriteOffs.Where(w => Within(w.On, from, to) == 1 && d.DueOn(w.On) == due).Sum(w => w.Minor))
                - Recoveries().Where(r => Within(r.On, from, to) == 1 && r.Of.DueOn(r.On) == due).Sum(r => r.Minor);
            if (before < 0) after = before; else after = Math.Min(Math.Max(after, 0), before);
            off = before < after ? 0 : Math.Min(Math.Max(off, 0), before - after);
            result["start"] += before / Unit;
            result[BucketOf(due, to)] += after / Unit;
            result["charge_off"] += off / Unit;
            result["cure"] += (before - after - off) / Unit;
        }
        return result;
    }

    private IEnumerable<(Document Of, DateOnly On, long Minor)> Recoveries() =>
        books.Payments.Where(c => c.Currency == currency && Mine(c.Account)).SelectMany(c => c.Parts).Where(p => p.Recovery)
        .SelectMany(p => p.Back.Select(b => (p.On, b.On, -b.Minor)).Prepend((p.On, p.Day, p.Minor)));

    public (decimal? Days, bool AtLeast) CountBack(DateOnly to)
    {
        var left = Open(to);
        if (left <= 0) return (0, false);
        // An invoice cancelled on its own day never was.
        var begins = books.Sales.Where(s => s.Currency == currency && Mine(s.Account) && s.On <= to).GroupBy(s => s.On)
            .Where(g => g.Sum(s => s.Minor) != 0 || g.Sum(s => s.Count) != 0).Select(g => g.Key).ToList();
        if (begins.Count == 0) return (null, false);
        decimal days = 0;
        for (var last = to; last >= begins.Min(); last = last.AddDays(-last.Day))
        {
            var first = last.AddDays(1 - last.Day);
            var sales = Sales(first, last);
            if (sales >= left) return (days + (last.Day * left / sales), false);
            left -= sales;
            days += last.Day;
        }
        return left >= Open(to) ? (null, false) : (days, true);
    }

    private static int Days(DateOnly from, DateOnly to) => to.DayNumber - from.DayNumber + 1;

    private static int Within(DateOnly day, DateOnly from, DateOnly to) => day >= from && day <= to ? 1 : 0;
}
