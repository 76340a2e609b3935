namespace Recoup.Core.Measures;

/// <summary>What is looked for in a catalogue; what is null or empty is not asked for.</summary>
public sealed record KpiSearch
{
    /// <summary>Words, all of which the KPI's id, name, definition, categories, functions or insights have, in whatever case.</summary>
    public string? Text { get; init; }

    /// <summary>A category, in whatever case; the beginning of one is enough.</summary>
    public string? Category { get; init; }

    /// <summary>An industry, likewise. One that is said of any business is of each.</summary>
    public string? Industry { get; init; }

    /// <summary>A business function, likewise.</summary>
    public string? Function { get; init; }

    /// <summary>Nothing is asked for, so that all is found.</summary>
    public bool IsEmpty => string.IsNullOrWhiteSpace(Text) && new[] { Category, Industry, Function }.All(string.IsNullOrEmpty);

    /// <summary>In the order of the catalogue.</summary>
    public IReadOnlyList<KpiDefinition> In(KpiCatalog catalog) => [.. catalog.All.Where(Finds)];

    private bool Finds(KpiDefinition kpi) =>
        IsOne(Category, kpi.Categories) && IsOne(Function, kpi.Functions)
        && (IsOne(Industry, kpi.Industries) || kpi.Industries.Any(i => i.StartsWith("any ", StringComparison.OrdinalIgnoreCase)))
        && (Text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .All(word => Words(kpi).Any(text => text.Contains(word, StringComparison.OrdinalIgnoreCase)));

    private static bool IsOne(string? wanted, IReadOnlyList<string> there) =>
        string.IsNullOrEmpty(wanted) || there.Any(t => t.StartsWith(wanted, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Words(KpiDefinition kpi) =>
        [kpi.Id, kpi.Name, kpi.Attributes.Definition, .. kpi.Categories, .. kpi.Functions, .. kpi.Attributes.Insights];
}
