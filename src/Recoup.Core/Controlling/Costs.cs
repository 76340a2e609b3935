using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using static Recoup.Core.Inputs.Fields;

namespace Recoup.Core.Controlling;

/// <summary>What people tell of costs.</summary>
public abstract record CostInput : ControllingInput
{
    private CostInput() { }

    /// <summary>Collecting cost something, over some days.</summary>
    public sealed record Incurred : CostInput
    {
        public required string Portfolio { get; init; }
        public override string? PortfolioId => Portfolio;
        public required DateOnly From { get; init; }
        public required DateOnly To { get; init; }

        /// <summary>One of <see cref="CostChapter.Kinds"/>.</summary>
        public required string Kind { get; init; }
        public string? Agent { get; init; }
        public int? Minutes { get; init; }
        public required Money Amount { get; init; }
        public override DateOnly? EffectiveOn => To;
    }

    /// <summary>A cost is taken back, as if it had never been told.</summary>
    public sealed record Withdrawn : CostInput
    {
        /// <summary>The key of the cost.</summary>
        public required string Cost { get; init; }
        public string? Reason { get; init; }
    }
}

/// <summary>What happened to costs.</summary>
public abstract record CostEvent : ControllingEvent
{
    private CostEvent() { }

    /// <summary>Both days are among those that it is of. Its key is the input's.</summary>
    public sealed record Incurred(
        string Portfolio, DateOnly From, DateOnly To, string Kind, string? Agent, int? Minutes, long Minor, string Currency) : CostEvent;

    /// <summary>The cost of that key is none.</summary>
    public sealed record Withdrawn(string Cost, string? Reason) : CostEvent;
}

/// <summary>A cost that stands.</summary>
public sealed record CostState(Telling Told, CostEvent.Incurred Cost);

/// <summary>
/// What collecting costs. Costs add up, as several of one kind and time are usual; one that is wrong is withdrawn. A cost is spread over its days,
/// each day having the same to the minor unit and all of them the whole, so that any window has the part that is its own.
/// </summary>
public sealed class Costs
{
    public static readonly Costs None = new(ImmutableDictionary<string, CostState>.Empty);

    private readonly ImmutableDictionary<string, CostState> byKey;

    private Costs(ImmutableDictionary<string, CostState> byKey) => this.byKey = byKey;

    /// <summary>Those that stand, in no order.</summary>
    public IEnumerable<CostState> All => byKey.Values;

    public CostState? Find(string key) => byKey.GetValueOrDefault(key);

    internal Costs Of(IReadOnlySet<string> portfolios) => new(byKey.Where(c => portfolios.Contains(c.Value.Cost.Portfolio)).ToImmutableDictionary());

    internal Costs With(JournalRow row, CostEvent e, CellDeltas? cells)
    {
        switch (e)
        {
            case CostEvent.Incurred incurred:
                if (cells is not null) Spread(incurred, 1, cells);
                return new Costs(byKey.SetItem(row.Cause, new CostState(Telling.Of(row), incurred)));
            case CostEvent.Withdrawn withdrawn:
                if (Find(withdrawn.Cost) is not { } gone) throw new JournalDamagedException($"the cost '{withdrawn.Cost}' was withdrawn and never told");
                if (cells is not null) Spread(gone.Cost, -1, cells);
                return new Costs(byKey.Remove(withdrawn.Cost));
            default: throw new InvariantBrokenException($"{e.GetType().Name} is no event of a cost");
        }
    }

    private static void Spread(CostEvent.Incurred cost, int sign, CellDeltas cells)
    {
        var days = cost.To.DayNumber - cost.From.DayNumber + 1;
        for (var i = 0; i < days; i++)
        {
            var day = cost.From.AddDays(i);
            cells.Add(CostChapter.Cost, day, null, cost.Portfolio, "", cost.Currency, sign * PartOf(cost.Minor, days, i), 0, OwnValues.Of(cost.Kind));
            if (cost.Minutes is { } minutes)
                cells.Add(CostChapter.AgentMinutes, day, null, cost.Portfolio, "", "", 0, sign * PartOf(minutes, days, i), OwnValues.Of(cost.Agent));
        }
    }

