using Recoup.Core.Cells;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;

namespace Recoup.Core.Receivables;

/// <summary>What is open of an account by due day: a decision reads this, so its cost follows due days, not items.</summary>
public sealed class Exposure : IFormed<Exposure>
{
    public string Account { get; set; } = "";
    public string Currency { get; set; } = "";
    public DateOnly DueOn { get; set; }

    /// <summary>Set for items that were already overdue when Recoup first heard of them: that day.</summary>
    public DateOnly? EnteredOn { get; set; }

    public bool Disputed { get; set; }

    /// <summary>In a payment plan that is open.</summary>
    public bool Planned { get; set; }

    /// <summary>Nobody is dunned for it.</summary>
    public bool Rests => Disputed || Planned;

    /// <summary>Times gone by in which such an item was contested, in a plan, settled or not due: items with others are another exposure. Null: none.</summary>
    public List<Pause>? Pauses { get; set; }

    public long Minor { get; set; }
    public int Items { get; set; }

    public static Exposure Blank => new();

    public static Exposure Form<TForm>(ref TForm f, Exposure v) where TForm : IForm, allows ref struct
    {
        v.Account = f.Word("account", v.Account);
        v.Currency = f.Word("currency", v.Currency);
        v.DueOn = f.Day("due_on", v.DueOn);
        f.BeginRare(4);
        v.EnteredOn = f.DayOrNull("entered_on", v.EnteredOn);
        v.Disputed = f.Flag("disputed", v.Disputed);
        v.Pauses = f.ListOrNull("pauses", v.Pauses);
        v.Planned = f.Flag("planned", v.Planned);
        f.EndRare();
        v.Minor = f.Long("minor", v.Minor);
        v.Items = f.Int("items", v.Items);
        return v;
    }
}

/// <summary>An item that changes by itself on a day to come: a movement or a dispute of it takes effect then.</summary>
public sealed record Awaited(
    DateOnly On,
    string Account,
    string Number) : IFormed<Awaited>
{
    public static Awaited Blank => new(default, "", "");

    public static Awaited Form<TForm>(ref TForm f, Awaited v) where TForm : IForm, allows ref struct =>
        new(f.Day("on", v.On), f.Word("account", v.Account), f.Text("number", v.Number));
}

/// <summary>Cash or credit of an account that has met no item yet, or will be taken off one on a day to come.</summary>
public sealed class UnappliedCash : IFormed<UnappliedCash>
{
    public string Key { get; set; } = "";
    public string Account { get; set; } = "";
    public string Currency { get; set; } = "";
    public DateOnly On { get; set; }

    /// <summary>As of the state's day, as the header's other sums.</summary>
    public long Minor { get; set; }

    /// <summary>How it changes by itself on days to come.</summary>
    public List<Movement>? Later { get; set; }

    /// <summary>After every recorded movement: what may still be put on items.</summary>
    public long InAll => Minor + Movements.Sum(Later);

    /// <summary>Kept for invoices that have not arrived.</summary>
    public List<Named>? Waiting { get; set; }

    public static UnappliedCash Blank => new();

    public static UnappliedCash Form<TForm>(ref TForm f, UnappliedCash v) where TForm : IForm, allows ref struct
    {
        v.Key = f.Text("key", v.Key);
        v.Account = f.Word("account", v.Account);
        v.Currency = f.Word("currency", v.Currency);
        v.On = f.Day("on", v.On);
        v.Minor = f.Long("minor", v.Minor);
        f.BeginRare(2);
        v.Later = f.ListOrNull("later", v.Later);
        v.Waiting = f.ListOrNull("waiting", v.Waiting);
        f.EndRare();
        return v;
    }
}

/// <summary>A number that a list had in one currency and then in another: what it was is cancelled, and it stands under the last of its names.</summary>
/// <param name="Names">By which it was issued, the last one last; the bare number among them.</param>
public sealed record CurrencyTurns(
    string Account,
    bool IsCredit,
    string Number,
    List<string> Names) : IFormed<CurrencyTurns>
{
    public static CurrencyTurns Blank => new("", false, "", []);

    public static CurrencyTurns Form<TForm>(ref TForm f, CurrencyTurns v) where TForm : IForm, allows ref struct =>
        new(f.Word("account", v.Account), f.Flag("is_credit", v.IsCredit), f.Text("number", v.Number), f.Texts("names", v.Names));
}

/// <summary>What of a party is open, by due day, and what cash has met no item: sums as of the party's day, and what will change them by itself.</summary>
public sealed class ReceivableSlice : Slice, IFormed<ReceivableSlice>
{
    public List<Exposure> Exposures { get; set; } = [];
    public List<Awaited> Awaited { get; set; } = [];
    public List<UnappliedCash> Unapplied { get; set; } = [];

    /// <summary>Numbers that were in more than one currency; null: there are none.</summary>
    public List<CurrencyTurns>? CurrencyTurns { get; set; }

    public override bool IsEmpty => Exposures.Count == 0 && Awaited.Count == 0 && Unapplied.Count == 0 && CurrencyTurns is null;

