using Recoup.Core.Cells;
using Recoup.Core.Measures;

namespace Recoup.Storage.Work;

/// <summary>What a viewer of some portfolios sees of what there is.</summary>
internal static class Narrowing
{
    /// <summary>A page of what is seen: read on until it is full, or so much was looked at that somebody should say whether to go on.</summary>
    /// <param name="read">Is given where the list goes on, and how many rows are wanted.</param>
    public static Slice<T> Page<T>(Viewer viewer, string? after, int limit, Func<string?, int, Slice<T>> read, Func<T, bool> sees)
    {
        if (!viewer.IsNarrow) return read(after, limit);
        var rows = new List<T>();
        for (var looked = 0; ;)
        {
            var wanted = limit - rows.Count;
            var slice = read(after, wanted);
            rows.AddRange(slice.Rows.Where(sees));
            (after, looked) = (slice.Next, looked + wanted);
            if (after is null || rows.Count == limit || looked >= PageReadings.LookedAtMax) return new Slice<T>(rows, after);
        }
    }
}

/// <summary>The cells of the portfolios that a viewer sees: whatever is computed of them is of these alone.</summary>
internal sealed class NarrowedMeasures(IMeasureSource all, Viewer viewer) : IMeasureSource
{
    public IEnumerable<StockByDue> ExposureByDue(DateOnly asOf) => all.ExposureByDue(asOf).Where(s => viewer.Sees(s.Portfolio));

    public IEnumerable<KeyValuePair<CellKey, CellValue>> Flows(Measure measure, DateOnly from, DateOnly to) =>
        all.Flows(measure, from, to).Where(c => viewer.Sees(c.Key.Portfolio));

    public IEnumerable<(string Portfolio, string Segment, string Currency, long Minor)> Unapplied(DateOnly asOf) =>
        all.Unapplied(asOf).Where(u => viewer.Sees(u.Portfolio));

    public IEnumerable<StockByMove> NextMoves(DateOnly asOf) => all.NextMoves(asOf).Where(s => viewer.Sees(s.Portfolio));

    public DateOnly? FirstDay(Measure measure, IReadOnlySet<string>? portfolios = null) =>
        all.FirstDay(measure, portfolios is null ? viewer.Portfolios : portfolios.Where(viewer.Sees).ToHashSet(StringComparer.Ordinal));

    public IEnumerable<(string Portfolio, string Segment, string Currency, DateOnly First)> Beginnings =>
        all.Beginnings.Where(b => viewer.Sees(b.Portfolio));

    public long CellsRead => all.CellsRead;
}
