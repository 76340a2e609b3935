using System.Text;
using Recoup.Connectors.Mail;
using Recoup.Core;
using Recoup.Core.Outbox;
using Recoup.Core.Workspace;
using Recoup.Tests.Mail;

namespace Recoup.Tests.Sending;

/// <summary>What the channel says of each message against what a real server took.</summary>
public sealed class SmtpChannelTests
{
    private static readonly DateTimeOffset Now = new(2026, 4, 20, 7, 30, 5, TimeSpan.Zero);

    private static SmtpSettings To(SmtpServer server, string tls = "none") => new()
    {
        Host = "localhost", Port = server.Port, Tls = tls, CaFile = tls == "none" ? null : server.CaFile, Connections = 1,
        AnswerTimeout = TimeSpan.FromSeconds(20), DataTimeout = TimeSpan.FromSeconds(20), ConnectTimeout = TimeSpan.FromSeconds(5),
    };

    private static SmtpChannel Channel(SmtpSettings settings) => new(settings, "ws1", (party, message) => $"t-{party}-{message}");

    private static Outgoing Mail(string to, string id = "m-07-00000042", string body = "Hello,\n\nplease pay.\n") =>
        Samples.Outgoing(id, new MessageText(to, "Customer Ltd", "ar@creditor.example", "Creditor Inc", "Payment reminder", body));

    private static ChannelAnswer Send(SmtpSettings settings, Outgoing message)
    {
        using var channel = Channel(settings);
        return channel.Send([message], Now).Single();
    }

    // --- accepted ---

    [Fact]
    public void A_message_arrives_as_it_was_written()
    {
        using var server = new SmtpServer();
        var answer = Send(To(server), Mail("pay@customer.example", body: ".\n..two\n.hidden\nFrom me\nÜber 1 €\n"));
        answer.ShouldBe(ChannelAnswer.Sent with { Detail = "250 2.0.0 OK, queued as Q0001" });
        var taken = server.Taken.Single();
        taken.Sender.ShouldBe("ar@creditor.example");
        taken.To.ShouldBe(["pay@customer.example"]);
        taken.Options.ShouldContain($"SIZE={taken.Bytes.Length}");
        taken.Mail.Header("Message-ID").ShouldBe("<m-07-00000042.ws1@creditor.example>");
        taken.Mail.Header("List-Unsubscribe").ShouldBe("<mailto:ar@creditor.example?subject=unsubscribe%20m-07-00000042.ws1>");
        taken.Mail.Names.ShouldNotContain("List-Unsubscribe-Post");
        taken.Mail.Body.ShouldBe(".\n..two\n.hidden\nFrom me\nÜber 1 €\n");
        Encoding.ASCII.GetString(taken.Bytes).Replace("\r\n", "", StringComparison.Ordinal).ShouldNotContain("\n");
    }

    [Fact]
    public void The_envelope_has_the_bounce_address_and_the_unsubscribe_headers_are_those_of_the_settings()
    {
        using var server = new SmtpServer("--pipelining");
        var settings = To(server) with
        {
            BouncesTo = "bounces@creditor.example",
            Hello = "recoup.creditor.example",
            UnsubscribeTo = "stop@creditor.example",
            OneClick = new Uri("https://pay.creditor.example/u/"),
        };
        Send(settings, Mail("pay@customer.example")).Outcome.ShouldBe("sent");
        var taken = server.Taken.Single();
        taken.Sender.ShouldBe("bounces@creditor.example");
        taken.Hello.ShouldBe("recoup.creditor.example");
        taken.Mail.Header("From").ShouldBe("\"Creditor Inc\" <ar@creditor.example>");
        taken.Mail.Header("List-Unsubscribe").ShouldBe("<https://pay.creditor.example/u/m-07-00000042/t-P1-m-07-00000042>, "
            + "<mailto:stop@creditor.example?subject=unsubscribe%20m-07-00000042.ws1>");
        taken.Mail.Header("List-Unsubscribe-Post").ShouldBe("List-Unsubscribe=One-Click");
    }

    [Fact]
    public void Attachments_of_megabytes_arrive_whole()
    {
        using var server = new SmtpServer("--pipelining");
        var pdf = new byte[3_000_000];
        new Random(7).NextBytes(pdf);
        var message = Mail("pay@customer.example");
        Send(To(server), message with { Text = message.Text with { Language = "en", Attachments = [new Attachment("a.pdf", "application/pdf", pdf)] } })
            .Outcome.ShouldBe("sent");
        server.Taken.Single().Mail.Parts[1].Content.ShouldBe(pdf);
    }

