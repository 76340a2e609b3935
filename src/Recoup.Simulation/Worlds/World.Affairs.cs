using Recoup.Core.Inputs;

namespace Recoup.Simulation.Worlds;

/// <summary>What happens between a business and its customers without any reminder: invoices, payments, disputes, goodbyes.</summary>
public sealed partial class World
{
    private const string Ledger = "ledger", Bank = "bank", FromCustomer = "customer";

    private void Name(WorldPortfolio p) =>
        Say("portfolio", $"portfolio/{p.Id}", Ledger, ("portfolio", p.Id), ("name", p.Name), ("creditor", p.Creditor), ("sender", "accounts@muster.example"),
            ("bank_details", "IBAN DE02 1203 0000 0000 2020 51"), ("time_zone", p.TimeZone), ("calendar", p.Calendar));

    private void Open(Customer customer)
    {
        foreach (var account in customer.Accounts)
        {
            Say("account", $"{account.Id}/open", Ledger, ("account", account.Id), ("party", account.Id == customer.Party ? null : customer.Party),
                ("name", customer.Name), ("portfolio", account.Portfolio.Id),
                ("kind", customer.IsConsumer ? "consumer" : "business"), ("email", customer.Email),
                ("phone", customer.Phone), ("country", account.Portfolio.Country), ("time_zone", account.Portfolio.TimeZone),
                ("language", account.Portfolio.Language));
            On(start.AddDays(1 + Stream(customer, "first-invoice").Below(30)), () => Issue(customer, account));
        }
        if (customer.LeavesAfterDays is { } days) On(start.AddDays(1 + days), () => Leave(customer));
    }

    private void Issue(Customer customer, CustomerAccount account)
    {
        if (customer.Left) return;
        var which = ++customer.Invoices;
        var random = Stream(customer, "invoice", which);
        On(today.AddDays(random.Between(20, 45)), () => Issue(customer, account));
        var cents = (long)customer.SizeMajor * random.Between(40, 260) * WorldTable.SalesPercent[today.Month - 1] / 100 + random.Below(100);
        var due = today.AddDays(customer.TermDays);
        var invoice = new WorldInvoice(account, $"{account.Portfolio.NumberPrefix}-{customer.Number + 1:D5}-{which:D3}", due, cents);
        Say("invoice", $"{account.Id}/i/{which}", Ledger, ("account", account.Id), ("number", invoice.Number), ("issued_on", today), ("due_on", due),
            ("amount", Tell.Amount(cents, account.Portfolio.Currency)));
        Count(Tally.Billed, account, cents);
        customer.Open.Add(invoice);
        invoices.Add(invoice);
        Decide(customer, invoice, random);
    }

    /// <summary>The invoice's fate, should nobody say a word. The draws are made in one order, whatever comes of them.</summary>
    private void Decide(Customer customer, WorldInvoice invoice, SplitMix random)
    {
        var type = customer.Type;
        var day = random.Between(type.EarliestDay, type.LatestDay);
        var never = random.Chance(type.NeverPercent);
        var (part, partPercent, restAfter) = (random.Chance(type.PartPercent), random.Between(25, 70), random.Between(15, 45));
        var (contested, contestedOn) = (random.Chance(type.DisputePercent), random.Between(3, customer.TermDays + 10));
        var (returned, returnedAfter) = (type.Debit && random.Chance(type.ReturnedPercent), random.Between(3, 8));
        var (error, errorAfter) = (random.Below(200), random.Between(1, 4));
        var (twice, giveUpAfter) = (random.Below(300) == 0, random.Between(190, 220));

        if (day > 0) day += WorldTable.LaterDays[invoice.DueOn.Month - 1];
        if (customer.NamesInvoices) On(invoice.DueOn.AddDays(giveUpAfter), () => GiveUp(customer, invoice));
        if (contested)
        {
            invoice.Special = true;
            On(today.AddDays(contestedOn), () => Contest(customer, invoice));
            return;
        }
        if (error < 4) On(today.AddDays(errorAfter), () => Correct(customer, invoice, cancel: error == 0));
        if (type.Debit)
        {
            if (returned) (invoice.ReturnsAfterDays, invoice.Special) = (returnedAfter, true);
            invoice.ByItself.Add((invoice.DueOn, invoice.Open));
            Plan(customer, invoice, invoice.DueOn);
            return;
        }
        var on = invoice.DueOn.AddDays(day);
        if (on <= today) on = today.AddDays(1);
        if (twice) invoice.Special = true;
        if (part) invoice.Part = (partPercent, restAfter);
        if (!never)
        {
            var first = part ? invoice.Open * partPercent / 100 : invoice.Open;
            invoice.ByItself.Add((on, first));
            if (part) invoice.ByItself.Add((on.AddDays(restAfter), invoice.Open - first));
            Plan(customer, invoice, on);
        }
        if (twice) On(on, () => PayTwice(customer, invoice));
    }

