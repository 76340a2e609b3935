namespace Recoup.Simulation.Worlds;

/// <summary>An account of a customer: most have one, some a second in another portfolio.</summary>
internal sealed record CustomerAccount(string Id, WorldPortfolio Portfolio);

/// <summary>
/// A customer with what nobody but the world knows of it. Traits are drawn once, from streams of the customer's own;
/// what it does later depends on them, on what reached it, and on the day.
/// </summary>
internal sealed class Customer
{
    private static readonly string[] First =
    [
        "Alder", "Birk", "Castell", "Dorn", "Eller", "Falk", "Gruen", "Hagen", "Iffland", "Jessen", "Kessel", "Linden", "Marsh", "Norden",
        "Orwell", "Pryce", "Quill", "Rowan", "Stroud", "Thorne", "Ulmer", "Vane", "Weller", "Yarrow", "Zell",
    ];
    private static readonly string[] Trade =
    [
        "Bakery", "Logistics", "Dental", "Print", "Garden", "Motors", "Studio", "Foods", "Textiles", "Optics", "Joinery", "Media", "Tools",
        "Travel", "Energy",
    ];
    private static readonly string[] Given =
    [
        "Ada", "Ben", "Cora", "David", "Edith", "Frank", "Greta", "Hugo", "Ida", "Jonas", "Klara", "Leo", "Mira", "Nils", "Olga", "Paul",
    ];

    public Customer(ulong seed, int number, WorldSpec spec)
    {
        Number = number;
        var random = SplitMix.Of(seed, number, "traits");
        var pick = random.Below(100);
        Type = spec.Payers.First(t => (pick -= t.SharePercent) < 0);
        pick = random.Below(100);
        var portfolio = spec.Portfolios.First(p => (pick -= p.SharePercent) < 0);
        IsConsumer = random.Chance(15);
        Party = $"C{number + 1:D5}";
        Name = IsConsumer
            ? $"{random.Of(Given)} {random.Of(First)}"
            : $"{random.Of(First)} {random.Of(Trade)} {portfolio.Country switch { "DE" => "GmbH", "GB" => "Ltd", _ => "Inc" }}";
        var domain = Name.Split(' ')[^2].ToLowerInvariant();
        Email = random.Chance(90) ? $"accounts.{Party.ToLowerInvariant()}@{domain}.example" : null;
        Bounces = random.Chance(Type.BouncePercent);
        Phone = random.Chance(82)
            ? portfolio.Country switch
            {
                "DE" => $"+4930{random.Between(1000000, 9999999)}",
                "GB" => $"+4420{random.Between(10000000, 99999999)}",
                _ => $"+1212555{random.Between(1000, 9999)}",
            }
            : null;
        WrongNumber = random.Chance(6);
        TermDays = random.Of(14, 30, 30, 30, 60);
        SizeMajor = random.Of(80, 150, 400, 900, 2500);
        NamesInvoices = random.Chance(75);
        Accounts = [new CustomerAccount(Party, portfolio)];
        if (random.Chance(4) && spec.Portfolios.Count > 1) Accounts.Add(new CustomerAccount(Party + "-2", spec.Portfolios.First(p => p != portfolio)));
        // 6 in a hundred leave each year without being asked to.
        LeavesAfterDays = random.Chance(6) ? random.Below(365) : random.Chance(6) ? 365 + random.Below(365) : null;
    }

    public int Number { get; }

    public string Party { get; }

    public PayerType Type { get; }

    public string Name { get; }

    public bool IsConsumer { get; }

    public string? Email { get; }

    /// <summary>Nobody reads the mail address that the business has.</summary>
    public bool Bounces { get; set; }

    public string? Phone { get; }

    public bool WrongNumber { get; }

    public int TermDays { get; }

    /// <summary>What an ordinary invoice is about, in major units of its currency.</summary>
    public int SizeMajor { get; }

    /// <summary>Its payments say which invoices they are for.</summary>
    public bool NamesInvoices { get; }

    public List<CustomerAccount> Accounts { get; }

    public int? LeavesAfterDays { get; }

    // --- what changes ---

    public List<WorldInvoice> Open { get; } = [];

    /// <summary>Days of the contacts that reached it, the latest last; those older than fatigue lasts are forgotten.</summary>
    public List<DateOnly> Contacts { get; } = [];

    public int Invoices { get; set; }

    public int Payments { get; set; }

    public int Letters { get; set; }

    public bool Left { get; set; }

    public bool Erased { get; set; }

    public bool Subscribed { get; set; }

    /// <summary>It had a subscription, and it ended.</summary>
    public bool Cancelled { get; set; }

    /// <summary>No mail, or nothing at all, at its wish.</summary>
    public bool OptedOut { get; set; }

    public DateOnly HoldThrough { get; set; }

    /// <summary>Contacts of the last days, this one not counted.</summary>
    public int Fatigue(DateOnly day)
    {
        Contacts.RemoveAll(c => c < day.AddDays(-WorldTable.FatigueDays));
        return Contacts.Count;
    }
}

/// <summary>An invoice as the customer sees it: what it would do about it by itself, and what it is going to do.</summary>
internal sealed class WorldInvoice(CustomerAccount account, string number, DateOnly dueOn, long minor)
{
    public CustomerAccount Account { get; } = account;

    public string Number { get; } = number;

    public DateOnly DueOn { get; } = dueOn;

    /// <summary>What the customer holds to be open, minor units.</summary>
    public long Open { get; set; } = minor;

    public long Billed { get; set; } = minor;

    /// <summary>What it would pay without any contact, and when; empty: nothing, ever.</summary>
    public List<(DateOnly On, long Minor)> ByItself { get; } = [];

    /// <summary>The day on which it is going to pay; null: not as things stand.</summary>
    public DateOnly? PaysOn { get; set; }

    /// <summary>The next payment is a part of so many percent; the rest follows after so many days.</summary>
    public (int Percent, int RestAfterDays)? Part { get; set; }

    /// <summary>The payment of the due date is a debit that comes back after so many days.</summary>
    public int? ReturnsAfterDays { get; set; }

    public bool Disputed { get; set; }

    public bool GivenUp { get; set; }

    /// <summary>It was changed by a dispute, a correction or a cancellation: it tells nothing about what contact brought.</summary>
    public bool Special { get; set; }
}
