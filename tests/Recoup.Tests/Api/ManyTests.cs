using System.Diagnostics;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;
using Recoup.Server.Api;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Api;

/// <summary>Many requests at once, and trouble in the middle: what was acknowledged is there once, and nothing is there by half.</summary>
public sealed class ManyTests
{
    private const string Lines = "application/x-ndjson";

    private static string Account(int n) =>
        $$"""{"type":"account","key":"a-{{n}}","account":"A{{n}}","name":"Customer {{n}}","email":"c{{n}}@kunde.example"}""";

    private static string Payment(int n, int account) =>
        $$"""{"type":"payment","key":"p-{{n}}","account":"A{{account}}","on":"2026-02-09","amount":"1.00","currency":"EUR"}""";

    [Fact]
    public async Task Two_hundred_requests_at_once_are_each_taken_once_in_few_transactions()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        (await server.Client.Post(string.Join('\n', Enumerable.Range(0, 20).Select(Account)), Lines)).Expect(200);
        // Each is sent twice, at the same time.
        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(() => server.Client.Post(Payment(i / 2, i / 2 % 20)))));
        answers.Count(a => a.Body == """{"status":"accepted"}""").ShouldBe(200);
        answers.Count(a => a.Body == """{"status":"unchanged"}""").ShouldBe(200);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'payment_received'").ShouldBe(200);
        folder.Count("SELECT count(*) FROM key WHERE key LIKE 'p-%'").ShouldBe(200);
        await server.Stop();
        folder.ShouldBeSound();
    }

    /// <summary>Groups are handled while the one before is written, on what somebody else changes in the same moment.</summary>
    [Fact]
    public async Task What_comes_while_another_process_writes_to_the_same_accounts_is_taken_once()
    {
        const int Clients = 48, Each = 12, Files = 8;
        using var folder = new DataFolder();
        folder.Send(string.Join('\n', Enumerable.Range(0, 20).Select(Account)), "--now", "2026-02-09T10:00:00Z").Expect(0);
        await using var server = await ApiServer.Start(folder);
        var sending = Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (var i = client * Each; i < (client + 1) * Each; i++) (await server.Client.Post(Payment(i, i % 20))).Expect(200);
        })).ToList();
        for (var file = 0; file < Files; file++)
            folder.Send(string.Join('\n', Enumerable.Range(0, 20).Select(i => Payment(10_000 + (100 * file) + i, i))), "--now", "2026-02-09T10:00:00Z")
                .Expect(0);
        await Task.WhenAll(sending);
        await server.Stop();
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'payment_received'").ShouldBe((Clients * Each) + (20 * Files));
        folder.Rows("SELECT cause FROM journal WHERE kind = 'payment_received'").Distinct().Count().ShouldBe((Clients * Each) + (20 * Files));
        folder.Count("SELECT sum(minor) FROM cell WHERE measure = 9").ShouldBe(100 * ((Clients * Each) + (20 * Files)));
        folder.ShouldBeSound();
    }

    [Fact]
    public async Task One_key_with_different_content_at_once_is_taken_once_and_the_others_are_told()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        (await server.Client.Post(Account(0))).Expect(200);
        var answers = await Task.WhenAll(Enumerable.Range(1, 50).Select(i =>
            Task.Run(() => server.Client.Post($$"""{"type":"payment","key":"same","account":"A0","on":"2026-02-09","amount":"{{i}}.00","currency":"EUR"}"""))));
        answers.Count(a => a.Status == 200).ShouldBe(1);
        answers.Where(a => a.Status != 200).ShouldAllBe(a => a.Status == 422 && a.Code == "key_used_with_other_content");
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'payment_received'").ShouldBe(1);
    }

    /// <summary>While another process holds the store, what comes waits; what is more than may wait is told to come again; then all are answered.</summary>
    [Fact]
    public async Task More_than_may_wait_is_told_to_come_again()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder, new ApiLimits { WaitingMax = 10 });
        (await server.Client.Post(Account(0))).Expect(200);
        var sent = new List<Task<Answered>>();
        using (folder.HoldWriters())
        {
            sent.AddRange(Enumerable.Range(0, 60).Select(i => Task.Run(() => server.Client.Post(Payment(i, 0)))));
            for (var waited = Stopwatch.StartNew(); sent.Count(t => t.IsCompleted) < 40 && waited.Elapsed < TimeSpan.FromSeconds(25);) await Task.Delay(20);
            sent.Where(t => t.IsCompletedSuccessfully).ShouldAllBe(t => t.Result.Status == 429);
            (await server.Client.Get("/api/v1/ageing")).Expect(200);
        }
        var answers = await Task.WhenAll(sent);
        var full = answers.Where(a => a.Status == 429).ToList();
        full.ShouldNotBeEmpty();
        full.ShouldAllBe(a => a.Code == "busy" && a.Response.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        var taken = answers.Count(a => a.Status == 200);
        (taken + full.Count).ShouldBe(60);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'payment_received'").ShouldBe(taken);
        foreach (var i in Enumerable.Range(0, 60)) (await server.Client.Post(Payment(i, 0))).Expect(200);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'payment_received'").ShouldBe(60);
    }

    [Fact]
    public async Task A_store_that_can_not_be_used_is_said_and_used_again_when_it_can()
    {
        using var folder = new DataFolder();
        await using (var before = await ApiServer.Start(folder)) (await before.Client.Post(Account(0))).Expect(200);
        folder.Tamper("DELETE FROM api_key; INSERT INTO meta(name, value) VALUES('state_stale', 'yes')");
        await using var server = await ApiServer.Start(folder);
        var refused = (await server.Client.Post(Payment(1, 0))).Expect(503);
        refused.Code.ShouldBe("unavailable");
        refused.Response.Headers.RetryAfter.ShouldNotBeNull();
        (await server.Client.Get("/api/v1/kpis")).Expect(503);
        var ready = await server.Client.Get("/health/ready");
        (ready.Status, ready.Json.GetProperty("store").GetString()).ShouldBe((503, "trouble"));
        (await server.Client.Get("/health/live")).Status.ShouldBe(200);
        folder.Tamper("DELETE FROM meta WHERE name = 'state_stale'");
        (await server.Client.Post(Payment(1, 0))).Expect(200);
        // What health says of the store is looked at anew now and then.
        string said;
        for (var waited = Stopwatch.StartNew(); (said = (await server.Client.Get("/health/ready")).Body).Contains("trouble", StringComparison.Ordinal)
            && waited.Elapsed < TimeSpan.FromSeconds(30);)
            await Task.Delay(50);
        said.ShouldBe("""{"status":"ready","store":"ok","commits":"ok"}""");
    }

    /// <summary>A state that can't be read stops its own customer's inputs, not those that happen to wait beside them.</summary>
    [Fact]
    public async Task What_fails_for_one_customer_fails_for_no_other()
    {
        using var folder = new DataFolder();
        await using (var before = await ApiServer.Start(folder))
            (await before.Client.Post(string.Join('\n', Enumerable.Range(0, 10).Select(Account)), Lines)).Expect(200);
        folder.Tamper("DELETE FROM api_key; UPDATE party SET state = x'7b' WHERE id = 'A3'");
        await using var server = await ApiServer.Start(folder);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => server.Client.Post(Payment(i, i % 10)))));
        for (var i = 0; i < 100; i++) answers[i].Status.ShouldBe(i % 10 == 3 ? 500 : 200, answers[i].Body);
        answers[3].Code.ShouldBe("error");
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'payment_received'").ShouldBe(90);
    }

    /// <summary>A rule of the database's owner for one row is that row's affair.</summary>
    [Fact]
    public async Task What_the_database_refuses_of_one_it_refuses_of_no_other()
    {
        using var folder = new DataFolder();
        folder.Send(string.Join('\n', Enumerable.Range(0, 10).Select(Account)), "--now", "2026-02-09T10:00:00Z").Expect(0);
        await using var server = await ApiServer.Start(folder);
        folder.Tamper(TestStores.IsPostgres
            ? "CREATE FUNCTION no_13() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.key = ''p-13'' THEN RAISE EXCEPTION ''not that one''; END IF; "
                + "RETURN NEW; END'; CREATE TRIGGER no_13 BEFORE INSERT ON key FOR EACH ROW EXECUTE FUNCTION no_13()"
            : "CREATE TRIGGER no_13 BEFORE INSERT ON key WHEN NEW.key = 'p-13' BEGIN SELECT RAISE(ABORT, 'not that one'); END");
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => server.Client.Post(Payment(i, i % 10)))));
        for (var i = 0; i < 100; i++) answers[i].Status.ShouldBe(i == 13 ? 500 : 200, answers[i].Body);
        folder.Tamper(TestStores.IsPostgres ? "DROP TRIGGER no_13 ON key" : "DROP TRIGGER no_13");
        (await server.Client.Post(Payment(13, 3))).Expect(200).Body.ShouldBe("""{"status":"accepted"}""");
        await server.Stop();
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'payment_received'").ShouldBe(100);
        folder.ShouldBeSound();
    }

    /// <summary>
    /// Cells that can't be merged are added up by who reads. Nobody who sent anything is refused for it, and the next merge takes
    /// them along.
    /// </summary>
    [Theory]
    [InlineData("refused")]
    [InlineData("damaged")]
    public async Task A_merge_that_fails_harms_nothing_that_was_sent(string how)
    {
        const int Clients = 64, Each = 20;
        var (fail, mend) = (how, TestStores.IsPostgres) switch
        {
            ("refused", true) => ("CREATE FUNCTION no_merge() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not now''; END'; CREATE TRIGGER "
                + "no_merge BEFORE DELETE ON cell_pending FOR EACH STATEMENT EXECUTE FUNCTION no_merge()", "DROP TRIGGER no_merge ON cell_pending"),
            ("refused", false) => ("CREATE TRIGGER no_merge BEFORE DELETE ON cell_pending BEGIN SELECT RAISE(ABORT, 'not now'); END", "DROP TRIGGER no_merge"),
            (_, true) => ("INSERT INTO cell_pending(deltas) VALUES('\\xff')", "DELETE FROM cell_pending WHERE deltas = '\\xff'"),
            (_, false) => ("INSERT INTO cell_pending(deltas) VALUES(x'ff')", "DELETE FROM cell_pending WHERE deltas = x'ff'"),
        };
        using var folder = new DataFolder();
        folder.Send(string.Join('\n', Enumerable.Range(0, 20).Select(Account)), "--now", "2026-02-09T10:00:00Z").Expect(0);
        var said = new List<string>();
        await using var server = await ApiServer.Start(folder, say: line => { lock (said) said.Add(line); });
        folder.Tamper(fail);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (var i = client * Each; i < (client + 1) * Each; i++)
                (await server.Client.Post(Payment(i, i % 20))).Expect(200).Body.ShouldBe("""{"status":"accepted"}""");
        })));
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'payment_received'").ShouldBe(Clients * Each);
        // More than are left lying otherwise: merging was tried, and failed.
        folder.Count("SELECT count(*) FROM cell_pending").ShouldBeGreaterThan(CellStore.PendingMax);
        lock (said) said.Count(line => line.Contains("can't be merged", StringComparison.Ordinal)).ShouldBe(1, string.Join('\n', said));
        if (how == "refused") Received().ShouldBe(Clients * Each);

        folder.Tamper(mend);
        (await server.Client.Post(Payment(Clients * Each, 0))).Expect(200);
        await server.Stop();
        folder.Count("SELECT count(*) FROM cell_pending").ShouldBe(0);
        Received().ShouldBe((Clients * Each) + 1);
        folder.ShouldBeSound();

        // In whole euros, as every payment is one.
        long Received()
        {
            using var store = folder.Open();
            return new Readings(store)
                .Read(cells => cells.Flows(ReceivableChapter.CashReceived, new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31))
                    .Sum(cell => cell.Value.Minor)) / 100;
        }
    }

    /// <summary>What takes the inputs opens its store anew every few groups here; each is under way on the one or on the other.</summary>
    [Fact]
    public async Task A_store_opened_anew_in_the_middle_of_many_requests_takes_each_once()
    {
        const int Clients = 48, Each = 20;
        using var folder = new DataFolder();
        folder.Send(string.Join('\n', Enumerable.Range(0, 20).Select(Account)), "--now", "2026-02-09T10:00:00Z").Expect(0);
        await using var server = await ApiServer.Start(folder, storeLife: TimeSpan.FromMilliseconds(15));
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (var i = client * Each; i < (client + 1) * Each; i++)
                (await server.Client.Post(Payment(i, i % 20))).Expect(200).Body.ShouldBe("""{"status":"accepted"}""");
        })));
        await server.Stop();
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'payment_received'").ShouldBe(Clients * Each);
        folder.Count("SELECT sum(minor) FROM cell WHERE measure = 9").ShouldBe(100 * Clients * Each);
        folder.ShouldBeSound();
    }

    /// <summary>The process dies in the middle; everything is sent again; everything is there once.</summary>
    [Theory]
    [InlineData("import.transaction-open:3")]
    [InlineData("import.journal-written:3")]
    [InlineData("import.before-commit:3")]
    [InlineData("import.after-commit:3")]
    [InlineData("import.cells-merged")]
    public async Task After_a_death_in_the_middle_everything_sent_again_is_there_once(string failpoint)
    {
        using var folder = new DataFolder();
        folder.Send(string.Join('\n', Enumerable.Range(0, 20).Select(Account)), "--now", "2026-02-09T10:00:00Z").Expect(0);
        var key = ApiServer.NewKey(folder);
        var acknowledged = new List<int>();
        using (var dying = new ServeProcess(folder, new Dictionary<string, string> { ["RECOUP_FAILPOINT"] = failpoint }))
        {
            using var client = new ApiClient(dying.Address(), key);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async w =>
            {
                for (var i = w; i < 400; i += 8)
                    try
                    {
                        if ((await client.Post(Payment(i, i % 20))).Status == 200) lock (acknowledged) acknowledged.Add(i);
                        // The cells are merged when nothing comes for a while.
                        if (failpoint.StartsWith("import.cells", StringComparison.Ordinal) && i >= 200) await Task.Delay(500);
                    }
                    catch (HttpRequestException) { return; }
            }));
            dying.WaitForDeath();
            dying.Errors.ShouldContain($"failpoint {failpoint.Split(':')[0]} hit: the process ends here");
        }
        // What was acknowledged is durable.
        var kept = folder.Rows("SELECT cause FROM journal WHERE kind = 'payment_received'").ToHashSet();
        acknowledged.Where(i => !kept.Contains($"p-{i}")).ShouldBeEmpty();
        kept.Count.ShouldBeLessThan(400);

        using var server = new ServeProcess(folder);
        using var again = new ApiClient(server.Address(), key);
        var report = (await again.Post(string.Join('\n', Enumerable.Range(0, 400).Select(i => Payment(i, i % 20))), Lines)).Expect(200).Json;
        report.GetProperty("unchanged").GetInt32().ShouldBe(kept.Count);
        report.GetProperty("accepted").GetInt32().ShouldBe(400 - kept.Count);
        server.End();
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'payment_received'").ShouldBe(400);
        folder.Count("SELECT sum(minor) FROM cell WHERE measure = 9").ShouldBe(40_000);
        folder.ShouldBeSound();
    }

    /// <summary>A stop answers what it was sent: nothing acknowledged is lost, and nothing is kept that was not.</summary>
    [Fact]
    public async Task A_stop_answers_what_waits()
    {
        using var folder = new DataFolder();
        folder.Send(string.Join('\n', Enumerable.Range(0, 20).Select(Account)), "--now", "2026-02-09T10:00:00Z").Expect(0);
        var key = ApiServer.NewKey(folder);
        using var server = new ServeProcess(folder);
        using var client = new ApiClient(server.Address(), key);
        var sent = 0;
        var acknowledged = 0;
        var clients = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            while (true)
                try
                {
                    var i = Interlocked.Increment(ref sent);
                    if ((await client.Post(Payment(i, i % 20))).Status == 200) Interlocked.Increment(ref acknowledged);
                }
                catch (HttpRequestException) { return; }
        })).ToArray();
        while (Volatile.Read(ref acknowledged) < 500) await Task.Delay(10);
        server.End();
        await Task.WhenAll(clients);
        var kept = folder.Count("SELECT count(*) FROM journal WHERE kind = 'payment_received'");
        kept.ShouldBe(acknowledged);
        folder.Count("SELECT count(*) FROM cell_pending").ShouldBe(0);
        folder.ShouldBeSound();
    }
}
