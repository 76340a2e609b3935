using System.Text.Json.Serialization;
using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using static Recoup.Core.Inputs.Fields;

namespace Recoup.Core.Recovery;

/// <summary>What people tell of issues: what went wrong for a customer, what was done about it, and what the customer says of that.</summary>
public abstract record FeedbackInput : Input.OfAccount
{
    private FeedbackInput() { }

    /// <summary>An issue was reported, resolved, or answered about with a satisfaction of 1 to 5.</summary>
    public sealed record Given : FeedbackInput
    {
        public override bool IsOfPerson => true;

        /// <summary>The issue's name among those of the account.</summary>
        public required string Issue { get; init; }

        /// <summary>reported, resolved or answered.</summary>
        public required string State { get; init; }

        public required DateOnly On { get; init; }

        /// <summary>1 to 5, of an answer; else null.</summary>
        public int? Satisfaction { get; init; }

        public override DateOnly? EffectiveOn => On;
    }
}

/// <summary>What happened to issues.</summary>
public abstract record FeedbackEvent : Event
{
    private FeedbackEvent() { }

    /// <summary>The customer said that something is wrong, for the first time or once more after it was taken for resolved.</summary>
    public sealed record Reported(string Issue) : FeedbackEvent;

    /// <summary>What was wrong was set right.</summary>
    public sealed record Resolved(string Issue) : FeedbackEvent;

    /// <summary>The customer said how content they are with that, 1 to 5; it takes the place of an answer of before.</summary>
    public sealed record Answered(string Issue, int Satisfaction) : FeedbackEvent;
}

/// <summary>An issue of an account.</summary>
public sealed class IssueState : IFormed<IssueState>
{
    public string Account { get; set; } = "";
    public string Issue { get; set; } = "";

    /// <summary>The day on which it was first reported.</summary>
    public DateOnly ReportedOn { get; set; }

    /// <summary>The last day on which it was reported again; null: once was enough.</summary>
    public DateOnly? AgainOn { get; set; }

    /// <summary>Null: it is open.</summary>
    public DateOnly? ResolvedOn { get; set; }

    public DateOnly? AnsweredOn { get; set; }

    /// <summary>1 to 5 of the last answer; 0: there is none.</summary>
    public int Satisfaction { get; set; }

    /// <summary>reported, resolved, or answered where it is resolved and there is an answer.</summary>
    public string Status => ResolvedOn is null ? "reported" : AnsweredOn is null ? "resolved" : "answered";

    /// <summary>It was resolved, and the customer is content with that. Silence is not satisfied.</summary>
    public bool IsSatisfied => ResolvedOn is not null && Satisfaction >= FeedbackChapter.SatisfiedFrom;

    public static IssueState Blank => new();

    public static IssueState Form<TForm>(ref TForm f, IssueState v) where TForm : IForm, allows ref struct
    {
        v.Account = f.Word("account", v.Account);
        v.Issue = f.Text("issue", v.Issue);
        v.ReportedOn = f.Day("reported_on", v.ReportedOn);
        f.BeginRare(4);
        v.AgainOn = f.DayOrNull("again_on", v.AgainOn);
        v.ResolvedOn = f.DayOrNull("resolved_on", v.ResolvedOn);
        v.AnsweredOn = f.DayOrNull("answered_on", v.AnsweredOn);
        v.Satisfaction = f.Int("satisfaction", v.Satisfaction);
        f.EndRare();
        return v;
    }
}

/// <summary>The issues that a customer reported in one calendar quarter, counted as one customer.</summary>
public sealed class IssueQuarter : IFormed<IssueQuarter>
{
    /// <summary>The quarter's first day.</summary>
    public DateOnly From { get; set; }

    /// <summary>Where the account was whose issue was told of first, as known then: its figures stand there, and are taken back from there.</summary>
    public string Portfolio { get; set; } = "";

    /// <summary>See <see cref="Portfolio"/>.</summary>
    public string Segment { get; set; } = "";

    /// <summary>At least one.</summary>
    public List<IssueState> Issues { get; set; } = [];

    public static IssueQuarter Blank => new();

    public static IssueQuarter Form<TForm>(ref TForm f, IssueQuarter v) where TForm : IForm, allows ref struct
    {
        v.From = f.Day("from", v.From);
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        v.Segment = f.Word("segment", v.Segment);
        v.Issues = f.List("issues", v.Issues);
        return v;
    }
}

/// <summary>A party's issues, by the quarter in which each was first reported.</summary>
public sealed class FeedbackSlice : Slice, IFormed<FeedbackSlice>
{
    public List<IssueQuarter> Quarters { get; set; } = [];

    public override bool IsEmpty => Quarters.Count == 0;

    /// <summary>What was reported long ago is answered by nobody any more.</summary>
    public override void Advance(PartyState party, DateOnly from, DateOnly to) =>
        Quarters.RemoveAll(q => q.From.DayNumber < to.DayNumber - FeedbackChapter.RememberedDays);

