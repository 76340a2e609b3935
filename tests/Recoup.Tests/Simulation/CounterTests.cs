using System.Globalization;
using Microsoft.Data.Sqlite;
using Recoup.Connectors.Mail;
using Recoup.Core;
using Recoup.Simulation.Business;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Cli;
using Recoup.Tests.Properties;
using Recoup.Tests.Policies;

namespace Recoup.Tests.Simulation;

/// <summary>
/// What a party, an event and an input cost, counted where no clock and no other process has a say. A figure above its bound is no
/// error by itself: whoever adds to what every party has raises it, and says in the change why it is worth that.
/// </summary>
public sealed class CounterTests
{
    [Fact]
    public void Headers_and_events_keep_to_their_bytes()
    {
        var folder = Directory.CreateTempSubdirectory("recoup-counted-").FullName;
        try
        {
            using (var business = new SimulatedBusiness(Played.Plan(3, 60, 90), folder)) business.Play().ShouldHold();
            var place = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "recoup.db"), Pooling = false };
            using var db = new SqliteConnection(place.ToString());
            db.Open();
            var headers = Numbers(db, "SELECT length(state) FROM party");
            var items = Numbers(db, "SELECT length(state) FROM item");
            var payloads = Numbers(db, "SELECT length(payload) FROM journal");
            var decisions = Numbers(db, "SELECT length(payload) FROM journal WHERE kind = 'decided'");
            headers.Count.ShouldBeGreaterThan(50);
            decisions.Count.ShouldBeGreaterThan(500);
            var counted = string.Create(CultureInfo.InvariantCulture,
                $"headers {At(headers, 50)} and {At(headers, 99)} bytes, items {At(items, 50)}, events {At(payloads, 50)}, decisions {At(decisions, 50)}");
            counted.ShouldSatisfyAllConditions(
                // 37 bytes of it: issues, subscriptions and activity, since the worlds have them.
                () => At(headers, 50).ShouldBeLessThanOrEqualTo(316, counted),
                // 30 bytes of it: the first call of a case that waits to be judged, with what was overdue then and came since. 35: next moves.
                // 25: what a case was worth as this month and the one before began, and the minutes spent on it.
                () => At(headers, 99).ShouldBeLessThanOrEqualTo(633, counted),
                () => At(items, 50).ShouldBeLessThanOrEqualTo(58, counted),
                () => At(payloads, 50).ShouldBeLessThanOrEqualTo(310, counted),
                () => At(decisions, 50).ShouldBeLessThanOrEqualTo(345, counted));
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Fact]
    public void An_input_takes_no_more_memory_than_it_did()
    {
        var bench = new PartyBench();
        var due = new DateOnly(2026, 6, 1);
        for (var i = 0; i < 200; i++) bench.Invoice($"W{i}", due);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++) bench.Invoice($"I{i}", due);
        ((GC.GetAllocatedBytesForCurrentThread() - before) / 200).ShouldBeLessThanOrEqualTo(2300);
    }

    /// <summary>Rows that an input and a decision write, in whatever table: the journal, states, cells, keys.</summary>
    [Fact]
    public void An_input_and_a_decision_write_no_more_rows_than_they_did()
    {
        const int accounts = 500;
        using var folder = new DataFolder();
        using var store = folder.Open(create: true);
        var day = new DateOnly(2026, 2, 2);
        Door At(int hour) => new(store, "count", new StandingClock(new DateTimeOffset(day, new TimeOnly(hour, 0), TimeSpan.Zero)), TemplateWriter.Shipped);
        long Written(Action work)
        {
            var before = Changes();
            work();
            return Changes() - before;
        }

        long Changes()
        {
            var s = store.Statement("SELECT total_changes()");
            s.Step();
            var changes = s.Long(0);
            s.Reset();
            return changes;
        }

        string[] Lines(int i) =>
        [
            $$"""{"type":"account","key":"a{{i}}","account":"A{{i}}","name":"N{{i}}","email":"a{{i}}@example.com"}""",
            $$"""{"type":"invoice","key":"i{{i}}","account":"A{{i}}","number":"I{{i}}","issued_on":"2026-01-01","due_on":"2026-01-20","""
                + "\"amount\":\"90.00\",\"currency\":\"EUR\"}",
        ];
        var units = Enumerable.Range(0, accounts).SelectMany(Lines).Select((line, i) => new InputUnit(i, [Play.Parse(line)])).ToList();
        var imported = Written(() => At(10).Take(units).Units.ShouldAllBe(u => u.Status == UnitStatus.Accepted));
        var decided = 0;
        var now = new DateTimeOffset(day, new TimeOnly(11, 0), TimeSpan.Zero);
        var ran = Written(() => decided = new DailyRun(At(11)).Run(day, now, acceptVolume: true).Reviewed);
        decided.ShouldBe(accounts);
        var counted = string.Create(CultureInfo.InvariantCulture,
            $"{(double)imported / accounts / 2:0.00} rows an input, {(double)ran / accounts:0.00} a decision");
        (imported / (double)(accounts * 2)).ShouldBeLessThanOrEqualTo(3.1, counted);
        (ran / (double)accounts).ShouldBeLessThanOrEqualTo(2.3, counted);
    }

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private static List<long> Numbers(SqliteConnection db, string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var numbers = new List<long>();
        while (reader.Read()) numbers.Add(reader.GetInt64(0));
        numbers.Sort();
        return numbers;
    }

    /// <param name="percent">Of the values are at most so much.</param>
    private static long At(List<long> sorted, int percent) => sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];
}
