using Recoup.Tests.Mail;

namespace Recoup.Tests.Cli;

/// <summary>Lists that come again and again: what they say of customers holds from then on.</summary>
public sealed class ListedCustomerTests : ListTests
{
    [Fact]
    public void An_address_that_the_list_has_no_more_is_written_to_no_more_and_one_given_by_hand_is()
    {
        Import(1, """
            C1,Acme,c1@x.example,+493012345678,I1,2026-03-01,2026-03-31,300.00,EUR,
            C2,Beta,c2@x.example,+493012345678,I1,2026-03-01,2026-03-31,300.00,EUR,
            C3,Ceta,c3@x.example,+493012345678,I1,2026-03-01,2026-03-31,300.00,EUR,
            C4,Deta,c4@x.example,+493012345678,I1,2026-03-01,2026-03-31,300.00,EUR,
            """).Expect(0);
        const string byHand = """{"type":"contact_point","key":"cp","account":"C3","channel":"email","address":"hand@x.example"}""";
        folder.Send(byHand, "--now", "2026-04-02T10:00:00Z").Expect(0);
        Import(3, """
            C1,Acme,,+493012345678,I1,2026-03-01,2026-03-31,300.00,EUR,
            C2,Beta,n/a,+493012345678,I1,2026-03-01,2026-03-31,300.00,EUR,
            C3,Ceta,,+493012345678,I1,2026-03-01,2026-03-31,300.00,EUR,
            C4,Deta,c4@x.example,,I1,2026-03-01,2026-03-31,300.00,EUR,
            """).Expect(0).Json.GetProperty("inputs").GetProperty("account").GetInt32().ShouldBe(4);
        Mailed().ShouldBe(["c4@x.example", "hand@x.example"]);
        // Those whose address is gone are called at once.
        var work = folder.Run("worklist", "--format", "json").Expect(0).Json.EnumerateArray();
        work.Select(w => Text(w, "account")).Order(StringComparer.Ordinal).ShouldBe(["C1", "C2"]);
    }

    [Theory]
    [InlineData("""{"type":"account","key":"h","account":"C1","email":"hand@x.example"}""")]
    [InlineData("""{"type":"contact_point","key":"h","account":"C1","channel":"email","address":"hand@x.example"}""")]
    public void An_address_given_by_hand_holds_until_the_list_itself_says_something_new(string byHand)
    {
        Import(1, "C1,Acme,c1@x.example,,I1,2026-03-01,2026-03-31,300.00,EUR,\n").Expect(0);
        folder.Send(byHand, "--now", "2026-04-02T10:00:00Z").Expect(0);
        Import(3, "C1,Acme,c1@x.example,,I1,2026-03-01,2026-03-31,300.00,EUR,\n").Expect(0);
        Mailed().ShouldBe(["hand@x.example"]);
        Import(13, "C1,Acme,new@x.example,,I1,2026-03-01,2026-03-31,300.00,EUR,\n").Expect(0);
        folder.Run("run", "--as-of", "2026-04-20", "--now", "2026-04-20T08:00:00Z").Expect(0);
        folder.Run("dispatch", "--now", "2026-04-20T10:00:00Z").Expect(0);
        Directory.GetFiles(folder.Mail).Select(f => ParsedMail.Parse(File.ReadAllBytes(f)).Header("To").Split('<', '>')[1])
            .Order(StringComparer.Ordinal).ShouldBe(["hand@x.example", "new@x.example"]);
        folder.ShouldBeSound();
    }

    /// <summary>None of them is new when the list comes again, whatever was changed by hand; a third address is, and so is one that comes back alone.</summary>
    [Fact]
    public void Rows_that_say_different_things_of_a_customer_do_not_turn_each_other_round()
    {
        const string first = "C1,Acme,a@x.example,,I1,2026-03-01,2026-03-31,300.00,EUR,\n";
        const string second = "C1,Acme,b@x.example,,I2,2026-03-01,2026-03-31,80.00,EUR,\n";
        int Changes() => folder.Rows("SELECT id FROM journal WHERE kind = 'account_changed'").Count;
        Import(1, first + second).Expect(0);
        Changes().ShouldBe(1);
        folder.Send("""{"type":"account","key":"h","account":"C1","email":"hand@x.example"}""", "--now", "2026-04-02T10:00:00Z").Expect(0);
        foreach (var day in new[] { 3, 4 })
        {
            var again = Import(day, first + second).Expect(0).Json;
            (again.GetProperty("accepted").GetInt32(), again.GetProperty("unchanged").GetInt32()).ShouldBe((0, 2));
        }
        Changes().ShouldBe(2);
        Mailed().ShouldBe(["hand@x.example"]);
        Import(11, first + second.Replace("b@", "c@", StringComparison.Ordinal)).Expect(0);
        Import(12, first + second.Replace("b@", "c@", StringComparison.Ordinal)).Expect(0);
        Changes().ShouldBe(3);
        Import(13, second).Expect(0);
        Changes().ShouldBe(4, "b@ alone is what the list says now");
        folder.ShouldBeSound();
    }

