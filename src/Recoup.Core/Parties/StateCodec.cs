using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Parties;

/// <summary>What a stored state is of; its first byte.</summary>
internal enum StateKind : byte { Party = (byte)'P', Item = (byte)'I', Cash = (byte)'C', Message = (byte)'M', Work = (byte)'W' }

/// <summary>
/// States to bytes and back, in a versioned form: a store whose version is another throws its states away and
/// folds them again from the journal. The form has neither names nor gaps: each state's properties one after another, in
/// the order below. The same state makes the same bytes, since the audit compares bytes; <see cref="StateText"/> shows
/// them to a person.
/// </summary>
public static partial class StateCodec
{
    /// <summary>Raise it whenever the form of any state changes, or the way it is folded.</summary>
    public const int Version = 10;

    // --- the header ---

    public static byte[] Encode(PartyState state) => Written(state).End();

    /// <summary>Whether these are the bytes of that state.</summary>
    public static bool IsOf(ReadOnlySpan<byte> bytes, PartyState state) => Written(state).EndsAs(bytes);

    private static StateWriter Written(PartyState state)
    {
        var w = StateWriter.Begin((byte)StateKind.Party);
        w.Word(state.Id);
        w.List(state.Accounts, Write);
        w.Day(state.AsOf);
        w.List(state.Exposures, Write);
        w.List(state.Awaited, Write);
        w.List(state.Unapplied, Write);
        w.List(state.Promises, Write);
        w.List(state.CashToCome, Write);
        w.List(state.Holds, Write);
        w.List(state.Disputes, Write);
        w.List(state.Pauses, Write);
        w.List(state.Contact.Recent, Write);
        w.List(state.Contact.OptOuts, Write);
        w.List(state.Contact.Points, Write);
        w.ListOrNull(state.Contact.BadAddresses, Write);
        w.List(state.Treatments, Write);
        Write(w, state.Behaviour);
        w.List(state.Pending, Write);
        w.Long((state.Erased ? 1 : 0) + (state.JoinedTo is null ? 0 : 2) + (state.Joined is null ? 0 : 4)
            + (state.Kept is null ? 0 : 8) + (state.Spare is null ? 0 : 16));
        if (state.JoinedTo is not null) w.Text(state.JoinedTo);
        if (state.Joined is not null) w.List(state.Joined, Write);
        if (state.Kept is not null) w.List(state.Kept, Write);
        if (state.Spare is not null) w.List(state.Spare, Write);
        w.ListOrNull(state.Documents, Write);
        w.ListOrNull(state.FormerPlaces, Write);
        w.Day(state.NextReviewOn);
        w.Day(state.ReviewedOn);
        w.Long(state.LastSeq);
        return w;
    }

    /// <summary>As the others: throws <see cref="StateDamagedException"/> where the bytes are no such state.</summary>
    public static PartyState DecodeParty(ReadOnlySpan<byte> bytes)
    {
        var r = new StateReader(bytes, (byte)StateKind.Party);
        var state = new PartyState
        {
            Id = r.Word(),
            Accounts = r.List(ReadAccount),
            AsOf = r.Day(),
            Exposures = r.List(ReadExposure),
            Awaited = r.List(ReadAwaited),
            Unapplied = r.List(ReadUnapplied),
            Promises = r.List(ReadPromise),
            CashToCome = r.List(ReadCashToCome),
            Holds = r.List(ReadHold),
            Disputes = r.List(ReadDispute),
            Pauses = r.List(ReadAccountPause),
            Contact = new ContactState { Recent = r.List(ReadContact), OptOuts = r.List(ReadOptOut), Points = r.List(ReadPoint), BadAddresses = r.ListOrNull(ReadBadAddress) },
            Treatments = r.List(ReadTreatment),
            Behaviour = ReadBehaviour(ref r),
            Pending = r.List(ReadPending),
        };
        var marks = r.Int();
        if (marks is < 0 or > 31) throw new StateDamagedException($"a party has the marks {marks}");
        (state.Erased, state.JoinedTo, state.Joined) = ((marks & 1) != 0, (marks & 2) != 0 ? r.Text() : null, (marks & 4) != 0 ? r.List(ReadText) : null);
        (state.Kept, state.Spare) = ((marks & 8) != 0 ? r.List(ReadPromise) : null, (marks & 16) != 0 ? r.List(ReadSpare) : null);
        (state.Documents, state.FormerPlaces) = (r.ListOrNull(ReadDocuments), r.ListOrNull(ReadFormerPlace));
        (state.NextReviewOn, state.ReviewedOn, state.LastSeq) = (r.DayOrNull(), r.DayOrNull(), r.Long());
        r.End();
        return state;
    }

