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

/// <summary>What people tell of holds.</summary>
public abstract record HoldInput : Input.OfAccount
{
    private HoldInput() { }

    /// <summary>No contact about the account, both days included.</summary>
    public sealed record Placed : HoldInput
    {
        public required DateOnly From { get; init; }
        public required DateOnly To { get; init; }
        public required string Reason { get; init; }
        public override DateOnly? EffectiveOn => From;
    }

    /// <summary>Ends a hold; <see cref="On"/> is the first day without it.</summary>
    public sealed record Released : HoldInput
    {
        public required string Hold { get; init; }
        public required DateOnly On { get; init; }
        public override DateOnly? EffectiveOn => On;
    }
}

/// <summary>What happened to holds.</summary>
public abstract record HoldEvent : Event
{
    private HoldEvent() { }

    /// <summary>No contact about the account, both days included.</summary>
    public sealed record Placed(string Hold, DateOnly From, DateOnly To, string Reason) : HoldEvent
    {
        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason) };
    }

    /// <summary>The hold ends early. A last day before its first: it never stood.</summary>
    public sealed record Released(string Hold, DateOnly LastDay) : HoldEvent;
}

/// <summary>No contact about the account from one day to another, both included.</summary>
public sealed class HoldState : IFormed<HoldState>
{
    public string Hold { get; set; } = "";
    public string Account { get; set; } = "";
    public DateOnly From { get; set; }
    public DateOnly To { get; set; }
    public string Reason { get; set; } = "";

    /// <summary>The day on which it was recorded, where that is later than its first.</summary>
    public DateOnly? LearnedOn { get; set; }

    /// <summary>Both days included.</summary>
    public bool StandsOn(DateOnly day) => From <= day && day <= To;

    /// <summary>Holds that touch (one ends the day before the other begins) do not overlap.</summary>
    public bool Overlaps(DateOnly from, DateOnly to) => From <= to && from <= To;

    public static HoldState Blank => new();

    public static HoldState Form<TForm>(ref TForm f, HoldState v) where TForm : IForm, allows ref struct
    {
        v.Hold = f.Text("hold", v.Hold);
        v.Account = f.Word("account", v.Account);
        v.From = f.Day("from", v.From);
        v.To = f.Day("to", v.To);
        v.Reason = f.Text("reason", v.Reason);
        v.LearnedOn = f.DayOrNull("learned_on", v.LearnedOn);
        return v;
    }
}

/// <summary>The holds of a party that are not over.</summary>
public sealed class HoldSlice : Slice, IFormed<HoldSlice>
{
    public List<HoldState> Holds { get; set; } = [];

    public override bool IsEmpty => Holds.Count == 0;

    public override void Advance(PartyState party, DateOnly from, DateOnly to)
    {
        foreach (var hold in Holds)
            if (hold.To < to) HoldChapter.Rest(party, hold);
        Holds.RemoveAll(h => h.To < to);
    }

    public override void Join(Slice other) => Holds.AddRange(((HoldSlice)other).Holds);

    public static HoldSlice Blank => new();

    public static HoldSlice Form<TForm>(ref TForm f, HoldSlice v) where TForm : IForm, allows ref struct
    {
        v.Holds = f.List("holds", v.Holds);
        return v;
    }
}

