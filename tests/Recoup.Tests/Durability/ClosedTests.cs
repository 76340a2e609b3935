using System.Diagnostics;
using System.Runtime.Versioning;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>What the command makes nobody else on the machine can look into; a copy that can only be read is read.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ClosedTests(EveryKindFolder made) : IClassFixture<EveryKindFolder>
{
    private const int Others = 0b000_000_111, GroupWrite = 0b000_010_000;

    /// <summary>As the process that the command line names, in a shell with that umask.</summary>
    private static Ran Shell(DataFolder folder, string umask, string? user, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/bash")
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
            RedirectStandardInput = true, WorkingDirectory = "/"
        };
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "recoup.dll"), "--data", folder.Path, .. arguments];
        if (user is not null) command = ["/usr/bin/setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", .. command];
        foreach (var argument in new[] { "-c", $"umask {umask}; exec \"$@\"", "bash" }.Concat(command)) start.ArgumentList.Add(argument);
        if (user is not null) start.Environment["HOME"] = "/tmp";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return DataFolder.Finish(process);
    }

    private static List<string> TooOpen(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Append(folder).Where(path
            => ((int)File.GetUnixFileMode(path) & (Others | GroupWrite)) != 0)];

    [Fact]
    public void What_is_made_is_closed_whatever_the_umask()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "needs a shell");
        using var folder = new DataFolder();
        var lines = folder.Write("lines.ndjson", EveryKind.FirstDay + "\nno input");
        var keys = Path.Combine(folder.Root, "keys");
        Shell(folder, "0000", null, "send", lines, "--now", "2026-02-02T10:00:00Z").Expect(3);
        Shell(folder, "0000", null, "sending", "live", "--now", "2026-02-02T10:01:00Z").Expect(0);
        Shell(folder, "0000", null, "run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        Shell(folder, "0000", null, "dispatch", "--now", "2026-02-05T10:02:00Z").Expect(0);
        Directory.EnumerateFiles(folder.Mail, "*.eml").ShouldNotBeEmpty();
        Directory.EnumerateFiles(folder.Anchors).ShouldNotBeEmpty();
        File.Exists(Path.Combine(folder.Path, "rejects.csv")).ShouldBeTrue();
        TooOpen(folder.Path).ShouldBeEmpty();
        Directory.Exists(keys).ShouldBeFalse();
    }

    [Fact]
    public void What_lies_open_from_before_is_closed_when_the_folder_is_opened()
    {
        using var folder = made.Folder.Copy();
        foreach (var path in Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories))
            File.SetUnixFileMode(path, (UnixFileMode)(Directory.Exists(path) ? 0b111_101_101 : 0b110_100_100));
        folder.Run("sending").Expect(0).Err.ShouldBeEmpty();
        foreach (var name in new[] { "recoup.db", "keys.db", "mail", "anchors" }) ((int)File.GetUnixFileMode(Path.Combine(folder.Path, name)) & Others)
            .ShouldBe(0, name);
    }

    private static readonly string[] Reads = ["kpi", "ageing", "worklist", "explain A1", "drill dso --as-of 2026-02-09", "messages", "sending",
        "api-key list", "audit verify --anchor {anchors} --key {key}", "rebuild --check"];

    /// <summary>As nobody, who may read the copy and write nowhere in it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_copy_that_can_only_be_read_is_read_and_verified(bool withLog)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root" && File.Exists("/usr/bin/setpriv"), "needs root, to become nobody");
        using var folder = made.Folder.Copy();
        var last = "2026-02-09T12:00:00Z";
        using (var held = withLog ? folder.Open() : null)
        {
            // With somebody else at it, what is sent stays in the log.
            folder.Send("""{"type":"hold","key":"h-9","account":"A1","from":"2026-03-01","to":"2026-03-02","reason":"requested"}""", "--now", last).Expect(0);
            using var copy = folder.Copy();
            File.Exists(copy.Database + "-wal").ShouldBe(withLog);
            File.Delete(copy.Database + "-shm");
            File.Delete(copy.KeysDatabase + "-shm");
            var wanted = folder.Count("SELECT count(*) FROM journal");
            foreach (var path in Directory.EnumerateFileSystemEntries(copy.Root, "*", SearchOption.AllDirectories).Append(copy.Root))
                File.SetUnixFileMode(path, (UnixFileMode)(Directory.Exists(path) ? 0b101_101_101 : 0b100_100_100));
            var before = Directory.EnumerateFileSystemEntries(copy.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
            // A log is there or is not for whatever reads: every verb on one copy, on the other those that read most.
            foreach (var verb in withLog && !Long.IsAsked ? Reads.Where(r => r.Split(' ')[0] is "explain" or "audit") : Reads)
            {
                var arguments = verb.Split(' ').Select(a => a == "{anchors}" ? copy.Anchors : a == "{key}" ? Storage.Work.AnchorKeys.OwnPublicKey()! : a);
                var ran = Shell(copy, "0022", "65534", [.. arguments, "--format", "json"]);
                Assert.SkipWhen(ran.Exit is 126 or 127 or 131 or 134 or 150, "nobody can't start the command here");
                ran.Expect(0);
                if (verb.StartsWith("audit", StringComparison.Ordinal)) ran.Json.GetProperty("events").GetInt64().ShouldBe(wanted);
                if (verb == "explain A1") ran.Out.ShouldContain("first-reminder");
            }
            var refused = Shell(copy, "0022", "65534", "run", "--as-of", "2026-02-10", "--now", "2026-02-10T10:00:00Z").Expect(1);
            refused.Err.Trim().Split('\n').Length.ShouldBe(1, refused.Err);
            refused.Err.ShouldContain("can't be written");
            Directory.EnumerateFileSystemEntries(copy.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ShouldBe(before);
        }
    }

    /// <summary>The page on which the parties lie, and one of the file of keys.</summary>
    [Theory]
    [InlineData("recoup.db")]
    [InlineData("keys.db")]
    public void A_damaged_page_names_its_file_and_what_to_do(string name)
    {
        using var folder = made.Folder.Copy();
        var file = Path.Combine(folder.Path, name);
        DataFolder.Tamper(file, "PRAGMA wal_checkpoint(TRUNCATE)");
        using (var stream = new FileStream(file, FileMode.Open))
            for (var page = 1; page < stream.Length / 4096; page++)
            {
                stream.Position = page * 4096;
                stream.Write(Enumerable.Repeat((byte)0xA5, 2000).ToArray());
            }
        foreach (var verb in name == "keys.db" ? ["worklist", "explain A1"] : new[] { "worklist", "explain A1", "dispatch --now 2026-02-10T10:05:00Z" })
        {
            var ran = folder.Run(verb.Split(' ')).Expect(1);
            ran.Err.ShouldContain(name);
            ran.Err.ShouldContain("damaged");
            ran.Err.ShouldContain("backup");
            ran.Err.Trim().Split('\n').Length.ShouldBe(1, ran.Err);
        }
    }
}