    private static void Write(StateWriter w, AccountDetails a)
    {
        w.Word(a.Account);
        w.Word(a.Portfolio);
        w.Word(a.Kind);
        w.Word(a.Country);
        w.Word(a.TimeZone);
        w.Word(a.Language);
        w.Word(a.Parent);
        w.TextOrNull(a.EmailToken);
        w.TextOrNull(a.PhoneToken);
        w.TextOrNull(a.Said);
        w.Flag(a.Sealed is not null);
        if (a.Sealed is not null) w.Bytes(a.Sealed);
    }

    private static AccountDetails ReadAccount(ref StateReader r) => new()
    {
        Account = r.Word(), Portfolio = r.Word(), Kind = r.Word(), Country = r.WordOrNull(), TimeZone = r.WordOrNull(), Language = r.WordOrNull(), Parent = r.WordOrNull(),
        EmailToken = r.TextOrNull(), PhoneToken = r.TextOrNull(), Said = r.TextOrNull(), Sealed = r.Flag() ? r.Bytes() : null,
    };

    private static void Write(StateWriter w, Exposure e)
    {
        w.Word(e.Account);
        w.Word(e.Currency);
        w.Day(e.DueOn);
        w.Day(e.EnteredOn);
        w.Count((e.Disputed ? 1 : 0) + (e.Pauses is null ? 0 : 2));
        if (e.Pauses is not null) w.List(e.Pauses, Write);
        w.Long(e.Minor);
        w.Long(e.Items);
    }

    private static Exposure ReadExposure(ref StateReader r)
    {
        var e = new Exposure { Account = r.Word(), Currency = r.Word(), DueOn = r.Day(), EnteredOn = r.DayOrNull() };
        var marks = r.Count();
        if (marks > 3) throw new StateDamagedException($"an exposure has the marks {marks}");
        (e.Disputed, e.Pauses) = ((marks & 1) != 0, (marks & 2) != 0 ? r.List(ReadPause) : null);
        (e.Minor, e.Items) = (r.Long(), r.Int());
        return e;
    }

    private static void Write(StateWriter w, Awaited a)
    {
        w.Day(a.On);
        w.Word(a.Account);
        w.Text(a.Number);
    }

    private static Awaited ReadAwaited(ref StateReader r) => new(r.Day(), r.Word(), r.Text());

    private static void Write(StateWriter w, UnappliedCash u)
    {
        w.Text(u.Key);
        w.Word(u.Account);
        w.Word(u.Currency);
        w.Day(u.On);
        w.Long(u.Minor);
        w.ListOrNull(u.Later, Write);
        w.ListOrNull(u.Waiting, Write);
    }

    private static UnappliedCash ReadUnapplied(ref StateReader r) => new()
    {
        Key = r.Text(), Account = r.Word(), Currency = r.Word(), On = r.Day(), Minor = r.Long(), Later = r.ListOrNull(ReadMovement), Waiting = r.ListOrNull(ReadNamed),
    };

    private static void Write(StateWriter w, Named n)
    {
        w.Text(n.Number);
        w.Long(n.Minor);
    }

    private static Named ReadNamed(ref StateReader r) => new(r.Text(), r.Long());

    private static void Write(StateWriter w, PromiseState p)
    {
        w.Text(p.Promise);
        w.Word(p.Account);
        w.Day(p.MadeOn);
        w.Day(p.DueOn);
        w.Long(p.Minor);
        w.Word(p.Currency);
        w.List(p.Paid, Write);
        w.Word(p.Outcome);
        w.Day(p.ClosedOn);
        w.Day(p.LearnedOn);
        w.Day(p.LastDay);
        w.Day(p.AgainOn);
        w.Day(p.LostOn);
    }

