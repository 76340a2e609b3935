using System.Text.Json.Serialization;
using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using static Recoup.Core.Inputs.Fields;

namespace Recoup.Core.Recovery;

/// <summary>What people tell of customers' use of what they buy.</summary>
public abstract record ActivityInput : Input.OfAccount
{
    private ActivityInput() { }

    /// <summary>The customer did something: bought, logged in, used it.</summary>
    public sealed record Noted : ActivityInput
    {
        public override bool IsOfPerson => true;

        public required DateOnly On { get; init; }

        /// <summary>What they did, a word of the business's own such as purchase or log_in.</summary>
        public required string Kind { get; init; }

        /// <summary>What they spent; null: nothing, or nobody says.</summary>
        public Money? Amount { get; init; }

        public string? Product { get; init; }

        public override DateOnly? EffectiveOn => On;
    }
}

/// <summary>What customers did.</summary>
public abstract record ActivityEvent : Event
{
    private ActivityEvent() { }

    /// <summary>The customer did something. Amount and currency go together; null: nothing was spent, or nobody says.</summary>
    public sealed record Noted(string Kind, long? Minor, string? Currency, string? Product) : ActivityEvent;
}

/// <summary>A time in which a customer was never away for longer than <see cref="ActivityChapter.AwayDays"/>, from the first activity to the last.</summary>
public sealed class ActiveTime : IFormed<ActiveTime>
{
    public DateOnly From { get; set; }

    public DateOnly To { get; set; }

    /// <summary>Where the account was of whose activity it was told first, as known then: its figures stand there, and are taken back from there.</summary>
    public string Portfolio { get; set; } = "";

    /// <summary>See <see cref="Portfolio"/>.</summary>
    public string Segment { get; set; } = "";

    public static ActiveTime Blank => new();

    public static ActiveTime Form<TForm>(ref TForm f, ActiveTime v) where TForm : IForm, allows ref struct
    {
        v.From = f.Day("from", v.From);
        v.To = f.Day("to", v.To);
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        v.Segment = f.Word("segment", v.Segment);
        return v;
    }
}

/// <summary>One who is counted as one customer: a party, but for parties that joined since.</summary>
public sealed class ActiveCustomer : IFormed<ActiveCustomer>
{
    /// <summary>Those of which an activity was told, in that order.</summary>
    public List<string> Accounts { get; set; } = [];

    /// <summary>In order of day, with more than <see cref="ActivityChapter.AwayDays"/> between one and the next.</summary>
    public List<ActiveTime> Times { get; set; } = [];

    public static ActiveCustomer Blank => new();

    public static ActiveCustomer Form<TForm>(ref TForm f, ActiveCustomer v) where TForm : IForm, allows ref struct
    {
        v.Accounts = f.Texts("accounts", v.Accounts);
        v.Times = f.List("times", v.Times);
        return v;
    }
}

/// <summary>When a party was active: the last day for good, the times of it as long as they may change.</summary>
public sealed class ActivitySlice : Slice, IFormed<ActivitySlice>
{
    /// <summary>The last day of which an activity was told; null: of none.</summary>
    public DateOnly? LastOn { get; set; }

    public List<ActiveCustomer> Customers { get; set; } = [];

    public override bool IsEmpty => LastOn is null;

    /// <summary>What can't change any more by an activity that is told of in time is forgotten.</summary>
    public override void Advance(PartyState party, DateOnly from, DateOnly to)
    {
        foreach (var customer in Customers) customer.Times.RemoveAll(t => t.To.DayNumber < to.DayNumber - ActivityChapter.KeptDays);
        Customers.RemoveAll(c => c.Times.Count == 0);
    }

    /// <summary>Both were counted as customers of their own, and stay so.</summary>
    public override void Join(Slice other)
    {
        var theirs = (ActivitySlice)other;
        if (LastOn is null || theirs.LastOn > LastOn) LastOn = theirs.LastOn;
        Customers.AddRange(theirs.Customers);
    }

    public static ActivitySlice Blank => new();

    public static ActivitySlice Form<TForm>(ref TForm f, ActivitySlice v) where TForm : IForm, allows ref struct
    {
        v.LastOn = f.DayOrNull("last_on", v.LastOn);
        v.Customers = f.List("customers", v.Customers);
        return v;
    }
}

/// <summary>
/// Activity: what customers do with what they buy. A customer is active from an activity on, and away once <see cref="AwayDays"/> days have
/// gone by without another; whether they came back within as many days is told on the last of these. Policies ask how long ago the last one was.
/// </summary>
public static class ActivityChapter
{
    /// <summary>So many days without an activity, and on the next one a customer is away.</summary>
    public const int AwayDays = 90;

    /// <summary>Who is active again within so many days of being away came back.</summary>
    public const int BackWithinDays = 90;

    /// <summary>An activity of longer ago, days, changes nothing of who was active when: what it would be held against is forgotten.</summary>
    public const int RememberedDays = 800;

    /// <summary>So long after its last day a time still decides what one of <see cref="RememberedDays"/> ago would change.</summary>
    public const int KeptDays = RememberedDays + AwayDays + BackWithinDays;

    /// <summary>The longest name of a kind, characters.</summary>
    public const int KindLengthMax = 40;

    public static readonly SliceKind<ActivitySlice> Slice = new("activity", 13);

    /// <summary>Customers who did something within the last <see cref="AwayDays"/> days.</summary>
    public static readonly Measure ActiveCustomers = Measure.Standing(76, "active_customers", "customers");

