using Recoup.Core.Cells;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;

namespace Recoup.Core.Recovery;

/// <summary>
/// Who has the next move about an overdue amount. Of several the first of <see cref="All"/> has it; what none has is nobody's, and is the
/// rest of what is overdue. A new one is a line here.
/// </summary>
public sealed class NextMove
{
    private NextMove(int number, string word) => (Number, Word) = (number, word);

    /// <summary>The account is held: its last day is known, and then things go on.</summary>
    public static readonly NextMove Hold = new(2, "hold");

    /// <summary>The customer contests it.</summary>
    public static readonly NextMove Dispute = new(3, "dispute");

    /// <summary>It is paid in instalments that were agreed.</summary>
    public static readonly NextMove Plan = new(4, "plan");

    /// <summary>The customer promised so much of it.</summary>
    public static readonly NextMove Promise = new(5, "promise");

    /// <summary>Money of the customer's lies here that nobody has put on it yet.</summary>
    public static readonly NextMove Unapplied = new(6, "unapplied");

    /// <summary>A manager was asked for a decision, and is not late with it.</summary>
    public static readonly NextMove Manager = new(7, "manager");

    /// <summary>An agent has work about it, and is not late with it.</summary>
    public static readonly NextMove Agent = new(8, "agent");

    /// <summary>A step of the strategy is coming, within the policy's days.</summary>
    public static readonly NextMove Recoup = new(9, "recoup");

    /// <summary>Nobody has: the rest.</summary>
    public static readonly NextMove Nobody = new(10, "nobody");

    /// <summary>In order of precedence.</summary>
    public static readonly IReadOnlyList<NextMove> All = [Hold, Dispute, Plan, Promise, Unapplied, Manager, Agent, Recoup, Nobody];

    /// <summary>Cells and states have it; never changed. 1 is kept for agencies.</summary>
    public int Number { get; }

    /// <summary>As rows, questions and formulas write it.</summary>
    public string Word { get; }

    public static NextMove Of(string word) => All.FirstOrDefault(m => m.Word == word) ?? throw new InvariantBrokenException($"'{word}' is nobody's move");

    public static NextMove Numbered(int number) => All.FirstOrDefault(m => m.Number == number)
        ?? throw new InvariantBrokenException($"{number} is no next move");

    public override string ToString() => Word;
}

/// <summary>How much of what an account has overdue waits for the same move, and where cells have it.</summary>
public sealed class MoveShare : IFormed<MoveShare>
{
    public string Account { get; set; } = "";
    public string Currency { get; set; } = "";

    /// <summary>See <see cref="NextMove.Number"/>.</summary>
    public int Move { get; set; }

    /// <summary>Minor units of the currency.</summary>
    public long Minor { get; set; }

    /// <summary>An item of which a part waits for another move counts where its last part does.</summary>
    public int Items { get; set; }

    /// <summary>The day from which on all of it is told of: nothing is taken from it on a day before.</summary>
    public DateOnly Since { get; set; }

    /// <summary>Where cells have it: taken back from there.</summary>
    public string Portfolio { get; set; } = "";

    /// <summary>See <see cref="Portfolio"/>.</summary>
    public string Segment { get; set; } = "";

    public static MoveShare Blank => new();

    public static MoveShare Form<TForm>(ref TForm f, MoveShare v) where TForm : IForm, allows ref struct
    {
        v.Account = f.Word("account", v.Account);
        v.Currency = f.Word("currency", v.Currency);
        v.Move = f.Int("move", v.Move);
        v.Minor = f.Long("minor", v.Minor);
        v.Items = f.Int("items", v.Items);
        v.Since = f.Day("since", v.Since);
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        v.Segment = f.Word("segment", v.Segment);
        return v;
    }
}

/// <summary>Whose move it is in a portfolio where neither a hold, a dispute, a plan, a promise nor cash answers that: as the last decision said.</summary>
public sealed record PortfolioMove(string Portfolio, string Move) : IFormed<PortfolioMove>
{
    public static PortfolioMove Blank => new("", "");

    public static PortfolioMove Form<TForm>(ref TForm f, PortfolioMove v) where TForm : IForm, allows ref struct =>
        new(f.Word("portfolio", v.Portfolio), f.Word("move", v.Move));
}

/// <summary>Who has the next move about what a party has overdue, as of the last decision and what was told since.</summary>
public sealed class NextMoveSlice : Slice, IFormed<NextMoveSlice>
{
    public List<PortfolioMove> Said { get; set; } = [];

    /// <summary>In order of account, currency and move; nobody's are in it too.</summary>
    public List<MoveShare> Shares { get; set; } = [];

    public override bool IsEmpty => Said.Count == 0 && Shares.Count == 0;

    /// <summary>What both decided of one portfolio is asked anew by the next decision; until then the word of the one that stays holds.</summary>
    public override void Join(Slice other)
    {
        var theirs = (NextMoveSlice)other;
        foreach (var said in theirs.Said)
            if (!Said.Exists(s => s.Portfolio == said.Portfolio)) Said.Add(said);
        Shares.AddRange(theirs.Shares);
        Shares.Sort(NextMoveChapter.Compare);
    }

