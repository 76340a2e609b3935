using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using static Recoup.Core.Inputs.Fields;

// A field named after a kind of input that it refers to hides that kind inside the record; nothing there needs it.
#pragma warning disable CS0108

namespace Recoup.Core.Recovery;

/// <summary>What people tell of payment plans.</summary>
public abstract record PlanInput : Input.OfAccount
{
    private PlanInput() { }

    /// <summary>The customer pays items in instalments: those that are listed, or as many, or as large, as are said.</summary>
    public sealed record Agreed : PlanInput
    {
        public override bool IsOfPerson => true;
        public required DateOnly On { get; init; }

        /// <summary>Numbers of the account's items; null: all that is open, not disputed and in no plan.</summary>
        public IReadOnlyList<string>? Items { get; init; }

        public IReadOnlyList<(DateOnly DueOn, Money Amount)>? Instalments { get; init; }
        public int? Count { get; init; }

        /// <summary>Of each instalment.</summary>
        public Money? Amount { get; init; }
        public Money? Least { get; init; }
        public DateOnly? FirstOn { get; init; }
        public string? Every { get; init; }
        public int? Payday { get; init; }
        public string? Remainder { get; init; }
        public Money? Step { get; init; }

        /// <summary>Percent a year, as given; null: none.</summary>
        public string? Interest { get; init; }
        public string? Currency { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>A plan is given up; <see cref="Plan"/> is the key of the input that agreed it. What is open is due as before.</summary>
    public sealed record Cancelled : PlanInput
    {
        public required string Plan { get; init; }
        public required DateOnly On { get; init; }
        public required string Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }
}

/// <summary>An instalment as it was agreed.</summary>
public sealed record InstalmentPart(DateOnly DueOn, long Minor);

/// <summary>What happened to payment plans.</summary>
public abstract record PlanEvent : Event
{
    private PlanEvent() { }

    /// <summary>The instalments add up to what is open of the items on that day.</summary>
    public sealed record Agreed(string Plan, IReadOnlyList<string> Items, IReadOnlyList<InstalmentPart> Instalments, string Currency) : PlanEvent;

    /// <summary>An instalment became paid, late, missed, cured, or open again. The first has the number 1.</summary>
    public sealed record InstalmentTurned(string Plan, int Instalment, string Standing) : PlanEvent;

    /// <summary>Outcome: completed, broken or cancelled. Paid is what came off the items since it was agreed.</summary>
    public sealed record Closed(string Plan, string Outcome, long PaidMinor, string Currency, string? Reason) : PlanEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }

    /// <summary>
    /// Money that had completed it went back, or the cancellation of its items was reversed: from that day on it is open again. Paid is what is off
    /// the items then.
    /// </summary>
    public sealed record Reopened(string Plan, long PaidMinor, string Currency) : PlanEvent;
}

/// <summary>A party's payment plans that are open, and how many ended how.</summary>
public sealed class PlanSlice : Slice, ISumOfItems, IFormed<PlanSlice>
{
    /// <summary>In the order in which they were agreed.</summary>
    public List<PlanState> Open { get; set; } = [];

    /// <summary>Completed ones, and those whose items were all cancelled, as long as a debit may come back or a cancellation be reversed.</summary>
    public List<PlanState> Paid { get; set; } = [];

    public int Completed { get; set; }
    public int Broken { get; set; }

    public override bool IsEmpty => Open.Count == 0 && Paid.Count == 0 && Completed == 0 && Broken == 0;

    public override IEnumerable<DateOnly> Days => Open.SelectMany(p => p.Days()).Concat(Paid.SelectMany(p => p.Moves.Select(m => m.On)));

    public override void Advance(PartyState party, DateOnly from, DateOnly to) => Paid.RemoveAll(p => p.ClosedOn!.Value.Plus(PlanState.DebitDays) < to);

    // Whatever comes may show that one has ended, which changes its items.
    public override void Need(RowsNeeded needed)
    {
        foreach (var plan in Open.Concat(Paid))
            foreach (var number in plan.Items) needed.Row(ReceivableChapter.ItemRows, (plan.Account, number));
    }

