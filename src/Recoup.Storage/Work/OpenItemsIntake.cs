using System.Globalization;
using Microsoft.Data.Sqlite;
using Recoup.Storage.Sqlite;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Storage.Work;

/// <summary>What was open, what the file says, what is open now: amounts in major units.</summary>
public sealed record ControlTotal(string Currency, string Before, long ItemsBefore, string InFile, long ItemsInFile, string After, long ItemsAfter);

public sealed class OpenItemsReport
{
    public long Read { get; set; }
    public long New { get; set; }
    public long Corrected { get; set; }
    public long Closed { get; set; }
    public long Same { get; set; }
    public long Rejected { get; set; }

    /// <summary>Of the rejected, those that failed by no fault of their own; see <see cref="SetAsides"/>.</summary>
    public long SetAside { get; set; }
    public SortedDictionary<string, long> Inputs { get; } = new(StringComparer.Ordinal);
    public List<ControlTotal> Totals { get; } = [];

    /// <summary>What a person should know of it; null: nothing.</summary>
    public string? Note { get; set; }

    /// <summary>Why nothing was taken; null where the file was taken.</summary>
    public string? Refused { get; set; }
}

/// <summary>
/// Takes a file that lists everything that is open, as an outside ledger exports it every day. What is in the
/// file and not here is new; another balance becomes a correction; what is here and not in the file is closed.
/// Corrections and closures have no document, so they are neither cash nor sales.
/// </summary>
public sealed class OpenItemsIntake(Door door)
{
    /// <summary>A file that closes more than this share of what is open is more likely cut off than true.</summary>
    public const decimal DropShareMax = 0.5m;

    /// <param name="rows">The file's rows.</param>
    /// <param name="on">The day that the file speaks of.</param>
    /// <param name="source">Named in the corrections' reasons and keys.</param>
    /// <param name="acceptDrop">Takes a file that closes more than half of what is open.</param>
    public OpenItemsReport Take(IEnumerable<OpenItemRow> rows, DateOnly on, string source, Action<long, string, string> reject, bool acceptDrop)
    {
        var report = new OpenItemsReport();
        using var seen = new Seen();
        var before = Totals();
        var inFile = new SortedDictionary<string, (long Minor, long Items)>(StringComparer.Ordinal);
        foreach (var chunk in rows.Chunk(Intake.PartSize))
        {
            seen.Begin();
            foreach (var row in chunk)
            {
                report.Read++;
                if (row.Problems.Count > 0) { Reject(row, string.Join("; ", row.Problems)); continue; }
                if (!seen.Add(row)) { Reject(row, $"item {row.Number} of account {row.Account} stands in the file twice"); continue; }
                var currency = row.Balance.Currency.Code;
                var sum = inFile.GetValueOrDefault(currency);
                inFile[currency] = (sum.Minor + row.Balance.Minor, sum.Items + (row.Balance.IsZero ? 0 : 1));
            }
            seen.Commit();
        }
        if (report.Rejected > 0 && !acceptDrop && report.Rejected * 2 > report.Read)
            report.Refused = $"{report.Rejected} of {report.Read} rows can't be read: a list with holes would close what it leaves out. Mend the file, or see what is wrong with the mapping.";
        foreach (var (currency, (minor, items)) in before)
        {
            var now = inFile.GetValueOrDefault(currency);
            if (report.Refused is not null || acceptDrop || minor == 0 || now.Minor >= minor * (1 - DropShareMax) && now.Items >= items * (1 - DropShareMax)) continue;
            report.Refused = $"{Format(minor, currency)} {currency} in {items} items are open; the file has {Format(now.Minor, currency)} in {now.Items}. A drop of more than half is more likely a file cut off than true: look at it, and if it is right, import it with --accept-drop.";
        }
        if (report.Refused is null)
        {
            // A damaged row may be any item's: while there is one, no item is closed for not being listed.
            var whole = report.Rejected == 0;
            Apply(seen, on, source, report, reject, close: whole);
            if (!whole) report.Note = "Rows were rejected, so nothing was closed for not being listed: mend them and import the file again.";
        }
        var after = Totals();
        foreach (var currency in before.Keys.Union(inFile.Keys).Order(StringComparer.Ordinal))
        {
            var (b, f, a) = (before.GetValueOrDefault(currency), inFile.GetValueOrDefault(currency), after.GetValueOrDefault(currency));
            report.Totals.Add(new ControlTotal(currency, Format(b.Minor, currency), b.Items, Format(f.Minor, currency), f.Items, Format(a.Minor, currency), a.Items));
        }
        door.TryMergeCells(always: true);
        return report;

        void Reject(OpenItemRow row, string reason)
        {
            report.Rejected++;
            reject(row.Line, reason, row.Raw);
        }
    }

