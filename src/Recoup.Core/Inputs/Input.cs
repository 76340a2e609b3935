using Recoup.Core.Foundation;

// A field named after the kind it refers to ("invoice" of a credit note) hides that kind inside the record; nothing there needs it.
#pragma warning disable CS0108

namespace Recoup.Core.Inputs;

/// <summary>
/// What somebody or something tells Recoup: closed, typed, not yet believed. Each has the key that makes it
/// idempotent. <see cref="Digest"/> is over the parsed content, so the same fact written in another way is the
/// same input.
/// </summary>
public abstract record Input
{
    private protected Input() { }

    public required string Key { get; init; }

    /// <summary>16 bytes over kind and fields in canonical form; empty for inputs that Recoup makes itself.</summary>
    public byte[] Digest { get; init; } = [];

    /// <summary>The door took an input with this key and this content before; only what follows a list is handled again.</summary>
    public bool IsKnown { get; init; }

    /// <summary>It says how things stand in a list, so it is held against what is recorded whenever it comes.</summary>
    public virtual bool Follows => false;

    /// <summary>It says something in somebody's own words: see <see cref="InputKind.Words"/>.</summary>
    public bool HasWords { get; init; }

    /// <summary>It says who somebody is, or how to reach them: a field that <see cref="Field.Personal"/> marks has a value.</summary>
    public bool IsPersonal { get; init; }

    /// <summary>Who sent it: a person, a file, a system.</summary>
    public string Actor { get; init; } = "system";

    /// <summary>It says something of the person, or agrees something with them: nothing of it is taken once the person was erased.</summary>
    public virtual bool IsOfPerson => false;

    /// <summary>The account that it is about; empty for the workspace's inputs.</summary>
    public virtual string AccountId => "";

    /// <summary>The business date on which it takes effect; null: the day it is learned.</summary>
    public virtual DateOnly? EffectiveOn => null;

    /// <summary>About one account, and so about its party.</summary>
    public abstract record OfAccount : Input
    {
        public required string Account { get; init; }
        public override string AccountId => Account;
    }

    /// <summary>Opens an account, or changes those fields that are given; null leaves a field as it is.</summary>
    public sealed record AccountSet : OfAccount
    {
        public override bool IsOfPerson => true;
        public string? Party { get; init; }
        public string? Name { get; init; }
        public string? Portfolio { get; init; }
        public string? Kind { get; init; }
        public string? Email { get; init; }

        /// <summary>Further mail addresses, parted by semicolons.</summary>
        public string? OtherEmails { get; init; }
        public string? Phone { get; init; }
        public string? Address { get; init; }
        public string? Country { get; init; }
        public string? TimeZone { get; init; }
        public string? Language { get; init; }
        public string? Parent { get; init; }

        /// <summary>What a list says again and again: a mark of the list's account, then one of what it says of it; null: nobody follows it.</summary>
        public string? Said { get; init; }

        /// <summary>What the list has a column for and nothing in it.</summary>
        public Withdrawn Withdrawn { get; init; }

        /// <summary>Something else that the same list says of it comes after this.</summary>
        public bool IsOutdated { get; init; }
        public override bool Follows => Said is not null;
    }

    /// <summary>The account goes to another portfolio, on the day on which that is told.</summary>
    public sealed record AccountMoved : OfAccount
    {
        public required string Portfolio { get; init; }