    public override void Judge(Handling work, DateOnly asOf) => PlanChapter.Judge(work, this, asOf, isRun: true);

    // What lacks is not recorded by what is told, since more may come that is of an earlier day.
    public override void JudgeTold(Handling work) => PlanChapter.Judge(work, this, work.State.AsOf, isRun: false);

    void ISumOfItems.Count(PartyState party, ItemState item, int sign) => PlanChapter.Count(party, this, item, sign);

    public override void Join(Slice other)
    {
        var theirs = (PlanSlice)other;
        Open.AddRange(theirs.Open);
        Paid.AddRange(theirs.Paid);
        Completed += theirs.Completed;
        Broken += theirs.Broken;
    }

    public static PlanSlice Blank => new();

    public static PlanSlice Form<TForm>(ref TForm f, PlanSlice v) where TForm : IForm, allows ref struct
    {
        f.BeginRare(4);
        v.Open = f.List("open", v.Open);
        v.Paid = f.List("paid", v.Paid);
        v.Completed = f.Int("completed", v.Completed);
        v.Broken = f.Int("broken", v.Broken);
        f.EndRare();
        return v;
    }
}

/// <summary>
/// Payment plans: while one is open the dunning of its items rests; the account's other items go on. When it breaks or is cancelled
/// what is open is due as before, and the ladder goes on where it was.
/// </summary>
public static class PlanChapter
{
    /// <summary>An event names its items, so they are not without end.</summary>
    private const int ItemsMax = 500;

    public static readonly SliceKind<PlanSlice> Slice = new("plans", 5);

    /// <summary>All plans there ever were, as they stood when they were last judged.</summary>
    public static readonly RowKind<string, PlanState> Rows = new("payment_plan", RowKeys.Text("plan"), static p => p.Plan,
        RowColumn<PlanState>.Text("status", static p => p.Status),
        RowColumn<PlanState>.Text("account", static p => p.Account),
        RowColumn<PlanState>.Integer("agreed_on", static p => p.AgreedOn.DayNumber))
    {
        Mark = (byte)'L', Indexes = [new("newest", "agreed_on, plan"), new("status", "status, agreed_on, plan"), new("account", "account, agreed_on, plan")],
    };

    /// <summary>What payment plans were agreed over.</summary>
    public static readonly Measure PlansAgreed = Measure.Money(12, "plans_agreed", "plans");

    /// <summary>What was paid by plans that were kept to their end.</summary>
    public static readonly Measure PlansCompleted = Measure.Money(13, "plans_completed", "plans");

    /// <summary>What had not been paid of plans when they broke.</summary>
    public static readonly Measure PlansBroken = Measure.Money(14, "plans_broken", "plans");

    internal static readonly Measure[] Measures = [PlansAgreed, PlansCompleted, PlansBroken];

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("payment_plan", "the customer agreed to pay what is open in instalments", true,
        [
            OnDay, May("items", FieldType.Texts, "numbers of the items; without it, all that is open, not disputed and in no other plan"),
            May("instalments", FieldType.Instalments, "due_on and amount each; they add up to what is open"),
            May("count", FieldType.Integer, "instead of instalments: so many"),
            May("amount", FieldType.Amount, "or so much each"),
            May("currency", FieldType.Currency, "with an amount, or where the account owes in several"),
            May("least", FieldType.Amount, "with amount: a last instalment under this joins the one before it"),
            May("first_on", FieldType.Date, "with count or amount: the day of the first, or from which paydays count; else one distance after the plan's day"),
            Choice("every", "with count or amount: how far apart, a month by default", "week", "two_weeks", "month", "payday"),
            May("payday", FieldType.Integer, "day of the month on which the customer is paid, 31: its last; on no business day, the one before"),
            Choice("remainder", "with count, where goes what does not divide: spread by default", "spread", "first", "last"),
            May("step", FieldType.Amount, "with count: each a multiple of this, such as 0.05"),
            May("interest", FieldType.Text, "with count and every month: percent a year, such as 8; it becomes a charge of the plan") with { LengthMax = 10 },
        ], Build),
        InputKind.Of("payment_plan_cancelled", "a payment plan is given up: what is open is due as before", true,
        [Need("plan", FieldType.Text, "the plan's key"), OnDay, Need("reason", FieldType.Text, "requested, error…")],
        d => new PlanInput.Cancelled { Key = "", Account = d.Need("account"), Plan = d.Need("plan"), On = d.NeedDate("on"), Reason = d.Need("reason") }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("plan_agreed", PlanJson.Default.Agreed), new("plan_instalment_turned", PlanJson.Default.InstalmentTurned),
        new("plan_closed", PlanJson.Default.Closed), new("plan_reopened", PlanJson.Default.Reopened),
    ];

