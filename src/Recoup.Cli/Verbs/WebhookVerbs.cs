using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Webhooks;
using Recoup.Server.Api;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>webhooks: the endpoints that are told of events, and what they were told.</summary>
internal static class WebhookVerbs
{
    private const int SecretBytes = 32;

    public static Command Webhooks()
    {
        var endpoint = new Option<string?>("--endpoint") { Description = "to this endpoint alone", HelpName = "NAME" };
        var statuses = WebhookList.Statuses.Select(s => s.ToString().ToLowerInvariant()).ToArray();
        var status = new Option<string?>("--status") { Description = string.Join(", ", statuses) };
        status.AcceptOnlyFromAmong(statuses);
        var limit = SimulateVerbs.Limit("at most so many, newest first", byDefault: 100);
        var verb = new Command("webhooks", "What endpoints were and are to be told of, the newest events first.")
        {
            endpoint, status, limit, Endpoints(), Types(), Add(), Rotate(), Retire(), Switch("on", "Tells an endpoint of events again, from now on."),
            Switch("off", "Tells an endpoint of nothing until it is switched on."), Switch("remove", "Takes an endpoint and its secrets away."), Replay(),
        };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var slice = WebhookReadings.List(session.Open(), parsed.GetValue(endpoint), WebhookList.StatusOf(parsed.GetValue(status)), null,
                parsed.GetValue(limit));
            var listing = WebhookList.Listing;
            var sheet = new Sheet([.. listing.Columns.Select(c => c.Name)]) { Title = "Webhooks", Empty = "no endpoint was told of anything" };
            foreach (var line in slice.Rows) sheet.Add([.. listing.Cells(line)]);
            session.Output.Print(json => listing.Write(json, slice.Rows), sheet);
            if (slice.Next is not null) Output.Say($"{slice.Rows.Count} are shown, newest first; --limit shows more.");
            return 0;
        });
        return verb;
    }

    private static Argument<string> Name() => new("NAME") { Description = "the endpoint's name" };

    private static Command Endpoints()
    {
        var verb = new Command("endpoints", "The endpoints there are, and how far each was told.");
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var store = session.Open();
            var sheet = new Sheet("endpoint", "url", "events", "words", "state", "reason", "secrets", "waiting", "failed", "last_sent_at", "trouble")
            {
                Title = "Endpoints", Empty = "no endpoint is declared; `recoup webhooks add NAME URL` declares one",
            };
            foreach (var e in WebhookReadings.Endpoints(store, new Readings(store).Workspace().Webhooks))
                sheet.Add(e.Endpoint.Name, e.Endpoint.Url, e.Endpoint.Types is { } types ? string.Join(",", types) : "all", e.Endpoint.Words ? "yes" : "no",
                    e.Endpoint.State, e.Endpoint.Reason, e.Endpoint.Secrets.Count, e.Waiting, e.Failed, Instant(e.LastSentAt), e.Trouble);
            session.Output.Print(json => FigureVerbs.WriteRows(json, sheet), sheet);
            return 0;
        });
        return verb;
    }

    private static Command Types()
    {
        var verb = new Command("types", "The types of events that endpoints are told of.");
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var sheet = new Sheet("type", "meaning");
            foreach (var (type, meaning) in WebhookTypes.All) sheet.Add(type, meaning);
            session.Output.Print(json => FigureVerbs.WriteRows(json, sheet), sheet);
            return 0;
        });
        return verb;
    }

    private static Command Add()
    {
        var name = Name();
        var url = new Argument<string>("URL") { Description = "https:// and where it listens" };
        var events = new Option<string?>("--events")
        {
            Description = "types with commas between them, such as promise.broken,invoice.*; else all", HelpName = "TYPES",
        };
        var words = new Option<bool>("--words") { Description = "with what people said in their own words, which may name somebody" };
        var secret = SecretFile();
        var verb = new Command("add", "Declares an endpoint, and prints a secret for it, once; or says anew where it is and what it is told of.")
        {
            name, url, events, words, secret,
        };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var door = session.Door("dispatch", create: true);
            var given = Given(parsed.GetValue(secret));
            var made = given is null && door.Look().Webhooks.Of(parsed.GetValue(name)!) is null or { State: "removed" } ? NewSecret() : null;
            return Send(session, door, parsed.GetValue(name)!, "webhook_endpoint", made, fields =>
            {
                fields["url"] = parsed.GetValue(url);
                if (parsed.GetValue(events) is { } list)
                    fields["events"] = new JsonArray([.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                        .Select(t => (JsonNode)t)]);
                if (parsed.GetValue(words)) fields["words"] = true;
                if ((given ?? made) is { } key) fields["secret"] = key;
            });
        });
        return verb;
    }

    private static Option<string?> SecretFile() => new("--secret-file")
    {
        Description = "a file with the secret (whsec_…) to use instead of a new one; -: standard input", HelpName = "FILE",
    };

    private static string? Given(string? file) => file is null ? null : (file == "-" ? Console.In.ReadToEnd() : File.ReadAllText(file)).Trim();

    private static string NewSecret() => WebhookChapter.SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    private static Command Rotate()
    {
        var (name, secret) = (Name(), SecretFile());
        var verb = new Command("rotate", "Gives an endpoint one more secret and prints it, once. Calls are signed by all until `webhooks retire`.")
        {
            name, secret,
        };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var door = session.Door("dispatch");
            if (door.Look().Webhooks.Of(parsed.GetValue(name)!) is not { State: not "removed" } known) return Unknown(parsed.GetValue(name)!);
            var given = Given(parsed.GetValue(secret));
            var made = given is null ? NewSecret() : null;
            return Send(session, door, known.Name, "webhook_endpoint", made, fields =>
            {
                fields["url"] = known.Url;
                if (known.Types is { } types) fields["events"] = new JsonArray([.. types.Select(t => (JsonNode)t)]);
                if (known.Words) fields["words"] = true;
                fields["secret"] = given ?? made;
            });
        });
        return verb;
    }

    private static int Unknown(string name)
    {
        Output.Say($"there is no endpoint {name}; `recoup webhooks endpoints` lists them");
        return 1;
    }

    private static Command Retire()
    {
        var name = Name();
        var verb = new Command("retire", "From now on calls are signed by the newest secret alone.") { name };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            return Send(session, session.Door("dispatch"), parsed.GetValue(name)!, "webhook_secrets_retired", null, _ => { });
        });
        return verb;
    }

    private static Command Switch(string word, string about)
    {
        var name = Name();
        var reason = new Option<string?>("--reason") { Description = "why, for the journal" };
        var verb = new Command(word, about) { name, reason };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            return Send(session, session.Door("dispatch"), parsed.GetValue(name)!, "webhook_endpoint_switched", null, fields =>
            {
                fields["state"] = word == "remove" ? "removed" : word;
                if (parsed.GetValue(reason) is { } why) fields["reason"] = why;
            });
        });
        return verb;
    }

    private static int Send(Session session, Door door, string name, string type, string? secret, Action<JsonObject> fill)
    {
        var now = session.Clock.GetUtcNow();
        var fields = new JsonObject { ["type"] = type, ["endpoint"] = name };
        fill(fields);
        // Of the moment and of what is said: another secret within one moment is another input.
        var digest = CardNumber.KeyOf(SHA256.HashData(Encoding.UTF8.GetBytes(fields.ToJsonString())).AsSpan(0, 8));
        fields["key"] = $"{type}/{name}/{now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}/{digest}";
        var problems = new List<InputProblem>();
        var input = InputJson.Parse(Encoding.UTF8.GetBytes(fields.ToJsonString()), Environment.UserName, problems)
            ?? throw new UsageException(string.Join("; ", problems));
        var result = door.Take([new InputUnit(0, [input])]).Units.Single();
        if (result.Refused is { } refused)
        {
            Output.Say(refused.Message);
            return 1;
        }
        var endpoint = door.Look().Webhooks.Of(name)!;
        var sheet = new Sheet("endpoint", "state", "secret");
        sheet.Add(name, endpoint.State, secret);
        session.Output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteString("endpoint", name);
            json.WriteString("state", endpoint.State);
            if (secret is not null) json.WriteString("secret", secret);
            json.WriteEndObject();
        }, sheet);
        if (secret is not null) Output.Say("Keep the secret now: it is kept sealed here and can't be shown again.");
        return 0;
    }

    private static Command Replay()
    {
        var name = new Argument<string?>("NAME") { Description = "the endpoint's name", Arity = ArgumentArity.ZeroOrOne };
        var id = new Option<string?>("--id") { Description = "this call alone", HelpName = "ID" };
        var from = new Option<string?>("--from") { Description = "all events that were recorded from this day on, by UTC", HelpName = "DATE" };
        var to = new Option<string?>("--to") { Description = "to this day, which is included; else today", HelpName = "DATE" };
        var verb = new Command("replay", "Tells of one event again, or an endpoint of all that was recorded in a span and that it wants: under the same ids.")
        {
            name, id, from, to,
        };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var (endpoint, one, first) = (parsed.GetValue(name), parsed.GetValue(id), parsed.GetValue(from));
            if ((one is null) == (first is null)) throw new UsageException("give either --id, or NAME and --from");
            if (first is not null && endpoint is null) throw new UsageException("a span is told anew to one endpoint: name it");
            var door = session.Door("dispatch");
            var known = endpoint is null ? null : door.Look().Webhooks.Of(endpoint);
            if (endpoint is not null && known is not { State: not "removed" }) return Unknown(endpoint);
            int count;
            if (one is not null) count = WebhookReplay.One(door, one, endpoint);
            else
            {
                var start = Session.Day(first!, "--from");
                var end = parsed.GetValue(to) is { } last ? Session.Day(last, "--to") : LocalDay.Of(session.Clock.GetUtcNow(), "UTC");
                if (end < start) throw new UsageException("--to is before --from");
                count = WebhookReplay.Span(door, known!, Midnight(start), Midnight(end.AddDays(1)));
            }
            var sheet = new Sheet("told anew");
            sheet.Add(count);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("replayed", count);
                json.WriteEndObject();
            }, sheet);
            if (count == 0 && one is not null) Output.Say($"there is no call {one}, or it is under way just now");
            else if (known is { State: "off" }) Output.Say($"{endpoint} is off, so they wait; `recoup webhooks on {endpoint}` switches it on.");
            else Output.Say("The next `recoup dispatch`, or the server's next round, tells of them.");
            return count == 0 && one is not null ? 1 : 0;
        });
        return verb;
    }

    private static DateTimeOffset Midnight(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    private static string? Instant(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
