using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Recoup.Storage.Sqlite;

/// <summary>
/// A prepared statement bound by position without boxing. The write path runs a few of these per fact; through
/// the ADO.NET parameters of the same library one row costs about twice as much (docs/adr/0001-row-shapes.md).
/// Not thread-safe; lives as long as its connection.
/// </summary>
internal sealed unsafe class SqliteStatement : Statement
{
    private readonly sqlite3 db;
    private readonly sqlite3_stmt owner;

    // Of the owner and the connection, which live as long as this.
    private readonly nint handle, session;
    private int bound;
    private bool stepping;

    // The column looked at last: its class, its number and its bytes are asked for one after another.
    private int column = -1;
    private nint value;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        db = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        Check(raw.sqlite3_prepare_v3(db, sql, raw.SQLITE_PREPARE_PERSISTENT, out owner));
        (handle, session) = (owner.DangerousGetHandle(), db.DangerousGetHandle());
    }

    /// <summary>Of a statement that was disposed of it is none any more.</summary>
    private nint Handle => owner.IsClosed ? throw new ObjectDisposedException(nameof(SqliteStatement)) : handle;

    public override Statement Bind(long value) { Check(SqliteNative.sqlite3_bind_int64(Handle, ++bound, value)); return this; }

    public override Statement Bind(long? value)
    {
        if (value is { } v) return Bind(v);
        Check(SqliteNative.sqlite3_bind_null(Handle, ++bound));
        return this;
    }

    public override Statement Bind(string? value)
    {
        bound++;
        if (value is null) { Check(SqliteNative.sqlite3_bind_null(Handle, bound)); return this; }
        if (value.Length <= 128)
        {
            Span<byte> utf8 = stackalloc byte[128 * 3];
            BindText(utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
        }
        else BindText(Encoding.UTF8.GetBytes(value));
        return this;
    }

    private void BindText(ReadOnlySpan<byte> utf8)
    {
        // A null pointer would be NULL: of an empty text there must be an address too.
        byte none = 0;
        fixed (byte* text = utf8) Check(SqliteNative.sqlite3_bind_text(Handle, bound, utf8.IsEmpty ? &none : text, utf8.Length, SqliteNative.Transient));
    }

    public override Statement Bind(ReadOnlySpan<byte> value)
    {
        bound++;
        byte none = 0;
        fixed (byte* blob = value) Check(SqliteNative.sqlite3_bind_blob(Handle, bound, value.IsEmpty ? &none : blob, value.Length, SqliteNative.Transient));
        return this;
    }

    /// <summary>Runs a statement that returns no rows, and makes it ready for the next.</summary>
    public override int Run()
    {
        var code = SqliteNative.sqlite3_step(Handle);
        Reset();
        if (code != raw.SQLITE_DONE && code != raw.SQLITE_ROW) Check(code);
        return SqliteNative.sqlite3_changes(session);
    }

    /// <summary>Moves to the next row; at the end the statement is made ready for the next use.</summary>
    public override bool Step()
    {
        column = -1;
        var code = SqliteNative.sqlite3_step(Handle);
        if (code == raw.SQLITE_ROW) return stepping = true;
        Reset();
        if (code != raw.SQLITE_DONE) Check(code);
        return false;
    }

    /// <summary>Ends a reading before its last row.</summary>
    public override void Reset()
    {
        column = -1;
        SqliteNative.sqlite3_reset(Handle);
        bound = 0;
        stepping = false;
    }

    /// <summary>Ready for use: whoever used it last may have been stopped by an exception among its rows or parameters.</summary>
    internal override Statement Anew()
    {
        if (stepping || bound != 0) Reset();
        return this;
    }

    private nint Value(int wanted)
    {
        if (wanted != column)
        {
            value = SqliteNative.sqlite3_column_value(Handle, wanted);
            column = wanted;
        }
        return value;
    }

    public override bool IsNull(int column) => Class(column) == ValueClass.Null;

    public override long Long(int column) => SqliteNative.sqlite3_value_int64(Value(column));

    /// <summary>All of it: a NUL in a text does not end it.</summary>
    public override string Text(int column) => Encoding.UTF8.GetString(Blob(column));

    internal override ValueClass Class(int column) => SqliteNative.sqlite3_value_type(Value(column)) switch
    {
        raw.SQLITE_INTEGER => ValueClass.Integer,
        raw.SQLITE_TEXT => ValueClass.Text,
        raw.SQLITE_BLOB => ValueClass.Blob,
        raw.SQLITE_NULL => ValueClass.Null,
        _ => ValueClass.Other,
    };

    /// <summary>Valid until the next step.</summary>
    public override ReadOnlySpan<byte> Blob(int column)
    {
        // In this order: asked for its bytes, a number becomes a text first.
        var bytes = SqliteNative.sqlite3_value_blob(Value(column));
        return bytes is null ? default : new ReadOnlySpan<byte>(bytes, SqliteNative.sqlite3_value_bytes(value));
    }

    public override void Dispose() => owner.Dispose();

    private void Check(int code)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_DONE or raw.SQLITE_ROW) return;
        try { SqliteException.ThrowExceptionForRC(code, db); }
        catch (SqliteException e)
        {
            FileTrouble.Of(e, raw.sqlite3_db_filename(db, "main").utf8_to_string());
            throw;
        }
    }
}
