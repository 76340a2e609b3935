using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>A disk or a folder that is not as it should be: one line says what is wrong, exit 1, nothing lost.</summary>
public sealed class TroubleTests(EveryKindFolder made) : IClassFixture<EveryKindFolder>
{
    private static readonly string[] Run = ["run", "--as-of", "2026-02-10", "--now", "2026-02-10T10:00:00Z"];

    private static void ShouldSayInOneLine(Ran ran, string words)
    {
        ran.Expect(1);
        ran.Out.ShouldBeEmpty();
        ran.Err.Trim().Split('\n').Length.ShouldBe(1, ran.Err);
        ran.Err.ShouldContain(words);
    }

    [Fact]
    public void A_folder_without_data_is_said_and_not_made()
    {
        using var folder = new DataFolder();
        foreach (var verb in new[] { "kpi", "ageing", "worklist", "run", "dispatch", "audit verify", "rebuild",
            "messages", "sending", "explain A1", "drill dso" })
        {
            ShouldSayInOneLine(folder.Run(verb.Split(' ')), "no Recoup data");
            Directory.Exists(folder.Path).ShouldBeFalse(verb);
        }
    }

    [Fact]
    public void A_data_folder_that_is_a_file_is_said()
    {
        using var folder = new DataFolder();
        File.WriteAllText(folder.Path, "not a folder");
        ShouldSayInOneLine(folder.Send("{}"), "can't be opened");
        File.ReadAllText(folder.Path).ShouldBe("not a folder");
    }

    [Theory]
    [InlineData("this is no database, and long enough that nobody takes it for the beginning of one; this is no database")]
    [InlineData("x")]
    public void A_file_that_is_no_database_is_said_and_left_alone(string content)
    {
        using var folder = made.Folder.Copy();
        File.Delete(folder.Database + "-wal");
        File.Delete(folder.Database + "-shm");
        File.WriteAllText(folder.Database, content);
        ShouldSayInOneLine(folder.Run(Run), "Restore a backup");
        File.ReadAllText(folder.Database).ShouldBe(content);
    }

    [Fact]
    public void A_key_file_that_is_no_database_is_said()
    {
        using var folder = made.Folder.Copy();
        File.Delete(folder.KeysDatabase + "-wal");
        File.Delete(folder.KeysDatabase + "-shm");
        File.WriteAllText(folder.KeysDatabase, new string('x', 5000));
        ShouldSayInOneLine(folder.Run(Run), "keys.db");
    }

    [Fact]
    public void A_journal_that_was_lost_is_not_begun_anew_beside_its_keys()
    {
        using var folder = made.Folder.Copy();
        foreach (var file in Directory.GetFiles(folder.Path, "recoup.db*")) File.Delete(file);
        ShouldSayInOneLine(folder.Send("""{"type":"account","key":"a","account":"N1"}"""), "lost");
        File.WriteAllText(folder.Database, "");
        ShouldSayInOneLine(folder.Run(Run), "lost");
    }

    [Fact]
    public void A_database_of_a_newer_schema_is_said_and_left_alone()
    {
        using var folder = made.Folder.Copy();
        folder.Tamper("PRAGMA user_version = 999");
        ShouldSayInOneLine(folder.Run(Run), "newer Recoup");
        folder.Count("PRAGMA user_version").ShouldBe(999);
    }

    /// <summary>A page overwritten in the middle of the file.</summary>
    [Fact]
    public void A_damaged_page_is_said_by_every_verb()
    {
        using var folder = made.Folder.Copy();
        folder.Tamper("PRAGMA wal_checkpoint(TRUNCATE)");
        using (var file = new FileStream(folder.Database, FileMode.Open))
            for (var page = 2; page < file.Length / 4096; page++)
            {
                file.Position = page * 4096;
                file.Write(Enumerable.Repeat((byte)0xA5, 2000).ToArray());
            }
        foreach (var verb in new[] { "audit verify", "rebuild --check", "rebuild", "kpi", "worklist", "explain A1", "ageing --by account", "dispatch",
            "messages", "run --as-of 2026-02-10 --now 2026-02-10T10:00:00Z" })
        {
            var ran = folder.Run(verb.Split(' '));
            ran.Exit.ShouldBe(1, $"{verb}: {ran.Out}{ran.Err}");
            ran.Err.ShouldNotContain("Unhandled");
        }
    }

    [Fact]
    public void Keys_of_another_time_hide_names_and_stop_nothing()
    {
        using var folder = made.Folder.Copy();
        foreach (var file in Directory.GetFiles(folder.Path, "keys.db*")) File.Delete(file);
        folder.Run("worklist").Expect(0);
        folder.Run([.. Run, "--all"]).Expect(0);
        folder.Run("dispatch", "--now", "2026-02-10T10:05:00Z").Expect(0);
        folder.Run("audit", "verify", "--format", "json").Expect(1).Json.GetProperty("problems").EnumerateArray()
            .ShouldAllBe(p => p.GetProperty("check").GetString() == "key");
    }

