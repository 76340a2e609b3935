using Recoup.Core.Cells;
using Recoup.Core.Contact;
using Recoup.Core.Controlling;
using Recoup.Core.Documents;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Policies;
using Recoup.Core.Webhooks;

namespace Recoup.Core.Workspace;

/// <summary>What a daily run did: parties reviewed, actions taken, and whether it stopped itself.</summary>
/// <param name="ByCalendar">Of the actions, those whose day came by the calendar.</param>
/// <param name="HeldBack">Actions that it was about to take when it stopped: so many at least.</param>
public sealed record RunSummary(DateOnly AsOf, int Reviewed, int Actions, bool Stopped, int ByCalendar, int HeldBack);

/// <summary>A key of the API as the journal tells of it.</summary>
public sealed record ApiKeyState(string Id, string Name, string May, byte[] Hash, DateTimeOffset AddedAt)
{
    /// <summary>Null: in force.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
}

/// <summary>
/// What holds for the whole workspace: portfolios, the policy in force, whether anything may be sent. Folded
/// from the workspace's partition, which stays small: a few events a day.
/// </summary>
public sealed class WorkspaceState
{
    public const string DefaultPortfolio = "main";

    private readonly Dictionary<string, PortfolioDetails> portfolios = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BusinessCalendar> calendars = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateOnly> deliversSince = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateOnly> statesSince = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateOnly> liveSinceElsewhere = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateOnly> firstRunOnElsewhere = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateOnly> listedOn = new(StringComparer.Ordinal);

    private readonly Dictionary<string, ApiKeyState> apiKeys = new(StringComparer.Ordinal);

    public WorkspaceState()
    {
        Adopted = new Adopted();
        Users = new Users();
        Webhooks = new WebhookEndpoints();
        Controlling = new ControllingFacts();
    }

    private WorkspaceState(WorkspaceState other)
    {
        (Id, Seq, Mode, LiveSince) = (other.Id, other.Seq, other.Mode, other.LiveSince);
        (FirstRunOn, LastRunOn, ChangedSinceRun, LastRunPolicy) = (other.FirstRunOn, other.LastRunOn, other.ChangedSinceRun, other.LastRunPolicy);
        Add(portfolios, other.portfolios);
        Add(calendars, other.calendars);
        Add(deliversSince, other.deliversSince);
        Add(statesSince, other.statesSince);
        Add(liveSinceElsewhere, other.liveSinceElsewhere);
        Add(firstRunOnElsewhere, other.firstRunOnElsewhere);
        Add(listedOn, other.listedOn);
        Add(apiKeys, other.apiKeys);
        Runs.AddRange(other.Runs);
        (Adopted, Users, Webhooks, Controlling) = (other.Adopted.Copy(), other.Users.Copy(), other.Webhooks.Copy(), other.Controlling.Copy());

        static void Add<T>(Dictionary<string, T> mine, Dictionary<string, T> theirs)
        {
            foreach (var (key, value) in theirs) mine[key] = value;
        }
    }

    /// <summary>The same state, which goes its own way from here.</summary>
    public WorkspaceState Copy() => new(this);

    public string Id { get; private set; } = "";

    public long Seq { get; private set; }

    /// <summary>shadow, live or stopped. A new workspace is in shadow until somebody confirms.</summary>
    public string Mode { get; private set; } = "shadow";

    /// <summary>The day on which sending was last switched to live; null while it never was.</summary>
    public DateOnly? LiveSince { get; private set; }

    public DateOnly? FirstRunOn { get; private set; }

    public DateOnly? LastRunOn { get; private set; }

    /// <summary>
    /// Something that decisions stand on changed since the last whole run: sending, a portfolio or the rules. No
    /// party knows of it, so the next run looks at all that have something ahead. Of the policy the run asks by
    /// <see cref="LastRunPolicy"/>, since one may have come in force by the passing of days.
    /// </summary>
    public bool ChangedSinceRun { get; private set; }

    public List<RunSummary> Runs { get; } = [];

    /// <summary>The day of the last run before a day that got to its end; null: there was none.</summary>
    public DateOnly? WholeRunBefore(DateOnly day)
    {
        for (var i = Runs.Count - 1; i >= 0; i--)
            if (!Runs[i].Stopped && Runs[i].AsOf < day) return Runs[i].AsOf;
        return null;
    }

    /// <summary>Policies, rules, templates and words as they were adopted.</summary>
    public Adopted Adopted { get; }

