using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using Recoup.Connectors.Mail;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;
using Recoup.Tests.Durability;
using Recoup.Tests.Stores;

namespace Recoup.Tests;

/// <summary>Roles, locks, limits, and connections that break at the worst moment.</summary>
public sealed class PostgresConnectionTests
{
    private const int Accounts = 1500, Mailed = 40;

    private static string[] Import(DataFolder folder) =>
        ["import", folder.Write("rows.csv", Ledger.Csv(Accounts, Mailed)), "--map", "receivables", "--now", "2026-02-02T10:00:00Z"];

    private static void ShouldHoldEachRowOnce(DataFolder folder)
    {
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'invoice_issued'").ShouldBe(2 * Accounts);
        folder.Count("SELECT count(*) FROM item").ShouldBe(2 * Accounts);
        folder.ShouldBeSound();
    }

    [Fact]
    public void The_applications_role_does_all_work_and_can_neither_change_nor_delete_the_journal()
    {
        using var folder = new DataFolder();
        var server = PostgresServer.Shared;
        var (database, application) = AsApplication(folder);
        folder.Run([.. application, .. Import(folder)]).Expect(0);
        folder.Run([.. application, "sending", "live", "--now", "2026-02-02T10:00:00Z"]).Expect(0);
        folder.Run([.. application, "run", "--as-of", "2026-02-09", "--now", "2026-02-09T10:00:00Z"]).Expect(0);
        folder.Run([.. application, "dispatch", "--now", "2026-02-09T10:05:00Z"]).Expect(0);
        folder.Run([.. application, "send", folder.Write("e.ndjson", """{"type":"erasure","key":"e-1","account":"A0007","reason":"asked for"}""")]).Expect(0);
        folder.Run([.. application, "rebuild"]).Expect(0);
        folder.Run([.. application, "audit", "verify"]).Expect(0);
        var tables = TestStores.Rows(folder.Place, "SELECT relname::text FROM pg_class WHERE relname LIKE 'journal%' "
            + "AND relkind IN ('r', 'p') OR relname LIKE 'key%' AND relkind IN ('r', 'p')").ConvertAll(r => (string)r[0]!);
        tables.Count.ShouldBeGreaterThan(16);
        foreach (var table in tables)
            foreach (var sql in new[] { $"DELETE FROM {table}",
                $"UPDATE {table} SET {(table.StartsWith("key", StringComparison.Ordinal) ? "content = ''" : "actor = 'x'")}", $"TRUNCATE {table}",
                $"DROP TABLE {table}", $"ALTER TABLE {table} DISABLE TRIGGER ALL" })
                Should.Throw<PostgresException>(() => server.Execute(database, sql, "recoup_app"), sql).SqlState.ShouldBe("42501", sql);
    }

    private static readonly Lock Roles = new();

    /// <summary>Gives the application's role what it needs of the folder's database. Returns the options by which a command is that role.</summary>
    private static (string Database, string[] Options) AsApplication(DataFolder folder)
    {
        var server = PostgresServer.Shared;
        var database = new NpgsqlConnectionStringBuilder(folder.Place.Connection).Database!;
        lock (Roles)
            server.Execute("postgres",
                "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'recoup_app') THEN CREATE ROLE recoup_app LOGIN; END IF; END $$");
        folder.Run("migrate", "--grant", "recoup_app").Expect(0);
        return (database, ["--database", server.Connection(database, "recoup_app")]);
    }

    [Fact]
    public void The_applications_role_keeps_what_it_needs_when_the_owner_brings_the_schema_up_to_date()
    {
        using var folder = new DataFolder();
        var server = PostgresServer.Shared;
        var (database, application) = AsApplication(folder);
        // As a version before left it: the parts of a table were not asked by themselves, and nothing was set aside.
        var parts = TestStores.Rows(folder.Place,
            "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relname ~ '^(party|item|cash|message|work)_[0-9]$'").ConvertAll(r => (string)r[0]!);
        parts.Count.ShouldBe(40);
        var later = SchemaSteps.All.SelectMany(step => System.Text.RegularExpressions.Regex.Matches(step.Postgres, @"CREATE TABLE (\w+)\(")
            .Select(m => m.Groups[1].Value));
        server.Execute(database,
            $"REVOKE ALL ON {string.Join(", ", parts)} FROM recoup_app; "
            + $"DROP TABLE set_aside, joined_party, {string.Join(", ", later)}; ALTER TABLE cell DROP CONSTRAINT cell_pkey; "
            + "ALTER TABLE cell DROP COLUMN own; ALTER TABLE cell ADD PRIMARY KEY(measure, day, ref_day, portfolio, segment, currency); "
            + "ALTER TABLE message DROP COLUMN reference, DROP COLUMN number_set; UPDATE schema_version SET version = 3");
        folder.Run([.. application, .. Import(folder)]).Exit.ShouldBe(1);
        folder.Run("migrate").Expect(0);
        folder.Run([.. application, .. Import(folder)]).Expect(0);
        ShouldHoldEachRowOnce(folder);
    }

