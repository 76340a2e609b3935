using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Recoup.Connectors.Mail;
using Recoup.Connectors.Webhooks;
using Recoup.Core;
using Recoup.Core.Outbox;
using Recoup.Core.Workspace;

namespace Recoup.Connectors.Sms;

/// <summary>
/// The channel that hands texts to a provider over HTTP. Not idempotent: providers take no key, so what they left without an answer once the request
/// had begun to go out is unknown, and stays so until the provider's report or a person says more.
/// </summary>
public sealed class SmsChannel : IDisposable
{
    private const int AnswerBytesMax = 64 * 1024;

    /// <summary>Nobody is waited for longer, whatever it asks.</summary>
    private static readonly TimeSpan AskedMax = TimeSpan.FromHours(24);

    private readonly SmsSettings settings;
    private readonly Lock gate = new();
    private HttpClient? client;
    private readonly RetryWaits waits;

    // Why nothing more goes out in this dispatch.
    private volatile string? trouble;

    public SmsChannel(SmsSettings settings)
    {
        this.settings = settings;
        waits = new RetryWaits(settings.RetryFirst, settings.RetryLongest, settings.RetryGiveUp);
    }

    /// <summary>Made when it is needed: who is done for now may have more to send later.</summary>
    private HttpClient Client
    {
        get { lock (gate) return client ??= Make(); }
    }

