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
                var text = new DateOnly(2000, 1, 1).AddDays(random.Next(20_000)).ToString(formats[random.Next(formats.Length)], CultureInfo.InvariantCulture).ToCharArray();
                if (random.Next(2) == 0) text[random.Next(text.Length)] = "0123456789/-. "[random.Next(14)];
                var expected = DateOnly.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
                (read.TryRead(text, out var mine) == DateReading.Date).ShouldBe(expected, $"{new string(text)} as {format}");
                if (expected) mine.ShouldBe(date);
            }
        }
    }
}
