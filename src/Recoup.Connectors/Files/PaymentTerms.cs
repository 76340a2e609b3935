using System.Globalization;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

internal enum TermUnit { Days, Months, EndOfMonth, DayOfMonth }

/// <summary>One step from an invoice's day to its due day.</summary>
/// <param name="Count">Days, months, or the day of the month.</param>
/// <param name="Column">Where the number stands in each row; null: it is <paramref name="Count"/>.</param>
internal sealed record TermStep(TermUnit Unit, int Count, MappedColumn? Column);

/// <summary>
/// Terms of payment as people agree on them: net 30 days, 30 days and then the end of that month, the end of the month
/// and then 30 days, the 10th of the following month. Steps are taken in order, by the calendar.
/// </summary>
internal static class PaymentTerms
{
    /// <summary>False, with a problem of the row, where a number can't be read or no such day is.</summary>
    public static bool TryAdd(DateOnly from, IReadOnlyList<TermStep> steps, MappedRow row, out DateOnly due)
    {
        due = from;
        var atEnd = false;
        foreach (var step in steps)
        {
            var count = step.Count;
            if (step.Column is { } column && !TryCount(step.Unit, column, row, out count)) return false;
            try { (due, atEnd) = Add(due, atEnd, step.Unit, count); }
            catch (ArgumentOutOfRangeException)
            {
                row.Problems.Add(new InputProblem(step.Column?.Name, $"the terms lead beyond the calendar from {from:yyyy-MM-dd}"));
                return false;
            }
        }
        return true;
    }

    /// <summary>A month after the end of a month is the end of the next, where the terms say so; else the same day, or the month's last.</summary>
    public static (DateOnly Day, bool AtEnd) Add(DateOnly day, bool atEnd, TermUnit unit, int count) => unit switch
    {
        TermUnit.Days => (day.AddDays(count), false),
        TermUnit.Months => (atEnd ? EndOfMonth(day.AddMonths(count)) : day.AddMonths(count), atEnd),
        TermUnit.EndOfMonth => (EndOfMonth(day), true),
        _ => (new DateOnly(day.Year, day.Month, Math.Min(count, DateTime.DaysInMonth(day.Year, day.Month))), false),
    };

    private static DateOnly EndOfMonth(DateOnly day) => new(day.Year, day.Month, DateTime.DaysInMonth(day.Year, day.Month));

    private static bool TryCount(TermUnit unit, MappedColumn column, MappedRow row, out int count)
    {
        const int daysMax = 3650, dayMax = 31;
        count = 0;
        var text = row.Trimmed(column.Slot);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count <= daysMax
            && (unit != TermUnit.DayOfMonth || count is >= 1 and <= dayMax))
            return true;
        row.Problems.Add(new InputProblem(column.Name,
            text.IsEmpty
                ? "is blank, and the terms need it"
                : $"'{MappedRow.Short(text)}' is no number of {(unit == TermUnit.Months ? "months" : unit == TermUnit.Days ? "days" : "a day, 1 to 31")}"));
        return false;
    }
}
