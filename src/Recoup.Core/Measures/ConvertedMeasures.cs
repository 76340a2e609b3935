using Recoup.Core.Cells;
using Recoup.Core.Controlling;
using Recoup.Core.Foundation;

namespace Recoup.Core.Measures;

/// <summary>
/// What there is in one currency. What happened is converted at the rate of its own day; what stands at that of the as-of day, wherever in the
/// window it stood, and so do its movements: a rate that moves is no cash that came in. Ratios follow from what is converted.
/// </summary>
/// <exception cref="MissingRateException">An amount comes up for which there is no rate.</exception>
internal sealed class ConvertedMeasures(IMeasureSource all, Rates rates, Currency currency, DateOnly asOf) : IMeasureSource
{
    /// <summary>Of a minor unit, so that what many cells are rounded by does not add up to one.</summary>
    private const int PartsOfMinor = 1000;

    private readonly Dictionary<(string From, DateOnly Day), decimal> factors = [];

    public int MinorParts => PartsOfMinor;

    private long Convert(string from, DateOnly day, long minor)
    {
        if (minor == 0) return 0;
        if (!factors.TryGetValue((from, day), out var factor))
            factors[(from, day)] = factor = rates.On(day, from, currency.Code) * currency.MinorPerMajor / Currency.Of(from).MinorPerMajor * PartsOfMinor;
        return (long)Math.Round(minor * factor, MidpointRounding.AwayFromZero);
    }

    public IEnumerable<StockByDue> ExposureByDue(DateOnly day) => all.ExposureByDue(day).Select(s =>
        s with { Currency = currency.Code, Value = s.Value with { Minor = Convert(s.Currency, asOf, s.Value.Minor) } });

    public IEnumerable<KeyValuePair<CellKey, CellValue>> Flows(Measure measure, DateOnly from, DateOnly to) => all.Flows(measure, from, to).Select(c =>
        c.Key.Currency.Length == 0 ? c : new(c.Key with { Currency = currency.Code },
            c.Value with { Minor = Convert(c.Key.Currency, measure.IsStock || measure.IsStanding ? asOf : DateOnly.FromDayNumber(c.Key.Day), c.Value.Minor) }));

    public IEnumerable<(string Portfolio, string Segment, string Currency, long Minor)> Unapplied(DateOnly day) =>
        all.Unapplied(day).Select(u => u with { Currency = currency.Code, Minor = Convert(u.Currency, asOf, u.Minor) });

    public IEnumerable<StockByMove> NextMoves(DateOnly day) => all.NextMoves(day).Select(s =>
        s with { Currency = currency.Code, Value = s.Value with { Minor = Convert(s.Currency, asOf, s.Value.Minor) } });

    public DateOnly? FirstDay(Measure measure, IReadOnlySet<string>? portfolios = null) => all.FirstDay(measure, portfolios);

    public IEnumerable<(string Portfolio, string Segment, string Currency, DateOnly First)> Beginnings =>
        all.Beginnings.GroupBy(b => (b.Portfolio, b.Segment)).Select(g => (g.Key.Portfolio, g.Key.Segment, currency.Code, g.Min(b => b.First)));

    public long CellsRead => all.CellsRead;
}
