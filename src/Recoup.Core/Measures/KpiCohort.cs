using Recoup.Core.Cells;
using Recoup.Core.Receivables;

namespace Recoup.Core.Measures;

/// <summary>
/// Items that became overdue in a window moved back by an age, each looked at until it has that age and no longer: all had the same time. An item is of
/// the cohort by its first overdue day, the one after its due date, where something of it was open as the due day ended.
/// </summary>
internal sealed class KpiCohort(KpiReadings readings, KpiGroup group, KpiPeriod period, int age)
{
    /// <summary>A cohort reads it by due day.</summary>
    public static bool Reads(Measure measure) =>
        measure == ReceivableChapter.ExposureStock || measure == ReceivableChapter.CashOnOverdue || ItemEnds.Measures.Contains(measure);

    /// <summary>The first due day of the cohort, before which nothing is read.</summary>
    public static DateOnly ReadFrom(KpiPeriod period, int age) => DateOnly.FromDayNumber(Math.Max(1, period.First.DayNumber - age - 1));

    /// <summary>The cell is one of those that the cohort's figures are made of.</summary>
    public static bool Takes(CellKey key, KpiPeriod period, int age) =>
        Takes(key.Measure, key.Day, key.RefDay, key.Measure.IsStock ? 0 : key.CountDays(), period, age);

    private static bool Takes(Measure measure, int day, int due, int days, KpiPeriod period, int age) =>
        due >= ReadFrom(period, age).DayNumber && due <= period.Last.DayNumber - age - 1
        // What was open as the due day ended; of all else, what came by the age, and what it came of was overdue.
        && (measure.IsStock ? day <= due : days > 0 && day <= due + 1 + age);

    /// <summary>What was open of the cohort's items as their due days ended, and of how many.</summary>
    public CellValue Overdue
    {
        get
        {
            var (first, last) = (ReadFrom(period, age), DateOnly.FromDayNumber(Math.Max(1, period.Last.DayNumber - age - 1)));
            var eve = readings.StockAt(first.AddDays(-1), group);
            var (before, after) = (eve.DueBefore(first.DayNumber), eve.DueBefore(last.DayNumber + 1));
            var sum = new CellValue(after.Minor - before.Minor, after.Count - before.Count);
            foreach (var entry in readings.Flows(ReceivableChapter.ExposureStock, first, period.Last).Of(group).Between(first, last))
                if (Takes(ReceivableChapter.ExposureStock, entry.Day, entry.Reference, 0, period, age)) sum += entry.Value;
            return sum;
        }
    }

    /// <summary>Cash on them by the age, less what was taken back by then. Minor units.</summary>
    public long Recovered => Sum(ReceivableChapter.CashOnOverdue).Minor;

    /// <summary>How many of them ended so by the age, less those opened again by then.</summary>
    public long Ended(Measure end) => Sum(end).Count;

    private CellValue Sum(Measure measure)
    {
        var sum = default(CellValue);
        var first = ReadFrom(period, age);
        foreach (var entry in readings.Flows(measure, first, period.Last).Of(group).Between(first, period.Last))
            if (Takes(measure, entry.Day, entry.Reference, entry.Days, period, age)) sum += entry.Value;
        return sum;
    }
}
