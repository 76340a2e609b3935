using System.Diagnostics;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Policies;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

/// <summary>What a run did.</summary>
public sealed class RunReport
{
    public required DateOnly AsOf { get; init; }

    /// <summary>Portfolios whose parties were looked at as of a day before it, which theirs still was; null: all as of that day.</summary>
    public IReadOnlyList<PortfolioDay>? Days { get; set; }
    public int Reviewed { get; set; }
    public int Decisions { get; set; }
    public SortedDictionary<string, int> Actions { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Messages that bring documents, by kind: invoice and statement. No actions: the first business day of a month has many, and they
    /// stop no run.
    /// </summary>
    public SortedDictionary<string, int> Documents { get; } = new(StringComparer.Ordinal);
    public int Deferred { get; set; }
    public int Blocked { get; set; }
    public double Seconds { get; set; }
    public bool Shadow { get; set; }

    /// <summary>Parties whose review failed, so that it was left out; see <see cref="SetAsides"/>. The next run tries again.</summary>
    public int SetAside { get; set; }

    /// <summary>Of the actions, those whose day came by the calendar: the volume stop counts the others.</summary>
    public int ByCalendar { get; set; }

    /// <summary>Set where the run stopped itself, or a dry run shows more than it would do before it did: why, and how to go on.</summary>
    public string? Stopped { get; set; }

    /// <summary>Currencies in which those that it decided about are overdue, and which the policy's table of worth does not list.</summary>
    public SortedSet<string> NotListed { get; } = new(StringComparer.Ordinal);
    public string? AnchorFile { get; set; }

    /// <summary>What the run decided by, what a dry run only would adopt included.</summary>
    public Adopted Adopted { get; internal set; } = new();

    /// <summary>The decisions themselves, for a dry run.</summary>
    public List<(string Party, string Account, DecisionRecord Decision)> Decided { get; } = [];

    internal void Count(DecisionRecord decision)
    {
        Decisions++;
        if (decision.Verdict == "deferred") Deferred++;
        if (decision.Verdict == "blocked") Blocked++;
        if (decision.Facts.OverdueMinor > 0) NotListed.Add(decision.Facts.Currency);
        if (decision.Action == Act.Wait) return;
        if (decision.ByCalendar) ByCalendar++;
        if (decision.Document is { } document)
        {
            Documents[document.Kind] = Documents.GetValueOrDefault(document.Kind) + 1;
            return;
        }
        var kind = decision.Channel is { } channel && decision.Action == Act.Message ? channel : decision.Action.Word;
        Actions[kind] = Actions.GetValueOrDefault(kind) + 1;
    }

    internal int ActionCount => Actions.Values.Sum();
}

/// <summary>A run can't be made; the message says why and what to do.</summary>
public sealed class RunRefusedException(string message) : Exception(message);

/// <summary>The day's decisions: the parties that are due, part by part, each part one transaction.</summary>
public sealed partial class DailyRun(Door door)
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
    /// <param name="progress">Parties looked at, and how many there are to look at; asked from one thread at a time.</param>
    /// <param name="ownDays">Each party as of its portfolios' own day, where the business date has not begun there.</param>
    public RunReport Run(
        DateOnly asOf, DateTimeOffset now, bool all = false, bool dryRun = false, bool acceptVolume = false, Action<int, int>? progress = null,
        bool ownDays = false)
    {
        var watch = Stopwatch.StartNew();
        var store = door.Store;
        // One at a time: another's unfinished run is a crash's only while nobody is at it.
        using var turn = dryRun ? null : store.TakeTurn("run");
        var report = new RunReport { AsOf = asOf, Shadow = door.Look().Mode == "shadow" };
        report.Adopted = door.Workspace.Adopted;
        if (dryRun && asOf < door.LastRecordedOn) return PastRun.Decide(door, asOf, now, report, watch);
        if (Look(asOf, now, all, acceptVolume, ownDays) is not { } plan)
        {
            // A crash may have come between the run and its anchor.
            if (!dryRun) report.AnchorFile = Anchors.ExportMissing(store, Later(now, door.LastRecordedAt));
            report.Seconds = watch.Elapsed.TotalSeconds;
            return report;
        }
        report.Days = plan.Days;
        // A dry run shows what there is to do to the end, beyond the place where the run would stop.
        var most = plan.Limit;
        if (dryRun) plan = plan with { Limit = null };
        if (dryRun) door.BeginDryRun();
        try
        {
            Open(plan);
            var count = plan.Due.Sum(d => d.Parties.Count);
            if (dryRun || plan.Due.Count == 1 || count < ManyWorthMin)
                DecideToTheEnd(door, plan, plan.Due, report, r => progress?.Invoke(r.Reviewed, count), default);
            else DecideTogether(plan, report, r => progress?.Invoke(r.Reviewed, count));
            report.Adopted = door.Workspace.Adopted;
            if (dryRun && Slots.Of(store).Sum(s => Progress.Read(store, s).Others) is var others && others > most)
                report.Stopped = VolumeWords.Would(others, most.Value);
            Failpoint.Hit("run.before-end");
            End(plan, report.Stopped is not null);
            if (!door.TryMergeCells(always: true)) report.SetAside++;
            Failpoint.Hit("run.before-anchor");
        }
        finally
        {
            if (dryRun) door.EndDryRun();
        }
        if (!dryRun) report.AnchorFile = Anchors.Export(store, plan.At);
        NotListed.Strike(report.NotListed, door.PolicyInForce.Worth);
        report.Seconds = watch.Elapsed.TotalSeconds;
        return report;
    }

