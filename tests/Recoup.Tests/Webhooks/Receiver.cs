using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Recoup.Connectors.Webhooks;
using Recoup.Core.Webhooks;

namespace Recoup.Tests.Webhooks;

/// <summary>A call as it arrived.</summary>
internal sealed record Arrived(string Path, string Id, long At, string Signature, string Body)
{
    public JsonElement Json { get; } = JsonDocument.Parse(Body).RootElement;

    public string Type => Json.GetProperty("type").GetString()!;

    public JsonElement Data => Json.GetProperty("data");

    /// <summary>As a receiver checks it, with its own secret alone.</summary>
    public bool IsSignedBy(string secret) => Signature.Split(' ')
        .Contains(WebhookSignature.Of([WebhookChapter.SecretOf(secret)!], Id, At, Encoding.UTF8.GetBytes(Body)));
}

/// <summary>A real server on this machine that takes calls and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Arrived> arrived = new();

    private Receiver(WebApplication app) => this.app = app;

    /// <summary>By what a call is answered; by default with 204.</summary>
    public Func<Arrived, HttpContext, Task> Answers { get; set; } = (_, http) => Status(http, 204);

    public IReadOnlyList<Arrived> All => [.. arrived];

    public string Url => $"{app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}/hook";

    public void AnswerWith(int status, string? retryAfter = null) => Answers = (_, http) =>
    {
        if (retryAfter is not null) http.Response.Headers.RetryAfter = retryAfter;
        return Status(http, status);
    };

    public static Task Status(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    public static async Task<Receiver> Start()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var call = new Arrived(http.Request.Path, http.Request.Headers["webhook-id"]!, long.Parse(http.Request.Headers["webhook-timestamp"]!,
                System.Globalization.CultureInfo.InvariantCulture), http.Request.Headers["webhook-signature"]!, await reader.ReadToEndAsync());
            receiver.arrived.Enqueue(call);
            await receiver.Answers(call, http);
        });
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }
}
