using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Parties;
using static Recoup.Core.Inputs.Fields;

// A field named after a kind of input that it refers to hides that kind inside the record; nothing there needs it.
#pragma warning disable CS0108

namespace Recoup.Core.Recovery;

/// <summary>What people tell of callbacks.</summary>
public abstract record CallbackInput : Input.OfAccount
{
    private CallbackInput() { }

    /// <summary>Somebody promised the customer to call at an instant.</summary>
    public sealed record Agreed : CallbackInput
    {
        public override bool IsOfPerson => true;

        public required DateTimeOffset At { get; init; }

        /// <summary>Who calls; null: whoever of the agents has time.</summary>
        public string? Agent { get; init; }

        /// <summary>What the customer wants to speak about.</summary>
        public string? About { get; init; }
    }

    /// <summary>The customer is not to be called after all; <see cref="Callback"/> is the key of the input that agreed it.</summary>
    public sealed record Cancelled : CallbackInput
    {
        public required string Callback { get; init; }
        public required string Reason { get; init; }
    }
}

/// <summary>What happened to callbacks.</summary>
public abstract record CallbackEvent : Event
{
    private CallbackEvent() { }

    /// <summary>The day of the instant at the portfolio's place, and when it begins there, stand in it, so that folding needs no time zone.</summary>
    public sealed record Agreed(string Callback, DateTimeOffset At, DateOnly Day, DateTimeOffset DayBegins, string Agent, string? About) : CallbackEvent
    {
        internal override bool HasWords => About is not null;

        internal override Event WithWords(Func<string, string> change) => this with { About = change(About!) };
    }

    /// <summary>Its day went by, and nobody had called. It is still to be done.</summary>
    public sealed record Missed(string Callback) : CallbackEvent;

    /// <summary>Outcome: kept, late, cancelled or superseded.</summary>
    public sealed record Closed(string Callback, string Outcome, string? Reason) : CallbackEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }
}

/// <summary>A callback: a promise to call the customer at an instant.</summary>
public sealed class CallbackState : IFormed<CallbackState>
{
    public string Callback { get; set; } = "";
    public string Account { get; set; } = "";
    public DateTimeOffset At { get; set; }

    /// <summary>Its day at the portfolio's place.</summary>
    public DateOnly Day { get; set; }

    /// <summary>From then on it stands on the worklist.</summary>
    public DateTimeOffset DayBegins { get; set; }

    /// <summary>Who calls: a name, or <see cref="CallbackChapter.AnyAgent"/>.</summary>
    public string Agent { get; set; } = "";

    public DateOnly MadeOn { get; set; }

    /// <summary>Sealed under the party's key.</summary>
    public string? About { get; set; }

    /// <summary>Its day went by without a call.</summary>
    public bool Missed { get; set; }

    /// <summary>kept, late, cancelled or superseded, on <see cref="ClosedOn"/>; null: the customer is still to be called.</summary>
    public string? Outcome { get; set; }

    public DateOnly? ClosedOn { get; set; }

    /// <summary>One of <see cref="Statuses"/>.</summary>
    public string Status => Outcome ?? (Missed ? "missed" : "open");

    /// <summary>What <see cref="Status"/> says of one that is still to be done.</summary>
    public static readonly IReadOnlyList<string> OpenStatuses = ["open", "missed"];

    /// <summary>Kept: called on its day. Late: after it.</summary>
    public static readonly IReadOnlyList<string> Statuses = [.. OpenStatuses, "kept", "late", "cancelled", "superseded"];

    public static CallbackState Blank => new();

    public static CallbackState Form<TForm>(ref TForm f, CallbackState v) where TForm : IForm, allows ref struct
    {
        v.Callback = f.Text("callback", v.Callback);
        v.Account = f.Word("account", v.Account);
        v.At = f.Instant("at", v.At);
        v.Day = f.Day("day", v.Day);
        v.DayBegins = f.Instant("day_begins", v.DayBegins);
        v.Agent = f.Word("agent", v.Agent);
        v.MadeOn = f.Day("made_on", v.MadeOn);
        f.BeginRare(4);
        v.About = f.TextOrNull("about", v.About);
        v.Missed = f.Flag("missed", v.Missed);
        v.Outcome = f.WordOrNull("outcome", v.Outcome);
        v.ClosedOn = f.DayOrNull("closed_on", v.ClosedOn);
        f.EndRare();
        return v;
    }
}

/// <summary>A party's callbacks that are still to be done: one an account, and beside one to come those told of when their day was over.</summary>
public sealed class CallbackSlice : Slice, IFormed<CallbackSlice>
{
    public List<CallbackState> Open { get; set; } = [];

    public override bool IsEmpty => Open.Count == 0;

    public override IEnumerable<DateOnly> Days => Open.Where(c => !c.Missed).Select(c => c.Day.Plus(1));

