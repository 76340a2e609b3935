using Recoup.Core.Inputs;
using Recoup.Simulation.Auditing;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Simulation.Weather;

/// <summary>
/// What is looked at in bad weather beside what is looked at in any: the auditor of every simulation, and what it must know
/// of crashes, refusals, full disks and channels.
/// </summary>
internal sealed class WeatherAuditor(WeatherPlan plan) : IDisposable
{
    private readonly HashSet<string> taken = new(StringComparer.Ordinal), refused = new(StringComparer.Ordinal),
        takenToday = new(StringComparer.Ordinal), refusedToday = new(StringComparer.Ordinal);
    private List<(int Partition, long Seq, string Hash)> acknowledged = [];
    private string journal = "";
    private Auditor? inner;

    public Findings Findings { get; } = new(plan.Seed, WeatherInvariants.All);

    public Auditor Inner => inner ?? throw new InvalidOperationException("nothing is open");

    public Books Books { get; } = new();

    private bool Check(string invariant, bool holds, DateOnly day, string party, Func<string> what) => Findings.Check(invariant, holds, day, party, what);

    // --- crashes and full disks ---

    /// <summary>The folder was opened; what was acknowledged before must be in it.</summary>
    public void Open(string folder, DateOnly day)
    {
        if (inner is null)
        {
            inner = new Auditor(folder, Findings) { Books = Books, Shown = Shown };
            return;
        }
        inner.MoveTo(folder);
        foreach (var (partition, seq, hash) in acknowledged)
        {
            var found = inner.Reader.HashAt(partition, seq);
            Check(WeatherInvariants.Kept, found == hash, day, "",
                () => found is null
                    ? $"row {seq} of partition {partition} was acknowledged before the crash and is gone"
                    : $"row {seq} of partition {partition} is another than before the crash");
        }
    }

    /// <summary>Lets go of the folder that the power went in.</summary>
    public void Close() => inner?.LetGo();

    public void Reopened(DateOnly day, string? problem) => Check(WeatherInvariants.Reopens, problem is null, day, "", () => problem!);

    /// <summary>Somebody has the answer: what stands now must stand for ever.</summary>
    public void Acknowledged() => acknowledged = Inner.Reader.Ends();

    public void RememberJournal() => journal = Inner.JournalHash().Hash;

    public void DiskWasFull(DateOnly day) =>
        Check(WeatherInvariants.FullDisk, Inner.JournalHash().Hash == journal, day, "",
            () => "the journal is another than before the transaction that met a full disk");

    // --- what is told ---

    /// <summary>Notes what is about to be told and must be taken.</summary>
    public void Note(IReadOnlyList<Told> rows)
    {
        foreach (var row in rows)
            if (row.Expected.Count == 0)
                foreach (var input in row.Inputs) Books.Note(input);
    }

    public void Taken(DateOnly day, Told row, UnitResult result)
    {
        var forgotten = row.Inputs.Any(i => i.AccountId.Length > 0 && Books.IsForgotten(i.AccountId));
        var fits = row.Fits(result, forgotten, day);
        Check(row.Expected.Count == 0 ? Findings.Inputs : WeatherInvariants.Refused, fits, day, row.Inputs[0].AccountId,
            () => $"{row} came to {result.Status}{(result.Refused is { } why ? $", {why.Refusal}: {why.Message}" : "")}"
                + (row.Expected.Count > 0 ? $"; it should be refused as {string.Join(" or ", row.Expected)}" : ""));
        Remember(row, result.Status == UnitStatus.Refused);
    }

    /// <summary>Rows taken by an import, which says only how many it rejected.</summary>
    public void Taken(DateOnly day, IReadOnlyList<Told> rows, IReadOnlyDictionary<string, string> rejected)
    {
        foreach (var row in rows)
        {
            var input = row.Inputs[0];
            var why = rejected.GetValueOrDefault(input.Key);
            Check(Findings.Inputs,
                why is null || (row.Identifies && Books.IsForgotten(input.AccountId))
                    || (row.IsLateRelease(day) && why.Contains("that still stands", StringComparison.Ordinal)),
                day, input.AccountId, () => $"{input.Key} was rejected: {why}");
            Remember(row, why is not null);
        }
    }

