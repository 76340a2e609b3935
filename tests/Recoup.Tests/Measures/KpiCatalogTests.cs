using System.Text.Json;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using YamlDotNet.RepresentationModel;
using Recoup.Statistics;

namespace Recoup.Tests.Measures;

public sealed class KpiCatalogTests
{
    private static readonly (string Name, string Text)[] Shipped = [.. KpiCatalog.ShippedTexts()];

    public static TheoryData<string> Files => [.. Shipped.Select(s => s.Name)];

    [Fact]
    public void These_are_shipped() => KpiCatalog.Shipped.All.Select(d => d.Id).ShouldBe(
    [
        "add", "ar_turnover", "average_days_to_pay", "bad_debt_ratio", "bpdso", "call_to_promise_ratio", "callback_kept_rate",
        "cash_conversion_cycle", "cei", "cei_simple", "chargeback_rate", "chargeback_win_rate", "collection_cost", "cost_to_cash", "cost_to_collect",
        "customer_lifetime_value", "customer_recovery_rate", "days_late",
        "dispute_cycle_time", "dispute_rate", "dispute_resolution", "dso", "dso_average", "dso_countback",
        "failed_payment_recovery_rate", "first_call_resolution_rate", "invoice_cycle_time", "involuntary_churn_rate", "liquidation_rate",
        "median_days_to_pay", "message_bounce_rate", "over_90_rate", "percent_current", "plan_kept_rate", "proactive_collection_actions",
        "promise_coverage", "promise_kept_rate", "recovery_at_90", "recovery_priority_alignment", "recovery_rate", "recovery_success_rate",
        "revenue_leakage", "right_party_contact_rate", "roll_rate", "time_to_recover", "unapplied_cash_rate", "unworked_rate",
    ]);

    /// <summary>What is waited for must be missing: once it can be told, the KPI has a formula.</summary>
    [Fact]
    public void These_wait_for_what_no_input_tells_yet()
    {
        var waiting = KpiCatalog.Shipped.All.Where(d => d.IsWaiting).ToList();
        waiting.Select(d => d.Id).ShouldBe(
        [
            "chargeback_rate", "chargeback_win_rate", "failed_payment_recovery_rate", "liquidation_rate", "revenue_leakage",
        ]);
        foreach (var kpi in waiting)
            kpi.WaitsFor.Intersect(InputKinds.All.Select(k => k.Name)).ShouldBeEmpty($"{kpi.Id} waits for an input that there is: write its formula");
        KpiCatalog.Shipped.Computed.Count().ShouldBe(KpiCatalog.Shipped.All.Count - waiting.Count);
    }

    /// <summary>No number, and no zero, also where others have one; asked for by nobody it is left out.</summary>
    [Fact]
    public void A_kpi_that_waits_has_a_row_that_says_for_what()
    {
        var books = new Books().Invoice("2026-03-01", "2026-03-31", 10);
        foreach (var kpi in KpiCatalog.Shipped.All.Where(d => d.IsWaiting))
        {
            var row = books.Row(kpi.Id, "2026-03-31");
            (row.Value, row.Numerator, row.Denominator, row.Band, row.Currency).ShouldBe((null, null, null, null, null), kpi.Id);
            row.NoValue.ShouldBe($"it waits for {string.Join(", ", kpi.WaitsFor)}: {kpi.WaitsBecause}");
            row.Details.ShouldBeEmpty();
            books.Ask(new KpiQuestion(Books.Day("2026-03-31"))).ShouldNotContain(r => r.Kpi == kpi.Id);
        }
        books.Ask(new KpiQuestion(Books.Day("2026-03-31"))).ShouldContain(r => r.Kpi == "dso" && r.Value == 90);
    }

