using Recoup.Connectors.Mail;
using Recoup.Core.Documents;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Receivables;

namespace Recoup.Connectors.Documents;

/// <summary>
/// Invoices and statements of account as PDF, in the customer's language where there are words for it, else in
/// English. Pure: the same facts give the same bytes. Safe for many threads.
/// </summary>
public static class DocumentWriter
{
    public const string MediaType = "application/pdf";

    /// <summary>Such as "invoice-INV-1.pdf": only what every file system and mail program takes.</summary>
    public static string FileName(InvoiceDocument invoice) => $"invoice-{Plain(invoice.Number)}.pdf";

    /// <summary>Such as "statement-A1-2026-03-31.pdf".</summary>
    public static string FileName(AccountStatement statement) => $"statement-{Plain(statement.Account)}-{statement.AsOf:yyyy-MM-dd}.pdf";

    /// <param name="book">Has the words; null: the shipped ones.</param>
    public static byte[] Write(DocumentFrame frame, InvoiceDocument invoice, DocumentWordBook? book = null)
    {
        var words = (book ?? DocumentWordBook.Shipped).Of(frame.Language);
        var number = PlainText.OneLine(invoice.Number);
        var pages = new DocumentPages(words, Creditor(frame), words["invoice"], number);
        var facts = new List<(string, string)>
        {
            (words["number"], number), (words["invoice_date"], words.Date(invoice.IssuedOn)),
            (words["due_date"], words.Date(invoice.DueOn)), (words["account"], PlainText.OneLine(invoice.Account)),
        };
        if (invoice.Order is { } order) facts.Add((words["order"], PlainText.OneLine(order)));
        if (invoice.Terms is { } terms) facts.Add((words["terms"], PlainText.OneLine(terms)));
        if (invoice.ServicedOn is { } serviced) facts.Add((words["serviced_on"], words.Date(serviced)));
        if (invoice.DeliveredOn is { } delivered) facts.Add((words["delivered_on"], words.Date(delivered)));
        pages.Opening(Address(frame), facts);
        if (invoice.Cancelled) pages.Heading(words["cancelled"]);

        var issued = invoice.Amount - invoice.Correction;
        var net = invoice.Tax is { } tax ? issued - tax : issued;
        var code = issued.Currency.Code;
        pages.Table(
            [new Column(words["description"], DocumentPages.Left), new Column($"{words["amount"]} {code}", DocumentPages.Right, Right: true)],
            (invoice.Lines.Count > 0 ? invoice.Lines : [(words["for_goods"], net)])
                .Select(l => ((IReadOnlyList<string>)[PlainText.OneLine(l.Description), words.Figure(l.Amount)], false)));
        var totals = new List<(string, string, bool)>();
        if (invoice.Tax is { } contained)
        {
            totals.Add((words["net"], words.Figure(net), false));
            totals.Add((words["tax"], words.Figure(contained), false));
        }
        totals.Add((words["total"], words.Amount(issued), true));
        if (!invoice.Correction.IsZero) totals.Add((words["correction"], words.Figure(invoice.Correction), false));
        var paid = invoice.Open - invoice.Amount;
        if (!paid.IsZero && !invoice.Cancelled) totals.Add((words["paid", words.Date(invoice.AsOf)], words.Figure(paid), false));
        if (invoice.Open != issued) totals.Add((words["open", words.Date(invoice.AsOf)], words.Amount(invoice.Open), true));
        pages.Totals(totals);
        var reference = $"{number}, {PlainText.OneLine(invoice.Account)}";
        if (invoice.Open.IsPositive)
            pages.Payment($"{words.Amount(invoice.Open)} {words["by", words.Date(invoice.DueOn)]}", Bank(frame), reference,
                PaymentCode.Of(Bank(frame), Creditor(frame), invoice.Open, reference));
        else if (!invoice.Cancelled) pages.Paragraph(words["settled"]);
        return pages.Finish();
    }

    /// <param name="book">Has the words; null: the shipped ones.</param>
    public static byte[] Write(DocumentFrame frame, AccountStatement statement, DocumentWordBook? book = null)
    {
        var words = (book ?? DocumentWordBook.Shipped).Of(frame.Language);
        var account = PlainText.OneLine(statement.Account);
        var pages = new DocumentPages(words, Creditor(frame), words["statement"], $"{account} {statement.AsOf:yyyy-MM-dd}");
        pages.Opening(Address(frame), [(words["account"], account), (words["as_of"], words.Date(statement.AsOf)),
            (words["period"], $"{words.ShortDate(statement.From)} – {words.ShortDate(statement.AsOf)}")]);
        if (statement.Sections.Count == 0) pages.Paragraph(words["nothing"]);
        foreach (var section in statement.Sections)
        {
            if (statement.Sections.Count > 1) pages.Heading(section.Currency.Code);
            Section(pages, words, statement, section);
        }
        if (statement.Sections.Count > 0) pages.Paragraph(words["check"], small: true);
        // What is not due yet is not asked for.
        if (statement.Sections.Any(s => s.Closing > 0)) pages.Payment(words["each_by_due"], Bank(frame), account, CodeOf(frame, statement, account));
        return pages.Finish();
    }

