using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using QRCoder;
using Recoup.Core.Foundation;

namespace Recoup.Connectors.Documents;

/// <summary>
/// A transfer as a code that a banking app scans: text of EPC069-12 (European Payments Council, "Quick Response Code: Guidelines to
/// Enable the Data Capture for the Initiation of a SEPA Credit Transfer"), as a QR code of level M. Euro only.
/// </summary>
internal static partial class PaymentCode
{
    /// <summary>EPC069-12, section 3: so many bytes and no more.</summary>
    private const int BytesMax = 331;

    private const int NameMax = 70, ReferenceMax = 140;

    private const long MinorMax = 99_999_999_999;

    /// <summary>
    /// Rows of modules, true is dark, without the quiet zone. Null where there can be none: no IBAN is named, another currency, nothing to pay.
    /// </summary>
    public static IReadOnlyList<bool[]>? Of(string? bankDetails, string creditor, Money amount, string reference)
    {
        if (TextOf(bankDetails, creditor, amount, reference) is not { } text) return null;
        using var maker = new QRCodeGenerator();
        using var code = QRCodeGenerator.GenerateQrCode(Bytes(text), QRCodeGenerator.ECCLevel.M);
        const int quiet = 4;
        return [.. code.ModuleMatrix.Skip(quiet).SkipLast(quiet).Select(row => row.Cast<bool>().Skip(quiet).SkipLast(quiet).ToArray())];
    }

    /// <summary>The text in the code; lines end with LF. Version 001 where the bank is named, as that demands; else 002.</summary>
    internal static string? TextOf(string? bankDetails, string creditor, Money amount, string reference)
    {
        if (amount.Currency.Code != "EUR" || amount.Minor is <= 0 or > MinorMax) return null;
        if (IbanIn(bankDetails ?? "") is not { } iban) return null;
        var bic = Bic().Match((bankDetails ?? "").ToUpperInvariant()) is { Success: true } found ? found.Groups["bic"].Value : "";
        var name = Cut(creditor.Trim(), NameMax);
        var told = Cut(reference.Trim(), ReferenceMax);
        if (name.Length == 0) return null;
        var charset = name.Concat(told).All(c => c <= '\u00ff') ? "2" : "1";
        var euros = (amount.Minor / 100m).ToString("0.00", CultureInfo.InvariantCulture);
        var text = string.Join('\n', "BCD", bic.Length > 0 ? "001" : "002", charset, "SCT", bic, name, iban, $"EUR{euros}", "", "", told);
        return Bytes(text).Length <= BytesMax ? text : null;
    }

    private static byte[] Bytes(string text) => (text.Split('\n')[2] == "2" ? Encoding.Latin1 : Encoding.UTF8).GetBytes(text);

    private static string Cut(string text, int max) => text.Length <= max ? text : text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)];

    /// <summary>
    /// The first IBAN of a SEPA country that stands in a text, without its blanks, whose check digits are right (ISO 13616, ISO 7064 mod
    /// 97-10).
    /// </summary>
    internal static string? IbanIn(string text)
    {
        foreach (Match start in Start().Matches(text.ToUpperInvariant()))
        {
            var compact = string.Concat(text.ToUpperInvariant().Skip(start.Index)
                .TakeWhile(c => char.IsAsciiLetterOrDigit(c) || char.IsWhiteSpace(c) || c is '-' or '.').Where(char.IsAsciiLetterOrDigit));
            if (Lengths.TryGetValue(compact[..2], out var length) && compact.Length >= length && IsChecked(compact[..length])) return compact[..length];
        }
        return null;
    }

    private static bool IsChecked(string iban)
    {
        var rest = 0;
        foreach (var c in string.Concat(iban.AsSpan(4), iban.AsSpan(0, 4)))
            rest = char.IsAsciiDigit(c) ? ((rest * 10) + (c - '0')) % 97 : ((rest * 100) + (c - 'A' + 10)) % 97;
        return rest == 1;
    }

    /// <summary>Characters of an IBAN by country. Source: SWIFT, IBAN registry, and the EPC's list of SEPA countries (EPC409-09).</summary>
    private static readonly Dictionary<string, int> Lengths = new(StringComparer.Ordinal)
    {
        ["AD"] = 24, ["AL"] = 28, ["AT"] = 20, ["BE"] = 16, ["BG"] = 22, ["CH"] = 21, ["CY"] = 28,
        ["CZ"] = 24, ["DE"] = 22, ["DK"] = 18, ["EE"] = 20, ["ES"] = 24, ["FI"] = 18, ["FR"] = 27,
        ["GB"] = 22, ["GI"] = 23, ["GR"] = 27, ["HR"] = 21, ["HU"] = 28, ["IE"] = 22, ["IS"] = 26,
        ["IT"] = 27, ["LI"] = 21, ["LT"] = 20, ["LU"] = 20, ["LV"] = 21, ["MC"] = 27, ["MD"] = 24,
        ["ME"] = 22, ["MK"] = 19, ["MT"] = 31, ["NL"] = 18, ["NO"] = 15, ["PL"] = 28, ["PT"] = 25,
        ["RO"] = 24, ["RS"] = 22, ["SE"] = 24, ["SI"] = 19, ["SK"] = 24, ["SM"] = 27, ["VA"] = 22,
    };

    [GeneratedRegex(@"(?<![A-Z0-9])[A-Z]{2}[0-9]{2}")]
    private static partial Regex Start();

    [GeneratedRegex(@"(?:BIC|SWIFT)[^A-Z0-9]{1,3}(?<bic>[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)(?![A-Z0-9])")]
    private static partial Regex Bic();
}
