using System.Text.RegularExpressions;

namespace Recoup.Connectors.Mail;

/// <summary>Hard: the address takes no mail, now or later. Soft: it was this message, this sender or this day.</summary>
internal enum FailureFate { CannotTell, Hard, Soft }

/// <summary>
/// What a server's words say about an address: by the status (RFC 3463, with what vendors made of it) and by the phrases
/// that servers are known to use, in English, German, French, Spanish, Italian, Dutch, Portuguese and Japanese.
/// The ladder in <see cref="Of"/> is the precedence: a mailbox
/// that is full is there, whatever code says so.
/// </summary>
/// <param name="Status">RFC 3463's; null: none was given.</param>
/// <param name="Said">The line that decided; null: none did.</param>
internal sealed record Failure(FailureFate Fate, string? Status, string? Said)
{
    // Longer reports say nothing more, and each phrase is looked for in all of it.
    private const int LengthMax = 16_000;

    /// <param name="status">As a report gives it, or nothing.</param>
    /// <param name="words">A server's answer, or the text of a notice, of any length.</param>
    public static Failure Of(string? status, string words)
    {
        if (words.Length > LengthMax) words = words[..LengthMax];
        words = Advice.Replace(words, "");
        var given = status is not null && Statuses.Match(status) is { Success: true } match ? match.Value : null;
        // Some give 5.0.0, or what their own server makes of it, and say what it was only in the words beside it.
        var said = Statuses.Matches(words).Select(m => m.Value).Where(s => !IsVague(s)).ToList();
        var named = said.Find(s => ByStatus(s) == FailureFate.Hard) ?? said.FirstOrDefault()
            ?? Statuses.Match(words) switch { { Success: true } m => m.Value, _ => null };
        var best = given is null || (IsVague(given) && named is not null) ? named ?? given : given;

        if (LineOf(Passing, words) is { } passing) return new Failure(FailureFate.Soft, best, passing);
        if (best is not null && IsAboutSender(best)) return new Failure(FailureFate.Soft, best, LineOf(Statuses, words));
        var refused = LineOf(Refused, words);
        if (best is not null && ByStatus(best) == FailureFate.Hard && !(refused is not null && best is "5.1.0" or "5.4.1" && LineOf(Unknown, words) is null))
            return new Failure(FailureFate.Hard, best, LineOf(Statuses, words) ?? LineOf(Unknown, words));
        // What a server would not have yet it may have another day; unless it was the user it never heard of.
        var notYet = best?[0] == '4' && !best.StartsWith("4.1.", StringComparison.Ordinal);
        if (!notYet && LineOf(Unknown, words) is { } unknown) return new Failure(FailureFate.Hard, best, unknown);
        if (refused is not null) return new Failure(FailureFate.Soft, best, refused);
        if (!notYet && LineOf(Unavailable, words) is { } unavailable && (best is null || best[0] == '5' || best.StartsWith("4.1.", StringComparison.Ordinal)))
            return new Failure(FailureFate.Hard, best, unavailable);
        if (best is not null) return new Failure(FailureFate.Soft, best, LineOf(Statuses, words));
        return LineOf(Codes, words) is { } code ? new Failure(FailureFate.Soft, null, code) : new Failure(FailureFate.CannotTell, null, null);
    }

    /// <summary>
    /// No such mailbox, domain or system, bad syntax, moved, a null MX, switched off; for 5.1.0 and 5.4.1 the words beside them may say
    /// otherwise.
    /// </summary>
    private static FailureFate ByStatus(string status) => status switch
    {
        "5.1.0" or "5.1.1" or "5.1.2" or "5.1.3" or "5.1.4" or "5.1.6" or "5.1.10" or "5.2.1" or "4.1.1" => FailureFate.Hard,
        // Exchange Online's: recipient unknown at the far server; no such domain.
        "5.1.350" or "5.1.351" or "5.4.310" => FailureFate.Hard,
        "5.4.1" or "5.4.4" => FailureFate.Hard,
        _ => FailureFate.Soft,
    };

    /// <summary>Says that something is amiss and not what.</summary>
    private static bool IsVague(string status) => status.EndsWith(".0.0", StringComparison.Ordinal) || status is "5.3.0" or "5.5.0";

    /// <summary>The sender's own address or allowance: for us to mend.</summary>
    private static bool IsAboutSender(string status) => status is "5.1.7" or "5.1.8" or "5.1.20" or "5.1.90";

    private static string? LineOf(Regex phrases, string words)
    {
        if (phrases.Match(words) is not { Success: true } match) return null;
        var start = words.LastIndexOf('\n', match.Index) + 1;
        var end = words.IndexOf('\n', match.Index + match.Length);
        return words[start..(end < 0 ? words.Length : end)].Trim();
    }

