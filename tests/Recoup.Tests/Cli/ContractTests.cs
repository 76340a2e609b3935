using System.Text.Json;
using Recoup.Tests.Durability;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Cli;

/// <summary>What people script against: each verb's JSON, its exit codes, and what a key means.</summary>
public sealed class ContractTests(EveryKindFolder made) : IClassFixture<EveryKindFolder>
{
    private static readonly string[] Then = ["--now", "2026-02-10T10:00:00Z"];

    /// <summary>The inputs that the contract shows, as they stand there.</summary>
    private const string Examples = """
        {"type":"account","key":"a-1","account":"A1","name":"Acme","portfolio":"EU","kind":"business","email":"ap@acme.example",
        """ + """
        "phone":"+49301234567","country":"DE","time_zone":"Europe/Berlin","language":"de"}
        {"type":"invoice","key":"i-1","account":"A1","number":"INV-1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"100.00","currency":"EUR"}
        {"type":"payment","key":"p-1","account":"A1","on":"2026-04-05","amount":"60.00","currency":"EUR","for":[{"invoice":"INV-1","amount":"60.00"}]}
        {"type":"payment_reversed","key":"r-1","account":"A1","payment":"p-1","on":"2026-04-09","reason":"returned"}
        {"type":"credit_note","key":"c-1","account":"A1","number":"CN-1","on":"2026-04-10","amount":"10.00","currency":"EUR","invoice":"INV-1"}
        {"type":"charge","key":"f-1","account":"A1","invoice":"INV-1","on":"2026-04-11","kind":"fee","amount":"5.00","currency":"EUR"}
        {"type":"write_off","key":"w-1","account":"A1","invoice":"INV-1","on":"2026-09-01","reason":"uncollectible"}
        {"type":"dispute_opened","key":"d-1","account":"A1","invoice":"INV-1","on":"2026-04-02","reason":"quality"}
        {"type":"dispute_closed","key":"d-2","account":"A1","dispute":"d-1","on":"2026-04-08","outcome":"rejected"}
        {"type":"promise","key":"pr-1","account":"A1","on":"2026-04-12","due_on":"2026-04-20","amount":"45.00","currency":"EUR"}
        {"type":"contact","key":"k-1","account":"A1","at":"2026-04-12T10:15:00Z","channel":"call","direction":"outbound","outcome":"right_party","agent":"ann"}
        {"type":"hold","key":"h-1","account":"A1","from":"2026-04-12","to":"2026-04-30","reason":"requested"}
        """;

    private static void ShouldHave(JsonElement json, params string[] fields)
    {
        json.ValueKind.ShouldBe(JsonValueKind.Object);
        foreach (var field in fields) json.TryGetProperty(field, out _).ShouldBeTrue($"'{field}' in {json}");
    }

    private static JsonElement First(JsonElement list)
    {
        list.ValueKind.ShouldBe(JsonValueKind.Array);
        return list.EnumerateArray().First();
    }

    private JsonElement Ask(params string[] arguments)
    {
        var ran = made.Folder.Run([.. arguments, "--format", "json"]).Expect(0);
        return ran.Json;
    }

    [Fact]
    public void Every_example_of_an_input_is_taken_once()
    {
        using var folder = new DataFolder();
        var first = folder.Send(Examples, "--now", "2026-09-02T10:00:00Z").Expect(0).Json;
        ShouldHave(first, "read", "accepted", "unchanged", "rejected", "inputs");
        (first.GetProperty("read").GetInt32(), first.GetProperty("accepted").GetInt32(), first.GetProperty("rejected").GetInt32()).ShouldBe((12, 12, 0));
        first.GetProperty("inputs").EnumerateObject().Select(p => p.Name).ShouldBe(["account", "charge", "contact", "credit_note", "dispute_closed",
            "dispute_opened", "hold", "invoice", "payment", "payment_reversed", "promise", "write_off"]);
        var again = folder.Send(Examples, "--now", "2026-09-02T11:00:00Z").Expect(0).Json;
        (again.GetProperty("accepted").GetInt32(), again.GetProperty("unchanged").GetInt32()).ShouldBe((0, 12));
        folder.ShouldBeSound();
    }

