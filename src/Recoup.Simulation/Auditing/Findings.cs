namespace Recoup.Simulation.Auditing;

/// <summary>Something that should hold and did not.</summary>
/// <param name="Party">Whom it is about; empty where it is about the whole.</param>
public sealed record Breach(string Invariant, ulong Seed, DateOnly Day, string Party, string What)
{
    public override string ToString() => $"seed {Seed}, {Day:yyyy-MM-dd}{(Party.Length > 0 ? ", party " + Party : "")}: {Invariant}: {What}";
}

/// <summary>An invariant with how often it was looked at and how often it did not hold.</summary>
public sealed record InvariantCount(string Name, string Meaning)
{
    public long Checked { get; internal set; }

    public long Failed { get; internal set; }
}

/// <summary>What the auditor looks at, and what it found. The first breaches are kept in words, all are counted.</summary>
/// <param name="more">Invariants beside the ones of every simulation.</param>
public sealed class Findings(ulong seed, params IReadOnlyList<InvariantCount> more)
{
    public const string Money = "money-conserved", Inputs = "inputs-taken", Journal = "journal-in-order",
        States = "states-agree", Headers = "headers-agree", Cells = "cells-agree",
        Facts = "decisions-know-no-more", Cleared = "contacts-cleared", Once = "delivered-once",
        Holds = "quiet-in-holds", OptOuts = "no-contact-against-consent",
        Erased = "no-contact-after-erasure", Hours = "contacts-in-hours", Week = "contacts-a-week",
        Aside = "nobody-set-aside", Chains = "chains-verify", Rebuild = "rebuild-agrees";

    /// <summary>Breaches kept in words.</summary>
    public const int ListedMax = 20;

    public IReadOnlyList<InvariantCount> Counts { get; } =
    [
        new(Money, "what was told of a party's documents and payments comes to its open items less its unapplied cash"),
        new(Inputs, "what was told was taken, and no refusal came where none was due"),
        new(Journal, "no row is missing, and none was recorded before the one before it"),
        new(States, "items and cash as kept are what the journal adds up to"),
        new(Headers, "the sums that decisions read are the sums over items"),
        new(Cells, "open receivables by the figures' cells are the sum over items"),
        new(Facts, "a decision's figures are those of the rows before it in the journal"),
        new(Cleared, "a message that leaves was decided, cleared, and cleared again"),
        new(Once, "no message is handed over twice, and what is said to be sent was handed over"),
        new(Holds, "nobody is contacted about an account on hold"),
        new(OptOuts, "nobody is contacted on a channel they withdrew consent for"),
        new(Erased, "nobody is contacted who asked to be forgotten"),
        new(Hours, "contacts are from 08:00 and before 21:00 at every place where the customer may be"),
        new(Week, "at most 3 contacts in any 7 days"),
        new(Aside, "no run, no dispatch and no input failed for a party, so that it was set aside"),
        new(Chains, "every hash of the journal, computed anew, is the one kept"),
        new(Rebuild, "states, read models and cells are what the journal folded from zero gives"),
        .. more,
    ];

    public List<Breach> Breaches { get; } = [];

    public bool Ok => Counts.All(c => c.Failed == 0);

    /// <param name="what">Asked for only where it does not hold.</param>
    internal bool Check(string invariant, bool holds, DateOnly day, string party, Func<string> what)
    {
        var count = Counts.First(c => c.Name == invariant);
        count.Checked++;
        if (holds) return true;
        count.Failed++;
        if (Breaches.Count < ListedMax || !Breaches.Exists(b => b.Invariant == invariant)) Breaches.Add(new Breach(invariant, seed, day, party, what()));
        return false;
    }
}
