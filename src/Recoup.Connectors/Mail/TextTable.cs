using System.Globalization;
using System.Text;

namespace Recoup.Connectors.Mail;

/// <summary>
/// A table of plain text: aligned columns, headings on its first line. Where it stands in a body is kept beside the
/// body, so that the same lines can be shown as a real table; the text alone says what is said.
/// </summary>
internal sealed class TextTable
{
    private readonly IReadOnlyList<int> widths;

    /// <param name="columns">Cells from the heading down; all columns as long. Numbers stand right.</param>
    public TextTable(IReadOnlyList<(IReadOnlyList<string> Cells, bool Right)> columns)
    {
        widths = [.. columns.Select(c => c.Cells.Max(cell => cell.Length) * (c.Right ? -1 : 1))];
        var text = new StringBuilder();
        for (var row = 0; row < columns[0].Cells.Count; row++)
        {
            if (row > 0) text.Append('\n');
            for (var i = 0; i < columns.Count; i++)
            {
                var (width, cell) = (Math.Abs(widths[i]), columns[i].Cells[row]);
                if (i > 0) text.Append(Between);
                text.Append(columns[i].Right ? cell.PadLeft(width) : cell.PadRight(width));
            }
        }
        Text = text.ToString();
    }

    private const string Between = "  ";

    /// <summary>Without a line feed at its end.</summary>
    public string Text { get; }

    /// <summary>Where the tables stand in a body, in the form of <c>MessageText.Tables</c>; null: nowhere.</summary>
    public static string? Places(string body, IReadOnlyList<TextTable> tables)
    {
        var places = new List<string>();
        var from = 0;
        foreach (var table in tables)
        {
            // As PlainText.Lines leaves them.
            var lines = PlainText.Lines(table.Text);
            var at = body.IndexOf(lines, from, StringComparison.Ordinal);
            // A template may put words on a table's own lines: then it stays text.
            if (at < 0 || (at > 0 && body[at - 1] != '\n')) continue;
            from = at + lines.Length;
            places.Add(string.Join(',', new[] { body.AsSpan(0, at).Count('\n'), lines.AsSpan().Count('\n') }.Concat(table.widths)
                .Select(n => n.ToString(CultureInfo.InvariantCulture))));
        }
        return places.Count == 0 ? null : string.Join(';', places);
    }

    /// <summary>By its first line: how many lines a table has, and where its columns begin, how wide they are, and whether they stand right.</summary>
    public static IReadOnlyDictionary<int, (int Lines, IReadOnlyList<(int From, int Width, bool Right)> Columns)> Read(string? places)
    {
        var tables = new Dictionary<int, (int, IReadOnlyList<(int, int, bool)>)>();
        foreach (var place in places?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var numbers = place.Split(',').Select(n => int.Parse(n, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)).ToList();
            var columns = new List<(int, int, bool)>();
            var from = 0;
            foreach (var width in numbers.Skip(2))
            {
                columns.Add((from, Math.Abs(width), width < 0));
                from += Math.Abs(width) + Between.Length;
            }
            tables[numbers[0]] = (numbers[1], columns);
        }
        return tables;
    }
}
