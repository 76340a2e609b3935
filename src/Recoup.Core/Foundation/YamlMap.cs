using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Recoup.Core.Foundation;

/// <summary>What is wrong with a file that a user edits: where, what, and how to mend it.</summary>
public sealed class YamlException(string source, long line, string message)
    : Exception($"{source}, line {line.ToString(CultureInfo.InvariantCulture)}: {message}")
{
    public long Line { get; } = line;
}

/// <summary>
/// Reads a mapping of a YAML file field by field and refuses what nobody asked for: a field that is misspelt is
/// an error, not a default.
/// </summary>
public sealed class YamlMap
{
    private readonly YamlMappingNode node;
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    private YamlMap(string source, YamlMappingNode node)
    {
        Source = source;
        this.node = node;
    }

    /// <summary>The file's name, for messages.</summary>
    public string Source { get; }

    public long Line => node.Start.Line;

    public static YamlMap Parse(string text, string source)
    {
        var stream = new YamlStream();
        try
        {
            RefuseDeep(text, source);
            stream.Load(new StringReader(text));
        }
        catch (YamlDotNet.Core.YamlException e) { throw new YamlException(source, e.Start.Line, e.InnerException?.Message ?? e.Message); }
        if (stream.Documents.Count != 1 || stream.Documents[0].RootNode is not YamlMappingNode root) throw new YamlException(source, 1, "must hold one mapping of fields");
        return new YamlMap(source, root);
    }

    // The document is loaded by recursion, and a stack that overflows ends the process.
    private static void RefuseDeep(string text, string source)
    {
        const int depthMax = 100;
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > depthMax) throw new YamlException(source, parser.Current.Start.Line, $"is nested more than {depthMax} deep");
        }
    }

    public bool Has(string field) => Find(field) is not null;

    /// <summary>True where the field is there and its value is text, for fields that take text or a mapping.</summary>
    public bool IsText(string field) => Find(field) is YamlScalarNode;

    /// <summary>True where the field is there and its value is a list, for fields that take one mapping or several.</summary>
    public bool IsList(string field) => Find(field) is YamlSequenceNode;

    /// <summary>The line of the field's value; of the whole mapping where it has no such field.</summary>
    public long LineOf(string field) => (Find(field) ?? node).Start.Line;

    public string Text(string field) => TextOrNull(field) ?? throw Missing(field);

    public string? TextOrNull(string field) => Find(field) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value,
        var other => throw Wrong(other, $"{field} takes text"),
    };

    public int Whole(string field, int min, int max) => WholeOrNull(field, min, max) ?? throw Missing(field);

    public int? WholeOrNull(string field, int min, int max)
    {
        if (TextOrNull(field) is not { } text) return null;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number < min || number > max)
            throw Wrong(Find(field)!, $"{field} takes a whole number from {min} to {max}, not '{text}'");
        return number;
    }

    public decimal? NumberOrNull(string field)
    {
        if (TextOrNull(field) is not { } text) return null;
        return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number : throw Wrong(Find(field)!, $"{field} takes a number, not '{text}'");
    }

    public bool Flag(string field, bool otherwise) => TextOrNull(field) switch
    {
        null => otherwise,
        "true" => true,
        "false" => false,
        var text => throw Wrong(Find(field)!, $"{field} takes true or false, not '{text}'"),
    };

    public DateOnly? DateOrNull(string field)
    {
        if (TextOrNull(field) is not { } text) return null;
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date : throw Wrong(Find(field)!, $"{field} takes a date YYYY-MM-DD, not '{text}'");
    }

    public string Choice(string field, string? otherwise, params string[] choices)
    {
        var text = TextOrNull(field) ?? otherwise ?? throw Missing(field);
        return choices.Contains(text) ? text : throw Wrong(Find(field)!, $"{field} is one of {string.Join(", ", choices)}, not '{text}'");
    }

    /// <summary>A list of texts; one text alone counts as a list of one.</summary>
    public IReadOnlyList<string> Texts(string field) => Find(field) switch
    {
        null => [],
        YamlScalarNode scalar => [scalar.Value ?? ""],
        YamlSequenceNode list => [.. list.Children.Select(c => c is YamlScalarNode s ? s.Value ?? "" : throw Wrong(c, $"{field} takes a list of texts"))],
        var other => throw Wrong(other, $"{field} takes a list of texts"),
    };

    public IReadOnlyList<YamlMap> Maps(string field) => Find(field) switch
    {
        null => [],
        YamlSequenceNode list => [.. list.Children.Select(c => c is YamlMappingNode m ? new YamlMap(Source, m) : throw Wrong(c, $"{field} takes a list of mappings"))],
        var other => throw Wrong(other, $"{field} takes a list of mappings"),
    };

    public YamlMap? MapOrNull(string field) => Find(field) switch
    {
        null => null,
        YamlMappingNode map => new YamlMap(Source, map),
        var other => throw Wrong(other, $"{field} takes a mapping"),
    };

    /// <summary>Field names as they stand, for mappings whose keys are the user's.</summary>
    public IEnumerable<string> Fields => node.Children.Keys.OfType<YamlScalarNode>().Select(k => k.Value ?? "");

    public Expression<TScope> Expression<TScope>(string field, Symbols<TScope> symbols, ValueKind kind) =>
        ExpressionOrNull(field, symbols, kind) ?? throw Missing(field);

    public Expression<TScope>? ExpressionOrNull<TScope>(string field, Symbols<TScope> symbols, ValueKind kind)
    {
        if (TextOrNull(field) is not { } text) return null;
        return Foundation.Expression.TryCompile(text, symbols, kind, out var expression, out var error) ? expression : throw Wrong(Find(field)!, $"{field}: {error}");
    }

    /// <summary>To be called when everything was read: a field that nothing asked for is an error.</summary>
    public void Done()
    {
        foreach (var key in node.Children.Keys)
            if (key is not YamlScalarNode { Value: { } name } || !asked.Contains(name))
                throw Wrong(key, $"'{key}' is no field here; {Meant(key.ToString())}there are {string.Join(", ", asked.Order(StringComparer.Ordinal))}");
    }

    private string Meant(string name) => Spelling.Nearest(name, asked) is { } near ? $"did you mean '{near}'? " : "";

    public YamlException Wrong(string field, string message) => Wrong(Find(field) ?? node, message);

    public YamlException Wrong(string message) => Wrong(node, message);

    private YamlException Missing(string field) => Wrong(node, $"{field} is missing");

    private YamlException Wrong(YamlNode at, string message) => new(Source, at.Start.Line, message);

    private YamlNode? Find(string field)
    {
        asked.Add(field);
        return node.Children.TryGetValue(new YamlScalarNode(field), out var found) ? found : null;
    }
}
