using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Recoup.Core;
using Recoup.Core.Foundation;
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
internal sealed record TypedCell(int Index, MappedColumn Column, DateFormats? Dates, AmountFormats? Numbers, AmountSign? Sign = null);

/// <summary>Whose sign an amount has: the other one than the file's, or the one that another column's mark says.</summary>
/// <param name="Mark">Null: the sign is turned.</param>
/// <param name="IsMinus">By the mark's text, whether the amount is negative.</param>
internal sealed record AmountSign(MappedColumn? Mark, FrozenDictionary<string, bool> IsMinus)
{
    public static readonly AmountSign Turned = new(null, FrozenDictionary<string, bool>.Empty);
}

/// <summary>The row at hand as a mapping sees it: its columns by slot, what was read of them kept until the next row.</summary>
internal sealed class MappedRow
{
    private readonly RowReader reader;
    private readonly int[] columns;
    private readonly string?[] texts;
    private readonly object?[] typed;
    private readonly long[] textRows;
    private readonly long[] typedRows;
    private readonly CurrencySign?[] signs;
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
        signs = new CurrencySign?[typedCount];
    }

    public List<InputProblem> Problems => reader.Problems;

    /// <summary>What its sender should know of a row that is taken.</summary>
    public List<InputProblem> Notes { get; } = [];

    /// <summary>For parts of a payment, which are read as drafts of their own.</summary>
    public InputDraft Part { get; } = new(InputKinds.Of("allocation"));

    /// <summary>For putting a text together; to be cleared by whoever takes it.</summary>
    public StringBuilder Scratch { get; } = new();

    public void Next()
    {
        row++;
        Notes.Clear();
    }

    /// <summary>The file has the column, blank or not.</summary>
    public bool Has(int slot) => columns[slot] >= 0 && reader.Has(columns[slot]);

    /// <summary>A row of a table in which nothing is written, as spreadsheets leave them at the end.</summary>
    public bool IsEmpty()
    {
        if (Problems.Count > 0 || reader is not CsvRows) return false;
        for (var slot = 0; slot < columns.Length; slot++)
            if (!IsBlank(slot)) return false;
        return reader.Raw.AsSpan().IndexOfAnyExcept(" \t,;|\"") < 0;
    }

    public bool IsBlank(int slot) => Trimmed(slot) is var text && (text.IsEmpty || IsSheetError(text));

    /// <summary>What a spreadsheet writes where it found no value, in English, German, French or Spanish, or where a column was too narrow.</summary>
    private static readonly FrozenSet<string> SheetErrors = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "#N/A", "#NV", "#N/D", "#REF!", "#BEZUG!", "#NAME?", "#NOM?", "#¿NOMBRE?", "#VALUE!", "#WERT!", "#VALEUR!", "#¡VALOR!", "#DIV/0!", "#¡DIV/0!",
        "#NULL!", "#NULL", "#NUL!", "#¡NULO!", "#NUM!", "#ZAHL!", "#NOMBRE!", "#¡NUM!", "#SPILL!", "#ÜBERLAUF!", "#CALC!", "#KALK!", "#GETTING_DATA");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> SheetErrorSpans = SheetErrors.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>A text that is no value: a failed look-up would make one customer of all whose number it did not find.</summary>
    public static bool IsSheetError(ReadOnlySpan<char> text) =>
        text.Length > 2 && text[0] == '#' && (SheetErrorSpans.Contains(text) || text.IndexOfAnyExcept('#') < 0);

    /// <summary>What stands in a cell that is blank all the same, for people; null: nothing does.</summary>
    public string? SheetError(int slot) => Trimmed(slot) is { IsEmpty: false } text && IsSheetError(text) ? text.ToString() : null;

    public ReadOnlySpan<char> Trimmed(int slot) => Unseen.Trim(reader.Cell(columns[slot]));

    /// <summary>The cell without blanks at its ends; null when nothing is left, or what a spreadsheet writes for no value.</summary>
    public string? Text(int slot)
    {
        if (textRows[slot] == row) return texts[slot];
        textRows[slot] = row;
        var text = Trimmed(slot);
        return texts[slot] = text.IsEmpty || IsSheetError(text) ? null : text.ToString();
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
        signs[cell.Index] = null;
        if (text.IsEmpty) return typed[cell.Index] = null;
        if (cell.Dates is { } dates) return typed[cell.Index] = IsNoDate(text) ? null : ReadDate(text, dates, cell.Column.Name, Problems);
        var number = reader.IsJsonNumber(columns[slot])
            ? ReadJsonNumber(text, cell.Column.Name, Problems)
            : ReadNumber(text, cell.Numbers!, cell.Column.Name, Problems, out signs[cell.Index]);
        if (cell.Sign is { } sign && number is decimal unsigned) number = Signed(unsigned, sign);
        return typed[cell.Index] = number;
    }

    /// <summary>The currency that was written beside the number that was read last for the cell; null: none.</summary>
    public CurrencySign? SignOf(TypedCell cell) => typedRows[cell.Index] == row ? signs[cell.Index] : null;

    private object Signed(decimal number, AmountSign sign)
    {
        if (sign.Mark is not { } mark) return -number;
        var text = Text(mark.Slot) ?? "";
        if (sign.IsMinus.TryGetValue(text, out var minus)) return minus ? -number : number;
        Problems.Add(new InputProblem(mark.Name,
            $"'{Short(text)}' is none of {string.Join(", ", sign.IsMinus.Keys.Order(StringComparer.Ordinal))}, the marks of a sign that the mapping knows"));
        return Unread;
    }

    // What systems write where no date is: 0000-00-00, 00.00.0000, 00000000.
    private static bool IsNoDate(ReadOnlySpan<char> text)
    {
        const int digitsOfDate = 8;
        if (text.Length < digitsOfDate || text[0] != '0') return false;
        var zeros = 0;
        foreach (var c in text)
        {
            if (c == '0') zeros++;
            else if (char.IsAsciiLetterOrDigit(c)) return false;
        }
        return zeros >= digitsOfDate;
    }

    public static readonly object Unread = new();

    public static object ReadDate(ReadOnlySpan<char> text, DateFormats formats, string column, List<InputProblem> problems)
    {
        switch (formats.TryRead(text, out var date))
        {
            case DateReading.Date: return date;
            case DateReading.Ambiguous:
                problems.Add(new InputProblem(column,
                    $"'{Short(text)}' is one date as one of {formats} and another as another; leave one of these formats in the mapping"));
                return Unread;
            default:
                problems.Add(new InputProblem(column, $"'{Short(text)}' is not a date as {formats}"));
                return Unread;
        }
    }

    public static object ReadNumber(ReadOnlySpan<char> text, AmountFormats formats, string column, List<InputProblem> problems, out CurrencySign? sign)
    {
        switch (formats.TryRead(text, out var number, out sign))
        {
            case NumberReading.Number: return number;
            case NumberReading.Ambiguous:
                problems.Add(new InputProblem(column,
                    $"'{Short(text)}' is one amount as one of {formats} and another as another; leave one of these in the mapping's 'numbers'"));
                return Unread;
            case NumberReading.UnknownSign when text.ContainsAnyInRange('0', '9'):
                problems.Add(new InputProblem(column,
                    $"'{Short(text)}' is not an amount written as {formats}: what stands beside the number is no currency that is known"));
                return Unread;
            case NumberReading.NoNumber when Digits(text) > NumberFormat.DigitsMax:
                problems.Add(new InputProblem(column, $"'{Short(text)}' is too large: no amount of money has more than {NumberFormat.DigitsMax} digits"));
                return Unread;
            default:
                problems.Add(new InputProblem(column, $"'{Short(text)}' is not an amount written as {formats}"));
                return Unread;
        }
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var digits = 0;
        foreach (var c in text)
            if (char.IsAsciiDigit(c)) digits++;
        return digits;
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
