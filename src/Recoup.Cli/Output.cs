using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Recoup.Connectors.Files;
using Recoup.Core.Foundation;
using Recoup.Server.Api;
using Spectre.Console;

namespace Recoup.Cli;

/// <summary>A table before anybody decides how it is shown. Cells are text, numbers, dates or null.</summary>
internal sealed class Sheet(params string[] columns)
{
    public string[] Columns { get; } = columns;

    public List<object?[]> Rows { get; } = [];

    public string? Title { get; init; }

    /// <summary>What to say where there are no rows.</summary>
    public string Empty { get; init; } = "nothing";

    /// <summary>Columns that a terminal is spared where no row has anything there; files have them always.</summary>
    public IReadOnlySet<string> Spared { get; init; } = new HashSet<string>();

    /// <summary>Places of the columns that a terminal shows.</summary>
    public int[] Shown => [.. Enumerable.Range(0, Columns.Length).Where(i => !Spared.Contains(Columns[i]) || Rows.Exists(r => Text(r[i]).Length > 0))];

    public void Add(params object?[] cells) => Rows.Add(cells);

    /// <summary>For a workbook: a column of amounts, which are text so that they keep their decimals, as numbers.</summary>
    public IEnumerable<object?[]> TypedRows()
    {
        var amounts = Enumerable.Range(0, Columns.Length)
            .Select(i => Rows.Exists(r => IsAmount(r[i]))
                && Rows.TrueForAll(r => r[i] is null or "" or decimal or long or int || Number(r[i]) is not null))
            .ToArray();
        return Rows.Select(row => row.Select((cell, i) => amounts[i] && Number(cell) is { } number ? number : cell).ToArray());
    }

    private static bool IsAmount(object? cell) => cell is string text && text.Contains('.') && Number(text) is not null;

    private static decimal? Number(object? cell) =>
        cell is string text
            && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    public static string Text(object? cell) => cell switch
    {
        null => "",
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        decimal number => number.ToString(CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    };

    public static bool IsNumber(object? cell) =>
        cell is decimal or long or int or double
            || (cell is string text && text.Length > 0 && (char.IsAsciiDigit(text[^1]) || text[^1] == '%')
                && decimal.TryParse(text.TrimEnd('%', ' '), NumberStyles.Number, CultureInfo.InvariantCulture, out _));
}

/// <summary>Data goes to standard output in one of four forms; words and progress to standard error.</summary>
internal sealed class Output(string format)
{
    public static readonly Option<string> Format = MakeFormat();

    private static Option<string> MakeFormat()
    {
        var option = new Option<string>("--format") { Description = "table, json, csv or xlsx", DefaultValueFactory = _ => "table", Recursive = true };
        option.AcceptOnlyFromAmong("table", "json", "csv", "xlsx");
        return option;
    }

    public bool IsTable => format == "table";

    /// <param name="json">The verb's JSON by the contract.</param>
    /// <param name="sheets">The same for people and spreadsheets; CSV takes the first, a workbook all.</param>
    public void Print(Action<Utf8JsonWriter> json, params Sheet[] sheets)
    {
        switch (format)
        {
            case "json":
                using (var stream = new MemoryStream())
                {
                    using (var writer = new Utf8JsonWriter(stream, ContractJson.Options)) json(writer);
                    stream.WriteByte((byte)'\n');
                    using var output = Terminal.OpenOut();
                    stream.WriteTo(output);
                }
                break;
            case "csv":
                var text = new StringBuilder();
                CsvText.AppendLine(text, sheets[0].Columns);
                foreach (var row in sheets[0].Rows) CsvText.AppendLine(text, [.. row.Select(Sheet.Text)]);
                using (var output = Terminal.OpenOut()) output.Write(Encoding.UTF8.GetBytes(text.ToString()));
                break;
            case "xlsx":
                if (!Terminal.IsOutRedirected)
                    throw new UsageException("--format xlsx writes a workbook, which is no text for a terminal: send it into a file, "
                        + "such as recoup ageing --format xlsx > ageing.xlsx");
                using (var output = Terminal.OpenOut())
                    Workbook.Write(output, sheets.Select((s, i) => new WorkbookSheet(s.Title ?? $"Sheet {i + 1}", s.Columns, s.TypedRows())))
                        .GetAwaiter().GetResult();
                break;
            default:
                foreach (var sheet in sheets) Show(sheet);
                break;
        }
    }

    private static readonly Lazy<IAnsiConsole> OwnConsole = new(() => ConsoleOn(Terminal.Out));

    private static IAnsiConsole Shown => Terminal.IsGiven ? ConsoleOn(Terminal.Out) : OwnConsole.Value;

    private static IAnsiConsole ConsoleOn(TextWriter writer)
    {
        var (ansi, colors) = Terminal.IsOutRedirected ? (AnsiSupport.No, ColorSystemSupport.NoColors) : (AnsiSupport.Detect, ColorSystemSupport.Detect);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = ansi, ColorSystem = colors });
        // A pipe has no width: nothing may be cut there.
        if (Terminal.IsOutRedirected) console.Profile.Width = 400;
        return console;
    }

    private static void Show(Sheet sheet)
    {
        if (sheet.Title is not null) Shown.MarkupLine($"[bold]{Markup.Escape(sheet.Title)}[/]");
        if (sheet.Rows.Count == 0)
        {
            Shown.MarkupLine($"[grey]{Markup.Escape(sheet.Empty)}[/]");
            Shown.WriteLine();
            return;
        }
        var table = new Table { Border = TableBorder.Simple };
        var shown = sheet.Shown;
        foreach (var i in shown)
        {
            var column = new TableColumn(Markup.Escape(sheet.Columns[i])) { NoWrap = sheet.Rows.All(r => Sheet.Text(r[i]).Length <= 24) };
            if (sheet.Rows.Exists(r => r[i] is not null) && sheet.Rows.TrueForAll(r => r[i] is null || Sheet.IsNumber(r[i]))) column.RightAligned();
            table.AddColumn(column);
        }
        foreach (var row in sheet.Rows) table.AddRow([.. shown.Select(i => Markup.Escape(Sheet.Text(row[i])))]);
        Shown.Write(table);
    }

    /// <summary>A line for the person at the terminal.</summary>
    public static void Say(string line) => Terminal.Error.WriteLine(line);

    private static long lastShown;

    /// <summary>How far a long piece of work is: one line that renews itself, on a terminal only.</summary>
    public static void Progress(string what, double? share)
    {
        if (Terminal.IsErrorRedirected) return;
        var now = Environment.TickCount64;
        if (share is < 1 && now - lastShown < 100) return;
        lastShown = now;
        const int width = 24;
        var bar = share is { } s ? $"[{new string('=', (int)(Math.Clamp(s, 0, 1) * width)).PadRight(width)}] {s * 100,3:F0}% " : "";
        var line = bar + what;
        int columns;
        try { columns = Console.WindowWidth; } catch (IOException) { columns = 80; }
        Terminal.Error.Write("\r" + (line.Length >= columns ? line[..(columns - 1)] : line.PadRight(columns - 1)));
    }

    public static void ProgressDone()
    {
        if (!Terminal.IsErrorRedirected) Terminal.Error.Write("\r" + new string(' ', 60) + "\r");
    }
}
