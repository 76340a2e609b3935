using System.CommandLine;
using System.Globalization;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>api-key: who may use the API.</summary>
internal static class ApiKeyVerbs
{
    public static Command ApiKey() => new("api-key", "Who may use the API of `recoup serve`: add a key, list them, revoke one.") { Add(), List(), Revoke() };

    private static Argument<string> Name() => new("NAME") { Description = "who the key is for; what comes by it is recorded under api:NAME" };

    private static Command Add()
    {
        var name = Name();
        var may = new Option<string>("--may") { Description = "read, write, or both", HelpName = "read,write", DefaultValueFactory = _ => "read,write" };
        var verb = new Command("add", "Makes a key and prints it, once.") { name, may };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var who = parsed.GetValue(name)!;
            if (!ApiKeys.IsName(who))
                throw new UsageException($"'{who}' is no name for a key: letters, digits and - _ . only, at most {ApiKeys.NameLengthMax}");
            var granted = ApiKeys.Parse(parsed.GetValue(may)!) ?? throw new UsageException($"--may: '{parsed.GetValue(may)}' is not read, write or read,write");
            if (new ApiKeys(session.Open(create: true)).Add(who, granted, session.Clock.GetUtcNow(), Environment.UserName) is not { } text)
            {
                Output.Say($"{who} has a key already; `recoup api-key revoke {who}` ends it.");
                return 1;
            }
            var sheet = new Sheet("name", "may", "key");
            sheet.Add(who, ApiKeys.Words(granted), text);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteString("name", who);
                json.WriteString("may", ApiKeys.Words(granted));
                json.WriteString("key", text);
                json.WriteEndObject();
            }, sheet);
            Output.Say("Keep the key now: it is not kept here and can't be shown again.");
            return 0;
        });
        return verb;
    }

    private static Command List()
    {
        var verb = new Command("list", "The keys there are and were.");
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var sheet = new Sheet("name", "may", "id", "created at", "revoked at") { Empty = "no key was made; `recoup api-key add NAME` makes one" };
            var store = session.Open();
            var users = new PageReadings(store).Workspace().Users;
            foreach (var key in new ApiKeys(store).All())
                sheet.Add(key.Name, ApiKeys.Words(ApiKeys.MayOf(key, users.Find(key.Name)?.Details)), key.Id, Instant(key.CreatedAt), Instant(key.RevokedAt));
            session.Output.Print(json => FigureVerbs.WriteRows(json, sheet), sheet);
            return 0;
        });
        return verb;
    }

    private static Command Revoke()
    {
        var name = Name();
        var verb = new Command("revoke", "Ends a key, within seconds also for a server that runs.") { name };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var who = parsed.GetValue(name)!;
            if (new ApiKeys(session.Open()).Revoke(who, session.Clock.GetUtcNow(), Environment.UserName)) return 0;
            Output.Say($"{who} has no key in force; `recoup api-key list` lists them.");
            return 1;
        });
        return verb;
    }

    private static string? Instant(DateTimeOffset? at) => at?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
