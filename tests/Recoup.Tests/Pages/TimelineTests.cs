using Recoup.Storage.Work;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Pages;

/// <summary>The timeline tells what happened in the order in which it happened, not in which it was entered.</summary>
public sealed class TimelineTests
{
    /// <summary>An hour is told at one place all over the page, and the place is named.</summary>
    [Fact]
    public async Task The_hour_of_a_callback_is_the_portfolios()
    {
        using var folder = new DataFolder();
        folder.Send("""
            {"type":"portfolio","key":"p","portfolio":"DE","creditor":"Muster","sender":"ar@muster.example","time_zone":"Europe/Berlin"}
            {"type":"account","key":"a","account":"A1","portfolio":"DE","phone":"+49301234567"}
            {"type":"callback","key":"c","account":"A1","at":"2026-02-12T09:00:00Z","agent":"ann"}
            """, "--now", "2026-02-10T08:00:00Z").Expect(0);
        await using var server = await Api.ApiServer.Start(folder);
        using var cookies = new HttpClientHandler { CookieContainer = new System.Net.CookieContainer() };
        using var browser = new HttpClient(cookies) { BaseAddress = new Uri(server.Address) };
        await browser.GetAsync(server.Link);
        var page = System.Text.RegularExpressions.Regex.Replace(await browser.GetStringAsync("/accounts/A1"), "<[^>]*>", "");
        page.ShouldNotContain("09:00");
        page.Split("2026-02-12 10:00 Europe/Berlin by ann").Length.ShouldBe(3, "in the head, and in the timeline");
    }

    [Fact]
    public void What_is_entered_late_stands_on_its_day()
    {
        using var folder = new DataFolder();
        folder.Send("""
            {"type":"account","key":"a","account":"A1","party":"P"}
            {"type":"account","key":"b","account":"B1","party":"P"}
            {"type":"invoice","key":"i1","account":"A1","number":"I1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"100.00","currency":"EUR"}
            """, "--now", "2026-04-01T10:00:00Z").Expect(0);
        folder.Send("""{"type":"payment","key":"p","account":"A1","on":"2026-04-05","amount":"40.00","currency":"EUR"}""",
            "--now", "2026-04-05T10:00:00Z").Expect(0);
        // Entered last: an invoice from before both, and another account's, which is no matter of this one.
        folder.Send("""
            {"type":"invoice","key":"i0","account":"A1","number":"I0","issued_on":"2026-02-01","due_on":"2026-02-28","amount":"10.00","currency":"EUR"}
            {"type":"payment","key":"late","account":"A1","on":"2026-03-15","amount":"5.00","currency":"EUR"}
            {"type":"invoice","key":"ib","account":"B1","number":"B9","issued_on":"2026-03-10","due_on":"2026-03-31","amount":"7.00","currency":"EUR"}
            """, "--now", "2026-04-06T10:00:00Z").Expect(0);
        using var store = folder.Open();
        var pages = new PageReadings(store);
        var state = store.Party("P")!.Value.State;
        var rows = pages.Timeline(state, "A1", null, 100).Rows;
        string[] told = ["payment_received 2026-04-05", "payment_received 2026-03-15", "invoice_issued 2026-03-01", "invoice_issued 2026-02-01"];
        rows.Where(r => r.Kind is "payment_received" or "invoice_issued").Select(r => $"{r.Kind} {r.EffectiveOn:yyyy-MM-dd}").ShouldBe(told);
        rows.Select(r => r.EffectiveOn).ShouldBe(rows.Select(r => r.EffectiveOn).OrderDescending());
        rows.ShouldAllBe(r => r.Account == "A1");

        // Page by page it is the same.
        var paged = new List<long>();
        string? after = null;
        do
        {
            var page = pages.Timeline(state, "A1", after, 2);
            page.Rows.Count.ShouldBeLessThanOrEqualTo(2);
            paged.AddRange(page.Rows.Select(r => r.Seq));
            after = page.Next;
        }
        while (after is not null);
        paged.ShouldBe(rows.Select(r => r.Seq));
    }
}
