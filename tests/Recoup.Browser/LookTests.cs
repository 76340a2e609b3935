using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;
using Recoup.Tests;

namespace Recoup.Browser;

/// <summary>Every page at every width, by day and by night: complete, within its window, accessible, without a complaint of the browser.</summary>
[Collection("stage")]
public sealed class LookTests(Stage stage)
{
    private static readonly string Axe = Browsers.Missing is null ? File.ReadAllText(Browsers.Axe) : "";

    /// <summary>Address, and the heading that stands on it.</summary>
    private static readonly (string Path, string Heading)[] Pages =
    [
        ("/", "Dashboard"), ("/?portfolio=UK&currency=GBP", "Dashboard"), ("/worklist", "Worklist"), ("/worklist?owner=manager", "Worklist"),
        ("/accounts", "Accounts"), ("/accounts?q=R-03", "Accounts"), ("/accounts?q=nothing", "Accounts"),
        ($"/accounts/{SmallBusiness.Slow}", "Dorn Optics GmbH"),
        ($"/accounts/{SmallBusiness.Slow}?all=decisions&items=all", "Dorn Optics GmbH"), ("/accounts/D1007", "Birk Foods GmbH"),
        ("/callbacks", "Callbacks"), ("/notes", "Notes"), ("/files", "Files"),
        ("/figures", "Figures"), ("/plans", "Payment plans"), ("/plans?state=broken", "Payment plans"),
        ("/next-moves", "Next moves"), ("/next-moves?move=all", "Next moves"),
        ("/messages", "Messages"), ("/messages?status=unknown", "Messages"), ("/ageing", "Ageing"), ("/ageing?as-of=2026-01-31", "Ageing"),
        ("/ageing/61-90", "61-90 days past due"), ("/ageing/90+?portfolio=DACH", "90+ days past due"),
        ("/ageing/61-90?as-of=2026-01-31", "61-90 days past due"),
        ("/kpis", "KPIs"), ("/kpis/dso", "Days sales outstanding"), ("/kpis/cei", "Collection effectiveness index"), ("/kpis/roll_rate", "Roll rate"),
        ("/kpis/dso?by=portfolio&since=2025-12-31", "Days sales outstanding"),
        ("/kpis/recovery_at_90", "Recovered within 90 days"),
        ("/kpis/median_days_to_pay", "Median days from due date to payment"), ("/kpis/collection_cost", "Cost of collecting"),
        ("/cohorts", "Recovery by age"), ("/cohorts?portfolio=DACH&month=2025-10", "Recovery by age"),
        ("/kpis/proactive_collection_actions?by=channel", "Proactive collection actions"),
        ("/kpis/dso/events", "Events behind Days sales outstanding"), ("/policies", "Policies"),
        ("/kpis/proactive_collection_actions/events?only=channel%3Dcall", "Events behind Proactive collection actions"),
        ("/policies/1", "Policy version 1"), ("/audit", "Audit"), ("/status", "Status"), ("/users", "Users"), ("/access", "Access"), ("/webhooks", "Webhooks"),
    ];

    /// <summary>
    /// Each page is opened once and its window drawn narrower: whole at every width, accessible at the widest and the narrowest, by day and by
    /// night. All that is found is told at once.
    /// </summary>
    [BrowserFact]
    public async Task Every_page_is_clean_at_every_width()
    {
        var found = new ConcurrentBag<string>();
        string message;
        await using (var list = await stage.Open("/messages?status=sent")) message = (await list.Page.Locator("tbody th a").First.GetAttributeAsync("href"))!;
        await Side(Pages.Append((Path: message, Heading: "")), async one =>
        {
            await using var window = await stage.Open(one.Path);
            if (window.Status != 200) found.Add($"{one.Path}: status {window.Status}");
            var heading = await window.Page.Locator("h1").InnerTextAsync();
            if (heading != one.Heading && one.Path != message) found.Add($"{one.Path}: headed '{heading}'");
            await LookAt(window, one.Path, found.Add, night: true);
        });
        found.ShouldBeEmpty();
    }

