using System.Text.Json;

namespace Recoup.Tests.Cli;

/// <summary>Overdue money by who has the next move, in the precedence of the contract, told by send and by runs.</summary>
public sealed class UnworkedTests
{
    private const string Facts = """
        {"type":"account","key":"a","account":"B1","name":"Beta","portfolio":"EU","country":"DE","email":"ap@beta.example","time_zone":"Europe/Berlin"}
        {"type":"invoice","key":"i1","account":"B1","number":"B-1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"60.00","currency":"EUR"}
        {"type":"invoice","key":"i2","account":"B1","number":"B-2","issued_on":"2026-03-05","due_on":"2026-04-01","amount":"35.00","currency":"EUR"}
        {"type":"invoice","key":"i3","account":"B1","number":"B-3","issued_on":"2026-03-05","due_on":"2026-04-02","amount":"49.00","currency":"EUR"}
        {"type":"invoice","key":"i4","account":"B1","number":"B-4","issued_on":"2026-03-05","due_on":"2026-07-01","amount":"80.00","currency":"EUR"}
        """;

    private static string Moves(DataFolder folder, params string[] more) => string.Join(" ",
        folder.Run(["unworked", "--format", "json", .. more]).Expect(0).Json.EnumerateArray().Select(r =>
            $"{r.GetProperty("next_move").GetString()}:{r.GetProperty("amount").GetString()}/{r.GetProperty("items").GetInt64()}"));

    private static void Run(DataFolder folder, string day) => folder.Run("run", "--as-of", day, "--now", $"{day}T10:00:00Z").Expect(0);

    [Fact]
    public void Each_overdue_amount_has_one_next_move()
    {
        using var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-04-03T08:00:00Z").Expect(0);
        // Nobody looked yet; what is not due is no part of it.
        Moves(folder, "--as-of", "2026-04-03").ShouldBe("nobody:144.00/3");
        Run(folder, "2026-04-03");
        Moves(folder).ShouldBe("recoup:144.00/3");

        // A promise covers the oldest items up to its amount, a dispute its item; the rest goes on.
        folder.Send("""
            {"type":"promise","key":"pr","account":"B1","on":"2026-04-04","due_on":"2026-04-20","amount":"70.00","currency":"EUR"}
            {"type":"dispute_opened","key":"d","account":"B1","invoice":"B-3","on":"2026-04-04","reason":"price"}
            """, "--now", "2026-04-04T08:00:00Z").Expect(0);
        Moves(folder).ShouldBe("dispute:49.00/1 promise:70.00/1 recoup:25.00/1");
        Run(folder, "2026-04-04");
        Moves(folder).ShouldBe("dispute:49.00/1 promise:70.00/1 recoup:25.00/1");
        // What stood on the day before stays as it was.
        Moves(folder, "--as-of", "2026-04-03").ShouldBe("recoup:144.00/3");

        // Paid of the promise is covered no more, and no more is owed.
        folder.Send("""
            {"type":"payment","key":"p","account":"B1","on":"2026-04-05","amount":"60.00","currency":"EUR","for":[{"invoice":"B-1","amount":"60.00"}]}
            """, "--now", "2026-04-05T08:00:00Z").Expect(0);
        Moves(folder).ShouldBe("dispute:49.00/1 promise:10.00/0 recoup:25.00/1");

        // A hold comes before all of these, and then they stand again.
        folder.Send("""{"type":"hold","key":"h","account":"B1","from":"2026-04-06","to":"2026-04-08","reason":"requested"}""",
            "--now", "2026-04-06T08:00:00Z").Expect(0);
        Run(folder, "2026-04-06");
        Moves(folder).ShouldBe("hold:84.00/2");
        Run(folder, "2026-04-09");
        Moves(folder).ShouldBe("dispute:49.00/1 promise:10.00/0 recoup:25.00/1");
        folder.ShouldBeSound();
    }

    /// <summary>Days that nothing happened on: the last step is taken, and nobody has the next move any more.</summary>
    [Fact]
    public void After_the_last_step_it_is_nobodys()
    {
        using var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-04-03T08:00:00Z").Expect(0);
        folder.Run("sending", "live", "--now", "2026-04-03T08:30:00Z").Expect(0);
        for (var day = new DateOnly(2026, 4, 3); day < new DateOnly(2026, 6, 30); day = day.AddDays(1))
        {
            Run(folder, $"{day:yyyy-MM-dd}");
            folder.Run("dispatch", "--now", $"{day:yyyy-MM-dd}T11:00:00Z");
        }
        // Overdue work of a person is no move when nobody does it.
        Moves(folder).ShouldBe("nobody:144.00/3");
        var row = folder.Run("kpi", "unworked_rate", "--format", "json").Expect(0).Json[0];
        row.GetProperty("value").GetDecimal().ShouldBe(100m);
        row.GetProperty("band").GetString().ShouldBe("abandoned");
        var account = folder.Run("unworked", "--by", "account", "--format", "json").Expect(0).Json[0];
        (account.GetProperty("account").GetString(), account.GetProperty("amount").GetString()).ShouldBe(("B1", "144.00"));
        folder.Run("drill", "unworked_rate", "--format", "json").Expect(0).Json.GetArrayLength().ShouldBePositive();
        folder.Run("unworked", "--next-move", "somebody").Expect(2);
        folder.ShouldBeSound();
    }

    /// <summary>A hold without an end is lifted by nobody: what it covers waits for nobody.</summary>
    [Fact]
    public void A_hold_without_an_end_is_no_move()
    {
        using var folder = new DataFolder();
        folder.Send(Facts + "\n" + """{"type":"hold","key":"h","account":"B1","from":"2026-04-03","reason":"requested"}""",
            "--now", "2026-04-03T08:00:00Z").Expect(0);
        Run(folder, "2026-04-03");
        Moves(folder).ShouldBe("nobody:144.00/3");
    }

    [Fact]
    public void Cash_that_lies_unapplied_covers_what_is_oldest()
    {
        using var folder = new DataFolder();
        folder.Send(Facts + "\n" + """
            {"type":"payment","key":"p","account":"B1","on":"2026-04-02","amount":"50.00","currency":"EUR","for":[{"invoice":"B-9","amount":"50.00"}]}
            """, "--now", "2026-04-03T08:00:00Z").Expect(0);
        Run(folder, "2026-04-03");
        Moves(folder).ShouldBe("unapplied:50.00/0 recoup:94.00/3");
        folder.ShouldBeSound();
    }

    /// <summary>A promise of more than is overdue covers what is, and what is unapplied beside it takes nothing twice.</summary>
    [Theory]
    [InlineData("200.00", "promise:144.00/3", "100")]
    [InlineData("90.00", "promise:90.00/1 recoup:54.00/2", "62.5")]
    public void A_promise_covers_no_more_than_is_overdue(string promised, string moves, string coverage)
    {
        using var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-04-03T08:00:00Z").Expect(0);
        Run(folder, "2026-04-03");
        folder.Send($$"""{"type":"promise","key":"pr","account":"B1","on":"2026-04-04","due_on":"2026-04-20","amount":"{{promised}}","currency":"EUR"}""",
            "--now", "2026-04-04T08:00:00Z").Expect(0);
        Moves(folder).ShouldBe(moves);
        folder.Run("kpi", "promise_coverage", "--format", "json").Expect(0).Json[0].GetProperty("value").GetRawText().ShouldBe(coverage);
    }
}