    /// <summary>Both were counted as customers of their own, and stay so for quarters in which both reported something.</summary>
    public override void Join(Slice other) => Quarters.AddRange(((FeedbackSlice)other).Quarters);

    public static FeedbackSlice Blank => new();

    public static FeedbackSlice Form<TForm>(ref TForm f, FeedbackSlice v) where TForm : IForm, allows ref struct
    {
        v.Quarters = f.List("quarters", v.Quarters);
        return v;
    }
}

/// <summary>
/// Feedback: issues that customers report, and how content they are with what was done. A customer is counted once a calendar quarter, on the
/// day of the first issue reported in it, and is satisfied there from the moment at which every one of that quarter's issues is resolved
/// and answered well. Nothing is decided by it.
/// </summary>
public static class FeedbackChapter
{
    /// <summary>From this answer on the customer is content.</summary>
    public const int SatisfiedFrom = 4;

    /// <summary>How long issues are remembered after the first day of their quarter, days: one of that name told of later is another.</summary>
    public const int RememberedDays = 800;

    /// <summary>The best answer there is.</summary>
    public const int SatisfactionMax = 5;

    private static readonly string[] States = ["reported", "resolved", "answered"];

    public static readonly SliceKind<FeedbackSlice> Slice = new("feedback", 11);

    /// <summary>Issues, on the day on which each was first reported.</summary>
    public static readonly Measure IssuesReported = Measure.Count(55, "issues_reported", "issues");

    /// <summary>Customers who reported an issue, once a calendar quarter, on the day of its first one.</summary>
    public static readonly Measure CustomersWithIssues = Measure.Count(56, "customers_with_issues", "customers");

    /// <summary>Of those, on the same day, the ones who have answered about every issue of the quarter.</summary>
    public static readonly Measure CustomersAnswered = Measure.Count(57, "customers_answered", "customers");

    /// <summary>Of those, on the same day, the ones every issue of whom is resolved and answered with 4 or 5.</summary>
    public static readonly Measure CustomersSatisfied = Measure.Count(58, "customers_satisfied", "customers");

    internal static readonly Measure[] Measures = [IssuesReported, CustomersWithIssues, CustomersAnswered, CustomersSatisfied];

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("feedback", "a customer's issue: reported, resolved, or what the customer says of that", true,
        [
            Need("issue", FieldType.Text, "its name, such as a ticket's number") with { IsName = true, LengthMax = 100 },
            Choice("state", "reported, again too; resolved; answered by the customer", States) with { Required = true },
            Need("on", FieldType.Date, "the day on which it was so"),
            May("satisfaction", FieldType.Integer, "1 to 5, with state answered: 4 and 5 are content"),
        ],
        d =>
        {
            var (state, satisfaction) = (d.Need("state"), d.GetOrNull<long>("satisfaction"));
            if (state == "answered" && satisfaction is null) d.Problem("satisfaction", "is missing beside state answered; 1 to 5");
            else if (state != "answered" && satisfaction is not null) d.Problem("satisfaction", $"belongs to state answered, not to {state}");
            else if (satisfaction is < 1 or > SatisfactionMax) d.Problem("satisfaction", $"{satisfaction} is none of 1 to {SatisfactionMax}");
            return new FeedbackInput.Given
            {
                Key = "", Account = d.Need("account"), Issue = d.Need("issue"), State = state, On = d.NeedDate("on"),
                Satisfaction = satisfaction is >= 1 and <= SatisfactionMax ? (int)satisfaction : null,
            };
        }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("feedback_reported", FeedbackJson.Default.Reported), new("feedback_resolved", FeedbackJson.Default.Resolved),
        new("feedback_answered", FeedbackJson.Default.Answered),
    ];

    extension(PartyState party)
    {
        /// <summary>Every issue that was not reported long ago, by the quarter of its first report.</summary>
        public IEnumerable<IssueState> Issues => (Slice.Of(party)?.Quarters ?? []).SelectMany(q => q.Issues);
    }

    // --- rules ---

