using System.Collections.Frozen;
using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Cells;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Policies;

/// <summary>
/// What a decision about a party in one portfolio stands on, frozen as of a day: nothing that was recorded or
/// took effect later is in it. Amounts are minor units of <see cref="Currency"/>: who owes in several currencies is asked
/// in the one in which most is to be chased (else overdue, else open) by the policy's table of worth; without a table in
/// that of the largest number of items. One that cash does not cover comes before one that it does. Conditions see amounts
/// by their worth.
/// </summary>
public sealed record Facts
{
    public DateOnly AsOf { get; private set; }
    public required string Portfolio { get; init; }

    /// <summary>The account with the most items that may be dunned (else overdue) speaks for the portfolio; a message lists all of them.</summary>
    public AccountDetails Account { get; private set; } = null!;

    public required Currency Currency { get; init; }

    private Worth? Worth { get; init; }

    /// <summary>So much of <see cref="Currency"/> is worth one of the policy's unit; null: the policy does not list the currency.</summary>
    private decimal? Rate { get; init; }

    private decimal MinimumToChase { get; init; }

    public required PaymentBehaviour Behaviour { get; init; }

    public long OpenMinor { get; private set; }

    /// <summary>Overdue, whether it may be dunned or not.</summary>
    public long OverdueMinor { get; private set; }

    /// <summary>Overdue and neither disputed nor held: what may be dunned.</summary>
    public long DunnableMinor { get; private set; }

    /// <summary>Contested, item by item or as a whole account; due or not.</summary>
    public long DisputedMinor { get; private set; }
    public long UnappliedMinor { get; private set; }
    public int OpenItems { get; private set; }
    public int OverdueItems { get; private set; }

    /// <summary>Those of <see cref="OverdueItems"/> that <see cref="OverdueMinor"/> is the sum of.</summary>
    public int OverdueItemsOfCurrency { get; private set; }
    public int DunnableItems { get; private set; }

    /// <summary>
    /// What people are asked to get in: what may be dunned. Where all of it is held, what is held: a hold puts off, and settles nothing.
    /// </summary>
    public long AtStakeMinor => Held && DunnableItems == 0 ? OverdueMinor - overdueDisputedMinor - overduePlannedMinor : DunnableMinor;

    /// <summary>In payment plans that are open, due or not.</summary>
    public long PlannedMinor { get; private set; }

    private long overdueDisputedMinor, overduePlannedMinor;

    public int PlansOpen { get; private set; }
    public int PlansCompleted { get; private set; }
    public int PlansBroken { get; private set; }

    /// <summary>Of the portfolio's accounts.</summary>
    public IReadOnlyCollection<string> Tags { get; private set; } = [];

    /// <summary>Due day of the oldest overdue item that may be dunned.</summary>
    public DateOnly? OldestDueOn { get; private set; }

    /// <summary>Due day of the oldest overdue item that may not be dunned: it is disputed or in a plan, or its account is disputed or held.</summary>
    public DateOnly? QuietDueOn { get; private set; }

    /// <summary>Exposures that are not overdue and may be written about, in order of due day.</summary>
    public List<Exposure> Coming { get; } = [];

    /// <summary>Exposures that are overdue and may be dunned, in order of due day.</summary>
    public List<Exposure> Dunnable { get; } = [];

    public bool Held { get; private set; }

    /// <summary>Even the account that speaks for the portfolio is on hold or disputed as a whole.</summary>
    public bool SpeakerHeld { get; private set; }
    public bool AccountDisputed { get; private set; }

    /// <summary>Holds, promises and account disputes of the portfolio that are over.</summary>
    public IReadOnlyList<AccountPause> Pauses { get; private set; } = [];

    /// <summary>The day after the last open promise's term and grace; null without one.</summary>
    public DateOnly? PromisedUntil { get; private set; }
    public int ContactsInSevenDays { get; private set; }
    public bool HasEmail { get; private set; }
    public bool HasPhone { get; private set; }
    public int? DaysSinceLastStep { get; private set; }

    private DateOnly? LastActiveOn { get; init; }

