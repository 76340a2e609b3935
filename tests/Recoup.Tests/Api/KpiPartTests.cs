using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Api;

/// <summary>A KPI by a dimension on its page and in its files, and the events that each part is made of.</summary>
public sealed class KpiPartTests
{
    private static string Contact(string key, string account, string channel, string? agent, string outcome) =>
        $$"""{"type":"contact","key":"{{key}}","account":"{{account}}","at":"2026-02-0{{key[1]}}T09:00:00Z","channel":"{{channel}}","direction":"outbound","""
        + $$"""{{(agent is null ? "" : $"\"agent\":\"{agent}\",")}}"outcome":"{{outcome}}"}""" + "\n";

    private static DataFolder Played()
    {
        var folder = new DataFolder();
        folder.Send("""
            {"type":"account","key":"a","account":"A1","portfolio":"north"}
            {"type":"account","key":"b","account":"B1","portfolio":"south"}
            {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"900.00","currency":"EUR"}
            {"type":"invoice","key":"j","account":"B1","number":"J1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"50.00","currency":"USD"}

            """
            + Contact("c1", "A1", "call", "ann", "right_party") + Contact("c2", "A1", "call", "ann", "no_answer") + Contact("c3", "A1", "call", "bob",
                "wrong_party") + Contact("c4", "A1", "email", null, "right_party") + Contact("c5", "B1", "call", "ann", "right_party")
            + Contact("c6", "B1", "call", "o'neil, pat", "right_party"), "--now", "2026-02-09T10:00:00Z").Expect(0);
        return folder;
    }

