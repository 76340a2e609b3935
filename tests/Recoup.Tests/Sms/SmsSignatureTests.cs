using System.Text;
using Recoup.Connectors.Sms;

namespace Recoup.Tests.Sms;

public sealed class SmsSignatureTests
{
    private static readonly KeyValuePair<string, string>[] Form =
    [
        new("To", "+18005551212"), new("CallSid", "CA1234567890ABCDE"), new("Caller", "+14158675309"), new("From", "+14158675309"), new("Digits", "1234"),
    ];

    private const string Signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

    // The example of Twilio's own documentation.
    [Fact]
    public void A_call_is_signed_as_Twilio_has_it() =>
        SmsSignature.Twilio("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", Form).ShouldBe(Signature);

    [Theory]
    [InlineData("https://mycompany.com/myapp.php?foo=1&bar=2", "https://mycompany.com/myapp.php?foo=1&bar=2", true)]
    [InlineData("https://mycompany.com/myapp.php?foo=1&bar=2", "https://mycompany.com:443/myapp.php?foo=1&bar=2", true)]
    [InlineData("https://mycompany.com:8443/myapp.php?foo=1&bar=2", "https://mycompany.com:8443/myapp.php?foo=1&bar=2", true)]
    [InlineData("https://mycompany.com:8443/myapp.php?foo=1&bar=2", "https://mycompany.com/myapp.php?foo=1&bar=2", true)]
    [InlineData("https://mycompany.com/myapp.php?foo=1&bar=2", "https://mycompany.com/myapp.php?foo=1&bar=3", false)]
    [InlineData("https://mycompany.com/myapp.php?foo=1&bar=2", "https://other.com/myapp.php?foo=1&bar=2", false)]
    public void Twilio_s_is_tried_with_the_port_and_without(string called, string signedFor, bool holds) =>
        SmsSignature.IsTwilio("12345", new Uri(called), Form, SmsSignature.Twilio("12345", signedFor, Form)).ShouldBe(holds);

    [Fact]
    public void Another_token_another_field_and_none_are_refused()
    {
        var url = new Uri("https://mycompany.com/myapp.php?foo=1&bar=2");
        SmsSignature.IsTwilio("12345", url, Form, Signature).ShouldBeTrue();
        SmsSignature.IsTwilio("12346", url, Form, Signature).ShouldBeFalse();
        SmsSignature.IsTwilio("12345", url, [.. Form[1..]], Signature).ShouldBeFalse();
        SmsSignature.IsTwilio("12345", url, Form, null).ShouldBeFalse();
    }

    // RFC 4231, test case 2.
    [Theory]
    [InlineData("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "hex", true)]
    [InlineData("5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843", "hex", true)]
    [InlineData("sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "hex", true)]
    [InlineData("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", "base64", true)]
    [InlineData("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", "hex", false)]
    [InlineData("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3844", "hex", false)]
    [InlineData("", "hex", false)]
    [InlineData(null, "hex", false)]
    public void A_plain_signature_is_over_the_body(string? given, string encoding, bool holds) =>
        SmsSignature.IsHmac("Jefe", Encoding.UTF8.GetBytes("what do ya want for nothing?"), encoding, given).ShouldBe(holds);
}
