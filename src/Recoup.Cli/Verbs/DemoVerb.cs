using System.CommandLine;
using Recoup.Connectors.Mail;
using Recoup.Core.Foundation;
using Recoup.Simulation.Business;
using Recoup.Simulation.Worlds;

namespace Recoup.Cli.Verbs;

/// <summary>
/// A business in one command: a simulated year of customers who react, told as a story. The same door, run and
/// dispatch as a user's own; only the customers are made up.
/// </summary>
internal static class DemoVerb
{
    private const ulong Seed = 7;
    private const int Customers = 2000;
    private const int Days = 365;

    /// <summary>January to April without Recoup, so that there is something to compare with.</summary>
    private const int QuietDays = 120;

    /// <summary>Letters of the last days are written into the mail folder too, to be looked at.</summary>
    private const int LettersKeptDays = 7;

    private const string Marker = "made-by-recoup-demo";

    public static Command Demo()
    {
        var serve = new Option<bool>("--serve") { Description = "then serve its pages, on the demo's own clock" };
        var accounts = SimulateVerbs.Counting("--accounts", "customers; fewer are played sooner", Customers, 1, 100_000);
        var verb = new Command("demo", "A business of 2,000 customers in one command: a simulated year, told as a story, with its KPIs, "
            + "ageing, messages and worklist.") { serve, accounts };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            if (parsed.GetValue(Session.Database) is not null)
                throw new UsageException("the demo plays in a folder of its own; leave --database out, or move it afterwards: "
                    + "recoup --data recoup-demo migrate --to CONNECTION");
            session.IsFolderAlone = true;
            if (parsed.GetValue(Session.Data) is null && Environment.GetEnvironmentVariable("RECOUP_DATA") is not { Length: > 0 })
                session.Folder = "recoup-demo";
            Prepare(session.Folder);
            var report = Play(session.Folder, parsed.GetValue(accounts));
            DemoStory.Tell(session.Output, session.Folder, session.Open(), report);
            if (!parsed.GetValue(serve)) return 0;
            session.Clock = session.DemoClock();
            ServeVerb.Serve(session, ServeVerb.DefaultUrl, options => options);
            return 0;
        });
        return verb;
    }

    /// <summary>The demo made this folder.</summary>
    public static bool IsDemo(string folder) => File.Exists(Path.Combine(folder, Marker));

    /// <summary>The demo makes its folder anew each time; one that it did not make it leaves alone.</summary>
    private static void Prepare(string folder)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            if (!IsDemo(folder)) throw new UsageException($"the folder '{folder}' holds something that the demo did not make. Name another with --data.");
            Directory.Delete(folder, recursive: true);
        }
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, Marker), "This folder was made by `recoup demo`, which makes it anew each time.\n");
    }

    private static SimulationReport Play(string folder, int customers)
    {
        Output.Say($"A year of {Plural.Of(customers, "customer")} is played day by day, from seed {Seed}"
            + $"{(customers <= Customers ? "; this takes less than a minute" : "")}.");
        MailFolder? mail = null;
        SimulatedBusiness? playing = null;
        var plan = new SimulationPlan(WorldTable.All[0], Seed, customers, Days) { QuietDays = QuietDays, Writer = TemplateWriter.Shipped, Audited = false };
        plan = plan with
        {
            Copies = (day, letters, at) =>
            {
                if (day <= plan.End.AddDays(-LettersKeptDays)) return;
                mail ??= new MailFolder(playing!.Store.MailFolder, playing.Store.WorkspaceId);
                mail.Send(letters, at);
            },
        };
        using var business = playing = new SimulatedBusiness(plan, folder);
        var report = business.Play((day, share) => Output.Progress($"{day:yyyy-MM-dd}", share));
        Output.ProgressDone();
        return report;
    }
}
