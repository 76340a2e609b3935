using System.Text;
using Recoup.Tests.Mail;

namespace Recoup.Tests.Cli;

/// <summary>Lists that come again and again: what they say of invoices, credits and payments holds from then on.</summary>
public sealed class ListedItemTests : ListTests
{
    [Theory]
    [InlineData("Total,,,,150.00,EUR,,\n", null)]
    [InlineData(",Summe:,,,150.00,EUR,,\n", null)]
    [InlineData("Total EUR,,,,150.00,EUR,,\n", null)]
    [InlineData("Summe (EUR):,,,,150.00,EUR,,\nEUR total,,,,150.00,EUR,,\n", null)]
    [InlineData("Total EUR,,,,149.00,EUR,,\n", "Line 4 is the list's own total and says 149.00 EUR; the rows before it come to 150.00.")]
    [InlineData("Total,,,,149.00,EUR,,\n", "Line 4 is the list's own total and says 149.00 EUR; the rows before it come to 150.00.")]
    [InlineData("Gesamt,,,,,,,\n", "Line 4 is the list's own total; its amount can't be read")]
    public void A_row_in_which_the_list_adds_itself_up_is_no_item(string total, string? said)
    {
        var ran = Follow(2, "A1,I1,2026-03-01,2026-03-31,100.00,EUR,,\nA2,I2,2026-03-01,2026-03-31,50.00,EUR,,\n" + total);
        ran.Expect(0);
        (ran.Json.GetProperty("read").GetInt32(), ran.Json.GetProperty("rejected").GetInt32()).ShouldBe((2, 0));
        var control = ran.Json.GetProperty("control_totals").EnumerateArray().ShouldHaveSingleItem();
        (Text(control, "in_file"), Text(control, "after"), control.GetProperty("agrees").GetBoolean()).ShouldBe(("150.00", "150.00", true));
        if (said is null) ran.Err.ShouldNotContain("total");
        else ran.Err.ShouldContain(said);
    }

    [Fact]
    public void No_list_says_what_is_open_on_a_day_to_come()
    {
        Follow(2, "A1,I1,2026-03-01,2026-03-31,100.00,EUR,,\n").Expect(0);
        var ran = folder.Run("import", folder.Write("ahead.csv", OpenItems + "A1,I1,2026-03-01,2026-03-31,90.00,EUR,,\n"), "--map", "open-items", "--as",
            "open-items", "--on", "2027-04-03", "--now", "2026-04-03T10:00:00Z");
        ran.Expect(2).Err.ShouldContain("--on 2027-04-03: no list can say what is open on a day to come; today is 2026-04-03");
        Follow(3, "A1,I1,2026-03-01,2026-03-31,100.00,EUR,,\n").Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
    }

    [Fact]
    public void A_list_that_comes_after_one_of_a_later_day_is_taken_only_where_that_is_asked_for()
    {
        const string first = "A1,I1,2026-03-01,2026-03-31,100.00,EUR,,\nA1,I2,2026-03-01,2026-03-31,50.00,EUR,,\nA1,I3,2026-03-01,2026-03-31,70.00,EUR,,\n";
        var newest = first[(first.IndexOf('\n') + 1)..];
        Follow(1, first).Expect(0);
        Follow(3, newest).Expect(0).Err.ShouldNotContain("The file is of");
        string[] late = ["import", folder.Write("late.csv", OpenItems + first.Replace("50.00", "45.00", StringComparison.Ordinal)), "--map", "open-items",
            "--as", "open-items", "--on", "2026-04-02", "--now", "2026-04-03T11:00:00Z"];
        folder.Run(late).Expect(1).Err.ShouldContain("The file is of 2026-04-02, and a list of 2026-04-03 by the same mapping was taken before");
        Ageing(3).ShouldBe(new() { ["A1 EUR"] = "120.00 0.00" });
        // A refused one is no list, and a dry run leaves none.
        folder.Run([.. late, "--accept-older", "--dry-run"]).Expect(0);
        Follow(3, newest).Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(2);
        folder.Rows("SELECT effective_on FROM journal WHERE kind = 'open_items_listed' ORDER BY id").ShouldBe(["2026-04-01", "2026-04-03"]);

        folder.Run([.. late, "--accept-older"]).Expect(0).Err.ShouldContain("what is known of later days counts in what is open now");
        Follow(3, newest).Expect(0);
        Ageing(3).ShouldBe(new() { ["A1 EUR"] = "120.00 0.00" });
    }

