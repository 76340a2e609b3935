using System.Diagnostics;
using System.Globalization;
using Recoup.Connectors.Mail;
using Recoup.Simulation.Weather;
using Recoup.Simulation.Worlds;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Simulation;

/// <summary>
/// Worlds in bad weather. RECOUP_FAULT_SEEDS (how many), RECOUP_FAULT_SEEDS_FROM (the first), RECOUP_FAULT_ACCOUNTS and
/// RECOUP_FAULT_DAYS make it more, as does <see cref="Long"/>; docs/weather.md gives what the long runs found.
/// </summary>
public sealed class WeatherTests(ITestOutputHelper output)
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "weather.md"));

    private static int Given(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    internal static WeatherPlan Plan(ulong seed, int customers = 200, int days = 60) =>
        new(WorldTable.All[(int)(seed % (ulong)WorldTable.All.Count)], seed, customers, days) { Writer = TemplateWriter.Shipped };

    [Fact]
    public void Every_invariant_holds_in_any_weather_and_every_kind_of_fault_came_often()
    {
        var (first, seeds, customers, days) = (Given("RECOUP_FAULT_SEEDS_FROM", Long.Or(1, 20)), Given("RECOUP_FAULT_SEEDS", Long.Or(100, 4)),
            Given("RECOUP_FAULT_ACCOUNTS", Long.Or(200, 60)), Given("RECOUP_FAULT_DAYS", 60));
        var watch = Stopwatch.StartNew();
        var summary = WeatherSeeds.PlayMany(seed => Plan(seed, customers, days), (ulong)first, seeds);
        output.WriteLine($"{seeds} seeds from {first} on, of {customers} customers and {days} days: {summary.Events:N0} events, {summary.Checks:N0} checks, "
            + $"{summary.Failed.Count} failed, {watch.Elapsed.TotalSeconds:N0} seconds");
        foreach (var (fault, count) in summary.Faults) output.WriteLine($"{FaultTable.Of(fault).Name,-22} {count,8:N0}");
        summary.Failed.Select(f => $"{f.Findings.Breaches[0]}\n  {f.Plan.Command}").ShouldBeEmpty();
        // What never happened was not survived. Smaller plans than a hundred seeds of full size are held to half of their share, since few
        // differ more, and meet each once: from seed 20 on four have a year's end, a leap day and a crash in an erasure between them.
        var share = Math.Min(1, seeds / 100d * customers / 200 * days / 60);
        var least = Environment.GetEnvironmentVariables().Keys.Cast<string>().Any(name => name.StartsWith("RECOUP_FAULT_", StringComparison.Ordinal)) ? 0 : 1;
        foreach (var kind in FaultTable.All)
            summary.Faults[kind.Fault].ShouldBeGreaterThanOrEqualTo(share < 1 ? Math.Max(least, (int)(kind.OftenMin * share / 2)) : kind.OftenMin, kind.Name);
        if (share < 1) return;
        foreach (var moment in new[] { "transaction-open", "journal-written", "before-commit", "after-commit", "cells-merged" }
            .SelectMany(m => new[] { $"import.{m}", $"run.{m}", $"dispatch.{m}" })
            .Concat(["import.before-end", "run.before-end", "run.before-anchor", "dispatch.before-send",
                "dispatch.after-send", "erase.before-key", "erase.after-key"]))
            summary.Moments.GetValueOrDefault(moment).ShouldBeGreaterThan(0, $"the power went at {moment}");
    }

    [Fact]
    public void The_same_seed_brings_the_same_faults_and_the_same_journal_byte_for_byte()
    {
        var one = WeatherSeeds.Play(Plan(7, 60, 40));
        var again = WeatherSeeds.Play(Plan(7, 60, 40));
        one.Findings.Breaches.ShouldBeEmpty();
        one.JournalHash.Length.ShouldBe(64);
        again.JournalHash.ShouldBe(one.JournalHash);
        again.Faults.ShouldBe(one.Faults);
        again.Moments.ShouldBe(one.Moments);
        WeatherSeeds.Play(Plan(10, 60, 40)).JournalHash.ShouldNotBe(one.JournalHash);
        one.Findings.Counts.Where(c => c.Checked == 0).Select(c => c.Name).ShouldBeEmpty();
    }

    [Fact]
    public void Without_faults_the_weather_is_that_of_every_other_simulation()
    {
        var report = WeatherSeeds.Play(Plan(5, 40, 50) with { Faults = FaultTable.Parse("none") });
        report.Findings.Breaches.ShouldBeEmpty();
        report.Faults.Values.ShouldAllBe(count => count == 0);
        report.Moments.ShouldBeEmpty();
        report.Decisions.ShouldBeGreaterThan(100);
        report.Plan.Start.ShouldBe(new DateOnly(2025, 1, 1));
    }

    /// <summary>Leaving a kind out changes nothing about when the others strike, as far as they get there.</summary>
    [Fact]
    public void One_kind_alone_is_the_only_one_that_happens()
    {
        foreach (var group in FaultTable.Groups)
        {
            var report = WeatherSeeds.Play(Plan(2, Long.Or(60, 40), Long.Or(40, 30)) with { Faults = FaultTable.Parse(group) });
            report.Findings.Breaches.ShouldBeEmpty(group);
            report.Faults.Where(f => f.Value > 0).ShouldAllBe(f => FaultTable.Of(f.Key).Group == group);
            report.Faults.Values.Sum().ShouldBeGreaterThan(0, group);
        }
    }

    [Fact]
    public void Kinds_are_written_as_they_are_read()
    {
        FaultTable.Write(FaultTable.Every).ShouldBe("all");
        FaultTable.Write(FaultTable.Parse("crash,twice-later")).ShouldBe("twice-later,crash");
        FaultTable.Parse("none").ShouldBeEmpty();
        FaultTable.Write(FaultTable.Parse("")).ShouldBe("none");
        Should.Throw<ArgumentException>(() => FaultTable.Parse("hail")).Message.ShouldContain("duplicate");
        FaultTable.All.Select(k => k.Fault).ShouldBe(Enum.GetValues<Fault>());
    }

    [Fact]
    public void The_page_has_the_kinds_of_the_code()
    {
        foreach (var kind in FaultTable.All)
            Page.ShouldContain($"| `{kind.Name}` | {kind.Group} | "
                + $"{(kind.Percent == 0 ? "-" : kind.Percent.ToString(CultureInfo.InvariantCulture))} | {kind.OftenMin} | {kind.About} |");
        foreach (var invariant in WeatherInvariants.Names) Page.ShouldContain($"`{invariant}`");
    }

    [Fact]
    public void The_command_tells_what_happened_and_takes_kinds_and_many_seeds()
    {
        using var folder = new DataFolder();
        string[] small = ["--accounts", "30", "--days", "25", "--format", "json"];
        var one = folder.Run(["simulate", "--seed", "3", .. small, "--faults"]).Expect(0).Json;
        one.GetProperty("ok").GetBoolean().ShouldBeTrue();
        one.GetProperty("kinds").GetString().ShouldBe("all");
        one.GetProperty("faults").GetProperty("twice-at-once").GetInt32().ShouldBeGreaterThan(0);
        one.GetProperty("journal_hash").GetString()
            .ShouldBe(folder.Run(["simulate", "--seed", "3", .. small, "--faults"]).Expect(0).Json.GetProperty("journal_hash").GetString());
        one.GetProperty("kpis").EnumerateArray().ShouldContain(k => k.GetProperty("kpi").GetString() == "dso");
        one.GetProperty("command").GetString().ShouldBe("recoup simulate --faults all --seed 3 --accounts 30 --days 25");
        var many = folder.Run(["simulate", "--seeds", "3", .. small, "--faults", "crash,disk"]).Expect(0).Json;
        folder.Run(["simulate", "--seed", "3", .. small, "--faults", "clock", "--from", "2024-02-20"]).Expect(0)
            .Json.GetProperty("from").GetString().ShouldBe("2024-02-20");
        many.GetProperty("passed").GetInt32().ShouldBe(3);
        many.GetProperty("kinds").GetString().ShouldBe("crash,disk");
        folder.Run("simulate", "--faults", "hail").Expect(2).Err.ShouldContain("there is no kind of fault 'hail'");
        folder.Run("simulate", "--seeds", "3").Expect(2).Err.ShouldContain("go with --faults");
        folder.Run("simulate", "--faults", "--data", folder.Path).Expect(2).Err.ShouldContain("--data");
    }
}
