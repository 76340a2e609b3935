using Recoup.Core.Foundation;

namespace Recoup.Core.Parties;

/// <summary>What a row beside a header is found by within its party: one text, or two.</summary>
/// <param name="Second">Null where the kind's key is one text.</param>
public readonly record struct RowKey(string First, string? Second = null)
{
    /// <summary>The order in which a store gives rows by their keys: of code units, the first text before the second.</summary>
    public static int Compare(RowKey a, RowKey b) =>
        string.CompareOrdinal(a.First, b.First) is var order and not 0 ? order : string.CompareOrdinal(a.Second, b.Second);
}

/// <summary>What a column holds. Real: a whole number that SQLite keeps as a floating-point one, since a released step made the column so.</summary>
public enum RowColumnType { Integer, Text, Real }

/// <summary>A column beside the bytes of a row's state, by which lists find and order rows. It follows from the state and is never null.</summary>
public abstract class RowColumn(string name, RowColumnType type)
{
    public string Name { get; } = name;

    public RowColumnType Type { get; } = type;
}

/// <summary>A column of rows whose state is a <typeparamref name="T"/>, with how it is taken from the state.</summary>
public sealed class RowColumn<T> : RowColumn where T : class
{
    private readonly Func<T, long>? number;
    private readonly Func<T, string>? text;

    private RowColumn(string name, RowColumnType type, Func<T, long>? number, Func<T, string>? text) : base(name, type) =>
        (this.number, this.text) = (number, text);

    public static RowColumn<T> Integer(string name, Func<T, long> of) => new(name, RowColumnType.Integer, of, null);

    public static RowColumn<T> Real(string name, Func<T, long> of) => new(name, RowColumnType.Real, of, null);

    public static RowColumn<T> Text(string name, Func<T, string> of) => new(name, RowColumnType.Text, null, of);

    internal void Tell(T row, RowSink sink)
    {
        if (text is not null) sink.Text(text(row));
        else if (Type == RowColumnType.Real) sink.Real(number!(row));
        else sink.Integer(number!(row));
    }
}

/// <summary>
/// Is told the values of a row's columns one after another, in the order of the kind: a store's statement, or what holds them against
/// a stored row.
/// </summary>
public abstract class RowSink
{
    public abstract void Integer(long value);

    public abstract void Text(string value);

    public virtual void Real(long value) => Integer(value);
}

/// <summary>An index of a kind's table: its columns, and the rows that it is of, in SQL that both stores share.</summary>
/// <param name="Name">What follows the table's name in the index's own.</param>
/// <param name="Columns">For instance <c>priority DESC, id</c>.</param>
/// <param name="Where">For instance <c>open = 1</c>; null: all rows.</param>
public sealed record RowIndex(string Name, string Columns, string? Where = null);

/// <summary>
/// A kind of rows that lie beside a party's header, in a table of their own: place of the party, key, columns, bytes of the state. All
/// that a party's state, both stores, a move, an audit, a rebuild and the grants need to know of the kind is here, and all of them go over
/// the list of chapters at the root of Core.
/// </summary>
public abstract class RowKind
{
    private protected RowKind(string table, IReadOnlyList<string> key, IReadOnlyList<RowColumn> columns, Type stateType) =>
        (Table, Key, Columns, StateType) = (table, key, columns, stateType);

    /// <summary>The table's name in both stores.</summary>
    public string Table { get; }

    /// <summary>The names of the key's columns, one or two; texts.</summary>
    public IReadOnlyList<string> Key { get; }

    /// <summary>The columns beside place, key and state.</summary>
    public IReadOnlyList<RowColumn> Columns { get; }

    public Type StateType { get; }

    /// <summary>The first byte of each state of the kind, and of no other's.</summary>
    public required byte Mark { get; init; }

    /// <summary>
    /// A row is looked for without its party too, by a key that no other party has: on SQLite the key alone is the table's, on PostgreSQL,
    /// where a table is split by the place, it has an index.
    /// </summary>
    public bool IsFoundAlone { get; init; }

    public IReadOnlyList<RowIndex> Indexes { get; init; } = [];

