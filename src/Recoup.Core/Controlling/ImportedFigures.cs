using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using static Recoup.Core.Inputs.Fields;

namespace Recoup.Core.Controlling;

/// <summary>What people tell of figures from other books.</summary>
public abstract record FigureInput : ControllingInput
{
    private FigureInput() { }

    /// <summary>A figure of some time, as other books have it.</summary>
    public sealed record Imported : FigureInput
    {
        public string? Portfolio { get; init; }
        public override string? PortfolioId => Portfolio;

        /// <summary>By which formulas of KPIs ask for it.</summary>
        public required string Name { get; init; }
        public required DateOnly From { get; init; }
        public required DateOnly To { get; init; }
        public required decimal Value { get; init; }
        public override DateOnly? EffectiveOn => To;
    }

    /// <summary>A figure is taken back.</summary>
    public sealed record Withdrawn : FigureInput
    {
        /// <summary>The key of the figure.</summary>
        public required string ImportedFigure { get; init; }
        public string? Reason { get; init; }
    }
}

/// <summary>What happened to figures from other books.</summary>
public abstract record FigureEvent : ControllingEvent
{
    private FigureEvent() { }

    /// <summary>It takes the place of one of the same portfolio, name and days.</summary>
    public sealed record Imported(string? Portfolio, string Name, DateOnly From, DateOnly To, long Millionths) : FigureEvent;

    /// <summary>The figure of that key is none.</summary>
    public sealed record Withdrawn(string ImportedFigure, string? Reason) : FigureEvent;
}

/// <summary>A figure that stands.</summary>
public sealed record FigureState(Telling Told, FigureEvent.Imported Figure)
{
    public decimal Value => (decimal)Figure.Millionths / Parts.OfFigure;
}

/// <summary>Figures that Recoup does not compute, such as days of inventory.</summary>
public sealed class ImportedFigures
{
    public static readonly ImportedFigures None = new(ImmutableDictionary<(string?, string, DateOnly, DateOnly), FigureState>.Empty);

    private readonly ImmutableDictionary<(string? Portfolio, string Name, DateOnly From, DateOnly To), FigureState> byPlace;

    private ImportedFigures(ImmutableDictionary<(string?, string, DateOnly, DateOnly), FigureState> byPlace) => this.byPlace = byPlace;

    /// <summary>Those that stand, in no order.</summary>
    public IEnumerable<FigureState> All => byPlace.Values;

    public FigureState? Find(string key) => byPlace.Values.FirstOrDefault(f => f.Told.Key == key);

    /// <summary>
    /// The figure that a window goes by: of those that have a day of it, the one that ends last; of several that end on one day the last told. Null:
    /// there is none.
    /// </summary>
    /// <param name="portfolio">Null: of all together.</param>
    public FigureState? For(string name, string? portfolio, DateOnly first, DateOnly last) => byPlace.Values
        .Where(s => s.Figure.Name == name && s.Figure.Portfolio == portfolio && s.Figure.From <= last && s.Figure.To >= first)
        .MaxBy(s => (s.Figure.To, s.Told.Seq));

    internal ImportedFigures Of(IReadOnlySet<string> portfolios) =>
        new(byPlace.Where(f => f.Value.Figure.Portfolio is { } p && portfolios.Contains(p)).ToImmutableDictionary());

    internal ImportedFigures With(JournalRow row, FigureEvent e)
    {
        switch (e)
        {
            case FigureEvent.Imported told:
                return new ImportedFigures(byPlace.SetItem((told.Portfolio, told.Name, told.From, told.To), new FigureState(Telling.Of(row), told)));
            case FigureEvent.Withdrawn withdrawn:
                if (Find(withdrawn.ImportedFigure)?.Figure is not { } gone)
                    throw new JournalDamagedException($"the figure '{withdrawn.ImportedFigure}' was withdrawn and never told");
                return new ImportedFigures(byPlace.Remove((gone.Portfolio, gone.Name, gone.From, gone.To)));
            default: throw new InvariantBrokenException($"{e.GetType().Name} is no event of a figure");
        }
    }
}

/// <summary>Figures from other books: what is told of them, and what happens.</summary>
public static class FigureChapter
{
    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("imported_figure", "a figure from other books that KPIs may use, such as days of inventory", false,
        [
            ControllingChapter.PortfolioField(false, "of which portfolio; without it, of all together"),
            Need("name", FieldType.Text, "by which formulas ask for it: small letters, digits and underscores") with { LengthMax = 60, IsName = true },
            Need("from", FieldType.Date, "the first day that it is of"), Need("to", FieldType.Date, "the last day that it is of"),
            Need("value", FieldType.Amount, "a decimal string of at most six decimals"),
        ],
        d =>
        {
            ControllingChapter.CheckSpan(d);
            var name = d.Need("name");
            if (!ControllingChapter.IsName(name))
                d.Problem("name", $"'{InputDraft.Short(name)}' is no name: small letters, digits and underscores, a letter first, such as inventory_days");
            return new FigureInput.Imported
            {
                Key = "", Portfolio = d.Text("portfolio"), Name = name, From = d.NeedDate("from"), To = d.NeedDate("to"),
                Value = (decimal)Parts.Figure(d, "value") / Parts.OfFigure,
            };
        }),
        InputKind.Of("imported_figure_withdrawn", "a figure from other books is taken back", false,
        [Need("imported_figure", FieldType.Text, "the figure's key") with { IsName = true }, May("reason", FieldType.Text, "why")],
        d => new FigureInput.Withdrawn { Key = "", ImportedFigure = d.Need("imported_figure"), Reason = d.Text("reason") }),
    ];

    internal static readonly EventKind[] Events =
        [new("figure_imported", FigureJson.Default.Imported), new("figure_withdrawn", FigureJson.Default.Withdrawn)];

    internal static Refused? Handle(ImportedFigures figures, FigureInput input, List<Event> events)
    {
        switch (input)
        {
            case FigureInput.Imported i:
                events.Add(new FigureEvent.Imported(i.Portfolio, i.Name, i.From, i.To, (long)(i.Value * Parts.OfFigure)));
                return null;
            case FigureInput.Withdrawn i:
                if (figures.Find(i.ImportedFigure) is null) return ControllingChapter.Unknown("imported_figure", i.ImportedFigure);
                events.Add(new FigureEvent.Withdrawn(i.ImportedFigure, i.Reason));
                return null;
            default: throw new InvariantBrokenException($"{input.GetType().Name} is no input of a figure");
        }
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(FigureEvent.Imported))]
[JsonSerializable(typeof(FigureEvent.Withdrawn))]
internal sealed partial class FigureJson : JsonSerializerContext;