    // --- encryption and who we are ---

    [Theory]
    [InlineData("starttls", "PLAIN")]
    [InlineData("starttls", "LOGIN")]
    [InlineData("implicit", "PLAIN")]
    public void Mail_goes_encrypted_and_authenticated(string tls, string way)
    {
        using var server = new SmtpServer(["--tls", tls, "--user", "recoup", "--password", "gehe:im", .. way == "LOGIN" ? new[] { "--without", "PLAIN" } : []]);
        Send(To(server, tls) with { User = "recoup", Password = () => "gehe:im" }, Mail("pay@customer.example")).Outcome.ShouldBe("sent");
        server.Taken.Single().ShouldSatisfyAllConditions(t => t.Tls.ShouldBeTrue(), t => t.Auth.ShouldBe($"{way} recoup"));
    }

    [Fact]
    public void A_certificate_that_nobody_we_trust_signed_ends_it_before_anything_is_said()
    {
        using var server = new SmtpServer("--tls", "starttls", "--user", "recoup", "--password", "x");
        using var other = new SmtpServer("--tls", "starttls");
        foreach (var (ca, host) in new[] { (other.CaFile, "localhost"), (null, "localhost"), (server.CaFile, "127.0.0.1") })
        {
            using var channel = Channel(To(server, "starttls") with { Host = host, CaFile = ca, User = "recoup", Password = () => "x" });
            channel.Trouble().ShouldNotBeNull().ShouldContain("TLS");
        }
        server.Log("auth").ShouldBeEmpty();
        server.Taken.ShouldBeEmpty();
    }

    [Fact]
    public void Where_TLS_is_required_and_not_offered_nothing_is_sent()
    {
        using var server = new SmtpServer();
        using var channel = Channel(To(server) with { Tls = "starttls" });
        channel.Trouble().ShouldNotBeNull().ShouldContain("offers no TLS");
        Send(To(server) with { Tls = "optional" }, Mail("pay@customer.example")).Outcome.ShouldBe("sent");
    }

    [Fact]
    public void A_password_goes_over_no_readable_connection_unless_that_is_allowed()
    {
        using var server = new SmtpServer("--user", "recoup", "--password", "x");
        var settings = To(server) with { Tls = "optional", User = "recoup", Password = () => "x" };
        using (var channel = Channel(settings)) channel.Trouble().ShouldNotBeNull().ShouldContain("not encrypted");
        server.Log("auth").ShouldBeEmpty();
        Send(settings with { AuthWithoutTls = true }, Mail("pay@customer.example")).Outcome.ShouldBe("sent");
    }

    [Fact]
    public void A_wrong_password_is_a_trouble_of_the_channel_that_names_the_user_s_part_in_it()
    {
        using var server = new SmtpServer("--tls", "starttls", "--user", "recoup", "--password", "right");
        using var channel = Channel(To(server, "starttls") with { User = "recoup", Password = () => "wrong" });
        channel.Trouble().ShouldNotBeNull().ShouldContain("does not let 'recoup' in: 535 5.7.8");
        channel.Trouble()!.ShouldNotContain("wrong");
    }

    // --- refused, put off, lost ---

    /// <summary>By recipient what the server does with it, and what the channel makes of that.</summary>
    public static TheoryData<string, string, string> Fates => new()
    {
        { "refuse@customer.example", "failed", "RCPT TO: 550 5.1.1 <…>: no mailbox … here, says …" },
        { "policy+7@customer.example", "failed", "RCPT TO: 550 5.7.1 refused by policy" },
        { "nodata+7@customer.example", "failed", "the end of the message: 554 5.6.0 that message is not wanted" },
        { "busy+7@customer.example", "deferred", "RCPT TO: 451 4.7.1 greylisted, try again later" },
        { "later+7@customer.example", "deferred", "the end of the message: 452 4.3.1 no room, try again later" },
        { "closing+7@customer.example", "deferred", "RCPT TO: 421 4.3.2 closing for maintenance" },
        { "cut+7@customer.example", "deferred", "DATA: the server closed the connection" },
        { "drop+7@customer.example", "unknown", "the end of the message: " },
        { "pay@customer.example", "sent", "250 2.0.0 OK, queued as Q" },
    };

