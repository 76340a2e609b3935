using System.Text.Json;

namespace Recoup.Tests.Cli;

/// <summary>Lists whose numbers begin anew each year, or bear several documents: each has its own payment, and none takes another's.</summary>
public sealed class FollowedYearsTests : IDisposable
{
    private const string Receivables = "account,invoice,issued_on,due_on,amount,currency,name,paid_on\n";
    private const string OpenItems = "account,number,issued_on,due_on,balance,currency,name,email\n";

    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Ran Import(string day, string rows) => folder.Run(
        "import", folder.Write("list.csv", Receivables + rows), "--map", "receivables", "--format", "json", "--now", $"{day}T08:00:00Z").Expect(0);

    private JsonElement Follow(string day, string rows) => folder.Run("import", folder.Write("items.csv", OpenItems + rows), "--map", "open-items",
        "--as", "open-items", "--on", day, "--accept-drop", "--format", "json", "--now", $"{day}T08:00:00Z").Expect(0).Json;

    /// <summary>What is open, and what is on no item.</summary>
    private string Stands(string day) => folder.Run("ageing", "--as-of", day, "--by", "account", "--format", "json").Expect(0).Json.EnumerateArray()
        .Select(r => $"{r.GetProperty("total").GetString()} {r.GetProperty("unapplied").GetString()}").SingleOrDefault() ?? "nothing";

    private static int Accepted(Ran ran) => ran.Json.GetProperty("accepted").GetInt32();

