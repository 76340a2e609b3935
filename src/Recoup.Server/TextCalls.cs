using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Recoup.Connectors.Sms;
using Recoup.Core.Foundation;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Server;

/// <summary>
/// What a provider of texts calls: <c>POST /texts/SECRET/inbound</c> with what a customer wrote, <c>POST /texts/SECRET/status</c> or
/// <c>…/status/MESSAGE</c> with what became of one of ours. Whoever does not know the secret is told what anybody is told of an address that there is
/// not, or, while channels.yaml can't be read, to come again; where calls are signed, one that is not ours to believe is 403.
/// </summary>
internal sealed class TextCalls(ServeOptions options)
{
    public const string Root = "/texts/";

    /// <summary>A provider may tell of a text before what it answered is recorded here: so long it is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(250);

    // One at a time: whoever calls much holds up nothing but calls.
    private readonly SemaphoreSlim turn = new(1);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost($"{Root}{{secret}}/inbound", (HttpContext http, string secret) => Answer(http, secret, Inbound));
        routes.MapPost($"{Root}{{secret}}/status", (HttpContext http, string secret) => Answer(http, secret, (i, f) => Report(i, f, null)));
        routes.MapPost($"{Root}{{secret}}/status/{{message}}",
            (HttpContext http, string secret, string message) => Answer(http, secret, (i, f) => Report(i, f, message)));
        routes.Map($"{Root}{{**rest}}", http => Status(http, 404));
    }

    private async Task Answer(HttpContext http, string secret, Func<SmsSettings, ProviderFields, Task<(int Status, bool Stopped)>> take)
    {
        try
        {
            if (SmsSettings.Load(options.Folder) is not { Incoming: { } incoming } settings || !SmsSignature.AreSame(incoming.Path(), secret))
            {
                await Status(http, 404);
                return;
            }
            using var buffer = new MemoryStream();
            await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
            var body = buffer.ToArray();
            var fields = ProviderFields.Read(body, http.Request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
                == true);
            if (!IsSigned(http, incoming, body, fields))
            {
                options.Log.Write(LogLevel.Warning, "text_call_refused", null, ("why", "its signature is not the provider's"));
                await Status(http, 403);
                return;
            }
            var (status, stopped) = fields is null ? (400, false) : await take(settings, fields);
            if (stopped && incoming.StopAnswer is { } answer)
            {
                http.Response.ContentType = answer.ContentType;
                await http.Response.WriteAsync(answer.Body);
            }
            else await Status(http, status);
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted) { await Status(http, e.StatusCode); }
        catch (Exception e) when (e is SmsException or YamlException or IOException or StoreException or Microsoft.Data.Sqlite.SqliteException
            && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            // Nothing of it was kept: the provider tells again.
            options.Log.Failure("text_call_failed", e, $"texts: {e.Message}");
            await Status(http, 503);
        }
    }

    private static bool IsSigned(HttpContext http, SmsIncoming incoming, byte[] body, ProviderFields? fields) => incoming.Signature switch
    {
        // Of a form it signs every field, of any other body the address alone.
        "twilio" => fields is { IsForm: true } && SmsSignature.IsTwilio(incoming.SignatureSecret!(),
            new Uri(incoming.PublicUrl.AbsoluteUri.TrimEnd('/') + http.Request.Path
            + http.Request.QueryString), fields.Form, http.Request.Headers["X-Twilio-Signature"]),
        "hmac" => SmsSignature.IsHmac(incoming.SignatureSecret!(), body, incoming.Encoding, http.Request.Headers[incoming.Header!]),
        _ => true,
    };

    private async Task<(int, bool)> Inbound(SmsSettings settings, ProviderFields fields)
    {
        if (settings.Incoming!.Inbound is not { } paths) return (404, false);
        if (fields[paths.Id] is not { Length: > 0 and <= 200 } id || TextLines.NumberOf(fields[paths.From]) is not { } number) return (400, false);
        var words = fields[paths.Text] ?? "";
        var taken = await Take(door => TextsIn.Take(door, new TextCame(id, number, words, options.Clock.GetUtcNow(), TextWords.MeaningOf(words)),
            options.Clock.GetUtcNow()));
        return (Told("text_came", taken), taken.Stopped);
    }

    private async Task<(int, bool)> Report(SmsSettings settings, ProviderFields fields, string? message)
    {
        var incoming = settings.Incoming!;
        if (incoming.Reports is not { } paths) return (404, false);
        var (status, code) = (fields[paths.Status], fields[paths.Error]);
        var outcome = status is null ? null : incoming.Delivered.Contains(status) ? "delivered" : incoming.Failed.Contains(status)
            ? settings.KindOf(code) : "";
        if (outcome is null) return (400, false);
        // On its way, queued, accepted: nothing that is not known.
        if (outcome.Length == 0) return (204, false);
        var report = new TextReport(message, fields[paths.Id], outcome, code);
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            var taken = await Take(door => TextsIn.Take(door, report, options.Clock.GetUtcNow()));
            if (taken.Fate is not (TextFate.NotYet or TextFate.Nobody) || waited >= Patience) return (Told("text_report", taken), false);
            await Task.Delay(Pause);
        }
    }

    private int Told(string name, TextTaken taken)
    {
        if (taken.Why is { } why) options.Log.Write(LogLevel.Warning, name, null, ("fate", taken.Fate.ToString()), ("why", why));
        return taken.Fate switch
        {
            TextFate.Nobody => 404,
            TextFate.NotYet => 503,
            TextFate.Refused => 422,
            _ => 204,
        };
    }

    private async Task<TextTaken> Take(Func<Door, TextTaken> take)
    {
        await turn.WaitAsync();
        try
        {
            return await Task.Run(() =>
            {
                using var store = options.OpenStore();
                return take(new Door(store, "sms", options.Clock, options.Writer));
            });
        }
        finally { turn.Release(); }
    }

    private static Task Status(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
