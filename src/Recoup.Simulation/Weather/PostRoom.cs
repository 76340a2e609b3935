using System.Globalization;
using System.Text.Json.Nodes;
using Recoup.Core;
using Recoup.Core.Accounts;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using Recoup.Simulation.Worlds;

namespace Recoup.Simulation.Weather;

/// <summary>
/// What lies between those who tell and the door: facts come twice, late, in another order, with other content under
/// their key, before what they hang on, and beside facts that can't be so. Of each row it knows what must come of it.
/// </summary>
internal sealed class PostRoom(Tally tally)
{
    private readonly Dictionary<string, (DateOnly Until, List<Input> Facts)> heldAccounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (DateOnly Until, PaymentInput.Received Payment)> heldPayments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Input>> waitingFor = new(StringComparer.Ordinal);
    private readonly SortedDictionary<DateOnly, List<(Fault? Fault, Told Row)>> later = [];
    private readonly List<InvoiceInput.Issued> invoices = [];
    private readonly List<PaymentInput.Reversed> reversals = [];
    private readonly HashSet<string> known = new(StringComparer.Ordinal), spread = new(StringComparer.Ordinal);

    /// <summary>Invoices whose cancellation was told: their numbers are free for others.</summary>
    private readonly HashSet<(string Account, string Number)> cancelled = [];

    /// <summary>What is told on a morning, in its order.</summary>
    public List<Told> Morning(DateOnly day, IReadOnlyList<Input> said)
    {
        var facts = Released(day);
        foreach (var input in said)
            if (!Hold(day, input)) facts.Add(input);
        foreach (var payment in facts.OfType<PaymentInput.Received>())
            if (payment.For?.Any(f => IsHeld(payment.Account, f.Invoice)) == true) tally.Count(Fault.PaymentFirst);
        facts = InOtherOrder(day, facts);
        foreach (var cancellation in facts.OfType<InvoiceInput.Cancelled>()) cancelled.Add((cancellation.Account, cancellation.Invoice));
        // A reversal never comes before its payment: nobody could have told it.
        foreach (var reversal in facts.OfType<PaymentInput.Reversed>().ToList())
            if (facts.FindIndex(f => f.Key == reversal.Payment) > facts.IndexOf(reversal))
            {
                facts.Remove(reversal);
                facts.Add(reversal);
            }
        var told = Spoil(facts);
        Spread(day, told);
        if (later.Remove(day, out var due))
        {
            foreach (var (fault, row) in due)
            {
                if (fault == Fault.NumberTaken && !IsTaken((InvoiceInput.Issued)row.Inputs[0])) continue;
                if (fault is { } kind) tally.Count(kind);
                told.Add(row);
            }
        }
        if (Contradict(day) is { } contradiction)
        {
            tally.Count(Fault.Contradiction);
            told.Add(contradiction);
        }
        foreach (var fact in facts) Know(fact);
        return told;
    }

    /// <summary>What people tell during the day: some of it twice.</summary>
    public List<Told> Afternoon(DateOnly day, IReadOnlyList<Input> said)
    {
        foreach (var cancellation in said.OfType<InvoiceInput.Cancelled>()) cancelled.Add((cancellation.Account, cancellation.Invoice));
        var told = said.Select(Told.Fact).ToList();
        Spread(day, told);
        return told;
    }

    // --- late ---

    private List<Input> Released(DateOnly day)
    {
        var facts = new List<Input>();
        foreach (var (account, (until, held)) in heldAccounts.OrderBy(h => h.Key, StringComparer.Ordinal).ToList())
        {
            if (until > day) continue;
            facts.AddRange(held);
            heldAccounts.Remove(account);
        }
        foreach (var (key, (until, payment)) in heldPayments.OrderBy(h => h.Key, StringComparer.Ordinal).ToList())
        {
            if (until > day) continue;
            facts.Add(payment);
            heldPayments.Remove(key);
            if (waitingFor.Remove(key, out var waiting)) facts.AddRange(waiting);
        }
        return facts;
    }