    /// <summary>The list of another company, or one whose numbers lost their zeros, has as much as before: that hides what it would close.</summary>
    [Theory]
    [InlineData(40, 60, 0, "None of the 40 accounts that have something open is in the file")]
    [InlineData(40, 40, 5, "The file lacks 35 of the 40 items in EUR that are open, 3500.00 of 4000.00")]
    [InlineData(40, 20, 20, null)]
    [InlineData(4, 4, 0, null)]
    [InlineData(9, 9, 1, null)]
    public void New_items_make_up_for_nothing_that_is_gone(int before, int now, int same, string? why)
    {
        static string Rows(string of, IEnumerable<int> numbers) =>
            string.Concat(numbers.Select(n => $"{of}{n},{of}-{n},2026-03-01,2026-03-31,100.00,EUR,,\n"));
        Follow(1, Rows("X", Enumerable.Range(0, before))).Expect(0);
        var other = Rows("X", Enumerable.Range(0, same)) + Rows("Y", Enumerable.Range(0, now));
        var followed = Follow(2, other);
        if (why is null)
        {
            followed.Expect(0);
            return;
        }
        followed.Expect(1).Json.GetProperty("refused").GetString().ShouldNotBeNull().ShouldSatisfyAllConditions(
            m => m.ShouldStartWith(why), m => m.ShouldEndWith("Nothing of the file was taken."));
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'invoice_issued'").ShouldBe(before);
        folder.Run("import", folder.Write("other.csv", OpenItems + other), "--map", "open-items", "--as", "open-items", "--on", "2026-04-02",
            "--accept-drop", "--now", "2026-04-02T11:00:00Z").Expect(0);
    }

    /// <summary>A look-up that found nothing is nobody's number: two customers became one, and one was written to about the other's invoice.</summary>
    [Theory]
    [InlineData("#N/A")]
    [InlineData("#NV")]
    [InlineData("#ref!")]
    [InlineData("#WERT!")]
    [InlineData("####")]
    public void What_a_spreadsheet_writes_for_no_value_is_none(string error)
    {
        var good = string.Concat(Enumerable.Range(3, 3).Select(n => $"A{n},I{n},2026-03-01,2026-03-31,70.00,EUR,{error},\n"));
        Follow(1, $"{error},I1,2026-03-01,2026-03-31,100.00,EUR,Anna,\nA2,{error},2026-03-01,2026-03-31,50.00,EUR,,\n" + good).Expect(3).Err
            .ShouldSatisfyAllConditions(e => e.ShouldContain($"line 2: account: holds {error}, a spreadsheet's word for no value"),
                e => e.ShouldContain($"line 3: number: holds {error}"));
        Ageing(1).Keys.ShouldBe(["A3 EUR", "A4 EUR", "A5 EUR"]);
    }

    [Fact]
    public void What_was_written_off_stays_so_while_the_list_still_has_it()
    {
        const string both = "A1,I1,2026-03-01,2026-03-31,300.00,EUR,,\nA2,I2,2026-03-01,2026-03-31,500.00,EUR,,\n";
        Follow(1, both).Expect(0);
        folder.Send("""{"type":"write_off","key":"w","account":"A1","invoice":"I1","on":"2026-04-01","reason":"insolvency"}""",
            "--now", "2026-04-01T11:00:00Z").Expect(0);
        foreach (var day in new[] { 2, 3 })
        {
            var ran = Follow(day, both);
            ran.Expect(0).Err.ShouldNotContain("does not agree");
            ran.Err.ShouldContain("300.00 EUR of I1 are open in the list; 300.00 EUR of it were written off on 2026-04-01 here");
            ran.Err.ShouldContain("Of 800.00 EUR in the file 300.00 were written off here");
            (ran.Json.GetProperty("unchanged").GetInt32(), ran.Json.GetProperty("corrected").GetInt32()).ShouldBe((2, 0));
            ran.Json.GetProperty("control_totals")[0].GetProperty("agrees").GetBoolean().ShouldBeTrue();
            Ageing(day).ShouldBe(new Dictionary<string, string> { ["A2 EUR"] = "500.00 0.00" });
        }
        Owed().ShouldBe("300.00 300.00");
        folder.Send("""
            {"type":"payment","key":"p","account":"A1","on":"2026-04-04","amount":"300.00","currency":"EUR",
            """ + """
            "for":[{"invoice":"I1","amount":"300.00"}]}
            """,
            "--now", "2026-04-04T11:00:00Z").Expect(0);
        Owed().ShouldBe("0.00 0.00");
        Follow(5, both.Split('\n')[1] + "\n").Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
        Owed().ShouldBe("0.00 0.00");
        Ageing(5).ShouldBe(new Dictionary<string, string> { ["A2 EUR"] = "500.00 0.00" });

        string Owed() => folder.Run("invoice", "A1", "I1", "--format", "json").Expect(0).Json is var invoice
            ? $"{Text(invoice, "open")} {Text(invoice, "written_off")}" : "";
    }

