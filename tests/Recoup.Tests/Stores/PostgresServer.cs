using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Recoup.Storage;

namespace Recoup.Tests.Stores;

/// <summary>
/// A real PostgreSQL server of the tests' own: started in a temporary folder at a free loopback port, gone with the tests.
/// It refuses to run as root, so root starts it as the user postgres.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    private static readonly Lazy<PostgresServer> TheShared =
        new(() => new PostgresServer("-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"));
    private static int databases;

    private readonly Lock gate = new();
    private readonly string root;

    /// <param name="options">Further options of the server.</param>
    public PostgresServer(string options = "")
    {
        root = Directory.CreateTempSubdirectory("recoup-pg-").FullName;
        Data = Path.Combine(root, "data");
        Log = Path.Combine(root, "log");
        Options = options;
        Port = FreePort();
        if (IsRoot) Shell($"chown postgres '{root}'", asServer: false);
        Shell($"'{Bin}/initdb' -A trust -U postgres -E UTF8 --locale=C.UTF-8 -D '{Data}'");
        Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
    }

    /// <summary>A server made from another one's files, such as a standby.</summary>
    /// <param name="fill">Fills the data folder that it is given.</param>
    public PostgresServer(string options, Action<string> fill)
    {
        root = Directory.CreateTempSubdirectory("recoup-pg-").FullName;
        Data = Path.Combine(root, "data");
        Log = Path.Combine(root, "log");
        Options = options;
        Port = FreePort();
        if (IsRoot) Shell($"chown postgres '{root}'", asServer: false);
        fill(Data);
        Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
    }

    /// <summary>One for all tests that need no server of their own; it forgets what it would lose in a power cut.</summary>
    public static PostgresServer Shared => TheShared.Value;

    /// <summary>Null: there is no server on this machine.</summary>
    public static string? Bin { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb")))
            .OrderByDescending(d => d, StringComparer.Ordinal).FirstOrDefault()
        : null;

    public const string Missing = "there is no PostgreSQL server on this machine (Debian: postgresql)";

    public string Data { get; }

    public string Log { get; }

    public string Options { get; }

    public int Port { get; }

    private static bool IsRoot => Environment.UserName == "root";

    public void Start()
    {
        Shell($"'{Bin}/pg_ctl' -D '{Data}' -l '{Log}' -w -o '-p {Port.ToString(CultureInfo.InvariantCulture)} -c "
            + $"listen_addresses=127.0.0.1 -k {root} -c max_connections=300 {Options}' start");
        if (isWatched || !Directory.Exists("/proc/self")) return;
        isWatched = true;
        // Where this process is killed nothing here runs any more: another one waits for its end and then ends the server and removes its files.
        const string after = """
            exec >/dev/null 2>&1 </dev/null; while [ -d "/proc/$1" ]; do sleep 2; done; [ -d "$2" ] || exit; server=$(head -n 1 "$2/data/postmaster.pid") && 
            """ + """
            kill -QUIT "$server"; sleep 1; rm -rf "$2" 
            """;
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false, WorkingDirectory = "/" };
        foreach (var argument in new[] { "/bin/sh", "-c", after, "watch", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), root })
            start.ArgumentList.Add(argument);
        Process.Start(start)!.Dispose();
    }

    private bool isWatched;

    /// <param name="mode">fast: as on shutdown; immediate: as in a crash.</param>
    public void Stop(string mode = "fast") => Shell($"'{Bin}/pg_ctl' -D '{Data}' -m {mode} -w stop");

    public void Promote() => Shell($"'{Bin}/pg_ctl' -D '{Data}' -w promote");

    /// <summary>A new database as a connection, made as a copy of one that has Recoup's schema and a function or two of SQLite's.</summary>
    public string NewDatabase()
    {
        lock (gate)
        {
            if (!hasTemplate) MakeTemplate();
            var name = $"t{Interlocked.Increment(ref databases).ToString(CultureInfo.InvariantCulture)}";
            Execute("postgres", $"CREATE DATABASE {name} TEMPLATE recoup_template STRATEGY FILE_COPY");
            return Connection(name);
        }
    }

    /// <summary>A database as another one is now; nobody may be at that one.</summary>
    public string CopyOf(string connection)
    {
        var from = new NpgsqlConnectionStringBuilder(connection).Database!;
        lock (gate)
        {
            NpgsqlConnection.ClearAllPools();
            var name = $"t{Interlocked.Increment(ref databases).ToString(CultureInfo.InvariantCulture)}";
            Execute("postgres", $"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{from}'");
            // A connection that came back to its pool in between was ended with the others.
            NpgsqlConnection.ClearAllPools();
            Execute("postgres", $"CREATE DATABASE {name} TEMPLATE {from} STRATEGY FILE_COPY");
            return Connection(name);
        }
    }

    private bool hasTemplate;

    private void MakeTemplate()
    {
        Execute("postgres", "CREATE DATABASE recoup_template");
        var folder = Directory.CreateTempSubdirectory("recoup-template-").FullName;
        try
        {
            using var store = Store.Open(new StorePlace(folder, Connection("recoup_template")));
            // The table of keys is made when first asked for.
            _ = store.Vault.HoldsKeys;
        }
        finally { Directory.Delete(folder, recursive: true); }
        Execute("recoup_template", "CREATE FUNCTION hex(bytea) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(encode($1, ''hex''))'");
        NpgsqlConnection.ClearAllPools();
        // A database that somebody is at can't be copied.
        Execute("postgres", "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'recoup_template'");
        Execute("postgres", "ALTER DATABASE recoup_template WITH ALLOW_CONNECTIONS false");
        hasTemplate = true;
    }

    public void Drop(string connection)
    {
        var name = new NpgsqlConnectionStringBuilder(connection).Database!;
        lock (gate) Execute("postgres", $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    }

    // Few connections a database: hundreds of databases come and go in one run of tests.
    public string Connection(string database, string user = "postgres") =>
        string.Create(CultureInfo.InvariantCulture,
            $"Host=127.0.0.1;Port={Port};Database={database};Username={user};Maximum Pool Size=20;Connection Idle Lifetime=5;Connection Pruning Interval=2");

    public void Execute(string database, string sql, string user = "postgres")
    {
        using var db = new NpgsqlConnection(Connection(database, user) + ";Pooling=false");
        db.Open();
        using var command = new NpgsqlCommand(sql, db);
        command.ExecuteNonQuery();
    }

    /// <summary>Runs a command of the server's; throws with what it said where it fails.</summary>
    public static void Shell(string command, bool asServer = true)
    {
        var start = new ProcessStartInfo(asServer && IsRoot ? "su" : "/bin/sh")
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        foreach (var argument in asServer && IsRoot
            ? new[] { "postgres", "-s", "/bin/sh", "-c", command + " >/dev/null 2>&1" }
            : ["-c", command + " >/dev/null 2>&1"])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command} ended with {process.ExitCode}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        if (!Directory.Exists(root)) return;
        try { Stop("immediate"); }
        catch (InvalidOperationException) { /* it was stopped already */ }
        Shell($"rm -rf '{Data}'");
        Directory.Delete(root, recursive: true);
    }
}
