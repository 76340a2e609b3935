using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>What anchors can tell is told, and nothing beyond: by whom they were signed, until when, and what no anchor covers.</summary>
public sealed class AnchorTests(EveryKindFolder made) : IClassFixture<EveryKindFolder>
{
    private static Dictionary<string, string> KeysIn(string folder) => new() { ["RECOUP_KEYS"] = folder };

    private static List<string> Unchecked(JsonElement json) => [.. json.GetProperty("unchecked").EnumerateArray().Select(u => u.GetString()!)];

    private static string Empty(DataFolder folder, string name) => Directory.CreateDirectory(Path.Combine(folder.Root, name)).FullName;

    private static string OwnKey() => AnchorKeys.OwnPublicKey()!;

    /// <summary>Every anchor signed anew, as somebody would who computed the chains anew.</summary>
    internal static void Forge(DataFolder folder, ECDsa forger)
    {
        foreach (var file in Directory.GetFiles(folder.Anchors, "*.json"))
        {
            var anchor = JsonNode.Parse(File.ReadAllText(file))!;
            anchor["public_key"] = Convert.ToBase64String(forger.ExportSubjectPublicKeyInfo());
            var heads = anchor["heads"]!.AsArray().Select(h => $"{h!["partition"]} {h["seq"]} {h["hash"]}");
            var signed = $"{anchor["workspace"]}\n{anchor["at"]!.GetValue<DateTimeOffset>().ToUnixTimeMilliseconds()}\n{string.Join('\n', heads)}";
            anchor["signature"] = Convert.ToBase64String(forger.SignData(Encoding.UTF8.GetBytes(signed), HashAlgorithmName.SHA256));
            File.WriteAllText(file, anchor.ToJsonString());
        }
    }

    private const string OneMore = """{"type":"hold","key":"h-9","account":"A6","from":"2026-03-01","to":"2026-03-02","reason":"requested"}""";

    [Fact]
    public void Without_an_anchor_a_sound_store_is_ok_and_anchors_are_named_as_unchecked()
    {
        var json = made.Folder.Run("audit", "verify", "--format", "json").Expect(0).Json;
        json.GetProperty("ok").GetBoolean().ShouldBeTrue();
        json.GetProperty("anchors").GetProperty("read").GetInt32().ShouldBe(0);
        json.GetProperty("anchors").GetProperty("until").ValueKind.ShouldBe(JsonValueKind.Null);
        json.GetProperty("anchors").GetProperty("key").ValueKind.ShouldBe(JsonValueKind.Null);
        Unchecked(json).ShouldContain(u => u.StartsWith("anchors:", StringComparison.Ordinal));
        made.Folder.Run("audit", "verify").Expect(0).Out.ShouldContain("cut tail");
    }

