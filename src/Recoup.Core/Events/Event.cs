using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Recoup.Core.Foundation;

namespace Recoup.Core.Events;

/// <summary>
/// What happened, as the journal keeps it: closed, versioned, each with the fields that folding needs and no more.
/// Amounts are minor units of the named currency. Who owes, when it took effect and when it was learned stand
/// in the columns beside the payload (<see cref="JournalRow"/>).
/// </summary>
public abstract record Event
{
    private protected Event() { }

    /// <summary>It says something in somebody's own words, which are sealed: see <see cref="WithWords"/>.</summary>
    internal virtual bool HasWords => false;

    /// <summary>The event with each text in somebody's own words changed.</summary>
    internal virtual Event WithWords(Func<string, string> change) => this;

    // --- the party and its accounts ---

    /// <summary>An account was opened. Personal fields are in <see cref="AccountDetails.Sealed"/>, encrypted under the party's key.</summary>
    public sealed record AccountOpened(AccountDetails Details) : Event;

    /// <summary>The account as it stands now; what it was before is in the events before.</summary>
    public sealed record AccountChanged(AccountDetails Details) : Event;

    /// <summary>
    /// The account is of another portfolio from that day on: what is open of it moves there, what happened before stays where
    /// it was.
    /// </summary>
    public sealed record AccountMoved(string Portfolio) : Event;

    /// <summary>
    /// Another party turned out to be the same customer: all that it had, with its accounts, is this party's from that day on.
    /// <see cref="Seq"/> is the place of its last event in its own partition, a <see cref="PartyLeft"/>; what it had is folded from there.
    /// The accounts are named for who follows one of them back.
    /// </summary>
    public sealed record PartyJoined(string Party, long Seq, IReadOnlyList<string> Accounts, string? Reason) : Event;

    /// <summary>The party became part of another: nothing is its own any more, and nothing happens to it after this.</summary>
    public sealed record PartyLeft(string Into) : Event;

    /// <summary>Consent for a channel, or for one address of it, was given or withdrawn. A null address means the whole channel.</summary>
    public sealed record ConsentChanged(string Channel, string? AddressToken, bool Granted) : Event
    {
        /// <summary>One of <c>Input.Consent.Reasons</c>; null: not said.</summary>
        public string? Reason { get; init; }

        /// <summary>It had been withdrawn for all channels, was given for this one, and stays withdrawn for each of the others.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool OutOfAll { get; init; }
    }

    /// <summary>An address for a channel was added or replaced. The address itself is sealed.</summary>
    public sealed record ContactPointSet(string Channel, string Token, byte[] Sealed) : Event
    {
        /// <summary>Tokens by which the address was marked undeliverable when its spellings had one each; null: there are none.</summary>
        public IReadOnlyList<string>? FormerTokens { get; init; }
    }

    /// <summary>The party's key was destroyed; what it sealed can no longer be read.</summary>
    public sealed record PartyErased(string Reason) : Event;

    // --- receivables ---

    // --- recovery ---

    /// <summary>Somebody spoke, wrote or tried to. <see cref="Proactive"/>: nothing of the account was overdue that day.</summary>
    public sealed record ContactMade(DateTimeOffset At, string Channel, string Direction, string Outcome, string? Agent, int? Minutes, string? Promise,
        bool Proactive) : Event;

    // --- decisions and messages ---

    /// <summary>What was decided for the party in one portfolio on one day, and why. See <see cref="DecisionRecord"/>.</summary>
    public sealed record Decided(DecisionRecord Decision) : Event;

    /// <summary>A contact intent was cleared a second time and handed to its channel. The text as sent is sealed.</summary>
    public sealed record MessageReleased(string Message, string Clearance, byte[] Sealed) : Event
    {
        /// <summary>The token of the address it goes to; null in journals from before it was kept.</summary>
        public string? AddressToken { get; init; }

        /// <summary>The template that its text was made from: path and digest; null in journals from before it was kept.</summary>
        public string? TemplateEdition { get; init; }

        /// <summary>The words of the documents that go with it: path and digest; null where none go.</summary>
        public string? WordsEdition { get; init; }

        /// <summary>The number under which the workspace adopted the rules that let it go; null: none were adopted yet.</summary>
        public int? Rules { get; init; }
    }

    /// <summary>Not now, by a rule of the gate or by the channel's word (channel-not-now): try again from then on.</summary>
    public sealed record MessageDeferred(string Message, string Rule, DateTimeOffset Until) : Event
    {
        /// <summary>What the channel said; null where the gate did.</summary>
        public string? Detail { get; init; }
    }

