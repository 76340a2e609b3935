using System.Net;
using System.Text.RegularExpressions;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Api;

/// <summary>Who sees one portfolio sees nothing of another: tried on every page, file and address of the API, before and after others looked.</summary>
public sealed class ViewerTests
{
    private const string Facts = """
        {"type":"portfolio","key":"p-1","portfolio":"EU","time_zone":"Europe/Berlin","sender":"eu@recoup.example"}
        {"type":"portfolio","key":"p-2","portfolio":"US","time_zone":"America/New_York","sender":"us@recoup.example"}
        {"type":"account","key":"a-1","account":"EU1","name":"Dorn Optics","portfolio":"EU","email":"e@dorn.example","country":"DE"}
        {"type":"account","key":"a-4","account":"GONE4","name":"Dorn Branch","portfolio":"EU","email":"g@dorn.example","country":"DE"}
        {"type":"invoice","key":"i-5","account":"GONE4","number":"G-1","issued_on":"2026-01-01","due_on":"2026-01-20","amount":"50.00","currency":"EUR"}
        {"type":"account","key":"a-2","account":"US7","name":"Liberty Foods","portfolio":"US","email":"l@liberty.example","country":"US"}
        {"type":"account","key":"a-3","account":"US8","name":"Liberty Calls","portfolio":"US","phone":"+12125550100","country":"US"}
        {"type":"invoice","key":"i-1","account":"EU1","number":"E-1","issued_on":"2026-01-01","due_on":"2026-01-20","amount":"100.00","currency":"EUR"}
        {"type":"invoice","key":"i-2","account":"US7","number":"L-1","issued_on":"2026-01-01","due_on":"2026-01-20","amount":"777.77","currency":"EUR"}
        {"type":"invoice","key":"i-3","account":"US8","number":"L-2","issued_on":"2026-01-01","due_on":"2026-01-20","amount":"777.77","currency":"EUR"}
        {"type":"invoice","key":"i-4","account":"US8","number":"L-3","issued_on":"2026-01-01","due_on":"2026-03-20","amount":"777.77","currency":"EUR"}
        {"type":"payment_plan","key":"pp-1","account":"US8","on":"2026-02-01","items":["L-3"],"count":2,"first_on":"2026-03-20"}
        {"type":"payment","key":"c-1","account":"US7","on":"2026-02-01","amount":"7.77","currency":"EUR"}
        {"type":"note","key":"n-1","account":"US7","at":"2026-02-01T15:00:00Z","text":"Liberty note"}
        {"type":"file","key":"f-1","account":"US7","name":"Liberty.txt","content":"b2YgTGliZXJ0eSBhbG9uZQo=","invoice":"L-1"}
        {"type":"callback","key":"cb-1","account":"US7","at":"2026-02-09T18:00:00Z","agent":"liberty-agent"}
        {"type":"tag","key":"t-1","account":"US7","tag":"liberty-tag","set":true}
        {"type":"cost","key":"ct-1","portfolio":"US","from":"2026-01-01","to":"2026-01-31","kind":"legal","amount":"777.77","currency":"EUR"}
        {"type":"target","key":"tg-1","kpi":"dso","portfolio":"US","from":"2026-01-01","value":"777.77","owner":"liberty"}
        {"type":"imported_figure","key":"if-1","portfolio":"US","name":"liberty_days","from":"2026-01-01","to":"2026-01-31","value":"777.77"}
        {"type":"imported_figure","key":"if-2","name":"liberty_total","from":"2026-01-01","to":"2026-01-31","value":"777.77"}
        {"type":"sending","key":"s-1","mode":"live"}
        """;

    /// <summary>None of it is of the portfolio EU.</summary>
    private static readonly string[] Foreign = ["US7", "US8", "Liberty", "liberty", "777.77", "770.00", "L-1", "L-2", "L-3"];

    private static readonly string[] Pages =
    [
        "/", "/?portfolio=US", "/worklist", "/worklist?owner=agent", "/accounts", "/accounts?q=U", "/accounts?q=L-", "/accounts/EU1", "/plans",
        "/messages", "/next-moves?move=all", "/ageing", "/ageing?portfolio=US", "/ageing/1-30", "/ageing/1-30?as-of=2026-02-08", "/kpis",
        "/kpis?portfolio=US", "/kpis/dso", "/kpis/dso/events",
        "/kpis/percent_current/events", "/callbacks", "/notes", "/files", "/files.csv",
        "/ageing.csv", "/ageing/1-30.csv", "/ageing/1-30.csv?as-of=2026-02-08", "/worklist.csv",
        "/accounts.csv", "/plans.csv", "/next-moves.csv?move=all", "/callbacks.csv", "/notes.csv", "/messages.csv", "/kpis.csv", "/kpis.csv?portfolio=US",
        "/kpis/bpdso.csv?portfolio=US",
        "/kpis/dso?by=portfolio", "/kpis/dso.csv?by=portfolio", "/kpis/dso/events?only=portfolio%3DUS", "/kpis/proactive_collection_actions?by=channel",
        "/kpis/callback_kept_rate?by=owner", "/kpis/callback_kept_rate.csv?by=owner&portfolio=US", "/kpis.csv?by=segment&portfolio=US",
        "/kpis/dso?since=2026-01-31", "/kpis/percent_current?by=portfolio", "/kpis/percent_current?portfolio=US", "/kpis/roll_rate", "/cohorts",
        "/cohorts?portfolio=US", "/cohorts.csv", "/cohorts.csv?portfolio=US",
        "/kpis/percent_current/bridge.csv?since=2026-01-31&by=portfolio",
        "/figures", "/figures?portfolio=US", "/figures?type=target", "/figures.csv", "/kpis/collection_cost", "/kpis/collection_cost/events",
    ];

