using System.Globalization;
using System.Net;
using Recoup.Connectors.Mail;
using Recoup.Core.Measures;
using Recoup.Server;
using Recoup.Storage;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Cluster;

/// <summary>By itself: what it shows is about time.</summary>
[CollectionDefinition("cluster", DisableParallelization = true)]
public sealed class ClusterCollection;

/// <summary>
/// Several workers on one PostgreSQL that lose processes, servers and time. RECOUP_CLUSTER=week plays whole weeks, else a few
/// days; RECOUP_CLUSTER_SEED chooses the moments; tests/cluster.sh runs all and prints what came of it.
/// </summary>
[Collection("cluster")]
public sealed class ClusterTests(ITestOutputHelper output)
{
    private static readonly bool IsWeek = Environment.GetEnvironmentVariable("RECOUP_CLUSTER") == "week";
    private static readonly int Seed = Environment.GetEnvironmentVariable("RECOUP_CLUSTER_SEED") is { Length: > 0 } given
        ? int.Parse(given, CultureInfo.InvariantCulture)
        : 20261122;

    private static int Days => IsWeek ? 7 : 2;

    /// <summary>Fast, and yet so that a take-over is done before the next day.</summary>
    private static double DaySeconds => IsWeek ? 20 : 13;

    private const double TakeOver = 3.6;

    private readonly Random random = new(Seed);

    /// <summary>Minutes each, and about time: they run where somebody asks for them, as tests/cluster.sh does.</summary>
    public static bool IsAskedFor => PostgresServer.Bin is not null && Environment.GetEnvironmentVariable("RECOUP_CLUSTER") is { Length: > 0 };

    private const string NotAsked = "run tests/cluster.sh, which sets RECOUP_CLUSTER; it needs a PostgreSQL server (Debian: postgresql)";

    public static bool HasServer => PostgresServer.Bin is not null;

    [Fact(SkipUnless = nameof(IsAskedFor), Skip = NotAsked)]
    public void Four_workers_of_which_two_are_killed()
    {
        using var server = new PostgresServer();
        using var week = new Rehearsal(server, Days, DaySeconds);
        week.Start(4, TakeOver);
        // One in the midst of a run, one whenever it pleases.
        var inRun = 1 + random.Next(Days - 1) + (random.NextDouble() * 1.5 / DaySeconds);
        var whenever = random.NextDouble() * (Days - 0.7);
        var first = random.Next(4);
        var victims = new Queue<int>([first, (first + 1 + random.Next(3)) % 4]);
        foreach (var moment in new[] { inRun, whenever }.Order())
        {
            week.Until(moment);
            week.Workers[victims.Dequeue()].Kill();
        }
        week.Finish();
        Tell("two of four workers killed", week.Check(), Moments(inRun, whenever));
    }

    [Fact(SkipUnless = nameof(IsAskedFor), Skip = NotAsked)]
    public void The_database_crashes_and_starts_again_in_the_middle()
    {
        using var server = new PostgresServer();
        using var week = new Rehearsal(server, Days, DaySeconds);
        week.Start(4, TakeOver);
        var moment = (Days / 2) + (random.NextDouble() * 1.5 / DaySeconds);
        week.Until(moment);
        server.Stop("immediate");
        server.Start();
        week.Finish();
        Tell("the database crashed and came back", week.Check(), Moments(moment));
    }

