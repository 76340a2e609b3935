using System.Security.Cryptography;
using System.Text;
using Recoup.Core;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Webhooks;

namespace Recoup.Storage.Work;

/// <summary>
/// Finds in the journal what endpoints are to be told of. Which events those are follows from the journal alone: each row says under which
/// state of the workspace it was recorded, and that state which endpoints wanted it. A cursor an endpoint and partition says how far was
/// looked, and goes on in the transaction that writes the intents; so each event is found once, whenever and by whomever it is looked for.
/// </summary>
internal sealed class WebhookNotices(Door door)
{
    /// <summary>Rows of the journal in a transaction.</summary>
    private const int PartSize = 2000;

    /// <summary>So many wait for an endpoint at most; what comes after stays in the journal until then.</summary>
    private const int AheadMax = 10_000;

    /// <summary>What was delivered stays listed so long; it can be told anew from the journal afterwards too.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly Store store = door.Store;

    /// <summary>How many were found; null: somebody else is looking.</summary>
    public int? Look(DateTimeOffset now, CancellationToken stop)
    {
        using var turn = store.TryTakeTurn("webhook-notices");
        if (turn is null) return null;
        var endpoints = door.Look().Webhooks.Standing;
        if (endpoints.Count == 0) return 0;
        store.Atomically(() => store.Statement("DELETE FROM webhook WHERE status = 2 AND answered_at < ?")
            .Bind((now - Kept).ToUnixTimeMilliseconds()).Run());
        var heads = store.Heads();
        var cursors = Cursors();
        var room = endpoints.ToDictionary(e => e.Name, e => AheadMax - Waiting(e.Name), StringComparer.Ordinal);
        var found = 0;
        for (var p = 0; p < Partition.Count; p++)
        {
            if (heads[p].Seq == 0) continue;
            foreach (var endpoint in endpoints)
                if (!cursors.ContainsKey((endpoint.Name, p))) cursors[(endpoint.Name, p)] = Before(p, heads[p].Seq, row => row.WorkspaceSeq < endpoint.Since);
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                var looking = endpoints.Where(e => room[e.Name] > 0 && cursors[(e.Name, p)] < heads[p].Seq).ToList();
                if (looking.Count == 0) break;
                var from = looking.Min(e => cursors[(e.Name, p)]);
                var rows = store.Journal(p, from + 1).Take(PartSize).Select(r => r.Row).ToList();
                if (rows.Count == 0) break;
                var added = 0;
                store.Atomically(() =>
                {
                    added = 0;
                    foreach (var row in rows)
                    {
                        if (TypeOf(row, now) is not { } type) continue;
                        foreach (var endpoint in looking)
                            if (row.Seq > cursors[(endpoint.Name, p)] && endpoint.Wants(type, row.WorkspaceSeq))
                                added += Insert(endpoint.Name, row, type, "DO NOTHING");
                    }
                    foreach (var endpoint in looking.Where(e => cursors[(e.Name, p)] < rows[^1].Seq)) Advance(endpoint.Name, p, rows[^1].Seq);
                });
                foreach (var endpoint in looking)
                {
                    cursors[(endpoint.Name, p)] = Math.Max(cursors[(endpoint.Name, p)], rows[^1].Seq);
                    room[endpoint.Name] = AheadMax - Waiting(endpoint.Name);
                }
                found += added;
            }
        }
        return found;
    }

    /// <summary>Null where the outside is not told of such an event. What can't be read is set aside, and the others go on.</summary>
    private string? TypeOf(JournalRow row, DateTimeOffset now)
    {
        try { return WebhookFacts.Of(EventCodec.Decode(row.Kind, row.Version, row.Payload))?.Type; }
        catch (Exception e) when (SetAsides.MayBeOf(e))
        {
            SetAsides.Note(store, row.Party, SetAsides.Webhooks, $"{row.Partition}/{row.Seq}", e, now);
            return null;
        }
    }

    /// <summary>
    /// Tells an endpoint of the events of a span again, of those that it wants now, whether it was told of them before or not; under the ids
    /// that they had or would have had.
    /// </summary>
    /// <returns>How many will be told of.</returns>
    public int Replay(WebhookEndpoint endpoint, DateTimeOffset from, DateTimeOffset before)
    {
        door.Look();
        var (heads, count) = (store.Heads(), 0);
        for (var p = 0; p < Partition.Count; p++)
        {
            if (heads[p].Seq == 0) continue;
            var seq = Before(p, heads[p].Seq, row => row.RecordedAt < from.ToUnixTimeMilliseconds());
            foreach (var part in store.Journal(p, seq + 1).Select(r => r.Row).TakeWhile(r => r.RecordedAt < before.ToUnixTimeMilliseconds()).Chunk(PartSize))
            {
                var added = 0;
                store.Atomically(() =>
                {
                    added = 0;
                    foreach (var row in part)
                        if (TypeOf(row, door.Clock) is { } type && endpoint.WantsNow(type)) added += Insert(endpoint.Name, row, type, $"DO UPDATE SET {Anew}");
                });
                count += added;
            }
        }
        return count;
    }

    /// <summary>Tells of one event again; null endpoint: all that were told of it.</summary>
    public int Replay(string id, string? endpoint)
    {
        var count = 0;
        store.Atomically(() =>
        {
            var s = store.Statement($"UPDATE webhook SET {Anew} AND id = ?"
                + (endpoint is null ? "" : " AND endpoint = ?")).Bind(id);
            if (endpoint is not null) s.Bind(endpoint);
            count = s.Run();
        });
        return count;
    }

    // What is under way just now is not touched: its answer comes.
    private const string Anew =
        "status = 0, not_before = 0, tries = 0, first_tried_at = NULL, holds = 0, detail = '' WHERE webhook.status <> 1";

    private int Insert(string endpoint, JournalRow row, string type, string otherwise) => store.Statement(
        "INSERT INTO webhook(endpoint, place, id, type, party, account, recorded_at, status, not_before, tries, holds, detail) "
        + $"VALUES(?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, '') ON CONFLICT(endpoint, place) {otherwise}")
        .Bind(endpoint).Bind(Store.RowId(row.Partition, row.Seq)).Bind(IdOf(row)).Bind(type).Bind(row.Party).Bind(row.Account).Bind(row.RecordedAt).Run();

    /// <summary>
    /// The id of a call follows from the event and all before it, and from the workspace; so it is the same for ever, and no other event has
    /// it, in a backup that went another way neither.
    /// </summary>
    private string IdOf(JournalRow row) =>
        "evt_" + CardNumber.KeyOf(SHA256.HashData([.. Encoding.UTF8.GetBytes(store.WorkspaceId), .. row.Hash]).AsSpan(0, 16));

    /// <summary>The last row of a partition for which something is so that is so for all before it; 0: none.</summary>
    private long Before(int partition, long last, Func<JournalRow, bool> isSo)
    {
        long low = 0, high = last;
        while (low < high)
        {
            var middle = low + (high - low + 1) / 2;
            if (store.JournalAt(partition, middle) is { } row && isSo(row)) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    private Dictionary<(string Endpoint, int Partition), long> Cursors()
    {
        var cursors = new Dictionary<(string, int), long>();
        var s = store.Statement("SELECT endpoint, partition, seq FROM webhook_cursor");
        while (s.Step()) cursors[(s.Text(0), s.Int(1))] = s.Long(2);
        return cursors;
    }

    private void Advance(string endpoint, int partition, long seq) => store.Statement("INSERT INTO webhook_cursor(endpoint, partition, seq) VALUES(?, ?, ?) "
        + "ON CONFLICT(endpoint, partition) DO UPDATE SET seq = excluded.seq").Bind(endpoint).Bind((long)partition).Bind(seq).Run();

    private long Waiting(string endpoint)
    {
        var s = store.Statement("SELECT count(*) FROM webhook WHERE endpoint = ? AND status = 0").Bind(endpoint);
        s.Step();
        var count = s.Long(0);
        s.Reset();
        return count;
    }
}
