using Recoup.Core.Foundation;

namespace Recoup.Tests.Foundation;

public sealed class SpellingTests
{
    [Theory]
    [InlineData("slaes", "sales")] // swapped
    [InlineData("sale", "sales")] // lost
    [InlineData("saales", "sales")] // added
    [InlineData("sakes", "sales")] // changed
    [InlineData("SALES", "sales")]
    [InlineData("dayz_past_dew", "days_past_due")] // three slips in thirteen letters
    [InlineData("sxyes", "sales")] // two slips in five letters
    [InlineData("sxyzs", null)] // three
    [InlineData("x", null)]
    [InlineData("", null)]
    public void The_nearest_known_word(string word, string? nearest) =>
        Spelling.Nearest(word, ["owed", "sales", "days_past_due"]).ShouldBe(nearest);

    [Fact]
    public void A_tie_goes_to_the_first_by_ordinal_order_whatever_the_order_given()
    {
        Spelling.Nearest("cat", ["hat", "bat"]).ShouldBe("bat");
        Spelling.Nearest("cat", ["bat", "hat"]).ShouldBe("bat");
    }
}
