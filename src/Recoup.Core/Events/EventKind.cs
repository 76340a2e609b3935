using System.Text.Json.Serialization.Metadata;

namespace Recoup.Core.Events;

/// <summary>A kind of event as a chapter declares it: its name in the journal, and how its payload is written.</summary>
/// <param name="Info">Of the event's type.</param>
public sealed record EventKind(string Name, JsonTypeInfo Info)
{
    /// <summary>The version of the payload that is written; raised with an upcaster where the payload changes.</summary>
    public int Version { get; init; } = 1;
}
