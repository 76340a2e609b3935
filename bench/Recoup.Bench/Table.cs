using System.Globalization;

namespace Recoup.Bench;

/// <summary>Figures as aligned text, wide as they need to be: the same on a terminal, in a pipe and in a file.</summary>
internal static class Table
{
    /// <summary>One section's figures, a line each.</summary>
    public static void Print(IReadOnlyList<Figure> figures)
    {
        var rows = new List<string[]> { new[] { "figure", "value", "limit", "", "ratio", "goal", "met", "" } };
        rows.AddRange(figures.Select(f => new[] { f.What, f.ValueText, f.LimitText, f.Limit?.What ?? "",
            f.RatioText, f.Goal?.Words ?? "", f.MetText, f.Note }));
        Print(rows, right: [1, 2, 4]);
    }

    /// <summary>The same figures at several sizes: a line a figure, three columns a size.</summary>
    public static void PrintGrowth(IReadOnlyList<int> sizes, IReadOnlyList<(string Store, IReadOnlyList<IReadOnlyList<Figure>> BySize)> stores)
    {
        var head = new List<string> { "figure", "goal", "limit" };
        foreach (var size in sizes) head.AddRange([size.ToString("N0", CultureInfo.InvariantCulture), "ratio", "met"]);
        var rows = new List<string[]>();
        foreach (var (store, bySize) in stores)
        {
            rows.Add([.. head.Skip(1).Prepend(store)]);
            // In the order of the size that has most: the smallest has nothing smaller to be held against.
            foreach (var what in bySize.OrderByDescending(figures => figures.Count).SelectMany(figures => figures)
                .Select(f => f.What).Distinct(StringComparer.Ordinal))
            {
                var row = bySize.Select(figures => figures.FirstOrDefault(f => f.What == what)).ToList();
                var some = row.First(f => f is not null)!;
                // A size that failed, or was not measured, leaves its columns empty.
                rows.Add([what, some.Goal?.Words ?? "", some.Limit?.What ?? "",
                    .. row.SelectMany(f => f is null ? ["", "", ""] : new[] { f.ValueText, f.RatioText, f.MetText })]);
            }
        }
        Print(rows, right: [.. sizes.SelectMany((_, i) => new[] { (i * 3) + 3, (i * 3) + 4 })]);
    }

    private static void Print(List<string[]> rows, HashSet<int> right)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        foreach (var row in rows)
            Console.WriteLine(string.Join("  ", row.Select((text, c) => right.Contains(c) ? text.PadLeft(widths[c]) : text.PadRight(widths[c]))).TrimEnd());
    }
}
