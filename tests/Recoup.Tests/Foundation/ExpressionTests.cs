using Recoup.Core.Foundation;

namespace Recoup.Tests.Foundation;

/// <summary>What expressions mean. What is refused is in ExpressionErrorTests.</summary>
public sealed class ExpressionTests
{
    internal sealed record Customer(
        decimal? Owed = null, string? Segment = null, DateOnly? Due = null, bool? Vip = null, decimal? Limit = null);

    internal static readonly Symbols<Customer> Symbols = new Symbols<Customer>()
        .Number("owed", c => c.Owed)
        .Number("credit.limit", c => c.Limit)
        .Text("segment", c => c.Segment)
        .Date("due", c => c.Due)
        .Boolean("vip", c => c.Vip)
        .Function("join", [ValueKind.Text, ValueKind.Number], ValueKind.Text, (_, a) => Value.Of($"{a[0]}/{a[1]}"))
        .Function("is_known", [ValueKind.Number], ValueKind.Boolean, (_, a) => Value.Of(a[0].HasValue))
        .Function("nothing", [], ValueKind.Date, (_, _) => default)
        .NameFunction(
            "sum",
            new HashSet<string>(StringComparer.Ordinal) { "sales", "cash_applied" },
            ValueKind.Number,
            (c, name) => Value.Of(name == "sales" ? 1000 : c.Owed));

    private static readonly Customer _known =
        new(Owed: 250, Segment: "small", Due: new DateOnly(2026, 3, 1), Vip: true, Limit: 1000);

    private static readonly Customer _unknown = new();

    [Theory]
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(1 + 2) * 3", "9")]
    [InlineData("10 - 4 - 3", "3")]
    [InlineData("24 / 4 / 2", "3")]
    [InlineData("24 / 4 * 2", "12")]
    [InlineData("2 * -3", "-6")]
    [InlineData("-2 + 5", "3")]
    [InlineData("--2", "2")]
    [InlineData("10-4", "6")]
    [InlineData("0.1 + 0.2", "0.3")]
    [InlineData("007.50", "7.5")]
    [InlineData("1\n + 2", "3")]
    [InlineData("2026 - 03 - 01", "2022")]
    [InlineData("owed / credit.limit * 100", "25")]
    public void Numbers(string text, string value) => Shows(text, ValueKind.Number, value);

    [Theory]
    [InlineData("2026-03-01", "2026-03-01")]
    [InlineData("date(\"2026-03-01\")", "2026-03-01")]
    [InlineData("due + 30", "2026-03-31")]
    [InlineData("due - 1", "2026-02-28")]
    [InlineData("due + 1 - 2 + 30", "2026-03-30")]
    [InlineData("due + 10 / 5", "2026-03-03")]
    [InlineData("0001-01-02 - 1", "0001-01-01")]
    [InlineData("9999-12-30 + 1", "9999-12-31")]
    [InlineData("max(due, 2026-04-01, 2025-01-01)", "2026-04-01")]
    public void Dates(string text, string value) => Shows(text, ValueKind.Date, value);

    [Theory]
    [InlineData("2026-03-31 - due", "30")]
    [InlineData("due + 5 - due - 2 * 2", "1")]
    [InlineData("due - 2026-03-31", "-30")]
    [InlineData("days_between(due, 2026-03-31)", "30")]
    [InlineData("days_between(2026-03-31, due)", "-30")]
    [InlineData("year(due) * 10000 + month(due) * 100 + day(due)", "20260301")]
    [InlineData("weekday(2026-03-01)", "7")]
    [InlineData("weekday(2026-03-02)", "1")]
    [InlineData("weekday(2026-03-07)", "6")]
    public void Days(string text, string value) => Shows(text, ValueKind.Number, value);

    [Theory]
    [InlineData("\"it's\"", "it's")]
    [InlineData("'say \"please\"'", "say \"please\"")]
    [InlineData("\"say \"\"please\"\"\"", "say \"please\"")]
    [InlineData("''''", "'")]
    [InlineData("''", "")]
    [InlineData("lower('ÄB')", "äb")]
    [InlineData("join(segment, 2)", "small/2")]
    [InlineData("if(vip, 'gold', 'plain')", "gold")]
    public void Texts(string text, string value) => Shows(text, ValueKind.Text, value);

    [Theory]
    [InlineData("min(3, 1, 2)", "1")]
    [InlineData("max(3, 1, 5)", "5")]
    [InlineData("abs(-3.5)", "3.5")]
    [InlineData("floor(-1.5)", "-2")]
    [InlineData("ceil(-1.5)", "-1")]
    [InlineData("round(2.5, 0)", "3")]
    [InlineData("round(-2.5, 0)", "-3")]
    [InlineData("round(1.005, 2)", "1.01")]
    [InlineData("mean(1, 2, 6)", "3")]
    [InlineData("coalesce(owed, 1)", "250")]
    [InlineData("if(owed > 100 and vip, 1, 2)", "1")]
    [InlineData("sum(sales) - sum(cash_applied)", "750")]
    public void Functions(string text, string value) => Shows(text, ValueKind.Number, value);

