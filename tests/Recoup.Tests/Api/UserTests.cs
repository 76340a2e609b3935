using System.Net;
using System.Text.RegularExpressions;
using Recoup.Tests.Cli;
using Recoup.Tests.Properties;

namespace Recoup.Tests.Api;

/// <summary>Users: each comes in by a link or a key of their own, may what their role may, and is the actor of what they enter.</summary>
public sealed class UserTests
{
    private const string Now = "2026-02-10T09:00:00Z";

    private const string Facts = """
        {"type":"account","key":"a","account":"A1","name":"Acme","portfolio":"EU"}
        {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"900.00","currency":"EUR"}
        """;

    private static DataFolder With(params string[] users)
    {
        var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-02-09T10:00:00Z").Expect(0);
        foreach (var user in users) folder.Run("user", "add", $"the-{user}", "--role", user, "--now", Now).Expect(0);
        return folder;
    }

    private static string LinkOf(DataFolder folder, ApiServer server, string user, string now = Now) =>
        folder.Run("user", "link", user, "--urls", server.Address, "--format", "json", "--now", now).Expect(0).Json.GetProperty("link").GetString()!;

    private static async Task<(HttpClient Http, HttpStatusCode Status)> Open(string link)
    {
        var http = new HttpClient { BaseAddress = new Uri(link[..link.IndexOf("/enter/", StringComparison.Ordinal)]) };
        using var answer = await http.GetAsync(link);
        return (http, answer.StatusCode);
    }

    [Fact]
    public void A_user_is_added_changed_disabled_and_listed()
    {
        using var folder = new DataFolder();
        string Users() => string.Join('|', folder.Run("users", "--format", "csv").Expect(0).Out.Trim().Split('\n').Skip(1).Select(l => l.Trim()));
        folder.Run("user", "add", "ann", "--role", "agent", "--name", "Ann Berg", "--now", Now).Expect(0);
        folder.Run("user", "add", "ann", "--role", "manager", "--now", Now).Expect(1).Err.ShouldContain("ann is there already");
        folder.Run("user", "add", "bob", "--role", "boss", "--now", Now).Expect(2);
        folder.Run("user", "add", "bob smith", "--role", "agent", "--now", Now).Expect(2).Err.ShouldContain("no id of a user");
        folder.Run("user", "add", "system", "--role", "manager", "--now", Now).Expect(2).Err.ShouldContain("meaning of its own");
        folder.Run("user", "add", "Ann", "--role", "agent", "--now", Now).Expect(2).Err.ShouldContain("in its capitals alone");
        folder.Run("user", "add", "cid", "--role", "agent", "--portfolios", "all,EU", "--now", Now).Expect(2).Err.ShouldContain("joined by commas, or all");
        folder.Run("user", "change", "ann", "--team", "north", "--now", Now).Expect(0).Err.ShouldNotContain("portfolio");
        Users().ShouldBe("ann,Ann Berg,agent,north,,active,");
        folder.Run("user", "link", "ann", "--now", Now).Expect(0);
        folder.Run("user", "link", "cid", "--now", Now).Expect(1).Err.ShouldContain("no user cid");
        folder.Run("users", "--format", "csv", "--now", "2026-02-10T10:00:00Z").Out.ShouldContain("north,,active,open");
        folder.Run("users", "--format", "csv", "--now", "2026-02-17T09:00:01Z").Out.ShouldContain("north,,active,over");
        folder.Run("user", "disable", "ann", "--now", Now).Expect(0);
        folder.Run("user", "disable", "bob", "--now", Now).Expect(1);
        folder.Run("user", "link", "ann", "--now", Now).Expect(1);
        Users().ShouldBe("ann,Ann Berg,agent,north,,disabled,over");
        folder.Run("user", "enable", "ann", "--now", Now).Expect(0);
        folder.Rows("SELECT kind FROM journal WHERE kind LIKE 'user%' ORDER BY seq")
            .ShouldBe(["user_set", "user_set", "user_link_made", "user_set", "user_set"]);
        folder.Rows("SELECT DISTINCT actor FROM journal WHERE kind LIKE 'user%'").ShouldBe([Environment.UserName]);
        folder.ShouldBeSound();
    }

