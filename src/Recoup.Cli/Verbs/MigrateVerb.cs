using System.CommandLine;
using Recoup.Core.Foundation;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>migrate: moves a workspace from its folder into PostgreSQL, brings a schema up to date, gives a role its rights.</summary>
internal static class MigrateVerb
{
    public static Command Migrate()
    {
        var to = new Option<string?>("--to")
        {
            Description = "moves the folder's workspace into this PostgreSQL database, which must be empty", HelpName = "CONNECTION",
        };
        var grant = new Option<string?>("--grant")
        {
            Description = "gives a PostgreSQL role what the application needs: it can add to the journal, "
                + "and neither change nor delete what is in it",
            HelpName = "ROLE",
        };
        var back = new Option<bool>("--back") { Description = "lets the folder of a workspace that was moved be used again" };
        var verb = new Command("migrate", "Brings the store's schema up to date; with --to moves a workspace from a folder into PostgreSQL, "
            + "every hash checked on the way and the whole audited there.") { to, grant, back };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            if (new[] { parsed.GetValue(to) is not null, parsed.GetValue(grant) is not null, parsed.GetValue(back) }.Count(given => given) > 1)
                throw new UsageException("--to, --grant and --back are three different things; give one of them");
            if (parsed.GetValue(back))
            {
                if (session.Connection is not null) throw new UsageException("--back is about a folder; leave --database and RECOUP_DATABASE out");
                var moved = Store.TakeBack(session.Folder);
                Output.Say(moved
                    ? $"The workspace in {session.Folder} can be used again. What was recorded in the database since then is not in it."
                    : $"The workspace in {session.Folder} was not moved; nothing was changed.");
                return 0;
            }
            if (parsed.GetValue(to) is { } connection) return Move(session, connection);
            var store = session.Open(create: session.Connection is not null);
            store.Access.Prepare();
            if (parsed.GetValue(grant) is { } role) store.GrantTo(role);
            var sheet = new Sheet("store", "schema");
            sheet.Add(session.Place.ToString(), "up to date");
            session.Output.Print(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("ok", true);
                json.WriteString("store", session.Place.ToString());
                json.WriteEndObject();
            }, sheet);
            return 0;
        });
        return verb;
    }

    private static int Move(Session session, string connection)
    {
        if (session.Connection is not null)
            throw new UsageException("the workspace to move is a folder's: name it with --data, and leave --database and RECOUP_DATABASE out");
        using var target = Store.Open(new StorePlace(session.Folder, connection) { KeysConnection = session.Place.KeysConnection }, create: true);
        var report = Moving.ToPostgres(session.Open(), target, (done, of) => Output.Progress("moving", of == 0 ? null : (double)done / of));
        Output.ProgressDone();
        var sheet = new Sheet("what", "number")
        {
            Title = report.Verified.Ok
                ? "Every chain ends in the same hash as before, and everything verified agrees."
                : Plural.Of(report.Verified.ProblemsInAll, "problem"),
        };
        sheet.Add("events", report.Events);
        sheet.Add("other rows", report.Rows);
        sheet.Add("keys of people", report.Keys);
        session.Output.Print(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok", report.Verified.Ok);
            json.WriteNumber("events", report.Events);
            json.WriteNumber("rows", report.Rows);
            json.WriteNumber("keys", report.Keys);
            json.WriteStartArray("problems");
            foreach (var problem in report.Verified.Problems) json.WriteStringValue(problem.Message);
            json.WriteEndArray();
            json.WriteEndObject();
        }, sheet);
        foreach (var problem in report.Verified.Problems) Output.Say(problem.Message);
        if (!report.Verified.Ok) return 1;
        Output.Say($"The workspace is in {target.Place} now: name it with --database or RECOUP_DATABASE. The folder keeps mail, anchors and settings, "
            + "which are still used from there.");
        return 0;
    }
}
