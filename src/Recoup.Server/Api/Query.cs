using System.Globalization;
using Microsoft.AspNetCore.Http;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;

namespace Recoup.Server.Api;

/// <summary>A parameter of a request's query, as it is described and as it is read.</summary>
internal sealed record QueryField(string Name, string Meaning)
{
    public bool Required { get; init; }
}

/// <summary>A query that can't be answered: what is wrong with which parameter. Becomes 400.</summary>
internal sealed class QueryException(string message) : Exception(message);

/// <summary>The parameters given, each at most once and each one known: a name written wrong would silently ask something else.</summary>
internal sealed class Query
{
    private readonly IQueryCollection given;

    public Query(IQueryCollection given, IReadOnlyList<QueryField> known)
    {
        foreach (var (name, values) in given)
        {
            if (!known.Any(k => k.Name == name))
                throw new QueryException(
                    $"There is no parameter '{Short(name)}' here; there are: {(known.Count == 0 ? "none" : string.Join(", ", known.Select(k => k.Name)))}.");
            if (values.Count > 1) throw new QueryException($"{name} stands twice; several values are joined by commas.");
        }
        this.given = given;
        foreach (var field in known)
            if (field.Required && Text(field.Name) is null) throw new QueryException($"{field.Name} is missing: {field.Meaning}.");
    }

    internal static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

    public string? Text(string name) => given.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? text : null;

    public DateOnly? Day(string name) => Text(name) is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? DateBounds.Problem(day) is { } problem ? throw new QueryException($"{name}: {text} {problem}.") : day
        : throw new QueryException($"{name}: '{Short(text)}' is not a date; write YYYY-MM-DD.");

    public DateTimeOffset? Instant(string name) => Text(name) is not { } text ? null : Instant(name, text);

    public IReadOnlyList<DateTimeOffset> Instants(string name) => [.. List(name).Select(text => Instant(name, text))];

    private static DateTimeOffset Instant(string name, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? DateBounds.Problem(instant) is { } problem ? throw new QueryException($"{name}: {Short(text)} {problem}.") : instant
        : throw new QueryException($"{name}: '{Short(text)}' is not an instant; write 2026-04-12T10:15:00Z.");

    public int Number(string name, int otherwise, int max) => Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= max ? number
        : throw new QueryException($"{name}: '{Short(text)}' is not a number from 1 to {max}.");

    public IReadOnlyList<string> List(string name) => (Text(name) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public IReadOnlySet<string> Split(string name, params ReadOnlySpan<string> known)
    {
        var parts = List(name).ToHashSet(StringComparer.Ordinal);
        foreach (var part in parts)
            if (!known.Contains(part)) throw new QueryException($"{name} takes {string.Join(", ", known.ToArray())}, not '{Short(part)}'.");
        return parts;
    }

    public KpiWindow? Window(string name) => Text(name) is not { } text ? null
        : KpiWindow.TryParse(text, out var window) ? window
        : throw new QueryException($"{name}: '{Short(text)}' is no span; write 3mo or 30d.");

    /// <summary>Null where it is not given.</summary>
    public string? OneOf(string name, IReadOnlyList<string> known) => Text(name) is not { } text || known.Contains(text) ? Text(name)
        : throw new QueryException($"{name} takes {string.Join(", ", known)}, not '{Short(text)}'.");

    public T Choice<T>(string name, T otherwise) where T : struct, Enum => Text(name) is not { } text ? otherwise
        : Enum.GetNames<T>().FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } found ? Enum.Parse<T>(found)
        : throw new QueryException($"{name} takes {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}, not '{Short(text)}'.");
}
