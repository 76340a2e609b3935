namespace Recoup.Connectors.Documents;

/// <summary>A column of a table: its heading and the edge its text stands at; one at the right takes <paramref name="Room"/> to the left of it.</summary>
internal sealed record Column(string Heading, int At, bool Right = false, int Room = 7000);

/// <summary>
/// The pages of a business document as they are filled from top to bottom: letterhead, address, facts beside it,
/// tables that go on over pages under their headings, totals, and a foot with page numbers. Lengths are hundredths
/// of a point.
/// </summary>
internal sealed class DocumentPages
{
    // 20 mm at the sides; 45 mm to the address, as windows of envelopes have it (DIN 5008, form B).
    public const int Left = 5670, Right = PdfFile.Width - 5670;
    private const int Top = 5670, Bottom = PdfFile.Height - 7000, AddressTop = 12900;
    private const int Body = 900, Cell = 830, Small = 750, Line = 1350, CellLine = 1120;
    private const int AddressLinesMax = 9;
    private const int Grey = 42, Pale = 80;

    private readonly PdfFile file;
    private readonly DocumentWords words;
    private readonly string creditor;
    private readonly string title;
    private int page;
    private int at;

    /// <param name="title">What it is, such as "Invoice".</param>
    /// <param name="subject">Which one, for the file's own title.</param>
    public DocumentPages(DocumentWords words, string creditor, string title, string subject)
    {
        this.words = words;
        this.creditor = creditor;
        this.title = title;
        file = new PdfFile($"{title} {subject}", creditor, words.Language);
        file.AddPage();
        file.Text(0, Left, Top + 900, Fit(creditor, 1200, bold: true, 26000), 1200, bold: true);
        Ending(0, Right, Top + 900, title, 1600, grey: 25);
        file.Rule(0, Left, Right, Top + 2200, 80, 30);
    }

    /// <summary>The address at the left, the facts of the document at the right.</summary>
    public void Opening(IReadOnlyList<string> address, IReadOnlyList<(string Label, string Value)> facts)
    {
        file.Text(page, Left, AddressTop - 900, Fit(creditor, 650, bold: false, 24000), 650, grey: Grey);
        var line = AddressTop + 700;
        // A name may be long, and is a name only as a whole.
        foreach (var text in address.SelectMany(a => Wrap(a, 1000, bold: false, 26500)).Take(AddressLinesMax))
        {
            file.Text(page, Left, line, text, 1000);
            line += 1400;
        }
        const int label = 33500, value = 41500;
        var other = AddressTop - 900;
        foreach (var (name, text) in facts)
        {
            file.Text(page, label, other, name, Small, grey: Grey);
            foreach (var part in Wrap(text, Body, bold: false, Right - value).Take(2))
            {
                file.Text(page, value, other, part, Body);
                other += Line;
            }
        }
        at = Math.Max(Math.Max(line, other), AddressTop + 6500) + 1000;
    }

    /// <summary>A heading that keeps together with what follows it.</summary>
    public void Heading(string text)
    {
        Room(5 * Line);
        at += 500;
        file.Text(page, Left, at, text, 1000, bold: true);
        at += 1700;
    }

    public void Paragraph(string text, bool small = false)
    {
        foreach (var line in Wrap(text, small ? Small : Body, bold: false, Right - Left))
        {
            Room(Line);
            file.Text(page, Left, at, line, small ? Small : Body, grey: small ? Grey : 0);
            at += small ? 1150 : Line;
        }
        at += 500;
    }