    public override void Judge(Handling work, DateOnly asOf)
    {
        foreach (var callback in Open.Where(c => !c.Missed && c.Day < asOf).ToList())
            work.Emit(new CallbackEvent.Missed(callback.Callback), callback.Day.Plus(1), callback.Account);
    }

    public override void End(Handling work)
    {
        foreach (var callback in Open.ToList()) work.Emit(new CallbackEvent.Closed(callback.Callback, "cancelled", null), account: callback.Account);
    }

    public override void Join(Slice other) => Open.AddRange(((CallbackSlice)other).Open);

    public static CallbackSlice Blank => new();

    public static CallbackSlice Form<TForm>(ref TForm f, CallbackSlice v) where TForm : IForm, allows ref struct
    {
        v.Open = f.List("open", v.Open);
        return v;
    }
}

/// <summary>
/// Callbacks: promises to call. On its day one stands first on the worklist of who promised it; until that day is over no other call is
/// decided, while letters go on. An outbound call does it; another callback of the account takes its place.
/// </summary>
public static class CallbackChapter
{
    /// <summary>Whose callback it is where nobody was named: that of the agents, whoever calls first.</summary>
    public const string AnyAgent = "agent";

    /// <summary>A call so long before the time agreed on is that call; an earlier one is another.</summary>
    private static readonly TimeSpan EarlyMax = TimeSpan.FromHours(1);

    /// <summary>Further ahead than this, days, is a typing error: other calls would rest until then.</summary>
    private const int DaysAheadMax = 400;

    public static readonly SliceKind<CallbackSlice> Slice = new("callbacks", 7);

    /// <summary>All callbacks there ever were.</summary>
    public static readonly RowKind<string, CallbackState> Rows = new("callback", RowKeys.Text("callback"), static c => c.Callback,
        RowColumn<CallbackState>.Text("status", static c => c.Status),
        RowColumn<CallbackState>.Text("account", static c => c.Account),
        RowColumn<CallbackState>.Text("agent", static c => c.Agent),
        RowColumn<CallbackState>.Integer("day_begins", static c => c.DayBegins.ToUnixTimeMilliseconds()),
        RowColumn<CallbackState>.Integer("at", static c => c.At.ToUnixTimeMilliseconds()))
    {
        Mark = (byte)'K',
        Indexes =
        [
            new("newest", "at, callback"), new("account", "account, at, callback"), new("status", "status, at, callback"),
            new("due", "at, callback", "status IN ('open', 'missed')"),
        ],
    };

    /// <summary>Callbacks that were made on their day, by that day and by whom they were promised for.</summary>
    public static readonly Measure CallbacksKept = Measure.Count(15, "callbacks_kept", "callbacks", Dimension.Owner);

    /// <summary>Callbacks whose day went by without a call, likewise.</summary>
    public static readonly Measure CallbacksMissed = Measure.Count(16, "callbacks_missed", "callbacks", Dimension.Owner);

    internal static readonly Measure[] Measures = [CallbacksKept, CallbacksMissed];

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("callback", "somebody promised to call the customer back at an instant", true,
        [
            Need("at", FieldType.Instant, "when, within the hours in which the customer may be called"),
            May("agent", FieldType.Text, "who calls; without it, whoever of the agents has time") with { LengthMax = 60 },
            May("about", FieldType.Text, "what the customer wants to speak about"),
        ],
        d => new CallbackInput.Agreed
        {
            Key = "", Account = d.Need("account"), At = d.Get<DateTimeOffset>("at"), Agent = d.Text("agent"), About = d.Text("about"),
        }),
        InputKind.Of("callback_cancelled", "the customer is not to be called after all", true,
        [Need("callback", FieldType.Text, "the callback's key") with { IsName = true }, Need("reason", FieldType.Text, "called us, paid, error…")],
        d => new CallbackInput.Cancelled { Key = "", Account = d.Need("account"), Callback = d.Need("callback"), Reason = d.Need("reason") }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("callback_agreed", CallbackJson.Default.Agreed), new("callback_missed", CallbackJson.Default.Missed),
        new("callback_closed", CallbackJson.Default.Closed),
    ];

    extension(PartyState party)
    {
        /// <summary>Callbacks that are still to be done, missed ones too.</summary>
        public IReadOnlyList<CallbackState> Callbacks => Slice.Of(party)?.Open ?? (IReadOnlyList<CallbackState>)[];

        /// <summary>The last day on which a call that was agreed with the customer holds other calls back; null: there is none.</summary>
        public DateOnly? CalledBackOn(DateOnly asOf)
        {
            DateOnly? last = null;
            foreach (var callback in party.Callbacks)
                if (!callback.Missed && callback.Day >= asOf && !(callback.Day <= last)) last = callback.Day;
            return last;
        }
    }

    // --- rules ---

