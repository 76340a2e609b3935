using System.Globalization;
using System.Text;
using Recoup.Core.Evidence;
using Recoup.Core.Parties;
using Recoup.Core.Recovery;
using Recoup.Storage.Postgres;

namespace Recoup.Storage;

/// <summary>A step of the schema in both stores' words.</summary>
internal sealed record SchemaStep(string Sqlite, string Postgres)
{
    /// <summary>
    /// The table of a new kind of rows, with its indexes. On PostgreSQL it is split as the others are, and a role that may write them may
    /// write it.
    /// </summary>
    public static SchemaStep Of(RowKind kind) => new(InSqlite(kind), InPostgres(kind));

    private static string InSqlite(RowKind kind)
    {
        string[] key = kind.IsFoundAlone ? [.. kind.Key] : ["pid", .. kind.Key];
        var columns = kind.Columns.Select(c => $"{c.Name} {c.Type switch
        {
            RowColumnType.Integer => "INTEGER",
            RowColumnType.Text => "TEXT",
            RowColumnType.Real => "REAL",
            _ => throw new System.Diagnostics.UnreachableException(),
        }} NOT NULL");
        string[] all = ["pid INTEGER NOT NULL", .. kind.Key.Select(k => $"{k} TEXT NOT NULL"), .. columns, "state BLOB NOT NULL"];
        return $"CREATE TABLE {kind.Table}({string.Join(", ", all)}, PRIMARY KEY({string.Join(", ", key)})) WITHOUT ROWID;\n" + Indexes(kind);
    }

    private static string InPostgres(RowKind kind)
    {
        const string text = "TEXT COLLATE \"C\" NOT NULL";
        var columns = kind.Columns.Select(c => $"{c.Name} {(c.Type == RowColumnType.Text ? text : "BIGINT NOT NULL")}");
        string[] all = ["pid BIGINT NOT NULL", .. kind.Key.Select(k => $"{k} {text}"), .. columns, "state BYTEA NOT NULL"];
        var sql = new StringBuilder();
        sql.Append($"CREATE TABLE {kind.Table}({string.Join(", ", all)}, PRIMARY KEY(pid, {string.Join(", ", kind.Key)})) PARTITION BY RANGE(pid);\n");
        if (kind.IsFoundAlone) sql.Append($"CREATE INDEX {kind.Table}_{kind.Key[0]} ON {kind.Table}({string.Join(", ", kind.Key)});\n");
        sql.Append(Indexes(kind));
        for (var split = 0; split < PostgresMigrations.Splits; split++) sql.Append(PostgresMigrations.Split(kind.Table, split));
        // A role that may write the table of accounts was given all that can be folded anew.
        sql.Append(CultureInfo.InvariantCulture, $"""
            DO $$ DECLARE given record; BEGIN
              FOR given IN SELECT DISTINCT a.grantee::regrole AS role FROM pg_class c, aclexplode(c.relacl) AS a
                WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relname = 'account'
                  AND a.privilege_type = 'DELETE' AND a.grantee <> 0 AND a.grantee <> c.relowner
              LOOP
                EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON {kind.Table} TO %s', given.role);
                EXECUTE format('GRANT SELECT ON {string.Join(", ", PostgresMigrations.SplitsOf(kind.Table))} TO %s', given.role);
              END LOOP;
            END $$;

            """);
        return sql.ToString();
    }

    private static string Indexes(RowKind kind) => string.Concat(kind.Indexes.Select(i =>
        $"CREATE INDEX {kind.Table}_{i.Name} ON {kind.Table}({i.Columns}){(i.Where is null ? "" : $" WHERE {i.Where}")};\n"));
}

/// <summary>
/// The steps of the schema from now on, one list for both stores; what came before stands as each store's own in
/// <see cref="Sqlite.Migrations"/> and <see cref="PostgresMigrations"/>. A step that was released is never changed, which a test holds them to.
/// </summary>
internal static class SchemaSteps
{
    /// <summary>
    /// What endpoints are told of, and how far each has been told of what each partition holds. Who may write notes beside the journal
    /// may write these too.
    /// </summary>
    private static readonly SchemaStep Webhooks = new("""
        CREATE TABLE webhook(endpoint TEXT NOT NULL, place INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, party TEXT NOT NULL,
          account TEXT NOT NULL, recorded_at INTEGER NOT NULL, status INTEGER NOT NULL, not_before INTEGER NOT NULL, tries INTEGER NOT NULL,
          first_tried_at INTEGER, holds INTEGER NOT NULL, detail TEXT NOT NULL, answered_at INTEGER, PRIMARY KEY(endpoint, place)) WITHOUT ROWID;
        CREATE INDEX webhook_due ON webhook(endpoint, status, recorded_at, place);
        CREATE INDEX webhook_id ON webhook(id);
        CREATE INDEX webhook_newest ON webhook(recorded_at, place, endpoint);
        CREATE INDEX webhook_answered ON webhook(status, answered_at);
        CREATE TABLE webhook_cursor(endpoint TEXT NOT NULL, partition INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(endpoint, partition)) WITHOUT ROWID;
        """, """
        CREATE TABLE webhook(endpoint TEXT COLLATE "C" NOT NULL, place BIGINT NOT NULL, id TEXT COLLATE "C" NOT NULL, type TEXT COLLATE "C" NOT NULL,
          party TEXT COLLATE "C" NOT NULL, account TEXT COLLATE "C" NOT NULL, recorded_at BIGINT NOT NULL, status BIGINT NOT NULL,
          not_before BIGINT NOT NULL, tries BIGINT NOT NULL, first_tried_at BIGINT, holds BIGINT NOT NULL, detail TEXT NOT NULL, answered_at BIGINT,
          PRIMARY KEY(endpoint, place));
        CREATE INDEX webhook_due ON webhook(endpoint, status, recorded_at, place);
        CREATE INDEX webhook_id ON webhook(id);
        CREATE INDEX webhook_newest ON webhook(recorded_at, place, endpoint);
        CREATE INDEX webhook_answered ON webhook(status, answered_at);
        CREATE TABLE webhook_cursor(endpoint TEXT COLLATE "C" NOT NULL, partition BIGINT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY(endpoint, partition));
        DO $$ DECLARE given record; BEGIN
          FOR given IN SELECT DISTINCT a.grantee::regrole AS role FROM pg_class c, aclexplode(c.relacl) AS a
            WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relname = 'meta'
              AND a.privilege_type = 'DELETE' AND a.grantee <> 0 AND a.grantee <> c.relowner
          LOOP EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON webhook, webhook_cursor TO %s', given.role); END LOOP;
        END $$;
        """);

