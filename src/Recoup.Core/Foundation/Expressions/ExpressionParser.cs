using System.Collections.Frozen;
using System.Globalization;

namespace Recoup.Core.Foundation;

/// <summary>
/// What was written, before names and kinds are looked at. Position is that of the first character, from 1. Chains of
/// operators are lists, not nests, so that a long sum needs no deep stack.
/// </summary>
internal abstract record Syntax(int Position)
{
    public sealed record Literal(int Position, Value Value) : Syntax(Position);

    public sealed record Name(int Position, string Text) : Syntax(Position);

    public sealed record Call(int Position, string Function, IReadOnlyList<Syntax> Arguments) : Syntax(Position);

    public sealed record Minus(int Position, Syntax Operand) : Syntax(Position);

    public sealed record Not(int Position, Syntax Operand) : Syntax(Position);

    /// <summary>Steps are taken from the left; one chain holds + and -, or * and /, never both.</summary>
    public sealed record Arithmetic(Syntax First, IReadOnlyList<Step> Steps) : Syntax(First.Position);

    public sealed record Step(char Operator, int OperatorPosition, Syntax Operand);

    public sealed record Comparison(Syntax Left, string Operator, int OperatorPosition, Syntax Right)
        : Syntax(Left.Position);

    /// <summary>Whether a set has a word: <c>tags has "vip"</c>.</summary>
    public sealed record Having(Syntax Set, Syntax Word) : Syntax(Set.Position);

    public sealed record Membership(Syntax Item, bool Negated, IReadOnlyList<Syntax> List) : Syntax(Item.Position);

    /// <summary><c>and</c> when Every, else <c>or</c>.</summary>
    public sealed record Junction(bool Every, IReadOnlyList<Syntax> Parts) : Syntax(Parts[0].Position);
}

/// <summary>By recursive descent, one method a level of precedence, loosest first.</summary>
internal sealed class ExpressionParser
{
    private static readonly FrozenSet<string> _reserved =
        FrozenSet.Create(StringComparer.Ordinal, "and", "or", "not", "in", "has", "true", "false");

    private readonly string _text;
    private readonly ExpressionLexer _lexer;
    private Token _token;
    private int _nesting;

    private ExpressionParser(string text)
    {
        _text = text;
        _lexer = new ExpressionLexer(text);
        _token = _lexer.Next();
    }

    public static Syntax Parse(string text)
    {
        if (text.Length > Expression.TextLengthMax)
        {
            throw new ExpressionException(
                Expression.TextLengthMax + 1,
                $"the expression has {text.Length} characters; {Expression.TextLengthMax} are allowed: split it",
                text);
        }

        var parser = new ExpressionParser(text);
        if (parser._token.Kind == TokenKind.End) throw parser.Fail("the expression is empty: write one, such as 1 + 1");
        var syntax = parser.Or();
        if (parser._token.Kind != TokenKind.End) throw parser.FailAfterOperand();
        return syntax;
    }

