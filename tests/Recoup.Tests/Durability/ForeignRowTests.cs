using System.Globalization;
using Recoup.Core;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Durability;

/// <summary>What somebody puts beside the journal is found in every table, or the audit says that it does not look there and why.</summary>
public sealed class ForeignRowTests(EveryKindFolder made) : IClassFixture<EveryKindFolder>
{
    private static readonly string AllTables = TestStores.IsPostgres
        ? "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace ORDER BY 1"
        : "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";

    private static List<string> KeyEvents(DataFolder folder) => folder.Rows("SELECT kind FROM journal WHERE kind LIKE 'api!_key%' ESCAPE '!' ORDER BY id");

    private static AuditReport Verify(DataFolder folder)
    {
        using var store = folder.Open();
        return Audit.Verify(store, []);
    }

    private const string OneMore = """{"type":"hold","key":"h-9","account":"A6","from":"2026-03-01","to":"2026-03-02","reason":"requested"}""";

    [Fact]
    public void The_audit_knows_every_table_that_there_is()
    {
        var unknown = made.Folder.Rows(AllTables).Where(table => !TableCheck.Tables.ContainsKey(table));
        unknown.ShouldBeEmpty("say in TableCheck.Tables whether its rows are held against the journal, or why they are not");
    }

    [Fact]
    public void A_foreign_row_is_found_in_every_table_or_the_table_is_named_as_unchecked()
    {
        foreach (var table in made.Folder.Rows(AllTables))
        {
            using var folder = made.Folder.Copy();
            // A row first where the table is mostly empty: it must be seen among none and among some.
            try { folder.Rows(Insert(folder, table)); }
            catch (System.Data.Common.DbException) when (table.StartsWith("qrtz", StringComparison.Ordinal)) { /* one table of Quartz rests on another */ }
            AuditReport report;
            try { report = Verify(folder); }
            catch (StoreException) when (table == "schema_version") { continue; }
            (report.Problems.Count > 0 || report.Unchecked.Exists(u => u.What.Split(", ").Contains(table)))
                .ShouldBeTrue($"a row put into {table} is neither found nor named as unchecked");
            // What is held against the journal is found, and not only named.
            if (TableCheck.Tables[table] is null && table != "key") report.Ok.ShouldBeFalse($"a row put into {table}");
        }
    }

