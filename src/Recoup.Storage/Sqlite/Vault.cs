using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Sqlite;

/// <summary>
/// The parties' keys, in a file of their own beside the journal: what identifies a person is sealed under them
/// (AES-256-GCM), and erasing a person is destroying one key. The nonce is derived from key and text, so that
/// the same input gives the same journal; two different texts never share one.
/// </summary>
public sealed class Vault : IVault, IDisposable
{
    private const int CachedMax = 50_000, KeySize = 32;
    private readonly SqliteConnection db;
    private readonly Statement find, insert, delete;
    private readonly Dictionary<string, byte[]?> keys = new(StringComparer.Ordinal);
    private readonly List<string> made = [];
    private readonly Action<byte[]> random;

    /// <param name="path">The file; created where there is none.</param>
    /// <param name="random">Fills a new key; a simulation brings its own seeded source.</param>
    public Vault(string path, Action<byte[]>? random = null)
    {
        this.random = random ?? (bytes => RandomNumberGenerator.Fill(bytes));
        db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        db.Open();
        try
        {
            using var command = db.CreateCommand();
            // Overwrites what it deletes: a destroyed key must not stay behind in a free page.
            command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000; PRAGMA secure_delete=ON; CREATE TABLE IF NOT EXISTS party_key(party TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;";
            command.ExecuteNonQuery();
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 26 or 11)
        {
            throw new StoreException($"'{path}' is damaged or no Recoup database ({e.Message}). Restore a backup.", e);
        }
        find = new Statement(db, "SELECT key FROM party_key WHERE party = ?");
        insert = new Statement(db, "INSERT OR IGNORE INTO party_key(party, key) VALUES(?, ?)");
        delete = new Statement(db, "DELETE FROM party_key WHERE party = ?");
    }

    public bool HoldsKeys
    {
        get
        {
            using var command = db.CreateCommand();
            command.CommandText = "SELECT EXISTS(SELECT 1 FROM party_key)";
            return (long)command.ExecuteScalar()! != 0;
        }
    }

    public bool HasKey(string party) => Key(party) is not null;

    public byte[] Seal(string party, ReadOnlySpan<byte> plain)
    {
        var key = Usable(party);
        Span<byte> derived = stackalloc byte[32];
        HMACSHA256.HashData(key, plain, derived);
        var result = new byte[12 + plain.Length + 16];
        derived[..12].CopyTo(result);
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(result.AsSpan(0, 12), plain, result.AsSpan(12, plain.Length), result.AsSpan(12 + plain.Length, 16));
        return result;
    }

    public byte[]? Open(string party, ReadOnlySpan<byte> sealedBytes)
    {
        if (Key(party) is not { Length: KeySize } key || sealedBytes.Length < 28) return null;
        var plain = new byte[sealedBytes.Length - 28];
        using var aes = new AesGcm(key, 16);
        // A key file of another time than the journal: as unreadable as without a key. The audit tells of it.
        try { aes.Decrypt(sealedBytes[..12], sealedBytes[12..^16], sealedBytes[^16..], plain); }
        catch (AuthenticationTagMismatchException) { return null; }
        return plain;
    }

    public string Token(string party, string address)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(Usable(party), Encoding.UTF8.GetBytes("address:" + address.Trim().ToLowerInvariant()), hash);
        return Convert.ToHexStringLower(hash[..8]);
    }

    /// <summary>The digest of an input that identifies a person, so that it tells nothing without the key.</summary>
    public byte[] Salt(string party, byte[] digest) => HMACSHA256.HashData(Usable(party), digest)[..16];

    /// <summary>A new id from the same source as the keys: 16 hexadecimal characters.</summary>
    internal string NewId()
    {
        var bytes = new byte[8];
        random(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Makes new keys durable. To be called before the transaction that used them commits: a key too many harms nobody.</summary>
    internal void Flush()
    {
        if (made.Count == 0) return;
        Exec("BEGIN IMMEDIATE");
        foreach (var party in made) insert.Bind(party).Bind(keys[party]).Run();
        Exec("COMMIT");
        made.Clear();
    }

    /// <summary>Takes back the keys made for a transaction that was not committed.</summary>
    internal void Discard()
    {
        foreach (var party in made) keys.Remove(party);
        made.Clear();
    }

    /// <summary>Destroys the keys for good: overwritten, and no copy left in the write-ahead log.</summary>
    internal void Destroy(IEnumerable<string> parties)
    {
        foreach (var party in parties)
        {
            delete.Bind(party).Run();
            if (keys.Remove(party, out var key) && key is not null) CryptographicOperations.ZeroMemory(key);
        }
        Exec("PRAGMA wal_checkpoint(TRUNCATE)");
        Exec("VACUUM");
        Exec("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private byte[] Usable(string party)
    {
        var key = Key(party) ?? Make(party);
        return key.Length == KeySize ? key : throw new StoreException($"the key of party {party} in keys.db is damaged. Restore a backup of that file.");
    }

    private byte[]? Key(string party)
    {
        if (keys.TryGetValue(party, out var known) && known is not null) return known;
        if (made.Count == 0 && keys.Count >= CachedMax) keys.Clear();
        byte[]? key = null;
        if (find.Bind(party).Step()) { key = find.Blob(0).ToArray(); find.Reset(); }
        if (key is not null) keys[party] = key;
        return key;
    }

    private byte[] Make(string party)
    {
        var key = new byte[KeySize];
        random(key);
        keys[party] = key;
        made.Add(party);
        return key;
    }

    private void Exec(string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        find.Dispose();
        insert.Dispose();
        delete.Dispose();
        db.Dispose();
    }
}