    [Fact]
    public void The_applications_role_may_use_the_table_of_a_new_kind_of_rows_and_nobody_else_may()
    {
        using var folder = new DataFolder();
        folder.Open(create: true).Dispose();
        var (database, _) = AsApplication(folder);
        PostgresServer.Shared.Execute(database, SchemaStep.Of(MadeUpPlan.Kind).Postgres);
        TestStores.Rows(folder.Place, "SELECT grantee::text, privilege_type::text FROM information_schema.role_table_grants WHERE table_name = 'pay_plan' "
            + "AND grantee <> 'postgres' ORDER BY 2").Select(r => $"{r[0]} {r[1]}")
            .ShouldBe(["recoup_app DELETE", "recoup_app INSERT", "recoup_app SELECT", "recoup_app UPDATE"]);
        TestStores.Rows(folder.Place, "SELECT count(*) FROM information_schema.role_table_grants WHERE table_name ~ '^pay_plan_[0-9]$' "
            + "AND grantee = 'recoup_app' AND privilege_type = 'SELECT'").ShouldHaveSingleItem()[0].ShouldBe(8L);
        PostgresServer.Shared.Execute(database,
            "INSERT INTO pay_plan(pid, id, parts, owner, weight, state) VALUES(5, 'p', 1, 'ann', 2, ''); SELECT state FROM pay_plan_0", "recoup_app");
    }

    /// <summary>A turn is a session's. Who had it may still be about to write when its session has ended and another has taken it.</summary>
    [Fact]
    public async Task Who_lost_a_turn_decides_nothing_that_the_next_one_decides()
    {
        using var folder = new DataFolder();
        folder.Run(Import(folder)).Expect(0);
        var (asOf, now) = (new DateOnly(2026, 2, 9), new DateTimeOffset(2026, 2, 9, 10, 0, 0, TimeSpan.Zero));
        using var first = Store.Open(folder.Place, create: false);
        using var second = Store.Open(folder.Place, create: false);
        var (one, other) = (RunOf(first), RunOf(second));
        one.Begin(asOf, now).ShouldBeTrue();
        var slot = Slots.Of(first)[3];
        var due = first.PartiesDue(asOf, slot).Count;
        due.ShouldBeGreaterThan(10);
        Task<RunReport> lost, next;
        using (folder.HoldWriters())
        {
            // It knows who is due, and waits for their chains.
            lost = Task.Run(() => one.RunSlot(asOf, now, slot, default));
            Waiting(1);
            TestStores.Rows(folder.Place, "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted "
                + "AND pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())").Count.ShouldBe(1);
            next = Task.Run(() => other.RunSlot(asOf, now, slot, default));
            Waiting(2);
        }
        ((await lost).Reviewed + (await next).Reviewed).ShouldBe(due);
        TestStores.Rows(folder.Place, "SELECT party, count(*) FROM journal WHERE kind = 'decided' GROUP BY party HAVING count(*) > 1").ShouldBeEmpty();
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'decided'").ShouldBe(due);
        one.SlotsLeft(asOf).ShouldNotContain(slot);
        folder.ShouldBeSound();

        void Waiting(int sessions) =>
            SpinWait.SpinUntil(() => TestStores.Rows(folder.Place, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                + "AND wait_event_type = 'Lock'")[0][0] is long there && there == sessions, TimeSpan.FromSeconds(20)).ShouldBeTrue($"{sessions} wait");

        static DailyRun RunOf(Store store) => new(new Door(store, "run", TimeProvider.System, TemplateWriter.Shipped));
    }

