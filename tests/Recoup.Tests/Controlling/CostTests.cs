using System.Text.Json;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Controlling;

/// <summary>What collecting cost: told, spread over its days, taken back, and beside the cash that it brought.</summary>
public sealed class CostTests
{
    private const string Now = "2026-05-15T10:00:00Z";

    /// <summary>Of 1,000.00 due on 31 March, 400.00 come in time and 500.00 late.</summary>
    private const string Business = """
        {"type":"account","key":"a","account":"A1","portfolio":"EU"}
        {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"1000.00","currency":"EUR"}
        {"type":"payment","key":"p1","account":"A1","on":"2026-03-20","amount":"400.00","currency":"EUR","for":[{"invoice":"I1","amount":"400.00"}]}
        {"type":"payment","key":"p2","account":"A1","on":"2026-04-20","amount":"500.00","currency":"EUR","for":[{"invoice":"I1","amount":"500.00"}]}
        """;

    private const string Cost = """
        {"type":"cost","key":"co-1","portfolio":"EU","from":"2026-04-01","to":"2026-04-30","kind":"agent_time",
        """ + """
        "agent":"ann","minutes":1200,"amount":"600.00","currency":"EUR"}
        """;

    private static JsonElement Kpi(DataFolder folder, string kpi, string asOf, params string[] more) =>
        folder.Run(["kpi", kpi, "--as-of", asOf, "--format", "json", .. more]).Expect(0).Json.EnumerateArray().Single();

    private static string? Value(DataFolder folder, string kpi, string asOf, params string[] more) =>
        Kpi(folder, kpi, asOf, more).GetProperty("value").ToString();

    [Fact]
    public void A_cost_stands_beside_the_cash_that_it_brought()
    {
        using var folder = new DataFolder();
        folder.Send(Business + "\n" + Cost, "--now", Now).Expect(0);
        // 600.00 over 500.00 late, and over 900.00 in all; 1,200 minutes are 20 hours.
        var row = Kpi(folder, "cost_to_collect", "2026-05-15");
        (row.GetProperty("numerator").GetString(), row.GetProperty("denominator").GetString(), row.GetProperty("value").GetDecimal())
            .ShouldBe(("600.00", "500.00", 120m));
        row.GetProperty("details").GetProperty("agent_hours").GetDecimal().ShouldBe(20);
        row.GetProperty("details").GetProperty("share_of_all_cash").GetDecimal().ShouldBe(66.666667m);
        row.GetProperty("partial").GetBoolean().ShouldBeTrue("cost of a month beside cash of a year");
        Value(folder, "cost_to_cash", "2026-05-15").ShouldBe("66.666667");
        // Ten of its thirty days by 10 April; none before its first.
        Value(folder, "collection_cost", "2026-04-10").ShouldBe("200.00");
        var before = Kpi(folder, "cost_to_cash", "2026-03-31");
        (before.GetProperty("value").ValueKind, before.GetProperty("no_value").GetString())
            .ShouldBe((JsonValueKind.Null, "its numerator, sum(cost), has no value"));
        folder.ShouldBeSound();
        folder.Run("rebuild", "--check").Expect(0);
    }

