using System.Net;
using System.Text;
using Recoup.Core.Workspace;

namespace Recoup.Connectors.Mail;

/// <summary>
/// The HTML beside a message's text: the same words in the same order, paragraphs as paragraphs and tables as tables.
/// Everything is escaped, nothing is loaded from anywhere, and styles stand on the elements, since mail programs drop
/// the rest. Dark text on white at 16 pixels reads by itself; headings of columns are marked for screen readers.
/// </summary>
internal static class HtmlText
{
    private const string BodyStyle =
        "margin:0;padding:16px;background:#ffffff;color:#1a1a1a;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5";
    private const string CellStyle = "padding:6px 12px 6px 0;border-bottom:1px solid #c8c8c8;vertical-align:top";

    /// <summary>Where a text signs off (RFC 3676, 4.3, without its blank): what follows is about the message, not of it.</summary>
    private const string SignOff = "---";

    public static string Of(MessageText text)
    {
        var html = new StringBuilder(text.Body.Length * 2 + 600);
        html.Append("<!DOCTYPE html>\n<html lang=\"").Append(Escape(text.Language ?? ""))
            .Append("\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
            .Append(Escape(text.Subject)).Append("</title>\n</head>\n<body style=\"").Append(BodyStyle).Append("\">\n<div style=\"max-width:640px\">\n");
        var lines = text.Body.TrimEnd('\n').Split('\n');
        var tables = TextTable.Read(text.Tables);
        var paragraph = new List<string>();
        var small = false;
        for (var i = 0; i < lines.Length; i++)
        {
            if (tables.TryGetValue(i, out var table) && i + table.Lines <= lines.Length)
            {
                Paragraph(html, paragraph, small);
                Table(html, lines.AsSpan(i, table.Lines), table.Columns);
                i += table.Lines - 1;
            }
            else if (lines[i].Length == 0) Paragraph(html, paragraph, small);
            else if (lines[i] == SignOff)
            {
                Paragraph(html, paragraph, small);
                html.Append("<hr style=\"border:0;border-top:1px solid #c8c8c8;margin:24px 0 16px\">\n");
                small = true;
            }
            else paragraph.Add(lines[i]);
        }
        Paragraph(html, paragraph, small);
        return html.Append("</div>\n</body>\n</html>\n").ToString();
    }

    private static void Paragraph(StringBuilder html, List<string> lines, bool small)
    {
        if (lines.Count == 0) return;
        html.Append("<p style=\"margin:0 0 16px").Append(small ? ";font-size:14px;color:#4a4a4a" : "").Append("\">");
        html.AppendJoin("<br>\n", lines.Select(Indented)).Append("</p>\n");
        lines.Clear();
    }

    private static string Indented(string line)
    {
        var words = line.TrimStart(' ');
        return string.Concat(Enumerable.Repeat("&nbsp;", line.Length - words.Length)) + Escape(words);
    }

    private static void Table(StringBuilder html, ReadOnlySpan<string> lines, IReadOnlyList<(int From, int Width, bool Right)> columns)
    {
        html.Append("<table style=\"border-collapse:collapse;margin:0 0 16px;font-size:16px\">\n");
        for (var row = 0; row < lines.Length; row++)
        {
            html.Append(row == 0 ? "<thead>\n<tr>" : "<tr>");
            foreach (var (from, width, right) in columns)
            {
                // The last cells of a line may have lost the blanks behind them.
                var cell = from >= lines[row].Length ? "" : lines[row].Substring(from, Math.Min(width, lines[row].Length - from)).Trim();
                var align = right ? "right" : "left";
                html.Append(row == 0 ? $"<th scope=\"col\" style=\"{CellStyle};text-align:{align}\">" : $"<td style=\"{CellStyle};text-align:{align}\">")
                    .Append(Escape(cell)).Append(row == 0 ? "</th>" : "</td>");
            }
            html.Append(row == 0 ? "</tr>\n</thead>\n<tbody>\n" : "</tr>\n");
        }
        html.Append("</tbody>\n</table>\n");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
