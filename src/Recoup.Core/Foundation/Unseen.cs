namespace Recoup.Core.Foundation;

/// <summary>
/// Characters that no screen shows, as they come along where text is copied from a page or files are put one behind another:
/// soft hyphens, marks of direction, spaces and joiners of no width, the mark that begins a file.
/// </summary>
public static class Unseen
{
    public static bool Is(char c) =>
        c is '\u00AD' or '\u034F' or '\u061C' or '\u180E' or '\uFEFF' or (>= '\u200B' and <= '\u200F')
            or (>= '\u202A' and <= '\u202E') or (>= '\u2060' and <= '\u2069');

    /// <summary>
    /// Without blanks and unseen characters at the ends, so that what looks the same is the same account or number. Within a text
    /// they stay: some languages write with them.
    /// </summary>
    public static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        // Nearly every text begins and ends with what can be seen.
        if (text.IsEmpty || !(Is(text[0]) || Is(text[^1]))) return text;
        var (from, to) = (0, text.Length);
        while (from < to && IsNothing(text[from])) from++;
        while (to > from && IsNothing(text[to - 1])) to--;
        return text[from..to];
    }

    private static bool IsNothing(char c) => Is(c) || char.IsWhiteSpace(c);
}
