using Recoup.Simulation;

namespace Recoup.Tests.Properties;

/// <summary>What a random history may hold.</summary>
internal sealed record Weather
{
    public int Days { get; init; } = 75;

    /// <summary>Inputs a day, at most.</summary>
    public int InputsMax { get; init; } = 5;

    /// <summary>In a hundred facts, so many take effect on a day to come.</summary>
    public int AheadPercent { get; init; } = 12;

    /// <summary>In a hundred facts, so many took effect on a day gone by.</summary>
    public int LatePercent { get; init; } = 22;

    /// <summary>In a hundred days, so many have a run.</summary>
    public int RunPercent { get; init; } = 65;

    public bool Dispatches { get; init; } = true;

    /// <summary>Runs look at everybody.</summary>
    public bool RunsAll { get; init; }

    /// <summary>Units of several inputs, some of which fail half way, and keys that come again.</summary>
    public bool Messy { get; init; } = true;

    /// <summary>Now and then two of the customers turn out to be one.</summary>
    public bool Joins { get; init; }

    /// <summary>Notes are written, callbacks promised and tags set, and some of it is taken back.</summary>
    public bool Conversations { get; init; }

    /// <summary>Costs, targets, rates and figures from other books are told, and some taken back.</summary>
    public bool Controlling { get; init; }

    /// <summary>Somebody calls customers often, and some of the calls lead to a promise or to money.</summary>
    public bool Calls { get; init; }

    /// <summary>Customers agree to pay in instalments, and keep some of it.</summary>
    public bool Plans { get; init; }

    /// <summary>Portfolios send invoices and statements, and now and then somebody asks for one, or a message comes back.</summary>
    public bool Documents { get; init; }
}

/// <summary>
/// Inputs of every kind in a random order, most of them sensible: three parties, of which one has accounts in two
/// portfolios of different time zones. From the seed alone; it looks at no outcome.
/// </summary>
internal sealed class RandomHistory
{
    /// <summary>A Monday, before both continents change their clocks.</summary>
    public static readonly DateOnly Begin = new(2026, 1, 26);

    private static readonly (string Account, string Party, string Portfolio, string Zone, string[] Currencies, bool Phone)[] Accounts =
    [
        ("A1", "P1", "eu", "Europe/Berlin", ["EUR"], true),
        ("A2", "P1", "eu", "Europe/Berlin", ["EUR", "USD"], false),
        ("A3", "P1", "us", "Pacific/Honolulu", ["USD"], true),
        ("B1", "B1", "nz", "Pacific/Auckland", ["JPY", "KWD"], true),
        ("C1", "C1", "main", "", ["EUR"], false),
    ];

    // What customers say, buy and are called about is drawn from numbers of its own, so that the rest of a history is the same with it.
    private SplitMix random, aside, used;
    private readonly Weather weather;
    private readonly List<Step> steps = [];
    private readonly List<(string Account, string Number, decimal Amount, string Currency, DateOnly Issued)> invoices = [];
    private readonly List<(string Account, string Number, string Currency)> charges = [];
    private readonly List<(string Account, string Key, string Currency)> payments = [];
    private readonly List<(string Account, string Number, string Currency)> credits = [];
    private readonly List<(string Account, string Key)> disputes = [], holds = [], promises = [], refunds = [], plans = [],
        callbacks = [], notes = [], files = [];
    private readonly List<(string Account, string Number)> cancelled = [], writtenOff = [], waived = [], free = [];
    private readonly List<(string Type, string Key)> told = [];
    private readonly List<string> sent = [];
    private int keys;
    private int numbers;
    private DateOnly today;
    private DateTimeOffset now;

    private RandomHistory(int seed, Weather weather)
    {
        (random, aside, used) = (new SplitMix((ulong)seed * 7919), new SplitMix((ulong)seed * 104_729), new SplitMix((ulong)seed * 1_299_709));
        this.weather = weather;
    }

    public static History Of(int seed, Weather? weather = null)
    {
        var history = new RandomHistory(seed, weather ?? new Weather());
        history.Make(Begin, (weather ?? new Weather()).Days, opening: true);
        return new History(seed, Policies.NameOf(seed), history.steps);
    }

    /// <summary>The same past up to and including a day, another future.</summary>
    public static History Forked(int seed, int other, DateOnly until, Weather weather)
    {
        var past = new RandomHistory(seed, weather);
        past.Make(Begin, until.DayNumber - Begin.DayNumber + 1, opening: true);
        var future = new RandomHistory(other, weather) { keys = 100_000, numbers = 500 };
        future.invoices.AddRange(past.invoices);
        future.charges.AddRange(past.charges);
        future.payments.AddRange(past.payments);
        future.Make(until.AddDays(1), 15, opening: false);
        return new History(seed, Policies.NameOf(seed), [.. past.steps, .. future.steps]);
    }

