using Recoup.Core.Measures;
using Recoup.Storage.Postgres;

namespace Recoup.Bench;

/// <summary>Sums of one month end, segment and currency, as somebody would take them from a ledger's own tables.</summary>
internal readonly record struct PlainSums(long Current, long D1To30, long D31To60, long D61To90, long D90Plus,
    long Opening, long SalesOfMonth, long SalesOfQuarter)
{
    public long Total => Current + D1To30 + D31To60 + D61To90 + D90Plus;

    /// <summary>Null where nothing was sold.</summary>
    public decimal? Dso(int days) => SalesOfQuarter == 0 ? null : (decimal)Total * days / SalesOfQuarter;

    public decimal? Cei => Opening + SalesOfMonth - Current is var could and not 0 ? 100m * (Opening + SalesOfMonth - Total) / could : null;
}

/// <summary>
/// The ledger as plain tables of invoices and payments, each invoice with its customer's segment, and the series that
/// KPIs are held against: ageing, DSO and CEI by segment and currency, in two statements that pass once over the rows.
/// </summary>
internal static class PlainLedger
{
    public static void Fill(Ground ground, int accounts, IReadOnlyList<DateOnly> ends)
    {
        var store = ground.Store;
        store.Exec($"""
            CREATE TABLE plain_invoice(id {ground.WholeNumber} PRIMARY KEY, segment TEXT, currency TEXT, issued BIGINT, due BIGINT, minor BIGINT);
            CREATE TABLE plain_payment(invoice BIGINT, day BIGINT, minor BIGINT);
            CREATE TABLE plain_month(first BIGINT, first_of_quarter BIGINT, last BIGINT);
            """);
        foreach (var end in ends)
        {
            var first = new DateOnly(end.Year, end.Month, 1);
            store.Statement("INSERT INTO plain_month VALUES(?, ?, ?)").Bind(first.DayNumber).Bind(first.AddMonths(-2).DayNumber).Bind(end.DayNumber).Run();
        }
        Insert(ground, "plain_invoice", ["id", "segment", "currency", "issued", "due", "minor"], Invoices(accounts));
        Insert(ground, "plain_payment", ["invoice", "day", "minor"], Payments(accounts));
        if (ground.IsPostgres) store.Exec("ANALYZE plain_invoice; ANALYZE plain_payment");
    }

    public static void Drop(Ground ground) => ground.Store.Exec("DROP TABLE plain_invoice; DROP TABLE plain_payment; DROP TABLE plain_month");

    // An invoice of the opening comes again with its payment: its id follows from what it is.
    private static long IdOf(LedgerRow row) => ((long)row.Account << 8) | row.Number[^1] | (row.Number[^2] == 'S' ? 128L : 0);

    private static IEnumerable<object?[]> Invoices(int accounts) =>
        Ledger.Opening(accounts).Concat(Ledger.Years(accounts).Where(r => r.IssuedOn > Ledger.Eve))
            .Select(r => new object?[] { IdOf(r), Ledger.SegmentOf(r.Account), r.CurrencyCode, (long)r.IssuedOn.DayNumber, (long)r.DueOn.DayNumber, r.Minor });

    private static IEnumerable<object?[]> Payments(int accounts) =>
        Ledger.Opening(accounts).Concat(Ledger.Years(accounts)).Where(r => r.PaidOn is not null)
            .Select(r => new object?[] { IdOf(r), (long)r.PaidOn!.Value.DayNumber, r.Minor });

    private static void Insert(Ground ground, string table, string[] columns, IEnumerable<object?[]> rows)
    {
        if (ground.Store.Database is PostgresDatabase target)
        {
            target.Import(table, columns, Told(rows, table));
            return;
        }
        var insert = ground.Store.Statement($"INSERT INTO {table} VALUES({string.Join(", ", columns.Select(_ => "?"))})");
        foreach (var part in Told(rows, table).Chunk(PartSize))
        {
            ground.Store.Begin();
            foreach (var row in part)
            {
                foreach (var value in row) _ = value is long number ? insert.Bind(number) : insert.Bind((string?)value);
                insert.Run();
            }
            ground.Store.Commit();
        }
    }

    private const int PartSize = 65_536;

    private static IEnumerable<object?[]> Told(IEnumerable<object?[]> rows, string table)
    {
        var count = 0L;
        foreach (var row in rows)
        {
            if (++count % PartSize == 0) Progress.Now(() => $"{table}: {count:N0} rows");
            yield return row;
        }
    }

