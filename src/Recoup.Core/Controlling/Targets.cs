using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using static Recoup.Core.Inputs.Fields;

namespace Recoup.Core.Controlling;

/// <summary>What people tell of targets.</summary>
public abstract record TargetInput : ControllingInput
{
    private TargetInput() { }

    /// <summary>A KPI is to reach a value in some time.</summary>
    public sealed record Agreed : TargetInput
    {
        public required string Kpi { get; init; }
        public string? Portfolio { get; init; }
        public override string? PortfolioId => Portfolio;
        public required DateOnly From { get; init; }

        /// <summary><see cref="DateBounds.NoEnd"/>: until another takes its place.</summary>
        public required DateOnly To { get; init; }
        public required decimal Value { get; init; }
        public string? Owner { get; init; }
    }

    /// <summary>A target is taken back.</summary>
    public sealed record Withdrawn : TargetInput
    {
        /// <summary>The key of the target.</summary>
        public required string Target { get; init; }
        public string? Reason { get; init; }
    }
}

/// <summary>What happened to targets.</summary>
public abstract record TargetEvent : ControllingEvent
{
    private TargetEvent() { }

    /// <summary>A KPI is to reach a value on the days from and to and between; it takes the place of one of the same KPI, portfolio and days.</summary>
    /// <param name="Millionths">Of the KPI's unit.</param>
    public sealed record Agreed(string Kpi, string? Portfolio, DateOnly From, DateOnly To, long Millionths, string? Owner) : TargetEvent;

    /// <summary>The target of that key is none.</summary>
    public sealed record Withdrawn(string Target, string? Reason) : TargetEvent;
}

/// <summary>A target that stands.</summary>
public sealed record TargetState(Telling Told, TargetEvent.Agreed Target)
{
    public decimal Value => (decimal)Target.Millionths / Parts.OfFigure;
}

/// <summary>Which value a KPI is to reach, when, and who sees to it.</summary>
public sealed class Targets
{
    public static readonly Targets None = new(ImmutableDictionary<(string, string?, DateOnly, DateOnly), TargetState>.Empty);

    private readonly ImmutableDictionary<(string Kpi, string? Portfolio, DateOnly From, DateOnly To), TargetState> byPlace;

    private Targets(ImmutableDictionary<(string, string?, DateOnly, DateOnly), TargetState> byPlace) => this.byPlace = byPlace;

    /// <summary>Those that stand, in no order.</summary>
    public IEnumerable<TargetState> All => byPlace.Values;

    public TargetState? Find(string key) => byPlace.Values.FirstOrDefault(t => t.Told.Key == key);

    /// <summary>There is any of the KPI, of whatever portfolio and days.</summary>
    public bool IsOf(string kpi) => byPlace.Values.Any(t => t.Target.Kpi == kpi);

    /// <summary>
    /// The target of a KPI on a day: the portfolio's own, else the one that is of all. Where several have the day, the last told. Null: there is none.
    /// </summary>
    /// <param name="portfolio">Null: of all together.</param>
    public TargetState? InForce(string kpi, string? portfolio, DateOnly day)
    {
        TargetState? found = null;
        foreach (var state in byPlace.Values)
        {
            var t = state.Target;
            if (t.Kpi != kpi || t.From > day || t.To < day || (t.Portfolio is not null && t.Portfolio != portfolio)) continue;
            if (found is null || (t.Portfolio is null, -state.Told.Seq).CompareTo((found.Target.Portfolio is null, -found.Told.Seq)) < 0) found = state;
        }
        return found;
    }

    internal Targets Of(IReadOnlySet<string> portfolios) =>
        new(byPlace.Where(t => t.Value.Target.Portfolio is not { } p || portfolios.Contains(p)).ToImmutableDictionary());

    internal Targets With(JournalRow row, TargetEvent e)
    {
        switch (e)
        {
            case TargetEvent.Agreed agreed:
                return new Targets(byPlace.SetItem((agreed.Kpi, agreed.Portfolio, agreed.From, agreed.To), new TargetState(Telling.Of(row), agreed)));
            case TargetEvent.Withdrawn withdrawn:
                if (Find(withdrawn.Target)?.Target is not { } gone)
                    throw new JournalDamagedException($"the target '{withdrawn.Target}' was withdrawn and never told");
                return new Targets(byPlace.Remove((gone.Kpi, gone.Portfolio, gone.From, gone.To)));
            default: throw new InvariantBrokenException($"{e.GetType().Name} is no event of a target");
        }
    }
}

/// <summary>Targets: what is told of them, and what happens.</summary>
public static class TargetChapter
{
    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("target", "which value a KPI is to reach, when, and who sees to it", false,
        [
            Need("kpi", FieldType.Text, "the KPI's id") with { LengthMax = 60, IsName = true },
            ControllingChapter.PortfolioField(false, "of which portfolio; without it, of all together, and of each that has none of its own"),
            Need("from", FieldType.Date, "the first day on which it is in force"),
            May("to", FieldType.Date, "the last such day; without it, until another takes its place") with { OpenEnd = true },
            Need("value", FieldType.Amount, "in the KPI's unit, a decimal string"),
            May("owner", FieldType.Text, "who sees to it") with { LengthMax = 60, IsName = true },
        ],
        d =>
        {
            ControllingChapter.CheckSpan(d, daysMax: null);
            return new TargetInput.Agreed
            {
                Key = "", Kpi = d.Need("kpi"), Portfolio = d.Text("portfolio"), From = d.NeedDate("from"), To = d.NeedDate("to"),
                Value = (decimal)Parts.Figure(d, "value") / Parts.OfFigure, Owner = d.Text("owner"),
            };
        }),
        InputKind.Of("target_withdrawn", "a target is taken back", false,
        [Need("target", FieldType.Text, "the target's key") with { IsName = true }, May("reason", FieldType.Text, "why")],
        d => new TargetInput.Withdrawn { Key = "", Target = d.Need("target"), Reason = d.Text("reason") }),
    ];

    internal static readonly EventKind[] Events =
        [new("target_agreed", TargetJson.Default.Agreed), new("target_withdrawn", TargetJson.Default.Withdrawn)];

    internal static Refused? Handle(Targets targets, Func<IReadOnlyList<string>> known, TargetInput input, List<Event> events)
    {
        switch (input)
        {
            case TargetInput.Agreed i:
                var kpis = known();
                if (!kpis.Contains(i.Kpi))
                    return new Refused(Refusal.UnknownKpi, $"there is no KPI '{InputDraft.Short(i.Kpi)}'"
                        + $"{(Spelling.Nearest(i.Kpi, kpis) is { } near ? $"; did you mean {near}?" : ";")} There are {string.Join(", ", kpis)}");
                events.Add(new TargetEvent.Agreed(i.Kpi, i.Portfolio, i.From, i.To, (long)(i.Value * Parts.OfFigure), i.Owner));
                return null;
            case TargetInput.Withdrawn i:
                if (targets.Find(i.Target) is null) return ControllingChapter.Unknown("target", i.Target);
                events.Add(new TargetEvent.Withdrawn(i.Target, i.Reason));
                return null;
            default: throw new InvariantBrokenException($"{input.GetType().Name} is no input of a target");
        }
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TargetEvent.Agreed))]
[JsonSerializable(typeof(TargetEvent.Withdrawn))]
internal sealed partial class TargetJson : JsonSerializerContext;
