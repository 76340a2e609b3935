using System.Globalization;
using System.Text.Json;
using Recoup.Core.Cells;
using Recoup.Core.Receivables;

namespace Recoup.Core.Measures;

/// <summary>A figure beside the value; null: no value.</summary>
public sealed record KpiDetail(string Name, KpiUnit Unit, decimal? Value);

/// <summary>What a row is about in one dimension; null: not known.</summary>
public sealed record KpiSplit(Dimension Dimension, string? Value);

/// <summary>Where a KPI should be.</summary>
/// <param name="Value">Null: nowhere.</param>
/// <param name="Owner">Who sees to it; null: nobody was named.</param>
/// <param name="Portfolio">Whose targets were looked at; null: those of all.</param>
public readonly record struct KpiTarget(decimal? Value, string? Owner, string? Portfolio);

/// <summary>A KPI's value for one group as of one day.</summary>
public sealed record KpiRow
{
    public required string Kpi { get; init; }

    /// <summary>On whose inputs it is computed.</summary>
    public KpiBasis Basis { get; init; }

    public required DateOnly AsOf { get; init; }

    /// <summary>The window's first day; where a KPI counts back, the first day of the earliest month it needed.</summary>
    public required DateOnly From { get; init; }

    /// <summary>Null for a KPI without money, and where there is no data at all.</summary>
    public required string? Currency { get; init; }

    /// <summary>Null unless asked for by portfolio.</summary>
    public string? Portfolio { get; init; }

    /// <summary>Null unless asked for by segment.</summary>
    public string? Segment { get; init; }

    /// <summary>The values of the other dimensions asked for, in that order.</summary>
    public IReadOnlyList<KpiSplit> Own { get; init; } = [];

    /// <summary>What the row is about in a dimension that was asked for; null: not known, or not asked for.</summary>
    public string? Of(Dimension dimension) => dimension == Dimension.Portfolio ? Portfolio
        : dimension == Dimension.Segment ? Segment
        : Own.FirstOrDefault(s => s.Dimension == dimension)?.Value;

    /// <summary>For a KPI with a row for each ageing bucket; see <see cref="Ageing.BucketNames"/>.</summary>
    public string? FromBucket { get; init; }

    /// <summary>The bucket after <see cref="FromBucket"/>; null for the last.</summary>
    public string? ToBucket { get; init; }

    /// <summary>Null: no value, for the reason that <see cref="NoValue"/> says. An amount is in major units.</summary>
    public required decimal? Value { get; init; }

    /// <summary>Why a row has no value that stands for no group, as there is none.</summary>
    public const string NothingRecorded = "nothing of what it reads was recorded";

    /// <summary>Why there is no value, for people; null where there is one.</summary>
    public string? NoValue { get; init; }

    public required KpiUnit Unit { get; init; }

    /// <summary>In major units where <see cref="PartsAreAmounts"/>.</summary>
    public decimal? Numerator { get; init; }

    public decimal? Denominator { get; init; }

    /// <summary>What the quotient of both is multiplied by; null: there is no quotient.</summary>
    internal decimal? Times { get; init; }

    /// <summary>What the formula comes to, also where that is none that a figure can be; null: nothing.</summary>
    internal decimal? Figure { get; init; }

    public bool PartsAreAmounts { get; init; }

    /// <summary>The row is of a rate that has an interval; see <see cref="Low"/>.</summary>
    public bool HasInterval { get; init; }

    /// <summary>The lower end of the rate's interval at 95%, in the unit of the value; null: there is none, as of nothing.</summary>
    public decimal? Low { get; init; }

    /// <summary>Its upper end, likewise.</summary>
    public decimal? High { get; init; }

    public string? Band { get; init; }

    /// <summary>In force on the as-of day for what the row is about: one that was told, else the KPI file's.</summary>
    public decimal? Target { get; init; }

    /// <summary>Who sees to the target; null: nobody was named.</summary>
    public string? TargetOwner { get; init; }

