using System.Net;
using System.Text;
using Recoup.Cli;
using Recoup.Connectors.Mail;
using Recoup.Connectors.Sms;
using Recoup.Core.Contact;
using Recoup.Server;
using Recoup.Tests.Api;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Sms;

/// <summary>From a policy's step to a real provider by the command, and back: reports, answers, stops.</summary>
public sealed class SmsSendingTests : IDisposable
{
    private const string Morning = "2026-02-05T10:00:00Z", Dispatched = "2026-02-05T10:05:00Z", Secret = "an-address-nobody-guesses";

    private readonly DataFolder folder = new();
    private readonly SmsProvider provider = SmsProvider.Start();

    public void Dispose()
    {
        provider.Dispose();
        folder.Dispose();
    }

    private static string Number(int i) => $"+49151123456{i:D2}";

    private string Policy => folder.Write("texts.yaml", """
        policy: texts
        score: { base: 50, adjust: [] }
        segments: [ { id: all, when: "true", strategy: texts } ]
        strategies:
          - id: texts
            entry: level-1
            days_between_steps: 3
            steps:
              - { id: level-1, at: 3, action: message, channels: [sms, email], template: first-reminder, tone: neutral }
              - { id: level-2, at: 9, action: message, channels: [sms, email], template: second-reminder, tone: neutral }
        review_every_days: 30
        missed_steps: in_turn
        promise_grace_days: 2
        allocation: oldest_first
        business_days_only: false
        volume_stop: { multiple: 3, runs: 5, minimum: 50 }
        """);

    /// <summary>A customer a number, each with an overdue invoice, decided to be reminded.</summary>
    private void Decide(params string[] numbers)
    {
        folder.Send("""
            {"type":"portfolio","key":"pf-1","portfolio":"EU","creditor":"Muster GmbH","sender":"ar@muster.example","time_zone":"Europe/Berlin"}
            """, "--now", "2026-02-02T10:00:00Z").Expect(0);
        folder.Send(string.Join('\n', numbers.SelectMany((number, i) => new[]
        {
            $$"""
                {"type":"account","key":"a-{{i}}","account":"A{{i}}","name":"Kunde {{i}}","portfolio":"EU",
                """ + $$"""
                "email":"k{{i}}@kunde.example","phone":"{{number}}","country":"DE","language":"de"}
                """,
            $$"""
                {"type":"invoice","key":"i-{{i}}","account":"A{{i}}","number":"INV-{{i}}","issued_on":"2026-01-02",
                """ + $$"""
                "due_on":"2026-02-01","amount":"100.00","currency":"EUR"}
                """,
        })), "--now", "2026-02-02T10:00:00Z").Expect(0);
        folder.Run("sending", "live", "--now", "2026-02-02T10:01:00Z").Expect(0);
        folder.Run("policy", "adopt", Policy, "--now", "2026-02-02T10:02:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", Morning).Expect(0);
    }

    private void Configure(string more = "") => File.WriteAllText(Path.Combine(folder.Path, "channels.yaml"), provider.Yaml(more));

    private Ran Dispatch(string now = Dispatched) => folder.Run("dispatch", "--now", now, "--format", "json").Expect(0);

    private Ran Texts(string lines, int exit = 0, string now = "2026-02-05T11:00:00Z") =>
        folder.Run(lines, environment: null, "texts", "-", "--now", now, "--format", "json").Expect(exit);

    private List<string> Statuses() => [.. folder.Rows("SELECT status FROM message ORDER BY id")];

    private bool IsStopped(string account)
    {
        using var store = folder.Open();
        var state = store.Party(account)!.Value.State;
        return state.Contact.OptOuts.Exists(o => o.Channel == "sms");
    }

