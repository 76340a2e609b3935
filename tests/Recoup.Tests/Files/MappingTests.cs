using Recoup.Connectors.Files;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using static Recoup.Tests.Files.TestFiles;

namespace Recoup.Tests.Files;

public class MappingTests
{
    private const string Account = """

        inputs:
          - type: account
            key: t/{account}
            account: account
        """;

    private static string Error(string yaml) => Should.Throw<YamlException>(() => Mapping.Parse(yaml, "m.yaml")).Message;

    private static List<InputRow> Map(string yaml, string csv, string name = "file.csv") => Read(Mapping.Parse(yaml, "m.yaml"), csv, name);

    [Theory]
    [InlineData("delimeter: tab" + Account, "m.yaml, line 1: 'delimeter' is no field here; did you mean 'delimiter'?")]
    [InlineData("delimiter: semicolons" + Account,
        "m.yaml, line 1: 'semicolons' is no delimiter; did you mean 'semicolon'? there are comma, semicolon, tab, pipe")]
    [InlineData("format: xml" + Account, "'xml' is no format")]
    [InlineData("dates: [DD.MM.YYYY]" + Account, "m.yaml, line 1: 'DD.MM.YYYY' is no format of dates; write d or dd for the day")]
    [InlineData("dates: [dd.mm.yyyy]" + Account, "'dd.mm.yyyy' is no format of dates")]
    [InlineData("dates: [yyyy-MM-ddzzz]" + Account, "has a letter that no date takes")]
    [InlineData("numbers: { decimal: comma, thousands: comma }" + Account, "thousands and decimal are the same")]
    [InlineData("columns: { Paid: paid }" + Account, "'Paid' can't stand in a condition")]
    [InlineData("columns: { paid: { column: Paid, kind: dat } }" + Account, "'dat' is no kind; did you mean 'date'?")]
    [InlineData("columns: { paid: { colum: Paid } }" + Account, "column is missing")]
    [InlineData("require: [a]\noptional: [a]" + Account, "'a' is both required and optional")]
    [InlineData("about: nothing", "says neither what inputs a row becomes")]
    [InlineData("inputs:\n  - type: acount\n    key: x", "m.yaml, line 2: 'acount' is no kind of input; did you mean 'account'?")]
    [InlineData("inputs:\n  - key: x", "type is missing")]
    [InlineData("inputs:\n  - type: account\n    account: a", "line 2: key is missing")]
    [InlineData("inputs:\n  - type: account\n    key: same\n    account: a", "the key is the same for every row")]
    [InlineData("inputs:\n  - type: account\n    key: t/{a}", "account needs account")]
    [InlineData("inputs:\n  - type: account\n    key: t/{a}\n    account: a\n    nmae: n", "line 5: 'nmae' is no field of account; did you mean 'name'?")]
    [InlineData("inputs:\n  - type: account\n    key: t/{a\n    account: a", "a brace without its other")]
    [InlineData("inputs:\n  - type: account\n    key: t/{a}\n    account: {a}", "A text that begins with a brace stands in quotes")]
    [InlineData("inputs:\n  - type: account\n    key: t/{a}\n    account: { colunm: a }", "did you mean 'column'?")]
    [InlineData("inputs:\n  - type: account\n    key: t/{a}\n    account: a\n    kind: { constant: firm }", "kind: 'firm' is none of business, consumer")]
    [InlineData("inputs:\n  - type: account\n    key: t/{a}\n    account: a\n    kind: { column: k, map: { B: busines } }",
        "'busines' is none of business, consumer")]
    [InlineData("inputs:\n  - type: account\n    key: t/{a}\n    account: a\n    name: { earlier: [a, b] }", "earlier is of dates")]
    [InlineData("inputs:\n  - type: account\n    key: t/{a}\n    account: a\n    when: Open = \"Yes\"",
        "line 5: when: 'Open' can't stand in a condition as it is; give the column a name under 'columns', such as open: Open")]
    [InlineData("inputs:\n  - type: account\n    key: t/{a}\n    account: a\n    when: open = 1", "m.yaml, line 5: when:")]
    [InlineData("check:\n  - reject: no" + Account, "when is missing")]
    [InlineData("open_items: { account: a, number: n, issued_on: i, due_on: d, balance: b }", "open_items needs currency")]
    [InlineData("open_items: { acount: a }", "did you mean 'account'?")]
    [InlineData("skip_lines: many" + Account, "skip_lines takes a whole number from 0 to 1000")]
    [InlineData("time_zone: Berlin" + Account, "'Berlin' is not an IANA time zone")]
    [InlineData("dates: [second]" + Account, "or seconds, milliseconds, spreadsheet, spreadsheet_1904")]
    [InlineData("numbers: []" + Account, "numbers is empty")]
    [InlineData("columns: { total: { column: T, kind: number, sign: other } }" + Account, "sign is turned, or { column")]
    [InlineData("columns: { total: { column: T, kind: text, sign: turned } }" + Account, "only a column of kind number")]
    [InlineData("inputs:\n  - type: account\n    key: t/{a}\n    account: a\n    follow: true", "dispute_opened and dispute_closed follow their list")]
    [InlineData("inputs:\n  - type: dispute_opened\n    key: t/{a}\n    account: a\n    invoice: b\n    on: d\n    reason: c\n    follow: true",
        "a dispute follows its invoice")]
    [InlineData("inputs:\n  - type: payment\n    key: t/{a}\n    account: a\n    on: d\n    amount: b\n    currency: c\n    follow: true",
        "write an invoice with follow: true before it")]
    [InlineData("inputs:\n  - type: credit_note\n    key: t/{a}/{#}\n    account: a\n    number: n\n    on: d\n    amount: b\n"
        + "    currency: c\n    follow: true", "has a key without {#}")]
    [InlineData("inputs:\n  - type: hold\n    key: t/{a}\n    account: a\n    from: { after: d, terms: [one month] }\n    to: d\n    reason: r",
        "'one month' is no term; write 30 days")]
    [InlineData("inputs:\n  - type: hold\n    key: t/{a}\n    account: a\n    from: { after: d }\n    to: d\n    reason: r", "terms is missing")]
    [InlineData("inputs:\n  - type: hold\n    key: t/{a}\n    account: a\n    from: { after: d, terms: [day 32] }\n"
        + "    to: d\n    reason: r", "a month has days 1 to 31")]
    [InlineData("inputs:\n  - type: write_off\n    key: t/{a}\n    account: a\n    invoice: i\n    on: d\n    reason: r\n"
        + "    amount: { column: b, unit: cents }", "unit is minor")]
    [InlineData("inputs: [", "m.yaml, line ")]
    [InlineData("about: x\nabout: y", "m.yaml, line 2")]
    public void A_mapping_that_is_wrong_says_where_what_and_how_to_mend_it(string yaml, string message) => Error(yaml).ShouldContain(message);

