using System.Globalization;
using Recoup.Core.Cells;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Storage;

/// <summary>What is to be merged into the figures can't be.</summary>
public sealed class CellsDamagedException(string what, Exception inner) : Core.Events.JournalDamagedException($"{what} ({inner.GetType().Name}); `recoup "
    + "rebuild` makes the figures anew from the journal");

/// <summary>
/// The cells: a transaction appends what it adds as one blob, whoever merges folds the blobs into cells and
/// month-end stocks, and a reader adds what is not merged yet. So writers of different partitions never meet
/// in a cell, and a KPI's cost follows days and dimensions, not invoices.
/// </summary>
public sealed class CellStore(Store store) : IMeasureSource
{
    /// <summary>Unmerged blobs a reader may have to go through.</summary>
    public const int PendingMax = 16;

    /// <summary>While much is taken in one after the other: merging costs by what is merged already, and nobody waits for the figures in between.</summary>
    internal const int PendingInBulkMax = 32;

    public long CellsRead { get; private set; }

    // --- writing ---

    internal int PendingCount
    {
        get
        {
            var s = store.Statement("SELECT count(*) FROM cell_pending");
            s.Step();
            var count = s.Int(0);
            s.Reset();
            return count;
        }
    }

    /// <summary>Folds what is pending into cells and stocks, inside the caller's transaction.</summary>
    /// <param name="lastRecordedOn">Stocks are kept for the month ends before this day.</param>
    internal void Merge(DateOnly lastRecordedOn)
    {
        store.Database.LockFor("cells");
        var deltas = new CellDeltas();
        // Taken and deleted in one statement: what somebody adds meanwhile is neither folded nor lost.
        var pending = store.Statement("DELETE FROM cell_pending RETURNING deltas");
        // One that can't be read ends it here: a statement left in the middle of its rows would let nothing be committed after.
        try { while (pending.Step()) Decode(pending.Blob(0), deltas); }
        finally { pending.Reset(); }
        if (deltas.Count > 0)
        {
            store.Database.AddCells(InOrder(deltas));
            PatchStocks(deltas);
        }
        ExtendStocks(lastRecordedOn);
    }

    internal CellDeltas Pending()
    {
        var deltas = new CellDeltas();
        var s = store.Statement("SELECT deltas FROM cell_pending ORDER BY id");
        while (s.Step()) Decode(s.Blob(0), deltas);
        return deltas;
    }

    private int StocksThrough => int.Parse(store.Meta("stocks_through") ?? "0", CultureInfo.InvariantCulture);

    /// <summary>A fact that comes late changes every month end from its day on.</summary>
    private void PatchStocks(CellDeltas deltas)
    {
        var through = StocksThrough;
        if (through == 0) return;
        var patches = new List<KeyValuePair<CellKey, CellValue>>();
        var moves = deltas.NonZero.Where(c => c.Key.Measure.IsStock && c.Key.Day <= through).ToArray();
        CellOrder.SortByPlace(moves);
        var sum = default(CellValue);
        for (var i = 0; i < moves.Length; i++)
        {
            var key = moves[i].Key;
            if (i == 0 || !SamePlace(moves[i - 1].Key, key)) sum = default;
            sum += moves[i].Value;
            var until = i + 1 < moves.Length && SamePlace(moves[i + 1].Key, key) ? moves[i + 1].Key.Day : int.MaxValue;
            if (sum.IsZero) continue;
            for (var end = MonthEnd(key.Day); end <= through && end < until; end = MonthEnd(end + 1))
                patches.Add(new(key with { Day = end }, sum));
        }
        // Most merges have nothing late in them; looking through all stocks for empty ones is not for every day.
        if (patches.Count == 0) return;
        AddStocks([.. patches]);
        store.Statement("DELETE FROM stock WHERE minor = 0 AND count = 0").Run();
    }