    /// <summary>The version of the policy that the last run decided by; 0: there was none.</summary>
    public int LastRunPolicy { get; private set; }

    public IEnumerable<PortfolioDetails> Portfolios => portfolios.Values.OrderBy(p => p.Portfolio, StringComparer.Ordinal);

    public PortfolioDetails? Portfolio(string id) => portfolios.GetValueOrDefault(id);

    /// <summary>The zone in which a portfolio's days begin; UTC where none was given.</summary>
    public string TimeZone(string portfolio) => portfolios.GetValueOrDefault(portfolio)?.TimeZone ?? "UTC";

    /// <summary>The zones of its portfolios, each once; UTC where it has none.</summary>
    public IReadOnlyList<string> Zones
    {
        get
        {
            var zones = Portfolios.Select(p => p.TimeZone ?? "UTC").Distinct(StringComparer.Ordinal).ToList();
            return zones.Count > 0 ? zones : ["UTC"];
        }
    }

    /// <summary>The workspace's date: the latest that any of its portfolios has.</summary>
    public DateOnly Today(DateTimeOffset now) => Zones.Max(zone => LocalDay.Of(now, zone));

    /// <summary>Of the portfolios that have another date than this one: theirs; null where there are none.</summary>
    public IReadOnlyList<PortfolioDay>? DaysOtherThan(DateOnly day, DateTimeOffset now)
    {
        var days = Portfolios.Select(p => new PortfolioDay(p.Portfolio, LocalDay.Of(now, p.TimeZone ?? "UTC"))).Where(d => d.On != day).ToList();
        return days.Count > 0 ? days : null;
    }

    /// <summary>As <see cref="LiveSince"/>, by the date at a portfolio's place.</summary>
    public DateOnly? LiveSinceOf(string portfolio) => liveSinceElsewhere.TryGetValue(portfolio, out var day) ? day : LiveSince;

    /// <summary>As <see cref="FirstRunOn"/>, by the date at a portfolio's place.</summary>
    public DateOnly? FirstRunOnOf(string portfolio) => firstRunOnElsewhere.TryGetValue(portfolio, out var day) ? day : FirstRunOn;

    /// <summary>The day on which the portfolio began to send new invoices to its customers; null: it does not.</summary>
    public DateOnly? DeliversSince(string portfolio) => deliversSince.TryGetValue(portfolio, out var day) ? day : null;

    /// <summary>The day on which the portfolio began to send statements by schedule; null: it does not.</summary>
    public DateOnly? StatesSince(string portfolio) => statesSince.TryGetValue(portfolio, out var day) ? day : null;

    private static void Switch(Dictionary<string, DateOnly> since, string portfolio, string? setting, DateOnly on)
    {
        if (setting is null or "none") since.Remove(portfolio);
        else since.TryAdd(portfolio, on);
    }

    private static void Put(Dictionary<string, DateOnly> days, IReadOnlyList<PortfolioDay>? elsewhere)
    {
        days.Clear();
        foreach (var day in elsewhere ?? []) days[day.Portfolio] = day.On;
    }

    /// <summary>The day that the last list of everything open spoke of, of those by this name; null: there was none.</summary>
    public DateOnly? ListedOn(string list) => listedOn.TryGetValue(list, out var on) ? on : null;

    /// <summary>Who works with it.</summary>
    public Users Users { get; }

    /// <summary>Keys of the API that are and were.</summary>
    public IReadOnlyCollection<ApiKeyState> ApiKeys => apiKeys.Values;

    public ApiKeyState? ApiKey(string id) => apiKeys.GetValueOrDefault(id);

    /// <summary>Addresses that are told of events.</summary>
    public WebhookEndpoints Webhooks { get; }

    /// <summary>What controlling tells: costs, targets, rates, figures from other books.</summary>
    public ControllingFacts Controlling { get; }

    public BusinessCalendar Calendar(string portfolio)
    {
        if (calendars.TryGetValue(portfolio, out var known)) return known;
        var details = portfolios.GetValueOrDefault(portfolio);
        var calendar = BusinessCalendar.Named(details?.Calendar ?? "weekdays").With(details?.Holidays ?? []);
        return calendars[portfolio] = calendar;
    }