    /// <summary>What says the same of a customer without a column and with nothing in it is not the same: the second takes away.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_address_is_gone_too_where_a_list_without_its_column_came_between(bool isOpenItems)
    {
        const string with = "account,name,email,number,issued_on,due_on,balance,currency\n";
        const string without = "account,name,number,issued_on,due_on,balance,currency\n";
        void List(int day, string header, string row)
        {
            string[] open = ["--map", "open-items", "--as", "open-items"], followed = ["--map", "receivables"];
            var rows = isOpenItems ? header + row : header.Replace("number", "invoice", StringComparison.Ordinal)
                .Replace("balance", "amount", StringComparison.Ordinal) + row;
            folder.Run(["import", folder.Write("list.csv", rows), .. isOpenItems ? open : followed, "--now", $"2026-04-{day:00}T10:00:00Z"]).Expect(0);
        }
        List(1, with, "C1,Acme,c1@x.example,I1,2026-03-01,2026-03-31,300.00,EUR\n");
        List(2, without, "C1,Acme,I1,2026-03-01,2026-03-31,300.00,EUR\n");
        List(3, with, "C1,Acme,,I1,2026-03-01,2026-03-31,300.00,EUR\n");
        Mailed().ShouldBeEmpty();
        folder.ShouldBeSound();
    }

    /// <summary>Who moves an account is a person; what the list says of the money is taken, so that nobody is asked for what was paid.</summary>
    [Fact]
    public void A_list_that_names_another_portfolio_costs_no_payment()
    {
        const string header = "account,invoice,issued_on,due_on,amount,currency,paid_on,portfolio\n";
        Ran At(int day, string rows) => folder.Run("import", folder.Write("list.csv", header + rows), "--map", "receivables", "--format", "json",
            "--now", $"2026-04-{day:00}T10:00:00Z");
        At(1, "C1,I1,2026-03-01,2026-03-31,300.00,EUR,,EU\n").Expect(0);
        const string moved = "C1,I1,2026-03-01,2026-03-31,300.00,EUR,2026-04-02,US\nC1,I2,2026-03-02,2026-03-31,40.00,EUR,,US\n";
        var second = At(3, moved).Expect(0).Json;
        Text(second.GetProperty("remarks").EnumerateArray().First(), "text").ShouldBe(
            "account C1 stays in portfolio EU: the list has it in US, and takes no account there; account_moved does");
        At(4, moved).Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(2);
        folder.Run("ageing", "--as-of", "2026-04-04", "--by", "portfolio", "--format", "json").Expect(0).Json.EnumerateArray()
            .Select(r => $"{Text(r, "portfolio")} {Text(r, "total")}").ShouldBe(["EU 40.00"]);
    }

    [Theory]
    [InlineData("German", "is not the code of two letters (ISO 639-1); write de; it was left out")]
    [InlineData("Norwegian Bokmål", "is not the code of two letters (ISO 639-1); write nb; it was left out")]
    [InlineData("English (United States)", "is not the code of two letters (ISO 639-1); write en; it was left out")]
    [InlineData("ger", "is not the code of two letters (ISO 639-1); write de; it was left out")]
    [InlineData("DEU-AT", "is not the code of two letters (ISO 639-1); write de-AT; it was left out")]
    [InlineData("D", "is not an ISO 639 code, such as de; it was left out")]
    [InlineData("de_AT", null)]
    [InlineData("EN", null)]
    public void A_language_that_is_no_code_is_left_out_and_told_of(string language, string? told)
    {
        var rows = $"account,invoice,issued_on,due_on,amount,currency,language\nC1,I1,2026-03-01,2026-03-31,300.00,EUR,{language}\n";
        var list = folder.Write("list.csv", rows);
        var json = folder.Run("import", list, "--map", "receivables", "--format", "json", "--now", "2026-04-01T10:00:00Z").Expect(0).Json;
        json.GetProperty("accepted").GetInt32().ShouldBe(1);
        json.TryGetProperty("remarks", out var remarks).ShouldBe(told is not null);
        if (told is not null) Text(remarks.EnumerateArray().ShouldHaveSingleItem(), "text").ShouldBe($"language: '{language}' {told}");
    }

