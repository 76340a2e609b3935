using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using static Recoup.Core.Inputs.Fields;

// A field named after a kind of input that it refers to hides that kind inside the record; nothing there needs it.
#pragma warning disable CS0108

namespace Recoup.Core.Recovery;

/// <summary>What people tell of promises to pay.</summary>
public abstract record PromiseInput : Input.OfAccount
{
    private PromiseInput() { }

    /// <summary>The customer promised so much by a day, that day included.</summary>
    public sealed record Made : PromiseInput
    {
        public override bool IsOfPerson => true;

        public required DateOnly On { get; init; }
        public required DateOnly DueOn { get; init; }
        public required Money Amount { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>A promise was no promise, or the customer was let out of it; <see cref="Promise"/> is the key of the input that made it.</summary>
    public sealed record Withdrawn : PromiseInput
    {
        public required string Promise { get; init; }
        public required DateOnly On { get; init; }
        public required string Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }
}

/// <summary>What happened to promises to pay.</summary>
public abstract record PromiseEvent : Event
{
    private PromiseEvent() { }

    /// <summary>The customer promised so much by a day, that day included.</summary>
    public sealed record Made(string Promise, DateOnly DueOn, long Minor, string Currency) : PromiseEvent;

    /// <summary>
    /// Outcome: kept, partial or broken; or withdrawn, which says nothing of how the customer keeps promises. Paid is what came in for it
    /// between the promise and its end.
    /// </summary>
    public sealed record Closed(string Promise, string Outcome, long PaidMinor, string Currency) : PromiseEvent
    {
        /// <summary>The last day of its term and grace; null of one that was withdrawn, and in journals from before it was recorded.</summary>
        public DateOnly? LastDay { get; init; }
    }

    /// <summary>
    /// The word on a promise is wrong by what stands: the money that had kept it went back, or money that came in time was told of after it
    /// was closed. From the day on it is open again, until it is closed anew. Paid is what counts for it.
    /// </summary>
    public sealed record Reopened(string Promise, long PaidMinor, string Currency) : PromiseEvent;
}

/// <summary>A party's promises, and the cash that counts toward them.</summary>
public sealed class PromiseSlice : Slice, IFormed<PromiseSlice>
{
    /// <summary>Those that are open, or were closed for a day to come; in the order in which they were made.</summary>
    public List<PromiseState> Open { get; set; } = [];

    /// <summary>
    /// Those that were closed, in the order in which they were made: kept ones as long as the money may go back, the others as long as money
    /// that came in time may be told of.
    /// </summary>
    public List<PromiseState> Closed { get; set; } = [];

    /// <summary>Cash that no promise needed while one was open or remembered: it stands in for what goes back.</summary>
    public List<SpareCash> Spare { get; set; } = [];

    /// <summary>In order of the day on which it comes or goes.</summary>
    public List<CashToCome> ToCome { get; set; } = [];

    public override bool IsEmpty => Open.Count == 0 && Closed.Count == 0 && Spare.Count == 0 && ToCome.Count == 0;

    public override void Advance(PartyState party, DateOnly from, DateOnly to) => PromiseChapter.Advance(party, this, to);

    public override void Join(Slice other)
    {
        var theirs = (PromiseSlice)other;
        Open.AddRange(theirs.Open);
        Closed.AddRange(theirs.Closed);
        Spare.AddRange(theirs.Spare);
        foreach (var cash in theirs.ToCome) ToCome.Insert(ToCome.FindLastIndex(c => c.On <= cash.On) + 1, cash);
    }

    public static PromiseSlice Blank => new();

    public static PromiseSlice Form<TForm>(ref TForm f, PromiseSlice v) where TForm : IForm, allows ref struct
    {
        f.BeginRare(4);
        v.Open = f.List("open", v.Open);
        v.Closed = f.List("closed", v.Closed);
        v.Spare = f.List("spare", v.Spare);
        v.ToCome = f.List("to_come", v.ToCome);
        f.EndRare();
        return v;
    }
}

/// <summary>
/// Promises to pay: what counts toward them, when they end, and what becomes of one whose money went back. While one is open the dunning
/// of all the party's accounts in its portfolio rests, as long as anything is owed there in its currency.
/// </summary>
public static class PromiseChapter
{
    /// <summary>How long a kept promise is remembered, days: longer than any bank takes a payment back.</summary>
    private const int KeptDays = 800;

