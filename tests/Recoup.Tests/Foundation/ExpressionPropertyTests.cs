using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Recoup.Core.Foundation;

namespace Recoup.Tests.Foundation;

/// <summary>Random expressions against a second, plainest possible reading of them.</summary>
public sealed class ExpressionPropertyTests
{
    public abstract record Tree
    {
        public sealed record Number(decimal Value) : Tree;

        public sealed record Name(string Text) : Tree;

        public sealed record Minus(Tree Operand) : Tree;

        public sealed record Not(Tree Operand) : Tree;

        /// <summary>Arithmetic, a comparison, "and" or "or".</summary>
        public sealed record Binary(string Operator, Tree Left, Tree Right) : Tree;

        public sealed record If(Tree Condition, Tree Then, Tree Else) : Tree;

        public sealed record Coalesce(Tree First, Tree Second) : Tree;
    }

    public sealed record Scope(decimal? A, decimal? B);

    private static readonly Symbols<Scope> _symbols = new Symbols<Scope>().Number("a", s => s.A).Number("b", s => s.B);

    [Fact]
    public void Printing_then_parsing_gives_the_tree_again() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Trees(), tree => OfSyntax(ExpressionParser.Parse(Print(tree))) == tree));

    [Fact]
    public void Evaluation_agrees_with_the_plain_reading() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5000),
        Prop.ForAll(Trees(), Scopes(), (tree, scope) =>
            Expression.Compile(Print(tree), _symbols, ValueKind.Number).Number(scope) == Plain(tree, scope)));

    [Fact]
    public void The_trees_reach_values_no_values_overflow_and_division_by_zero()
    {
        // Otherwise the property above could pass on nothing but "no value".
        var results = Gen.Sample(Trees().Generator.Zip(Scopes().Generator), 500, 50)
            .Select(pair => Plain(pair.Item1, pair.Item2)).ToArray();
        results.Count(r => r is null).ShouldBeGreaterThan(50);
        results.Count(r => r is not null and not 0).ShouldBeGreaterThan(50);
    }

    [Fact]
    public void Any_text_compiles_or_is_refused_at_a_place_within_it() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5000),
        Prop.ForAll(
            Gen.Elements("a", "b", "c", "1", "0.5", "2026-03-01", "'x'", "\"", "(", ")", ",", "+", "-", "*", "/", "=", "<", "!", "not ",
                    " and ", " or ", " in ", "min", "if", "coalesce", "date", "true", " ", "\n", "é", ".")
                .ListOf().Select(parts => string.Concat(parts)).ToArbitrary(),
            text => Expression.TryCompile(text, _symbols, out _, out var error)
                || (error.Position >= 1 && error.Position <= text.Length + 1 && error.ToString().Contains('^', StringComparison.Ordinal))));

    private static Arbitrary<Tree> Trees() => Arb.From(Gen.Sized(size => Numeric(Math.Min(size, 40))), Smaller);

    private static Arbitrary<Scope> Scopes() =>
        (from a in Operands() from b in Operands() select new Scope(a, b)).ToArbitrary();

    private static Gen<decimal?> Operands() => Gen.OneOf(
        Gen.Constant<decimal?>(null),
        Gen.Choose(-20, 20).Select(n => (decimal?)n),
        Gen.Choose(-9999, 9999).Select(n => (decimal?)n / 100),
        Gen.Elements<decimal?>(decimal.MaxValue, decimal.MinValue, 1e-28m));

    private static Gen<Tree> Numeric(int size)
    {
        var leaf = Gen.Frequency(
            (4, Gen.Choose(0, 9).Select(n => (Tree)new Tree.Number(n))),
            (2, Gen.Choose(0, 99999).Select(n => (Tree)new Tree.Number(n / 1000m))),
            (1, Gen.Constant((Tree)new Tree.Number(9999999999999999999999999999m))),
            (4, Gen.Elements("a", "b").Select(n => (Tree)new Tree.Name(n))));
        if (size <= 1) return leaf;
        var half = Numeric(size / 2);
        return Gen.Frequency(
            (1, leaf),
            (6, Binary(["+", "-", "*", "/"], half)),
            (1, half.Select(t => (Tree)new Tree.Minus(t))),
            (1, from c in Truth(size / 2) from t in half from e in half select (Tree)new Tree.If(c, t, e)),
            (1, from x in half from y in half select (Tree)new Tree.Coalesce(x, y)));
    }

    private static Gen<Tree> Truth(int size)
    {
        var comparison = Binary(["=", "!=", "<", "<=", ">", ">="], Numeric(size / 2));
        return size <= 1
            ? comparison
            : Gen.Frequency(
                (2, comparison),
                (3, Binary(["and", "or"], Truth(size / 2))),
                (1, Truth(size / 2).Select(t => (Tree)new Tree.Not(t))));
    }

    private static Gen<Tree> Binary(string[] operators, Gen<Tree> operands) =>
        from op in Gen.Elements(operators)
        from left in operands
        from right in operands
        select (Tree)new Tree.Binary(op, left, right);

    // Only to other numbers, so that a smaller tree is still a number.
    private static IEnumerable<Tree> Smaller(Tree tree) => tree switch
    {
        Tree.Minus(var operand) => [operand, .. Smaller(operand).Select(o => new Tree.Minus(o))],
        Tree.Binary(var op, var left, var right) =>
        [
            left, right, .. Smaller(left).Select(l => new Tree.Binary(op, l, right)), .. Smaller(right).Select(r => new Tree.Binary(op, left, r)),
        ],
        Tree.If(_, var then, var otherwise) => [then, otherwise],
        Tree.Coalesce(var first, var second) => [first, second],
        _ => [],
    };

    // With as few parentheses as the grammar needs.
    private static string Print(Tree tree) => tree switch
    {
        Tree.Number(var value) => value.ToString(CultureInfo.InvariantCulture),
        Tree.Name(var text) => text,
        Tree.Minus(var operand) => "-" + Print(operand, 6),
        Tree.Not(var operand) => "not " + Print(operand, 3),
        Tree.Binary(var op, var left, var right) => Level(tree) is var level && level == 3
            ? $"{Print(left, 4)} {op} {Print(right, 4)}"
            : $"{Print(left, level)} {op} {Print(right, level + 1)}",
        Tree.If(var condition, var then, var otherwise) => $"if({Print(condition)}, {Print(then)}, {Print(otherwise)})",
        Tree.Coalesce(var first, var second) => $"coalesce({Print(first)}, {Print(second)})",
        _ => throw new InvalidOperationException(),
    };

    private static string Print(Tree tree, int levelMin) => Level(tree) < levelMin ? $"({Print(tree)})" : Print(tree);

    private static int Level(Tree tree) => tree switch
    {
        Tree.Binary("or", _, _) => 1,
        Tree.Binary("and", _, _) => 2,
        Tree.Not => 3,
        Tree.Binary("+" or "-", _, _) => 4,
        Tree.Binary("*" or "/", _, _) => 5,
        Tree.Binary => 3,
        Tree.Minus => 6,
        _ => 7,
    };

    private static Tree OfSyntax(Syntax syntax) => syntax switch
    {
        Syntax.Literal literal => new Tree.Number(literal.Value.AsNumber),
        Syntax.Name name => new Tree.Name(name.Text),
        Syntax.Minus minus => new Tree.Minus(OfSyntax(minus.Operand)),
        Syntax.Not not => new Tree.Not(OfSyntax(not.Operand)),
        Syntax.Arithmetic chain => chain.Steps.Aggregate(
            OfSyntax(chain.First), (left, step) => new Tree.Binary($"{step.Operator}", left, OfSyntax(step.Operand))),
        Syntax.Comparison c => new Tree.Binary(c.Operator, OfSyntax(c.Left), OfSyntax(c.Right)),
        Syntax.Junction junction => junction.Parts.Select(OfSyntax).Aggregate(
            (left, right) => new Tree.Binary(junction.Every ? "and" : "or", left, right)),
        Syntax.Call { Function: "if", Arguments: var a } => new Tree.If(OfSyntax(a[0]), OfSyntax(a[1]), OfSyntax(a[2])),
        Syntax.Call { Arguments: var a } => new Tree.Coalesce(OfSyntax(a[0]), OfSyntax(a[1])),
        _ => throw new InvalidOperationException(),
    };

    private static decimal? Plain(Tree tree, Scope scope)
    {
        switch (tree)
        {
            case Tree.Number(var value):
                return value;
            case Tree.Name(var text):
                return text == "a" ? scope.A : scope.B;
            case Tree.Minus(var operand):
                return -Plain(operand, scope);
            case Tree.If(var condition, var then, var otherwise):
                return Plain(PlainTruth(condition, scope) ? then : otherwise, scope);
            case Tree.Coalesce(var first, var second):
                return Plain(first, scope) ?? Plain(second, scope);
            case Tree.Binary(var op, var l, var r):
                var (left, right) = (Plain(l, scope), Plain(r, scope));
                try
                {
                    return op switch { "+" => left + right, "-" => left - right, "*" => left * right, _ => left / right };
                }
                catch (ArithmeticException)
                {
                    return null;
                }

            default:
                throw new InvalidOperationException();
        }
    }

    private static bool PlainTruth(Tree tree, Scope scope) => tree switch
    {
        Tree.Not(var operand) => !PlainTruth(operand, scope),
        Tree.Binary("and", var l, var r) => PlainTruth(l, scope) & PlainTruth(r, scope),
        Tree.Binary("or", var l, var r) => PlainTruth(l, scope) | PlainTruth(r, scope),
        Tree.Binary(var op, var l, var r) => Plain(l, scope) is { } left && Plain(r, scope) is { } right && op switch
        {
            "=" => left == right,
            "!=" => left != right,
            "<" => left < right,
            "<=" => left <= right,
            ">" => left > right,
            _ => left >= right,
        },
        _ => throw new InvalidOperationException(),
    };
}