    /// <summary>A month that has ended gets its stock: that of the month before and the cells between.</summary>
    private void ExtendStocks(DateOnly lastRecordedOn)
    {
        var target = MonthEnd(lastRecordedOn.DayNumber);
        if (target > lastRecordedOn.DayNumber) target = lastRecordedOn.DayNumber - lastRecordedOn.Day;
        var through = StocksThrough;
        if (target <= through) return;
        if (through == 0)
        {
            // The first stocks are at the end of the month in which history begins.
            if (MeasureList.Stocks.Select(FirstMerged).Min() is not { } first || MonthEnd(first) > target) return;
            through = MonthEnd(first) - DateOnly.FromDayNumber(MonthEnd(first)).Day;
        }
        var stock = new Dictionary<(Measure, int Ref, string Portfolio, string Segment, string Currency), CellValue>();
        foreach (var measure in MeasureList.Stocks)
        {
            var read = store.Statement("SELECT ref_day, portfolio, segment, currency, minor, count FROM stock WHERE measure = ? AND month_end = ?")
                .Bind((long)measure.Number).Bind(through);
            while (read.Step()) stock[(measure, read.Int(0), read.Text(1), read.Text(2), read.Text(3))] = new CellValue(read.Long(4), read.Long(5));
        }
        for (var end = MonthEnd(through + 1); end <= target; end = MonthEnd(end + 1))
        {
            foreach (var measure in MeasureList.Stocks)
            {
                var cells = store.Statement("SELECT ref_day, portfolio, segment, currency, minor, count FROM cell WHERE measure = ? AND day > ? AND day <= "
                    + "?").Bind((long)measure.Number).Bind(through).Bind(end);
                while (cells.Step())
                {
                    ref var sum = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(stock,
                        (measure, cells.Int(0), cells.Text(1), cells.Text(2), cells.Text(3)), out _);
                    sum += new CellValue(cells.Long(4), cells.Long(5));
                }
            }
            foreach (var gone in stock.Where(s => s.Value.IsZero).Select(s => s.Key).ToList()) stock.Remove(gone);
            AddStocks([.. stock.Select(s => new KeyValuePair<CellKey,
                CellValue>(new CellKey(s.Key.Item1, end, s.Key.Ref, s.Key.Portfolio, s.Key.Segment, s.Key.Currency), s.Value))]);
            through = end;
        }
        store.SetMeta("stocks_through", through.ToString(CultureInfo.InvariantCulture));
    }

    /// <param name="stocks">Keys whose day is the month's end.</param>
    private void AddStocks(KeyValuePair<CellKey, CellValue>[] stocks)
    {
        CellOrder.Sort(stocks);
        store.Database.AddStocks(stocks);
    }

    /// <summary>For a report on what may be no day at all.</summary>
    internal static string DayText(int day) =>
        day >= 0 && day <= DateOnly.MaxValue.DayNumber ? Store.Day(DateOnly.FromDayNumber(day)) : $"day {day.ToString(CultureInfo.InvariantCulture)}";

    internal static int MonthEnd(int day)
    {
        var date = DateOnly.FromDayNumber(day);
        return day - date.Day + DateTime.DaysInMonth(date.Year, date.Month);
    }

    // --- reading ---

    private CellDeltas? unmerged;

    /// <summary>To be called at the start of a reading transaction: forgets what an earlier one saw.</summary>
    public void Refresh()
    {
        unmerged = null;
        CellsRead = 0;
    }

    private CellDeltas Unmerged => unmerged ??= Pending();

    public DateOnly? FirstDay(Measure measure, IReadOnlySet<string>? portfolios = null)
    {
        var first = portfolios is null ? FirstMerged(measure) : portfolios.Select(p => FirstMerged(measure, p)).Min();
        foreach (var (key, _) in Unmerged.NonZero)
            if (key.Measure == measure && portfolios?.Contains(key.Portfolio) != false && !(key.Day >= first)) first = key.Day;
        return first is { } day ? DateOnly.FromDayNumber(day) : null;
    }

    /// <summary>The first day of a measure among what is merged: the first row of its part of the table.</summary>
    private int? FirstMerged(Measure measure)
    {
        var s = store.Statement("SELECT min(day) FROM cell WHERE measure = ?").Bind((long)measure.Number);
        s.Step();
        var first = (int?)s.LongOrNull(0);
        s.Reset();
        return first;
    }

