using System.Text.Json.Serialization;
using Recoup.Core.Foundation;
using Recoup.Core.Receivables;

namespace Recoup.Core.Recovery;

/// <summary>A customer's word to pay an amount by a day.</summary>
public sealed class PromiseState
{
    [JsonPropertyName("id")] public string Promise { get; set; } = "";
    [JsonPropertyName("a")] public string Account { get; set; } = "";
    [JsonPropertyName("on")] public DateOnly MadeOn { get; set; }
    [JsonPropertyName("due")] public DateOnly DueOn { get; set; }
    [JsonPropertyName("m")] public long Minor { get; set; }
    [JsonPropertyName("c")] public string Currency { get; set; } = "";

    /// <summary>Cash received since, in order of the day it came, counted up to the amount's full. What is to come is not in it.</summary>
    [JsonPropertyName("paid")] public List<CashCounted> Paid { get; set; } = [];

    [JsonIgnore] public long PaidMinor => Paid.Sum(p => p.Minor);

    /// <summary>What came in within the term and so many days of grace: what comes later does not keep it.</summary>
    public long PaidInTerm(int graceDays) => Paid.Where(p => p.On <= DueOn.Plus(graceDays)).Sum(p => p.Minor);

    /// <summary>The word on it after its term and grace.</summary>
    public string OutcomeBy(int graceDays) => PaidInTerm(graceDays) is var paid && paid >= Minor ? "kept" : paid > 0 ? "partial" : "broken";

    /// <summary>kept, partial, broken or withdrawn, from <see cref="ClosedOn"/> on; null while open.</summary>
    [JsonPropertyName("out")] public string? Outcome { get; set; }

    [JsonPropertyName("closed")] public DateOnly? ClosedOn { get; set; }

    /// <summary>The day on which it was recorded, where that is later than the day it was made.</summary>
    [JsonPropertyName("l")] public DateOnly? LearnedOn { get; set; }

    /// <summary>The last day of its term and grace, of one that was kept; null while open, and where the journal does not say.</summary>
    [JsonPropertyName("ld")] public DateOnly? LastDay { get; set; }

    /// <summary>The day from which it is open again, since the money that had kept it went back; null: it never was closed.</summary>
    [JsonPropertyName("ag")] public DateOnly? AgainOn { get; set; }

    /// <summary>Kept, but the money went back: the day from which it is to be open again. Null: it is kept by what stands.</summary>
    [JsonPropertyName("lo")] public DateOnly? LostOn { get; set; }

    /// <summary>The first day on which it stands: that on which it was made, or from which it is open again.</summary>
    [JsonIgnore] public DateOnly From => AgainOn ?? MadeOn;

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
}

/// <summary>Of a payment so much counts toward a promise, from the day on which it came.</summary>
/// <param name="Key">The payment's.</param>
public record struct CashCounted(
    [property: JsonPropertyName("k")] string Key, [property: JsonPropertyName("on")] DateOnly On, [property: JsonPropertyName("m")] long Minor);

/// <summary>No contact about the account from one day to another, both included.</summary>
public sealed class HoldState
{
    [JsonPropertyName("id")] public string Hold { get; set; } = "";
    [JsonPropertyName("a")] public string Account { get; set; } = "";
    [JsonPropertyName("f")] public DateOnly From { get; set; }
    [JsonPropertyName("t")] public DateOnly To { get; set; }
    [JsonPropertyName("r")] public string Reason { get; set; } = "";

    /// <summary>The day on which it was recorded, where that is later than its first.</summary>
    [JsonPropertyName("l")] public DateOnly? LearnedOn { get; set; }

    /// <summary>Both days included.</summary>
    public bool StandsOn(DateOnly day) => From <= day && day <= To;

    /// <summary>Holds that touch (one ends the day before the other begins) do not overlap.</summary>
    public bool Overlaps(DateOnly from, DateOnly to) => From <= to && from <= To;
}

/// <summary>A dispute that stands, on one item or, where the number is null, on the whole account.</summary>
public sealed class OpenDispute
{
    [JsonPropertyName("id")] public string Dispute { get; set; } = "";
    [JsonPropertyName("a")] public string Account { get; set; } = "";
    [JsonPropertyName("n")] public string? Number { get; set; }
    [JsonPropertyName("f")] public DateOnly From { get; set; }
    [JsonPropertyName("cl")] public DateOnly? ClosedOn { get; set; }

    /// <summary>The day on which it was recorded, where that is later than its first.</summary>
    [JsonPropertyName("l")] public DateOnly? LearnedOn { get; set; }

    /// <summary>From its first day until the day before it was closed.</summary>
    public bool StandsOn(DateOnly day) => From <= day && (ClosedOn is not { } closed || day < closed);
}

/// <summary>What a person should do next for a party.</summary>
public sealed class WorkItemState
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
}
