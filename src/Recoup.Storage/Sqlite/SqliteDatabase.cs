using Microsoft.Data.Sqlite;
using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Parties;

namespace Recoup.Storage.Sqlite;

/// <summary>
/// The file recoup.db of a data folder. A statement costs a call and no journey, so bulk is prepared statements in a
/// loop. Several processes may share the file: each transaction takes its lock with a wait of up to half a minute.
/// </summary>
internal sealed class SqliteDatabase : Database
{
    private readonly SqliteConnection db;
    private readonly string folder;
    private readonly Dictionary<string, Statement> statements = new(StringComparer.Ordinal);

    private SqliteDatabase(SqliteConnection db, string folder)
    {
        this.db = db;
        this.folder = folder;
    }

    public static string PathIn(string folder) => Path.Combine(folder, "recoup.db");

    /// <param name="mayBeEmpty">Whether a file in which nothing was ever made may be begun anew.</param>
    /// <param name="readOnly">Nothing is written, not even a log: see <see cref="SqliteFile"/>.</param>
    public static SqliteDatabase Open(string folder, Func<bool> mayBeEmpty, bool readOnly = false)
    {
        var path = PathIn(folder);
        if (readOnly) return ForReading(path, folder);
        var db = Opened(folder);
        // Before anything is written: a file cut to nothing passes for a new one.
        if (Migrations.IsEmpty(db) && !mayBeEmpty())
            throw new StoreException($"'{path}' is empty, and beside it are keys of people: the journal was lost. Restore a backup of it; to begin anew, use "
                + "another folder.");
        using (var command = db.CreateCommand())
        {
            command.CommandText = $"PRAGMA busy_timeout=30000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA "
                + $"secure_delete=FAST; PRAGMA wal_autocheckpoint={CheckpointPages}; PRAGMA temp_store=MEMORY;";
            command.ExecuteNonQuery();
        }
        Migrations.Apply(db);
        return new SqliteDatabase(db, folder);
    }

    private static SqliteConnection Opened(string folder) => SqliteFile.Open(PathIn(folder));

    private static SqliteDatabase ForReading(string path, string folder)
    {
        var db = SqliteFile.OpenReadOnly(path);
        try
        {
            Exec(db, "PRAGMA busy_timeout=30000; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA query_only=ON;");
            if (Migrations.VersionOf(db) is var version && version != Migrations.Latest)
                throw new StoreException($"'{path}' was written by {(version > Migrations.Latest ? "a newer" : "an earlier")} Recoup (schema {version}; this "
                    + $"program knows {Migrations.Latest}) and can only be read here. Copy the folder to where it can be written and open it there.");
            return new SqliteDatabase(db, folder) { isReadOnly = true };
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    public SqliteConnection Connection => db;

    /// <summary>The thread whose transaction is open for writing; 0: none is.</summary>
    private int writer;

    /// <summary>SQLite does not lock its memory here (<see cref="SqliteNative.Prepare"/>): a second thread would destroy it.</summary>
    private void RefuseOtherThread()
    {
        if (writer != 0 && writer != Environment.CurrentManagedThreadId && InTransaction)
            throw new InvariantBrokenException("a store was asked for something by another thread while its own was writing");
    }

    public override Statement Statement(string sql)
    {
        RefuseOtherThread();
        if (statements.TryGetValue(sql, out var statement)) return statement.Anew();
        return statements[sql] = new SqliteStatement(db, sql);
    }

    public override Statement Own(string sql)
    {
        RefuseOtherThread();
        return new SqliteStatement(db, sql);
    }

    public override Scan Scan(string sql, params ReadOnlySpan<long> numbers)
    {
        RefuseOtherThread();
        var statement = new SqliteStatement(db, sql);
        foreach (var number in numbers) statement.Bind(number);
        return statement;
    }

    public override void Exec(string sql) => Exec(db, sql);

    private static void Exec(SqliteConnection db, string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public override void Begin()
    {
        RefuseReading();
        Statement("BEGIN IMMEDIATE").Run();
        writer = Environment.CurrentManagedThreadId;
    }

    /// <summary>Set where the file can only be read.</summary>
    private bool isReadOnly;

    private void RefuseReading()
    {
        if (isReadOnly)
            throw new StoreException($"'{PathIn(folder)}' can't be written: it, its folder or its file system is for reading only. Nothing was changed.");
    }

    public override void BeginRead()
    {
        Statement("BEGIN").Run();
        var first = Statement("SELECT 1 FROM meta LIMIT 1");
        first.Step();
        first.Reset();
    }

    public override void Commit()
    {
        Statement("COMMIT").Run();
        writer = 0;
    }

    public override void Rollback()
    {
        RefuseOtherThread();
        if (InTransaction) Statement("ROLLBACK").Run();
        writer = 0;
    }

    public override bool InTransaction => SQLitePCL.raw.sqlite3_get_autocommit(db.Handle!) == 0;

    public override IReadOnlyList<string> ForeignParts() => Migrations.ForeignParts(db);

    public override IDisposable? TakeTurn(string work, TimeSpan wait)
    {
        RefuseReading();
        var path = Path.Combine(folder, work + ".lock");
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); ;)
            try { return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0); }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
            {
                if (waited.Elapsed > wait) return null;
                Thread.Sleep(50);
            }
    }