    [Fact]
    public void A_number_that_begins_anew_leaves_the_payment_of_the_year_before()
    {
        Import("2025-05-01", "A1,501,2025-03-01,2025-03-31,50.00,EUR,Acme,2025-04-20\n");
        Import("2026-03-02", "A1,501,2026-03-01,2026-03-31,80.00,EUR,Acme,\n");
        Stands("2026-03-02").ShouldBe("80.00 0.00");
        Import("2026-04-02", "A1,501,2026-03-01,2026-03-31,80.00,EUR,Acme,2026-04-01\n");
        Stands("2026-04-02").ShouldBe("nothing");
        // Taken back is the payment of the year that the row is of.
        Import("2026-04-03", "A1,501,2026-03-01,2026-03-31,80.00,EUR,Acme,\n");
        Stands("2026-04-03").ShouldBe("80.00 0.00");
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_years_paid_in_one_file_are_two_payments_and_the_file_again_changes_nothing(bool newestFirst)
    {
        const string first = "A1,501,2025-03-01,2025-03-31,50.00,EUR,Acme,2025-04-20\n";
        const string second = "A1,501,2026-03-01,2026-03-31,80.00,EUR,Acme,2026-04-20\n";
        var rows = newestFirst ? second + first : first + second;
        Import("2026-05-01", rows);
        Stands("2026-05-01").ShouldBe("nothing");
        Accepted(Import("2026-05-02", rows)).ShouldBe(0);
        // One comes back; the list, which says nothing new, does not know better.
        var later = newestFirst ? "receivables/payment/A1/501" : "receivables/payment/A1/501 (2026)";
        var reversed = $$"""{"type":"payment_reversed","key":"r","account":"A1","payment":"{{later}}","on":"2026-05-03","reason":"came back"}""";
        folder.Send(reversed, "--now", "2026-05-03T08:00:00Z").Expect(0);
        Accepted(Import("2026-05-04", rows)).ShouldBe(0);
        Stands("2026-05-04").ShouldBe("80.00 0.00");
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_payment_is_of_its_own_instalment_wherever_its_row_stands()
    {
        const string paid = "A1,501,2026-03-01,2026-03-31,50.00,EUR,Acme,2026-04-01\n", open = "A1,501,2026-03-01,2026-04-30,70.00,EUR,Acme,\n";
        Import("2026-04-02", paid + open);
        Accepted(Import("2026-04-03", open + paid)).ShouldBe(0);
        // The ledger lists what is open alone from now on.
        Accepted(Import("2026-04-04", open)).ShouldBe(0);
        Stands("2026-04-04").ShouldBe("70.00 0.00");
        var settled = open.Replace("Acme,", "Acme,2026-04-30", StringComparison.Ordinal);
        Import("2026-05-01", settled);
        Stands("2026-05-01").ShouldBe("nothing");
        Import("2026-05-02", open);
        Stands("2026-05-02").ShouldBe("70.00 0.00");
        folder.ShouldBeSound();
    }

    /// <summary>Ledgers write 501/2 of an invoice as well as of a part: it is another than the second instalment of 501.</summary>
    [Fact]
    public void An_invoice_named_like_an_instalment_has_a_payment_of_its_own()
    {
        const string rows = "A1,501,2026-03-01,2026-03-31,50.00,EUR,Acme,2026-04-01\nA1,501,2026-03-01,2026-04-30,70.00,EUR,Acme,2026-04-02\n"
            + "A1,501/2,2026-03-02,2026-03-31,20.00,EUR,Acme,2026-04-03\n";
        Import("2026-05-01", rows);
        Stands("2026-05-01").ShouldBe("nothing");
        Accepted(Import("2026-05-02", rows)).ShouldBe(0);
        folder.ShouldBeSound();
    }

    /// <summary>Payments of instalments were known by a key with a slash before.</summary>
    [Theory]
    [InlineData(false, "nothing")]
    [InlineData(true, "70.00 0.00")]
    public void A_payment_of_an_instalment_that_has_the_key_of_before_is_not_taken_again(bool isReversed, string stands)
    {
        const string first = "A1,501,2026-03-01,2026-03-31,50.00,EUR,Acme,2026-04-01\n", second = "A1,501,2026-03-01,2026-04-30,70.00,EUR,Acme,";
        Import("2026-04-02", first + second + "\n");
        const string payment = """
            {"type":"payment","key":"receivables/payment/A1/501/2","account":"A1","on":"2026-04-02","amount":"70.00","currency":"EUR",
            """ + """
            "for":[{"invoice":"501 (2)","amount":"70.00"}]}
            """;
        folder.Send(payment, "--now", "2026-04-02T09:00:00Z").Expect(0);
        if (isReversed)
            folder.Send("""
                {"type":"payment_reversed","key":"r","account":"A1","payment":"receivables/payment/A1/501/2","on":"2026-04-03","reason":"came back"}
                """, "--now", "2026-04-03T09:00:00Z").Expect(0);
        Import("2026-04-04", first + second + "2026-04-02\n");
        Stands("2026-04-04").ShouldBe(stands);
        Import("2026-04-05", first + second + "2026-04-04\n");
        Stands("2026-04-05").ShouldBe("nothing");
    }

    [Fact]
    public void Of_two_years_each_stays_what_it_is_when_one_is_cancelled()
    {
        const string rows = "A1,501,2025-03-01,2025-03-31,50.00,EUR,Acme,\nA1,501,2026-03-01,2026-03-31,80.00,EUR,Acme,\n";
        const string cancelled = """{"type":"invoice_cancelled","key":"KEY","account":"A1","invoice":"NUMBER","on":"2026-04-02"}""";
        string Cancelled(string number) => cancelled.Replace("KEY", number, StringComparison.Ordinal).Replace("NUMBER", number, StringComparison.Ordinal);
        Import("2026-04-01", rows);
        folder.Send(Cancelled("501"), "--now", "2026-04-02T08:00:00Z").Expect(0);
        Accepted(Import("2026-04-03", rows)).ShouldBe(0);
        Stands("2026-04-03").ShouldBe("80.00 0.00");
        folder.Send(Cancelled("501 (2026)"), "--now", "2026-04-04T08:00:00Z").Expect(0);
        Accepted(Import("2026-04-05", rows)).ShouldBe(0);
        Stands("2026-04-05").ShouldBe("nothing");
        folder.ShouldBeSound();
    }

    [Fact]
    public void Of_two_years_of_open_items_the_second_stays_when_the_first_is_cancelled()
    {
        const string first = "A1,501,2025-03-01,2025-03-31,50.00,EUR,Acme,\n", second = "A1,501,2026-03-01,2026-03-31,80.00,EUR,Acme,\n";
        Follow("2026-04-01", first + second);
        folder.Send("""{"type":"invoice_cancelled","key":"c","account":"A1","invoice":"501","on":"2026-04-02"}""", "--now", "2026-04-02T08:00:00Z").Expect(0);
        var report = Follow("2026-04-03", second);
        (report.GetProperty("new").GetInt32(), report.GetProperty("closed").GetInt32(), report.GetProperty("unchanged").GetInt32()).ShouldBe((0, 0, 1));
    }

    [Theory]
    [InlineData("-60.00", "100.00")]
    [InlineData("-40.00", "80.00")]
    public void A_credit_note_whose_number_begins_anew_is_another(string amount, string unapplied)
    {
        var row = $"A1,7,2026-03-01,2026-03-31,{amount},EUR,Acme,\n";
        const string before = "A1,7,2025-03-01,2025-03-31,-40.00,EUR,Acme,\n";
        Import("2025-05-01", before);
        Import("2026-03-02", row);
        Stands("2026-03-02").ShouldBe($"0.00 {unapplied}");
        foreach (var rows in new[] { row, before + row, row + before }) Accepted(Import("2026-03-03", rows)).ShouldBe(0);
        Import("2026-03-04", "A1,7,2026-03-01,2026-03-31,-10.00,EUR,Acme,\n");
        Stands("2026-03-04").ShouldBe("0.00 50.00");
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData("2026-03-01")]
    [InlineData("2026-03-15")]
    public void Two_credit_notes_of_one_number_in_a_list_are_two(string second)
    {
        var rows = $"A1,7,2026-03-01,2026-03-31,-40.00,EUR,Acme,\nA1,7,{second},2026-03-31,-60.00,EUR,Acme,\n";
        Import("2026-04-01", rows);
        Stands("2026-04-01").ShouldBe("0.00 100.00");
        Accepted(Import("2026-04-02", rows)).ShouldBe(0);
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_credit_note_whose_day_is_corrected_over_the_years_end_is_the_same(bool asOpenItems)
    {
        void Take(string day, string rows)
        {
            if (asOpenItems) Follow(day, rows);
            else Import(day, rows);
        }
        Take("2026-01-03", "A1,7,2025-12-31,2025-12-31,-40.00,EUR,Acme,\n");
        Take("2026-01-04", "A1,7,2026-01-02,2026-01-02,-40.00,EUR,Acme,\n");
        Stands("2026-01-04").ShouldBe("0.00 40.00");
        // From then on it is known by its right day.
        Take("2026-01-05", "A1,7,2026-01-02,2026-01-02,-30.00,EUR,Acme,\n");
        Stands("2026-01-05").ShouldBe("0.00 30.00");
        // With one of either year in the list they are two, whatever they are worth.
        Take("2026-01-06", "A1,7,2026-01-02,2026-01-02,-30.00,EUR,Acme,\nA1,7,2025-12-31,2025-12-31,-30.00,EUR,Acme,\n");
        Stands("2026-01-06").ShouldBe("0.00 60.00");
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData("2026-03-01", "-60.00", "100.00")]
    [InlineData("2026-03-01", "-40.00", "80.00")]
    [InlineData("2025-06-01", "-60.00", "100.00")]
    public void Credits_of_one_number_in_a_list_of_open_items_are_two(string issued, string amount, string unapplied)
    {
        const string others = "A1,I1,2026-03-01,2026-03-31,500.00,EUR,Acme,\n", first = "A1,7,2025-03-01,2025-03-01,-40.00,EUR,Acme,\n";
        var second = $"A1,7,{issued},{issued},{amount},EUR,Acme,\n";
        Agreed(Follow("2026-04-01", first + others));
        Agreed(Follow("2026-04-02", first + second + others));
        Stands("2026-04-02").ShouldBe($"500.00 {unapplied}");
        Follow("2026-04-03", second + others + first).GetProperty("unchanged").GetInt32().ShouldBe(3);
        // One that is there no more is gone, and the other stays.
        Agreed(Follow("2026-04-04", second + others));
        Stands("2026-04-04").ShouldBe($"500.00 {amount[1..]}");
        folder.ShouldBeSound();

        static void Agreed(JsonElement report) => report.GetProperty("control_totals").EnumerateArray().ShouldAllBe(t => t.GetProperty("agrees").GetBoolean());
    }
}
