using System.Security.Cryptography;
using Recoup.Core.Inputs;

namespace Recoup.Tests.Files;

public sealed class CardNumberTests
{
    /// <summary>Whatever a mail, a row or an endpoint is known by in the journal must not be refused for its digits.</summary>
    [Fact]
    public void A_key_made_of_a_digest_is_never_taken_for_a_card_number()
    {
        var digests = Enumerable.Range(0, 40_000).Select(i => SHA256.HashData(BitConverter.GetBytes(i))).ToList();
        var refused = digests.FindAll(d => CardNumber.Contains(Convert.ToHexStringLower(d)));
        refused.ShouldNotBeEmpty();
        digests.ShouldNotContain(d => CardNumber.Contains(CardNumber.KeyOf(d)));
        digests.Select(d => CardNumber.KeyOf(d)).ShouldBeUnique();
        // What was known by its digits before is known by them still.
        digests.Except(refused).ShouldAllBe(d => CardNumber.KeyOf(d) == Convert.ToHexStringLower(d));
    }
}
