using Recoup.Core.Accounts;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Inputs;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;

namespace Recoup.Tests.Properties;

/// <summary>
/// The books kept by hand: what inputs that were taken mean for documents and cash, written as plainly as can be and
/// sharing no code with the fold. Nothing is summed up beforehand; every question goes through all entries again.
/// </summary>
internal sealed class Ledger(Policy policy)
{
    /// <summary>An invoice or charge.</summary>
    public sealed class Document
    {
        public required string Account { get; init; }
        public required string Number { get; init; }
        public required bool IsCharge { get; init; }
        public required string Currency { get; init; }
        public required DateOnly Issued { get; set; }
        public required DateOnly FirstDue { get; init; }

        /// <summary>The day on which it was learned, where it was overdue by then.</summary>
        public DateOnly? EnteredOn { get; set; }
        public long Amount { get; set; }
        public DateOnly? CancelledOn { get; set; }
        public long CancelledMinor { get; set; }

        /// <summary>Cancellations taken back: from a day on, until another.</summary>
        public List<(DateOnly From, DateOnly Until)> WasCancelled { get; } = [];

        public bool IsCancelledOn(DateOnly day) => CancelledOn <= day || WasCancelled.Exists(c => c.From <= day && day < c.Until);

        /// <summary>Corrections of the due date in the order in which they were learned.</summary>
        public List<(DateOnly From, DateOnly Due)> Redated { get; } = [];
        public List<(DateOnly On, long Minor)> Entries { get; } = [];
        public List<(DateOnly On, long Minor)> WriteOffs { get; } = [];
        public List<(DateOnly On, long Minor)> Waivers { get; } = [];
        public List<Cash> MetBy { get; } = [];

        public long Balance => Entries.Sum(e => e.Minor);
        public long WrittenOff => WriteOffs.Sum(w => w.Minor);
        public long BalanceOn(DateOnly day) => Entries.Where(e => e.On <= day).Sum(e => e.Minor);

        /// <summary>What was learned last of those that speak of the day.</summary>
        public DateOnly DueOn(DateOnly day) => Redated.Where(r => r.From <= day).Select(r => (DateOnly?)r.Due).LastOrDefault() ?? FirstDue;

        public DateOnly Due => DueOn(DateOnly.MaxValue);

        /// <summary>The day from which nothing was open any more, up to a day; null while something is.</summary>
        public DateOnly? SettledOn(DateOnly asOf)
        {
            if (asOf < Issued || BalanceOn(asOf) != 0) return null;
            // An invoice over nothing never was open, unless something made it so.
            if (!Entries.Exists(e => e.On == Issued && e.Minor != 0) && Entries.TrueForAll(e => e.On > asOf || BalanceOn(e.On) == 0)) return null;
            var day = asOf;
            while (day > Issued && BalanceOn(day.AddDays(-1)) == 0) day = day.AddDays(-1);
            return day;
        }
    }

    public sealed class Cash
    {
        public required string Key { get; init; }
        public required string Account { get; init; }
        public required bool IsCredit { get; init; }
        public required string Currency { get; init; }
        public required DateOnly On { get; init; }
        public required long Minor { get; init; }
        public bool Reversed { get; set; }
        public List<(string Number, long Minor)> Waiting { get; } = [];

        /// <summary>What stands on items: by item, since when, on its balance or on what had been written off.</summary>
        public List<Part> Parts { get; } = [];

        public List<(DateOnly On, long Minor)> Unapplied { get; } = [];

        /// <summary>Out to the customer, and not come back.</summary>
        public long Refunded { get; set; }
        public long UnappliedInAll => Unapplied.Sum(u => u.Minor);
        public long UnappliedOn(DateOnly day) => Unapplied.Where(u => u.On <= day).Sum(u => u.Minor);
    }

    public sealed class Part(Document on, long minor, DateOnly since, bool recovery)
    {
        public Document Document => on;
        public long Minor { get; set; } = minor;
        public DateOnly Since => since;
        public bool Recovery => recovery;

        /// <summary>Parts of it that were taken back before it was reversed, and when.</summary>
        public List<(DateOnly On, long Minor)> Back { get; } = [];
    }

    public sealed record Disputed(string Key, string Account, string? Number, DateOnly From)
    {
        public DateOnly? Closed { get; set; }
        public bool StandsOn(DateOnly day) => From <= day && !(Closed <= day);
    }

