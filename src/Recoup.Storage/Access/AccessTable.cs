using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using Recoup.Storage.Postgres;
using Recoup.Storage.Sqlite;

namespace Recoup.Storage.Access;

/// <summary>
/// Where the chain of access lies, apart from the journal: whoever imports holds the journal's file or chains for as long as a part
/// takes, and nobody who looks at a page waits for that.
/// </summary>
internal abstract class AccessTable : IDisposable
{
    /// <summary>Rows of one statement: seven parameters each.</summary>
    private const int RowsAStatement = 100;

    public static AccessTable Of(StorePlace place, bool readOnly) =>
        place.Connection is { } connection ? new InPostgres(connection) : new InFile(Path.Combine(place.Folder, "access.db"), readOnly);

    /// <summary>The table's name.</summary>
    protected abstract string Table { get; }

    /// <summary>A connection for one use; null: there is no table yet, and none is to be made.</summary>
    protected abstract T Use<T>(bool make, Func<DbConnection, T> work, T none);

    /// <summary>Waits until nobody else appends; until the transaction's end.</summary>
    protected abstract void Lock(DbConnection db);

    /// <summary>Appends in one transaction. Returns the last entry.</summary>
    public AccessEntry Append(IReadOnlyList<AccessNote> notes) => Use(make: true, db =>
    {
        using var transaction = db.BeginTransaction();
        Lock(db);
        var last = Last(db);
        var (seq, hash) = (last?.Seq ?? 0, last?.Hash ?? AccessEntry.Root);
        AccessEntry? entry = null;
        foreach (var part in notes.Chunk(RowsAStatement))
        {
            var entries = new List<AccessEntry>(part.Length);
            foreach (var note in part)
            {
                // To the millisecond, as it is kept.
                var tidied = note.Tidied() with { At = DateTimeOffset.FromUnixTimeMilliseconds(note.At.ToUnixTimeMilliseconds()) };
                entries.Add(entry = AccessEntry.After(seq, hash, tidied));
                (seq, hash) = (entry.Seq, entry.Hash);
            }
            Insert(db, entries);
        }
        transaction.Commit();
        return entry;
    }, null) ?? throw new ArgumentException("nothing was to be appended", nameof(notes));

    /// <summary>Puts entries of another table here as they are.</summary>
    /// <param name="after">The last that is here; 0: there is none.</param>
    public void Fill(IEnumerable<AccessEntry> entries, long after) => Use(make: true, db =>
    {
        using var transaction = db.BeginTransaction();
        Lock(db);
        if ((Last(db)?.Seq ?? 0) != after) throw new StoreException("somebody adds to the chain of access meanwhile; nothing of it was changed.");
        foreach (var part in entries.Chunk(RowsAStatement)) Insert(db, part);
        transaction.Commit();
        return 0;
    }, 0);

    public AccessEntry? Last() => Use(make: false, Last, null);

    public AccessEntry? At(long seq) => Use(make: false, db => Read(db, "WHERE seq = @a", [seq], 1).FirstOrDefault(), null);

    /// <summary>The newest first.</summary>
    /// <param name="before">Only older ones; null: from the newest.</param>
    public IReadOnlyList<AccessEntry> List(AccessFilter filter, long? before, int limit)
    {
        var (terms, values) = (new List<string>(), new List<object>());
        Add("actor =", filter.Actor);
        Add("kind =", filter.Kind);
        Add("subject =", filter.Subject);
        Add("at >=", filter.From?.ToUnixTimeMilliseconds());
        Add("at <", filter.Until?.ToUnixTimeMilliseconds());
        Add("seq <", before);
        return Use(make: false, db => Read(db, terms.Count == 0 ? "" : "WHERE " + string.Join(" AND ", terms), values, limit, newestFirst: true), []);

        void Add(string term, object? value)
        {
            if (value is null) return;
            terms.Add($"{term} @{(char)('a' + values.Count)}");
            values.Add(value);
        }
    }