    /// <summary>Of a whole that is spread over days, what that day has: the parts differ by one at most, and add up.</summary>
    private static long PartOf(long whole, int days, int day)
    {
        return Through(day + 1) - Through(day);

        // The whole times days is more than a long holds.
        long Through(int count) => (long)((Int128)whole * count / days);
    }
}

/// <summary>Costs: what is told of them, what happens, and what they measure.</summary>
public static class CostChapter
{
    /// <summary>What costs are of, in the order in which forms offer them.</summary>
    public static readonly IReadOnlyList<string> Kinds =
        ["agent_time", "agency_fee", "legal", "court_fee", "letter", "text", "call", "bank_fee", "credit_report", "software", "training", "other"];

    /// <summary>What collecting cost, by the day on which it did and what it was for.</summary>
    public static readonly Measure Cost = Measure.Money(40, "cost", null, Dimension.Kind).Told();

    /// <summary>Minutes that people worked on collecting, by who did.</summary>
    public static readonly Measure AgentMinutes = Measure.Count(41, "agent_minutes", "minutes", Dimension.Owner).Told();

    internal static readonly Measure[] Measures = [Cost, AgentMinutes];

    /// <summary>A year of work around the clock for 100 people.</summary>
    private const int MinutesMax = 52_560_000;

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("cost", "what collecting cost over some days: spread over them evenly", false,
        [
            ControllingChapter.PortfolioField(true, "for whose receivables"), Need("from", FieldType.Date, "the first day that it is of"),
            Need("to", FieldType.Date, "the last day that it is of"),
            Choice("kind", "what it was for", [.. Kinds]) with { Required = true },
            May("agent", FieldType.Text, "who worked, of agent_time") with { LengthMax = 60, IsName = true },
            May("minutes", FieldType.Integer, "how long, of agent_time"), .. AmountAndCurrency,
        ],
        d =>
        {
            ControllingChapter.CheckSpan(d);
            var kind = d.Need("kind");
            var minutes = d.GetOrNull<long>("minutes");
            if (minutes is < 1 or > MinutesMax) d.Problem("minutes", $"{minutes} is not 1 to {MinutesMax}");
            if (kind != "agent_time" && minutes is not null) d.Problem("minutes", $"belong to agent_time, and this is {kind}");
            if (kind != "agent_time" && d.Has("agent")) d.Problem("agent", $"belongs to agent_time, and this is {kind}");
            return new CostInput.Incurred
            {
                Key = "", Portfolio = d.Need("portfolio"), From = d.NeedDate("from"), To = d.NeedDate("to"), Kind = kind, Agent = d.Text("agent"),
                Minutes = minutes is >= 1 and <= MinutesMax ? (int)minutes : null, Amount = d.Money("amount"),
            };
        }),
        InputKind.Of("cost_withdrawn", "a cost is taken back, as if it had never been told", false,
        [Need("cost", FieldType.Text, "the cost's key") with { IsName = true }, May("reason", FieldType.Text, "why")],
        d => new CostInput.Withdrawn { Key = "", Cost = d.Need("cost"), Reason = d.Text("reason") }),
    ];

    internal static readonly EventKind[] Events =
        [new("cost_incurred", CostJson.Default.Incurred), new("cost_withdrawn", CostJson.Default.Withdrawn)];

    internal static Refused? Handle(Costs costs, CostInput input, List<Event> events)
    {
        switch (input)
        {
            case CostInput.Incurred i:
                events.Add(new CostEvent.Incurred(i.Portfolio, i.From, i.To, i.Kind, i.Agent, i.Minutes, i.Amount.Minor, i.Amount.Currency.Code));
                return null;
            case CostInput.Withdrawn i:
                if (costs.Find(i.Cost) is null) return ControllingChapter.Unknown("cost", i.Cost);
                events.Add(new CostEvent.Withdrawn(i.Cost, i.Reason));
                return null;
            default: throw new InvariantBrokenException($"{input.GetType().Name} is no input of a cost");
        }
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CostEvent.Incurred))]
[JsonSerializable(typeof(CostEvent.Withdrawn))]
internal sealed partial class CostJson : JsonSerializerContext;