    [Fact]
    public void A_batch_looks_up_what_it_needs_by_index_and_goes_through_no_table()
    {
        using var folder = new DataFolder();
        // The same rows twice: once nothing is there, once everything.
        folder.Run(Import(folder)).Expect(0);
        folder.Run(Import(folder)).Expect(0);
        folder.Run("run", "--as-of", "2026-02-09", "--now", "2026-02-09T10:00:00Z").Expect(0);
        // What sessions counted is told when they end.
        NpgsqlConnection.ClearAllPools();
        const string written = "SELECT sum(n_tup_ins)::bigint FROM pg_stat_user_tables WHERE relname LIKE 'item%'";
        SpinWait.SpinUntil(() => TestStores.Rows(folder.Place, written)[0][0] is long and 2 * Accounts, TimeSpan.FromSeconds(30)).ShouldBeTrue();
        TestStores.Rows(folder.Place, "SELECT relname::text, seq_tup_read FROM pg_stat_user_tables "
            + "WHERE relname ~ '^(journal|key|account|party|item|cash|message|work)' AND seq_tup_read > 0").Select(r => $"{r[0]}: {r[1]} rows").ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_waits_in_vain_is_told_so_and_readers_do_not_wait()
    {
        using var folder = new DataFolder();
        folder.Run(Import(folder)).Expect(0);
        await using var other = new NpgsqlConnection(folder.Place.Connection);
        await other.OpenAsync();
        await using (var hold = new NpgsqlCommand("BEGIN; SELECT 1 FROM head FOR UPDATE", other)) await hold.ExecuteNonQueryAsync();
        var impatient = folder.Place.Connection + ";Options=-c lock_timeout=1000";
        folder.Run("--database", impatient, "run", "--as-of", "2026-02-09", "--now", "2026-02-09T10:00:00Z").Expect(1).Err.Trim()
            .ShouldBe("another Recoup has held the same partition for half a minute; try again when it is done.");
        folder.Run("ageing").Expect(0);
        folder.Run("worklist").Expect(0);
        await using (var end = new NpgsqlCommand("ROLLBACK", other)) await end.ExecuteNonQueryAsync();
        folder.Run("run", "--as-of", "2026-02-09", "--now", "2026-02-09T10:00:00Z").Expect(0);
    }

    /// <summary>A restart of the server, or an administrator, ends sessions that nobody sees end: they stand idle in the pool.</summary>
    [Fact]
    public void Sessions_that_ended_while_nobody_used_them_are_made_anew()
    {
        using var folder = new DataFolder();
        folder.Run(Import(folder)).Expect(0);
        var database = new NpgsqlConnectionStringBuilder(folder.Place.Connection).Database!;
        for (var i = 0; i < 3; i++)
        {
            using (var one = folder.Open())
            using (folder.Open()) one.Vault.HoldsKeys.ShouldBeTrue();
            PostgresServer.Shared.Execute("postgres", $"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{database}'");
            if (i == 0) folder.Run("ageing").Expect(0);
        }
        Store.Exists(folder.Place).ShouldBeTrue();
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_statement_that_takes_too_long_is_ended_and_says_so()
    {
        using var folder = new DataFolder();
        folder.Run(Import(folder)).Expect(0);
        folder.Tamper("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(5); RETURN NEW; END'; "
            + "CREATE TRIGGER slow BEFORE INSERT ON key FOR EACH ROW EXECUTE FUNCTION slow()");
        var late = folder.Write("late.ndjson", """{"type":"account","key":"late","account":"A0001","name":"Another"}""");
        var refused = folder.Run("--database", folder.Place.Connection + ";Options=-c statement_timeout=500", "send", late);
        refused.Expect(1).Err.ShouldContain("took too long (statement_timeout)");
        folder.Tamper("DROP TRIGGER slow ON key");
        ShouldHoldEachRowOnce(folder);
    }

    [Fact]
    public void What_the_database_refuses_is_said_in_its_words_and_leaves_nothing()
    {
        using var folder = new DataFolder();
        folder.Run(Import(folder)).Expect(0);
        folder.Tamper("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not today''; END'; "
            + "CREATE TRIGGER refuse BEFORE INSERT ON key FOR EACH ROW EXECUTE FUNCTION refuse()");
        var later = folder.Write("later.ndjson", """{"type":"account","key":"later","account":"A0001","name":"Another"}""");
        folder.Run("send", later).Expect(3).Err.ShouldContain("the database refused it: not today (SQLSTATE P0001)");
        folder.Tamper("DROP TRIGGER refuse ON key");
        ShouldHoldEachRowOnce(folder);
    }

    [Fact]
    public void Several_processes_make_the_schema_at_once()
    {
        var server = PostgresServer.Shared;
        server.Execute("postgres", "CREATE DATABASE made_at_once");
        var place = new StorePlace(Directory.CreateTempSubdirectory("recoup-at-once-").FullName, server.Connection("made_at_once"));
        try
        {
            Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 6 }, _ => Store.Open(place).Dispose());
            TestStores.Rows(place, "SELECT count(*) FROM schema_version").Single()[0].ShouldBe(1L);
            TestStores.Rows(place, "UPDATE schema_version SET version = 999");
            Should.Throw<StoreException>(() => Store.Open(place)).Message.ShouldContain("newer Recoup (schema 999");
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            server.Drop(place.Connection!);
            Directory.Delete(place.Folder, recursive: true);
        }
    }

    [Fact]
    public void A_database_without_recoup_is_named_as_such()
    {
        var server = PostgresServer.Shared;
        server.Execute("postgres", "CREATE DATABASE nothing_here");
        using var folder = new DataFolder();
        folder.Run("--database", server.Connection("nothing_here"), "ageing").Expect(1).Err.ShouldContain("no Recoup data in this database");
        folder.Run("--database", "Host=127.0.0.1;Port=1;Username=x;Password=secret;Database=y", "ageing").Expect(1).Err.ShouldNotContain("secret");
        folder.Run("--database", "what is this", "ageing").Expect(2).Err.ShouldContain("can't be understood");
    }

