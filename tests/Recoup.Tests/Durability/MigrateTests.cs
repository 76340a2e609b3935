#if !POSTGRESQL
using Recoup.Storage;
using Recoup.Tests.Cli;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Durability;

/// <summary>A workspace's way from a folder into a real PostgreSQL server.</summary>
public sealed class MigrateTests(EveryKindFolder made) : IClassFixture<EveryKindFolder>
{
    private static string NewDatabase()
    {
        Assert.SkipWhen(PostgresServer.Bin is null, PostgresServer.Missing);
        return PostgresServer.Shared.NewDatabase();
    }

    [Fact]
    public void Everything_arrives_with_the_same_hashes_and_goes_on_there()
    {
        var database = NewDatabase();
        using var folder = made.Folder.Copy();
        var before = (Journal: Ledger.Journal(folder), Ageing: folder.Run("ageing", "--format", "json").Out, Kpis: folder.Run("kpi", "--format", "json").Out,
            Worklist: folder.Run("worklist", "--format", "json").Out, Key: folder.Run("explain", "A1", "--format", "json").Out);
        var events = folder.Count("SELECT count(*) FROM journal");

        var moved = folder.Run("migrate", "--to", database, "--format", "json").Expect(0).Json;
        moved.GetProperty("ok").GetBoolean().ShouldBeTrue();
        moved.GetProperty("events").GetInt64().ShouldBe(events);
        moved.GetProperty("keys").GetInt64().ShouldBeGreaterThan(0);

        Ran There(params string[] arguments) => folder.Run(["--database", database, .. arguments, "--format", "json"]);
        There("ageing").Out.ShouldBe(before.Ageing);
        There("kpi").Out.ShouldBe(before.Kpis);
        There("worklist").Out.ShouldBe(before.Worklist);
        There("explain", "A1").Out.ShouldBe(before.Key);
        System.Text.Encoding.UTF8.GetString(folder.RunForBytes("--database", database, "file", "get", "fl-1", "--out", "-"))
            .ShouldBe("Schrauben, 12 Kisten, angenommen: Ö.\n");
        There("audit", "verify", "--anchor", folder.Anchors).Expect(0);
        There("rebuild", "--check").Expect(0);
        TestStores.Rows(new StorePlace(folder.Path, database), "SELECT id, hash FROM journal ORDER BY id").Count.ShouldBe((int)events);

        // Nobody goes on in the folder by mistake; what was there can be had again.
        folder.Run("ageing").Expect(1).Err.ShouldContain("was moved to");
        folder.Run("migrate", "--back").Expect(0);
        folder.Run("ageing", "--format", "json").Out.ShouldBe(before.Ageing);
        Ledger.ShouldBeSameRows(Ledger.Journal(folder), before.Journal);
        PostgresServer.Shared.Drop(database);
    }

    [Fact]
    public void A_database_that_holds_something_a_damaged_folder_and_two_databases_are_refused_and_nothing_changes()
    {
        var database = NewDatabase();
        using var folder = made.Folder.Copy();
        using var damaged = made.Folder.Copy();
        damaged.Tamper("UPDATE journal SET actor = 'x' WHERE rowid = (SELECT max(rowid) FROM journal WHERE kind = 'invoice_issued')");
        damaged.Run("migrate", "--to", database).Expect(1).Err.ShouldContain("does not have the hash that its columns make; nothing was moved");
        damaged.Run("ageing").Expect(0);
        folder.Run("migrate", "--to", database).Expect(0);
        using var again = made.Folder.Copy();
        again.Run("migrate", "--to", database).Expect(1).Err.ShouldContain("holds a workspace already");
        again.Run("ageing").Expect(0);
        again.Run("--database", database, "migrate", "--to", database).Expect(2);
        PostgresServer.Shared.Drop(database);
    }
}
#endif
