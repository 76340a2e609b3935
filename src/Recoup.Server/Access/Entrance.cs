using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Recoup.Server.Access;

/// <summary>
/// Who may see the pages: whoever opened a link that was printed in the terminal, or a user's own. A link lets one browser in, once;
/// then the next link is printed. What was let in lasts until it leaves or the server
/// ends, a user's no longer than the user is there.
/// </summary>
public sealed class Entrance
{
    /// <param name="User">Whose it is; null: that of who is at the machine.</param>
    /// <param name="TimesDisabled">Of the user, when it was opened: one that was disabled since comes in by another link.</param>
    public readonly record struct Session(string? User, int TimesDisabled);

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, Session> sessions = new(StringComparer.Ordinal);
    private string? token;

    /// <summary>A new link's token; one that was not used yet ends.</summary>
    public string NewToken()
    {
        lock (gate) return token = Random();
    }

    /// <summary>The session that the token opens; null where it is not the last link's, or was used.</summary>
    public string? Enter(string given)
    {
        lock (gate)
        {
            if (token is null || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(given))) return null;
            token = null;
        }
        return Open(default);
    }

    /// <summary>A new session.</summary>
    public string Open(Session opened)
    {
        var session = Random();
        sessions[Digest(session)] = opened;
        return session;
    }

    public bool Knows(string? session, out Session opened)
    {
        opened = default;
        return session is not null && sessions.TryGetValue(Digest(session), out opened);
    }

    /// <summary>Ends a session: whoever shows it is let in no more.</summary>
    public void Close(string? session)
    {
        if (session is not null) sessions.TryRemove(Digest(session), out _);
    }

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    private static string Digest(string session) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(session)));
}
