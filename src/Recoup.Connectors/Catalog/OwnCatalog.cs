using Recoup.Connectors.Documents;
using Recoup.Connectors.Files;
using Recoup.Connectors.Mail;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Policies;
using Recoup.Core.Workspace;

namespace Recoup.Connectors.Catalog;

/// <summary>What is wrong with a file of a user's: where, and how to mend it.</summary>
/// <param name="File">As the user finds it.</param>
/// <param name="Line">From 1.</param>
public sealed record FileProblem(string File, long Line, string Text)
{
    /// <summary>What goes on in the file's place meanwhile; null: it was only looked at.</summary>
    public string? Instead { get; init; }

    public override string ToString() =>
        $"{File}, line {Line.ToString(System.Globalization.CultureInfo.InvariantCulture)}: {Text}{(Instead is null ? "" : $" ({Instead})")}";
}

/// <summary>What came of reading a user's catalogue: what can be used, and all that is wrong with the rest.</summary>
/// <param name="Kpis">The shipped KPIs with the user's over them.</param>
/// <param name="Adoptable">Rules, templates and words that the workspace can go by: those that are right, and the last good edition of those that
/// are not.</param>
/// <param name="Problems">In the order of files and lines.</param>
/// <param name="Policies">The policies that lie there, adopted or not: path within the catalogue and policy.</param>
public sealed record CatalogReading(KpiCatalog Kpis, IReadOnlyList<CatalogFile> Adoptable, IReadOnlyList<FileProblem> Problems,
    IReadOnlyList<(string Path, Policy Policy)> Policies);

/// <summary>
/// A user's own files of the catalogue, in one folder: kpis, mappings, policies, rules and documents with files of YAML, and
/// templates by language. A file of a shipped one's name stands in its place, another is added. Read as they lie there
/// now; one that can't be read or is wrong takes down nothing but itself.
/// </summary>
public sealed class OwnCatalog
{
    /// <summary>The folder's name within a data folder.</summary>
    public const string FolderName = "catalog";

    // Larger is none that people write.
    private const int BytesMax = 1 << 20;

    private static readonly string[] Parts = ["documents", "kpis", "mappings", "policies", "rules", "templates"];

    private readonly List<FileProblem> unread = [];

    private OwnCatalog(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>There is such a folder. Without one nobody says that what was adopted should go.</summary>
    public bool Exists => Directory.Exists(Folder);

    /// <summary>By path within the catalogue, such as rules/mine.yaml.</summary>
    public IReadOnlyList<CatalogFile> Files { get; private set; } = [];

    public static OwnCatalog Read(string folder)
    {
        var catalog = new OwnCatalog(folder);
        var files = new List<CatalogFile>();
        foreach (var path in PathsIn(folder))
            try
            {
                if (catalog.Misplaced(path) is { } problem) catalog.unread.Add(problem);
                else if (new FileInfo(Path.Combine(folder, path)).Length > BytesMax) catalog.unread.Add(catalog.Of(path, 1,
                    $"is larger than a file of a catalogue may be ({BytesMax:N0} bytes)"));
                else files.Add(new CatalogFile(path, File.ReadAllText(Path.Combine(folder, path))));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                catalog.unread.Add(catalog.Of(path, 1,
                $"can't be read: {e.Message}"));
            }
        catalog.Files = files;
        return catalog;
    }

    /// <summary>Changes whenever a file is written, added or taken away.</summary>
    public static string StampOf(string folder) => string.Join('\n', PathsIn(folder).Select(path =>
    {
        var info = new FileInfo(Path.Combine(folder, path));
        return info.Exists ? $"{path} {info.LastWriteTimeUtc.Ticks} {info.Length}" : path;
    }));

    /// <summary>What can be used of it.</summary>
    /// <param name="adopted">What the workspace goes by now: its last good editions, and the policies that name templates. Null: there is no
    /// workspace yet.</param>
    /// <param name="day">Policies in force on it or later count.</param>
    /// <param name="lastGood">Of a KPI's file that is wrong now, a text by its path that was right; null: none is known.</param>
    public CatalogReading Check(Adopted? adopted, DateOnly day, Func<string, string?>? lastGood = null)
    {
        var problems = new List<FileProblem>(unread);
        var own = adopted?.Own ?? [];
        var templates = TemplateFiles.Usable(Files, own, (file, line, text) =>
            problems.Add(Of(file.Path, line, text) with { Instead = Instead(file.Path, own) }));
        templates = [.. templates, .. Needed(templates, own, adopted, day, problems)];
        var adoptable = new List<CatalogFile>(templates);
        adoptable.AddRange(Rules(own, problems));
        foreach (var file in In("documents")) adoptable.AddRange(Sound(file, DocumentWordBook.ProblemsOf(file.Path, file.Text), own, problems));
        var kpis = Kpis(lastGood, problems);
        foreach (var file in In("mappings")) Tell(file.Path, YamlMap.ProblemsOf(noted => Connectors.Files.Mapping.Parse(file.Text, file.Path, noted)),
            "an import that names it is refused", problems);
        var policies = new List<(string, Policy)>();
        var known = new Lazy<IReadOnlyList<string>>(() => TemplatesOf(templates));
        foreach (var file in In("policies"))
        {
            var wrong = Policy.ProblemsOf(file.Text, file.Path, known.Value);
            Tell(file.Path, wrong, "the policy in force goes on", problems);
            if (wrong.Count == 0) policies.Add((file.Path, Policy.Parse(file.Text, file.Path)));
        }
        return new CatalogReading(kpis, adoptable, [.. problems.OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line)], policies);
    }