    // --- a run that several processes share ---

    /// <summary>
    /// Records the beginning of a run that is then made slot by slot, by whoever takes one; each party as of its own day. True while
    /// there are slots left.
    /// </summary>
    public bool Begin(DateOnly asOf, DateTimeOffset now)
    {
        using var turn = door.Store.TakeTurn("run");
        door.Look();
        if (Look(asOf, now, all: false, acceptVolume: false, ownDays: true) is not { } plan)
        {
            Anchors.ExportMissing(door.Store, Later(now, door.LastRecordedAt));
            return false;
        }
        Open(plan);
        return true;
    }

    /// <summary>The slots of the run under way that nobody has finished; none where no such run is under way.</summary>
    public IReadOnlyList<Slot> SlotsLeft(DateOnly asOf) =>
        UnderWay.Read(door.Store) is { } begun && begun.AsOf == asOf && !begun.Stopped
            ? [.. Slots.Of(door.Store).Where(slot => !Progress.Read(door.Store, slot).Done)]
            : [];

    /// <summary>Decides the parties of one slot, going on where a crash left it. Nothing where it is done, or the run is over.</summary>
    public RunReport RunSlot(DateOnly asOf, DateTimeOffset now, Slot slot, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var store = door.Store;
        using var turn = store.TakeTurn(slot.TurnOf("run"));
        var workspace = door.Look();
        var report = new RunReport { AsOf = asOf, Shadow = workspace.Mode == "shadow" };
        if (UnderWay.Read(store) is not { } begun || begun.AsOf != asOf || begun.Stopped
            || Progress.Read(store, slot) is not { Done: false } progress) return report;
        var plan = new Plan(asOf, Later(now, door.LastRecordedAt), Limit(workspace, asOf, accept: false), begun.Wide ? DateOnly.MaxValue : asOf,
            begun.OwnDays, null, [], []);
        // Where somebody else is at it by then, it is theirs.
        Decide(door, plan, [DueOf(store, plan, slot, progress)], report, null, stop);
        report.Seconds = watch.Elapsed.TotalSeconds;
        return report;
    }

