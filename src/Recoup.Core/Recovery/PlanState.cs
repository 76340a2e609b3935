using Recoup.Core.Foundation;
using Recoup.Core.Receivables;

namespace Recoup.Core.Recovery;

/// <summary>Cured: it was missed, and what lacked came after all.</summary>
public enum InstalmentStanding { Open, Paid, Late, Missed, Cured }

/// <summary>A part of a payment plan, as the journal has it.</summary>
public sealed class Instalment : IFormed<Instalment>
{
    public DateOnly DueOn { get; set; }
    public long Minor { get; set; }
    public InstalmentStanding Standing { get; set; }

    /// <summary>The day from which it stands so; null while nothing happened to it.</summary>
    public DateOnly? Since { get; set; }

    public static Instalment Blank => new();

    public static Instalment Form<TForm>(ref TForm f, Instalment v) where TForm : IForm, allows ref struct
    {
        v.DueOn = f.Day("due_on", v.DueOn);
        v.Minor = f.Long("minor", v.Minor);
        v.Standing = f.Choice("standing", v.Standing);
        v.Since = f.DayOrNull("since", v.Since);
        return v;
    }
}

/// <summary>
/// A payment plan. What was paid of it follows from what is open of its items, day by day: whatever takes from them counts, in the
/// order of the instalments, and what goes back counts no longer.
/// </summary>
public sealed class PlanState : IFormed<PlanState>
{
    /// <summary>So many days late an instalment is missed; until then it may be paid.</summary>
    public const int GraceDays = 5;

    /// <summary>An instalment unpaid for so long breaks the plan.</summary>
    public const int BrokenAfterDays = 30;

    /// <summary>An instalment is paid where this percentage of it lacks, or one major unit, and not more than half: the next one takes the rest.</summary>
    public const int TolerancePercent = 5;

    /// <summary>So long a debit may come back: thirteen months, of one that nobody had authorized (Directive 2015/2366, art. 71).</summary>
    public const int DebitDays = 400;

    public string Plan { get; set; } = "";
    public string Account { get; set; } = "";
    public string Currency { get; set; } = "";
    public DateOnly AgreedOn { get; set; }

    /// <summary>Numbers of the account's items.</summary>
    public List<string> Items { get; set; } = [];

    /// <summary>In order of their days.</summary>
    public List<Instalment> Instalments { get; set; } = [];

    /// <summary>
    /// How what the customer owes of the items together moved, from the day on which it was agreed; without that by which an item's
    /// document says more than then, from the day on which it does: that is owed beside the plan.
    /// </summary>
    public List<Movement> Moves { get; set; } = [];

    /// <summary>completed, broken or cancelled, from <see cref="ClosedOn"/> on; null while open.</summary>
    public string? Outcome { get; set; }

    public DateOnly? ClosedOn { get; set; }

    /// <summary>All of its items were cancelled, and so it was: what came off them was not paid.</summary>
    public bool IsOfNothing { get; set; }

    /// <summary>What lacked of <see cref="Minor"/> when it was completed, as is tolerated, minor units; 0 where it is not.</summary>
    public long LackedMinor { get; set; }

    /// <summary>Where it was counted as completed, as known then: it is taken back from there. Null: it is not completed.</summary>
    public string? Portfolio { get; set; }

    /// <summary>See <see cref="Portfolio"/>.</summary>
    public string? Segment { get; set; }

    /// <summary>What is to be paid by it, minor units.</summary>
    public long Minor => Instalments.Sum(i => i.Minor);

    /// <summary>What came off the items, up to the plan's whole.</summary>
    public long PaidOn(DateOnly day) => day < AgreedOn || IsOfNothing ? 0 : Math.Clamp(Gone(day), 0, Minor);

    /// <summary>The worst that an instalment of an open plan stands at, else how it ended: open, late, missed, completed, broken or cancelled.</summary>
    public string Status => Outcome
        ?? (Has(InstalmentStanding.Missed) ? "missed" : Has(InstalmentStanding.Late) ? "late" : "open");

    /// <summary>What <see cref="Status"/> says of a plan that is open.</summary>
    public static readonly IReadOnlyList<string> OpenStatuses = ["open", "late", "missed"];

