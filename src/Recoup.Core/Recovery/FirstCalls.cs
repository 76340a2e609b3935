using System.Text.Json.Serialization;
using Recoup.Core.Cells;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;

namespace Recoup.Core.Recovery;

/// <summary>What became of the first call of a case; <c>Call</c> is its <see cref="FirstCallState.Call"/>.</summary>
public abstract record FirstCallEvent : Event
{
    private FirstCallEvent() { }

    /// <summary>It is old enough to be judged, or what was said of it is wrong by what stands now. Effective on its last day.</summary>
    public sealed record Judged(int Call, bool Resolved) : FirstCallEvent;

    /// <summary>Nothing of the account is overdue any more: the next call begins with another case.</summary>
    public sealed record CaseEnded(int Call) : FirstCallEvent;
}

/// <summary>What was overdue in a currency when a case was called for the first time, minor units.</summary>
public sealed record OverdueThen(string Currency, long Minor) : IFormed<OverdueThen>
{
    public static OverdueThen Blank => new("", 0);

    public static OverdueThen Form<TForm>(ref TForm f, OverdueThen v) where TForm : IForm, allows ref struct =>
        new(f.Word("currency", v.Currency), f.Long("minor", v.Minor));
}

/// <summary>Cash that came after a first call, within its days; below zero where a ledger put back what it had taken off.</summary>
public sealed record CashAfterCall(string Key, DateOnly On, string Currency, long Minor, DateOnly? BackOn) : IFormed<CashAfterCall>
{
    public static CashAfterCall Blank => new("", default, "", 0, null);

    public static CashAfterCall Form<TForm>(ref TForm f, CashAfterCall v) where TForm : IForm, allows ref struct =>
        new(f.Text("key", v.Key), f.Day("on", v.On), f.Word("currency", v.Currency), f.Long("minor", v.Minor), f.DayOrNull("back_on", v.BackOn));
}

/// <summary>The first outbound call of a case, from the day it was made until it was judged and nothing can change that any more.</summary>
public sealed class FirstCallState : IFormed<FirstCallState>
{
    /// <summary>Its number among those of the account that are remembered.</summary>
    public int Call { get; set; }

    public string Account { get; set; } = "";
    public DateOnly On { get; set; }

    /// <summary>Where the account was when it was called, as known then: its figures stand there, and are taken back from there.</summary>
    public string Portfolio { get; set; } = "";

    /// <summary>See <see cref="Portfolio"/>.</summary>
    public string Segment { get; set; } = "";

    /// <summary>Who called; null: nobody was named.</summary>
    public string? Agent { get; set; }

    /// <summary>By currency; none once nothing changes the word on it any more.</summary>
    public List<OverdueThen> Owed { get; set; } = [];

    public List<CashAfterCall> Paid { get; set; } = [];

    /// <summary>The key of the promise made in it; null: none is known.</summary>
    public string? Promise { get; set; }

    /// <summary>It led to a promise, and nobody said to which: that of the call's day.</summary>
    public bool SeeksPromise { get; set; }

    /// <summary>The last day of the promise's term, with its grace once that is known; null: no promise stands.</summary>
    public DateOnly? PromisedBy { get; set; }

    /// <summary>kept, partial or broken; null while the promise is open.</summary>
    public string? PromiseOutcome { get; set; }

    /// <summary>It led to payment. It says something from <see cref="CountedOn"/> on.</summary>
    public bool Resolved { get; set; }

    /// <summary>The day on which its figures stand; null: it was not judged yet.</summary>
    public DateOnly? CountedOn { get; set; }

    /// <summary>Nothing of the account was overdue since.</summary>
    public bool CaseEnded { get; set; }

    /// <summary>What comes on it still counts as payment in full.</summary>
    public DateOnly PaidThrough => On.Plus(FirstCallChapter.PaidWithinDays);

    /// <summary>It matures on this day: by it what was overdue is to be paid in full or what was promised in it is to be paid, the later of both.</summary>
    public DateOnly LastDay => PromisedBy > PaidThrough ? PromisedBy.Value : PaidThrough;

