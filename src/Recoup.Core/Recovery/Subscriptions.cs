using System.Text.Json.Serialization;
using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using static Recoup.Core.Inputs.Fields;

namespace Recoup.Core.Recovery;

/// <summary>What people tell of subscriptions.</summary>
public abstract record SubscriptionInput : Input.OfAccount
{
    private SubscriptionInput() { }

    /// <summary>A subscription started, changed, paused, went on or was cancelled; on a day to come, too.</summary>
    public sealed record Told : SubscriptionInput
    {
        public override bool IsOfPerson => State == "started";

        /// <summary>Its name among those of the account.</summary>
        public required string Subscription { get; init; }

        /// <summary>One of <see cref="SubscriptionChapter.States"/>.</summary>
        public required string State { get; init; }

        public required DateOnly On { get; init; }

        /// <summary>What is charged each time; null where the state says nothing of it.</summary>
        public Money? Amount { get; init; }

        /// <summary>month, year, week or quarter; null where the state says nothing of it.</summary>
        public string? Every { get; init; }
        public string? Product { get; init; }

        /// <summary>Who ended it: customer, business or non_payment; null of any other state.</summary>
        public string? By { get; init; }
        public string? Reason { get; init; }

        public override DateOnly? EffectiveOn => On;
    }
}

/// <summary>What happened to subscriptions.</summary>
public abstract record SubscriptionEvent : Event
{
    private SubscriptionEvent() { }

    /// <summary>It runs from that day on, for the first time or again.</summary>
    public sealed record Started(string Subscription, long Minor, string Currency, string Every, string? Product) : SubscriptionEvent;

    /// <summary>What is null stays as it was.</summary>
    public sealed record Changed(string Subscription, long? Minor, string? Currency, string? Every, string? Product) : SubscriptionEvent;

    /// <summary>It rests; who has it is a customer still.</summary>
    public sealed record Paused(string Subscription, string? Reason) : SubscriptionEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }

    /// <summary>It goes on after a pause, or is not cancelled after all.</summary>
    public sealed record Resumed(string Subscription) : SubscriptionEvent;

    /// <summary>From that day on it runs no more.</summary>
    public sealed record Cancelled(string Subscription, string By, string? Reason) : SubscriptionEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }
}

/// <summary>A subscription from one start to its end; started again, it is another.</summary>
public sealed class SubscriptionState : IFormed<SubscriptionState>
{
    public string Subscription { get; set; } = "";
    public string Account { get; set; } = "";
    public DateOnly From { get; set; }

    /// <summary>The first day without it; null: no end is known.</summary>
    public DateOnly? Until { get; set; }

    /// <summary>What it brings in a month, minor units of its currency: nothing while it rests.</summary>
    public long MonthlyMinor => Paused ? 0 : Every switch
    {
        "month" => Minor,
        "year" => Rounded(Minor / 12m),
        "quarter" => Rounded(Minor / 3m),
        "week" => Rounded(Minor * 52 / 12m),
        _ => throw new InvariantBrokenException($"{Every} is no interval of a subscription"),
    };

    private static long Rounded(decimal minor) => (long)Math.Round(minor, MidpointRounding.AwayFromZero);

    /// <summary>Who ended it; null while no end is known.</summary>
    public string? By { get; set; }

    public long Minor { get; set; }
    public string Currency { get; set; } = "";
    public string Every { get; set; } = "";
    public string? Product { get; set; }

    public bool Paused { get; set; }

    /// <summary>The day of what was told of it last, but for its end.</summary>
    public DateOnly LastOn { get; set; }

    /// <summary>Where the account was when it started, as known then: the figures of whom it makes a customer stand there.</summary>
    public string Portfolio { get; set; } = "";

    /// <summary>See <see cref="Portfolio"/>.</summary>
    public string Segment { get; set; } = "";

    public static SubscriptionState Blank => new();

