using System.Security.Cryptography;
using System.Text;
using Recoup.Storage.Sqlite;

namespace Recoup.Storage.Work;

/// <summary>What the bearer of an API key may do.</summary>
[Flags]
public enum ApiMay
{
    /// <summary>Ask for figures, accounts, decisions and work.</summary>
    Read = 1,

    /// <summary>Send inputs.</summary>
    Write = 2,
}

/// <summary>A key of the API as it is kept: the SHA-256 of its text, never the text.</summary>
/// <param name="Name">Who it was made for; what comes by it has the actor api:NAME.</param>
/// <param name="RevokedAt">Null: in force.</param>
public sealed record ApiKey(string Id, string Name, ApiMay May, byte[] Hash, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt)
{
    /// <summary>Before the random part, so that a key that strayed into a file is known for one.</summary>
    public const string Prefix = "rk_";

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

/// <summary>The keys of a store. A name has one key in force at most; one that was revoked stays listed.</summary>
public sealed class ApiKeys(Store store)
{
    private const int RandomBytes = 32, IdBytes = 6;

    public const int NameLengthMax = 60;

    /// <summary>Letters, digits and - _ . only: the name stands in the journal as an actor.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= NameLengthMax && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>The text of a new key, which nobody can read again; null where the name has one in force.</summary>
    public string? Add(string name, ApiMay may, DateTimeOffset now)
    {
        var text = ApiKey.Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(RandomBytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return Alone(() =>
        {
            if (All().Any(k => k.Name == name && k.RevokedAt is null)) return null;
            store.Statement("INSERT INTO api_key(id, name, may, hash, created_at, revoked_at) VALUES(?, ?, ?, ?, ?, ?)")
                .Bind(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes))).Bind(name).Bind(Words(may)).Bind(ApiKey.HashOf(text).AsSpan()).Bind(now.ToUnixTimeMilliseconds()).Bind((long?)null).Run();
            return text;
        });
    }

    /// <summary>False where the name has no key in force.</summary>
    public bool Revoke(string name, DateTimeOffset now) => Alone(() =>
    {
        if (!All().Any(k => k.Name == name && k.RevokedAt is null)) return false;
        store.Statement("UPDATE api_key SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL").Bind(now.ToUnixTimeMilliseconds()).Bind(name).Run();
        return true;
    });

    /// <summary>In order of their making.</summary>
    public IReadOnlyList<ApiKey> All()
    {
        var keys = new List<ApiKey>();
        var s = store.Statement("SELECT id, name, may, hash, created_at, revoked_at FROM api_key ORDER BY created_at, id");
        while (s.Step())
            keys.Add(new ApiKey(s.Text(0), s.Text(1), Read(s.Text(2)), s.Blob(3).ToArray(), At(s.Long(4)), s.LongOrNull(5) is { } revoked ? At(revoked) : null));
        return keys;
    }

    /// <summary>As the command line has it: read, write, or both with a comma; null where the text is neither.</summary>
    public static ApiMay? Parse(string text)
    {
        ApiMay may = 0;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
            if (word == "read") may |= ApiMay.Read;
            else if (word == "write") may |= ApiMay.Write;
            else return null;
        return may;
    }

    public static string Words(ApiMay may) => may switch { ApiMay.Read => "read", ApiMay.Write => "write", _ => "read,write" };

    private static ApiMay Read(string text) => Parse(text) ?? throw new StoreException($"an API key may '{text}', which there is not; revoke it and add another");

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    /// <summary>In one transaction, alone with the store.</summary>
    private T Alone<T>(Func<T> change)
    {
        store.Begin();
        try
        {
            var result = change();
            store.Commit();
            return result;
        }
        catch { store.Rollback(); throw; }
    }
}
