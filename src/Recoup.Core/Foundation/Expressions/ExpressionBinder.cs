namespace Recoup.Core.Foundation;

/// <summary>Gives names their meaning, checks kinds, and turns syntax into closures typed by kind.</summary>
internal sealed class ExpressionBinder<TScope>(string text, Symbols<TScope> symbols)
{
    // Longer lists help nobody mend a text.
    private const int NamesShownMax = 8;

    private static readonly string[] _wordsForNoValue = ["null", "none", "nil", "missing", "empty"];

    /// <summary>Those met so far.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Of the symbols, those met so far.</summary>
    public HashSet<string> Functions { get; } = new(StringComparer.Ordinal);

    public Code<TScope> Bind(Syntax syntax) => syntax switch
    {
        Syntax.Literal literal => Code<TScope>.Constant(literal.Value),
        Syntax.Name name => Bind(name),
        Syntax.Call call => Bind(call),
        Syntax.Minus minus => Bind(minus),
        Syntax.Not not => Bind(not),
        Syntax.Arithmetic arithmetic => Bind(arithmetic),
        Syntax.Comparison comparison => Bind(comparison),
        Syntax.Membership membership => Bind(membership),
        Syntax.Having having => Bind(having),
        Syntax.Junction junction => Bind(junction),
        _ => throw new InvalidOperationException($"No binding for {syntax.GetType().Name}."),
    };

    /// <summary>Refuses another kind than the one expected; <paramref name="of"/> says whose operand it is.</summary>
    public Code<TScope> Expect(Syntax syntax, ValueKind kind, string of)
    {
        var code = Bind(syntax);
        return code.Kind == kind
            ? code
            : throw Fail(syntax.Position, $"{of} must be {Noun(kind)}, and this is {Noun(code.Kind)}{Hint(code.Kind, kind)}");
    }

    public Func<TScope, Maybe<decimal>> Number(Syntax syntax, string of) =>
        ((Code<TScope, decimal>)Expect(syntax, ValueKind.Number, of)).Read;

    public Func<TScope, Maybe<string>> Text(Syntax syntax, string of) =>
        ((Code<TScope, string>)Expect(syntax, ValueKind.Text, of)).Read;

    public Func<TScope, Maybe<DateOnly>> Date(Syntax syntax, string of) =>
        ((Code<TScope, DateOnly>)Expect(syntax, ValueKind.Date, of)).Read;

    public Func<TScope, Maybe<bool>> Boolean(Syntax syntax, string of) =>
        ((Code<TScope, bool>)Expect(syntax, ValueKind.Boolean, of)).Read;

    /// <summary>All of the kind of the first.</summary>
    public Code<TScope>[] Alike(IReadOnlyList<Syntax> parts, string of)
    {
        var first = Bind(parts[0]);
        return [first, .. parts.Skip(1).Select(part => Expect(part, first.Kind, of))];
    }

    public ExpressionException Fail(int position, string what) => new(position, what, text);

    public static string Noun(ValueKind kind) => kind switch
    {
        ValueKind.Number => "a number",
        ValueKind.Text => "text",
        ValueKind.Date => "a date",
        _ => "true or false",
    };

    private Code<TScope> Bind(Syntax.Name name)
    {
        if (symbols.Find(name.Text, out var code))
        {
            Names.Add(name.Text);
            return code;
        }

        if (symbols.FindSet(name.Text, out _))
            throw Fail(name.Position, $"'{name.Text}' is several words at once: ask for one of them, {name.Text} has \"…\"");
        if (symbols.FindFunction(name.Text, out _) || ExpressionFunctions<TScope>.All.ContainsKey(name.Text))
            throw Fail(name.Position, $"'{name.Text}' is a function: write its arguments in parentheses after it");
        if (_wordsForNoValue.Contains(name.Text.ToLowerInvariant(), StringComparer.Ordinal))
            throw Fail(name.Position, $"there is no '{name.Text}' to compare with: write has_value(x) or not has_value(x)");
        throw Fail(name.Position, $"unknown name '{name.Text}'{Suggest(name.Text, symbols.Names)}");
    }

