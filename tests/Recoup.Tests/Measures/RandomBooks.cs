using Recoup.Core.Cells;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Measures;
using Recoup.Core.Parties;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;

namespace Recoup.Tests.Measures;

/// <summary>
/// A random history of a few customers. Every event goes through the fold, which makes cells, and is written down
/// here as plain facts about documents; what the facts say is worked out by <see cref="Auditor"/> without a cell.
/// </summary>
internal sealed class RandomBooks
{
    private readonly Random random;
    private readonly bool plain;
    private readonly Dictionary<string, PartyState> parties = new(StringComparer.Ordinal);
    private long seq;
    private int names;
    private DateOnly today = Begin;

    public static readonly DateOnly Begin = Books.Day("2023-11-20");

    /// <param name="plain">Invoices, payments in full or in part and write-offs, nothing that comes back or changes; each invoice has a due day of
    /// its own.</param>
    public RandomBooks(int seed, bool plain = false)
    {
        random = new Random(seed);
        this.plain = plain;
        foreach (var (account, portfolio) in new[] { ("A1", "EU"), ("A2", "EU"), ("A3", "US") })
        {
            parties[account] = new PartyState { Id = account };
            Portfolios[account] = portfolio;
            Segments[account] = [(DateOnly.MinValue, TreatmentState.Unsegmented)];
            Apply(account, today, new AccountEvent.Opened(new AccountDetails(account, portfolio, "business")));
        }
    }

    public CellDeltas Cells { get; } = new();

    /// <summary>As they were folded.</summary>
    public IEnumerable<ItemState> Items => parties.Values.SelectMany(p => p.Items.Values);

    /// <summary>Payments and credits as they were folded.</summary>
    public IEnumerable<CashState> CashStates => parties.Values.SelectMany(p => p.Cash.Values);

