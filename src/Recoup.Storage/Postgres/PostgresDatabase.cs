using System.Data;
using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using Recoup.Core.Foundation;

namespace Recoup.Storage.Postgres;

/// <summary>
/// A connection to a workspace in PostgreSQL, 15 and later. A statement is a journey to the server, so whatever a batch
/// needs is read by one, and what it writes goes by COPY and in one last round. Transactions are READ COMMITTED: what they
/// rest on is locked by its chain's head, not guarded by snapshots.
/// </summary>
internal sealed partial class PostgresDatabase : Database
{
    private readonly NpgsqlDataSource source;
    private readonly Dictionary<string, PostgresStatement> statements = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NpgsqlCommand> commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueClass[]> shapes = new(StringComparer.Ordinal);
    private bool inTransaction;

    private PostgresDatabase(NpgsqlDataSource source, NpgsqlConnection connection)
    {
        this.source = source;
        Connection = connection;
    }

    public NpgsqlConnection Connection { get; private set; }

    /// <summary>The statement whose rows are being read.</summary>
    internal PostgresStatement? Reading { get; set; }

    /// <summary>Throws <see cref="StoreException"/> where it can't be reached or used.</summary>
    /// <param name="create">Whether a database without Recoup's schema gets it.</param>
    public static PostgresDatabase Open(string connection, bool create)
    {
        try
        {
            return PostgresPlace.At(connection, db =>
            {
                PostgresMigrations.Apply(db, create);
                return new PostgresDatabase(PostgresPlace.Source(connection), db);
            });
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            throw Trouble.Known(e) ?? new StoreException($"the database {new StorePlace("", connection)} can't be used: {e.Message}", e);
        }
    }

    /// <summary>Whether the schema was ever made.</summary>
    public static bool Exists(string connection)
    {
        try
        {
            return PostgresPlace.At(connection, db =>
            {
                using (db)
                {
                    using var command = new NpgsqlCommand("SELECT to_regclass('schema_version') IS NOT NULL", db);
                    return (bool)command.ExecuteScalar()!;
                }
            });
        }
        catch (Exception e) when (Trouble.Of(e) is not null) { throw Trouble.Of(e)!; }
    }

    /// <summary>Gives a role what the application needs and nothing more; to be asked for by the schema's owner.</summary>
    public void Grant(string role) => Try(() =>
    {
        PostgresMigrations.Grant(Connection, role);
        return 0;
    });

    // --- the connection ---

    /// <summary>How long a lost server is waited for: a restart or a change of the primary takes less.</summary>
    internal static readonly TimeSpan LostMax = TimeSpan.FromSeconds(60);

    private bool IsLost => Connection.State != ConnectionState.Open;

    /// <summary>Outside a transaction a lost connection is only made anew.</summary>
    private void Connect()
    {
        if (!IsLost) return;
        if (inTransaction) throw new LostException("the connection to the database was lost within a transaction; nothing of it was kept.", null);
        Forget();
        // Those that stand idle were lost with it.
        source.Clear();
        for (var (waited, pause) = (Stopwatch.StartNew(), 50); ; pause = Math.Min(pause * 2, 2000))
        {
            try
            {
                Connection.Dispose();
                Connection = source.CreateConnection();
                Connection.Open();
                return;
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
            {
                if (waited.Elapsed > LostMax || !Trouble.IsLoss(e))
                    throw Trouble.Known(e) ?? new StoreException($"the database can't be reached: {e.Message}", e);
                Thread.Sleep(pause);
            }
        }
    }

    private void Forget()
    {
        Reading = null;
        foreach (var command in commands.Values) Quietly(command);
        commands.Clear();
    }

    private static void Quietly(IDisposable gone)
    {
        try { gone.Dispose(); }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException) { /* it was of a connection that is gone */ }
    }

    public override bool IsPassing(Exception e) => e is LostException or MetException;

    /// <summary>Makes the connection free for another statement.</summary>
    internal void Free(PostgresStatement? wanted)
    {
        if (Reading is { } reading && reading != wanted) reading.Keep();
    }

    public override Statement Statement(string sql)
    {
        if (!inTransaction) Connect();
        if (statements.TryGetValue(sql, out var statement)) return statement.Anew();
        return statements[sql] = new PostgresStatement(this, sql);
    }

    public override Statement Own(string sql)
    {
        if (!inTransaction) Connect();
        return new PostgresStatement(this, sql);
    }

    public override Scan Scan(string sql, params ReadOnlySpan<long> numbers)
    {
        if (!inTransaction) Connect();
        Free(null);
        var text = PostgresScan.Filled(sql, numbers);
        return Try(() =>
        {
            if (!shapes.TryGetValue(sql, out var classes)) shapes[sql] = classes = Classes(text);
            return new PostgresScan(Connection, text, classes);
        });
    }

    /// <summary>What the columns of a scan hold, as the server says.</summary>
    private ValueClass[] Classes(string sql)
    {
        using var command = new NpgsqlCommand(sql, Connection);
        using var reader = command.ExecuteReader(CommandBehavior.SchemaOnly);
        return [.. Enumerable.Range(0, reader.FieldCount).Select(c => PostgresStatement.ClassOf(reader.GetDataTypeName(c)))];
    }

    public override void Exec(string sql) => Again(() =>
    {
        Free(null);
        using var command = new NpgsqlCommand(sql, Connection);
        return command.ExecuteNonQuery();
    });

