using System.Text;

namespace Recoup.Core.Foundation;

/// <summary>CSV as Recoup writes it (RFC 4180, comma, LF), safe to open in a spreadsheet.</summary>
public static class CsvText
{
    /// <summary>
    /// A cell that a spreadsheet would run as a formula, with a single quote before it; others as they are. Such a
    /// cell begins with = + - @, their full-width forms, a tab or a line break, and is no plain number.
    /// Source: OWASP, "CSV Injection".
    /// </summary>
    public static string Safe(string cell) => IsFormula(cell) ? "'" + cell : cell;

    /// <summary>Appends one line: each cell made safe, and quoted where it must be.</summary>
    public static StringBuilder AppendLine(StringBuilder to, params ReadOnlySpan<string?> cells) => AppendLine(to, cells, ',', "\n");

    /// <summary>As a spreadsheet opens it where a comma stands before decimals: semicolons between cells, lines that end with CR and LF.</summary>
    public static StringBuilder AppendLineWithSemicolons(StringBuilder to, params ReadOnlySpan<string?> cells) => AppendLine(to, cells, ';', "\r\n");

    private static StringBuilder AppendLine(StringBuilder to, ReadOnlySpan<string?> cells, char between, string end)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0) to.Append(between);
            AppendCell(to, cells[i] ?? "", between);
        }
        return to.Append(end);
    }

    /// <summary>One cell, made safe, and quoted where it must be.</summary>
    public static string Cell(string cell) => AppendCell(new StringBuilder(cell.Length + 2), cell).ToString();

    private static StringBuilder AppendCell(StringBuilder to, string cell, char between = ',')
    {
        var safe = Safe(cell);
        // Spaces at the ends are quoted too: some readers trim cells that are not.
        var quoted = safe.AsSpan().ContainsAny(between == ',' ? ",\"\r\n" : ";\"\r\n")
            || (safe.Length > 0 && (char.IsWhiteSpace(safe[0]) || char.IsWhiteSpace(safe[^1])));
        return quoted ? to.Append('"').Append(safe).Replace("\"", "\"\"", to.Length - safe.Length, safe.Length).Append('"') : to.Append(safe);
    }

    private static bool IsFormula(string cell) =>
        cell.Length > 0 && cell[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20'
        && !IsPlainNumber(cell);

    // A sign, digits, and points and commas between digits: -1,234.50. What has a second sign is a sum, and a formula.
    private static bool IsPlainNumber(string cell)
    {
        if (cell[0] is not ('+' or '-') || cell.Length < 2) return false;
        for (var i = 1; i < cell.Length; i++)
        {
            if (char.IsAsciiDigit(cell[i])) continue;
            if (cell[i] is not ('.' or ',') || i == cell.Length - 1 || !char.IsAsciiDigit(cell[i + 1])) return false;
        }
        return true;
    }
}