        /// <summary>Null: that day. Any other is refused.</summary>
        public DateOnly? On { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>
    /// The account's party and another account's are one customer: all that the first has becomes the other's, on the day on which
    /// that is told.
    /// </summary>
    public sealed record AccountJoined : OfAccount
    {
        /// <summary>An account of the party that stays.</summary>
        public required string With { get; init; }

        /// <summary>Null: that day. Any other is refused.</summary>
        public DateOnly? On { get; init; }
        public string? Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>The address of a channel, in place of the one before.</summary>
    public sealed record ContactPoint : OfAccount
    {
        public override bool IsOfPerson => true;
        public required string Channel { get; init; }
        public required string Address { get; init; }
    }

    /// <summary>Consent given or withdrawn for a channel, or for one address of it.</summary>
    public sealed record Consent : OfAccount
    {
        public required string Channel { get; init; }
        public string? Address { get; init; }
        public required bool Granted { get; init; }

        /// <summary>How it was said: a mail or page to unsubscribe, a word in an answer, a complaint about spam, or otherwise.</summary>
        public static readonly IReadOnlyList<string> Reasons = ["unsubscribe", "stop", "complaint", "told"];

        /// <summary>One of <see cref="Reasons"/>; null: not said.</summary>
        public string? Reason { get; init; }

        public DateOnly? On { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>Somebody spoke, wrote or tried to, in either direction.</summary>
    public sealed record Contact : OfAccount
    {
        public override bool IsOfPerson => true;
        public required DateTimeOffset At { get; init; }
        public required string Channel { get; init; }
        public required string Direction { get; init; }
        public required string Outcome { get; init; }
        public string? Agent { get; init; }
        public int? Minutes { get; init; }
        public string? Promise { get; init; }
    }

    /// <summary>A person settles what a channel left unknown.</summary>
    public sealed record MessageSettled : OfAccount
    {
        public required string Message { get; init; }
        public required string Outcome { get; init; }

        /// <summary>How the person knows; null: not said.</summary>
        public string? Reason { get; init; }
    }

    /// <summary>A message came back: hard where the address takes no mail, soft where it was this message or this day.</summary>
    public sealed record MessageBounced : OfAccount
    {
        public required string Message { get; init; }
        public DateOnly? On { get; init; }
        public required string Kind { get; init; }
        public string? Status { get; init; }
        public string? Detail { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>Destroys the key under which the party's personal fields are sealed (Regulation (EU) 2016/679, Article 17).</summary>
    public sealed record Erasure : OfAccount
    {
        public required string Reason { get; init; }
    }

    /// <summary>
    /// Somebody wants a statement of the account sent to the customer, as of a day; without a first day, of the three
    /// calendar months that end with it.
    /// </summary>
    public sealed record StatementRequested : OfAccount
    {
        public override bool IsOfPerson => true;
        public required DateOnly On { get; init; }
        public DateOnly? From { get; init; }
    }

    // --- the workspace's ---

    /// <summary>Names a portfolio, or changes those fields that are given.</summary>
    public sealed record PortfolioSet : Input
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
    public sealed record SendingSet : Input
    {
        public required string Mode { get; init; }
        public string? Reason { get; init; }
    }

    // --- what Recoup tells itself; none of these comes from outside ---

    /// <summary>Look at the party as of a day, decide, record.</summary>
    public sealed record Review : Input
    {
        public required string Party { get; init; }
        public required DateOnly AsOf { get; init; }

        /// <summary>
        /// As of the party's own day, where that is not yet <see cref="AsOf"/>: the earliest that its portfolios have. False: as of
        /// <see cref="AsOf"/> wherever it is.
        /// </summary>
        public bool OwnDay { get; init; }

        /// <summary>Only where the party is due by the day it is looked at.</summary>
        public bool OnlyDue { get; init; }
    }

    /// <summary>A message's turn to leave: the state is read again and the gate asked again.</summary>
    public sealed record Release : Input
    {
        public required string Party { get; init; }
        public required string Message { get; init; }
    }

    /// <summary>What the channel said: sent, failed, unknown, or deferred until an instant.</summary>
    public sealed record ChannelResult : Input
    {
        public required string Party { get; init; }
        public required string Message { get; init; }
        public required string Outcome { get; init; }
        public string? Detail { get; init; }

        /// <summary>Of a deferred message, when to try again.</summary>
        public DateTimeOffset? Until { get; init; }

        /// <summary>Of a failed message, the status by which its address takes no mail; null: it does not say so.</summary>
        public string? BadAddress { get; init; }
    }
}
