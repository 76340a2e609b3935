using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Recoup.Core.Foundation;

namespace Recoup.Storage.Work;

/// <summary>The anchors of a check.</summary>
/// <param name="Read">How many could be read, are of this workspace and bear a signature that fits.</param>
/// <param name="Until">When the newest of them was signed; null: none was read.</param>
/// <param name="Keys">Who signed them, each once, the signer of the newest last: Base64 of the SubjectPublicKeyInfo.</param>
public sealed record AnchorsRead(int Read, DateTimeOffset? Until, IReadOnlyList<string> Keys)
{
    public static readonly AnchorsRead None = new(0, null, []);
}

/// <summary>Holds a store against anchors, and says what these could not tell.</summary>
internal sealed class AnchorCheck(Store store, AuditReport report, AnchorKeys? named)
{
    /// <summary>At most so many files that are no anchors are named.</summary>
    private const int OthersNamedMax = 5;

    private readonly List<(DateTimeOffset At, string Key)> read = [];

    /// <summary>By partition, how far anchors of a known signer reach.</summary>
    private readonly Dictionary<int, long> covered = [];

    /// <summary>How far they reach in the chain of access; 0: nowhere.</summary>
    private long coveredAccess;

    private AnchorKeys? known;
    private DateTimeOffset coveredAt;
    private bool asked;

    /// <param name="places">Files, or folders of them.</param>
    public void Take(IReadOnlyList<string> places)
    {
        if (places.Count == 0) return;
        asked = true;
        known = named ?? Known();
        foreach (var place in places)
            if (Directory.Exists(place)) TakeFolder(place);
            else TakeFile(place);
        if (read.Count == 0)
        {
            var looked = string.Join(", ", places.Select(p => $"'{p}'"));
            Wrong(places[0], $"no anchor could be read in {looked}, so a cut tail or a chain computed anew can't be seen");
        }
        else if (known is { IsEmpty: true })
        {
            var why = $"no key is known here ({Anchors.KeyFolder}): name the one that was kept with --key, or set RECOUP_KEYS";
            report.Unchecked.Add(new AuditUnchecked("signer", $"nobody can say who signed the anchors, since {why}"));
            Wrong(places[0], $"who signed the anchors can't be checked: {why}");
        }
        var byAge = read.OrderBy(r => r.At).ToList();
        if (read.Count == 0) return;
        var signers = byAge.Select(r => r.Key).Reverse().Distinct(StringComparer.Ordinal).Reverse();
        report.Anchors = new AnchorsRead(read.Count, byAge[^1].At, [.. signers]);
    }

    /// <summary>To be called when the journal was read.</summary>
    public void SayWhatIsLeft()
    {
        if (!asked)
        {
            report.Unchecked.Add(new AuditUnchecked("anchors", "none was named (--anchor), so a cut tail or a chain computed anew can't be seen"));
            return;
        }
        if (covered.Count == 0)
        {
            report.Unchecked.Add(new AuditUnchecked("anchors", "none of a known signer could be read, so a cut tail or a chain computed anew can't be seen"));
            return;
        }
        var tail = report.Events - covered.Values.Sum();
        if (tail > 0)
            report.Unchecked.Add(new AuditUnchecked("tail", string.Create(CultureInfo.InvariantCulture,
                $"{tail} events came after the last anchor ({coveredAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}); only the chains cover them")));
        var late = report.Accesses - coveredAccess;
        if (late > 0)
            report.Unchecked.Add(new AuditUnchecked("access", $"{Plural.Of(late, "entry", "entries")} of the chain of access "
                + (coveredAccess == 0 ? $"{Plural.Noun(late, "is", "are")} in no anchor" : "came after the last anchor that holds its end")
                + $"; only {Plural.Noun(late, "its", "their")} own chain covers {Plural.Noun(late, "it", "them")}"));
    }

    private AnchorKeys? Known()
    {
        try { return AnchorKeys.OfThisMachine(); }
        catch (FormatException e)
        {
            Wrong(Anchors.KeyFolder, $"this machine's own key in '{Anchors.KeyFolder}' can't be read ({e.Message}), so nobody can say who signed");
            report.Unchecked.Add(new AuditUnchecked("signer", $"the keys in '{Anchors.KeyFolder}' can't be read"));
            return null;
        }
    }

