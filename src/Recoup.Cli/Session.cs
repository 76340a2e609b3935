using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Recoup.Connectors.Catalog;
using Recoup.Connectors.Mail;
using Recoup.Connectors.Sms;
using Recoup.Connectors.Webhooks;
using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Outbox;
using Recoup.Core.Measures;
using Recoup.Core.Policies;
using Recoup.Core.Webhooks;
using Recoup.Core.Workspace;
using Recoup.Storage;
using Recoup.Storage.Access;
using Recoup.Storage.Work;

namespace Recoup.Cli;

/// <summary>Wrong usage: what is wrong and how it is right. Exit 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The options that every verb has, and what is opened by them.</summary>
internal sealed class Session : IDisposable
{
    public static readonly Option<string?> Data = new("--data")
    {
        Description = "the data folder; else RECOUP_DATA, else recoup-data here", Recursive = true, HelpName = "DIR",
    };
    public static readonly Option<string?> Database = new("--database")
    {
        Description = "a PostgreSQL connection, such as postgresql://user@host/name; else RECOUP_DATABASE. The folder of --data then "
            + "holds mail, anchors and settings only",
        Recursive = true, HelpName = "CONNECTION",
    };
    public static readonly Option<string?> Now = new("--now")
    {
        Description = "the instant to take for now, such as 2026-04-12T10:15:00Z", Recursive = true, HelpName = "INSTANT",
    };

    public static readonly Option<string?> CatalogFolder = new("--catalog")
    {
        Description = "the folder of your own rules, templates, KPIs, mappings and words; else RECOUP_CATALOG, else catalog in the data folder",
        Recursive = true, HelpName = "DIR",
    };

    private readonly ParseResult parsed;
    private Store? store;

    public Session(ParseResult parsed)
    {
        this.parsed = parsed;
        GivenNow = parsed.GetValue(Now) is { } text ? Instant(text) : null;
        clock = GivenNow is { } now ? new StoppedClock(now) : RehearsalClock.Given();
        Folder = FolderOf(parsed);
    }

    public string Folder { get; set; }

    /// <summary>The PostgreSQL connection; null: the data is in the folder. A folder that is named wins over the environment's database.</summary>
    public string? Connection => IsFolderAlone
        ? null
        : connection ??= Checked(parsed.GetValue(Database)
            ?? (parsed.GetValue(Data) is null && Environment.GetEnvironmentVariable("RECOUP_DATABASE") is { Length: > 0 } given ? given : null));

    private string? connection;

    /// <summary>For what plays in a folder whatever the environment says.</summary>
    public bool IsFolderAlone { get; set; }

    private static string? Checked(string? connection)
    {
        if (connection is not null && new StorePlace("", connection).Problem is { } problem) throw new UsageException(problem);
        return connection;
    }

    public StorePlace Place =>
        new(Folder, Connection) { KeysConnection = Environment.GetEnvironmentVariable("RECOUP_KEYS_DATABASE") is { Length: > 0 } keys ? keys : null };

    public DateTimeOffset? GivenNow { get; }

    private TimeProvider? clock;

    /// <summary>What --now or a rehearsal says; in the demo's folder, whose year is not ours, its own time; else the machine's.</summary>
    public TimeProvider Clock { get => clock ??= IsDemos ? DemoClock() : TimeProvider.System; set => clock = value; }

    private bool IsDemos => Connection is null && Verbs.DemoVerb.IsDemo(Folder);

    /// <summary>Goes on from when something was last done in it: a fact of today's would make a year of nothing of the months between.</summary>
    public TimeProvider DemoClock()
    {
        var door = new Door(Open(), "run", TimeProvider.System, TemplateWriter.Shipped);
        door.Look();
        var last = door.LastRecordedAt;
        Output.Say($"This folder is the demo's: its clock goes on from {last:yyyy-MM-dd HH:mm} UTC, when something was last done in it; --now sets another.");
        return new ClockFrom(last);
    }

    public Output Output => new(parsed.GetValue(Output.Format) ?? "table");

    public Store Open(bool create = false, Action<byte[]>? random = null)
    {
        if (store is not null) return store;
        store = Store.Open(Place, create, random);
        // What can only be read is somebody's copy, and as open as they made it.
        if (!store.IsReadOnly && store.OpenToOthers is [var first, ..])
            Output.Say($"Note: others on this machine can look into {first}, which is not yours to close; `chmod o-rwx` by its owner does it.");
        NoteLook(store);
        return store;
    }

    /// <summary>A command about one account or message is a look at somebody's data, and is recorded as one.</summary>
    private void NoteLook(Store opened)
    {
        var command = parsed.CommandResult;
        var subject = command.Children.Select(child => child switch
        {
            ArgumentResult { Argument.Name: "ACCOUNT" or "MESSAGE", Tokens: [var named, ..] } => named.Value,
            OptionResult { Option.Name: "--account", Tokens: [var named, ..] } when command.Command.Name != "access" => named.Value,
            _ => null,
        }).FirstOrDefault(value => value is not null);
        if (subject is null || opened.Access.IsReadOnly) return;
        var note = new AccessNote(TimeProvider.System.GetUtcNow(), Environment.UserName, "command", AccessKind.Looked, subject, command.Command.Name);
        try { opened.Access.Record(note); }
        catch (Exception e) when (e is StoreException or Microsoft.Data.Sqlite.SqliteException)
        {
            throw new StoreException($"looks at {subject} are recorded first, and that failed: {e.Message}", e);
        }
    }