    private void Plan(Customer customer, WorldInvoice invoice, DateOnly? on)
    {
        invoice.PaysOn = on;
        // Changed plans leave their old day standing; what it finds is not due then.
        if (on is { } day) On(day, () => Pay(customer, invoice.Account));
    }

    /// <summary>All that the customer pays today on an account is one transfer.</summary>
    private void Pay(Customer customer, CustomerAccount account)
    {
        var due = customer.Open.FindAll(i => i.Account == account && i.PaysOn == today && i.Open > 0 && !i.Disputed);
        if (due.Count == 0) return;
        var parts = new List<AllocationDraft>();
        var paid = new List<(WorldInvoice Invoice, long Minor)>();
        long sum = 0;
        var returns = due.Find(i => i.ReturnsAfterDays is not null)?.ReturnsAfterDays;
        foreach (var invoice in due)
        {
            var minor = invoice.Open;
            invoice.PaysOn = null;
            if (invoice.Part is var (percent, restAfter) && invoice.Open * percent / 100 is var part and > 0)
            {
                minor = part;
                invoice.Part = null;
                Plan(customer, invoice, today.AddDays(restAfter));
            }
            invoice.Open -= minor;
            sum += minor;
            paid.Add((invoice, minor));
            parts.Add(new AllocationDraft(invoice.Number, Tell.Amount(minor, account.Portfolio.Currency).Major));
        }
        var key = Transfer(customer, account, sum, customer.NamesInvoices ? parts : null);
        if (returns is { } days) On(today.AddDays(days), () => ComeBack(customer, account, key, paid, sum));
        else customer.Open.RemoveAll(i => i.Open == 0);
    }

    private string Transfer(Customer customer, CustomerAccount account, long minor, List<AllocationDraft>? parts)
    {
        var key = $"{account.Id}/p/{++customer.Payments}";
        Say("payment", key, Bank, ("account", account.Id), ("on", today), ("amount", Tell.Amount(minor, account.Portfolio.Currency)), ("for", parts),
            ("method", customer.Type.Debit ? "debit" : "transfer"));
        Count(Tally.Collected, account, minor);
        return key;
    }

    /// <summary>The debit comes back: what it paid is open again, and the customer pays as it would an invoice it forgot.</summary>
    private void ComeBack(Customer customer, CustomerAccount account, string payment, List<(WorldInvoice Invoice, long Minor)> paid, long sum)
    {
        Say("payment_reversed", $"{payment}/back", Bank, ("account", account.Id), ("payment", payment), ("on", today), ("reason", "debit returned"));
        Count(Tally.Collected, account, -sum);
        foreach (var (invoice, minor) in paid)
        {
            invoice.ReturnsAfterDays = null;
            invoice.Special = true;
            invoice.Open += minor;
            if (!customer.Open.Contains(invoice)) customer.Open.Add(invoice);
            var random = Stream(customer, "after-return/" + invoice.Number);
            var (day, never) = (random.Between(customer.Type.EarliestDay, customer.Type.LatestDay), random.Chance(customer.Type.NeverPercent));
            Plan(customer, invoice, never ? null : today.AddDays(day));
        }
    }

    /// <summary>The same invoice once more by mistake, of its own account and day; it is sent back a week later.</summary>
    private void PayTwice(Customer customer, WorldInvoice invoice)
    {
        var key = Transfer(customer, invoice.Account, invoice.Billed,
            [new AllocationDraft(invoice.Number, Tell.Amount(invoice.Billed, invoice.Account.Portfolio.Currency).Major)]);
        On(today.AddDays(7), () =>
        {
            Say("payment_reversed", $"{key}/back", Bank, ("account", invoice.Account.Id), ("payment", key), ("on", today), ("reason", "paid twice, sent back"));
            Count(Tally.Collected, invoice.Account, -invoice.Billed);
        });
    }