    public sealed record Held(string Key, string Account, DateOnly From)
    {
        public DateOnly To { get; set; }
        public bool StandsOn(DateOnly day) => From <= day && day <= To;
    }

    public sealed record Promised(string Key, string Account, DateOnly From, DateOnly Due, long Minor, string Currency)
    {
        public DateOnly? Closed { get; set; }
        private readonly List<(DateOnly Closed, DateOnly Again)> rests = [];

        /// <summary>Its money went back.</summary>
        public void Again(DateOnly day)
        {
            rests.Add((Closed!.Value, day));
            Closed = null;
        }

        public bool StandsOn(DateOnly day) => From <= day && !(Closed <= day) && !rests.Exists(r => r.Closed <= day && day < r.Again);
    }

    public sealed class Account(string id, string party, string portfolio)
    {
        public string Id => id;

        public string Party { get; set; } = party;

        public string Portfolio => portfolio;

        /// <summary>Until each of these days it was of another party.</summary>
        public List<(DateOnly Until, string Party)> Former { get; } = [];

        public string PartyOn(DateOnly day) => Former.Where(f => day < f.Until).Select(f => f.Party).FirstOrDefault() ?? Party;

        public string? Zone { get; set; }

        /// <summary>From each of these days on it is of another portfolio.</summary>
        public List<(DateOnly From, string Portfolio)> Moves { get; } = [];

        public string PortfolioOn(DateOnly day) => Moves.Where(m => m.From <= day).Select(m => m.Portfolio).LastOrDefault() ?? Portfolio;

        public string PortfolioNow => PortfolioOn(DateOnly.MaxValue);
    }

    public Dictionary<string, Account> Accounts { get; } = new(StringComparer.Ordinal);
    public List<Document> Documents { get; } = [];
    public List<Cash> AllCash { get; } = [];
    public List<Disputed> Disputes { get; } = [];
    public List<Held> Holds { get; } = [];
    public List<Promised> Promises { get; } = [];
    public Dictionary<string, string> Zones { get; } = new(StringComparer.Ordinal);

    /// <summary>By party and portfolio: the segment from a day on, in the order in which they were decided.</summary>
    public Dictionary<(string Party, string Portfolio), List<(DateOnly From, string Segment)>> Segments { get; } = [];

    public string SegmentOn(string account, DateOnly day) =>
        Segments.TryGetValue((Accounts[account].PartyOn(day), Accounts[account].PortfolioOn(day)), out var segments)
            ? segments.Where(s => s.From <= day).Select(s => s.Segment).LastOrDefault() ?? "unsegmented" : "unsegmented";

    /// <summary>By the refund's key, what was taken of which payment or credit.</summary>
    private readonly Dictionary<string, List<(Cash Of, long Minor)>> refunds = new(StringComparer.Ordinal);

    /// <summary>The least that entries come to on a day or on any after it.</summary>
    private static long Least(List<(DateOnly On, long Minor)> entries, DateOnly from) =>
        entries.Select(e => e.On).Where(d => d > from).Append(from).Min(day => entries.Where(e => e.On <= day).Sum(e => e.Minor));

    /// <summary>The first day, no sooner than the one given, from which entries come to so much on every day that is known.</summary>
    private static DateOnly EnoughFrom(List<(DateOnly On, long Minor)> entries, long minor, DateOnly soonest) =>
        minor <= 0 ? soonest : entries.Select(e => e.On).Where(d => d > soonest).Append(soonest).Order().First(day => Least(entries, day) >= minor);

    private Cash CashOf(string account, string? payment, string? credit) => AllCash.Single(c => c.Key == (payment ?? $"credit:{account}:{credit}"));

    private Document? Find(string account, string number) => Documents.Find(d => d.Account == account && d.Number == number);

    private Document Get(string account, string number) =>
        Find(account, number) ?? throw new InvalidOperationException($"the door took something about {number} of {account}, which there is not");

    /// <summary>What a decision or the passing of time did, as far as the books know of it.</summary>
    public void Note(JournalRow row)
    {
        switch (Play.EventOf(row))
        {
            case DecisionEvent.Made { Decision: var d }:
                if (!Segments.TryGetValue((row.Party, d.Portfolio), out var segments)) Segments[(row.Party, d.Portfolio)] = segments = [];
                segments.Add((row.EffectiveOn, d.Segment));
                break;
            case PromiseEvent.Closed closed: Promises.Find(p => p.Key == closed.Promise)!.Closed = row.EffectiveOn; break;
            case PromiseEvent.Reopened again: Promises.Find(p => p.Key == again.Promise)!.Again(row.EffectiveOn); break;
            default: break;
        }
    }

