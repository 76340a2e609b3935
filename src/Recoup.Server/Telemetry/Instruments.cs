using System.Diagnostics;
using System.Diagnostics.Metrics;
using Recoup.Storage.Work;

namespace Recoup.Server.Telemetry;

/// <summary>
/// What the server counts and times, under the meter and the source named Recoup. Recorded a batch, a request, a run or
/// a dispatch at a time, never a row; tags are names of kinds, routes and codes, never who it is about.
/// </summary>
public sealed class Instruments : IDisposable
{
    public const string Name = "Recoup";

    /// <summary>In seconds, as OpenTelemetry's conventions have durations.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly InstrumentAdvice<double> RunSeconds = new() { HistogramBucketBoundaries = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600] };

    private static readonly InstrumentAdvice<long> Sizes = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000] };

    private readonly Meter meter = new(Name);
    private readonly ActivitySource source = new(Name);
    private readonly Counter<long> inputs, decisions, messages, events, throttled;
    private readonly Histogram<long> batchSize;
    private readonly Histogram<double> commitDuration, requestDuration, runDuration;

    public Instruments()
    {
        inputs = meter.CreateCounter<long>("recoup.inputs", "{input}", "Inputs by kind and outcome: accepted, unchanged, refused, malformed");
        batchSize = meter.CreateHistogram("recoup.batch.inputs", "{input}", "Inputs of one commit", advice: Sizes);
        commitDuration = meter.CreateHistogram("recoup.commit.duration", "s", "One transaction of the API's inputs, until it is durable", advice: Seconds);
        throttled = meter.CreateCounter<long>("recoup.throttled", "{request}", "Requests answered with 429");
        requestDuration = meter.CreateHistogram("recoup.request.duration", "s", "Requests to the API by route and status", advice: Seconds);
        decisions = meter.CreateCounter<long>("recoup.decisions", "{decision}", "Decisions of the heartbeat's runs by action");
        messages = meter.CreateCounter<long>("recoup.messages", "{message}", "Messages of the heartbeat's dispatches by result");
        runDuration = meter.CreateHistogram("recoup.run.duration", "s", "The heartbeat's daily runs", advice: RunSeconds);
        events = meter.CreateCounter<long>("recoup.journal.events", "{event}", "Events that the API's inputs added to the journal");
    }

    /// <summary>How many inputs wait for their commit, asked when somebody collects.</summary>
    public void WatchQueue(Func<int> waiting) => meter.CreateObservableGauge("recoup.queue.inputs", waiting, "{input}", "Inputs that wait for their commit");

    /// <summary>Null where nobody listens. The parent is the caller's, by the traceparent header.</summary>
    public Activity? Start(string name, ActivityKind kind, string? parent = null)
    {
        if (!source.HasListeners()) return null;
        return source.StartActivity(name, kind, ActivityContext.TryParse(parent, null, isRemote: true, out var context) ? context : default);
    }

    public void Committed(int batch, TimeSpan duration, int journalEvents)
    {
        batchSize.Record(batch);
        commitDuration.Record(duration.TotalSeconds);
        events.Add(journalEvents);
    }

    public void Inputs(string kind, string outcome, long count) => inputs.Add(count, new("kind", kind), new("outcome", outcome));

    public void Throttled() => throttled.Add(1);

    public void Answered(string route, int status, TimeSpan duration) =>
        requestDuration.Record(duration.TotalSeconds, new("http.route", route), new("http.response.status_code", status));

    public void Ran(RunReport report)
    {
        runDuration.Record(report.Seconds);
        foreach (var (action, count) in report.Actions) decisions.Add(count, new KeyValuePair<string, object?>("action", action));
        foreach (var (kind, count) in report.Documents) decisions.Add(count, new KeyValuePair<string, object?>("action", kind));
        var none = report.Decisions - report.Actions.Values.Sum() - report.Documents.Values.Sum();
        if (none > 0) decisions.Add(none, new KeyValuePair<string, object?>("action", "none"));
    }

    public void Dispatched(DispatchReport report)
    {
        foreach (var (result, count) in new[]
        {
            ("sent", report.Sent), ("failed", report.Failed), ("unknown", report.Unknown),
            ("deferred", report.Deferred), ("withdrawn", report.Withdrawn), ("to_retry", report.ToRetry),
        })
            if (count > 0) messages.Add(count, new KeyValuePair<string, object?>("result", result));
    }

    public void Dispose()
    {
        meter.Dispose();
        source.Dispose();
    }
}