    [Theory]
    [MemberData(nameof(Fates))]
    public void What_the_server_does_decides_what_became_of_it(string to, string outcome, string detail)
    {
        foreach (var pipelining in new[] { false, true })
        {
            using var server = new SmtpServer(pipelining ? ["--pipelining"] : []);
            var answer = Send(To(server), Mail(to));
            answer.Outcome.ShouldBe(outcome);
            answer.Detail.ShouldNotBeNull().ShouldStartWith(detail);
            // The address is nobody's business who reads the journal.
            answer.Detail.ShouldNotContain("customer");
            answer.BadAddress.ShouldBe(to.StartsWith("refuse", StringComparison.Ordinal) ? "5.1.1" : null);
            answer.Until.ShouldBe(outcome == "deferred" ? Now.AddMinutes(10) : null);
            server.Taken.Count.ShouldBe(outcome is "sent" or "unknown" ? 1 : 0);
        }
    }

    /// <summary>After each of them the next ones still go, whatever became of the conversation.</summary>
    [Fact]
    public void One_message_s_fate_is_not_the_next_one_s()
    {
        using var server = new SmtpServer("--pipelining");
        using var channel = Channel(To(server));
        var messages = Fates.SelectMany((f, i) => new[] { Mail(f.Data.Item1, $"m-00-{i:D8}"), Mail($"pay+{i}@customer.example", $"m-01-{i:D8}") }).ToList();
        var answers = channel.Send(messages, Now);
        answers.Select(a => a.Outcome).ShouldBe(Fates.SelectMany(f => new[] { f.Data.Item2, "sent" }));
        server.Taken.Count.ShouldBe(Fates.Count + 2);
    }

    [Fact]
    public void An_answer_that_comes_too_late_is_no_answer()
    {
        using var server = new SmtpServer("--delay", "5");
        var answer = Send(To(server) with { DataTimeout = TimeSpan.FromSeconds(1) }, Mail("slow@customer.example"));
        answer.ShouldBe(ChannelAnswer.Unknown("the end of the message: no answer within 1 s"));
        server.Taken.Count.ShouldBe(1);
    }

    [Fact]
    public void A_server_that_says_nothing_or_is_not_there_is_a_trouble_and_no_answer_about_any_message()
    {
        using var server = new SmtpServer("--silent");
        var settings = To(server) with { AnswerTimeout = TimeSpan.FromSeconds(1) };
        using (var channel = Channel(settings)) channel.Trouble().ShouldBe($"localhost:{server.Port}: no answer within 1 s");
        server.Stop();
        using (var channel = Channel(settings)) channel.Trouble().ShouldNotBeNull().ShouldContain("refused");
        Send(settings, Mail("pay@customer.example")).ShouldSatisfyAllConditions(a => a.Outcome.ShouldBe("deferred"), a => a.Until.ShouldBe(Now.AddMinutes(10)));
    }

    [Fact]
    public void A_sender_that_the_server_refuses_fails_no_message()
    {
        using var server = new SmtpServer("--refuse-sender");
        Send(To(server), Mail("pay@customer.example")).ShouldSatisfyAllConditions(a => a.Outcome.ShouldBe("deferred"),
            a => a.Detail.ShouldBe("MAIL FROM: 550 5.7.60 this client may not send as that sender"));
        Send(To(server), Samples.Outgoing(text: TemplateWriter.Shipped.Write(Samples.Bare("first-reminder", "neutral", "en"))))
            .ShouldSatisfyAllConditions(a => a.Outcome.ShouldBe("deferred"), a => a.Detail.ShouldNotBeNull().ShouldContain("no sender"));
    }

    [Fact]
    public void A_message_larger_than_the_server_takes_is_not_even_begun()
    {
        using var server = new SmtpServer("--size", "2000");
        Send(To(server), Mail("pay@customer.example", body: new string('x', 3000)))
            .ShouldSatisfyAllConditions(a => a.Outcome.ShouldBe("failed"), a => a.Detail.ShouldNotBeNull().ShouldContain("the server takes 2000"));
        server.Log("rcpt").ShouldBeEmpty();
    }

