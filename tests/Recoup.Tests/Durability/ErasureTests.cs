using System.Text;
using Recoup.Storage;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>A person who asked to be forgotten is found nowhere in the data folder, in no encoding; everything else stays.</summary>
public sealed class ErasureTests
{
    private const string Name = "Łukasz Ó Šimůnek-Ñandú 山田";
    private const string Email = "lukasz.simunek@müller-söhne.example";
    private const string OtherEmail = "zweite+adresse@kunde-sieben.example";
    private const string OldEmail = "damals.so@frueher.example";
    private const string Phone = "+49 30 5551 7788";
    private const string Street = "Schönhäuser Allee 173b, 10119 Berlin";
    private static readonly string[] Secrets = [Name, "Šimůnek-Ñandú", Email, "lukasz.simunek", OtherEmail, "zweite+adresse", OldEmail, "damals.so",
        Phone, "5551 7788", Street, "Schönhäuser Allee"];

    /// <summary>A7 with everything that identifies a person, A8 beside it; invoices of both overdue, sending live.</summary>
    private static DataFolder Made()
    {
        var folder = new DataFolder();
        folder.Send($$"""
            {"type":"account","key":"a-7","account":"A7","name":"{{Name}}","email":"{{OldEmail}}","phone":"{{Phone}}",
            """ + $$"""
            "address":"{{Street}}","kind":"consumer","country":"DE","time_zone":"Europe/Berlin","language":"de"}
            {"type":"account","key":"a-7b","account":"A7","email":"{{Email}}"}
            {"type":"contact_point","key":"cp-7","account":"A7","channel":"email","address":"{{OtherEmail}}"}
            {"type":"contact_point","key":"cp-8","account":"A7","channel":"letter","address":"{{Street}}"}
            {"type":"consent","key":"co-7","account":"A7","channel":"sms","address":"{{Phone}}","granted":false}
            {"type":"consent","key":"co-8","account":"A7","channel":"email","address":"{{OldEmail}}","granted":false}
            {"type":"account","key":"a-8","account":"A8","name":"Bleibt Hier","email":"bleibt@hier.example"}
            {"type":"invoice","key":"i-7","account":"A7","number":"R-7","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"170.00","currency":"EUR"}
            {"type":"invoice","key":"i-8","account":"A8","number":"R-8","issued_on":"2026-01-02","due_on":"2026-02-01","amount":"180.00","currency":"EUR"}
            """, "--now", "2026-01-10T10:00:00Z").Expect(0);
        folder.Run("sending", "live", "--now", "2026-01-10T10:01:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        return folder;
    }

    private static DataFolder Sent()
    {
        var folder = Made();
        folder.Run("dispatch", "--now", "2026-02-05T10:05:00Z", "--format", "json").Expect(0).Json.GetProperty("sent").GetInt32().ShouldBe(2);
        return folder;
    }

    private const string Erasure = """{"type":"erasure","key":"e-7","account":"A7","reason":"asked for"}""";
    private static readonly string[] After = ["--now", "2026-02-06T10:00:00Z"];

    private static byte[] KeyOf(DataFolder folder, string party) =>
        Convert.FromHexString(DataFolder.Rows(folder.KeysDatabase, $"SELECT key FROM party_key WHERE party = '{party}'").Single());

    /// <summary>A text as it may stand in a file: UTF-8, UTF-16, base64 of both at each alignment, quoted-printable, percent-encoded, escaped JSON.</summary>
    private static IEnumerable<byte[]> Forms(string secret)
    {
        var utf8 = Encoding.UTF8.GetBytes(secret);
        foreach (var bytes in new[] { utf8, Encoding.Unicode.GetBytes(secret), Encoding.BigEndianUnicode.GetBytes(secret) })
        {
            yield return bytes;
            foreach (var form in Base64Forms(bytes)) yield return form;
        }
        yield return Encoding.ASCII.GetBytes(string.Concat(utf8.Select(b => b is > 32 and < 127 and not (byte)'=' ? $"{(char)b}" : $"={b:X2}")));
        yield return Encoding.ASCII.GetBytes(string.Concat(utf8.Select(b => b is > 32 and < 127 and not (byte)'=' || b == 32 ? $"{(char)b}" : $"={b:X2}")));
        yield return Encoding.ASCII.GetBytes(
            string.Concat(utf8.Select(b => b is > 32 and < 127 and not (byte)'=' ? $"{(char)b}" : b == 32 ? "_" : $"={b:X2}")));
        yield return Encoding.ASCII.GetBytes(Uri.EscapeDataString(secret));
        yield return Encoding.ASCII.GetBytes(System.Text.Json.JsonSerializer.Serialize(secret).Trim('"'));
    }

    /// <summary>What of the base64 of these bytes does not depend on what stands around them.</summary>
    private static IEnumerable<byte[]> Base64Forms(byte[] bytes)
    {
        for (var before = 0; before < 3; before++)
        {
            var padded = new byte[before + bytes.Length];
            bytes.CopyTo(padded, before);
            var text = Convert.ToBase64String(padded).TrimEnd('=');
            var (start, end) = (before == 0 ? 0 : before + 1, text.Length - (padded.Length % 3 == 0 ? 0 : 1));
            yield return Encoding.ASCII.GetBytes(text[start..end]);
        }
    }

    private static List<string> FoundIn(DataFolder folder, IEnumerable<byte[]> forms)
    {
        var wanted = forms.Where(f => f.Length >= 4).ToList();
        return [.. Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories)
            .Where(file => Unfolded(file).Any(content => wanted.Any(w => content.AsSpan().IndexOf(w) >= 0))).Select(f => Path.GetRelativePath(folder.Path, f))];
    }