    [Fact(SkipUnless = nameof(IsAskedFor), Skip = NotAsked)]
    public void The_database_fails_over_to_its_standby()
    {
        using var primary = new PostgresServer("-c wal_level=replica -c max_wal_senders=5");
        using var standby = new PostgresServer("-c hot_standby=on", data =>
            PostgresServer.Shell(string.Create(CultureInfo.InvariantCulture,
                $"'{PostgresServer.Bin}/pg_basebackup' -h 127.0.0.1 -p {primary.Port} -U postgres -R -X stream -c fast -D '{data}'")));
        using var week = new Rehearsal(primary, Days, DaySeconds, standby);
        // From here on a commit counts only once the standby has it.
        primary.Execute("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
        primary.Execute("postgres", "SELECT pg_reload_conf()");
        week.Start(4, TakeOver);
        var moment = (Days / 2) + (random.NextDouble() * 1.5 / DaySeconds);
        week.Until(moment);
        primary.Stop("immediate");
        standby.Promote();
        week.Finish();
        Tell("failed over to a streaming replica", week.Check(), Moments(moment));
    }

    [Fact(SkipUnless = nameof(IsAskedFor), Skip = NotAsked)]
    public void A_worker_hangs_and_goes_on()
    {
        using var server = new PostgresServer();
        using var week = new Rehearsal(server, IsWeek ? 4 : 3, DaySeconds);
        week.Start(3, TakeOver);
        var moment = 1 + (random.NextDouble() * 1.5 / DaySeconds);
        week.Until(moment);
        var hanging = week.HangWithATurn();
        Thread.Sleep(TimeSpan.FromSeconds(22));
        hanging.GoOn();
        week.Finish();
        hanging.Events("node_was_away").ShouldBe(1, hanging.Said);
        week.Workers.Where(w => w != hanging).Sum(w => w.Events("sessions_ended")).ShouldBeGreaterThan(0, week.Said);
        Tell("a worker hung for 22 s, with a turn", week.Check(), Moments(moment));
    }

    [Fact(SkipUnless = nameof(HasServer), Skip = PostgresServer.Missing)]
    public async Task A_worker_whose_clock_is_an_hour_off_does_nothing_and_says_so()
    {
        using var server = new PostgresServer();
        using var day = new Rehearsal(server, 1, DaySeconds);
        using var http = new HttpClient();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["RECOUP_DATA"] = day.Place.Folder, ["RECOUP_DATABASE"] = day.Place.Connection!,
        };
        using var off = new Worker("worker an hour ahead", environment, "--run-at", "00:00", "--beat", "1", "--take-over", "3", "--now",
            TimeProvider.System.GetUtcNow().AddHours(1).ToString("O", CultureInfo.InvariantCulture));
        var address = off.Address;
        await Eventually(() => off.Events("clock_off") == 1, () => off.Said);
        (await http.GetAsync(address + "/health/live", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var ready = await http.GetAsync(address + "/health/ready", TestContext.Current.CancellationToken);
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("\"clock\":\"off\"");
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        RunsBegun(day.Place).ShouldBe(0);
        off.End();

        // The same in this process, with a clock that is put right.
        var clock = new MachineClock { Off = TimeSpan.FromHours(-1) };
        var said = new List<string>();
        await using var pages = await WebPages.Start(new ServeOptions(day.Place, IPAddress.Loopback, 0, clock)
        {
            Role = Role.Worker, RunAt = new TimeOnly(0, 0), Beat = TimeSpan.FromSeconds(1), TakeOver = TimeSpan.FromSeconds(3), Writer = TemplateWriter.Shipped,
            Catalog = () => KpiCatalog.Shipped, Actor = "test",
            Say = line => { lock (said) said.Add(line); },
            Channels = store => new Dictionary<string, Storage.Work.ChannelPort>(StringComparer.Ordinal)
            {
                [Core.Contact.Channel.Email] = new(IsIdempotent: true, new MailFolder(store.MailFolder, store.WorkspaceId).Send),
            },
        });
        await Eventually(() => Said().Contains("3600 s apart", StringComparison.Ordinal), Said);
        (await http.GetAsync(pages.Address + "/health/ready", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        RunsBegun(day.Place).ShouldBe(0);
        clock.Off = TimeSpan.Zero;
        await Eventually(() => RunsBegun(day.Place) == 1, Said);
        (await http.GetAsync(pages.Address + "/health/ready", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        Tell("a worker's clock is an hour off", "it did nothing, said so, and worked once the clock was right", "");

        string Said() { lock (said) return string.Join('\n', said); }
    }

    private static long RunsBegun(StorePlace place) => (long)TestStores.Rows(place, "SELECT count(*) FROM journal WHERE kind = 'run_began'")[0][0]!;

    private static async Task Eventually(Func<bool> holds, Func<string> otherwise)
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); !holds(); await Task.Delay(100, TestContext.Current.CancellationToken))
            if (waited.Elapsed > TimeSpan.FromMinutes(1)) Assert.Fail(otherwise());
    }

    private sealed class MachineClock : TimeProvider
    {
        public TimeSpan Off { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Off;
    }

    private static string Moments(params double[] days) => $"seed {Seed}, "
        + $"on day {string.Join(" and ", days.Order().Select(d => $"{(int)d + 1} {TimeSpan.FromDays(d - Math.Floor(d)):h\\:mm} h after the hour of the run"))}";

    private void Tell(string scenario, string outcome, string moments)
    {
        var line = $"{scenario} | {outcome} | {moments}";
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("RECOUP_CLUSTER_REPORT") is { Length: > 0 } file) File.AppendAllText(file, line + "\n");
    }
}
