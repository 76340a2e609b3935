namespace Recoup.Storage;

/// <summary>
/// A statement of SQL, written in the subset that both stores share, with `?` for its parameters: bound by position
/// and read row by row without boxing. Not thread-safe; lives as long as its connection.
/// </summary>
public abstract class Statement : IDisposable
{
    public abstract Statement Bind(long value);

    public abstract Statement Bind(long? value);

    public abstract Statement Bind(string? value);

    public abstract Statement Bind(ReadOnlySpan<byte> value);

    public virtual Statement Bind(byte[]? value) => value is null ? Bind((string?)null) : Bind(value.AsSpan());

    /// <summary>Runs a statement that returns no rows, and makes it ready for the next. Returns the rows it changed.</summary>
    public abstract int Run();

    /// <summary>Moves to the next row; at the end the statement is made ready for the next use.</summary>
    public abstract bool Step();

    /// <summary>Ends a reading before its last row.</summary>
    public abstract void Reset();

    /// <summary>Ready for use: whoever used it last may have been stopped by an exception among its rows or parameters.</summary>
    internal abstract Statement Anew();

    public abstract bool IsNull(int column);

    public abstract long Long(int column);

    public int Int(int column) => checked((int)Long(column));

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    /// <summary>All of it: a NUL in a text does not end it.</summary>
    public abstract string Text(int column);

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>What kind of value stands there: in SQLite any column may hold any.</summary>
    internal abstract ValueClass Class(int column);

    /// <summary>The database lets nothing into a text column but text.</summary>
    internal virtual bool IsValidText => false;

    /// <summary>The bytes of a blob, or of a text as UTF-8. Valid until the next step.</summary>
    public abstract ReadOnlySpan<byte> Blob(int column);

    public abstract void Dispose();
}

/// <summary>The kinds of value that a column holds.</summary>
internal enum ValueClass { Null, Integer, Text, Blob, Other }
