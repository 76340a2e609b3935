using Recoup.Core.Foundation;
using Recoup.Core.Receivables;

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

    /// <summary>The last day of its term and grace, of one that was kept; null while open, and where the journal does not say.</summary>
    public DateOnly? LastDay { get; set; }

    /// <summary>The day from which it is open again, since the money that had kept it went back; null: it never was closed.</summary>
    public DateOnly? AgainOn { get; set; }

    /// <summary>Kept, but the money went back: the day from which it is to be open again. Null: it is kept by what stands.</summary>
    public DateOnly? LostOn { get; set; }

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

    public static PromiseState Blank => new();

    public static PromiseState Form<TForm>(ref TForm f, PromiseState v) where TForm : IForm, allows ref struct
    {
        v.Promise = f.Text("promise", v.Promise);
        v.Account = f.Word("account", v.Account);
        v.MadeOn = f.Day("made_on", v.MadeOn);
        v.DueOn = f.Day("due_on", v.DueOn);
        v.Minor = f.Long("minor", v.Minor);
        v.Currency = f.Word("currency", v.Currency);
        f.BeginRare(7);
        v.Paid = f.List("paid", v.Paid);
        v.Outcome = f.WordOrNull("outcome", v.Outcome);
        v.ClosedOn = f.DayOrNull("closed_on", v.ClosedOn);
        v.LearnedOn = f.DayOrNull("learned_on", v.LearnedOn);
        v.LastDay = f.DayOrNull("last_day", v.LastDay);
        v.AgainOn = f.DayOrNull("again_on", v.AgainOn);
        v.LostOn = f.DayOrNull("lost_on", v.LostOn);
        f.EndRare();
        return v;
    }
}

/// <summary>Of a payment so much counts toward a promise, from the day on which it came.</summary>
/// <param name="Key">The payment's.</param>
public record struct CashCounted(
    string Key, DateOnly On, long Minor) : IFormed<CashCounted>
{
    public static CashCounted Blank => default;

    public static CashCounted Form<TForm>(ref TForm f, CashCounted v) where TForm : IForm, allows ref struct =>
        new(f.Text("key", v.Key), f.Day("on", v.On), f.Long("minor", v.Minor));
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

/// <summary>A dispute that stands, on one item or, where the number is null, on the whole account.</summary>
public sealed class OpenDispute : IFormed<OpenDispute>
{
    public string Dispute { get; set; } = "";
    public string Account { get; set; } = "";
    public string? Number { get; set; }
    public DateOnly From { get; set; }
    public DateOnly? ClosedOn { get; set; }

    /// <summary>The day on which it was recorded, where that is later than its first.</summary>
    public DateOnly? LearnedOn { get; set; }

    /// <summary>From its first day until the day before it was closed.</summary>
    public bool StandsOn(DateOnly day) => From <= day && (ClosedOn is not { } closed || day < closed);

    public static OpenDispute Blank => new();

    public static OpenDispute Form<TForm>(ref TForm f, OpenDispute v) where TForm : IForm, allows ref struct
    {
        v.Dispute = f.Text("dispute", v.Dispute);
        v.Account = f.Word("account", v.Account);
        v.From = f.Day("from", v.From);
        f.BeginRare(3);
        v.Number = f.TextOrNull("number", v.Number);
        v.ClosedOn = f.DayOrNull("closed_on", v.ClosedOn);
        v.LearnedOn = f.DayOrNull("learned_on", v.LearnedOn);
        f.EndRare();
        return v;
    }
}

/// <summary>What a person should do next for a party.</summary>
public sealed class WorkItemState : IFormed<WorkItemState>
{
    public string Id { get; set; } = "";
    public string Kind { get; set; } = "";
    public string Portfolio { get; set; } = "";
    public string Account { get; set; } = "";
    public string Rule { get; set; } = "";
    public string Owner { get; set; } = "";
    public DateOnly CreatedOn { get; set; }
    public DateOnly DueOn { get; set; }

    /// <summary>What is at stake, minor units of <see cref="Currency"/>, when it was created.</summary>
    public long Minor { get; set; }
    public string Currency { get; set; } = "";

    /// <summary>The score when it was created: 0 to 100, higher is likelier to pay.</summary>
    public int Score { get; set; }
    public bool Open { get; set; } = true;
    public string? Disposition { get; set; }

    /// <summary>
    /// Expected value of acting, in major units: what is at stake times the chance that it moves. The chance is
    /// lowest for those who pay anyway and those who never will, so it peaks in the middle of the score.
    /// </summary>
    public static decimal Priority(decimal majorAtStake, int score) => Math.Round(majorAtStake * (1m - Math.Abs(score - 50) / 100m), 2);

    public static WorkItemState Blank => new();

    public static WorkItemState Form<TForm>(ref TForm f, WorkItemState v) where TForm : IForm, allows ref struct
    {
        v.Id = f.Text("id", v.Id);
        v.Kind = f.Word("kind", v.Kind);
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        v.Account = f.Word("account", v.Account);
        v.Rule = f.Word("rule", v.Rule);
        v.Owner = f.Word("owner", v.Owner);
        v.CreatedOn = f.Day("created_on", v.CreatedOn);
        v.DueOn = f.Day("due_on", v.DueOn);
        v.Minor = f.Long("minor", v.Minor);
        v.Currency = f.Word("currency", v.Currency);
        v.Score = f.Int("score", v.Score);
        v.Open = f.Flag("open", v.Open);
        v.Disposition = f.TextOrNull("disposition", v.Disposition);
        return v;
    }
}