    /// <summary>Facts that take effect after a day, sent at an instant before it.</summary>
    public static IReadOnlyList<Step> Ahead(History history, int seed, DateTimeOffset at, DateOnly after, int count)
    {
        var ahead = new RandomHistory(seed, new Weather { Messy = false }) { keys = 200_000, numbers = 700, now = at, today = after };
        ahead.Know(history);
        for (var i = 0; i < count; i++) ahead.Fact(() => after.AddDays(ahead.random.Between(1, 12)));
        // What has no day of its own holds at once.
        return ahead.steps.FindAll(s => Play.Parse(((Step.Send)s).Lines[0]) is not (Core.Contact.ConsentInput.Said or Core.Contact.ContactInput.PointSet
            or Core.Accounts.AccountInput.Set or Core.Accounts.AccountInput.Erasure));
    }

    /// <summary>Learns from the lines of a history what there is to name.</summary>
    private void Know(History history)
    {
        foreach (var line in history.Lines)
        {
            var json = System.Text.Json.JsonDocument.Parse(line).RootElement;
            string Get(string name) => json.TryGetProperty(name, out var value) ? value.GetString()! : "";
            var account = Get("account");
            switch (Get("type"))
            {
                case "invoice":
                    invoices.Add((account, Get("number"), decimal.Parse(Get("amount"), System.Globalization.CultureInfo.InvariantCulture), Get("currency"),
                        DateOnly.Parse(Get("issued_on"), System.Globalization.CultureInfo.InvariantCulture)));
                    break;
                case "charge": charges.Add((account, Get("number"), Get("currency"))); break;
                case "payment": payments.Add((account, Get("key"), Get("currency"))); break;
                case "credit_note": credits.Add((account, Get("number"), Get("currency"))); break;
                case "dispute_opened": disputes.Add((account, Get("key"))); break;
                case "hold": holds.Add((account, Get("key"))); break;
                default: break;
            }
        }
    }

    private void Make(DateOnly from, int days, bool opening)
    {
        today = from;
        now = At(5, 0);
        if (opening) Open();
        for (var last = from.AddDays(days); today < last; today = today.AddDays(1))
        {
            now = At(5, random.Below(60));
            for (var count = random.Below(weather.InputsMax + 1); count > 0; count--) { Tick(); Something(); }
            now = At(10, 0);
            if (random.Chance(weather.RunPercent)) steps.Add(new Step.Run(now, today, weather.RunsAll));
            if (!weather.Dispatches) continue;
            now = At(random.Of(10, 11, 13, 15, 19), random.Below(60));
            if (random.Chance(75)) steps.Add(new Step.Dispatch(now));
            if (random.Chance(12)) { now = At(20, 0); Something(); }
            // At night, to see that nothing leaves then.
            if (random.Chance(15)) { now = At(22, random.Below(60)); steps.Add(new Step.Dispatch(now)); }
        }
    }

    private DateTimeOffset At(int hour, int minute) => new(today.ToDateTime(new TimeOnly(hour, minute)), TimeSpan.Zero);

    private void Tick() => now = now.AddMinutes(random.Between(1, 40));

    private void Open()
    {
        Send(Json.Line("portfolio", Key(), null, ("portfolio", "eu"), ("creditor", "Beispiel AG"), ("time_zone", "Europe/Berlin"), ("calendar", "target")));
        Send(Json.Line("portfolio", Key(), null, ("portfolio", "us"), ("creditor", "Example Inc."),
            ("time_zone", "America/New_York"), ("holidays", new[] { Begin.AddDays(21) })));
        Send(Json.Line("portfolio", Key(), null, ("portfolio", "nz"), ("creditor", "Example Ltd"),
            ("time_zone", "Pacific/Auckland"), ("calendar", "every-day")));
        if (weather.Documents)
        {
            Send(Json.Line("portfolio", Key(), null, ("portfolio", "eu"), ("invoice_delivery", "email"), ("statements", "monthly")));
            Send(Json.Line("portfolio", Key(), null, ("portfolio", "nz"), ("invoice_delivery", "email"), ("statements", "quarterly")));
        }
        if (random.Chance(85)) Send(Json.Line("sending", Key(), null, ("mode", "live")));
        foreach (var a in Accounts)
            Send(Json.Line("account", Key(), a.Account, ("party", a.Party == a.Account ? null : a.Party), ("name", $"Customer {a.Account}"),
                ("portfolio", a.Portfolio == "main" ? null : a.Portfolio),
                ("kind", random.Of("business", "consumer")), ("email", random.Chance(90) ? $"{a.Account.ToLowerInvariant()}@customer.example" : null),
                ("phone", a.Phone ? "+49301234567" : null), ("time_zone", a.Zone.Length > 0 ? a.Zone : null)));
    }