    private static void Section(DocumentPages pages, DocumentWords words, AccountStatement statement, StatementSection section)
    {
        string Figure(long minor) => words.Figure(new Money(minor, section.Currency));
        var asOf = words.Date(statement.AsOf);
        var code = section.Currency.Code;
        var rows = new List<(IReadOnlyList<string>, bool)>
        {
            ([words.ShortDate(statement.From), words["opening"], "", "", "", Figure(section.Opening)], false),
        };
        foreach (var m in section.Movements)
            rows.Add(([words.ShortDate(m.On), words[Word(m.Kind)], PlainText.OneLine(m.Reference), PlainText.OneLine(string.Join(", ", m.For)),
                Figure(m.Minor), Figure(m.Balance)], false));
        rows.Add((["", words["closing", words.ShortDate(statement.AsOf)], "", "", "", Figure(section.Closing)], true));
        const int edge = DocumentPages.Left, last = DocumentPages.Right, other = last - 7600;
        pages.Table(
            [
                new Column(words["date"], edge), new Column(words["what"], edge + 6400),
                new Column(words["number"], edge + 17600), new Column(words["for"], edge + 26500),
                new Column($"{words["amount"]} {code}", other, Right: true), new Column($"{words["balance"]} {code}", last, Right: true),
            ], rows);
        if (section.Items.Count > 0)
        {
            pages.Heading(words["open_items", asOf]);
            var items = section.Items.Select(i => ((IReadOnlyList<string>)
            [
                PlainText.OneLine(i.Number) + (i.Disputed ? $" ({words["disputed"]})" : ""), words.ShortDate(i.IssuedOn),
                words.ShortDate(i.DueOn), i.DaysPastDue > 0 ? i.DaysPastDue.ToString(System.Globalization.CultureInfo.InvariantCulture) : "",
                Figure(i.Amount), Figure(i.Open),
            ], false)).Append(([words["open_total"], "", "", "", "", Figure(section.Open)], true));
            pages.Table(
                [
                    new Column(words["number"], edge), new Column(words["issued"], edge + 17000), new Column(words["due"], edge + 23000),
                    new Column(words["days"], edge + 34500, Right: true, Room: 5700),
                    new Column($"{words["amount"]} {code}", other, Right: true), new Column($"{words["remaining"]} {code}", last, Right: true),
                ], items);
            var buckets = section.Buckets(statement.AsOf);
            pages.Strip([.. Ageing.BucketNames.Select((name, i) => (words[name], Figure(buckets[i]))), (words["open_total"], Figure(section.Open))]);
        }
        var sums = new List<(string, string, bool)> { (words["open_total"], Figure(section.Open), false) };
        if (section.Unapplied != 0) sums.Add((words["unapplied"], Figure(-section.Unapplied), false));
        sums.Add((words[section.Closing < 0 ? "in_favour" : "due_total"], words.Amount(new Money(Math.Abs(section.Closing), section.Currency)), true));
        if (section.Buckets(statement.AsOf).Skip(1).Sum() is var overdue and not 0) sums.Add((words["overdue"], Figure(overdue), false));
        pages.Totals(sums);
    }

    /// <summary>What is overdue, or, where nothing is, what is owed; of one currency, as a code asks for one transfer.</summary>
    private static IReadOnlyList<bool[]>? CodeOf(DocumentFrame frame, AccountStatement statement, string account)
    {
        if (statement.Sections.Where(s => s.Closing > 0).ToList() is not [var section]) return null;
        var overdue = section.Buckets(statement.AsOf).Skip(1).Sum();
        return PaymentCode.Of(Bank(frame), Creditor(frame),
            new Money(overdue > 0 ? Math.Min(overdue, section.Closing) : section.Closing, section.Currency), account);
    }

    private static string Word(MovementKind kind) => "m_" + System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    private static string Creditor(DocumentFrame frame) => PlainText.OneLine(frame.Portfolio.Creditor ?? frame.Portfolio.Name ?? frame.Portfolio.Portfolio);

    private static string? Bank(DocumentFrame frame) =>
        string.IsNullOrWhiteSpace(frame.Portfolio.BankDetails) ? null : PlainText.Lines(frame.Portfolio.BankDetails);

    private static List<string> Address(DocumentFrame frame)
    {
        var lines = new List<string>();
        if (frame.Name is { } name) lines.Add(PlainText.OneLine(name));
        if (frame.Address is { } address)
        {
            // On several lines, or on one with commas between.
            var parts = address.Contains('\n', StringComparison.Ordinal) ? address.Split('\n') : address.Split(',');
            lines.AddRange(parts.Select(PlainText.OneLine).Where(p => p.Length > 0));
        }
        return lines;
    }

    private static string Plain(string text) => string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).Trim('.');
}
