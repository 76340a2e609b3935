using System.Diagnostics;
using System.Text;
using Recoup.Connectors.Mail;

namespace Recoup.Tests.Sending;

/// <summary>Whoever wrote it and in whatever form: what came back is read, and what can't be told is left.</summary>
public sealed class ReturnedFormsTests
{
    private const string Workspace = "0123456789abcdef", Ours = "<m-07-00000042.0123456789abcdef@creditor.example>",
        Another = "<m-07-00000042.fedcba9876543210@creditor.example>";

    public static readonly TheoryData<string> Names = [.. ReturnedForms.Failures.Concat(ReturnedForms.Others).Select(f => f.Name)];

    private static ReturnedForms.Form Of(string name) => ReturnedForms.Failures.Concat(ReturnedForms.Others).Single(f => f.Name == name);

    private static ReturnedMail Read(string mail, string id = Ours) =>
        ReturnedMailReader.Read("a.eml", Encoding.UTF8.GetBytes(mail.Replace("@ID@", id, StringComparison.Ordinal)), Workspace);

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_read_as_what_it_is(string name)
    {
        var form = Of(name);
        foreach (var mail in new[] { form.Mail, form.Mail.ReplaceLineEndings("\r\n") })
        {
            var read = Read(mail);
            read.What.ShouldBe(form.What, read.Words);
            read.Message.ShouldBe(form.What is null || read.ChangesNothing ? null : "m-07-00000042");
            if (form.Status is not null) read.Status.ShouldBe(form.Status);
            read.Words.ShouldNotContain("jane.doe");
        }
    }

    /// <summary>The id decides: with another workspace's, or none, the same mail does nothing.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Somebody_else_s_does_nothing(string name)
    {
        foreach (var id in new[] { Another, "<unknown@creditor.example>", "", "<xm-07-00000042.0123456789abcdef@creditor.example>" })
            Read(Of(name).Mail, id).ShouldSatisfyAllConditions(r => r.Message.ShouldBeNull(), r => (r.What is null || r.ChangesNothing).ShouldBeTrue());
    }

    [Theory]
    [MemberData(nameof(ReturnedForms.Answers), MemberType = typeof(ReturnedForms))]
    public void An_answer_that_asks_for_no_more_is_an_opt_out_and_no_other_is(string text, bool asks)
    {
        Read(ReturnedForms.Answer(text)).What.ShouldBe(asks ? "stop" : null);
        var page = $"<html><body><div>{System.Net.WebUtility.HtmlEncode(text.Split("\n>")[0]).Replace("\n", "<br>", StringComparison.Ordinal)}</div><div "
            + $"class=\"gmail_quote\">STOP<blockquote>unsubscribe</blockquote></div></body></html>";
        if (text.Length > 0) Read(ReturnedForms.PageAnswer(page)).What.ShouldBe(asks ? "stop" : null);
        Read(ReturnedForms.Answer(text), Another).What.ShouldBeNull();
    }

