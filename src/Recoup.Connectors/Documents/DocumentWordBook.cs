using System.Text.RegularExpressions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;

namespace Recoup.Connectors.Documents;

/// <summary>The words of documents in every language there is: the shipped files, and a user's own over them. Immutable.</summary>
public sealed partial class DocumentWordBook
{
    private const string Folder = "documents/";
    private const string Fallback = "en";

    private static readonly Lazy<DocumentWordBook> LazyShipped = new(() => new DocumentWordBook(LoadShipped()));

    private readonly Dictionary<string, DocumentWords> words;

    private DocumentWordBook(Dictionary<string, DocumentWords> words) => this.words = words;

    public static DocumentWordBook Shipped => LazyShipped.Value;

    /// <summary>ISO 639 codes, in order.</summary>
    public IEnumerable<string> Languages => words.Keys.Order(StringComparer.Ordinal);

    /// <summary>The words of a language such as "de" or "de-AT"; English where there are none.</summary>
    internal DocumentWords Of(string language) => words.GetValueOrDefault(LanguageCode.Of(language)) ?? words[Fallback];

    /// <summary>Which words a document in the language is written with: path and digest.</summary>
    public string EditionOf(string language) => Of(language).Edition;

    /// <summary>A user's files over the shipped ones, word by word. One that can't be read is left out: nobody adopted it with this program.</summary>
    /// <param name="own">Of which those of the folder documents count.</param>
    public static DocumentWordBook Over(IReadOnlyList<CatalogFile> own)
    {
        var over = own.Where(f => f.Path.StartsWith(Folder, StringComparison.Ordinal) && ProblemsOf(f.Path, f.Text).Count == 0).ToList();
        if (over.Count == 0) return Shipped;
        var all = new Dictionary<string, DocumentWords>(Shipped.words, StringComparer.Ordinal);
        foreach (var file in over)
        {
            var language = FileName().Match(file.Path).Groups["language"].Value;
            all[language] = new DocumentWords(language, file.Text, file.Path, Shipped.Of(language));
        }
        return new DocumentWordBook(all);
    }

    /// <summary>All that is wrong with a user's file of words.</summary>
    /// <param name="path">Within the catalogue, such as documents/fr.yaml.</param>
    public static IReadOnlyList<YamlException> ProblemsOf(string path, string text)
    {
        if (FileName().Match(path) is not { Success: true } match) return [new YamlException(path, 1,
            "is named by no language: it goes documents/<language>.yaml, such as documents/fr.yaml")];
        var language = match.Groups["language"].Value;
        return YamlMap.ProblemsOf(problems => _ = new DocumentWords(language, text, path, Shipped.Of(language), problems));
    }

    private static Dictionary<string, DocumentWords> LoadShipped()
    {
        var assembly = typeof(DocumentWordBook).Assembly;
        var all = new Dictionary<string, DocumentWords>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(r => r.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var language = Path.GetFileNameWithoutExtension(resource[Folder.Length..]);
            all[language] = new DocumentWords(language, reader.ReadToEnd(), resource);
        }
        return all;
    }

    [GeneratedRegex("^documents/(?<language>[a-z]{2,3})\\.yaml$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex FileName();
}
