using System.Text;
using Recoup.Connectors.Sms;

namespace Recoup.Tests.Sms;

public sealed class SmsSettingsTests
{
    private const string Twilio = """
        sms:
          url: https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json
          auth: basic
          user: AC1
          password_env: TWILIO_TOKEN
          from: "+15005550006"
          body: To={to}&From={from}&Body={text}&StatusCallback={status_url}
          answer: { id: sid, error: code, status: status }
          bad_number: [21211, 21614, 30006]
          blocked: [21610]
          incoming:
            public_url: https://pay.example.com
            path_env: RECOUP_TEXTS_PATH
            signature: twilio
            signature_env: TWILIO_TOKEN
            inbound: { id: MessageSid, from: From, text: Body }
            status: { id: MessageSid, status: MessageStatus, error: ErrorCode, delivered: delivered, failed: [failed, undelivered] }
            stop_answer: { content_type: text/xml, body: "<Response/>" }
        """;

    private static SmsSettings? Parse(string text) => SmsSettings.Parse(text, "channels.yaml", "/nowhere");

    [Fact]
    public void A_provider_s_settings_are_read()
    {
        var read = Parse(Twilio)!;
        (read.Auth, read.User, read.From, read.IdPath, read.ErrorPath, read.SegmentsMax).ShouldBe(("basic", "AC1", "+15005550006", "sid", "code", 4));
        new[] { "21610", "30006", "30003", null }.Select(read.KindOf).ShouldBe(["blocked", "hard", "soft", "soft"]);
        read.SuccessStatuses.ShouldBe([200, 201, 202]);
        (read.Incoming!.Signature, read.Incoming.Inbound, read.Incoming.Failed.Count).ShouldBe(("twilio", ("MessageSid", "From", "Body"), 2));
        Parse("email: { smtp: { host: h } }").ShouldBeNull();
    }

    [Fact]
    public void A_secret_is_named_where_it_is_not_to_be_had() =>
        Should.Throw<SmsException>(() => Parse(Twilio.Replace("TWILIO_TOKEN", "NO_SUCH_TOKEN", StringComparison.Ordinal))!.Password!())
            .Message.ShouldBe("the environment has no NO_SUCH_TOKEN, from which channels.yaml, line 5 takes the password");

    private const string Least = "sms:\n  url: https://sms.example/send\n  body: to={to}&text={text}\n";

