using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Api;

/// <summary>What stands on a KPI's page and on the page of cohorts is what the engine answers, to the printed digit.</summary>
public sealed class KpiPageTests
{
    private static readonly string[] Portfolios = ["north", "south"];

    /// <summary>
    /// Two years of two portfolios, an invoice each a month: the north pays ever later, the south half of it at once and half of the rest later; the south
    /// grows, so that its share does too.
    /// </summary>
    private static DataFolder Played()
    {
        var folder = new DataFolder();
        var lines = new StringBuilder();
        foreach (var portfolio in Portfolios)
            lines.AppendLine($$"""{"type":"account","key":"a-{{portfolio}}","account":"{{portfolio}}","portfolio":"{{portfolio}}"}""");
        var last = new DateOnly(2026, 2, 9);
        for (var month = 0; month < 25; month++)
            foreach (var portfolio in Portfolios)
            {
                var issued = new DateOnly(2024, 2, 1).AddMonths(month);
                var amount = portfolio == "north" ? 1000m : 300m + (month * 37m);
                var number = $"{portfolio}-{month}";
                lines.AppendLine($$"""
                    {"type":"invoice","key":"i-{{number}}","account":"{{portfolio}}","number":"{{number}}","issued_on":"{{issued:yyyy-MM-dd}}",
                    """.TrimEnd() + $$"""
                    "due_on":"{{issued.AddDays(14):yyyy-MM-dd}}","amount":"{{amount.ToString("F2", CultureInfo.InvariantCulture)}}","currency":"EUR"}
                    """.TrimStart());
                var pays = portfolio == "north" ? [(30 + (month * 2), 1m)] : new[] { (20, 0.5m), (70 + month, 0.25m) };
                foreach (var (days, share) in pays)
                {
                    var on = issued.AddDays(days);
                    if (on > last) continue;
                    var paid = (amount * share).ToString("F2", CultureInfo.InvariantCulture);
                    lines.AppendLine($$"""
                        {"type":"payment","key":"p-{{number}}-{{days}}","account":"{{portfolio}}","on":"{{on:yyyy-MM-dd}}","amount":"{{paid}}",
                        """.TrimEnd() + $$"""
                        "currency":"EUR","for":[{"invoice":"{{number}}","amount":"{{paid}}"}]}
                        """.TrimStart());
                }
            }
        folder.Send(lines.ToString(), "--now", "2026-02-09T10:00:00Z").Expect(0);
        return folder;
    }

    private static async Task<HttpClient> Enter(string link)
    {
        var http = new HttpClient { BaseAddress = new Uri(link[..link.IndexOf("/enter/", StringComparison.Ordinal)]) };
        (await http.GetAsync(link)).EnsureSuccessStatusCode();
        return http;
    }

    private static string Text(string html) => Regex.Replace(WebUtility.HtmlDecode(Regex.Replace(html, "<[^>]+>", " ")), @"\s+", " ").Trim();

    /// <summary>The cells of the body rows of the first table of a part of the page.</summary>
    private static List<string[]> Table(string page, string begins)
    {
        var at = page.IndexOf(begins, StringComparison.Ordinal);
        at.ShouldBeGreaterThan(-1, begins);
        var body = Regex.Match(page[at..], "<tbody>.*?</tbody>", RegexOptions.Singleline).Value;
        return [.. Regex.Matches(body, "<tr.*?</tr>", RegexOptions.Singleline).Select(r =>
            Regex.Matches(r.Value, "<t[hd][^>]*>(.*?)</t[hd]>", RegexOptions.Singleline).Select(c => Text(c.Groups[1].Value)).ToArray())];
    }

