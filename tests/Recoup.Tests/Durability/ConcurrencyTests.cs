using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>Two processes on one data folder at the same moment: nothing lost, nothing twice, and whoever must wait says so.</summary>
public sealed class ConcurrencyTests
{
    /// <summary>Two invoices each: enough for two parts of an import and of a run.</summary>
    private const int Accounts = 2100, Mailed = 60;

    private static DataFolder Imported()
    {
        var folder = new DataFolder();
        folder.Run("import", folder.Write("rows.csv", Ledger.Csv(Accounts, Mailed)), "--map", "receivables", "--now", "2026-02-02T10:00:00Z").Expect(0);
        folder.Run("sending", "live", "--now", "2026-02-02T10:00:00Z").Expect(0);
        return folder;
    }

    /// <summary>Starts both at once and waits for both.</summary>
    private static (Ran A, Ran B) Both(DataFolder folder, string[] a, string[] b)
    {
        using Process one = folder.Start(null, [.. a, "--format", "json"]), two = folder.Start(null, [.. b, "--format", "json"]);
        var second = Task.Run(() => DataFolder.Finish(two));
        return (DataFolder.Finish(one).Expect(0), second.GetAwaiter().GetResult().Expect(0));
    }

    private static long Sum((Ran A, Ran B) both, string field) => both.A.Json.GetProperty(field).GetInt64() + both.B.Json.GetProperty(field).GetInt64();

