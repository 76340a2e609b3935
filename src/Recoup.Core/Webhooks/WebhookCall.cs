using Recoup.Core.Outbox;

namespace Recoup.Core.Webhooks;

/// <summary>An event as an endpoint is told of it.</summary>
/// <param name="Party">Whom it is about; empty: the workspace.</param>
/// <param name="Message">The id of the call: the same however often it is made.</param>
/// <param name="Channel">The endpoint's name.</param>
/// <param name="Secrets">It is signed by each of them.</param>
public sealed record WebhookCall(string Party, string Message, string Channel, string Url, IReadOnlyList<byte[]> Secrets, byte[] Body) : IOutgoing
{
    /// <summary>How often it was made before.</summary>
    public int Tries { get; init; }
}