    /// <summary>A file as it is, and with the line ends of folded headers, base64 and quoted-printable taken out.</summary>
    private static byte[][] Unfolded(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var text = Encoding.Latin1.GetString(bytes);
        return [bytes, Encoding.Latin1.GetBytes(text.Replace("=\r\n", "", StringComparison.Ordinal).Replace("\r\n", "", StringComparison.Ordinal))];
    }

    private static void ShouldBeForgotten(DataFolder folder, byte[] key)
    {
        foreach (var secret in Secrets) FoundIn(folder, Forms(secret)).ShouldBeEmpty(secret);
        FoundIn(folder, [key, .. Base64Forms(key), Encoding.ASCII.GetBytes(Convert.ToHexString(key)), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key))])
            .ShouldBeEmpty("the key");
    }

    [Fact]
    public void Nothing_that_identifies_the_person_is_left_and_everything_else_is()
    {
        using var folder = Sent();
        // Rows that could not be taken are copies of somebody's file, names and all.
        folder.Send($$"""{"type":"account","key":"bad","account":"A7","name":"{{Name}}","email":"{{Email}}","nickname":"x"}""", After).Expect(3);
        File.WriteAllText(Path.Combine(folder.Path, "rejects.csv.part"), $"what a crash left of {Name}");
        var key = KeyOf(folder, "A7");
        FoundIn(folder, [key]).ShouldNotBeEmpty();
        FoundIn(folder, Forms(OtherEmail)).ShouldNotBeEmpty();
        FoundIn(folder, Forms(Name)).ShouldNotBeEmpty();
        var ageing = folder.Run("ageing", "--as-of", "2026-02-06", "--format", "json").Expect(0).Out;
        var kpis = folder.Run("kpi", "--as-of", "2026-02-06", "--format", "json").Expect(0).Out;

        folder.Send(Erasure, After).Expect(0);

        ShouldBeForgotten(folder, key);
        folder.ShouldBeSound();
        folder.Run("audit", "verify", "--anchor", folder.Anchors).Expect(0);
        folder.Run("rebuild", "--check").Expect(0);
        folder.Run("rebuild").Expect(0);
        folder.Run("ageing", "--as-of", "2026-02-06", "--format", "json").Expect(0).Out.ShouldBe(ageing);
        folder.Run("kpi", "--as-of", "2026-02-06", "--format", "json").Expect(0).Out.ShouldBe(kpis);
        var explained = folder.Run("explain", "A7").Expect(0);
        explained.Out.ShouldContain("first-reminder");
        explained.Out.ShouldNotContain("Šimůnek");
        folder.Run("explain", "A8").Expect(0).Out.ShouldContain("Bleibt Hier");
        FoundIn(folder, Forms("bleibt@hier.example")).ShouldHaveSingleItem();

        var refused = folder.Send($$"""{"type":"account","key":"a-9","account":"A7","name":"{{Name}}"}""", "--now", "2026-02-06T11:00:00Z").Expect(3);
        refused.Err.ShouldContain("erased");
        folder.Send($$"""{"type":"contact_point","key":"cp-9","account":"A7","channel":"email","address":"{{Email}}"}""", "--now", "2026-02-06T11:00:00Z")
            .Expect(3);
        folder.Send("""{"type":"payment","key":"p-7","account":"A7","on":"2026-02-06","amount":"70.00","currency":"EUR"}""", "--now", "2026-02-06T11:00:00Z")
            .Expect(0);
        folder.Run("run", "--as-of", "2026-02-20", "--now", "2026-02-20T10:00:00Z", "--all").Expect(0);
        folder.Run("dispatch", "--now", "2026-02-20T10:05:00Z").Expect(0);
        folder.Rows("SELECT count(*) FROM message m JOIN party p ON p.pid = m.pid WHERE p.id = 'A7' AND m.status = 2").ShouldBe(["1"]);
        ShouldBeForgotten(folder, key);
        folder.ShouldBeSound();
    }

    /// <summary>A7 turned out to be the same as A8: whoever of the two is erased, nothing of either is left, of before and after.</summary>
    [Theory]
    [InlineData("A7", "A8", "A7")]
    [InlineData("A7", "A8", "A8")]
    [InlineData("A8", "A7", "A8")]
    public void Who_turned_out_to_be_another_is_forgotten_with_them(string account, string with, string erased)
    {
        using var folder = Sent();
        var (key, other) = (KeyOf(folder, "A7"), KeyOf(folder, "A8"));
        folder.Send($$"""
            {"type":"account_joined","key":"j-7","account":"{{account}}","with":"{{with}}","reason":"{{Name}} lives in {{Street}}"}
            {"type":"account","key":"a-7c","account":"A7","other_emails":"{{OldEmail}}"}
            """, "--now", "2026-02-06T09:00:00Z").Expect(0);
        folder.Run("explain", "A7").Expect(0).Out.ShouldContain(Name);
        FoundIn(folder, Forms("bleibt@hier.example")).ShouldNotBeEmpty();

        folder.Send($$"""{"type":"erasure","key":"e-7","account":"{{erased}}","reason":"asked for"}""", After).Expect(0);

        ShouldBeForgotten(folder, key);
        FoundIn(folder, [other, .. Forms("bleibt@hier.example"), .. Forms("Bleibt Hier")]).ShouldBeEmpty();
        folder.Send("""{"type":"payment","key":"p-7","account":"A7","on":"2026-02-06","amount":"70.00","currency":"EUR"}""", "--now",
            "2026-02-06T11:00:00Z").Expect(0);
        folder.Run("rebuild").Expect(0);
        ShouldBeForgotten(folder, key);
        folder.ShouldBeSound();
    }

    [Theory]
    [InlineData("erase.before-key")]
    [InlineData("erase.after-key")]
    [InlineData("import.after-commit")]
    public void What_a_crash_left_undone_the_next_start_does(string failpoint)
    {
        using var folder = Sent();
        var key = KeyOf(folder, "A7");
        folder.Run(Erasure, new Dictionary<string, string> { ["RECOUP_FAILPOINT"] = failpoint }, ["send", "-", .. After]).Err.ShouldContain(failpoint);
        folder.Run("sending").Expect(0);
        ShouldBeForgotten(folder, key);
        folder.ShouldBeSound();
    }

    [Fact]
    public void Copies_of_messages_go_whatever_they_are_called()
    {
        using var folder = Sent();
        var key = KeyOf(folder, "A7");
        var letter = Directory.GetFiles(folder.Mail, "*.eml")
            .Single(f => Encoding.UTF8.GetBytes(File.ReadAllText(f)) is var bytes && Forms(OtherEmail).Any(w => bytes.AsSpan().IndexOf(w) >= 0));
        var id = Path.GetFileNameWithoutExtension(letter);
        Directory.CreateDirectory(Path.Combine(folder.Mail, "done"));
        File.Copy(letter, Path.Combine(folder.Mail, "done", "letter of march.eml"));
        File.Copy(letter, Path.Combine(folder.Mail, id + ".eml~"));
        File.Copy(letter, Path.Combine(folder.Mail, $".{id}~{Guid.NewGuid():N}.tmp"));
        File.AppendAllText(letter, new string('x', 5000) + Name);
        folder.Send(Erasure, After).Expect(0);
        ShouldBeForgotten(folder, key);
        Directory.GetFiles(folder.Mail, "*", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_message_that_waits_is_withdrawn_with_the_erasure()
    {
        using var folder = Made();
        var key = KeyOf(folder, "A7");
        folder.Send(Erasure, "--now", "2026-02-05T10:02:00Z").Expect(0);
        folder.Rows("SELECT m.status FROM message m JOIN party p ON p.pid = m.pid WHERE p.id = 'A7'").ShouldBe(["5"]);
        folder.Run("dispatch", "--now", "2026-02-05T10:05:00Z", "--format", "json").Expect(0).Json.GetProperty("sent").GetInt32().ShouldBe(1);
        ShouldBeForgotten(folder, key);
        folder.ShouldBeSound();
    }

    /// <summary>Released, the process dead, then the erasure: nobody knows whether the message arrived, and it is never sent.</summary>
    [Theory]
    [InlineData("dispatch.before-send")]
    [InlineData("dispatch.after-send")]
    public void A_message_under_way_becomes_unknown_and_leaves_nothing(string failpoint)
    {
        using var folder = Made();
        var key = KeyOf(folder, "A7");
        folder.Run(null, new Dictionary<string, string> { ["RECOUP_FAILPOINT"] = failpoint }, "dispatch", "--now", "2026-02-05T10:05:00Z")
            .Err.ShouldContain(failpoint);
        folder.Send(Erasure, After).Expect(0);
        ShouldBeForgotten(folder, key);
        folder.Run(["dispatch", .. After]).Expect(0);
        folder.Rows("SELECT p.id, m.status FROM message m JOIN party p ON p.pid = m.pid ORDER BY p.id").ShouldBe(["A7 | 4", "A8 | 2"]);
        ShouldBeForgotten(folder, key);
        folder.ShouldBeSound();
    }

    [Fact]
    public void Who_asks_why_of_somebody_erased_is_told_when_that_was()
    {
        using var folder = new DataFolder();
        folder.Send("""
            {"type":"account","key":"a1","account":"A1"}
            {"type":"account","key":"a2","account":"A2","email":"zwei@kunde.example"}
            {"type":"invoice","key":"i2","account":"A2","number":"1","issued_on":"2026-01-01","due_on":"2026-01-31","amount":"90.00","currency":"EUR"}
            """, "--now", "2026-01-02T10:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z").Expect(0);
        var before = folder.Run("explain", "A1").Expect(0);
        (before.Out.Contains("Nothing was decided about A1 yet.", StringComparison.Ordinal), before.Err).ShouldBe((true, ""));
        foreach (var account in new[] { "A1", "A2" })
            folder.Send($$"""{"type":"erasure","key":"e{{account}}","account":"{{account}}","reason":"asked for"}""", "--now", "2026-02-07T10:00:00Z")
                .Expect(0);
        var none = folder.Run("explain", "A1").Expect(0);
        none.Out.ShouldContain("Nothing was decided about A1 before it was erased.");
        none.Out.ShouldNotContain("recoup run");
        none.Err.ShouldContain("A1 was erased on 2026-02-07: what identified the person can't be read any more");
        var some = folder.Run("explain", "A2").Expect(0);
        some.Out.ShouldContain("90.00 EUR overdue");
        some.Err.ShouldContain("A2 was erased on 2026-02-07");
    }

    /// <summary>The dispatcher holds the text while somebody else erases: what it writes afterwards goes when it says so.</summary>
    [Fact]
    public void What_is_sent_while_the_erasure_happens_goes_with_the_answer()
    {
        using var folder = Made();
        var key = KeyOf(folder, "A7");
        using (var store = folder.Open())
        {
            var door = new Door(store, "dispatch", new Fixed(new DateTimeOffset(2026, 2, 5, 10, 5, 0, TimeSpan.Zero)), Connectors.Mail.TemplateWriter.Shipped);
            var mail = new Connectors.Mail.MailFolder(store.MailFolder, store.WorkspaceId);
            var port = new Storage.Work.ChannelPort(mail.IsIdempotent, (messages, now) =>
            {
                folder.Send(Erasure, "--now", "2026-02-05T10:05:00Z").Expect(0);
                return mail.Send(messages, now);
            });
            new Storage.Work.Dispatcher(door, new Dictionary<string, Storage.Work.ChannelPort> { ["email"] = port })
                .Dispatch(new DateTimeOffset(2026, 2, 5, 10, 5, 0, TimeSpan.Zero)).Sent.ShouldBe(2);
        }
        ShouldBeForgotten(folder, key);
        folder.ShouldBeSound();
    }

    private sealed class Fixed(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