    [Fact]
    public void A_mapping_nested_beyond_measure_is_refused_and_does_not_end_the_process() =>
        Error(new string('[', 100_000)).ShouldContain("is nested more than 100 deep");

    [Fact]
    public void A_mapping_is_a_shipped_name_or_a_file()
    {
        Mapping.Shipped.ShouldBe(["late-payment-histories", "open-items", "provider-invoices", "receivables"]);
        Should.Throw<FileRefusedException>(() => Mapping.Load("receivable")).Message.ShouldContain("Did you mean receivables?");
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(path, SimpleMapping);
        try { Mapping.Load(path).Name.ShouldBe(Path.GetFileNameWithoutExtension(path)); }
        finally { File.Delete(path); }
    }

    [Fact]
    public void Fields_come_from_columns_constants_templates_tables_dates_and_defaults()
    {
        var rows = Map("""
            delimiter: semicolon
            dates: [dd.MM.yyyy, d.M.yy]
            numbers: { decimal: comma, thousands: point }
            columns:
              paid: { column: Paid on, kind: date }
              total: { column: Total, kind: number }
            inputs:
              - type: account
                key: t/a/{No}
                account: No
                name: "{First} {Last}"
                kind: { column: Firm, map: { Yes: business, No: consumer }, otherwise: business }
                country: { column: Land, default: DE }
                portfolio: { constant: EU }
              - type: payment
                when: has_value(paid) and total >= 1000
                key: t/p/{No}
                account: No
                on: { later: [Paid on, Booked] }
                amount: Total
                currency: { constant: EUR }
                for:
                  - { invoice: Inv1, amount: Part1 }
                  - { invoice: Inv2, amount: Part2 }
              - type: hold
                when: not has_value(paid)
                key: t/h/{No}
                account: No
                from: { column: Booked, dates: [yyyy-MM-dd] }
                to: { column: Booked, dates: [yyyy-MM-dd] }
                reason: { template: "{No} asked" }
            """, """
            No;First;Last;Firm;Land;Paid on;Booked;Total;Inv1;Part1;Inv2;Part2
            1;Ann;Lee;No;FR;31.01.2026;1.2.26;1.234,50;I1;1.000;;
            2;;Lee;maybe;;01.01.2026;02.01.2026;999,99;;;;
            3;;;Yes;;;2026-03-01;;;;;
            4;;;Yes;;01.01.2026;02.01.2026;1000;I1;1;I2;
            """);
        rows.Take(3).ShouldAllBe(r => r.Problems.Count == 0);
        rows[0].Inputs.Select(i => InputKinds.NameOf(i)).ShouldBe(["account", "payment"]);
        var account = rows[0].Inputs[0].ShouldBeOfType<AccountInput.Set>();
        (account.Name, account.Kind, account.Country, account.Portfolio, account.Actor).ShouldBe(("Ann Lee", "consumer", "FR", "EU", "import:m"));
        var payment = rows[0].Inputs[1].ShouldBeOfType<PaymentInput.Received>();
        payment.On.ShouldBe(new DateOnly(2026, 2, 1));
        payment.Amount.ToString().ShouldBe("1234.50 EUR");
        payment.For.ShouldHaveSingleItem().Amount.ToString().ShouldBe("1000.00 EUR");
        account = rows[1].Inputs.ShouldHaveSingleItem().ShouldBeOfType<AccountInput.Set>();
        (account.Name, account.Kind, account.Country).ShouldBe(("Lee", "business", "DE"));
        rows[2].Inputs[0].ShouldBeOfType<AccountInput.Set>().Name.ShouldBeNull();
        rows[2].Inputs[1].ShouldBeOfType<HoldInput.Placed>().From.ShouldBe(new DateOnly(2026, 3, 1));
        rows[3].Reason().ShouldBe("for: has an invoice and no amount");
    }