    [Fact]
    public void A_text_reaches_a_mobile_and_a_fixed_line_is_written_to_by_mail()
    {
        Decide(Number(0), "+493012345678");
        Configure();
        var ran = Dispatch();
        (ran.Json.GetProperty("sent").GetInt32(), ran.Json.GetProperty("failed").GetInt32()).ShouldBe((2, 0));
        provider.All.Single().To.ShouldBe(Number(0));
        provider.All.Single().Text.ShouldBe("Muster GmbH: 100,00 EUR zu Rechnung INV-0 waren am 01.02.2026 fällig. Bitte zahlen Sie, oder sagen Sie uns, "
            + "was dagegen spricht. Keine SMS mehr: Antwort STOP.");
        Directory.EnumerateFiles(folder.Mail).Count().ShouldBe(1);
        folder.Rows("SELECT reference, number_set > 0 FROM message WHERE reference <> ''").Single().ShouldStartWith("SM1");
        folder.Run("audit", "verify", "--now", Dispatched).Expect(0);
        folder.Run("rebuild", "--check", "--now", Dispatched).Expect(0);
    }

    [Fact]
    public void Of_several_numbers_the_mobile_is_sent_a_text()
    {
        Decide("+493012345678; " + Number(1));
        Configure();
        Dispatch().Json.GetProperty("sent").GetInt32().ShouldBe(1);
        provider.All.Single().To.ShouldBe(Number(1));
    }

    [Fact]
    public void Where_the_first_mobile_takes_no_texts_the_next_one_is_sent_them()
    {
        Decide(Number(0) + "; " + Number(1), Number(2) + "; " + Number(4));
        Configure();
        Dispatch();
        var ids = folder.Rows("SELECT id FROM message ORDER BY id");
        // Who said that no texts are wanted there is not written to at another of their numbers, though the first is dead by now.
        Texts($$"""{"id":"in-1","from":"{{Number(2)}}","text":"STOP"}""");
        Texts(string.Join('\n', ids.Select(id => $$"""{"message":"{{id}}","status":"failed","code":"21211"}""")));
        folder.Run("run", "--as-of", "2026-02-09", "--now", "2026-02-09T10:00:00Z").Expect(0);
        Dispatch("2026-02-09T10:05:00Z");
        provider.All.Select(t => t.To).ShouldBe([Number(0), Number(2), Number(1)], ignoreOrder: true);
        folder.Run("rebuild", "--check", "--now", "2026-02-09T10:06:00Z").Expect(0);
    }

    /// <summary>What is told of two is taken of the one, and who it was not taken of is named; the same again is known.</summary>
    [Fact]
    public void A_report_of_two_is_taken_where_one_of_them_takes_it()
    {
        Decide(Number(0), Number(1));
        Configure();
        provider.Answers = (asked, http) => asked.To == Number(0) ? SmsProvider.Json(http, 400, """{"code":21211}""")
            : SmsProvider.Json(http, 200, """{"sid":"SM7"}""");
        Dispatch();
        folder.Tamper("UPDATE message SET reference = 'SM7'");
        var failed = folder.Rows("SELECT id FROM message WHERE status = 3").Single();
        var told = Texts("""{"reference":"SM7","status":"delivered"}""", exit: 3).Json;
        told.GetProperty("taken").GetInt32().ShouldBe(1);
        told.GetProperty("left")[0].GetProperty("why").GetString()!.ShouldStartWith($"message {failed}: ");
        Texts("""{"reference":"SM7","status":"delivered"}""", exit: 3).Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
    }

    [Fact]
    public void Without_a_provider_texts_wait_and_somebody_is_told()
    {
        Decide(Number(0));
        folder.Run("dispatch", "--now", Dispatched).Expect(1).Err.ShouldContain("no provider of texts is set: say in channels.yaml, under sms");
        Statuses().ShouldBe(["0"]);
        Configure();
        Dispatch().Json.GetProperty("sent").GetInt32().ShouldBe(1);
    }

    [Fact]
    public void A_number_that_takes_none_and_one_that_is_blocked_go_by_mail_at_once()
    {
        Decide(Number(0), Number(1));
        Configure();
        provider.Answers = (asked, http) => SmsProvider.Json(http, 400, asked.To == Number(0) ? """{"code":21211}""" : """{"code":21610}""");
        Dispatch();
        // The step goes by mail in the same transaction, and leaves with the next dispatch at the latest.
        Dispatch("2026-02-05T10:06:00Z");
        provider.All.Count.ShouldBe(2);
        Directory.EnumerateFiles(folder.Mail).Count().ShouldBe(2);
        (IsStopped("A0"), IsStopped("A1")).ShouldBe((false, true));
        folder.Run("rebuild", "--check", "--now", Dispatched).Expect(0);
    }