    private static PromiseState ReadPromise(ref StateReader r) => new()
    {
        Promise = r.Text(), Account = r.Word(), MadeOn = r.Day(), DueOn = r.Day(), Minor = r.Long(), Currency = r.Word(), Paid = r.List(ReadCounted),
        Outcome = r.WordOrNull(), ClosedOn = r.DayOrNull(),
        LearnedOn = r.DayOrNull(), LastDay = r.DayOrNull(), AgainOn = r.DayOrNull(), LostOn = r.DayOrNull(),
    };

    private static void Write(StateWriter w, CashCounted c)
    {
        w.Text(c.Key);
        w.Day(c.On);
        w.Long(c.Minor);
    }

    private static CashCounted ReadCounted(ref StateReader r) => new(r.Text(), r.Day(), r.Long());

    private static void Write(StateWriter w, SpareCash s)
    {
        w.Word(s.Account);
        w.Word(s.Currency);
        Write(w, s.Cash);
    }

    private static SpareCash ReadSpare(ref StateReader r) => new(r.Word(), r.Word(), ReadCounted(ref r));

    private static void Write(StateWriter w, CashToCome c)
    {
        w.Text(c.Key);
        w.Day(c.On);
        w.Day(c.ForCashOf);
        w.Word(c.Account);
        w.Word(c.Currency);
        w.Long(c.Minor);
    }

    private static CashToCome ReadCashToCome(ref StateReader r) => new(r.Text(), r.Day(), r.Day(), r.Word(), r.Word(), r.Long());

    private static void Write(StateWriter w, HoldState h)
    {
        w.Text(h.Hold);
        w.Word(h.Account);
        w.Day(h.From);
        w.Day(h.To);
        w.Text(h.Reason);
        w.Day(h.LearnedOn);
    }

    private static HoldState ReadHold(ref StateReader r) => new()
    {
        Hold = r.Text(), Account = r.Word(), From = r.Day(), To = r.Day(), Reason = r.Text(), LearnedOn = r.DayOrNull(),
    };

    private static void Write(StateWriter w, OpenDispute d)
    {
        w.Text(d.Dispute);
        w.Word(d.Account);
        w.TextOrNull(d.Number);
        w.Day(d.From);
        w.Day(d.ClosedOn);
        w.Day(d.LearnedOn);
    }

    private static OpenDispute ReadDispute(ref StateReader r) => new()
    {
        Dispute = r.Text(), Account = r.Word(), Number = r.TextOrNull(), From = r.Day(), ClosedOn = r.DayOrNull(), LearnedOn = r.DayOrNull(),
    };

    private static void Write(StateWriter w, AccountPause p) { w.Word(p.Account); Write(w, p.Pause); }

    private static AccountPause ReadAccountPause(ref StateReader r) => new(r.Word(), ReadPause(ref r));

    private static void Write(StateWriter w, ContactRecord c)
    {
        w.Instant(c.At);
        w.Word(c.Channel);
        w.Flag(c.Outbound);
        w.Flag(c.RightParty);
    }

    private static ContactRecord ReadContact(ref StateReader r) => new(r.Instant(), r.Word(), r.Flag(), r.Flag());

    private static void Write(StateWriter w, OptOut o)
    {
        w.Word(o.Channel);
        w.TextOrNull(o.Token);
        w.Day(o.Until);
    }

    private static OptOut ReadOptOut(ref StateReader r) => new(r.Word(), r.TextOrNull()) { Until = r.DayOrNull() };

    private static void Write(StateWriter w, ContactPoint p)
    {
        w.Word(p.Channel);
        w.Text(p.Token);
        w.Bytes(p.Sealed);
    }

    private static ContactPoint ReadPoint(ref StateReader r) => new() { Channel = r.Word(), Token = r.Text(), Sealed = r.Bytes() };

    private static void Write(StateWriter w, BadAddress a)
    {
        w.Word(a.Channel);
        w.Text(a.Token);
    }

    private static BadAddress ReadBadAddress(ref StateReader r) => new(r.Word(), r.Text());

