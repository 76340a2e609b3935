using System.Globalization;
using Microsoft.Data.Sqlite;
using Recoup.Core;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Storage.Access;
using Recoup.Storage.Journal;
using Recoup.Storage.Postgres;
using Recoup.Storage.Sqlite;

namespace Recoup.Storage;

/// <summary>
/// A workspace's data: the journal with its states, read models and cells, the parties' keys apart from it, and a folder
/// for what are files. Hands out rows; decides nothing. Not thread-safe: one store a thread; several processes may share
/// one workspace.
/// </summary>
public sealed partial class Store : IDisposable
{
    private readonly Database database;

    private Store(StorePlace place, Database database, Vault vault)
    {
        Place = place;
        this.database = database;
        Vault = vault;
        vault.JoinedOf = JoinedOf;
    }

    public StorePlace Place { get; }

    /// <summary>Mail, anchors and settings; on SQLite the data too.</summary>
    public string Folder => Place.Folder;

    public Vault Vault { get; }

    public string MailFolder => Path.Combine(Folder, "mail");

    public string AnchorFolder => Path.Combine(Folder, "anchors");

    /// <summary>It can be looked at and not changed: its files, their folder or the file system are for reading only.</summary>
    public bool IsReadOnly { get; private init; }

    /// <summary>Files of the folder that others on the machine can look into and this process can't close: path and mode, in words.</summary>
    public IReadOnlyList<string> OpenToOthers { get; private init; } = [];

    /// <summary>Where the process keeps the workspace's state from one store to the next; null: every store folds it from its first event.</summary>
    public KeptWorkspace? Kept { get; set; }

    /// <summary>The workspace's state as of what this store sees now.</summary>
    internal Core.Workspace.WorkspaceState ReadWorkspace() =>
        Kept is null || IsDryRun ? Work.Folding.Workspace(this) : Kept.Copy(this, Heads()[Partition.Workspace]);

    /// <summary>Who came in, looked and took away; opened when first asked for.</summary>
    public AccessChain Access => access ??= new AccessChain(Place, IsReadOnly);

    private AccessChain? access;

    internal Database Database => database;

    /// <summary>Opens a data folder, or makes one. Throws <see cref="StoreException"/> where it can't.</summary>
    /// <param name="random">Source of keys; null: the system's.</param>
    public static Store Open(string folder, bool create = true, Action<byte[]>? random = null) => Open(new StorePlace(folder), create, random);

    /// <summary>Opens a workspace, or makes one. Throws <see cref="StoreException"/> where it can't.</summary>
    /// <param name="random">Source of keys; null: the system's.</param>
    public static Store Open(StorePlace place, bool create = true, Action<byte[]>? random = null) => Open(place, create, random, moved: false);

    /// <summary>Lets a folder whose workspace was moved to a database be used again. False: it was not moved.</summary>
    public static bool TakeBack(string folder)
    {
        using var store = Open(new StorePlace(folder), create: false, null, moved: true);
        return store.Statement("DELETE FROM meta WHERE name = ?").Bind(Work.Moving.MovedTo).Run() > 0;
    }

