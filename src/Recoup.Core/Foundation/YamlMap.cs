using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Recoup.Core.Foundation;

/// <summary>What is wrong with a file that a user edits: where, what, and how to mend it.</summary>
public sealed class YamlException(string source, long line, string message)
    : Exception($"{source}, line {line.ToString(CultureInfo.InvariantCulture)}: {message}")
{
    public long Line { get; } = line;

    /// <summary>The message without file and line.</summary>
    public string Text { get; } = message;
}

/// <summary>
/// Reads a mapping of a YAML file field by field and refuses what nobody asked for: a field that is misspelt is
/// an error, not a default. The first thing that is wrong is thrown; where all of them are wanted
/// (<see cref="ProblemsOf"/>), each is noted, a stand-in is read in its place, and what is read in the end is not to be used.
/// </summary>
public sealed class YamlMap
{
    /// <summary>Text that stands in for one that could not be read.</summary>
    private const string StandIn = "missing";

    private readonly YamlMappingNode node;
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> unread = new(StringComparer.Ordinal);
    private readonly YamlMap? parent;
    private readonly List<YamlException>? problems;

    private YamlMap(string source, YamlMappingNode node, List<YamlException>? problems, YamlMap? parent)
    {
        Source = source;
        this.node = node;
        this.problems = problems;
        this.parent = parent;
    }

    /// <summary>Nothing of it or within it was wrong so far: what follows from its fields may be judged.</summary>
    public bool IsSound { get; private set; } = true;

    /// <summary>All that is wrong with a file, in the order of lines.</summary>
    /// <param name="read">Reads it, handing the list to <see cref="Parse"/>.</param>
    public static IReadOnlyList<YamlException> ProblemsOf(Action<List<YamlException>> read)
    {
        var problems = new List<YamlException>();
        try { read(problems); }
        catch (YamlException e) { problems.Add(e); }
        catch (Exception e) when (problems.Count > 0 && e is ArgumentException or InvalidOperationException or NullReferenceException or KeyNotFoundException)
        {
            // What stands in for what is wrong need not go together. What was found by then is told of.
        }
        return [.. problems.DistinctBy(p => p.Message).OrderBy(p => p.Line)];
    }

    /// <summary>The file's name, for messages.</summary>
    public string Source { get; }

    public long Line => node.Start.Line;

    /// <param name="problems">Takes all that is wrong; null: the first is thrown.</param>
    public static YamlMap Parse(string text, string source, List<YamlException>? problems = null)
    {
        var stream = new YamlStream();
        try
        {
            RefuseDeep(text, source);
            stream.Load(new StringReader(text));
        }
        catch (YamlDotNet.Core.YamlException e) { throw new YamlException(source, e.Start.Line, e.InnerException?.Message ?? e.Message); }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or NullReferenceException or IndexOutOfRangeException)
        {
            // Of some texts the parser's own scanner loses track.
            throw new YamlException(source, LineReached(text), "can't be read from here on; look for a bracket, a quote or a colon too many");
        }
        if (stream.Documents.Count != 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
            throw new YamlException(source, 1, "must hold one mapping of fields");
        return new YamlMap(source, root, problems, null);
    }

    private static long LineReached(string text)
    {
        long line = 1;
        try
        {
            for (var parser = new Parser(new StringReader(text)); parser.MoveNext();) line = parser.Current!.Start.Line;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or NullReferenceException or IndexOutOfRangeException
            or YamlDotNet.Core.YamlException)
        {
            // Up to here.
        }
        return line;
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

    public string Text(string field) => TextOrNull(field) ?? Lacks(field, StandIn);

    public string? TextOrNull(string field) => Find(field) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value,
        var other => Unread(field, Wrong(other, $"{field} takes text")),
    };

    public int Whole(string field, int min, int max) => WholeOrNull(field, min, max) ?? Lacks(field, min);