    /// <summary>Whatever comes, it is not judged any more: as long as its case goes on, no other call is the first.</summary>
    public bool IsFinal => Owed.Count == 0;

    /// <summary>Forgets what it was judged by.</summary>
    internal void Forget() =>
        (Owed, Paid, Promise, SeeksPromise, PromisedBy, PromiseOutcome, Agent) = ([], [], null, false, null, null, null);

    public bool IsMature(DateOnly asOf) => !IsFinal && LastDay < asOf && (PromisedBy is null || PromiseOutcome is not null);

    /// <summary>What was overdue then came in within the days, or what was promised came in within its term.</summary>
    public bool IsResolved(DateOnly asOf)
    {
        if (PromiseOutcome == "kept") return true;
        foreach (var owed in Owed)
        {
            long paid = 0;
            foreach (var cash in Paid)
                if (cash.Currency == owed.Currency && !(cash.BackOn <= asOf)) paid += cash.Minor;
            if (paid < owed.Minor) return false;
        }
        return true;
    }

    public static FirstCallState Blank => new();

    public static FirstCallState Form<TForm>(ref TForm f, FirstCallState v) where TForm : IForm, allows ref struct
    {
        v.Call = f.Int("call", v.Call);
        v.Account = f.Word("account", v.Account);
        v.On = f.Day("on", v.On);
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        v.Segment = f.Word("segment", v.Segment);
        f.BeginRare(10);
        v.Owed = f.List("owed", v.Owed);
        v.Agent = f.WordOrNull("agent", v.Agent);
        v.Paid = f.List("paid", v.Paid);
        v.Promise = f.TextOrNull("promise", v.Promise);
        v.SeeksPromise = f.Flag("seeks_promise", v.SeeksPromise);
        v.PromisedBy = f.DayOrNull("promised_by", v.PromisedBy);
        v.PromiseOutcome = f.WordOrNull("promise_outcome", v.PromiseOutcome);
        v.Resolved = f.Flag("resolved", v.Resolved);
        v.CountedOn = f.DayOrNull("counted_on", v.CountedOn);
        v.CaseEnded = f.Flag("case_ended", v.CaseEnded);
        f.EndRare();
        return v;
    }
}

/// <summary>A party's first calls: those of cases that are open, and those that wait to be judged or may be judged anew.</summary>
public sealed class FirstCallSlice : Slice, IFormed<FirstCallSlice>
{
    /// <summary>In the order in which they were told of.</summary>
    public List<FirstCallState> Calls { get; set; } = [];

    public override bool IsEmpty => Calls.Count == 0;

    /// <summary>A call with an open promise is looked at when that ends, which promises see to.</summary>
    public override IEnumerable<DateOnly> Days => Calls.Where(c => c.CountedOn is null && (c.PromisedBy is null || c.PromiseOutcome is not null))
        .Select(c => c.LastDay.Plus(1)).Concat(Calls.SelectMany(c => c.Paid).Where(p => p.BackOn is not null).Select(p => p.BackOn!.Value));

    public override void Advance(PartyState party, DateOnly from, DateOnly to)
    {
        for (var i = Calls.Count - 1; i >= 0; i--)
            if (Calls[i].CountedOn?.Plus(FirstCallChapter.RememberedDays) < to)
                if (Calls[i].CaseEnded) Calls.RemoveAt(i); else Calls[i].Forget();
    }

    public override void Judge(Handling work, DateOnly asOf)
    {
        foreach (var call in Calls.ToList())
        {
            if (call.IsMature(asOf) && call.IsResolved(asOf) is var resolved && (call.CountedOn != call.LastDay || call.Resolved != resolved))
                work.Emit(new FirstCallEvent.Judged(call.Call, resolved), call.LastDay, call.Account);
            if (!call.CaseEnded && !FirstCallChapter.IsOverdue(work.State, call.Account, work.State.AsOf))
                work.Emit(new FirstCallEvent.CaseEnded(call.Call), work.State.AsOf, call.Account);
        }
    }

    public override void JudgeTold(Handling work) => Judge(work, work.State.AsOf);

    public override void Join(Slice other) => Calls.AddRange(((FirstCallSlice)other).Calls);

