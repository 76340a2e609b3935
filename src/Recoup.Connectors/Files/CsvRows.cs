using System.Text;
using System.Text.Unicode;
using Recoup.Core.Foundation;

namespace Recoup.Connectors.Files;

/// <summary>
/// CSV by RFC 4180, with any delimiter: cells in quotes may hold it, line breaks, and quotes doubled. Rows end with LF,
/// CRLF or CR. Empty lines are no rows. It finds rows and cells in the bytes themselves and holds one row at a time;
/// CsvHelper, with which the tests compare it, can't go on after a row that is too long or a quote left open.
/// <para>
/// A row whose quotes are wrong costs its first line: reading goes on at the next. A row beyond the limit is left at its
/// proper end, so that lines within its quotes are never taken for rows.
/// </para>
/// </summary>
internal sealed class CsvRows : RowReader
{
    private const byte Quote = (byte)'"';
    private const byte Lf = (byte)'\n';
    private const byte Cr = (byte)'\r';

    private byte delimiter;
    private readonly bool[] exempt;
    private readonly bool anyExempt;
    private CellPlace[] cells = new CellPlace[32];
    private char[] text = new char[512];
    private int count;
    private int rowLength;
    private int breakLength;
    private int place;
    private bool hasQuotes;
    private string? raw;
    private bool hasNoCard;
    private bool cutOffSaid;
    private long lineNext = 1;

    /// <summary>Reads the header. Throws <see cref="FileRefusedException"/> where the file has none that can be used.</summary>
    /// <param name="wanted">Names by which the header is known among words that stand before it; none: it is the first row.</param>
    /// <param name="skip">So many lines are stepped over first.</param>
    public CsvRows(FileSource source, char delimiter, IReadOnlySet<string> exemptColumns, ReadingLimits limits, CancellationToken cancellation,
        IReadOnlyList<string>? wanted = null, int skip = 0)
        : base(source, limits, cancellation)
    {
        this.delimiter = (byte)delimiter;
        Columns = [];
        Window.Begin();
        for (; skip > 0 && Window.SkipLine(); skip--) lineNext++;
        ReadSeparator();
        Columns = ReadHeader(wanted ?? []);
        exempt = [.. Columns.Select(exemptColumns.Contains)];
        anyExempt = exempt.Contains(true);
    }

    /// <summary>Banks and ledgers put a title, a date, an address before their table; so many rows of it are looked through for the header.</summary>
    public const int HeaderRowsMax = 1000;

    /// <summary>1-based line of the row that was taken for the header, since no other has more of the names that are wanted.</summary>
    public long HeaderLine { get; private set; }

    /// <summary>The header's names, trimmed.</summary>
    public string[] Columns { get; }

    public override string Raw => raw ?? RawOf(Window.Ahead[..rowLength], hasNoCard: hasNoCard);

    public override ReadOnlySpan<char> Cell(int column) =>
        column < 0 ? default : text.AsSpan(cells[column].Start, cells[column].Length);

    public override bool Has(int column) => true;

    public override bool IsJsonNumber(int column) => false;

    public override void CheckCards()
    {
        const int cardDigitsMin = 13;
        for (var i = 0; i < count; i++)
            if (cells[i].Length >= cardDigitsMin && !exempt[i]) CheckCard(Columns[i], Cell(i));
        // Digits of two cells never make one number: a delimiter stands between them.
        hasNoCard = Problems.Count == 0 && !anyExempt;
    }

    public override bool Read()
    {
        Problems.Clear();
        (IsLost, AreCellsTold) = (false, false);
        while (true)
        {
            Window.Skip(rowLength + breakLength);
            (rowLength, breakLength, raw, hasNoCard, Line) = (0, 0, null, false, lineNext);
            switch (Scan())
            {
                case Shape.Row:
                    lineNext += 1 + (hasQuotes ? CountBreaks(Window.Ahead[..rowLength]) : 0);
                    if (IsBlank()) continue;
                    Decode();
                    return true;
                case Shape.TooLong:
                    IsLost = true;
                    SkipLongRow();
                    return true;
                case Shape.QuoteOpen:
                    Problem(ColumnAt(count), "the quote that opens here is never closed; close it, or double it where it is part of the text");
                    SkipFirstLine();
                    return true;
                case Shape.TextAfterQuote:
                    Problem(ColumnAt(count), "there is text after the quote that closes; double a quote that is part of the text");
                    SkipFirstLine();
                    return true;
                case Shape.CutOff when !cutOffSaid:
                    (cutOffSaid, IsLost) = (true, true);
                    Problem(null, CutOff);
                    raw = RawOf(Window.Ahead);
                    return true;
                default:
                    return false;
            }
        }
    }

