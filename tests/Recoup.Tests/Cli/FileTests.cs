using System.Text;
using Recoup.Core.Evidence;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Tests.Cli;

/// <summary>Files of accounts by their verbs: what comes back is what was added, of what it says it is of, as long as it should.</summary>
public sealed class FileTests
{
    private const string Facts = """
        {"type":"account","key":"a-1","account":"A1","name":"Nora Brandt"}
        {"type":"account","key":"a-2","account":"A2","name":"N. Brandt"}
        {"type":"invoice","key":"i-1","account":"A1","number":"R-1","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"170.00","currency":"EUR"}
        {"type":"payment","key":"p-1","account":"A1","on":"2026-01-20","amount":"20.00","currency":"EUR"}
        {"type":"payment","key":"p-2","account":"A2","on":"2026-01-20","amount":"20.00","currency":"EUR"}
        {"type":"dispute_opened","key":"d-1","account":"A1","invoice":"R-1","on":"2026-01-10","code":"price"}
        {"type":"dispute_closed","key":"d-1c","account":"A1","dispute":"d-1","on":"2026-01-12","outcome":"rejected"}
        {"type":"dispute_opened","key":"d-2","account":"A1","invoice":"R-1","on":"2026-01-14","code":"damaged"}
        {"type":"contact","key":"k-1","account":"A1","at":"2026-01-15T09:00:00Z","channel":"call","direction":"inbound","outcome":"right_party"}
        {"type":"contact","key":"k-2","account":"A2","at":"2026-01-15T09:00:00Z","channel":"call","direction":"inbound","outcome":"right_party"}
        """;

    private const string Secret = "Ware mangelfrei übernommen: Wilhelmine Zauberer";

    private static readonly string[] Then = ["--now", "2026-01-21T10:00:00Z"];

    private static DataFolder Made()
    {
        var folder = new DataFolder();
        folder.Send(Facts, "--now", "2026-01-20T10:00:00Z").Expect(0);
        return folder;
    }

