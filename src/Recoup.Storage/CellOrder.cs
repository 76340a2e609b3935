using System.Runtime.InteropServices;
using Recoup.Core.Foundation;
using Recoup.Core.Cells;

namespace Recoup.Storage;

/// <summary>
/// Cells in the order of their tables, so that writing walks a table once. Texts are few and repeat in hundreds of
/// thousands of cells: their ranks are compared in their place, and a whole key is one number.
/// </summary>
internal static class CellOrder
{
    private const int DayBits = 22, TextBits = 18;

    private const uint DayMask = (1 << DayBits) - 1;

    /// <summary>By measure, day, reference day, portfolio, segment, currency, own dimensions.</summary>
    public static void Sort(KeyValuePair<CellKey, CellValue>[] cells) => Sort(cells, dayLast: false);

    /// <summary>By everything but the day, and then by it.</summary>
    public static void SortByPlace(KeyValuePair<CellKey, CellValue>[] cells) => Sort(cells, dayLast: true);

    private static void Sort(KeyValuePair<CellKey, CellValue>[] cells, bool dayLast)
    {
        if (cells.Length < 2) return;
        var ranks = RanksOf(cells);
        var keys = new UInt128[cells.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            var key = cells[i].Key;
            // What is no day, in a store that was tampered with, stands anywhere; the audit tells of it.
            var (day, reference) = ((uint)key.Day & DayMask, (uint)key.RefDay & DayMask);
            var texts = ((UInt128)(uint)ranks[key.Portfolio] << (3 * TextBits))
                | ((ulong)ranks[key.Segment] << (2 * TextBits)) | ((ulong)ranks[key.Currency] << TextBits) | (uint)ranks[key.Own];
            keys[i] = dayLast
                ? ((UInt128)(((ulong)key.Measure.Number << DayBits) | reference) << (4 * TextBits + DayBits)) | (texts << DayBits) | day
                : ((UInt128)(((((ulong)key.Measure.Number << DayBits) | day) << DayBits) | reference) << (4 * TextBits)) | texts;
        }
        Array.Sort(keys, cells);
    }

    private static Dictionary<string, int> RanksOf(KeyValuePair<CellKey, CellValue>[] cells)
    {
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (key, _) in cells)
        {
            ranks.TryAdd(key.Portfolio, 0);
            ranks.TryAdd(key.Segment, 0);
            ranks.TryAdd(key.Currency, 0);
            ranks.TryAdd(key.Own, 0);
        }
        var texts = ranks.Keys.ToArray();
        Invariant.Holds(texts.Length >> TextBits == 0, "the dimensions of cells have fewer values than that");
        Array.Sort(texts, StringComparer.Ordinal);
        for (var i = 0; i < texts.Length; i++) CollectionsMarshal.GetValueRefOrAddDefault(ranks, texts[i], out _) = i;
        return ranks;
    }
}
