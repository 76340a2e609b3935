using System.Net;
using System.Text.Json;
using Recoup.Connectors.Catalog;
using Recoup.Connectors.Documents;
using Recoup.Connectors.Mail;
using Recoup.Core.Measures;
using Recoup.Core.Policies;
using Recoup.Storage.Work;
using Recoup.Tests.Api;
using Recoup.Tests.Cli;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Catalog;

/// <summary>A user's own rules, templates, words, KPIs and mappings: each takes effect, and one that is broken takes down nothing but itself.</summary>
public sealed class OwnCatalogTests
{
    private const string Facts = """
        {"type":"portfolio","key":"pf","portfolio":"EU","creditor":"Muster GmbH","sender":"a@muster.example"}
        {"type":"account","key":"a-1","account":"A1","name":"Acme","portfolio":"EU","kind":"business",
        """ + """
        "email":"ap@acme.example","language":"en","time_zone":"Europe/Berlin"}
        {"type":"invoice","key":"i-1","account":"A1","number":"INV-1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"1000.00","currency":"EUR"}
        """;

    private const string Beside = """
        pack: house
        beside: true
        rules:
          - { id: mornings, kind: window, from: "09:00", to: "11:00", channels: [email], text: Mails in the morning only., source: the house }
        """;

    private static readonly string Reminder = TemplateWriter.ShippedFiles().Single(f => f.Path == "en/first-reminder.neutral.hbs").Text;

    private static readonly string Dso = KpiCatalog.ShippedTexts().Single(t => t.Name == "kpis/dso.yaml").Text;

    private static DataFolder Folder()
    {
        var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-04-07T08:00:00Z").Expect(0);
        folder.Run("sending", "live", "--now", "2026-04-07T08:01:00Z").Expect(0);
        return folder;
    }

