namespace Recoup.Tests.Cli;

/// <summary>Payment plans as the contract has them: told by send, listed by plans.</summary>
public sealed class PlanListTests
{
    private const string Facts = """
        {"type":"account","key":"x-1","account":"B1","name":"Beta","portfolio":"EU","country":"DE"}
        {"type":"account","key":"x-5","account":"C1","name":"Gamma","portfolio":"EU","country":"DE"}
        {"type":"invoice","key":"x-2","account":"B1","number":"B-1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"60.00","currency":"EUR"}
        {"type":"invoice","key":"x-3","account":"B1","number":"B-2","issued_on":"2026-03-05","due_on":"2026-04-04","amount":"35.00","currency":"EUR"}
        {"type":"invoice","key":"x-4","account":"C1","number":"C-1","issued_on":"2026-03-05","due_on":"2026-04-04","amount":"49.00","currency":"EUR"}
        {"type":"payment_plan","key":"pp-0","account":"C1","on":"2026-04-11","amount":"20.00","currency":"EUR","every":"week"}
        {"type":"payment_plan","key":"pp-1","account":"B1","on":"2026-04-12","items":["B-1","B-2"],
        """ + """
        "instalments":[{"due_on":"2026-05-01","amount":"50.00"},{"due_on":"2026-06-01","amount":"45.00"}],"currency":"EUR"}
        """;

    private const string Later = """
        {"type":"payment_plan_cancelled","key":"pp-2","account":"B1","plan":"pp-1","on":"2026-05-03","reason":"requested"}
        {"type":"payment_plan","key":"pp-3","account":"B1","on":"2026-05-04","items":["B-1","B-2"],"count":3,"first_on":"2026-05-31","every":"month",
        """ + """
        "remainder":"spread"}
        {"type":"payment","key":"p-1","account":"B1","on":"2026-05-04","amount":"31.67","currency":"EUR"}
        """;

    private static string Short(System.Text.Json.JsonElement rows) => string.Join(" ", rows.EnumerateArray().Select(r =>
        $"{r.GetProperty("plan").GetString()}:{r.GetProperty("state").GetString()}:{r.GetProperty("standing").GetString()}"));

    [Fact]
    public void Plans_are_listed_as_they_stand()
    {
        using var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-04-12T10:00:00Z").Expect(0);
        folder.Send(Later, "--now", "2026-05-04T10:00:00Z").Expect(0);
        folder.Run("run", "--now", "2026-07-03T10:00:00Z").Expect(0);
        string Plans(params string[] more) => Short(folder.Run(["plans", "--format", "json", .. more]).Expect(0).Json);
        Plans().ShouldBe("pp-3:open:late pp-1:cancelled: pp-0:broken:");
        Plans("--state", "open").ShouldBe("pp-3:open:late");
        Plans("--state", "missed").ShouldBe("");
        Plans("--state", "broken").ShouldBe("pp-0:broken:");
        Plans("--account", "B1").ShouldBe("pp-3:open:late pp-1:cancelled:");
        Plans("--limit", "1").ShouldBe("pp-3:open:late");
        var plan = folder.Run("plans", "--format", "json").Json[0];
        string[] Of(string field) => [.. plan.GetProperty("instalments").EnumerateArray().Select(i => i.GetProperty(field).GetString()!)];
        Of("due_on").ShouldBe(["2026-05-31", "2026-06-30", "2026-07-31"]);
        Of("amount").ShouldBe(["31.67", "31.67", "31.66"]);
        Of("state").ShouldBe(["paid", "late", "open"]);
        (plan.GetProperty("paid").GetString(), plan.GetProperty("amount").GetString(), plan.GetProperty("instalment_count").GetInt32())
            .ShouldBe(("31.67", "95.00", 3));
        folder.Run("plans", "--format", "csv").Expect(0).Out.Split('\n')[1].TrimEnd()
            .ShouldBe("pp-3,B1,Beta,EU,open,late,2026-05-04,95.00,31.67,EUR,3,2026-06-30,31.67,");
        folder.Run("plans", "--state", "kept").Expect(2);
        folder.ShouldBeSound();
    }

