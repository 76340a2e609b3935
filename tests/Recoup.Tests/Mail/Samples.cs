using Recoup.Core;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Workspace;

namespace Recoup.Tests.Mail;

internal static class Samples
{
    public static Money Money(decimal amount, string currency = "EUR") =>
        Core.Foundation.Money.TryFromMajor(amount, Currency.Of(currency), out var money) ? money : throw new ArgumentException("amount", nameof(amount));

    public static MessageFacts Facts(string template = "first-reminder", string tone = "neutral", string language = "en") => new()
    {
        Template = template,
        Tone = tone,
        Language = language,
        To = "buchhaltung@kundin.example",
        Name = "Müller & Söhne GmbH",
        Account = "K-1001",
        Portfolio = new PortfolioDetails("main")
        {
            Creditor = "Beispiel AG", Sender = "forderungen@beispiel.example", BankDetails = "IBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001",
        },
        Today = new DateOnly(2026, 4, 20),
        Items =
        [
            new MessageItem("RE-2026-0017", new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 31), Money(1234.5m), Money(1234.5m), 20),
            new MessageItem("RE-2026-0104", new DateOnly(2026, 3, 11), new DateOnly(2026, 4, 10), Money(89.9m), Money(40m), 10),
        ],
        MoreItems = 0,
        Totals = [Money(1274.5m)],
        Unapplied = [],
    };

    /// <summary>One item, no name, no bank details, nothing that can be left out.</summary>
    public static MessageFacts Bare(string template, string tone, string language) => Facts(template, tone, language) with
    {
        Name = null,
        Portfolio = new PortfolioDetails("main"),
        Items = [new MessageItem("RE-1", new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 31), Money(50m), Money(50m), 20)],
        Totals = [Money(50m)],
    };

    /// <summary>All that there can be: several currencies, more items than are listed, credit.</summary>
    public static MessageFacts Full(string template, string tone, string language) => Facts(template, tone, language) with
    {
        Items =
        [
            .. Facts().Items,
            new MessageItem("US-9", new DateOnly(2026, 2, 28), new DateOnly(2026, 3, 30), Money(1_000_000m, "USD"), Money(1_000_000m, "USD"), 21),
            new MessageItem("円-1", new DateOnly(2026, 3, 1), new DateOnly(2026, 3, 31), Money(120_000m, "JPY"), Money(120_000m, "JPY"), 20),
        ],
        MoreItems = 12,
        Totals = [Money(98_274.5m), Money(120_000m, "JPY"), Money(1_000_000m, "USD")],
        Unapplied = [Money(15m)],
    };

    public static Outgoing Outgoing(string id = "m-07-00000042", MessageText? text = null) =>
        new("P1", id, "email", text
            ?? new MessageText("pay@customer.example", "Customer Ltd", "ar@creditor.example", "Creditor Inc", "Payment reminder", "Hello,\n\nplease pay.\n"));
}
