using System.Globalization;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;

namespace Recoup.Core.Receivables;

/// <summary>
/// Lists that are followed: which item a row is about, and whether anything in it is new. A ledger may give one number
/// to several instalments, or begin its numbers anew each year; the first of them keeps the bare number.
/// </summary>
public static class ListedItems
{
    /// <summary>
    /// The item that the row is about: one with its very dates, else the one that it names; where that was cancelled in another
    /// currency, one of its own. It need not exist yet.
    /// </summary>
    public static string NameOf(PartyState state, string account, ListedInvoice row)
    {
        var name = DatedNameOf(state, account, row);
        return row.Currency is { } currency && state.Item(account, name) is { Cancelled: true } item && item.Currency != currency
            ? OfCurrency(name, currency) : name;
    }

    private static string DatedNameOf(PartyState state, string account, ListedInvoice row)
    {
        if (state.Item(account, row.Number) is not { } bare) return Name(row.Number, row.Ordinal);
        if (Is(bare, row)) return row.Number;
        var family = FamilyOf(state, account, bare, row);
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
        foreach (var name in DatedNames(state, account, row)) yield return name;
        yield return NameOf(state, account, row);
        foreach (var name in InCurrencies(state, account, DatedNameOf(state, account, row), isCredit: false)) yield return name;
    }

