namespace Recoup.Storage;

/// <summary>
/// Of which kinds of inputs the keys of the next part are believed to be new. A file that was never taken has no payment whose
/// key is stored, and one that was taken before hardly any whose key is not; its accounts may be named in every row. So a
/// part is believed to be like those before it. Where it is not, the keys' unique index refuses it, and it is made anew with
/// all its keys looked for.
/// </summary>
/// <remarks>Only where such a refusal leaves nothing behind and can be told from others: see <see cref="Database.HasManyWriters"/>.</remarks>
internal sealed class NewKeys
{
    /// <summary>After a wrong belief this many times as many parts without a known key are wanted; at most so many.</summary>
    private const int Caution = 4, CalmMax = 256;

    /// <summary>Parts that follow one another in which no key of the kind was known.</summary>
    private readonly Dictionary<Type, int> calm = [];

    private int wanted = 1;

    public bool Any => calm.Values.Any(parts => parts >= wanted);

    public bool AreNew(Type kind) => calm.GetValueOrDefault(kind) >= wanted;

    /// <summary>The keys of a part were looked for.</summary>
    /// <param name="found">Which of them are stored.</param>
    public void Saw(IReadOnlyDictionary<string, Type> looked, IReadOnlyDictionary<string, byte[]> found)
    {
        var kinds = new Dictionary<Type, bool>();
        foreach (var (key, kind) in looked) kinds[kind] = kinds.GetValueOrDefault(kind) || found.ContainsKey(key);
        foreach (var (kind, any) in kinds) calm[kind] = any ? 0 : calm.GetValueOrDefault(kind) + 1;
    }

    /// <summary>A part was not written as it was prepared.</summary>
    public void Doubt()
    {
        if (Any) wanted = Math.Min(wanted * Caution, CalmMax);
        calm.Clear();
    }
}