    [Fact]
    public void A_message_that_comes_back_in_base64_is_read_as_well()
    {
        static string Report(string id) => ReturnedMailTests.Report(third: "message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + Convert.ToBase64String(Encoding.ASCII.GetBytes($"From: ar@creditor.example\r\nMessage-ID: {id}\r\n\r\nDear Jane")))
            .Replace("<m-07-00000042.0123456789abcdef@creditor.example>", "", StringComparison.Ordinal);
        Read(Report(Ours)).ShouldSatisfyAllConditions(r => r.What.ShouldBe("bounced hard"), r => r.Message.ShouldBe("m-07-00000042"));
        Read(Report(Another)).Message.ShouldBeNull();
    }

    [Fact]
    public void The_subject_alone_may_say_it()
    {
        Read("From: jane.doe@customer.example\nSubject: Re: STOP\nIn-Reply-To: @ID@\n\n> Dear Jane\n").What.ShouldBe("stop");
        Read("From: jane.doe@customer.example\nSubject: STOP\n\n").Words.ShouldContain("neither a report");
    }

    /// <summary>A person who forwards a report, or answers one, says something else.</summary>
    [Fact]
    public void An_answer_to_a_failure_notice_is_a_person_s()
    {
        Read("From: jane.doe@customer.example\nSubject: Re: Undelivered Mail Returned to Sender\nIn-Reply-To: @ID@\n\nIt says user unknown. What is that?\n")
            .What.ShouldBeNull();
        var inside = ReturnedForms.Failures[0].Mail;
        Read("From: jane.doe@customer.example\nSubject: Fwd: strange\nIn-Reply-To: @ID@\nContent-Type: multipart/mixed; boundary=outer\n\n--outer\n"
            + "Content-Type: text/plain\n\nSee below.\n--outer\nContent-Type: message/rfc822\n\n" + inside + "\n--outer--\n").What.ShouldBeNull();
    }

    // --- the hostile ---

    public static IEnumerable<(string Name, byte[] Mail)> Hostile()
    {
        byte[] Of(string text) => Encoding.Latin1.GetBytes(text.Replace("@ID@", Ours, StringComparison.Ordinal));
        var nested = new StringBuilder("From: MAILER-DAEMON@mx.example\nSubject: failure notice\n");
        for (var i = 0; i < 5000; i++) nested.Append("Content-Type: multipart/mixed; boundary=b").Append(i).Append("\n\n--b").Append(i).Append('\n');
        yield return ("nested multiparts", Of(nested.ToString()));
        yield return ("nested messages", Of(string.Concat(Enumerable.Repeat("Content-Type: message/rfc822\n\n", 20_000))));
        yield return ("many parts", Of("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
            + string.Concat(Enumerable.Repeat("--b\nContent-Type: message/delivery-status\n\nAction: x\n\n", 30_000))));
        yield return ("many groups", Of("Content-Type: multipart/report; report-type=delivery-status; "
            + "boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n" + string.Concat(Enumerable.Repeat("Action: delayed\n\n", 100_000)) + "--b--\n"));
        yield return ("a header of a megabyte", Of("Subject: " + new string('a', 1_000_000) + "\n\nunknown user"));
        yield return ("a hundred thousand headers", Of(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"X-{i}: y\n")) + "\nbody"));
        yield return ("a boundary of dashes", Of("Content-Type: multipart/mixed; boundary=\"" + new string('-', 10_000) + "\"\n\n" + new string('-', 200_000)));
        yield return ("words without end",
            Of("From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n" + string.Concat(Enumerable.Repeat("user mailbox address recipient ", 100_000))));
        yield return ("one long line", Of("From: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n" + new string('<', 3_000_000)));
        yield return ("a page of tags",
            Of("Subject: Undeliverable\nContent-Type: text/html\n\n" + string.Concat(Enumerable.Repeat("<blockquote class=\"x\" ", 100_000))));
        yield return ("charset that there is not", Of("From: MAILER-DAEMON@mx.example\nSubject: =?x-klingon?B?////?= failure notice\nIn-Reply-To: @ID@\n"
            + "Content-Type: text/plain; charset=x-klingon\n\n550 5.1.1 user unknown\xE9\xFF"));
        yield return ("8-bit headers",
            Of("From: \xC4\xD6\xDC <MAILER-DAEMON@mx.example>\nSubject: Zur\xFCck: Unzustellbar\nIn-Reply-To: @ID@\n\nEmpf\xE4nger unbekannt 550 5.1.1\n"));
        yield return ("base64 that is none",
            Of("From: MAILER-DAEMON@mx.example\nSubject: failure notice\nContent-Transfer-Encoding: base64\n\n=====\xFF\xFF===="));
        yield return ("nothing but zeros", new byte[100_000]);
        yield return ("nothing but line ends", Of(new string('\n', 1_000_000)));
        yield return ("ids by the thousand", Of("From: MAILER-DAEMON@mx.example\nSubject: failure notice\nReferences: "
            + string.Concat(Enumerable.Repeat(Another + "\n ", 50_000)) + "\n\nuser unknown"));
        yield return ("an answer of nothing but answers", Of("Subject: " + string.Concat(Enumerable.Repeat("Re: ", 50_000)) + "\nIn-Reply-To: @ID@\n\n"
            + string.Concat(Enumerable.Repeat("On Monday wrote wrote ", 20_000))));
    }

    [Fact]
    public void Nothing_that_anybody_sends_stops_it()
    {
        foreach (var (name, mail) in Hostile())
        {
            var watch = Stopwatch.StartNew();
            var read = ReturnedMailReader.Read("a.eml", mail, Workspace);
            read.Key.ShouldStartWith("returned/");
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20), name);
        }
        ReturnedMailReader.Read("a.eml", Hostile().Single(h => h.Name == "charset that there is not").Mail, Workspace).What.ShouldBe("bounced hard");
        ReturnedMailReader.Read("a.eml", Hostile().Single(h => h.Name == "8-bit headers").Mail, Workspace).What.ShouldBe("bounced hard");
    }

    /// <summary>Cut anywhere, garbled anywhere: it is read or left, and nothing is thrown.</summary>
    [Fact]
    public void No_form_is_too_broken()
    {
        var random = new Random(12);
        foreach (var form in ReturnedForms.Failures.Concat(ReturnedForms.Others))
            for (var i = 0; i < 12; i++)
            {
                var whole = Encoding.UTF8.GetBytes(form.Mail.Replace("@ID@", Ours, StringComparison.Ordinal));
                var bytes = whole[..random.Next(whole.Length)];
                for (var j = 0; j < 5 && bytes.Length > 0; j++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                ReturnedMailReader.Read("a.eml", bytes, Workspace).Key.ShouldStartWith("returned/");
            }
    }
}
