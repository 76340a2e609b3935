using System.Text.Json.Serialization.Metadata;

namespace Recoup.Core.Events;

/// <summary>A kind of event as a chapter declares it: its name in the journal, and how its payload is written.</summary>
/// <param name="Info">Of the event's type.</param>
public sealed record EventKind(string Name, JsonTypeInfo Info)
{
    /// <summary>Where the payload changed: of each version before the one that is written, what lifts it to the next.</summary>
    public IReadOnlyList<Func<byte[], byte[]>> Upcasters { get; init; } = [];

    /// <summary>The version of the payload that is written.</summary>
    public int Version => Upcasters.Count + 1;
}