    private int? FirstMerged(Measure measure, string portfolio)
    {
        // In the order of the table, so that the first row of the portfolio ends it.
        var s = store.Statement("SELECT day FROM cell WHERE measure = ? AND portfolio = ? ORDER BY day LIMIT 1").Bind((long)measure.Number).Bind(portfolio);
        var first = s.Step() ? s.Int(0) : (int?)null;
        s.Reset();
        return first;
    }

    public IEnumerable<(string Portfolio, string Segment, string Currency, DateOnly First)> Beginnings
    {
        get
        {
            var firsts = new Dictionary<(string, string, string), int>();
            var s = store.Statement("SELECT portfolio, segment, currency, min(day) FROM cell WHERE measure IN (?, ?) GROUP BY portfolio, segment, currency")
                .Bind((long)InvoiceChapter.Sales.Number).Bind((long)ReceivableChapter.CashReceived.Number);
            while (s.Step()) firsts[(s.Text(0), s.Text(1), s.Text(2))] = s.Int(3);
            foreach (var (key, _) in Unmerged.NonZero)
                if ((key.Measure == InvoiceChapter.Sales || key.Measure == ReceivableChapter.CashReceived)
                    && (!firsts.TryGetValue((key.Portfolio, key.Segment, key.Currency), out var first) || key.Day < first))
                    firsts[(key.Portfolio, key.Segment, key.Currency)] = key.Day;
            return firsts.Select(f => (f.Key.Item1, f.Key.Item2, f.Key.Item3, DateOnly.FromDayNumber(f.Value)));
        }
    }

    public IEnumerable<StockByDue> ExposureByDue(DateOnly asOf) =>
        Stock(ReceivableChapter.ExposureStock, asOf).Select(s => new StockByDue(s.Key.Portfolio, s.Key.Segment, s.Key.Currency, s.Key.Ref, s.Value));

    public IEnumerable<(string Portfolio, string Segment, string Currency, long Minor)> Unapplied(DateOnly asOf) =>
        Stock(ReceivableChapter.UnappliedStock, asOf).Select(s => (s.Key.Portfolio, s.Key.Segment, s.Key.Currency, s.Value.Minor));

    public IEnumerable<StockByMove> NextMoves(DateOnly asOf) =>
        Stock(NextMoveChapter.Moves, asOf)
            .Select(s => new StockByMove(s.Key.Portfolio, s.Key.Segment, s.Key.Currency, NextMove.Numbered(s.Key.Ref), s.Value));

