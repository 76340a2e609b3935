using Recoup.Core.Cells;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;

namespace Recoup.Core.Recovery;

/// <summary>What a case is worth, and how much effort on it is useful.</summary>
/// <param name="Currency">Of what is overdue.</param>
/// <param name="Priority">See <see cref="Recovery.Priority"/>.</param>
/// <param name="Room">Minutes in a month; 0: it is held, contested, or nobody may contact the customer.</param>
public sealed record EffortWorth(string Currency, string Segment, int Priority, int Room) : IFormed<EffortWorth>
{
    public static EffortWorth Blank => new("", "", 0, 0);

    public static EffortWorth Form<TForm>(ref TForm f, EffortWorth v) where TForm : IForm, allows ref struct =>
        new(f.Word("currency", v.Currency), f.Word("segment", v.Segment), f.Int("priority", v.Priority), f.Int("room", v.Room));
}

/// <summary>What a case was as a month began, and the effort on it in that month.</summary>
/// <param name="Month">Months since January 2020.</param>
/// <param name="Worth">Null: there was no case.</param>
public sealed record EffortMonth(int Month, EffortWorth? Worth, int Minutes) : IFormed<EffortMonth>
{
    public static EffortMonth Blank => new(0, null, 0);

    public static EffortMonth Form<TForm>(ref TForm f, EffortMonth v) where TForm : IForm, allows ref struct
    {
        var month = f.Int("month", v.Month);
        f.BeginRare(2);
        var worth = f.OneOrNull("worth", v.Worth);
        var minutes = f.Int("minutes", v.Minutes);
        f.EndRare();
        return new(month, worth, minutes);
    }
}

/// <summary>What a party has overdue in a portfolio, as the last decision saw it.</summary>
public sealed class EffortCase : IFormed<EffortCase>
{
    public string Portfolio { get; set; } = "";

    /// <summary>The minutes of a month that the last decision with something overdue allowed.</summary>
    public int Said { get; set; }

    /// <summary>Null: nothing is overdue any more.</summary>
    public EffortWorth? Worth { get; set; }

    /// <summary>At most two, the older first: what is told of the month before is in time.</summary>
    public List<EffortMonth> Months { get; set; } = [];

    /// <summary>What the case is now is what it was as the month began, unless something was decided or done in that month before.</summary>
    internal void Begin(int month)
    {
        var last = Months.Count == 0 ? month - 2 : Months[^1].Month;
        for (var next = Math.Max(last + 1, month - 1); next <= month; next++) Months.Add(new EffortMonth(next, Worth, 0));
        Forget(month);
    }

    internal void Forget(int month) => Months.RemoveAll(m => m.Month < month - 1);

    public static EffortCase Blank => new();

    public static EffortCase Form<TForm>(ref TForm f, EffortCase v) where TForm : IForm, allows ref struct
    {
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        v.Said = f.Int("said", v.Said);
        v.Months = f.List("months", v.Months);
        f.BeginRare(1);
        v.Worth = f.OneOrNull("worth", v.Worth);
        f.EndRare();
        return v;
    }
}

/// <summary>A party's cases, by what they are worth.</summary>
public sealed class EffortSlice : Slice, IFormed<EffortSlice>
{
    public List<EffortCase> Cases { get; set; } = [];

    public override bool IsEmpty => Cases.Count == 0;

    public override void Advance(PartyState party, DateOnly from, DateOnly to)
    {
        foreach (var known in Cases) known.Forget(EffortChapter.MonthOf(to));
        Cases.RemoveAll(c => c.Worth is null && c.Months.TrueForAll(m => m.Worth is null));
    }

    /// <summary>Two of a portfolio become one with the event that joins, see <see cref="EffortChapter.FollowPlaces"/>.</summary>
    public override void Join(Slice other) => Cases.AddRange(((EffortSlice)other).Cases);

    public static EffortSlice Blank => new();

    public static EffortSlice Form<TForm>(ref TForm f, EffortSlice v) where TForm : IForm, allows ref struct
    {
        v.Cases = f.List("cases", v.Cases);
        return v;
    }
}

/// <summary>A case's priority as one number of three digits and so many zeros, so that few cells hold many cases: 12,345 is 4123, and 999 is 999.</summary>
public static class Priority
{
    private const int Digits = 1000;

    /// <summary>Of more nobody needs to be told what is worth more, and priorities times minutes stay sums of 64 bits.</summary>
    public const long MinorMax = 1_000_000_000_000_000;

    /// <param name="minor">What is expected to be recoverable, minor units; at least 0, and what is beyond <see cref="MinorMax"/> counts as so much.</param>
    public static int Of(long minor)
    {
        var (rest, zeros, half) = (Math.Min(minor, MinorMax), 0, false);
        while (rest >= Digits)
        {
            half = rest % 10 >= 5;
            rest /= 10;
            zeros++;
        }
        if (half && ++rest == Digits) (rest, zeros) = (Digits / 10, zeros + 1);
        return zeros * Digits + (int)rest;
    }

    /// <summary>Minor units again. Of two priorities the greater has more of them.</summary>
    public static long Minor(int priority)
    {
        long minor = priority % Digits;
        for (var zeros = priority / Digits; zeros > 0; zeros--) minor *= 10;
        return minor;
    }
}