    private enum Shape { Row, End, CutOff, TooLong, QuoteOpen, TextAfterQuote }

    private struct CellPlace
    {
        public int Start;
        public int Length;
        // Has doubled quotes or line breaks in it.
        public bool Escaped;
    }

    // --- the row's extent and its cells' ---

    private Shape Scan()
    {
        (count, place, hasQuotes) = (0, 0, false);
        while (true)
        {
            if (!Window.Has(place))
            {
                if (place == 0) return Window.Source.Damage is null ? Shape.End : Shape.CutOff;
                AddCell(place, place, escaped: false);
                return EndRow(0);
            }
            var shape = Window.Ahead[place] == Quote ? ScanQuoted() : ScanPlain();
            if (shape != Shape.Row) return shape;
            if (!Window.Has(place)) return EndRow(0);
            var stop = Window.Ahead[place];
            if (stop == delimiter) { place++; continue; }
            return EndRow(stop == Cr && Window.Has(place + 1) && Window.Ahead[place + 1] == Lf ? 2 : 1);
        }
    }

    private Shape EndRow(int ending)
    {
        // What a damaged file ends with may be half a cell: 12 of 1234.50.
        if (ending == 0 && Window.Source.Damage is not null) return Shape.CutOff;
        if (place > RowBytesMax) return Shape.TooLong;
        (rowLength, breakLength) = (place, ending);
        return Shape.Row;
    }

    private Shape ScanPlain()
    {
        var from = place;
        while (true)
        {
            var ahead = Window.Ahead[place..];
            var stop = ahead.IndexOfAny(delimiter, Lf, Cr);
            place += stop >= 0 ? stop : ahead.Length;
            if (place > RowBytesMax) return Shape.TooLong;
            if (stop >= 0 || !Window.Fill()) break;
        }
        AddCell(from, place, escaped: false);
        return Shape.Row;
    }

    private Shape ScanQuoted()
    {
        hasQuotes = true;
        var from = ++place;
        var escaped = false;
        while (true)
        {
            var ahead = Window.Ahead[place..];
            var stop = ahead.IndexOf(Quote);
            place += stop >= 0 ? stop : ahead.Length;
            if (place > RowBytesMax) return Shape.TooLong;
            if (stop < 0)
            {
                if (Window.Fill()) continue;
                return Window.Source.Damage is null ? Shape.QuoteOpen : Shape.CutOff;
            }
            if (!Window.Has(place + 1) || Window.Ahead[place + 1] != Quote) break;
            escaped = true;
            place += 2;
        }
        AddCell(from, place, escaped || Window.Ahead[from..place].Contains(Cr));
        place++;
        if (!Window.Has(place)) return Shape.Row;
        var after = Window.Ahead[place];
        if (after == delimiter || after is Lf or Cr) return Shape.Row;
        count--;
        return Shape.TextAfterQuote;
    }

    private void AddCell(int from, int to, bool escaped)
    {
        if (count == cells.Length) Array.Resize(ref cells, count * 2);
        cells[count++] = new CellPlace { Start = from, Length = to - from, Escaped = escaped };
    }

    private bool IsBlank() => count == 1 && !hasQuotes && (rowLength == 0 || (Columns.Length > 1 && Window.Ahead[..rowLength].Trim(" \t"u8).Length == 0));

    // --- rows that can't be read ---

    private void SkipFirstLine()
    {
        lineNext++;
        while (true)
        {
            var stop = Window.Ahead.IndexOfAny(Lf, Cr);
            if (stop >= 0)
            {
                breakLength = Window.Ahead[stop] == Cr && Window.Has(stop + 1) && Window.Ahead[stop + 1] == Lf ? 2 : 1;
                rowLength = stop;
                break;
            }
            if (Window.Ahead.Length > RowBytesMax)
            {
                raw ??= RawOf(Window.Ahead, ReadingLimits.LongRawLengthMax);
                Window.Skip(Window.Ahead.Length);
            }
            if (Window.Fill()) continue;
            rowLength = Window.Ahead.Length;
            break;
        }
        raw ??= RawOf(Window.Ahead[..rowLength]);
    }