    [Fact]
    public void What_was_cut_off_is_unknown_and_never_sent_again_until_its_report_says_more()
    {
        Decide(Number(0), Number(1));
        Configure();
        provider.Answers = (_, http) =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        Dispatch().Json.GetProperty("unknown").GetInt32().ShouldBe(2);
        Dispatch("2026-02-05T10:10:00Z").Json.GetProperty("unknown").GetInt32().ShouldBe(0);
        provider.All.Count.ShouldBe(2);
        var ids = folder.Rows("SELECT id FROM message ORDER BY id");
        Texts($$"""{"message":"{{ids[0]}}","status":"delivered"}""" + "\n" + $$"""{"message":"{{ids[1]}}","status":"failed","code":"30005"}""");
        Statuses().Order().ShouldBe(["2", "6"]);
        folder.Run("messages", "--format", "json").Json.GetProperty("unknown").GetInt32().ShouldBe(0);
    }

    [Fact]
    public void Killed_between_release_and_answer_it_is_unknown()
    {
        Decide(Number(0));
        Configure();
        folder.Run(null, new Dictionary<string, string> { ["RECOUP_FAILPOINT"] = "dispatch.after-send" }, "dispatch", "--now", Dispatched).Exit.ShouldNotBe(0);
        Dispatch("2026-02-05T10:10:00Z").Json.GetProperty("unknown").GetInt32().ShouldBe(1);
        provider.All.Count.ShouldBe(1);
    }

    [Fact]
    public void Reports_name_our_id_or_the_provider_s()
    {
        Decide(Number(0), Number(1));
        Configure();
        Dispatch();
        var references = folder.Rows("SELECT reference FROM message ORDER BY id");
        Texts($$"""{"reference":"{{references[0]}}","status":"delivered"}""").Json.GetProperty("taken").GetInt32().ShouldBe(1);
        Texts($$"""{"reference":"{{references[0]}}","status":"delivered"}""").Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
        Texts($$"""{"reference":"{{references[1]}}","status":"failed","code":"21610"}""");
        Statuses().Order().ShouldBe(["2", "6"]);
        (IsStopped("A0") || IsStopped("A1")).ShouldBeTrue();
        Texts("""{"reference":"SM99","status":"delivered"}""", exit: 3).Json.GetProperty("left")[0].GetProperty("why").GetString().ShouldNotBeNull()
            .ShouldContain("no such message");
    }

    [Fact]
    public void Who_says_stop_gets_no_more_and_who_says_start_does_again()
    {
        Decide(Number(0), Number(1));
        Configure();
        Dispatch();
        Texts($$"""{"id":"in-1","from":"{{Number(0)}}","text":"Stop."}""");
        IsStopped("A0").ShouldBeTrue();
        IsStopped("A1").ShouldBeFalse();
        // Nobody has to answer that.
        folder.Run("worklist", "--format", "json").Json.GetArrayLength().ShouldBe(0);
        folder.Run("run", "--as-of", "2026-02-11", "--now", "2026-02-11T10:00:00Z").Expect(0);
        Dispatch("2026-02-11T10:05:00Z");
        provider.All.Count(a => a.To == Number(0)).ShouldBe(1);
        Directory.EnumerateFiles(folder.Mail).Count().ShouldBe(1);
        Texts($$"""{"id":"in-1","from":"{{Number(0)}}","text":"Stop."}""", now: "2026-02-11T11:00:00Z").Json.GetProperty("unchanged").GetInt32().ShouldBe(1);
        Texts($$"""{"id":"in-2","from":"{{Number(0)}}","text":"START"}""", now: "2026-02-11T11:01:00Z");
        IsStopped("A0").ShouldBeFalse();
    }

