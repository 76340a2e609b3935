using System.Globalization;
using Microsoft.Data.Sqlite;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Inputs;
using Recoup.Storage.Sqlite;

namespace Recoup.Storage.Work;

/// <summary>A row of a list of open items.</summary>
/// <param name="Minor">Below zero for a credit.</param>
internal sealed record ListedRow(long Line, string Account, string Number, DateOnly IssuedOn, DateOnly DueOn, long Minor, string Currency, string Raw);

/// <summary>What a list says of one account: its data, and its rows in order of number and due day.</summary>
internal sealed record ListedAccount(string Account, AccountInput.Set? Set, IReadOnlyList<ListedRow> Rows);

/// <summary>The rows of a list of open items, kept on disk: a list of everything open may be longer than memory.</summary>
internal sealed class OpenItemsList : IDisposable
{
    /// <summary>Rows of which nobody knows whose they are, that are looked through for each item that is gone.</summary>
    public const int UnknownRowsMax = 1000;

    private readonly string path = Path.Combine(Path.GetTempPath(), $"recoup-open-{Guid.NewGuid():N}.db");
    private readonly SqliteConnection db;
    private readonly SqliteStatement add, begin, commit, meet, met, keep, kept, setOf, set, known, has, hasAccount;
    private readonly List<string> unknown = [];