    public static FirstCallSlice Blank => new();

    public static FirstCallSlice Form<TForm>(ref TForm f, FirstCallSlice v) where TForm : IForm, allows ref struct
    {
        v.Calls = f.List("calls", v.Calls);
        return v;
    }
}

/// <summary>
/// First calls: whether the first outbound call of a case led to payment. A case runs from the day on which an account has something overdue
/// until it has nothing overdue. A call counts once it is old enough to be judged, and is judged anew where what it was judged by changes.
/// Nothing is decided by it.
/// </summary>
public static class FirstCallChapter
{
    /// <summary>Days after the call by which what was overdue then is to be paid.</summary>
    public const int PaidWithinDays = 7;

    /// <summary>How long a call that was judged is remembered, days: longer than any bank is late with what came in time.</summary>
    internal const int RememberedDays = 60;

    public static readonly SliceKind<FirstCallSlice> Slice = new("first_calls", 10);

    /// <summary>Cases called for the first time whose call is old enough to be judged, on the day on which it came to be. The owner is who called.</summary>
    public static readonly Measure FirstCalls = Measure.Count(53, "first_calls", "first calls", Dimension.Owner);

    /// <summary>Of those, the ones that led to payment, on the same day.</summary>
    public static readonly Measure FirstCallsResolved = Measure.Count(54, "first_calls_resolved", "first calls", Dimension.Owner);

    internal static readonly Measure[] Measures = [FirstCalls, FirstCallsResolved];

    internal static readonly EventKind[] Events =
        [new("first_call_judged", FirstCallJson.Default.Judged), new("first_call_case_ended", FirstCallJson.Default.CaseEnded)];

