using Recoup.Core.Foundation;
using Recoup.Storage.Journal;
using Recoup.Storage.Postgres;

namespace Recoup.Storage.Work;

/// <summary>What a move did.</summary>
/// <param name="Rows">Of all other tables than the journal.</param>
/// <param name="Keys">Of people.</param>
/// <param name="Verified">The audit of what arrived; its chains end in the same hashes as those that left.</param>
public sealed record MoveReport(long Events, long Rows, long Keys, AuditReport Verified);

/// <summary>A workspace's way from a data folder into PostgreSQL: every hash is computed on the way, and what arrived is audited whole.</summary>
public static class Moving
{
    private const int PartSize = 8192;

    /// <summary>A folder whose workspace is elsewhere now; nobody is to go on in it by mistake.</summary>
    internal const string MovedTo = "moved_to";

    /// <param name="from">A workspace in a folder; nobody else writes to it meanwhile.</param>
    /// <param name="to">An empty workspace in PostgreSQL.</param>
    /// <param name="progress">Events moved, and how many there are.</param>
    /// <exception cref="StoreException">The target holds something, the source is damaged or stale, or both are of one kind.</exception>
    public static MoveReport ToPostgres(Store from, Store to, Action<long, long>? progress = null)
    {
        if (to.Database is not PostgresDatabase target || from.Database is PostgresDatabase)
            throw new StoreException("a workspace is moved from a folder into PostgreSQL: name the folder with --data and the database with --to.");
        from.RefuseStale();
        from.Begin();
        long rows = 0, events;
        IReadOnlyList<KeyValuePair<string, byte[]>> keys;
        try
        {
            to.Begin();
            try
            {
                target.LockAll();
                if (to.Heads().Any(h => h.Seq > 0)) throw new StoreException($"the database {to.Place} holds a workspace already; name an empty one.");
                events = Journal(from, to, progress);
                // Before the rows that need them, as ever: a key too many harms nobody.
                keys = [.. from.Vault.All()];
                foreach (var part in keys.Chunk(PartSize)) to.Vault.Take(part);
                foreach (var (table, columns) in TableShapes.Tables) rows += Copy(from, target, table, columns);
                Access(from, to);
                to.Commit();
            }
            catch
            {
                to.Rollback();
                throw;
            }
            var verified = Audit.Verify(to, []);
            if (!Ends(from).SequenceEqual(Ends(to)))
                throw new StoreException("the chains that arrived end otherwise than those that left; nothing of the folder was changed. Make the database "
                    + "anew and try again.");
            if (verified.Ok) from.SetMeta(MovedTo, to.Place.ToString());
            from.Commit();
            return new MoveReport(events, rows, keys.Count, verified);
        }
        catch
        {
            from.Rollback();
            throw;
        }
    }

    /// <summary>Who looked and took away: in a transaction of its own, so that it may be there already from a move that did not end.</summary>
    private static void Access(Store from, Store to)
    {
        var there = to.Access.Last;
        if (there is not null && from.Access.At(there.Seq)?.Hash.AsSpan().SequenceEqual(there.Hash) != true)
            throw new StoreException("the database holds another chain of access already; name an empty one.");
        to.Access.Fill(from.Access, there?.Seq ?? 0);
    }

    private static IEnumerable<string> Ends(Store store) =>
        store.Heads().Select(h => $"{h.Partition}/{h.Seq}/{Convert.ToHexStringLower(h.Hash)}/{h.RecordedAt}/{h.RecordedOn:O}");

    private static long Journal(Store from, Store to, Action<long, long>? progress)
    {
        var heads = from.Heads();
        long moved = 0, all = heads.Sum(h => h.Seq);
        for (var p = 0; p < Partition.Count; p++)
        {
            var before = Chain.Root;
            long seq = 0;
            foreach (var part in from.Journal(p).Chunk(PartSize))
            {
                foreach (var (_, row) in part)
                {
                    if (row.Partition != p || row.Seq != ++seq || !Chain.Hash(before, row).AsSpan().SequenceEqual(row.Hash))
                        throw new StoreException($"event {seq} of partition {p} does not have the hash that its columns make; nothing was moved. `recoup "
                            + "audit verify` tells more.");
                    before = row.Hash;
                }
                to.Database.Append([.. part.Select(r => r.Row)]);
                progress?.Invoke(moved += part.Length, all);
            }
            if (heads[p].Seq != seq || !heads[p].Hash.AsSpan().SequenceEqual(before))
                throw new StoreException($"partition {p} should end with event {heads[p].Seq}; it ends with {seq}. Nothing was moved. `recoup audit verify` "
                    + "tells more.");
        }
        to.Database.Write(new Changes([.. heads.Where(h => h.Seq > 0)], [], [], [], null));
        return moved;
    }

    private static long Copy(Store from, PostgresDatabase target, string table, string[] columns)
    {
        var names = columns.Select(c => c.Split(' ')[0]).ToList();
        // Numbered by the database itself.
        if (table == "cell_pending") names.Remove("id");
        var blobs = columns.Where(c => c.Contains(" blob", StringComparison.Ordinal)).Select(c => c.Split(' ')[0]).ToHashSet(StringComparer.Ordinal);
        var texts = columns.Where(c => c.Contains(" text", StringComparison.Ordinal)).Select(c => c.Split(' ')[0]).ToHashSet(StringComparer.Ordinal);
        // What the target has of its own, such as the version of its states, gives way to what comes.
        target.Exec($"DELETE FROM {table}");
        using var s = from.Own($"SELECT {string.Join(", ", names)} FROM {table}");
        return target.Import(table, names, Rows());

        IEnumerable<object?[]> Rows()
        {
            while (s.Step())
                yield return [.. names.Select((name, c) => s.IsNull(c) ? (object?)null : blobs.Contains(name) ? s.Blob(c).ToArray() : texts.Contains(name)
                    ? s.Text(c) : s.Long(c))];
        }
    }
}
