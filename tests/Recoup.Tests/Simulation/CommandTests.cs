using System.Text.Json;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Simulation;

/// <summary>simulate, replay and policy simulate as a script sees them.</summary>
public sealed class CommandTests
{
    private static string Word(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    [Fact]
    public void Simulate_gives_its_invariants_and_the_same_hash_for_the_same_seed()
    {
        using var folder = new DataFolder();
        JsonElement Run(int seed) => folder.Run("simulate", "--seed", $"{seed}", "--accounts", "25", "--days", "70", "--format", "json").Expect(0).Json;
        var one = Run(9);
        one.GetProperty("ok").GetBoolean().ShouldBeTrue();
        one.GetProperty("events").GetInt64().ShouldBeGreaterThan(100);
        one.GetProperty("invariants").EnumerateArray().ShouldAllBe(i => i.GetProperty("failed").GetInt64() == 0);
        one.GetProperty("invariants").EnumerateArray().Count(i => i.GetProperty("checked").GetInt64() > 0).ShouldBeGreaterThan(10);
        one.GetProperty("kpis").EnumerateArray().ShouldContain(k => Word(k, "kpi") == "dso");
        Word(one, "world").ShouldBe("everyday");
        Word(Run(9), "journal_hash").ShouldBe(Word(one, "journal_hash"));
        Word(Run(10), "journal_hash").ShouldNotBe(Word(one, "journal_hash"));
        Directory.Exists(folder.Path).ShouldBeFalse("a simulation works in a scratch folder unless --data is given");
    }

    /// <summary>One fact of today's clock, and the demo's figures would be of a year later: none left in a window, everything long overdue.</summary>
    [Fact]
    public void Every_verb_on_the_demos_folder_goes_by_the_demos_clock()
    {
        using var folder = new DataFolder();
        folder.Send("""{"type":"account","key":"a","account":"A1","name":"Acme","portfolio":"EU"}""", "--now", "2025-12-31T18:00:00Z").Expect(0);
        File.WriteAllText(Path.Combine(folder.Path, "made-by-recoup-demo"), "");
        var sent = folder.Send(
            """{"type":"invoice","key":"i","account":"A1","number":"I1","issued_on":"2025-12-01","due_on":"2025-12-20","amount":"100.00","currency":"EUR"}""")
            .Expect(0);
        sent.Err.ShouldContain("the demo's: its clock goes on from 2025-12-31 18:00 UTC");
        folder.Rows("SELECT DISTINCT recorded_on FROM journal").ShouldBe(["2025-12-31"]);
        Word(folder.Run("run", "--format", "json").Expect(0).Json, "as_of").ShouldBe("2025-12-31");
        Word(folder.Run("ageing", "--format", "json").Expect(0).Json[0], "d1_30").ShouldBe("100.00");
        folder.Run("dispatch").Expect(0);
        folder.Run("sending", "live").Expect(0);
        folder.Count("SELECT count(*) FROM journal WHERE recorded_on > '2025-12-31'").ShouldBe(0);
        // Who says what time it is is believed.
        folder.Send("""{"type":"account","key":"b","account":"B1","name":"Birk","portfolio":"EU"}""", "--now", "2026-01-05T18:00:00Z").Expect(0)
            .Err.ShouldNotContain("demo");
    }

    [Fact]
    public void Simulate_keeps_its_store_where_data_is_given_and_begins_in_no_used_one()
    {
        using var folder = new DataFolder();
        string[] command = ["simulate", "--accounts", "10", "--days", "40", "--data", folder.Path, "--format", "json"];
        folder.Run(command).Expect(0);
        folder.ShouldBeSound();
        folder.Run(command).Expect(2).Err.ShouldContain("is not empty");
        folder.Run("simulate", "--world", "nowhere").Expect(2);
        folder.Run("simulate", "--days", "0").Expect(2).Err.ShouldContain("--days takes a number from 1");
    }

    [Fact]
    public void Replay_comes_to_what_import_and_run_come_to_day_by_day()
    {
        using var folder = new DataFolder();
        var file = folder.Write("history.csv", """
            account,name,email,phone,country,time_zone,language,portfolio,invoice,issued_on,due_on,amount,currency,paid_on
            A1,Alder Print,ap@alder.example,,DE,Europe/Berlin,de,EU,R-1,2025-03-01,2025-03-15,100.00,EUR,2025-04-02
            A1,Alder Print,ap@alder.example,,DE,Europe/Berlin,de,EU,R-2,2025-03-20,2025-04-03,50.00,EUR,
            A2,Birk Tools,ap@birk.example,,DE,Europe/Berlin,de,EU,R-3,2025-03-10,2025-03-24,80.00,EUR,2025-05-30

            """);
        var replayed = folder.Run("replay", file, "--map", "receivables", "--from", "2025-03-05", "--to", "2025-04-20", "--format", "json").Expect(0).Json;
        replayed.GetProperty("days").GetArrayLength().ShouldBe(47);
        var summary = replayed.GetProperty("summary");
        summary.GetProperty("actions").GetProperty("email").GetInt32().ShouldBeGreaterThan(2);
        summary.GetProperty("decisions").GetInt32().ShouldBe(replayed.GetProperty("days").EnumerateArray().Sum(d => d.GetProperty("decisions").GetInt32()));
        folder.ShouldBeSound();
        folder.Run("replay", file, "--map", "receivables", "--from", "2025-03-05", "--to", "2025-04-20").Expect(2).Err.ShouldContain("new workspace");

        // What was paid on 30 May nobody knew on 20 April.
        using var byHand = new DataFolder();
        for (var day = new DateOnly(2025, 3, 5); day <= new DateOnly(2025, 4, 20); day = day.AddDays(1))
        {
            if (day.Day is not (5 or 20)) continue;
            byHand.Run("import", file, "--map", "receivables", "--until", $"{day:yyyy-MM-dd}").Expect(0);
        }
        string Ageing(DataFolder of) => of.Run("ageing", "--as-of", "2025-04-20", "--format", "json").Expect(0).Out;
        Ageing(folder).ShouldBe(Ageing(byHand));
        folder.Rows("SELECT max(recorded_on) FROM head").ShouldBe(["2025-04-20"]);
        folder.Rows("SELECT count(*) FROM journal WHERE kind = 'message_released'").ShouldBe(["0"]);
    }

    [Fact]
    public void Policy_simulate_says_what_differs_and_that_it_holds_for_its_worlds_only()
    {
        using var folder = new DataFolder();
        var file = folder.Write("quiet.yaml", Played.Quiet.Text);
        var ran =
            folder.Run("policy", "simulate", file, "--world", "everyday", "--seeds", "2", "--accounts", "20", "--days", "80", "--format", "json").Expect(0);
        var figures = ran.Json.GetProperty("figures").EnumerateArray().ToList();
        figures.ShouldAllBe(f => Word(f, "world") == "everyday");
        figures.Single(f => Word(f, "figure") == "messages").GetProperty("difference").GetDecimal().ShouldBeLessThan(0);
        Word(ran.Json, "holds_for").ShouldBe("these made-up worlds only");
        ran.Err.ShouldContain("It is no forecast");
    }

    /// <summary>README's first command; short of <see cref="Long"/> with a fifteenth of its customers, its figures in proportion.</summary>
    [Fact]
    public void The_demo_tells_what_was_owed_what_was_done_and_what_came_back()
    {
        using var folder = new DataFolder();
        const int whole = 2000, part = 200;
        string[] fewer = Long.IsAsked ? [] : ["--accounts", $"{part}"];
        var share = Long.Or(whole, part) / (double)whole;
        var ran = folder.Run(["demo", "--format", "json", .. fewer]).Expect(0);
        var story = ran.Json;
        story.GetProperty("decisions").GetInt32().ShouldBeGreaterThan((int)(50_000 * share));
        story.GetProperty("sent").GetInt32().ShouldBeGreaterThan((int)(10_000 * share));
        story.GetProperty("calls").GetInt32().ShouldBeGreaterThan((int)(1000 * share));
        decimal.Parse(Word(story.GetProperty("brought_by_contact"), "EUR"), System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBeGreaterThan(100_000m * (decimal)share);
        story.GetProperty("kpis").EnumerateArray().Count(k => Word(k, "kpi") == "dso" && Word(k, "currency") == "EUR").ShouldBe(12);
        story.GetProperty("ageing").GetArrayLength().ShouldBe(3);
        Directory.EnumerateFiles(folder.Mail, "*.eml").ShouldNotBeEmpty("letters of the last week can be looked at");
        folder.Run("worklist", "--format", "json").Expect(0).Json.GetArrayLength().ShouldBeGreaterThan(0);
        folder.Run("explain", "C00001", "--format", "json").Expect(0);
        folder.Write(Path.Combine("data", "mine.txt"), "something of mine");
        File.Delete(Path.Combine(folder.Path, "made-by-recoup-demo"));
        folder.Run("demo").Expect(2).Err.ShouldContain("holds something that the demo did not make");
    }
}
