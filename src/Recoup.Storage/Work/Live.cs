using System.Globalization;
using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Recovery;

namespace Recoup.Storage.Work;

/// <summary>States and read models as they stand, against the ones folded from zero: every row, every column.</summary>
internal static class Live
{
    public static void Compare(Store store, int partition, Dictionary<string, Folded> parties, AuditReport report)
    {
        var byPid = parties.Values.ToDictionary(f => f.Pid);

        Rows("party", "pid, id, next_review_on, state", parties.Count, (folded, s) =>
            s.Text(1) == folded.State.Id && s.LongOrNull(2) == folded.State.NextReviewOn?.DayNumber && s.Blob(3).SequenceEqual(StateCodec.Encode(folded.State)));
        Rows("item", "pid, number, account, open, due, currency, state", parties.Values.Sum(f => f.State.Items.Count), (folded, s) =>
            folded.State.Items.TryGetValue((s.Text(2), s.Text(1)), out var item) && s.Long(3) == (item.IsOpen ? 1 : 0) && s.Long(4) == item.DueOn.DayNumber && s.Text(5) == item.Currency && s.Blob(6).SequenceEqual(StateCodec.Encode(item)));
        Rows("cash", "pid, key, state", parties.Values.Sum(f => f.State.Cash.Count), (folded, s) =>
            folded.State.Cash.TryGetValue(s.Text(1), out var cash) && s.Blob(2).SequenceEqual(StateCodec.Encode(cash)));
        Rows("message", "pid, id, status, not_before, state", parties.Values.Sum(f => f.State.Messages.Count), (folded, s) =>
            folded.State.Messages.TryGetValue(s.Text(1), out MessageState? message) && s.Long(2) == (long)message.Status && s.Long(3) == message.NotBefore.ToUnixTimeMilliseconds() && s.Blob(4).SequenceEqual(StateCodec.Encode(message)));
        Rows("work", "pid, id, open, owner, CASE WHEN priority = CAST(priority AS BIGINT) THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END, CAST(priority AS BIGINT), state", parties.Values.Sum(f => f.State.WorkItems.Count), (folded, s) =>
            folded.State.WorkItems.TryGetValue(s.Text(1), out WorkItemState? work) && s.Long(2) == (work.Open ? 1 : 0) && s.Text(3) == work.Owner && s.Long(4) == 1 && s.Long(5) == Store.PriorityOf(work) && s.Blob(6).SequenceEqual(StateCodec.Encode(work)));

        void Rows(string table, string columns, int expected, Func<Folded, Statement, bool> agrees)
        {
            var found = 0;
            using var s = store.Own($"SELECT {columns} FROM {table} WHERE pid >= ? AND pid < ?");
            s.Bind(Store.RowId(partition, 0)).Bind(Store.RowId(partition + 1, 0));
            while (s.Step())
            {
                found++;
                if (!byPid.TryGetValue(s.Long(0), out var folded) || !agrees(folded, s))
                    report.Add(new AuditProblem("state", table, partition, null, $"{table} {s.Text(1)} (row of party {s.Long(0).ToString(CultureInfo.InvariantCulture)}) is not what the journal makes of it"));
            }
            if (found < expected) report.Add(new AuditProblem("state", table, partition, null, $"{expected - found} rows of {table} in partition {partition} are missing"));
        }
    }

    /// <summary>Which party an account is of, where that is not the account itself.</summary>
    public static List<AuditProblem> CompareAliases(Store store, Dictionary<string, string> folded)
    {
        var problems = new List<AuditProblem>();
        var missing = folded.Keys.ToHashSet(StringComparer.Ordinal);
        var s = store.Statement("SELECT account, party FROM account");
        while (s.Step())
        {
            missing.Remove(s.Text(0));
            if (folded.GetValueOrDefault(s.Text(0)) is var party && party != s.Text(1))
                problems.Add(new AuditProblem("state", "account", Partition.Of(s.Text(1)), null, $"account {s.Text(0)} is said to be of party {s.Text(1)}; the journal makes it of {party ?? "none"}"));
        }
        foreach (var account in missing.Order(StringComparer.Ordinal))
            problems.Add(new AuditProblem("state", "account", Partition.Of(folded[account]), null, $"account {account} of party {folded[account]} is missing in the table account"));
        return problems;
    }
}

