using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Recoup.Core;

namespace Recoup.Connectors.Files;

/// <summary>NDJSON, one object a line: its top-level properties are the columns. Blank lines are no rows.</summary>
internal sealed class JsonRows : RowReader
{
    private readonly LineReader lines;
    private readonly string[] columns;
    private readonly byte[][] names;
    private readonly bool[] exempt;
    private readonly (int Start, int Length, bool IsNumber, bool IsGiven)[] cells;
    private readonly List<(string Column, int Start, int Length)> unmapped = [];
    private char[] text = new char[512];
    private int textLength;

    /// <param name="columns">The properties wanted; others are only looked at for card numbers.</param>
    public JsonRows(FileSource source, IReadOnlyList<string> columns, IReadOnlySet<string> exemptColumns, ReadingLimits limits, CancellationToken cancellation)
        : base(source, limits, cancellation)
    {
        this.columns = [.. columns];
        names = [.. columns.Select(Encoding.UTF8.GetBytes)];
        exempt = [.. columns.Select(exemptColumns.Contains)];
        cells = new (int, int, bool, bool)[columns.Count];
        lines = new LineReader(Window, limits);
        Window.Begin();
    }

    public override string Raw => lines.Raw;

    public override ReadOnlySpan<char> Cell(int column) =>
        column < 0 ? default : text.AsSpan(cells[column].Start, cells[column].Length);

    public override bool Has(int column) => cells[column].IsGiven;

    public override bool IsJsonNumber(int column) => cells[column].IsNumber;

    public override void CheckCards()
    {
        for (var i = 0; i < columns.Length; i++)
            if (!exempt[i]) CheckCard(columns[i], Cell(i));
        foreach (var (column, start, length) in unmapped) CheckCard(column, text.AsSpan(start, length));
    }

    public override bool Read()
    {
        Problems.Clear();
        if (!lines.Read()) return false;
        Line = lines.Line;
        IsLost = lines.State != LineState.Whole;
        if (lines.State != LineState.Whole)
        {
            Problem(null, lines.State == LineState.TooLong ? TooLong : CutOff);
            return true;
        }
        Array.Clear(cells);
        unmapped.Clear();
        textLength = 0;
        var bytes = lines.Bytes;
        // An escape is never shorter than what it stands for, so the line's length is enough for all its texts.
        if (text.Length < bytes.Length) text = new char[Math.Max(bytes.Length, text.Length * 2)];
        try { ReadObject(bytes); }
        catch (InvalidOperationException)
        {
            // The name of a property has half a surrogate pair in it.
            Problem(null, NotUtf8);
        }
        catch (JsonException e) { Problem(null, InputJson.IsList(bytes) ? InputJson.ListProblem : InputJson.NotJson(bytes, e)); }
        if (Problems.Count == 0 && !Utf8.IsValid(bytes)) Problem(null, NotUtf8);
        return true;
    }

    private const string NotUtf8 = "is not UTF-8; write the file as UTF-8";

    private void ReadObject(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Problem(null, reader.TokenType == JsonTokenType.StartArray ? InputJson.ListProblem : "is not a JSON object");
            return;
        }
        var expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var column = Find(ref reader, expected);
            var name = column >= 0 ? columns[column] : NameOf(ref reader);
            if (column >= 0)
            {
                expected = column + 1;
                if (cells[column].IsGiven) Problem(name, "stands twice");
            }
            reader.Read();
            var start = textLength;
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                var from = (int)reader.TokenStartIndex;
                reader.Skip();
                if (column >= 0) Problem(name, "holds an object or a list; a column takes text, a number, true or false");
                textLength += Encoding.UTF8.GetChars(bytes[from..(int)reader.BytesConsumed], text.AsSpan(textLength));
            }
            else if (reader.TokenType == JsonTokenType.String)
            {
                try { textLength += reader.CopyString(text.AsSpan(textLength)); }
                catch (InvalidOperationException) { Problem(name, NotUtf8); }
            }
            else if (reader.TokenType != JsonTokenType.Null) textLength += Encoding.UTF8.GetChars(reader.ValueSpan, text.AsSpan(textLength));

            if (column >= 0) cells[column] = (start, textLength - start, reader.TokenType == JsonTokenType.Number, true);
            else if (textLength > start) unmapped.Add((name, start, textLength - start));
        }
        // Anything behind the object is not JSON any more, and the reader says so.
        while (reader.Read()) { }
    }

    // Rows of one file have their properties in one order, so the next column wanted is mostly the next there.
    private int Find(ref Utf8JsonReader reader, int expected)
    {
        for (var i = 0; i < names.Length; i++)
        {
            var at = (expected + i) % names.Length;
            if (reader.ValueTextEquals(names[at])) return at;
        }
        return -1;
    }

    private static string NameOf(ref Utf8JsonReader reader)
    {
        const int lengthShown = 40;
        var name = reader.GetString()!;
        return name.Length <= lengthShown ? name : name[..lengthShown] + "…";
    }
}
