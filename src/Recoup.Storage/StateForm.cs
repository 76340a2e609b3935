using Recoup.Core.Contact;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

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
    public required IReadOnlyList<(ItemState Item, byte[] State, bool IsNew)> Items { get; init; }
    public required IReadOnlyList<(string Key, byte[] State, bool IsNew)> Cash { get; init; }
    public required IReadOnlyList<(MessageState Message, byte[] State, bool IsNew)> Messages { get; init; }
    public required IReadOnlyList<(WorkItemState WorkItem, byte[] State, bool IsNew)> WorkItems { get; init; }

    /// <summary>Takes what changed since it was loaded, and notes that it was taken.</summary>
    /// <param name="isNew">Nothing of the party is stored yet.</param>
    /// <param name="on">What the state was loaded from: a row that was not found there is new. Null: no row is known to be.</param>
    public static StateForm Of(PartyState state, long pid, bool isNew = false, Stored? on = null)
    {
        var form = new StateForm
        {
            Pid = pid,
            IsNew = isNew,
            Id = state.Id,
            NextReviewOn = state.NextReviewOn,
            Header = StateCodec.Encode(state),
            Items = [.. state.ChangedItems.Select(k => (state.Items[k], StateCodec.Encode(state.Items[k]), on?.Lacks(new ItemKey(pid, k.Account, k.Number)) == true))],
            Cash = [.. state.ChangedCash.Select(k => (k, StateCodec.Encode(state.Cash[k]), on?.Lacks(Beside.Cash, pid, k) == true))],
            Messages = [.. state.ChangedMessages.Select(k => (state.Messages[k], StateCodec.Encode(state.Messages[k]), on?.Lacks(Beside.Message, pid, k) == true))],
            WorkItems = [.. state.ChangedWorkItems.Select(k => (state.WorkItems[k], StateCodec.Encode(state.WorkItems[k]), on?.Lacks(Beside.WorkItem, pid, k) == true))],
        };
        state.ChangedItems.Clear();
        state.ChangedCash.Clear();
        state.ChangedMessages.Clear();
        state.ChangedWorkItems.Clear();
        return form;
    }
}
