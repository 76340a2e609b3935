using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Webhooks;
using static Recoup.Core.Inputs.FieldType;
using static Recoup.Core.Inputs.Fields;

namespace Recoup.Core;

/// <summary>Every kind of input there is, in the order in which a reader meets them.</summary>
public static class InputKinds
{
    public static readonly IReadOnlyList<InputKind> All =
    [
        InputKind.Of("account", "opens an account or changes what is given of it", true,
        [
            May("party", Text, "the person or company that owes; by default the account is its own party") with { LengthMax = 100 },
            May("name", Text, "name of the person or company") with { Personal = true },
            May("portfolio", Text, "whose receivables; by default 'main'. Once set, account_moved changes it") with { LengthMax = 60 },
            Choice("kind", "business by default", "business", "consumer"),
            May("email", Text, "address for mail") with { Personal = true, LengthMax = 1000 },
            May("other_emails", Text, "further addresses for mail, parted by semicolons: used in turn where the first takes "
                + "none") with { Personal = true, LengthMax = 1000 },
            May("phone", Text, "number for calls, with its country code") with { Personal = true, LengthMax = 40 },
            May("address", Text, "postal address") with { Personal = true, LengthMax = 500 },
            May("country", Text, "ISO 3166 code of two letters") with { LengthMax = 60 },
            May("time_zone", Text, "IANA zone at the customer's place, such as Europe/Berlin") with { LengthMax = 60 },
            May("language", Text, "ISO 639 code of two letters, such as de or de-AT") with { LengthMax = 60 },
            May("parent", Text, "account of the parent company, for reports") with { LengthMax = 100 },
        ], d => new Input.AccountSet
        {
            Key = "", Account = d.Need("account"), Party = d.Text("party"), Name = d.Text("name"), Portfolio = d.Text("portfolio"), Kind = d.Text("kind"),
            Email = CheckEmail(d, d.Text("email"), "email"), OtherEmails = CheckEmails(d, "other_emails"), Phone = d.Text("phone"),
                Address = d.Text("address"), Country = CheckCountry(d), TimeZone = CheckZone(d),
            Language = CheckLanguage(d), Parent = d.Text("parent"),
        }),
        InputKind.Of("account_moved", "the account goes to another portfolio, with all that is open of it; what happened before stays where it was", true,
        [Need("portfolio", Text, "where it goes") with { LengthMax = 60 }, May("on", Date, "the day on which it is told, which is the only one allowed")],
        d => new Input.AccountMoved { Key = "", Account = d.Need("account"), Portfolio = d.Need("portfolio"), On = d.Date("on") }),
        InputKind.Of("account_joined", "two accounts are one customer: the account's party, with all its accounts, becomes part of the other's", true,
        [
            Need("with", Text, "an account of the party that stays") with { LengthMax = 100 },
            May("on", Date, "the day on which it is told, which is the only one allowed"), May("reason", Text, "how that was found out"),
        ],
        d => new Input.AccountJoined { Key = "", Account = d.Need("account"), With = d.Need("with"), On = d.Date("on"), Reason = d.Text("reason") }),
        InputKind.Of("contact_point", "adds or replaces the address of a channel", true,
        [
            Choice("channel", "email, sms, call or letter", [.. Channel.All]) with { Required = true },
            Need("address", Text, "mail address, number or postal address") with { Personal = true, LengthMax = 500 },
        ], d => new Input.ContactPoint
        {
            Key = "", Account = d.Need("account"), Channel = d.Need("channel"),
            Address = d.Need("channel") == Channel.Email ? CheckEmail(d, d.Need("address"), "address")! : d.Need("address"),
        }),
        InputKind.Of("consent", "gives or withdraws consent for a channel or one address", true,
        [
            Choice("channel", "email, sms, call, letter, or all", [.. Channel.All, Channel.Any]) with { Required = true },
            Need("granted", FieldType.Boolean, "false withdraws it"),
            May("address", Text, "only this address; else the whole channel") with { Personal = true, LengthMax = 500 },
            May("on", Date, "the day it was said"),
            Choice("reason", "how it was said: by an unsubscribe mail or page, as a word in an answer, as a complaint about spam, or told "
                + "otherwise", [.. Input.Consent.Reasons]),
        ], d => new Input.Consent
        {
            Key = "", Account = d.Need("account"), Channel = d.Need("channel"), Granted = d.Get<bool>("granted"), Address = d.Text("address"),
                On = d.Date("on"), Reason = d.Text("reason"),
        }),
        .. InvoiceChapter.Inputs,
        .. PaymentChapter.Inputs,
        .. CreditChapter.Inputs,
        .. ChargeChapter.Inputs,
        .. WriteOffChapter.Inputs,
        .. DisputeChapter.Inputs,
        .. PromiseChapter.Inputs,
        .. PlanChapter.Inputs,
        InputKind.Of("contact", "somebody spoke, wrote, or tried to", true,
        [
            Need("at", Instant, "when"), Choice("channel", "email, sms, call or letter", [.. Channel.All]) with { Required = true },
            Choice("direction", "who began", "outbound", "inbound") with { Required = true },
            Choice("outcome", "what came of it", "right_party", "wrong_party", "third_party", "no_answer", "busy", "voicemail", "left_message",
                "not_connected", "refused", "delivered", "bounced") with { Required = true },
            May("agent", Text, "who") with { LengthMax = 60 }, May("minutes", Integer, "how long"), May("promise", Text, "key of the promise it led to"),
        ], d =>
        {
            if (d.GetOrNull<long>("minutes") is < 0 or > 1440) d.Problem("minutes", "must be 0 to 1440");
            return new Input.Contact { Key = "", Account = d.Need("account"), At = d.Get<DateTimeOffset>("at"), Channel = d.Need("channel"),
                Direction = d.Need("direction"), Outcome = d.Need("outcome"), Agent = d.Text("agent"), Minutes = (int?)d.GetOrNull<long>("minutes"),
                    Promise = d.Text("promise") };
        }),
        .. NoteChapter.Inputs,
        .. CallbackChapter.Inputs,
        .. TagChapter.Inputs,
        .. HoldChapter.Inputs,
        .. WorkItemChapter.Inputs,
        InputKind.Of("message_settled", "a person says what became of a message whose fate is unknown", true,
        [Need("message", Text, "its id"), Choice("outcome", "what became of it", "sent", "failed") with { Required = true },
            May("reason", Text, "how they know; names no customer")],
        d => new Input.MessageSettled { Key = "", Account = d.Need("account"), Message = d.Need("message"), Outcome = d.Need("outcome"),
            Reason = d.Text("reason") }),
        InputKind.Of("message_bounced", "a message came back undelivered", true,
        [
            Need("message", Text, "its id"), May("on", Date, "the day it came back; else today"),
            Choice("kind", "hard: its address takes no mail; soft: it was this message, or this day", "hard", "soft") with { Required = true },
            May("status", Text, "RFC 3463's, such as 5.1.1") with { LengthMax = 11 }, May("detail", Text, "what the server said; addresses are taken "
                + "out") with { LengthMax = 400 },
        ], d =>
        {
            if (d.Text("status") is { } status && !(status.Split('.') is [['2' or '4' or '5'], { Length: >= 1 and <= 3 } a, { Length: >= 1 and <= 3 } b]
                && (a + b).All(char.IsAsciiDigit))) d.Problem("status", $"'{status}' is no status such as 5.1.1");
            return new Input.MessageBounced { Key = "", Account = d.Need("account"), Message = d.Need("message"), On = d.Date("on"), Kind = d.Need("kind"),
                Status = d.Text("status"), Detail = d.Text("detail") };
        }),
        InputKind.Of("erasure", "destroys the party's key: what identifies the person can't be read any more", true,
        [Need("reason", Text, "who asked, and on what ground")],
        d => new Input.Erasure { Key = "", Account = d.Need("account"), Reason = d.Need("reason") }),
        InputKind.Of("statement_requested", "sends the customer a statement of the account", true,
        [Need("on", Date, "the statement's last day, today or before"), May("from", Date, "its first day; by default three calendar months, the last day's "
            + "included")],
        d =>
        {
            if (d.Date("from") > d.NeedDate("on")) d.Problem("from", "is after the statement's last day");
            return new Input.StatementRequested { Key = "", Account = d.Need("account"), On = d.NeedDate("on"), From = d.Date("from") };
        }),
        InputKind.Of("portfolio", "names a portfolio: whose receivables, and how they are spoken for", false,
        [
            Need("portfolio", Text, "its id") with { LengthMax = 60 }, May("name", Text, "for people"), May("creditor", Text, "who is owed, as messages say "
                + "it"),
            May("sender", Text, "mail address messages come from"), May("reply_to", Text, "mail address for answers, if another"),
            May("bank_details", Text, "where to pay, as messages say it"),
            May("time_zone", Text, "IANA zone in which its days "
                + "begin") with { LengthMax = 60 }, May("calendar", Text, "shipped business calendar") with { LengthMax = 40 },
            Choice("party", "who collects: the creditor itself (first) or another for it "
                + "(third)", "first", "third"), May("holidays", Dates, "further days off"),
            Choice("invoice_delivery", "whether new invoices are sent to the customer as PDF; none by default, and never the backlog", "email", "none"),
            Choice("statements", "how often statements of account are sent; none by default", "monthly", "quarterly", "none"),
        ], d => new Input.PortfolioSet
        {
            Key = "", Portfolio = d.Need("portfolio"), Name = d.Text("name"), Creditor = d.Text("creditor"),
                Sender = CheckEmail(d, d.Text("sender"), "sender"), ReplyTo = CheckEmail(d, d.Text("reply_to"), "reply_to"),
                    BankDetails = d.Text("bank_details"),
            TimeZone = CheckZone(d), Calendar = CheckCalendar(d), Party = d.Text("party"),
                Holidays = (IReadOnlyList<DateOnly>?)d.Values[d.Kind.Ordinal("holidays")],
            InvoiceDelivery = d.Text("invoice_delivery"), Statements = d.Text("statements"),
        }),
        InputKind.Of("sending", "switches sending for the whole workspace: shadow decides and sends nothing, live sends, stopped holds everything back", false,
        [Choice("mode", "the switch", "shadow", "live", "stopped") with { Required = true }, May("reason", Text, "why")],
        d => new Input.SendingSet { Key = "", Mode = d.Need("mode"), Reason = d.Text("reason") }),
        .. WebhookChapter.Inputs,
    ];