    /// <summary>It may come later; one that is written otherwise shows nobody anything, and whoever adds the user is told.</summary>
    [Fact]
    public void A_portfolio_that_there_is_not_is_taken_and_told_of()
    {
        using var folder = new DataFolder();
        folder.Send("""{"type":"portfolio","key":"p","portfolio":"UK","time_zone":"Europe/London"}""", "--now", Now).Expect(0);
        folder.Run("user", "add", "bob", "--role", "agent", "--portfolios", "uk", "--now", Now).Expect(0).Err.ShouldContain("where UK is meant");
        folder.Run("user", "change", "bob", "--name", "Bob", "--now", Now).Expect(0).Err.ShouldNotContain("portfolio");
        folder.Run("user", "change", "bob", "--portfolios", "UK", "--now", Now).Expect(0).Err.ShouldNotContain("portfolio");
    }

    [Fact]
    public async Task A_link_lets_its_user_in_once_until_it_is_over_and_they_are_disabled()
    {
        using var folder = With("agent");
        await using var server = await ApiServer.Start(folder);
        var first = LinkOf(folder, server, "the-agent");
        var second = LinkOf(folder, server, "the-agent");
        (await Open(first)).Status.ShouldBe(HttpStatusCode.Unauthorized, "another link took its place");
        var (http, status) = await Open(second);
        status.ShouldBe(HttpStatusCode.OK);
        (await Open(second)).Status.ShouldBe(HttpStatusCode.Unauthorized, "it was used");
        (await Open(second[..^1])).Status.ShouldBe(HttpStatusCode.Unauthorized);
        // Made eight days before the server's clock.
        (await Open(LinkOf(folder, server, "the-agent", "2026-02-02T09:00:00Z"))).Status.ShouldBe(HttpStatusCode.Unauthorized, "it is over");
        (await http.GetAsync("/accounts/A1")).StatusCode.ShouldBe(HttpStatusCode.OK);
        folder.Run("user", "disable", "the-agent", "--now", "2026-02-10T10:00:00Z").Expect(0);
        var closed = await http.GetAsync("/accounts/A1");
        closed.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await closed.Content.ReadAsStringAsync()).ShouldContain("disabled");
        // Whoever has the browser that was let in before is not who was enabled again.
        folder.Run("user", "enable", "the-agent", "--now", "2026-02-10T11:00:00Z").Expect(0);
        (await http.GetAsync("/accounts/A1")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var (again, _) = await Open(LinkOf(folder, server, "the-agent"));
        var page = await again.GetAsync("/accounts/A1");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await page.Content.ReadAsStringAsync()).ShouldContain("You are ");
        folder.ShouldBeSound();
    }

    [Fact]
    public async Task What_a_user_enters_has_them_as_actor_whatever_a_field_says()
    {
        using var folder = With("agent");
        await using var server = await ApiServer.Start(folder);
        var (http, _) = await Open(LinkOf(folder, server, "the-agent"));
        async Task<string> Post(string form, params (string, string)[] fields)
        {
            var page = await http.GetStringAsync("/accounts/A1");
            var shown = Regex.Match(page, $"<form[^>]*>(?:(?!</form>).)*?value=\"{form}\"(?:(?!</form>).)*</form>", RegexOptions.Singleline).Value;
            var all = Regex.Matches(shown, "<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"").Select(m => (m.Groups[1].Value, m.Groups[2].Value))
                .Concat(fields).ToDictionary(f => f.Item1, f => WebUtility.HtmlDecode(f.Item2));
            var answer = await http.PostAsync("/accounts/A1", new FormUrlEncodedContent(all));
            return await answer.Content.ReadAsStringAsync();
        }
        (await Post("note", ("text", "heard it"), ("at", "2026-02-10T09:30:00Z"), ("actor", "manager"), ("by", "manager"))).ShouldContain("The note is kept");
        folder.Rows("SELECT actor FROM journal WHERE kind = 'note_added'").ShouldBe(["the-agent"]);
        // The form of something that is a manager's is not there; who sends it all the same is told.
        var page = await http.GetStringAsync("/accounts/A1");
        page.ShouldContain("A promise to pay");
        page.ShouldNotContain("Move the account to another portfolio");
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData("reader", false, false)]
    [InlineData("auditor", false, true)]
    [InlineData("agent", true, false)]
    [InlineData("manager", true, true)]
    public async Task A_page_shows_what_the_role_may(string role, bool enters, bool seesUsers)
    {
        using var folder = With(role);
        await using var server = await ApiServer.Start(folder);
        var (http, _) = await Open(LinkOf(folder, server, $"the-{role}"));
        (await http.GetStringAsync("/accounts/A1")).Contains("A promise to pay").ShouldBe(enters);
        (await http.GetStringAsync("/users")).Contains("recoup user add").ShouldBe(seesUsers);
    }

    /// <summary>Who leaves is out for good: the cookie that let the browser in lets nobody in any more, neither a user nor the one person.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_logs_out_comes_in_by_another_link(bool isUser)
    {
        using var folder = With("agent");
        await using var server = await ApiServer.Start(folder);
        var jar = new CookieContainer();
        using var cookies = new HttpClientHandler { CookieContainer = jar };
        using var http = new HttpClient(cookies) { BaseAddress = new Uri(server.Address) };
        (await http.GetAsync(isUser ? LinkOf(folder, server, "the-agent") : server.Link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetStringAsync("/accounts/A1")).ShouldContain("<form class=\"leave\" method=\"post\" action=\"/leave\">");
        // Looking at the address puts nobody out.
        (await http.GetAsync("/leave")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.GetAsync("/accounts/A1")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var cookie = jar.GetCookieHeader(new Uri(server.Address));
        var left = await http.PostAsync("/leave", null);
        left.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await left.Content.ReadAsStringAsync()).ShouldContain(isUser ? "recoup user link the-agent" : "stands in the terminal");
        jar.GetCookieHeader(new Uri(server.Address)).ShouldNotContain($"recoup-{new Uri(server.Address).Port}");
        (await http.GetAsync("/accounts/A1")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        // Nor who kept a copy of it.
        using var kept = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri(server.Address) };
        kept.DefaultRequestHeaders.Add("Cookie", cookie);
        (await kept.GetAsync("/accounts/A1")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await http.PostAsync("/leave", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        folder.Run("access", "--kind", "left", "--format", "csv").Expect(0).Out.Trim().Split('\n').Skip(1).ShouldHaveSingleItem()
            .ShouldContain(isUser ? "the-agent,page,left" : "page,left");
    }

    [Fact]
    public void The_list_of_keys_says_what_each_may()
    {
        using var folder = With("reader", "agent", "manager");
        folder.Run("user", "change", "the-manager", "--portfolios", "DE", "--now", Now).Expect(0);
        foreach (var user in new[] { "the-reader", "the-agent", "the-manager", "crm" }) folder.Run("api-key", "add", user, "--now", Now).Expect(0);
        string[] Listed() => [.. folder.Run("api-key", "list", "--format", "json").Expect(0).Json.EnumerateArray()
            .Select(k => $"{k.GetProperty("name")} {k.GetProperty("may")}").Order(StringComparer.Ordinal)];
        Listed().ShouldBe(["crm read,write", "the-agent read,write", "the-manager read", "the-reader read"]);
        folder.Run("user", "disable", "the-agent", "--now", Now).Expect(0);
        Listed().ShouldContain("the-agent nothing");
    }

    [Fact]
    public async Task A_key_with_the_name_of_a_user_is_theirs()
    {
        using var folder = With("reader", "agent", "manager");
        await using var server = await ApiServer.Start(folder);
        ApiClient Client(string user)
        {
            var made = folder.Run("api-key", "add", user, "--format", "json", "--now", Now).Expect(0).Json;
            return new ApiClient(server.Address, made.GetProperty("key").GetString()!);
        }
        string Promise(string key) =>
            $$"""{"type":"promise","key":"{{key}}","account":"A1","on":"2026-02-10","due_on":"2026-02-20","amount":"5.00","currency":"EUR"}""";
        string WriteOff(string key) => Json.Line("write_off", key, "A1", ("invoice", "I1"), ("on", new DateOnly(2026, 2, 10)), ("amount", 1m),
            ("currency", "EUR"), ("reason", "small"));
        using var reader = Client("the-reader");
        using var agent = Client("the-agent");
        using var manager = Client("the-manager");
        // Keys that are not known are looked for again after a moment.
        await Task.Delay(500);
        (await reader.Get("/api/v1/worklist")).Expect(200);
        (await reader.Post(Promise("p-1"))).Expect(403);
        (await agent.Post(Promise("p-2"))).Expect(200);
        (await agent.Post(WriteOff("w-1"))).Expect(403).Body.ShouldContain("write_off is for managers");
        // Where an endpoint is, all that happens goes.
        const string endpoint = """
            {"type":"webhook_endpoint","key":"we-1","endpoint":"crm","url":"https://crm.example","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
            """;
        (await agent.Post(endpoint)).Expect(403).Body.ShouldContain("webhook_endpoint is for managers");
        (await manager.Post(endpoint)).Expect(200);
        (await manager.Post(WriteOff("w-2"))).Expect(200);
        (await server.Client.Post(WriteOff("w-3"))).Expect(200);
        folder.Rows("SELECT actor FROM journal WHERE kind IN ('promise_made', 'written_off') ORDER BY seq").ShouldBe(["the-agent", "the-manager", "api:tests"]);
        folder.Run("user", "disable", "the-agent", "--now", "2026-02-10T10:00:00Z").Expect(0);
        await Task.Delay(2500);
        (await agent.Get("/api/v1/worklist")).Expect(401);
        folder.ShouldBeSound();
    }

    /// <summary>A manager does on the page what the command does; nobody else is shown how.</summary>
    [Fact]
    public async Task A_manager_adds_users_changes_them_and_makes_links_on_the_page()
    {
        using var folder = With("manager", "auditor");
        await using var server = await ApiServer.Start(folder);
        var manager = (await Open(LinkOf(folder, server, "the-manager"))).Http;
        using var auditor = (await Open(LinkOf(folder, server, "the-auditor"))).Http;
        (await auditor.GetStringAsync("/users")).ShouldSatisfyAllConditions(p => p.ShouldContain("the-manager"), p => p.ShouldNotContain("Add a user"));

        foreach (var (user, portfolios, why) in new[]
        {
            ("bob smith", "", "no id of a user"), ("The-Auditor", "", "in its capitals alone"), ("the-auditor", "", "the-auditor is there already"),
            ("bob", "UK", "there is no portfolio UK; there are EU"), ("bob", "all, EU", "joined by commas, or all"),
        })
            WebUtility.HtmlDecode(await PageForms.Submit(manager, "/users", "add", ("user", user), ("role", "agent"), ("portfolios", portfolios)))
                .ShouldContain(why);
        (await PageForms.Submit(manager, "/users", "add", ("user", "bob"), ("name", "Bob Smith"), ("role", "agent"), ("portfolios", "EU")))
            .ShouldContain("The user is added");
        var shown = WebUtility.HtmlDecode(await PageForms.Submit(manager, "/users", "link-bob"));
        var link = Regex.Match(shown, "http://[^<]*/enter/u-[0-9a-f]+").Value;
        var (bob, status) = await Open(link);
        status.ShouldBe(HttpStatusCode.OK);
        (await Open(link)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await manager.GetStringAsync("/users")).ShouldNotContain(link);
        (await bob.GetAsync("/users")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        // Crafted by who may look alone.
        var stolen = await PageForms.Submit(manager, "/users", "change-bob", ("state", "disabled"), ("role", "boss"));
        stolen.ShouldContain("is one of reader, agent, manager, auditor");
        (await bob.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await PageForms.Submit(manager, "/users", "change-bob", ("state", "disabled"), ("role", "agent"), ("portfolios", ""))).ShouldContain("bob is changed");
        (await bob.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        // Nobody locks themselves out.
        foreach (var (field, value) in new[] { ("state", "disabled"), ("role", "reader") })
            (await PageForms.Submit(manager, "/users", "change-the-manager", ("role", "manager"), (field, value))).ShouldContain("that is you");
        folder.Rows("SELECT actor FROM journal WHERE kind LIKE 'user%' ORDER BY seq").Skip(6).Distinct().ShouldBe(["the-manager", "system"]);
        folder.Run("access", "--format", "json").Expect(0).Out.ShouldContain("\"way\":\"page\",\"kind\":\"permitted\",\"subject\":\"bob\"");
    }
}
