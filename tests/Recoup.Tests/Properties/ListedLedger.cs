using System.Globalization;
using System.Text;
using Recoup.Connectors.Files;
using Recoup.Connectors.Mail;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Properties;

/// <summary>A ledger elsewhere that changes from day to day, its lists, and a store that follows them; in process, on the real store.</summary>
internal sealed class ListedLedger : IDisposable
{
    /// <param name="Paid">The day on which it was paid; null: it is open.</param>
    public sealed record Row(string Account, string Number, DateOnly Issued, DateOnly Due, long Cents, DateOnly? Paid = null);

    private readonly string folder = Directory.CreateTempSubdirectory("recoup-list-").FullName;
    private readonly Clock clock = new();
    private readonly Random random;
    private readonly StorePlace place;
    private readonly Store store;
    private readonly Door door;

    private readonly int pace;

    /// <param name="pace">So many days, less than, pass from one look at it to the next.</param>
    public ListedLedger(int seed, int pace = 12)
    {
        this.pace = pace;
        random = new Random(seed);
        place = TestStores.New(Path.Combine(folder, "data"));
        store = Store.Open(place);
        door = new Door(store, "import", clock, TemplateWriter.Shipped);
    }

    public List<Row> Rows { get; } = [];

    public DateOnly Today { get; private set; } = new(2025, 11, 1);

    public void NextDay()
    {
        Today = Today.AddDays(random.Next(1, pace));
        clock.Now = new DateTimeOffset(Today, new TimeOnly(10, 0), TimeSpan.Zero);
    }

