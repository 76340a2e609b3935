using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Recoup.Server.Words;

namespace Recoup.Tests.Pages;

/// <summary>Amounts and times are taken as the person at the browser writes them, and never guessed.</summary>
public sealed class ReaderTests
{
    private static Reader Of(string languages, string zone = "Europe/Berlin")
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.AcceptLanguage = languages;
        return Reader.Of(http, zone);
    }

    [Theory]
    [InlineData("de-DE,de;q=0.9,en;q=0.8", "797,66", "797.66")]
    [InlineData("de-DE", "797.66", "797.66")]
    [InlineData("de-DE", "1.234,50", "1234.50")]
    [InlineData("de-DE", "1.234", "1234")]
    [InlineData("de-DE", "1 234,50", "1234.50")]
    [InlineData("de-DE", "1.234.567", "1234567")]
    [InlineData("de-CH", "1’234.50", "1234.50")]
    [InlineData("fr-FR", "1\u202f234,50 €", "1234.50")]
    [InlineData("en-GB,en;q=0.9", "1,234.50", "1234.50")]
    [InlineData("en-GB", "1,234", "1234")]
    [InlineData("en-GB", "797,66", "797.66")]
    [InlineData("en-GB", "£ 5", "5")]
    [InlineData("en-GB", "−5.00", "-5.00")]
    [InlineData("", "797.66", "797.66")]
    // Too exact for who reads a point so; the door refuses it by its decimals rather than taking a thousandth of what was meant.
    [InlineData("en-GB", "1.234", "1.234")]
    [InlineData("de-DE", "1,234", "1.234")]
    public void An_amount_is_what_its_reader_means(string languages, string text, string amount) => Of(languages).ReadAmount(text, out _).ShouldBe(amount);

    [Theory]
    [InlineData("de-DE", "12.34,5.6")]
    [InlineData("de-DE", "1.23.456,00")]
    [InlineData("en-GB", "1,2,3")]
    [InlineData("en-GB", "1,234.50.1")]
    [InlineData("en-GB", "hundred")]
    [InlineData("en-GB", "1e5")]
    [InlineData("en-GB", "-")]
    public void What_is_no_amount_is_refused_with_an_example(string languages, string text)
    {
        Of(languages).ReadAmount(text, out var problem).ShouldBeNull();
        problem.ShouldContain(languages.StartsWith("de", StringComparison.Ordinal) ? "1234,50" : "1234.50");
    }

    [Fact]
    public void An_amount_is_read_as_it_was_shown_in_every_language() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(
        Gen.Choose(0, int.MaxValue).Zip(Gen.Elements("de-DE", "en-GB", "fr-FR", "de-CH", "sv-SE", "ja-JP", "es-MX", "")).ToArbitrary(),
        one => Of(one.Item2) is var reader
            && decimal.Parse(reader.ReadAmount(reader.Amount(one.Item1, "EUR"), out _)!, CultureInfo.InvariantCulture) == one.Item1 / 100m));

    [Theory]
    [InlineData("Europe/Berlin", "2026-04-12T10:15", "2026-04-12T08:15:00Z")]
    [InlineData("America/Los_Angeles", "2026-01-12T10:15:30", "2026-01-12T18:15:30Z")]
    [InlineData("Asia/Tokyo", "2026-01-12 09:00", "2026-01-12T00:00:00Z")]
    [InlineData("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z")]
    [InlineData("Asia/Tokyo", "2026-01-12T09:00:00Z", "2026-01-12T09:00:00Z")]
    public void A_time_is_of_the_readers_place_unless_it_says_otherwise(string zone, string text, string instant) =>
        DateTimeOffset.Parse(Of("en", zone).ReadInstant(text), CultureInfo.InvariantCulture)
            .ShouldBe(DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture));

    [Fact]
    public void What_is_no_time_is_left_for_the_door_to_refuse() => Of("en").ReadInstant("yesterday").ShouldBe("yesterday");
}
