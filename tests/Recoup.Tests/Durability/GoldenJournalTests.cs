using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Recoup.Core;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Workspace;
using Recoup.Storage;
using Recoup.Storage.Journal;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>
/// A journal as each form of the program wrote it, row for row. Whatever changes in the program, each must fold, to the approved
/// states, and to the figures as its own program had them. RECOUP_ACCEPT=1 writes the approved states anew; a journal and its
/// figures are written only where they are missing, and only those of the latest form can be.
/// </summary>
public sealed class GoldenJournalTests(ITestOutputHelper output)
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Golden(string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Recoup.slnx")))
            root = root.Parent ?? throw new InvalidOperationException("the tests run outside of the repository");
        return Path.Combine(root.FullName, "tests", "Recoup.Tests", "Durability", "golden", name);
    }

    /// <summary>In the order in which they were written; the last is of the program as it is, until that is released.</summary>
    private static readonly string[] Forms = ["v0.1", "v0.2"];

    public static TheoryData<string> EachForm => [.. Forms];

    private static bool Accept => Environment.GetEnvironmentVariable("RECOUP_ACCEPT") == "1";

    private static List<JournalRow> Rows(string form)
    {
        var file = Golden($"{form}.ndjson");
        if (Accept && form == Forms[^1] && !File.Exists(file)) Export(file);
        File.Exists(file).ShouldBeTrue("RECOUP_ACCEPT=1 writes it");
        return [.. File.ReadLines(file).Select(line => Read(JsonNode.Parse(line)!))];
    }

    private static JournalRow Read(JsonNode row) => new()
    {
        Partition = row["partition"]!.GetValue<int>(), Seq = row["seq"]!.GetValue<long>(), Prior = row["prior"]!.GetValue<long>(),
        Party = row["party"]!.GetValue<string>(), Account = row["account"]!.GetValue<string>(),
        Kind = row["kind"]!.GetValue<string>(), Version = row["version"]!.GetValue<int>(), EffectiveOn = Store.Day(row["effective_on"]!.GetValue<string>()),
        RecordedOn = Store.Day(row["recorded_on"]!.GetValue<string>()),
        RecordedAt = row["recorded_at"]!.GetValue<long>(), Actor = row["actor"]!.GetValue<string>(), Cause = row["cause"]!.GetValue<string>(),
        WorkspaceSeq = row["workspace_seq"]!.GetValue<long>(),
        Payload = Encoding.UTF8.GetBytes(row["payload"]!.GetValue<string>()), Hash = Convert.FromHexString(row["hash"]!.GetValue<string>()),
    };

    private static string Write(JournalRow row) => new JsonObject
    {
        ["partition"] = row.Partition, ["seq"] = row.Seq, ["prior"] = row.Prior, ["party"] = row.Party, ["account"] = row.Account,
        ["kind"] = row.Kind, ["version"] = row.Version,
        ["effective_on"] = Store.Day(row.EffectiveOn), ["recorded_on"] = Store.Day(row.RecordedOn), ["recorded_at"] = row.RecordedAt, ["actor"] = row.Actor,
        ["cause"] = row.Cause, ["workspace_seq"] = row.WorkspaceSeq,
        ["payload"] = Encoding.UTF8.GetString(row.Payload), ["hash"] = Convert.ToHexStringLower(row.Hash),
    }.ToJsonString(Compact);

    [Fact]
    public void Every_kind_of_event_occurs_in_one_of_them() =>
        Forms.SelectMany(Rows).Select(r => r.Kind).Distinct().Order(StringComparer.Ordinal).ShouldBe(EventCodec.Kinds);

    private static void Export(string file)
    {
        using var folder = new DataFolder();
        // The keys are made known, so that what is sealed can be opened where somebody wants to.
        using (Store.Open(folder.Path))
            DataFolder.Tamper(folder.KeysDatabase, string.Join(";", new[] { "A1", "A2", "P3", "A4", "A5", "A6" }.Select(p => $"INSERT INTO party_key "
                + $"VALUES('{p}', x'{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes($"golden {p}")))}')")));
        EveryKind.Play(folder);
        using var store = folder.Open();
        File.WriteAllLines(file, Enumerable.Range(0, Partition.Count).SelectMany(p => store.Journal(p)).Select(r => Write(r.Row)));
    }

    [Theory]
    [MemberData(nameof(EachForm))]
    public void The_journal_folds_to_the_approved_states_and_to_the_figures_of_its_day(string form)
    {
        var rows = Rows(form);
        using var folder = new DataFolder();
        using (var store = Store.Open(folder.Path))
        {
            store.Begin();
            foreach (var partition in rows.GroupBy(r => r.Partition))
            {
                store.Database.Append([.. partition]);
                var last = partition.Last();
                store.Database.Write(new Changes([new Head(partition.Key, last.Seq, last.Hash, last.RecordedAt,
                    partition.Max(r => r.RecordedOn))], [], [], [], null));
            }
            store.SetMeta("workspace",
                ((WorkspaceEvent.Opened)EventCodec.Decode("workspace_opened", 1, rows.First(r => r.Kind == "workspace_opened").Payload)).Workspace);
            store.Commit();
            Audit.Rebuild(store).Problems.ShouldBeEmpty();
            // Without its keys, the keys of inputs, and what files hold: the journal has none of these.
            Audit.Verify(store, []).Problems.ShouldAllBe(p => p.Check == "key" || p.Check == "file");
        }
        // Where states change below and this number does not, folders of the version before would be misread.
        var states = $"form {Core.StateCodec.Version}\n" + Text(folder,
            ("party", "SELECT id, next_review_on, state_text(state) FROM party ORDER BY pid"),
            ("item", "SELECT account, number, state_text(state) FROM item ORDER BY pid, account, number"),
            ("cash", "SELECT key, state_text(state) FROM cash ORDER BY pid, key"),
            ("message", "SELECT id, status, not_before, state_text(state) FROM message ORDER BY id"),
            ("work", "SELECT id, open, owner, priority, state_text(state) FROM work ORDER BY id"),
            ("note", "SELECT note, account, at, stands, state_text(state) FROM note ORDER BY note"),
            ("file", "SELECT file, account, at, stands, state_text(state) FROM file ORDER BY file"),
            ("callback", "SELECT callback, status, account, agent, day_begins, at, state_text(state) FROM callback ORDER BY callback"),
            ("account_tag", "SELECT account, tag, is_set, state_text(state) FROM account_tag ORDER BY account, tag"),
            ("payment_plan", "SELECT plan, status, account, agreed_on, state_text(state) FROM payment_plan ORDER BY plan"),
            ("account", "SELECT account, party FROM account ORDER BY account"));
        // Up to the measure 11: those that there were. A later program may count more of an old journal, and nothing otherwise. Cash on overdue
        // items (4) was not told apart by due day then.
        var figures = Text(folder, ("item", "SELECT account, number, open, due, currency FROM item ORDER BY account, number"),
            ("cell", "SELECT measure, day, CASE WHEN measure = 4 THEN 0 ELSE ref_day END, portfolio, segment, currency, CAST(sum(minor) AS BIGINT), "
                + "CAST(sum(count) AS BIGINT) FROM cell WHERE measure <= 11 GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6"),
            ("stock", "SELECT * FROM stock WHERE measure <= 11 ORDER BY 1, 2, 3, 4, 5, 6"));
        output.WriteLine($"{rows.Count} events");
        ShouldBeAsIn(Golden($"{form}.approved.txt"), states, Accept);
        ShouldBeAsIn(Golden($"{form}.figures.txt"), figures, Accept && (form == Forms[^1] || !File.Exists(Golden($"{form}.figures.txt"))));
    }

    private static string Text(DataFolder folder, params (string Title, string Sql)[] sections)
    {
        var text = new StringBuilder();
        foreach (var (title, sql) in sections)
        {
            text.Append(title).Append('\n');
            foreach (var row in folder.Rows(sql)) text.Append("  ").Append(row).Append('\n');
        }
        return text.ToString();
    }

    private static void ShouldBeAsIn(string file, string text, bool accept)
    {
        if (accept) File.WriteAllText(file, text);
        Ledger.ShouldBeSameRows([.. text.Split('\n')], [.. File.ReadAllText(file).ReplaceLineEndings("\n").Split('\n')]);
    }

    [Fact]
    public void Each_event_is_written_again_as_it_was_read()
    {
        foreach (var row in Forms.SelectMany(Rows))
        {
            var (kind, version, payload) = EventCodec.Encode(EventCodec.Decode(row.Kind, row.Version, row.Payload));
            kind.ShouldBe(row.Kind);
            if (version == row.Version)
                JsonNode.DeepEquals(JsonNode.Parse(payload), JsonNode.Parse(row.Payload))
                    .ShouldBeTrue($"{row.Kind}: {Encoding.UTF8.GetString(payload)} for {Encoding.UTF8.GetString(row.Payload)}");
        }
    }
}
