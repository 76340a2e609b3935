using Recoup.Core.Webhooks;

namespace Recoup.Storage.Work;

/// <summary>What a round of webhooks did.</summary>
/// <param name="Found">Intents that were made of events.</param>
/// <param name="Calls">What became of calls.</param>
public sealed record WebhookReport(int Found, DispatchReport Calls);

/// <summary>
/// Tells endpoints of what was recorded since they were told last. Apart from runs, imports and letters, which wait for no endpoint; each
/// endpoint is told by one process at a time.
/// </summary>
/// <param name="port">Opens the port by which calls go, once for an endpoint.</param>
public sealed class WebhookRound(Door door, Func<Port<WebhookCall>> port)
{
    /// <summary>One endpoint after another, until nothing is left that is due. Null: there is no endpoint.</summary>
    public WebhookReport? Make(DateTimeOffset now, CancellationToken stop = default)
    {
        if (door.Look().Webhooks.Standing.Count == 0) return null;
        var report = new DispatchReport();
        int all = 0, found;
        do
        {
            all += found = Look(now, stop);
            // More may have waited than is looked for at once.
            foreach (var endpoint in door.Look().Webhooks.Standing) Tell(endpoint.Name, now, report, null, stop);
        }
        while (found > 0);
        report.Waiting = (int)WebhookReadings.Endpoints(door.Store, door.Look().Webhooks).Sum(e => e.Waiting);
        return new WebhookReport(all, report);
    }

    /// <summary>Makes intents of what was recorded; returns how many.</summary>
    public int Look(DateTimeOffset now, CancellationToken stop) => new WebhookNotices(door).Look(now, stop) ?? 0;

    /// <summary>Tells one endpoint of what is due.</summary>
    /// <param name="atMost">So long; null: until nothing is left.</param>
    public void Tell(string endpoint, DateTimeOffset now, DispatchReport report, TimeSpan? atMost, CancellationToken stop)
    {
        var workspace = door.Look();
        if (workspace.Mode == "stopped")
        {
            report.Off = "sending is stopped. `recoup sending live` switches it on again.";
            return;
        }
        if (workspace.Webhooks.Of(endpoint) is not { State: "on" }) return;
        using var turn = door.Store.TryTakeTurn($"webhook-{endpoint}");
        if (turn is null) return;
        var ports = new Dictionary<string, Port<WebhookCall>>(StringComparer.Ordinal) { [endpoint] = port() };
        var drain = new Drain<WebhookCall>(new WebhookOutbox(door, endpoint, now, report, atMost), ports, report);
        drain.FinishInterrupted(() => now);
        drain.Run(now, null, stop);
    }
}

/// <summary>Tells endpoints anew.</summary>
public static class WebhookReplay
{
    /// <summary>One call; an endpoint null: to all that were told. Returns how many; what is under way just now is left.</summary>
    public static int One(Door door, string id, string? endpoint) => new WebhookNotices(door).Replay(id, endpoint);

    /// <summary>All that was recorded in a span and that the endpoint wants now, whether it was told before or not.</summary>
    public static int Span(Door door, WebhookEndpoint endpoint, DateTimeOffset from, DateTimeOffset before) =>
        new WebhookNotices(door).Replay(endpoint, from, before);
}
