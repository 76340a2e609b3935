using System.Globalization;

namespace Recoup.Server.Parts;

/// <summary>A value of a chart; null: no value on that day.</summary>
/// <param name="Target">Where it should be on that day; null: nowhere.</param>
/// <param name="IsShort">History is shorter than what the value is read over.</param>
public sealed record ChartPoint(DateOnly Day, decimal? Value, decimal? Target = null, bool IsShort = false);

/// <summary>A line of a chart, with a value or none at each of its marks.</summary>
/// <param name="Style">How it is drawn, as the style sheet has it: value, before, best or other.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<decimal?> Values, string Style = "value")
{
    /// <summary>Marks at which the value is less than certain: drawn hollow, and with a dashed line before them.</summary>
    public IReadOnlySet<int> Hollow { get; init; } = new HashSet<int>();

    /// <summary>Under which name the legend has it with others; null: its own.</summary>
    public string? Group { get; init; }

    /// <summary>False: it is drawn to compare with, and stands in a table of the page's own.</summary>
    public bool IsTold { get; init; } = true;
}

/// <summary>A stretch of an axis that has a name.</summary>
public sealed record AxisBand(string Name, decimal From, decimal To);

/// <summary>Where values lie on a chart's height or width, and the round figures beside it.</summary>
public sealed class Axis
{
    private const int BandSteps = 400;

    private readonly decimal top, bottom;

    /// <param name="top">Where the greatest value is drawn.</param>
    /// <param name="bottom">Where the least is drawn.</param>
    /// <param name="fromZero">A bar begins at zero; a line may begin near its least value.</param>
    public Axis(IEnumerable<decimal> values, decimal top, decimal bottom, bool fromZero)
    {
        (this.top, this.bottom) = (top, bottom);
        var all = values.DefaultIfEmpty(0).ToList();
        var (least, most) = (all.Min(), all.Max());
        if (fromZero || least > 0 && least < (most - least) * 2) least = Math.Min(0, least);
        if (most == least) most = least + 1;
        var step = Round((most - least) / 3);
        Low = Math.Floor(least / step) * step;
        High = Math.Ceiling(most / step) * step;
        var ticks = new List<decimal>();
        for (var tick = Low; tick <= High; tick += step) ticks.Add(tick);
        Ticks = ticks;
    }

    /// <summary>Where it begins.</summary>
    public decimal Low { get; }

    /// <summary>Where it ends.</summary>
    public decimal High { get; }

    public IReadOnlyList<decimal> Ticks { get; }

    public decimal At(decimal value) => bottom - (value - Low) / (High - Low) * (bottom - top);

    /// <summary>The stretches of one name from its beginning to its end, as fine as can be seen.</summary>
    /// <param name="nameOf">Null: the value has no name.</param>
    public IReadOnlyList<AxisBand> Bands(Func<decimal, string?> nameOf)
    {
        var found = new List<AxisBand>();
        var step = (High - Low) / BandSteps;
        for (var i = 0; i < BandSteps; i++)
        {
            // The middle of a step: a band that ends with a round figure ends there.
            if (nameOf(Low + (step * i) + (step / 2)) is not { } name) continue;
            var (from, to) = (Low + (step * i), Low + (step * (i + 1)));
            if (found.Count > 0 && found[^1].Name == name && found[^1].To == from) found[^1] = found[^1] with { To = to };
            else found.Add(new AxisBand(name, from, to));
        }
        return found;
    }

    /// <summary>For an attribute.</summary>
    public static string Text(decimal coordinate) => Math.Round(coordinate, 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>The next of 1, 2, 2.5, 5 times a power of ten.</summary>
    private static decimal Round(decimal step)
    {
        var unit = 1m;
        while (unit * 10 <= step) unit *= 10;
        while (unit > step) unit /= 10;
        foreach (var times in new[] { 1m, 2m, 2.5m, 5m })
            if (unit * times >= step) return unit * times;
        return unit * 10;
    }
}
