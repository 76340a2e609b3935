using Recoup.Core.Outbox;
using Recoup.Core.Webhooks;

namespace Recoup.Storage.Work;

/// <summary>What an endpoint was or is to be told of.</summary>
/// <param name="RecordedAt">When the event was recorded.</param>
/// <param name="AnsweredAt">When the endpoint was last called; null: it was not yet.</param>
public sealed record WebhookLine(Intent Intent, DateTimeOffset RecordedAt, DateTimeOffset? AnsweredAt)
{
    public IntentBody.Webhook Body => (IntentBody.Webhook)Intent.Body;

    /// <summary>Calls that were answered, or to which no answer came.</summary>
    public int Calls => Intent.Tries + (Intent.Status is IntentStatus.Sent or IntentStatus.Failed or IntentStatus.Unknown ? 1 : 0);
}

/// <summary>An endpoint, and how far it was told.</summary>
/// <param name="Trouble">What it said last, where calls wait that it could not take; null: none do.</param>
public sealed record WebhookStanding(WebhookEndpoint Endpoint, long Waiting, long Failed, DateTimeOffset? LastSentAt, string? Trouble);

/// <summary>The calls that endpoints got and get.</summary>
public static class WebhookReadings
{
    internal const string Columns = "endpoint, id, type, place, account, recorded_at, status, not_before, tries, first_tried_at, detail, answered_at";

    internal static WebhookLine Read(Statement s) => new(new Intent
    {
        Channel = s.Text(0), Id = s.Text(1), Body = new IntentBody.Webhook(s.Text(2), s.Long(3)), Account = s.Text(4),
        DecidedOn = DateOnly.FromDateTime(At(s.Long(5)).UtcDateTime), Status = (IntentStatus)s.Int(6), NotBefore = At(s.Long(7)), Tries = s.Int(8),
        FirstTriedAt = s.LongOrNull(9) is { } first ? At(first) : null, Detail = s.Text(10) is { Length: > 0 } detail ? detail : null,
    }, At(s.Long(5)), s.LongOrNull(11) is { } answered ? At(answered) : null);

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    /// <summary>Of an endpoint (null: of all) and of a status (null: any), the newest events first.</summary>
    public static Slice<WebhookLine> List(Store store, string? endpoint, IntentStatus? status, string? after, int limit)
    {
        var at = Cursor.Read(after, 3);
        var s = store.Statement($"SELECT {Columns} FROM webhook WHERE (recorded_at, place, endpoint) < (?, ?, ?)"
            + (endpoint is null ? "" : " AND endpoint = ?") + (status is null ? "" : " AND status = ?")
            + " ORDER BY recorded_at DESC, place DESC, endpoint DESC LIMIT ?")
            .Bind(at is null ? long.MaxValue : Cursor.Number(at[0])).Bind(at is null ? long.MaxValue : Cursor.Number(at[1])).Bind(at?[2] ?? "");
        if (endpoint is not null) s.Bind(endpoint);
        if (status is { } wanted) s.Bind((long)wanted);
        s.Bind(limit + 1);
        var lines = new List<WebhookLine>();
        while (s.Step()) lines.Add(Read(s));
        if (lines.Count <= limit) return new Slice<WebhookLine>(lines, null);
        var last = lines[limit - 1];
        return new Slice<WebhookLine>(lines[..limit], Cursor.Write(last.RecordedAt.ToUnixTimeMilliseconds(), last.Body.Place, last.Intent.Channel));
    }

    /// <summary>Those that are not removed, in order of their names.</summary>
    public static IReadOnlyList<WebhookStanding> Endpoints(Store store, WebhookEndpoints endpoints) => [.. endpoints.Standing.Select(endpoint =>
    {
        var s = store.Statement("SELECT count(CASE WHEN status IN (0, 1) THEN 1 END), count(CASE WHEN status = 3 THEN 1 END), "
            + "max(CASE WHEN status = 2 THEN answered_at END) FROM webhook WHERE endpoint = ?").Bind(endpoint.Name);
        s.Step();
        var (waiting, failed, sent) = (s.Long(0), s.Long(1), s.LongOrNull(2) is { } at ? At(at) : (DateTimeOffset?)null);
        s.Reset();
        s = store.Statement("SELECT detail FROM webhook WHERE endpoint = ? AND status = 0 AND tries > 0 ORDER BY recorded_at, place LIMIT 1")
            .Bind(endpoint.Name);
        string? trouble = null;
        if (s.Step())
        {
            trouble = s.Text(0);
            s.Reset();
        }
        return new WebhookStanding(endpoint, waiting, failed, sent, trouble);
    })];
}