    private static readonly string[] Addresses =
    [
        "unworked?by=account", "unworked?by=portfolio", "cohorts?by=portfolio", "cohorts?by=month,portfolio", "kpis?ids=dso&basis=crf",
        "bridge?kpi=dso&from=2026-01-31&to=2026-02-08&by=portfolio",
        "kpis", "kpis?by=portfolio", "ageing", "ageing?by=portfolio", "ageing?by=account", "ageing?known_at=2026-02-09T10:00:00Z", "accounts", "worklist",
        "plans", "callbacks", "notes", "files", "files?account=US7", "decisions?account=EU1", "accounts/EU1", "figures", "figures?portfolio=US",
        "kpis?ids=dso&only=portfolio%3DUS", "kpis?ids=collection_cost",
    ];

    private static DataFolder Played()
    {
        var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-02-01T16:00:00Z").Expect(0);
        folder.Run("run", "--now", "2026-02-09T15:00:00Z").Expect(0);
        folder.Run("dispatch", "--now", "2026-02-09T16:00:00Z").Expect(0);
        // What was said to it in the portfolio before is for who sees it now.
        folder.Send("""
            {"type":"account_moved","key":"m-1","account":"GONE4","portfolio":"US"}
            {"type":"account","key":"a-5","account":"GONE4","name":"Liberty Branch"}
            """, "--now", "2026-02-09T17:00:00Z").Expect(0);
        folder.Run("user", "add", "eva", "--role", "manager", "--portfolios", "EU", "--now", "2026-02-10T09:00:00Z").Expect(0);
        return folder;
    }

    private static async Task<HttpClient> Enter(string link)
    {
        var http = new HttpClient { BaseAddress = new Uri(link[..link.IndexOf("/enter/", StringComparison.Ordinal)]) };
        (await http.GetAsync(link)).EnsureSuccessStatusCode();
        return http;
    }

    private static string LinkOf(DataFolder folder, ApiServer server, string user) =>
        folder.Run("user", "link", user, "--urls", server.Address, "--format", "json", "--now", "2026-02-10T09:30:00Z").Expect(0).Json
            .GetProperty("link").GetString()!;

