using System.Runtime.InteropServices;

namespace Recoup.Storage.Sqlite;

/// <summary>
/// The columns of the row on which a statement stands, by the same library without its guards: a safe handle is counted up and
/// down for each call, and each column function takes the connection's lock, three times a column. Reading a journal was
/// mostly that. Here a column's value is asked for once and looked at where it lies.
/// </summary>
/// <remarks>
/// SQLite allows that as long as one thread uses the connection, and a store is never used by two. What it gives is valid until
/// the next step. Each function is short and waits for nobody, so none of them lets the collector in between.
/// </remarks>
internal static class SqliteColumns
{
    private const string Library = "e_sqlite3";

    [DllImport(Library, EntryPoint = "sqlite3_step")]
    public static extern int Step(nint statement);

    [DllImport(Library, EntryPoint = "sqlite3_db_handle")]
    public static extern nint Connection(nint statement);

    /// <summary>The connection's lock. Who holds it takes it again at next to no cost, as each of the functions here does.</summary>
    [DllImport(Library, EntryPoint = "sqlite3_db_mutex")]
    public static extern nint Lock(nint connection);

    [DllImport(Library, EntryPoint = "sqlite3_mutex_enter")]
    public static extern void Enter(nint mutex);

    [DllImport(Library, EntryPoint = "sqlite3_mutex_leave")]
    public static extern void Leave(nint mutex);

    [DllImport(Library, EntryPoint = "sqlite3_column_value"), SuppressGCTransition]
    public static extern nint Value(nint statement, int column);

    [DllImport(Library, EntryPoint = "sqlite3_value_type"), SuppressGCTransition]
    public static extern int Type(nint value);

    [DllImport(Library, EntryPoint = "sqlite3_value_int64"), SuppressGCTransition]
    public static extern long Long(nint value);

    [DllImport(Library, EntryPoint = "sqlite3_value_blob"), SuppressGCTransition]
    private static extern nint Start(nint value);

    [DllImport(Library, EntryPoint = "sqlite3_value_bytes"), SuppressGCTransition]
    private static extern int Length(nint value);

    public static unsafe ReadOnlySpan<byte> Bytes(nint value)
    {
        // In this order: asked for its bytes, a number becomes a text first.
        var start = Start(value);
        return start == 0 ? default : new ReadOnlySpan<byte>((void*)start, Length(value));
    }
}
