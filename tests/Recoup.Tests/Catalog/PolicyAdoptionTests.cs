using System.Text.Json;
using Recoup.Core.Policies;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;
using Recoup.Tests.Policies;

namespace Recoup.Tests.Catalog;

/// <summary>How a policy comes in force: adopted, by whom, from which day; and that the decision can be explained afterwards.</summary>
public sealed class PolicyAdoptionTests
{
    private const string Facts = """
        {"type":"portfolio","key":"pf","portfolio":"EU","creditor":"Muster GmbH","sender":"a@muster.example"}
        {"type":"account","key":"a-1","account":"A1","name":"Acme","portfolio":"EU","kind":"business","email":"ap@acme.example"}
        {"type":"account","key":"a-2","account":"A2","name":"Beta","portfolio":"EU","kind":"business","email":"ap@beta.example"}
        {"type":"invoice","key":"i-1","account":"A1","number":"INV-1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"1000.00","currency":"EUR"}
        {"type":"invoice","key":"i-2","account":"A2","number":"INV-2","issued_on":"2026-03-01","due_on":"2026-09-30","amount":"500.00","currency":"EUR"}
        """;

    private static readonly string Mine = SamplePolicy.Text.Replace("policy: sample", "policy: mine", StringComparison.Ordinal) + "\n";

    private static DataFolder Folder()
    {
        var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-04-07T08:00:00Z").Expect(0);
        return folder;
    }

    private static JsonElement Run(DataFolder folder, string day) => folder.Run("run", "--now", $"{day}T08:00:00Z", "--format", "json").Expect(0).Json;

    private static List<JsonElement> List(DataFolder folder, string day) =>
        [.. folder.Run("policy", "list", "--now", $"{day}T09:00:00Z", "--format", "json").Expect(0).Json.EnumerateArray()];

    private static string Text(JsonElement json, string field) => json.GetProperty(field).ToString();