    /// <summary>Holds a fact back, as far as the facts of its account stay in their order; payments go by themselves.</summary>
    private bool Hold(DateOnly day, Input input)
    {
        if (input is AccountInput.Set or not Input.OfAccount) return false;
        switch (input)
        {
            case PaymentInput.Received payment:
                if (!tally.Strikes(Fault.Late, input.Key, out var late)) return false;
                heldPayments.TryAdd(payment.Key, (day.AddDays(late.Between(1, 12)), payment));
                tally.Count(Fault.Late);
                return true;
            case PaymentInput.Reversed reversed when heldPayments.ContainsKey(reversed.Payment):
                if (!waitingFor.TryGetValue(reversed.Payment, out var waiting)) waitingFor[reversed.Payment] = waiting = [];
                waiting.Add(input);
                return true;
        }
        if (heldAccounts.TryGetValue(input.AccountId, out var held))
        {
            held.Facts.Add(input);
            return true;
        }
        var days = input is InvoiceInput.Issued && tally.Strikes(Fault.PaymentFirst, input.Key, out var first) ? first.Between(12, 30)
            : tally.Strikes(Fault.Late, input.Key, out var random) ? random.Between(1, 8) : 0;
        if (days == 0) return false;
        if (days <= 8) tally.Count(Fault.Late);
        heldAccounts[input.AccountId] = (day.AddDays(days), [input]);
        return true;
    }

    private bool IsTaken(InvoiceInput.Issued invoice) => !cancelled.Contains((invoice.Account, invoice.Number));

    private bool IsHeld(string account, string invoice) =>
        heldAccounts.TryGetValue(account, out var held) && held.Facts.Exists(f => f is InvoiceInput.Issued i && i.Number == invoice);

    // --- in another order, and twice ---

    /// <summary>Payments move freely; the other facts of an account stay in their order among each other.</summary>
    private List<Input> InOtherOrder(DateOnly day, List<Input> facts)
    {
        if (facts.Count < 2 || !tally.Strikes(Fault.Reordered, Day(day), out var random)) return facts;
        var places = facts.ConvertAll(_ => random.Next());
        foreach (var account in Enumerable.Range(0, facts.Count).Where(i => facts[i] is not PaymentInput.Received)
            .GroupBy(i => facts[i].AccountId, StringComparer.Ordinal))
        {
            var sorted = account.Select(i => places[i]).Order().ToList();
            foreach (var (i, place) in account.Zip(sorted)) places[i] = place;
        }
        var ordered = Enumerable.Range(0, facts.Count).OrderBy(i => places[i]).Select(i => facts[i]).ToList();
        if (!ordered.SequenceEqual(facts)) tally.Count(Fault.Reordered);
        return ordered;
    }

    private void Spread(DateOnly day, List<Told> told)
    {
        foreach (var row in told.Where(t => t.Expected.Count == 0).ToList())
        {
            var key = row.Inputs[0].Key;
            // The world itself tells some facts again; what strikes follows from the key, and has struck.
            if (!spread.Add(key)) continue;
            if (tally.Strikes(Fault.TwiceAtOnce, key, out var at))
            {
                tally.Count(Fault.TwiceAtOnce);
                var own = told.IndexOf(row);
                told.Insert(own + 1 + at.Below(told.Count - own), row);
            }
            if (tally.Strikes(Fault.TwiceLater, key, out var again)) Plan(day.AddDays(again.Between(1, 20)), Fault.TwiceLater, row);
            if (tally.Strikes(Fault.OtherContent, key, out var other) && Changed(row.Inputs[0], row.Inputs[0].Key) is { } changed)
                Plan(day.AddDays(other.Between(1, 6)), Fault.OtherContent, new Told([changed], Refusal.KeyUsedWithOtherContent));
            if (row.Inputs[0] is InvoiceInput.Issued invoice && tally.Strikes(Fault.NumberTaken, key, out var taken)
                && Changed(invoice, $"{key}/other") is { } another)
            {
                var on = day.AddDays(taken.Between(1, 5));
                Plan(on, Fault.NumberTaken, new Told([another], Refusal.DuplicateNumber));
                // The refusal used the key up no more than it kept the invoice.
                Plan(on.AddDays(1), null,
                    Told.Fact(Tell.Of("contact", another.Key, "ledger", ("account", invoice.Account),
                        ("at", new DateTimeOffset(on, new TimeOnly(9, 0), TimeSpan.Zero)),
                    ("channel", "email"), ("direction", "inbound"), ("outcome", "right_party"))));
            }
        }
    }

    /// <summary>Some payments come in a row with an invoice that can't be taken; the row is refused whole, and the payment is told alone after it.</summary>
    private List<Told> Spoil(IReadOnlyList<Input> facts)
    {
        var (told, alone) = (new List<Told>(), new List<Told>());
        foreach (var fact in facts)
        {
            if (invoices.Count > 0 && fact is PaymentInput.Received && !facts.Any(f => f is PaymentInput.Reversed r && r.Payment == fact.Key)
                && facts.Count(f => f.Key == fact.Key) == 1
                && tally.Strikes(Fault.SpoiltRow, fact.Key, out var random) && invoices[random.Below(invoices.Count)] is var invoice && IsTaken(invoice)
                && Changed(invoice, $"{fact.Key}/spoilt") is { } spoilt)
            {
                tally.Count(Fault.SpoiltRow);
                told.Add(new Told([fact, spoilt], Refusal.DuplicateNumber));
                alone.Add(Told.Fact(fact));
            }
            else told.Add(Told.Fact(fact));
        }
        return [.. told, .. alone];
    }

