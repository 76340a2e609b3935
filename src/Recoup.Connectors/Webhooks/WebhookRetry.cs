using System.Security.Cryptography;
using System.Text;

namespace Recoup.Connectors.Webhooks;

/// <summary>When a call that did not go through is made again.</summary>
public static class WebhookRetry
{
    /// <summary>As Standard Webhooks recommends: after the first call, the second, and so on; about three days.</summary>
    public static readonly IReadOnlyList<TimeSpan> Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10),
        TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>Nobody is waited for longer, whatever it asks.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>Null: it was tried often enough.</summary>
    /// <param name="tries">How often it was made before this time.</param>
    /// <param name="id">Calls of one moment come back at different ones, each always at its own.</param>
    /// <param name="asked">What Retry-After asks for; null: nothing.</param>
    public static DateTimeOffset? After(int tries, string id, DateTimeOffset at, TimeSpan? asked)
    {
        if (tries >= Waits.Count) return null;
        var tenth = SHA256.HashData(Encoding.UTF8.GetBytes($"{id} {tries}"))[0] / 256.0 / 10;
        var wait = Waits[tries] * (1 + tenth);
        if (asked > wait) wait = asked.Value < Longest ? asked.Value : Longest;
        return at + wait;
    }
}
