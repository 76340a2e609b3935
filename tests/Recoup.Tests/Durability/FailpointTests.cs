using Recoup.Storage;
using Recoup.Tests.Cli;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Durability;

/// <summary>A small business at four moments: live, imported, decided, sent, and one customer erased; all undisturbed.</summary>
public sealed class UndisturbedFolders : IDisposable
{
    /// <summary>Enough for two transactions of an import, of a run and of a dispatch.</summary>
    private const int Accounts = 2200, Mailed = 300;

    public static readonly IReadOnlyDictionary<string, string[]> Commands = new Dictionary<string, string[]>
    {
        ["import"] = ["import", "../rows.csv", "--map", "receivables", "--now", "2026-02-02T10:00:00Z"],
        ["run"] = ["run", "--as-of", "2026-02-09", "--now", "2026-02-09T10:00:00Z"],
        ["dispatch"] = ["dispatch", "--now", "2026-02-09T10:05:00Z"],
        ["erase"] = ["send", "../erase.ndjson", "--now", "2026-02-09T11:00:00Z"],
    };

    private readonly Dictionary<string, DataFolder> before = [];
    private readonly Dictionary<string, DataFolder> after = [];

    public UndisturbedFolders()
    {
        // Keys are random; taken from a first try, they make what is sealed under them the same every time.
        using var first = new DataFolder();
        Run(first, "import");
        var folder = new DataFolder();
        folder.Run("sending", "live", "--now", "2026-02-01T10:00:00Z").Expect(0);
        var keys = TestStores.KeyRows(first.Place, $"SELECT party, key FROM {TestStores.KeyTable}");
        if (keys.Count > 0) TestStores.KeyRows(folder.Place, $"DELETE FROM {TestStores.KeyTable}");
        foreach (var part in keys.Chunk(500))
            TestStores.KeyRows(folder.Place, $"INSERT INTO {TestStores.KeyTable} VALUES "
                + $"{string.Join(", ", part.Select(k => $"('{k[0]}', {(TestStores.IsPostgres ? "'\\x" : "x'")}{Convert.ToHexString((byte[])k[1]!)}')"))}");
        foreach (var name in Commands.Keys)
        {
            before[name] = folder;
            folder = folder.Copy();
            Run(folder, name).Expect(0);
            after[name] = folder;
        }
    }

    /// <summary>A copy of the folder as it was before a command.</summary>
    public DataFolder Before(string name) => before[name].Copy();

    /// <summary>The folder as it is after the command; not to be changed.</summary>
    public DataFolder After(string name) => after[name];

    public static Ran Run(DataFolder folder, string name, string? failpoint = null)
    {
        Directory.CreateDirectory(folder.Root);
        folder.Write("rows.csv", Ledger.Csv(Accounts, Mailed));
        folder.Write("erase.ndjson", """{"type":"erasure","key":"e-1","account":"A0007","reason":"asked for"}""");
        var arguments = Commands[name].Select(a => a.Replace("..", folder.Root, StringComparison.Ordinal)).ToArray();
        return folder.Run(null,
            failpoint is null ? null : new Dictionary<string, string> { ["RECOUP_FAILPOINT"] = failpoint }, [.. arguments, "--format", "json"]);
    }

    public void Dispose()
    {
        foreach (var folder in before.Values.Concat(after.Values).Distinct()) folder.Dispose();
    }
}

/// <summary>The process dies at every named moment; the same command again comes to what it would have come to undisturbed.</summary>
public sealed class FailpointTests(UndisturbedFolders undisturbed, ITestOutputHelper output) : IClassFixture<UndisturbedFolders>
{
    /// <summary>
    /// Each name at its first passing; those on both sides of a commit at later ones too, when something was kept already. On PostgreSQL,
    /// where each of them takes several seconds, the later ones of <see cref="Long"/> only.
    /// </summary>
    public static TheoryData<string> Moments()
    {
        var moments = new TheoryData<string>();
        foreach (var name in Failpoint.Names)
        {
            moments.Add(name);
            if (name.Split('.')[1] is not ("before-commit" or "after-commit") || (TestStores.IsPostgres && !Long.IsAsked)) continue;
            moments.Add(name + ":2");
            if (name.StartsWith("run.", StringComparison.Ordinal)) moments.Add(name + ":3");
        }
        return moments;
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public void Death_at_a_moment_leaves_no_trace_after_the_command_is_run_again(string moment)
    {
        var command = moment.Split('.')[0];
        using var folder = undisturbed.Before(command);

        var killed = UndisturbedFolders.Run(folder, command, moment);
        killed.Exit.ShouldNotBe(0);
        killed.Err.ShouldContain($"failpoint {moment.Split(':')[0]} hit");
        killed.Out.ShouldBeEmpty();
        var kept = folder.Count("SELECT count(*) FROM journal");
        var again = UndisturbedFolders.Run(folder, command).Expect(0);
        output.WriteLine($"{moment}: died with {kept} events kept; then {again.Out.Trim()}");

        var expected = undisturbed.After(command);
        Ledger.ShouldBeSameRows(Ledger.Journal(folder), Ledger.Journal(expected));
        foreach (var table in new[] { "key", "account", "erasure" })
            Ledger.ShouldBeSameRows(folder.Rows($"SELECT * FROM {table} ORDER BY 1"), expected.Rows($"SELECT * FROM {table} ORDER BY 1"));
        Names(folder.Anchors).ShouldBe(Names(expected.Anchors));
        Names(folder.Mail).ShouldBe(Names(expected.Mail));
        if (command == "dispatch") Ledger.ShouldHaveSentEachMessageOnce(folder);
        folder.ShouldBeSound();
    }

    /// <summary>After a change of the workspace a run looks at all that have something ahead: going on, at those it has not looked at.</summary>
    [Theory]
    [InlineData("run.after-commit:2")]
    [InlineData("run.before-end")]
    public void A_run_that_looks_at_all_goes_on_where_it_was(string moment)
    {
        const string change = """{"type":"portfolio","key":"pf","portfolio":"EU","name":"Europe","time_zone":"Europe/Berlin"}""";
        string[] run = ["run", "--as-of", "2026-02-10", "--now", "2026-02-10T10:00:00Z"];
        using var folder = undisturbed.After("dispatch").Copy();
        folder.Send(change, "--now", "2026-02-10T09:00:00Z").Expect(0);
        using var expected = folder.Copy();
        expected.Run(run).Expect(0);
        expected.Count("SELECT count(*) FROM journal WHERE kind = 'decided' AND effective_on = '2026-02-10'").ShouldBeGreaterThan(1000);

        folder.Run(null, new Dictionary<string, string> { ["RECOUP_FAILPOINT"] = moment }, run).Err.ShouldContain(moment.Split(':')[0]);
        folder.Run(run).Expect(0);
        Ledger.ShouldBeSameRows(Ledger.Journal(folder), Ledger.Journal(expected));
        folder.ShouldBeSound();
    }

    [Fact]
    public void The_undisturbed_folders_hold_what_they_should()
    {
        undisturbed.After("import").Count("SELECT count(*) FROM journal WHERE kind = 'invoice_issued'").ShouldBe(4400);
        undisturbed.After("dispatch").Count("SELECT count(*) FROM message WHERE status = 2").ShouldBe(300);
        undisturbed.After("dispatch").ShouldBeSound();
        undisturbed.After("erase").ShouldBeSound();
        Names(undisturbed.After("erase").Mail).Count.ShouldBe(299);
    }

    private static List<string?> Names(string folder) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)] : [];
}
