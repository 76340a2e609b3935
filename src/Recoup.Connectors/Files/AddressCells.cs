using System.Collections.Frozen;
using System.Text;

namespace Recoup.Connectors.Files;

/// <summary>What a cell for a mail address says.</summary>
/// <param name="Addresses">Without what stands around them, each once, in the cell's order.</param>
/// <param name="IsNone">The cell says in words that there is no address.</param>
internal readonly record struct AddressReading(IReadOnlyList<string> Addresses, bool IsNone);

/// <summary>
/// Reads cells in which ledgers keep mail addresses as people typed them: several in one cell, with names, with mailto:
/// before them, with characters that nobody sees, or with a word for none.
/// </summary>
internal static class AddressCells
{
    // In letters of one size, blanks and points within left out: n. a., N/A.
    private static readonly FrozenSet<string> NoneWords = new[]
    {
        "n/a", "na", "nv", "ka", "nb", "n/v", "k/a", "n/b", "#n/a", "#nv", "#na", "none", "no", "nil", "null", "nan",
        "undefined", "unknown", "notavailable", "notapplicable", "notprovided", "notgiven", "nomail", "noemail", "noe-mail",
        "missing", "empty", "blank", "tbd", "tba", "x", "xx", "xxx", "0", "false", "kein", "keine", "keiner", "keins", "ohne",
        "unbekannt", "nichtvorhanden", "nichtbekannt", "keineangabe", "keineangaben", "entfällt", "fehlt", "leer", "keinemail",
        "keineemail", "keinee-mail", "keinemailadresse", "keineemailadresse", "aucun", "aucune", "sans", "inconnu", "néant", "ninguno",
        "ninguna", "sincorreo", "desconocido", "nessuno", "nessuna", "sconosciuto", "geen", "onbekend", "brak", "ingen", "inget", "nenhum",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static AddressReading Read(string text)
    {
        // Nearly every cell is one bare address.
        if (IsPlain(text)) return new([text], false);
        var clean = WithoutInvisible(text);
        var found = new List<string>();
        foreach (var piece in Pieces(clean))
            if (AddressOf(piece) is { } address && !found.Contains(address, StringComparer.OrdinalIgnoreCase)) found.Add(address);
        return new(found, found.Count == 0 && IsNoneWord(clean));
    }

    private static bool IsPlain(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf('@');
        if (at <= 0 || at == text.Length - 1) return false;
        for (var i = 0; i < text.Length; i++)
            if (i != at && !char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('.' or '-' or '_' or '+')) return false;
        return IsAddress(text);
    }

    private static bool IsNoneWord(string text)
    {
        var word = new StringBuilder(text.Length);
        foreach (var c in text)
            if (!char.IsWhiteSpace(c) && c is not ('.' or '(' or ')' or '[' or ']' or '<' or '>' or '"' or '\'')) word.Append(char.ToLowerInvariant(c));
        // Dashes, question marks, commas alone say nothing either.
        return word.Length == 0 || !word.ToString().AsSpan().ContainsAnyExcept("-–—_/\\?*~+,;:|") || NoneWords.Contains(word.ToString());
    }

    /// <summary>Marks of direction, joiners and spaces of no width, soft hyphens and control characters go; other blanks become plain ones.</summary>
    private static string WithoutInvisible(string text)
    {
        var seen = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '\n' or '\r' or '\t') seen.Append(';');
            else if (char.IsWhiteSpace(c)) seen.Append(' ');
            else if (!char.IsControl(c) && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format) seen.Append(c);
        }
        return seen.ToString().Trim();
    }

    // Parted by ; or , outside of quotes and brackets: "Lee, Ann" <ann@x.example> is one piece.
    private static IEnumerable<string> Pieces(string text)
    {
        var from = 0;
        var quoted = false;
        var bracketed = false;
        // A quote that is never closed is part of a text.
        var quotes = text.Count(c => c == '"') % 2 == 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && quotes) quoted = !quoted;
            else if (text[i] == '<' && !quoted) bracketed = true;
            else if (text[i] == '>' && !quoted) bracketed = false;
            else if (text[i] is ';' or ',' or '|' && !quoted && !bracketed)
            {
                yield return text[from..i];
                from = i + 1;
            }
        }
        yield return text[from..];
    }

    private static string? AddressOf(string piece)
    {
        var text = piece.Trim();
        var open = text.LastIndexOf('<');
        var close = open < 0 ? -1 : text.IndexOf('>', open);
        if (close > open) text = text[(open + 1)..close].Trim();
        text = text.Trim('"', '\'', '<', '>', '(', ')', '[', ']', ' ', '\u201C', '\u201D', '\u201E', '\u2018', '\u2019');
        // mailto:a@x.example?subject=…, E-Mail: a@x.example
        var at = text.IndexOf('@');
        var colon = at < 0 ? -1 : text.LastIndexOf(':', at);
        if (colon >= 0) text = text[(colon + 1)..].TrimStart(' ', '/');
        var query = text.IndexOf('?');
        if (query > text.IndexOf('@')) text = text[..query];
        // A dot that ends a sentence; in front of the name it belongs to nothing.
        text = text.Trim().TrimEnd('.', '!', ':');
        return IsAddress(text) ? text : null;
    }

    private static bool IsAddress(ReadOnlySpan<char> text)
    {
        const int lengthMax = 254;
        var at = text.IndexOf('@');
        return at > 0 && at < text.Length - 1 && text.LastIndexOf('@') == at && text.Length <= lengthMax && !text.ContainsAny(" ;,<>\"()[]\\:")
            && text[0] != '.' && text[at - 1] != '.' && text[at + 1] is not ('.' or '-') && text[^1] is not ('.' or '-')
            && !text.Contains("..", StringComparison.Ordinal);
    }
}
