using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Storage;
using Recoup.Storage.Postgres;
using Recoup.Storage.Sqlite;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Stores;

/// <summary>A kind of rows beside a header is declared once, and its declaration is all that the stores need.</summary>
public sealed class RowKindTests
{
    /// <summary>The first digits of the SHA-256 of each step: one that was released never changes, and a new one is added at the end.</summary>
    private static readonly string[] SqliteSteps =
    [
        "adcd5215d0ee1b12", "f33ecaff3cbea4cd", "da9fe418c8b89cf3", "f0956dcc1fc70df0", "0ed5d482b3d4f71f", "2ae427f59ee61b2d", "2a90cab7637f025a",
        "5131f59624e4ecfa", "d124fb3afc0a4657", "12ae9216086e3bea", "5eceaa388dcbef82", "1f2ee91413081193", "a2dc0516d58a70ad", "72d5d8ef6b99a00b",
        "7475f828397dc211",
    ];

    private static readonly string[] PostgresSteps =
    [
        "16c19a265457219c", "7294413f308d534b", "630240d65d3c5619", "5830178d5a479516", "20f45a9502e1dc26", "cb10dc37e3e9f1cd", "a00e74562434a4d9",
        "55a5d3bf7634ecbe", "16d4215da4764607", "20f4f6998f8da06a", "ccebbbf3625832a0", "2184271e201f5cfa", "97dcefb9c7eb8ec1",
        "3440d1d1e790f31c", "335526dc6e41b545", "3ead505dd8d3222d",
    ];

    [Fact]
    public void Steps_that_were_released_stay_as_they_are()
    {
        Migrations.Steps.Select(Digest).ShouldBe(SqliteSteps);
        PostgresMigrations.Steps.Select(Digest).ShouldBe(PostgresSteps);
    }

    /// <summary>A store of before cells had dimensions of their own keeps its cells, each without any.</summary>
    [Fact]
    public void Cells_of_before_are_kept()
    {
        var step = SchemaSteps.All.Select(s => s.Sqlite).ToList().FindIndex(sql => sql.Contains("cell_before", StringComparison.Ordinal));
        using var db = new Microsoft.Data.Sqlite.SqliteConnection("Data Source=:memory:;Pooling=False");
        db.Open();
        foreach (var sql in Migrations.Steps.Take(Migrations.Steps.Count - SchemaSteps.All.Count + step)) Run(sql);
        Run("INSERT INTO cell VALUES(10, 738000, 0, 'north', 'all', '', 0, 3), (2, 738000, 0, 'north', 'all', 'EUR', 1000, 1)");
        Run(SchemaSteps.All[step].Sqlite);
        Run("SELECT group_concat(measure || ' ' || portfolio || ' ' || minor || ' ' || count || ' [' || own || ']', ', ') FROM cell")
            .ShouldBe("2 north 1000 1 [], 10 north 0 3 []");

        object? Run(string sql)
        {
            using var command = db.CreateCommand();
            command.CommandText = sql;
            return command.ExecuteScalar();
        }
    }