    /// <param name="input">Was taken and was not known before.</param>
    /// <param name="learned">The business date under which it was recorded.</param>
    public void Take(Input input, DateOnly learned)
    {
        ForgetWaiting(input.AccountId, learned);
        Enter(input, learned);
        ForgetWaiting(input.AccountId, learned);
    }

    /// <summary>What is used up waits for no invoice any more, even if it comes back.</summary>
    private void ForgetWaiting(string account, DateOnly day)
    {
        if (!Accounts.TryGetValue(account, out var of)) return;
        foreach (var cash in AllCash.Where(c => c.Waiting.Count > 0 && Accounts[c.Account].Party == of.Party))
            if (cash.UnappliedOn(day) == 0 && cash.Unapplied.Where(u => u.On > day).GroupBy(u => u.On).All(g => g.Sum(u => u.Minor) == 0)) cash.Waiting.Clear();
    }

    private void Join(string party, string other, DateOnly on)
    {
        var all = Accounts.Values.Where(a => a.Party == other).ToList();
        foreach (var portfolio in all.Select(a => a.PortfolioNow).Concat(Segments.Keys.Where(k => k.Party == other).Select(k => k.Portfolio))
            .Distinct().ToList())
            // Where the party is new it has the segments that the other had.
            if (!Segments.ContainsKey((party, portfolio)) && !Accounts.Values.Any(a => a.Party == party && a.PortfolioNow == portfolio)
                && Segments.TryGetValue((other, portfolio), out var segments))
                Segments[(party, portfolio)] = [.. segments];
        foreach (var account in all)
        {
            account.Former.Add((on, other));
            account.Party = party;
        }
    }

