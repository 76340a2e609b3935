using Recoup.Core.Foundation;

namespace Recoup.Storage.Work;

/// <summary>A range of partitions that is run or dispatched as one piece of work, by one process at a time.</summary>
/// <param name="ToPartition">The first partition behind it.</param>
public readonly record struct Slot(int Index, int FromPartition, int ToPartition)
{
    internal long FromPid => Store.RowId(FromPartition, 0);

    internal long ToPid => Store.RowId(ToPartition, 0);

    /// <summary>The name of the slot's turn for a kind of work.</summary>
    internal string TurnOf(string work) =>
        FromPartition == 0 && ToPartition == Partition.PartyCount
            ? work : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{work}-{Index:00}");
}

/// <summary>How work is cut up: where one writer has the whole file there is nothing to gain by it.</summary>
public static class Slots
{
    /// <summary>More than any number of nodes that one database feeds; few enough that each is worth its turn.</summary>
    private const int OnPostgres = 16;

    private static readonly Slot[] Whole = [new Slot(0, 0, Partition.PartyCount)];

    private static readonly Slot[] Sixteen = [.. Enumerable.Range(0, OnPostgres).Select(i =>
        new Slot(i, i * (Partition.PartyCount / OnPostgres), (i + 1) * (Partition.PartyCount / OnPostgres)))];

    public static IReadOnlyList<Slot> Of(Store store) => store.Database.HasManyWriters ? Sixteen : Whole;
}