    private static string Saved(DataFolder folder, string name, string content)
    {
        var path = Path.Combine(folder.Root, name);
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(content));
        return path;
    }

    private static Ran Add(DataFolder folder, string account, string path, params string[] more) =>
        folder.Run(["file", "add", account, path, "--by", "ann", "--format", "json", .. Then, .. more]);

    private static string[] Problems(DataFolder folder)
    {
        using var store = folder.Open();
        return [.. Audit.Verify(store, []).Problems.Select(p => $"{p.Check}: {p.Message}")];
    }

    [Theory]
    [InlineData("pod.pdf", "%PDF-1.7\n\u0001\u00ff", "pdf")]
    [InlineData("pod.png", "\u0089PNG\r\n\u001a\n\0", "png")]
    [InlineData("Über uns.csv", "a;b\n", "csv")]
    public void What_was_added_is_listed_and_comes_back_byte_for_byte(string name, string content, string type)
    {
        using var folder = Made();
        var path = Saved(folder, name, content);
        var added = Add(folder, "A1", path, "--kind", "proof_of_delivery", "--invoice", "R-1").Expect(0).Json;
        added.GetProperty("status").GetString().ShouldBe("added");
        var id = added.GetProperty("file").GetString()!;
        var listed = folder.Run("files", "A1", "--format", "json").Expect(0).Json[0];
        string Field(string field) => listed.GetProperty(field).ToString();
        (Field("file"), Field("file_name"), Field("format"), Field("bytes"), Field("kind"), Field("about"), Field("about_id"), Field("by"), Field("at"))
            .ShouldBe((id, name, type, $"{content.Length}", "proof_of_delivery", "invoice", "R-1", "ann", "2026-01-21T10:00:00Z"));
        folder.Run("files", "A2").Expect(0).Out.ShouldContain("there is no such file");
        var back = Path.Combine(folder.Root, "back");
        folder.Run("file", "get", id, "--out", back).Expect(0).Err.ShouldContain("wrote");
        File.ReadAllBytes(back).ShouldBe(File.ReadAllBytes(path));
        // Nothing is written over, and nothing into a folder under a name that came from elsewhere.
        folder.Run("file", "get", id, "--out", back).Expect(2).Err.ShouldContain("is there already");
        folder.Run("file", "get", id, "--out", back, "--force").Expect(0);
        folder.Run("file", "get", id, "--out", folder.Root).Expect(2).Err.ShouldContain("is a folder");
        folder.Run("file", "get", "none", "--out", "-").Expect(1).Err.ShouldContain("there is no file none");
        // Who took it away is in the chain of access.
        folder.Run("access", "--kind", "exported", "--format", "csv").Out.ShouldContain($"A1,file {id}");
        folder.ShouldBeSound();
        folder.Run("rebuild").Expect(0);
        folder.RunForBytes("file", "get", id, "--out", "-").ShouldBe(File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("--invoice", "R-1", "")]
    [InlineData("--invoice", "R-2", "account A1 has no item R-2")]
    [InlineData("--payment", "p-1", "")]
    [InlineData("--payment", "p-2", "account A1 has no payment p-2")]
    [InlineData("--dispute", "d-2", "")]
    [InlineData("--dispute", "d-1", "")]
    [InlineData("--dispute", "d-3", "account A1 has, and had, no dispute d-3")]
    [InlineData("--contact", "k-1", "")]
    [InlineData("--contact", "k-2", "account A1 has no contact k-2")]
    public void It_is_of_something_that_there_is(string option, string id, string refused)
    {
        using var folder = Made();
        var ran = Add(folder, "A1", Saved(folder, "a.txt", Secret), option, id).Expect(refused.Length == 0 ? 0 : 1);
        if (refused.Length > 0) ran.Err.ShouldContain(refused);
        folder.Count("SELECT count(*) FROM file_content").ShouldBe(refused.Length == 0 ? 1 : 0);
        folder.ShouldBeSound();
    }

    [Fact]
    public void It_is_refused_with_what_mends_it_and_nothing_of_it_is_kept()
    {
        using var folder = Made();
        Add(folder, "A9", Saved(folder, "a.txt", Secret)).Expect(1).Err.ShouldContain("account A9 is not known");
        Add(folder, "A1", Saved(folder, "a.exe", Secret)).Expect(1).Err.ShouldContain("name: 'a.exe' ends with none of .pdf");
        Add(folder, "A1", Saved(folder, "a.pdf", Secret)).Expect(1).Err.ShouldContain("content: is not what the name says");
        Add(folder, "A1", Saved(folder, "a.txt", Secret), "--name", "../a.txt").Expect(1).Err.ShouldContain("has a path in it");
        Add(folder, "A1", Saved(folder, "a.txt", Secret), "--invoice", "R-1", "--payment", "p-1").Expect(1).Err.ShouldContain("a file is about one thing");
        Add(folder, "A1", Saved(folder, "large.pdf", "%PDF-" + new string('x', FileType.BytesMax))).Expect(1).Err.ShouldContain("at most 10485760 (10 MB)");
        Add(folder, "A1", Path.Combine(folder.Root, "none.pdf")).Expect(2).Err.ShouldContain("there is no file");
        Add(folder, "A1", folder.Root).Expect(2).Err.ShouldContain("there is no file");
        folder.Send("""{"type":"file","key":"f","account":"A1","name":"a.txt","content":"%%%"}""", Then).Expect(3);
        File.ReadAllText(Path.Combine(folder.Path, "rejects.csv")).ShouldContain("content: is not Base64");
        folder.Count("SELECT count(*) FROM file_content").ShouldBe(0);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'file_added'").ShouldBe(0);
    }

    [Fact]
    public void The_same_key_with_the_same_content_changes_nothing_and_with_another_is_refused()
    {
        using var folder = Made();
        var path = Saved(folder, "a.txt", Secret);
        Add(folder, "A1", path, "--key", "f-1").Expect(0);
        Add(folder, "A1", path, "--key", "f-1").Expect(0).Json.GetProperty("status").GetString().ShouldBe("unchanged");
        Add(folder, "A1", Saved(folder, "a.txt", Secret + "!"), "--key", "f-1").Expect(1).Err.ShouldContain("was used before with other content");
        folder.RunForBytes("file", "get", "f-1", "--out", "-").ShouldBe(Encoding.Latin1.GetBytes(Secret));
        folder.ShouldBeSound();
    }

    /// <summary>A row of a unit that is refused later leaves nothing, and what came in between does.</summary>
    [Fact]
    public void What_is_refused_as_a_whole_leaves_no_content()
    {
        using var folder = Made();
        using var store = folder.Open();
        var inputs = new[]
            {
                """{"type":"file","key":"f-1","account":"A1","name":"a.txt","content":"YQ=="}""",
                """{"type":"note_withdrawn","key":"n-1","account":"A1","note":"none"}""",
                """{"type":"file","key":"f-2","account":"A1","name":"b.txt","content":"Yg=="}""",
            }.Select(line => Core.InputJson.Parse(Encoding.UTF8.GetBytes(line), "ann", [])!).ToList();
        var door = new Door(store, "import", TimeProvider.System, Connectors.Mail.TemplateWriter.Shipped);
        door.Take([new InputUnit(1, [inputs[0], inputs[1]]), new InputUnit(2, [inputs[2]])]).Units.Select(u => u.Status)
            .ShouldBe([UnitStatus.Refused, UnitStatus.Accepted]);
        door.BeginDryRun();
        door.Take([new InputUnit(3, [inputs[0]])]).Units[0].Status.ShouldBe(UnitStatus.Accepted);
        door.EndDryRun();
        folder.Rows("SELECT file FROM file_content").ShouldBe(["f-2"]);
        Audit.Verify(store, []).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void A_file_that_was_withdrawn_is_there_no_more_and_its_event_is()
    {
        using var folder = Made();
        Add(folder, "A1", Saved(folder, "a.txt", Secret), "--key", "f-1").Expect(0);
        Add(folder, "A1", Saved(folder, "b.txt", "other"), "--key", "f-2").Expect(0);
        folder.Run(["file", "withdraw", "f-1", "--reason", "the wrong customer", .. Then]).Expect(0).Out.ShouldContain("withdrawn");
        folder.Run(["file", "withdraw", "f-1", .. Then]).Expect(1).Err.ShouldContain("account A1 has no file f-1; `recoup files A1` lists them");
        folder.Run("file", "get", "f-1", "--out", "-").Expect(1).Err.ShouldContain("was withdrawn, and its content destroyed");
        folder.Rows("SELECT file FROM file_content").ShouldBe(["f-2"]);
        folder.Count("SELECT count(*) FROM journal WHERE kind IN ('file_added', 'file_withdrawn')").ShouldBe(3);
        folder.Run("files", "A1", "--format", "json").Json.GetArrayLength().ShouldBe(1);
        folder.ShouldBeSound();
    }

    [Fact]
    public void Files_of_who_became_one_customer_are_read_and_erased_with_them()
    {
        using var folder = Made();
        Add(folder, "A2", Saved(folder, "a.txt", Secret), "--key", "f-1", "--contact", "k-2").Expect(0);
        folder.Send("""{"type":"account_joined","key":"j-1","account":"A2","with":"A1","reason":"the same person"}""", Then).Expect(0);
        Add(folder, "A2", Saved(folder, "b.txt", "other"), "--key", "f-2", "--contact", "k-2").Expect(0);
        folder.RunForBytes("file", "get", "f-1", "--out", "-").ShouldBe(Encoding.Latin1.GetBytes(Secret));
        folder.RunForBytes("file", "get", "f-2", "--out", "-").ShouldBe(Encoding.Latin1.GetBytes("other"));
        folder.ShouldBeSound();
        folder.Send("""{"type":"erasure","key":"e-1","account":"A1","reason":"asked for"}""", Then).Expect(0);
        folder.Count("SELECT count(*) FROM file_content").ShouldBe(0);
        folder.Run("file", "get", "f-1", "--out", "-").Expect(1).Err.ShouldContain("The person of account A2 was erased, and file f-1 with them.");
        folder.Run("files", "A2", "--format", "json").Json[0].GetProperty("file_name").GetString().ShouldBe("(erased)");
        Add(folder, "A2", Saved(folder, "c.txt", "late")).Expect(1).Err.ShouldContain("was erased");
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData("UPDATE file_content SET content = x'00' WHERE file = 'f-1'", "file: file f-1 of account A1 holds another content than was added")]
    [InlineData("UPDATE file_content SET content = (SELECT content FROM file_content WHERE file = 'f-2') WHERE file = 'f-1'",
        "file: file f-1 of account A1 holds another content than was added")]
    [InlineData("DELETE FROM file_content WHERE file = 'f-1'", "file: file f-1 of account A1 is without its content, which was added with it")]
    [InlineData("INSERT INTO file_content SELECT 'f-3', content FROM file_content WHERE file = 'f-1'",
        "file: file f-3 of account A1 was withdrawn, and its content is there again")]
    [InlineData("INSERT INTO file_content SELECT 'f-4', content FROM file_content WHERE file = 'f-1'",
        "file: file f-4 of account A2 of party A2, which was erased, is there again")]
    [InlineData("INSERT INTO file_content SELECT 'f-9', content FROM file_content WHERE file = 'f-1'",
        "foreign: a content lies there of a file f-9, which there is not")]
    public void Whatever_is_done_to_a_content_the_audit_tells_of(string sql, string problem)
    {
        using var folder = Made();
        foreach (var (key, account) in new[] { ("f-1", "A1"), ("f-2", "A1"), ("f-3", "A1"), ("f-4", "A2") })
            Add(folder, account, Saved(folder, "a.txt", Secret + key), "--key", key).Expect(0);
        folder.Run(["file", "withdraw", "f-3", .. Then]).Expect(0);
        folder.Send("""{"type":"erasure","key":"e-1","account":"A2","reason":"asked for"}""", Then).Expect(0);
        folder.ShouldBeSound();
        folder.Tamper(sql);
        Problems(folder).ShouldBe([problem]);
        folder.Run("audit", "verify").Expect(1);
        if (!problem.Contains("f-1", StringComparison.Ordinal)) return;
        folder.Run("file", "get", "f-1", "--out", "-").Expect(1).Err.ShouldContain("is not what was added");
    }
}
