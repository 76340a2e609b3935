using System.Globalization;
using Recoup.Core.Foundation;
using Recoup.Storage.Work;

namespace Recoup.Storage.Access;

/// <summary>
/// Who came in, who looked at whose data, who took lists away and who changed what somebody may do: a chain of its own beside the
/// journal, tied by hashes as it is and signed with it in the anchors. No decision reads it. Not thread-safe.
/// </summary>
public sealed class AccessChain : IDisposable
{
    private const int PartSize = 5000;

    private readonly AccessTable table;

    /// <param name="readOnly">The place can be read only: nothing can be recorded.</param>
    public AccessChain(StorePlace place, bool readOnly = false)
    {
        table = AccessTable.Of(place, readOnly);
        IsReadOnly = readOnly;
    }

    /// <summary>Nothing can be recorded here.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Durable when it returns; all of it or nothing.</summary>
    public void Record(params IReadOnlyList<AccessNote> notes)
    {
        if (notes.Count > 0 && !IsReadOnly) table.Append(notes);
    }

    /// <summary>The newest first, and where the next page begins; null: there is none.</summary>
    public Slice<AccessEntry> List(AccessFilter filter, string? after, int limit)
    {
        var before = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : (long?)null;
        var rows = table.List(filter, before, limit + 1);
        return rows.Count <= limit
            ? new Slice<AccessEntry>(rows, null)
            : new Slice<AccessEntry>([.. rows.Take(limit)], rows[limit - 1].Seq.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The last entry; null: there is none.</summary>
    public AccessEntry? Last => table.Last();

    internal AccessEntry? At(long seq) => table.At(seq);

    /// <summary>All entries in their order, read in parts.</summary>
    /// <param name="after">Only those after this one.</param>
    internal IEnumerable<AccessEntry> All(long after = 0)
    {
        for (var seq = after; ;)
        {
            var part = table.After(seq, PartSize);
            foreach (var entry in part) yield return entry;
            if (part.Count < PartSize) yield break;
            seq = part[^1].Seq;
        }
    }

    /// <summary>Moves another place's entries here, as they are, after those that are here already.</summary>
    internal void Fill(AccessChain from, long after) => table.Fill(from.All(after), after);

    /// <summary>Makes its table where there is none yet, which on PostgreSQL only the schema's owner may do.</summary>
    public void Prepare() => table.Prepare();

    /// <summary>Lets a PostgreSQL role read and add, and nothing more.</summary>
    internal void GiveTo(string role) => table.GiveTo(role);

    /// <summary>Every hash computed anew. What is wrong goes into the report; returns the number of entries.</summary>
    internal long Verify(AuditReport report)
    {
        var (seq, hash) = (0L, AccessEntry.Root);
        foreach (var entry in All())
        {
            if (entry.Seq != seq + 1)
                Wrong(entry.Seq, entry.Seq == seq + 2 ? $"entry {seq + 1} is gone" : $"entries {seq + 1} to {entry.Seq - 1} are gone");
            else if (!AccessEntry.HashOf(hash, entry.Seq, entry.Note).AsSpan().SequenceEqual(entry.Hash))
                Wrong(entry.Seq, "the hash does not fit: the entry, or one before it, was changed");
            (seq, hash) = (entry.Seq, entry.Hash);
        }
        return seq;

        void Wrong(long at, string message) => report.Add(new AuditProblem("access", "access", null, at, message));
    }

    public void Dispose() => table.Dispose();
}
