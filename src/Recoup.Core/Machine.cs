using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Documents;
using Recoup.Core.Events;
using Recoup.Core.Evidence;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;

namespace Recoup.Core;

/// <summary>An event with the columns it is recorded under, before the journal chains it.</summary>
public sealed record Recorded(Event Event, Envelope Envelope, long Prior, string Actor);

/// <summary>A message cleared to leave: what a channel needs to send it.</summary>
public sealed record Outgoing(string Party, string Message, string Channel, MessageText Text) : IOutgoing
{
    /// <summary>How often it was handed to its channel before, which could not take it then.</summary>
    public int Tries { get; init; }

    /// <summary>When it was first handed over; null: this is the first time.</summary>
    public DateTimeOffset? FirstTriedAt { get; init; }
}

/// <summary>What came of an input: events and what must be sent, or a refusal. Neither: it changed nothing.</summary>
public sealed class Outcome
{
    public Refused? Refused { get; init; }

    public IReadOnlyList<Recorded> Events { get; init; } = [];

    public IReadOnlyList<Outgoing> Outgoing { get; init; } = [];

    /// <summary>Sealed contents of files that were added, by the file's key: to be kept in the transaction of the events.</summary>
    public IReadOnlyList<(string File, byte[] Content)> Contents { get; init; } = [];

    /// <summary>What whoever sent a taken input should look at all the same. For them alone: it is recorded nowhere.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>
/// The door. Everything that changes a party's affairs is an input handled here, and comes out as events. The
/// events are folded into the state as they are made, so that what follows sees what went before; a refusal
/// comes before the first event and leaves the state as it was, but for the day it stands on.
/// No I/O, no clock, no randomness: the same state, input and context give the same outcome.
/// </summary>
public static partial class Machine
{
    /// <param name="state">Loaded with what <see cref="Needs"/> wants. Folded forward in place.</param>
    /// <param name="seq">The partition's last sequence.</param>
    /// <param name="cells">Takes what the events add to the measures.</param>
    public static Outcome Handle(PartyState state, long seq, Input input, Context context, CellDeltas cells)
    {
        if (state.JoinedTo is { } other)
        {
            // Asked before it became part of another: nothing is its own any more, and of the other it is asked too.
            Invariant.Holds(input is Input.Review or Input.Release or Input.ChannelResult, $"what is about party {state.Id} goes to party {other}");
            return new Outcome();
        }
        var work = new Work(state, seq, input, context, cells);
        if (state.Erased && input.IsOfPerson)
            return work.Refuse(Refusal.PartyErased, $"party {state.Id} was erased: nothing that identifies the person is taken any more; what is owed can "
                + "still be settled");
        if (input is Input.OfAccount of and not AccountInput.Set)
        {
            if (state.Account(of.Account) is null)
                return work.Refuse(Refusal.UnknownAccount, $"account {of.Account} is not known; send an account input for it first");
        }
        if (input is Input.Review review && !IsDue(state, review, context)) return new Outcome();
        state.Advance(Today(work));
        var refused = input switch
        {
            AccountInput i => AccountChapter.Handle(work, i, work.Context),
            ConsentInput.Said i => ConsentChapter.Handle(work, i, work.Context.Vault,
                token =>
                {
                    foreach (var channel in Channel.All) AccountChapter.UseNextAddress(work, work.Context.Vault, channel, token);
                }),
            InvoiceInput.OpenBalance i => SetBalance(work, i),
            InvoiceInput i => InvoiceChapter.Handle(work, i, IsToBeDelivered(work, i)),
            PaymentInput i => TakeCash(work, i),
            CreditInput i => CreditChapter.Handle(work, i),
            ChargeInput i => ChargeChapter.Handle(work, i),
            WriteOffInput i => WriteOffChapter.Handle(work, i),
            DisputeInput i => DisputeChapter.Handle(work, i),
            PromiseInput i => PromiseChapter.Handle(work, i),
            ContactInput i => Contact(work, i),
            PlanInput i => PlanChapter.Handle(work, i, work.Context.Workspace.Calendar(state.Account(i.Account)!.Portfolio)),
            HoldInput i => HoldChapter.Handle(work, i),
            NoteInput i => NoteChapter.Handle(work, i, ZoneOf(work)),
            FileInput i => FileChapter.Handle(work, i, work.Context.Vault, (file, content) => work.Contents.Add((file, content))),
            CallbackInput i => CallbackChapter.Handle(work, i, ZoneOf(work), (callback, day) => WhyNotCall(work, callback, day)),
            TagInput i => TagChapter.Handle(work, i),
            SubscriptionInput i => SubscriptionChapter.Handle(work, i),
            ActivityInput i => ActivityChapter.Handle(work, i),
            FeedbackInput i => FeedbackChapter.Handle(work, i),
            WorkItemInput i => WorkItemChapter.Handle(work, i),
            MessageInput.Settled i => SettleMessage(work, i),
            MessageInput.Bounced i => TakeBounce(work, i),
            MessageInput.Delivered i => TakeDelivery(work, i),
            StatementInput.Requested i => RequestStatement(work, i),
            Input.Review i => Review(work, i),
            Input.Release i => Release(work, i),
            Input.ChannelResult i => TakeResult(work, i),
            _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a party"),
        };
        if (refused is null && input is Input.OfAccount)
            foreach (var slice in state.Slices) slice?.JudgeTold(work);
        if (refused is null && input is Input.OfAccount && state.Pending.Count > 0) FollowWork(work);
        if (refused is null && input.EffectiveOn is { } on)
        {
            RemarkOfDayAhead(work, on);
            RemarkOfLater(work, on);
        }
        return refused is not null ? work.Refuse(refused)
            : new Outcome { Events = work.Events, Outgoing = work.Outgoing, Contents = work.Contents, Remarks = work.Remarks };
    }

