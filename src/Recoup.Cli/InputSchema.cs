using System.Text.Json;
using Recoup.Core;
using Recoup.Core.Inputs;

namespace Recoup.Cli;

/// <summary>The table of input kinds as JSON Schema (2020-12): one object, told apart by its type.</summary>
internal static class InputSchema
{
    public static string TypeName(Field field) => field.Type switch
    {
        FieldType.Choice => string.Join("|", field.Choices),
        FieldType.Content => "base64",
        FieldType.Allocations => "list of {invoice, amount}",
        FieldType.Lines => "list of {description, amount}",
        FieldType.Dates => "list of dates",
        FieldType.Texts => "list of texts",
        FieldType.Instalments => "list of {due_on, amount}",
        _ => field.Type.ToString().ToLowerInvariant(),
    };

    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
        json.WriteString("title", "A Recoup input");
        json.WriteStartArray("oneOf");
        foreach (var kind in InputKinds.All)
        {
            json.WriteStartObject();
            json.WriteString("title", kind.Name);
            json.WriteString("description", kind.Meaning);
            json.WriteString("type", "object");
            json.WriteStartObject("properties");
            json.WriteStartObject("type");
            json.WriteString("const", kind.Name);
            json.WriteEndObject();
            foreach (var field in kind.Fields) Write(json, field);
            json.WriteEndObject();
            json.WriteStartArray("required");
            json.WriteStringValue("type");
            foreach (var field in kind.Fields.Where(f => f.Required)) json.WriteStringValue(field.Name);
            json.WriteEndArray();
            json.WriteBoolean("additionalProperties", false);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Field field)
    {
        json.WriteStartObject(field.Name);
        json.WriteString("description", field.Meaning);
        switch (field.Type)
        {
            case FieldType.Date: json.WriteString("type", "string"); json.WriteString("format", "date"); break;
            case FieldType.Instant: json.WriteString("type", "string"); json.WriteString("format", "date-time"); break;
            case FieldType.Amount:
                json.WriteStartArray("type");
                json.WriteStringValue("string");
                json.WriteStringValue("number");
                json.WriteEndArray();
                json.WriteString("pattern", @"^-?\d+(\.\d+)?$");
                break;
            case FieldType.Currency: json.WriteString("type", "string"); json.WriteString("pattern", "^[A-Z]{3}$"); break;
            case FieldType.Content: json.WriteString("type", "string"); json.WriteString("contentEncoding", "base64"); break;
            case FieldType.Integer: json.WriteString("type", "integer"); break;
            case FieldType.Boolean: json.WriteString("type", "boolean"); break;
            case FieldType.Choice:
                json.WriteStartArray("enum");
                foreach (var choice in field.Choices) json.WriteStringValue(choice);
                json.WriteEndArray();
                break;
            case FieldType.Allocations or FieldType.Lines or FieldType.Instalments:
                var name = field.Type switch { FieldType.Lines => "description", FieldType.Instalments => "due_on", _ => "invoice" };
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                json.WriteString("type", "object");
                json.WriteStartObject("properties");
                json.WriteStartObject(name);
                json.WriteString("type", "string");
                if (field.Type == FieldType.Instalments) json.WriteString("format", "date");
                json.WriteEndObject();
                json.WriteStartObject("amount");
                json.WriteString("type", "string");
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteStartArray("required");
                json.WriteStringValue(name);
                json.WriteStringValue("amount");
                json.WriteEndArray();
                json.WriteBoolean("additionalProperties", false);
                json.WriteEndObject();
                break;
            case FieldType.Texts:
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                json.WriteString("type", "string");
                json.WriteEndObject();
                break;
            case FieldType.Dates:
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                json.WriteString("type", "string");
                json.WriteString("format", "date");
                json.WriteEndObject();
                break;
            default: json.WriteString("type", "string"); json.WriteNumber("maxLength", field.LengthMax); break;
        }
        json.WriteEndObject();
    }
}
