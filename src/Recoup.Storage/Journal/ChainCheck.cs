using System.Globalization;
using Recoup.Storage.Work;

namespace Recoup.Storage.Journal;

/// <summary>Follows the chain of one partition, row by row, and says where it breaks.</summary>
/// <param name="check">False: only how far it goes is seen.</param>
internal sealed class ChainCheck(AuditReport report, int partition, bool check)
{
    private readonly byte[] before = [.. Chain.Root];
    private long recordedAt;
    private DateOnly recordedOn = DateOnly.MinValue;
    private bool unreadable;

    public long Count { get; private set; }

    private long Seq { get; set; }

    public void See(JournalColumns row)
    {
        Count++;
        var expected = Seq + 1;
        Seq = row.Id - Store.RowId(partition, 0);
        recordedOn = row.RecordedOn > recordedOn ? row.RecordedOn : recordedOn;
        if (check)
        {
            if (Seq != expected)
                report.Add(Problem(expected, $"event {expected} of partition {partition} is "
                    + $"missing{(Seq > expected + 1 ? $", and so are the ones up to {Seq - 1}" : "")}"));
            if (row.Partition != partition || row.Seq != Seq)
                report.Add(Problem(Seq, $"row {row.Id} says partition {row.Partition}, event {row.Seq}; it stands in the place of partition {partition}, "
                    + $"event {Seq}"));
            if (!row.Follows(before))
                report.Add(Problem(Seq, $"event {Seq} of partition {partition} (row {row.Id}) does not have the hash that its columns and the event before it "
                    + "make: it, or the one before, was changed, moved or deleted"));
            if (row.RecordedAt < recordedAt) report.Add(Problem(Seq, $"event {Seq} of partition {partition} was recorded before the one before it"));
        }
        recordedAt = Math.Max(recordedAt, row.RecordedAt);
        // Chained to what stands there, so that one changed row is one finding.
        (row.Hash.Length == before.Length ? row.Hash : Chain.Root).CopyTo(before);
    }

    /// <summary>The partition could not be folded to its end, or not even be read.</summary>
    public void Broken(Exception e)
    {
        unreadable = e is UnreadableRowException;
        var seq = e is UnreadableRowException { Id: var id } ? id - Store.RowId(partition, 0) : Seq;
        report.Add(Problem(seq, $"event {seq} of partition {partition} (row {Store.RowId(partition, seq).ToString(CultureInfo.InvariantCulture)}) can't be "
            + $"{(unreadable ? "read" : "folded")}: {(e is UnreadableRowException row ? row.What : e.Message)}; what comes after it in the partition was not "
            + "folded"));
    }

    /// <summary>What was not folded is still chained, up to a row that can't be read.</summary>
    public void End(Store store, Head head)
    {
        try
        {
            if (!unreadable) foreach (var row in store.Columns(partition, Seq + 1)) See(row);
        }
        catch (UnreadableRowException e) { Broken(e); }
        if (unreadable) return;
        if (head.Seq != Seq)
            report.Add(new AuditProblem("head", "head", partition, Seq + 1, $"partition {partition} should end with event {head.Seq}; it ends with {Seq}"));
        else if (check && !head.Hash.AsSpan().SequenceEqual(before))
            report.Add(new AuditProblem("head", "head", partition, Seq, $"the last event of partition {partition} has another hash than the one noted when it "
                + "was written"));
        else if (head.RecordedAt != recordedAt || head.RecordedOn != recordedOn)
            report.Add(new AuditProblem("head", "head", partition, Seq, $"partition {partition} was last recorded at another time than the one noted for it"));
    }

    private AuditProblem Problem(long seq, string message) => new("chain", "journal", partition, seq, message);
}
