namespace Recoup.Storage;

/// <summary>
/// A statement of SQL, written in the subset that both stores share, with `?` for its parameters: bound by position
/// and read row by row without boxing. Not thread-safe; lives as long as its connection.
/// </summary>
public abstract class Statement : Scan
{
    public abstract Statement Bind(long value);

    public abstract Statement Bind(long? value);

    public abstract Statement Bind(string? value);

    public abstract Statement Bind(ReadOnlySpan<byte> value);

    public virtual Statement Bind(byte[]? value) => value is null ? Bind((string?)null) : Bind(value.AsSpan());

    /// <summary>Runs a statement that returns no rows, and makes it ready for the next. Returns the rows it changed.</summary>
    public abstract int Run();

    /// <summary>Ends a reading before its last row.</summary>
    public abstract void Reset();

    /// <summary>Ready for use: whoever used it last may have been stopped by an exception among its rows or parameters.</summary>
    internal abstract Statement Anew();
}
