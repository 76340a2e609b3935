using System.Globalization;
using System.Text;
using Recoup.Core.Foundation;

namespace Recoup.Core.Contact;

/// <summary>
/// A mail address has many spellings: its domain in letters or in the form with xn-- (RFC 5891), capitals, a dot at the
/// end of the domain (RFC 1034, 3.1), characters that nobody sees. Here is the one form in which mail carries it, and the
/// one by which consent, bounces and marks know it.
/// </summary>
public static class MailAddress
{
    /// <summary>RFC 5321, 4.5.3.1, and RFC 1035, 2.3.4.</summary>
    private const int LocalMax = 64, DomainMax = 253, LabelMax = 63;

    /// <summary>
    /// Whether mail from here could reach this address: its domain has a dot, as all but machines of a house's own have, and is no
    /// number of a machine, which mail goes to in brackets only (RFC 5321, 4.1.3).
    /// </summary>
    public static bool CanBeMailed(string address) =>
        TryWrite(address, utf8: true, out var written) && written.LastIndexOf('.') is var dot && dot > written.LastIndexOf('@')
        && written.AsSpan(dot + 1).ContainsAnyExceptInRange('0', '9');

    /// <summary>
    /// As it goes into headers and envelope: the local part as it was given, the domain in its encoded form. The domain may be a
    /// machine's of the house, which a sender's is at times.
    /// </summary>
    /// <param name="utf8">A local part of other letters needs servers that few have (RFC 6531): it passes only where this one has.</param>
    public static bool TryWrite(string address, bool utf8, out string written)
    {
        written = "";
        if (!TrySplit(address, out var local, out var domain, out var isQuoted) || !TryEncode(domain, out domain) || local.Length > LocalMax) return false;
        // Only in quotes are these part of a name; without them it is a list, or something else that is no one address.
        if (!isQuoted && local.AsSpan().ContainsAny("@,;:<>()[]\\\"")) return false;
        var plain = local[0] != '.' && local[^1] != '.' && !local.Contains("..", StringComparison.Ordinal);
        foreach (var rune in local.EnumerateRunes())
        {
            var other = utf8 && rune.Value >= 0xA0 && (Rune.IsLetterOrDigit(rune)
                || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);
            if (!other && !(rune.IsAscii && rune.Value is >= ' ' and <= '~')) return false;
            plain &= other || Rune.IsLetterOrDigit(rune) || ".!#$%&'*+-/=?^_`{|}~".Contains((char)rune.Value, StringComparison.Ordinal);
        }
        written = $"{(plain ? local : Quote(local))}@{domain}";
        return true;
    }

    /// <summary>
    /// The same for every spelling of the address. Capitals make no difference in the local part either: no provider is
    /// known that tells them apart, and who asks not to be written to means every spelling.
    /// </summary>
    public static string Compared(string address)
    {
        if (!TrySplit(address, out var local, out var domain, out _)) return address.Trim().ToLowerInvariant();
        return $"{Composed.Of(local).ToLowerInvariant()}@{(TryEncode(domain, out var encoded) ? encoded : domain.ToLowerInvariant())}";
    }

    /// <summary>
    /// What the address may have been compared by before there was one form: journals of that time know addresses by a
    /// hash of their spelling.
    /// </summary>
    public static IEnumerable<string> FormerSpellings(string address)
    {
        yield return address;
        if (!TrySplit(address, out var local, out var domain, out _) || !TryEncode(domain, out var encoded)) yield break;
        string letters;
        try { letters = new IdnMapping().GetUnicode(encoded); }
        catch (ArgumentException) { letters = encoded; }
        foreach (var spelling in new[] { encoded, letters })
        {
            yield return $"{local}@{spelling}";
            yield return $"{local}@{spelling}.";
        }
    }

    private static bool TrySplit(string address, out string local, out string domain, out bool isQuoted)
    {
        (local, domain, isQuoted) = ("", "", false);
        var clean = Bare(Visible(address).Trim());
        var at = clean.LastIndexOfAny(['@', '\uFF20']);
        if (at <= 0 || at == clean.Length - 1) return false;
        (local, domain) = (clean[..at].TrimEnd(' '), clean[(at + 1)..].TrimStart(' '));
        isQuoted = local.Length > 2 && local[0] == '"' && local[^1] == '"';
        if (isQuoted) local = Unquote(local[1..^1]);
        return local.Length > 0 && domain.Length > 0;
    }

