using System.Globalization;
using Recoup.Storage;

namespace Recoup.Simulation.Weather;

/// <summary>Thrown where the power goes. Nobody catches it but the business, which then opens what the disk held at that moment.</summary>
/// <param name="fault">Why it went.</param>
/// <param name="folder">The data folder as the disk has it.</param>
internal sealed class PowerCutException(Fault fault, string moment, string folder) : CrashException($"the power went at {moment}")
{
    public Fault Fault { get; } = fault;

    public string Folder { get; } = folder;
}

/// <summary>
/// Cuts the power at named moments of the store. What the disk holds then is copied byte for byte before anything else can
/// run, since what code does while an exception flies is more than a dead process does; of the copy everything goes that
/// was never synced, or some of it, or it is torn.
/// </summary>
internal sealed class Power(WeatherPlan plan, Tally tally, WeatherClock clock)
{
    private sealed record Strike(Fault Fault, string Moment, int Passing, SplitMix Random)
    {
        public bool Done { get; set; }
    }

    private static readonly string[] Operations = ["import", "run", "dispatch"];
    private static readonly string[] BeforeCommit = ["transaction-open", "journal-written", "before-commit"];
    private static readonly string[] AfterCommit =
    [
        "import.after-commit", "import.cells-merged", "import.before-end", "run.after-commit", "run.cells-merged", "run.before-end",
        "run.before-anchor", "dispatch.after-commit", "dispatch.cells-merged",
    ];

    /// <summary>The last of them merge cells, which can be done again; the ones before are facts.</summary>
    private const int CommitsLiedAbout = 6;

    private readonly SortedDictionary<string, int> moments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> passings = new(StringComparer.Ordinal);
    private List<Strike> strikes = [];
    private long keysLength;
    private int committed;
    private int copies;

    public IReadOnlyDictionary<string, int> Moments => moments;

    /// <summary>The data folder in use, and the one above it.</summary>
    public string Folder { get; set; } = "";

    public required string Scratch { get; init; }

    /// <summary>Something will be lost today that was written and not committed: there must be such a thing.</summary>
    public bool NeedsUncommitted => strikes.Exists(s => !s.Done && s.Fault is Fault.UnsyncedLost or Fault.UnsyncedTorn);

    /// <summary>Is told of each moment before anything strikes.</summary>
    public Action<string> Watch { get; set; } = static _ => { };

    /// <summary>From here on this thread's work is under this power.</summary>
    public void On() => Failpoint.Passed = Pass;

    public static void Off() => Failpoint.Passed = null;

    /// <summary>Draws what strikes on a day, and at which passing of which moment.</summary>
    public void Begin(DateOnly day)
    {
        var on = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        passings.Clear();
        strikes = [];
        Draw(Fault.CrashBeforeCommit, r => $"{r.Of(Operations)}.{r.Of(BeforeCommit)}", 3);
        Draw(Fault.CrashAfterCommit, r => r.Of(AfterCommit), 2);
        Draw(Fault.CrashBeforeSend, _ => "dispatch.before-send", 1);
        Draw(Fault.CrashAfterSend, _ => "dispatch.after-send", 1);
        Draw(Fault.CrashInErasure, r => r.Of("erase.before-key", "erase.after-key"), 1);
        Draw(Fault.UnsyncedLost, r => $"{r.Of(Operations)}.{r.Of("journal-written", "before-commit")}", 2);
        Draw(Fault.UnsyncedTorn, r => $"{r.Of(Operations)}.{r.Of("journal-written", "before-commit")}", 2);
        Draw(Fault.CommitTorn, r => $"{r.Of(Operations)}.after-commit", 2);
        Draw(Fault.KeysTorn, _ => "import.before-commit", 1);
        Draw(Fault.PolicyMidRun, r => r.Of("run.after-commit", "run.before-end"), 2);
        Draw(Fault.DiskSlow, r => $"{r.Of(Operations)}.before-commit", 2);

        void Draw(Fault fault, Func<SplitMix, string> moment, int passingMax)
        {
            if (tally.Strikes(fault, on, out var random)) strikes.Add(new Strike(fault, moment(random), random.Between(1, passingMax), random));
        }
    }

