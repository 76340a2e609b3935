using System.Text.Json;
using System.Text.RegularExpressions;
using Recoup.Connectors.Mail;
using Recoup.Core;
using Recoup.Core.Outbox;
using Recoup.Core.Workspace;

namespace Recoup.Tests.Mail;

/// <summary>A mail in parts: the text, the same as HTML, and attachments around both.</summary>
public sealed class MimeTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 4, 20, 7, 30, 5, TimeSpan.Zero);

    private readonly string path = Directory.CreateTempSubdirectory("recoup-mime-").FullName;

    public void Dispose() => Directory.Delete(path, recursive: true);

    private ParsedMail Written(MessageText text)
    {
        var folder = new MailFolder(path, "ws1");
        folder.Send(Samples.Outgoing("m-1", text), Now).ShouldBe(ChannelAnswer.Sent);
        var bytes = File.ReadAllBytes(folder.PathOf("m-1"));
        bytes.ShouldAllBe(b => b < 127);
        return ParsedMail.Parse(bytes);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("de")]
    public void The_HTML_says_what_was_approved(string language)
    {
        var text = TemplateWriter.Shipped.Write(Samples.Full("second-reminder", "firm", language));
        var mail = Written(text);
        mail.Header("Content-Type").ShouldStartWith("multipart/alternative; boundary=");
        mail.Parts.Select(p => p.Header("Content-Type")).ShouldBe(["text/plain; charset=utf-8", "text/html; charset=utf-8"]);
        mail.Parts[0].Body.ShouldBe(text.Body);
        Repository.ShouldBeApproved(mail.Parts[1].Body, $"tests/Recoup.Tests/Mail/approved/{language}.full.html");
    }

    /// <summary>Whatever the template: every word of the text is in the HTML, in the same order, and no other.</summary>
    [Theory]
    [MemberData(nameof(TemplateWriterTests.ShippedTemplates), MemberType = typeof(TemplateWriterTests))]
    public void The_HTML_has_the_words_of_the_text(string language, string template, string tone)
    {
        var text = TemplateWriter.Shipped.Write(Samples.Facts(template, tone, language) with { Name = "<script>alert(1)</script> & \"Söhne\"" });
        if (tone == MessageFacts.OfTexts)
        {
            // A text has no HTML and fits a few parts.
            (text.Tables, text.Subject).ShouldBe((null, ""));
            TextSegments.Of(text.Body).ShouldBeInRange(1, 2);
            // Of the GSM alphabet: with a character of another one a part holds 67 and no more.
            TextSegments.Of(text.Body.PadRight(160)).ShouldBeLessThan(3, text.Body);
            return;
        }
        text.Tables.ShouldNotBeNull();
        var html = Written(text).Parts[1].Body;
        html.ShouldContain($"<html lang=\"{language}\">");
        html.ShouldNotContain("<script");
        var body = html[html.IndexOf("<body", StringComparison.Ordinal)..];
        Regex.Count(body, "<table ").ShouldBe(1);
        Regex.Count(body, "<th scope=\"col\"").ShouldBeGreaterThan(3);
        Regex.Count(body, "<tr>").ShouldBe(3);
        Words(System.Net.WebUtility.HtmlDecode(Regex.Replace(body, "<[^>]*>", " ", RegexOptions.None, TimeSpan.FromSeconds(5))))
            .ShouldBe(Words(text.Body).Where(w => w != "---"));
    }

    private static IEnumerable<string> Words(string text) => text.Split([' ', '\n', '\u00a0'], StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void A_table_with_words_on_its_own_line_stays_text()
    {
        var writer = new TemplateWriter([("en/first-reminder.neutral.hbs",
            "Subject: x\n\nList: {{table number=\"No\" open=\"Open\"}}\n\nand\n\n{{table number=\"No\"}}\n")]);
        var text = writer.Write(Samples.Facts());
        text.Tables.ShouldBe("6,3,12");
        Regex.Count(Written(text).Parts[1].Body, "<table ").ShouldBe(1);
    }

    [Fact]
    public void Attachments_come_back_byte_for_byte_under_their_names()
    {
        var pdf = Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7 % 256)).ToArray();
        var mail = Written(TemplateWriter.Shipped.Write(Samples.Facts()) with
        {
            Attachments = [new Attachment("RE-2026-0017.pdf", "application/pdf", pdf), new Attachment("Kontoauszug Müller/Söhne.pdf", "application/pdf",
                "%PDF"u8.ToArray()), new Attachment("a\"\r\nBcc: x@y.example", "text/pl\r\nain", [])],
        });
        mail.Header("Content-Type").ShouldStartWith("multipart/mixed; boundary=");
        mail.Parts.Count.ShouldBe(4);
        mail.Parts[0].Parts.Count.ShouldBe(2);
        mail.Parts[1].Content.ShouldBe(pdf);
        mail.Parts[1].Header("Content-Type").ShouldBe("application/pdf");
        mail.Parts[1].Header("Content-Disposition").ShouldBe("attachment; filename=\"RE-2026-0017.pdf\"");
        mail.Parts[2].Header("Content-Disposition").ShouldBe("attachment; filename*=utf-8''Kontoauszug%20M%C3%BCller-S%C3%B6hne.pdf");
        mail.Parts[3].Header("Content-Disposition").ShouldBe("attachment; filename=\"a_ Bcc: x@y.example\"");
        mail.Parts[3].Header("Content-Type").ShouldBe("application/octet-stream");
    }

    [Fact]
    public void Another_program_reads_the_same_parts()
    {
        var text = TemplateWriter.Shipped.Write(Samples.Full("second-reminder", "firm", "de")) with
        {
            ReplyTo = "antwort@beispiel.example",
            Attachments = [new Attachment("Rechnung Nº 1.pdf", "application/pdf", [0, 1, 2, 255])],
        };
        Written(text);
        const string script = """
            import sys, email, email.policy
            m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
            for part in m.walk():
                assert not part.defects, part.defects
            a = list(m.iter_attachments())[0]
            html = m.get_body(('html',)).get_content()
            out = [m.get_content_type(), m['Reply-To'], m.get_body(('plain',)).get_content(), str('<table' in html and '</html>' in html),
                   a.get_filename(), a.get_content_type(), a.get_content().hex()]
            sys.stdout.buffer.write('\x1f'.join(out).encode('utf-8'))
            """;
        Python.Run(script, Path.Combine(path, "m-1.eml")).ReplaceLineEndings("\n").Split('\x1f')
            .ShouldBe(["multipart/mixed", "antwort@beispiel.example", text.Body, "True", "Rechnung Nº 1.pdf", "application/pdf", "000102ff"]);
    }

    /// <summary>It is sealed into the journal with its attachments, and read from it again.</summary>
    [Fact]
    public void A_text_is_read_as_it_was_written()
    {
        var text = TemplateWriter.Shipped.Write(Samples.Facts()) with
        {
            ReplyTo = "a@b.example",
            Attachments = [new Attachment("a.pdf", "application/pdf", [1, 2, 3])],
        };
        var read = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(text, MessageJson.Default.MessageText), MessageJson.Default.MessageText)!;
        (read with { Attachments = null }).ShouldBe(text with { Attachments = null });
        read.Attachments!.Single()
            .ShouldSatisfyAllConditions(a => a.FileName.ShouldBe("a.pdf"), a => a.MediaType.ShouldBe("application/pdf"), a => a.Content.ShouldBe([1, 2, 3]));

        // As an earlier version wrote it.
        var old = JsonSerializer.Deserialize("""{"to":"a@b.example","name":null,"from":"c@d.example","from_name":null,"subject":"s","body":"b\n"}""",
            MessageJson.Default.MessageText);
        old.ShouldBe(new MessageText("a@b.example", null, "c@d.example", null, "s", "b\n"));
    }
}
