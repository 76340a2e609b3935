using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Cli;

/// <summary>What a process of the command left: exit code and both streams.</summary>
public sealed record Ran(int Exit, string Out, string Err)
{
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    /// <summary>Exit as wanted, else everything it said.</summary>
    public Ran Expect(int exit)
    {
        Exit.ShouldBe(exit, $"stdout:\n{Out}\nstderr:\n{Err}");
        return this;
    }
}

/// <summary>
/// A data folder of a test's own in the temporary folder, and the command run on it: within the tests' process, from its words to
/// its exit code, which is ten times as fast; as a process of its own where <see cref="Start"/> says so or an environment is given.
/// </summary>
public sealed class DataFolder : IDisposable
{
    private static readonly string Command = System.IO.Path.Combine(AppContext.BaseDirectory, "recoup.dll");

    public DataFolder()
    {
        Root = Directory.CreateTempSubdirectory("recoup-test-").FullName;
        Path = System.IO.Path.Combine(Root, "data");
        place = new Lazy<StorePlace>(() => TestStores.New(Path));
    }

    private Lazy<StorePlace> place;

    /// <summary>Where the workspace is: this folder, or a database that goes with it.</summary>
    public StorePlace Place => place.Value;

    /// <summary>Holds the data folder and the files that a test writes.</summary>
    public string Root { get; }

    public string Path { get; }

    public string Database => System.IO.Path.Combine(Path, "recoup.db");

    public string KeysDatabase => System.IO.Path.Combine(Path, "keys.db");

    public string Anchors => System.IO.Path.Combine(Path, "anchors");

    public string Mail => System.IO.Path.Combine(Path, "mail");

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Root, name);
        File.WriteAllText(path, text);
        return path;
    }

    public Ran Run(params string[] arguments) => Run(null, null, arguments);

    /// <summary>Inputs, one object a line, through the command's standard input.</summary>
    public Ran Send(string lines, params string[] arguments) => Run(lines, null, ["send", "-", "--format", "json", .. arguments]);

    public Ran Run(string? input, IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        environment is null ? RunHere(input, arguments) : RunProcess(input, environment, arguments);

    /// <summary>What the command writes, where that is no text; its exit is 0.</summary>
    public byte[] RunForBytes(params string[] arguments)
    {
        RunHere(null, arguments, out var bytes).Expect(0);
        return bytes;
    }

    private Ran RunHere(string? input, string[] arguments) => RunHere(input, arguments, out _);

    private Ran RunHere(string? input, string[] arguments, out byte[] bytes)
    {
        using var given = new MemoryStream(Encoding.UTF8.GetBytes(input ?? ""));
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        // A simulation works in a scratch folder unless one is named, whatever the environment says.
        string[] place = arguments.Contains("--data") || arguments is ["simulate", ..]
            ? []
            : TestStores.IsPostgres && !arguments.Contains("--database") ? ["--data", Path, "--database", Place.Connection!] : ["--data", Path];
        var exit = Recoup.Cli.CommandLine.Run([.. arguments, .. place], new Recoup.Cli.TerminalStreams(given, output, error)).GetAwaiter().GetResult();
        bytes = output.ToArray();
        return new Ran(exit, Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(error.ToArray()));
    }

    /// <summary>The built command as a process of its own, as a person starts it.</summary>
    public Ran RunProcess(string? input, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        if (input is not null)
            try { process.StandardInput.Write(input); } catch (IOException) { /* the command ended before it read everything */ }
        try { process.StandardInput.Close(); } catch (IOException) { /* as above */ }
        return Finish(process);
    }

    /// <summary>Starts the command and leaves it running.</summary>
    public Process Start(IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root,
        };
        start.ArgumentList.Add(Command);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["RECOUP_DATA"] = Path;
        if (TestStores.IsPostgres) start.Environment["RECOUP_DATABASE"] = Place.Connection;
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment.Remove("RECOUP_FAILPOINT");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static Ran Finish(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Ran(process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    /// <summary>As another process in the middle of a transaction: nobody can write until this is disposed of.</summary>
    public IDisposable HoldWriters()
    {
        System.Data.Common.DbConnection db = TestStores.IsPostgres ? new Npgsql.NpgsqlConnection(Place.Connection) : Connect(Database, open: false);
        db.Open();
        using var hold = db.CreateCommand();
        hold.CommandText = TestStores.IsPostgres ? "BEGIN; SELECT 1 FROM head FOR UPDATE" : "BEGIN IMMEDIATE";
        hold.ExecuteNonQuery();
        return db;
    }

    public DataFolder Copy()
    {
        var copy = new DataFolder();
        if (place.IsValueCreated) copy.place = new Lazy<StorePlace>(TestStores.Copy(place.Value, copy.Path));
        foreach (var file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(copy.Path, System.IO.Path.GetRelativePath(Path, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return copy;
    }

    public Store Open(bool create = false) => Store.Open(Place, create);

    /// <summary>Everything verified, anchors included, and everything live equal to the journal folded anew.</summary>
    public void ShouldBeSound()
    {
        using var store = Open();
        var anchors = Directory.Exists(Anchors) ? Directory.GetFiles(Anchors, "*.json") : [];
        Audit.Verify(store, anchors).Problems.ShouldBeEmpty();
    }

    /// <summary>Rows of a query, each as text: blobs as hexadecimal, NULL as ∅.</summary>
    public List<string> Rows(string sql) => TestStores.Rows(Place, sql).ConvertAll(Text);

    /// <summary>Of another file of the folder than the store's own.</summary>
    public static List<string> Rows(string database, string sql)
    {
        using var db = Connect(database);
        using var command = db.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(Text([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]));
        return rows;
    }

    private static string Text(object?[] row) => string.Join(" | ", row.Select(value => value switch
    {
        byte[] bytes => Convert.ToHexStringLower(bytes),
        null => "∅",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    }));

    public long Count(string sql) => long.Parse(Rows(sql).Single(), CultureInfo.InvariantCulture);

    /// <summary>Runs SQL on the store's file behind Recoup's back.</summary>
    public void Tamper(string sql)
    {
        if (TestStores.IsPostgres) TestStores.Rows(Place, sql);
        else Tamper(Database, sql);
    }

    public static void Tamper(string database, string sql)
    {
        using var db = Connect(database);
        using var command = db.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Connect(string database, bool open = true)
    {
        var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString());
        if (open) db.Open();
        db.CreateFunction("state_text", (byte[] state) => Core.StateText.Of(state));
        return db;
    }

    public void Dispose()
    {
        if (place.IsValueCreated) TestStores.Drop(place.Value);
        Directory.Delete(Root, recursive: true);
    }

    /// <summary>The key that signs anchors is the tests' own, never the user's; processes inherit it.</summary>
    [ModuleInitializer]
    internal static void OwnKeys()
    {
        var keys = Directory.CreateTempSubdirectory("recoup-test-keys-").FullName;
        Environment.SetEnvironmentVariable("RECOUP_KEYS", keys);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(keys, recursive: true);
    }
}
