using System.CommandLine;
using System.Text.Json;
using Recoup.Connectors.Documents;
using Recoup.Core;
using Recoup.Core.Documents;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Workspace;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>statement, invoice: what a customer is owed an account of, on the screen and as PDF.</summary>
internal static class DocumentVerbs
{
    private static Option<string?> Pdf() => new("--pdf") { Description = "writes the document there too; - for standard output, alone", HelpName = "FILE" };

    public static Command Statement()
    {
        var account = new Argument<string>("ACCOUNT");
        var from = new Option<string?>("--from")
        {
            Description = "first day of the period; by default three calendar months, the last day's included", HelpName = "DATE",
        };
        var asOf = new Option<string?>("--as-of") { Description = "its last day; by default the last on which anything was recorded", HelpName = "DATE" };
        var pdf = Pdf();
        var verb = new Command("statement", "What an account owed, what changed it, what it owes: day by day, to be checked.") { account, from, asOf, pdf };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var readings = new Readings(session.Open());
            if (Find(readings, parsed.GetValue(account)!) is not { } state) return 1;
            var id = parsed.GetValue(account)!;
            var last = parsed.GetValue(asOf) is { } text ? Session.Day(text, "--as-of") : readings.LastRecordedOn();
            var first = parsed.GetValue(from) is { } other ? Session.Day(other, "--from") : AccountStatement.UsualFrom(last);
            if (first > last) throw new UsageException($"--from {first:yyyy-MM-dd} is after the statement's last day, {last:yyyy-MM-dd}");
            var events = readings.EventsOf(state);
            var statement = AccountStatement.Of(events, Fold.Of(events, state.Id), id, first, last);
            var frame = Frame(session, readings, state, id);
            if (parsed.GetValue(pdf) is { } file && Save(file, DocumentWriter.Write(frame, statement, Words(readings)))) return 0;
            session.Output.Print(json => Write(json, frame, statement), [.. Sheets(statement)]);
            return 0;
        });
        return verb;
    }

    public static Command Invoice()
    {
        var account = new Argument<string>("ACCOUNT");
        var number = new Argument<string>("NUMBER");
        var pdf = Pdf();
        var verb = new Command("invoice", "One invoice as it was issued, and what became of it.") { account, number, pdf };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var readings = new Readings(session.Open());
            if (Find(readings, parsed.GetValue(account)!) is not { } state) return 1;
            var id = parsed.GetValue(account)!;
            var events = readings.EventsOf(state);
            var found = InvoiceDocument.Of(events, Fold.Of(events, state.Id), id, [parsed.GetValue(number)!], readings.LastRecordedOn());
            if (found.Count == 0)
            {
                Output.Say($"account {id} has no invoice {parsed.GetValue(number)}; `recoup statement {id}` lists what it has.");
                return 1;
            }
            var frame = Frame(session, readings, state, id);
            if (parsed.GetValue(pdf) is { } file && Save(file, DocumentWriter.Write(frame, found[0], Words(readings)))) return 0;
            session.Output.Print(json => Write(json, frame, found[0]), Sheet(frame, found[0]));
            return 0;
        });
        return verb;
    }

    /// <summary>Those that messages go by too.</summary>
    private static DocumentWordBook Words(Readings readings) => DocumentWordBook.Over(readings.Workspace().Adopted.Files(CatalogPart.Documents)?.Own ?? []);

    private static PartyState? Find(Readings readings, string account)
    {
        var state = readings.PartyOf(account);
        if (state is null) Output.Say($"account {account} is not known here; `recoup ageing --by account` lists the ones with something open.");
        return state;
    }

    private static DocumentFrame Frame(Session session, Readings readings, PartyState state, string account)
    {
        var details = state.Account(account)!;
        var personal = readings.PersonalOf(state, account);
        return new DocumentFrame
        {
            Portfolio = readings.Workspace().Portfolio(details.Portfolio) ?? new(details.Portfolio),
            Language = details.Language ?? "en", Account = account, Name = personal?.Name, Address = readings.PostalOf(state, account),
        };
    }

    /// <returns>True where the document went to standard output, where nothing else may go.</returns>
    private static bool Save(string file, byte[] bytes)
    {
        if (file == "-")
        {
            using var output = Terminal.OpenOut();
            output.Write(bytes);
            return true;
        }
        File.WriteAllBytes(file, bytes);
        Output.Say($"wrote {file}");
        return false;
    }

    // --- the statement ---

    private static void Write(Utf8JsonWriter json, DocumentFrame frame, AccountStatement statement)
    {
        json.WriteStartObject();
        json.WriteString("account", statement.Account);
        json.WriteString("name", frame.Name);
        json.WriteString("portfolio", frame.Portfolio.Portfolio);
        json.WriteString("from", Recoup.Cli.Sheet.Text(statement.From));
        json.WriteString("as_of", Recoup.Cli.Sheet.Text(statement.AsOf));
        json.WriteStartArray("currencies");
        foreach (var section in statement.Sections)
        {
            string M(long minor) => Money.Format(minor, section.Currency);
            json.WriteStartObject();
            json.WriteString("currency", section.Currency.Code);
            json.WriteString("opening", M(section.Opening));
            json.WriteStartArray("movements");
            foreach (var m in section.Movements)
            {
                json.WriteStartObject();
                json.WriteString("on", Recoup.Cli.Sheet.Text(m.On));
                json.WriteString("what", Name(m.Kind));
                json.WriteString("reference", m.Reference);
                json.WriteStartArray("for");
                foreach (var about in m.For) json.WriteStringValue(about);
                json.WriteEndArray();
                json.WriteString("amount", M(m.Minor));
                json.WriteString("balance", M(m.Balance));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteString("closing", M(section.Closing));
            json.WriteStartArray("open_items");
            foreach (var i in section.Items)
            {
                json.WriteStartObject();
                json.WriteString("number", i.Number);
                json.WriteString("kind", i.Kind == ItemKind.Invoice ? "invoice" : "charge");
                json.WriteString("issued_on", Recoup.Cli.Sheet.Text(i.IssuedOn));
                json.WriteString("due_on", Recoup.Cli.Sheet.Text(i.DueOn));
                json.WriteNumber("days_past_due", i.DaysPastDue);
                json.WriteString("amount", M(i.Amount));
                json.WriteString("open", M(i.Open));
                json.WriteString("written_off", M(i.WrittenOff));
                json.WriteBoolean("disputed", i.Disputed);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartObject("ageing");
            foreach (var (name, minor) in Ageing.BucketNames.Zip(section.Buckets(statement.AsOf))) json.WriteString(name, M(minor));
            json.WriteEndObject();
            json.WriteString("open", M(section.Open));
            json.WriteString("written_off", M(section.WrittenOff));
            json.WriteString("unapplied", M(section.Unapplied));
            json.WriteString("total_due", M(section.Closing));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static IEnumerable<Sheet> Sheets(AccountStatement statement)
    {
        var movements = new Sheet("on", "what", "reference", "for", "amount", "balance", "currency")
        {
            Title = $"{statement.Account}: {statement.From:yyyy-MM-dd} to {statement.AsOf:yyyy-MM-dd}", Empty = "nothing was booked and nothing is open",
        };
        var items = new Sheet("item", "issued", "due", "days past due", "amount", "open", "of it written off", "currency", "disputed")
        {
            Title = $"Open on {statement.AsOf:yyyy-MM-dd}", Empty = "nothing is open",
        };
        var sums = new Sheet(["currency", .. Ageing.BucketNames.Select(n => n.Replace('_', ' ')), "open", "unapplied", "total due"])
        {
            Title = "By days past due", Empty = "nothing",
        };
        foreach (var section in statement.Sections)
        {
            string M(long minor) => Money.Format(minor, section.Currency);
            var code = section.Currency.Code;
            movements.Add(statement.From, "brought forward", null, null, null, M(section.Opening), code);
            foreach (var m in section.Movements)
                movements.Add(m.On, Name(m.Kind).Replace('_', ' '), m.Reference, string.Join(", ", m.For), M(m.Minor), M(m.Balance), code);
            movements.Add(statement.AsOf, "balance", null, null, null, M(section.Closing), code);
            foreach (var i in section.Items)
                items.Add(i.Number, i.IssuedOn, i.DueOn, i.DaysPastDue, M(i.Amount), M(i.Open), i.WrittenOff == 0 ? null : M(i.WrittenOff),
                    code, i.Disputed ? "yes" : null);
            sums.Add([code, .. section.Buckets(statement.AsOf).Select(M), M(section.Open), M(section.Unapplied), M(section.Closing)]);
        }
        return [movements, items, sums];
    }

    // --- the invoice ---

    private static void Write(Utf8JsonWriter json, DocumentFrame frame, InvoiceDocument invoice)
    {
        json.WriteStartObject();
        json.WriteString("account", invoice.Account);
        json.WriteString("name", frame.Name);
        json.WriteString("number", invoice.Number);
        json.WriteString("issued_on", Recoup.Cli.Sheet.Text(invoice.IssuedOn));
        json.WriteString("due_on", Recoup.Cli.Sheet.Text(invoice.DueOn));
        json.WriteString("amount", invoice.Amount.ToMajorString());
        json.WriteString("currency", invoice.Amount.Currency.Code);
        json.WriteString("corrected_by", invoice.Correction.ToMajorString());
        json.WriteString("tax", invoice.Tax?.ToMajorString());
        json.WriteString("order", invoice.Order);
        json.WriteString("terms", invoice.Terms);
        json.WriteString("serviced_on", invoice.ServicedOn is { } serviced ? Recoup.Cli.Sheet.Text(serviced) : null);
        json.WriteString("delivered_on", invoice.DeliveredOn is { } delivered ? Recoup.Cli.Sheet.Text(delivered) : null);
        json.WriteStartArray("lines");
        foreach (var (description, amount) in invoice.Lines)
        {
            json.WriteStartObject();
            json.WriteString("description", description);
            json.WriteString("amount", amount.ToMajorString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("as_of", Recoup.Cli.Sheet.Text(invoice.AsOf));
        json.WriteString("open", invoice.Open.ToMajorString());
        json.WriteString("written_off", invoice.WrittenOff.ToMajorString());
        json.WriteBoolean("cancelled", invoice.Cancelled);
        if (invoice.Delivery is not { } delivery) json.WriteNull("delivery");
        else
        {
            json.WriteStartObject("delivery");
            json.WriteString("outcome", delivery.Outcome);
            json.WriteString("on", Recoup.Cli.Sheet.Text(delivery.On));
            json.WriteString("message", delivery.Message);
            json.WriteString("why", delivery.Why);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static Sheet Sheet(DocumentFrame frame, InvoiceDocument invoice)
    {
        var sheet = new Sheet("", $"{invoice.Account}{(frame.Name is null ? "" : $", {frame.Name}")}: invoice {invoice.Number}");
        sheet.Add("issued", invoice.IssuedOn);
        sheet.Add("due", invoice.DueOn);
        if (invoice.Order is { } order) sheet.Add("order", order);
        if (invoice.Terms is { } terms) sheet.Add("terms", terms);
        if (invoice.ServicedOn is { } serviced) sheet.Add("serviced", serviced);
        foreach (var (description, amount) in invoice.Lines) sheet.Add(description, amount.ToString());
        if (invoice.Tax is { } tax) sheet.Add("tax in it", tax.ToString());
        sheet.Add("amount", invoice.Amount.ToString() + (invoice.Correction.IsZero ? "" : $" (corrected by {invoice.Correction})"));
        sheet.Add($"open on {invoice.AsOf:yyyy-MM-dd}",
            (invoice.Cancelled ? "cancelled" : invoice.Open.ToString()) + (invoice.WrittenOff.IsZero ? "" : $" (of it written off {invoice.WrittenOff})"));
        sheet.Add("delivery", invoice.Delivery is { } d
            ? $"{Delivered(d)} on {d.On:yyyy-MM-dd}" + (d.Message is null ? "" : $", message {d.Message}") + (d.Why is null ? "" : $": {d.Why}")
            : "not by Recoup");
        return sheet;
    }

    private static string Delivered(ItemDelivery delivery) => delivery.Outcome switch
    {
        "decided" => "to be sent, decided",
        "blocked" => "not deliverable: the contact gate forbade it",
        "not_sent" => "not sent, decided",
        "shadow" => "not sent: the workspace was in shadow",
        "unknown" => "handed over, nobody knows whether it arrived,",
        var other => other,
    };

    private static string Name(MovementKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());
}
