using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Recoup.Connectors.Catalog;
using Recoup.Connectors.Mail;
using Recoup.Server;
using Recoup.Server.Api;
using Recoup.Server.Telemetry;

namespace Recoup.Cli.Verbs;

/// <summary>serve: the pages in a browser, and the heartbeat that runs each day and dispatches.</summary>
internal static class ServeVerb
{
    public static readonly string DefaultUrl = $"http://127.0.0.1:{LoopbackUrl.DefaultPort}";

    public static readonly TimeOnly DefaultRunAt = new(6, 0);

    public static Command Serve()
    {
        var urls = new Option<string>("--urls")
        {
            Description = "where to serve: an address of this machine alone", HelpName = "URL", DefaultValueFactory = _ => DefaultUrl,
        };
        var runAt = new Option<string>("--run-at")
        {
            Description = "when each portfolio's day is run, in its own time zone", HelpName = "HH:MM",
            DefaultValueFactory = _ => DefaultRunAt.ToString("HH:mm", CultureInfo.InvariantCulture),
        };
        var role = new Option<string>("--role")
        {
            Description = "api: pages and the API; worker: runs the days and dispatches; all: both", DefaultValueFactory = _ => "all",
        };
        role.AcceptOnlyFromAmong("api", "worker", "all");
        var noRun = new Option<bool>("--no-run") { Description = "the same as --role api: run no day and send nothing" };
        var beat = new Option<double>("--beat") { Description = "how often it is looked what is due", HelpName = "SECONDS", DefaultValueFactory = _ => 60 };
        var tolerance = new Option<double?>("--clock-tolerance")
        {
            Description = "how far a worker's clock may be from the database's; further, and it does nothing. Default 60", HelpName = "SECONDS",
        };
        var takeOver = new Option<double?>("--take-over")
        {
            Description = "after what time the others take over from a worker that died or hangs. Default 15", HelpName = "SECONDS",
        };
        var log = new Option<string>("--log")
        {
            Description = "text: words for the person at the terminal; json: every event as a line of JSON on standard error, without personal data",
            DefaultValueFactory = _ => "text",
        };
        log.AcceptOnlyFromAmong("text", "json");
        var standard = new ApiLimits();
        var bodyMax = new Option<int>("--api-body-max")
        {
            Description = "the largest body of a request to the API, in KiB", HelpName = "KIB", DefaultValueFactory = _ => standard.BodyBytesMax / 1024,
        };
        var inputsMax = new Option<int>("--api-inputs-max")
        {
            Description = "the most inputs of one request to the API: one transaction", HelpName = "N", DefaultValueFactory = _ => standard.InputsMax,
        };
        var waitingMax = new Option<int>("--api-waiting-max")
        {
            Description = "the most inputs that may wait for their commit; then the API answers 429",
            HelpName = "N", DefaultValueFactory = _ => standard.WaitingMax,
        };
        var verb = new Command("serve", "Pages in a browser, the API, and the heartbeat: runs each portfolio's day at its hour, dispatches every minute.")
        {
            urls, role, runAt, noRun, beat, tolerance, takeOver, log, bodyMax, inputsMax, waitingMax,
        };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            if (!TimeOnly.TryParseExact(parsed.GetValue(runAt), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
                throw new UsageException($"--run-at: '{parsed.GetValue(runAt)}' is not a time of day; write 06:00");
            var machine = TimeProvider.System;
            // Who says what time it is says it of the machine too.
            if (session.GivenNow is { } now) session.Clock = machine = new ClockFrom(now);
            else if (DemoVerb.IsDemo(session.Folder)) session.Clock = session.DemoClock();
            var of = parsed.GetValue(role) switch { "api" => Role.Api, "worker" => Role.Worker, _ => Role.All };
            if (parsed.GetValue(noRun))
            {
                if (of == Role.Worker) throw new UsageException("--no-run and --role worker contradict each other");
                of = Role.Api;
            }
            if (session.Connection is null && (parsed.GetValue(tolerance) is not null || parsed.GetValue(takeOver) is not null))
                throw new UsageException("--clock-tolerance and --take-over are for workers that share a database; here the data is in a folder");
            var limits = new ApiLimits
            {
                BodyBytesMax = checked(Positive(parsed, bodyMax, 1024 * 1024) * 1024),
                InputsMax = Positive(parsed, inputsMax, 100_000), WaitingMax = Positive(parsed, waitingMax, 1_000_000),
            };
            Serve(session, parsed.GetValue(urls)!, options => options with
            {
                RunAt = at,
                Role = of,
                Limits = limits,
                MachineClock = machine,
                Beat = Seconds(parsed.GetValue(beat), "--beat", 0.2),
                ClockTolerance = Seconds(parsed.GetValue(tolerance) ?? options.ClockTolerance.TotalSeconds, "--clock-tolerance", 1),
                TakeOver = Seconds(parsed.GetValue(takeOver) ?? options.TakeOver.TotalSeconds, "--take-over", 1.5),
            }, parsed.GetValue(log) == "json");
            return 0;
        });
        return verb;
    }

