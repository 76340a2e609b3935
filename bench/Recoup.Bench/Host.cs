using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Recoup.Tests.Stores;

namespace Recoup.Bench;

/// <summary>The machine: what it is, how busy it is, and how much memory a process took.</summary>
internal static class Host
{
    public static string Details() =>
        $"{Environment.ProcessorCount} processors, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version}, "
        + $"SQLite {SqliteVersion()}, {PostgresVersion() ?? "no PostgreSQL server on this machine (Debian: postgresql): its figures are left out"}";

    /// <summary>The mean number of processes that wanted a processor over the last minute; a question mark where the machine does not tell.</summary>
    public static string Load()
    {
        try { return File.ReadAllText("/proc/loadavg").Split(' ')[0]; }
        catch (IOException) { return "?"; }
    }

    private static string SqliteVersion()
    {
        using var db = new SqliteConnection("Data Source=:memory:");
        db.Open();
        return db.ServerVersion;
    }

    private static string? PostgresVersion()
    {
        if (PostgresServer.Bin is not { } bin) return null;
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(bin, "postgres"), "--version")
        {
            UseShellExecute = false, RedirectStandardOutput = true,
        })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return "PostgreSQL " + said.Trim().Split(' ').SkipWhile(word => !char.IsAsciiDigit(word[0])).FirstOrDefault("?");
    }

    /// <summary>
    /// From here on the peak is counted anew, and what an earlier section left behind is given back first. Where the
    /// system can't forget a peak, it stays that of the whole process.
    /// </summary>
    public static void ForgetPeak()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try { File.WriteAllText("/proc/self/clear_refs", "5"); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { /* no Linux, or not allowed */ }
    }

    /// <summary>The most memory that a process had at once, in MiB.</summary>
    public static double PeakMebibytes(Process? of = null)
    {
        try
        {
            // In kB, as in "VmHWM:    123456 kB".
            var line = File.ReadLines($"/proc/{(of is null ? "self" : of.Id.ToString(CultureInfo.InvariantCulture))}/status")
                .First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            using var own = of is null ? Process.GetCurrentProcess() : null;
            return (of ?? own!).PeakWorkingSet64 / 1048576.0;
        }
    }
}

/// <summary>Tells on standard error that a long measurement lives.</summary>
internal static class Progress
{
    private const int SaySeconds = 10;

    private static readonly long Begun = Stopwatch.GetTimestamp();
    private static long said;

    public static void Say(string what)
    {
        said = Stopwatch.GetTimestamp();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{Stopwatch.GetElapsedTime(Begun).TotalSeconds,6:F0} s] {what}"));
    }

    /// <summary>As above, but for what comes often: at most every ten seconds.</summary>
    public static void Now(Func<string> what)
    {
        if (Stopwatch.GetElapsedTime(said).TotalSeconds >= SaySeconds) Say(what());
    }
}
