using System.Runtime.InteropServices;
using Recoup.Core.Cells;
using Recoup.Core.Receivables;

namespace Recoup.Core.Measures;

/// <summary>
/// How long the items that fell due in a window took, from cells alone: those settled at the age at which they were, those open at the age that
/// they have reached on the as-of day. What is written off is unpaid, so it counts as an open item does; what is cancelled or waived is
/// known up to the day on which it was, and says nothing of after.
/// </summary>
internal sealed class ItemCurve : Curve
{
    private readonly int overdue;

    private ItemCurve(string name, int overdue) => (Name, this.overdue) = (name, overdue);

    /// <summary>Of all items, by days from the due date.</summary>
    public static readonly ItemCurve Settled = new("settled_after", 0);

    /// <summary>Of those that became overdue, by days from the first day on which they were: the one after the due date.</summary>
    public static readonly ItemCurve Recovered = new("recovered_after", 1);

    /// <summary>So long before the window settlements are looked for: an item that was paid earlier than that before its due day is not seen.</summary>
    public const int EarlyDaysMax = 366;

    public override string Name { get; }

    public override IReadOnlyList<Measure> Flows => ItemEnds.Measures;

    public override bool ReadsOpenItems => true;

    public override bool Reads(Measure measure) => measure == ReceivableChapter.ExposureStock || Flows.Contains(measure);

    /// <summary>The cell is of an item of the curve: due in the window, or overdue from a day in it on.</summary>
    public override bool Takes(CellKey key, KpiPeriod period) => Takes(key.RefDay, key.Measure.IsStock ? null : key.CountDays(), period);

    /// <param name="due">The number of the day on which the item fell due.</param>
    /// <param name="ended">So many days after it the item ended; null: it is open.</param>
    private bool Takes(int due, int? ended, KpiPeriod period) =>
        // An item due on a day is overdue from the day after on: that day is the one that must be in the window.
        due >= period.First.DayNumber - overdue && due <= period.Last.DayNumber - overdue
        // One settled by its due day never was overdue.
        && !(overdue > 0 && ended <= 0);

    public override DateOnly ReadFrom(KpiPeriod period) => DateOnly.FromDayNumber(Math.Max(0, period.First.DayNumber - EarlyDaysMax));

    public override string? WhyNoMedian(KpiCurve curve) => WhyNoMedian(curve, "no item fell due in its window", "items", "settled");

    public override List<KpiCurveAge> Of(KpiReadings readings, KpiGroup group, KpiPeriod period)
    {
        var asOf = period.Last.DayNumber;
        var ages = new SortedDictionary<int, (long Events, long Censored)>();
        var sums = new Dictionary<(int Age, bool Happened), long>();
        foreach (var measure in Flows)
            foreach (var entry in readings.Flows(measure, ReadFrom(period), period.Last).Of(group).Between(ReadFrom(period), period.Last))
            {
                if (!Takes(entry.Reference, entry.Days, period)) continue;
                var age = measure == ItemEnds.WrittenOffAfter ? asOf - entry.Reference : entry.Days;
                Add(age, measure == ItemEnds.SettledAfter, entry.Value.Count);
            }
        foreach (var (due, value) in readings.StockAt(period.Last, group).Counts)
            if (Takes(due, null, period)) Add(asOf - due, false, value);
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
