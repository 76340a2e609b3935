using Recoup.Storage;

namespace Recoup.Simulation.Weather;

/// <summary>What many seeds came to.</summary>
public sealed record WeatherSummary(IReadOnlyList<WeatherReport> Failed, int Seeds, long Events, long Checks, IReadOnlyDictionary<Fault, int> Faults,
    IReadOnlyDictionary<string, int> Moments);

/// <summary>Plays plans in scratch folders of their own, one or many, and makes a failing one as small as it gets.</summary>
public static class WeatherSeeds
{
    /// <summary>Stores of simulations are written and synced without end and kept by nobody: where there is a disk in memory, there.</summary>
    private static string ScratchRoot => Environment.GetEnvironmentVariable("TMPDIR") is null && Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    public static WeatherReport Play(WeatherPlan plan, Action<DateOnly, double>? progress = null) => Play(plan, static _ => false, progress).Report;

    /// <param name="look">Is given the store at the end, unless something did not hold: then there may be none.</param>
    public static (WeatherReport Report, T? Seen) Play<T>(WeatherPlan plan, Func<Store, T> look, Action<DateOnly, double>? progress = null)
    {
        var scratch = Directory.CreateDirectory(Path.Combine(ScratchRoot, $"recoup-weather-{Guid.NewGuid():N}")).FullName;
        try
        {
            using var business = new WeatherBusiness(plan, scratch);
            var report = business.Play(progress);
            return (report, report.Findings.Ok ? look(business.Store) : default);
        }
        finally { Directory.Delete(scratch, recursive: true); }
    }

    /// <summary>The plan once for each seed from one on, as many at once as there are processors.</summary>
    /// <param name="progress">Called from any thread, one at a time, after each.</param>
    public static WeatherSummary PlayMany(Func<ulong, WeatherPlan> plan, ulong first, int seeds, Action<WeatherReport, int>? progress = null)
    {
        var (failed, events, checks, done) = (new SortedDictionary<ulong, WeatherReport>(), 0L, 0L, 0);
        var faults = new SortedDictionary<Fault, int>(FaultTable.All.ToDictionary(k => k.Fault, _ => 0));
        var moments = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var turn = new Lock();
        Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            var report = Play(plan(first + (ulong)i));
            lock (turn)
            {
                events += report.Events;
                checks += report.Findings.Counts.Sum(c => c.Checked);
                foreach (var (fault, count) in report.Faults) faults[fault] += count;
                foreach (var (moment, count) in report.Moments) moments[moment] = moments.GetValueOrDefault(moment) + count;
                if (!report.Findings.Ok) failed[report.Plan.Seed] = report;
                progress?.Invoke(report, ++done);
            }
        });
        return new WeatherSummary([.. failed.Values], seeds, events, checks, faults, moments);
    }

    /// <summary>
    /// The smallest plan found that breaks the same invariant: up to the day it broke, then without each kind of fault it
    /// breaks without, then with fewer customers as long as it still breaks.
    /// </summary>
    /// <param name="playsMax">Tries at most.</param>
    public static WeatherReport Shrink(WeatherReport failing, int playsMax = 80, Action<WeatherPlan>? progress = null)
    {
        var invariant = failing.Findings.Breaches[0].Invariant;
        var smallest = failing;
        Try(smallest.Plan with { Days = smallest.EndedOn.DayNumber - smallest.Plan.Start.DayNumber + 1 });
        // The first day follows from the seed and must stay, whichever kinds go.
        if (smallest.Plan.Start != new DateOnly(2025, 1, 1)) smallest = smallest with { Plan = smallest.Plan with { From = smallest.Plan.Start } };
        foreach (var group in FaultTable.Groups) Without([.. FaultTable.All.Where(k => k.Group == group).Select(k => k.Fault)]);
        foreach (var kind in FaultTable.All) Without([kind.Fault]);
        while (smallest.Plan.Customers > 1
            && (Try(smallest.Plan with { Customers = smallest.Plan.Customers / 2 })
                || Try(smallest.Plan with { Customers = smallest.Plan.Customers * 3 / 4 }))) { }
        while (smallest.Plan.Days > 1 && Try(smallest.Plan with { Days = smallest.Plan.Days / 2 })) { }
        foreach (var kind in FaultTable.All) Without([kind.Fault]);
        return smallest;

        void Without(IReadOnlyList<Fault> faults)
        {
            var left = smallest.Plan.Faults.Except(faults).ToHashSet();
            if (left.Count < smallest.Plan.Faults.Count) Try(smallest.Plan with { Faults = left });
        }

        bool Try(WeatherPlan plan)
        {
            if (playsMax-- <= 0) return false;
            progress?.Invoke(plan);
            var report = Play(plan);
            var breach = report.Findings.Breaches.Find(b => b.Invariant == invariant);
            if (breach is null) return false;
            smallest = report with { Plan = plan with { Days = Math.Min(plan.Days, report.EndedOn.DayNumber - plan.Start.DayNumber + 1) } };
            return true;
        }
    }
}
