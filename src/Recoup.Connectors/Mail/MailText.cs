using System.Globalization;
using System.Text;
using Recoup.Core.Workspace;

namespace Recoup.Connectors.Mail;

/// <summary>
/// Writes a message as RFC 5322 and RFC 2045 to 2047 have it: ASCII headers, names and subjects in encoded words where
/// they are not plain; the body is <see cref="MimeBody"/>'s. The same message gives the same bytes.
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

    /// <summary>False, with the reason, where an address can't be written.</summary>
    public static bool TryWrite(MessageText text, string messageId, DateTimeOffset date, string unsubscribe, out byte[] bytes, out string problem)
    {
        bytes = [];
        if (!TryAddress(text.From, out var from)) { problem = $"'{PlainText.OneLine(text.From)}' is no sender that mail can name"; return false; }
        // The problem goes into the journal, so it does not say the customer's address.
        if (!TryAddress(text.To, out var to)) { problem = "the customer's address is none that mail can reach"; return false; }
        string? replyTo = null;
        if (text.ReplyTo is not null && !TryAddress(text.ReplyTo, out replyTo)) { problem = $"'{PlainText.OneLine(text.ReplyTo)}' is no address for answers that mail can name"; return false; }
        problem = "";
        var mail = new StringBuilder(text.Body.Length + 600);
        mail.Append("Date: ").Append(date.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)).Append(" +0000\r\n");
        mail.Append("From: ").Append(Mailbox(text.FromName, from)).Append("\r\n");
        if (replyTo is not null) mail.Append("Reply-To: ").Append(replyTo).Append("\r\n");
        mail.Append("To: ").Append(Mailbox(text.Name, to)).Append("\r\n");
        mail.Append("Message-ID: ").Append(messageId).Append("\r\n");
        mail.Append("Subject: ").Append(Unstructured(PlainText.OneLine(text.Subject))).Append("\r\n");
        var at = from.LastIndexOf('@');
        mail.Append("List-Unsubscribe: <mailto:").Append(Uri.EscapeDataString(from[..at])).Append('@').Append(from[(at + 1)..])
            .Append("?subject=").Append(Uri.EscapeDataString(unsubscribe)).Append(">\r\n");
        // So that nobody's out-of-office answers it (RFC 3834).
        mail.Append("Auto-Submitted: auto-generated\r\n");
        MimeBody.Append(mail, text, messageId);
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
}
