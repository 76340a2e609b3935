using Recoup.Core.Contact;
using Recoup.Core.Outbox;

namespace Recoup.Tests.Sms;

public sealed class TextSegmentsTests
{
    [Theory]
    [InlineData("", 1, 0)]
    [InlineData("a", 1, 1)]
    [InlineData("a", 160, 1)]
    [InlineData("a", 161, 2)]
    [InlineData("a", 306, 2)]
    [InlineData("a", 307, 3)]
    [InlineData("ä", 160, 1)]
    [InlineData("€", 80, 1)]
    [InlineData("€", 81, 2)]
    [InlineData("|", 80, 1)]
    [InlineData("\\", 81, 2)]
    [InlineData("é", 160, 1)]
    [InlineData("ő", 70, 1)]
    [InlineData("ő", 71, 2)]
    [InlineData("ő", 134, 2)]
    [InlineData("ő", 135, 3)]
    [InlineData("😀", 35, 1)]
    [InlineData("😀", 36, 2)]
    // Of 67 units the last is left free by 33 pairs: none is cut.
    [InlineData("😀", 66, 2)]
    [InlineData("😀", 67, 3)]
    public void A_text_is_cut_as_phone_networks_cut_it(string unit, int times, int segments) =>
        TextSegments.Of(string.Concat(Enumerable.Repeat(unit, times))).ShouldBe(segments);

    [Fact]
    public void Every_sign_of_the_extension_counts_two()
    {
        foreach (var sign in "^{}[]~|\\€") TextSegments.Of(new string('a', 159) + sign).ShouldBe(2, $"{sign}");
        foreach (var sign in "@£$¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\n") TextSegments.Of(new string('a', 159) + sign).ShouldBe(1, $"{sign}");
    }

    [Fact]
    public void What_counts_two_is_not_cut_in_two() =>
        // 152 and a sign of two do not fit 153.
        TextSegments.Of(new string('a', 152) + "€" + new string('a', 151) + "a").ShouldBe(3);

    [Theory]
    [InlineData("+4915123456789", null, true)]
    [InlineData("0151 23456789", "DE", true)]
    [InlineData("+493012345678", null, false)]
    [InlineData("030 12345678", "DE", false)]
    // North America's numbers do not tell.
    [InlineData("+12125551212", null, true)]
    [InlineData("+18005551212", null, false)]
    [InlineData("nonsense", "DE", false)]
    public void A_fixed_line_takes_no_texts(string number, string? country, bool can) => PhoneNumber.CanBeTexted(number, country).ShouldBe(can);
}