    extension(PartyState party)
    {
        /// <summary>Payment plans that are open, in the order in which they were agreed.</summary>
        public IReadOnlyList<PlanState> Plans => Slice.Of(party)?.Open ?? (IReadOnlyList<PlanState>)[];

        public int PlansCompleted => Slice.Of(party)?.Completed ?? 0;

        public int PlansBroken => Slice.Of(party)?.Broken ?? 0;
    }

    // --- what is told ---

    private static PlanInput.Agreed Build(InputDraft d)
    {
        var on = d.NeedDate("on");
        var listed = d.Values[d.Kind.Ordinal("instalments")] as IReadOnlyList<InstalmentDraft>;
        if (listed is not null && !d.Has("currency")) d.Problem("currency", "is missing beside an amount");
        var instalments = listed is null || !d.Has("currency") ? null : listed.Select(i => (i.DueOn, d.ToMoney("instalments", i.Amount))).ToList();
        if ((listed is null ? 0 : 1) + (d.Has("count") ? 1 : 0) + (d.Has("amount") ? 1 : 0) != 1)
            d.Problem(null, "is told by instalments, or by count, or by amount: give one of them");
        var count = d.GetOrNull<long>("count");
        if (count is < 1 or > Instalments.CountMax) d.Problem("count", $"is not a number from 1 to {Instalments.CountMax}");
        if (listed is { Count: 0 } || listed?.Count > Instalments.CountMax) d.Problem("instalments", $"are not 1 to {Instalments.CountMax}");
        if (listed is not null)
            for (var i = 0; i < listed.Count; i++)
                if (listed[i].DueOn < (i == 0 ? on : listed[i - 1].DueOn.Plus(1)))
                    d.Problem("instalments", i == 0 ? "begin before the day of the plan" : "do not stand in order of their days");
        var (first, every, payday) = (d.Date("first_on"), d.Text("every"), d.GetOrNull<long>("payday"));
        if (listed is not null && (first ?? (object?)every ?? payday) is not null)
            d.Problem("instalments", "have their days; every, first_on and payday go with count or amount");
        if (first < on) d.Problem("first_on", "is before the day of the plan");
        if ((every == "payday") != (payday is not null)) d.Problem("payday", "goes with every payday, and that with it");
        if (payday is < 1 or > 31) d.Problem("payday", "is not a day of a month, 1 to 31");
        if (d.Text("interest") is { } interest && (!decimal.TryParse(interest, Percent, Invariant, out var rate) || rate is <= 0 or > 100))
            d.Problem("interest", "is not a percentage above 0 and up to 100, such as 8 or 7.5");
        if (d.Has("interest") && (count is null || every is not (null or "month") || d.Has("remainder") || d.Has("step")))
            d.Problem("interest", "goes with count and every month, without remainder and step");
        foreach (var (field, with) in new[] { ("least", "amount"), ("remainder", "count"), ("step", "count") })
            if (d.Has(field) && !d.Has(with)) d.Problem(field, $"goes with {with}");
        return new PlanInput.Agreed
        {
            Key = "", Account = d.Need("account"), On = on, Items = d.Values[d.Kind.Ordinal("items")] as IReadOnlyList<string>, Instalments = instalments,
            Count = (int?)count, Amount = d.MoneyOrNull("amount"), Least = d.MoneyOrNull("least"), FirstOn = first, Every = every, Payday = (int?)payday,
            Remainder = d.Text("remainder"), Step = d.MoneyOrNull("step"), Interest = d.Text("interest"), Currency = d.Text("currency"),
        };
    }

