using System.Globalization;

namespace Recoup.Core.Workspace;

/// <summary>A run that stopped itself, in words, the same on every screen.</summary>
public static class VolumeWords
{
    /// <summary>Why, and what to do about it; for the one who runs it.</summary>
    /// <param name="others">Actions beyond those of the calendar that it came to.</param>
    /// <param name="most">So many it may take.</param>
    public static string Why(int others, int most) =>
        $"the run stopped itself: it came to {Number(others)} {Unexplained}, and the policy's volume_stop lets it take {Number(most)}. " +
        $"{MayBeWrong} {ToDo}";

    /// <summary>A dry run showed all that is due: where the run itself would stop, and what to do about it.</summary>
    /// <param name="others">Actions beyond those of the calendar that there are.</param>
    /// <param name="most">So many a run may take.</param>
    public static string Would(int others, int most) =>
        $"A run would stop itself on the way: this shows {Number(others)} {Unexplained}, and the policy's volume_stop lets it take {Number(most)}. " +
        $"{MayBeWrong} If it is right, let it go with `recoup run --accept-volume`.";

    /// <summary>What a stopped run left, and what to do; for the one who looks at it later.</summary>
    public static string Left(RunSummary run) =>
        $"The run of {run.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} stopped itself after {Number(run.Actions)} actions " +
        $"and held back at least {Number(run.HeldBack)}: " +
        $"they are many more than the calendar of due dates and the last runs explain. {ToDo}";

    private const string Unexplained = "actions that no day of the calendar explains (no due date that passed, no step whose day came since the last run)";

    private const string MayBeWrong = "An import or a change of the policy may be wrong.";

    private const string ToDo = "See what is due with `recoup run --dry-run`; if it is right, let it go with `recoup run --accept-volume`.";

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
