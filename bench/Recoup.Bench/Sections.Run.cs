using System.Text;
using Recoup.Core;
using Recoup.Core.Inputs;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Bench;

/// <summary>The daily run: every party due, then one in fifty, beside statements that compute levels and insert actions.</summary>
internal static partial class Sections
{
    private static void Run(Ground ground, int accounts, List<Figure> figures)
    {
        var what = $"{ground.StoreName}, {accounts:N0} accounts";
        var day = Ledger.RunOn;
        var items = ground.Count("item WHERE open = 1");
        Progress.Say($"{what}: levels by SQL over {items:N0} open items");
        var (bare, bareFew) = (0.0, 0.0);
        ground.ByHand(() =>
        {
            LevelsBySql.Fill(ground, day);
            bare = Time(() => LevelsBySql.Run(ground, day, due: false));
            bareFew = Time(() => LevelsBySql.Run(ground, day, due: true));
            LevelsBySql.Drop(ground);
        });

        Progress.Say($"{what}: the run, all due");
        Host.ForgetPeak();
        var report = default(RunReport);
        var all = Time(() => report = ground.Run(day, all: true, what + ", run"));
        var peak = Host.PeakMebibytes();
        if (report!.Decisions < accounts) throw new InvalidOperationException($"{report.Decisions:N0} decisions on {accounts:N0} accounts");
        figures.Add(new Figure("run, all due, parties", accounts / all, Unit.PerSecond)
        {
            Limit = new Limit("levels by SQL", accounts / bare), Goal = Goal.Run,
            Note = $"{items:N0} open items, {all:F1} s, {string.Join(", ", report.Actions.Select(a => $"{a.Value:N0} {a.Key}"))}",
        });
        figures.Add(new Figure("run, peak memory", peak, Unit.Megabytes) { Goal = Goal.Memory });

        // Something happens to one in fifty: only those are due again on the same day.
        TakeContacts(ground, accounts, day);
        var few = Time(() => report = ground.Run(day, all: false, what + ", run, 2% due"));
        var share = (double)report.Decisions / accounts;
        figures.Add(new Figure("run, 2% due", few, Unit.Seconds)
        {
            Limit = new Limit("its share of the run of all", all * share), Goal = Goal.InProportion, Note = $"{report.Decisions:N0} decisions",
        });
        figures.Add(new Figure("run, 2% due, parties", report.Decisions / few, Unit.PerSecond)
        {
            Limit = new Limit("levels by SQL", report.Decisions / bareFew),
        });
        figures.Add(new Figure("run, none due", Time(() => ground.Run(day, all: false, what)) * 1000, Unit.Milliseconds));
    }

    private const int OneIn = 50;

    private static void TakeContacts(Ground ground, int accounts, DateOnly day)
    {
        var door = ground.Door("import", day);
        foreach (var part in Enumerable.Range(0, (accounts + OneIn - 1) / OneIn).Select(i => i * OneIn).Chunk(Intake.PartSize))
            door.Take([.. part.Select(i => new InputUnit(0, [Parse($$"""
                {"type":"contact","key":"c-{{i}}","account":"A{{i:D7}}","at":"{{day:yyyy-MM-dd}}T11:00:00Z",
                """ + $$"""
                "channel":"call","direction":"inbound","outcome":"right_party"}
                """)]))]);
    }

    internal static Input Parse(string json)
    {
        var problems = new List<InputProblem>();
        return InputJson.Parse(Encoding.UTF8.GetBytes(json), "bench", problems) ?? throw new InvalidOperationException(string.Join("; ", problems));
    }

    /// <summary>
    /// What a program without journal, policy, gate and reasons would do: levels by days past due over plain tables, in one
    /// statement. The tables are filled before the clock starts.
    /// </summary>
    private static class LevelsBySql
    {
        public static void Fill(Ground ground, DateOnly day)
        {
            var store = ground.Store;
            store.Exec($"CREATE TABLE plain_item(pid BIGINT, due BIGINT, minor BIGINT); CREATE TABLE plain_review(pid {ground.WholeNumber} PRIMARY KEY, "
                + $"next BIGINT); CREATE TABLE plain_action(pid BIGINT, level BIGINT, minor BIGINT)");
            store.Statement("INSERT INTO plain_item SELECT pid, due, 10000 FROM item WHERE open = 1").Run();
            store.Statement($"INSERT INTO plain_review SELECT pid, CASE WHEN (row_number() OVER (ORDER BY pid)) % {OneIn} = 0 THEN 0 ELSE ? END FROM party")
                .Bind(day.DayNumber + 1).Run();
            store.Exec("CREATE INDEX plain_item_pid ON plain_item(pid); CREATE INDEX plain_review_next ON plain_review(next)");
            if (ground.IsPostgres) store.Exec("ANALYZE plain_item; ANALYZE plain_review");
        }

        /// <param name="due">Of those parties alone whose review is due.</param>
        public static void Run(Ground ground, DateOnly day, bool due)
        {
            var source = due
                ? "plain_review r CROSS JOIN plain_item i WHERE r.next <= ? AND i.pid = r.pid AND i.due < ?"
                : "plain_item i WHERE ? > 0 AND i.due < ?";
            ground.Store.Begin();
            ground.Store.Statement($"INSERT INTO plain_action SELECT i.pid, CASE WHEN max(? - i.due) > 60 THEN 4 WHEN max(? - i.due) > 30 THEN 3 "
                + $"WHEN max(? - i.due) > 14 THEN 2 ELSE 1 END, CAST(sum(i.minor) AS BIGINT) FROM {source} GROUP BY i.pid HAVING sum(i.minor) > 0")
                .Bind(day.DayNumber).Bind(day.DayNumber).Bind(day.DayNumber).Bind(day.DayNumber).Bind(day.DayNumber).Run();
            ground.Store.Commit();
        }

        public static void Drop(Ground ground) => ground.Store.Exec("DROP TABLE plain_item; DROP TABLE plain_review; DROP TABLE plain_action");
    }
}