    private void Something()
    {
        if (weather.Messy && random.Chance(4) && sent.Count > 0) { SendAgain(); return; }
        if (weather.Messy && random.Chance(6)) { SeveralAtOnce(); return; }
        if (weather.Joins && random.Chance(2)) { Send(Join()); return; }
        if (random.Chance(4))
        {
            steps.Add(random.Chance(50) ? new Step.Settle(now, Key(), random.Of("sent", "failed")) : new Step.FinishWork(now, Key()));
            return;
        }
        if (random.Chance(2)) { Send(Json.Line("sending", Key(), null, ("mode", random.Of("live", "live", "shadow", "stopped")))); return; }
        if (weather.Controlling && random.Chance(12)) { Send(Controlling()); return; }
        if (weather.Documents && random.Chance(3)) { steps.Add(new Step.Bounce(now, Key(), random.Of("hard", "hard", "soft"))); return; }
        if (weather.Documents && random.Chance(6)) { Send(Json.Line("statement_requested", Key(), Account().Account, ("on", Day()))); return; }
        if (weather.Documents && random.Chance(2))
        {
            Send(Json.Line("portfolio", Key(), null, ("portfolio", "eu"), ("invoice_delivery", random.Of("email", "none")),
                ("statements", random.Of("monthly", "quarterly", "none"))));
            return;
        }
        Fact(Day);
    }

    /// <summary>Mostly today; sometimes it was learned late, sometimes it is known ahead.</summary>
    private DateOnly Day() => random.Below(100) switch
    {
        var p when p < weather.AheadPercent => today.AddDays(random.Between(1, 20)),
        var p when p < weather.AheadPercent + weather.LatePercent => today.AddDays(-random.Between(1, 30)),
        _ => today,
    };

    private void Fact(Func<DateOnly> day)
    {
        var before = steps.Count;
        (random, aside) = (aside, random);
        if (weather.Calls && random.Chance(20)) Call();
        if (weather.Conversations && random.Chance(12)) Send(random.Chance(50) ? Feedback(random.Of("A1", "B1")) : Subscription(random.Of("A1", "B1")));
        (random, aside) = (aside, random);
        if (weather.Conversations && random.Chance(12)) Send(Conversation());
        while (steps.Count == before)
            Send(random.Below(weather.Plans ? 127 : 120) switch
            {
                >= 124 => Pick(plans) is ({ } account, { } key)
                    ? Json.Line("payment_plan_cancelled", Key(), account, ("plan", key), ("on", day()), ("reason", "another one"))
                    : null,
                >= 120 => Plan(day()),
                >= 100 and var undo => Undo(undo - 100, day),
                < 26 => Invoice(day()),
                < 44 => Payment(day()),
                < 48 => Reversal(day()),
                < 52 => CreditNote(day()),
                < 55 => Allocation(day()),
                < 60 => Correction(day()),
                < 62 => OfInvoice("invoice_cancelled", i => [("on", day()), ("reason", "wrong")], cancelled),
                < 65 => Charge(day()),
                < 67 => Pick(charges) is ({ } account, { } number, _) ? OfItem("waiver", "charge", account, number, waived, ("on", day())) : null,
                < 71 => WriteOff(day()),
                < 73 => OfInvoice("open_balance", i => [("on", day()),
                    ("balance", random.Chance(40) ? Round(i.Amount / 2, i.Currency) : random.Chance(50) ? 0m : i.Amount),
                    ("currency", i.Currency), ("reason", "the ledger says so")]),
                < 77 => Dispute(day()),
                < 80 => Pick(disputes) is ({ } account, { } key)
                    ? Json.Line("dispute_closed", Key(), account, ("dispute", key), ("on", day()), ("outcome", random.Of("rejected", "accepted")))
                    : null,
                < 84 => Promise(day()),
                < 87 => Contact(day()),
                < 90 => Hold(day()),
                < 91 => Pick(holds) is ({ } account, { } key) ? Json.Line("hold_released", Key(), account, ("hold", key), ("on", day())) : null,
                < 95 => Consent(day()),
                < 97 => Json.Line("contact_point", Key(), Account().Account, ("channel", random.Of("email", "call")),
                    ("address", $"new{random.Below(4)}@customer.example")),
                < 99 => ChangedAccount(),
                _ => random.Chance(15) ? Json.Line("erasure", Key(), Account().Account, ("reason", "asked for it")) : null,
            });
        (random, used) = (used, random);
        if (weather.Conversations && random.Chance(5)) Send(Activity(random.Of("A1", "B1")));
        (random, used) = (used, random);
    }

