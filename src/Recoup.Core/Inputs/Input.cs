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
    public virtual bool Follows => TakesBack;

    /// <summary>
    /// A list that is followed no longer says what it said under the key: nothing is to be done where it never did. Made by the reader of
    /// lists alone; it has no form in the contract.
    /// </summary>
    public virtual bool TakesBack => false;

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

        /// <summary>
        /// Of a failed message with <see cref="BadAddress"/>: its reader has the channel's provider let nothing through, and the address is sound.
        /// </summary>
        public bool Blocked { get; init; }

        /// <summary>The channel's own name for it; null: it gave none.</summary>
        public string? Reference { get; init; }
    }
}
