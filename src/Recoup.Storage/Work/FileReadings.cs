using Recoup.Core;
using Recoup.Core.Contact;
using Recoup.Core.Evidence;
using Recoup.Core.Parties;

namespace Recoup.Storage.Work;

/// <summary>A file as a list shows it, its name opened.</summary>
/// <param name="Erased">The person was erased, and what it holds with them.</param>
public sealed record FileLine(FileState File, string Party, string? Name, string Portfolio, bool Erased);

/// <summary>Files of accounts, and what one of them holds.</summary>
/// <param name="viewer">Who sees it; null: somebody who sees everything.</param>
public sealed class FileReadings(Store store, Viewer? viewer = null)
{
    private readonly Viewer viewer = viewer ?? Viewer.Everything("");
    private readonly Readings readings = new(store, viewer);

    /// <summary>Files that are there, newest first.</summary>
    /// <param name="account">Of this one; null: everybody's.</param>
    public Slice<FileLine> List(string? account, string? after, int limit) =>
        Narrowing.Page(viewer, after, limit, (from, most) => All(account, from, most), l => viewer.Sees(l.Portfolio));

    /// <summary>Null where there is no such file, or it is none of those that the viewer sees.</summary>
    public FileLine? Find(string file) => readings.Read(_ =>
    {
        var s = store.Statement("SELECT pid, state FROM file WHERE file = ?").Bind(file);
        if (!s.Step()) return null;
        var (pid, bytes) = (s.Long(0), s.Blob(1).ToArray());
        s.Reset();
        var line = Line(bytes, store.Party(pid)!);
        return viewer.Sees(line.Portfolio) ? line : null;
    });

    /// <summary>What the file holds. Null where that was destroyed, since it was withdrawn or its person was erased.</summary>
    /// <exception cref="StoreException">What lies there is not what was added.</exception>
    public byte[]? ContentOf(FileLine line)
    {
        if (line.File.Withdrawn || line.Erased) return null;
        return FileContents.Find(store, line.File.File) is { } content && FileChapter.DigestOf(content) == line.File.Digest
            && store.Vault.Open(line.Party, content) is { } plain
            ? plain
            : throw new StoreException($"what lies there of file {line.File.File} is not what was added; `recoup audit verify` tells more. A backup may "
                + "have it.");
    }

    private Slice<FileLine> All(string? account, string? after, int limit) => readings.Read(_ =>
    {
        var at = Cursor.Read(after, 2);
        var s = store.Statement("SELECT pid, at, file, state FROM file WHERE stands = 1 AND (at, file) < (?, ?)" + (account is null ? "" : " AND account = ?")
            + " ORDER BY at DESC, file DESC LIMIT ?").Bind(at is null ? long.MaxValue : Cursor.Number(at[0])).Bind(at?[1] ?? "");
        if (account is not null) s.Bind(account);
        s.Bind(limit + 1);
        var found = new List<(long Pid, string Place, byte[] State)>();
        while (s.Step()) found.Add((s.Long(0), Cursor.Write(s.Long(1), s.Text(2)), s.Blob(3).ToArray()));
        var lines = found.Take(limit).Select(f => store.OrTrouble(f.Pid, () => Line(f.State, store.Party(f.Pid)!))).OfType<FileLine>().ToList();
        return new Slice<FileLine>(lines, found.Count > limit ? found[limit - 1].Place : null);
    });

    private FileLine Line(byte[] bytes, PartyState party)
    {
        var file = FileChapter.Rows.Decode(bytes);
        file.Name = SealedWords.Open(store.Vault, party.Id, file.Name);
        var account = party.Account(file.Account)!;
        return new FileLine(file, party.Id, PartyAddresses.OpenPersonal(store.Vault, party.Id, account)?.Name, account.Portfolio, party.Erased);
    }
}