    /// <summary>
    /// A cell says which values it has of its measure's own dimensions. Those that stand have none. SQLite can't add a column to a key, so
    /// the table is made anew; PostgreSQL keeps it.
    /// </summary>
    private static readonly SchemaStep OwnDimensions = new("""
        ALTER TABLE cell RENAME TO cell_before;
        CREATE TABLE cell(measure INTEGER NOT NULL, day INTEGER NOT NULL, ref_day INTEGER NOT NULL, portfolio TEXT NOT NULL, segment TEXT NOT NULL,
          currency TEXT NOT NULL, minor INTEGER NOT NULL, count INTEGER NOT NULL, own TEXT NOT NULL,
          PRIMARY KEY(measure, day, ref_day, portfolio, segment, currency, own)) WITHOUT ROWID;
        INSERT INTO cell SELECT measure, day, ref_day, portfolio, segment, currency, minor, count, '' FROM cell_before
          ORDER BY measure, day, ref_day, portfolio, segment, currency;
        DROP TABLE cell_before;
        """, """
        ALTER TABLE cell ADD COLUMN own TEXT COLLATE "C" NOT NULL DEFAULT '';
        ALTER TABLE cell ALTER COLUMN own DROP DEFAULT;
        ALTER TABLE cell DROP CONSTRAINT cell_pkey;
        ALTER TABLE cell ADD PRIMARY KEY(measure, day, ref_day, portfolio, segment, currency, own);
        """);

    /// <summary>By what a provider tells of a text, and by what whoever writes from a number is found.</summary>
    private static readonly SchemaStep Texts = new("""
        ALTER TABLE message ADD COLUMN reference TEXT NOT NULL DEFAULT '';
        ALTER TABLE message ADD COLUMN number_set INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX message_reference ON message(reference) WHERE reference <> '';
        CREATE INDEX message_number_set ON message(number_set, not_before) WHERE number_set > 0;
        """, """
        ALTER TABLE message ADD COLUMN reference TEXT COLLATE "C" NOT NULL DEFAULT '';
        ALTER TABLE message ADD COLUMN number_set BIGINT NOT NULL DEFAULT 0;
        CREATE INDEX message_reference ON message(reference) WHERE reference <> '';
        CREATE INDEX message_number_set ON message(number_set, not_before) WHERE number_set > 0;
        """);

    /// <summary>
    /// What files hold, sealed: beside the rows that say what is known of each, so that no list reads it. PostgreSQL is not to compress
    /// what can't be. Who may write the rows may write these too.
    /// </summary>
    private static readonly SchemaStep FileContents = new("""
        CREATE TABLE file_content(file TEXT NOT NULL PRIMARY KEY, content BLOB NOT NULL);
        """, """
        CREATE TABLE file_content(file TEXT COLLATE "C" NOT NULL PRIMARY KEY, content BYTEA NOT NULL);
        ALTER TABLE file_content ALTER COLUMN content SET STORAGE EXTERNAL;
        DO $$ DECLARE given record; BEGIN
          FOR given IN SELECT DISTINCT a.grantee::regrole AS role FROM pg_class c, aclexplode(c.relacl) AS a
            WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relname = 'account'
              AND a.privilege_type = 'DELETE' AND a.grantee <> 0 AND a.grantee <> c.relowner
          LOOP EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON file_content TO %s', given.role); END LOOP;
        END $$;
        """);

    /// <summary>A new kind of rows is one more: <c>SchemaStep.Of(RowKinds.…)</c>.</summary>
    public static readonly IReadOnlyList<SchemaStep> All =
    [
        SchemaStep.Of(PlanChapter.Rows), SchemaStep.Of(NoteChapter.Rows), SchemaStep.Of(CallbackChapter.Rows), SchemaStep.Of(TagChapter.Rows),
        Webhooks, OwnDimensions, Texts, SchemaStep.Of(FileChapter.Rows), FileContents,
    ];
}
