using System.Buffers;
using System.Text;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Core.Evidence;

/// <summary>A type of file that is taken. What a file is of is read from its first bytes; its name has to say the same.</summary>
/// <param name="Name">As events and lists have it.</param>
/// <param name="MediaType">By which it is given back.</param>
/// <param name="Endings">Of names, in lower case, with the point.</param>
public sealed record FileType(string Name, string MediaType, params IReadOnlyList<string> Endings)
{
    /// <summary>The largest file, bytes.</summary>
    public const int BytesMax = 10 * 1024 * 1024;

    /// <summary>The longest name, characters.</summary>
    public const int NameLengthMax = 200;

    private static readonly FileType
        Pdf = new("pdf", "application/pdf", ".pdf"),
        Png = new("png", "image/png", ".png"),
        Jpeg = new("jpeg", "image/jpeg", ".jpg", ".jpeg"),
        Txt = new("txt", "text/plain; charset=utf-8", ".txt"),
        Csv = new("csv", "text/csv; charset=utf-8", ".csv"),
        Eml = new("eml", "message/rfc822", ".eml");

    /// <summary>A type more is a line more, and how its content begins. None that a reader's program would run is among them.</summary>
    public static readonly IReadOnlyList<FileType> All = [Pdf, Png, Jpeg, Txt, Csv, Eml];

    /// <summary>What names may end with.</summary>
    public static IEnumerable<string> AllEndings => All.SelectMany(type => type.Endings);

    public static FileType? Find(string name) => All.FirstOrDefault(type => type.Name == name);

    /// <summary>
    /// What is wrong with a file's name, in words; null: nothing. A name with a path in it could lead out of the folder that somebody saves it
    /// to.
    /// </summary>
    public static string? ProblemOfName(string name)
    {
        if (name.AsSpan().ContainsAny('/', '\\')) return $"'{InputDraft.Short(name)}' has a path in it: give the file's own name";
        if (name.Any(c => char.IsControl(c) || Unseen.Is(c))) return "has a character that no screen shows: name the file anew";
        return All.Any(type => type.Has(name)) ? null
            : $"'{InputDraft.Short(name)}' ends with none of {string.Join(", ", AllEndings)}: save the file as one of these";
    }

    /// <summary>The type of a file.</summary>
    /// <param name="name">Of which nothing is wrong.</param>
    /// <param name="problem">In words, where the content is none of such a file; else null.</param>
    public static FileType? Of(string name, ReadOnlySpan<byte> content, out string? problem)
    {
        var said = All.First(type => type.Has(name));
        if (content.IsEmpty) problem = "is empty";
        else if (content.Length > BytesMax)
            problem = $"has {content.Length} bytes, and a file has at most {BytesMax} (10 MB): save it smaller, or in parts";
        else if (OfBytes(content) is not { } found)
            problem = "is of a type that is not taken: save the file as PDF, PNG, JPEG, or as text in UTF-8";
        else if (found != said && !(found == Txt && said.IsText))
            problem = $"is not what the name says: '{InputDraft.Short(name)}' should hold {said.Name}, and it holds {found.Name}. Give it the name of "
                + "what it is, or save it as what the name says";
        else if (said == Eml && !BeginsAsMail(content))
            problem = "does not begin as a mail does, with the fields of its header: save the mail as .eml anew";
        else if (said != Eml && said.IsText && CardNumber.Find(Encoding.Latin1.GetString(content)) is var (start, _))
            problem = $"holds a payment card number in line {content[..start].Count((byte)'\n') + 1}; card numbers are never taken: strike it out";
        else
        {
            problem = null;
            return said;
        }
        return null;
    }

    private bool IsText => this == Txt || this == Csv || this == Eml;

    private bool Has(string name) => Endings.Any(ending => name.Length > ending.Length && name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>Text is <see cref="Txt"/>, whichever it is; null: none that is taken.</summary>
    private static FileType? OfBytes(ReadOnlySpan<byte> content) =>
        content.StartsWith("%PDF-"u8) ? Pdf
        : content.StartsWith((ReadOnlySpan<byte>)[0x89, .. "PNG\r\n\u001a\n"u8]) ? Png
        : content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? Jpeg
        : content.ContainsAny(NoText) ? null : Txt;

    // Control characters but tab, line break, form feed and carriage return: text of any encoding of eight bits is without them.
    private static readonly SearchValues<byte> NoText =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Append(0x7F).Except([0x09, 0x0A, 0x0C, 0x0D]).Select(b => (byte)b)]);

    /// <summary>A field's name and a colon (RFC 5322, 2.2).</summary>
    private static bool BeginsAsMail(ReadOnlySpan<byte> content)
    {
        var colon = content[..Math.Min(content.Length, FieldNameMax)].IndexOf((byte)':');
        return colon > 0 && content[..colon].IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0;
    }

    private const int FieldNameMax = 78;
}