    [Fact]
    public async Task Nothing_of_another_portfolio_is_on_any_page_in_any_file_or_answer()
    {
        using var folder = Played();
        await using var server = await ApiServer.Start(folder);
        using var owner = await Enter(server.Link);
        using var eva = await Enter(LinkOf(folder, server, "eva"));
        var shownToOwner = 0;
        foreach (var path in Pages)
        {
            // The owner first, so that what is computed once is there; and again afterwards.
            foreach (var _ in new[] { 1, 2 })
            {
                var all = await owner.GetStringAsync(path);
                if (Foreign.Any(f => all.Contains(f, StringComparison.Ordinal))) shownToOwner++;
                using var answer = await eva.GetAsync(path);
                answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
                var some = await answer.Content.ReadAsStringAsync();
                foreach (var foreign in Foreign) some.Contains(foreign, StringComparison.Ordinal).ShouldBeFalse($"{path} shows {foreign}");
            }
        }
        // What could not be seen by anybody would prove nothing.
        shownToOwner.ShouldBeGreaterThan(40);
        (await eva.GetStringAsync("/")).ShouldContain("The last run, of all portfolios");
        (await eva.GetStringAsync("/accounts.csv")).ShouldContain("EU1");
        (await eva.GetStringAsync("/ageing.csv")).ShouldContain("100.00");
        (await eva.GetStringAsync("/accounts/US7")).ShouldContain("There is no account US7");
        (await eva.GetAsync("/account-items.csv?account=US7")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await owner.GetStringAsync("/files/f-1")).ShouldBe("of Liberty alone\n");
        (await eva.GetAsync("/files/f-1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var message = folder.Rows("SELECT id FROM message ORDER BY id").Single(id => owner.GetStringAsync($"/messages/{id}").Result.Contains("US7"));
        (await eva.GetStringAsync($"/messages/{message}")).ShouldNotContain("Liberty");
        foreach (var path in new[] { "/status", "/audit", "/users", "/access", "/webhooks", "/webhooks.csv", "/audit/progress" })
            (await eva.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
    }

    /// <summary>A page that comes later is tried too, or closed to them.</summary>
    [Fact]
    public void Every_page_is_tried()
    {
        var templates = typeof(Server.WebPages).Assembly.GetTypes()
            .SelectMany(t => t.GetCustomAttributes(typeof(Microsoft.AspNetCore.Components.RouteAttribute), false))
            .Select(r => ((Microsoft.AspNetCore.Components.RouteAttribute)r).Template).ToList();
        templates.Count.ShouldBeGreaterThan(15);
        // Of policies nothing is anybody's; a message is tried by its id.
        string[] closed = ["/status", "/audit", "/users", "/access", "/webhooks", "/policies", "/policies/{Version:int}", "/messages/{Id}"];
        templates.Except(closed).Where(t => !Pages.Any(p => Regex.IsMatch(p.Split('?')[0], "^" + Regex.Replace(t, "{[^}]+}", "[^/]+") + "$"))).ShouldBeEmpty();
    }

    /// <summary>A question over the whole journal is answered one at a time: its turn may end a moment after its answer.</summary>
    private static async Task<Answered> Asked(ApiClient client, string address)
    {
        var answer = await client.Get("/api/v1/" + address);
        for (var turn = 0; (int)answer.Status == 429 && turn < 50; turn++)
        {
            await Task.Delay(100);
            answer = await client.Get("/api/v1/" + address);
        }
        return answer;
    }

    [Fact]
    public async Task A_key_of_theirs_answers_as_the_pages_do_and_enters_nothing()
    {
        using var folder = Played();
        var key = folder.Run("api-key", "add", "eva", "--format", "json", "--now", "2026-02-10T09:00:00Z").Expect(0).Json.GetProperty("key").GetString()!;
        await using var server = await ApiServer.Start(folder);
        using var eva = new ApiClient(server.Address, key);
        var shownToAll = 0;
        foreach (var address in Addresses)
        {
            var all = (await Asked(server.Client, address)).Expect(200).Body;
            if (Foreign.Any(f => all.Contains(f, StringComparison.Ordinal)) || all.Contains("\"US\"", StringComparison.Ordinal)) shownToAll++;
            var some = (await Asked(eva, address)).Expect(200).Body;
            foreach (var foreign in Foreign.Append("\"US\"")) some.Contains(foreign, StringComparison.Ordinal).ShouldBeFalse($"{address} shows {foreign}");
        }
        shownToAll.ShouldBeGreaterThan(7);
        (await eva.Get("/api/v1/ageing")).Json[0].GetProperty("total").GetString().ShouldBe("100.00");
        (await server.Client.Get("/api/v1/ageing")).Json[0].GetProperty("total").GetString().ShouldBe("2475.54");
        (await eva.Get("/api/v1/accounts/US7")).Expect(404);
        (await eva.Get("/api/v1/files/f-1")).Expect(404);
        (await eva.Get("/api/v1/webhooks")).Expect(403);
        (await eva.Get("/api/v1/decisions?account=US7")).Expect(404);
        (await eva.Post("""{"type":"note","key":"n","account":"EU1","at":"2026-02-10T09:00:00Z","text":"x"}""")).Expect(403);
    }

    [Fact]
    public async Task They_enter_of_their_accounts_alone()
    {
        using var folder = Played();
        await using var server = await ApiServer.Start(folder);
        using var eva = await Enter(LinkOf(folder, server, "eva"));
        async Task<string> Note(string account)
        {
            var shown = Regex.Match(await eva.GetStringAsync("/accounts/EU1"), "<form[^>]*>(?:(?!</form>).)*?value=\"note\"(?:(?!</form>).)*</form>",
                RegexOptions.Singleline).Value;
            var fields = Regex.Matches(shown, "<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")
                .ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));
            (fields["account"], fields["text"], fields["at"]) = (account, "heard", "2026-02-10T09:00:00Z");
            return await (await eva.PostAsync("/accounts/EU1", new FormUrlEncodedContent(fields))).Content.ReadAsStringAsync();
        }
        (await Note("US7")).ShouldContain("there is no account US7 among those that you see");
        (await Note("EU1")).ShouldContain("The note is kept");
        folder.Rows("SELECT account, actor FROM journal WHERE kind = 'note_added' AND actor <> 'send'").ShouldBe(["EU1 | eva"]);
        (await eva.GetStringAsync("/accounts/EU1")).ShouldNotContain("Move the account to another portfolio");
        folder.Run("user", "change", "eva", "--portfolios", "all", "--now", "2026-02-10T10:00:00Z").Expect(0);
        (await eva.GetStringAsync("/accounts/US7")).ShouldContain("Liberty Foods");
        folder.ShouldBeSound();
    }
}
