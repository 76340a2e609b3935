using System.Globalization;
using Recoup.Core.Controlling;
using Recoup.Core.Foundation;
using Recoup.Storage.Work;
using static Recoup.Server.Api.Columns;

namespace Recoup.Server.Api;

/// <summary>A cost, target, rate or figure as a list shows it.</summary>
/// <param name="Type">The kind of input that told it; with <c>_withdrawn</c> behind it, the one that takes it back.</param>
/// <param name="Portfolio">Null: of all together, or of none.</param>
/// <param name="Name">What the cost was for, the KPI, the two currencies, or the figure's name.</param>
/// <param name="To">Null: it has no end.</param>
/// <param name="Owner">The agent of a cost, who sees to a target.</param>
public sealed record FigureLine(
    string Type, Telling Told, string? Portfolio, string Name, DateOnly From, DateOnly? To, string Value, string? Currency, int? Minutes, string? Owner);

/// <summary>What controlling told, as the API, the command line, files and the page list it.</summary>
public static class FigureList
{
    public static readonly IReadOnlyList<string> Types = ["cost", "imported_figure", "fx_rate", "target"];

    public static readonly Listing<FigureLine> Listing = new("figures",
        Text<FigureLine>("key", l => l.Told.Key), Text<FigureLine>("type", l => l.Type), Text<FigureLine>("portfolio", l => l.Portfolio),
        Text<FigureLine>("name", l => l.Name), Day<FigureLine>("from", l => l.From), Day<FigureLine>("to", l => l.To),
        new("value", ColumnKind.Amount, l => l.Value), Text<FigureLine>("currency", l => l.Currency),
        new("minutes", ColumnKind.Count, l => l.Minutes?.ToString(CultureInfo.InvariantCulture)), Text<FigureLine>("owner", l => l.Owner),
        Day<FigureLine>("told_on", l => l.Told.On), Text<FigureLine>("by", l => l.Told.By));

    /// <summary>What stands, the last told first.</summary>
    /// <param name="type">One of <see cref="Types"/>; null: all.</param>
    /// <param name="portfolio">What is of this one alone; null: all.</param>
    public static Slice<FigureLine> List(ControllingFacts facts, string? type, string? portfolio, string? after, int limit)
    {
        var from = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : long.MaxValue;
        var rows = Lines(facts).Where(l => l.Told.Seq < from && (type is null || l.Type == type) && (portfolio is null || l.Portfolio == portfolio))
            .OrderByDescending(l => l.Told.Seq).Take(limit + 1).ToList();
        return rows.Count <= limit ? new Slice<FigureLine>(rows, null)
            : new Slice<FigureLine>(rows[..limit], rows[limit - 1].Told.Seq.ToString(CultureInfo.InvariantCulture));
    }

    private static IEnumerable<FigureLine> Lines(ControllingFacts facts)
    {
        foreach (var (told, c) in facts.Costs.All)
            yield return new FigureLine("cost", told, c.Portfolio, c.Kind, c.From, c.To, Money.Format(c.Minor, Currency.Of(c.Currency)), c.Currency, c.Minutes,
                c.Agent);
        foreach (var state in facts.Figures.All)
            yield return new FigureLine("imported_figure", state.Told, state.Figure.Portfolio, state.Figure.Name, state.Figure.From, state.Figure.To,
                Plain(state.Value), null, null, null);
        foreach (var state in facts.Rates.All)
            yield return new FigureLine("fx_rate", state.Told, null, $"{state.Rate.From}/{state.Rate.To}", state.Rate.On, null, Plain(state.Value),
                state.Rate.To, null, null);
        foreach (var state in facts.Targets.All)
            yield return new FigureLine("target", state.Told, state.Target.Portfolio, state.Target.Kpi, state.Target.From,
                state.Target.To == DateBounds.NoEnd ? null : state.Target.To, Plain(state.Value), null, null, state.Target.Owner);
    }

    private static string Plain(decimal value) => value.ToString("0.##########", CultureInfo.InvariantCulture);
}