    /// <summary>
    /// Records the end of a shared run and exports the anchor, once every slot is done or the volume stop was met. True where the run is
    /// over.
    /// </summary>
    public bool TryEnd(DateOnly asOf, DateTimeOffset now)
    {
        var store = door.Store;
        using var turn = store.TakeTurn("run");
        door.Look();
        if (UnderWay.Read(store) is not { } begun || begun.AsOf != asOf) return true;
        if (!begun.Stopped && SlotsLeft(asOf).Count > 0) return false;
        var plan = new Plan(asOf, Later(now, door.LastRecordedAt), null, asOf, OwnDays: false, null, [], []);
        End(plan, begun.Stopped);
        door.TryMergeCells(always: true);
        Anchors.Export(store, plan.At);
        return true;
    }

    /// <summary>The business date of the run that has begun and not ended; null: there is none.</summary>
    internal static DateOnly? UnderWayAsOf(Store store) => UnderWay.Read(store)?.AsOf;

    // --- how ---

    /// <summary>What a run will do.</summary>
    /// <param name="At">The instant of recording.</param>
    /// <param name="Limit">The most actions; null: any number.</param>
    /// <param name="By">It looks at who is due by this day; beyond its own: at all that have something ahead; null: at every party.</param>
    /// <param name="OwnDays">Each party as of its own day, where the run's has not begun there.</param>
    /// <param name="Days">Portfolios where it has not, each with its day; null: none.</param>
    /// <param name="Opening">Events of the workspace before the first decision.</param>
    private sealed record Plan(
        DateOnly AsOf, DateTimeOffset At, int? Limit, DateOnly? By, bool OwnDays, IReadOnlyList<PortfolioDay>? Days,
        IReadOnlyList<(Event, string, DateOnly, DateTimeOffset)> Opening, IReadOnlyList<SlotDue> Due)
    {
        public string Cause { get; } = $"run/{AsOf:yyyy-MM-dd}";

        public bool Wide => By != AsOf;
    }

    /// <summary>What a run has to do in a slot.</summary>
    /// <param name="Through">The slot's progress when this was asked: with another, somebody else has been at it since.</param>
    /// <param name="Parties">In the order of their place.</param>
    private sealed record SlotDue(Slot Slot, long Through, List<long> Parties);

    /// <summary>Null: there is nothing to do. Throws where the day can't be run any more.</summary>
    private Plan? Look(DateOnly asOf, DateTimeOffset now, bool all, bool acceptVolume, bool ownDays)
    {
        var store = door.Store;
        var workspace = door.Workspace;
        if (workspace.LastRunOn is { } lastRun && asOf < lastRun)
            throw new RunRefusedException($"a run as of {lastRun:yyyy-MM-dd} was made already; a day before it can't be run any more. "
                + $"--dry-run shows what {asOf:yyyy-MM-dd} would have been.");
        if (asOf < door.LastRecordedOn)
            throw new RunRefusedException($"facts were recorded on {door.LastRecordedOn:yyyy-MM-dd}; a run as of {asOf:yyyy-MM-dd} would know the future. "
                + $"Run as of {door.LastRecordedOn:yyyy-MM-dd} or later, or see with --dry-run what {asOf:yyyy-MM-dd} would have been.");
        var at = Later(now, door.LastRecordedAt);
        var policy = door.PolicyOn(asOf);
        var inForce = workspace.Adopted.PolicyOn(asOf);
        var adopts = inForce?.Digest != policy.Digest;
        var files = Adoption.Due(workspace.Adopted, door);
        var begun = UnderWay.Read(store);
        var resumed = begun?.AsOf == asOf && begun.WorkspaceSeq == workspace.Seq && begun.OwnDays == ownDays && !adopts && files.Count == 0 ? begun : null;
        // What a run that looked at all did not get to, the next one must.
        var changed = workspace.LastRunOn is not null
            && (workspace.ChangedSinceRun || adopts || inForce!.Version != workspace.LastRunPolicy || files.Any(f => f.Part == CatalogPart.Rules)
                || begun is { Wide: true });
        var wide = all || (resumed?.Wide ?? changed);
        DateOnly? by = all ? null : wide ? DateOnly.MaxValue : asOf;
        var parties = store.PartiesDue(by);
        if (workspace.LastRunOn == asOf && begun is null && parties.Count == 0) return null;
        var due = Slots.Of(store).Select(slot =>
        {
            var those = Between(parties, slot.FromPid, slot.ToPid);
            if (resumed is null) return new SlotDue(slot, 0, those);
            var through = Progress.Read(store, slot).Through;
            return new SlotDue(slot, through, DueStill(store, those, slot, asOf, wide, through));
        }).ToList();

        var days = ownDays ? workspace.DaysOtherThan(asOf, at) : null;
        var opening = new List<(Event, string, DateOnly, DateTimeOffset)>();
        var cause = $"run/{asOf:yyyy-MM-dd}";
        var version = inForce?.Version ?? 0;
        if (begun is not null && begun.AsOf != asOf) opening.Add((Ended(begun.AsOf, begun.Stopped), $"run/{begun.AsOf:yyyy-MM-dd}", asOf, at));
        if (adopts) opening.Add((new WorkspaceEvent.PolicyAdopted(version = workspace.Adopted.NextPolicy, policy.Digest, policy.Text), cause, asOf, at));
        foreach (var adopted in files) opening.Add((adopted, cause, asOf, at));
        if (resumed is null) opening.Add((new WorkspaceEvent.RunBegan(asOf, version) { Days = days }, cause, asOf, at));
        return new Plan(asOf, at, Limit(workspace, asOf, acceptVolume), by, ownDays, days, opening, due);
    }