    [Theory]
    [InlineData("sms: {}", "url is missing")]
    [InlineData("sms:\n  url: http://sms.example/\n  body: to={to}&text={text}", "line 2: takes an address that begins with https://")]
    [InlineData("sms:\n  url: https://u:p@sms.example/\n  body: to={to}&text={text}", "line 2: takes an address that begins with https://, without user")]
    [InlineData("sms:\n  url: https://sms.example/\n  body: to={to}", "{text} is missing: without it no text says anything")]
    [InlineData("sms:\n  url: https://sms.example/\n  body: text={text}", "{to} is missing: without it no text says where it goes")]
    [InlineData("sms:\n  url: https://sms.example/\n  body: to={to}&text={text}&s={sender}", "there is no {sender}; there are {to}, {from}, {text}")]
    [InlineData("sms:\n  url: https://sms.example/\n  body: to={to}&text={text}&s={form}", "there is no {form}; did you mean {from}?")]
    [InlineData("sms:\n  url: https://sms.example/\n  content: json\n  body: '{\"to\":\"{to}\",\"text\":\"{text}\"'", "is no JSON once words stand in it")]
    [InlineData("sms:\n  url: https://sms.example/\n  body: to={to}&text={text}&f={from}", "the body has {from}, so say from which number")]
    [InlineData("sms:\n  url: https://sms.example/\n  body: to={to}&text={text}&s={status_url}", "say under incoming how the provider reaches us")]
    [InlineData(Least + "  auth: bearer", "bearer needs password_env or password_file")]
    [InlineData(Least + "  password_env: X", "there is a password and nothing that carries it")]
    [InlineData(Least + "  auth: basic\n  password_env: X", "auth: basic needs the user")]
    [InlineData(Least + "  auth: header\n  password_env: X", "auth: header needs the header's name")]
    [InlineData(Least + "  auth: header\n  header: 'X Y'\n  password_env: X", "'X Y' is no name of a header")]
    [InlineData(Least + "  auth: digest", "auth is one of none, basic, bearer, header, not 'digest'")]
    [InlineData(Least + "  password: geheim", "'password' is no field here")]
    [InlineData(Least + "  success: { status: [404] }", "takes statuses of HTTP from 200 to 299, not '404'")]
    [InlineData(Least + "  success: { path: status }", "path and is go together")]
    [InlineData(Least + "  answer: { id: 'a..b' }", "'a..b' is no path; write sid, data.id or messages[0].status")]
    [InlineData(Least + "  blocked: [21610]", "say under answer where the answer has its error")]
    [InlineData(Least + "  answer: { error: code }\n  blocked: [1]\n  bad_number: [1]", "1 stands under bad_number too")]
    [InlineData(Least + "  segments_max: 11", "segments_max takes a whole number from 1 to 10, not '11'")]
    [InlineData(Least + "  retry: { first_minutes: 60, longest_minutes: 10 }", "is less than first_minutes")]
    [InlineData(Least + "  allow: [nonsense]", "takes addresses and networks such as 10.1.0.0/16; 'nonsense' is none")]
    [InlineData(Least + "  incoming: { public_url: 'https://h', inbound: { id: a, from: b, text: c } }", "path_env or path_file is missing")]
    [InlineData(Least + "  incoming: { public_url: 'http://h', path_env: X, inbound: { id: a, from: b, text: c } }", "takes an address that begins with https")]
    [InlineData(Least + "  incoming: { public_url: 'https://h', path_env: X }", "give inbound, status or both")]
    [InlineData(Least + "  incoming: { public_url: 'https://h', path_env: X, signature: twilio, inbound: { id: a, from: b, text: c } }",
        "twilio needs signature_env or signature_file")]
    [InlineData(Least + "  incoming: { public_url: 'https://h', path_env: X, signature: hmac, signature_env: Y, inbound: { id: a, from: b, text: c } }",
        "signature: hmac needs the header that carries it")]
    [InlineData(Least + "  incoming: { public_url: 'https://h', path_env: X, signature_env: Y, inbound: { id: a, from: b, text: c } }",
        "nothing that is signed by it")]
    [InlineData(Least + "  incoming: { public_url: 'https://h', path_env: X, status: { id: a, status: b } }", "delivered is missing")]
    public void What_is_wrong_is_said_with_its_line(string text, string message) =>
        SmsSettings.Problems(text, "channels.yaml", "/nowhere").Select(p => p.Message).ShouldContain(m => m.Contains(message, StringComparison.Ordinal));

    [Fact]
    public void All_that_is_wrong_is_said_at_once() =>
        SmsSettings.Problems(Least + "  auth: bearer\n  segments_max: 99\n  colour: red\n", "channels.yaml", "/nowhere").Select(p => p.Line)
            .ShouldBe([4L, 5L, 6L]);

    [Fact]
    public void No_customer_s_words_add_a_field()
    {
        SmsSettings Settings(string content, string body) => Parse($"sms:\n  url: https://sms.example/\n  content: {content}\n  body: '{body}'\n")!;
        Settings("form", "to={to}&text={text}").Body.Write(name => name == "to" ? "+49151" : "a&to=+1 é{to}")
            .ShouldBe("to=%2B49151&text=a%26to%3D%2B1%20%C3%A9%7Bto%7D");
        Settings("json", "{\"to\":\"{to}\",\"text\":\"{text}\"}").Body.Write(name => name == "to" ? "1" : "a\",\"to\":\"2\n")
            .ShouldBe("{\"to\":\"1\",\"text\":\"a\\u0022,\\u0022to\\u0022:\\u00222\\n\"}");
    }

    [Theory]
    [InlineData("""{"sid":"SM1"}""", "sid", "SM1")]
    [InlineData("""{"data":{"id":7}}""", "data.id", "7")]
    [InlineData("""{"messages":[{"status":"0"},{"status":"1"}]}""", "messages[1].status", "1")]
    [InlineData("""{"messages":[{"status":"0"}]}""", "messages[1].status", null)]
    [InlineData("""[{"id":"x"}]""", "id", null)]
    [InlineData("""{"a":{"b":{}}}""", "a.b", null)]
    [InlineData("""{"a":null}""", "a", null)]
    public void A_field_of_an_answer_is_found_by_its_path(string json, string path, string? value)
    {
        ProviderFields.IsPath(path).ShouldBeTrue();
        ProviderFields.Read(Encoding.UTF8.GetBytes(json), isForm: false)![path].ShouldBe(value);
    }
}