    private static Store Open(StorePlace place, bool create, Action<byte[]>? random, bool moved)
    {
        var store = place.Connection is { } connection ? InPostgres(place, connection, create, random) : InFolder(place, create, random);
        try
        {
            if (!moved && store.Meta(Work.Moving.MovedTo) is { } to)
                throw new StoreException($"the workspace of '{place.Folder}' was moved to {to}: name it with --database or RECOUP_DATABASE. What lies here is "
                    + "as it was then; `recoup migrate --back` lets it be used again, apart from the other.");
            StateVersion.Check(store);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Lets a PostgreSQL role use the workspace: read all, add to the journal and to the keys taken but never change them, and
    /// own the table of people's keys, since only an owner can destroy one for good. To be asked for by the schema's owner.
    /// </summary>
    public void GrantTo(string role)
    {
        if (database is not PostgresDatabase postgres) throw new StoreException("roles are PostgreSQL's: name a database with --database.");
        postgres.Grant(role);
        _ = Vault.HoldsKeys;
        Vault.GiveTo(role);
        Access.GiveTo(role);
    }

    /// <summary>Whether there is a workspace's data.</summary>
    public static bool Exists(StorePlace place) =>
        place.Connection is { } connection ? PostgresDatabase.Exists(connection) : File.Exists(SqliteDatabase.PathIn(place.Folder));

    private static Store InFolder(StorePlace place, bool create, Action<byte[]>? random)
    {
        var folder = place.Folder;
        var path = SqliteDatabase.PathIn(folder);
        if (!create && !File.Exists(path))
            throw new StoreException($"there is no Recoup data in '{folder}'. Import something first, or name the folder with --data.");
        try
        {
            if (!Directory.Exists(folder)) Closed.MakeFolder(folder);
            var readOnly = SqliteFile.IsReadOnly(path);
            var vault = new Vault(readOnly ? SqliteKeys.ReadOnly(Path.Combine(folder, "keys.db")) : new SqliteKeys(Path.Combine(folder, "keys.db")), random);
            try
            {
                var database = SqliteDatabase.Open(folder, mayBeEmpty: () => !vault.HoldsKeys, readOnly);
                return new Store(place, database, vault) { IsReadOnly = readOnly, OpenToOthers = Closed.Close(folder) };
            }
            catch
            {
                vault.Dispose();
                throw;
            }
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 26 or 11)
        {
            throw new StoreException($"'{path}' is damaged or no Recoup database ({e.Message}). Restore a backup.", e);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 5 or 6) { throw; }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new StoreException($"the data folder '{folder}' can't be opened: {FileTrouble.Words(e, folder) ?? e.Message}", e);
        }
    }

    private static Store InPostgres(StorePlace place, string connection, bool create, Action<byte[]>? random)
    {
        try
        {
            if (!Directory.Exists(place.Folder)) Closed.MakeFolder(place.Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the folder '{place.Folder}', which holds mail, anchors and settings, can't be used: {e.Message}", e);
        }
        var database = PostgresDatabase.Open(connection, create);
        return new Store(place, database, new Vault(new PostgresKeys(place.KeysConnection ?? connection),
            random))
        { OpenToOthers = Closed.Close(place.Folder) };
    }

    internal Statement Statement(string sql) => database.Statement(sql);

    /// <summary>A statement of the caller's own, for a long reading among which others are made.</summary>
    internal Statement Own(string sql) => database.Own(sql);

    /// <summary>The database's clock less the given one, as near as the answer's way allows; zero where the data is in a folder of this machine.</summary>
    public TimeSpan ClockAhead(TimeProvider clock) => database.ClockAhead(clock);

    /// <summary>For a store that commits again and again for long: to be followed by <see cref="Checkpoint"/> between its transactions.</summary>
    public void PaceCheckpoints() => database.PaceCheckpoints(true);

    /// <summary>Lets the store tidy up what its commits left, a little at a time.</summary>
    public void Checkpoint() => database.Checkpoint();

    // --- transactions ---

    /// <summary>
    /// Within a dry run everything happens as ever, one transaction inside another, and is rolled back at the end:
    /// the same path, without the commit.
    /// </summary>
    public bool IsDryRun { get; private set; }

    public void BeginDryRun()
    {
        database.Begin();
        IsDryRun = true;
    }

    public void EndDryRun()
    {
        IsDryRun = false;
        Rollback();
        Vault.Discard();
    }

    internal void Begin()
    {
        if (IsDryRun) Exec("SAVEPOINT part");
        else database.Begin();
    }

    /// <summary>A snapshot for reading: what others commit meanwhile stays unseen.</summary>
    internal void BeginRead()
    {
        if (IsDryRun) Exec("SAVEPOINT part");
        else database.BeginRead();
    }

    internal void Commit()
    {
        if (IsDryRun) Exec("RELEASE SAVEPOINT part");
        else database.Commit();
    }

    internal void Rollback()
    {
        if (!database.InTransaction) return;
        if (IsDryRun) Exec("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part");
        else database.Rollback();
    }

    /// <summary>
    /// A transaction of its own, made anew where it met another or its connection was lost: so what it does must come to the same when it is done twice.
    /// </summary>
    internal void Atomically(Action work)
    {
        for (var attempt = 1; ; attempt++)
        {
            Begin();
            try
            {
                work();
                Commit();
                return;
            }
            catch (Exception e) when (attempt < 8 && !IsDryRun && database.IsPassing(e))
            {
                Rollback();
                Thread.Sleep(Math.Min(10 << attempt, 1000));
            }
            catch
            {
                Rollback();
                throw;
            }
        }
    }

    /// <summary>Waits for a lock's end as long as a transaction does.</summary>
    private static readonly TimeSpan TurnWaitMax = TimeSpan.FromSeconds(30);

    /// <summary>For work that one process at a time may do; the turn ends with the process, however it ends.</summary>
    internal IDisposable TakeTurn(string work) =>
        database.TakeTurn(work, TurnWaitMax) ?? throw new StoreException($"another {work} has been at work in '{Place}' for half a minute; try again when it "
            + "is done.");

    /// <summary>As <see cref="TakeTurn"/>, and null at once where somebody else has it.</summary>
    internal IDisposable? TryTakeTurn(string work) => database.TakeTurn(work, TimeSpan.Zero);

    internal void Exec(string sql) => database.Exec(sql);

    /// <summary>Nothing but a rebuild may use states that another version folded.</summary>
    internal bool IsStale => isOfOtherVersion || Meta(StateVersion.Stale) is not null;

    /// <summary>States of another version in a folder that can't be written, where nothing is noted of it.</summary>
    private bool isOfOtherVersion;

    internal void TakeForStale() => isOfOtherVersion = true;

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

    internal void SetMeta(string name, string value) =>
        Statement("INSERT INTO meta(name, value) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value").Bind(name).Bind(value).Run();

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
            if (partition is < 0 or >= Partition.Count)
                throw new StoreException($"the table head names a partition {partition}, which there is not; `recoup audit verify` tells more");
            heads[partition] = new Head((int)partition, s.Long(1), s.Blob(2).ToArray(), s.Long(3), Day(s.Text(4)));
        }
        return heads;
    }

