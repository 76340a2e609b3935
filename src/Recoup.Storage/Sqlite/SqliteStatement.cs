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
    private readonly nint statement, session;
    private int bound;
    private bool stepping;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        db = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        Check(raw.sqlite3_prepare_v3(db, sql, raw.SQLITE_PREPARE_PERSISTENT, out owner));
        (statement, session) = (owner.DangerousGetHandle(), db.DangerousGetHandle());
    }

    public override Statement Bind(long value) { Check(SqliteNative.sqlite3_bind_int64(statement, ++bound, value)); return this; }

    public override Statement Bind(long? value)
    {
        if (value is { } v) return Bind(v);
        Check(SqliteNative.sqlite3_bind_null(statement, ++bound));
        return this;
    }

    public override Statement Bind(string? value)
    {
        bound++;
        if (value is null) { Check(SqliteNative.sqlite3_bind_null(statement, bound)); return this; }
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
        fixed (byte* text = utf8) Check(SqliteNative.sqlite3_bind_text(statement, bound, utf8.IsEmpty ? &none : text, utf8.Length, SqliteNative.Transient));
    }

    public override Statement Bind(ReadOnlySpan<byte> value)
    {
        bound++;
        byte none = 0;
        fixed (byte* blob = value) Check(SqliteNative.sqlite3_bind_blob(statement, bound, value.IsEmpty ? &none : blob, value.Length, SqliteNative.Transient));
        return this;
    }

    /// <summary>Runs a statement that returns no rows, and makes it ready for the next.</summary>
    public override int Run()
    {
        var code = SqliteNative.sqlite3_step(statement);
        Reset();
        if (code != raw.SQLITE_DONE && code != raw.SQLITE_ROW) Check(code);
        return SqliteNative.sqlite3_changes(session);
    }

    /// <summary>Moves to the next row; at the end the statement is made ready for the next use.</summary>
    public override bool Step()
    {
        var code = SqliteNative.sqlite3_step(statement);
        if (code == raw.SQLITE_ROW) return stepping = true;
        Reset();
        if (code != raw.SQLITE_DONE) Check(code);
        return false;
    }

    /// <summary>Ends a reading before its last row.</summary>
    public override void Reset()
    {
        SqliteNative.sqlite3_reset(statement);
        bound = 0;
        stepping = false;
    }

    /// <summary>Ready for use: whoever used it last may have been stopped by an exception among its rows or parameters.</summary>
    internal override Statement Anew()
    {
        if (stepping || bound != 0) Reset();
        return this;
    }

    public override bool IsNull(int column) => SqliteNative.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public override long Long(int column) => SqliteNative.sqlite3_column_int64(statement, column);

    /// <summary>All of it: a NUL in a text does not end it.</summary>
    public override string Text(int column) => Encoding.UTF8.GetString(Blob(column));

    internal override ValueClass Class(int column) => SqliteNative.sqlite3_column_type(statement, column) switch
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
        // The pointer first: asking for it may turn the value into bytes, which changes their number.
        var bytes = SqliteNative.sqlite3_column_blob(statement, column);
        return new ReadOnlySpan<byte>(bytes, bytes is null ? 0 : SqliteNative.sqlite3_column_bytes(statement, column));
    }

    public override void Dispose() => owner.Dispose();

    private void Check(int code)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_DONE or raw.SQLITE_ROW) return;
        SqliteException.ThrowExceptionForRC(code, db);
    }
}