    private void Enter(Input input, DateOnly learned)
    {
        switch (input)
        {
            case WorkspaceInput.PortfolioSet i: if (i.TimeZone is { } zone) Zones[i.Portfolio] = zone; break;
            case AccountInput.Set i:
                if (!Accounts.TryGetValue(i.Account, out var account))
                    Accounts[i.Account] = account = new Account(i.Account, i.Party ?? i.Account, i.Portfolio ?? "main");
                account.Zone = i.TimeZone ?? account.Zone;
                break;
            case AccountInput.Joined i: Join(Accounts[i.With].Party, Accounts[i.Account].Party, learned); break;
            case AccountInput.Moved i: if (Accounts[i.Account].PortfolioNow != i.Portfolio) Accounts[i.Account].Moves.Add((learned, i.Portfolio)); break;
            case InvoiceInput.Issued i: Issue(i.Account, i.Number, false, i.Amount.Minor, i.Amount.Currency.Code, i.IssuedOn, i.DueOn, learned); break;
            case ChargeInput.Made i: Issue(i.Account, i.Number ?? i.Key, true, i.Amount.Minor, i.Amount.Currency.Code, i.On, i.DueOn ?? i.On, learned); break;
            case InvoiceInput.Corrected i:
                {
                    var document = Get(i.Account, i.Invoice);
                    if (i.Amount is { } amount) Change(document, amount.Minor - document.Amount, i.On);
                    if (i.DueOn is { } due) document.Redated.Add((i.On, due));
                    break;
                }
            case InvoiceInput.Cancelled i: Cancel(Get(i.Account, i.Invoice), i.On); break;
            case ChargeInput.Cancelled i: Cancel(Get(i.Account, i.Charge), i.On); break;
            case InvoiceInput.CancellationReversed i:
                {
                    var document = Get(i.Account, i.Invoice);
                    if (document.CancelledOn < i.On) document.WasCancelled.Add((document.CancelledOn.Value, i.On));
                    document.CancelledOn = null;
                    document.Amount += document.CancelledMinor;
                    document.Entries.Add((i.On, document.CancelledMinor));
                    foreach (var cash in document.MetBy.ToList())
                    {
                        var on = Later(i.On, cash.On);
                        var was = cash.Parts.Where(p => p.Document == document && !p.Recovery).Sum(p => p.Back.Sum(b => b.Minor));
                        Meet(cash, document, Math.Min(Math.Min(was, Least(cash.Unapplied, on)), document.Balance), on);
                        cash.Waiting.RemoveAll(w => w.Number == i.Invoice);
                    }
                    break;
                }
            case PaymentInput.Refunded i:
                {
                    var rest = i.Amount.Minor;
                    var from = refunds[i.Key] = [];
                    var all = i.Payment is null && i.CreditNote is null
                        ? AllCash.Where(c => c.Account == i.Account && c.Currency == i.Amount.Currency.Code && c.On <= i.On).OrderBy(c => c.On)
                            .ThenBy(c => c.Key, StringComparer.Ordinal).ToList()
                        : [CashOf(i.Account, i.Payment, i.CreditNote)];
                    foreach (var cash in all)
                    {
                        var part = Math.Min(rest, Least(cash.Unapplied, i.On));
                        if (part <= 0) continue;
                        from.Add((cash, part));
                        cash.Unapplied.Add((i.On, -part));
                        cash.Refunded += part;
                        rest -= part;
                    }
                    rest.ShouldBe(0, $"the door took a refund of more than there was: {i.Key}");
                    break;
                }
            case PaymentInput.RefundReversed i:
                foreach (var (cash, minor) in refunds[i.Refund])
                {
                    cash.Unapplied.Add((i.On, minor));
                    cash.Refunded -= minor;
                }
                break;
            case PaymentInput.AllocationReversed i:
                {
                    var cash = CashOf(i.Account, i.Payment, i.CreditNote);
                    var there = cash.Parts.Where(p => p.Document.Number == i.Invoice).ToList();
                    var rest = i.Amount?.Minor ?? there.Sum(p => p.Minor);
                    foreach (var part in Enumerable.Reverse(there))
                    {
                        var back = Math.Min(part.Minor, rest);
                        TakeOff(cash, part, back, i.On);
                        rest -= back;
                    }
                    break;
                }
            case PaymentInput.Received i:
                {
                    var cash = Receive(i.Key, i.Account, false, i.Amount.Minor, i.Amount.Currency.Code, i.On);
                    if (i.For is { Count: > 0 } named) foreach (var (number, part) in named) Name(cash, number, part.Minor, recovers: true);
                    else
                        foreach (var document in Documents.Where(d => d.Account == i.Account && d.Currency == cash.Currency && d.Balance > 0)
                            .Order(Comparer<Document>.Create(Order)).ToList())
                            Meet(cash, document, Math.Min(document.Balance, cash.UnappliedInAll), cash.On);
                    break;
                }
            case CreditInput.Granted i:
                {
                    var credit = Receive($"credit:{i.Account}:{i.Number}", i.Account, true, i.Amount.Minor, i.Amount.Currency.Code, i.On);
                    if (i.Invoice is { } of) Name(credit, of, i.Amount.Minor, recovers: false);
                    break;
                }
            case PaymentInput.Allocated i:
                {
                    var cash = AllCash.Single(c => c.Key == (i.Payment ?? $"credit:{i.Account}:{i.CreditNote}"));
                    Meet(cash, Get(i.Account, i.Invoice), i.Amount.Minor, i.On);
                    cash.Waiting.RemoveAll(w => w.Number == i.Invoice);
                    break;
                }
            case CreditInput.Cancelled i: Reverse(CashOf(i.Account, null, i.CreditNote), i.On); break;
            case PaymentInput.Reversed i: Reverse(AllCash.Single(c => c.Key == i.Payment), i.On); break;
            case ChargeInput.Waived i:
                {
                    var charge = Get(i.Account, i.Charge);
                    var minor = i.Amount?.Minor ?? charge.Balance;
                    charge.Entries.Add((i.On, -minor));
                    charge.Waivers.Add((i.On, minor));
                    charge.Amount -= minor;
                    break;
                }
            case ChargeInput.WaiverReversed i:
                {
                    var charge = Get(i.Account, i.Charge);
                    var minor = i.Amount?.Minor ?? Least(charge.Waivers, i.On);
                    charge.Entries.Add((i.On, minor));
                    charge.Waivers.Add((i.On, -minor));
                    charge.Amount += minor;
                    break;
                }
            case WriteOffInput.Reversed i:
                {
                    var document = Get(i.Account, i.Invoice);
                    var minor = i.Amount?.Minor ?? Least(document.WriteOffs, i.On);
                    document.Entries.Add((i.On, minor));
                    document.WriteOffs.Add((i.On, -minor));
                    break;
                }
            case WriteOffInput.Made i:
                {
                    var document = Get(i.Account, i.Invoice);
                    var minor = i.Amount?.Minor ?? document.Balance;
                    document.Entries.Add((i.On, -minor));
                    document.WriteOffs.Add((i.On, minor));
                    break;
                }
            case InvoiceInput.OpenBalance i:
                {
                    var document = Get(i.Account, i.Invoice!);
                    var (open, given) = (document.BalanceOn(i.On), document.WriteOffs.Where(w => w.On <= i.On).Sum(w => w.Minor));
                    // What is more than is open has in it what was given up here, which stays given up.
                    var wanted = i.Balance.Minor <= open ? i.Balance.Minor : Math.Max(0, i.Balance.Minor - given);
                    document.Entries.Add((i.On, wanted - open));
                    break;
                }
            case DisputeInput.Opened i: Disputes.Add(new Disputed(i.Key, i.Account, i.Invoice, i.On)); break;
            case DisputeInput.Closed i: Disputes.Find(d => d.Key == i.Dispute)!.Closed = i.On; break;
            case HoldInput.Placed i: Holds.Add(new Held(i.Key, i.Account, i.From) { To = i.To }); break;
            case HoldInput.Released i: Holds.Find(h => h.Key == i.Hold)!.To = i.On.AddDays(-1); break;
            case PromiseInput.Made i: Promises.Add(new Promised(i.Key, i.Account, i.On, i.DueOn, i.Amount.Minor, i.Amount.Currency.Code)); break;
            default: break;
        }
    }