    private void Pass(string moment)
    {
        var passing = passings[moment] = passings.GetValueOrDefault(moment) + 1;
        if (moment.EndsWith(".transaction-open", StringComparison.Ordinal))
        {
            keysLength = LengthOf("keys.db-wal");
            if (strikes.Exists(s => !s.Done && s.Fault == Fault.CommitTorn)) committed = Log() is { } log ? WalFile.CommitEnds(log)[^1] : 0;
        }
        Watch(moment);
        foreach (var strike in strikes)
        {
            if (strike.Done || strike.Moment != moment || strike.Passing != passing) continue;
            strike.Done = true;
            if (strike.Fault == Fault.DiskSlow)
            {
                tally.Count(Fault.DiskSlow);
                clock.Pass(strike.Random.Chance(20)
                    ? TimeSpan.FromMinutes(strike.Random.Between(60, 180))
                    : TimeSpan.FromSeconds(strike.Random.Between(20, 1200)));
                continue;
            }
            // Only a transaction that made keys has any that could be torn.
            if (strike.Fault == Fault.KeysTorn && LengthOf("keys.db-wal") <= keysLength) continue;
            // A transaction that changed nothing left nothing that could be torn.
            if (strike.Fault == Fault.CommitTorn && (Log() is not { } log || WalFile.CommitEnds(log)[^1] <= committed)) continue;
            tally.Count(strike.Fault);
            moments[moment] = moments.GetValueOrDefault(moment) + 1;
            throw new PowerCutException(strike.Fault, moment, Copy(strike));
        }
    }

    private byte[]? Log() => Path.Combine(Folder, "recoup.db-wal") is var path && File.Exists(path) ? File.ReadAllBytes(path) : null;

    private long LengthOf(string file) => new FileInfo(Path.Combine(Folder, file)) is { Exists: true } found ? found.Length : 0;

    /// <summary>What the disk holds at this moment, less what was not synced. The shared-memory file is memory, and gone.</summary>
    private string Copy(Strike strike)
    {
        var folder = Path.Combine(Scratch, string.Create(CultureInfo.InvariantCulture, $"after-crash-{++copies}"));
        Directory.CreateDirectory(folder);
        foreach (var file in new[] { "recoup.db", "recoup.db-wal", "keys.db", "keys.db-wal" })
        {
            var from = Path.Combine(Folder, file);
            if (!File.Exists(from)) continue;
            var bytes = File.ReadAllBytes(from);
            if (file == "recoup.db-wal") bytes = Struck(bytes, strike);
            if (file == "keys.db-wal" && strike.Fault == Fault.KeysTorn) bytes = Halved(bytes, (int)keysLength, bytes.Length, strike.Random);
            File.WriteAllBytes(Path.Combine(folder, file), bytes);
        }
        return folder;
    }

    private byte[] Struck(byte[] wal, Strike strike)
    {
        var ends = WalFile.CommitEnds(wal);
        // A disk that lies has promised the last commits and not written them.
        var promised = plan.Seams?.DiskLies == true ? ends[Math.Max(0, ends.Count - 1 - CommitsLiedAbout)] : ends[^1];
        return strike.Fault switch
        {
            Fault.UnsyncedLost => WalFile.Cut(wal, promised, plan.Seams?.DiskLies == true ? promised : wal.Length, strike.Random),
            Fault.UnsyncedTorn => WalFile.Tear(wal, promised, wal.Length, strike.Random),
            // Nobody has been told of the commit just made, so the disk may have any part of it.
            Fault.CommitTorn => Halved(wal, Math.Max(committed, ends[^2]), ends[^1], strike.Random),
            _ => wal,
        };
    }

    private static byte[] Halved(byte[] wal, int from, int to, SplitMix random) =>
        random.Chance(50) ? WalFile.Cut(wal, from, to, random) : WalFile.Tear(wal, from, to, random);
}

/// <summary>The time that passes, and what the machine's clock makes of it.</summary>
internal sealed class WeatherClock : TimeProvider
{
    /// <summary>By how much the machine's clock is ahead; behind where negative.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>The right time.</summary>
    public DateTimeOffset True { get; private set; }

    public override DateTimeOffset GetUtcNow() => True + Ahead;

    /// <summary>The time that was waited for, unless it is past.</summary>
    public void Reach(DateTimeOffset at)
    {
        if (at > True) True = at;
    }

    public void Pass(TimeSpan time) => True += time;
}
