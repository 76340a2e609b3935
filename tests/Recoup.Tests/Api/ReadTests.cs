using Recoup.Core.Measures;
using Recoup.Tests.Cli;
using Recoup.Tests.Durability;

namespace Recoup.Tests.Api;

/// <summary>What the API answers is what the command line prints for the same folder.</summary>
public sealed class ReadTests(EveryKindFolder made) : IClassFixture<EveryKindFolder>
{
    [Theory]
    [InlineData("kpis", "kpi")]
    [InlineData("kpis?ids=dso,cei&as_of=2026-01-31&by=portfolio", "kpi dso cei --as-of 2026-01-31 --by portfolio")]
    [InlineData("kpis?ids=dso&from=2026-01-01&to=2026-02-09&every=week&by=portfolio,segment",
        "kpi dso --from 2026-01-01 --to 2026-02-09 --every week --by portfolio,segment")]
    [InlineData("kpis?ids=percent_current&window=30d&known_at=2026-02-05T12:00:00Z&as_of=2026-02-05",
        "kpi percent_current --window 30d --known-at 2026-02-05T12:00:00Z --as-of 2026-02-05")]
    [InlineData("ageing", "ageing")]
    [InlineData("ageing?as_of=2026-02-05&by=portfolio,segment", "ageing --as-of 2026-02-05 --by portfolio,segment")]
    [InlineData("ageing?by=account", "ageing --by account")]
    [InlineData("ageing?as_of=2026-02-05&known_at=2026-02-02T11:00:00Z", "ageing --as-of 2026-02-05 --known-at 2026-02-02T11:00:00Z")]
    [InlineData("ageing?in=USD", "ageing --in USD")]
    [InlineData("kpis?ids=dso&in=USD&by=portfolio", "kpi dso --in USD --by portfolio")]
    [InlineData("unworked", "unworked")]
    [InlineData("unworked?by=account&as_of=2026-03-31", "unworked --by account --as-of 2026-03-31")]
    [InlineData("unworked?by=portfolio,segment&as_of=2026-02-05", "unworked --by portfolio,segment --as-of 2026-02-05")]
    [InlineData("worklist", "worklist")]
    [InlineData("plans", "plans")]
    [InlineData("callbacks", "callbacks")]
    [InlineData("callbacks?state=missed&account=A3", "callbacks --state missed --account A3")]
    [InlineData("notes?account=A1", "notes --account A1")]
    [InlineData("files?account=A1", "files A1")]
    [InlineData("files", "files")]
    [InlineData("plans?state=cancelled&account=A7", "plans --state cancelled --account A7")]
    [InlineData("worklist?owner=agent&limit=1", "worklist --owner agent --limit 1")]
    [InlineData("decisions?account=A1", "explain A1")]
    [InlineData("decisions?account=A1&as_of=2026-02-05&limit=1", "explain A1 --as-of 2026-02-05 --limit 1")]
    [InlineData("decisions?account=A4", "explain A4")]
    public async Task An_answer_is_what_the_command_line_prints(string path, string command)
    {
        await using var server = await ApiServer.Start(made.Folder);
        var answered = (await server.Client.Get("/api/v1/" + path)).Expect(200);
        var printed = made.Folder.Run([.. command.Split(' '), "--format", "json"]).Expect(0).Out;
        answered.Body.ShouldBe(printed.TrimEnd('\n'));
        answered.Body.Length.ShouldBeGreaterThan(2, "an empty list shows nothing");
        if (path.StartsWith("kpis", StringComparison.Ordinal))
            long.Parse(answered.Response.Headers.GetValues("Recoup-Cells-Read").Single(), System.Globalization.CultureInfo.InvariantCulture)
                .ShouldBeGreaterThan(0);
        Revoke(made.Folder);
    }

