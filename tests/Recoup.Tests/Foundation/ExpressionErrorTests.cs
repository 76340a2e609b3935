using Recoup.Core.Foundation;

namespace Recoup.Tests.Foundation;

/// <summary>What is refused, where the finger points, and what the writer is told to do.</summary>
public sealed class ExpressionErrorTests
{
    [Theory]
    [InlineData("", 1, "the expression is empty")]
    [InlineData("  ", 3, "the expression is empty")]
    [InlineData("1 +", 4, "expected a value, found the end")]
    [InlineData("1 2", 3, "expected an operator such as + or 'and', found '2'")]
    [InlineData("(1 + 2", 7, "expected ')' to close the '(' at character 1")]
    [InlineData("(1 + 2 3", 8, "expected an operator")]
    [InlineData("min(1, 2", 9, "expected ')' to close the '(' at character 4")]
    [InlineData("1)", 2, "closes nothing")]
    [InlineData("1, 2", 2, "only arguments and lists have commas")]
    [InlineData("min(1,)", 7, "expected a value, found ')'")]
    [InlineData("1 < 2 < 3", 7, "comparisons do not chain")]
    [InlineData("vip = not vip", 7, "put it and what follows in parentheses")]
    [InlineData("owed not 1", 10, "expected 'in' after 'not', found '1'")]
    [InlineData("owed in 1", 9, "expected a list after 'in'")]
    [InlineData("owed in ()", 9, "the list after 'in' is empty")]
    [InlineData("vip AND vip", 5, "did you mean 'and', in lower case?")]
    [InlineData("vip && vip", 5, "unknown operator '&&': write and")]
    [InlineData("!vip", 1, "unknown operator '!': write not")]
    [InlineData("owed => 1", 6, "unknown operator '=>': write >=")]
    [InlineData("segment = “small”", 11, "unknown operator '“': write \"")]
    [InlineData("owed % 2", 6, "unexpected character '%'")]
    [InlineData("segment = 'small", 11, "text opens here and never closes")]
    [InlineData("'a''", 1, "text opens here and never closes")]
    [InlineData(".5", 1, "write 0.5, not .5")]
    [InlineData("owed > 5.", 9, "a number ends before '.'")]
    [InlineData("owed > 10d", 10, "a number ends before 'd'")]
    [InlineData("1 + 79000000000000000000000000000", 5, "a number has at most 28 digits")]
    [InlineData("due > 2026-02-30", 7, "there is no day 2026-02-30")]
    [InlineData("due > date('2026-2-3')", 12, "'2026-2-3' is not a date")]
    [InlineData("due > date(segment)", 7, "date takes one text in quotes")]
    public void Texts_that_do_not_parse(string text, int position, string message) => Refused(text, position, message);

    [Theory]
    [InlineData("oewd + 1", 1, "unknown name 'oewd'; did you mean 'owed'?")]
    [InlineData("1 + segmnt", 5, "did you mean 'segment'?")]
    [InlineData("1 + Owed", 5, "did you mean 'owed'?")]
    [InlineData("1 + quite_other", 5, "known: credit.limit, due, owed, segment, vip")]
    [InlineData("credit_limit", 1, "did you mean 'credit.limit'?")]
    [InlineData("mn(1, 2)", 1, "unknown function 'mn'; did you mean 'min'?")]
    [InlineData("sun(sales)", 1, "did you mean 'sum'?")]
    [InlineData("owed(1)", 1, "'owed' is a name, not a function")]
    [InlineData("1 + sum", 5, "'sum' is a function")]
    [InlineData("owed = null", 8, "write has_value(x)")]
    [InlineData("1 + sum(slaes)", 9, "sum knows no 'slaes'; did you mean 'sales'?")]
    [InlineData("sum(owed)", 5, "sum knows no 'owed'; known: cash_applied, sales")]
    [InlineData("sum(1)", 5, "sum takes a bare name; known: cash_applied, sales")]
    [InlineData("sum(sales, sales)", 1, "wrong number of arguments (2): write sum(name)")]
    [InlineData("1 + sales", 5, "unknown name 'sales'")]
    public void Unknown_names(string text, int position, string message) => Refused(text, position, message);