    private void Apply(Seen seen, DateOnly on, string source, OpenItemsReport report, Action<long, string, string> reject, bool close)
    {
        var readings = new Readings(door.Store);
        var key = $"open-items/{source}/{on:yyyy-MM-dd}";
        var units = new List<InputUnit>();
        var aside = new Aside(door, SetAsides.Import, input => input.Key);
        foreach (var row in seen.Rows())
        {
            var known = readings.Item(row.Account, row.Number);
            var money = new Money(row.Minor, Currency.Of(row.Currency));
            var inputs = new List<Input>();
            if (known is null)
            {
                if (row.Minor == 0) { report.Same++; continue; }
                if (row.SetJson is { } set) inputs.Add(InputJson.Parse(set, $"import:{source}", [], trusted: true)!);
                else if (readings.PartyOf(row.Account) is null) inputs.Add(Parse($$"""{"type":"account","key":{{Quote($"open-items/account/{row.Account}")}},"account":{{Quote(row.Account)}}}""", source));
                inputs.Add(Parse(
                    $$"""{"type":"invoice","key":{{Quote($"open-items/{source}/{row.Account}/{row.Number}")}},"account":{{Quote(row.Account)}},"number":{{Quote(row.Number)}},"issued_on":"{{row.IssuedOn}}","due_on":"{{row.DueOn}}","amount":"{{money.ToMajorString()}}","currency":"{{row.Currency}}"}""", source));
                report.New++;
            }
            else
            {
                if (known.Currency != row.Currency) { report.Rejected++; reject(row.Line, $"item {row.Number} is in {known.Currency} here, in {row.Currency} in the file", ""); continue; }
                if (known.Balance == row.Minor) { report.Same++; continue; }
                inputs.Add(Balance(key, row.Account, row.Number, on, money, source));
                report.Corrected++;
            }
            units.Add(new InputUnit(row.Line, inputs));
            if (units.Count >= Intake.PartSize) Flush();
        }
        Flush();
        if (!close) return;
        var gone = readings.OpenItems().Where(item => item.Balance != 0 && !seen.Contains(item.Account, item.Number))
            .Select(item => (item.Account, item.Number, item.IssuedOn, item.Currency)).ToList();
        foreach (var (account, number, issued, currency) in gone)
        {
            units.Add(new InputUnit(0, [Balance(key, account, number, on < issued ? issued : on, Money.Zero(Currency.Of(currency)), source)]));
            report.Closed++;
            if (units.Count >= Intake.PartSize) Flush();
        }
        Flush();

        void Flush()
        {
            if (units.Count == 0) return;
            foreach (var unit in aside.Take(units).Units)
            {
                foreach (var kind in unit.Accepted) report.Inputs[kind] = report.Inputs.GetValueOrDefault(kind) + 1;
                if (unit.Status is not (UnitStatus.Refused or UnitStatus.SetAside)) continue;
                report.Rejected++;
                if (unit.Status == UnitStatus.SetAside) report.SetAside++;
                reject(unit.Line, unit.Refused?.Message ?? Intake.WordsOf(unit), "");
            }
            units.Clear();
            door.TryMergeCells(always: false);
        }
    }

