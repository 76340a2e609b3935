using System.Net;
using System.Text.Json;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Storage;
using Recoup.Tests.Api;

namespace Recoup.Tests.Cli;

/// <summary>What fails for one customer is set aside and told of; everybody else is worked.</summary>
public sealed class SetAsideTests : IDisposable
{
    private static readonly string[] Before = ["--now", "2026-03-02T10:00:00Z"];
    private static readonly string[] RunDay = ["run", "--as-of", "2026-04-08", "--now", "2026-04-08T08:00:00Z", "--format", "json"];
    private static readonly string[] DispatchDay = ["dispatch", "--now", "2026-04-08T10:00:00Z", "--format", "json"];

    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Customers A to E who each owe something that is overdue, and are written to.</summary>
    private void FiveCustomers()
    {
        folder.Send("""{"type":"portfolio","key":"p","portfolio":"main","creditor":"Nord GmbH","sender":"ar@nord.example"}""", Before).Expect(0);
        folder.Send(string.Join('\n', "ABCDE".SelectMany(c => new[]
        {
            $$"""
                {"type":"account","key":"a-{{c}}","account":"{{c}}","name":"Customer {{c}}",
                """ + $$"""
                "email":"{{c}}@kunde.example","country":"DE","time_zone":"Europe/Berlin"}
                """,
            $$"""
                {"type":"invoice","key":"i-{{c}}","account":"{{c}}","number":"{{c}}-1","issued_on":"2026-03-01",
                """ + $$"""
                "due_on":"2026-03-31","amount":"100.00","currency":"EUR"}
                """,
        })), Before).Expect(0);
        folder.Run(["sending", "live", .. Before]).Expect(0);
    }

    private const string DamageB = "UPDATE party SET state = x'00' WHERE id = 'B'";

    private JsonElement Status() => folder.Run("status", "--format", "json").Expect(0).Json;

    private JsonElement Aside() => Status().GetProperty("set_aside").EnumerateArray().ShouldHaveSingleItem();

    private void NothingIsAside() => Status().GetProperty("set_aside").GetArrayLength().ShouldBe(0);

