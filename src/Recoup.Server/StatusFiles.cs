using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Recoup.Server.Heart;

namespace Recoup.Server;

/// <summary>State as JSON: `/health` for whoever watches the server, and how far a check of the audit trail is.</summary>
internal static class StatusFiles
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        // Without the entrance, since a monitor has no browser: so nothing in it tells of the business.
        routes.MapGet("/health", (Heartbeat heartbeat, Telling telling, Api.Health health, ServeOptions options, HttpContext http) =>
        {
            var pulse = heartbeat.Pulse;
            var aside = health.SetAside();
            http.Response.StatusCode = pulse.Trouble is null ? 200 : 503;
            return Write(http, json =>
            {
                // Everybody else is worked: that somebody is not is for a person to see, and no reason to take the server away.
                json.WriteString("status", pulse.Trouble is not null ? "trouble" : aside > 0 ? "set_aside" : "ok");
                if (aside is { } count) json.WriteNumber("set_aside", count);
                Instant(json, "started_at", pulse.StartedAt);
                Instant(json, "beat_at", pulse.BeatAt);
                json.WriteString("doing", pulse.Doing);
                Instant(json, "last_run_at", pulse.LastRunAt);
                json.WriteString("last_run_as_of", pulse.LastRun?.AsOf.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
                Instant(json, "next_run_at", pulse.Next.Count > 0 ? pulse.Next[0].From : null);
                Instant(json, "last_dispatch_at", pulse.LastDispatchAt);
                Instant(json, "trouble_at", pulse.TroubleAt);
                // So nobody is told of anything there until somebody has seen to it.
                if (telling.GivenUp is { } off) json.WriteNumber("webhooks_off", off);
                // They take down nothing but themselves, so the server is well.
                json.WriteNumber("files_wrong", options.Own?.FilesWrong ?? 0);
            });
        });
        routes.MapGet("/audit/progress", (Verification verification, HttpContext http) => Write(http, json =>
        {
            var state = verification.State;
            json.WriteBoolean("running", state is { IsRunning: true });
            json.WriteNumber("done", state?.Done ?? 0);
            json.WriteNumber("of", state?.Of ?? 0);
        }));
    }

    private static void Instant(Utf8JsonWriter json, string name, DateTimeOffset? at) => json.WriteString(name, at is { } t ? Words.Show.Instant(t) : null);

    private static async Task Write(HttpContext http, Action<Utf8JsonWriter> fields)
    {
        http.Response.ContentType = "application/json";
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        await http.Response.Body.WriteAsync(stream.ToArray());
    }
}
