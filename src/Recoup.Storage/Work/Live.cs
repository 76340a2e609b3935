using System.Globalization;
using System.Text;
using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;

namespace Recoup.Storage.Work;

/// <summary>States and read models as they stand, against the ones folded from zero: every row, every column.</summary>
internal static class Live
{
    /// <param name="shapes">Hears of every row.</param>
    public static void Compare(Store store, int partition, IReadOnlyCollection<Folded> parties, TableShapes shapes, AuditReport report)
    {
        var byPid = parties.ToDictionary(f => f.Pid);
        Rows("party", "pid, id, next_review_on, state", "pid", parties.Count, (folded, s) =>
            Is(s, 1, folded.State.Id) && s.LongOrNull(2) == folded.State.NextReviewOn?.DayNumber && StateCodec.IsOf(s.Blob(3), folded.State));
        foreach (var kind in Chapters.Rows)
        {
            var expected = new Expected(kind);
            var columns = new ComparedColumns();
            Rows(kind.Table, RowSql.Of(kind).Compared, RowSql.Of(kind).Order, parties.Sum(f => f.State.Of(kind).Count), (folded, s) =>
                expected.Of(folded, s) is { } row && columns.AreOf(kind, row, s));
        }

        void Rows(string table, string columns, string order, int expected, Func<Folded, Scan, bool> agrees)
        {
            var found = 0;
            Folded? folded = null;
            var seen = shapes.Seeing(table);
            using var s = store.Database.Scan($"SELECT {columns} FROM {table} WHERE pid >= ? AND pid < ? ORDER BY "
                + $"{order}", Store.RowId(partition, 0), Store.RowId(partition + 1, 0));
            while (s.Step())
            {
                found++;
                seen?.See(s);
                if (folded?.Pid != s.Long(0)) folded = byPid.GetValueOrDefault(s.Long(0));
                if (folded is null || !agrees(folded, s))
                    report.Add(new AuditProblem("state", table, partition, null, $"{table} {s.Text(1)} (row of party "
                        + $"{s.Long(0).ToString(CultureInfo.InvariantCulture)}) is not what the journal makes of it"));
            }
            seen?.End();
            if (found < expected)
                report.Add(new AuditProblem("state", table, partition, null, $"{expected - found} rows of {table} in partition {partition} are missing"));
        }
    }

    /// <summary>Whether that text stands in the column; mostly it does, and no text is made of it.</summary>
    private static bool Is(Scan row, int column, string text) => Ascii.Equals(row.Blob(column), text) || row.Text(column) == text;

    /// <summary>Holds what a row should tell against what stands there.</summary>
    private sealed class ComparedColumns : RowSink
    {
        private Scan? live;
        private int column;
        private bool same;

        public bool AreOf(RowKind kind, object row, Scan found)
        {
            (live, column, same) = (found, 1 + kind.Key.Count, true);
            kind.Tell(row, this);
            return same && kind.IsOf(found.Blob(column), row);
        }

        public override void Integer(long value) => same = live!.Long(column++) == value && same;

        public override void Text(string value) => same = Is(live!, column++, value) && same;

        public override void Real(long value)
        {
            Integer(1);
            Integer(value);
        }
    }

    /// <summary>What the rows of one party should be, in the order in which they come: each is mostly the next, and needs no looking up.</summary>
    private sealed class Expected(RowKind kind)
    {
        private readonly List<KeyValuePair<RowKey, object>> inOrder = [];
        private readonly bool hasTwo = kind.Key.Count == 2;
        private Folded? of;
        private int at;

