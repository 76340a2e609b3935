using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;
using Recoup.Core;
using Recoup.Core.Decisions;
using Recoup.Core.Foundation;
using Recoup.Core.Outbox;
using Recoup.Core.Workspace;
using Recoup.Storage;
using Recoup.Tests.Cli;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Cluster;

/// <summary>
/// Some days of a business on a PostgreSQL of its own, worked by several processes on a clock that runs fast, and the same
/// days worked by one process undisturbed: what was decided must be the same, and what was sent must have been sent once.
/// </summary>
internal sealed class Rehearsal : IDisposable
{
    private const int Parties = 600;
    private static readonly DateOnly FirstDay = new(2026, 3, 2);

    private readonly string root = Directory.CreateTempSubdirectory("recoup-cluster-").FullName;
    private readonly List<Worker> workers = [];
    private readonly StorePlace undisturbed;
    private DateTimeOffset origin;

    /// <param name="server">Where the workspace is made.</param>
    /// <param name="daySeconds">How long a day takes at least; on a busy machine it takes longer, so that what is decided in the morning can be sent
    /// by the evening, as when undisturbed.</param>
    /// <param name="standby">A further server that may become the primary; null: none.</param>
    public Rehearsal(PostgresServer server, int days, double daySeconds, PostgresServer? standby = null)
    {
        Days = days;
        server.Execute("postgres", "CREATE DATABASE rehearsal");
        var made = server.Connection("rehearsal");
        Place = new StorePlace(Path.Combine(root, "data"), Either(made));
        Send(Place, Business());
        undisturbed = new StorePlace(Path.Combine(root, "undisturbed"), Either(server.CopyOf(made)));
        var watch = Stopwatch.StartNew();
        PlayUndisturbed(0);
        DaySeconds = Math.Max(daySeconds, watch.Elapsed.TotalSeconds * DayOfSteps);
        for (var n = 1; n < Days; n++) PlayUndisturbed(n);

        string Either(string connection) => standby is null ? connection : new NpgsqlConnectionStringBuilder(connection)
        {
            Host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server.Port},127.0.0.1:{standby.Port}"),
            TargetSessionAttributes = "primary", HostRecheckSeconds = 1,
        }.ConnectionString;
    }

    public int Days { get; }

    public double DaySeconds { get; }

    public StorePlace Place { get; }

    public IReadOnlyList<Worker> Workers => workers;

    /// <summary>A day is so many times as long as one process needs for the run and the dispatch of the first, the largest.</summary>
    private const double DayOfSteps = 6;

    private static string Business()
    {
        var lines = new StringBuilder();
        lines.AppendLine("""
            {"type":"portfolio","key":"p1","portfolio":"EU","creditor":"Muster GmbH","sender":"a@muster.example",
            """ + """
            "bank_details":"IBAN DE02 1203 0000 0000 2020 51","time_zone":"Europe/Berlin"}
            """);
        lines.AppendLine("""{"type":"sending","key":"live","mode":"live"}""");
        for (var n = 1; n <= Parties; n++)
        {
            lines.AppendLine($$"""
                {"type":"account","key":"a{{n}}","account":"P{{n}}","name":"Customer {{n}}","portfolio":"EU","kind":"business",
                """ + $$"""
                "email":"ap@customer{{n}}.example","time_zone":"Europe/Berlin"}
                """);
            for (var i = 0; i < 2; i++)
                lines.AppendLine($$"""
                    {"type":"invoice","key":"i{{n}}/{{i}}","account":"P{{n}}","number":"R-{{n}}-{{i}}","issued_on":"2026-01-20",
                    """ + $$"""
                    "due_on":"{{Store.Day(new DateOnly(2026, 2, 12).AddDays((n * 7 + i * 3) % 26))}}","amount":"{{100 + n}}.00","currency":"EUR"}
                    """);
        }
        return lines.ToString();
    }

    // --- the clock ---

    private const string RunAt = "09:00";

    /// <summary>Until workers are up the clock stands at the hour of the first day's run.</summary>
    private TimeSpan StartingMax => TimeSpan.FromSeconds(Math.Max(9, DaySeconds / 2));

    private Dictionary<string, string> Environment => new(StringComparer.Ordinal)
    {
        ["RECOUP_DATA"] = Place.Folder,
        ["RECOUP_DATABASE"] = Place.Connection!,
        ["RECOUP_CLOCK"] = string.Create(CultureInfo.InvariantCulture, $"{FirstDay:yyyy-MM-dd}T08:00:00Z {86400 / DaySeconds:R} {origin:O}"),
    };

    /// <summary>Waits for a moment of the rehearsal, counted in days since its beginning: day 1, 2 … is when the second, third … run is due.</summary>
    public void Until(double day)
    {
        var left = origin.AddSeconds(day * DaySeconds) - TimeProvider.System.GetUtcNow();
        if (left > TimeSpan.Zero) Thread.Sleep(left);
    }

    // --- the workers ---

    public void Start(int count, double takeOver)
    {
        origin = TimeProvider.System.GetUtcNow() + StartingMax;
        for (var n = 1; n <= count; n++)
            workers.Add(new Worker($"worker {n}", Environment, "--run-at", RunAt, "--beat", "1", "--take-over",
                takeOver.ToString(CultureInfo.InvariantCulture)));
        foreach (var worker in workers) worker.ShouldWork();
    }

    /// <summary>
    /// Makes a worker hang while it has a turn, which it keeps as long as its session lives: waits for the next one that takes
    /// a slot, stops it, and tries again where it was done by then.
    /// </summary>
    public Worker HangWithATurn()
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(30);)
        {
            if (Holders().Select(name => workers.Find(w => name.Contains($"-{w.Id.ToString(CultureInfo.InvariantCulture)}-", StringComparison.Ordinal)))
                .FirstOrDefault() is not { } worker) continue;
            worker.Hang();
            if (Holders().Any(name => name.Contains($"-{worker.Id.ToString(CultureInfo.InvariantCulture)}-", StringComparison.Ordinal))) return worker;
            worker.GoOn();
        }
        throw new InvalidOperationException($"nobody takes a turn\n{Said}");

        // The class of advisory locks that are turns.
        IEnumerable<string> Holders() => TestStores.Rows(Place, $"SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
            + $"WHERE locktype = 'advisory' AND classid = {0x5EC1}").Select(r => (string)r[0]!);
    }

    /// <summary>Waits for the end of the last day and of its work, then stops who is alive.</summary>
    public void Finish()
    {
        Until(Days - 0.6);
        var last = FirstDay.AddDays(Days - 1);
        var waited = Stopwatch.StartNew();
        for (; ; Thread.Sleep(500))
        {
            try
            {
                var noon = new DateTimeOffset(last, new TimeOnly(12, 0), TimeSpan.Zero).ToUnixTimeMilliseconds();
                if (TestStores.Rows(Place, $"SELECT count(*) FROM journal WHERE kind = 'run_ended' AND effective_on >= '{Store.Day(last)}'") is [[long and > 0]]
                    && TestStores.Rows(Place, $"SELECT count(*) FROM message WHERE status = 1 OR (status = 0 AND not_before <= {noon})") is [[long and 0]])
                    break;
            }
            catch (NpgsqlException) { /* it comes back */ }
            if (waited.Elapsed > TimeSpan.FromSeconds(60)) break;
        }
        foreach (var worker in workers) worker.End();
    }

    /// <summary>What workers said beyond what goes without saying, for a failure's message.</summary>
    public string Said
    {
        get
        {
            static bool Tells(string line) => !line.Contains("run_made", StringComparison.Ordinal) && !line.Contains("dispatched", StringComparison.Ordinal);
            var runs = TestStores.Rows(Place,
                "SELECT kind, effective_on, recorded_at, convert_from(payload, 'UTF8') FROM journal WHERE kind IN ('run_began', 'run_ended') ORDER BY id");
            return string.Join('\n', workers.Select(w => $"--- {w.Name}\n{string.Join('\n', w.Lines.Where(Tells).TakeLast(40))}")) + "\n--- runs\n"
                + string.Join('\n', runs.Select(r => $"{r[0]} {r[1]} {DateTimeOffset.FromUnixTimeMilliseconds((long)r[2]!):MM-dd HH:mm} {r[3]}"));
        }
    }

    // --- what must hold ---

    /// <summary>Everything that must hold after the days. Returns the line that tells of it.</summary>
    public string Check()
    {
        Run(Place, "audit", "verify", "--anchor", Path.Combine(Place.Folder, "anchors"));
        Run(Place, "rebuild", "--check");
        var (found, wanted) = (Told(Place), Told(undisturbed));
        var days = Enumerable.Range(0, Days).Select(n => FirstDay.AddDays(n)).ToList();
        foreach (var day in days) found.RunsEnded.GetValueOrDefault(day).ShouldBe(1, $"runs as of {day:yyyy-MM-dd} that ended\n{Said}");
        found.Decisions.GroupBy(d => d).Where(d => d.Count() > 1).ShouldBeEmpty("decided twice on a day");
        var (there, expected) = (Within(found), Within(wanted));
        there.Except(expected, StringComparer.Ordinal).Take(10).ShouldBeEmpty($"decided, and not when undisturbed\n{Said}");
        expected.Except(there, StringComparer.Ordinal).Take(10).ShouldBeEmpty($"decided when undisturbed, and not here\n{Said}");
        expected.Count.ShouldBeGreaterThan(Parties / 2);
        found.Released.GroupBy(m => m).Where(m => m.Count() > 1).ShouldBeEmpty("released twice");
        var files = Directory.GetFiles(Path.Combine(Place.Folder, "mail"), "*.eml")
            .Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal).ToList();
        files.ShouldBe(found.Sent, "files of messages, and messages that count as sent");
        files.Count.ShouldBeGreaterThan(Parties / 3);
        found.Failed.ShouldBe(0);
        return $"{Days} days of {DaySeconds:F0} s, {there.Count} decisions as undisturbed, "
            + $"{files.Count} messages sent once, {found.Unknown} unknown, {found.Withdrawn} withdrawn, {found.Waiting} waiting for their hour; "
            + $"slots of runs by worker: {string.Join(" + ", workers.Select(w => w.Events("run_made")))}";

        List<string> Within(Record record) =>
            [.. record.Decisions.Where(d => string.CompareOrdinal(d, Store.Day(FirstDay.AddDays(Days))) < 0).Order(StringComparer.Ordinal)];
    }

    private void PlayUndisturbed(int n)
    {
        var day = Store.Day(FirstDay.AddDays(n));
        Run(undisturbed, "run", "--as-of", day, "--now", $"{day}T08:00:00Z");
        Run(undisturbed, "dispatch", "--now", $"{day}T09:00:00Z");
    }

    private sealed record Record(Dictionary<DateOnly, int> RunsEnded, List<string> Decisions, List<string> Released, List<string> Sent,
        long Unknown, long Waiting, long Withdrawn, long Failed);

    private static Record Told(StorePlace place)
    {
        using var store = Store.Open(place, create: false);
        var sent = TestStores.Rows(place, "SELECT id FROM message WHERE status = 2").Select(r => (string)r[0]!).Order(StringComparer.Ordinal);
        var record = new Record([], [], [], [.. sent], Count("4"), Count("0"), Count("5"), Count("3"));
        for (var partition = 0; partition < Partition.Count; partition++)
            foreach (var (_, row) in store.Journal(partition))
                switch (EventCodec.Decode(row.Kind, row.Version, row.Payload))
                {
                    case WorkspaceEvent.RunEnded ended: record.RunsEnded[ended.AsOf] = record.RunsEnded.GetValueOrDefault(ended.AsOf) + 1; break;
                    case DecisionEvent.Made decided:
                        record.Decisions.Add($"{Store.Day(row.EffectiveOn)} {row.Party} {row.Account} {decided.Decision.Action}");
                        break;
                    case MessageEvent.Released: record.Released.Add(row.Cause); break;
                }
        return record;

        long Count(string status) => (long)TestStores.Rows(place, $"SELECT count(*) FROM message WHERE status = {status}")[0][0]!;
    }

    // --- the command ---

    public static Ran Run(StorePlace place, params string[] arguments)
    {
        using var process = Command(place, arguments);
        process.StandardInput.Close();
        return DataFolder.Finish(process).Expect(0);
    }

    private static void Send(StorePlace place, string lines)
    {
        using var process = Command(place, "send", "-", "--format", "json", "--now", $"{FirstDay:yyyy-MM-dd}T07:00:00Z");
        process.StandardInput.Write(lines);
        process.StandardInput.Close();
        DataFolder.Finish(process).Expect(0);
    }

    private static Process Command(StorePlace place, params string[] arguments)
    {
        var start = new ProcessStartInfo(System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "recoup.dll"), .. arguments]) start.ArgumentList.Add(argument);
        (start.Environment["RECOUP_DATA"], start.Environment["RECOUP_DATABASE"]) = (place.Folder, place.Connection);
        return Process.Start(start)!;
    }

    public void Dispose()
    {
        foreach (var worker in workers) worker.Dispose();
        NpgsqlConnection.ClearAllPools();
        Directory.Delete(root, recursive: true);
    }
}