    /// <summary>Of places in order those of a range.</summary>
    private static List<long> Between(List<long> places, long from, long to)
    {
        var (start, end) = (Place(from), Place(to));
        return places.GetRange(start, end - start);

        int Place(long at)
        {
            var found = places.BinarySearch(at);
            return found < 0 ? ~found : found;
        }
    }

    /// <param name="through">Up to this place the run has looked already; who is due again since is looked at again.</param>
    private static List<long> DueStill(Store store, List<long> due, Slot slot, DateOnly asOf, bool wide, long through)
    {
        if (!wide || through == 0) return due;
        var again = store.PartiesDue(asOf, slot).ToHashSet();
        due.RemoveAll(pid => pid <= through && !again.Contains(pid));
        return due;
    }

    /// <summary>What is left of a slot.</summary>
    private static SlotDue DueOf(Store store, Plan plan, Slot slot, Progress progress) =>
        new(slot, progress.Through, progress.Done ? [] : DueStill(store, store.PartiesDue(plan.By, slot), slot, plan.AsOf, plan.Wide, progress.Through));

    private int? Limit(WorkspaceState workspace, DateOnly asOf, bool accept) =>
        accept || workspace.Mode == "shadow" ? null
            : door.PolicyOn(asOf).VolumeStop.Limit(asOf, [.. workspace.Runs.Where(r => r.AsOf < asOf).Select(r => (r.AsOf, r.Actions - r.ByCalendar))]);

    private void Open(Plan plan)
    {
        if (plan.Opening.Count == 0) return;
        var store = door.Store;
        door.Take([], plan.Opening, _ =>
        {
            var same = UnderWay.Read(store)?.AsOf == plan.AsOf;
            foreach (var slot in Slots.Of(store))
                (same ? Progress.Read(store, slot) with { Through = 0, Done = false } : Progress.None).Write(store, slot);
            new UnderWay(plan.AsOf, plan.Wide, door.Workspace.Seq, Stopped: false) { OwnDays = plan.OwnDays }.Write(store);
            return true;
        });
    }

    /// <summary>From so many parties on, further connections are worth their opening.</summary>
    private const int ManyWorthMin = 2 * PartSize;

