
namespace Recoup.Storage.Work;

/// <summary>Several readers of one journal, each with a connection of its own, that all see the same state of it.</summary>
internal sealed class Snapshot : IDisposable
{
    // Opening a further reader costs as much as folding some thousand events.
    private const long EventsAReaderMin = 20_000;

    // Each reader holds a partition folded from zero.
    private const int ReadersMax = 8;

    private readonly Store? reading;
    private readonly List<Store> opened = [];

    private Snapshot(Store? reading, IReadOnlyList<Store> readers)
    {
        this.reading = reading;
        Readers = readers;
    }

    public IReadOnlyList<Store> Readers { get; private set; }

    /// <summary>The store and further ones, in reading transactions that began at the same state.</summary>
    public static Snapshot OfAll(Store store, int? wanted)
    {
        var count = Count(store, wanted);
        var snapshot = new Snapshot(store, [store]);
        try
        {
            for (var i = 1; i < count; i++) snapshot.opened.Add(Reader(store));
            snapshot.Readers = [store, .. snapshot.opened];
            while (true)
            {
                store.BeginRead();
                if (snapshot.opened.Count == 0) return snapshot;
                if (store.Database.ExportSnapshot() is { } seen)
                {
                    foreach (var reader in snapshot.opened) reader.Database.BeginRead(seen);
                    return snapshot;
                }
                foreach (var reader in snapshot.opened) reader.BeginRead();
                var ends = Ends(store);
                if (snapshot.opened.TrueForAll(reader => Ends(reader) == ends)) return snapshot;
                // Somebody committed in between: all begin anew. Whoever writes needs longer for a commit than this does.
                foreach (var reader in snapshot.Readers) reader.Rollback();
            }
        }
        catch
        {
            snapshot.Dispose();
            throw;
        }
    }

    /// <summary>Readers beside a store that is in a writing transaction, which they do not see; alone it is its own reader.</summary>
    public static Snapshot Beside(Store writing, int? wanted)
    {
        var count = Count(writing, wanted);
        if (count == 1) return new Snapshot(null, [writing]);
        var snapshot = new Snapshot(null, []);
        try
        {
            for (var i = 0; i < count; i++)
            {
                snapshot.opened.Add(Reader(writing));
                snapshot.opened[^1].BeginRead();
            }
            snapshot.Readers = snapshot.opened;
            return snapshot;
        }
        catch
        {
            snapshot.Dispose();
            throw;
        }
    }

    private static Store Reader(Store store)
    {
        var reader = Store.Open(store.Place, create: false);
        reader.Database.ReadsOnce();
        return reader;
    }

    private static int Count(Store store, int? wanted)
    {
        if (store.IsDryRun) return 1;
        if (wanted is { } count) return count;
        var total = 0L;
        var heads = store.Statement("SELECT seq FROM head");
        while (heads.Step())
            if (heads.Class(0) == ValueClass.Integer) total += Math.Clamp(heads.Long(0), 0, EventsAReaderMin * ReadersMax);
        return (int)Math.Clamp(total / EventsAReaderMin, 1, Math.Min(Environment.ProcessorCount, ReadersMax));
    }

    /// <summary>The ends of all chains as they stand, whatever they hold: a damaged one is for the audit to find.</summary>
    private static string Ends(Store store)
    {
        var s = store.Statement("SELECT group_concat(quote(partition) || ':' || quote(seq) || ':' || quote(hash)) FROM (SELECT * FROM head ORDER BY "
            + "partition)");
        s.Step();
        var ends = s.TextOrNull(0) ?? "";
        s.Reset();
        return ends;
    }

    public void Dispose()
    {
        reading?.Rollback();
        foreach (var store in opened)
        {
            store.Rollback();
            store.Dispose();
        }
    }
}
