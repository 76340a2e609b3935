using System.Globalization;

namespace Recoup.Storage.Work;

/// <summary>
/// Where a list goes on: the place of the last row shown, its parts escaped and joined by commas, so that a link
/// can hold it. What is no cursor reads as the beginning: a link that somebody cut shows the first page.
/// </summary>
internal static class Cursor
{
    public static string Write(params ReadOnlySpan<object> parts)
    {
        var texts = new string[parts.Length];
        for (var i = 0; i < parts.Length; i++) texts[i] = Uri.EscapeDataString(Convert.ToString(parts[i], CultureInfo.InvariantCulture)!);
        return string.Join(',', texts);
    }

    public static string[]? Read(string? cursor, int parts)
    {
        if (cursor is null) return null;
        var texts = cursor.Split(',');
        if (texts.Length != parts || !long.TryParse(texts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) return null;
        for (var i = 0; i < texts.Length; i++) texts[i] = Uri.UnescapeDataString(texts[i]);
        return texts;
    }

    public static long Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