    private const System.Globalization.NumberStyles Percent = System.Globalization.NumberStyles.AllowDecimalPoint;

    private static readonly System.Globalization.CultureInfo Invariant = System.Globalization.CultureInfo.InvariantCulture;

    // --- rules ---

    /// <param name="calendar">Of the account's portfolio.</param>
    internal static Refused? Handle(Handling work, PlanInput input, BusinessCalendar calendar) => input switch
    {
        PlanInput.Agreed i => Agree(work, i, calendar),
        PlanInput.Cancelled i => Cancel(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a payment plan"),
    };

    private static Refused? Agree(Handling work, PlanInput.Agreed i, BusinessCalendar calendar)
    {
        if (ItemsOf(work.State, i, out var items) is { } refused) return refused;
        var (currency, total) = (Currency.Of(items[0].Currency), items.Sum(item => item.BalanceOn(i.On)));
        var days = i.Instalments?.Select(p => p.DueOn).ToArray() ?? [];
        var parts = i.Instalments?.Select(p => p.Amount.Minor).ToArray()
            ?? (i.Amount is { } each ? total / each.Minor >= Instalments.CountMax ? [] : Instalments.ByAmount(total, each.Minor, i.Least?.Minor ?? 0)
                : i.Interest is { } rate ? Instalments.WithInterest(total, i.Count!.Value, decimal.Parse(rate, Percent, Invariant))
                : Instalments.Split(total, i.Count!.Value, RemainderOf(i.Remainder), i.Step?.Minor ?? 1));
        if (parts.Length == 0 || parts.Contains(0))
            return new Refused(Refusal.NotTheBalance,
                $"{Words(total, currency)} are open; that makes no {Instalments.CountMax} instalments or fewer, each above nothing");
        if (i.Instalments is null) days = DaysOf(i, parts.Length, calendar);
        if (days[^1] > DateBounds.Last) return new Refused(Refusal.NotTheBalance, $"the last instalment would be due on {days[^1]:yyyy-MM-dd}");
        var interest = i.Interest is null ? 0 : parts.Sum() - total;
        if (parts.Sum() - interest != total)
            return new Refused(Refusal.NotTheBalance, $"the instalments come to {Words(parts.Sum(), currency)}, and {Words(total, currency)} are open "
                + $"of {(items.Count == 1 ? items[0].Number : $"the {items.Count} items")} on {i.On:yyyy-MM-dd}");
        var numbers = items.ConvertAll(item => item.Number);
        if (interest > 0)
        {
            if (work.State.Item(i.Account, InterestOf(i.Key)) is not null)
                return new Refused(Refusal.DuplicateNumber, $"number {InterestOf(i.Key)}, which the interest would have, is taken");
            work.Emit(new ChargeEvent.Made(InterestOf(i.Key), "interest", null, days[^1], interest, currency.Code));
            numbers.Add(InterestOf(i.Key));
        }
        work.Emit(new PlanEvent.Agreed(i.Key, numbers, [.. parts.Select((minor, at) => new InstalmentPart(days[at], minor))], currency.Code));
        return null;
    }

    private static DateOnly[] DaysOf(PlanInput.Agreed i, int count, BusinessCalendar calendar)
    {
        var every = EveryOf(i.Every ?? "month");
        var first = i.FirstOn ?? (every == InstalmentEvery.Payday ? i.On : Instalments.Days(i.On, every, 2, 0, calendar)[1]);
        return Instalments.Days(first, every, count, i.Payday ?? 0, calendar);
    }

    /// <summary>The number of the charge over a plan's interest.</summary>
    internal static string InterestOf(string plan) => $"{plan}-interest";

    /// <summary>What the plan is of, oldest first where nobody listed it.</summary>
    private static Refused? ItemsOf(PartyState state, PlanInput.Agreed i, out List<ItemState> items)
    {
        items = [];
        var given = i.Currency ?? (i.Amount ?? i.Instalments?[0].Amount)?.Currency.Code;
        if (i.Items is { } numbers)
            foreach (var number in numbers.Distinct(StringComparer.Ordinal))
            {
                if (ItemGuards.Find(state, i.Account, number, out var item) is { } refused) return refused;
                if (i.On < item.IssuedOn) return ItemGuards.BeforeDocument(item, i.On);
                if (item.BalanceOn(i.On) <= 0) return new Refused(Refusal.NothingOpen, $"{number} has nothing open on {i.On:yyyy-MM-dd}");
                if (InPlan(item, i.On) is { } other)
                    return new Refused(Refusal.AlreadyInPlan, $"{number} is in payment plan {other} already; cancel that first");
                items.Add(item);
            }
        else
            // What was settled since is not loaded, and may be at hand all the same.
            items.AddRange(state.Items.Values.Where(item => item.Account == i.Account && item.IsOpen && (given is null || item.Currency == given)
                    && !item.Cancelled && item.BalanceOn(i.On) > 0 && !item.IsDisputedOn(i.On) && InPlan(item, i.On) is null)
                .OrderBy(item => item.DueAt(i.On)).ThenBy(item => item.IssuedOn).ThenBy(item => item.Number, StringComparer.Ordinal));
        if (items.Count == 0) return new Refused(Refusal.NothingOpen, $"account {i.Account} has nothing open on {i.On:yyyy-MM-dd} that a plan could be of");
        if (items.Count > ItemsMax)
            return new Refused(Refusal.TooManyItems, $"{items.Count} items are open; a plan takes {ItemsMax}: name the ones that it is of");
        var currency = given ?? items[0].Currency;
        return items.Find(item => item.Currency != currency) is { } odd
            ? new Refused(Refusal.WrongCurrency, $"{odd.Number} is in {odd.Currency}, and the plan in {currency}; each currency has a plan of its own")
            : null;
    }

    private static string? InPlan(ItemState item, DateOnly on) => item.Plans?.Find(p => !(p.ClosedOn <= on))?.Plan;

    private static InstalmentEvery EveryOf(string every) => every switch
    {
        "week" => InstalmentEvery.Week,
        "two_weeks" => InstalmentEvery.TwoWeeks,
        "month" => InstalmentEvery.Month,
        "payday" => InstalmentEvery.Payday,
        _ => throw new InvariantBrokenException($"'{every}' is no distance of instalments"),
    };

    private static InstalmentRemainder RemainderOf(string? remainder) => remainder switch
    {
        null or "spread" => InstalmentRemainder.Spread,
        "first" => InstalmentRemainder.First,
        "last" => InstalmentRemainder.Last,
        _ => throw new InvariantBrokenException($"'{remainder}' is no place of a remainder"),
    };

    private static string Words(long minor, Currency currency) => $"{Money.Format(minor, currency)} {currency}";

    private static Refused? Cancel(Handling work, PlanInput.Cancelled i)
    {
        var plan = work.State.Plans.FirstOrDefault(p => p.Plan == i.Plan && p.Account == i.Account);
        if (plan is null) return new Refused(Refusal.UnknownPlan, $"account {i.Account} has no open payment plan {i.Plan}; `recoup plans` lists them");
        if (i.On < plan.AgreedOn)
            return new Refused(Refusal.BeforeDocument,
                $"payment plan {i.Plan} was agreed on {plan.AgreedOn:yyyy-MM-dd}; it can't be cancelled on {i.On:yyyy-MM-dd}");
        work.Emit(new PlanEvent.Closed(i.Plan, "cancelled", plan.PaidOn(i.On), plan.Currency, i.Reason));
        return null;
    }

    /// <summary>What cash and time made of open plans is recorded, each on the day on which it came to be so.</summary>
    internal static void Judge(Handling work, PlanSlice slice, DateOnly asOf, bool isRun)
    {
        foreach (var plan in slice.Paid.Where(p => p.UnpaidAgainOn(asOf) is not null && !IsInAnother(work.State, p)).ToList())
            work.Emit(new PlanEvent.Reopened(plan.Plan, plan.PaidOn(asOf), plan.Currency), plan.UnpaidAgainOn(asOf)!.Value, plan.Account);
        foreach (var plan in slice.Open.Where(p => p.AgreedOn <= asOf).ToList())
        {
            var end = plan.EndBy(asOf);
            if (!isRun && end is ("broken", _)) continue;
            if (end is ("completed", var off) && plan.Items.TrueForAll(number => work.State.Items[(plan.Account, number)].IsCancelledOn(off)))
            {
                // Nothing was owed: there was nothing to keep.
                work.Emit(new PlanEvent.Closed(plan.Plan, "cancelled", 0, plan.Currency, null), off, plan.Account);
                continue;
            }
            foreach (var (at, standing, since) in plan.TurnedBy(end?.On ?? asOf)
                .Where(t => isRun || t.Standing is InstalmentStanding.Paid or InstalmentStanding.Cured or InstalmentStanding.Open).ToList())
                work.Emit(new PlanEvent.InstalmentTurned(plan.Plan, at + 1, Word(standing)), since, plan.Account);
            if (end is var (outcome, on)) work.Emit(new PlanEvent.Closed(plan.Plan, outcome, plan.PaidOn(on), plan.Currency, null), on, plan.Account);
        }
    }

    // What was agreed since of the same items counts.
    private static bool IsInAnother(PartyState state, PlanState plan) =>
        plan.Items.Exists(number => state.Items[(plan.Account, number)].Plans!.Exists(p => p.Plan != plan.Plan && p.ClosedOn is null));

    /// <summary>As the journal, lists and files have it.</summary>
    public static string Word(InstalmentStanding standing) => standing.ToString().ToLowerInvariant();

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, PlanEvent happened)
    {
        switch (happened)
        {
            case PlanEvent.Agreed agreed: Agree(state, e, cells, agreed); break;
            case PlanEvent.InstalmentTurned turned:
                var plan = Slice.In(state).Open.Find(p => p.Plan == turned.Plan)!;
                plan.Instalments[turned.Instalment - 1].Standing = Enum.Parse<InstalmentStanding>(turned.Standing, ignoreCase: true);
                plan.Instalments[turned.Instalment - 1].Since = e.EffectiveOn;
                Keep(state, plan);
                break;
            case PlanEvent.Closed closed: Close(state, e, cells, closed); break;
            case PlanEvent.Reopened reopened: Reopen(state, e, cells, reopened); break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a payment plan");
        }
        state.Touch(e);
    }

