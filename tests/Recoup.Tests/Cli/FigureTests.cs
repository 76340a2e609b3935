namespace Recoup.Tests.Cli;

/// <summary>What a figure is made of comes to the figure, and what the words beside it say is so.</summary>
public sealed class FigureTests : IDisposable
{
    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    private const string Owed = """
        {"type":"sending","key":"s","mode":"live"}
        {"type":"account","key":"a","account":"A1","name":"Acme","portfolio":"EU","email":"ap@acme.example","country":"DE"}
        {"type":"invoice","key":"i1","account":"A1","number":"I1","issued_on":"2026-02-01","due_on":"2026-03-20","amount":"100.00","currency":"EUR"}
        {"type":"invoice","key":"i2","account":"A1","number":"I2","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"50.00","currency":"EUR"}
        """;

    private void Send(string day, string lines) => folder.Send(lines, "--now", $"{day}T09:00:00Z").Expect(0);

    private List<string> Drill(string day, string portfolio) =>
    [
        .. folder.Run("drill", "1-30", "--as-of", day, "--portfolio", portfolio, "--format", "json").Expect(0).Json.EnumerateArray()
            .Select(r => $"{r.GetProperty("portfolio")} {r.GetProperty("number")} {r.GetProperty("open")}"),
    ];

    [Fact]
    public void The_items_of_a_day_gone_by_stand_under_the_portfolio_that_their_account_had_then()
    {
        Send("2026-04-01", Owed);
        Send("2026-04-02", """{"type":"account_moved","key":"m","account":"A1","portfolio":"FR"}""");
        string Overdue(string day, string portfolio) => folder.Run("ageing", "--by", "portfolio", "--as-of", day, "--format", "json").Expect(0)
            .Json.EnumerateArray().Single(r => r.GetProperty("portfolio").GetString() == portfolio).GetProperty("d1_30").GetString()!;
        Overdue("2026-03-31", "EU").ShouldBe("100.00");
        Drill("2026-03-31", "EU").ShouldBe(["EU I1 100.00"]);
        Drill("2026-03-31", "FR").ShouldBeEmpty();
        Overdue("2026-04-02", "FR").ShouldBe("150.00");
        Drill("2026-04-02", "FR").ShouldBe(["FR I1 100.00", "FR I2 50.00"]);
        Drill("2026-04-02", "EU").ShouldBeEmpty();
    }

    [Fact]
    public void A_dry_run_of_a_day_gone_by_names_only_currencies_that_the_policy_does_not_list()
    {
        Send("2026-04-01", Owed);
        folder.Run("run", "--as-of", "2026-04-20", "--now", "2026-04-20T09:00:00Z").Expect(0);
        var past = folder.Run("run", "--as-of", "2026-04-10", "--dry-run", "--now", "2026-04-20T10:00:00Z").Expect(0);
        past.Out.ShouldContain("action: email");
        past.Err.ShouldNotContain("The policy does not say");
    }

    [Theory]
    [InlineData("run", "--as-of", "2026-04-10")]
    [InlineData("run", "--as-of", "2026-04-10", "--dry-run")]
    public void What_the_policy_does_not_list_is_named_in_a_sentence(params string[] run)
    {
        Send("2026-04-01", Owed.Replace("\"EUR\"", "\"MRU\"", StringComparison.Ordinal));
        folder.Run([.. run, "--now", "2026-04-10T09:00:00Z"]).Expect(0).Err.ShouldContain("The policy does not say what MRU is worth: nobody is called");
        Send("2026-04-10", """
            {"type":"account","key":"b","account":"B1","name":"Birk","portfolio":"EU","email":"ap@birk.example","country":"DE"}
            {"type":"invoice","key":"i3","account":"B1","number":"I3","issued_on":"2026-02-01","due_on":"2026-03-20","amount":"100.00","currency":"TOP"}
            """);
        folder.Run([.. run, "--all", "--now", "2026-04-10T09:30:00Z"]).Expect(0).Err.ShouldContain("what MRU and TOP are worth");
    }

    // --- disputes ---

    [Fact]
    public void What_is_owed_by_an_account_that_is_disputed_as_a_whole_is_disputed_everywhere()
    {
        Send("2026-04-01", Owed);
        Send("2026-04-02", """{"type":"dispute_opened","key":"d","account":"A1","on":"2026-04-02","reason":"quality"}""");
        folder.Run("run", "--as-of", "2026-04-07", "--now", "2026-04-07T09:00:00Z").Expect(0);
        var decided = folder.Run("explain", "A1", "--format", "json").Expect(0).Json[0];
        decided.GetProperty("rule").GetString().ShouldBe("disputed");
        decided.GetProperty("facts").GetProperty("disputed").GetString().ShouldBe("150.00");
        var open = folder.Run("statement", "A1", "--from", "2026-03-01", "--as-of", "2026-04-07", "--format", "json").Expect(0).Json
            .GetProperty("currencies")[0].GetProperty("open_items");
        open.EnumerateArray().ShouldAllBe(i => i.GetProperty("disputed").GetBoolean());
        // The day before it was none.
        folder.Run("statement", "A1", "--from", "2026-03-01", "--as-of", "2026-04-01", "--format", "json").Expect(0).Json
            .GetProperty("currencies")[0].GetProperty("open_items").EnumerateArray().ShouldAllBe(i => !i.GetProperty("disputed").GetBoolean());
    }

    // --- what explain says of the oldest ---

    [Theory]
    [InlineData("""{"type":"hold","key":"h","account":"A1","from":"2026-04-02","reason":"requested"}""")]
    [InlineData("""{"type":"dispute_opened","key":"d","account":"A1","on":"2026-04-02","reason":"quality"}""")]
    [InlineData("""{"type":"dispute_opened","key":"d","account":"A1","invoice":"I1","on":"2026-04-02","reason":"quality"}""")]
    public void Explain_names_the_oldest_of_what_it_counts_as_overdue(string line)
    {
        Send("2026-04-01", Owed);
        Send("2026-04-02", line);
        folder.Run("run", "--as-of", "2026-04-07", "--now", "2026-04-07T09:00:00Z").Expect(0);
        folder.Run("explain", "A1").Expect(0).Out.ShouldContain("150.00 EUR overdue in 2 items, oldest 18 days");
    }
}
