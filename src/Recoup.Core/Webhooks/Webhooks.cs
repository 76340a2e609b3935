using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Inputs;
using static Recoup.Core.Inputs.Fields;

namespace Recoup.Core.Webhooks;

/// <summary>What people tell of endpoints: addresses of their own systems that are told of events.</summary>
public abstract record WebhookInput : Input
{
    private WebhookInput() { }

    public required string Endpoint { get; init; }

    /// <summary>Declares an endpoint, or says anew where it is and what it is told of.</summary>
    public sealed record EndpointSet : WebhookInput
    {
        public required string Url { get; init; }

        /// <summary>Types of events, or the beginnings of some with <c>.*</c>; null: all.</summary>
        public IReadOnlyList<string>? Types { get; init; }

        /// <summary>With what people said in their own words, which may name somebody.</summary>
        public bool Words { get; init; }

        /// <summary>One more key by which it knows that a call is ours; null: those that it has.</summary>
        public byte[]? Secret { get; init; }
    }

    /// <summary>Of an endpoint's secrets the newest alone stays.</summary>
    public sealed record SecretsRetired : WebhookInput;

    /// <summary>The endpoint is told of events from now on, is told of none, or is no more.</summary>
    public sealed record EndpointSwitched : WebhookInput
    {
        /// <summary>on, off or removed.</summary>
        public required string State { get; init; }
        public string? Reason { get; init; }
    }
}

/// <summary>What happened to endpoints.</summary>
public abstract record WebhookEvent : Event
{
    private WebhookEvent() { }

    /// <summary>The endpoint as it stands now.</summary>
    public sealed record EndpointSet(string Endpoint, string Url, IReadOnlyList<string>? Types, bool Words) : WebhookEvent;

    /// <summary>A secret, sealed under a key that is the endpoint's own.</summary>
    public sealed record SecretAdded(string Endpoint, byte[] Sealed) : WebhookEvent;

    /// <summary>All secrets but the newest are used no more.</summary>
    public sealed record SecretsRetired(string Endpoint) : WebhookEvent;

    /// <summary>State: on, off or removed.</summary>
    public sealed record EndpointSwitched(string Endpoint, string State, string? Reason) : WebhookEvent;
}

/// <summary>An endpoint, and what it was told of when.</summary>
public sealed class WebhookEndpoint(string name)
{
    private readonly List<(long Seq, IReadOnlyList<string>? Types, bool On)> terms = [];

    public string Name { get; } = name;
    public string Url { get; private set; } = "";
    public IReadOnlyList<string>? Types { get; private set; }
    public bool Words { get; private set; }

    /// <summary>on, off or removed.</summary>
    public string State { get; private set; } = "on";

    /// <summary>Why it was switched; null: not said.</summary>
    public string? Reason { get; private set; }

    /// <summary>Recoup switched it off itself, as nothing could be delivered.</summary>
    public bool GaveUp { get; private set; }

    /// <summary>Sealed, the oldest first: each call is signed by all of them.</summary>
    public IReadOnlyList<byte[]> Secrets => secrets;

    private readonly List<byte[]> secrets = [];

    /// <summary>When somebody last said where it is, or switched it on, in milliseconds: what waited by then is tried at once.</summary>
    public long StandsSince { get; private set; }

    /// <summary>The event of the workspace from which on it is told of others.</summary>
    public long Since => terms[0].Seq;

    /// <summary>Whether it is to be told of an event that was recorded under a state of the workspace.</summary>
    public bool Wants(string type, long workspaceSeq)
    {
        var at = terms.FindLastIndex(t => t.Seq <= workspaceSeq);
        return at >= 0 && terms[at].On && Matches(terms[at].Types, type);
    }

    /// <summary>Whether it would be told of an event by what it wants now.</summary>
    public bool WantsNow(string type) => Matches(Types, type);

    private static bool Matches(IReadOnlyList<string>? types, string type) =>
        types is null || types.Any(t => t == type || (t.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(t[..^1], StringComparison.Ordinal)));

    internal WebhookEndpoint Copy()
    {
        var copy = new WebhookEndpoint(Name)
        {
            Url = Url, Types = Types, Words = Words, State = State, Reason = Reason, GaveUp = GaveUp, StandsSince = StandsSince,
        };
        copy.terms.AddRange(terms);
        copy.secrets.AddRange(secrets);
        return copy;
    }

