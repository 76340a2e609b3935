using System.Net;
using System.Text.RegularExpressions;
using Recoup.Tests.Api;
using Recoup.Tests.Cli;
using static Recoup.Tests.Api.PageForms;

namespace Recoup.Tests.Controlling;

/// <summary>What controlling tells, by the API and on the pages: who may, what is refused by name, and what is seen of it.</summary>
public sealed class FigureServerTests
{
    private const string Now = "2026-02-10T09:00:00Z";

    /// <summary>Open in EU 900.00 of 900.00 sold.</summary>
    private const string Facts = """
        {"type":"account","key":"a","account":"A1","portfolio":"EU"}
        {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"900.00","currency":"EUR"}
        {"type":"account","key":"b","account":"B1","portfolio":"US"}
        {"type":"invoice","key":"j","account":"B1","number":"J1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"900.00","currency":"USD"}
        """;

    private const string Cost =
        """{"type":"cost","key":"c","portfolio":"US","from":"2026-01-01","to":"2026-01-31","kind":"legal","amount":"70","currency":"USD"}""";

    private static DataFolder Played(string facts = Facts)
    {
        var folder = new DataFolder();
        folder.Send(facts, "--now", "2026-02-09T10:00:00Z").Expect(0);
        return folder;
    }

    private static async Task<HttpClient> Enter(DataFolder folder, ApiServer server, string user, params string[] more)
    {
        folder.Run(["user", "add", user, "--now", Now, .. more]).Expect(0);
        var link = folder.Run("user", "link", user, "--urls", server.Address, "--format", "json", "--now", Now).Expect(0).Json.GetProperty("link").GetString()!;
        var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        (await http.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        return http;
    }

    [Fact]
    public async Task The_api_refuses_by_name_and_lists_in_pages()
    {
        using var folder = Played();
        await using var server = await ApiServer.Start(folder);
        async Task<string> Refused(string input) => (await server.Client.Post(input)).Expect(422).Code;
        (await Refused(Cost.Replace("\"US\"", "\"UK\"", StringComparison.Ordinal))).ShouldBe("unknown_portfolio");
        (await Refused("""{"type":"target","key":"t","kpi":"none","from":"2026-01-01","value":"1"}""")).ShouldBe("unknown_kpi");
        foreach (var kind in new[] { "cost", "target", "fx_rate", "imported_figure" })
            (await Refused($$"""{"type":"{{kind}}_withdrawn","key":"w","{{kind}}":"none"}""")).ShouldBe("unknown_entry");
        (await server.Client.Post(Cost)).Expect(200);
        (await server.Client.Post(Cost)).Expect(200).Body.ShouldContain("unchanged");
        (await server.Client.Post(Cost.Replace("70", "71", StringComparison.Ordinal))).Expect(422).Code.ShouldBe("key_used_with_other_content");
        (await server.Client.Post("""{"type":"target","key":"t","kpi":"dso","from":"2026-01-01","value":"45","owner":"ann"}""")).Expect(200);
        (await server.Client.Get("/api/v1/figures")).Json.GetProperty("rows").EnumerateArray()
            .Select(r => $"{r.GetProperty("key")} {r.GetProperty("type")} {r.GetProperty("portfolio")} {r.GetProperty("name")} {r.GetProperty("value")}")
            .ShouldBe(["t target  dso 45", "c cost US legal 70.00"]);
        var first = (await server.Client.Get("/api/v1/figures?limit=1")).Json;
        first.GetProperty("rows").EnumerateArray().Single().GetProperty("key").GetString().ShouldBe("t");
        var second = (await server.Client.Get($"/api/v1/figures?limit=1&after={first.GetProperty("next").GetString()}")).Json;
        (second.GetProperty("rows")[0].GetProperty("key").GetString(), second.GetProperty("next").GetString()).ShouldBe(("c", null));
        (await server.Client.Get("/api/v1/figures?portfolio=EU")).Json.GetProperty("rows").GetArrayLength().ShouldBe(0);
        (await server.Client.Get("/api/v1/figures?type=costs")).Expect(400).Body.ShouldContain("type takes cost, imported_figure, fx_rate, target");

        var missing = (await server.Client.Get("/api/v1/kpis?ids=dso&in=EUR")).Expect(422);
        missing.Code.ShouldBe("missing_rate");
        missing.Json.GetProperty("detail").GetString()!.ShouldContain("from USD to EUR for 2026-0");
        (await server.Client.Get("/api/v1/ageing?in=EUR&by=account")).Expect(422).Code.ShouldBe("missing_rate");
        (await server.Client.Get("/api/v1/ageing?in=euro")).Expect(400).Body.ShouldContain("'euro' is not an ISO 4217 currency code");
        (await server.Client.Post("""{"type":"fx_rate","key":"r","on":"2026-01-01","from":"USD","to":"EUR","rate":"0.5"}""")).Expect(200);
        (await server.Client.Get("/api/v1/ageing?in=EUR")).Json[0].GetProperty("total").GetString().ShouldBe("1350.00");
        folder.ShouldBeSound();
    }

    [Fact]
    public async Task A_manager_enters_on_the_pages_and_takes_back()
    {
        using var folder = Played("""
            {"type":"account","key":"a","account":"A1","portfolio":"EU"}
            {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"900.00","currency":"EUR"}
            """);
        await using var server = await ApiServer.Start(folder);
        using var mia = await Enter(folder, server, "mia", "--role", "manager");
        (await Submit(mia, "/kpis/dso", "target", ("value", "40"), ("owner", "ann"))).ShouldContain("The target is set.");
        var page = await mia.GetStringAsync("/kpis/dso");
        // All of what was sold since 1 December is open: 72 days to 10 February, which is today.
        page.ShouldContain("lower is better; ann sees to it");
        Regex.IsMatch(page, "<span class=\"tag poor\">missed by [0-9.]+</span>").ShouldBeTrue();
        (await mia.GetStringAsync("/")).ShouldContain("ann sees to it");
        (await Submit(mia, "/kpis/dso", "target", ("value", "100"))).ShouldContain("The target is set.");
        (await mia.GetStringAsync("/kpis/dso")).ShouldContain("<span class=\"tag good\">met</span>");

        (await Submit(mia, "/figures", "cost", ("kind", "agency_fee"), ("portfolio", "EU"), ("from", "2026-01-01"), ("to", "2026-01-31"), ("amount", "31.00"),
            ("currency", "EUR"))).ShouldContain("The cost is entered.");
        (await Submit(mia, "/figures", "figure", ("name", "inventory_days"), ("from", "2026-01-01"), ("to", "2026-01-31"), ("value", "56.1")))
            .ShouldContain("The figure is entered.");
        (await Submit(mia, "/figures", "rate", ("on", "2026-01-01"), ("from", "USD"), ("to", "EUR"), ("rate", "0"))).ShouldContain("0 is not above zero");
        (await Submit(mia, "/figures", "rate", ("on", "2026-01-01"), ("from", "USD"), ("to", "EUR"), ("rate", "0.92"))).ShouldContain("The rate is entered.");
        folder.Rows("SELECT kind, actor FROM journal WHERE actor = 'mia' ORDER BY seq")
            .ShouldBe(["target_agreed | mia", "target_agreed | mia", "cost_incurred | mia", "figure_imported | mia", "rate_told | mia"]);
        (await mia.GetStringAsync("/figures.csv")).Split('\n').Length.ShouldBe(6, "a second target of the same days takes the place of the first");
        (await mia.GetStringAsync("/figures.csv?type=cost")).ShouldContain("cost,EU,agency_fee,2026-01-01,2026-01-31,31.00,EUR");

        var key = folder.Run("figures", "--type", "cost", "--format", "json").Expect(0).Json[0].GetProperty("key").GetString();
        (await Submit(mia, "/figures?type=cost", $"withdraw-{key}", ("reason", "twice"))).ShouldContain("It is taken back.");
        (await mia.GetStringAsync("/figures?type=cost")).ShouldContain("There is no such figure");
        (await mia.GetStringAsync("/audit")).ShouldNotBeEmpty();
        folder.ShouldBeSound();
    }

    [Fact]
    public async Task An_agent_enters_none_and_who_sees_some_portfolios_theirs_alone()
    {
        using var folder = Played();
        folder.Send(Cost, "--now", "2026-02-09T10:00:00Z").Expect(0);
        await using var server = await ApiServer.Start(folder);
        using var ann = await Enter(folder, server, "ann", "--role", "agent");
        foreach (var page in new[] { "/figures", "/kpis/dso" }) (await ann.GetStringAsync(page)).ShouldNotContain("Enter it");
        (await ann.GetStringAsync("/kpis/dso")).ShouldNotContain("Set a target");
        var key = folder.Run("api-key", "add", "ann", "--format", "json", "--now", Now).Expect(0).Json.GetProperty("key").GetString()!;
        using var agent = new ApiClient(server.Address, key);
        foreach (var kind in new[] { "cost", "target", "fx_rate", "imported_figure" })
        {
            (await agent.Post($$"""{"type":"{{kind}}_withdrawn","key":"w","{{kind}}":"none"}""")).Expect(403);
        }
        (await agent.Post(Cost)).Expect(403).Body.ShouldContain("cost is for managers");

        using var eva = await Enter(folder, server, "eva", "--role", "manager", "--portfolios", "EU");
        (await Submit(eva, "/figures", "cost", ("portfolio", "US"), ("from", "2026-01-01"), ("to", "2026-01-31"), ("amount", "1"), ("currency", "USD")))
            .ShouldContain("choose one of the portfolios that you see: EU");
        (await Submit(eva, "/figures", "cost", ("portfolio", "EU"), ("kind", "letter"), ("from", "2026-01-01"), ("to", "2026-01-31"), ("amount", "1"),
            ("currency", "EUR"))).ShouldContain("The cost is entered.");
        (await Submit(eva, "/kpis/dso", "target", ("portfolio", ""), ("value", "40"))).ShouldContain("choose one of the portfolios that you see: EU");
        (await Submit(eva, "/kpis/dso", "target", ("portfolio", "EU"), ("value", "40"))).ShouldContain("The target is set.");
        var listed = await eva.GetStringAsync("/figures");
        listed.ShouldNotContain("70.00");
        listed.ShouldNotContain("Enter a rate");
        // Her own form, with the key of a cost of another portfolio in it.
        var own = folder.Run("figures", "--portfolio", "EU", "--type", "cost", "--format", "json").Expect(0).Json[0].GetProperty("key").GetString();
        (await Submit(eva, "/figures", $"withdraw-{own}", ("cost", "c"))).ShouldContain("that is not of one of the portfolios that you see");
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'cost_withdrawn'").ShouldBe(0);
        (await Submit(eva, "/figures", $"withdraw-{own}")).ShouldContain("It is taken back.");
        folder.ShouldBeSound();
    }
}