    private void Correct(Customer customer, WorldInvoice invoice, bool cancel)
    {
        if (invoice.Open != invoice.Billed || invoice.Disputed) return;
        invoice.Special = true;
        var account = invoice.Account;
        if (cancel)
        {
            Say("invoice_cancelled", $"{account.Id}/x/{invoice.Number}", Ledger, ("account", account.Id), ("invoice", invoice.Number),
                ("on", today), ("reason", "issued in error"));
            Count(Tally.Billed, account, -invoice.Billed);
            invoice.Open = 0;
            customer.Open.Remove(invoice);
            return;
        }
        var less = invoice.Billed * Stream(customer, "correction/" + invoice.Number).Between(5, 20) / 100;
        invoice.Open = invoice.Billed -= less;
        Say("invoice_corrected", $"{account.Id}/c/{invoice.Number}", Ledger, ("account", account.Id), ("invoice", invoice.Number), ("on", today),
            ("amount", Tell.Amount(invoice.Billed, account.Portfolio.Currency)), ("reason", "price was wrong"));
        Count(Tally.Billed, account, -less);
    }

    // --- disputes ---

    private void Contest(Customer customer, WorldInvoice invoice)
    {
        if (invoice.Open == 0 || invoice.GivenUp) return;
        var random = Stream(customer, "dispute/" + invoice.Number);
        var key = $"{invoice.Account.Id}/d/{invoice.Number}";
        invoice.Disputed = true;
        Say("dispute_opened", key, FromCustomer, ("account", invoice.Account.Id), ("invoice", invoice.Number), ("on", today),
            ("reason", random.Of("quality", "price", "not received", "wrong quantity")));
        On(today.AddDays(random.Between(8, 35)), () => Settle(customer, invoice, key, random));
    }

    private void Settle(Customer customer, WorldInvoice invoice, string dispute, SplitMix random)
    {
        var account = invoice.Account;
        var pick = random.Below(100);
        var outcome = pick < 25 ? "accepted" : pick < 60 ? "partly_accepted" : "rejected";
        var credited = outcome switch { "accepted" => invoice.Open, "partly_accepted" => invoice.Open * random.Between(15, 50) / 100, _ => 0 };
        Say("dispute_closed", $"{dispute}/end", Ledger, ("account", account.Id), ("dispute", dispute), ("on", today), ("outcome", outcome));
        if (credited > 0)
            Say("credit_note", $"{dispute}/credit", Ledger, ("account", account.Id), ("number", $"CN-{invoice.Number}"), ("on", today),
                ("amount", Tell.Amount(credited, account.Portfolio.Currency)), ("invoice", invoice.Number));
        Count(Tally.Billed, account, -credited);
        invoice.Disputed = false;
        invoice.Open -= credited;
        if (invoice.Open == 0) customer.Open.Remove(invoice);
        else Plan(customer, invoice, random.Chance(customer.Type.NeverPercent) ? null : today.AddDays(random.Between(3, 20)));
    }

    // --- the end of it ---

    /// <summary>The ledger writes off what is more than half a year overdue.</summary>
    private void GiveUp(Customer customer, WorldInvoice invoice)
    {
        if (invoice.Open == 0 || invoice.Disputed || invoice.PaysOn is not null) return;
        invoice.GivenUp = true;
        customer.Open.Remove(invoice);
        Say("write_off", $"{invoice.Account.Id}/w/{invoice.Number}", Ledger, ("account", invoice.Account.Id), ("invoice", invoice.Number), ("on", today),
            ("amount", Tell.Amount(invoice.Open, invoice.Account.Portfolio.Currency)), ("reason", "uncollectible"));
    }

    /// <summary>No new invoices from now on; what is open is paid or not as it would have been. Some ask to be forgotten when all is paid.</summary>
    private void Leave(Customer customer)
    {
        if (customer.Left) return;
        if (customer.Subscribed) Cancel(customer, "customer");
        customer.Left = true;
        Tally.CustomersLeft++;
        if (Stream(customer, "forget-me").Chance(40)) On(today.AddDays(30), () => AskToBeForgotten(customer));
    }

    private void AskToBeForgotten(Customer customer)
    {
        if (customer.Open.Count > 0)
        {
            On(today.AddDays(30), () => AskToBeForgotten(customer));
            return;
        }
        customer.Erased = true;
        Say("erasure", $"{customer.Party}/forget", FromCustomer, ("account", customer.Party), ("reason", "asked by the person, everything paid"));
    }

    private static void Count(SortedDictionary<string, long> sums, CustomerAccount account, long minor) =>
        sums[account.Portfolio.Currency] = sums.GetValueOrDefault(account.Portfolio.Currency) + minor;
}
