using Recoup.Core.Foundation;

namespace Recoup.Core.Measures;

/// <summary>The KPIs there are: those shipped, and a user's own.</summary>
public sealed class KpiCatalog
{
    private const string ResourcePrefix = "kpis/";

    private static readonly Lazy<KpiCatalog> ShippedOnce = new(() => new KpiCatalog(ShippedTexts().Select(t => KpiDefinition.Parse(t.Text, t.Name))));

    private readonly Dictionary<string, KpiDefinition> byId = new(StringComparer.Ordinal);

    private KpiCatalog(IEnumerable<KpiDefinition> definitions, IReadOnlySet<string>? setAside = null)
    {
        foreach (var definition in definitions) byId.Add(definition.Id, definition);
        All = [.. byId.Values.OrderBy(d => d.Id, StringComparer.Ordinal)];
        foreach (var definition in All)
            foreach (var related in definition.Related)
                if (setAside?.Contains(related) != true && Unrelated(definition, related, byId.Keys) is { } wrong) throw definition.Wrong("related", wrong);
    }

    private static string? Unrelated(KpiDefinition definition, string related, IReadOnlyCollection<string> ids)
    {
        if (related == definition.Id) return $"related names '{related}', which is the KPI itself";
        return ids.Contains(related) ? null
            : $"related names '{related}', which is no KPI{(Spelling.Nearest(related, ids) is { } near ? $"; did you mean {near}?" : "")}";
    }

    /// <summary>In order of id.</summary>
    public IReadOnlyList<KpiDefinition> All { get; }

    /// <summary>All but those that wait for what can't be told yet: what is asked where nobody names a KPI.</summary>
    public IEnumerable<KpiDefinition> Computed => All.Where(d => !d.IsWaiting);

    public static KpiCatalog Shipped => ShippedOnce.Value;

    /// <summary>
    /// The shipped KPIs with a user's files over them: a file whose id is shipped takes that KPI's place, another
    /// adds one. Throws <see cref="YamlException"/> with file, line and what to mend.
    /// </summary>
    /// <param name="files">Names, for messages, and texts.</param>
    public static KpiCatalog With(IEnumerable<(string Name, string Text)> files)
    {
        var own = new Dictionary<string, KpiDefinition>(StringComparer.Ordinal);
        foreach (var (name, text) in files)
        {
            var definition = KpiDefinition.Parse(text, name);
            if (own.TryGetValue(definition.Id, out var other)) throw definition.Wrong("id", $"id '{definition.Id}' is taken by {other.Source}");
            own.Add(definition.Id, definition);
        }
        return new KpiCatalog(Shipped.All.Where(d => !own.ContainsKey(d.Id)).Concat(own.Values));
    }

    /// <summary>As <see cref="With"/>, but a file that is wrong harms no other: it is told of and left out, and the shipped KPI of its id stays.</summary>
    /// <param name="files">Names and texts. A file is taken to be of the KPI that its name says.</param>
    /// <param name="wrong">Told of each problem: file, line, and what to mend.</param>
    /// <param name="gone">Ids that others may go on naming, though their own files are left out already.</param>
    public static KpiCatalog Over(IEnumerable<(string Name, string Text)> files, Action<string, long, string> wrong, IEnumerable<string>? gone = null)
    {
        var own = new Dictionary<string, KpiDefinition>(StringComparer.Ordinal);
        var setAside = (gone ?? []).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, text) in files)
        {
            var problems = KpiDefinition.ProblemsOf(text, name);
            foreach (var problem in problems) wrong(name, problem.Line, problem.Text);
            if (problems.Count > 0)
            {
                setAside.Add(IdIn(name));
                continue;
            }
            var definition = KpiDefinition.Parse(text, name);
            if (own.TryAdd(definition.Id, definition)) continue;
            var taken = definition.Wrong("id", $"id '{definition.Id}' is taken by {own[definition.Id].Source}");
            wrong(name, taken.Line, taken.Text);
        }
        var ids = Shipped.All.Select(d => d.Id).Concat(own.Keys).Concat(setAside).ToHashSet(StringComparer.Ordinal);
        foreach (var definition in own.Values.ToList())
        {
            var unrelated = definition.Related.Select(r => Unrelated(definition, r, ids)).OfType<string>().ToList();
            foreach (var text in unrelated) wrong(definition.Source, definition.Wrong("related", text).Line, text);
            if (unrelated.Count == 0) continue;
            own.Remove(definition.Id);
            setAside.Add(definition.Id);
        }
        return own.Count == 0 ? Shipped : new KpiCatalog(Shipped.All.Where(d => !own.ContainsKey(d.Id)).Concat(own.Values), setAside);
    }

    /// <summary>Of kpis/dso.yaml: dso.</summary>
    private static string IdIn(string name)
    {
        var file = name[(name.LastIndexOf('/') + 1)..];
        return file.LastIndexOf('.') is > 0 and var dot ? file[..dot] : file;
    }

    public KpiDefinition? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>The id that was probably meant; null where none is near.</summary>
    public string? Nearest(string id) => Spelling.Nearest(id, byId.Keys);

    /// <summary>The files as shipped, to copy and change: name and text, in order of name.</summary>
    public static IEnumerable<(string Name, string Text)> ShippedTexts()
    {
        var assembly = typeof(KpiCatalog).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(ResourcePrefix,
            StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            yield return (resource, reader.ReadToEnd());
        }
    }
}
