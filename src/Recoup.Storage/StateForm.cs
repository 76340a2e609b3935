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
    public required string Id { get; init; }
    public required DateOnly? NextReviewOn { get; init; }
    public required byte[] Header { get; init; }
    public required IReadOnlyList<(ItemState Item, byte[] State)> Items { get; init; }
    public required IReadOnlyList<(string Key, byte[] State)> Cash { get; init; }
    public required IReadOnlyList<(MessageState Message, byte[] State)> Messages { get; init; }
    public required IReadOnlyList<(WorkItemState WorkItem, byte[] State)> WorkItems { get; init; }

    /// <summary>Takes what changed since it was loaded, and notes that it was taken.</summary>
    public static StateForm Of(PartyState state, long pid)
    {
        var form = new StateForm
        {
            Pid = pid,
            Id = state.Id,
            NextReviewOn = state.NextReviewOn,
            Header = StateCodec.Encode(state),
            Items = [.. state.ChangedItems.Select(k => (state.Items[k], StateCodec.Encode(state.Items[k])))],
            Cash = [.. state.ChangedCash.Select(k => (k, StateCodec.Encode(state.Cash[k])))],
            Messages = [.. state.ChangedMessages.Select(k => (state.Messages[k], StateCodec.Encode(state.Messages[k])))],
            WorkItems = [.. state.ChangedWorkItems.Select(k => (state.WorkItems[k], StateCodec.Encode(state.WorkItems[k])))],
        };
        state.ChangedItems.Clear();
        state.ChangedCash.Clear();
        state.ChangedMessages.Clear();
        state.ChangedWorkItems.Clear();
        return form;
    }
}
