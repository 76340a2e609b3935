using System.Text;
using Recoup.Connectors.Documents;
using Recoup.Core.Documents;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Receivables;

namespace Recoup.Tests.Documents;

public sealed class PdfTests
{
    private static readonly Currency Euro = Currency.Of("EUR");

    private static Money M(long minor) => new(minor, Euro);

    private static DocumentFrame Frame(string language = "en", string? name = "Kundin GmbH") => new()
    {
        Portfolio = new PortfolioDetails("main") { Creditor = "Beispiel AG", BankDetails = "IBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001" },
        Language = language, Account = "K-1001", Name = name, Address = "Hauptstraße 1\n10115 Berlin",
    };

    private static InvoiceDocument Invoice() =>
        new("K-1001", "RE-17", new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 31), M(119000), M(50000), new DateOnly(2026, 4, 2))
        {
            Correction = M(0), Order = "PO-7", Terms = "net 30", Tax = M(19000), ServicedOn = new DateOnly(2026, 2, 27),
            Lines = [("Bolts", M(64000)), ("Assembly", M(36000))],
        };

    private static AccountStatement Statement(int movements = 3)
    {
        long balance = 10000;
        var lines = Enumerable.Range(1, movements)
            .Select(i => new StatementMovement(new DateOnly(2026, 3, 1).AddDays(i % 28), i % 3 == 0 ? MovementKind.Payment : MovementKind.Invoice,
                $"DOC-{i:D4}", [], i % 3 == 0 ? -5000 : 10000, balance += i % 3 == 0 ? -5000 : 10000)).ToList();
        return new AccountStatement("K-1001", new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 31),
            [new StatementSection(Euro, 10000, lines, balance, [new StatementItem("DOC-0001", ItemKind.Invoice, new DateOnly(2026, 1, 1),
                new DateOnly(2026, 1, 31), balance + 700, balance + 700, 59, true)], 700)]);
    }

    [Fact]
    public void An_invoice_says_everything_there_is_to_say() => Poppler.Lines(DocumentWriter.Write(Frame(), Invoice())).ShouldBe(
    [
        "Beispiel AG Invoice", "Beispiel AG Number RE-17", "Kundin GmbH Invoice date 1 March 2026", "Hauptstraße 1 Due date 31 March 2026",
        "10115 Berlin Account K-1001", "Your order PO-7", "Terms net 30",
        "Date of service 27 February 2026", "Description Amount EUR", "Bolts 640.00", "Assembly 360.00", "Net 1,000.00", "Tax 190.00", "Total EUR 1,190.00",
        "Payments and credits until 2 April 2026 -690.00", "Open on 2 April 2026 EUR 500.00",
        "Please pay EUR 500.00 by 31 March 2026", "Pay to IBAN DE02 1203 0000 0000 2020 51", "BIC BYLADEM1001", "Reference to quote RE-17, K-1001",
        "Scan with a banking app", "Beispiel AG Page 1 of 1",
    ]);

    [Fact]
    public void In_German_too_and_any_other_language_falls_back_to_English()
    {
        var german = Poppler.Lines(DocumentWriter.Write(Frame("de-AT"), Invoice()));
        german.ShouldContain("Gesamtbetrag 1.190,00 EUR");
        german.ShouldContain("Bitte zahlen Sie 500,00 EUR bis 31.03.2026");
        DocumentWriter.Write(Frame("fi"), Invoice()).ShouldBe(DocumentWriter.Write(Frame("en"), Invoice()));
        DocumentWords.Languages.ShouldBe(["de", "en"]);
    }

    [Fact]
    public void What_was_corrected_paid_or_cancelled_shows()
    {
        var corrected = Poppler.Lines(DocumentWriter.Write(Frame(), Invoice() with { Amount = M(100000), Open = M(0), Correction = M(-19000) }));
        corrected.ShouldContain("Total EUR 1,190.00");
        corrected.ShouldContain("Corrected since -190.00");
        corrected.ShouldContain("Open on 2 April 2026 EUR 0.00");
        corrected.ShouldContain("Nothing is open any more. Thank you.");
        corrected.ShouldNotContain(l => l.StartsWith("Please pay", StringComparison.Ordinal));
        var cancelled = Poppler.Lines(DocumentWriter.Write(Frame(), Invoice() with { Amount = M(0), Open = M(0), Correction = M(-119000), Cancelled = true }));
        cancelled.ShouldContain("This invoice was cancelled.");
        cancelled.ShouldNotContain(l => l.StartsWith("Please pay", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_lines_tax_bank_or_name_it_is_a_document_still()
    {
        var bare = new InvoiceDocument("A1", "1", new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 31), M(5000), M(5000), new DateOnly(2026, 3, 1))
        {
            Correction = M(0),
        };
        var lines = Poppler.Lines(DocumentWriter.Write(new DocumentFrame { Portfolio = new PortfolioDetails("main"), Language = "en", Account = "A1" }, bare));
        lines.ShouldContain("Goods and services 50.00");
        lines.ShouldContain("Total EUR 50.00");
        lines.ShouldNotContain(l => l.StartsWith("Tax", StringComparison.Ordinal) || l.StartsWith("Pay to", StringComparison.Ordinal));
    }

    [Fact]
    public void A_statement_shows_its_sums_so_that_they_can_be_checked()
    {
        var lines = Poppler.Lines(DocumentWriter.Write(Frame(), Statement()));
        foreach (var line in new[]
        {
            "1 Mar 2026 Balance brought forward 100.00", "2 Mar 2026 Invoice DOC-0001 100.00 200.00",
            "4 Mar 2026 Payment, thank you DOC-0003 -50.00 250.00", "Balance on 31 Mar 2026 250.00",
            "DOC-0001 (disputed) 1 Jan 2026 31 Jan 2026 59 257.00 257.00",
            "Not due 1 to 30 days 31 to 60 days 61 to 90 days Over 90 days Open items", "0.00 0.00 257.00 0.00 0.00 257.00",
            "Less payments and credits not yet matched -7.00", "Balance due EUR 250.00", "Of it overdue 257.00", "Please pay each open item by its due date",
        }) lines.ShouldContain(line);
        Poppler.Lines(DocumentWriter.Write(Frame(), Statement() with { Sections = [] }))
            .ShouldContain("Nothing was booked in this period and nothing is open.");
        var credit = new StatementSection(Euro, -500, [], -500, [], 500);
        Poppler.Lines(DocumentWriter.Write(Frame(), Statement() with { Sections = [credit] })).ShouldContain("In your favour EUR 5.00");
    }

    [Fact]
    public void Figures_stand_right_at_one_edge()
    {
        var words = Poppler.Words(DocumentWriter.Write(Frame(), Statement()));
        var edge = words.First(w => w.Word == "200.00").Right;
        foreach (var figure in new[] { "100.00", "250.00" }) words.Where(w => w.Word == figure).ShouldContain(w => Math.Abs(w.Right - edge) < 0.1m, figure);
        words.ShouldAllBe(w => w.Right <= 595.28m - 56m && w.Left >= 56m);
    }

    [Fact]
    public void Many_lines_go_on_over_pages_and_none_is_lost()
    {
        var pdf = DocumentWriter.Write(Frame(), Statement(200));
        var lines = Poppler.Lines(pdf);
        for (var i = 1; i <= 200; i++) lines.ShouldContain(l => l.Contains($"DOC-{i:D4}", StringComparison.Ordinal));
        var pages = lines.Count(l => l.Contains("Page ", StringComparison.Ordinal));
        pages.ShouldBeGreaterThan(3);
        for (var i = 1; i <= pages; i++) lines.ShouldContain($"Beispiel AG Page {i} of {pages}");
        Poppler.Info(pdf).ShouldContain($"Pages:           {pages}");
    }

    [Theory]
    [InlineData("Zażółć gęślą jaźń Sp. z o.o.")]
    [InlineData("Příliš žluťoučký kůň s.r.o.")]
    [InlineData("Ξεσκεπάζω την ψυχοφθόρα βδελυγμία ΑΕ")]
    [InlineData("Съешь ещё этих мягких булок ООО")]
    [InlineData("Pijamalı hasta yağız şoföre İğdır Ş.")]
    [InlineData("Árvíztűrő tükörfúrógép Kft. Țară Șef")]
    public void European_names_print_and_can_be_searched(string name)
    {
        var pdf = DocumentWriter.Write(Frame(name: name), Invoice());
        Poppler.Text(pdf).ShouldContain(name);
        Poppler.Text(pdf).ShouldNotContain("\uFFFD");
        var fonts = Poppler.Fonts(pdf).Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];
        fonts.Length.ShouldBe(2);
        // Embedded, a subset, with its characters.
        fonts.ShouldAllBe(f => f.Contains("+DejaVuSans", StringComparison.Ordinal) && f.Contains("CID TrueType", StringComparison.Ordinal)
            && f.Contains("yes yes yes", StringComparison.Ordinal));
        pdf.Length.ShouldBeLessThan(60_000);
    }

    [Fact]
    public void A_character_that_the_font_lacks_shows_as_missing_and_is_noted()
    {
        var text = Poppler.Text(DocumentWriter.Write(Frame(name: "株式会社 Example"), Invoice()));
        text.ShouldContain("\uFFFD\uFFFD\uFFFD\uFFFD Example");
        text.ShouldContain("stands for a character that this document's typeface does not have");
        Poppler.Text(DocumentWriter.Write(Frame(), Invoice())).ShouldNotContain("stands for a character");
    }

    [Fact]
    public void The_same_facts_give_the_same_bytes_and_others_another_id()
    {
        var one = DocumentWriter.Write(Frame(), Invoice());
        DocumentWriter.Write(Frame(), Invoice()).ShouldBe(one);
        var other = DocumentWriter.Write(Frame(), Invoice() with { Number = "RE-18" });
        Id(other).ShouldNotBe(Id(one));
        Poppler.Info(one).ShouldContain("Title:           Invoice RE-17");
        Poppler.Info(one).ShouldNotContain("CreationDate");
        Encoding.Latin1.GetString(DocumentWriter.Write(Frame("de"), Invoice())).ShouldContain("/Lang <FEFF00640065>");
    }

    private static string Id(byte[] pdf)
    {
        var text = Encoding.Latin1.GetString(pdf);
        return text[text.LastIndexOf("/ID", StringComparison.Ordinal)..].Split('\n')[0];
    }

    [Fact]
    public void A_customer_s_words_break_nothing()
    {
        var nasty = ") Tj ET endstream endobj \u202E <FEFF> \\ " + new string('W', 400);
        var invoice = Invoice() with { Number = "../../x y\u0000\n(1)", Lines = [(nasty, M(100000))] };
        var pdf = DocumentWriter.Write(Frame(name: nasty), invoice);
        Poppler.Lines(pdf).ShouldContain(l => l.StartsWith(") Tj ET endstream endobj <FEFF> \\", StringComparison.Ordinal));
        Poppler.Words(pdf).ShouldAllBe(w => w.Right <= 595.28m - 56m);
        DocumentWriter.FileName(invoice).ShouldMatch("^invoice-[A-Za-z0-9_.-]+\\.pdf$");
        DocumentWriter.FileName(invoice).ShouldNotContain("/");
    }

    /// <summary>A word that no document asks for, or one that is asked for and not there, would be found by nobody else.</summary>
    [Fact]
    public void Every_word_of_the_catalogue_is_printed_somewhere()
    {
        var english = DocumentWords.Of("en");
        var dated = Invoice() with { DeliveredOn = new DateOnly(2026, 3, 2), Correction = M(-100) };
        var kinds = Enum.GetValues<MovementKind>()
            .Select((k, i) => new StatementMovement(new DateOnly(2026, 3, 2), k, $"R{i}", [], 100, 100 * (i + 1))).ToList();
        var section = Statement().Sections[0] with { Movements = kinds };
        var printed = string.Join(' ', new[]
        {
            DocumentWriter.Write(Frame(name: "日本"), dated), DocumentWriter.Write(Frame(), dated with { Lines = [] }),
            DocumentWriter.Write(Frame(), dated with { Cancelled = true }), DocumentWriter.Write(Frame(), dated with { Open = M(0) }),
            DocumentWriter.Write(Frame(), Statement() with { Sections = [section] }), DocumentWriter.Write(Frame(), Statement(90)),
            DocumentWriter.Write(Frame(), Statement() with { Sections = [] }),
            DocumentWriter.Write(Frame(), Statement() with { Sections = [new StatementSection(Euro, -500, [], -500, [], 500)] }),
        }.SelectMany(Poppler.Lines));
        foreach (var name in DocumentWords.Names)
            foreach (var part in english[name].Split(["{0}", "{1}"], StringSplitOptions.None).Select(p => p.Trim()).Where(p => p.Length > 0))
                printed.ShouldContain(part, customMessage: name);
    }
}