    private static readonly FrozenDictionary<string, InputKind> ByName = All.ToFrozenDictionary(k => k.Name, StringComparer.Ordinal);

    public static bool TryOf(string name, [NotNullWhen(true)] out InputKind? kind) => ByName.TryGetValue(name, out kind);

    public static InputKind Of(string name) => ByName[name];

    private static readonly FrozenDictionary<Type, InputKind> ByType = All.ToFrozenDictionary(k => k.Type);

    /// <summary>The kind of a class of input that may come from outside.</summary>
    public static InputKind Of(Type type) => ByType[type];

    /// <summary>The name of an input's kind; of one that Recoup tells itself, that of its class.</summary>
    public static string NameOf(Input input) => ByType.TryGetValue(input.GetType(), out var kind)
        ? kind.Name
        : System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(input.GetType().Name);

    private static string? CheckEmail(InputDraft d, string? email, string field)
    {
        if (email is null) return null;
        var at = email.IndexOf('@');
        var good = at > 0 && at < email.Length - 1 && email.IndexOf('@', at + 1) < 0 && !email.AsSpan().ContainsAny(" \t\r\n,;<>\"") && email.Length <= 254;
        if (!good) d.Problem(field, $"'{InputDraft.Short(email)}' is not a mail address");
        return email;
    }

