using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Workspace;

namespace Recoup.Storage;

/// <content>Two parties that become one within a batch.</content>
public sealed partial class Door
{
    private sealed partial class Batch
    {
        /// <summary>What the unit at hand changed of whose accounts and parties are, as it was before; null: nothing.</summary>
        private (Dictionary<string, string> Aliases, Dictionary<string, string> Joins)? unjoined;

        private Refused? TakeJoin(AccountInput.Joined input, Context context, CellDeltas unitCells, List<string> accepted, List<(string, byte[])> keys)
        {
            var (entry, other) = (Load(PartyOf(input.With)), Load(PartyOf(input.Account)));
            if (Claim(input, entry.State.Id, entry.State, keys, out var before) is { } used) return used;
            if (before == Before.Unchanged) return null;
            if (entry != other && entry.State.Account(input.With) is not null && other.State.Account(input.Account) is not null)
            {
                if (other.Pid != 0) stored.LoadAll(other.State, other.Pid);
                var today = Machine.JoinDay(entry.State, other.State, input, context);
                var allocation = context.Policy.Allocation;
                while (Needs.Of(entry.State, input, today, allocation) is { IsEmpty: false } needs) Load(entry, needs);
            }
            var outcome = Machine.Join(entry.State, seqs[Partition.Of(entry.State.Id)], other.State, seqs[Partition.Of(other.State.Id)], input,
                context, unitCells);
            if (outcome.Refused is { } refused)
            {
                claimed.Remove(input.Key);
                keys.RemoveAll(k => k.Item1 == input.Key);
                return refused;
            }
            foreach (var recorded in outcome.Left) Add(other, recorded, context);
            foreach (var recorded in outcome.Joined) Add(entry, recorded, context);
            var (party, left) = (entry.State.Id, other.State.Id);
            unjoined ??= (new(aliases, StringComparer.Ordinal), new(joins, StringComparer.Ordinal));
            // Of all accounts and parties that are there by now: those that joined the other before are this one's too.
            foreach (var account in entry.State.Accounts)
                if (account.Account != party || Alias(party) is not null) aliases[account.Account] = party;
            foreach (var joined in entry.State.Joined!) joins[joined] = party;
            store.Vault.Join(party, entry.State.Joined);
            accepted.Add(KindOf(input));
            return null;
        }

        /// <summary>The unit was refused after parties had become one by it.</summary>
        private void TakeJoinsBack()
        {
            if (unjoined is not var (formerAliases, formerJoins)) return;
            aliases.Clear();
            joins.Clear();
            foreach (var (account, party) in formerAliases) aliases[account] = party;
            foreach (var (party, into) in formerJoins) joins[party] = into;
            store.Vault.Part();
            foreach (var party in joins.Values.Distinct(StringComparer.Ordinal)) store.Vault.Join(party, parties[party].State.Joined!);
        }

        /// <summary>A party's events up to a place of its partition, oldest first: what is stored, and what the batch made since.</summary>
        private List<HistoryEvent> EventsOf(Entry entry, long throughSeq) =>
            [.. stored.Events(entry.State.Id), .. entry.Accepted.Where(r => r.Envelope.Seq <= throughSeq).Select(EventOf)];

        private HistoryEvent EventOf(Recorded recorded) => new(recorded.Envelope, recorded.Event)
        {
            Joined = recorded.Event is PartyEvent.Joined join ? EventsOf(parties[join.Party], join.Seq) : null,
        };
    }
}