    private Code<TScope> Bind(Syntax.Call call)
    {
        if (symbols.FindFunction(call.Function, out var own))
        {
            Functions.Add(call.Function);
            return own switch
            {
                SymbolFunction<TScope>.OfName function => Bind(call, function),
                SymbolFunction<TScope>.OfValues function => Bind(call, function),
                _ => throw new InvalidOperationException($"No binding for {own.GetType().Name}."),
            };
        }

        if (ExpressionFunctions<TScope>.All.TryGetValue(call.Function, out var builtin))
        {
            return call.Arguments.Count >= builtin.ArgumentsMin && call.Arguments.Count <= builtin.ArgumentsMax
                ? builtin.Bind(this, call)
                : throw WrongCount(call, builtin.Signature);
        }

        if (symbols.Find(call.Function, out _))
            throw Fail(call.Position, $"'{call.Function}' is a name, not a function: remove the parentheses after it");
        throw Fail(
            call.Position,
            $"unknown function '{call.Function}'"
            + Suggest(call.Function, symbols.FunctionNames.Concat(ExpressionFunctions<TScope>.All.Keys)));
    }

    private Code<TScope> Bind(Syntax.Call call, SymbolFunction<TScope>.OfName function)
    {
        if (call.Arguments.Count != 1) throw WrongCount(call, $"{call.Function}(name)");
        if (call.Arguments[0] is not Syntax.Name argument)
        {
            throw Fail(
                call.Arguments[0].Position,
                $"{call.Function} takes a bare name{Suggest("", function.Allowed)}");
        }

        var name = argument.Text;
        if (!function.Allowed.Contains(name))
            throw Fail(argument.Position, $"{call.Function} knows no '{name}'{Suggest(name, function.Allowed)}");
        Names.Add(name);
        return Code<TScope>.From(function.Result, scope => function.Call(scope, name));
    }

    private Code<TScope> Bind(Syntax.Call call, SymbolFunction<TScope>.OfValues function)
    {
        if (call.Arguments.Count != function.Parameters.Length)
            throw WrongCount(call, $"{call.Function}({string.Join(", ", function.Parameters).ToLowerInvariant()})");
        var arguments = call.Arguments
            .Select((argument, i) => Expect(argument, function.Parameters[i], $"argument {i + 1} of {call.Function}"))
            .ToArray();
        return Code<TScope>.From(function.Result, scope =>
        {
            var values = new Value[arguments.Length];
            for (var i = 0; i < values.Length; i++) values[i] = arguments[i].Evaluate(scope);
            return function.Call(scope, values);
        });
    }

    private Code<TScope, decimal> Bind(Syntax.Minus minus)
    {
        var operand = Number(minus.Operand, "what follows '-'");
        return Code<TScope>.Number(s => operand(s).Map(static v => -v));
    }

    private Code<TScope, bool> Bind(Syntax.Not not)
    {
        var operand = Boolean(not.Operand, "what follows 'not'");
        return Code<TScope>.Boolean(s => !operand(s).IsTrue());
    }

    private Code<TScope, bool> Bind(Syntax.Junction junction)
    {
        var every = junction.Every;
        var of = every ? "each side of 'and'" : "each side of 'or'";
        var parts = junction.Parts.Select(part => Boolean(part, of)).ToArray();
        return Code<TScope>.Boolean(s =>
        {
            foreach (var part in parts)
            {
                if (part(s).IsTrue() != every) return !every;
            }

            return every;
        });
    }

    private Code<TScope, bool> Bind(Syntax.Membership membership)
    {
        var item = Bind(membership.Item);
        var list = membership.List.Select(one => Expect(one, item.Kind, "each value in the list")).ToArray();
        return membership.Negated ? item.NotIn(list) : item.In(list);
    }

