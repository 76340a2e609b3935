using Recoup.Tests.Mail;

namespace Recoup.Tests.Cli;

/// <summary>Lists whose facts are recorded on their days (`import --until`, `replay`) are followed as by a plain import.</summary>
public sealed class FollowedUntilTests : IDisposable
{
    private const string Header = "account,invoice,issued_on,due_on,amount,currency,name,email,paid_on\n";
    private const string Instalments = "A1,I9,2026-03-01,2026-03-31,50.00,EUR,Acme,,\nA1,I9,2026-03-01,2026-04-30,50.00,EUR,Acme,,\n"
        + "A1,I8,2026-03-01,2026-03-31,50.00,EUR,Acme,,\nA1,I8,2026-03-01,2026-04-30,70.00,EUR,Acme,,\n";

    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Ran Import(string day, string rows, bool isPlain = false) =>
        folder.Run(["import", folder.Write("list.csv", Header + rows), "--map", "receivables", "--format", "json", "--now", $"{day}T12:00:00Z",
            .. isPlain ? (string[])[] : ["--until", day]]).Expect(0);

    private string Stands(string day) => folder.Run("ageing", "--as-of", day, "--by", "account", "--format", "json").Expect(0).Json.EnumerateArray()
        .Select(r => $"{r.GetProperty("total").GetString()} {r.GetProperty("unapplied").GetString()}").SingleOrDefault() ?? "nothing";

    private static (int Accepted, int Unchanged) Counts(Ran ran) => (ran.Json.GetProperty("accepted").GetInt32(), ran.Json.GetProperty("unchanged").GetInt32());

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Instalments_are_all_taken_and_the_same_file_again_changes_nothing_either_way(bool isFirstPlain, bool isSecondPlain)
    {
        Counts(Import("2026-04-01", Instalments, isFirstPlain)).ShouldBe((4, 0));
        Stands("2026-04-01").ShouldBe("220.00 0.00");
        Counts(Import("2026-04-02", Instalments, isSecondPlain)).ShouldBe((0, 4));
        folder.ShouldBeSound();
    }

#if !POSTGRESQL
    /// <summary>Into a place with nothing in it; a database of the tests has its schema.</summary>
    [Fact]
    public void A_replay_takes_all_instalments()
    {
        folder.Run("replay", folder.Write("list.csv", Header + Instalments), "--map", "receivables", "--from", "2026-03-01", "--to", "2026-03-05").Expect(0);
        Stands("2026-03-05").ShouldBe("220.00 0.00");
    }
#endif