    internal void Apply(long seq, long recordedAt, string actor, WebhookEvent e)
    {
        if (e is WebhookEvent.EndpointSet or WebhookEvent.EndpointSwitched { State: "on" }) StandsSince = recordedAt;
        switch (e)
        {
            case WebhookEvent.EndpointSet set:
                (Url, Types, Words) = (set.Url, set.Types, set.Words);
                if (State == "removed") (State, Reason) = ("on", null);
                terms.Add((seq, Types, State == "on"));
                break;
            case WebhookEvent.SecretAdded added: secrets.Add(added.Sealed); break;
            case WebhookEvent.SecretsRetired: secrets.RemoveRange(0, secrets.Count - 1); break;
            case WebhookEvent.EndpointSwitched switched:
                (State, Reason, GaveUp) = (switched.State, switched.Reason, switched.State == "off" && actor == WebhookChapter.Self);
                if (State == "removed") secrets.Clear();
                terms.Add((seq, Types, State == "on"));
                break;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }
}

/// <summary>The workspace's endpoints, those removed too: what was sent to them stays listed.</summary>
public sealed class WebhookEndpoints
{
    private readonly SortedDictionary<string, WebhookEndpoint> all = new(StringComparer.Ordinal);

    internal WebhookEndpoints Copy()
    {
        var copy = new WebhookEndpoints();
        foreach (var (name, endpoint) in all) copy.all[name] = endpoint.Copy();
        return copy;
    }

    /// <summary>In order of their names.</summary>
    public IReadOnlyCollection<WebhookEndpoint> All => all.Values;

    public WebhookEndpoint? Of(string name) => all.GetValueOrDefault(name);

    /// <summary>Those that are not removed.</summary>
    public IReadOnlyList<WebhookEndpoint> Standing => [.. all.Values.Where(e => e.State != "removed")];

    public void Apply(JournalRow row, WebhookEvent e)
    {
        var name = e switch
        {
            WebhookEvent.EndpointSet i => i.Endpoint,
            WebhookEvent.SecretAdded i => i.Endpoint,
            WebhookEvent.SecretsRetired i => i.Endpoint,
            WebhookEvent.EndpointSwitched i => i.Endpoint,
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (!all.TryGetValue(name, out var endpoint)) all[name] = endpoint = new WebhookEndpoint(name);
        endpoint.Apply(row.Seq, row.RecordedAt, row.Actor, e);
    }
}

/// <summary>Endpoints as they are declared. What they are told of is derived from the journal: see <see cref="WebhookTypes"/>.</summary>
public static class WebhookChapter
{
    /// <summary>Who switches an endpoint off to which nothing can be delivered.</summary>
    public const string Self = "webhooks";

    /// <summary>While one secret takes another's place there are two; more are a mistake.</summary>
    private const int SecretsMax = 4;

    private const int NameLengthMax = 60, UrlLengthMax = 2000, TypesMax = 100;

    /// <summary>Before the random part (Standard Webhooks).</summary>
    public const string SecretPrefix = "whsec_";

    /// <summary>Standard Webhooks: 24 to 64 bytes.</summary>
    public const int SecretBytesMin = 24, SecretBytesMax = 64;

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("webhook_endpoint", "declares an address that is told of events, or says anew where it is and what it is told of", false,
        [
            Need("endpoint", FieldType.Text, "its name: letters, digits and - _") with { LengthMax = NameLengthMax, IsName = true },
            Need("url", FieldType.Text, "https:// and where it listens") with { LengthMax = UrlLengthMax },
            May("events", FieldType.Texts, "types of events, such as promise.broken or invoice.*; without it, all"),
            May("words", FieldType.Boolean, "with reasons and the like in people's own words, which may name somebody; false by default"),
            May("secret", FieldType.Text, "one more key for signing: whsec_ and 24 to 64 bytes in base64; the first declaration needs one"),
        ], BuildEndpoint),
        InputKind.Of("webhook_secrets_retired", "of an endpoint's secrets only the newest is used from now on", false,
            [Need("endpoint", FieldType.Text, "its name") with { LengthMax = NameLengthMax, IsName = true }],
            d => new WebhookInput.SecretsRetired { Key = "", Endpoint = d.Need("endpoint") }),
        InputKind.Of("webhook_endpoint_switched", "an endpoint is told of events again, of none, or is no more", false,
        [
            Need("endpoint", FieldType.Text, "its name") with { LengthMax = NameLengthMax, IsName = true },
            Choice("state", "removed takes its secrets away too", "on", "off", "removed") with { Required = true }, May("reason", FieldType.Text, "why"),
        ], d => new WebhookInput.EndpointSwitched { Key = "", Endpoint = d.Need("endpoint"), State = d.Need("state"), Reason = d.Text("reason") }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("webhook_endpoint_set", WebhookJson.Default.EndpointSet), new("webhook_secret_added", WebhookJson.Default.SecretAdded),
        new("webhook_secrets_retired", WebhookJson.Default.SecretsRetired), new("webhook_endpoint_switched", WebhookJson.Default.EndpointSwitched),
    ];

