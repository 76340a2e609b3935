using System.Collections.Concurrent;
using Npgsql;

namespace Recoup.Storage.Postgres;

/// <summary>What a connection text names: one server, or several of which one is the primary.</summary>
internal static class PostgresPlace
{
    // A statement that a person or a page waits for ends sooner; whole rebuilds set their own limits.
    // Every statement has its index, and a plan is kept: one made while a table was small, or on a guess at how many rows a
    // range has, must not go through the table from end to end. Nothing runs long enough to be worth compiling.
    private const string ServerOptions = "-c statement_timeout=300000 -c lock_timeout=30000 -c idle_in_transaction_session_timeout=120000 -c jit=off -c "
        + "enable_seqscan=off";

    private static readonly ConcurrentDictionary<string, NpgsqlDataSource> Sources = new(StringComparer.Ordinal);

    /// <summary>Connections of one place are pooled over all stores of the process.</summary>
    public static NpgsqlDataSource Source(string connection) => Sources.GetOrAdd(connection, static text =>
    {
        var settings = Settings(text);
        // What the connection says itself comes later, and holds.
        settings.Options = settings.ContainsKey("Options") ? $"{ServerOptions} {settings.Options}" : ServerOptions;
        if (!settings.ContainsKey("Application Name")) settings.ApplicationName = "recoup";
        if (!settings.ContainsKey("Keepalive")) settings.KeepAlive = 30;
        if (!settings.ContainsKey("Timeout")) settings.Timeout = 10;
        // Longer than the server's own, so that its limit is the one that ends a statement, and this one a dead connection.
        if (!settings.ContainsKey("Command Timeout")) settings.CommandTimeout = 330;
        if (!settings.ContainsKey("Include Error Detail")) settings.IncludeErrorDetail = false;
        // An audit reads everything: what came meanwhile is fetched at once.
        if (!settings.ContainsKey("Read Buffer Size")) settings.ReadBufferSize = 1 << 16;
        // Prepared statements die with the reset of a pooled connection; a store's statements are its own and are closed with it.
        settings.NoResetOnClose = false;
        var several = settings.Host?.Contains(',', StringComparison.Ordinal) == true;
        if (several)
        {
            // Only a primary takes writes, so it is the one that is looked for, also where the connection says so itself.
            settings.Remove("Target Session Attributes");
            // Who was a standby a moment ago may be the primary by now.
            if (!settings.ContainsKey("Host Recheck Seconds")) settings.HostRecheckSeconds = 1;
        }
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        return several ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary) : builder.Build();
    });

    /// <summary>
    /// What becomes of a connection that works: one from the pool may have been ended by the server while it stood idle, as the first
    /// statement tells; then the idle ones are given up and it is taken anew. Who takes the connection closes it; it
    /// is closed here where <paramref name="taken"/> throws.
    /// </summary>
    public static T At<T>(string connection, Func<NpgsqlConnection, T> taken)
    {
        var source = Source(connection);
        for (var isAnew = false; ; isAnew = true)
        {
            var db = source.CreateConnection();
            var isOpen = false;
            try
            {
                db.Open();
                isOpen = true;
                return taken(db);
            }
            catch (Exception e) when (isOpen && !isAnew && Trouble.IsLoss(e))
            {
                db.Dispose();
                source.Clear();
            }
            catch
            {
                db.Dispose();
                throw;
            }
        }
    }

    /// <summary>The same server and database under another name of the application.</summary>
    public static string Named(string connection, string sessions)
    {
        var settings = Settings(connection);
        settings.ApplicationName = sessions;
        return settings.ConnectionString;
    }

    /// <summary>
    /// Reads `Host=…;Database=…` and `postgresql://user:password@host:port/database?name=value`. Throws <see cref="StoreException"/> where it is neither.
    /// </summary>
    public static NpgsqlConnectionStringBuilder Settings(string text)
    {
        try
        {
            if (!text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase))
                return new NpgsqlConnectionStringBuilder(text);
            var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
            var question = rest.IndexOf('?', StringComparison.Ordinal);
            var options = question < 0 ? "" : rest[(question + 1)..];
            if (question >= 0) rest = rest[..question];
            var slash = rest.IndexOf('/', StringComparison.Ordinal);
            var (authority, database) = slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..]);
            var settings = new NpgsqlConnectionStringBuilder();
            var at = authority.LastIndexOf('@');
            if (at >= 0)
            {
                var user = authority[..at].Split(':', 2);
                settings.Username = Uri.UnescapeDataString(user[0]);
                if (user.Length == 2) settings.Password = Uri.UnescapeDataString(user[1]);
            }
            // Several servers, each perhaps with a port, as the driver writes them.
            settings.Host = authority[(at + 1)..];
            if (!settings.Host.Contains(',', StringComparison.Ordinal) && settings.Host.LastIndexOf(':') is var colon and >= 0
                && int.TryParse(settings.Host[(colon + 1)..], out var port))
                (settings.Port, settings.Host) = (port, settings.Host[..colon]);
            if (database.Length > 0) settings.Database = Uri.UnescapeDataString(database);
            foreach (var option in options.Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var pair = option.Split('=', 2);
                var name = pair[0] switch
                {
                    "sslmode" => "SSL Mode",
                    "application_name" => "Application Name",
                    "options" => "Options",
                    "connect_timeout" => "Timeout",
                    "search_path" => "Search Path",
                    var other => other
                };
                settings[name] = Uri.UnescapeDataString(pair.Length == 2 ? pair[1] : "");
            }
            return settings;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or UriFormatException or OverflowException)
        {
            throw new StoreException($"the database connection can't be understood ({e.Message}); write "
                + "Host=…;Port=…;Database=…;Username=…;Password=… or "
                + "postgresql://user:password@host:port/database", e);
        }
    }
}
