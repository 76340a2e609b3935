using Recoup.Core.Cells;

namespace Recoup.Core.Measures;

/// <summary>A part of a KPI over a period: the cells of some values of dimensions, and of one currency.</summary>
public sealed record KpiPart(KpiPeriod Period)
{
    /// <summary>Of what alone, by dimension; an empty value is what is not known.</summary>
    public IReadOnlyDictionary<Dimension, string> Only { get; init; } = new Dictionary<Dimension, string>();

    /// <summary>Null: of all. Counts without money stand beside each currency.</summary>
    public string? Currency { get; init; }

    /// <summary>Set where the KPI is of what began in the period, whenever it ended: of what.</summary>
    internal Curve? Curve { get; init; }

    /// <summary>Set where the KPI is of items that had become overdue so many days before (<see cref="KpiCohort"/>).</summary>
    internal int? CohortAge { get; init; }

    /// <summary>All of the KPI over that period.</summary>
    public static KpiPart Of(KpiDefinition kpi, KpiPeriod period) => new(period) { Curve = kpi.Needs.CurveOf, CohortAge = kpi.Needs.CohortAge };

    /// <summary>
    /// The cell is one of those that the part's figure is made of. A stock is made of everything up to its day, a flow of its window only, a curve
    /// of all that became of its items by then.
    /// </summary>
    public bool Takes(CellKey key) =>
        key.Day <= Period.Last.DayNumber
        && (Curve is { } curve && curve.Reads(key.Measure) ? curve.Takes(key, Period)
            : CohortAge is { } age && KpiCohort.Reads(key.Measure) ? KpiCohort.Takes(key, Period, age)
            : key.Measure.IsStock || key.Measure.IsStanding || key.Day >= Period.First.DayNumber)
        && (Currency is null || key.Currency.Length == 0 || key.Currency == Currency)
        && Only.All(o => key.Measure.Has(o.Key) && key.Of(o.Key) == o.Value);

    /// <summary>Texts such as <c>channel=call</c>, no dimension twice; null and the problem, for people, where one is none.</summary>
    public static IReadOnlyDictionary<Dimension, string>? Parse(IEnumerable<string> texts, out string problem)
    {
        var only = new Dictionary<Dimension, string>();
        problem = "";
        foreach (var text in texts)
        {
            var at = text.IndexOf('=');
            if (at < 0) problem = $"takes a dimension and its value, such as channel=call, not '{Short(text)}'";
            else if (Dimension.Find(text[..at]) is not { } dimension)
                problem = $"takes {string.Join(", ", Dimension.All)}, not '{Short(text[..at])}'";
            else if (!only.TryAdd(dimension, text[(at + 1)..])) problem = $"gives {dimension} twice";
            if (problem.Length > 0) return null;
        }
        return only;

        static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
    }
}
