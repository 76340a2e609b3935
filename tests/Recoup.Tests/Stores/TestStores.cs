using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Npgsql;
using Recoup.Storage;

namespace Recoup.Tests.Stores;

/// <summary>
/// The store that the tests of this assembly run on. The same sources are compiled into two assemblies: Recoup.Tests, on
/// SQLite, and Recoup.Postgres, on PostgreSQL.
/// </summary>
internal static partial class TestStores
{
#if POSTGRESQL
    public static bool IsPostgres => true;

    public static StorePlace New(string folder) => new(folder, PostgresServer.Shared.NewDatabase());

    public static StorePlace Copy(StorePlace from, string folder) => new(folder, PostgresServer.Shared.CopyOf(from.Connection!));

    public static void Drop(StorePlace place) => PostgresServer.Shared.Drop(place.Connection!);

    /// <summary>The names of all tables.</summary>
    public const string Tables = "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
        + "AND relnamespace = 'public'::regnamespace AND relname <> 'schema_version' AND relname NOT LIKE 'qrtz%' ORDER BY 1";

    public const string KeyTable = "recoup_keys.party_key";
#else
    public static bool IsPostgres => false;

    public static StorePlace New(string folder) => new(folder);

    public static StorePlace Copy(StorePlace from, string folder) => new(folder);

    public static void Drop(StorePlace place) { }

    /// <summary>The names of all tables.</summary>
    public const string Tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";

    public const string KeyTable = "party_key";
#endif

    /// <summary>Rows of a query, each value as it is: integers, texts, blobs, null.</summary>
    public static List<object?[]> Rows(StorePlace place, string sql) =>
        place.Connection is { } connection
            ? Query(new NpgsqlConnection(connection), InPostgres(sql))
            : Query(InFile(place, "recoup.db"), sql);

    /// <summary>Of the party keys, wherever they are.</summary>
    public static List<object?[]> KeyRows(StorePlace place, string sql) =>
        place.Connection is not null ? Rows(place, sql) : Query(InFile(place, "keys.db"), sql);

    private static SqliteConnection InFile(StorePlace place, string name) =>
        new(new SqliteConnectionStringBuilder { DataSource = Path.Combine(place.Folder, name), Pooling = false }.ToString());

    /// <summary>The tests' SQL is SQLite's; what PostgreSQL has other words for is told in them.</summary>
    private static string InPostgres(string sql)
    {
        sql = Blob().Replace(sql, "'\\x$1'");
        sql = SumOfField().Replace(sql, "sum((convert_from($1, 'UTF8')::json->>'$2')::bigint)");
        sql = Field().Replace(sql, "(convert_from($1, 'UTF8')::json->>'$2')");
        return AsText().Replace(sql, "convert_from($1, 'UTF8')");
    }

    [GeneratedRegex(@"\bx'([0-9A-Fa-f]*)'")]
    private static partial Regex Blob();

    [GeneratedRegex(@"sum\(json_extract\(CAST\((\w+) AS TEXT\), '\$\.(\w+)'\)\)")]
    private static partial Regex SumOfField();

    [GeneratedRegex(@"json_extract\(CAST\((\w+) AS TEXT\), '\$\.(\w+)'\)")]
    private static partial Regex Field();

    [GeneratedRegex(@"CAST\((payload|state) AS TEXT\)")]
    private static partial Regex AsText();

    private static List<object?[]> Query(System.Data.Common.DbConnection connection, string sql)
    {
        using var db = connection;
        db.Open();
        // States are bytes; tests that show them show their text.
        (db as SqliteConnection)?.CreateFunction("state_text", (byte[] state) => Core.StateText.Of(state));
        using var command = db.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++) row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            rows.Add(row);
        }
        return rows;
    }
}