    /// <summary>100.00 over three days is 33.33, 33.33 and 33.34: all of it is there, whatever the windows.</summary>
    [Fact]
    public void Days_have_the_same_and_together_the_whole()
    {
        using var folder = new DataFolder();
        folder.Send(Business + "\n" + """
            {"type":"cost","key":"c","portfolio":"EU","from":"2026-04-01","to":"2026-04-03","kind":"letter","amount":"100.00","currency":"EUR"}
            {"type":"cost","key":"d","portfolio":"EU","from":"2026-04-03","to":"2026-04-03","kind":"legal","amount":"0.01","currency":"EUR"}
            {"type":"cost","key":"e","portfolio":"main","from":"2026-04-01","to":"2026-04-03","kind":"agent_time","agent":"ann","minutes":4,
            """ + """
            "amount":"5","currency":"JPY"}
            """, "--now", Now).Expect(0);
        folder.Rows("SELECT day - 739705, portfolio, currency, minor, count, own FROM cell WHERE measure IN (40, 41) ORDER BY measure, day, portfolio, own")
            .ShouldBe([
                "1 | EU | EUR | 3333 | 0 | letter", "1 | main | JPY | 1 | 0 | agent_time", "2 | EU | EUR | 3333 | 0 | letter",
                "2 | main | JPY | 2 | 0 | agent_time",
                "3 | EU | EUR | 1 | 0 | legal", "3 | EU | EUR | 3334 | 0 | letter", "3 | main | JPY | 2 | 0 | agent_time",
                "1 | main |  | 0 | 1 | ann", "2 | main |  | 0 | 1 | ann", "3 | main |  | 0 | 2 | ann",
            ]);
        var kinds = folder.Run("kpi", "collection_cost", "--by", "kind", "--as-of", "2026-04-30", "--format", "json").Expect(0).Json.EnumerateArray()
            .Select(r => $"{r.GetProperty("kind")} {r.GetProperty("currency")} {r.GetProperty("value")}");
        kinds.ShouldBe(["agent_time JPY 5", "legal EUR 0.01", "letter EUR 100.00"]);
        folder.Run("drill", "collection_cost", "--only", "kind=legal", "--as-of", "2026-04-30", "--format", "json").Expect(0).Json.EnumerateArray()
            .Select(r => $"{r.GetProperty("event")} {r.GetProperty("day")} {r.GetProperty("amount")} {r.GetProperty("cause")}")
            .ShouldBe(["cost_incurred 2026-04-03 0.01 d"]);
        // Books know no segments.
        folder.Run("kpi", "cost_to_collect", "--by", "segment").Expect(2).Err
            .ShouldContain("cost_to_collect can't be told by segment: cost, agent_minutes have no");
    }

    [Fact]
    public void What_is_taken_back_never_was_but_for_who_asks_what_was_known()
    {
        using var folder = new DataFolder();
        folder.Send(Business + "\n" + Cost, "--now", Now).Expect(0);
        folder.Send("""{"type":"cost_withdrawn","key":"w","cost":"co-1","reason":"twice"}""", "--now", "2026-05-16T10:00:00Z").Expect(0);
        Kpi(folder, "collection_cost", "2026-04-30").GetProperty("value").ValueKind.ShouldBe(JsonValueKind.Null);
        Value(folder, "collection_cost", "2026-04-30", "--known-at", Now).ShouldBe("600.00");
        folder.Run("figures", "--format", "json").Expect(0).Json.GetArrayLength().ShouldBe(0);
        folder.Send("""{"type":"cost_withdrawn","key":"w2","cost":"co-1"}""", "--now", "2026-05-16T10:00:00Z").Expect(3).Err
            .ShouldContain("no cost 'co-1' stands: it was never told, was withdrawn");
        folder.ShouldBeSound();
        folder.Run("rebuild", "--check").Expect(0);
        folder.Run("rebuild").Expect(0);
        Value(folder, "collection_cost", "2026-04-30", "--known-at", Now).ShouldBe("600.00");
    }

    /// <summary>What a withdrawal takes off is below what such a figure can be, and a part of the change all the same.</summary>
    [Fact]
    public void What_is_taken_back_is_a_part_of_what_was_known_otherwise()
    {
        using var folder = new DataFolder();
        folder.Send(Business + "\n" + Cost + """

            {"type":"cost","key":"co-9","portfolio":"EU","from":"2026-04-01","to":"2026-04-01","kind":"legal","amount":"50.00","currency":"EUR"}
            """, "--now", Now).Expect(0);
        folder.Send("""{"type":"cost_withdrawn","key":"w","cost":"co-1","reason":"twice"}""", "--now", "2026-05-16T10:00:00Z").Expect(0);
        folder.Run("bridge", "collection_cost", "--to", "2026-04-30", "--known-at", Now, "--known-at", "2026-05-16T12:00:00Z", "--format", "json")
            .Expect(0).Json.GetProperty("parts").EnumerateArray().Select(p => $"{p.GetProperty("part")} {p.GetProperty("amount")}")
            .ShouldBe(["cost_withdrawn -600.00"]);
    }

