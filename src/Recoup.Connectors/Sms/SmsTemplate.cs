using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Recoup.Core.Foundation;

namespace Recoup.Connectors.Sms;

/// <summary>
/// The body of a provider's request, with {to} and its like where a message's own words go: percent-encoded into a form, escaped into a string of
/// JSON, so that no customer's name can add a field.
/// </summary>
public sealed partial class SmsTemplate
{
    public static readonly IReadOnlyList<string> Names = ["to", "from", "text", "id", "status_url"];

    private readonly string text;

    private SmsTemplate(string text, bool isJson) => (this.text, IsJson) = (text, isJson);

    public bool IsJson { get; }

    public bool Has(string name) => text.Contains($"{{{name}}}", StringComparison.Ordinal);

    /// <summary>What is wrong with it is reported of the map's field body.</summary>
    public static SmsTemplate Parse(YamlMap map, string text, bool isJson)
    {
        var template = new SmsTemplate(text.Trim(), isJson);
        foreach (Match match in Placeholder().Matches(text))
            if (match.Groups["name"].Value is var name && !Names.Contains(name))
                map.Report("body", $"there is no {{{name}}}; {(Spelling.Nearest(name, Names) is { } near ? $"did you mean {{{near}}}? " : "")}"
                    + $"there are {string.Join(", ", Names.Select(n => $"{{{n}}}"))}");
        foreach (var needed in new[] { "to", "text" })
            if (!template.Has(needed))
                map.Report("body", $"{{{needed}}} is missing: without it no text says {(needed == "to" ? "where it goes" : "anything")}");
        if (template.Misread() is { } problem) map.Report("body", problem);
        return template;
    }

    private string? Misread()
    {
        var sample = Write(name => "x");
        if (!IsJson) return ProviderFields.Pairs(sample).All(p => p.Key.Length > 0) && sample.Contains('=', StringComparison.Ordinal)
            ? null : "is no form: name={to}&other={text}";
        try
        {
            using var _ = JsonDocument.Parse(sample);
            return null;
        }
        catch (JsonException e) { return $"is no JSON once words stand in it: {e.Message}"; }
    }

    /// <param name="value">Of each name.</param>
    public string Write(Func<string, string> value) => Placeholder().Replace(text, match => match.Groups["name"].Value is var name && Names.Contains(name)
        ? IsJson ? JsonEncodedText.Encode(value(name)).ToString() : Uri.EscapeDataString(value(name)) : match.Value);

    public byte[] Bytes(Func<string, string> value) => Encoding.UTF8.GetBytes(Write(value));

    [GeneratedRegex(@"\{(?<name>[a-z_]+)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();
}