    private static WebhookInput.EndpointSet BuildEndpoint(InputDraft d)
    {
        var (name, url) = (d.Need("endpoint"), d.Need("url"));
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            d.Problem("endpoint", $"'{name}' has other characters than letters, digits, - and _");
        if (!IsUrl(url)) d.Problem("url", "takes https:// and an address, without a user or a #");
        var types = (IReadOnlyList<string>?)d.Values[d.Kind.Ordinal("events")];
        if (types is { Count: 0 or > TypesMax }) d.Problem("events", $"takes 1 to {TypesMax} types; without it the endpoint is told of all");
        foreach (var type in types ?? [])
            if (!WebhookTypes.IsKnown(type)) d.Problem("events", $"there is no type '{InputDraft.Short(type)}'; `recoup webhooks types` lists them");
        var secret = d.Text("secret") is { } text ? SecretOf(text) : null;
        if (d.Has("secret") && secret is null) d.Problem("secret", "takes whsec_ and 24 to 64 bytes in base64");
        return new WebhookInput.EndpointSet
        {
            Key = "", Endpoint = name, Url = url, Types = types, Words = d.GetOrNull<bool>("words") ?? false, Secret = secret,
        };
    }

    private static bool IsUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps
        || url.Scheme == Uri.UriSchemeHttp) && url.Host.Length > 0 && url.UserInfo.Length == 0 && url.Fragment.Length == 0;

    /// <summary>The key of a secret as it is given; null where it is none.</summary>
    public static byte[]? SecretOf(string text)
    {
        if (!text.StartsWith(SecretPrefix, StringComparison.Ordinal)) return null;
        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text[SecretPrefix.Length..], key, out var length) && length is >= SecretBytesMin and <= SecretBytesMax
            ? key[..length] : null;
    }

    /// <summary>Under this name the vault has an endpoint's key. No party's name has a control character.</summary>
    public static string VaultName(string endpoint) => $"{VaultPrefix}{endpoint}";

    public const string VaultPrefix = "\u0001webhook/";

    /// <param name="seal">Seals under the key of a name.</param>
    internal static Refused? Handle(WebhookEndpoints endpoints, WebhookInput input, Func<string, byte[], byte[]> seal, List<Event> events)
    {
        var known = endpoints.Of(input.Endpoint) is { State: not "removed" } standing ? standing : null;
        switch (input)
        {
            case WebhookInput.EndpointSet i:
                if (known is null && i.Secret is null)
                    return new Refused(Refusal.NoSecret, $"endpoint {i.Endpoint} is new: with its declaration goes a secret by which it knows our calls");
                var sealedSecret = i.Secret is null ? null : seal(VaultName(i.Endpoint), i.Secret);
                var isNew = sealedSecret is not null && known?.Secrets.Any(s => s.AsSpan().SequenceEqual(sealedSecret)) != true;
                if (isNew && known?.Secrets.Count >= SecretsMax)
                    return new Refused(Refusal.TooManySecrets, $"endpoint {i.Endpoint} has {SecretsMax} secrets; retire those that it needs no more first");
                if (known is null || known.Url != i.Url || known.Words != i.Words || !(known.Types ?? []).SequenceEqual(i.Types ?? []))
                    events.Add(new WebhookEvent.EndpointSet(i.Endpoint, i.Url, i.Types, i.Words));
                if (isNew) events.Add(new WebhookEvent.SecretAdded(i.Endpoint, sealedSecret!));
                return null;
            case WebhookInput.SecretsRetired:
                if (known is null) return Unknown(input);
                if (known.Secrets.Count > 1) events.Add(new WebhookEvent.SecretsRetired(input.Endpoint));
                return null;
            case WebhookInput.EndpointSwitched i:
                if (known is null) return Unknown(input);
                if (known.State != i.State) events.Add(new WebhookEvent.EndpointSwitched(i.Endpoint, i.State, i.Reason));
                return null;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private static Refused Unknown(WebhookInput input) =>
        new(Refusal.UnknownEndpoint, $"there is no endpoint {input.Endpoint}; `recoup webhooks endpoints` lists them");
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(WebhookEvent.EndpointSet))]
[JsonSerializable(typeof(WebhookEvent.SecretAdded))]
[JsonSerializable(typeof(WebhookEvent.SecretsRetired))]
[JsonSerializable(typeof(WebhookEvent.EndpointSwitched))]
internal sealed partial class WebhookJson : JsonSerializerContext;
