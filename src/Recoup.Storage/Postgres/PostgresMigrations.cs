using System.Globalization;
using System.Text;
using Npgsql;

namespace Recoup.Storage.Postgres;

/// <summary>
/// The schema on PostgreSQL, as numbered steps. A step that was released is never changed; a new one is added. Whoever comes
/// first takes an advisory lock and applies them; the others wait and find them done.
/// </summary>
/// <remarks>
/// Large tables are split by the partition number, which is the upper bits of the ids: by ranges of the id, so that the
/// primary key is the id itself and each query that names one looks in one place (docs/adr/0008-postgresql.md).
/// </remarks>
internal static class PostgresMigrations
{
    /// <summary>Tables of which every one is split into so many by partition number, the workspace's own beside them.</summary>
    private const int Splits = 8;

    private const int PartitionsASplit = Core.Foundation.Partition.PartyCount / Splits;

    private static readonly string[] Steps = [First()];

    public static int Latest => Steps.Length;

    /// <summary>The lock's name among the database's advisory locks, beside the schema's own hash.</summary>
    private const int LockClass = 0x5EC0;

    /// <summary>
    /// Brings the schema up to date, all missing steps in one transaction. Returns the workspace's state version as it is
    /// kept; null: none yet. Throws where the schema is newer than the program, or is missing and may not be made.
    /// </summary>
    public static void Apply(NpgsqlConnection db, bool create)
    {
        if (Version(db) is { } version && version == Latest) return;
        using var tx = db.BeginTransaction();
        Run(db, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({LockClass}, hashtext(current_schema()))"));
        version = Version(db) ?? 0;
        if (version > Latest)
            throw new StoreException($"this database was written by a newer Recoup (schema {version}; this program knows {Latest}). Use that version, or restore a backup.");
        if (version == 0 && !create) throw new StoreException("there is no Recoup data in this database. Import something first, or name the database with --database.");
        for (var step = (int)version; step < Latest; step++) Run(db, Steps[step]);
        if (version < Latest) Run(db, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM schema_version; INSERT INTO schema_version(version) VALUES({Latest})"));
        tx.Commit();
    }

    private static long? Version(NpgsqlConnection db)
    {
        using var command = new NpgsqlCommand("SELECT to_regclass('schema_version') IS NOT NULL", db);
        if (!(bool)command.ExecuteScalar()!) return null;
        command.CommandText = "SELECT version FROM schema_version";
        return command.ExecuteScalar() as long?;
    }

    private static void Run(NpgsqlConnection db, string sql)
    {
        using var command = new NpgsqlCommand(sql, db);
        command.CommandTimeout = 0;
        command.ExecuteNonQuery();
    }

    /// <summary>
    /// What the application may do, for a role that owns nothing: the journal and the keys taken are added to and read, never
    /// changed or deleted; the rest can be folded anew.
    /// </summary>
    public static string Grants(string role)
    {
        var name = Quoted(role);
        return $"""
            GRANT USAGE ON SCHEMA {SchemaWord} TO {name};
            GRANT SELECT, INSERT ON journal, key TO {name};
            GRANT SELECT ON schema_version TO {name};
            GRANT SELECT, INSERT, UPDATE ON head, erasure, api_key TO {name};
            GRANT SELECT, INSERT, UPDATE, DELETE ON meta, account, party, item, cash, message, work, cell_pending, cell, stock TO {name};
            """;
    }

    private const string SchemaWord = "{schema}";

    /// <summary>Grants what the application needs to a role, and nothing more. To be run by the schema's owner.</summary>
    public static void Grant(NpgsqlConnection db, string role)
    {
        using var schema = new NpgsqlCommand("SELECT quote_ident(current_schema())", db);
        Run(db, Grants(role).Replace(SchemaWord, (string)schema.ExecuteScalar()!, StringComparison.Ordinal));
    }

    internal static string Quoted(string name) => '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    private static string First()
    {
        const string t = "TEXT COLLATE \"C\" NOT NULL";
        var sql = new StringBuilder();
        sql.Append($"""
            CREATE TABLE schema_version(version BIGINT NOT NULL);
            CREATE TABLE meta(name TEXT COLLATE "C" PRIMARY KEY, value {t});
            CREATE TABLE head(partition BIGINT PRIMARY KEY, seq BIGINT NOT NULL, hash BYTEA NOT NULL, recorded_at BIGINT NOT NULL, recorded_on {t});
            CREATE TABLE journal(
              id BIGINT NOT NULL PRIMARY KEY, partition BIGINT NOT NULL, seq BIGINT NOT NULL, prior BIGINT NOT NULL, party {t}, account {t},
              kind {t}, version BIGINT NOT NULL, effective_on {t}, recorded_on {t}, recorded_at BIGINT NOT NULL,
              actor {t}, cause {t}, workspace_seq BIGINT NOT NULL, payload BYTEA NOT NULL, hash BYTEA NOT NULL) PARTITION BY RANGE(id);
            CREATE TABLE key(key TEXT COLLATE "C" PRIMARY KEY, content BYTEA NOT NULL) PARTITION BY HASH(key);
            CREATE TABLE account(account TEXT COLLATE "C" PRIMARY KEY, party {t});
            CREATE TABLE party(pid BIGINT NOT NULL PRIMARY KEY, id {t}, next_review_on BIGINT, state BYTEA NOT NULL) PARTITION BY RANGE(pid);
            CREATE INDEX party_id ON party(id);
            CREATE INDEX party_review ON party(next_review_on, pid) WHERE next_review_on IS NOT NULL;
            CREATE TABLE item(pid BIGINT NOT NULL, account {t}, number {t}, open BIGINT NOT NULL, due BIGINT NOT NULL, currency {t}, state BYTEA NOT NULL,
              PRIMARY KEY(pid, account, number)) PARTITION BY RANGE(pid);
            CREATE INDEX item_open ON item(pid, due) WHERE open = 1;
            CREATE INDEX item_due ON item(due) WHERE open = 1;
            CREATE INDEX item_number ON item(number);
            CREATE TABLE cash(pid BIGINT NOT NULL, key {t}, state BYTEA NOT NULL, PRIMARY KEY(pid, key)) PARTITION BY RANGE(pid);
            CREATE TABLE message(id {t}, pid BIGINT NOT NULL, status BIGINT NOT NULL, not_before BIGINT NOT NULL, state BYTEA NOT NULL, PRIMARY KEY(pid, id)) PARTITION BY RANGE(pid);
            CREATE INDEX message_id ON message(id);
            CREATE INDEX message_status ON message(status, not_before);
            CREATE INDEX message_time ON message(not_before);
            CREATE TABLE work(id {t}, pid BIGINT NOT NULL, open BIGINT NOT NULL, owner {t}, priority BIGINT NOT NULL, state BYTEA NOT NULL, PRIMARY KEY(pid, id)) PARTITION BY RANGE(pid);
            CREATE INDEX work_id ON work(id);
            CREATE INDEX work_best ON work(priority DESC, id) WHERE open = 1;
            CREATE INDEX work_owner ON work(owner, priority DESC, id) WHERE open = 1;
            CREATE TABLE cell_pending(id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, deltas BYTEA NOT NULL);
            CREATE TABLE cell(measure BIGINT NOT NULL, day BIGINT NOT NULL, ref_day BIGINT NOT NULL, portfolio {t}, segment {t}, currency {t},
              minor BIGINT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY(measure, day, ref_day, portfolio, segment, currency));
            CREATE TABLE stock(measure BIGINT NOT NULL, month_end BIGINT NOT NULL, ref_day BIGINT NOT NULL, portfolio {t}, segment {t}, currency {t},
              minor BIGINT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY(measure, month_end, ref_day, portfolio, segment, currency));
            CREATE TABLE erasure(party TEXT COLLATE "C" PRIMARY KEY, done BIGINT NOT NULL);
            CREATE TABLE api_key(id TEXT COLLATE "C" PRIMARY KEY, name {t}, may {t}, hash BYTEA NOT NULL, created_at BIGINT NOT NULL, revoked_at BIGINT);
            INSERT INTO head(partition, seq, hash, recorded_at, recorded_on) SELECT p, 0, decode(repeat('00', 32), 'hex'), 0, '0001-01-01' FROM generate_series(0, {Core.Foundation.Partition.Count - 1}) AS p;

            """);
        for (var split = 0; split < Splits; split++)
        {
            var (from, to) = (Store.RowId(split * PartitionsASplit, 0), Store.RowId((split + 1) * PartitionsASplit, 0));
            foreach (var table in new[] { "journal", "party", "item", "cash", "message", "work" })
                sql.Append(CultureInfo.InvariantCulture, $"CREATE TABLE {table}_{split} PARTITION OF {table} FOR VALUES FROM ({(split == 0 ? "MINVALUE" : from.ToString(CultureInfo.InvariantCulture))}) TO ({(split == Splits - 1 && table != "journal" ? "MAXVALUE" : to.ToString(CultureInfo.InvariantCulture))});\n");
            sql.Append(CultureInfo.InvariantCulture, $"CREATE TABLE key_{split} PARTITION OF key FOR VALUES WITH (MODULUS {Splits}, REMAINDER {split});\n");
        }
        sql.Append(CultureInfo.InvariantCulture, $"CREATE TABLE journal_workspace PARTITION OF journal FOR VALUES FROM ({Store.RowId(Core.Foundation.Partition.Workspace, 0)}) TO (MAXVALUE);\n");
        // Rows of these are rewritten again and again: room in the page keeps the new version beside the old, and the indexes untouched.
        for (var split = 0; split < Splits; split++)
            sql.Append(CultureInfo.InvariantCulture, $"ALTER TABLE party_{split} SET (fillfactor = 70); ALTER TABLE item_{split} SET (fillfactor = 85);\n");
        return sql.ToString();
    }
}