    /// <summary>The data folder that a command line names.</summary>
    public static string FolderOf(ParseResult parsed) =>
        parsed.GetValue(Data) ?? (Environment.GetEnvironmentVariable("RECOUP_DATA") is { Length: > 0 } folder ? folder : "recoup-data");

    public Door Door(string operation, bool create = false, Policy? policy = null)
    {
        var door = new Door(Open(create), operation, Clock, TemplateWriter.Shipped)
        {
            Policy = policy, Kpis = () => [.. Own.ReadKpis().Kpis.All.Select(kpi => kpi.Id)],
        };
        door.Look();
        if (GivenNow is { } now && now < door.LastRecordedAt)
            Output.Say($"Note: something was recorded at {door.LastRecordedAt:yyyy-MM-ddTHH:mm:ssZ} already; "
                + "what is learned now is recorded at that instant, not before it.");
        return door;
    }

    // --- a user's own files ---

    /// <summary>Where a user's own files of the catalogue lie.</summary>
    public string OwnFolder => parsed.GetValue(CatalogFolder)
        ?? (Environment.GetEnvironmentVariable("RECOUP_CATALOG") is { Length: > 0 } given ? given : Path.Combine(Folder, OwnCatalog.FolderName));

    public OwnCatalog Own => OwnCatalog.Read(OwnFolder);

    /// <summary>The shipped KPIs with the user's own over them; what is wrong with one is said, and the others go on.</summary>
    public KpiCatalog Kpis()
    {
        var (kpis, problems) = Own.ReadKpis();
        foreach (var problem in problems) Output.Say(problem.ToString());
        return kpis;
    }

    /// <summary>What can be used of a user's files, given what the workspace goes by, if there is one.</summary>
    public CatalogReading ReadOwn(OwnCatalog own)
    {
        if (!Store.Exists(Place)) return own.Check(null, DateOnly.MinValue);
        var readings = new Readings(Open());
        return own.Check(readings.Workspace().Adopted, readings.LastRecordedOn());
    }

    /// <summary>Templates that a policy may name: the shipped ones and the user's own.</summary>
    public IReadOnlyList<string> Templates() => Writer().Templates;

    /// <summary>The shipped templates with the user's own over them, as they lie in the folder or were adopted.</summary>
    public TemplateWriter Writer()
    {
        var own = Own;
        var adopted = Store.Exists(Place) ? new Readings(Open()).Workspace().Adopted : null;
        var files = own.Exists ? own.Check(adopted, DateOnly.MinValue).Adoptable : adopted?.Own ?? [];
        return (TemplateWriter)TemplateWriter.Shipped.Over(files);
    }

    /// <summary>
    /// Lets the door go by the user's files as they lie in the folder now. Of a workspace on PostgreSQL, which many nodes
    /// share, only `catalog adopt` takes them in: else each node would take in its own.
    /// </summary>
    public void TakeIn(Door door)
    {
        if (Connection is not null || Own is not { Exists: true } own) return;
        var reading = own.Check(door.Workspace.Adopted, door.LastRecordedOn);
        door.Own = reading.Adoptable;
        foreach (var problem in reading.Problems) Output.Say(problem.ToString());
    }

    /// <summary>Who acts: by --by or --actor, else the user of this machine.</summary>
    public static Option<string?> By() => new("--by", "--actor") { Description = "who says so; else the user of this machine", HelpName = "NAME" };

    public IReadOnlyDictionary<string, ChannelPort> Channels() => ChannelsOf(Open());

    /// <summary>Mail goes to the server of channels.yaml, or, without that file, into the mail folder.</summary>
    public static IReadOnlyDictionary<string, ChannelPort> ChannelsOf(Store store) =>
        new Dictionary<string, ChannelPort>(StringComparer.Ordinal)
        {
            [Channel.Email] = SmtpSettings.Load(store.Folder) is { } settings ? Smtp(store, settings) : InFolder(store),
            [Channel.Sms] = SmsSettings.Load(store.Folder) is { } texts ? Sms(texts) : NoProvider,
        };

    /// <summary>Nothing is released for it: texts wait until somebody says by whom they leave.</summary>
    private static ChannelPort NoProvider => new(IsIdempotent: false, (messages, _) => [.. messages.Select(_ => ChannelAnswer.Failed("no provider"))])
    {
        Trouble = () => $"no provider of texts is set: say in {SmtpSettings.FileName}, under sms, how they leave (docs/sms.md)",
    };

    private static ChannelPort Sms(SmsSettings settings)
    {
        var sms = new SmsChannel(settings);
        return new ChannelPort(IsIdempotent: false, sms.Send) { PartSize = sms.PartSize, Trouble = sms.Trouble, Done = _ => sms.Dispose() };
    }

