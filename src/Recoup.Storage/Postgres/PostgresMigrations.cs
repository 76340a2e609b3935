using System.Globalization;
using System.Text;
using Npgsql;
using Recoup.Core;

namespace Recoup.Storage.Postgres;

/// <summary>
/// The schema on PostgreSQL, as numbered steps. A step that was released is never changed; a new one is added. Whoever comes
/// first takes an advisory lock and applies them; the others wait and find them done.
/// </summary>
/// <remarks>
/// Large tables are split by the partition number, which is the upper bits of the ids: by ranges of the id, so that the
/// primary key is the id itself and each query that names one looks in one place (docs/adr/0008-postgresql.md).
/// </remarks>
internal static class PostgresMigrations
{
    /// <summary>Tables of which every one is split into so many by partition number, the workspace's own beside them.</summary>
    public const int Splits = 8;

    private const int PartitionsASplit = Core.Foundation.Partition.PartyCount / Splits;

    /// <summary>The table, of those into which a large one is split, in which rows of a place lie.</summary>
    public static int SplitOf(long pid) => Math.Clamp(checked((int)(pid / Store.RowId(PartitionsASplit, 0))), 0, Splits - 1);

    /// <summary>The tables that the first step splits by place.</summary>
    private static readonly string[] SplitTables = ["party", "item", "cash", "message", "work"];

    /// <summary>Those that PostgreSQL has of its own, and those of both stores.</summary>
    internal static IReadOnlyList<string> Steps { get; } =
        [First(), Schedule, PartyByIdAndPlace, ReadBySplit, LeftOut, KeysToRecord, JoinedParties, .. SchemaSteps.All.Select(step => step.Postgres)];

    public static int Latest => Steps.Count;

    /// <summary>The lock's name among the database's advisory locks, beside the schema's own hash.</summary>
    private const int LockClass = 0x5EC0;