    [Fact]
    public void Sums_of_parts_are_told_from_the_sum_of_all_and_an_item_that_lacks_its_number_from_both()
    {
        var ran = Follow(2, "A1,I1,2026-03-01,2026-03-31,100.00,EUR,,\nTotal,,,,100.00,EUR,,\nA2,I2,2026-03-01,2026-03-31,50.00,EUR,,\nTotal,,,,50.00,EUR,,\n"
            + "Grand Total,,,,150.00,EUR,,\n");
        ran.Expect(0).Err.ShouldNotContain("total");
        // It has a day of issue: somebody's item, whatever its customer is called.
        ran = Follow(3, "A1,I1,2026-03-01,2026-03-31,100.00,EUR,,\nA2,I2,2026-03-01,2026-03-31,50.00,EUR,,\nTotal,,2026-03-01,2026-03-31,7.00,EUR,,\n");
        ran.Expect(3).Json.GetProperty("rejected").GetInt32().ShouldBe(1);
        ran.Err.ShouldContain("(1 row was rejected)");
    }

    [Fact]
    public void Of_a_row_with_a_cell_that_is_no_text_the_amount_is_counted_and_the_item_left_as_it_is()
    {
        Follow(1, "A1,I1,2026-03-01,2026-03-31,100.00,EUR,Mueller,\nA2,I2,2026-03-01,2026-03-31,50.00,EUR,,\nA3,I3,2026-03-01,2026-03-31,30.00,EUR,,\n")
            .Expect(0);
        var rows = OpenItems + "A1,I1,2026-03-01,2026-03-31,60.00,EUR,M\u00fcller,\nA2,I2,2026-03-01,2026-03-31,50.00,EUR,,\n";
        var file = folder.Write("items.csv", "");
        File.WriteAllBytes(file, Encoding.Latin1.GetBytes(rows));
        var ran = folder.Run("import", file, "--map", "open-items", "--as", "open-items", "--on", "2026-04-02", "--format", "json",
            "--now", "2026-04-02T10:00:00Z").Expect(3);
        var control = ran.Json.GetProperty("control_totals").EnumerateArray().ShouldHaveSingleItem();
        (Text(control, "in_file"), Text(control, "after"), control.GetProperty("agrees").GetBoolean()).ShouldBe(("110.00", "150.00", false));
        ran.Err.ShouldNotContain("could not be read");
        Ageing(2).ShouldBe(new Dictionary<string, string> { ["A1 EUR"] = "100.00 0.00", ["A2 EUR"] = "50.00 0.00" });
    }

    [Fact]
    public void An_invoice_that_the_list_has_at_another_customer_is_never_owed_twice_without_a_word()
    {
        var map = folder.Write("ledger.yaml", """
            about: ledger
            inputs:
              - type: account
                key: ledger/account/{account}/{#}
                account: account
              - type: invoice
                follow: true
                key: ledger/invoice/{invoice}
                account: account
                number: invoice
                issued_on: issued_on
                due_on: due_on
                amount: amount
                currency: { constant: EUR }
            """);
        const string header = "account,invoice,issued_on,due_on,amount\n";
        Ran List(int day, string rows) => folder.Run("import", folder.Write("list.csv", header + rows), "--map", map, "--format", "json",
            "--now", $"2026-04-{day:00}T10:00:00Z");
        List(1, "A1,R1,2026-03-01,2026-03-31,100.00\nA2,R2,2026-03-01,2026-03-31,50.00\n").Expect(0);
        List(2, "A1,R2,2026-03-01,2026-03-31,50.00\nA2,R1,2026-03-01,2026-03-31,100.00\n").Expect(3).Err
            .ShouldContain("the key 'ledger/invoice/R2' was taken for another invoice, or for another account's");
        Ageing(2).ShouldBe(new Dictionary<string, string> { ["A1 EUR"] = "100.00 0.00", ["A2 EUR"] = "50.00 0.00" });
        // What the message says to send.
        folder.Send("""
            {"type":"invoice_cancelled","key":"x","account":"A1","invoice":"R1","on":"2026-04-03","reason":"moved"}
            {"type":"invoice","key":"y","account":"A2","number":"R1","issued_on":"2026-03-01","due_on":"2026-03-31","amount":"100.00","currency":"EUR"}
            """, "--now", "2026-04-03T10:00:00Z").Expect(0);
        List(4, "A2,R1,2026-03-01,2026-03-31,90.00\n").Expect(0);
        Ageing(4).ShouldBe(new Dictionary<string, string> { ["A2 EUR"] = "140.00 0.00" });
    }

