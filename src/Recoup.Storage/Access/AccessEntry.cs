using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Recoup.Storage.Access;

/// <summary>What somebody did that changes no receivable and that an auditor asks about.</summary>
public static class AccessKind
{
    /// <summary>Came in, by a link.</summary>
    public const string Entered = "entered";

    /// <summary>Wanted to come in and could not.</summary>
    public const string Refused = "refused";

    /// <summary>Ended a session.</summary>
    public const string Left = "left";

    /// <summary>Looked at one customer's data.</summary>
    public const string Looked = "looked";

    /// <summary>Took a list or a document away.</summary>
    public const string Exported = "exported";

    /// <summary>Changed what somebody may do: a user, a link, a key.</summary>
    public const string Permitted = "permitted";

    public static readonly IReadOnlyList<string> All = [Entered, Refused, Left, Looked, Exported, Permitted];
}

/// <summary>One thing that somebody did.</summary>
/// <param name="At">By the clock of whoever recorded it.</param>
/// <param name="Actor">A user's id, <c>api:</c> and the name of a key, or who is at the machine.</param>
/// <param name="Way">page, api or command.</param>
/// <param name="Kind">One of <see cref="AccessKind.All"/>.</param>
/// <param name="Subject">The account, message, list or user; empty: nothing in particular.</param>
/// <param name="Detail">How, such as the file's form; never what somebody searched for, which may be a name.</param>
public sealed record AccessNote(DateTimeOffset At, string Actor, string Way, string Kind, string Subject, string Detail)
{
    /// <summary>The longest text of a field, characters; what is longer is cut.</summary>
    public const int LengthMax = 200;

    /// <summary>The same without control characters, and cut to <see cref="LengthMax"/>.</summary>
    internal AccessNote Tidied() => this with { Actor = Tidy(Actor), Way = Tidy(Way), Kind = Tidy(Kind), Subject = Tidy(Subject), Detail = Tidy(Detail) };

    private static string Tidy(string text)
    {
        var cut = text.Length <= LengthMax ? text : text[..LengthMax];
        if (cut.Length > 0 && char.IsHighSurrogate(cut[^1])) cut = cut[..^1];
        return cut.Any(char.IsControl) ? new string([.. cut.Select(c => char.IsControl(c) ? ' ' : c)]) : cut;
    }
}

/// <summary>An entry of the chain of access.</summary>
/// <param name="Seq">From 1, without gaps.</param>
/// <param name="Hash">SHA-256 over the hash before and every field, each with its length in front.</param>
public sealed record AccessEntry(long Seq, AccessNote Note, byte[] Hash)
{
    /// <summary>What the first entry is chained to.</summary>
    internal static readonly byte[] Root = new byte[32];

    internal static AccessEntry After(long seq, ReadOnlySpan<byte> hash, AccessNote note) => new(seq + 1, note, HashOf(hash, seq + 1, note));

    internal static byte[] HashOf(ReadOnlySpan<byte> before, long seq, AccessNote note)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        hash.AppendData(before);
        Number(seq, number);
        Number(note.At.ToUnixTimeMilliseconds(), number);
        foreach (var text in (ReadOnlySpan<string>)[note.Actor, note.Way, note.Kind, note.Subject, note.Detail])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Number(bytes.Length, number);
            hash.AppendData(bytes);
        }
        return hash.GetHashAndReset();

        void Number(long value, Span<byte> into)
        {
            BinaryPrimitives.WriteInt64LittleEndian(into, value);
            hash.AppendData(into);
        }
    }
}

/// <summary>Which entries are wanted; null: whatever they have there.</summary>
public sealed record AccessFilter
{
    public string? Actor { get; init; }
    public string? Kind { get; init; }
    public string? Subject { get; init; }

    /// <summary>Not before.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before.</summary>
    public DateTimeOffset? Until { get; init; }
}