    private void TakeFolder(string folder)
    {
        List<string> others = [];
        try
        {
            foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
                if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) TakeFile(file);
                else others.Add(Path.GetFileName(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Wrong(folder, $"the folder can't be read: {e.Message}");
        }
        if (others.Count > 0)
            report.Unchecked.Add(new AuditUnchecked("files", $"{Plural.Of(others.Count, "file")} of '{folder}' "
                + $"{Plural.Noun(others.Count, "is no anchor by its name", "are no anchors by their names")} (*.json): "
                + $"{string.Join(", ", others.Take(OthersNamedMax))}{(others.Count > OthersNamedMax ? "…" : "")}"));
    }

    private void TakeFile(string file)
    {
        Anchor anchor;
        try
        {
            anchor = JsonSerializer.Deserialize(File.ReadAllBytes(file), AnchorJson.Default.Anchor) ?? throw new JsonException("it is empty");
            if (anchor is not { Workspace: not null, Heads: not null, PublicKey: not null, Signature: not null } || anchor.Heads.Any(h => h?.Hash is null)
                || anchor.Access is { Hash: null })
                throw new JsonException("a part of it is missing");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            Wrong(file, $"the anchor can't be read: {e.Message}");
            return;
        }
        var signer = Signer(anchor, file);
        var ofThis = anchor.Workspace == (store.Meta("workspace") ?? "");
        if (!ofThis) Wrong(file, "it is of another workspace");
        if (signer is not null && ofThis) read.Add((anchor.At, signer));
        var isKnown = signer is not null && known is not null && known.Has(signer);
        if (signer is not null && known is { IsEmpty: false } && !isKnown)
            Wrong(file, $"it is signed with another key ({AnchorKeys.Fingerprint(signer)}) than {known.Whose}"
                + (named is null ? "; name the right one with --key or its folder in RECOUP_KEYS" : ""));
        foreach (var head in anchor.Heads) Look(anchor, head, file, isKnown && ofThis);
        if (ofThis && anchor.Access is { } access) Look(anchor, access, file, isKnown);
        if (isKnown && ofThis && anchor.At > coveredAt) coveredAt = anchor.At;
    }

    /// <summary>The public key whose signature fits; null, and a problem, where none does.</summary>
    private string? Signer(Anchor anchor, string file)
    {
        try
        {
            using var key = AnchorKeys.Open(anchor.PublicKey);
            if (key.VerifyData(Anchors.Message(anchor), Convert.FromBase64String(anchor.Signature),
                HashAlgorithmName.SHA256)) return AnchorKeys.Normal(anchor.PublicKey);
            Wrong(file, "the signature does not fit: the anchor itself was changed");
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            Wrong(file, "the signature can't be read: the anchor itself was changed");
        }
        return null;
    }

    /// <param name="counts">The anchor is a witness: what it saw is covered.</param>
    private void Look(Anchor anchor, AnchorHead head, string file, bool counts)
    {
        Core.Events.JournalRow? row;
        try { row = store.JournalAt(head.Partition, head.Seq); }
        catch (UnreadableRowException e)
        {
            Wrong(file, $"event {head.Seq} of partition {head.Partition} can't be read: {e.What}", head);
            return;
        }
        if (row is null)
            Wrong(file, $"partition {head.Partition} was {Plural.Of(head.Seq, "event")} long on {anchor.At:yyyy-MM-dd}; "
                + $"event {head.Seq} is gone: the tail was cut", head);
        else if (Convert.ToHexStringLower(row.Hash) != head.Hash)
            Wrong(file, $"event {head.Seq} of partition {head.Partition} has another hash than on {anchor.At:yyyy-MM-dd}: the chain was computed anew", head);
        else if (counts) covered[head.Partition] = Math.Max(head.Seq, covered.GetValueOrDefault(head.Partition));
    }

    /// <inheritdoc cref="Look(Anchor, AnchorHead, string, bool)" path="/param"/>
    private void Look(Anchor anchor, AccessHead head, string file, bool counts)
    {
        var entry = store.Access.At(head.Seq);
        if (entry is null)
            Wrong(file, $"the chain of access was {Plural.Of(head.Seq, "entry", "entries")} long on {anchor.At:yyyy-MM-dd}; "
                + $"entry {head.Seq} is gone: the tail was cut, or its file (access.db) was left out of a copy");
        else if (Convert.ToHexStringLower(entry.Hash) != head.Hash)
            Wrong(file, $"entry {head.Seq} of the chain of access has another hash than on {anchor.At:yyyy-MM-dd}: the chain was computed anew");
        else if (counts) coveredAccess = Math.Max(head.Seq, coveredAccess);
    }

    private void Wrong(string where, string message, AnchorHead? at = null) => report.Add(new AuditProblem("anchor", where, at?.Partition, at?.Seq, message));
}