    [Fact]
    public void Two_imports_of_the_same_file_into_a_new_folder_take_each_row_once()
    {
        using var folder = new DataFolder();
        string[] import = ["import", folder.Write("rows.csv", Ledger.Csv(Accounts, Mailed)), "--map", "receivables", "--now", "2026-02-02T10:00:00Z"];
        var both = Both(folder, import, import);
        Sum(both, "accepted").ShouldBe(2 * Accounts);
        Sum(both, "unchanged").ShouldBe(2 * Accounts);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'invoice_issued'").ShouldBe(2 * Accounts);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'workspace_opened'").ShouldBe(1);
        folder.ShouldBeSound();
    }

    [Fact]
    public void Two_imports_of_different_files_lose_nothing()
    {
        using var folder = new DataFolder();
        var rows = Ledger.Csv(Accounts, Mailed);
        string[] a = ["import", folder.Write("a.csv", rows), "--map", "receivables", "--now", "2026-02-02T10:00:00Z"];
        string[] b = ["import", folder.Write("b.csv", rows.Replace("\nA", "\nB", StringComparison.Ordinal)
            .Replace(",Kunde ", ",Client ", StringComparison.Ordinal)), "--map", "receivables", "--now", "2026-02-02T10:00:00Z"];
        Sum(Both(folder, a, b), "accepted").ShouldBe(4 * Accounts);
        folder.Count("SELECT count(*) FROM item").ShouldBe(4 * Accounts);
        folder.Count("SELECT count(*) FROM party").ShouldBe(2 * Accounts);
        folder.ShouldBeSound();
        using var store = folder.Open();
        foreach (var id in new[] { "A0001", "B0001" }) store.Vault.Open(id, store.Party(id)!.Value.State.Accounts[0].Sealed).ShouldNotBeNull();
    }

    [Fact]
    public void Two_imports_to_the_same_customers_take_all_of_both()
    {
        using var folder = Imported();
        string Payments(string name) => folder.Write(name + ".ndjson", string.Join('\n', Enumerable.Range(1, 400)
            .Select(i => $$"""{"type":"payment","key":"{{name}}-{{i}}","account":"A{{1 + i % 5:D4}}","on":"2026-02-02","amount":"0.01","currency":"EUR"}""")));
        var both = Both(folder, ["send", Payments("x"), "--now", "2026-02-02T11:00:00Z"], ["send", Payments("y"), "--now", "2026-02-02T11:00:00Z"]);
        Sum(both, "accepted").ShouldBe(800);
        folder.Count("SELECT sum(minor) FROM cell WHERE measure = 9")
            .ShouldBe(folder.Count("SELECT sum(json_extract(CAST(payload AS TEXT), '$.minor')) FROM journal WHERE kind = 'payment_received'"));
        folder.ShouldBeSound();
    }

    [Fact]
    public void A_run_and_an_import_go_on_beside_each_other()
    {
        using var folder = Imported();
        var more = folder.Write("more.csv", Ledger.Csv(Accounts, Mailed).Replace("\nA", "\nB", StringComparison.Ordinal));
        var (_, run) = Both(folder, ["import", more, "--map", "receivables", "--now", "2026-02-05T10:00:00Z"],
            ["run", "--as-of", "2026-02-05", "--now", "2026-02-05T10:00:00Z"]);
        run.Json.GetProperty("accounts_reviewed").GetInt32().ShouldBeGreaterThanOrEqualTo(Accounts);
        folder.Count("SELECT count(*) FROM item").ShouldBe(4 * Accounts);
        folder.ShouldBeSound();
    }

    [Fact]
    public void Two_runs_of_a_day_decide_about_each_customer_once()
    {
        using var folder = Imported();
        string[] run = ["run", "--as-of", "2026-02-09", "--now", "2026-02-09T10:00:00Z"];
        var both = Both(folder, run, run);
        Sum(both, "accounts_reviewed").ShouldBe(Accounts);
        folder.Rows("SELECT party FROM journal WHERE kind = 'decided' GROUP BY party HAVING count(*) > 1").ShouldBeEmpty();
        folder.Count("SELECT count(*) FROM message").ShouldBe(Mailed);
        folder.Count("SELECT sum(json_extract(CAST(payload AS TEXT), '$.reviewed')) FROM journal WHERE kind = 'run_ended'").ShouldBe(Accounts);
        folder.Count("SELECT sum(json_extract(CAST(payload AS TEXT), '$.actions')) FROM journal WHERE kind = 'run_ended'").ShouldBe(Mailed);
        folder.ShouldBeSound();
    }

    [Fact]
    public void Two_dispatches_send_each_message_once()
    {
        using var folder = Imported();
        folder.Run("run", "--as-of", "2026-02-09", "--now", "2026-02-09T10:00:00Z").Expect(0);
        string[] dispatch = ["dispatch", "--now", "2026-02-09T10:05:00Z"];
        Sum(Both(folder, dispatch, dispatch), "sent").ShouldBe(Mailed);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'message_released'").ShouldBe(Mailed);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'message_settled'").ShouldBe(Mailed);
        Ledger.ShouldHaveSentEachMessageOnce(folder);
        folder.ShouldBeSound();
    }

#if !POSTGRESQL
    [Fact]
    public async Task Who_waits_in_vain_is_told_why_and_who_only_reads_does_not_wait()
    {
        using var folder = Imported();
        using var other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder.Database, Pooling = false }.ToString());
        other.Open();
        using var hold = other.CreateCommand();
        hold.CommandText = "BEGIN IMMEDIATE";
        hold.ExecuteNonQuery();
        using var turn = new FileStream(Path.Combine(folder.Path, "dispatch.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

        using var writer = folder.Start(null, "run", "--as-of", "2026-02-09", "--now", "2026-02-09T10:00:00Z");
        using var sender = folder.Start(null, "dispatch", "--now", "2026-02-09T10:00:00Z");
        // The hold lasts until the end of the test, so whoever waited for it would be refused.
        folder.Run("ageing").Expect(0);
        folder.Run("worklist").Expect(0);
        var sending = Task.Run(() => DataFolder.Finish(sender));
        DataFolder.Finish(writer).Expect(1).Err.Trim().ShouldBe("another Recoup has held the data folder for half a minute; try again when it is done.");
        var refused = (await sending).Expect(1).Err.Trim();
        refused.ShouldStartWith("another dispatch has been at work");
        refused.Split('\n').Length.ShouldBe(1, refused);
    }
#endif
}