    /// <param name="zone">The place whose days the account's are.</param>
    /// <param name="whyNot">Why the customer may not be called at the instant of a callback, in words; null: they may be.</param>
    internal static Refused? Handle(Handling work, CallbackInput input, string zone, Func<CallbackInput.Agreed, DateOnly, string?> whyNot) => input switch
    {
        CallbackInput.Agreed i => Agree(work, i, zone, whyNot),
        CallbackInput.Cancelled i => Cancel(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a callback"),
    };

    private static Refused? Agree(Handling work, CallbackInput.Agreed i, string zone, Func<CallbackInput.Agreed, DateOnly, string?> whyNot)
    {
        var day = LocalDay.Of(i.At, zone);
        if (whyNot(i, day) is { } why) return new Refused(Refusal.NotAllowedThen, why);
        if (day.DayNumber - work.Today.DayNumber > DaysAheadMax)
            return new Refused(Refusal.NotAllowedThen, $"{day:yyyy-MM-dd} is more than {DaysAheadMax} days from {work.Today:yyyy-MM-dd}: "
                + "until a callback's day is over nobody else calls; give a nearer day");
        // One that is told of when its day is over takes the place of none that is still to come.
        foreach (var before in work.State.Callbacks.Where(c => c.Account == i.Account && (day >= work.Today || c.At <= i.At)).ToList())
            work.Emit(new CallbackEvent.Closed(before.Callback, "superseded", null));
        work.Emit(new CallbackEvent.Agreed(i.Key, i.At, day, LocalDay.Start(day, zone), i.Agent ?? AnyAgent, i.About));
        return null;
    }

    private static Refused? Cancel(Handling work, CallbackInput.Cancelled i)
    {
        if (work.State.Callbacks.FirstOrDefault(c => c.Callback == i.Callback && c.Account == i.Account) is null)
            return new Refused(Refusal.UnknownCallback,
                $"account {i.Account} has no callback {i.Callback} that is still to be done; `recoup callbacks --account {i.Account}` lists them");
        work.Emit(new CallbackEvent.Closed(i.Callback, "cancelled", i.Reason));
        return null;
    }

    /// <summary>The customer was called about an account: what was agreed before is done by it.</summary>
    /// <param name="on">The call's day at the portfolio's place.</param>
    internal static void Called(Handling work, string account, DateTimeOffset at, DateOnly on)
    {
        if (on > work.Today) return;
        foreach (var callback in work.State.Callbacks.Where(c => c.Account == account && at >= c.At - EarlyMax).ToList())
            work.Emit(new CallbackEvent.Closed(callback.Callback, on <= callback.Day ? "kept" : "late", null), on);
    }

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, CallbackEvent happened)
    {
        switch (happened)
        {
            case CallbackEvent.Agreed c:
                var agreed = new CallbackState
                {
                    Callback = c.Callback, Account = e.Account, At = c.At, Day = c.Day, DayBegins = c.DayBegins, Agent = c.Agent, About = c.About,
                    MadeOn = e.EffectiveOn,
                };
                Slice.In(state).Open.Add(agreed);
                Keep(state, agreed);
                break;
            case CallbackEvent.Missed c:
                var missed = Slice.In(state).Open.Find(o => o.Callback == c.Callback)!;
                missed.Missed = true;
                Count(state, cells, CallbacksMissed, missed, 1);
                Keep(state, missed);
                break;
            case CallbackEvent.Closed c: Close(state, e, cells, c); break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a callback");
        }
        state.Touch(e);
    }

    private static void Close(PartyState state, Envelope e, CellDeltas cells, CallbackEvent.Closed closed)
    {
        var open = Slice.In(state).Open;
        var callback = open.Find(o => o.Callback == closed.Callback)!;
        open.Remove(callback);
        (callback.Outcome, callback.ClosedOn) = (closed.Outcome, e.EffectiveOn);
        if (closed.Outcome == "kept")
        {
            // The call was told of after a run had found none.
            if (callback.Missed) Count(state, cells, CallbacksMissed, callback, -1);
            Count(state, cells, CallbacksKept, callback, 1);
        }
        // What comes late was missed on its day, whether a run saw it or not.
        else if (closed.Outcome == "late" && !callback.Missed) Count(state, cells, CallbacksMissed, callback, 1);
        Keep(state, callback);
    }

    private static void Count(PartyState state, CellDeltas cells, Measure measure, CallbackState callback, int count)
    {
        var (portfolio, segment) = state.PlaceOn(callback.Account, callback.Day);
        cells.Add(measure, callback.Day, null, portfolio, segment, "", 0, count, OwnValues.Of(callback.Agent == AnyAgent ? null : callback.Agent));
    }

    /// <summary>The row beside the header is the callback as it is now.</summary>
    private static void Keep(PartyState state, CallbackState callback)
    {
        var rows = (Rows<string, CallbackState>)state.Of(Rows);
        rows[callback.Callback] = callback;
        rows.Changed.Add(callback.Callback);
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CallbackEvent.Agreed))]
[JsonSerializable(typeof(CallbackEvent.Missed))]
[JsonSerializable(typeof(CallbackEvent.Closed))]
internal sealed partial class CallbackJson : JsonSerializerContext;
