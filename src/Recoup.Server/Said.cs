using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Recoup.Server;

/// <summary>What the next page tells after a form was taken. A link holds its number, not its words: a link that somebody made up says nothing.</summary>
public sealed class Said
{
    private readonly ConcurrentDictionary<string, string> words = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> order = new();

    private const int KeptMax = 200;

    public string Keep(string sentence)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        words[id] = sentence;
        order.Enqueue(id);
        while (order.Count > KeptMax && order.TryDequeue(out var old)) words.TryRemove(old, out _);
        return id;
    }

    public string? Of(string? id) => id is not null && words.TryGetValue(id, out var sentence) ? sentence : null;
}
