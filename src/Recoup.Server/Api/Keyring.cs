using System.Security.Cryptography;
using System.Text;
using Recoup.Core.Workspace;
using Recoup.Storage.Work;

namespace Recoup.Server.Api;

/// <summary>The keys in force, read from the store every few seconds, so that a request costs no reading and a revoked key ends soon.</summary>
internal sealed class Keyring(ServeOptions options)
{
    private const long RefreshAfterMs = 2000;

    /// <summary>An unknown key may have been made a moment ago; asking for it must not become reading the store each time.</summary>
    private const long UnknownAfterMs = 250;

    private const string Scheme = "Bearer ";

    /// <summary>Longer than any key, so that nobody makes the server hash what is none.</summary>
    private const int TextLengthMax = 100;

    private readonly Lock gate = new();
    private volatile Read read = new([], long.MinValue / 2);

    private sealed record Read(IReadOnlyList<(ApiKey Key, Viewer Viewer)> Keys, long At);

    /// <summary>Whose key the header holds, and who acts by it; null: nobody's.</summary>
    public (ApiKey Key, Viewer Viewer)? Bearer(string? authorization)
    {
        if (authorization is null || authorization.Length > TextLengthMax || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        Span<byte> text = stackalloc byte[TextLengthMax * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(authorization.AsSpan(Scheme.Length).Trim(), text)], hash);
        var now = read;
        if (Environment.TickCount64 - now.At > RefreshAfterMs) now = Refresh(now);
        if (Find(now, hash) is { } found) return found;
        return Environment.TickCount64 - now.At > UnknownAfterMs ? Find(Refresh(now), hash) : null;
    }

    /// <summary>Compares with every key, each in constant time.</summary>
    private static (ApiKey Key, Viewer Viewer)? Find(Read read, ReadOnlySpan<byte> hash)
    {
        (ApiKey, Viewer)? found = null;
        foreach (var entry in read.Keys)
            if (CryptographicOperations.FixedTimeEquals(entry.Key.Hash, hash)) found = entry;
        return found;
    }

    private Read Refresh(Read seen)
    {
        lock (gate)
        {
            if (read != seen) return read;
            using var store = options.OpenStore();
            var keys = new ApiKeys(store).All().Where(k => k.RevokedAt is null).ToList();
            var users = keys.Count == 0 ? null : new PageReadings(store).Workspace().Users;
            return read = new Read([.. keys.Select(k => Of(k, users?.Find(k.Name)?.Details)).OfType<(ApiKey, Viewer)>()], Environment.TickCount64);
        }
    }

    /// <summary>A key that has the name of a user is theirs: what comes by it has them as actor, and may what they may. Null: they are disabled.</summary>
    private static (ApiKey Key, Viewer Viewer)? Of(ApiKey key, UserDetails? user) =>
        user is null ? (key, Viewer.Everything("api:" + key.Name))
        : user.Disabled ? null
        : (key with { May = ApiKeys.MayOf(key, user) }, Viewer.Of(user));
}