    /// <summary>The stock of the last month end and the cells since.</summary>
    private List<KeyValuePair<(int Ref, string Portfolio, string Segment, string Currency), CellValue>> Stock(Measure measure, DateOnly asOf)
    {
        var day = asOf.DayNumber;
        var from = Math.Min(StocksThrough, MonthEnd(day) == day ? day : day - asOf.Day);
        var sums = new Dictionary<(int Ref, string Portfolio, string Segment, string Currency), CellValue>();
        var stock = store.Statement("SELECT ref_day, portfolio, segment, currency, minor, count FROM stock WHERE measure = ? AND month_end = "
            + "?").Bind((long)measure.Number).Bind(from);
        while (stock.Step()) Add((stock.Int(0), stock.Text(1), stock.Text(2), stock.Text(3)), new CellValue(stock.Long(4), stock.Long(5)));
        if (StocksThrough == 0) from = -1;
        var cells = store.Statement("SELECT ref_day, portfolio, segment, currency, minor, count FROM cell WHERE measure = ? AND day > ? AND day <= "
            + "?").Bind((long)measure.Number).Bind(from).Bind(day);
        while (cells.Step()) Add((cells.Int(0), cells.Text(1), cells.Text(2), cells.Text(3)), new CellValue(cells.Long(4), cells.Long(5)));
        foreach (var (key, value) in Unmerged.NonZero)
            if (key.Measure == measure && key.Day <= day) Add((key.RefDay, key.Portfolio, key.Segment, key.Currency), value);
        return [.. sums.Where(s => !s.Value.IsZero).OrderBy(s => s.Key.Portfolio, StringComparer.Ordinal).ThenBy(s => s.Key.Segment,
            StringComparer.Ordinal).ThenBy(s => s.Key.Currency, StringComparer.Ordinal).ThenBy(s => s.Key.Ref)];

        void Add((int, string, string, string) key, CellValue value)
        {
            CellsRead++;
            ref var sum = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _);
            sum += value;
        }
    }

    public IEnumerable<KeyValuePair<CellKey, CellValue>> Flows(Measure measure, DateOnly from, DateOnly to)
    {
        var cells = new List<KeyValuePair<CellKey, CellValue>>();
        var s = store.Statement("SELECT day, ref_day, portfolio, segment, currency, minor, count, own FROM cell WHERE measure = ? AND day >= ? AND day <= "
            + "?").Bind((long)measure.Number).Bind(from.DayNumber).Bind(to.DayNumber);
        while (s.Step())
            cells.Add(new(new CellKey(measure, s.Int(0), s.Int(1), s.Text(2), s.Text(3), s.Text(4), s.Text(7)), new CellValue(s.Long(5), s.Long(6))));
        foreach (var cell in Unmerged.NonZero)
            if (cell.Key.Measure == measure && cell.Key.Day >= from.DayNumber && cell.Key.Day <= to.DayNumber) cells.Add(cell);
        CellsRead += cells.Count;
        return cells;
    }

    /// <summary>All cells, merged and not: what a rebuild must come to.</summary>
    internal CellDeltas All()
    {
        var all = Pending();
        var s = store.Statement("SELECT measure, day, ref_day, portfolio, segment, currency, minor, count, own FROM cell");
        while (s.Step())
            all.Add(new CellKey(MeasureList.Numbered(s.Int(0)), s.Int(1), s.Int(2), s.Text(3), s.Text(4), s.Text(5), s.Text(8)),
                new CellValue(s.Long(6), s.Long(7)));
        return all;
    }

    /// <summary>Throws everything away and puts these in its place, inside the caller's transaction.</summary>
    /// <param name="cells">In the order of the table.</param>
    internal void Replace(IReadOnlyList<KeyValuePair<CellKey, CellValue>> cells, DateOnly lastRecordedOn)
    {
        store.Exec("DELETE FROM cell; DELETE FROM cell_pending; DELETE FROM stock; DELETE FROM meta WHERE name = 'stocks_through';");
        store.Database.FillCells(cells);
        Merge(lastRecordedOn);
    }

    /// <summary>Month-end stocks that differ from the sum of the cells; empty where all agree.</summary>
    internal IEnumerable<string> CheckStocks()
    {
        var through = StocksThrough;
        var merged = new Dictionary<(Measure, int, string, string, string), List<(int Day, CellValue Value)>>();
        foreach (var measure in MeasureList.Stocks)
        {
            var s = store.Statement("SELECT day, ref_day, portfolio, segment, currency, minor, count FROM cell WHERE measure = ? AND day > ? AND day <= "
                + "?").Bind((long)measure.Number).Bind(-1).Bind(through);
            while (s.Step())
            {
                var key = (measure, s.Int(1), s.Text(2), s.Text(3), s.Text(4));
                if (!merged.TryGetValue(key, out var moves)) merged[key] = moves = [];
                moves.Add((s.Int(0), new CellValue(s.Long(5), s.Long(6))));
            }
        }
        var expected = new Dictionary<(Measure, int MonthEnd, int, string, string, string), CellValue>();
        foreach (var (key, moves) in merged)
        {
            moves.Sort((a, b) => a.Day.CompareTo(b.Day));
            var sum = default(CellValue);
            for (var i = 0; i < moves.Count; i++)
            {
                sum += moves[i].Value;
                var until = i + 1 < moves.Count ? moves[i + 1].Day : int.MaxValue;
                for (var end = MonthEnd(moves[i].Day); !sum.IsZero && end <= through && end < until; end = MonthEnd(end + 1))
                    expected[(key.Item1, end, key.Item2, key.Item3, key.Item4, key.Item5)] = sum;
            }
        }
        var stock = store.Statement("SELECT measure, month_end, ref_day, portfolio, segment, currency, minor, count FROM stock");
        var found = 0;
        var problems = new List<string>();
        while (stock.Step())
        {
            found++;
            var key = (MeasureList.Numbered(stock.Int(0)), stock.Int(1), stock.Int(2), stock.Text(3), stock.Text(4), stock.Text(5));
            if (!expected.TryGetValue(key, out var value) || value != new CellValue(stock.Long(6), stock.Long(7)))
                problems.Add($"stock of {DayText(key.Item2)}, due {DayText(key.Item3)}, portfolio {key.Item4}: {stock.Long(6)} minor units stand, the cells "
                    + $"make {(expected.TryGetValue(key, out var e) ? e.Minor : 0)}");
        }
        if (found != expected.Count && problems.Count == 0) problems.Add($"there are {found} month-end stocks, the cells make {expected.Count}");
        foreach (var problem in problems) yield return problem;
    }

    /// <summary>In the order of the table.</summary>
    internal static KeyValuePair<CellKey, CellValue>[] InOrder(CellDeltas deltas)
    {
        var cells = deltas.NonZero.ToArray();
        CellOrder.Sort(cells);
        return cells;
    }

    private static bool SamePlace(in CellKey a, in CellKey b) =>
        a.Measure == b.Measure && a.RefDay == b.RefDay && a.Portfolio == b.Portfolio && a.Segment == b.Segment && a.Currency == b.Currency;

    // --- the blob of a transaction: dimension texts once, then the cells in whatever order they came ---

    /// <summary>In place of the number of texts, which is never 0: a cell names the text of its measure's own dimensions too.</summary>
    private const int WithOwn = 0;

    internal static byte[]? Encode(CellDeltas deltas)
    {
        var cells = deltas.NonZero.ToArray();
        if (cells.Length == 0) return null;
        var texts = new Dictionary<string, int>(StringComparer.Ordinal);
        var withOwn = false;
        foreach (var (key, _) in cells)
        {
            texts.TryAdd(key.Portfolio, texts.Count);
            texts.TryAdd(key.Segment, texts.Count);
            texts.TryAdd(key.Currency, texts.Count);
            if (key.Own.Length == 0) continue;
            withOwn = true;
            texts.TryAdd(key.Own, texts.Count);
        }
        if (withOwn) texts.TryAdd("", texts.Count);
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        if (withOwn) writer.Write7BitEncodedInt(WithOwn);
        writer.Write7BitEncodedInt(texts.Count);
        foreach (var text in texts.Keys) writer.Write(text);
        writer.Write7BitEncodedInt(cells.Length);
        foreach (var (key, value) in cells)
        {
            writer.Write((byte)key.Measure.Number);
            writer.Write7BitEncodedInt(key.Day);
            writer.Write7BitEncodedInt(key.RefDay);
            writer.Write7BitEncodedInt(texts[key.Portfolio]);
            writer.Write7BitEncodedInt(texts[key.Segment]);
            writer.Write7BitEncodedInt(texts[key.Currency]);
            if (withOwn) writer.Write7BitEncodedInt(texts[key.Own]);
            writer.Write7BitEncodedInt64(value.Minor);
            writer.Write7BitEncodedInt64(value.Count);
        }
        writer.Flush();
        return stream.ToArray();
    }

    private static void Decode(ReadOnlySpan<byte> blob, CellDeltas into)
    {
        try { Read(blob, into); }
        catch (Exception e) when (e is IOException or FormatException or IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            throw new CellsDamagedException(e is OverflowException ? "an amount of the figures has become too large to be "
                + "counted" : "what a transaction added to the figures can't be read", e);
        }
    }

    private static void Read(ReadOnlySpan<byte> blob, CellDeltas into)
    {
        using var reader = new BinaryReader(new MemoryStream(blob.ToArray()));
        var count = reader.Read7BitEncodedInt();
        var withOwn = count == WithOwn;
        var texts = new string[withOwn ? reader.Read7BitEncodedInt() : count];
        for (var i = 0; i < texts.Length; i++) texts[i] = reader.ReadString();
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            into.Add(
                new CellKey(MeasureList.Numbered(reader.ReadByte()), reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt(),
                    texts[reader.Read7BitEncodedInt()], texts[reader.Read7BitEncodedInt()], texts[reader.Read7BitEncodedInt()],
                    withOwn ? texts[reader.Read7BitEncodedInt()] : ""),
                new CellValue(reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64()));
    }
}