    /// <summary>An account of the same file is enough for its portfolio to be known; a typing error is not.</summary>
    [Theory]
    [InlineData("\"portfolio\":\"EV\"", "there is no portfolio 'EV': no input portfolio named it, and nothing was ever invoiced or paid in it")]
    [InlineData("\"kind\":\"lawyer\"", "kind: 'lawyer' is none of agent_time, agency_fee, legal, court_fee")]
    [InlineData("\"to\":\"2026-03-31\"", "to: 2026-03-31 is before from (2026-04-01)")]
    [InlineData("\"to\":\"2046-03-31\"", "to: 2046-03-31 is 7305 days after from; at most 3660: tell it in parts")]
    [InlineData("\"from\":\"1899-12-30\"", "from: 1899-12-30 is before 1901-01-01")]
    [InlineData("\"amount\":\"0\"", "amount: is zero")]
    [InlineData("\"amount\":\"1.005\"", "amount: 1.005 has more decimals than EUR has (2)")]
    [InlineData("\"currency\":\"EURO\"", "currency: 'EURO' is not an ISO 4217 currency code")]
    [InlineData("\"minutes\":0", "minutes: 0 is not 1 to 52560000")]
    [InlineData("\"kind\":\"letter\"", "minutes: belong to agent_time, and this is letter; agent: belongs to agent_time, and this is letter")]
    public void What_is_wrong_is_said(string field, string why)
    {
        using var folder = new DataFolder();
        var name = field[..field.IndexOf(':', StringComparison.Ordinal)];
        var wrong = System.Text.RegularExpressions.Regex.Replace(Cost.Trim(), name + ":(\"[^\"]*\"|[0-9]+)", field);
        wrong.ShouldNotBe(Cost.Trim());
        folder.Send(Business + "\n" + wrong, "--now", Now).Expect(3).Err.ShouldContain(why);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'cost_incurred'").ShouldBe(0);
    }

    /// <summary>A row is taken whole or not at all: a cost that stood though the rest of its row was refused would count twice when it came again.</summary>
    [Fact]
    public void A_row_that_is_refused_leaves_no_cost()
    {
        using var folder = new DataFolder();
        folder.Send(Business, "--now", Now).Expect(0);
        var map = folder.Write("both.yaml", """
            inputs:
              - type: cost
                key: "cost/{id}"
                portfolio: { constant: EU }
                from: { constant: "2026-04-01" }
                to: { constant: "2026-04-30" }
                kind: { constant: agency_fee }
                amount: fee
                currency: { constant: EUR }
              - type: charge
                key: "charge/{id}"
                account: { constant: A1 }
                invoice: invoice
                on: { constant: "2026-04-30" }
                kind: { constant: fee }
                amount: fee
                currency: { constant: EUR }
            """);
        // Each with a row beside it in the same transaction.
        foreach (var invoice in new[] { "I2", "I1", "I1" })
            folder.Run("import", folder.Write("both.csv", $"id,invoice,fee\n1,{invoice},30.00\n2,I1,15.00\n"), "--map", map, "--now", Now)
                .Exit.ShouldBe(invoice == "I2" ? 3 : 0);
        Value(folder, "collection_cost", "2026-04-30").ShouldBe("45.00");
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'cost_incurred'").ShouldBe(2);
        folder.ShouldBeSound();
        folder.Run("rebuild", "--check").Expect(0);
    }

    [Fact]
    public void A_file_of_costs_is_taken_by_a_mapping()
    {
        using var folder = new DataFolder();
        folder.Send(Business, "--now", Now).Expect(0);
        var map = folder.Write("costs.yaml", """
            dates: [dd.MM.yyyy]
            numbers: { decimal: comma, thousands: point }
            inputs:
              - type: cost
                key: "cost/{booking}"
                portfolio: centre
                from: first
                to: last
                kind: { constant: agency_fee }
                amount: total
                currency: { constant: EUR }
            """);
        var file = folder.Write("costs.csv",
            "booking,centre,first,last,total\n4711,EU,01.04.2026,30.04.2026,\"1.250,50\"\n4712,US,01.04.2026,30.04.2026,\"1,00\"\n");
        var report = folder.Run("import", file, "--map", map, "--now", Now, "--format", "json").Expect(3).Json;
        (report.GetProperty("accepted").GetInt32(), report.GetProperty("rejected").GetInt32()).ShouldBe((1, 1));
        Value(folder, "collection_cost", "2026-04-30").ShouldBe("1250.50");
        folder.Run("import", file, "--map", map, "--now", Now, "--format", "json").Expect(3).Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
    }
}