    /// <summary>
    /// Brings the schema up to date, all missing steps in one transaction. Returns the workspace's state version as it is
    /// kept; null: none yet. Throws where the schema is newer than the program, or is missing and may not be made.
    /// </summary>
    public static void Apply(NpgsqlConnection db, bool create)
    {
        if (Version(db) is { } version && version == Latest) return;
        using var tx = db.BeginTransaction();
        Run(db, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({LockClass}, hashtext(current_schema()))"));
        version = Version(db) ?? 0;
        if (version > Latest)
            throw new StoreException($"this database was written by a newer Recoup (schema {version}; this program knows {Latest}). Use that version, "
                + "or restore a backup.");
        if (version == 0 && !create)
            throw new StoreException("there is no Recoup data in this database. Import something first, or name the database with --database.");
        for (var step = (int)version; step < Latest; step++) Run(db, Steps[step]);
        if (version < Latest)
            Run(db, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM schema_version; INSERT INTO schema_version(version) VALUES({Latest})"));
        tx.Commit();
    }

    private static long? Version(NpgsqlConnection db)
    {
        // Looked up in the catalogue's rows: to_regclass may answer from what the session knew before it waited for the lock.
        using var command = new NpgsqlCommand("SELECT EXISTS(SELECT FROM pg_class WHERE relname = 'schema_version' AND pg_table_is_visible(oid))", db);
        if (!(bool)command.ExecuteScalar()!) return null;
        command.CommandText = "SELECT version FROM schema_version";
        return command.ExecuteScalar() as long?;
    }

    private static void Run(NpgsqlConnection db, string sql)
    {
        using var command = new NpgsqlCommand(sql, db);
        command.CommandTimeout = 0;
        command.ExecuteNonQuery();
    }

    /// <summary>
    /// What the application may do, for a role that owns nothing: the journal and the keys taken are added to and read, never
    /// changed or deleted; the rest can be folded anew.
    /// </summary>
    public static string Grants(string role)
    {
        var name = Quoted(role);
        var beside = Chapters.Rows.Select(kind => kind.Table).ToList();
        return $"""
            GRANT USAGE ON SCHEMA {SchemaWord} TO {name};
            GRANT SELECT, INSERT ON journal, key TO {name};
            GRANT SELECT ON schema_version TO {name};
            GRANT SELECT ON {string.Join(", ", beside.Prepend("party").SelectMany(SplitsOf))} TO {name};
            GRANT SELECT, INSERT, UPDATE ON head, erasure TO {name};
            GRANT SELECT, INSERT, UPDATE, DELETE ON api_key, meta, account, party, {string.Join(", ", beside)}, cell_pending, cell, stock, set_aside,
                joined_party, webhook, webhook_cursor, file_content, {string.Join(", ", ScheduleTables)} TO {name};
            """;
    }

    private static readonly string[] ScheduleTables =
    [
        "qrtz_job_details", "qrtz_triggers", "qrtz_simple_triggers", "qrtz_cron_triggers", "qrtz_simprop_triggers", "qrtz_blob_triggers", "qrtz_calendars",
        "qrtz_paused_trigger_grps", "qrtz_paused_job_grps", "qrtz_fired_triggers", "qrtz_scheduler_state", "qrtz_locks",
    ];

    private const string SchemaWord = "{schema}";

    /// <summary>Grants what the application needs to a role, and nothing more. To be run by the schema's owner.</summary>
    public static void Grant(NpgsqlConnection db, string role)
    {
        using var schema = new NpgsqlCommand("SELECT quote_ident(current_schema())", db);
        Run(db, Grants(role).Replace(SchemaWord, (string)schema.ExecuteScalar()!, StringComparison.Ordinal));
    }

    internal static string Quoted(string name) => '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    /// <summary>The names of the tables into which one is split.</summary>
    public static IEnumerable<string> SplitsOf(string table) =>
        Enumerable.Range(0, Splits).Select(split => string.Create(CultureInfo.InvariantCulture, $"{table}_{split}"));

    /// <summary>Makes one of the tables into which one is split by place.</summary>
    public static string Split(string table, int split)
    {
        var from = split == 0 ? "MINVALUE" : Store.RowId(split * PartitionsASplit, 0).ToString(CultureInfo.InvariantCulture);
        var to = split == Splits - 1 && table != "journal" ? "MAXVALUE" : Store.RowId((split + 1) * PartitionsASplit, 0).ToString(CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"CREATE TABLE {table}_{split} PARTITION OF {table} FOR VALUES FROM ({from}) TO ({to});\n");
    }

    private static string First()
    {
        const string t = "TEXT COLLATE \"C\" NOT NULL";
        var sql = new StringBuilder();
        sql.Append($"""
            CREATE TABLE schema_version(version BIGINT NOT NULL);
            CREATE TABLE meta(name TEXT COLLATE "C" PRIMARY KEY, value {t});
            CREATE TABLE head(partition BIGINT PRIMARY KEY, seq BIGINT NOT NULL, hash BYTEA NOT NULL, recorded_at BIGINT NOT NULL, recorded_on {t});
            CREATE TABLE journal(
              id BIGINT NOT NULL PRIMARY KEY, partition BIGINT NOT NULL, seq BIGINT NOT NULL, prior BIGINT NOT NULL, party {t}, account {t},
              kind {t}, version BIGINT NOT NULL, effective_on {t}, recorded_on {t}, recorded_at BIGINT NOT NULL,
              actor {t}, cause {t}, workspace_seq BIGINT NOT NULL, payload BYTEA NOT NULL, hash BYTEA NOT NULL) PARTITION BY RANGE(id);
            CREATE TABLE key(key TEXT COLLATE "C" PRIMARY KEY, content BYTEA NOT NULL) PARTITION BY HASH(key);
            CREATE TABLE account(account TEXT COLLATE "C" PRIMARY KEY, party {t});
            CREATE TABLE party(pid BIGINT NOT NULL PRIMARY KEY, id {t}, next_review_on BIGINT, state BYTEA NOT NULL) PARTITION BY RANGE(pid);
            CREATE INDEX party_id ON party(id);
            CREATE INDEX party_review ON party(next_review_on, pid) WHERE next_review_on IS NOT NULL;
            CREATE TABLE item(pid BIGINT NOT NULL, account {t}, number {t}, open BIGINT NOT NULL, due BIGINT NOT NULL, currency {t}, state BYTEA NOT NULL,
              PRIMARY KEY(pid, account, number)) PARTITION BY RANGE(pid);
            CREATE INDEX item_open ON item(pid, due) WHERE open = 1;
            CREATE INDEX item_due ON item(due) WHERE open = 1;
            CREATE INDEX item_number ON item(number);
            CREATE TABLE cash(pid BIGINT NOT NULL, key {t}, state BYTEA NOT NULL, PRIMARY KEY(pid, key)) PARTITION BY RANGE(pid);
            CREATE TABLE message(id {t}, pid BIGINT NOT NULL, status BIGINT NOT NULL, not_before BIGINT NOT NULL, state BYTEA NOT NULL, PRIMARY KEY(pid, id)) PARTITION BY RANGE(pid);
            CREATE INDEX message_id ON message(id);
            CREATE INDEX message_status ON message(status, not_before);
            CREATE INDEX message_time ON message(not_before);
            CREATE TABLE work(id {t}, pid BIGINT NOT NULL, open BIGINT NOT NULL, owner {t}, priority BIGINT NOT NULL, state BYTEA NOT NULL, PRIMARY KEY(pid, id)) PARTITION BY RANGE(pid);
            CREATE INDEX work_id ON work(id);
            CREATE INDEX work_best ON work(priority DESC, id) WHERE open = 1;
            CREATE INDEX work_owner ON work(owner, priority DESC, id) WHERE open = 1;
            CREATE TABLE cell_pending(id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, deltas BYTEA NOT NULL);
            CREATE TABLE cell(measure BIGINT NOT NULL, day BIGINT NOT NULL, ref_day BIGINT NOT NULL, portfolio {t}, segment {t}, currency {t},
              minor BIGINT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY(measure, day, ref_day, portfolio, segment, currency));
            CREATE TABLE stock(measure BIGINT NOT NULL, month_end BIGINT NOT NULL, ref_day BIGINT NOT NULL, portfolio {t}, segment {t}, currency {t},
              minor BIGINT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY(measure, month_end, ref_day, portfolio, segment, currency));
            CREATE TABLE erasure(party TEXT COLLATE "C" PRIMARY KEY, done BIGINT NOT NULL);
            CREATE TABLE api_key(id TEXT COLLATE "C" PRIMARY KEY, name {t}, may {t}, hash BYTEA NOT NULL, created_at BIGINT NOT NULL, revoked_at BIGINT);
            INSERT INTO head(partition, seq, hash, recorded_at, recorded_on) SELECT p, 0, decode(repeat('00', 32), 'hex'), 0, '0001-01-01' FROM generate_series(0, {Core.Foundation.Partition.Count - 1}) AS p;

            """);
        for (var split = 0; split < Splits; split++)
        {
            foreach (var table in SplitTables.Prepend("journal")) sql.Append(Split(table, split));
            sql.Append(CultureInfo.InvariantCulture, $"CREATE TABLE key_{split} PARTITION OF key FOR VALUES WITH (MODULUS {Splits}, REMAINDER {split});\n");
        }
        var workspace = Store.RowId(Core.Foundation.Partition.Workspace, 0);
        sql.Append(CultureInfo.InvariantCulture, $"CREATE TABLE journal_workspace PARTITION OF journal FOR VALUES FROM ({workspace}) TO (MAXVALUE);\n");
        // Rows of these are rewritten again and again: room in the page keeps the new version beside the old, and the indexes untouched.
        for (var split = 0; split < Splits; split++)
            sql.Append(CultureInfo.InvariantCulture, $"ALTER TABLE party_{split} SET (fillfactor = 70); ALTER TABLE item_{split} SET (fillfactor = 85);\n");
        return sql.ToString();
    }

    /// <summary>A party is looked for by its id within a partition's range; with both in one index no belief about sizes can choose the range alone.</summary>
    private const string PartyByIdAndPlace = "DROP INDEX party_id; CREATE INDEX party_id ON party(id, pid);";

    /// <summary>Who may read a split table may read its parts too, which are asked by themselves.</summary>
    private const string ReadBySplit = """
        DO $$ DECLARE given record; BEGIN
          FOR given IN SELECT DISTINCT i.inhrelid::regclass AS part, a.grantee::regrole AS role
            FROM pg_class c JOIN pg_inherits i ON i.inhparent = c.oid, aclexplode(c.relacl) AS a
            WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relkind = 'p' AND c.relname IN ('party', 'item', 'cash', 'message', 'work')
              AND a.privilege_type = 'SELECT' AND a.grantee <> 0 AND a.grantee <> c.relowner
          LOOP EXECUTE format('GRANT SELECT ON %s TO %s', given.part, given.role); END LOOP;
        END $$;
        """;

    /// <summary>Whose work failed and was left out, until it goes through. Who may write notes beside the journal may write these too.</summary>
    private const string LeftOut = """
        CREATE TABLE set_aside(party TEXT COLLATE "C" NOT NULL, work TEXT COLLATE "C" NOT NULL, subject TEXT COLLATE "C" NOT NULL, cause TEXT NOT NULL, trace TEXT NOT NULL,
          since BIGINT NOT NULL, tried_at BIGINT NOT NULL, times BIGINT NOT NULL, PRIMARY KEY(party, work, subject));
        DO $$ DECLARE given record; BEGIN
          FOR given IN SELECT DISTINCT a.grantee::regrole AS role FROM pg_class c, aclexplode(c.relacl) AS a
            WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relname = 'meta'
              AND a.privilege_type = 'DELETE' AND a.grantee <> 0 AND a.grantee <> c.relowner
          LOOP EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON set_aside TO %s', given.role); END LOOP;
        END $$;
        """;

    /// <summary>Keys of the API are events; those that were made before wait to be recorded.</summary>
    private const string KeysToRecord = """
        INSERT INTO meta(name, value) SELECT 'api_keys_to_record', '{' || string_agg('"' || id || '":""', ',') || '}' FROM api_key HAVING count(*) > 0;
        """;

    /// <summary>Which parties became part of which others. Who may write whose an account is may write this too.</summary>
    private const string JoinedParties = """
        CREATE TABLE joined_party(party TEXT COLLATE "C" PRIMARY KEY, into_party TEXT COLLATE "C" NOT NULL);
        CREATE INDEX joined_party_into ON joined_party(into_party);
        DO $$ DECLARE given record; BEGIN
          FOR given IN SELECT DISTINCT a.grantee::regrole AS role FROM pg_class c, aclexplode(c.relacl) AS a
            WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relname = 'account'
              AND a.privilege_type = 'DELETE' AND a.grantee <> 0 AND a.grantee <> c.relowner
          LOOP EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON joined_party TO %s', given.role); END LOOP;
        END $$;
        """;

    /// <summary>Where Quartz.NET 4.7 keeps which node does what, as it asks for it: nothing of the business, and nothing that could not be made anew.</summary>
    private const string Schedule = """
        CREATE TABLE qrtz_job_details(sched_name TEXT NOT NULL, job_name TEXT NOT NULL, job_group TEXT NOT NULL, description TEXT, job_class_name TEXT NOT NULL,
          is_durable BOOL NOT NULL, is_nonconcurrent BOOL NOT NULL, is_update_data BOOL NOT NULL, requests_recovery BOOL NOT NULL, job_data BYTEA,
          PRIMARY KEY(sched_name, job_name, job_group));
        CREATE TABLE qrtz_triggers(sched_name TEXT NOT NULL, trigger_name TEXT NOT NULL, trigger_group TEXT NOT NULL, job_name TEXT NOT NULL, job_group TEXT NOT NULL,
          description TEXT, next_fire_time BIGINT, prev_fire_time BIGINT, priority INTEGER, trigger_state TEXT NOT NULL, trigger_type TEXT NOT NULL,
          start_time BIGINT NOT NULL, end_time BIGINT, calendar_name TEXT, misfire_instr SMALLINT, misfire_orig_fire_time BIGINT, execution_group VARCHAR(200),
          preferred_node VARCHAR(200), preferred_node_auto BOOL NOT NULL DEFAULT FALSE, retry_policy VARCHAR(250), retry_attempt INTEGER,
          continues_trigger_name TEXT, continues_trigger_group TEXT, continuation_condition INTEGER, overlap_policy INTEGER,
          pause_reason VARCHAR(250), paused_by VARCHAR(200), paused_at BIGINT, misfire_threshold BIGINT, fixed_delay BOOL, job_data BYTEA,
          PRIMARY KEY(sched_name, trigger_name, trigger_group),
          FOREIGN KEY(sched_name, job_name, job_group) REFERENCES qrtz_job_details(sched_name, job_name, job_group));
        CREATE TABLE qrtz_simple_triggers(sched_name TEXT NOT NULL, trigger_name TEXT NOT NULL, trigger_group TEXT NOT NULL,
          repeat_count BIGINT NOT NULL, repeat_interval BIGINT NOT NULL, times_triggered BIGINT NOT NULL, PRIMARY KEY(sched_name, trigger_name, trigger_group),
          FOREIGN KEY(sched_name, trigger_name, trigger_group) REFERENCES qrtz_triggers(sched_name, trigger_name, trigger_group) ON DELETE CASCADE);
        CREATE TABLE qrtz_cron_triggers(sched_name TEXT NOT NULL, trigger_name TEXT NOT NULL, trigger_group TEXT NOT NULL,
          cron_expression TEXT NOT NULL, time_zone_id TEXT, PRIMARY KEY(sched_name, trigger_name, trigger_group),
          FOREIGN KEY(sched_name, trigger_name, trigger_group) REFERENCES qrtz_triggers(sched_name, trigger_name, trigger_group) ON DELETE CASCADE);
        CREATE TABLE qrtz_simprop_triggers(sched_name TEXT NOT NULL, trigger_name TEXT NOT NULL, trigger_group TEXT NOT NULL,
          str_prop_1 TEXT, str_prop_2 TEXT, str_prop_3 TEXT, int_prop_1 INTEGER, int_prop_2 INTEGER, long_prop_1 BIGINT, long_prop_2 BIGINT,
          dec_prop_1 NUMERIC, dec_prop_2 NUMERIC, bool_prop_1 BOOL, bool_prop_2 BOOL, time_zone_id TEXT, PRIMARY KEY(sched_name, trigger_name, trigger_group),
          FOREIGN KEY(sched_name, trigger_name, trigger_group) REFERENCES qrtz_triggers(sched_name, trigger_name, trigger_group) ON DELETE CASCADE);
        CREATE TABLE qrtz_blob_triggers(sched_name TEXT NOT NULL, trigger_name TEXT NOT NULL, trigger_group TEXT NOT NULL, blob_data BYTEA,
          PRIMARY KEY(sched_name, trigger_name, trigger_group),
          FOREIGN KEY(sched_name, trigger_name, trigger_group) REFERENCES qrtz_triggers(sched_name, trigger_name, trigger_group) ON DELETE CASCADE);
        CREATE TABLE qrtz_calendars(sched_name TEXT NOT NULL, calendar_name TEXT NOT NULL, calendar BYTEA NOT NULL, PRIMARY KEY(sched_name, calendar_name));
        CREATE TABLE qrtz_paused_trigger_grps(sched_name TEXT NOT NULL, trigger_group TEXT NOT NULL, pause_reason VARCHAR(250), paused_by VARCHAR(200), paused_at BIGINT,
          PRIMARY KEY(sched_name, trigger_group));
        CREATE TABLE qrtz_paused_job_grps(sched_name TEXT NOT NULL, job_group TEXT NOT NULL, pause_reason VARCHAR(250), paused_by VARCHAR(200), paused_at BIGINT,
          PRIMARY KEY(sched_name, job_group));
        CREATE TABLE qrtz_fired_triggers(sched_name TEXT NOT NULL, entry_id TEXT NOT NULL, trigger_name TEXT NOT NULL, trigger_group TEXT NOT NULL, instance_name TEXT NOT NULL,
          fired_time BIGINT NOT NULL, sched_time BIGINT NOT NULL, priority INTEGER NOT NULL, state TEXT NOT NULL, job_name TEXT, job_group TEXT,
          is_nonconcurrent BOOL NOT NULL, requests_recovery BOOL, execution_group VARCHAR(200), progress INTEGER, progress_message VARCHAR(250), interrupt_requested_time BIGINT,
          PRIMARY KEY(sched_name, entry_id));
        CREATE TABLE qrtz_scheduler_state(sched_name TEXT NOT NULL, instance_name TEXT NOT NULL, last_checkin_time BIGINT NOT NULL, checkin_interval BIGINT NOT NULL,
          quartz_version VARCHAR(20), PRIMARY KEY(sched_name, instance_name));
        CREATE TABLE qrtz_locks(sched_name TEXT NOT NULL, lock_name TEXT NOT NULL, PRIMARY KEY(sched_name, lock_name));
        CREATE INDEX qrtz_triggers_job ON qrtz_triggers(sched_name, job_name, job_group);
        CREATE INDEX qrtz_triggers_next ON qrtz_triggers(sched_name, trigger_state, next_fire_time, priority DESC, misfire_instr);
        CREATE INDEX qrtz_fired_node ON qrtz_fired_triggers(sched_name, instance_name, requests_recovery);
        CREATE INDEX qrtz_fired_job ON qrtz_fired_triggers(sched_name, job_name, job_group);
        CREATE INDEX qrtz_fired_trigger ON qrtz_fired_triggers(sched_name, trigger_name, trigger_group);
        """;
}
