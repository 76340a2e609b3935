using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Recoup.Core.Outbox;
using Recoup.Core.Webhooks;

namespace Recoup.Connectors.Webhooks;

/// <summary>
/// Calls endpoints (Standard Webhooks). An address is looked at when it is connected to, after its name was resolved, so that no name can
/// lead elsewhere meanwhile; nobody is redirected; time and answers are bounded.
/// </summary>
/// <param name="clock">Gives the instant of each attempt, by which receivers refuse old ones.</param>
public sealed class WebhookSender(WebhookSettings settings, TimeProvider clock) : IDisposable
{
    /// <summary>Of an answer nothing but its status is of use; so much of the rest is read that the connection can be used again.</summary>
    private const int AnswerBytesMax = 16 * 1024;

    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseProxy = false, UseCookies = false, MaxResponseHeadersLength = 16, MaxResponseDrainSize = AnswerBytesMax,
        ResponseDrainTimeout = TimeSpan.FromSeconds(2), PooledConnectionLifetime = TimeSpan.FromMinutes(2), PreAuthenticate = false,
        AutomaticDecompression = DecompressionMethods.None, ActivityHeadersPropagator = null,
        ConnectCallback = (context, stop) => GuardedConnect.Connect(settings.Allows, WebhookSettings.FileName, context, stop),
    })
    { Timeout = System.Threading.Timeout.InfiniteTimeSpan };

    public IReadOnlyList<ChannelAnswer> Send(IReadOnlyList<WebhookCall> calls, DateTimeOffset now) => [.. calls.Select(Send)];

    private ChannelAnswer Send(WebhookCall call)
    {
        var at = clock.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, call.Url) { Content = new ByteArrayContent(call.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "Recoup");
        request.Headers.TryAddWithoutValidation("webhook-id", call.Message);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", WebhookSignature.Of(call.Secrets, call.Message, at.ToUnixTimeSeconds(), call.Body));
        using var time = new CancellationTokenSource(settings.Timeout);
        try
        {
            using var response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, time.Token);
            return Of(call, response, at);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested)
        {
            return Later(call, at, string.Create(CultureInfo.InvariantCulture, $"no answer within {settings.Timeout.TotalSeconds:0} s"), null, holds: true);
        }
        catch (HttpRequestException e) { return Later(call, at, GuardedConnect.Words(e), null, holds: true); }
    }

    private static ChannelAnswer Of(WebhookCall call, HttpResponseMessage response, DateTimeOffset at)
    {
        var status = (int)response.StatusCode;
        var said = string.Create(CultureInfo.InvariantCulture, $"{status} {ReasonOf(response.StatusCode)}").TrimEnd();
        return status switch
        {
            >= 200 and < 300 => ChannelAnswer.Sent with { Detail = said },
            410 => ChannelAnswer.Failed(said) with { BadAddress = "410" },
            // About what this one says, so the next may be taken.
            400 or 409 or 413 or 415 or 422 => Later(call, at, said, response.Headers.RetryAfter, holds: false),
            >= 300 and < 400 => Later(call, at, said + ": nobody is redirected; give its new address", null, holds: true),
            _ => Later(call, at, said, response.Headers.RetryAfter, holds: true),
        };
    }

    /// <summary>The standard's word for a status: what a server says beside it could be anything.</summary>
    private static string ReasonOf(HttpStatusCode status) => Enum.IsDefined(status) ? status.ToString() : "";

    private static ChannelAnswer Later(WebhookCall call, DateTimeOffset at, string said, RetryConditionHeaderValue? asked, bool holds)
    {
        var wait = asked?.Delta ?? (asked?.Date is { } date ? date - at : (TimeSpan?)null);
        if (WebhookRetry.After(call.Tries, call.Message, at, wait) is { } until) return ChannelAnswer.Deferred(said, until) with { HoldsOthers = holds };
        // For about three days it took nothing at all: whoever reads this has to see to it before it is called again.
        return ChannelAnswer.Failed($"{said}, {call.Tries + 1} times") with { BadAddress = holds ? "unreachable" : null };
    }

    public void Dispose() => client.Dispose();
}
