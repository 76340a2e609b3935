using System.Net;
using System.Text;
using Recoup.Connectors.Webhooks;
using Recoup.Core.Foundation;
using Recoup.Core.Webhooks;

namespace Recoup.Tests.Webhooks;

/// <summary>Parts that need no server: signatures, addresses, waits, settings.</summary>
public sealed class SignatureTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Theory]
    [InlineData("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}""", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData("msg_recoup_1", 1767225600, """{"type":"promise.broken","timestamp":"2026-01-01T00:00:00Z","data":{"id":"prm_1"}}""",
        "v1,CWCZ1OlPxNrCf0IemQUcxRk3pI0JCLTqNeTw0SnQcBM=")]
    public void A_call_is_signed_as_Standard_Webhooks_has_it(string id, long at, string body, string signature) =>
        WebhookSignature.Of([WebhookChapter.SecretOf(Secret)!], id, at, Encoding.UTF8.GetBytes(body)).ShouldBe(signature);

    [Fact]
    public void While_secrets_change_it_is_signed_by_each()
    {
        var other = Enumerable.Repeat((byte)7, 24).ToArray();
        var both = WebhookSignature.Of([WebhookChapter.SecretOf(Secret)!, other], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
            """{"test": 2432232314}"""u8).Split(' ');
        both.Length.ShouldBe(2);
        both[0].ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        both[1].ShouldBe(WebhookSignature.Of([other], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8));
    }

    [Theory]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 24)]
    [InlineData("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", null)]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", null)]
    [InlineData("whsec_no base64!", null)]
    public void A_secret_is_whsec_and_24_to_64_bytes(string text, int? length) => (WebhookChapter.SecretOf(text)?.Length).ShouldBe(length);

    [Theory]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946", true)]
    [InlineData("64:ff9b::5db8:d822", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.8.9.10", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:93.184.216.34", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:db8::1", false)]
    public void Only_what_anybody_can_reach_is_public(string address, bool isPublic) => PublicAddress.Is(IPAddress.Parse(address)).ShouldBe(isPublic);

    [Fact]
    public void Waits_grow_for_about_three_days_and_each_call_has_its_own()
    {
        var at = new DateTimeOffset(2026, 4, 1, 10, 0, 0, TimeSpan.Zero);
        var waits = Enumerable.Range(0, 9).Select(tries => WebhookRetry.After(tries, "evt_1", at, null)!.Value - at).ToList();
        for (var i = 0; i < waits.Count; i++) waits[i].ShouldBeInRange(WebhookRetry.Waits[i], WebhookRetry.Waits[i] * 1.1);
        waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait).TotalDays.ShouldBeInRange(3.1, 3.6);
        WebhookRetry.After(9, "evt_1", at, null).ShouldBeNull();
        WebhookRetry.After(2, "evt_1", at, null).ShouldBe(WebhookRetry.After(2, "evt_1", at, null));
        WebhookRetry.After(2, "evt_1", at, null).ShouldNotBe(WebhookRetry.After(2, "evt_2", at, null));
        // Later where it asks for that, never sooner, and not for ever.
        WebhookRetry.After(0, "evt_1", at, TimeSpan.FromMinutes(2)).ShouldBe(at.AddMinutes(2));
        WebhookRetry.After(3, "evt_1", at, TimeSpan.FromSeconds(1)).ShouldBe(WebhookRetry.After(3, "evt_1", at, null));
        WebhookRetry.After(0, "evt_1", at, TimeSpan.FromDays(400)).ShouldBe(at.AddDays(1));
    }

    [Fact]
    public void The_settings_name_what_may_be_called()
    {
        var settings = WebhookSettings.Parse("allow: [10.1.0.0/16, 127.0.0.1]\ntimeout_seconds: 7\n", "webhooks.yaml");
        settings.Timeout.ShouldBe(TimeSpan.FromSeconds(7));
        settings.Allows(IPAddress.Parse("10.1.2.3")).ShouldBeTrue();
        settings.Allows(IPAddress.Parse("10.2.2.3")).ShouldBeFalse();
        settings.Allows(IPAddress.Parse("::ffff:127.0.0.1")).ShouldBeTrue();
        settings.Allows(IPAddress.Parse("127.0.0.2")).ShouldBeFalse();
        Should.Throw<YamlException>(() => WebhookSettings.Parse("allow: [everything]\n", "webhooks.yaml")).Message.ShouldContain("everything");
        Should.Throw<YamlException>(() => WebhookSettings.Parse("alow: [10.1.0.0/16]\n", "webhooks.yaml"));
    }
}
