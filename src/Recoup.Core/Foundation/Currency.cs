using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Recoup.Core.Foundation;

/// <summary>An ISO 4217 currency and the number of digits of its minor unit. One instance a code.</summary>
public sealed class Currency : IComparable<Currency>
{
    // ISO 4217 list one, funds and metals left out. Two digits but where the second and later tables say otherwise.
    private const string TwoDigits =
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK " +
        "DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR " +
        "LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD " +
        "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";
    private const string NoDigits = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
    private const string ThreeDigits = "BHD IQD JOD KWD LYD OMR TND";
    private const string FourDigits = "CLF UYW";

    private static readonly FrozenDictionary<string, Currency> ByCode =
        TwoDigits.Split(' ').Select(code => new Currency(code, 2))
            .Concat(NoDigits.Split(' ').Select(code => new Currency(code, 0)))
            .Concat(ThreeDigits.Split(' ').Select(code => new Currency(code, 3)))
            .Concat(FourDigits.Split(' ').Select(code => new Currency(code, 4)))
            .ToFrozenDictionary(c => c.Code, StringComparer.Ordinal);

    private Currency(string code, int digits)
    {
        Code = code;
        Digits = digits;
        MinorPerMajor = 1;
        for (var i = 0; i < digits; i++) MinorPerMajor *= 10;
    }

    public string Code { get; }

    /// <summary>Decimal places of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.</summary>
    public int Digits { get; }

    /// <summary>Minor units in one major unit: 100 for EUR, 1 for JPY.</summary>
    public long MinorPerMajor { get; }

    public static IEnumerable<Currency> All => ByCode.Values.Order();

    /// <summary>The currency of a code that is known to be one; an unknown code is a bug of the caller.</summary>
    public static Currency Of(string code) =>
        TryOf(code, out var currency) ? currency : throw new ArgumentException($"'{code}' is not an ISO 4217 currency code.", nameof(code));

    /// <summary>Codes are upper case; anything else is no currency.</summary>
    public static bool TryOf(string? code, [NotNullWhen(true)] out Currency? currency)
    {
        currency = null;
        return code is not null && ByCode.TryGetValue(code, out currency);
    }

    public int CompareTo(Currency? other) => string.CompareOrdinal(Code, other?.Code);

    public override string ToString() => Code;
}
