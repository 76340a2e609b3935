using Recoup.Core.Measures;
using Recoup.Core.Policies;
using Recoup.Core.Workspace;
using Recoup.Simulation.Worlds;
using Recoup.Statistics;
using Recoup.Storage.Work;

namespace Recoup.Simulation.Business;

/// <summary>One figure of one world under two policies: means over the seeds, and of the differences seed by seed the mean and the spread.</summary>
/// <param name="Figure">What it is, with its unit: "collected, EUR", "DSO, days", "messages"…</param>
/// <param name="Spread">Standard deviation of the differences over the seeds; 0 where there was one seed.</param>
public sealed record TrialRow(string World, string Figure, decimal InForce, decimal Other, decimal Difference, decimal Spread)
{
    /// <summary>The difference is no greater than what seeds differ by.</summary>
    public bool MayBeLuck => Math.Abs(Difference) <= Spread;
}

/// <summary>
/// Two policies in the same worlds and seeds: the same customers in the same moods, so that what differs is what the
/// policies did. What it says holds for these worlds.
/// </summary>
public sealed class PolicyTrial(Policy? inForce, Policy? other, IMessageWriter writer)
{
    public required IReadOnlyList<WorldSpec> Worlds { get; init; }

    public required IReadOnlyList<ulong> Seeds { get; init; }

    public required int Customers { get; init; }

    public required int Days { get; init; }

    /// <summary>Plays everything, as many at once as there are processors, each in a scratch folder of its own.</summary>
    /// <param name="progress">Simulations done, and how many there are. Called from any thread.</param>
    public IReadOnlyList<TrialRow> Play(Action<int, int>? progress = null)
    {
        var runs = (from world in Worlds from seed in Seeds from which in new[] { 0, 1 } select (World: world, Seed: seed, Which: which)).ToList();
        var figures = new SortedDictionary<string, decimal>[runs.Count];
        var done = 0;
        Parallel.For(0, runs.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            figures[i] = PlayOne(runs[i].World, runs[i].Seed, runs[i].Which == 0 ? inForce : other);
            progress?.Invoke(Interlocked.Increment(ref done), runs.Count);
        });
        var rows = new List<TrialRow>();
        foreach (var world in Worlds)
        {
            var pairs = Seeds.Select(seed => (A: Find(world, seed, 0), B: Find(world, seed, 1))).ToList();
            foreach (var figure in pairs.SelectMany(p => p.A.Keys.Union(p.B.Keys)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                rows.Add(Row(world.Name, figure[2..], pairs.ConvertAll(p => (p.A.GetValueOrDefault(figure), p.B.GetValueOrDefault(figure)))));
        }
        return rows;

        SortedDictionary<string, decimal> Find(WorldSpec world, ulong seed, int which) =>
            figures[runs.FindIndex(r => r.World == world && r.Seed == seed && r.Which == which)];
    }

    private SortedDictionary<string, decimal> PlayOne(WorldSpec world, ulong seed, Policy? policy)
    {
        var folder = Directory.CreateTempSubdirectory("recoup-trial-").FullName;
        try
        {
            var plan = new SimulationPlan(world.InOneCurrency(), seed, Customers, Days) { Policy = policy, Writer = writer, Audited = false };
            using var business = new SimulatedBusiness(plan, folder);
            var report = business.Play();
            if (!report.Findings.Ok) throw new InvalidOperationException($"the simulation itself went wrong: {report.Findings.Breaches[0]}");
            // The digit before each name keeps them in this order.
            var figures = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
            foreach (var (currency, minor) in report.World.Collected)
                figures[$"0 collected, {currency}"] = Core.Foundation.Money.ToMajor(minor, Core.Foundation.Currency.Of(currency));
            foreach (var row in new Readings(business.Store)
                .Read(cells => new KpiEngine(KpiCatalog.Shipped, cells, Estimates.At95).Answer(new KpiQuestion(plan.End) { Kpis = ["dso"] })))
                if (row.Value is { } days) figures["1 DSO at the end, days"] = days;
            figures["2 messages"] = report.MessagesSent;
            figures["3 calls"] = report.World.CallsMade;
            figures["4 complaints"] = report.World.Complaints;
            figures["5 customers who left"] = report.World.CustomersLeft;
            return figures;
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private static TrialRow Row(string world, string figure, IReadOnlyList<(decimal A, decimal B)> pairs)
    {
        var differences = pairs.Select(p => p.B - p.A).ToList();
        var mean = differences.Average();
        var variance = pairs.Count < 2 ? 0 : differences.Sum(d => (d - mean) * (d - mean)) / (pairs.Count - 1);
        return new TrialRow(world, figure, Math.Round(pairs.Average(p => p.A), 2), Math.Round(pairs.Average(p => p.B), 2), Math.Round(mean, 2),
            Math.Round((decimal)Math.Sqrt((double)variance), 2));
    }
}