    [Fact]
    public void A_row_is_rejected_whole_with_every_reason_by_the_names_of_its_columns()
    {
        var rows = ReadSimple("A1,I1,2026-13-01,31.01.2026,ten\n" + "A1,I2,2026-02-01,2026-01-01,1\n"
            + "A1,,2026-01-01,2026-01-31,1\n" + "A1,I4,2026-01-01,2026-01-31,1.005\n");
        rows.Summary().ShouldBe(
        [
            "2! issued: '2026-13-01' is not a date as yyyy-MM-dd; due: '31.01.2026' is not a date as yyyy-MM-dd; "
            + "amount: 'ten' is not an amount written as 1234.50",
            "3! due: 2026-01-01 is before the invoice was issued (2026-02-01)",
            "4! number: is blank, and the key needs it",
            "5! amount: 1.005 has more decimals than EUR has (2)",
        ]);
        rows.ShouldAllBe(r => r.Inputs.Count == 0);
    }

    [Fact]
    public void A_blank_in_a_required_column_and_a_check_that_holds_reject_the_row()
    {
        var rows = Map("""
            require: [account, note]
            columns: { from: { column: from, kind: date }, to: { column: to, kind: date } }
            check:
              - { when: to < from, reject: to is before from }
              - { when: 'note = "void"', reject: the row is void }
            """ + Account, "account,note,from,to\nA1,x,2026-01-01,2026-01-01\nA1, ,2026-01-01,\nA1,void,2026-01-02,2026-01-01\n");
        rows.Summary().ShouldBe(["2: t/A1", "3! note: is blank, and the mapping requires it", "4! to is before from; the row is void"]);
    }

