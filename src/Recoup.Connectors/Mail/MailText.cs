using System.Globalization;
using System.Text;
using MimeKit;
using Recoup.Core.Contact;
using Recoup.Core.Outbox;
using Recoup.Core.Workspace;

namespace Recoup.Connectors.Mail;

/// <summary>How a reader stops such messages: by mail with a subject that we know again, and by one click where somebody answers it.</summary>
/// <param name="Subject">Names the message.</param>
/// <param name="MailTo">Null: to the sender.</param>
/// <param name="OneClick">An https address that takes a POST for this one message (RFC 8058); null: there is none.</param>
internal sealed record Unsubscribe(string Subject, string? MailTo = null, Uri? OneClick = null);

/// <summary>
/// Writes a message as mail: MimeKit makes the parts (<see cref="MimeBody"/>) and the whole, dated, named and bounded by what
/// is given, so that the same message gives the same bytes. What customers' data stands in, names and subject, is encoded here:
/// docs/adr/0010-mail-by-mimekit.md says why.
/// </summary>
internal static class MailText
{
    /// <summary>RFC 3463, 3.2: no such address can be, whoever is asked. A letter about it would say as much.</summary>
    public const string BadSyntax = "5.1.3";

    // An encoded word may have 75 characters (RFC 2047, 2): 39 bytes give 52 of base64 and 12 around them, which also
    // leaves room for the header's name on a line of 76.
    private const int EncodedWordBytes = 39;
    private const int PlainHeaderMax = 60;

    private static readonly FormatOptions Format = MakeFormat();

    /// <summary>False, with the reason, where an address can't be written.</summary>
    /// <param name="messageId">With its angle brackets.</param>
    /// <param name="unsubscribe">How the reader stops such messages.</param>
    /// <param name="utf8">Addresses of other letters may stand as they are (RFC 6532), for servers that take them.</param>
    /// <param name="problem">What there is instead: failed; where it is the customer's address, with its status.</param>
    public static bool TryWrite(MessageText text, string messageId, DateTimeOffset date, Unsubscribe unsubscribe, bool utf8,
        out byte[] bytes, out ChannelAnswer problem)
    {
        (bytes, problem) = ([], ChannelAnswer.Sent);
        if (!MailAddress.TryWrite(text.From, utf8, out var from)) return No($"'{PlainText.OneLine(text.From)}' is no sender that mail can name", out problem);
        if (!MailAddress.TryWrite(text.To, utf8, out var to))
        {
            // The problem goes into the journal, so it does not say the customer's address.
            problem = ChannelAnswer.Failed("the customer's address is none that mail can reach") with { BadAddress = BadSyntax };
            return false;
        }
        string? replyTo = null;
        if (text.ReplyTo is not null && !MailAddress.TryWrite(text.ReplyTo, utf8, out replyTo))
            return No($"'{PlainText.OneLine(text.ReplyTo)}' is no address for answers that mail can name", out problem);
        using var mail = new MimeMessage();
        mail.Headers.Clear();
        Add(mail, "Date", $"{date.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000");
        Add(mail, "From", Mailbox(text.FromName, from));
        if (replyTo is not null) Add(mail, "Reply-To", replyTo);
        Add(mail, "To", Mailbox(text.Name, to));
        Add(mail, "Message-ID", messageId);
        Add(mail, "Subject", Unstructured(PlainText.OneLine(text.Subject)));
        var by = unsubscribe.MailTo is null ? from : MailAddress.TryWrite(unsubscribe.MailTo, utf8: false, out var other) ? other : from;
        var at = by.LastIndexOf('@');
        var mailTo = $"<mailto:{Uri.EscapeDataString(by[..at])}@{by[(at + 1)..]}?subject={Uri.EscapeDataString(unsubscribe.Subject)}>";
        Add(mail, "List-Unsubscribe", unsubscribe.OneClick is { } url ? $"<{url.AbsoluteUri}>,\r\n {mailTo}" : mailTo);
        // The mail program may post there by itself, without a page in between (RFC 8058).
        if (unsubscribe.OneClick is not null) Add(mail, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        // So that nobody's out-of-office answers it (RFC 3834).
        Add(mail, "Auto-Submitted", "auto-generated");
        mail.Body = MimeBody.Of(text, messageId);
        using var written = new MemoryStream(text.Body.Length + 1000);
        mail.WriteTo(Format, written);
        bytes = written.ToArray();
        return true;
    }

    private static bool No(string why, out ChannelAnswer problem)
    {
        problem = ChannelAnswer.Failed(why);
        return false;
    }

    private static FormatOptions MakeFormat()
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.EnsureNewLine = true;
        return format;
    }

    private static void Add(MimeMessage mail, string name, string value) => mail.Headers.Add(Field(name, value));

    /// <param name="value">As it is to stand there, folded where it must be.</param>
    internal static Header Field(string name, string value)
    {
        // Made with what may stand there, which is read before it is replaced.
        var header = new Header(name, name == "Content-Disposition" ? ContentDisposition.Attachment : "");
        header.SetRawValue(Encoding.UTF8.GetBytes($" {value}\r\n"));
        return header;
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