    public static SubscriptionState Form<TForm>(ref TForm f, SubscriptionState v) where TForm : IForm, allows ref struct
    {
        v.Subscription = f.Text("subscription", v.Subscription);
        v.Account = f.Word("account", v.Account);
        v.From = f.Day("from", v.From);
        v.Minor = f.Long("minor", v.Minor);
        v.Currency = f.Word("currency", v.Currency);
        v.Every = f.Word("every", v.Every);
        v.LastOn = f.Day("last_on", v.LastOn);
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        v.Segment = f.Word("segment", v.Segment);
        f.BeginRare(4);
        v.Until = f.DayOrNull("until", v.Until);
        v.By = f.WordOrNull("by", v.By);
        v.Product = f.WordOrNull("product", v.Product);
        v.Paused = f.Flag("paused", v.Paused);
        f.EndRare();
        return v;
    }
}

/// <summary>All subscriptions of one who is counted as one customer: those of a party, but for parties that joined since.</summary>
public sealed class SubscriberState : IFormed<SubscriberState>
{
    /// <summary>In the order in which they were told of.</summary>
    public List<SubscriptionState> Subscriptions { get; set; } = [];

    public static SubscriberState Blank => new();

    public static SubscriberState Form<TForm>(ref TForm f, SubscriberState v) where TForm : IForm, allows ref struct
    {
        v.Subscriptions = f.List("subscriptions", v.Subscriptions);
        return v;
    }
}

/// <summary>A party's subscriptions.</summary>
public sealed class SubscriptionSlice : Slice, IFormed<SubscriptionSlice>
{
    public List<SubscriberState> Subscribers { get; set; } = [];

    public override bool IsEmpty => Subscribers.Count == 0;

    /// <summary>What ended long ago is changed by nothing any more.</summary>
    public override void Advance(PartyState party, DateOnly from, DateOnly to)
    {
        foreach (var subscriber in Subscribers)
            subscriber.Subscriptions.RemoveAll(s => s.Until is { } until && until.DayNumber < to.DayNumber - SubscriptionChapter.RememberedDays);
        Subscribers.RemoveAll(s => s.Subscriptions.Count == 0);
    }

    /// <summary>Both were counted as customers of their own, and stay so.</summary>
    public override void Join(Slice other) => Subscribers.AddRange(((SubscriptionSlice)other).Subscribers);

    public static SubscriptionSlice Blank => new();

    public static SubscriptionSlice Form<TForm>(ref TForm f, SubscriptionSlice v) where TForm : IForm, allows ref struct
    {
        v.Subscribers = f.List("subscribers", v.Subscribers);
        return v;
    }
}

/// <summary>
/// Subscriptions: what customers buy again and again. A customer is a subscriber from the day on which the first of their subscriptions runs
/// until the day on which none does; by whom the last one was ended, they were lost. Nothing is decided by it.
/// </summary>
public static class SubscriptionChapter
{
    public static readonly IReadOnlyList<string> States = ["started", "changed", "paused", "resumed", "cancelled"];

    /// <summary>Who ends one.</summary>
    public static readonly IReadOnlyList<string> Enders = ["customer", "business", "non_payment"];

    /// <summary>How often it is charged.</summary>
    public static readonly IReadOnlyList<string> Intervals = ["month", "year", "week", "quarter"];

    /// <summary>How long one is remembered after its end, days: then its name may be another's.</summary>
    public const int RememberedDays = 800;

    public static readonly SliceKind<SubscriptionSlice> Slice = new("subscriptions", 12);

    /// <summary>Customers with a subscription that runs, paused ones too.</summary>
    public static readonly Measure Subscribers = Measure.Standing(70, "subscribers", "customers");

    /// <summary>Customers who came to have a subscription, on the first day of it.</summary>
    public static readonly Measure SubscribersWon = Measure.Count(71, "subscribers_won", "customers");

    /// <summary>Customers who have no subscription any more, on the first day without one.</summary>
    public static readonly Measure SubscribersLost = Measure.Count(72, "subscribers_lost", "customers");

    /// <summary>Of those, the ones whose last subscription ended since it was not paid.</summary>
    public static readonly Measure SubscribersLostUnpaid = Measure.Count(73, "subscribers_lost_unpaid", "customers");

    /// <summary>What subscriptions that run and do not rest bring in a month.</summary>
    public static readonly Measure RecurringRevenue = Measure.StandingIn(74, "recurring_revenue", null);

