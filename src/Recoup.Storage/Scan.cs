namespace Recoup.Storage;

/// <summary>Rows that are gone through once, column by column without boxing. Not thread-safe; lives as long as its connection.</summary>
public abstract class Scan : IDisposable
{
    /// <summary>Moves to the next row; false at the end.</summary>
    public abstract bool Step();

    public abstract bool IsNull(int column);

    public abstract long Long(int column);

    public int Int(int column) => checked((int)Long(column));

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    /// <summary>All of it: a NUL in a text does not end it.</summary>
    public abstract string Text(int column);

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>What kind of value stands there: in SQLite any column may hold any.</summary>
    internal abstract ValueClass Class(int column);

    /// <summary>The bytes of a blob, or of a text as UTF-8. Valid until the next step.</summary>
    public abstract ReadOnlySpan<byte> Blob(int column);

    public abstract void Dispose();
}

/// <summary>The kinds of value that a column holds.</summary>
internal enum ValueClass { Null, Integer, Text, Blob, Other }
