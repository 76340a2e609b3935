using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;

namespace Recoup.Storage.Postgres;

/// <content>What is read and written for a whole batch: arrays there, rows back.</content>
internal sealed partial class PostgresDatabase
{
    /// <summary>From so many rows on, COPY is faster than one INSERT of arrays, which needs fewer rounds.</summary>
    private const int CopyMin = 64;

    private readonly record struct Argument(NpgsqlDbType Type, object Content);

    private static Argument Value(NpgsqlDbType type, object value) => new(type, value);

    private static Argument Longs(long[] values) => new(NpgsqlDbType.Array | NpgsqlDbType.Bigint, values);

    private static Argument Texts(string[] values) => new(NpgsqlDbType.Array | NpgsqlDbType.Text, values);

    private static Argument Blobs(byte[][] values) => new(NpgsqlDbType.Array | NpgsqlDbType.Bytea, values);

    /// <summary>Ready to be run on the connection as it is now.</summary>
    private NpgsqlCommand Command(string sql, Argument[] arguments)
    {
        Free(null);
        if (!commands.TryGetValue(sql, out var command))
        {
            command = commands[sql] = new NpgsqlCommand(sql, Connection);
            foreach (var argument in arguments) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = argument.Type });
        }
        for (var i = 0; i < arguments.Length; i++) command.Parameters[i].Value = arguments[i].Content;
        if (!command.IsPrepared) command.Prepare();
        return command;
    }

    private List<T> Rows<T>(string sql, Argument[] arguments, Func<NpgsqlDataReader, T> row) => Again(() =>
    {
        using var reader = Command(sql, arguments).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    });

    /// <summary>The same statement on each of the tables into which a large one is split.</summary>
    private sealed class BySplit(string sql)
    {
        private readonly string[] texts = [.. Enumerable.Range(0, PostgresMigrations.Splits).Select(split =>
            sql.Replace("_SPLIT", string.Create(CultureInfo.InvariantCulture, $"_{split}"), StringComparison.Ordinal))];

        public string this[int split] => texts[split];
    }

    /// <summary>Asks each table that may have rows, all in one journey; a table split into others costs more to be asked than the row does.</summary>
    /// <param name="pids">One for each row that is wanted: where it lies.</param>
    /// <param name="arguments">Those of a statement, for the places of its wanted rows.</param>
    /// <param name="row">Is given the places too: what a row's ordinal counts.</param>
    private List<T> Rows<T>(BySplit sql, IReadOnlyList<long> pids, Func<int[], Argument[]> arguments, Func<NpgsqlDataReader, int[], T> row)
    {
        var splits = Enumerable.Range(0, pids.Count).GroupBy(i => PostgresMigrations.SplitOf(pids[i])).Select(g => (Split: g.Key,
            Places: g.ToArray())).OrderBy(s => s.Split).ToArray();
        if (splits is [var (only, all)]) return Rows(sql[only], arguments(all), r => row(r, all));
        return Again(() =>
        {
            Free(null);
            using var batch = new NpgsqlBatch(Connection);
            foreach (var (split, places) in splits) Add(batch, sql[split], arguments(places));
            batch.Prepare();
            using var reader = batch.ExecuteReader();
            var rows = new List<T>();
            foreach (var (_, places) in splits)
            {
                while (reader.Read()) rows.Add(row(reader, places));
                reader.NextResult();
            }
            return rows;
        });
    }

    private static void Add(NpgsqlBatch batch, string sql, ReadOnlySpan<Argument> arguments)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var argument in arguments) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = argument.Type, Value = argument.Content });
        batch.BatchCommands.Add(command);
    }

    private static T[] Each<T>(int[] places, Func<int, T> value) => Array.ConvertAll(places, p => value(p));

    // --- reading ---

    // Each is looked for by itself, through an index, in the one table that can have it. A join would leave it to the server
    // to go through whole tables instead, by what it believes of their sizes: while they grow, it believes what was true
    // a minute ago. A subquery with a limit is not made into a join.

    // Most workspaces have no account that is not its party's own: an empty table is looked at once, not once an account.
    public override Dictionary<string, string> PartiesOf(IReadOnlyCollection<string> accounts) =>
        accounts.Count == 0 ? new(StringComparer.Ordinal)
        : new(Rows("SELECT a.account, a.party FROM unnest($1) AS w(account) CROSS JOIN LATERAL (SELECT account, party FROM account WHERE account = w.account "
            + "COLLATE \"C\" LIMIT 1) AS a WHERE EXISTS (SELECT 1 FROM "
            + "account)", [Texts([.. accounts])], r => KeyValuePair.Create(r.GetString(0), r.GetString(1))), StringComparer.Ordinal);

    public override Dictionary<string, string> JoinedTo(IReadOnlyCollection<string> parties) =>
        parties.Count == 0 ? new(StringComparer.Ordinal)
        : new(Rows("SELECT j.party, j.into_party FROM unnest($1) AS w(party) CROSS JOIN LATERAL (SELECT party, into_party FROM joined_party WHERE "
            + "party = w.party COLLATE \"C\" LIMIT 1) AS j WHERE EXISTS (SELECT 1 FROM joined_party)",
            [Texts([.. parties])], r => KeyValuePair.Create(r.GetString(0), r.GetString(1))), StringComparer.Ordinal);

    private static readonly BySplit PartiesById = new("SELECT p.id, p.pid, p.state FROM unnest($1) AS w(id) CROSS JOIN LATERAL (SELECT id, pid, state FROM "
        + "party_SPLIT WHERE id = w.id COLLATE \"C\" LIMIT 1) AS p");

    public override List<StoredParty> Parties(IReadOnlyCollection<string> ids)
    {
        if (ids.Count == 0) return [];
        var wanted = ids.ToArray();
        return Rows(PartiesById, Array.ConvertAll(wanted, id => Store.RowId(Core.Foundation.Partition.Of(id), 0)),
            places => [Texts(Each(places, p => wanted[p]))], static (r, _) => Stored(r));
    }

    private static readonly BySplit PartiesByPlace = new("SELECT p.id, p.pid, p.state FROM unnest($1) AS w(pid) CROSS JOIN LATERAL (SELECT id, pid, state "
        + "FROM party_SPLIT WHERE pid = w.pid LIMIT 1) AS p");

    public override List<StoredParty> Parties(IReadOnlyCollection<long> pids)
    {
        if (pids.Count == 0) return [];
        var wanted = pids.ToArray();
        return Rows(PartiesByPlace, wanted, places => [Longs(Each(places, p => wanted[p]))], static (r, _) => Stored(r));
    }

    private static StoredParty Stored(NpgsqlDataReader r) => new(r.GetString(0), r.GetInt64(1), r.GetFieldValue<byte[]>(2));

    public override Dictionary<string, byte[]> KeyContents(IReadOnlyCollection<string> keys) =>
        keys.Count == 0 ? new(StringComparer.Ordinal)
        : new(Rows("SELECT k.key, k.content FROM unnest($1) AS w(key) CROSS JOIN LATERAL (SELECT key, content FROM key WHERE key = w.key COLLATE \"C\" LIMIT "
            + "1) AS k", [Texts([.. keys])], r => KeyValuePair.Create(r.GetString(0), r.GetFieldValue<byte[]>(1))), StringComparer.Ordinal);

    /// <summary>Which of the wanted a row is of: its ordinal counts from 1 within its statement.</summary>
    private static int Wanted(NpgsqlDataReader r, int[] places) => places[checked((int)r.GetInt64(0)) - 1];

    /// <summary>What this store says of a kind of rows. Made once a kind.</summary>
    private sealed class KindSql
    {
        private static readonly ConcurrentDictionary<RowKind, KindSql> Made = new();

        public static KindSql Of(RowKind kind) => Made.GetOrAdd(kind, static k => new KindSql(k));

        private KindSql(RowKind kind)
        {
            var arrays = string.Join(", ", kind.Key.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 2}")));
            var key = string.Join(" AND ", kind.Key.Select(k => $"{k} = w.{k} COLLATE \"C\""));
            ByKey = new($"SELECT w.place, r.state FROM unnest($1, {arrays}) WITH ORDINALITY AS w(pid, {string.Join(", ", kind.Key)}, place) CROSS JOIN LATERAL "
                + $"(SELECT state FROM {kind.Table}_SPLIT WHERE pid = w.pid AND {key} LIMIT 1) AS r");
            Table = $"{kind.Table}({RowSql.Of(kind).Columns})";
        }

        /// <summary>Parameters: an array of places, and one of each part of the key.</summary>
        public BySplit ByKey { get; }

        /// <summary>With its columns, as a COPY names it.</summary>
        public string Table { get; }
    }

    public override List<(int Index, byte[] State)> Rows(RowKind kind, IReadOnlyList<RowPlace> wanted)
    {
        if (wanted.Count == 0) return [];
        var pids = new long[wanted.Count];
        for (var i = 0; i < pids.Length; i++) pids[i] = wanted[i].Pid;
        return Rows(KindSql.Of(kind).ByKey, pids, places =>
        {
            var first = Texts(Each(places, p => wanted[p].Key.First));
            var placed = Longs(Each(places, p => wanted[p].Pid));
            return kind.Key.Count == 1 ? [placed, first] : [placed, first, Texts(Each(places, p => wanted[p].Key.Second!))];
        }, static (r, places) => (Wanted(r, places), r.GetFieldValue<byte[]>(1)));
    }

    private static readonly BySplit ItemsByDueDay = new("""
        SELECT w.place, i.number, i.currency, i.state FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS w(pid, account, through, most, place)
        CROSS JOIN LATERAL (SELECT number, currency, state, due FROM item_SPLIT
            WHERE pid = w.pid AND open = 1 AND due <= w.through AND account = w.account COLLATE "C" ORDER BY due, account, number LIMIT w.most) AS i
        ORDER BY w.place, i.due, i.number
        """);

    public override List<(int Index, string Number, string Currency, byte[] State)> OpenItems(IReadOnlyList<OpenItemsKey> wanted) =>
        wanted.Count == 0 ? []
        : Rows(ItemsByDueDay, [.. wanted.Select(w => w.Pid)],
            places => [Longs(Each(places, p => wanted[p].Pid)), Texts(Each(places, p => wanted[p].Account)),
                Longs(Each(places, p => (long)wanted[p].DueThrough)), Longs(Each(places, p => (long)wanted[p].Limit))],
            static (r, places) => (Wanted(r, places), r.GetString(1), r.GetString(2), r.GetFieldValue<byte[]>(3)));

    // --- writing ---

    private const string JournalColumns = "id, partition, seq, prior, party, account, kind, version, effective_on, recorded_on, recorded_at, actor, cause, "
        + "workspace_seq, payload, hash";

    public override void Append(IReadOnlyList<JournalRow> rows)
    {
        if (rows.Count == 0) return;
        if (rows.Count >= CopyMin)
        {
            Free(null);
            Try(() => Copy(rows));
            return;
        }
        Run($"INSERT INTO journal({JournalColumns}) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
            [
                Longs([.. rows.Select(r => Store.RowId(r.Partition, r.Seq))]), Longs([.. rows.Select(r => (long)r.Partition)]),
                    Longs([.. rows.Select(r => r.Seq)]), Longs([.. rows.Select(r => r.Prior)]),
                Texts([.. rows.Select(r => r.Party)]), Texts([.. rows.Select(r => r.Account)]), Texts([.. rows.Select(r => r.Kind)]),
                    Longs([.. rows.Select(r => (long)r.Version)]),
                Texts([.. rows.Select(r => Store.Day(r.EffectiveOn))]), Texts([.. rows.Select(r => Store.Day(r.RecordedOn))]),
                    Longs([.. rows.Select(r => r.RecordedAt)]),
                Texts([.. rows.Select(r => r.Actor)]), Texts([.. rows.Select(r => r.Cause)]), Longs([.. rows.Select(r => r.WorkspaceSeq)]),
                    Blobs([.. rows.Select(r => r.Payload)]), Blobs([.. rows.Select(r => r.Hash)]),
            ]);
    }

    private int Copy(IReadOnlyList<JournalRow> rows)
    {
        using var copy = Connection.BeginBinaryImport($"COPY journal({JournalColumns}) FROM STDIN (FORMAT BINARY)");
        foreach (var row in rows)
        {
            copy.StartRow();
            copy.Write(Store.RowId(row.Partition, row.Seq), NpgsqlDbType.Bigint);
            copy.Write((long)row.Partition, NpgsqlDbType.Bigint);
            copy.Write(row.Seq, NpgsqlDbType.Bigint);
            copy.Write(row.Prior, NpgsqlDbType.Bigint);
            copy.Write(row.Party, NpgsqlDbType.Text);
            copy.Write(row.Account, NpgsqlDbType.Text);
            copy.Write(row.Kind, NpgsqlDbType.Text);
            copy.Write((long)row.Version, NpgsqlDbType.Bigint);
            copy.Write(Store.Day(row.EffectiveOn), NpgsqlDbType.Text);
            copy.Write(Store.Day(row.RecordedOn), NpgsqlDbType.Text);
            copy.Write(row.RecordedAt, NpgsqlDbType.Bigint);
            copy.Write(row.Actor, NpgsqlDbType.Text);
            copy.Write(row.Cause, NpgsqlDbType.Text);
            copy.Write(row.WorkspaceSeq, NpgsqlDbType.Bigint);
            copy.Write(row.Payload, NpgsqlDbType.Bytea);
            copy.Write(row.Hash, NpgsqlDbType.Bytea);
        }
        return checked((int)copy.Complete());
    }

    /// <summary>Fills a table by COPY: integers as long, texts, blobs.</summary>
    public long Import(string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows)
    {
        Free(null);
        return Try(() =>
        {
            using var copy = Connection.BeginBinaryImport($"COPY {table}({string.Join(", ", columns)}) FROM STDIN (FORMAT BINARY)");
            copy.Timeout = TimeSpan.Zero;
            foreach (var row in rows)
            {
                copy.StartRow();
                foreach (var value in row)
                    switch (value)
                    {
                        case long number: copy.Write(number, NpgsqlDbType.Bigint); break;
                        case string text: copy.Write(text, NpgsqlDbType.Text); break;
                        case byte[] blob: copy.Write(blob, NpgsqlDbType.Bytea); break;
                        default: copy.WriteNull(); break;
                    }
            }
            return checked((long)copy.Complete());
        });
    }

    private int Run(string sql, Argument[] arguments) => Again(() => Command(sql, arguments).ExecuteNonQuery());

    public override void Write(Changes changes)
    {
        if (!inTransaction) Connect();
        Free(null);
        using var batch = new NpgsqlBatch(Connection);
        if (changes.Heads.Count > 0)
            Add("UPDATE head SET seq = n.seq, hash = n.hash, recorded_at = n.recorded_at, recorded_on = n.recorded_on FROM unnest($1, $2, $3, $4, $5) AS "
                + "n(partition, seq, hash, recorded_at, recorded_on) WHERE head.partition = n.partition",
                Longs([.. changes.Heads.Select(h => (long)h.Partition)]), Longs([.. changes.Heads.Select(h => h.Seq)]),
                    Blobs([.. changes.Heads.Select(h => h.Hash)]), Longs([.. changes.Heads.Select(h => h.RecordedAt)]),
                        Texts([.. changes.Heads.Select(h => Store.Day(h.RecordedOn))]));
        var keys = Unfilled(changes.Keys, _ => true, FillKeys);
        if (keys.Length > 0)
            Add("INSERT INTO key(key, content) SELECT * FROM unnest($1, $2)", Texts([.. keys.Select(k => k.Key)]), Blobs([.. keys.Select(k => k.Value)]));
        var aliases = changes.Aliases.Where(a => a.Key != a.Value).ToArray();
        if (aliases.Length > 0)
            Add("INSERT INTO account(account, party) SELECT * FROM unnest($1, $2) ON CONFLICT(account) DO UPDATE SET party = excluded.party",
                Texts([.. aliases.Select(k => k.Key)]), Texts([.. aliases.Select(k => k.Value)]));
        if (aliases.Length < changes.Aliases.Count)
            Add("DELETE FROM account WHERE account = ANY($1)", Texts([.. changes.Aliases.Where(a => a.Key == a.Value).Select(a => a.Key)]));
        if (changes.Joins.Count > 0)
            Add("INSERT INTO joined_party(party, into_party) SELECT * FROM unnest($1, $2) ON CONFLICT(party) DO UPDATE SET into_party = excluded.into_party",
                Texts([.. changes.Joins.Select(j => j.Key)]), Texts([.. changes.Joins.Select(j => j.Value)]));
        // Before what is new goes by COPY, which is at once.
        foreach (var pid in changes.Emptied)
            foreach (var kind in Chapters.Rows)
                Add($"DELETE FROM {kind.Table} WHERE pid = $1", Value(NpgsqlDbType.Bigint, pid));
        var parties = Unfilled(changes.States, s => s.IsNew, FillParties);
        if (parties.Length > 0)
            Add("INSERT INTO party(pid, id, next_review_on, state) SELECT * FROM unnest($1, $2, $3, $4) ON CONFLICT(pid) DO UPDATE SET next_review_on = "
                + "excluded.next_review_on, state = excluded.state",
                Longs([.. parties.Select(s => s.Pid)]), Texts([.. parties.Select(s => s.Id)]),
                    new Argument(NpgsqlDbType.Array | NpgsqlDbType.Bigint, parties.Select(s => (long?)s.NextReviewOn?.DayNumber).ToArray()),
                        Blobs([.. parties.Select(s => s.Header)]));
        foreach (var (kind, rows) in ByKind(changes.States))
        {
            var over = Unfilled(rows, static r => r.Row.IsNew, fresh => Fill(kind, fresh));
            if (over.Length > 0) Add(RowSql.Of(kind).PostgresUpsert, Arrays(kind, over));
        }
        if (changes.Cells is { } cells) Add("INSERT INTO cell_pending(deltas) VALUES($1)", Value(NpgsqlDbType.Bytea, cells));
        if (batch.BatchCommands.Count > 0) Try(batch.ExecuteNonQuery);

        void Add(string sql, params ReadOnlySpan<Argument> arguments) => PostgresDatabase.Add(batch, sql, arguments);
    }

    /// <summary>The columns of rows, an array each: place, key, what follows from the state, state.</summary>
    private static Argument[] Arrays(RowKind kind, (long Pid, RowForm Row)[] rows)
    {
        var columns = new ColumnArrays(kind, rows.Length);
        var (pids, states) = (new long[rows.Length], new byte[rows.Length][]);
        for (var i = 0; i < rows.Length; i++)
        {
            var (pid, row) = rows[i];
            (pids[i], states[i]) = (pid, row.Bytes);
            columns.Begin(i);
            RowKind.TellKey(kind.KeyOf(row.State), columns);
            kind.Tell(row.State, columns);
        }
        return [Longs(pids), .. columns.Arguments, Blobs(states)];
    }

    /// <summary>Takes what rows tell into an array a column.</summary>
    private sealed class ColumnArrays : RowSink
    {
        private readonly long[]?[] numbers;
        private readonly string[]?[] texts;
        private int row;
        private int column;

        public ColumnArrays(RowKind kind, int rows)
        {
            (numbers, texts) = (new long[kind.Key.Count + kind.Columns.Count][], new string[kind.Key.Count + kind.Columns.Count][]);
            for (var c = 0; c < numbers.Length; c++)
                if (c < kind.Key.Count || kind.Columns[c - kind.Key.Count].Type == RowColumnType.Text) texts[c] = new string[rows];
                else numbers[c] = new long[rows];
        }

        public IEnumerable<Argument> Arguments => texts.Zip(numbers, static (text, number) => text is null ? Longs(number!) : Texts(text));

        public void Begin(int at) => (row, column) = (at, 0);

        public override void Integer(long value) => numbers[column++]![row] = value;

        public override void Text(string value) => texts[column++]![row] = value;
    }

    /// <summary>Rows that are new go by COPY where there are enough of them; what is left is to be written over what may be there.</summary>
    private static T[] Unfilled<T>(IEnumerable<T> rows, Func<T, bool> isNew, Action<IEnumerable<T>> fill)
    {
        var all = rows as T[] ?? [.. rows];
        var fresh = all.Count(isNew);
        if (fresh < CopyMin) return all;
        fill(fresh == all.Length ? all : all.Where(isNew));
        return fresh == all.Length ? [] : Array.FindAll(all, row => !isNew(row));
    }

    public override void AddCells(IReadOnlyList<KeyValuePair<CellKey, CellValue>> cells) => Add("cell", "day", cells, withOwn: true);

    public override void AddStocks(IReadOnlyList<KeyValuePair<CellKey, CellValue>> stocks) => Add("stock", "month_end", stocks, withOwn: false);

    private void Add(string table, string day, IReadOnlyList<KeyValuePair<CellKey, CellValue>> cells, bool withOwn)
    {
        if (cells.Count == 0) return;
        var own = withOwn ? ", own" : "";
        Run($"INSERT INTO {table}(measure, {day}, ref_day, portfolio, segment, currency, minor, count{own}) "
            + $"SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8{(withOwn ? ", $9" : "")}) "
            + $"ON CONFLICT(measure, {day}, ref_day, portfolio, segment, currency{own}) DO UPDATE SET minor = {table}.minor + excluded.minor, count = "
            + $"{table}.count + excluded.count",
            [
                Longs([.. cells.Select(c => (long)c.Key.Measure.Number)]), Longs([.. cells.Select(c => (long)c.Key.Day)]),
                    Longs([.. cells.Select(c => (long)c.Key.RefDay)]),
                Texts([.. cells.Select(c => c.Key.Portfolio)]), Texts([.. cells.Select(c => c.Key.Segment)]), Texts([.. cells.Select(c => c.Key.Currency)]),
                Longs([.. cells.Select(c => c.Value.Minor)]), Longs([.. cells.Select(c => c.Value.Count)]),
                .. withOwn ? [Texts([.. cells.Select(c => c.Key.Own)])] : Array.Empty<Argument>(),
            ]);
    }
}