    /// <summary>
    /// Without what people and programs put around an address: a name before it in brackets; mailto: (RFC 6068), with what
    /// follows a question mark.
    /// </summary>
    private static string Bare(string text)
    {
        const string scheme = "mailto:";
        if (text.EndsWith('>') && text.LastIndexOf('<') is >= 0 and var open) text = text[(open + 1)..^1].Trim();
        if (!text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return text;
        text = text[scheme.Length..].TrimStart('/', ' ');
        return text.LastIndexOf('@') is > 0 and var at && text.IndexOf('?', at) is > 0 and var query ? text[..query] : text;
    }

    private static bool TryEncode(string domain, out string encoded)
    {
        encoded = "";
        if (!Ascii.IsValid(domain))
        {
            // What the mapping of RFC 5895 does: full-width forms, other full stops, capitals, marks beside their letter.
            var mapped = string.Concat(domain.Select(c => c switch
            {
                '\u3002' or '\uFF0E' or '\uFF61' => '.',
                >= '\uFF01' and <= '\uFF5E' => (char)(c - 0xFEE0),
                _ => c,
            }));
            try { domain = new IdnMapping().GetAscii(Composed.Of(mapped.ToLowerInvariant())); }
            catch (ArgumentException) { return false; }
        }
        // One dot at the end says that the name is whole, and is no part of it.
        if (domain[^1] == '.') domain = domain[..^1];
        if (domain.Length is 0 or > DomainMax) return false;
        foreach (var label in domain.Split('.'))
            if (label.Length is 0 or > LabelMax || label[0] == '-' || label[^1] == '-' || !label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                return false;
        encoded = domain.ToLowerInvariant();
        return true;
    }

    /// <summary>Without what no screen shows.</summary>
    private static string Visible(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var seen = new StringBuilder(text.Length);
        foreach (var c in text)
            if (!Unseen.Is(c)) seen.Append(c);
        return seen.ToString();
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Unquote(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length) i++;
            plain.Append(text[i]);
        }
        return plain.ToString();
    }

    /// <summary>
    /// Letters with the mark that follows them as one character, as the one normal form has it (Unicode, NFC): for Latin
    /// letters, since the program runs without tables of cultures, in which string.Normalize leaves text as it is.
    /// </summary>
    private static class Composed
    {
        // Behind each mark, pairs of a letter and the letter with it.
        private static readonly Dictionary<(char Letter, char Mark), char> Pairs = new[]
        {
            ('\u0300', "aàeèiìoòuùAÀEÈIÌOÒUÙ"), ('\u0301', "aáeéiíoóuúyýcćnńsśzźlĺrŕAÁEÉIÍOÓUÚYÝCĆNŃSŚZŹLĹRŔ"),
                ('\u0302', "aâeêiîoôuûcĉgĝhĥjĵsŝwŵyŷAÂEÊIÎOÔUÛ"),
            ('\u0303', "aãnñoõiĩuũAÃNÑOÕ"), ('\u0304', "aāeēiīoōuūAĀEĒIĪOŌUŪ"), ('\u0306', "aăgğeĕAĂGĞ"), ('\u0307', "zżeėcċgġZŻEĖIİ"),
                ('\u0308', "aäeëiïoöuüyÿAÄEËIÏOÖUÜ"),
            ('\u030A', "aåuůAÅUŮ"), ('\u030B', "oőuűOŐUŰ"), ('\u030C', "cčdďeěnňrřsštťzžCČDĎEĚNŇRŘSŠTŤZŽ"), ('\u0327', "cçsşCÇSŞgģkķlļnņ"),
                ('\u0328', "aąeęiįuųAĄEĘIĮUŲ"),
        }.SelectMany(m => m.Item2.Chunk(2).Select(p => ((p[0], m.Item1), p[1]))).ToDictionary();

        public static string Of(string text)
        {
            if (Ascii.IsValid(text)) return text;
            var composed = new StringBuilder(text.Length);
            foreach (var c in text)
            {
                if (composed.Length > 0 && Pairs.TryGetValue((composed[^1], c), out var one)) composed[^1] = one;
                else composed.Append(c);
            }
            return composed.ToString();
        }
    }
}