/// <summary>Holds: no contact about an account for a while.</summary>
public static class HoldChapter
{
    public static readonly SliceKind<HoldSlice> Slice = new("holds", 2);

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("hold", "no contact about the account from one day to another, both included", true,
        [
            Need("from", FieldType.Date, "first day"),
            May("to", FieldType.Date, "last day; without it, or with 9999-12-31, until it is released") with { OpenEnd = true },
            Need("reason", FieldType.Text, "requested, vulnerability, breathing space…"),
        ],
        d =>
        {
            if (d.NeedDate("to") < d.NeedDate("from")) d.Problem("to", "is before the first day");
            return new HoldInput.Placed { Key = "", Account = d.Need("account"), From = d.NeedDate("from"), To = d.NeedDate("to"), Reason = d.Need("reason") };
        }),
        InputKind.Of("hold_released", "ends a hold before its last day", true,
        [Need("hold", FieldType.Text, "key of the hold"), Need("on", FieldType.Date, "the first day without it")],
        d => new HoldInput.Released { Key = "", Account = d.Need("account"), Hold = d.Need("hold"), On = d.NeedDate("on") }),
    ];

    internal static readonly EventKind[] Events =
        [new("hold_placed", HoldJson.Default.Placed), new("hold_released", HoldJson.Default.Released)];

    extension(PartyState party)
    {
        /// <summary>Holds that are not over; some begin later.</summary>
        public IReadOnlyList<HoldState> Holds => Slice.Of(party)?.Holds ?? (IReadOnlyList<HoldState>)[];
    }

    internal static Refused? Handle(Handling work, HoldInput input) => input switch
    {
        HoldInput.Placed i => Place(work, i),
        HoldInput.Released i => Release(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a hold"),
    };

    private static Refused? Place(Handling work, HoldInput.Placed i)
    {
        if (work.State.Holds.FirstOrDefault(h => h.Account == i.Account && h.Overlaps(i.From, i.To)) is { } other)
            return new Refused(Refusal.OverlappingHold, $"hold {other.Hold} stands from {other.From:yyyy-MM-dd} "
                + $"{(other.To == DateBounds.NoEnd ? "on, without an end" : $"to {other.To:yyyy-MM-dd}")}; holds may touch, not overlap: "
                + (other.To < DateBounds.NoEnd && other.To < i.To ? $"send this one from {other.To.AddDays(1):yyyy-MM-dd} on, or release {other.Hold} first"
                    : $"release {other.Hold} first where this one is to stand instead"));
        work.Emit(new HoldEvent.Placed(i.Key, i.From, i.To, i.Reason));
        return null;
    }

    private static Refused? Release(Handling work, HoldInput.Released i)
    {
        var hold = work.State.Holds.FirstOrDefault(h => h.Hold == i.Hold && h.Account == i.Account);
        if (hold is null || i.On > hold.To)
            return new Refused(Refusal.UnknownHold, $"account {i.Account} has no hold {i.Hold} that still stands on {i.On:yyyy-MM-dd}");
        work.Emit(new HoldEvent.Released(i.Hold, i.On.Plus(-1)));
        return null;
    }

    internal static void Fold(PartyState state, Envelope e, HoldEvent happened)
    {
        switch (happened)
        {
            case HoldEvent.Placed placed: Place(state, e, placed); break;
            case HoldEvent.Released released: Release(state, released); break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a hold");
        }
        state.Touch(e);
    }

    private static void Place(PartyState state, Envelope e, HoldEvent.Placed placed)
    {
        var hold = new HoldState
        {
            Hold = placed.Hold, Account = e.Account, From = placed.From, To = placed.To, Reason = placed.Reason,
            LearnedOn = Pause.LateFrom(placed.From, e.RecordedOn),
        };
        if (hold.To >= state.AsOf) Slice.In(state).Holds.Add(hold); else Rest(state, hold);
    }

    private static void Release(PartyState state, HoldEvent.Released released)
    {
        var holds = Slice.In(state).Holds;
        var held = holds.Find(h => h.Hold == released.Hold)!;
        held.To = released.LastDay;
        if (held.To >= held.From && held.To >= state.AsOf) return;
        Rest(state, held);
        holds.Remove(held);
    }

    /// <param name="hold">Over: its last day is before the state's.</param>
    internal static void Rest(PartyState state, HoldState hold)
    {
        if (hold.To >= hold.From) PauseChapter.Keep(state, hold.Account, new Pause(PauseKind.Hold, hold.From, hold.To.Plus(1), hold.LearnedOn));
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(HoldEvent.Placed))]
[JsonSerializable(typeof(HoldEvent.Released))]
internal sealed partial class HoldJson : JsonSerializerContext;
