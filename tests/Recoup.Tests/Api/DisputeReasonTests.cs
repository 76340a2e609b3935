using System.Net;
using System.Text;
using Recoup.Core.Recovery;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Api;

/// <summary>The reason code of a dispute, from the door to pages, figures and the events behind them.</summary>
public sealed class DisputeReasonTests
{
    private const string Facts = """
        {"type":"account","key":"a","account":"A1","portfolio":"north"}
        {"type":"invoice","key":"i1","account":"A1","number":"I1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"900.00","currency":"EUR"}
        {"type":"invoice","key":"i2","account":"A1","number":"I2","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"50.00","currency":"EUR"}
        {"type":"invoice","key":"i3","account":"A1","number":"I3","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"50.00","currency":"EUR"}
        {"type":"payment","key":"p","account":"A1","on":"2026-01-20","amount":"100.00","currency":"EUR","for":[{"invoice":"I1","amount":"100.00"}]}
        {"type":"dispute_opened","key":"d1","account":"A1","invoice":"I1","on":"2026-02-02","reason":"three cartons of Ms Brandt","code":"qty_short"}
        {"type":"dispute_opened","key":"d2","account":"A1","invoice":"I2","on":"2026-02-03","reason":"quality"}
        {"type":"dispute_opened","key":"d3","account":"A1","invoice":"I3","on":"2026-02-03","reason":"the driver was rude"}
        {"type":"dispute_opened","key":"d4","account":"A1","on":"2026-02-04","code":"price"}
        {"type":"dispute_closed","key":"c2","account":"A1","dispute":"d2","on":"2026-02-08","outcome":"accepted"}
        """;

    [Fact]
    public async Task A_code_is_kept_shown_and_counted()
    {
        using var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-02-09T10:00:00Z").Expect(0);
        // A reason that is a code is taken for it; other words are none. The code is not sealed, the words are.
        var payloads = folder.Rows("SELECT payload FROM journal WHERE kind = 'dispute_opened'")
            .ConvertAll(p => Encoding.UTF8.GetString(Convert.FromHexString(p)));
        payloads.Select(CodeOf).ShouldBe(["qty_short", "quality", null, "price"], ignoreOrder: true);
        payloads.ShouldNotContain(p => p.Contains("Brandt"));

        var rows = folder.Run("kpi", "dispute_resolution", "--by", "code", "--as-of", "2026-02-09", "--format", "json").Expect(0).Json.EnumerateArray();
        rows.Select(r => $"{r.GetProperty("code")} {r.GetProperty("numerator")} of {r.GetProperty("denominator")}")
            .ShouldBe([" 0.00 of 50.00", "qty_short 0.00 of 800.00", "quality 50.00 of 50.00"]);
        folder.Run("drill", "dispute_resolution", "--only", "code=qty_short", "--as-of", "2026-02-09", "--format", "json").Expect(0).Json.EnumerateArray()
            .Select(r => $"{r.GetProperty("measure")} {r.GetProperty("code")} {r.GetProperty("amount")}").ShouldBe(["disputes_opened qty_short 800.00"]);
        folder.Run("kpi", "dispute_rate", "--as-of", "2026-02-09", "--format", "json").Expect(0).Json.EnumerateArray().Single()
            .GetProperty("numerator").GetString().ShouldBe("900.00");

        await using var server = await ApiServer.Start(folder);
        using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
        (await http.GetAsync(server.Link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var page = await http.GetStringAsync("/accounts/A1");
        page.ShouldContain("Disputes I1 since");
        foreach (var said in new[] { "wrong quantity: three cartons of Ms Brandt", "the driver was rude", "whole account, wrong price", "I2, poor quality" })
            page.ShouldContain(said);
        // The form has every code there is.
        foreach (var reason in DisputeReason.All) page.ShouldContain($"<option value=\"{reason.Code}\">{reason.Words}</option>");
        (await http.GetStringAsync("/kpis/dispute_resolution?by=code")).ShouldContain("<th scope=\"row\">wrong quantity</th>");
        folder.ShouldBeSound();

        static string? CodeOf(string payload)
        {
            using var json = System.Text.Json.JsonDocument.Parse(payload);
            return json.RootElement.TryGetProperty("code", out var code) ? code.GetString() : null;
        }
    }

    [Theory]
    [InlineData("\"code\":\"colour\"", "'colour' is none of price, discount")]
    [InlineData("\"on\":\"2026-02-03\"", "is missing: say why in words, or give a code")]
    public void What_is_no_reason_says_so(string field, string why)
    {
        using var folder = new DataFolder();
        folder.Send($$"""
            {"type":"account","key":"a","account":"A1","portfolio":"north"}
            {"type":"dispute_opened","key":"d","account":"A1",{{(field.Contains("\"on\"") ? field : "\"on\":\"2026-02-03\",\"reason\":\"x\"," + field)}}}
            """, "--now", "2026-02-09T10:00:00Z").Err.ShouldContain(why);
    }
}
