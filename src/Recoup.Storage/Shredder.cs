using System.Text;
using System.Text.RegularExpressions;

namespace Recoup.Storage;

/// <summary>
/// Overwrites and removes the copies of an erased person's data that lie in the data folder as files: messages, and
/// rejected rows, which are a copy of somebody's file anyway; and what they gave as files, sealed as it is. On file systems
/// that never overwrite in place the old bytes may outlive this; an encrypted disk is the answer there.
/// </summary>
internal static partial class Shredder
{
    public static void Shred(Store store, IReadOnlyList<string> parties)
    {
        var messages = new HashSet<string>(StringComparer.Ordinal);
        foreach (var party in parties)
        {
            if (store.Party(party) is not var (pid, _)) continue;
            var s = store.Statement("SELECT id FROM message WHERE pid = ?").Bind(pid);
            while (s.Step()) messages.Add(s.Text(0));
            FileContents.Destroy(store, FileContents.Of(store, pid));
        }
        if (messages.Count > 0 && Directory.Exists(store.MailFolder))
            foreach (var path in Directory.EnumerateFiles(store.MailFolder, "*", SearchOption.AllDirectories))
                if (IsOf(path, messages)) Wipe(path);
        // Which rows are the person's can't be told: a row was rejected because it could not be read.
        foreach (var path in Directory.EnumerateFiles(store.Folder, "rejects.csv*")) Wipe(path);
    }

    /// <summary>A message by its name, also a half-written one that a crash left; any other file, such as a renamed copy, by what it says.</summary>
    private static bool IsOf(string path, HashSet<string> messages)
    {
        if (MessageName().Match(Path.GetFileName(path)) is { Success: true } name) return messages.Contains(name.Groups[1].Value);
        var content = File.ReadAllBytes(path);
        return messages.Any(id => content.AsSpan().IndexOf(Encoding.ASCII.GetBytes(id)) >= 0);
    }

    [GeneratedRegex(@"^\.?(m-[0-9]{2}-[0-9]{8,})(\.eml|~[0-9a-f]{32}\.tmp)$")]
    private static partial Regex MessageName();

    private static void Wipe(string path)
    {
        try
        {
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None))
            {
                file.Write(new byte[file.Length]);
                file.Flush(flushToDisk: true);
            }
            File.Delete(path);
        }
        catch (FileNotFoundException) { /* another process was here first, or a mail server took it */ }
        catch (IOException) when (path.EndsWith(".part", StringComparison.Ordinal)) { /* an import is writing it now */ }
    }
}
