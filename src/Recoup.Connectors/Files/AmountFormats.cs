using System.Globalization;
using Recoup.Core.Foundation;

namespace Recoup.Connectors.Files;

internal enum NumberReading { Number, NoNumber, Ambiguous, UnknownSign }

/// <summary>
/// How one manner of writing amounts parts them. Strict about groups, so that 1234,50 read with the wrong separators is refused and not a
/// hundred times too much.
/// </summary>
internal sealed record NumberFormat(char Decimal, char? Thousands)
{
    public static readonly NumberFormat Plain = new('.', null);

    /// <summary>So many fit a long; no amount of money has more.</summary>
    public const int DigitsMax = 18;

    public override string ToString() => Thousands is { } t ? $"1{t}234{Decimal}50" : $"1234{Decimal}50";

    /// <summary>Digits with their marks alone. A sign may stand before or, as SAP has it, behind.</summary>
    public bool TryRead(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        var negative = false;
        if (WholeLength(text) is var whole and > 0
            && ((text[whole] == Decimal && !text[..whole].Contains(Decimal)) || text[whole] == '/')) text = text[..whole];
        if (text.Length > 1 && text[0] is '-' or '+') { negative = text[0] == '-'; text = text[1..]; }
        else if (text.Length > 1 && text[^1] == '-') { negative = true; text = text[..^1]; }

        long digits = 0;
        var count = 0;
        var group = 0;
        var groups = 0;
        var scale = -1;
        var mark = '\0';
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                if (++count > DigitsMax) return false;
                digits = digits * 10 + (c - '0');
                if (scale >= 0) scale++;
                else group++;
            }
            else if (c == Decimal && scale < 0)
            {
                if (groups > 0 && group != 3) return false;
                scale = 0;
            }
            else if (IsThousands(c) && scale < 0)
            {
                // The first group has one to three digits; the next three, or two where lakhs are counted. One mark alone parts them.
                if (group is 0 or > 3 || (groups > 0 && (group == 1 || Alike(c) != mark))) return false;
                mark = Alike(c);
                groups++;
                group = 0;
            }
            else
            {
                return false;
            }
        }
        if (count == 0 || scale == 0 || (scale < 0 && groups > 0 && group != 3)) return false;
        number = new decimal(unchecked((int)digits), (int)(digits >> 32), 0, negative && digits != 0, (byte)Math.Max(scale, 0));
        return true;
    }

    /// <summary>
    /// Up to the mark behind which dashes stand in place of decimals: 2.000,- and 5,-- and 1,234/- are whole, and the dash is no
    /// minus. 0: there is no such mark.
    /// </summary>
    internal static int WholeLength(ReadOnlySpan<char> text)
    {
        var end = text.Length;
        while (end > 0 && text[end - 1] is ('-' or '\u2013' or '\u2014' or '\u2212')) end--;
        return end > 1 && end < text.Length && text[end - 1] is ('.' or ',' or '/') ? end - 1 : 0;
    }

    // Blanks and apostrophes can be nothing but marks of thousands, whatever the mapping says of them; a point or a comma could be the decimal mark.
    private bool IsThousands(char c) => c == Thousands || Alike(c) is ' ' or '\'';

    private static char Alike(char c) => c switch
    {
        ' ' or '\u00A0' or '\u202F' or '\u2009' or '\u2007' => ' ',
        '\'' or '\u2019' or '\u02BC' or '\u00B4' or '`' => '\'',
        _ => c,
    };
}

/// <summary>
/// The manners in which a column writes amounts: as people write them, with a currency's sign or code, a minus of
/// typography or brackets about what is negative. What two of its manners read as two amounts is never guessed at.
/// </summary>
internal sealed class AmountFormats
{
    public static readonly AmountFormats Plain = new([NumberFormat.Plain]);

    private readonly NumberFormat[] manners;

    public AmountFormats(IReadOnlyList<NumberFormat> manners) => this.manners = [.. manners];

    public override string ToString() => string.Join(" or ", manners.Select(m => m.ToString()));

    /// <param name="sign">The currency that is written with the number; null where none is.</param>
    public NumberReading TryRead(ReadOnlySpan<char> text, out decimal number, out CurrencySign? sign)
    {
        sign = null;
        // Nearly every cell is a bare number in the one manner of its file.
        if (manners.Length == 1 && manners[0].TryRead(text, out number)) return NumberReading.Number;
        return Strip(ref text, out var negative, ref sign) is { } problem ? Fail(problem, out number) : TryReadBare(text, negative, out number);
    }

    private static NumberReading Fail(NumberReading reading, out decimal number)
    {
        number = 0;
        return reading;
    }

    private NumberReading TryReadBare(ReadOnlySpan<char> text, bool negative, out decimal number)
    {
        number = 0;
        var found = false;
        foreach (var manner in manners)
        {
            if (!manner.TryRead(text, out var candidate)) continue;
            if (found && candidate != number) return NumberReading.Ambiguous;
            (found, number) = (true, candidate);
        }
        if (negative) number = -number;
        return found ? NumberReading.Number : NumberReading.NoNumber;
    }

