using System.Globalization;
using Recoup.Core;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;

namespace Recoup.Storage;

/// <content>What happened to a party, and to those that became part of it.</content>
public sealed partial class Store
{
    /// <summary>
    /// A party's rows, newest first, along the links from row to row. Those of parties that joined it stand among its own, by
    /// when they were recorded.
    /// </summary>
    internal IEnumerable<JournalRow> History(string party, long lastSeq)
    {
        List<JournalRow> next = lastSeq > 0 ? [At(party, lastSeq)] : [];
        var joined = new HashSet<string>(StringComparer.Ordinal);
        while (next.Count > 0)
        {
            var at = 0;
            for (var i = 1; i < next.Count; i++)
                if (next[i].RecordedAt > next[at].RecordedAt) at = i;
            var row = next[at];
            yield return row;
            if (row.Prior > 0) next[at] = Before(row);
            else next.RemoveAt(at);
            if (JoinOf(row) is { } join) next.Add(LeftAt(row, join, joined));
        }
    }

    /// <summary>
    /// Rows of the party that an account was of at each time, newest first: where it came with a party that joined, that one's
    /// follow and no others. They are of all accounts of that party.
    /// </summary>
    /// <param name="party">Where the walk begins: the account's party, or one that it was of before.</param>
    internal IEnumerable<JournalRow> HistoryOf(string account, string party, long seq)
    {
        if (seq <= 0) yield break;
        var joined = new HashSet<string>(StringComparer.Ordinal);
        for (var row = At(party, seq); ;)
        {
            yield return row;
            if (JoinOf(row) is { } join && join.Accounts.Contains(account)) row = LeftAt(row, join, joined);
            else if (row.Prior > 0) row = Before(row);
            else yield break;
        }
    }

    /// <summary>A party's own rows, newest first, along the links from row to row.</summary>
    internal IEnumerable<JournalRow> Chain(string party, long lastSeq)
    {
        if (lastSeq <= 0) yield break;
        var row = At(party, lastSeq);
        yield return row;
        while (row.Prior > 0) yield return row = Before(row);
    }

    /// <summary>A party's events, oldest first, with those of the parties that joined it.</summary>
    internal List<HistoryEvent> Events(string party, long lastSeq) => Events(Chain(party, lastSeq), new HashSet<string>(StringComparer.Ordinal));

    /// <param name="newestFirst">A party's own rows.</param>
    internal List<HistoryEvent> Events(IEnumerable<JournalRow> newestFirst) => Events(newestFirst, new HashSet<string>(StringComparer.Ordinal));

    private List<HistoryEvent> Events(IEnumerable<JournalRow> newestFirst, HashSet<string> joined)
    {
        var events = newestFirst.Select(row => Event(row, joined)).ToList();
        events.Reverse();
        return events;
    }

    /// <summary>A row's event; where a party joined by it, with all that happened to that one.</summary>
    internal HistoryEvent Event(JournalRow row) => Event(row, new HashSet<string>(StringComparer.Ordinal));

    private HistoryEvent Event(JournalRow row, HashSet<string> joined) =>
        new(Envelope.Of(row), EventCodec.Decode(row.Kind, row.Version, row.Payload))
        {
            Joined = JoinOf(row) is { } join && LeftAt(row, join, joined) is var left ? Events(Chain(left.Party, left.Seq), joined) : null,
        };

    private static PartyEvent.Joined? JoinOf(JournalRow row) =>
        row.Kind == "party_joined" ? (PartyEvent.Joined)EventCodec.Decode(row.Kind, row.Version, row.Payload) : null;

    /// <summary>The row by which a party left into another. A party leaves once: whoever changed the journal may not send a reader round and round.</summary>
    private JournalRow LeftAt(JournalRow row, PartyEvent.Joined join, HashSet<string> joined)
    {
        var left = At(join.Party, join.Seq);
        if (left.Kind != "party_left" || left.RecordedAt != row.RecordedAt || !joined.Add(join.Party))
            throw Damaged(row.Partition, row.Seq, $"names event {join.Seq.ToString(CultureInfo.InvariantCulture)} of party {join.Party}, by which "
                + $"that one did not become part of party {row.Party}");
        return left;
    }

    private JournalRow At(string party, long seq)
    {
        var partition = Partition.Of(party);
        var row = JournalAt(partition, seq) ?? throw Damaged(partition, seq, "is missing");
        return row.Party == party ? row : throw Damaged(partition, seq, $"should be of party {party}, and is of {row.Party}");
    }

    private JournalRow Before(JournalRow row) =>
        row.Prior < row.Seq ? At(row.Party, row.Prior) : throw Damaged(row.Partition, row.Seq, "names a later one as the one before it");

    private static JournalDamagedException Damaged(int partition, long seq, string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"event {seq} of partition {partition} {what}; `recoup audit verify` tells more"));

    /// <summary>The parties that became part of one.</summary>
    internal IReadOnlyList<string> JoinedOf(string party)
    {
        var parties = new List<string>();
        var s = Statement("SELECT party FROM joined_party WHERE into_party = ? ORDER BY party").Bind(party);
        while (s.Step()) parties.Add(s.Text(0));
        return parties;
    }
}
