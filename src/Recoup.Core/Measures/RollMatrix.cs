using Recoup.Core.Cells;
using Recoup.Core.Receivables;

namespace Recoup.Core.Measures;

/// <summary>
/// Where the balance of each ageing bucket went between two days: paid or credited away, into each bucket, or
/// written off. Each row sums to what the bucket held.
/// <para>
/// Balances are followed by due day, which cells know and invoices are not needed for. Of a due day, what is open
/// at the end is taken to be what was open at the start, as far as it goes; the rest was written off, as far as
/// write-offs of that due day go, or cured. So an invoice that arrives with a due day that others already had
/// hides as much of their cure: it can touch the row of what was not yet due, and others only where an invoice
/// arrives overdue or comes back. A new due date given to an item cures it here.
/// </para>
/// </summary>
public sealed class RollMatrix
{
    public const int Buckets = 5;

    private readonly long[] start = new long[Buckets];
    private readonly long[,] moved = new long[Buckets, Buckets];
    private readonly long[] chargedOff = new long[Buckets];

    /// <param name="opening">Open by due day (day number) at the end of the opening day.</param>
    /// <param name="closing">The same at the end of the closing day.</param>
    /// <param name="writtenOff">Written off in between, net of recoveries, by due day.</param>
    public RollMatrix(DateOnly openingDay, DateOnly closingDay, IEnumerable<(int Due, long Minor)> opening, IReadOnlyDictionary<int, long> closing,
        IReadOnlyDictionary<int, long> writtenOff)
    {
        foreach (var (day, open) in opening)
        {
            var due = DateOnly.FromDayNumber(day);
            var from = Ageing.Bucket(due, openingDay);
            // An open balance below zero is an error of an outside ledger; it stays what it is and cures nothing.
            var stayed = open < 0 ? open : Math.Clamp(closing.GetValueOrDefault(day), 0, open);
            start[from] += open;
            moved[from, Ageing.Bucket(due, closingDay)] += stayed;
            if (open > stayed) chargedOff[from] += Math.Clamp(writtenOff.GetValueOrDefault(day), 0, open - stayed);
        }
    }

    /// <summary>Minor units that the bucket held on the opening day.</summary>
    public long Start(int from) => start[from];

    public long Moved(int from, int to) => moved[from, to];

    public long ChargedOff(int from) => chargedOff[from];

    /// <summary>Gone without a write-off: paid, credited, corrected, waived.</summary>
    public long Cured(int from)
    {
        var rest = start[from] - chargedOff[from];
        for (var to = 0; to < Buckets; to++) rest -= moved[from, to];
        return rest;
    }

    internal static RollMatrix Of(KpiReadings readings, KpiGroup group, KpiPeriod period)
    {
        var writtenOff = new Dictionary<int, long>();
        foreach (var entry in readings.Flows(WriteOffChapter.WrittenOff, period.First, period.Last).Of(group).Between(period.First, period.Last))
            writtenOff[entry.Reference] = writtenOff.GetValueOrDefault(entry.Reference) + entry.Value.Minor;
        return new RollMatrix(
            period.Eve, period.Last, readings.StockAt(period.Eve, group).Steps,
            readings.StockAt(period.Last, group).Steps.ToDictionary(s => s.Due, s => s.Minor), writtenOff);
    }
}