    private void Plan(DateOnly day, Fault? fault, Told row)
    {
        if (!later.TryGetValue(day, out var list)) later[day] = list = [];
        list.Add((fault, row));
    }

    // --- what can't be so ---

    /// <summary>The same input with another amount or reason; null where it has neither.</summary>
    private static Input? Changed(Input input, string key)
    {
        var json = JsonNode.Parse(InputJson.Write(input))!.AsObject();
        json["key"] = key;
        if (json["amount"] is JsonValue amount)
            json["amount"] = (decimal.Parse(amount.GetValue<string>(), CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
        else if (json["reason"] is JsonValue reason) json["reason"] = reason.GetValue<string>() + ", or so they say";
        else return null;
        var problems = new List<InputProblem>();
        var changed = InputJson.Parse(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), input.Actor, problems);
        Invariant.Holds(changed is not null, $"what was told can be told with another amount: {string.Join("; ", problems)}");
        return changed;
    }

    private Told? Contradict(DateOnly day)
    {
        if (invoices.Count == 0 || !tally.Strikes(Fault.Contradiction, Day(day), out var random)) return null;
        var invoice = random.Of([.. invoices]);
        var account = invoice.Account;
        var key = $"contradiction/{Day(day)}";
        var other = invoice.Amount.Currency.Code == "EUR" ? "GBP" : "EUR";
        return random.Below(12) switch
        {
            0 => No("dispute_closed", Refusal.UnknownDispute, ("dispute", "no-such-dispute"), ("on", day), ("outcome", "rejected")),
            1 => No("payment_reversed", Refusal.UnknownPayment, ("payment", "no-such-payment"), ("on", day), ("reason", "returned")),
            2 when reversals.Count > 0 =>
                new Told([Tell.Of("payment_reversed", key, "bank", ("account", reversals[^1].Account), ("payment", reversals[^1].Payment), ("on", day),
                    ("reason", "returned"))], Refusal.AlreadyReversed),
            3 =>
                new Told([Tell.Of("invoice_corrected", key, "ledger", ("account", account), ("invoice", invoice.Number), ("on", day),
                    ("amount", Tell.Amount(100, other)), ("reason", "another currency"))], Refusal.WrongCurrency, Refusal.ItemCancelled),
            4 => No("hold_released", Refusal.UnknownHold, ("hold", "no-such-hold"), ("on", day)),
            5 => No("write_off", Refusal.UnknownItem, ("invoice", "no-such-invoice"), ("on", day), ("reason", "uncollectible")),
            6 =>
                new Told([Tell.Of("invoice", key, "ledger", ("account", "nobody"), ("number", "N-1"), ("issued_on", day), ("due_on", day),
                    ("amount", Tell.Amount(100, "EUR")))], Refusal.UnknownAccount),
            7 => No("message_settled", Refusal.UnknownMessage, ("message", "m-00-99999999"), ("outcome", "sent")),
            8 =>
                No("invoice_cancelled", Refusal.BeforeDocument, ("invoice", invoice.Number), ("on", invoice.IssuedOn.AddDays(-1)),
                    ("reason", "before it was issued")) is var early ? early with { Expected = [Refusal.BeforeDocument, Refusal.ItemCancelled] } : null,
            9 => No("work_item_done", Refusal.UnknownWorkItem, ("work_item", "w-00-99999999"), ("disposition", "done")),
            10 => new Told([Tell.Of("account", key, "ledger", ("account", account), ("party", "somebody-else"))], Refusal.AccountOfOtherParty),
            _ => No("account", Refusal.PortfolioFixed, ("portfolio", "ELSEWHERE")),
        };

        Told No(string kind, Refusal refusal, params ReadOnlySpan<(string, object?)> fields) =>
            new([Tell.Of(kind, key, "ledger", [("account", account), .. fields])], refusal);
    }

    private void Know(Input fact)
    {
        if (!known.Add(fact.Key)) return;
        if (fact is InvoiceInput.Issued invoice) invoices.Add(invoice);
        if (fact is PaymentInput.Reversed reversal) reversals.Add(reversal);
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
