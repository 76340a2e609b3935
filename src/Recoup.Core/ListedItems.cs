using System.Globalization;
using Recoup.Core.Events;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;

namespace Recoup.Core;

/// <summary>
/// Lists that are followed: which item a row is about, and whether anything in it is new. A ledger may give one number
/// to several instalments, or begin its numbers anew each year; the first of them keeps the bare number.
/// </summary>
public static class ListedItems
{
    /// <summary>The item that the row is about: one with its very dates, else the one that it names; it need not exist yet.</summary>
    public static string NameOf(PartyState state, string account, ListedInvoice row)
    {
        if (state.Item(account, row.Number) is not { } bare) return Name(row.Number, row.Ordinal);
        if (Is(bare, row)) return row.Number;
        var family = FamilyOf(bare, row);
        for (var ordinal = 1; ; ordinal++)
        {
            var name = Name(family, ordinal);
            if (state.Item(account, name) is not { } item) break;
            if (Is(item, row)) return name;
        }
        if (row.Ordinal == 1 && family != row.Number && state.Item(account, family) is null)
            foreach (var name in YearsBeside(row))
                if (state.Item(account, name) is { } near && IsMoved(near, row)) return name;
        return Name(family, row.Ordinal);
    }

    /// <summary>The next name to be looked for before <see cref="NameOf"/> can tell; null: it can.</summary>
    internal static IEnumerable<string> Names(PartyState state, string account, ListedInvoice row)
    {
        yield return row.Number;
        if (state.Item(account, row.Number) is not { } bare)
        {
            yield return Name(row.Number, row.Ordinal);
            yield break;
        }
        if (Is(bare, row)) yield break;
        var family = FamilyOf(bare, row);
        for (var ordinal = 1; ; ordinal++)
        {
            var name = Name(family, ordinal);
            yield return name;
            if (state.Item(account, name) is null) break;
        }
        if (row.Ordinal == 1 && family != row.Number && state.Item(account, family) is null)
            foreach (var name in YearsBeside(row)) yield return name;
        yield return Name(family, row.Ordinal);
    }

    /// <summary>The number itself, or with its place among those that bear it.</summary>
    public static string Name(string number, int ordinal) => ordinal == 1 ? number : string.Create(CultureInfo.InvariantCulture, $"{number} ({ordinal})");

    /// <summary>The number by which an item of another year is known.</summary>
    public static string OfYear(string number, int year) => string.Create(CultureInfo.InvariantCulture, $"{number} ({year})");

    /// <summary>The name of what has a number that is known in another currency: a number keeps the one that it had first.</summary>
    public static string OfCurrency(string name, string currency) => $"{name} ({currency})";

    /// <summary>The number that the name of an instalment, of another year's item or of another currency's begins with; null where it is a bare one.</summary>
    public static string? NumberOf(string name)
    {
        var number = name;
        while (number.Length > 0 && number[^1] == ')' && number.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var open
            && number.AsSpan(open + 2, number.Length - open - 3) is var mark
            && (!mark.ContainsAnyExceptInRange('0', '9') || IsCurrency(mark))) number = number[..open];
        return number.Length == name.Length ? null : number;

        static bool IsCurrency(ReadOnlySpan<char> mark) => mark.Length == 3 && !mark.ContainsAnyExceptInRange('A', 'Z');
    }

    /// <summary>
    /// How many days lie at most between two days of issue that are one invoice's on either side of a year's end: one that was
    /// entered on 31 December and corrected to 2 January is no other invoice under a number that began anew.
    /// </summary>
    public const int MovedDaysMax = 14;

    /// <summary>The item is the row's although the year of issue is another: the day was corrected over the year's end, and the amount is the same.</summary>
    /// <param name="minor">What the row says that the item says too: its amount, or what is open of it.</param>
    public static bool IsMoved(ItemState item, DateOnly issuedOn, long minor, long minorOfItem, string currency) =>
        item is { Cancelled: false, Kind: ItemKind.Invoice } && item.Currency == currency
        && (item.IssuedOn == issuedOn || (minorOfItem == minor && Math.Abs(item.IssuedOn.DayNumber - issuedOn.DayNumber) <= MovedDaysMax));

    private static bool IsMoved(ItemState item, ListedInvoice row) =>
        row.Amount is { } amount && IsMoved(item, row.IssuedOn, amount.Minor, item.Amount, amount.Currency.Code);

    // Of the years beside the row's, and the number itself, which the first year has.
    private static string[] YearsBeside(ListedInvoice row) =>
        [row.Number, OfYear(row.Number, row.IssuedOn.Year - 1), OfYear(row.Number, row.IssuedOn.Year + 1)];

    private static string FamilyOf(ItemState bare, ListedInvoice row) => bare.Cancelled || bare.IssuedOn.Year == row.IssuedOn.Year ? row.Number : OfYear(row.Number, row.IssuedOn.Year);

    private static bool Is(ItemState item, ListedInvoice row) => !item.Cancelled && item.IssuedOn == row.IssuedOn && item.DueOn == row.DueOn;

    /// <summary>The payment that a list knows by the key, if it stands; and the key that the next would get.</summary>
    /// <param name="last">The last there was, reversed or not.</param>
    public static CashState? PaymentOf(PartyState state, string key, out CashState? last, out string next)
    {
        last = null;
        foreach (var name in PaymentKeys(key))
        {
            next = name;
            if (!state.Cash.TryGetValue(name, out var cash)) return null;
            last = cash;
            if (!cash.Reversed) return cash;
        }
        throw new System.Diagnostics.UnreachableException();
    }

    internal static IEnumerable<string> PaymentKeys(string key)
    {
        yield return key;
        for (var again = 2; ; again++) yield return string.Create(CultureInfo.InvariantCulture, $"{key}~{again}");
    }

    /// <summary>Nothing of what a list says is new: the input would change nothing. All that it needs is loaded.</summary>
    public static bool IsSaid(PartyState state, Input input)
    {
        switch (input)
        {
            case Input.AccountSet { Said: { } said } i:
                // What others changed since stands until the list itself says something else.
                return i.IsKnown && state.Account(i.Account) is { } account && (account.Said is null || account.Said == said || ListOf(account.Said) != ListOf(said));
            case Input.Invoice { Listed: { } row } i:
                return state.Item(i.Account, NameOf(state, i.Account, row)) is { Kind: ItemKind.Invoice } item
                    && (item.Cancelled ? i.IsKnown : item.IssuedOn == i.IssuedOn && item.DueOn == i.DueOn && item.Amount == i.Amount.Minor && item.Currency == i.Amount.Currency.Code);
            case Input.Payment { Listed: not null } i:
                if (PaymentOf(state, i.Key, out var last, out _) is not { } paid) return i.IsKnown && last is { IsUnlisted: false };
                return paid.Minor == i.Amount.Minor && paid.On == i.On && paid.Currency == i.Amount.Currency.Code;
            case Input.Unpaid i:
                return PaymentOf(state, i.Key, out _, out _) is null;
            case Input.CreditNote { IsListed: true } i:
                return state.Cash.TryGetValue(CashState.CreditKey(i.Account, i.Number), out var credit) && credit.Minor == i.Amount.Minor && credit.Currency == i.Amount.Currency.Code;
            default:
                return false;
        }
    }

    /// <summary>Of what a list says, which list's account it is about.</summary>
    public static string ListOf(string said) => said[..8];
}