    /// <summary>For the rows of one party.</summary>
    public abstract IRows NewRows();

    /// <param name="row">A state of the kind.</param>
    public abstract RowKey KeyOf(object row);

    /// <summary>Tells the columns beside place, key and state.</summary>
    /// <param name="row">A state of the kind.</param>
    public abstract void Tell(object row, RowSink sink);

    /// <summary>Tells the key's columns.</summary>
    public static void TellKey(RowKey key, RowSink sink)
    {
        sink.Text(key.First);
        if (key.Second is { } second) sink.Text(second);
    }

    /// <summary>Whether these are the bytes of that state.</summary>
    /// <param name="row">A state of the kind.</param>
    public abstract bool IsOf(ReadOnlySpan<byte> bytes, object row);

    /// <summary>Throws <see cref="StateDamagedException"/> where the bytes are no state of the kind.</summary>
    public abstract object DecodeRow(ReadOnlySpan<byte> bytes);

    /// <summary>The state as a person reads it: JSON. Throws as <see cref="DecodeRow"/>.</summary>
    public abstract string TextOf(ReadOnlySpan<byte> bytes);

    /// <summary>The names and sorts of the state's fields: another where its bytes are of another form.</summary>
    public abstract string Describe();

    public override string ToString() => Table;
}

/// <summary>The form of a kind's key: what the columns are called, and how the two sides of it become each other.</summary>
public sealed class RowKeyForm<TKey> where TKey : notnull
{
    internal RowKeyForm(IReadOnlyList<string> columns, Func<TKey, RowKey> toRow, Func<RowKey, TKey> ofRow) => (Columns, ToRow, OfRow) = (columns, toRow, ofRow);

    public IReadOnlyList<string> Columns { get; }

    internal Func<TKey, RowKey> ToRow { get; }

    internal Func<RowKey, TKey> OfRow { get; }
}

/// <summary>The forms that a key may have.</summary>
public static class RowKeys
{
    public static RowKeyForm<string> Text(string column) => new([column], static key => new RowKey(key), static key => key.First);

    public static RowKeyForm<(string Account, string Number)> AccountAnd(string column) =>
        new(["account", column], static key => new RowKey(key.Account, key.Number), static key => (key.First, key.Second!));
}

/// <summary>A kind of rows by its types: <typeparamref name="TKey"/> is what a row is found by, <typeparamref name="T"/> its state.</summary>
public sealed class RowKind<TKey, T> : RowKind where TKey : notnull where T : class, IFormed<T>
{
    private readonly RowColumn<T>[] columns;
    private readonly Func<T, TKey> keyOf;

    public RowKind(string table, RowKeyForm<TKey> key, Func<T, TKey> keyOf, params RowColumn<T>[] columns) : base(table, key.Columns, columns, typeof(T)) =>
        (KeyForm, this.keyOf, this.columns) = (key, keyOf, columns);

    internal RowKeyForm<TKey> KeyForm { get; }

    public byte[] Encode(T row) => StoredState.Written(Mark, row).End();

    /// <summary>Throws <see cref="StateDamagedException"/> where the bytes are no state of the kind.</summary>
    public T Decode(ReadOnlySpan<byte> bytes) => StoredState.Read<T>(Mark, bytes);

    public override IRows NewRows() => new Rows<TKey, T>(this);

    public override RowKey KeyOf(object row) => KeyForm.ToRow(keyOf((T)row));

    internal TKey KeyOf(T row) => keyOf(row);

    public override void Tell(object row, RowSink sink)
    {
        var state = (T)row;
        foreach (var column in columns) column.Tell(state, sink);
    }

    public override bool IsOf(ReadOnlySpan<byte> bytes, object row) => StoredState.Written(Mark, (T)row).EndsAs(bytes);

    public override object DecodeRow(ReadOnlySpan<byte> bytes) => Decode(bytes);

    public override string TextOf(ReadOnlySpan<byte> bytes) => StoredState.TextOf(Decode(bytes));

    public override string Describe() => FormDescription.Of<T>();
}
