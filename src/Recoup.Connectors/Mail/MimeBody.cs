using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Recoup.Core.Workspace;

namespace Recoup.Connectors.Mail;

/// <summary>
/// The body of a mail with its own headers (RFC 2045, 2046): the text; beside it the same as HTML where the language is
/// known; and around both the attachments, where there are any.
/// </summary>
internal static class MimeBody
{
    private const int LineMax = 76;

    /// <param name="mail">Stands behind the mail's own headers; afterwards the mail is whole.</param>
    /// <param name="messageId">Makes the boundaries, so that the same message gives the same bytes.</param>
    public static void Append(StringBuilder mail, MessageText text, string messageId)
    {
        // Neither quoted-printable nor base64 can hold "=_" (RFC 2045, 6.7), so no line of any part is a boundary.
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(messageId)).AsSpan(0, 12));
        var (mixed, alternative) = ($"=_m{id}", $"=_a{id}");
        mail.Append("MIME-Version: 1.0\r\n");
        if (text.Attachments is not { Count: > 0 } attachments)
        {
            AppendText(mail, text, alternative);
            return;
        }
        mail.Append("Content-Type: multipart/mixed; boundary=\"").Append(mixed).Append("\"\r\n\r\n--").Append(mixed).Append("\r\n");
        AppendText(mail, text, alternative);
        foreach (var attachment in attachments)
        {
            mail.Append("\r\n--").Append(mixed).Append("\r\n");
            Append(mail, attachment);
        }
        mail.Append("\r\n--").Append(mixed).Append("--\r\n");
    }

    private static void AppendText(StringBuilder mail, MessageText text, string boundary)
    {
        if (text.Language is null)
        {
            AppendPart(mail, "text/plain", text.Body);
            return;
        }
        mail.Append("Content-Type: multipart/alternative; boundary=\"").Append(boundary).Append("\"\r\n\r\n--").Append(boundary).Append("\r\n");
        AppendPart(mail, "text/plain", text.Body);
        mail.Append("\r\n--").Append(boundary).Append("\r\n");
        AppendPart(mail, "text/html", HtmlText.Of(text));
        mail.Append("\r\n--").Append(boundary).Append("--\r\n");
    }

    private static void AppendPart(StringBuilder mail, string mediaType, string text)
    {
        mail.Append("Content-Type: ").Append(mediaType).Append("; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
        AppendQuotedPrintable(mail, text);
    }

    private static void Append(StringBuilder mail, Attachment attachment)
    {
        var type = IsMediaType(attachment.MediaType) ? attachment.MediaType : "application/octet-stream";
        var name = FileName(attachment.FileName);
        // Names of other letters the way RFC 2231 has it; a plain one beside it would win in programs that take the first.
        mail.Append("Content-Type: ").Append(type).Append("\r\nContent-Disposition: attachment;\r\n ")
            .Append(Ascii.IsValid(name) ? $"filename=\"{name.Replace('"', '_')}\"" : $"filename*=utf-8''{Uri.EscapeDataString(name)}");
        mail.Append("\r\nContent-Transfer-Encoding: base64\r\n\r\n");
        var base64 = Convert.ToBase64String(attachment.Content);
        for (var i = 0; i < base64.Length; i += LineMax) mail.Append(base64, i, Math.Min(LineMax, base64.Length - i)).Append("\r\n");
    }

    /// <summary>A name without folders, control characters or great length.</summary>
    private static string FileName(string name)
    {
        const int lengthMax = 60;
        var clean = PlainText.OneLine(name.Replace('/', '-').Replace('\\', '-'));
        if (clean.Length == 0) return "attachment";
        if (clean.Length <= lengthMax) return clean;
        var extension = Path.GetExtension(clean) is { Length: <= 8 } e ? e : "";
        var kept = clean[..(lengthMax - extension.Length)];
        return (char.IsHighSurrogate(kept[^1]) ? kept[..^1] : kept) + extension;
    }

    private static bool IsMediaType(string type) =>
        type.Split('/') is [{ Length: > 0 } a, { Length: > 0 } b] && $"{a}{b}".All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '+' or '-') && type.Length <= 80;

    private static void AppendQuotedPrintable(StringBuilder mail, string body)
    {
        const string hex = "0123456789ABCDEF";
        foreach (var line in body.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            var column = 0;
            for (var i = 0; i < bytes.Length; i++)
            {
                var b = bytes[i];
                var last = i == bytes.Length - 1;
                var plain = b is >= 33 and <= 126 and not (byte)'=' || (b is (byte)' ' or (byte)'\t' && !last);
                var width = plain ? 1 : 3;
                // A soft break takes one place itself; the last character of a line needs none after it.
                if (column + width > LineMax - (last ? 0 : 1))
                {
                    mail.Append("=\r\n");
                    column = 0;
                }
                if (plain) mail.Append((char)b);
                else mail.Append('=').Append(hex[b >> 4]).Append(hex[b & 15]);
                column += width;
            }
            mail.Append("\r\n");
        }
    }
}