    /// <summary>The bank told of the money first, and the list of the invoice's being paid after it: it is money of the same day, or more money.</summary>
    [Theory]
    [InlineData("300.00", "0.00", true)]
    [InlineData("120.00", "180.00", true)]
    [InlineData(null, "300.00", false)]
    public void A_payment_of_the_list_that_meets_less_than_it_pays_is_told_of(string? before, string met, bool isTold)
    {
        Import(1, "C1,Acme,,,I1,2026-03-01,2026-03-31,300.00,EUR,\n").Expect(0);
        if (before is not null)
            folder.Send($$"""
                {"type":"payment","key":"bank-7","account":"C1","on":"2026-04-02","amount":"{{before}}","currency":"EUR",
                """ + $$"""
                "for":[{"invoice":"I1","amount":"{{before}}"}]}
                """, "--now", "2026-04-02T10:00:00Z").Expect(0);
        var ran = Import(3, "C1,Acme,,,I1,2026-03-01,2026-03-31,300.00,EUR,2026-04-02\n").Expect(0);
        ran.Json.TryGetProperty("remarks", out var remarks).ShouldBe(isTold);
        if (isTold)
            Text(remarks.EnumerateArray().ShouldHaveSingleItem(), "text").ShouldBe("account C1: of the 300.00 EUR that the list says were paid for I1, "
                + $"{met} EUR met it: the rest had been met by payment bank-7. Where that is the same money, take one of them back: "
                + """{"type":"payment_reversed","payment":"receivables/payment/C1/I1",…} is this one's""");
        // Said once.
        Import(4, "C1,Acme,,,I1,2026-03-01,2026-03-31,300.00,EUR,2026-04-02\n").Expect(0).Json.TryGetProperty("remarks", out _).ShouldBeFalse();
        // As it says.
        if (!isTold) return;
        folder.Send("""{"type":"payment_reversed","key":"b","account":"C1","payment":"receivables/payment/C1/I1","on":"2026-04-04","reason":"told twice"}""",
            "--now", "2026-04-04T12:00:00Z").Expect(0);
        Ageing(4).GetValueOrDefault("C1 EUR", "0.00 0.00").ShouldBe($"{met} 0.00");
    }

    [Fact]
    public void A_number_whose_sign_turns_from_list_to_list_is_told_of_with_how_to_mend_it()
    {
        static string Row(string number, string amount) => $"C1,Acme,,,{number},2026-03-01,2026-03-31,{amount},EUR,\n";
        Import(1, Row("I1", "300.00") + Row("I2", "-40.00") + Row("I3", "50.00")).Expect(0).Json.TryGetProperty("remarks", out _).ShouldBeFalse();
        var (first, turned) = (Row("I1", "300.00") + Row("I2", "-40.00"), Row("I1", "-300.00") + Row("I2", "40.00") + Row("I3", "50.00"));
        (int, string) IsInvoice(int line, string number, string amount) => (line, $"account C1: {number} is an invoice over {amount} EUR here, and in the list "
            + $"a credit note over {amount} EUR: both stand. "
            + $"Where the list's amount had a wrong sign before, send invoice_cancelled for {number}; where it has one now, credit_note_cancelled");
        (int, string) IsCredit(int line, string number) => (line, $"account C1: {number} is a credit note here, and an invoice in the list now: both stand. "
            + $"Where the list's amount had a wrong sign before, send credit_note_cancelled for credit note {number}");
        // As long as both stand.
        for (var day = 2; day <= 3; day++) Remarks(Import(day, turned)).ShouldBe([IsInvoice(2, "I1", "300.00"), IsCredit(3, "I2")]);
        Ageing(3)["C1 EUR"].ShouldBe("390.00 340.00");
        // As it says.
        folder.Send("""
            {"type":"invoice_cancelled","key":"x1","account":"C1","invoice":"I1","on":"2026-04-04","reason":"sign"}
            {"type":"credit_note_cancelled","key":"x2","account":"C1","credit_note":"I2","on":"2026-04-04","reason":"sign"}
            """, "--now", "2026-04-04T10:00:00Z").Expect(0);
        Ageing(4)["C1 EUR"].ShouldBe("90.00 300.00");
        Remarks(Import(5, turned)).ShouldBeEmpty();
        Ageing(5)["C1 EUR"].ShouldBe("90.00 300.00");
        // And back: what was cancelled stands again, from that day on.
        for (var day = 6; day <= 7; day++) Remarks(Import(day, first)).ShouldBe([IsCredit(2, "I1"), IsInvoice(3, "I2", "40.00")]);
        Ageing(7)["C1 EUR"].ShouldBe("390.00 340.00");
        folder.Send("""
            {"type":"credit_note_cancelled","key":"x3","account":"C1","credit_note":"I1","on":"2026-04-08","reason":"sign"}
            {"type":"invoice_cancelled","key":"x4","account":"C1","invoice":"I2","on":"2026-04-08","reason":"sign"}
            """, "--now", "2026-04-08T10:00:00Z").Expect(0);
        Remarks(Import(9, first)).ShouldBeEmpty();
        Ageing(9)["C1 EUR"].ShouldBe("350.00 40.00");
        Ageing(5)["C1 EUR"].ShouldBe("90.00 300.00");
        folder.ShouldBeSound();

        static List<(int Line, string Text)> Remarks(Ran ran) => ran.Expect(0).Json.TryGetProperty("remarks", out var remarks)
            ? [.. remarks.EnumerateArray().Select(r => (r.GetProperty("line").GetInt32(), Text(r, "text")))] : [];
    }

