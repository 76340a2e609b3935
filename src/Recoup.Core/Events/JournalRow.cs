namespace Recoup.Core.Events;

/// <summary>
/// One row of the journal. <see cref="Prior"/> is the sequence of the same party's event before it in the
/// partition (0: none), so that a party's history is walked without an index.
/// </summary>
public sealed record JournalRow
{
    public required int Partition { get; init; }

    public required long Seq { get; init; }

    public required long Prior { get; init; }

    /// <summary>Empty for events of the workspace.</summary>
    public required string Party { get; init; }

    public required string Account { get; init; }

    public required string Kind { get; init; }

    public required int Version { get; init; }

    /// <summary>The business date on which it took effect.</summary>
    public required DateOnly EffectiveOn { get; init; }

    /// <summary>The business date, at the portfolio's place, on which Recoup learned it.</summary>
    public required DateOnly RecordedOn { get; init; }

    /// <summary>The instant at which Recoup learned it, in Unix milliseconds; never going back within a workspace.</summary>
    public required long RecordedAt { get; init; }

    public required string Actor { get; init; }

    /// <summary>The key of the input that caused it.</summary>
    public required string Cause { get; init; }

    /// <summary>The workspace's sequence under which it was decided.</summary>
    public required long WorkspaceSeq { get; init; }

    public required byte[] Payload { get; init; }

    /// <summary>SHA-256 over the hash before it and every column above.</summary>
    public byte[] Hash { get; init; } = [];
}

/// <summary>The journal holds something that Recoup never wrote.</summary>
public class JournalDamagedException(string message) : Exception(message);

/// <summary>The columns beside an event that folding it needs.</summary>
public readonly record struct Envelope(long Seq, string Account, DateOnly EffectiveOn, DateOnly RecordedOn, long RecordedAt, string Cause)
{
    public static Envelope Of(JournalRow row) => new(row.Seq, row.Account, row.EffectiveOn, row.RecordedOn, row.RecordedAt, row.Cause);
}
