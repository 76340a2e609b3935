namespace Recoup.Server.Nodes;

/// <summary>
/// The database's clock as a node keeps it between two askings. Nodes tell by signs of life who is dead, and clocks that differ
/// by seconds would bury the living; so all of them go by the one clock that they share.
/// </summary>
internal sealed class SharedClock(TimeProvider machine) : TimeProvider
{
    private long ahead;

    /// <summary>The database's clock less this machine's.</summary>
    public TimeSpan Ahead { get => TimeSpan.FromTicks(Volatile.Read(ref ahead)); set => Volatile.Write(ref ahead, value.Ticks); }

    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow() + Ahead;
}