    [Fact]
    public void What_changed_between_two_imports_is_followed()
    {
        const string others = "A1,7,2025-03-01,2025-03-01,-40.00,EUR,Acme,,\nA1,I1,2025-03-01,2025-03-31,10.00,EUR,Acme,,2025-04-01\n";
        Import("2026-04-10", others + "A1,I1,2026-03-01,2026-03-31,50.00,EUR,Acme,,2026-04-05\nA1,I2,2026-03-01,2026-03-31,80.00,EUR,Acme,,\n");
        Stands("2026-04-10").ShouldBe("80.00 40.00");
        // Paid no more, less than was said, and a credit note whose number began anew.
        const string changed = others + "A1,I1,2026-03-01,2026-03-31,50.00,EUR,Acme,,\nA1,I2,2026-03-01,2026-03-31,60.00,EUR,Acme,,\n"
            + "A1,7,2026-03-01,2026-03-01,-5.00,EUR,Acme,,\n";
        Counts(Import("2026-04-12", changed)).ShouldBe((3, 2));
        Stands("2026-04-12").ShouldBe("110.00 45.00");
        Counts(Import("2026-04-13", changed)).ShouldBe((0, 5));
        Counts(Import("2026-04-14", changed, isPlain: true)).ShouldBe((0, 5));
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_payment_that_the_list_moves_behind_the_day_was_not_yet_there()
    {
        static string Row(string paid) => $"A1,I1,2026-03-01,2026-03-31,50.00,EUR,Acme,,{paid}\n";
        Import("2026-04-10", Row("2026-04-05"));
        Stands("2026-04-10").ShouldBe("nothing");
        Import("2026-04-12", Row("2026-04-20"));
        Stands("2026-04-12").ShouldBe("50.00 0.00");
        Import("2026-04-21", Row("2026-04-20"));
        Stands("2026-04-21").ShouldBe("nothing");
        // What is recorded of later days stays as it is where a list as of a day before is imported.
        folder.Run("import", folder.Write("list.csv", Header + Row("2026-04-20")), "--map", "receivables", "--until", "2026-04-12", "--format", "json",
            "--now", "2026-04-22T12:00:00Z").Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
        Stands("2026-04-22").ShouldBe("nothing");
    }

    /// <summary>Of a customer with many rows the last of them by its day stands; the list again says nothing new.</summary>
    [Fact]
    public void A_customer_of_whom_the_rows_say_different_things_is_not_changed_by_the_same_list_again()
    {
        static string Row(string number, int day, string name, string email) => $"A1,{number},2026-03-{day:00},2026-03-31,10.00,EUR,{name},{email},\n";
        var rows = Row("I1", 3, "Acme GmbH", "new@x.example") + Row("I2", 1, "Acme", "old@x.example") + Row("I3", 2, "Acme AG", "");
        Import("2026-04-01", rows);
        Counts(Import("2026-04-02", rows)).ShouldBe((0, 3));
        // What it said before of somebody counts again where it says so alone.
        Counts(Import("2026-04-03", Row("I2", 1, "Acme", "old@x.example"))).ShouldBe((1, 0));
    }

    [Fact]
    public void A_payment_that_came_before_its_invoice_waits_for_that_of_its_year()
    {
        var mapping = File.ReadAllText(Path.Combine(Repository.Root, "catalog", "mappings", "receivables.yaml"));
        var check = mapping.IndexOf("check:", StringComparison.Ordinal);
        var unguarded = folder.Write("ledger.yaml", mapping.Remove(check, mapping.IndexOf("inputs:", StringComparison.Ordinal) - check));
        const string rows = "A1,501,2025-03-01,2025-03-31,50.00,EUR,Acme,,\nA1,501,2026-03-01,2026-03-31,80.00,EUR,Acme,,2026-02-15\n";
        folder.Run("import", folder.Write("list.csv", Header + rows), "--map", unguarded, "--until", "2026-04-01", "--now", "2026-04-01T12:00:00Z").Expect(0);
        Stands("2026-04-01").ShouldBe("50.00 0.00");
        folder.ShouldBeSound();
    }

    [Fact]
    public void An_address_is_withdrawn_where_no_row_of_the_list_gives_it_any_more()
    {
        static string Row(string account, string number, int day, string email) =>
            $"{account},{number},2026-03-{day:00},2026-03-31,300.00,EUR,Acme,{email},\n";
        Import("2026-04-01", Row("A1", "I1", 1, "a1@x.example") + Row("A2", "I1", 1, "a2@x.example"));
        // Of the second customer the row that has none stands before the one that gives it, and comes after it by its day.
        Import("2026-04-02", Row("A1", "I2", 2, "") + Row("A1", "I1", 1, "") + Row("A2", "I2", 2, "") + Row("A2", "I1", 1, "a2@x.example"));
        folder.Run("sending", "live", "--now", "2026-04-10T06:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-04-10", "--now", "2026-04-10T08:00:00Z").Expect(0);
        folder.Run("dispatch", "--now", "2026-04-10T10:00:00Z").Expect(0);
        Directory.GetFiles(folder.Mail).Select(f => ParsedMail.Parse(File.ReadAllBytes(f)).Header("To").Split('<', '>')[1]).ShouldBe(["a2@x.example"]);
    }
}
