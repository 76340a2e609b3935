using Microsoft.Data.Sqlite;

namespace Recoup.Storage.Sqlite;

/// <summary>The schema, as numbered steps. A step that was released is never changed; a new one is added.</summary>
internal static class Migrations
{
    /// <summary>Those that SQLite has of its own, and those of both stores.</summary>
    internal static IReadOnlyList<string> Steps { get; } = [.. Own(), .. SchemaSteps.All.Select(step => step.Sqlite)];

    private static string[] Own() =>
    [
        // 1: journal (rowid = partition and sequence, so each partition appends at its own place and needs no index),
        // keys as text (they come nearly in order; hashed they would each touch another page: docs/adr/0001-row-shapes.md),
        // states, outbox, cells.
        """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE head(partition INTEGER PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL, recorded_at INTEGER NOT NULL, recorded_on TEXT NOT NULL);
        CREATE TABLE journal(
          id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, seq INTEGER NOT NULL, prior INTEGER NOT NULL, party TEXT NOT NULL, account TEXT NOT NULL,
          kind TEXT NOT NULL, version INTEGER NOT NULL, effective_on TEXT NOT NULL, recorded_on TEXT NOT NULL, recorded_at INTEGER NOT NULL,
          actor TEXT NOT NULL, cause TEXT NOT NULL, workspace_seq INTEGER NOT NULL, payload BLOB NOT NULL, hash BLOB NOT NULL);
        CREATE TABLE key(key TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE account(account TEXT PRIMARY KEY, party TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE party(pid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, next_review_on INTEGER, state BLOB NOT NULL);
        CREATE INDEX party_review ON party(next_review_on, pid) WHERE next_review_on IS NOT NULL;
        CREATE TABLE item(pid INTEGER NOT NULL, account TEXT NOT NULL, number TEXT NOT NULL, open INTEGER NOT NULL, due INTEGER NOT NULL, currency TEXT NOT NULL, state BLOB NOT NULL,
          PRIMARY KEY(pid, account, number)) WITHOUT ROWID;
        CREATE INDEX item_open ON item(pid, due) WHERE open = 1;
        CREATE TABLE cash(pid INTEGER NOT NULL, key TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY(pid, key)) WITHOUT ROWID;
        CREATE TABLE message(id TEXT PRIMARY KEY, pid INTEGER NOT NULL, status INTEGER NOT NULL, not_before INTEGER NOT NULL, state BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX message_open ON message(status, not_before) WHERE status IN (0, 1, 4);
        CREATE TABLE work(id TEXT PRIMARY KEY, pid INTEGER NOT NULL, open INTEGER NOT NULL, owner TEXT NOT NULL, priority REAL NOT NULL, state BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX work_open ON work(owner, priority) WHERE open = 1;
        CREATE TABLE cell_pending(id INTEGER PRIMARY KEY, deltas BLOB NOT NULL);
        CREATE TABLE cell(measure INTEGER NOT NULL, day INTEGER NOT NULL, ref_day INTEGER NOT NULL, portfolio TEXT NOT NULL, segment TEXT NOT NULL, currency TEXT NOT NULL,
          minor INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(measure, day, ref_day, portfolio, segment, currency)) WITHOUT ROWID;
        CREATE TABLE stock(measure INTEGER NOT NULL, month_end INTEGER NOT NULL, ref_day INTEGER NOT NULL, portfolio TEXT NOT NULL, segment TEXT NOT NULL, currency TEXT NOT NULL,
          minor INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(measure, month_end, ref_day, portfolio, segment, currency)) WITHOUT ROWID;
        CREATE TABLE erasure(party TEXT PRIMARY KEY, done INTEGER NOT NULL) WITHOUT ROWID;
        """,
        // 2: what the pages list, in the order in which they list it: open items by due day, items by number, messages by
        // time and status, work by priority.
        """
        CREATE INDEX item_due ON item(due) WHERE open = 1;
        CREATE INDEX item_number ON item(number);
        DROP INDEX message_open;
        CREATE INDEX message_status ON message(status, not_before);
        CREATE INDEX message_time ON message(not_before);
        DROP INDEX work_open;
        CREATE INDEX work_best ON work(priority DESC, id) WHERE open = 1;
        CREATE INDEX work_owner ON work(owner, priority DESC, id) WHERE open = 1;
        """,
        // 3: who may use the API. Of a key only its hash is kept.
        """
        CREATE TABLE api_key(id TEXT PRIMARY KEY, name TEXT NOT NULL, may TEXT NOT NULL, hash BLOB NOT NULL, created_at INTEGER NOT NULL, revoked_at INTEGER) WITHOUT ROWID;
        """,
        // 4: whose work failed and was left out, until it goes through.
        """
        CREATE TABLE set_aside(party TEXT NOT NULL, work TEXT NOT NULL, subject TEXT NOT NULL, cause TEXT NOT NULL, trace TEXT NOT NULL,
          since INTEGER NOT NULL, tried_at INTEGER NOT NULL, times INTEGER NOT NULL, PRIMARY KEY(party, work, subject)) WITHOUT ROWID;
        """,
        // 5: keys of the API are events; those that were made before wait to be recorded.
        """
        INSERT INTO meta(name, value) SELECT 'api_keys_to_record', '{' || group_concat('"' || id || '":""') || '}' FROM api_key HAVING count(*) > 0;
        """,
        // 6: which parties became part of which others.
        """
        CREATE TABLE joined_party(party TEXT PRIMARY KEY, into_party TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX joined_party_into ON joined_party(into_party);
        """,
    ];