    public override void Advance(PartyState party, DateOnly from, DateOnly to)
    {
        if (Awaited.Count > 0) Receivables.Exposures.AdvanceItems(party, from, to);
        if (Unapplied.Count > 0) Receivables.Exposures.AdvanceUnapplied(party, to);
    }

    /// <summary>Unapplied cash goes along; exposures and what is awaited are joined with their cells (<see cref="Receivables.Exposures.Join"/>).</summary>
    public override void Join(Slice other)
    {
        var theirs = (ReceivableSlice)other;
        Unapplied.AddRange(theirs.Unapplied);
        if (theirs.CurrencyTurns is { } turns) (CurrencyTurns ??= []).AddRange(turns);
    }

    public static ReceivableSlice Blank => new();

    public static ReceivableSlice Form<TForm>(ref TForm f, ReceivableSlice v) where TForm : IForm, allows ref struct
    {
        v.Exposures = f.List("exposures", v.Exposures);
        f.BeginRare(3);
        v.Awaited = f.List("awaited", v.Awaited);
        v.Unapplied = f.List("unapplied", v.Unapplied);
        v.CurrencyTurns = f.ListOrNull("currency_turns", v.CurrencyTurns);
        f.EndRare();
        return v;
    }
}

/// <summary>What a party owes: items and cash, which lie beside its header, and their sums in it.</summary>
public static class ReceivableChapter
{
    public static readonly SliceKind<ReceivableSlice> Slice = new("receivables", 0);

    /// <summary>Change of open receivables, by the day it took effect and the due day. Its count is of items.</summary>
    public static readonly Measure ExposureStock = Measure.Stock(1, "exposure");

    /// <summary>Change of unapplied cash and credit.</summary>
    public static readonly Measure UnappliedStock = Measure.Stock(8, "unapplied");

    /// <summary>
    /// Balance that became overdue by no due date passing: payments made in time and reversed late, corrections upward
    /// of items already overdue, charges and corrections with a due date gone by; credits taken off, and cancellations, write-offs
    /// and waivers taken back, of items overdue by then.
    /// </summary>
    public static readonly Measure OverdueReinstated = Measure.Money(5, "overdue_reinstated", null);

    /// <summary>
    /// Cash on items less what was taken back, by day and the item's issue day, and so by how long it had taken. Recoveries after write-off are not in it.
    /// </summary>
    public static readonly Measure CashApplied = Measure.Days(3, "cash_applied", null);

    /// <summary>Of that, cash on items that were overdue on the day it took effect, by the due day that stands for that day.</summary>
    public static readonly Measure CashOnOverdue = Measure.Days(4, "cash_on_overdue", null);

    /// <summary>Payments less reversals and refunds, whether they met an item or not.</summary>
    public static readonly Measure CashReceived = Measure.Money(9, "cash_received", "payments less reversals");

    internal static readonly Measure[] Measures =
        [ExposureStock, UnappliedStock, OverdueReinstated, CashApplied, CashOnOverdue, CashReceived];

    public static readonly RowKind<(string Account, string Number), ItemState> ItemRows = new(
        "item", RowKeys.AccountAnd("number"), static i => (i.Account, i.Number),
        RowColumn<ItemState>.Integer("open", static i => i.IsOpen ? 1 : 0),
        RowColumn<ItemState>.Integer("due", static i => i.DueOn.DayNumber),
        RowColumn<ItemState>.Text("currency", static i => i.Currency))
    {
        Mark = (byte)'I', Indexes = [new("open", "pid, due", "open = 1"), new("due", "due", "open = 1"), new("number", "number")],
    };

    public static readonly RowKind<string, CashState> CashRows = new("cash", RowKeys.Text("key"), static c => c.Key)
    {
        Mark = (byte)'C',
    };

    extension(PartyState party)
    {
        /// <summary>What is open by account, currency and due day, as of the party's day.</summary>
        public List<Exposure> Exposures => Slice.In(party).Exposures;

        /// <summary>Items that change by themselves on a day to come.</summary>
        public List<Awaited> Awaited => Slice.In(party).Awaited;

        /// <summary>Cash and credits that have met no item yet, or will be taken off one.</summary>
        public List<UnappliedCash> Unapplied => Slice.In(party).Unapplied;

        /// <summary>Those that are loaded.</summary>
        public Rows<(string Account, string Number), ItemState> Items => (Rows<(string Account, string Number), ItemState>)party.Of(ReceivableChapter.ItemRows);

        /// <summary>Payments, credit notes and refunds that are loaded.</summary>
        public Rows<string, CashState> Cash => (Rows<string, CashState>)party.Of(ReceivableChapter.CashRows);

        /// <summary>Null: it is not there, or not loaded.</summary>
        public ItemState? Item(string account, string number) => party.Items.GetValueOrDefault((account, number));

        /// <summary>An item that the input at hand asked for, which is there.</summary>
        internal ItemState Loaded(string account, string number)
        {
            var item = party.Item(account, number);
            Invariant.Holds(item is not null, $"item {number} of account {account} was not loaded");
            return item;
        }
    }
}
