using System.Globalization;
using Microsoft.Playwright;

namespace Recoup.Browser;

/// <summary>What people come for, from the first page to the answer.</summary>
[Collection("stage")]
public sealed class JourneyTests(Stage stage)
{
    [BrowserFact]
    public async Task Why_was_this_customer_written_to()
    {
        await using var window = await stage.Open("/");
        var page = window.Page;
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync(SmallBusiness.Slow);
        await page.Keyboard.PressAsync("Enter");
        await page.Reaches($"/accounts/{SmallBusiness.Slow}");
        var card = page.Locator("article.reasoned", new() { HasText = "email '" }).First;
        var said = await card.InnerTextAsync();
        foreach (var part in new[] { "Because step", "overdue in", "of 100", "strategy", "Contact gate", "released, cleared a second time" })
            said.ShouldContain(part);
        await card.Locator("a[href^='/messages/']").ClickAsync();
        await page.Reaches("/messages/m-*");
        (await page.Locator(".letter").InnerTextAsync()).ShouldContain("Muster Werkzeuge GmbH");
        (await page.Locator("article.reasoned").InnerTextAsync()).ShouldContain("Because step");
    }

    [BrowserFact]
    public async Task Which_invoices_make_up_the_61_90_bucket()
    {
        await using var window = await stage.Open("/");
        var page = window.Page;
        var figure = page.Locator("a[href='/ageing/61-90?currency=EUR']");
        var amount = await figure.InnerTextAsync();
        await figure.ClickAsync();
        await page.Reaches("/ageing/61-90?currency=EUR");
        var open = await page.Locator("td[data-label='Open']").AllInnerTextsAsync();
        open.Count.ShouldBeGreaterThan(1);
        open.Sum(Amount).ShouldBe(Amount(amount));
        foreach (var days in await page.Locator("td[data-label='Days past due']").AllInnerTextsAsync())
            int.Parse(days, CultureInfo.InvariantCulture).ShouldBeInRange(61, 90);
        var csv = await (await page.APIRequest.GetAsync(stage.Address + await page.GetByText("CSV").GetAttributeAsync("href"))).TextAsync();
        csv.Trim().Split('\n').Length.ShouldBe(open.Count + 1);
    }

    [BrowserFact]
    public async Task Figures_of_a_day_gone_by_are_those_of_that_day()
    {
        await using var window = await stage.Open("/ageing?as-of=2026-01-31");
        var page = window.Page;
        var figure = page.Locator("td[data-label='61-90'] a").First;
        var amount = await figure.InnerTextAsync();
        await figure.ClickAsync();
        await page.Reaches("/ageing/61-90?*as-of=2026-01-31*");
        (await page.Locator("td[data-label='Open']").AllInnerTextsAsync()).Sum(Amount).ShouldBe(Amount(amount));
    }

    [BrowserFact]
    public async Task Work_is_closed_with_what_came_of_it()
    {
        await using var site = await stage.Copy();
        await using var window = await stage.Open(site, await stage.Enter(site), "/worklist");
        var page = window.Page;
        var before = await page.Locator(".worklist > li").CountAsync();
        before.ShouldBeGreaterThan(1);
        var first = page.Locator(".worklist > li").First;
        await first.Locator("summary").ClickAsync();
        await first.GetByLabel("What came of it").FillAsync("promised to pay");
        await first.GetByRole(AriaRole.Button, new() { Name = "Close it" }).ClickAsync();
        await page.Reaches("/worklist?said=*");
        (await page.GetByRole(AriaRole.Status).InnerTextAsync()).ShouldContain("is closed");
        (await page.Locator(".worklist > li").CountAsync()).ShouldBe(before - 1);
        await page.GotoAsync("/worklist");
        (await page.GetByRole(AriaRole.Status).CountAsync()).ShouldBe(0);
    }

