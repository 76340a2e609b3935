using System.Globalization;
using System.Text;
using Recoup.Core.Contact;

namespace Recoup.Connectors.Sms;

/// <summary>A line of a file of what came by phone: a text that a customer wrote, or a report of what became of one of ours.</summary>
/// <param name="Line">Its number in the file.</param>
/// <param name="Problem">Why it can't be taken; null: it can.</param>
public sealed record TextLine(long Line, string? Problem)
{
    /// <summary>The provider's id of a text that came.</summary>
    public string? Id { get; init; }

    /// <summary>In the form of E.164.</summary>
    public string? Number { get; init; }

    public string? Words { get; init; }

    /// <summary>When it came; null: not told.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Of a report, our message's id; null: it names the provider's.</summary>
    public string? Message { get; init; }

    /// <summary>Of a report, the provider's id; null: it names ours.</summary>
    public string? Reference { get; init; }

    /// <summary>Of a report: delivered or failed.</summary>
    public string? Outcome { get; init; }

    public string? Code { get; init; }
}

/// <summary>
/// Reads what came by phone from lines of JSON, for whoever has no server that a provider can call:
/// <c>{"id":…,"from":…,"text":…,"at":…}</c> and <c>{"message" or "reference":…,"status":"delivered" or "failed","code":…}</c>.
/// </summary>
public static class TextLines
{
    public static IEnumerable<TextLine> Read(TextReader reader)
    {
        for (long number = 1; reader.ReadLine() is { } line; number++)
            if (!string.IsNullOrWhiteSpace(line)) yield return Read(number, line);
    }

    private static TextLine Read(long number, string line)
    {
        if (ProviderFields.Read(Encoding.UTF8.GetBytes(line), isForm: false) is not { } fields) return Wrong("is no JSON object");
        if (fields["status"] is { } status)
        {
            if (status is not ("delivered" or "failed")) return Wrong($"status is delivered or failed, not '{status}'");
            return fields["message"] is null == fields["reference"] is null
                ? Wrong("a report names the text by message, our id, or by reference, the provider's")
                : new TextLine(number, null) { Message = fields["message"], Reference = fields["reference"], Outcome = status, Code = fields["code"] };
        }
        if (fields["id"] is not { Length: > 0 and <= 200 } id) return Wrong("id is missing: the provider's id of the text, by which it is taken once");
        if (NumberOf(fields["from"]) is not { } from) return Wrong("from is a number with its country code, such as +491512345678");
        if (fields["text"] is not { } text) return Wrong("text is missing");
        DateTimeOffset? at = null;
        if (fields["at"] is { } when)
        {
            if (!DateTimeOffset.TryParse(when, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var instant)
                || !when.Contains('T', StringComparison.Ordinal)) return Wrong($"at is an instant such as 2026-04-12T10:15:00Z, not '{when}'");
            at = instant;
        }
        return new TextLine(number, null) { Id = id, Number = from, Words = text, At = at };

        TextLine Wrong(string problem) => new(number, problem);
    }

    /// <summary>A number as a provider gives it, with its country code and with or without +; null: it is none.</summary>
    public static string? NumberOf(string? given)
    {
        if (given is null) return null;
        var digits = given.Trim();
        return PhoneNumber.E164(digits.StartsWith('+') ? digits : $"+{digits}", null);
    }
}
