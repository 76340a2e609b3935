using Recoup.Core.Foundation;

namespace Recoup.Tests.Foundation;

public sealed class ExpressionValueTests
{
    private static readonly Value[] _different =
    [
        Value.Of(0), Value.Of(1), Value.Of(""), Value.Of("1"), Value.Of("A"), Value.Of("a"), Value.Of(new DateOnly(1, 1, 1)),
        Value.Of(new DateOnly(1, 1, 2)), Value.Of(false), Value.Of(true), .. Enum.GetValues<ValueKind>().Select(Value.None),
    ];

    [Fact]
    public void Different_values_differ_and_each_equals_itself()
    {
        for (var i = 0; i < _different.Length; i++)
        {
            for (var j = 0; j < _different.Length; j++)
                (_different[i] == _different[j]).ShouldBe(i == j, $"{_different[i]} and {_different[j]}");
        }
    }

    [Fact]
    public void Trailing_zeros_do_not_count()
    {
        Value.Of(1.00m).ShouldBe(Value.Of(1));
        Value.Of(1.00m).GetHashCode().ShouldBe(Value.Of(1).GetHashCode());
        Value.Of(1.00m).ToString().ShouldBe("1");
        Value.Of(-0.0000000000000000000000000001m).ToString().ShouldBe("-0.0000000000000000000000000001");
    }

    [Fact]
    public void Null_is_no_value_of_that_kind_and_the_default_is_no_number()
    {
        Value.Of((decimal?)null).ShouldBe(Value.None(ValueKind.Number));
        Value.Of((string?)null).ShouldBe(Value.None(ValueKind.Text));
        Value.Of((DateOnly?)null).ShouldBe(Value.None(ValueKind.Date));
        Value.Of((bool?)null).ShouldBe(Value.None(ValueKind.Boolean));
        default(Value).ShouldBe(Value.None(ValueKind.Number));
    }

    [Fact]
    public void Reading_what_is_not_there_throws()
    {
        Value.Of(2.5m).AsNumber.ShouldBe(2.5m);
        Value.Of("x").AsText.ShouldBe("x");
        Value.Of(new DateOnly(2026, 3, 1)).AsDate.ShouldBe(new DateOnly(2026, 3, 1));
        Value.Of(true).AsBoolean.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => Value.Of("x").AsNumber);
        Should.Throw<InvalidOperationException>(() => Value.Of(1).AsText);
        Should.Throw<InvalidOperationException>(() => Value.Of(true).AsDate);
        Should.Throw<InvalidOperationException>(() => Value.None(ValueKind.Boolean).AsBoolean);
    }
}
