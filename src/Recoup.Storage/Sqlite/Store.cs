using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Storage.Journal;

namespace Recoup.Storage.Sqlite;

/// <summary>
/// One data folder: the journal with its states, read models and cells in recoup.db, the parties' keys in
/// keys.db. Hands out rows; decides nothing. Not thread-safe: one store a thread; several processes may share
/// the folder, each transaction takes the file's lock with a wait of up to half a minute.
/// </summary>
public sealed class Store : IDisposable
{
    private readonly SqliteConnection db;
    private readonly Dictionary<string, Statement> statements = new(StringComparer.Ordinal);

    private Store(string folder, SqliteConnection db, Vault vault)
    {
        Folder = folder;
        this.db = db;
        Vault = vault;
    }

    public string Folder { get; }

    public Vault Vault { get; }

    public string MailFolder => Path.Combine(Folder, "mail");

    public string AnchorFolder => Path.Combine(Folder, "anchors");

    /// <summary>Opens a data folder, or makes one. Throws <see cref="StoreException"/> where it can't.</summary>
    /// <param name="random">Source of keys; null: the system's.</param>
    public static Store Open(string folder, bool create = true, Action<byte[]>? random = null)
    {
        var path = Path.Combine(folder, "recoup.db");
        if (!create && !File.Exists(path)) throw new StoreException($"there is no Recoup data in '{folder}'. Import something first, or name the folder with --data.");
        try
        {
            Directory.CreateDirectory(folder);
            var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString());
            db.Open();
            var vault = new Vault(Path.Combine(folder, "keys.db"), random);
            // Before anything is written: a file cut to nothing passes for a new one.
            if (vault.HoldsKeys && Migrations.IsEmpty(db)) throw new StoreException($"'{path}' is empty, and beside it are keys of people: the journal was lost. Restore a backup of it; to begin anew, use another folder.");
            using (var command = db.CreateCommand())
            {
                command.CommandText = "PRAGMA busy_timeout=30000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA secure_delete=FAST; PRAGMA wal_autocheckpoint=16384; PRAGMA temp_store=MEMORY;";
                command.ExecuteNonQuery();
            }
            Migrations.Apply(db);
            var store = new Store(folder, db, vault);
            StateVersion.Check(store);
            return store;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 26 or 11)
        {
            throw new StoreException($"'{path}' is damaged or no Recoup database ({e.Message}). Restore a backup.", e);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 5 or 6) { throw; }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new StoreException($"the data folder '{folder}' can't be opened: {e.Message}", e);
        }
    }

    internal SqliteConnection Connection => db;

    internal Statement Statement(string sql)
    {
        if (statements.TryGetValue(sql, out var statement)) return statement.Anew();
        return statements[sql] = new Statement(db, sql);
    }

    // --- transactions ---

    /// <summary>
    /// Within a dry run everything happens as ever, one transaction inside another, and is rolled back at the end:
    /// the same path, without the commit.
    /// </summary>
    public bool IsDryRun { get; private set; }

    public void BeginDryRun()
    {
        Statement("BEGIN IMMEDIATE").Run();
        IsDryRun = true;
    }

    public void EndDryRun()
    {
        IsDryRun = false;
        Rollback();
        Vault.Discard();
    }

    internal void Begin() => Statement(IsDryRun ? "SAVEPOINT part" : "BEGIN IMMEDIATE").Run();

    /// <summary>A snapshot for reading: what others commit meanwhile stays unseen.</summary>
    internal void BeginRead()
    {
        Statement(IsDryRun ? "SAVEPOINT part" : "BEGIN").Run();
        var first = Statement("SELECT 1 FROM meta LIMIT 1");
        first.Step();
        first.Reset();
    }

    internal void Commit() => Statement(IsDryRun ? "RELEASE part" : "COMMIT").Run();

    internal void Rollback()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(db.Handle!) != 0) return;
        if (IsDryRun) Exec("ROLLBACK TO part; RELEASE part");
        else Statement("ROLLBACK").Run();
    }

    /// <summary>Waits for a lock's end as long as a transaction does.</summary>
    private static readonly TimeSpan TurnWaitMax = TimeSpan.FromSeconds(30);

    /// <summary>For work that one process at a time may do; the turn ends with the process, however it ends.</summary>
    internal IDisposable TakeTurn(string work)
    {
        var path = Path.Combine(Folder, work + ".lock");
        for (var waited = Stopwatch.StartNew(); ;)
            try { return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0); }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
            {
                if (waited.Elapsed > TurnWaitMax) throw new StoreException($"another {work} has been at work in '{Folder}' for half a minute ({e.Message}); try again when it is done.", e);
                Thread.Sleep(50);
            }
    }

    internal void Exec(string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Nothing but a rebuild may use states that another version folded.</summary>
    internal bool IsStale => Meta(StateVersion.Stale) is not null;

    internal void RefuseStale()
    {
        if (IsStale) throw new StoreException(StateVersion.StaleMessage);
    }

    // --- meta and heads ---

    internal string? Meta(string name)
    {
        var s = Statement("SELECT value FROM meta WHERE name = ?").Bind(name);
        if (!s.Step()) return null;
        var value = s.Text(0);
        s.Reset();
        return value;
    }

    internal void SetMeta(string name, string value) => Statement("INSERT INTO meta(name, value) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value").Bind(name).Bind(value).Run();

    /// <summary>The workspace's id; empty while nothing was recorded.</summary>
    public string WorkspaceId => Meta("workspace") ?? "";

    /// <summary>The end of every chain, by partition.</summary>
    internal Head[] Heads()
    {
        var heads = Enumerable.Range(0, Partition.Count).Select(Head.Empty).ToArray();
        var s = Statement("SELECT partition, seq, hash, recorded_at, recorded_on FROM head");
        while (s.Step())
        {
            var partition = s.Long(0);
            if (partition is < 0 or >= Partition.Count) throw new StoreException($"the table head names a partition {partition}, which there is not; `recoup audit verify` tells more");
            heads[partition] = new Head((int)partition, s.Long(1), s.Blob(2).ToArray(), s.Long(3), Day(s.Text(4)));
        }
        return heads;
    }

    internal void Write(Head head) =>
        Statement("INSERT INTO head(partition, seq, hash, recorded_at, recorded_on) VALUES(?, ?, ?, ?, ?) ON CONFLICT(partition) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, recorded_at = excluded.recorded_at, recorded_on = excluded.recorded_on")
            .Bind(head.Partition).Bind(head.Seq).Bind(head.Hash.AsSpan()).Bind(head.RecordedAt).Bind(Day(head.RecordedOn)).Run();

    // --- journal ---

    public static long RowId(int partition, long seq) => ((long)partition << 40) | seq;

    internal void Append(JournalRow row) =>
        Statement("INSERT INTO journal(id, partition, seq, prior, party, account, kind, version, effective_on, recorded_on, recorded_at, actor, cause, workspace_seq, payload, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(RowId(row.Partition, row.Seq)).Bind(row.Partition).Bind(row.Seq).Bind(row.Prior).Bind(row.Party).Bind(row.Account).Bind(row.Kind).Bind(row.Version)
            .Bind(Day(row.EffectiveOn)).Bind(Day(row.RecordedOn)).Bind(row.RecordedAt).Bind(row.Actor).Bind(row.Cause).Bind(row.WorkspaceSeq).Bind(row.Payload.AsSpan()).Bind(row.Hash.AsSpan()).Run();

    private const string JournalColumns = "id, partition, seq, prior, party, account, kind, version, effective_on, recorded_on, recorded_at, actor, cause, workspace_seq, payload, hash";

    /// <summary>The rows of a partition in the order of their place, from a sequence on. Streams; the id is given so that a misplaced row is seen.</summary>
    internal IEnumerable<(long Id, JournalRow Row)> Journal(int partition, long fromSeq = 0)
    {
        using var s = new Statement(db, $"SELECT {JournalColumns} FROM journal WHERE id >= ? AND id < ? ORDER BY id");
        s.Bind(RowId(partition, fromSeq)).Bind(RowId(partition + 1, 0));
        while (s.Step())
        {
            var id = s.Long(0);
            JournalRow row;
            try { row = Row(s); }
            catch (FormatException e) { throw new UnreadableRowException(id, e.Message); }
            yield return (id, row);
        }
    }

    internal JournalRow? JournalAt(int partition, long seq)
    {
        var s = Statement($"SELECT {JournalColumns} FROM journal WHERE id = ?").Bind(RowId(partition, seq));
        if (!s.Step()) return null;
        try { return Row(s); }
        catch (FormatException e) { throw new UnreadableRowException(RowId(partition, seq), e.Message); }
        finally { s.Reset(); }
    }

    /// <summary>A party's rows, newest first, along the links from row to row.</summary>
    internal IEnumerable<JournalRow> History(string party, long lastSeq)
    {
        var partition = Partition.Of(party);
        for (var seq = lastSeq; seq > 0;)
        {
            var row = JournalAt(partition, seq) ?? throw new StoreException($"event {seq} of partition {partition} is missing; `recoup audit verify` tells more");
            yield return row;
            seq = row.Prior;
        }
    }

    /// <summary>A party's events, oldest first.</summary>
    internal List<HistoryEvent> Events(string party, long lastSeq)
    {
        var events = History(party, lastSeq).Select(row => new HistoryEvent(Envelope.Of(row), EventCodec.Decode(row.Kind, row.Version, row.Payload))).ToList();
        events.Reverse();
        return events;
    }

    private const int IntegerClass = SQLitePCL.raw.SQLITE_INTEGER, TextClass = SQLitePCL.raw.SQLITE_TEXT, BlobClass = SQLitePCL.raw.SQLITE_BLOB;

    /// <summary>What each column holds. The hash is over values: a 1 kept as text, or as 1.2, would read as the same value.</summary>
    private static readonly int[] JournalClasses = [IntegerClass, IntegerClass, IntegerClass, IntegerClass, TextClass, TextClass, TextClass, IntegerClass, TextClass, TextClass, IntegerClass, TextClass, TextClass, IntegerClass, BlobClass, BlobClass];

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Throws <see cref="FormatException"/> where a column holds what Recoup never writes there.</summary>
    private static JournalRow Row(Statement s)
    {
        for (var c = 0; c < JournalClasses.Length; c++)
            if (s.StorageClass(c) != JournalClasses[c]) throw new FormatException($"its column {Name(c)} holds another type of value than it should");
        return new JournalRow
        {
            Partition = Small(1), Seq = s.Long(2), Prior = s.Long(3), Party = Text(4), Account = Text(5), Kind = Text(6), Version = Small(7),
            EffectiveOn = DayOf(8), RecordedOn = DayOf(9), RecordedAt = s.Long(10), Actor = Text(11), Cause = Text(12), WorkspaceSeq = s.Long(13),
            Payload = s.Blob(14).ToArray(), Hash = s.Blob(15).ToArray(),
        };

        string Text(int column)
        {
            try { return Utf8.GetString(s.Blob(column)); }
            catch (DecoderFallbackException e) { throw new FormatException($"its column {Name(column)} holds bytes that are no text", e); }
        }

        int Small(int column) => s.Long(column) is >= int.MinValue and <= int.MaxValue ? s.Int(column) : throw new FormatException($"its column {Name(column)} holds {s.Long(column)}");

        DateOnly DayOf(int column) => TryDay(Text(column), out var day) ? day : throw new FormatException($"its column {Name(column)} holds '{Short(Text(column))}', which is no date");

        static string Name(int column) => JournalColumns.Split(", ")[column];
    }

    // --- keys and aliases ---

    internal byte[]? KeyContent(string key)
    {
        var s = Statement("SELECT content FROM key WHERE key = ?").Bind(key);
        if (!s.Step()) return null;
        var content = s.Blob(0).ToArray();
        s.Reset();
        return content;
    }

    internal void ClaimKey(string key, byte[] content) => Statement("INSERT INTO key(key, content) VALUES(?, ?)").Bind(key).Bind(content.AsSpan()).Run();

    /// <summary>The party of an account that is not its own; null: it is its own, or unknown.</summary>
    public string? PartyOf(string account)
    {
        var s = Statement("SELECT party FROM account WHERE account = ?").Bind(account);
        if (!s.Step()) return null;
        var party = s.Text(0);
        s.Reset();
        return party;
    }

    internal void SetPartyOf(string account, string party) => Statement("INSERT OR REPLACE INTO account(account, party) VALUES(?, ?)").Bind(account).Bind(party).Run();

    // --- states ---

    internal (long Pid, PartyState State)? Party(string id)
    {
        var s = Statement("SELECT pid, state FROM party WHERE id = ?").Bind(id);
        if (!s.Step()) return null;
        var found = (s.Long(0), StateCodec.DecodeParty(s.Blob(1)));
        s.Reset();
        return found;
    }

    /// <summary>The header as it is stored, for a batch that decodes many at once.</summary>
    internal (long Pid, byte[] State)? StoredParty(string id)
    {
        var s = Statement("SELECT pid, state FROM party WHERE id = ?").Bind(id);
        if (!s.Step()) return null;
        var found = (s.Long(0), s.Blob(1).ToArray());
        s.Reset();
        return found;
    }

    internal string PartyId(long pid)
    {
        var s = Statement("SELECT id FROM party WHERE pid = ?").Bind(pid);
        s.Step();
        var id = s.Text(0);
        s.Reset();
        return id;
    }

    internal PartyState? Party(long pid)
    {
        var s = Statement("SELECT state FROM party WHERE pid = ?").Bind(pid);
        if (!s.Step()) return null;
        var state = StateCodec.DecodeParty(s.Blob(0));
        s.Reset();
        return state;
    }

    /// <summary>The parties to be looked at by a day (null: all), in the order of their place.</summary>
    internal List<long> PartiesDue(DateOnly? by)
    {
        var pids = new List<long>();
        var s = by is { } day ? Statement("SELECT pid FROM party WHERE next_review_on <= ?").Bind(day.DayNumber) : Statement("SELECT pid FROM party");
        while (s.Step()) pids.Add(s.Long(0));
        pids.Sort();
        return pids;
    }

    internal void LoadItem(PartyState state, long pid, string account, string number)
    {
        state.LookedFor.Add((account, number));
        var s = Statement("SELECT state FROM item WHERE pid = ? AND account = ? AND number = ?").Bind(pid).Bind(account).Bind(number);
        if (!s.Step()) return;
        state.Items[(account, number)] = StateCodec.DecodeItem(s.Blob(0));
        s.Reset();
    }

    internal void LoadOpenItems(PartyState state, long pid, string account, string? currency, DateOnly dueThrough, int limit)
    {
        var s = Statement("SELECT number, currency, state FROM item WHERE pid = ? AND open = 1 AND due <= ? AND account = ? ORDER BY due LIMIT ?").Bind(pid).Bind(dueThrough.DayNumber).Bind(account).Bind(limit);
        while (s.Step())
        {
            var key = (account, s.Text(0));
            if ((currency is null || s.Text(1) == currency) && !state.Items.ContainsKey(key)) state.Items[key] = StateCodec.DecodeItem(s.Blob(2));
        }
        state.OpenLoadedThrough[(account, currency ?? "")] = dueThrough;
    }

    internal void LoadCash(PartyState state, long pid, string key)
    {
        state.CashLookedFor.Add(key);
        var s = Statement("SELECT state FROM cash WHERE pid = ? AND key = ?").Bind(pid).Bind(key);
        if (!s.Step()) return;
        state.Cash[key] = StateCodec.DecodeCash(s.Blob(0));
        s.Reset();
    }

    internal void LoadMessage(PartyState state, long pid, string id)
    {
        state.CashLookedFor.Add(id);
        var s = Statement("SELECT state FROM message WHERE id = ? AND pid = ?").Bind(id).Bind(pid);
        if (!s.Step()) return;
        state.Messages[id] = StateCodec.DecodeMessage(s.Blob(0));
        s.Reset();
    }

    internal void LoadWorkItem(PartyState state, long pid, string id)
    {
        state.CashLookedFor.Add(id);
        var s = Statement("SELECT state FROM work WHERE id = ? AND pid = ?").Bind(id).Bind(pid);
        if (!s.Step()) return;
        state.WorkItems[id] = StateCodec.DecodeWorkItem(s.Blob(0));
        s.Reset();
    }

    /// <summary>Writes the header and what changed beside it.</summary>
    internal void Save(PartyState state, long pid) => Save(StateForm.Of(state, pid));

    internal void Save(StateForm form)
    {
        var pid = form.Pid;
        Statement("INSERT INTO party(pid, id, next_review_on, state) VALUES(?, ?, ?, ?) ON CONFLICT(pid) DO UPDATE SET next_review_on = excluded.next_review_on, state = excluded.state")
            .Bind(pid).Bind(form.Id).Bind(form.NextReviewOn?.DayNumber).Bind(form.Header.AsSpan()).Run();
        foreach (var (item, state) in form.Items)
            Statement("INSERT INTO item(pid, account, number, open, due, currency, state) VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(pid, account, number) DO UPDATE SET open = excluded.open, due = excluded.due, state = excluded.state")
                .Bind(pid).Bind(item.Account).Bind(item.Number).Bind(item.IsOpen ? 1 : 0).Bind(item.DueOn.DayNumber).Bind(item.Currency).Bind(state.AsSpan()).Run();
        foreach (var (key, state) in form.Cash)
            Statement("INSERT INTO cash(pid, key, state) VALUES(?, ?, ?) ON CONFLICT(pid, key) DO UPDATE SET state = excluded.state").Bind(pid).Bind(key).Bind(state.AsSpan()).Run();
        foreach (var (message, state) in form.Messages)
            Statement("INSERT INTO message(id, pid, status, not_before, state) VALUES(?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET status = excluded.status, not_before = excluded.not_before, state = excluded.state")
                .Bind(message.Id).Bind(pid).Bind((long)message.Status).Bind(message.NotBefore.ToUnixTimeMilliseconds()).Bind(state.AsSpan()).Run();
        foreach (var (work, state) in form.WorkItems)
            Statement("INSERT INTO work(id, pid, open, owner, priority, state) VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET open = excluded.open, state = excluded.state")
                .Bind(work.Id).Bind(pid).Bind(work.Open ? 1 : 0).Bind(work.Owner).Bind(PriorityOf(work)).Bind(state.AsSpan()).Run();
    }

    /// <summary>In hundredths.</summary>
    internal static long PriorityOf(WorkItemState work) => (long)(WorkItemState.Priority(Money.ToMajor(work.Minor, Currency.Of(work.Currency)), work.Score) * 100);

    internal static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static bool TryDay(string text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day) && text.Length == 10;

    internal static DateOnly Day(string text) =>
        TryDay(text, out var day) ? day : throw new StoreException($"'{Short(text)}' stands where a date should; `recoup audit verify` tells where");

    private static string Short(string text) => text.Length <= 40 ? text : text[..40];

    public void Dispose()
    {
        foreach (var statement in statements.Values) statement.Dispose();
        Vault.Dispose();
        db.Dispose();
    }
}

/// <summary>States are kept in one form only; a store written by another form of them says so and is rebuilt.</summary>
internal static class StateVersion
{
    public const string Stale = "state_stale";

    public const string StaleMessage = "this data folder was written by another version of Recoup, whose states have another form. Run `recoup rebuild` once: it folds them anew from the journal.";

    public static void Check(Store store)
    {
        var found = store.Meta("state_version");
        var current = StateCodec.Version.ToString(CultureInfo.InvariantCulture);
        if (found == current) return;
        store.Begin();
        if (found is not null) store.SetMeta(Stale, "yes");
        store.SetMeta("state_version", current);
        store.Commit();
    }
}

/// <summary>A row of the journal holds what Recoup never wrote, so that it can't even be read.</summary>
internal sealed class UnreadableRowException(long id, string message) : JournalDamagedException($"row {id.ToString(CultureInfo.InvariantCulture)} of the journal can't be read: {message}; `recoup audit verify` tells more")
{
    public long Id { get; } = id;

    public string What { get; } = message;
}