    private void SkipLongRow()
    {
        raw = RawOf(Window.Ahead, ReadingLimits.LongRawLengthMax);
        var inQuotes = false;
        var atCellStart = true;
        var lastWasCr = false;
        while (Window.Has(0))
        {
            var ahead = Window.Ahead;
            if (inQuotes)
            {
                var close = ahead.IndexOf(Quote);
                var inside = close < 0 ? ahead : ahead[..close];
                // CRLF with its halves in two windows is one break.
                lineNext += CountBreaks(inside) - (lastWasCr && inside.StartsWith("\n"u8) ? 1 : 0);
                if (inside.Length > 0) lastWasCr = inside[^1] == Cr;
                if (close < 0) { Window.Skip(ahead.Length); continue; }
                Window.Skip(close + 1);
                lastWasCr = false;
                if (Window.Has(0) && Window.Ahead[0] == Quote) Window.Skip(1);
                else inQuotes = false;
                continue;
            }
            if (atCellStart && ahead[0] == Quote) { inQuotes = true; atCellStart = false; Window.Skip(1); continue; }
            atCellStart = false;
            var stop = ahead.IndexOfAny(delimiter, Lf, Cr);
            if (stop < 0) { Window.Skip(ahead.Length); continue; }
            var what = ahead[stop];
            Window.Skip(stop + 1);
            if (what == delimiter) { atCellStart = true; continue; }
            if (what == Cr && Window.Has(0) && Window.Ahead[0] == Lf) Window.Skip(1);
            break;
        }
        lineNext++;
        Problem(null, inQuotes
            ? $"a quote that opens in this row is never closed, so line {Line} and all lines after it could not be told apart, and none was read; "
                + "close it, or double it where it is part of the text"
            : TooLong);
    }

    private static int CountBreaks(ReadOnlySpan<byte> bytes)
    {
        var breaks = bytes.Count(Lf);
        for (var at = bytes.IndexOf(Cr); at >= 0;)
        {
            if (at + 1 >= bytes.Length || bytes[at + 1] != Lf) breaks++;
            var next = bytes[(at + 1)..].IndexOf(Cr);
            at = next < 0 ? -1 : at + 1 + next;
        }
        return breaks;
    }

    // --- bytes to text ---

    private void Decode()
    {
        var row = Window.Ahead[..rowLength];
        if (text.Length < rowLength) text = new char[Math.Max(rowLength, text.Length * 2)];
        if (Columns.Length > 0 && count != Columns.Length && !EndsInEmptyCells())
        {
            Problem(null, count < Columns.Length
                ? $"has {count} of the header's {Columns.Length} cells; {ColumnAt(count)} and those after it are missing"
                : $"has {count} cells, more than the header's {Columns.Length}; a cell that holds '{(char)delimiter}' must stand in quotes");
        }
        AreCellsTold = Problems.Count == 0 && !row.Contains((byte)0);
        if (row.Contains((byte)0)) ReportCells(row, static cell => cell.Contains((byte)0), "holds NUL bytes, which are no text");
        if (Ascii.IsValid(row)) Ascii.ToUtf16(row, text, out _);
        else if (Utf8.IsValid(row)) DecodeCells(row);
        else
        {
            ReportCells(row, static cell => !Utf8.IsValid(cell), "is not UTF-8; export the file as UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8");
            if (AreCellsTold) DecodeOthers(row);
        }
        if (!hasQuotes || !AreCellsTold) return;
        for (var i = 0; i < count; i++)
            if (cells[i].Escaped) Unescape(ref cells[i]);
    }

    // An empty column at the end, of the header or of the row alone: spreadsheets write it, and nothing stands in it.
    private bool EndsInEmptyCells()
    {
        for (var i = Columns.Length; i < count; i++)
            if (cells[i].Length > 0) return false;
        for (var i = count; i < Columns.Length; i++)
            if (Columns[i].Length > 0) return false;
        if (count == 0) return false;
        while (count < Columns.Length) AddCell(rowLength, rowLength, escaped: false);
        count = Columns.Length;
        return true;
    }

