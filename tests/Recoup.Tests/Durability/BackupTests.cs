using Recoup.Storage;
using Recoup.Tests.Cli;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Durability;

/// <summary>Backups as docs/operations.md has them, taken while somebody writes: what is restored verifies as it did, anchors included.</summary>
public sealed class BackupTests(EveryKindFolder made) : IClassFixture<EveryKindFolder>
{
    [Fact]
    public void A_restored_backup_verifies_as_the_store_did_and_can_be_gone_on_with()
    {
        using var folder = made.Folder.Copy();
        using var restored = new DataFolder();
        Directory.CreateDirectory(restored.Path);
        var before = folder.Run("audit", "verify", "--anchor", folder.Anchors, "--format", "json").Expect(0).Out;
        var ageing = folder.Run("ageing", "--format", "json").Out;
        var place = Restore(folder, restored);

        string[] arguments = place.Connection is { } connection ? ["--database", connection, "--data", restored.Path] : [];
        restored.Run([.. arguments, "audit", "verify", "--anchor", folder.Anchors, "--format", "json"]).Expect(0).Out.ShouldBe(before);
        restored.Run([.. arguments, "ageing", "--format", "json"]).Expect(0).Out.ShouldBe(ageing);
        restored.Run([.. arguments, "rebuild", "--check"]).Expect(0);
        // Names can be read: the keys came back too.
        using (var store = Store.Open(place, create: false)) store.Vault.HoldsKeys.ShouldBeTrue();
        var late = restored.Write("late.ndjson", """{"type":"account","key":"after-restore","account":"Z9","name":"New"}""");
        restored.Run([.. arguments, "send", late]).Expect(0);
        restored.Run([.. arguments, "audit", "verify", "--anchor", folder.Anchors]).Expect(0);
        if (place.Connection is { }) TestStores.Drop(place);
    }

    [Fact]
    public void An_anchor_newer_than_the_backup_tells_what_is_missing()
    {
        using var folder = made.Folder.Copy();
        using var restored = new DataFolder();
        Directory.CreateDirectory(restored.Path);
        var place = Restore(folder, restored);
        folder.Run("run", "--as-of", "2027-01-04", "--now", "2027-01-04T10:00:00Z").Expect(0);
        string[] arguments = place.Connection is { } connection ? ["--database", connection, "--data", restored.Path] : [];
        restored.Run([.. arguments, "audit", "verify", "--anchor", folder.Anchors]).Expect(1).Out.ShouldContain("the tail was cut");
        if (place.Connection is { }) TestStores.Drop(place);
    }

#if POSTGRESQL
    private static StorePlace Restore(DataFolder from, DataFolder to)
    {
        var (server, dump) = (PostgresServer.Shared, Path.Combine(Path.GetTempPath(), $"recoup-{Guid.NewGuid():N}.dump"));
        var source = new Npgsql.NpgsqlConnectionStringBuilder(from.Place.Connection);
        var name = $"restored_{Guid.NewGuid():N}";
        server.Execute("postgres", $"CREATE DATABASE {name}");
        PostgresServer.Shell($"'{PostgresServer.Bin}/pg_dump' -Fc -h 127.0.0.1 -p {server.Port} -U postgres -f '{dump}' {source.Database}");
        PostgresServer.Shell($"'{PostgresServer.Bin}/pg_restore' -h 127.0.0.1 -p {server.Port} -U postgres -d {name} '{dump}' && rm '{dump}'");
        return new StorePlace(to.Path, server.Connection(name));
    }
#else
    private static StorePlace Restore(DataFolder from, DataFolder to)
    {
        foreach (var file in new[] { "recoup.db", "keys.db", "access.db" })
        {
            using var source = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(from.Path, file)};Pooling=False");
            using var target = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(to.Path, file)};Pooling=False");
            source.Open();
            target.Open();
            source.BackupDatabase(target);
        }
        return to.Place;
    }
#endif
}
