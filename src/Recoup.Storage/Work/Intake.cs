using System.Collections.Concurrent;
using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;

namespace Recoup.Storage.Work;

public sealed class IntakeReport
{
    public long Read { get; set; }
    public long Accepted { get; set; }
    public long Unchanged { get; set; }
    public long Rejected { get; set; }

    /// <summary>
    /// Of the rejected, those that failed by no fault of their own, and the figures where these could not be merged; see <see cref="SetAsides"/>.
    /// </summary>
    public long SetAside { get; set; }

    public Remarks Remarks { get; } = new();

    /// <summary>Rows whose facts all lie after the day of --until.</summary>
    public long Later { get; set; }
    public SortedDictionary<string, long> Inputs { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// Takes rows through the door in large transactions, reading on one thread and deciding on another. Memory does
/// not grow with the file.
/// </summary>
public sealed class Intake(Door door)
{
    private readonly Aside aside = new(door, SetAsides.Import, input => input.Key);

    /// <summary>Rows of one transaction: about a tenth of a second of the store's lock.</summary>
    public const int PartSize = 4096;

    /// <param name="rows">Read and mapped; may be lazy and slow.</param>
    /// <param name="reject">Is given each row that can't be taken, with the reason.</param>
    public IntakeReport Take(IEnumerable<InputRow> rows, Action<InputRow, string> reject, Action<IntakeReport>? progress = null)
    {
        var report = new IntakeReport();
        var underWay = new Queue<List<InputRow>>();
        door.TakeEach(Ahead(rows).Select(Together), (_, result) =>
        {
            Tell(underWay.Dequeue(), result, report, reject);
            progress?.Invoke(report);
        });
        if (!door.TryMergeCells(always: true)) report.SetAside++;
        Failpoint.Hit("import.before-end");
        return report;

        TakenTogether Together(List<InputRow> part)
        {
            underWay.Enqueue(part);
            var units = part.FindAll(IsTaken).ConvertAll(row => new InputUnit(row.Line, row.Inputs));
            return aside.Together(units);
        }
    }

    /// <summary>For whoever sent it: it is not theirs to mend.</summary>
    internal static string WordsOf(UnitResult unit) =>
        $"could not be taken, and was set aside: {unit.Cause}. `recoup status` lists it; send it again once that is mended.";

    private static bool IsTaken(InputRow row) => row.Problems.Count == 0 && row.Inputs.Count > 0;

    /// <summary>What became of a part's rows, in their order.</summary>
    private void Tell(List<InputRow> part, BatchResult result, IntakeReport report, Action<InputRow, string> reject)
    {
        var at = 0;
        foreach (var row in part)
        {
            report.Read++;
            if (!IsTaken(row))
            {
                if (row.Problems.Count > 0) Reject(row, string.Join("; ", row.Problems)); else report.Unchanged++;
                continue;
            }
            var unit = result.Units[at++];
            if (unit.Status == UnitStatus.Accepted) report.Accepted++;
            else if (unit.Status == UnitStatus.Unchanged) report.Unchanged++;
            else if (unit.Status == UnitStatus.SetAside)
            {
                report.SetAside++;
                Reject(row, WordsOf(unit));
            }
            else Reject(unit.Refused!.Refusal == Core.Inputs.Refusal.PartyErased ? row with { Raw = "" } : row, unit.Refused.Message);
            foreach (var kind in unit.Accepted) report.Inputs[kind] = report.Inputs.GetValueOrDefault(kind) + 1;
            if (row.Notes.Count + unit.Remarks.Count > 0 && unit.Status is (UnitStatus.Accepted or UnitStatus.Unchanged))
                report.Remarks.Add(row.Line, [.. row.Notes.Select(n => n.ToString()), .. unit.Remarks]);
        }

        void Reject(InputRow row, string reason)
        {
            report.Rejected++;
            reject(row, reason);
        }
    }

    /// <summary>
    /// As <see cref="Take(IEnumerable{InputRow}, Action{InputRow, string}, Action{IntakeReport})"/>, but each fact is recorded on
    /// the day it took effect and facts after a day are left out, as on that day nobody knew them. The rows are put in
    /// order of day by way of a file outside the data folder, which is gone afterwards.
    /// </summary>
    /// <param name="plausible">A fact after this day is rejected: recorded on its day it would take the workspace's clock there for good. Null: none
    /// is.</param>
    public IntakeReport TakeUntil(
        IEnumerable<InputRow> rows, DateOnly until, Action<InputRow, string> reject, Action<IntakeReport>? progress = null, DateOnly? plausible = null) =>
        TakeInOrder(rows, until, reject, progress, null, default, plausible);

    /// <summary>
    /// As <see cref="TakeUntil"/>, and from a day on each day has its end, whether anything happened on it or not: its
    /// facts are taken, those of later days are not yet.
    /// </summary>
    /// <param name="dayEnds">Is given each day from <paramref name="from"/> to <paramref name="to"/> in order, with what was taken so far.</param>
    public IntakeReport TakeDays(IEnumerable<InputRow> rows, DateOnly from, DateOnly to, Action<InputRow, string> reject, Action<DateOnly,
        IntakeReport> dayEnds, Action<IntakeReport>? progress = null) =>
        TakeInOrder(rows, to, reject, progress, dayEnds, from);

    private IntakeReport TakeInOrder(
        IEnumerable<InputRow> rows, DateOnly until, Action<InputRow, string> reject, Action<IntakeReport>? progress, Action<DateOnly, IntakeReport>? dayEnds,
            DateOnly from, DateOnly? plausible = null)
    {
        var report = new IntakeReport();
        using var spool = new Spool();
        foreach (var part in Ahead(rows))
        {
            spool.Begin();
            foreach (var row in part)
            {
                report.Read++;
                if (row.Problems.Count > 0) { report.Rejected++; reject(row, string.Join("; ", row.Problems)); continue; }
                var first = row.Inputs.Select(DayOf).Where(d => d is not null).Min();
                if (row.Inputs.Select(DayOf).FirstOrDefault(d => d > plausible && d <= until) is { } far)
                {
                    report.Rejected++;
                    reject(row, $"{far:yyyy-MM-dd} lies so far ahead that the workspace's clock would go there for good with it: mend the date, or import it "
                        + "without --until, which waits for its day");
                    continue;
                }
                var kept = 0;
                for (var i = 0; i < row.Inputs.Count; i++)
                {
                    var day = DayOf(row.Inputs[i]) ?? first;
                    var input = row.Inputs[i];
                    if (day > until)
                    {
                        // As of that day the list has it unpaid, whatever earlier day it was said to be paid on before.
                        if (input is not PaymentInput.Received { Listed: { } listed } later || first > until) continue;
                        input = new PaymentInput.Unpaid
                        {
                            Key = later.Key, Account = later.Account, Listed = listed, Digest = PaymentInput.Unpaid.Mark, Actor = later.Actor, Through = until,
                        };
                        day = first;
                    }
                    spool.Add(day, row.Line, i, input);
                    kept++;
                }
                if (kept == 0)
                {
                    report.Later++;
                    continue;
                }
                spool.AddRaw(row.Line, row.Raw);
                report.Remarks.Add(row.Line, row.Notes.Select(n => n.ToString()));
            }
            spool.Commit();
            progress?.Invoke(report);
        }

        // Of each row: whether any of its inputs was new, and whether it was refused. Four rows a byte.
        var units = new List<InputUnit>(PartSize);
        var accepted = new RowSet();
        var refused = new RowSet();
        foreach (var (day, line, input) in spool.InOrder(until))
        {
            EndDaysBefore(day);
            if (refused.Contains(line)) continue;
            units.Add(new InputUnit(line, [input], DailyRun.InstantOf(day)) { Day = day });
            if (units.Count < PartSize) continue;
            Flush();
        }
        EndDaysBefore(until.Plus(1));
        Flush();
        report.Accepted = accepted.Count;
        report.Unchanged = report.Read - report.Accepted - report.Rejected - report.Later;
        if (!door.TryMergeCells(always: true)) report.SetAside++;
        Failpoint.Hit("import.before-end");
        return report;

        void EndDaysBefore(DateOnly day)
        {
            if (dayEnds is null) return;
            for (; from < day; from = from.AddDays(1))
            {
                Flush();
                dayEnds(from, report);
            }
        }

        void Flush()
        {
            if (units.Count == 0) return;
            foreach (var unit in aside.Take(units).Units)
            {
                if (unit.Status is UnitStatus.Refused or UnitStatus.SetAside)
                {
                    if (!refused.Add(unit.Line)) continue;
                    accepted.Remove(unit.Line);
                    report.Rejected++;
                    if (unit.Status == UnitStatus.SetAside) report.SetAside++;
                    var raw = unit.Refused?.Refusal == Core.Inputs.Refusal.PartyErased ? "" : spool.Raw(unit.Line);
                    reject(new InputRow(unit.Line, [], [], raw), unit.Refused?.Message ?? WordsOf(unit));
                }
                else if (unit.Status == UnitStatus.Accepted)
                {
                    if (!refused.Contains(unit.Line)) accepted.Add(unit.Line);
                    foreach (var kind in unit.Accepted) report.Inputs[kind] = report.Inputs.GetValueOrDefault(kind) + 1;
                    report.Remarks.Add(unit.Line, unit.Remarks);
                }
            }
            units.Clear();
            door.TryMergeCells(always: false);
            progress?.Invoke(report);
        }
    }

    private static DateOnly? DayOf(Input input) => input.EffectiveOn
        ?? (input is ContactInput.Made contact ? DateOnly.FromDateTime(contact.At.UtcDateTime) : null);

    /// <summary>Reads ahead on another thread, one part at most: what lies in memory longer costs the collector more.</summary>
    private static IEnumerable<List<InputRow>> Ahead(IEnumerable<InputRow> rows)
    {
        using var queue = new BlockingCollection<List<InputRow>>(1);
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            try
            {
                var part = new List<InputRow>(PartSize);
                foreach (var row in rows)
                {
                    part.Add(row);
                    if (part.Count < PartSize) continue;
                    queue.Add(part, stop.Token);
                    part = new List<InputRow>(PartSize);
                }
                if (part.Count > 0) queue.Add(part, stop.Token);
            }
            catch (OperationCanceledException) { /* the taking side gave up: its exception is the one to show */ }
            finally { queue.CompleteAdding(); }
        });
        try
        {
            foreach (var part in queue.GetConsumingEnumerable()) yield return part;
            reader.GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
            ((IAsyncResult)reader).AsyncWaitHandle.WaitOne();
        }
    }

    /// <summary>A set of line numbers, one bit a line.</summary>
    private sealed class RowSet
    {
        private ulong[] bits = new ulong[1024];

        public long Count { get; private set; }

        public bool Contains(long line) => line / 64 < bits.Length && (bits[line / 64] & (1UL << (int)(line % 64))) != 0;

        public bool Add(long line)
        {
            if (Contains(line)) return false;
            if (line / 64 >= bits.Length) Array.Resize(ref bits, (int)Math.Max(line / 64 + 1, bits.Length * 2L));
            bits[line / 64] |= 1UL << (int)(line % 64);
            Count++;
            return true;
        }

        public void Remove(long line)
        {
            if (!Contains(line)) return;
            bits[line / 64] &= ~(1UL << (int)(line % 64));
            Count--;
        }
    }
}
