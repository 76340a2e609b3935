using System.Globalization;
using Recoup.Connectors.Files;

namespace Recoup.Tests.Files;

public class CellFormatTests
{
    [Theory]
    [InlineData('.', null, "1234.50", "1234.50")]
    [InlineData('.', null, "-0.5", "-0.5")]
    [InlineData('.', null, "12-", "-12")]
    [InlineData('.', null, "1,234.50", null)]
    [InlineData('.', null, "1 234.50", "1234.50")]
    [InlineData('.', ',', "1,234.50", "1234.50")]
    [InlineData('.', ',', "1234.50", "1234.50")]
    [InlineData('.', ',', "12,34,567.00", "1234567.00")]
    [InlineData('.', ',', "1234,50", null)]
    [InlineData('.', ',', "1,23", null)]
    [InlineData('.', ',', ",123", null)]
    [InlineData('.', ',', "1,2345", null)]
    [InlineData('.', ',', "1.234,50", null)]
    [InlineData(',', '.', "1.234,50", "1234.50")]
    [InlineData(',', '.', "1.234.567", "1234567")]
    [InlineData(',', ' ', "1\u00A0234,50", "1234.50")]
    [InlineData('.', '\'', "1'234.50", "1234.50")]
    [InlineData('.', null, "1e5", null)]
    [InlineData('.', null, "€5", null)]
    [InlineData('.', null, "5.", null)]
    [InlineData('.', null, "", null)]
    [InlineData('.', null, "-", null)]
    [InlineData('.', null, "1234567890123456789", null)]
    [InlineData('.', null, "999999999999999999", "999999999999999999")]
    [InlineData('.', null, "4294967296.01", "4294967296.01")]
    public void Amounts_are_read_strictly(char mark, char? thousands, string text, string? value)
    {
        new NumberFormat(mark, thousands).TryRead(text, out var number).ShouldBe(value is not null);
        if (value is not null) number.ToString(CultureInfo.InvariantCulture).ShouldBe(value);
    }

    [Theory]
    [InlineData("yyyy-MM-dd", "2026-02-28", "2026-02-28")]
    [InlineData("yyyy-MM-dd", "2026-02-29", null)]
    [InlineData("yyyy-MM-dd", "2026-2-28", null)]
    [InlineData("yyyyMMdd", "20260228", "2026-02-28")]
    [InlineData("M/d/yyyy", "2/28/2026", "2026-02-28")]
    [InlineData("M/d/yyyy", "02/28/2026", "2026-02-28")]
    [InlineData("M/d/yyyy", "28/2/2026", null)]
    [InlineData("M/d/yyyy", "2/28/26", null)]
    [InlineData("d MMM yyyy", "28 Feb 2026", "2026-02-28")]
    [InlineData("dd.MM.yy", "28.02.26", "2026-02-28")]
    [InlineData("M/d/yyyy H:mm:ss", "2/28/2026 0:00:00", "2026-02-28")]
    [InlineData("yyyy-MM-dd", "0000-01-01", null)]
    [InlineData("yyyy-MM-dd", "2026-02-28x", null)]
    [InlineData("yyyy-MM-dd", "", null)]
    public void Dates_are_read_exactly(string format, string text, string? value)
    {
        var formats = DateFormats.Of([format], out var problem);
        problem.ShouldBeNull();
        var reading = formats!.TryRead(text, out var date);
        (reading == DateReading.Date ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null).ShouldBe(value);
    }

    [Fact]
    public void The_fast_way_reads_dates_as_the_library_does()
    {
        string[] formats = ["yyyy-MM-dd", "M/d/yyyy", "dd.MM.yyyy", "d-M-yyyy", "yyyyMMdd"];
        var random = new Random(7);
        foreach (var format in formats)
        {
            var read = DateFormats.Of([format], out _)!;
            for (var i = 0; i < 2000; i++)
            {
                var text = new DateOnly(2000, 1, 1).AddDays(random.Next(20_000))
                    .ToString(formats[random.Next(formats.Length)], CultureInfo.InvariantCulture).ToCharArray();
                if (random.Next(2) == 0) text[random.Next(text.Length)] = "0123456789/-. "[random.Next(14)];
                var expected = DateOnly.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
                (read.TryRead(text, out var mine) == DateReading.Date).ShouldBe(expected, $"{new string(text)} as {format}");
                if (expected) mine.ShouldBe(date);
            }
        }
    }