    /// <summary>What is told to have happened further ahead than this, days, is a typing error more often than not.</summary>
    public const int DaysAheadUsual = 31;

    /// <summary>
    /// What is dated back to a day from which its item was settled for a while, by money that went back since, takes effect when all
    /// of that is open: no balance of a day gone by falls below zero. Whoever dated it is told.
    /// </summary>
    private static void RemarkOfLater(Work work, DateOnly asked)
    {
        if (work.Input is not (InvoiceInput.Cancelled or InvoiceInput.Corrected or ChargeInput.Cancelled or CreditInput.Granted
            or PaymentInput.Received or PaymentInput.Allocated)) return;
        foreach (var (e, envelope, _, _) in work.Events)
            switch (e)
            {
                case InvoiceEvent.Cancelled c: Remark(envelope, c.Number, -c.MinorDelta, envelope.EffectiveOn); break;
                case ChargeEvent.Cancelled c: Remark(envelope, c.Number, -c.MinorDelta, envelope.EffectiveOn); break;
                case InvoiceEvent.Corrected c: Remark(envelope, c.Number, -c.MinorDelta, envelope.EffectiveOn); break;
                case CreditEvent.Granted c: foreach (var met in c.Allocations) Remark(envelope, met.Number, met.Minor, met.On); break;
                case PaymentEvent.Received p: foreach (var met in p.Allocations) Remark(envelope, met.Number, met.Minor, met.On); break;
                case PaymentEvent.CashApplied { Allocation: var met } p when met.On > work.State.Cash[p.Payment].On:
                    Remark(envelope, met.Number, met.Minor, met.On); break;
                default: break;
            }

        void Remark(Envelope envelope, string number, long minor, DateOnly on)
        {
            if (minor <= 0 || on <= asked || work.State.Item(envelope.Account, number) is not { } item || on <= item.IssuedOn) return;
            work.Remarks.Add($"account {envelope.Account}: {InputKinds.NameOf(work.Input)} {work.Input.Key} takes effect on {number} on {on:yyyy-MM-dd}, "
                + $"not on {asked:yyyy-MM-dd}: before that day less than {Money.Format(minor, Currency.Of(item.Currency))} {item.Currency} of it was open");
        }
    }