    [Fact]
    public void Yes_starts_again_only_where_nothing_else_was_asked()
    {
        Decide(Number(0));
        Configure();
        Dispatch();
        Texts($$"""{"id":"in-1","from":"{{Number(0)}}","text":"YES"}""");
        folder.Run("worklist", "--format", "json").Json.GetArrayLength().ShouldBe(1);
        Texts($$"""{"id":"in-2","from":"{{Number(0)}}","text":"STOP"}""");
        folder.Send("""{"type":"promise","key":"pr-1","account":"A0","on":"2026-02-05","due_on":"2026-02-20","amount":"50.00","currency":"EUR"}""",
            "--now", "2026-02-05T11:10:00Z").Expect(0);
        Texts($$"""{"id":"in-3","from":"{{Number(0)}}","text":"yes"}""", now: "2026-02-05T11:20:00Z");
        IsStopped("A0").ShouldBeTrue();
        folder.Run("worklist", "--format", "json").Json.GetArrayLength().ShouldBe(2);
        folder.Send("""{"type":"promise_withdrawn","key":"pr-2","account":"A0","promise":"pr-1","on":"2026-02-05","reason":"error"}""",
            "--now", "2026-02-05T11:30:00Z").Expect(0);
        Texts($$"""{"id":"in-4","from":"{{Number(0)}}","text":"Yes!"}""", now: "2026-02-05T11:40:00Z");
        IsStopped("A0").ShouldBeFalse();
    }

    [Fact]
    public void What_a_customer_writes_is_read_by_a_person_and_gone_with_the_erasure()
    {
        Decide(Number(0));
        Configure();
        Dispatch();
        Texts($$"""{"id":"in-1","from":"{{Number(0)[1..]}}","text":"Ich zahle am Freitag, Karte 4111 1111 1111 1111","at":"2026-02-05T10:30:00Z"}""");
        var item = folder.Run("worklist", "--format", "json").Json[0];
        (item.GetProperty("kind").GetString(), item.GetProperty("account").GetString()).ShouldBe(("reply", "A0"));
        folder.Rows("SELECT CAST(payload AS TEXT) FROM journal WHERE kind = 'contact_made'").ShouldAllBe(p => !p.Contains("Freitag", StringComparison.Ordinal));
        var id = item.GetProperty("work_item").GetString();
        folder.Send($$"""{"type":"work_item_done","key":"wd-1","account":"A0","work_item":"{{id}}","disposition":"answered"}""",
            "--now", "2026-02-05T11:10:00Z").Expect(0);
        folder.Run("worklist", "--format", "json").Json.GetArrayLength().ShouldBe(0);
        // Free words that mean stop are a stop, and are read too.
        Texts($$"""{"id":"in-2","from":"{{Number(0)}}","text":"please stop texting me"}""", now: "2026-02-05T11:20:00Z");
        IsStopped("A0").ShouldBeTrue();
        folder.Run("worklist", "--format", "json").Json.GetArrayLength().ShouldBe(1);
        folder.Send("""{"type":"erasure","key":"er-1","account":"A0","reason":"asked for"}""", "--now", "2026-02-06T11:00:00Z").Expect(0);
        folder.Run("worklist", "--format", "json").Json.GetArrayLength().ShouldBe(0);
        folder.Run("audit", "verify", "--now", "2026-02-06T11:00:00Z").Expect(0);
        Texts($$"""{"id":"in-3","from":"{{Number(0)}}","text":"hello"}""", exit: 3, now: "2026-02-06T12:00:00Z");
    }

    [Fact]
    public void A_stranger_s_text_and_a_line_that_is_none_are_left_for_a_person()
    {
        Decide(Number(0));
        Configure();
        Dispatch();
        var left = Texts($$"""
            {"id":"in-1","from":"+4915199999999","text":"STOP"}
            {"id":"in-2","from":"12","text":"STOP"}
            {"from":"{{Number(0)}}","text":"STOP"}
            {"message":"m-1","reference":"x","status":"delivered"}
            {"reference":"x","status":"lost"}
            nonsense
            """, exit: 3).Json.GetProperty("left").EnumerateArray().Select(l => l.GetProperty("why").GetString()).ToList();
        left.ShouldBe(["no text of ours went to the number it came from", "from is a number with its country code, such as +491512345678",
            "id is missing: the provider's id of the text, by which it is taken once", "a report names the text by message, our id, or by reference, "
                + "the provider's", "status is delivered or failed, not 'lost'", "is no JSON object"]);
        IsStopped("A0").ShouldBeFalse();
    }