    /// <summary>How long one that was not kept is remembered, days: longer than any bank is late with what came in time.</summary>
    private const int NotKeptDays = 60;

    /// <summary>A term longer than this, days, is told of: nobody is reminded meanwhile, and a year typed wrong makes it decades.</summary>
    public const int TermDaysUsual = 92;

    public static readonly SliceKind<PromiseSlice> Slice = new("promises", 1);

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("promise", "the customer promised to pay", true,
        [OnDay, Need("due_on", FieldType.Date, "not before the day of the promise"), .. AmountAndCurrency],
        d =>
        {
            if (d.NeedDate("due_on") < d.NeedDate("on")) d.Problem("due_on", "is before the day of the promise");
            return new PromiseInput.Made
            {
                Key = "", Account = d.Need("account"), On = d.NeedDate("on"), DueOn = d.NeedDate("due_on"), Amount = d.Money("amount"),
            };
        }),
        InputKind.Of("promise_withdrawn", "a promise entered by mistake, or taken back: it counts neither as kept nor as broken", true,
        [Need("promise", FieldType.Text, "the promise's key"), OnDay, Need("reason", FieldType.Text, "error, requested…")],
        d => new PromiseInput.Withdrawn
        {
            Key = "", Account = d.Need("account"), Promise = d.Need("promise"), On = d.NeedDate("on"), Reason = d.Need("reason"),
        }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("promise_made", PromiseJson.Default.Made), new("promise_closed", PromiseJson.Default.Closed),
        new("promise_reopened", PromiseJson.Default.Reopened),
    ];

    extension(PartyState party)
    {
        /// <summary>Promises that are open, or were closed for a day to come; in the order in which they were made.</summary>
        public IReadOnlyList<PromiseState> Promises => Slice.Of(party)?.Open ?? (IReadOnlyList<PromiseState>)[];

        /// <summary>Cash of days to come that promises will hear of then.</summary>
        public IReadOnlyList<CashToCome> CashToCome => Slice.Of(party)?.ToCome ?? (IReadOnlyList<CashToCome>)[];

        /// <summary>A promise of that key is open, or is remembered since it was closed.</summary>
        public bool HasPromise(string promise) =>
            Slice.Of(party) is { } slice && (slice.Open.Exists(p => p.Promise == promise) || slice.Closed.Exists(p => p.Promise == promise));
    }

    // --- rules ---

    internal static Refused? Handle(Handling work, PromiseInput input)
    {
        switch (input)
        {
            case PromiseInput.Made i:
                Remark(work, i);
                work.Emit(new PromiseEvent.Made(i.Key, i.DueOn, i.Amount.Minor, i.Amount.Currency.Code));
                return null;
            case PromiseInput.Withdrawn i: return Withdraw(work, i);
            default: throw new InvariantBrokenException($"{input.GetType().Name} is no input of a promise");
        }
    }

    private static void Remark(Handling work, PromiseInput.Made i)
    {
        var mend = $"If that is a mistake, withdraw it, {{\"type\":\"promise_withdrawn\",\"promise\":\"{i.Key}\",…}}, and send it again under another key";
        var from = i.On > work.Today ? i.On : work.Today;
        if (i.DueOn.DayNumber - from.DayNumber is > TermDaysUsual and var days)
            work.Remarks.Add($"account {i.Account}: promise {i.Key} runs until {i.DueOn:yyyy-MM-dd}, {days} days from {from:yyyy-MM-dd}: "
                + $"nobody is reminded of what is owed until then. {mend}");
        if (!IsOwed(work.State, i.Account, i.Amount.Currency.Code))
            work.Remarks.Add($"account {i.Account}: nothing is owed in {i.Amount.Currency}, the currency of promise {i.Key}: "
                + $"it stops no reminder of anything else. {mend}");
    }

    /// <summary>Something is open in that currency at an account of the same portfolio: what a promise may be of.</summary>
    private static bool IsOwed(PartyState state, string account, string currency)
    {
        var portfolio = state.Account(account)!.Portfolio;
        return state.Exposures.Any(e => e.Currency == currency && state.Account(e.Account)!.Portfolio == portfolio);
    }