    /// <summary>By month end, segment and currency.</summary>
    public static Dictionary<(int End, string Segment, string Currency), PlainSums> Read(Ground ground)
    {
        var found = new Dictionary<(int, string, string), PlainSums>();
        // What moved on a day is summed first: the months are then laid on some thousand sums and not on every row.
        var s = ground.Store.Statement("""
            WITH movement AS MATERIALIZED (
                SELECT segment, currency, day, due, CAST(sum(minor) AS BIGINT) AS minor
                FROM (SELECT segment, currency, issued AS day, due, minor FROM plain_invoice
                      UNION ALL
                      SELECT i.segment, i.currency, p.day, i.due, -p.minor FROM plain_payment p JOIN plain_invoice i ON i.id = p.invoice) AS movements
                GROUP BY segment, currency, day, due)
            SELECT m.last, v.segment, v.currency,
                CAST(sum(CASE WHEN v.due >= m.last THEN v.minor ELSE 0 END) AS BIGINT),
                CAST(sum(CASE WHEN m.last - v.due BETWEEN 1 AND 30 THEN v.minor ELSE 0 END) AS BIGINT),
                CAST(sum(CASE WHEN m.last - v.due BETWEEN 31 AND 60 THEN v.minor ELSE 0 END) AS BIGINT),
                CAST(sum(CASE WHEN m.last - v.due BETWEEN 61 AND 90 THEN v.minor ELSE 0 END) AS BIGINT),
                CAST(sum(CASE WHEN m.last - v.due > 90 THEN v.minor ELSE 0 END) AS BIGINT),
                CAST(sum(CASE WHEN v.day < m.first THEN v.minor ELSE 0 END) AS BIGINT)
            FROM plain_month m JOIN movement v ON v.day <= m.last
            GROUP BY m.last, v.segment, v.currency
            """);
        while (s.Step()) found[(s.Int(0), s.Text(1), s.Text(2))] = new PlainSums(s.Long(3), s.Long(4), s.Long(5), s.Long(6), s.Long(7), s.Long(8), 0, 0);
        s = ground.Store.Statement("""
            WITH sales AS MATERIALIZED (
                SELECT segment, currency, issued AS day, CAST(sum(minor) AS BIGINT) AS minor FROM plain_invoice GROUP BY segment, currency, issued)
            SELECT m.last, v.segment, v.currency, CAST(sum(CASE WHEN v.day >= m.first THEN v.minor ELSE 0 END) AS BIGINT), CAST(sum(v.minor) AS BIGINT)
            FROM plain_month m JOIN sales v ON v.day >= m.first_of_quarter AND v.day <= m.last
            GROUP BY m.last, v.segment, v.currency
            """);
        while (s.Step())
            if (found.TryGetValue((s.Int(0), s.Text(1), s.Text(2)), out var sums))
                found[(s.Int(0), s.Text(1), s.Text(2))] = sums with { SalesOfMonth = s.Long(3), SalesOfQuarter = s.Long(4) };
        return found;
    }

    /// <summary>Throws where the two ways of counting differ: a comparison with something else is none.</summary>
    public static void Compare(Dictionary<(int End, string Segment, string Currency), PlainSums> plain,
        IReadOnlyList<AgeingRow> ageing, IReadOnlyList<KpiRow> kpis)
    {
        foreach (var row in ageing)
        {
            var sums = plain[(row.AsOf.DayNumber, row.Group.Segment!, row.Group.Currency)];
            if (!row.Buckets.SequenceEqual([sums.Current, sums.D1To30, sums.D31To60, sums.D61To90, sums.D90Plus]))
                throw new InvalidOperationException($"ageing of {row.AsOf:yyyy-MM-dd}, {row.Group.Segment}, {row.Group.Currency}: {row} here, {sums} by SQL");
        }
        var compared = 0;
        foreach (var row in kpis)
        {
            // Sales of before the first run were in no segment yet.
            if (row.Kpi is not ("dso" or "cei") || row.Segment is null || row.From <= Ledger.Eve || row.Currency is null
                || !plain.TryGetValue((row.AsOf.DayNumber, row.Segment, row.Currency), out var sums)) continue;
            var expected = row.Kpi == "dso" ? sums.Dso(row.AsOf.DayNumber - row.From.DayNumber + 1) : sums.Cei;
            if (row.Value is null != expected is null || Math.Abs((row.Value ?? 0) - (expected ?? 0)) > 0.000001m)
                throw new InvalidOperationException($"{row.Kpi} of {row.AsOf:yyyy-MM-dd}, {row.Segment}, {row.Currency}: {row.Value} here, {expected} by SQL");
            compared++;
        }
        if (ageing.Count < 24 * Ledger.Segments.Length || compared < 24 * Ledger.Segments.Length)
            throw new InvalidOperationException($"{ageing.Count} rows of ageing and {compared} values compared, fewer than 24 month ends of 5 segments have");
    }
}
