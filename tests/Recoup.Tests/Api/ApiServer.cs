using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Recoup.Connectors.Catalog;
using Recoup.Connectors.Mail;
using Recoup.Core.Contact;
using Recoup.Core.Measures;
using Recoup.Server;
using Recoup.Server.Api;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Api;

/// <summary>What a request to the API came to.</summary>
public sealed record Answered(int Status, string Body, HttpResponseMessage Response)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Code => Json.GetProperty("code").GetString()!;

    public Answered Expect(int status)
    {
        Status.ShouldBe(status, Body);
        if (status >= 400) Response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        return this;
    }
}

/// <summary>A client of the API with a key, at whichever address.</summary>
public sealed class ApiClient(string address, string? key) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, MaxConnectionsPerServer = 256 })
    {
        BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(2),
    };

    public async Task<Answered> Get(string path, string? ifNoneMatch = null)
    {
        using var request = Request(HttpMethod.Get, path);
        if (ifNoneMatch is not null) request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        return await Send(request);
    }

    public Task<Answered> Post(string body, string type = "application/json", string? idempotencyKey = null) =>
        Post(Encoding.UTF8.GetBytes(body), type, idempotencyKey);

    public async Task<Answered> Post(byte[] body, string type = "application/json", string? idempotencyKey = null,
        string? encoding = null, bool chunked = false)
    {
        using var request = Request(HttpMethod.Post, "/api/v1/inputs");
        request.Content = chunked ? new StreamContent(new MemoryStream(body)) : new ByteArrayContent(body);
        if (chunked) request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (encoding is not null) request.Content.Headers.ContentEncoding.Add(encoding);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        return await Send(request);
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return request;
    }

    private async Task<Answered> Send(HttpRequestMessage request)
    {
        var response = await http.SendAsync(request);
        return new Answered((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    public void Dispose() => http.Dispose();
}

/// <summary>The server of a data folder in the tests' own process, on a free port, with a key that may read and write.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 2, 10, 10, 0, 0, TimeSpan.Zero);

    private readonly WebPages pages;

    private ApiServer(WebPages pages, string key)
    {
        this.pages = pages;
        Key = key;
        Client = new ApiClient(pages.Address, key);
    }

    public string Key { get; }

    public string Address => pages.Address;

    public string Link => pages.Link;

    public ApiClient Client { get; }

    public static async Task<ApiServer> Start(DataFolder folder, ApiLimits? limits = null, Func<KpiCatalog>? catalog = null, TimeSpan? storeLife = null,
        Action<string>? say = null, CatalogWatch? own = null)
    {
        var options = new ServeOptions(folder.Place, IPAddress.Loopback, 0, new Standing())
        {
            Role = Role.Api, Writer = TemplateWriter.Shipped, Catalog = catalog, Own = own, Actor = "ann", Say = say ?? (_ =>
                { }), Limits = limits ?? new ApiLimits(),
            StoreLife = storeLife ?? TimeSpan.FromMinutes(1),
            Channels = store => new Dictionary<string, ChannelPort>(StringComparer.Ordinal)
            {
                [Channel.Email] = new(true, new MailFolder(store.MailFolder, store.WorkspaceId).Send),
            },
        };
        var pages = await WebPages.Start(options);
        return new ApiServer(pages, NewKey(folder));
    }

    public static string NewKey(DataFolder folder, string name = "tests", ApiMay may = ApiMay.Read | ApiMay.Write)
    {
        using var store = folder.Open();
        return new ApiKeys(store).Add(name, may, Now)!;
    }

    public ValueTask Stop() => pages.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await pages.DisposeAsync();
    }

    private sealed class Standing : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}

/// <summary>`serve --log json` as a process of its own, and every line that it wrote.</summary>
internal sealed class ServeProcess : IDisposable
{
    private readonly Process process;
    private readonly List<string> errors = [];

    /// <summary>One that takes and answers, on a day gone by.</summary>
    public ServeProcess(DataFolder folder, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
        : this(folder.Start(environment,
            ["serve", "--no-run", "--log", "json", "--urls", "http://127.0.0.1:0", "--now", "2026-02-10T10:00:00Z", .. arguments]))
    { }

    /// <summary>One that runs the days and dispatches too.</summary>
    public static ServeProcess AtWork(DataFolder folder, IReadOnlyDictionary<string, string> environment) =>
        new(folder.Start(environment, "serve", "--log", "json", "--urls", "http://127.0.0.1:0", "--beat", "1"));

    private ServeProcess(Process process)
    {
        this.process = process;
        process.ErrorDataReceived += (_, e) => { lock (errors) if (e.Data is not null) errors.Add(e.Data); };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    public IReadOnlyList<string> Errors { get { lock (errors) return [.. errors]; } }

    public string Address() => Eventually("serving", _ => true).GetProperty("address").GetString()!;

    /// <summary>The first event of the kind for which it holds; awaited.</summary>
    public JsonElement Eventually(string kind, Func<JsonElement, bool> holds)
    {
        for (var waited = Stopwatch.StartNew(); ; Thread.Sleep(50))
        {
            foreach (var line in Errors.Where(l => l.Contains($"\"event\":\"{kind}\"", StringComparison.Ordinal)))
                if (JsonDocument.Parse(line).RootElement is var told && holds(told)) return told;
            if (waited.Elapsed > TimeSpan.FromMinutes(1)) Assert.Fail($"no such {kind}:\n{string.Join('\n', Errors)}");
        }
    }

    /// <summary>Ended by itself, as at a failpoint.</summary>
    public void WaitForDeath()
    {
        process.WaitForExit(TimeSpan.FromMinutes(1)).ShouldBeTrue("the server did not die");
        process.WaitForExit();
    }

    /// <summary>As a service's stop does.</summary>
    public void End()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        process.WaitForExit(TimeSpan.FromMinutes(2)).ShouldBeTrue("the server did not end");
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, string.Join('\n', Errors));
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }
}
