using PhoneNumbers;

namespace Recoup.Core.Contact;

/// <summary>
/// A number as its country dials it, in one form (ITU-T E.164). The rules of each country are libphonenumber's; what it
/// does not take for a number stays as it was given, for a person to read.
/// </summary>
public static class PhoneNumber
{
    // Longer is no number in any spelling, and is not worth its parsing.
    private const int LengthMax = 60;

    /// <summary>+ and digits, as numbers are compared and dialled; null: no phone has this number.</summary>
    /// <param name="country">ISO 3166 code of the country whose numbers may stand without a country code; null: only with one.</param>
    public static string? E164(string number, string? country) =>
        Parse(number, country) is { } parsed && PhoneNumberUtil.GetInstance().IsValidNumber(parsed)
            ? PhoneNumberUtil.GetInstance().Format(parsed, PhoneNumberFormat.E164) : null;

    /// <summary>For people: spaces where the country puts them, and what follows the number; as given where it is none.</summary>
    public static string Shown(string number, string? country) =>
        Parse(number, country) is { } parsed && PhoneNumberUtil.GetInstance().IsValidNumber(parsed)
            ? PhoneNumberUtil.GetInstance().Format(parsed, PhoneNumberFormat.INTERNATIONAL) : number;

    /// <summary>The same for every spelling of a number, without what follows it within a house; what is no number, by its characters.</summary>
    public static string Compared(string number, string? country) => IsWhole(number) ? number : E164(number, country) ?? number.Trim().ToLowerInvariant();

    /// <summary>Whether anybody could dial it: written whole already, or a number by the rules of its country.</summary>
    public static bool CanBeDialled(string number, string? country) => IsWhole(number) || E164(number, country) is not null;

    // Fewer digits are an extension, a floor, a room.
    private const int DigitsMin = 6;

    /// <summary>
    /// The numbers of a text that may hold several, parted by <c>;</c>, <c>,</c>, <c>|</c>, a slash between blanks or a line's end. What is no number by
    /// itself, such as an extension, stays with the one before it. A text of one number is that as it stands.
    /// </summary>
    public static IReadOnlyList<string> All(string text)
    {
        if (!text.AsSpan().ContainsAny(";,|/\n\r")) return [text];
        var (numbers, before) = (new List<string>(), "");
        foreach (var piece in text.Replace(" / ", ";", StringComparison.Ordinal).Split([';', ',', '|', '\n', '\r'], StringSplitOptions.TrimEntries))
            if (piece.Count(char.IsAsciiDigit) >= DigitsMin)
            {
                numbers.Add(before + piece);
                before = "";
            }
            else if (numbers.Count == 0) before += $"{piece} ";
            else if (piece.Length > 0) numbers[^1] += $", {piece}";
        return numbers.Count < 2 ? [text] : [.. numbers.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Whether a text can arrive there: false for a fixed line and other sorts that take none, where its country's numbers tell. A number
    /// that may be either, as in North America, is believed to be a mobile.
    /// </summary>
    /// <param name="country">As of <see cref="E164"/>.</param>
    public static bool CanBeTexted(string number, string? country)
    {
        var util = PhoneNumberUtil.GetInstance();
        return Parse(number, country) is { } parsed && util.IsValidNumber(parsed) && util.GetNumberType(parsed) is PhoneNumberType.MOBILE
            or PhoneNumberType.FIXED_LINE_OR_MOBILE or PhoneNumberType.VOIP or PhoneNumberType.PERSONAL_NUMBER or PhoneNumberType.UNKNOWN;
    }

    /// <summary>
    /// Written as it is compared, so that imports ask nobody about most of their rows (E.164: at most 15 digits; none has fewer than 8 with its country
    /// code).
    /// </summary>
    private static bool IsWhole(string number) =>
        number.Length is >= 9 and <= 16 && number[0] == '+' && number[1] is >= '1' and <= '9' && !number.AsSpan(1).ContainsAnyExceptInRange('0', '9');

    /// <summary>What the number may have been compared by before there was one form.</summary>
    public static IEnumerable<string> FormerSpellings(string number, string? country)
    {
        yield return number;
        if (Parse(number, country) is not { } parsed) yield break;
        var util = PhoneNumberUtil.GetInstance();
        var dialled = util.Format(parsed, PhoneNumberFormat.E164);
        foreach (var spelling in new[] { dialled, $"00{dialled[1..]}", util.Format(parsed, PhoneNumberFormat.INTERNATIONAL),
            util.Format(parsed, PhoneNumberFormat.NATIONAL) }) yield return spelling;
        yield return string.Concat(util.Format(parsed, PhoneNumberFormat.NATIONAL).Where(char.IsAsciiDigit));
    }

    /// <summary>Null: no number in any spelling.</summary>
    internal static PhoneNumbers.PhoneNumber? Parse(string number, string? country)
    {
        if (number.Length > LengthMax || number.Count(char.IsDigit) < 3) return null;
        try { return PhoneNumberUtil.GetInstance().Parse(number, country); }
        catch (NumberParseException) { return null; }
    }
}