    private HttpClient Make() => new HttpClient(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseProxy = false, UseCookies = false, MaxResponseHeadersLength = 16, PreAuthenticate = false,
        AutomaticDecompression = DecompressionMethods.None, ActivityHeadersPropagator = null,
        // A connection that was kept may be closed when a request goes out, and the handler would send it again by itself.
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = (context, stop) =>
            GuardedConnect.Connect(a => WebhookSettings.Allows(settings.Allow, a), SmtpSettings.FileName, context, stop),
    })
    { Timeout = System.Threading.Timeout.InfiniteTimeSpan };

    /// <summary>Messages released at once; so many, at most, a crash can leave of unknown fate.</summary>
    public int PartSize => settings.Connections * 4;

    /// <summary>Why nothing can be sent now; null: the provider takes what comes, as far as is known.</summary>
    public string? Trouble()
    {
        if (trouble is not null) return trouble;
        try
        {
            _ = settings.Password?.Invoke();
            if (settings.Body.Has("status_url")) _ = settings.Incoming!.Path();
            return null;
        }
        catch (SmsException e) { return e.Message; }
    }

    /// <summary>Answers in the order of the messages, over several connections at once.</summary>
    public IReadOnlyList<ChannelAnswer> Send(IReadOnlyList<Outgoing> messages, DateTimeOffset now)
    {
        var answers = new ChannelAnswer[messages.Count];
        Parallel.For(0, messages.Count, new ParallelOptions { MaxDegreeOfParallelism = settings.Connections }, i => answers[i] = SendAlone(messages[i], now));
        return answers;
    }

    /// <summary>What fails for one message says nothing of the others. How far it came nobody knows then.</summary>
    private ChannelAnswer SendAlone(Outgoing message, DateTimeOffset now)
    {
        try { return Send(message, now); }
        catch (Exception e) when (e is not OutOfMemoryException) { return ChannelAnswer.Unknown($"an error in Recoup: {e.GetType().Name}"); }
    }

    private ChannelAnswer Send(Outgoing message, DateTimeOffset now)
    {
        if (trouble is { } known) return waits.Later(message, now, known);
        if (TextSegments.Of(message.Text.Body) is var parts && parts > settings.SegmentsMax)
            return ChannelAnswer.Failed(string.Create(CultureInfo.InvariantCulture,
                $"it is cut into {parts} parts, and {SmtpSettings.FileName} allows {settings.SegmentsMax}: shorten its template, or raise segments_max"));
        using var content = new Watched(settings.Body.Bytes(name => ValueOf(name, message)));
        content.Headers.ContentType = settings.Body.IsJson ? new MediaTypeHeaderValue("application/json", "utf-8")
            : new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        using var request = new HttpRequestMessage(settings.Method, settings.Url) { Content = content };
        request.Headers.TryAddWithoutValidation("User-Agent", "Recoup");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.ConnectionClose = true;
        try { Authenticate(request); }
        catch (SmsException e)
        {
            trouble = e.Message;
            return waits.Later(message, now, e.Message);
        }
        using var time = new CancellationTokenSource(settings.Timeout);
        try
        {
            using var response = Client.Send(request, HttpCompletionOption.ResponseHeadersRead, time.Token);
            return Answer(message, response, now, time.Token);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested)
        {
            var within = string.Create(CultureInfo.InvariantCulture, $"within {settings.Timeout.TotalSeconds:0} s");
            return content.Began ? ChannelAnswer.Unknown($"the request went out, and no answer came {within}")
                : waits.Later(message, now, $"no connection to the provider {within}");
        }
        catch (HttpRequestException e)
        {
            return content.Began ? ChannelAnswer.Unknown($"the request went out, and then: {GuardedConnect.Words(e)}")
                : waits.Later(message, now, $"the provider was not reached: {GuardedConnect.Words(e)}");
        }
    }

    private string ValueOf(string name, Outgoing message) => name switch
    {
        "to" => message.Text.To,
        "from" => settings.From!,
        "text" => message.Text.Body,
        "id" => message.Message,
        "status_url" => settings.Incoming!.StatusUrl(message.Message).AbsoluteUri,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private void Authenticate(HttpRequestMessage request)
    {
        if (settings.Password?.Invoke() is not { } secret) return;
        switch (settings.Auth)
        {
            case "basic":
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic",
                    Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.User}:{secret}")));
                break;
            case "bearer": request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret); break;
            default: request.Headers.TryAddWithoutValidation(settings.Header!, secret); break;
        }
    }

    private ChannelAnswer Answer(Outgoing message, HttpResponseMessage response, DateTimeOffset now, CancellationToken stop)
    {
        var status = (int)response.StatusCode;
        var said = string.Create(CultureInfo.InvariantCulture, $"{status} {(Enum.IsDefined(response.StatusCode) ? response.StatusCode : "")}").TrimEnd();
        var fields = FieldsOf(response, stop);
        var code = Plain(fields?[settings.ErrorPath]);
        if (code is not null) said += $", code {code}";
        if (Plain(fields?[settings.StatusPath]) is { } stands) said += $", {stands}";
        if (settings.KindOf(code) is var kind and not "soft") return ChannelAnswer.Failed(said) with { BadAddress = code, Blocked = kind == "blocked" };
        if (settings.SuccessStatuses.Contains(status)) return Taken(fields, said);
        return status switch
        {
            429 or 503 => Rest(message, now, said, Asked(response, now)),
            // For us to mend, and until then every text would be refused.
            401 or 402 or 403 or 404 or 405 or 407 or 410 => Rest(message, now, $"{said}: see to url, auth and the account with the provider", null),
            >= 300 and < 400 => Rest(message, now, $"{said}: nobody is redirected; give its new address", null),
            408 or 425 => waits.Later(message, now, said),
            >= 400 and < 500 => ChannelAnswer.Failed(said),
            // Something went wrong there, perhaps after the text had gone.
            _ => ChannelAnswer.Unknown(said),
        };
    }

    private ChannelAnswer Taken(ProviderFields? fields, string said)
    {
        if (settings.SuccessPath is { } path)
        {
            if (Plain(fields?[path]) is not { } value)
                return ChannelAnswer.Unknown($"{said}; the answer has no {path}, by which it would say whether it took it");
            if (!settings.SuccessValues.Contains(value)) return ChannelAnswer.Failed($"{said}; {path} is {value}");
        }
        return ChannelAnswer.Sent with { Detail = said, Reference = Plain(fields?[settings.IdPath]) };
    }

    private ChannelAnswer Rest(Outgoing message, DateTimeOffset now, string said, TimeSpan? asked)
    {
        trouble = said;
        return waits.Later(message, now, said, asked);
    }

    private static TimeSpan? Asked(HttpResponseMessage response, DateTimeOffset now)
    {
        var asked = response.Headers.RetryAfter is not { } after ? null : after.Delta ?? (after.Date is { } date ? date - now : (TimeSpan?)null);
        return asked > AskedMax ? AskedMax : asked;
    }

    /// <summary>Null: the answer can't be read to its end, is too long, or is neither JSON nor a form. Its status counts all the same.</summary>
    private static ProviderFields? FieldsOf(HttpResponseMessage response, CancellationToken stop)
    {
        try
        {
            using var stream = response.Content.ReadAsStream(stop);
            using var registration = stop.Register(static s => ((Stream)s!).Dispose(), stream);
            var body = new byte[AnswerBytesMax];
            var length = stream.ReadAtLeast(body, body.Length, throwOnEndOfStream: false);
            return ProviderFields.Read(body.AsMemory(0, length), response.Content.Headers.ContentType?.MediaType == "application/x-www-form-urlencoded");
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ObjectDisposedException or OperationCanceledException) { return null; }
    }

    /// <summary>A word of the provider's as it may stand in the journal: short, on one line, and no address.</summary>
    private static string? Plain(string? word) =>
        word is { Length: > 0 and <= 100 } && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or ' ') ? word : null;

    /// <summary>Where texts would go and how, for a person who sets it up. Sends nothing, and shows no secret.</summary>
    public static IReadOnlyList<(string What, string Value)> Check(SmsSettings settings)
    {
        using var channel = new SmsChannel(settings);
        var sample = new Outgoing("", "m-00-00000001", "sms", new MessageText("+491512345678", null, "", null, "", "Text"));
        var found = new List<(string, string)>
        {
            ("provider", $"{settings.Method} {settings.Url}"),
            ("auth", settings.Auth switch { "basic" => $"basic, as {settings.User}", "header" => $"by the header {settings.Header}", var other => other }),
            ("secrets", channel.Trouble() ?? "there"),
        };
        if (channel.Trouble() is null) found.Add(("a request's body", settings.Body.Write(name => name == "status_url"
            ? $"{settings.Incoming!.PublicUrl.AbsoluteUri.TrimEnd('/')}/texts/…/status/{sample.Message}" : channel.ValueOf(name, sample))));
        found.Add(("parts at most", settings.SegmentsMax.ToString(CultureInfo.InvariantCulture)));
        found.Add(("told of deliveries", settings.Incoming?.Reports is null ? "no" : $"{settings.Incoming.PublicUrl.AbsoluteUri.TrimEnd('/')}/texts/…/status"));
        found.Add(("told of what customers write", settings.Incoming?.Inbound is null ? "no"
            : $"{settings.Incoming.PublicUrl.AbsoluteUri.TrimEnd('/')}/texts/…/inbound"));
        return found;
    }

    public void Dispose()
    {
        lock (gate)
        {
            client?.Dispose();
            client = null;
        }
    }

    /// <summary>Notes that the request has begun to go out: from then on nobody knows whether it was taken, unless it is answered.</summary>
    private sealed class Watched(byte[] body) : ByteArrayContent(body)
    {
        private volatile bool began;

        public bool Began => began;

        protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            began = true;
            base.SerializeToStream(stream, context, cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            began = true;
            return base.SerializeToStreamAsync(stream, context);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            began = true;
            return base.SerializeToStreamAsync(stream, context, cancellationToken);
        }
    }
}
