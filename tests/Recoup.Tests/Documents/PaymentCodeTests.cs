using Recoup.Connectors.Documents;
using Recoup.Core.Documents;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using ZXing;
using ZXing.QrCode;

namespace Recoup.Tests.Documents;

/// <summary>The code on an invoice or a statement says, to somebody else's reader of the printed page, what a banking app needs.</summary>
public sealed class PaymentCodeTests
{
    private static readonly Currency Euro = Currency.Of("EUR");

    private const string Bank = "Musterbank\nIBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001";

    private static InvoiceDocument Invoice(Money open) =>
        new("K-1001", "RE-17", new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 31), open, open, new DateOnly(2026, 4, 2))
        {
            Correction = open - open, Lines = [],
        };

    private static DocumentFrame Frame(string? bank = Bank, string creditor = "Beispiel AG") => new()
    {
        Portfolio = new PortfolioDetails("main") { Creditor = creditor, BankDetails = bank }, Language = "en", Account = "K-1001",
        Name = "Kundin GmbH", Address = "Hauptstraße 1\n10115 Berlin",
    };

    private static string? Scan(byte[] pdf)
    {
        var (width, height, dots) = Poppler.Picture(pdf);
        var source = new RGBLuminanceSource(dots, width, height, RGBLuminanceSource.BitmapFormat.Gray8);
        var hints = new Dictionary<DecodeHintType, object> { [DecodeHintType.TRY_HARDER] = true };
        return new QRCodeReader().decode(new BinaryBitmap(new ZXing.Common.HybridBinarizer(source)), hints)?.Text;
    }

    [Fact]
    public void An_invoice_carries_a_transfer_that_a_reader_of_the_printed_page_understands() =>
        Scan(DocumentWriter.Write(Frame(), Invoice(new Money(50000, Euro))))
            .ShouldBe("BCD\n001\n2\nSCT\nBYLADEM1001\nBeispiel AG\nDE02120300000000202051\nEUR500.00\n\n\nRE-17, K-1001");

    [Fact]
    public void Without_a_bank_it_is_the_version_that_needs_none_and_letters_beyond_Latin_are_UTF_8() =>
        PaymentCode.TextOf("IBAN: de02120300000000202051.", "Łódź Sp. z o.o.", new Money(1, Euro), "R1")
            .ShouldBe("BCD\n002\n1\nSCT\n\nŁódź Sp. z o.o.\nDE02120300000000202051\nEUR0.01\n\n\nR1");

    [Theory]
    [InlineData("IBAN DE02 1203 0000 0000 2020 52")]
    [InlineData("IBAN US02 1203 0000 0000 2020 51")]
    [InlineData("Sort code 12-34-56, account 12345678")]
    [InlineData("")]
    [InlineData(null)]
    public void Where_no_account_can_be_told_for_certain_there_is_no_code(string? bank) =>
        PaymentCode.Of(bank, "Beispiel AG", new Money(50000, Euro), "R1").ShouldBeNull();

    [Fact]
    public void Only_euros_are_transferred_so_and_only_what_is_owed()
    {
        PaymentCode.Of(Bank, "Beispiel AG", new Money(50000, Currency.Of("CHF")), "R1").ShouldBeNull();
        PaymentCode.Of(Bank, "Beispiel AG", new Money(0, Euro), "R1").ShouldBeNull();
        PaymentCode.Of(Bank, "Beispiel AG", new Money(-1, Euro), "R1").ShouldBeNull();
        PaymentCode.Of(Bank, "Beispiel AG", new Money(100_000_000_000, Euro), "R1").ShouldBeNull();
    }

    [Theory]
    [InlineData("Payable to NL91ABNA0417164300 at ABN", "NL91ABNA0417164300")]
    [InlineData("IBAN GB29 NWBK 6016 1331 9268 19 BIC NWBKGB2L", "GB29NWBK60161331926819")]
    [InlineData("MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S")]
    [InlineData("first DE00 0000 then FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606")]
    public void The_account_is_found_among_other_words(string text, string iban) => PaymentCode.IbanIn(text).ShouldBe(iban);

    [Fact]
    public void The_largest_text_is_within_the_limit_or_there_is_none()
    {
        var text = PaymentCode.TextOf(Bank, new string('Ł', 200), new Money(99_999_999_999, Euro), new string('ł', 200));
        if (text is not null) System.Text.Encoding.UTF8.GetByteCount(text).ShouldBeLessThanOrEqualTo(331);
        PaymentCode.TextOf(Bank, new string('x', 200), new Money(99_999_999_999, Euro), new string('y', 200))!.Split('\n')[5].Length.ShouldBe(70);
    }
}