    [Fact]
    public void Import_answers_as_agreed_and_the_same_file_changes_nothing()
    {
        using var folder = new DataFolder();
        var file = folder.Write("rows.csv", Ledger.Csv(3, 1) + "A9,No Date,,,,,,,X-1,sometime,2026-02-04,1.00,EUR,\n");
        string[] import = ["import", file, "--map", "receivables", "--format", "json", "--now", "2026-02-02T10:00:00Z"];
        var first = folder.Run(import).Expect(3);
        ShouldHave(first.Json, "read", "accepted", "unchanged", "rejected", "inputs");
        (first.Json.GetProperty("accepted").GetInt32(), first.Json.GetProperty("rejected").GetInt32()).ShouldBe((6, 1));
        first.Json.GetProperty("inputs").GetProperty("invoice").GetInt32().ShouldBe(6);
        first.Err.ShouldContain("line 8");
        File.ReadAllText(first.Json.GetProperty("rejects").GetString()!).ShouldContain("8,");
        var before = Ledger.Journal(folder);
        folder.Run(import).Expect(3).Json.GetProperty("unchanged").GetInt32().ShouldBe(6);
        Ledger.ShouldBeSameRows(Ledger.Journal(folder), before);
        folder.Run("import", file, "--map", "receivables", "--until", "2026-01-20", "--format", "json").Expect(3);
    }

    [Fact]
    public void Open_items_answer_as_agreed()
    {
        using var folder = new DataFolder();
        var file = folder.Write("open.csv", "account,number,issued_on,due_on,balance,currency\nA1,R-1,2026-01-02,2026-02-01,50.00,EUR\n"
            + "A1,R-2,2026-01-02,2026-02-01,70.00,EUR\nA2,R-3,2026-01-02,2026-02-01,90.00,EUR\n");
        string[] import = ["import", file, "--map", "open-items", "--as", "open-items", "--format", "json"];
        var first = folder.Run([.. import, "--on", "2026-02-02", "--now", "2026-02-02T10:00:00Z"]).Expect(0).Json;
        ShouldHave(first, "read", "accepted", "unchanged", "rejected", "inputs", "control_totals");
        first.GetProperty("control_totals")[0].GetProperty("agrees").GetBoolean().ShouldBeTrue();
        folder.Run([.. import, "--on", "2026-02-02", "--now", "2026-02-02T11:00:00Z"]).Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(3);
        folder.Write("open.csv", "account,number,issued_on,due_on,balance,currency\nA1,R-1,2026-01-02,2026-02-01,5.00,EUR\n");
        folder.Run([.. import, "--on", "2026-02-03", "--now", "2026-02-03T10:00:00Z"]).Expect(1).Err.ShouldContain("--accept-drop");
        folder.Run([.. import, "--on", "2026-02-03", "--now", "2026-02-03T10:00:00Z", "--accept-drop"]).Expect(0)
            .Json.GetProperty("closed").GetInt32().ShouldBe(2);
        folder.ShouldBeSound();
    }

    [Fact]
    public void The_other_verbs_answer_as_agreed()
    {
        ShouldHave(First(Ask("ageing", "--as-of", "2026-02-09")), "as_of", "currency", "current", "d1_30", "d31_60",
            "d61_90", "d90_plus", "total", "open_items");
        ShouldHave(First(Ask("ageing", "--by", "account")), "account", "total");
        ShouldHave(First(Ask("ageing", "--by", "portfolio,segment")), "portfolio", "segment", "total");
        Ask("ageing", "--as-of", "2026-02-09").EnumerateArray().ShouldAllBe(r => r.GetProperty("total").ValueKind == JsonValueKind.String);
        ShouldHave(First(Ask("drill", "d1_30", "--as-of", "2026-02-09")), "account");
        var explained = First(Ask("explain", "A1"));
        ShouldHave(explained, "as_of", "account", "action", "rule", "policy_version", "segment", "strategy", "score", "reasons", "considered",
            "facts", "gate", "next_review_on", "journal");
        ShouldHave(Ask("audit", "verify"), "ok", "events", "partitions", "problems");
        ShouldHave(Ask("rebuild", "--check"), "ok");
        ShouldHave(Ask("messages"), "sent", "unknown", "unknown_messages");
        ShouldHave(Ask("sending"), "mode");
        ShouldHave(First(Ask("inputs")), "kind", "fields");
        Ask("inputs").EnumerateArray().Select(k => k.GetProperty("kind").GetString()).ShouldBe(Core.InputKinds.All.Select(k => k.Name));
        var schema = made.Folder.Run("inputs", "--schema").Expect(0).Json;
        schema.GetProperty("oneOf").GetArrayLength().ShouldBe(Core.InputKinds.All.Count);
    }

