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
