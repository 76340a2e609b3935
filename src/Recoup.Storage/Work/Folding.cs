using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

/// <summary>A party as folded from zero, with its place.</summary>
internal sealed record Folded(long Pid, PartyState State)
{
    /// <summary>Its documents added up beside the fold, where an audit does so; null while there are none.</summary>
    public Conservation? Money { get; set; }

    /// <summary>That of a party that became part of another, which counts it from then on.</summary>
    public Conservation? LeftMoney { get; set; }
}

/// <summary>
/// The journal folded from zero, one partition after another, for readings of the past; the audit has a faster way of its own (<see cref="PartitionFold"/>).
/// </summary>
internal static class Folding
{
    /// <summary>Folds a partition's parties. Rows a filter leaves out are as if they had never been.</summary>
    /// <param name="cells">Takes what the events add.</param>
    /// <param name="take">Null: every row.</param>
    public static Dictionary<string, Folded> Partition(Store store, int partition, CellDeltas cells, Func<JournalRow, bool>? take = null)
    {
        var parties = new Dictionary<string, Folded>(StringComparer.Ordinal);
        foreach (var (_, row) in store.Journal(partition))
        {
            if (take is not null && !take(row)) continue;
            if (!parties.TryGetValue(row.Party, out var folded))
                parties[row.Party] = folded = new Folded(Store.RowId(partition, row.Seq), new PartyState { Id = row.Party });
            Fold.Apply(folded.State, store.Event(row), cells);
        }
        return parties;
    }

    /// <summary>The workspace as it was by a filter.</summary>
    /// <param name="cells">Takes what the events add; null: that is of no interest.</param>
    public static WorkspaceState Workspace(Store store, Func<JournalRow, bool>? take = null, CellDeltas? cells = null)
    {
        var workspace = new WorkspaceState();
        foreach (var (_, row) in store.Journal(Core.Foundation.Partition.Workspace))
            if (take is null || take(row)) workspace.Apply(row, EventCodec.Decode(row.Kind, row.Version, row.Payload), cells);
        return workspace;
    }

    /// <summary>The cells as they were known at an instant: a slower path, over the whole journal.</summary>
    public static CellsInMemory CellsKnownAt(Store store, DateTimeOffset knownAt)
    {
        var cells = new CellDeltas();
        var limit = knownAt.ToUnixTimeMilliseconds();
        for (var p = 0; p < Core.Foundation.Partition.PartyCount; p++) Partition(store, p, cells, row => row.RecordedAt <= limit);
        Workspace(store, row => row.RecordedAt <= limit, cells);
        return new CellsInMemory(cells);
    }

    /// <summary>The cells as they were known at an instant, and what the events recorded since, up to another, add to them, by kind of event.</summary>
    public static (CellDeltas Then, Dictionary<string, CellDeltas> Between) CellsKnownBetween(Store store, DateTimeOffset first, DateTimeOffset last)
    {
        var then = new CellDeltas();
        var between = new Dictionary<string, CellDeltas>(StringComparer.Ordinal);
        var (from, to) = (first.ToUnixTimeMilliseconds(), last.ToUnixTimeMilliseconds());
        CellDeltas Into(JournalRow row) => row.RecordedAt <= from ? then
            : between.TryGetValue(row.Kind, out var added) ? added : between[row.Kind] = new CellDeltas();
        for (var p = 0; p < Core.Foundation.Partition.PartyCount; p++)
        {
            var parties = new Dictionary<string, PartyState>(StringComparer.Ordinal);
            foreach (var (_, row) in store.Journal(p))
            {
                if (row.RecordedAt > to) continue;
                if (!parties.TryGetValue(row.Party, out var state)) parties[row.Party] = state = new PartyState { Id = row.Party };
                Fold.Apply(state, store.Event(row), Into(row));
            }
        }
        var workspace = new WorkspaceState();
        foreach (var (_, row) in store.Journal(Core.Foundation.Partition.Workspace))
            if (row.RecordedAt <= to) workspace.Apply(row, EventCodec.Decode(row.Kind, row.Version, row.Payload), Into(row));
        return (then, between);
    }
}

/// <summary>What a run of a day gone by would have decided: folded as of that day, recorded nowhere.</summary>
internal static class PastRun
{
    public static RunReport Decide(Door door, DateOnly asOf, DateTimeOffset now, RunReport report, System.Diagnostics.Stopwatch watch)
    {
        var store = door.Store;
        store.BeginRead();
        try
        {
            var workspace = Folding.Workspace(store, row => row.RecordedOn <= asOf);
            var nothing = new CellDeltas();
            var context = door.PastContext(workspace, asOf, now);
            for (var p = 0; p < Partition.PartyCount; p++)
                foreach (var (_, folded) in Folding.Partition(store, p, nothing, row => row.RecordedOn <= asOf).OrderBy(f => f.Value.Pid))
                {
                    if (folded.State.NextReviewOn is not { } next || next > asOf) continue;
                    Core.Outcome outcome;
                    try
                    {
                        outcome = Core.Machine.Handle(folded.State, folded.State.LastSeq,
                            new Core.Inputs.Input.Review { Key = "dry-run", Party = folded.State.Id, AsOf = asOf }, context, nothing);
                    }
                    catch (Exception e) when (SetAsides.MayBeOf(e))
                    {
                        // Nothing is recorded of a day gone by, this neither; the others are told all the same.
                        report.SetAside++;
                        continue;
                    }
                    report.Reviewed++;
                    foreach (var recorded in outcome.Events)
                        if (recorded.Event is DecisionEvent.Made decided)
                        {
                            report.Count(decided.Decision);
                            report.Decided.Add((folded.State.Id, recorded.Envelope.Account, decided.Decision));
                        }
                }
            NotListed.Strike(report.NotListed, context.Policy.Worth);
        }
        finally { store.Rollback(); }
        report.Seconds = watch.Elapsed.TotalSeconds;
        return report;
    }
}
