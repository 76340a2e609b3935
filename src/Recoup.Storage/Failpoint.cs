using System.Diagnostics;
using System.Globalization;

namespace Recoup.Storage;

/// <summary>A rehearsed end of the process: nothing goes on after it, as nothing would.</summary>
internal class CrashException(string message) : Exception(message);

/// <summary>
/// Named moments at which a test lets the process die, as by a power cut: RECOUP_FAILPOINT names one, with
/// ":n" for its n-th passing. Each name says what has and has not happened yet.
/// </summary>
public static class Failpoint
{
    public static readonly IReadOnlyList<string> Names =
    [
        "import.transaction-open", "import.journal-written", "import.before-commit", "import.after-commit", "import.cells-merged", "import.before-end",
        "run.transaction-open", "run.journal-written", "run.before-commit", "run.after-commit", "run.cells-merged", "run.before-end", "run.before-anchor",
        "dispatch.transaction-open", "dispatch.journal-written", "dispatch.before-commit", "dispatch.after-commit", "dispatch.before-send",
            "dispatch.after-send", "dispatch.cells-merged",
        "erase.before-key", "erase.after-key",
    ];

    private static readonly string? Wanted = Environment.GetEnvironmentVariable("RECOUP_FAILPOINT");
    private static readonly string WantedName = Wanted?.Split(':')[0] ?? "";
    private static int left = Wanted?.Split(':') is [_, var n] && int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var times) ? times : 1;

    /// <summary>Is told of each moment that this thread passes: a simulation has crashes of its own, without a process that dies.</summary>
    [ThreadStatic] internal static Action<string>? Passed;

    public static void Hit(string name)
    {
        Passed?.Invoke(name);
        if (Wanted is null || name != WantedName || Interlocked.Decrement(ref left) != 0) return;
        Console.Error.WriteLine($"failpoint {name} hit: the process ends here");
        Console.Error.Flush();
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
