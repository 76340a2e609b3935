using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;

namespace Recoup.Simulation.Worlds;

/// <summary>What the customers of a world did in all, for the story afterwards; amounts in minor units by currency.</summary>
public sealed class WorldTally
{
    public SortedDictionary<string, long> Billed { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Collected { get; } = new(StringComparer.Ordinal);

    public int Complaints { get; set; }

    public int CustomersLeft { get; set; }

    public int MessagesRead { get; set; }

    public int MessagesBounced { get; set; }

    public int CallsMade { get; set; }

    public int CallsReached { get; set; }

    public int Promises { get; set; }
}

/// <summary>
/// A world of customers who owe, pay or do not, and react to what reaches them. Pure: the same seed, days and contacts
/// give the same facts. It knows only what customers know: of Recoup it sees the messages and calls that arrive.
/// What one customer draws depends on no other, and on contacts only through what they said and when.
/// </summary>
public sealed partial class World
{
    private readonly ulong seed;
    private readonly WorldSpec spec;
    private readonly DateOnly start;
    private readonly Dictionary<string, Customer> byParty = new(StringComparer.Ordinal);
    private readonly List<Customer> customers = [];
    private readonly List<WorldInvoice> invoices = [];
    private readonly SortedDictionary<DateOnly, List<Action>> agenda = [];
    private List<Input> said = [];
    private DateOnly today;

    /// <param name="start">The first day on which anything happens.</param>
    public World(WorldSpec spec, ulong seed, int customers, DateOnly start)
    {
        (this.spec, this.seed, this.start) = (spec, seed, start);
        for (var i = 0; i < customers; i++)
        {
            var customer = new Customer(seed, i, spec);
            this.customers.Add(customer);
            byParty.Add(customer.Party, customer);
            On(start, () => Open(customer));
        }
        foreach (var portfolio in spec.Portfolios) On(start, () => Name(portfolio));
        On(start, () => CloseMonth(start));
        foreach (var customer in this.customers) On(start, () => BeginUse(customer));
    }

    public WorldTally Tally { get; } = new();

    /// <summary>
    /// What is told on a day: by the ledger, the bank and the customers, reactions to yesterday's contacts included. Days are asked for in
    /// order, each once.
    /// </summary>
    public IReadOnlyList<Input> Day(DateOnly day)
    {
        today = day;
        said = [];
        if (agenda.Remove(day, out var due))
            foreach (var act in due) act();
        return Post(said);
    }

    private void On(DateOnly day, Action act)
    {
        Invariant.Holds(day > today, "a world plans for days to come");
        if (!agenda.TryGetValue(day, out var list)) agenda[day] = list = [];
        list.Add(act);
    }

    private SplitMix Stream(Customer customer, string purpose, int which = 0) => SplitMix.Of(seed, customer.Number, purpose, which);

    private void Say(string kind, string key, string actor, params ReadOnlySpan<(string, object?)> fields) => said.Add(Tell.Of(kind, key, actor, fields));

    // --- the post: some of it comes twice, some of it late ---

    private readonly SortedDictionary<DateOnly, List<Input>> delayed = [];

    /// <summary>
    /// Of a hundred facts one is told twice, on the next day again; of the payments three come some days late, with the
    /// day on which the bank had them. So backdated and repeated inputs are everyday here too.
    /// </summary>
    private List<Input> Post(List<Input> facts)
    {
        var told = new List<Input>();
        if (delayed.Remove(today, out var late)) told.AddRange(late);
        foreach (var fact in facts)
        {
            var random = SplitMix.Of(seed, -1, fact.Key);
            if (fact is PaymentInput.Received && random.Chance(3)) Later(today.AddDays(random.Between(1, 3)), fact);
            else told.Add(fact);
            if (fact is not PaymentInput.Received && random.Chance(1)) Later(today.AddDays(1), fact);
        }
        return told;
    }

    private void Later(DateOnly day, Input fact)
    {
        if (!delayed.TryGetValue(day, out var list)) delayed[day] = list = [];
        list.Add(fact);
    }

    // --- what contact brought, as only the world knows ---

    /// <summary>
    /// Of the invoices that no dispute, correction or error of payment touched: what was paid by a day, less what would
    /// have been paid by then without any contact. Minor units by currency; below zero where contact did harm.
    /// </summary>
    public SortedDictionary<string, long> BroughtByContact(DateOnly by)
    {
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var invoice in invoices)
        {
            if (invoice.Special) continue;
            var currency = invoice.Account.Portfolio.Currency;
            sums[currency] = sums.GetValueOrDefault(currency) + invoice.Billed - invoice.Open - invoice.ByItself.Where(p => p.On <= by).Sum(p => p.Minor);
        }
        return sums;
    }
}
