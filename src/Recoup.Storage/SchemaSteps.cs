using System.Globalization;
using System.Text;
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
    /// <summary>A new kind of rows is one more: <c>SchemaStep.Of(RowKinds.…)</c>.</summary>
    public static readonly IReadOnlyList<SchemaStep> All =
    [
        SchemaStep.Of(PlanChapter.Rows), SchemaStep.Of(NoteChapter.Rows), SchemaStep.Of(CallbackChapter.Rows), SchemaStep.Of(TagChapter.Rows),
    ];
}
