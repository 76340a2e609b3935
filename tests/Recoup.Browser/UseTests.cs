using Microsoft.Playwright;

namespace Recoup.Browser;

/// <summary>By keyboard alone, on paper, without scripts, from a shared link, and when something fails.</summary>
[Collection("stage")]
public sealed class UseTests(Stage stage)
{
    [BrowserFact]
    public async Task The_keyboard_is_enough()
    {
        await using var window = await stage.Open("/");
        var page = window.Page;
        await page.Keyboard.PressAsync("Tab");
        (await Focused(page)).ShouldBe("Skip to content");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("?");
        (await page.Locator("#keys").IsVisibleAsync()).ShouldBeTrue();
        await page.Keyboard.PressAsync("Escape");
        (await page.Locator("#keys").IsVisibleAsync()).ShouldBeFalse();
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("w");
        await page.Reaches("/worklist");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("k");
        var first = await page.Locator("[data-open]").First.InnerTextAsync();
        (await Focused(page)).ShouldBe(first);
        (await page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle")).ShouldBe("solid");
        await page.Keyboard.PressAsync("Enter");
        await page.Reaches("/accounts/*");
        (await page.Locator("h1").InnerTextAsync()).ShouldBe(first);
    }

    [BrowserFact]
    public async Task An_agent_works_by_keyboard_alone()
    {
        await using var site = await stage.Copy();
        await using var window = await stage.Open(site, await stage.Enter(site), "/worklist");
        var page = window.Page;
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Enter");
        await page.Reaches("/accounts/*?work=*");
        var first = await page.Locator("h1").InnerTextAsync();

        await Enter(page, "c", "minutes", "5");
        (await page.Locator(".timeline").InnerTextAsync()).ShouldContain("Contact: call, outbound");
        await page.Keyboard.PressAsync("p");
        (await page.EvaluateAsync<string>("document.activeElement.name")).ShouldBe("due_on");
        await page.Keyboard.TypeAsync("02202026");
        await To(page, "amount");
        await page.Keyboard.TypeAsync("a lot");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".wrong").WaitForAsync();
        await LookTests.ShouldBeClean(window, "a refusal");
        await LookTests.Keep(page, "refusal", Look.Desk);
        // The field that was wrong has the focus, and the day stands there still.
        (await page.EvaluateAsync<string>("document.activeElement.name")).ShouldBe("amount");
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("12.50");
        await Sent(page);
        (await page.Locator("main").InnerTextAsync()).ShouldContain("Promised 12.50\u00a0GBP by 2026-02-20");
        await Enter(page, "d", "reason", "quality");
        (await page.Locator("main").InnerTextAsync()).ShouldContain("Disputes the whole account since 2026-02-16");
        await Enter(page, "h", "reason", "requested");
        (await page.Locator("main").InnerTextAsync()).ShouldContain("On hold from 2026-02-16 on");
        await LookTests.Keep(page, "agent", Look.Desk);

        await page.Keyboard.PressAsync("n");
        await Assertions.Expect(page.Locator("h1")).Not.ToHaveTextAsync(first, new() { Timeout = 60_000 });
        // On to the last, whose link leads back to the list.
        for (var i = 0; i < 50 && await page.Locator("a[data-next][href^='/accounts/']").CountAsync() > 0; i++)
        {
            var before = page.Url;
            await page.Keyboard.PressAsync("n");
            await page.WaitForFunctionAsync("before => location.href !== before && document.readyState === 'complete'", before);
        }
        await page.Keyboard.PressAsync("n");
        await page.Reaches("/worklist");
        window.Errors.ShouldBeEmpty();
    }

    /// <summary>Opens a form by its key, goes on to a field, writes there and sends it.</summary>
    private static async Task Enter(IPage page, string key, string field, string text)
    {
        await page.Keyboard.PressAsync(key);
        await To(page, field);
        await page.Keyboard.TypeAsync(text);
        await Sent(page);
    }

    private static async Task To(IPage page, string field)
    {
        for (var i = 0; i < 20 && await page.EvaluateAsync<string?>("document.activeElement.name") != field; i++) await page.Keyboard.PressAsync("Tab");
        (await page.EvaluateAsync<string?>("document.activeElement.name")).ShouldBe(field);
    }

    private static async Task Sent(IPage page)
    {
        var before = page.Url;
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForFunctionAsync("before => location.href !== before && document.readyState === 'complete'", before);
        page.Url.ShouldContain("said=");
    }

