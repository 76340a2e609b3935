using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Recoup.Core.Inputs;

namespace Recoup.Server.Api;

/// <summary>Why a request was not done, as application/problem+json (RFC 9457): what is wrong, and how to mend it.</summary>
/// <param name="Code">The name by which programs tell problems apart; of a refused input the refusal's.</param>
/// <param name="Detail">For people.</param>
internal sealed record Problem(int Status, string Code, string Title, string Detail)
{
    /// <summary>In seconds, for what passes by itself.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>What is wrong with an input, field by field.</summary>
    public IReadOnlyList<InputProblem> Fields { get; init; } = [];

    public static Problem NoKey { get; } = new(401, "no_key", "An API key is needed",
        "Send the header Authorization: Bearer KEY, with a key that is in force. `recoup api-key add NAME` makes one.");

    public static Problem MayNot(string what) =>
        new(403, "may_not", "The key may not do this", $"This key may not {what}; `recoup api-key add NAME --may {what}` makes one that may.");

    public static Problem Full { get; } = new(429, "busy", "Too much waits already",
        "Nothing of this request was taken. Send it again after the time that Retry-After gives.")
    {
        RetryAfter = 1,
    };

    public static Problem TooLarge(string what, string mend) => new(413, "too_large", "The request is too large", $"{what} Nothing of it was taken. {mend}");

    public static Problem Malformed(string detail) => new(400, "malformed", "The request can't be read", detail);

    public static Problem NotFound(string detail) => new(404, "not_found", "There is no such thing", detail);

    public static Problem Unavailable(string detail) =>
        new(503, "unavailable", "The store can't be used now", $"{detail} Nothing of this request was taken.") { RetryAfter = 5 };

    public static Problem Ours { get; } = new(500, "error", "An error in Recoup",
        "That is an error in Recoup, not in your request. The log of the server has its place. Nothing of this request was taken.");

    public async Task Write(HttpContext http)
    {
        // What follows in the body is not read: the connection can't be used again then, and Kestrel closes it.
        var response = http.Response;
        response.StatusCode = Status;
        response.ContentType = "application/problem+json";
        if (RetryAfter is { } seconds) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (Status == 401) response.Headers.WWWAuthenticate = "Bearer";
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, ContractJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", Title);
            json.WriteNumber("status", Status);
            json.WriteString("code", Code);
            json.WriteString("detail", Detail);
            if (Fields.Count > 0)
            {
                json.WriteStartArray("problems");
                foreach (var field in Fields)
                {
                    json.WriteStartObject();
                    json.WriteString("field", field.Field);
                    json.WriteString("message", field.Message);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        response.ContentLength = stream.Length;
        await response.Body.WriteAsync(stream.GetBuffer().AsMemory(0, (int)stream.Length));
    }
}
