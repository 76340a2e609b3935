using System.Text.Json;
using System.Text.RegularExpressions;

namespace Recoup.Connectors.Sms;

/// <summary>
/// What a provider said, as JSON or as a form, in fields by their paths: <c>sid</c>, <c>data.id</c>, <c>messages[0].status</c>. Of a form a path
/// is the field's name as it stands.
/// </summary>
internal sealed partial class ProviderFields
{
    private readonly JsonElement? json;
    private readonly IReadOnlyList<KeyValuePair<string, string>> form;

    private ProviderFields(JsonElement? json, IReadOnlyList<KeyValuePair<string, string>> form) => (this.json, this.form) = (json, form);

    public bool IsForm => json is null;

    /// <summary>Of the form, in the order in which they came; empty where it was JSON.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Form => form;

    /// <summary>Null: it is neither.</summary>
    /// <param name="isForm">It says of itself that it is a form.</param>
    public static ProviderFields? Read(ReadOnlyMemory<byte> body, bool isForm)
    {
        if (isForm) return new ProviderFields(null, Pairs(System.Text.Encoding.UTF8.GetString(body.Span)));
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            return new ProviderFields(document.RootElement.Clone(), []);
        }
        catch (JsonException) { return null; }
    }

    internal static IReadOnlyList<KeyValuePair<string, string>> Pairs(string text) =>
        [.. text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .Select(pair => KeyValuePair.Create(Decode(pair[0]), pair.Length > 1 ? Decode(pair[1]) : ""))];

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    public static bool IsPath(string path) => Steps().IsMatch(path);

    /// <summary>Text as it is, numbers and booleans as JSON writes them; null: there is none, or it is a list or an object.</summary>
    public string? this[string? path]
    {
        get
        {
            if (path is null) return null;
            if (json is not { } at) return form.Where(f => f.Key == path).Select(f => f.Value).FirstOrDefault();
            foreach (Match step in Step().Matches(path))
                if (step.Groups["name"] is { Success: true } name)
                {
                    if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name.ValueSpan, out at)) return null;
                }
                else if (!int.TryParse(step.Groups["index"].ValueSpan, out var index) || at.ValueKind != JsonValueKind.Array
                    || index >= at.GetArrayLength()) return null;
                else at = at[index];
            return at.ValueKind switch
            {
                JsonValueKind.String => TextOf(at),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => at.GetRawText(),
                _ => null,
            };
        }
    }

    /// <summary>Null: half of a character, which is no text.</summary>
    private static string? TextOf(JsonElement element)
    {
        try { return element.GetString(); }
        catch (InvalidOperationException) { return null; }
    }

    [GeneratedRegex(@"^[^.\[\]\s]+(\.[^.\[\]\s]+|\[[0-9]{1,4}\])*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Steps();

    [GeneratedRegex(@"(?<name>[^.\[\]]+)(?![0-9]*\])|\[(?<index>[0-9]+)\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Step();
}
