using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Recoup.Storage.Sqlite;

/// <summary>How a file of SQLite's is opened where it can be written, and where it can only be read.</summary>
internal static partial class SqliteFile
{
    private const int MayWrite = 2;

    /// <summary>Copies of files that can't be read where they lie, by their paths.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<string>> Copies = new(StringComparer.Ordinal);

    /// <summary>The file or its folder can't be written: by its mode, its owner, or what it is mounted from.</summary>
    public static bool IsReadOnly(string path)
    {
        if (!File.Exists(path)) return false;
        if (OperatingSystem.IsWindows()) return File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly);
        return Access(path, MayWrite) != 0 || Access(Path.GetDirectoryName(Path.GetFullPath(path))!, MayWrite) != 0;
    }

    /// <summary>Opens it for reading and writing; makes it where there is none.</summary>
    public static SqliteConnection Open(string path) => Opened(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 });

    /// <summary>
    /// Opens a file that can only be read. Beside a log of writes it is read as ever where its index lies there too, else from a
    /// copy in the temporary folder. Without a log nobody is at it, and it is read as it is.
    /// </summary>
    public static SqliteConnection OpenReadOnly(string path)
    {
        var log = new FileInfo(path + "-wal");
        if (log is not { Exists: true, Length: > 0 }) return Opened(Reading($"{new Uri(Path.GetFullPath(path)).AbsoluteUri}?immutable=1"));
        try
        {
            var db = Opened(Reading(path));
            using var command = db.CreateCommand();
            command.CommandText = "SELECT count(*) FROM sqlite_schema";
            try { command.ExecuteScalar(); }
            catch
            {
                db.Dispose();
                throw;
            }
            return db;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 14 or 8 or 10)
        {
            // The log needs an index, which can't be made here.
            return Opened(Reading(Copies.GetOrAdd(Path.GetFullPath(path), p => new Lazy<string>(() => Copy(p))).Value, writable: true));
        }
    }

    private static SqliteConnectionStringBuilder Reading(string source, bool writable = false) =>
        new() { DataSource = source, Pooling = false, DefaultTimeout = 30, Mode = writable ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadOnly };

    private static SqliteConnection Opened(SqliteConnectionStringBuilder settings)
    {
        SqliteNative.Prepare();
        var db = new SqliteConnection(settings.ToString());
        db.Open();
        return db;
    }

    private static string Copy(string path)
    {
        var folder = Directory.CreateTempSubdirectory("recoup-reading-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                Directory.Delete(folder,
            recursive: true);
            }
            catch (IOException) { /* what is left is the system's to clear */ }
        };
        foreach (var file in new[] { path, path + "-wal" })
        {
            var copy = Path.Combine(folder, Path.GetFileName(file));
            File.Copy(file, copy);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        return Path.Combine(folder, Path.GetFileName(path));
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