    private void Remember(Told row, bool isRefused)
    {
        foreach (var input in row.Inputs)
        {
            if (!isRefused)
            {
                if (taken.Add(input.Key)) takenToday.Add(input.Key);
                if (refused.Remove(input.Key)) refusedToday.Remove(input.Key);
            }
            else if (!taken.Contains(input.Key) && refused.Add(input.Key)) refusedToday.Add(input.Key);
        }
    }

    private void Shown(DateOnly day, JournalEntry row)
    {
        if (row.Actor == "system") return;
        Check(WeatherInvariants.Nothing, !refused.Contains(row.Cause), day, row.Party,
            () => $"row {row.Seq} of partition {row.Partition} is of {row.Cause}, which was refused");
    }

    // --- channels and runs ---

    /// <summary>A channel says something that it said before, or that can't be.</summary>
    public void Answered(DateOnly day, Input answer, BatchResult result) =>
        Check(WeatherInvariants.Answers, result.Events == 0, day, answer is Input.ChannelResult r ? r.Party : "",
            () => $"{answer.Key} left {result.Events} events");

    /// <param name="silent">Messages of which no channel has told and nobody settled what became of them.</param>
    public void Dispatched(DateOnly day, Store live, IReadOnlySet<string> silent)
    {
        const int sending = 1;
        var underWay = Inner.Reader.Messages(sending);
        Check(WeatherInvariants.Unknown, underWay.Count == 0, day, "", () => $"message {underWay[0].Message} is under way after the dispatch");
        var listed = new Readings(live).Messages().Unknown.Select(u => u.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var message in silent.Order(StringComparer.Ordinal))
            Check(WeatherInvariants.Unknown, listed.Contains(message), day, "", () => $"nobody knows what became of message {message}, and it is not listed");
    }

    /// <param name="refusedAs">What the run said; null: it ran.</param>
    public void RanOn(DateOnly asOf, DateOnly day, bool mayRun, string? refusedAs, bool leftSomething) =>
        Check(WeatherInvariants.PastRuns, refusedAs is null == mayRun && !(refusedAs is not null && leftSomething), day, "", () => refusedAs is null
            ? $"a run as of {asOf:yyyy-MM-dd} was made after something of a later day was recorded"
            : leftSomething ? $"a run as of {asOf:yyyy-MM-dd} was refused and left something" : $"a run as of {asOf:yyyy-MM-dd} was refused: {refusedAs}");

    // --- the end of a day, and of it all ---

    public void EndOfDay(DateOnly day, Store live)
    {
        Inner.EndOfDay(day, live);
        Keys(day, takenToday, refusedToday);
        takenToday.Clear();
        refusedToday.Clear();
    }

    public void AtTheEnd(DateOnly day, Store live)
    {
        Keys(day, taken, refused);
        Inner.Thoroughly(day, live,
            Directory.Exists(live.AnchorFolder) ? [.. Directory.EnumerateFiles(live.AnchorFolder, "*.json").Order(StringComparer.Ordinal)] : []);
    }

    private void Keys(DateOnly day, IEnumerable<string> kept, IEnumerable<string> free)
    {
        foreach (var key in kept.Order(StringComparer.Ordinal))
            Check(WeatherInvariants.Kept, Inner.Reader.HoldsKey(key), day, "", () => $"{key} was taken, and its key is not there");
        foreach (var key in free.Order(StringComparer.Ordinal))
            Check(WeatherInvariants.Nothing, !Inner.Reader.HoldsKey(key), day, "", () => $"{key} was refused, and its key is used up");
    }

    /// <summary>An error ended the work.</summary>
    public void Failed(DateOnly day, Exception e) =>
        Check(WeatherInvariants.NoError, false, day, "",
            () => $"{e.GetType().Name}: {e.Message}{(e.StackTrace is { } trace ? " " + trace.Split('\n')[0].Trim() : "")}; plan: {plan.Command}");

    public void Worked(DateOnly day) => Check(WeatherInvariants.NoError, true, day, "", () => "");

    public void Dispose() => inner?.Dispose();
}
