using System.Text;
using Recoup.Connectors.Mail;

namespace Recoup.Tests.Sending;

/// <summary>Reports as servers write them, and what is read from them.</summary>
public sealed class ReturnedMailTests
{
    private const string Id = "m-07-00000042.0123456789abcdef";

    /// <summary>A failure report after the manner of Postfix.</summary>
    public static string Report(string id = Id, string action = "failed", string status = "5.1.1",
        string diagnostic = "smtp; 550 5.1.1 <jane.doe@customer.example>: Recipient address rejected: User unknown", string third = "message/rfc822") => $"""
        Return-Path: <>
        From: MAILER-DAEMON@mx.creditor.example (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: bounces@creditor.example
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        	boundary="9B095B5ADSN=_01C1.1020"
        Message-Id: <20260205100600.0A1B2C3D@mx.creditor.example>

        This is a MIME-encapsulated message.

        --9B095B5ADSN=_01C1.1020
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        I'm sorry to have to inform you that your message could not be delivered.

        --9B095B5ADSN=_01C1.1020
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.creditor.example
        Arrival-Date: Thu,  5 Feb 2026 11:05:00 +0100 (CET)

        Final-Recipient: rfc822; jane.doe@customer.example
        Original-Recipient: rfc822;jane.doe@customer.example
        Action: {action}
        Status: {status}
        Diagnostic-Code: {diagnostic}

        --9B095B5ADSN=_01C1.1020
        Content-Description: Undelivered Message
        Content-Type: {third}

        From: "Creditor Inc" <ar@creditor.example>
        To: "Jane Doe" <jane.doe@customer.example>
        Message-ID: <{id}@creditor.example>
        Subject: Payment reminder

        Dear Jane
        --9B095B5ADSN=_01C1.1020--

        """.ReplaceLineEndings("\r\n");

    /// <summary>A complaint in the Abuse Reporting Format.</summary>
    public static string Complaint(string id = Id, string type = "abuse") => $"""
        From: <feedback@provider.example>
        Subject: FW: Payment reminder
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type="feedback-report"; boundary="part1"

        --part1
        Content-Type: text/plain

        This is an email abuse report.
        --part1
        Content-Type: message/feedback-report

        Feedback-Type: {type}
        User-Agent: SomeGenerator/1.0
        Version: 1

        --part1
        Content-Type: message/rfc822

        Message-ID:
         <{id}@creditor.example>
        To: <jane.doe@customer.example>

        Dear Jane
        --part1--

        """.ReplaceLineEndings("\r\n");

    public static string Unsubscribe(string id = Id) => $"From: jane.doe@customer.example\r\nTo: ar@creditor.example\r\nSubject: unsubscribe {id}\r\n\r\n\r\n";

    private static ReturnedMail Read(string mail) => ReturnedMailReader.Read("a.eml", Encoding.UTF8.GetBytes(mail), "0123456789abcdef");

    [Theory]
    [InlineData("5.1.1", "smtp; 550 5.1.1 <jane.doe@customer.example>: User unknown", "bounced hard", "5.1.1", "550 5.1.1 <…>: User unknown")]
    [InlineData("5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", "bounced hard", "5.1.10",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found")]
    [InlineData("5.2.1", "smtp; 550 5.2.1 account of jane.doe disabled", "bounced hard", "5.2.1", "550 5.2.1 account of … disabled")]
    [InlineData("5.2.2", "smtp; 552 5.2.2 mailbox full", "bounced soft", "5.2.2", "552 5.2.2 mailbox full")]
    [InlineData("5.7.1", "smtp; 550 5.7.1 blocked by policy", "bounced soft", "5.7.1", "550 5.7.1 blocked by policy")]
    [InlineData("4.4.7", "X-Postfix; delivery temporarily suspended", "bounced soft", "4.4.7", "delivery temporarily suspended")]
    [InlineData("5.0.0", "smtp; 550 5.1.1 no such user", "bounced hard", "5.1.1", "550 5.1.1 no such user")]
    [InlineData("nonsense", "smtp; 550 gone", "bounced soft", null, "550 gone")]
    public void A_failure_says_which_message_and_whether_the_address_is_to_blame(string status, string diagnostic, string what, string? read, string words)
    {
        foreach (var third in new[] { "message/rfc822", "text/rfc822-headers" })
            Read(Report(status: status, diagnostic: diagnostic, third: third)).ShouldSatisfyAllConditions(r => r.What.ShouldBe(what),
                r => r.Message.ShouldBe("m-07-00000042"), r => r.Status.ShouldBe(read), r => r.Words.ShouldBe(words));
    }

    [Fact]
    public void A_long_diagnosis_over_several_lines_is_one() =>
        Read(Report(diagnostic: "smtp; 550-5.1.1 The email account\r\n    that you tried to reach does not exist"))
            .Words.ShouldBe("550-5.1.1 The email account that you tried to reach does not exist");

    [Fact]
    public void Without_the_message_the_report_s_own_references_will_do()
    {
        var bare = Report().Split("--9B095B5ADSN=_01C1.1020\r\nContent-Description: Undelivered")[0] + "--9B095B5ADSN=_01C1.1020--\r\n";
        Read(bare).Words.ShouldContain("none of this workspace");
        Read("In-Reply-To: <other@x.example>\r\nReferences: <other@x.example>\r\n <" + Id + "@creditor.example>\r\n" + bare).Message.ShouldBe("m-07-00000042");
    }

    [Theory]
    [InlineData("abuse", "complaint")]
    [InlineData("opt-out", "complaint")]
    [InlineData("not-spam", null)]
    public void A_complaint_is_one_by_its_type(string type, string? what) => Read(Complaint(type: type)).What.ShouldBe(what);

    [Fact]
    public void An_unsubscribe_mail_is_known_by_its_subject()
    {
        Read(Unsubscribe()).ShouldSatisfyAllConditions(r => r.What.ShouldBe("unsubscribe"), r => r.Message.ShouldBe("m-07-00000042"));
        Read(Unsubscribe("m-07-00000042.fedcba9876543210")).Words.ShouldBe("is an unsubscribe mail of another workspace");
        Read(Unsubscribe("me please")).What.ShouldBeNull();
    }

    [Fact]
    public void What_is_no_failure_or_not_ours_is_left_and_says_why()
    {
        Read(Report(action: "delayed")).Words.ShouldBe("reports no failure: delayed");
        Read(Report(id: "m-07-00000042.fedcba9876543210")).Words.ShouldContain("none of this workspace's");
        Read("Subject: Hello\r\n\r\nHello").Words.ShouldBe("is neither a report nor an unsubscribe mail");
        Read("").Words.ShouldBe("can't be read");
        Read(Report()[..700]).What.ShouldBeNull();
        Read(Report().Replace("report-type=delivery-status", "report-type=disposition-notification", StringComparison.Ordinal))
            .Words.ShouldContain("another type (disposition-notification)");
    }

    /// <summary>Cut anywhere, garbled anywhere: it is read or left, and nothing is thrown.</summary>
    [Fact]
    public void No_mail_is_too_broken()
    {
        var random = new Random(11);
        var report = Encoding.UTF8.GetBytes(Report());
        for (var i = 0; i < 500; i++)
        {
            var bytes = report[..random.Next(report.Length)];
            for (var j = 0; j < 5 && bytes.Length > 0; j++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            ReturnedMailReader.Read("a.eml", bytes, "0123456789abcdef").Key.ShouldStartWith("returned/");
        }
    }
}