    /// <summary>No mail server is set, so mail lies in the data folder for somebody to fetch.</summary>
    public bool MailIsFiles => SmtpSettings.Load(Folder) is null;

    private static ChannelPort InFolder(Store store)
    {
        var folder = new MailFolder(store.MailFolder, store.WorkspaceId);
        return new ChannelPort(folder.IsIdempotent, folder.Send);
    }

    /// <summary>How endpoints are called. The settings are read anew for each.</summary>
    public static Func<Port<WebhookCall>> WebhooksOf(Store store, TimeProvider clock) => () =>
    {
        var sender = new WebhookSender(WebhookSettings.Load(store.Folder), clock);
        // One by one, since each may say that those behind it must wait.
        return new Port<WebhookCall>(IsIdempotent: true, sender.Send) { PartSize = 1, Done = _ => sender.Dispose() };
    };

    private static ChannelPort Smtp(Store store, SmtpSettings settings)
    {
        var smtp = new SmtpChannel(settings, store.WorkspaceId, (party, message) => Settling.UnsubscribeToken(store, party, message));
        var throttle = new DomainThrottle(Path.Combine(store.Folder, "throttle.json"), settings.PerDomainAMinute, store.WorkspaceId);
        return new ChannelPort(IsIdempotent: false, smtp.Send)
        {
            PartSize = smtp.PartSize,
            Trouble = smtp.Trouble,
            Admits = throttle.Admits,
            Done = now =>
            {
                throttle.Save(now);
                smtp.Close();
            },
        };
    }

    /// <summary>Whose rows the last list had to leave out.</summary>
    public void TellRowTroubles()
    {
        foreach (var trouble in store?.RowTroubles ?? [])
            Output.Say($"Of party {trouble.Party} something can't be read, and it is left out: {trouble.Cause}. `recoup audit verify` tells where; "
                + "what is wrong in states `recoup rebuild` mends.");
    }

    /// <summary>What the last run held back, where one looks for what it decided.</summary>
    public void TellStoppedRun()
    {
        if (new PageReadings(Open()).Workspace().Runs.LastOrDefault() is { Stopped: true } stopped) Output.Say(VolumeWords.Left(stopped));
    }

    public static DateOnly Day(string text, string option)
    {
        if (!TryDay(text, out var day)) throw new UsageException($"{option}: '{text}' is not a date; write YYYY-MM-DD");
        return DateBounds.Problem(day) is { } problem ? throw new UsageException($"{option}: {text} {problem}") : day;
    }

    /// <summary>As <see cref="Day"/>, where 9999-12-31 means that there is no end: then the last day that a fact may have.</summary>
    public static DateOnly DayOrNoEnd(string text, string option) => TryDay(text, out var day) && day == DateBounds.NoEnd ? DateBounds.Last : Day(text, option);

    private static bool TryDay(string text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    /// <summary>
    /// Facts that are recorded on their own day take the workspace's clock there for good: further ahead than this, of the
    /// machine's clock and the one that was given, a day is a typing error.
    /// </summary>
    public DateOnly LastPlausibleDay
    {
        get
        {
            var (given, machine) = (Clock.GetUtcNow(), TimeProvider.System.GetUtcNow());
            return DateOnly.FromDateTime((given > machine ? given : machine).UtcDateTime).Plus(DailyRun.DaysAheadMax);
        }
    }

    public static DateTimeOffset Instant(string text)
    {
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant))
            return DateBounds.Problem(instant) is { } problem ? throw new UsageException($"{text} {problem}") : instant;
        throw new UsageException($"'{text}' is not an instant; write 2026-04-12T10:15:00Z");
    }

    public void Dispose()
    {
        store?.Dispose();
        store = null;
    }
}

/// <summary>A clock that goes on from an instant.</summary>
internal sealed class ClockFrom(DateTimeOffset start) : TimeProvider
{
    private readonly long begun = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => start + System.GetElapsedTime(begun);
}

/// <summary>A clock that stands still: what --now says.</summary>
internal sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}

/// <summary>
/// A clock for rehearsals, the same for every process on a machine: RECOUP_CLOCK="START SPEED ORIGIN" says that START + SPEED ×
/// (the machine's time − ORIGIN) is now, and START before ORIGIN. START and ORIGIN are instants, SPEED a number above zero.
/// </summary>
internal sealed class RehearsalClock(DateTimeOffset start, double speed, DateTimeOffset origin) : TimeProvider
{
    private const string Name = "RECOUP_CLOCK";

    public override DateTimeOffset GetUtcNow() => start + (Later(System.GetUtcNow() - origin, TimeSpan.Zero) * speed);

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>What the environment says; null: nothing.</summary>
    public static RehearsalClock? Given()
    {
        if (Environment.GetEnvironmentVariable(Name) is not { Length: > 0 } text) return null;
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 3 || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var speed) || speed is not (> 0 and <= 1e6))
            throw new UsageException(
                $"{Name}: '{text}' is not START SPEED ORIGIN; write 2026-03-02T00:00:00Z 1440 2026-11-22T10:00:00Z for a day a minute from that origin on");
        return new RehearsalClock(Session.Instant(parts[0]), speed, Session.Instant(parts[2]));
    }
}
