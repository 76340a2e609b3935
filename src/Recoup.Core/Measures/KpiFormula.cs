using Recoup.Core.Foundation;

namespace Recoup.Core.Measures;

/// <summary>On whose inputs a KPI is computed.</summary>
public enum KpiBasis
{
    /// <summary>Those of its file.</summary>
    Own,

    /// <summary>Those of the Credit Research Foundation: receivables less unapplied cash and credit, sales with everything that was charged.</summary>
    Crf,
}

/// <summary>A formula as a file has it: a numerator and a denominator, or a value.</summary>
internal sealed record KpiFormula(Expression<KpiScope>? Numerator, Expression<KpiScope>? Denominator, Expression<KpiScope>? Times,
    Expression<KpiScope>? Value, bool PartsAreAmounts)
{
    /// <summary>That of a KPI that waits for what nobody can tell yet.</summary>
    public static readonly KpiFormula None = new(null, null, null, null, false);

    private static Symbols<KpiScope> SymbolsOf(KpiWindow window, bool hasBucket) =>
        hasBucket ? KpiVocabulary.OfBucket : window.Kind == KpiWindowKind.Point ? KpiVocabulary.OfPoint : KpiVocabulary.OfWindow;

    /// <summary>Reads the field <c>formula</c>.</summary>
    public static KpiFormula Parse(YamlMap root, KpiWindow window, bool hasBucket)
    {
        var symbols = SymbolsOf(window, hasBucket);
        var formula = root.Map("formula");
        var numerator = formula.ExpressionOrNull("numerator", symbols, ValueKind.Number);
        var denominator = formula.ExpressionOrNull("denominator", symbols, ValueKind.Number);
        var times = formula.ExpressionOrNull("times", symbols, ValueKind.Number);
        var value = formula.ExpressionOrNull("value", symbols, ValueKind.Number);
        var parts = formula.TextOrNull("parts") is null ? null : formula.Choice("parts", null, "amounts", "counts");
        if (formula.IsSound)
        {
            if ((numerator is null) != (denominator is null)) formula.Report("numerator and denominator go together");
            else if ((numerator is null) == (value is null)) formula.Report("a formula is a numerator and a denominator, or a value");
            else if (numerator is null && (times is not null || parts is not null)) formula.Report("times and parts belong to a numerator and a denominator");
        }
        formula.Done();
        return new KpiFormula(numerator, denominator, times, value,
            parts is null ? KpiNeeds.Of([numerator, denominator, times, value], null).HasMoney : parts == "amounts");
    }

    /// <summary>Reads the field <c>details</c>.</summary>
    public static List<KpiDetailDefinition> DetailsOf(YamlMap root, KpiWindow window, bool hasBucket)
    {
        var details = new List<KpiDetailDefinition>();
        foreach (var map in root.Maps("details"))
        {
            var code = map.Expression("value", SymbolsOf(window, hasBucket), ValueKind.Number);
            details.Add(new KpiDetailDefinition(KpiDefinition.Filled(map, "name"), KpiDefinition.UnitOf(map), code.Text) { Code = code });
            if (!KpiDefinition.IdForm().IsMatch(details[^1].Name))
                map.Report("name", $"name is lower-case words joined by underscores, not '{details[^1].Name}'");
            if (details.SkipLast(1).Any(d => d.Name == details[^1].Name)) map.Report("name", $"detail '{details[^1].Name}' stands twice");
            map.Done();
        }
        return details;
    }
}
