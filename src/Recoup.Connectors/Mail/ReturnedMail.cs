using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Recoup.Connectors.Mail;

/// <summary>What somebody sent back about a message of ours.</summary>
/// <param name="File">Where it lies.</param>
/// <param name="Key">The same for the same mail, wherever it lies.</param>
/// <param name="What">bounced hard, bounced soft, complaint, unsubscribe; or null: nothing that concerns a message of ours.</param>
/// <param name="Message">The message's id; null with <paramref name="What"/>.</param>
/// <param name="Status">Of a bounce (RFC 3463); null: it gave none.</param>
/// <param name="Words">What the server said, without addresses; or why the mail is none of these.</param>
public sealed record ReturnedMail(string File, string Key, string? What, string? Message, string? Status, string Words);

/// <summary>
/// Reads mail that comes back: failure reports (RFC 3464), complaints (RFC 5965) and our own unsubscribe mails, from a
/// folder of .eml files or a Maildir. Moves and changes nothing.
/// </summary>
public static partial class ReturnedMailReader
{
    private const long BytesMax = 50_000_000;

    private static readonly string[] Complaints = ["abuse", "fraud", "virus", "other", "opt-out", "opt-out-list"];

    /// <summary>Each mail of the folder, in the order of their names.</summary>
    /// <param name="folder">Holds .eml files, or cur and new as a Maildir does.</param>
    /// <param name="workspace">Messages of other workspaces are none of ours.</param>
    public static IEnumerable<ReturnedMail> Read(string folder, string workspace)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"there is no folder '{folder}'");
        var maildir = new[] { "new", "cur" }.Select(d => Path.Combine(folder, d)).Where(Directory.Exists).ToList();
        var files = maildir.Count > 0 ? maildir.SelectMany(Directory.EnumerateFiles).Where(f => Path.GetFileName(f)[0] != '.') : Directory.EnumerateFiles(folder, "*.eml");
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            byte[] bytes;
            try
            {
                if (new FileInfo(file).Length > BytesMax) throw new IOException("it is larger than any report");
                bytes = File.ReadAllBytes(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { bytes = []; }
            yield return Read(file, bytes, workspace);
        }
    }

    internal static ReturnedMail Read(string file, byte[] bytes, string workspace)
    {
        var nothing = new ReturnedMail(file, $"returned/{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}", null, null, null, "can't be read");
        if (bytes.Length == 0) return nothing;
        var mail = MimePart.Read(bytes);
        if (mail.MediaType == "multipart/report")
            return mail.Parameter("report-type")?.ToLowerInvariant() switch
            {
                "delivery-status" => Failure(mail, nothing, workspace),
                "feedback-report" => Complaint(mail, nothing, workspace),
                var other => nothing with { Words = $"is a report of another type ({PlainText.OneLine(other ?? "none given")})" },
            };
        if (UnsubscribeSubject().Match(mail.Header("Subject") ?? "") is { Success: true } match)
            return match.Groups["workspace"].Value == workspace
                ? nothing with { What = "unsubscribe", Message = match.Groups["message"].Value, Words = "unsubscribe mail" }
                : nothing with { Words = "is an unsubscribe mail of another workspace" };
        return nothing with { Words = "is neither a report nor an unsubscribe mail" };
    }

    private static ReturnedMail Failure(MimePart mail, ReturnedMail nothing, string workspace)
    {
        var groups = mail.Parts.FirstOrDefault(p => p.MediaType is "message/delivery-status" or "message/global-delivery-status")?.Groups ?? [];
        // Each message has one recipient, so there is one group of a recipient; of several, the one that failed.
        var recipients = groups.Where(g => g.Header("Action") is not null).ToList();
        if (recipients.Count == 0) return nothing with { Words = "is a failure report without a recipient" };
        var recipient = recipients.Find(g => ActionOf(g) == "failed") ?? recipients[0];
        if (ActionOf(recipient) != "failed") return nothing with { Words = $"reports no failure: {PlainText.OneLine(ActionOf(recipient))}" };
        if (MessageOf(mail, workspace) is not { } message) return nothing with { Words = "reports the failure of a message that is none of this workspace's" };

        var address = (recipient.Header("Final-Recipient") ?? recipient.Header("Original-Recipient") ?? "").Split(';', 2)[^1].Trim();
        var diagnostic = (recipient.Header("Diagnostic-Code") ?? "").Split(';', 2)[^1].Trim();
        var status = recipient.Header("Status")?.Split(' ')[0].Trim();
        if (status is not null && !AnyStatus().IsMatch(status)) status = null;
        // Some give 5.0.0 and say what it was only in the words beside it.
        if (status is null or "5.0.0" or "4.0.0" && AnyStatus().Match(diagnostic) is { Success: true } said) status = said.Value;
        var hard = SmtpReply.SaysBadAddress(status);
        return nothing with { What = hard ? "bounced hard" : "bounced soft", Message = message, Status = status, Words = SmtpReply.Scrub(diagnostic, address) };
    }

    private static string ActionOf(MimePart group) => group.Header("Action")!.Trim().ToLowerInvariant();

    private static ReturnedMail Complaint(MimePart mail, ReturnedMail nothing, string workspace)
    {
        var type = mail.Parts.FirstOrDefault(p => p.MediaType == "message/feedback-report")?.Groups.Select(g => g.Header("Feedback-Type")).FirstOrDefault(t => t is not null)?.Trim().ToLowerInvariant();
        if (type is null || !Complaints.Contains(type)) return nothing with { Words = $"is feedback that is no complaint ({PlainText.OneLine(type ?? "no type given")})" };
        return MessageOf(mail, workspace) is { } message
            ? nothing with { What = "complaint", Message = message, Words = $"complaint: {type}" }
            : nothing with { Words = "is a complaint about a message that is none of this workspace's" };
    }

    /// <summary>By the Message-ID of what came back with the report; where nothing did, by what the report refers to.</summary>
    private static string? MessageOf(MimePart mail, string workspace)
    {
        var original = mail.Parts.FirstOrDefault(p => p.MediaType is "message/rfc822" or "message/global" or "text/rfc822-headers" or "message/global-headers");
        foreach (var id in new[] { original?.Groups.FirstOrDefault()?.Header("Message-ID"), mail.Header("In-Reply-To"), mail.Header("References") })
            foreach (Match match in OurId().Matches(id ?? ""))
                if (match.Groups["workspace"].Value == workspace) return match.Groups["message"].Value;
        return null;
    }

    [GeneratedRegex(@"(?<![\w.-])(?<message>m-\d{2}-\d{8,})\.(?<workspace>[A-Za-z0-9_-]+)@", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex OurId();

    [GeneratedRegex(@"^\s*unsubscribe\s+(?<message>m-\d{2}-\d{8,})\.(?<workspace>[A-Za-z0-9_-]+)\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex UnsubscribeSubject();

    [GeneratedRegex(@"\b[245]\.\d{1,3}\.\d{1,3}\b", RegexOptions.CultureInvariant)]
    private static partial Regex AnyStatus();
}
