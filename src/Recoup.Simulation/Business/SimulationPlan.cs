using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Inputs;
using Recoup.Core.Policies;
using Recoup.Core.Workspace;
using Recoup.Simulation.Auditing;
using Recoup.Simulation.Worlds;
using Recoup.Storage.Work;

namespace Recoup.Simulation.Business;

/// <summary>What is simulated: a world, a seed, how many customers, how long, under which policy.</summary>
public sealed record SimulationPlan(WorldSpec World, ulong Seed, int Customers, int Days)
{
    /// <summary>The first day on which customers are invoiced.</summary>
    public DateOnly Start { get; init; } = new(2025, 1, 1);

    /// <summary>Days at the beginning in which the business keeps its books and nobody is contacted: Recoup is switched on after them.</summary>
    public int QuietDays { get; init; } = 30;

    /// <summary>Null: the shipped one.</summary>
    public Policy? Policy { get; init; }

    public required IMessageWriter Writer { get; init; }

    /// <summary>Whether the auditor looks at everything each day; a demo does without.</summary>
    public bool Audited { get; init; } = true;

    /// <summary>Is given the letters of a day as they leave.</summary>
    public Action<DateOnly, IReadOnlyList<Outgoing>, DateTimeOffset> Copies { get; init; } = static (_, _, _) => { };

    /// <summary>Every so many days all hashes and states are computed anew; 0: at the end alone.</summary>
    public int ThoroughEveryDays { get; init; }

    /// <summary>Null in every simulation but those that show that the auditor sees.</summary>
    public Seams? Seams { get; init; }

    public DateOnly End => Start.AddDays(Days - 1);
}

/// <summary>
/// Where something may go wrong between the business, Recoup and the customers. A test plants its bug here: the auditor
/// stands on the other side of each.
/// </summary>
public sealed record Seams
{
    /// <summary>Another pack of rules than the shipped one.</summary>
    public ContactRules? Rules { get; init; }

    /// <summary>What of the told facts gets through to Recoup.</summary>
    public Func<DateOnly, IReadOnlyList<Input>, IReadOnlyList<Input>> Post { get; init; } = static (_, told) => told;

    /// <summary>Stands between the dispatcher and the customers' mailboxes.</summary>
    public Func<ChannelPort, ChannelPort> Channel { get; init; } = static port => port;

    /// <summary>After the day's run, before its letters go out: given the day and the data folder.</summary>
    public Action<DateOnly, string> AfterRun { get; init; } = static (_, _) => { };
}

/// <summary>What came of a simulation.</summary>
public sealed record SimulationReport(SimulationPlan Plan, string JournalHash, long Events, Findings Findings, WorldTally World)
{
    public int Decisions { get; init; }

    /// <summary>What was decided besides waiting, by kind.</summary>
    public required IReadOnlyDictionary<string, int> Actions { get; init; }

    public int MessagesSent { get; init; }

    public int MessagesFailed { get; init; }

    /// <summary>
    /// At each month's end and on the last day, in their order: what was paid by then, less what the same customers would have
    /// paid by then without any contact; minor units by currency.
    /// </summary>
    public required IReadOnlyList<(DateOnly Day, IReadOnlyDictionary<string, long> Minor)> BroughtByContact { get; init; }
}
