using System.Collections.Frozen;
using System.Text.RegularExpressions;
using NodaTime;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

/// <summary>Turns a mapping's YAML into plans over slots. Used once for one mapping.</summary>
internal sealed partial class MappingCompiler
{
    /// <summary>In a key: a digest of the input's other fields.</summary>
    public const string ContentMark = "#";

    private static readonly string[] NotFields = ["type", "when", "follow"];

    private readonly YamlMap root;
    private readonly string name;
    private readonly List<MappedColumn> columns = [];
    private readonly Dictionary<string, MappedColumn> byName = new(StringComparer.Ordinal);
    private readonly List<TypedCell> typed = [];
    private readonly Dictionary<string, Named> named = new(StringComparer.Ordinal);
    private DateFormats dates = DateFormats.Iso;
    private AmountFormats numbers = AmountFormats.Plain;
    private DateTimeZone zone = DateTimeZone.Utc;
    private int skipLines;
    private bool followsInvoice;

    /// <summary>A name that the mapping gives to a column.</summary>
    private sealed record Named(MappedColumn Column, ValueKind Kind, TypedCell? Typed);

    /// <param name="problems">Takes all that is wrong; null: the first is thrown.</param>
    public MappingCompiler(string yaml, string file, List<YamlException>? problems = null)
    {
        root = YamlMap.Parse(yaml, file, problems);
        name = Path.GetFileNameWithoutExtension(file);
    }

    public Mapping Compile()
    {
        var format = root.TextOrNull("format") is null
            ? (FileFormat?)null
            : Choice(root, "format", "csv", "ndjson") == "csv" ? FileFormat.Csv : FileFormat.Ndjson;
        var delimiter = root.TextOrNull("delimiter") is null ? (char?)null : Choice(root, "delimiter", "comma", "semicolon", "tab", "pipe") switch
        {
            "comma" => ',',
            "semicolon" => ';',
            "tab" => '\t',
            _ => '|',
        };
        var about = root.TextOrNull("about");
        zone = Zone();
        dates = Dates(root) ?? DateFormats.Iso;
        numbers = Numbers(root) ?? AmountFormats.Plain;
        skipLines = root.WholeOrNull("skip_lines", 0, 1000) ?? 0;
        ReadColumns();
        foreach (var column in root.Texts("require")) ColumnOf(column, root, "require").Required = true;
        foreach (var column in root.Texts("optional")) ColumnOf(column, root, "optional").Optional = true;
        var checks = root.List("check", ReadCheck);
        var inputs = root.List("inputs", ReadInput);
        var openItems = root.MapOrNull("open_items") is { } map ? ReadOpenItems(map) : null;
        var references = ReadReferences();
        root.Done();
        if (columns.Find(c => c.Required && c.Optional) is { } both) root.Report("optional", $"'{both.Name}' is both required and optional");
        if (inputs.Count == 0 && openItems is null
            && root.IsSound) root.Report("says neither what inputs a row becomes ('inputs') nor what open item it is ('open_items')");
        return new Mapping(name, new MappingPlan
        {
            About = about, Format = format, Delimiter = delimiter, SkipLines = skipLines, FileName = root.Source, Columns = columns, TypedCount = typed.Count,
            References = references, Checks = checks, Inputs = inputs, OpenItems = openItems,
        });
    }

    // --- the file as a whole ---

    private DateTimeZone Zone()
    {
        if (root.TextOrNull("time_zone") is not { } text) return DateTimeZone.Utc;
        return DateTimeZoneProviders.Tzdb.GetZoneOrNull(text) ?? throw root.Wrong("time_zone", $"'{text}' is not an IANA time zone, such as Europe/Berlin");
    }

    /// <summary>One manner, or a list of those in which the file writes amounts; null where none is said.</summary>
    private static AmountFormats? Numbers(YamlMap map)
    {
        if (!map.Has("numbers")) return null;
        var manners = map.IsList("numbers") ? map.Maps("numbers") : [map.MapOrNull("numbers")!];
        if (manners.Count == 0) throw map.Wrong("numbers", "numbers is empty: write { decimal: point, thousands: none }");
        return new AmountFormats([.. manners.Select(Manner)]);
    }