    private Code<TScope, bool> Bind(Syntax.Having having)
    {
        if (having.Set is not Syntax.Name name || !symbols.FindSet(name.Text, out var set))
            throw Fail(having.Set.Position, $"only several words at once have one of them: write {symbols.SetNames.FirstOrDefault() ?? "a name of such"} has");
        if (having.Word is not Syntax.Literal { Value: { Kind: ValueKind.Text } literal })
            throw Fail(having.Word.Position, $"what follows 'has' is a word in quotes: {name.Text} has \"…\"");
        var word = literal.AsText;
        if (set.ProblemOf(word) is { } problem) throw Fail(having.Word.Position, $"'{word}' {problem}");
        Names.Add(name.Text);
        return Code<TScope>.Boolean(s => set.Read(s).Contains(word, StringComparer.Ordinal));
    }

    private Code<TScope, bool> Bind(Syntax.Comparison comparison)
    {
        var left = Bind(comparison.Left);
        var right = Bind(comparison.Right);
        if (left.Kind != right.Kind)
        {
            // The side in quotes is the one to mend, when there is one.
            var hint = left.Kind == ValueKind.Text ? Hint(left.Kind, right.Kind) : Hint(right.Kind, left.Kind);
            throw Fail(
                comparison.OperatorPosition, $"cannot compare {Noun(left.Kind)} with {Noun(right.Kind)}{hint}");
        }

        switch (comparison.Operator)
        {
            case "=" or "==":
                return left.EqualTo(right);
            case "!=" or "<>":
                return left.UnequalTo(right);
        }

        if (left.Kind is ValueKind.Text or ValueKind.Boolean)
        {
            throw Fail(
                comparison.OperatorPosition,
                $"'{comparison.Operator}' orders numbers and dates, and this is {Noun(left.Kind)}: use =, != or in");
        }

        return comparison.Operator switch
        {
            "<" => left.Ordered(right, static sign => sign < 0),
            "<=" => left.Ordered(right, static sign => sign <= 0),
            ">" => left.Ordered(right, static sign => sign > 0),
            ">=" => left.Ordered(right, static sign => sign >= 0),
            _ => throw new InvalidOperationException($"No comparison {comparison.Operator}."),
        };
    }

    /// <summary>
    /// A run of numbers becomes one closure. A date at the head is moved by the numbers after it until a date is taken
    /// from it, which makes a number; no number becomes a date again, so this nests three deep at most.
    /// </summary>
    private Code<TScope> Bind(Syntax.Arithmetic chain)
    {
        var head = Bind(chain.First);
        var steps = chain.Steps;
        if (head.Kind == ValueKind.Date)
        {
            var date = ((Code<TScope, DateOnly>)head).Read;
            var moves = new List<Step>();
            for (var i = 0; i < steps.Count; i++)
            {
                var step = steps[i];
                if (step.Operator is not ('+' or '-'))
                    throw Fail(step.OperatorPosition, $"'{step.Operator}' works on numbers, and this is a date");
                var operand = Bind(step.Operand);
                if (operand is Code<TScope, DateOnly> other && step.Operator == '-')
                {
                    var days = DaysBetween(other.Read, Moved(date, [.. moves]));
                    return Numbers(days, steps.Skip(i + 1));
                }

                moves.Add(new Step(step.Operator, Days(step, operand)));
            }

            return Code<TScope>.Date(Moved(date, [.. moves]));
        }

        if (head is not Code<TScope, decimal> number)
        {
            throw Fail(
                steps[0].OperatorPosition,
                $"'{steps[0].Operator}' works on numbers{OrDates(steps[0])}, and this is {Noun(head.Kind)}"
                + Hint(head.Kind, ValueKind.Number));
        }

        return Numbers(number.Read, steps);
    }

    private Code<TScope, decimal> Numbers(Func<TScope, Maybe<decimal>> first, IEnumerable<Syntax.Step> chain)
    {
        var steps = chain.Select(step => new Step(step.Operator, Operand(step))).ToArray();
        if (steps.Length == 0) return Code<TScope>.Number(first);
        return Code<TScope>.Number(s =>
        {
            var total = first(s);
            foreach (var step in steps)
            {
                if (!total.Has(out var left) || !step.Read(s).Has(out var right)) return Maybe<decimal>.None;
                total = Arithmetic.Apply(step.Operator, left, right);
            }

            return total;
        });

        Func<TScope, Maybe<decimal>> Operand(Syntax.Step step)
        {
            var code = Bind(step.Operand);
            if (code is Code<TScope, decimal> number) return number.Read;
            var mend = code.Kind == ValueKind.Date && step.Operator == '+'
                ? ": write the date first, then the days"
                : Hint(code.Kind, ValueKind.Number);
            throw Fail(
                step.OperatorPosition,
                $"cannot apply '{step.Operator}' to a number and {Noun(code.Kind)}{mend}");
        }
    }