    public static NextMoveSlice Blank => new();

    public static NextMoveSlice Form<TForm>(ref TForm f, NextMoveSlice v) where TForm : IForm, allows ref struct
    {
        v.Said = f.List("said", v.Said);
        v.Shares = f.List("shares", v.Shares);
        return v;
    }
}

/// <summary>
/// Next moves. Decisions say whose the rest is; what holds, disputes, plans, promises and cash cover follows from these. The cells change by
/// events and decisions only: nobody is looked at for them on days on which nothing happens.
/// </summary>
public static class NextMoveChapter
{
    public static readonly SliceKind<NextMoveSlice> Slice = new("next_moves", 9);

    /// <summary>
    /// Change of what is overdue and waits for a move, by the day it took effect. In place of a due day its cells have
    /// the move's number. Its count is of items. Nobody's has no cells: it is the rest of what is overdue.
    /// </summary>
    public static readonly Measure Moves = Measure.Stock(60, "next_moves");

    internal static readonly Measure[] Measures = [Moves];

    extension(PartyState party)
    {
        /// <summary>How much waits for which move, as last told.</summary>
        public IReadOnlyList<MoveShare> NextMoves => Slice.Of(party)?.Shares ?? (IReadOnlyList<MoveShare>)[];

        /// <summary>Whose the rest is in a portfolio, as last said; null: no decision ever found something overdue there.</summary>
        public string? NextMoveSaid(string portfolio)
        {
            foreach (var said in Slice.Of(party)?.Said ?? [])
                if (said.Portfolio == portfolio) return said.Move;
            return null;
        }
    }

    /// <summary>A decision said whose the rest is.</summary>
    internal static void Say(PartyState state, string portfolio, string move)
    {
        var said = Slice.In(state).Said;
        said.RemoveAll(s => s.Portfolio == portfolio);
        said.Insert(said.FindLastIndex(s => string.CompareOrdinal(s.Portfolio, portfolio) < 0) + 1, new PortfolioMove(portfolio, move));
    }

    /// <summary>
    /// Brings the shares to what stands after an event. What went to another move goes on the state's day. What is overdue no longer
    /// goes on the day on which the event took effect, though not before it was told of, so that a fact that comes late leaves no more
    /// waiting for moves than is overdue.
    /// </summary>
    internal static void Follow(PartyState state, Envelope e, CellDeltas cells)
    {
        if (Slice.Of(state) is not { } slice) return;
        var now = SharesOf(state, slice);
        var before = slice.Shares;
        for (var (b, n) = (0, 0); b < before.Count || n < now.Count;)
        {
            var first = b == before.Count ? now[n] : n == now.Count || Compare(before[b], now[n]) <= 0 ? before[b] : now[n];
            var (was, stands) = (Same(before, b, first), Same(now, n, first));
            Follow(state, e, cells, before.GetRange(b, was), now.GetRange(n, stands));
            (b, n) = (b + was, n + stands);
        }
        slice.Shares = now;

        // How many from there on are of the same account and currency.
        static int Same(List<MoveShare> shares, int from, MoveShare first)
        {
            var to = from;
            while (to < shares.Count && shares[to].Account == first.Account && shares[to].Currency == first.Currency) to++;
            return to - from;
        }
    }

    /// <param name="before">Of one account and currency.</param>
    /// <param name="now">Of the same.</param>
    private static void Follow(PartyState state, Envelope e, CellDeltas cells, List<MoveShare> before, List<MoveShare> now)
    {
        var lost = before.Sum(s => s.Minor) - now.Sum(s => s.Minor);
        foreach (var old in before)
        {
            var kept = now.Find(n => n.Move == old.Move);
            var gone = old.Minor - (kept?.Minor ?? 0);
            // Of what is overdue no longer so much is taken from here.
            var paid = lost > 0 && gone > 0 ? Math.Min(lost, gone) : 0;
            lost -= paid;
            var since = e.EffectiveOn < old.Since ? old.Since : e.EffectiveOn > state.AsOf ? state.AsOf : e.EffectiveOn;
            var isPaid = kept is null && paid == old.Minor;
            Add(cells, old, since, -paid, isPaid ? -old.Items : 0);
            var items = isPaid ? 0 : old.Items;
            // What it grew by, and what came to another place, is told of from today on.
            if (kept is not null && kept.Minor <= old.Minor && kept.Items <= old.Items && kept.Portfolio == old.Portfolio && kept.Segment == old.Segment)
                kept.Since = old.Since;
            if (kept is not null && kept.Portfolio == old.Portfolio && kept.Segment == old.Segment)
            {
                Add(cells, old, state.AsOf, kept.Minor - (old.Minor - paid), kept.Items - items);
                continue;
            }
            Add(cells, old, state.AsOf, -(old.Minor - paid), -items);
            if (kept is not null) Add(cells, kept, state.AsOf, kept.Minor, kept.Items);
        }
        foreach (var share in now)
            if (!before.Exists(b => b.Move == share.Move)) Add(cells, share, state.AsOf, share.Minor, share.Items);
    }

