namespace Recoup.Core.Outbox;

/// <summary>
/// Into how many parts a phone network cuts a text (3GPP TS 23.038 and 23.040): of the GSM 7-bit alphabet 160 characters fit one part, and 153 each
/// of several; with one character of another alphabet all are UTF-16, 70 and 67. What each part costs is the provider's price.
/// </summary>
public static class TextSegments
{
    private const int SeptetsAlone = 160, SeptetsOfSeveral = 153, UnitsAlone = 70, UnitsOfSeveral = 67;

    private const string Alphabet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
        + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    /// <summary>Behind an escape, so that each counts two.</summary>
    private const string Extended = "\f^{}\\[~]|€";

    /// <summary>Zero where it is empty.</summary>
    public static int Of(string text)
    {
        if (text.Length == 0) return 0;
        return text.All(IsGsm) ? Parts(text, SeptetsAlone, SeptetsOfSeveral, c => Extended.Contains(c, StringComparison.Ordinal) ? 2 : 1)
            : Parts(text, UnitsAlone, UnitsOfSeveral, static _ => 1);
    }

    private static bool IsGsm(char c) => Alphabet.Contains(c, StringComparison.Ordinal) || Extended.Contains(c, StringComparison.Ordinal);

    /// <summary>A character that counts two is never cut: neither an escape from what it escapes, nor the two halves of a pair.</summary>
    private static int Parts(string text, int alone, int ofSeveral, Func<char, int> size)
    {
        if (text.Sum(size) <= alone) return 1;
        var (parts, used) = (1, 0);
        for (var i = 0; i < text.Length; i++)
        {
            var needed = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : size(text[i]);
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length) i++;
            if (used + needed > ofSeveral) (parts, used) = (parts + 1, 0);
            used += needed;
        }
        return parts;
    }
}
