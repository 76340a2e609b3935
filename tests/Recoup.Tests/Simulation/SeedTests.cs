using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Recoup.Simulation.Auditing;

namespace Recoup.Tests.Simulation;

/// <summary>
/// Years of weather. RECOUP_SEEDS (how many), RECOUP_SEEDS_FROM (the first), RECOUP_SIM_ACCOUNTS and RECOUP_SIM_DAYS make it
/// more or fewer: by default six small worlds and one of middle size; with <see cref="Long"/> fifty and one of full size.
/// docs/worlds.md gives what the long runs found.
/// </summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    private static int Given(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    [Fact]
    public void Every_invariant_holds_over_many_seeds()
    {
        var (first, seeds, customers, days) = (Given("RECOUP_SEEDS_FROM", 1), Given("RECOUP_SEEDS", Long.Or(50, 6)), Given("RECOUP_SIM_ACCOUNTS", 30),
            Given("RECOUP_SIM_DAYS", Long.Or(250, 150)));
        var worlds = new[] { "everyday", "contact-harms", "contact-does-nothing" };
        var breaches = new ConcurrentBag<Breach>();
        var (watch, events, checks) = (Stopwatch.StartNew(), 0L, 0L);
        Parallel.For(first, first + seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var report = Played.Plan((ulong)seed, customers, days, worlds[seed % worlds.Length]).Play();
            foreach (var breach in report.Findings.Breaches) breaches.Add(breach);
            Interlocked.Add(ref events, report.Events);
            Interlocked.Add(ref checks, report.Findings.Counts.Sum(c => c.Checked));
        });
        output.WriteLine($"{seeds} seeds from {first} on, of {customers} customers and {days} days: {events:N0} events, {checks:N0} checks, "
            + $"{breaches.Count} breaches, {watch.Elapsed.TotalSeconds:N0} seconds");
        breaches.ShouldBeEmpty(string.Join('\n', breaches.Take(20)));
        events.ShouldBeGreaterThan(seeds * customers * days / 20L);
    }

    [Fact]
    public void Years_of_many_customers_keep_every_invariant()
    {
        var report = (Played.Plan(2026, Long.Or(2000, 120), Long.Or(730, 220)) with { QuietDays = 30 }).Play();
        report.ShouldHold();
        report.Findings.Counts.ShouldAllBe(c => c.Checked > 0);
        output.WriteLine($"{report.Events:N0} events, journal {report.JournalHash}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_journal_byte_for_byte_and_another_one_does_not()
    {
        var one = Played.Plan(3, 60, Long.Or(120, 60)).Play();
        var again = Played.Plan(3, 60, Long.Or(120, 60)).Play();
        var other = Played.Plan(4, 60, Long.Or(120, 60)).Play();
        one.ShouldHold();
        again.JournalHash.ShouldBe(one.JournalHash);
        again.Events.ShouldBe(one.Events);
        other.JournalHash.ShouldNotBe(one.JournalHash);
    }
}