    [BrowserFact]
    public async Task Everything_that_can_be_clicked_can_be_reached_and_shows_it()
    {
        await using var window = await stage.Open($"/accounts/{SmallBusiness.Slow}");
        var page = window.Page;
        var wanted = await page.EvaluateAsync<int>("[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, "
            + "summary')].filter(e => e.checkVisibility()).length");
        var reached = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < wanted + 40; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var at = await page.EvaluateAsync<string?>("(() => { const e = document.activeElement; if (!e.matches('a[href], "
                + "button, input, select, summary')) return null; e.dataset.n ??= String(document.querySelectorAll('[data-n]').length); "
                + "return e.dataset.n + (getComputedStyle(e).outlineStyle === 'none' ? ' without outline: ' + e.outerHTML : ''); })()");
            if (at is not null) reached.Add(at);
        }
        reached.Where(r => r.Contains("without", StringComparison.Ordinal)).ShouldBeEmpty();
        reached.Count.ShouldBe(wanted);
    }

    [BrowserFact]
    public async Task Light_or_dark_is_chosen_and_kept()
    {
        await using var window = await stage.Open("/kpis");
        var page = window.Page;
        Task<string> Paper() => page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        var light = await Paper();
        await page.GetByRole(AriaRole.Button, new() { Name = "Light or dark" }).ClickAsync();
        var dark = await Paper();
        dark.ShouldNotBe(light);
        await page.GotoAsync("/audit");
        (await Paper()).ShouldBe(dark);
    }

    [BrowserFact]
    public async Task A_page_prints_without_what_only_a_screen_can_use()
    {
        await using var window = await stage.Open($"/accounts/{SmallBusiness.Slow}", new Look(1440, Dark: true));
        await window.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        foreach (var gone in new[] { ".top", ".entry-box", ".filters", ".crumb" }) (await window.Page.Locator(gone).First.IsVisibleAsync()).ShouldBeFalse(gone);
        (await window.Page.Locator("article.reasoned").First.IsVisibleAsync()).ShouldBeTrue();
        (await window.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor")).ShouldBe("rgb(255, 255, 255)");
        (await window.Page.PdfAsync()).Length.ShouldBeGreaterThan(10_000);
        // A sheet of A4: charts beside each other, a row of the worklist in one row.
        await window.Page.SetViewportSizeAsync(794, 1123);
        const string inARow = "(of) => new Set([...document.querySelectorAll(of)].map(e => Math.round(e.getBoundingClientRect().top))).size === 1";
        await window.Page.GotoAsync("/");
        (await window.Page.EvaluateAsync<bool>(inARow, ".chart")).ShouldBeTrue();
        await window.Page.GotoAsync("/worklist");
        (await window.Page.EvaluateAsync<bool>(inARow, ".worklist > li:first-child > :not(.act)")).ShouldBeTrue();
    }

    [BrowserFact]
    public async Task Without_scripts_everything_still_works()
    {
        await using var site = await stage.Copy();
        await using var window = await stage.Open(site, await stage.Enter(site), "/", new Look(1440, Dark: false, Script: false));
        var page = window.Page;
        await page.GetByLabel("Portfolio").SelectOptionAsync("UK");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.Reaches("*portfolio=UK*");
        (await page.Locator("svg[role=img]").CountAsync()).ShouldBeGreaterThan(3);
        await page.GotoAsync("/audit");
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify now" }).ClickAsync();
        for (var i = 0; i < 50 && await page.GetByText("Everything agrees").CountAsync() == 0; i++)
        {
            await Task.Delay(100);
            await page.GotoAsync("/audit");
        }
        (await page.GetByText("Everything agrees").CountAsync()).ShouldBe(1);
    }

    [BrowserFact]
    public async Task A_link_shows_somebody_else_the_same()
    {
        await using var mine = await stage.Open("/");
        await mine.Page.GetByLabel("Portfolio").SelectOptionAsync("UK");
        await mine.Page.Reaches("*portfolio=UK*");
        await using var theirs = await stage.Open(new Uri(mine.Page.Url).PathAndQuery);
        (await theirs.Page.Locator("main").InnerTextAsync()).ShouldBe(await mine.Page.Locator("main").InnerTextAsync());
        (await theirs.Page.GetByLabel("Portfolio").InputValueAsync()).ShouldBe("UK");
    }

    [BrowserFact]
    public async Task A_page_that_takes_its_time_says_so()
    {
        await using var window = await stage.Open("/");
        var page = window.Page;
        // A page that is left can't be asked any more: it notes for the next one that it said so.
        await page.EvaluateAsync("new MutationObserver(() => { if ('busy' in document.documentElement.dataset) sessionStorage.setItem('said', 'yes'); "
            + "}).observe(document.documentElement, { attributes: true })");
        await page.GetByRole(AriaRole.Link, new() { Name = "KPIs" }).ClickAsync();
        await page.Reaches("/kpis");
        (await page.EvaluateAsync<string?>("sessionStorage.getItem('said')")).ShouldBe("yes");
        (await page.EvaluateAsync<bool>("'busy' in document.documentElement.dataset")).ShouldBeFalse();
    }

    [BrowserFact]
    public async Task What_fails_says_what_and_how_to_mend_it()
    {
        await using var site = await stage.Copy();
        var kept = await stage.Enter(site);
        await using (var missing = await stage.Open(site, kept, "/nothing"))
        {
            missing.Status.ShouldBe(404);
            (await missing.Page.Locator("h1").InnerTextAsync()).ShouldBe("There is no such page");
        }
        foreach (var path in new[] { "/accounts/NOBODY", "/messages/m-00-00000000", "/kpis/dsoo", "/ageing/8-7" })
        {
            await using var unknown = await stage.Open(site, kept, path);
            (await unknown.Page.Locator("h1").InnerTextAsync()).ShouldStartWith("There is no");
        }
        using (var db = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(site.Folder, "recoup.db")};Pooling=False"))
        {
            db.Open();
            using var command = db.CreateCommand();
            command.CommandText = "INSERT INTO meta(name, value) VALUES('state_stale', 'yes')";
            command.ExecuteNonQuery();
        }
        await using var window = await stage.Open(site, kept, "/");
        window.Status.ShouldBe(500);
        (await window.Page.Locator("main").InnerTextAsync()).ShouldContain("Run recoup rebuild once");
        window.Errors.RemoveAll(e => e.Contains("500", StringComparison.Ordinal));
        await LookTests.ShouldBeClean(window, "a failure");
        await LookTests.Keep(window.Page, "failure", Look.Desk);
    }

    private static Task<string> Focused(IPage page) => page.EvaluateAsync<string>("document.activeElement.innerText");
}
