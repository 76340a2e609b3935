using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

/// <summary>What a run did.</summary>
public sealed class RunReport
{
    public required DateOnly AsOf { get; init; }
    public int Reviewed { get; set; }
    public int Decisions { get; set; }
    public SortedDictionary<string, int> Actions { get; } = new(StringComparer.Ordinal);

    /// <summary>Messages that bring documents, by kind: invoice and statement. No actions: the first business day of a month has many, and they stop no run.</summary>
    public SortedDictionary<string, int> Documents { get; } = new(StringComparer.Ordinal);
    public int Deferred { get; set; }
    public int Blocked { get; set; }
    public double Seconds { get; set; }
    public bool Shadow { get; set; }

    /// <summary>Set where the run stopped itself: why, and how to go on.</summary>
    public string? Stopped { get; set; }
    public string? AnchorFile { get; set; }

    /// <summary>The decisions themselves, for a dry run.</summary>
    public List<(string Party, string Account, DecisionRecord Decision)> Decided { get; } = [];

    internal void Count(DecisionRecord decision)
    {
        Decisions++;
        if (decision.Verdict == "deferred") Deferred++;
        if (decision.Verdict == "blocked") Blocked++;
        if (decision.Action == "wait") return;
        if (decision.Document is { } document)
        {
            Documents[document.Kind] = Documents.GetValueOrDefault(document.Kind) + 1;
            return;
        }
        var kind = decision.Channel is { } channel && decision.Action == "message" ? channel : decision.Action;
        Actions[kind] = Actions.GetValueOrDefault(kind) + 1;
    }

    internal int ActionCount => Actions.Values.Sum();
}

/// <summary>A run can't be made; the message says why and what to do.</summary>
public sealed class RunRefusedException(string message) : Exception(message);

/// <summary>The day's decisions: the parties that are due, part by part, each part one transaction.</summary>
public sealed class DailyRun(Door door)
{
    /// <summary>Parties of one transaction: about a tenth of a second of the store's lock.</summary>
    public const int PartSize = 2048;

    /// <summary>A business date further ahead of the clock than this is a typing error: the workspace's clock would go there for good.</summary>
    public const int DaysAheadMax = 400;

    /// <param name="asOf">The business date.</param>
    /// <param name="now">The instant of recording; facts learned by then are in the decisions.</param>
    /// <param name="all">Looks at every party, not only those due.</param>
    /// <param name="dryRun">Decides and records nothing.</param>
    /// <param name="acceptVolume">Goes on beyond the volume stop.</param>
    public RunReport Run(DateOnly asOf, DateTimeOffset now, bool all = false, bool dryRun = false, bool acceptVolume = false, Action<int, int>? progress = null)
    {
        var watch = Stopwatch.StartNew();
        var store = door.Store;
        // One at a time: another's unfinished run is a crash's only while nobody is at it.
        using var turn = dryRun ? null : store.TakeTurn("run");
        var workspace = door.Look();
        var report = new RunReport { AsOf = asOf, Shadow = workspace.Mode == "shadow" };
        if (workspace.LastRunOn is { } lastRun && asOf < lastRun && !dryRun)
            throw new RunRefusedException($"a run as of {lastRun:yyyy-MM-dd} was made already; a day before it can't be run any more. --dry-run shows what {asOf:yyyy-MM-dd} would have been.");
        if (asOf < door.LastRecordedOn)
        {
            if (dryRun) return PastRun.Decide(door, asOf, now, report, watch);
            throw new RunRefusedException($"facts were recorded on {door.LastRecordedOn:yyyy-MM-dd}; a run as of {asOf:yyyy-MM-dd} would know the future. Run as of {door.LastRecordedOn:yyyy-MM-dd} or later, or see with --dry-run what {asOf:yyyy-MM-dd} would have been.");
        }
        var at = Later(now, door.LastRecordedAt);
        var policy = door.PolicyInForce;
        var begun = UnderWay.Read(store);
        var resumed = begun?.AsOf == asOf && begun.WorkspaceSeq == workspace.Seq && workspace.PolicyDigest == policy.Digest ? begun : null;
        // What a run that looked at all did not get to, the next one must.
        var changed = workspace.LastRunOn is not null && (workspace.ChangedSinceRun || workspace.PolicyDigest != policy.Digest || begun is { Wide: true });
        var wide = all || (resumed?.Wide ?? changed);
        var due = store.PartiesDue(all ? null : wide ? DateOnly.MaxValue : asOf);
        if (resumed is { Wide: true })
        {
            var again = store.PartiesDue(asOf).ToHashSet();
            due.RemoveAll(pid => pid <= resumed.Through && !again.Contains(pid));
        }
        if (due.Count == 0 && workspace.LastRunOn == asOf && begun is null)
        {
            // A crash may have come between the run and its anchor.
            if (!dryRun) report.AnchorFile = Anchors.ExportMissing(store, at);
            report.Seconds = watch.Elapsed.TotalSeconds;
            return report;
        }

        var opening = new List<(Event, string, DateOnly, DateTimeOffset)>();
        var cause = $"run/{asOf:yyyy-MM-dd}";
        var version = workspace.PolicyVersion;
        if (begun is not null && begun.AsOf != asOf) opening.Add((begun.Ended(stopped: false), $"run/{begun.AsOf:yyyy-MM-dd}", asOf, at));
        if (workspace.PolicyDigest != policy.Digest)
            opening.Add((new Event.PolicyAdopted(version = workspace.PolicyVersion + 1, policy.Digest, policy.Text), cause, asOf, at));
        if (resumed is null) opening.Add((new Event.RunBegan(asOf, version), cause, asOf, at));
        var limit = acceptVolume || report.Shadow ? null : policy.VolumeStop.Limit([.. workspace.Runs.Where(r => r.AsOf < asOf).Select(r => r.Actions)]);

        if (dryRun) door.BeginDryRun();
        try
        {
            Decide(due, asOf, at, cause, opening, limit, wide, report, progress);
        }
        finally
        {
            if (dryRun) door.EndDryRun();
        }
        if (!dryRun) report.AnchorFile = Anchors.Export(store, at);
        report.Seconds = watch.Elapsed.TotalSeconds;
        return report;
    }