    private static TimeSpan Seconds(double seconds, string option, double least) =>
        seconds >= least && seconds <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option} takes seconds from {least} to 3600, not {seconds}"));

    private static int Positive(ParseResult parsed, Option<int> option, int max) =>
        parsed.GetValue(option) is var number && number >= 1 && number <= max
            ? number
            : throw new UsageException($"{option.Name} takes a number from 1 to {max}, not {number}");

    /// <summary>Serves the session's workspace until the process is told to stop.</summary>
    /// <param name="told">What was said beyond where it is and at which address.</param>
    /// <param name="logsJson">Standard error is all JSON then; the link, which is no event, goes to standard output.</param>
    public static void Serve(Session session, string url, Func<ServeOptions, ServeOptions> told, bool logsJson = false)
    {
        if (LoopbackUrl.Parse(url, out var problem) is not var (address, port)) throw new UsageException($"--urls: {problem}");
        var (place, own) = (session.Place, new CatalogWatch(session.OwnFolder));
        // Each request opens the store for itself; nothing of this session's stays open meanwhile.
        session.Dispose();
        Run(told(new ServeOptions(place, address, port, session.Clock)
        {
            RunAt = DefaultRunAt, MachineClock = TimeProvider.System, Log = logsJson ? EventLog.AsJson(Terminal.Error, session.Clock)
                : EventLog.InWords(Output.Say),
            Writer = TemplateWriter.Shipped, Channels = Session.ChannelsOf,
            Webhooks = store => Session.WebhooksOf(store, session.Clock), Own = own, Actor = Environment.UserName, Say = logsJson ? Terminal.Out.WriteLine
                : Output.Say,
        })).GetAwaiter().GetResult();
    }

    private static async Task Run(ServeOptions options)
    {
        await using var pages = await WebPages.Start(options);
        options.Log.Write(LogLevel.Information, "serving", null, ("address", pages.Address), ("role", options.Role.ToString().ToLowerInvariant()));
        options.Say(options.ServesPages
            ? $"Recoup serves '{options.Place}'. Open this link; it lets one browser in, once:\n\n  {pages.Link}\n"
            : $"Recoup works on '{options.Place}'. Its health: {pages.Address}/health/ready");
        options.Say(options.Beats
            ? $"The heartbeat runs each portfolio's day at {options.RunAt:HH\\:mm} in its time zone and dispatches, "
                + $"looking every {Every(options.Beat)}. Ctrl+C ends."
            : "Pages only: no day is run, nothing is sent. Ctrl+C ends.");
        await pages.Ended();
        options.Log.Write(LogLevel.Information, "ended", null);
        options.Say("Recoup has ended; what it was at goes on at the next start.");
    }

    private static string Every(TimeSpan beat) =>
        beat == TimeSpan.FromMinutes(1) ? "minute" : string.Create(CultureInfo.InvariantCulture, $"{beat.TotalSeconds:0.##} s");
}