    // --- journal ---

    /// <summary>The partition is in the bits from here up.</summary>
    internal const int PartitionShift = 40;

    public static long RowId(int partition, long seq) => ((long)partition << PartitionShift) | seq;

    private readonly JournalColumns columns = new();

    /// <summary>The rows of a partition in the order of their place, from a sequence on. Streams; the id is given so that a misplaced row is seen.</summary>
    internal IEnumerable<(long Id, JournalRow Row)> Journal(int partition, long fromSeq = 0)
    {
        using var s = database.Own($"SELECT {JournalColumns.Names} FROM journal WHERE id >= ? AND id < ? ORDER BY id");
        s.Bind(RowId(partition, fromSeq)).Bind(RowId(partition + 1, 0));
        while (s.Step())
        {
            columns.Read(s);
            yield return (columns.Id, columns.ToRow());
        }
    }

    /// <summary>As <see cref="Journal"/>, for who reads all of it: the same columns, filled anew with each row.</summary>
    internal IEnumerable<JournalColumns> Columns(int partition, long fromSeq = 0)
    {
        using var s = database.Scan($"SELECT {JournalColumns.Names} FROM journal WHERE id >= ? AND id < ? ORDER BY "
            + "id", RowId(partition, fromSeq), RowId(partition + 1, 0));
        var row = new JournalColumns();
        while (s.Step())
        {
            row.Read(s);
            yield return row;
        }
    }

    internal JournalRow? JournalAt(int partition, long seq)
    {
        var s = Statement($"SELECT {JournalColumns.Names} FROM journal WHERE id = ?").Bind(RowId(partition, seq));
        if (!s.Step()) return null;
        try
        {
            columns.Read(s);
            return columns.ToRow();
        }
        finally { s.Reset(); }
    }

    // --- keys and aliases ---

    /// <summary>The party of an account that is not its own; null: it is its own, or unknown.</summary>
    public string? PartyOf(string account)
    {
        var s = Statement("SELECT party FROM account WHERE account = ?").Bind(account);
        if (!s.Step()) return null;
        var party = s.Text(0);
        s.Reset();
        return party;
    }

    // --- states ---

    private readonly List<RowTrouble> rowTroubles = [];

    /// <summary>Whose rows a list had to leave out, or show without what it could not read; each party once.</summary>
    public IReadOnlyList<RowTrouble> RowTroubles => rowTroubles;

    /// <summary>Reads one row of a list. Null where that fails for what the row or its party holds: the list goes on, and whoever shows it says so.</summary>
    internal T? OrTrouble<T>(long pid, Func<T?> read) where T : class
    {
        try { return read(); }
        catch (Exception e) when (SetAsides.MayBeOf(e))
        {
            var party = PartyIdAt(pid) ?? string.Create(CultureInfo.InvariantCulture, $"#{pid}");
            if (!rowTroubles.Exists(t => t.Party == party)) rowTroubles.Add(new RowTrouble(party, SetAsides.CauseOf(e)));
            return null;
        }
    }

    internal (long Pid, PartyState State)? Party(string id)
    {
        var s = Statement("SELECT pid, state FROM party WHERE id = ?").Bind(id);
        if (!s.Step()) return null;
        var found = (s.Long(0), StateCodec.DecodeParty(s.Blob(1)));
        s.Reset();
        return found;
    }

    internal PartyState? Party(long pid)
    {
        var s = Statement("SELECT state FROM party WHERE pid = ?").Bind(pid);
        if (!s.Step()) return null;
        var state = StateCodec.DecodeParty(s.Blob(0));
        s.Reset();
        return state;
    }

    /// <summary>Its place alone, however its state is; 0 where there is no such party.</summary>
    internal long PidOf(string party)
    {
        var s = Statement("SELECT pid FROM party WHERE id = ?").Bind(party);
        if (!s.Step()) return 0;
        var pid = s.Long(0);
        s.Reset();
        return pid;
    }

