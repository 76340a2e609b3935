using Recoup.Tests.Cli;

namespace Recoup.Tests.Documents;

/// <summary>statement and invoice on the command line, and documents from switch to mail folder.</summary>
public sealed class DocumentVerbTests
{
    private const string Day = """
        {"type":"sending","key":"s-1","mode":"live"}
        {"type":"portfolio","key":"pf-1","portfolio":"EU","creditor":"Muster GmbH","sender":"buchhaltung@muster.example",
        """ + """
        "bank_details":"IBAN DE02 1203 0000 0000 2020 51","calendar":"target","invoice_delivery":"email","statements":"monthly"}
        {"type":"account","key":"a-1","account":"A1","name":"Łódź Sp. z o.o.","portfolio":"EU",
        """ + """
        "email":"ap@acme.example","address":"ul. Piotrkowska 12, 90-001 Łódź"}
        {"type":"invoice","key":"i-0","account":"A1","number":"OLD","issued_on":"2026-01-10","due_on":"2026-02-09","amount":"1190.00","currency":"EUR"}
        {"type":"invoice","key":"i-1","account":"A1","number":"INV-1","issued_on":"2026-03-20","due_on":"2026-04-19","amount":"119.00","currency":"EUR",
        """ + """
        "tax":"19.00","order":"PO-1","terms":"net 30","lines":[{"description":"Bolts","amount":"100.00"}]}
        {"type":"payment","key":"p-1","account":"A1","on":"2026-03-20","amount":"190.00","currency":"EUR","for":[{"invoice":"OLD","amount":"190.00"}]}
        """;

    private static readonly string[] Then = ["--now", "2026-03-20T11:00:00Z"];

    private static DataFolder Folder()
    {
        var folder = new DataFolder();
        folder.Send(Day, Then).Expect(0);
        return folder;
    }

    [Fact]
    public void A_statement_answers_as_agreed_and_agrees_with_the_ageing()
    {
        using var folder = Folder();
        var json = folder.Run("statement", "A1", "--from", "2026-03-01", "--as-of", "2026-03-20", "--format", "json").Expect(0).Json;
        json.GetProperty("account").GetString().ShouldBe("A1");
        (json.GetProperty("from").GetString(), json.GetProperty("as_of").GetString()).ShouldBe(("2026-03-01", "2026-03-20"));
        var euro = json.GetProperty("currencies")[0];
        string Get(string field) => euro.GetProperty(field).GetString()!;
        (Get("currency"), Get("opening"), Get("closing"), Get("open"), Get("unapplied"), Get("total_due"))
            .ShouldBe(("EUR", "1190.00", "1119.00", "1119.00", "0.00", "1119.00"));
        euro.GetProperty("movements").EnumerateArray()
            .Select(m => $"{m.GetProperty("on")} {m.GetProperty("what")} {m.GetProperty("reference")} {m.GetProperty("amount")} {m.GetProperty("balance")}")
            .ShouldBe(["2026-03-20 invoice INV-1 119.00 1309.00", "2026-03-20 payment p-1 -190.00 1119.00"]);
        euro.GetProperty("open_items").EnumerateArray().Select(i => $"{i.GetProperty("number")} {i.GetProperty("days_past_due")} {i.GetProperty("open")}")
            .ShouldBe(["OLD 39 1000.00", "INV-1 -30 119.00"]);
        var ageing = folder.Run("ageing", "--by", "account", "--as-of", "2026-03-20", "--format", "json").Expect(0).Json.EnumerateArray().Single();
        foreach (var bucket in new[] { "current", "d1_30", "d31_60", "d61_90", "d90_plus" })
            euro.GetProperty("ageing").GetProperty(bucket).GetString().ShouldBe(ageing.GetProperty(bucket).GetString(), bucket);

        folder.Run("statement", "A1", "--format", "csv").Expect(0).Out.Split('\n')[0].ShouldBe("on,what,reference,for,amount,balance,currency");
        folder.Run("statement", "A1").Expect(0).Out.ShouldContain("1119.00");
        folder.Run("statement", "NOBODY").Expect(1).Err.ShouldContain("NOBODY is not known");
        folder.Run("statement", "A1", "--from", "2026-04-01", "--as-of", "2026-03-20").Expect(2).Err.ShouldContain("--from 2026-04-01");
    }

