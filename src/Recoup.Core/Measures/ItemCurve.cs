using System.Runtime.InteropServices;
using Recoup.Core.Cells;
using Recoup.Core.Receivables;

namespace Recoup.Core.Measures;

/// <summary>
/// How long the items that fell due in a window took, from cells alone: those settled at the age at which they were, those open at the age that
/// they have reached on the as-of day. What is written off is unpaid, so it counts as an open item does; what is cancelled or waived is
/// known up to the day on which it was, and says nothing of after.
/// </summary>
internal static class ItemCurve
{
    /// <summary>Of all items, by days from the due date.</summary>
    public const string Settled = "settled_after";

    /// <summary>Of those that became overdue, by days from the first day on which they were: the one after the due date.</summary>
    public const string Recovered = "recovered_after";

    /// <summary>So long before the window settlements are looked for: an item that was paid earlier than that before its due day is not seen.</summary>
    public const int EarlyDaysMax = 366;

    public static readonly IReadOnlyList<Measure> Flows = ItemEnds.Measures;

    /// <summary>It is of the measures that a curve follows from.</summary>
    public static bool Reads(Measure measure) => measure == ReceivableChapter.ExposureStock || Flows.Contains(measure);

    /// <summary>The cell is of an item of that curve: due in the window, or overdue from a day in it on.</summary>
    public static bool Takes(string name, CellKey key, KpiPeriod period) => Takes(name, key.RefDay, key.Measure.IsStock ? null : key.CountDays(), period);

    /// <param name="due">The number of the day on which the item fell due.</param>
    /// <param name="ended">So many days after it the item ended; null: it is open.</param>
    private static bool Takes(string name, int due, int? ended, KpiPeriod period)
    {
        // An item due on a day is overdue from the day after on: that day is the one that must be in the window.
        var overdue = Overdue(name);
        return due >= period.First.DayNumber - overdue && due <= period.Last.DayNumber - overdue
            // One settled by its due day never was overdue.
            && !(overdue > 0 && ended <= 0);
    }

    private static int Overdue(string name) => name == Recovered ? 1 : 0;

    /// <summary>From where flows are read.</summary>
    public static DateOnly ReadFrom(KpiPeriod period) => DateOnly.FromDayNumber(Math.Max(0, period.First.DayNumber - EarlyDaysMax));

    /// <summary>
    /// The groups that have items of the curve: what ended and was opened again is one that is open, and no more. Where a question does not split
    /// and none has, all that items are known of, so that each says that nothing fell due.
    /// </summary>
    /// <param name="name">Which of the two.</param>
    public static IReadOnlyCollection<KpiGroup> GroupsOf(KpiReadings readings, KpiPeriod period, string name, bool isSplit)
    {
        var known = Flows.SelectMany(measure => readings.Flows(measure, ReadFrom(period), period.Last).Tracks.Select(t => t.Key))
            .Concat(readings.StockAt(period.Last).Keys).ToHashSet();
        var groups = known.Where(group => readings.AgesOf(group, period, name).Count > 0).ToList();
        return groups.Count > 0 || isSplit ? groups : known;
    }

    /// <param name="name">Which of the two.</param>
    public static List<KpiCurveAge> Of(KpiReadings readings, KpiGroup group, KpiPeriod period, string name)
    {
        var (overdue, asOf) = (Overdue(name), period.Last.DayNumber);
        var ages = new SortedDictionary<int, (long Events, long Censored)>();
        var sums = new Dictionary<(int Age, bool Happened), long>();
        foreach (var measure in Flows)
            foreach (var entry in readings.Flows(measure, ReadFrom(period), period.Last).Of(group).Between(ReadFrom(period), period.Last))
            {
                if (!Takes(name, entry.Reference, entry.Days, period)) continue;
                var age = measure == ItemEnds.WrittenOffAfter ? asOf - entry.Reference : entry.Days;
                Add(age, measure == ItemEnds.SettledAfter, entry.Value.Count);
            }
        foreach (var (due, value) in readings.StockAt(period.Last, group).Counts)
            if (Takes(name, due, null, period)) Add(asOf - due, false, value);
        foreach (var ((age, happened), count) in sums)
        {
            if (count <= 0) continue;
            var (events, censored) = ages.GetValueOrDefault(age);
            ages[age] = happened ? (events + count, censored) : (events, censored + count);
        }
        return [.. ages.Select(a => new KpiCurveAge(a.Key, a.Value.Events, a.Value.Censored))];

        void Add(int age, bool happened, long count) =>
            CollectionsMarshal.GetValueRefOrAddDefault(sums, (age - overdue, happened), out _) += count;
    }
}