    // Takes off, from both ends in whatever order they stand there, the minus and the currency.
    private static NumberReading? Strip(ref ReadOnlySpan<char> text, out bool negative, ref CurrencySign? sign)
    {
        negative = false;
        var signed = false;
        while (true)
        {
            text = text.Trim();
            if (text.Length < 2) return null;
            if (text[0] == '(' && text[^1] == ')')
            {
                if (signed) return NumberReading.NoNumber;
                (negative, signed) = (true, true);
                text = text[1..^1];
                continue;
            }
            var isBehind = IsMinus(text[^1]) && NumberFormat.WholeLength(text) == 0;
            if (IsMinus(text[0]) || isBehind || text[0] == '+')
            {
                if (signed) return NumberReading.NoNumber;
                signed = true;
                negative = text[0] != '+';
                text = IsMinus(text[0]) || text[0] == '+' ? text[1..] : text[..^1];
                continue;
            }
            var before = WordLength(text);
            var behind = before > 0 ? 0 : WordLengthAtEnd(text);
            if (before == 0 && behind == 0) return null;
            var word = before > 0 ? text[..before] : text[^behind..];
            if (sign is not null || CurrencySign.Of(word) is not { } found) return NumberReading.UnknownSign;
            sign = found;
            text = before > 0 ? text[before..] : text[..^behind];
        }
    }

    private static bool IsMinus(char c) => c is '-' or '\u2212' or '\u2013' or '\u2010' or '\u2011' or '\uFE63' or '\uFF0D';

    private static bool IsOfWord(char c) => char.IsLetter(c) || char.GetUnicodeCategory(c) == UnicodeCategory.CurrencySymbol;

    private static int WordLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && IsOfWord(text[length])) length++;
        // A point behind letters is theirs: Fr. 100, kr. 5.
        if (length > 0 && length < text.Length && text[length] == '.' && char.IsLetter(text[length - 1])) length++;
        return length;
    }

    private static int WordLengthAtEnd(ReadOnlySpan<char> text)
    {
        var end = text.Length;
        if (end > 1 && text[^1] == '.' && char.IsLetter(text[^2])) end--;
        var from = end;
        while (from > 0 && IsOfWord(text[from - 1])) from--;
        return from == end ? 0 : text.Length - from;
    }
}

/// <summary>What stands beside a number for its currency, and the currencies it may stand for.</summary>
internal sealed record CurrencySign(string Text, IReadOnlyList<string> Codes)
{
    private static readonly string[] Dollars =
    [
        "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP", "BBD", "BMD", "BND", "BSD", "BZD", "FJD", "GYD", "JMD", "KYD",
        "LRD", "NAD", "SBD", "SRD", "TTD", "TWD", "UYU", "XCD", "BRL",
    ];

    // As people write them, by Unicode's CLDR.
    private static readonly Dictionary<string, CurrencySign> Known = new (string Text, string[] Codes)[]
    {
        ("€", ["EUR"]), ("$", Dollars), ("US$", ["USD"]), ("A$", ["AUD"]), ("AU$", ["AUD"]),
        ("C$", ["CAD"]), ("CA$", ["CAD"]), ("NZ$", ["NZD"]), ("HK$", ["HKD"]),
        ("S$", ["SGD"]), ("NT$", ["TWD"]), ("MX$", ["MXN"]), ("R$", ["BRL"]),
        ("£", ["GBP", "EGP", "FKP", "GIP", "SHP", "LBP", "SYP", "SDG", "SSP"]), ("¥", ["JPY", "CNY"]),
        ("￥", ["JPY", "CNY"]), ("円", ["JPY"]), ("元", ["CNY"]), ("₹", ["INR"]),
        ("Rs", ["INR", "PKR", "LKR", "NPR", "MUR", "SCR"]), ("Rs.", ["INR", "PKR", "LKR", "NPR", "MUR", "SCR"]),
        ("₽", ["RUB"]), ("₺", ["TRY"]), ("TL", ["TRY"]), ("₩", ["KRW"]), ("₪", ["ILS"]),
        ("₫", ["VND"]), ("₴", ["UAH"]), ("₦", ["NGN"]), ("₱", ["PHP"]), ("฿", ["THB"]),
        ("zł", ["PLN"]), ("Kč", ["CZK"]), ("Ft", ["HUF"]), ("lei", ["RON", "MDL"]),
        ("лв", ["BGN"]), ("лв.", ["BGN"]), ("R", ["ZAR"]), ("RM", ["MYR"]), ("Rp", ["IDR"]),
        ("kr", ["SEK", "NOK", "DKK", "ISK"]), ("kr.", ["SEK", "NOK", "DKK", "ISK"]),
        ("Fr", ["CHF"]), ("Fr.", ["CHF"]), ("SFr", ["CHF"]), ("SFr.", ["CHF"]), ("sFr.", ["CHF"]),
    }.ToDictionary(s => s.Text, s => new CurrencySign(s.Text, s.Codes), StringComparer.Ordinal);

    /// <summary>A sign that people know, or a code of ISO 4217 in letters of any size; null where it is neither.</summary>
    public static CurrencySign? Of(ReadOnlySpan<char> word)
    {
        var text = word.ToString();
        if (Known.TryGetValue(text, out var known)) return known;
        return Currency.TryOf(text.ToUpperInvariant(), out var currency) ? new CurrencySign(text, [currency.Code]) : null;
    }
}