    private static IEnumerable<string> DatedNames(PartyState state, string account, ListedInvoice row)
    {
        yield return row.Number;
        if (state.Item(account, row.Number) is not { } bare)
        {
            yield return Name(row.Number, row.Ordinal);
            yield break;
        }
        if (Is(bare, row)) yield break;
        if (bare.Cancelled) yield return OfYear(row.Number, row.IssuedOn.Year);
        var family = FamilyOf(state, account, bare, row);
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

    // --- numbers that turned from one currency to another ---

    /// <summary>The names that a number had in its currencies, the last one last; none where it was in one currency alone.</summary>
    private static List<string> InCurrencies(PartyState state, string account, string number, bool isCredit) =>
        ReceivableChapter.Slice.Of(state)?.CurrencyTurns?.Find(t => t.Account == account && t.IsCredit == isCredit && t.Number == number)?.Names ?? [];

    /// <summary>An invoice or a credit note stands by this name from now on: of a number that was in another currency, it is the last.</summary>
    internal static void Note(PartyState state, string account, string name, string currency, bool isCredit)
    {
        var mark = name.Length - currency.Length - 3;
        var isMarked = name[^1] == ')' && mark > 0 && OfCurrency(name[..mark], currency) == name;
        var slice = ReceivableChapter.Slice.In(state);
        if (!isMarked && slice.CurrencyTurns is null) return;
        var number = isMarked ? name[..mark] : name;
        var turns = slice.CurrencyTurns?.Find(t => t.Account == account && t.IsCredit == isCredit && t.Number == number);
        if (turns is null)
        {
            if (isMarked) (slice.CurrencyTurns ??= []).Add(new CurrencyTurns(account, isCredit, number, [number, name]));
            return;
        }
        turns.Names.Remove(name);
        turns.Names.Add(name);
    }

    /// <summary>The name by which the number stood last, where that is none of the row's currency; null: it is, or there never was another.</summary>
    private static string? LastInOtherCurrency(PartyState state, string account, string number, string name, bool isCredit) =>
        InCurrencies(state, account, number, isCredit).LastOrDefault() is { } last && last != name ? last : null;

    /// <summary>What the row was in another currency, where that stands and nothing of the row's currency does.</summary>
    internal static ItemState? StandingInOtherCurrency(PartyState state, string account, ListedInvoice row)
    {
        var name = NameOf(state, account, row);
        return state.Item(account, name) is not { Cancelled: false }
            && LastInOtherCurrency(state, account, DatedNameOf(state, account, row), name, isCredit: false) is { } last
            && state.Item(account, last) is { Cancelled: false, Kind: ItemKind.Invoice } item && item.Currency != row.Currency ? item : null;
    }

    /// <summary>As <see cref="StandingInOtherCurrency(PartyState, string, ListedInvoice)"/>, of a credit note: its number.</summary>
    internal static string? StandingInOtherCurrency(PartyState state, string account, ListedCredit row)
    {
        var name = CreditNameOf(state, account, row);
        return Credit(state, account, name) is not { Reversed: false }
            && LastInOtherCurrency(state, account, DatedCreditNameOf(state, account, row), name, isCredit: true) is { } last
            && Credit(state, account, last) is { Reversed: false } credit && credit.Currency != row.Currency ? last : null;
    }

    // What was cancelled stands again where the list had the number in another currency since: that it has this one is new.
    private static bool IsTurned(PartyState state, string account, ListedInvoice row) =>
        LastInOtherCurrency(state, account, DatedNameOf(state, account, row), NameOf(state, account, row), isCredit: false) is not null;

    private static bool IsTurned(PartyState state, string account, ListedCredit row) =>
        LastInOtherCurrency(state, account, DatedCreditNameOf(state, account, row), CreditNameOf(state, account, row), isCredit: true) is not null;

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

    /// <summary>As <see cref="IsMoved(ItemState, DateOnly, long, long, string)"/>, of a credit note.</summary>
    public static bool IsMoved(CashState credit, DateOnly issuedOn, long minor, long minorOfCredit, string currency) =>
        !credit.Reversed && credit.Currency == currency && minorOfCredit == minor && Math.Abs(credit.On.DayNumber - issuedOn.DayNumber) <= MovedDaysMax;

    private static bool IsMoved(CashState credit, ListedCredit row) =>
        credit.On == row.IssuedOn || (row.Amount is { } amount && IsMoved(credit, row.IssuedOn, amount.Minor, credit.Minor, amount.Currency.Code));

    private static string[] YearsBeside(ListedInvoice row) => YearsBeside(row.Number, row.IssuedOn.Year);

    /// <summary>Names of the years beside one, and the number itself, which the first year has.</summary>
    public static string[] YearsBeside(string number, int year) => [number, OfYear(number, year - 1), OfYear(number, year + 1)];

    // Of a cancelled invoice the number is free again, but not for one that is known with its year already.
    private static string FamilyOf(PartyState state, string account, ItemState bare, ListedInvoice row)
    {
        var year = row.IssuedOn.Year;
        if (bare.IssuedOn.Year == year) return row.Number;
        var ofYear = OfYear(row.Number, year);
        return bare.Cancelled && state.Item(account, ofYear) is null ? row.Number : ofYear;
    }

    private static bool Is(ItemState item, ListedInvoice row) => !item.Cancelled && item.IssuedOn == row.IssuedOn && item.DueOn == row.DueOn;

    // --- write-offs ---

    /// <summary>
    /// What is open of an item by the word of an outside ledger. One that does not know of a write-off yet has what was given up among what
    /// is open: its word is held against what was open before, and what was written off stays so. Minor units.
    /// </summary>
    /// <param name="listed">What the ledger says.</param>
    /// <param name="balance">What is open here.</param>
    /// <param name="writtenOff">What was written off and not recovered since.</param>
    public static long OpenBy(long listed, long balance, long writtenOff) => listed <= balance ? listed : Math.Max(0, listed - writtenOff);

    /// <summary>What a person should know where the ledger has among what is open what was written off here.</summary>
    public static string WrittenOffHere(ItemState item, long listed, long open, DateOnly asOf)
    {
        var (on, _) = item.WriteOffs!.FindLast(m => m.On <= asOf && m.Minor > 0);
        var given = Movements.SumOn(item.WriteOffs, asOf);
        return $"{Of(listed)} of {item.Number} are open in the list; {Of(given)} of it were written off on {on:yyyy-MM-dd} here "
            + $"and stay written off, so {Of(open)} are open. To collect it again send write_off_reversed";

        string Of(long minor) => $"{Foundation.Money.Format(minor, Foundation.Currency.Of(item.Currency))} {item.Currency}";
    }

    // --- credit notes ---

    /// <summary>The number of the credit note that the row is about: one of its very day, else the one that it names; it need not exist yet.</summary>
    public static string CreditNameOf(PartyState state, string account, ListedCredit row)
    {
        var name = DatedCreditNameOf(state, account, row);
        return row.Currency is { } currency && Credit(state, account, name) is { Reversed: true } credit && credit.Currency != currency
            ? OfCurrency(name, currency) : name;
    }

    private static string DatedCreditNameOf(PartyState state, string account, ListedCredit row)
    {
        if (Credit(state, account, row.Number) is not { } bare) return Name(row.Number, row.Ordinal);
        var family = FamilyOf(bare, row);
        var left = row.OfDay;
        for (var ordinal = 1; Credit(state, account, Name(family, ordinal)) is { } credit; ordinal++)
            if (credit.On == row.IssuedOn && --left == 0) return Name(family, ordinal);
        if (row.Ordinal == 1 && family != row.Number && Credit(state, account, family) is null)
            foreach (var name in YearsBeside(row.Number, row.IssuedOn.Year))
                if (Credit(state, account, name) is { } near && IsMoved(near, row)) return name;
        return Name(family, row.Ordinal);
    }

    /// <summary>The next number to be looked for before <see cref="CreditNameOf"/> can tell.</summary>
    internal static IEnumerable<string> CreditNames(PartyState state, string account, ListedCredit row)
    {
        foreach (var name in DatedCreditNames(state, account, row)) yield return name;
        yield return CreditNameOf(state, account, row);
        foreach (var name in InCurrencies(state, account, DatedCreditNameOf(state, account, row), isCredit: true)) yield return name;
    }

    private static IEnumerable<string> DatedCreditNames(PartyState state, string account, ListedCredit row)
    {
        yield return row.Number;
        if (Credit(state, account, row.Number) is not { } bare)
        {
            yield return Name(row.Number, row.Ordinal);
            yield break;
        }
        var family = FamilyOf(bare, row);
        for (var ordinal = 1; ; ordinal++)
        {
            yield return Name(family, ordinal);
            if (Credit(state, account, Name(family, ordinal)) is null) break;
        }
        if (row.Ordinal == 1 && family != row.Number && Credit(state, account, family) is null)
            foreach (var name in YearsBeside(row.Number, row.IssuedOn.Year)) yield return name;
        yield return Name(family, row.Ordinal);
    }

    private static string FamilyOf(CashState bare, ListedCredit row) =>
        bare.On.Year == row.IssuedOn.Year ? row.Number : OfYear(row.Number, row.IssuedOn.Year);

    private static CashState? Credit(PartyState state, string account, string number) => state.Cash.GetValueOrDefault(CashState.CreditKey(account, number));

    // --- payments ---

    /// <summary>
    /// The key of the payment that a list tells of: that of the number in the mapping, and which of those that bear the number
    /// it is for. So each instalment and each year has a payment of its own, in whatever order the rows come.
    /// </summary>
    public static string PaymentKey(PartyState state, string account, string key, ListedInvoice row)
    {
        var name = NameOf(state, account, row);
        if (name.Length == row.Number.Length) return key;
        return KeyBefore(key, row, name) is { } before && IsFor(before) ? before : key + name[row.Number.Length..];

        bool IsFor(string before) => PaymentOf(state, before, out var last, out _) is { } paid
            ? paid.Allocations.Exists(a => a.Number == name)
            : last is { IsUnlisted: false };
    }

    /// <summary>Keys that may be those of the payment, before <see cref="PaymentKey"/> can tell and then as it does.</summary>
    internal static IEnumerable<string> PaymentKeysOf(PartyState state, string account, string key, ListedInvoice row)
    {
        if (KeyBefore(key, row, NameOf(state, account, row)) is { } before) yield return before;
        foreach (var other in KeysInOtherCurrency(state, account, key, row)) yield return other;
        yield return PaymentKey(state, account, key, row);
    }

    /// <summary>
    /// The payment that stands of what the row was in another currency: money that the list told of in a currency in which, as it
    /// says now, it never came.
    /// </summary>
    internal static CashState? PaidInOtherCurrency(PartyState state, string account, string key, ListedInvoice row)
    {
        foreach (var other in KeysInOtherCurrency(state, account, key, row))
            if (PaymentOf(state, other, out _, out _) is { } paid && paid.Currency != row.Currency) return paid;
        return null;
    }

    private static IEnumerable<string> KeysInOtherCurrency(PartyState state, string account, string key, ListedInvoice row)
    {
        var (before, name) = (DatedNameOf(state, account, row), NameOf(state, account, row));
        if (before != name) yield return key + before[row.Number.Length..];
        foreach (var other in InCurrencies(state, account, before, isCredit: false))
            if (other != name && other != before && state.Item(account, other) is { Cancelled: true }) yield return key + other[row.Number.Length..];
    }

    // Payments of instalments had a slash, which may also end the number of another invoice, 501/2.
    private static string? KeyBefore(string key, ListedInvoice row, string name)
    {
        if (name.Length == row.Number.Length) return null;
        var mark = name.AsSpan(row.Number.Length + 2).TrimEnd(')');
        return int.TryParse(mark, CultureInfo.InvariantCulture, out var ordinal) && ordinal < Foundation.DateBounds.First.Year
            ? string.Create(CultureInfo.InvariantCulture, $"{key}/{ordinal}")
            : null;
    }

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

    /// <summary>The payment that stands although the list says that there is none.</summary>
    internal static CashState? PaidAgainst(PartyState state, PaymentInput.Unpaid i) =>
        PaymentOf(state, PaymentKey(state, i.Account, i.Key, i.Listed), out _, out _) is { } paid && !(paid.On > i.Through) ? paid : null;

    internal static IEnumerable<string> PaymentKeys(string key)
    {
        yield return key;
        for (var again = 2; ; again++) yield return string.Create(CultureInfo.InvariantCulture, $"{key}~{again}");
    }

    /// <summary>
    /// The key of a followed invoice was taken for another: the list has it at another customer now, or under another number, and both would
    /// be owed.
    /// </summary>
    /// <param name="input">Its key was taken before. All that it needs is loaded.</param>
    public static bool IsOfOther(PartyState state, Input input) => input is InvoiceInput.Issued { Listed: { Ordinal: 1 } row } i
        && i.Amount.Minor > 0 && state.Item(i.Account, row.Number) is null && state.Item(i.Account, NameOf(state, i.Account, row)) is null
        && !state.Unapplied.Exists(u => u.Key == CashState.CreditKey(i.Account, row.Number))
        && !(InstalmentOf(row) is { } instalment && state.Item(i.Account, instalment) is not null);

    /// <summary>The instalment whose row has a key that may be this one's too: that of 501 (2) ends as the number 501/2 does. Null: none has.</summary>
    internal static string? InstalmentOf(ListedInvoice row) =>
        row.Number.LastIndexOf('/') is > 0 and var slash
            && int.TryParse(row.Number.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at is > 1 and < 1000
            ? Name(row.Number[..slash], at) : null;

    /// <summary>Nothing of what a list says is new: the input would change nothing. All that it needs is loaded.</summary>
    public static bool IsSaid(PartyState state, Input input)
    {
        switch (input)
        {
            case InvoiceInput.Issued { Listed: { } row } i:
                return state.Item(i.Account, NameOf(state, i.Account, row)) is { Kind: ItemKind.Invoice } item
                    && (item.Cancelled ? IsCancelled(state, item, i, row) : Is(item, i, item.Amount) && MirrorOf(state, item, item.Amount) is null);
            case PaymentInput.Received { Listed: { } row } i:
                if (PaidInOtherCurrency(state, i.Account, i.Key, row) is not null) return false;
                if (PaymentOf(state, PaymentKey(state, i.Account, i.Key, row), out var last, out _) is { } paid) return Is(paid, i);
                // One that came back stays so while the row says what it said: the input's key stands for all who bear the number.
                return last is { IsUnlisted: false } && (i.IsKnown || Is(last, i));
            case PaymentInput.Unpaid i:
                return PaidAgainst(state, i) is null && PaidInOtherCurrency(state, i.Account, i.Key, i.Listed) is null;
            case CreditInput.Granted { IsListed: true } i:
                var number = i.Listed is { } listed ? CreditNameOf(state, i.Account, listed) : i.Number;
                return Credit(state, i.Account, number) is { } credit && MirrorOf(state, credit, number) is null
                    && (credit.Reversed ? (i.IsKnown || Is(credit, i)) && !(i.Listed is { } turned && IsTurned(state, i.Account, turned)) : Is(credit, i));
            default:
                return false;
        }
    }

    /// <summary>The row says of a cancelled invoice what was known of it when it was cancelled, and has said nothing else since.</summary>
    internal static bool IsCancelled(PartyState state, ItemState item, InvoiceInput.Issued i, ListedInvoice row) =>
        (i.IsKnown || Is(item, i, item.CancelledMinor)) && MirrorOf(state, item, item.CancelledMinor) is null && !IsTurned(state, i.Account, row);

    /// <summary>
    /// The credit note that stands under an invoice's number, day and amount: in the list the sign of the row was another. Of one that
    /// was put on an item since, nothing is known.
    /// </summary>
    internal static UnappliedCash? MirrorOf(PartyState state, ItemState item, long minor) => state.Unapplied.Count == 0 ? null : state.Unapplied.Find(
        u => u.On == item.IssuedOn && u.Currency == item.Currency && u.InAll == minor && u.Key == CashState.CreditKey(item.Account, item.Number));

    /// <summary>The invoice that stands under a credit note's number, day and amount.</summary>
    internal static ItemState? MirrorOf(PartyState state, CashState credit, string number) =>
        state.Item(credit.Account, number) is { Cancelled: false, Kind: ItemKind.Invoice } item
            && item.IssuedOn == credit.On && item.Currency == credit.Currency && item.Amount == credit.Minor ? item : null;

    private static bool Is(ItemState item, InvoiceInput.Issued i, long minor) =>
        item.IssuedOn == i.IssuedOn && item.DueOn == i.DueOn && minor == i.Amount.Minor && item.Currency == i.Amount.Currency.Code;

    private static bool Is(CashState credit, CreditInput.Granted i) =>
        credit.Minor == i.Amount.Minor && credit.On == i.On && credit.Currency == i.Amount.Currency.Code;

    private static bool Is(CashState paid, PaymentInput.Received i) =>
        paid.Minor == i.Amount.Minor && paid.On == i.On && paid.Currency == i.Amount.Currency.Code;
}
