using System.CommandLine;
using System.Text.Json;
using Recoup.Cli.Verbs;
using Recoup.Connectors.Files;
using Recoup.Connectors.Mail;
using Recoup.Core.Controlling;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli;

/// <summary>
/// The command from its words to its exit code, on the streams of <see cref="Terminal"/>. Exit codes of the contract: 0 done;
/// 1 refused, or a check found something wrong; 2 wrong usage; 3 done, some rows rejected or set aside.
/// </summary>
internal static class CommandLine
{
    /// <summary>The command as if started by itself, on streams of the caller's; many may be under way in one process.</summary>
    public static Task<int> Run(string[] args, TerminalStreams streams)
    {
        return Task.Run(() =>
        {
            Terminal.Use(streams);
            return Run(args);
        });
    }

    public static async Task<int> Run(string[] args)
    {
        var root = new RootCommand("Recoup finds the revenue a business is losing, decides each day what to do about each customer, does it within "
            + "the law, and proves what came of it.");
        root.Options.Add(Session.Data);
        root.Options.Add(Session.Database);
        root.Options.Add(Session.Now);
        root.Options.Add(Session.CatalogFolder);
        root.Options.Add(Output.Format);
        foreach (var verb in new[]
        {
            ImportVerbs.Import(), ImportVerbs.Send(), ImportVerbs.Inputs(), WorkVerbs.Run(), WorkVerbs.Dispatch(),
            WorkVerbs.Sending(), WorkVerbs.Messages(), ChannelVerbs.Channels(), ChannelVerbs.Bounces(), TextVerb.Texts(),
            FigureVerbs.Ageing(), FigureVerbs.Unworked(), FigureVerbs.Kpi(), BridgeVerb.Bridge(), CohortVerb.Cohorts(),
            FigureVerbs.Drill(), FigureVerbs.Catalog(),
            FigureVerbs.Figures(),
            PeopleVerbs.Worklist(), PeopleVerbs.Explain(), PlanVerb.Plans(), ConversationVerbs.Callbacks(),
            ConversationVerbs.Notes(), FileVerbs.Files(), FileVerbs.File(), DocumentVerbs.Statement(), DocumentVerbs.Invoice(),
            PolicyVerbs.Policy(), AuditVerbs.Audit(), AuditVerbs.Rebuild(), MigrateVerb.Migrate(), SimulateVerbs.Simulate(),
            ReplayVerb.Replay(), DemoVerb.Demo(), ServeVerb.Serve(), ApiKeyVerbs.ApiKey(), WebhookVerbs.Webhooks(), UserVerbs.Users(), UserVerbs.User(),
            AccessVerb.Access(),
            StatusVerb.Status(),
        }) root.Subcommands.Add(verb);

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) Terminal.Error.WriteLine(error.Message);
            Terminal.Error.WriteLine(
                $"`recoup {PathOf(parsed.CommandResult.Command)}--help` tells how.");
            return 2;
        }
        if (args.Length == 0) return await root.Parse(["--help"]).InvokeAsync(Told());
        try
        {
            return await parsed.InvokeAsync(Told());
        }
        catch (UsageException e) { Output.Say(e.Message); return 2; }
        catch (Exception e) when (FileTrouble.Words(e, Session.FolderOf(parsed)) is not null)
        {
            Output.ProgressDone();
            Output.Say(FileTrouble.Words(e, Session.FolderOf(parsed))!);
            return 1;
        }
        catch (Exception e)
            when (e is StoreException or RunRefusedException or FileRefusedException or YamlException
                or TemplateException or SmtpException or MissingRateException or IOException or UnauthorizedAccessException)
        {
            Output.ProgressDone();
            Output.Say(e.Message);
            return 1;
        }
        catch (Microsoft.Data.Sqlite.SqliteException e) when (e.SqliteErrorCode is 5 or 6)
        {
            Output.Say("another Recoup has held the data folder for half a minute; try again when it is done.");
            return 1;
        }
        catch (Exception e) when (e is JournalDamagedException or JsonException)
        {
            Output.ProgressDone();
            Output.Say($"the data folder holds something that Recoup never wrote: {e.Message} `recoup audit verify` tells where; "
                + "what is wrong in states or read models `recoup rebuild` mends.");
            return 1;
        }
        catch (Microsoft.Data.Sqlite.SqliteException e)
        {
            Output.ProgressDone();
            Output.Say($"the data folder can't be read or written: {e.Message} Nothing of the last step was kept.");
            return 1;
        }
    }

    private static InvocationConfiguration Told() => new() { EnableDefaultExceptionHandler = false, Output = Terminal.Out, Error = Terminal.Error };

    /// <summary>The words that lead to a verb, each with a space behind it; empty for the command itself.</summary>
    private static string PathOf(Command command) => command is RootCommand
        ? ""
        : $"{string.Concat(command.Parents.OfType<Command>().Take(1).Select(PathOf))}{command.Name} ";
}