    /// <summary>Since the party's last activity, whichever account it was told of; null: none is known of a day by then.</summary>
    public int? DaysSinceActivity => LastActiveOn <= AsOf ? AsOf.DayNumber - LastActiveOn.Value.DayNumber : null;
    public int Score { get; set; }
    public string Segment { get; set; } = TreatmentState.Unsegmented;

    /// <summary>Overdue and may be dunned, less unapplied cash: a standalone credit is considered before a customer is chased.</summary>
    public long ToChaseMinor => DunnableMinor - UnappliedMinor;

    public int DaysPastDue => OldestDueOn is { } due ? Ageing.DaysPastDue(due, AsOf) : 0;

    /// <summary>The policy has no table of worth, or lists the currency.</summary>
    public bool HasWorth => Rate is not null;

    /// <summary>There is something to chase, and it is too little to chase anybody for.</summary>
    public bool IsBelowMinimum => IsTooLittle(Currency, ToChaseMinor);

    /// <summary>What is open of these is too little in each currency. What the policy can't tell the worth of is not.</summary>
    public bool AreBelowMinimum(List<Exposure> exposures) =>
        MinimumToChase > 0 && exposures.GroupBy(e => e.Currency).All(g => IsTooLittle(Currency.Of(g.Key), g.Sum(e => e.Minor)));

    /// <summary>Worth less than the policy's minimum; minor units of the currency.</summary>
    public bool IsTooLittle(Currency currency, long minor) =>
        MinimumToChase > 0 && RateOf(Worth, currency.Code) is { } rate && Major(currency, minor) / rate < MinimumToChase;

    private static decimal? RateOf(Worth? worth, string currency) => worth is null ? 1 : worth.PerUnit(currency);

    /// <param name="timeZone">In which contacts have their days: the portfolio's.</param>
    public static Facts Freeze(PartyState state, string portfolio, DateOnly asOf, Policy policy, string timeZone = "UTC")
    {
        Invariant.Holds(state.AsOf == asOf, "facts are frozen of a state that stands on their day");
        return AsOn(state, portfolio, asOf, policy, timeZone);
    }

    /// <summary>What the facts would have been on the state's day or an earlier one, had all that is recorded by now been known then.</summary>
    internal static Facts AsOn(PartyState state, string portfolio, DateOnly asOf, Policy policy, string timeZone)
    {
        var mine = new AccountsOf(state, portfolio);
        var exposures = new List<Exposure>(state.Exposures.Count);
        foreach (var e in state.Exposures)
            if (mine.Contains(e.Account)) exposures.Add(e);
        var quiet = Quiet(state, asOf);
        var currency = CurrencyOf(state, exposures, mine, quiet, asOf, policy);
        var treatment = state.Treatment(portfolio);
        var facts = new Facts
        {
            AsOf = asOf,
            Portfolio = portfolio,
            Currency = Currency.Of(currency),
            Worth = policy.Worth,
            Rate = RateOf(policy.Worth, currency),
            MinimumToChase = policy.MinimumToChase,
            Behaviour = state.Behaviour,
            ContactsInSevenDays = state.Contact.OutboundWithin(asOf, 7, timeZone),
            HasEmail = PartyAddresses.IsKnownBy(state, Channel.Email),
            HasPhone = PartyAddresses.IsKnownBy(state, Channel.Call),
            DaysSinceLastStep = treatment?.LastStepOn is { } last ? asOf.DayNumber - last.DayNumber : null,
            LastActiveOn = state.LastActiveOn,
            Segment = treatment?.Segment ?? TreatmentState.Unsegmented,
        };
        foreach (var hold in state.Holds)
            if (mine.Contains(hold.Account) && hold.StandsOn(asOf))
                facts.Held = true;
        var disputed = Disputed(state, asOf);
        facts.AccountDisputed = disputed.Count > 0 && mine.Accounts.Exists(a => disputed.Contains(a.Account));
        foreach (var promise in state.Promises)
        {
            if (!mine.Contains(promise.Account) || !promise.IsOpenOn(asOf)) continue;
            // A word on a currency in which nothing is owed says nothing of what is.
            if (!exposures.Exists(e => e.Currency == promise.Currency)) continue;
            var until = promise.DueOn.Plus(policy.PromiseGraceDays + 1);
            if (facts.PromisedUntil is not { } known || until > known) facts.PromisedUntil = until;
        }
        foreach (var plan in state.Plans)
            if (mine.Contains(plan.Account) && plan.AgreedOn <= asOf) facts.PlansOpen++;
        (facts.PlansCompleted, facts.PlansBroken) = (state.PlansCompleted, state.PlansBroken);
        if (state.Tags.Count > 0) facts.Tags = [.. state.Tags.Where(t => mine.Contains(t.Account)).Select(t => t.Tag)];
        if (state.Pauses.Count > 0) facts.Pauses = [.. state.Pauses.Where(p => mine.Contains(p.Account))];
        facts.UnappliedMinor = UnappliedIn(state, mine, currency);
        foreach (var e in exposures) facts.Count(e, quiet.Contains(e.Account), e.Disputed || disputed.Contains(e.Account));
        facts.Account = mine.Accounts.Count == 1 ? mine.Accounts[0] : Speaker(mine.Accounts, facts.Dunnable, exposures, quiet);
        facts.SpeakerHeld = quiet.Contains(facts.Account.Account);
        return facts;
    }