    [Theory]
    [InlineData("German", "'German' is not the code of two letters (ISO 639-1); write de")]
    [InlineData("Nederlands", "write nl")]
    [InlineData("deu", "write de")]
    [InlineData("fre-CA", "write fr-CA")]
    [InlineData("Klingon", "'Klingon' is not an ISO 639 code, such as de")]
    public void What_is_sent_by_hand_must_name_a_language_by_its_code(string language, string told)
    {
        var ran = folder.Send($$"""{"type":"account","key":"a","account":"A1","language":"{{language}}"}""");
        ran.Expect(3).Err.ShouldContain("language: ");
        ran.Err.ShouldContain(told);
    }

    /// <summary>Whoever gives a language that nothing is written in is told, once; and all of them are listed.</summary>
    [Fact]
    public void A_language_without_templates_is_told_of_and_listed_with_those_who_have_it()
    {
        const string told = "there are no templates in the language 'fr-CA': letters go out in English until the workspace has some, "
            + "from templates/fr of your own catalog";
        folder.Send("""
            {"type":"account","key":"a1","account":"A1","language":"fr-CA"}
            {"type":"account","key":"a2","account":"A2","language":"DE"}
            {"type":"account","key":"a3","account":"A3"}
            {"type":"account","key":"a4","account":"A4","language":"de-AT"}
            """).Expect(0).Json.GetProperty("remarks").EnumerateArray().ShouldHaveSingleItem().GetProperty("text").GetString().ShouldBe($"account A1: {told}");
        folder.Send("""{"type":"account","key":"a5","account":"A1","name":"Renard","language":"fr-CA"}""").Expect(0).Err.ShouldNotContain("templates");

        var listed = folder.Run("catalog", "languages").Expect(0);
        listed.Err.ShouldContain("fr: there are no templates, and 1 account gets letters in English.");
        string[] Listed() => [.. folder.Run("catalog", "languages", "--limit", "1", "--format", "json").Expect(0).Json.EnumerateArray()
            .Select(l => $"{l.GetProperty("language").GetString()} {l.GetProperty("accounts").GetInt64()} {l.GetProperty("has_templates").GetBoolean()} "
                + l.GetProperty("first_accounts").EnumerateArray().ShouldHaveSingleItem().GetString())];
        Listed().ShouldBe(["de 2 True A2", " 1 True A3", "fr 1 False A1"], ignoreOrder: true);

        Directory.CreateDirectory(Path.Combine(folder.Path, "catalog", "templates", "fr"));
        File.WriteAllText(Path.Combine(folder.Path, "catalog", "templates", "fr", "first-reminder.neutral.hbs"), "Subject: Rappel\n\nBonjour.\n");
        folder.Run("catalog", "adopt").Expect(0);
        Listed().ShouldContain("fr 1 True A1");
        folder.Send("""{"type":"account","key":"a6","account":"A6","language":"fr"}""").Expect(0).Err.ShouldNotContain("templates");
        folder.Send("""{"type":"erasure","key":"e","account":"A1","reason":"asked for"}""").Expect(0);
        Listed().ShouldContain("fr 1 True A6");
    }

    [Fact]
    public void What_one_row_of_a_customer_gives_the_next_does_not_take_away()
    {
        const string rows = """
            C1,Acme,c1@x.example,,I1,2026-03-01,2026-03-31,300.00,EUR,
            C1,,,,I2,2026-03-01,2026-03-31,300.00,EUR,
            C2,,,,I1,2026-03-01,2026-03-31,300.00,EUR,
            C2,Beta,c2@x.example,,I2,2026-03-01,2026-03-31,300.00,EUR,
            C3,Ceta,c3@x.example,,I1,2026-03-01,2026-03-31,300.00,EUR,
            C3,Ceta,,+493012345678,I2,2026-03-01,2026-03-31,300.00,EUR,
            """;
        Import(1, rows).Expect(0);
        // The customer whose first row says all has nothing new the second time.
        Import(2, rows.Split("C2")[0]).Expect(0).Json.GetProperty("accepted").GetInt32().ShouldBe(0);
        Import(2, rows).Expect(0);
        Mailed().ShouldBe(["c1@x.example", "c2@x.example", "c3@x.example"]);
    }