    /// <summary>
    /// Outside a transaction a statement whose connection was lost is made once more on a new one: it read, or wrote what comes
    /// to the same when it is written twice.
    /// </summary>
    internal T Again<T>(Func<T> work)
    {
        if (!inTransaction) Connect();
        try { return work(); }
        catch (Exception e) when (!inTransaction && Trouble.IsLoss(e))
        {
            Connection.Close();
            Connect();
            return Try(work);
        }
        catch (Exception e) when (Trouble.Of(e) is not null) { throw Trouble.Of(e)!; }
    }

    private T Try<T>(Func<T> work)
    {
        try { return work(); }
        catch (Exception e) when (Trouble.Of(e) is not null) { throw Trouble.Of(e)!; }
    }

    // --- transactions ---

    public override void Begin()
    {
        Exec("BEGIN ISOLATION LEVEL READ COMMITTED");
        inTransaction = true;
    }

    public override void BeginRead()
    {
        Exec("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        inTransaction = true;
    }

    public override void BeginRead(string snapshot)
    {
        BeginRead();
        Exec($"SET TRANSACTION SNAPSHOT '{snapshot.Replace("'", "''", StringComparison.Ordinal)}'");
    }

    public override string? ExportSnapshot()
    {
        var s = Statement("SELECT pg_export_snapshot()");
        s.Step();
        var snapshot = s.Text(0);
        s.Reset();
        return snapshot;
    }

    public override void Commit()
    {
        // Whether it was kept is in doubt where the answer does not come; who asked looks for what it wrote.
        try { Exec("COMMIT"); }
        finally { inTransaction = false; }
    }

    public override void Rollback()
    {
        if (!inTransaction) return;
        inTransaction = false;
        if (IsLost) return;
        Reading?.Reset();
        try
        {
            using var command = new NpgsqlCommand("ROLLBACK", Connection);
            command.ExecuteNonQuery();
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException)
        {
            // The server rolls back what it hears no more of.
            Connection.Close();
        }
    }

    public override bool InTransaction => inTransaction;

    /// <summary>Names of the advisory locks: the class, and within it a number of the schema and what the lock is for.</summary>
    private const int TurnClass = 0x5EC1, WorkClass = 0x5EC2;

    public override IDisposable? TakeTurn(string work, TimeSpan wait)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            var connection = source.CreateConnection();
            try
            {
                connection.Open();
                using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1, hashtext(current_schema() || '/' || $2))", connection);
                command.Parameters.Add(new NpgsqlParameter { Value = TurnClass });
                command.Parameters.Add(new NpgsqlParameter { Value = work });
                // Asked once at least, by who does not want to wait too.
                while (true)
                {
                    if ((bool)command.ExecuteScalar()!) return new Turn(connection);
                    if (waited.Elapsed >= wait) break;
                    Thread.Sleep(50);
                }
                connection.Dispose();
                return null;
            }
            catch (Exception e) when (Trouble.IsLoss(e) && waited.Elapsed < wait)
            {
                connection.Dispose();
                Thread.Sleep(200);
            }
            catch (Exception e) when (Trouble.Of(e) is not null)
            {
                connection.Dispose();
                throw Trouble.Of(e)!;
            }
        }
    }

    /// <summary>The lock is its session's; a session that ends, however it ends, gives it up.</summary>
    private sealed class Turn(NpgsqlConnection connection) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", connection);
                command.ExecuteNonQuery();
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException) { /* with the connection the turn has ended too */ }
            finally { connection.Dispose(); }
        }
    }

    public override DateTimeOffset? Lock(IReadOnlyList<int> partitions, bool workspace)
    {
        if (partitions.Count > 0)
            Rows("SELECT partition FROM head WHERE partition = ANY($1) ORDER BY partition FOR "
                + "UPDATE", [Longs([.. partitions.Select(p => (long)p)])], r => r.GetInt64(0));
        // Shared by all who only act under the workspace as it is: whoever changes it waits for them.
        const string now = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM head WHERE partition = $1 FOR ";
        var there = Rows(workspace ? now + "UPDATE" : now + "SHARE", [Value(NpgsqlDbType.Bigint, (long)Partition.Workspace)], r => r.GetInt64(0));
        return there is [var time] ? DateTimeOffset.FromUnixTimeMilliseconds(time) : throw new StoreException("the table head has no row for the workspace; "
            + "`recoup audit verify` tells more");
    }

    public override bool IsTyped => true;

    public override void ReadsOnce() => Exec("SET enable_seqscan = on");

    public override void LockAll()
    {
        Exec("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0");
        Rows("SELECT partition FROM head ORDER BY partition FOR UPDATE", [], r => r.GetInt64(0));
    }

    public override bool HasManyWriters => true;

    public override void LockFor(string what) =>
        Rows("SELECT 1 FROM pg_advisory_xact_lock($1, hashtext(current_schema() || '/' || "
            + "$2))", [Value(NpgsqlDbType.Integer, WorkClass), Value(NpgsqlDbType.Text, what)], _ => 0);

    public override void Compact() { }

    public override DateTimeOffset? Time
    {
        get
        {
            var s = Statement("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
            s.Step();
            var there = DateTimeOffset.FromUnixTimeMilliseconds(s.Long(0));
            s.Reset();
            return there;
        }
    }

    public override TimeSpan ClockAhead(TimeProvider clock)
    {
        var before = clock.GetUtcNow();
        var there = Time!.Value;
        var after = clock.GetUtcNow();
        // The answer is of some moment between asking and hearing.
        return there < before ? there - before : there > after ? there - after : TimeSpan.Zero;
    }

    public override void Dispose()
    {
        Forget();
        foreach (var statement in statements.Values) Quietly(statement);
        Connection.Dispose();
    }
}