    /// <summary>The reason for the message is gone, or a rule forbids it now; it will never be sent.</summary>
    public sealed record MessageWithdrawn(string Message, string Rule) : Event;

    /// <summary>The channel answered. Outcome: sent, failed or unknown. Proactive: no listed item was overdue.</summary>
    public sealed record MessageSettled(string Message, string Outcome, string? Detail, bool Proactive) : Event;

    /// <summary>
    /// It did not reach its reader. Kind: hard where the address itself takes no mail, which is known of it from here on;
    /// soft where it is this message or this day. The status is RFC 3463's.
    /// </summary>
    public sealed record MessageBounced(string Message, string Kind, string Channel, string? AddressToken, string? Status, string? Detail) : Event;

    // --- the workspace ---

    /// <summary>The first event of a workspace, with its id.</summary>
    public sealed record WorkspaceOpened(string Workspace) : Event;

    /// <summary>The portfolio as it stands now.</summary>
    public sealed record PortfolioSet(PortfolioDetails Portfolio) : Event;

    /// <summary>A policy was adopted: its number in this workspace, its digest, and the whole file.</summary>
    public sealed record PolicyAdopted(int Version, string Digest, string Text) : Event
    {
        /// <summary>The first day on which it is in force; null: the day on which it was adopted.</summary>
        public DateOnly? From { get; init; }
    }

    /// <summary>
    /// A part of the catalogue (rules, templates, documents) is from now on these files: of rules all that bind, of the
    /// others a user's own, which stand over the shipped ones. Versions count from 1 in each part.
    /// </summary>
    public sealed record CatalogAdopted(string Part, int Version, string Digest, IReadOnlyList<CatalogFile> Files) : Event;

    /// <summary>Mode: shadow, live or stopped.</summary>
    public sealed record SendingSet(string Mode, string? Reason) : Event
    {
        /// <summary>Of the portfolios where it was another day than the one recorded: theirs. Null: it was that day everywhere.</summary>
        public IReadOnlyList<PortfolioDay>? Days { get; init; }
    }

    /// <summary>Somebody may use the API from now on. Of the key only the SHA-256 is kept: of 256 random bits it tells nothing.</summary>
    /// <param name="At">By the machine's clock; the workspace's own may stand elsewhere.</param>
    /// <param name="By">Who made it; null: it was made before keys were events.</param>
    public sealed record ApiKeyAdded(string Id, string Name, string May, byte[] Hash, DateTimeOffset At, string? By) : Event;

    /// <summary>The key opens nothing any more.</summary>
    public sealed record ApiKeyRevoked(string Id, DateTimeOffset At, string? By) : Event;

    /// <summary>A daily run began for a business date, under the policy of that number.</summary>
    public sealed record RunBegan(DateOnly AsOf, int PolicyVersion) : Event
    {
        /// <summary>Of the portfolios that were run as of an earlier day, which theirs still was: that day. Null: all as of one.</summary>
        public IReadOnlyList<PortfolioDay>? Days { get; init; }
    }

    /// <summary>Parties reviewed and actions taken. Stopped: it wanted more actions than the policy's volume stop lets it.</summary>
    public sealed record RunEnded(DateOnly AsOf, int Reviewed, int Actions, bool Stopped) : Event
    {
        /// <summary>Of the actions, those whose day came by the calendar; journals from before it was counted have none.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int ByCalendar { get; init; }

        /// <summary>Actions that the run was about to take when it stopped: so many at least wait for somebody's word.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int HeldBack { get; init; }
    }
}

/// <summary>The date at a portfolio's place.</summary>
public sealed record PortfolioDay(string Portfolio, DateOnly On);

/// <summary>A file of the catalogue as it was adopted.</summary>
/// <param name="Path">Within the catalogue, such as rules/mine.yaml or templates/de/final-notice.firm.hbs.</param>
public sealed record CatalogFile(string Path, string Text)
{
    /// <summary>It came with the program; else a user wrote it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Shipped { get; init; }

    /// <summary>Of a text: SHA-256, hexadecimal, 16 characters.</summary>
    public static string DigestOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    /// <summary>A name with the digest of the content: the same name with another digest says something else.</summary>
    public static string EditionOf(string name, string digest) => $"{name} {digest}";
}

/// <summary>An account as it stands after the event. Only <see cref="Sealed"/> holds personal data.</summary>
public sealed record AccountDetails : IFormed<AccountDetails>
{
    // Settable, not init-only: the generated reader would otherwise go through an array of boxed arguments, and every
    // header that is loaded has one of these.
    public AccountDetails() { }

