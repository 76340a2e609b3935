using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Recoup.Connectors.Files;
using Recoup.Connectors.Mail;
using Recoup.Core.Inputs;
using Recoup.Core.Measures;
using Recoup.Simulation;
using Recoup.Storage;
using Recoup.Storage.Sqlite;
using Recoup.Storage.Work;

namespace Recoup.Bench;

/// <summary>The figures: each next to what bounds it, measured in the same run, since the machine's speed drifts.</summary>
internal static partial class Sections
{
    private static readonly DateOnly First = new(2024, 1, 1);
    private static readonly DateOnly Last = new(2025, 12, 31);

    public static void InOwnProcess(string arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(Sections).Assembly.Location);
        foreach (var part in arguments.Split(' ')) start.ArgumentList.Add(part);
        using var process = Process.Start(start)!;
        process.WaitForExit();
    }

    // --- import ---

    public static void Import(int rows)
    {
        using var folder = new Folder();
        var file = Path.Combine(folder.Path, "rows.csv");
        WriteRows(file, rows, accounts: Math.Max(1, rows / 5));
        var size = new FileInfo(file).Length / 1e6;
        using var store = OpenNew(folder);
        var before = PeakMegabytes();
        var tenth = 0.0;
        var seconds = Time(() => Take(store, file, report => { if (report.Read <= rows / 10 + Intake.PartSize) tenth = PeakMegabytes(); }));
        // Read before anything else runs: what follows has peaks of its own.
        var peak = PeakMegabytes();
        var live = GC.GetTotalMemory(forceFullCollection: true) / 1e6;
        var (events, bytes) = Journal(store);
        var bare = OnPostgres ? BareCopy(store) : BareInserts(store, folder.Path);
        Line($"import {rows:N0} rows ({size:F0} MB){There}", $"{seconds:F1} s, {rows / seconds:N0} rows/s, {events / seconds:N0} events/s; {seconds / bare:F1} times bare {(OnPostgres ? "binary COPY" : "prepared inserts")} of the same {events:N0} journal rows ({bare:F1} s, {bytes / 1e6:F0} MB of payload)");
        Line("", $"peak {peak:F0} MB, {tenth:F0} MB after a tenth of the file, {before:F0} MB before it; {live:F0} MB managed are held at its end");
        var again = Time(() => Take(store, file));
        Line("the same file again", $"{again:F1} s, {rows / again:N0} rows/s, nothing changed");
        var audit = default(AuditReport);
        var verify = Time(() => audit = Audit.Verify(store, []));
        Line($"audit verify{There}", $"{verify:F1} s, {events / verify:N0} events/s, ok: {audit!.Ok}; peak {PeakMegabytes():F0} MB");
        var rebuild = Time(() => audit = Audit.Rebuild(store));
        Line($"rebuild{There}", $"{rebuild:F1} s, {events / rebuild:N0} events/s, ok: {audit!.Ok}");
    }

    // --- the daily run ---

    public static void Run(int parties)
    {
        using var folder = new Folder();
        var file = Path.Combine(folder.Path, "rows.csv");
        WriteRows(file, parties, parties);
        using var store = OpenNew(folder);
        Take(store, file);
        var day = Last.AddDays(60);
        var report = default(RunReport);
        var seconds = Time(() => report = new DailyRun(Door(store, "run", day)).Run(day, At(day), all: true));
        var bare = LevelsBySql(store, day);
        Line($"run, {parties:N0} parties all due{There}", $"{seconds:F1} s, {report!.Decisions / seconds:N0} decisions/s; peak {PeakMegabytes():F0} MB; {seconds / bare:F1} times SQL by hand over plain tables that only computes levels and inserts actions ({bare:F2} s)");
        // Something happens to one in fifty: only those are due on the next day, but for those whose time has come.
        var due = new List<InputUnit>();
        var problems = new List<InputProblem>();
        for (var i = 0; i < parties; i += 50)
            due.Add(new InputUnit(0, [InputJson.Parse(Encoding.UTF8.GetBytes($$"""{"type":"contact","key":"c-{{i}}","account":"A{{i:D7}}","at":"{{day:yyyy-MM-dd}}T11:00:00Z","channel":"call","direction":"inbound","outcome":"right_party"}"""), "bench", problems)!]));
        var door = Door(store, "import", day);
        foreach (var part in due.Chunk(Intake.PartSize)) door.Take(part);
        var few = Time(() => report = new DailyRun(Door(store, "run", day)).Run(day, At(day)));
        Line($"run, 2% due{There}", $"{few:F2} s for {report!.Decisions:N0} decisions, {report.Decisions / few:N0} decisions/s; {few / seconds * 100:F1}% of the time for {100.0 * report.Decisions / parties:F1}% of the parties");
        var none = Time(() => new DailyRun(Door(store, "run", day)).Run(day, At(day)));
        Line("run, none due", $"{none * 1000:F0} ms");
        Line("", $"row writes a decision: {RowWrites(store):F2} (journal, header; items are not read)");
    }

    private static double RowWrites(Store store)
    {
        // A decision that takes no action writes its journal row and the party's header.
        return 2.0 + 1.0 * Count(store, "work") / Math.Max(1, Count(store, "journal WHERE kind = 'decided'"));
    }

    // --- KPIs ---

    public static void Kpi(params int[] sizes)
    {
        foreach (var invoices in sizes)
        {
            using var folder = new Folder();
            var file = Path.Combine(folder.Path, "rows.csv");
            WriteRows(file, invoices, Math.Max(1, invoices / 5));
            using var store = OpenNew(folder);
            Take(store, file);
            var ends = KpiSeries.Days(First, Last, KpiEvery.Month);
            long cells = 0;
            var rows = 0;
            void Answer()
            {
                (rows, cells) = new Readings(store).Read(source =>
                {
                    var answer = new KpiEngine(KpiCatalog.Shipped, source).Answer(new KpiQuestion(ends) { ByPortfolio = true });
                    return (answer.Count, source.CellsRead);
                });
            }

            Answer();
            var all = Time(Answer);
            var one = Time(() => new Readings(store).Read(source => new KpiEngine(KpiCatalog.Shipped, source).Answer(new KpiQuestion(Last) { Kpis = ["dso"] })));
            var ageing = Time(() => new Readings(store).Read(source => AgeingReport.Of(source, Last, byPortfolio: true)));
            var sql = Time(() => Sql(store, ends));
            Line($"KPIs at {invoices:N0} invoices{There}", $"all {KpiCatalog.Shipped.All.Count} for 24 month ends by portfolio ({rows:N0} rows): {all * 1000:F0} ms from {cells:N0} cells; dso of one day {one * 1000:F1} ms; ageing {ageing * 1000:F1} ms");
            Line("", $"24 sums of what is overdue by SQL over the raw documents: {sql * 1000:F0} ms; stored cells and stocks: {Count(store, "cell"):N0} and {Count(store, "stock"):N0}; peak {PeakMegabytes():F0} MB");
        }
    }

    /// <summary>What a report without cells has to do: every item of every day from its documents.</summary>
    private static void Sql(Store store, IReadOnlyList<DateOnly> ends)
    {
        var sql = store.Place.Connection is null
            ? """
              SELECT (SELECT sum(json_extract(payload, '$.minor')) FROM journal WHERE kind = 'invoice_issued' AND effective_on <= ? AND json_extract(payload, '$.due_on') <= ?)
                   - (SELECT sum(json_extract(a.value, '$.minor')) FROM journal, json_each(payload, '$.allocations') a WHERE kind = 'payment_received' AND json_extract(a.value, '$.on') <= ?)
              """
            : """
              SELECT ((SELECT sum((p->>'minor')::bigint) FROM (SELECT convert_from(payload, 'UTF8')::json AS p, effective_on FROM journal WHERE kind = 'invoice_issued') i WHERE effective_on <= ? AND p->>'due_on' <= ?)
                   - (SELECT sum((a->>'minor')::bigint) FROM (SELECT convert_from(payload, 'UTF8')::json->'allocations' AS list FROM journal WHERE kind = 'payment_received') l, json_array_elements(list) a WHERE a->>'on' <= ?))::bigint
              """;
        foreach (var end in ends)
        {
            var day = end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var s = store.Statement(sql).Bind(day).Bind(day).Bind(day);
            while (s.Step()) _ = s.LongOrNull(0);
        }
    }

    // --- a large party ---

    public static void Party(int items)
    {
        using var folder = new Folder();
        using var store = Store.Open(folder.Path);
        var door = Door(store, "import", First.AddDays(120));
        var small = Party(door, "SMALL", 10);
        var large = Party(door, "LARGE", items);
        Line($"a party of {items:N0} open items", $"taken in {large:F1} s ({items / large:N0} items/s); peak {PeakMegabytes():F0} MB");
        foreach (var (what, json) in new (string, Func<string, int, string>)[]
        {
            ("payment for one invoice", (a, i) => $$"""{"type":"payment","key":"pf-{{a}}-{{i}}","account":"{{a}}","on":"2024-03-01","amount":"10.00","currency":"EUR","for":[{"invoice":"I{{i}}","amount":"10.00"}]}"""),
            ("payment, oldest first", (a, i) => $$"""{"type":"payment","key":"po-{{a}}-{{i}}","account":"{{a}}","on":"2024-03-01","amount":"10.00","currency":"EUR"}"""),
            ("one more invoice", (a, i) => $$"""{"type":"invoice","key":"n-{{a}}-{{i}}","account":"{{a}}","number":"N{{i}}","issued_on":"2024-03-01","due_on":"2024-03-31","amount":"10.00","currency":"EUR"}"""),
        })
        {
            var few = Each(door, "SMALL", json);
            var many = Each(door, "LARGE", json);
            Line(what, $"{many * 1000:F2} ms with {items:N0} items, {few * 1000:F2} ms with 10: {many / few:F1} times");
        }
        var day = new DateOnly(2024, 6, 1);
        var run = Time(() => new DailyRun(Door(store, "run", day)).Run(day, At(day)));
        Line("the daily run over both", $"{run * 1000:F0} ms");
        _ = small;
    }

    private static double Party(Door door, string account, int items)
    {
        var problems = new List<InputProblem>();
        Input Parse(string json) => InputJson.Parse(Encoding.UTF8.GetBytes(json), "bench", problems) ?? throw new InvalidOperationException(string.Join("; ", problems));
        door.Take([new InputUnit(0, [Parse($$"""{"type":"account","key":"a-{{account}}","account":"{{account}}"}""")])]);
        return Time(() =>
        {
            foreach (var part in Enumerable.Range(0, items).Chunk(Intake.PartSize))
                door.Take([.. part.Select(i => new InputUnit(0, [Parse($$"""{"type":"invoice","key":"i-{{account}}-{{i}}","account":"{{account}}","number":"I{{i}}","issued_on":"{{First.AddDays(i % 60):yyyy-MM-dd}}","due_on":"{{First.AddDays(i % 60 + 30):yyyy-MM-dd}}","amount":"100.00","currency":"EUR"}""")]))]);
        });
    }

    private static double Each(Door door, string account, Func<string, int, string> json)
    {
        var problems = new List<InputProblem>();
        const int times = 9;
        var seconds = new double[times];
        for (var i = 0; i < times; i++)
        {
            var input = InputJson.Parse(Encoding.UTF8.GetBytes(json(account, i)), "bench", problems)!;
            seconds[i] = Time(() => door.Take([new InputUnit(0, [input])]));
        }
        Array.Sort(seconds);
        return seconds[times / 2];
    }

    // --- what they share ---

    /// <summary>Invoices over two years, 25 portfolios in two currencies (50 combinations, each in several segments), net 30, four in five paid; in order of nothing but the row.</summary>
    private static void WriteRows(string file, int rows, int accounts)
    {
        var random = new SplitMix(1);
        using var writer = new StreamWriter(file);
        writer.WriteLine("account,name,portfolio,invoice,issued_on,due_on,amount,currency,paid_on");
        var days = Last.DayNumber - First.DayNumber - 60;
        for (var i = 0; i < rows; i++)
        {
            var account = i % accounts;
            var issued = First.AddDays(random.Below(days));
            var due = issued.AddDays(30);
            var paid = random.Chance(80) ? due.AddDays(random.Between(-20, 50)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "";
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"A{account:D7},Customer {account},P{account % 25:D2},INV-{i:D8},{issued:yyyy-MM-dd},{due:yyyy-MM-dd},{random.Between(500, 500000) / 100m},{(account / 25 % 2 == 0 ? "EUR" : "USD")},{paid}\n"));
        }
    }

    private static void Take(Store store, string file, Action<IntakeReport>? progress = null) =>
        new Intake(Door(store, "import", Last.AddDays(30))).Take(MappedFile.Read(Mapping.Load("receivables"), file), (row, reason) => throw new InvalidOperationException($"line {row.Line}: {reason}"), progress);

    private static Door Door(Store store, string operation, DateOnly day) => new(store, operation, new Standing(At(day)), TemplateWriter.Shipped);

    private static DateTimeOffset At(DateOnly day) => new(day, new TimeOnly(10, 0), TimeSpan.Zero);

    private sealed class Standing(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private static (long Events, long Bytes) Journal(Store store)
    {
        using var s = store.Own("SELECT count(*), CAST(sum(length(payload)) AS BIGINT) FROM journal");
        s.Step();
        return (s.Long(0), s.Long(1));
    }

    private static long Count(Store store, string table)
    {
        using var s = store.Own("SELECT count(*) FROM " + table);
        s.Step();
        return s.Long(0);
    }

    // --- PostgreSQL ---

    /// <summary>Sections run on a server of their own where they are told so.</summary>
    public static bool OnPostgres { get; set; }

    private static string There => OnPostgres ? ", PostgreSQL" : "";

    // Durable as it comes; the room of a server that has a machine of some size to itself.
    private static readonly Lazy<Tests.Stores.PostgresServer> Server = new(() => new Tests.Stores.PostgresServer("-c shared_buffers=1GB -c max_wal_size=8GB -c checkpoint_timeout=15min"));

    private static Store OpenNew(Folder folder)
    {
        if (!OnPostgres) return Store.Open(folder.Path);
        Npgsql.NpgsqlConnection.ClearAllPools();
        Server.Value.Execute("postgres", "DROP DATABASE IF EXISTS bench WITH (FORCE)");
        Server.Value.Execute("postgres", "CREATE DATABASE bench");
        return Store.Open(new StorePlace(folder.Path, Server.Value.Connection("bench")));
    }

    /// <summary>The same journal rows, by bare binary COPY into a table with a primary key, in the same batches.</summary>
    private static double BareCopy(Store store)
    {
        Server.Value.Execute("bench", "CREATE TABLE bare(id BIGINT PRIMARY KEY, partition BIGINT, seq BIGINT, prior BIGINT, party TEXT, account TEXT, kind TEXT, version BIGINT, effective_on TEXT, recorded_on TEXT, recorded_at BIGINT, actor TEXT, cause TEXT, workspace_seq BIGINT, payload BYTEA, hash BYTEA)");
        var target = (Storage.Postgres.PostgresDatabase)store.Database;
        string[] columns = ["id", "partition", "seq", "prior", "party", "account", "kind", "version", "effective_on", "recorded_on", "recorded_at", "actor", "cause", "workspace_seq", "payload", "hash"];
        var seconds = 0.0;
        for (var p = 0; p <= 64; p++)
            foreach (var part in store.Journal(p).Chunk(8192))
            {
                var rows = part.Select(r => new object?[] { r.Id, (long)r.Row.Partition, r.Row.Seq, r.Row.Prior, r.Row.Party, r.Row.Account, r.Row.Kind, (long)r.Row.Version, Store.Day(r.Row.EffectiveOn), Store.Day(r.Row.RecordedOn), r.Row.RecordedAt, r.Row.Actor, r.Row.Cause, r.Row.WorkspaceSeq, r.Row.Payload, r.Row.Hash }).ToList();
                seconds += Time(() => target.Import("bare", columns, rows));
            }
        return seconds;
    }

    /// <summary>
    /// What a program without journal, policy, gate and reasons would do: levels by days past due over plain tables, in one
    /// statement. The tables are filled before the clock starts.
    /// </summary>
    private static double LevelsBySql(Store store, DateOnly day)
    {
        store.Exec("CREATE TABLE plain_item(pid BIGINT, due BIGINT, minor BIGINT); CREATE TABLE plain_action(pid BIGINT, level BIGINT, minor BIGINT)");
        var rows = new List<object?[]>();
        using (var s = store.Own("SELECT pid, due FROM item WHERE open = 1"))
            while (s.Step()) rows.Add([s.Long(0), s.Long(1), 10000L]);
        store.Begin();
        var insert = store.Statement("INSERT INTO plain_item(pid, due, minor) VALUES(?, ?, ?)");
        if (store.Database is Storage.Postgres.PostgresDatabase target) target.Import("plain_item", ["pid", "due", "minor"], rows);
        else foreach (var row in rows) insert.Bind((long)row[0]!).Bind((long)row[1]!).Bind((long)row[2]!).Run();
        store.Commit();
        var seconds = Time(() => store.Statement("INSERT INTO plain_action SELECT pid, CASE WHEN max(? - due) > 60 THEN 4 WHEN max(? - due) > 30 THEN 3 WHEN max(? - due) > 14 THEN 2 ELSE 1 END, CAST(sum(minor) AS BIGINT) FROM plain_item WHERE due < ? GROUP BY pid HAVING sum(minor) > 0")
            .Bind(day.DayNumber).Bind(day.DayNumber).Bind(day.DayNumber).Bind(day.DayNumber).Run());
        store.Exec("DROP TABLE plain_item; DROP TABLE plain_action");
        return seconds;
    }

    /// <summary>The same journal rows, by bare prepared inserts of the same library into an empty table, in the same batches.</summary>
    private static double BareInserts(Store store, string folder)
    {
        using var db = new SqliteConnection($"Data Source={Path.Combine(folder, "bare.db")};Pooling=False");
        db.Open();
        void Exec(string sql) { using var command = db.CreateCommand(); command.CommandText = sql; command.ExecuteNonQuery(); }
        Exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=16384; CREATE TABLE journal(id INTEGER PRIMARY KEY, partition INTEGER, seq INTEGER, prior INTEGER, party TEXT, account TEXT, kind TEXT, version INTEGER, effective_on TEXT, recorded_on TEXT, recorded_at INTEGER, actor TEXT, cause TEXT, workspace_seq INTEGER, payload BLOB, hash BLOB)");
        using var insert = new SqliteStatement(db, "INSERT INTO journal VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        var seconds = 0.0;
        for (var p = 0; p <= 64; p++)
            foreach (var part in store.Journal(p).Chunk(8192))
                seconds += Time(() =>
                {
                    Exec("BEGIN IMMEDIATE");
                    foreach (var (id, row) in part)
                        insert.Bind(id).Bind(row.Partition).Bind(row.Seq).Bind(row.Prior).Bind(row.Party).Bind(row.Account).Bind(row.Kind).Bind(row.Version).Bind(Store.Day(row.EffectiveOn)).Bind(Store.Day(row.RecordedOn))
                            .Bind(row.RecordedAt).Bind(row.Actor).Bind(row.Cause).Bind(row.WorkspaceSeq).Bind(row.Payload.AsSpan()).Bind(row.Hash.AsSpan()).Run();
                    Exec("COMMIT");
                });
        return seconds;
    }

    private static double Time(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }

    private static double PeakMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e6;
    }

    private static void Line(string what, string figures) => Console.WriteLine($"{what,-40} {figures}");

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("recoup-bench-").FullName;

        public Folder() => Environment.SetEnvironmentVariable("RECOUP_KEYS", System.IO.Path.Combine(Path, "keys"));

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
