using System.Net.Sockets;
using Npgsql;

namespace Recoup.Storage.Postgres;

/// <summary>The connection was lost; what was under way was not kept, or it is in doubt whether it was.</summary>
internal sealed class LostException(string message, Exception? inner) : StoreException(message, inner);

/// <summary>What the server's and the driver's exceptions mean. Codes: PostgreSQL's appendix A.</summary>
internal static class Trouble
{
    /// <summary>Null: not of the server or the driver.</summary>
    public static StoreException? Of(Exception e) => Known(e) ?? e switch
    {
        PostgresException p => new StoreRefusedException($"the database refused it: {p.MessageText} (SQLSTATE {p.SqlState})", e),
        NpgsqlException => new StoreException($"the database can't be used: {e.Message}", e),
        _ => null,
    };

    /// <summary>Null too where nothing more is known of it than the server says.</summary>
    public static StoreException? Known(Exception e) => e switch
    {
        PostgresException { SqlState: "40001" or "40P01" } => new MetException($"another transaction was at the same rows: {e.Message}", e),
        PostgresException { SqlState: "23505" } => new MetException($"another transaction wrote the same row first: {e.Message}", e),
        PostgresException { SqlState: "55P03" } => new StoreBusyException("another Recoup has held the same partition for half a minute; try again when it is "
            + "done.", e),
        PostgresException { SqlState: "57014" } => new StoreException($"the database ended a statement that took too long (statement_timeout): {e.Message}", e),
        PostgresException { SqlState: "53100" or "53200" } => new StoreFullException("the database server has no room left: nothing of the last step was "
            + "kept, and nothing before it is lost. Make room and run the same command again.", e),
        PostgresException { SqlState: "42501" } => new StoreException($"the database role may not do this ({e.Message}); let the schema's owner run `recoup "
            + "migrate --grant ROLE`, or use the owner for changes of the schema.", e),
        PostgresException { SqlState: "25006" } => new LostException("the server takes no writes any more: it is a standby by now.", e),
        _ when IsLoss(e) => new LostException($"the connection to the database was lost: {e.Message}", e),
        _ => null,
    };

    public static bool IsLoss(Exception e) => e switch
    {
        // Shutdowns and crashes of the server, sessions that it ended for standing still, connections refused while it starts or while no primary is known.
        PostgresException p => p.SqlState is "57P01" or "57P02" or "57P03" or "57P05" or "25P03" or "25P04" or "53300"
            || p.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException { IsTransient: true } => true,
        NpgsqlException { InnerException: IOException or SocketException or TimeoutException or EndOfStreamException } => true,
        NpgsqlException n => n.Message.Contains("No suitable host", StringComparison.Ordinal) || n.Message.Contains("All hosts", StringComparison.Ordinal),
        IOException or SocketException => true,
        InvalidOperationException i => i.Message.Contains("Connection is not open", StringComparison.Ordinal)
            || i.Message.Contains("connection was closed", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };
}
