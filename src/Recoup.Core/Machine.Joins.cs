using Recoup.Core.Accounts;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Workspace;

namespace Recoup.Core;

/// <summary>What came of two parties that were told to be one: events of each, in the order in which they are recorded; or a refusal.</summary>
public sealed record JoinOutcome(Refused? Refused, IReadOnlyList<Recorded> Left, IReadOnlyList<Recorded> Joined);

/// <content>Two accounts that turn out to be one customer.</content>
public static partial class Machine
{
    /// <summary>Makes one party of two. A refusal leaves both as they were.</summary>
    /// <param name="state">The party that stays.</param>
    /// <param name="seq">Its partition's last sequence.</param>
    /// <param name="other">The party of the input's account, with all that lies beside its header: it becomes part of the first.</param>
    /// <param name="otherSeq">Its partition's last sequence.</param>
    public static JoinOutcome Join(PartyState state, long seq, PartyState other, long otherSeq, AccountInput.Joined input, Context context, CellDeltas cells)
    {
        if (other.Account(input.Account) is null)
            return Refuse(Refusal.UnknownAccount, $"account {input.Account} is not known; send an account input for it first");
        if (state.Account(input.With) is null)
            return Refuse(Refusal.UnknownAccount, $"account {input.With}, which it is to be one with, is not known; send an account input for it first");
        if (ReferenceEquals(state, other))
            return Refuse(Refusal.AlreadyJoined, $"accounts {input.Account} and {input.With} are of one party already, {state.Id}");
        foreach (var party in new[] { other, state })
            if (party.Erased)
                return Refuse(Refusal.PartyErased, $"party {party.Id} was erased: who it was can't be told any more, so nobody can be said to be the same");
        var today = JoinDay(state, other, input, context);
        if (input.On is { } on && on != today)
            return Refuse(Refusal.NotToday, $"two parties become one on the day on which that is told, {today:yyyy-MM-dd}, not on {on:yyyy-MM-dd}: "
                + "what was said and done before stays what it was");
        if (other.Pending.Find(p => other.Messages.GetValueOrDefault(p.Id)?.Status == IntentStatus.Sending) is { } underWay)
            return Refuse(Refusal.MessageUnderWay, $"message {underWay.Id} of account {other.Messages[underWay.Id].Account} is being sent, and its channel "
                + "has not answered yet; try again when it has");

        var leaving = new Work(other, otherSeq, input, context, cells, today);
        // Decided anew for the two together: by one ladder, and with the contacts of both.
        foreach (var pending in other.Pending.Where(p => p.Kind == "message").ToList())
            leaving.Emit(new MessageEvent.Withdrawn(pending.Id, "account-joined"), today, other.Messages[pending.Id].Account);
        List<string> accounts = [.. other.Accounts.Select(a => a.Account)];
        leaving.Emit(new PartyEvent.Left(state.Id), today);
        (state.Joining, other.Left) = (other.Left, null);
        var together = Foundation.Partition.Of(state.Id) == Foundation.Partition.Of(other.Id);
        var staying = new Work(state, together ? leaving.Seq : seq, input, context, cells, today);
        staying.Emit(new PartyEvent.Joined(other.Id, leaving.Seq, accounts, input.Reason), today, input.With);
        return new JoinOutcome(null, leaving.Events, staying.Events);
    }

    /// <summary>The later of the dates at the two accounts' places, never before one that either party has seen.</summary>
    public static DateOnly JoinDay(PartyState state, PartyState other, AccountInput.Joined input, Context context)
    {
        var (here, there) = (context.Today(state.Account(input.With)!.Portfolio), Today(other, input, context));
        var today = here > there ? here : there;
        return today > state.AsOf ? today : state.AsOf;
    }

    private static JoinOutcome Refuse(Refusal refusal, string message) => new(new Refused(refusal, message), [], []);
}
