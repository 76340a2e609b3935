using System.Globalization;

namespace Recoup.Bench;

/// <summary>What a figure is counted in. More a second is better; of all else, less.</summary>
internal enum Unit { Seconds, Milliseconds, Microseconds, PerSecond, Megabytes, Times }

/// <summary>What bounds a figure, measured in the same run and in the figure's unit, since the machine's speed drifts.</summary>
internal sealed record Limit(string What, double Value);

/// <summary>What is wanted of a figure, or of its ratio to its limit.</summary>
/// <param name="Bound">The most, or, where more is better, the least.</param>
/// <param name="OfRatio">The ratio is what counts, not the figure.</param>
internal sealed record Goal(string Words, double Bound, bool OfRatio = false)
{
    public static readonly Goal Import = new("<= 5x", 5, OfRatio: true);
    public static readonly Goal Verify = new(">= 500,000/s", 500_000);
    public static readonly Goal Rebuild = new(">= 200,000/s", 200_000);
    public static readonly Goal Run = new(">= 30,000/s (60,000)", 30_000);

    /// <summary>Measuring the same thing twice differs by about this much.</summary>
    public const double Noise = 1.25;

    public static readonly Goal InProportion = new("in proportion, <= 1.25x", Noise, OfRatio: true);
    public static readonly Goal Memory = new("< 1 GiB", 1024);
    public static readonly Goal KpiByHttp = new("< 50 ms", 50);
    public static readonly Goal NoSlower = new("no slower, <= 1.25x", Noise, OfRatio: true);
    public static readonly Goal DecisionsInMemory = new(">= 300,000/s", 300_000);
    public static readonly Goal Ingestion = new(">= 8,000/s", 8_000);
    public static readonly Goal IngestionP99 = new("< 50 ms", 50);
}

/// <summary>One line of a table: a figure, next to what bounds it and what is wanted of it.</summary>
internal sealed record Figure(string What, double Value, Unit Unit)
{
    public Limit? Limit { get; init; }

    public Goal? Goal { get; init; }

    /// <summary>What else is to be known to read the figure, such as of how many.</summary>
    public string Note { get; init; } = "";

    /// <summary>How many times as slow, or as large, as its limit: 1 is at the limit, whichever the unit.</summary>
    public double? Ratio => Limit is not { Value: > 0 } limit || Value <= 0 ? null : Unit == Unit.PerSecond ? limit.Value / Value : Value / limit.Value;

    /// <summary>Null: nothing was wanted, or the ratio that was is not there.</summary>
    public bool? IsMet =>
        Goal is not { } goal ? null
        : goal.OfRatio ? Ratio is { } ratio ? ratio <= goal.Bound : null
        : Unit == Unit.PerSecond ? Value >= goal.Bound : Value < goal.Bound;

    public string ValueText => Text(Value, Unit);

    public string LimitText => Limit is { } limit ? Text(limit.Value, Unit) : "";

    public string RatioText => Ratio is { } ratio ? ratio.ToString(ratio < 0.1 ? "0.000" : ratio < 10 ? "0.00" : "N0", CultureInfo.InvariantCulture) + "x" : "";

    public string MetText => IsMet switch { true => "yes", false => "NO", null => "" };

    private static string Text(double value, Unit unit) => unit switch
    {
        Unit.Seconds => value.ToString(value < 1 ? "0.000" : value < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture) + " s",
        Unit.Milliseconds => value.ToString(value < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture) + " ms",
        Unit.Microseconds => value.ToString("0.0", CultureInfo.InvariantCulture) + " µs",
        Unit.PerSecond => value.ToString("N0", CultureInfo.InvariantCulture) + "/s",
        Unit.Megabytes => value.ToString("N0", CultureInfo.InvariantCulture) + " MiB",
        _ => value.ToString("0.00", CultureInfo.InvariantCulture) + "x",
    };
}