    [Fact]
    public void Run_and_dispatch_answer_as_agreed()
    {
        using var folder = made.Folder.Copy();
        ShouldHave(folder.Run(["run", "--as-of", "2026-02-10", "--all", "--format", "json", .. Then]).Expect(0).Json, "as_of", "accounts_reviewed", "decisions",
            "actions", "deferred", "blocked", "seconds");
        ShouldHave(folder.Run(["dispatch", "--format", "json", .. Then]).Expect(0).Json, "sent", "failed", "unknown");
        folder.Run("run", "--as-of", "2026-02-01", "--format", "json").Expect(1).Out.ShouldBeEmpty();
        // Nobody can be written to without an address, so somebody calls.
        folder.Send("""
            {"type":"account","key":"call-a","account":"CALL","name":"Nur Telefon","phone":"+49301112223"}
            {"type":"invoice","key":"call-i","account":"CALL","number":"C-1","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"90.00","currency":"EUR"}
            """, Then).Expect(0);
        folder.Run(["run", "--as-of", "2026-02-10", .. Then]).Expect(0);
        ShouldHave(First(folder.Run("worklist", "--format", "json").Expect(0).Json), "work_item", "kind", "owner", "account",
            "name", "amount", "currency", "score", "priority");
    }

    [Fact]
    public void Figures_of_the_catalogue_answer_as_agreed()
    {
        var catalog = Ask("catalog");
        if (catalog.GetArrayLength() == 0) Assert.Skip("the catalogue is empty");
        var id = First(catalog).EnumerateObject().First().Value.GetString()!;
        ShouldHave(First(Ask("kpi", "--as-of", "2026-02-09")), "kpi", "as_of", "from", "currency", "value", "unit",
            "numerator", "denominator", "band", "target");
        ShouldHave(First(Ask("kpi", id, "--from", "2026-01-01", "--to", "2026-02-09", "--every", "month")), "kpi", "value");
        Ask("drill", id, "--as-of", "2026-02-09").ValueKind.ShouldBe(JsonValueKind.Array);
        Ask("catalog", id).ValueKind.ShouldBe(JsonValueKind.Object);
        made.Folder.Run("kpi", "no_such_kpi").Expect(2);
    }

    [Fact]
    public void Policies_are_validated_and_compared()
    {
        using var folder = made.Folder.Copy();
        var shown = folder.Run("policy", "show").Expect(0).Out;
        var file = folder.Write("policy.yaml", shown.Replace("at: 3, ", "at: 4, ", StringComparison.Ordinal));
        ShouldHave(folder.Run("policy", "validate", file, "--format", "json").Expect(0).Json, "ok");
        ShouldHave(folder.Run(["policy", "diff", file, "--as-of", "2026-02-10", "--format", "json", .. Then]).Expect(0).Json,
            "as_of", "parties", "differing", "differences");
        folder.Run("policy", "validate", folder.Write("bad.yaml", "policy: x\nnonsense: 1\n"), "--format", "json").Expect(1);
        folder.Run("policy", "validate", "no-such-file.yaml").Expect(2);
    }

    public static TheoryData<string> WrongUsage() =>
    [
        "no-such-verb", "run --as-of tomorrow", "run --no-such-option", "import", "import no-such-file.csv --map receivables", "send no-such-file",
        "ageing --by colour", "kpi --from 2026-01-01 --as-of 2026-02-01",
        "kpi --from 2026-02-01 --to 2026-01-01", "ageing --format xml", "run --now yesterday", "drill no_such_thing", "sending maybe",
        "audit verify --anchor no-such-folder", "worklist --limit many", "run --database x",
        "simulate --accounts many", "simulate --days 99999999999", "simulate --faults --seeds many", "demo --accounts many",
    ];

    [Theory]
    [MemberData(nameof(WrongUsage))]
    public void Wrong_usage_ends_with_2_and_says_how_it_is_right(string arguments)
    {
        var ran = made.Folder.Run(arguments.Split(' ')).Expect(2);
        ran.Out.ShouldBeEmpty();
        ran.Err.ShouldNotBeEmpty();
        ran.Err.ShouldNotContain("   at ");
    }

    [Fact]
    public void Unknown_fields_and_kinds_are_refused_by_name()
    {
        using var folder = made.Folder.Copy();
        var ran = folder.Send("""
            {"type":"invoice","key":"x-1","account":"A1","number":"X-1","issued_on":"2026-02-01",
            """ + """
            "due_on":"2026-02-28","amount":"1.00","currency":"EUR","colour":"red"}
            {"type":"promisse","key":"x-2","account":"A1"}
            {"type":"payment","key":"x-3","account":"A1","on":"2026-02-09","amount":"1.001","currency":"EUR"}
            not json
            {"type":"payment","key":"x-4","account":"A1","on":"2026-02-09","amount":"1.00","currency":"EUR"}
            """, Then).Expect(3);
        (ran.Json.GetProperty("accepted").GetInt32(), ran.Json.GetProperty("rejected").GetInt32()).ShouldBe((1, 4));
        ran.Err.ShouldContain("colour");
        ran.Err.ShouldContain("promisse");
        ran.Err.ShouldContain("line 4");
    }