    [Fact]
    public void Channels_check_says_how_texts_leave_and_all_that_is_wrong()
    {
        Directory.CreateDirectory(folder.Path);
        Configure();
        var texts = folder.Run("channels", "check", "--format", "json").Expect(0).Json.GetProperty("texts");
        texts.GetProperty("provider").GetString().ShouldBe($"POST {provider.Url}");
        texts.GetProperty("a_requests_body").GetString().ShouldBe("To=%2B491512345678&From=%2B15005550006&Body=Text");
        provider.All.ShouldBeEmpty();
        Configure("  segments_max: 99\n  colour: red\n");
        var err = folder.Run("channels", "check").Expect(1).Err;
        err.ShouldContain("segments_max takes a whole number from 1 to 10");
        err.ShouldContain("'colour' is no field here");
    }

    private const string Incoming = """
          incoming:
            public_url: https://pay.example.com
            path_env: TEST_TEXTS_PATH
            signature: twilio
            signature_env: TEST_TEXTS_TOKEN
            inbound: { id: MessageSid, from: From, text: Body }
            status: { id: MessageSid, status: MessageStatus, error: ErrorCode, delivered: delivered, failed: [failed, undelivered] }
            stop_answer: { content_type: text/xml, body: "<Response><Message>No more texts.</Message></Response>" }

        """;

    [Fact]
    public async Task A_server_takes_what_the_provider_signed_and_nothing_else()
    {
        Environment.SetEnvironmentVariable("TEST_TEXTS_PATH", Secret);
        Environment.SetEnvironmentVariable("TEST_TEXTS_TOKEN", "12345");
        Decide(Number(0), Number(1));
        Configure(Incoming);
        Dispatch();
        await using var pages = await WebPages.Start(new ServeOptions(folder.Place, IPAddress.Loopback, 0, TimeProvider.System)
        {
            Writer = TemplateWriter.Shipped, Actor = "ann", Say = _ => { }, Role = Role.Api, Channels = Session.ChannelsOf,
        });
        using var client = new HttpClient { BaseAddress = new Uri(pages.Address) };
        async Task<(int, string)> Post(string path, Dictionary<string, string> form, string token = "12345")
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) };
            request.Headers.Add("X-Twilio-Signature", SmsSignature.Twilio(token, $"https://pay.example.com{path}", form));
            using var response = await client.SendAsync(request);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        Dictionary<string, string> Text(string id, string from, string body) => new() { ["MessageSid"] = id, ["From"] = from, ["Body"] = body };
        (await Post($"/texts/{Secret}/inbound", Text("SMin1", Number(0), "STOP"), "wrong")).Item1.ShouldBe(403);
        (await Post("/texts/another-address-nobody/inbound", Text("SMin1", Number(0), "STOP"))).Item1.ShouldBe(404);
        IsStopped("A0").ShouldBeFalse();
        // One confirmation, for the first stop alone.
        (await Post($"/texts/{Secret}/inbound", Text("SMin1", Number(0), "STOP"))).ShouldBe((200, "<Response><Message>No more texts.</Message></Response>"));
        (await Post($"/texts/{Secret}/inbound", Text("SMin1", Number(0), "STOP"))).ShouldBe((204, ""));
        (await Post($"/texts/{Secret}/inbound", Text("SMin2", Number(0), "STOP"))).ShouldBe((204, ""));
        IsStopped("A0").ShouldBeTrue();
        (await Post($"/texts/{Secret}/inbound", Text("SMin3", "+4915199999999", "STOP"))).Item1.ShouldBe(404);

        Dictionary<string, string> Report(string id, string status, string? code = null) =>
            new(new[] { ("MessageSid", id), ("MessageStatus", status), ("ErrorCode", code ?? "") }.ToDictionary(f => f.Item1, f => f.Item2));
        var rows = folder.Rows("SELECT id, reference FROM message ORDER BY id").ConvertAll(r => r.Split(" | "));
        (await Post($"/texts/{Secret}/status", Report(rows[0][1], "sent"))).Item1.ShouldBe(204);
        (await Post($"/texts/{Secret}/status", Report(rows[0][1], "delivered"))).Item1.ShouldBe(204);
        (await Post($"/texts/{Secret}/status/{rows[1][0]}", Report("", "undelivered", "30005"))).Item1.ShouldBe(204);
        Statuses().ShouldBe(["2", "6"]);
        folder.Run("audit", "verify").Expect(0);
    }
}
