using System.Diagnostics;
using System.Globalization;
using System.Text;
using Recoup.Tests.Cli;

namespace Recoup.Tests.Durability;

/// <summary>
/// Days of a business, each command killed at moments that a seed chooses and then run again; in the end the
/// journal is that of the same days undisturbed.
/// </summary>
public sealed class RandomKillTests(ITestOutputHelper output)
{
    private const int Seed = 20260209;

    // On PostgreSQL the killed workers of tests/cluster.sh come on top.
    private static readonly (int KillsWanted, int Days) Played = Stores.TestStores.IsPostgres
        ? (Long.Or(12, 5), Long.Or(4, 2))
        : (Long.Or(50, 8), Long.Or(8, 2));
    private static readonly DateOnly FirstDay = new(2026, 2, 2);

    private static IEnumerable<(DateOnly Day, string[] Arguments)> Commands()
    {
        for (var n = 0; n < Played.Days; n++)
        {
            var day = FirstDay.AddDays(n < 5 ? n : n + 2);
            string At(string time) => $"{Text(day)}T{time}Z";
            yield return (day, ["import", $"{n}.csv", "--map", "receivables", "--now", At("10:00:00")]);
            if (n == 0) yield return (day, ["send", "live.ndjson", "--now", At("10:01:00")]);
            yield return (day, ["run", "--as-of", Text(day), "--now", At("10:02:00"), "--accept-volume"]);
            yield return (day, ["dispatch", "--now", At("10:03:00")]);
        }
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Each day's file lists the invoices so far, with the payments made by then.</summary>
    private static void WriteFiles(DataFolder folder)
    {
        folder.Write("live.ndjson", """{"type":"sending","key":"live","mode":"live"}""");
        for (var n = 0; n < Played.Days; n++)
        {
            var text = new StringBuilder("account,name,email,phone,country,time_zone,language,portfolio,invoice,issued_on,due_on,amount,currency,paid_on\n");
            for (var i = 0; i < 400 + 100 * n; i++)
            {
                var due = FirstDay.AddDays(i % 17 - 8);
                var paid = i % 4 == 0 && due.AddDays(6) <= FirstDay.AddDays(n) ? Text(due.AddDays(6)) : "";
                text.Append(CultureInfo.InvariantCulture,
                    $"A{i % 300:D4},Kunde {i % 300},{(i % 300 % 2 == 0 ? $"ap{i % 300}@kunde.example" : "")},,DE,Europe/Berlin,en,EU,R{i:D5},"
                    + $"{Text(due.AddDays(-30))},{Text(due)},{60 + i}.00,EUR,{paid}\n");
            }
            folder.Write($"{n}.csv", text.ToString());
        }
    }

    [Fact]
    public void Killed_at_random_moments_it_comes_to_the_same()
    {
        using var undisturbed = new DataFolder();
        using var killed = new DataFolder();
        WriteFiles(undisturbed);
        WriteFiles(killed);
        var watch = Stopwatch.StartNew();
        var random = new Random(Seed);
        var (kills, tooLate, commands) = (0, 0, Commands().ToList());
        for (var i = 0; i < commands.Count; i++)
        {
            var took = Stopwatch.StartNew();
            undisturbed.RunProcess(null, null, commands[i].Arguments).Expect(0);
            var typical = took.ElapsedMilliseconds;
            while (kills < Played.KillsWanted * (i + 1) / commands.Count)
            {
                using var process = killed.Start(null, commands[i].Arguments);
                // The program needs about a fifth of a second to begin: what comes before is not worth a kill.
                var delay = random.Next(Math.Min(150, (int)typical / 2), (int)typical + 30);
                if (process.WaitForExit(delay)) { tooLate++; if (tooLate > 3 * Played.KillsWanted) break; continue; }
                process.Kill();
                process.WaitForExit();
                kills++;
            }
            killed.RunProcess(null, null, commands[i].Arguments).Expect(0);
        }
        output.WriteLine($"{kills} kills, {tooLate} came after the end, {watch.Elapsed.TotalSeconds:F0} s");

        kills.ShouldBe(Played.KillsWanted);
        Ledger.ShouldBeSameRows(Ledger.JournalInTheClear(killed), Ledger.JournalInTheClear(undisturbed));
        undisturbed.Count("SELECT count(*) FROM message WHERE status = 2").ShouldBeGreaterThan(100);
        Ledger.ShouldHaveSentEachMessageOnce(killed);
        Names(killed.Anchors).ShouldBe(Names(undisturbed.Anchors));
        undisturbed.ShouldBeSound();
        killed.ShouldBeSound();
        killed.Run("rebuild", "--check").Expect(0);
        killed.Run("audit", "verify", "--anchor", killed.Anchors).Expect(0);
    }

    private static List<string?> Names(string folder) => [.. Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)];
}
