using Recoup.Core;
using Recoup.Core.Parties;

namespace Recoup.Storage;

/// <summary>A party's header and what the fold changed beside it, in the form in which they are stored. Made without the store, so on any thread.</summary>
internal sealed class StateForm
{
    private StateForm() { }

    public required long Pid { get; init; }

    /// <summary>Nothing of the party is stored yet.</summary>
    public required bool IsNew { get; init; }

    public required string Id { get; init; }
    public required DateOnly? NextReviewOn { get; init; }
    public required byte[] Header { get; init; }
    /// <summary>What is to be written beside it, by kind; a kind of which nothing changed is left out.</summary>
    public required IReadOnlyList<(RowKind Kind, RowForm[] Rows)> Beside { get; init; }

    /// <summary>What is to be written of a kind.</summary>
    public RowForm[] Rows(RowKind kind)
    {
        foreach (var (one, rows) in Beside)
            if (ReferenceEquals(one, kind)) return rows;
        return [];
    }

    /// <summary>Takes what changed since it was loaded, and notes that it was taken.</summary>
    /// <param name="isNew">Nothing of the party is stored yet.</param>
    /// <param name="on">What the state was loaded from: a row that was not found there is new. Null: no row is known to be.</param>
    public static StateForm Of(PartyState state, long pid, bool isNew = false, Stored? on = null)
    {
        return new StateForm
        {
            Pid = pid,
            IsNew = isNew,
            Id = state.Id,
            NextReviewOn = state.NextReviewOn,
            Header = StateCodec.Encode(state),
            Beside = Changes(state, pid, on is { TellsNewRows: true } ? on : null),
        };
    }

    private static (RowKind, RowForm[])[] Changes(PartyState state, long pid, Stored? on)
    {
        var count = 0;
        foreach (var (_, rows) in state.AllRows())
            if (rows.HasChanges) count++;
        if (count == 0) return [];
        var changes = new (RowKind, RowForm[])[count];
        var at = 0;
        foreach (var (kind, rows) in state.AllRows())
            if (rows.HasChanges) changes[at++] = (kind, rows.TakeChanges(on is null ? null : key => on.Lacks(kind, new RowPlace(pid, key))));
        return changes;
    }
}
