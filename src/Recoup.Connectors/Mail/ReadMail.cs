using System.Text;
using System.Text.RegularExpressions;
using MimeKit;
using MimeKit.Text;

namespace Recoup.Connectors.Mail;

/// <summary>
/// A mail from elsewhere, as far as it matters what it is: a report, a notice in words, an automatic answer, a person's
/// answer. MimeKit reads it, which forgives what servers do to mail; what it can't read is empty, never an error.
/// </summary>
internal sealed class ReadMail
{
    // More of either has no report that a server wrote.
    private const int TextMax = 64_000, PartsMax = 100, GroupsMax = 100;

    private readonly MimeMessage mail;
    private readonly List<MimeEntity> parts = [];
    private readonly string text;

    public ReadMail(MimeMessage mail)
    {
        this.mail = mail;
        Collect(mail.Body);
        Subject = PlainText.OneLine(mail.Subject ?? "");
        text = Bodies();
        var end = Copies.Match(text);
        Notice = end.Success ? text[..end.Index] : text;
    }

    public string Subject { get; }

    /// <summary>The text above a copy of the message that came back.</summary>
    public string Notice { get; }

    /// <summary>Groups of fields about recipients (RFC 3464, 2.1); null: it has no such part.</summary>
    public IReadOnlyList<HeaderList>? StatusGroups =>
        parts.Any(p => p is MessageDeliveryStatus)
            ? [.. parts.OfType<MessageDeliveryStatus>().SelectMany(Groups)]
            : GroupsOf("message", "delivery-status", "global-delivery-status");

    /// <summary>The fields of a complaint (RFC 5965); null: it is none.</summary>
    public IReadOnlyList<HeaderList>? Feedback => GroupsOf("message", "feedback-report");

    /// <summary>Somebody's program says that the message was shown or thrown away (RFC 8098).</summary>
    public bool IsReceipt => ReportType == "disposition-notification" || parts.Exists(p => p.ContentType.IsMimeType("message", "disposition-notification"));

    /// <summary>Of a multipart/report, in lower case; null: it is none or says no type.</summary>
    public string? ReportType =>
        mail.Body is { } body && body.ContentType.IsMimeType("multipart", "report") ? body.ContentType.Parameters["report-type"]?.ToLowerInvariant() : null;

    /// <summary>Written by a mail server, not by a person or for one.</summary>
    public bool IsFromServer => ServerNames.IsMatch(Header("From")) || ReturnPath == "" || Header("X-Failed-Recipients").Length > 0;

    /// <summary>A notice that something did not arrive, by its subject or by who wrote it; an answer to one is none.</summary>
    public bool IsFailureNotice =>
        Daemons.IsMatch(Header("From")) || Header("X-Failed-Recipients").Length > 0
        || (ServerNames.IsMatch(Header("From")) && !Answers.IsMatch(Subject) && Refusals.IsMatch(Notice))
        || (IsFromServer && (FailureSubjects.IsMatch(Subject) || Delays.IsMatch(Subject) || FailureBegins.IsMatch(Notice)))
        || (FailureSubjects.IsMatch(Subject) && !Answers.IsMatch(Subject));

    public bool IsDelay => (Delays.IsMatch(Subject) || Delays.IsMatch(Notice)) && !FinalWords.IsMatch(Notice) && !FinalWords.IsMatch(Subject);

    /// <summary>RFC 3834, and what programs did before it and beside it.</summary>
    public bool IsAutomatic =>
        (Header("Auto-Submitted") is { Length: > 0 } submitted && !submitted.StartsWith("no", StringComparison.OrdinalIgnoreCase))
        || AutomaticHeaders.Any(h => Header(h).Length > 0 && !Header(h).Equals("no", StringComparison.OrdinalIgnoreCase))
        || Header("Precedence").ToLowerInvariant() is "auto_reply" or "auto-reply" or "bulk" or "junk" or "list"
        || Suppress.IsMatch(Header("X-Auto-Response-Suppress")) || ReturnPath == "" || AutomaticSubjects.IsMatch(Subject);

    /// <summary>Said plainly, and above what it answers: not in a quote, not in a long letter, not in a question.</summary>
    public bool AsksForNoMore => Stop.IsAskedFor(Bare(Subject), Stop.NewText(text));

