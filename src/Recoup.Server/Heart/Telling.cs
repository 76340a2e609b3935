using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Recoup.Server.Nodes;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Server.Heart;

/// <summary>
/// Tells endpoints of events, apart from the heartbeat: a slow receiver holds up neither a run nor a letter nor another receiver. Where
/// several processes do this, the store's turns let one at a time tell each endpoint.
/// </summary>
public sealed class Telling(ServeOptions options, NodeState node) : BackgroundService
{
    /// <summary>The first repetition is due after seconds.</summary>
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(5);

    /// <summary>So long an endpoint is told at a stretch, by one reading of the clock.</summary>
    private static readonly TimeSpan Stretch = TimeSpan.FromSeconds(20);

    // By endpoint, who is at it.
    private readonly Dictionary<string, Task> telling = new(StringComparer.Ordinal);
    private string? trouble;

    /// <summary>Endpoints that were switched off since nothing could be delivered there; null: this process does not look.</summary>
    public int? GivenUp { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Beats || options.Webhooks is not { } ports) return;
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            var any = false;
            try
            {
                // By a wrong clock calls would be signed for another instant, and made again at another.
                if (!options.IsNode || node.Clock == ClockState.Right) any = await Task.Run(() => Look(ports, stoppingToken), stoppingToken);
                trouble = null;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { break; }
            catch (Exception e) { Trouble(e); }
            try { await Task.Delay(any && Often < options.Beat ? Often : options.Beat, options.Clock, stoppingToken); }
            catch (OperationCanceledException) { break; }
        }
        await Task.WhenAll(telling.Values);
    }

    /// <summary>False where there is no endpoint.</summary>
    private bool Look(Func<Store, Func<Port<Core.Webhooks.WebhookCall>>> ports, CancellationToken stop)
    {
        using var store = options.OpenStore(create: true);
        var door = new Door(store, "dispatch", options.Clock, options.Writer);
        var workspace = door.Look();
        GivenUp = workspace.Webhooks.Standing.Count(e => e.GaveUp);
        if (workspace.Webhooks.Standing.Count == 0) return false;
        new WebhookRound(door, ports(store)).Look(options.Clock.GetUtcNow(), stop);
        foreach (var endpoint in workspace.Webhooks.Standing.Where(e => e.State == "on"))
            if (!telling.TryGetValue(endpoint.Name, out var before) || before.IsCompleted)
                telling[endpoint.Name] = Task.Factory.StartNew(() => Tell(endpoint.Name, ports, stop), CancellationToken.None,
                    TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return true;
    }

    private void Tell(string endpoint, Func<Store, Func<Port<Core.Webhooks.WebhookCall>>> ports, CancellationToken stop)
    {
        try
        {
            using var store = options.OpenStore();
            var report = new DispatchReport();
            new WebhookRound(new Door(store, "dispatch", options.Clock, options.Writer), ports(store))
                .Tell(endpoint, options.Clock.GetUtcNow(), report, Stretch, stop);
            if (report.Sent + report.Failed + report.ToRetry + report.SetAside == 0) return;
            options.Log.Write(report.Failed + report.ToRetry + report.SetAside == 0 ? LogLevel.Information : LogLevel.Warning, "webhooks_told", null,
                ("endpoint", endpoint), ("sent", report.Sent), ("failed", report.Failed), ("to_retry", report.ToRetry), ("set_aside", report.SetAside));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { /* what is left is told after the next start */ }
        catch (Exception e) { Trouble(e); }
    }

    /// <summary>The next round tries again: a busy folder or a full disk passes.</summary>
    private void Trouble(Exception e)
    {
        if (trouble != e.Message) options.Log.Failure("webhooks_trouble", e, $"webhooks: {e.Message}");
        trouble = e.Message;
    }
}