    [Theory]
    [InlineData("€1.234,50", "1234.50", "EUR")]
    [InlineData("1.234,50 €", "1234.50", "EUR")]
    [InlineData("1.234,50\u00A0€", "1234.50", "EUR")]
    [InlineData("EUR 1.234,50", "1234.50", "EUR")]
    [InlineData("eur1.234,50", "1234.50", "EUR")]
    [InlineData("1.234,50EUR", "1234.50", "EUR")]
    [InlineData("1 234,50", "1234.50", null)]
    [InlineData("1\u202F234,50", "1234.50", null)]
    [InlineData("1\u2009234\u2009567,50", "1234567.50", null)]
    [InlineData("1'234,50", "1234.50", null)]
    [InlineData("1\u2019234,50", "1234.50", null)]
    [InlineData("Fr. 1'234,50", "1234.50", "CHF")]
    [InlineData("\u22121.234,50", "-1234.50", null)]
    [InlineData("\u20131.234,50 €", "-1234.50", "EUR")]
    [InlineData("€ -5,00", "-5.00", "EUR")]
    [InlineData("-€5,00", "-5.00", "EUR")]
    [InlineData("5,00-", "-5.00", null)]
    [InlineData("5,00 €-", "-5.00", "EUR")]
    [InlineData("5,00- EUR", "-5.00", "EUR")]
    [InlineData("(5,00)", "-5.00", null)]
    [InlineData("(5,00 €)", "-5.00", "EUR")]
    [InlineData("€(5,00)", "-5.00", "EUR")]
    [InlineData("+5,00", "5.00", null)]
    [InlineData("2.000,-", "2000", null)]
    [InlineData("5,--", "5", null)]
    [InlineData("5,\u2014", "5", null)]
    [InlineData("EUR 2.000,-", "2000", "EUR")]
    [InlineData("2.000,- €", "2000", "EUR")]
    [InlineData("-2.000,- €", "-2000", "EUR")]
    [InlineData("(2.000,-)", "-2000", null)]
    [InlineData("Rs. 1 23 456/-", "123456", "INR")]
    [InlineData("1\u00B4234,50", "1234.50", null)]
    [InlineData("1`234,50", "1234.50", null)]
    [InlineData("5.-", null, null)]
    [InlineData(",-", null, null)]
    [InlineData("5,50,-", null, null)]
    [InlineData("1 234.567", null, null)]
    [InlineData("1 234'567", null, null)]
    [InlineData("(-5,00)", null, null)]
    [InlineData("--5,00", null, null)]
    [InlineData("5,00 Stk", null, null)]
    [InlineData("EUR EUR 5,00", null, null)]
    [InlineData("1.234.50", null, null)]
    [InlineData("EUR", null, null)]
    [InlineData("€", null, null)]
    [InlineData("()", null, null)]
    public void Amounts_are_read_as_people_write_them(string text, string? value, string? code)
    {
        var reading = new AmountFormats([new NumberFormat(',', '.')]).TryRead(text, out var number, out var sign);
        (reading == NumberReading.Number ? number.ToString(CultureInfo.InvariantCulture) : null).ShouldBe(value);
        if (value is not null) sign?.Codes[0].ShouldBe(code);
        if (value is not null) (sign is null).ShouldBe(code is null);
    }

    [Theory]
    [InlineData("1.234,50", "1234.50")]
    [InlineData("1,234.50", "1234.50")]
    [InlineData("12,50", "12.50")]
    [InlineData("12.50", "12.50")]
    [InlineData("100", "100")]
    [InlineData("1.234.567", "1234567")]
    [InlineData("1.234", null)]
    [InlineData("1,234", null)]
    public void Of_two_manners_what_both_read_in_two_ways_is_refused(string text, string? value)
    {
        var reading = new AmountFormats([new NumberFormat(',', '.'), new NumberFormat('.', ',')]).TryRead(text, out var number, out _);
        reading.ShouldBe(value is null ? NumberReading.Ambiguous : NumberReading.Number);
        if (value is not null) number.ToString(CultureInfo.InvariantCulture).ShouldBe(value);
    }

    [Theory]
    [InlineData("seconds", "1772323200", "2026-03-01")]
    [InlineData("seconds", "1772323200.5", "2026-03-01")]
    [InlineData("seconds", "1772323199", "2026-02-28")]
    [InlineData("seconds", "1772323200000", null)]
    [InlineData("seconds", "0", null)]
    [InlineData("seconds", "-5", null)]
    [InlineData("milliseconds", "1772323200000", "2026-03-01")]
    [InlineData("milliseconds", "1772323200", null)]
    [InlineData("spreadsheet", "46082", "2026-03-01")]
    [InlineData("spreadsheet", "46082.75", "2026-03-01")]
    [InlineData("spreadsheet", "61", "1900-03-01")]
    [InlineData("spreadsheet", "60", null)]
    [InlineData("spreadsheet", "20260301", null)]
    [InlineData("spreadsheet_1904", "44620", "2026-03-01")]
    public void Dates_are_read_as_counts(string format, string text, string? value)
    {
        var reading = DateFormats.Of([format], out _)!.TryRead(text, out var date);
        (reading == DateReading.Date ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null).ShouldBe(value);
    }