    public static bool IsName(string text) =>
        !_reserved.Contains(text)
        && text.Split('.').All(part =>
            part.Length > 0
            && char.IsAsciiLetterLower(part[0])
            && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'));

    private Syntax Or() => Junction("or", And);

    private Syntax And() => Junction("and", Not);

    private Syntax Junction(string word, Func<Syntax> part)
    {
        var first = part();
        if (!At(word)) return first;
        var parts = new List<Syntax> { first };
        while (Took(word)) parts.Add(part());
        return new Syntax.Junction(word == "and", parts);
    }

    private Syntax Not()
    {
        var position = _token.Position;
        return Took("not") ? new Syntax.Not(position, Nested(position, Not)) : Comparison();
    }

    private Syntax Comparison()
    {
        var left = Sum();
        if (_token.Kind == TokenKind.Mark && _token.Text is "=" or "==" or "!=" or "<>" or "<" or "<=" or ">" or ">=")
        {
            var (op, position) = (_token.Text, _token.Position);
            Take();
            var right = Sum();
            if (_token.Kind == TokenKind.Mark && _token.Text is "=" or "==" or "!=" or "<>" or "<" or "<=" or ">" or ">=")
                throw Fail("comparisons do not chain: write a < b and b < c");
            return new Syntax.Comparison(left, op, position, right);
        }

        if (Took("has")) return new Syntax.Having(left, Sum());
        var negated = Took("not");
        if (!At("in")) return negated ? throw Fail($"expected 'in' after 'not', found {_token}") : left;
        Take();
        if (!At("(")) throw Fail($"expected a list after 'in', such as (1, 2), found {_token}");
        var open = _token.Position;
        var list = List();
        return list.Count > 0
            ? new Syntax.Membership(left, negated, list)
            : throw Fail(open, "the list after 'in' is empty: put at least one value into it");
    }

    private Syntax Sum() => Arithmetic("+", "-", Product);

    private Syntax Product() => Arithmetic("*", "/", Unary);

    private Syntax Arithmetic(string one, string other, Func<Syntax> operand)
    {
        var first = operand();
        List<Syntax.Step>? steps = null;
        while (At(one) || At(other))
        {
            var (op, position) = (_token.Text[0], _token.Position);
            Take();
            (steps ??= []).Add(new Syntax.Step(op, position, operand()));
        }

        return steps is null ? first : new Syntax.Arithmetic(first, steps);
    }

    private Syntax Unary()
    {
        var position = _token.Position;
        return Took("-") ? new Syntax.Minus(position, Nested(position, Unary)) : Primary();
    }

    private Syntax Primary()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Literal:
                Take();
                return new Syntax.Literal(token.Position, token.Value);
            case TokenKind.Word when token.Text is "true" or "false":
                Take();
                return new Syntax.Literal(token.Position, Value.Of(token.Text == "true"));
            case TokenKind.Word when !_reserved.Contains(token.Text):
                Take();
                if (!At("(")) return new Syntax.Name(token.Position, token.Text);
                return token.Text == "date"
                    ? DateOf(token.Position, List())
                    : new Syntax.Call(token.Position, token.Text, List());
            case TokenKind.Word when token.Text == "not":
                throw Fail("'not' binds looser than what stands before it: put it and what follows in parentheses");
            case TokenKind.Mark when token.Text == "(":
                Take();
                var inner = Nested(token.Position, Or);
                if (!At(")")) throw Unclosed(token.Position);
                Take();
                return inner;
            default:
                throw Fail($"expected a value, found {token}");
        }
    }

    /// <summary>From its opening to its closing parenthesis; may be empty, which only a function takes.</summary>
    private List<Syntax> List()
    {
        var open = _token.Position;
        Take();
        var items = new List<Syntax>();
        if (Took(")")) return items;
        do items.Add(Nested(open, Or));
        while (Took(","));
        if (!At(")")) throw Unclosed(open);
        Take();
        return items;
    }

    private Syntax.Literal DateOf(int position, List<Syntax> arguments) =>
        arguments is [Syntax.Literal { Value: { Kind: ValueKind.Text } text } literal]
            ? ExpressionLexer.TryDate(text.AsText, out var date)
                ? new Syntax.Literal(position, Value.Of(date))
                : throw Fail(literal.Position, $"'{text}' is not a date: write a day that exists, as \"2026-03-01\"")
            : throw Fail(position, "date takes one text in quotes: date(\"2026-03-01\")");

    private Syntax Nested(int position, Func<Syntax> parse)
    {
        if (++_nesting > Expression.NestingMax)
            throw Fail(position, $"nested more than {Expression.NestingMax} deep: split the expression");
        var syntax = parse();
        _nesting--;
        return syntax;
    }

    private bool At(string text) => _token.Kind is TokenKind.Word or TokenKind.Mark && _token.Text == text;

    private bool Took(string text)
    {
        if (!At(text)) return false;
        Take();
        return true;
    }

    private void Take() => _token = _lexer.Next();

    private ExpressionException Unclosed(int open) =>
        _token.Kind == TokenKind.End
            ? Fail($"expected ')' to close the '(' at character {open}, found {_token}")
            : FailAfterOperand();

    private ExpressionException FailAfterOperand() => _token switch
    {
        { Kind: TokenKind.Mark, Text: ")" } => Fail("this ')' closes nothing: remove it, or open one before"),
        { Kind: TokenKind.Mark, Text: "," } => Fail("expected an operator, found ',': only arguments and lists have commas"),
        { Kind: TokenKind.Word } when _reserved.TryGetValue(_token.Text.ToLowerInvariant(), out var word)
            => Fail($"expected an operator, found {_token}; did you mean '{word}', in lower case?"),
        _ => Fail($"expected an operator such as + or 'and', found {_token}"),
    };

    private ExpressionException Fail(string what) => Fail(_token.Position, what);

    private ExpressionException Fail(int position, string what) => new(position, what, _text);
}

internal enum TokenKind
{
    End,
    Literal,
    Word,
    Mark,
}

internal readonly record struct Token(TokenKind Kind, int Position, string Text, Value Value)
{
    public override string ToString() => Kind == TokenKind.End ? "the end" : $"'{Text}'";
}

internal sealed class ExpressionLexer(string text)
{
    // Longest first: "<=" is not "<" and "=".
    private static readonly string[] _marks =
        ["==", "!=", "<>", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "(", ")", ","];

