using NodaTime;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Simulation.Auditing;

/// <summary>
/// What was told to Recoup, kept by the one who told it: money by party and currency, holds, withdrawn consents, who was
/// forgotten, who was contacted when. It shares no code with the machine or the fold; the auditor holds the two together.
/// </summary>
internal sealed class Books
{
    private readonly HashSet<string> keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> partyOf = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Party, string Currency), long> owed = [];
    private readonly Dictionary<(string Account, string Number), (long Amount, long WrittenOff)> invoices = [];
    private readonly Dictionary<string, PaymentInput.Received> payments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<HoldInput.Placed>> holds = new(StringComparer.Ordinal);
    private readonly HashSet<(string Party, string Channel)> optOuts = [];
    private readonly HashSet<string> erased = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<DateTimeOffset>> contacts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> zoneOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> zones = new(StringComparer.Ordinal);
    private readonly HashSet<string> touched = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> currencies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> currencyOf = new(StringComparer.Ordinal);

    /// <summary>What the party owes by the documents told, less what it paid; minor units.</summary>
    public long Owed(string party, string currency) => owed.GetValueOrDefault((party, currency));

    /// <summary>Currencies in which the party ever owed.</summary>
    public IReadOnlyList<string> CurrenciesOf(string party) => currencies.GetValueOrDefault(party, []);

    /// <summary>Parties about whose money something was told since this was asked last.</summary>
    public IReadOnlyCollection<string> TakeTouched()
    {
        var taken = touched.Order(StringComparer.Ordinal).ToList();
        touched.Clear();
        return taken;
    }

    public bool IsHeld(string account, DateOnly day) => holds.TryGetValue(account, out var list) && list.Exists(h => h.From <= day && day <= h.To);

    public bool HasOptedOut(string party, string channel) => optOuts.Contains((party, channel)) || optOuts.Contains((party, Channel.Any));

    /// <summary>Yes to everything takes back every no; yes to one channel, after no to everything, leaves no to the others.</summary>
    private void Agree(string party, string channel)
    {
        if (channel == Channel.Any) optOuts.RemoveWhere(o => o.Party == party);
        else if (optOuts.Remove((party, Channel.Any))) optOuts.UnionWith(Channel.All.Select(c => (party, c)));
        optOuts.Remove((party, channel));
    }

    public bool IsErased(string party) => erased.Contains(party);

    /// <summary>Whether the party of an account was erased.</summary>
    public bool IsForgotten(string account) => partyOf.TryGetValue(account, out var party) && IsErased(party);

    /// <summary>Every place at which the customer may be.</summary>
    public IReadOnlyList<string> ZonesOf(string party) => zones.GetValueOrDefault(party, []);

    public static LocalDateTime Local(DateTimeOffset at, string zone) => Instant.FromDateTimeOffset(at).InZone(DateTimeZoneProviders.Tzdb[zone]).LocalDateTime;

    /// <summary>The calendar day at an account's place.</summary>
    public DateOnly DayOf(string account, DateTimeOffset at) =>
        zoneOf.TryGetValue(account, out var zone) ? Local(at, zone).Date.ToDateOnly() : DateOnly.FromDateTime(at.UtcDateTime);

    public void Contacted(string party, DateTimeOffset at)
    {
        if (!contacts.TryGetValue(party, out var list)) contacts[party] = list = [];
        list.Add(at);
    }

    /// <summary>Outbound contacts of the seven days that end with that instant's, by the calendar of the first place.</summary>
    public int ContactsOfAWeek(string party, DateTimeOffset at)
    {
        var zone = ZonesOf(party)[0];
        var since = Local(at, zone).Date.PlusDays(-6);
        return contacts.TryGetValue(party, out var list) ? list.Count(c => c <= at && Local(c, zone).Date >= since) : 0;
    }

    /// <summary>Notes an input that is about to be told; one that was told before under its key is not noted again.</summary>
    public void Note(Input input)
    {
        if (!keys.Add(input.Key)) return;
        switch (input)
        {
            case AccountInput.Set i:
                partyOf[i.Account] = i.Party ?? i.Account;
                if (!zones.TryGetValue(partyOf[i.Account], out var list)) zones[partyOf[i.Account]] = list = [];
                if (i.TimeZone is { } zone)
                {
                    zoneOf[i.Account] = zone;
                    if (!list.Contains(zone)) list.Add(zone);
                }
                break;
            case InvoiceInput.Issued i:
                invoices[(i.Account, i.Number)] = (i.Amount.Minor, 0);
                Owe(i.Account, i.Amount.Currency.Code, i.Amount.Minor);
                break;
            case InvoiceInput.Corrected { Amount: { } amount } i:
                var before = invoices[(i.Account, i.Invoice)];
                invoices[(i.Account, i.Invoice)] = before with { Amount = amount.Minor };
                Owe(i.Account, amount.Currency.Code, amount.Minor - before.Amount);
                break;
            case InvoiceInput.Cancelled i:
                Owe(i.Account, currencyOf[i.Account], -invoices[(i.Account, i.Invoice)].Amount);
                break;
            case PaymentInput.Received i:
                payments[i.Key] = i;
                Owe(i.Account, i.Amount.Currency.Code, -i.Amount.Minor);
                foreach (var (number, amount) in i.For ?? []) Recover(i.Account, number, amount.Minor, i.Amount.Currency.Code);
                break;
            case PaymentInput.Reversed i:
                var payment = payments[i.Payment];
                Owe(i.Account, payment.Amount.Currency.Code, payment.Amount.Minor);
                break;
            case CreditInput.Granted i: Owe(i.Account, i.Amount.Currency.Code, -i.Amount.Minor); break;
            case WriteOffInput.Made { Amount: { } amount } i:
                invoices[(i.Account, i.Invoice)] = invoices[(i.Account, i.Invoice)] with { WrittenOff = amount.Minor };
                Owe(i.Account, amount.Currency.Code, -amount.Minor);
                break;
            case HoldInput.Placed i:
                if (!holds.TryGetValue(i.Account, out var held)) holds[i.Account] = held = [];
                held.Add(i);
                break;
            case HoldInput.Released i:
                var hold = holds[i.Account].FindIndex(h => h.Key == i.Hold);
                holds[i.Account][hold] = holds[i.Account][hold] with { To = i.On.AddDays(-1) };
                break;
            case ConsentInput.Said { Granted: false } i: optOuts.Add((partyOf[i.Account], i.Channel)); break;
            case ConsentInput.Said i: Agree(partyOf[i.Account], i.Channel); break;
            case AccountInput.Erasure i: erased.Add(partyOf[i.Account]); break;
            case ContactInput.Made { Direction: "outbound" } i: Contacted(partyOf[i.Account], i.At); break;
            default: break;
        }
    }

    /// <summary>Cash on what was written off takes the write-off back, as far as it goes.</summary>
    private void Recover(string account, string number, long minor, string currency)
    {
        if (!invoices.TryGetValue((account, number), out var invoice) || invoice.WrittenOff == 0) return;
        var recovered = Math.Min(minor, invoice.WrittenOff);
        invoices[(account, number)] = invoice with { WrittenOff = invoice.WrittenOff - recovered };
        Owe(account, currency, recovered);
    }

    private void Owe(string account, string currency, long minor)
    {
        var party = partyOf[account];
        currencyOf[account] = currency;
        if (!currencies.TryGetValue(party, out var list)) currencies[party] = list = [];
        if (!list.Contains(currency)) list.Add(currency);
        owed[(party, currency)] = owed.GetValueOrDefault((party, currency)) + minor;
        touched.Add(party);
    }
}
