using System.Text.RegularExpressions;
using Recoup.Storage.Postgres;

namespace Recoup.Storage;

/// <summary>Where a workspace is kept.</summary>
/// <param name="Folder">Mail, anchors and settings; without a connection the data too (SQLite).</param>
/// <param name="Connection">A PostgreSQL connection, in the driver's words (Host=…;Database=…) or as postgresql://….</param>
public sealed partial record StorePlace(string Folder, string? Connection = null)
{
    /// <summary>Where the parties' keys are, if not in a schema of their own beside the journal.</summary>
    public string? KeysConnection { get; init; }

    /// <summary>Why the connection names no database; null: it does, or there is none.</summary>
    public string? Problem
    {
        get
        {
            if (Connection is null) return null;
            try
            {
                _ = PostgresPlace.Settings(Connection);
                return null;
            }
            catch (StoreException e) { return e.Message; }
        }
    }

    /// <summary>The same place, with a name under which the server lists the sessions of whoever uses it; on SQLite there are none.</summary>
    public StorePlace Named(string sessions) =>
        Connection is null ? this : this with
        {
            Connection = PostgresPlace.Named(Connection, sessions),
            KeysConnection = KeysConnection is null
            ? null : PostgresPlace.Named(KeysConnection, sessions)
        };

    /// <summary>For people: the folder, or the server and database without the password.</summary>
    public override string ToString() => Connection is null ? Folder : Secret().Replace(Connection, "$1…");

    [GeneratedRegex(@"(?i)((?:password|pwd)\s*=\s*)[^;]*|(?<=://[^/:@]*:)[^@/]*(?=@)")]
    private static partial Regex Secret();
}
