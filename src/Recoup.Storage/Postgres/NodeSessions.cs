using System.Data.Common;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Recoup.Storage.Postgres;

/// <summary>
/// The database sessions of the nodes that share a workspace. A node that hangs keeps its turns and locks as long as its
/// sessions live, which is until the network gives them up; the others end them for it as soon as it has missed its signs
/// of life. What it had not committed is rolled back, and when it goes on it finds its connections gone.
/// </summary>
public sealed class NodeSessions
{
    private const string Kind = "recoup-node";

    private readonly NpgsqlDataSource source;
    private readonly string prefix;

    private NodeSessions(NpgsqlDataSource source, string prefix, string schedule)
    {
        this.source = source;
        this.prefix = prefix;
        Schedule = schedule;
    }

    /// <summary>Of the workspace at a place in PostgreSQL that exists already.</summary>
    /// <param name="schedule">The name under which its nodes give their signs of life.</param>
    public static NodeSessions Of(StorePlace place, string schedule)
    {
        var source = PostgresPlace.Source(place.Connection ?? throw new ArgumentException("nodes share a PostgreSQL", nameof(place)));
        try
        {
            using var connection = source.OpenConnection();
            // One database may hold several workspaces, each in a schema of its own.
            using var command = new NpgsqlCommand("SELECT to_hex(hashtext(current_schema()))", connection);
            return new NodeSessions(source, string.Create(CultureInfo.InvariantCulture, $"{Kind}/{command.ExecuteScalar()}/"), schedule);
        }
        catch (Exception e) when (Trouble.Of(e) is not null) { throw Trouble.Of(e)!; }
    }

    public string Schedule { get; }

    /// <summary>What the server calls a node's sessions.</summary>
    public string NameOf(string node) => prefix + node;

    /// <summary>The connections of a node, for whoever keeps its schedule.</summary>
    public static DbDataSource SourceOf(StorePlace place) => PostgresPlace.Source(place.Connection!);

    /// <summary>Whether trying again may help: the server is away, or it goes to another machine.</summary>
    public static bool IsPassing(Exception e) => Trouble.Of(e) is LostException or MetException;

    /// <summary>Ends the sessions of nodes that have given no sign of life for so long. Returns how many.</summary>
    /// <param name="silence">By the database's clock. A session younger than twice this is left alone: its node may be about to give its first.</param>
    public int EndLost(TimeSpan silence)
    {
        // Signs of life are in ticks of .NET, a ten-millionth of a second each since the year 1.
        const string ended = """
            SELECT count(pg_terminate_backend(a.pid)) FROM pg_stat_activity AS a
            WHERE a.datname = current_database() AND a.usename = current_user AND starts_with(a.application_name,
                $1) AND a.backend_start < clock_timestamp() - 2 * $3
            AND NOT EXISTS (
              SELECT 1 FROM qrtz_scheduler_state AS s
              WHERE s.sched_name = $2 AND $1 || s.instance_name = a.application_name
              AND s.last_checkin_time > 621355968000000000 + (extract(epoch FROM clock_timestamp() - $3) * 10000000)::bigint)
            """;
        try
        {
            using var connection = source.OpenConnection();
            using var command = new NpgsqlCommand(ended, connection);
            command.Parameters.Add(new NpgsqlParameter { Value = prefix });
            command.Parameters.Add(new NpgsqlParameter { Value = Schedule });
            command.Parameters.Add(new NpgsqlParameter { Value = silence, NpgsqlDbType = NpgsqlDbType.Interval });
            return checked((int)(long)command.ExecuteScalar()!);
        }
        catch (Exception e) when (Trouble.Of(e) is not null) { throw Trouble.Of(e)!; }
    }
}