    [Fact]
    public void A_country_a_zone_a_language_or_a_number_that_can_not_be_taken_costs_nobody_the_receivable()
    {
        const string header = "account,name,phone,country,time_zone,language,invoice,issued_on,due_on,amount,currency\n";
        Ran Take(int day, string rows) => folder.Run("import", folder.Write("places.csv", header + rows), "--map", "receivables", "--format", "json",
            "--now", $"2026-04-{day:00}T10:00:00Z");
        Take(1, "C1,Acme,+493012345678,DE,Europe/Berlin,de,I1,2026-03-01,2026-03-31,100.00,EUR\n").Expect(0);
        var ran = Take(2, """
            C1,Acme,"office +49 30 1234567, mobile +49 170 1234567",Germany,W. Europe Standard Time,German (Germany),I1,2026-03-01,2026-03-31,100.00,EUR
            C2,Beta,,de,,,I1,2026-03-01,2026-03-31,100.00,EUR
            C3,Ceta,020 7946 0123,UK,,,I1,2026-03-01,2026-03-31,100.00,EUR
            """).Expect(0);
        string.Join("\n", ran.Json.GetProperty("remarks").EnumerateArray().Select(r => Text(r, "text"))).ShouldSatisfyAllConditions(
            all => all.ShouldContain("'Germany' is not an ISO 3166 code of two letters, such as DE; it was left out"),
            all => all.ShouldContain("'W. Europe Standard Time' is not an IANA time zone, such as Europe/Berlin; it was left out"),
            all => all.ShouldContain("language: 'German (Germany)' is not the code of two letters (ISO 639-1); write de; it was left out"),
            all => all.ShouldNotContain("phone"));
        Ageing(2).Count.ShouldBe(3);
        // What can't be read takes nothing away, and small letters and the British word for it are the country's code.
        folder.Run("sending", "live", "--now", "2026-04-08T06:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-04-08", "--now", "2026-04-08T10:00:00Z").Expect(0);
        folder.Run("worklist", "--format", "json").Expect(0).Json.EnumerateArray().Select(w => Text(w, "account")).ShouldContain("C1");
        (Recoup.Core.Inputs.FieldChecks.CountryOf("uk"), Recoup.Core.Inputs.FieldChecks.CountryOf("de")).ShouldBe(("GB", "DE"));
        folder.Send("""{"type":"account","key":"x","account":"X1","country":"Germany"}""").Expect(3).Err.ShouldContain("'Germany' is not an ISO 3166 code");
    }

    [Fact]
    public void Accounts_and_numbers_as_long_as_they_may_be_are_followed_and_what_is_too_long_with_its_year_stops_nobody()
    {
        var (account, number) = (new string('A', 100), new string('N', 100));
        const string others = "C2,I1,2026-03-01,2026-03-31,500.00,EUR,Beta,\n";
        Follow(1, $"{account},{number},2026-03-01,2026-03-31,10.00,EUR,Acme,\n{account},K{number[1..]},2026-03-01,,-4.00,EUR,Acme,\n{others}").Expect(0);
        Follow(2, $"{account},{number},2026-03-01,2026-04-30,9.00,EUR,Acme,\n{account},K{number[1..]},2026-03-01,,-5.00,EUR,Acme,\n{others}").Expect(0);
        Ageing(2)[$"{account} EUR"].ShouldBe("9.00 5.00");
        // The same number in another year would be known as one of 107 characters: the row is rejected, its own item stays, all others go on.
        var another = Follow(3, $"{account},{number},2025-03-01,2025-04-30,9.00,EUR,Acme,\nC2,I1,2026-03-01,2026-03-31,400.00,EUR,Beta,\n").Expect(3);
        another.Err.ShouldContain("number: has 107 characters; at most 100");
        another.Json.GetProperty("rejected").GetInt32().ShouldBe(1);
        Ageing(3).ShouldBe(new() { [$"{account} EUR"] = "9.00 0.00", ["C2 EUR"] = "400.00 0.00" });
        folder.Run("audit", "verify").Expect(0);
    }

    [Fact]
    public void What_one_open_item_of_a_customer_gives_the_next_does_not_take_away()
    {
        const string rows = """
            C1,I1,2026-03-01,2026-03-31,300.00,EUR,Acme,c1@x.example
            C1,I2,2026-03-01,2026-03-31,300.00,EUR,,
            C2,I1,2026-03-01,2026-03-31,300.00,EUR,,
            C2,I2,2026-03-01,2026-03-31,300.00,EUR,Beta,c2@x.example
            C3,I1,2026-03-01,2026-03-31,300.00,EUR,,c3@x.example
            C3,I2,2026-03-01,2026-03-31,300.00,EUR,Ceta,
            """;
        Follow(1, rows).Expect(0);
        Follow(2, rows).Expect(0).Json.GetProperty("inputs").EnumerateObject().ShouldBeEmpty();
        Mailed().ShouldBe(["c1@x.example", "c2@x.example", "c3@x.example"]);
    }

