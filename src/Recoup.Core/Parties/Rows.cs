using Recoup.Core.Foundation;

namespace Recoup.Core.Parties;

/// <summary>A row beside a header that is wanted by its key.</summary>
public readonly record struct NeededRow(RowKind Kind, RowKey Key);

/// <summary>A row that changed, as it is to be stored.</summary>
/// <param name="Bytes">The state's.</param>
/// <param name="IsNew">It is known that none is stored under its key.</param>
public readonly record struct RowForm(object State, byte[] Bytes, bool IsNew);

/// <summary>Rows of one kind and party, for whoever treats all kinds alike.</summary>
public interface IRows
{
    RowKind Kind { get; }

    int Count { get; }

    bool HasChanges { get; }

    /// <summary>Notes that a row was looked for. False: it was before.</summary>
    bool LookFor(RowKey key);

    /// <summary>Puts a stored row at hand.</summary>
    void Put(RowKey key, ReadOnlySpan<byte> state);

    /// <summary>Puts a stored row at hand where none of its key is.</summary>
    void PutUnlessKnown(ReadOnlySpan<byte> state);

    /// <summary>Null where there is none at hand.</summary>
    object? Find(RowKey key);

    /// <summary>Adds every row at hand to a list.</summary>
    void List(List<KeyValuePair<RowKey, object>> rows);

    /// <summary>Adds every row at hand to those of another party.</summary>
    /// <param name="asChanged">They are noted as changed there.</param>
    void AddTo(IRows other, bool asChanged);

    /// <summary>No row is at hand any more, nor noted as changed.</summary>
    void Forget();

    /// <summary>Every row at hand is to be written.</summary>
    void ChangeAll();

    /// <summary>What is to be written, as none of it is known to be new; noted as taken.</summary>
    /// <param name="isNew">Whether none is stored under that key; null: of none it is known.</param>
    RowForm[] TakeChanges(Func<RowKey, bool>? isNew);
}

/// <summary>The rows of one kind that are loaded beside a party's header, by their key; what was looked for of them, and what the fold changed.</summary>
public sealed class Rows<TKey, T>(RowKind<TKey, T> kind) : Dictionary<TKey, T>, IRows where TKey : notnull where T : class, IFormed<T>
{
    private HashSet<TKey>? changed, lookedFor;

    public RowKind Kind => kind;

    /// <summary>What the fold changed since it was loaded: what a store must write back.</summary>
    public HashSet<TKey> Changed => changed ??= [];

    /// <summary>The keys of which it is known whether they are stored: what was looked for and is not at hand is missing.</summary>
    public bool WasLookedFor(TKey key) => lookedFor?.Contains(key) == true;

    /// <summary>Notes that a row was looked for. False: it was before.</summary>
    public bool LookFor(TKey key) => (lookedFor ??= []).Add(key);

    /// <summary>What names a row to a store.</summary>
    public NeededRow Needed(TKey key) => new(kind, kind.KeyForm.ToRow(key));

    bool IRows.HasChanges => changed is { Count: > 0 };

    bool IRows.LookFor(RowKey key) => LookFor(kind.KeyForm.OfRow(key));

    void IRows.Put(RowKey key, ReadOnlySpan<byte> state) => this[kind.KeyForm.OfRow(key)] = kind.Decode(state);

    void IRows.PutUnlessKnown(ReadOnlySpan<byte> state)
    {
        var row = kind.Decode(state);
        TryAdd(kind.KeyOf(row), row);
    }

    object? IRows.Find(RowKey key) => this.GetValueOrDefault(kind.KeyForm.OfRow(key));

    void IRows.List(List<KeyValuePair<RowKey, object>> rows)
    {
        foreach (var (key, row) in this) rows.Add(new(kind.KeyForm.ToRow(key), row));
    }

    void IRows.AddTo(IRows other, bool asChanged)
    {
        var theirs = (Rows<TKey, T>)other;
        foreach (var (key, row) in this)
        {
            theirs.Add(key, row);
            if (asChanged) theirs.Changed.Add(key);
        }
    }

    void IRows.Forget()
    {
        Clear();
        changed?.Clear();
    }

    void IRows.ChangeAll()
    {
        foreach (var key in Keys) Changed.Add(key);
    }

    RowForm[] IRows.TakeChanges(Func<RowKey, bool>? isNew)
    {
        if (changed is not { Count: > 0 }) return [];
        var forms = new RowForm[changed.Count];
        var at = 0;
        foreach (var key in changed)
        {
            var row = this[key];
            forms[at++] = new RowForm(row, kind.Encode(row), isNew?.Invoke(kind.KeyForm.ToRow(key)) == true);
        }
        changed.Clear();
        return forms;
    }
}
