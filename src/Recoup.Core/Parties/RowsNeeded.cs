using Recoup.Core.Foundation;

namespace Recoup.Core.Parties;

/// <summary>Is told which rows beside a party's header an input or a slice will look at.</summary>
public abstract class RowsNeeded
{
    private protected RowsNeeded() { }

    /// <summary>Nothing where the row is at hand, or was looked for and is missing.</summary>
    public abstract void Row<TKey, T>(RowKind<TKey, T> kind, TKey key) where TKey : notnull where T : class, IFormed<T>;
}

/// <summary>An input that looks at rows beside the header, by keys that itself or the header has.</summary>
public interface INeedsRows
{
    /// <summary>Is asked again after what it wanted was loaded, until it wants nothing more.</summary>
    void Need(PartyState state, RowsNeeded needed);
}