    /// <summary>A mapping by its name in this catalogue, else shipped, or a file of that path. Throws where there is none, or it is wrong.</summary>
    public Mapping Mapping(string nameOrPath) =>
        Files.FirstOrDefault(f => f.Path == $"mappings/{nameOrPath}.yaml") is { } own ? Connectors.Files.Mapping.Parse(own.Text, Path.GetFileName(own.Path))
            : Connectors.Files.Mapping.Load(nameOrPath);

    /// <summary>The shipped KPIs with the user's over them, and what is wrong with these.</summary>
    public (KpiCatalog Kpis, IReadOnlyList<FileProblem> Problems) ReadKpis()
    {
        var problems = new List<FileProblem>();
        return (Kpis(null, problems), problems);
    }

    // --- part by part ---

    private static IReadOnlyList<string> TemplatesOf(IReadOnlyList<CatalogFile> own) => own.Count == 0 ? TemplateWriter.Shipped.Templates
        : new TemplateWriter(TemplateFiles.Of(own)).Templates;

    private IEnumerable<CatalogFile> In(string part) => Files.Where(f => f.Path.StartsWith(part + "/", StringComparison.Ordinal));

    private List<CatalogFile> Rules(IReadOnlyList<CatalogFile> own, List<FileProblem> problems)
    {
        var packs = In("rules").SelectMany(file => Sound(file, ContactRules.ProblemsOf(file.Text, file.Path), own, problems)).ToList();
        var bind = RulePacks.Together(packs);
        foreach (var file in packs.Where(f => !bind.Contains(f)).ToList())
        {
            var ids = ContactRules.Parse(file.Text, file.Path).Rules.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
            var (other, id) = bind.SelectMany(b => ContactRules.Parse(b.Text, b.Path).Rules.Select(r => (b.Path, r.Id))).First(r => ids.Contains(r.Id));
            var line = 1 + file.Text.Split('\n').TakeWhile(l => !l.Contains("id: " + id, StringComparison.Ordinal)).Count();
            problems.Add(Of(file.Path, line,
                $"the rule '{id}' stands in {other} already, and a decision names a rule by its id: call it otherwise") with
            {
                Instead = "the other "
                    + "packs go on"
            });
            packs.Remove(file);
        }
        return packs;
    }

    private KpiCatalog Kpis(Func<string, string?>? lastGood, List<FileProblem> problems)
    {
        var usable = new List<(string Name, string Text)>();
        var first = new List<(string File, long Line, string Text)>();
        _ = KpiCatalog.Over(In("kpis").Select(f => (f.Path, f.Text)), (file, line, text) => first.Add((file, line, text)));
        foreach (var file in In("kpis"))
        {
            var good = first.Exists(p => p.File == file.Path) ? lastGood?.Invoke(file.Path) : file.Text;
            if (good is not null) usable.Add((file.Path, good));
            var shipped = KpiCatalog.Shipped.Find(Path.GetFileNameWithoutExtension(file.Path)) is not null;
            problems.AddRange(first.Where(p => p.File == file.Path).Select(p => Of(p.File, p.Line, p.Text) with
            {
                Instead = good is not null ? "what it said before goes on" : shipped ? "the shipped one goes on" : "it is left out",
            }));
        }
        return KpiCatalog.Over(usable, (_, _, _) => { }, [.. first.Select(p => Path.GetFileNameWithoutExtension(p.File))]);
    }

