using System.Text;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>A file and its event are there together or not at all, whenever the power goes; and of one that is gone no byte is found.</summary>
public sealed class FileContentTests
{
    private const string Account = """{"type":"account","key":"a-1","account":"A1","name":"Nora Brandt"}""";

    private const string Secret = "Ware mangelfrei übernommen: Wilhelmine Zauberer";

    private const string FileName = "Quittung Zauberer.txt";

    private static readonly string[] Then = ["--now", "2026-02-06T10:00:00Z"];

    private static string File(string key) =>
        $$"""{"type":"file","key":"{{key}}","account":"A1","name":"{{FileName}}","content":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret))}}"}""";

    private static Dictionary<string, string> Dies(string moment) => new() { ["RECOUP_FAILPOINT"] = moment };

    private static DataFolder Made(params string[] files)
    {
        var folder = new DataFolder();
        folder.Send(string.Join('\n', files.Select(File).Prepend(Account)), "--now", "2026-02-05T10:00:00Z").Expect(0);
        return folder;
    }

    [Theory]
    [InlineData("import.transaction-open")]
    [InlineData("import.journal-written")]
    [InlineData("import.before-commit")]
    [InlineData("import.after-commit")]
    public void Death_at_a_moment_leaves_both_or_neither(string moment)
    {
        using var folder = Made();
        folder.Run(File("f-1"), Dies(moment), ["send", "-", .. Then]).Err.ShouldContain(moment);
        var kept = moment == "import.after-commit" ? 1 : 0;
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'file_added'").ShouldBe(kept);
        folder.Count("SELECT count(*) FROM file_content").ShouldBe(kept);
        folder.ShouldBeSound();
        folder.Send(File("f-1"), Then).Expect(0);
        folder.RunForBytes("file", "get", "f-1", "--out", "-").ShouldBe(Encoding.UTF8.GetBytes(Secret));
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData("import.after-commit")]
    [InlineData("erase.before-key")]
    [InlineData("erase.after-key")]
    public void What_a_crash_left_of_an_erasure_goes_with_the_next_command(string moment)
    {
        using var folder = Made("f-1");
        folder.Run("""{"type":"erasure","key":"e-1","account":"A1","reason":"asked for"}""", Dies(moment), ["send", "-", .. Then]).Err.ShouldContain(moment);
        // Not done yet is no finding: it will be.
        folder.ShouldBeSound();
        folder.Run(["sending", "live", .. Then]).Expect(0);
        folder.Count("SELECT count(*) FROM file_content").ShouldBe(0);
        folder.Run("file", "get", "f-1", "--out", "-").Expect(1).Err.ShouldContain("was erased");
        folder.ShouldBeSound();
    }

    [Fact]
    public void Death_within_a_withdrawal_leaves_it_done_or_to_do()
    {
        foreach (var moment in new[] { "import.before-commit", "import.after-commit" })
        {
            using var folder = Made("f-1");
            const string withdrawn = """{"type":"file_withdrawn","key":"w-1","account":"A1","file":"f-1"}""";
            folder.Run(withdrawn, Dies(moment), ["send", "-", .. Then]).Err.ShouldContain(moment);
            folder.ShouldBeSound();
            folder.Send(withdrawn, Then).Expect(0);
            folder.Count("SELECT count(*) FROM file_content").ShouldBe(0);
            folder.ShouldBeSound();
        }
    }

#if !POSTGRESQL
    private static bool IsFound(DataFolder folder, byte[] bytes) =>
        Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Any(path => System.IO.File.ReadAllBytes(path).AsSpan().IndexOf(bytes) >= 0);

    /// <summary>The middle of it, which no header or page boundary of a small value cuts.</summary>
    private static byte[] Sealed(DataFolder folder) =>
        Convert.FromHexString(folder.Rows("SELECT content FROM file_content WHERE file = 'f-1'").Single())[12..60];

    [Fact]
    public void Nothing_of_it_stands_anywhere_as_it_is_and_once_gone_not_sealed_either()
    {
        foreach (var gone in new[]
        {
            """{"type":"erasure","key":"e-1","account":"A1","reason":"asked for"}""", """{"type":"file_withdrawn","key":"w-1","account":"A1","file":"f-1"}""",
        })
        {
            using var folder = Made("f-1", "f-2");
            var content = Sealed(folder);
            // What is looked for can be found.
            IsFound(folder, content).ShouldBeTrue();
            foreach (var plain in new[] { Secret, "Zauberer", FileName })
            {
                IsFound(folder, Encoding.UTF8.GetBytes(plain)).ShouldBeFalse(plain);
                IsFound(folder, Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(plain))[..^4])).ShouldBeFalse(plain);
            }
            // A hash of the plain content would tell who has the file that it was here.
            var hash = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Secret));
            IsFound(folder, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash))).ShouldBeFalse();
            IsFound(folder, hash[..16]).ShouldBeFalse();
            if (gone.Contains("withdrawn", StringComparison.Ordinal))
                folder.Send("""{"type":"file_withdrawn","key":"w-2","account":"A1","file":"f-2"}""", Then).Expect(0);
            folder.Send(gone, Then).Expect(0);
            IsFound(folder, content).ShouldBeFalse(gone);
            folder.ShouldBeSound();
        }
    }

    /// <summary>A large content lies in pages of its own, which SQLite just gives back where nobody says otherwise.</summary>
    [Fact]
    public void No_page_of_a_large_one_is_left()
    {
        using var folder = Made();
        var content = new byte[300_000];
        new Random(7).NextBytes(content);
        "%PDF-"u8.CopyTo(content);
        var path = Path.Combine(folder.Root, "large.pdf");
        System.IO.File.WriteAllBytes(path, content);
        folder.Run(["file", "add", "A1", path, "--key", "f-1", .. Then]).Expect(0);
        var sealedContent = Convert.FromHexString(folder.Rows("SELECT content FROM file_content").Single());
        byte[][] pieces = [.. Enumerable.Range(1, 20).Select(i => sealedContent[(i * 14_000)..(i * 14_000 + 32)])];
        pieces.Count(piece => IsFound(folder, piece)).ShouldBeGreaterThan(15);
        folder.Run(["file", "withdraw", "f-1", .. Then]).Expect(0);
        pieces.Count(piece => IsFound(folder, piece)).ShouldBe(0);
        folder.ShouldBeSound();
    }
#endif
}