    /// <summary>A party's accounts in one portfolio: nearly always one.</summary>
    private readonly struct AccountsOf
    {
        private readonly HashSet<string>? names;

        public AccountsOf(PartyState state, string portfolio)
        {
            Accounts = new List<AccountDetails>(1);
            foreach (var a in state.Accounts)
                if (a.Portfolio == portfolio) Accounts.Add(a);
            if (Accounts.Count != 1) names = Accounts.Select(a => a.Account).ToHashSet(StringComparer.Ordinal);
        }

        public List<AccountDetails> Accounts { get; }

        public bool Contains(string account) => names?.Contains(account) ?? Accounts[0].Account == account;
    }

    private static readonly FrozenSet<string> Nobody = FrozenSet<string>.Empty;

    /// <summary>Accounts on hold, or disputed as a whole.</summary>
    private static IReadOnlySet<string> Quiet(PartyState state, DateOnly asOf) => state.Holds.Count + state.Disputes.Count == 0
        ? Nobody
        : state.Holds.Where(h => h.StandsOn(asOf)).Select(h => h.Account).Concat(Disputed(state, asOf)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Accounts disputed as a whole.</summary>
    private static IReadOnlySet<string> Disputed(PartyState state, DateOnly asOf) => state.Disputes.Count == 0
        ? Nobody
        : state.Disputes.Where(d => d.Number is null && d.StandsOn(asOf)).Select(d => d.Account).ToHashSet(StringComparer.Ordinal);

    private static string CurrencyOf(PartyState state, List<Exposure> exposures, AccountsOf mine, IReadOnlySet<string> quiet, DateOnly asOf, Policy policy)
    {
        if (exposures.Count > 0 && exposures.TrueForAll(e => e.Currency == exposures[0].Currency)) return exposures[0].Currency;
        if (policy.Worth is { } worth && exposures.Count > 0) return MostWorth(state, exposures, mine, quiet, asOf, worth, policy.MinimumToChase);
        var overdue = exposures.FindAll(e => Ageing.IsOverdue(e.DueOn, asOf));
        return overdue.Where(e => !e.Rests && !quiet.Contains(e.Account)).GroupBy(e => e.Currency)
                .MaxBy(g => (g.Sum(e => e.Minor) > UnappliedIn(state, mine, g.Key), g.Sum(e => e.Items)))?.Key
            ?? overdue.GroupBy(e => e.Currency).MaxBy(g => g.Sum(e => e.Items))?.Key
            ?? exposures.GroupBy(e => e.Currency).MaxBy(g => g.Sum(e => e.Items))?.Key
            ?? state.Unapplied.Find(u => mine.Contains(u.Account) && u.Minor != 0)?.Currency ?? "EUR";
    }

    /// <summary>
    /// What is to be chased and worth it comes first; then what nobody can tell the worth of, then what is too little; then
    /// what is overdue and what is open.
    /// </summary>
    private static string MostWorth(
        PartyState state, List<Exposure> exposures, AccountsOf mine, IReadOnlySet<string> quiet, DateOnly asOf, Worth worth, decimal minimum) =>
        exposures.GroupBy(e => e.Currency).OrderBy(g => g.Key, StringComparer.Ordinal).MaxBy(g =>
        {
            var currency = Currency.Of(g.Key);
            var rate = worth.PerUnit(g.Key);
            var overdue = g.Where(e => Ageing.IsOverdue(e.DueOn, asOf)).ToList();
            var toChase = overdue.Where(e => !e.Rests && !quiet.Contains(e.Account)).Sum(e => e.Minor) - UnappliedIn(state, mine, g.Key);
            var rank = toChase <= 0 ? 0 : rate is null ? 2 : Value(toChase) < minimum ? 1 : 3;
            return (rank, rank > 0 ? Value(toChase) : 0, Value(overdue.Sum(e => e.Minor)), Value(g.Sum(e => e.Minor)));

            decimal Value(long minor) => rate is null ? 0 : Major(currency, minor) / rate.Value;
        })!.Key;

    private static long UnappliedIn(PartyState state, AccountsOf mine, string currency)
    {
        long sum = 0;
        foreach (var u in state.Unapplied)
            if (u.Currency == currency && mine.Contains(u.Account)) sum += u.Minor;
        return sum;
    }

    private static AccountDetails Speaker(List<AccountDetails> accounts, List<Exposure> dunnable, List<Exposure> exposures, IReadOnlySet<string> quiet) =>
        accounts
        .OrderByDescending(a => dunnable.Where(e => e.Account == a.Account).Sum(e => e.Items))
        .ThenBy(a => quiet.Contains(a.Account))
        .ThenByDescending(a => exposures.Where(e => e.Account == a.Account).Sum(e => e.Items))
        .ThenBy(a => a.Account, StringComparer.Ordinal)
        .First();

    /// <summary>What conditions may name that becomes another by the passing of time alone: what <see cref="MoveTo"/> changes.</summary>
    public static readonly IReadOnlySet<string> OfTime = new[] { "days_past_due", "days_since_last_step",
        "days_since_activity", "contacts_7_days" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What conditions may name that is an amount.</summary>
    public static readonly IReadOnlySet<string> Amounts =
        new[] { "open", "overdue", "to_chase", "disputed", "in_plans", "unapplied" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What conditions may name that says how much or how many.</summary>
    public static readonly IReadOnlySet<string> OfMoney = Amounts.Concat(["open_items", "overdue_items"]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What conditions may name that a step itself changes.</summary>
    public static readonly IReadOnlySet<string> OfContacts = new[] { "days_since_last_step", "contacts_7_days" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Makes them the facts of a later day, should nothing happen until then but that time passes.</summary>
    /// <param name="lastStepOn">The day of the last step, one taken today included.</param>
    /// <param name="contacts">Contacts in the seven days that end with the later one.</param>
    public void MoveTo(DateOnly day, DateOnly? lastStepOn, int contacts)
    {
        AsOf = day;
        ContactsInSevenDays = contacts;
        DaysSinceLastStep = lastStepOn is { } on ? day.DayNumber - on.DayNumber : null;
    }

    /// <summary>What a decision tells of them.</summary>
    public FactsRecord Record => new(Currency.Code, OpenMinor, OverdueMinor, DisputedMinor, UnappliedMinor, OverdueItemsOfCurrency, DaysPastDue)
    {
        OldestDueOn = OldestDueOn,
        QuietDueOn = OldestDueOn is { } oldest && oldest <= QuietDueOn ? null : QuietDueOn,
        PlannedMinor = PlannedMinor == 0 ? null : PlannedMinor,
        DunnableMinor = DunnableMinor == OverdueMinor ? null : DunnableMinor,
    };

    /// <summary>Why nothing of what is overdue may be dunned though nobody holds it: what most of it is; null: it is for neither reason.</summary>
    public string? WhyQuiet => AccountDisputed || overdueDisputedMinor > overduePlannedMinor ? "disputed"
        : PlannedMinor > 0 ? "payment-plan" : DisputedMinor > 0 ? "disputed" : null;

    private void Count(Exposure e, bool quiet, bool disputed)
    {
        var overdue = Ageing.IsOverdue(e.DueOn, AsOf);
        var same = e.Currency == Currency.Code;
        OpenItems += e.Items;
        if (same) OpenMinor += e.Minor;
        if (same && disputed) DisputedMinor += e.Minor;
        if (same && e.Planned) PlannedMinor += e.Minor;
        if (overdue)
        {
            OverdueItems += e.Items;
            if (same)
            {
                OverdueItemsOfCurrency += e.Items;
                OverdueMinor += e.Minor;
                if (disputed) overdueDisputedMinor += e.Minor;
                else if (e.Planned) overduePlannedMinor += e.Minor;
            }
        }
        if (quiet || disputed || e.Rests)
        {
            if (overdue && (QuietDueOn is not { } first || e.DueOn < first)) QuietDueOn = e.DueOn;
            return;
        }
        if (!overdue) { Coming.Add(e); return; }
        Dunnable.Add(e);
        DunnableItems += e.Items;
        if (same) DunnableMinor += e.Minor;
        if (OldestDueOn is not { } oldest || e.DueOn < oldest) OldestDueOn = e.DueOn;
    }

    /// <summary>As <see cref="Money.ToMajor"/>, without a division: conditions ask for amounts again and again.</summary>
    private static decimal Major(Currency currency, long minor)
    {
        var size = Math.Abs(minor);
        return new decimal(unchecked((int)size), unchecked((int)(size >> 32)), 0, minor < 0, (byte)currency.Digits);
    }

    /// <summary>What an amount is worth; no value where the policy does not list its currency.</summary>
    private decimal? ValueOf(long minor) => Rate is not { } rate ? null : rate == 1 ? Major(Currency, minor) : Major(Currency, minor) / rate;

    // --- what a policy's conditions may name ---

    private static Symbols<Facts> Base() => new Symbols<Facts>()
        .Number("open", f => f.ValueOf(f.OpenMinor))
        .Number("overdue", f => f.ValueOf(f.OverdueMinor))
        .Number("to_chase", f => f.ValueOf(f.ToChaseMinor))
        .Number("disputed", f => f.ValueOf(f.DisputedMinor))
        .Number("in_plans", f => f.ValueOf(f.PlannedMinor))
        .Number("unapplied", f => f.ValueOf(f.UnappliedMinor))
        .Number("open_items", f => f.OpenItems)
        .Number("overdue_items", f => f.OverdueItems)
        .Number("days_past_due", f => f.DaysPastDue)
        .Number("settled_items", f => f.Behaviour.Settled)
        .Number("late_share", f => f.Behaviour.Settled == 0 ? null : (decimal)f.Behaviour.SettledLate / f.Behaviour.Settled)
        .Number("average_days_late", f => f.Behaviour.Settled == 0 ? null : (decimal)f.Behaviour.LateDays / f.Behaviour.Settled)
        .Number("promises_kept", f => f.Behaviour.PromisesKept)
        .Number("promises_broken", f => f.Behaviour.PromisesBroken)
        .Number("plans_open", f => f.PlansOpen)
        .Number("plans_completed", f => f.PlansCompleted)
        .Number("plans_broken", f => f.PlansBroken)
        .Number("contacts_7_days", f => f.ContactsInSevenDays)
        .Number("days_since_last_step", f => f.DaysSinceLastStep)
        .Number("days_since_activity", f => f.DaysSinceActivity)
        .Set("tags", f => f.Tags, TagChapter.ProblemOf)
        .Boolean("has_email", f => f.HasEmail)
        .Boolean("has_phone", f => f.HasPhone)
        .Text("portfolio", f => f.Portfolio)
        .Text("kind", f => f.Account.Kind)
        .Text("country", f => f.Account.Country)
        .Text("language", f => f.Account.Language)
        .Text("currency", f => f.Currency.Code);

    /// <summary>For the score's rules: everything but score and segment.</summary>
    public static readonly Symbols<Facts> BeforeScore = Base();

    /// <summary>For segments: with the score.</summary>
    public static readonly Symbols<Facts> BeforeSegment = Base().Number("score", f => f.Score);

    /// <summary>For steps: with the score and the segment.</summary>
    public static readonly Symbols<Facts> All = Base().Number("score", f => f.Score).Text("segment", f => f.Segment);
}