    // Due date, issue date, number; charges before everything where the policy says so. Compared pair by pair.
    private int Order(Document a, Document b)
    {
        if (policy.Allocation == AllocationOrder.ChargesFirst && a.IsCharge != b.IsCharge) return a.IsCharge ? -1 : 1;
        if (a.Due != b.Due) return a.Due < b.Due ? -1 : 1;
        if (a.Issued != b.Issued) return a.Issued < b.Issued ? -1 : 1;
        return string.CompareOrdinal(a.Number, b.Number);
    }

    private void Issue(string account, string number, bool charge, long minor, string currency, DateOnly issued, DateOnly due, DateOnly learned)
    {
        if (Find(account, number) is { } former)
        {
            // Under a cancelled invoice's number another is issued; what was before stays in its past.
            (former.IsCharge || charge || former.CancelledOn is null).ShouldBeFalse($"the door took number {number} of {account} twice");
            if (former.CancelledOn < issued) former.WasCancelled.Add((former.CancelledOn.Value, issued));
            (former.CancelledOn, former.CancelledMinor, former.Issued, former.Amount) = (null, 0, issued, minor);
            former.Redated.Add((issued, due));
        }
        else
            Documents.Add(former = new Document
            {
                Account = account, Number = number, IsCharge = charge, Currency = currency, Issued = issued, FirstDue = due, Amount = minor,
            });
        var document = former;
        document.EnteredOn = learned > due ? learned : null;
        document.Entries.Add((issued, minor));
        if (charge) return;
        foreach (var cash in AllCash.Where(c => c.Account == account && c.Currency == currency && !c.Reversed))
        {
            var waiting = cash.Waiting.Where(w => w.Number == number).Sum(w => w.Minor);
            Meet(cash, document, Math.Min(waiting, Math.Min(document.Balance, cash.UnappliedInAll)), cash.On);
            if (waiting > 0 && document.MetBy.Contains(cash)) cash.Waiting.RemoveAll(w => w.Number == number);
        }
    }

    private Cash Receive(string key, string account, bool credit, long minor, string currency, DateOnly on)
    {
        var cash = new Cash { Key = key, Account = account, IsCredit = credit, Currency = currency, On = on, Minor = minor };
        cash.Unapplied.Add((on, minor));
        AllCash.Add(cash);
        return cash;
    }