    /// <summary>Customers who were away, on the last day on which they could come back in time.</summary>
    public static readonly Measure CustomersAway = Measure.Count(77, "customers_away", "customers");

    /// <summary>Of those, on the same day, the ones who came back in time.</summary>
    public static readonly Measure CustomersBack = Measure.Count(78, "customers_back", "customers");

    internal static readonly Measure[] Measures = [ActiveCustomers, CustomersAway, CustomersBack];

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("activity", "the customer did something: bought, logged in, used what they bought", true,
        [
            Need("on", FieldType.Date, "the day on which it was"),
            Need("kind", FieldType.Text, "what they did, such as purchase or log_in: small letters, digits and underscores") with
            {
                IsName = true, LengthMax = KindLengthMax,
            },
            May("amount", FieldType.Amount, "what they spent, in major units"), May("currency", FieldType.Currency, "ISO 4217 code"),
            May("product", FieldType.Text, "what it was about") with { IsName = true, LengthMax = 100 },
        ],
        d =>
        {
            var kind = d.Need("kind");
            if (!ExpressionParser.IsName(kind) || kind.Contains('.'))
                d.Problem("kind", $"'{InputDraft.Short(kind)}' is no word of small letters, digits and underscores, such as log_in");
            if (d.Has("currency") && !d.Has("amount")) d.Problem("amount", "is missing beside a currency");
            return new ActivityInput.Noted
            {
                Key = "", Account = d.Need("account"), On = d.NeedDate("on"), Kind = kind, Amount = d.MoneyOrNull("amount", zeroAllowed: true),
                Product = d.Text("product"),
            };
        }),
    ];

    internal static readonly EventKind[] Events = [new("activity_noted", ActivityJson.Default.Noted)];

    extension(PartyState party)
    {
        /// <summary>The last day of which an activity was told; null: of none.</summary>
        public DateOnly? LastActiveOn => Slice.Of(party)?.LastOn;
    }

    // --- rules ---

    internal static Refused? Handle(Handling work, ActivityInput input)
    {
        if (input is not ActivityInput.Noted i) throw new InvariantBrokenException($"{input.GetType().Name} is no input of an activity");
        if (i.On > work.Today)
            return new Refused(Refusal.NotToday, $"activity {i.Key} is of {i.On:yyyy-MM-dd}, and it is {work.Today:yyyy-MM-dd}: what a customer does has been "
                + "done");
        work.Emit(new ActivityEvent.Noted(i.Kind, i.Amount?.Minor, i.Amount?.Currency.Code, i.Product));
        return null;
    }

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, ActivityEvent happened)
    {
        if (happened is not ActivityEvent.Noted) throw new InvariantBrokenException($"{happened.GetType().Name} is no event of an activity");
        var slice = Slice.In(state);
        if (slice.LastOn is not { } last || e.EffectiveOn > last) slice.LastOn = e.EffectiveOn;
        if (e.EffectiveOn.DayNumber >= e.RecordedOn.DayNumber - RememberedDays) Note(state, e, cells, slice);
        // Of whom nothing is open nothing is decided.
        if (state.Exposures.Count > 0) state.Touch(e);
    }

    private static void Note(PartyState state, Envelope e, CellDeltas cells, ActivitySlice slice)
    {
        var customer = slice.Customers.Find(c => c.Accounts.Contains(e.Account)) ?? slice.Customers.FirstOrDefault();
        if (customer is null) slice.Customers.Add(customer = new ActiveCustomer());
        if (!customer.Accounts.Contains(e.Account)) customer.Accounts.Add(e.Account);
        var day = e.EffectiveOn;
        if (customer.Times.Exists(t => t.From <= day && day <= t.To)) return;
        Count(cells, customer, -1);
        var met = customer.Times.FindAll(t => day.DayNumber >= t.From.DayNumber - AwayDays && day.DayNumber <= t.To.DayNumber + AwayDays);
        if (met.Count == 0)
        {
            var (portfolio, segment) = state.PlaceOn(e.Account, day);
            customer.Times.Insert(customer.Times.FindLastIndex(t => t.From < day) + 1,
                new ActiveTime { From = day, To = day, Portfolio = portfolio, Segment = segment });
        }
        else
        {
            // It may be what joins two of them, into the earlier one.
            var (first, end) = (met[0], met[^1].To > day ? met[^1].To : day);
            if (day < first.From) first.From = day;
            first.To = end;
            customer.Times.RemoveAll(t => t != first && met.Contains(t));
        }
        Count(cells, customer, 1);
    }

    private static void Count(CellDeltas cells, ActiveCustomer customer, int sign)
    {
        for (var i = 0; i < customer.Times.Count; i++)
        {
            var time = customer.Times[i];
            Add(ActiveCustomers, time.From, time, 1);
            var awayOn = time.To.Plus(AwayDays + 1);
            Add(ActiveCustomers, awayOn, time, -1);
            var judgedOn = time.To.Plus(AwayDays + BackWithinDays);
            Add(CustomersAway, judgedOn, time, 1);
            if (i + 1 < customer.Times.Count && customer.Times[i + 1].From <= judgedOn) Add(CustomersBack, judgedOn, time, 1);
        }

        void Add(Measure measure, DateOnly on, ActiveTime at, int count) => cells.Add(measure, on, null, at.Portfolio, at.Segment, "", 0, sign * count);
    }
}

/// <summary>How the event is written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ActivityEvent.Noted))]
internal sealed partial class ActivityJson : JsonSerializerContext;