    /// <summary>What was paid ahead is not asked for again, and what lacked of an instalment that counts as paid is.</summary>
    [Theory]
    [InlineData("33.34", "2026-02-28", "33.33")]
    [InlineData("63.34", "2026-02-28", "3.33")]
    [InlineData("32.34", "2026-02-28", "34.33")]
    [InlineData("20.00", "2026-01-31", "13.34")]
    public void The_next_amount_is_what_is_still_owed_of_the_next_instalment(string paid, string due, string amount)
    {
        using var folder = new DataFolder();
        folder.Send($$"""
            {"type":"account","key":"a","account":"A1","name":"Acme"}
            {"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2025-12-01","due_on":"2026-01-02","amount":"100.00","currency":"EUR"}
            {"type":"payment_plan","key":"pp","account":"A1","on":"2026-01-05","instalments":[{"due_on":"2026-01-31","amount":"33.34"},
            """.TrimEnd() + $$"""
            {"due_on":"2026-02-28","amount":"33.33"},{"due_on":"2026-03-31","amount":"33.33"}],"currency":"EUR"}
            {"type":"payment","key":"p","account":"A1","on":"2026-01-20","amount":"{{paid}}","currency":"EUR"}
            """, "--now", "2026-01-20T10:00:00Z").Expect(0);
        var plan = folder.Run("plans", "--format", "json", "--now", "2026-01-20T11:00:00Z").Expect(0).Json[0];
        (plan.GetProperty("next_due_on").GetString(), plan.GetProperty("next_amount").GetString()).ShouldBe((due, amount));
    }

    [Fact]
    public void A_call_is_about_what_is_neither_in_a_plan_nor_disputed()
    {
        using var folder = new DataFolder();
        static string Invoice(string number, string amount) => $$"""{"type":"invoice","key":"{{number}}","account":"A1","number":"{{number}}","""
            + $$""" "issued_on":"2026-03-01","due_on":"2026-03-31","amount":"{{amount}}","currency":"EUR"}""" + "\n";
        folder.Send("""{"type":"account","key":"a","account":"A1","name":"Acme","phone":"+493012345678"}""" + "\n" + Invoice("I1", "400.00")
            + Invoice("I2", "300.00") + Invoice("I3", "20.00") + """
            {"type":"payment_plan","key":"pp","account":"A1","on":"2026-04-02","items":["I2"],"count":3,"every":"month","first_on":"2026-05-01"}
            {"type":"dispute_opened","key":"d","account":"A1","invoice":"I3","on":"2026-04-02","reason":"price"}
            """, "--now", "2026-04-02T10:00:00Z").Expect(0);
        folder.Run("sending", "live", "--now", "2026-04-02T11:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-04-21", "--now", "2026-04-21T10:00:00Z").Expect(0);
        var work = folder.Run("worklist", "--format", "json", "--now", "2026-04-21T11:00:00Z").Expect(0).Json.EnumerateArray().ShouldHaveSingleItem();
        (work.GetProperty("kind").GetString(), work.GetProperty("amount").GetString()).ShouldBe(("call", "400.00"));
        folder.Run("explain", "A1", "--now", "2026-04-21T11:00:00Z").Expect(0).Out.ShouldContain("720.00 EUR overdue in 3 items, oldest 21 days; "
            + "720.00 EUR open, 20.00 EUR disputed, 300.00 EUR in a payment plan");
        var facts = folder.Run("explain", "A1", "--format", "json", "--now", "2026-04-21T11:00:00Z").Json[0].GetProperty("facts");
        (facts.GetProperty("disputed").GetString(), facts.GetProperty("in_plans").GetString()).ShouldBe(("20.00", "300.00"));
        folder.ShouldBeSound();
    }

    /// <summary>A file tells of months gone by, the plan before its payments: nothing is missed before all of it was read.</summary>
    [Fact]
    public void A_plan_is_not_broken_before_the_payments_after_it_are_read()
    {
        using var folder = new DataFolder();
        folder.Send("""
            {"type":"account","key":"w-1","account":"E1","name":"Epsilon","portfolio":"UK","country":"GB"}
            {"type":"invoice","key":"w-2","account":"E1","number":"E-1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"60.00","currency":"GBP"}
            {"type":"payment_plan","key":"w-3","account":"E1","on":"2026-04-12","count":3,"every":"week"}
            {"type":"payment","key":"w-4","account":"E1","on":"2026-04-19","amount":"20.00","currency":"GBP"}
            {"type":"payment","key":"w-5","account":"E1","on":"2026-04-26","amount":"20.00","currency":"GBP"}
            """, "--now", "2026-07-06T10:00:00Z").Expect(0);
        Short(folder.Run("plans", "--format", "json").Expect(0).Json).ShouldBe("w-3:open:open");
        folder.Send("""
            {"type":"payment","key":"w-6","account":"E1","on":"2026-05-03","amount":"20.00","currency":"GBP"}
            """, "--now", "2026-07-06T10:01:00Z").Expect(0);
        Short(folder.Run("plans", "--format", "json").Expect(0).Json).ShouldBe("w-3:completed:");
        folder.Rows("SELECT effective_on FROM journal WHERE kind = 'plan_closed'").ShouldBe(["2026-05-03"]);
        folder.ShouldBeSound();
    }
}
