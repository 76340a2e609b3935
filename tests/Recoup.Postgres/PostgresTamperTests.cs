using System.Globalization;
using Recoup.Core.Foundation;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Durability;

namespace Recoup.Tests;

/// <summary>What somebody with the owner's rights changes behind Recoup's back is found there too, and its place named.</summary>
public sealed class PostgresTamperTests(EveryKindFolder made) : IClassFixture<EveryKindFolder>
{
    public static TheoryData<string, string> Changes() => new()
    {
        { "partition", "partition + 1" }, { "seq", "seq + 1" }, { "prior", "prior + 1" }, { "party", "party || 'x'" }, { "account", "''" },
        { "kind", "'invoice_cancelled'" }, { "kind", "'no_such_kind'" },
        { "version", "2" }, { "effective_on", "'2025-12-31'" }, { "effective_on", "'tomorrow'" }, { "recorded_on", "'2025-12-31'" },
        { "recorded_at", "recorded_at + 1" }, { "actor", "actor || ' '" },
        { "cause", "cause || '2'" }, { "workspace_seq", "workspace_seq + 1" }, { "payload", "payload || '\\x20'::bytea" }, { "payload", "''::bytea" },
        { "hash", "decode(repeat('00', 32), 'hex')" }, { "hash", "''::bytea" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_changed_column_is_found_with_its_event(string column, string value)
    {
        using var folder = made.Folder.Copy();
        var partition = Partition.Of("A6");
        var seq = folder.Count($"SELECT max(seq) FROM journal WHERE id >= {Store.RowId(partition, 0)} AND id < {Store.RowId(partition + 1, 0)}") / 2;
        folder.Tamper($"UPDATE journal SET {column} = {value} WHERE id = {Store.RowId(partition, seq).ToString(CultureInfo.InvariantCulture)}");
        using var store = folder.Open();
        var report = Audit.Verify(store, []);
        report.Problems.ShouldContain(p => p.Partition == partition && p.Seq == seq, string.Join("\n", report.Problems));
        // Several readers see one snapshot and come to the same.
        Audit.Verify(store, [], readers: 3).Problems.ShouldBe(report.Problems);
    }

    [Theory]
    [InlineData("DELETE FROM journal WHERE id IN (SELECT max(id) FROM journal WHERE kind = 'decided')")]
    [InlineData("UPDATE head SET seq = seq - 1 WHERE seq > 0")]
    [InlineData("UPDATE party SET state = state || '\\x00'::bytea")]
    [InlineData("UPDATE party SET next_review_on = COALESCE(next_review_on, 0) + 1")]
    [InlineData("UPDATE item SET open = 1 - open")]
    [InlineData("DELETE FROM item")]
    [InlineData("UPDATE message SET status = 3")]
    [InlineData("UPDATE work SET priority = priority + 1")]
    [InlineData("UPDATE cell SET minor = minor + 1")]
    [InlineData("DELETE FROM stock")]
    [InlineData("DELETE FROM key")]
    [InlineData("DELETE FROM account")]
    public void What_is_made_of_the_journal_is_held_against_it(string sql)
    {
        using var folder = made.Folder.Copy();
        folder.Tamper(sql);
        folder.Run("audit", "verify").Expect(1);
    }

    [Fact]
    public void A_rebuild_makes_everything_anew()
    {
        using var folder = made.Folder.Copy();
        folder.Tamper("DELETE FROM party; DELETE FROM item; UPDATE cell SET minor = 1; DELETE FROM stock; DELETE FROM account");
        folder.Run("rebuild").Expect(0);
        folder.ShouldBeSound();
    }

    [Fact]
    public void An_erased_person_can_be_read_nowhere_in_the_servers_files()
    {
        using var folder = made.Folder.Copy();
        var key = (byte[])Stores.TestStores.KeyRows(folder.Place, $"SELECT key FROM {Stores.TestStores.KeyTable} WHERE party = 'A1'").Single()[0]!;
        folder.Send("""{"type":"erasure","key":"e-a1","account":"A1","reason":"asked for"}""").Expect(0);
        Stores.TestStores.KeyRows(folder.Place, $"SELECT key FROM {Stores.TestStores.KeyTable} WHERE party = 'A1'").ShouldBeEmpty();
        folder.Tamper("CHECKPOINT");
        var file = Path.Combine(Stores.PostgresServer.Shared.Data,
            (string)Stores.TestStores.Rows(folder.Place, $"SELECT pg_relation_filepath('{Stores.TestStores.KeyTable}')").Single()[0]!);
        File.ReadAllBytes(file).AsSpan().IndexOf(key).ShouldBe(-1);
        folder.ShouldBeSound();
    }
}
