using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Recoup.Core.Foundation;

/// <summary>
/// The one expression language, of policies and of KPI formulas alike.
/// <code>
/// literals     10   0.5   "text"   'text'   2026-03-01   date("2026-03-01")   true   false
///              a quote inside text is doubled: "say ""please"""
/// names        snake_case, with dots: segment, account.days_past_due
/// operators    loosest first: or | and | not | = == != &lt;&gt; &lt; &lt;= &gt; &gt;= in, not in | + - | * / | unary minus
///              + - * / group from the left; comparisons do not chain
/// functions    min max abs round floor ceil mean coalesce if has_value lower starts_with
///              days_between year month day weekday, and what the symbols add
/// </code>
/// Kinds are checked when compiling: Number, Text, Date, Boolean, and none turns into another. Date - date is a number
/// of days, date + or - number is a date. Text compares by ordinal, case counts, and it has no order. Four digits, two
/// and two with hyphens and no spaces are always a date: write 2026 - 03 - 01 to subtract.
/// <para>
/// No value. A name may have none. Arithmetic and functions on no value give none, and so do division by zero, a result
/// beyond decimal's range (about 7.9e28), a date out of the years 1 to 9999 and a date moved by a fraction of a day.
/// A comparison with no value is false, and so <c>a = b</c> and <c>a != b</c> are both false when either is missing;
/// <c>in</c> is any of its <c>=</c>, <c>not in</c> is all of its <c>!=</c>, and <c>starts_with</c> is a comparison too.
/// <c>and</c>, <c>or</c>, <c>not</c> and the condition of <c>if</c> take no value as false, so <c>not (a = b)</c> is
/// true when either is missing. <c>has_value</c> asks; <c>coalesce</c> gives its first argument with a value.
/// </para>
/// </summary>
public static class Expression
{
    /// <summary>Longer texts are refused. In UTF-16 units.</summary>
    public const int TextLengthMax = 10_000;

    /// <summary>Parentheses, calls, lists and prefix operators inside one another; deeper texts are refused.</summary>
    public const int NestingMax = 100;

    /// <summary>Throws <see cref="ExpressionException"/> when the text does not compile.</summary>
    /// <param name="text">May span lines.</param>
    /// <param name="symbols">What names mean.</param>
    /// <param name="expected">When given, an expression of another kind is refused.</param>
    public static Expression<TScope> Compile<TScope>(
        string text, Symbols<TScope> symbols, ValueKind? expected = null)
    {
        var syntax = ExpressionParser.Parse(text);
        var binder = new ExpressionBinder<TScope>(text, symbols);
        var code = expected is { } kind ? binder.Expect(syntax, kind, "the expression") : binder.Bind(syntax);
        return new Expression<TScope>(text, code, binder.Names.ToFrozenSet(StringComparer.Ordinal),
            binder.Functions.ToFrozenSet(StringComparer.Ordinal));
    }

    public static bool TryCompile<TScope>(
        string text,
        Symbols<TScope> symbols,
        [NotNullWhen(true)] out Expression<TScope>? expression,
        [NotNullWhen(false)] out ExpressionError? error) =>
        TryCompile(text, symbols, expected: null, out expression, out error);

    public static bool TryCompile<TScope>(
        string text,
        Symbols<TScope> symbols,
        ValueKind? expected,
        [NotNullWhen(true)] out Expression<TScope>? expression,
        [NotNullWhen(false)] out ExpressionError? error)
    {
        try
        {
            (expression, error) = (Compile(text, symbols, expected), null);
            return true;
        }
        catch (ExpressionException refused)
        {
            (expression, error) = (null, refused.Error);
            return false;
        }
    }
}

/// <summary>
/// Compiled, immutable and safe to evaluate from many threads. Evaluation allocates nothing, but for <c>lower</c> and the
/// arrays of <see cref="Symbols{TScope}.Function"/>.
/// </summary>
public sealed class Expression<TScope>
{
    private readonly Code<TScope> _code;
    private readonly Func<TScope, Maybe<decimal>>? _number;
    private readonly Func<TScope, Maybe<bool>>? _truth;

    internal Expression(string text, Code<TScope> code, IReadOnlySet<string> names, IReadOnlySet<string> functions)
    {
        Text = text;
        Names = names;
        Functions = functions;
        _code = code;
        _number = (code as Code<TScope, decimal>)?.Read;
        _truth = (code as Code<TScope, bool>)?.Read;
    }

    public string Text { get; }

    public ValueKind Kind => _code.Kind;

    /// <summary>The names that occur, as values or as arguments of a name function; functions are not among them.</summary>
    public IReadOnlySet<string> Names { get; }

    /// <summary>The functions of its symbols that it calls; those that every expression has are not among them.</summary>
    public IReadOnlySet<string> Functions { get; }

    public Value Evaluate(TScope scope) => _code.Evaluate(scope);

    /// <summary>No value is false. Throws <see cref="InvalidOperationException"/> unless Kind is Boolean.</summary>
    public bool IsTrue(TScope scope) => (_truth ?? throw NotA(ValueKind.Boolean))(scope).IsTrue();

    /// <summary>Null is no value. Throws <see cref="InvalidOperationException"/> unless Kind is Number.</summary>
    public decimal? Number(TScope scope) => (_number ?? throw NotA(ValueKind.Number))(scope).OrNull();

    public override string ToString() => Text;

    private InvalidOperationException NotA(ValueKind asked) => new($"Asked for {asked} of a {Kind} expression: {Text}");
}

/// <summary>Why a text does not compile.</summary>
/// <param name="Message">What is wrong, where, and how to mend it.</param>
/// <param name="Position">Where in the whole text, counted from 1; one past the end when something is missing there.</param>
/// <param name="Text">The text refused.</param>
public sealed record ExpressionError(string Message, int Position, string Text)
{
    internal static ExpressionError At(int position, string what, string text)
    {
        var (line, column, _) = Locate(text, position);
        var where = text.Contains('\n', StringComparison.Ordinal)
            ? $"line {line}, column {column}"
            : $"column {column}";
        return new ExpressionError($"{where}: {what}", position, text);
    }

    /// <summary>The message, then the line at fault with a caret under the place.</summary>
    public override string ToString()
    {
        // So much of a long line either side of the caret still fits a terminal.
        const int around = 50;
        var (_, column, line) = Locate(Text, Position);
        var from = Math.Max(0, column - 1 - around);
        var to = Math.Min(line.Length, column - 1 + around);
        var shown = (from > 0 ? "…" : "") + line[from..to] + (to < line.Length ? "…" : "");
        // Tabs stay tabs, so that the caret stands below its character.
        var indent = (from > 0 ? " " : "") + string.Concat(line[from..(column - 1)].Select(c => c == '\t' ? c : ' '));
        return $"{Message}\n  {shown}\n  {indent}^";
    }

    private static (int Line, int Column, string Text) Locate(string text, int position)
    {
        var at = Math.Clamp(position - 1, 0, text.Length);
        var start = at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;
        var end = text.IndexOf('\n', at);
        var line = text[start..(end < 0 ? text.Length : end)];
        return (text.AsSpan(0, start).Count('\n') + 1, at - start + 1, line);
    }
}

/// <summary>What is wrong with an expression, and where in its text.</summary>
public sealed class ExpressionException(ExpressionError error) : Exception(error.ToString())
{
    internal ExpressionException(int position, string what, string text)
        : this(ExpressionError.At(position, what, text))
    {
    }

    public ExpressionError Error { get; } = error;
}