    [Fact]
    public void A_server_that_crashes_in_the_middle_of_an_import_loses_and_doubles_nothing()
    {
        using var server = new PostgresServer();
        server.Execute("postgres", "CREATE DATABASE crashed");
        using var folder = new DataFolder();
        string[] arguments = ["--database", server.Connection("crashed"), .. Import(folder)];
        using var import = folder.Start(null, [.. arguments, "--format", "json"]);
        var waited = Stopwatch.StartNew();
        while (Events(server) < 500 && waited.Elapsed < TimeSpan.FromMinutes(1)) Thread.Sleep(20);
        server.Stop("immediate");
        server.Start();
        DataFolder.Finish(import).Expect(0).Json.GetProperty("read").GetInt64().ShouldBe(2 * Accounts);
        folder.Run([.. arguments, "--format", "json"]).Expect(0).Json.GetProperty("unchanged").GetInt64().ShouldBe(2 * Accounts);
        folder.Run("--database", server.Connection("crashed"), "audit", "verify").Expect(0);
        NpgsqlConnection.ClearAllPools();
    }

    private static long Events(PostgresServer server)
    {
        using var db = new NpgsqlConnection(server.Connection("crashed") + ";Pooling=false");
        db.Open();
        using var command = new NpgsqlCommand("SELECT to_regclass('head') IS NOT NULL", db);
        if (!(bool)command.ExecuteScalar()!) return 0;
        command.CommandText = "SELECT sum(seq)::bigint FROM head";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>The server commits and its answer is lost: the worst moment, since nobody can tell it from a loss.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_answer_to_a_commit_that_is_lost_doubles_nothing(int which)
    {
        using var folder = new DataFolder();
        using var wire = new CutWire(PostgresServer.Shared.Port, which);
        var through = new NpgsqlConnectionStringBuilder(folder.Place.Connection) { Port = wire.Port, Pooling = false }.ToString();
        var ran = folder.Run(["--database", through, .. Import(folder), "--format", "json"]).Expect(0);
        wire.Cuts.ShouldBe(1);
        (ran.Json.GetProperty("accepted").GetInt64(), ran.Json.GetProperty("unchanged").GetInt64(), ran.Json.GetProperty("rejected").GetInt64())
            .ShouldBe((2 * Accounts, 0, 0));
        ShouldHoldEachRowOnce(folder);
    }

    /// <summary>A wire to the server that lets the n-th commit of some weight pass and is cut before the answer comes back.</summary>
    private sealed class CutWire : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly int server;
        private readonly int which;
        private int commits;
        private int cuts;

        public CutWire(int server, int which)
        {
            this.server = server;
            this.which = which;
            listener.Start();
            _ = Task.Run(Accept);
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public int Cuts => cuts;

        private async Task Accept()
        {
            try
            {
                while (true)
                {
                    var client = await listener.AcceptTcpClientAsync();
                    var upstream = new TcpClient();
                    await upstream.ConnectAsync(IPAddress.Loopback, server);
                    var cut = new TaskCompletionSource();
                    _ = Task.Run(() => Forward(client, upstream, cut));
                    _ = Task.Run(() => Back(upstream, client, cut));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException) { /* the test has ended */ }
        }

        private async Task Forward(TcpClient client, TcpClient upstream, TaskCompletionSource cut)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                for (int read; (read = await client.GetStream().ReadAsync(buffer)) > 0;)
                {
                    if (buffer.AsSpan(0, read).IndexOf(Encoding.ASCII.GetBytes("COMMIT")) >= 0 && Interlocked.Increment(ref commits) == which)
                    {
                        // What comes back now reaches nobody; the server has time to make it durable.
                        Interlocked.Increment(ref cuts);
                        cut.SetResult();
                        await upstream.GetStream().WriteAsync(buffer.AsMemory(0, read));
                        await Task.Delay(500);
                        client.Close();
                        upstream.Close();
                        return;
                    }
                    await upstream.GetStream().WriteAsync(buffer.AsMemory(0, read));
                }
                upstream.Close();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException) { /* one end has closed */ }
        }

        private static async Task Back(TcpClient upstream, TcpClient client, TaskCompletionSource cut)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                for (int read; (read = await upstream.GetStream().ReadAsync(buffer)) > 0;)
                {
                    if (cut.Task.IsCompleted) return;
                    await client.GetStream().WriteAsync(buffer.AsMemory(0, read));
                }
                client.Close();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException) { /* one end has closed */ }
        }

        public void Dispose() => listener.Dispose();
    }
}
