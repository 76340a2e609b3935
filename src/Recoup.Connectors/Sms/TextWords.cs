using System.Text;
using System.Text.RegularExpressions;

namespace Recoup.Connectors.Sms;

/// <summary>
/// What a customer's text asks for. The words of Twilio, AWS and Telnyx together, and those of the languages that texts are written in, as the whole
/// text, in any case and with any punctuation; and free words that mean stop, since consent may be revoked by any reasonable means (TCPA): in doubt it is
/// a stop, and a person sees the text too.
/// </summary>
public static partial class TextWords
{
    public const string Stop = "stop", SaidStop = "said stop", Start = "start", Yes = "yes", Help = "help", Other = "other";

    private static readonly HashSet<string> StopWords = new(StringComparer.Ordinal)
    {
        "STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT", "REMOVE", "ARRET", "ARRÊT", "TD",
        "STOPP", "ABMELDEN", "ABBESTELLEN", "AUSTRAGEN", "ABMELDUNG",
    };

    private static readonly HashSet<string> StartWords = new(StringComparer.Ordinal) { "START", "UNSTOP", "ANMELDEN" };

    private static readonly HashSet<string> HelpWords = new(StringComparer.Ordinal) { "HELP", "INFO", "HILFE" };

    /// <summary>One of the constants. Yes is a start only where nothing else was asked that it could answer.</summary>
    public static string MeaningOf(string text)
    {
        var said = Bare(text);
        if (StopWords.Contains(said)) return Stop;
        if (StartWords.Contains(said)) return Start;
        if (said == "YES") return Yes;
        if (HelpWords.Contains(said)) return Help;
        return !Denied().IsMatch(said) && MeansStop().IsMatch(said) ? SaidStop : Other;
    }

    /// <summary>In capitals, without punctuation, one blank between words.</summary>
    private static string Bare(string text)
    {
        var bare = new StringBuilder(text.Length);
        foreach (var c in text.Normalize().ToUpperInvariant())
            if (char.IsLetterOrDigit(c)) bare.Append(c);
            else if (char.IsWhiteSpace(c) && bare.Length > 0 && bare[^1] != ' ') bare.Append(' ');
        return bare.ToString().TrimEnd();
    }

    [GeneratedRegex(
        @"\b(STOP|CEASE|QUIT)\b.{0,25}\b(TEXT\w*|SMS\w*|MESSAG\w+|CONTACT\w*|WRIT\w+|SENDING|BOTHER\w*|HARASS\w*)\b"
        + @"|^(PLEASE |PLS |BITTE )?(STOP|STOPP|UNSUBSCRIBE|CANCEL|ABMELDEN)( (IT|THIS|THAT|NOW|ME|US|PLEASE|PLS|THANKS|THANK YOU|BITTE|DANKE|JETZT|SOFORT))*$"
        + @"|\b(DO NOT|DONT|NEVER|NO MORE|NO LONGER)\b.{0,20}\b(TEXT\w*|SMS|MESSAG\w+|CONTACT\w*|WRITE)\b"
        + @"|\b(REMOVE|TAKE|DELETE)\b.{0,30}\b(LIST|OFF|NUMBER)\b|\bUNSUBSCRIBE (ME|US)\b|\bOPT (ME |US )?OUT\b|\bLEAVE (ME|US) ALONE\b"
        + @"|\bREVOKE\b.{0,20}\bCONSENT\b"
        + @"|\bKEINE\w*\b.{0,25}\b(SMS|NACHRICHT\w*|TEXTE)\b|\b(SMS|NACHRICHT\w*|SCHREIB\w*|KONTAKTIER\w*)\b.{0,25}\bNICHT MEHR\b"
        + @"|\bNICHT MEHR\b.{0,25}\b(SMS|SCHREIB\w*|ANSCHREIB\w*|KONTAKTIER\w*)\b|\bHÖREN SIE\b.{0,10}\bAUF\b|\bLASS\w*\b.{0,12}\bIN RUHE\b"
        + @"|\bWIDERRUF\w*\b.{0,30}\b(EINWILLIGUNG|ZUSTIMMUNG)\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex MeansStop();

    [GeneratedRegex(@"\b(DONT|DO NOT|NEVER|NICHT)\b STOP\w*\b|\bSTOP(PED)? (MY |THE )?(CHEQUE|CHECK|PAYMENT)\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Denied();
}
