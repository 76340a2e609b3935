using Recoup.Core.Events;

namespace Recoup.Core.Workspace;

/// <summary>A policy that the workspace adopted: its number, its whole text, and since when and by whom.</summary>
/// <param name="Version">From 1, in the order of adoption.</param>
/// <param name="Digest">As <see cref="Policies.Policy.Digest"/>.</param>
/// <param name="From">The first day on which it is in force.</param>
public sealed record AdoptedPolicy(int Version, string Digest, string Text, DateOnly From, DateTimeOffset At, string Actor)
{
    /// <summary>As the file calls it.</summary>
    public string Name { get; } = NameIn(Text);

    /// <summary>Name and short digest of the content: what a decision is explained with after the file was changed.</summary>
    public string Edition => CatalogFile.EditionOf(Name, Digest);

    // Not parsed: a policy that a later version of the program reads no more still has its name.
    private static string NameIn(string text)
    {
        const string field = "policy:";
        foreach (var line in text.AsSpan().EnumerateLines())
            if (line.StartsWith(field)) return line[field.Length..].Trim().Trim('"').Trim('\'').ToString();
        return "policy";
    }
}

/// <summary>The files of one part of the catalogue as the workspace adopted them, with their texts.</summary>
/// <param name="Part">One of <see cref="CatalogPart.All"/>.</param>
/// <param name="Version">From 1, by part.</param>
public sealed record AdoptedFiles(string Part, int Version, string Digest, IReadOnlyList<CatalogFile> Files, DateTimeOffset At, string Actor)
{
    /// <summary>Those that a user wrote.</summary>
    public IReadOnlyList<CatalogFile> Own { get; } = [.. Files.Where(f => !f.Shipped)];

    /// <summary>The same files with the same texts have the same digest, in whatever order they were read.</summary>
    public static string DigestOf(IEnumerable<CatalogFile> files) =>
        CatalogFile.DigestOf(string.Join('\n', files.OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => $"{f.Path} {CatalogFile.DigestOf(f.Text)}")));
}

/// <summary>Parts of the catalogue that the workspace adopts, since what they say must be the same for everybody who works on it.</summary>
public static class CatalogPart
{
    public const string Rules = "rules";
    public const string Templates = "templates";
    public const string Documents = "documents";

    public static readonly IReadOnlyList<string> All = [Rules, Templates, Documents];
}

/// <summary>Name and digest of all that a decision went by.</summary>
/// <param name="Policy">Null: it was decided before any was adopted.</param>
/// <param name="Rules">One for each pack; none where the gate was not asked.</param>
/// <param name="Template">Null where nothing was to be written.</param>
/// <param name="Words">Null where no document was to go.</param>
public sealed record DecisionEditions(string? Policy, IReadOnlyList<string> Rules, string? Template, string? Words)
{
    public override string ToString() => string.Join("; ", new[]
    {
        Policy is null ? null : $"policy {Policy}", Rules.Count == 0 ? null : $"rules {string.Join(", ", Rules)}",
        Template is null ? null : $"template {Template}", Words is null ? null : $"words {Words}",
    }.OfType<string>());
}

/// <summary>
/// What the workspace adopted of what people edit, folded from its events: which policy is in force on which day, and the
/// files of rules, templates and documents' words. Every edition stays, so that a decision can be explained after the next.
/// </summary>
public sealed class Adopted
{
    private readonly List<AdoptedPolicy> policies = [];
    private readonly Dictionary<string, List<AdoptedFiles>> files = new(StringComparer.Ordinal);

    internal Adopted Copy()
    {
        var copy = new Adopted();
        copy.policies.AddRange(policies);
        foreach (var (part, editions) in files) copy.files[part] = [.. editions];
        return copy;
    }

    /// <summary>In the order of their versions.</summary>
    public IReadOnlyList<AdoptedPolicy> Policies => policies;

    /// <summary>The policy in force on a day: of those adopted for a day up to it the one with the latest such day, and of these the last adopted;
    /// null: none yet.</summary>
    public AdoptedPolicy? PolicyOn(DateOnly day)
    {
        AdoptedPolicy? found = null;
        foreach (var policy in policies)
            if (policy.From <= day && (found is null || policy.From >= found.From)) found = policy;
        return found;
    }

    public AdoptedPolicy? Policy(int version) => policies.Find(p => p.Version == version);

    /// <summary>The number of the next policy.</summary>
    public int NextPolicy => policies.Count == 0 ? 1 : policies[^1].Version + 1;

    /// <summary>What is in force of a part; null: nothing was adopted yet, and what is shipped holds.</summary>
    public AdoptedFiles? Files(string part) => files.TryGetValue(part, out var editions) ? editions[^1] : null;

    /// <summary>Every edition of a part, oldest first.</summary>
    public IReadOnlyList<AdoptedFiles> Editions(string part) => files.GetValueOrDefault(part) ?? [];

    public AdoptedFiles? Files(string part, int version) => Editions(part).FirstOrDefault(e => e.Version == version);

    /// <summary>A user's files in force, of every part.</summary>
    public IReadOnlyList<CatalogFile> Own => [.. CatalogPart.All.SelectMany(part => Files(part)?.Own ?? [])];

    internal void Apply(JournalRow row, WorkspaceEvent.PolicyAdopted e) =>
        policies.Add(new AdoptedPolicy(e.Version, e.Digest, e.Text, e.From ?? row.EffectiveOn, DateTimeOffset.FromUnixTimeMilliseconds(row.RecordedAt),
            row.Actor));

    internal void Apply(JournalRow row, WorkspaceEvent.CatalogAdopted e)
    {
        if (!files.TryGetValue(e.Part, out var editions)) files[e.Part] = editions = [];
        editions.Add(new AdoptedFiles(e.Part, e.Version, e.Digest, e.Files, DateTimeOffset.FromUnixTimeMilliseconds(row.RecordedAt), row.Actor));
    }
}