    private static Input Balance(string key, string account, string number, DateOnly on, Money balance, string source) =>
        Parse($$"""{"type":"open_balance","key":{{Quote($"{key}/{account}/{number}")}},"account":{{Quote(account)}},"invoice":{{Quote(number)}},"on":"{{on:yyyy-MM-dd}}","balance":"{{balance.ToMajorString()}}","currency":"{{balance.Currency}}","reason":{{Quote($"open items of {source}")}}}""", source);

    private static Input Parse(string json, string source)
    {
        var problems = new List<InputProblem>();
        var input = InputJson.Parse(System.Text.Encoding.UTF8.GetBytes(json), $"import:{source}", problems, trusted: true);
        Invariant.Holds(input is not null, string.Join("; ", problems));
        return input;
    }

    private static string Quote(string text) => System.Text.Json.JsonEncodedText.Encode(text) is var encoded ? $"\"{encoded}\"" : "";

    private static string Format(long minor, string currency) => Money.Format(minor, Currency.Of(currency));

    private SortedDictionary<string, (long Minor, long Items)> Totals()
    {
        var totals = new SortedDictionary<string, (long Minor, long Items)>(StringComparer.Ordinal);
        foreach (var item in new Readings(door.Store).OpenItems())
        {
            if (item.Balance == 0) continue;
            var sum = totals.GetValueOrDefault(item.Currency);
            totals[item.Currency] = (sum.Minor + item.Balance, sum.Items + 1);
        }
        return totals;
    }

    private sealed record SeenRow(long Line, string Account, string Number, string IssuedOn, string DueOn, long Minor, string Currency, byte[]? SetJson);

    /// <summary>The file's items, kept on disk: a list of everything open may be longer than memory.</summary>
    private sealed class Seen : IDisposable
    {
        private readonly string path = Path.Combine(Path.GetTempPath(), $"recoup-open-{Guid.NewGuid():N}.db");
        private readonly SqliteConnection db;
        private readonly SqliteStatement add, has, begin, commit;

        public Seen()
        {
            db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            db.Open();
            using (var command = db.CreateCommand())
            {
                command.CommandText = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE item(account TEXT, number TEXT, line INTEGER, issued TEXT, due TEXT, minor INTEGER, currency TEXT, account_set BLOB, PRIMARY KEY(account, number)) WITHOUT ROWID;";
                command.ExecuteNonQuery();
            }
            if (!OperatingSystem.IsWindows()) File.Delete(path);
            add = new SqliteStatement(db, "INSERT OR IGNORE INTO item(account, number, line, issued, due, minor, currency, account_set) VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
            has = new SqliteStatement(db, "SELECT 1 FROM item WHERE account = ? AND number = ?");
            begin = new SqliteStatement(db, "BEGIN");
            commit = new SqliteStatement(db, "COMMIT");
        }

        public void Begin() => begin.Run();

        public void Commit() => commit.Run();

        public bool Add(OpenItemRow row) =>
            add.Bind(row.Account).Bind(row.Number).Bind(row.Line).Bind(Day(row.IssuedOn)).Bind(Day(row.DueOn)).Bind(row.Balance.Minor).Bind(row.Balance.Currency.Code).Bind(row.Set is null ? null : InputJson.Write(row.Set)).Run() > 0;

        public bool Contains(string account, string number)
        {
            var found = has.Bind(account).Bind(number).Step();
            if (found) has.Reset();
            return found;
        }

        public IEnumerable<SeenRow> Rows()
        {
            using var s = new SqliteStatement(db, "SELECT line, account, number, issued, due, minor, currency, account_set FROM item ORDER BY account, line");
            while (s.Step())
                yield return new SeenRow(s.Long(0), s.Text(1), s.Text(2), s.Text(3), s.Text(4), s.Long(5), s.Text(6), s.IsNull(7) ? null : s.Blob(7).ToArray());
        }

        private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        public void Dispose()
        {
            add.Dispose();
            has.Dispose();
            begin.Dispose();
            commit.Dispose();
            db.Dispose();
            File.Delete(path);
        }
    }
}
