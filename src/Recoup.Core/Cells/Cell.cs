using System.Globalization;

namespace Recoup.Core.Cells;

/// <summary>
/// A cell's place. <see cref="RefDay"/> is the due day of exposure, of what was written off, of cash on overdue items and of items that ended, the
/// issue day of applied cash, the first day of a dispute that was closed, 0 elsewhere. In its place next moves have the move's number, effort the priority.
/// <see cref="Own"/> has the values of the measure's own dimensions (<see cref="OwnValues"/>), and is empty of most. Days are
/// <see cref="DateOnly.DayNumber"/>.
/// </summary>
public readonly record struct CellKey(Measure Measure, int Day, int RefDay, string Portfolio, string Segment, string Currency, string Own = "")
{
    /// <summary>Days tell most cells apart; of the texts their ends are enough. Every event looks up several cells.</summary>
    public override int GetHashCode()
    {
        var texts = ((End(Portfolio) * 31 + End(Segment)) * 31 + End(Currency)) * 31 + End(Own);
        return unchecked(((Measure.Number * 16777619 ^ Day) * 16777619 ^ RefDay) * 16777619 ^ texts);

        static int End(string text) => text.Length == 0 ? 0 : text.Length * 131 + text[^1];
    }

    /// <summary>Its value of a dimension that its measure has; empty where it is not known.</summary>
    public string Of(Dimension dimension) => dimension == Dimension.Portfolio ? Portfolio
        : dimension == Dimension.Segment ? Segment
        : OwnValues.At(Own, Measure.PlaceOf(dimension));

    /// <summary>Of a measure over days (<see cref="MeasureSort.Days"/>): how many it took, see <see cref="OwnValues.OfDays"/>.</summary>
    public int CountDays() => Own.Length == 0 ? Day - RefDay : int.Parse(Own, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    public bool Equals(CellKey other) => ReferenceEquals(Measure, other.Measure) && Day == other.Day && RefDay == other.RefDay
        && Portfolio == other.Portfolio && Segment == other.Segment && Currency == other.Currency && Own == other.Own;
}

/// <summary>
/// The values of a measure's own dimensions as one text, in the order in which it declares them. A value that is not known is empty, and
/// those at the end are left out, so that a cell without any has an empty text, and a dimension added at the end makes no cell another.
/// </summary>
public static class OwnValues
{
    /// <summary>Stands in no value.</summary>
    public const char Separator = '\u001F';

    public static string Of(string? first) => first is null || !first.Contains(Separator) ? first ?? "" : first.Replace(Separator, ' ');

    public static string Of(string? first, string? second) => string.IsNullOrEmpty(second) ? Of(first) : $"{Of(first)}{Separator}{Of(second)}";

    public static string Of(IReadOnlyList<string> values) =>
        values.Count == 1 ? Of(values[0]) : string.Join(Separator, values.Select(Of)).TrimEnd(Separator);

    /// <summary>
    /// How many days it took, of a measure over days. Empty where that is from the cell's reference day to its day, as for nearly all; where
    /// something is taken back on a later day, the number of it, so that it is taken from where it was added.
    /// </summary>
    public static string OfDays(int days, DateOnly day, DateOnly reference) =>
        day.DayNumber - reference.DayNumber == days ? "" : days.ToString(CultureInfo.InvariantCulture);

    /// <summary>The value of the dimension that the measure declares there; empty where it is not known.</summary>
    public static string At(string own, int place)
    {
        var rest = own.AsSpan();
        for (; place > 0; place--)
        {
            if (rest.IndexOf(Separator) is var next && next < 0) return "";
            rest = rest[(next + 1)..];
        }
        return rest.IndexOf(Separator) is var end && end >= 0 ? rest[..end].ToString() : rest.Length == own.Length ? own : rest.ToString();
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

    /// <param name="own">See <see cref="OwnValues"/>.</param>
    public void Add(
        Measure measure, DateOnly day, DateOnly? reference, string portfolio, string segment, string currency, long minor, long count, string own = "")
    {
        if (minor == 0 && count == 0) return;
        Add(new CellKey(measure, day.DayNumber, reference?.DayNumber ?? 0, portfolio, segment, currency, own), new CellValue(minor, count));
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
