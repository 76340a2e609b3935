using System.Text.Json;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Controlling;

/// <summary>Which target is in force of what and when, and whether it is met.</summary>
public sealed class TargetTests
{
    private const string Now = "2026-04-15T10:00:00Z";

    /// <summary>1,000.00 open of 1,000.00 sold: 90 days of January to March in EU; half of it in US.</summary>
    private const string Business = """
        {"type":"account","key":"a","account":"A1","portfolio":"EU"}
        {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"1000.00","currency":"EUR"}
        """;

    private const string OtherPortfolio = """
        {"type":"account","key":"b","account":"B1","portfolio":"US"}
        {"type":"invoice","key":"j","account":"B1","number":"J1","issued_on":"2026-01-01","due_on":"2026-03-31","amount":"1000.00","currency":"EUR"}
        {"type":"payment","key":"p","account":"B1","on":"2026-03-20","amount":"500.00","currency":"EUR","for":[{"invoice":"J1","amount":"500.00"}]}
        """;

    private const string Target = """
        {"type":"target","key":"tg-1","kpi":"dso","portfolio":"EU","from":"2026-01-01","to":"2026-12-31","value":"45","owner":"ann"}
        """;

    private static string Told(JsonElement row) =>
        $"{(row.TryGetProperty("portfolio", out var p) ? p.GetString() + " " : "")}{row.GetProperty("value")}: {row.GetProperty("target")} "
            + (row.TryGetProperty("target_met", out var met) ? $"of {row.GetProperty("target_owner")} {met} {row.GetProperty("missed_by")}" : "no");

    private static List<string> Dso(DataFolder folder, string asOf, params string[] more) =>
        folder.Run(["kpi", "dso", "--as-of", asOf, "--format", "json", .. more]).Expect(0).Json.EnumerateArray().Select(Told).ToList();

    [Fact]
    public void A_target_is_in_force_on_its_days_and_for_its_portfolio()
    {
        using var folder = new DataFolder();
        folder.Send(Business + "\n" + Target, "--now", Now).Expect(0);
        // The only portfolio there is, is all there is.
        Dso(folder, "2026-03-31").ShouldBe(["90: 45 of ann False 45"]);
        Dso(folder, "2026-03-31", "--by", "portfolio").ShouldBe(["EU 90: 45 of ann False 45"]);
        Dso(folder, "2027-01-01").Single().ShouldEndWith(":  no");
        folder.Send(OtherPortfolio, "--now", Now).Expect(0);
        Dso(folder, "2026-03-31").ShouldBe(["67.5:  no"]);
        folder.Send("""
            {"type":"target","key":"tg-2","kpi":"dso","from":"2026-01-01","value":"67.5"}
            {"type":"target","key":"tg-3","kpi":"dso","portfolio":"EU","from":"2026-03-01","to":"2026-06-30","value":"95"}
            """, "--now", Now).Expect(0);
        Dso(folder, "2026-03-31").ShouldBe(["67.5: 67.5 of  True "]);
        // Of two that have the day the last told; of all for who has none of their own.
        Dso(folder, "2026-03-31", "--by", "portfolio").ShouldBe(["EU 90: 95 of  True ", "US 45: 67.5 of  True "]);
        // One of the same days takes its place, and taking that back brings nothing back.
        folder.Send("""{"type":"target","key":"tg-4","kpi":"dso","portfolio":"EU","from":"2026-03-01","to":"2026-06-30","value":"80","owner":"bob"}""",
            "--now", Now).Expect(0);
        Dso(folder, "2026-03-31", "--only", "portfolio=EU").ShouldBe(["90: 80 of bob False 10"]);
        folder.Run("figures", "--type", "target", "--format", "json").Expect(0).Json.EnumerateArray().Select(r => r.GetProperty("key").GetString())
            .ShouldBe(["tg-4", "tg-2", "tg-1"]);
        folder.Send("""{"type":"target_withdrawn","key":"w","target":"tg-4"}""", "--now", Now).Expect(0);
        Dso(folder, "2026-03-31", "--only", "portfolio=EU").ShouldBe(["90: 45 of ann False 45"]);
        folder.ShouldBeSound();
        folder.Run("rebuild", "--check").Expect(0);
    }

    /// <summary>Where more is better, more meets it; and one that was told wins over the file's.</summary>
    [Fact]
    public void A_told_target_wins_over_the_files()
    {
        using var folder = new DataFolder();
        folder.Send(Business, "--now", Now).Expect(0);
        var kpis = Path.Combine(folder.Path, "catalog", "kpis");
        Directory.CreateDirectory(kpis);
        var current = Core.Measures.KpiCatalog.ShippedTexts().Single(t => t.Name == "kpis/percent_current.yaml").Text;
        File.WriteAllText(Path.Combine(kpis, "mine.yaml"), current.Replace("id: percent_current\n", "id: mine\n", StringComparison.Ordinal) + "target: 80\n");
        string Mine() => Told(folder.Run("kpi", "mine", "--as-of", "2026-03-31", "--format", "json").Expect(0).Json.EnumerateArray().Single());
        Mine().ShouldBe("100: 80 of  True ");
        // A KPI of one's own has targets as any other.
        folder.Send("""{"type":"target","key":"t","kpi":"mine","from":"2026-01-01","value":"100.5","owner":"ann"}""", "--now", Now).Expect(0);
        Mine().ShouldBe("100: 100.5 of ann False 0.5");
    }

    [Theory]
    [InlineData("\"kpi\":\"dsoo\"", "there is no KPI 'dsoo'; did you mean dso? There are add, ar_turnover,")]
    [InlineData("\"portfolio\":\"EV\"", "there is no portfolio 'EV'")]
    [InlineData("\"to\":\"2025-12-31\"", "to: 2025-12-31 is before from (2026-01-01)")]
    [InlineData("\"value\":\"1.0000001\"", "value: 1.0000001 has more than 6 decimals")]
    [InlineData("\"value\":\"1000000000001\"", "value: 1000000000001 is too large; at most 1000000000000")]
    [InlineData("\"from\":\"3000-01-01\"", "from: 3000-01-01 is after 2999-12-31")]
    public void What_is_wrong_is_said(string field, string why)
    {
        using var folder = new DataFolder();
        var name = field[..field.IndexOf(':', StringComparison.Ordinal)];
        var wrong = System.Text.RegularExpressions.Regex.Replace(Target.Trim(), name + ":\"[^\"]*\"", field);
        folder.Send(Business + "\n" + wrong, "--now", Now).Expect(3).Err.ShouldContain(why);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'target_agreed'").ShouldBe(0);
        folder.Send("""{"type":"target_withdrawn","key":"w","target":"tg-1"}""", "--now", Now).Expect(3).Err.ShouldContain("no target 'tg-1' stands");
    }
}