    /// <summary>Of the workspace alone; now and then of a portfolio that there is not, or of what was taken back before.</summary>
    private string Controlling()
    {
        var (kind, from) = (random.Of("cost", "cost", "target", "fx_rate", "imported_figure"), Day());
        if (told.Count > 0 && random.Chance(25) && told[random.Below(told.Count)] is var (type, key))
            return Json.Line($"{type}_withdrawn", Key(), null, (type, key), ("reason", "wrong"));
        var portfolio = random.Of("eu", "us", "nz", "main", "nowhere");
        var to = from.AddDays(random.Below(40));
        told.Add((kind, $"k{keys + 1}"));
        return kind switch
        {
            "cost" when random.Chance(50) => Json.Line("cost", Key(), null, ("portfolio", portfolio), ("from", from), ("to", to), ("kind", "agent_time"),
                ("agent", "ann"), ("minutes", (decimal)random.Between(1, 3000)), ("amount", random.Between(1, 90_000) / 100m), ("currency", "EUR")),
            "cost" => Json.Line("cost", Key(), null, ("portfolio", portfolio), ("from", from), ("to", to), ("kind", random.Of("letter", "legal")),
                ("amount", (decimal)random.Between(1, 999)), ("currency", random.Of("EUR", "JPY", "KWD"))),
            "target" => Json.Line("target", Key(), null, ("kpi", random.Of("dso", "cei")), ("portfolio", random.Chance(50) ? portfolio : null), ("from", from),
                ("to", random.Chance(50) ? to : null), ("value", random.Between(1, 900) / 10m), ("owner", "ann")),
            "fx_rate" => Json.Line("fx_rate", Key(), null, ("on", from), ("from", random.Of("USD", "JPY")), ("to", random.Of("EUR", "KWD")),
                ("rate", random.Between(1, 200) / 100m)),
            _ => Json.Line("imported_figure", Key(), null, ("portfolio", random.Chance(50) ? portfolio : null), ("name", "inventory_days"), ("from", from),
                ("to", to), ("value", random.Between(1, 900) / 10m)),
        };
    }

    /// <summary>What people take back of what was done before.</summary>
    private string? Undo(int which, Func<DateOnly> day) => which switch
    {
        < 4 => Refund(day()),
        < 6 => Pick(refunds) is ({ } account, { } key)
            ? Json.Line("refund_reversed", Key(), account, ("refund", key), ("on", day()), ("reason", "returned"))
            : null,
        < 9 => TakenOff(day()),
        < 10 => Pick(credits) is ({ } account, { } number, _)
            ? Json.Line("credit_note_cancelled", Key(), account, ("credit_note", number), ("on", day()), ("reason", "double"))
            : null,
        < 13 => Pick(cancelled) is ({ } account, { } number)
            ? Json.Line("cancellation_reversed", Key(), account, ("invoice", number), ("on", day()), ("reason", "a mistake"))
            : null,
        < 14 => Pick(charges) is ({ } account, { } number, _) ? OfItem("charge_cancelled", "charge", account, number, cancelled, ("on", day())) : null,
        < 15 => Pick(waived) is ({ } account, { } number)
            ? Json.Line("waiver_reversed", Key(), account, ("charge", number), ("on", day()), ("reason", "a mistake"))
            : null,
        < 18 => Pick(writtenOff) is ({ } account, { } number)
            ? Json.Line("write_off_reversed", Key(), account, ("invoice", number), ("on", day()), ("reason", "found again"))
            : null,
        < 19 => Pick(promises) is ({ } account, { } key)
            ? Json.Line("promise_withdrawn", Key(), account, ("promise", key), ("on", day()), ("reason", "error"))
            : null,
        _ => Nothing(day()),
    };