    private void DecodeCells(ReadOnlySpan<byte> row)
    {
        var to = 0;
        for (var i = 0; i < count; i++)
        {
            var length = Encoding.UTF8.GetChars(row.Slice(cells[i].Start, cells[i].Length), text.AsSpan(to));
            (cells[i].Start, cells[i].Length) = (to, length);
            to += length;
        }
    }

    // The row is rejected; whose item it is, and over how much, stands in other cells than those that can't be read.
    private void DecodeOthers(ReadOnlySpan<byte> row)
    {
        for (var i = 0; i < count; i++)
            if (!Utf8.IsValid(row.Slice(cells[i].Start, cells[i].Length))) cells[i].Length = 0;
        DecodeCells(row);
    }

    // Doubled quotes become one, CRLF becomes LF, so that a text is the same whoever exported it.
    private void Unescape(ref CellPlace cell)
    {
        var span = text.AsSpan(cell.Start, cell.Length);
        var to = 0;
        for (var from = 0; from < span.Length; from++)
        {
            if (span[from] == '\r' && from + 1 < span.Length && span[from + 1] == '\n') continue;
            span[to++] = span[from];
            if (span[from] == '"') from++;
        }
        cell.Length = to;
    }

    private delegate bool CellTest(ReadOnlySpan<byte> cell);

    private void ReportCells(ReadOnlySpan<byte> row, CellTest isBad, string message)
    {
        var found = false;
        for (var i = 0; i < count; i++)
        {
            if (!isBad(row.Slice(cells[i].Start, cells[i].Length))) continue;
            Problem(ColumnAt(i), message);
            found = true;
        }
        if (!found) Problem(null, message);
    }

    private string ColumnAt(int index) => index < Columns.Length ? Columns[index] : $"cell {index + 1}";

    // --- the header ---

    // Excel's own first line: sep=; says how cells are parted, and is no row. It is the file's word, so it counts before the mapping's.
    // Where columns were added in a spreadsheet and the file saved, empty cells follow it: sep=;;;;
    private void ReadSeparator()
    {
        const int lengthMax = 1000;
        Window.Has(lengthMax - 1);
        var head = Window.Ahead[..Math.Min(Window.Ahead.Length, lengthMax)];
        var stop = head.IndexOfAny(Lf, Cr);
        var line = (stop < 0 ? head : head[..stop]).TrimStart(Quote);
        if (stop < 0 || line is not [(byte)'s' or (byte)'S', (byte)'e' or (byte)'E', (byte)'p' or (byte)'P', (byte)'=', var named, .. var after]) return;
        if (named is Quote || named < (byte)' ' && named != (byte)'\t') return;
        if (after.ContainsAnyExcept(named, Quote, (byte)' ')) return;
        delimiter = named;
        Window.Skip(head[stop] == Cr && stop + 1 < head.Length && head[stop + 1] == Lf ? stop + 2 : stop + 1);
        lineNext++;
    }

    private string[] ReadHeader(IReadOnlyList<string> wanted)
    {
        var name = Window.Source.Name;
        FileRefusedException? refusal = null;
        string[]? nearest = null;
        var nearestCount = -1;
        for (var tried = 0; tried == 0 || (tried < HeaderRowsMax && wanted.Count > 0); tried++)
        {
            if (!Read())
            {
                if (tried == 0) throw new FileRefusedException($"{name} is empty: its first line must name its columns.");
                break;
            }
            if (Problems.Count > 0)
            {
                refusal ??= tried == 0 ? new FileRefusedException($"{name}, line {Line}, the header: {string.Join("; ", Problems)}.") : null;
                continue;
            }
            var columns = new string[count];
            for (var i = 0; i < count; i++) columns[i] = Unseen.Trim(Cell(i)).ToString();
            var has = wanted.Count(columns.Contains);
            if (has > nearestCount) (nearest, nearestCount, HeaderLine) = (columns, has, Line);
            if (has == wanted.Count) break;
        }
        if (nearest is null || (refusal is not null && nearestCount < wanted.Count)) throw refusal!;
        var twice = nearest.Where(c => c.Length > 0).GroupBy(c => c, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        if (twice.Count > 0)
            throw new FileRefusedException(
                $"{name} has the column {string.Join(", ", twice)} twice; give each column a name of its own. It has: {string.Join(", ", nearest)}.");
        return nearest;
    }
}
