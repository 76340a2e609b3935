using Recoup.Core.Foundation;
using Recoup.Core.Parties;

namespace Recoup.Core.Recovery;

/// <summary>A customer's word to pay an amount by a day.</summary>
public sealed class PromiseState : IFormed<PromiseState>
{
    public string Promise { get; set; } = "";
    public string Account { get; set; } = "";
    public DateOnly MadeOn { get; set; }
    public DateOnly DueOn { get; set; }
    public long Minor { get; set; }
    public string Currency { get; set; } = "";

    /// <summary>Cash received since, in order of the day it came, counted up to the amount's full. What is to come is not in it.</summary>
    public List<CashCounted> Paid { get; set; } = [];

    public long PaidMinor => Paid.Sum(p => p.Minor);

    /// <summary>What came in within the term and so many days of grace: what comes later does not keep it.</summary>
    public long PaidInTerm(int graceDays) => Paid.Where(p => p.On <= DueOn.Plus(graceDays)).Sum(p => p.Minor);

    /// <summary>The word on it after its term and grace.</summary>
    public string OutcomeBy(int graceDays) => PaidInTerm(graceDays) is var paid && paid >= Minor ? "kept" : paid > 0 ? "partial" : "broken";

    /// <summary>kept, partial, broken or withdrawn, from <see cref="ClosedOn"/> on; null while open.</summary>
    public string? Outcome { get; set; }

    public DateOnly? ClosedOn { get; set; }

    /// <summary>The day on which it was recorded, where that is later than the day it was made.</summary>
    public DateOnly? LearnedOn { get; set; }

    /// <summary>The last day of its term and grace, of one that was closed; null while open, and where the journal does not say.</summary>
    public DateOnly? LastDay { get; set; }

    /// <summary>Where it was made, as known then: its figures stand there, and are taken back from there.</summary>
    public string Portfolio { get; set; } = "";

    /// <summary>See <see cref="Portfolio"/>.</summary>
    public string Segment { get; set; } = "";

    /// <summary>Of the party's promises of one day, so many were made before it.</summary>
    public int PlaceOfDay { get; set; }

    /// <summary>The day from which it is open again, since the money that had kept it went back; null: it never was closed.</summary>
    public DateOnly? AgainOn { get; set; }

    /// <summary>Closed, but not as what stands now says: the day from which it is to be open again. Null: the word on it holds.</summary>
    public DateOnly? WrongFrom { get; set; }

    /// <summary>So much sufficed to keep it, minor units, since nothing more was owed; 0: all that was promised was to come.</summary>
    public long Sufficed { get; set; }

    /// <summary>The word on one that is closed, by the cash that stands and came within its term and grace.</summary>
    public string OutcomeOfClosed =>
        Paid.Where(p => !(p.On > LastDay)).Sum(p => p.Minor) is var paid && paid >= (Sufficed > 0 ? Sufficed : Minor) ? "kept"
            : paid > 0 ? "partial" : "broken";

    /// <summary>When it was made nothing was owed in its currency: as long as that is so it rests no dunning.</summary>
    public bool IsOfNothing { get; set; }

    /// <summary>The first day on which it stands: that on which it was made, or from which it is open again.</summary>
    public DateOnly From => AgainOn ?? MadeOn;

    /// <summary>The first day on which it no longer binds: that on which it was paid in full, else the day after its term and grace.</summary>
    public DateOnly EndsOn(int graceDays)
    {
        long paid = 0;
        var last = DueOn.Plus(graceDays);
        foreach (var counted in Paid)
        {
            if (counted.On > last) break;
            paid += counted.Minor;
            if (paid >= Minor) return Later(counted.On);
        }
        return Later(last.Plus(1));
    }

    /// <summary>The day, or the first on which it stands, whichever is later.</summary>
    public DateOnly Later(DateOnly day) => day > From ? day : From;

    /// <summary>It binds from the day it was made to the end of its term and grace, unless closed before.</summary>
    public bool IsOpenOn(DateOnly day) => From <= day && (ClosedOn is not { } closed || day < closed);

    /// <summary>Cash of that day counts toward it: it came after the promise was made, and before it was closed.</summary>
    public bool Counts(DateOnly day) => MadeOn <= day && (ClosedOn is not { } closed || day < closed);

    /// <summary>Puts cash in its place by day; it counts as far as anything is left to pay. Returns how much it counts, minor units.</summary>
    public long Count(CashCounted cash)
    {
        var part = Math.Min(cash.Minor, Minor - PaidMinor);
        if (part > 0) Paid.Insert(Paid.FindLastIndex(p => p.On <= cash.On) + 1, cash with { Minor = part });
        return Math.Max(part, 0);
    }

    /// <summary>Below zero where it was made before the other; of promises of parties that joined, by their day alone.</summary>
    internal int CompareMade(PromiseState other) => MadeOn != other.MadeOn ? MadeOn.CompareTo(other.MadeOn) : PlaceOfDay.CompareTo(other.PlaceOfDay);

    public static PromiseState Blank => new();

    public static PromiseState Form<TForm>(ref TForm f, PromiseState v) where TForm : IForm, allows ref struct
    {
        v.Promise = f.Text("promise", v.Promise);
        v.Account = f.Word("account", v.Account);
        v.MadeOn = f.Day("made_on", v.MadeOn);
        v.DueOn = f.Day("due_on", v.DueOn);
        v.Minor = f.Long("minor", v.Minor);
        v.Currency = f.Word("currency", v.Currency);
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        v.Segment = f.Word("segment", v.Segment);
        f.BeginRare(10);
        v.Paid = f.List("paid", v.Paid);
        v.Outcome = f.WordOrNull("outcome", v.Outcome);
        v.ClosedOn = f.DayOrNull("closed_on", v.ClosedOn);
        v.LearnedOn = f.DayOrNull("learned_on", v.LearnedOn);
        v.LastDay = f.DayOrNull("last_day", v.LastDay);
        v.AgainOn = f.DayOrNull("again_on", v.AgainOn);
        v.WrongFrom = f.DayOrNull("wrong_from", v.WrongFrom);
        v.IsOfNothing = f.Flag("of_nothing", v.IsOfNothing);
        v.PlaceOfDay = f.Int("place_of_day", v.PlaceOfDay);
        v.Sufficed = f.Long("sufficed", v.Sufficed);
        f.EndRare();
        return v;
    }
}
