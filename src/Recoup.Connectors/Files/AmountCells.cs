using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

/// <summary>What can be said of a row's amounts only once its currency is known.</summary>
internal static class AmountCells
{
    /// <summary>
    /// Brings amounts in minor units to major ones, and holds the currency written beside an amount against the row's. False, with problems of
    /// the row, where they differ.
    /// </summary>
    public static bool Settle(MappedRow row, InputDraft draft, IReadOnlyList<FieldPlan> fields)
    {
        Currency? currency = null;
        var looked = false;
        var good = true;
        foreach (var field in fields)
        {
            var sign = field.Source.Amount is { } cell ? row.SignOf(cell) : null;
            if (sign is null && !field.Source.IsMinor) continue;
            if (!looked) (currency, looked) = (CurrencyOf(draft), true);
            // Without a currency the input is refused for that.
            if (currency is null) return good;
            if (sign is not null && !sign.Codes.Contains(currency.Code, StringComparer.Ordinal))
            {
                row.Problems.Add(new InputProblem(field.Source.Column?.Name,
                    $"is written with '{sign.Text}', and the row's currency is {currency.Code}; which of them is right?"));
                good = false;
            }
            if (field.Source.IsMinor) draft.Set(field.Field, ToMajor(draft.Values[field.Field], currency));
        }
        return good;
    }

    private static Currency? CurrencyOf(InputDraft draft) =>
        draft.Kind.Ordinal("currency") is >= 0 and var at && draft.Values[at] is string code ? Currency.Of(code) : null;

    private static object? ToMajor(object? value, Currency currency) => value switch
    {
        decimal minor => minor / currency.MinorPerMajor,
        IReadOnlyList<AllocationDraft> parts => parts.Select(part => part with { Amount = part.Amount / currency.MinorPerMajor }).ToList(),
        _ => value,
    };
}
