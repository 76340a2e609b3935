using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Recoup.Connectors.Sms;
using Recoup.Core;
using Recoup.Core.Outbox;
using Recoup.Core.Workspace;

namespace Recoup.Tests.Sms;

/// <summary>What becomes of a text by each way in which a provider answers, or does not.</summary>
public sealed class SmsChannelTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 2, 5, 10, 0, 0, TimeSpan.Zero);

    private readonly SmsProvider provider = SmsProvider.Start();

    public void Dispose() => provider.Dispose();

    private SmsSettings Settings(string more = "", string? url = null) => SmsSettings.Parse(provider.Yaml(more, url), "channels.yaml", Path.GetTempPath())!;

    private static Outgoing Text(string to = "+4915112345678", string body = "Muster GmbH: 100.00 EUR. Reply STOP.", int n = 1) =>
        new("P1", $"m-01-{n:D8}", "sms", new MessageText(to, null, "", null, "", body));

    private ChannelAnswer Send(Outgoing? text = null, SmsSettings? settings = null)
    {
        using var channel = new SmsChannel(settings ?? Settings());
        return channel.Send([text ?? Text()], Now).Single();
    }

    private ChannelAnswer Answered(int status, string body, string? retryAfter = null)
    {
        provider.Answers = (_, http) =>
        {
            if (retryAfter is not null) http.Response.Headers.RetryAfter = retryAfter;
            return SmsProvider.Json(http, status, body);
        };
        return Send();
    }

    [Fact]
    public void What_the_provider_took_is_sent_with_its_id()
    {
        Send(Text(body: "50 % & mehr: 1,00 € ?")).ShouldBe(ChannelAnswer.Sent with { Detail = "201 Created, queued", Reference = "SM1" });
        var asked = provider.All.Single();
        (asked.Method, asked.Path, asked.To, asked.Form["From"].ToString(), asked.Text)
            .ShouldBe(("POST", "/2010-04-01/Accounts/AC1/Messages.json", "+4915112345678", "+15005550006", "50 % & mehr: 1,00 € ?"));
        asked.Headers["Content-Type"].ShouldBe("application/x-www-form-urlencoded");
    }

    [Theory]
    [InlineData("auth: basic\n  user: AC1", "Authorization", "Basic QUMxOmdlaGVpbQ==")]
    [InlineData("auth: bearer", "Authorization", "Bearer geheim")]
    [InlineData("auth: header\n  header: X-Api-Key", "X-Api-Key", "geheim")]
    public void It_is_let_in_as_the_settings_say(string auth, string header, string value)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "geheim\n");
        Send(settings: Settings($"  {auth}\n  password_file: {file}\n")).Outcome.ShouldBe("sent");
        File.Delete(file);
        provider.All.Single().Headers[header].ShouldBe(value);
    }

    [Fact]
    public void A_body_may_be_JSON()
    {
        var json = provider.Yaml("  content: json\n").Replace("body: To={to}&From={from}&Body={text}",
            "body: '{\"to\":[\"{to}\"],\"text\":\"{text}\",\"ref\":\"{id}\"}'",
            StringComparison.Ordinal);
        Send(settings: SmsSettings.Parse(json, "channels.yaml", "/nowhere")!).Outcome.ShouldBe("sent");
        provider.All.Single().Body.ShouldBe("""{"to":["\u002B4915112345678"],"text":"Muster GmbH: 100.00 EUR. Reply STOP.","ref":"m-01-00000001"}""");
        provider.All.Single().Headers["Content-Type"].ShouldBe("application/json; charset=utf-8");
    }

    [Theory]
    [InlineData(400, """{"code":21211,"message":"no number"}""", "failed", "21211", false)]
    [InlineData(400, """{"code":21610,"message":"unsubscribed"}""", "failed", "21610", true)]
    [InlineData(201, """{"sid":"SM1","code":21610}""", "failed", "21610", true)]
    [InlineData(400, """{"code":30001}""", "failed", null, false)]
    [InlineData(422, "not JSON", "failed", null, false)]
    [InlineData(500, """{"code":20500}""", "unknown", null, false)]
    [InlineData(502, "", "unknown", null, false)]
    [InlineData(504, "", "unknown", null, false)]
    [InlineData(401, """{"code":20003}""", "deferred", null, false)]
    [InlineData(404, "", "deferred", null, false)]
    [InlineData(302, "", "deferred", null, false)]
    [InlineData(429, "", "deferred", null, false)]
    [InlineData(503, "", "deferred", null, false)]
    public void Its_answer_says_what_became_of_it(int status, string body, string outcome, string? badAddress, bool blocked)
    {
        var answer = Answered(status, body);
        (answer.Outcome, answer.BadAddress, answer.Blocked).ShouldBe((outcome, badAddress, blocked));
        answer.Detail.ShouldNotBeNull().ShouldStartWith($"{status}");
    }

    [Theory]
    [InlineData("60", 10 * 60)]
    [InlineData("7200", 7200)]
    [InlineData("Thu, 05 Feb 2026 13:00:00 GMT", 3 * 3600)]
    [InlineData("864000", 24 * 3600)]
    public void It_is_not_asked_again_before_it_says_so(string retryAfter, int seconds)
    {
        Answered(429, "", retryAfter).Until.ShouldBe(Now.AddSeconds(seconds));
        Answered(503, "", retryAfter).Until.ShouldBe(Now.AddSeconds(seconds));
    }

    [Fact]
    public void Once_it_wants_no_more_the_others_of_a_dispatch_wait_without_being_asked()
    {
        provider.Answers = (_, http) => SmsProvider.Json(http, 429, "");
        using var channel = new SmsChannel(Settings("  connections: 1\n"));
        channel.Send([.. Enumerable.Range(1, 4).Select(n => Text(n: n))], Now).ShouldAllBe(a => a.Outcome == "deferred");
        provider.All.Count.ShouldBe(1);
        channel.Trouble().ShouldNotBeNull().ShouldStartWith("429");
    }

    [Fact]
    public void Where_its_answer_has_to_say_that_it_took_it_that_is_looked_for()
    {
        var settings = Settings("  success: { status: 200, path: 'messages[0].status', is: '0' }\n");
        ChannelAnswer By(string body)
        {
            provider.Answers = (_, http) => SmsProvider.Json(http, 200, body);
            return Send(settings: settings);
        }
        By("""{"messages":[{"status":"0"}]}""").Outcome.ShouldBe("sent");
        By("""{"messages":[{"status":"9"}]}""").ShouldBe(ChannelAnswer.Failed("200 OK; messages[0].status is 9"));
        By("""{"messages":[]}""").Outcome.ShouldBe("unknown");
        By("gateway page").Outcome.ShouldBe("unknown");
    }

    [Fact]
    public void No_answer_in_time_is_unknown()
    {
        provider.Answers = async (_, http) => await Task.Delay(TimeSpan.FromSeconds(30), http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        Send().ShouldBe(ChannelAnswer.Unknown("the request went out, and no answer came within 2 s"));
        provider.All.Count.ShouldBe(1);
    }

    [Fact]
    public void A_connection_cut_after_the_request_is_unknown_and_the_request_is_not_made_again()
    {
        provider.Answers = (_, http) =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        Send().Outcome.ShouldBe("unknown");
        provider.All.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_cut_before_it_could_be_read_is_unknown_too()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepting = Task.Run(() =>
        {
            using var client = listener.AcceptTcpClient();
            client.GetStream().ReadExactly(new byte[20]);
            client.Client.LingerState = new LingerOption(true, 0);
        });
        Send(settings: Settings(url: $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/")).Outcome.ShouldBe("unknown");
        await accepting;
    }

    [Fact]
    public void Where_nobody_listens_it_is_tried_again_and_given_up_in_the_end()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        listener.Stop();
        Send(settings: Settings(url: url)).ShouldBe(ChannelAnswer.Deferred("the provider was not reached: no connection", Now.AddMinutes(10)));
        Send(Text() with { Tries = 2, FirstTriedAt = Now.AddHours(-1) }, Settings(url: url)).Until.ShouldBe(Now.AddMinutes(40));
        Send(Text() with { Tries = 20, FirstTriedAt = Now.AddHours(-73) }, Settings(url: url)).Outcome.ShouldBe("failed");
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/", "")]
    [InlineData("https://127.0.0.1:1/", "")]
    [InlineData("https://192.168.0.1/", "")]
    public void A_private_address_is_refused_unless_it_is_allowed(string url, string more)
    {
        var yaml = provider.Yaml(more, url).Replace("allow: [127.0.0.1]", "allow: [10.9.9.9]", StringComparison.Ordinal);
        Send(settings: SmsSettings.Parse(yaml, "channels.yaml", "/nowhere")!).Detail
            .ShouldBe("the provider was not reached: its address is of a private network or of this machine; channels.yaml can allow it");
    }

    [Fact]
    public void A_provider_without_a_good_certificate_is_given_nothing()
    {
        // It speaks no TLS at all.
        Send(settings: Settings(url: provider.Url.Replace("http://", "https://", StringComparison.Ordinal))).Outcome.ShouldBe("deferred");
        provider.All.ShouldBeEmpty();
    }

    [Fact]
    public void A_text_of_too_many_parts_is_not_sent()
    {
        Send(Text(body: new string('ä', 613))).ShouldBe(ChannelAnswer.Failed(
            "it is cut into 5 parts, and channels.yaml allows 4: shorten its template, or raise segments_max"));
        provider.All.ShouldBeEmpty();
        Send(Text(body: new string('ä', 612))).Outcome.ShouldBe("sent");
    }

    [Fact]
    public void Without_its_secret_nothing_is_released()
    {
        using var channel = new SmsChannel(Settings("  auth: bearer\n  password_env: NO_SUCH_KEY\n"));
        channel.Trouble().ShouldNotBeNull().ShouldStartWith("the environment has no NO_SUCH_KEY");
        channel.Send([Text()], Now).Single().Outcome.ShouldBe("deferred");
        provider.All.ShouldBeEmpty();
    }
}
