using System.Security.Cryptography;
using System.Text;
using MimeKit;
using Recoup.Core.Workspace;

namespace Recoup.Connectors.Mail;

/// <summary>
/// The body of a mail: the text; beside it the same as HTML where the language is known; and around both the attachments,
/// where there are any.
/// </summary>
internal static class MimeBody
{
    /// <param name="messageId">Makes the boundaries, so that the same message gives the same bytes.</param>
    public static MimeEntity Of(MessageText text, string messageId)
    {
        // Neither quoted-printable nor base64 can hold "=_" (RFC 2045, 6.7), so no line of any part is a boundary.
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(messageId)).AsSpan(0, 12));
        var body = TextOf(text, $"=_a{id}");
        if (text.Attachments is not { Count: > 0 } attachments) return body;
        var mixed = new Multipart("mixed") { Boundary = $"=_m{id}" };
        mixed.Add(body);
        foreach (var attachment in attachments) mixed.Add(Of(attachment));
        return mixed;
    }

    private static MimeEntity TextOf(MessageText text, string boundary)
    {
        var plain = Part("plain", text.Body);
        return text.Language is null ? plain : new MultipartAlternative(plain, Part("html", HtmlText.Of(text))) { Boundary = boundary };
    }

    private static TextPart Part(string subtype, string text)
    {
        var part = new TextPart(subtype) { ContentTransferEncoding = ContentEncoding.QuotedPrintable };
        part.SetText(Encoding.UTF8, text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n");
        return part;
    }

    private static MimePart Of(Attachment attachment)
    {
        var type = (IsMediaType(attachment.MediaType) ? attachment.MediaType : "application/octet-stream").Split('/');
        var name = FileName(attachment.FileName);
        var part = new MimePart(type[0], type[1])
        {
            ContentTransferEncoding = ContentEncoding.Base64, Content = new MimeContent(new MemoryStream(attachment.Content)),
        };
        // Names of other letters the way RFC 2231 has it, always in UTF-8; a plain one beside it would win in programs that take the first.
        part.Headers.Add(MailText.Field("Content-Disposition",
            $"attachment;\r\n {(Ascii.IsValid(name) ? $"filename=\"{name.Replace('"', '_')}\"" : $"filename*=utf-8''{Uri.EscapeDataString(name)}")}"));
        return part;
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
        type.Split('/') is [{ Length: > 0 } a, { Length: > 0 } b]
            && $"{a}{b}".All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '+' or '-') && type.Length <= 80;
}
