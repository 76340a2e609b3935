namespace Recoup.Simulation.Worlds;

/// <summary>
/// A kind of payer. Days are counted from the due date, shares are percent of a hundred cases, unless the name says
/// permille (of a thousand). What a kind does without any contact stands first, how contact moves it after.
/// </summary>
public sealed record PayerType(string Id, int SharePercent)
{
    /// <summary>Pays by itself on a day from this one on, before the due date where negative.</summary>
    public required int EarliestDay { get; init; }

    public required int LatestDay { get; init; }

    /// <summary>Of its invoices, those it would never pay by itself.</summary>
    public int NeverPercent { get; init; }

    /// <summary>Of its invoices, those it pays in two parts.</summary>
    public int PartPercent { get; init; }

    /// <summary>Of its invoices, those it contests.</summary>
    public int DisputePercent { get; init; }

    /// <summary>Pays by direct debit on the due date.</summary>
    public bool Debit { get; init; }

    /// <summary>Of its debits, those that come back.</summary>
    public int ReturnedPercent { get; init; }

    /// <summary>Of the messages it reads while it owes, those that move it to pay within days.</summary>
    public required int MessagePercent { get; init; }

    /// <summary>Of the calls that reach it, those that move it.</summary>
    public required int CallPercent { get; init; }

    /// <summary>What a firm tone makes of that chance, in percent of it; a neutral one leaves it.</summary>
    public int FirmPercent { get; init; } = 100;

    /// <summary>What a friendly tone makes of it.</summary>
    public int FriendlyPercent { get; init; } = 100;

    /// <summary>Of its promises, those it keeps.</summary>
    public required int KeepsPercent { get; init; }

    /// <summary>Of a thousand contacts, those it complains about, before tone and fatigue.</summary>
    public required int ComplaintPermille { get; init; }

    /// <summary>Of its mail addresses, those that bounce.</summary>
    public int BouncePercent { get; init; } = 5;
}

/// <summary>Whose customers these are: share of all, and the place that decides zone, currency, language and calendar.</summary>
public sealed record WorldPortfolio(string Id, int SharePercent, string Name, string Creditor, string Country, string TimeZone, string Currency,
    string Language, string Calendar, string NumberPrefix);

/// <summary>
/// A world: who owes, and what contact does to them. All of it is chosen, none of it measured: docs/worlds.md gives
/// every number with its reason, and what a simulation says holds for its world only.
/// </summary>
public sealed record WorldSpec(string Name, string About)
{
    /// <summary>What contact achieves here, in percent of what the payer types say.</summary>
    public int ResponsePercent { get; init; } = 100;

    /// <summary>Complaints, in percent of what the payer types say.</summary>
    public int ComplaintPercent { get; init; } = 100;

    /// <summary>Of the contacts that did not move a customer, those that make it pay later than it would have.</summary>
    public int PostponePercent { get; init; }

    /// <summary>By so many days.</summary>
    public int PostponeDays { get; init; }

    /// <summary>Of a thousand such contacts, those after which it will not pay by itself at all.</summary>
    public int RefusePermille { get; init; }

    /// <summary>Of a thousand such contacts, those after which the customer leaves.</summary>
    public int LeavePermille { get; init; }

    public IReadOnlyList<PayerType> Payers { get; init; } = WorldTable.Payers;

    public IReadOnlyList<WorldPortfolio> Portfolios { get; init; } = WorldTable.Portfolios;

    /// <summary>The same world with the first portfolio alone, so that sums are of one currency and can be compared.</summary>
    public WorldSpec InOneCurrency() => this with { Portfolios = [Portfolios[0] with { SharePercent = 100 }] };
}