    /// <summary>Customers with a subscription in the currency that runs, paused ones too.</summary>
    public static readonly Measure RecurringCustomers = Measure.StandingIn(75, "recurring_customers", "customers");

    internal static readonly Measure[] Measures =
        [Subscribers, SubscribersWon, SubscribersLost, SubscribersLostUnpaid, RecurringRevenue, RecurringCustomers];

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("subscription", "a subscription started, changed, paused, went on or was cancelled", true,
        [
            Need("subscription", FieldType.Text, "its name among those of the account") with { IsName = true, LengthMax = 100 },
            Choice("state", "resumed: after a pause, or not cancelled after all", [.. States]) with { Required = true },
            Need("on", FieldType.Date, "the day it takes effect, one to come too; of a cancelled one the first day without it"),
            May("amount", FieldType.Amount, "charged each time, in major units; with started and changed"),
            May("currency", FieldType.Currency, "ISO 4217 code"),
            Choice("every", "how often it is charged; with started and changed", [.. Intervals]),
            May("product", FieldType.Text, "what is bought; with started and changed") with { IsName = true, LengthMax = 100 },
            Choice("by", "who ended it; with cancelled", [.. Enders]), May("reason", FieldType.Text, "why; with paused and cancelled"),
        ],
        d =>
        {
            var state = d.Need("state");
            var priced = state is "started" or "changed";
            foreach (var field in (string[])["amount", "currency", "every", "product"])
                if (!priced && d.Has(field)) d.Problem(field, $"belongs to state started or changed, not to {state}");
            foreach (var field in (string[])["amount", "every"])
                if (state == "started" && !d.Has(field)) d.Problem(field, "is missing beside state started");
            if (state == "changed" && !d.Has("amount") && !d.Has("every") && !d.Has("product"))
                d.Problem("state", "is changed, and nothing is told that changed: give amount, every or product");
            if (state == "cancelled" && !d.Has("by")) d.Problem("by", $"is missing beside state cancelled; one of {string.Join(", ", Enders)}");
            if (state != "cancelled" && d.Has("by")) d.Problem("by", $"belongs to state cancelled, not to {state}");
            if (state is not ("paused" or "cancelled") && d.Has("reason")) d.Problem("reason", $"belongs to state paused or cancelled, not to {state}");
            return new SubscriptionInput.Told
            {
                Key = "", Account = d.Need("account"), Subscription = d.Need("subscription"), State = state, On = d.NeedDate("on"),
                Amount = priced ? d.MoneyOrNull("amount", zeroAllowed: true) : null, Every = d.Text("every"), Product = d.Text("product"),
                By = d.Text("by"), Reason = d.Text("reason"),
            };
        }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("subscription_started", SubscriptionJson.Default.Started), new("subscription_changed", SubscriptionJson.Default.Changed),
        new("subscription_paused", SubscriptionJson.Default.Paused), new("subscription_resumed", SubscriptionJson.Default.Resumed),
        new("subscription_cancelled", SubscriptionJson.Default.Cancelled),
    ];

    extension(PartyState party)
    {
        /// <summary>Every subscription that did not end long ago, in the order in which they were told of.</summary>
        public IEnumerable<SubscriptionState> Subscriptions => (Slice.Of(party)?.Subscribers ?? []).SelectMany(s => s.Subscriptions);
    }

    // --- rules ---