    /// <summary>All that it says.</summary>
    public static readonly IReadOnlyList<string> Statuses = [.. OpenStatuses, "completed", "broken", "cancelled"];

    private bool Has(InstalmentStanding standing) => Instalments.Exists(i => i.Standing == standing);

    /// <summary>The first instalment that is still to be paid; null: none is.</summary>
    public Instalment? Next => Outcome is null ? Instalments.Find(i => i.Standing is not (InstalmentStanding.Paid or InstalmentStanding.Cured)) : null;

    /// <summary>
    /// What is still to be paid until <see cref="Next"/> counts as paid in full: it, with what lacks of those before it and less what was paid
    /// ahead; null: nothing is.
    /// </summary>
    public long? NextMinorOn(DateOnly day) =>
        Next is { } next ? Math.Max(0, Instalments.Take(Instalments.IndexOf(next) + 1).Sum(i => i.Minor) - PaidOn(day)) : null;

    private long Gone(DateOnly day) => Minor - Movements.SumOn(Moves, day);

    /// <summary>Takes an item's part out (-1) or in (+1). What was open on the day of the plan and before is one movement.</summary>
    internal void Count(ItemState item, int sign)
    {
        foreach (var move in item.Movements) Movements.Add(Moves, move.On > AgreedOn ? move.On : AgreedOn, sign * move.Minor);
        var agreed = item.Plans!.Find(p => p.Plan == Plan)!.Amount;
        long raised = 0;
        foreach (var change in item.AmountChanges ?? [])
        {
            var on = change.On > AgreedOn ? change.On : AgreedOn;
            var now = Math.Max(0, item.AmountOn(on) - agreed);
            Movements.Add(Moves, on, -sign * (now - raised));
            raised = now;
        }
        // What is given up is owed still: it is not paid, and what recovers it is.
        foreach (var move in item.WriteOffs ?? [])
            if (move.On > AgreedOn) Movements.Add(Moves, move.On, sign * move.Minor);
    }

    /// <summary>The day since which so much has been paid (or has not), without a break up to the day asked for; null: it is not so then.</summary>
    private DateOnly? Since(long needed, bool paid, DateOnly asOf)
    {
        DateOnly? since = Minor >= needed == paid ? AgreedOn : null;
        var gone = Minor;
        foreach (var move in Moves)
        {
            if (move.On > asOf) break;
            gone -= move.Minor;
            since = gone >= needed != paid ? null : since ?? move.On;
            if (move.On <= AgreedOn && since is not null) since = AgreedOn;
        }
        return since;
    }

    /// <summary>How much must have come in all for an instalment to count as paid.</summary>
    private long Needed(int at)
    {
        var minor = Instalments[at].Minor;
        var tolerated = Math.Min(Math.Max(Foundation.Currency.Of(Currency).MinorPerMajor, minor * TolerancePercent / 100), minor / 2);
        return Instalments.Take(at + 1).Sum(i => i.Minor) - tolerated;
    }

    /// <summary>The first day of those, up to one, on which it has been owed and not paid; null: it is paid, or its day is to come.</summary>
    private DateOnly? UnpaidSince(int at, DateOnly asOf)
    {
        var due = Instalments[at].DueOn;
        if (asOf < due || Since(Needed(at), paid: false, asOf) is not { } since) return null;
        return since > due ? since : due;
    }

    private bool IsMissed(int at, DateOnly asOf) => UnpaidSince(at, asOf) is { } since && asOf.DayNumber - since.DayNumber >= GraceDays;

    /// <summary>Something came for it when more than the grace was over.</summary>
    private bool WasMissed(int at, DateOnly by) =>
        Moves.Exists(m => m.On <= by && UnpaidSince(at, m.On.Plus(-1)) is { } since && m.On.DayNumber - since.DayNumber > GraceDays);

