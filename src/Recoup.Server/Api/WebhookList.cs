using System.Globalization;
using Recoup.Core.Outbox;
using Recoup.Server.Words;
using Recoup.Storage.Work;

namespace Recoup.Server.Api;

/// <summary>What endpoints were and are to be told of, as the API, the command line, files and the page list it.</summary>
public static class WebhookList
{
    public static readonly Listing<WebhookLine> Listing = new("webhooks",
        Text("endpoint", l => l.Intent.Channel), Text("id", l => l.Intent.Id), Text("type", l => l.Body.Type),
        Text("account", l => l.Intent.Account is { Length: > 0 } account ? account : null), Text("recorded_at", l => Show.Instant(l.RecordedAt)),
        Text("status", l => l.Intent.Status.ToString().ToLowerInvariant()),
        new("tries", ColumnKind.Count, l => l.Calls.ToString(CultureInfo.InvariantCulture)),
        Text("next_try_at", l => l.Intent is { Status: IntentStatus.Pending, Tries: > 0 } ? Show.Instant(l.Intent.NotBefore) : null),
        Text("answered_at", l => l.AnsweredAt is { } at ? Show.Instant(at) : null), Text("answer", l => l.Intent.Detail));

    private static Column<WebhookLine> Text(string name, Func<WebhookLine, string?> of) => new(name, ColumnKind.Text, of);

    /// <summary>Those that a call can have.</summary>
    public static readonly IReadOnlyList<IntentStatus> Statuses =
        [IntentStatus.Pending, IntentStatus.Sending, IntentStatus.Sent, IntentStatus.Failed, IntentStatus.Unknown, IntentStatus.Withdrawn];

    public static IntentStatus? StatusOf(string? word) => Statuses.Where(s => s.ToString().Equals(word, StringComparison.OrdinalIgnoreCase))
        .Select(s => (IntentStatus?)s).FirstOrDefault();
}