    /// <summary>Rows under headings. A cell too wide for its column goes on below, where its text stands at the left; a bold row has a rule above it.</summary>
    public void Table(IReadOnlyList<Column> columns, IEnumerable<(IReadOnlyList<string> Cells, bool Bold)> rows)
    {
        Room(3 * Line);
        Headings(columns);
        foreach (var (cells, bold) in rows)
        {
            var wrapped = cells.Select((cell, i) => Wrap(cell, Cell, bold, WidthOf(columns, cells, i))).ToList();
            var lines = Math.Max(1, wrapped.Max(w => w.Count));
            if (at + (lines * Line) > Bottom)
            {
                NextPage();
                Headings(columns);
            }
            if (bold) file.Rule(page, Left, Right, at - 1050, 40, Grey);
            for (var i = 0; i < columns.Count; i++)
                for (var k = 0; k < wrapped[i].Count; k++)
                {
                    if (columns[i].Right) Ending(page, columns[i].At, at + (k * CellLine), wrapped[i][k], Cell, bold);
                    else file.Text(page, columns[i].At, at + (k * CellLine), wrapped[i][k], Cell, bold);
                }
            at += Line + ((lines - 1) * CellLine);
        }
        at += 500;
    }

    /// <summary>Sums at the right, one below the other; the last, where it is bold, under a rule.</summary>
    public void Totals(IReadOnlyList<(string Label, string Figure, bool Bold)> sums)
    {
        Room((sums.Count + 1) * (Line + 200));
        foreach (var (label, figure, bold) in sums)
        {
            if (bold)
            {
                file.Rule(page, 29000, Right, at - 850, 60, 30);
                at += 550;
            }
            var size = bold ? 1100 : Body;
            var width = PdfFile.WidthOf(figure, size, bold);
            file.Text(page, 29000, at, Fit(label, size, bold, Right - 29000 - width - 800), size, bold);
            Ending(page, Right, at, figure, size, bold);
            at += Line + (bold ? 450 : 0);
        }
        at += 600;
    }

    /// <summary>A strip of equal cells, each a label over a figure.</summary>
    public void Strip(IReadOnlyList<(string Label, string Figure)> cells)
    {
        Room(5000);
        var width = (Right - Left) / cells.Count;
        file.Box(page, Left, at - 1000, Right, at + 2300, 95);
        for (var i = 0; i < cells.Count; i++)
        {
            var edge = Left + ((i + 1) * width) - 500;
            Ending(page, edge, at + 150, cells[i].Label, Small, grey: Grey);
            Ending(page, edge, at + 1550, cells[i].Figure, Body, bold: i == cells.Count - 1);
        }
        at += 3900;
    }

