using System.Globalization;
using System.Text;
using Recoup.Core.Workspace;

namespace Recoup.Connectors.Mail;

/// <summary>
/// Writes a message as RFC 5322 and RFC 2045 to 2047 have it: ASCII headers, names and subjects in encoded words where
/// they are not plain, the body as quoted-printable UTF-8. The same message gives the same bytes.
/// <para>
/// System.Net.Mail can write to a folder too, but it dates by the wall clock, names the file itself, adds X-Sender and
/// X-Receiver, and leaves no place to flush between writing and renaming: all of it would have to be undone.
/// </para>
/// </summary>
internal static class MailText
{
    // An encoded word may have 75 characters (RFC 2047, 2): 39 bytes give 52 of base64 and 12 around them, which also
    // leaves room for the header's name on a line of 76.
    private const int EncodedWordBytes = 39;
    private const int PlainHeaderMax = 60;
    private const int BodyLineMax = 76;

    /// <summary>False, with the reason, where an address can't be written.</summary>
    public static bool TryWrite(MessageText text, string messageId, DateTimeOffset date, string unsubscribe, out byte[] bytes, out string problem)
    {
        bytes = [];
        if (!TryAddress(text.From, out var from)) { problem = $"'{PlainText.OneLine(text.From)}' is no sender that mail can name"; return false; }
        // The problem goes into the journal, so it does not say the customer's address.
        if (!TryAddress(text.To, out var to)) { problem = "the customer's address is none that mail can reach"; return false; }
        problem = "";
        var mail = new StringBuilder(text.Body.Length + 600);
        mail.Append("Date: ").Append(date.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)).Append(" +0000\r\n");
        mail.Append("From: ").Append(Mailbox(text.FromName, from)).Append("\r\n");
        mail.Append("To: ").Append(Mailbox(text.Name, to)).Append("\r\n");
        mail.Append("Message-ID: ").Append(messageId).Append("\r\n");
        mail.Append("Subject: ").Append(Unstructured(PlainText.OneLine(text.Subject))).Append("\r\n");
        var at = from.LastIndexOf('@');
        mail.Append("List-Unsubscribe: <mailto:").Append(Uri.EscapeDataString(from[..at])).Append('@').Append(from[(at + 1)..])
            .Append("?subject=").Append(Uri.EscapeDataString(unsubscribe)).Append(">\r\n");
        // So that nobody's out-of-office answers it (RFC 3834).
        mail.Append("Auto-Submitted: auto-generated\r\n");
        mail.Append("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
        AppendQuotedPrintable(mail, text.Body);
        bytes = Encoding.ASCII.GetBytes(mail.ToString());
        return true;
    }

    /// <summary>As ASCII: a domain of other letters in its encoded form. A local part of other letters needs servers that few have (RFC 6531).</summary>
    private static bool TryAddress(string address, out string ascii)
    {
        ascii = "";
        var at = address.LastIndexOf('@');
        if (at <= 0 || at == address.Length - 1) return false;
        var (local, domain) = (address[..at], address[(at + 1)..]);
        if (!Ascii.IsValid(domain))
        {
            try { domain = new IdnMapping().GetAscii(domain); }
            catch (ArgumentException) { return false; }
        }
        foreach (var c in domain)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')) return false;
        var plain = local[0] != '.' && local[^1] != '.' && !local.Contains("..", StringComparison.Ordinal);
        foreach (var c in local)
        {
            if (!IsPrintable(c)) return false;
            plain &= char.IsAsciiLetterOrDigit(c) || ".!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal);
        }
        ascii = $"{(plain ? local : Quote(local))}@{domain}";
        return ascii.Length <= 320;
    }

    private static string Mailbox(string? name, string address)
    {
        var clean = name is null ? "" : PlainText.OneLine(name);
        if (clean.Length == 0) return address;
        return IsPlain(clean) ? $"{Quote(clean)}\r\n <{address}>" : $"{EncodedWords(clean)}\r\n <{address}>";
    }

    private static string Unstructured(string text) => IsPlain(text) ? text : EncodedWords(text);

    /// <summary>Short printable ASCII that nothing could take for an encoded word.</summary>
    private static bool IsPlain(string text) => text.Length <= PlainHeaderMax && text.All(IsPrintable) && !text.Contains("=?", StringComparison.Ordinal);

    private static bool IsPrintable(char c) => c is >= ' ' and <= '~';

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string EncodedWords(string text)
    {
        var words = new List<string>();
        var bytes = new List<byte>(EncodedWordBytes);
        Span<byte> utf8 = stackalloc byte[4];
        // A character never spans two words (RFC 2047, 5).
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(utf8);
            if (bytes.Count + length > EncodedWordBytes) Flush();
            bytes.AddRange(utf8[..length]);
        }
        Flush();
        return string.Join("\r\n ", words);

        void Flush()
        {
            if (bytes.Count > 0) words.Add($"=?utf-8?B?{Convert.ToBase64String(bytes.ToArray())}?=");
            bytes.Clear();
        }
    }

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
                if (column + width > BodyLineMax - (last ? 0 : 1))
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
