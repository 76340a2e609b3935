namespace Recoup.Core.Inputs;

/// <summary>
/// Finds text that is a payment card number, which must never be stored (PCI DSS 4, requirement 3): a run of
/// digits, single spaces and hyphens between them allowed, with an issuer's prefix and length and a valid
/// Luhn check digit (ISO/IEC 7812-1).
/// </summary>
public static class CardNumber
{
    /// <summary>Where a card number stands in the text, or null.</summary>
    public static (int Start, int Length)? Find(ReadOnlySpan<char> text)
    {
        if (text.Length < 13) return null;
        Span<byte> digits = stackalloc byte[20];
        for (var start = 0; start + 13 <= text.Length; start++)
        {
            if (!char.IsAsciiDigit(text[start]) || (start > 0 && char.IsAsciiDigit(text[start - 1]))) continue;
            var count = 0;
            var at = start;
            while (at < text.Length && count < 20)
            {
                if (char.IsAsciiDigit(text[at]))
                {
                    digits[count++] = (byte)(text[at++] - '0');
                    // Where a group ends the number may end too, with an expiry date or the like one space behind.
                    var ends = at == text.Length || !char.IsAsciiDigit(text[at]);
                    if (ends && count is >= 13 and <= 19 && IsIssued(digits[..count]) && PassesLuhn(digits[..count])
                        && !IsPhone(text, start, count) && !IsIban(text, start)) return (start, at - start);
                }
                else if (text[at] is ' ' or '-' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])) at++;
                else break;
            }
            // A card number and something else with one space between: the groups are also looked at alone.
            while (start + 1 < text.Length && char.IsAsciiDigit(text[start + 1])) start++;
        }
        return null;
    }

    public static bool Contains(ReadOnlySpan<char> text) => Find(text) is not null;

    /// <summary>
    /// A digest for a key that Recoup makes: in hexadecimal, or in letters where that is one in some thousands that holds the digits of a
    /// card number and would be refused.
    /// </summary>
    public static string KeyOf(ReadOnlySpan<byte> digest)
    {
        var text = Convert.ToHexStringLower(digest);
        return Contains(text) ? string.Concat(text.Select(static c => char.IsAsciiDigit(c) ? (char)('g' + (c - '0')) : c)) : text;
    }

    /// <summary>The text with all but the first six and last four digits of any card number struck out.</summary>
    public static string Mask(string text)
    {
        while (Find(text) is var (start, length))
        {
            var masked = text.ToCharArray();
            var total = 0;
            for (var i = start; i < start + length; i++) if (char.IsAsciiDigit(masked[i])) total++;
            var seen = 0;
            for (var i = start; i < start + length; i++)
            {
                if (!char.IsAsciiDigit(masked[i])) continue;
                seen++;
                if (seen > 6 && seen <= total - 4) masked[i] = '*';
            }
            text = new string(masked);
        }
        return text;
    }

    // Prefixes and lengths as the networks publish them: Visa 4 (13, 16, 19), Mastercard 51-55 and 2221-2720 (16),
    // American Express 34, 37 (15), Discover 6011, 644-649, 65 (16-19), Diners 300-305, 36, 38, 39 (14, 16-19),
    // JCB 3528-3589 (16-19), UnionPay 62 (16-19), Maestro 50, 56-58, 6 (13-19).
    private static bool IsIssued(ReadOnlySpan<byte> d)
    {
        var two = d[0] * 10 + d[1];
        var four = two * 100 + d[2] * 10 + d[3];
        var n = d.Length;
        return d[0] switch
        {
            4 => n is 13 or 16 or 19,
            2 => n == 16 && four is >= 2221 and <= 2720,
            5 => (n == 16 && two is >= 51 and <= 55) || two is 50 or (>= 56 and <= 58),
            3 => (n == 15 && two is 34 or 37) || (n is 14 or >= 16 && (four is >= 3000 and <= 3059 || two is 36 or 38 or 39))
                || (n >= 16 && four is >= 3528 and <= 3589),
            6 => n >= 16 || two is 63 or 67,
            _ => false,
        };
    }

    private static bool PassesLuhn(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            int digit = digits[digits.Length - 1 - i];
            if (i % 2 == 1 && (digit *= 2) > 9) digit -= 9;
            sum += digit;
        }
        return sum % 10 == 0;
    }

    // E.164 with its plus sign; real numbers have at most 13 digits, so a longer one is looked at as a card.
    private static bool IsPhone(ReadOnlySpan<char> text, int start, int count) => start == 1 && text[0] == '+' && count <= 13;

    // Two letters, two check digits: the digits belong to an account number. The letters stand right before or the run is one of its groups.
    private static bool IsIban(ReadOnlySpan<char> text, int start)
    {
        var head = text.TrimStart();
        return head.Length >= 15 && char.IsAsciiLetterUpper(head[0]) && char.IsAsciiLetterUpper(head[1])
            && char.IsAsciiDigit(head[2]) && char.IsAsciiDigit(head[3]) && IsValidIban(head) && start >= text.Length - head.Length;
    }

    // ISO 13616: the first four characters go to the end, letters become 10 to 35, the number leaves 1 on division by 97.
    private static bool IsValidIban(ReadOnlySpan<char> text)
    {
        Span<char> compact = stackalloc char[34];
        var n = 0;
        foreach (var c in text)
        {
            if (c == ' ') continue;
            if (!char.IsAsciiLetterOrDigit(c) || n == 34) return false;
            compact[n++] = char.ToUpperInvariant(c);
        }
        var rest = 0;
        for (var i = 0; i < n; i++)
        {
            var c = compact[(i + 4) % n];
            rest = char.IsAsciiDigit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
        }
        return n >= 15 && rest == 1;
    }
}
