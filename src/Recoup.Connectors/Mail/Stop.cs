using System.Text.RegularExpressions;

namespace Recoup.Connectors.Mail;

/// <summary>
/// Whether a customer's answer asks for no more mail: only where it says that and little else, in the text above what it
/// quotes. Whatever could be meant otherwise (a question, a "not", a contract to be ended) is for a person.
/// </summary>
internal static class Stop
{
    private const int WordsMax = 25, NameWordsMax = 6;

    /// <param name="subject">Without Re: and the like.</param>
    /// <param name="newText">What the answer says itself.</param>
    public static bool IsAskedFor(string subject, string newText)
    {
        var lines = newText.Split('\n').Select(Squeeze).Where(l => l.Length > 0).SkipWhile(l => Greeting.IsMatch(l)).ToList();
        if (lines.Count == 0) return Whole.IsMatch(Squeeze(subject));
        // Below the word alone there may stand a name.
        if (Whole.IsMatch(lines[0]) && lines.Skip(1).Sum(l => l.Split(' ').Length) <= NameWordsMax) return true;
        var said = string.Join(' ', lines);
        return !said.Contains('?', StringComparison.Ordinal) && said.Split(' ').Length <= WordsMax && !Otherwise.IsMatch(said) && Within.IsMatch(said);
    }

    /// <summary>Whether an answer speaks of money, of what is wrong with it, or of the law: that is for a person, whatever else it asks for.</summary>
    public static bool SaysMore(string newText) => OfMoney.IsMatch(newText);

    private static readonly Regex OfMoney = Words(
        @"\b(?:paid|pay|payment|transfer(?:red)?|settled|invoice|amount|bank|refund|wrong|incorrect|dispute[d]?|complain\w*|lawyer|solicitor|insolven\w*|"
        + @"bezahl\w*|gezahlt|zahl(?:e|en|ung)|überw(?:ies|eis)\w*|beglichen|rechnung|betrag|konto\w*|gutschrift|falsch|fehler\w*|reklam\w*|beschwer\w*|"
        + @"widersp\w*|anwalt\w*|insolven\w*|gekündigt|pay[ée]e?|facture|virement|pagad[oa]|factura)\b");

    /// <summary>The lines before a quote, a signature, or what a phone adds.</summary>
    public static string NewText(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var own = new List<string>();
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd();
            if (line is "--" or "-- " || line.TrimStart().StartsWith('>') || Divider.IsMatch(line)) break;
            // "On Monday, … <name@example.com>" and "wrote:" often stand on two lines.
            if (Introduces.IsMatch(line) || (i + 1 < lines.Length && Introduces.IsMatch($"{line} {lines[i + 1].Trim()}"))) break;
            if (!Phone.IsMatch(line)) own.Add(line);
        }
        return string.Join('\n', own).Trim();
    }

    private static string Squeeze(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static Regex Words(string pattern) => new(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static readonly Regex Greeting = Words(@"^(?:hi|hello|hallo|dear|sehr geehrte|guten (?:tag|morgen)|moin|servus)\b[^.!?]{0,60}$");

    /// <summary>Nothing but this, thanks aside.</summary>
    private static readonly Regex Whole = Words(
        @"^(?:(?:hi|hello|hallo)[ ,.!]+)?(?:please |bitte )?(?:stop|stopp|unsubscribe|opt[ -]?out|remove|abmelden|abmeldung|abbestellen|austragen|"
        + @"unsubscribe me|remove me|(?:stop|cease) (?:e-?mails?|all|sending (?:me |us )?(?:any (?:more )?)?(?:e-?mails?|mails?|messages))|"
        + @"(?:stop|cease) (?:writing|e-?mailing|mailing|contacting)(?: (?:to )?(?:me|us))?(?: by e-?mail)?|no more (?:e-?mails?|mails?|messages)|"
        + @"(?:keine|schicken sie (?:mir|uns) keine|senden sie (?:mir|uns) keine)(?: weiteren)? "
        + @"(?:e-?mails?|mails?|nachrichten)(?: mehr)?(?: schicken| senden)?|"
        + @"schreiben sie (?:mir|uns) nicht mehr|nicht mehr (?:schreiben|anschreiben|mailen))"
        + @"[ ,.!]*(?:please|bitte|thanks|thank you|danke|vielen dank|lg|mfg|mit freundlichen grüßen|regards|best regards|kind regards)?[ ,.!]*$");

    /// <summary>A few words with this among them.</summary>
    private static readonly Regex Within = Words(
        @"\b(?:unsubscribe|abmelden|abbestellen|austragen|opt (?:me|us) out|(?:remove|take|delete) (?:me|us|my address|this address|our address) (?:from|off) "
            + @"(?:the |this |your )?(?:mailing |distribution |e-?mail )?list|"
        + @"(?:nehmen|streichen|löschen|entfernen) sie (?:mich|uns|meine (?:e-?mail-?)?adresse) (?:bitte )?(?:aus|von) "
        + @"(?:dem |ihrem |der |ihrer )?(?:verteiler|liste))\b");

    private static readonly Regex Otherwise = Words(
        @"\b(?:not|don[’']?t|never|nicht|kein(?:e|en|er|esfalls)?|ohne|cancel|contract|subscription|plan|service|account|portal|vertrag|"
            + @"vertrags|abo|abonnement|konto|"
        + @"kündig\w*|dienst|if|wenn|falls|tried|trying|versucht|wollte|can[’']?t|cannot|unable)\b[^.]*\b(?:unsubscribe|abmelden|"
        + @"abbestellen|austragen|stop)\b"
        + @"|\b(?:unsubscribe|abmelden|abbestellen|austragen|stop)\b[^.]*"
        + @"\b(?:not|nicht|contract|subscription|plan|service|vertrag|abo|abonnement|konto|dienst|portal|failed|link|working|geht|funktioniert)\b");

    private static readonly Regex Divider = Words(
        @"^\s*(?:-{2,}\s*(?:original|ursprüngliche|weitergeleitete|forwarded|urspr)|_{8,}|={8,}|-{8,}|(?:von|from|de|gesendet|sent)\s*:\s*\S|"
            + @"begin forwarded message|anfang der weitergeleiteten)");

    private static readonly Regex Introduces = Words(
        @"^\s*(?:on|am|le|el|il)\b.{4,400}\b(?:wrote|schrieb|a écrit|escribió|ha scritto)\b.{0,200}:\s*$|^.{4,200}\b(?:wrote|schrieb)\b.{0,120}:\s*$");

    private static readonly Regex Phone = Words(
        @"^\s*(?:sent from (?:my|mail for)|von meinem .{2,40} gesendet|gesendet (?:von|mit|aus)|get outlook for|outlook für|"
            + @"diese nachricht wurde von meinem)");
}