    /// <summary>In the order of the chain, after an entry.</summary>
    public IReadOnlyList<AccessEntry> After(long seq, int limit) => Use(make: false, db => Read(db, "WHERE seq > @a", [seq], limit), []);

    private AccessEntry? Last(DbConnection db) => Read(db, "", [], 1, newestFirst: true).FirstOrDefault();

    private List<AccessEntry> Read(DbConnection db, string where, IReadOnlyList<object> values, int limit, bool newestFirst = false)
    {
        using var command = db.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture,
            $"SELECT seq, at, actor, way, kind, subject, detail, hash FROM {Table} {where} ORDER BY seq {(newestFirst ? "DESC" : "ASC")} LIMIT {limit}");
        for (var i = 0; i < values.Count; i++) Bind(command, $"@{(char)('a' + i)}", values[i]);
        using var rows = command.ExecuteReader();
        var read = new List<AccessEntry>();
        while (rows.Read())
            read.Add(new AccessEntry(rows.GetInt64(0), new AccessNote(DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(1)), rows.GetString(2),
                rows.GetString(3), rows.GetString(4), rows.GetString(5), rows.GetString(6)), rows.GetFieldValue<byte[]>(7)));
        return read;
    }

    private void Insert(DbConnection db, IReadOnlyList<AccessEntry> entries)
    {
        using var command = db.CreateCommand();
        var sql = new StringBuilder($"INSERT INTO {Table}(seq, at, actor, way, kind, subject, detail, hash) VALUES");
        for (var i = 0; i < entries.Count; i++)
        {
            var (entry, note) = (entries[i], entries[i].Note);
            sql.Append(i == 0 ? "(" : ", (");
            object[] fields =
                [entry.Seq, note.At.ToUnixTimeMilliseconds(), note.Actor, note.Way, note.Kind, note.Subject, note.Detail, entry.Hash];
            for (var f = 0; f < fields.Length; f++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"@{(char)('a' + f)}{i}");
                sql.Append(f == 0 ? "" : ", ").Append(name);
                Bind(command, name, fields[f]);
            }
            sql.Append(')');
        }
        command.CommandText = sql.ToString();
        command.ExecuteNonQuery();
    }

    private static void Bind(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }

    public virtual void Dispose() { }

    /// <summary>The file access.db of a data folder.</summary>
    private sealed class InFile(string path, bool readOnly) : AccessTable
    {
        private SqliteConnection? db;

        protected override string Table => "access";

        protected override T Use<T>(bool make, Func<DbConnection, T> work, T none)
        {
            try
            {
                if (db is null)
                {
                    if (!File.Exists(path) && (!make || readOnly)) return none;
                    db = Open();
                }
                return work(db);
            }
            catch (SqliteException e) when (e.SqliteErrorCode is 26 or 11 or 1)
            {
                throw new StoreException($"'{path}' is damaged or no chain of access ({e.Message}). Restore a backup.", e);
            }
            catch (SqliteException e) when (e.SqliteErrorCode is not (5 or 6 or 13))
            {
                throw new StoreException($"'{path}' can't be used: {e.Message}", e);
            }
        }

        private SqliteConnection Open()
        {
            var opened = readOnly ? SqliteFile.OpenReadOnly(path) : SqliteFile.Open(path);
            try
            {
                using var command = opened.CreateCommand();
                command.CommandText = readOnly ? "PRAGMA busy_timeout=30000; PRAGMA query_only=ON" : """
                    PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000;
                    CREATE TABLE IF NOT EXISTS access(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, way TEXT NOT NULL,
                      kind TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, hash BLOB NOT NULL);
                    CREATE INDEX IF NOT EXISTS access_subject ON access(subject, seq);
                    CREATE INDEX IF NOT EXISTS access_actor ON access(actor, seq);
                    """;
                command.ExecuteNonQuery();
                return opened;
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        }

        /// <summary>A transaction of SQLite's has the file to itself from its beginning.</summary>
        protected override void Lock(DbConnection db) { }

        public override void Dispose() => db?.Dispose();
    }

    /// <summary>A table in a schema of its own. Whoever uses it may add to it and read it; only its owner could change it.</summary>
    private sealed class InPostgres : AccessTable
    {
        private readonly string connection, schema;
        private bool isThere;

        public InPostgres(string connection)
        {
            this.connection = connection;
            var name = PostgresPlace.Settings(connection).SearchPath?.Split(',')[0].Trim() is { Length: > 0 } path ? path + "_access" : "recoup_access";
            schema = PostgresMigrations.Quoted(name);
        }

        protected override string Table => $"{schema}.access";

        protected override T Use<T>(bool make, Func<DbConnection, T> work, T none)
        {
            try
            {
                return PostgresPlace.At(connection, db =>
                {
                    using (db)
                    {
                        if (!isThere && !(isThere = IsThere(db)))
                        {
                            if (!make) return none;
                            Make(db);
                            isThere = true;
                        }
                        return work(db);
                    }
                });
            }
            catch (Exception e) when (Trouble.Of(e) is not null) { throw Trouble.Of(e)!; }
        }

        private bool IsThere(NpgsqlConnection db)
        {
            using var command = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", db);
            command.Parameters.Add(new NpgsqlParameter { Value = Table });
            return (bool)command.ExecuteScalar()!;
        }

        private void Make(NpgsqlConnection db)
        {
            using var transaction = db.BeginTransaction();
            Lock(db);
            using var make = new NpgsqlCommand($"""
                CREATE SCHEMA IF NOT EXISTS {schema};
                CREATE TABLE IF NOT EXISTS {Table}(seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT COLLATE "C" NOT NULL, way TEXT NOT NULL,
                  kind TEXT NOT NULL, subject TEXT COLLATE "C" NOT NULL, detail TEXT NOT NULL, hash BYTEA NOT NULL);
                CREATE INDEX IF NOT EXISTS access_subject ON {Table}(subject, seq);
                CREATE INDEX IF NOT EXISTS access_actor ON {Table}(actor, seq);
                DO $$ DECLARE given record; BEGIN
                  FOR given IN SELECT DISTINCT a.grantee::regrole AS role FROM pg_class c, aclexplode(c.relacl) AS a
                    WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relname = 'journal'
                      AND a.privilege_type = 'INSERT' AND a.grantee <> 0 AND a.grantee <> c.relowner
                  LOOP EXECUTE format('GRANT USAGE ON SCHEMA {schema} TO %1$s; GRANT SELECT, INSERT ON {Table} TO %1$s', given.role); END LOOP;
                END $$;
                """, db);
            make.ExecuteNonQuery();
            transaction.Commit();
        }

        protected override void Lock(DbConnection db)
        {
            using var command = db.CreateCommand();
            command.CommandText = $"SELECT pg_advisory_xact_lock(24257, hashtext('{Table.Replace("'", "''", StringComparison.Ordinal)}'))";
            command.ExecuteNonQuery();
        }

        public override void Prepare() => Use(make: true, static _ => 0, 0);

        public override void GiveTo(string role) => Use(make: true, db =>
        {
            using var give = db.CreateCommand();
            var name = PostgresMigrations.Quoted(role);
            give.CommandText = $"GRANT USAGE ON SCHEMA {schema} TO {name}; GRANT SELECT, INSERT ON {Table} TO {name}";
            return give.ExecuteNonQuery();
        }, 0);
    }

    /// <summary>Lets a PostgreSQL role read and add, and nothing more; a file needs no such thing.</summary>
    public virtual void GiveTo(string role) { }

    /// <summary>Makes the table where there is none, and lets those roles use it that may add to the journal; a file is made when it is first used.</summary>
    public virtual void Prepare() { }
}