    /// <summary>An invoice over nothing, or one that is set to something after all.</summary>
    private string Nothing(DateOnly day)
    {
        if (free.Count > 0 && random.Chance(30) && Pick(free) is ({ } account, { } number))
            return Json.Line("invoice_corrected", Key(), account, ("invoice", number), ("on", day), ("amount", random.Of(0m, 50m)),
                ("currency", Accounts.Single(a => a.Account == account).Currencies[0]));
        var a = Account();
        free.Add((a.Account, $"N{++numbers}"));
        return Json.Line("invoice", Key(), a.Account, ("number", $"N{numbers}"), ("issued_on", day), ("due_on", day.AddDays(14)),
            ("amount", 0m), ("currency", a.Currencies[0]));
    }

    private string Refund(DateOnly day)
    {
        var key = Key();
        var named = random.Below(3);
        var (account, id, currency) = named == 0 ? Pick(payments) : named == 1 ? Pick(credits) : default;
        if (account is null)
        {
            var a = Account();
            (account, currency, named) = (a.Account, random.Of(a.Currencies.AsSpan()), 2);
        }
        refunds.Add((account, key));
        return Json.Line("refund", key, account, ("payment", named == 0 ? id : null), ("credit_note", named == 1 ? id : null), ("on", day),
            ("amount", Amount(currency, small: true)), ("currency", currency));
    }

    private string? TakenOff(DateOnly day)
    {
        var credit = random.Chance(35);
        var (account, id, currency) = credit ? Pick(credits) : Pick(payments);
        if (account is null || Pick(invoices.FindAll(i => i.Account == account && i.Currency == currency)) is not { Number: { } invoice }) return null;
        var whole = random.Chance(60);
        return Json.Line("allocation_reversed", Key(), account, (credit ? "credit_note" : "payment", id), ("invoice", invoice), ("on", day),
            ("amount", whole ? null : Amount(currency, small: true)), ("currency", whole ? null : currency));
    }

    private string OfItem(string type, string field, string account, string number, List<(string, string)> noted, params (string, object?)[] fields)
    {
        noted.Add((account, number));
        return Json.Line(type, Key(), account, [(field, number), .. fields]);
    }

    private string Invoice(DateOnly day)
    {
        var a = Account();
        var currency = random.Of(a.Currencies.AsSpan());
        var number = random.Chance(5) && invoices.Count > 0 ? invoices[random.Below(invoices.Count)].Number : $"I{++numbers}";
        var amount = Amount(currency);
        invoices.Add((a.Account, number, amount, currency, day));
        return Json.Line("invoice", Key(), a.Account, ("number", number), ("issued_on", day),
            ("due_on", day.AddDays(random.Of(0, 7, 14, 30))), ("amount", amount), ("currency", currency));
    }

    private string Payment(DateOnly day)
    {
        var a = Account();
        var currency = random.Of(a.Currencies.AsSpan());
        var key = Key();
        payments.Add((a.Account, key, currency));
        var mine = invoices.FindAll(i => i.Account == a.Account && i.Currency == currency);
        if (mine.Count == 0 || random.Chance(45))
            return Json.Line("payment", key, a.Account, ("on", day),
                ("amount", random.Chance(50) && mine.Count > 0 ? mine[random.Below(mine.Count)].Amount : Amount(currency)), ("currency", currency));
        var parts = new List<(string, decimal)>();
        for (var n = random.Between(1, 3); n > 0; n--)
        {
            var invoice = mine[random.Below(mine.Count)];
            // Named before it came: the next numbers are still to be given.
            var number = random.Chance(15) ? $"I{numbers + random.Between(1, 4)}" : invoice.Number;
            parts.Add((number, random.Chance(60) ? invoice.Amount : Round(invoice.Amount / 3, currency)));
        }
        return Json.Line("payment", key, a.Account, ("on", day),
            ("amount", parts.Sum(p => p.Item2) + (random.Chance(30) ? Amount(currency) : 0m)), ("currency", currency), ("for", parts));
    }

    private string? Reversal(DateOnly day) => Pick(payments) is ({ } account, { } key, _)
        ? Json.Line("payment_reversed", Key(), account, ("payment", key), ("on", day), ("reason", "returned"))
        : null;

    private string CreditNote(DateOnly day)
    {
        var a = Account();
        var currency = random.Of(a.Currencies.AsSpan());
        var number = $"CN{++numbers}";
        credits.Add((a.Account, number, currency));
        var invoice = random.Chance(60) && Pick(invoices.FindAll(i => i.Account == a.Account && i.Currency == currency)) is { Number: { } of } ? of : null;
        return Json.Line("credit_note", Key(), a.Account, ("number", number), ("on", day), ("amount", Amount(currency)),
            ("currency", currency), ("invoice", invoice));
    }

