using System.Collections.Concurrent;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;

namespace Recoup.Storage.Work;

/// <summary>
/// SQLite lets any column hold any type of value, and reads '1x' as 1: what has another type than Recoup writes was not written
/// by it. Who goes through a table anyhow says what it saw; only where that was not all of it, or not as it should be, is the
/// table asked.
/// </summary>
internal sealed class TableShapes(bool typed)
{
    /// <summary>The journal and the heads are looked at row by row elsewhere.</summary>
    internal static readonly (string Table, string[] Columns)[] Tables =
    [
        ("meta", ["name text", "value text"]),
        ("key", ["key text", "content blob"]),
        ("account", ["account text", "party text"]),
        ("joined_party", ["party text", "into_party text"]),
        ("party", ["pid integer", "id text", "next_review_on integer null", "state blob"]),
        .. Chapters.Rows.Select(kind => (kind.Table, Shape(kind))),
        ("cell_pending", ["id integer", "deltas blob"]),
        ("cell", ["measure integer", "day integer", "ref_day integer", "portfolio text", "segment text", "currency text", "minor integer", "count integer",
            "own text"]),
        ("stock", ["measure integer", "month_end integer", "ref_day integer", "portfolio text", "segment text", "currency text", "minor integer",
            "count integer"]),
        ("erasure", ["party text", "done integer"]),
        ("file_content", ["file text", "content blob"]),
        ("set_aside", ["party text", "work text", "subject text", "cause text", "trace text", "since integer", "tried_at integer", "times integer"]),
        ("webhook", ["endpoint text", "place integer", "id text", "type text", "party text", "account text", "recorded_at integer", "status integer",
            "not_before integer", "tries integer", "first_tried_at integer null", "holds integer", "detail text", "answered_at integer null"]),
        ("webhook_cursor", ["endpoint text", "partition integer", "seq integer"]),
        ("api_key", ["id text", "name text", "may text", "hash blob", "created_at integer", "revoked_at integer null"]),
    ];

    private static string[] Shape(RowKind kind) =>
        ["pid integer", .. kind.Key.Select(k => $"{k} text"), .. kind.Columns.Select(c => $"{c.Name} {TypeOf(c.Type)}"), "state blob"];

    private static string TypeOf(RowColumnType type) => type switch
    {
        RowColumnType.Integer => "integer",
        RowColumnType.Text => "text",
        RowColumnType.Real => "real",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    // Of a real column what is read is not what stands there.
    private static readonly string[] GoneThrough =
        ["key", "party", .. Chapters.Rows.Where(kind => kind.Columns.All(c => c.Type != RowColumnType.Real)).Select(kind => kind.Table), "cell", "stock"];

    private readonly ConcurrentDictionary<string, long> fine = new(StringComparer.Ordinal);

    /// <summary>For a reading of rows with the columns in the order of the table; null where it need not be looked at.</summary>
    public Sight? Seeing(string table) =>
        typed || !GoneThrough.Contains(table) ? null : new(this, table,
            [.. Tables.First(t => t.Table == table).Columns.Select(c => c.Split(' ')).Select(c => (ClassOf(c[1]), c.Length > 2))]);

    private static ValueClass ClassOf(string type) =>
        type switch { "integer" => ValueClass.Integer, "text" => ValueClass.Text, "blob" => ValueClass.Blob, _ => ValueClass.Other };

    /// <summary>Tables that hold another type of value than they should, as SQLite itself says; to be asked for when all was gone through.</summary>
    public void Check(Store store, AuditReport report)
    {
        if (typed) return;
        foreach (var (table, columns) in Tables)
        {
            if (GoneThrough.Contains(table) && fine.GetValueOrDefault(table) == Count(store, $"SELECT count(*) FROM {table}")) continue;
            var wrong = columns.Select(c => c.Split(' ')).Select(c => $"typeof({c[0]}) NOT IN ({string.Join(", ", c[1..].Select(type => $"'{type}'"))})");
            var count = Count(store, $"SELECT count(*) FROM {table} WHERE {string.Join(" OR ", wrong)}");
            if (count > 0) report.Add(new AuditProblem(table is "cell" or "cell_pending" or "stock" ? "cells" : "state", table, null, null,
                $"{Plural.Of(count, "row")} of {table} {Plural.Noun(count, "holds", "hold")} another type of value than they should"));
        }
    }

    private static long Count(Store store, string sql)
    {
        var s = store.Statement(sql);
        s.Step();
        var count = s.Long(0);
        s.Reset();
        return count;
    }

    /// <summary>What one reading saw of a table.</summary>
    internal sealed class Sight(TableShapes shapes, string table, (ValueClass Class, bool MayBeNull)[] columns)
    {
        private long count;

        public void See(Scan row)
        {
            for (var c = 0; c < columns.Length; c++)
                if (row.Class(c) is var found && found != columns[c].Class && (found != ValueClass.Null || !columns[c].MayBeNull)) return;
            count++;
        }

        public void End() => shapes.fine.AddOrUpdate(table, count, (_, before) => before + count);
    }
}
