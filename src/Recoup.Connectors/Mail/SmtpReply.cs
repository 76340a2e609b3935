using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Recoup.Connectors.Mail;

/// <summary>A server's answer: its code (RFC 5321, 4.2), the enhanced status where it gave one (RFC 3463), and its words.</summary>
internal sealed partial record SmtpReply(int Code, string? Status, IReadOnlyList<string> Lines)
{
    private const int DetailMax = 300;

    public bool IsGood => Code is >= 200 and < 300;

    /// <summary>It may go another time.</summary>
    public bool IsNotNow => Code is >= 400 and < 500;

    public bool IsRefusal => Code is >= 500 and < 600;

    /// <summary>The server closes the connection with this.</summary>
    public bool Closes => Code == 421;

    /// <summary>
    /// The server says that the address takes no mail, now or later, by its status or in words that servers use for it.
    /// Any other refusal is about this message, this sender or this day.
    /// </summary>
    public bool IsBadAddress => Code >= 500 && Failure.Of(Status, ToString()).Fate == FailureFate.Hard;

    public static SmtpReply Of(int code, IReadOnlyList<string> lines) =>
        new(code,
            lines.Count > 0 && EnhancedStatus().Match(lines[0]) is { Success: true } match && match.Groups["class"].Value[0] - '0' == code / 100
                ? match.Groups["status"].Value
                : null,
            lines);

    /// <summary>For the journal: code and words on one line, without the recipient's address or any other.</summary>
    /// <param name="recipient">Goes, whole or in its parts, wherever the server repeats it.</param>
    public string Detail(string recipient) => Scrub(ToString(), recipient);

    public override string ToString() => PlainText.OneLine($"{Code.ToString(CultureInfo.InvariantCulture)} {string.Join(' ', Lines)}");

    /// <summary>
    /// Takes every address out of a server's words, and of the recipient's also its parts: "user jane.doe unknown" names a
    /// person as well as the address does, and the journal is read by people who may not know it.
    /// </summary>
    public static string Scrub(string words, string recipient)
    {
        var clean = PlainText.OneLine(words);
        var at = recipient.LastIndexOf('@');
        foreach (var part in new[] { recipient, at > 0 ? recipient[..at] : "", at > 0 ? recipient[(at + 1)..] : "" })
            if (part.Length > 0)
                clean = Regex.Replace(clean, $@"(?<![\p{{L}}\p{{N}}]){Regex.Escape(part)}(?![\p{{L}}\p{{N}}])", "…",
                    RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        clean = AnyAddress().Replace(clean, "…");
        if (clean.Length <= DetailMax) return clean;
        var end = char.IsHighSurrogate(clean[DetailMax - 1]) ? DetailMax - 1 : DetailMax;
        return new StringBuilder(clean, 0, end, DetailMax + 1).Append('…').ToString();
    }

    [GeneratedRegex(@"^(?<status>(?<class>[245])\.\d{1,3}\.\d{1,3})(\s|$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex EnhancedStatus();

    [GeneratedRegex(@"[^\s<>()\[\]:;,""']+@[^\s<>()\[\];,""']+", RegexOptions.CultureInvariant)]
    private static partial Regex AnyAddress();
}

/// <summary>A conversation with a server that could not be begun or went wrong. The message is for people and names no customer.</summary>
public sealed class SmtpException(string message, Exception? inner = null) : Exception(message, inner);
