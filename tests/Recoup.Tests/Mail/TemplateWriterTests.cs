using Recoup.Connectors.Mail;
using Recoup.Core.Workspace;

namespace Recoup.Tests.Mail;

public sealed class TemplateWriterTests
{
    public static TheoryData<string, string, string> ShippedTemplates()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var (path, _) in TemplateWriter.ShippedFiles())
            if (!path.Contains("/_", StringComparison.Ordinal)) data.Add(path[..2], path[3..].Split('.')[0], path.Split('.')[1]);
        return data;
    }

    // Approved by looking at them; see Repository.ShouldBeApproved for how new output is accepted.
    [Theory]
    [MemberData(nameof(ShippedTemplates))]
    public void Every_template_says_what_was_approved(string language, string template, string tone) =>
        Approve($"{language}.{template}.{tone}", TemplateWriter.Shipped.Write(Samples.Facts(template, tone, language)));

    [Theory]
    [InlineData("en")]
    [InlineData("de")]
    public void With_nothing_that_can_be_left_out_and_with_all_there_can_be(string language)
    {
        Approve($"{language}.bare", TemplateWriter.Shipped.Write(Samples.Bare("first-reminder", "neutral", language)));
        Approve($"{language}.bare-due-soon", TemplateWriter.Shipped.Write(Samples.Bare("due-soon", "neutral", language)));
        Approve($"{language}.full", TemplateWriter.Shipped.Write(Samples.Full("second-reminder", "firm", language)));
    }

    private static void Approve(string name, MessageText text) => Repository.ShouldBeApproved(
        $"To: {text.Name} <{text.To}>\nFrom: {text.FromName} <{text.From}>\nSubject: {text.Subject}\n\n{text.Body}",
        $"tests/Recoup.Tests/Mail/approved/{name}.txt");

    // --- falling back ---

    [Fact]
    public void A_missing_tone_falls_back_to_neutral_and_a_missing_language_to_English()
    {
        var writer = TemplateWriter.Shipped;
        writer.Write(Samples.Facts("final-notice", "friendly", "de")).ShouldBe(writer.Write(Samples.Facts("final-notice", "neutral", "de")));
        writer.Write(Samples.Facts("final-notice", "firm", "fr")).ShouldBe(writer.Write(Samples.Facts("final-notice", "firm", "en")));
        writer.Write(Samples.Facts("final-notice", "friendly", "fr")).ShouldBe(writer.Write(Samples.Facts("final-notice", "neutral", "en")));
        writer.Write(Samples.Facts(language: "de-AT")).ShouldBe(writer.Write(Samples.Facts(language: "de")));
        writer.Write(Samples.Facts(language: "EN")).ShouldBe(writer.Write(Samples.Facts(language: "en")));
    }

    [Fact]
    public void Has_says_for_which_purposes_there_are_templates()
    {
        TemplateWriter.Shipped.Templates.ShouldBe([
            "due-soon", "due-soon.sms", "final-notice", "final-notice.sms", "first-reminder", "first-reminder.sms", "invoice", "second-reminder",
            "second-reminder.sms", "statement",
        ]);
        TemplateWriter.Shipped.Has("due-soon").ShouldBeTrue();
        TemplateWriter.Shipped.Has("closing").ShouldBeFalse();
        Should.Throw<ArgumentException>(() => TemplateWriter.Shipped.Write(Samples.Facts("nonsense")))
            .Message.ShouldContain("there is no template 'nonsense'; there are due-soon");
    }

    [Fact]
    public void Without_a_sender_the_mail_comes_from_an_address_that_cannot_be_anybody_s()
    {
        var text = TemplateWriter.Shipped.Write(Samples.Bare("first-reminder", "neutral", "en"));
        text.From.ShouldBe("receivables@localhost.invalid");
        text.FromName.ShouldBeNull();
        TemplateWriter.Shipped.Write(Samples.Facts())
            .ShouldSatisfyAllConditions(t => t.From.ShouldBe("forderungen@beispiel.example"), t => t.FromName.ShouldBe("Beispiel AG"));
    }

    [Fact]
    public void Writing_is_pure() => TemplateWriter.Shipped.Write(Samples.Facts()).ShouldBe(new TemplateWriter([]).Write(Samples.Facts()));

    // --- what a customer's data can't do ---

    [Fact]
    public void A_name_can_break_neither_headers_nor_lines()
    {
        var facts = Samples.Facts() with { Name = "Eve\r\nBcc: all@example.com\r\n\r\nPay to IBAN XX\u2028now\u202E", Account = "A\n1" };
        var text = TemplateWriter.Shipped.Write(facts);
        text.Name.ShouldBe("Eve Bcc: all@example.com Pay to IBAN XX now");
        text.Body.Split('\n')[0].ShouldBe("Dear Eve Bcc: all@example.com Pay to IBAN XX now,");
        text.Body.ShouldContain("your account A 1");
        text.Subject.ShouldNotContain("\n");
    }

    [Fact]
    public void Nothing_is_escaped_and_nothing_in_a_value_is_a_template()
    {
        var text = TemplateWriter.Shipped.Write(Samples.Facts() with { Name = "O'Neil <b>& {{account}} {{#if}}" });
        text.Body.ShouldStartWith("Dear O'Neil <b>& {{account}} {{#if}},\n");
    }

    [Fact]
    public void A_line_break_in_a_value_cannot_move_the_subject_s_rest_into_the_body()
    {
        var writer = new TemplateWriter([("en/first-reminder.neutral.hbs", "Subject: For {{name}} at {{bank_details}}\n\nBody")]);
        writer.Write(Samples.Facts()).ShouldSatisfyAllConditions(
            t => t.Subject.ShouldBe("For Müller & Söhne GmbH at IBAN DE02 1203 0000 0000 2020 51 BIC BYLADEM1001"), t => t.Body.ShouldBe("Body\n"));
    }

    // --- a user's own ---

    [Fact]
    public void A_user_s_template_replaces_one_and_leaves_the_others()
    {
        var writer = new TemplateWriter([("de/first-reminder.neutral.hbs", "Subject: Eigene\r\n\r\nGuten Tag,\r\n{{#each items}}\r\n"
            + "{{number}}: {{open}} von {{amount}}, {{days}} Tage, {{../account}}\r\n{{/each}}\r\n{{#unless bank_details}}keine{{else}}Konto{{/unless}}\r\n")]);
        var text = writer.Write(Samples.Facts(language: "de"));
        text.Subject.ShouldBe("Eigene");
        text.Body.ShouldBe("Guten Tag,\nRE-2026-0017: 1.234,50 EUR von 1.234,50 EUR, 20 Tage, K-1001\n"
            + "RE-2026-0104: 40,00 EUR von 89,90 EUR, 10 Tage, K-1001\nKonto\n");
        writer.Write(Samples.Facts()).ShouldBe(TemplateWriter.Shipped.Write(Samples.Facts()));
    }

    [Fact]
    public void A_new_language_has_unmistakable_dates_and_amounts()
    {
        var writer = new TemplateWriter([("fr/first-reminder.neutral.hbs", "Subject: Rappel: {{total}}\n\nLe {{first_due}}")]);
        writer.Write(Samples.Facts(language: "fr-CA"))
            .ShouldSatisfyAllConditions(t => t.Subject.ShouldBe("Rappel: EUR 1274.50"), t => t.Body.ShouldBe("Le 2026-03-31\n"));
    }

    [Fact]
    public void A_user_s_part_goes_into_the_shipped_templates_of_its_language()
    {
        var writer = new TemplateWriter([("en\\_closing.hbs", "Yours, {{creditor}}")]);
        writer.Write(Samples.Facts()).Body.ShouldEndWith("\n\nYours, Beispiel AG\n");
        writer.Write(Samples.Facts(language: "de")).Body.ShouldNotContain("Yours");
    }

    [Theory]
    [InlineData("Subject: x\n\nDear {{nme}}", 3, "'nme' is not known here; did you mean 'name'? There are account, as_of, bank_details")]
    [InlineData("Subject: {{totl}}\n\nx", 1, "did you mean 'total'?")]
    [InlineData("Subject: x\n\na\n{{#each items}}\n{{name}}\n{{/each}}", 5, "did you mean '../name'?")]
    [InlineData("Subject: x\n\n{{#each items}}\n{{nummer}}\n{{/each}}", 4, "did you mean 'number'?")]
    [InlineData("Subject: x\n\n{{#each totals}}{{amount}}{{/each}}", 3, "There are this")]
    [InlineData("Subject: x\n\n{{#each name}}{{/each}}", 3, "'name' is no list; lists are items, totals, unapplied")]
    [InlineData("Subject: x\n\n{{items}}", 3, "'items' is a list: {{#each items}}")]
    [InlineData("Subject: x\n\na\n\n{{#if name}}\nb", 5, "'{{#if}}' is never closed")]
    [InlineData("Subject: x\n\n{{#if name}}{{/each}}", 3, "where '{{/if}}' is due")]
    [InlineData("Subject: x\n\n{{/if}}", 3, "'{{/if}}' closes nothing")]
    [InlineData("Subject: x\n\n{{else}}", 3, "outside of a block")]
    [InlineData("Subject: x\n\n{{name", 3, "'{{' is never closed")]
    [InlineData("Subject: x\n\n{{{name}}}", 3, "two braces are enough")]
    [InlineData("Subject: x\n\n{{upper name}}", 3, "'upper' takes nothing after it")]
    [InlineData("Subject: x\n\n{{table colour=\"C\"}}", 3, "table has no column 'colour'")]
    [InlineData("Subject: x\n\n{{table}}", 3, "table takes columns and their headings")]
    [InlineData("Subject: x\n\n{{> nothing}}", 3, "there is no part 'nothing'")]
    [InlineData("Subject: x\n\nsee {{> closing}}", 3, "a part stands alone on its line")]
    [InlineData("Subject: x\n\n{{../name}}", 3, "goes out of more blocks")]
    [InlineData("Hello\n\nx", 1, "the first line is the subject")]
    [InlineData("Subject: \n\nx", 1, "the first line is the subject")]
    [InlineData("Subject: x\nHello\n", 2, "an empty line stands between")]
    public void What_is_wrong_with_a_template_is_said_with_its_place(string text, int line, string message)
    {
        var error = Should.Throw<TemplateException>(() => new TemplateWriter([("en/first-reminder.neutral.hbs", text)]));
        error.Message.ShouldContain(message);
        error.Message.ShouldStartWith($"en/first-reminder.neutral.hbs, line {line}: ");
        error.Line.ShouldBe(line);
    }

    [Theory]
    [InlineData("en/first-reminder.polite.hbs")]
    [InlineData("first-reminder.neutral.hbs")]
    [InlineData("english/first-reminder.neutral.hbs")]
    [InlineData("en/notes.txt")]
    public void A_file_that_is_named_otherwise_is_refused(string path) =>
        Should.Throw<TemplateException>(() => new TemplateWriter([(path, "Subject: x\n\ny")])).Message.ShouldContain("is no name of a template");

    [Fact]
    public void A_new_purpose_needs_its_neutral_English_text() =>
        Should.Throw<TemplateException>(() => new TemplateWriter([("de/inkasso.firm.hbs", "Subject: x\n\ny")]))
            .Message.ShouldContain("there must be an en/inkasso.neutral.hbs");

    [Fact]
    public void A_fault_in_a_part_is_found_at_load_too() =>
        Should.Throw<TemplateException>(() => new TemplateWriter([("en/_closing.hbs", "ok\n{{creditr}}")]))
            .Message.ShouldStartWith("en/_closing.hbs, line 2: 'creditr' is not known");

    [Fact]
    public void No_template_threatens_with_what_was_not_announced()
    {
        string[] threats = ["court", "lawyer", "legal action", "sue ", "bailiff", "credit bureau", "Gericht", "Anwalt",
            "Klage", "Vollstreckung", "Schufa", "SCHUFA"];
        foreach (var (path, text) in TemplateWriter.ShippedFiles())
        {
            threats.Where(threat => text.Contains(threat, StringComparison.Ordinal)).ShouldBeEmpty(path);
            if (!path.Contains("final-notice", StringComparison.Ordinal))
                (text.Contains("agency", StringComparison.Ordinal) || text.Contains("Inkasso", StringComparison.Ordinal)).ShouldBeFalse(path);
        }
    }
}