    [Fact]
    public void A_key_stands_for_one_content_and_a_refusal_uses_none_up()
    {
        using var folder = made.Folder.Copy();
        const string payment = """{"type":"payment","key":"once","account":"A1","on":"2026-02-09","amount":"1.00","currency":"EUR"}""";
        folder.Send(payment, Then).Expect(0).Json.GetProperty("accepted").GetInt32().ShouldBe(1);
        // The same in another spelling is the same.
        folder.Send("""{"key":"once", "amount":1.0,"type":"payment","currency":"EUR","on":"2026-02-09","account":"A1"}""", Then).Expect(0)
            .Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
        folder.Send(payment.Replace("1.00", "2.00", StringComparison.Ordinal), Then).Expect(3).Err.ShouldContain("once");
        folder.Send(payment, Then).Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(1);

        const string early = """
            {"type":"invoice","key":"early","account":"NEW","number":"N-1","issued_on":"2026-02-01","due_on":"2026-02-28","amount":"9.00","currency":"EUR"}
            """;
        folder.Send(early, Then).Expect(3).Err.ShouldContain("NEW");
        folder.Send("""{"type":"account","key":"new","account":"NEW"}""", Then).Expect(0);
        folder.Send(early, Then).Expect(0).Json.GetProperty("accepted").GetInt32().ShouldBe(1);
        // Refused for what it says, it may say something else under its key.
        folder.Send(
            """{"type":"write_off","key":"wo","account":"NEW","invoice":"N-1","on":"2026-02-09","amount":"10.00","currency":"EUR","reason":"too much"}""", Then)
            .Expect(3);
        folder.Send("""{"type":"write_off","key":"wo","account":"NEW","invoice":"N-1","on":"2026-02-09","amount":"9.00","currency":"EUR","reason":"all"}""",
            Then).Expect(0);
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_dry_run_leaves_every_table_as_it_was()
    {
        using var folder = made.Folder.Copy();
        var before = Contents(folder);
        var files = Files(folder);
        folder.Run("""{"type":"payment","key":"dry","account":"A1","on":"2026-02-09","amount":"1.00","currency":"EUR"}""", null,
            ["send", "-", "--dry-run", "--format", "json", .. Then]).Expect(0).Json.GetProperty("accepted").GetInt32().ShouldBe(1);
        folder.Run("""{"type":"account","key":"dry2","account":"NEW","name":"Someone New"}""", null, ["send", "-", "--dry-run", .. Then]).Expect(0);
        folder.Run("""{"type":"erasure","key":"dry3","account":"A1","reason":"test"}""", null, ["send", "-", "--dry-run", .. Then]).Expect(0);
        folder.Run("""{"type":"payment","key":"dry4","account":"NOBODY","on":"2026-02-09","amount":"1.00","currency":"EUR"}""", null,
            ["send", "-", "--dry-run", .. Then]).Expect(3);
        folder.Run(["import", folder.Write("rows.csv", Ledger.Csv(300, 10)), "--map", "receivables", "--dry-run", .. Then]).Expect(0);
        folder.Run(["run", "--as-of", "2026-02-10", "--all", "--dry-run", .. Then]).Expect(0);
        folder.Run(["run", "--as-of", "2026-02-06", "--dry-run", .. Then]).Expect(0);
        Ledger.ShouldBeSameRows(Contents(folder), before);
        Files(folder).ShouldBe(files);
        folder.ShouldBeSound();
    }

    private static List<string> Files(DataFolder folder) =>
        [.. Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith("-wal", StringComparison.Ordinal) && !f.EndsWith("-shm", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static List<string> Contents(DataFolder folder) =>
    [
        .. folder.Rows(TestStores.Tables).SelectMany(table => folder.Rows($"SELECT '{table}', * FROM {table} ORDER BY 2, 3")),
        .. TestStores.KeyRows(folder.Place, $"SELECT party, key FROM {TestStores.KeyTable} ORDER BY party")
            .Select(row => $"{row[0]} {Convert.ToHexString((byte[])row[1]!)}"),
    ];

    [Fact]
    public void Only_json_goes_to_standard_output()
    {
        foreach (var verb in new[] { "ageing", "kpi", "worklist", "explain A1", "messages", "sending", "audit verify", "rebuild --check", "inputs", "catalog" })
        {
            var ran = made.Folder.Run([.. verb.Split(' '), "--format", "json"]).Expect(0);
            ran.Out.ShouldEndWith("\n", Case.Sensitive, verb);
            ran.Out.TrimEnd('\n').ShouldNotContain('\n', verb);
            _ = ran.Json;
        }
    }
}
