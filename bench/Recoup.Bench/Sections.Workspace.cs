using Recoup.Storage.Work;

namespace Recoup.Bench;

/// <summary>
/// What is measured on an imported workspace. The parts follow each other on one import, since at a million accounts that is what
/// takes longest.
/// </summary>
internal static partial class Sections
{
    /// <summary>So many take every path of the code once: each segment, and parties on both sides of a transaction's end.</summary>
    private const int WarmAccounts = 1_000;

    /// <summary>Which parts of the walk are wanted; the import always is.</summary>
    [Flags]
    public enum Parts { Import = 0, Again = 1, Audit = 2, Kpi = 4, KpiByHttp = 8, Run = 16, All = 31 }

    public static void Workspace(Parts parts, int accounts, bool postgres, List<Figure> figures)
    {
        Progress.Say($"{Ground.NameOf(postgres)}: warming up on {WarmAccounts:N0} accounts, so that no compiling is counted");
        Walk(parts & ~Parts.KpiByHttp, WarmAccounts, postgres, [], keep: false);
        Walk(parts, accounts, postgres, figures, keep: true);
    }

    /// <summary>KPIs read cells, so that answers take no longer with more invoices: held against each other in one process.</summary>
    public static void KpiAtTwoSizes(int few, int many, bool postgres, List<Figure> figures)
    {
        var (atFew, atMany) = (new List<Figure>(), new List<Figure>());
        Workspace(Parts.Kpi | Parts.KpiByHttp, few, postgres, atFew);
        Walk(Parts.Kpi | Parts.KpiByHttp, many, postgres, atMany, keep: false);
        figures.AddRange(atFew.Select(f => f with { What = $"{f.What}, {few:N0}" }));
        figures.AddRange(atMany.Select(f => f with { What = $"{f.What}, {many:N0}" }));
        figures.Add(Growth(atFew.First(f => f.What == KpiByHttpName), atMany.First(f => f.What == KpiByHttpName), few));
    }

    private static void Walk(Parts parts, int accounts, bool postgres, List<Figure> figures, bool keep)
    {
        using var ground = new Ground(postgres);
        var events = Import(ground, accounts, parts.HasFlag(Parts.Again), figures);
        Next(Parts.Audit, () => VerifyAndRebuild(ground, accounts, events, figures));
        Next(Parts.Kpi, () => Kpi(ground, accounts, figures));
        Next(Parts.KpiByHttp, () => KpiByHttp(ground, accounts, figures));
        Next(Parts.Run, () => Run(ground, accounts, figures));

        void Next(Parts part, Action measure)
        {
            if (keep) Scratch.Keep(figures);
            if (parts.HasFlag(part)) measure();
        }
    }

    /// <summary>The opening, a run that finds the segments, and the two years. Returns the events in the journal.</summary>
    private static long Import(Ground ground, int accounts, bool again, List<Figure> figures)
    {
        var what = $"{ground.StoreName}, {accounts:N0} accounts";
        var (opening, years) = (Path.Combine(ground.Folder, "opening.csv"), Path.Combine(ground.Folder, "years.csv"));
        var rows = Ledger.Write(opening, Ledger.Opening(accounts)) + Ledger.Write(years, Ledger.Years(accounts));
        Host.ForgetPeak();
        Progress.Say($"{what}: importing {rows:N0} rows");
        var seconds = Time(() => ground.Import(opening, Ledger.Eve, what + ", opening"));
        var peak = Host.PeakMebibytes();
        ground.Run(Ledger.Eve, all: true, what + ", the run that finds segments");
        Host.ForgetPeak();
        seconds += Time(() => ground.Import(years, Ledger.Last.AddDays(10), what + ", two years"));
        peak = Math.Max(peak, Host.PeakMebibytes());

        Progress.Say($"{what}: bare writing of the same journal rows");
        var (events, bare) = ground.IsPostgres ? BareWriting.Copy(ground) : BareWriting.Inserts(ground);
        figures.Add(new Figure("import", seconds, Unit.Seconds)
        {
            Limit = new Limit(ground.IsPostgres ? "bare binary COPY" : "bare prepared inserts", bare), Goal = Goal.Import,
            Note = $"{rows:N0} rows, {events:N0} events",
        });
        figures.Add(new Figure("import, rows", rows / seconds, Unit.PerSecond));
        figures.Add(new Figure("import, events", events / seconds, Unit.PerSecond) { Limit = new Limit("the same rows, bare", events / bare) });
        figures.Add(new Figure("import, peak memory", peak, Unit.Megabytes) { Goal = Goal.Memory });
        if (again)
        {
            var same = Time(() => ground.Import(years, Ledger.Last.AddDays(10), what + ", the same file again"));
            figures.Add(new Figure("the same file again", same, Unit.Seconds)
            {
                Limit = new Limit("its first import and opening", seconds), Note = "nothing changes",
            });
        }
        File.Delete(opening);
        File.Delete(years);
        return ground.Count("journal");
    }

    private static void VerifyAndRebuild(Ground ground, int accounts, long events, List<Figure> figures)
    {
        var what = $"{ground.StoreName}, {accounts:N0} accounts";
        Progress.Say($"{what}: reading and hashing {events:N0} events bare, then audit verify");
        var bare = Time(() => BareWriting.ReadAndHash(ground));
        Measure("verify", Goal.Verify, progress => Audit.Verify(ground.Store, [], progress));
        Progress.Say($"{what}: rebuild");
        Measure("rebuild", Goal.Rebuild, progress => Audit.Rebuild(ground.Store, progress));

        void Measure(string name, Goal goal, Func<Action<int, int>, AuditReport> audit)
        {
            Host.ForgetPeak();
            var report = default(AuditReport);
            var seconds = Time(() => report = audit((done, of) => Progress.Now(() => $"{what}, {name}: {done} of {of} partitions")));
            if (!report!.Ok) throw new InvalidOperationException($"{name}: {report.Problems[0]}");
            figures.Add(new Figure(name, events / seconds, Unit.PerSecond)
            {
                Limit = new Limit("the same rows read and hashed", events / bare), Goal = goal, Note = $"{events:N0} events, {seconds:F1} s",
            });
            figures.Add(new Figure(name + ", peak memory", Host.PeakMebibytes(), Unit.Megabytes) { Goal = Goal.Memory });
        }
    }
}