    public int? WholeOrNull(string field, int min, int max)
    {
        if (TextOrNull(field) is not { } text) return null;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number < min || number > max)
            return Bad(Wrong(Find(field) ?? node, $"{field} takes a whole number from {min} to {max}, not '{text}'"), min);
        return number;
    }

    public decimal? NumberOrNull(string field)
    {
        if (TextOrNull(field) is not { } text) return null;
        return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number : Bad(Wrong(Find(field) ?? node, $"{field} takes a number, not '{text}'"), 0m);
    }

    public bool Flag(string field, bool otherwise) => TextOrNull(field) switch
    {
        null => otherwise,
        "true" => true,
        "false" => false,
        var text => Bad(Wrong(Find(field) ?? node, $"{field} takes true or false, not '{text}'"), otherwise),
    };

    public DateOnly? DateOrNull(string field)
    {
        if (TextOrNull(field) is not { } text) return null;
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date : Bad(Wrong(Find(field) ?? node, $"{field} takes a date YYYY-MM-DD, not '{text}'"), DateOnly.MinValue);
    }

    public string Choice(string field, string? otherwise, params string[] choices)
    {
        if ((TextOrNull(field) ?? otherwise) is not { } text) return Lacks(field, choices[0]);
        if (choices.Contains(text)) return text;
        var meant = Spelling.Nearest(text, choices) is { } near ? $"; did you mean '{near}'?" : "";
        return Bad(Wrong(Find(field) ?? node, $"{field} is one of {string.Join(", ", choices)}, not '{text}'{meant}"), choices[0]);
    }

    /// <summary>A list of texts; one text alone counts as a list of one.</summary>
    public IReadOnlyList<string> Texts(string field) => Find(field) switch
    {
        null => [],
        YamlScalarNode scalar => [scalar.Value ?? ""],
        YamlSequenceNode list =>
            [.. list.Children.Select(c => c is YamlScalarNode s ? s.Value ?? "" : Bad(Wrong(c, $"{field} takes a list of texts"), StandIn))],
        var other => Bad<IReadOnlyList<string>>(Wrong(other, $"{field} takes a list of texts"), []),
    };

    public IReadOnlyList<YamlMap> Maps(string field) => Find(field) switch
    {
        null => [],
        YamlSequenceNode list =>
            [.. list.Children.Select(c => c is YamlMappingNode m ? Within(m)
                : Bad<YamlMap?>(Wrong(c, $"{field} takes a list of mappings"), null)).OfType<YamlMap>()],
        var other => Bad<IReadOnlyList<YamlMap>>(Wrong(other, $"{field} takes a list of mappings"), []),
    };

    /// <summary>Reads each mapping of a list. Where all problems are wanted, one that can't be read keeps no other from being read.</summary>
    public IReadOnlyList<T> List<T>(string field, Func<YamlMap, T> read)
    {
        var list = new List<T>();
        foreach (var map in Maps(field))
            try { list.Add(read(map)); }
            catch (YamlException e) when (problems is not null) { map.Bad(e, false); }
        return list;
    }

    /// <summary>A mapping that must be there.</summary>
    public YamlMap Map(string field) => MapOrNull(field) is { } map ? map : throw Missing(field);

    public YamlMap? MapOrNull(string field) => Find(field) switch
    {
        null => null,
        YamlMappingNode map => Within(map),
        var other => Bad<YamlMap?>(Wrong(other, $"{field} takes a mapping"), null),
    };

    private YamlMap Within(YamlMappingNode map) => new(Source, map, problems, this);

    /// <summary>Field names as they stand, for mappings whose keys are the user's.</summary>
    public IEnumerable<string> Fields => node.Children.Keys.OfType<YamlScalarNode>().Select(k => k.Value ?? "");

    public Expression<TScope> Expression<TScope>(string field, Symbols<TScope> symbols, ValueKind kind) =>
        ExpressionOrNull(field, symbols, kind) ?? Lacks(field, StandInFor(symbols, kind));

    public Expression<TScope>? ExpressionOrNull<TScope>(string field, Symbols<TScope> symbols, ValueKind kind)
    {
        if (TextOrNull(field) is not { } text) return null;
        return Foundation.Expression.TryCompile(text, symbols, kind, out var expression, out var error)
            ? expression : Bad(Wrong(Find(field) ?? node, $"{field}: {error}"), StandInFor(symbols, kind));
    }

    private static Expression<TScope> StandInFor<TScope>(Symbols<TScope> symbols, ValueKind kind) => Foundation.Expression.Compile(kind switch
    {
        ValueKind.Boolean => "true",
        ValueKind.Number => "0",
        _ => "\"\"",
    }, symbols);

    /// <summary>To be called when everything was read: a field that nothing asked for is an error.</summary>
    public void Done()
    {
        foreach (var key in node.Children.Keys)
            if (key is not YamlScalarNode { Value: { } name } || !asked.Contains(name))
                Bad(Wrong(key, $"'{key}' is no field here; {Meant(key.ToString())}there are {string.Join(", ", asked.Order(StringComparer.Ordinal))}"), false);
    }

    private string Meant(string name) => Spelling.Nearest(name, asked) is { } near ? $"did you mean '{near}'? " : "";

    /// <summary>Something is wrong with a field that could be read: thrown, or noted where all problems are wanted.</summary>
    public void Report(string field, string message) => Bad(Wrong(field, message), false);

    /// <summary>As above, of the whole mapping.</summary>
    public void Report(string message) => Bad(Wrong(message), false);

    private string? Unread(string field, YamlException e)
    {
        unread.Add(field);
        return Bad<string?>(e, null);
    }

    private T Lacks<T>(string field, T standIn) => unread.Contains(field) ? standIn : Bad(Missing(field), standIn);

    private T Bad<T>(YamlException e, T standIn)
    {
        if (problems is null) throw e;
        problems.Add(e);
        for (var map = this; map is not null; map = map.parent) map.IsSound = false;
        return standIn;
    }

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
