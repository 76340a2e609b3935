using System.Globalization;
using Recoup.Core.Outbox;

namespace Recoup.Storage.Work;

/// <summary>A piece of work that is done again and again, and how it stands.</summary>
/// <param name="Name">run, dispatch, figures, anchors or webhooks.</param>
/// <param name="State">ok, or what it is that a person should look at: never, under_way, stopped, set_aside, shadow, unknown,
/// off, trying_again.</param>
/// <param name="At">When it was done last; null: never, or it is not dated.</param>
/// <param name="Detail">In words.</param>
public sealed record Round(string Name, string State, DateTimeOffset? At, string Detail);

/// <summary>The rounds of a workspace, as its store tells of them: whoever made them.</summary>
public static class Rounds
{
    /// <summary>More events of the workspace than a day has.</summary>
    private const int EventsMax = 500;

    public static IReadOnlyList<Round> Of(Store store)
    {
        var readings = new PageReadings(store);
        var aside = SetAsides.List(store).GroupBy(a => a.Work, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        return [Run(store, readings, aside.GetValueOrDefault(SetAsides.Run)), Dispatch(store, readings, aside.GetValueOrDefault(SetAsides.Dispatch)),
            Figures(store, aside.ContainsKey(SetAsides.Figures)), Anchor(store),
            .. Webhooks(store, readings, aside.GetValueOrDefault(SetAsides.Webhooks)) is { } webhooks ? [webhooks] : (Round[])[]];
    }

    /// <summary>Null where nobody is to be told.</summary>
    private static Round? Webhooks(Store store, PageReadings readings, int aside)
    {
        var workspace = readings.Workspace();
        var endpoints = WebhookReadings.Endpoints(store, workspace.Webhooks);
        if (endpoints.Count == 0) return null;
        var words = string.Create(CultureInfo.InvariantCulture, $"{endpoints.Count} endpoints, {endpoints.Sum(e => e.Waiting)} calls waiting, "
            + $"{endpoints.Sum(e => e.Failed)} failed");
        foreach (var e in endpoints.Where(e => e.Endpoint.GaveUp)) words += $"; {e.Endpoint.Name} was switched off: {e.Endpoint.Reason}";
        foreach (var e in endpoints.Where(e => e.Endpoint.State == "on" && e.Trouble is not null)) words += $"; {e.Endpoint.Name} is tried again: {e.Trouble}";
        var state = workspace.Mode == "stopped" ? "stopped" : endpoints.Any(e => e.Endpoint.GaveUp) ? "off" : aside > 0 ? "set_aside"
            : endpoints.Any(e => e.Endpoint.State == "on" && e.Trouble is not null) ? "trying_again" : "ok";
        var sent = endpoints.Max(e => e.LastSentAt);
        return new Round("webhooks", state, sent, words);
    }

    private static Round Run(Store store, PageReadings readings, int aside)
    {
        var workspace = readings.Workspace();
        if (DailyRun.UnderWayAsOf(store) is { } underWay)
            return new Round("run", "under_way", null, $"the run as of {Store.Day(underWay)} has begun and not ended; the next run goes on with it");
        if (workspace.Runs.Count == 0) return new Round("run", "never", null, "no run was made yet");
        var last = workspace.Runs[^1];
        var ended = readings.WorkspaceHistory(EventsMax).FirstOrDefault(row => row.Kind == "run_ended");
        var words = string.Create(CultureInfo.InvariantCulture, $"as of {Store.Day(last.AsOf)}: {last.Reviewed} reviewed, {last.Actions} actions");
        var at = ended is null ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeMilliseconds(ended.RecordedAt);
        var held = string.Create(CultureInfo.InvariantCulture, $"; it stopped itself at the volume stop and held back at least {last.HeldBack}");
        return last.Stopped ? new Round("run", "stopped", at, words + held)
            : aside > 0 ? new Round("run", "set_aside", at, words + $"; {aside.ToString(CultureInfo.InvariantCulture)} set aside, which the next run tries "
                + "again")
            : new Round("run", "ok", at, words);
    }

    private static Round Dispatch(Store store, PageReadings readings, int aside)
    {
        var workspace = readings.Workspace();
        var (counts, unknown) = new Readings(store).Messages();
        var words = string.Create(CultureInfo.InvariantCulture, $"{counts.GetValueOrDefault(IntentStatus.Pending)} waiting, {unknown.Count} of unknown fate");
        var state = workspace.Mode != "live" ? workspace.Mode : aside > 0 ? "set_aside" : unknown.Count > 0 ? "unknown" : "ok";
        return new Round("dispatch", state, null, aside > 0 ? words + $", {aside.ToString(CultureInfo.InvariantCulture)} set aside" : words);
    }

    private static Round Figures(Store store, bool aside)
    {
        var pending = new CellStore(store).PendingCount;
        var words = string.Create(CultureInfo.InvariantCulture, $"{pending} transactions are not merged into the figures yet; whoever reads adds them up");
        return new Round("figures", aside ? "set_aside" : "ok", null, words);
    }

    private static Round Anchor(Store store)
    {
        var last = Directory.Exists(store.AnchorFolder) ? Directory.EnumerateFiles(store.AnchorFolder,
            "*.json").Select(Path.GetFileName).Max(StringComparer.Ordinal) : null;
        var at = last is not null && DateTimeOffset.TryParseExact(last.Split('-')[0], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var instant) ? instant : (DateTimeOffset?)null;
        return last is null ? new Round("anchors", "never", null, "no run has signed the chains yet") : new Round("anchors", "ok", at, $"the last is {last}");
    }
}
