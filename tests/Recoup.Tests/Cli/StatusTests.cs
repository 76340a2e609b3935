using System.Net;
using System.Text.Json;
using Recoup.Tests.Api;

namespace Recoup.Tests.Cli;

/// <summary>What `recoup status` tells of besides what is set aside.</summary>
public sealed class StatusTests : IDisposable
{
    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    private void Owes(string account, string currency, string amount)
    {
        var money = $"""
            "amount":"{amount}","currency":"{currency}"
            """;
        folder.Send($$"""
            {"type":"account","key":"a{{account}}","account":"{{account}}"}
            {"type":"invoice","key":"i{{account}}","account":"{{account}}","number":"1","issued_on":"2026-03-01","due_on":"2026-03-31",{{money}}}
            """, "--now", "2026-04-02T10:00:00Z").Expect(0);
    }

    [Fact]
    public void Currencies_that_the_policy_does_not_know_are_listed_with_how_to_mend_it()
    {
        string[] status = ["status", "--now", "2026-04-10T10:00:00Z"];
        Owes("A1", "EUR", "300.00");
        folder.Run([.. status, "--format", "json"]).Expect(0).Json.GetProperty("currencies_not_listed").GetArrayLength().ShouldBe(0);
        folder.Run(status).Expect(0).Out.ShouldContain("all are listed");
        Owes("A2", "MRU", "250000.00");
        var listed = folder.Run([.. status, "--format", "json"]).Expect(0).Json.GetProperty("currencies_not_listed").EnumerateArray().ShouldHaveSingleItem();
        new[] { "currency", "open", "overdue" }.Select(f => listed.GetProperty(f).GetString()).ShouldBe(["MRU", "250000.00", "250000.00"]);
        foreach (var part in new[] { "worth: per_unit:", "one EUR", "recoup policy adopt FILE" })
            listed.GetProperty("mend").GetString().ShouldNotBeNull().ShouldContain(part);
        var table = folder.Run(status).Expect(0);
        table.Out.ShouldContain("MRU");
        table.Err.ShouldContain("MRU: the policy does not say what it is worth");

        // Mended as it says, it is told of no longer; paid, neither.
        var policy = Core.Policies.ShippedPolicies.DefaultText;
        var mended = folder.Write("mended.yaml", policy.Replace("  per_unit:\n", "  per_unit:\n    MRU: 656\n", StringComparison.Ordinal));
        folder.Run("policy", "adopt", mended, "--now", "2026-04-10T10:00:00Z").Expect(0);
        folder.Run([.. status, "--format", "json"]).Expect(0).Json.GetProperty("currencies_not_listed").GetArrayLength().ShouldBe(0);
        Owes("A3", "HTG", "1000.00");
        const string payment = """{"type":"payment","key":"p","account":"A3","on":"2026-04-10","amount":"1000.00","currency":"HTG"}""";
        folder.Send(payment, "--now", "2026-04-10T11:00:00Z").Expect(0);
        folder.Run([.. status, "--format", "json"]).Expect(0).Json.GetProperty("currencies_not_listed").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public void A_portfolio_without_a_sender_is_listed_with_what_to_send()
    {
        string[] status = ["status", "--now", "2026-04-10T10:00:00Z"];
        JsonElement[] Listed() => [.. folder.Run([.. status, "--format", "json"]).Expect(0).Json.GetProperty("portfolios_without_sender").EnumerateArray()];
        const string portfolio = """{"type":"portfolio","key":"p","portfolio":"Europe","name":"Europe","sender":"buchhaltung@muster.example"}""";
        folder.Send(portfolio, "--now", "2026-04-02T09:00:00Z").Expect(0);
        Listed().ShouldBeEmpty();
        folder.Run(status).Expect(0).Out.ShouldContain("all have one");
        var ran = folder.Send("""
            {"type":"account","key":"a1","account":"A1","portfolio":"Eurpoe"}
            {"type":"account","key":"a2","account":"A2","portfolio":"Europe"}
            {"type":"account","key":"a3","account":"A3"}
            {"type":"account","key":"a4","account":"A1","name":"Acme"}
            {"type":"invoice","key":"i1","account":"A1","number":"1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"1.00","currency":"EUR"}
            {"type":"invoice","key":"i2","account":"A2","number":"1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"1.00","currency":"EUR"}
            """, "--now", "2026-04-02T10:00:00Z").Expect(0);
        var remark = ran.Json.GetProperty("remarks").EnumerateArray().ShouldHaveSingleItem();
        (remark.GetProperty("line").GetInt32(), remark.GetProperty("text").GetString())
            .ShouldBe((1, "account A1: portfolio Eurpoe has no settings; where Europe is meant, account_moved takes the account there"));
        var listed = Listed().ShouldHaveSingleItem();
        (listed.GetProperty("portfolio").GetString(), listed.GetProperty("has_settings").GetBoolean(), listed.GetProperty("near").GetString())
            .ShouldBe(("Eurpoe", false, "Europe"));
        listed.GetProperty("mend").GetString().ShouldNotBeNull().ShouldContain("""Send {"type":"portfolio","key":"…","portfolio":"Eurpoe",""");
        folder.Run(status).Expect(0).Err.ShouldContain("Eurpoe: it has no settings");

        folder.Send("""{"type":"portfolio","key":"p2","portfolio":"Eurpoe","name":"Eurpoe"}""", "--now", "2026-04-10T10:00:00Z").Expect(0);
        Listed().ShouldHaveSingleItem().GetProperty("has_settings").GetBoolean().ShouldBeTrue();
        folder.Send("""{"type":"account_moved","key":"m","account":"A1","portfolio":"Europe"}""", "--now", "2026-04-10T10:00:00Z").Expect(0);
        Listed().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_status_page_lists_a_portfolio_without_a_sender_with_what_to_send()
    {
        folder.Send("""
            {"type":"account","key":"a","account":"A1"}
            {"type":"invoice","key":"i","account":"A1","number":"1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"300.00","currency":"EUR"}
            """, "--now", "2026-01-02T10:00:00Z").Expect(0);
        await using var server = await ApiServer.Start(folder);
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(server.Address) };
        await browser.GetAsync(server.Link);
        WebUtility.HtmlDecode(await browser.GetStringAsync("/status")).ShouldSatisfyAllConditions(
            page => page.ShouldContain("Portfolios without a sender"),
            page => page.ShouldContain("<b>main</b>: it has no settings: its mail bears a sender that nobody can answer. Send "
                + """{"type":"portfolio","key":"…","portfolio":"main","""));
        (await server.Client.Post("""{"type":"portfolio","key":"p","portfolio":"main","name":"Main","sender":"buchhaltung@muster.example"}""")).Expect(200);
        (await browser.GetStringAsync("/status")).ShouldNotContain("without a sender");
    }

    [Fact]
    public void Items_are_counted_in_the_currency_of_the_amount_beside_them_and_one_is_one()
    {
        folder.Send("""
            {"type":"account","key":"a","account":"A1","email":"a@kunde.example"}
            {"type":"invoice","key":"i1","account":"A1","number":"1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"900.00","currency":"EUR"}
            {"type":"invoice","key":"i2","account":"A1","number":"2","issued_on":"2026-03-01","due_on":"2026-03-30","amount":"5.00","currency":"USD"}
            {"type":"invoice","key":"i3","account":"A1","number":"3","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"6.00","currency":"USD"}
            """, "--now", "2026-03-02T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-04-10", "--now", "2026-04-10T10:00:00Z").Expect(0);
        folder.Run("explain", "A1").Expect(0).Out.ShouldContain("900.00 EUR overdue in 1 item, oldest 11 days");
    }

    [Fact]
    public void A_policy_without_a_table_of_worth_asks_for_none()
    {
        Owes("A2", "MRU", "250000.00");
        var text = Core.Policies.ShippedPolicies.DefaultText;
        var from = text.IndexOf("\nworth:", StringComparison.Ordinal) + 1;
        var to = from + text[from..].Split('\n').TakeWhile((line, at) => at == 0 || line.Length == 0 || line[0] is ' ' or '#').Sum(line => line.Length + 1);
        folder.Run("policy", "adopt", folder.Write("without.yaml", text.Remove(from, to - from)), "--now", "2026-04-10T10:00:00Z").Expect(0);
        folder.Run("status", "--format", "json").Expect(0).Json.GetProperty("currencies_not_listed").GetArrayLength().ShouldBe(0);
    }

    /// <summary>Whoever looks for the work that a run should have decided is told that it was held back, and how to let it go.</summary>
    [Fact]
    public void What_a_stopped_run_held_back_is_told_of_beside_the_worklist_and_the_status()
    {
        const int many = 60;
        const string money = """
            "amount":"300.00","currency":"EUR"
            """;
        Owes("A0", "EUR", "300.00");
        string[] At(string day) => ["--now", $"{day}T10:00:00Z"];
        folder.Run(["sending", "live", .. At("2026-04-02")]).Expect(0);
        folder.Run(["run", .. At("2026-04-02")]).Expect(0);
        foreach (var verb in new[] { "worklist", "status" }) folder.Run([verb, .. At("2026-04-02")]).Expect(0).Err.ShouldNotContain("held back");
        folder.Send(string.Join('\n', Enumerable.Range(1, many).SelectMany(n => new[]
        {
            $$"""{"type":"account","key":"l{{n}}","account":"L{{n}}","phone":"+49301234567","country":"DE"}""",
            $$"""{"type":"invoice","key":"li{{n}}","account":"L{{n}}","number":"1","issued_on":"2026-01-01","due_on":"2026-01-31",{{money}}}""",
        })), At("2026-04-07")).Expect(0);
        // Asked before it stops and after it did, a dry run shows what there is to let go, and that a run would not.
        void ShowsAll() => folder.Run(["run", "--dry-run", "--format", "json", .. At("2026-04-07")]).Expect(1).ShouldSatisfyAllConditions(
            r => r.Json.GetProperty("actions").GetProperty("task").GetInt32().ShouldBe(many),
            r => r.Err.ShouldContain("A run would stop itself"), r => r.Err.ShouldContain("--accept-volume"));
        ShowsAll();
        folder.Run(["run", .. At("2026-04-07")]).Err.ShouldContain("the run stopped itself");
        ShowsAll();

        foreach (var verb in new[] { "worklist", "status" })
            folder.Run([verb, .. At("2026-04-07")]).Expect(0).Err.ShouldSatisfyAllConditions(
                e => e.ShouldContain($"The run of 2026-04-07 stopped itself after 0 actions and held back at least {many + 1}"),
                e => e.ShouldContain("--accept-volume"));
        var rounds = folder.Run(["status", "--format", "json", .. At("2026-04-07")]).Expect(0).Json.GetProperty("rounds").EnumerateArray();
        rounds.Single(r => r.GetProperty("state").GetString() == "stopped").GetProperty("detail").GetString()
            .ShouldNotBeNull().ShouldContain($"held back at least {many + 1}");

        folder.Run(["run", "--accept-volume", .. At("2026-04-07")]).Expect(0);
        foreach (var verb in new[] { "worklist", "status" }) folder.Run([verb, .. At("2026-04-07")]).Expect(0).Err.ShouldNotContain("held back");
    }
}
