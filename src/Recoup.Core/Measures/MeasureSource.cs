using Recoup.Core.Cells;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Measures;

/// <summary>Open receivables of one due day, as of a day.</summary>
public readonly record struct StockByDue(string Portfolio, string Segment, string Currency, int DueDay, CellValue Value);

/// <summary>What is overdue and waits for the same move, as of a day. Its count is of items.</summary>
public readonly record struct StockByMove(string Portfolio, string Segment, string Currency, NextMove Move, CellValue Value);

/// <summary>
/// Where KPIs read: cells and stocks, never invoices. A store answers from merged cells and month-end stocks;
/// a reading "as known at" answers from cells folded out of the journal.
/// </summary>
public interface IMeasureSource
{
    /// <summary>Exposure at the end of the day, summed by due day and dimensions; zero balances left out.</summary>
    IEnumerable<StockByDue> ExposureByDue(DateOnly asOf);

    /// <summary>The cells of a flow measure with from &lt;= day &lt;= to, both included.</summary>
    IEnumerable<KeyValuePair<CellKey, CellValue>> Flows(Measure measure, DateOnly from, DateOnly to);

    /// <summary>Unapplied cash and credit at the end of the day, by portfolio, segment and currency.</summary>
    IEnumerable<(string Portfolio, string Segment, string Currency, long Minor)> Unapplied(DateOnly asOf);

    /// <summary>What is overdue and waits for a move, at the end of the day; nobody's is the rest of what is overdue.</summary>
    IEnumerable<StockByMove> NextMoves(DateOnly asOf);

    /// <summary>The first day of which a measure has a cell; null without any.</summary>
    /// <param name="portfolios">Of these alone; null: of all.</param>
    DateOnly? FirstDay(Measure measure, IReadOnlySet<string>? portfolios = null);

    /// <summary>
    /// Where there ever was business: the first day with a sale or with cash, by portfolio, segment and currency. What is
    /// all paid since is zero there, not missing.
    /// </summary>
    IEnumerable<(string Portfolio, string Segment, string Currency, DateOnly First)> Beginnings { get; }

    /// <summary>Amounts are in so many parts of a minor unit: 1 but where they were converted.</summary>
    int MinorParts => 1;

    /// <summary>Cells read so far, for those who want to know what a figure cost.</summary>
    long CellsRead { get; }
}

/// <summary>Cells held in memory: for readings as known at an instant, for tests, and for worlds that are never stored.</summary>
public sealed class CellsInMemory(CellDeltas cells) : IMeasureSource
{
    public long CellsRead { get; private set; }

    public DateOnly? FirstDay(Measure measure, IReadOnlySet<string>? portfolios = null) =>
        cells.NonZero.Where(c => c.Key.Measure == measure && portfolios?.Contains(c.Key.Portfolio) != false)
            .Select(c => (int?)c.Key.Day).Min() is { } day ? DateOnly.FromDayNumber(day) : null;

    public IEnumerable<(string Portfolio, string Segment, string Currency, DateOnly First)> Beginnings =>
        cells.NonZero.Where(c => c.Key.Measure == InvoiceChapter.Sales || c.Key.Measure == ReceivableChapter.CashReceived)
            .GroupBy(c => (c.Key.Portfolio, c.Key.Segment, c.Key.Currency))
            .Select(g => (g.Key.Portfolio, g.Key.Segment, g.Key.Currency, DateOnly.FromDayNumber(g.Min(c => c.Key.Day))));

    public IEnumerable<StockByDue> ExposureByDue(DateOnly asOf)
    {
        var sums = new Dictionary<(string, string, string, int), CellValue>();
        foreach (var (key, value) in cells.NonZero)
        {
            CellsRead++;
            if (key.Measure != ReceivableChapter.ExposureStock || key.Day > asOf.DayNumber) continue;
            ref var sum = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(sums,
                (key.Portfolio, key.Segment, key.Currency, key.RefDay), out _);
            sum += value;
        }
        foreach (var ((portfolio, segment, currency, due), value) in sums)
            if (!value.IsZero) yield return new StockByDue(portfolio, segment, currency, due, value);
    }

    public IEnumerable<KeyValuePair<CellKey, CellValue>> Flows(Measure measure, DateOnly from, DateOnly to)
    {
        foreach (var cell in cells.NonZero)
        {
            if (cell.Key.Measure != measure || cell.Key.Day < from.DayNumber || cell.Key.Day > to.DayNumber) continue;
            CellsRead++;
            yield return cell;
        }
    }

    public IEnumerable<(string Portfolio, string Segment, string Currency, long Minor)> Unapplied(DateOnly asOf) =>
        Flows(ReceivableChapter.UnappliedStock, DateOnly.MinValue, asOf)
            .GroupBy(c => (c.Key.Portfolio, c.Key.Segment, c.Key.Currency))
            .Select(g => (g.Key.Portfolio, g.Key.Segment, g.Key.Currency, g.Sum(c => c.Value.Minor)))
            .Where(u => u.Item4 != 0);

    public IEnumerable<StockByMove> NextMoves(DateOnly asOf) =>
        Flows(NextMoveChapter.Moves, DateOnly.MinValue, asOf)
            .GroupBy(c => (c.Key.Portfolio, c.Key.Segment, c.Key.Currency, c.Key.RefDay))
            .Select(g => new StockByMove(g.Key.Portfolio, g.Key.Segment, g.Key.Currency, NextMove.Numbered(g.Key.RefDay),
                g.Aggregate(default(CellValue), (sum, c) => sum + c.Value)))
            .Where(s => !s.Value.IsZero);
}