    [BrowserFact]
    public async Task A_message_of_unknown_fate_is_settled_by_a_person_once()
    {
        await using var site = await stage.Copy();
        await using var window = await stage.Open(site, await stage.Enter(site), "/messages?status=unknown");
        var page = window.Page;
        await page.Locator("a[href^='/messages/m-']").First.ClickAsync();
        await page.GetByText("I know what became of it").ClickAsync();
        await LookTests.ShouldBeClean(window, "settling");
        await page.Locator("select[name='outcome']").SelectOptionAsync("sent");
        await page.GetByLabel("How you know").FillAsync("in the relay's log");
        await page.GetByRole(AriaRole.Button, new() { Name = "Settle it" }).ClickAsync();
        await page.Reaches("*?said=*");
        (await page.GetByRole(AriaRole.Status).InnerTextAsync()).ShouldContain("is settled");
        // Settled is settled: there is nothing left to enter, and the list is empty.
        (await page.GetByText("I know what became of it").CountAsync()).ShouldBe(0);
        (await page.Locator(".timeline, main").First.InnerTextAsync()).ShouldContain("in the relay's log");
        await page.GotoAsync("/messages?status=unknown");
        (await page.Locator("a[href^='/messages/m-']").CountAsync()).ShouldBe(0);
        window.Errors.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task A_hold_is_placed_refused_twice_and_released()
    {
        await using var site = await stage.Copy();
        await using var window = await stage.Open(site, await stage.Enter(site), $"/accounts/{SmallBusiness.Slow}");
        var page = window.Page;
        async Task Place()
        {
            await page.GetByText("A hold", new() { Exact = true }).ClickAsync();
            await page.GetByLabel("To, included").FillAsync("2026-03-31");
            await page.Locator("form:has(input[name='_handler'][value='hold'])").GetByLabel("Reason").FillAsync("requested");
            await page.GetByRole(AriaRole.Button, new() { Name = "Place the hold" }).ClickAsync();
        }

        await Place();
        await page.Reaches("*?said=*");
        (await page.Locator(".note.warn").First.InnerTextAsync()).ShouldContain("On hold from 2026-02-16 to 2026-03-31: requested");
        await Place();
        // The refusal stands in the form, which is open still with what was entered.
        (await page.GetByRole(AriaRole.Alert).InnerTextAsync()).ShouldContain("holds may touch, not overlap");
        (await page.Locator("form:has(input[name='_handler'][value='hold'])").GetByLabel("Reason").InputValueAsync()).ShouldBe("requested");
        await page.GetByText("Release the hold of 2026-02-16").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Release it" }).ClickAsync();
        // The address before was of something said as well.
        await Assertions.Expect(page.GetByText("On hold from")).ToHaveCountAsync(0, new() { Timeout = 60_000 });
        await page.Reaches("*?said=*");
        window.Errors.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task A_German_reader_writes_amounts_and_times_as_at_home()
    {
        await using var site = await stage.Copy();
        await using var window = await stage.Open(site, await stage.Enter(site), $"/accounts/{SmallBusiness.Slow}",
            new Look(1440, Dark: false, Language: "de-DE"));
        var page = window.Page;
        await page.GetByText("A promise to pay", new() { Exact = true }).ClickAsync();
        (await page.GetByLabel("Amount").GetAttributeAsync("placeholder")).ShouldBe("100,00");
        await page.GetByLabel("By", new() { Exact = true }).FillAsync("2026-03-02");
        await page.GetByLabel("Amount").FillAsync("197,66");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the promise" }).ClickAsync();
        await page.Reaches("*?said=*");
        (await page.Locator("main").InnerTextAsync()).ShouldContain("197.66");
        await page.GotoAsync($"/accounts/{SmallBusiness.Slow}");
        await page.GetByText("A contact", new() { Exact = true }).ClickAsync();
        await page.Locator("details[open]").GetByLabel("When (Europe/Berlin)").FillAsync("2026-02-16T09:45");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the contact" }).ClickAsync();
        await page.Reaches("*?said=*");
        using var db = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(site.Folder, "recoup.db")};Pooling=False");
        db.Open();
        using var told = db.CreateCommand();
        told.CommandText = "SELECT json_extract(CAST(payload AS TEXT), '$.at') FROM journal WHERE kind = 'contact_made' ORDER BY recorded_at DESC LIMIT 1";
        ((string)told.ExecuteScalar()!).ShouldStartWith("2026-02-16T08:45");
        window.Errors.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task A_promise_stops_reminders_and_a_wrong_amount_is_refused_in_words()
    {
        await using var site = await stage.Copy();
        await using var window = await stage.Open(site, await stage.Enter(site), $"/accounts/{SmallBusiness.Slow}");
        var page = window.Page;
        await page.GetByText("A promise to pay", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("By", new() { Exact = true }).FillAsync("2026-02-20");
        await page.GetByLabel("Amount").FillAsync("12.34,5");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the promise" }).ClickAsync();
        // What was wrong stands beside its field, which is where one goes on.
        (await page.GetByRole(AriaRole.Alert).InnerTextAsync()).ShouldBe("Not taken: mend what is marked");
        (await page.Locator(".field:has([name='amount']) .wrong").InnerTextAsync())
            .ShouldBe("'12.34,5' is not an amount: marks between thousands stand before each three digits; write 1234.50");
        (await page.EvaluateAsync<string>("document.activeElement.name")).ShouldBe("amount");
        await page.GetByLabel("Amount").FillAsync("12.50");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the promise" }).ClickAsync();
        await page.Reaches("*?said=*");
        (await page.Locator("main").InnerTextAsync()).ShouldContain("Promised 12.50\u00a0EUR by 2026-02-20");
        (await page.Locator(".timeline li").First.InnerTextAsync()).ShouldContain("by ann");
    }

    [BrowserFact]
    public async Task Two_accounts_become_one_customer()
    {
        await using var site = await stage.Copy();
        await using var window = await stage.Open(site, await stage.Enter(site), $"/accounts/{SmallBusiness.Slow}");
        var page = window.Page;
        async Task Join(string with)
        {
            await page.GetByText("This is the same customer as …", new() { Exact = true }).ClickAsync();
            await page.GetByLabel("The other account").FillAsync(with);
            await page.GetByRole(AriaRole.Button, new() { Name = "Make them one customer" }).ClickAsync();
        }

        await Join("D9999");
        (await page.Locator(".field:has([name='with']) .wrong, [role='alert']").AllInnerTextsAsync())
            .ShouldContain(t => t.Contains("account D9999", StringComparison.Ordinal));
        await page.GotoAsync($"/accounts/{SmallBusiness.Slow}");
        await Join(SmallBusiness.Id(1));
        await page.Reaches("*?said=*");
        (await page.Locator("main").InnerTextAsync()).ShouldContain("The accounts are one customer's from now on.");
        window.Errors.ShouldBeEmpty();
        await page.GotoAsync($"/accounts/{SmallBusiness.Id(1)}");
        (await page.Locator(".timeline").InnerTextAsync()).ShouldContain("the same customer");
    }

    [BrowserFact]
    public async Task A_call_is_recorded_and_closes_the_work_it_was_for()
    {
        await using var site = await stage.Copy();
        await using var window = await stage.Open(site, await stage.Enter(site), $"/accounts/{SmallBusiness.Slow}");
        var page = window.Page;
        (await page.GetByText("Close the work item: call").CountAsync()).ShouldBe(1);
        await page.GetByText("A contact", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("Outcome").SelectOptionAsync("right_party");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record the contact" }).ClickAsync();
        await page.Reaches("*?said=*");
        (await page.GetByText("Close the work item: call").CountAsync()).ShouldBe(0);
        (await page.Locator(".timeline").InnerTextAsync()).ShouldContain("Contact: call, outbound");
    }

    [BrowserFact]
    public async Task A_kpi_says_what_it_means_and_its_chart_has_its_table()
    {
        await using var window = await stage.Open("/kpis");
        var page = window.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Collection effectiveness index", Exact = true }).ClickAsync();
        await page.Reaches("/kpis/cei*");
        await page.GetByText("What is known about it").ClickAsync();
        var headings = await page.Locator(".attributes h3").AllInnerTextsAsync();
        foreach (var attribute in new[] { "Insights", "Measurement", "Standard formula", "Trend", "Questions to ask", "Tips", "Visualization", "Risks", "Tools",
            "Integration", "Impact of a change" })
            headings.ShouldContain(attribute);
        await page.GetByText("As a table").ClickAsync();
        var last = await page.Locator("figure tbody tr").First.Locator("td").First.InnerTextAsync();
        (await page.Locator("p.figure").InnerTextAsync()).ShouldStartWith(last);
    }

    /// <summary>By arrow keys, as by pointer: the day and its figures are read out above the chart, in the words of its table.</summary>
    [BrowserFact]
    public async Task A_chart_is_read_by_keyboard()
    {
        await using var window = await stage.Open("/kpis/dso?portfolio=DACH");
        var page = window.Page;
        var chart = page.Locator("[data-chart]");
        var plot = chart.Locator(".plot.for-broad");
        var reading = chart.Locator(".reading");
        var rows = await chart.Locator("tr[data-at]").EvaluateAllAsync<string[]>(
            "rows => rows.map(r => r.cells[0].textContent + ' ' + r.cells[1].dataset.says)");
        rows.Length.ShouldBeGreaterThan(3);
        async Task Reads(string words)
        {
            (await reading.InnerTextAsync()).Replace('\n', ' ').ShouldStartWith(words);
            (await plot.GetAttributeAsync("aria-valuetext"))!.Replace(",", "", StringComparison.Ordinal).ShouldStartWith(words.Replace(",", "",
                StringComparison.Ordinal));
            (await plot.Locator(".point.here").CountAsync()).ShouldBe(1);
        }

        await page.GetByLabel("Split by").FocusAsync();
        for (var i = 0; i < 10 && !await plot.EvaluateAsync<bool>("e => e === document.activeElement"); i++) await page.Keyboard.PressAsync("Tab");
        await Reads(rows[0]);
        await page.Keyboard.PressAsync("ArrowLeft");
        await Reads(rows[1]);
        await page.Keyboard.PressAsync("ArrowLeft");
        await Reads(rows[2]);
        await page.Keyboard.PressAsync("ArrowRight");
        await Reads(rows[1]);
        await page.Keyboard.PressAsync("Home");
        await Reads(rows[^1]);
        await page.Keyboard.PressAsync("ArrowLeft");
        await Reads(rows[^1]);
        await page.Keyboard.PressAsync("End");
        await Reads(rows[0]);
        (await plot.EvaluateAsync<string>("e => getComputedStyle(e).outlineStyle")).ShouldBe("solid");
        var box = (await plot.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + 110, box.Y + 80);
        await Reads(rows[^1]);
        // On a phone the same, in the narrow drawing.
        await page.SetViewportSizeAsync(390, 844);
        await chart.Locator(".plot.for-narrow").FocusAsync();
        await page.Keyboard.PressAsync("End");
        await Reads(rows[0]);
        window.Errors.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Why_did_this_figure_change()
    {
        await using var window = await stage.Open("/kpis");
        var page = window.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Days sales outstanding", Exact = true }).ClickAsync();
        await page.Reaches("/kpis/dso*");
        await page.Locator("select[name=since]").SelectOptionAsync("2025-12-31");
        await page.Reaches("/kpis/dso?*since=2025-12-31*");
        var amounts = (await page.Locator(".waterfall tbody tr td.n").AllInnerTextsAsync()).Select(t => Amount(t.Replace('−', '-'))).ToList();
        amounts.Count.ShouldBeGreaterThan(2);
        amounts[1..^1].Sum().ShouldBe(amounts[^1] - amounts[0]);
        (await page.Locator("p.figure").InnerTextAsync()).ShouldStartWith(await page.Locator(".waterfall tr:last-child td.n").InnerTextAsync());
        // Each bar begins where the one before it ended, and its part leads to its events.
        var ends = await page.Locator(".waterfall rect").EvaluateAllAsync<double[][]>(
            "rects => rects.map(r => [r.x.baseVal.value, r.x.baseVal.value + r.width.baseVal.value])");
        for (var i = 1; i < ends.Length; i++) (ends[i].Min(e => ends[i - 1].Min(o => Math.Abs(e - o)))).ShouldBeLessThan(2.1);
        await page.Locator(".waterfall tbody a").First.ClickAsync();
        await page.Reaches("/kpis/dso/events?*only=*");
    }

    [BrowserFact]
    public async Task Nobody_knows_whether_this_one_arrived()
    {
        await using var window = await stage.Open("/");
        var page = window.Page;
        await page.GetByText("nobody knows whether it arrived").ClickAsync();
        await page.Reaches("/messages?status=unknown");
        (await page.Locator("tbody tr").CountAsync()).ShouldBe(1);
        (await page.Locator("tbody tr").InnerTextAsync()).ShouldContain("the connection broke after the text was sent");
    }

    [BrowserFact]
    public async Task The_audit_trail_is_verified_and_what_was_altered_is_found()
    {
        await using var site = await stage.Copy();
        var kept = await stage.Enter(site);
        await using var window = await stage.Open(site, kept, "/audit");
        var page = window.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify now" }).ClickAsync();
        await page.GetByText("Everything agrees").WaitForAsync();
        using (var db = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(site.Folder, "recoup.db")};Pooling=False"))
        {
            db.Open();
            using var command = db.CreateCommand();
            command.CommandText = "UPDATE journal SET actor = 'nobody' WHERE id = (SELECT max(id) FROM journal "
                + "WHERE partition = (SELECT min(partition) FROM journal))";
            command.ExecuteNonQuery();
        }
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify now" }).ClickAsync();
        await page.GetByText("problems were found").WaitForAsync();
        (await page.Locator("[aria-label=Problems] tbody").InnerTextAsync()).ShouldContain("chain");
    }

    private static decimal Amount(string text) => decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);
}