    [Theory]
    [InlineData("owed = '10'", 6, "cannot compare a number with text: write a number without quotes")]
    [InlineData("due < '2026-03-01'", 5, "cannot compare a date with text: write a date as 2026-03-01, without quotes")]
    [InlineData("due < 2026-3-1", 5, "cannot compare a date with a number")]
    [InlineData("segment < 'b'", 9, "'<' orders numbers and dates, and this is text")]
    [InlineData("vip >= true", 5, "'>=' orders numbers and dates, and this is true or false")]
    [InlineData("owed + segment", 6, "cannot apply '+' to a number and text")]
    [InlineData("segment + 'x'", 9, "'+' works on numbers and dates, and this is text")]
    [InlineData("owed * due", 6, "cannot apply '*' to a number and a date")]
    [InlineData("due * 2", 5, "'*' works on numbers, and this is a date")]
    [InlineData("due + due", 5, "only '-' gives the days between")]
    [InlineData("1 + due", 3, "write the date first, then the days")]
    [InlineData("due + 1.5", 7, "a date moves by whole days, not 1.5")]
    [InlineData("due - vip", 5, "a date moves by a number of days")]
    [InlineData("-due", 2, "what follows '-' must be a number, and this is a date")]
    [InlineData("not owed", 5, "what follows 'not' must be true or false, and this is a number: compare it")]
    [InlineData("vip and owed", 9, "each side of 'and' must be true or false")]
    [InlineData("owed or vip", 1, "each side of 'or' must be true or false")]
    [InlineData("owed in (1, 'a')", 13, "each value in the list must be a number, and this is text")]
    [InlineData("min(1, due)", 8, "each argument of min must be a number, and this is a date")]
    [InlineData("min(segment)", 5, "min orders numbers or dates, and this is text")]
    [InlineData("if(owed, 1, 2)", 4, "the condition of if must be true or false")]
    [InlineData("if(vip, 1, 'a')", 12, "the last argument of if must be a number, and this is text")]
    [InlineData("if(vip, 1)", 1, "wrong number of arguments (2): write if(condition, then, else)")]
    [InlineData("min()", 1, "write min(a, b, ...)")]
    [InlineData("round(1.5, owed)", 12, "round takes its places as a whole number from 0 to 28")]
    [InlineData("round(1.5, 29)", 12, "from 0 to 28")]
    [InlineData("round(1.5, 0.5)", 12, "from 0 to 28")]
    [InlineData("year(owed)", 6, "the argument of year must be a date, and this is a number")]
    [InlineData("join(1, 2)", 6, "argument 1 of join must be text, and this is a number: put text in quotes")]
    [InlineData("join('a')", 1, "wrong number of arguments (1): write join(text, number)")]
    public void Kinds_that_do_not_fit(string text, int position, string message) => Refused(text, position, message);

    [Fact]
    public void An_expression_of_another_kind_than_expected_is_refused()
    {
        Expression.TryCompile("(owed + 1)", ExpressionTests.Symbols, ValueKind.Boolean, out var expression, out var error)
            .ShouldBeFalse();
        expression.ShouldBeNull();
        error!.Position.ShouldBe(2);
        error.Message.ShouldBe("column 2: the expression must be true or false, and this is a number: compare it with something");
        Expression.TryCompile("owed + 1", ExpressionTests.Symbols, ValueKind.Number, out expression, out error).ShouldBeTrue();
        expression!.Kind.ShouldBe(ValueKind.Number);
        error.ShouldBeNull();
    }

    [Fact]
    public void An_error_shows_its_line_and_a_caret()
    {
        const string text = "vip and\n\towed > lmit and\n  vip";
        var error = ErrorOf(text);
        error.Position.ShouldBe(text.IndexOf("lmit", StringComparison.Ordinal) + 1);
        error.Text.ShouldBe(text);
        error.ToString().ShouldBe(
            "line 2, column 9: unknown name 'lmit'; known: credit.limit, due, owed, segment, vip\n"
            + "  \towed > lmit and\n"
            + "  \t       ^");
        ErrorOf("1 +").ToString().ShouldBe("column 4: expected a value, found the end\n  1 +\n     ^");
        Should.Throw<ExpressionException>(() => Expression.Compile("1 +", ExpressionTests.Symbols))
            .Message.ShouldBe(ErrorOf("1 +").ToString());
    }

    [Fact]
    public void A_long_line_is_cut_around_the_caret()
    {
        var lines = ErrorOf(new string(' ', 200) + "oewd" + new string(' ', 200)).ToString().Split('\n');
        lines[1].Length.ShouldBeLessThan(110);
        lines[1].Substring(lines[2].IndexOf('^', StringComparison.Ordinal), 4).ShouldBe("oewd");
    }

    [Fact]
    public void Length_is_limited()
    {
        var fits = "1" + new string(' ', Expression.TextLengthMax - 1);
        Expression.Compile(fits, ExpressionTests.Symbols).Kind.ShouldBe(ValueKind.Number);
        Refused(fits + " ", Expression.TextLengthMax + 1, "the expression has 10001 characters; 10000 are allowed");
    }

    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("-", "1", "")]
    [InlineData("not ", "vip", "")]
    [InlineData("abs(", "1", ")")]
    [InlineData("true in (", "true", ")")]
    public void Nesting_is_limited(string open, string core, string close)
    {
        Nest(Expression.NestingMax).ShouldBeNull();
        var tooDeep = Nest(Expression.NestingMax + 1).ShouldNotBeNull();
        tooDeep.Message.ShouldContain("nested more than 100 deep");
        // At the opening that is one too many: a list's and a call's is its parenthesis.
        tooDeep.Position.ShouldBe((open.Length * Expression.NestingMax) + Math.Max(open.IndexOf('(', StringComparison.Ordinal), 0) + 1);
        Nest(Expression.TextLengthMax / (open.Length + close.Length + 1))!.Position.ShouldBe(tooDeep.Position);

        ExpressionError? Nest(int depth)
        {
            var text = string.Concat(Enumerable.Repeat(open, depth)) + core + string.Concat(Enumerable.Repeat(close, depth));
            return Expression.TryCompile(text, ExpressionTests.Symbols, out _, out var error) ? null : error;
        }
    }

    private static void Refused(string text, int position, string message)
    {
        var error = ErrorOf(text);
        error.Message.ShouldContain(message);
        error.Position.ShouldBe(position, error.ToString());
    }

    private static ExpressionError ErrorOf(string text)
    {
        Expression.TryCompile(text, ExpressionTests.Symbols, out _, out var error).ShouldBeFalse(text);
        return error!;
    }
}
