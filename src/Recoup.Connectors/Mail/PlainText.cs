using System.Globalization;
using System.Text;

namespace Recoup.Connectors.Mail;

/// <summary>What a customer's data may not do to a text: begin a header, a line, or turn the reading direction.</summary>
internal static class PlainText
{
    /// <summary>On one line: breaks, tabs and control characters become one space, marks that turn the direction go.</summary>
    public static string OneLine(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (TurnsDirection(c)) continue;
            if (!char.IsControl(c) && !char.IsWhiteSpace(c)) clean.Append(c);
            else if (clean.Length > 0 && clean[^1] != ' ') clean.Append(' ');
        }
        return clean.ToString().TrimEnd();
    }

    /// <summary>Lines end in \n, without blanks at their end; no more than one empty line in a row, none at the ends.</summary>
    public static string Lines(string text)
    {
        var clean = new StringBuilder(text.Length);
        var empty = 0;
        foreach (var raw in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var line = raw.TrimEnd();
            if (line.Length == 0)
            {
                empty++;
                continue;
            }
            if (clean.Length > 0) clean.Append(empty > 0 ? "\n\n" : "\n");
            empty = 0;
            foreach (var c in line)
                if (!TurnsDirection(c)) clean.Append(char.IsControl(c) ? ' ' : c);
        }
        return clean.Append('\n').ToString();
    }

    /// <summary>
    /// As a text for phones: with the signs of every phone's alphabet in the place of those that only look better, since one other character makes
    /// the whole text dearer.
    /// </summary>
    public static string ForPhones(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in Lines(text))
            _ = c switch
            {
                '\u00A0' or '\u202F' or '\u2009' => plain.Append(' '),
                '“' or '”' or '„' or '«' or '»' => plain.Append('"'),
                '‘' or '’' or '‚' or '`' or '´' => plain.Append('\''),
                '–' or '—' or '‐' or '‑' or '−' => plain.Append('-'),
                '…' => plain.Append("..."),
                '•' => plain.Append('*'),
                _ => plain.Append(c),
            };
        return plain.ToString().Trim();
    }

    // U+202A to U+202E and U+2066 to U+2069: with them a name can make the text around it read otherwise.
    private static bool TurnsDirection(char c) => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}

/// <summary>How a language writes dates and amounts. Made here and not taken from the machine, so that a text is the same everywhere.</summary>
internal sealed class LanguageForm
{
    private static readonly LanguageForm English = new("d MMMM yyyy", "d MMM yyyy", codeFirst: true, ",", ".");
    private static readonly LanguageForm German = new("dd.MM.yyyy", "dd.MM.yyyy", codeFirst: false, ".", ",");

    /// <summary>For languages whose form is not known here: nothing that could be misread.</summary>
    private static readonly LanguageForm Neutral = new("yyyy-MM-dd", "yyyy-MM-dd", codeFirst: true, "", ".");

    private readonly string date;
    private readonly string shortDate;
    private readonly bool codeFirst;
    private readonly NumberFormatInfo numbers;

    private LanguageForm(string date, string shortDate, bool codeFirst, string group, string point)
    {
        this.date = date;
        this.shortDate = shortDate;
        this.codeFirst = codeFirst;
        numbers = new NumberFormatInfo { NumberGroupSeparator = group, NumberDecimalSeparator = point };
    }

    public static LanguageForm Of(string language) => language switch { "en" => English, "de" => German, _ => Neutral };

    public string Date(DateOnly day) => day.ToString(date, CultureInfo.InvariantCulture);

    /// <summary>For columns.</summary>
    public string ShortDate(DateOnly day) => day.ToString(shortDate, CultureInfo.InvariantCulture);

    public string Amount(Core.Foundation.Money money) => codeFirst ? $"{money.Currency} {Figure(money)}" : $"{Figure(money)} {money.Currency}";

    /// <summary>Without the currency, for columns that name it at their head.</summary>
    public string Figure(Core.Foundation.Money money) => money.Major.ToString("N" + money.Currency.Digits.ToString(CultureInfo.InvariantCulture), numbers);
}
