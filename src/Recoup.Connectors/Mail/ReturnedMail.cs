using System.Security.Cryptography;
using System.Text.RegularExpressions;
using MimeKit;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Mail;

/// <summary>What somebody sent back about a message of ours.</summary>
/// <param name="File">Where it lies.</param>
/// <param name="Key">The same for the same mail, wherever it lies.</param>
/// <param name="What">
/// bounced hard, bounced soft, complaint, unsubscribe, stop (asked for in an answer); or automatic answer, delay, receipt,
/// which change nothing; null: a person must look.
/// </param>
/// <param name="Message">The message's id; null where <paramref name="What"/> changes nothing.</param>
/// <param name="Status">Of a bounce (RFC 3463); null: it gave none.</param>
/// <param name="Words">What the server said, without addresses; or why the mail is none of these.</param>
public sealed record ReturnedMail(string File, string Key, string? What, string? Message, string? Status, string Words)
{
    /// <summary>It says something else too, which a person is to read.</summary>
    public bool SaysMore { get; init; }

    /// <summary>Read and understood, and nothing follows from it.</summary>
    public bool ChangesNothing => What is "automatic answer" or "delay" or "receipt";
}

/// <summary>
/// Reads mail that comes back, from a folder of .eml files or a Maildir: failures as a report (RFC 3464) or in a server's
/// own words, complaints (RFC 5965), unsubscribe mails and answers that ask for no more mail. Moves and changes nothing.
/// Whose message a mail is about is said by our Message-ID alone, which holds the workspace's id and which nobody can
/// guess: what does not show it can do nothing.
/// </summary>
public static partial class ReturnedMailReader
{
    /// <summary>Reports stand before the message that they return, so what is behind this is of no use.</summary>
    private const int ReadMax = 2_000_000;

    // Deeper than any server nests, and far from what a stack can bear.
    private static readonly ParserOptions Options = new() { MaxMimeDepth = 20 };

    private static readonly string[] Complaints = ["abuse", "fraud", "virus", "other", "opt-out", "opt-out-list"];