    [Fact]
    public async Task Accounts_come_in_pages_and_one_by_one()
    {
        using var folder = made.Folder.Copy();
        await using var server = await ApiServer.Start(folder);
        var ids = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var page = (await server.Client.Get($"/api/v1/accounts?limit=2&after={Uri.EscapeDataString(next)}")).Expect(200).Json;
            page.GetProperty("accounts").GetArrayLength().ShouldBeLessThanOrEqualTo(2);
            ids.AddRange(page.GetProperty("accounts").EnumerateArray().Select(a => a.GetProperty("account").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        ids.ShouldBe(["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9"]);

        var account = (await server.Client.Get("/api/v1/accounts/A6?items=all")).Expect(200).Json;
        account.GetProperty("name").GetString().ShouldBe("Sechs & Söhne");
        account.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("number").GetString())
            .ShouldBe(["FEE-1", "INV-105", "INV-6", "INV-7", "INV-8"]);
        var ageing = folder.Run("ageing", "--by", "account", "--format", "json").Expect(0).Json.EnumerateArray()
            .Single(r => r.GetProperty("account").GetString() == "A6");
        account.GetProperty("sums")[0].GetProperty("total").GetString().ShouldBe(ageing.GetProperty("total").GetString());
        // Erased: what is owed is told, who owes it is not.
        (await server.Client.Get("/api/v1/accounts/A4")).Expect(200).Json.GetProperty("email").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        (await server.Client.Get("/api/v1/accounts/a6")).Expect(404).Code.ShouldBe("not_found");
        (await server.Client.Get("/api/v1/decisions?account=nobody")).Expect(404);
        await server.Client.Post("""{"type":"account","key":"slash","account":"Z/1"}""");
        (await server.Client.Get("/api/v1/accounts/Z%2F1")).Expect(200).Json.GetProperty("account").GetString().ShouldBe("Z/1");
    }

    [Theory]
    [InlineData("kpis?id=dso", "no parameter 'id'")]
    [InlineData("kpis?ids=dsoo", "did you mean dso")]
    [InlineData("kpis?as_of=yesterday", "write YYYY-MM-DD")]
    [InlineData("kpis?as_of=2026-01-01&as_of=2026-01-02", "stands twice")]
    [InlineData("kpis?as_of=2026-01-01&from=2026-01-01", "one or the other")]
    [InlineData("kpis?from=2026-02-01&to=2026-01-01", "before from")]
    [InlineData("kpis?to=2026-02-01", "need from")]
    [InlineData("kpis?from=2001-01-01&to=2026-02-01&every=week", "at most 1000")]
    [InlineData("kpis?window=long", "no span")]
    [InlineData("kpis?by=colour", "by takes portfolio, segment")]
    [InlineData("kpis?from=2026-01-01&every=day", "every takes week, month, quarter")]
    [InlineData("ageing?by=account,portfolio", "stands alone")]
    [InlineData("ageing?known_at=noon", "not an instant")]
    [InlineData("callbacks?state=done", "state takes open, missed, kept, late, cancelled, superseded")]
    [InlineData("plans?state=kept", "state takes open, late, missed, completed, broken, cancelled")]
    [InlineData("worklist?limit=0", "from 1 to 1000")]
    [InlineData("decisions", "account is missing")]
    public async Task A_question_that_can_not_be_answered_says_why(string path, string why)
    {
        using var folder = made.Folder.Copy();
        await using var server = await ApiServer.Start(folder);
        (await server.Client.Get("/api/v1/" + path)).Expect(400).Json.GetProperty("detail").GetString()!.ShouldContain(why);
    }

    [Fact]
    public async Task What_was_answered_before_is_not_sent_again_until_something_is_recorded()
    {
        using var folder = made.Folder.Copy();
        await using var server = await ApiServer.Start(folder);
        var tag = (await server.Client.Get("/api/v1/kpis?ids=dso")).Expect(200).Response.Headers.ETag!.Tag;
        var again = await server.Client.Get("/api/v1/kpis?ids=dso", tag);
        (again.Status, again.Body).ShouldBe((304, ""));
        (await server.Client.Post("""
            {"type":"invoice","key":"new","account":"A1","number":"NEW","issued_on":"2026-02-08","due_on":"2026-03-08","amount":"1000.00","currency":"EUR"}
            """)).Expect(200);
        var after = (await server.Client.Get("/api/v1/ageing", tag)).Expect(200);
        after.Response.Headers.ETag!.Tag.ShouldNotBe(tag);
        after.Body.ShouldBe(folder.Run("ageing", "--format", "json").Expect(0).Out.TrimEnd('\n'));
    }

    /// <summary>A user's own KPIs are files, which change without the journal.</summary>
    [Fact]
    public async Task Figures_of_a_catalogue_of_ones_own_have_no_tag()
    {
        using var folder = made.Folder.Copy();
        await using var server = await ApiServer.Start(folder, catalog: () => KpiCatalog.With([]));
        var answered = (await server.Client.Get("/api/v1/kpis?ids=dso", "\"x\"")).Expect(200);
        answered.Response.Headers.ETag.ShouldBeNull();
        (await server.Client.Get("/api/v1/ageing")).Expect(200).Response.Headers.ETag.ShouldNotBeNull();
    }

    [Fact]
    public async Task There_is_nothing_else()
    {
        using var folder = made.Folder.Copy();
        await using var server = await ApiServer.Start(folder);
        (await server.Client.Get("/api/v1/inputs")).Expect(404);
        (await server.Client.Get("/api/v2/kpis")).Expect(404).Code.ShouldBe("not_found");
    }

    /// <summary>The fixture's folder is shared: the next server of it makes its key under the same name.</summary>
    private static void Revoke(DataFolder folder)
    {
        using var store = folder.Open();
        new Storage.Work.ApiKeys(store).Revoke("tests", ApiServer.Now).ShouldBeTrue();
    }
}
