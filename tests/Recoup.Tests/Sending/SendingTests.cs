using System.Globalization;
using Recoup.Core;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Sending;

/// <summary>From the outbox to a real mail server by the command, through crashes, refusals and a server that is away.</summary>
public sealed class SendingTests : IDisposable
{
    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    private const string Morning = "2026-02-05T10:00:00Z";

    /// <summary>One customer of the address given each, with an overdue invoice, decided to be reminded.</summary>
    private void Decide(params string[] addresses)
    {
        folder.Send("""
            {"type":"portfolio","key":"pf-1","portfolio":"EU","creditor":"Muster GmbH","sender":"ar@muster.example",
            """ + """
            "reply_to":"frage@muster.example","time_zone":"Europe/Berlin"}
            """, "--now", "2026-02-02T10:00:00Z").Expect(0);
        folder.Send(string.Join('\n', addresses.SelectMany((address, i) => new[]
        {
            $$"""
                {"type":"account","key":"a-{{i}}","account":"A{{i}}","name":"Kunde {{i}}","portfolio":"EU",
                """ + $$"""
                "email":"{{address}}","phone":"+493012345{{i}}","time_zone":"Europe/Berlin"}
                """,
            $$"""
                {"type":"invoice","key":"i-{{i}}","account":"A{{i}}","number":"INV-{{i}}","issued_on":"2026-01-02",
                """ + $$"""
                "due_on":"2026-02-01","amount":"100.00","currency":"EUR"}
                """,
        })), "--now", "2026-02-02T10:00:00Z").Expect(0);
        folder.Run("sending", "live", "--now", "2026-02-02T10:01:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", Morning).Expect(0);
        folder.Count("SELECT count(*) FROM message WHERE status = 0").ShouldBe(addresses.Length);
    }

    private void Configure(SmtpServer server, string more = "", string smtp = "") =>
        File.WriteAllText(Path.Combine(folder.Path, "channels.yaml"),
            $"email:\n  smtp:\n    host: localhost\n    port: {server.Port}\n    tls: none\n{smtp}{more}");

    private Ran Dispatch(string now = "2026-02-05T10:05:00Z", string? failpoint = null) =>
        folder.Run(null, failpoint is null ? null : new Dictionary<string, string> { ["RECOUP_FAILPOINT"] = failpoint },
            "dispatch", "--now", now, "--format", "json");

    private static int Number(Ran ran, string field) => ran.Json.GetProperty(field).GetInt32();

    private List<string> Statuses() => [.. folder.Rows("SELECT status FROM message ORDER BY id")];

    [Fact]
    public void Each_message_arrives_once_and_what_the_server_said_is_recorded()
    {
        using var server = new SmtpServer("--pipelining");
        Decide("eins@kunde.example", "refuse@kunde.example", "busy+x@kunde.example", "drop+x@kunde.example", "nodata+x@kunde.example");
        Configure(server);
        var ran = Dispatch().Expect(0);
        new[] { "sent", "failed", "unknown", "to_retry", "throttled", "waiting" }.Select(f => Number(ran, f)).ShouldBe([1, 2, 1, 1, 0, 0]);
        server.Taken.Select(t => t.To.Single()).Order(StringComparer.Ordinal).ShouldBe(["drop+x@kunde.example", "eins@kunde.example"]);
        var mail = server.Taken.Single(t => t.To[0].StartsWith("eins", StringComparison.Ordinal)).Mail;
        mail.Header("From").ShouldBe("\"Muster GmbH\" <ar@muster.example>");
        mail.Header("Reply-To").ShouldBe("frage@muster.example");
        mail.Header("Subject").ShouldContain("100.00");
        mail.Header("Auto-Submitted").ShouldBe("auto-generated");
        mail.Parts.Count.ShouldBe(2);
        Directory.Exists(folder.Mail).ShouldBeFalse();

        // The journal has what the server said and no address, not even where the server repeated it.
        var sealedRows = folder.Rows("SELECT party, CAST(payload AS TEXT) FROM journal WHERE kind IN ('message_settled', 'message_deferred')")
            .ConvertAll(r => r.Split(" | ", 2));
        sealedRows.ShouldAllBe(r => !r[1].Contains("queued", StringComparison.Ordinal) && !r[1].Contains("kunde", StringComparison.Ordinal));
        List<string> settled;
        using (var store = folder.Open()) settled = sealedRows.ConvertAll(r => SealedWords.Open(store.Vault, r[0], r[1]));
        settled.Count.ShouldBe(5);
        settled.ShouldContain(s => s.Contains("queued as Q0001", StringComparison.Ordinal) || s.Contains("queued as Q0002", StringComparison.Ordinal));
        settled.ShouldContain(s => s.Contains("550 5.1.1", StringComparison.Ordinal));
        settled.ShouldAllBe(s => !s.Contains("kunde", StringComparison.Ordinal));

        // Again at once: nothing is left to do, and what is unknown is not sent again.
        Number(Dispatch("2026-02-05T10:06:00Z").Expect(0), "sent").ShouldBe(0);
        server.Taken.Count.ShouldBe(2);
        folder.ShouldBeSound();
    }