    /// <param name="cells">Takes what the event adds to the measures; null: that is of no interest.</param>
    public void Apply(JournalRow row, Event e, CellDeltas? cells = null)
    {
        switch (e)
        {
            case WorkspaceEvent.Opened opened: Id = opened.Workspace; break;
            case WorkspaceEvent.PortfolioSet set:
                portfolios[set.Portfolio.Portfolio] = set.Portfolio;
                Switch(deliversSince, set.Portfolio.Portfolio, set.Portfolio.InvoiceDelivery, row.RecordedOn);
                Switch(statesSince, set.Portfolio.Portfolio, set.Portfolio.Statements, row.RecordedOn);
                calendars.Remove(set.Portfolio.Portfolio);
                ChangedSinceRun = true;
                break;
            case WorkspaceEvent.PolicyAdopted adopted:
                Adopted.Apply(row, adopted);
                break;
            case WorkspaceEvent.CatalogAdopted adopted:
                Adopted.Apply(row, adopted);
                if (adopted.Part == CatalogPart.Rules) ChangedSinceRun = true;
                break;
            case WorkspaceEvent.SendingSet sending:
                if (sending.Mode == "live" && Mode == "shadow")
                {
                    LiveSince = row.RecordedOn;
                    Put(liveSinceElsewhere, sending.Days);
                }
                Mode = sending.Mode;
                ChangedSinceRun = true;
                break;
            case WorkspaceEvent.ApiKeyAdded key: apiKeys[key.Id] = new ApiKeyState(key.Id, key.Name, key.May, key.Hash, key.At); break;
            case WorkspaceEvent.ApiKeyRevoked revoked:
                if (apiKeys.TryGetValue(revoked.Id, out var held)) apiKeys[revoked.Id] = held with { RevokedAt = revoked.At };
                break;
            case UserEvent user: Users.Apply(user); break;
            case WebhookEvent webhook: Webhooks.Apply(row, webhook); break;
            case ControllingEvent controlling: Controlling.Apply(row, controlling, cells); break;
            case WorkspaceEvent.RunBegan run:
                ChangedSinceRun = false;
                if (FirstRunOn is null)
                {
                    FirstRunOn = run.AsOf;
                    Put(firstRunOnElsewhere, run.Days);
                }
                LastRunOn = run.AsOf;
                LastRunPolicy = run.PolicyVersion;
                break;
            case WorkspaceEvent.RunEnded run:
                // Several runs of one day count as one, so that small ones do not drag the trailing mean down.
                var same = Runs.Count > 0 && Runs[^1].AsOf == run.AsOf ? Runs[^1] : null;
                if (same is not null) Runs.RemoveAt(Runs.Count - 1);
                if (run.Stopped) ChangedSinceRun = true;
                Runs.Add(new RunSummary(run.AsOf, run.Reviewed + (same?.Reviewed ?? 0), run.Actions + (same?.Actions ?? 0), run.Stopped,
                    run.ByCalendar + (same?.ByCalendar ?? 0), run.HeldBack));
                break;
            case WorkspaceEvent.OpenItemsListed listed: listedOn[listed.List] = listed.On; break;
            default: Invariant.Never($"{row.Kind} is no event of a workspace"); break;
        }
        Seq = row.Seq;
    }
}

/// <summary>
/// A message's text, made from the state at the moment of release. All of it, attachments included, is sealed under
/// the party's key into the journal, so that what was sent can be shown byte for byte until the person is erased.
/// </summary>
public sealed record MessageText(string To, string? Name, string From, string? FromName, string Subject, string Body)
{
    /// <summary>Where answers go; null: to <see cref="From"/>.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>ISO 639 code of the language that it is written in; null: not known, and there is no HTML beside the text.</summary>
    public string? Language { get; init; }

    /// <summary>
    /// Where the body has tables: first line, number of lines, then the columns' widths in characters, negative where
    /// they stand right; commas between numbers, semicolons between tables. From it the HTML beside the text is made.
    /// </summary>
    public string? Tables { get; init; }

    /// <summary>Documents that go with it, such as the invoices as PDF; null: none.</summary>
    public IReadOnlyList<Attachment>? Attachments { get; init; }
}

/// <summary>A document that goes with a message.</summary>
/// <param name="FileName">As the reader sees it, such as <c>invoice-4711.pdf</c>.</param>
/// <param name="MediaType">Such as <c>application/pdf</c>.</param>
/// <param name="Content">The document's bytes, as they are sent.</param>
public sealed record Attachment(string FileName, string MediaType, byte[] Content);