    private void Decide(
        List<long> due, DateOnly asOf, DateTimeOffset at, string cause, List<(Event, string, DateOnly, DateTimeOffset)> opening, int? limit, bool wide, RunReport report, Action<int, int>? progress)
    {
        var store = door.Store;
        var policy = door.PolicyInForce;
        if (opening.Count > 0)
            door.Take([], opening, _ =>
            {
                var before = UnderWay.Read(store) is { } begun && begun.AsOf == asOf ? begun : UnderWay.Nothing(asOf);
                (before with { Wide = wide, Through = 0, WorkspaceSeq = door.Workspace.Seq }).Write(store);
                return true;
            });
        for (var from = 0; from < due.Count && report.Stopped is null; from += PartSize)
        {
            var next = due.GetRange(from, Math.Min(PartSize, due.Count - from));
            var ids = store.Database.PartyIds(next);
            var units = next.ConvertAll(pid => new InputUnit(0, [new Input.Review { Key = cause, Party = ids[pid], AsOf = asOf }], at));
            var last = next[^1];
            var part = new RunReport { AsOf = asOf };
            var result = door.Take(units, r =>
            {
                // Made anew where the transaction is.
                part = new RunReport { AsOf = asOf };
                foreach (var decision in r.Decisions) part.Count(decision);
                var before = UnderWay.Read(store) ?? UnderWay.Nothing(asOf);
                if (limit is not { } most || before.Actions + part.ActionCount <= most)
                {
                    (before with { Reviewed = before.Reviewed + r.Reviewed, Actions = before.Actions + part.ActionCount, Through = last }).Write(store);
                    return true;
                }
                report.Stopped = $"the run stopped after {before.Actions} actions: the next part would have made more than {most}, {policy.VolumeStop.Multiple:0.##} times the mean of the last runs. Look at what is due with --dry-run; if it is right, run again with --accept-volume.";
                return false;
            });
            if (report.Stopped is not null) break;
            report.Decided.AddRange(result.Decided);
            Add(report, part, result.Reviewed);
            door.MergeCells(always: false);
            progress?.Invoke(report.Reviewed, due.Count);
        }
        Failpoint.Hit("run.before-end");
        End(asOf, at, cause, report.Stopped is not null);
        door.MergeCells(always: true);
        Failpoint.Hit("run.before-anchor");
    }

    /// <summary>Notes the end with what all parts did, also those of a run that a crash ended.</summary>
    private void End(DateOnly asOf, DateTimeOffset at, string cause, bool stopped)
    {
        var store = door.Store;
        var underWay = UnderWay.Read(store) ?? UnderWay.Nothing(asOf);
        door.Take([], [(underWay.Ended(stopped), cause, asOf, at)], _ =>
        {
            UnderWay.Clear(store);
            return true;
        });
    }

    /// <summary>
    /// What the run under way has done so far, written with each part: a run that a crash ended goes on with it, so
    /// that its volume stop and its summary count the whole.
    /// </summary>
    /// <param name="Wide">It looks at all that have something ahead, not only at who is due.</param>
    /// <param name="Through">It has looked at the parties up to this place.</param>
    /// <param name="WorkspaceSeq">The workspace it began under; under another one it begins anew.</param>
    internal sealed record UnderWay(DateOnly AsOf, int Reviewed, int Actions, bool Wide, long Through, long WorkspaceSeq)
    {
        private const string Name = "run_under_way";

        public static UnderWay Nothing(DateOnly asOf) => new(asOf, 0, 0, false, 0, 0);

        public static UnderWay? Read(Store store)
        {
            if (store.Meta(Name) is not { } text) return null;
            try { return JsonSerializer.Deserialize(text, UnderWayJson.Default.UnderWay)!; }
            catch (JsonException e) { throw new StoreException($"meta holds '{text}' for {Name}, which Recoup never wrote", e); }
        }

        public void Write(Store store) => store.SetMeta(Name, JsonSerializer.Serialize(this, UnderWayJson.Default.UnderWay));

        public static void Clear(Store store) => store.Statement("DELETE FROM meta WHERE name = ?").Bind(Name).Run();

        public Event Ended(bool stopped) => new Event.RunEnded(AsOf, Reviewed, Actions, stopped);
    }

    private static void Add(RunReport report, RunReport part, int reviewed)
    {
        report.Reviewed += reviewed;
        report.Decisions += part.Decisions;
        report.Deferred += part.Deferred;
        report.Blocked += part.Blocked;
        foreach (var (kind, count) in part.Actions) report.Actions[kind] = report.Actions.GetValueOrDefault(kind) + count;
        foreach (var (kind, count) in part.Documents) report.Documents[kind] = report.Documents.GetValueOrDefault(kind) + count;
    }

    /// <summary>
    /// The instant under which a run as of a day is recorded where none is given: the clock's on the day itself,
    /// else ten o'clock UTC of that day, which is the same date from UTC-10 to UTC+13.
    /// </summary>
    public static DateTimeOffset InstantOf(DateOnly asOf, DateTimeOffset clock, string timeZone) =>
        Context.LocalDate(clock, timeZone) == asOf ? clock : new DateTimeOffset(asOf, new TimeOnly(10, 0), TimeSpan.Zero);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DailyRun.UnderWay))]
internal sealed partial class UnderWayJson : JsonSerializerContext;
