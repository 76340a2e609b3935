using System.Globalization;
using System.Text;
using Recoup.Core.Workspace;

namespace Recoup.Connectors.Mail;

/// <summary>How a reader stops such messages: by mail with a subject that we know again, and by one click where somebody answers it.</summary>
/// <param name="Subject">Names the message.</param>
/// <param name="MailTo">Null: to the sender.</param>
/// <param name="OneClick">An https address that takes a POST for this one message (RFC 8058); null: there is none.</param>
internal sealed record Unsubscribe(string Subject, string? MailTo = null, Uri? OneClick = null);

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
    /// <param name="messageId">With its angle brackets.</param>
    /// <param name="unsubscribe">How the reader stops such messages.</param>
    /// <param name="utf8">Addresses of other letters may stand as they are (RFC 6532), for servers that take them.</param>
    public static bool TryWrite(MessageText text, string messageId, DateTimeOffset date, Unsubscribe unsubscribe, bool utf8, out byte[] bytes, out string problem)
    {
        bytes = [];
        if (!TryAddress(text.From, utf8, out var from)) { problem = $"'{PlainText.OneLine(text.From)}' is no sender that mail can name"; return false; }
        // The problem goes into the journal, so it does not say the customer's address.
        if (!TryAddress(text.To, utf8, out var to)) { problem = "the customer's address is none that mail can reach"; return false; }
        string? replyTo = null;
        if (text.ReplyTo is not null && !TryAddress(text.ReplyTo, utf8, out replyTo)) { problem = $"'{PlainText.OneLine(text.ReplyTo)}' is no address for answers that mail can name"; return false; }
        problem = "";
        var mail = new StringBuilder(text.Body.Length + 600);
        mail.Append("Date: ").Append(date.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)).Append(" +0000\r\n");
        mail.Append("From: ").Append(Mailbox(text.FromName, from)).Append("\r\n");
        if (replyTo is not null) mail.Append("Reply-To: ").Append(replyTo).Append("\r\n");
        mail.Append("To: ").Append(Mailbox(text.Name, to)).Append("\r\n");
        mail.Append("Message-ID: ").Append(messageId).Append("\r\n");
        mail.Append("Subject: ").Append(Unstructured(PlainText.OneLine(text.Subject))).Append("\r\n");
        var by = unsubscribe.MailTo is null ? from : TryAddress(unsubscribe.MailTo, utf8: false, out var other) ? other : from;
        var at = by.LastIndexOf('@');
        mail.Append("List-Unsubscribe: ");
        if (unsubscribe.OneClick is { } url) mail.Append('<').Append(url.AbsoluteUri).Append(">,\r\n ");
        mail.Append("<mailto:").Append(Uri.EscapeDataString(by[..at])).Append('@').Append(by[(at + 1)..])
            .Append("?subject=").Append(Uri.EscapeDataString(unsubscribe.Subject)).Append(">\r\n");
        // The mail program may post there by itself, without a page in between (RFC 8058).
        if (unsubscribe.OneClick is not null) mail.Append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
        // So that nobody's out-of-office answers it (RFC 3834).
        mail.Append("Auto-Submitted: auto-generated\r\n");
        MimeBody.Append(mail, text, messageId);
        bytes = Encoding.UTF8.GetBytes(mail.ToString());
        return true;
    }

    /// <summary>
    /// As it goes into headers and envelope: a domain of other letters in its encoded form. A local part of other letters
    /// needs servers that few have (RFC 6531), so it passes only where <paramref name="utf8"/> says that this one has.
    /// </summary>
    internal static bool TryAddress(string address, bool utf8, out string written)
    {
        written = "";
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
        foreach (var rune in local.EnumerateRunes())
        {
            var other = utf8 && rune.Value >= 0xA0 && Rune.IsLetterOrDigit(rune);
            if (!other && !(rune.IsAscii && IsPrintable((char)rune.Value))) return false;
            plain &= other || Rune.IsLetterOrDigit(rune) || ".!#$%&'*+-/=?^_`{|}~".Contains((char)rune.Value, StringComparison.Ordinal);
        }
        written = $"{(plain ? local : Quote(local))}@{domain}";
        return written.Length <= 320;
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