    internal static Refused? Handle(Handling work, SubscriptionInput input) => input switch
    {
        SubscriptionInput.Told i => Take(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a subscription"),
    };

    private static Refused? Take(Handling work, SubscriptionInput.Told i)
    {
        var last = work.State.Subscriptions.LastOrDefault(s => s.Account == i.Account && s.Subscription == i.Subscription);
        if (WhyNot(i, last) is { } refused) return refused;
        work.Emit(i.State switch
        {
            "started" => new SubscriptionEvent.Started(i.Subscription, i.Amount!.Value.Minor, i.Amount.Value.Currency.Code, i.Every!, i.Product),
            "changed" => new SubscriptionEvent.Changed(i.Subscription, i.Amount?.Minor, i.Amount?.Currency.Code, i.Every, i.Product),
            "paused" => new SubscriptionEvent.Paused(i.Subscription, i.Reason),
            "resumed" => new SubscriptionEvent.Resumed(i.Subscription),
            "cancelled" => new SubscriptionEvent.Cancelled(i.Subscription, i.By!, i.Reason),
            _ => throw new InvariantBrokenException($"{i.State} is no state of a subscription"),
        });
        return null;
    }

    /// <param name="last">The last of that name; null: there was none.</param>
    private static Refused? WhyNot(SubscriptionInput.Told i, SubscriptionState? last)
    {
        var name = $"subscription {i.Subscription} of account {i.Account}";
        if (last is null)
            return i.State == "started" ? null
                : new Refused(Refusal.UnknownSubscription, $"account {i.Account} has no subscription {i.Subscription}; tell of it first, with state started");
        if (i.State == "started")
            return last.Until is not { } ended
                ? new Refused(Refusal.SubscriptionRuns, $"{name} runs since {last.From:yyyy-MM-dd}: tell that it was cancelled first, or of another name")
                : i.On < ended ? new Refused(Refusal.BeforeDocument, $"{name} ended on {ended:yyyy-MM-dd}; it can't start again on {i.On:yyyy-MM-dd}") : null;
        // Before a cancellation of a day to come takes effect it may be taken back, or be sooner, and whatever happens by then happens.
        if (last.Until is { } until && i.On >= until)
            return new Refused(Refusal.UnknownSubscription, $"{name} ended on {until:yyyy-MM-dd}; tell that it started again first");
        if (i.On < last.LastOn)
            return new Refused(Refusal.BeforeDocument, $"{name}: what was told last is of {last.LastOn:yyyy-MM-dd}, and {i.On:yyyy-MM-dd} is before that");
        if (i.State == "paused" && last.Paused)
            return new Refused(Refusal.SubscriptionPaused, $"{name} is paused since {last.LastOn:yyyy-MM-dd} already");
        if (i.State == "resumed" && last is { Paused: false, Until: null })
            return new Refused(Refusal.SubscriptionRuns, $"{name} is not paused, and no end of it is known: it runs");
        return null;
    }

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, SubscriptionEvent happened)
    {
        switch (happened)
        {
            case SubscriptionEvent.Started s: Start(state, e, cells, s); break;
            case SubscriptionEvent.Changed c:
                Change(state, e, cells, c.Subscription, s => (s.Minor, s.Currency, s.Every, s.Product) =
                    (c.Minor ?? s.Minor, c.Currency ?? s.Currency, c.Every ?? s.Every, c.Product ?? s.Product));
                break;
            case SubscriptionEvent.Paused p: Change(state, e, cells, p.Subscription, static s => s.Paused = true); break;
            case SubscriptionEvent.Resumed r:
                Change(state, e, cells, r.Subscription, static s => (s.Paused, s.Until, s.By) = (s.Until is not null && s.Paused, null, null));
                break;
            // What it ends goes on until then, so that what comes before that day is not too late.
            case SubscriptionEvent.Cancelled c:
                Change(state, e, cells, c.Subscription, s => (s.Until, s.By) = (e.EffectiveOn, c.By), isLast: false);
                break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a subscription");
        }
    }

    private static void Start(PartyState state, Envelope e, CellDeltas cells, SubscriptionEvent.Started started)
    {
        var subscribers = Slice.In(state).Subscribers;
        var subscriber = subscribers.Find(s => s.Subscriptions.Exists(known => known.Account == e.Account)) ?? subscribers.FirstOrDefault();
        if (subscriber is null) subscribers.Add(subscriber = new SubscriberState());
        Count(cells, subscriber, -1);
        var (portfolio, segment) = state.PlaceOn(e.Account, e.EffectiveOn);
        var subscription = new SubscriptionState
        {
            Subscription = started.Subscription, Account = e.Account, From = e.EffectiveOn, LastOn = e.EffectiveOn, Minor = started.Minor,
            Currency = started.Currency, Every = started.Every, Product = started.Product, Portfolio = portfolio, Segment = segment,
        };
        subscriber.Subscriptions.Add(subscription);
        Count(cells, subscriber, 1);
        Bring(cells, subscription, e.EffectiveOn, subscription.Currency, subscription.MonthlyMinor);
    }