    private static string Insert(DataFolder folder, string table)
    {
        var columns = folder.Rows(TestStores.IsPostgres
            ? $"SELECT column_name::text || ' ' || data_type::text FROM information_schema.columns WHERE table_schema = 'public' AND table_name = "
                + $"'{table}' AND is_identity = 'NO' ORDER BY ordinal_position"
            : $"SELECT name || ' ' || lower(type) FROM pragma_table_info('{table}') ORDER BY cid");
        var place = Store.RowId(3, 999_999).ToString(CultureInfo.InvariantCulture);
        var values = columns.Select(column => column[(column.IndexOf(' ', StringComparison.Ordinal) + 1)..] switch
        {
            "integer" when !TestStores.IsPostgres => place,
            "bigint" => place,
            "blob" or "bytea" => "x'0102'",
            "real" or "integer" or "smallint" or "numeric" => "7",
            "boolean" => "true",
            _ => "'foreign'",
        });
        return $"INSERT INTO {table}({string.Join(", ", columns.Select(c => c[..c.IndexOf(' ', StringComparison.Ordinal)]))}) VALUES({string.Join(", "
            + "", values)})";
    }

    [Fact]
    public void Keys_of_the_API_are_events_and_one_of_another_hand_is_found()
    {
        using var folder = made.Folder.Copy();
        var lastRecorded = folder.Count("SELECT max(recorded_at) FROM head");
        folder.Run("api-key", "add", "crm").Expect(0);
        folder.Run("api-key", "add", "shop", "--may", "read").Expect(0);
        folder.Run("api-key", "revoke", "crm").Expect(0);
        KeyEvents(folder).Skip(KeyEvents(made.Folder).Count).ShouldBe(["api_key_added", "api_key_added", "api_key_revoked"]);
        folder.Count("SELECT count(*) FROM meta WHERE name = 'api_keys_to_record'").ShouldBe(0);
        // By the machine's clock, and the workspace's does not move by it: a run of the business's next day goes on.
        folder.Count("SELECT max(recorded_at) FROM head").ShouldBe(lastRecorded);
        folder.Run("run", "--as-of", "2026-02-10", "--now", "2026-02-10T10:00:00Z").Expect(0);
        folder.ShouldBeSound();

        foreach (var sql in new[]
        {
            "INSERT INTO api_key(id, name, may, hash, created_at) VALUES('00', 'me', 'read,write', x'00', 5)",
                "UPDATE api_key SET may = 'read,write' WHERE name = 'shop'",
            "UPDATE api_key SET revoked_at = NULL WHERE name = 'crm'", "UPDATE api_key SET hash = x'01' WHERE name = 'shop'",
                "DELETE FROM api_key WHERE name = 'crm'",
        })
        {
            using var copy = folder.Copy();
            copy.Tamper(sql);
            Verify(copy).Problems.ShouldHaveSingleItem(sql).Where.ShouldBe("api_key");
            using (var store = copy.Open()) Audit.Rebuild(store).Ok.ShouldBeTrue(sql);
            copy.Tamper("DELETE FROM party WHERE id = 'A1'");
            using (var store = copy.Open()) Audit.Rebuild(store).Ok.ShouldBeTrue(sql);
            copy.ShouldBeSound();
        }
    }

    /// <summary>Nothing was imported yet: the first input finds the key in force and records it.</summary>
    [Fact]
    public void A_key_made_before_the_workspace_has_an_event_is_recorded_with_its_first()
    {
        using var folder = new DataFolder();
        folder.Run("api-key", "add", "erp").Expect(0);
        folder.Count("SELECT count(*) FROM journal").ShouldBe(0);
        folder.Send("""{"type":"account","key":"a","account":"A1","name":"Eins"}""", "--now", "2026-01-10T10:00:00Z").Expect(0);
        folder.Count("SELECT count(*) FROM journal WHERE kind = 'api_key_added'").ShouldBe(1);
        folder.Rows("SELECT DISTINCT recorded_on FROM journal").ShouldBe(["2026-01-10"]);
        folder.ShouldBeSound();
    }

    [Fact]
    public void Keys_of_a_folder_made_before_keys_were_events_work_and_are_recorded_by_the_next_that_writes()
    {
        Assert.SkipWhen(TestStores.IsPostgres, "the schema's version is a file's here");
        using var folder = made.Folder.Copy();
        folder.Tamper("INSERT INTO api_key(id, name, may, hash, created_at, revoked_at) VALUES('0a', 'old', 'read,write', x'00', 5, NULL), ('0b', "
            + "'older', 'read', x'01', 3, 4); PRAGMA user_version = 3");
        var joined = folder.Rows("SELECT 'INSERT INTO joined_party VALUES(' || quote(party) || ', ' || quote(into_party) || ')' FROM joined_party");
        // Of the kinds of rows whose tables came later.
        List<string> later = [.. Chapters.Rows.Skip(4).SelectMany(kind => folder.Rows($"SELECT 'INSERT INTO {kind.Table} VALUES(' || concat_ws(', ', "
            + string.Join(", ", new[] { "pid" }.Concat(kind.Key).Concat(kind.Columns.Select(c => c.Name)).Append("state").Select(c => $"quote({c})"))
            + $") || ')' FROM {kind.Table}")),
            .. folder.Rows("SELECT 'INSERT INTO file_content VALUES(' || quote(file) || ', ' || quote(content) || ')' FROM file_content")];
        var cells = folder.Rows("SELECT 'INSERT INTO cell VALUES(' || concat_ws(', ', measure, day, ref_day, quote(portfolio), quote(segment), "
            + "quote(currency), minor, count, quote(own)) || ')' FROM cell");
        folder.Tamper(string.Join("; ", Migrations_after_3(folder).Append("DELETE FROM cell")));
        // No folder so old has parties that were joined, such rows, or cells with values of their own; this one has, and would say so.
        folder.Open().Dispose();
        folder.Tamper(string.Join("; ", joined.Concat(later).Concat(cells)));
        var report = Verify(folder);
        report.Problems.ShouldBeEmpty();
        report.Unchecked.ShouldContain(u => u.What == "api_key");
        folder.Send(OneMore, "--now", "2026-02-09T12:00:00Z").Expect(0);
        KeyEvents(folder).Skip(KeyEvents(made.Folder).Count).ShouldBe(["api_key_added", "api_key_added", "api_key_revoked"], ignoreOrder: true);
        Verify(folder).Unchecked.ShouldNotContain(u => u.What == "api_key");
        folder.ShouldBeSound();
    }

    /// <summary>What later steps made is taken away, so that they can be applied again.</summary>
    private static IEnumerable<string> Migrations_after_3(DataFolder folder) =>
        folder.Rows("SELECT type || ' ' || name FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL")
            .Where(part => !Storage.Sqlite.Migrations.MadeThrough(3).Contains(part))
            .Select(part => $"DROP {part.Replace(" ", " IF EXISTS ", StringComparison.Ordinal)}")
            .Append("ALTER TABLE message DROP COLUMN reference").Append("ALTER TABLE message DROP COLUMN number_set");

    [Fact]
    public void An_erasure_that_no_event_tells_of_destroys_nothing()
    {
        using var folder = made.Folder.Copy();
        folder.Tamper("INSERT INTO erasure(party, done) VALUES('A1', 0)");
        folder.Run("worklist").Expect(0);
        folder.Run("run", "--as-of", "2026-02-10", "--now", "2026-02-10T10:00:00Z").Expect(0);
        folder.Run("explain", "A1").Expect(0).Out.ShouldContain("Acme");
        Verify(folder).Problems.ShouldHaveSingleItem().Where.ShouldBe("erasure");
    }

    [Fact]
    public void A_key_of_nobody_is_named()
    {
        using var folder = made.Folder.Copy();
        TestStores.KeyRows(folder.Place, $"INSERT INTO {TestStores.KeyTable}(party, key) VALUES('nobody', x'00')");
        var report = Verify(folder);
        report.Ok.ShouldBeTrue();
        report.Unchecked.ShouldContain(u => u.What == "party_key" && u.Why.Contains("nobody", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CREATE TABLE mine(a)", "table mine")]
    [InlineData("CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM key; END", "trigger t")]
    [InlineData("CREATE VIEW v AS SELECT 1", "view v")]
    [InlineData("DROP INDEX item_due", "no index item_due")]
    [InlineData("DROP INDEX item_due; CREATE INDEX item_due ON item(due)", "index item_due otherwise")]
    public void What_no_step_of_the_schema_made_is_found(string sql, string what)
    {
        Assert.SkipWhen(TestStores.IsPostgres, "a server's schema is its owner's");
        using var folder = made.Folder.Copy();
        folder.Tamper(sql);
        Verify(folder).Problems.ShouldContain(p => p.Check == "foreign" && p.Message.Contains(what, StringComparison.Ordinal));
    }
}
