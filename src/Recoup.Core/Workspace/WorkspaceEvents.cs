using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Inputs;
using static Recoup.Core.Inputs.Fields;
using static Recoup.Core.Inputs.FieldType;

namespace Recoup.Core.Workspace;

/// <summary>What people tell of the workspace.</summary>
public abstract record WorkspaceInput : Input
{
    private WorkspaceInput() { }

    /// <summary>Names a portfolio, or changes those fields that are given.</summary>
    public sealed record PortfolioSet : WorkspaceInput
    {
        public required string Portfolio { get; init; }
        public string? Name { get; init; }
        public string? Creditor { get; init; }
        public string? Sender { get; init; }
        public string? ReplyTo { get; init; }
        public string? BankDetails { get; init; }
        public string? TimeZone { get; init; }
        public string? Calendar { get; init; }
        public string? Party { get; init; }
        public IReadOnlyList<DateOnly>? Holidays { get; init; }
        public string? InvoiceDelivery { get; init; }
        public string? Statements { get; init; }
    }

    /// <summary>The one switch: shadow, live or stopped.</summary>
    public sealed record SendingSet : WorkspaceInput
    {
        public required string Mode { get; init; }
        public string? Reason { get; init; }
    }
}

/// <summary>What happened to the workspace.</summary>
public abstract record WorkspaceEvent : Event
{
    private WorkspaceEvent() { }

    /// <summary>The first event of a workspace, with its id.</summary>
    public sealed record Opened(string Workspace) : WorkspaceEvent;

    /// <summary>The portfolio as it stands now.</summary>
    public sealed record PortfolioSet(PortfolioDetails Portfolio) : WorkspaceEvent;

    /// <summary>A policy was adopted: its number in this workspace, its digest, and the whole file.</summary>
    public sealed record PolicyAdopted(int Version, string Digest, string Text) : WorkspaceEvent
    {
        /// <summary>The first day on which it is in force; null: the day on which it was adopted.</summary>
        public DateOnly? From { get; init; }
    }

    /// <summary>
    /// A part of the catalogue (rules, templates, documents) is from now on these files: of rules all that bind, of the
    /// others a user's own, which stand over the shipped ones. Versions count from 1 in each part.
    /// </summary>
    public sealed record CatalogAdopted(string Part, int Version, string Digest, IReadOnlyList<CatalogFile> Files) : WorkspaceEvent;

    /// <summary>Mode: shadow, live or stopped.</summary>
    public sealed record SendingSet(string Mode, string? Reason) : WorkspaceEvent
    {
        /// <summary>Of the portfolios where it was another day than the one recorded: theirs. Null: it was that day everywhere.</summary>
        public IReadOnlyList<PortfolioDay>? Days { get; init; }
    }

    /// <summary>Somebody may use the API from now on. Of the key only the SHA-256 is kept: of 256 random bits it tells nothing.</summary>
    /// <param name="At">By the machine's clock; the workspace's own may stand elsewhere.</param>
    /// <param name="By">Who made it; null: it was made before keys were events.</param>
    public sealed record ApiKeyAdded(string Id, string Name, string May, byte[] Hash, DateTimeOffset At, string? By) : WorkspaceEvent;

    /// <summary>The key opens nothing any more.</summary>
    public sealed record ApiKeyRevoked(string Id, DateTimeOffset At, string? By) : WorkspaceEvent;

    /// <summary>A list of all that is open on a day is about to be followed; what comes of it stands in the accounts' events.</summary>
    /// <param name="List">Whose list it is: the name of its mapping.</param>
    public sealed record OpenItemsListed(string List, DateOnly On) : WorkspaceEvent;

    /// <summary>A daily run began for a business date, under the policy of that number.</summary>
    public sealed record RunBegan(DateOnly AsOf, int PolicyVersion) : WorkspaceEvent
    {
        /// <summary>Of the portfolios that were run as of an earlier day, which theirs still was: that day. Null: all as of one.</summary>
        public IReadOnlyList<PortfolioDay>? Days { get; init; }
    }

