using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Recoup.Storage;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>Data for the durability tests, and the questions that they all ask of a data folder.</summary>
internal static class Ledger
{
    /// <summary>
    /// Invoices due on 2026-02-04, two an account. The first <paramref name="mailed"/> accounts owe enough to be written to
    /// and have an address; of the others some have paid.
    /// </summary>
    public static string Csv(int accounts, int mailed)
    {
        var text = new StringBuilder("account,name,email,phone,country,time_zone,language,portfolio,invoice,issued_on,due_on,amount,currency,paid_on\n");
        for (var i = 1; i <= accounts; i++)
            for (var n = 1; n <= 2; n++)
            {
                var mail = i <= mailed;
                text.Append(CultureInfo.InvariantCulture,
                    $"A{i:D4},Kunde {i},{(mail ? $"ap{i}@kunde.example" : "")},,DE,Europe/Berlin,de,EU,R{i:D4}-{n},2026-01-05,2026-02-04,"
                    + $"{(mail ? 100 + i : 1 + i % 20)}.{n}0,EUR,{(!mail && i % 3 == 0 ? "2026-01-30" : "")}\n");
            }
        return text.ToString();
    }

    /// <summary>The journal row by row, every column.</summary>
    public static List<string> Journal(DataFolder folder) =>
        folder.Rows("SELECT id, partition, seq, prior, party, account, kind, version, effective_on, recorded_on, recorded_at, actor, cause, workspace_seq, "
            + "CAST(payload AS TEXT), hash FROM journal ORDER BY id");

    /// <summary>
    /// The journal without what differs from one folder to another by chance: keys are random, so what they seal is
    /// opened, what follows from them (tokens, hashes, the workspace's id) left out.
    /// </summary>
    public static List<string> JournalInTheClear(DataFolder folder)
    {
        using var store = folder.Open();
        var rows = new List<string>();
        for (var partition = 0; partition < Core.Foundation.Partition.Count; partition++)
            foreach (var (id, row) in store.Journal(partition))
            {
                var payload = JsonNode.Parse(row.Payload)!;
                Clear(payload, row.Party, store.Vault);
                rows.Add(string.Join(" | ", id, row.Prior, row.Party, row.Account, row.Kind, row.Version, Store.Day(row.EffectiveOn), Store.Day(row.RecordedOn),
                    row.RecordedAt, row.Actor, row.Cause, row.WorkspaceSeq, payload.ToJsonString()));
            }
        return rows;
    }

    private static void Clear(JsonNode? node, string party, Vault vault)
    {
        if (node is JsonArray array) foreach (var element in array) Clear(element, party, vault);
        if (node is not JsonObject fields) return;
        foreach (var (name, value) in fields.ToList())
            switch (name)
            {
                case "sealed" when value is not null:
                    fields[name] = Encoding.UTF8.GetString(vault.Open(party, Convert.FromBase64String(value.GetValue<string>()))
                        ?? throw new InvalidOperationException($"what was sealed for {party} can't be opened"));
                    break;
                case "email_token" or "phone_token" or "address_token" or "token" or "workspace": fields.Remove(name); break;
                default: Clear(value, party, vault); break;
            }
    }

    /// <summary>Equal row by row; says the first row that is not, and not thousands of them.</summary>
    public static void ShouldBeSameRows(List<string> actual, List<string> expected)
    {
        for (var i = 0; i < Math.Max(actual.Count, expected.Count); i++)
        {
            var (there, wanted) = (i < actual.Count ? actual[i] : "nothing", i < expected.Count ? expected[i] : "nothing");
            if (there != wanted) Assert.Fail($"row {i} of {actual.Count} ({expected.Count} were expected) is\n{there}\nand should be\n{wanted}");
        }
    }

    /// <summary>Every message that was sent is one file, every file one message that was sent; the others are listed as not sent.</summary>
    public static void ShouldHaveSentEachMessageOnce(DataFolder folder)
    {
        var sent = folder.Rows("SELECT id FROM message WHERE status = 2 ORDER BY id");
        var files = (Directory.Exists(folder.Mail) ? Directory.GetFiles(folder.Mail, "*.eml") : [])
            .Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal).ToList();
        files.ShouldBe(sent);
        var ids = files.Select(f => File.ReadLines(Path.Combine(folder.Mail, f + ".eml"))
            .First(l => l.StartsWith("Message-I", StringComparison.OrdinalIgnoreCase))).ToList();
        ids.Distinct().Count().ShouldBe(ids.Count);
        for (var i = 0; i < ids.Count; i++) ids[i].ShouldContain(files[i]);
        folder.Count("SELECT count(*) FROM message WHERE status IN (0, 1)").ShouldBe(0);
    }
}