    [Fact]
    public void An_adopted_policy_is_in_force_at_once_and_says_who_adopted_it()
    {
        using var folder = Folder();
        Run(folder, "2026-04-07");
        var file = folder.Write("mine.yaml", Mine);
        var adopted = folder.Run("policy", "adopt", file, "--by", "ann", "--now", "2026-04-08T07:00:00Z", "--format", "json").Expect(0).Json;
        (adopted.GetProperty("version").GetInt32(), Text(adopted, "policy"), Text(adopted, "from"), Text(adopted, "adopted_by"),
            adopted.GetProperty("unchanged").GetBoolean()).ShouldBe((2, "mine", "2026-04-08", "ann", false));
        // Nobody told the other customer, who has nothing due: the run looks at it all the same.
        Run(folder, "2026-04-08").GetProperty("accounts_reviewed").GetInt32().ShouldBe(2);
        // The file may go: what it said stays.
        File.Delete(file);
        var decision = folder.Run("explain", "A2", "--format", "json").Expect(0).Json.EnumerateArray().First();
        Text(decision.GetProperty("editions"), "policy").ShouldBe("mine " + Policy.Parse(Mine, "mine").Digest);
        decision.GetProperty("policy_version").GetInt32().ShouldBe(2);
        folder.Run("policy", "show", "--now", "2026-04-08T09:00:00Z").Expect(0).Out.ShouldBe(Mine);
        List(folder, "2026-04-08")
            .Select(p => (Text(p, "version"), Text(p, "policy"), Text(p, "adopted_by"), Text(p, "state"))).ShouldBe([("2", "mine", "ann", "in_force"),
                ("1", "default", "system", "past")]);
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_policy_from_a_day_on_comes_in_force_on_that_day()
    {
        using var folder = Folder();
        folder.Run("policy", "adopt", folder.Write("mine.yaml", Mine), "--from", "2026-04-10", "--now", "2026-04-07T08:30:00Z").Expect(0);
        Run(folder, "2026-04-09");
        Text(folder.Run("explain", "A1", "--format", "json").Json.EnumerateArray().First().GetProperty("editions"), "policy").ShouldStartWith("default ");
        Text(List(folder, "2026-04-09").Single(p => Text(p, "policy") == "mine"), "state").ShouldBe("coming");
        folder.Run("policy", "show", "--as-of", "2026-04-09").Expect(0).Out.ShouldBe(ShippedPolicies.DefaultText);
        folder.Run("policy", "show", "--as-of", "2026-04-10").Expect(0).Out.ShouldBe(Mine);
        // Everybody is looked at on its first day, and nobody without need on the next: of the one the fifth day has come, counted as
        // the ladder began under the policy of before.
        Run(folder, "2026-04-10").GetProperty("accounts_reviewed").GetInt32().ShouldBe(2);
        Text(folder.Run("explain", "A2", "--format", "json").Json.EnumerateArray().First().GetProperty("editions"), "policy").ShouldStartWith("mine ");
        Run(folder, "2026-04-11").GetProperty("accounts_reviewed").GetInt32().ShouldBe(1);
        Text(folder.Run("explain", "A1", "--format", "json").Json.EnumerateArray().First(), "rule").ShouldBe("days-between-steps");
        Text(folder.Run("explain", "A2", "--format", "json").Json.EnumerateArray().First(), "as_of").ShouldBe("2026-04-10");
        List(folder, "2026-04-10").Select(p => Text(p, "state")).ShouldBe(["past", "in_force"]);
        folder.ShouldBeSound();
    }

    [Fact]
    public void The_same_content_again_changes_nothing()
    {
        using var folder = Folder();
        var file = folder.Write("mine.yaml", Mine);
        folder.Run("policy", "adopt", file, "--from", "2026-04-10", "--now", "2026-04-07T08:30:00Z").Expect(0);
        foreach (var from in new[] { "2026-04-10", "2026-04-12" })
        {
            var again = folder.Run("policy", "adopt", file, "--from", from, "--now", "2026-04-07T08:31:00Z", "--format", "json").Expect(0);
            (again.Json.GetProperty("unchanged").GetBoolean(), again.Json.GetProperty("version").GetInt32()).ShouldBe((true, 1));
        }
        // Before its day it is something new.
        folder.Run("policy", "adopt", file, "--from", "2026-04-09", "--now", "2026-04-07T08:32:00Z", "--format",
            "json").Expect(0).Json.GetProperty("version").GetInt32().ShouldBe(2);
        List(folder, "2026-04-08").Count.ShouldBe(2);
    }

    [Fact]
    public void A_policy_adopted_at_once_gives_way_to_one_that_was_adopted_for_a_later_day_and_says_so()
    {
        using var folder = Folder();
        folder.Run("policy", "adopt", folder.Write("mine.yaml", Mine), "--from", "2026-05-01", "--now", "2026-04-07T08:30:00Z").Expect(0);
        var other = Mine.Replace("policy: mine", "policy: other", StringComparison.Ordinal);
        folder.Run("policy", "adopt", folder.Write("other.yaml", other), "--now",
            "2026-04-07T08:31:00Z").Expect(0).Err.ShouldContain("From 2026-05-01 on the policy mine");
        folder.Run("policy", "show", "--as-of", "2026-04-30").Out.ShouldBe(other);
        folder.Run("policy", "show", "--as-of", "2026-05-01").Out.ShouldBe(Mine);
        // Another for the same day takes its place before it ever was in force.
        folder.Run("policy", "adopt", folder.Write("other.yaml", other + "about: again\n"), "--from", "2026-05-01", "--now", "2026-04-07T08:32:00Z").Expect(0);
        Text(List(folder, "2026-04-08").Single(p => Text(p, "policy") == "mine"), "state").ShouldBe("replaced");
    }

    [Fact]
    public void A_run_with_a_policy_file_is_for_looking_only()
    {
        using var folder = Folder();
        var file = folder.Write("mine.yaml", Mine);
        var refused = folder.Run("run", "--policy", file, "--now", "2026-04-08T08:00:00Z").Expect(2);
        refused.Err.ShouldContain($"recoup policy adopt {file}");
        var would = folder.Run("run", "--policy", file, "--dry-run", "--now", "2026-04-08T08:00:00Z", "--format",
            "json").Expect(0).Json.GetProperty("would").EnumerateArray().First();
        Text(would.GetProperty("editions"), "policy").ShouldStartWith("mine ");
        List(folder, "2026-04-08").ShouldBeEmpty();
    }

    [Fact]
    public void A_day_that_was_decided_on_gets_no_other_policy()
    {
        using var folder = Folder();
        Run(folder, "2026-04-08");
        var file = folder.Write("mine.yaml", Mine);
        var refused = folder.Run("policy", "adopt", file, "--from", "2026-04-07", "--now", "2026-04-09T08:00:00Z").Expect(1);
        refused.Err.ShouldContain("can't come in force on 2026-04-07 any more");
        refused.Err.ShouldContain("2026-04-09");
        List(folder, "2026-04-09").Count.ShouldBe(1);
        // History that is played may go on with it from the next day, whatever the machine's clock says.
        folder.Run("policy", "adopt", file, "--from", "2026-04-09").Expect(0);
        folder.Run("run", "--as-of", "2026-04-09").Expect(0);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once_with_its_line_and_nothing_is_adopted()
    {
        using var folder = Folder();
        var broken = SamplePolicy.Text.Replace("tone: friendly", "tone: rude", StringComparison.Ordinal).Replace("template: second-reminder",
            "template: secnd-reminder", StringComparison.Ordinal)
            .Replace("[email, call], template: final", "[fax], template: final", StringComparison.Ordinal).Replace("promise_grace_days: 2",
                "promise_grace: 2", StringComparison.Ordinal);
        foreach (var verb in new[] { "validate", "adopt" })
        {
            var json = folder.Run("policy", verb, folder.Write("broken.yaml", broken), "--now", "2026-04-08T08:00:00Z", "--format", "json").Expect(1).Json;
            json.GetProperty("ok").GetBoolean().ShouldBeFalse();
            var problems = json.GetProperty("problems").EnumerateArray().Select(p => (p.GetProperty("line").GetInt32(), Text(p, "text"))).ToList();
            problems.ShouldContain(p => p.Item1 == 10 && p.Item2.StartsWith("tone is one of friendly", StringComparison.Ordinal));
            problems.ShouldContain(p => p.Item1 == 12
                && p.Item2.StartsWith("there is no template 'secnd-reminder'; did you mean 'second-reminder'?", StringComparison.Ordinal));
            problems.ShouldContain(p => p.Item1 == 13 && p.Item2.StartsWith("'fax' can't be sent yet", StringComparison.Ordinal));
            problems.ShouldContain(p => p.Item2 == "promise_grace_days is missing");
            problems.ShouldContain(p => p.Item1 > 13
                && p.Item2.Contains("'promise_grace' is no field here; did you mean 'promise_grace_days'?", StringComparison.Ordinal));
            problems.Count.ShouldBe(5);
        }
        List(folder, "2026-04-08").ShouldBeEmpty();
    }

    [Fact]
    public void A_diff_shows_what_differs_and_nothing_else()
    {
        using var folder = Folder();
        var same = folder.Run("policy", "diff", folder.Write("same.yaml", ShippedPolicies.DefaultText + "# only a remark\n"), "--as-of",
            "2026-04-08").Expect(0);
        same.Out.ShouldContain("Nothing would be decided otherwise.");
        same.Out.ShouldNotContain("A1");
        same.Out.ShouldNotContain("email");
        // A1 is written to in another tone; A2, not due, is left alone by both.
        var file = folder.Write("firm.yaml",
            ShippedPolicies.DefaultText.Replace("template: first-reminder, tone: neutral", "template: first-reminder, tone: firm", StringComparison.Ordinal));
        var json = folder.Run("policy", "diff", file, "--as-of", "2026-04-08", "--format", "json").Expect(0).Json;
        json.GetProperty("parties").GetInt32().ShouldBe(2);
        json.GetProperty("differing").GetInt32().ShouldBe(1);
        var difference = json.GetProperty("differences").EnumerateArray().Single();
        (Text(difference, "account"), Text(difference, "before"),
            Text(difference, "after")).ShouldBe(("A1", "email first-reminder, neutral, by first-reminder", "email first-reminder, firm, by first-reminder"));
        json.GetProperty("before").EnumerateObject().ShouldBeEmpty();
        var text = folder.Run("policy", "diff", file, "--as-of", "2026-04-08").Expect(0).Out;
        text.ShouldContain("of 2 customers 1 would be treated otherwise");
        text.ShouldNotContain("A2");
    }

    [Fact]
    public void A_diff_lists_as_many_accounts_as_were_asked_for_and_says_how_many_there_are()
    {
        using var folder = Folder();
        folder.Send(string.Join('\n', new[] { "B1", "B2" }.SelectMany(account => new[]
        {
            $$"""{"type":"account","key":"{{account}}","account":"{{account}}","email":"ap@kunde.example"}""",
            $$"""{"type":"invoice","key":"i{{account}}","account":"{{account}}","number":"1","issued_on":"2026-03-01","due_on":"2026-03-31",""" + """
                "amount":"300.00","currency":"EUR"}
                """,
        })), "--now", "2026-04-07T10:00:00Z").Expect(0);
        var file = folder.Write("firm.yaml",
            ShippedPolicies.DefaultText.Replace("template: first-reminder, tone: neutral", "template: first-reminder, tone: firm", StringComparison.Ordinal));
        string[] diff = ["policy", "diff", file, "--as-of", "2026-04-08"];
        var two = folder.Run([.. diff, "--limit", "2", "--format", "json"]).Expect(0);
        (two.Json.GetProperty("differing").GetInt32(), two.Json.GetProperty("differences").GetArrayLength()).ShouldBe((3, 2));
        two.Err.ShouldContain("2 of 3 are shown; --limit 3 shows all.");
        var all = folder.Run([.. diff, "--limit", "3", "--format", "json"]).Expect(0);
        all.Json.GetProperty("differences").GetArrayLength().ShouldBe(3);
        all.Err.ShouldNotContain("shown");
        foreach (var limit in new[] { "0", "-1", "many" })
            folder.Run([.. diff, "--limit", limit]).Expect(2).Err.ShouldContain("--limit takes a number from 1 to 1000000");
    }

    [Fact]
    public void Two_who_adopt_at_the_same_time_get_two_versions()
    {
        using var folder = Folder();
        var policies = Enumerable.Range(0, 6).Select(i => Policy.Parse(Mine.Replace("policy: mine", $"policy: mine-{i}", StringComparison.Ordinal), "mine"))
            .ToList();
        var now = new DateTimeOffset(2026, 4, 8, 8, 0, 0, TimeSpan.Zero);
        Parallel.ForEach(policies, policy =>
        {
            using var store = folder.Open();
            Adoption.Adopt(new Storage.Door(store, "import", TimeProvider.System, Connectors.Mail.TemplateWriter.Shipped), policy, null, "ann",
                now).Unchanged.ShouldBeFalse();
        });
        using var after = folder.Open();
        new Readings(after).Workspace().Adopted.Policies.Select(p => p.Version).ShouldBe([1, 2, 3, 4, 5, 6]);
        folder.ShouldBeSound();
    }
}