    /// <summary>Its name alone, however its state is.</summary>
    internal string? PartyIdAt(long pid)
    {
        var s = Statement("SELECT id FROM party WHERE pid = ?").Bind(pid);
        if (!s.Step()) return null;
        var id = s.Text(0);
        s.Reset();
        return id;
    }

    internal string? PartyOfMessage(string message)
    {
        var s = Statement("SELECT p.id FROM message m JOIN party p ON p.pid = m.pid WHERE m.id = ?").Bind(message);
        if (!s.Step()) return null;
        var id = s.Text(0);
        s.Reset();
        return id;
    }

    /// <summary>The parties to be looked at by a day (null: all), in the order of their place.</summary>
    internal List<long> PartiesDue(DateOnly? by)
    {
        using var s = Own(by is null ? "SELECT pid FROM party" : "SELECT pid FROM party WHERE next_review_on <= ?");
        if (by is { } day) s.Bind(day.DayNumber);
        return by is null ? Places(s) : WithSetAside(Places(s), 0, long.MaxValue);
    }

    /// <summary>What a run set aside is tried again by the next, whenever it would be due.</summary>
    private List<long> WithSetAside(List<long> places, long fromPid, long toPid)
    {
        var aside = SetAsides.PlacesToRun(this, fromPid, toPid);
        if (aside.Count == 0) return places;
        var all = new SortedSet<long>(places);
        all.UnionWith(aside);
        return [.. all];
    }

    /// <summary>Those of one slot.</summary>
    internal List<long> PartiesDue(DateOnly? by, Work.Slot slot)
    {
        // With the numbers in its text, so that the day's index is used where few are due and the slot's range where all are.
        var due = by is { } day ? string.Create(CultureInfo.InvariantCulture, $"next_review_on <= {day.DayNumber} AND ") : "";
        using var s = Own(string.Create(CultureInfo.InvariantCulture, $"SELECT pid FROM party WHERE {due}pid >= {slot.FromPid} AND pid < {slot.ToPid}"));
        return by is null ? Places(s) : WithSetAside(Places(s), slot.FromPid, slot.ToPid);
    }

    private static List<long> Places(Statement s)
    {
        var pids = new List<long>();
        while (s.Step()) pids.Add(s.Long(0));
        pids.Sort();
        return pids;
    }

    /// <summary>Puts a row beside a header at hand, where there is one.</summary>
    internal void Load<TKey, T>(Rows<TKey, T> rows, long pid, TKey key) where TKey : notnull where T : class, IFormed<T>
    {
        IRows one = rows;
        var place = rows.Needed(key).Key;
        one.LookFor(place);
        var s = Statement(RowSql.Of(one.Kind).ByKey).Bind(pid).Bind(place.First);
        if (place.Second is { } second) s.Bind(second);
        if (!s.Step()) return;
        one.Put(place, s.Blob(0));
        s.Reset();
    }

    internal static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static bool TryDay(string text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day) && text.Length == 10;

    internal static DateOnly Day(string text) =>
        TryDay(text, out var day) ? day : throw new StoreException($"'{Short(text)}' stands where a date should; `recoup audit verify` tells where");

    internal static string Short(string text) => text.Length <= 40 ? text : text[..40];

    public void Dispose()
    {
        access?.Dispose();
        Vault.Dispose();
        database.Dispose();
    }
}

/// <summary>A party of which something can't be read.</summary>
public sealed record RowTrouble(string Party, string Cause);

/// <summary>States are kept in one form only; a store written by another form of them says so and is rebuilt.</summary>
internal static class StateVersion
{
    public const string Stale = "state_stale";

    public const string StaleMessage = "this data folder was written by another version of Recoup, whose states have another form. Run `recoup rebuild` once: "
        + "it folds them anew from the journal.";

    public static void Check(Store store)
    {
        var found = store.Meta("state_version");
        var current = StateCodec.Version;
        if (found == current) return;
        if (store.IsReadOnly)
        {
            store.TakeForStale();
            return;
        }
        store.Begin();
        if (found is not null) store.SetMeta(Stale, "yes");
        store.SetMeta("state_version", current);
        store.Commit();
    }
}

/// <summary>A row of the journal holds what Recoup never wrote, so that it can't even be read.</summary>
internal sealed class UnreadableRowException(long id, string message) : JournalDamagedException($"row {id.ToString(CultureInfo.InvariantCulture)} of the "
    + $"journal can't be read: {message}; `recoup audit verify` tells more")
{
    public long Id { get; } = id;

    public string What { get; } = message;
}