    private static decimal Printed(string text) =>
        decimal.Parse(text.Replace("−", "-", StringComparison.Ordinal), NumberStyles.Number | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static decimal Rounded(JsonElement value, int places = 1) => Math.Round(value.GetDecimal(), places, MidpointRounding.AwayFromZero);

    [Fact]
    public async Task The_chart_has_the_figures_of_the_engine_the_year_before_and_the_best_possible()
    {
        using var folder = Played();
        await using var server = await ApiServer.Start(folder);
        using var http = await Enter(server.Link);
        var page = await http.GetStringAsync("/kpis/dso");
        Regex.Match(page, "<table>.*?</thead>", RegexOptions.Singleline).Value.ShouldSatisfyAllConditions(
            head => Text(head).ShouldBe("As of Value Best possible Year before"));
        var shown = Table(page, "class=\"as-table\"");
        shown.Count.ShouldBe(12);
        async Task<List<string>> Figures(string kpi, string days) =>
            [.. (await server.Client.Get($"/api/v1/kpis?ids={kpi}&{days}")).Expect(200).Json.EnumerateArray()
                .Select(r => Rounded(r.GetProperty("value")).ToString("N1", CultureInfo.InvariantCulture)).Reverse()];
        shown.Select(r => r[1].TrimEnd('*')).ShouldBe(await Figures("dso", "from=2025-03-31&to=2026-02-09"));
        shown.Select(r => r[2].TrimEnd('*')).ShouldBe(await Figures("bpdso", "from=2025-03-31&to=2026-02-09"));
        // 31 March has nothing a year before: the first invoice is of February, and its window is read all the same.
        shown.Select(r => r[3]).ShouldBe(await Figures("dso", "from=2024-03-31&to=2025-02-09"));
        // Who looks with scripts hears and sees the words of the table.
        page.ShouldContain($"<td class=\"n\" data-says=\"best possible {shown[0][2]}\">");
        // A target of a year stands in the chart from its first day on.
        folder.Send("""{"type":"target","key":"t","kpi":"dso","from":"2026-01-01","value":"40"}""", "--now", "2026-02-09T11:00:00Z").Expect(0);
        Table(await http.GetStringAsync("/kpis/dso"), "class=\"as-table\"").Select(r => r[4]).Take(3).ShouldBe(["40.0", "40.0", "–"]);
    }

    [Fact]
    public async Task The_waterfall_adds_up_as_printed_and_is_the_bridge()
    {
        using var folder = Played();
        await using var server = await ApiServer.Start(folder);
        using var http = await Enter(server.Link);
        foreach (var (kpi, since, by) in new[]
        {
            ("dso", "2025-11-30", ""), ("dso", "2025-06-30", "segment"), ("cei", "2025-11-30", ""), ("recovery_rate", "2026-01-31", ""),
            ("percent_current", "2025-10-31", "portfolio"),
        })
        {
            var page = await http.GetStringAsync($"/kpis/{kpi}?since={since}&by={by}");
            var rows = Table(page, "class=\"waterfall\"");
            (rows[0][0], rows[^1][0]).ShouldBe((since, "2026-02-09"));
            var parts = rows[1..^1].Select(r => Printed(r[2])).ToList();
            parts.Sum().ShouldBe(Printed(rows[^1][2]) - Printed(rows[0][2]), $"{kpi} since {since}");
            var bridge = (await server.Client.Get($"/api/v1/bridge?kpi={kpi}&from={since}&by={(by.Length > 0 ? by : "portfolio")}")).Expect(200).Json;
            (Printed(rows[0][2]), Printed(rows[^1][2])).ShouldBe((Rounded(bridge.GetProperty("from_value")), Rounded(bridge.GetProperty("to_value"))));
            Text(Regex.Match(page, "<p class=\"figure\">.*?</p>", RegexOptions.Singleline).Value).ShouldStartWith(rows[^1][2]);
            foreach (var row in rows[1..^1])
            {
                var part = bridge.GetProperty("parts").EnumerateArray().Single(p =>
                    $"{(p.GetProperty("segment").GetString() ?? "all")} {p.GetProperty("part").GetString()!.Replace('_', ' ')}" == row[0]);
                Printed(row[2]).ShouldBe(part.GetProperty("amount").GetDecimal(), 0.1m, $"{kpi}: {row[0]}");
            }
            parts.Count.ShouldBeGreaterThan(0);
            // As a file it is the bridge to its last digit.
            var file = Regex.Match(page, "href=\"(/kpis/[^\"]*/bridge\\.csv[^\"]*)\"").Groups[1].Value;
            var lines = (await http.GetStringAsync(WebUtility.HtmlDecode(file))).TrimEnd().Split('\n').Skip(1).Select(l => l.Split(',')).ToList();
            lines.Count.ShouldBe(bridge.GetProperty("parts").GetArrayLength() + 2);
            lines[1..^1].Sum(l => Printed(l[5])).ShouldBe(bridge.GetProperty("change").GetDecimal());
        }
        // One portfolio alone is that portfolio's bridge.
        var south = Table(await http.GetStringAsync("/kpis/dso?portfolio=south&since=2025-11-30"), "class=\"waterfall\"");
        var own = (await server.Client.Get("/api/v1/bridge?kpi=dso&from=2025-11-30&only=portfolio%3Dsouth")).Expect(200).Json;
        (Printed(south[0][2]), Printed(south[^1][2])).ShouldBe((Rounded(own.GetProperty("from_value")), Rounded(own.GetProperty("to_value"))));
        // Unless told otherwise from the day before the window, and where there is none, in words.
        Table(await http.GetStringAsync("/kpis/dso"), "class=\"waterfall\"")[0][0].ShouldBe("2025-11-30");
        Text(await http.GetStringAsync("/kpis/median_days_to_pay")).ShouldContain("medians do not add or subtract");
        Text(await http.GetStringAsync("/kpis/roll_rate")).ShouldContain("It has no bridge: it has a row for each ageing bucket");
    }

    [Fact]
    public async Task Roll_rates_stand_in_a_table_that_is_darker_for_more()
    {
        using var folder = Played();
        await using var server = await ApiServer.Start(folder);
        using var http = await Enter(server.Link);
        var page = await http.GetStringAsync("/kpis/roll_rate");
        var rows = Table(page, "class=\"stack heat\"");
        rows.Select(r => r[0]).ShouldBe(["current", "1-30", "31-60", "61-90", "90+"]);
        var answered = (await server.Client.Get("/api/v1/kpis?ids=roll_rate")).Expect(200).Json.EnumerateArray()
            .ToDictionary(r => r.GetProperty("from_bucket").GetString()!, r => r);
        string[] buckets = ["current", "d1_30", "d31_60", "d61_90", "d90_plus"];
        string[] shares = ["cure", .. buckets.Select(b => "to_" + b), "charge_off"];
        foreach (var (row, bucket) in rows.Zip(buckets))
            row[2..].ShouldBe(shares.Select(s => answered[bucket].GetProperty("details").GetProperty(s) is { ValueKind: JsonValueKind.Number } share
                ? Rounded(share).ToString("N1", CultureInfo.InvariantCulture) : "–"), bucket);
        foreach (Match cell in Regex.Matches(page, """<td class="n heat-(\d+)"[^>]*>([0-9.]+)</td>"""))
            Math.Abs(int.Parse(cell.Groups[1].Value, CultureInfo.InvariantCulture) - (Printed(cell.Groups[2].Value) / 10)).ShouldBeLessThan(0.51m, cell.Value);
        (await http.GetStringAsync("/kpis/dso")).ShouldNotContain("class=\"stack heat\"");
    }

    [Fact]
    public async Task Cohorts_are_those_of_the_report_and_completed_ones_are_marked()
    {
        using var folder = Played();
        await using var server = await ApiServer.Start(folder);
        using var http = await Enter(server.Link);
        foreach (var (query, by, portfolio) in new[] { ("", "month", (string?)null), ("?portfolio=south", "month,portfolio", "south") })
        {
            var page = await http.GetStringAsync("/cohorts" + query);
            var rows = Table(page, "aria-label=\"By month\"");
            var told = (await server.Client.Get("/api/v1/cohorts?by=" + by)).Expect(200).Json.EnumerateArray()
                .Where(r => portfolio is null || r.GetProperty("portfolio").GetString() == portfolio)
                .GroupBy(r => r.GetProperty("cohort").GetString()!).OrderByDescending(g => g.Key, StringComparer.Ordinal).ToList();
            rows.Select(r => r[0]).ShouldBe(told.Select(g => g.Key));
            foreach (var (row, ages) in rows.Zip(told))
                row[2..].ShouldBe(ages.Select(a => a.GetProperty("rate") is not { ValueKind: JsonValueKind.Number } rate ? "–"
                    : Rounded(rate).ToString("N1", CultureInfo.InvariantCulture) + (a.GetProperty("completed").GetBoolean() ? "*" : "")), ages.Key);
            rows.SelectMany(r => r).ShouldContain(c => c.EndsWith('*'));
            page.ShouldContain("class=\"hollow");
        }
        // The youngest month stands out unless another is chosen.
        (await http.GetStringAsync("/cohorts?month=2025-01")).ShouldContain("Recovered of what became overdue in January 2025");
        var csv = (await http.GetStringAsync("/cohorts.csv?portfolio=south")).Split('\n');
        csv[0].Trim().ShouldBe("cohort,portfolio,currency,age,amount,recovered,rate,completed,no_value");
        csv.ShouldContain(l => l.StartsWith("2025-01,south,EUR,90,", StringComparison.Ordinal));
        (await http.GetStringAsync("/kpis/recovery_at_90")).ShouldContain("href=\"/cohorts?currency=EUR\"");
    }
}
