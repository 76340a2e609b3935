using System.Diagnostics;
using System.Net;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Api;

/// <summary>Who gets in, by what, and to what.</summary>
public sealed class KeyTests
{
    private const string Account = """{"type":"account","key":"a","account":"A1"}""";

    [Fact]
    public async Task Nobody_gets_in_without_a_key_that_is_in_force()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        foreach (var wrong in new[] { null, "", "rk_", "rk_" + new string('A', 43), server.Key[..^1], server.Key + "A", new string('x', 5000) })
        {
            using var client = new ApiClient(server.Address, wrong);
            (await client.Get("/api/v1/kpis")).Expect(401).Code.ShouldBe("no_key");
            var refused = (await client.Post(Account)).Expect(401);
            refused.Response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        }
        (await server.Client.Get("/api/v1/kpis")).Expect(200);
        folder.Count("SELECT count(*) FROM journal").ShouldBe(0);
    }

    [Fact]
    public async Task A_key_may_what_it_was_made_for()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        using var reader = new ApiClient(server.Address, ApiServer.NewKey(folder, "reader", ApiMay.Read));
        using var writer = new ApiClient(server.Address, ApiServer.NewKey(folder, "writer", ApiMay.Write));
        (await reader.Post(Account)).Expect(403).Code.ShouldBe("may_not");
        (await writer.Get("/api/v1/kpis")).Expect(403).Json.GetProperty("detail").GetString()!.ShouldContain("--may read");
        (await writer.Post(Account)).Expect(200);
        (await reader.Get("/api/v1/accounts")).Expect(200).Json.GetProperty("accounts").GetArrayLength().ShouldBe(1);
        folder.Rows("SELECT DISTINCT actor FROM journal WHERE kind = 'account_opened'").ShouldBe(["api:writer"]);
    }

    [Fact]
    public async Task The_command_makes_lists_and_revokes_keys_and_a_server_hears_of_it_within_seconds()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        var added = folder.Run("api-key", "add", "erp", "--may", "write", "--format", "json").Expect(0);
        var text = added.Json.GetProperty("key").GetString()!;
        text.ShouldMatch("^rk_[A-Za-z0-9_-]{43}$");
        folder.Run("api-key", "add", "erp").Expect(1).Err.ShouldContain("has a key already");
        using var client = new ApiClient(server.Address, text);
        for (var waited = Stopwatch.StartNew(); (await client.Post(Account)).Status != 200; await Task.Delay(50))
            waited.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));

        var list = folder.Run("api-key", "list", "--format", "json").Expect(0);
        list.Json.EnumerateArray().Select(k => k.GetProperty("name").GetString()).ShouldBe(["tests", "erp"], ignoreOrder: true);
        list.Out.ShouldNotContain(text);
        folder.Rows("SELECT hash FROM api_key WHERE name = 'erp'").Single().ShouldBe(Convert.ToHexStringLower(ApiKey.HashOf(text)));

        folder.Run("api-key", "revoke", "erp").Expect(0);
        for (var waited = Stopwatch.StartNew(); (await client.Post(Account)).Status != 401; await Task.Delay(100))
            waited.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        folder.Run("api-key", "revoke", "erp").Expect(1).Err.ShouldContain("no key in force");
        folder.Run("api-key", "list", "--format", "json").Expect(0).Json.EnumerateArray().Single(k => k.GetProperty("name").GetString() == "erp")
            .GetProperty("revoked_at").GetString().ShouldNotBeNullOrEmpty();
        // Another may have the name then.
        folder.Run("api-key", "add", "erp").Expect(0);
        folder.Run("api-key", "add", "no name").Expect(2);
        folder.Run("api-key", "add", "x", "--may", "all").Expect(2);
    }

    [Fact]
    public async Task A_browser_that_was_let_in_is_not_let_in_to_the_API_and_a_key_opens_no_page()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(server.Address) };
        (await browser.GetAsync(server.Link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync("/kpis")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync("/api/v1/kpis")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.Client.Get("/kpis")).Status.ShouldBe(401);
        (await server.Client.Get("/")).Body.ShouldContain("Come in by the link");
    }

    [Fact]
    public async Task Another_name_of_the_machine_is_not_answered()
    {
        using var folder = new DataFolder();
        await using var server = await ApiServer.Start(folder);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Address + "/api/v1/kpis") { Headers = { Host = "evil.example" } };
        request.Headers.Authorization = new("Bearer", server.Key);
        (await http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }
}