    [Fact]
    public void A_run_goes_on_without_the_one_and_tries_it_again()
    {
        FiveCustomers();
        NothingIsAside();
        folder.Tamper(DamageB);

        var ran = folder.Run(RunDay).Expect(3);
        ran.Json.GetProperty("set_aside").GetInt32().ShouldBe(1);
        ran.Json.GetProperty("accounts_reviewed").GetInt32().ShouldBe(4);
        ran.Json.GetProperty("actions").GetProperty("email").GetInt32().ShouldBe(4);
        ran.Err.ShouldContain("1 party could not be handled and was set aside");

        var aside = Aside();
        aside.GetProperty("party").GetString().ShouldBe("B");
        aside.GetProperty("work").GetString().ShouldBe("run");
        aside.GetProperty("cause").GetString().ShouldNotBeNull().ShouldContain("can't be read");
        aside.GetProperty("since").GetString().ShouldBe("2026-04-08T08:00:00Z");
        aside.TryGetProperty("trace", out _).ShouldBeFalse();
        folder.Run("status", "--trace", "--format", "json").Expect(0).Json.GetProperty("set_aside")[0].GetProperty("trace").GetString()
            .ShouldNotBeNull().ShouldContain("StateDamagedException");
        Status().GetProperty("rounds").EnumerateArray().Single(r => r.GetProperty("round").GetString() == "run")
            .GetProperty("state").GetString().ShouldBe("set_aside");

        // The same day again: the others are done, the one is tried and told of.
        folder.Run(["run", "--as-of", "2026-04-08", "--now", "2026-04-08T09:00:00Z", "--format", "json"]).Expect(3)
            .Json.GetProperty("accounts_reviewed").GetInt32().ShouldBe(0);
        Aside().GetProperty("times").GetInt32().ShouldBe(2);
        Aside().GetProperty("since").GetString().ShouldBe("2026-04-08T08:00:00Z");

        // What is wrong in states a rebuild mends; then the next run works it, and it is told of no longer.
        folder.Run("rebuild").Expect(0);
        var mended = folder.Run(["run", "--as-of", "2026-04-09", "--now", "2026-04-09T08:00:00Z", "--format", "json"]).Expect(0).Json;
        mended.GetProperty("set_aside").GetInt32().ShouldBe(0);
        mended.GetProperty("actions").GetProperty("email").GetInt32().ShouldBe(1);
        NothingIsAside();
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_dry_run_tells_of_it_and_keeps_nothing()
    {
        FiveCustomers();
        folder.Tamper(DamageB);
        var dry = folder.Run([.. RunDay, "--dry-run"]).Expect(3).Json;
        dry.GetProperty("set_aside").GetInt32().ShouldBe(1);
        dry.GetProperty("would").GetArrayLength().ShouldBe(4);
        NothingIsAside();
    }

    [Fact]
    public void A_party_that_nobody_would_look_at_yet_is_tried_by_the_next_run()
    {
        FiveCustomers();
        folder.Run(RunDay).Expect(0);
        folder.Tamper(DamageB);
        // A run over all of them meets one that is not due.
        folder.Run([.. RunDay, "--all"]).Expect(3);
        folder.Run(["run", "--as-of", "2026-04-09", "--now", "2026-04-09T08:00:00Z"]).Expect(3);
        Aside().GetProperty("times").GetInt32().ShouldBe(2);
    }

    [Fact]
    public void An_import_takes_all_rows_but_the_one()
    {
        FiveCustomers();
        folder.Tamper(DamageB);
        var lines = string.Join('\n', "ABCDE".Select(c =>
            $$"""{"type":"promise","key":"pr-{{c}}","account":"{{c}}","on":"2026-04-07","due_on":"2026-04-20","amount":"45.00","currency":"EUR"}"""));
        var now = new[] { "--now", "2026-04-07T10:00:00Z" };
        var sent = folder.Send(lines, now).Expect(3);
        (sent.Json.GetProperty("accepted").GetInt32(), sent.Json.GetProperty("rejected").GetInt32(), sent.Json.GetProperty("set_aside").GetInt32())
            .ShouldBe((4, 1, 1));
        File.ReadAllText(Path.Combine(folder.Path, "rejects.csv")).ShouldContain("pr-B");
        Aside().GetProperty("party").GetString().ShouldBe("B");
        Aside().GetProperty("subject").GetString().ShouldBe("pr-B");

        folder.Run("rebuild").Expect(0);
        Aside().GetProperty("party").GetString().ShouldBe("B");
        var again = folder.Send(lines, now).Expect(0).Json;
        (again.GetProperty("accepted").GetInt32(), again.GetProperty("unchanged").GetInt32(), again.GetProperty("set_aside").GetInt32()).ShouldBe((1, 4, 0));
        NothingIsAside();
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_large_import_with_many_of_them_loses_none_of_the_others()
    {
        var accounts = Enumerable.Range(0, 900).ToList();
        string Accounts() => string.Join('\n', accounts.Select(i => $$"""{"type":"account","key":"a-{{i}}","account":"N{{i}}"}"""));
        string Invoices(int n) => string.Join('\n', accounts.Select(i => $$"""
            {"type":"invoice","key":"i-{{n}}-{{i}}","account":"N{{i}}","number":"{{n}}","issued_on":"2026-03-01",
            """ + $$"""
            "due_on":"2026-03-31","amount":"10.00","currency":"EUR"}
            """));
        folder.Send(Accounts(), Before).Expect(0);
        folder.Tamper("UPDATE party SET state = x'00' WHERE id IN ('N7', 'N400', 'N899')");
        // Some parts are handled while others are written.
        var sent = folder.Send(Invoices(1) + "\n" + Invoices(2) + "\n" + Invoices(3) + "\n" + Invoices(4) + "\n" + Invoices(5) + "\n" + Invoices(6), Before)
            .Expect(3).Json;
        (sent.GetProperty("accepted").GetInt32(), sent.GetProperty("set_aside").GetInt32()).ShouldBe((6 * 897, 6 * 3));
        folder.Run("rebuild").Expect(0);
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_dispatch_sends_all_messages_but_the_one()
    {
        FiveCustomers();
        folder.Run(RunDay).Expect(0).Json.GetProperty("actions").GetProperty("email").GetInt32().ShouldBe(5);
        folder.Tamper("UPDATE message SET state = x'00' WHERE pid = (SELECT pid FROM party WHERE id = 'B')");
        var dispatched = folder.Run(DispatchDay).Expect(3).Json;
        (dispatched.GetProperty("sent").GetInt32(), dispatched.GetProperty("set_aside").GetInt32()).ShouldBe((4, 1));
        Aside().GetProperty("work").GetString().ShouldBe("dispatch");
        Aside().GetProperty("party").GetString().ShouldBe("B");

        folder.Run("rebuild").Expect(0);
        var again = folder.Run(DispatchDay).Expect(0).Json;
        (again.GetProperty("sent").GetInt32(), again.GetProperty("set_aside").GetInt32()).ShouldBe((1, 0));
        NothingIsAside();
        Directory.GetFiles(folder.Mail, "*.eml").Length.ShouldBe(5);
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_rule_of_the_database_that_one_row_breaks_stops_nobody_else()
    {
        FiveCustomers();
        var pid = folder.Count("SELECT pid FROM party WHERE id = 'B'");
        folder.Tamper(Stores.TestStores.IsPostgres
            ? $"ALTER TABLE party ADD CONSTRAINT not_b CHECK (pid <> {pid}) NOT VALID"
            : $"CREATE TRIGGER not_b BEFORE UPDATE ON party WHEN new.pid = {pid} BEGIN SELECT RAISE(ABORT, 'a rule that somebody gave it'); END");
        folder.Run(RunDay).Expect(3).Json.GetProperty("accounts_reviewed").GetInt32().ShouldBe(4);
        Aside().GetProperty("party").GetString().ShouldBe("B");
        folder.Tamper(Stores.TestStores.IsPostgres ? "ALTER TABLE party DROP CONSTRAINT not_b" : "DROP TRIGGER not_b");
        folder.Run(["run", "--as-of", "2026-04-08", "--now", "2026-04-08T09:00:00Z", "--format", "json"]).Expect(0)
            .Json.GetProperty("accounts_reviewed").GetInt32().ShouldBe(1);
        NothingIsAside();
    }

    [Fact]
    public void A_person_can_dismiss_it_and_erasure_takes_it_along()
    {
        FiveCustomers();
        folder.Tamper(DamageB);
        folder.Run(RunDay).Expect(3);
        folder.Run("status", "--dismiss", "C").Expect(1).Err.ShouldContain("nothing of party C is set aside");
        folder.Run("status", "--dismiss", "B").Expect(0);
        NothingIsAside();
        folder.Run(["run", "--as-of", "2026-04-08", "--now", "2026-04-08T09:00:00Z"]).Expect(3);
        folder.Run("rebuild").Expect(0);
        folder.Send("""{"type":"erasure","key":"e","account":"B","reason":"asked"}""", "--now", "2026-04-08T10:00:00Z").Expect(0);
        NothingIsAside();
    }

    [Fact]
    public async Task Pages_health_and_the_API_tell_of_it_and_show_all_others()
    {
        FiveCustomers();
        folder.Run([.. RunDay]).Expect(0);
        folder.Tamper(DamageB);
        folder.Run([.. RunDay, "--all"]).Expect(3);
        await using var server = await ApiServer.Start(folder);
        using var http = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() });
        var token = TestContext.Current.CancellationToken;
        (await http.GetAsync(server.Link, token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        async Task<string> Page(string path)
        {
            var response = await http.GetAsync(server.Address + path, token);
            var body = await response.Content.ReadAsStringAsync(token);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, path + body);
            return System.Text.RegularExpressions.Regex.Replace(WebUtility.HtmlDecode(body), "<[^>]*>", "");
        }
        var status = await Page("/status");
        status.ShouldContain("Set aside");
        status.ShouldContain("can't be read");
        (await Page("/accounts/B")).ShouldContain("B can't be shown");
        (await Page("/accounts?q=B")).ShouldContain("B can't be shown");
        (await Page("/accounts/A")).ShouldContain("Customer A");
        foreach (var list in new[] { "/accounts", "/messages", "/worklist", "/ageing/1-30", "/ageing/1-30?as-of=2026-04-07" })
        {
            var page = await Page(list);
            if (list is not "/worklist") page.ShouldContain("Of customer B something can't be read", Case.Sensitive, list);
            if (list is "/accounts" or "/messages" or "/ageing/1-30") page.ShouldContain("Customer C", Case.Sensitive, list);
        }
        var health = JsonDocument.Parse(await http.GetStringAsync(server.Address + "/health", token)).RootElement;
        health.GetProperty("status").GetString().ShouldBe("set_aside");
        health.GetProperty("set_aside").GetInt32().ShouldBe(1);
        health.ToString().ShouldNotContain("\"B\"");

        (await server.Client.Get("/api/v1/accounts")).Expect(200).Json.ToString().ShouldContain("Customer C");
        (await server.Client.Get("/api/v1/ageing?as_of=9999-12-31")).Expect(400).Body.ShouldContain("2999-12-31");
        (await server.Client.Get("/api/v1/kpis?as_of=0001-01-01")).Expect(400).Body.ShouldContain("1901-01-01");
        // A list of inputs of which one meets the damage: all others are taken.
        var list2 = "[" + string.Join(",", "ABC".Select(c =>
            $$"""{"type":"promise","key":"pr-{{c}}","account":"{{c}}","on":"2026-04-07","due_on":"2026-04-20","amount":"45.00","currency":"EUR"}""")) + "]";
        var taken = (await server.Client.Post(list2)).Expect(200).Json;
        (taken.GetProperty("accepted").GetInt32(), taken.GetProperty("set_aside").GetInt32()).ShouldBe((2, 1));
        (await server.Client.Post(
            """{"type":"promise","key":"pr-B2","account":"B","on":"2026-04-07","due_on":"2026-04-20","amount":"45.00","currency":"EUR"}""")).Expect(500);
        // The run, and the two inputs.
        Status().GetProperty("set_aside").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public void Figures_that_can_t_be_merged_stop_nobody_and_are_told_of()
    {
        FiveCustomers();
        folder.Tamper("INSERT INTO cell_pending(deltas) VALUES(x'ff')");
        folder.Run(RunDay).Expect(3).Json.GetProperty("accounts_reviewed").GetInt32().ShouldBe(5);
        Aside().GetProperty("work").GetString().ShouldBe("figures");
        Aside().GetProperty("cause").GetString().ShouldNotBeNull().ShouldContain("recoup rebuild");
        folder.Run(DispatchDay).Expect(3).Json.GetProperty("sent").GetInt32().ShouldBe(5);
        folder.Run("rebuild").Expect(0);
        folder.Run(["run", "--as-of", "2026-04-09", "--now", "2026-04-09T08:00:00Z"]).Expect(0);
        NothingIsAside();
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_sum_that_runs_over_is_never_made_a_wrong_one()
    {
        FiveCustomers();
        folder.Run(RunDay).Expect(0);
        // As if nine thousand of the largest invoices were there: the next one more does not fit.
        folder.Tamper("UPDATE cell SET minor = 9223372036854775807 WHERE measure = 2");
        var more = """
            {"type":"invoice","key":"i-more","account":"A","number":"more","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"100.00","currency":"EUR"}
            """;
        folder.Send(more, "--now", "2026-04-08T10:00:00Z").Expect(3).Json.GetProperty("accepted").GetInt32().ShouldBe(1);
        Aside().GetProperty("work").GetString().ShouldBe("figures");
        folder.Count("SELECT count(*) FROM cell WHERE minor = 9223372036854775807").ShouldBe(1);
        folder.Run("rebuild").Expect(0);
        folder.Run("run", "--as-of", "2026-04-09", "--now", "2026-04-09T08:00:00Z").Expect(0);
        NothingIsAside();
        folder.ShouldBeSound();
    }

    /// <summary>A channel that throws over one message, as a part of ours with an error in it would.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_channel_that_fails_over_one_message_says_nothing_of_the_others(bool idempotent)
    {
        FiveCustomers();
        folder.Run(RunDay).Expect(0);
        using var store = folder.Open();
        var door = new Door(store, "dispatch", TimeProvider.System, Connectors.Mail.TemplateWriter.Shipped);
        var handed = new List<string>();
        var port = new Storage.Work.ChannelPort(idempotent, (messages, _) => [.. messages.Select(m =>
        {
            if (m.Party == "B") throw new FormatException("this one can't be written");
            handed.Add(m.Party);
            return Core.Outbox.ChannelAnswer.Sent;
        })]);
        Storage.Work.DispatchReport Dispatch(Storage.Work.ChannelPort by) =>
            new Storage.Work.Dispatcher(door, new Dictionary<string, Storage.Work.ChannelPort>(StringComparer.Ordinal) { ["email"] = by })
                .Dispatch(new DateTimeOffset(2026, 4, 8, 10, 0, 0, TimeSpan.Zero));
        var report = Dispatch(port);
        var aside = SetAsides.List(store);
        if (!idempotent)
        {
            // Nobody knows how far it came with any of a slot's: a person settles them, and the cause stands there.
            report.Unknown.ShouldBeGreaterThan(0);
            (report.Sent + report.Unknown).ShouldBe(5);
            aside.ShouldAllBe(a => a.Cause.Contains("this one can't be written", StringComparison.Ordinal));
            return;
        }
        (report.Sent, report.SetAside).ShouldBe((4, 1));
        aside.ShouldHaveSingleItem().Party.ShouldBe("B");
        handed.Distinct().Order(StringComparer.Ordinal).ShouldBe(["A", "C", "D", "E"]);
        var again = Dispatch(port with { Send = (messages, _) => [.. messages.Select(_ => Core.Outbox.ChannelAnswer.Sent)] });
        (again.Sent, again.SetAside).ShouldBe((1, 0));
        SetAsides.List(store).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(256, 1)]
    [InlineData(2, 3)]
    public void A_port_that_takes_one_at_a_time_makes_no_other_one_slow(int size, int parts)
    {
        FiveCustomers();
        folder.Run(RunDay).Expect(0);
        using var store = folder.Open();
        var door = new Door(store, "dispatch", TimeProvider.System, Connectors.Mail.TemplateWriter.Shipped);
        var handed = new List<int>();
        var mail = new Storage.Work.ChannelPort(IsIdempotent: true, (messages, _) =>
        {
            handed.Add(messages.Count);
            return [.. messages.Select(_ => ChannelAnswer.Sent)];
        })
        { PartSize = size };
        var careful = new Storage.Work.ChannelPort(IsIdempotent: false, (_, _) => throw new InvalidOperationException("nothing goes by it")) { PartSize = 1 };
        new Storage.Work.Dispatcher(door, new Dictionary<string, Storage.Work.ChannelPort>(StringComparer.Ordinal) { ["email"] = mail, ["letter"] = careful })
            .Dispatch(new DateTimeOffset(2026, 4, 8, 10, 0, 0, TimeSpan.Zero)).Sent.ShouldBe(5);
        handed.ShouldAllBe(count => count <= size);
        // Each slot of a database is drained by itself.
        if (Storage.Work.Slots.Of(store).Count == 1) handed.Count.ShouldBe(parts);
    }

    // --- dates ---

    [Fact]
    public void A_hold_without_an_end_holds_and_the_workspace_runs_on()
    {
        FiveCustomers();
        folder.Send("""
            {"type":"hold","key":"h-1","account":"A","from":"2026-04-01","to":"9999-12-31","reason":"x"}
            {"type":"hold","key":"h-2","account":"B","from":"2026-04-01","reason":"x"}
            """, "--now", "2026-04-01T10:00:00Z").Expect(0);
        // An exported list comes every day: the same hold said in the other way changes nothing.
        folder.Send("""{"type":"hold","key":"h-1","account":"A","from":"2026-04-01","reason":"x"}""", "--now", "2026-04-01T10:00:00Z").Expect(0)
            .Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
        folder.Run(RunDay).Expect(0).Json.GetProperty("actions").GetProperty("email").GetInt32().ShouldBe(3);
        folder.Send("""{"type":"hold_released","key":"hr-1","account":"A","hold":"h-1","on":"2026-04-20"}""", "--now", "2026-04-19T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-04-24", "--now", "2026-04-24T08:00:00Z", "--format", "json").Expect(0)
            .Json.GetProperty("set_aside").GetInt32().ShouldBe(0);
        folder.Run("explain", "A", "--format", "json").Expect(0).Out.ShouldContain("first-reminder");
        folder.ShouldBeSound();
    }

    /// <summary>The door takes an input as it is; the earlier program's reader let such dates through to it.</summary>
    [Fact]
    public void A_journal_of_the_earlier_program_with_dates_at_the_calendar_s_ends_runs_and_they_can_be_undone()
    {
        FiveCustomers();
        var eur = Currency.Of("EUR");
        using (var store = folder.Open())
        {
            var door = new Door(store, "import", TimeProvider.System, Connectors.Mail.TemplateWriter.Shipped);
            var at = new DateTimeOffset(2026, 4, 1, 10, 0, 0, TimeSpan.Zero);
            Input[] inputs =
            [
                new HoldInput.Placed { Key = "old-h", Account = "A", From = new DateOnly(2026, 4, 1), To = DateOnly.MaxValue, Reason = "x", Digest = [1] },
                new PromiseInput.Made
                {
                    Key = "old-p", Account = "B", On = new DateOnly(2026, 4, 1), DueOn = DateOnly.MaxValue, Amount = new Money(100, eur), Digest = [2],
                },
                new InvoiceInput.Issued
                {
                    Key = "old-i", Account = "C", Number = "far", IssuedOn = DateOnly.MaxValue, DueOn = DateOnly.MaxValue,
                    Amount = new Money(100, eur), Digest = [3],
                },
                new InvoiceInput.Issued
                {
                    Key = "old-i2", Account = "C", Number = "old", IssuedOn = DateOnly.MinValue, DueOn = DateOnly.MinValue,
                    Amount = new Money(100, eur), Digest = [4],
                },
                new InvoiceInput.Corrected
                {
                    Key = "old-c", Account = "D", Invoice = "D-1", On = new DateOnly(2026, 4, 1), DueOn = DateOnly.MaxValue, Digest = [5],
                },
            ];
            door.Take([.. inputs.Select(i => new InputUnit(0, [i], at))]).Units.ShouldAllBe(u => u.Status == UnitStatus.Accepted);
        }
        folder.Run(RunDay).Expect(0).Json.GetProperty("set_aside").GetInt32().ShouldBe(0);
        folder.Run("run", "--as-of", "2026-04-30", "--now", "2026-04-30T08:00:00Z").Expect(0);
        folder.Run("kpi", "--format", "json").Expect(0);
        folder.Run("ageing", "--by", "account", "--format", "json").Expect(0);
        folder.ShouldBeSound();
        folder.Send("""
            {"type":"hold_released","key":"u-1","account":"A","hold":"old-h","on":"2026-05-02"}
            {"type":"invoice_cancelled","key":"u-2","account":"C","invoice":"far","on":"2026-05-01","reason":"typed wrongly"}
            {"type":"invoice_cancelled","key":"u-3","account":"C","invoice":"old","on":"2026-05-01","reason":"typed wrongly"}
            {"type":"invoice_corrected","key":"u-4","account":"D","invoice":"D-1","on":"2026-05-01","due_on":"2026-03-31","reason":"typed wrongly"}
            """, "--now", "2026-05-01T08:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-05-20", "--now", "2026-05-20T08:00:00Z").Expect(0);
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_day_outside_of_the_bounds_is_wrong_usage_of_every_verb()
    {
        FiveCustomers();
        foreach (var (day, bound) in new[] { ("9999-12-31", "2999-12-31"), ("0001-01-01", "1901-01-01") })
            foreach (var verb in new[]
            {
                "run --as-of {0}", "run --as-of {0} --dry-run", "ageing --as-of {0}", "kpi --as-of {0}", "kpi --from {0} --to {0}",
                "kpi dso --known-at {0}T10:00:00Z", "drill dso --as-of {0}", "explain A --as-of {0}",
                "statement A --as-of {0}", "run --now {0}T10:00:00Z",
            })
            {
                var ran = folder.Run(string.Format(System.Globalization.CultureInfo.InvariantCulture, verb, day).Split(' '));
                ran.Exit.ShouldBe(2, $"{verb}: {ran.Out}{ran.Err}");
                ran.Err.ShouldContain(bound, Case.Sensitive, verb);
            }
    }

    [Fact]
    public void An_import_until_no_end_takes_all_and_leaves_the_clock_alone()
    {
        var file = folder.Write("facts.csv", """
            account,invoice,issued_on,due_on,amount,currency
            A,1,2026-01-01,2026-01-31,10.00,EUR
            A,2,2026-02-01,2026-02-28,10.00,EUR
            A,3,2926-02-01,2926-02-28,10.00,EUR
            """);
        var ran = folder.Run("import", file, "--map", "receivables", "--until", "9999-12-31", "--format", "json").Expect(3);
        (ran.Json.GetProperty("accepted").GetInt32(), ran.Json.GetProperty("rejected").GetInt32()).ShouldBe((2, 1));
        ran.Err.ShouldContain("the workspace's clock would go there for good");
        folder.Run("run", "--as-of", "2026-03-02").Expect(0);
    }

    [Fact]
    public void Amounts_that_can_t_be_added_up_any_more_are_refused()
    {
        folder.Send("""{"type":"account","key":"a","account":"A"}""", Before).Expect(0);
        string Invoice(int n, string amount, string currency) =>
            $$"""
                {"type":"invoice","key":"i-{{n}}","account":"A","number":"{{n}}","issued_on":"2026-03-01",
                """ + $$"""
                "due_on":"2026-03-31","amount":"{{amount}}","currency":"{{currency}}"}
                """;
        folder.Send(Invoice(1, "90000000000000000", "EUR"), Before).Expect(3).Err.ShouldContain("is too large; at most 10000000000000 EUR");
        folder.Send(Invoice(1, "1000000000001", "KWD"), Before).Expect(3).Err.ShouldContain("is too large; at most 1000000000000 KWD");
        var sent = folder.Send(string.Join('\n', Enumerable.Range(1, 1100).Select(n => Invoice(n, "10000000000000", "EUR"))), Before).Expect(3);
        (sent.Json.GetProperty("accepted").GetInt32(), sent.Json.GetProperty("rejected").GetInt32(), sent.Json.GetProperty("set_aside").GetInt32())
            .ShouldBe((1000, 100, 0));
        sent.Err.ShouldContain("would come to more than 10000000000000000.00 EUR");
        using (var store = folder.Open())
        {
            var door = new Door(store, "import", TimeProvider.System, Connectors.Mail.TemplateWriter.Shipped);
            var more = Properties.Play.Parse(Invoice(1101, "10000000000000", "EUR"));
            door.Take([new InputUnit(0, [more], new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero))])
                .Units[0].Refused!.Refusal.ShouldBe(Core.Inputs.Refusal.TooMuchInAll);
        }
        folder.Run("run", "--as-of", "2026-04-08", "--now", "2026-04-08T08:00:00Z").Expect(0);
        folder.ShouldBeSound();
    }
}