    private static NumberFormat Manner(YamlMap map)
    {
        var mark = map.TextOrNull("decimal") switch
        {
            null or "." or "point" => '.',
            "," or "comma" => ',',
            var other => throw map.Wrong("decimal", $"decimal is point or comma, not '{other}'"),
        };
        char? thousands = map.TextOrNull("thousands") switch
        {
            null or "none" => null,
            "." or "point" => '.',
            "," or "comma" => ',',
            " " or "space" => ' ',
            "'" or "apostrophe" => '\'',
            var other => throw map.Wrong("thousands", $"thousands is none, point, comma, space or apostrophe, not '{other}'"),
        };
        if (thousands == mark) map.Report("thousands", "thousands and decimal are the same character");
        map.Done();
        return new NumberFormat(mark, thousands);
    }

    /// <summary>sign: turned, or sign: { column: …, map: { S: plus, H: minus } }; null where none is said.</summary>
    private AmountSign? Sign(YamlMap map)
    {
        if (!map.Has("sign")) return null;
        if (map.IsText("sign"))
            return map.Text("sign") == "turned"
                ? AmountSign.Turned
                : throw map.Wrong("sign", $"sign is turned, or {{ column: …, map: {{ S: plus, H: minus }} }}, not '{map.Text("sign")}'");
        var sign = map.MapOrNull("sign")!;
        var mark = ColumnOf(sign.Text("column"), sign, "column");
        if (sign.MapOrNull("map") is not { } table)
            throw sign.Wrong("map is missing: which mark means plus and which minus, such as map: { S: plus, H: minus }");
        var marks = table.Fields.ToDictionary(f => f, f => table.Text(f) switch
        {
            "plus" => false,
            "minus" => true,
            var other => throw table.Wrong(f, $"a mark means plus or minus, not '{other}'"),
        }, StringComparer.Ordinal);
        table.Done();
        sign.Done();
        return new AmountSign(mark, marks.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private void ReadColumns()
    {
        if (root.MapOrNull("columns") is not { } map) return;
        foreach (var alias in map.Fields)
        {
            if (!IsName(alias)) throw map.Wrong(alias, $"'{alias}' can't stand in a condition; write small letters, digits and _, such as settled_on");
            if (map.IsText(alias))
            {
                named.Add(alias, new Named(Use(map.Text(alias), map.LineOf(alias)), ValueKind.Text, null));
                continue;
            }
            var entry = map.MapOrNull(alias)!;
            var column = Use(entry.Text("column"), entry.LineOf("column"));
            var kind = entry.TextOrNull("kind") is null ? "text" : Choice(entry, "kind", "text", "date", "number");
            var formats = Dates(entry);
            if (formats is not null && kind != "date") throw entry.Wrong("dates", "only a column of kind date has formats of dates");
            var manners = Numbers(entry);
            var sign = Sign(entry);
            if ((manners is not null || sign is not null) && kind != "number")
                throw entry.Wrong(manners is not null ? "numbers" : "sign", "only a column of kind number is written as amounts are");
            entry.Done();
            named.Add(alias, kind switch
            {
                "date" => new Named(column, ValueKind.Date, TypedOf(column, formats ?? dates, null)),
                "number" => new Named(column, ValueKind.Number, TypedOf(column, null, manners ?? numbers, sign)),
                _ => new Named(column, ValueKind.Text, null),
            });
        }
    }

    private DateFormats? Dates(YamlMap map)
    {
        var formats = map.Texts("dates");
        if (formats.Count == 0) return null;
        return DateFormats.Of(formats, out var problem, zone) ?? throw map.Wrong("dates", problem!);
    }

    // Read last: a column that is only named here need not be there.
    private FrozenSet<string> ReadReferences()
    {
        var references = new List<string>();
        foreach (var reference in root.Texts("references"))
        {
            var known = columns.Count;
            var column = ColumnOf(reference, root, "references");
            if (columns.Count > known) column.Optional = true;
            references.Add(column.Name);
        }
        return references.ToFrozenSet(StringComparer.Ordinal);
    }

    private RowCheck ReadCheck(YamlMap map)
    {
        var check = new RowCheck(Condition(map, "when") ?? throw map.Wrong("when is missing: the condition for which the row is rejected"), map.Text("reject"));
        map.Done();
        return check;
    }

    // --- inputs ---

    private InputPlan ReadInput(YamlMap map)
    {
        if (!map.Has("type")) throw map.Wrong($"type is missing: one of {KindNames}");
        if (!InputKinds.TryOf(map.Text("type"), out var kind))
            throw map.Wrong("type",
                $"'{map.Text("type")}' is no kind of input; {Meant(map.Text("type"), InputKinds.All.Select(k => k.Name))}there are {KindNames}");
        var when = Condition(map, "when");
        if (!map.Has("key")) map.Report($"key is missing: a text that is unlike any other input's and the same for the same fact, such as "
            + $"{name}/{kind.Name}/{{number}}");
        var fields = ReadFields(map, kind, map.Fields.Except(NotFields, StringComparer.Ordinal));
        foreach (var field in kind.Fields)
            if (field.Required && !map.Has(field.Name)) map.Report($"{kind.Name} needs {field.Name}: {field.Meaning}");
        var keyHasContent = map.IsText("key") && map.Text("key").Contains($"{{{ContentMark}}}", StringComparison.Ordinal);
        int[] asked = when is null ? []
            : [.. when.Names.Select(n => named.TryGetValue(n, out var column) ? column.Column.Slot : Use(n, map.LineOf("when")).Slot)];
        return new InputPlan(kind, when, fields, keyHasContent, Follows(map, kind, keyHasContent), asked);
    }

    private bool Follows(YamlMap map, InputKind kind, bool keyHasContent)
    {
        if (!map.Flag("follow", otherwise: false))
        {
            if (kind.Name == "invoice") followsInvoice = false;
            return false;
        }
        if (kind.Name is not ("invoice" or "payment" or "credit_note" or "dispute_opened" or "dispute_closed"))
            throw map.Wrong("follow",
                $"only invoice, payment, credit_note, dispute_opened and dispute_closed follow their list, not {kind.Name}; "
                + $"an account does where its key ends in {{{ContentMark}}}");
        if (keyHasContent)
            throw map.Wrong("follow", $"what follows its list has a key without {{{ContentMark}}}: the key of the invoice, whatever the list says of it");
        if (kind.Name == "payment" && !followsInvoice) throw map.Wrong("follow", "a payment follows its invoice: write an invoice with follow: true before it");
        if (kind.Name is "dispute_opened" or "dispute_closed" && !followsInvoice)
            throw map.Wrong("follow", "a dispute follows its invoice: write an invoice with follow: true before it");
        if (kind.Name == "dispute_opened" && !map.Has("invoice")) throw map.Wrong("follow", "a dispute that follows its list is of an invoice: give invoice");
        followsInvoice |= kind.Name == "invoice";
        return true;
    }

    private List<FieldPlan> ReadFields(YamlMap map, InputKind kind, IEnumerable<string> names)
    {
        var fields = new List<FieldPlan>();
        foreach (var field in names)
        {
            var ordinal = kind.Ordinal(field);
            if (ordinal < 0)
            {
                var known = kind.Fields.Select(f => f.Name).ToList();
                map.Report(field, $"'{field}' is no field of {kind.Name}; {Meant(field, known)}it has {string.Join(", ", known)}");
                continue;
            }
            fields.Add(new FieldPlan(ordinal, ReadSource(map, field, kind.Fields[ordinal])));
        }
        return fields;
    }

    private OpenItemPlan ReadOpenItems(YamlMap map)
    {
        string[] item = ["account", "number", "issued_on", "due_on", "balance", "currency"];
        var invoice = InputKinds.Of("invoice");
        var account = InputKinds.Of("account");
        var ofAccount = account.Fields.Select(f => f.Name).Except(["key", "account"], StringComparer.Ordinal).ToList();
        foreach (var field in map.Fields)
            if (!item.Contains(field) && !ofAccount.Contains(field))
                map.Report(field, $"'{field}' is no field of an open item or its account; {Meant(field, item.Concat(ofAccount))}there are "
                    + $"{string.Join(", ", item.Concat(ofAccount))}");
        foreach (var field in item)
            if (!map.Has(field)) map.Report($"open_items needs {field}");
        var plans = item.Where(map.Has)
            .Select(f => { var o = invoice.Ordinal(f == "balance" ? "amount" : f); return new FieldPlan(o, ReadSource(map, f, invoice.Fields[o])); }).ToList();
        var given = map.Fields.Where(ofAccount.Contains).ToList();
        if (given.Count == 0) return new OpenItemPlan(plans, null);
        var key = new FieldPlan(account.Ordinal("key"), Template($"{name}/account/{{{map.Text("account")}}}/{{{ContentMark}}}", map, "account", isKey: true));
        return new OpenItemPlan(plans, new InputPlan(account, null, [key, .. ReadFields(map, account, given.Prepend("account"))],
            KeyHasContent: true, Follows: false, WhenSlots: []));
    }

    // --- where a field comes from ---

    private FieldSource ReadSource(YamlMap map, string at, Field field)
    {
        if (field.Type == FieldType.Allocations) return ReadParts(map, at);
        if (field.Type is FieldType.Lines or FieldType.Dates or FieldType.Instalments)
            throw map.Wrong(at, $"{at} takes a list, which one row can't give; send it as NDJSON");
        if (field.Type == FieldType.Content) throw map.Wrong(at, $"{at} takes a file, which no row holds; `recoup file add` takes it");
        if (map.IsText(at))
        {
            var text = map.Text(at);
            if (text.Length == 0) throw map.Wrong(at, $"{at} is empty; name a column, or write {at}: {{ constant: … }}");
            if (field == InputKind.KeyField || text.Contains('{', StringComparison.Ordinal)) return Template(text, map, at, field == InputKind.KeyField);
            return OfColumn(map, at, text, field, null);
        }
        if (map.MapOrNull(at) is not { } source) throw map.Wrong(at, $"{at} is missing");
        var forms = new[] { "column", "constant", "earlier", "later", "template", "after" };
        var given = forms.Where(source.Has).ToList();
        if (given.Count != 1)
        {
            var odd = source.Fields.FirstOrDefault(f => !forms.Contains(f));
            throw odd is not null && given.Count == 0
                ? source.Wrong($"'{odd}' does not say where {at} comes from; {Meant(odd, forms)}write one of {string.Join(", ", forms)}. "
                    + "A text that begins with a brace stands in quotes: \"{column}\"")
                : source.Wrong($"write exactly one of {string.Join(", ", forms)} for {at}");
        }
        if (field == InputKind.KeyField && given[0] != "template")
            throw source.Wrong($"a key is a text with {{columns}} in it, such as {name}/invoice/{{number}}");
        var read = given[0] switch
        {
            "constant" => new FieldSource.Constant(Value(source, "constant", source.Text("constant"), field)),
            "template" => Template(source.Text("template"), source, "template", field == InputKind.KeyField),
            "earlier" or "later" => ReadExtreme(source, at, given[0], field),
            "after" => ReadTerms(source, at, field),
            _ => source.MapOrNull("map") is { } table
                ? ReadTable(source, table, field)
                : OfColumn(source, "column", source.Text("column"), field, FieldDates(source, at, field), FieldAmount(source, at, field)),
        };
        if (field.Type == FieldType.Amount && source.TextOrNull("unit") is { } unit)
            read = unit == "minor"
                ? new FieldSource.Minor(read)
                : throw source.Wrong("unit", $"unit is minor (cents, where the currency has them), not '{unit}'");
        if (source.TextOrNull("default") is { } otherwise)
        {
            if (read.IsMinor) throw source.Wrong("default", "an amount in minor units has no default");
            if (given[0] == "constant") throw source.Wrong("default", "a constant needs no default");
            read = new FieldSource.Default(read, Value(source, "default", otherwise, field));
        }
        source.Done();
        return read;
    }

    private FieldSource OfColumn(YamlMap map, string at, string column, Field field, DateFormats? formats,
        (AmountFormats? Manners, AmountSign? Sign) amount = default)
    {
        var found = ColumnOf(column, map, at);
        var known = named.GetValueOrDefault(column);
        return field.Type switch
        {
            FieldType.Date when formats is null && known?.Typed is { Dates: not null } cell => new FieldSource.Typed(cell),
            FieldType.Date => new FieldSource.Typed(TypedOf(found, formats ?? dates, null)),
            // What a name under 'columns' says of the column counts wherever the field says nothing else.
            FieldType.Amount when amount == default && known?.Typed is { Numbers: not null } cell => new FieldSource.Typed(cell),
            FieldType.Amount =>
                new FieldSource.Typed(TypedOf(found, null, amount.Manners ?? known?.Typed?.Numbers ?? numbers, amount.Sign ?? known?.Typed?.Sign)),
            FieldType.Currency => new FieldSource.CurrencyText(found),
            _ => new FieldSource.Text(found),
        };
    }

    private DateFormats? FieldDates(YamlMap source, string at, Field field)
    {
        var formats = Dates(source);
        return formats is null || field.Type == FieldType.Date ? formats : throw source.Wrong("dates", $"{at} is no date");
    }

    private (AmountFormats? Manners, AmountSign? Sign) FieldAmount(YamlMap source, string at, Field field)
    {
        var (manners, sign) = (Numbers(source), Sign(source));
        if ((manners is not null || sign is not null) && field.Type != FieldType.Amount)
            throw source.Wrong(manners is not null ? "numbers" : "sign", $"{at} is no amount");
        return (manners, sign);
    }

    private FieldSource.Terms ReadTerms(YamlMap source, string at, Field field)
    {
        if (field.Type != FieldType.Date) throw source.Wrong("after", $"after is of dates, and {at} is none");
        var from = ((FieldSource.Typed)OfColumn(source, "after", source.Text("after"), field, FieldDates(source, at, field))).Cell;
        if (!source.Has("terms")) throw source.Wrong("terms is missing: what follows the date, such as terms: [end of month, 30 days]");
        if (source.IsList("terms") || source.IsText("terms")) return new FieldSource.Terms(from, Steps(source, "terms"), null, null);
        var table = source.MapOrNull("terms")!;
        var column = ColumnOf(table.Text("column"), table, "column");
        if (table.MapOrNull("map") is not { } map) throw table.Wrong("map is missing: what each of the column's terms means, such as map: { NET30: 30 days }");
        var byText = map.Fields.ToDictionary(f => f, f => Steps(map, f), StringComparer.Ordinal);
        map.Done();
        var otherwise = table.Has("otherwise") ? Steps(table, "otherwise") : null;
        table.Done();
        return new FieldSource.Terms(from, otherwise, column, byText.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private IReadOnlyList<TermStep> Steps(YamlMap map, string at) => [.. map.Texts(at).Select(text =>
    {
        if (text.Trim() == "end of month") return new TermStep(TermUnit.EndOfMonth, 0, null);
        var match = TermWords().Match(text);
        if (!match.Success)
            throw map.Wrong(at, $"'{text}' is no term; write 30 days, 1 month, end of month, or day 10, "
                + "and a column in braces where the number stands in one: \"{Days} days\"");
        var unit = match.Groups["day"].Success
            ? TermUnit.DayOfMonth
            : match.Groups["unit"].Value.StartsWith("day", StringComparison.Ordinal) ? TermUnit.Days : TermUnit.Months;
        var count = match.Groups["count"].Value;
        if (unit == TermUnit.DayOfMonth && count[0] != '{' && int.Parse(count, System.Globalization.CultureInfo.InvariantCulture) is < 1 or > 31)
            throw map.Wrong(at, $"'{text}': a month has days 1 to 31");
        return count[0] == '{'
            ? new TermStep(unit, 0, ColumnOf(count[1..^1].Trim(), map, at))
            : new TermStep(unit, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture), null);
    })];

    [GeneratedRegex(@"^\s*(?:(?<day>day)\s+(?<count>\d{1,2}|\{[^}]+\})|(?<count>\d{1,4}|\{[^}]+\})\s+(?<unit>days?|months?))\s*$")]
    private static partial Regex TermWords();

    private FieldSource.Extreme ReadExtreme(YamlMap source, string at, string which, Field field)
    {
        if (field.Type != FieldType.Date) throw source.Wrong(which, $"{which} is of dates, and {at} is none");
        var formats = FieldDates(source, at, field);
        var names = source.Texts(which);
        if (names.Count < 2) throw source.Wrong(which, $"{which} takes two columns or more: {which}: [a, b]");
        return new FieldSource.Extreme([.. names.Select(n => ((FieldSource.Typed)OfColumn(source, which, n, field, formats)).Cell)], which == "later");
    }

    private FieldSource.Table ReadTable(YamlMap source, YamlMap table, Field field)
    {
        var column = ColumnOf(source.Text("column"), source, "column");
        var values = table.Fields.ToDictionary(f => f, f => Value(table, f, table.Text(f), field), StringComparer.Ordinal);
        if (values.Count == 0) throw source.Wrong("map", "map has no values: write map: { Yes: true, No: false }");
        table.Done();
        var otherwise = source.TextOrNull("otherwise");
        return new FieldSource.Table(column, values.ToFrozenDictionary(StringComparer.Ordinal),
            otherwise is null ? null : Value(source, "otherwise", otherwise, field), otherwise is not null);
    }

    private FieldSource.Allocations ReadParts(YamlMap map, string at)
    {
        var allocation = InputKinds.Of("allocation");
        Field Part(string part) => allocation.Fields[allocation.Ordinal(part)];
        var parts = new List<(FieldSource, FieldSource)>();
        foreach (var entry in map.Maps(at))
        {
            if (!entry.Has("invoice") || !entry.Has("amount")) throw entry.Wrong($"each part of {at} has an invoice and an amount");
            parts.Add((ReadSource(entry, "invoice", Part("invoice")), ReadSource(entry, "amount", Part("amount"))));
            entry.Done();
        }
        if (parts.Exists(p => p.Item2.IsMinor) && !parts.TrueForAll(p => p.Item2.IsMinor))
            throw map.Wrong(at, $"some parts of {at} are in minor units and others are not");
        return parts.Count > 0 ? new FieldSource.Allocations(parts) : throw map.Wrong(at, $"{at} is empty: write a list of {{ invoice: …, amount: … }}");
    }

    private FieldSource.Template Template(string text, YamlMap map, string at, bool isKey)
    {
        var parts = new List<TemplatePart>();
        var rest = text.AsSpan();
        while (rest.IndexOf('{') is >= 0 and var open)
        {
            var close = rest.IndexOf('}');
            if (close < open) throw map.Wrong(at, $"'{text}' has a brace without its other: write {{column}}");
            if (open > 0) parts.Add(new TemplatePart(rest[..open].ToString(), null));
            var column = rest[(open + 1)..close].Trim().ToString();
            if (column == ContentMark && !isKey) throw map.Wrong(at, $"{{{ContentMark}}}, the digest of the content, has its place in a key alone");
            parts.Add(column == ContentMark ? new TemplatePart($"{{{ContentMark}}}", null) : new TemplatePart("", ColumnOf(column, map, at)));
            rest = rest[(close + 1)..];
        }
        if (rest.Contains('}')) throw map.Wrong(at, $"'{text}' has a brace without its other: write {{column}}");
        if (rest.Length > 0) parts.Add(new TemplatePart(rest.ToString(), null));
        if (isKey && parts.TrueForAll(p => p.Column is null)) map.Report(at,
            $"the key is the same for every row; write columns in it, such as {name}/invoice/{{number}}");
        return new FieldSource.Template(parts, dates, numbers, isKey);
    }

    /// <summary>A value that stands in the mapping itself, as the contract writes it.</summary>
    private static object Value(YamlMap map, string at, string text, Field field)
    {
        var (kind, ordinal) = KindWith(field);
        var scratch = new InputDraft(kind);
        var problems = new List<InputProblem>();
        if (!scratch.Set(ordinal, text, problems)) throw map.Wrong(at, problems[0].ToString());
        return scratch.Values[ordinal] ?? throw map.Wrong(at, $"{at} is empty");
    }

    private static (InputKind Kind, int Ordinal) KindWith(Field field) =>
        InputKinds.All.Select(k => (k, k.Ordinal(field.Name))).First(k => k.Item2 >= 0 && k.k.Fields[k.Item2] == field);

    // --- columns and conditions ---

    private MappedColumn ColumnOf(string column, YamlMap map, string at)
    {
        if (column.Length == 0) throw map.Wrong(at, "a column's name is missing");
        return named.TryGetValue(column, out var known) ? known.Column : Use(column, map.LineOf(at));
    }

    private MappedColumn Use(string column, long line)
    {
        if (byName.TryGetValue(column, out var known)) return known;
        known = new MappedColumn(columns.Count, column, line);
        columns.Add(known);
        byName.Add(column, known);
        return known;
    }

    private TypedCell TypedOf(MappedColumn column, DateFormats? formats, AmountFormats? format, AmountSign? sign = null)
    {
        var known = typed.Find(t => t.Column == column && ReferenceEquals(t.Dates, formats)
            && ReferenceEquals(t.Numbers, format) && ReferenceEquals(t.Sign, sign));
        if (known is null) typed.Add(known = new TypedCell(typed.Count, column, formats, format, sign));
        return known;
    }

    private Expression<MappedRow>? Condition(YamlMap map, string at)
    {
        if (map.TextOrNull(at) is not { } text) return null;
        var symbols = new Symbols<MappedRow>();
        foreach (var (alias, column) in named)
        {
            if (column.Kind == ValueKind.Date) symbols.Date(alias, row => row.Date(column.Typed!));
            else if (column.Kind == ValueKind.Number) symbols.Number(alias, row => row.Number(column.Typed!));
            else symbols.Text(alias, row => row.Text(column.Column.Slot));
        }
        foreach (var word in Words().Matches(Quoted().Replace(text, "''")).Select(m => m.Value).Distinct(StringComparer.Ordinal))
        {
            if (named.ContainsKey(word) || Reserved.Contains(word)) continue;
            if (!IsName(word))
                throw map.Wrong(at, $"{at}: '{word}' can't stand in a condition as it is; {Meant(word, named.Keys)}give the column a name under 'columns', "
                    + $"such as {Snake(word)}: {word}");
            var column = Use(word, map.LineOf(at));
            symbols.Text(word, row => row.Text(column.Slot));
        }
        return map.ExpressionOrNull(at, symbols, ValueKind.Boolean);
    }

    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(StringComparer.Ordinal, "and", "or", "not", "in", "true", "false");

    private static bool IsName(string text) => NameOnly().IsMatch(text) && !Reserved.Contains(text);

    private static string Snake(string word) => Humps().Replace(word, "_").ToLowerInvariant();

    [GeneratedRegex("'[^']*'|\"[^\"]*\"")]
    private static partial Regex Quoted();

    // Words that no bracket follows: functions are the language's own.
    [GeneratedRegex(@"(?<![\w.])[A-Za-z_][\w.]*\b(?!\s*\()")]
    private static partial Regex Words();

    [GeneratedRegex(@"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
    private static partial Regex NameOnly();

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex Humps();

    private static string KindNames => string.Join(", ", InputKinds.All.Select(k => k.Name));

    private static string Meant(string word, IEnumerable<string> known) => Spelling.Nearest(word, known) is { } near ? $"did you mean '{near}'? " : "";

    private static string Choice(YamlMap map, string at, params string[] choices)
    {
        var text = map.Text(at);
        return choices.Contains(text) ? text : throw map.Wrong(at, $"'{text}' is no {at}; {Meant(text, choices)}there are {string.Join(", ", choices)}");
    }
}
