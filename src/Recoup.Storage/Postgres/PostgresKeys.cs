using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Recoup.Storage.Postgres;

/// <summary>
/// The keys of people in PostgreSQL: a table of a schema of their own, or of a database of their own. The role that uses it
/// owns it: to destroy a key for good the table is written anew without it and the old file dropped.
/// </summary>
internal sealed class PostgresKeys : IKeyTable
{
    private readonly NpgsqlDataSource source;
    private readonly string table;
    private bool isMade;

    public PostgresKeys(string connection)
    {
        source = PostgresPlace.Source(connection);
        // Beside a journal in another schema than the usual one the keys are that workspace's.
        var schema = PostgresPlace.Settings(connection).SearchPath?.Split(',')[0].Trim() is { Length: > 0 } path ? path + "_keys" : "recoup_keys";
        table = $"\"{schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\".party_key";
    }

    public bool HoldsKeys => Use(db =>
    {
        using var command = new NpgsqlCommand($"SELECT EXISTS(SELECT 1 FROM {table})", db);
        return (bool)command.ExecuteScalar()!;
    });

    public byte[]? Find(string party) => Find([party]) is [var (_, key)] ? key : null;

    public List<KeyValuePair<string, byte[]>> Find(IReadOnlyCollection<string> parties) => Use(db =>
    {
        using var command = new NpgsqlCommand($"SELECT k.party, k.key FROM unnest($1) AS w(party) CROSS JOIN LATERAL (SELECT party, key FROM {table} WHERE "
            + "party = w.party COLLATE \"C\" LIMIT 1) AS k", db);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = parties.ToArray() });
        using var rows = command.ExecuteReader();
        var found = new List<KeyValuePair<string, byte[]>>();
        while (rows.Read()) found.Add(new(rows.GetString(0), rows.GetFieldValue<byte[]>(1)));
        return found;
    });

    public int Insert(IReadOnlyCollection<KeyValuePair<string, byte[]>> keys) => Use(db =>
    {
        using var command = new NpgsqlCommand($"INSERT INTO {table}(party, key) SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING", db);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = keys.Select(k => k.Key).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea, Value = keys.Select(k => k.Value).ToArray() });
        return command.ExecuteNonQuery();
    });

    public void Delete(IReadOnlyCollection<string> parties) => Use(db =>
    {
        // Copied into a new file without the deleted rows, and the old file dropped: VACUUM FULL would take along what some
        // other session might still see. The server's log of writes is for its owner to let expire (docs/operations.md).
        using var tx = db.BeginTransaction();
        using var command = new NpgsqlCommand($"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", db);
        command.ExecuteNonQuery();
        command.CommandText = $"CREATE TABLE {table}_next(party TEXT COLLATE \"C\" PRIMARY KEY, key BYTEA NOT NULL)";
        command.ExecuteNonQuery();
        command.CommandText = $"INSERT INTO {table}_next SELECT party, key FROM {table} WHERE party <> ALL($1)";
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = parties.ToArray() });
        command.ExecuteNonQuery();
        command.Parameters.Clear();
        command.CommandText = $"DROP TABLE {table}; ALTER TABLE {table}_next RENAME TO party_key";
        command.ExecuteNonQuery();
        tx.Commit();
        return 0;
    });

    public IEnumerable<KeyValuePair<string, byte[]>> All() => Use(db =>
    {
        using var command = new NpgsqlCommand($"SELECT party, key FROM {table} ORDER BY party", db);
        using var rows = command.ExecuteReader();
        var all = new List<KeyValuePair<string, byte[]>>();
        while (rows.Read()) all.Add(new(rows.GetString(0), rows.GetFieldValue<byte[]>(1)));
        return all;
    });

    public void GiveTo(string role) => Use(db =>
    {
        var (schema, name) = (table[..table.LastIndexOf('.')], PostgresMigrations.Quoted(role));
        using var give = new NpgsqlCommand($"GRANT USAGE, CREATE ON SCHEMA {schema} TO {name}; ALTER TABLE {table} OWNER TO {name};", db);
        return give.ExecuteNonQuery();
    });

    private T Use<T>(Func<NpgsqlConnection, T> work)
    {
        for (var waited = Stopwatch.StartNew(); ;)
            try
            {
                using var db = source.OpenConnection();
                if (!isMade) Make(db);
                return work(db);
            }
            // Whatever is done here comes to the same when it is done twice.
            catch (Exception e) when (Trouble.IsLoss(e) && waited.Elapsed < PostgresDatabase.LostMax) { Thread.Sleep(200); }
            catch (Exception e) when (Trouble.Of(e) is not null) { throw Trouble.Of(e)!; }
    }

    private void Make(NpgsqlConnection db)
    {
        using (var there = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", db))
        {
            there.Parameters.Add(new NpgsqlParameter { Value = table });
            if (!(bool)there.ExecuteScalar()!)
            {
                using var tx = db.BeginTransaction();
                using var make = new NpgsqlCommand($"SELECT pg_advisory_xact_lock(24256, hashtext('{table.Replace("'", "''", StringComparison.Ordinal)}')); "
                    + $"CREATE SCHEMA IF NOT EXISTS {table[..table.LastIndexOf('.')]}; CREATE TABLE IF NOT EXISTS {table}(party TEXT COLLATE \"C\" PRIMARY "
                    + "KEY, key BYTEA NOT NULL);", db);
                make.ExecuteNonQuery();
                tx.Commit();
            }
        }
        isMade = true;
    }

    public void Dispose() { }
}
