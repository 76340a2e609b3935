using System.Text.Json;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Recovery;

namespace Recoup.Core;

/// <summary>Reads one JSON object of the contract into an input, by the table of kinds. Unknown fields are refused by name.</summary>
public static class InputJson
{
    /// <summary>Null, with every problem found, where the object is no input.</summary>
    /// <param name="trusted">It was written by this class: what was checked once is not checked for card numbers again.</param>
    /// <param name="keyOtherwise">The key of an object that has none of its own.</param>
    public static Input? Parse(ReadOnlySpan<byte> json, string actor, List<InputProblem> problems, bool trusted = false, string? keyOtherwise = null)
    {
        if (IsList(json))
        {
            problems.Add(new InputProblem(null, ListProblem));
            return null;
        }
        JsonDocument document;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            document = JsonDocument.ParseValue(ref reader);
            if (json[(int)reader.BytesConsumed..].Trim(" \t\r\n"u8).Length > 0)
            {
                document.Dispose();
                problems.Add(new InputProblem(null, "one JSON object a line: there is more behind the first"));
                return null;
            }
        }
        catch (JsonException e)
        {
            problems.Add(new InputProblem(null, NotJson(json, e)));
            return null;
        }
        using (document) return Parse(document.RootElement, actor, problems, trusted, keyOtherwise);
    }

    /// <summary>Where one JSON object a line is wanted, a list begins, over one line or many.</summary>
    public static bool IsList(ReadOnlySpan<byte> line) => line.TrimStart(" \t\r\n"u8).StartsWith("["u8);

    /// <summary>What to do about it.</summary>
    public const string ListProblem = "begins a list, and one JSON object a line is wanted: jq -c '.[]' FILE makes lines of a list";

    /// <summary>Why a line is not JSON; where an object goes on in the next line, what makes one line of it.</summary>
    public static string NotJson(ReadOnlySpan<byte> line, JsonException e)
    {
        var isCut = line.TrimStart(" \t\r\n"u8).StartsWith("{"u8) && e.BytePositionInLine >= line.TrimEnd(" \t\r\n"u8).Length;
        return $"is not JSON: character {e.BytePositionInLine + 1} is not what should stand there"
            + (isCut ? "; an object stands on one line, as jq -c . FILE writes it" : "");
    }

    public static Input? Parse(JsonElement root, string actor, List<InputProblem> problems, bool trusted = false, string? keyOtherwise = null)
    {
        InputDraft? draft;
        var before = problems.Count;
        try { draft = ReadFields(root, problems, trusted); }
        catch (InvalidOperationException)
        {
            // A name or text with half a surrogate pair in it is JSON by its grammar, and no text.
            problems.Add(new InputProblem(null, "has a name or text that is not valid text (UTF-8)"));
            return null;
        }
        if (problems.Count > before || draft is null) return null;
        var key = draft.Kind.Ordinal("key");
        if (keyOtherwise is not null && draft.Values[key] is null)
        {
            if (CardNumber.Contains(keyOtherwise)) problems.Add(new InputProblem("key", "holds a payment card number; card numbers are never taken"));
            else draft.Set(key, keyOtherwise, problems);
            if (problems.Count > before) return null;
        }
        return draft.Kind.Build(draft, actor, problems);
    }

    /// <summary>Problems told of one object: whoever sends a million wrong fields learns of the first.</summary>
    private const int ProblemsMax = 10;

    private static InputDraft? ReadFields(JsonElement root, List<InputProblem> problems, bool trusted)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new InputProblem(null, "is not a JSON object"));
            return null;
        }
        if (!root.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
        {
            problems.Add(new InputProblem("type", $"is missing; one of {KindNames}"));
            return null;
        }
        if (!InputKinds.TryOf(type.GetString()!, out var kind))
        {
            problems.Add(new InputProblem("type", $"'{InputDraft.Short(type.GetString()!)}' is no kind of input; one of {KindNames}"));
            return null;
        }
        var draft = new InputDraft(kind);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var before = problems.Count;
        foreach (var property in root.EnumerateObject())
        {
            if (problems.Count - before >= ProblemsMax) break;
            if (!seen.Add(property.Name)) { problems.Add(new InputProblem(InputDraft.Short(property.Name), "stands twice")); continue; }
            if (property.NameEquals("type")) continue;
            var ordinal = kind.Ordinal(property.Name);
            if (ordinal < 0)
            {
                problems.Add(new InputProblem(InputDraft.Short(property.Name), $"is no field of {kind.Name}; it has "
                    + $"{string.Join(", ", kind.Fields.Select(f => f.Name))}"));
                continue;
            }
            Read(draft, ordinal, property.Value, problems, trusted);
        }
        return draft;
    }

    private static string KindNames => string.Join(", ", InputKinds.All.Select(k => k.Name));

    private static void Read(InputDraft draft, int ordinal, JsonElement value, List<InputProblem> problems, bool trusted)
    {
        var field = draft.Kind.Fields[ordinal];
        switch (value.ValueKind)
        {
            case JsonValueKind.Null: return;
            // What looks like a card number among Base64 is none.
            case JsonValueKind.String when field.Type == FieldType.Content:
                draft.Set(ordinal, value.GetString()!, problems);
                return;
            case JsonValueKind.String:
                if (Text(value, field.Name, problems, trusted) is { } text) draft.Set(ordinal, text, problems);
                return;
            case JsonValueKind.Number when field.Type is FieldType.Amount or FieldType.Integer:
                draft.Set(ordinal, value.GetRawText(), problems);
                return;
            case JsonValueKind.True or JsonValueKind.False when field.Type == FieldType.Boolean:
                draft.Set(ordinal, (object)value.GetBoolean());
                return;
            case JsonValueKind.Array when field.Type is FieldType.Allocations:
                draft.Set(ordinal, ReadPairs(value, field.Name, "invoice", problems, trusted).ConvertAll(p => new AllocationDraft(p.Text, p.Amount)));
                return;
            case JsonValueKind.Array when field.Type is FieldType.Lines:
                draft.Set(ordinal, ReadPairs(value, field.Name, "description", problems, trusted).ConvertAll(p => new LineDraft(p.Text, p.Amount)));
                return;
            case JsonValueKind.Array when field.Type is FieldType.Dates:
                var dates = new List<DateOnly>();
                foreach (var element in value.EnumerateArray().TakeWhile(_ => problems.Count < ProblemsMax))
                    if (element.ValueKind == JsonValueKind.String
                        && DateOnly.TryParseExact(element.GetString(), "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture,
                            System.Globalization.DateTimeStyles.None, out var date)) dates.Add(date);
                    else problems.Add(new InputProblem(field.Name, "takes a list of dates YYYY-MM-DD"));
                draft.Set(ordinal, dates);
                return;
            case JsonValueKind.Array when field.Type is FieldType.Texts:
                ReadTexts(draft, ordinal, value, problems, trusted);
                return;
            case JsonValueKind.Array when field.Type is FieldType.Instalments:
                ReadInstalments(draft, ordinal, value, problems, trusted);
                return;
            default:
                problems.Add(new InputProblem(field.Name, $"takes {Wanted(field.Type)}, not {Given(value.ValueKind)}"));
                return;
        }
    }

    private static List<(string Text, decimal Amount)> ReadPairs(JsonElement array, string field, string name, List<InputProblem> problems, bool trusted)
    {
        var pairs = new List<(string, decimal)>();
        var before = problems.Count;
        foreach (var element in array.EnumerateArray())
        {
            if (problems.Count - before >= ProblemsMax) break;
            string? text = null;
            decimal? amount = null;
            var good = element.ValueKind == JsonValueKind.Object;
            if (good)
                foreach (var property in element.EnumerateObject())
                {
                    if (property.NameEquals(name) && property.Value.ValueKind == JsonValueKind.String)
                        text = Text(property.Value, field, problems, trusted) is { } given ? Unseen.Trim(given).ToString() : null;
                    else if (property.NameEquals("amount") && property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number
                        && decimal.TryParse(property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : property.Value.GetRawText(),
                            System.Globalization.NumberStyles.AllowLeadingSign | System.Globalization.NumberStyles.AllowDecimalPoint,
                                System.Globalization.CultureInfo.InvariantCulture, out var parsed)) amount = parsed;
                    else good = false;
                }
            if (good && !string.IsNullOrEmpty(text) && text.Length <= 200 && amount is { } a) pairs.Add((text, a));
            else problems.Add(new InputProblem(field, $"takes a list of {{\"{name}\":…,\"amount\":\"…\"}}"));
        }
        return pairs;
    }

    private static void ReadTexts(InputDraft draft, int ordinal, JsonElement array, List<InputProblem> problems, bool trusted)
    {
        var (field, texts) = (draft.Kind.Fields[ordinal].Name, new List<string>());
        foreach (var element in array.EnumerateArray().TakeWhile(_ => problems.Count < ProblemsMax))
            if (element.ValueKind == JsonValueKind.String && Text(element, field, problems, trusted) is { } text
                && Unseen.Trim(text) is { IsEmpty: false, Length: <= 100 } seen) texts.Add(seen.ToString());
            else problems.Add(new InputProblem(field, "takes a list of texts"));
        draft.Set(ordinal, texts);
    }

    private static void ReadInstalments(InputDraft draft, int ordinal, JsonElement array, List<InputProblem> problems, bool trusted)
    {
        var (field, parts) = (draft.Kind.Fields[ordinal].Name, new List<InstalmentDraft>());
        foreach (var (text, amount) in ReadPairs(array, field, "due_on", problems, trusted))
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day))
                parts.Add(new InstalmentDraft(day, amount));
            else problems.Add(new InputProblem(field, $"'{InputDraft.Short(text)}' is not a date; write YYYY-MM-DD"));
        draft.Set(ordinal, parts);
    }

    private static string? Text(JsonElement value, string field, List<InputProblem> problems, bool trusted)
    {
        string text;
        try { text = value.GetString()!; }
        catch (InvalidOperationException)
        {
            problems.Add(new InputProblem(field, "is not valid text (UTF-8)"));
            return null;
        }
        if (!trusted && CardNumber.Contains(text))
        {
            problems.Add(new InputProblem(field, $"holds a payment card number ({InputDraft.Short(text)}); card numbers are never taken, send a token"));
            return null;
        }
        return text;
    }

    private static string Wanted(FieldType type) => type switch
    {
        FieldType.Allocations => "a list of {\"invoice\":…,\"amount\":…}",
        FieldType.Lines => "a list of {\"description\":…,\"amount\":…}",
        FieldType.Dates => "a list of dates",
        FieldType.Texts => "a list of texts",
        FieldType.Instalments => "a list of {\"due_on\":…,\"amount\":…}",
        FieldType.Content => "Base64",
        FieldType.Boolean => "true or false",
        FieldType.Amount => "a decimal string",
        FieldType.Integer => "a whole number",
        _ => "text",
    };

    private static string Given(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        _ => "true or false",
    };

    // --- writing ---

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<Type,
        (InputKind Kind, (Field Field, System.Reflection.PropertyInfo Property)[] Fields)> Written = new();

    /// <summary>
    /// The input as an object of the contract: what <see cref="Parse(ReadOnlySpan{byte}, string, List{InputProblem}, bool, string)"/> reads back into the
    /// same input.
    /// </summary>
    public static byte[] Write(Input input)
    {
        var (kind, fields) = Written.GetOrAdd(input.GetType(), PlanWriting);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("type", kind.Name);
            foreach (var (field, property) in fields)
                if (property.GetValue(input) is { } value) Write(json, field.Name, value);
            if (kind.Ordinal("currency") >= 0 && fields.Select(f => f.Property.GetValue(input)).OfType<Foundation.Money>()
                .Select(m => m.Currency).FirstOrDefault() is { } currency) json.WriteString("currency", currency.Code);
            else if (input is PlanInput.Agreed { Currency: { } code }) json.WriteString("currency", code);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static (InputKind, (Field, System.Reflection.PropertyInfo)[]) PlanWriting(Type type)
    {
        var kind = InputKinds.Of(type);
        return (kind, [.. kind.Fields.Where(f => f.Name != "currency").Select(f => (f,
            type.GetProperties().First(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name) == f.Name)))]);
    }

    private static void Write(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case string text: json.WriteString(name, text); break;
            case bool flag: json.WriteBoolean(name, flag); break;
            case byte[] content: json.WriteBase64String(name, content); break;
            case int number: json.WriteNumber(name, number); break;
            case decimal figure: json.WriteString(name, figure.ToString(System.Globalization.CultureInfo.InvariantCulture)); break;
            case DateOnly day: json.WriteString(name, day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)); break;
            case DateTimeOffset instant: json.WriteString(name, instant.ToString("O", System.Globalization.CultureInfo.InvariantCulture)); break;
            case Foundation.Money money: json.WriteString(name, money.ToMajorString()); break;
            case IReadOnlyList<(string, Foundation.Money)> pairs:
                json.WriteStartArray(name);
                foreach (var (text, amount) in pairs)
                {
                    json.WriteStartObject();
                    json.WriteString(name == "for" ? "invoice" : "description", text);
                    json.WriteString("amount", amount.ToMajorString());
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                break;
            case IReadOnlyList<string> texts:
                json.WriteStartArray(name);
                foreach (var text in texts) json.WriteStringValue(text);
                json.WriteEndArray();
                break;
            case IReadOnlyList<(DateOnly, Foundation.Money)> parts:
                json.WriteStartArray(name);
                foreach (var (day, amount) in parts)
                {
                    json.WriteStartObject();
                    json.WriteString("due_on", day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
                    json.WriteString("amount", amount.ToMajorString());
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                break;
            case IReadOnlyList<DateOnly> days:
                json.WriteStartArray(name);
                foreach (var day in days) json.WriteStringValue(day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
                json.WriteEndArray();
                break;
            default: Foundation.Invariant.Never($"field {name} has a value of type {value.GetType()}"); break;
        }
    }
}