/// <summary>
/// Effort: the minutes that people spend on customers who owe, against what each case was worth as the month began. A case is what a party has overdue in
/// a portfolio, as the last decision before that saw it: its priority is what may be dunned times what its score is short of a hundred, its room the
/// minutes that the gate's caps leave in a month. Nothing is decided by it.
/// </summary>
public static class EffortChapter
{
    /// <summary>How long a call or a message by hand takes where nobody told, minutes. Ours.</summary>
    private static int MinutesOf(string channel) => channel switch { Channel.Letter => 10, Channel.Sms => 2, _ => CallMinutes };

    private const int CallMinutes = 5;

    /// <summary>Days of the month for which caps on contacts are counted.</summary>
    private const int MonthDays = 30;

    /// <summary>More on one case in a month, minutes, is no matter of caps any more.</summary>
    public const int RoomMax = 600;

    public static readonly SliceKind<EffortSlice> Slice = new("effort", 14);

    /// <summary>
    /// Minutes spent on cases. Its amount is the minutes that were useful, each times the priority of its case, which stands in place of a reference day.
    /// </summary>
    public static readonly Measure Effort = Measure.Money(90, "effort", "minutes");

    /// <summary>Minutes of a month that are useful and lawful, by the priority of the case in place of a reference day.</summary>
    public static readonly Measure EffortRoom = Measure.StandingIn(91, "effort_room", "minutes");

    internal static readonly Measure[] Measures = [Effort, EffortRoom];

    extension(PartyState party)
    {
        /// <summary>The minutes that the last decision with something overdue said for a portfolio; null: none did lately.</summary>
        public int? EffortSaid(string portfolio) => Slice.Of(party)?.Cases.Find(c => c.Portfolio == portfolio)?.Said;
    }

    internal static int MonthOf(DateOnly day) => (day.Year - 2020) * 12 + day.Month - 1;

    /// <summary>The minutes of a month that caps leave for one case.</summary>
    /// <param name="contacts">The most contacts that they leave in so many days; null: no cap binds.</param>
    internal static int RoomOf(Func<int, int?> contacts) => Math.Min(RoomMax, (contacts(MonthDays) ?? RoomMax) * CallMinutes);

    /// <summary>A decision said how things stand in a portfolio.</summary>
    /// <param name="dunnable">Overdue and neither contested nor held, minor units of the currency.</param>
    /// <param name="said">Minutes of a month; null: as said before.</param>
    internal static void Weigh(PartyState state, Envelope e, CellDeltas cells, string portfolio, string segment, string currency, bool isOverdue,
        long dunnable, int score, int? said)
    {
        var known = Slice.Of(state)?.Cases.Find(c => c.Portfolio == portfolio);
        if (known is null)
        {
            if (!isOverdue) return;
            known = new EffortCase { Portfolio = portfolio };
            Slice.In(state).Cases.Add(known);
        }
        known.Begin(MonthOf(e.EffectiveOn));
        known.Said = said ?? known.Said;
        var now = isOverdue ? new EffortWorth(currency, segment, Priority.Of((long)((Int128)dunnable * (100 - score) / 100)), known.Said) : null;
        if (now == known.Worth) return;
        AddRoom(cells, e.EffectiveOn, known, -1);
        known.Worth = now;
        AddRoom(cells, e.EffectiveOn, known, 1);
    }

    /// <summary>A portfolio in which the party has no account any more has no case; of two cases of one, the one of the party that stays stands.</summary>
    internal static void FollowPlaces(PartyState state, Envelope e, CellDeltas cells)
    {
        if (Slice.Of(state) is not { } slice) return;
        for (var i = slice.Cases.Count - 1; i >= 0; i--)
        {
            var known = slice.Cases[i];
            if (state.Accounts.Exists(a => a.Portfolio == known.Portfolio) && slice.Cases.FindIndex(c => c.Portfolio == known.Portfolio) == i) continue;
            AddRoom(cells, e.EffectiveOn, known, -1);
            slice.Cases.RemoveAt(i);
        }
    }

    /// <summary>Somebody spoke or wrote to the customer, or tried to: what it took is effort on the case that there was as its month began.</summary>
    internal static void Spend(PartyState state, Envelope e, CellDeltas cells, ContactEvent.Made contact)
    {
        if (contact.Direction != "outbound" || e.EffectiveOn > e.RecordedOn || Slice.Of(state) is not { } slice) return;
        var (month, (portfolio, _)) = (MonthOf(e.EffectiveOn), state.PlaceOn(e.Account, e.EffectiveOn));
        if (month < MonthOf(e.RecordedOn) - 1 || slice.Cases.Find(c => c.Portfolio == portfolio) is not { } known) return;
        known.Begin(month);
        var at = known.Months.FindIndex(m => m.Month == month);
        if (at < 0 || known.Months[at] is not { Worth: { } worth, Minutes: var before }) return;
        var spent = contact.Minutes ?? MinutesOf(contact.Channel);
        known.Months[at] = known.Months[at] with { Minutes = before + spent };
        var useful = Math.Min(before + spent, worth.Room) - Math.Min(before, worth.Room);
        cells.Add(Effort, e.EffectiveOn, DateOnly.FromDayNumber(worth.Priority), portfolio, worth.Segment, worth.Currency,
            Priority.Minor(worth.Priority) * useful, spent);
    }

    private static void AddRoom(CellDeltas cells, DateOnly on, EffortCase known, int sign)
    {
        if (known.Worth is { Priority: > 0 } worth)
            cells.Add(EffortRoom, on, DateOnly.FromDayNumber(worth.Priority), known.Portfolio, worth.Segment, worth.Currency, 0, sign * worth.Room);
    }
}
