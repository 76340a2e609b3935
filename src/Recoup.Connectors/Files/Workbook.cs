using System.Globalization;
using SpreadCheetah;
using SpreadCheetah.Styling;

namespace Recoup.Connectors.Files;

/// <summary>A sheet of a workbook: a heading row, then rows of text, numbers (decimal, long, int), dates (DateOnly) or nothing.</summary>
/// <param name="Rows">Read once, row by row, as they are written.</param>
public sealed record WorkbookSheet(string Name, IReadOnlyList<string> Columns, IEnumerable<IReadOnlyList<object?>> Rows);

/// <summary>
/// Tables as XLSX (ECMA-376), written as they are read: numbers are numbers and dates are dates, whatever manner the reader's spreadsheet has.
/// </summary>
public static class Workbook
{
    public const string MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <summary>Rows that a sheet can have, its heading included.</summary>
    public const int RowsMax = 1_048_576;

    /// <summary>Characters that a cell can have; longer text is cut there.</summary>
    private const int TextMax = 32_767;

    private const int NameMax = 31;

    /// <summary>A sheet that has more rows than it can hold says so in its last one.</summary>
    public static async Task Write(Stream to, IEnumerable<WorkbookSheet> sheets, CancellationToken cancelled = default)
    {
        await using var book = await Spreadsheet.CreateNewAsync(to, cancellationToken: cancelled);
        var heading = book.AddStyle(new Style { Font = { Bold = true } });
        var date = book.AddStyle(new Style { Format = SpreadCheetah.Styling.NumberFormat.Custom("yyyy-mm-dd") });
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var sheet in sheets)
        {
            await book.StartWorksheetAsync(NameOf(sheet.Name, names), token: cancelled);
            await book.AddRowAsync([.. sheet.Columns.Select(c => new StyledCell(c, heading))], cancelled);
            var left = RowsMax - 2;
            foreach (var row in sheet.Rows)
            {
                if (left-- == 0)
                {
                    await book.AddRowAsync([new StyledCell(string.Create(CultureInfo.InvariantCulture, $"there are more than {RowsMax - 2} rows"), heading)],
                        cancelled);
                    break;
                }
                await book.AddRowAsync([.. row.Select(cell => CellOf(cell, date))], cancelled);
            }
        }
        await book.FinishAsync(cancelled);
    }

    private static StyledCell CellOf(object? cell, StyleId date) => cell switch
    {
        null => new StyledCell((string?)null, null),
        decimal number => new StyledCell(number, null),
        long number => new StyledCell(number, null),
        int number => new StyledCell(number, null),
        DateOnly day when day.Year >= 1900 => new StyledCell(day.ToDateTime(TimeOnly.MinValue), date),
        DateOnly day => new StyledCell(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), null),
        _ => new StyledCell(Text(cell.ToString() ?? ""), null),
    };

    /// <summary>XML has no control characters but these.</summary>
    private static string Text(string text)
    {
        if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\t' or '\r')))
            text = string.Concat(text.Where(c => !char.IsControl(c) || c is '\n' or '\t' or '\r'));
        return text.Length <= TextMax ? text : text[..TextMax];
    }

    /// <summary>Names of sheets are short, without some signs, and each stands once.</summary>
    private static string NameOf(string name, HashSet<string> taken)
    {
        var plain = string.Concat(name.Select(c => c is '\\' or '/' or '?' or '*' or '[' or ']' or ':' || char.IsControl(c) ? '-' : c)).Trim().Trim('\'');
        if (plain.Length == 0) plain = "Sheet";
        for (var n = 1; ; n++)
        {
            var suffix = n == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" {n}");
            var one = plain[..Math.Min(plain.Length, NameMax - suffix.Length)] + suffix;
            if (taken.Add(one)) return one;
        }
    }
}