    private string? Allocation(DateOnly day)
    {
        var credit = random.Chance(40);
        var (account, id, currency) = credit ? Pick(credits) : Pick(payments);
        if (account is null || Pick(invoices.FindAll(i => i.Account == account && i.Currency == currency)) is not { Number: { } invoice }) return null;
        return Json.Line("allocation", Key(), account, (credit ? "credit_note" : "payment", id), ("invoice", invoice), ("on", day),
            ("amount", Amount(currency, small: true)), ("currency", currency));
    }

    private string? Correction(DateOnly day) => OfInvoice("invoice_corrected", i => random.Below(3) switch
    {
        0 => [("on", day), ("due_on", day.AddDays(random.Between(-10, 30)))],
        1 => [("on", day), ("amount", Round(i.Amount / 2, i.Currency)), ("currency", i.Currency)],
        _ => [("on", day), ("amount", i.Amount + Amount(i.Currency)), ("currency", i.Currency)],
    });

    private string? WriteOff(DateOnly day) => OfInvoice("write_off", i => random.Chance(50)
        ? [("on", day), ("reason", "uncollectible")]
        : [("on", day), ("amount", Round(i.Amount / 4, i.Currency)), ("currency", i.Currency), ("reason", "small")], writtenOff);

    private string Charge(DateOnly day)
    {
        var a = Account();
        var currency = random.Of(a.Currencies.AsSpan());
        var number = $"F{++numbers}";
        charges.Add((a.Account, number, currency));
        var invoice = random.Chance(50) && Pick(invoices.FindAll(i => i.Account == a.Account && i.Currency == currency)) is { Number: { } of } ? of : null;
        return Json.Line("charge", Key(), a.Account, ("number", number), ("invoice", invoice), ("on", day),
            ("due_on", random.Chance(40) ? day.AddDays(14) : null), ("kind", random.Of("fee", "interest", "cost")),
            ("amount", Amount(currency, small: true)), ("currency", currency));
    }

    private string? Dispute(DateOnly day)
    {
        var key = Key();
        if (random.Chance(30))
        {
            var account = Account().Account;
            disputes.Add((account, key));
            return Json.Line("dispute_opened", key, account, ("on", day), ("reason", "all of it"));
        }
        if (Pick(invoices) is not { Account: { } of } invoice) return null;
        disputes.Add((of, key));
        return Json.Line("dispute_opened", key, of, ("invoice", invoice.Number), ("on", day), ("reason", "quality"));
    }

    private string Promise(DateOnly day)
    {
        var a = Account();
        var currency = random.Of(a.Currencies.AsSpan());
        var key = Key();
        promises.Add((a.Account, key));
        return Json.Line("promise", key, a.Account, ("on", day), ("due_on", day.AddDays(random.Between(0, 14))),
            ("amount", Amount(currency)), ("currency", currency));
    }

    /// <summary>Today's call, sometimes with the promise made in it: before the call or after it, named by it or not.</summary>
    private void Call()
    {
        var a = Account();
        var (key, promise, currency) = (Key(), Key(), random.Of(a.Currencies.AsSpan()));
        var (promises, named, first) = (random.Chance(40), random.Chance(50), random.Chance(50));
        var made = Json.Line("promise", promise, a.Account, ("on", DateOnly.FromDateTime(now.UtcDateTime)),
            ("due_on", today.AddDays(random.Between(1, 14))), ("amount", Amount(currency, small: true)), ("currency", currency));
        if (promises && first) Send(made);
        Send(Json.Line("contact", key, a.Account, ("at", now), ("channel", "call"), ("direction", "outbound"), ("outcome", "right_party"),
            ("agent", random.Of("ann", "ben")), ("result", promises ? "promise" : random.Of("no_commitment", "paid", "dispute")),
            ("promise", promises && named ? promise : null)));
        if (promises && !first) Send(made);
        if (promises) this.promises.Add((a.Account, promise));
        if (!random.Chance(35)) return;
        var paid = Key();
        payments.Add((a.Account, paid, currency));
        Send(Json.Line("payment", paid, a.Account, ("on", today.AddDays(random.Below(10))), ("amount", Amount(currency) * random.Of(1m, 5m, 20m)),
            ("currency", currency)));
    }

