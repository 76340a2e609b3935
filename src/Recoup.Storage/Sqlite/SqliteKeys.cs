using Microsoft.Data.Sqlite;

namespace Recoup.Storage.Sqlite;

/// <summary>The file keys.db of a data folder.</summary>
internal sealed class SqliteKeys : IKeyTable
{
    private readonly SqliteConnection db;
    private readonly SqliteStatement find, insert, delete;

    /// <param name="path">The file; created where there is none.</param>
    public SqliteKeys(string path) : this(path, SqliteFile.Open(path), "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000; PRAGMA "
        + "secure_delete=ON; CREATE TABLE IF NOT EXISTS party_key(party TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;")
    { }

    /// <summary>The keys of a folder that can only be read; a copy without them hides what identifies people.</summary>
    public static IKeyTable ReadOnly(string path) =>
        File.Exists(path) ? new SqliteKeys(path, SqliteFile.OpenReadOnly(path), "PRAGMA busy_timeout=30000; PRAGMA query_only=ON") : new NoKeys();

    private SqliteKeys(string path, SqliteConnection opened, string settings)
    {
        db = opened;
        try
        {
            // Overwrites what it deletes: a destroyed key must not stay behind in a free page.
            Exec(settings);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 26 or 11)
        {
            throw new StoreException($"'{path}' is damaged or no Recoup database ({e.Message}). Restore a backup.", e);
        }
        find = new SqliteStatement(db, "SELECT key FROM party_key WHERE party = ?");
        insert = new SqliteStatement(db, "INSERT OR IGNORE INTO party_key(party, key) VALUES(?, ?)");
        delete = new SqliteStatement(db, "DELETE FROM party_key WHERE party = ?");
    }

    public bool HoldsKeys
    {
        get
        {
            using var command = db.CreateCommand();
            command.CommandText = "SELECT EXISTS(SELECT 1 FROM party_key)";
            return (long)command.ExecuteScalar()! != 0;
        }
    }

    public byte[]? Find(string party)
    {
        if (!find.Bind(party).Step()) return null;
        var key = find.Blob(0).ToArray();
        find.Reset();
        return key;
    }

    public List<KeyValuePair<string, byte[]>> Find(IReadOnlyCollection<string> parties)
    {
        var found = new List<KeyValuePair<string, byte[]>>();
        foreach (var party in parties)
            if (Find(party) is { } key) found.Add(new(party, key));
        return found;
    }

    public int Insert(IReadOnlyCollection<KeyValuePair<string, byte[]>> keys)
    {
        Exec("BEGIN IMMEDIATE");
        var count = 0;
        foreach (var (party, key) in keys) count += insert.Bind(party).Bind(key).Run();
        Exec("COMMIT");
        return count;
    }

    public void Delete(IReadOnlyCollection<string> parties)
    {
        foreach (var party in parties) delete.Bind(party).Run();
        Exec("PRAGMA wal_checkpoint(TRUNCATE)");
        Exec("VACUUM");
        Exec("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    public IEnumerable<KeyValuePair<string, byte[]>> All()
    {
        using var all = new SqliteStatement(db, "SELECT party, key FROM party_key ORDER BY party");
        while (all.Step()) yield return new(all.Text(0), all.Blob(1).ToArray());
    }

    private void Exec(string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        find.Dispose();
        insert.Dispose();
        delete.Dispose();
        db.Dispose();
    }

    /// <summary>A folder whose keys were left out.</summary>
    private sealed class NoKeys : IKeyTable
    {
        public bool HoldsKeys => false;

        public byte[]? Find(string party) => null;

        public List<KeyValuePair<string, byte[]>> Find(IReadOnlyCollection<string> parties) => [];

        public int Insert(IReadOnlyCollection<KeyValuePair<string, byte[]>> keys) =>
            throw new StoreException("the data folder can be read only, so no key can be kept.");

        public void Delete(IReadOnlyCollection<string> parties) => throw new StoreException("the data folder can be read only, so no key can be destroyed.");

        public IEnumerable<KeyValuePair<string, byte[]>> All() => [];

        public void Dispose() { }
    }
}
