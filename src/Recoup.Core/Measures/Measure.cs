using System.Collections.Frozen;

namespace Recoup.Core.Measures;

/// <summary>
/// What is added up over events, by business day and a short list of dimensions. A measure is additive: two
/// cells of it may be summed, so partitions and days add up. Values are minor units and a count.
/// </summary>
public enum Measure
{
    /// <summary>Change of open receivables, by the day it took effect and the due day. A stock when summed up to a day. Count: items.</summary>
    Exposure = 1,

    /// <summary>Invoices less credit notes and cancellations, without charges. Count: invoices.</summary>
    Sales = 2,

    /// <summary>Cash on items less what was taken back, by day and the item's issue day. Recoveries after write-off are not in it.</summary>
    CashApplied = 3,

    /// <summary>Of that, cash on items that were overdue on the day it took effect.</summary>
    CashOnOverdue = 4,

    /// <summary>
    /// Balance that became overdue by no due date passing: payments made in time and reversed late, corrections upward
    /// of items already overdue, charges and corrections with a due date gone by; credits taken off, and cancellations, write-offs
    /// and waivers taken back, of items overdue by then.
    /// </summary>
    OverdueReinstated = 5,

    /// <summary>Write-offs, by day and due day, less recoveries of them.</summary>
    WrittenOff = 6,

    /// <summary>Cash on what had been written off.</summary>
    WriteOffRecovered = 7,

    /// <summary>Change of unapplied cash and credit. A stock when summed up to a day.</summary>
    Unapplied = 8,

    /// <summary>Payments less reversals and refunds, whether they met an item or not. Count: payments less reversals.</summary>
    CashReceived = 9,

    /// <summary>Contacts made or messages sent, by count; they have no currency.</summary>
    Actions = 10,

    /// <summary>Of those, the ones made while nothing they were about was overdue.</summary>
    ProactiveActions = 11,

    /// <summary>What payment plans were agreed over. Count: plans.</summary>
    PlansAgreed = 12,

    /// <summary>What was paid by plans that were kept to their end. Count: plans.</summary>
    PlansCompleted = 13,

    /// <summary>What had not been paid of plans when they broke. Count: plans.</summary>
    PlansBroken = 14,

    /// <summary>Callbacks that were made on their day, by that day and by count; they have no currency.</summary>
    CallbacksKept = 15,

    /// <summary>Callbacks whose day went by without a call, likewise.</summary>
    CallbacksMissed = 16,
}

/// <summary>
/// A cell's place. <see cref="RefDay"/> is the due day of <see cref="Measure.Exposure"/> and <see cref="Measure.WrittenOff"/>,
/// the issue day of <see cref="Measure.CashApplied"/>, 0 elsewhere. Days are <see cref="DateOnly.DayNumber"/>.
/// </summary>
public readonly record struct CellKey(Measure Measure, int Day, int RefDay, string Portfolio, string Segment, string Currency)
{
    /// <summary>Days tell most cells apart; of the texts their ends are enough. Every event looks up several cells.</summary>
    public override int GetHashCode()
    {
        var texts = (End(Portfolio) * 31 + End(Segment)) * 31 + End(Currency);
        return unchecked((((int)Measure * 16777619 ^ Day) * 16777619 ^ RefDay) * 16777619 ^ texts);

        static int End(string text) => text.Length == 0 ? 0 : text.Length * 131 + text[^1];
    }
}

/// <summary>What a cell sums up: minor units of the key's currency, and a number of occurrences.</summary>
public record struct CellValue(long Minor, long Count)
{
    public readonly bool IsZero => Minor == 0 && Count == 0;

    public static CellValue operator +(CellValue a, CellValue b) => new(a.Minor + b.Minor, a.Count + b.Count);
}

/// <summary>What a batch of events adds to the cells. Cells that come to nothing are left out.</summary>
public sealed class CellDeltas
{
    private readonly Dictionary<CellKey, CellValue> cells = [];

    public int Count => cells.Count;

    public void Add(Measure measure, DateOnly day, DateOnly? reference, string portfolio, string segment, string currency, long minor, long count)
    {
        if (minor == 0 && count == 0) return;
        Add(new CellKey(measure, day.DayNumber, reference?.DayNumber ?? 0, portfolio, segment, currency), new CellValue(minor, count));
    }

    public void Add(CellKey key, CellValue value)
    {
        ref var cell = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(cells, key, out _);
        cell += value;
    }

    public void AddAll(CellDeltas other)
    {
        foreach (var (key, value) in other.cells) Add(key, value);
    }

    public IEnumerable<KeyValuePair<CellKey, CellValue>> NonZero => cells.Where(c => !c.Value.IsZero);

    public void Clear() => cells.Clear();
}

/// <summary>What a formula may ask of a measure: its sum over a window, how many it counts there, or what it comes to on a day.</summary>
[Flags]
public enum MeasureAsks { Sum = 1, Count = 2, Stock = 4 }

/// <summary>The names by which formulas and drill-downs call measures, and what may be asked of each. A new measure is a line here.</summary>
public static class MeasureNames
{
    private static readonly (Measure Measure, string Name, MeasureAsks Asks)[] All =
    [
        (Measure.Exposure, "exposure", MeasureAsks.Stock),
        (Measure.Sales, "sales", MeasureAsks.Sum | MeasureAsks.Count),
        (Measure.CashApplied, "cash_applied", MeasureAsks.Sum),
        (Measure.CashOnOverdue, "cash_on_overdue", MeasureAsks.Sum),
        (Measure.OverdueReinstated, "overdue_reinstated", MeasureAsks.Sum),
        (Measure.WrittenOff, "written_off", MeasureAsks.Sum | MeasureAsks.Count),
        (Measure.WriteOffRecovered, "write_off_recovered", MeasureAsks.Sum | MeasureAsks.Count),
        (Measure.Unapplied, "unapplied", MeasureAsks.Stock),
        (Measure.CashReceived, "cash_received", MeasureAsks.Sum | MeasureAsks.Count),
        (Measure.Actions, "actions", MeasureAsks.Count),
        (Measure.ProactiveActions, "proactive_actions", MeasureAsks.Count),
        (Measure.PlansAgreed, "plans_agreed", MeasureAsks.Sum | MeasureAsks.Count),
        (Measure.PlansCompleted, "plans_completed", MeasureAsks.Sum | MeasureAsks.Count),
        (Measure.PlansBroken, "plans_broken", MeasureAsks.Sum | MeasureAsks.Count),
        (Measure.CallbacksKept, "callbacks_kept", MeasureAsks.Count),
        (Measure.CallbacksMissed, "callbacks_missed", MeasureAsks.Count),
    ];

    public static readonly FrozenDictionary<string, Measure> ByName = All.ToFrozenDictionary(m => m.Name, m => m.Measure, StringComparer.Ordinal);

    public static string Of(Measure measure) => All.First(m => m.Measure == measure).Name;

    /// <summary>Those of which that may be asked.</summary>
    public static IEnumerable<Measure> That(MeasureAsks asks) => All.Where(m => (m.Asks & asks) != 0).Select(m => m.Measure);

    /// <summary>They count, and nothing about them is money.</summary>
    public static IEnumerable<Measure> OnlyCounted => All.Where(m => m.Asks == MeasureAsks.Count).Select(m => m.Measure);
}