    [Fact]
    public void The_answer_says_how_many_until_when_and_by_which_key()
    {
        var json = made.Folder.Run("audit", "verify", "--anchor", made.Folder.Anchors, "--format", "json").Expect(0).Json;
        json.GetProperty("ok").GetBoolean().ShouldBeTrue();
        json.GetProperty("anchors").GetProperty("read").GetInt32().ShouldBe(Directory.GetFiles(made.Folder.Anchors, "*.json").Length);
        json.GetProperty("anchors").GetProperty("until").GetString().ShouldBe("2026-02-09T10:00:00Z");
        json.GetProperty("anchors").GetProperty("key").GetString().ShouldBe(OwnKey());
        Unchecked(json).ShouldNotContain(u => u.StartsWith("anchors:", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_any_anchor_in_the_folder_that_was_named_it_is_not_ok()
    {
        using var folder = made.Folder.Copy();
        var empty = Empty(folder, "empty");
        File.WriteAllText(Path.Combine(empty, "README.txt"), "anchors come here");
        var json = folder.Run("audit", "verify", "--anchor", empty, "--format", "json").Expect(1).Json;
        json.GetProperty("ok").GetBoolean().ShouldBeFalse();
        json.GetProperty("anchors").GetProperty("read").GetInt32().ShouldBe(0);
        Unchecked(json).ShouldContain(u => u.StartsWith("anchors:", StringComparison.Ordinal));
        Unchecked(json).ShouldContain(u => u.Contains("README.txt", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(empty, "foreign.json"), """{"name":"something else"}""");
        folder.Run("audit", "verify", "--anchor", empty, "--format", "json").Expect(1).Json.GetProperty("problems").EnumerateArray()
            .ShouldContain(p => p.GetProperty("where").GetString()!.EndsWith("foreign.json", StringComparison.Ordinal));
        folder.Run("audit", "verify", "--anchor", Path.Combine(folder.Root, "none")).Expect(2);
    }

    [Fact]
    public void A_key_printed_before_and_named_tells_a_forger_on_any_machine()
    {
        using var folder = made.Folder.Copy();
        var printed = folder.Run("audit", "key").Expect(0);
        printed.Out.Trim().ShouldBe(OwnKey());
        folder.Run("audit", "key", "--format", "json").Expect(0).Json.GetProperty("key").GetString().ShouldBe(OwnKey());
        var kept = folder.Write("kept.pub", printed.Out);
        var nowhere = KeysIn(Empty(folder, "no-keys"));
        folder.Run(null, nowhere, "audit", "key").Expect(1).Err.ShouldContain("RECOUP_KEYS");

        // By file or text, on a machine that knows no key.
        var (pem, json) = (folder.Write("kept.pem", Pem(OwnKey())), folder.Write("kept.json", $$"""{"key":"{{OwnKey()}}"}"""));
        foreach (var key in new[] { kept, OwnKey(), pem, Pem(OwnKey()), json })
            folder.Run(null, nowhere, "audit", "verify", "--anchor", folder.Anchors, "--key", key).Expect(0);

        using var forger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Forge(folder, forger);
        foreach (var environment in new[] { null, nowhere })
            folder.Run(null, environment, "audit", "verify", "--anchor", folder.Anchors, "--key", kept, "--format", "json").Expect(1).Json
                .GetProperty("problems").EnumerateArray().ShouldAllBe(p => p.GetProperty("message").GetString()!.Contains("another key",
                    StringComparison.Ordinal));
        folder.Run("audit", "verify", "--anchor", folder.Anchors).Expect(1);
    }

    private static string Pem(string key) => new(PemEncoding.Write("PUBLIC KEY", Convert.FromBase64String(key)));

    [Fact]
    public void Where_no_key_is_known_nobody_is_believed()
    {
        using var folder = made.Folder.Copy();
        var nowhere = KeysIn(Empty(folder, "no-keys"));
        var json = folder.Run(null, nowhere, "audit", "verify", "--anchor", folder.Anchors, "--format", "json").Expect(1).Json;
        json.GetProperty("ok").GetBoolean().ShouldBeFalse();
        json.GetProperty("anchors").GetProperty("key").GetString().ShouldBe(OwnKey());
        Unchecked(json).ShouldContain(u => u.StartsWith("signer:", StringComparison.Ordinal));
        json.GetProperty("problems").EnumerateArray().ShouldHaveSingleItem().GetProperty("message").GetString()!.ShouldContain("--key");
    }

    [Theory]
    [InlineData("no such file")]
    [InlineData("AAAA")]
    [InlineData("{}")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    public void What_is_no_key_is_wrong_usage(string text)
    {
        made.Folder.Run("audit", "verify", "--anchor", made.Folder.Anchors, "--key", text).Expect(2).Err.ShouldContain("--key");
        made.Folder.Run("audit", "verify", "--key", OwnKey()).Expect(2).Err.ShouldContain("--anchor");
    }

    /// <summary>The key was changed: what it signed before is known by its public part beside the new one, or by naming both.</summary>
    [Fact]
    public void A_key_that_was_changed_is_still_known()
    {
        using var folder = made.Folder.Copy();
        var keys = Empty(folder, "new-keys");
        folder.Run(null, KeysIn(keys), "run", "--as-of", "2026-02-10", "--now", "2026-02-10T10:00:00Z").Expect(0);
        var current = folder.Run(null, KeysIn(keys), "audit", "key").Expect(0).Out.Trim();
        current.ShouldNotBe(OwnKey());
        folder.Run(null, KeysIn(keys), "audit", "verify", "--anchor", folder.Anchors).Expect(1).Out.ShouldContain("another key");
        var both = folder.Run("audit", "verify", "--anchor", folder.Anchors, "--key", OwnKey(), "--key", current, "--format", "json").Expect(0)
            .Json.GetProperty("anchors");
        both.GetProperty("key").GetString().ShouldBe(current);
        both.GetProperty("keys").EnumerateArray().Select(k => k.GetString()).ShouldBe([OwnKey(), current]);
        File.WriteAllText(Path.Combine(keys, "2025.pub"), OwnKey() + "\n");
        folder.Run(null, KeysIn(keys), "audit", "verify", "--anchor", folder.Anchors).Expect(0);
    }

    [Fact]
    public void What_came_after_the_last_anchor_is_named_as_covered_by_the_chains_only()
    {
        using var folder = made.Folder.Copy();
        folder.Send(OneMore, "--now", "2026-02-09T12:00:00Z").Expect(0);
        var json = folder.Run("audit", "verify", "--anchor", folder.Anchors, "--format", "json").Expect(0).Json;
        json.GetProperty("ok").GetBoolean().ShouldBeTrue();
        Unchecked(json).ShouldContain(u => u.StartsWith("tail: 6 events", StringComparison.Ordinal));
        // The newest anchor taken away, what it alone covered is said as well.
        File.Delete(Directory.GetFiles(folder.Anchors, "*.json").Order(StringComparer.Ordinal).Last());
        Unchecked(folder.Run("audit", "verify", "--anchor", folder.Anchors, "--format", "json").Expect(0).Json).ShouldContain(u => u.StartsWith("tail:",
            StringComparison.Ordinal) && u.Contains("2026-02-06", StringComparison.Ordinal));
    }

    [Fact]
    public void Anchors_of_another_workspace_say_nothing_of_this_one()
    {
        using DataFolder folder = made.Folder.Copy(), other = new DataFolder();
        EveryKind.Play(other);
        var json = folder.Run("audit", "verify", "--anchor", other.Anchors, "--format", "json").Expect(1).Json;
        json.GetProperty("anchors").GetProperty("read").GetInt32().ShouldBe(0);
        json.GetProperty("problems").EnumerateArray().ShouldContain(p => p.GetProperty("message").GetString()!.Contains("another workspace",
            StringComparison.Ordinal));
    }
}
