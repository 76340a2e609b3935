using System.Globalization;
using System.Text;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

/// <summary>A column that the mapping speaks of.</summary>
/// <param name="Slot">Its place in the mapping.</param>
/// <param name="Name">As the file's header has it.</param>
/// <param name="Line">Where the mapping names it first.</param>
internal sealed record MappedColumn(int Slot, string Name, long Line)
{
    /// <summary>The file may lack it: then it is blank in every row.</summary>
    public bool Optional { get; set; }

    public bool Required { get; set; }
}

/// <summary>A column read as a date or a number, in one way; read once a row however many fields take it.</summary>
internal sealed record TypedCell(int Index, MappedColumn Column, DateFormats? Dates, NumberFormat? Numbers);

/// <summary>The row at hand as a mapping sees it: its columns by slot, what was read of them kept until the next row.</summary>
internal sealed class MappedRow
{
    private readonly RowReader reader;
    private readonly int[] columns;
    private readonly string?[] texts;
    private readonly object?[] typed;
    private readonly long[] textRows;
    private readonly long[] typedRows;
    private long row;

    /// <param name="columns">By slot, the file's column; -1 where it has none.</param>
    public MappedRow(RowReader reader, int[] columns, int typedCount)
    {
        this.reader = reader;
        this.columns = columns;
        texts = new string?[columns.Length];
        textRows = new long[columns.Length];
        typed = new object?[typedCount];
        typedRows = new long[typedCount];
    }

    public List<InputProblem> Problems => reader.Problems;

    /// <summary>For parts of a payment, which are read as drafts of their own.</summary>
    public InputDraft Part { get; } = new(InputKinds.Of("allocation"));

    /// <summary>For putting a text together; to be cleared by whoever takes it.</summary>
    public StringBuilder Scratch { get; } = new();

    public void Next() => row++;

    public bool IsBlank(int slot) => reader.Cell(columns[slot]).IsWhiteSpace();

    public ReadOnlySpan<char> Trimmed(int slot) => reader.Cell(columns[slot]).Trim();

    /// <summary>The cell without blanks at its ends; null when nothing is left.</summary>
    public string? Text(int slot)
    {
        if (textRows[slot] == row) return texts[slot];
        textRows[slot] = row;
        var text = Trimmed(slot);
        return texts[slot] = text.IsEmpty ? null : text.ToString();
    }

    public DateOnly? Date(TypedCell cell) => Typed(cell) as DateOnly?;

    public decimal? Number(TypedCell cell) => Typed(cell) as decimal?;

    /// <summary>A date or a number, boxed; null where the cell is blank; <see cref="Unread"/>, with a problem of the row, where it is neither.</summary>
    public object? Typed(TypedCell cell)
    {
        if (typedRows[cell.Index] == row) return typed[cell.Index];
        typedRows[cell.Index] = row;
        var slot = cell.Column.Slot;
        var text = Trimmed(slot);
        return typed[cell.Index] = text.IsEmpty ? null
            : cell.Dates is { } dates ? ReadDate(text, dates, cell.Column.Name, Problems)
            : reader.IsJsonNumber(columns[slot]) ? ReadJsonNumber(text, cell.Column.Name, Problems)
            : ReadNumber(text, cell.Numbers!, cell.Column.Name, Problems);
    }

    public static readonly object Unread = new();

    public static object ReadDate(ReadOnlySpan<char> text, DateFormats formats, string column, List<InputProblem> problems)
    {
        switch (formats.TryRead(text, out var date))
        {
            case DateReading.Date: return date;
            case DateReading.Ambiguous:
                problems.Add(new InputProblem(column, $"'{Short(text)}' is one date as one of {formats} and another as another; leave one of these formats in the mapping"));
                return Unread;
            default:
                problems.Add(new InputProblem(column, $"'{Short(text)}' is not a date as {formats}"));
                return Unread;
        }
    }

    public static object ReadNumber(ReadOnlySpan<char> text, NumberFormat format, string column, List<InputProblem> problems)
    {
        if (format.TryRead(text, out var number)) return number;
        problems.Add(new InputProblem(column, $"'{Short(text)}' is not an amount written as {format}"));
        return Unread;
    }

    private static object ReadJsonNumber(ReadOnlySpan<char> text, string column, List<InputProblem> problems)
    {
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
        problems.Add(new InputProblem(column, $"{Short(text)} is too large"));
        return Unread;
    }

    public static string Short(ReadOnlySpan<char> text)
    {
        const int lengthShown = 40;
        return CardNumber.Mask(text.Length <= lengthShown ? text.ToString() : string.Concat(text[..(lengthShown - 3)], "..."));
    }
}