    private static Refused? Withdraw(Handling work, PromiseInput.Withdrawn i)
    {
        var promise = work.State.Promises.FirstOrDefault(p => p.Promise == i.Promise && p.Account == i.Account && p.Outcome is null);
        if (promise is null) return WithdrawClosed(work, i);
        if (i.On < promise.From)
            return new Refused(Refusal.BeforeDocument, $"promise {i.Promise} {(promise.AgainOn is null ? "was made on" : "is open again since")} "
                + $"{promise.From:yyyy-MM-dd}; it can't be withdrawn on {i.On:yyyy-MM-dd}");
        work.Emit(new PromiseEvent.Closed(i.Promise, "withdrawn", promise.PaidMinor, promise.Currency));
        return null;
    }

    /// <summary>A mistake is often found once the promise broke: the word on it is taken back with it, as long as it is remembered.</summary>
    private static Refused? WithdrawClosed(Handling work, PromiseInput.Withdrawn i)
    {
        var closed = Slice.Of(work.State)?.Closed.Find(p => p.Promise == i.Promise && p.Account == i.Account);
        if (closed is null)
            return new Refused(Refusal.UnknownPromise, $"account {i.Account} has no promise {i.Promise}, or it was withdrawn before, or the word on it is "
                + $"too old ({NotKeptDays} days, of a kept one {KeptDays})");
        if (i.On < closed.MadeOn)
            return new Refused(Refusal.BeforeDocument, $"promise {i.Promise} was made on {closed.MadeOn:yyyy-MM-dd}; it can't be withdrawn on "
                + $"{i.On:yyyy-MM-dd}");
        var (ended, known) = (closed.ClosedOn!.Value, work.State.AsOf);
        var on = i.On < ended ? ended : i.On > known ? known : i.On;
        work.Emit(new PromiseEvent.Reopened(closed.Promise, closed.PaidMinor, closed.Currency), on, closed.Account);
        work.Emit(new PromiseEvent.Closed(closed.Promise, "withdrawn", closed.PaidMinor, closed.Currency), on, closed.Account);
        return null;
    }

    /// <summary>Cash came: a promise paid in full is kept, whatever is left of its term; and one that had lost money may be open again.</summary>
    /// <param name="graceDays">Days after its due date within which money still keeps a promise.</param>
    internal static void JudgeCash(Handling work, DateOnly on, int graceDays)
    {
        if (Slice.Of(work.State) is not { } slice) return;
        foreach (var promise in slice.Open.Where(p => p.Outcome is null && p.PaidInTerm(graceDays) >= p.Minor).ToList())
            Close(work, promise, "kept", promise.PaidMinor, promise.Later(on), graceDays);
        Reopen(work, work.State.AsOf, graceDays);
    }

    /// <summary>A day has come: those paid in full are closed, those whose term and grace are over, and those that lost money are judged again.</summary>
    internal static void Judge(Handling work, DateOnly asOf, int graceDays)
    {
        if (Slice.Of(work.State) is not { } slice) return;
        Reopen(work, asOf, graceDays);
        foreach (var promise in slice.Open
            .Where(p => p.Outcome is null && p.From <= asOf && (p.PaidInTerm(graceDays) >= p.Minor || p.DueOn.Plus(graceDays) < asOf)).ToList())
            CloseAsOf(work, promise, asOf, graceDays);
    }

    /// <summary>Closed promises on which the word is wrong are open again; where their term and grace are over, another word stands on them.</summary>
    internal static void Reopen(Handling work, DateOnly asOf, int graceDays)
    {
        if (Slice.Of(work.State) is not { Closed.Count: > 0 } slice) return;
        foreach (var closed in slice.Closed.Where(p => p.WrongFrom <= asOf).ToList())
        {
            work.Emit(new PromiseEvent.Reopened(closed.Promise, closed.PaidMinor, closed.Currency), closed.WrongFrom!.Value, closed.Account);
            var open = slice.Open.Find(p => p.Promise == closed.Promise)!;
            if (open.DueOn.Plus(graceDays) < asOf) CloseAsOf(work, open, asOf, graceDays);
        }
    }