    public Dictionary<string, string> Portfolios { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, List<(DateOnly From, string Segment)>> Segments { get; } = new(StringComparer.Ordinal);

    public List<Document> Documents { get; } = [];

    public List<Cash> Payments { get; } = [];

    /// <summary>Net sales: invoices, corrections, credit notes.</summary>
    public List<(string Account, DateOnly On, string Currency, long Minor, int Count)> Sales { get; } = [];

    public List<(string Account, DateOnly On, bool Proactive, string Channel, string? Agent, string Outcome)> Actions { get; } = [];

    public sealed class Document
    {
        public required string Account { get; init; }
        public required string Number { get; init; }
        public required string Currency { get; init; }
        public required DateOnly Issued { get; init; }
        public required bool Invoice { get; init; }
        public long Amount { get; set; }
        public long WrittenOff { get; set; }
        public bool Cancelled { get; set; }

        /// <summary>When, and over how much.</summary>
        public (DateOnly On, long Minor) Cancellation { get; set; }

        /// <summary>From when until when (not included) it was cancelled; null: still.</summary>
        public List<(DateOnly From, DateOnly? Until)> Cancellations { get; } = [];

        /// <summary>Later facts are effective on this day at the earliest: what stood before a new due date stays.</summary>
        public DateOnly NotBefore { get; set; }

        public List<(DateOnly From, DateOnly Due)> Dues { get; } = [];
        public List<(DateOnly On, long Minor)> Moves { get; } = [];
        public List<(DateOnly On, long Minor)> WriteOffs { get; } = [];

        /// <summary>Balance that became overdue though no due date passed.</summary>
        public List<(DateOnly On, long Minor)> Reinstated { get; } = [];

        public long Balance => Moves.Sum(m => m.Minor);

        public long BalanceOn(DateOnly day) => Moves.Where(m => m.On <= day).Sum(m => m.Minor);

        public DateOnly DueOn(DateOnly day) => Dues.Last(d => d.From <= day).Due;

        public bool OverdueOn(DateOnly day) => day > DueOn(day);
    }

    public sealed class Cash
    {
        public required string Account { get; init; }
        public required string Key { get; init; }
        public required string Currency { get; init; }
        public required DateOnly On { get; init; }
        public required long Minor { get; init; }
        public required bool Payment { get; init; }
        public DateOnly? Reversed { get; set; }
        public List<Part> Parts { get; } = [];

        /// <summary>Sent back to the customer, and (below zero) come back from there.</summary>
        public List<(DateOnly On, long Minor)> Refunds { get; } = [];

        public long Unapplied => Reversed is null ? Minor - Parts.Sum(p => p.Left) - Refunds.Sum(r => r.Minor) : 0;

        /// <summary>The last day on which anything about it happened.</summary>
        public DateOnly Last =>
            Parts.Select(p => p.Day).Concat(Parts.SelectMany(p => p.Back).Select(b => b.On)).Concat(Refunds.Select(r => r.On)).Append(On).Max();
    }

    /// <summary>What a payment has on a document, and what was taken back of it, when.</summary>
    public sealed class Part
    {
        public required Document On { get; init; }
        public required DateOnly Day { get; init; }
        public required long Minor { get; init; }
        public required bool Recovery { get; init; }
        public required bool Late { get; set; }

        /// <summary>The document's due day when it met it.</summary>
        public required DateOnly Due { get; set; }

        /// <summary>When it first met the document, where that was cancelled since and it was put back.</summary>
        public DateOnly? Met { get; init; }
        public List<(DateOnly On, long Minor)> Back { get; } = [];

        public long Left => Minor - Back.Sum(b => b.Minor);
    }

    public RandomBooks Live(DateOnly until)
    {
        while (today < until)
        {
            today = today.AddDays(random.Next(0, 4));
            var account = Pick(["A1", "A2", "A3"]);
            var open = Documents.FindAll(d => d.Account == account && d.Balance > 0 && !d.Cancelled);
            switch (random.Next(plain ? 8 : 26))
            {
                case 0 or 1 or 2: Issue(account); break;
                case 3 or 4 or 5 or 6: Pay(account, open); break;
                case 7: if (open.Count > 0) WriteOff(Pick(open)); break;
                case 8 or 9 or 10: Reverse(account); break;
                case 11: Charge(account); break;
                case 12 or 13: Correct(account); break;
                case 14: Credit(account, open); break;
                case 15: ApplyUnapplied(account, open); break;
                case 16: Contact(account); break;
                case 17: Recover(account); break;
                case 18: if (open.Count > 0) Adjust(Pick(open)); break;
                case 19 or 20: TakeOff(account); break;
                case 21: Refund(account); break;
                case 22: ReverseWriteOff(account); break;
                case 23: Reinstate(account); break;
                default: Resegment(account); break;
            }
        }
        return this;
    }

    private void Issue(string account)
    {
        var issued = Effective(DateOnly.MinValue);
        var due = plain ? Begin.AddDays(7 + (2 * ++names)) : issued.AddDays(Pick([0, 10, 14, 30, 30, 30, 60]));
        if (due < issued) return;
        var document = new Document
        {
            Account = account, Number = Name("INV"), Currency = Currency(), Issued = issued, Invoice = true,
            Amount = random.Next(1, 500) * 100, NotBefore = issued,
        };
        document.Dues.Add((DateOnly.MinValue, due));
        document.Moves.Add((issued, document.Amount));
        Documents.Add(document);
        Sales.Add((account, issued, document.Currency, document.Amount, 1));
        Apply(account, issued, new InvoiceEvent.Issued(document.Number, issued, due, document.Amount, document.Currency));
    }

    private void Charge(string account)
    {
        var on = Effective(DateOnly.MinValue);
        var due = on.AddDays(Pick([-20, -1, 0, 14]));
        var document = new Document
        {
            Account = account, Number = Name("FEE"), Currency = Currency(), Issued = on, Invoice = false, Amount = random.Next(1, 40) * 100, NotBefore = on,
        };
        document.Dues.Add((DateOnly.MinValue, due));
        document.Moves.Add((on, document.Amount));
        if (on > due) document.Reinstated.Add((on, document.Amount));
        Documents.Add(document);
        Apply(account, on, new ChargeEvent.Made(document.Number, "fee", null, due, document.Amount, document.Currency));
    }

    private void Pay(string account, List<Document> open)
    {
        if (open.Count == 0) return;
        var currency = Pick(open).Currency;
        var targets = open.FindAll(d => d.Currency == currency).OrderBy(_ => random.Next()).Take(random.Next(1, 3)).ToList();
        var on = Effective(DateOnly.MinValue);
        var parts = targets.ConvertAll(d => Meet(d, random.Next(3) == 0 ? random.NextInt64(1, d.Balance + 1) : d.Balance, on, recovery: false));
        var extra = plain || random.Next(4) > 0 ? 0 : random.Next(1, 100) * 100;
        TakeIn(account, currency, on, parts, extra, payment: true);
    }

    private void Recover(string account)
    {
        if (Documents.Find(d => d.Account == account && d.WrittenOff > 0) is not { } document) return;
        var on = Effective(document.WriteOffs.Max(w => w.On));
        var part = Meet(document, random.NextInt64(1, document.WrittenOff + 1), on, recovery: true);
        TakeIn(account, document.Currency, on, [part], 0, payment: true);
    }

    private void Credit(string account, List<Document> open)
    {
        if (open.FindAll(d => d.Invoice) is not { Count: > 0 } invoices) return;
        var document = Pick(invoices);
        var on = Effective(document.Issued);
        var part = Meet(document, random.NextInt64(1, document.Balance + 1), on, recovery: false);
        TakeIn(account, document.Currency, on, [part], random.Next(2) * 500, payment: false);
    }

    private Part Meet(Document document, long minor, DateOnly on, bool recovery)
    {
        var day = on > document.NotBefore ? on : document.NotBefore;
        return new Part { On = document, Day = day, Minor = minor, Recovery = recovery, Late = document.OverdueOn(day), Due = document.DueOn(day) };
    }

    private void TakeIn(string account, string currency, DateOnly on, List<Part> parts, long extra, bool payment)
    {
        var number = Name(payment ? "P" : "CN");
        var key = payment ? number : CashState.CreditKey(account, number);
        var cash = new Cash { Account = account, Key = key, Currency = currency, On = on, Minor = parts.Sum(p => p.Minor) + extra, Payment = payment };
        Payments.Add(cash);
        foreach (var part in parts) Book(cash, part);
        IReadOnlyList<Applied> applied = [.. parts.Select(AsApplied)];
        if (!payment) Sales.Add((account, on, currency, -cash.Minor, 0));
        Apply(account, on,
            payment ? new PaymentEvent.Received(key, cash.Minor, currency, applied, null)
                : new CreditEvent.Granted(number, cash.Minor, currency, applied, null));
    }

    private static void Book(Cash cash, Part part)
    {
        cash.Parts.Add(part);
        if (part.Recovery) part.On.WrittenOff -= part.Minor; else part.On.Moves.Add((part.Day, -part.Minor));
    }

    private static Applied AsApplied(Part part) => new(part.On.Number, part.Left, part.Day, part.Recovery) { MetOn = part.Met };

    private void ApplyUnapplied(string account, List<Document> open)
    {
        var cash = Payments.Find(c => c.Account == account && c.Unapplied > 0 && open.Exists(d => d.Currency == c.Currency));
        if (cash is null) return;
        var document = open.Find(d => d.Currency == cash.Currency)!;
        var on = Effective(cash.Last);
        var part = Meet(document, Math.Min(cash.Unapplied, document.Balance), on, recovery: false);
        Book(cash, part);
        Apply(account, part.Day, new PaymentEvent.CashApplied(cash.Key, AsApplied(part)));
    }

    private void Reverse(string account)
    {
        var candidates = Payments.FindAll(c => c.Account == account && c.Payment && c.Reversed is null && c.Refunds.Sum(r => r.Minor) == 0
            && c.Parts.TrueForAll(p => p.Recovery || !p.On.Cancelled));
        if (candidates.Count == 0) return;
        var cash = Pick(candidates);
        // A due date given since must not lie ahead of the return, as what stood before it stays; nor what was released of it.
        var on = Effective(cash.Parts.Select(p => p.On.NotBefore).Concat(cash.Parts.SelectMany(p => p.Back).Select(b => b.On))
            .Concat(cash.Refunds.Select(r => r.On)).Append(cash.On).Max());
        var undone = cash.Parts.Where(p => p.Left > 0).Select(AsApplied).ToList();
        foreach (var part in cash.Parts.Where(p => p.Left > 0))
        {
            var (day, left) = (on > part.Day ? on : part.Day, part.Left);
            part.Back.Add((day, left));
            if (part.Recovery)
            {
                part.On.WrittenOff += left;
                continue;
            }
            part.On.Moves.Add((day, left));
            if (!part.Late && part.On.OverdueOn(day)) part.On.Reinstated.Add((day, left));
        }
        cash.Reversed = on;
        Apply(account, on, new PaymentEvent.Reversed(cash.Key, "returned", undone));
    }

    private void WriteOff(Document document)
    {
        var on = Effective(document.NotBefore);
        var minor = random.Next(2) == 0 ? document.Balance : random.NextInt64(1, document.Balance + 1);
        document.WrittenOff += minor;
        document.WriteOffs.Add((on, minor));
        document.Moves.Add((on, -minor));
        Apply(document.Account, on, new WriteOffEvent.Made(document.Number, minor, "uncollectible"));
    }

    private void Adjust(Document document)
    {
        var on = Effective(document.NotBefore);
        var minor = random.NextInt64(-document.Balance, 5000);
        if (minor == 0) return;
        document.Moves.Add((on, minor));
        if (minor > 0 && document.OverdueOn(on)) document.Reinstated.Add((on, minor));
        Apply(document.Account, on, new InvoiceEvent.Adjusted(document.Number, minor, "ledger"));
    }

    private void Correct(string account)
    {
        var invoices = Documents.FindAll(d => d.Account == account && d.Invoice && !d.Cancelled && d.WrittenOff == 0);
        if (invoices.Count == 0) return;
        var document = Pick(invoices);
        var cancel = random.Next(6) == 0;
        var redate = !cancel && random.Next(2) == 0;
        // Write-offs and returns stay booked by the due date they met: a new one comes no earlier than they did.
        var on = Effective(redate ? Booked(document).Append(document.NotBefore).Max() : document.NotBefore);
        var due = redate ? document.DueOn(on).AddDays(Pick([-40, -5, 10, 45])) : document.DueOn(DateOnly.MaxValue);
        if (due < document.Issued) return;
        var held = Payments.Where(c => c.Reversed is null).SelectMany(c => c.Parts.Where(p => p.On == document && !p.Recovery)).Sum(p => p.Left);
        var delta = cancel ? -(document.Balance + held) : Pick<long>([0, 0, 1500, -2500]);
        if (document.Balance + held + delta < 0 || (delta == 0 && !redate && !cancel)) return;

        var wasOverdue = document.OverdueOn(on);
        document.Amount += delta;
        document.Moves.Add((on, delta));
        List<Released>? released = null;
        var free = cancel ? held : Math.Max(0, -document.Balance);
        foreach (var cash in Payments.Where(c => c.Reversed is null && c.Parts.Exists(p => p.On == document && !p.Recovery)).Reverse())
        {
            long taken = 0;
            foreach (var part in Enumerable.Reverse(cash.Parts).Where(p => p.On == document && !p.Recovery && p.Left > 0))
            {
                var back = Math.Min(part.Left, free - taken);
                if (back <= 0) break;
                var day = on > part.Day ? on : part.Day;
                part.Back.Add((day, back));
                document.Moves.Add((day, back));
                taken += back;
            }
            if (taken > 0) (released ??= []).Add(new Released(cash.Key, taken));
            free -= taken;
        }
        if (redate)
        {
            document.Dues.RemoveAll(d => d.From >= on);
            document.Dues.Add((on, due));
            document.NotBefore = on;
            foreach (var part in Payments.SelectMany(c => c.Parts).Where(p => p.On == document && (p.Met ?? p.Day) >= on && p.Left > 0))
                (part.Late, part.Due) = (document.OverdueOn(part.Met ?? part.Day), document.DueOn(part.Met ?? part.Day));
        }
        document.Cancelled |= cancel;
        if (cancel) document.Cancellation = (on, -delta);
        if (cancel) document.Cancellations.Add((on, null));
        var risen = wasOverdue ? delta : document.BalanceOn(on);
        if (risen > 0 && document.OverdueOn(on)) document.Reinstated.Add((on, risen));
        Sales.Add((account, on, document.Currency, delta, cancel ? -1 : 0));
        Apply(account, on, cancel
            ? new InvoiceEvent.Cancelled(document.Number, delta, released, null)
            : new InvoiceEvent.Corrected(document.Number, delta, due, released, null));
    }

    /// <summary>A part that a payment or credit has on a document goes back to what is unapplied.</summary>
    private void TakeOff(string account)
    {
        var candidates = Payments.FindAll(c => c.Account == account && c.Reversed is null && c.Parts.Exists(p => p.Left > 0 && !p.On.Cancelled));
        if (candidates.Count == 0) return;
        var cash = Pick(candidates);
        // The last of its parts on that document, as the event takes it.
        var part = cash.Parts.Last(p => p.Left > 0 && !p.On.Cancelled);
        var on = Effective(cash.Parts.Where(p => p.On == part.On).Select(p => p.On.NotBefore).Append(part.Day).Append(cash.On).Max());
        var back = random.Next(2) == 0 ? part.Left : random.NextInt64(1, part.Left + 1);
        var applied = new Applied(part.On.Number, back, part.Day, part.Recovery) { MetOn = part.Met };
        part.Back.Add((on, back));
        if (part.Recovery) part.On.WrittenOff += back;
        else
        {
            part.On.Moves.Add((on, back));
            if ((!cash.Payment || !part.Late) && part.On.OverdueOn(on)) part.On.Reinstated.Add((on, back));
        }
        Apply(account, on, new PaymentEvent.AllocationReversed(cash.Key, part.On.Number, [applied], null));
    }

    /// <summary>What is unapplied is sent back, and every other time it comes back from there.</summary>
    private void Refund(string account)
    {
        if (Payments.Find(c => c.Account == account && c.Unapplied > 0) is not { } cash) return;
        var key = Name("R");
        var on = Effective(cash.Last);
        var minor = random.NextInt64(1, cash.Unapplied + 1);
        cash.Refunds.Add((on, minor));
        Apply(account, on, new PaymentEvent.Refunded(key, minor, cash.Currency, [new Released(cash.Key, minor)], null));
        if (random.Next(2) == 0) return;
        var returned = Effective(on);
        cash.Refunds.Add((returned, -minor));
        Apply(account, returned, new PaymentEvent.RefundReversed(key, minor, cash.Currency, [new Released(cash.Key, minor)], "returned"));
    }

    private void ReverseWriteOff(string account)
    {
        if (Documents.Find(d => d.Account == account && d.WrittenOff > 0 && !d.Cancelled) is not { } document) return;
        var on = Effective(Booked(document).Append(document.NotBefore).Max());
        var minor = random.NextInt64(1, document.WrittenOff + 1);
        document.WrittenOff -= minor;
        document.WriteOffs.Add((on, -minor));
        document.Moves.Add((on, minor));
        if (document.OverdueOn(on)) document.Reinstated.Add((on, minor));
        Apply(account, on, new WriteOffEvent.Reversed(document.Number, minor, "a mistake"));
    }

    private void Reinstate(string account)
    {
        if (Documents.Find(d => d.Account == account && d.Cancelled) is not { } document) return;
        var on = Effective(Booked(document).Append(document.NotBefore).Append(document.Cancellation.On).Max());
        var minor = document.Cancellation.Minor;
        document.Cancelled = false;
        document.Cancellations[^1] = (document.Cancellation.On, on);
        document.Amount += minor;
        document.Moves.Add((on, minor));
        if (document.OverdueOn(on) && document.BalanceOn(on) > 0) document.Reinstated.Add((on, document.BalanceOn(on)));
        Sales.Add((account, on, document.Currency, minor, 1));
        Apply(account, on, new InvoiceEvent.CancellationReversed(document.Number, minor, "a mistake"));
        // Every other time what it was paid with is put back: it is late or in time as it was, and what it covers is not open again.
        if (random.Next(2) == 0) return;
        foreach (var cash in Payments.Where(c => c.Account == account && c.Reversed is null && c.On <= on && c.Last <= on && c.Unapplied > 0).ToList())
            if (cash.Parts.LastOrDefault(p => p.On == document && !p.Recovery && p.Back.Count > 0) is { } was)
            {
                var put = Math.Min(Math.Min(was.Back.Sum(b => b.Minor), cash.Unapplied), document.Balance);
                if (put <= 0) continue;
                var part = new Part { On = document, Day = on, Minor = put, Recovery = false, Late = was.Late, Due = was.Due, Met = was.Met ?? was.Day };
                Book(cash, part);
                if ((!was.Late || !cash.Payment) && document.OverdueOn(on)) document.Reinstated.Add((on, -put));
                Apply(account, on, new PaymentEvent.CashApplied(cash.Key, AsApplied(part)));
            }
    }

    private IEnumerable<DateOnly> Booked(Document document) => document.Moves.Select(m => m.On).Concat(document.WriteOffs.Select(w => w.On))
        .Concat(Payments.SelectMany(c => c.Parts).Where(p => p.On == document).SelectMany(p => p.Back.Select(b => b.On).Append(p.Day)));

    private void Contact(string account)
    {
        var proactive = random.Next(2) == 0;
        var channel = new[] { "call", "email", "letter" }[Actions.Count % 3];
        var agent = new[] { "ann", "bob", null, "ann|x" }[Actions.Count % 4];
        var outcome = new[] { "right_party", "no_answer", "third_party", "refused", "right_party", "voicemail", "wrong_party" }[Actions.Count % 7];
        Actions.Add((account, today, proactive, channel, agent, outcome));
        Apply(account, today, new ContactEvent.Made(default, channel, "outbound", outcome, agent, 3, null, proactive));
    }

    private void Resegment(string account)
    {
        var segment = Pick(["good", "slow", "lost"]);
        var list = Segments[account];
        list.RemoveAll(s => s.From == today);
        list.Add((today, segment));
        Apply(account, today, new DecisionEvent.Made(new DecisionRecord
        {
            Portfolio = Portfolios[account], Policy = 1, Segment = segment, SegmentBefore = "before", Strategy = "s", Action = Act.Wait, Rule = "r", Score = 50,
            Facts = new FactsRecord("EUR", 0, 0, 0, 0, 0, 0),
        }));
    }

    private void Apply(string account, DateOnly on, Event e) =>
        Fold.Apply(parties[account], new Envelope(++seq, account, on, today, today.DayNumber * 86_400_000L, $"k{seq}"), e, Cells);

    /// <summary>Mostly today, sometimes a while ago or ahead, and never before a day.</summary>
    private DateOnly Effective(DateOnly notBefore)
    {
        var day = plain ? today : today.AddDays(Pick([0, 0, 0, 0, -1, -9, -35, 6]));
        if (day < Begin) day = Begin;
        return day > notBefore ? day : notBefore;
    }

    private string Currency() => plain ? "EUR" : Pick(["EUR", "EUR", "USD", "JPY"]);

    private string Name(string prefix) => $"{prefix}-{++names}";

    private T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];
}
