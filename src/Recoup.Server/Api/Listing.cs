using System.Globalization;
using System.Text.Json;

namespace Recoup.Server.Api;

/// <summary>What a list's column holds, for a workbook and for JSON: only counts are numbers there.</summary>
public enum ColumnKind { Text, Amount, Count, Day }

/// <summary>A column of a list; <see cref="Json"/> in place of <see cref="Of"/>: it has no place in a table.</summary>
public sealed record Column<T>(string Name, ColumnKind Kind, Func<T, string?>? Of)
{
    public Action<Utf8JsonWriter, T>? Json { get; init; }
}

/// <summary>Columns of the sorts that most lists have.</summary>
internal static class Columns
{
    public static Column<T> Text<T>(string name, Func<T, string?> of) => new(name, ColumnKind.Text, of);

    public static Column<T> Day<T>(string name, Func<T, DateOnly?> of) =>
        new(name, ColumnKind.Day, row => of(row)?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>In UTC, to the second.</summary>
    public static Column<T> Instant<T>(string name, Func<T, DateTimeOffset> of) =>
        new(name, ColumnKind.Text, row => of(row).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}

/// <summary>A list whose columns are declared once: the API's rows, the command line's, the files' and, where a page has a table, the page's.</summary>
public sealed class Listing<T>(string name, params Column<T>[] columns)
{
    public string Name { get; } = name;

    /// <summary>Those that a table has.</summary>
    public IReadOnlyList<Column<T>> Columns { get; } = [.. columns.Where(c => c.Of is not null)];

    public string?[] Cells(T row) => [.. Columns.Select(c => c.Of!(row))];

    public void Write(Utf8JsonWriter json, IEnumerable<T> rows)
    {
        json.WriteStartArray();
        foreach (var row in rows)
        {
            json.WriteStartObject();
            foreach (var column in columns)
            {
                json.WritePropertyName(column.Name);
                if (column.Json is { } write) write(json, row);
                else if (column.Of!(row) is not { } text) json.WriteNullValue();
                else if (column.Kind == ColumnKind.Count) json.WriteRawValue(text);
                else json.WriteStringValue(text);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