    /// <summary>On all processors: each takes the next slot that nobody has.</summary>
    private void DecideTogether(Plan plan, RunReport report, Action<RunReport> progress)
    {
        var next = -1;
        Exception? first = null;
        using var failed = new CancellationTokenSource();
        var others = Enumerable.Range(1, Math.Min(Environment.ProcessorCount, plan.Due.Count) - 1).Select(_ => Task.Run(() => Try(() =>
        {
            using var store = Store.Open(door.Store.Place, create: false);
            Work(door.Beside(store));
        }))).ToArray();
        Try(() => Work(door));
        Task.WaitAll(others);
        if (first is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);

        void Work(Door through)
        {
            for (var i = Interlocked.Increment(ref next); i < plan.Due.Count && !failed.IsCancellationRequested; i = Interlocked.Increment(ref next))
            {
                using var turn = through.Store.TakeTurn(plan.Due[i].Slot.TurnOf("run"));
                DecideToTheEnd(through, plan, [plan.Due[i]], report, progress, failed.Token);
            }
        }

        // The first that failed is told of; the others stop between two transactions.
        void Try(Action work)
        {
            try { work(); }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref first, e, null);
                failed.Cancel();
            }
        }
    }

    /// <summary>From where somebody else got to, for as long as somebody does.</summary>
    private static void DecideToTheEnd(Door door, Plan plan, IReadOnlyList<SlotDue> slots, RunReport report, Action<RunReport>? progress,
        CancellationToken stop)
    {
        while (!Decide(door, plan, slots, report, progress, stop))
            slots = [.. slots.Select(s => DueOf(door.Store, plan, s.Slot, Progress.Read(door.Store, s.Slot)))];
    }

    /// <summary>
    /// Decides on all that is due in slots. False: somebody else has got on with one of them, and nothing was decided from
    /// there on. A turn is lost with its session, and who had it may know of it only later than who took it next; of a
    /// part whose commit was not answered it may not be known that it was kept.
    /// </summary>
    /// <param name="slots">One after the other; where few are due, a part has those of several slots.</param>
    private static bool Decide(Door door, Plan plan, IReadOnlyList<SlotDue> slots, RunReport report, Action<RunReport>? progress,
        CancellationToken stop)
    {
        var store = door.Store;
        var (over, met) = (false, false);
        string? stopped = null;
        var heldBack = 0;
        var ends = slots.Where(s => s.Parties.Count > 0).ToDictionary(s => s.Slot, s => s.Parties[^1]);
        var parts = new Queue<RunReport>();
        var aside = SetAsides.Of(store, SetAsides.Run);
        // Where slots are decided beside each other the processors are busy without handling ahead.
        var aheadFrom = store.Database.HasManyWriters ? int.MaxValue : PartSize / 8;
        door.TakeEach(Parts(), (_, result) =>
        {
            var part = parts.Dequeue();
            foreach (var decision in result.Decisions) part.Count(decision);
            part.SetAside = result.Units.Count(u => u.Status == UnitStatus.SetAside);
            lock (report)
            {
                report.Decided.AddRange(result.Decided);
                Add(report, part, result.Reviewed);
                progress?.Invoke(report);
            }
        }, aheadFrom);
        if (stopped is not null)
        {
            Stop(store, plan, stopped, heldBack, report);
            return true;
        }
        if (met) return false;

        IEnumerable<TakenTogether> Parts()
        {
            var reached = slots.ToDictionary(s => s.Slot, s => s.Through);
            foreach (var due in slots.SelectMany(s => s.Parties.Select(pid => (s.Slot, Pid: pid))).Chunk(PartSize))
            {
                stop.ThrowIfCancellationRequested();
                parts.Enqueue(new RunReport { AsOf = plan.AsOf });
                yield return PartOf(due, reached);
            }
        }

        // Moves what is reached on.
        TakenTogether PartOf(IReadOnlyList<(Slot Slot, long Pid)> due, Dictionary<Slot, long> reached)
        {
            var before = new Dictionary<Slot, long>(reached);
            var next = due.Select(d => d.Pid).ToList();
            var steps = due.GroupBy(d => d.Slot).Select(g => (Slot: g.Key, From: before[g.Key], Through: g.Last().Pid)).ToList();
            foreach (var (slot, _, through) in steps) reached[slot] = through;
            List<string> ids = [];
            return new TakenTogether(next.Count, stored => Reviews(ids = stored.PartyIds(next)), result => Goes(result, steps, ids))
            {
                Halves = () =>
                {
                    var from = new Dictionary<Slot, long>(before);
                    return (PartOf([.. due.Take(due.Count / 2)], from), PartOf([.. due.Skip(due.Count / 2)], from));
                },
                SetAside = e => LeaveOut(due[0].Pid, steps[0], e),
            };
        }

        // The party stays due, and the run goes on behind it.
        UnitResult? LeaveOut(long pid, (Slot Slot, long From, long Through) step, Exception e)
        {
            var party = store.PartyIdAt(pid) ?? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#{pid}");
            store.Atomically(() =>
            {
                store.Database.Lock([(int)(pid >> Store.PartitionShift)], workspace: false);
                if (over = UnderWay.Read(store) is not { Stopped: false } begun || begun.AsOf != plan.AsOf) return;
                var progress = Progress.Read(store, step.Slot);
                if (met = progress.Through != step.From) return;
                (progress with { Through = step.Through, Done = step.Through == ends[step.Slot] }).Write(store, step.Slot);
                SetAsides.Note(store, party, SetAsides.Run, "", e, door.Clock);
            });
            return over || met ? null : new UnitResult(0, UnitStatus.SetAside, null, []) { Cause = SetAsides.CauseOf(e) };
        }

        List<InputUnit> Reviews(List<string> parties) => parties.ConvertAll(party => new InputUnit(0, [Review(party)], plan.At));

        Input Review(string party) =>
            new Input.Review { Key = plan.Cause, Party = party, AsOf = plan.AsOf, OwnDay = plan.OwnDays, OnlyDue = plan.OwnDays && !plan.Wide };

        // Within the transaction, and made anew where that is.
        bool Goes(BatchResult result, List<(Slot Slot, long From, long Through)> steps, List<string> ids)
        {
            var part = new RunReport { AsOf = plan.AsOf };
            foreach (var decision in result.Decisions) part.Count(decision);
            // With a limit the parts of all slots are counted one after the other, so that none passes beside another.
            if (plan.Limit is not null) store.Database.LockFor("volume");
            if (over = UnderWay.Read(store) is not { Stopped: false } begun || begun.AsOf != plan.AsOf) return false;
            if (met = steps.Exists(step => Progress.Read(store, step.Slot).Through != step.From)) return false;
            var others = plan.Limit is null ? 0 : Slots.Of(store).Sum(s => Progress.Read(store, s).Others);
            if (plan.Limit is not { } most || others + part.ActionCount - part.ByCalendar <= most)
            {
                foreach (var (slot, _, through) in steps)
                {
                    var before = Progress.Read(store, slot);
                    // Of what was done only the sum over all slots is ever asked for.
                    if (slot == steps[^1].Slot)
                        before = before with
                        {
                            Reviewed = before.Reviewed + result.Reviewed,
                            Actions = before.Actions + part.ActionCount,
                            ByCalendar = before.ByCalendar + part.ByCalendar,
                        };
                    (before with { Through = through, Done = through == ends[slot] }).Write(store, slot);
                }
                if (aside.Count > 0)
                    foreach (var id in ids)
                        if (aside.Contains((id, ""))) SetAsides.Clear(store, id, SetAsides.Run, "");
                return true;
            }
            stopped = VolumeWords.Why(others + part.ActionCount - part.ByCalendar, most);
            heldBack = part.ActionCount;
            return false;
        }
        var empty = slots.Where(s => s.Parties.Count == 0).ToList();
        if (over || empty.Count == 0) return true;
        store.Atomically(() =>
        {
            // Whoever hung here may find another day's run when it goes on, or one that began anew.
            if (UnderWay.Read(store)?.AsOf != plan.AsOf) return;
            foreach (var (slot, through, _) in empty)
                if (Progress.Read(store, slot) is var now && now.Through == through) (now with { Done = true }).Write(store, slot);
        });
        return true;
    }

    /// <summary>The volume stop holds for all slots.</summary>
    private static void Stop(Store store, Plan plan, string why, int heldBack, RunReport report)
    {
        store.Atomically(() =>
        {
            if (UnderWay.Read(store) is { } begun && begun.AsOf == plan.AsOf) (begun with { Stopped = true, HeldBack = heldBack }).Write(store);
        });
        lock (report) report.Stopped ??= why;
    }

    /// <summary>Notes the end with what all parts did, also those of a run that a crash ended.</summary>
    private void End(Plan plan, bool stopped)
    {
        var store = door.Store;
        door.Take([], [(Ended(plan.AsOf, stopped), plan.Cause, plan.AsOf, plan.At)], _ =>
        {
            UnderWay.Clear(store);
            return true;
        });
    }

    private WorkspaceEvent.RunEnded Ended(DateOnly asOf, bool stopped)
    {
        var slots = Slots.Of(door.Store).Select(slot => Progress.Read(door.Store, slot)).ToList();
        return new WorkspaceEvent.RunEnded(asOf, slots.Sum(p => p.Reviewed), slots.Sum(p => p.Actions), stopped)
        {
            ByCalendar = slots.Sum(p => p.ByCalendar),
            HeldBack = stopped ? UnderWay.Read(door.Store)?.HeldBack ?? 0 : 0,
        };
    }

    private static void Add(RunReport report, RunReport part, int reviewed)
    {
        report.Reviewed += reviewed;
        report.Decisions += part.Decisions;
        report.Deferred += part.Deferred;
        report.Blocked += part.Blocked;
        report.SetAside += part.SetAside;
        report.ByCalendar += part.ByCalendar;
        report.NotListed.UnionWith(part.NotListed);
        foreach (var (kind, count) in part.Actions) report.Actions[kind] = report.Actions.GetValueOrDefault(kind) + count;
        foreach (var (kind, count) in part.Documents) report.Documents[kind] = report.Documents.GetValueOrDefault(kind) + count;
    }

    /// <summary>
    /// The instant under which a run as of a day is recorded where none is given: the clock's where it is that day at the
    /// place of some portfolio, else <see cref="InstantOf(DateOnly)"/>.
    /// </summary>
    public static DateTimeOffset InstantOf(DateOnly asOf, DateTimeOffset clock, WorkspaceState workspace) =>
        workspace.Zones.Any(zone => LocalDay.Of(clock, zone) == asOf) ? clock : InstantOf(asOf);

    /// <summary>Ten o'clock UTC of a day, which is the same date from UTC-10 to UTC+13.</summary>
    public static DateTimeOffset InstantOf(DateOnly day) => new(day, new TimeOnly(10, 0), TimeSpan.Zero);

    /// <summary>
    /// The date of a run for which none is named: the workspace's today. Where something was recorded as of the next day already, that
    /// day: each party is looked at as of its own all the same. Null: something was recorded further ahead; the day is run again when it gets there.
    /// </summary>
    public static DateOnly? DateOf(Door door, DateOnly today) => LatestOf(door, today) is var latest && latest <= today.AddDays(1) ? latest : null;

    /// <summary>A day, or the latest on which anything was recorded or run where that is later.</summary>
    public static DateOnly LatestOf(Door door, DateOnly day)
    {
        if (door.LastRecordedOn > day) day = door.LastRecordedOn;
        return door.Workspace.LastRunOn is { } lastRun && lastRun > day ? lastRun : day;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