    /// <summary>Issued again with another amount, an invoice that was cancelled is open from then on, and not twice before.</summary>
    [Fact]
    public void What_is_issued_again_after_its_cancellation_changes_no_day_before()
    {
        Import(1, "C1,Acme,,,I1,2026-03-01,2026-03-31,300.00,EUR,\nC1,Acme,,,I2,2026-03-01,2026-03-31,-40.00,EUR,\n").Expect(0);
        folder.Send("""
            {"type":"invoice_cancelled","key":"x1","account":"C1","invoice":"I1","on":"2026-04-04"}
            {"type":"credit_note_cancelled","key":"x2","account":"C1","credit_note":"I2","on":"2026-04-04"}
            """, "--now", "2026-04-04T10:00:00Z").Expect(0);
        const string changed = "C1,Acme,,,I1,2026-03-01,2026-03-31,310.00,EUR,\nC1,Acme,,,I2,2026-03-01,2026-03-31,-41.00,EUR,\n";
        Import(6, changed).Expect(0).Json.GetProperty("accepted").GetInt32().ShouldBe(2);
        Import(7, changed).Expect(0).Json.GetProperty("accepted").GetInt32().ShouldBe(0);
        Ageing(7)["C1 EUR"].ShouldBe("310.00 41.00");
        Ageing(3)["C1 EUR"].ShouldBe("300.00 40.00");
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_day_of_issue_that_is_corrected_over_the_years_end_makes_no_second_invoice()
    {
        Ran Ledger(int day, string rows) => Import(day, rows).Expect(0);
        Ledger(1, "C1,Acme,,,R1,2025-12-31,2026-03-30,100.00,EUR,\nC2,Beta,,,R1,2025-12-31,2026-03-30,100.00,EUR,\n");
        // The same, entered anew some days later, is the same; a number that began anew has another amount, or comes beside the old one.
        const string corrected = "C1,Acme,,,R1,2026-01-02,2026-04-01,100.00,EUR,2026-04-02\nC2,Beta,,,R1,2026-01-02,2026-04-01,70.00,EUR,\n"
            + "C3,Ceta,,,R1,2025-12-31,2026-03-30,50.00,EUR,\nC3,Ceta,,,R1,2026-01-01,2026-03-31,50.00,EUR,\n";
        Ledger(3, corrected);
        Ageing(3).ShouldBe(new() { ["C2 EUR"] = "170.00 0.00", ["C3 EUR"] = "100.00 0.00" });
        Ledger(4, corrected).Json.GetProperty("accepted").GetInt32().ShouldBe(0);
        // Where the number is known with its year already, that item is meant, and goes on being it with another amount.
        Ledger(5, "C4,Deta,,,R1,2023-06-01,2023-07-01,10.00,EUR,\n");
        Ledger(6, "C4,Deta,,,R1,2025-01-02,2025-02-01,80.00,EUR,\n");
        Ledger(7, "C4,Deta,,,R1,2024-12-30,2025-02-01,80.00,EUR,\n");
        Ledger(8, "C4,Deta,,,R1,2024-12-30,2025-02-01,90.00,EUR,\n");
        Ageing(8)["C4 EUR"].ShouldBe("100.00 0.00");
        folder.Run("audit", "verify").Expect(0);
    }

    [Fact]
    public void An_open_item_whose_day_of_issue_is_corrected_over_the_years_end_is_the_same_item()
    {
        const string other = "C2,I1,2026-03-01,2026-03-31,100.00,EUR,Beta,\n";
        Follow(1, "C1,R1,2025-12-31,2026-03-30,100.00,EUR,Acme,\n" + other).Expect(0);
        var report = Follow(2, "C1,R1,2026-01-02,2026-03-30,100.00,EUR,Acme,\n" + other).Expect(0).Json;
        (report.GetProperty("corrected").GetInt32(), report.GetProperty("closed").GetInt32(), report.GetProperty("new").GetInt32()).ShouldBe((1, 0, 0));
        Follow(3, "C1,R1,2026-01-02,2026-03-30,60.00,EUR,Acme,\n" + other).Expect(0);
        Ageing(3).ShouldBe(new() { ["C1 EUR"] = "60.00 0.00", ["C2 EUR"] = "100.00 0.00" });
        folder.Run("audit", "verify").Expect(0);
    }

    [Fact]
    public void A_credit_that_left_the_list_comes_back_with_it()
    {
        const string others = "C2,I1,2026-03-01,2026-03-31,500.00,EUR,Beta,\n";
        const string credit = "C1,K1,2026-03-01,,-50.00,EUR,Acme,\nC1,K2,2026-03-01,,-70,JPY,Acme,\n";
        Follow(1, credit + others).Expect(0);
        Follow(2, others).Expect(0);
        Ageing(2).ShouldBe(new() { ["C2 EUR"] = "500.00 0.00" });
        // The list of the day before is what came back, and it is told of a day late.
        folder.Run("import", folder.Write("items.csv", OpenItems + credit + others), "--map", "open-items", "--as", "open-items", "--on", "2026-04-03",
            "--format", "json", "--now", "2026-04-04T10:00:00Z").Expect(0).Json.GetProperty("control_totals").EnumerateArray()
            .ShouldAllBe(t => t.GetProperty("agrees").GetBoolean());
        var back = Ageing(4);
        back.ShouldBe(new() { ["C1 EUR"] = "0.00 50.00", ["C1 JPY"] = "0 70", ["C2 EUR"] = "500.00 0.00" });
        Follow(5, credit + others).Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(3);
        Follow(6, others).Expect(0);
        Ageing(6).ShouldBe(new() { ["C2 EUR"] = "500.00 0.00" });
        folder.Run("audit", "verify").Expect(0);
    }

    [Fact]
    public void An_item_that_is_in_another_currency_by_now_is_followed()
    {
        const string others = "C2,I9,2026-03-01,2026-03-31,900.00,EUR,,\n";
        Follow(1, others + """
            C1,I1,2026-03-01,2026-03-31,100.00,EUR,Acme,
            C1,CN1,2026-03-05,,-30.00,EUR,Acme,
            """).Expect(0);
        var turned = others + """
            C1,I1,2026-03-01,2026-03-31,110.00,USD,Acme,
            C1,CN1,2026-03-05,,-33.00,USD,Acme,
            """;
        Follow(2, turned).Expect(0).Json.GetProperty("control_totals").EnumerateArray().ShouldAllBe(t => t.GetProperty("agrees").GetBoolean());
        Ageing(2).ShouldBe(new Dictionary<string, string> { ["C1 USD"] = "110.00 33.00", ["C2 EUR"] = "900.00 0.00" });
        Follow(2, turned).Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(3);
        // And back, less what was paid meanwhile.
        const string back = others + "C1,I1,2026-03-01,2026-03-31,90.00,EUR,Acme,\n";
        Follow(3, back).Expect(1).Json.GetProperty("refused").GetString().ShouldNotBeNull().ShouldContain("--accept-drop");
        folder.Run("import", folder.Write("items.csv", OpenItems + back), "--map", "open-items", "--as", "open-items", "--on", "2026-04-03", "--accept-drop",
            "--format", "json", "--now", "2026-04-03T10:00:00Z").Expect(0);
        Ageing(3).ShouldBe(new Dictionary<string, string> { ["C1 EUR"] = "90.00 0.00", ["C2 EUR"] = "900.00 0.00" });
        folder.ShouldBeSound();
    }

    /// <summary>As it says, and nothing of the wrong currency is left: no money either, which would cover what another invoice owes.</summary>
    [Theory]
    [InlineData("2026-03-30", "0.00")]
    [InlineData("", "300.00")]
    public void An_invoice_of_a_ledger_that_is_in_another_currency_says_what_to_do(string paidOn, string open)
    {
        const string other = "C1,Acme,,,I2,2026-03-01,2026-03-31,60.00,EUR,\n";
        string Rows(string currency) => $"C1,Acme,,,I1,2026-03-01,2026-03-31,300.00,{currency},{paidOn}\n"
            + $"C1,Acme,,,CN,2026-03-01,2026-03-31,-5.00,{currency},\n" + other;
        Import(1, Rows("EUR")).Expect(0);
        var told = Import(2, Rows("USD")).Expect(3);
        told.Err.ShouldContain("invoice I1 is in EUR here, in USD in the list, and a number keeps its currency: cancel it with invoice_cancelled and "
            + "import the list again, which makes it I1 (USD)" + (paidOn.Length == 0 ? "\n" : ". What this list told of as paid is taken back by that; "
            + "where another does, or the number is another then, send payment_reversed for payment receivables/payment/C1/I1\n"));
        told.Err.ShouldContain("credit note CN is in EUR here, in USD in the list, and a number keeps its currency: cancel it with credit_note_cancelled and "
            + "import the list again, which makes it CN (USD)");
        Ageing(2).ShouldBe(new Dictionary<string, string> { ["C1 EUR"] = paidOn.Length == 0 ? "360.00 5.00" : "60.00 5.00" });
        folder.Send("""
            {"type":"invoice_cancelled","key":"x1","account":"C1","invoice":"I1","on":"2026-04-03"}
            {"type":"credit_note_cancelled","key":"x2","account":"C1","credit_note":"CN","on":"2026-04-03"}
            """, "--now", "2026-04-03T10:00:00Z").Expect(0);
        Import(4, Rows("USD")).Expect(0).Json.GetProperty("accepted").GetInt32().ShouldBe(2);
        Ageing(4).ShouldBe(new Dictionary<string, string> { ["C1 EUR"] = "60.00 0.00", ["C1 USD"] = $"{open} 5.00" });
        Import(5, Rows("USD")).Expect(0).Json.GetProperty("accepted").GetInt32().ShouldBe(0);
        // Paid later, or not after all.
        var turned = paidOn.Length == 0 ? Rows("USD").Replace("USD,\nC1,Acme,,,CN", "USD,2026-04-05\nC1,Acme,,,CN", StringComparison.Ordinal)
            : Rows("USD").Replace(paidOn, "", StringComparison.Ordinal);
        Import(6, turned).Expect(0);
        Ageing(6).ShouldBe(new Dictionary<string, string> { ["C1 EUR"] = "60.00 0.00", ["C1 USD"] = $"{(paidOn.Length == 0 ? "0.00" : "300.00")} 5.00" });
        folder.ShouldBeSound();
    }

    /// <summary>What turned to another currency and back is told of as often, and nothing of the currency between is left.</summary>
    [Theory]
    [InlineData("", "300.00")]
    [InlineData("2026-03-30", "0.00")]
    public void An_invoice_of_a_ledger_that_turns_back_to_its_first_currency_is_not_unchanged(string paidOn, string open)
    {
        string Rows(string currency) => $"C1,Acme,,,I1,2026-03-01,2026-03-31,300.00,{currency},{paidOn}\n"
            + $"C1,Acme,,,CN,2026-03-01,2026-03-31,-5.00,{currency},\nC1,Acme,,,I2,2026-03-01,2026-03-31,60.00,EUR,\n";
        void Cancel(int day, string mark) => folder.Send($$"""
            {"type":"invoice_cancelled","key":"x{{day}}{{mark}}","account":"C1","invoice":"I1{{mark}}","on":"2026-04-{{day:00}}"}
            {"type":"credit_note_cancelled","key":"y{{day}}{{mark}}","account":"C1","credit_note":"CN{{mark}}","on":"2026-04-{{day:00}}"}
            """, "--now", $"2026-04-{day:00}T10:00:00Z").Expect(0);
        void ShouldStandIn(int day, string currency)
        {
            Import(day, Rows(currency)).Expect(0).Json.GetProperty("accepted").GetInt32().ShouldBeGreaterThan(0);
            Import(day, Rows(currency)).Expect(0).Json.GetProperty("accepted").GetInt32().ShouldBe(0);
            var only = currency == "EUR" ? [] : new Dictionary<string, string> { ["C1 EUR"] = "60.00 0.00" };
            only[$"C1 {currency}"] = currency == "EUR" ? $"{(paidOn.Length == 0 ? "360.00" : "60.00")} 5.00" : $"{open} 5.00";
            Ageing(day).ShouldBe(only);
        }
        ShouldStandIn(1, "EUR");
        Cancel(2, "");
        ShouldStandIn(2, "USD");
        // Back, while the other stands; and to a third.
        foreach (var (currency, mark) in new[] { ("EUR", ""), ("GBP", " (GBP)") })
        {
            var told = Import(3, Rows(currency)).Expect(3).Err;
            told.ShouldContain($"invoice I1 (USD) is in USD here, in {currency} in the list, and a number keeps its currency: cancel it with "
                + $"invoice_cancelled and import the list again, which makes it I1{mark}");
            told.ShouldContain($"credit note CN (USD) is in USD here, in {currency} in the list, and a number keeps its currency: cancel it with "
                + $"credit_note_cancelled and import the list again, which makes it CN{mark}");
        }
        Cancel(3, " (USD)");
        ShouldStandIn(3, "EUR");
        // Cancelled here, it stays so while the list says what it said.
        Cancel(4, "");
        Import(4, Rows("EUR")).Expect(0).Json.GetProperty("accepted").GetInt32().ShouldBe(0);
        ShouldStandIn(5, "USD");
        Cancel(5, " (USD)");
        ShouldStandIn(5, "GBP");
        folder.ShouldBeSound();
    }

    /// <summary>A credit that is used up is none any more: no invoice over nothing beside it, nobody is told of one, and nothing is chased.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_credit_that_falls_to_nothing_and_vanishes_leaves_right_balances(bool isOpenItems)
    {
        Ran Take(int day, string credit) => isOpenItems
            ? Follow(day, $"C1,I1,2026-03-01,2026-03-31,100.00,EUR,Acme,\n{(credit.Length == 0 ? "" : $"C1,CN,2026-03-05,,{credit},EUR,Acme,\n")}")
            : Import(day, "C1,Acme,,,I1,2026-03-01,2026-03-31,100.00,EUR,\n"
                + (credit.Length == 0 ? "" : $"C1,Acme,,,CN,2026-03-05,2026-03-31,{credit},EUR,\n"));
        foreach (var (day, credit, left) in new[] { (1, "-50.00", "50.00"), (2, "-20.00", "20.00"), (3, "0.00", "0.00"), (4, "0.00", "0.00"), (5, "", "0.00") })
        {
            var taken = Take(day, credit).Expect(0);
            (taken.Out + taken.Err).ShouldNotContain("CN");
            Ageing(day).ShouldBe(new Dictionary<string, string> { ["C1 EUR"] = $"100.00 {left}" });
        }
        folder.Rows("SELECT number FROM item").ShouldBe(["I1"]);
        folder.ShouldBeSound();
    }

    [Fact]
    public void Who_cancels_a_paid_invoice_is_told_of_the_money()
    {
        Import(1, "C1,Acme,,,I1,2026-03-01,2026-03-31,300.00,EUR,2026-03-30\n").Expect(0);
        folder.Send("""{"type":"invoice_cancelled","key":"x","account":"C1","invoice":"I1","on":"2026-04-03"}""", "--now", "2026-04-03T10:00:00Z").Expect(0)
            .Json.GetProperty("remarks").EnumerateArray().ShouldHaveSingleItem().GetProperty("text").GetString().ShouldBe("account C1: 300.00 EUR of payment "
                + "receivables/payment/C1/I1 are on no invoice now, and count as credit; where that money never came, send payment_reversed");
    }

    [Fact]
    public void An_invoice_that_is_paid_by_the_time_it_leaves_is_sent_as_paid()
    {
        folder.Send("""
            {"type":"sending","key":"s","mode":"live"}
            {"type":"portfolio","key":"p","portfolio":"main","creditor":"Nord","sender":"ar@nord.example","bank_details":"IBAN X","invoice_delivery":"email"}
            {"type":"account","key":"a1","account":"A1","email":"a1@x.example"}
            {"type":"account","key":"a2","account":"A2","email":"a2@x.example"}
            """, "--now", "2026-04-01T08:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-04-01", "--now", "2026-04-01T08:30:00Z").Expect(0);
        static string Invoice(string account) => $$"""{"type":"invoice","key":"i{{account}}","account":"{{account}}","number":"I1","""
            + """ "issued_on":"2026-04-02","due_on":"2026-05-02","amount":"300.00","currency":"EUR"}""";
        folder.Send(Invoice("A1") + "\n" + Invoice("A2"), "--now", "2026-04-02T08:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-04-02", "--now", "2026-04-02T08:30:00Z").Expect(0);
        // Between the decision and the letter's leaving.
        const string payment = """{"type":"payment","key":"p1","account":"A1","on":"2026-04-02","amount":"300.00","currency":"EUR"}""";
        folder.Send(payment, "--now", "2026-04-02T09:00:00Z").Expect(0);
        folder.Run("dispatch", "--now", "2026-04-02T10:00:00Z").Expect(0);
        var mails = Directory.GetFiles(folder.Mail).Select(f => ParsedMail.Parse(File.ReadAllBytes(f)))
            .ToDictionary(m => m.Header("To").Trim('<', '>'), m => AllText(m));
        mails["a1@x.example"].ShouldSatisfyAllConditions(m => m.ShouldContain("It is paid already"), m => m.ShouldNotContain("IBAN"));
        mails["a2@x.example"].ShouldSatisfyAllConditions(m => m.ShouldNotContain("paid already"), m => m.ShouldContain("IBAN"));

        static string AllText(ParsedMail mail) => mail.Parts.Count == 0 ? Encoding.UTF8.GetString(mail.Content) : AllText(mail.Parts[0]);
    }
}