    [Theory]
    [InlineData("window: 1mo\n", "window: 1mo\nformula: { value: days }\n", "line 6: a KPI that waits for what can't be told yet has no formula")]
    [InlineData("related: ", "drill: [sales]\nrelated: ", "a KPI that waits for what can't be told yet has no drill")]
    [InlineData("waits_for: [chargeback, attempt]\n", "", "waits_for and waits_because go together")]
    [InlineData("waits_for: [chargeback, attempt]\n", "waits_for: [chargeback, '']\n", "line 6: waits_for has an empty entry")]
    public void A_kpi_that_waits_says_for_what_and_computes_nothing(string find, string replace, string message)
    {
        var waiting = Shipped.Single(s => s.Name == "kpis/chargeback_rate.yaml").Text;
        waiting.ShouldContain(find);
        KpiDefinition.ProblemsOf(waiting.Replace(find, replace, StringComparison.Ordinal), "mine.yaml").ShouldContain(p => p.Message.Contains(message));
        KpiDefinition.ProblemsOf(waiting, "mine.yaml").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, "disputes", null, null, "dispute_rate", "cei")]
    [InlineData(null, "DISP", null, null, "dispute_rate", "cei")]
    [InlineData("chargebacks WON", null, null, null, "chargeback_win_rate", "chargeback_rate")]
    [InlineData(null, null, "lending", null, "liquidation_rate", "chargeback_rate")]
    // What is of any business is of each.
    [InlineData(null, null, "lending", null, "dso", "chargeback_win_rate")]
    [InlineData(null, null, null, "treasury", "dso", "dispute_rate")]
    [InlineData("countback", "receivables", "retail", "finance", "dso_countback", "dso_average")]
    public void A_catalogue_is_searched(string? text, string? category, string? industry, string? function, string has, string hasNot)
    {
        var search = new KpiSearch { Text = text, Category = category, Industry = industry, Function = function };
        var found = search.In(KpiCatalog.Shipped).Select(k => k.Id).ToList();
        found.ShouldContain(has);
        found.ShouldNotContain(hasNot);
        found.ShouldBe(found.Order(StringComparer.Ordinal));
        new KpiSearch { Text = " " }.In(KpiCatalog.Shipped).Count.ShouldBe(KpiCatalog.Shipped.All.Count);
        new KpiSearch { Text = "no such words" }.In(KpiCatalog.Shipped).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Everything_a_file_says_is_printed_in_its_place(string name)
    {
        var text = Shipped.Single(s => s.Name == name).Text;
        var definition = KpiDefinition.Parse(text, name);
        name.ShouldBe($"kpis/{definition.Id}.yaml");
        using var json = JsonDocument.Parse(Books.Json(definition.WriteTo));
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        Compare(stream.Documents[0].RootNode, json.RootElement, name);

        static void Compare(YamlNode yaml, JsonElement json, string path)
        {
            switch (yaml)
            {
                case YamlMappingNode map:
                    foreach (var (key, value) in map.Children)
                    {
                        json.TryGetProperty(((YamlScalarNode)key).Value!, out var inner).ShouldBeTrue($"{path}.{key} is not printed");
                        Compare(value, inner, $"{path}.{key}");
                    }
                    break;
                case YamlSequenceNode list:
                    json.GetArrayLength().ShouldBe(list.Children.Count, path);
                    for (var i = 0; i < list.Children.Count; i++) Compare(list.Children[i], json[i], $"{path}[{i}]");
                    break;
                case YamlScalarNode scalar:
                    (json.ValueKind == JsonValueKind.String ? json.GetString() : json.GetRawText()).ShouldBe(scalar.Value, path);
                    break;
            }
        }
    }

    [Fact]
    public void A_users_file_adds_a_kpi_or_takes_a_shipped_ones_place()
    {
        var own = Dso.Replace("id: dso\n", "id: my_dso\n", StringComparison.Ordinal).Replace("window: 3mo", "window: 1mo", StringComparison.Ordinal);
        var catalog = KpiCatalog.With([("mine.yaml", own), ("dso.yaml", Dso.Replace("window: 3mo", "window: 2mo", StringComparison.Ordinal))]);
        catalog.All.Count.ShouldBe(KpiCatalog.Shipped.All.Count + 1);
        (catalog.Find("my_dso")!.Window, catalog.Find("dso")!.Window, catalog.Find("dso")!.Source)
            .ShouldBe((KpiWindow.Months(1), KpiWindow.Months(2), "dso.yaml"));
        KpiCatalog.Shipped.Find("dso")!.Window.ShouldBe(KpiWindow.Months(3));
        catalog.Find("none").ShouldBeNull();
        catalog.Nearest("my_dsso").ShouldBe("my_dso");
        new KpiEngine(catalog, new Books().Invoice("2026-03-01", "2026-03-31", 10).Source, Estimates.At95)
            .Answer(new KpiQuestion(Books.Day("2026-03-31")) { Kpis = ["my_dso"] }).Single().Value.ShouldBe(31);
    }

    [Theory]
    [InlineData("id: dso\n", "id: My-DSO\n", "line 1: id is lower-case words")]
    [InlineData("unit: days\n", "unit: hours\n", "line 3: unit is one of percent, days, ratio, count, amount")]
    [InlineData("window: 3mo\n", "window: 3 months\n", "line 5: window is a span such as 3mo")]
    [InlineData("end(receivables)\n", "end(recievables)\n", "line 7: numerator: ")]
    [InlineData("sum(sales)\n", "sum(actions)\n", "line 8: denominator: ")]
    [InlineData("sum(sales)\n", "to(d31_60)\n", "line 8: denominator: ")]
    [InlineData("sum(sales)\n", "sum(sales) > 1\n", "line 8: denominator: ")]
    [InlineData("  denominator: sum(sales)\n", "", "line 7: numerator and denominator go together")]
    [InlineData("  numerator: end(receivables)\n", "  numerator: end(receivables)\n  value: days\n", "a formula is a numerator and a denominator, or a value")]
    [InlineData("parts: amounts\n", "parts: halves\n", "line 10: parts is one of amounts, counts")]
    [InlineData("review: monthly\n", "review: at times\n", "review is one of weekly, monthly, quarterly, yearly")]
    [InlineData("related: [dso_average, dso_countback, bpdso, add]", "related: [dso_averag]",
        "related names 'dso_averag', which is no KPI; did you mean dso_average?")]
    [InlineData("related: [dso_average, dso_countback, bpdso, add]", "related: [dso]", "related names 'dso', which is the KPI itself")]
    [InlineData("drill: [exposure, sales]", "drill: [exposure, revenue]", "'revenue' is no measure; there are actions,")]
    [InlineData("review: monthly\n", "review: monthly\ncadence: monthly\n", "'cadence' is no field here")]
    [InlineData("  trend: >-\n", "  trends: >-\n", "trend is missing")]
    [InlineData("name: Days sales outstanding\n", "name: ''\n", "line 2: name is empty")]
    [InlineData("levers: [payment terms, invoicing speed, reminders before the due date, dispute handling, cash matching]\n", "", "levers is missing")]
    [InlineData("window: 3mo\n", "window: point\n", "sum")]
    [InlineData("window: 3mo\n", "window: 3mo\nheadline_bucket: d31\n", "headline_bucket is one of current, d1_30")]
    [InlineData("review: monthly\n", "review: monthly\nbands:\n  - {name: good, when: worth > 1, meaning: m, source: s}\n", "when: ")]
    [InlineData("  - name: overdue\n", "  - name: window_days\n", "detail 'window_days' stands twice")]
    public void What_is_wrong_is_refused_with_its_place(string find, string replace, string message)
    {
        Dso.ShouldContain(find);
        var text = Dso.Replace(find, replace, StringComparison.Ordinal);
        Should.Throw<YamlException>(() => KpiCatalog.With([("my/dso.yaml", text)])).Message.ShouldSatisfyAllConditions(
            m => m.ShouldStartWith("my/dso.yaml, line "), m => m.ShouldContain(message));
    }

    [Theory]
    [InlineData("cohort_age: 90\n", "", "a formula that asks for a cohort needs cohort_age")]
    [InlineData("cohort_age: 90\n", "cohort_age: 0\n", "cohort_age")]
    [InlineData("cohort_recovered", "sum(cash_on_overdue)", null)]
    [InlineData("window: 1mo\n", "window: point\n", "cohort_recovered")]
    public void A_cohort_has_an_age(string find, string replace, string? message)
    {
        var text = Shipped.Single(s => s.Name == "kpis/recovery_at_90.yaml").Text;
        text.ShouldContain(find);
        var problems = KpiDefinition.ProblemsOf(text.Replace(find, replace, StringComparison.Ordinal), "mine.yaml");
        if (message is null) problems.ShouldBeEmpty(); else problems.ShouldContain(p => p.Message.Contains(message));
        KpiDefinition.ProblemsOf(Dso.Replace("review: ", "cohort_age: 9\nreview: ", StringComparison.Ordinal), "mine.yaml")
            .ShouldHaveSingleItem().Message.ShouldContain("no formula of the file asks for a cohort");
    }

    [Fact]
    public void A_kpi_is_read_from_one_curve()
    {
        var text = Shipped.Single(s => s.Name == "kpis/dispute_cycle_time.yaml").Text;
        text.ShouldContain("disputed_for");
        KpiDefinition.ProblemsOf(text.Replace("details:\n", "details:\n  - {name: other, unit: days, value: km_items(recovered_after)}\n",
            StringComparison.Ordinal), "mine.yaml").ShouldContain(p => p.Message.Contains("a KPI is read from one curve"));
    }

    [Fact]
    public void Two_files_of_one_id_are_refused() =>
        Should.Throw<YamlException>(() => KpiCatalog.With([("a.yaml", Dso), ("b.yaml", Dso)])).Message.ShouldBe("b.yaml, line 1: id 'dso' is taken by a.yaml");

    /// <summary>How many are not so much money, though amounts stand beside them.</summary>
    [Fact]
    public void Parts_that_count_are_printed_as_counts()
    {
        foreach (var kpi in KpiCatalog.Shipped.All.Where(k => k.NumeratorCode?.Functions.Contains("count") == true)) kpi.PartsAreAmounts.ShouldBeFalse(kpi.Id);
    }

    [Fact]
    public void Every_measure_is_a_stock_or_summed_or_counted()
    {
        foreach (var (name, measure) in MeasureList.ByName)
            (measure.IsStock || (measure.IsStanding && KpiVocabulary.Stocks.Contains(name))
                || KpiVocabulary.Summed.Contains(name) || KpiVocabulary.Counted.Contains(name)).ShouldBeTrue(name);
    }

    [Fact]
    public void The_page_for_writers_of_formulas_has_every_word()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Recoup.slnx"))) folder = folder.Parent;
        var page = File.ReadAllText(Path.Combine(folder.FullName, "docs", "kpis.md"));
        foreach (var word in KpiVocabulary.OfBucket.FunctionNames) page.ShouldContain($"`{word}(");
        foreach (var word in KpiVocabulary.OfBucket.Names.Concat(KpiVocabulary.Stocks).Concat(MeasureList.ByName.Keys)) page.ShouldContain($"`{word}`");
        foreach (var name in KpiCatalog.Shipped.All.Select(d => d.Id)) page.ShouldContain($"`{name}`");
        // The example of the page is a KPI.
        var example = page[(page.IndexOf("```yaml", StringComparison.Ordinal) + 8)..];
        KpiCatalog.With([("docs/kpis.md", example[..example.IndexOf("```", StringComparison.Ordinal)])]).All.Count.ShouldBe(KpiCatalog.Shipped.All.Count + 1);
    }

    [Fact]
    public void A_band_is_the_first_whose_condition_holds()
    {
        var cei = KpiCatalog.Shipped.Find("cei")!;
        (cei.BandOf(80), cei.BandOf(79.9m), cei.BandOf(50), cei.BandOf(-3)).ShouldBe(("effective", "fair", "low", "low"));
        KpiCatalog.Shipped.Find("dso")!.BandOf(5).ShouldBeNull();
    }

    private static string Dso => Shipped.Single(s => s.Name == "kpis/dso.yaml").Text;
}