    // A writing transaction has the whole file to itself.
    public override DateTimeOffset? Lock(IReadOnlyList<int> partitions, bool workspace) => null;

    public override bool IsTyped => false;

    public override void LockAll() { }

    public override bool HasManyWriters => false;

    public override void LockFor(string what) { }

    public override bool IsPassing(Exception e) => e is MetException;

    public override string? ExportSnapshot() => null;

    public override void BeginRead(string snapshot) =>
        throw new NotSupportedException("SQLite's readers are held against each other by the ends of the chains.");

    public override void ReadsOnce() => Exec("PRAGMA cache_size=-4096");

    public override void Compact() => Exec("PRAGMA wal_checkpoint(TRUNCATE)");

    /// <summary>By itself SQLite overwrites only what costs it no writing, and the pages of a large value are just given back.</summary>
    public override void DeleteForGood(Action delete)
    {
        Exec("PRAGMA secure_delete=ON");
        try { delete(); }
        finally { Exec("PRAGMA secure_delete=FAST"); }
    }

    // --- the write-ahead log ---

    /// <summary>Pages of the log from which on a commit brings them into the file.</summary>
    private const int CheckpointPages = 16384;

    /// <summary>Paced, it is begun earlier: what is written meanwhile comes on top.</summary>
    private const long PacedBytes = 16L << 20;

    private SqliteConnection? beside;
    private Task? copying;

    // The log is begun anew only at a moment at which all of it is in the file and nobody reads. With commits close upon each
    // other that moment never comes by itself, and to bring it about takes as long as there is log.
    public override void PaceCheckpoints(bool paced)
    {
        Exec($"PRAGMA wal_autocheckpoint={(paced ? 0 : CheckpointPages)}");
        if (!paced) EndCopying();
    }

    /// <summary>Most of the log is copied beside the commits, on another connection; then only what came since holds them up.</summary>
    public override void Checkpoint()
    {
        if (copying is { IsCompleted: false } || new FileInfo(PathIn(folder) + "-wal") is not { Exists: true, Length: > PacedBytes }) return;
        if (copying is null)
        {
            copying = Task.Run(() =>
            {
                beside ??= Opened(folder);
                Exec(beside, "PRAGMA wal_checkpoint(PASSIVE)");
            });
            return;
        }
        (var done, copying) = (copying, null);
        done.GetAwaiter().GetResult();
        // Who else reads is not waited for: the next time does it.
        Exec("PRAGMA busy_timeout=0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout=30000");
    }

    private void EndCopying()
    {
        try { copying?.GetAwaiter().GetResult(); }
        catch (SqliteException) { /* the log stays, and the next commit or opening brings it in */ }
        copying = null;
        beside?.Dispose();
        beside = null;
    }

    public override DateTimeOffset? Time => null;

    public override TimeSpan ClockAhead(TimeProvider clock) => TimeSpan.Zero;

    // --- bulk reading ---