    private static void Agree(PartyState state, Envelope e, CellDeltas cells, PlanEvent.Agreed agreed)
    {
        var plan = new PlanState
        {
            Plan = agreed.Plan, Account = e.Account, Currency = agreed.Currency, AgreedOn = e.EffectiveOn, Items = [.. agreed.Items],
            Instalments = [.. agreed.Instalments.Select(i => new Instalment { DueOn = i.DueOn, Minor = i.Minor })],
        };
        Slice.In(state).Open.Add(plan);
        var span = new PlanSpan(agreed.Plan, e.EffectiveOn) { LearnedOn = Pause.LateFrom(e.EffectiveOn, e.RecordedOn) };
        foreach (var number in plan.Items)
            Exposures.Change(state, state.Loaded(e.Account, number), cells, span,
                static (item, span) => (item.Plans ??= []).Add(span with { Amount = item.AmountOn(span.From) }));
        Keep(state, plan);
        Flow(state, e, cells, PlansAgreed, plan, plan.Minor);
    }

    private static void Close(PartyState state, Envelope e, CellDeltas cells, PlanEvent.Closed closed)
    {
        var slice = Slice.In(state);
        var plan = slice.Open.Find(p => p.Plan == closed.Plan)!;
        slice.Open.Remove(plan);
        (plan.Outcome, plan.ClosedOn) = (closed.Outcome, e.EffectiveOn);
        if (closed is { Outcome: "cancelled", PaidMinor: 0 } && plan.PaidOn(e.EffectiveOn) > 0)
        {
            plan.IsOfNothing = true;
            slice.Paid.Add(plan);
        }
        foreach (var number in plan.Items)
            Exposures.Change(state, state.Loaded(plan.Account, number), cells, (closed.Plan, e.EffectiveOn),
                static (item, end) => item.Plans!.Find(p => p.Plan == end.Plan)!.ClosedOn = end.EffectiveOn);
        Keep(state, plan);
        switch (closed.Outcome)
        {
            case "completed":
                slice.Completed++;
                slice.Paid.Add(plan);
                (plan.Portfolio, plan.Segment) = state.PlaceOn(plan.Account, e.EffectiveOn);
                plan.LackedMinor = plan.Minor - closed.PaidMinor;
                CountCompleted(cells, plan, 1);
                break;
            case "broken":
                slice.Broken++;
                Flow(state, e, cells, PlansBroken, plan, plan.Minor - closed.PaidMinor);
                break;
        }
    }

