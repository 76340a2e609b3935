namespace Recoup.Storage.Work;

/// <summary>
/// What should be looked at in rows that were taken: a cell that could not be read and was left out, a number that can't be
/// dialled, an address to which no mail goes. The first are kept, all are counted.
/// </summary>
public sealed class Remarks
{
    internal const int KeptMax = 100;

    private readonly List<(long Line, string Text)> kept = [];

    /// <summary>Rows that have some.</summary>
    public long Rows { get; private set; }

    /// <summary>The first of them, with the row's line.</summary>
    public IReadOnlyList<(long Line, string Text)> Kept => kept;

    internal void Add(long line, IEnumerable<string> texts)
    {
        var some = false;
        foreach (var text in texts)
        {
            some = true;
            if (kept.Count < KeptMax) kept.Add((line, text));
        }
        if (some) Rows++;
    }
}
