using System.Text.Json;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Controlling;

/// <summary>Figures from other books, and the KPI that waits for them.</summary>
public sealed class ImportedFigureTests
{
    private const string Now = "2026-05-15T10:00:00Z";

    /// <summary>Open at the end of April: 550.00 of 1,200.00 sold from February to April, 89 days.</summary>
    private const string Business = """
        {"type":"account","key":"a","account":"A1","portfolio":"EU"}
        {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-02-01","due_on":"2026-03-31","amount":"1200.00","currency":"EUR"}
        {"type":"payment","key":"p","account":"A1","on":"2026-04-20","amount":"650.00","currency":"EUR","for":[{"invoice":"I1","amount":"650.00"}]}
        """;

    private const string Inventory = """
        {"type":"imported_figure","key":"if-1","portfolio":"EU","name":"inventory_days","from":"2026-04-01","to":"2026-04-30","value":"56.1"}
        """;

    private static JsonElement Cycle(DataFolder folder, params string[] more) =>
        folder.Run(["kpi", "cash_conversion_cycle", "--as-of", "2026-04-30", "--format", "json", .. more]).Expect(0).Json.EnumerateArray().Single();

    [Fact]
    public void Cash_conversion_waits_for_both_figures()
    {
        using var folder = new DataFolder();
        folder.Send(Business + "\n" + Inventory, "--now", Now).Expect(0);
        var row = Cycle(folder);
        row.GetProperty("no_value").GetString().ShouldBe("nobody told the figure payable_days for 2026-02-01 to 2026-04-30");
        row.GetProperty("details").GetProperty("inventory_days").GetDecimal().ShouldBe(56.1m);
        folder.Send("""
            {"type":"imported_figure","key":"f2","portfolio":"EU","name":"payable_days","from":"2026-04-01","to":"2026-04-30","value":"68.9"}
            {"type":"imported_figure","key":"f3","portfolio":"EU","name":"payable_days","from":"2026-03-01","to":"2026-03-31","value":"10"}
            {"type":"imported_figure","key":"f4","portfolio":"EU","name":"payable_days","from":"2026-05-01","to":"2026-05-31","value":"10"}
            {"type":"imported_figure","key":"f5","name":"payable_days","from":"2026-04-01","to":"2026-04-30","value":"1"}
            """, "--now", Now).Expect(0);
        // 550 / 1,200 of 89 days are 40.791667; and 56.1, less 68.9. March ended earlier, May has no day of the window, all together is not EU.
        Cycle(folder).GetProperty("value").GetDecimal().ShouldBe(27.991667m);
        Cycle(folder, "--by", "portfolio").GetProperty("value").GetDecimal().ShouldBe(27.991667m);
        folder.Run("kpi", "cash_conversion_cycle", "--by", "segment").Expect(2).Err
            .ShouldContain("cash_conversion_cycle can't be told by segment: figures from other books are of a portfolio or of all");
        // Told anew for the same days it takes the place of the first; taken back, what ended before it counts.
        folder.Send("""{"type":"imported_figure","key":"f6","portfolio":"EU","name":"payable_days","from":"2026-04-01","to":"2026-04-30","value":"70"}""",
            "--now", Now).Expect(0);
        Cycle(folder).GetProperty("value").GetDecimal().ShouldBe(26.891667m);
        folder.Send("""{"type":"imported_figure_withdrawn","key":"w","imported_figure":"f6"}""", "--now", "2026-05-16T10:00:00Z").Expect(0);
        Cycle(folder).GetProperty("value").GetDecimal().ShouldBe(86.891667m);
        Cycle(folder, "--known-at", Now).GetProperty("value").GetDecimal().ShouldBe(26.891667m);
        folder.ShouldBeSound();
        folder.Run("rebuild", "--check").Expect(0);
    }

    /// <summary>What is told of all together is of the only portfolio, while there is but one; of several each has its own.</summary>
    [Fact]
    public void A_figure_of_all_is_of_no_one_portfolio()
    {
        using var folder = new DataFolder();
        folder.Send(Business + """

            {"type":"imported_figure","key":"f1","name":"inventory_days","from":"2026-04-01","to":"2026-04-30","value":"20"}
            {"type":"imported_figure","key":"f2","name":"payable_days","from":"2026-04-01","to":"2026-04-30","value":"10"}
            """, "--now", Now).Expect(0);
        Cycle(folder).GetProperty("value").GetDecimal().ShouldBe(50.791667m);
        Cycle(folder, "--by", "portfolio").GetProperty("value").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("\"name\":\"Inventory days\"", "name: 'Inventory days' is no name: small letters, digits and underscores, a letter first")]
    [InlineData("\"portfolio\":\"EV\"", "there is no portfolio 'EV'")]
    [InlineData("\"to\":\"2026-03-01\"", "to: 2026-03-01 is before from (2026-04-01)")]
    [InlineData("\"value\":\"a lot\"", "value: 'a lot' is not an amount")]
    public void What_is_wrong_is_said(string field, string why)
    {
        using var folder = new DataFolder();
        var name = field[..field.IndexOf(':', StringComparison.Ordinal)];
        var wrong = System.Text.RegularExpressions.Regex.Replace(Inventory.Trim(), name + ":\"[^\"]*\"", field);
        folder.Send(Business + "\n" + wrong, "--now", Now).Expect(3).Err.ShouldContain(why);
        folder.Send("""{"type":"imported_figure_withdrawn","key":"w","imported_figure":"if-1"}""", "--now", Now).Expect(3).Err
            .ShouldContain("no imported_figure 'if-1' stands");
    }
}
