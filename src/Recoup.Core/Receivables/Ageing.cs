namespace Recoup.Core.Receivables;

/// <summary>How days past due are counted, and the buckets that the trade's ageing tables have.</summary>
public static class Ageing
{
    public static readonly IReadOnlyList<string> BucketNames = ["current", "d1_30", "d31_60", "d61_90", "d90_plus"];

    /// <summary>Days past due at which each bucket after the first begins.</summary>
    public static readonly IReadOnlyList<int> BucketStarts = [1, 31, 61, 91];

    /// <summary>Zero on the due date itself; negative before it.</summary>
    public static int DaysPastDue(DateOnly due, DateOnly asOf) => asOf.DayNumber - due.DayNumber;

    public static bool IsOverdue(DateOnly due, DateOnly asOf) => asOf > due;

    /// <summary>0: current (not past due), 1: 1 to 30 days, 2: 31 to 60, 3: 61 to 90, 4: 91 and more.</summary>
    public static int Bucket(DateOnly due, DateOnly asOf) => Bucket(due, asOf, BucketStarts);

    public static int Bucket(DateOnly due, DateOnly asOf, IReadOnlyList<int> starts)
    {
        var days = DaysPastDue(due, asOf);
        var bucket = 0;
        while (bucket < starts.Count && days >= starts[bucket]) bucket++;
        return bucket;
    }
}
