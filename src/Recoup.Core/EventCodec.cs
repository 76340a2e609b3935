using System.Collections.Frozen;
using System.Text.Json;
using Recoup.Core.Events;
using Recoup.Core.Foundation;

namespace Recoup.Core;

/// <summary>
/// Events to payload bytes and back. A kind's name and version stand in their own columns; a payload of an older
/// version is lifted by its upcaster before it is read, so that folding knows one shape only.
/// </summary>
public static class EventCodec
{
    /// <summary>Every kind of event there is.</summary>
    public static IReadOnlyList<EventKind> All => Chapters.Events;

    private static readonly FrozenDictionary<Type, EventKind> ByType = All.ToFrozenDictionary(k => k.Info.Type);

    private static readonly FrozenDictionary<string, EventKind> ByKind = All.ToFrozenDictionary(k => k.Name, StringComparer.Ordinal);

    public static IEnumerable<string> Kinds => ByKind.Keys.Order(StringComparer.Ordinal);

    public static (string Kind, int Version, byte[] Payload) Encode(Event e)
    {
        var kind = ByType[e.GetType()];
        return (kind.Name, kind.Version, HotEvents.Encode(e) ?? JsonSerializer.SerializeToUtf8Bytes(e, kind.Info));
    }

    /// <summary>Throws <see cref="JournalDamagedException"/> where kind, version or payload are none that this program knows.</summary>
    public static Event Decode(ReadOnlySpan<byte> kind, int version, ReadOnlySpan<byte> payload) => Decode(RecentTexts.Of(kind), version, payload);

    /// <summary>As above.</summary>
    public static Event Decode(string kind, int version, ReadOnlySpan<byte> payload)
    {
        if (!ByKind.TryGetValue(kind, out var current)) throw new JournalDamagedException($"'{kind}' is no kind of event that this version of Recoup knows");
        if (version > current.Version)
            throw new JournalDamagedException($"{kind} version {version} is newer than this version of Recoup, which knows {current.Version}");
        payload = Lift(current, version, payload);
        if (HotEvents.Decode(kind, payload) is { } hot) return hot;
        try
        {
            return (Event?)JsonSerializer.Deserialize(payload, current.Info) ?? throw new JournalDamagedException($"{kind} has an empty payload");
        }
        catch (JsonException e)
        {
            throw new JournalDamagedException($"the payload of {kind} can't be read: {e.Message}");
        }
    }

    /// <summary>A payload of an older version of a kind, as the version that is written now has it.</summary>
    internal static ReadOnlySpan<byte> Lift(EventKind kind, int version, ReadOnlySpan<byte> payload)
    {
        if (version < 1) throw new JournalDamagedException($"{kind.Name} has no version {version}");
        for (; version < kind.Version; version++) payload = kind.Upcasters[version - 1](payload.ToArray());
        return payload;
    }
}