    [Fact]
    public void Addresses_of_other_letters_go_where_the_server_takes_them()
    {
        using var plain = new SmtpServer();
        Send(To(plain), Mail("müller@kunde.example"))
            .ShouldBe(ChannelAnswer.Failed("the customer's address is none that mail can reach") with { BadAddress = "5.1.3" });
        using var server = new SmtpServer("--utf8", "--pipelining");
        Send(To(server), Mail("müller@bäcker.example")).Outcome.ShouldBe("sent");
        server.Taken.Single().ShouldSatisfyAllConditions(t => t.To.ShouldBe(["müller@xn--bcker-gra.example"]), t => t.Options.ShouldContain("SMTPUTF8"));
    }

    // --- again later ---

    [Fact]
    public void Each_further_try_waits_twice_as_long_until_it_is_given_up()
    {
        using var server = new SmtpServer();
        var settings = To(server) with { RetryLongest = TimeSpan.FromMinutes(60), RetryGiveUp = TimeSpan.FromHours(5) };
        ChannelAnswer Try(int tries, TimeSpan since) => Send(settings, Mail("busy@customer.example") with { Tries = tries, FirstTriedAt = Now - since });
        foreach (var (tries, minutes) in new[] { (1, 20), (2, 40), (3, 60), (9, 60) })
            Try(tries, TimeSpan.FromHours(4)).Until.ShouldBe(Now.AddMinutes(minutes));
        Try(6, TimeSpan.FromHours(5))
            .ShouldBe(ChannelAnswer.Failed("given up after 7 tries since 2026-04-20T02:30:05Z; RCPT TO: 451 4.7.1 greylisted, try again later"));
    }

    // --- many ---

    [Fact]
    public void Many_go_over_few_connections_each_once_and_the_answers_keep_their_order()
    {
        using var server = new SmtpServer("--pipelining", "--per-connection", "7");
        using var channel = Channel(To(server) with { Connections = 3, MessagesPerConnection = 10 });
        channel.Trouble().ShouldBeNull();
        channel.PartSize.ShouldBe(24);
        var messages = Enumerable.Range(0, 60).Select(i => Mail(i % 10 == 3 ? "refuse@customer.example" : $"pay{i}@customer.example", $"m-00-{i:D8}")).ToList();
        var answers = channel.Send(messages, Now);
        answers.Select(a => a.Outcome).ShouldBe(messages.Select((_, i) => i % 10 == 3 ? "failed" : "sent"));
        server.Taken.Select(t => t.Mail.Header("Message-ID")).Order(StringComparer.Ordinal)
            .ShouldBe(messages.Where((_, i) => i % 10 != 3).Select(m => $"<{m.Message}.ws1@creditor.example>"));
        server.Log("connection").Max(c => c.GetProperty("open").GetInt32()).ShouldBeInRange(1, 3);
        server.Taken.GroupBy(t => t.Connection).ShouldAllBe(g => g.Count() <= 7);
    }

    [Fact]
    public void A_connection_serves_so_many_messages_and_no_more()
    {
        using var server = new SmtpServer();
        using var channel = Channel(To(server) with { MessagesPerConnection = 3 });
        channel.Send([.. Enumerable.Range(0, 7).Select(i => Mail("pay@customer.example", $"m-00-{i:D8}"))], Now).ShouldAllBe(a => a.Outcome == "sent");
        server.Log("connection").Count.ShouldBe(3);
    }

    [Fact]
    public void The_check_says_what_the_server_is_and_sends_nothing()
    {
        using var server = new SmtpServer("--tls", "starttls", "--user", "recoup", "--password", "x", "--size", "1000000");
        var found = SmtpChannel.Check(To(server, "starttls") with { User = "recoup", Password = () => "x" }).ToLookup(f => f.What, f => f.Value);
        found["tls"].Single().ShouldStartWith("Tls1");
        found["certificate"].Single().ShouldStartWith("CN=localhost, issued by CN=Recoup's test authority, good until 20");
        found["authenticated"].Single().ShouldBe("as recoup by PLAIN");
        found["largest message"].Single().ShouldBe("1000000 bytes");
        found["offers"].ShouldContain("8BITMIME");
        server.Taken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("550 5.1.1 <Jane.Doe@customer.example>: user jane.doe unknown at customer.example", "550 5.1.1 <…>: user … unknown at …")]
    [InlineData("550 reported by postmaster@relay.example for jane.doe@customer.example.", "550 reported by … for ….")]
    [InlineData("550 janedoe is no jane.doer", "550 janedoe is no jane.doer")]
    public void Addresses_are_taken_out_of_a_server_s_words(string words, string kept) => SmtpReply.Scrub(words, "jane.doe@customer.example").ShouldBe(kept);
}