    [Fact]
    public void States_of_another_version_are_refused_until_they_are_rebuilt()
    {
        using var folder = made.Folder.Copy();
        folder.Tamper("UPDATE meta SET value = '1' WHERE name = 'state_version'; UPDATE party SET state = x'00'; DELETE FROM cell; DELETE FROM account;");
        foreach (var verb in new[] { "run --as-of 2026-02-10 --now 2026-02-10T10:00:00Z", "dispatch", "kpi", "ageing", "worklist", "explain A1",
            "drill dso", "messages", "sending", "policy show" })
            ShouldSayInOneLine(folder.Run(verb.Split(' ')), "recoup rebuild");
        folder.Run("audit", "verify").Expect(1).Out.ShouldContain("recoup rebuild");
        folder.Run("rebuild", "--check").Expect(1);
        folder.Run("rebuild").Expect(0);
        folder.Run("audit", "verify").Expect(0);
        folder.Run(Run).Expect(0);
        folder.ShouldBeSound();
    }

    /// <summary>The disk takes no more: a limit on the size of files stands for it.</summary>
    [Fact]
    public void A_disk_that_takes_no_more_loses_nothing()
    {
        Assert.SkipUnless(File.Exists("/bin/bash") && OperatingSystem.IsLinux(), "needs ulimit");
        using var folder = made.Folder.Copy();
        var before = Ledger.Journal(folder);
        var input = folder.Write("many.csv", Ledger.Csv(900, 0));
        using (var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/bash")
        {
            UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true,
            ArgumentList =
            {
                "-c", "trap '' XFSZ; ulimit -f 600; exec dotnet \"$0\" --data \"$1\" import \"$2\" --map receivables --now 2026-02-10T10:00:00Z",
                Path.Combine(AppContext.BaseDirectory, "recoup.dll"), folder.Path, input,
            },
            Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" },
        })!)
        {
            var ran = DataFolder.Finish(process);
            ShouldSayInOneLine(ran, "Nothing of the last step was kept");
        }
        Ledger.ShouldBeSameRows(Ledger.Journal(folder), before);
        folder.ShouldBeSound();
        folder.Run("import", input, "--map", "receivables", "--now", "2026-02-10T10:00:00Z").Expect(0);
        folder.ShouldBeSound();
    }

    /// <summary>It may be full before there is anything: then too it says what to look at.</summary>
    [Fact]
    public void A_disk_without_room_for_a_new_folder_is_said()
    {
        Assert.SkipUnless(File.Exists("/bin/bash") && OperatingSystem.IsLinux(), "needs ulimit");
        using var folder = new DataFolder();
        var input = folder.Write("many.csv", Ledger.Csv(3, 0));
        const string script = "trap '' XFSZ; ulimit -f 40; exec dotnet \"$0\" --data \"$1\" import \"$2\" --map receivables";
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/bash")
        {
            UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true,
            ArgumentList = { "-c", script, Path.Combine(AppContext.BaseDirectory, "recoup.dll"), folder.Path, input },
            Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" },
        })!;
        ShouldSayInOneLine(DataFolder.Finish(process), "room");
    }

    /// <summary>As somebody who may read the folder and not write it; needs to be able to become somebody else.</summary>
    [Fact]
    public void A_folder_that_can_be_read_only_is_said()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root" && File.Exists("/usr/bin/setpriv"), "needs root, to become nobody");
        using var folder = made.Folder.Copy();
        var before = Ledger.Journal(folder);
        if (OperatingSystem.IsWindows()) return;
        foreach (var path in Directory.EnumerateFileSystemEntries(folder.Root, "*", SearchOption.AllDirectories).Append(folder.Root))
            File.SetUnixFileMode(path, Directory.Exists(path) ? (UnixFileMode)0b101_101_101 : (UnixFileMode)0b100_100_100);
        foreach (var verb in new[] { "run --as-of 2026-02-10 --now 2026-02-10T10:00:00Z", "dispatch", "sending stopped" })
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/usr/bin/setpriv", ["--reuid=65534", "--regid=65534",
                "--clear-groups", "dotnet", Path.Combine(AppContext.BaseDirectory, "recoup.dll"), "--data", folder.Path, .. verb.Split(' ')])
            {
                UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true,
                Environment = { ["HOME"] = "/tmp" }, WorkingDirectory = "/",
            })!;
            var ran = DataFolder.Finish(process);
            Assert.SkipWhen(ran.Exit is 126 or 127 or 131 or 134 or 150, "nobody can't start the command here");
            ShouldSayInOneLine(ran, "can't be");
        }
        Ledger.ShouldBeSameRows(Ledger.Journal(folder), before);
    }
}
