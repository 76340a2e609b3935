using System.Globalization;

namespace Recoup.Simulation.Worlds;

/// <summary>
/// What customers do beside owing and paying: what they subscribe to and use, and what goes wrong for them. All of it is drawn from streams of its own,
/// so that it changes nothing of what else happens to anybody.
/// </summary>
public sealed partial class World
{
    private const string Shop = "shop", HelpDesk = "help desk", Books = "books";

    /// <summary>What customers did is told in the morning after, as in the west it is not today yet.</summary>
    private DateOnly Yesterday => today.AddDays(-1);

    private void BeginUse(Customer customer)
    {
        var random = Stream(customer, "subscribes");
        if (random.Chance(WorldTable.SubscribersPercent)) On(start.AddDays(1 + random.Below(60)), () => Subscribe(customer));
        On(start.AddDays(1 + Stream(customer, "issue", 0).Below(WorldTable.IssueEveryDays)), () => Report(customer, 1));
    }

    // --- subscriptions and use ---

    private void Subscribe(Customer customer)
    {
        if (customer.Left) return;
        var (random, account) = (Stream(customer, "subscription"), customer.Accounts[0]);
        var yearly = random.Chance(30);
        var price = random.Of(2900L, 4900L, 9900L) * (yearly ? 10 : 1);
        Say("subscription", $"{account.Id}/s/1", Shop, ("account", account.Id), ("subscription", "S1"), ("state", "started"), ("on", today),
            ("amount", Tell.Amount(price, account.Portfolio.Currency)), ("every", yearly ? "year" : "month"), ("product", random.Of("care", "care plus")));
        customer.Subscribed = true;
        On(today.AddDays(1), () => Use(customer, 1));
        if (random.Chance(WorldTable.CancelPercent))
            On(today.AddDays(random.Between(60, 365)), () => Cancel(customer, random.Chance(25) ? "non_payment" : "customer"));
    }

    private void Use(Customer customer, int which)
    {
        if (customer.Left || customer.Cancelled) return;
        var (random, account) = (Stream(customer, "use", which), customer.Accounts[0]);
        if (random.Chance(15))
            Say("activity", $"{account.Id}/u/{which}", Shop, ("account", account.Id), ("on", Yesterday), ("kind", "purchase"),
                ("amount", Tell.Amount(random.Between(900, 19900), account.Portfolio.Currency)), ("product", "spare parts"));
        else Say("activity", $"{account.Id}/u/{which}", Shop, ("account", account.Id), ("on", Yesterday), ("kind", "log_in"));
        // Some stay away for a season, and some of these for good.
        var away = random.Chance(WorldTable.AwayPercent);
        On(today.AddDays(away ? random.Between(95, 240) : random.Between(4, 30)), () => Use(customer, which + 1));
    }

    private void Cancel(Customer customer, string by)
    {
        if (customer.Left || customer.Cancelled) return;
        customer.Cancelled = true;
        var account = customer.Accounts[0];
        Say("subscription", $"{account.Id}/s/end", Shop, ("account", account.Id), ("subscription", "S1"), ("state", "cancelled"), ("on", today), ("by", by));
    }

    // --- what goes wrong ---

    private void Report(Customer customer, int which)
    {
        if (customer.Left) return;
        var (random, account, issue) = (Stream(customer, "issue", which), customer.Accounts[0], $"T-{customer.Number + 1:D5}-{which}");
        Say("feedback", $"{account.Id}/f/{which}", FromCustomer, ("account", account.Id), ("issue", issue), ("state", "reported"), ("on", Yesterday));
        On(today.AddDays(random.Between(1, 20)), () =>
        {
            if (customer.Left) return;
            Say("feedback", $"{account.Id}/f/{which}/done", HelpDesk, ("account", account.Id), ("issue", issue), ("state", "resolved"), ("on", Yesterday));
            if (!random.Chance(WorldTable.AnswersPercent)) return;
            On(today.AddDays(random.Between(1, 7)), () =>
            {
                if (customer.Left) return;
                Say("feedback", $"{account.Id}/f/{which}/said", FromCustomer, ("account", account.Id), ("issue", issue), ("state", "answered"),
                    ("on", Yesterday), ("satisfaction", (long)random.Of(5, 5, 5, 4, 4, 4, 3, 2, 1)));
            });
        });
        On(today.AddDays(random.Between(WorldTable.IssueEveryDays / 2, WorldTable.IssueEveryDays * 3 / 2)), () => Report(customer, which + 1));
    }

    // --- the books of the business itself ---

    /// <summary>As each month begins: what collecting cost in the one before, and the month's rates; targets once a year.</summary>
    private void CloseMonth(DateOnly first)
    {
        foreach (var portfolio in spec.Portfolios)
        {
            var random = SplitMix.Of(seed, -1, $"cost/{portfolio.Id}", first.Year * 12 + first.Month);
            var month = first.ToString("yyyy-MM", CultureInfo.InvariantCulture);
            if (first > start)
            {
                var from = first.AddMonths(-1) < start ? start : first.AddMonths(-1);
                var minutes = random.Between(8, 14) * 60L;
                Say("cost", $"cost/{portfolio.Id}/{month}", Books, ("portfolio", portfolio.Id), ("from", from), ("to", first.AddDays(-1)),
                    ("kind", "agent_time"), ("agent", "ann"), ("minutes", minutes), ("amount", Tell.Amount(minutes * 75, portfolio.Currency)));
            }
            if (first == start || first.Month == 1)
                Say("target", $"target/{portfolio.Id}/{first.Year}", Books, ("kpi", "dso"), ("portfolio", portfolio.Id), ("from", first),
                    ("to", new DateOnly(first.Year, 12, 31)), ("value", (decimal)WorldTable.TargetDays), ("owner", "max"));
            if (portfolio.Currency != "EUR")
                Say("fx_rate", $"rate/{portfolio.Currency}/{month}", Books, ("on", first), ("from", portfolio.Currency), ("to", "EUR"),
                    ("rate", (portfolio.Currency == "GBP" ? 1.16m : 0.92m) + random.Between(-30, 30) / 1000m));
        }
        On(new DateOnly(first.Year, first.Month, 1).AddMonths(1), () => CloseMonth(today));
    }
}
