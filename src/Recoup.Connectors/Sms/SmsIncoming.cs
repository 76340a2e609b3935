using Recoup.Core.Foundation;

namespace Recoup.Connectors.Sms;

/// <summary>How a provider tells of deliveries and of what customers write, at addresses of the server that only it knows.</summary>
public sealed record SmsIncoming
{
    /// <summary>What stands before the path where the provider calls us, such as https://pay.example.com.</summary>
    public required Uri PublicUrl { get; init; }

    /// <summary>The part of the addresses that nobody can guess: <c>/texts/SECRET/inbound</c>. Throws <see cref="SmsException"/>.</summary>
    public required Func<string> PathSecret { get; init; }

    /// <summary>none: the path is all there is; twilio: X-Twilio-Signature; hmac: a header of HMAC-SHA256 over the body.</summary>
    public required string Signature { get; init; }

    public Func<string>? SignatureSecret { get; init; }

    /// <summary>Of hmac, the header that carries it.</summary>
    public string? Header { get; init; }

    /// <summary>Of hmac: hex or base64.</summary>
    public string Encoding { get; init; } = "hex";

    /// <summary>Where a text that came has its id, number and words.</summary>
    public (string Id, string From, string Text)? Inbound { get; init; }

    /// <summary>Where a report has the provider's id, its status and the code of what went wrong.</summary>
    public (string Id, string Status, string? Error)? Reports { get; init; }

    public IReadOnlyList<string> Delivered { get; init; } = [];

    public IReadOnlyList<string> Failed { get; init; } = [];

    /// <summary>What the first STOP from a number is answered with, for a provider that sends it on as the one confirmation; null: nothing.</summary>
    public (string ContentType, string Body)? StopAnswer { get; init; }

    /// <summary>A secret in a path is long enough that nobody guesses it, and needs no encoding.</summary>
    private const int PathSecretMin = 16;

    /// <summary>Throws <see cref="SmsException"/> where the secret is none that a path can hide.</summary>
    public string Path()
    {
        var secret = PathSecret();
        return secret.Length is >= PathSecretMin and <= 200 && secret.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? secret : throw new SmsException($"the path's secret takes {PathSecretMin} to 200 letters, digits, - and _");
    }

    /// <summary>The address at which a message's deliveries are told of.</summary>
    public Uri StatusUrl(string message) => new($"{PublicUrl.AbsoluteUri.TrimEnd('/')}/texts/{Path()}/status/{message}");

    internal static SmsIncoming Parse(YamlMap map, string folder)
    {
        var signature = map.Choice("signature", "none", "none", "twilio", "hmac");
        var (inbound, reports, answer) = (map.MapOrNull("inbound"), map.MapOrNull("status"), map.MapOrNull("stop_answer"));
        var path = SmsSettings.Secret(map, folder, "path");
        if (path is null) map.Report("path_env or path_file is missing: a secret that stands in the addresses the provider calls");
        var incoming = new SmsIncoming
        {
            PublicUrl = SmsSettings.Address(map, "public_url", mayBeHttp: false),
            PathSecret = path ?? (() => ""),
            Signature = signature,
            SignatureSecret = SmsSettings.Secret(map, folder, "signature"),
            Header = map.TextOrNull("header"),
            Encoding = map.Choice("encoding", "hex", "hex", "base64"),
            Inbound = inbound is null ? null : (inbound.Text("id"), inbound.Text("from"), inbound.Text("text")),
            Reports = reports is null ? null : (reports.Text("id"), reports.Text("status"), reports.TextOrNull("error")),
            Delivered = reports?.Texts("delivered") ?? [],
            Failed = reports?.Texts("failed") ?? [],
            StopAnswer = answer is null ? null : (answer.Text("content_type"), answer.Text("body")),
        };
        if (signature == "none" != incoming.SignatureSecret is null)
            map.Report("signature", signature == "none" ? "there is a secret and nothing that is signed by it: set signature to twilio or hmac"
                : $"{signature} needs signature_env or signature_file");
        if (signature == "hmac" != incoming.Header is not null)
            map.Report("header", incoming.Header is null ? "signature: hmac needs the header that carries it" : "a header is of signature: hmac");
        if (incoming.Header is { } header && !SmsSettings.IsHeader(header)) map.Report("header", $"'{header}' is no name of a header");
        if (reports is not null && incoming.Delivered.Count == 0) reports.Report("delivered is missing: the statuses that say that a text arrived");
        if (inbound is null && reports is null) map.Report("give inbound, status or both: what the provider tells");
        foreach (var part in new[] { inbound, reports, answer, map }) part?.Done();
        return incoming;
    }
}