    [Fact]
    public void Rows_of_an_erased_customer_settle_what_is_open_and_name_nobody()
    {
        Import(1, """
            C1,Acme,c1@x.example,+493012345678,I1,2026-03-01,2026-03-31,300.00,EUR,
            C2,Beta,c2@x.example,,I1,2026-03-01,2026-03-31,200.00,EUR,
            """).Expect(0);
        folder.Send("""{"type":"erasure","key":"er","account":"C1","reason":"asked"}""", "--now", "2026-04-02T10:00:00Z").Expect(0);
        // Paid, and another invoice; with the name that the ledger still has.
        Import(3, """
            C1,Zacharias,zz@x.example,+493012345678,I1,2026-03-01,2026-03-31,300.00,EUR,2026-04-02
            C1,Zacharias,zz@x.example,+493012345678,I2,2026-03-01,2026-03-31,70.00,EUR,
            C2,Beta,c2@x.example,,I1,2026-03-01,2026-03-31,200.00,EUR,
            """).Expect(0).Json.GetProperty("rejected").GetInt32().ShouldBe(0);
        Ageing(3).ShouldBe(new Dictionary<string, string> { ["C1 EUR"] = "70.00 0.00", ["C2 EUR"] = "200.00 0.00" });
        // A list of open items no longer has it.
        Follow(4, """
            C1,I2,2026-03-01,2026-03-31,60.00,EUR,Zacharias,zz@x.example
            C2,I1,2026-03-01,2026-03-31,200.00,EUR,Beta,c2@x.example
            """).Expect(0).Json.GetProperty("control_totals")[0].GetProperty("agrees").GetBoolean().ShouldBeTrue();
        Follow(5, "C2,I1,2026-03-01,2026-03-31,200.00,EUR,Beta,c2@x.example\n").Expect(0);
        Ageing(5).Keys.ShouldBe(["C2 EUR"]);
        Mailed().ShouldBe(["c2@x.example"]);
        folder.Run("statement", "C1", "--format", "json").Out.ShouldNotContain("Zacharias");
        folder.Run("explain", "C1", "--format", "json").Out.ShouldNotContain("zz@");
        folder.ShouldBeSound();
    }

    /// <summary>What is copied from a page, or a file put behind another, brings characters that nobody sees: the same account all the same.</summary>
    [Theory]
    [InlineData('\uFEFF')]
    [InlineData('\u200B')]
    [InlineData('\u200E')]
    [InlineData('\u2060')]
    public void What_looks_the_same_is_the_same_account_and_the_same_number(char unseen)
    {
        Import(1, "C1,Acme,,,I1,2026-03-01,2026-03-31,300.00,EUR,\n").Expect(0);
        Import(2, $"{unseen}C1,Acme {unseen},{unseen},,I1{unseen},2026-03-01{unseen},2026-03-31,{unseen}250.00 ,EUR{unseen},{unseen} \n").Expect(0);
        folder.Run("import", folder.Write("other.csv", $"{unseen}{Receivables.TrimEnd()}{unseen}\nC1,Acme,,,{unseen} I2,2026-03-01,2026-03-31,40.00,EUR,\n"),
            "--map", "receivables", "--now", "2026-04-02T10:00:00Z").Expect(0);
        Ageing(2).ShouldBe(new Dictionary<string, string> { ["C1 EUR"] = "290.00 0.00" });
        var parts = $$"""
            "for":[{"invoice":"I1{{unseen}}","amount":"90.00"}]
            """;
        folder.Send($$"""
            {"type":"payment","key":"p{{unseen}}","account":"{{unseen}}C1","on":"2026-04-02","amount":"90.00","currency":"EUR",{{parts}}}
            """, "--now", "2026-04-02T11:00:00Z").Expect(0);
        Ageing(2).ShouldBe(new Dictionary<string, string> { ["C1 EUR"] = "200.00 0.00" });
        // Within a text they stay, since some languages write with them.
        Import(3, $"C{unseen}1,Acme,,,I1,2026-03-01,2026-03-31,10.00,EUR,\n").Expect(0);
        Ageing(3).Count.ShouldBe(2);
    }
}
