using System.Buffers.Text;
using System.Text;
using System.Text.RegularExpressions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;

namespace Recoup.Core;

/// <summary>
/// A text under its party's key, as a text: <c>sealed:</c> and Base64Url. It stands in events and states in the place of the words
/// themselves, and may stand among others. Journals of before have the words as they are, and they read as ever.
/// </summary>
public static partial class SealedWords
{
    private const string Mark = "sealed:";

    /// <summary>What is shown where the key is gone.</summary>
    public const string Gone = "(erased)";

    /// <summary>Words about somebody who was erased are not kept.</summary>
    public static string Seal(IVault vault, string party, bool erased, string words) =>
        erased ? Mark : words.Length == 0 ? words : Mark + Base64Url.EncodeToString(vault.Seal(party, Encoding.UTF8.GetBytes(words)));

    /// <summary>The text with everything sealed in it opened.</summary>
    public static string Open(IVault vault, string party, string text) =>
        !text.Contains(Mark, StringComparison.Ordinal) ? text : Token().Replace(text, found => Words(vault, party, found.Groups[1].ValueSpan));

    /// <summary>The event with its words as they were said.</summary>
    public static Event Open(IVault vault, string party, Event e) => FreeTexts.Map(e, (vault, party), static (s, text) => Open(s.vault, s.party, text));

    /// <summary>The row, for showing: its hash is that of the row as it stands.</summary>
    public static JournalRow Open(IVault vault, JournalRow row)
    {
        if (row.Payload.AsSpan().IndexOf("sealed:"u8) < 0) return row;
        var (kind, version, payload) = EventCodec.Encode(Open(vault, row.Party, EventCodec.Decode(row.Kind, row.Version, row.Payload)));
        return row with { Kind = kind, Version = version, Payload = payload };
    }

    private static string Words(IVault vault, string party, ReadOnlySpan<char> token)
    {
        try { return !token.IsEmpty && vault.Open(party, Base64Url.DecodeFromChars(token)) is { } words ? Encoding.UTF8.GetString(words) : Gone; }
        catch (FormatException) { return Gone; }
    }

    [GeneratedRegex("sealed:([A-Za-z0-9_-]*)")]
    private static partial Regex Token();
}
