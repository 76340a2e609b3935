using System.Globalization;
using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Core.Controlling;

/// <summary>Who told something that holds beside all accounts, and when.</summary>
/// <param name="Key">Of the input, by which it is withdrawn.</param>
/// <param name="Seq">Its place in the workspace's chain: of two the higher was told later.</param>
public sealed record Telling(string Key, long Seq, DateOnly On, string By)
{
    internal static Telling Of(JournalRow row) => new(row.Cause, row.Seq, row.RecordedOn, row.Actor);
}

/// <summary>
/// What controlling tells of the workspace: what collecting cost, which targets are set, rates of exchange, and figures from other books.
/// Decisions read none of it, figures do. A copy is made for nothing, as what is held does not change but is replaced.
/// </summary>
public sealed class ControllingFacts
{
    public Costs Costs { get; private set; } = Costs.None;

    public Targets Targets { get; private set; } = Targets.None;

    public Rates Rates { get; private set; } = Rates.None;

    public ImportedFigures Figures { get; private set; } = ImportedFigures.None;

    internal ControllingFacts Copy() => new() { Costs = Costs, Targets = Targets, Rates = Rates, Figures = Figures };

    /// <summary>What a viewer of some portfolios sees: what is told of these, and what is of no portfolio.</summary>
    public ControllingFacts Of(IReadOnlySet<string> portfolios) => new()
    {
        Costs = Costs.Of(portfolios), Targets = Targets.Of(portfolios), Rates = Rates, Figures = Figures.Of(portfolios),
    };

    /// <param name="cells">Takes what a cost adds to the measures; null: that is of no interest.</param>
    internal void Apply(JournalRow row, ControllingEvent e, CellDeltas? cells)
    {
        switch (e)
        {
            case CostEvent cost: Costs = Costs.With(row, cost, cells); break;
            case TargetEvent target: Targets = Targets.With(row, target); break;
            case RateEvent rate: Rates = Rates.With(row, rate); break;
            case FigureEvent figure: Figures = Figures.With(row, figure); break;
            default: throw new InvariantBrokenException($"{e.GetType().Name} is no event of controlling");
        }
    }
}

/// <summary>What controlling tells.</summary>
public abstract record ControllingInput : Input
{
    private protected ControllingInput() { }

    /// <summary>Of which portfolio it is; null: of none, or of all.</summary>
    public virtual string? PortfolioId => null;
}

/// <summary>What happened to it.</summary>
public abstract record ControllingEvent : Event
{
    private protected ControllingEvent() { }
}

/// <summary>What these chapters have in common.</summary>
internal static class ControllingChapter
{
    /// <summary>Ten years: more days at once are a typing error.</summary>
    public const int DaysMax = 3660;

    internal static readonly InputKind[] Inputs = [.. CostChapter.Inputs, .. FigureChapter.Inputs, .. RateChapter.Inputs, .. TargetChapter.Inputs];

    internal static readonly EventKind[] Events = [.. CostChapter.Events, .. FigureChapter.Events, .. RateChapter.Events, .. TargetChapter.Events];

    internal static Refused UnknownPortfolio(string portfolio) =>
        new(Refusal.UnknownPortfolio, $"there is no portfolio '{InputDraft.Short(portfolio)}': no input portfolio named it, and nothing was ever invoiced "
            + "or paid in it. Name it with one, or mend the id");

    internal static Refused Unknown(string what, string key) =>
        new(Refusal.UnknownEntry, $"no {what} '{InputDraft.Short(key)}' stands: it was never told, was withdrawn, or a later one took its place");

    /// <summary>A problem where the last day lies before the first, or too far behind it.</summary>
    internal static void CheckSpan(InputDraft d, int? daysMax = DaysMax)
    {
        var (from, to) = (d.NeedDate("from"), d.NeedDate("to"));
        if (to < from) d.Problem("to", $"{to:yyyy-MM-dd} is before from ({from:yyyy-MM-dd})");
        else if (to.DayNumber - from.DayNumber >= daysMax)
            d.Problem("to", $"{to:yyyy-MM-dd} is {to.DayNumber - from.DayNumber + 1} days after from; at most {daysMax}: tell it in parts");
    }

    /// <summary>Letters, digits and underscores in small letters, so that formulas can name it.</summary>
    internal static bool IsName(string text) => text.Length > 0 && char.IsAsciiLetterLower(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    internal static Field PortfolioField(bool required, string meaning) =>
        new("portfolio", FieldType.Text, meaning) { Required = required, LengthMax = 60, IsName = true };
}

/// <summary>Decimals as whole numbers of a fixed part, so that states and events have them exactly.</summary>
internal static class Parts
{
    /// <summary>A figure is kept in millionths.</summary>
    public const long OfFigure = 1_000_000;

    /// <summary>The largest figure, either side of zero.</summary>
    public const long FigureMax = 1_000_000_000_000;

    /// <summary>A figure in millionths; a problem, and 0, where it is too large or too fine.</summary>
    public static long Figure(InputDraft d, string field)
    {
        var figure = d.Get<decimal>(field);
        if (Math.Abs(figure) > FigureMax) d.Problem(field, $"{Text(figure)} is too large; at most {Text(FigureMax)}");
        else if (figure * OfFigure is var parts && parts == decimal.Truncate(parts)) return (long)parts;
        else d.Problem(field, $"{Text(figure)} has more than 6 decimals");
        return 0;
    }

    public static string Text(decimal figure) => figure.ToString("0.##########", CultureInfo.InvariantCulture);
}
