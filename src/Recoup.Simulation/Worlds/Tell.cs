using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Simulation.Worlds;

/// <summary>Makes inputs by the one table of kinds, so that a simulated fact is checked and digested as any other.</summary>
internal static class Tell
{
    /// <summary>One input of a kind, by the names of the contract.</summary>
    /// <param name="actor">Who tells: the ledger, the bank, the customer, an agent.</param>
    /// <param name="fields">A null is left out. Amounts are given as <see cref="Money"/>, which fills amount and currency.</param>
    public static Input Of(string kind, string key, string actor, params ReadOnlySpan<(string Field, object? Value)> fields)
    {
        var draft = new InputDraft(InputKinds.Of(kind));
        draft.Set(draft.Kind.Ordinal("key"), (object)key);
        foreach (var (field, value) in fields)
        {
            if (value is Money money)
            {
                draft.Set(draft.Kind.Ordinal(field), (object)money.Major);
                draft.Set(draft.Kind.Ordinal("currency"), (object)money.Currency.Code);
            }
            else if (value is not null) draft.Set(draft.Kind.Ordinal(field), value);
        }
        var problems = new List<InputProblem>();
        var input = draft.Kind.Build(draft, actor, problems);
        Invariant.Holds(input is not null, $"a world tells what can be told: {kind} {key}: {string.Join("; ", problems)}");
        return input;
    }

    public static Money Amount(long minor, string currency) => new(minor, Currency.Of(currency));
}
