using System.Runtime.InteropServices;
using SQLitePCL;

namespace Recoup.Storage.Sqlite;

/// <summary>
/// The functions of SQLite's that are called dozens of times a fact, without the wrapping of their handles: through it one
/// costs three times as much. The library, its loading and everything else are SQLitePCL's.
/// </summary>
internal static unsafe partial class SqliteNative
{
    private const string Library = "e_sqlite3";

    /// <summary>The value is copied before the call returns.</summary>
    public static readonly nint Transient = -1;

    /// <summary>
    /// Before the first connection: one is used by one thread at a time here, so SQLite need not lock it for every call, nor
    /// count its memory under a lock that all threads share. Where somebody was first, it stays as it is.
    /// </summary>
    public static void Prepare() => Prepared.Value.GetHashCode();

    private static readonly Lazy<int> Prepared = new(() =>
    {
        Batteries_V2.Init();
        return raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD) | raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
    });

    // What only copies a value into or out of a statement is done in no time: the collector may wait for it.

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int sqlite3_bind_int64(nint statement, int index, long value);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int sqlite3_bind_null(nint statement, int index);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int sqlite3_bind_text(nint statement, int index, byte* text, int bytes, nint destructor);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int sqlite3_bind_blob(nint statement, int index, byte* blob, int bytes, nint destructor);

    /// <summary>The value of a column where it lies, until the next step.</summary>
    [LibraryImport(Library), SuppressGCTransition]
    public static partial nint sqlite3_column_value(nint statement, int column);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int sqlite3_value_type(nint value);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial long sqlite3_value_int64(nint value);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial byte* sqlite3_value_blob(nint value);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int sqlite3_value_bytes(nint value);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int sqlite3_changes(nint session);

    [LibraryImport(Library)]
    public static partial int sqlite3_step(nint statement);

    [LibraryImport(Library)]
    public static partial int sqlite3_reset(nint statement);
}
