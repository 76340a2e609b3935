using System.Collections.Frozen;

namespace Recoup.Core.Foundation;

/// <summary>A function of the language. Signature is what an error tells a writer to write.</summary>
internal sealed record ExpressionFunction<TScope>(
    string Signature,
    int ArgumentsMin,
    int ArgumentsMax,
    Func<ExpressionBinder<TScope>, Syntax.Call, Code<TScope>> Bind);

/// <summary>
/// The built-in functions, all of them. Unless said here, an argument without a value makes the result have none.
/// <c>date("2026-03-01")</c> is not among them: it is a literal, and the parser's.
/// </summary>
internal static class ExpressionFunctions<TScope>
{
    // A decimal has at most so many places.
    private const int PlacesMax = 28;

    public static FrozenDictionary<string, ExpressionFunction<TScope>> All { get; } =
        new ExpressionFunction<TScope>[]
        {
            // Numbers or dates, all of one kind.
            new("min(a, b, ...)", 1, int.MaxValue, (binder, call) => Extreme(binder, call, -1)),
            new("max(a, b, ...)", 1, int.MaxValue, (binder, call) => Extreme(binder, call, 1)),

            new("abs(x)", 1, 1, (binder, call) => OfNumber(binder, call, Math.Abs)),
            new("floor(x)", 1, 1, (binder, call) => OfNumber(binder, call, decimal.Floor)),
            new("ceil(x)", 1, 1, (binder, call) => OfNumber(binder, call, decimal.Ceiling)),
            // A half goes away from zero, as in commerce: round(2.5, 0) is 3 and round(-2.5, 0) is -3.
            new("round(x, places)", 2, 2, Round),
            new("mean(a, b, ...)", 1, int.MaxValue, Mean),

            // The first argument with a value; of any one kind. Later arguments are not evaluated.
            new("coalesce(a, b, ...)", 1, int.MaxValue, Coalesce),
            // A condition without a value is false. Only the branch taken is evaluated.
            new("if(condition, then, else)", 3, 3, If),
            new("has_value(x)", 1, 1, (binder, call) => binder.Bind(call.Arguments[0]).HasValue()),

            // By the invariant culture.
            new("lower(text)", 1, 1, Lower),
            // By ordinal, case counts. A comparison: false when either has no value.
            new("starts_with(text, prefix)", 2, 2, StartsWith),

            // Positive when d2 is the later: d2 - d1.
            new("days_between(d1, d2)", 2, 2, DaysBetween),
            new("year(date)", 1, 1, (binder, call) => OfDate(binder, call, static d => d.Year)),
            new("month(date)", 1, 1, (binder, call) => OfDate(binder, call, static d => d.Month)),
            new("day(date)", 1, 1, (binder, call) => OfDate(binder, call, static d => d.Day)),
            // ISO 8601: Monday is 1, Sunday is 7.
            new("weekday(date)", 1, 1, (binder, call) => OfDate(binder, call, static d => d.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)d.DayOfWeek)),
        }.ToFrozenDictionary(function => function.Signature[..function.Signature.IndexOf('(', StringComparison.Ordinal)], StringComparer.Ordinal);

    private static Code<TScope> Extreme(ExpressionBinder<TScope> binder, Syntax.Call call, int sign)
    {
        var codes = binder.Alike(call.Arguments, $"each argument of {call.Function}");
        if (codes[0].Kind is ValueKind.Text or ValueKind.Boolean)
        {
            throw binder.Fail(
                call.Arguments[0].Position,
                $"{call.Function} orders numbers or dates, and this is {ExpressionBinder<TScope>.Noun(codes[0].Kind)}");
        }

        return codes[0].Extreme(codes.Skip(1), sign);
    }

    private static Code<TScope> Round(ExpressionBinder<TScope> binder, Syntax.Call call)
    {
        var number = binder.Number(call.Arguments[0], "the first argument of round");
        if (call.Arguments[1] is not Syntax.Literal { Value: { Kind: ValueKind.Number } literal }
            || !decimal.IsInteger(literal.AsNumber) || literal.AsNumber > PlacesMax)
        {
            throw binder.Fail(
                call.Arguments[1].Position, $"round takes its places as a whole number from 0 to {PlacesMax}: round(x, 2)");
        }

        var places = (int)literal.AsNumber;
        return Code<TScope>.Number(s => number(s).Has(out var value)
            ? Math.Round(value, places, MidpointRounding.AwayFromZero)
            : Maybe<decimal>.None);
    }

    private static Code<TScope> Mean(ExpressionBinder<TScope> binder, Syntax.Call call)
    {
        var numbers = call.Arguments.Select(a => binder.Number(a, "each argument of mean")).ToArray();
        return Code<TScope>.Number(s =>
        {
            Maybe<decimal> sum = 0m;
            foreach (var number in numbers)
            {
                if (!sum.Has(out var left) || !number(s).Has(out var right)) return Maybe<decimal>.None;
                sum = Arithmetic.Apply('+', left, right);
            }

            return sum.Has(out var total) ? total / numbers.Length : Maybe<decimal>.None;
        });
    }

    private static Code<TScope> Coalesce(ExpressionBinder<TScope> binder, Syntax.Call call)
    {
        var codes = binder.Alike(call.Arguments, "each argument of coalesce");
        return codes[0].Coalesce(codes.Skip(1));
    }

    private static Code<TScope> If(ExpressionBinder<TScope> binder, Syntax.Call call)
    {
        var condition = binder.Boolean(call.Arguments[0], "the condition of if");
        var then = binder.Bind(call.Arguments[1]);
        return then.If(condition, binder.Expect(call.Arguments[2], then.Kind, "the last argument of if"));
    }

    private static Code<TScope> Lower(ExpressionBinder<TScope> binder, Syntax.Call call)
    {
        var text = binder.Text(call.Arguments[0], "the argument of lower");
        return Code<TScope>.Text(s => text(s).Map(static t => t.ToLowerInvariant()));
    }

    private static Code<TScope> StartsWith(ExpressionBinder<TScope> binder, Syntax.Call call)
    {
        var text = binder.Text(call.Arguments[0], "the first argument of starts_with");
        var prefix = binder.Text(call.Arguments[1], "the second argument of starts_with");
        return Code<TScope>.Boolean(s =>
            text(s).Has(out var whole) && prefix(s).Has(out var head) && whole.StartsWith(head, StringComparison.Ordinal));
    }

    private static Code<TScope> DaysBetween(ExpressionBinder<TScope> binder, Syntax.Call call) =>
        Code<TScope>.Number(ExpressionBinder<TScope>.DaysBetween(
            binder.Date(call.Arguments[0], "the first argument of days_between"),
            binder.Date(call.Arguments[1], "the second argument of days_between")));

    private static Code<TScope> OfNumber(
        ExpressionBinder<TScope> binder, Syntax.Call call, Func<decimal, decimal> function)
    {
        var number = binder.Number(call.Arguments[0], $"the argument of {call.Function}");
        return Code<TScope>.Number(s => number(s).Map(function));
    }

    private static Code<TScope> OfDate(ExpressionBinder<TScope> binder, Syntax.Call call, Func<DateOnly, int> function)
    {
        var date = binder.Date(call.Arguments[0], $"the argument of {call.Function}");
        return Code<TScope>.Number(s => date(s).Has(out var day) ? (decimal)function(day) : Maybe<decimal>.None);
    }
}
