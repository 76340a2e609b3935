using System.Text;
using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Storage.Journal;

namespace Recoup.Storage.Work;

/// <summary>
/// The parties of one partition folded from zero out of the journal's bytes, for who reads all of it: of a row only the payload
/// becomes objects. Each event is decoded once, and its money counted beside the fold.
/// </summary>
internal sealed class PartitionFold(CellDeltas cells)
{
    private readonly Dictionary<byte[], Folded> parties = new(BytesComparer.Instance);

    /// <summary>In the order of their first events, which is that of their places.</summary>
    public IReadOnlyCollection<Folded> Parties => parties.Values;

    /// <summary>
    /// False where a party joins another by it: what that one had is in other rows, which must be read before
    /// <see cref="Take(HistoryEvent, string)"/>.
    /// </summary>
    public bool Take(JournalColumns row)
    {
        if (row.Kind.SequenceEqual("party_joined"u8)) return false;
        var folded = Of(row);
        var account = Account(folded.State, row.Account);
        var e = EventCodec.Decode(row.Kind, row.Version, row.Payload);
        Conservation.Count(folded, account, e);
        // What caused an event is no part of any state.
        Fold.Apply(folded.State, new Envelope(row.Seq, account, row.EffectiveOn, row.RecordedOn, row.RecordedAt, Cause: ""), e, cells);
        // Whoever it became part of folds it anew.
        (folded.State.Left, folded.LeftMoney) = (null, null);
        return true;
    }

    /// <summary>Takes an event by which another party joins.</summary>
    public void Take(HistoryEvent h, string party)
    {
        var key = Encoding.UTF8.GetBytes(party);
        if (!parties.TryGetValue(key, out var folded)) parties[key] = folded = New(party, h.Envelope.Seq);
        Apply(folded, h, cells);
    }

    private static void Apply(Folded folded, HistoryEvent h, CellDeltas cells)
    {
        if (h is { Event: PartyEvent.Joined joined, Joined: { } before })
        {
            var other = New(joined.Party, before[0].Envelope.Seq);
            var nothing = new CellDeltas();
            foreach (var earlier in before) Apply(other, earlier, nothing);
            folded.State.Joining = other.State.Left;
            if (other.LeftMoney is { } money) (folded.Money ??= new Conservation()).Add(money);
        }
        Conservation.Count(folded, h.Envelope.Account, h.Event);
        Fold.Apply(folded.State, h.Envelope, h.Event, cells);
    }

    private Folded Of(JournalColumns row)
    {
        var byBytes = parties.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (byBytes.TryGetValue(row.Party, out var known)) return known;
        var id = Encoding.UTF8.GetString(row.Party);
        return parties[row.Party.ToArray()] = New(id, row.Seq);
    }

    private static Folded New(string party, long seq) => new(Store.RowId(Partition.Of(party), seq), new PartyState { Id = party, NotesChanges = false });

    /// <summary>The text that the state has for it, where it has one: nearly every event is of an account known already.</summary>
    private static string Account(PartyState state, ReadOnlySpan<byte> account)
    {
        foreach (var known in state.Accounts)
            if (Ascii.Equals(account, known.Account)) return known.Account;
        return Encoding.UTF8.GetString(account);
    }
}
