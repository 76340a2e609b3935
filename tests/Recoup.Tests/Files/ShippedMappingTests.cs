using Recoup.Connectors.Files;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using static Recoup.Tests.Files.TestFiles;

namespace Recoup.Tests.Files;

public class ShippedMappingTests
{
    private const string LphHeader =
        "countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate,PaperlessBill,DaysToSettle,DaysLate\r\n";

    private static readonly Mapping Lph = Mapping.Load("late-payment-histories");

    [Fact]
    public void The_sample_gives_accounts_invoices_payments_and_disputes()
    {
        var rows = MappedFile.Read(Lph, Sample("late-payment-histories.csv")).ToList();
        rows.Count.ShouldBe(2466);
        rows.ShouldAllBe(r => r.Problems.Count == 0);
        var inputs = rows.SelectMany(r => r.Inputs).ToList();
        inputs.Count(i => i is InvoiceInput.Issued).ShouldBe(2466);
        inputs.Count(i => i is PaymentInput.Received).ShouldBe(2466);
        inputs.Count(i => i is DisputeInput.Opened).ShouldBe(inputs.Count(i => i is DisputeInput.Closed));
        inputs.OfType<AccountInput.Set>().DistinctBy(a => (a.Key, Convert.ToHexString(a.Digest))).Count().ShouldBe(100);
        inputs.Where(i => i is not AccountInput.Set).Select(i => i.Key).ShouldBeUnique();
    }

    [Fact]
    public void Of_the_damaged_sample_the_damaged_rows_alone_are_rejected()
    {
        var rows = MappedFile.Read(Lph, Sample("late-payment-histories-dirty.csv")).ToList();
        rows.Count(r => r.Problems.Count == 0).ShouldBe(2466);
        rows.Count(r => r.Problems.Count > 0).ShouldBe(120);
        rows.Where(r => r.Problems.Count > 0).ShouldAllBe(r => r.Reason().Contains("is blank"));
    }

    [Fact]
    public void A_disputed_invoice_of_the_sample_is_disputed_from_the_earlier_day_until_it_is_settled()
    {
        var row = Read(Lph, LphHeader + "406,C1,3/3/2012,7900770,1/26/2013,2/25/2013,61.74,Yes,3/3/2013,Electronic,36,6\r\n").Only();
        row.Inputs.Select(i => i.Key)
            .ShouldBe(["lph/account/C1", "lph/invoice/7900770", "lph/dispute/7900770", "lph/payment/7900770", "lph/dispute/7900770/closed"]);
        row.Inputs[0].ShouldBeOfType<AccountInput.Set>().Portfolio.ShouldBe("406");
        row.Inputs[2].ShouldBeOfType<DisputeInput.Opened>().On.ShouldBe(new DateOnly(2013, 2, 25));
        row.Inputs[3].ShouldBeOfType<PaymentInput.Received>().For.ShouldHaveSingleItem().Invoice.ShouldBe("7900770");
        var closed = row.Inputs[4].ShouldBeOfType<DisputeInput.Closed>();
        (closed.Dispute, closed.On, closed.Outcome).ShouldBe(("lph/dispute/7900770", new DateOnly(2013, 3, 3), "settled"));
    }

    [Theory]
    [InlineData("406,C1,3/3/2012,1,1/26/2013,2/25/2013,61.74,Yes,1/25/2013,Electronic,36,6", "SettledDate is before InvoiceDate")]
    [InlineData("406,C1,3/3/2012,1,1/26/2013,2/25/2013,61.74,Maybe,3/3/2013,Electronic,36,6", "Disputed is neither Yes nor No")]
    [InlineData("406,C1,3/3/2012,1,1/26/2013,1/25/2013,61.74,No,3/3/2013,Electronic,36,6", "DueDate: 2013-01-25 is before the invoice was issued")]
    [InlineData("406,C1,3/3/2012,1,26/1/2013,2/25/2013,61.74,No,3/3/2013,Electronic,36,6", "InvoiceDate: '26/1/2013' is not a date as M/d/yyyy")]
    public void A_row_of_the_sample_that_can_not_be_is_rejected(string row, string reason) =>
        Read(Lph, LphHeader + row + "\r\n").Only().Reason().ShouldContain(reason);

