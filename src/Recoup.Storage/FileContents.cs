using Recoup.Core;
using Recoup.Core.Evidence;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;
using Recoup.Storage.Work;

namespace Recoup.Storage;

/// <summary>
/// What files hold, sealed under the key of whose they were when they were added, in a table of its own: written in the transaction of the
/// event that names it by its digest, read where one file is asked for, and by the audit. It follows from nothing, so a rebuild leaves it.
/// </summary>
internal static class FileContents
{
    /// <summary>Of what should not be there at most so many are named.</summary>
    private const int NamedMax = 10;

    public static void Put(Store store, string file, byte[] content) =>
        store.Statement("INSERT INTO file_content(file, content) VALUES(?, ?) ON CONFLICT(file) DO UPDATE SET content = excluded.content")
            .Bind(file).Bind(content).Run();

    /// <summary>Null where there is none.</summary>
    public static byte[]? Find(Store store, string file)
    {
        var s = store.Statement("SELECT content FROM file_content WHERE file = ?").Bind(file);
        if (!s.Step()) return null;
        var content = s.Blob(0).ToArray();
        s.Reset();
        return content;
    }

    /// <summary>The files of the party at a place, withdrawn ones too.</summary>
    public static List<string> Of(Store store, long pid)
    {
        var files = new List<string>();
        var s = store.Statement("SELECT file FROM file WHERE pid = ?").Bind(pid);
        while (s.Step()) files.Add(s.Text(0));
        return files;
    }

    /// <summary>What they hold is there no more, nor a copy in the pages that it took.</summary>
    public static void Destroy(Store store, IReadOnlyList<string> files)
    {
        if (files.Count == 0) return;
        store.Database.DeleteForGood(() =>
        {
            foreach (var file in files) store.Statement("DELETE FROM file_content WHERE file = ?").Bind(file).Run();
        });
    }

    /// <summary>Holds what lies there against what the journal says of it: by the digest, so that no key is needed.</summary>
    /// <param name="parties">As folded from the journal.</param>
    public static void Check(Store store, int partition, IEnumerable<PartyState> parties, AuditReport report)
    {
        foreach (var state in parties)
            foreach (var file in ((Rows<string, FileState>)state.Of(FileChapter.Rows)).Values)
            {
                var isThere = TryDigest(store, file.File, out var digest);
                var wrong = state.Erased ? isThere && IsFinished(store, state.Id) ? $"of party {state.Id}, which was erased, is there again" : null
                    : file.Withdrawn ? isThere ? "was withdrawn, and its content is there again" : null
                    : !isThere ? "is without its content, which was added with it"
                    : digest != file.Digest ? "holds another content than was added" : null;
                if (wrong is not null)
                    report.Add(new AuditProblem("file", "file_content", partition, state.LastSeq, $"file {file.File} of account {file.Account} {wrong}"));
            }
    }

    private static bool TryDigest(Store store, string file, out string digest)
    {
        digest = "";
        var s = store.Statement("SELECT content FROM file_content WHERE file = ?").Bind(file);
        if (!s.Step()) return false;
        digest = FileChapter.DigestOf(s.Blob(0));
        s.Reset();
        return true;
    }

    /// <summary>An erasure that is not done yet is what a crash leaves; the next command that writes finishes it.</summary>
    private static bool IsFinished(Store store, string party)
    {
        var s = store.Statement("SELECT done FROM erasure WHERE party = ?").Bind(party);
        if (!s.Step()) return true;
        var done = s.Long(0) == 1;
        s.Reset();
        return done;
    }

    /// <summary>Contents of no file that there is.</summary>
    public static void CheckStrays(Store store, AuditReport report)
    {
        var s = store.Statement("SELECT c.file FROM file_content c WHERE NOT EXISTS(SELECT 1 FROM file f WHERE f.file = c.file) ORDER BY c.file LIMIT ?")
            .Bind((long)NamedMax);
        while (s.Step())
            report.Add(new AuditProblem("foreign", "file_content", null, null, $"a content lies there of a file {Store.Short(s.Text(0))}, which there is not"));
    }
}
