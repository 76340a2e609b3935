using System.Collections.Concurrent;
using Recoup.Core.Parties;

namespace Recoup.Storage;

/// <summary>A row beside a header: where its party is, and its key.</summary>
internal readonly record struct RowPlace(long Pid, RowKey Key);

/// <summary>What both stores say of a kind of rows in the same words. Made once a kind.</summary>
internal sealed class RowSql
{
    private static readonly ConcurrentDictionary<RowKind, RowSql> Made = new();

    public static RowSql Of(RowKind kind) => Made.GetOrAdd(kind, static k => new RowSql(k));

    private RowSql(RowKind kind)
    {
        string[] names = ["pid", .. kind.Key, .. kind.Columns.Select(c => c.Name), "state"];
        Columns = string.Join(", ", names);
        ByKey = $"SELECT state FROM {kind.Table} WHERE pid = ? AND {string.Join(" AND ", kind.Key.Select(k => $"{k} = ?"))}";
        OfParty = $"SELECT state FROM {kind.Table} WHERE pid = ?";
        RemoveOfParty = $"DELETE FROM {kind.Table} WHERE pid = ?";
        Order = string.Join(", ", kind.Key.Prepend("pid"));
        var compared = kind.Columns.Select(c => c.Type == RowColumnType.Real ? WholeAndNumber(c.Name) : c.Name);
        Compared = string.Join(", ", ["pid", .. kind.Key, .. compared, "state"]);
        SqliteUpsert = Upsert(kind, names, kind.IsFoundAlone ? kind.Key : ["pid", .. kind.Key], $"VALUES({string.Join(", ", names.Select(_ => "?"))})");
        PostgresUpsert = Upsert(kind, names, ["pid", .. kind.Key], $"SELECT * FROM unnest({string.Join(", ", names.Select((_, i) => $"${i + 1}"))})");
    }

    /// <summary>All columns in the order in which a row is told: place, key, what follows from the state, state.</summary>
    public string Columns { get; }

    /// <summary>Parameters: place, key.</summary>
    public string ByKey { get; }

    /// <summary>Every state of a party's rows. Parameter: its place.</summary>
    public string OfParty { get; }

    public string RemoveOfParty { get; }

    /// <summary>By party and key.</summary>
    public string Order { get; }

    /// <summary>As <see cref="Columns"/>, with two columns for each real one: whether it is a whole number, and the number.</summary>
    public string Compared { get; }

    public string SqliteUpsert { get; }

    /// <summary>Parameters: an array a column.</summary>
    public string PostgresUpsert { get; }

    private static string WholeAndNumber(string name) =>
        $"CASE WHEN {name} = CAST({name} AS BIGINT) THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END, CAST({name} AS BIGINT)";

    // Whatever is no part of the table's key is in the update, so that no column can be left behind.
    private static string Upsert(RowKind kind, string[] names, IReadOnlyList<string> key, string values) =>
        $"INSERT INTO {kind.Table}({string.Join(", ", names)}) {values} ON CONFLICT({string.Join(", ", key)}) DO UPDATE SET "
        + string.Join(", ", names.Except(key).Select(name => $"{name} = excluded.{name}"));
}

/// <summary>Binds what a row's columns hold to a statement.</summary>
internal sealed class BoundColumns(Statement statement) : RowSink
{
    public override void Integer(long value) => statement.Bind(value);

    public override void Text(string value) => statement.Bind(value);
}
