using System.Globalization;

namespace Recoup.Simulation;

/// <summary>How a customer of the sample pays, in days after the due date.</summary>
internal sealed record PayerType(string Name, int SharePercent, int EarliestDay, int LatestDay, int NeverPercent);

/// <summary>
/// Receivables of a small business, made from a seed: the same seed gives the same rows on every machine. What it
/// makes and from which shares is written in docs/sample.md. People, companies and addresses in it do not exist.
/// </summary>
public static class SampleReceivables
{
    public static readonly IReadOnlyList<string> Columns =
        ["account", "name", "email", "phone", "country", "time_zone", "language", "portfolio", "invoice", "issued_on", "due_on", "amount", "currency", "paid_on"];

    private static readonly PayerType[] Types =
    [
        new("prompt", 45, -10, 0, 0),
        new("forgetful", 25, 2, 14, 0),
        new("slow", 18, 15, 45, 3),
        new("distressed", 8, 40, 110, 35),
        new("vanished", 4, 60, 90, 85),
    ];

    private static readonly string[] First = ["Alder", "Birk", "Castell", "Dorn", "Eller", "Falk", "Gruen", "Hagen", "Iffland", "Jessen", "Kessel", "Linden", "Marsh", "Norden", "Orwell", "Pryce", "Quill", "Rowan", "Stroud", "Thorne", "Ulmer", "Vane", "Weller", "Yarrow", "Zell"];
    private static readonly string[] Trade = ["Bakery", "Logistics", "Dental", "Print", "Garden", "Motors", "Studio", "Foods", "Textiles", "Optics", "Joinery", "Media", "Tools", "Travel", "Energy"];

    /// <summary>Rows in no order of time, as an export has them: by account, then by invoice. `paid_on` is blank where nothing was paid by <paramref name="to"/> or later.</summary>
    /// <param name="from">First day on which an invoice may be issued.</param>
    /// <param name="to">Last such day. Payments may lie beyond it.</param>
    public static IEnumerable<IReadOnlyList<string>> Rows(ulong seed, int accounts, DateOnly from, DateOnly to)
    {
        var random = new SplitMix(seed);
        var invoice = 1000;
        for (var i = 0; i < accounts; i++)
        {
            var german = random.Chance(65);
            var name = $"{random.Of(First)} {random.Of(Trade)} {(german ? "GmbH" : "Ltd")}";
            var id = $"{(german ? "D" : "U")}{10000 + i}";
            var mail = random.Chance(88) ? $"ap.{id.ToLowerInvariant()}@{name.Split(' ')[0].ToLowerInvariant()}.example" : "";
            var phone = random.Chance(80) ? german ? $"+4930{random.Between(1000000, 9999999)}" : $"+4420{random.Between(10000000, 99999999)}" : "";
            var pick = random.Below(100);
            var type = Types.First(t => (pick -= t.SharePercent) < 0);
            var days = random.Of(14, 30, 30, 30, 60);
            var size = random.Of(80, 150, 400, 900, 2500);
            for (var issued = from.AddDays(random.Below(30)); issued <= to; issued = issued.AddDays(random.Between(20, 45)))
            {
                var due = issued.AddDays(days);
                var cents = size * random.Between(40, 260) + random.Below(100);
                var never = random.Chance(type.NeverPercent);
                var paid = due.AddDays(random.Between(type.EarliestDay, type.LatestDay));
                if (paid < issued) paid = issued;
                yield return
                [
                    id, name, mail, phone, german ? "DE" : "GB", german ? "Europe/Berlin" : "Europe/London", german ? "de" : "en", german ? "DACH" : "UK",
                    $"{(german ? "R" : "INV")}-{++invoice}", Day(issued), Day(due), (cents / 100m).ToString("F2", CultureInfo.InvariantCulture), german ? "EUR" : "GBP", never ? "" : Day(paid),
                ];
            }
        }
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
