using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace Recoup.Tests.Sms;

/// <summary>A request as it arrived at the provider, with its form's fields.</summary>
internal sealed record SmsAsked(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public Dictionary<string, StringValues> Form => QueryHelpers.ParseQuery(Body);

    public string To => Form["To"].ToString();

    public string Text => Form["Body"].ToString();
}

/// <summary>A real HTTP server on this machine in the place of a provider of texts, which takes requests as Twilio's does, or answers as it is told.</summary>
internal sealed class SmsProvider : IAsyncDisposable, IDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<SmsAsked> asked = new();
    private int taken;

    private SmsProvider(WebApplication app) => this.app = app;

    /// <summary>By what a request is answered.</summary>
    public Func<SmsAsked, HttpContext, Task> Answers { get; set; } = null!;

    public IReadOnlyList<SmsAsked> All => [.. asked];

    public string Address => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public string Url => $"{Address}/2010-04-01/Accounts/AC1/Messages.json";

    /// <summary>201 with an id.</summary>
    public Task Take(HttpContext http) => Json(http, 201, $$"""{"sid":"SM{{Interlocked.Increment(ref taken)}}","status":"queued"}""");

    public static Task Json(HttpContext http, int status, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body);
    }

    public static SmsProvider Start()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var provider = new SmsProvider(app);
        provider.Answers = (_, http) => provider.Take(http);
        app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var request = new SmsAsked(http.Request.Method, http.Request.Path,
                http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), await reader.ReadToEndAsync());
            provider.asked.Enqueue(request);
            await provider.Answers(request, http);
        });
        app.StartAsync().GetAwaiter().GetResult();
        return provider;
    }

    /// <summary>The settings of channels.yaml by which texts go here.</summary>
    public string Yaml(string more = "", string? url = null) => $$"""
        sms:
          url: {{url ?? Url}}
          allow: [127.0.0.1]
          timeout_seconds: 2
          from: "+15005550006"
          body: To={to}&From={from}&Body={text}
          answer: { id: sid, error: code, status: status }
          bad_number: [21211, 30005]
          blocked: [21610]

        """ + more;

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }
}
