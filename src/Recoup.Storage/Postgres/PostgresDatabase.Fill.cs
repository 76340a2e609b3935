using Npgsql;
using NpgsqlTypes;
using Recoup.Core.Contact;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Storage.Postgres;

/// <content>Rows of which none stands there, by COPY.</content>
internal sealed partial class PostgresDatabase
{
    public override bool TellsNewRows => true;

    public override void Fill(IReadOnlyList<StateForm> states)
    {
        FillParties(states);
        FillItems(ItemsOf(states));
        FillCash(CashOf(states));
        FillMessages(MessagesOf(states));
        FillWork(WorkOf(states));
    }

    private static IEnumerable<(long Pid, ItemState Item, byte[] State, bool IsNew)> ItemsOf(IReadOnlyList<StateForm> states) => states.SelectMany(s => s.Items.Select(i => (s.Pid, i.Item, i.State, i.IsNew)));

    private static IEnumerable<(long Pid, string Key, byte[] State, bool IsNew)> CashOf(IReadOnlyList<StateForm> states) => states.SelectMany(s => s.Cash.Select(c => (s.Pid, c.Key, c.State, c.IsNew)));

    private static IEnumerable<(long Pid, MessageState Message, byte[] State, bool IsNew)> MessagesOf(IReadOnlyList<StateForm> states) => states.SelectMany(s => s.Messages.Select(m => (s.Pid, m.Message, m.State, m.IsNew)));

    private static IEnumerable<(long Pid, WorkItemState WorkItem, byte[] State, bool IsNew)> WorkOf(IReadOnlyList<StateForm> states) => states.SelectMany(s => s.WorkItems.Select(w => (s.Pid, w.WorkItem, w.State, w.IsNew)));

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

    private void FillItems(IEnumerable<(long Pid, ItemState Item, byte[] State, bool IsNew)> items) => Fill("item(pid, account, number, open, due, currency, state)", items, static (copy, row) =>
    {
        copy.Write(row.Pid, NpgsqlDbType.Bigint);
        copy.Write(row.Item.Account, NpgsqlDbType.Text);
        copy.Write(row.Item.Number, NpgsqlDbType.Text);
        copy.Write(row.Item.IsOpen ? 1L : 0, NpgsqlDbType.Bigint);
        copy.Write((long)row.Item.DueOn.DayNumber, NpgsqlDbType.Bigint);
        copy.Write(row.Item.Currency, NpgsqlDbType.Text);
        copy.Write(row.State, NpgsqlDbType.Bytea);
    });

    private void FillCash(IEnumerable<(long Pid, string Key, byte[] State, bool IsNew)> cash) => Fill("cash(pid, key, state)", cash, static (copy, row) =>
    {
        copy.Write(row.Pid, NpgsqlDbType.Bigint);
        copy.Write(row.Key, NpgsqlDbType.Text);
        copy.Write(row.State, NpgsqlDbType.Bytea);
    });

    private void FillMessages(IEnumerable<(long Pid, MessageState Message, byte[] State, bool IsNew)> messages) => Fill("message(id, pid, status, not_before, state)", messages, static (copy, row) =>
    {
        copy.Write(row.Message.Id, NpgsqlDbType.Text);
        copy.Write(row.Pid, NpgsqlDbType.Bigint);
        copy.Write((long)row.Message.Status, NpgsqlDbType.Bigint);
        copy.Write(row.Message.NotBefore.ToUnixTimeMilliseconds(), NpgsqlDbType.Bigint);
        copy.Write(row.State, NpgsqlDbType.Bytea);
    });

    private void FillWork(IEnumerable<(long Pid, WorkItemState WorkItem, byte[] State, bool IsNew)> work) => Fill("work(id, pid, open, owner, priority, state)", work, static (copy, row) =>
    {
        copy.Write(row.WorkItem.Id, NpgsqlDbType.Text);
        copy.Write(row.Pid, NpgsqlDbType.Bigint);
        copy.Write(row.WorkItem.Open ? 1L : 0, NpgsqlDbType.Bigint);
        copy.Write(row.WorkItem.Owner, NpgsqlDbType.Text);
        copy.Write(Store.PriorityOf(row.WorkItem), NpgsqlDbType.Bigint);
        copy.Write(row.State, NpgsqlDbType.Bytea);
    });

    public override void FillCells(IReadOnlyList<KeyValuePair<CellKey, CellValue>> cells) =>
        Fill("cell(measure, day, ref_day, portfolio, segment, currency, minor, count)", cells, static (copy, cell) =>
        {
            copy.Write((long)cell.Key.Measure, NpgsqlDbType.Bigint);
            copy.Write((long)cell.Key.Day, NpgsqlDbType.Bigint);
            copy.Write((long)cell.Key.RefDay, NpgsqlDbType.Bigint);
            copy.Write(cell.Key.Portfolio, NpgsqlDbType.Text);
            copy.Write(cell.Key.Segment, NpgsqlDbType.Text);
            copy.Write(cell.Key.Currency, NpgsqlDbType.Text);
            copy.Write(cell.Value.Minor, NpgsqlDbType.Bigint);
            copy.Write(cell.Value.Count, NpgsqlDbType.Bigint);
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