    private static void Write(StateWriter w, TreatmentState t)
    {
        w.Word(t.Portfolio);
        w.Word(t.Strategy);
        w.Word(t.LastStep);
        w.Day(t.LastStepOn);
        w.Day(t.LastAnchorOn);
        w.Count((t.LastInShadow ? 1 : 0) + (t.HeardOn is null ? 0 : 2));
        if (t.HeardOn is not null) w.Day(t.HeardOn);
        w.Day(t.RemindedThrough);
        w.Flag(t.RemindedInShadow);
        w.List(t.Segments, Write);
    }

    private static TreatmentState ReadTreatment(ref StateReader r)
    {
        var t = new TreatmentState
        {
            Portfolio = r.Word(), Strategy = r.WordOrNull(), LastStep = r.WordOrNull(), LastStepOn = r.DayOrNull(), LastAnchorOn = r.DayOrNull(),
        };
        var marks = r.Count();
        if (marks > 3) throw new StateDamagedException($"a treatment has the marks {marks}");
        (t.LastInShadow, t.HeardOn) = ((marks & 1) != 0, (marks & 2) != 0 ? r.DayOrNull() : null);
        (t.RemindedThrough, t.RemindedInShadow, t.Segments) = (r.DayOrNull(), r.Flag(), r.List(ReadSegment));
        return t;
    }

    private static void Write(StateWriter w, Pause p)
    {
        w.Count((int)p.Kind);
        w.Day(p.From);
        w.Day(p.To);
        w.Day(p.LearnedOn);
    }

    private static Pause ReadPause(ref StateReader r) => new(r.Choice<PauseKind>(), r.Day(), r.Day(), r.DayOrNull());

    private static void Write(StateWriter w, SegmentFrom s)
    {
        w.Day(s.On);
        w.Word(s.Segment);
    }

    private static SegmentFrom ReadSegment(ref StateReader r) => new(r.Day(), r.Word());

    private static void Write(StateWriter w, FormerPlace f)
    {
        w.Word(f.Account);
        w.Day(f.Until);
        w.Word(f.Portfolio);
        w.List(f.Segments, Write);
    }

    private static FormerPlace ReadFormerPlace(ref StateReader r) => new(r.Word(), r.Day(), r.Word(), r.List(ReadSegment));

    private static void Write(StateWriter w, PaymentBehaviour b)
    {
        w.Long(b.Settled);
        w.Long(b.SettledLate);
        w.Long(b.LateDays);
        w.Long(b.PromisesKept);
        w.Long(b.PromisesBroken);
    }

    private static PaymentBehaviour ReadBehaviour(ref StateReader r) => new() { Settled = r.Int(), SettledLate = r.Int(), LateDays = r.Long(), PromisesKept = r.Int(), PromisesBroken = r.Int() };

    private static void Write(StateWriter w, Pending p)
    {
        w.Text(p.Id);
        w.Word(p.Portfolio);
        w.Word(p.Kind);
    }

    private static Pending ReadPending(ref StateReader r) => new(r.Text(), r.Word(), r.Word());

    private static void Write(StateWriter w, AccountDocuments d)
    {
        w.Word(d.Account);
        w.ListOrNull(d.ToDeliver, Write);
        w.ListOrNull(d.Blocked, Write);
        w.Day(d.InvoicesOn);
        w.Day(d.MovedOn);
        w.Day(d.StatedThrough);
    }

    private static AccountDocuments ReadDocuments(ref StateReader r) => new()
    {
        Account = r.Word(), ToDeliver = r.ListOrNull(ReadText), Blocked = r.ListOrNull(ReadText), InvoicesOn = r.DayOrNull(), MovedOn = r.DayOrNull(), StatedThrough = r.DayOrNull(),
    };

    private static void Write(StateWriter w, string text) => w.Text(text);

    private static string ReadText(ref StateReader r) => r.Text();

    private static void Write(StateWriter w, Movement m)
    {
        w.Day(m.On);
        w.Long(m.Minor);
    }

    private static Movement ReadMovement(ref StateReader r) => new(r.Day(), r.Long());
}
