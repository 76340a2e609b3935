using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Recoup.Storage.Sqlite;

/// <summary>
/// A prepared statement bound by position without boxing. The write path runs a few of these per fact; through
/// the ADO.NET parameters of the same library one row costs about twice as much (docs/adr/0001-row-shapes.md).
/// Not thread-safe; lives as long as its connection.
/// </summary>
internal sealed class SqliteStatement : Statement
{
    private readonly sqlite3 db;
    private readonly sqlite3_stmt statement;
    private readonly nint handle;
    private nint held;
    private int bound;
    private bool stepping;

    // The values of the row's columns as far as they were asked for: of each its class, then its number or its bytes.
    private nint[] values = new nint[8];
    private uint known;

    /// <summary>Columns beyond these are asked for each time.</summary>
    private const int KnownMax = 32;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        db = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        Check(raw.sqlite3_prepare_v3(db, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
        handle = statement.DangerousGetHandle();
    }

    public override Statement Bind(long value) { Check(raw.sqlite3_bind_int64(statement, ++bound, value)); return this; }

    public override Statement Bind(long? value)
    {
        if (value is { } v) return Bind(v);
        Check(raw.sqlite3_bind_null(statement, ++bound));
        return this;
    }

    public override Statement Bind(string? value)
    {
        bound++;
        if (value is null) { Check(raw.sqlite3_bind_null(statement, bound)); return this; }
        if (value.Length <= 128)
        {
            Span<byte> utf8 = stackalloc byte[128 * 3];
            Check(raw.sqlite3_bind_text(statement, bound, utf8[..Encoding.UTF8.GetBytes(value, utf8)]));
        }
        else Check(raw.sqlite3_bind_text(statement, bound, Encoding.UTF8.GetBytes(value)));
        return this;
    }

    public override Statement Bind(ReadOnlySpan<byte> value)
    {
        bound++;
        // The library binds an empty span as NULL; an empty blob is a value.
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, bound, 0) : raw.sqlite3_bind_blob(statement, bound, value));
        return this;
    }

    /// <summary>Runs a statement that returns no rows, and makes it ready for the next.</summary>
    public override int Run()
    {
        var code = raw.sqlite3_step(statement);
        Reset();
        if (code != raw.SQLITE_DONE && code != raw.SQLITE_ROW) Check(code);
        return raw.sqlite3_changes(db);
    }

    /// <summary>Moves to the next row; at the end the statement is made ready for the next use.</summary>
    public override bool Step()
    {
        known = 0;
        var code = SqliteColumns.Step(Handle);
        GC.KeepAlive(this);
        if (code == raw.SQLITE_ROW) return stepping = true;
        Reset();
        if (code != raw.SQLITE_DONE) Check(code);
        return false;
    }

    /// <summary>Ends a reading before its last row.</summary>
    public override void Reset()
    {
        known = 0;
        raw.sqlite3_reset(statement);
        bound = 0;
        stepping = false;
    }

    /// <summary>Ready for use: whoever used it last may have been stopped by an exception among its rows or parameters.</summary>
    internal override Statement Anew()
    {
        if (stepping || bound != 0) Reset();
        return this;
    }

    /// <summary>Of a statement that was disposed of it is none any more.</summary>
    private nint Handle => statement.IsClosed ? throw new ObjectDisposedException(nameof(SqliteStatement)) : handle;

    private nint Value(int column)
    {
        if (column >= KnownMax) return SqliteColumns.Value(Handle, column);
        if ((known >> column & 1) != 0) return values[column];
        if (column >= values.Length) Array.Resize(ref values, KnownMax);
        known |= 1u << column;
        return values[column] = SqliteColumns.Value(Handle, column);
    }

    public override bool IsNull(int column) => Class(column) == ValueClass.Null;

    public override long Long(int column)
    {
        var number = SqliteColumns.Long(Value(column));
        GC.KeepAlive(this);
        return number;
    }

    /// <summary>All of it: a NUL in a text does not end it.</summary>
    public override string Text(int column)
    {
        var text = Encoding.UTF8.GetString(Blob(column));
        GC.KeepAlive(this);
        return text;
    }

    internal override ValueClass Class(int column)
    {
        var type = SqliteColumns.Type(Value(column));
        GC.KeepAlive(this);
        return type switch
        {
            raw.SQLITE_INTEGER => ValueClass.Integer,
            raw.SQLITE_TEXT => ValueClass.Text,
            raw.SQLITE_BLOB => ValueClass.Blob,
            raw.SQLITE_NULL => ValueClass.Null,
            _ => ValueClass.Other,
        };
    }

    /// <summary>Valid until the next step.</summary>
    public override ReadOnlySpan<byte> Blob(int column) => SqliteColumns.Bytes(Value(column));

    /// <summary>
    /// Holds the connection's lock until the statement is disposed of, on the same thread: that is a fifth of the time of a long
    /// reading, since it is taken for each column.
    /// </summary>
    public SqliteStatement Holding()
    {
        held = SqliteColumns.Lock(SqliteColumns.Connection(Handle));
        SqliteColumns.Enter(held);
        return this;
    }

    public override void Dispose()
    {
        known = 0;
        statement.Dispose();
        if (held != 0) SqliteColumns.Leave(held);
        held = 0;
    }

    private void Check(int code)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_DONE or raw.SQLITE_ROW) return;
        SqliteException.ThrowExceptionForRC(code, db);
    }
}
