using System.Text.Json;

namespace Recoup.Storage.Work;

/// <summary>
/// For which hours the daily run was made, by time zone, kept beside the journal: after a stop a server must know
/// that a run was made although it found nothing to do and recorded nothing.
/// </summary>
public static class HoursRun
{
    private const string Name = "hours_run";

    /// <summary>The run that was due in a zone at that instant has been made.</summary>
    public static void Note(Store store, string zone, DateTimeOffset hour)
    {
        var hours = Read(store);
        hours[zone] = hour.ToUnixTimeMilliseconds();
        store.SetMeta(Name, JsonSerializer.Serialize(hours));
    }

    /// <summary>
    /// Whether the run due in a zone at an instant has been made: it was noted, or a run ended at or after it, which a
    /// crash kept from being noted.
    /// </summary>
    public static bool IsMade(Store store, string zone, DateTimeOffset hour)
    {
        if (Read(store).TryGetValue(zone, out var made) && made >= hour.ToUnixTimeMilliseconds()) return true;
        foreach (var row in new PageReadings(store).WorkspaceHistory(RowsMax))
        {
            if (row.RecordedAt < hour.ToUnixTimeMilliseconds()) return false;
            if (row.Kind == "run_ended") return true;
            if (row.Kind == "run_began") return false;
        }
        return false;
    }

    /// <summary>More events of the workspace than a day has.</summary>
    private const int RowsMax = 500;

    private static SortedDictionary<string, long> Read(Store store) =>
        store.Meta(Name) is { } text ? JsonSerializer.Deserialize<SortedDictionary<string, long>>(text)! : new SortedDictionary<string,
            long>(StringComparer.Ordinal);
}
