using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Recoup.Storage;
using Recoup.Storage.Sqlite;
using Recoup.Storage.Work;

namespace Recoup.Bench;

/// <summary>
/// Single inputs by HTTP from wrk, server and wrk on the same processors, beside what bounds it: the bare server, which
/// makes one row a request durable, grouped in the same way.
/// </summary>
internal static partial class Sections
{
    private const int IngestAccounts = 5000, WarmSeconds = 15, Seconds = 10;

    public static void Ingest(int connections, List<Figure> figures)
    {
        if (Wrk("--version") is null)
        {
            Line("ingest", "skipped: wrk is not on this machine (Debian's package wrk)");
            return;
        }
        using var ground = new Ground();
        var script = Path.Combine(ground.Folder, "post.lua");
        File.WriteAllText(script, Script);

        Progress.Say($"ingest: the bare server, {connections} connections, {WarmSeconds} s to warm up and {Seconds} s");
        var port = Served.FreePort();
        Measured bare;
        using (var server = Scratch.Start(typeof(Sections).Assembly.Location, "ingest-bare", ground.Folder, port.ToString(CultureInfo.InvariantCulture)))
            try
            {
                Served.WaitFor(server, port);
                bare = Measure(server, new Uri($"http://127.0.0.1:{port}"), script, "none", connections);
            }
            finally
            {
                server.Kill();
                server.WaitForExit();
            }

        ground.Door("import", Ledger.Last).Take([.. Enumerable.Range(0, IngestAccounts)
            .Select(i => new InputUnit(0, [Parse($$"""{"type":"account","key":"a-{{i}}","account":"A{{i:D5}}","portfolio":"P{{i % 5}}"}""")]))]);
        var key = new ApiKeys(ground.Store).Add("bench", ApiMay.Read | ApiMay.Write, Ground.At(Ledger.Last))!;
        Progress.Say($"ingest: recoup serve, {connections} connections, {WarmSeconds} s to warm up and {Seconds} s");
        Measured taken;
        double peak;
        using (var server = new Served(ground.Place, new DateTimeOffset(2026, 4, 10, 10, 0, 0, TimeSpan.Zero)))
        {
            taken = Measure(server.Process, server.Address, script, key, connections);
            peak = Host.PeakMebibytes(server.Process);
        }
        if (taken.Failed > 0) throw new InvalidOperationException($"{taken.Failed:N0} requests failed");
        var invoices = ground.Count("journal WHERE kind = 'invoice_issued'");
        figures.Add(new Figure($"inputs by HTTP, {connections} connections", taken.RequestsASecond, Unit.PerSecond)
        {
            Limit = new Limit("a durable row a request", bare.RequestsASecond), Goal = Goal.Ingestion, Note = $"{invoices:N0} invoices are in the journal",
        });
        figures.Add(new Figure("the same, p50", taken.P50, Unit.Milliseconds) { Limit = new Limit("the bare server", bare.P50) });
        figures.Add(new Figure("the same, p99", taken.P99, Unit.Milliseconds) { Limit = new Limit("the bare server", bare.P99), Goal = Goal.IngestionP99 });
        figures.Add(new Figure("the same, processor time each", taken.ProcessorMicroseconds, Unit.Microseconds)
        {
            Limit = new Limit("the bare server", bare.ProcessorMicroseconds),
        });
        figures.Add(new Figure("the server, peak memory", peak, Unit.Megabytes) { Goal = Goal.Memory });
    }

    /// <param name="P50">In milliseconds, as the other.</param>
    /// <param name="ProcessorMicroseconds">Of the server, a request.</param>
    private sealed record Measured(double RequestsASecond, double P50, double P99, double ProcessorMicroseconds, long Failed);

    private static Measured Measure(Process server, Uri address, string script, string key, int connections)
    {
        string[] Arguments(string run, int seconds) =>
            ["-t1", $"-c{connections}", $"-d{seconds}s", "--latency", "-s", script, address.ToString().TrimEnd('/'), "--", key, run];
        Wrk(Arguments("warm", WarmSeconds));
        server.Refresh();
        var before = server.TotalProcessorTime;
        var said = Wrk(Arguments("real", Seconds))!;
        server.Refresh();
        string Find(string pattern) =>
            Regex.Match(said, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)) is { Success: true } match ? match.Groups[1].Value : "0";
        double Number(string pattern) => double.Parse(Find(pattern), CultureInfo.InvariantCulture);
        return new Measured(Number(@"Requests/sec:\s+([\d.]+)"), Milliseconds(Find(@"\n\s+50%\s+(\S+)")), Milliseconds(Find(@"\n\s+99%\s+(\S+)")),
            (server.TotalProcessorTime - before).TotalMicroseconds / Number(@"(\d+) requests in"), (long)Number(@"Non-2xx or 3xx responses: (\d+)"));
    }

    /// <summary>As wrk writes times: 950.00us, 12.30ms, 1.20s.</summary>
    private static double Milliseconds(string time)
    {
        var unit = time.TrimStart("0123456789.".ToCharArray());
        return double.Parse(time[..^unit.Length], CultureInfo.InvariantCulture) * (unit switch { "us" => 0.001, "s" => 1000, "m" => 60_000, _ => 1 });
    }

    /// <summary>Invoices with keys of their own over all accounts.</summary>
    private const string Script = """
        local n, threads = 0, 0
        function setup(thread) thread:set("id", threads); threads = threads + 1 end
        function init(args)
          run = args[2]
          headers = { ["Authorization"] = "Bearer " .. args[1], ["Content-Type"] = "application/json" }
        end
        function request()
          n = n + 1
          local k = run .. "-" .. id .. "-" .. n
          return wrk.format("POST", "/api/v1/inputs", headers, string.format('{"type":"invoice","key":"i-%s","account":"A%05d","number":"N-%s",
        """ + """
        "issued_on":"2026-03-01","due_on":"2026-03-31","amount":"%d.00","currency":"EUR"}', k, (n * 7 + id * 13) % 5000, k, 10 + n % 90))
        end
        """;

    private static string? Wrk(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("wrk", arguments)
            {
                UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var said = process.StandardOutput.ReadToEndAsync();
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return said.GetAwaiter().GetResult();
        }
        catch (System.ComponentModel.Win32Exception) { return null; }
    }

    /// <summary>The bound: reads the body, waits until a row with it is durable together with whatever else waits, answers.</summary>
    public static void IngestBare(string folder, int port)
    {
        using var db = new SqliteConnection($"Data Source={Path.Combine(folder, "bare.db")};Pooling=False");
        db.Open();
        void Exec(string sql) { using var command = db.CreateCommand(); command.CommandText = sql; command.ExecuteNonQuery(); }
        Exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE row(id INTEGER PRIMARY KEY, payload BLOB)");
        var queue = new BlockingCollection<(byte[] Body, TaskCompletionSource Done)>();
        new Thread(() =>
        {
            using var insert = new SqliteStatement(db, "INSERT INTO row(payload) VALUES(?)");
            foreach (var first in queue.GetConsumingEnumerable())
            {
                var group = new List<TaskCompletionSource>();
                Exec("BEGIN IMMEDIATE");
                for (var next = first; ;)
                {
                    insert.Bind(next.Body.AsSpan()).Run();
                    group.Add(next.Done);
                    if (!queue.TryTake(out next)) break;
                }
                Exec("COMMIT");
                foreach (var done in group) done.SetResult();
            }
        })
        { IsBackground = true }.Start();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            queue.Add((body.ToArray(), done));
            await done.Task;
            http.Response.ContentLength = 2;
            await http.Response.WriteAsync("{}");
        });
        app.Run();
    }
}