    [Theory]
    [InlineData("true or false and false", true)] // and binds tighter
    [InlineData("(true or false) and false", false)]
    [InlineData("not false and false", false)] // not binds tighter than and
    [InlineData("not (false and false)", true)]
    [InlineData("not owed = 1", true)] // and looser than a comparison
    [InlineData("not not vip", true)]
    [InlineData("1 + 1 = 2", true)]
    [InlineData("1.0 == 1.00", true)]
    [InlineData("1 != 2", true)]
    [InlineData("1 <> 1", false)]
    [InlineData("1 < 1", false)]
    [InlineData("1 <= 1", true)]
    [InlineData("2 > 1", true)]
    [InlineData("1 >= 2", false)]
    [InlineData("due < 2026-03-02", true)]
    [InlineData("due >= 2026-03-02", false)]
    [InlineData("vip = true", true)]
    [InlineData("segment = 'small'", true)]
    [InlineData("segment = 'Small'", false)]
    [InlineData("segment in ('large', 'small')", true)]
    [InlineData("segment not in ('large', 'small')", false)]
    [InlineData("segment not in ('large')", true)]
    [InlineData("owed + 1 in (250, 251)", true)]
    [InlineData("due in (2026-03-01)", true)]
    [InlineData("starts_with(segment, 'sm')", true)]
    [InlineData("starts_with(segment, 'SM')", false)]
    public void Truths(string text, bool value)
    {
        var expression = Compile(text);
        expression.IsTrue(_known).ShouldBe(value);
        expression.Evaluate(_known).ShouldBe(Value.Of(value));
    }

    [Theory]
    [InlineData("owed + 1")]
    [InlineData("1 - owed")]
    [InlineData("-owed")]
    [InlineData("owed * 0")]
    [InlineData("1 / 0")]
    [InlineData("0 / 0")]
    [InlineData("1 / (2 - 2) * 0")]
    [InlineData("9999999999999999999999999999 * 100")]
    [InlineData("9999999999999999999999999999 / 0.01")]
    [InlineData("0 - 9999999999999999999999999999 * 7 - 9999999999999999999999999999")]
    [InlineData("mean(9999999999999999999999999999 * 7, 9999999999999999999999999999)")]
    [InlineData("min(owed, 1)")]
    [InlineData("max(1, owed)")]
    [InlineData("mean(1, owed)")]
    [InlineData("abs(owed)")]
    [InlineData("round(owed, 2)")]
    [InlineData("coalesce(owed, credit.limit)")]
    [InlineData("if(owed > 1, 1, owed)")]
    [InlineData("lower(segment)")]
    [InlineData("due + 1")]
    [InlineData("due - 2026-03-01")]
    [InlineData("2026-03-01 + owed")]
    [InlineData("2026-03-01 + 1 / 2")]
    [InlineData("9999-12-31 + 1")]
    [InlineData("0001-01-01 - 1")]
    [InlineData("2026-03-01 + 9999999999999999999999999999")]
    [InlineData("2026-03-01 - 9999999999999999999999999999 - 1")]
    [InlineData("days_between(due, 2026-03-01)")]
    [InlineData("year(due)")]
    [InlineData("vip")]
    [InlineData("sum(cash_applied)")]
    [InlineData("nothing()")]
    public void No_value_comes_out(string text)
    {
        var expression = Compile(text);
        expression.Evaluate(_unknown).ShouldBe(Value.None(expression.Kind));
    }

    [Theory]
    [InlineData("owed = 1", false)]
    [InlineData("owed != 1", false)]
    [InlineData("1 != owed", false)]
    [InlineData("owed = owed", false)]
    [InlineData("owed < 1", false)]
    [InlineData("owed >= 1", false)]
    [InlineData("not (owed = 1)", true)]
    [InlineData("not vip", true)]
    [InlineData("vip = false", false)]
    [InlineData("vip or true", true)]
    [InlineData("vip or false", false)]
    [InlineData("vip and true", false)]
    [InlineData("segment in ('a')", false)]
    [InlineData("segment not in ('a')", false)]
    [InlineData("1 in (owed, 1)", true)]
    [InlineData("1 not in (owed, 2)", false)]
    [InlineData("starts_with(segment, '')", false)]
    [InlineData("starts_with('a', segment)", false)]
    [InlineData("not starts_with(segment, 'a')", true)]
    [InlineData("has_value(owed)", false)]
    [InlineData("has_value(owed + 1)", false)]
    [InlineData("has_value(coalesce(owed, credit.limit, 0))", true)]
    [InlineData("has_value(1 / 0)", false)]
    [InlineData("has_value(vip)", false)]
    [InlineData("has_value(owed = 1)", true)]
    [InlineData("is_known(owed)", false)]
    [InlineData("if(vip, true, false)", false)]
    [InlineData("if(vip, vip, vip)", false)]
    [InlineData("coalesce(1 / 0, 9999999999999999999999999999 * 100, 5) = 5", true)]
    public void No_value_goes_in(string text, bool value) => Compile(text).IsTrue(_unknown).ShouldBe(value);