    internal static int Compare(MoveShare a, MoveShare b) => string.CompareOrdinal(a.Account, b.Account) is var account and not 0 ? account
        : string.CompareOrdinal(a.Currency, b.Currency) is var currency and not 0 ? currency : a.Move.CompareTo(b.Move);

    private static void Add(CellDeltas cells, MoveShare share, DateOnly day, long minor, int items)
    {
        if (share.Move != NextMove.Nobody.Number)
            cells.Add(Moves, day, DateOnly.FromDayNumber(share.Move), share.Portfolio, share.Segment, share.Currency, minor, items);
    }

    /// <summary>What is overdue at the state's day by whose move it is.</summary>
    private static List<MoveShare> SharesOf(PartyState state, NextMoveSlice slice)
    {
        var shares = new List<MoveShare>();
        var overdue = state.Exposures.Where(e => e.Minor > 0 && Ageing.IsOverdue(e.DueOn, state.AsOf)).ToLookup(e => e.Account);
        foreach (var account in state.Accounts)
        {
            if (!overdue.Contains(account.Account) || slice.Said.Find(s => s.Portfolio == account.Portfolio) is not { } said) continue;
            AddSharesOf(state, account.Account, NextMove.Of(said.Move), overdue[account.Account], shares);
        }
        shares.Sort(Compare);
        return shares;
    }

    private static void AddSharesOf(PartyState state, string account, NextMove rest, IEnumerable<Exposure> overdue, List<MoveShare> shares)
    {
        var cover = new Cover(state, account);
        var (portfolio, segment) = state.PlaceOn(account, state.AsOf);
        var first = shares.Count;
        foreach (var exposure in overdue)
        {
            if (cover.Whole(exposure) is { } move)
            {
                Share(move, exposure, exposure.Minor, exposure.Items);
                continue;
            }
            var left = exposure.Minor;
            var promised = cover.Take(cover.Promised, exposure.Currency, ref left);
            var unapplied = cover.Take(cover.Unapplied, exposure.Currency, ref left);
            Share(NextMove.Promise, exposure, promised, left == 0 && unapplied == 0 ? exposure.Items : 0);
            Share(NextMove.Unapplied, exposure, unapplied, left == 0 && unapplied > 0 ? exposure.Items : 0);
            Share(rest, exposure, left, exposure.Items);
        }

        void Share(NextMove of, Exposure exposure, long minor, int items)
        {
            if (minor == 0) return;
            var at = shares.FindIndex(first, s => s.Currency == exposure.Currency && s.Move == of.Number);
            if (at < 0)
            {
                at = shares.Count;
                shares.Add(new MoveShare
                {
                    Account = account, Currency = exposure.Currency, Move = of.Number, Since = state.AsOf, Portfolio = portfolio, Segment = segment,
                });
            }
            shares[at].Minor += minor;
            shares[at].Items += items;
        }
    }

    /// <summary>What covers an account's overdue amounts before the rest is asked about: oldest first where it is an amount.</summary>
    private readonly struct Cover
    {
        private readonly bool held, disputed;

        public readonly Dictionary<string, long>? Promised, Unapplied;

        public Cover(PartyState state, string account)
        {
            // One without an end is nobody's to lift on a day.
            foreach (var hold in state.Holds) held |= hold.Account == account && hold.StandsOn(state.AsOf) && hold.To != DateBounds.NoEnd;
            foreach (var dispute in state.Disputes) disputed |= dispute.Number is null && dispute.Account == account && dispute.StandsOn(state.AsOf);
            foreach (var promise in state.Promises)
                if (promise.Account == account && promise.IsOpenOn(state.AsOf) && promise.Minor > promise.PaidMinor)
                    Add(ref Promised, promise.Currency, promise.Minor - promise.PaidMinor);
            foreach (var cash in state.Unapplied)
                if (cash.Account == account && cash.Minor > 0) Add(ref Unapplied, cash.Currency, cash.Minor);

            static void Add(ref Dictionary<string, long>? sums, string currency, long minor)
            {
                sums ??= new(StringComparer.Ordinal);
                sums[currency] = sums.GetValueOrDefault(currency) + minor;
            }
        }

        /// <summary>Whose all of it is; null: not all of it is one's.</summary>
        public NextMove? Whole(Exposure exposure) => held ? NextMove.Hold : disputed || exposure.Disputed ? NextMove.Dispute
            : exposure.Planned ? NextMove.Plan : null;

        public long Take(Dictionary<string, long>? from, string currency, ref long left)
        {
            if (from is null || !from.TryGetValue(currency, out var there) || there == 0) return 0;
            var taken = Math.Min(there, left);
            from[currency] = there - taken;
            left -= taken;
            return taken;
        }
    }
}