    internal static Refused? Handle(Handling work, FeedbackInput input) => input switch
    {
        FeedbackInput.Given i => Take(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of feedback"),
    };

    private static Refused? Take(Handling work, FeedbackInput.Given i)
    {
        if (i.On > work.Today)
            return new Refused(Refusal.NotToday, $"feedback {i.Key} is of {i.On:yyyy-MM-dd}, and it is {work.Today:yyyy-MM-dd}: what is said of an issue "
                + "has been said");
        var issue = work.State.Issues.FirstOrDefault(known => known.Account == i.Account && known.Issue == i.Issue);
        if (issue is null && i.State != "reported")
            return new Refused(Refusal.UnknownIssue, $"account {i.Account} has reported no issue {i.Issue}; tell of it first, with state reported");
        if (issue is not null && (issue.AgainOn ?? issue.ReportedOn) is var reportedOn && i.On < reportedOn)
            return new Refused(Refusal.BeforeDocument, $"issue {i.Issue} of account {i.Account} was reported on {reportedOn:yyyy-MM-dd}; "
                + $"on {i.On:yyyy-MM-dd} it can't have been {i.State}");
        switch (i.State)
        {
            case "reported":
                if (issue is { ResolvedOn: null })
                    return new Refused(Refusal.IssueOpen, $"issue {i.Issue} of account {i.Account} is open since {issue.ReportedOn:yyyy-MM-dd} and not "
                        + "resolved: another one has another name");
                work.Emit(new FeedbackEvent.Reported(i.Issue));
                return null;
            case "resolved":
                if (issue!.ResolvedOn is { } done)
                    return new Refused(Refusal.IssueResolved, $"issue {i.Issue} of account {i.Account} was resolved on {done:yyyy-MM-dd}; where it came back, "
                        + "tell of it with state reported first");
                work.Emit(new FeedbackEvent.Resolved(i.Issue));
                return null;
            default:
                if (i.On < issue!.AnsweredOn)
                    return new Refused(Refusal.BeforeDocument, $"issue {i.Issue} of account {i.Account} was answered about on {issue.AnsweredOn:yyyy-MM-dd}, "
                        + $"which is later than {i.On:yyyy-MM-dd}: the later answer stands");
                work.Emit(new FeedbackEvent.Answered(i.Issue, i.Satisfaction!.Value));
                return null;
        }
    }

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, FeedbackEvent happened)
    {
        switch (happened)
        {
            case FeedbackEvent.Reported r: Report(state, e, cells, r); break;
            case FeedbackEvent.Resolved r: Change(state, e, cells, r.Issue, issue => issue.ResolvedOn = e.EffectiveOn); break;
            case FeedbackEvent.Answered a:
                Change(state, e, cells, a.Issue, issue => (issue.AnsweredOn, issue.Satisfaction) = (e.EffectiveOn, a.Satisfaction));
                break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of feedback");
        }
    }

    private static void Report(PartyState state, Envelope e, CellDeltas cells, FeedbackEvent.Reported reported)
    {
        if (state.Issues.Any(i => i.Account == e.Account && i.Issue == reported.Issue))
        {
            // What was said of the first remedy is no answer to the second.
            Change(state, e, cells, reported.Issue, issue =>
                (issue.AgainOn, issue.ResolvedOn, issue.AnsweredOn, issue.Satisfaction) = (e.EffectiveOn, null, null, 0));
            return;
        }
        var from = new DateOnly(e.EffectiveOn.Year, (e.EffectiveOn.Month - 1) / 3 * 3 + 1, 1);
        var quarters = Slice.In(state).Quarters;
        var quarter = quarters.Find(q => q.From == from);
        if (quarter is null)
        {
            var (portfolio, segment) = state.PlaceOn(e.Account, e.EffectiveOn);
            quarters.Add(quarter = new IssueQuarter { From = from, Portfolio = portfolio, Segment = segment });
        }
        else Count(cells, quarter, -1);
        quarter.Issues.Add(new IssueState { Account = e.Account, Issue = reported.Issue, ReportedOn = e.EffectiveOn });
        Count(cells, quarter, 1);
        cells.Add(IssuesReported, e.EffectiveOn, null, quarter.Portfolio, quarter.Segment, "", 0, 1);
    }

    private static void Change(PartyState state, Envelope e, CellDeltas cells, string name, Action<IssueState> change)
    {
        foreach (var quarter in Slice.In(state).Quarters)
            if (quarter.Issues.Find(i => i.Account == e.Account && i.Issue == name) is { } issue)
            {
                Count(cells, quarter, -1);
                change(issue);
                Count(cells, quarter, 1);
                return;
            }
        Invariant.Never($"issue {name} of account {e.Account} is not known");
    }

    private static void Count(CellDeltas cells, IssueQuarter quarter, int sign)
    {
        var on = quarter.Issues.Min(i => i.ReportedOn);
        Add(CustomersWithIssues);
        if (quarter.Issues.TrueForAll(i => i.Satisfaction > 0)) Add(CustomersAnswered);
        if (quarter.Issues.TrueForAll(i => i.IsSatisfied)) Add(CustomersSatisfied);

        void Add(Measure measure) => cells.Add(measure, on, null, quarter.Portfolio, quarter.Segment, "", 0, sign);
    }
}

/// <summary>How the events are written: a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(FeedbackEvent.Reported))]
[JsonSerializable(typeof(FeedbackEvent.Resolved))]
[JsonSerializable(typeof(FeedbackEvent.Answered))]
internal sealed partial class FeedbackJson : JsonSerializerContext;