    [Fact]
    public void What_the_server_puts_off_goes_back_to_the_queue_and_is_tried_again_ever_later_and_then_given_up()
    {
        using var server = new SmtpServer();
        Decide("busy+x@kunde.example");
        Configure(server, "  retry: { first_minutes: 10, longest_minutes: 15, give_up_hours: 1 }\n");
        var at = DateTimeOffset.Parse(Morning, CultureInfo.InvariantCulture);
        Ran At(int minutes) => Dispatch(at.AddMinutes(minutes).ToString("O", CultureInfo.InvariantCulture)).Expect(0);
        Number(At(0), "to_retry").ShouldBe(1);
        Statuses().ShouldBe(["0"]);
        Number(At(9), "to_retry").ShouldBe(0);
        Number(At(10), "to_retry").ShouldBe(1);
        Number(At(24), "to_retry").ShouldBe(0);
        Number(At(25), "to_retry").ShouldBe(1);
        folder.Run("explain", "A0", "--format", "json").Expect(0).Out.ShouldContain("451 4.7.1 greylisted");
        Number(At(70), "failed").ShouldBe(1);
        Statuses().ShouldBe(["3"]);
        server.Log("rcpt").Count.ShouldBe(4);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'message_released'").ShouldBe(4);
        folder.ShouldBeSound();
    }

    [Fact]
    public void While_the_server_is_away_nothing_is_released_and_everything_waits()
    {
        using var server = new SmtpServer();
        using var other = new SmtpServer();
        Decide("eins@kunde.example", "zwei@kunde.example");
        Configure(other);
        other.Stop();
        var before = folder.Count("SELECT count(*) FROM journal");
        var ran = Dispatch().Expect(1);
        Number(ran, "waiting").ShouldBe(2);
        ran.Json.GetProperty("troubles").GetProperty("email").GetString().ShouldNotBeNull().ShouldContain("refused");
        ran.Err.ShouldContain("Nothing goes by email now, and its messages wait");
        folder.Count("SELECT count(*) FROM journal").ShouldBe(before);
        Configure(server);
        Number(Dispatch().Expect(0), "sent").ShouldBe(2);
    }

    [Fact]
    public void More_than_may_go_to_a_domain_wait_and_others_do_not_wait_for_them()
    {
        using var server = new SmtpServer();
        Decide("a@eins.example", "b@eins.example", "c@eins.example", "d@zwei.example", "e@eins.example");
        Configure(server, "  per_domain_a_minute: 2\n");
        var ran = Dispatch("2026-02-05T10:05:00Z").Expect(0);
        new[] { "sent", "throttled", "failed" }.Select(f => Number(ran, f)).ShouldBe([3, 2, 0]);
        Number(Dispatch("2026-02-05T10:05:30Z").Expect(0), "throttled").ShouldBe(2);
        Number(Dispatch("2026-02-05T10:06:00Z").Expect(0), "sent").ShouldBe(2);
        server.Taken.Count.ShouldBe(5);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'message_released'").ShouldBe(5);
    }

    [Theory]
    [InlineData("dispatch.before-send", 0)]
    [InlineData("dispatch.after-send", 3)]
    public void After_a_death_between_release_and_answer_nobody_knows_and_nothing_is_sent_again(string moment, int arrived)
    {
        using var server = new SmtpServer();
        Decide("eins@kunde.example", "zwei@kunde.example", "drei@kunde.example");
        Configure(server);
        Dispatch(failpoint: moment).Exit.ShouldNotBe(0);
        Statuses().ShouldBe(["1", "1", "1"]);
        Number(Dispatch("2026-02-05T10:06:00Z").Expect(0), "unknown").ShouldBe(3);
        Dispatch("2026-02-06T10:06:00Z").Expect(0);
        server.Taken.Count.ShouldBe(arrived);
        folder.Run("messages", "--format", "json").Expect(0).Json.GetProperty("unknown_messages").GetArrayLength().ShouldBe(3);
        folder.ShouldBeSound();
    }

