using Recoup.Core.Foundation;

namespace Recoup.Core.Measures;

/// <summary>The KPIs there are: those shipped, and a user's own.</summary>
public sealed class KpiCatalog
{
    private const string ResourcePrefix = "kpis/";

    private static readonly Lazy<KpiCatalog> ShippedOnce = new(() => new KpiCatalog(ShippedTexts().Select(t => KpiDefinition.Parse(t.Text, t.Name))));

    private readonly Dictionary<string, KpiDefinition> byId = new(StringComparer.Ordinal);

    private KpiCatalog(IEnumerable<KpiDefinition> definitions)
    {
        foreach (var definition in definitions) byId.Add(definition.Id, definition);
        All = [.. byId.Values.OrderBy(d => d.Id, StringComparer.Ordinal)];
        foreach (var definition in All)
            foreach (var related in definition.Related)
                if (!byId.ContainsKey(related) || related == definition.Id)
                    throw definition.Wrong("related", related == definition.Id
                        ? $"related names '{related}', which is the KPI itself"
                        : $"related names '{related}', which is no KPI{(Spelling.Nearest(related, byId.Keys) is { } near ? $"; did you mean {near}?" : "")}");
    }

    /// <summary>In order of id.</summary>
    public IReadOnlyList<KpiDefinition> All { get; }

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

    public KpiDefinition? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>The id that was probably meant; null where none is near.</summary>
    public string? Nearest(string id) => Spelling.Nearest(id, byId.Keys);

    /// <summary>The files as shipped, to copy and change: name and text, in order of name.</summary>
    public static IEnumerable<(string Name, string Text)> ShippedTexts()
    {
        var assembly = typeof(KpiCatalog).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            yield return (resource, reader.ReadToEnd());
        }
    }
}
