using System.Diagnostics;
using System.Text;
using Recoup.Connectors.Mail;
using Recoup.Core.Foundation;
using Recoup.Core.Outbox;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;

namespace Recoup.Tests.Mail;

public sealed class MailFolderTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 4, 20, 9, 30, 5, TimeSpan.FromHours(2));

    private readonly string path = Directory.CreateTempSubdirectory("recoup-mail-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }

    private MailFolder Folder => new(path, "ws1");

    private ParsedMail Written(MessageText text)
    {
        var folder = Folder;
        folder.Send(Samples.Outgoing("m-1", text), Now).ShouldBe(ChannelAnswer.Sent);
        return ParsedMail.Parse(File.ReadAllBytes(folder.PathOf("m-1")));
    }

    private static MessageText Text(string to = "pay@customer.example", string? name = "Customer Ltd", string from = "ar@creditor.example",
        string? fromName = "Creditor Inc", string subject = "Payment reminder", string body = "Hello\n") =>
        new(to, name, from, fromName, subject, body);

    [Fact]
    public void A_message_is_written_as_mail()
    {
        var answer = Folder.Send(Samples.Outgoing(), Now);
        answer.ShouldBe(ChannelAnswer.Sent);
        Directory.GetFiles(path).Select(Path.GetFileName).ShouldBe(["m-07-00000042.eml"]);
        File.ReadAllText(Folder.PathOf("m-07-00000042")).ShouldBe(string.Join("\r\n",
            "Date: Mon, 20 Apr 2026 07:30:05 +0000",
            "From: \"Creditor Inc\"",
            " <ar@creditor.example>",
            "To: \"Customer Ltd\"",
            " <pay@customer.example>",
            "Message-ID: <m-07-00000042.ws1@recoup.invalid>",
            "Subject: Payment reminder",
            "List-Unsubscribe: <mailto:ar@creditor.example?subject=unsubscribe%20m-07-00000042.ws1>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            "Hello,",
            "",
            "please pay.",
            ""));
    }

    [Fact]
    public void Names_subjects_and_bodies_of_other_letters_come_back_as_they_were()
    {
        var text = TemplateWriter.Shipped.Write(Samples.Full("final-notice", "firm", "de"));
        var mail = Written(text);
        mail.Header("Subject").ShouldBe(text.Subject);
        mail.Header("To").ShouldBe($"{text.Name} <{text.To}>");
        mail.Header("From").ShouldBe($"\"{text.FromName}\" <{text.From}>");
        mail.Body.ShouldBe(text.Body);
    }

    [Theory]
    [InlineData("Müller & Söhne")]
    [InlineData("株式会社ひまわり・とても長い名前の会社でありまして、さらにもっと長く続いていく名前の会社")]
    [InlineData("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀")]
    [InlineData("A very long name of plain letters only that goes on and on and would not fit on a single line of mail at all")]
    [InlineData("=?utf-8?B?aGFjaw==?=")]
    public void Any_subject_and_any_name_survive(string words)
    {
        var mail = Written(Text(name: words, subject: words));
        mail.Header("Subject").ShouldBe(words);
        mail.Header("To").ShouldBe($"{words} <pay@customer.example>");
    }

    [Fact]
    public void Quotes_and_commas_in_a_name_are_no_further_recipients() =>
        Written(Text(name: "Doe, \"Jane\" <x@y.example>, Bob \\")).Header("To")
            .ShouldBe("\"Doe, \\\"Jane\\\" <x@y.example>, Bob \\\\\" <pay@customer.example>");

    [Fact]
    public void Line_breaks_make_no_headers_even_when_the_writer_let_them_through()
    {
        var mail = Written(Text(name: "Eve\r\nBcc: all@example.com", fromName: "C\nX: y", subject: "Hi\r\nBcc: all@example.com\r\n\r\nbody"));
        mail.Names.ShouldBe(["Date", "From", "To", "Message-ID", "Subject", "List-Unsubscribe", "Auto-Submitted", "MIME-Version",
            "Content-Type", "Content-Transfer-Encoding"]);
        mail.Header("Subject").ShouldBe("Hi Bcc: all@example.com body");
    }

    [Theory]
    [InlineData("pay@customer.example\r\nBcc: x@y.example")]
    [InlineData("no-at-sign")]
    [InlineData("ümläut@customer.example")]
    [InlineData("a@b@")]
    [InlineData("a@b>c")]
    public void An_address_that_mail_cannot_reach_is_a_failure_that_does_not_repeat_the_address(string to)
    {
        var answer = Folder.Send(Samples.Outgoing(text: Text(to: to)), Now);
        answer.ShouldBe(ChannelAnswer.Failed("the customer's address is none that mail can reach") with { BadAddress = "5.1.3" });
        Directory.GetFiles(path).ShouldBeEmpty();
    }

    [Fact]
    public void A_domain_of_other_letters_is_written_in_its_encoded_form() =>
        Written(Text(to: "info@müller.example")).Header("To").ShouldBe("\"Customer Ltd\" <info@xn--mller-kva.example>");

    [Fact]
    public void Every_line_fits_and_is_plain()
    {
        Written(Text(subject: new string('ü', 400), name: new string('n', 300), body: new string('x', 5000) + "\n"
            + new string('ä', 2000) + " \n.\nFrom me\n=\t \n"));
        var bytes = File.ReadAllBytes(Folder.PathOf("m-1"));
        bytes.ShouldAllBe(b => b < 127);
        foreach (var line in Encoding.ASCII.GetString(bytes).Split("\r\n")) line.Length.ShouldBeLessThanOrEqualTo(76);
        Encoding.ASCII.GetString(bytes).Replace("\r\n", "", StringComparison.Ordinal).ShouldNotContain("\n");
    }

    [Theory]
    [InlineData(75)]
    [InlineData(76)]
    [InlineData(77)]
    [InlineData(78)]
    public void Lines_about_the_length_at_which_they_break_come_back_whole(int length)
    {
        foreach (var line in new[] { new string('x', length), new string('x', length - 1) + "ä", new string('x', length - 1) + "=",
            new string('ä', length), new string('x', length - 1) + " y" })
        {
            var folder = Folder;
            folder.Send(Samples.Outgoing("m-2", Text(body: line + "\n")), Now);
            ParsedMail.Parse(File.ReadAllBytes(folder.PathOf("m-2"))).Body.ShouldBe(line + "\n");
            folder.Remove(["m-2"]);
        }
    }

    [Fact]
    public void From_the_shipped_policy_to_files_by_the_shipped_templates()
    {
        var due = new DateOnly(2026, 6, 1);
        var bench = new Policies.PartyBench { OtherWriter = TemplateWriter.Shipped };
        bench.Do(new Core.Accounts.AccountInput.Set { Key = "a", Account = "A1", Language = "de" });
        bench.Clock(Policies.PartyBench.At(due.AddDays(-30)));
        bench.Invoice("RE-1", due, 500m);
        bench.Run(due.AddDays(-30), due.AddDays(60));
        Folder.Send(bench.Sent, Now).ShouldAllBe(a => a.Outcome == "sent");
        bench.Sent.Select(m => ParsedMail.Parse(File.ReadAllBytes(Folder.PathOf(m.Message))).Header("Subject")).ShouldBe(
            ["Demnächst fällig: 500,00 EUR", "Zahlungserinnerung: 500,00 EUR überfällig",
                "Mahnung: 500,00 EUR weiterhin offen", "Letzte Mahnung: 500,00 EUR überfällig"]);
        bench.State.WorkItems.Values.Select(w => (w.Kind, w.CreatedOn)).ShouldBe([("call", due.AddDays(21)), ("propose_placement", due.AddDays(50))]);
    }

    // --- once or not at all ---

    [Fact]
    public void The_same_message_again_is_left_alone_and_counts_as_sent()
    {
        Folder.IsIdempotent.ShouldBeTrue();
        Folder.Send(Samples.Outgoing(), Now);
        var before = File.ReadAllBytes(Folder.PathOf("m-07-00000042"));
        Folder.Send(Samples.Outgoing(text: Text(body: "other")), Now.AddDays(1)).ShouldBe(ChannelAnswer.Sent);
        File.ReadAllBytes(Folder.PathOf("m-07-00000042")).ShouldBe(before);
    }

    [Fact]
    public void The_same_message_gives_the_same_bytes()
    {
        Folder.Send(Samples.Outgoing(), Now);
        var before = File.ReadAllBytes(Folder.PathOf("m-07-00000042"));
        Folder.Remove(["m-07-00000042"]);
        Folder.Send(Samples.Outgoing(), Now.ToUniversalTime());
        File.ReadAllBytes(Folder.PathOf("m-07-00000042")).ShouldBe(before);
    }

    [Fact]
    public void A_batch_answers_each_in_order()
    {
        var messages = Enumerable.Range(0, 200).Select(i => Samples.Outgoing($"m-{i}", Text(to: i % 50 == 7 ? "nowhere" : "pay@customer.example"))).ToList();
        messages.Add(messages[0]);
        var answers = Folder.Send(messages, Now);
        answers.Select(a => a.Outcome).ShouldBe(messages.Select((_, i) => i < 200 && i % 50 == 7 ? "failed" : "sent"));
        Directory.GetFiles(path).Length.ShouldBe(196);
        Folder.Send([], Now).ShouldBeEmpty();
    }

    [Fact]
    public void An_error_before_the_file_has_its_name_is_a_failure()
    {
        var folder = Folder;
        Directory.Delete(path);
        folder.Send(Samples.Outgoing(), Now).Outcome.ShouldBe("failed");
    }

    [Fact]
    public void An_error_in_giving_the_name_leaves_it_unknown_and_nothing_behind()
    {
        // A folder where the file should be lets the writing pass and the naming fail.
        Directory.CreateDirectory(Folder.PathOf("m-1"));
        Folder.Send(Samples.Outgoing("m-1"), Now).Outcome.ShouldBe("unknown");
        Directory.GetFiles(path).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../m-1")]
    [InlineData(".m")]
    [InlineData("")]
    [InlineData("m/1")]
    public void An_id_that_is_no_file_s_name_is_a_bug(string id) => Should.Throw<InvariantBrokenException>(() => Folder.Send(Samples.Outgoing(id), Now));

    // --- erasure ---

    [Fact]
    public void Removal_takes_the_files_and_what_a_crash_left_of_them_and_no_others()
    {
        var folder = Folder;
        folder.Send([Samples.Outgoing("m-1"), Samples.Outgoing("m-12"), Samples.Outgoing("m-2")], Now);
        File.WriteAllText(Path.Combine(path, ".m-1~abc.tmp"), "half");
        File.WriteAllText(Path.Combine(path, ".m-12~abc.tmp"), "half");
        folder.Remove(["m-1", "m-404"]);
        Directory.GetFiles(path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe([".m-12~abc.tmp", "m-12.eml", "m-2.eml"]);
    }

    [Fact]
    public void Removal_overwrites_the_bytes_first()
    {
        var folder = Folder;
        folder.Send(Samples.Outgoing("m-1"), Now);
        // What still has the file open sees what became of it.
        using var open = new FileStream(folder.PathOf("m-1"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        folder.Remove(["m-1"]);
        var bytes = new byte[open.Length];
        open.ReadExactly(bytes);
        bytes.Length.ShouldBeGreaterThan(100);
        bytes.ShouldAllBe(b => b == 0);
    }

    // --- by somebody else's reading ---

    [Fact]
    public void Another_program_reads_the_same()
    {
        var text = TemplateWriter.Shipped.Write(Samples.Full("final-notice", "firm", "de")) with
        {
            // One encoded word: before 3.13, Python puts a space between two of them in a name, against RFC 2047, 6.2.
            Name = "Jürgen \"Jo\" Müller, Söhne",
            Subject = "Mahnung über 1.234,50 € – bitte prüfen, es ist wirklich sehr dringend geworden",
        };
        Folder.Send(Samples.Outgoing("m-1", text), Now);
        const string script = """
            import sys, email, email.policy
            m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
            assert not m.defects, m.defects
            assert not any(m[h].defects for h in m), [(h, m[h].defects) for h in m]
            out = [m['Subject'], m['To'].addresses[0].display_name, m['To'].addresses[0].addr_spec, m['From'].addresses[0].display_name,
                   m['Date'].datetime.isoformat(), m['Message-ID'], m.get_content_type(), m.get_body(('plain',)).get_content()]
            sys.stdout.buffer.write('\x1f'.join(out).encode('utf-8'))
            """;
        var start = new ProcessStartInfo("python3")
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8,
            ArgumentList = { "-c", script, Folder.PathOf("m-1") },
        };
        Process? process = null;
        try { process = Process.Start(start); }
        catch (System.ComponentModel.Win32Exception) { Assert.Skip("python3 is not here; ParsedMail reads the same in the other tests"); }
        using (process)
        {
            var read = process!.StandardOutput.ReadToEnd();
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            errors.ShouldBeEmpty();
            read.ReplaceLineEndings("\n").Split('\x1f').ShouldBe([text.Subject, text.Name!, text.To, text.FromName!, "2026-04-20T07:30:05+00:00",
                "<m-1.ws1@recoup.invalid>", "multipart/alternative", text.Body]);
        }
    }
}