    public OpenItemsList()
    {
        db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        db.Open();
        using (var command = db.CreateCommand())
        {
            command.CommandText = """
                PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
                CREATE TABLE item(account TEXT, number TEXT, due TEXT, issued TEXT, line INTEGER, minor INTEGER, currency TEXT, raw TEXT,
                    PRIMARY KEY(account, number, due, issued)) WITHOUT ROWID;
                CREATE TABLE set_of(account TEXT PRIMARY KEY, actor TEXT, json BLOB, said TEXT, withdrawn INTEGER) WITHOUT ROWID;
                CREATE TABLE met(account TEXT, name TEXT, PRIMARY KEY(account, name)) WITHOUT ROWID;
                CREATE TABLE kept(account TEXT, number TEXT, PRIMARY KEY(account, number)) WITHOUT ROWID;
                """;
            command.ExecuteNonQuery();
        }
        // The name goes at once: whatever ends the program, no plain copy of the rows stays behind.
        if (!OperatingSystem.IsWindows()) File.Delete(path);
        add = new SqliteStatement(db, "INSERT OR IGNORE INTO item(account, number, due, issued, line, minor, currency, raw) VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
        begin = new SqliteStatement(db, "BEGIN");
        commit = new SqliteStatement(db, "COMMIT");
        meet = new SqliteStatement(db, "INSERT OR IGNORE INTO met(account, name) VALUES(?, ?)");
        met = new SqliteStatement(db, "SELECT 1 FROM met WHERE account = ? AND name = ?");
        keep = new SqliteStatement(db, "INSERT OR IGNORE INTO kept(account, number) VALUES(?, ?)");
        kept = new SqliteStatement(db, "SELECT 1 FROM kept WHERE (account = ?1 AND number IN (?2, ?3, '')) OR (account = '' AND number IN (?2, ?3))");
        set = new SqliteStatement(db, "INSERT OR REPLACE INTO set_of(account, actor, json, said, withdrawn) VALUES(?, ?, ?, ?, ?)");
        setOf = new SqliteStatement(db, "SELECT actor, json, said, withdrawn FROM set_of WHERE account = ?");
        has = new SqliteStatement(db, "SELECT 1 FROM item WHERE account = ? AND number = ?");
        hasAccount = new SqliteStatement(db, "SELECT 1 FROM item WHERE account = ?");
        known = new SqliteStatement(db, "SELECT 1 FROM set_of WHERE account = ? AND said = ?");
    }

    public void Begin() => begin.Run();

    public void Commit() => commit.Run();

    /// <summary>False where the list has the very same item already.</summary>
    public bool Add(OpenItemRow row)
    {
        if (row.Set is { } told && !Found(known.Bind(row.Account).Bind(told.Said)) && Together(SetOf(row.Account), told) is var said)
            set.Bind(row.Account).Bind(said.Actor).Bind(InputJson.Write(said).AsSpan()).Bind(said.Said).Bind((long)said.Withdrawn).Run();
        return add.Bind(row.Account).Bind(row.Number).Bind(Day(row.DueOn)).Bind(Day(row.IssuedOn)).Bind(row.Line).Bind(row.Balance.Minor)
            .Bind(row.Balance.Currency.Code).Bind(row.Raw).Run() > 0;
    }

    /// <summary>A row that is rejected: its item is left alone, or, where nobody can tell whose it is, each that it might be.</summary>
    public void AddRejected(OpenItemRow row)
    {
        if (row.Account.Length > 0 || row.Number.Length > 0) keep.Bind(row.Account).Bind(row.Number).Run();
        else unknown.Add(row.Raw);
    }

    /// <summary>Rows of which neither account nor number could be read.</summary>
    public int UnknownRows => unknown.Count;

    /// <summary>A row was about the item of that name.</summary>
    public void Meet(string account, string name) => meet.Bind(account).Bind(name).Run();

    /// <summary>Some row is of that account and number.</summary>
    public bool Has(string account, string number) => Found(has.Bind(account).Bind(number));

    /// <summary>Some row is of that account.</summary>
    public bool Has(string account) => Found(hasAccount.Bind(account));

    public bool IsMet(string account, string name) => Found(met.Bind(account).Bind(name));

    /// <summary>A row that was rejected is, or may be, about the item.</summary>
    /// <param name="number">The number that its name begins with.</param>
    public bool IsLeftAlone(string account, string name, string number) =>
        Found(kept.Bind(account).Bind(name).Bind(number)) || unknown.Exists(raw => raw.Contains(number, StringComparison.Ordinal));

    public IEnumerable<ListedAccount> Accounts()
    {
        using var s = new SqliteStatement(db, "SELECT account, number, due, issued, line, minor, currency, raw FROM item ORDER BY account, number, due, "
            + "issued");
        var rows = new List<ListedRow>();
        while (s.Step())
        {
            var row = new ListedRow(s.Long(4), s.Text(0), s.Text(1), Day(s.Text(3)), Day(s.Text(2)), s.Long(5), s.Text(6), s.Text(7));
            if (rows.Count > 0 && rows[0].Account != row.Account)
            {
                yield return new ListedAccount(rows[0].Account, SetOf(rows[0].Account), rows);
                rows = [];
            }
            rows.Add(row);
        }
        if (rows.Count > 0) yield return new ListedAccount(rows[0].Account, SetOf(rows[0].Account), rows);
    }

    /// <summary>What a customer's rows say together: what one leaves blank, another may give.</summary>
    private static AccountInput.Set Together(AccountInput.Set? before, AccountInput.Set row)
    {
        if (before is null) return row;
        var both = row with
        {
            Party = row.Party ?? before.Party,
            Name = row.Name ?? before.Name,
            Portfolio = row.Portfolio ?? before.Portfolio,
            Kind = row.Kind ?? before.Kind,
            Email = row.Email ?? before.Email,
            OtherEmails = row.Email is null ? before.OtherEmails : row.OtherEmails,
            Phone = row.Phone ?? before.Phone,
            Address = row.Address ?? before.Address,
            Country = row.Country ?? before.Country,
            TimeZone = row.TimeZone ?? before.TimeZone,
            Language = row.Language ?? before.Language,
            Parent = row.Parent ?? before.Parent,
        };
        var withdrawn = row.Withdrawn;
        if (both.Email is not null) withdrawn &= ~Withdrawn.Email;
        if (both.Phone is not null) withdrawn &= ~Withdrawn.Phone;
        if (both.Address is not null) withdrawn &= ~Withdrawn.Address;
        return both with { Withdrawn = withdrawn };
    }

    private AccountInput.Set? SetOf(string account)
    {
        if (!setOf.Bind(account).Step()) return null;
        var made = (AccountInput.Set)InputJson.Parse(setOf.Blob(1), setOf.Text(0), [], trusted: true)! with
        {
            Said = setOf.Text(2),
            Withdrawn = (Withdrawn)setOf.Long(3)
        };
        setOf.Reset();
        return made;
    }

    private static bool Found(Statement s)
    {
        var found = s.Step();
        if (found) s.Reset();
        return found;
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    public void Dispose()
    {
        foreach (var statement in new[] { add, begin, commit, meet, met, keep, kept, setOf, set, known, has, hasAccount }) statement.Dispose();
        db.Dispose();
        File.Delete(path);
    }
}
