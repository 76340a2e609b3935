using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>A workspace on the morning of its run, and as a server that ran through left it; neither is to be changed.</summary>
public sealed class ServedThrough : IDisposable
{
    public ServedThrough()
    {
        Before = ServeTests.Prepared();
        After = Before.Copy();
        ServeTests.ServeUntilDone(After);
    }

    public DataFolder Before { get; }

    public DataFolder After { get; }

    public void Dispose()
    {
        Before.Dispose();
        After.Dispose();
    }
}

/// <summary>A server that is stopped or killed in the middle of a day and started again leaves what one leaves that ran through.</summary>
public sealed partial class ServeTests(ServedThrough through) : IClassFixture<ServedThrough>
{
    /// <summary>After the hour of both zones, and when customers may be written to.</summary>
    private const string Morning = "2026-03-02T09:30:00Z";

    private const int Parties = 300;

    /// <summary>Where the process dies by itself, and null: it is stopped with a signal as soon as it serves.</summary>
    [Theory]
    [InlineData("run.after-commit:1")]
    [InlineData("run.before-commit:2")]
    [InlineData("run.before-end")]
    [InlineData("run.before-anchor")]
    [InlineData("dispatch.before-send")]
    [InlineData("dispatch.after-send")]
    [InlineData("dispatch.before-commit:2")]
    [InlineData(null)]
    public void A_stop_in_the_middle_of_a_day_changes_nothing_but_times(string? failpoint)
    {
        using var folder = through.Before.Copy();
        if (failpoint is null) Stop(folder);
        else Die(folder, failpoint);
        ServeUntilDone(folder, "2026-03-02T11:00:00Z");
        var (found, wanted) = (Journal(folder), Journal(through.After));
        for (var i = 0; i < Math.Min(found.Count, wanted.Count); i++) found[i].ShouldBe(wanted[i]);
        found.Count.ShouldBe(wanted.Count);
        folder.Count("SELECT count(*) FROM message WHERE status = 2").ShouldBe(Parties);
        Directory.GetFiles(folder.Mail, "*.eml").Length.ShouldBe(Parties);
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_server_that_runs_through_leaves_a_sound_day() => through.After.ShouldBeSound();

    [Fact]
    public void A_restart_after_the_run_does_not_run_the_day_again()
    {
        using var folder = through.After.Copy();
        folder.Send(
            """{"type":"invoice","key":"new","account":"P1","number":"NEW","issued_on":"2026-01-01","due_on":"2026-01-15","amount":"90.00","currency":"EUR"}""",
            "--now", "2026-03-02T12:00:00Z").Expect(0);
        var before = folder.Count("SELECT count(*) FROM journal");
        ServeUntilDone(folder, "2026-03-02T13:00:00Z");
        folder.Count("SELECT count(*) FROM journal").ShouldBe(before);
        // The next morning it does.
        ServeUntilDone(folder, "2026-03-03T09:30:00Z");
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'run_ended'").ShouldBe(2);
    }

    [Fact]
    public void Days_missed_are_caught_up_by_the_last_of_them()
    {
        using var folder = through.After.Copy();
        ServeUntilDone(folder, "2026-03-12T09:30:00Z");
        folder.Rows("SELECT effective_on FROM journal WHERE kind = 'run_began' ORDER BY id").ShouldBe(["2026-03-02", "2026-03-12"]);
    }

    [Theory]
    [InlineData("http://0.0.0.0:5252", "can be reached from other machines")]
    [InlineData("http://192.0.2.7:5252", "can be reached from other machines")]
    [InlineData("https://127.0.0.1:5252", "by http")]
    [InlineData("here", "is not a URL")]
    public void Another_address_than_this_machines_own_is_refused(string url, string why)
    {
        using var folder = new DataFolder();
        folder.Run("serve", "--urls", url).Expect(2).Err.ShouldContain(why);
        Directory.Exists(folder.Path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_worker_runs_the_day_and_serves_its_health_alone()
    {
        using var folder = through.Before.Copy();
        using var process = folder.Start(null, "serve", "--role", "worker", "--now", Morning, "--urls", "http://127.0.0.1:0", "--beat", "1");
        var address = Listen(process).Address();
        using var http = new HttpClient();
        foreach (var page in new[] { "/", "/api/v1/ageing", "/assets/recoup.css" })
            ((int)(await http.GetAsync(address + page, TestContext.Current.CancellationToken)).StatusCode).ShouldBe(404, page);
        foreach (var health in new[] { "/health/live", "/health/ready" })
            ((int)(await http.GetAsync(address + health, TestContext.Current.CancellationToken)).StatusCode).ShouldBe(200, health);
        for (var waited = Stopwatch.StartNew(); folder.Count("SELECT count(*) FROM message WHERE status = 2") < Parties; await Task.Delay(100,
            TestContext.Current.CancellationToken))
            waited.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(2));
        End(process);
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData("--role", "api")]
    [InlineData("--no-run")]
    public async Task Pages_alone_run_no_day(params string[] arguments)
    {
        using var folder = through.Before.Copy();
        using var process = folder.Start(null, ["serve", "--now", Morning, "--urls", "http://127.0.0.1:0", "--beat", "0.2", .. arguments]);
        var address = Listen(process).Address();
        using var http = new HttpClient();
        ((int)(await http.GetAsync(address + "/health/ready", TestContext.Current.CancellationToken)).StatusCode).ShouldBe(200);
        // Several beats.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        End(process);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'run_began'").ShouldBe(0);
    }

    [Theory]
    [InlineData("contradict", "--role", "worker", "--no-run")]
    [InlineData("here the data is in a folder", "--take-over", "10")]
    [InlineData("here the data is in a folder", "--clock-tolerance", "10")]
    [InlineData("takes seconds from 0.2 to 3600", "--beat", "0")]
    public void What_can_not_be_meant_is_refused(string why, params string[] arguments)
    {
        using var folder = new DataFolder();
        folder.Run(["serve", "--urls", "http://127.0.0.1:0", .. arguments]).Expect(2).Err.ShouldContain(why);
    }

    internal static DataFolder Prepared()
    {
        var folder = new DataFolder();
        var lines = new List<string>
        {
            """
                {"type":"portfolio","key":"p1","portfolio":"EU","creditor":"Muster GmbH","sender":"a@muster.example",
                """ + """
                "bank_details":"IBAN DE02 1203 0000 0000 2020 51","time_zone":"Europe/Berlin"}
                """,
            """
                {"type":"portfolio","key":"p2","portfolio":"UK","creditor":"Muster Ltd","sender":"b@muster.example",
                """ + """
                "bank_details":"Sort code 00-00-00","time_zone":"Europe/London"}
                """,
            """{"type":"sending","key":"live","mode":"live"}""",
        };
        for (var n = 1; n <= Parties; n++)
        {
            lines.Add($$"""
                {"type":"account","key":"a{{n}}","account":"P{{n}}","name":"Customer {{n}}",
                """ + $$"""
                "portfolio":"{{(n % 2 == 0 ? "EU" : "UK")}}","kind":"business","email":"ap@customer{{n}}.example"}
                """);
            lines.Add($$"""
                {"type":"invoice","key":"i{{n}}","account":"P{{n}}","number":"R-{{n}}","issued_on":"2026-01-20",
                """ + $$"""
                "due_on":"2026-02-20","amount":"{{100 + n}}.00","currency":"EUR"}
                """);
        }
        folder.Send(string.Join('\n', lines), "--now", "2026-03-01T12:00:00Z").Expect(0);
        return folder;
    }

    private static Process Serve(DataFolder folder, string now, string? failpoint = null) =>
        folder.Start(failpoint is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { ["RECOUP_FAILPOINT"] = failpoint }, "serve",
            "--now", now, "--urls", "http://127.0.0.1:0");

    internal static void ServeUntilDone(DataFolder folder, string now = Morning)
    {
        using var process = Serve(folder, now);
        var told = Listen(process);
        var address = told.Address();
        using var http = new HttpClient();
        for (var waited = Stopwatch.StartNew(); ; Thread.Sleep(100))
        {
            var health = http.GetStringAsync(address + "/health").GetAwaiter().GetResult();
            if (health.Contains("\"last_dispatch_at\":\"", StringComparison.Ordinal) && health.Contains("\"doing\":null", StringComparison.Ordinal)) break;
            if (waited.Elapsed < TimeSpan.FromMinutes(2)) continue;
            process.Kill();
            Assert.Fail(health);
        }
        End(process);
    }

    /// <summary>As Ctrl+C and a service's stop do.</summary>
    private static void Stop(DataFolder folder)
    {
        using var process = Serve(folder, Morning);
        Listen(process).Address();
        End(process);
    }

    private static void Die(DataFolder folder, string failpoint)
    {
        using var process = Serve(folder, Morning, failpoint);
        var told = Listen(process);
        var ended = process.WaitForExit(TimeSpan.FromMinutes(1));
        if (!ended) process.Kill();
        ended.ShouldBeTrue(failpoint);
        // Only this waits for what it said last, too.
        process.WaitForExit();
        told.All().ShouldContain($"failpoint {failpoint.Split(':')[0]} hit");
    }

    private static void End(Process process)
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        process.WaitForExit(TimeSpan.FromMinutes(2)).ShouldBeTrue("the server did not end");
        process.ExitCode.ShouldBe(0);
    }

    private sealed class Told
    {
        private readonly List<string> lines = [];

        public void Add(string? line) { lock (lines) if (line is not null) lines.Add(line); }

        public string All() { lock (lines) return string.Join('\n', lines); }

        public string Address()
        {
            for (var waited = Stopwatch.StartNew(); ; Thread.Sleep(50))
            {
                if (Link().Match(All()) is { Success: true } match) return match.Groups["address"].Value;
                if (waited.Elapsed > TimeSpan.FromMinutes(1)) Assert.Fail(All());
            }
        }
    }

    private static Told Listen(Process process)
    {
        var told = new Told();
        process.ErrorDataReceived += (_, e) => told.Add(e.Data);
        process.OutputDataReceived += (_, e) => told.Add(e.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return told;
    }

    /// <summary>Everything but the instants and what is made of them: each event of each chain in its place.</summary>
    private static List<string> Journal(DataFolder folder) =>
        [.. folder.Rows("SELECT partition, seq, prior, party, account, kind, version, effective_on, recorded_on, actor, cause, workspace_seq, "
            + "CAST(payload AS TEXT) FROM journal ORDER BY id").Select(row => Instants().Replace(row, "·"))];

    [GeneratedRegex(@"(?<address>http://127\.0\.0\.1:\d+)/(enter|health)/", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    // Instants, the clearance that is named after one, and the sealed text, which holds no instant but is checked by its event's place.
    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[\d:.+Z-]+|@\d{13}|""sealed"":""[^""]*""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Instants();
}
