using System.Globalization;
using Recoup.Simulation;

namespace Recoup.Bench;

/// <summary>A row of the ledger that is imported: an invoice, and when it was paid.</summary>
internal readonly record struct LedgerRow(int Account, string Number, DateOnly IssuedOn, DateOnly DueOn, long Minor, DateOnly? PaidOn)
{
    public string AccountId => string.Create(CultureInfo.InvariantCulture, $"A{Account:D7}");

    public string Portfolio => string.Create(CultureInfo.InvariantCulture, $"P{Account % 5}");

    public string CurrencyCode => Account / 5 % 2 == 0 ? "EUR" : "USD";
}

/// <summary>
/// Made-up accounts of five portfolios in two currencies with five open items each. What happened before the first day
/// puts each into a segment of the shipped policy, for a run of its eve to find; then come two years of invoices that are
/// paid, and at their end the open ones. About eight rows and ten events an account; in order of nothing but the row.
/// </summary>
internal static class Ledger
{
    /// <summary>The run of this day finds the segments; figures begin with the next.</summary>
    public static readonly DateOnly Eve = new(2023, 12, 31);

    public static readonly DateOnly First = Eve.AddDays(1);

    public static readonly DateOnly Last = new(2025, 12, 31);

    /// <summary>The measured run: some items are not due yet, most are overdue.</summary>
    public static readonly DateOnly RunOn = Last.AddDays(15);

    public const int OpenItemsAnAccount = 5;

    public const string Head = "account,name,email,portfolio,invoice,issued_on,due_on,amount,currency,paid_on";

    public static readonly string[] Segments = ["small", "risky", "new", "prompt", "slow"];

    /// <summary>By tens, so that each combination of portfolio and currency has customers of every segment.</summary>
    public static string SegmentOf(int account) => Segments[(account / 10 % 10) switch { 0 or 1 => 0, 2 or 3 or 4 => 1, 5 or 6 or 7 => 2, 8 => 3, _ => 4 }];

    /// <summary>What was before the first day: an open item each, and the settled ones that make a payer prompt or slow.</summary>
    public static IEnumerable<LedgerRow> Opening(int accounts)
    {
        var random = new SplitMix(1);
        for (var a = 0; a < accounts; a++) yield return Entry(a, random, paid: false);
        for (var a = 0; a < accounts; a++)
        {
            if (SegmentOf(a) is not ("prompt" or "slow")) continue;
            for (var i = 0; i < 3; i++)
            {
                var issued = Eve.AddDays(-random.Between(80, 300));
                yield return new LedgerRow(a, Number(a, $"S{i}"), issued, issued.AddDays(30), Amount(a, random),
                    issued.AddDays(SegmentOf(a) == "prompt" ? 25 : 40));
            }
        }
    }

    /// <summary>
    /// The two years: what the opening left open is paid, half of the accounts buy and pay once more, and the last months leave
    /// five items open, the risky customers' oldest ones for half a year.
    /// </summary>
    public static IEnumerable<LedgerRow> Years(int accounts)
    {
        var random = new SplitMix(2);
        for (var i = 1; i <= OpenItemsAnAccount; i++)
            for (var a = 0; a < accounts; a++)
            {
                var ago = SegmentOf(a) switch
                {
                    "risky" when i == 1 => random.Between(140, 200),
                    "risky" or "small" => random.Between(1, 120),
                    _ => random.Between(1, 60),
                };
                var issued = Last.AddDays(-ago);
                yield return new LedgerRow(a, Number(a, $"{i}"), issued, issued.AddDays(30), Amount(a, random), null);
            }
        var again = new SplitMix(1);
        for (var a = 0; a < accounts; a++)
        {
            yield return Entry(a, again, paid: true);
            if (a / 100 % 2 == 0) continue;
            var issued = First.AddDays(random.Below(Last.DayNumber - First.DayNumber - 120));
            yield return new LedgerRow(a, Number(a, "P"), issued, issued.AddDays(30), Amount(a, random),
                issued.AddDays(random.Between(5, 30) + (SegmentOf(a) == "risky" ? 60 : 0)));
        }
    }

    /// <summary>The open item of the opening; the same row, sent again, tells when it was paid.</summary>
    private static LedgerRow Entry(int account, SplitMix random, bool paid)
    {
        var risky = SegmentOf(account) == "risky";
        var issued = Eve.AddDays(risky ? -random.Between(140, 200) : -random.Between(1, 25));
        return new LedgerRow(account, Number(account, "0"), issued, issued.AddDays(30), Amount(account, random),
            paid ? issued.AddDays(risky ? 230 + (account % 60) : 28) : null);
    }

    /// <summary>All of a small customer's items are below what makes a customer worth a call.</summary>
    private static long Amount(int account, SplitMix random) => SegmentOf(account) == "small" ? random.Between(200, 999) : random.Between(5000, 500000);

    private static string Number(int account, string which) => string.Create(CultureInfo.InvariantCulture, $"INV-{account:D7}-{which}");

    /// <summary>How many rows were written.</summary>
    public static long Write(string file, IEnumerable<LedgerRow> rows)
    {
        using var writer = new StreamWriter(file);
        writer.Write(Head + "\n");
        var count = 0L;
        foreach (var row in rows)
        {
            count++;
            writer.Write(string.Create(CultureInfo.InvariantCulture,
                $"{row.AccountId},Customer {row.Account},c{row.Account}@example.com,{row.Portfolio},{row.Number},{row.IssuedOn:yyyy-MM-dd},"
                + $"{row.DueOn:yyyy-MM-dd},{row.Minor / 100m},{row.CurrencyCode},{row.PaidOn:yyyy-MM-dd}\n"));
        }
        return count;
    }
}