    [Fact]
    public void A_date_that_two_formats_read_in_two_ways_is_refused()
    {
        var yaml = SimpleMapping.Insert(0, "dates: [d/M/yyyy, M/d/yyyy]\n");
        Map(yaml, SimpleHeader + "A1,I1,3/4/2026,13/4/2026,1\nA1,I2,4/4/2026,4/13/2026,1\n").Summary().ShouldBe(
            ["2! issued: '3/4/2026' is one date as one of d/M/yyyy or M/d/yyyy and another as another; leave one of these formats in the mapping", "3: t/I2"]);
    }

    [Fact]
    public void Card_numbers_reject_the_row_and_are_masked_wherever_they_stand()
    {
        var rows = Read(Simple, SimpleHeader.TrimEnd() + ",note\n" + "A1,I1,2026-01-01,2026-01-31,1,paid by 4111 1111 1111 1111 12/27\n"
            + "A1,4111111111111111,2026-01-01,2026-01-31,1,\n");
        rows[0].Reason().ShouldContain("note: holds a payment card number (4111 11** **** 1111)");
        rows[1].Reason().ShouldContain("number: holds a payment card number (411111******1111)");
        rows.ShouldAllBe(r => r.Inputs.Count == 0 && !CardNumber.Contains(r.Raw));
    }

    [Fact]
    public void References_may_look_like_card_numbers()
    {
        var rows = Map(SimpleMapping + "\nreferences: [number, not_there]\n", SimpleHeader
            + "A1,4111111111111111,2026-01-01,2026-01-31,1\n4111111111111111,I2,2026-01-01,2026-01-31,1\n");
        rows.Summary().First().ShouldBe("2: t/4111111111111111");
        rows[1].Reason().ShouldStartWith("account: holds a payment card number");
        rows.ShouldAllBe(r => !CardNumber.Contains(r.Raw));
    }

    [Fact]
    public void Optional_columns_may_be_absent_and_are_blank_then()
    {
        var yaml = "optional: [name]\n" + Account + "\n    name: name\n";
        Map(yaml, "account\nA1\n").Only().Inputs.Single().ShouldBeOfType<AccountInput.Set>().Name.ShouldBeNull();
        Map(yaml, "account,name\nA1,Ann\n").Only().Inputs.Single().ShouldBeOfType<AccountInput.Set>().Name.ShouldBe("Ann");
    }

    [Fact]
    public void A_key_with_the_content_in_it_changes_with_the_content_alone()
    {
        var yaml = Account.Replace("t/{account}", "t/{account}/{#}", StringComparison.Ordinal) + "\n    name: name\n";
        var keys = Map(yaml, "account,name\nA1,Ann\nA1,Ann \nA1,Anne\n").Select(r => r.Inputs.Single().Key).ToList();
        keys[0].ShouldMatch("^t/A1/[0-9a-f]{16}$");
        keys[1].ShouldBe(keys[0]);
        keys[2].ShouldNotBe(keys[0]);
    }

    [Fact]
    public void Line_breaks_in_a_cell_are_the_same_whoever_exported_it()
    {
        var yaml = Account + "\n    address: address\n";
        var digests = Map(yaml, "account,address\nA1,\"1 Road\r\nTown\"\nA1,\"1 Road\nTown\"\n")
            .Select(r => Convert.ToHexString(r.Inputs.Single().Digest)).Distinct();
        digests.ShouldHaveSingleItem();
    }