    [Fact]
    public void The_example_in_the_documentation_does_what_it_says()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Recoup.slnx"))) folder = folder.Parent;
        Assert.SkipWhen(folder is null, "The tests do not run inside the repository.");
        var blocks = File.ReadAllText(Path.Combine(folder!.FullName, "docs", "mappings.md")).Split("```");
        var rows = Read(Mapping.Parse(blocks[3]["yaml\n".Length..], "ledger.yaml"), blocks[1].TrimStart('\n'));
        rows.ShouldAllBe(r => r.Problems.Count == 0);
        rows.Select(r => string.Join(' ', r.Inputs.Select(InputKinds.NameOf))).ShouldBe(["account invoice payment", "account invoice dispute_opened"]);
        rows[0].Inputs[2].ShouldBeOfType<PaymentInput.Received>().Amount.ToString().ShouldBe("1234.50 EUR");
    }

    [Fact]
    public void Receivables_give_a_payment_where_one_is_known()
    {
        var receivables = Mapping.Load("receivables");
        var rows = Read(receivables, "account,name,invoice,issued_on,due_on,amount,currency,paid_on\nA1,Ann,I1,2026-01-01,2026-01-31,10,EUR,\n"
            + "A1,Ann,I2,2026-01-01,2026-01-31,10,EUR,2026-01-20\nA1,Ann,I3,2026-01-01,2026-01-31,10,EUR,2025-12-31\n");
        rows[0].Inputs.Select(i => InputKinds.NameOf(i)).ShouldBe(["account", "invoice", "unpaid"]);
        rows[1].Inputs.Select(i => InputKinds.NameOf(i)).ShouldBe(["account", "invoice", "payment"]);
        rows[1].Inputs[2].Key.ShouldBe("receivables/payment/A1/I2");
        rows[2].Reason().ShouldContain("paid_on is before issued_on");
        Read(receivables, """{"account":"A1","invoice":"I1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":10,"currency":"EUR","paid_on":null}""",
            "-.ndjson").Only().Inputs.Count.ShouldBe(3);
        // A list without the column says nothing of payments.
        Read(receivables, "account,invoice,issued_on,due_on,amount,currency\nA1,I1,2026-01-01,2026-01-31,10,EUR\n").Only().Inputs.Count.ShouldBe(2);
    }

    [Fact]
    public void Open_items_come_with_their_account()
    {
        var mapping = Mapping.Load("open-items");
        const string csv = "account,name,number,issued_on,due_on,balance,currency,email\nA1,Ann,I1,2026-01-01,2026-01-31,10.00,EUR,\n"
            + "A1,Ann,I2,2026-01-01,2026-01-31,0,EUR,ap@a.example\n"
            + "A1,Ann,I3,2026-01-01,2026-01-31,-5,EUR,\nA1,Ann,I4,2026-02-01,2026-01-31,5.001,EUR,nobody\nA1,Ann,I5,2026-01-01,2026-01-31,,EUR,\n";
        var rows = MappedFile.ReadOpenItems(mapping, Stream(csv), name: "open.csv").ToList();
        rows.Take(2).ShouldAllBe(r => r.Problems.Count == 0);
        (rows[0].Line, rows[0].Account, rows[0].Number, rows[0].IssuedOn, rows[0].DueOn, rows[0].Balance.ToString())
            .ShouldBe((2, "A1", "I1", new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 31), "10.00 EUR"));
        rows[0].Set!.Name.ShouldBe("Ann");
        rows[1].Balance.IsZero.ShouldBeTrue();
        rows[1].Set!.Key.ShouldNotBe(rows[0].Set!.Key);
        (rows[2].Balance.Minor, rows[2].Problems.Count).ShouldBe((-500, 0));
        // Of a rejected row the balance counts all the same, and its item is known.
        (rows[3].Account, rows[3].Number, rows[3].IsCounted, rows[4].Number, rows[4].IsCounted).ShouldBe(("A1", "I4", false, "I5", false));
        rows.Skip(3).Select(r => string.Join("; ", r.Problems)).ShouldBe(
        [
            "due_on: 2026-01-31 is before the invoice was issued (2026-02-01); balance: 5.001 has more decimals than EUR has (2)",
            "balance: is blank, and the mapping requires it",
        ]);
        Should.Throw<FileRefusedException>(() => MappedFile.Read(mapping, Stream(csv)).Any()).Message.ShouldContain("--as open-items");
        Should.Throw<FileRefusedException>(() => MappedFile.ReadOpenItems(Lph, Stream(csv)).Any()).Message.ShouldContain("has no open_items");
    }

    /// <summary>A provider lists what was paid, is void or is a draft beside what is open: nobody is chased for any of these.</summary>
    [Fact]
    public void A_provider_s_invoice_is_as_its_status_says()
    {
        using var folder = new Cli.DataFolder();
        static string Row(int n, string more) => $$"""{"id":"in_{{n}}","customer":"cus_{{n}}","number":"F-{{n}}","created":1772323200,""" +
            $$""" "due_date":1774915200,"amount_due":1000,"currency":"eur",{{more}}}""" + "\n";
        var open = Row(1, "\"status\":\"open\",\"amount_paid\":0") + Row(2, "\"status\":\"open\",\"amount_paid\":400")
            + Row(3, "\"status\":\"paid\",\"amount_paid\":1000,\"paid_at\":1774915200") + Row(4, "\"status\":\"paid\"")
            + Row(5, "\"status\":\"void\"") + Row(6, "\"status\":\"draft\"") + Row(7, "\"status\":\"uncollectible\"") + Row(8, "\"status\":null");
        string[] import = ["import", folder.Write("l.ndjson", open), "--map", "provider-invoices", "--now", "2026-04-06T08:00:00Z"];
        folder.Run(import).Expect(3).Err.ShouldSatisfyAllConditions(
            e => e.ShouldContain("line 6: it is a draft"), e => e.ShouldContain("line 7: it was marked as uncollectible"));
        Open().ShouldBe(["cus_1 10.00", "cus_2 6.00", "cus_8 10.00"]);
        folder.Run([.. import, "--format", "json"]).Expect(3).Json.GetProperty("accepted").GetInt32().ShouldBe(0);
        folder.Rows("SELECT account, effective_on FROM journal WHERE kind = 'payment_received' ORDER BY account")
            .ShouldBe(["cus_2 | 2026-03-01", "cus_3 | 2026-03-31", "cus_4 | 2026-03-01"]);
        // What was open is void and paid the day after.
        folder.Write("l.ndjson", Row(1, "\"status\":\"void\",\"amount_paid\":0") + Row(2, "\"status\":\"paid\",\"amount_paid\":1000"));
        folder.Run([.. import[..^1], "2026-04-07T08:00:00Z"]).Expect(0);
        Open().ShouldBe(["cus_8 10.00"]);

        IEnumerable<string> Open() => folder.Run("ageing", "--by", "account", "--format", "json").Expect(0).Json.EnumerateArray()
            .Where(r => r.GetProperty("total").GetString() != "0.00")
            .Select(r => $"{r.GetProperty("account").GetString()} {r.GetProperty("total").GetString()}");
    }
}