    private static void Reopen(PartyState state, Envelope e, CellDeltas cells, PlanEvent.Reopened reopened)
    {
        var slice = Slice.In(state);
        var plan = slice.Paid.Find(p => p.Plan == reopened.Plan)!;
        slice.Paid.Remove(plan);
        if (plan.Outcome == "completed")
        {
            slice.Completed--;
            // The word on it was wrong on the day on which it was said.
            CountCompleted(cells, plan, -1);
        }
        (plan.Outcome, plan.ClosedOn, plan.IsOfNothing) = (null, null, false);
        (plan.Portfolio, plan.Segment, plan.LackedMinor) = (null, null, 0);
        slice.Open.Insert(slice.Open.FindLastIndex(p => p.AgreedOn <= plan.AgreedOn) + 1, plan);
        foreach (var number in plan.Items)
            Exposures.Change(state, state.Loaded(plan.Account, number), cells, plan.Plan,
                static (item, plan) => item.Plans!.Find(p => p.Plan == plan)!.ClosedOn = null);
        Keep(state, plan);
    }

    private static void Flow(PartyState state, Envelope e, CellDeltas cells, Measure measure, PlanState plan, long minor) =>
        PartyLedger.Flow(state, plan.Account, cells, measure, e.EffectiveOn, null, plan.Currency, minor, 1);

    private static void CountCompleted(CellDeltas cells, PlanState plan, int sign) => cells.Add(
        PlansCompleted, plan.ClosedOn!.Value, null, plan.Portfolio!, plan.Segment!, plan.Currency, sign * (plan.Minor - plan.LackedMinor), sign);

    /// <summary>The row beside the header is the plan as it is now.</summary>
    private static void Keep(PartyState state, PlanState plan)
    {
        var rows = (Rows<string, PlanState>)state.Of(Rows);
        rows[plan.Plan] = plan;
        rows.Changed.Add(plan.Plan);
    }

    internal static void Count(PartyState state, PlanSlice slice, ItemState item, int sign)
    {
        foreach (var plan in slice.Open.Concat(slice.Paid))
        {
            if (plan.Account != item.Account || !item.Plans!.Exists(p => p.Plan == plan.Plan)) continue;
            plan.Count(item, sign);
            if (sign > 0) Keep(state, plan);
        }
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PlanEvent.Agreed))]
[JsonSerializable(typeof(PlanEvent.InstalmentTurned))]
[JsonSerializable(typeof(PlanEvent.Closed))]
[JsonSerializable(typeof(PlanEvent.Reopened))]
internal sealed partial class PlanJson : JsonSerializerContext;
