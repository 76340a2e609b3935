using System.CommandLine;
using System.Globalization;
using Recoup.Connectors.Mail;
using Recoup.Server;

namespace Recoup.Cli.Verbs;

/// <summary>serve: the pages in a browser, and the heartbeat that runs each day and dispatches.</summary>
internal static class ServeVerb
{
    public static readonly string DefaultUrl = $"http://127.0.0.1:{LoopbackUrl.DefaultPort}";

    public static readonly TimeOnly DefaultRunAt = new(6, 0);

    public static Command Serve()
    {
        var urls = new Option<string>("--urls") { Description = "where to serve: an address of this machine alone", HelpName = "URL", DefaultValueFactory = _ => DefaultUrl };
        var runAt = new Option<string>("--run-at") { Description = "when each portfolio's day is run, in its own time zone", HelpName = "HH:MM", DefaultValueFactory = _ => DefaultRunAt.ToString("HH:mm", CultureInfo.InvariantCulture) };
        var noRun = new Option<bool>("--no-run") { Description = "serve pages only: run no day and send nothing" };
        var verb = new Command("serve", "Pages in a browser, and the heartbeat: runs each portfolio's day at its hour, dispatches every minute.") { urls, runAt, noRun };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            if (!TimeOnly.TryParseExact(parsed.GetValue(runAt), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
                throw new UsageException($"--run-at: '{parsed.GetValue(runAt)}' is not a time of day; write 06:00");
            if (session.GivenNow is { } now) session.Clock = new ClockFrom(now);
            else if (DemoVerb.IsDemo(session.Folder)) GoOnWithDemo(session);
            Serve(session, parsed.GetValue(urls)!, at, beats: !parsed.GetValue(noRun));
            return 0;
        });
        return verb;
    }

    /// <summary>The demo's year is not ours: a heartbeat on today's clock would leap over the months since.</summary>
    public static void GoOnWithDemo(Session session)
    {
        var last = session.Door("run").LastRecordedAt;
        session.Clock = new ClockFrom(last);
        Output.Say($"This folder is the demo's: its clock goes on from {last:yyyy-MM-dd HH:mm} UTC, where the demo ended.");
    }

    /// <summary>Serves the session's folder until the process is told to stop.</summary>
    public static void Serve(Session session, string url, TimeOnly runAt, bool beats)
    {
        if (LoopbackUrl.Parse(url, out var problem) is not var (address, port)) throw new UsageException($"--urls: {problem}");
        var (place, folder) = (session.Place, session.Folder);
        // Each request opens the store for itself; nothing of this session's stays open meanwhile.
        session.Dispose();
        Run(new ServeOptions(place, address, port, session.Clock)
        {
            RunAt = runAt, Beats = beats, Writer = TemplateWriter.Shipped, Channels = Session.ChannelsOf, Catalog = () => FigureVerbs.CatalogOf(folder), Actor = Environment.UserName, Say = Output.Say,
        }).GetAwaiter().GetResult();
    }

    private static async Task Run(ServeOptions options)
    {
        await using var pages = await WebPages.Start(options);
        Output.Say($"Recoup serves '{options.Place}'. Open this link; it lets one browser in, once:\n\n  {pages.Link}\n");
        Output.Say(options.Beats ? $"The heartbeat runs each portfolio's day at {options.RunAt:HH\\:mm} in its time zone and dispatches every minute. Ctrl+C ends." : "Pages only: no day is run, nothing is sent. Ctrl+C ends.");
        await pages.Ended();
        Output.Say("Recoup has ended; what it was at goes on at the next start.");
    }

    /// <summary>A clock that goes on from an instant: what --now says of a server.</summary>
    internal sealed class ClockFrom(DateTimeOffset start) : TimeProvider
    {
        private readonly long begun = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => start + System.GetElapsedTime(begun);
    }
}