    private static async Task<HttpClient> Enter(ApiServer server)
    {
        var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        (await http.GetAsync(server.Link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        return http;
    }

    /// <summary>The cells of the table of parts, a row a line.</summary>
    private static List<string> Parts(string page)
    {
        var table = Regex.Match(page, """<section aria-labelledby="parts".*?</section>""", RegexOptions.Singleline).Value;
        var rows = Regex.Matches(table, "<tr>.*?</tr>", RegexOptions.Singleline).Skip(1).Select(r => r.Value);
        return [.. rows.Select(row => string.Join(' ', Regex.Matches(row, "<t[hd][^>]*>(.*?)</t[hd]>", RegexOptions.Singleline)
            .Select(c => WebUtility.HtmlDecode(Regex.Replace(c.Groups[1].Value, "<[^>]+>", "")).Trim()).Where(c => c.Length > 0)))];
    }

    [Fact]
    public async Task A_page_and_its_file_show_the_parts_and_each_leads_to_its_events()
    {
        using var folder = Played();
        await using var server = await ApiServer.Start(folder);
        using var http = await Enter(server);
        var page = await http.GetStringAsync("/kpis/right_party_contact_rate?by=owner");
        page.ShouldContain("""<option value="owner" selected""");
        Parts(page).ShouldBe(
        [
            "nobody 100.0 % 1 1 the events", "ann 66.7 % 2 3 the events", "bob 0.0 % 0 1 the events", "o'neil, pat 100.0 % 1 1 the events",
        ]);
        Parts(await http.GetStringAsync("/kpis/right_party_contact_rate?by=owner&portfolio=south"))
            .ShouldBe(["ann 100.0 % 1 1 the events", "o'neil, pat 100.0 % 1 1 the events"]);
        Parts(await http.GetStringAsync("/kpis/right_party_contact_rate?by=channel"))
            .ShouldBe(["call 60.0 % 3 5 the events", "email 100.0 % 1 1 the events"]);
        // Of each portfolio and of each currency; without a split there is no table, and by what it has not the page says why.
        Parts(await http.GetStringAsync("/kpis/dso?by=currency")).Select(r => r.Split(' ')[0]).ShouldBe(["EUR", "USD"]);
        Parts(await http.GetStringAsync("/kpis/dso?by=portfolio")).Select(r => r.Split(' ')[0]).ShouldBe(["north"]);
        Parts(await http.GetStringAsync("/kpis/dso?by=portfolio&currency=USD")).Select(r => r.Split(' ')[0]).ShouldBe(["south"]);
        Parts(await http.GetStringAsync("/kpis/dso")).ShouldBeEmpty();
        (await http.GetStringAsync("/kpis/dso?by=channel")).ShouldContain("dso can&#x27;t be told by channel: exposure, sales have no channel.");
        (await http.GetStringAsync("/kpis/dso?by=colour")).ShouldContain("There is no dimension colour");

        var csv = (await http.GetStringAsync("/kpis/right_party_contact_rate.csv?by=owner")).TrimEnd().Split('\n').Select(l => l.TrimEnd()).ToList();
        csv[0].ShouldBe("kpi,as_of,from,portfolio,owner,currency,from_bucket,value,unit,numerator,denominator,band,target,target_owner,missed_by");
        const string now = "right_party_contact_rate,2026-02-09,2026-02-01,";
        csv.Where(l => l.StartsWith(now, StringComparison.Ordinal)).Select(l => l[now.Length..])
            .ShouldBe([
                ",,,,100,percent,1,1,,,,", ",ann,,,66.666667,percent,2,3,,,,", ",bob,,,0,percent,0,1,,,,", ",\"o'neil, pat\",,,100,percent,1,1,,,,",
            ]);
        // Of all KPIs those that can be told so.
        var all = await http.GetStringAsync("/kpis.csv?by=channel");
        all.ShouldContain("right_party_contact_rate,2026-02-09,2026-02-01,,call,,,60,");
        all.ShouldNotContain("dso");
        foreach (var wrong in new[] { "/kpis/dso.csv?by=channel", "/kpis/dso.csv?by=colour", "/kpis.csv?by=colour", "/kpis.xlsx?by=colour" })
            (await http.GetAsync(wrong)).StatusCode.ShouldBe(HttpStatusCode.NotFound, wrong);
    }

    [Fact]
    public async Task The_events_of_a_part_add_up_to_it()
    {
        using var folder = Played();
        var rows = folder.Run("kpi", "right_party_contact_rate", "--by", "channel,owner", "--as-of", "2026-02-09", "--format", "json").Expect(0).Json;
        rows.GetArrayLength().ShouldBe(4);
        foreach (var row in rows.EnumerateArray())
        {
            var events = folder.Run("drill", "right_party_contact_rate", "--as-of", "2026-02-09", "--only", $"channel={row.GetProperty("channel")}",
                "--only", $"owner={row.GetProperty("owner")}", "--format", "json").Expect(0).Json.EnumerateArray().ToList();
            long Sum(string measure) => events.Where(e => e.GetProperty("measure").GetString() == measure).Sum(e => e.GetProperty("count").GetInt64());
            Sum("right_party_contacts").ShouldBe(row.GetProperty("numerator").GetInt64());
            Sum("contact_attempts").ShouldBe(row.GetProperty("denominator").GetInt64());
            foreach (var e in events)
                (e.GetProperty("channel").ToString(), e.GetProperty("owner").ToString())
                    .ShouldBe((row.GetProperty("channel").ToString(), row.GetProperty("owner").ToString()));
        }
        // Amounts of a portfolio and a currency likewise.
        foreach (var (portfolio, currency) in new[] { ("north", "EUR"), ("south", "USD") })
        {
            var sold = folder.Run("kpi", "dso", "--only", $"portfolio={portfolio}", "--as-of", "2026-02-09", "--format", "json").Expect(0).Json
                .EnumerateArray().Single().GetProperty("numerator");
            folder.Run("drill", "dso", "--only", $"portfolio={portfolio}", "--currency", currency, "--as-of", "2026-02-09", "--format", "json").Expect(0)
                .Json.EnumerateArray().Where(e => e.GetProperty("measure").GetString() == "exposure")
                .Sum(e => decimal.Parse(e.GetProperty("amount").GetString()!, System.Globalization.CultureInfo.InvariantCulture))
                .ShouldBe(decimal.Parse(sold.GetString()!, System.Globalization.CultureInfo.InvariantCulture));
        }
        foreach (var (wrong, why) in new[]
            {
                ("channel", "--only takes a dimension and its value"), ("colour=red", "--only takes portfolio, segment"),
                ("channel=call", "dso can't be told by channel: exposure, sales have no channel"),
            })
            folder.Run("drill", "dso", "--as-of", "2026-02-09", "--only", wrong).Expect(2).Err.ShouldContain(why);
        folder.Run("drill", "1-30", "--as-of", "2026-02-09", "--only", "channel=call").Expect(2).Err.ShouldContain("open items have no channel");

        await using var server = await ApiServer.Start(folder);
        using var http = await Enter(server);
        async Task<int> Events(string path) => Regex.Count(await http.GetStringAsync(path), "data-label=\"Measure\"");
        (await Events("/kpis/right_party_contact_rate/events")).ShouldBe(10);
        (await Events("/kpis/right_party_contact_rate/events?only=owner%3Dann")).ShouldBe(5);
        (await Events("/kpis/right_party_contact_rate/events?only=owner%3Dann&portfolio=south")).ShouldBe(2);
        (await Events("/kpis/right_party_contact_rate/events?only=owner%3D")).ShouldBe(2);
        (await Events("/kpis/right_party_contact_rate/events?only=owner%3Do'neil,%20pat")).ShouldBe(2);
        (await Events("/kpis/dso/events?only=owner%3Dann")).ShouldBe(0);
        (await http.GetStringAsync("/kpis/dso/events?only=owner%3Dann")).ShouldContain("dso can&#x27;t be told by owner");
        // The command that the page names gives the same.
        (await http.GetStringAsync("/kpis/right_party_contact_rate/events?only=owner%3Do'neil,%20pat"))
            .ShouldContain(WebUtility.HtmlEncode("--only 'owner=o'\\''neil, pat'").Replace("&#39;", "&#x27;"));
    }
}