    /// <summary>How an instalment stands at the end of a day, and since when.</summary>
    private (InstalmentStanding Standing, DateOnly Since) StandingOn(int at, DateOnly asOf)
    {
        if (Since(Needed(at), paid: true, asOf) is { } paid)
            return (paid > Instalments[at].DueOn && WasMissed(at, paid) ? InstalmentStanding.Cured : InstalmentStanding.Paid, paid);
        if (UnpaidSince(at, asOf) is not { } since || since == asOf) return (InstalmentStanding.Open, Since(Needed(at), paid: false, asOf)!.Value);
        return asOf.DayNumber - since.DayNumber < GraceDays ? (InstalmentStanding.Late, since.Plus(1)) : (InstalmentStanding.Missed, since.Plus(GraceDays));
    }

    /// <summary>Two in a row are missed, the first not made good before the second was due; or one is unpaid for too long.</summary>
    private bool IsBrokenOn(DateOnly day)
    {
        for (var i = 0; i < Instalments.Count; i++)
        {
            if (UnpaidSince(i, day) is not { } since) continue;
            if (day.DayNumber - since.DayNumber >= BrokenAfterDays) return true;
            if (i > 0 && IsMissed(i, day) && (IsMissed(i - 1, day) || IsMissed(i - 1, Instalments[i].DueOn.Plus(-1)))) return true;
        }
        return false;
    }

    /// <summary>Days on which something about it changes by the passing of time, or by cash that is known to come or go; in no order.</summary>
    internal IEnumerable<DateOnly> Days() => Instalments.Select(i => i.DueOn).Concat(Moves.Select(m => m.On))
        .SelectMany(day => new[] { day, day.Plus(1), day.Plus(GraceDays), day.Plus(BrokenAfterDays) });

    /// <summary>How and when it ended, by all that is known; null: it is open at the end of the day.</summary>
    internal (string Outcome, DateOnly On)? EndBy(DateOnly asOf)
    {
        DateOnly? broken = null;
        foreach (var day in Days())
            if (day <= asOf && !(broken <= day) && IsBrokenOn(day)) broken = day;
        var completed = Since(Minor, paid: true, asOf);
        // Where the last was paid but for what is tolerated, no instalment follows that takes the rest.
        var last = Instalments[^1].DueOn.Plus(GraceDays);
        if (completed is null && asOf >= last && Since(Needed(Instalments.Count - 1), paid: true, asOf) is { } paid) completed = paid > last ? paid : last;
        return completed is { } on && !(broken < on) ? ("completed", on) : broken is { } day2 ? ("broken", day2) : null;
    }

    /// <summary>The day since which a plan that was completed is so no more, since money went back; null: it is.</summary>
    internal DateOnly? UnpaidAgainOn(DateOnly asOf) =>
        Since(Needed(Instalments.Count - 1), paid: false, asOf) is { } since ? since > ClosedOn ? since : ClosedOn : null;

    /// <summary>The instalments that stand otherwise than the journal says, in the order in which they came to.</summary>
    internal IEnumerable<(int At, InstalmentStanding Standing, DateOnly Since)> TurnedBy(DateOnly asOf) => Enumerable.Range(0, Instalments.Count)
        .Select(at => (At: at, Now: StandingOn(at, asOf))).Where(i => i.Now.Standing != Instalments[i.At].Standing)
        .Select(i => (i.At, i.Now.Standing, i.Now.Since)).OrderBy(i => i.Since);

    public static PlanState Blank => new();

    public static PlanState Form<TForm>(ref TForm f, PlanState v) where TForm : IForm, allows ref struct
    {
        v.Plan = f.Text("plan", v.Plan);
        v.Account = f.Word("account", v.Account);
        v.Currency = f.Word("currency", v.Currency);
        v.AgreedOn = f.Day("agreed_on", v.AgreedOn);
        v.Items = f.Texts("items", v.Items);
        v.Instalments = f.List("instalments", v.Instalments);
        v.Moves = f.List("moves", v.Moves);
        v.Outcome = f.WordOrNull("outcome", v.Outcome);
        v.ClosedOn = f.DayOrNull("closed_on", v.ClosedOn);
        f.BeginRare(4);
        v.IsOfNothing = f.Flag("of_nothing", v.IsOfNothing);
        v.LackedMinor = f.Long("lacked_minor", v.LackedMinor);
        v.Portfolio = f.WordOrNull("portfolio", v.Portfolio);
        v.Segment = f.WordOrNull("segment", v.Segment);
        f.EndRare();
        return v;
    }
}