    [Fact]
    public void Words_before_the_header_and_the_line_that_names_the_separator_are_stepped_over()
    {
        var expected = new[] { "A1 I1" };
        foreach (var before in new[]
        {
            "sep=,\r\n", "\"sep=,\"\n", "Open items as of 2026-03-31\n", "Open items\n\nprinted by: \"Ann\"\n\n", "a,\"quote left open\n",
            ",,,,\n,Report,,,\n", "account,number\nsomething,else\n",
        })
            Map(SimpleMapping, before + SimpleHeader + SimpleRow(1))
                .Select(r => string.Join(' ', r.Inputs.OfType<InvoiceInput.Issued>().Select(i => $"{i.Account} {i.Number}"))).ShouldBe(expected, before);
        Map(SimpleMapping, "sep=;\n" + (SimpleHeader + SimpleRow(1)).Replace(',', ';')).Summary().ShouldBe(["3: t/I1"]);
        foreach (var separator in new[] { "sep=;;;;", "\"sep=;\";;;;", "sep=; ;", "SEP=;;" })
            Map(SimpleMapping, separator + "\r\n" + (SimpleHeader + SimpleRow(1)).Replace(',', ';')).Summary().ShouldBe(["3: t/I1"], separator);
        // So far down as anybody prints something before a table; and beyond, the error says what was looked at.
        Map(SimpleMapping, string.Concat(Enumerable.Repeat("terms and conditions\n", 400)) + SimpleHeader + SimpleRow(1)).Summary().ShouldBe(["402: t/I1"]);
        var refused = Should.Throw<FileRefusedException>(() =>
            Map(SimpleMapping, string.Concat(Enumerable.Repeat("terms\n", 1000)) + SimpleHeader + SimpleRow(1)));
        foreach (var part in new[] { "the file has terms.", "That is its line 1: of the first 1,000 rows", "skip_lines" }) refused.Message.ShouldContain(part);
        Map("skip_lines: 2\n" + SimpleMapping, "account,number,issued,due,amount\nold,header,,,\n" + SimpleHeader + SimpleRow(1))
            .Summary().ShouldBe(["4: t/I1"]);
    }

    [Fact]
    public void Empty_columns_at_the_end_and_empty_rows_do_no_harm()
    {
        Map(SimpleMapping, SimpleHeader.TrimEnd() + ",\n" + SimpleRow(1) + SimpleRow(2).TrimEnd() + ",\n").Summary().ShouldBe(["2: t/I1", "3: t/I2"]);
        Map(SimpleMapping, SimpleHeader + SimpleRow(1).TrimEnd() + ",\n" + SimpleRow(2).TrimEnd() + ",,,\n,,,,\n,,,,,,\n").Summary()
            .ShouldBe(["2: t/I1", "3: t/I2"]);
        Map(SimpleMapping, SimpleHeader + SimpleRow(1).TrimEnd() + ",x\n").Summary().Single().ShouldContain("has 6 cells, more than the header's 5");
    }

    [Fact]
    public void A_sign_is_turned_or_stands_in_another_column_and_amounts_come_in_minor_units()
    {
        var rows = Map("""
            inputs:
              - type: write_off
                key: t/{n}
                account: a
                invoice: n
                on: { column: d, dates: [spreadsheet] }
                amount: { column: b, sign: { column: sh, map: { S: plus, H: minus } } }
                currency: c
                reason: { constant: r }
              - type: payment
                key: t/p/{n}
                account: a
                on: { column: d, dates: [spreadsheet] }
                amount: { column: t, sign: turned, unit: minor }
                currency: c
                for:
                  - { invoice: n, amount: { column: t, sign: turned, unit: minor } }
            """, "a,n,d,b,sh,t,c\nA1,I1,46082,5.00,S,-1234,eur\nA1,I2,46082,-5.00,H,-1234,jpy\nA1,I3,46082,5.00,X,-1,€\nA1,I4,46082,5.00,H,-1,kwd\n");
        rows[0].Inputs.Select(i => i is PaymentInput.Received p ? p.Amount.ToString() : ((WriteOffInput.Made)i).Amount.ToString())
            .ShouldBe(["5.00 EUR", "12.34 EUR"]);
        rows[0].Inputs.OfType<PaymentInput.Received>().Single().For!.Single().Amount.ToString().ShouldBe("12.34 EUR");
        rows[1].Inputs.OfType<PaymentInput.Received>().Single().Amount.ToString().ShouldBe("1234 JPY");
        rows[2].Reason().ShouldContain("sh: 'X' is none of H, S, the marks of a sign");
        rows[3].Reason().ShouldContain("b: -5.00 is negative");
    }

