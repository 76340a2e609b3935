using System.Globalization;
using Recoup.Core.Measures;

namespace Recoup.Storage.Work;

/// <summary>Cells and month-end stocks as they stand, taken from the balances of what they should be: each table is gone through once.</summary>
internal sealed class LiveCells(CellBalance cells, CellBalance stocks, TableShapes shapes)
{
    private const string Columns = "ref_day, portfolio, segment, currency, minor, count";

    /// <summary>Parts in which the cells are read: measures, and what is below and above them, where nothing should be.</summary>
    private static readonly (long From, long To)[] Ranges =
    [
        (long.MinValue, MeasureList.All[0].Number),
        .. MeasureList.All.Zip(MeasureList.All.Skip(1), static (m, next) => ((long)m.Number, (long)next.Number)),
        (MeasureList.All[^1].Number, (long)MeasureList.All[^1].Number + 1), ((long)MeasureList.All[^1].Number + 1, long.MaxValue),
    ];

    private volatile bool suspicious;

    /// <summary>Why the tables can't be read; null where they could.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Each month end's stock is that of the one before and the cells between, and stands nowhere else.</summary>
    public bool StocksAgree => !suspicious && stocks.InOrder().Length == 0;

    /// <summary>To be done by whoever has a hand free, in any order.</summary>
    public IEnumerable<Action<Store>> Parts() =>
        [.. Ranges.Select(range => (Action<Store>)(store => Try(() => Cells(store, range.From, range.To)))), store => Try(() => AllStocks(store)),
            store => Try(() => Pending(store))];

    private static bool IsStock(long number)
    {
        foreach (var measure in MeasureList.Stocks)
            if (measure.Number == number) return true;
        return false;
    }

    private void Try(Action read)
    {
        try { read(); }
        catch (Exception e) when (e is not OutOfMemoryException) { Trouble ??= e.Message; }
    }

    private static int Through(Store store) => int.Parse(store.Meta("stocks_through") ?? "0", CultureInfo.InvariantCulture);

    private void Cells(Store store, long from, long to)
    {
        var (hand, stockHand) = (new CellBalance.Hand(cells), new CellBalance.Hand(stocks));
        var through = Through(store);
        var seen = shapes.Seeing("cell");
        using (var s = store.Database.Scan($"SELECT measure, day, {Columns}, own FROM cell WHERE measure >= ? AND measure < ?", from, to))
            while (s.Step())
            {
                seen?.See(s);
                hand.Subtract(s);
                var day = s.Int(1);
                if (!IsStock(s.Long(0)) || day < 0 || day > through) continue;
                if (day > DateOnly.MaxValue.DayNumber) suspicious = true;
                else stockHand.Add(s, CellStore.MonthEnd(day), s.Long(6), s.Long(7));
            }
        hand.Flush();
        stockHand.Flush();
        seen?.End();
    }

    private void AllStocks(Store store)
    {
        var hand = new CellBalance.Hand(stocks);
        var through = Through(store);
        var seen = shapes.Seeing("stock");
        using (var s = store.Database.Scan($"SELECT measure, month_end, {Columns} FROM stock"))
            while (s.Step())
            {
                seen?.See(s);
                var end = s.Int(1);
                if (!IsStock(s.Long(0)) || end < 0 || end > through || end >= DateOnly.MaxValue.DayNumber
                    || CellStore.MonthEnd(end) != end
                    || (s.Long(6) == 0 && s.Long(7) == 0) || CellBalance.IsLarge(s.Long(6), s.Long(7)))
                {
                    suspicious = true;
                    continue;
                }
                hand.Add(s, end, -s.Long(6), -s.Long(7));
                if (CellStore.MonthEnd(end + 1) is var next && next <= through) hand.Add(s, next, s.Long(6), s.Long(7));
            }
        hand.Flush();
        seen?.End();
    }

    /// <summary>What is not merged into the table yet.</summary>
    private void Pending(Store store)
    {
        var hand = new CellBalance.Hand(cells);
        foreach (var (key, value) in new CellStore(store).Pending().NonZero) hand.Subtract(key, value);
        hand.Flush();
    }
}