    /// <summary>Adopted templates that lie there no more and that a policy names: a message without one could not be written.</summary>
    private List<CatalogFile> Needed(IReadOnlyList<CatalogFile> usable, IReadOnlyList<CatalogFile> own, Adopted? adopted, DateOnly day,
        List<FileProblem> problems)
    {
        if (adopted is null || !own.Any(f => f.Path.StartsWith("templates/", StringComparison.Ordinal))) return [];
        var there = TemplatesOf(usable);
        var missing = adopted.Policies.Where(p => adopted.PolicyOn(p.From > day ? p.From : day) == p)
            .SelectMany(p => Named(p).Select(template => (Policy: p, Template: template))).Where(n => !there.Contains(n.Template)).ToList();
        if (missing.Count == 0) return [];
        // With their parts, which went with them.
        var kept = own.Where(f => f.Path.StartsWith("templates/", StringComparison.Ordinal) && !Files.Any(there => there.Path == f.Path)
            && !usable.Contains(f)).ToList();
        foreach (var (policy, template) in missing.DistinctBy(m => m.Template))
            problems.Add(Of($"templates/en/{template}.neutral.hbs", 1,
                $"is gone, and the policy {policy.Name} names the template '{template}'; put it back, or adopt a policy without it") with
            {
                Instead = kept.Exists(f => f.Path.Contains($"/{template}.", StringComparison.Ordinal)) ? "its last good edition goes on" : null,
            });
        return kept;
    }

    private static IEnumerable<string> Named(AdoptedPolicy adopted)
    {
        try
        {
            return Policy.Parse(adopted.Text, adopted.Name).Strategies.SelectMany(s => s.Steps).Where(s => s.Action == Act.Message).Select(s => s.Template)
            .Distinct(StringComparer.Ordinal);
        }
        catch (YamlException) { return []; }
    }

    /// <summary>The file where nothing is wrong with it; else the edition of it that was adopted, if there is one.</summary>
    private IEnumerable<CatalogFile> Sound(CatalogFile file, IReadOnlyList<YamlException> wrong, IReadOnlyList<CatalogFile> own, List<FileProblem> problems)
    {
        Tell(file.Path, wrong, Instead(file.Path, own), problems);
        if (wrong.Count == 0) return [file];
        return own.Where(f => f.Path == file.Path);
    }

    private void Tell(string path, IReadOnlyList<YamlException> wrong, string instead, List<FileProblem> problems) =>
        problems.AddRange(wrong.Select(e => Of(path, e.Line, e.Text) with { Instead = instead }));

    private static string Instead(string path, IReadOnlyList<CatalogFile> own)
    {
        if (own.FirstOrDefault(f => f.Path == path) is { } good) return $"its last good edition, {CatalogFile.DigestOf(good.Text)}, goes on";
        var shipped = path == ShippedPolicies.ContactRulesPath
            || TemplateWriter.ShippedFiles().Any(f => "templates/" + f.Path == path) || DocumentWordBook.Shipped.Languages
                .Any(l => path == $"documents/{l}.yaml");
        return shipped ? "the shipped one goes on" : path.StartsWith("rules/", StringComparison.Ordinal) ? "the other rules go on without it"
            : "it is left out";
    }

    // --- files and folders ---

    private FileProblem Of(string path, long line, string text) => new(Path.Combine(Folder, path).Replace('\\', '/'), line, text);

    /// <summary>Within the folder, in order; what editors and systems leave behind is nobody's.</summary>
    private static IEnumerable<string> PathsIn(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        return Directory.EnumerateFiles(folder, "*",
            new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.System })
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(p => p.StartsWith('.')) && !path.EndsWith('~') && !path.EndsWith('#')
                && Path.GetExtension(path) is not (".md" or ".txt" or ".bak" or ".tmp"))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Null: it lies where such a file is read.</summary>
    private FileProblem? Misplaced(string path)
    {
        var parts = path.Split('/');
        if (!Parts.Contains(parts[0]) || parts.Length == 1)
            return Of(path, 1, $"lies where nothing is read: files of a catalogue lie in its folders "
                + $"{string.Join(", ", Parts)}{(parts.Length > 1 && Spelling.Nearest(parts[0], Parts) is { } near ? $"; did you mean {near}?" : "")}");
        var (wanted, depth) = parts[0] == "templates" ? (".hbs", 3) : (".yaml", 2);
        if (parts.Length == depth && Path.GetExtension(path) == wanted) return null;
        return Of(path, 1, parts[0] == "templates"
            ? "is no name of a template: it goes templates/<language>/<template>.<friendly, neutral or firm>.hbs, or templates/<language>/_<part>.hbs"
            : $"is not read: files of {parts[0]} are named {parts[0]}/<name>.yaml");
    }
}