    /// <summary>
    /// On the day on which it ended, whenever a run comes to see it. Where nothing is owed any more, and no late cash saw to that, none was
    /// broken: what came in time was enough, and of what was cancelled or credited there was nothing to promise.
    /// </summary>
    private static void CloseAsOf(Handling work, PromiseState promise, DateOnly asOf, int graceDays)
    {
        var ended = promise.EndsOn(graceDays);
        var on = ended < asOf ? ended : asOf;
        var paid = promise.PaidInTerm(graceDays);
        var isEnough = paid < promise.Minor && paid == promise.PaidMinor && !IsOwed(work.State, promise.Account, promise.Currency);
        if (isEnough && paid == 0 && !promise.IsOfNothing)
            work.Emit(new PromiseEvent.Closed(promise.Promise, "withdrawn", 0, promise.Currency), on, promise.Account);
        else
            Close(work, promise, isEnough && paid > 0 ? "kept" : promise.OutcomeBy(graceDays), paid, on, graceDays);
    }

    private static void Close(Handling work, PromiseState promise, string outcome, long paid, DateOnly on, int graceDays) =>
        work.Emit(new PromiseEvent.Closed(promise.Promise, outcome, paid, promise.Currency)
        {
            LastDay = promise.DueOn.Plus(graceDays),
        }, on, promise.Account);

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, PromiseEvent happened)
    {
        switch (happened)
        {
            case PromiseEvent.Made made: Make(state, e, made); break;
            case PromiseEvent.Closed closed: Close(state, e, closed); break;
            case PromiseEvent.Reopened reopened: Reopen(state, e, reopened); break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a promise");
        }
        state.Touch(e);
    }

    private static void Make(PartyState state, Envelope e, PromiseEvent.Made made)
    {
        var (portfolio, segment) = state.PlaceOn(e.Account, e.EffectiveOn);
        var slice = Slice.In(state);
        slice.Open.Add(new PromiseState
        {
            Promise = made.Promise, Account = e.Account, MadeOn = e.EffectiveOn, DueOn = made.DueOn, Minor = made.Minor, Currency = made.Currency,
            Portfolio = portfolio, Segment = segment, LearnedOn = Pause.LateFrom(e.EffectiveOn, e.RecordedOn),
            IsOfNothing = !IsOwed(state, e.Account, made.Currency),
            PlaceOfDay = slice.Open.Concat(slice.Closed).Where(p => p.MadeOn == e.EffectiveOn).Select(static p => p.PlaceOfDay + 1).DefaultIfEmpty().Max(),
        });
    }

    private static void Close(PartyState state, Envelope e, PromiseEvent.Closed closed)
    {
        var slice = Slice.In(state);
        var promise = slice.Open.Find(p => p.Promise == closed.Promise)!;
        promise.Outcome = closed.Outcome;
        promise.ClosedOn = e.EffectiveOn;
        promise.LastDay = closed.LastDay;
        promise.Sufficed = closed.Outcome == "kept" && closed.PaidMinor < promise.Minor ? closed.PaidMinor : 0;
        if (e.EffectiveOn <= state.AsOf) End(state, slice, promise);
    }

    /// <summary>Its last day has come. It is remembered, since its money may go back, or money that came in time be told of.</summary>
    private static void End(PartyState state, PromiseSlice slice, PromiseState promise)
    {
        if (promise.Outcome == "kept") state.Behaviour.PromisesKept++;
        else if (promise.Outcome != "withdrawn") state.Behaviour.PromisesBroken++;
        // One that was withdrawn was never given, and rested nothing; nor did one of what nobody owed.
        var rested = !promise.IsOfNothing || promise.Paid.Count > 0 || IsOwed(state, promise.Account, promise.Currency);
        if (promise.Outcome != "withdrawn" && rested)
            PauseChapter.Keep(state, promise.Account, new Pause(PauseKind.Promise, promise.From, promise.ClosedOn!.Value, promise.LearnedOn));
        slice.Open.Remove(promise);
        if (promise.LastDay is not null) PutInOrder(slice.Closed, promise);
        // What went back between the word on it and this day is missing already.
        Weigh(slice, promise.ClosedOn!.Value);
    }

