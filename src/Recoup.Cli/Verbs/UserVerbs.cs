using System.CommandLine;
using Recoup.Core.Foundation;
using Recoup.Core.Workspace;
using Recoup.Server.Access;
using Recoup.Server.Api;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>users, user: who works with Recoup.</summary>
internal static class UserVerbs
{
    public static Command Users() => Listed("users", "Who works with Recoup.");

    public static Command User() =>
        new("user", "Who works with Recoup: add one, change, disable or enable them, make a link that lets them in.")
        {
            Add(), Change(), Switch("disable", true), Switch("enable", false), Link(), Listed("list", "The users there are."),
        };

    private static Argument<string> Id() => new("ID") { Description = "the user's id: what they enter is recorded under it" };

    private static Option<string?> Role()
    {
        var role = new Option<string?>("--role")
        {
            Description = "reader and auditor look and enter nothing; agent works with customers; manager does everything",
        };
        role.AcceptOnlyFromAmong([.. UserRole.All]);
        return role;
    }

    private static Option<string?> Portfolios() => new("--portfolios")
    {
        Description = "whose receivables they see, such as EU,UK; all by default, and by the word all", HelpName = "P,P",
    };

    private static IReadOnlyList<string>? Read(string? portfolios)
    {
        try { return UserAccounts.PortfoliosOf(portfolios); }
        catch (FormatException) { throw new UsageException("--portfolios takes names joined by commas, or all"); }
    }

    private static Command Listed(string name, string about)
    {
        var verb = new Command(name, about);
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var now = session.Clock.GetUtcNow();
            var lines = new PageReadings(session.Open()).Workspace().Users.All.Select(u => new UserLine(u, now)).ToList();
            var sheet = new Sheet([.. UserList.Listing.Columns.Select(c => c.Name)]) { Title = "Users", Empty = "no user yet; `recoup user add ID` adds one" };
            foreach (var line in lines) sheet.Add([.. UserList.Listing.Cells(line)]);
            session.Output.Print(json => UserList.Listing.Write(json, lines), sheet);
            return 0;
        });
        return verb;
    }

    private static Command Add()
    {
        var (id, role, name, team) = (Id(), Role(), new Option<string?>("--name"), new Option<string?>("--team"));
        role.Required = true;
        var some = Portfolios();
        var verb = new Command("add", "Adds a user.") { id, role, name, team, some };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var user = parsed.GetValue(id)!;
            if (Core.Workspace.Users.ProblemOf(user) is { } problem) throw new UsageException(problem);
            var door = session.Door("user", create: true);
            if (door.Look().Users is var users && users.Find(user) is null && UserAccounts.ProblemOfNew(users, user) is { } near)
                throw new UsageException(near);
            var details = new UserDetails(user, parsed.GetValue(role)!)
            {
                Name = parsed.GetValue(name), Team = parsed.GetValue(team), Portfolios = Read(parsed.GetValue(some)),
            };
            if (Set(session, door, user, known => known is null ? details : null))
            {
                RemarkOf(door, details);
                return 0;
            }
            Output.Say($"{user} is there already; `recoup user change {user}` changes them, `recoup users` lists all.");
            return 1;
        });
        return verb;
    }

    private static Command Change()
    {
        var (id, role, name, team) = (Id(), Role(), new Option<string?>("--name"), new Option<string?>("--team"));
        var some = Portfolios();
        var verb = new Command("change", "Changes what is given of a user.") { id, role, name, team, some };
        verb.SetAction(parsed => Changed(parsed, id, known => known with
        {
            Role = parsed.GetValue(role) ?? known.Role,
            Name = parsed.GetValue(name) ?? known.Name,
            Team = parsed.GetValue(team) ?? known.Team,
            Portfolios = parsed.GetValue(some) is { } given ? Read(given) : known.Portfolios,
        }));
        return verb;
    }

    private static Command Switch(string name, bool disabled)
    {
        var id = Id();
        var verb = new Command(name, disabled ? "The user comes in no more, at once." : "The user comes in again.") { id };
        verb.SetAction(parsed => Changed(parsed, id, known => known with { Disabled = disabled }));
        return verb;
    }

    private static int Changed(ParseResult parsed, Argument<string> id, Func<UserDetails, UserDetails> change)
    {
        using var session = new Session(parsed);
        var user = parsed.GetValue(id)!;
        var isKnown = false;
        var door = session.Door("user");
        var before = door.Look().Users.Find(user)?.Details.Portfolios;
        Set(session, door, user, known => (isKnown = known is not null) ? change(known!) : null);
        if (door.Look().Users.Find(user)?.Details is { } details && !ReferenceEquals(details.Portfolios, before)) RemarkOf(door, details);
        return isKnown ? 0 : Unknown(user);
    }

    private static int Unknown(string user)
    {
        Output.Say($"there is no user {user}; `recoup users` lists them.");
        return 1;
    }

    private static bool Set(Session session, Door door, string user, Func<UserDetails?, UserDetails?> change) =>
        UserAccounts.Set(door, user, change, Environment.UserName, session.Clock.GetUtcNow());

    /// <summary>A portfolio may be named before it comes; one that was meant and is written otherwise shows nobody anything.</summary>
    private static void RemarkOf(Door door, UserDetails details)
    {
        var known = door.Look().Portfolios.Select(p => p.Portfolio).ToList();
        foreach (var named in (details.Portfolios ?? []).Except(known))
            Output.Say($"no portfolio {named} has settings yet, and {details.User} sees no other's"
                + (Spelling.Nearest(named, known) is { } near ? $"; where {near} is meant, `recoup user change {details.User} --portfolios` says so" : ""));
    }

    private static Command Link()
    {
        var id = Id();
        var urls = new Option<string>("--urls") { Description = "where `recoup serve` is", HelpName = "URL", DefaultValueFactory = _ => ServeVerb.DefaultUrl };
        var verb = new Command("link", "Makes a link that lets a user in, once, within seven days; one before it ends.") { id, urls };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var user = parsed.GetValue(id)!;
            if (UserAccounts.MakeLink(session.Door("user"), user, Environment.UserName, session.Clock.GetUtcNow()) is not { } token)
            {
                Output.Say($"there is no user {user} who comes in; `recoup users` lists them.");
                return 1;
            }
            var link = parsed.GetValue(urls)!.TrimEnd('/') + Guard.EnterPath + token;
            var sheet = new Sheet("user", "link");
            sheet.Add(user, link);
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteString("user", user);
                json.WriteString("link", link);
                json.WriteEndObject();
            }, sheet);
            Output.Say("Give it to them alone: who opens it first is them. It is not kept here and can't be shown again.");
            return 0;
        });
        return verb;
    }
}