/// <summary>Writes messages; pure: the same state gives the same text.</summary>
public interface IMessageWriter
{
    /// <summary>Throws where there is no such template.</summary>
    MessageText Write(MessageFacts facts);

    bool Has(string template);

    /// <summary>Whether there is any template in the language, such as "de" or "de-AT"; where there is none, letters go out in English.</summary>
    bool HasLanguage(string language) => true;

    /// <summary>The editions that a message of this template would be written from now; null: the writer has none.</summary>
    /// <param name="document">A document goes with it.</param>
    MessageEditions? Editions(string template, string tone, string language, bool document) => null;

    /// <summary>The same writer with a user's files over those it has. Throws where one can't be used.</summary>
    IMessageWriter Over(IReadOnlyList<CatalogFile> own) => this;
}

/// <summary>What a message is written from: path and digest of the template, and of the documents' words where one goes with it.</summary>
public sealed record MessageEditions(string Template, string? Words);

/// <summary>What a template may say.</summary>
public sealed record MessageFacts
{
    /// <summary>In the place of a tone: a text for a phone, which has one form whatever the tone.</summary>
    public const string OfTexts = "sms";

    public required string Template { get; init; }
    public required string Tone { get; init; }
    public required string Language { get; init; }
    public required string To { get; init; }
    public string? Name { get; init; }
    public required string Account { get; init; }
    public required PortfolioDetails Portfolio { get; init; }
    public required DateOnly Today { get; init; }
    public required IReadOnlyList<MessageItem> Items { get; init; }

    /// <summary>Items that are listed nowhere because there are too many.</summary>
    public required int MoreItems { get; init; }

    /// <summary>By currency, over all items meant, listed or not.</summary>
    public required IReadOnlyList<Money> Totals { get; init; }

    public required IReadOnlyList<Money> Unapplied { get; init; }

    /// <summary>Postal, as documents show it.</summary>
    public string? Address { get; init; }

    /// <summary>Invoices to attach.</summary>
    public IReadOnlyList<InvoiceDocument> Invoices { get; init; } = [];

    /// <summary>The statement to attach.</summary>
    public AccountStatement? Statement { get; init; }
}

/// <summary>An item as a message lists it, on the day of release. Days past due are zero on the due date itself, negative before it.</summary>
public sealed record MessageItem(string Number, DateOnly IssuedOn, DateOnly DueOn, Money Amount, Money Open, int DaysPastDue);

/// <summary>
/// All that a decision takes from outside the party: the clock, the workspace, the policy in force, the rules,
/// and the two services that are pure given their data.
/// </summary>
public sealed class Context
{
    /// <summary>The door's clock: never before an instant already recorded in the workspace.</summary>
    public required DateTimeOffset Now { get; init; }

    public required WorkspaceState Workspace { get; init; }

    public required Policy Policy { get; init; }

    /// <summary>The number under which the workspace adopted <see cref="Policy"/>.</summary>
    public required int PolicyVersion { get; init; }

    public required ContactRules Rules { get; init; }

    /// <summary>The number under which the workspace adopted <see cref="Rules"/>; null: it did not yet.</summary>
    public int? RulesVersion { get; init; }

    public required IVault Vault { get; init; }

    public required IMessageWriter Writer { get; init; }

    /// <summary>The ids of the KPIs there are, in order: they are files, which no event tells of. None unless set, as no decision asks.</summary>
    public Func<IReadOnlyList<string>> Kpis { get; init; } = static () => [];

    // Replaced as a whole, so that threads may share a context.
    private ZoneDay? lastDay;

    private sealed record ZoneDay(string Zone, DateOnly Day);

    /// <summary>What is learned now is a fact of this day, whatever date the instant has somewhere; null: of the date at the portfolio's place.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>The business date at a portfolio's place.</summary>
    public DateOnly Today(string portfolio)
    {
        if (Day is { } given) return given;
        var zone = Workspace.TimeZone(portfolio);
        if (lastDay is { } last && last.Zone == zone) return last.Day;
        lastDay = new ZoneDay(zone, LocalDay.Of(Now, zone));
        return lastDay.Day;
    }

    /// <summary>The instant at which a business date begins at a portfolio's place; null: it has begun.</summary>
    public DateTimeOffset? DayBegins(string portfolio, DateOnly day) => Today(portfolio) >= day
        ? null
        : LocalDay.Start(day, Workspace.TimeZone(portfolio));
}