    /// <summary>An answer speaks of money or of what is wrong with it.</summary>
    public bool SaysMore => Stop.SaysMore(Stop.NewText(text));

    public string FailedRecipient
    {
        get
        {
            var named = Header("X-Failed-Recipients").Split(',', 2)[0].Trim();
            if (named.Length == 0 && AnyAddress.Match(Notice) is { Success: true } match) named = match.Value;
            return named.Length <= 320 ? named : "";
        }
    }

    /// <summary>Where the id of our message may stand, the surest first.</summary>
    public IEnumerable<string> PlacesOfId
    {
        get
        {
            foreach (var part in parts)
                if (HeadersOf(part) is { } headers) yield return headers["Message-ID"] ?? "";
            yield return Header("In-Reply-To");
            // The last is what it answers; those before are what that answered.
            foreach (var id in Header("References").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Reverse()) yield return id;
            yield return text;
        }
    }

    private string Header(string name) => (mail.Headers[name] ?? "").Trim();

    /// <summary>The envelope's sender, empty for who wants no answer; null: not said.</summary>
    private string? ReturnPath => mail.Headers["Return-Path"]?.Trim().Trim('<', '>').Trim();

    private static string Bare(string subject) => Prefixes.Replace(subject, "").Trim();

    private void Collect(MimeEntity? entity)
    {
        // A message inside a message is what came back, and says nothing of its own.
        if (entity is Multipart multipart) foreach (var part in multipart) Collect(part);
        else if (entity is not null && parts.Count < PartsMax) parts.Add(entity);
    }

    private string Bodies()
    {
        var all = new StringBuilder();
        var plain = parts.OfType<TextPart>().Where(p => !p.IsHtml && !p.ContentType.IsMimeType("text", "rfc822-headers")).ToList();
        foreach (var part in plain.Count > 0 ? plain : parts.OfType<TextPart>().Where(p => p.IsHtml))
        {
            var written = Text(part);
            all.Append(part.IsHtml ? OfHtml(written) : written.ReplaceLineEndings("\n")).Append('\n');
            if (all.Length > TextMax) return all.ToString(0, TextMax);
        }
        return all.ToString();
    }

    private static string Text(TextPart part)
    {
        try { return part.Text ?? ""; }
        catch (Exception e) when (e is FormatException or NotSupportedException or ArgumentException) { return ""; }
    }

    /// <summary>What a reader of the page sees, up to what it quotes.</summary>
    private static string OfHtml(string html)
    {
        var seen = new StringBuilder();
        var tokens = new HtmlTokenizer(new StringReader(html));
        var hidden = 0;
        while (tokens.ReadNextToken(out var token) && seen.Length < TextMax)
        {
            if (token is HtmlTagToken tag)
            {
                if (tag.Id is HtmlTagId.Style or HtmlTagId.Script or HtmlTagId.Head or HtmlTagId.Title)
                    hidden += tag.IsEndTag ? -1 : tag.IsEmptyElement ? 0 : 1;
                if (tag.Id is HtmlTagId.BlockQuote && !tag.IsEndTag || tag.Attributes.Any(a => a.Value is { } v && Quotes.IsMatch(v))) seen.Append("\n>\n");
                else if (tag.Id is HtmlTagId.P or HtmlTagId.Div or HtmlTagId.Br or HtmlTagId.TR or HtmlTagId.LI or HtmlTagId.HR) seen.Append('\n');
                else if (tag.Id is HtmlTagId.TD or HtmlTagId.TH) seen.Append(' ');
            }
            else if (token is HtmlDataToken { Kind: HtmlTokenKind.Data } data && hidden <= 0) seen.Append(data.Data);
        }
        return seen.ToString().Replace('\u00A0', ' ').ReplaceLineEndings("\n");
    }

    private static IEnumerable<HeaderList> Groups(MessageDeliveryStatus part)
    {
        try { return [.. part.StatusGroups.Take(GroupsMax)]; }
        catch (Exception e) when (e is FormatException or InvalidOperationException) { return []; }
    }

    private IReadOnlyList<HeaderList>? GroupsOf(string type, params string[] subtypes)
    {
        var found = parts.FindAll(p => subtypes.Any(s => p.ContentType.IsMimeType(type, s)));
        if (found.Count == 0) return null;
        return [.. found.SelectMany(part => part switch
        {
            MessageFeedbackReport report => Fields(report),
            MimePart { Content: { } content } => Fields(content),
            _ => [],
        })];
    }

