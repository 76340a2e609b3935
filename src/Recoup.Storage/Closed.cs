using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Recoup.Storage;

/// <summary>
/// Who may look into a data folder: its owner and its owner's group, nobody else. What a command makes is closed by its umask;
/// what lies there from before, or was made by another program, is closed when the folder is opened. A folder that was there
/// before stays as open as somebody made it: other things may lie in it.
/// </summary>
public static partial class Closed
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const UnixFileMode FolderMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    /// <summary>Files of a data folder, by pattern, and folders in it.</summary>
    private static readonly string[] Files =
        ["recoup.db*", "keys.db*", "access.db*", "channels.yaml", "throttle.json", "rejects.csv*", "*.lock"], Folders = ["mail", "anchors"];

    /// <summary>Folders that were looked at by this process.</summary>
    private static readonly ConcurrentDictionary<string, IReadOnlyList<string>> Seen = new(StringComparer.Ordinal);

    private const uint GroupWriteAndOthers = 0b000_010_111;

    /// <summary>What this process makes from now on is closed, whatever the shell's umask: files 0640, folders 0750, or stricter.</summary>
    public static void SetUmask()
    {
        if (!OperatingSystem.IsWindows()) Umask(Umask(GroupWriteAndOthers) | GroupWriteAndOthers);
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint Umask(uint mask);

    /// <summary>Makes a folder that others can't look into; one that is there already stays as it is.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, FolderMode);
    }

    /// <summary>Takes from all others what they may do to the data in a folder.</summary>
    /// <returns>What others can still look into, since it is somebody else's: path and mode, in words.</returns>
    public static IReadOnlyList<string> Close(string folder) => OperatingSystem.IsWindows() ? [] : Seen.GetOrAdd(Path.GetFullPath(folder), CloseAll);

    [UnsupportedOSPlatform("windows")]
    private static List<string> CloseAll(string folder)
    {
        var open = new List<string>();
        var files = Files.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern));
        foreach (var path in files.Concat(Folders.Select(name => Path.Combine(folder, name)).Where(Directory.Exists)))
            try
            {
                var mode = File.GetUnixFileMode(path);
                if ((mode & Others) != 0) File.SetUnixFileMode(path, mode & ~Others);
            }
            catch (FileNotFoundException) { /* gone meanwhile, as a log of writes is when it was brought in */ }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException)
            {
                open.Add($"{path} ({Convert.ToString((int)File.GetUnixFileMode(path), 8)})");
            }
        return open;
    }
}
