namespace Recoup.Simulation.Worlds;

/// <summary>The worlds there are, as numbers. docs/worlds.md says why each is what it is; a test holds the two together.</summary>
public static class WorldTable
{
    public static readonly IReadOnlyList<PayerType> Payers =
    [
        new("prompt", 38)
        {
            EarliestDay = -8, LatestDay = 0, PartPercent = 1, DisputePercent = 1,
            MessagePercent = 60, CallPercent = 60, KeepsPercent = 98, ComplaintPermille = 6,
        },
        new("forgetful", 24)
        {
            EarliestDay = 5, LatestDay = 70, NeverPercent = 2, PartPercent = 3, DisputePercent = 1, MessagePercent = 45,
            CallPercent = 65, FriendlyPercent = 110, FirmPercent = 90, KeepsPercent = 92, ComplaintPermille = 3,
        },
        new("strategic", 14)
        {
            EarliestDay = 25, LatestDay = 80, NeverPercent = 2, PartPercent = 10, DisputePercent = 3, MessagePercent = 18,
            CallPercent = 40, FriendlyPercent = 40, FirmPercent = 180, KeepsPercent = 65, ComplaintPermille = 4,
        },
        new("distressed", 10)
        {
            EarliestDay = 35, LatestDay = 120, NeverPercent = 35, PartPercent = 45, DisputePercent = 2, MessagePercent = 10,
            CallPercent = 35, FriendlyPercent = 120, FirmPercent = 60, KeepsPercent = 45, ComplaintPermille = 10,
        },
        new("disputer", 6)
        {
            EarliestDay = 0, LatestDay = 30, NeverPercent = 3, PartPercent = 5, DisputePercent = 22,
            MessagePercent = 35, CallPercent = 60, FirmPercent = 80, KeepsPercent = 85, ComplaintPermille = 12,
        },
        new("debit", 5)
        {
            EarliestDay = 15, LatestDay = 60, NeverPercent = 5, PartPercent = 2, DisputePercent = 1, Debit = true,
            ReturnedPercent = 22, MessagePercent = 50, CallPercent = 70, KeepsPercent = 85, ComplaintPermille = 3,
        },
        new("vanished", 3)
        {
            EarliestDay = 60, LatestDay = 120, NeverPercent = 90, PartPercent = 10, MessagePercent = 2,
            CallPercent = 3, KeepsPercent = 20, ComplaintPermille = 2, BouncePercent = 60,
        },
    ];

    public static readonly IReadOnlyList<WorldPortfolio> Portfolios =
    [
        new("DACH", 60, "Germany, Austria, Switzerland", "Muster Werkzeuge GmbH", "DE", "Europe/Berlin", "EUR", "de", "target", "R"),
        new("UK", 28, "United Kingdom", "Muster Tools Ltd", "GB", "Europe/London", "GBP", "en", "weekdays", "INV"),
        new("US", 12, "United States", "Muster Tools Inc", "US", "America/New_York", "USD", "en", "weekdays", "US"),
    ];

    /// <summary>Sales of a month, in percent of an ordinary one, January first.</summary>
    public static readonly IReadOnlyList<int> SalesPercent = [90, 92, 100, 100, 102, 104, 98, 85, 103, 108, 112, 106];

    /// <summary>So many of a hundred customers subscribe to something.</summary>
    public const int SubscribersPercent = 35;

    /// <summary>Of a hundred subscriptions so many end within a year, beside those of customers who leave.</summary>
    public const int CancelPercent = 12;

    /// <summary>After so many of a hundred activities a subscriber stays away for months.</summary>
    public const int AwayPercent = 3;

    /// <summary>An issue of a customer comes so many days after the one before, in the mean.</summary>
    public const int IssueEveryDays = 360;

    /// <summary>Of a hundred issues put right so many are answered about.</summary>
    public const int AnswersPercent = 60;

    /// <summary>What the business wants its DSO to be, days.</summary>
    public const int TargetDays = 45;

    /// <summary>Days by which those who pay late pay later, by the month in which the invoice is due, January first.</summary>
    public static readonly IReadOnlyList<int> LaterDays = [3, 0, 0, 0, 0, 0, 2, 4, 0, 0, 0, 6];

    /// <summary>What every further contact within <see cref="FatigueDays"/> leaves of the chance that it moves, from the third on.</summary>
    public const int FatiguePercent = 60;

    public const int FatigueDays = 30;

    /// <summary>Contacts in that time that tire nobody.</summary>
    public const int FatigueFree = 2;

    /// <summary>A message that arrives on a Friday is read on Monday, or not.</summary>
    public const int FridayPercent = 80;

    /// <summary>A final notice names what follows.</summary>
    public const int FinalNoticePercent = 130;

    public static readonly IReadOnlyList<WorldSpec> All =
    [
        new("everyday", "Most pay, many late, and a word at the right time brings money in sooner."),
        new("contact-does-nothing", "Everybody pays when they would have paid anyway, whatever is sent to them.") { ResponsePercent = 0 },
        new("contact-harms", "A word offends: who is reminded pays later, complains more, and some leave.")
        {
            ResponsePercent = 10, ComplaintPercent = 300, PostponePercent = 45, PostponeDays = 15, RefusePermille = 40, LeavePermille = 25,
        },
    ];

    /// <summary>Throws <see cref="ArgumentException"/> where there is no such world.</summary>
    public static WorldSpec Named(string name) =>
        All.FirstOrDefault(w => w.Name == name)
            ?? throw new ArgumentException($"there is no world '{name}'; there are {string.Join(", ", All.Select(w => w.Name))}", nameof(name));
}
