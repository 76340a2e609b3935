using System.Text.Json;
using Microsoft.Playwright;

namespace Recoup.Browser;

/// <summary>Every page at both widths, by day and by night: complete, within its window, accessible, without a complaint of the browser.</summary>
[Collection("stage")]
public sealed class LookTests(Stage stage)
{
    private static string Axe => File.ReadAllText(Browsers.Axe);

    /// <summary>Address, and the heading that stands on it.</summary>
    private static readonly (string Path, string Heading)[] Pages =
    [
        ("/", "Dashboard"), ("/?portfolio=UK&currency=GBP", "Dashboard"), ("/worklist", "Worklist"), ("/worklist?owner=manager", "Worklist"), ("/accounts", "Accounts"), ("/accounts?q=R-03", "Accounts"),
        ("/accounts?q=nothing", "Accounts"), ($"/accounts/{SmallBusiness.Slow}", "Dorn Optics GmbH"), ($"/accounts/{SmallBusiness.Slow}?all=decisions&items=all", "Dorn Optics GmbH"), ("/accounts/D1007", "Birk Foods GmbH"), ("/messages", "Messages"),
        ("/messages?status=unknown", "Messages"), ("/ageing", "Ageing"), ("/ageing?as-of=2026-01-31", "Ageing"), ("/ageing/61-90", "61-90 days past due"), ("/ageing/90+?portfolio=DACH", "90+ days past due"), ("/ageing/61-90?as-of=2026-01-31", "61-90 days past due"), ("/kpis", "KPIs"), ("/kpis/dso", "Days sales outstanding"),
        ("/kpis/cei", "Collection effectiveness index"), ("/kpis/roll_rate", "Roll rate"), ("/kpis/dso/events", "Events behind Days sales outstanding"), ("/audit", "Audit"), ("/status", "Status"),
    ];

    public static TheoryData<string, string> Addresses
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (path, heading) in Pages) data.Add(path, heading);
            return data;
        }
    }

    [BrowserTheory]
    [MemberData(nameof(Addresses))]
    public async Task A_page_is_clean(string path, string heading)
    {
        await Side(Look.All, async look =>
        {
            await using var window = await stage.Open(path, look);
            window.Status.ShouldBe(200);
            (await window.Page.Locator("h1").InnerTextAsync()).ShouldBe(heading);
            await ShouldBeClean(window, $"{path} {look}");
            await Keep(window.Page, path, look);
        });
    }

    [BrowserFact]
    public async Task An_empty_workspace_says_on_every_page_how_to_begin()
    {
        await using var site = await Site.Serve();
        var kept = await stage.Enter(site);
        var paths = new[] { "/", "/worklist", "/accounts", "/messages", "/ageing", "/ageing/61-90", "/kpis", "/kpis/cei", "/audit", "/status" };
        await Side(paths.SelectMany(_ => new[] { Look.Desk, Look.Phone }, (path, look) => (path, look)), async one =>
        {
            var (path, look) = one;
            await using var window = await stage.Open(site, kept, path, look);
            window.Status.ShouldBe(200, path);
            await ShouldBeClean(window, $"empty {path} {look}");
            await Keep(window.Page, "empty" + path, look);
            if (path is "/" or "/worklist" or "/accounts" or "/messages" or "/ageing" or "/ageing/61-90") (await window.Page.Locator("section.empty h2").InnerTextAsync()).ShouldNotBeEmpty(path);
            if (path == "/") (await window.Page.Locator("main").InnerTextAsync()).ShouldContain("recoup import");
        });
    }

    /// <summary>Between desk and phone: laptops and tablets held upright.</summary>
    [BrowserTheory]
    [InlineData(1280)]
    [InlineData(1024)]
    public async Task A_page_is_whole_at_the_widths_between(int width)
    {
        await Side(Pages, async one =>
        {
            var look = new Look(width, Dark: false);
            await using var window = await stage.Open(one.Path, look);
            await ShouldBeWhole(window, $"{one.Path} {look}");
            await Keep(window.Page, one.Path, look);
        });
    }

    /// <summary>Nothing leads out of the window, and no figure of the ageing or of a tile is cut, scrolled away or alone in its row.</summary>
    private static async Task ShouldBeWhole(Window window, string what)
    {
        var page = window.Page;
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth")).ShouldBeLessThanOrEqualTo(0, $"{what}: wider than its window");
        (await page.EvaluateAsync<string[]>("[...document.querySelectorAll('.wide:has(.ageing), .tile, .tile *, .balance dd')].filter(e => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1).map(e => `${e.className} ${e.textContent.trim().slice(0, 60)}`)")).ShouldBeEmpty($"{what}: cut");
        (await page.EvaluateAsync<int>("(t => t.length < 2 ? 0 : t.filter(e => t.filter(o => o.offsetTop === e.offsetTop).length === 1).length)([...document.querySelectorAll('.tile')])")).ShouldBe(0, $"{what}: a tile alone in its row");
    }

    /// <summary>Two windows side by side: each is a process of the browser's, and one processor would wait.</summary>
    private static Task Side<T>(IEnumerable<T> all, Func<T, Task> look) =>
        Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (one, _) => await look(one));

    internal static async Task ShouldBeClean(Window window, string what)
    {
        var page = window.Page;
        await page.EvaluateAsync("document.fonts.ready.then(() => true)");
        await ShouldBeWhole(window, what);
        (await page.EvaluateAsync<bool>("[...document.fonts].filter(f => f.status === 'loaded').length > 0")).ShouldBeTrue($"{what}: the fonts did not come");
        await page.EvaluateAsync(Axe);
        var found = await page.EvaluateAsync<JsonElement>("axe.run().then(r => r.violations.map(v => `${v.impact} ${v.id}: ${v.nodes[0].html.slice(0, 200)}`))");
        found.EnumerateArray().Select(v => v.GetString()!).Where(v => v.StartsWith("serious", StringComparison.Ordinal) || v.StartsWith("critical", StringComparison.Ordinal)).ShouldBeEmpty(what);
        window.Errors.ShouldBeEmpty(what);
    }

    /// <summary>A picture for people, where RECOUP_SCREENSHOTS names a folder.</summary>
    internal static async Task Keep(IPage page, string path, Look look)
    {
        if (Environment.GetEnvironmentVariable("RECOUP_SCREENSHOTS") is not { Length: > 0 } folder) return;
        var name = string.Concat(path.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{look.Width}-{(look.Dark ? "dark" : "light")}-{name}.png"), FullPage = true });
    }
}