    public AccountDetails(string account, string portfolio, string kind) => (Account, Portfolio, Kind) = (account, portfolio, kind);

    public string Account { get; set; } = "";

    public string Portfolio { get; set; } = "";

    /// <summary>business or consumer.</summary>
    public string Kind { get; set; } = "";

    public string? Country { get; set; }
    public string? TimeZone { get; set; }
    public string? Language { get; set; }
    public string? Parent { get; set; }
    public string? EmailToken { get; set; }
    public string? PhoneToken { get; set; }

    /// <summary>What a list that is followed said last, once it has said more than one thing: a mark of the list's account, then of its content.</summary>
    public string? Said { get; set; }

    /// <summary><see cref="PersonalDetails"/> as JSON, encrypted under the party's key; null where there are none.</summary>
    public byte[]? Sealed { get; set; }

    public static AccountDetails Blank => new();

    public static AccountDetails Form<TForm>(ref TForm f, AccountDetails v) where TForm : IForm, allows ref struct
    {
        v.Account = f.Word("account", v.Account);
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        v.Kind = f.Word("kind", v.Kind);
        f.BeginRare(8);
        v.Country = f.WordOrNull("country", v.Country);
        v.TimeZone = f.WordOrNull("time_zone", v.TimeZone);
        v.Language = f.WordOrNull("language", v.Language);
        v.Parent = f.WordOrNull("parent", v.Parent);
        v.EmailToken = f.TextOrNull("email_token", v.EmailToken);
        v.PhoneToken = f.TextOrNull("phone_token", v.PhoneToken);
        v.Said = f.TextOrNull("said", v.Said);
        v.Sealed = f.BytesOrNull("sealed", v.Sealed);
        f.EndRare();
        return v;
    }
}

/// <summary>What identifies a person. Never written but sealed.</summary>
public sealed record PersonalDetails
{
    public string? Name { get; init; }
    public string? Email { get; init; }

    /// <summary>Further mail addresses, parted by semicolons.</summary>
    public string? OtherEmails { get; init; }
    public string? Phone { get; init; }
    public string? Address { get; init; }

    /// <summary>The mark of the list that gave addresses, and which: a list takes away only what it gave.</summary>
    public string? By { get; init; }

    [JsonIgnore]
    public bool IsEmpty => Name is null && Email is null && OtherEmails is null && Phone is null && Address is null;
}

/// <summary>How it is written before it is sealed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PersonalDetails))]
internal sealed partial class PersonalJson : JsonSerializerContext;

/// <summary>Whose receivables these are, and how they are spoken for.</summary>
public sealed record PortfolioDetails(string Portfolio)
{
    public string? Name { get; init; }
    public string? Creditor { get; init; }
    public string? Sender { get; init; }

    /// <summary>Where answers to its messages go; null: to the sender.</summary>
    public string? ReplyTo { get; init; }
    public string? BankDetails { get; init; }
    public string? TimeZone { get; init; }
    public string? Calendar { get; init; }
    public string? Party { get; init; }
    public IReadOnlyList<DateOnly>? Holidays { get; init; }

    /// <summary>email or none; null: none. How new invoices reach the customer.</summary>
    public string? InvoiceDelivery { get; init; }

    /// <summary>none, monthly or quarterly; null: none. How often statements of account are sent.</summary>
    public string? Statements { get; init; }
}

/// <summary>
/// A decision, compact: what can be derived is derived when asked. Money is in minor units of <see cref="Currency"/>.
/// </summary>
public sealed record DecisionRecord
{
    public required string Portfolio { get; init; }

    /// <summary>The number under which the workspace adopted the policy.</summary>
    public required int Policy { get; init; }

    /// <summary>Where the gate was asked, the number under which the workspace adopted its rules; null: it was not, or none were adopted yet.</summary>
    public int? Rules { get; init; }

    public required string Segment { get; init; }

    /// <summary>Set where this decision moved the party to another segment.</summary>
    public string? SegmentBefore { get; init; }

    public required string Strategy { get; init; }

    /// <summary>wait, message, task, propose_placement or <see cref="FindPlace"/>.</summary>
    public required string Action { get; init; }

    /// <summary>The action of a decision that gives a person the work of finding out where the customer is.</summary>
    public const string FindPlace = "find_place";

    /// <summary>The rule of a decision to make no call, since one is agreed with the customer.</summary>
    public const string CallbackAgreed = "callback-agreed";

