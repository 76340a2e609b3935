using System.Globalization;
using Microsoft.Data.Sqlite;
using Recoup.Simulation.Business;
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
                () => At(headers, 50).ShouldBeLessThanOrEqualTo(280, counted),
                () => At(headers, 99).ShouldBeLessThanOrEqualTo(530, counted),
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