    private static void Reopen(PartyState state, Envelope e, PromiseEvent.Reopened reopened)
    {
        var slice = Slice.In(state);
        var promise = slice.Closed.Find(p => p.Promise == reopened.Promise)!;
        slice.Closed.Remove(promise);
        ForgetSpare(slice);
        if (promise.Outcome == "kept") state.Behaviour.PromisesKept--; else state.Behaviour.PromisesBroken--;
        (promise.Outcome, promise.ClosedOn, promise.LastDay, promise.WrongFrom, promise.Sufficed) = (null, null, null, null, 0);
        (promise.AgainOn, promise.LearnedOn) = (e.EffectiveOn, Pause.LateFrom(e.EffectiveOn, e.RecordedOn));
        PutInOrder(slice.Open, promise);
    }

    private static void PutInOrder(List<PromiseState> promises, PromiseState promise) =>
        promises.Insert(promises.FindLastIndex(p => p.CompareMade(promise) <= 0) + 1, promise);

    /// <summary>Promises follow cash as it comes and goes back.</summary>
    internal static void FollowCash(PartyState state, Envelope e, PaymentEvent happened)
    {
        if (happened is PaymentEvent.Received came)
            Count(state, e.EffectiveOn, new CashToCome(came.Payment, e.EffectiveOn, e.EffectiveOn, e.Account, came.Currency, came.Minor));
        else if (happened is PaymentEvent.Reversed back) CountBack(state, e, state.Cash[back.Payment]);
    }

    /// <summary>
    /// What an outside ledger takes off an item was paid there, as a payment plan sees it too: where lists alone tell of open items, a
    /// promise is kept by them. What the ledger puts back on the item counts no more, the last first.
    /// </summary>
    internal static void FollowBalance(PartyState state, Envelope e, InvoiceEvent.Adjusted adjusted)
    {
        if (Slice.Of(state) is null) return;
        var currency = state.Items[(e.Account, adjusted.Number)].Currency;
        Count(state, e.EffectiveOn,
            new CashToCome(BalanceKey(e.Account, adjusted.Number), e.EffectiveOn, e.EffectiveOn, e.Account, currency, -adjusted.Minor));
    }

    private const string BalancePrefix = "open_balance:";

    private static string BalanceKey(string account, string number) => $"{BalancePrefix}{account}:{number}";

    /// <summary>A promise counts what comes in for its account from the day it was made, on the day it comes.</summary>
    /// <param name="on">The day on which the cash comes or goes back.</param>
    private static void Count(PartyState state, DateOnly on, CashToCome cash)
    {
        if (on <= state.AsOf)
        {
            if (Slice.Of(state) is { } slice) Count(slice, cash);
            return;
        }
        var coming = Slice.In(state).ToCome;
        coming.Insert(coming.FindLastIndex(c => c.On <= on) + 1, cash);
    }

    /// <summary>A payment went back: from that day on nothing of it counts.</summary>
    private static void CountBack(PartyState state, Envelope e, CashState cash) =>
        Count(state, e.EffectiveOn, new CashToCome(cash.Key, e.EffectiveOn, cash.On, e.Account, cash.Currency, -cash.Minor));

    /// <summary>Cash that came counts as far as a promise needs it; of cash that went back nothing counts any more.</summary>
    private static void Count(PromiseSlice slice, CashToCome cash)
    {
        if (cash.Minor < 0 && cash.Key.StartsWith(BalancePrefix, StringComparison.Ordinal)) PutBack(slice, cash.Key, -cash.Minor);
        else if (cash.Minor < 0)
        {
            foreach (var promise in slice.Open) promise.Paid.RemoveAll(p => p.Key == cash.Key);
            foreach (var promise in slice.Closed) promise.Paid.RemoveAll(p => p.Key == cash.Key);
            slice.Spare.RemoveAll(s => s.Cash.Key == cash.Key);
        }
        else
        {
            var rest = cash.Minor;
            foreach (var promise in slice.Open)
                if (rest > 0 && promise.Account == cash.Account && promise.Currency == cash.Currency && promise.Counts(cash.ForCashOf))
                    rest -= promise.Count(new CashCounted(cash.Key, cash.ForCashOf, rest));
            if (rest > 0 && (slice.Closed.Count > 0 || slice.Open.Count > 0))
                slice.Spare.Add(new SpareCash(cash.Account, cash.Currency, new CashCounted(cash.Key, cash.ForCashOf, rest)));
        }
        Weigh(slice, cash.On);
    }

