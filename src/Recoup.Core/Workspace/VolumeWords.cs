using System.Globalization;

namespace Recoup.Core.Workspace;

/// <summary>A run that stopped itself, in words, the same on every screen.</summary>
public static class VolumeWords
{
    /// <summary>Why, and what to do about it; for the one who runs it.</summary>
    /// <param name="others">Actions beyond those of the calendar that it came to.</param>
    /// <param name="most">So many it may take.</param>
    public static string Why(int others, int most) =>
        $"the run stopped itself: it came to {Number(others)} actions that no day of the calendar explains (no due date that passed, " +
        $"no step whose day came since the last run), " +
        $"and the policy's volume_stop lets it take {Number(most)}. An import or a change of the policy may be wrong. {ToDo}";

    /// <summary>What a stopped run left, and what to do; for the one who looks at it later.</summary>
    public static string Left(RunSummary run) =>
        $"The run of {run.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} stopped itself after {Number(run.Actions)} actions " +
        $"and held back at least {Number(run.HeldBack)}: " +
        $"they are many more than the calendar of due dates and the last runs explain. {ToDo}";

    private const string ToDo = "See what is due with `recoup run --dry-run`; if it is right, let it go with `recoup run --accept-volume`.";

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