    private static string Digest(string step) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(step)))[..16];

    [Fact]
    public void Kinds_differ_in_table_and_mark()
    {
        Chapters.Rows.Select(k => k.Table).ShouldBeUnique();
        Chapters.Rows.Select(k => k.Mark).Append(StateCodec.PartyMark).ShouldBeUnique();
    }

    /// <summary>The tables that the declarations would make, in place of those that the released steps made: column by column, index by index.</summary>
    [Fact]
    public void The_tables_are_as_their_kinds_declare_them()
    {
        using var released = new DataFolder();
        using var declared = new DataFolder();
        released.Open(create: true).Dispose();
        using (var store = declared.Open(create: true))
            foreach (var kind in Chapters.Rows) store.Exec($"DROP TABLE {kind.Table}; {InThisStore(SchemaStep.Of(kind))}");
        var wanted = Parts(released);
        wanted.Count.ShouldBeGreaterThan(Chapters.Rows.Count * 3);
        Parts(declared).ShouldBe(wanted);
    }

    private static string InThisStore(SchemaStep step) => TestStores.IsPostgres ? step.Postgres : step.Sqlite;

    /// <summary>Columns by name, keys and indexes of the kinds' tables.</summary>
    private static List<string> Parts(DataFolder folder) =>
        [.. Chapters.Rows.SelectMany(kind => (TestStores.IsPostgres ? InPostgres(kind) : InSqlite(kind)).SelectMany(folder.Rows)
            .Select(part => $"{kind}: {part}"))];

    private static string[] InSqlite(RowKind kind) =>
    [
        $"SELECT name || ' ' || type || ' ' || \"notnull\" || ' ' || pk FROM pragma_table_info('{kind}') ORDER BY 1",
        $"SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = '{kind}' AND sql IS NOT NULL ORDER BY 1",
    ];

    private static string[] InPostgres(RowKind kind) =>
    [
        "SELECT a.attname::text || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull::text || ' ' || coalesce(l.collname::text, '') "
            + $"FROM pg_attribute a LEFT JOIN pg_collation l ON l.oid = a.attcollation WHERE a.attrelid = '{kind}'::regclass AND a.attnum > 0 ORDER BY 1",
        $"SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('{kind}', '{kind}_0', '{kind}_7') ORDER BY 1",
        "SELECT c.relname::text || ' ' || pg_get_expr(c.relpartbound, c.oid) FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid "
            + $"WHERE i.inhparent = '{kind}'::regclass ORDER BY 1",
    ];

    private static Rows<string, MadeUpPlan> PlansOf(PartyState state) => (Rows<string, MadeUpPlan>)state.Of(MadeUpPlan.Kind);

    /// <summary>One row, and enough of them that PostgreSQL takes those that are new by COPY.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void A_kind_that_is_declared_in_a_test_is_made_written_changed_and_read_by_its_declaration_alone(int rows)
    {
        using var folder = new DataFolder();
        using var store = folder.Open(create: true);
        store.Exec(InThisStore(SchemaStep.Of(MadeUpPlan.Kind)));
        var pid = Store.RowId(Partition.Of("A"), 1);
        var state = new PartyState { Id = "A" };
        for (var i = 0; i < rows; i++) Set(new MadeUpPlan { Id = Id(i), Parts = i, Owner = "ann", Weight = 10 * i });
        Write(isNew: true);
        Listed().ShouldBe(Enumerable.Range(0, rows).Select(i => $"{Id(i)} {i} ann {10 * i}"));

        // Each column of each row is another now.
        for (var i = 0; i < rows; i++) Set(new MadeUpPlan { Id = Id(i), Parts = i + 1, Owner = "bob", Weight = 20 * i + 5 });
        Write(isNew: false);
        Listed().ShouldBe(Enumerable.Range(0, rows).Select(i => $"{Id(i)} {i + 1} bob {20 * i + 5}"));

        // By key, among some that are not there; and from what is being written before it is stored.
        var again = new PartyState { Id = "A" };
        store.Load(PlansOf(again), pid, Id(0));
        store.Load(PlansOf(again), pid, "none");
        PlansOf(again).Values.ShouldHaveSingleItem().Owner.ShouldBe("bob");
        PlansOf(again).WasLookedFor("none").ShouldBeTrue();
        RowPlace[] wanted = [new(pid, new RowKey("none")), new(pid, new RowKey(Id(rows - 1)))];
        var (index, bytes) = new Stored(store).Rows(MadeUpPlan.Kind, wanted).ShouldHaveSingleItem();
        index.ShouldBe(1);
        MadeUpPlan.Kind.Decode(bytes).Parts.ShouldBe(rows);
        MadeUpPlan.Kind.IsOf(bytes, PlansOf(state)[Id(rows - 1)]).ShouldBeTrue();

        void Set(MadeUpPlan plan)
        {
            PlansOf(state)[plan.Id] = plan;
            PlansOf(state).Changed.Add(plan.Id);
        }

        void Write(bool isNew)
        {
            var stored = new Stored(store);
            // Whatever is changed was looked for first.
            stored.Rows(MadeUpPlan.Kind, [.. PlansOf(state).Keys.Select(id => new RowPlace(pid, new RowKey(id)))]).Count.ShouldBe(isNew ? 0 : rows);
            var form = StateForm.Of(state, pid, isNew, stored);
            form.Rows(MadeUpPlan.Kind).Length.ShouldBe(rows);
            form.Rows(MadeUpPlan.Kind).ShouldAllBe(r => r.IsNew == (isNew && stored.TellsNewRows));
            store.Begin();
            store.Database.Write(new Changes([], [], [], [form], null));
            store.Commit();
            StateForm.Of(state, pid, on: stored).Beside.ShouldBeEmpty();
        }

        List<string> Listed() => folder.Rows("SELECT id || ' ' || parts || ' ' || owner || ' ' || CAST(weight AS BIGINT) FROM pay_plan ORDER BY id");
    }

    private static string Id(int i) => string.Create(CultureInfo.InvariantCulture, $"plan-{i:000}");

    /// <summary>Every column that a kind declares, and its state, goes into the update of a row that is there.</summary>
    [Fact]
    public void Every_column_is_in_the_update()
    {
        foreach (var kind in Chapters.Rows)
            foreach (var sql in new[] { RowSql.Of(kind).SqliteUpsert, RowSql.Of(kind).PostgresUpsert })
            {
                var update = sql[sql.IndexOf("DO UPDATE SET", StringComparison.Ordinal)..];
                foreach (var column in kind.Columns.Select(c => c.Name).Append("state"))
                    update.ShouldContain($"{column} = excluded.{column}", customMessage: sql);
            }
    }
}
