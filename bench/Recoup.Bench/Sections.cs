using System.Diagnostics;

namespace Recoup.Bench;

/// <summary>The figures: each next to what bounds it, measured in the same run, since the machine's speed drifts.</summary>
internal static partial class Sections
{
    public static double Time(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>For what is a list of findings rather than figures beside limits.</summary>
    private static void Line(string what, string figures) => Console.WriteLine($"{what,-40} {figures}");
}
