using System.Text;
using System.Text.Json.Nodes;
using Recoup.Core;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Durability;

/// <summary>What people say of a customer in their own words stands nowhere as they said it, is shown to who asks, and is gone with the person.</summary>
public sealed class FreeTextTests(EveryKindFolder made) : IClassFixture<EveryKindFolder>
{
    private const string Sealed = "sealed:";

    /// <summary>By the table of kinds: a new kind's words are among them as soon as it is in <see cref="EveryKind"/>.</summary>
    private static IEnumerable<(string Kind, string Key, string Field, string Text)> Given()
    {
        foreach (var line in (EveryKind.FirstDay + "\n" + EveryKind.BeforeRelease).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var json = JsonNode.Parse(line)!;
            var kind = InputKinds.Of((string)json["type"]!);
            foreach (var field in kind.Words)
                if (json[field.Name] is JsonValue text) yield return (kind.Name, (string)json["key"]!, field.Name, text.GetValue<string>());
                else if (json[field.Name] is JsonArray lines)
                    foreach (var part in lines) yield return (kind.Name, (string)json["key"]!, field.Name, (string)part!["description"]!);
        }
    }

    [Fact]
    public void Every_word_that_the_table_of_kinds_takes_is_sealed_in_its_event()
    {
        var seen = 0;
        foreach (var (kind, key, field, text) in Given())
        {
            var payloads = made.Folder.Rows($"SELECT CAST(payload AS TEXT) FROM journal WHERE cause = '{key}'");
            if (payloads.Count == 0) continue;
            seen++;
            payloads.ShouldContain(p => p.Contains(Sealed, StringComparison.Ordinal),
                $"{kind}.{field}: say in FreeTexts.Map which text of its event it is, or in InputKind that it is the name of something");
            payloads.ShouldNotContain(p => p.Contains($"\"{text}\"", StringComparison.Ordinal), $"{kind}.{field}");
        }
        seen.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Every_word_in_an_event_of_any_kind_is_sealed()
    {
        using var store = made.Folder.Open();
        var words = new List<string>();
        foreach (var (_, row) in Enumerable.Range(0, Core.Foundation.Partition.Count).SelectMany(p => store.Journal(p)))
            FreeTexts.Map(EventCodec.Decode(row.Kind, row.Version, row.Payload), words, static (all, text) =>
            {
                all.Add(text);
                return text;
            });
        words.Count.ShouldBeGreaterThan(10);
        words.ShouldAllBe(w => w.Contains(Sealed, StringComparison.Ordinal));
    }

    private const string Secret = "Frau Dr. Weidenröschen rief an";

    private static string Telling => $$"""
        {"type":"invoice","key":"ft-0","account":"A6","number":"F-0","issued_on":"2026-02-09","due_on":"2026-03-09","amount":"10.00",
        """ + $$"""
        "currency":"EUR","order":"{{Secret}} 0","lines":[{"description":"{{Secret}} 1","amount":"10.00"}]}
        {"type":"hold","key":"ft-1","account":"A6","from":"2026-04-01","to":"2026-04-02","reason":"{{Secret}} 2"}
        {"type":"dispute_opened","key":"ft-2","account":"A6","invoice":"F-0","on":"2026-02-09","reason":"{{Secret}} 3"}
        {"type":"write_off","key":"ft-3","account":"A6","invoice":"F-0","on":"2026-02-09","amount":"1.00","currency":"EUR","reason":"{{Secret}} 4"}
        """;

    private static bool IsFound(DataFolder folder) =>
        TestStores.IsPostgres
            ? folder.Rows("SELECT CAST(payload AS TEXT) FROM journal").Exists(p => p.Contains("Weidenr", StringComparison.Ordinal))
            : Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Any(file => File.ReadAllBytes(file).AsSpan().IndexOf("Weidenr"u8) >= 0);

    private static string Shown(DataFolder folder)
    {
        using var store = folder.Open();
        var readings = new Readings(store);
        return string.Concat(readings.HistoryOf(readings.StateOf("A6")!).Select(row => JsonNode.Parse(row.Payload)!
            .ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })));
    }

    [Fact]
    public void It_is_shown_found_in_no_file_and_gone_with_the_erasure()
    {
        using var folder = made.Folder.Copy();
        folder.Send(Telling, "--now", "2026-02-09T12:00:00Z").Expect(0);
        IsFound(folder).ShouldBeFalse();
        for (var i = 0; i < 5; i++) Shown(folder).ShouldContain($"{Secret} {i}");
        // The same again is the same.
        folder.Send(Telling, "--now", "2026-02-09T12:01:00Z").Expect(0).Json.GetProperty("unchanged").GetInt32().ShouldBe(4);
        folder.ShouldBeSound();

        folder.Send("""{"type":"erasure","key":"ft-9","account":"A6","reason":"asked for by Weidenröschen"}""", "--now", "2026-02-09T13:00:00Z").Expect(0);
        Shown(folder).ShouldNotContain("Weidenr");
        Shown(folder).ShouldContain(SealedWords.Gone);
        folder.Send($$"""{"type":"write_off","key":"ft-10","account":"A6","invoice":"F-0","on":"2026-02-09","reason":"{{Secret}}"}""", "--now",
            "2026-02-09T14:00:00Z").Expect(0);
        Shown(folder).ShouldNotContain("Weidenr");
        IsFound(folder).ShouldBeFalse();
        Stores.TestStores.KeyRows(folder.Place, $"SELECT party FROM {Stores.TestStores.KeyTable} WHERE party = 'A6'").ShouldBeEmpty();
        folder.ShouldBeSound();
        folder.Run("rebuild", "--check").Expect(0);
    }

    /// <summary>Journals of before have the words as they are.</summary>
    [Fact]
    public void Words_that_were_never_sealed_read_as_ever()
    {
        using var store = made.Folder.Open();
        SealedWords.Open(store.Vault, "A1", "quality").ShouldBe("quality");
        SealedWords.Open(store.Vault, "A1", $"hard 5.1.1 {SealedWords.Seal(store.Vault, "A1", erased: false, "no such user")}")
            .ShouldBe("hard 5.1.1 no such user");
        SealedWords.Open(store.Vault, "A1", Sealed + "AAAA").ShouldBe(SealedWords.Gone);
        Encoding.UTF8.GetByteCount(SealedWords.Seal(store.Vault, "A1", erased: true, "x")).ShouldBe(Sealed.Length);
    }
}