    /// <summary>A hold may begin on any day, and an invoice be issued ahead; nothing else that is told of a day far ahead is likely to be meant.</summary>
    private static void RemarkOfDayAhead(Work work, DateOnly on)
    {
        var days = on.DayNumber - work.Today.DayNumber;
        if (days <= DaysAheadUsual || work.Input is not Input.OfAccount || work.Input is HoldInput or InvoiceInput.Issued) return;
        var mend = work.Input switch
        {
            PaymentInput.Received { Listed: not null } => "give its right day in the list",
            PaymentInput.Received => $"take it back, {{\"type\":\"payment_reversed\",\"payment\":\"{work.Input.Key}\",\"on\":\"{on:yyyy-MM-dd}\",…}}, "
                + "and send it again under another key",
            _ => "take it back as of that day, and send it again under another key",
        };
        work.Remarks.Add($"account {work.Input.AccountId}: {InputKinds.NameOf(work.Input)} {work.Input.Key} takes effect on {on:yyyy-MM-dd}, {days} days from "
            + $"{work.Today:yyyy-MM-dd}, and counts nowhere until then. If the day is mistyped, {mend}");
    }

    /// <summary>The business date on which the input is learned: at the portfolio's place, never before one the party has seen.</summary>
    public static DateOnly Today(PartyState state, Input input, Context context)
    {
        if (input is Input.Review review) return review.OwnDay ? OwnDay(state, review.AsOf, context) : review.AsOf;
        var portfolio = state.Account(input.AccountId)?.Portfolio
            ?? (input as AccountInput.Set)?.Portfolio
            ?? (state.Accounts.Count > 0 ? state.Accounts[0].Portfolio : WorkspaceState.DefaultPortfolio);
        var today = context.Today(portfolio);
        return today > state.AsOf ? today : state.AsOf;
    }

    /// <summary>
    /// The day a party is looked at as of in a run of a workspace in several zones: the earliest of its portfolios', so that
    /// nobody is contacted for a day that has not begun where they are; never before one it has seen, nor after the run's.
    /// </summary>
    private static DateOnly OwnDay(PartyState state, DateOnly asOf, Context context)
    {
        var own = asOf;
        foreach (var account in state.Accounts)
            if (context.Today(account.Portfolio) is var today && today < own) own = today;
        return state.AsOf > own && state.AsOf <= asOf ? state.AsOf : own;
    }

    /// <summary>Whether a review has to look at the party: false where only those are wanted that are due, and its own day is not there yet.</summary>
    public static bool IsDue(PartyState state, Input.Review review, Context context) =>
        !review.OnlyDue || state.NextReviewOn <= Today(state, review, context);

    private static DateOnly Today(Work work) => Today(work.State, work.Input, work.Context);

    /// <summary>One input being handled.</summary>
    private sealed class Work : Handling
    {
        private long seq;

        /// <param name="today">Null: the portfolio's.</param>
        public Work(PartyState state, long seq, Input input, Context context, CellDeltas cells, DateOnly? today = null)
            : base(state, input, today ?? Machine.Today(state, input, context)) =>
            (this.seq, Context, Cells) = (seq, context, cells);

        /// <summary>Of the last event made.</summary>
        public long Seq => seq;

        public Context Context { get; }
        public CellDeltas Cells { get; }
        public List<Recorded> Events { get; } = [];
        public List<Outgoing> Outgoing { get; } = [];
        public List<(string File, byte[] Content)> Contents { get; } = [];

        /// <summary>The id that the next event's message or work item gets: its place in the journal.</summary>
        public string NextIntent(string kind) =>
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{kind}-{Partition.Of(State.Id):D2}-{seq + 1:D8}");

        public override void Emit(Event e, DateOnly? effectiveOn = null, string? account = null)
        {
            seq++;
            e = FreeTexts.Map(e, this, static (work, words) => SealedWords.Seal(work.Context.Vault, work.State.Id, work.State.Erased, words));
            var envelope = new Envelope(seq, account ?? Input.AccountId, effectiveOn ?? Input.EffectiveOn ?? Today, Today,
                Context.Now.ToUnixTimeMilliseconds(), Input.Key);
            var prior = State.LastSeq;
            Fold.Apply(State, envelope, e, Cells);
            Events.Add(new Recorded(e, envelope, prior, Input.Actor));
        }

        public Outcome Refuse(Refusal refusal, string message) => Refuse(new Refused(refusal, message));

        public Outcome Refuse(Refused refused)
        {
            Invariant.Holds(Events.Count == 0, "a refusal comes before the first event");
            return new Outcome { Refused = refused };
        }
    }
}
