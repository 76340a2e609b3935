using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Recoup.Server.Telemetry;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Api;

/// <summary>What the server tells of itself: description, health, log and telemetry; and what it never tells.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task The_API_is_as_approved()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        using var anybody = new ApiClient(server.Address, null);
        var described = await anybody.Get("/api/v1/openapi.json");
        described.Status.ShouldBe(200);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" })) described.Json.WriteTo(json);
        Repository.ShouldBeApproved(Encoding.UTF8.GetString(stream.ToArray()) + "\n", "tests/Recoup.Tests/Api/approved/openapi.json");
    }

    /// <summary>The device on which every write finds the disk full.</summary>
    [Fact]
    public void A_log_that_can_not_be_written_ends_nothing()
    {
        using var full = new StreamWriter(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            AutoFlush = true,
        };
        Should.Throw<IOException>(() => full.WriteLine("this is how it fails"));
        foreach (var log in new[] { EventLog.AsJson(full, TimeProvider.System), EventLog.InWords(full.WriteLine) })
            log.Failure("input_failed", new InvalidOperationException(), "in words");
    }

    [Fact]
    public async Task Every_address_described_is_there_and_reads_what_is_described()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        await server.Client.Post("""{"type":"account","key":"a","account":"A1"}""");
        await server.Client.Post("""{"type":"file","key":"f","account":"A1","name":"f.txt","content":"Zg=="}""");
        var paths = (await server.Client.Get("/api/v1/openapi.json")).Json.GetProperty("paths").EnumerateObject().ToList();
        paths.Select(p => p.Name).ShouldBe(["/api/v1/kpis", "/api/v1/bridge", "/api/v1/cohorts",
            "/api/v1/ageing", "/api/v1/figures", "/api/v1/unworked", "/api/v1/accounts",
            "/api/v1/accounts/{account}",
            "/api/v1/decisions", "/api/v1/worklist", "/api/v1/plans", "/api/v1/callbacks", "/api/v1/notes", "/api/v1/files",
            "/api/v1/files/{file}", "/api/v1/access", "/api/v1/webhooks",
            "/api/v1/inputs"], ignoreOrder: true);
        foreach (var path in paths)
        {
            if (!path.Value.TryGetProperty("get", out var get)) continue;
            var address = path.Name.Replace("{account}", "A1", StringComparison.Ordinal).Replace("{file}", "f", StringComparison.Ordinal)
                + path.Name.Split('/')[^1] switch { "decisions" => "?account=A1", "bridge" => "?kpi=dso&from=2026-01-31", _ => "" };
            (await server.Client.Get(address)).Expect(200);
            // A parameter that is described is known: what is wrong is its value, where it can be.
            foreach (var parameter in get.GetProperty("parameters").EnumerateArray().Where(p => p.GetProperty("in").GetString() == "query"))
            {
                var name = parameter.GetProperty("name").GetString();
                (await server.Client.Get($"{path.Name.Replace("{account}", "A1", StringComparison.Ordinal)}?{name}=%00")).Body.ShouldNotContain("no parameter");
            }
        }
    }

    [Fact]
    public async Task Health_needs_no_key_and_tells_nothing_of_the_business()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        using var monitor = new ApiClient(server.Address, null);
        (await monitor.Get("/health/live")).Body.ShouldBe("""{"status":"alive"}""");
        (await monitor.Get("/health/ready")).Body.ShouldBe("""{"status":"ready","store":"ok","commits":"ok"}""");
        (await monitor.Get("/health")).Status.ShouldBe(200);
    }

    /// <summary>Names, addresses and numbers in every place in which somebody may write one.</summary>
    private static readonly string[] Personal = ["Wilhelmine", "Zauberer", "wilhelmine.z@privat.example", "+49 170 5550199", "Geheimgasse"];

    [Fact]
    public async Task Log_and_telemetry_tell_what_happens_and_not_to_whom()
    {
        await using var receiver = await Receiver.Start();
        using var folder = new DataFolder();
        folder.Send("""{"type":"account","key":"first","account":"A1"}""", "--now", "2026-02-09T10:00:00Z").Expect(0);
        var key = ApiServer.NewKey(folder, "erp");
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "300", ["OTEL_BSP_SCHEDULE_DELAY"] = "300",
        };
        using var server = new ServeProcess(folder, environment, "--api-waiting-max", "1", "--api-body-max", "64");
        using var client = new ApiClient(server.Address(), key);
        using var nobody = new ApiClient(server.Address(), "rk_Wilhelmine");
        const string person =
            "\"name\":\"Wilhelmine Zauberer\",\"email\":\"wilhelmine.z@privat.example\",\"phone\":\"+49 170 5550199\",\"address\":\"Geheimgasse 1\"";
        (await client.Post($$"""{"type":"account","key":"p-1","account":"W1",{{person}}}""")).Expect(200);
        (await client.Post($$"""{"type":"account","key":"p-1","account":"W1",{{person}},"country":"DE"}""")).Expect(422);
        (await client.Post($$"""{"type":"account","key":"p-2","account":"W2",{{person}},"Wilhelmine":"Zauberer"}""")).Expect(400);
        (await client.Post($$"""{"type":"account","key":"p-3","account":"W2","email":"Wilhelmine Zauberer"}""")).Expect(400);
        (await client.Post($$"""{"type":"Wilhelmine","key":"wilhelmine.z@privat.example" """)).Expect(400);
        (await client.Post($$"""{"type":"account","account":"W4",{{person}}""", "text/Wilhelmine")).Expect(415);
        (await client.Post($"{{\"type\":\"account\",\"key\":\"p-5\",\"account\":\"W5\",{person}}}\nWilhelmine Zauberer\n",
            "application/x-ndjson", "Wilhelmine")).Expect(200);
        (await client.Post(Encoding.UTF8.GetBytes(new string(' ', 70_000) + person))).Expect(413);
        (await client.Get("/api/v1/accounts?prefix=Wilhelmine&name=wilhelmine.z@privat.example")).Expect(400);
        (await client.Get("/api/v1/accounts/Wilhelmine%20Zauberer")).Expect(404);
        (await client.Get("/api/v1/Geheimgasse")).Expect(404);
        (await client.Get("/api/v1/accounts/W1")).Expect(200).Body.ShouldContain("Zauberer");
        (await nobody.Get("/api/v1/kpis")).Expect(401);
        // What fails in the middle of a transaction is logged too: a state that can't be read, an input with a person in it.
        folder.Tamper("UPDATE party SET state = x'7b2257696c68656c6d696e6522' WHERE id = 'A1'");
        (await client.Post($$"""{"type":"account","key":"p-6","account":"A1",{{person}}}""")).Expect(500);
        (await client.Get("/api/v1/accounts/A1")).Status.ShouldBeGreaterThanOrEqualTo(500);
        // One may wait: of many at once some are told to come again.
        for (var full = false; !full;)
            full = (await Task.WhenAll(Enumerable.Range(0, 30)
                .Select(i => Task.Run(() => client.Post($$"""{"type":"account","key":"q-{{Guid.NewGuid():N}}","account":"Q{{i}}"}""")))))
                .Any(a => a.Status == 429);
        server.End();

        var log = server.Errors.Select(l => JsonDocument.Parse(l).RootElement).ToList();
        log.ShouldAllBe(e => e.GetProperty("at").GetString()!.EndsWith('Z') && e.GetProperty("level").GetString() != ""
            && e.GetProperty("event").GetString() != "");
        log.Select(e => e.GetProperty("event").GetString()).Distinct()
            .ShouldBe(["serving", "requests_refused", "inputs_taken", "input_failed", "request_failed", "ended"], ignoreOrder: true);
        var refused = log.Where(e => e.GetProperty("event").GetString() == "requests_refused").ToList();
        refused.Select(e => e.GetProperty("status").GetInt32()).Distinct().Order().ShouldBe([400, 401, 404, 413, 415, 422, 429, 500, 503], ignoreOrder: true);
        refused.ShouldContain(e => e.GetProperty("code").GetString() == "key_used_with_other_content" && e.GetProperty("api_key").GetString() == "erp");
        log.ShouldContain(e => e.GetProperty("event").GetString() == "inputs_taken" && e.GetProperty("kind").GetString() == "account"
            && e.GetProperty("outcome").GetString() == "accepted" && e.GetProperty("count").GetInt64() > 1);

        var told = receiver.All();
        foreach (var name in new[] { "recoup.inputs", "recoup.batch.inputs", "recoup.commit.duration", "recoup.queue.inputs", "recoup.throttled",
            "recoup.request.duration", "recoup.journal.events", "commit", "POST /api/v1/inputs", "/api/v1/accounts/{account}" })
            told.ShouldContain(name);
        receiver.Paths.Order().ShouldBe(["/v1/metrics", "/v1/traces"]);

        var everything = string.Join('\n', server.Errors) + told;
        foreach (var word in Personal.Append(key).Append("rk_Wilhelmine")) everything.ShouldNotContain(word, Case.Insensitive);
    }

    [Fact]
    public async Task Runs_and_dispatches_are_counted_and_the_caller_s_trace_goes_on()
    {
        await using var receiver = await Receiver.Start();
        using var folder = new DataFolder();
        // Workers on PostgreSQL go by the database's clock alone, so this happens now: at noon somewhere, on whatever day it is there.
        var now = TimeProvider.System.GetUtcNow();
        var yesterday = now.AddDays(-1).ToString("O", CultureInfo.InvariantCulture);
        var zone = $"Etc/GMT{(now.Hour - 12).ToString("+0;-0;+0", CultureInfo.InvariantCulture)}";
        var anyDay = folder.Write("any-day.yaml", folder.Run("policy", "show").Expect(0)
            .Out.Replace("business_days_only: true", "business_days_only: false", StringComparison.Ordinal));
        folder.Send($$"""
            {"type":"portfolio","key":"pf","portfolio":"EU","creditor":"Muster GmbH","sender":"a@muster.example",
            """ + $$"""
            "bank_details":"IBAN DE02 1203 0000 0000 2020 51","time_zone":"{{zone}}"}
            {"type":"sending","key":"live","mode":"live"}
            """, "--now", yesterday).Expect(0);
        folder.Run("policy", "adopt", anyDay, "--now", yesterday).Expect(0);
        folder.Run("run", "--now", yesterday).Expect(0);
        folder.Send($$"""
            {"type":"account","key":"a","account":"A1","name":"Eins","portfolio":"EU","email":"eins@kunde.example"}
            {"type":"invoice","key":"i","account":"A1","number":"R-1","issued_on":"{{now.AddDays(-60):yyyy-MM-dd}}",
            """ + $$"""
            "due_on":"{{now.AddDays(-30):yyyy-MM-dd}}","amount":"900.00","currency":"EUR"}
            """).Expect(0);
        var key = ApiServer.NewKey(folder);
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf", ["OTEL_METRIC_EXPORT_INTERVAL"] = "300",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "300",
        };
        using var server = ServeProcess.AtWork(folder, environment);
        var address = server.Address();
        server.Eventually("dispatched", e => e.GetProperty("sent").GetInt32() == 1);
        using (var http = new HttpClient())
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address + "/api/v1/worklist");
            request.Headers.Authorization = new("Bearer", key);
            request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            (await http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        server.End();
        var told = receiver.All();
        foreach (var name in new[] { "recoup.run.duration", "recoup.decisions", "recoup.messages", "GET /api/v1/worklist" }) told.ShouldContain(name);
        told.ShouldContain(Encoding.Latin1.GetString(Convert.FromHexString("0af7651916cd43dd8448eb211c80319c")));
    }

    /// <summary>Takes OTLP over HTTP as a collector does, and keeps the bytes.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly WebApplication app;
        private readonly ConcurrentQueue<(string Path, byte[] Body)> taken;

        private Receiver(WebApplication app, ConcurrentQueue<(string, byte[])> taken) => (this.app, this.taken) = (app, taken);

        public string Address => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

        public IEnumerable<string> Paths => taken.Select(t => t.Path).Distinct(StringComparer.Ordinal);

        /// <summary>Names stand in the protocol's bytes as they are.</summary>
        public string All() => string.Join('\n', taken.Select(t => Encoding.Latin1.GetString(t.Body)));

        public static async Task<Receiver> Start()
        {
            var taken = new ConcurrentQueue<(string, byte[])>();
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var app = builder.Build();
            app.Run(async http =>
            {
                using var body = new MemoryStream();
                await http.Request.Body.CopyToAsync(body);
                taken.Enqueue((http.Request.Path.Value!, body.ToArray()));
                http.Response.ContentType = "application/x-protobuf";
            });
            await app.StartAsync();
            return new Receiver(app, taken);
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
