using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Server.Api;

/// <summary>
/// For whoever starts, stops and balances servers: /health/live says that the process answers, /health/ready that it can
/// do its work: the store opens, its schema and states are this program's, commits go through, and where it works beside
/// other nodes its clock is the database's. Neither needs a key or
/// tells anything of the business.
/// </summary>
internal sealed class Health(ServeOptions options, Committer committer, Nodes.NodeState node)
{
    /// <summary>So that nobody makes the server open stores as fast as they can ask.</summary>
    private const long KeptMs = 500;

    private readonly Lock gate = new();
    private (string Store, long At) seen = ("", long.MinValue / 2);
    private (long? Count, long At) aside = (null, long.MinValue / 2);

    /// <summary>How many pieces of work are set aside; null where the store does not say.</summary>
    public long? SetAside()
    {
        lock (gate)
        {
            if (Environment.TickCount64 - aside.At < KeptMs) return aside.Count;
            long? count = null;
            try
            {
                using var store = options.OpenStore();
                count = SetAsides.Count(store);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // What is wrong with the store /health/ready says.
            }
            aside = (count, Environment.TickCount64);
            return count;
        }
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", http => Write(http, 200, json => json.WriteString("status", "alive")));
        routes.MapGet("/health/ready", http =>
        {
            var (store, commits) = (StoreState(), committer.Trouble is null ? "ok" : "trouble");
            var clock = !options.IsNode ? null : node.Clock switch { Nodes.ClockState.Right => "ok", Nodes.ClockState.Off => "off", _ => "unknown" };
            var ready = store == "ok" && commits == "ok" && (clock is null or "ok");
            return Write(http, ready ? 200 : 503, json =>
            {
                json.WriteString("status", ready ? "ready" : "not ready");
                json.WriteString("store", store);
                json.WriteString("commits", commits);
                if (clock is not null) json.WriteString("clock", clock);
            });
        });
    }

    private string StoreState()
    {
        lock (gate)
        {
            if (Environment.TickCount64 - seen.At < KeptMs) return seen.Store;
            var state = "ok";
            try
            {
                // Brings the schema up to date, refuses one that is newer; readings refuse states of another version.
                using var store = options.OpenStore();
                _ = new Readings(store).LastRecordedOn();
            }
            catch (Exception e)
            {
                state = "trouble";
                if (seen.Store != state) options.Log.Failure("store_unusable", e, $"health: {e.Message}");
            }
            seen = (state, Environment.TickCount64);
            return state;
        }
    }

    private static async Task Write(HttpContext http, int status, Action<Utf8JsonWriter> fields)
    {
        http.Response.StatusCode = status;
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