    /// <summary>What a ledger does in a day: issues, is paid in part or whole, moves due days, mends dates, begins its numbers anew.</summary>
    /// <param name="whole">Paid rows stay, with the day; else they go.</param>
    public void Change(bool whole)
    {
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var at = Rows.Count == 0 ? -1 : random.Next(Rows.Count);
            var row = at < 0 ? null : Rows[at];
            switch (random.Next(11))
            {
                case 0 or 1 or 2: Add(new Row($"C{random.Next(3)}", $"I{random.Next(40)}", Issue(), default, random.Next(1, 50_000))); break;
                // Another instalment of what is there.
                case 3 when row is { Cents: > 0 }:
                    Add(row with { Due = row.Due.AddDays(random.Next(1, 60)), Cents = random.Next(1, 50_000), Paid = null }, keepDue: true);
                    break;
                case 4 when row is { Cents: > 0 }: Replace(at, row with { Due = row.Issued.AddDays(random.Next(0, 90)) }); break;
                case 5 when row is not null: Replace(at, row with { Cents = Math.Sign(row.Cents) * random.Next(1, 50_000) }); break;
                case 6 when row is { Cents: > 0 } && !Rows.Exists(r => r != row && r.Account == row.Account && r.Number == row.Number):
                    var issued = new DateOnly(row.Issued.Year, row.Issued.Month, random.Next(1, 29));
                    if (issued <= Today && !(row.Paid < issued)) Replace(at, row with { Issued = issued, Due = issued > row.Due ? issued : row.Due });
                    break;
                case 7 when row is { Cents: > 0 }:
                    if (whole) Replace(at, row with { Paid = row.Paid is null || random.Next(3) == 0 ? PaidOn(row) : null });
                    else Rows.RemoveAt(at);
                    break;
                case 8: Add(new Row($"C{random.Next(3)}", $"CN{random.Next(20)}", Issue(), default, -random.Next(1, 50_000))); break;
                case 9 when row is not null && !whole: Rows.RemoveAt(at); break;
                case 10 when row is not null && row.Issued.AddYears(1) is var again && again <= Today:
                    var (due, cents) = (row.Cents < 0 ? again : again.AddDays(30), Math.Sign(row.Cents) * random.Next(1, 50_000));
                    Add(row with { Issued = again, Due = due, Paid = null, Cents = cents }, keepDue: true);
                    break;
                default: break;
            }
        }
    }

    private DateOnly Issue() => Today.AddDays(-random.Next(0, 60));

    private DateOnly PaidOn(Row row) => row.Issued.AddDays(random.Next(0, Math.Max(1, Today.DayNumber - row.Issued.DayNumber)));

    // One credit a number, and one instalment a due day; a number that is in use is given again in another year only.
    private void Add(Row row, bool keepDue = false)
    {
        if (!keepDue) row = row with { Due = row.Cents < 0 ? row.Issued : row.Issued.AddDays(30) };
        var others = Rows.Where(r => r.Account == row.Account && r.Number == row.Number).ToList();
        if (others.Exists(r => r.Due == row.Due && r.Issued == row.Issued) || (!keepDue && others.Count > 0)) return;
        Rows.Add(row);
    }

    private void Replace(int at, Row row)
    {
        if (!Rows.Where((r, i) => i != at).Any(r => r.Account == row.Account && r.Number == row.Number && r.Due == row.Due && r.Issued == row.Issued))
            Rows[at] = row;
    }

    // --- lists ---

    /// <param name="onTheirDays">Each fact is recorded on its day, as by `import --until`.</param>
    public IntakeReport ImportReceivables(bool onTheirDays = false)
    {
        var csv = new StringBuilder("account,name,email,invoice,issued_on,due_on,amount,currency,paid_on\n");
        foreach (var row in Rows)
            csv.Append(CultureInfo.InvariantCulture,
                $"{row.Account},Firm {row.Account},,{row.Number},{row.Issued:yyyy-MM-dd},{row.Due:yyyy-MM-dd},{row.Cents / 100m},EUR,{row.Paid:yyyy-MM-dd}\n");
        var rejects = new List<string>();
        var read = MappedFile.Read(Mapping.Load("receivables"), Stream(csv));
        var report = onTheirDays ? new Intake(door).TakeUntil(read, Today, Reject) : new Intake(door).Take(read, Reject);
        rejects.ShouldBeEmpty();
        return report;

        void Reject(InputRow row, string reason) => rejects.Add($"{row.Raw}: {reason}");
    }

    public OpenItemsReport ImportOpenItems(params string[] badRows)
    {
        var csv = new StringBuilder("account,number,issued_on,due_on,balance,currency,name,email\n");
        foreach (var row in Rows.OrderBy(_ => random.Next()))
            csv.Append(CultureInfo.InvariantCulture,
                $"{row.Account},{row.Number},{row.Issued:yyyy-MM-dd},{row.Due:yyyy-MM-dd},{row.Cents / 100m},EUR,Firm {row.Account},\n");
        foreach (var bad in badRows) csv.Append(bad).Append('\n');
        var rejects = new List<string>();
        var report = new OpenItemsIntake(door).Take(MappedFile.ReadOpenItems(Mapping.Load("open-items"), Stream(csv)), Today, "open-items",
            (_, reason, raw) => rejects.Add($"{raw}: {reason}"), acceptDrop: true);
        rejects.Count.ShouldBe(badRows.Length, string.Join('\n', rejects));
        return report;
    }

    private static MemoryStream Stream(StringBuilder text) => new(Encoding.UTF8.GetBytes(text.ToString()));

    // --- what is recorded ---

    /// <summary>Open items as account, day of issue, due day and cents; nothing of their names.</summary>
    public List<string> Open() => [.. new Readings(store).OpenItems().Where(i => i.Balance != 0)
        .Select(i => $"{i.Account} {i.IssuedOn:yyyy-MM-dd} {i.DueOn:yyyy-MM-dd} {i.Balance}").Order(StringComparer.Ordinal)];

    public List<string> Credits() => [.. new Readings(store).OpenCredits().Select(c => $"{c.Account} {c.Unapplied}").Order(StringComparer.Ordinal)];

    /// <summary>Payments of which something met nothing.</summary>
    public List<string> PaymentsLeft() => [.. TestStores.Rows(place, "SELECT state FROM cash").Select(r => ReceivableChapter.CashRows.Decode((byte[])r[0]!))
        .Where(c => c.Kind == CashKind.Payment && c.Unapplied != 0).Select(c => $"{c.Key} {c.Unapplied}")];

    public List<string> OpenByTheLedger() =>
        [.. Rows.Where(r => r.Cents > 0 && r.Paid is null)
            .Select(r => $"{r.Account} {r.Issued:yyyy-MM-dd} {r.Due:yyyy-MM-dd} {r.Cents}").Order(StringComparer.Ordinal)];

    public List<string> CreditsByTheLedger() => [.. Rows.Where(r => r.Cents < 0).Select(r => $"{r.Account} {-r.Cents}").Order(StringComparer.Ordinal)];

    public long Events() => Convert.ToInt64(TestStores.Rows(place, "SELECT count(*) FROM journal")[0][0], CultureInfo.InvariantCulture);

    public void ShouldBeSound() => Audit.Verify(store, []).Problems.ShouldBeEmpty();

    public void Dispose()
    {
        store.Dispose();
        TestStores.Drop(place);
        Directory.Delete(folder, recursive: true);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2025, 11, 1, 10, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
