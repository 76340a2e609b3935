using System.Collections.Frozen;
using System.Reflection;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

/// <summary>
/// How the rows of a file become inputs: a YAML file, compiled once. Immutable, and safe to read many files with at
/// once. The format is described in docs/mappings.md.
/// </summary>
public sealed class Mapping
{
    private const string ResourcePrefix = "mappings/";
    private const string Extension = ".yaml";

    internal Mapping(string name, MappingPlan plan)
    {
        Name = name;
        Plan = plan;
    }

    /// <summary>The file's name without its extension.</summary>
    public string Name { get; }

    /// <summary>What it is for, in a line; null where its author did not say.</summary>
    public string? About => Plan.About;

    /// <summary>It can be read with <see cref="MappedFile.Read(Mapping, string, CancellationToken, FileProgress?, ReadingLimits?)"/>.</summary>
    public bool HasInputs => Plan.Inputs.Count > 0;

    /// <summary>It can be read with <see cref="MappedFile.ReadOpenItems(Mapping, string, CancellationToken, FileProgress?, ReadingLimits?)"/>.</summary>
    public bool HasOpenItems => Plan.OpenItems is not null;

    /// <summary>Names of the mappings that come with Recoup.</summary>
    public static IReadOnlyList<string> Shipped { get; } =
        [.. Resources.GetManifestResourceNames()
            .Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(n => n[ResourcePrefix.Length..^Extension.Length]).Order(StringComparer.Ordinal)];

    /// <summary>
    /// A shipped mapping by its name, or one from a file. Throws <see cref="FileRefusedException"/> where there is neither,
    /// <see cref="YamlException"/> where it is wrong.
    /// </summary>
    public static Mapping Load(string nameOrPath)
    {
        if (Shipped.Contains(nameOrPath, StringComparer.Ordinal))
        {
            using var resource = new StreamReader(Resources.GetManifestResourceStream(ResourcePrefix + nameOrPath + Extension)!);
            return Parse(resource.ReadToEnd(), nameOrPath + Extension);
        }
        if (!File.Exists(nameOrPath))
        {
            var near = Spelling.Nearest(nameOrPath, Shipped);
            throw new FileRefusedException(
                $"There is no mapping '{nameOrPath}': no such file, and none of that name comes with Recoup, which has {string.Join(", ", Shipped)}."
                    + (near is null ? "" : $" Did you mean {near}?"));
        }
        // A page a mapping is; a file of data named by mistake should not be read to its end.
        const int bytesMax = 1 << 20;
        if (new FileInfo(nameOrPath).Length > bytesMax)
            throw new FileRefusedException($"{nameOrPath} is larger than a mapping may be ({bytesMax:N0} bytes); is it the file to import?");
        return Parse(File.ReadAllText(nameOrPath), Path.GetFileName(nameOrPath));
    }

    /// <summary>Throws <see cref="YamlException"/> with the line at fault.</summary>
    /// <param name="yaml">The mapping's text.</param>
    /// <param name="file">The file's name, for messages; without its extension it is the mapping's name.</param>
    /// <param name="problems">Takes all that is wrong instead; what is returned then is of use only where it stays empty.</param>
    public static Mapping Parse(string yaml, string file, List<YamlException>? problems = null) => new MappingCompiler(yaml, file, problems).Compile();

    private static Assembly Resources => typeof(Mapping).Assembly;

    internal MappingPlan Plan { get; }
}

/// <summary>A mapping, compiled.</summary>
internal sealed record MappingPlan
{
    /// <summary>As messages call it.</summary>
    public required string FileName { get; init; }

    public required string? About { get; init; }

    public required FileFormat? Format { get; init; }

    public required char? Delimiter { get; init; }

    /// <summary>Lines of CSV before the header that are not even looked at.</summary>
    public required int SkipLines { get; init; }

    /// <summary>By slot.</summary>
    public required IReadOnlyList<MappedColumn> Columns { get; init; }

    public required int TypedCount { get; init; }

    public required FrozenSet<string> References { get; init; }

    public required IReadOnlyList<RowCheck> Checks { get; init; }

    public required IReadOnlyList<InputPlan> Inputs { get; init; }

    public required OpenItemPlan? OpenItems { get; init; }
}

internal enum FileFormat { Csv, Ndjson }

/// <summary>A row for which the condition holds is rejected with the message.</summary>
internal sealed record RowCheck(Expression<MappedRow> When, string Message);

internal sealed record FieldPlan(int Field, FieldSource Source);

/// <summary>One input that a row becomes.</summary>
/// <param name="KeyHasContent">The key ends in a digest of the content, put where <see cref="MappingCompiler.ContentMark"/> stands.</param>
/// <param name="Follows">It says what the invoice, its payment or its dispute is now: what differs from before is corrected.</param>
/// <param name="WhenSlots">The columns that the condition asks.</param>
internal sealed record InputPlan(
    InputKind Kind, Expression<MappedRow>? When, IReadOnlyList<FieldPlan> Fields, bool KeyHasContent, bool Follows, IReadOnlyList<int> WhenSlots);

/// <summary>One open item, as fields of an invoice whose amount is the balance; and the account's own fields.</summary>
internal sealed record OpenItemPlan(IReadOnlyList<FieldPlan> Item, InputPlan? Account);
