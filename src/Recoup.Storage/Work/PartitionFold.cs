using System.Text;
using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Storage.Journal;

namespace Recoup.Storage.Work;

/// <summary>
/// The parties of one partition folded from zero out of the journal's bytes, for who reads all of it: of a row only the payload
/// becomes objects. Each event is decoded once, and its money counted beside the fold.
/// </summary>
internal sealed class PartitionFold(int partition, CellDeltas cells)
{
    private readonly Dictionary<byte[], Folded> parties = new(BytesComparer.Instance);

    /// <summary>In the order of their first events, which is that of their places.</summary>
    public IReadOnlyCollection<Folded> Parties => parties.Values;

    public void Take(JournalColumns row)
    {
        var folded = Of(row);
        var account = Account(folded.State, row.Account);
        var e = EventCodec.Decode(row.Kind, row.Version, row.Payload);
        Conservation.Count(folded, account, e);
        // What caused an event is no part of any state.
        Fold.Apply(folded.State, new Envelope(row.Seq, account, row.EffectiveOn, row.RecordedOn, row.RecordedAt, Cause: ""), e, cells);
    }

    private Folded Of(JournalColumns row)
    {
        var byBytes = parties.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (byBytes.TryGetValue(row.Party, out var known)) return known;
        var id = Encoding.UTF8.GetString(row.Party);
        return parties[row.Party.ToArray()] = new Folded(Store.RowId(partition, row.Seq), new PartyState { Id = id, NotesChanges = false });
    }

    /// <summary>The text that the state has for it, where it has one: nearly every event is of an account known already.</summary>
    private static string Account(PartyState state, ReadOnlySpan<byte> account)
    {
        foreach (var known in state.Accounts)
            if (Ascii.Equals(account, known.Account)) return known.Account;
        return Encoding.UTF8.GetString(account);
    }
}