    /// <summary>Each mail of the folder, in the order of their names.</summary>
    /// <param name="folder">Holds .eml files, or cur and new as a Maildir does.</param>
    /// <param name="workspace">Messages of other workspaces are none of ours.</param>
    public static IEnumerable<ReturnedMail> Read(string folder, string workspace)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"there is no folder '{folder}'");
        var maildir = new[] { "new", "cur" }.Select(d => Path.Combine(folder, d)).Where(Directory.Exists).ToList();
        var files = maildir.Count > 0
            ? maildir.SelectMany(Directory.EnumerateFiles).Where(f => Path.GetFileName(f)[0] != '.')
            : Directory.EnumerateFiles(folder, "*.eml");
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            byte[] bytes, hash;
            try
            {
                using var stream = File.OpenRead(file);
                hash = SHA256.HashData(stream);
                stream.Position = 0;
                bytes = new byte[Math.Min(stream.Length, ReadMax)];
                stream.ReadExactly(bytes);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { hash = SHA256.HashData(bytes = []); }
            yield return Read(file, hash, bytes, workspace);
        }
    }

    internal static ReturnedMail Read(string file, byte[] bytes, string workspace) => Read(file, SHA256.HashData(bytes), bytes, workspace);

    private static ReturnedMail Read(string file, byte[] hash, byte[] bytes, string workspace)
    {
        var nothing = new ReturnedMail(file, $"returned/{CardNumber.KeyOf(hash.AsSpan(0, 16))}", null, null, null, "can't be read");
        if (bytes.Length == 0) return nothing;
        MimeMessage mail;
        try { mail = MimeMessage.Load(Options, new MemoryStream(Bounded(bytes))); }
        catch (FormatException) { return nothing; }
        using (mail) return Read(new ReadMail(mail), nothing, workspace);
    }

    /// <summary>
    /// Without the ends of lines and folded fields that are longer than any server's: some fields take the square of their
    /// length to read.
    /// </summary>
    private static byte[] Bounded(byte[] mail)
    {
        const int lineMax = 8_000, foldedMax = 16_000;
        var bounded = new MemoryStream(mail.Length);
        var folded = 0;
        for (var start = 0; start < mail.Length;)
        {
            var end = Array.IndexOf(mail, (byte)'\n', start) is var at and >= 0 ? at + 1 : mail.Length;
            folded = mail[start] is (byte)' ' or (byte)'\t' ? folded + end - start : 0;
            if (folded <= foldedMax)
            {
                bounded.Write(mail, start, Math.Min(end - start, lineMax));
                if (end - start > lineMax) bounded.WriteByte((byte)'\n');
            }
            start = end;
        }
        return bounded.ToArray();
    }

    private static ReturnedMail Read(ReadMail mail, ReturnedMail nothing, string workspace)
    {
        if (UnsubscribeSubject().Match(mail.Subject) is { Success: true } match)
            return match.Groups["workspace"].Value == workspace
                ? nothing with { What = "unsubscribe", Message = match.Groups["message"].Value, Words = "unsubscribe mail" }
                : nothing with { Words = "is an unsubscribe mail of another workspace" };
        if (mail.Feedback is { } feedback) return Complaint(mail, feedback, nothing, workspace);
        if (mail.IsReceipt) return nothing with { What = "receipt", Words = "is a report of another type (disposition-notification)" };
        if (mail.StatusGroups is { } groups) return Reported(mail, groups, nothing, workspace);
        if (mail.ReportType is { } type and not "delivery-status") return nothing with { Words = $"is a report of another type ({PlainText.OneLine(type)})" };
        if (mail.IsFailureNotice) return InWords(mail, nothing, workspace);
        if (mail.IsAutomatic) return nothing with { What = "automatic answer", Words = "is an automatic answer" };
        if (MessageOf(mail, workspace) is not { } message) return nothing with { Words = "is neither a report nor an unsubscribe mail" };
        return mail.AsksForNoMore
            ? nothing with { What = "stop", Message = message, Words = "asked for no more mail in an answer", SaysMore = mail.SaysMore }
            : nothing with { Words = "is an answer, for a person to read" };
    }

    /// <summary>A failure in the form that RFC 3464 has for it, whatever mail it stands in.</summary>
    private static ReturnedMail Reported(ReadMail mail, IReadOnlyList<HeaderList> groups, ReturnedMail nothing, string workspace)
    {
        // Each message has one recipient, so there is one group of a recipient; of several, the one that failed. Unless what was
        // sent to that recipient went on to several addresses, and one of them has it.
        var recipients = groups.Where(g => ActionOf(g) is not null).ToList();
        if (recipients.Count == 0) return nothing with { Words = "is a failure report without a recipient" };
        var recipient = recipients.Find(g => ActionOf(g) == "failed") ?? recipients[0];
        if (ActionOf(recipient) == "failed" && recipients.Find(g => HasArrived(ActionOf(g)) && IsOfSame(g, recipient)) is { } arrived)
            return nothing with { What = "receipt", Words = $"reports no failure: {ActionOf(arrived)} at one of the recipient's addresses, failed at another" };
        if (ActionOf(recipient) is var action and not "failed")
            return nothing with
            {
                What = action == "delayed" ? "delay" : HasArrived(action) ? "receipt" : null,
                Words = $"reports no failure: {PlainText.OneLine(action!)}",
            };
        if (MessageOf(mail, workspace) is not { } message) return nothing with { Words = "reports the failure of a message that is none of this workspace's" };

        var address = Last(recipient["Final-Recipient"] ?? recipient["Original-Recipient"]);
        var diagnostic = Last(recipient["Diagnostic-Code"]);
        var failure = Failure.Of(recipient["Status"], diagnostic.Length > 0 ? diagnostic : mail.Notice);
        return nothing with
        {
            What = failure.Fate == FailureFate.Hard ? "bounced hard" : "bounced soft",
            Message = message,
            Status = failure.Status,
            Words = SmtpReply.Scrub(diagnostic.Length > 0 ? diagnostic : failure.Said ?? "", address),
        };
    }

    /// <summary>A failure in a server's own words.</summary>
    private static ReturnedMail InWords(ReadMail mail, ReturnedMail nothing, string workspace)
    {
        var failure = Failure.Of(null, mail.Notice);
        if (mail.IsDelay) return nothing with { What = "delay", Words = "reports a delay, no failure" };
        if (failure.Fate == FailureFate.CannotTell && mail.IsAutomatic && !mail.IsFromServer)
            return nothing with { What = "automatic answer", Words = "is an automatic answer" };
        if (MessageOf(mail, workspace) is not { } message) return nothing with { Words = "reports the failure of a message that is none of this workspace's" };
        if (failure.Fate == FailureFate.CannotTell) return nothing with { Words = "seems to report a failure, but not in words that say which" };
        return nothing with
        {
            What = failure.Fate == FailureFate.Hard ? "bounced hard" : "bounced soft",
            Message = message,
            Status = failure.Status,
            Words = SmtpReply.Scrub(failure.Said ?? "", mail.FailedRecipient),
        };
    }

    private static ReturnedMail Complaint(ReadMail mail, IReadOnlyList<HeaderList> feedback, ReturnedMail nothing, string workspace)
    {
        var type = feedback.Select(g => g["Feedback-Type"]).FirstOrDefault(t => t is not null)?.Trim().ToLowerInvariant();
        if (type is null || !Complaints.Contains(type))
            return nothing with { Words = $"is feedback that is no complaint ({PlainText.OneLine(type ?? "no type given")})" };
        return MessageOf(mail, workspace) is { } message
            ? nothing with { What = "complaint", Message = message, Words = $"complaint: {type}" }
            : nothing with { Words = "is a complaint about a message that is none of this workspace's" };
    }

    /// <summary>At its address, or handed on by it (RFC 3464, 2.3.3).</summary>
    private static bool HasArrived(string? action) => action is "delivered" or "relayed" or "expanded";

    /// <summary>Both are about one recipient as the sender gave it; where one does not say whose it is, there was only one.</summary>
    private static bool IsOfSame(HeaderList a, HeaderList b)
    {
        var (one, other) = (Last(a["Original-Recipient"]), Last(b["Original-Recipient"]));
        return one.Length == 0 || other.Length == 0 || one.Equals(other, StringComparison.OrdinalIgnoreCase);
    }

    private static string? ActionOf(HeaderList group) => group["Action"]?.Split(' ', 2)[0].Trim().ToLowerInvariant();

    /// <summary>What stands behind the type of a field such as rfc822; name@example.com.</summary>
    private static string Last(string? field) => (field ?? "").Split(';', 2)[^1].Trim();

    /// <summary>By the Message-ID of what came back; where nothing did, by what the mail refers to, or shows anywhere.</summary>
    private static string? MessageOf(ReadMail mail, string workspace)
    {
        foreach (var place in mail.PlacesOfId)
            foreach (Match match in OurId().Matches(place))
                if (match.Groups["workspace"].Value == workspace) return match.Groups["message"].Value;
        return null;
    }

    [GeneratedRegex(@"(?<![\w.-])(?<message>m-\d{2}-\d{8,})\.(?<workspace>[A-Za-z0-9_-]+)@", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex OurId();

    [GeneratedRegex(@"^\s*unsubscribe\s+(?<message>m-\d{2}-\d{8,})\.(?<workspace>[A-Za-z0-9_-]+)\s*$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex UnsubscribeSubject();
}