    [Fact]
    public void An_invoice_answers_as_agreed_and_both_can_be_had_as_pdf()
    {
        using var folder = Folder();
        var json = folder.Run("invoice", "A1", "INV-1", "--format", "json").Expect(0).Json;
        foreach (var (field, value) in new[] { ("number", "INV-1"), ("amount", "119.00"), ("tax", "19.00"), ("order", "PO-1"),
            ("terms", "net 30"), ("open", "119.00") })
            json.GetProperty(field).GetString().ShouldBe(value, field);
        json.GetProperty("lines")[0].GetProperty("description").GetString().ShouldBe("Bolts");
        folder.Run("invoice", "A1", "NONE").Expect(1).Err.ShouldContain("account A1 has no invoice NONE");

        var (invoice, statement) = (Path.Combine(folder.Root, "i.pdf"), Path.Combine(folder.Root, "s.pdf"));
        folder.Run("invoice", "A1", "INV-1", "--pdf", invoice).Expect(0).Err.ShouldContain("i.pdf");
        folder.Run("statement", "A1", "--pdf", statement).Expect(0);
        Poppler.Text(File.ReadAllBytes(invoice)).ShouldContain("Łódź Sp. z o.o.");
        Poppler.Text(File.ReadAllBytes(statement)).ShouldContain("EUR 1,119.00");
        // To standard output it goes alone.
        folder.Run("invoice", "A1", "INV-1", "--pdf", "-").Expect(0).Out.ShouldStartWith("%PDF-1.7");
    }

    [Fact]
    public void New_invoices_and_statements_reach_the_mail_folder_with_their_pdf()
    {
        using var folder = Folder();
        folder.Run(["run", "--as-of", "2026-03-20", "--format", "json", .. Then]).Expect(0).Json.GetProperty("documents")
            .GetProperty("invoice").GetInt32().ShouldBe(1);
        folder.Run("dispatch", "--now", "2026-03-20T11:01:00Z").Expect(0);
        folder.Run("invoice", "A1", "INV-1", "--format", "json").Expect(0).Json.GetProperty("delivery").GetProperty("outcome").GetString().ShouldBe("sent");
        folder.Run("invoice", "A1", "OLD", "--format", "json").Expect(0).Json.GetProperty("delivery").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        folder.Run("run", "--as-of", "2026-04-01", "--now", "2026-04-01T11:00:00Z", "--format", "json").Expect(0).Json.GetProperty("documents")
            .GetProperty("statement").GetInt32().ShouldBe(1);
        folder.Run("dispatch", "--now", "2026-04-01T11:01:00Z").Expect(0);
        var mails = Directory.GetFiles(folder.Mail, "*.eml").Select(File.ReadAllText).ToList();
        mails.Count(m => m.Contains("invoice-INV-1.pdf", StringComparison.Ordinal) && m.Contains("application/pdf", StringComparison.Ordinal)).ShouldBe(1);
        mails.Count(m => m.Contains("statement-A1-2026-03-31.pdf", StringComparison.Ordinal)).ShouldBe(1);
        folder.Run("explain", "A1").Expect(0).Out.ShouldContain("email with invoice INV-1");
        folder.Run("explain", "A1", "--format", "json").Expect(0).Json.EnumerateArray()
            .Any(d => d.TryGetProperty("document", out var document) && document.GetProperty("kind").GetString() == "invoice").ShouldBeTrue();
        folder.ShouldBeSound();
        folder.Run("rebuild", "--check").Expect(0);
    }
}