    private string? Conversation()
    {
        var (account, key) = (Account().Account, Key());
        switch (random.Below(13))
        {
            case 10 or 11:
                files.Add((account, key));
                return Json.Line("file", key, account, ("name", random.Of("receipt.txt", "delivery.csv")),
                    ("content", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"received {random.Below(1000)}"))),
                    ("kind", random.Of("proof_of_delivery", "correspondence")));
            case 12: return Pick(files) is ({ } owner, { } file) ? Json.Line("file_withdrawn", key, owner, ("file", file)) : null;
            case 0 or 1:
                notes.Add((account, key));
                return Json.Line("note", key, account, ("at", now.AddMinutes(-random.Below(600))), ("text", "asked for the delivery note"));
            case 2: return Pick(notes) is ({ } of, { } note) ? Json.Line("note_withdrawn", key, of, ("note", note)) : null;
            case 3 or 4 or 5 or 6:
                callbacks.Add((account, key));
                return Json.Line("callback", key, account, ("at", now.AddHours(random.Between(1, 90))), ("agent", random.Of("ann", "ben")));
            case 7:
                return Pick(callbacks) is ({ } whose, { } callback)
                    ? Json.Line("callback_cancelled", key, whose, ("callback", callback), ("reason", "called us")) : null;
            default: return Json.Line("tag", key, account, ("tag", random.Of("vip", "Key Account", "watch")), ("set", random.Chance(60)));
        }
    }

    /// <summary>One of a few issues, in whatever order.</summary>
    private string Feedback(string account)
    {
        var key = Key();
        var state = random.Of("reported", "resolved", "answered");
        return Json.Line("feedback", key, account, ("issue", $"is-{random.Below(2)}"), ("state", state), ("on", today.AddDays(-random.Below(5))),
            ("satisfaction", state == "answered" ? random.Between(1, 5) : null));
    }

    /// <summary>One of two subscriptions, in whatever order, some of it of a day to come.</summary>
    private string Subscription(string account)
    {
        var key = Key();
        var state = random.Of("started", "started", "changed", "paused", "resumed", "cancelled", "cancelled");
        var priced = state is "started" or "changed";
        return Json.Line("subscription", key, account, ("subscription", random.Chance(80) ? "s-1" : "s-2"), ("state", state), ("on", Day()),
            ("amount", priced ? Amount("EUR", small: true) : null), ("currency", priced ? "EUR" : null), ("every", priced ? "month" : null),
            ("by", state == "cancelled" ? random.Of("customer", "non_payment") : null));
    }

    /// <summary>Of these weeks mostly, or of long ago.</summary>
    private string Activity(string account)
    {
        var (key, spends) = (Key(), random.Chance(40));
        return Json.Line("activity", key, account, ("on", today.AddDays(-random.Below(random.Chance(70) ? 9 : 900))), ("kind", spends ? "purchase" : "log_in"),
            ("amount", spends ? Amount("EUR", small: true) : null), ("currency", spends ? "EUR" : null));
    }

    private string Plan(DateOnly day)
    {
        var a = Account();
        var currency = random.Of(a.Currencies.AsSpan());
        var key = Key();
        plans.Add((a.Account, key));
        var items = random.Chance(50) ? invoices.FindAll(i => i.Account == a.Account).Select(i => i.Number).TakeLast(random.Between(1, 3)).ToList() : null;
        var counted = random.Chance(70);
        var every = random.Of("week", "week", "two_weeks", "month", "payday");
        return Json.Line("payment_plan", key, a.Account, ("on", day), ("items", items is { Count: > 0 } ? items : null),
            ("count", counted ? (object)random.Between(1, 4) : null), ("amount", counted ? null : Amount(currency)), ("currency", currency),
            ("first_on", random.Chance(60) ? day.AddDays(random.Below(12)) : null), ("every", every), ("payday", every == "payday" ? (object)25 : null));
    }

    private string Contact(DateOnly day)
    {
        var at = day == today ? now.AddMinutes(-random.Below(240)) : new DateTimeOffset(day.ToDateTime(new TimeOnly(random.Between(7, 20), 0)), TimeSpan.Zero);
        var a = Account();
        var (key, channel, direction) = (Key(), random.Of("call", "call", "letter", "sms"), random.Of("outbound", "outbound", "inbound"));
        var outcome = random.Of("right_party", "no_answer", "voicemail");
        return Json.Line("contact", key, a.Account, ("at", at), ("channel", channel), ("direction", direction),
            ("needs_reply", direction == "inbound" && key[^1] is '1' or '4' or '7' ? true : null), ("outcome", outcome),
            ("result", outcome != "right_party" ? null : key[^1] is '2' or '5' or '8' ? "promise" : key[^1] == '3' ? "refused" : null), ("agent", "ann"),
            ("minutes", random.Below(20)),
            ("promise", Pick(promises.FindAll(p => p.Account == a.Account)).Key));
    }

    private string Hold(DateOnly day)
    {
        var a = Account();
        var key = Key();
        holds.Add((a.Account, key));
        return Json.Line("hold", key, a.Account, ("from", day), ("to", day.AddDays(random.Below(15))), ("reason", "requested"));
    }

    private string Consent(DateOnly day)
    {
        var a = Account();
        return Json.Line("consent", Key(), a.Account, ("channel", random.Of("email", "call", "all", "email")), ("granted", random.Chance(60)),
            ("address", random.Chance(20) ? $"{a.Account.ToLowerInvariant()}@customer.example" : null), ("on", random.Chance(70) ? day : null));
    }

    private string ChangedAccount()
    {
        var a = Account();
        return random.Below(4) switch
        {
            3 => Json.Line("account_moved", Key(), a.Account, ("portfolio", random.Of("eu", "us", "nz", "main")), ("on", random.Chance(60) ? null : today)),
            0 => Json.Line("account", Key(), a.Account, ("language", random.Of("de", "en"))),
            1 => Json.Line("account", Key(), a.Account, ("email", $"other{random.Below(3)}@customer.example")),
            _ => Json.Line("account", Key(), a.Account, ("party", random.Of("P1", "B1")), ("name", "Moved")),
        };
    }

    private string Join() => Json.Line("account_joined", Key(), Account().Account, ("with", Account().Account), ("on", random.Chance(70) ? null : today),
        ("reason", random.Chance(50) ? "the same name" : null));

    private string? OfInvoice(string type,
        Func<(string Account, string Number, decimal Amount, string Currency, DateOnly Issued), (string, object?)[]> fields,
        List<(string, string)>? noted = null) =>
        Pick(invoices) is { Account: { } account } invoice ? OfItem(type, "invoice", account, invoice.Number, noted ?? [], fields(invoice)) : null;

    /// <summary>A row of a file: an account, its invoice, its payment. Every third fails half way.</summary>
    private void SeveralAtOnce()
    {
        var lines = new List<string>();
        for (var n = random.Between(2, 4); n > 0; n--)
        {
            var before = steps.Count;
            Fact(Day);
            lines.AddRange(((Step.Send)steps[before]).Lines);
            steps.RemoveRange(before, steps.Count - before);
        }
        if (weather.Joins && random.Chance(25)) lines.Insert(random.Below(lines.Count), Join());
        if (weather.Controlling && random.Chance(40)) lines.Insert(random.Below(lines.Count), Controlling());
        if (random.Chance(40))
            lines.Insert(random.Between(1, lines.Count),
                Json.Line("write_off", Key(), Account().Account, ("invoice", "nowhere"), ("on", today), ("reason", "there is none")));
        Send([.. lines]);
    }

    private void SendAgain()
    {
        var line = sent[random.Below(sent.Count)];
        if (random.Chance(35) && line.Contains("\"type\":\"payment\"", StringComparison.Ordinal) && !line.Contains("\"for\"", StringComparison.Ordinal))
            line = line.Replace("\"amount\":\"", "\"amount\":\"1", StringComparison.Ordinal);
        steps.Add(new Step.Send(now, [line]));
    }

    private void Send(params string?[] lines)
    {
        if (lines.Any(l => l is null)) return;
        foreach (var line in lines) sent.Add(line!);
        steps.Add(new Step.Send(now, [.. lines.OfType<string>()]));
    }

    private (string Account, string Party, string Portfolio, string Zone, string[] Currencies, bool Phone) Account() => Accounts[random.Below(Accounts.Length)];

    private T? Pick<T>(List<T> from) =>
        from.Count == 0 ? default : random.Chance(60) ? from[Math.Max(0, from.Count - 1 - random.Below(6))] : from[random.Below(from.Count)];

    private string Key() => $"k{++keys}";

    // Few different amounts, so that sums meet exactly now and then.
    private decimal Amount(string currency, bool small = false)
    {
        var whole = small ? random.Of(5m, 10m, 20m) : random.Of(50m, 60m, 100m, 100m, 240m, 33m);
        return currency switch { "JPY" => whole * 100, "KWD" => whole + random.Of(0m, 0.125m), _ => whole + random.Of(0m, 0m, 0.01m, 0.99m) };
    }

    private static decimal Round(decimal amount, string currency) => Math.Round(amount, currency switch { "JPY" => 0, "KWD" => 3, _ => 2 });
}