    [Fact]
    public void Only_what_is_needed_is_evaluated()
    {
        var symbols = new Symbols<int>()
            .Boolean("yes", _ => true)
            .Boolean("bomb", _ => throw new InvalidOperationException("evaluated"));
        foreach (var text in new[] { "yes or bomb", "not yes and bomb", "if(yes, yes, bomb)", "coalesce(yes, bomb)" })
            Should.NotThrow(() => Expression.Compile(text, symbols).Evaluate(0), text);
        Should.Throw<InvalidOperationException>(() => Expression.Compile("yes and bomb", symbols).IsTrue(0));
    }

    [Fact]
    public void It_knows_its_names_and_kind()
    {
        var expression = Compile("sum(sales) > owed and segment = 'x' and is_known(owed)");
        expression.Names.ShouldBe(["owed", "sales", "segment"], ignoreOrder: true);
        expression.Kind.ShouldBe(ValueKind.Boolean);
        expression.Text.ShouldBe("sum(sales) > owed and segment = 'x' and is_known(owed)");
        Symbols.Names.ShouldBe(["credit.limit", "due", "owed", "segment", "vip"]);
        Symbols.FunctionNames.ShouldBe(["is_known", "join", "nothing", "sum"]);
    }

    [Fact]
    public void A_number_is_read_as_a_number_and_nothing_else()
    {
        Compile("owed * 2").Number(_known).ShouldBe(500);
        Compile("owed * 2").Number(_unknown).ShouldBeNull();
        Should.Throw<InvalidOperationException>(() => Compile("vip").Number(_known));
        Should.Throw<InvalidOperationException>(() => Compile("owed").IsTrue(_known));
    }

    [Fact]
    public void A_function_that_gives_another_kind_than_it_declared_is_a_bug()
    {
        var symbols = new Symbols<int>().Function("lie", [], ValueKind.Number, (_, _) => Value.Of("text"));
        Should.Throw<InvalidOperationException>(() => Expression.Compile("lie()", symbols).Number(0));
    }

    [Theory]
    [InlineData("Owed")]
    [InlineData("and")]
    [InlineData("a..b")]
    [InlineData("a.")]
    [InlineData("1a")]
    [InlineData("")]
    [InlineData("days-late")]
    [InlineData("owed")]
    public void A_name_must_be_a_free_one(string name) =>
        Should.Throw<ArgumentException>(() => new Symbols<int>().Number("owed", _ => 1).Number(name, _ => 1));

    [Fact]
    public void A_function_does_not_replace_a_built_in_one_but_a_name_may_share_its_word()
    {
        Should.Throw<ArgumentException>(() => new Symbols<int>().Function("min", [], ValueKind.Number, (_, _) => default));
        var symbols = new Symbols<int>().Number("day", scope => scope);
        Expression.Compile("day + day(2026-03-05)", symbols).Number(10).ShouldBe(15);
    }

    [Fact]
    public void A_chain_as_long_as_a_text_may_be_evaluates_on_a_small_stack()
    {
        var sum = string.Join('+', Enumerable.Repeat("1", Expression.TextLengthMax / 2));
        var all = string.Join(" and ", Enumerable.Repeat("vip", Expression.TextLengthMax / 8));
        decimal? total = null;
        var truth = false;
        var thread = new Thread(
            () => (total, truth) = (Compile(sum).Number(_known), Compile(all).IsTrue(_known)), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        total.ShouldBe(Expression.TextLengthMax / 2);
        truth.ShouldBeTrue();
    }

    [Fact]
    public void Evaluation_allocates_nothing()
    {
        var expression = Compile(
            "if(owed > 100 and segment in ('a', 'small') and due + 3 < 2026-12-31 and not (vip = false), "
            + "round(owed / credit.limit * 100, 2), coalesce(owed, 0)) + (due - 2026-01-01) + max(owed, 1)");
        expression.Number(_known).ShouldBe(25 + 59 + 250);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            expression.Number(_known);
            expression.Evaluate(_unknown);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static Expression<Customer> Compile(string text) => Expression.Compile(text, Symbols);

    private static void Shows(string text, ValueKind kind, string value)
    {
        var result = Compile(text).Evaluate(_known);
        result.Kind.ShouldBe(kind);
        result.ToString().ShouldBe(value);
    }
}
