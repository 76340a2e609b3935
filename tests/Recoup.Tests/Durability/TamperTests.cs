using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Recoup.Core.Foundation;
using Recoup.Storage;
using Recoup.Storage.Journal;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>Whatever is changed behind Recoup's back, the audit finds it, says where, and never falls over it.</summary>
public sealed class TamperTests(EveryKindFolder made) : IClassFixture<EveryKindFolder>
{
    private const string AnyParty = "A6";

    private static int verified;

    private static AuditReport Verify(DataFolder folder, bool withAnchors = false)
    {
        using var store = folder.Open();
        var anchors = withAnchors ? Directory.GetFiles(folder.Anchors, "*.json") : [];
        var report = Audit.Verify(store, anchors, readers: 1);
        // Several readers must come to the very same, in the same order; tried with every third of the changes where that is enough.
        if (!Long.IsAsked && ++verified % 3 != 1) return report;
        var together = Audit.Verify(store, anchors, readers: 3);
        together.Problems.ShouldBe(report.Problems);
        (together.ProblemsInAll, together.Events, together.Partitions, together.Parties)
            .ShouldBe((report.ProblemsInAll, report.Events, report.Partitions, report.Parties));
        return report;
    }

    /// <summary>First, middle and last event of the partition in which most happened.</summary>
    private static (int Partition, long[] Seqs) Place(DataFolder folder)
    {
        var partition = Partition.Of(AnyParty);
        var last = folder.Count($"SELECT max(seq) FROM journal WHERE id >= {Store.RowId(partition, 0)} AND id < {Store.RowId(partition + 1, 0)}");
        last.ShouldBeGreaterThan(10);
        return (partition, [1, last / 2, last]);
    }

    private void ShouldBeFoundAt(string sql, int partition, long seq, string what)
    {
        using var folder = made.Folder.Copy();
        folder.Tamper(sql);
        var report = Verify(folder);
        report.Ok.ShouldBeFalse(what);
        report.Problems.ShouldContain(p => p.Partition == partition && p.Seq == seq, $"{what}: {string.Join("\n", report.Problems)}");
    }

    [Fact]
    public void The_untouched_folder_is_sound() => made.Folder.ShouldBeSound();

