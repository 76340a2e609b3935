using System.Collections.Frozen;
using Recoup.Core.Foundation;

namespace Recoup.Core.Policies;

/// <summary>
/// What amounts are worth to a policy, so that one threshold holds for all currencies: so much of each currency for one of
/// the unit, as of a day and by a source that the file names. Good enough to tell much from little; no money is converted by it.
/// </summary>
public sealed class Worth
{
    private readonly FrozenDictionary<string, decimal> perUnit;

    private Worth(Currency unit, DateOnly asOf, string source, FrozenDictionary<string, decimal> perUnit)
    {
        (Unit, AsOf, Source) = (unit, asOf, source);
        this.perUnit = perUnit;
    }

    /// <summary>The currency in which the policy's amounts are written.</summary>
    public Currency Unit { get; }

    /// <summary>The day of the rates.</summary>
    public DateOnly AsOf { get; }

    /// <summary>Where they are from.</summary>
    public string Source { get; }

    /// <summary>Every currency that is listed, the unit included.</summary>
    public IEnumerable<string> Currencies => perUnit.Keys.Order(StringComparer.Ordinal);

    /// <summary>So much of the currency is worth one of the unit; null: it is not listed, and nobody can tell much of it from little.</summary>
    public decimal? PerUnit(string currency) => perUnit.TryGetValue(currency, out var rate) ? rate : null;

    /// <summary>What it rests on, for people.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"amounts are in {Unit}, by what {perUnit.Count} currencies were worth on {AsOf:yyyy-MM-dd} ({Source})");

    /// <summary>Null: the policy has no such table.</summary>
    public static Worth? Parse(YamlMap root)
    {
        if (root.MapOrNull("worth") is not { } map) return null;
        var unitText = map.Text("unit");
        if (!Currency.TryOf(unitText, out var unit)) throw map.Wrong("unit", $"'{unitText}' is no ISO 4217 currency code");
        var asOf = map.DateOrNull("as_of") ?? throw map.Wrong("as_of is missing: the day of the rates, YYYY-MM-DD");
        var source = map.Text("source");
        var rates = map.MapOrNull("per_unit") ?? throw map.Wrong($"per_unit is missing: so much of each currency is worth one {unit}");
        var perUnit = new Dictionary<string, decimal>(StringComparer.Ordinal) { [unit.Code] = 1 };
        foreach (var code in rates.Fields.ToList())
        {
            if (!Currency.TryOf(code, out _)) throw rates.Wrong(code, $"'{code}' is no ISO 4217 currency code");
            var rate = rates.NumberOrNull(code);
            if (rate is not > 0) throw rates.Wrong(code, $"{code} takes a number above 0: so much of it is worth one {unit}");
            if (code == unit.Code && rate != 1) throw rates.Wrong(code, $"{code} is the unit, so one is worth one");
            perUnit[code] = rate.Value;
        }
        rates.Done();
        map.Done();
        return new Worth(unit, asOf, source, perUnit.ToFrozenDictionary(StringComparer.Ordinal));
    }
}