    private static IEnumerable<HeaderList> Fields(MessageFeedbackReport report)
    {
        try { return report.Fields is { } fields ? [fields] : []; }
        catch (FormatException) { return []; }
    }

    private static List<HeaderList> Fields(IMimeContent content)
    {
        using var decoded = new MemoryStream();
        try { content.DecodeTo(decoded); }
        catch (FormatException) { return []; }
        var groups = new List<HeaderList>();
        foreach (var group in Encoding.Latin1.GetString(decoded.ToArray()).ReplaceLineEndings("\n")
            .Split("\n\n", GroupsMax, StringSplitOptions.RemoveEmptyEntries))
        {
            try { groups.Add(HeaderList.Load(new MemoryStream(Encoding.Latin1.GetBytes(group.TrimStart('\n') + "\n\n")))); }
            catch (FormatException) { break; }
        }
        return groups;
    }

    /// <summary>Of the message that came back, whole or only its headers; null: the part is none.</summary>
    private static HeaderList? HeadersOf(MimeEntity part) => part switch
    {
        MessagePart message => message.Message?.Headers,
        // A message in base64, which no server should make of one, is no message to MimeKit.
        MimePart { Content: { } content } p when p.ContentType.IsMimeType("text", "rfc822-headers") || p.ContentType.IsMimeType("message", "rfc822")
            || p.ContentType.IsMimeType("message", "global") || p.ContentType.IsMimeType("message", "global-headers")
            => Fields(content).FirstOrDefault(),
        _ => null,
    };

