using Recoup.Core.Foundation;

namespace Recoup.Core.Recovery;

/// <summary>Of a payment, or of what an outside ledger took off an item, so much counts toward a promise, from the day on which it came.</summary>
/// <param name="Key">The payment's; or one that stands for the item.</param>
public record struct CashCounted(
    string Key, DateOnly On, long Minor) : IFormed<CashCounted>
{
    public static CashCounted Blank => default;

    public static CashCounted Form<TForm>(ref TForm f, CashCounted v) where TForm : IForm, allows ref struct =>
        new(f.Text("key", v.Key), f.Day("on", v.On), f.Long("minor", v.Minor));
}

/// <summary>
/// Cash that will come or go back on a day to come; promises hear of it then. <see cref="ForCashOf"/> is the day
/// of the cash itself, which tells the promises that it counts toward.
/// </summary>
/// <param name="Key">The payment's.</param>
public sealed record CashToCome(
    string Key,
    DateOnly On,
    DateOnly ForCashOf,
    string Account,
    string Currency,
    long Minor) : IFormed<CashToCome>
{
    public static CashToCome Blank => new("", default, default, "", "", 0);

    public static CashToCome Form<TForm>(ref TForm f, CashToCome v) where TForm : IForm, allows ref struct =>
        new(f.Text("key", v.Key), f.Day("on", v.On), f.Day("for_cash_of", v.ForCashOf), f.Word("account", v.Account), f.Word("currency", v.Currency),
            f.Long("minor", v.Minor));
}

/// <summary>Cash of an account that came for a promise that had all of it already.</summary>
public sealed record SpareCash(
    string Account,
    string Currency,
    CashCounted Cash) : IFormed<SpareCash>
{
    public static SpareCash Blank => new("", "", default);

    public static SpareCash Form<TForm>(ref TForm f, SpareCash v) where TForm : IForm, allows ref struct =>
        new(f.Word("account", v.Account), f.Word("currency", v.Currency), f.One("cash", v.Cash));
}