    public static TheoryData<string, string> Changes() => new()
    {
        { "partition", "partition + 1" }, { "partition", "-1" }, { "partition", "9223372036854775807" },
        { "seq", "seq + 1" }, { "seq", "-5" }, { "seq", "seq || 'x'" },
        { "prior", "prior + 1" }, { "prior", "prior + 0.5" }, { "party", "party || 'x'" }, { "party", "party || char(0) || 'x'" },
        { "party", "CAST(party AS BLOB)" }, { "account", "account || 'x'" }, { "account", "''" },
        { "kind", "'invoice_cancelled'" }, { "kind", "'no_such_kind'" }, { "kind", "kind || char(0)" }, { "version", "2" }, { "version", "0" },
        { "version", "1.5" }, { "version", "'1x'" }, { "version", "99999999999" },
        { "effective_on", "'2025-12-31'" }, { "effective_on", "'2026-02-30'" }, { "effective_on", "'tomorrow'" },
        { "effective_on", "effective_on || char(0)" }, { "effective_on", "-40" },
        { "recorded_on", "'2025-12-31'" }, { "recorded_on", "''" }, { "recorded_at", "recorded_at + 1" }, { "recorded_at", "-9223372036854775808" },
        { "recorded_at", "'soon'" }, { "recorded_at", "recorded_at || ''  || 'z'" },
        { "actor", "actor || ' '" }, { "actor", "actor || char(0) || 'x'" }, { "actor", "CAST(x'ff' AS TEXT)" }, { "actor", "CAST(actor AS BLOB)" },
        { "cause", "cause || '2'" }, { "workspace_seq", "workspace_seq + 1" },
        { "payload", "CAST(replace(CAST(payload AS TEXT), '\"', '''') AS BLOB)" }, { "payload", "x''" }, { "payload", "x'00ff'" },
        { "payload", "CAST('{}' AS BLOB)" }, { "payload", "CAST('null' AS BLOB)" },
        { "payload", "CAST(payload AS BLOB) || ' '" }, { "payload", "CAST(payload AS TEXT)" }, { "hash", "zeroblob(32)" },
        { "hash", "x''" }, { "hash", "CAST(hash || x'00' AS BLOB)" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_changed_column_is_found_and_its_place_named(string column, string value)
    {
        var (partition, seqs) = Place(made.Folder);
        foreach (var seq in seqs)
            ShouldBeFoundAt($"UPDATE journal SET {column} = {value} WHERE id = {Store.RowId(partition, seq)}",
                partition, seq, $"{column} = {value} of event {seq}");
    }

    [Fact]
    public void Every_column_of_the_journal_is_among_the_changes()
    {
        var columns = made.Folder.Rows("SELECT name FROM pragma_table_info('journal') WHERE name <> 'id'");
        Changes().Select(c => c.Data.Item1).Distinct().Order(StringComparer.Ordinal).ShouldBe(columns.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void One_byte_of_a_payload_is_found_wherever_it_is()
    {
        var (partition, seqs) = Place(made.Folder);
        foreach (var seq in seqs)
            foreach (var at in new[] { 1, 10, 30 })
                ShouldBeFoundAt($"UPDATE journal SET payload = CAST(substr(payload, 1, {at - 1}) || char(unicode(substr(CAST(payload AS TEXT), {at}, "
                    + $"1)) + 1) || substr(payload, {at + 1}) AS BLOB) WHERE id = {Store.RowId(partition, seq)}", partition, seq, $"byte {at} of event {seq}");
    }

    [Fact]
    public void A_deleted_row_is_found()
    {
        var (partition, seqs) = Place(made.Folder);
        foreach (var seq in seqs) ShouldBeFoundAt($"DELETE FROM journal WHERE id = {Store.RowId(partition, seq)}", partition, seq, $"event {seq} deleted");
    }

    [Fact]
    public void Rows_that_changed_places_are_found()
    {
        var (partition, seqs) = Place(made.Folder);
        var (a, b) = (Store.RowId(partition, seqs[1]), Store.RowId(partition, seqs[1] + 1));
        ShouldBeFoundAt($"UPDATE journal SET id = -1 WHERE id = {a}; UPDATE journal SET id = {a} WHERE id = {b}; "
            + $"UPDATE journal SET id = {b} WHERE id = -1;", partition, seqs[1], "rowids swapped");
        ShouldBeFoundAt($"CREATE TEMP TABLE t AS SELECT * FROM journal WHERE id IN ({a}, {b}); UPDATE journal SET kind = t.kind, payload = t.payload, "
            + $"hash = t.hash FROM t WHERE journal.id IN ({a}, {b}) AND t.id IN ({a}, {b}) AND t.id <> journal.id;", partition, seqs[1], "contents swapped");
    }

    [Fact]
    public void A_foreign_row_is_found_wherever_it_is_put()
    {
        var (partition, seqs) = Place(made.Folder);
        var columns = "partition, seq, prior, party, account, kind, version, effective_on, recorded_on, "
            + "recorded_at, actor, cause, workspace_seq, payload, hash";
        foreach (var seq in new[] { 0, seqs[2] + 1, seqs[2] + 7 })
            ShouldBeFoundAt($"INSERT INTO journal(id, {columns}) SELECT {Store.RowId(partition, seq)}, {columns} FROM journal "
                + $"WHERE id = {Store.RowId(partition, seqs[1])}", partition, seq, $"a row inserted as event {seq}");
        foreach (var id in new[] { -3L, Store.RowId(65, 1), long.MaxValue })
        {
            using var folder = made.Folder.Copy();
            folder.Tamper($"INSERT INTO journal(id, {columns}) SELECT {id}, {columns} FROM journal WHERE id = {Store.RowId(partition, 1)}");
            Verify(folder).Problems.ShouldContain(p => p.Message.Contains(id.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        }
    }

    /// <summary>The journal in a table without its constraints, as a hostile hand could make it.</summary>
    [Fact]
    public void Nothing_where_something_must_stand_is_found_in_every_column()
    {
        var (partition, seqs) = Place(made.Folder);
        var columns = made.Folder.Rows("SELECT name FROM pragma_table_info('journal') WHERE name <> 'id'");
        var recreate = $"CREATE TABLE j2(id INTEGER PRIMARY KEY, {string.Join(", ", columns)}); INSERT INTO j2 SELECT * FROM journal; "
            + $"DROP TABLE journal; ALTER TABLE j2 RENAME TO journal;";
        foreach (var column in columns)
            foreach (var value in new[] { "NULL", "zeroblob(100000)", "1e300" })
                ShouldBeFoundAt($"{recreate} UPDATE journal SET {column} = {value} WHERE id = {Store.RowId(partition, seqs[1])}", partition,
                    seqs[1], $"{column} = {value}");
    }

    public static TheoryData<string> ChangesElsewhere() =>
    [
        "UPDATE head SET seq = seq + 1", "UPDATE head SET seq = -1 WHERE partition = 64", "UPDATE head SET hash = zeroblob(32)", "UPDATE head SET hash = x''",
        "UPDATE head SET recorded_at = recorded_at + 1", "UPDATE head SET recorded_at = 9223372036854775807",
        "UPDATE head SET recorded_on = '2031-01-01' WHERE partition = 64", "UPDATE head SET recorded_on = 'never'", "UPDATE head SET recorded_at = 'x'",
        "DELETE FROM head WHERE partition = 64", "INSERT INTO head VALUES(77, 1, x'00', 0, '2026-01-01')",
        "INSERT INTO head VALUES(-1, 1, x'00', 0, '2026-01-01')",
        "UPDATE party SET next_review_on = 1", "UPDATE party SET next_review_on = NULL", "UPDATE party SET next_review_on = -5",
        "UPDATE party SET id = id || 'x'", "UPDATE party SET state = x'00'", "UPDATE party SET state = CAST('{}' AS BLOB)",
        "UPDATE party SET pid = pid + 1", "UPDATE party SET pid = -pid",
        "DELETE FROM party WHERE id = 'A1'", "INSERT INTO party SELECT pid + 5, id || 'x', next_review_on, state FROM party WHERE id = 'A1'",
        "UPDATE item SET account = 'A9' WHERE number = 'INV-6'", "UPDATE item SET number = 'INV-X' WHERE number = 'INV-6'",
        "UPDATE item SET open = 0 WHERE number = 'INV-1'", "UPDATE item SET open = '1x'", "UPDATE item SET due = due - 1",
        "UPDATE item SET due = -99999999999", "UPDATE item SET currency = 'USD'",
        "UPDATE item SET state = unhex(replace(hex(state), 'A09C01', 'A29C01')) WHERE number = 'INV-1'", "UPDATE item SET state = x'80'",
        "DELETE FROM item WHERE number = 'INV-1'", "UPDATE item SET pid = 5",
        "UPDATE cash SET key = key || 'x'", "UPDATE cash SET state = CAST('[]' AS BLOB)", "DELETE FROM cash WHERE key = 'p-3'",
        "UPDATE cash SET state = CAST(state AS TEXT)",
        "UPDATE message SET status = 0", "UPDATE message SET status = 77", "UPDATE message SET not_before = 0", "UPDATE message SET id = id || 'x'",
        "UPDATE message SET state = x'7b'", "DELETE FROM message", "UPDATE message SET pid = 1",
        "UPDATE work SET open = 1 - open", "UPDATE work SET owner = 'nobody'", "UPDATE work SET priority = priority + 1",
        "UPDATE work SET priority = priority + 0.5", "UPDATE work SET priority = 'first'", "UPDATE work SET state = x''", "DELETE FROM work",
        "UPDATE account SET party = 'A1' WHERE account = 'A3'", "DELETE FROM account", "INSERT INTO account VALUES('A1', 'P3')",
        "UPDATE cell SET minor = minor + 1", "UPDATE cell SET count = count + 1", "UPDATE cell SET count = 0.5",
        "UPDATE cell SET day = -day", "UPDATE cell SET day = 99999999999", "UPDATE cell SET measure = 99", "UPDATE cell SET segment = 'x'",
        "UPDATE cell SET minor = 9223372036854775807", "DELETE FROM cell",
        "UPDATE stock SET minor = minor + 1", "UPDATE stock SET month_end = -7", "UPDATE stock SET ref_day = 9999999",
        "UPDATE stock SET portfolio = NULL || 'x'", "DELETE FROM stock", "UPDATE stock SET count = 'many'",
        "INSERT INTO cell_pending(deltas) VALUES(x'ff')", "INSERT INTO cell_pending(deltas) VALUES(x'')", "INSERT INTO cell_pending(deltas) VALUES('x')",
        "INSERT INTO cell_pending(deltas) VALUES(x'ffffffff0f')",
        "UPDATE meta SET value = 'x' WHERE name = 'workspace'", "UPDATE meta SET value = 'x' WHERE name = 'stocks_through'",
        "UPDATE meta SET value = '99999999' WHERE name = 'stocks_through'", "UPDATE meta SET value = '0' WHERE name = 'stocks_through'",
        "UPDATE meta SET value = '-1' WHERE name = 'stocks_through'",
        "DELETE FROM key WHERE key = 'p-3'", "UPDATE key SET content = 'x'", "DELETE FROM erasure", "UPDATE erasure SET done = 'x'",
    ];

    [Theory]
    [MemberData(nameof(ChangesElsewhere))]
    public void A_change_beside_the_journal_is_found(string sql)
    {
        using var folder = made.Folder.Copy();
        try { folder.Tamper(sql); }
        catch (Microsoft.Data.Sqlite.SqliteException e) when (e.SqliteErrorCode == 19)
        {
            // The schema itself forbids it.
            return;
        }
        Verify(folder).Ok.ShouldBeFalse(sql);
    }

    [Theory]
    [InlineData("DELETE FROM party_key WHERE party = 'A1'")]
    [InlineData("UPDATE party_key SET key = zeroblob(32) WHERE party = 'A1'")]
    [InlineData("UPDATE party_key SET key = x'00' WHERE party = 'A1'")]
    [InlineData("INSERT INTO party_key VALUES('A4', zeroblob(32))")]
    public void A_changed_key_is_found(string sql)
    {
        using var folder = made.Folder.Copy();
        DataFolder.Tamper(folder.KeysDatabase, sql);
        Verify(folder).Problems.ShouldContain(p => p.Check == "key" && p.Where == "keys.db");
        // Life goes on: a name that can't be read is as one that was never given.
        folder.Run("worklist").Expect(0);
        folder.Run("run", "--as-of", "2026-02-10", "--now", "2026-02-10T10:00:00Z").Expect(0);
    }

    [Theory]
    [InlineData("UPDATE party SET state = x'00' WHERE id = 'A1'")]
    [InlineData("UPDATE party SET pid = pid + 1 WHERE id = 'A1'")]
    [InlineData("UPDATE party SET pid = -pid")]
    [InlineData("DELETE FROM item WHERE number = 'INV-1'")]
    [InlineData("UPDATE item SET pid = 5")]
    [InlineData("UPDATE item SET open = '1x'")]
    [InlineData("UPDATE cash SET key = key || 'x' WHERE key = 'p-3'")]
    [InlineData("UPDATE message SET pid = 1")]
    [InlineData("UPDATE message SET id = id || 'x'")]
    [InlineData("UPDATE work SET priority = priority + 0.5")]
    [InlineData("DELETE FROM work; UPDATE cell SET minor = minor + 1 WHERE measure = 2")]
    [InlineData("UPDATE cell SET minor = 9223372036854775807")]
    [InlineData("UPDATE stock SET month_end = -7")]
    [InlineData("INSERT INTO cell_pending(deltas) VALUES(x'ff')")]
    [InlineData("DELETE FROM account")]
    [InlineData("INSERT OR REPLACE INTO meta(name, value) VALUES('state_stale', 'yes')")]
    public void A_rebuild_mends_what_is_wrong_and_leaves_the_rest(string sql)
    {
        using var folder = made.Folder.Copy();
        folder.Tamper(sql);
        folder.Run("rebuild", "--check").Expect(1);
        foreach (var readers in new[] { 1, 3 })
            using (var store = folder.Open()) Audit.Rebuild(store, readers: readers).Problems.ShouldBeEmpty(sql);
        folder.ShouldBeSound();
    }

    [Fact]
    public void What_is_wrong_in_states_and_cells_a_rebuild_mends()
    {
        using var folder = made.Folder.Copy();
        folder.Tamper("DELETE FROM cell; DELETE FROM item; UPDATE party SET state = x'00'; DELETE FROM account; "
            + "UPDATE stock SET minor = 1; UPDATE message SET not_before = 5;");
        folder.Run("rebuild", "--check").Expect(1);
        foreach (var verb in new[] { "explain A1", "ageing --by account", "run --as-of 2026-02-10 --all", "kpi" })
            folder.Run([.. verb.Split(' '), "--now", "2026-02-10T10:00:00Z"]).Err.ShouldNotContain("   at ", Case.Sensitive, verb);
        folder.Run("explain", "A1").Expect(1).Err.ShouldContain("audit verify");
        folder.Run("rebuild").Expect(0);
        folder.ShouldBeSound();
    }

    // --- what is consistent in itself ---

    [Fact]
    public void A_tail_that_was_cut_is_found_with_an_anchor_only()
    {
        using var folder = made.Folder.Copy();
        var (partition, seqs) = Place(folder);
        CutTail(folder, partition, seqs[2]);
        Verify(folder).Problems.ShouldBeEmpty();
        var found = Verify(folder, withAnchors: true);
        found.Problems.ShouldContain(p => p.Check == "anchor" && p.Partition == partition && p.Seq == seqs[2]);

        var ran = folder.Run("audit", "verify", "--anchor", folder.Anchors, "--format", "json").Expect(1);
        ran.Json.GetProperty("ok").GetBoolean().ShouldBeFalse();
        ran.Json.GetProperty("problems").EnumerateArray()
            .ShouldContain(p => p.GetProperty("partition").GetInt32() == partition && p.GetProperty("seq").GetInt64() == seqs[2]);
    }

    private static void CutTail(DataFolder folder, int partition, long last)
    {
        folder.Tamper($"DELETE FROM journal WHERE id = {Store.RowId(partition, last)}");
        folder.Tamper($"UPDATE head SET (seq, hash, recorded_at, recorded_on) = (SELECT seq, hash, recorded_at, (SELECT max(recorded_on) FROM journal "
            + $"WHERE partition = {partition}) FROM journal WHERE id = {Store.RowId(partition, last - 1)}) WHERE partition = {partition}");
        using var store = folder.Open();
        Audit.Rebuild(store, readers: 3).Ok.ShouldBeTrue();
    }

    [Fact]
    public void A_chain_computed_anew_is_found_with_an_anchor_only()
    {
        using var folder = made.Folder.Copy();
        var (partition, seqs) = Place(folder);
        var changed = folder.Count($"SELECT seq FROM journal WHERE partition = {partition} AND kind = 'invoice_corrected'");
        folder.Tamper($"UPDATE journal SET payload = CAST(replace(CAST(payload AS TEXT), 'sealed:', 'sealed:A') AS BLOB) "
            + $"WHERE id = {Store.RowId(partition, changed)}");
        using (var store = folder.Open())
        {
            var before = store.JournalAt(partition, changed - 1)?.Hash ?? Chain.Root;
            foreach (var (id, row) in store.Journal(partition, changed).ToList())
            {
                before = Chain.Hash(before, row);
                folder.Tamper($"UPDATE journal SET hash = x'{Convert.ToHexString(before)}' WHERE id = {id}");
            }
            folder.Tamper($"UPDATE head SET hash = x'{Convert.ToHexString(before)}' WHERE partition = {partition}");
            Audit.Rebuild(store).Ok.ShouldBeTrue();
        }
        Verify(folder).Problems.ShouldBeEmpty();
        Verify(folder, withAnchors: true).Problems.ShouldContain(p => p.Check == "anchor" && p.Partition == partition && p.Seq >= changed);

        // Anchors made anew and signed by whoever did it: here, and where no signing key lies.
        foreach (var file in Directory.GetFiles(folder.Anchors)) File.Delete(file);
        var theirs = new Dictionary<string, string> { ["RECOUP_KEYS"] = Directory.CreateDirectory(Path.Combine(folder.Root, "theirs")).FullName };
        folder.Run(null, theirs, "run", "--as-of", "2026-02-10", "--now", "2026-02-10T10:00:00Z").Expect(0);
        Directory.GetFiles(folder.Anchors).ShouldNotBeEmpty();
        Verify(folder, withAnchors: true).Problems.ShouldContain(p => p.Message.Contains("another key", StringComparison.Ordinal));
        var nowhere = new Dictionary<string, string> { ["RECOUP_KEYS"] = Path.Combine(folder.Root, "nowhere") };
        folder.Run(null, nowhere, "audit", "verify", "--anchor", folder.Anchors).Expect(1);
        seqs[2].ShouldBeGreaterThan(changed);
    }

    // --- anchors ---

    [Fact]
    public void An_anchor_that_was_changed_is_found_whatever_was_changed()
    {
        var original = File.ReadAllText(Directory.GetFiles(made.Folder.Anchors, "*.json").Order(StringComparer.Ordinal).First());
        Action<JsonNode>[] changes =
        [
            a => a["at"] = "2020-01-01T00:00:00+00:00", a => a["workspace"] = "other", a => a["workspace"] = null, a => a["heads"]![0]!["seq"] = 1_000_000,
            a => a["heads"]![0]!["seq"] = -4, a => a["heads"]![0]!["partition"] = 99,
            a => a["heads"]![0]!["partition"] = -99, a => a["heads"]![0]!["hash"] = "00", a => a["heads"]![0]!["hash"] = null,
            a => a["heads"]!.AsArray().RemoveAt(0), a => a["heads"] = null, a => a["heads"] = new JsonArray(), a => a["heads"]![0] = null,
            a => a["public_key"] = "x", a => a["public_key"] = null, a => a["public_key"] = "", a => a["signature"] = "AAAA",
            a => a["signature"] = null, a => a["signature"] = "!",
        ];
        foreach (var change in changes)
        {
            using var folder = made.Folder.Copy();
            var anchor = JsonNode.Parse(original)!;
            change(anchor);
            var file = folder.Write("anchor.json", anchor.ToJsonString());
            using var store = folder.Open();
            Audit.Verify(store, [file]).Problems.ShouldContain(p => p.Check == "anchor" && p.Where == file, anchor.ToJsonString());
        }
        foreach (var text in new[] { "", "null", "[]", "{", "\0", "{\"heads\":5}" })
        {
            using var folder = made.Folder.Copy();
            using var store = folder.Open();
            Audit.Verify(store, [folder.Write("anchor.json", text)]).Problems.ShouldContain(p => p.Check == "anchor");
        }
    }

    [Fact]
    public void An_anchor_signed_by_another_key_is_found()
    {
        using var folder = made.Folder.Copy();
        var file = Directory.GetFiles(folder.Anchors, "*.json").Order(StringComparer.Ordinal).Last();
        var anchor = JsonNode.Parse(File.ReadAllText(file))!;
        using var forger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        anchor["public_key"] = Convert.ToBase64String(forger.ExportSubjectPublicKeyInfo());
        var signed = $"{anchor["workspace"]}\n{anchor["at"]!.GetValue<DateTimeOffset>().ToUnixTimeMilliseconds()}\n"
            + $"{string.Join('\n', anchor["heads"]!.AsArray().Select(h => $"{h!["partition"]} {h["seq"]} {h["hash"]}"))}";
        anchor["signature"] = Convert.ToBase64String(forger.SignData(System.Text.Encoding.UTF8.GetBytes(signed), HashAlgorithmName.SHA256));
        File.WriteAllText(file, anchor.ToJsonString());
        Verify(folder, withAnchors: true).Problems.ShouldHaveSingleItem().Message.ShouldContain("another key");
    }

    [Fact]
    public void A_key_file_that_is_no_key_is_said_and_no_crash()
    {
        using var folder = made.Folder.Copy();
        var keys = Directory.CreateDirectory(Path.Combine(folder.Root, "keys")).FullName;
        File.WriteAllText(Path.Combine(keys, "anchor-key.pem"), "nonsense");
        var environment = new Dictionary<string, string> { ["RECOUP_KEYS"] = keys };
        folder.Run(null, environment, "audit", "verify", "--anchor", folder.Anchors).Expect(1).Out.ShouldContain("can't be read");
        folder.Run(null, environment, "run", "--as-of", "2026-02-10", "--now", "2026-02-10T10:00:00Z").Expect(1).Err.ShouldContain("RECOUP_KEYS");
    }

    [Fact]
    public void The_command_names_the_place_and_ends_with_1()
    {
        using var folder = made.Folder.Copy();
        var (partition, seqs) = Place(folder);
        folder.Tamper($"UPDATE journal SET actor = NULL || '', payload = payload WHERE 0; "
            + $"UPDATE journal SET actor = 'me' WHERE id = {Store.RowId(partition, seqs[1])}");
        var json = folder.Run("audit", "verify", "--format", "json").Expect(1).Json;
        json.GetProperty("ok").GetBoolean().ShouldBeFalse();
        json.GetProperty("problems")[0].GetProperty("partition").GetInt32().ShouldBe(partition);
        json.GetProperty("problems")[0].GetProperty("seq").GetInt64().ShouldBe(seqs[1]);
    }
}