    private Func<TScope, Maybe<decimal>> Days(Syntax.Step step, Code<TScope> operand)
    {
        if (step.Operand is Syntax.Literal { Value: { Kind: ValueKind.Number } days } && !decimal.IsInteger(days.AsNumber))
            throw Fail(step.Operand.Position, $"a date moves by whole days, not {days}: round it");
        return operand is Code<TScope, decimal> number
            ? number.Read
            : throw Fail(
                step.OperatorPosition,
                $"cannot apply '{step.Operator}' to a date and {Noun(operand.Kind)}: "
                + (operand.Kind == ValueKind.Date ? "only '-' gives the days between" : "a date moves by a number of days"));
    }

    private static Func<TScope, Maybe<DateOnly>> Moved(Func<TScope, Maybe<DateOnly>> first, Step[] moves) =>
        moves.Length == 0
            ? first
            : s =>
            {
                var date = first(s);
                foreach (var move in moves)
                {
                    if (!date.Has(out var from) || !move.Read(s).Has(out var days)) return Maybe<DateOnly>.None;
                    date = Arithmetic.Move(from, move.Operator == '+' ? days : -days);
                }

                return date;
            };

    public static Func<TScope, Maybe<decimal>> DaysBetween(
        Func<TScope, Maybe<DateOnly>> from, Func<TScope, Maybe<DateOnly>> to) =>
        s => from(s).Has(out var first) && to(s).Has(out var last)
            ? (decimal)(last.DayNumber - first.DayNumber)
            : Maybe<decimal>.None;

    private ExpressionException WrongCount(Syntax.Call call, string signature) =>
        Fail(call.Position, $"wrong number of arguments ({call.Arguments.Count}): write {signature}");

    private static string OrDates(Syntax.Step step) => step.Operator is '+' or '-' ? " and dates" : "";

    private static string Hint(ValueKind found, ValueKind wanted) => (found, wanted) switch
    {
        (ValueKind.Text, ValueKind.Number) => ": write a number without quotes",
        (ValueKind.Text, ValueKind.Date) => ": write a date as 2026-03-01, without quotes",
        (ValueKind.Text, ValueKind.Boolean) => ": compare it, or write true or false without quotes",
        (_, ValueKind.Boolean) => ": compare it with something",
        (_, ValueKind.Text) => ": put text in quotes",
        _ => "",
    };

    private static string Suggest(string word, IEnumerable<string> known)
    {
        if (Spelling.Nearest(word, known) is { } nearest) return $"; did you mean '{nearest}'?";
        var names = known.Order(StringComparer.Ordinal).ToArray();
        return names.Length is 0 or > NamesShownMax ? "" : $"; known: {string.Join(", ", names)}";
    }

    private readonly record struct Step(char Operator, Func<TScope, Maybe<decimal>> Read);
}

/// <summary>The arithmetic itself: what decimal or the calendar cannot hold has no value.</summary>
internal static class Arithmetic
{
    public static Maybe<decimal> Apply(char op, decimal left, decimal right)
    {
        try
        {
            return op switch
            {
                '+' => left + right,
                '-' => left - right,
                '*' => left * right,
                '/' => right == 0 ? Maybe<decimal>.None : left / right,
                _ => throw new InvalidOperationException($"No arithmetic {op}."),
            };
        }
        catch (OverflowException)
        {
            return Maybe<decimal>.None;
        }
    }

    public static Maybe<DateOnly> Move(DateOnly date, decimal days)
    {
        // Compared before adding: the days may be any decimal at all.
        var inRange = days >= -date.DayNumber && days <= DateOnly.MaxValue.DayNumber - date.DayNumber;
        return inRange && decimal.IsInteger(days) ? date.AddDays((int)days) : Maybe<DateOnly>.None;
    }
}
