using System.Text.Json;
using Recoup.Core.Foundation;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Api;

/// <summary>Why a figure changed, by the verb and by the API: between two days, and between two instants at which one day was known.</summary>
public sealed class BridgeTests
{
    private const string Early = """
        {"type":"account","key":"a","account":"A1","portfolio":"north"}
        {"type":"account","key":"b","account":"B1","portfolio":"south"}
        {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-10","due_on":"2026-02-09","amount":"900.00","currency":"EUR"}
        {"type":"invoice","key":"j","account":"B1","number":"J1","issued_on":"2026-01-12","due_on":"2026-02-11","amount":"300.00","currency":"EUR"}
        {"type":"payment","key":"p","account":"A1","on":"2026-02-20","amount":"600.00","currency":"EUR","for":[{"invoice":"I1","amount":"600.00"}]}
        """;

    /// <summary>Told later, of days gone by.</summary>
    private const string Late = """
        {"type":"payment","key":"q","account":"B1","on":"2026-02-25","amount":"100.00","currency":"EUR","for":[{"invoice":"J1","amount":"100.00"}]}
        {"type":"credit_note","key":"c","account":"A1","number":"C1","on":"2026-02-26","amount":"50.00","currency":"EUR","invoice":"I1"}
        """;

    private static DataFolder Played()
    {
        var folder = new DataFolder();
        folder.Send(Early, "--now", "2026-02-28T10:00:00Z").Expect(0);
        folder.Send(Late, "--now", "2026-03-05T10:00:00Z").Expect(0);
        return folder;
    }

    private static decimal Change(JsonElement bridge) => bridge.GetProperty("to_value").GetDecimal() - bridge.GetProperty("from_value").GetDecimal();

    private static decimal Sum(JsonElement bridge) => bridge.GetProperty("parts").EnumerateArray().Sum(p => p.GetProperty("amount").GetDecimal());

    [Fact]
    public async Task A_change_is_told_by_portfolio_and_by_what_was_recorded_since()
    {
        using var folder = Played();
        var days = folder.Run("bridge", "dso", "--from", "2026-01-31", "--to", "2026-02-28", "--by", "portfolio", "--format", "json").Expect(0).Json;
        Sum(days).ShouldBe(Change(days));
        days.GetProperty("parts").EnumerateArray().Select(p => p.GetProperty("segment").GetString()).Distinct().ShouldBe(["north", "south"]);
        days.GetProperty("to_value").GetDecimal().ShouldBe(folder.Run("kpi", "dso", "--as-of", "2026-02-28", "--format", "json").Json[0]
            .GetProperty("value").GetDecimal());

        string[] restated = ["bridge", "dso", "--to", "2026-02-28", "--known-at", "2026-02-28T12:00:00Z", "--known-at", "2026-03-06T00:00:00Z"];
        var known = folder.Run([.. restated, "--format", "json"]).Expect(0).Json;
        foreach (var (value, at) in new[] { ("from_value", "2026-02-28T12:00:00Z"), ("to_value", "2026-03-06T00:00:00Z") })
            known.GetProperty(value).GetDecimal().ShouldBe(folder.Run("kpi", "dso", "--as-of", "2026-02-28", "--known-at", at, "--format", "json").Json[0]
                .GetProperty("value").GetDecimal());
        Sum(known).ShouldBe(Change(known));
        known.GetProperty("parts").EnumerateArray().Select(p => p.GetProperty("part").GetString()).ShouldBe(["credit_noted", "payment_received"]);
        folder.Run([.. restated, "--by", "portfolio", "--format", "json"]).Expect(0).Json.GetProperty("parts").EnumerateArray()
            .Select(p => $"{p.GetProperty("part").GetString()} {p.GetProperty("segment").GetString()}")
            .ShouldBe(["credit_noted north", "payment_received south"]);
        folder.Run([.. restated, "--format", "csv"]).Expect(0).Out.ShouldStartWith("part,segment,amount");

        await using var server = await ApiServer.Start(folder);
        var answered = (await server.Client.Get("/api/v1/bridge?kpi=dso&from=2026-01-31&to=2026-02-28&by=portfolio")).Expect(200).Json;
        answered.GetRawText().ShouldBe(days.GetRawText(), StringCompareShould.IgnoreLineEndings);
        (await server.Client.Get("/api/v1/bridge?kpi=dso&to=2026-02-28&known_at=2026-02-28T12:00:00Z,2026-03-06T00:00:00Z")).Expect(200).Json
            .GetProperty("parts").GetArrayLength().ShouldBe(2);
        foreach (var query in new[] { "kpi=median_days_to_pay&from=2026-01-31", "kpi=dso", "kpi=dsso&from=2026-01-31", "from=2026-01-31",
            "kpi=dso&from=2026-02-28&to=2026-01-31", "kpi=dso&from=2026-01-31&by=channel", "kpi=dso&from=2026-01-31&currency=USD",
            "kpi=dso&to=2026-02-28&known_at=2026-03-06T00:00:00Z,2026-02-28T12:00:00Z" })
            (await server.Client.Get("/api/v1/bridge?" + query)).Status.ShouldBe(400, query);
    }

    [Theory]
    [InlineData("medians do not add or subtract", "median_days_to_pay", "--from", "2026-01-31")]
    [InlineData("from is missing", "dso", "--to", "2026-02-28")]
    [InlineData("leave out from", "dso", "--from", "2026-01-31", "--known-at", "2026-02-28T12:00:00Z", "--known-at", "2026-03-06T00:00:00Z")]
    [InlineData("did you mean dso?", "dsso", "--from", "2026-01-31")]
    [InlineData("from is not before to", "dso", "--from", "2026-03-31", "--to", "2026-02-28")]
    public void What_has_no_bridge_is_refused_in_words(string why, params string[] arguments)
    {
        using var folder = Played();
        folder.Run(["bridge", .. arguments]).Expect(2).Err.ShouldContain(why);
    }
}
