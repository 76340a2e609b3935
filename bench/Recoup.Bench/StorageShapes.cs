using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Recoup.Storage.Sqlite;

namespace Recoup.Bench;

/// <summary>
/// The bare store, before any rule is laid on it: what one row of each kind costs at N parties, by page size and batch.
/// The figures behind docs/adr/0001-row-shapes.md. Each variant adds one kind of row to the one before, so a
/// difference between two lines is the price of that row.
/// </summary>
internal static class StorageShapes
{
    private sealed record Shape(bool Keys, bool TextKeys, bool Party, bool Item, bool OpenIndex, int PageSize, int Batch);

    public static void Run(int parties)
    {
        Console.WriteLine($"storage shapes, {parties:N0} parties, one event each; then one decision each");
        Console.WriteLine("keys  party item  index page  batch |   insert s   rows/s   ratio |  decide s   rows/s |  file MB  peak MB");
        var bare = new Shape(false, false, false, false, false, 4096, 4096);
        double bareSeconds = 0;
        foreach (var shape in new[]
        {
            bare,
            bare with { Keys = true },
            bare with { Keys = true, TextKeys = true },
            bare with { Keys = true, TextKeys = true, Party = true },
            bare with { Keys = true, TextKeys = true, Party = true, Item = true },
            bare with { Keys = true, TextKeys = true, Party = true, Item = true, OpenIndex = true },
            bare with { Keys = true, TextKeys = true, Party = true, Item = true, OpenIndex = true, PageSize = 8192 },
            bare with { Keys = true, TextKeys = true, Party = true, Item = true, OpenIndex = true, Batch = 1024 },
            bare with { Keys = true, TextKeys = true, Party = true, Item = true, OpenIndex = true, Batch = 16384 },
        })
        {
            var folder = Directory.CreateTempSubdirectory("recoup-shapes-");
            try
            {
                var (insert, decide, bytes) = Measure(Path.Combine(folder.FullName, "s.db"), shape, parties);
                if (shape == bare) bareSeconds = insert;
                var rows = parties * (1 + (shape.Keys ? 1 : 0) + (shape.Party ? 1 : 0) + (shape.Item ? 1 : 0));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{(shape.Keys ? shape.TextKeys ? "text" : "hash" : "-"),-5} {(shape.Party ? "yes" : "-"),-5} {(shape.Item ? "yes" : "-"),-5} "
                    + $"{(shape.OpenIndex ? "yes" : "-"),-5} {shape.PageSize,5} {shape.Batch,5} | {insert,10:F2} "
                    + $"{rows / insert,9:N0} {insert / bareSeconds,6:F2}x | {decide,8:F2} {(decide > 0 ? parties / decide : 0),9:N0} | {bytes / 1e6,8:N0} "
                    + $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6,8:N0}"));
            }
            finally { folder.Delete(recursive: true); }
        }
    }

    private static (double Insert, double Decide, long Bytes) Measure(string path, Shape shape, int parties)
    {
        using var db = new SqliteConnection($"Data Source={path};Pooling=False");
        db.Open();
        Exec(db, $"PRAGMA page_size={shape.PageSize}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA secure_delete=OFF; "
            + $"PRAGMA wal_autocheckpoint={16 * 1024 * 1024 / shape.PageSize * 4}");
        Exec(db, """
            CREATE TABLE journal(id INTEGER PRIMARY KEY, partition INTEGER, seq INTEGER, party TEXT, account TEXT, kind TEXT, version INTEGER,
              effective_on TEXT, recorded_at INTEGER, actor TEXT, cause TEXT, payload BLOB, hash BLOB);
            CREATE TABLE key(hash PRIMARY KEY, content BLOB) WITHOUT ROWID;
            CREATE TABLE party(pid INTEGER PRIMARY KEY, id TEXT UNIQUE, next_review_on INTEGER, state BLOB);
            CREATE TABLE item(pid INTEGER, account TEXT, number TEXT, open INTEGER, due INTEGER, state BLOB, PRIMARY KEY(pid, account, number)) WITHOUT ROWID;
            """);
        if (shape.Party) Exec(db, "CREATE INDEX party_review ON party(next_review_on, pid) WHERE next_review_on IS NOT NULL");
        if (shape.OpenIndex) Exec(db, "CREATE INDEX item_open ON item(pid, due) WHERE open = 1");
        var journal = new SqliteStatement(db, "INSERT INTO journal VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
        var key = new SqliteStatement(db, "INSERT INTO key VALUES(?,?)");
        var party = new SqliteStatement(db, "INSERT INTO party VALUES(?,?,?,?)");
        var item = new SqliteStatement(db, "INSERT INTO item VALUES(?,?,?,?,?,?)");
        var payload = Encoding.UTF8.GetBytes("""{"number":"INV-0000001","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"100.00","currency":"EUR"}""");
        var header = Encoding.UTF8.GetBytes("""
            {"v":1,"accounts":[{"id":"A0000001","portfolio":"EU","kind":"business","country":"DE","tz":"Europe/Berlin","lang":"de",
            """ + """
            "sealed":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}],"ladder":[{"c":"EUR",
            """ + """
            "due":"2026-03-31","m":10000,"n":1}],"review":"2026-03-28"}
            """);
        var state = Encoding.UTF8.GetBytes("""{"issued":"2026-03-01","due":"2026-03-31","cur":"EUR","amount":10000,"moves":[["2026-03-01",10000]]}""");
        var hash = new byte[32];
        var seqs = new long[64];
        var watch = Stopwatch.StartNew();
        for (var from = 0; from < parties; from += shape.Batch)
        {
            using var tx = db.BeginTransaction();
            var to = Math.Min(from + shape.Batch, parties);
            for (var i = from; i < to; i++)
            {
                var partition = i * 31 % 64;
                var seq = ++seqs[partition];
                var id = $"A{i:D7}";
                SHA256.HashData(payload, hash);
                journal.Bind((long)partition << 40 | seq).Bind(partition).Bind(seq).Bind(id).Bind(id).Bind("invoice").Bind(1).Bind("2026-03-01")
                    .Bind(1_772_000_000_000L + i).Bind("import").Bind(id).Bind(payload).Bind(hash).Run();
                if (shape.Keys && shape.TextKeys) key.Bind("invoice:INV-" + id).Bind(hash.AsSpan(0, 16)).Run();
                else if (shape.Keys) key.Bind(SHA256.HashData(Encoding.UTF8.GetBytes("key" + id)).AsSpan(0, 16)).Bind(hash.AsSpan(0, 16)).Run();
                if (shape.Party) party.Bind((long)partition << 40 | seq).Bind(id).Bind(20_000 + i % 30).Bind(header).Run();
                if (shape.Item) item.Bind((long)partition << 40 | seq).Bind(id).Bind("INV-" + id).Bind(1).Bind(20_000 + i % 30).Bind(state).Run();
            }
            tx.Commit();
        }
        var insert = watch.Elapsed.TotalSeconds;

        double decide = 0;
        if (shape.Party)
        {
            var update = new SqliteStatement(db, "UPDATE party SET next_review_on=?, state=? WHERE pid=?");
            using var read = db.CreateCommand();
            read.CommandText = "SELECT pid, id, state FROM party WHERE pid > @from AND pid < @to AND next_review_on <= 30000 LIMIT @n";
            read.Parameters.AddWithValue("@from", 0L); read.Parameters.AddWithValue("@to", 0L); read.Parameters.AddWithValue("@n", shape.Batch);
            watch.Restart();
            for (var p = 0L; p < 64; p++)
            {
                var after = p << 40;
                while (true)
                {
                    using var tx = db.BeginTransaction();
                    read.Transaction = tx;
                    read.Parameters[0].Value = after; read.Parameters[1].Value = (p + 1) << 40;
                    var due = new List<(long, string)>();
                    using (var r = read.ExecuteReader())
                        while (r.Read()) { due.Add((r.GetInt64(0), r.GetString(1))); _ = r.GetFieldValue<byte[]>(2); }
                    foreach (var (pid, id) in due)
                    {
                        var seq = ++seqs[p];
                        journal.Bind(p << 40 | seq).Bind(p).Bind(seq).Bind(id).Bind(id).Bind("decided").Bind(1).Bind("2026-04-01").Bind(1_773_000_000_000L)
                            .Bind("run").Bind("review").Bind(payload).Bind(hash).Run();
                        update.Bind(30_005).Bind(header).Bind(pid).Run();
                        after = pid;
                    }
                    tx.Commit();
                    if (due.Count < shape.Batch) break;
                }
            }
            decide = watch.Elapsed.TotalSeconds;
        }
        Exec(db, "PRAGMA wal_checkpoint(TRUNCATE)");
        return (insert, decide, new FileInfo(path).Length);
    }

    private static void Exec(SqliteConnection db, string sql) { using var c = db.CreateCommand(); c.CommandText = sql; c.ExecuteNonQuery(); }
}