    /// <summary>Killed anywhere in a dispatch of several parts: at most one part is unknown, and nobody got anything twice.</summary>
    [Theory]
    [InlineData("dispatch.before-send:2")]
    [InlineData("dispatch.after-send:2")]
    [InlineData("dispatch.after-commit:3")]
    [InlineData("dispatch.before-commit:4")]
    public void A_death_in_the_middle_leaves_one_part_at_most_unknown(string moment)
    {
        using var server = new SmtpServer("--pipelining");
        Decide([.. Enumerable.Range(0, 40).Select(i => $"k{i}@kunde{i}.example")]);
        Configure(server, smtp: "    connections: 2\n");
        Dispatch(failpoint: moment).Exit.ShouldNotBe(0);
        var after = Dispatch("2026-02-05T10:06:00Z").Expect(0);
        Number(after, "unknown").ShouldBeLessThanOrEqualTo(16);
        server.Taken.Select(t => t.To.Single()).ShouldBeUnique();
        var sent = folder.Count("SELECT count(*) FROM message WHERE status = 2");
        var unknown = folder.Count("SELECT count(*) FROM message WHERE status = 4");
        (sent + unknown).ShouldBe(40);
        server.Taken.Count.ShouldBeInRange((int)sent, 40);
        folder.ShouldBeSound();
    }

    [Fact]
    public void The_check_connects_and_sends_nothing()
    {
        folder.Run("channels", "check").Expect(0).Out.ShouldContain("no channels.yaml");
        using var server = new SmtpServer("--tls", "implicit", "--user", "recoup", "--password", "gehe:im");
        Decide("eins@kunde.example");
        File.WriteAllText(Path.Combine(folder.Path, "channels.yaml"), $"email:\n  smtp: {{ host: localhost, port: {server.Port}, tls: implicit, ca_file: "
            + $"\"{server.CaFile}\", user: recoup, password_env: TEST_SMTP_PASSWORD }}\n");
        folder.Run("channels", "check").Expect(1).Err.ShouldContain("the environment has no TEST_SMTP_PASSWORD");
        var environment = new Dictionary<string, string> { ["TEST_SMTP_PASSWORD"] = "gehe:im" };
        var check = folder.Run(null, environment, "channels", "check", "--format", "json").Expect(0).Json;
        check.GetProperty("authenticated").GetString().ShouldBe("as recoup by PLAIN");
        check.GetProperty("tls").GetString().ShouldNotBeNull().ShouldStartWith("Tls1");
        server.Taken.ShouldBeEmpty();
        folder.Run(null, environment, "dispatch", "--now", "2026-02-05T10:05:00Z", "--format", "json").Expect(0);
        server.Taken.Single().Tls.ShouldBeTrue();
        environment["TEST_SMTP_PASSWORD"] = "falsch";
        folder.Run(null, environment, "channels", "check").Expect(1).Err.ShouldContain("does not let 'recoup' in: 535");
        File.AppendAllText(Path.Combine(folder.Path, "channels.yaml"), "fax: {}\n");
        folder.Run("dispatch").Expect(1).Err.ShouldContain("line 3: 'fax' is no field here");
    }

    [Fact]
    public void A_new_invoice_goes_as_PDF_and_what_came_back_is_known_of_it()
    {
        using var server = new SmtpServer("--pipelining");
        folder.Send("""
            {"type":"portfolio","key":"pf-1","portfolio":"EU","creditor":"Muster GmbH","sender":"ar@muster.example",
            """ + """
            "time_zone":"Europe/Berlin","invoice_delivery":"email"}
            {"type":"account","key":"a-1","account":"A1","name":"Eins","portfolio":"EU",
            """ + """
            "email":"eins@kunde.example","time_zone":"Europe/Berlin","language":"de"}
            """, "--now", "2026-02-02T10:00:00Z").Expect(0);
        folder.Run("sending", "live", "--now", "2026-02-02T10:01:00Z").Expect(0);
        folder.Send("""
            {"type":"invoice","key":"i-1","account":"A1","number":"INV-1","issued_on":"2026-02-03","due_on":"2026-03-01","amount":"100.00","currency":"EUR"}
            """, "--now", "2026-02-03T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-03", "--now", "2026-02-03T10:05:00Z").Expect(0);
        Configure(server);
        Number(Dispatch("2026-02-03T10:10:00Z").Expect(0), "sent").ShouldBe(1);
        var mail = server.Taken.Single().Mail;
        mail.Header("Content-Type").ShouldStartWith("multipart/mixed");
        mail.Parts[1].ShouldSatisfyAllConditions(p => p.Header("Content-Type").ShouldBe("application/pdf"),
            p => System.Text.Encoding.ASCII.GetString(p.Content, 0, 5).ShouldBe("%PDF-"));

        var id = mail.Header("Message-ID").Split('@')[0][1..];
        folder.Write("back.eml", ReturnedMailTests.Report(id));
        folder.Run("bounces", folder.Root, "--now", "2026-02-03T11:00:00Z", "--format", "json").Expect(0).Json.GetProperty("taken")
            .GetProperty("bounced_hard").GetInt32().ShouldBe(1);
        folder.Rows("SELECT json_extract(state_text(state), '$.delivery.outcome') FROM item").ShouldBe(["bounced"]);
        folder.ShouldBeSound();
    }
}
