using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
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
/// makes one row a request durable, grouped in the same way. Then how long a KPI takes right after a write.
/// </summary>
internal static partial class Sections
{
    private const int IngestAccounts = 5000, BarePort = 5377, ServePort = 5378, WarmSeconds = 15, Seconds = 10;

    public static void Ingest(int connections)
    {
        if (Wrk("--version") is null)
        {
            Line("ingest", "skipped: wrk is not on this machine (Debian's package wrk)");
            return;
        }
        using var folder = new Folder();
        var script = Path.Combine(folder.Path, "post.lua");
        File.WriteAllText(script, Script);

        Measured bare;
        using (var server = Start(typeof(Sections).Assembly.Location, "ingest-bare", folder.Path))
            try { bare = Measure(server, BarePort, script, "none", connections); }
            finally { server.Kill(); server.WaitForExit(); }
        Line($"one durable row a request, {connections} connections", bare.ToString());

        var data = Path.Combine(folder.Path, "data");
        string key;
        using (var store = Store.Open(data))
        {
            Door(store, "import", Last).Take([.. Enumerable.Range(0, IngestAccounts).Select(i => new Storage.InputUnit(0, [Core.Inputs.InputJson.Parse(Encoding.UTF8.GetBytes(
                $$"""{"type":"account","key":"a-{{i}}","account":"A{{i:D5}}","portfolio":"P{{i % 5}}"}"""), "bench", [])!]))]);
            key = new ApiKeys(store).Add("bench", ApiMay.Read | ApiMay.Write, At(Last))!;
        }
        var command = Path.Combine(AppContext.BaseDirectory, "recoup.dll");
        using var serve = Start(command, "--data", data, "serve", "--no-run", "--urls", $"http://127.0.0.1:{ServePort}", "--now", "2026-04-10T10:00:00Z");
        Measured taken;
        double[] kpis;
        try
        {
            taken = Measure(serve, ServePort, script, key, connections);
            kpis = AskAfterWrites(key).GetAwaiter().GetResult();
        }
        finally { serve.Kill(); serve.WaitForExit(); }
        long invoices;
        using (var store = Store.Open(data, create: false))
        {
            invoices = Count(store, "journal WHERE kind = 'invoice_issued'");
        }
        Line($"POST of one invoice, {connections} connections", $"{taken}; {taken.RequestsASecond / bare.RequestsASecond * 100:F0}% of the bare server's; {invoices:N0} invoices are in the journal");
        Array.Sort(kpis);
        Line("a KPI by HTTP right after a write", $"p50 {kpis[kpis.Length / 2]:F1} ms, p95 {kpis[kpis.Length * 95 / 100]:F1} ms, at {invoices:N0} invoices");
    }

    private sealed record Measured(double RequestsASecond, string P50, string P99, double ProcessorMicroseconds, long Failed)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{RequestsASecond:N0} requests/s, p50 {P50}, p99 {P99}, {ProcessorMicroseconds:F0} µs of the server's processor time a request{(Failed > 0 ? $"; {Failed:N0} FAILED" : "")}");
    }

    private static Measured Measure(Process server, int port, string script, string key, int connections)
    {
        WaitFor(port);
        string[] Arguments(string run, int seconds) => ["-t1", $"-c{connections}", $"-d{seconds}s", "--latency", "-s", script, $"http://127.0.0.1:{port}", "--", key, run];
        Wrk(Arguments("warm", WarmSeconds));
        server.Refresh();
        var before = server.TotalProcessorTime;
        var said = Wrk(Arguments("real", Seconds))!;
        server.Refresh();
        string Find(string pattern) => Regex.Match(said, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)) is { Success: true } match ? match.Groups[1].Value : "0";
        var requests = double.Parse(Find(@"(\d+) requests in"), CultureInfo.InvariantCulture);
        return new Measured(double.Parse(Find(@"Requests/sec:\s+([\d.]+)"), CultureInfo.InvariantCulture), Find(@"\n\s+50%\s+(\S+)"), Find(@"\n\s+99%\s+(\S+)"),
            (server.TotalProcessorTime - before).TotalMicroseconds / requests, long.Parse(Find(@"Non-2xx or 3xx responses: (\d+)"), CultureInfo.InvariantCulture));
    }

    private static async Task<double[]> AskAfterWrites(string key)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ServePort}") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var seen = new double[200];
        for (var i = 0; i < seen.Length + 20; i++)
        {
            using var content = new StringContent($$"""{"type":"payment","key":"kpi-{{i}}","account":"A{{i:D5}}","on":"2026-04-09","amount":"1.00","currency":"EUR"}""", Encoding.UTF8, "application/json");
            (await http.PostAsync("/api/v1/inputs", content)).EnsureSuccessStatusCode();
            var watch = Stopwatch.StartNew();
            await http.GetStringAsync("/api/v1/kpis?ids=dso,cei,percent_current");
            // The first ones are compiling.
            if (i >= 20) seen[i - 20] = watch.Elapsed.TotalMilliseconds;
        }
        return seen;
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
          return wrk.format("POST", "/api/v1/inputs", headers, string.format('{"type":"invoice","key":"i-%s","account":"A%05d","number":"N-%s","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"%d.00","currency":"EUR"}', k, (n * 7 + id * 13) % 5000, k, 10 + n % 90))
        end
        """;

    private static string? Wrk(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("wrk", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = process.StandardOutput.ReadToEndAsync();
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return said.GetAwaiter().GetResult();
        }
        catch (System.ComponentModel.Win32Exception) { return null; }
    }

    private static Process Start(string assembly, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [assembly, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static void WaitFor(int port)
    {
        for (var waited = Stopwatch.StartNew(); ; Thread.Sleep(100))
            try
            {
                using var socket = new System.Net.Sockets.TcpClient("127.0.0.1", port);
                return;
            }
            catch (System.Net.Sockets.SocketException) when (waited.Elapsed < TimeSpan.FromMinutes(1)) { /* not there yet */ }
    }

    /// <summary>The bound: reads the body, waits until a row with it is durable together with whatever else waits, answers.</summary>
    public static void IngestBare(string folder)
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
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, BarePort));
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
