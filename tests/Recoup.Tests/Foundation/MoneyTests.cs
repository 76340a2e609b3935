using FsCheck;
using FsCheck.Fluent;
using Recoup.Core.Foundation;

namespace Recoup.Tests.Foundation;

public sealed class MoneyTests
{
    private static readonly Currency Euro = Currency.Of("EUR");

    [Theory]
    [InlineData("EUR", 2, "1234.50", 123450)]
    [InlineData("JPY", 0, "1234", 1234)]
    [InlineData("KWD", 3, "1.234", 1234)]
    [InlineData("CLF", 4, "0.0001", 1)]
    public void Minor_units_follow_ISO_4217(string code, int digits, string major, long minor)
    {
        var currency = Currency.Of(code);
        currency.Digits.ShouldBe(digits);
        Money.TryFromMajor(decimal.Parse(major, System.Globalization.CultureInfo.InvariantCulture), currency, out var money).ShouldBeTrue();
        money.Minor.ShouldBe(minor);
        money.ToMajorString().ShouldBe(major);
    }

    [Theory]
    [InlineData("JPY", "0.5")]
    [InlineData("EUR", "0.001")]
    [InlineData("EUR", "10000000000000.01")]
    public void More_decimals_than_the_currency_has_or_too_much_is_no_money(string code, string major) =>
        Money.TryFromMajor(decimal.Parse(major, System.Globalization.CultureInfo.InvariantCulture), Currency.Of(code), out _).ShouldBeFalse();

    [Fact]
    public void Two_currencies_never_add_up()
    {
        Should.Throw<InvalidOperationException>(() => _ = new Money(1, Euro) + new Money(1, Currency.Of("USD")));
        Should.Throw<InvalidOperationException>(() => _ = new Money(1, Euro) < new Money(1, Currency.Of("USD")));
    }

    [Fact]
    public void Overflow_is_an_error_not_a_small_number() =>
        Should.Throw<OverflowException>(() => _ = new Money(long.MaxValue, Euro) + new Money(1, Euro));

    [Theory]
    [InlineData("eur")]
    [InlineData("EURO")]
    [InlineData("XXX")]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_no_code_is_no_currency(string? code) => Currency.TryOf(code, out _).ShouldBeFalse();

    [Fact]
    public void Every_amount_of_every_currency_survives_its_text() =>
        Prop.ForAll(
            Gen.Elements(Currency.All.ToArray()).ToArbitrary(), Gen.Choose(int.MinValue, int.MaxValue).ToArbitrary(),
            (currency, minor) =>
            {
                var text = Money.Format(minor, currency);
                return Money.TryFromMajor(decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture),
                    currency, out var money) && money.Minor == minor;
            }).QuickCheckThrowOnFailure();
}

public sealed class PartitionTests
{
    // A party's partition is written into its events: these must never change.
    [Theory]
    [InlineData("A1", 51)]
    [InlineData("0379-NEVHP", 2)]
    [InlineData("Ärzte & Söhne", 3)]
    [InlineData("", 3)]
    public void A_party_keeps_its_partition_for_good(string party, int partition) => Partition.Of(party).ShouldBe(partition);

    [Fact]
    public void Parties_spread_over_all_partitions()
    {
        var counts = new int[Partition.PartyCount];
        for (var i = 0; i < 64_000; i++) counts[Partition.Of($"A{i:D7}")]++;
        counts.Min().ShouldBeGreaterThan(700);
        counts.Max().ShouldBeLessThan(1300);
    }
}