    internal static bool IsOverdue(PartyState state, string account, DateOnly on) =>
        state.Exposures.Exists(e => e.Account == account && Ageing.IsOverdue(e.DueOn, on));

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, FirstCallEvent happened)
    {
        var calls = Slice.In(state).Calls.FindAll(c => c.Account == e.Account);
        switch (happened)
        {
            case FirstCallEvent.Judged j:
                var judged = calls.Find(c => c.Call == j.Call)!;
                Count(cells, judged, -1);
                (judged.Resolved, judged.CountedOn) = (j.Resolved, judged.LastDay);
                Count(cells, judged, 1);
                break;
            case FirstCallEvent.CaseEnded c: calls.Find(o => o.Call == c.Call)!.CaseEnded = true; break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a first call");
        }
    }

    private static void Count(CellDeltas cells, FirstCallState call, int sign)
    {
        if (call.CountedOn is not { } on) return;
        var own = OwnValues.Of(call.Agent);
        cells.Add(FirstCalls, on, null, call.Portfolio, call.Segment, "", 0, sign, own);
        if (call.Resolved) cells.Add(FirstCallsResolved, on, null, call.Portfolio, call.Segment, "", 0, sign, own);
    }

    /// <summary>
    /// Somebody called: of an account that has something overdue, and was not called since it had, this is the first call of a case. What is
    /// overdue is what the header tells when the call is told of.
    /// </summary>
    internal static void FollowContact(PartyState state, Envelope e, ContactEvent.Made contact)
    {
        if (contact.Channel != Channel.Call || contact.Direction != "outbound" || e.EffectiveOn > e.RecordedOn) return;
        if (Slice.Of(state) is { } known && known.Calls.Exists(c => c.Account == e.Account && !c.CaseEnded)) return;
        var owed = state.Exposures.Where(x => x.Account == e.Account && Ageing.IsOverdue(x.DueOn, e.EffectiveOn)).GroupBy(x => x.Currency)
            .Select(g => new OverdueThen(g.Key, g.Sum(x => x.Minor))).OrderBy(o => o.Currency, StringComparer.Ordinal).ToList();
        if (owed.Count == 0) return;
        var (portfolio, segment) = state.PlaceOn(e.Account, e.EffectiveOn);
        var number = Slice.In(state).Calls.Where(c => c.Account == e.Account).Select(c => c.Call).DefaultIfEmpty().Max() + 1;
        var call = new FirstCallState
        {
            Call = number, Account = e.Account, On = e.EffectiveOn, Portfolio = portfolio, Segment = segment, Agent = contact.Agent, Owed = owed,
            Promise = contact.Promise, SeeksPromise = contact.Promise is null && ContactChapter.IsPromise(contact.Result),
        };
        Slice.In(state).Calls.Add(call);
        if (PromiseChapter.Slice.Of(state) is { } promises && promises.Open.Concat(promises.Closed).LastOrDefault(p => IsOf(call, p)) is { } made)
            Tie(call, made.Promise, made.LastDay ?? made.DueOn, made.Outcome);
    }

    private static bool IsOf(FirstCallState call, PromiseState promise) => promise.Account == call.Account && promise.Outcome != "withdrawn"
        && IsOf(call, promise.Promise, promise.MadeOn);

    /// <summary>The call named it, and it was not made before; or the call led to one that it did not name, and this is of the same day.</summary>
    private static bool IsOf(FirstCallState call, string promise, DateOnly madeOn) => !call.IsFinal &&
        (call.Promise == promise ? madeOn >= call.On : call.SeeksPromise && call.Promise is null && madeOn == call.On);

    private static void Tie(FirstCallState call, string promise, DateOnly by, string? outcome) =>
        (call.Promise, call.PromisedBy, call.PromiseOutcome) = (promise, by, outcome);

    /// <summary>To be asked after the promise is folded.</summary>
    internal static void FollowPromise(PartyState state, Envelope e, PromiseEvent happened)
    {
        if (Slice.Of(state) is not { } slice) return;
        foreach (var call in slice.Calls)
            switch (happened)
            {
                case PromiseEvent.Made made when call.Account == e.Account && IsOf(call, made.Promise, e.EffectiveOn):
                    Tie(call, made.Promise, made.DueOn, null);
                    break;
                case PromiseEvent.Closed { Outcome: "withdrawn" } closed when call.Promise == closed.Promise && call.PromisedBy is not null:
                    (call.PromisedBy, call.PromiseOutcome) = (null, null);
                    break;
                case PromiseEvent.Closed closed when call.Promise == closed.Promise && call.PromisedBy is { } by:
                    Tie(call, closed.Promise, closed.LastDay ?? by, closed.Outcome);
                    break;
                case PromiseEvent.Reopened again when call.Promise == again.Promise && call.PromisedBy is not null: call.PromiseOutcome = null; break;
                default: break;
            }
    }

    internal static void FollowCash(PartyState state, Envelope e, PaymentEvent happened)
    {
        if (happened is PaymentEvent.Received came) Take(state, e, came.Payment, came.Currency, came.Minor);
        else if (happened is PaymentEvent.Reversed back && Slice.Of(state) is { } slice)
            foreach (var call in slice.Calls)
                for (var i = 0; i < call.Paid.Count; i++)
                    if (call.Paid[i].Key == back.Payment) call.Paid[i] = call.Paid[i] with { BackOn = e.EffectiveOn };
    }

    /// <summary>What an outside ledger takes off an item was paid there, as promises see it; what it puts back is missing again.</summary>
    internal static void FollowBalance(PartyState state, Envelope e, InvoiceEvent.Adjusted adjusted)
    {
        if (Slice.Of(state) is not null)
            Take(state, e, $"open_balance:{adjusted.Number}", state.Items[(e.Account, adjusted.Number)].Currency, -adjusted.Minor);
    }

    private static void Take(PartyState state, Envelope e, string key, string currency, long minor)
    {
        if (Slice.Of(state) is not { } slice) return;
        foreach (var call in slice.Calls)
            if (call.Account == e.Account && !call.IsFinal && e.EffectiveOn >= call.On && e.EffectiveOn <= call.PaidThrough)
                call.Paid.Add(new CashAfterCall(key, e.EffectiveOn, currency, minor, null));
    }
}

/// <summary>How the events are written: a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(FirstCallEvent.Judged))]
[JsonSerializable(typeof(FirstCallEvent.CaseEnded))]
internal sealed partial class FirstCallJson : JsonSerializerContext;
