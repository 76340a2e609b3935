using Recoup.Connectors.Files;
using Recoup.Connectors.Mail;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Stores;

namespace Recoup.Bench;

/// <summary>A new workspace to measure on, on SQLite or on a PostgreSQL server of the section's own; gone when it is disposed of.</summary>
internal sealed class Ground : IDisposable
{
    // Durable as it comes; the room of a server that has a machine of some size to itself.
    private static readonly Lazy<PostgresServer> Server =
        new(() => new PostgresServer("-c shared_buffers=1GB -c max_wal_size=8GB -c checkpoint_timeout=15min"));

    private static int count;

    private readonly string? database;

    public Ground(bool postgres = false)
    {
        Folder = Directory.CreateTempSubdirectory("workspace-").FullName;
        Environment.SetEnvironmentVariable("RECOUP_KEYS", Path.Combine(Folder, "keys"));
        if (postgres)
        {
            database = $"bench{++count}";
            Server.Value.Execute("postgres", $"CREATE DATABASE {database}");
        }
        Place = new StorePlace(Folder, database is null ? null : Server.Value.Connection(database));
        Store = Store.Open(Place);
    }

    public string Folder { get; }

    public StorePlace Place { get; }

    public Store Store { get; }

    public bool IsPostgres => database is not null;

    /// <summary>The type of a key that needs no index beside the table.</summary>
    public string WholeNumber => IsPostgres ? "BIGINT" : "INTEGER";

    public string StoreName => NameOf(IsPostgres);

    public static string NameOf(bool postgres) => postgres ? "PostgreSQL" : "SQLite";

    public Door Door(string operation, DateOnly day) => new(Store, operation, new Standing(At(day)), TemplateWriter.Shipped);

    public void Import(string file, DateOnly day, string what) =>
        new Intake(Door("import", day))
            .Take(MappedFile.Read(Mapping.Load("receivables"), file), (row, reason) => throw new InvalidOperationException($"line {row.Line}: {reason}"),
            report => Progress.Now(() => $"{what}: {report.Read:N0} rows"));

    public RunReport Run(DateOnly day, bool all, string what) =>
        new DailyRun(Door("run", day))
            .Run(day, At(day), all, acceptVolume: true, progress: (done, of) => Progress.Now(() => $"{what}: {done:N0} of {of:N0} parties"));

    public long Count(string table)
    {
        using var s = Store.Own("SELECT count(*) FROM " + table);
        s.Step();
        return s.Long(0);
    }

    /// <summary>
    /// Hand-written statements take the plan that the server thinks best, and the time they need: what the program wishes for
    /// its own sessions does not hold for them.
    /// </summary>
    public void ByHand(Action work)
    {
        if (IsPostgres) Store.Exec("SET statement_timeout = 0; SET enable_seqscan = on; SET jit = on");
        work();
        if (IsPostgres) Store.Exec("RESET statement_timeout; RESET enable_seqscan; RESET jit");
    }

    public static DateTimeOffset At(DateOnly day) => new(day, new TimeOnly(10, 0), TimeSpan.Zero);

    public void Dispose()
    {
        Store.Dispose();
        if (database is not null)
        {
            Npgsql.NpgsqlConnection.ClearAllPools();
            Server.Value.Execute("postgres", $"DROP DATABASE {database} WITH (FORCE)");
        }
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>A clock that stands still.</summary>
internal sealed class Standing(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
