using System.Runtime.CompilerServices;

namespace Recoup.Tests;

/// <summary>
/// What takes longer than one waits for: worlds of full size, dozens of kills, hundreds of histories. RECOUP_LONG=1, which .ci/run
/// sets, asks for all of it; otherwise each test plays a smaller part of the same, in which every kind still happens.
/// </summary>
internal static class Long
{
    public static bool IsAsked { get; } = Environment.GetEnvironmentVariable("RECOUP_LONG") == "1";

    public static int Or(int whole, int part) => IsAsked ? whole : part;

    /// <summary>
    /// Tests' folders lie in memory where the machine has room there: a commit then waits for no disk. Processes that tests kill leave there
    /// what they leave on a disk; power cuts are simulated (docs/weather.md) and need no disk either. TMPDIR names another place.
    /// </summary>
    [ModuleInitializer]
    internal static void WorkInMemory()
    {
        // Commands that tests start live too short for what the runtime learns of them for later; and one that is killed leaves behind
        // the pipes by which a debugger would have found it.
        Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
        Environment.SetEnvironmentVariable("DOTNET_EnableDiagnostics", "0");
        const string memory = "/dev/shm";
        const long roomMin = 4L << 30;
        if (Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 } || !Directory.Exists(memory)) return;
        if (new DriveInfo(memory).AvailableFreeSpace >= roomMin) Environment.SetEnvironmentVariable("TMPDIR", memory);
    }
}