/// <summary>SQLite lets any column hold any type of value, and reads '1x' as 1: what has another type than Recoup writes was not written by it.</summary>
internal static class Shapes
{
    /// <summary>The journal and the heads are looked at row by row elsewhere.</summary>
    internal static readonly (string Table, string[] Columns)[] Tables =
    [
        ("meta", ["name text", "value text"]),
        ("key", ["key text", "content blob"]),
        ("account", ["account text", "party text"]),
        ("party", ["pid integer", "id text", "next_review_on integer null", "state blob"]),
        ("item", ["pid integer", "account text", "number text", "open integer", "due integer", "currency text", "state blob"]),
        ("cash", ["pid integer", "key text", "state blob"]),
        ("message", ["id text", "pid integer", "status integer", "not_before integer", "state blob"]),
        ("work", ["id text", "pid integer", "open integer", "owner text", "priority real", "state blob"]),
        ("cell_pending", ["id integer", "deltas blob"]),
        ("cell", ["measure integer", "day integer", "ref_day integer", "portfolio text", "segment text", "currency text", "minor integer", "count integer"]),
        ("stock", ["measure integer", "month_end integer", "ref_day integer", "portfolio text", "segment text", "currency text", "minor integer", "count integer"]),
        ("erasure", ["party text", "done integer"]),
        ("api_key", ["id text", "name text", "may text", "hash blob", "created_at integer", "revoked_at integer null"]),
    ];

    /// <summary>False where something was found.</summary>
    public static bool Check(Store store, AuditReport report)
    {
        if (store.Database.IsTyped) return true;
        var fine = true;
        foreach (var (table, columns) in Tables)
        {
            var wrong = columns.Select(c => c.Split(' ')).Select(c => $"typeof({c[0]}) NOT IN ({string.Join(", ", c[1..].Select(type => $"'{type}'"))})");
            var s = store.Statement($"SELECT count(*) FROM {table} WHERE {string.Join(" OR ", wrong)}");
            s.Step();
            var count = s.Long(0);
            s.Reset();
            if (count == 0) continue;
            fine = false;
            report.Add(new AuditProblem(table is "cell" or "cell_pending" or "stock" ? "cells" : "state", table, null, null, $"{count} rows of {table} hold another type of value than they should"));
        }
        return fine;
    }
}

/// <summary>Whether the people who asked to be forgotten are, and the others are not.</summary>
internal static class Erasures
{
    public static IEnumerable<AuditProblem> Check(Store store, int partition, IEnumerable<Folded> parties)
    {
        foreach (var state in parties.Select(p => p.State))
        {
            if (state.Erased)
            {
                var s = store.Statement("SELECT done FROM erasure WHERE party = ?").Bind(state.Id);
                var noted = s.Step();
                var done = noted && s.Long(0) == 1;
                if (noted) s.Reset();
                if (!noted) yield return new AuditProblem("key", "erasure", partition, state.LastSeq, $"party {state.Id} was erased; the table erasure knows nothing of it");
                // Not done yet is what a crash leaves; the next command that writes finishes it.
                if (done && store.Vault.HasKey(state.Id)) yield return new AuditProblem("key", "keys.db", partition, state.LastSeq, $"party {state.Id} was erased, and its key is there again");
                continue;
            }
            if (state.Accounts.Exists(a => a.Sealed is { } bytes && store.Vault.Open(state.Id, bytes) is null) || state.Contact.Points.Exists(p => store.Vault.Open(state.Id, p.Sealed) is null))
                yield return new AuditProblem("key", "keys.db", partition, state.LastSeq, $"what identifies party {state.Id} can't be opened: its key is missing or another than it was sealed under");
        }
    }
}