    /// <summary>What to pay, where to and with which words: in a frame that stays on one page, with a code to scan where there is one.</summary>
    /// <param name="code">Rows of modules, true is dark.</param>
    public void Payment(string what, string? bankDetails, string reference, IReadOnlyList<bool[]>? code = null)
    {
        var right = code is null ? Right : Right - CodeSide - 1500;
        var bank = (bankDetails ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(l => Wrap(l.Trim(), Body, bold: false, right - Left - 14000)).ToList();
        var height = (Math.Max(1, bank.Count) + 2) * Line;
        Room(Math.Max(height, code is null ? 0 : CodeSide + Line) + 2000);
        file.Rule(page, Left, Right, at - 400, 40, Pale);
        var top = at + 400;
        at += 1100;
        file.Text(page, Left, at, words["to_pay"], Small, grey: Grey);
        file.Text(page, Left + 11000, at, Fit(what, Body, bold: true, right - Left - 11000), Body, bold: true);
        at += Line + 150;
        if (bank.Count > 0) file.Text(page, Left, at, words["pay_to"], Small, grey: Grey);
        foreach (var line in bank)
        {
            file.Text(page, Left + 11000, at, line, Body);
            at += Line;
        }
        at += 150;
        file.Text(page, Left, at, words["reference"], Small, grey: Grey);
        file.Text(page, Left + 11000, at, Fit(reference, Body, bold: false, right - Left - 11000), Body);
        at += Line + 600;
        if (code is null) return;
        Code(code, Right - CodeSide, top);
        Ending(page, Right, top + CodeSide + 1000, words["scan"], 650, grey: Grey);
        at = Math.Max(at, top + CodeSide + 1000 + Line);
    }

    /// <summary>25 mm; EPC069-12 asks for 20 at least.</summary>
    private const int CodeSide = 7087;

    /// <summary>A box for each run of dark modules, so that no seams stand between them.</summary>
    private void Code(IReadOnlyList<bool[]> rows, int left, int top)
    {
        int At(int module) => CodeSide * module / rows.Count;
        for (var y = 0; y < rows.Count; y++)
            for (var x = 0; x < rows[y].Length; x++)
            {
                if (!rows[y][x]) continue;
                var from = x;
                while (x + 1 < rows[y].Length && rows[y][x + 1]) x++;
                file.Box(page, left + At(from), top + At(y), left + At(x + 1), top + At(y + 1), 0);
            }
    }

    /// <summary>The foot of every page, and the file.</summary>
    public byte[] Finish()
    {
        for (var i = 0; i < file.PageCount; i++)
        {
            file.Rule(i, Left, Right, PdfFile.Height - 5200, 40, Pale);
            file.Text(i, Left, PdfFile.Height - 4100, Fit(creditor, 700, bold: false, 30000), 700, grey: Grey);
            Ending(i, Right, PdfFile.Height - 4100, words["page", i + 1, file.PageCount], 700, grey: Grey);
        }
        if (file.HasMissing) file.Text(file.PageCount - 1, Left, PdfFile.Height - 3100, words["missing", (char)PdfFile.Missing], 650, grey: Grey);
        return file.ToBytes();
    }

    private void Headings(IReadOnlyList<Column> columns)
    {
        foreach (var column in columns)
        {
            if (column.Right) Ending(page, column.At, at, column.Heading, Small, grey: Grey);
            else file.Text(page, column.At, at, column.Heading, Small, grey: Grey);
        }
        file.Rule(page, Left, Right, at + 500, 40, Grey);
        at += Line + 350;
    }

    private void Room(int height)
    {
        if (at + height > Bottom) NextPage();
    }

    private void NextPage()
    {
        file.AddPage();
        page++;
        file.Text(page, Left, Top, Fit(creditor, 850, bold: true, 26000), 850, bold: true);
        Ending(page, Right, Top, $"{title}, {words["continued"]}", 850, grey: Grey);
        file.Rule(page, Left, Right, Top + 700, 40, Grey);
        at = Top + 2900;
    }

    private void Ending(int on, int right, int baseline, string text, int size, bool bold = false, int grey = 0) =>
        file.Text(on, right - PdfFile.WidthOf(text, size, bold), baseline, text, size, bold, grey);

    /// <summary>From the column's edge to the next one that has something to say in this row.</summary>
    private static int WidthOf(IReadOnlyList<Column> columns, IReadOnlyList<string> cells, int i)
    {
        if (columns[i].Right) return PdfFile.Width; // figures are never broken
        var next = i + 1;
        while (next < columns.Count && cells[next].Length == 0) next++;
        return (next == columns.Count ? Right : columns[next].Right ? columns[next].At - columns[next].Room : columns[next].At - 500) - columns[i].At;
    }

    /// <summary>Broken at blanks; a word wider than the whole width is broken where it must.</summary>
    private static List<string> Wrap(string text, int size, bool bold, int width)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = word;
            var longer = line.Length == 0 ? rest : $"{line} {rest}";
            if (PdfFile.WidthOf(longer, size, bold) <= width) { line = longer; continue; }
            if (line.Length > 0) lines.Add(line);
            for (var cut = Cut(rest, size, bold, width); cut < rest.Length; cut = Cut(rest, size, bold, width))
            {
                lines.Add(rest[..cut]);
                rest = rest[cut..];
            }
            line = rest;
        }
        if (line.Length > 0) lines.Add(line);
        return lines;
    }

    /// <summary>How many of the characters fit, one at least; a pair that makes one character stays together.</summary>
    private static int Cut(string text, int size, bool bold, int width)
    {
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (end > 0 && PdfFile.WidthOf(text[..(end + rune.Utf16SequenceLength)], size, bold) > width) return end;
            end += rune.Utf16SequenceLength;
        }
        return text.Length;
    }

    /// <summary>On one line, shortened where it must be.</summary>
    private static string Fit(string text, int size, bool bold, int width)
    {
        if (PdfFile.WidthOf(text, size, bold) <= width) return text;
        var dots = PdfFile.WidthOf("…", size, bold);
        return text[..Cut(text, size, bold, width - dots)] + "…";
    }
}