    /// <summary>Parties reviewed and actions taken. Stopped: it wanted more actions than the policy's volume stop lets it.</summary>
    public sealed record RunEnded(DateOnly AsOf, int Reviewed, int Actions, bool Stopped) : WorkspaceEvent
    {
        /// <summary>Of the actions, those whose day came by the calendar; journals from before it was counted have none.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int ByCalendar { get; init; }

        /// <summary>Actions that the run was about to take when it stopped: so many at least wait for somebody's word.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int HeldBack { get; init; }
    }
}

/// <summary>The kinds of both.</summary>
internal static class WorkspaceChapter
{
    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("portfolio", "names a portfolio: whose receivables, and how they are spoken for", false,
        [
            Need("portfolio", Text, "its id") with { LengthMax = 60 }, May("name", Text, "for people"), May("creditor", Text, "who is owed, as messages say "
                + "it"),
            May("sender", Text, "mail address messages come from"), May("reply_to", Text, "mail address for answers, if another"),
            May("bank_details", Text, "where to pay, as messages say it"),
            May("time_zone", Text, "IANA zone in which its days "
                + "begin") with { LengthMax = 60 }, May("calendar", Text, "shipped business calendar") with { LengthMax = 40 },
            Choice("party", "who collects: the creditor itself (first) or another for it "
                + "(third)", "first", "third"), May("holidays", Dates, "further days off"),
            Choice("invoice_delivery", "whether new invoices are sent to the customer as PDF; none by default, and never the backlog", "email", "none"),
            Choice("statements", "how often statements of account are sent; none by default", "monthly", "quarterly", "none"),
        ], d => new WorkspaceInput.PortfolioSet
        {
            Key = "", Portfolio = d.Need("portfolio"), Name = d.Text("name"), Creditor = d.Text("creditor"),
                Sender = FieldChecks.CheckEmail(d, d.Text("sender"), "sender"), ReplyTo = FieldChecks.CheckEmail(d, d.Text("reply_to"), "reply_to"),
                    BankDetails = d.Text("bank_details"),
            TimeZone = FieldChecks.CheckZone(d), Calendar = FieldChecks.CheckCalendar(d), Party = d.Text("party"),
                Holidays = (IReadOnlyList<DateOnly>?)d.Values[d.Kind.Ordinal("holidays")],
            InvoiceDelivery = d.Text("invoice_delivery"), Statements = d.Text("statements"),
        }),
        InputKind.Of("sending", "switches sending for the whole workspace: shadow decides and sends nothing, live sends, stopped holds everything back", false,
        [Choice("mode", "the switch", "shadow", "live", "stopped") with { Required = true }, May("reason", Text, "why")],
        d => new WorkspaceInput.SendingSet { Key = "", Mode = d.Need("mode"), Reason = d.Text("reason") }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("workspace_opened", WorkspaceJson.Default.Opened), new("portfolio_set", WorkspaceJson.Default.PortfolioSet),
        new("policy_adopted", WorkspaceJson.Default.PolicyAdopted), new("catalog_adopted", WorkspaceJson.Default.CatalogAdopted),
        new("sending_set", WorkspaceJson.Default.SendingSet), new("api_key_added", WorkspaceJson.Default.ApiKeyAdded),
        new("api_key_revoked", WorkspaceJson.Default.ApiKeyRevoked), new("run_began", WorkspaceJson.Default.RunBegan),
        new("run_ended", WorkspaceJson.Default.RunEnded), new("open_items_listed", WorkspaceJson.Default.OpenItemsListed),
    ];
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(WorkspaceEvent.Opened))]
[JsonSerializable(typeof(WorkspaceEvent.PortfolioSet))]
[JsonSerializable(typeof(WorkspaceEvent.PolicyAdopted))]
[JsonSerializable(typeof(WorkspaceEvent.CatalogAdopted))]
[JsonSerializable(typeof(WorkspaceEvent.SendingSet))]
[JsonSerializable(typeof(WorkspaceEvent.ApiKeyAdded))]
[JsonSerializable(typeof(WorkspaceEvent.ApiKeyRevoked))]
[JsonSerializable(typeof(WorkspaceEvent.RunBegan))]
[JsonSerializable(typeof(WorkspaceEvent.RunEnded))]
[JsonSerializable(typeof(WorkspaceEvent.OpenItemsListed))]
internal sealed partial class WorkspaceJson : JsonSerializerContext;