    private static readonly (string Found, string Write)[] _slips =
    [
        ("&&", "and"), ("||", "or"), ("=>", ">="), ("=<", "<="), ("!==", "!="), ("===", "="), ("!", "not"), ("&", "and"),
        ("|", "or"), ("“", "\""), ("”", "\""), ("‘", "'"), ("’", "'"), ("−", "-"), ("–", "-"), ("×", "*"), ("÷", "/"),
        ("≤", "<="), ("≥", ">="), ("≠", "!="),
    ];

    // Digits that a decimal holds without loss.
    private const int DigitsMax = 28;

    private int _at;

    public Token Next()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        if (_at == text.Length) return new Token(TokenKind.End, _at + 1, "", default);

        var c = text[_at];
        if (char.IsAsciiDigit(c)) return DateOrNumber();
        if (c is '"' or '\'') return Quoted(c);
        if (IsWordStart(_at)) return Word();

        foreach (var (found, write) in _slips)
        {
            if (StartsWith(found) && !(found == "!" && StartsWith("!=")))
                throw Fail(_at, $"unknown operator '{found}': write {write}");
        }

        foreach (var mark in _marks)
        {
            if (StartsWith(mark)) return Token(TokenKind.Mark, mark.Length, default);
        }

        throw Fail(_at, c == '.'
            ? "a '.' must stand between digits, or between the parts of a name: write 0.5, not .5"
            : $"unexpected character '{c}': remove it");
    }

    /// <summary>yyyy-MM-dd and nothing else, and a day that exists.</summary>
    public static bool TryDate(ReadOnlySpan<char> text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    private Token DateOrNumber()
    {
        const int dateLength = 10;
        if (LooksLikeDate())
        {
            return TryDate(text.AsSpan(_at, dateLength), out var date)
                ? Token(TokenKind.Literal, dateLength, Value.Of(date))
                : throw Fail(_at, $"there is no day {text.AsSpan(_at, dateLength)}: mend it, or space out the '-' to subtract");
        }

        var end = Digits(_at);
        if (end + 1 < text.Length && text[end] == '.' && char.IsAsciiDigit(text[end + 1])) end = Digits(end + 1);
        if (end < text.Length && (IsWordStart(end) || text[end] == '.'))
            throw Fail(end, $"a number ends before '{text[end]}': write 1000, 0.5, or put an operator between");
        var number = text.AsSpan(_at, end - _at);
        var digits = number.TrimStart('0');
        return digits.Length - digits.Count('.') <= DigitsMax
            ? Token(TokenKind.Literal, number.Length, Value.Of(decimal.Parse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)))
            : throw Fail(_at, $"a number has at most {DigitsMax} digits: shorten it");

        bool LooksLikeDate()
        {
            const string shape = "0000-00-00";
            if (text.Length - _at < dateLength) return false;
            for (var i = 0; i < dateLength; i++)
            {
                if (shape[i] == '-' ? text[_at + i] != '-' : !char.IsAsciiDigit(text[_at + i])) return false;
            }

            var next = _at + dateLength;
            return next == text.Length || !(char.IsAsciiDigit(text[next]) || IsWordStart(next) || text[next] == '.');
        }
    }

    private int Digits(int from)
    {
        while (from < text.Length && char.IsAsciiDigit(text[from])) from++;
        return from;
    }

    private Token Quoted(char quote)
    {
        var open = _at;
        for (var end = text.IndexOf(quote, _at + 1); end >= 0; end = text.IndexOf(quote, end + 2))
        {
            if (end + 1 < text.Length && text[end + 1] == quote) continue;
            var content = text[(open + 1)..end].Replace($"{quote}{quote}", $"{quote}", StringComparison.Ordinal);
            return Token(TokenKind.Literal, end + 1 - open, Value.Of(content));
        }

        throw Fail(open, $"text opens here and never closes: add a {quote}");
    }

    private Token Word()
    {
        var end = _at;
        do end++;
        while (end < text.Length
            && (IsWordStart(end) || char.IsAsciiDigit(text[end]) || (text[end] == '.' && IsWordStart(end + 1))));
        return Token(TokenKind.Word, end - _at, default);
    }

    private bool IsWordStart(int at) => at < text.Length && (char.IsAsciiLetter(text[at]) || text[at] == '_');

    private bool StartsWith(string mark) => text.AsSpan(_at).StartsWith(mark, StringComparison.Ordinal);

    private Token Token(TokenKind kind, int length, Value value)
    {
        var token = new Token(kind, _at + 1, text.Substring(_at, length), value);
        _at += length;
        return token;
    }

    private ExpressionException Fail(int at, string what) => new(at + 1, what, text);
}
