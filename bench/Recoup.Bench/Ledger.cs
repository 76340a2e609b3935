using System.Globalization;
using Recoup.Simulation;

namespace Recoup.Bench;

/// <summary>A row of the ledger that is imported: an invoice, and when it was paid.</summary>
internal readonly record struct LedgerRow(int Account, string Number, DateOnly IssuedOn, DateOnly DueOn, long Minor, DateOnly? PaidOn)
{
    public string AccountId => string.Create(CultureInfo.InvariantCulture, $"A{Account:D7}");

    public string Portfolio => string.Create(CultureInfo.InvariantCulture, $"P{Account % 25:D2}");

    public string CurrencyCode => Account / 25 % 2 == 0 ? "EUR" : "USD";
}

/// <summary>
/// Made-up accounts of 25 portfolios in two currencies with five open items each. What happened before the first day puts
/// each into a segment of the shipped policy, for a run on that day to find; the rest happens over the two years after it,
/// and keeps them there. About seven rows and nine events an account; in order of nothing but the row.
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
    public static string SegmentOf(int account) => Segments[(account / 50 % 10) switch { 0 or 1 => 0, 2 or 3 or 4 => 1, 5 or 6 or 7 => 2, 8 => 3, _ => 4 }];

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
                yield return new LedgerRow(a, Number(a, $"S{i}"), issued, issued.AddDays(30), Amount(a, random), issued.AddDays(SegmentOf(a) == "prompt" ? 25 : 40));
            }
        }
    }

    /// <summary>The two years. Small and risky customers let the items of all that time stand open; the others pay, and have five young ones at its end.</summary>
    public static IEnumerable<LedgerRow> Years(int accounts)
    {
        var random = new SplitMix(2);
        var days = Last.DayNumber - First.DayNumber;
        for (var i = 1; i <= OpenItemsAnAccount; i++)
            for (var a = 0; a < accounts; a++)
            {
                var old = SegmentOf(a) is "small" or "risky";
                // Their first one is that of the opening.
                if (old && i == OpenItemsAnAccount) continue;
                var issued = old ? First.AddDays(random.Below(days - 30)) : Last.AddDays(-random.Between(1, 60));
                yield return new LedgerRow(a, Number(a, $"{i}"), issued, issued.AddDays(30), Amount(a, random), null);
            }
        var again = new SplitMix(1);
        for (var a = 0; a < accounts; a++)
        {
            // Drawn for all, so that each is the same row as in the opening.
            var entry = Entry(a, again, paid: true);
            if (SegmentOf(a) is "small" or "risky") continue;
            yield return entry;
            var issued = First.AddDays(random.Below(days - 60));
            yield return new LedgerRow(a, Number(a, "P"), issued, issued.AddDays(30), Amount(a, random), issued.AddDays(random.Between(5, 30)));
        }
    }

    /// <summary>The open item of the opening; those who pay do so in time, which the same row, sent again, tells.</summary>
    private static LedgerRow Entry(int account, SplitMix random, bool paid)
    {
        var issued = Eve.AddDays(SegmentOf(account) == "risky" ? -random.Between(140, 200) : -random.Between(1, 25));
        return new LedgerRow(account, Number(account, "0"), issued, issued.AddDays(30), Amount(account, random), paid ? issued.AddDays(28) : null);
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
                $"{row.AccountId},Customer {row.Account},c{row.Account}@example.com,{row.Portfolio},{row.Number},{row.IssuedOn:yyyy-MM-dd},{row.DueOn:yyyy-MM-dd},{row.Minor / 100m},{row.CurrencyCode},{row.PaidOn:yyyy-MM-dd}\n"));
        }
        return count;
    }
}