    private void Name(Cash cash, string number, long minor, bool recovers)
    {
        if (Find(cash.Account, number) is not { } document)
        {
            cash.Waiting.Add((number, Math.Min(minor, cash.UnappliedInAll)));
            return;
        }
        var open = Math.Max(0, Math.Min(Math.Min(minor, document.Balance), cash.UnappliedInAll));
        Meet(cash, document, open, cash.On);
        if (recovers) Recover(cash, document, Math.Max(0, Math.Min(Math.Min(minor - open, document.WrittenOff), cash.UnappliedInAll)));
    }

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

    private static void Meet(Cash cash, Document document, long minor, DateOnly on)
    {
        if (minor <= 0) return;
        var since = EnoughFrom(document.Entries, minor, EnoughFrom(cash.Unapplied, minor, Later(Later(on, cash.On), document.Issued)));
        cash.Parts.Add(new Part(document, minor, since, recovery: false));
        cash.Unapplied.Add((since, -minor));
        document.Entries.Add((since, -minor));
        if (!document.MetBy.Contains(cash)) document.MetBy.Add(cash);
    }

    private static void Recover(Cash cash, Document document, long minor)
    {
        if (minor <= 0) return;
        var since = EnoughFrom(document.WriteOffs, minor, Later(cash.On, document.Issued));
        cash.Parts.Add(new Part(document, minor, since, recovery: true));
        cash.Unapplied.Add((since, -minor));
        document.WriteOffs.Add((since, -minor));
        if (!document.MetBy.Contains(cash)) document.MetBy.Add(cash);
    }

    private static void Change(Document document, long delta, DateOnly on)
    {
        on = OpenFrom(document, -(document.Balance + delta), -delta, on);
        Release(document, -(document.Balance + delta), on);
        document.Amount += delta;
        document.Entries.Add((on, delta));
    }

    /// <summary>The first day from which so much is open of it, once so much has gone back from it to the cash that met it last.</summary>
    private static DateOnly OpenFrom(Document document, long released, long minor, DateOnly soonest)
    {
        var entries = document.Entries.ToList();
        foreach (var part in Enumerable.Reverse(document.MetBy).SelectMany(c => Enumerable.Reverse(c.Parts)).Where(p => p.Document == document && !p.Recovery))
        {
            var back = Math.Clamp(released, 0, part.Minor);
            entries.Add((part.Since, back));
            released -= back;
        }
        return EnoughFrom(entries, minor, soonest);
    }

    /// <summary>From what met it last; never before the day on which it met.</summary>
    private static void Release(Document document, long minor, DateOnly on)
    {
        foreach (var cash in Enumerable.Reverse(document.MetBy).ToList())
            foreach (var part in Enumerable.Reverse(cash.Parts).Where(p => p.Document == document && !p.Recovery).ToList())
            {
                var back = Math.Min(part.Minor, minor);
                if (back <= 0) continue;
                TakeOff(cash, part, back, on);
                minor -= back;
            }
    }

    private static void TakeOff(Cash cash, Part part, long back, DateOnly on)
    {
        if (back <= 0) return;
        var day = Later(on, part.Since);
        part.Minor -= back;
        part.Back.Add((day, back));
        cash.Unapplied.Add((day, back));
        (part.Recovery ? part.Document.WriteOffs : part.Document.Entries).Add((day, back));
    }

    private static void Cancel(Document document, DateOnly on)
    {
        var applied = document.MetBy.Distinct().SelectMany(c => c.Parts).Where(p => p.Document == document && !p.Recovery).Sum(p => p.Minor);
        var gone = document.Balance + applied;
        on = OpenFrom(document, applied, gone, on);
        Release(document, applied, on);
        document.Amount -= gone;
        document.Entries.Add((on, -gone));
        (document.CancelledOn, document.CancelledMinor) = (on, gone);
    }

    /// <summary>From that day on it is as if the payment had never come; before it nothing changes.</summary>
    private static void Reverse(Cash cash, DateOnly on)
    {
        cash.Reversed = true;
        cash.Waiting.Clear();
        foreach (var part in cash.Parts)
        {
            var entries = part.Recovery ? part.Document.WriteOffs : part.Document.Entries;
            foreach (var (day, minor) in part.Back.Select(b => (b.On, -b.Minor)).Append((part.Since, part.Minor + part.Back.Sum(b => b.Minor))))
                entries.Add((Later(on, day), minor));
        }
        foreach (var (day, minor) in cash.Unapplied.ToList()) cash.Unapplied.Add((Later(on, day), -minor));
        cash.Parts.Clear();
    }
}