    public static int Latest => Steps.Count;

    /// <summary>A file in which nothing was ever made.</summary>
    public static bool IsEmpty(SqliteConnection db) =>
        (long)Scalar(db, null, "PRAGMA user_version")! == 0 && (long)Scalar(db, null, "SELECT count(*) FROM sqlite_schema")! == 0;

    public static long VersionOf(SqliteConnection db) => (long)Scalar(db, null, "PRAGMA user_version")!;

    /// <summary>Brings the schema up to date, each step in its own transaction. Throws where the file is newer than the program.</summary>
    public static void Apply(SqliteConnection db)
    {
        while (true)
        {
            // Asked without the lock first: who only reads need not wait for who writes.
            if ((long)Scalar(db, null, "PRAGMA user_version")! == Steps.Count) return;
            using var tx = db.BeginTransaction(deferred: false);
            var version = (long)Scalar(db, tx, "PRAGMA user_version")!;
            if (version > Steps.Count)
                throw new StoreException($"this data folder was written by a newer Recoup (schema {version}; this program knows {Steps.Count}). "
                    + "Use that version, or restore a backup.");
            if (version == Steps.Count) return;
            Scalar(db, tx, Steps[(int)version]);
            Scalar(db, tx, $"PRAGMA user_version = {version + 1}");
            tx.Commit();
        }
    }

    /// <summary>Tables, indexes, triggers and views that no step made, or that are otherwise than it made them.</summary>
    public static IReadOnlyList<string> ForeignParts(SqliteConnection db)
    {
        using var right = new SqliteConnection("Data Source=:memory:;Pooling=False");
        right.Open();
        foreach (var step in Steps) Scalar(right, null, step);
        var (found, wanted) = (Parts(db), Parts(right));
        return
        [
            .. found.Where(f => !wanted.ContainsKey(f.Key)).Select(f => $"{f.Key}, which Recoup never made"),
            .. wanted.Where(w => !found.ContainsKey(w.Key)).Select(w => $"no {w.Key}, which Recoup made"),
            .. wanted.Where(w => found.TryGetValue(w.Key, out var sql) && sql != w.Value).Select(w => $"{w.Key} otherwise than Recoup made it"),
        ];
    }

    /// <summary>What the first steps make: kind and name of each.</summary>
    internal static IReadOnlyCollection<string> MadeThrough(int step)
    {
        using var right = new SqliteConnection("Data Source=:memory:;Pooling=False");
        right.Open();
        foreach (var sql in Steps.Take(step)) Scalar(right, null, sql);
        return Parts(right).Keys;
    }

    /// <summary>By kind and name, the text by which each was made.</summary>
    private static SortedDictionary<string, string> Parts(SqliteConnection db)
    {
        using var command = db.CreateCommand();
        command.CommandText = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'";
        using var rows = command.ExecuteReader();
        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (rows.Read()) parts[rows.GetString(0)] = rows.GetString(1);
        return parts;
    }

    private static object? Scalar(SqliteConnection db, SqliteTransaction? tx, string sql)
    {
        using var command = db.CreateCommand();
        command.Transaction = tx;
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