    [Theory]
    [InlineData("ap@acme.example", "ap@acme.example")]
    [InlineData("a@x.example; b@x.example", "a@x.example|b@x.example")]
    [InlineData("a@x.example,b@x.example", "a@x.example|b@x.example")]
    [InlineData("a@x.example\nb@x.example", "a@x.example|b@x.example")]
    [InlineData("a@x.example; A@X.example", "a@x.example")]
    [InlineData("mailto:a@x.example", "a@x.example")]
    [InlineData("MAILTO:a@x.example?subject=Invoice", "a@x.example")]
    [InlineData("E-Mail: a@x.example", "a@x.example")]
    [InlineData("Ann Lee <ann@x.example>", "ann@x.example")]
    [InlineData("\"Lee, Ann\" <ann@x.example>, bob@x.example", "ann@x.example|bob@x.example")]
    [InlineData("Lee, Ann <ann@x.example>", "ann@x.example")]
    [InlineData("<a@x.example>", "a@x.example")]
    [InlineData("'a@x.example'", "a@x.example")]
    [InlineData("a@x.example.", "a@x.example")]
    [InlineData("a\u200B@x.example\u00A0", "a@x.example")]
    [InlineData("\uFEFFa@x.example", "a@x.example")]
    [InlineData("a@\u00ADx.example", "a@x.example")]
    [InlineData("m\u00FCller@m\u00FCller.example", "m\u00FCller@m\u00FCller.example")]
    [InlineData("n/a; a@x.example", "a@x.example")]
    [InlineData("nobody", "")]
    [InlineData("a@b@c.example", "")]
    [InlineData("a@", "")]
    [InlineData("@x.example", "")]
    [InlineData("a b@x.example", "")]
    [InlineData("a..b@x.example", "")]
    public void Mail_addresses_are_taken_out_of_what_stands_around_them(string cell, string addresses)
    {
        var reading = AddressCells.Read(cell);
        string.Join('|', reading.Addresses).ShouldBe(addresses);
        reading.IsNone.ShouldBeFalse();
    }

    [Theory]
    [InlineData("n/a"), InlineData("N/A"), InlineData("n. a."), InlineData("-"), InlineData("--"), InlineData("\u2013"), InlineData("?")]
    [InlineData("none"), InlineData("(none)"), InlineData("keine"), InlineData("Keine Angabe")]
    [InlineData("kein"), InlineData("unbekannt"), InlineData("null"), InlineData("#N/A"), InlineData("x")]
    [InlineData("\u200B"), InlineData("."), InlineData("aucun"), InlineData("k. A.")]
    public void Words_for_none_are_no_address(string cell) =>
        AddressCells.Read(cell).ShouldSatisfyAllConditions(r => r.Addresses.ShouldBeEmpty(), r => r.IsNone.ShouldBeTrue());

    [Theory]
    [InlineData("2026-01-31", "2026-02-28", "1 month")]
    [InlineData("2024-01-31", "2024-02-29", "1 month")]
    [InlineData("2026-01-15", "2026-02-14", "30 days")]
    [InlineData("2026-01-15", "2026-03-02", "end of month", "30 days")]
    [InlineData("2026-01-15", "2026-02-28", "30 days", "end of month")]
    [InlineData("2024-01-30", "2024-02-29", "30 days", "end of month")]
    [InlineData("2026-02-10", "2026-03-31", "end of month", "1 month")]
    [InlineData("2023-12-15", "2024-02-29", "end of month", "2 months")]
    [InlineData("2026-01-31", "2026-02-10", "1 month", "day 10")]
    [InlineData("2026-12-05", "2027-01-10", "1 month", "day 10")]
    [InlineData("2026-01-15", "2026-02-28", "1 month", "day 31")]
    [InlineData("2026-02-28", "2026-02-28", "end of month")]
    [InlineData("2026-02-28", "2026-03-15", "end of month", "15 days")]
    public void Terms_of_payment_lead_to_a_day(string issued, string due, params string[] steps)
    {
        var yaml =
            TestFiles.SimpleMapping.Replace("due_on: due", $"due_on: {{ after: issued, terms: [{string.Join(", ", steps)}] }}", StringComparison.Ordinal);
        var row = TestFiles.Read(Mapping.Parse(yaml, "m.yaml"), $"account,number,issued,amount\nA1,I1,{issued},1.00\n").Only();
        row.Inputs.Single().ShouldBeOfType<Core.Receivables.InvoiceInput.Issued>().DueOn.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture).ShouldBe(due);
    }
}
