using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Storage.Sqlite;

namespace Recoup.Storage.Work;

/// <summary>Inputs put by to be read in order of day: a database of its own in the system's temporary folder.</summary>
internal sealed class Spool : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"recoup-spool-{Guid.NewGuid():N}.db");
    private readonly SqliteConnection db;
    private readonly SqliteStatement add, addRaw, raw, say, said, begin, commit;

    public Spool()
    {
        db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        db.Open();
        using (var command = db.CreateCommand())
        {
            command.CommandText = """
                PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE;
                CREATE TABLE input(day INTEGER, line INTEGER, ordinal INTEGER, actor TEXT, json BLOB, list BLOB);
                CREATE TABLE raw(line INTEGER PRIMARY KEY, text TEXT);
                CREATE TABLE said(account TEXT PRIMARY KEY, given INTEGER, last INTEGER) WITHOUT ROWID;
                """;
            command.ExecuteNonQuery();
        }
        // The name goes at once: whatever ends the program, no plain copy of the rows stays behind.
        if (!OperatingSystem.IsWindows()) File.Delete(path);
        add = new SqliteStatement(db, "INSERT INTO input(day, line, ordinal, actor, json, list) VALUES(?, ?, ?, ?, ?, ?)");
        addRaw = new SqliteStatement(db, "INSERT OR REPLACE INTO raw(line, text) VALUES(?, ?)");
        raw = new SqliteStatement(db, "SELECT text FROM raw WHERE line = ?");
        say = new SqliteStatement(db, "INSERT INTO said(account, given, last) VALUES(?, ?, ?) "
            + "ON CONFLICT(account) DO UPDATE SET given = given | excluded.given, last = max(last, excluded.last)");
        said = new SqliteStatement(db, "SELECT given, last FROM said WHERE account = ?");
        begin = new SqliteStatement(db, "BEGIN");
        commit = new SqliteStatement(db, "COMMIT");
    }

    public void Begin() => begin.Run();

    public void Commit() => commit.Run();

    /// <param name="ordinal">Its place within the row.</param>
    public void Add(DateOnly? day, long line, int ordinal, Input input)
    {
        if (input is AccountInput.Set { Said: not null } set) say.Bind(set.Account).Bind((long)Given(set)).Bind(Place(day?.DayNumber ?? -1, line)).Run();
        // What says that something is no more has no form in the contract.
        var json = input.TakesBack ? [] : InputJson.Write(input);
        var list = input.Follows ? ListMark.Write(input) : [];
        add.Bind(day?.DayNumber ?? -1).Bind(line).Bind(ordinal).Bind(input.Actor).Bind(json.AsSpan()).Bind(list.AsSpan()).Run();
    }

    public void AddRaw(long line, string text) => addRaw.Bind(line).Bind(text).Run();

    public string Raw(long line)
    {
        if (!raw.Bind(line).Step()) return "";
        var text = raw.Text(0);
        raw.Reset();
        return text;
    }

    /// <summary>What has no day of its own (an account) comes first, on the day history begins.</summary>
    public IEnumerable<(DateOnly Day, long Line, Input Input)> InOrder(DateOnly until)
    {
        int first;
        using (var earliest = new SqliteStatement(db, "SELECT min(day) FROM input WHERE day >= 0"))
        {
            earliest.Step();
            first = (int)(earliest.LongOrNull(0) ?? until.DayNumber);
        }
        using var s = new SqliteStatement(db, "SELECT day, line, actor, json, list FROM input ORDER BY day, line, ordinal");
        while (s.Step()) yield return (DateOnly.FromDayNumber(Math.Max(first, s.Int(0))), s.Long(1), InputOf(s));
    }

    private Input InputOf(SqliteStatement s)
    {
        var actor = s.Text(2);
        var json = s.Blob(3);
        var list = s.Blob(4);
        if (list.Length == 0) return Parse(json, actor);
        var input = ListMark.Read(list, json.Length == 0 ? null : Parse(json, actor), actor);
        return input is AccountInput.Set set ? AmongOthers(set, Place(s.Int(0), s.Long(1))) : input;
    }

    /// <summary>
    /// In order of day a row that lacks an address may come after the one that gives it, wherever they stand in the list; and
    /// what is said last stands, so that the same list again says nothing new.
    /// </summary>
    private AccountInput.Set AmongOthers(AccountInput.Set set, long place)
    {
        said.Bind(set.Account).Step();
        var (given, last) = ((Withdrawn)said.Long(0), said.Long(1));
        said.Reset();
        return set with { Withdrawn = set.Withdrawn & ~given, IsOutdated = place < last };
    }

    // In the order of days, and on one day of the lines.
    private static long Place(int day, long line) => ((long)(day + 1) << 40) | line;

    private static Input Parse(ReadOnlySpan<byte> json, string actor)
    {
        var input = InputJson.Parse(json, actor, [], trusted: true);
        Invariant.Holds(input is not null, "a spooled input reads back");
        return input!;
    }

    private static Withdrawn Given(AccountInput.Set set) =>
        (set.Email is null ? 0 : Withdrawn.Email) | (set.Phone is null ? 0 : Withdrawn.Phone) | (set.Address is null ? 0 : Withdrawn.Address);

    public void Dispose()
    {
        add.Dispose();
        addRaw.Dispose();
        raw.Dispose();
        say.Dispose();
        said.Dispose();
        begin.Dispose();
        commit.Dispose();
        db.Dispose();
        File.Delete(path);
    }

    /// <summary>What an input that follows a list has beside the fields of its kind.</summary>
    private static class ListMark
    {
        public static byte[] Write(Input input)
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartObject();
                // Instalments have keys of their own, and the content of the number's.
                json.WriteBase64String("digest", input.Digest);
                switch (input)
                {
                    case AccountInput.Set i:
                        json.WriteString("said", i.Said);
                        json.WriteNumber("withdrawn", (int)i.Withdrawn);
                        break;
                    case InvoiceInput.Issued i: Write(json, i.Listed!); break;
                    case PaymentInput.Received i: Write(json, i.Listed!); break;
                    case DisputeInput.Opened i: Write(json, i.Listed!); break;
                    case DisputeInput.Closed i: Write(json, i.Listed!); break;
                    case DisputeInput.Unlisted i:
                        json.WriteBoolean("dispute", true);
                        json.WriteString("key", i.Key);
                        json.WriteString("account", i.Account);
                        Write(json, i.Listed);
                        break;
                    case PaymentInput.Unpaid i:
                        json.WriteString("key", i.Key);
                        json.WriteString("account", i.Account);
                        if (i.Through is { } through) json.WriteString("through", Day(through));
                        Write(json, i.Listed);
                        break;
                    case CreditInput.Granted i:
                        if (i.Listed is { } credit) Write(json, credit);
                        break;
                    default: Invariant.Never($"{input.GetType().Name} follows no list"); break;
                }
                json.WriteEndObject();
            }
            return stream.ToArray();
        }

        /// <param name="input">As it reads from its fields; null: it has none.</param>
        public static Input Read(ReadOnlySpan<byte> list, Input? input, string actor)
        {
            var reader = new Utf8JsonReader(list);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            var digest = root.GetProperty("digest").GetBytesFromBase64();
            return input switch
            {
                AccountInput.Set i => i with
                {
                    Digest = digest,
                    Said = Text(root, "said"),
                    Withdrawn = (Withdrawn)root.GetProperty("withdrawn").GetInt32(),
                },
                InvoiceInput.Issued i => i with { Digest = digest, Listed = Invoice(root) },
                PaymentInput.Received i => i with { Digest = digest, Listed = Invoice(root) },
                CreditInput.Granted i => i with { Digest = digest, IsListed = true, Listed = root.TryGetProperty("number", out _) ? Credit(root) : null },
                DisputeInput.Opened i => i with { Digest = digest, Listed = Invoice(root) },
                DisputeInput.Closed i => i with { Digest = digest, Listed = Invoice(root) },
                _ when root.TryGetProperty("dispute", out _) => new DisputeInput.Unlisted
                {
                    Key = Text(root, "key"), Account = Text(root, "account"), Listed = Invoice(root), Digest = digest, Actor = actor,
                },
                _ => new PaymentInput.Unpaid
                {
                    Key = Text(root, "key"),
                    Account = Text(root, "account"),
                    Listed = Invoice(root),
                    Digest = digest,
                    Actor = actor,
                    Through = root.TryGetProperty("through", out _) ? Day(root, "through") : null,
                },
            };
        }

        private static void Write(Utf8JsonWriter json, ListedInvoice row)
        {
            json.WriteString("due_on", Day(row.DueOn));
            Write(json, row.Number, row.IssuedOn, row.Ordinal, row.Amount, row.Currency);
        }

        private static void Write(Utf8JsonWriter json, ListedCredit row)
        {
            json.WriteNumber("of_day", row.OfDay);
            Write(json, row.Number, row.IssuedOn, row.Ordinal, row.Amount, row.Currency);
        }

        private static void Write(Utf8JsonWriter json, string number, DateOnly issuedOn, int ordinal, Money? amount, string? currency)
        {
            json.WriteString("number", number);
            json.WriteString("issued_on", Day(issuedOn));
            json.WriteNumber("ordinal", ordinal);
            if (currency is not null) json.WriteString("currency", currency);
            if (amount is { } money) json.WriteNumber("minor", money.Minor);
        }

        private static ListedInvoice Invoice(JsonElement root) =>
            new(Text(root, "number"), Day(root, "issued_on"), Day(root, "due_on"), root.GetProperty("ordinal").GetInt32(), Amount(root))
            { Currency = CodeOf(root) };

        private static ListedCredit Credit(JsonElement root) =>
            new(Text(root, "number"), Day(root, "issued_on"), root.GetProperty("ordinal").GetInt32(), root.GetProperty("of_day").GetInt32(), Amount(root))
            { Currency = CodeOf(root) };

        private static string? CodeOf(JsonElement root) => root.TryGetProperty("currency", out _) ? Text(root, "currency") : null;

        private static Money? Amount(JsonElement root) =>
            root.TryGetProperty("minor", out var minor) ? new Money(minor.GetInt64(), Currency.Of(Text(root, "currency"))) : null;

        private static string Text(JsonElement root, string field) => root.GetProperty(field).GetString()!;

        private static string Day(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

        private static DateOnly Day(JsonElement root, string field) => DateOnly.ParseExact(Text(root, field), "O", CultureInfo.InvariantCulture);
    }
}
