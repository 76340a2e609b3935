using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Storage;
using Recoup.Storage.Postgres;
using Recoup.Storage.Sqlite;

namespace Recoup.Bench;

/// <summary>What bounds an import, and an audit: the same journal rows, written and read by the same libraries with nothing else done.</summary>
internal static class BareWriting
{
    /// <summary>About as many as a transaction of an import has events.</summary>
    private const int PartSize = 5 * 1024;

    /// <summary>The events that the imports made. A run's are of no import.</summary>
    private static IEnumerable<(long Id, JournalRow Row)[]> Imported(Store store) =>
        Enumerable.Range(0, Partition.PartyCount).SelectMany(p => store.Journal(p)).Where(r => r.Row.Kind != "decided").Chunk(PartSize);

    /// <summary>Binary COPY into a table with a primary key, in the same batches.</summary>
    public static (long Rows, double Seconds) Copy(Ground ground)
    {
        ground.Store.Exec("CREATE TABLE bare(id BIGINT PRIMARY KEY, partition BIGINT, seq BIGINT, prior BIGINT, party TEXT, account TEXT, kind TEXT, version "
            + "BIGINT, effective_on TEXT, recorded_on TEXT, recorded_at BIGINT, actor TEXT, cause TEXT, workspace_seq BIGINT, payload BYTEA, hash BYTEA)");
        var target = (PostgresDatabase)ground.Store.Database;
        string[] columns = ["id", "partition", "seq", "prior", "party", "account", "kind", "version", "effective_on", "recorded_on", "recorded_at", "actor",
            "cause", "workspace_seq", "payload", "hash"];
        var (count, seconds) = (0L, 0.0);
        foreach (var part in Imported(ground.Store))
        {
            var rows = part.Select(r => new object?[] { r.Id, (long)r.Row.Partition, r.Row.Seq, r.Row.Prior, r.Row.Party, r.Row.Account,
                r.Row.Kind, (long)r.Row.Version, Store.Day(r.Row.EffectiveOn), Store.Day(r.Row.RecordedOn), r.Row.RecordedAt, r.Row.Actor, r.Row.Cause,
                r.Row.WorkspaceSeq, r.Row.Payload, r.Row.Hash }).ToList();
            seconds += Sections.Time(() => target.Import("bare", columns, rows));
            count += rows.Count;
            Progress.Now(() => $"bare COPY: {count:N0} rows");
        }
        ground.Store.Exec("DROP TABLE bare");
        return (count, seconds);
    }

    /// <summary>Prepared inserts into an empty table of a database of its own, as durable, in the same batches.</summary>
    public static (long Rows, double Seconds) Inserts(Ground ground)
    {
        var path = Path.Combine(ground.Folder, "bare.db");
        var (count, seconds) = (0L, 0.0);
        using (var db = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            db.Open();
            void Exec(string sql) { using var command = db.CreateCommand(); command.CommandText = sql; command.ExecuteNonQuery(); }
            Exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=16384; "
                + "CREATE TABLE journal(id INTEGER PRIMARY KEY, partition INTEGER, seq INTEGER, prior INTEGER, party TEXT, account TEXT, kind TEXT, version "
                + "INTEGER, effective_on TEXT, recorded_on TEXT, recorded_at INTEGER, actor TEXT, cause TEXT, workspace_seq INTEGER, payload BLOB, hash BLOB)");
            using var insert = new SqliteStatement(db, "INSERT INTO journal VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
            foreach (var part in Imported(ground.Store))
            {
                count += part.Length;
                Progress.Now(() => $"bare inserts: {count:N0} rows");
                seconds += Sections.Time(() =>
                {
                    Exec("BEGIN IMMEDIATE");
                    foreach (var (id, row) in part)
                        insert.Bind(id).Bind(row.Partition).Bind(row.Seq).Bind(row.Prior).Bind(row.Party).Bind(row.Account).Bind(row.Kind).Bind(row.Version)
                            .Bind(Store.Day(row.EffectiveOn)).Bind(Store.Day(row.RecordedOn))
                            .Bind(row.RecordedAt).Bind(row.Actor).Bind(row.Cause).Bind(row.WorkspaceSeq)
                            .Bind(row.Payload.AsSpan()).Bind(row.Hash.AsSpan()).Run();
                    Exec("COMMIT");
                });
            }
        }
        foreach (var file in Directory.EnumerateFiles(ground.Folder, "bare.db*")) File.Delete(file);
        return (count, seconds);
    }

    /// <summary>Every row of the journal read, and its payload hashed, on all processors: nothing is folded and nothing compared.</summary>
    public static void ReadAndHash(Ground ground)
    {
        var next = -1;
        Parallel.For(0, Environment.ProcessorCount, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, _ =>
        {
            using var store = Store.Open(ground.Place, create: false);
            var hash = new byte[SHA256.HashSizeInBytes];
            for (var p = Interlocked.Increment(ref next); p < Partition.Count; p = Interlocked.Increment(ref next))
                foreach (var (_, row) in store.Journal(p)) SHA256.HashData(row.Payload, hash);
        });
    }
}