    /// <summary>The portfolio whose targets it is held to: the one that the row is of, be it asked for or the only one there is. Null: those of all.</summary>
    public string? HeldTo { get; init; }

    /// <summary>Whether the value is at the target or on the better side of it; null without a value or a target.</summary>
    public bool? TargetMet { get; init; }

    /// <summary>How far from the target a value is that does not meet it, in the KPI's unit.</summary>
    public decimal? MissedBy => TargetMet == false ? Math.Abs(Value!.Value - Target!.Value) : null;

    /// <summary>What the KPI reads begins after the window's first day, or ends a count back too early.</summary>
    public required bool Partial { get; init; }

    /// <summary>Set by a count back: history ended first, and the true value is this or more.</summary>
    public bool? AtLeast { get; init; }

    public IReadOnlyList<KpiDetail> Details { get; init; } = [];

    /// <summary>A row of the contract: amounts are decimal strings in major units, ratios and days numbers to six places.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("kpi", Kpi);
        if (Basis == KpiBasis.Crf) json.WriteString("basis", "crf");
        json.WriteString("as_of", Day(AsOf));
        json.WriteString("from", Day(From));
        json.WriteString("currency", Currency);
        if (Portfolio is not null) json.WriteString("portfolio", Portfolio);
        if (Segment is not null) json.WriteString("segment", Segment);
        foreach (var split in Own) json.WriteString(split.Dimension.Name, split.Value);
        if (FromBucket is not null)
        {
            json.WriteString("from_bucket", FromBucket);
            json.WriteString("to_bucket", ToBucket);
        }
        Write(json, "value", Value, Unit == KpiUnit.Amount);
        if (NoValue is not null) json.WriteString("no_value", NoValue);
        json.WriteString("unit", NameOf(Unit));
        Write(json, "numerator", Numerator, PartsAreAmounts);
        Write(json, "denominator", Denominator, PartsAreAmounts);
        if (HasInterval)
        {
            Write(json, "low", Low, amount: false);
            Write(json, "high", High, amount: false);
        }
        json.WriteString("band", Band);
        Write(json, "target", Target, amount: false);
        if (Target is not null)
        {
            json.WriteString("target_owner", TargetOwner);
            if (TargetMet is { } met) json.WriteBoolean("target_met", met); else json.WriteNull("target_met");
            Write(json, "missed_by", MissedBy, amount: false);
        }
        json.WriteBoolean("partial", Partial);
        if (AtLeast is { } atLeast) json.WriteBoolean("at_least", atLeast);
        if (Details.Count > 0)
        {
            json.WriteStartObject("details");
            foreach (var detail in Details) Write(json, detail.Name, detail.Value, detail.Unit == KpiUnit.Amount);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    public static string NameOf(KpiUnit unit) => unit switch
    {
        KpiUnit.Percent => "percent",
        KpiUnit.Days => "days",
        KpiUnit.Ratio => "ratio",
        KpiUnit.Count => "count",
        _ => "amount",
    };

    /// <summary>The text of a figure as tables show it: an amount with its currency's digits, anything else to six places; null for no value.</summary>
    public string? Text(decimal? figure, bool amount) => figure switch
    {
        null => null,
        { } f when amount && Currency is { } currency => f.ToString("F" + Foundation.Currency.Of(currency).Digits.ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture),
        { } f => Rounded(f).ToString("0.######", CultureInfo.InvariantCulture),
    };

    private void Write(Utf8JsonWriter json, string name, decimal? figure, bool amount)
    {
        if (figure is not { } f) json.WriteNull(name);
        else if (amount) json.WriteString(name, Text(f, amount: true));
        else json.WriteNumber(name, Rounded(f));
    }

    private static decimal Rounded(decimal figure)
    {
        const int places = 6;
        // Dividing by one with all its places drops trailing zeros.
        return Math.Round(figure, places, MidpointRounding.AwayFromZero) / 1.0000000000000000000000000000m;
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
