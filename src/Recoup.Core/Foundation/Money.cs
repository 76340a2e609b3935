using System.Globalization;

namespace Recoup.Core.Foundation;

/// <summary>An amount in whole minor units of one currency. Adding two currencies throws; overflow throws.</summary>
public readonly record struct Money(long Minor, Currency Currency) : IComparable<Money>
{
    /// <summary>Nothing, of a currency.</summary>
    public static Money Zero(Currency currency) => new(0, currency);

    /// <summary>The amount in major units, exact: 12345 minor units of EUR are 123.45.</summary>
    public decimal Major => ToMajor(Minor, Currency);

    public bool IsZero => Minor == 0;

    public bool IsPositive => Minor > 0;

    /// <summary>In major units, exactly: 1050 EUR is 10.50, 1050 JPY is 1050.</summary>
    public static decimal ToMajor(long minor, Currency currency) => (decimal)minor / currency.MinorPerMajor;

    /// <summary>False where the amount has more decimals than the currency has, or does not fit in a long.</summary>
    public static bool TryFromMajor(decimal major, Currency currency, out Money money)
    {
        money = default;
        if (Math.Abs(major) > MajorMaxOf(currency)) return false;
        var minor = major * currency.MinorPerMajor;
        if (minor != decimal.Truncate(minor)) return false;
        money = new Money((long)minor, currency);
        return true;
    }

    /// <summary>Above this an amount is a typing error, not a receivable: ten trillion major units.</summary>
    public const decimal MajorMax = 10_000_000_000_000m;

    /// <summary>The same in minor units of a currency of two digits, and the most in any: sums of nine thousand such amounts stay within a long.</summary>
    public const long MinorMax = 1_000_000_000_000_000;

    /// <summary>The largest amount that a currency takes, in major units.</summary>
    public static decimal MajorMaxOf(Currency currency) => Math.Min(MajorMax, ToMajor(MinorMax, currency));

    public static Money operator +(Money a, Money b) => new(a.Minor + b.In(a.Currency), a.Currency);

    public static Money operator -(Money a, Money b) => new(a.Minor - b.In(a.Currency), a.Currency);

    public static Money operator -(Money a) => new(-a.Minor, a.Currency);

    public int CompareTo(Money other) => Minor.CompareTo(other.In(Currency));

    public static bool operator <(Money a, Money b) => a.CompareTo(b) < 0;

    public static bool operator >(Money a, Money b) => a.CompareTo(b) > 0;

    public static bool operator <=(Money a, Money b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Money a, Money b) => a.CompareTo(b) >= 0;

    /// <summary>The decimal string of the contract, with all digits of the currency: "1234.50".</summary>
    public string ToMajorString() => Format(Minor, Currency);

    public static string Format(long minor, Currency currency) =>
        ToMajor(minor, currency).ToString("F" + currency.Digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    public override string ToString() => $"{ToMajorString()} {Currency}";

    private long In(Currency currency) =>
        ReferenceEquals(Currency, currency) ? Minor : throw new InvalidOperationException($"{Currency} and {currency} do not add up: convert one first.");
}
