using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Sending;

/// <summary>Mail that comes back and what a person settles, by the command.</summary>
public sealed class BounceTests : IDisposable
{
    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Three customers, one message each; the ids of the messages by account.</summary>
    private Dictionary<string, string> Sent()
    {
        folder.Send("""
            {"type":"portfolio","key":"pf-1","portfolio":"EU","creditor":"Muster GmbH","sender":"ar@muster.example","time_zone":"Europe/Berlin"}
            {"type":"account","key":"a-1","account":"A1","name":"Eins","portfolio":"EU",
            """ + """
            "email":"eins@kunde.example","phone":"+49301","time_zone":"Europe/Berlin"}
            {"type":"account","key":"a-2","account":"A2","name":"Zwei","portfolio":"EU",
            """ + """
            "email":"zwei@kunde.example","phone":"+49302","time_zone":"Europe/Berlin"}
            {"type":"account","key":"a-3","account":"A3","name":"Drei","portfolio":"EU",
            """ + """
            "email":"drei@kunde.example","phone":"+49303","time_zone":"Europe/Berlin"}
            {"type":"invoice","key":"i-1","account":"A1","number":"INV-1","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"100.00","currency":"EUR"}
            {"type":"invoice","key":"i-2","account":"A2","number":"INV-2","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"100.00","currency":"EUR"}
            {"type":"invoice","key":"i-3","account":"A3","number":"INV-3","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"100.00","currency":"EUR"}
            """, "--now", "2026-02-02T10:00:00Z").Expect(0);
        folder.Run("sending", "live", "--now", "2026-02-02T10:01:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        folder.Run("dispatch", "--now", "2026-02-05T10:05:00Z").Expect(0);
        return folder.Rows("SELECT account, json_extract(CAST(payload AS TEXT), '$.message') FROM journal WHERE kind = 'message_released'")
            .Select(r => r.Split(" | ")).ToDictionary(r => r[0], r => r[1]);
    }

    [Fact]
    public void Where_an_address_takes_no_mail_the_next_one_is_written_to()
    {
        folder.Send("""
            {"type":"portfolio","key":"pf-1","portfolio":"EU","creditor":"Muster GmbH","sender":"ar@muster.example","time_zone":"Europe/Berlin"}
            {"type":"account","key":"a-1","account":"A1","name":"Eins","portfolio":"EU","email":"eins@kunde.example",
            """ + """
            "other_emails":"zwei@kunde.example; drei@kunde.example","time_zone":"Europe/Berlin"}
            {"type":"invoice","key":"i-1","account":"A1","number":"INV-1","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"100.00","currency":"EUR"}
            """, "--now", "2026-02-02T10:00:00Z").Expect(0);
        folder.Run("sending", "live", "--now", "2026-02-02T10:01:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        folder.Run("dispatch", "--now", "2026-02-05T10:05:00Z").Expect(0);
        var message = folder.Rows("SELECT json_extract(CAST(payload AS TEXT), '$.message') FROM journal WHERE kind = 'message_released'").Single();
        folder.Send($$"""{"type":"message_bounced","key":"b-1","account":"A1","message":"{{message}}","kind":"hard","status":"5.1.1"}""", "--now",
            "2026-02-05T12:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-09", "--now", "2026-02-09T10:00:00Z").Expect(0);
        folder.Run("dispatch", "--now", "2026-02-09T10:05:00Z").Expect(0);
        var mails = Directory.GetFiles(folder.Mail).Select(File.ReadAllText).ToList();
        foreach (var (address, count) in new[] { ("eins", 1), ("zwei", 1), ("drei", 0) })
            mails.Count(m => m.Contains($"{address}@kunde.example", StringComparison.Ordinal)).ShouldBe(count, address);
        folder.ShouldBeSound();
    }

    /// <summary>Consent that is withdrawn for one address leaves the other; for the channel or for everything, it leaves neither.</summary>
    [Theory]
    [InlineData("email", true, "email")]
    [InlineData("all", true, "email")]
    [InlineData("email", false, "call")]
    [InlineData("all", false, "")]
    public void Where_consent_for_an_address_is_withdrawn_the_next_one_is_written_to(string channel, bool isNamed, string next)
    {
        const string account = """
            {"type":"account","key":"a-KEY","account":"A1","name":"NAME","portfolio":"EU","email":"eins@kunde.example","phone":"+493012345678",
            """ + """
            "other_emails":"zwei@kunde.example; drei@kunde.example","time_zone":"Europe/Berlin"}
            """;
        static string Account(string key) => account.Replace("KEY", key, StringComparison.Ordinal).Replace("NAME", key, StringComparison.Ordinal);
        folder.Send("""
            {"type":"portfolio","key":"pf-1","portfolio":"EU","creditor":"Muster GmbH","sender":"ar@muster.example","time_zone":"Europe/Berlin"}
            """ + "\n" + Account("1") + "\n" + """
            {"type":"invoice","key":"i-1","account":"A1","number":"INV-1","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"100.00","currency":"EUR"}
            """, "--now", "2026-02-02T10:00:00Z").Expect(0);
        folder.Run("sending", "live", "--now", "2026-02-02T10:01:00Z").Expect(0);
        string Consent(string key, string address) => $$"""{"type":"consent","key":"{{key}}","account":"A1","channel":"{{channel}}",{{(isNamed
            ? $"\"address\":\"{address}@kunde.example\"," : "")}}"granted":false}""";
        folder.Send(Consent("c1", "eins"), "--now", "2026-02-02T12:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        folder.Run("dispatch", "--now", "2026-02-05T10:05:00Z").Expect(0);
        string Channel() => folder.Run("explain", "A1", "--format", "json").Expect(0).Json.EnumerateArray().First() is var said
            && said.TryGetProperty("channel", out var by) ? by.GetString() ?? "" : "";
        Channel().ShouldBe(next);
        Written().ShouldBe(isNamed ? ["zwei"] : []);
        if (isNamed)
        {
            // The ledger names the first again with another name of the customer; and the second wants nothing either.
            folder.Send(Account("2"), "--now", "2026-02-05T12:00:00Z").Expect(0);
            folder.Run("run", "--as-of", "2026-02-16", "--now", "2026-02-16T10:00:00Z").Expect(0);
            folder.Run("dispatch", "--now", "2026-02-16T10:05:00Z").Expect(0);
            Written().ShouldBe(["zwei", "zwei"]);
            folder.Send(Consent("c2", "zwei"), "--now", "2026-02-16T12:00:00Z").Expect(0);
            folder.Send(Consent("c3", "drei"), "--now", "2026-02-16T12:00:00Z").Expect(0);
            folder.Run("run", "--as-of", "2026-03-05", "--now", "2026-03-05T10:00:00Z").Expect(0);
            folder.Run("dispatch", "--now", "2026-03-05T10:05:00Z").Expect(0);
            Written().ShouldBe(["zwei", "zwei"]);
        }
        folder.ShouldBeSound();

        string[] Written() => [.. (Directory.Exists(folder.Mail) ? Directory.GetFiles(folder.Mail) : []).Select(File.ReadAllText)
            .Select(m => new[] { "eins", "zwei", "drei" }.Single(a => m.Contains($"{a}@kunde.example", StringComparison.Ordinal))).Order()];
    }

    private string Workspace => folder.Rows("SELECT value FROM meta WHERE name = 'workspace'").Single();

    private Ran Bounces(string maildir) => folder.Run("bounces", maildir, "--now", "2026-02-05T12:00:00Z", "--format", "json");

    [Fact]
    public void Failures_complaints_and_unsubscriptions_are_taken_once_and_the_rest_is_left()
    {
        var ids = Sent();
        string Id(string account) => $"{ids[account]}.{Workspace}";
        var maildir = Path.Combine(folder.Root, "Maildir");
        foreach (var sub in new[] { "new", "cur", "tmp" }) Directory.CreateDirectory(Path.Combine(maildir, sub));
        File.WriteAllText(Path.Combine(maildir, "new", "1.host"), ReturnedMailTests.Report(Id("A1")));
        File.WriteAllText(Path.Combine(maildir, "cur", "2.host:2,S"), ReturnedMailTests.Complaint(Id("A2")));
        File.WriteAllText(Path.Combine(maildir, "new", "3.host"), ReturnedMailTests.Unsubscribe(Id("A3")));
        File.WriteAllText(Path.Combine(maildir, "new", "4.host"), ReturnedMailTests.Report($"m-00-99999999.{Workspace}"));
        File.WriteAllText(Path.Combine(maildir, "new", "5.host"), "Subject: Hello\r\n\r\nWhy did you write to me?");
        File.WriteAllText(Path.Combine(maildir, "tmp", "6.host"), "half");

        var ran = Bounces(maildir).Expect(3);
        ran.Json.GetProperty("read").GetInt32().ShouldBe(5);
        ran.Json.GetProperty("taken").GetRawText().ShouldBe("""{"bounced_hard":1,"complaint":1,"unsubscribe":1}""");
        ran.Json.GetProperty("left").EnumerateArray().Select(l => l.GetProperty("file").GetString()).ShouldBe(["4.host", "5.host"]);
        Directory.GetFiles(maildir, "*", SearchOption.AllDirectories).Length.ShouldBe(6);

        // The address of neither stands readable in the journal.
        folder.Rows("SELECT CAST(payload AS TEXT) FROM journal WHERE kind IN ('message_bounced', 'consent_changed')")
            .ShouldAllBe(p => !p.Contains("example", StringComparison.Ordinal));
        folder.Rows("SELECT json_extract(CAST(payload AS TEXT), '$.status') FROM journal WHERE kind = 'message_bounced'").ShouldBe(["5.1.1"]);

        // In another folder under other names they are the same mails.
        var other = Path.Combine(folder.Root, "other");
        Directory.CreateDirectory(other);
        File.Move(Path.Combine(maildir, "new", "1.host"), Path.Combine(other, "a.eml"));
        File.Move(Path.Combine(maildir, "new", "3.host"), Path.Combine(other, "b.eml"));
        Bounces(other).Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(2);

        // What follows: another way for the first, no mail for the others.
        folder.Run("run", "--as-of", "2026-02-06", "--now", "2026-02-06T10:00:00Z").Expect(0);
        var explained = folder.Run("explain", "A1", "--format", "json").Expect(0).Json.EnumerateArray().First();
        explained.GetProperty("channel").GetString().ShouldBe("call");
        explained.GetProperty("considered").EnumerateArray().Select(c => c.GetProperty("why_not").GetString()).ShouldBe(["undeliverable"]);
        folder.Run("explain", "A1").Expect(0).Out.ShouldContain("came back (hard, 5.1.1): 550 5.1.1 <…>");
        folder.Run("run", "--as-of", "2026-02-20", "--now", "2026-02-20T10:00:00Z").Expect(0);
        foreach (var account in new[] { "A2", "A3" })
            folder.Run("explain", account, "--format", "json").Expect(0).Json.EnumerateArray().First().GetProperty("considered").EnumerateArray()
                .ShouldContain(c => c.GetProperty("why_not").GetString() == "opted-out");
        folder.ShouldBeSound();
    }

    [Fact]
    public void Mail_about_who_was_erased_is_left()
    {
        var ids = Sent();
        folder.Send("""{"type":"erasure","key":"e-1","account":"A2","reason":"asked for"}""", "--now", "2026-02-05T11:00:00Z").Expect(0);
        folder.Write("a.eml", ReturnedMailTests.Complaint($"{ids["A2"]}.{Workspace}"));
        folder.Write("b.eml", ReturnedMailTests.Report($"{ids["A2"]}.{Workspace}"));
        var ran = Bounces(folder.Root).Expect(3);
        ran.Json.GetProperty("left").EnumerateArray().Single().GetProperty("file").GetString().ShouldBe("a.eml");
        folder.ShouldBeSound();
    }

    [Fact]
    public void What_changes_nothing_is_counted_and_no_error_and_an_answer_says_how_consent_went()
    {
        var ids = Sent();
        string Id(string account) => $"<{ids[account]}.{Workspace}@muster.example>";
        folder.Write("a.eml", ReturnedForms.Others[0].Mail.Replace("@ID@", Id("A1"), StringComparison.Ordinal));
        folder.Write("b.eml", ReturnedForms.Others.First(f => f.What == "automatic answer").Mail.Replace("@ID@", Id("A1"), StringComparison.Ordinal));
        folder.Write("c.eml", ReturnedForms.Answer("Bitte abmelden").Replace("@ID@", Id("A2"), StringComparison.Ordinal));
        folder.Write("d.eml", ReturnedMailTests.Complaint($"{ids["A3"]}.{Workspace}"));
        var ran = Bounces(folder.Root).Expect(0);
        ran.Json.GetProperty("taken").GetRawText().ShouldBe("""{"complaint":1,"stop":1}""");
        ran.Json.GetProperty("passed_over").GetRawText().ShouldBe("""{"automatic_answer":1,"delay":1}""");
        folder.Rows("SELECT account, json_extract(CAST(payload AS TEXT), '$.reason') FROM journal WHERE kind = 'consent_changed' ORDER BY account")
            .ShouldBe(["A2 | stop", "A3 | complaint"]);
        Bounces(folder.Root).Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(2);
        folder.ShouldBeSound();
    }

    /// <summary>Who asks for no more mail and says that they paid has both heard.</summary>
    [Fact]
    public void An_answer_that_says_more_than_stop_is_for_a_person_too()
    {
        var ids = Sent();
        string Id(string account) => $"<{ids[account]}.{Workspace}@muster.example>";
        folder.Write("a.eml", ReturnedForms.Answer("Ich habe bereits am 20.3. bezahlt. Bitte nehmen Sie mich aus dem Verteiler.")
            .Replace("@ID@", Id("A1"), StringComparison.Ordinal));
        folder.Write("b.eml", ReturnedForms.Answer("Please take me off your mailing list. Kind regards, Ann")
            .Replace("@ID@", Id("A2"), StringComparison.Ordinal));
        var ran = Bounces(folder.Root).Expect(3);
        ran.Json.GetProperty("taken").GetRawText().ShouldBe("""{"stop":2}""");
        var left = ran.Json.GetProperty("left").EnumerateArray().Single();
        (left.GetProperty("file").GetString(), left.GetProperty("why").GetString()).ShouldBe(
            ("a.eml", "asked for no more mail in an answer, which was taken, and says more: for a person to read"));
    }

    [Fact]
    public void A_number_that_can_not_be_dialled_costs_nobody_the_account_and_is_told_of()
    {
        var ran = folder.Send("""
            {"type":"account","key":"a-1","account":"A1","name":"Eins","phone":"030 1234567"}
            {"type":"account","key":"a-2","account":"A2","name":"Zwei","phone":"030 1234567","country":"DE"}
            """, "--now", "2026-02-02T10:00:00Z").Expect(0);
        ran.Json.GetProperty("accepted").GetInt32().ShouldBe(2);
        ran.Json.GetProperty("remarks").EnumerateArray().Single().ShouldSatisfyAllConditions(r => r.GetProperty("line").GetInt32().ShouldBe(1),
            r => r.GetProperty("text").GetString()!.ShouldContain("country code"));
        ran.Err.ShouldContain("line 1 was taken");
    }

    [Fact]
    public void A_folder_that_is_not_there_is_said() => folder.Run("sending", "live").Expect(0)
        .ShouldSatisfyAllConditions(_ => folder.Run("bounces", Path.Combine(folder.Root, "nowhere")).Expect(1).Err.ShouldContain("there is no folder"));

    [Fact]
    public void An_unknown_message_is_settled_by_a_person_and_only_once()
    {
        using var server = new SmtpServer();
        var settled = Unknown(server);
        folder.Run("messages", "settle", "m-00-00000099", "--as", "sent", "--reason", "x").Expect(1).Err.ShouldContain("there is no message");
        folder.Run("messages", "settle", settled, "--as", "sent").Exit.ShouldBe(2);
        folder.Run("messages", "settle", settled, "--as", "sent", "--reason", "the relay's log has it", "--by", "ann", "--now", "2026-02-05T11:00:00Z",
            "--format", "json").Expect(0).Json.GetProperty("settled_as").GetString().ShouldBe("sent");
        folder.Run("messages", "settle", settled, "--as", "failed", "--reason", "no", "--now", "2026-02-05T11:01:00Z").Expect(1)
            .Err.ShouldContain("only an unknown one is settled");
        var told = folder.Rows("SELECT actor, party, json_extract(CAST(payload AS TEXT), '$.detail') FROM journal WHERE kind = 'message_settled' "
            + "ORDER BY recorded_at DESC LIMIT 1").Single().Split(" | ");
        told[0].ShouldBe("ann");
        using (var store = folder.Open()) SealedWords.Open(store.Vault, told[1], told[2]).ShouldBe("by ann: the relay's log has it");
        folder.Run("messages", "--format", "json").Expect(0).Json.GetProperty("unknown_messages").GetArrayLength().ShouldBe(0);
        folder.ShouldBeSound();
    }

    private string Unknown(SmtpServer server)
    {
        folder.Send("""
            {"type":"portfolio","key":"pf-1","portfolio":"EU","creditor":"Muster GmbH","sender":"ar@muster.example"}
            {"type":"account","key":"a-1","account":"A1","name":"Eins","portfolio":"EU","email":"drop+x@kunde.example"}
            {"type":"invoice","key":"i-1","account":"A1","number":"INV-1","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"100.00","currency":"EUR"}
            """, "--now", "2026-02-02T10:00:00Z").Expect(0);
        folder.Run("sending", "live", "--now", "2026-02-02T10:01:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        File.WriteAllText(Path.Combine(folder.Path, "channels.yaml"), $"email:\n  smtp: {{ host: localhost, port: {server.Port}, tls: none }}\n");
        folder.Run("dispatch", "--now", "2026-02-05T10:05:00Z").Expect(0).Err.ShouldContain("recoup messages settle");
        return folder.Run("messages", "--format", "json").Expect(0).Json.GetProperty("unknown_messages").EnumerateArray()
            .Single().GetProperty("message").GetString()!;
    }

    [Fact]
    public void One_click_unsubscribes_whom_it_was_written_to_and_nobody_else()
    {
        var ids = Sent();
        using var store = folder.Open();
        var now = DateTimeOffset.Parse("2026-02-05T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
        var door = new Door(store, "import", TimeProvider.System, Connectors.Mail.TemplateWriter.Shipped);
        door.Look();
        var token = Settling.UnsubscribeToken(store, "A1", ids["A1"]);
        Settling.Unsubscribe(door, ids["A2"], token, now).ShouldBeNull();
        Settling.Unsubscribe(door, "m-00-99999999", token, now).ShouldBeNull();
        Settling.Unsubscribe(door, ids["A1"], token, now).ShouldNotBeNull().Status.ShouldBe(UnitStatus.Accepted);
        Settling.Unsubscribe(door, ids["A1"], token, now.AddDays(1)).ShouldNotBeNull().Status.ShouldBe(UnitStatus.Unchanged);
        new Readings(store).PartyOf("A1")!.Contact.OptOuts.Single().Channel.ShouldBe("email");
    }
}