    [Fact]
    public void A_currency_beside_the_amount_that_is_not_the_rows_is_refused()
    {
        Map(SimpleMapping, SimpleHeader + "A1,I1,2026-01-01,2026-01-31,EUR 10.50\nA1,I2,2026-01-01,2026-01-31,$10.50\nA1,I3,2026-01-01,2026-01-31,10.50 XYZ\n")
            .Summary().ShouldBe(
        [
            "2: t/I1",
            "3! amount: is written with '$', and the row's currency is EUR; which of them is right?",
            "4! amount: '10.50 XYZ' is not an amount written as 1234.50: what stands beside the number is no currency that is known",
        ]);
    }

    [Fact]
    public void Days_are_those_of_the_mappings_time_zone_and_terms_may_stand_in_a_column()
    {
        var rows = Map("""
            dates: [seconds]
            time_zone: America/New_York
            inputs:
              - type: invoice
                key: t/{n}
                account: a
                number: n
                issued_on: d
                due_on: { after: d, terms: { column: terms, map: { NET30: 30 days, EOM: [1 month, end of month], OWN: "{days} days" }, otherwise: [] } }
                amount: b
                currency: { constant: USD }
            """, "a,n,d,terms,days,b\nA1,I1,1772323200,NET30,,1\nA1,I2,1772323200,EOM,,1\nA1,I3,1772323200,OWN,14,1\n"
                + "A1,I4,1772323200,OWN,soon,1\nA1,I5,1772323200,later,,1\n");
        rows.Take(3).Select(r => ((InvoiceInput.Issued)r.Inputs.Single()).DueOn).ShouldBe([new(2026, 3, 30), new(2026, 3, 31), new(2026, 3, 14)]);
        ((InvoiceInput.Issued)rows[0].Inputs.Single()).IssuedOn.ShouldBe(new DateOnly(2026, 2, 28));
        rows[3].Reason().ShouldBe("days: 'soon' is no number of days");
        ((InvoiceInput.Issued)rows[4].Inputs.Single()).DueOn.ShouldBe(new DateOnly(2026, 2, 28));
    }

    [Fact]
    public void What_is_no_mail_address_costs_the_row_its_address_alone()
    {
        var yaml = Account.Replace("t/{account}", "t/{account}/{#}", StringComparison.Ordinal) + "\n    email: email\n    phone: phone\n    country: country\n";
        var rows = Map(yaml, "account,email,phone,country\nA1,n/a,-,NO\nA2,nobody,+49 30 1,DE\nA3,Ann <ann@x.example>; bob@x.example,keine,n/a\n");
        rows.ShouldAllBe(r => r.Problems.Count == 0);
        var accounts = rows.Select(r => (AccountInput.Set)r.Inputs.Single()).ToList();
        accounts.Select(a => (a.Email, a.OtherEmails, a.Phone, a.Country))
            .ShouldBe([(null, null, null, "NO"), (null, null, "+49 30 1", "DE"), ("ann@x.example", "bob@x.example", null, null)]);
        rows.SelectMany(r => r.Notes).Select(n => n.ToString()).ShouldBe(["email: 'nobody' is not a mail address, and was left out"]);
        accounts.Select(a => a.Withdrawn).ShouldBe([Withdrawn.Email | Withdrawn.Phone, Withdrawn.Nothing, Withdrawn.Phone]);
    }

    [Fact]
    public void Dates_of_nothing_but_zeros_are_no_dates()
    {
        var yaml = "dates: [yyyy-MM-dd]\ncolumns: { paid: { column: paid, kind: date } }\ncheck:\n  - { when: has_value(paid), reject: paid }\n" + Account;
        Map(yaml, "account,paid\nA1,0000-00-00\nA2,00.00.0000\nA3,00000000\nA4,2026-01-01\n").Summary().ShouldBe(["2: t/A1", "3: t/A2", "4: t/A3", "5! paid"]);
    }
}
