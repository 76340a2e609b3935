using Recoup.Core;
using Recoup.Core.Outbox;

namespace Recoup.Storage.Work;

/// <summary>A way out: takes what was released, says of each what became of it.</summary>
/// <param name="IsIdempotent">Given the same again it has no second effect, so after a crash it may be asked again.</param>
/// <param name="Send">Answers for each, in their order.</param>
public record Port<T>(bool IsIdempotent, Func<IReadOnlyList<T>, DateTimeOffset, IReadOnlyList<ChannelAnswer>> Send)
{
    public const int PartSizeMax = 256;

    /// <summary>What is released at once; so many, at most, a crash can leave of unknown fate where the port is not idempotent.</summary>
    public int PartSize { get; init; } = PartSizeMax;

    /// <summary>Why the port takes nothing now, asked before anything is released; null: it takes what comes.</summary>
    public Func<string?>? Trouble { get; init; }

    /// <summary>Whether one more may go to an address now, asked before it is released; null: the port does not mind how many.</summary>
    public Func<string, DateTimeOffset, bool>? Admits { get; init; }

    /// <summary>The last of a dispatch was answered; at the instant it is dated by.</summary>
    public Action<DateTimeOffset>? Done { get; init; }
}

/// <summary>A channel: the port of letters and documents.</summary>
public sealed record ChannelPort(bool IsIdempotent, Func<IReadOnlyList<Outgoing>, DateTimeOffset, IReadOnlyList<ChannelAnswer>> Send)
    : Port<Outgoing>(IsIdempotent, Send);