    private static string? CheckEmails(InputDraft d, string field)
    {
        if (d.Text(field) is not { } text) return null;
        return string.Join("; ", text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(email => CheckEmail(d, email,
            field)));
    }

    private static string? CheckCountry(InputDraft d)
    {
        if (d.Text("country") is not { } text) return null;
        if (CountryOf(text) is not { } country) d.Problem("country", CountryProblem(text));
        else return country;
        return text;
    }

    /// <summary>The code of a country in capitals, in whatever letters it was given; null: it is none. UK and EL are what their own call GB and GR.</summary>
    public static string? CountryOf(string text) =>
        text.Length != 2 || !text.All(char.IsAsciiLetter) ? null : text.ToUpperInvariant() switch { "UK" => "GB", "EL" => "GR", var code => code };

    /// <summary>What is wrong with a country that <see cref="CountryOf"/> does not know.</summary>
    public static string CountryProblem(string text) => $"'{InputDraft.Short(text)}' is not an ISO 3166 code of two letters, such as DE";

    /// <summary>Why the text names no language, and what to write where that is known. Null: it is one.</summary>
    public static string? LanguageProblem(string text) => LanguageCode.ProblemOf(text, InputDraft.Short(text));

    private static string? CheckLanguage(InputDraft d)
    {
        var language = d.Text("language");
        if (language is not null && LanguageProblem(language) is { } problem) d.Problem("language", problem);
        return language;
    }

    /// <summary>What is wrong with a time zone; null: nothing.</summary>
    public static string? ZoneProblem(string zone) =>
        NodaTime.DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is null ? $"'{InputDraft.Short(zone)}' is not an IANA time zone, such as Europe/Berlin" : null;

    private static string? CheckZone(InputDraft d)
    {
        var zone = d.Text("time_zone");
        if (zone is not null && ZoneProblem(zone) is { } problem) d.Problem("time_zone", problem);
        return zone;
    }

    private static string? CheckCalendar(InputDraft d)
    {
        var calendar = d.Text("calendar");
        if (calendar is not null && !BusinessCalendar.Names.Contains(calendar))
            d.Problem("calendar", $"there is no calendar '{InputDraft.Short(calendar)}'{BusinessCalendar.Near(calendar)}");
        return calendar;
    }

}