    /// <summary>Every address with a page of its own is in the list above, so a page that comes is looked at too.</summary>
    [BrowserFact]
    public void No_page_is_left_out()
    {
        var routes = typeof(Server.WebPages).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes(typeof(RouteAttribute), false))
            .Cast<RouteAttribute>().Select(r => r.Template).ToList();
        routes.Count.ShouldBeGreaterThan(10);
        foreach (var route in routes)
        {
            var pattern = "^" + Regex.Replace(Regex.Escape(route), @"\\\{[^}]*}", "[^/]+") + "$";
            Pages.Select(p => p.Path.Split('?')[0]).Append("/messages/m-unknown").ShouldContain(path => Regex.IsMatch(path, pattern), route);
        }
    }

    [BrowserFact]
    public async Task An_empty_workspace_says_on_every_page_how_to_begin()
    {
        await using var site = await Site.Serve();
        var kept = await stage.Enter(site);
        var found = new ConcurrentBag<string>();
        string[] paths =
        [
            "/", "/worklist", "/accounts", "/messages", "/ageing", "/ageing/61-90", "/kpis", "/kpis/cei", "/cohorts", "/policies", "/audit", "/status",
        ];
        await Side(paths, async path =>
        {
            await using var window = await stage.Open(site, kept, path);
            if (window.Status != 200) found.Add($"empty {path}: status {window.Status}");
            await LookAt(window, "empty" + path, found.Add, night: false);
            var main = await window.Page.Locator("main").InnerTextAsync();
            var says = await window.Page.Locator("section.empty h2").CountAsync() > 0;
            if (!says && path is ("/" or "/worklist" or "/accounts" or "/messages" or "/ageing" or "/ageing/61-90"))
                found.Add($"empty {path}: says nothing of being empty");
            if (path == "/" && !main.Contains("recoup import", StringComparison.Ordinal)) found.Add("empty /: does not say how to begin");
        });
        found.ShouldBeEmpty();
    }

    /// <summary>An account of everything at once: a name longer than a line, six currencies, amounts of ten digits, a hold, a dispute, a promise.</summary>
    [BrowserFact]
    public async Task An_account_of_everything_is_whole()
    {
        await using var site = await stage.Copy();
        SmallBusiness.AddEverything(site.Folder);
        var kept = await stage.Enter(site);
        var found = new ConcurrentBag<string>();
        await Side(["/accounts/" + SmallBusiness.Everything, "/", "/ageing", "/ageing/90+", "/accounts?q=X", "/accounts?q=RE-2025", "/kpis"], async path =>
        {
            await using var window = await stage.Open(site, kept, path);
            await LookAt(window, "everything " + path, found.Add, night: false);
        });
        found.ShouldBeEmpty();
    }

    /// <summary>What stands there before one is let in, and where an address leads nowhere.</summary>
    [BrowserFact]
    public async Task Pages_of_few_words_are_clean()
    {
        var found = new ConcurrentBag<string>();
        await using (var outside = await stage.OpenOutside("/"))
        {
            outside.Status.ShouldBe(401);
            outside.Errors.Clear();
            await LookAt(outside, "outside", found.Add, night: true);
        }
        await Side(["/nothing", "/accounts/NOBODY", "/messages/m-00-00000000", "/kpis/dsoo", "/ageing/7-8", "/policies/99"], async path =>
        {
            await using var window = await stage.Open(path);
            // The browser complains of a status of 404 itself.
            if (window.Status == 404) window.Errors.Clear();
            await LookAt(window, path, found.Add, night: false);
        });
        found.ShouldBeEmpty();
    }

    /// <summary>Desk, laptops, a tablet held upright, a phone.</summary>
    private static readonly int[] Widths =
        Long.IsAsked ? [1920, 1440, 1366, 1280, 1281, 1153, 1024, 929, 900, 768, 641, 600, 481, 430, 390, 360] : [1440, 390];

    /// <summary>Tells each fault of a page. By night: where its colours are not those of another page that is looked at by night.</summary>
    private static async Task LookAt(Window window, string what, Action<string> tell, bool night)
    {
        var page = window.Page;
        await page.EvaluateAsync(Axe);
        await page.EvaluateAsync("document.fonts.ready.then(() => true)");
        if (!await page.EvaluateAsync<bool>("[...document.fonts].some(f => f.status === 'loaded')")) tell($"{what}: the fonts did not come");
        foreach (var width in Widths)
        {
            await page.SetViewportSizeAsync(width, width > 500 ? 900 : 844);
            foreach (var fault in await Faults(page)) tell($"{what} at {width}: {fault}");
            await Keep(page, what, new Look(width, Dark: false));
            if (width is not (1440 or 390)) continue;
            foreach (var fault in await Barriers(page, "{}")) tell($"{what} at {width}: {fault}");
            if (!night) continue;
            // By night only the colours are others.
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
            foreach (var fault in await Barriers(page, "{ runOnly: ['color-contrast'] }")) tell($"{what} at {width}, by night: {fault}");
            await Keep(page, what, new Look(width, Dark: true));
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        }
        foreach (var error in window.Errors) tell($"{what}: the browser complains: {error}");
    }

    /// <summary>
    /// What the eye would stumble over: something leads out of the window, a figure is cut or scrolled away, a tile is alone in its row, a day is broken
    /// over two lines, a table is no table to a phone.
    /// </summary>
    private static Task<string[]> Faults(IPage page) => page.EvaluateAsync<string[]>(
        """
        () => {
          const found = [], root = document.documentElement;
          const words = (e) => `${e.tagName.toLowerCase()}.${e.className} '${(e.value ?? e.textContent).trim().slice(0, 60)}'`;
          const cut = (e) => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1;
          if (root.scrollWidth > root.clientWidth) {
            const wide = [...document.querySelectorAll("main *")]
              .findLast((e) => e.getBoundingClientRect().right > root.clientWidth + 1 && !e.closest(".wide"));
            found.push(`wider than its window by ${root.scrollWidth - root.clientWidth}: ${wide ? words(wide) : ""}`);
          }
          const whole = '.wide:has(.ageing), .tile, .tile *, .balance dd, td, th, select, .top nav, .top nav a, .figure, .letter pre';
          for (const e of document.querySelectorAll(whole)) if (cut(e)) found.push(`cut: ${words(e)}`);
          if (root.clientWidth < 500) for (const e of document.querySelectorAll('.wide')) if (cut(e)) found.push(`scrolled sideways: ${e.ariaLabel}`);
          const tiles = [...document.querySelectorAll('.tile')];
          const alone = (e) => tiles.filter((o) => o.offsetTop === e.offsetTop).length === 1;
          if (tiles.length > 1) for (const e of tiles) if (alone(e)) found.push(`alone in its row: ${words(e)}`);
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
          while (walk.nextNode()) {
            const node = walk.currentNode;
            if (node.parentElement.closest('pre, code, script, svg, .hash, .cause')) continue;
            for (const day of node.data.matchAll(/\d{4}-\d{2}-\d{2}/g)) {
              range.setStart(node, day.index); range.setEnd(node, day.index + day[0].length);
              if (range.getClientRects().length > 1) found.push(`a day on two lines: ${node.data.trim().slice(0, 60)}`);
            }
          }
          return found;
        }
        """);

    private static async Task<IEnumerable<string>> Barriers(IPage page, string options)
    {
        var found = await page.EvaluateAsync<JsonElement>($"axe.run({options}).then(r => r.violations.map(v => `${{v.impact}} ${{v.id}}: "
            + $"${{v.nodes[0].html.slice(0, 200)}}`))");
        return found.EnumerateArray().Select(v => v.GetString()!)
            .Where(v => v.StartsWith("serious", StringComparison.Ordinal) || v.StartsWith("critical", StringComparison.Ordinal));
    }

    /// <summary>Two windows side by side: each is a process of the browser's, and one processor would wait.</summary>
    private static Task Side<T>(IEnumerable<T> all, Func<T, Task> look) =>
        Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (one, _) => await look(one));

    /// <summary>As it stands, at the width that it has.</summary>
    internal static async Task ShouldBeClean(Window window, string what)
    {
        var page = window.Page;
        await page.EvaluateAsync("document.fonts.ready.then(() => true)");
        await page.EvaluateAsync(Axe);
        (await Faults(page)).ShouldBeEmpty(what);
        (await Barriers(page, "{}")).ShouldBeEmpty(what);
        window.Errors.ShouldBeEmpty(what);
    }

    /// <summary>A picture for people, where RECOUP_SCREENSHOTS names a folder.</summary>
    internal static async Task Keep(IPage page, string path, Look look)
    {
        if (Environment.GetEnvironmentVariable("RECOUP_SCREENSHOTS") is not { Length: > 0 } folder) return;
        var name = string.Concat(path.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        await page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(folder, $"{look.Width}-{(look.Dark ? "dark" : "light")}-{name}.png"), FullPage = true,
        });
    }
}