    private static Regex Words(string pattern) => new(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static readonly string[] AutomaticHeaders =
    [
        "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Auto-Reply-From", "X-Mail-Autoreply", "X-Autogenerated",
        "X-AutoReply-From", "X-MS-Exchange-Inbox-Rules-Loop", "X-Vacation",
    ];

    private static readonly Regex Suppress = Words(@"\b(?:all|oof|autoreply)\b");

    private static readonly Regex ServerNames = Words(@"mailer-?daemon|postmaster|mail delivery (?:sub)?system|system administrator|mail administrator|"
        + @"mail-?daemon|microsoft outlook|mailsystem|systemadministrator|<>");

    // Nobody's name but a mail server's, in whatever language it writes; a postmaster may be a person.
    private static readonly Regex Daemons = Words(@"mailer-?daemon|mail-?daemon|mail delivery (?:sub)?system");

    private static readonly Regex FailureSubjects = Words(
        @"undeliver|returned (?:mail|to sender)|return to sender|failure notice|delivery (?:status notification|has failed|fail|error|report|problem|"
            + @"notification)|mail (?:delivery (?:failed|failure|system|error)|error|system error)|(?:could|can) ?n[o’'t]*t be delivered|not delivered|"
        + @"non-?delivery|message (?:delivery )?(?:failed|rejected|undelivered|delayed)|delayed? mail|warning: (?:message|could not send)|nicht zustellbar|"
        + @"unzustellbar|unzustellbarkeit|(?:nicht|konnte nicht|kann nicht) zugestellt|zustellung (?:fehlgeschlagen|verzögert|der nachricht)|"
        + @"zustell(?:fehler|bericht|problem|status)|fehler bei der zustellung|fehlgeschlagene zustellung|mail konnte nicht|"
        + @"benachrichtigung (?:zum|über den) (?:übermittlungs|zustell)status|rückläufer|"
        + @"échec de (?:la )?(?:remise|distribution|livraison)|non (?:remis|distribué)|no se (?:puede|pudo|ha podido) entregar|no entregado|"
        + @"error (?:de|en la) entrega|mancat[oa] (?:recapito|consegna)|impossibile recapitare|recapito non riuscito|"
        + @"onbestelbaar|niet (?:bezorgd|afgeleverd)|não (?:foi )?(?:entregue|possível entregar)|falha na entrega|"
            + @"niedostarczaln|niedoręczon|nie mo[żz]na dostarczy[ćc]|"
        + @"配信不能|配信(?:エラー|失敗)|配信できません|送信(?:エラー|できません)|未配信|配達不能");

    private static readonly Regex FailureBegins = Words(
        @"could ?n[o’'t]*t be delivered|could not deliver|was(?: not|n[’']t) delivered|wasn[’']t able to deliver|"
        + @"delivery (?:to the following|has failed|failed)|undeliverable|has been delayed|have encountered an error|nicht zugestellt|nicht zustellen|"
        + @"unzustellbar|"
        + @"échec de la remise|n[’']a pas (?:pu être|été) (?:remis|distribué)|no se (?:pudo|ha podido) entregar|"
        + @"non è stato possibile (?:recapitare|consegnare)|niet (?:worden )?bezorgd|"
        + @"não (?:pôde|pode) ser entregue|配信できません|送信できません");

    /// <summary>A server's refusal in figures (RFC 5321, RFC 3463), which are the same in every language; not in what a person quotes.</summary>
    private static readonly Regex Refusals = Words(@"(?:\n|^)[ \t]*(?:[^> \t\n][^\n]*)?\b5[0-9][0-9][ -]#?5\.[0-9]{1,3}\.[0-9]{1,3}\b");

    private static readonly Regex Answers = Words(@"^\s*(?:re|aw|antw?|fwd?|wg|sv|tr)\s*:");

    private static readonly Regex Prefixes = Words(@"^\s*(?:(?:re|aw|antw?|fwd?|wg|sv|tr)\s*(?:\[\d+\])?:\s*)+");

    private static readonly Regex Delays = Words(
        @"\(delay\)|delayed|\bdelay\b|warning message only|will (?:keep|continue) (?:trying|to try)|still being retried|you do not need to (?:resend|re-?send)|"
            + @"do not need to send your message again|not yet been delivered|could not send message for past|"
        + @"action: delayed|verzögert|verzögerung|retardé|retrasad[oa]|in ritardo|vertraagd|配信(?:遅延|が遅れ)|weiter(?:e|hin) (?:zustell)?versuche|"
        + @"noch nicht zugestellt|wird weiterhin versucht");

    private static readonly Regex FinalWords = Words(@"action: failed|permanent (?:error|failure)|gave up|giving up|given up|\(failure\)|"
        + @"will not be (?:tried|retried)|endgültig|not going to try again|returned to you");

    private static readonly Regex AutomaticSubjects = Words(
        @"^\s*(?:(?:re|aw)\s*:\s*)?(?:auto(?:matic|mated|mat)?[ -]?(?:reply|response|answer|antwort)|autoreply|auto:|automatische (?:antwort|rückantwort|"
            + @"abwesenheit|eingangs|nachricht|empfangs)|autom\. antwort|abwesen|out[ -]of[ -](?:the[ -])?office|ooo\b|vacation (?:reply|response|notice)|"
        + @"urlaubs?(?:notiz|abwesenheit|benachrichtigung|meldung|vertretung)|nicht im (?:büro|haus)|"
        + @"(?:derzeit|zurzeit|momentan) (?:abwesend|nicht (?:im büro|erreichbar))|eingangsbestätigung|empfangsbestätigung|réponse automatique|"
        + @"risposta automatica|respuesta automática|automatisch antwoord|resposta automática|absence du bureau|自動(?:応答|返信)|"
        + @"不在(?:通知|応答))|out of (?:the )?office|abwesenheits(?:notiz|meldung|assistent|benachrichtigung|agent)");

    /// <summary>Where a notice stops speaking and the message that came back begins.</summary>
    private static readonly Regex Copies = Words(
        @"(?:\n|^)[ \t]*(?:-{2,} ?below this line|-{3,} ?this is a copy|"
            + @"-{2,} ?(?:original|returned|the header of the original|ursprüngliche|die ursprüngliche|"
            + @"weitergeleitete|forwarded|undelivered)|original message headers|ursprüngliche nachrichten?kopf|your message follows|"
        + @"message headers? follow|returned message follows|(?:return-path|received|message-id|dkim-signature|x-received|mime-version):[ \t])");

    private static readonly Regex Quotes = Words(
        @"gmail_quote|moz-cite|yahoo_quoted|divrplyfwdmsg|appendonsend|border-top: ?solid|protonmail_quote|tutanota_quote");

    private static readonly Regex AnyAddress = Words(@"[^\s<>()\[\]:;,""']{1,64}@[^\s<>()\[\];:,""']{1,255}");
}
