using Recoup.Core.Inputs;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Properties;
using Step = Recoup.Tests.Properties.Step;

namespace Recoup.Tests.Cli;

/// <summary>A call that was decided on one day may be forbidden on the next: the worklist says so and gives no number.</summary>
public sealed class WorklistTests
{
    private const string Facts = """
        {"type":"sending","key":"s","mode":"live"}
        {"type":"account","key":"a","account":"A1","name":"Acme","portfolio":"EU","phone":"+49301234567","country":"DE"}
        {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"900.00","currency":"EUR"}
        """;

    [Theory]
    [InlineData("""{"type":"consent","key":"c","account":"A1","channel":"call","granted":false}""", "consent was withdrawn")]
    [InlineData("""{"type":"hold","key":"h","account":"A1","from":"2026-02-05","to":"2026-02-20","reason":"requested"}""", "the account is on hold")]
    public void Whom_nobody_may_call_has_no_number_on_the_worklist(string line, string why)
    {
        using var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-01-02T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        var before = folder.Run("worklist", "--format", "json").Expect(0).Json.EnumerateArray().Single();
        before.GetProperty("phone").GetString().ShouldBe("+49301234567");
        before.GetProperty("do_not_call").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);

        folder.Send(line, "--now", "2026-02-05T12:00:00Z").Expect(0);
        var after = folder.Run("worklist", "--format", "json").Expect(0).Json.EnumerateArray().Single();
        after.GetProperty("phone").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        after.GetProperty("do_not_call").GetString().ShouldBe(why);
        folder.Run("worklist").Expect(0).Out.ShouldContain("do not call");
    }

    /// <summary>What a payment, a dispute, and a due day that came leave to be got in stands in the list, which is in the order of it.</summary>
    [Fact]
    public void What_is_at_stake_is_what_is_overdue_now()
    {
        using var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-01-02T10:00:00Z").Expect(0);
        folder.Send(string.Join('\n', Facts.Split('\n')[1..]).Replace("\"a\"", "\"b\"", StringComparison.Ordinal)
            .Replace("\"i\"", "\"j\"", StringComparison.Ordinal).Replace("A1", "A2", StringComparison.Ordinal)
            .Replace("900.00", "500.00", StringComparison.Ordinal), "--now", "2026-01-02T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        Worklist().ShouldBe(["A1 900.00 900", "A2 500.00 500"]);

        folder.Send("""{"type":"payment","key":"p","account":"A1","on":"2026-02-05","amount":"600.00","currency":"EUR"}""",
            "--now", "2026-02-05T11:00:00Z").Expect(0);
        Worklist().ShouldBe(["A2 500.00 500", "A1 300.00 300"]);

        folder.Send(Facts.Split('\n')[2].Replace("\"i\"", "\"k\"", StringComparison.Ordinal).Replace("I1", "I2", StringComparison.Ordinal)
            .Replace("2026-01-31", "2026-02-06", StringComparison.Ordinal).Replace("900.00", "250.00", StringComparison.Ordinal),
            "--now", "2026-02-05T12:00:00Z").Expect(0);
        Worklist().ShouldBe(["A2 500.00 500", "A1 300.00 300"]);
        folder.Run("run", "--as-of", "2026-02-07", "--now", "2026-02-07T10:00:00Z").Expect(0);
        Worklist().ShouldBe(["A1 550.00 550", "A2 500.00 500"]);

        folder.Send("""{"type":"dispute_opened","key":"d","account":"A1","invoice":"I2","on":"2026-02-07","reason":"quality"}""",
            "--now", "2026-02-07T11:00:00Z").Expect(0);
        folder.Send("""{"type":"hold","key":"h","account":"A2","from":"2026-02-07","to":"2026-02-20","reason":"requested"}""",
            "--now", "2026-02-07T11:00:00Z").Expect(0);
        Worklist().ShouldBe(["A2 500.00 500", "A1 300.00 300"]);
        folder.Run("audit", "verify").Expect(0);
        folder.Run("rebuild", "--check").Expect(0);

        string[] Worklist() => [.. folder.Run("worklist", "--format", "json").Expect(0).Json.EnumerateArray()
            .Select(w => $"{w.GetProperty("account").GetString()} {w.GetProperty("amount").GetString()} {w.GetProperty("priority").GetDecimal():0}")];
    }

    /// <summary>A number is the customer's, whichever of their accounts it stands on, and whether it was given as a contact point.</summary>
    [Theory]
    [InlineData("""{"type":"account","key":"b","account":"A2","party":"A1","portfolio":"FR","phone":"01 23 45 67 89","country":"FR"}""", "01 23 45 67 89")]
    [InlineData("""{"type":"contact_point","key":"p","account":"A1","channel":"call","address":"+33123456789"}""", "+33123456789")]
    public void Whose_number_stands_elsewhere_has_it_on_the_worklist(string line, string number)
    {
        using var folder = new DataFolder();
        folder.Send(Facts.Replace(",\"phone\":\"+49301234567\"", "", StringComparison.Ordinal), "--now", "2026-01-02T10:00:00Z").Expect(0);
        folder.Send(line, "--now", "2026-01-02T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        folder.Run("worklist", "--format", "json").Expect(0).Json.EnumerateArray().Single().GetProperty("phone").GetString().ShouldBe(number);
    }

    /// <summary>Of several numbers in one text the first that can be dialled is called, and where it may not be called, the next.</summary>
    [Theory]
    [InlineData("000 123456; +49 30 7654321, 0170 7654321", "+49 30 7654321", "0170 7654321")]
    [InlineData("office 030 1234567 / mobile 0170 7654321", "office 030 1234567", "mobile 0170 7654321")]
    [InlineData("030 1234567, ext. 12", "030 1234567, ext. 12", null)]
    public void Two_numbers_in_one_text_are_two(string phone, string first, string? second)
    {
        using var folder = new DataFolder();
        string Told(string key, string more = "") => Facts.Replace("+49301234567", phone, StringComparison.Ordinal)
            .Replace("\"key\":\"a\"", $"\"key\":\"{key}\"{more}", StringComparison.Ordinal);
        string? Called() => folder.Run("worklist", "--format", "json").Expect(0).Json.EnumerateArray().Single().GetProperty("phone").GetString();
        folder.Send(Told("a"), "--now", "2026-01-02T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        Called().ShouldBe(first);
        folder.Send($$"""{"type":"consent","key":"c","account":"A1","channel":"call","granted":false,"address":"{{first}}"}""",
            "--now", "2026-02-05T12:00:00Z").Expect(0);
        Called().ShouldBe(second);
        // Told again, with something else of the customer, it is still the second.
        folder.Send(Told("b", ",\"language\":\"de\"").Split('\n')[1], "--now", "2026-02-05T13:00:00Z").Expect(0);
        Called().ShouldBe(second);
        folder.ShouldBeSound();
    }

    /// <summary>No list is empty, and no verb fails, for the number of rows that was asked for.</summary>
    [Theory]
    [InlineData("worklist")]
    [InlineData("explain", "A1")]
    [InlineData("drill", "dso")]
    [InlineData("drill", "1-30")]
    public void A_limit_is_a_number_of_rows_that_there_can_be(params string[] verb)
    {
        using var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-01-02T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        foreach (var limit in new[] { "0", "-1", "2147483647", "99999999999", "many" })
            folder.Run([.. verb, "--limit", limit]).Expect(2).Err.ShouldContain("--limit takes a number from 1 to 1000000");
        folder.Run([.. verb, "--limit", "1000000", "--format", "json"]).Expect(0).Json.GetArrayLength().ShouldBeGreaterThan(0);
    }

    /// <summary>Keys of one kind may be those of another: that one was looked for in vain says nothing of the other.</summary>
    [Theory]
    [InlineData("work")]
    [InlineData("message")]
    public void A_refused_line_that_names_a_work_item_or_a_message_as_a_payment_harms_none_after_it(string kind)
    {
        using var play = new Play();
        var facts = kind == "work" ? Facts : Facts.Replace("\"phone\":\"+49301234567\"", "\"email\":\"ap@acme.example\"", StringComparison.Ordinal);
        var at = new DateTimeOffset(2026, 2, 5, 10, 0, 0, TimeSpan.Zero);
        foreach (var line in facts.Split('\n')) play.Take([new Step.Send(at.AddDays(-34), [line])]);
        play.Run(new Step.Run(at, new DateOnly(2026, 2, 5)));
        var id = new Readings(play.Store).PartyOf("A1")!.Pending.ShouldHaveSingleItem().Id;
        var then = kind == "work"
            ? """
                {"type":"contact","key":"k","account":"A1","at":"2026-02-05T11:00:00Z","channel":"call",
                """ + """
                "direction":"outbound","outcome":"right_party","agent":"ann"}
                """
            : """{"type":"account_moved","key":"k","account":"A1","portfolio":"UK"}""";
        // So many that what they need is read at once; and one transaction, which fails as a whole where one of them does.
        var lines = Enumerable.Range(0, 100).Select(n => $$"""{"type":"account","key":"o-{{n}}","account":"O{{n}}"}""")
            .Append($$"""{"type":"payment_reversed","key":"r","account":"A1","payment":"{{id}}","on":"2026-02-05","reason":"returned"}""").Append(then);
        var taken = play.Take([.. lines.Select(line => new Step.Send(at.AddHours(2), [line]))]);
        taken.Count(t => t.Result.Status == UnitStatus.Accepted).ShouldBe(101);
        taken[100].Result.Refused!.Refusal.ShouldBe(Refusal.UnknownPayment);
        play.Dispatch(at.AddHours(3));
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void A_list_that_is_cut_says_so()
    {
        using var folder = new DataFolder();
        var lines = Enumerable.Range(1, 3).SelectMany(n => Facts.Split('\n')[1..]
            .Select(l => l.Replace("\"a\"", $"\"a{n}\"").Replace("\"i\"", $"\"i{n}\"").Replace("A1", $"A{n}").Replace("I1", $"I{n}")));
        folder.Send(string.Join('\n', lines.Prepend(Facts.Split('\n')[0])), "--now", "2026-01-02T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        folder.Run("worklist", "--limit", "2").Expect(0).Err.ShouldContain("2 of 3 are shown, best first; --limit 3 shows all");
        folder.Run("worklist", "--limit", "2", "--owner", "agent").Expect(0).Err.ShouldContain("2 of 3");
        folder.Run("worklist").Expect(0).Err.ShouldNotContain("shown");
    }

    [Fact]
    public void A_bucket_is_drilled_by_the_name_that_tables_give_it()
    {
        using var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-01-02T10:00:00Z").Expect(0);
        foreach (var name in new[] { "1-30", "d1_30" })
            folder.Run("drill", name, "--as-of", "2026-02-05", "--format", "json").Expect(0).Json.EnumerateArray().Single()
                .GetProperty("number").GetString().ShouldBe("I1");
        folder.Run("drill", "90+", "--as-of", "2026-02-05", "--format", "json").Expect(0).Json.GetArrayLength().ShouldBe(0);
    }
}