    // Without going back, so that no text of a stranger's takes long; a space stands for any that there are, lines' ends too.
    private static Regex Phrases(params string[] phrases) =>
        new(string.Join('|', phrases.Select(p => $"(?:{p.Replace(" ?", @"\s*", StringComparison.Ordinal).Replace(" ", @"\s+", StringComparison.Ordinal)})")),
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static readonly Regex Statuses = new(@"\b[245]\.\d{1,3}\.\d{1,3}\b", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static readonly Regex Codes = new(@"\b(?:4[2-5]|5[0-5])[0-9][ -]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>What a notice has a person do about an address that is not there: to type it anew and try again is no "try again later".</summary>
    private static readonly Regex Advice = Phrases(
        "(?:check|re-?type|double-?check|verify|correct|überprüfen sie|prüfen sie|vérifiez)"
        + "[^.\n]{0,120}(?:typos?|spelling|spaces|address|adresse|schreibweise|tippfehler)"
        + "[^.\n]{0,120}(?:again|erneut|nouveau)[^.\n]{0,60}");

    /// <summary>A mailbox that is full, a server that is busy or makes strangers wait, time that ran out.</summary>
    private static readonly Regex Passing = Phrases(
        "(?:mail ?box|account|inbox|maildir|storage|quota|postfach|speicher(?:platz)?|konto) "
            + "[^\n]{0,80}\\b(?:full|exceeded|voll|überschritten|ausgeschöpft|erschöpft|überfüllt)",
        "(?:full|overfull) (?:mail ?box|inbox)",
        "(?:over|exceed(?:s|ed|ing)?)[ -](?:the )?(?:its |their |his |her )?(?:mail ?box |storage |disk |maximum |allowed |message )?quota",
        "mailfolder is full", "disk quota", "quota exceeded",
        "out of (?:storage|disk)(?: space)?", "insufficient (?:system |disk )?(?:storage|space|resources)",
        "not enough (?:storage|disk) space", "QuotaExceeded", "kein speicherplatz", "volles postfach", "postfach voll",
        "gr[ea]y-?list", "try again", "try later", "temporar(?:y|ily)", "deferred", "rate[ -]?limit",
        "too many (?:connections|messages|recipients)", "throttl", "server (?:is )?(?:too )?busy",
        "retry time(?:out)? (?:was |not )?(?:exceeded|reached)", "too long in (?:the )?queue", "in the queue too long", "message expired",
        "delivery time expired", "vorübergehend", "später (?:noch einmal|erneut)",
        "(?:boîte|messagerie|quota)[^\n]{0,60} (?:pleine?|dépassée?|saturée?)", "(?:buzón|bandeja|cuota)[^\n]{0,60} (?:llen[oa]|superad[oa]|excedid[oa])",
        "(?:casella|quota)[^\n]{0,60} (?:pien[oa]|superat[oa]|esaurit[oa])",
        "(?:postvak|mailbox|quotum)[^\n]{0,60} (?:vol|overschreden)\\b", "caixa[^\n]{0,60} cheia",
        "(?:容量|メールボックス|受信箱)[^\n]{0,40}(?:超え|超過|いっぱい|一杯|不足)", "一時的");

    /// <summary>A user or a domain that is not there.</summary>
    private static readonly Regex Unknown = Phrases(
        "(?:user|recipient|mailbox|address(?:ee)?|account|userid|alias|local part|host|domain) (?:is |was )?(?:unknown|not known)",
        "unknown (?:e-?mail )?(?:user|recipient|mailbox|address|account|local[ -]?part|virtual|alias|host|domain|to address)",
        "no such (?:user|recipient|mailbox|mail ?box|address|person|account|domain|host|local user|email|e-mail|alias|mail drop)",
        "no (?:mail ?box|account|user) (?:here )?(?:by|with|under|of) th(?:at|is) (?:name|address)",
        "(?:does|do|did)(?:n[’']t| not) (?:exist|have an? [^\n]{0,60}account)", "not? longer (?:exists|valid|in use|available)",
        "non-?existent", "not a (?:known|valid) (?:user|mailbox|recipient|address)",
        "(?:user|recipient|mailbox|account|address|domain|host|name)[^\n]{0,100} "
            + "(?:(?:was|were|is|could|can) ?n[o’'t]*t (?:be )?found|couldn[’']t be found)",
        "[^ ]+@[^ ]+ (?:wasn[’']t|was not) found",
        "(?:wasn[’']t|was not) found (?:at|in)", "couldn[’']t find any host", "couldn[’']t be found",
        "not listed in (?:domino|public|the)", "not our customer", "unroute?able (?:address|mail domain)", "NXDOMAIN", "no mx ",
        "name or service not known", "host or domain name not found", "domain (?:name )?not found", "host not found",
        "recip(?:ient)?notfound", "invalid (?:recipient|mailbox|user|e?-?mail address)", "bad (?:destination )?mailbox address",
        "user not found", "recipient not found", "mailbox not found", "address not found", "account not found", "unknown in (?:virtual|local|relay)",
        "(?:empfänger|benutzer|nutzer|postfach|adresse|e-?mail-?adresse|mailadresse|konto|domain|domäne|host|rechner)[^\n]{0,100} "
            + "(?:ist |war )?(?:uns )?(?:unbekannt|nicht bekannt|nicht vorhanden|ungültig|existiert nicht|nicht gefunden)",
        "unbekannte[rns]? (?:empfänger|benutzer|nutzer|adresse|e-?mail|domain|host)",
        "kein(?:en)? (?:solche[nrs]? )?(?:benutzer|empfänger|postfach|nutzer)", "gibt es nicht", "existiert nicht", "nicht gefunden werden",
        "(?:empfänger|adresse|postfach)[^\n]{0,100} wurde [^\n]{0,40}nicht gefunden",
        "(?:adresse|destinataire|utilisateur|boîte|domaine|compte)[^\n]{0,80} (?:est |était )?"
        + "(?:introuvable|inconnue?|inexistante?|n[’']existe pas|n[’']a pas été trouvée?)",
        "(?:destinataire|utilisateur|adresse|domaine) inconnue?",
        "(?:usuario|destinatario|dirección|buzón|dominio|cuenta)[^\n]{0,80} (?:desconocid[oa]|no existe|inexistente|"
        + "no (?:se encontró|encontrad[oa]|se ha encontrado))",
        "no se (?:encontró|ha encontrado|pudo encontrar) (?:la dirección|el (?:usuario|destinatario|buzón|dominio))",
        "(?:utente|destinatario|indirizzo|casella|dominio)[^\n]{0,80} (?:sconosciut[oa]|inesistente|non (?:esiste|trovat[oa]))",
        "impossibile trovare (?:l[’']indirizzo|il destinatario|l[’']utente)",
        "(?:gebruiker|ontvanger|geadresseerde|adres|e-?mailadres|postvak|domein)[^\n]{0,80} (?:onbekend|bestaat niet|niet (?:gevonden|bekend))",
        "onbekende (?:gebruiker|ontvanger|geadresseerde|domein)",
        "(?:usuário|utilizador|destinatário|endereço|domínio|caixa)[^\n]{0,80} (?:desconhecid[oa]|não (?:existe|encontrad[oa]|foi encontrad[oa]))",
        "(?:宛先|ユーザー?|アドレス|メールボックス|受信者|ドメイン|アカウント)[^\n]{0,40}(?:存在しません|存在しない|"
            + "見つかりません|見つかりませんでした|見つからない|不明)");

    /// <summary>Refused for who wrote or what it said.</summary>
    private static readonly Regex Refused = Phrases(
        "spam", "block(?:ed|list)", "black-?list", "policy", "reputation", "poor reputation", "not (?:authori[sz]ed|allowed|permitted)",
        "unauthori[sz]ed", "sender (?:denied|rejected|address rejected)", "relay(?:ing)? (?:access )?denied",
        "unable to relay", "\\bspf\\b", "\\bdkim\\b", "\\bdmarc\\b", "virus", "malware", "content (?:rejected|filter)",
        "message (?:size|too (?:large|big))", "too (?:large|big)", "size limit", "banned", "richtlinie", "zu groß",
        "connection (?:refused|timed out|dropped|reset)", "could ?n[o’'t]*t connect", "no answer from host", "timed? ?out", "loop", "hop count");

    /// <summary>Said of a user who is not there as of one who was switched off; only where nothing speaks of a refusal.</summary>
    private static readonly Regex Unavailable = Phrases(
        "mailbox (?:is )?(?:unavailable|disabled|inactive|closed|suspended)",
        "(?:account|user|recipient|address) (?:has been |is |was )?(?:currently )?(?:disabled|inactive|deactivated|closed|suspended|expired|unavailable)",
        "recipient (?:address )?rejected", "address rejected", "recipient refused", "recipient not accepted", "no longer (?:on server|accepts|with)",
        "user (?:is )?not (?:local|active)", "postfach (?:ist )?(?:nicht verfügbar|deaktiviert|gesperrt|geschlossen)",
        "konto (?:ist |wurde )?(?:deaktiviert|gesperrt|geschlossen)", "empfänger abgelehnt");
}