    private static void Change(PartyState state, Envelope e, CellDeltas cells, string name, Action<SubscriptionState> change, bool isLast = true)
    {
        var subscriber = Slice.In(state).Subscribers.Find(s => s.Subscriptions.Exists(known => known.Account == e.Account && known.Subscription == name))!;
        Count(cells, subscriber, -1);
        var subscription = subscriber.Subscriptions.FindLast(known => known.Account == e.Account && known.Subscription == name)!;
        var (currency, brought, until) = (subscription.Currency, subscription.MonthlyMinor, subscription.Until);
        change(subscription);
        if (isLast) subscription.LastOn = e.EffectiveOn;
        Count(cells, subscriber, 1);
        // What it brings is another from that day on, and that much is gone with its end, wherever that is now.
        Bring(cells, subscription, e.EffectiveOn, currency, -brought);
        Bring(cells, subscription, e.EffectiveOn, subscription.Currency, subscription.MonthlyMinor);
        if (until is { } before) Bring(cells, subscription, before, currency, brought);
        if (subscription.Until is { } end) Bring(cells, subscription, end, subscription.Currency, -subscription.MonthlyMinor);
    }

    private static void Bring(CellDeltas cells, SubscriptionState of, DateOnly on, string currency, long minor) =>
        cells.Add(RecurringRevenue, on, null, of.Portfolio, of.Segment, currency, minor, 0);

    /// <summary>
    /// The times in which any of the subscriptions runs: each makes a customer on its first day, where the one that opens it was started, and
    /// loses one on the first day without. One that ends on the day on which it started never ran.
    /// </summary>
    private static void Count(CellDeltas cells, SubscriberState subscriber, int sign)
    {
        foreach (var (opens, closes) in TimesOf(subscriber.Subscriptions))
        {
            Add(Subscribers, opens.From, opens, "", 1);
            Add(SubscribersWon, opens.From, opens, "", 1);
            if (closes.Until is not { } on) continue;
            Add(Subscribers, on, opens, "", -1);
            Add(SubscribersLost, on, opens, "", 1);
            if (closes.By == "non_payment") Add(SubscribersLostUnpaid, on, opens, "", 1);
        }
        foreach (var currency in subscriber.Subscriptions.GroupBy(s => s.Currency))
            foreach (var (opens, closes) in TimesOf(currency))
            {
                Add(RecurringCustomers, opens.From, opens, currency.Key, 1);
                if (closes.Until is { } on) Add(RecurringCustomers, on, opens, currency.Key, -1);
            }

        void Add(Measure measure, DateOnly on, SubscriptionState at, string currency, int count) =>
            cells.Add(measure, on, null, at.Portfolio, at.Segment, currency, 0, sign * count);
    }

    /// <summary>The times in which any of them runs: the one that opens each, and the one that ends it or has no end.</summary>
    private static IEnumerable<(SubscriptionState Opens, SubscriptionState Closes)> TimesOf(IEnumerable<SubscriptionState> subscriptions)
    {
        SubscriptionState? opens = null, closes = null;
        foreach (var next in subscriptions.Where(s => !(s.Until <= s.From)).OrderBy(s => s.From))
        {
            if (opens is not null && closes!.Until < next.From)
            {
                yield return (opens, closes);
                (opens, closes) = (null, null);
            }
            opens ??= next;
            if (closes is null || next.Until is null || (closes.Until is not null && closes.Until <= next.Until)) closes = next;
        }
        if (opens is not null) yield return (opens, closes!);
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SubscriptionEvent.Started))]
[JsonSerializable(typeof(SubscriptionEvent.Changed))]
[JsonSerializable(typeof(SubscriptionEvent.Paused))]
[JsonSerializable(typeof(SubscriptionEvent.Resumed))]
[JsonSerializable(typeof(SubscriptionEvent.Cancelled))]
internal sealed partial class SubscriptionJson : JsonSerializerContext;