    private static void Lay(DataFolder folder, string path, string text)
    {
        var file = Path.Combine(folder.Path, "catalog", path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>A run takes the folder's files in; where nodes share a database, somebody says so.</summary>
    private static void Run(DataFolder folder, string at)
    {
        if (TestStores.IsPostgres && Directory.Exists(Path.Combine(folder.Path, "catalog")))
            folder.Run("catalog", "adopt", "--now", at).Exit.ShouldBeOneOf(0, 3);
        folder.Run("run", "--now", at).Expect(0);
    }

    private static JsonElement Explained(DataFolder folder) => folder.Run("explain", "A1", "--format", "json").Expect(0).Json.EnumerateArray().First();

    private static string Mailed(DataFolder folder) => Directory.EnumerateFiles(folder.Mail, "*.eml").Order(StringComparer.Ordinal)
        .Select(File.ReadAllText).Last();

    [Fact]
    public void Rules_and_templates_of_one_s_own_are_decided_by_and_named_with_their_edition()
    {
        using var folder = Folder();
        Lay(folder, "rules/house.yaml", Beside);
        Lay(folder, "templates/en/first-reminder.neutral.hbs", Reminder.Replace("Subject: ", "Subject: MEINE ", StringComparison.Ordinal));
        Run(folder, "2026-04-08T10:00:00Z");
        var decision = Explained(folder);
        // 10:00 UTC is noon in Berlin: by the house's rule it waits for the next morning.
        decision.GetProperty("gate").GetProperty("verdict").GetString().ShouldBe("allowed");
        decision.GetProperty("gate").GetProperty("rule").GetString().ShouldBe("mornings");
        decision.GetProperty("gate").GetProperty("rule_text").GetString().ShouldBe("Mails in the morning only.");
        decision.GetProperty("gate").GetProperty("not_before").GetString()!.ShouldStartWith("2026-04-09T07:00:00");
        var editions = decision.GetProperty("editions");
        editions.GetProperty("rules").EnumerateArray().Select(r => r.GetString()!.Split(' ')[0]).ShouldBe(["contact-default", "house"]);
        editions.GetProperty("template").GetString()!.ShouldStartWith("templates/en/first-reminder.neutral.hbs ");
        folder.Run("dispatch", "--now", "2026-04-09T07:30:00Z").Expect(0);
        Mailed(folder).ShouldContain("Subject: MEINE ");
        folder.ShouldBeSound();

        // Changed and gone, it explains the decision as before; the next one goes by what holds then.
        Lay(folder, "rules/house.yaml", Beside.Replace("Mails in the morning only.", "Another text.", StringComparison.Ordinal));
        Run(folder, "2026-04-10T08:00:00Z");
        var before = folder.Run("explain", "A1", "--as-of", "2026-04-08", "--format", "json").Expect(0).Json.EnumerateArray().First();
        before.GetProperty("gate").GetProperty("rule_text").GetString().ShouldBe("Mails in the morning only.");
        before.GetProperty("editions").ToString().ShouldBe(editions.ToString());
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_pack_of_its_own_stands_in_the_shipped_one_s_place()
    {
        using var folder = Folder();
        Lay(folder, "rules/mine.yaml",
            ShippedPolicies.ContactRulesText.Replace("pack: contact-default", "pack: mine", StringComparison.Ordinal).Replace("from: \"08:00\"",
                "from: \"20:00\"", StringComparison.Ordinal));
        Run(folder, "2026-04-08T10:00:00Z");
        var decision = Explained(folder);
        decision.GetProperty("editions").GetProperty("rules").EnumerateArray().Single().GetString()!.ShouldStartWith("mine ");
        decision.GetProperty("gate").GetProperty("not_before").GetString()!.ShouldStartWith("2026-04-08T18:00:00");
    }

    [Fact]
    public void What_is_broken_goes_on_as_it_was_good_last_and_the_rest_comes_in()
    {
        using var folder = Folder();
        Lay(folder, "rules/house.yaml", Beside);
        Lay(folder, "templates/en/first-reminder.neutral.hbs", Reminder.Replace("Subject: ", "Subject: GUT ", StringComparison.Ordinal));
        Run(folder, "2026-04-08T10:00:00Z");
        Lay(folder, "rules/house.yaml", Beside.Replace("kind: window", "kind: windows", StringComparison.Ordinal));
        Lay(folder, "templates/en/first-reminder.neutral.hbs", Reminder.Replace("{{total}}", "{{totl}}", StringComparison.Ordinal));
        Lay(folder, "templates/en/_closing.hbs", "Mit eigenen Worten\n");
        Lay(folder, "documents/de.yaml", "invoice: Faktura\n");
        if (TestStores.IsPostgres) folder.Run("catalog", "adopt", "--now", "2026-04-09T07:20:00Z").Expect(3);
        var sent = folder.Run("dispatch", "--now", "2026-04-09T07:30:00Z").Expect(0);
        Mailed(folder).ShouldContain("Subject: GUT ");
        Mailed(folder).ShouldContain("Mit eigenen Worten");
        if (!TestStores.IsPostgres)
        {
            sent.Err.ShouldContain("house.yaml, line 4: kind is one of");
            sent.Err.ShouldContain("did you mean 'window'?");
            sent.Err.ShouldContain("its last good edition");
        }
        using var store = folder.Open();
        var adopted = new Readings(store).Workspace().Adopted;
        adopted.Own.Select(f => f.Path)
            .Order(StringComparer.Ordinal).ShouldBe(["documents/de.yaml", "rules/house.yaml", "templates/en/_closing.hbs",
                "templates/en/first-reminder.neutral.hbs"]);
        adopted.Own.Single(f => f.Path == "rules/house.yaml").Text.ShouldBe(Beside);
        folder.ShouldBeSound();
    }

    [Fact]
    public void Files_that_are_taken_away_give_way_to_the_shipped_ones_unless_a_policy_names_them()
    {
        using var folder = Folder();
        Lay(folder, "templates/en/nudge.neutral.hbs", "Subject: A nudge\n\nPlease pay {{total}}.\n");
        Lay(folder, "templates/de/_closing.hbs", "Mit eigenen Worten\n");
        if (TestStores.IsPostgres) folder.Run("catalog", "adopt", "--now", "2026-04-07T08:30:00Z").Expect(0);
        var policy = Recoup.Tests.Policies.SamplePolicy.Text.Replace("template: first-reminder", "template: nudge", StringComparison.Ordinal);
        folder.Run("policy", "adopt", folder.Write("nudge.yaml", policy), "--now", "2026-04-07T09:00:00Z").Expect(0);
        Directory.Delete(Path.Combine(folder.Path, "catalog"), recursive: true);
        Directory.CreateDirectory(Path.Combine(folder.Path, "catalog"));
        Run(folder, "2026-04-08T10:00:00Z");
        folder.Run("dispatch", "--now", "2026-04-08T10:30:00Z").Expect(0);
        Mailed(folder).ShouldContain("Subject: A nudge");
        folder.Run("catalog", "validate", "--format", "json").Expect(1).Json.GetProperty("problems").EnumerateArray().ShouldContain(p =>
            p.GetProperty("text").GetString()!.Contains("names the template 'nudge'"));
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once_by_file_and_line()
    {
        using var folder = Folder();
        Lay(folder, "kpis/dso.yaml",
            Dso.Replace("unit: days", "unit: dayz", StringComparison.Ordinal).Replace("window: 3mo", "window: 3m", StringComparison.Ordinal));
        Lay(folder, "kpis/good.yaml", Dso.Replace("id: dso\n", "id: good\n", StringComparison.Ordinal));
        Lay(folder, "rules/house.yaml",
            Beside.Replace("channels: [email]", "channels: [e-mail]", StringComparison.Ordinal).Replace("beside: true", "beside: yess",
                StringComparison.Ordinal));
        Lay(folder, "rules/twice.yaml", "pack: twice\nbeside: true\nrules:\n  - { id: waking-hours, kind: cap, contacts: 1, days: 1, text: t, source: s }\n");
        Lay(folder, "templates/de/first-reminder.neutral.hbs", "Subject: {{nam}}\n\n{{totl}}\n{{> nothing}}\n");
        Lay(folder, "templates/fr/only.neutral.hbs", "Subject: Bonjour\n\nBonjour\n");
        Lay(folder, "documents/de.yaml", "invoice: Faktura\nnumbre: Nr.\npaid: bezahlt {5}\n");
        Lay(folder, "mappings/mine.yaml", "inputs:\n  - type: invoyce\n  - type: payment\n    key: \"x/{N}\"\n    amuont: X\n");
        Lay(folder, "policies/mine.yaml",
            Recoup.Tests.Policies.SamplePolicy.Text.Replace("template: first-reminder", "template: firstreminder", StringComparison.Ordinal));
        Lay(folder, "rule/x.yaml", "pack: x\n");
        var json = folder.Run("catalog", "validate", "--format", "json").Expect(1).Json;
        json.GetProperty("ok").GetBoolean().ShouldBeFalse();
        var problems = json.GetProperty("problems").EnumerateArray()
            .Select(p => (File: string.Join('/', p.GetProperty("file").GetString()!.Split('/')[^2..]), Line: p.GetProperty("line").GetInt32(),
                Text: p.GetProperty("text").GetString()!)).ToList();
        void Has(string file, int line, string text) =>
            problems.ShouldContain(p => p.File == file && p.Line == line && p.Text.Contains(text), $"{file} {line} {text} in\n{string.Join('\n', problems)}");
        Has("kpis/dso.yaml", 3, "unit is one of");
        Has("kpis/dso.yaml", 5, "window is a span");
        Has("rules/house.yaml", 2, "beside takes true or false");
        Has("rules/house.yaml", 4, "'e-mail' is none of");
        Has("rules/twice.yaml", 4, "the rule 'waking-hours' stands in rules/contact-default.yaml already");
        Has("de/first-reminder.neutral.hbs", 1, "did you mean 'name'?");
        Has("de/first-reminder.neutral.hbs", 3, "did you mean 'total'?");
        Has("de/first-reminder.neutral.hbs", 4, "there is no part 'nothing'");
        Has("fr/only.neutral.hbs", 1, "there must be an en/only.neutral.hbs");
        Has("documents/de.yaml", 2, "did you mean 'number'?");
        Has("documents/de.yaml", 3, "places go up to {0}");
        Has("mappings/mine.yaml", 2, "invoyce");
        Has("mappings/mine.yaml", 5, "amuont");
        Has("policies/mine.yaml", 11, "did you mean 'first-reminder'?");
        Has("rule/x.yaml", 1, "did you mean rules?");
        problems.ShouldNotContain(p => p.File == "kpis/good.yaml");
        problems.Count(p => p.File == "kpis/dso.yaml").ShouldBe(2);
        var status = folder.Run("status", "--format", "json").Expect(0).Json.GetProperty("files").EnumerateArray().ToList();
        status.Count.ShouldBe(problems.Count);
        status.ShouldContain(f => f.GetProperty("file").GetString()!.EndsWith("kpis/dso.yaml") && f.GetProperty("line").GetInt32() == 3
            && f.GetProperty("problem").GetString()!.Contains("the shipped one goes on"));

        var one = folder.Run("kpi", "validate", Path.Combine(folder.Path, "catalog", "kpis", "dso.yaml"), "--format", "json").Expect(1).Json;
        one.GetProperty("problems").GetArrayLength().ShouldBe(2);
        folder.Run("kpi", "validate", Path.Combine(folder.Path, "catalog", "kpis", "good.yaml"), "--format",
            "json").Expect(0).Json.GetProperty("ok").GetBoolean().ShouldBeTrue();
        // None of it stops the day's work, and the KPI that is right is there.
        Run(folder, "2026-04-08T10:00:00Z");
        folder.Run("kpi", "good", "dso", "--as-of", "2026-04-08", "--format", "json").Expect(0).Json.GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public void Files_of_KPIs_are_told_all_that_is_wrong_with_them_without_a_workspace_and_over_those_of_ones_own()
    {
        using var folder = new DataFolder();
        var wrong = folder.Write("wrong.yaml", Dso.Replace("name: Days sales outstanding\n", "name: ' '\n", StringComparison.Ordinal)
            .Replace("bounds: { least: 0 }", "bounds: { least: 5, most: 1 }\ninterval: wilson", StringComparison.Ordinal)
            .Replace("drill: [exposure, sales]", "drill: [exposure, sale]", StringComparison.Ordinal)
            .Replace("review: monthly", "review: at times", StringComparison.Ordinal)
            .Replace("related: [dso_average,", "related: [mine, ours,", StringComparison.Ordinal));
        var ours = folder.Write("ours.yaml", Dso.Replace("id: dso\n", "id: ours\n", StringComparison.Ordinal)
            .Replace("related: [dso_average,", "related: [mine,", StringComparison.Ordinal));
        Lay(folder, "kpis/mine.yaml", Dso.Replace("id: dso\n", "id: mine\n", StringComparison.Ordinal));
        var answer = folder.Run("kpi", "validate", wrong, ours, "--format", "json").Expect(1).Json;
        answer.GetProperty("ok").GetBoolean().ShouldBeFalse();
        var problems = answer.GetProperty("problems").EnumerateArray().Select(p => (p.GetProperty("file").GetString()!, p.GetProperty("line").GetInt32(),
            p.GetProperty("text").GetString()!)).ToList();
        problems.ShouldAllBe(p => p.Item1 == wrong);
        problems.Select(p => p.Item3.Split(';', '(')[0]).ShouldBe(["name is empty", "most is less than least",
            "interval is of a share of counts: a numerator, a denominator, times: 100 and parts: counts",
            "review is one of weekly, monthly, quarterly, yearly, not 'at times'", "'sale' is no measure"], ignoreOrder: true);
        problems.Select(p => p.Item2).ShouldBe([2, .. problems.Skip(1).Select(p => p.Item2)]);
        problems.Single(p => p.Item3.StartsWith("'sale'", StringComparison.Ordinal)).Item3.ShouldContain("did you mean sales?");
        folder.Run("kpi", "validate", ours, "--format", "json").Expect(0).Json.GetProperty("problems").GetArrayLength().ShouldBe(0);
        folder.Run("kpi", "validate", folder.Write("gone", "x") + "x").Expect(2).Err.ShouldContain("there is no file");
    }

    [Fact]
    public async Task A_typing_error_in_a_KPI_leaves_every_page_and_says_on_them_what_it_is()
    {
        using var folder = Folder();
        Run(folder, "2026-04-08T10:00:00Z");
        Lay(folder, "kpis/dso.yaml", Dso.Replace("window: 3mo", "window: 2mo", StringComparison.Ordinal));
        await using var server = await ApiServer.Start(folder, own: new CatalogWatch(Path.Combine(folder.Path, "catalog")));
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(server.Address) };
        await browser.GetAsync(server.Link);
        (await browser.GetStringAsync("/kpis")).ShouldContain("2mo");
        (await browser.GetStringAsync("/health")).ShouldContain("\"files_wrong\":0");

        Lay(folder, "kpis/dso.yaml", Dso.Replace("unit: days", "unit: dayz", StringComparison.Ordinal) + "# longer\n");
        foreach (var page in new[] { "/", "/kpis", "/kpis/dso", "/kpis.csv", "/status",
            "/policies" }) (await browser.GetAsync(page)).StatusCode.ShouldBe(HttpStatusCode.OK, page);
        foreach (var page in new[] { "/kpis", "/status", "/policies" })
        {
            var text = await browser.GetStringAsync(page);
            text.ShouldContain("dso.yaml");
            text.ShouldContain("unit is one of percent");
        }
        (await browser.GetStringAsync("/")).ShouldContain("dso.yaml");
        // What it said before it broke goes on.
        (await browser.GetStringAsync("/kpis")).ShouldContain("2mo");
        (await browser.GetStringAsync("/health")).ShouldContain("\"files_wrong\":1");
        (await server.Client.Get("/api/v1/kpis")).Status.ShouldBe(200);
        (await browser.GetStringAsync("/policies")).ShouldContain("default");
        (await browser.GetStringAsync("/policies/1")).ShouldContain("policy: default");
        (await browser.GetAsync("/policies/99")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public void A_mapping_of_one_s_own_is_named_like_a_shipped_one()
    {
        using var folder = Folder();
        Lay(folder, "mappings/ours.yaml", "inputs:\n  - { type: account, key: \"ours/{ID}\", account: ID, name: NAME }\n");
        var file = folder.Write("rows.csv", "ID,NAME\nB1,Beta\n");
        folder.Run("import", file, "--map", "ours", "--now", "2026-04-07T09:00:00Z", "--format",
            "json").Expect(0).Json.GetProperty("accepted").GetInt32().ShouldBe(1);
        Lay(folder, "mappings/ours.yaml", "inputs:\n  - { type: accunt }\n");
        folder.Run("import", file, "--map", "ours", "--now", "2026-04-07T09:01:00Z").Expect(1).Err.ShouldContain("ours.yaml, line 2");
        folder.Run("import", file, "--map", "no-such", "--now", "2026-04-07T09:01:00Z").Expect(1).Err.ShouldContain("There is no mapping 'no-such'");
    }

    [Fact]
    public void Words_of_one_s_own_stand_over_the_shipped_ones_word_by_word()
    {
        var book = DocumentWordBook.Over([new("documents/de.yaml", "invoice: Faktura\n"), new("documents/fr.yaml", "invoice: Facture\n")]);
        (book.Of("de-AT")["invoice"], book.Of("de")["number"], book.Of("fr")["invoice"],
            book.Of("fr")["number"]).ShouldBe(("Faktura", DocumentWords.Of("de")["number"], "Facture", DocumentWords.Of("en")["number"]));
        book.Languages.ShouldBe(["de", "en", "fr"]);
        book.EditionOf("de").ShouldNotBe(DocumentWordBook.Shipped.EditionOf("de"));
        book.EditionOf("en").ShouldBe(DocumentWordBook.Shipped.EditionOf("en"));
    }

    [Fact]
    public void Every_kind_of_input_tells_that_a_line_has_a_type()
    {
        using var folder = new DataFolder();
        foreach (var kind in folder.Run("inputs", "--format", "json").Expect(0).Json.EnumerateArray())
        {
            var first = kind.GetProperty("fields").EnumerateArray().First();
            (first.GetProperty("name").GetString(), first.GetProperty("type").GetString(),
                first.GetProperty("required").GetBoolean()).ShouldBe(("type", kind.GetProperty("kind").GetString(), true));
        }
        folder.Run("inputs").Expect(0).Out.ShouldContain("which kind of input the line is");
    }
}
