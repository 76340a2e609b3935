using System.Globalization;
using Recoup.Tests.Stores;

namespace Recoup.Bench;

/// <summary>The same figures at growing sizes, on both stores: each size and store in a process of its own, then one table.</summary>
internal static class Growth
{
    /// <returns>Whether every size was measured to its end.</returns>
    public static bool Run(IReadOnlyList<int> sizes)
    {
        var stores = PostgresServer.Bin is null ? new[] { false } : [false, true];
        var found = stores.Select(_ => new List<IReadOnlyList<Figure>>()).ToList();
        var whole = true;
        foreach (var size in sizes)
            for (var s = 0; s < stores.Length; s++)
            {
                string[] arguments = ["workspace", size.ToString(CultureInfo.InvariantCulture), .. stores[s] ? new[] { "postgres" } : []];
                var (isWhole, figures) = Scratch.InOwnProcess(arguments);
                whole &= isWhole;
                found[s].Add(WithFewest(figures, found[s], sizes[0]));
            }
        Console.WriteLine("Growth, by accounts. The ratio is to the limit, measured in the same process: 1x is at the limit, 2x twice as slow.");
        Table.PrintGrowth(sizes, [.. stores.Select((postgres, s) => (Ground.NameOf(postgres), (IReadOnlyList<IReadOnlyList<Figure>>)found[s]))]);
        return whole;
    }

    /// <summary>With a line that holds the answer by HTTP beside that of the smallest size.</summary>
    private static IReadOnlyList<Figure> WithFewest(IReadOnlyList<Figure> figures, List<IReadOnlyList<Figure>> smaller, int fewest)
    {
        if (smaller.Count == 0 || Asked(smaller[0]) is not { } few || Asked(figures) is not { } many) return figures;
        var list = figures.ToList();
        list.Insert(list.IndexOf(many) + 1, Sections.Growth(few, many, fewest));
        return list;

        static Figure? Asked(IReadOnlyList<Figure> of) => of.FirstOrDefault(f => f.What == Sections.KpiByHttpName);
    }
}
