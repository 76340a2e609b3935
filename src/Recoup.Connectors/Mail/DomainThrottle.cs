using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Recoup.Connectors.Mail;

/// <summary>
/// At most so many messages to one recipient domain in any minute: large providers refuse, or worse, distrust who sends
/// more. It remembers the last minute in a file, so that commands that follow one another count together; whoever calls
/// it sees to it that one process at a time does.
/// </summary>
public sealed class DomainThrottle
{
    private const long WindowMilliseconds = 60_000;

    private readonly string file;
    private readonly int perMinute;
    private readonly string salt;
    private Dictionary<string, List<long>>? sent;

    /// <param name="file">Made where it is missing; may be deleted at any time.</param>
    /// <param name="salt">So that the file names no domain that could be a person's.</param>
    public DomainThrottle(string file, int perMinute, string salt)
    {
        this.file = file;
        this.perMinute = perMinute;
        this.salt = salt;
    }

    /// <summary>Whether one more may go to this address now; if so, it counts as gone.</summary>
    public bool Admits(string address, DateTimeOffset now)
    {
        var known = sent ??= Read();
        var at = now.ToUnixTimeMilliseconds();
        var name = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{salt}@{address[(address.LastIndexOf('@') + 1)..].ToLowerInvariant()}")).AsSpan(0, 8));
        if (!known.TryGetValue(name, out var times)) known[name] = times = [];
        times.RemoveAll(t => t <= at - WindowMilliseconds);
        // A clock that was set back must not hold mail up.
        if (times.Count(t => t <= at) >= perMinute) return false;
        times.Add(at);
        return true;
    }

    /// <summary>To be called when a dispatch is over and before the next one, of whatever process, begins.</summary>
    public void Save(DateTimeOffset now)
    {
        if (sent is null) return;
        var after = now.ToUnixTimeMilliseconds() - WindowMilliseconds;
        foreach (var times in sent.Values) times.RemoveAll(t => t <= after);
        var left = sent.Where(d => d.Value.Count > 0).ToDictionary(StringComparer.Ordinal);
        var temporary = file + ".tmp";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(left));
        File.Move(temporary, file, overwrite: true);
        sent = null;
    }

    private Dictionary<string, List<long>> Read()
    {
        if (!File.Exists(file)) return new(StringComparer.Ordinal);
        // Half a file, or somebody else's: a minute of counting is lost, no message.
        try { return new(JsonSerializer.Deserialize<Dictionary<string, List<long>>>(File.ReadAllBytes(file)) ?? [], StringComparer.Ordinal); }
        catch (JsonException) { return new(StringComparer.Ordinal); }
    }
}