    /// <summary>The id of the rule that fired: the step taken, or why nothing was.</summary>
    public required string Rule { get; init; }

    public string? Step { get; init; }

    /// <summary>Steps whose day passed without a run, where the policy takes the latest one due in their place.</summary>
    public IReadOnlyList<string>? Skipped { get; init; }

    public IReadOnlyList<Considered>? Considered { get; init; }

    public required int Score { get; init; }

    public IReadOnlyList<string>? Reasons { get; init; }

    public required FactsRecord Facts { get; init; }

    /// <summary>The gate's word where a contact was proposed: allowed, deferred or blocked.</summary>
    public string? Verdict { get; init; }

    public string? GateRule { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    public string? Clearance { get; init; }

    public string? Channel { get; init; }

    public string? Template { get; init; }

    public string? Tone { get; init; }

    /// <summary>The template as it stood then: path and digest.</summary>
    public string? TemplateEdition { get; init; }

    /// <summary>The words of the document as they stood then: path and digest.</summary>
    public string? WordsEdition { get; init; }

    /// <summary>The message or work item that follows; also its key in the outbox.</summary>
    public string? Intent { get; init; }

    /// <summary>Decided while the workspace was in shadow: nothing follows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Shadow { get; init; }

    /// <summary>The decision is about sending a document and no step of a strategy; null: it is about dunning.</summary>
    public DocumentRecord? Document { get; init; }

    /// <summary>The day from which step days count: the due date of the oldest item that may be dunned, or later.</summary>
    public DateOnly? AnchorOn { get; init; }

    /// <summary>Days since then on which a hold, a promise or a dispute stood; step days do not count them.</summary>
    public int? PausedDays { get; init; }

    /// <summary>Where it was overdue before its ladder could begin: the day on which it began. Null: it fell due.</summary>
    public DateOnly? EnteredOn { get; init; }

    /// <summary>Why: first_heard, before_start, open_again or due_moved.</summary>
    public string? EnteredBy { get; init; }

    /// <summary>Where it entered so: the day of the entry step by which its days are counted. Null: it fell due, or nobody wrote it down yet.</summary>
    public int? EntryAt { get; init; }

    /// <summary>
    /// The step's day came by the calendar since the run before: no sign that something is wrong with the data. Counted
    /// by the run and not recorded, since it follows from the decision and the runs.
    /// </summary>
    [JsonIgnore]
    public bool ByCalendar { get; init; }

    /// <summary>Reminders before the due date were made for items due up to this day.</summary>
    public DateOnly? RemindedThrough { get; init; }

    public DateOnly? NextReviewOn { get; init; }
}

/// <summary>Which document a decision is about: invoices of an account by number, or a statement from one day to another.</summary>
/// <param name="Kind">invoice or statement.</param>
public sealed record DocumentRecord(string Kind) : IFormed<DocumentRecord>
{
    public IReadOnlyList<string>? Numbers { get; init; }
    public DateOnly? From { get; init; }

    /// <summary>The statement's last day.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>By the portfolio's schedule, and so once a period; else because somebody asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Scheduled { get; init; }

    public static DocumentRecord Blank => new("");

    public static DocumentRecord Form<TForm>(ref TForm f, DocumentRecord v) where TForm : IForm, allows ref struct => new(f.Word("kind", v.Kind))
    {
        Numbers = f.TextsOrNull("numbers", v.Numbers is null ? null : v.Numbers as List<string> ?? [.. v.Numbers]),
        From = f.DayOrNull("from", v.From),
        AsOf = f.DayOrNull("as_of", v.AsOf),
        Scheduled = f.Flag("scheduled", v.Scheduled),
    };
}

/// <summary>A step or channel that was looked at and not taken, and why.</summary>
public sealed record Considered(string What, string Why);

/// <summary>
/// The facts that the decision stands on, as they were frozen. Amounts and <paramref name="OverdueItems"/> are of the currency alone;
/// a journal from before that has items of all currencies there. The oldest is that of what may be dunned, in any currency.
/// </summary>
public sealed record FactsRecord(string Currency, long OpenMinor, long OverdueMinor, long DisputedMinor, long UnappliedMinor, int OverdueItems, int DaysPastDue)
{
    public DateOnly? OldestDueOn { get; init; }

    /// <summary>Due day of the oldest that is overdue and may not be dunned (disputed, held or in a plan), where it is older; null: it is not.</summary>
    public DateOnly? QuietDueOn { get; init; }
}
