using Npgsql;
using NpgsqlTypes;
using Recoup.Core.Cells;
using Recoup.Core.Measures;
using Recoup.Core.Parties;

namespace Recoup.Storage.Postgres;

/// <content>Rows of which none stands there, by COPY.</content>
internal sealed partial class PostgresDatabase
{
    public override bool TellsNewRows => true;

    public override void Fill(IReadOnlyList<StateForm> states)
    {
        FillParties(states);
        foreach (var (kind, rows) in ByKind(states)) Fill(kind, rows);
    }

    /// <summary>The rows of several parties, those of each kind together.</summary>
    private static List<(RowKind Kind, (long Pid, RowForm Row)[] Rows)> ByKind(IReadOnlyList<StateForm> states)
    {
        var counts = new List<(RowKind Kind, int Count)>();
        foreach (var form in states)
            foreach (var (kind, rows) in form.Beside)
                if (counts.FindIndex(c => ReferenceEquals(c.Kind, kind)) is var at and >= 0) counts[at] = (kind, counts[at].Count + rows.Length);
                else counts.Add((kind, rows.Length));
        return counts.ConvertAll(c =>
        {
            var all = new (long, RowForm)[c.Count];
            var next = 0;
            foreach (var form in states)
                foreach (var row in form.Rows(c.Kind)) all[next++] = (form.Pid, row);
            return (c.Kind, all);
        });
    }

    private void FillKeys(IEnumerable<KeyValuePair<string, byte[]>> keys) => Fill("key(key, content)", keys, static (copy, key) =>
    {
        copy.Write(key.Key, NpgsqlDbType.Text);
        copy.Write(key.Value, NpgsqlDbType.Bytea);
    });

    private void FillParties(IEnumerable<StateForm> states) => Fill("party(pid, id, next_review_on, state)", states, static (copy, s) =>
    {
        copy.Write(s.Pid, NpgsqlDbType.Bigint);
        copy.Write(s.Id, NpgsqlDbType.Text);
        if (s.NextReviewOn is { } day) copy.Write((long)day.DayNumber, NpgsqlDbType.Bigint); else copy.WriteNull();
        copy.Write(s.Header, NpgsqlDbType.Bytea);
    });

    private void Fill(RowKind kind, IEnumerable<(long Pid, RowForm Row)> rows)
    {
        CopiedColumns? columns = null;
        Fill(KindSql.Of(kind).Table, rows, (copy, row) =>
        {
            if (columns?.Copy != copy) columns = new CopiedColumns(copy);
            copy.Write(row.Pid, NpgsqlDbType.Bigint);
            RowKind.TellKey(kind.KeyOf(row.Row.State), columns);
            kind.Tell(row.Row.State, columns);
            copy.Write(row.Row.Bytes, NpgsqlDbType.Bytea);
        });
    }

    /// <summary>Writes what a row's columns hold to a COPY.</summary>
    private sealed class CopiedColumns(NpgsqlBinaryImporter copy) : RowSink
    {
        public NpgsqlBinaryImporter Copy => copy;

        public override void Integer(long value) => copy.Write(value, NpgsqlDbType.Bigint);

        public override void Text(string value) => copy.Write(value, NpgsqlDbType.Text);
    }

    public override void FillCells(IReadOnlyList<KeyValuePair<CellKey, CellValue>> cells) =>
        Fill("cell(measure, day, ref_day, portfolio, segment, currency, minor, count, own)", cells, static (copy, cell) =>
        {
            copy.Write((long)cell.Key.Measure.Number, NpgsqlDbType.Bigint);
            copy.Write((long)cell.Key.Day, NpgsqlDbType.Bigint);
            copy.Write((long)cell.Key.RefDay, NpgsqlDbType.Bigint);
            copy.Write(cell.Key.Portfolio, NpgsqlDbType.Text);
            copy.Write(cell.Key.Segment, NpgsqlDbType.Text);
            copy.Write(cell.Key.Currency, NpgsqlDbType.Text);
            copy.Write(cell.Value.Minor, NpgsqlDbType.Bigint);
            copy.Write(cell.Value.Count, NpgsqlDbType.Bigint);
            copy.Write(cell.Key.Own, NpgsqlDbType.Text);
        });

    private void Fill<T>(string table, IEnumerable<T> rows, Action<NpgsqlBinaryImporter, T> write)
    {
        using var each = rows.GetEnumerator();
        if (!each.MoveNext()) return;
        Free(null);
        Try(() =>
        {
            using var copy = Connection.BeginBinaryImport($"COPY {table} FROM STDIN (FORMAT BINARY)");
            copy.Timeout = TimeSpan.Zero;
            do
            {
                copy.StartRow();
                write(copy, each.Current);
            }
            while (each.MoveNext());
            return copy.Complete();
        });
    }
}