    public override Dictionary<string, string> PartiesOf(IReadOnlyCollection<string> accounts)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var account in accounts)
            if (First(Statement("SELECT party FROM account WHERE account = ?").Bind(account), s => s.Text(0)) is { } party) found[account] = party;
        return found;
    }

    public override Dictionary<string, string> JoinedTo(IReadOnlyCollection<string> parties)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        // Most workspaces have none: an empty table is looked at once, not once a party.
        if (First(Statement("SELECT party FROM joined_party LIMIT 1"), s => s.Text(0)) is null) return found;
        foreach (var party in parties)
            if (First(Statement("SELECT into_party FROM joined_party WHERE party = ?").Bind(party), s => s.Text(0)) is { } into) found[party] = into;
        return found;
    }

    public override List<StoredParty> Parties(IReadOnlyCollection<string> ids)
    {
        var found = new List<StoredParty>(ids.Count);
        foreach (var id in ids)
        {
            var s = Statement("SELECT pid, state FROM party WHERE id = ?").Bind(id);
            if (!s.Step()) continue;
            found.Add(new StoredParty(id, s.Long(0), s.Blob(1).ToArray()));
            s.Reset();
        }
        return found;
    }

    public override List<StoredParty> Parties(IReadOnlyCollection<long> pids)
    {
        var found = new List<StoredParty>(pids.Count);
        foreach (var pid in pids)
        {
            var s = Statement("SELECT id, state FROM party WHERE pid = ?").Bind(pid);
            if (!s.Step()) continue;
            found.Add(new StoredParty(s.Text(0), pid, s.Blob(1).ToArray()));
            s.Reset();
        }
        return found;
    }

    public override Dictionary<string, byte[]> KeyContents(IReadOnlyCollection<string> keys)
    {
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var key in keys)
            if (First(Statement("SELECT content FROM key WHERE key = ?").Bind(key), s => s.Blob(0).ToArray()) is { } content) found[key] = content;
        return found;
    }

    public override List<(int Index, byte[] State)> Rows(RowKind kind, IReadOnlyList<RowPlace> wanted)
    {
        var found = new List<(int, byte[])>(wanted.Count);
        if (wanted.Count == 0) return found;
        var s = Statement(RowSql.Of(kind).ByKey);
        for (var i = 0; i < wanted.Count; i++)
        {
            s.Bind(wanted[i].Pid).Bind(wanted[i].Key.First);
            if (wanted[i].Key.Second is { } second) s.Bind(second);
            if (!s.Step()) continue;
            found.Add((i, s.Blob(0).ToArray()));
            s.Reset();
        }
        return found;
    }

    public override List<(int Index, string Number, string Currency, byte[] State)> OpenItems(IReadOnlyList<OpenItemsKey> wanted)
    {
        var found = new List<(int, string, string, byte[])>();
        for (var i = 0; i < wanted.Count; i++)
        {
            var s = Statement("SELECT number, currency, state FROM item WHERE pid = ? AND open = 1 AND due <= ? AND account = ? ORDER BY due LIMIT "
                + "?").Bind(wanted[i].Pid).Bind(wanted[i].DueThrough).Bind(wanted[i].Account).Bind(wanted[i].Limit);
            while (s.Step()) found.Add((i, s.Text(0), s.Text(1), s.Blob(2).ToArray()));
        }
        return found;
    }

    private static T? First<T>(Statement statement, Func<Statement, T> read) where T : class
    {
        if (!statement.Step()) return null;
        var value = read(statement);
        statement.Reset();
        return value;
    }

    // --- bulk writing ---

    public override void Append(IReadOnlyList<JournalRow> rows)
    {
        if (rows.Count == 0) return;
        var insert = Statement("INSERT INTO journal(id, partition, seq, prior, party, account, kind, version, effective_on, recorded_on, recorded_at, actor, "
            + "cause, workspace_seq, payload, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        foreach (var row in rows)
            insert.Bind(Store.RowId(row.Partition, row.Seq)).Bind(row.Partition).Bind(row.Seq).Bind(row.Prior).Bind(row.Party)
                .Bind(row.Account).Bind(row.Kind).Bind(row.Version)
                .Bind(Store.Day(row.EffectiveOn)).Bind(Store.Day(row.RecordedOn)).Bind(row.RecordedAt).Bind(row.Actor)
                .Bind(row.Cause).Bind(row.WorkspaceSeq).Bind(row.Payload.AsSpan()).Bind(row.Hash.AsSpan()).Run();
    }

    /// <summary>SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE (https://www.sqlite.org/rescode.html).</summary>
    private const int KeyTaken = 1555, UniqueTaken = 2067;

    public override void Write(Changes changes)
    {
        foreach (var head in changes.Heads)
            Statement("INSERT INTO head(partition, seq, hash, recorded_at, recorded_on) VALUES(?, ?, ?, ?, ?) ON CONFLICT(partition) DO UPDATE SET seq = "
                + "excluded.seq, hash = excluded.hash, recorded_at = excluded.recorded_at, recorded_on = excluded.recorded_on")
                .Bind(head.Partition).Bind(head.Seq).Bind(head.Hash.AsSpan()).Bind(head.RecordedAt).Bind(Store.Day(head.RecordedOn)).Run();
        try
        {
            foreach (var (key, content) in changes.Keys) Statement("INSERT INTO key(key, content) VALUES(?, ?)").Bind(key).Bind(content.AsSpan()).Run();
        }
        catch (SqliteException e) when (e.SqliteExtendedErrorCode is KeyTaken or UniqueTaken)
        {
            throw new MetException($"somebody else took the same key first: {e.Message}", e);
        }
        foreach (var (account, party) in changes.Aliases)
            if (account == party) Statement("DELETE FROM account WHERE account = ?").Bind(account).Run();
            else Statement("INSERT INTO account(account, party) VALUES(?, ?) ON CONFLICT(account) DO UPDATE SET party = excluded.party")
                .Bind(account).Bind(party).Run();
        foreach (var (party, into) in changes.Joins)
            Statement("INSERT INTO joined_party(party, into_party) VALUES(?, ?) ON CONFLICT(party) DO UPDATE SET into_party = excluded.into_party")
                .Bind(party).Bind(into).Run();
        foreach (var pid in changes.Emptied)
            foreach (var kind in Chapters.Rows) Statement(RowSql.Of(kind).RemoveOfParty).Bind(pid).Run();
        foreach (var form in changes.States) Save(form);
        if (changes.Cells is not null) Statement("INSERT INTO cell_pending(deltas) VALUES(?)").Bind(changes.Cells.AsSpan()).Run();
    }

    private void Save(StateForm form)
    {
        var pid = form.Pid;
        Statement("INSERT INTO party(pid, id, next_review_on, state) VALUES(?, ?, ?, ?) ON CONFLICT(pid) DO UPDATE SET next_review_on = "
            + "excluded.next_review_on, state = excluded.state")
            .Bind(pid).Bind(form.Id).Bind((long?)form.NextReviewOn?.DayNumber).Bind(form.Header.AsSpan()).Run();
        foreach (var (kind, rows) in form.Beside)
        {
            var upsert = Statement(RowSql.Of(kind).SqliteUpsert);
            var columns = new BoundColumns(upsert);
            foreach (var row in rows)
            {
                upsert.Bind(pid);
                RowKind.TellKey(kind.KeyOf(row.State), columns);
                kind.Tell(row.State, columns);
                upsert.Bind(row.Bytes.AsSpan()).Run();
            }
        }
    }

    public override void AddCells(IReadOnlyList<KeyValuePair<CellKey, CellValue>> cells)
    {
        if (cells.Count == 0) return;
        var upsert = Statement("INSERT INTO cell(measure, day, ref_day, portfolio, segment, currency, minor, count, own) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) "
            + "ON CONFLICT(measure, day, ref_day, portfolio, segment, currency, own) DO UPDATE SET " + Sum);
        foreach (var (key, value) in cells) Bind(upsert, key, value).Bind(key.Own).Run();
    }

    public override void AddStocks(IReadOnlyList<KeyValuePair<CellKey, CellValue>> stocks)
    {
        if (stocks.Count == 0) return;
        var upsert = Statement("INSERT INTO stock(measure, month_end, ref_day, portfolio, segment, currency, minor, count) VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON "
            + "CONFLICT(measure, month_end, ref_day, portfolio, segment, currency) DO UPDATE SET " + Sum);
        foreach (var (key, value) in stocks) Bind(upsert, key, value).Run();
    }

    /// <summary>SQLite makes a sum beyond 64 bits a floating-point number and says nothing: here it breaks the rule that there is one.</summary>
    private const string Sum = "minor = CASE typeof(minor + excluded.minor) WHEN 'integer' THEN minor + excluded.minor END, count = count + excluded.count";

    private static Statement Bind(Statement upsert, in CellKey key, CellValue value) =>
        upsert.Bind((long)key.Measure.Number).Bind(key.Day).Bind(key.RefDay).Bind(key.Portfolio).Bind(key.Segment).Bind(key.Currency)
            .Bind(value.Minor).Bind(value.Count);

    public override void Dispose()
    {
        EndCopying();
        foreach (var statement in statements.Values) statement.Dispose();
        db.Dispose();
    }
}
