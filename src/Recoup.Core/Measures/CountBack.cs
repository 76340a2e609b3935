using Recoup.Core.Foundation;
using Recoup.Core.Receivables;

namespace Recoup.Core.Measures;

/// <summary>Net sales of a month and its days; of the month of the as-of day, those up to that day.</summary>
/// <param name="First">The month's first day.</param>
/// <param name="Minor">Sales of those days, in minor units.</param>
public readonly record struct SalesMonth(DateOnly First, int Days, long Minor);

/// <summary>Days of sales that receivables stand for, counted back from the as-of day.</summary>
/// <param name="Days">Null where there is no sale to count back through, or credit notes have undone them all.</param>
/// <param name="AtLeast">History ended before the receivables did: the true figure is this or more.</param>
/// <param name="From">The first day of the earliest month that was needed; null where none was.</param>
public readonly record struct CountBackResult(decimal? Days, bool AtLeast, DateOnly? From);

/// <summary>
/// DSO by exhaustion: the latest month's sales are taken from the receivables and its days added, then the month
/// before, and so on; of the month that holds the rest, days pro rata. A month whose credit notes exceed its
/// invoices adds to what is left: the credits lowered the receivables, and the sales they undid lie further back.
/// </summary>
public static class CountBack
{
    /// <param name="receivablesMinor">Open at the end of the as-of day. Zero or less: 0 days.</param>
    /// <param name="latestFirst">Months back to the first with a sale, latest first. Read only as far as needed.</param>
    public static CountBackResult Of(long receivablesMinor, IEnumerable<SalesMonth> latestFirst)
    {
        if (receivablesMinor <= 0) return new CountBackResult(0, false, null);
        var left = receivablesMinor;
        var days = 0;
        DateOnly? from = null;
        foreach (var month in latestFirst)
        {
            from = month.First;
            if (month.Minor >= left) return new CountBackResult(days + ((decimal)left * month.Days / month.Minor), false, from);
            left -= month.Minor;
            days += month.Days;
        }
        // Credits that undo all sales there were, or more: what is owed stands for no sale.
        if (from is null || left >= receivablesMinor) return new CountBackResult(null, false, from);
        return new CountBackResult(days, true, from);
    }

    internal static CountBackResult Of(KpiReadings readings, KpiGroup group, DateOnly asOf)
    {
        var receivables = readings.StockAt(asOf, group).Total.Minor;
        return Of(receivables, receivables <= 0 ? [] : Months(readings, group, asOf));
    }

    /// <summary>Whole calendar months, so that the rate of a month of history is that of the month, however late in it history began.</summary>
    private static IEnumerable<SalesMonth> Months(KpiReadings readings, KpiGroup group, DateOnly asOf)
    {
        if (readings.FirstDay(InvoiceChapter.Sales) is not { } begin) yield break;
        var waiting = new List<SalesMonth>();
        var last = asOf;
        while (last >= begin)
        {
            var first = new DateOnly(last.Year, last.Month, 1);
            // A year at a time: most receivables are younger, and a read for every month would cost more.
            var ledger = readings.Flows(InvoiceChapter.Sales, first < readings.SalesReadFrom ? Earlier(first, begin) : first, asOf);
            var month = new SalesMonth(first, last.DayNumber - first.DayNumber + 1, ledger.Of(group).Sum(first, last).Minor);
            waiting.Add(month);
            // Months before the group's first sale explain nothing, so silent months wait until an earlier one sold.
            if (ledger.Of(group).Between(first, last).Length > 0)
            {
                foreach (var m in waiting) yield return m;
                waiting.Clear();
            }
            if (first == DateOnly.MinValue) yield break;
            last = first.Plus(-1);
        }
    }

    private static DateOnly Earlier(DateOnly first, DateOnly begin)
    {
        var year = KpiWindow.Months(12).EndingOn(first).First;
        return year < begin ? (begin < first ? begin : first) : year;
    }
}