    /// <summary>The last that came is the first to go: of one day what no promise needed, then what the promise that was made last had.</summary>
    private static void PutBack(PromiseSlice slice, string key, long minor)
    {
        var counted = slice.Spare.Where(s => s.Cash.Key == key).Select(s => (s.Cash.On, Promise: (PromiseState?)null)).ToList();
        foreach (var promise in slice.Closed.Concat(slice.Open))
            counted.AddRange(promise.Paid.Where(p => p.Key == key).Select(p => (p.On, (PromiseState?)promise)));
        counted.Sort(static (a, b) => a.On != b.On ? b.On.CompareTo(a.On)
            : a.Promise is null || b.Promise is null ? (a.Promise is null ? 0 : 1) - (b.Promise is null ? 0 : 1) : b.Promise.CompareMade(a.Promise));
        foreach (var (on, promise) in counted)
        {
            if (minor == 0) return;
            if (promise is null)
            {
                var at = slice.Spare.FindLastIndex(s => s.Cash.Key == key && s.Cash.On == on);
                var (rest, part) = Less(slice.Spare[at].Cash, minor);
                if (rest is { } left) slice.Spare[at] = slice.Spare[at] with { Cash = left }; else slice.Spare.RemoveAt(at);
                minor -= part;
            }
            else
            {
                var at = promise.Paid.FindLastIndex(p => p.Key == key && p.On == on);
                var (rest, part) = Less(promise.Paid[at], minor);
                if (rest is { } left) promise.Paid[at] = left; else promise.Paid.RemoveAt(at);
                minor -= part;
            }
        }

        static (CashCounted? Left, long Part) Less(CashCounted cash, long minor) =>
            minor >= cash.Minor ? (null, cash.Minor) : (cash with { Minor = cash.Minor - minor }, minor);
    }

    /// <summary>
    /// A closed promise that lacks money takes what came beside, in time; where the word on it is then another than it was closed with, it is
    /// to be open again: from the day on which money went back, or else from the day on which it was closed.
    /// </summary>
    private static void Weigh(PromiseSlice slice, DateOnly on)
    {
        foreach (var promise in slice.Closed)
        {
            foreach (var spare in slice.Spare.Where(s => IsFor(promise, s)).OrderBy(s => s.Cash.On).ToList())
            {
                if (promise.Count(spare.Cash) is not (> 0 and var part)) break;
                var at = slice.Spare.IndexOf(spare);
                if (part == spare.Cash.Minor) slice.Spare.RemoveAt(at);
                else slice.Spare[at] = spare with { Cash = spare.Cash with { Minor = spare.Cash.Minor - part } };
            }
            promise.WrongFrom = promise.OutcomeOfClosed == promise.Outcome ? null
                : promise.WrongFrom ?? (promise.Outcome == "kept" && on > promise.ClosedOn!.Value ? on : promise.ClosedOn);
        }
        ForgetSpare(slice);
    }

    /// <summary>It came after the promise was made and within its term, as far as that is known.</summary>
    private static bool IsFor(PromiseState promise, SpareCash spare) => promise.Account == spare.Account && promise.Currency == spare.Currency
        && promise.MadeOn <= spare.Cash.On && !(promise.LastDay < spare.Cash.On);

    private static void ForgetSpare(PromiseSlice slice) =>
        slice.Spare.RemoveAll(s => !slice.Closed.Exists(p => IsFor(p, s)) && !slice.Open.Exists(p => IsFor(p, s)));

    // --- what time alone changes ---

    internal static void Advance(PartyState state, PromiseSlice slice, DateOnly to)
    {
        foreach (var cash in slice.ToCome.FindAll(c => c.On <= to)) Count(slice, cash);
        slice.ToCome.RemoveAll(c => c.On <= to);
        for (var i = slice.Open.Count - 1; i >= 0; i--)
            if (slice.Open[i].ClosedOn <= to) End(state, slice, slice.Open[i]);
        if (slice.Closed.Count == 0) return;
        slice.Closed.RemoveAll(p => p.ClosedOn!.Value.DayNumber < to.DayNumber - (p.Outcome == "kept" ? KeptDays : NotKeptDays));
        ForgetSpare(slice);
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PromiseEvent.Made))]
[JsonSerializable(typeof(PromiseEvent.Closed))]
[JsonSerializable(typeof(PromiseEvent.Reopened))]
internal sealed partial class PromiseJson : JsonSerializerContext;
