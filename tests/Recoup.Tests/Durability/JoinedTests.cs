using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>Two customers become one by the command: killed at every moment, followed by the list that names both.</summary>
public sealed class JoinedTests
{
    private const string Join = """{"type":"account_joined","key":"j-1","account":"A2","with":"A1","reason":"the same person"}""";

    private static readonly string[] Then = ["--now", "2026-02-06T10:00:00Z"];

    private static DataFolder Made()
    {
        var folder = new DataFolder();
        folder.Send("""
            {"type":"sending","key":"s-1","mode":"live"}
            {"type":"account","key":"a-1","account":"A1","name":"Nora Brandt","email":"nora@brandt.example"}
            {"type":"account","key":"a-2","account":"A2","name":"N. Brandt","email":"n.brandt@brandt.example"}
            {"type":"invoice","key":"i-1","account":"A1","number":"R-1","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"170.00","currency":"EUR"}
            {"type":"invoice","key":"i-2","account":"A2","number":"R-2","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"180.00","currency":"EUR"}
            {"type":"payment","key":"p-2","account":"A2","on":"2026-01-20","amount":"20.00","currency":"EUR"}
            """, "--now", "2026-01-20T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        return folder;
    }

    [Theory]
    [InlineData("import.transaction-open")]
    [InlineData("import.journal-written")]
    [InlineData("import.before-commit")]
    [InlineData("import.after-commit")]
    public void Death_at_a_moment_leaves_no_trace_after_the_command_is_run_again(string moment)
    {
        using var folder = Made();
        using var expected = folder.Copy();
        expected.Send(Join, Then).Expect(0);
        folder.Run(Join, new Dictionary<string, string> { ["RECOUP_FAILPOINT"] = moment }, ["send", "-", .. Then]).Err.ShouldContain(moment);
        var kept = folder.Rows("SELECT kind FROM journal WHERE kind IN ('party_joined', 'party_left')");
        kept.Count.ShouldBe(moment == "import.after-commit" ? 2 : 0);
        folder.Rows("SELECT id FROM item i JOIN party p ON p.pid = i.pid ORDER BY i.number").ShouldBe(kept.Count == 2 ? ["A1", "A1"] : ["A1", "A2"]);
        folder.Send(Join, Then).Expect(0);
        Ledger.ShouldBeSameRows(Ledger.Journal(folder), Ledger.Journal(expected));
        foreach (var table in new[] { "party", "item", "cash", "message", "work", "account", "joined_party", "key" })
            Ledger.ShouldBeSameRows(folder.Rows($"SELECT * FROM {table} ORDER BY 1, 2"), expected.Rows($"SELECT * FROM {table} ORDER BY 1, 2"));
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData("erase.before-key")]
    [InlineData("erase.after-key")]
    [InlineData("import.after-commit")]
    public void What_a_crash_left_of_an_erasure_goes_with_all_keys(string moment)
    {
        using var folder = Made();
        folder.Send(Join, Then).Expect(0);
        folder.Run("dispatch", "--now", "2026-02-06T10:05:00Z").Expect(0);
        Directory.GetFiles(folder.Mail, "*.eml").Length.ShouldBe(1);
        var dies = new Dictionary<string, string> { ["RECOUP_FAILPOINT"] = moment };
        folder.Run("""{"type":"erasure","key":"e-1","account":"A2","reason":"asked for"}""", dies, ["send", "-", "--now", "2026-02-06T11:00:00Z"])
            .Err.ShouldContain(moment);
        folder.Run("sending").Expect(0);
        using (var store = folder.Open())
            foreach (var party in new[] { "A1", "A2" }) store.Vault.HasKey(party).ShouldBeFalse(party);
        Directory.GetFiles(folder.Mail, "*.eml").ShouldBeEmpty();
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_list_that_names_both_goes_on_as_before()
    {
        using var folder = new DataFolder();
        const string header = "account,number,issued_on,due_on,balance,currency\n";
        var file = folder.Write("open.csv",
            header + "A1,R-1,2026-01-02,2026-02-01,50.00,EUR\nA2,R-2,2026-01-02,2026-02-01,70.00,EUR\nA2,R-3,2026-01-02,2026-02-01,90.00,EUR\n");
        string[] import = ["import", file, "--map", "open-items", "--as", "open-items", "--accept-drop", "--format", "json"];
        folder.Run([.. import, "--on", "2026-02-02", "--now", "2026-02-02T10:00:00Z"]).Expect(0);
        folder.Send(Join, "--now", "2026-02-03T10:00:00Z").Expect(0);
        folder.Run([.. import, "--on", "2026-02-03", "--now", "2026-02-03T11:00:00Z"]).Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(3);
        folder.Write("open.csv",
            header + "A1,R-1,2026-01-02,2026-02-01,5.00,EUR\nA2,R-2,2026-01-02,2026-02-15,70.00,EUR\nA2,R-4,2026-02-02,2026-03-01,30.00,EUR\n");
        var next = folder.Run([.. import, "--on", "2026-02-04", "--now", "2026-02-04T10:00:00Z"]).Expect(0).Json;
        next.GetProperty("control_totals")[0].GetProperty("agrees").GetBoolean().ShouldBeTrue();
        next.GetProperty("closed").GetInt32().ShouldBe(1);
        folder.Run("ageing", "--by", "account", "--as-of", "2026-02-04", "--format", "json").Expect(0).Json.EnumerateArray()
            .Select(r => $"{r.GetProperty("account").GetString()} {r.GetProperty("total").GetString()}").ShouldBe(["A1 5.00", "A2 100.00"], ignoreOrder: true);
        folder.Rows("SELECT p.id, count(*) FROM item i JOIN party p ON p.pid = i.pid GROUP BY p.id").ShouldBe(["A1 | 4"]);
        folder.ShouldBeSound();
        folder.Run("rebuild", "--check").Expect(0);
    }
}
