namespace Recoup.Simulation.Weather;

/// <summary>
/// Which kinds of fault there are in a simulation, and how often each happened. Whether one strikes is drawn from a stream
/// of its own, so that leaving a kind out moves no other.
/// </summary>
internal sealed class Tally(WeatherPlan plan)
{
    private readonly SortedDictionary<Fault, int> counts = new(FaultTable.All.ToDictionary(k => k.Fault, _ => 0));

    public IReadOnlyDictionary<Fault, int> Counts => counts;

    public void Count(Fault fault) => counts[fault]++;

    /// <summary>A stream for one kind of fault and one occasion.</summary>
    public SplitMix Stream(Fault fault, string occasion) => SplitMix.Of(plan.Seed, -1, $"weather/{FaultTable.NameOf(fault)}/{occasion}");

    /// <summary>Whether the kind strikes on this occasion; the stream goes on with how.</summary>
    public bool Strikes(Fault fault, string occasion, out SplitMix random)
    {
        random = Stream(fault, occasion);
        return random.Chance(FaultTable.Of(fault).Percent) && plan.Faults.Contains(fault);
    }
}
