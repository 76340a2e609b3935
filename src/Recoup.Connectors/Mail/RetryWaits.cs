using System.Globalization;
using Recoup.Core;
using Recoup.Core.Outbox;

namespace Recoup.Connectors.Mail;

/// <summary>When a message that its server did not take for certain is handed over again.</summary>
/// <param name="First">After the first try; twice as long after each further one…</param>
/// <param name="Longest">…up to this.</param>
/// <param name="GiveUp">So long after its first try it fails for good.</param>
internal sealed record RetryWaits(TimeSpan First, TimeSpan Longest, TimeSpan GiveUp)
{
    /// <summary>Again later, each time after twice as long, until it has been tried for too long.</summary>
    /// <param name="asked">What the server asks for; null: nothing.</param>
    public ChannelAnswer Later(Outgoing message, DateTimeOffset now, string detail, TimeSpan? asked = null)
    {
        if (message.FirstTriedAt is { } first && now - first >= GiveUp)
            return ChannelAnswer.Failed(
                string.Create(CultureInfo.InvariantCulture, $"given up after {message.Tries + 1} tries since {first:yyyy-MM-ddTHH:mm:ssZ}; {detail}"));
        var wait = First;
        for (var i = 0; i < message.Tries && wait < Longest; i++) wait *= 2;
        if (wait > Longest) wait = Longest;
        return ChannelAnswer.Deferred(detail, now + (asked > wait ? asked.Value : wait));
    }
}
