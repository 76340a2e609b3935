using System.Net;
using Microsoft.Playwright;

namespace Recoup.Browser;

/// <summary>Who gets in, and what a page lets others do with it.</summary>
[Collection("stage")]
public sealed class EntranceTests(Stage stage)
{
    [BrowserFact]
    public async Task Without_the_link_every_page_says_where_it_is()
    {
        await using var site = await Site.Serve();
        using var http = new HttpClient();
        foreach (var path in new[] { "/", "/accounts/D1003", "/ageing.csv", "/worklist", "/audit/progress", "/nothing" })
        {
            using var answer = await http.GetAsync(site.Address + path);
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("recoup serve");
        }
    }

    [BrowserFact]
    public async Task A_link_lets_one_browser_in_once_and_the_next_one_is_printed()
    {
        await using var site = await Site.Serve();
        await stage.Enter(site);
        using var other = new HttpClient();
        using var again = await other.GetAsync(site.Link);
        again.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var next = site.Said.ShouldHaveSingleItem().Split(' ')[^1];
        using var second = await other.GetAsync(next);
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        var cookie = second.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
    }

    [BrowserFact]
    public async Task Whoever_opens_the_link_stands_on_the_dashboard()
    {
        await using var site = await Site.Serve();
        await using var context = await stage.Chromium.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Link);
        await page.Locator("h1", new() { HasText = "Dashboard" }).WaitForAsync();
        page.Url.ShouldBe(site.Address + "/");
    }

    [BrowserFact]
    public async Task Another_name_for_this_machine_is_refused()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, stage.Address + "/") { Headers = { Host = "evil.example" } };
        using var answer = await http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    /// <summary>
    /// A browser follows //name to another machine. Nothing that is answered to such a path names it as a link, a redirect or a
    /// place to go on to.
    /// </summary>
    [BrowserTheory]
    [InlineData("//evil.example/x")]
    [InlineData("//evil.example/%2e%2e")]
    [InlineData("/%5Cevil.example/x")]
    [InlineData("///evil.example")]
    [InlineData("/%09/evil.example")]
    public async Task The_entrance_never_leads_elsewhere(string target)
    {
        var answer = await Raw(new Uri(stage.Address).Port,
            $"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nConnection: close\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 404");
        answer.ShouldNotContain("Location:");
        answer.ShouldNotContain("evil");
    }

    private static async Task<string> Raw(int port, string request)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    [BrowserTheory]
    [InlineData("127.0.0.2")]
    [InlineData("127.9.8.7")]
    [InlineData("::1")]
    public async Task The_link_works_at_whatever_loopback_address_it_is_served_at(string address)
    {
        if (address == "::1" && !System.Net.Sockets.Socket.OSSupportsIPv6) Assert.Skip("this machine has no IPv6");
        await using var site = await Site.Serve(at: IPAddress.Parse(address));
        await using var context = await stage.Chromium.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Link);
        await page.Locator("h1", new() { HasText = "Dashboard" }).WaitForAsync();
    }

    [BrowserFact]
    public async Task A_page_open_at_one_server_keeps_its_form_when_another_server_is_looked_at()
    {
        await using var one = await stage.Copy();
        await using var two = await stage.Copy();
        await using var context = await stage.Chromium.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(one.Link);
        await page.Locator("h1", new() { HasText = "Dashboard" }).WaitForAsync();
        await page.GotoAsync($"{one.Address}/accounts/{SmallBusiness.Slow}");
        var other = await context.NewPageAsync();
        await other.GotoAsync(two.Link);
        await other.Locator("h1", new() { HasText = "Dashboard" }).WaitForAsync();
        await other.GotoAsync($"{two.Address}/accounts/{SmallBusiness.Slow}");
        (await context.CookiesAsync()).Where(c => c.Name.StartsWith("recoup-form", StringComparison.Ordinal))
            .Select(c => c.Name).Distinct().Count().ShouldBe(2);
        var before = Events(one);
        await Send(page);
        Events(one).ShouldBeGreaterThan(before);
        await Send(other);
    }

    private static async Task Send(IPage page)
    {
        var form = page.Locator("form:has(input[name='_handler'][value='hold'])");
        if (!await form.IsVisibleAsync()) await page.Locator("details:has(form:has(input[name='_handler'][value='hold'])) > summary").ClickAsync();
        await form.Locator("[name='to']").FillAsync("2026-03-31");
        await form.Locator("[name='reason']").FillAsync("requested");
        await form.Locator("button.primary").ClickAsync();
        await page.Reaches($"/accounts/{SmallBusiness.Slow}?said=*");
    }

    [BrowserFact]
    public async Task A_form_without_its_token_is_refused_and_changes_nothing()
    {
        await using var site = await stage.Copy();
        var state = await stage.Enter(site);
        await using var window = await stage.Open(site, state, "/");
        var before = Events(site);
        var answer = await window.Page.APIRequest.PostAsync($"{site.Address}/accounts/{SmallBusiness.Slow}", new APIRequestContextOptions
        {
            Form = window.Page.APIRequest.CreateFormData().Set("_handler", "hold").Set("key", "x").Set("account", SmallBusiness.Slow).Set("from", "2026-02-16")
                .Set("to", "2026-02-17").Set("reason", "none"),
        });
        answer.Status.ShouldBe(400);
        Events(site).ShouldBe(before);
    }

    [BrowserFact]
    public async Task A_page_keeps_to_itself()
    {
        await using var window = await stage.Open("/");
        var answer = (await window.Page.ReloadAsync())!;
        var policy = (await answer.HeaderValueAsync("content-security-policy"))!;
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        (await answer.HeaderValueAsync("cache-control")).ShouldBe("no-store");
        var foreign = new List<string>();
        window.Page.Request += (_, request) => { if (!request.Url.StartsWith(stage.Address, StringComparison.Ordinal)) foreign.Add(request.Url); };
        foreach (var path in new[] { "/", "/kpis/dso", "/worklist" }) await window.Page.GotoAsync(path);
        foreign.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Health_needs_no_link_and_tells_nothing_of_the_business()
    {
        await using var site = await Site.Serve(stage.Folder);
        using var http = new HttpClient();
        var text = await http.GetStringAsync(site.Address + "/health");
        text.ShouldContain("\"status\":\"ok\"");
        text.ShouldNotContain("DACH");
    }

    private static long Events(Site site)
    {
        using var store = Storage.Store.Open(site.Folder, create: false);
        return new Storage.Work.PageReadings(store).Chains().Sum(c => c.Seq);
    }
}