        /// <summary>What the row should be; null where there should be none of its key.</summary>
        public object? Of(Folded folded, Scan row)
        {
            if (of != folded)
            {
                of = folded;
                at = 0;
                inOrder.Clear();
                folded.State.Of(kind).List(inOrder);
                if (inOrder.Count > 1) inOrder.Sort(static (a, b) => RowKey.Compare(a.Key, b.Key));
            }
            if (at < inOrder.Count && inOrder[at] is var (key, next) && Is(row, 1, key.First) && (!hasTwo || Is(row, 2, key.Second!)))
            {
                at++;
                return next;
            }
            return folded.State.Of(kind).Find(new RowKey(row.Text(1), hasTwo ? row.Text(2) : null));
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
                problems.Add(new AuditProblem("state", "account", Partition.Of(s.Text(1)), null, $"account {s.Text(0)} is said to be of party {s.Text(1)}; "
                    + $"the journal makes it of {party ?? "none"}"));
        }
        foreach (var account in missing.Order(StringComparer.Ordinal))
            problems.Add(new AuditProblem("state", "account", Partition.Of(folded[account]), null, $"account {account} of party {folded[account]} is missing "
                + "in the table account"));
        return problems;
    }

    /// <summary>Which party became part of which other.</summary>
    public static List<AuditProblem> CompareJoins(Store store, Dictionary<string, string> folded)
    {
        var problems = new List<AuditProblem>();
        var missing = folded.Keys.ToHashSet(StringComparer.Ordinal);
        var s = store.Statement("SELECT party, into_party FROM joined_party");
        while (s.Step())
        {
            missing.Remove(s.Text(0));
            if (folded.GetValueOrDefault(s.Text(0)) is var into && into != s.Text(1))
                problems.Add(new AuditProblem("state", "joined_party", Partition.Of(s.Text(0)), null,
                    $"party {s.Text(0)} is said to be part of party {s.Text(1)}; the journal makes it part of {into ?? "none"}"));
        }
        foreach (var party in missing.Order(StringComparer.Ordinal))
            problems.Add(new AuditProblem("state", "joined_party", Partition.Of(party), null,
                $"party {party}, which became part of party {folded[party]}, is missing in the table joined_party"));
        return problems;
    }
}

/// <summary>Whether the people who asked to be forgotten are, and the others are not.</summary>
internal static class Erasures
{
    /// <summary>Parties whose keys are fetched together: alone each would be a journey to the server.</summary>
    private const int FetchedAtOnce = 4096;

    public static IEnumerable<AuditProblem> Check(Store store, int partition, IEnumerable<Folded> parties)
    {
        foreach (var part in parties.Select(p => p.State).Chunk(FetchedAtOnce))
        {
            store.Vault.LoadAhead(part.Where(HasSealed).SelectMany(s => s.KeyIds));
            foreach (var state in part)
            {
                if (state.Erased)
                {
                    var s = store.Statement("SELECT done FROM erasure WHERE party = ?").Bind(state.Id);
                    var noted = s.Step();
                    var done = noted && s.Long(0) == 1;
                    if (noted) s.Reset();
                    if (!noted)
                        yield return new AuditProblem("key", "erasure", partition, state.LastSeq, $"party {state.Id} was erased; the table erasure knows "
                            + "nothing of it");
                    // Not done yet is what a crash leaves; the next command that writes finishes it.
                    foreach (var id in state.KeyIds)
                        if (done && store.Vault.HasKey(id)) yield return new AuditProblem("key", "keys.db", partition, state.LastSeq,
                            $"party {state.Id} was erased, and {(id == state.Id ? "its key" : $"the key of party {id}, which is part of it,")} is there again");
                    continue;
                }
                if (state.Accounts.Exists(a => a.Sealed is { } bytes && !Opens(state, bytes)) || state.Contact.Points.Exists(p => !Opens(state, p.Sealed)))
                    yield return new AuditProblem("key", "keys.db", partition, state.LastSeq, $"what identifies party {state.Id} can't be opened: its key is "
                        + "missing or another than it was sealed under");
            }
        }

        // By the keys that the journal says are the party's, whatever a table says.
        bool Opens(PartyState state, byte[] bytes) => state.KeyIds.Any(id => store.Vault.Open(id, bytes) is not null);
    }

    private static bool HasSealed(PartyState state) => !state.Erased && (state.Contact.Points.Count > 0 || state.Accounts.Exists(a => a.Sealed is not null));
}
