using System.Globalization;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;

namespace Recoup.Storage.Work;

/// <summary>Brings what is recorded to what a list of open items says, account by account.</summary>
internal sealed class OpenItemsFollower(
    Door door, Readings readings, OpenItemsList list, DateOnly on, string source, OpenItemsReport report, Action<long, string, string> reject)
{
    private readonly string key = $"open-items/{source}/{on:yyyy-MM-dd}";
    private readonly List<InputProblem> problems = [];
    private readonly List<InputUnit> units = [];
    private readonly List<string> raws = [];
    private readonly Aside aside = new(door, SetAsides.Import, input => input.Key);

    /// <summary>Items that a rejected row is or may be about.</summary>
    public long LeftAlone { get; private set; }

    public void Follow()
    {
        list.Begin();
        foreach (var account in list.Accounts())
        {
            var party = door.Store.Party(door.Store.PartyOf(account.Account) ?? account.Account);
            var isKnown = party?.State.Account(account.Account) is not null;
            if (!isKnown && account.Rows.All(r => r.Minor == 0)) { report.Same += account.Rows.Count; continue; }
            if (account.Set is { } set) Add(account.Rows[^1], set);
            else if (!isKnown)
                Add(account.Rows[0],
                    Parse($$"""{"type":"account","key":{{Quote($"open-items/account/{account.Account}")}},"account":{{Quote(account.Account)}}}"""));
            var (pid, state) = party ?? (0, new PartyState { Id = account.Account });
            for (var from = 0; from < account.Rows.Count;)
            {
                var to = from + 1;
                while (to < account.Rows.Count && account.Rows[to].Number == account.Rows[from].Number) to++;
                FollowNumber([.. account.Rows.Skip(from).Take(to - from)], pid, state);
                from = to;
            }
        }
        Flush();
        list.Commit();
    }

    /// <summary>What is open here and not in the list is closed.</summary>
    public void Close()
    {
        var gone = new List<(string Account, string Number, DateOnly IssuedOn, string Currency, bool IsCredit)>();
        foreach (var item in readings.OpenItems())
            if (item.Balance != 0 && !list.IsMet(item.Account, item.Number) && !IsLeftAlone(item.Account, item.Number))
                gone.Add((item.Account, item.Number, item.IssuedOn, item.Currency, false));
        foreach (var credit in OpenItemsIntake.ListedCredits(door.Store, readings, source))
            if (OpenItemsIntake.NumberOf(credit) is var number && !list.IsMet(credit.Account, Credit(number)) && !IsLeftAlone(credit.Account, number))
                gone.Add((credit.Account, number, credit.On, credit.Currency, true));
        foreach (var (account, number, issued, currency, isCredit) in gone)
        {
            var row = new ListedRow(0, account, number, issued, issued, 0, currency, "");
            var seq = (door.Store.Party(door.Store.PartyOf(account) ?? account)?.State.LastSeq ?? 0).ToString(CultureInfo.InvariantCulture);
            if (Add(row, Balance(row, isCredit ? "credit_note" : "invoice", number, Later(on, issued), seq))) report.Closed++;
        }
        Flush();
    }

    private bool IsLeftAlone(string account, string name)
    {
        if (!list.IsLeftAlone(account, name, ListedItems.NumberOf(name) ?? name)) return false;
        LeftAlone++;
        return true;
    }

    // --- one number ---

    private void FollowNumber(ListedRow[] rows, long pid, PartyState state)
    {
        var credits = Array.FindAll(rows, r => r.Minor < 0);
        if (credits.Length > 0)
            foreach (var (credit, name) in Named(credits, number => Known(LoadCredit(rows[0].Account, number, pid, state), number)))
                FollowCredit(InItsCurrency(credit with { Number = name }, pid, state), pid, state);
        var owed = Array.FindAll(rows, r => r.Minor >= 0);
        if (owed.Length == 0) return;
        foreach (var (row, name) in Named(owed, number => Known(Load(rows[0].Account, number, pid, state))))
            FollowItem(row, InItsCurrency(row, name, pid, state), state);
    }

    // What is in another currency by now is an item of its own; the one before is in the list no more, and closed as such.
    private string InItsCurrency(ListedRow row, string name, long pid, PartyState state)
    {
        if (row.Minor == 0 || Load(row.Account, name, pid, state) is not { Kind: ItemKind.Invoice } item || item.Currency == row.Currency) return name;
        var other = ListedItems.OfCurrency(name, row.Currency);
        Load(row.Account, other, pid, state);
        return other;
    }

    private ListedRow InItsCurrency(ListedRow credit, long pid, PartyState state) =>
        LoadCredit(credit.Account, credit.Number, pid, state) is { } known && known.Currency != credit.Currency
            ? credit with { Number = ListedItems.OfCurrency(credit.Number, credit.Currency) }
            : credit;

    private ItemState? Load(string account, string name, long pid, PartyState state)
    {
        if (pid != 0 && !state.Items.WasLookedFor((account, name))) door.Store.Load(state.Items, pid, (account, name));
        return state.Item(account, name);
    }

    private CashState? LoadCredit(string account, string number, long pid, PartyState state)
    {
        var key = CashState.CreditKey(account, number);
        if (pid != 0 && !state.Cash.WasLookedFor(key)) door.Store.Load(state.Cash, pid, key);
        return state.Cash.GetValueOrDefault(key);
    }

    /// <summary>An item or a credit note that may be a row's.</summary>
    /// <param name="DueOn">Null: it has none by which it could be told from others of its day.</param>
    /// <param name="IsGone">It was cancelled: its number is free again.</param>
    /// <param name="IsMovedTo">It is the row's although the year of issue is another.</param>
    private sealed record Candidate(string Name, DateOnly IssuedOn, DateOnly? DueOn, bool IsGone, bool IsSettled, Func<ListedRow, bool> IsMovedTo)
    {
        public bool Is(ListedRow row) => !IsGone && IssuedOn == row.IssuedOn && (DueOn is null || DueOn == row.DueOn);
    }

    private static Candidate? Known(ItemState? item) => item is null
        ? null
        : new Candidate(item.Number, item.IssuedOn, item.DueOn, item.Cancelled, item.Balance == 0,
            row => ListedItems.IsMoved(item, row.IssuedOn, ListedItems.OpenBy(row.Minor, item.Balance, item.WrittenOff), item.Balance, row.Currency));

    private static Candidate? Known(CashState? credit, string number) => credit is null
        ? null
        : new Candidate(number, credit.On, null, false, credit.Unapplied == 0,
            row => ListedItems.IsMoved(credit, row.IssuedOn, -row.Minor, credit.Unapplied, row.Currency));

    /// <summary>Which item or credit note each row is about: first those that have its very dates, then those that are left, then new ones.</summary>
    private static List<(ListedRow Row, string Name)> Named(ListedRow[] rows, Func<string, Candidate?> load)
    {
        var number = rows[0].Number;
        var bare = load(number);
        if (rows.Length == 1 && (bare is null || bare.Is(rows[0]))) return [(rows[0], number)];
        if (rows.Length == 1 && MovedOverTheYear(rows[0], bare!, load) is { } moved) return [(rows[0], moved)];
        var named = new List<(ListedRow, string)>(rows.Length);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        // Where a number begins anew each year, the first year known keeps it bare.
        var firstYear = bare is { IsGone: false } ? bare.IssuedOn.Year : rows.Min(r => r.IssuedOn.Year);
        foreach (var year in rows.GroupBy(r => r.IssuedOn.Year))
        {
            var ofYear = ListedItems.OfYear(number, year.Key);
            // Of one that was cancelled the number is free again, but not for what is known with its year already.
            var isBare = year.Key == firstYear && (bare is null || bare.IssuedOn.Year == year.Key || load(ofYear) is null);
            var family = isBare ? number : ofYear;
            var known = Family(family);
            var left = new List<ListedRow>();
            foreach (var row in year)
                if (known.Find(i => !taken.Contains(i.Name) && i.Is(row)) is { } same) Name(row, same.Name);
                else left.Add(row);
            foreach (var row in left.OrderBy(r => r.DueOn))
            {
                var other = known.Where(i => !taken.Contains(i.Name) && !i.IsGone)
                    .OrderBy(i => i.IssuedOn != row.IssuedOn).ThenBy(i => i.IsSettled).ThenBy(i => i.DueOn ?? i.IssuedOn).FirstOrDefault();
                if (other is not null) { Name(row, other.Name); continue; }
                var ordinal = 1;
                while (IsTaken(ListedItems.Name(family, ordinal))) ordinal++;
                Name(row, ListedItems.Name(family, ordinal));

                bool IsTaken(string name) => taken.Contains(name) || known.Exists(i => i.Name == name && !i.IsGone);
            }
        }
        return named;

        void Name(ListedRow row, string name)
        {
            taken.Add(name);
            named.Add((row, name));
        }

        List<Candidate> Family(string family)
        {
            var items = new List<Candidate>();
            for (var ordinal = 1; load(ListedItems.Name(family, ordinal)) is { } item; ordinal++) items.Add(item);
            return items;
        }
    }

    /// <summary>The item whose day of issue was corrected over a year's end, where nothing is known under the number of the row's year.</summary>
    private static string? MovedOverTheYear(ListedRow row, Candidate bare, Func<string, Candidate?> load)
    {
        var year = row.IssuedOn.Year;
        if (bare.IsGone || bare.IssuedOn.Year == year || load(ListedItems.OfYear(row.Number, year)) is not null) return null;
        return Array.Find(ListedItems.YearsBeside(row.Number, year), name => load(name)?.IsMovedTo(row) == true);
    }

    private void FollowItem(ListedRow row, string name, PartyState state)
    {
        list.Meet(row.Account, name);
        var item = state.Item(row.Account, name);
        var seq = state.LastSeq.ToString(CultureInfo.InvariantCulture);
        if (item is null || item.Cancelled)
        {
            if (row.Minor == 0) { report.Same++; return; }
            // A number issued again after its cancellation is another document.
            if (Add(row, Invoice(row, name, $"open-items/{source}/{row.Account}/{name}{(item is null ? "" : $"/{seq}")}", row.Minor))) report.New++;
            // What it would have come after stays as it is.
            else list.Meet(row.Account, row.Number);
            return;
        }
        // Nothing of it is open, in whatever currency.
        if (row.Minor == 0) row = row with { Currency = item.Currency };
        if (item.Currency != row.Currency)
        {
            report.Rejected++;
            reject(row.Line, $"item {row.Number} is in {item.Currency} here, in {row.Currency} in the file", row.Raw);
            return;
        }
        var inputs = new List<Input?>();
        var isAnew = item.Kind == ItemKind.Invoice && item.IssuedOn != row.IssuedOn;
        if (isAnew && Invoice(row, name, $"{key}/{row.Account}/{name}/{seq}/issued", item.Amount) is { } anew)
            inputs.Add(anew with { Listed = new ListedInvoice(name, row.IssuedOn, row.DueOn, 1, anew.Amount) });
        // Without a due day, where nothing is open, it stands on the day of issue.
        else if (item.Kind == ItemKind.Invoice && item.DueOn != row.DueOn && (row.Minor != 0 || row.DueOn != row.IssuedOn))
            inputs.Add(Redated(row, name, Later(on, item.IssuedOn), seq));
        var open = ListedItems.OpenBy(row.Minor, item.Balance, item.WrittenOff);
        if (open != row.Minor)
        {
            report.GivenUp[row.Currency] = report.GivenUp.GetValueOrDefault(row.Currency) + row.Minor - open;
            report.Remarks.Add(row.Line, [$"account {row.Account}: {ListedItems.WrittenOffHere(item, row.Minor, open, DateOnly.MaxValue)}"]);
        }
        if (isAnew || item.Balance != open) inputs.Add(Balance(row, "invoice", name, Later(on, isAnew ? row.IssuedOn : item.IssuedOn), seq));
        if (inputs.Count == 0) { report.Same++; return; }
        if (Add(row, [.. inputs])) report.Corrected++;
    }

    private void FollowCredit(ListedRow row, long pid, PartyState state)
    {
        list.Meet(row.Account, Credit(row.Number));
        var credit = LoadCredit(row.Account, row.Number, pid, state);
        // Told of again with what is known of it, a credit that came from elsewhere is the list's from now on.
        var known = credit is { Minor: > 0 } ? credit.Minor : -row.Minor;
        var named = Quote(OpenItemsIntake.CreditKey(source, row.Account, row.Number));
        var told = (CreditInput.Granted?)Parse(
            $$"""{"type":"credit_note","key":{{named}},"account":{{Quote(row.Account)}},"number":{{Quote(row.Number)}},"""
            + $$""" "on":"{{row.IssuedOn:yyyy-MM-dd}}","amount":"{{Format(known, row.Currency)}}","currency":"{{row.Currency}}"}""");
        // What is known of one that came back is that nothing was left of it; its balance below says what is now.
        if (told is not null) told = told with { IsListed = true, Amount = credit is null ? told.Amount : new Money(credit.Minor, told.Amount.Currency) };
        if (credit is null)
        {
            if (Add(row, told)) report.New++;
            return;
        }
        var left = row with { Minor = -row.Minor };
        if (credit.Unapplied == left.Minor && credit.On == row.IssuedOn)
        {
            if (Add(row, told)) report.Same++;
            return;
        }
        var seq = state.LastSeq.ToString(CultureInfo.InvariantCulture);
        if (Add(row, told, Balance(left, "credit_note", row.Number, Later(on, Later(credit.On, row.IssuedOn)), seq))) report.Corrected++;
    }

    private static string Credit(string number) => $"credit:{number}";

    // --- inputs ---

    private InvoiceInput.Issued? Invoice(ListedRow row, string name, string named, long minor) => (InvoiceInput.Issued?)Parse(
        $$"""
        {"type":"invoice","key":{{Quote(OpenItemsIntake.Keyed(named))}},"account":{{Quote(row.Account)}},"number":{{Quote(name)}},
        "issued_on":"{{row.IssuedOn:yyyy-MM-dd}}","due_on":"{{row.DueOn:yyyy-MM-dd}}","amount":"{{Format(minor, row.Currency)}}",
        "currency":"{{row.Currency}}"}
        """);

    private Input? Redated(ListedRow row, string name, DateOnly from, string seq) => Parse(
        $$"""
        {"type":"invoice_corrected","key":{{Quote(OpenItemsIntake.Keyed($"{key}/{row.Account}/{name}/{seq}/due"))}},
        "account":{{Quote(row.Account)}},"invoice":{{Quote(name)}},"on":"{{from:yyyy-MM-dd}}","due_on":"{{row.DueOn:yyyy-MM-dd}}",
        "reason":{{Quote($"open items of {source}")}}}
        """);

    /// <param name="seq">What the party had come to: the same change on the same day, after another, is a change again.</param>
    private Input? Balance(ListedRow row, string field, string name, DateOnly day, string seq) => Parse(
        $$"""
        {"type":"open_balance","key":{{Quote(OpenItemsIntake.Keyed($"{key}/{row.Account}/{name}/{seq}"))}},"account":{{Quote(row.Account)}},
        "{{field}}":{{Quote(name)}},"on":"{{day:yyyy-MM-dd}}","balance":"{{Format(row.Minor, row.Currency)}}","currency":"{{row.Currency}}",
        "reason":{{Quote($"open items of {source}")}}}
        """);

    /// <summary>
    /// Null where the row can't be said so, such as a name too long with the year in it: <see cref="Add"/> rejects it, and goes on
    /// with others.
    /// </summary>
    private Input? Parse(string json) => InputJson.Parse(System.Text.Encoding.UTF8.GetBytes(json), $"import:{source}", problems, trusted: true);

    private static string Quote(string text) => $"\"{System.Text.Json.JsonEncodedText.Encode(text)}\"";

    private static string Format(long minor, string currency) => Money.Format(minor, Currency.Of(currency));

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

    /// <summary>Whether the row could be said in inputs; it is rejected where not.</summary>
    private bool Add(ListedRow row, params Input?[] inputs)
    {
        if (problems.Count > 0)
        {
            report.Rejected++;
            reject(row.Line, string.Join("; ", problems.Distinct()), row.Raw);
            problems.Clear();
            return false;
        }
        units.Add(new InputUnit(row.Line, [.. inputs.OfType<Input>()]));
        raws.Add(row.Raw);
        if (units.Count >= Intake.PartSize) Flush();
        return true;
    }

    private void Flush()
    {
        if (units.Count == 0) return;
        var results = aside.Take([.. units]).Units;
        for (var i = 0; i < results.Count; i++)
        {
            foreach (var kind in results[i].Accepted) report.Inputs[kind] = report.Inputs.GetValueOrDefault(kind) + 1;
            if (results[i].Status is not (UnitStatus.Refused or UnitStatus.SetAside)) continue;
            report.Rejected++;
            if (results[i].Status == UnitStatus.SetAside) report.SetAside++;
            reject(results[i].Line, results[i].Refused?.Message ?? Intake.WordsOf(results[i]), raws[i]);
        }
        units.Clear();
        raws.Clear();
        door.TryMergeCells(always: false);
    }
}
