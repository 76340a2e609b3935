using System.Net;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Api;

/// <summary>Another basis is asked for by option, parameter and page alike.</summary>
public sealed class KpiBasisReadTests
{
    private const string Facts = """
        {"type":"account","key":"a-1","account":"A1","portfolio":"EU","kind":"business"}
        {"type":"invoice","key":"i-1","account":"A1","number":"I-1","issued_on":"2026-02-01","due_on":"2026-03-31","amount":"800.00","currency":"EUR"}
        {"type":"charge","key":"c-1","account":"A1","invoice":"I-1","on":"2026-03-01","due_on":"2026-04-30","kind":"cost","amount":"200.00","currency":"EUR"}
        {"type":"charge","key":"c-2","account":"A1","on":"2026-03-02","kind":"fee","amount":"50.00","currency":"EUR"}
        {"type":"waiver","key":"w-1","account":"A1","charge":"c-2","on":"2026-03-03","amount":"25.00","currency":"EUR"}
        {"type":"waiver_reversed","key":"w-2","account":"A1","charge":"c-2","on":"2026-03-04","amount":"5.00","currency":"EUR","reason":"error"}
        {"type":"charge","key":"c-3","account":"A1","on":"2026-03-02","kind":"fee","amount":"7.00","currency":"EUR"}
        {"type":"charge_cancelled","key":"c-4","account":"A1","charge":"c-3","on":"2026-03-05"}
        {"type":"payment","key":"p-1","account":"A1","on":"2026-02-03","amount":"100.00","currency":"EUR","for":[]}
        """;

    [Fact]
    public async Task A_figure_on_the_basis_crf_says_so_wherever_it_is_asked_for()
    {
        using var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-03-31T08:00:00Z").Expect(0);
        var row = folder.Run("kpi", "dso", "--basis", "crf", "--as-of", "2026-03-31", "--format", "json").Expect(0).Json[0];
        row.GetProperty("basis").GetString().ShouldBe("crf");
        row.GetProperty("denominator").GetString().ShouldBe("1030.00");
        var own = folder.Run("kpi", "dso", "--as-of", "2026-03-31", "--format", "json").Expect(0).Json[0];
        own.TryGetProperty("basis", out _).ShouldBeFalse();
        own.GetProperty("denominator").GetString().ShouldBe("800.00");
        folder.Run("kpi", "recovery_rate", "--basis", "crf").Expect(2).Err.ShouldContain("is not computed on the basis crf");
        folder.Run("kpi", "dso", "--basis", "other").Expect(2);

        await using var server = await ApiServer.Start(folder);
        var answered = (await server.Client.Get("/api/v1/kpis?ids=dso&basis=crf&as_of=2026-03-31")).Expect(200).Json[0];
        (answered.GetProperty("basis").GetString(), answered.GetProperty("value").GetDecimal()).ShouldBe(("crf", row.GetProperty("value").GetDecimal()));
        (await server.Client.Get("/api/v1/kpis?ids=recovery_rate&basis=crf")).Expect(400);
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(server.Address) };
        await browser.GetAsync(server.Link);
        var page = await browser.GetStringAsync("/kpis/dso");
        page.ShouldContain("Only this figure may be held against these.");
        page.ShouldContain("38.04 days");
        (await browser.GetStringAsync("/kpis/recovery_rate")).ShouldNotContain("Credit Research Foundation");
    }
}
