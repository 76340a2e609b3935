using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Recoup.Simulation.Auditing;

/// <summary>A row of the journal as the auditor reads it.</summary>
internal sealed record JournalEntry(long Id, int Partition, long Seq, string Party, string Account, string Kind, int Version, DateOnly EffectiveOn,
    long RecordedAt, byte[] Payload, string Actor, string Cause);

/// <summary>The data folder seen from outside: a connection of its own that can't write, and SQL of its own.</summary>
internal sealed class ReadOnlyStore : IDisposable
{
    private const int PartitionBits = 40;

    private readonly SqliteConnection db;
    private readonly SqliteCommand journal, party, item, cash, key, hashAt;

    public ReadOnlyStore(string folder)
    {
        var place = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "recoup.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        db = new SqliteConnection(place.ToString());
        db.Open();
        journal = Prepare("SELECT id, partition, seq, party, account, kind, version, effective_on, recorded_at, payload, actor, cause FROM journal "
            + "WHERE id > $a AND id < $b ORDER BY id", "$a", "$b");
        party = Prepare("SELECT pid, state FROM party WHERE id = $a", "$a");
        item = Prepare("SELECT state FROM item WHERE pid = $a AND account = $b AND number = $c", "$a", "$b", "$c");
        cash = Prepare("SELECT state FROM cash WHERE pid = $a AND key = $b", "$a", "$b");
        key = Prepare("SELECT 1 FROM key WHERE key = $a", "$a");
        hashAt = Prepare("SELECT hash FROM journal WHERE id = $a", "$a");
    }

    private SqliteCommand Prepare(string sql, params string[] parameters)
    {
        var command = db.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters) command.Parameters.Add(new SqliteParameter(name, null));
        return command;
    }

    private static SqliteDataReader Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command.ExecuteReader();
    }

    /// <summary>Rows of a partition behind a sequence, in order.</summary>
    public IEnumerable<JournalEntry> Journal(int partition, long after)
    {
        using var rows = Run(journal, ((long)partition << PartitionBits) | after, (long)(partition + 1) << PartitionBits);
        while (rows.Read())
            yield return new JournalEntry(rows.GetInt64(0), rows.GetInt32(1), rows.GetInt64(2), rows.GetString(3),
                rows.GetString(4), rows.GetString(5), rows.GetInt32(6),
                DateOnly.ParseExact(rows.GetString(7), "yyyy-MM-dd", CultureInfo.InvariantCulture),
                rows.GetInt64(8), (byte[])rows[9], rows.GetString(10), rows.GetString(11));
    }

    /// <summary>Partition to the sequence at its end.</summary>
    public Dictionary<int, long> Heads()
    {
        var heads = new Dictionary<int, long>();
        using var command = Prepare("SELECT partition, seq FROM head");
        using var rows = command.ExecuteReader();
        while (rows.Read()) heads[rows.GetInt32(0)] = rows.GetInt64(1);
        return heads;
    }

    /// <summary>
    /// SHA-256 over the ends of all chains. Each end's hash covers every column of every row before it, so two journals with
    /// the same hash are the same byte for byte.
    /// </summary>
    public (string Hash, long Events) JournalHash()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long events = 0;
        using var command = Prepare("SELECT partition, seq, hash FROM head ORDER BY partition");
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            events += rows.GetInt64(1);
            sha.AppendData(Encoding.UTF8.GetBytes($"{rows.GetInt32(0)}/{rows.GetInt64(1)}/{Convert.ToHexStringLower((byte[])rows[2])}\n"));
        }
        return (Convert.ToHexStringLower(sha.GetHashAndReset()), events);
    }

    public (long Pid, byte[] State)? Party(string id)
    {
        using var rows = Run(party, id);
        return rows.Read() ? (rows.GetInt64(0), (byte[])rows[1]) : null;
    }

    public byte[]? Item(long pid, string account, string number)
    {
        using var rows = Run(item, pid, account, number);
        return rows.Read() ? (byte[])rows[0] : null;
    }

    public byte[]? Cash(long pid, string key)
    {
        using var rows = Run(cash, pid, key);
        return rows.Read() ? (byte[])rows[0] : null;
    }

    /// <summary>The ends of all chains: partition, sequence, hash.</summary>
    public List<(int Partition, long Seq, string Hash)> Ends()
    {
        var ends = new List<(int, long, string)>();
        using var command = Prepare("SELECT partition, seq, hash FROM head ORDER BY partition");
        using var rows = command.ExecuteReader();
        while (rows.Read()) ends.Add((rows.GetInt32(0), rows.GetInt64(1), Convert.ToHexStringLower((byte[])rows[2])));
        return ends;
    }

    /// <summary>The hash of a row; null where there is no such row.</summary>
    public string? HashAt(int partition, long seq)
    {
        using var rows = Run(hashAt, ((long)partition << PartitionBits) | seq);
        return rows.Read() ? Convert.ToHexStringLower((byte[])rows[0]) : null;
    }

    public bool HoldsKey(string input)
    {
        using var rows = Run(key, input);
        return rows.Read();
    }

    /// <summary>Messages of a status with their parties, in order.</summary>
    public List<(string Message, string Party)> Messages(int status)
    {
        var found = new List<(string, string)>();
        using var command = Prepare("SELECT m.id, p.id FROM message m JOIN party p ON p.pid = m.pid WHERE m.status = $a ORDER BY m.id", "$a");
        using var rows = Run(command, status);
        while (rows.Read()) found.Add((rows.GetString(0), rows.GetString(1)));
        return found;
    }

    public void Dispose()
    {
        key.Dispose();
        hashAt.Dispose();
        journal.Dispose();
        party.Dispose();
        item.Dispose();
        cash.Dispose();
        db.Dispose();
    }
}
