using System.Security.Cryptography;
using System.Text;
using Recoup.Core.Foundation;

namespace Recoup.Storage;

/// <summary>
/// The parties' keys, in a place of their own beside the journal: what identifies a person is sealed under them
/// (AES-256-GCM), and erasing a person is destroying one key. The nonce is derived from key and text, so that
/// the same input gives the same journal; two different texts never share one.
/// </summary>
public sealed class Vault : IVault, IDisposable
{
    private const int CachedMax = 50_000, KeySize = 32;
    private readonly IKeyTable table;
    private readonly Dictionary<string, byte[]?> keys = new(StringComparer.Ordinal);
    private readonly List<string> made = [];

    // Of the batch at hand: who was looked for and has no key, so that nobody is asked for twice.
    private readonly HashSet<string> absent = new(StringComparer.Ordinal);
    private readonly Action<byte[]> random;

    /// <param name="table">Where the keys are; closed with this.</param>
    /// <param name="random">Fills a new key; a simulation brings its own seeded source.</param>
    internal Vault(IKeyTable table, Action<byte[]>? random = null)
    {
        this.table = table;
        this.random = random ?? (bytes => RandomNumberGenerator.Fill(bytes));
    }

    public bool HoldsKeys => table.HoldsKeys;

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

    /// <summary>
    /// The parties that joined one, whose keys open what was sealed before they did; set by the store that knows, and by whoever prepares on one
    /// store while another is written.
    /// </summary>
    internal Func<string, IReadOnlyList<string>> JoinedOf { get; set; } = static _ => [];

    // Of the batch at hand: parties that became part of another, of which the store does not know yet.
    private readonly Dictionary<string, List<string>> joined = new(StringComparer.Ordinal);

    /// <summary>Within the batch at hand the keys of these parties are the other's too.</summary>
    internal void Join(string party, IReadOnlyList<string> others) => joined[party] = [.. others];

    /// <summary>Nobody joined anybody in the batch at hand.</summary>
    internal void Part() => joined.Clear();

    public byte[]? Open(string party, ReadOnlySpan<byte> sealedBytes)
    {
        if (OpenAlone(party, sealedBytes) is { } own) return own;
        foreach (var other in joined.TryGetValue(party, out var now) ? now : JoinedOf(party))
            if (OpenAlone(other, sealedBytes) is { } plain) return plain;
        return null;
    }

    private byte[]? OpenAlone(string party, ReadOnlySpan<byte> sealedBytes)
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

    /// <summary>Whose keys were made and are not durable yet.</summary>
    internal IReadOnlyList<string> Made => made;

    /// <summary>Makes new keys durable. To be called before the transaction that used them commits: a key too many harms nobody.</summary>
    /// <exception cref="MetException">Somebody else made a key for one of the parties meanwhile: what was sealed under ours could never be read.</exception>
    internal void Flush()
    {
        absent.Clear();
        joined.Clear();
        if (made.Count == 0) return;
        if (table.Insert([.. made.Select(party => new KeyValuePair<string, byte[]>(party, keys[party]!))]) < made.Count)
        {
            Discard();
            throw new MetException("a party was given its key in the same moment by somebody else", null);
        }
        made.Clear();
    }

    /// <summary>Makes a database role the owner of the keys' table.</summary>
    internal void GiveTo(string role) => (table as Postgres.PostgresKeys)?.GiveTo(role);

    /// <summary>Every key, for a move to another place.</summary>
    internal IEnumerable<KeyValuePair<string, byte[]>> All() => table.All();

    /// <summary>Keys that come from another place; a party that has one keeps it.</summary>
    internal void Take(IReadOnlyCollection<KeyValuePair<string, byte[]>> keysOfOthers) => table.Insert(keysOfOthers);

    /// <summary>Takes back the keys made for a transaction that was not committed.</summary>
    internal void Discard()
    {
        foreach (var party in made) keys.Remove(party);
        made.Clear();
        absent.Clear();
        joined.Clear();
    }

    /// <summary>Destroys the keys for good: overwritten, and no copy left in the write-ahead log.</summary>
    internal void Destroy(IEnumerable<string> parties)
    {
        var all = parties.ToList();
        table.Delete(all);
        foreach (var party in all)
            if (keys.Remove(party, out var key) && key is not null) CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>Fetches the keys of a batch's parties together, so that none is asked for alone.</summary>
    internal void LoadAhead(IEnumerable<string> parties)
    {
        if (made.Count == 0 && keys.Count >= CachedMax) keys.Clear();
        var unknown = parties.Where(party => !keys.ContainsKey(party)).ToList();
        if (unknown.Count == 0) return;
        foreach (var (party, key) in table.Find(unknown)) keys[party] = key;
        foreach (var party in unknown)
            if (!keys.ContainsKey(party)) absent.Add(party);
    }

    private byte[] Usable(string party)
    {
        var key = Key(party) ?? Make(party);
        return key.Length == KeySize ? key : throw new StoreException($"the key of party {party} in keys.db is damaged. Restore a backup of that file.");
    }

    private byte[]? Key(string party)
    {
        if (keys.TryGetValue(party, out var known) && known is not null) return known;
        if (absent.Contains(party)) return null;
        if (made.Count == 0 && keys.Count >= CachedMax) keys.Clear();
        var key = table.Find(party);
        if (key is not null) keys[party] = key;
        return key;
    }

    private byte[] Make(string party)
    {
        var key = new byte[KeySize];
        random(key);
        keys[party] = key;
        absent.Remove(party);
        made.Add(party);
        return key;
    }

    public void Dispose() => table.Dispose();
}
