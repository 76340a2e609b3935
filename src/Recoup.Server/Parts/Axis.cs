using System.Globalization;

namespace Recoup.Server.Parts;

/// <summary>A value of a chart; null: no value on that day.</summary>
public sealed record ChartPoint(DateOnly Day, decimal? Value);

/// <summary>Where values lie on a chart's height, and the round figures beside it.</summary>
public sealed class Axis
{
    private readonly decimal low, high;
    private readonly decimal top, bottom;

    /// <param name="top">Of the drawing, from above.</param>
    /// <param name="bottom">Of the drawing; the greater.</param>
    /// <param name="fromZero">A bar begins at zero; a line may begin near its least value.</param>
    public Axis(IEnumerable<decimal> values, decimal top, decimal bottom, bool fromZero)
    {
        (this.top, this.bottom) = (top, bottom);
        var all = values.DefaultIfEmpty(0).ToList();
        var (least, most) = (all.Min(), all.Max());
        if (fromZero || least > 0 && least < (most - least) * 2) least = Math.Min(0, least);
        if (most == least) most = least + 1;
        var step = Round((most - least) / 3);
        low = Math.Floor(least / step) * step;
        high = Math.Ceiling(most / step) * step;
        var ticks = new List<decimal>();
        for (var tick = low; tick <= high; tick += step) ticks.Add(tick);
        Ticks = ticks;
    }

    public IReadOnlyList<decimal> Ticks { get; }

    public decimal At(decimal value) => bottom - (value - low) / (high - low) * (bottom - top);

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
